"""Supervisors, each in a short directory of its own, stopped and judged at the end."""
import itertools
import shutil
import tempfile
from pathlib import Path

import pytest

from supervisor import Supervisor
from support.paths import BINARY
from support.process import finish

HAS_TEST_WORKERS = b"SALESREG_TEST_TIMES" in BINARY.read_bytes()


@pytest.fixture(autouse=True)
def test_workers():
    if not HAS_TEST_WORKERS:
        pytest.skip(f"{BINARY} HAS NO TEST WORKERS: it was built without SALESREG_TESTS")


@pytest.fixture
def supervise():
    """supervise("test-bot,test-two", {"test-two": "exit 1"}, times={…}, **settings)"""
    directory = Path(tempfile.mkdtemp(prefix="salesreg-"))  # sockets need short paths
    started, numbers = [], itertools.count(1)

    def start(workers="test-bot,test-two", behaviour=None, times=None, **settings):
        own = directory / str(next(numbers))
        own.mkdir()
        started.append(Supervisor(own, own / "log", workers, behaviour or {}, times or {}, settings))
        return started[-1]

    yield start
    finish(started)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def ready(supervise):
    """The same, and every worker is ready."""
    def start(*args, **kwargs):
        supervisor = supervise(*args, **kwargs)
        supervisor.wait_for_log("every worker is ready")
        return supervisor
    return start
