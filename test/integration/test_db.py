"""The C tests of the pool and the listener, on a PostgreSQL of their own; each counts as a test here."""
import re
import subprocess

import pytest
from support.paths import BINARY
from support.process import environment

PROGRAM = BINARY.parent / "test" / "integration" / "db_pool_test"
SOURCE = (BINARY.parents[2] / "test" / "integration" / "db_pool_test.c")


def names():
    return re.findall(r"cmocka_unit_test\((\w+)\)", SOURCE.read_text())


@pytest.fixture(scope="module")
def outcome(postgres, template):
    postgres.create("db_pool_test", template)
    try:
        return subprocess.run([str(PROGRAM)], env=environment({"DATABASE_URL": postgres.url("db_pool_test")}),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
    finally:
        postgres.drop("db_pool_test")


@pytest.mark.parametrize("name", names())
def test_of_the_pool(outcome, name):
    text = outcome.stdout + outcome.stderr
    assert f"[       OK ] {name}" in text, text


def test_the_program_ends_clean(outcome):
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
