"""A real Chromium without a window, one for all tests: each sandbox has a port, so an origin and a memory, of its own."""
import importlib.util
import os
import shutil

import pytest

from support.telegram import TOKEN

READY = bool(importlib.util.find_spec("selenium") and shutil.which("chromedriver") and shutil.which("chromium"))
if not READY:
    collect_ignore_glob = ["test_*.py"]


def pytest_terminal_summary(terminalreporter):
    if not READY:
        terminalreporter.write_line("!!! SKIPPED: test/browser has no browser; test/packages.sh browser installs it")


def start_chromium():
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--force-color-profile=srgb",
                     "--window-size=1280,800"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    driver.set_script_timeout(60)
    return driver


@pytest.fixture(scope="session")
def chromium():
    driver = start_chromium()
    yield driver
    driver.quit()


@pytest.fixture
def open_page(chromium):
    """open_page(sandbox): the page, connected. Every test begins with one empty tab; a complaint of the browser fails it."""
    from page import Page
    opened = []

    def start(sandbox, width=1280, height=800, dark=False):
        page = Page(chromium, sandbox.base, new_window=bool(opened))
        opened.append(page)
        page.look(width, height, dark)
        page.load()
        return page

    yield start
    try:
        for page in opened:
            page.finish()
    finally:
        handles = chromium.window_handles
        for handle in handles[1:]:
            chromium.switch_to.window(handle)
            chromium.close()
        chromium.switch_to.window(handles[0])
        chromium.get("about:blank")
        chromium.get_log("browser")


@pytest.fixture
def bot_api(sandbox):
    """bot_api(method, **parameters): a bot that does what the test says."""
    def call(method, **parameters):
        answer = sandbox.http.post(f"{sandbox.base}/bot{TOKEN}/{method}", json=parameters, timeout=60).json()
        assert answer["ok"], answer
        return answer["result"]
    return call
