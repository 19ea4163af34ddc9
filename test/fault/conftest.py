"""A PostgreSQL of these tests' own, because they kill it; and the crowd that keeps the processes busy meanwhile."""
import os
import random

import pytest

import faults
from crowd import Crowd
from support.postgres import Cluster
from support.process import run

TEMPLATE = "salesreg_template"


@pytest.fixture(scope="session")
def postgres():
    # processes are killed here, not machines: what is written is not lost, and recovery need not wait for the disk
    cluster = Cluster({"fsync": "off"})
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def template(postgres):
    postgres.create(TEMPLATE)
    done = run("migrate", settings={"DATABASE_URL": postgres.url(TEMPLATE)})
    assert done.returncode == 0, done.stderr
    return TEMPLATE


@pytest.fixture
def database(postgres, database):
    yield database
    faults.revive(postgres)  # whatever the test left behind


@pytest.fixture
def chance():
    """Random moments that can be had again: SALESREG_FAULT_SEED."""
    seed = int(os.environ.get("SALESREG_FAULT_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"SALESREG_FAULT_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def make_crowd(chance):
    """make_crowd(world, size): people who talk to the bot until crowd.finish()."""
    crowds = []

    def make(world, size, **options):
        crowds.append(Crowd(world, size, random.Random(chance.random()), **options))
        return crowds[-1]

    yield make
    for crowd in crowds:
        crowd.abandon()


@pytest.fixture
def mallory(postgres):
    """A role that may do what an operator gave it, and never more."""
    postgres.execute("CREATE ROLE mallory LOGIN")
    yield "mallory"
    for name, in postgres.execute("SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'template0'"):
        postgres.execute("DROP OWNED BY mallory CASCADE", name)
    postgres.execute("DROP ROLE mallory")
