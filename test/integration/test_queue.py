"""The C tests of the worker of a queue, on a PostgreSQL of their own; each counts as a test here."""
import re
import subprocess

import pytest
from support.paths import BINARY, ROOT
from support.process import environment

PROGRAM = BINARY.parent / "test" / "integration" / "queue_worker_test"
SOURCE = ROOT / "test" / "integration" / "queue_worker_test.c"


@pytest.fixture(scope="module")
def outcome(postgres, template):
    postgres.create("queue_worker_test", template)
    try:
        return subprocess.run([str(PROGRAM)], env=environment({"DATABASE_URL": postgres.url("queue_worker_test")}),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=170)
    finally:
        postgres.drop("queue_worker_test")


@pytest.mark.parametrize("name", re.findall(r"^\t    T\((\w+)\)", SOURCE.read_text(), re.M))
def test_of_a_queue(outcome, name):
    text = outcome.stdout + outcome.stderr
    assert f"[       OK ] {name}" in text, text


def test_the_program_ends_clean(outcome):
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
