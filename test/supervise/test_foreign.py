"""Children that know nothing of us, as the demo's PostgreSQL: ready when they accept, stopped last, in their own way."""
import os
import signal
from pathlib import Path

import pytest

from supervisor import is_alive
from support.postgres import free_port
from support.waiting import eventually

SCRIPT = """
import os, signal, socket, sys
signal.signal(signal.SIGINT, lambda *_: (print("foreign: SIGINT, leaving", flush=True), sys.exit(0)))
family, address = {listen}
print("foreign: user", os.getuid(), os.getgroups(), flush=True)
s = socket.socket(family)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(address)
s.listen()
while True:
    s.accept()[0].close()
"""


@pytest.fixture
def foreign(supervise, tmp_path):
    def start(unix=True, workers="test-foreign,test-bot", **settings):
        if unix:
            # short enough for a socket
            path = f"/tmp/salesreg-foreign-{os.getpid()}-{len(os.listdir(tmp_path))}"
            (tmp_path / Path(path).name).touch()
            address, settings["SALESREG_TEST_FOREIGN_PATH"] = f"(socket.AF_UNIX, {path!r})", path
            made.append(path)
        else:
            port = free_port()
            address, settings["SALESREG_TEST_FOREIGN_PORT"] = f"(socket.AF_INET, ('127.0.0.1', {port}))", port
        settings["SALESREG_TEST_FOREIGN"] = SCRIPT.format(listen=address)
        return supervise(workers, **settings)

    made = []
    yield start
    for path in made:
        Path(path).unlink(missing_ok=True)


@pytest.mark.parametrize("unix", [True, False])
def test_a_foreign_child_is_ready_when_it_accepts_and_is_stopped_last_by_its_own_signal(foreign, unix):
    s = foreign(unix)
    s.wait_for_log("every worker is ready")
    assert s.row("test-foreign")["state"] == "ready"
    s.send(signal.SIGTERM)
    s.wait_ends(0)
    lines = s.log.splitlines()
    order = [next(i for i, line in enumerate(lines) if text in line)
             for text in ("test-bot: stopping -> stopped", "test-foreign: ready -> stopping", "foreign: SIGINT, leaving",
                          "test-foreign: stopping -> stopped")]
    assert order == sorted(order), s.log


def test_a_foreign_child_that_dies_is_started_again(foreign):
    s = foreign(unix=False)
    s.wait_for_log("every worker is ready")
    os.kill(s.row("test-foreign")["pid"], signal.SIGKILL)
    s.wait_restarted("test-foreign")
    assert s.row("test-bot")["restarts"] == 0


def test_a_foreign_child_can_be_another_user_without_our_groups(foreign):
    if os.geteuid() != 0:
        pytest.skip("NOT ROOT: dropping privileges is not tested")
    s = foreign(unix=False, SALESREG_TEST_UID=65534)
    s.wait_for_log(r"foreign: user 65534 \[\]")
    pid = s.wait_state("test-foreign", "ready")["pid"]
    status = Path(f"/proc/{pid}/status").read_text()
    assert "Uid:\t65534\t65534\t65534\t65534" in status and "Gid:\t65534\t65534\t65534\t65534" in status
    # the death signal is set after that, or the kernel would have forgotten it
    s.kill()
    eventually(lambda: not is_alive(pid), what="it is gone with its supervisor")
