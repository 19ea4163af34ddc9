"""Several hosts, near and far, silent and standing by, from DATABASE_URL and from where libpq takes them besides."""
import pytest

from support.database import Database
from support.metrics import HOST
from support.postgres import OWNER, PASSWORD
from support.process import run
from support.replication import Pair, Road
from support.telegram import TOKEN
from support.world import World

NAME = "salesreg_hosts"
FAR_S = 0.12  # a way; a connection is made by two ways there and back


@pytest.fixture
def pair():
    made = Pair()
    yield made
    made.remove()


@pytest.fixture
def world(pair, tmp_path):
    """The database is on the primary, migrated and replayed."""
    pair.primary.execute(f"CREATE DATABASE {NAME} OWNER {pair.owner}")
    done = run("migrate", settings={"DATABASE_URL": pair.primary.url(NAME)})
    assert done.returncode == 0, done.stderr
    pair.await_replay()
    made = World(Database(pair.primary, NAME), tmp_path)
    yield made
    made.finish()


@pytest.fixture
def road():
    """road(port, **how): another way to a server."""
    made = []

    def road(port, **how):
        made.append(Road(port, **how))
        return made[-1]

    yield road
    for r in made:
        r.close()


def url(*ports):
    return f"postgresql://{OWNER}:{PASSWORD}@" + ",".join(f"{HOST}:{port}" for port in ports) + f"/{NAME}"


def registers(world):
    anna = world.person("Anna Petrova")
    anna.registers()
    world.db.eventually("SELECT count(*) = 3 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")
    world.settle()


def test_a_far_primary_is_preferred_to_a_near_standby(pair, world, road):
    far = road(pair.primary.port, delay_s=FAR_S)
    world.settings["DATABASE_URL"] = url(pair.standby.port, far.port)
    world.start_bot()
    world.start_outreach()
    registers(world)
    for process in (world.bot, world.outreach):
        assert "standby, and nothing" not in process.log and "LISTEN" not in process.log


def test_a_standby_alone_is_not_taken_and_the_log_says_why(pair, world):
    world.settings["DATABASE_URL"] = url(pair.standby.port)
    bot = world.start("bot")
    outreach = world.start("outreach")
    for process in (bot, outreach):
        process.wait_for_log("is a standby, and nothing can be written to it; DATABASE_URL has to name the primary")
    pair.standby.promote()
    for process in (bot, outreach):
        process.wait_for_log("the database is back")
    world.db.close()
    world.db.cluster = pair.standby
    registers(world)


def test_a_server_that_was_restored_on_purpose_is_taken_after_a_restart(pair, world):
    """To a running process it is an old primary that came back, and the refusal says what to do if it is not."""
    world.settings["DATABASE_URL"] = url(pair.primary.port, pair.standby.port)
    world.start_bot()
    pair.standby.promote()
    world.bot.wait_for_log("leading: this process", count=2)
    pair.standby.kill()
    world.bot.wait_for_log("is an old primary.*if it was restored on purpose, restart salesreg")
    world.restart_bot()
    world.start_outreach()
    registers(world)


@pytest.mark.parametrize("source", ["uri", "environment", "service"])
def test_a_silent_host_holds_nobody_up_wherever_the_hosts_come_from(pair, world, road, tmp_path, source):
    silent = road(pair.primary.port)
    silent.swallow()
    hosts, ports = f"{HOST},{HOST}", f"{silent.port},{pair.primary.port}"
    settings = {"uri": {"DATABASE_URL": url(silent.port, pair.primary.port)},
                "environment": {"DATABASE_URL": f"postgresql:///{NAME}", "PGHOST": hosts, "PGPORT": ports,
                                "PGUSER": OWNER, "PGPASSWORD": PASSWORD},
                "service": {"DATABASE_URL": f"postgresql:///{NAME}?service=sales", "PGSERVICEFILE": tmp_path / "services",
                            "PGHOST": "/nowhere"}}[source]
    (tmp_path / "services").write_text(f"[sales]\nhost={hosts}\nport={ports}\nuser={OWNER}\npassword={PASSWORD}\n"
                                       "connect_timeout=5\n")
    done = run("doctor", "--json", "--no-poll", settings={**settings, "REGISTRY_BOT_TOKEN": TOKEN,
                                                          "TELEGRAM_API_BASE": world.sandbox.base})
    assert '"unreachable"' not in done.stdout and '"no-bot"' in done.stdout, done.stdout
    assert '"database-url"' not in done.stdout, done.stdout
    world.settings.update(settings)
    world.start_bot()
    world.start_outreach()
    registers(world)
