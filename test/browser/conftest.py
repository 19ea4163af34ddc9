"""A real Chromium without a window, one for all tests: each sandbox has a port, so an origin and a memory, of its own."""
import os
import shutil

import pytest

from page import Page
from support.telegram import TOKEN

WANTED = "install chromium, chromium-driver and python3-selenium: test/packages.sh browser"


@pytest.fixture(scope="session")
def chromium():
    driver_path, browser_path = shutil.which("chromedriver"), shutil.which("chromium")
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        pytest.skip(WANTED)
    if not driver_path or not browser_path:
        pytest.skip(WANTED)
    options = Options()
    options.binary_location = browser_path
    for argument in ("--headless=new", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--force-color-profile=srgb",
                     "--window-size=1280,800"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(driver_path), options=options)
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture
def open_page(chromium):
    """open_page(sandbox): the page, connected. Every test begins with one empty tab; a complaint of the browser fails it."""
    opened = []

    def start(sandbox, width=1280, height=800, dark=False):
        page = Page(chromium, sandbox.base, new_tab=bool(opened))
        opened.append(page)
        page.look(width, height, dark)
        page.load()
        return page

    yield start
    for page in opened:
        page.finish()
    handles = chromium.window_handles
    for handle in handles[1:]:
        chromium.switch_to.window(handle)
        chromium.close()
    chromium.switch_to.window(handles[0])
    chromium.get("about:blank")


@pytest.fixture
def bot_api(sandbox):
    """bot_api(method, **parameters): a bot that does what the test says."""
    def call(method, **parameters):
        answer = sandbox.http.post(f"{sandbox.base}/bot{TOKEN}/{method}", json=parameters, timeout=60).json()
        assert answer["ok"], answer
        return answer["result"]
    return call
