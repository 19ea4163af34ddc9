"""
Fixtures: a PostgreSQL of our own, a migrated database a test, the Telegram emulator, the program's processes.
SALESREG_BIN names the binary under test (default build/dev/salesreg).
"""
import itertools
import signal

import pytest

from support.database import Database
from support.paths import BINARY
from support.postgres import Cluster
from support.process import Process, finish, run
from support.telegram import Sandbox
from support.texts import Texts
from support.world import World

TEMPLATE = "salesreg_template"
names = itertools.count(1)


def pytest_configure(config):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is not there; build it: cmake --preset dev && cmake --build --preset dev", 2)


    end_once()


def end_once():
    """
    SIGTERM is a Ctrl-C, so that what the tests started ends as well, unless there was one before: test/run.sh sends it after a
    Ctrl-C of the terminal's, which reached all processes.
    """
    ended = []

    def end(number, _):
        if number == signal.SIGINT or not ended:
            ended.append(number)
            raise KeyboardInterrupt
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def pytest_collection_modifyitems(items):
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="session")
def postgres():
    cluster = Cluster()
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def template(postgres):
    """A migrated database to copy: nobody stays connected to it."""
    postgres.create(TEMPLATE)
    done = run("migrate", settings={"DATABASE_URL": postgres.url(TEMPLATE)})
    assert done.returncode == 0, done.stderr
    return TEMPLATE


def _create(cluster, template):
    name = f"t{next(names)}"
    cluster.create(name, template)
    created = Database(cluster, name)
    if template == TEMPLATE:
        # as old as this database, not as the template: how long prospects wait must not depend on how long the tests have run
        created.as_superuser("SET session_replication_role = replica;"
                             " UPDATE public.test_prospects SET created_at = now(), updated_at = now()")
    return created


def _drop(database):
    database.close()
    database.cluster.drop(database.name)


@pytest.fixture
def database(postgres, template):
    """Migrated, with the three seed prospects."""
    created = _create(postgres, template)
    yield created
    _drop(created)


@pytest.fixture
def empty_database(postgres):
    """Nothing in it, not even the migrations."""
    created = _create(postgres, "template0")
    yield created
    _drop(created)


@pytest.fixture(scope="session")
def texts():
    return Texts()


@pytest.fixture
def sandbox(tmp_path):
    created = Sandbox(tmp_path / "sandbox.log")
    yield created
    created.process.discard()


@pytest.fixture
def salesreg(tmp_path):
    """salesreg(role, *args, **settings) starts a process that is stopped and judged at the end."""
    started = []

    def start(role, *args, secrets=(), **settings):
        secrets = [*secrets, settings.get("REGISTRY_BOT_TOKEN")]
        process = Process(role, args, settings, tmp_path / f"{role}-{len(started) + 1}.log", secrets)
        started.append(process)
        return process

    yield start
    finish(started)


@pytest.fixture
def make_world(database, tmp_path):
    """make_world(**settings): database and sandbox, no process yet."""
    worlds = []

    def make(sandbox_args=(), tls=False, simulates=False, **settings):
        directory = tmp_path / f"world-{len(worlds) + 1}"
        directory.mkdir()
        worlds.append(World(database, directory, settings, sandbox_args, tls, simulates))
        return worlds[-1]

    yield make
    for world in worlds:
        world.finish()


@pytest.fixture
def mail():
    """A mail server; the programs know it by support.mail.settings()."""
    from support.mail import MailServer  # not every machine that runs some test has an SMTP server in Python
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def world(make_world):
    """Database, sandbox, bot and outreach, all running."""
    made = make_world()
    made.start_bot()
    made.start_outreach()
    return made


@pytest.fixture
def bot_world(make_world):
    """Database, sandbox and bot: conversations, and prospects are not assigned."""
    made = make_world()
    made.start_bot()
    return made
