"""The C tests of what works on a database, each program on a PostgreSQL of its own; each of their tests counts as one here."""
import re
import subprocess

import pytest
from support.paths import BINARY, ROOT
from support.process import environment

PROGRAMS = ["db_pool_test", "db_session_test", "queue_worker_test"]


def names(program):
    source = (ROOT / "test" / "integration" / f"{program}.c").read_text()
    return re.findall(r"^\t    (?:T|cmocka_unit_test)\((\w+)\)", source, re.M)


@pytest.fixture(scope="module")
def outcome(postgres, template):
    """outcome(program) runs it, once."""
    done = {}

    def run(program):
        if program not in done:
            postgres.create(program, template)
            try:
                done[program] = subprocess.run(
                    [str(BINARY.parent / "test" / "integration" / program)], env=environment({"DATABASE_URL": postgres.url(program)}),
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=170)
            finally:
                postgres.drop(program)
        return done[program]
    return run


@pytest.mark.parametrize("program,name", [(program, name) for program in PROGRAMS for name in names(program)])
def test_in_c(outcome, program, name):
    done = outcome(program)
    text = done.stdout + done.stderr
    assert f"[       OK ] {name}" in text, text


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_program_ends_clean(outcome, program):
    assert names(program)
    done = outcome(program)
    assert done.returncode == 0, done.stdout + done.stderr
