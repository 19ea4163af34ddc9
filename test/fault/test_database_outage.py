"""PostgreSQL goes away, hangs, comes back: a transient outage. Nobody ends, nobody floods the log, nothing happens twice."""
import signal
import time

import pytest

import faults
from crowd import all_assigned, judge, judge_messages
from road import SlowRoad
from support.database import tables
from support.metrics import HOST, await_scrape, free_ports
from support.waiting import eventually

OUTAGE_S = 5
SLOWER_THAN_THE_ECHO_S = 6
PEOPLE = 24


@pytest.mark.parametrize("how", ["fast", "kill"])
def test_the_database_is_away_for_five_seconds_under_load(make_world, make_crowd, chance, how):
    world = make_world()
    bot, outreach = world.start_bot(), world.start_outreach()
    crowd = make_crowd(world, PEOPLE)
    crowd.progress()
    faults.insert_prospects(world.db, [f"before_{i}" for i in range(10)])
    time.sleep(chance.uniform(0, 0.5))
    world.db.close()
    cluster = world.db.cluster
    if how == "fast":
        cluster.stop(signal.SIGINT)
    else:
        cluster.kill()
    time.sleep(OUTAGE_S)
    assert bot.alive and outreach.alive
    for process in (bot, outreach):
        assert process.said("no database for now"), process.log
    # a handful of lines about what was under way, whatever the number of attempts to come back
    for process in (bot, outreach):
        after = process.log.split("no database for now")[1]
        assert after.count("\n") <= 3, process.log
    faults.revive(cluster)
    faults.insert_prospects(world.db, [f"after_{i}" for i in range(10)])
    crowd.progress()
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)


def test_backends_that_hang_for_a_while_lose_nobody_the_leadership(make_world, make_crowd, chance):
    world = make_world()
    bot, outreach = world.start_bot(), world.start_outreach()
    crowd = make_crowd(world, PEOPLE)
    for i in range(2):
        faults.insert_prospects(world.db, [f"round{i}_{n}" for n in range(10)])
        crowd.progress()
        time.sleep(chance.uniform(0, 0.5))
        with faults.frozen_backends(world.db.cluster) as pids:
            assert len(pids) >= 4
            time.sleep(3)
        crowd.progress()
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)
    assert bot.lines("not leading any more") == []
    assert world.db.outbox_history.value("count(*)", "WHERE possible_duplicate") == 0


def test_what_was_sent_while_the_database_hung_is_not_sent_again_after_it_died(make_world):
    world = make_world(LOG_LEVEL="debug")
    port = free_ports()
    bot = world.start_bot(METRICS_LISTEN=f"{HOST}:{port}")
    anna = world.person("Anna Petrova")
    world.settle()
    world.sandbox.fault("slow", method="sendMessage", ms=4000)
    anna.says("привет")
    anna.hears("offer")  # Telegram's answer is still on its way
    with faults.frozen_backends(world.db.cluster):
        # the answer is there, and cannot be written down
        await_scrape(port, lambda s: s["salesreg_messages_total", {"outcome": "sent"}] == 1)
        world.db.close()
        world.db.cluster.kill()
    faults.revive(world.db.cluster)
    bot.wait_for_log("leading: this process", count=2)
    world.settle()
    assert judge_messages(world) == (0, 0)
    assert not anna.unheard()


