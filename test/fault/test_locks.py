"""Locks that another session holds: who may take ours, and that whoever holds up the work is named."""
import json
import subprocess

import pytest

from support.database import tables
from support.process import BINARY, EXIT_USAGE, environment, run
from support.telegram import TOKEN

BOT_ID = int(TOKEN.split(":")[0])


@pytest.fixture
def stranger(database):
    """A role that may connect and nothing else, and its session."""
    database.cluster.execute("CREATE ROLE mallory LOGIN")
    session = database.cluster.connect(database.name, "mallory")
    with session.cursor() as cursor:
        cursor.execute("SET application_name = 'x-ray'")
    yield session
    session.close()
    database.cluster.execute("DROP ROLE mallory")


def pid_of(session):
    return session.info.backend_pid


def findings(world):
    done = run("doctor", "--no-poll", "--json", settings={"DATABASE_URL": world.db.url})
    return {f["code"]: f["what"] for f in json.loads(done.stdout)["findings"]}


def test_nobody_without_rights_holds_up_assigning(make_world, stranger):
    world = make_world()
    world.db.no_prospects()
    world.db.add_reps([1])
    with stranger.cursor() as cursor:
        for key in range(32):
            if key != 1:
                cursor.execute("SELECT pg_advisory_lock(1935764581, %s)", (key,))
        with pytest.raises(Exception, match="permission denied"):
            cursor.execute(f"SELECT 1 FROM {tables.assignment_lock} FOR UPDATE")
    world.start_outreach()
    world.db.add_prospect("p1")
    world.db.assignments.eventually("count(*) = 1")


def test_who_holds_the_leaders_lock_is_named(make_world, stranger):
    world = make_world()
    with stranger.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(1935764581, hashint8(%s) | 16)", (BOT_ID,))
        bot = world.start("bot")
        bot.wait_for_log(rf"pid {pid_of(stranger)} \(role mallory, application x-ray\) holds an advisory lock")
        found = findings(world)
        assert "mallory" in found["lock-of-ours"] and "no-bot" in found
        cursor.execute("SELECT pg_advisory_unlock_all()")
    bot.wait_ready()
    bot.wait_for_log("nobody else holds an advisory lock")
    assert bot.said("holds an advisory lock of salesreg.s, for")
    anna = world.person()
    anna.says("привет")
    anna.hears("offer")


@pytest.mark.parametrize("statement", [f"SELECT 1 FROM {tables.assignment_lock} FOR UPDATE", "LOCK TABLE test_prospects IN EXCLUSIVE MODE"])
def test_an_open_transaction_that_stops_assigning_is_named(make_world, statement):
    world = make_world()
    world.db.no_prospects()
    world.db.add_reps([1])
    outreach = world.start_outreach()
    hand = world.db.connect()
    with hand.cursor() as cursor:
        cursor.execute("SET application_name = 'psql'")
        hand.autocommit = False
        world.db.eventually("SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'salesreg outreach listen'")
        if "LOCK TABLE" not in statement:
            cursor.execute(statement)
            world.db.add_prospect("p1")
        else:
            cursor.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('p1', '@p1', 'P')")
            cursor.execute(statement)
            world.db.execute("NOTIFY salesreg_assign")
        table = "test_prospects" if "LOCK TABLE" in statement else "assignment_lock"
        outreach.wait_for_log(rf"pid {pid_of(hand)} \(role \w+, application psql\) holds locks on [\w., ]*{table}")
        assert table in findings(world)["locks-held"]
    hand.rollback()
    outreach.wait_for_log("no other session holds locks")
    world.db.eventually("SELECT count(*) = count(assigned_rep_id) FROM test_prospects")
    assert outreach.said("holds locks on")
    hand.close()


def test_a_short_transaction_is_nobodys_business(make_world):
    world = make_world()
    hand = world.db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute("UPDATE test_prospects SET notes = 'x'")
        hand.commit()
    assert "locks-held" not in findings(world)
    hand.close()


# migrations -------------------------------------------------------------------------------------------------------------

OLD_TABLE = "CREATE TABLE test_prospects (id varchar(255) PRIMARY KEY, telegram_id varchar(255) NOT NULL, name varchar(255) NOT NULL)"
HOLDS = {"a reader": ("SELECT count(*) FROM test_prospects", "holds locks on public.test_prospects"),
         "another migration": ("SELECT pg_advisory_lock(1935764581, 1)", "holds an advisory lock of salesreg's")}


