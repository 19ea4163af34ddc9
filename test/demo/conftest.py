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
        args = ["--data", str(directory)] + (["--listen", f"127.0.0.1:{port}"] if port else [])
        super().__init__("demo", args, {"SALESREG_RUN_DIR": None, "PATH": os.environ["PATH"], **settings}, log_path)

    def ready(self):
        """Awaits it; returns its page."""
        line = self.wait_for_log(r"^    http://[0-9.:]+/$", timeout=120)
        return Page(line.strip().rstrip("/"))

    def pids(self):
        """Everything that works for this demo."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                environ = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
                cwd = os.readlink(entry / "cwd")
            except OSError:
                continue
            # PostgreSQL's processes write over their environment, and work in the data directory
            ours = f"host={self.directory}/socket".encode() in environ or cwd == f"{self.directory}/pgdata"
            if state != "Z" and (ours or int(entry.name) == self.pid):
                found.append(int(entry.name))
        return found

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