@pytest.mark.parametrize("end", ["RAISE 'not at the end'", "PERFORM pg_terminate_backend(pg_backend_pid())"])
def test_a_transaction_that_fails_at_its_very_end_costs_the_session_not_the_bot(bot_world, end):
    """All its statements were answered; then the commit fails, or the session is ended there."""
    world, db = bot_world, bot_world.db
    anna = world.person("Anna Petrova")
    world.settle()
    db.execute("CREATE SEQUENCE public.times")
    db.execute("CREATE FUNCTION at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               f" IF nextval('public.times') = 1 THEN {end}; END IF; RETURN NULL; END $$")
    db.execute(f"CREATE CONSTRAINT TRIGGER at_the_end AFTER INSERT ON {db.outbox_history}"
               " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_the_end()")
    anna.says("привет")
    anna.hears("offer")
    world.bot.wait_for_log("leading: this process", count=2)
    anna.says("да")
    anna.hears("ask_name")
    world.settle()
    assert judge_messages(world) == (0, 0)


def test_both_come_up_once_there_is_a_database(make_world):
    world = make_world()
    cluster = world.db.cluster
    world.db.close()
    cluster.stop()
    bot, outreach = world.start("bot"), world.start("outreach")
    for process in (bot, outreach):
        process.wait_for_log("no database for now")
    faults.revive(cluster)
    bot.wait_for_log("leading: this process")
    anna = world.person("Anna Petrova")
    anna.registers()
    all_assigned(world)
    for process in (bot, outreach):
        assert process.said("no database for now"), process.log


def closed_to_new_sessions(db, closed):
    db.cluster.execute(f"ALTER DATABASE {db.name} ALLOW_CONNECTIONS {'false' if closed else 'true'}")


def end_sessions(db, application):
    ended = db.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND application_name = %s", application)
    assert ended
    db.eventually("SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database()"
                  " AND application_name = %s", application)


def test_a_prospect_inserted_while_nobody_listened_is_assigned(world):
    """The sweep of OUTREACH_INTERVAL_SECONDS is five minutes away: only the look after listening again finds it."""
    db = world.db
    anna = world.person("Anna Petrova")
    anna.registers()
    all_assigned(world)
    world.settle()
    closed_to_new_sessions(db, True)
    end_sessions(db, "salesreg outreach listen")
    db.add_prospect("missed")
    closed_to_new_sessions(db, False)
    db.eventually("SELECT assigned_rep_id IS NOT NULL FROM test_prospects WHERE id = 'missed'")
    # and it hears again
    db.add_prospect("heard")
    db.eventually("SELECT assigned_rep_id IS NOT NULL FROM test_prospects WHERE id = 'heard'")
    assert world.outreach.alive and world.bot.alive


def test_a_message_queued_while_nobody_listened_is_sent(bot_world):
    world, db = bot_world, bot_world.db
    anna = world.person("Anna Petrova")
    anna.says("привет")
    anna.hears("offer")
    world.settle()
    closed_to_new_sessions(db, True)
    end_sessions(db, "salesreg bot listen")
    queue = (f"INSERT INTO {tables.outbox} (chat_id, method, payload) VALUES"
             " (%s, 'sendMessage', json_build_object('chat_id', %s, 'text', %s::text))")
    db.execute(queue, anna.id, anna.id, "missed")
    closed_to_new_sessions(db, False)
    assert anna.hears_anything().text == "missed"
    db.execute(queue, anna.id, anna.id, "heard")
    assert anna.hears_anything().text == "heard"
    assert world.bot.lines("not leading any more") == []


def test_a_slow_answer_to_the_listeners_probe_is_no_pooler(make_world):
    """Who gets no answer to its NOTIFY for a while waits; only an answer without an echo tells of a pooler."""
    world = make_world()
    with SlowRoad(world.db.cluster.port, "pg_notify", SLOWER_THAN_THE_ECHO_S) as road:
        url = world.db.url.replace(f":{world.db.cluster.port}/", f":{road.port}/")
        bot, outreach = world.start("bot", DATABASE_URL=url), world.start("outreach", DATABASE_URL=url)
        anna = world.person("Anna Petrova")
        anna.registers()
        # heard by a listener, for the sweep is minutes away
        eventually(lambda: road.delayed >= 2, what="both probes")
        world.db.add_prospect("heard")
        all_assigned(world)
        assert bot.alive and outreach.alive
        for process in (bot, outreach):
            process.terminate()
