"""As PID 1 of a container: it reaps whoever is left to it. Needs a PID namespace, so root."""
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from supervisor import is_alive
from support.paths import BINARY
from support.waiting import eventually

UNSHARE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


def can_unshare():
    return subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def as_pid1(ready, monkeypatch):
    if not can_unshare():
        pytest.skip("NO PID NAMESPACES HERE (not root?): PID 1's duties are not tested")
    original = subprocess.Popen

    def unshared(command, *args, **kwargs):
        if command[:2] == [str(BINARY), "supervise"]:
            command = [*UNSHARE, *command]
        return original(command, *args, **kwargs)

    def start(*args, **kwargs):
        monkeypatch.setattr(subprocess, "Popen", unshared)
        s = ready(*args, **kwargs)
        monkeypatch.undo()
        return s

    return start


def stop(s):
    """unshare passes no signal on; asked itself, it would kill the namespace."""
    os.kill(children(s.pid)[0], signal.SIGTERM)
    s.wait_ends(0)


def test_strangers_left_to_pid_1_are_reaped(as_pid1):
    s = as_pid1(behaviour={"test-two": "stranger"}, LOG_LEVEL="debug")
    assert s.row("supervise")["pid"] == 1
    init = children(s.pid)[0]
    s.wait_for_log("reaped a stranger")
    # the worker leaves a zombie of its own when it dies
    worker = s.row("test-two")["pid"]
    assert worker > 1
    s.behave("test-two", "")
    for pid in children(init):
        if "test-worker\0test-two" in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGKILL)
    s.wait_for_log("reaped a stranger", count=2)
    s.wait_restarted("test-two")
    assert len(children(init)) == 2
    for pid in children(init):
        assert not re.search(r"\) Z ", Path(f"/proc/{pid}/stat").read_text())
    stop(s)


def test_pid_1_stops_in_order_and_restarts_like_any_other(as_pid1):
    s = as_pid1()
    init = children(s.pid)[0]
    everyone = children(init)
    os.kill(everyone[0], signal.SIGKILL)
    s.wait_for_log("died: killed by SIGKILL")
    s.wait_for("test-bot", lambda row: row["state"] == "ready", "ready")
    s.wait_for("test-two", lambda row: row["state"] == "ready", "ready")
    everyone = [init, *children(init)]
    stop(s)
    eventually(lambda: not any(is_alive(pid) for pid in everyone))


def test_when_pid_1_is_killed_the_namespace_is_empty(as_pid1):
    s = as_pid1()
    init = children(s.pid)[0]
    everyone = children(init)
    os.kill(init, signal.SIGKILL)
    s.wait()
    s.expect_exit(s.exit_code)  # unshare's own, whatever it makes of that
    assert not any(is_alive(pid) for pid in everyone)
