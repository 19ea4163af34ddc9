#!/usr/bin/python3
"""
Makes config/chat-page.png anew: the page after Anna has registered and been notified, the state of the system beside it.
Needs what the tests here need (test/packages.sh browser) and the binary of SALESREG_BIN:

    /usr/bin/python3 test/browser/picture.py
"""
import base64
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from conftest import start_chromium  # noqa: E402
from page import ANNA, JOHN, Page  # noqa: E402
from support.database import Database  # noqa: E402
from support.paths import ROOT  # noqa: E402
from support.postgres import Cluster  # noqa: E402
from support.process import run  # noqa: E402
from support.world import World  # noqa: E402

PICTURE = ROOT / "config" / "chat-page.png"
MAX_BYTES = 200_000


def converse(world, page):
    anna, john = page.chat(ANNA), page.chat(JOHN)
    john.write("hello")
    john.hears(world.texts.render("en", "offer"))
    anna.registers(world.texts, "ru", "Анна Петрова", "anna@truerealestate.bali")
    notice = anna.hears(re.compile("Alex Petrov"))
    anna.press(notice["buttons"][0], notice["id"])
    page.wait_text("#system-prospects", "contacted")
    page.wait_text("#system-outbox", "Nothing waits")
    page.wait_text("#bot-state", "^running$")
    for chat in (anna, john):
        page.run("const n = document.querySelector(arguments[0]); n.scrollTop = n.scrollHeight", f"{chat.selector} .messages")
    page.run("document.activeElement.blur()")
    page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 600, "y": 20})


def main():
    driver = start_chromium()
    cluster = Cluster()
    try:
        with tempfile.TemporaryDirectory() as directory:
            cluster.start()
            cluster.create("picture")
            assert run("migrate", settings={"DATABASE_URL": cluster.url("picture")}).returncode == 0
            world = World(Database(cluster, "picture"), Path(directory), sandbox_args=["--state"])
            try:
                world.start_bot()
                world.start_outreach()
                page = Page(driver, world.sandbox.base)
                page.look(1280, 800)
                page.load()
                converse(world, page)
                shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": False})
                PICTURE.write_bytes(base64.b64decode(shot["data"]))
            finally:
                driver.get("about:blank")
                world.finish()
    finally:
        driver.quit()
        cluster.remove()
    assert PICTURE.stat().st_size < MAX_BYTES, f"{PICTURE} has {PICTURE.stat().st_size} bytes; at most {MAX_BYTES}"
    subprocess.run(["file", str(PICTURE)], check=False)


if __name__ == "__main__":
    main()
