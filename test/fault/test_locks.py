"""Locks that another session holds: who may take ours, and that whoever holds up the work is named."""
import json

import pytest

from support.process import run
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
            cursor.execute("SELECT 1 FROM salesreg.assignment_lock FOR UPDATE")
    world.start_outreach()
    world.db.add_prospect("p1")
    world.db.eventually("SELECT count(*) = 1 FROM salesreg.assignments")


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
    assert len(bot.lines("holds an advisory lock of salesreg.s, for")) == 1
    anna = world.person()
    anna.says("привет")
    anna.hears("offer")


@pytest.mark.parametrize("statement", ["SELECT 1 FROM salesreg.assignment_lock FOR UPDATE", "LOCK TABLE test_prospects IN EXCLUSIVE MODE"])
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
    assert len(outreach.lines("holds locks on")) == 1
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
