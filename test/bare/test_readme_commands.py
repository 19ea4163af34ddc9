"""
The two commands of the README's first screen, in a Debian with nothing but git and a shell, from a clone in /root.
SALESREG_BARE_PARTS says what ./test/run.sh is given there ("unit": this run itself is all the others).
"""
import fcntl
import os
import re
import shutil
import signal

import pytest

from support.page import Page
from support.paths import ROOT
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


def test_who_may_install_nothing_is_told_what_to_ask_for(bare, tmp_path):
    place = bare.root / "opt/salesreg"
    for name in ("test/packages.sh", "config/debian-packages.txt", "quickstart.sh"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place / name)
    (place / "build").mkdir()
    nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups /opt/salesreg/"
    code, text = bare.run(f"{nobody}quickstart.sh", tmp_path / "mine", 60)
    assert code == 77 and "build belongs to root" in text and "sudo chown -R nobody /opt/salesreg/build" in text, text
    code, text = bare.run(f"{nobody}test/packages.sh build", tmp_path / "nobody", 60)
    assert code == 77 and re.search(r"^  apt-get update && apt-get install .*libcurl4-openssl-dev", text, re.M), text
    shutil.rmtree(place)


def test_an_installation_waits_for_another_one_and_interrupted_leaves_nothing_behind(bare, tmp_path):
    """As on a machine in its first minutes, whose own updates are at work, and with Ctrl-C."""
    setting = bare.root / "etc/postgresql-common/createcluster.d/salesreg-no-main-cluster.conf"
    path = tmp_path / "log"
    lists = bare.root / "var/lib/apt/lists"
    with open(lists / "lock", "w") as lock, open(path, "wb") as log:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        process = bare.start("test/packages.sh build run", log)
        eventually(lambda: "another apt is at work" in path.read_text(errors="replace"), timeout=60, what="it waits")
        second = bare.start("test/packages.sh build", open(tmp_path / "second", "wb"))
        eventually(lambda: "waiting for it" in (tmp_path / "second").read_text(), timeout=60, what="the second one waits")
        second.kill()
        second.wait()
        fcntl.lockf(lock, fcntl.LOCK_UN)
        eventually(lambda: "Unpacking " in path.read_text(errors="replace"), timeout=600, what="it unpacks")
        assert setting.exists()
        for pid in [bare.init_of(process), *bare.below(bare.init_of(process))]:
            try:
                os.kill(pid, signal.SIGINT)
            except ProcessLookupError:
                pass
        assert process.wait(60) != 0
    assert not setting.exists()


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


def test_the_readme_by_hand(bare, tmp_path):
    """Every block of it, literally and in order, in one shell; afterwards there is nothing left of it."""
    part = (ROOT / "README.md").read_text().split("### By hand\n")[1].split("\n### ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", part, re.M | re.S)
    assert len(blocks) == 6
    script = bare.root / "opt/by-hand"
    # monitor: jobs have numbers, as where a person types
    script.write_text("set -em\n" + "\n".join(f"echo '=== {n}'\n{block}" for n, block in enumerate(blocks)) + "echo all of it\n")
    code, text = bare.run("bash /opt/by-hand", tmp_path / "by-hand", 900)
    assert code == 0 and text.rstrip().endswith("all of it"), text[-4000:]
    shown = text.split("=== 4")[1].split("=== 5")[0]
    assert "Anna Petrova" in shown and "anna@truerealestate.bali" in shown and "(1 row)" in shown, shown
    assert re.search(r'"text":"[^"]*Alex Petrov', shown), shown
    # English in an English text
    assert not re.search("[а-яА-Я]", shown), shown
    assert len(re.findall(r"\| [0-9a-f-]{36}$", shown, re.M)) >= 3, shown
    assert "could not change directory" not in text and "Permission denied" not in text
    assert not list((bare.root / "usr/local/bin").iterdir()) and not list((bare.root / "usr/local/share/man/man1").glob("*"))


def test_the_test_command_installs_what_it_needs_and_sums_up(bare, tmp_path):
    parts = os.environ.get("SALESREG_BARE_PARTS", "unit")
    code, text = bare.run(f"./test/run.sh {parts}", tmp_path / "log", 2000)
    assert re.search(r"^[1-9]\d* passed, 0 failed(, \d+ skipped)?$", text.splitlines()[-1]), text[-4000:]
    assert code == 0
