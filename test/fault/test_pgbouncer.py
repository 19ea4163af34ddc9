"""A pooler between salesreg and PostgreSQL: a real PgBouncer, in both modes."""
import threading

import pytest

from support.pgbouncer import PgBouncer
from support.process import EXIT_CONFIG, run
from support.telegram import BOT_ID


class Chatter:
    """Other clients of the pooler, so that a transaction does not always get the connection of the one before."""

    def __init__(self, pooler, database, threads=3):
        import psycopg2
        self.stop = threading.Event()

        def talk():
            connection = psycopg2.connect(pooler.url(database))
            connection.autocommit = True
            with connection.cursor() as cursor:
                while not self.stop.is_set():
                    cursor.execute("SELECT pg_sleep(0.002)")
            connection.close()
        self.threads = [threading.Thread(target=talk, daemon=True) for _ in range(threads)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for t in self.threads:
            t.join()


@pytest.mark.parametrize("server_round_robin", [0, 1])
@pytest.mark.parametrize("busy", [False, True], ids=["alone", "among others"])
@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_transaction_mode_is_recognised_at_the_start(make_world, role, busy, server_round_robin):
    world = make_world()
    with PgBouncer(world.db.cluster, "transaction", server_round_robin=server_round_robin) as pooler, \
            Chatter(pooler, world.db.name, 3 if busy else 0):
        for _ in range(3):
            worker = world.start(role, DATABASE_URL=pooler.url(world.db.name))
            worker.expect_exit(EXIT_CONFIG)
            worker.wait_for_log("transaction pooler")
            assert worker.popen.wait(30) == EXIT_CONFIG
            assert "leading: this process" not in worker.log, "it was found out before anything was done"


def test_doctor_knows_a_transaction_pooler(make_world):
    world = make_world()
    with PgBouncer(world.db.cluster, "transaction") as pooler:
        done = run("doctor", "--no-poll", settings={"DATABASE_URL": pooler.url(world.db.name)})
    assert done.returncode == 1
    assert "transaction pooler" in done.stdout


def test_session_mode_works(make_world):
    world = make_world()
    with PgBouncer(world.db.cluster, "session") as pooler:
        world.settings["DATABASE_URL"] = pooler.url(world.db.name)
        world.start_bot()
        world.start_outreach()
        anna = world.person("Anna Petrova")
        anna.registers()
        world.db.eventually("SELECT count(*) = 3 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")
        anna.hears_anything()
        done = run("doctor", "--no-poll", settings={**world.settings, "REGISTRY_BOT_TOKEN": f"{BOT_ID}:x"})
        assert "transaction pooler" not in done.stdout, done.stdout
        world.finish()
