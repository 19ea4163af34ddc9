"""
The two commands of the README's first screen, in a Debian with nothing but git and a shell, from a clone in /root.
SALESREG_BARE_PARTS says what ./test/run.sh is given there ("unit": this run itself is all the others).
"""
import os
import re
import signal

import pytest

from support.page import Page
from support.postgres import free_port
from support.waiting import eventually

pytestmark = pytest.mark.timeout(2400)


def starts(bare, tmp_path, name):
    """Awaits the demo of ./quickstart.sh; returns its process, its page and what was printed."""
    path = tmp_path / name
    port = free_port()
    with open(path, "wb") as log:
        process = bare.start(f"./quickstart.sh --listen 127.0.0.1:{port}", log)

    def look():
        text = path.read_text(errors="replace")
        if process.poll() is not None:
            raise RuntimeError(f"it ended with {process.returncode}:\n{text[-4000:]}")
        return text if "What to try first" in text else None
    return process, Page(f"http://127.0.0.1:{port}"), eventually(look, timeout=1500, what="the demo runs")


def stops(bare, process):
    os.kill(bare.init_of(process), signal.SIGINT)
    assert process.wait(60) == 0


def test_quickstart_installs_builds_and_starts_the_demo_and_the_second_time_only_starts(bare, tmp_path):
    process, page, text = starts(bare, tmp_path, "first")
    assert "packages: installing" in text
    assert re.search(r"1/3 .*2/3 .*3/3 ", text, re.S)
    anna = page.person("Anna Petrova")
    anna.registers()
    assert "Alex" in anna.hears_anything().text
    stops(bare, process)
    # no server was left behind, and none will come with the next start of the machine
    assert not list((bare.root / "etc/postgresql").glob("*/*"))

    process, page, text = starts(bare, tmp_path, "second")
    assert "packages: nothing is missing" in text
    assert "no work to do" in text
    assert page.bot_messages(anna.id), "what was done there is kept"
    stops(bare, process)


def test_the_test_command_installs_what_it_needs_and_sums_up(bare, tmp_path):
    parts = os.environ.get("SALESREG_BARE_PARTS", "unit")
    code, text = bare.run(f"./test/run.sh {parts}", tmp_path / "log", 2000)
    assert re.search(r"^[1-9]\d* passed, 0 failed(, \d+ skipped)?$", text.splitlines()[-1]), text[-4000:]
    assert code == 0
