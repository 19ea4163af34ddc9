"""`salesreg demo`, each in a directory of its own, with everything it starts."""
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from support.postgres import free_port
from support.page import Page
from support.process import Process, finish


class Demo(Process):
    def __init__(self, directory, log_path, port, **settings):
        self.directory = directory
        self.port = port
        self.known = {}
        args = ["--data", str(directory)] + (["--listen", f"127.0.0.1:{port}"] if port else [])
        super().__init__("demo", args, {"SALESREG_RUN_DIR": None, "PATH": os.environ["PATH"], **settings}, log_path)

    def ready(self):
        """Awaits it; returns its page."""
        line = self.wait_for_log(r"^    http://[0-9.:]+/$", timeout=120)
        self.pids()
        return Page(line.strip().rstrip("/"))

    def pids(self):
        """Everything that works for this demo: it, what it has started as far as was seen, and its PostgreSQL."""
        processes = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                processes[int(entry.name)] = (stat[0], int(stat[1]), stat[19], os.readlink(entry / "cwd"))
            except OSError:
                continue
        ours = {pid: p[2] for pid, p in processes.items()
                if pid == self.pid or self.known.get(pid) == p[2] or p[3] == f"{self.directory}/pgdata"}
        while more := {pid: p[2] for pid, p in processes.items() if p[1] in ours and pid not in ours}:
            ours.update(more)
        self.known.update(ours)  # with when each began: numbers are used again
        return [pid for pid in ours if processes[pid][0] != "Z"]

    def interrupt(self):
        """Ctrl-C."""
        self.send(signal.SIGINT)
        assert self.wait(60) == 0, self.log
        assert self.pids() == []
        self.judge()


@pytest.fixture
def directory():
    made = Path(tempfile.mkdtemp(prefix="demo-", dir="/tmp"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def demo(directory, tmp_path):
    """demo(**settings) starts one; port=None leaves the address to it."""
    started = []

    def start(port=0, data=directory, **settings):
        log = tmp_path / f"demo-{len(started) + 1}.log"
        started.append(Demo(data, log, free_port() if port == 0 else port, **settings))
        return started[-1]

    yield start
    finish(started)
    for one in started:
        for pid in one.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
