"""The inherited listener, leaks, and many restarts."""
import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.postgres import free_port
from support.waiting import eventually

RESTARTS = int(os.environ.get("SALESREG_TEST_RESTARTS", "200"))


def descriptors(pid):
    return sorted(int(fd) for fd in os.listdir(f"/proc/{pid}/fd"))


def ask(port):
    with socket.create_connection(("127.0.0.1", port), timeout=40) as client:
        return int(client.makefile().readline())


def test_a_listener_outlives_its_worker_and_refuses_nobody(ready):
    port = free_port()
    s = ready("test-bot,test-listener", SALESREG_TEST_LISTEN=f"127.0.0.1:{port}")
    answered, failed, over = set(), [], threading.Event()

    def client():
        while not over.is_set():
            try:
                answered.add(ask(port))
            except (ConnectionRefusedError, TimeoutError) as e:
                failed.append(e)
            except (OSError, ValueError):
                pass  # accepted by the one that was killed just then

    threads = [threading.Thread(target=client) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for restart in range(1, 6):
            os.kill(s.row("test-listener")["pid"], signal.SIGKILL)
            pid = s.wait_restarted("test-listener", restart)["pid"]
            eventually(lambda: pid in answered, what="the new one answers")
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failed and len(answered) >= 5


def test_the_listener_of_a_worker_given_up_is_closed(ready):
    port = free_port()
    s = ready("test-bot,test-listener", SALESREG_TEST_LISTEN=f"127.0.0.1:{port}")
    s.behave("test-listener", "exit 78")
    os.kill(s.row("test-listener")["pid"], signal.SIGKILL)
    s.wait_state("test-listener", "given up")
    try:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    except ConnectionRefusedError:
        return
    raise AssertionError("somebody still listens")


def test_a_worker_has_only_the_descriptors_meant_for_it(ready):
    s = ready()
    for role, row in s.status().items():
        if role == "supervise":
            continue
        links = {fd: os.readlink(f"/proc/{row['pid']}/fd/{fd}") for fd in descriptors(row["pid"])}
        assert links[0] == "/dev/null"
        assert links[3].startswith("socket:")
        # besides its own loop's: one socket, of the pair
        assert sum(link.startswith("socket:") for link in links.values()) <= 3, links
        assert not any("lock" in link for link in links.values()), links


@pytest.mark.timeout(180 + RESTARTS)
def test_many_restarts_neither_grow_nor_leak(ready):
    s = ready("test-bot,test-two", behaviour={"test-two": "late-exit 1"}, times={"first": 1, "longest": 1})

    def restarts():
        assert s.alive, s.log
        return s.row("test-two")["restarts"]

    # awaited by asking: a restart is no event for us; the first few warm the allocator up
    eventually(lambda: restarts() >= min(50, RESTARTS // 4), timeout=60 + RESTARTS)
    open_before = len(descriptors(s.pid))
    memory_before = s.row("supervise")["rss_kib"]
    deadline = time.monotonic() + 60 + RESTARTS
    while restarts() < RESTARTS:
        assert time.monotonic() < deadline, f"only {restarts()} restarts"
        time.sleep(0.2)
    s.behave("test-two", "")
    s.wait_state("test-two", "ready")
    assert len(descriptors(s.pid)) <= open_before + 1, "one may be the socket of a worker that was down before"
    assert s.row("supervise")["rss_kib"] < memory_before + 2048
    children = Path(f"/proc/{s.pid}/task/{s.pid}/children").read_text().split()
    assert len(children) == 2
    stats = [Path(f"/proc/{pid}/stat").read_text() for pid in children]
    assert not any(re.search(r"\) Z ", stat) for stat in stats)


def test_closed_standard_descriptors_are_not_taken_for_others(ready, monkeypatch):
    original = subprocess.Popen

    def without(*args, preexec_fn=None, **kwargs):
        def arrange():
            preexec_fn()
            os.close(0)
            os.close(1)
        return original(*args, preexec_fn=arrange, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", without)
    s = ready()
    monkeypatch.undo()
    for fd in (0, 1):
        assert os.readlink(f"/proc/{s.pid}/fd/{fd}") == "/dev/null"
    s.terminate()


def test_a_successor_waits_for_who_is_just_stopping(ready, supervise):
    """A rolling restart with one run directory: first its lock is waited for, then nothing is in the way."""
    first = ready("test-bot,test-two")
    second = supervise("test-bot,test-two", SALESREG_RUN_DIR=str(first.run_dir))
    second.wait_for_log("the run directory .* somebody else has it; waiting")
    assert not second.lines("every worker is ready")
    first.terminate()
    second.wait_for_log("every worker is ready")
