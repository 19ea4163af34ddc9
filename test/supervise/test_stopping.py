"""The end: in order, in time, at once, or with nobody left to ask for it (DESIGN §9)."""
import os
import signal
import socket
import subprocess

import pytest

from supervisor import is_alive
from support.paths import BINARY
from support.postgres import die_with_parent
from support.process import Process, environment
from support.waiting import eventually


def pids(s):
    return [row["pid"] for row in s.status().values()]


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_requested_stop_exits_0_in_reverse_order(ready, sig):
    s = ready("test-bot,test-two,test-three")
    everyone = pids(s)
    s.send(sig)
    s.wait_ends(0)
    stopped = [line.split()[3].rstrip(":") for line in s.lines("-> stopped")]
    assert stopped == ["test-three", "test-two", "test-bot"]
    assert not any(is_alive(pid) for pid in everyone)


def test_a_worker_gets_the_time_it_needs_and_is_asked_once(ready):
    s = ready(behaviour={"test-bot": "slow-stop 700"})
    s.send(signal.SIGTERM)
    s.wait_ends(0)
    assert not s.lines("second signal") and not s.lines("killed")


def test_a_worker_that_does_not_stop_is_killed_at_the_deadline_and_the_exit_code_is_0(ready):
    s = ready(behaviour={"test-two": "ignore"}, times={"stop": 3000, "turn": 500})
    s.send(signal.SIGTERM)
    s.wait_ends(0)
    assert s.wait_for_log("test-two does not stop in time: killed")
    assert s.wait_for_log("test-bot: stopping -> stopped")


def test_a_frozen_worker_does_not_keep_the_next_from_stopping_in_order(ready):
    s = ready(times={"stop": 4000, "turn": 300})
    os.kill(s.row("test-two")["pid"], signal.SIGSTOP)
    s.send(signal.SIGTERM)
    s.wait_ends(0)
    assert s.wait_for_log("test-two: stopping -> killing")
    assert s.wait_for_log("test-bot: stopping -> stopped")


def test_the_second_signal_kills_at_once(ready):
    s = ready(behaviour={"test-bot": "ignore", "test-two": "ignore"}, times={"stop": 600000})
    everyone = pids(s)
    s.send(signal.SIGTERM)
    s.wait_for_log("test-two: ready -> stopping")
    s.send(signal.SIGTERM)
    s.wait_ends(128 + signal.SIGTERM)
    assert s.wait_for_log("second signal")
    assert not any(is_alive(pid) for pid in everyone)


def test_a_stop_while_a_worker_waits_for_its_restart_does_not_start_it(supervise):
    s = supervise(behaviour={"test-two": "exit 1"}, times={"first": 600000, "longest": 600000})
    s.wait_for_log("test-two: starting -> waiting")
    s.wait_state("test-bot", "ready")
    s.send(signal.SIGTERM)
    s.wait_ends(0)
    assert s.said("test-two: .* -> starting")


@pytest.mark.parametrize("frozen", [False, True])
def test_when_the_supervisor_is_killed_no_worker_survives(ready, frozen):
    s = ready()
    workers = [row["pid"] for role, row in s.status().items() if role != "supervise"]
    if frozen:
        os.kill(workers[0], signal.SIGSTOP)
    s.kill()
    eventually(lambda: not any(is_alive(pid) for pid in workers), what="no worker is left")


def test_the_next_supervisor_starts_over_what_a_killed_one_left(ready):
    s = ready()
    s.kill()
    again = ready(SALESREG_RUN_DIR=s.run_dir)
    assert again.run_dir == s.run_dir and again.status()


@pytest.mark.parametrize("role", ["test-worker", "outreach"])
def test_a_worker_that_loses_its_supervisor_stops(tmp_path, role):
    """By the end of its socket alone: this parent sets no death signal."""
    ours, theirs = socket.socketpair()
    os.makedirs(tmp_path / "run", 0o700)

    def arrange():
        die_with_parent()
        os.dup2(theirs.fileno(), 3)

    env = environment({"SALESREG_IPC_FD": 3, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
                       "SALESREG_RUN_DIR": tmp_path / "run"})
    with open(tmp_path / "log", "wb") as log:
        worker = subprocess.Popen([BINARY, role], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  preexec_fn=arrange, pass_fds=[3, theirs.fileno()])
    theirs.close()
    ours.settimeout(40)
    first = ours.recv(4)  # READY: it runs
    assert first[2:4] == bytes([1, 0])
    assert not list((tmp_path / "run").iterdir()), "supervised, it needs no control socket"
    ours.close()
    assert worker.wait(40) == 0, (tmp_path / "log").read_text()
    assert "the supervisor is gone" in (tmp_path / "log").read_text()


def test_a_second_supervisor_in_the_same_run_directory_is_refused_and_disturbs_nobody(ready, salesreg):
    s = ready()
    before = pids(s)
    second = salesreg("supervise", WORKERS="test-bot", SALESREG_RUN_DIR=s.run_dir)
    second.expect_exit(75)
    second.wait()
    assert second.said("another supervise runs")
    assert pids(s) == before


def test_ctrl_c_reaches_the_supervisor_alone(ready):
    """The workers are in sessions of their own, so the terminal does not signal them behind its back."""
    s = ready()
    for role, row in s.status().items():
        if role != "supervise":
            assert os.getsid(row["pid"]) == row["pid"]


def test_what_the_parent_left_blocked_and_ignored_does_not_matter(ready, monkeypatch):
    original = subprocess.Popen

    def with_bad_signals(*args, preexec_fn=None, **kwargs):
        def arrange():
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGCHLD, signal.SIGINT})
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if preexec_fn:
                preexec_fn()
        return original(*args, preexec_fn=arrange, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", with_bad_signals)
    s = ready()
    monkeypatch.undo()
    pid = s.row("test-two")["pid"]
    os.kill(pid, signal.SIGKILL)
    s.wait_restarted("test-two")
    s.send(signal.SIGTERM)
    s.wait_ends(0)


@pytest.mark.parametrize("settings,word", [
    ({"WORKERS": "bot,bot"}, "names bot twice"),
    ({"WORKERS": "bot,frobnicate"}, "frobnicate"),
    ({"WORKERS": "oauth"}, "nothing that can be started"),
    ({"SALESREG_RUN_DIR": "/" + "x" * 100}, "SALESREG_RUN_DIR"),
    ({"SALESREG_RUN_DIR": "/proc/none"}, "SALESREG_RUN_DIR"),
    ({"SALESREG_RUN_DIR": "/tmp"}, "not ours alone"),
    ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
])
def test_what_cannot_work_is_refused_with_what_to_mend(salesreg, settings, word):
    process: Process = salesreg("supervise", **{"WORKERS": "test-bot", **settings})
    process.expect_exit(78)
    process.wait()
    assert word in process.lines("error")[-1]