@pytest.fixture(params=list(HOLDS))
def hold(request, empty_database):
    """A session that a migration has to wait for, and how it is named."""
    empty_database.execute(OLD_TABLE)
    session = empty_database.connect()
    session.autocommit = False
    statement, says = HOLDS[request.param]
    with session.cursor() as cursor:
        cursor.execute("SET application_name = 'report'")
        cursor.execute(statement)
    yield session, rf"pid {pid_of(session)} (role {session.info.user}, application report) {says}"
    session.close()


@pytest.fixture
def migrating(empty_database):
    processes = []

    def start(*args):
        processes.append(subprocess.Popen([BINARY, "migrate", *args], stderr=subprocess.PIPE, text=True,
                                          env=environment({"DATABASE_URL": empty_database.url})))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_migration_names_who_holds_it_up_and_goes_on_when_that_has_ended(empty_database, hold, migrating):
    session, says = hold
    process = migrating()
    line = process.stderr.readline()
    while "it is tried again" not in line:
        assert " applied" in line, line
        line = process.stderr.readline()
    assert says in line and " warn " in line
    session.close()
    rest = process.communicate()[1]
    assert process.returncode == 0, rest
    assert "migration 004_registry applied" in rest


def test_a_migration_ends_when_it_has_waited_as_long_as_it_was_told(empty_database, hold):
    session, says = hold
    done = run("migrate", "--wait", "0", settings={"DATABASE_URL": empty_database.url})
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and says in last and "nothing was changed; to be tried again" in last, done.stderr
    session.close()
    assert run("migrate", "--wait", "0", settings={"DATABASE_URL": empty_database.url}).returncode == 0


def test_whoever_reads_waits_behind_a_migration_for_seconds_only(empty_database, migrating):
    empty_database.execute(OLD_TABLE)
    with empty_database.connect() as first, empty_database.connect() as second:
        first.autocommit = False
        with first.cursor() as held, second.cursor() as reader:
            held.execute("SELECT count(*) FROM test_prospects")
            migrating()
            empty_database.eventually("SELECT count(*) = 1 FROM pg_locks WHERE NOT granted AND relation = 'test_prospects'::regclass")
            reader.execute("SELECT count(*) FROM test_prospects")  # for ever, before
            assert reader.fetchone() == (0,)


def test_a_worker_that_would_migrate_says_who_holds_it_up(empty_database, hold, salesreg):
    session, says = hold
    outreach = salesreg("outreach", DATABASE_URL=empty_database.url)
    line = outreach.wait_for_log("no database for now, waiting for it", timeout=60)
    assert says in outreach.log, line
    session.close()
    outreach.wait_for_log("migration 004_registry applied", timeout=60)


def test_the_list_of_migrations_is_waited_for_likewise(database):
    session = database.connect()
    session.autocommit = False
    with session.cursor() as cursor:
        cursor.execute(f"SET application_name = 'dump'; LOCK TABLE {tables.schema_migrations} IN ACCESS EXCLUSIVE MODE")
    pid = pid_of(session)
    done = run("migrate", "--wait", "0", settings={"DATABASE_URL": database.url})
    session.close()
    assert done.returncode == 1 and "the migrations cannot be read" in done.stderr, done.stderr
    assert f"pid {pid} (role" in done.stderr and f"application dump) holds locks on {tables.schema_migrations}" in done.stderr


@pytest.mark.parametrize("worker, table", [("outreach", "home"), ("bot", "bot_state")])
def test_a_worker_that_cannot_tell_which_database_it_is_says_who_holds_it_up(make_world, worker, table):
    world = make_world()
    session = world.db.connect()
    session.autocommit = False
    with session.cursor() as cursor:
        cursor.execute(f"SET application_name = 'dump'; LOCK TABLE salesreg.{table} IN ACCESS EXCLUSIVE MODE")
    process = world.start(worker)
    says = rf"pid {pid_of(session)} \(role \w+, application dump\) holds locks on salesreg\.{table}"
    process.wait_for_log(f"no database for now, waiting for it: .*{says}", timeout=60)
    session.close()
    process.wait_ready()


@pytest.mark.parametrize("seconds", ["x", "-1", "", "1s", "100000"])
def test_a_wait_is_in_seconds(seconds):
    done = run("migrate", "--wait", seconds)
    assert done.returncode == EXIT_USAGE and f"--wait {seconds}: it is a number from 0 to 86400" in done.stderr
