"""Asked to stop, each process stops, with exit code 0, whatever the others are doing; the next start finds order."""
import signal
import time

import pytest

import faults
from crowd import all_assigned, judge, judge_messages
from support.telegram import BOT_ID
from support.waiting import eventually

PEOPLE = 24


def is_clean(world):
    return world.db.bot_state.value("clean", "WHERE bot_id = %s", BOT_ID)


def test_asked_to_stop_under_load_it_leaves_nothing_for_a_careful_start(make_world, make_crowd, chance):
    world = make_world()
    world.start_bot()
    world.start_outreach()
    crowd = make_crowd(world, PEOPLE)
    for i in range(4):
        crowd.progress()
        faults.insert_prospects(world.db, [f"round{i}_{n}" for n in range(8)])
        faults.await_sessions(world.db, "salesreg outreach")
        time.sleep(chance.uniform(0, 0.3))
        world.bot.terminate()
        assert is_clean(world)
        world.outreach.terminate()
        world.start_bot()
        world.start_outreach()
        assert world.bot.lines("did not stop in order|were being sent") == []
    crowd.progress()
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)
    assert world.db.outbox_history.value("count(*)", "WHERE possible_duplicate") == 0


def test_what_is_being_sent_at_the_stop_is_let_finish(bot_world):
    world = bot_world
    anna = world.person("Anna Petrova")
    world.sandbox.fault("slow", method="sendMessage", ms=700)
    anna.says("привет")
    anna.hears("offer")  # but Telegram has not answered yet
    world.restart_bot()
    anna.says("да")
    anna.hears("ask_name")
    world.settle()
    assert judge_messages(world) == (0, 0)
    assert world.bot.lines("did not stop in order") == []


def test_what_telegram_does_not_answer_at_the_stop_is_marked_and_sent_by_the_next(bot_world):
    world = bot_world
    anna = world.person("Anna Petrova")
    world.sandbox.fault("hang", method="sendMessage")
    anna.says("привет")
    eventually(lambda: not world.sandbox.faults_left(), what="the send hangs")
    world.bot.terminate()
    assert is_clean(world)
    world.start_bot()
    anna.hears("offer")
    world.settle()
    assert judge_messages(world) == (0, 1)


def test_what_certainly_never_left_is_not_marked_at_the_stop(bot_world):
    """More messages than there are connections to Telegram: the rest has not been sent to anybody."""
    world = bot_world
    world.settle()
    world.sandbox.fault("hang", method="sendMessage", times=-1)
    world.db.outbox.insert("(chat_id, method, payload) SELECT 1000 + i, 'sendMessage', json_build_object('chat_id',"
                           " 1000 + i, 'text', 'x') FROM generate_series(1, 200) i")
    world.db.outbox.eventually("count(*) = 200", "WHERE state = 'sending'")
    eventually(lambda: sum(f["struck"] for f in world.sandbox.faults_left()) > 0)
    world.bot.terminate()
    struck = sum(f["struck"] for f in world.sandbox.faults_left())
    assert 0 < struck < 200
    assert world.db.outbox.value("count(*)", "WHERE state = 'queued' AND NOT possible_duplicate") == 200 - struck
    assert world.db.outbox.value("count(*)", "WHERE state = 'sending'") == struck


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(bot_world, sig):
    world = bot_world
    anna = world.person("Anna Petrova")
    world.sandbox.fault("hang", method="sendMessage")
    anna.says("привет")
    eventually(lambda: not world.sandbox.faults_left(), what="the send hangs")
    world.bot.send(sig)
    world.bot.wait_for_log("asked to stop")
    world.bot.send(sig)
    world.bot.expect_exit(128 + sig)
    world.bot.wait()
    world.bot.judge()
    assert world.bot.wait_for_log("second signal")
    world.start_bot()
    anna.hears("offer")


def test_it_stops_while_telegram_answers_nothing_at_all(bot_world):
    world = bot_world
    anna = world.person("Anna Petrova")
    world.settle()
    world.sandbox.fault("hang", method="*", times=-1)
    anna.says("привет")
    eventually(lambda: sum(f["struck"] for f in world.sandbox.faults_left()) > 0, what="a call that hangs")
    world.bot.terminate()
    assert is_clean(world)
    world.sandbox.no_faults()
    world.start_bot()
    anna.hears("offer")


def test_it_stops_while_telegram_hangs_at_the_start(make_world):
    world = make_world()
    world.sandbox.fault("hang", method="*", times=-1)
    bot = world.start("bot")
    bot.wait_for_log("leading: this process")
    bot.terminate()


@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_it_stops_while_the_database_is_down(make_world, role):
    world = make_world()
    world.db.close()
    process = world.start(role)
    if role == "bot":
        process.wait_ready()
    else:
        faults.await_sessions(world.db, "salesreg outreach")
    world.db.close()
    world.db.cluster.stop()
    process.wait_for_log("no database for now")
    process.terminate()


@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_it_stops_while_there_has_never_been_a_database(make_world, role):
    world = make_world()
    world.db.close()
    world.db.cluster.stop()
    process = world.start(role)
    process.wait_for_log("no database for now")
    process.terminate()


@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_it_stops_while_the_database_answers_nobody(make_world, role):
    """Everything hangs, also whoever connects anew."""
    world = make_world(LOG_LEVEL="debug")
    process = world.start(role)
    if role == "bot":
        process.wait_ready()
    faults.await_sessions(world.db, f"salesreg {role}")
    with faults.frozen_postmaster(world.db.cluster):
        # the sessions go away, and new ones are not answered
        faults.end_backends(world.db.cluster)
        process.wait_for_log("no database for now")
        process.wait_for_log(f"connection salesreg {role}: CLOSED -> CONNECTING", count=2)
        process.terminate(timeout=6)  # a supervisor would kill it after 7


@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_it_stops_while_its_statements_hang(make_world, role):
    world = make_world()
    process = world.start(role)
    if role == "bot":
        process.wait_ready()
    faults.await_sessions(world.db, f"salesreg {role}")
    with faults.frozen_backends(world.db.cluster):
        process.terminate(timeout=6)


def test_outreach_stops_while_it_waits_for_the_assignment_lock(make_world):
    world, hand = make_world(), None
    world.start_outreach()
    world.db.no_prospects()
    world.db.add_reps([1])
    hand = world.db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {world.db.assignment_lock} FOR UPDATE")
        world.db.add_prospect("p1")
        world.db.eventually("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'salesreg outreach'"
                            " AND wait_event_type = 'Lock')")
        world.outreach.terminate()
    hand.close()
    assert world.db.assignments.value("count(*)") == 0
    world.start_outreach()
    all_assigned(world)


def test_the_standby_stops_while_standing_by(bot_world):
    world = bot_world
    standby = world.start("bot")
    eventually(lambda: len(faults.leader_backends(world.db)[1]) == 1, what="a bot stands by")
    standby.terminate()
    anna = world.person("Anna Petrova")
    anna.registers()
    assert world.bot.lines("not leading any more") == []


def test_a_death_is_spoken_of_once_not_at_every_start_after_it(bot_world):
    world = bot_world
    world.settle()
    world.bot.kill()
    answered = world.sandbox.calls("getUpdates").get("ok", 0)
    world.start_bot()
    world.bot.wait_for_log("did not stop in order")
    # nothing was waiting, so nothing needs care any more
    eventually(lambda: world.sandbox.calls("getUpdates").get("ok", 0) > answered)
    world.restart_bot()
    assert world.bot.lines("did not stop in order") == []


def test_a_stop_before_the_careful_part_is_over_has_it_said_no_second_time(bot_world):
    """Telegram is silent, so nothing shows yet that what the dead one had in hand is harmless."""
    world = bot_world
    world.settle()
    world.bot.kill()
    world.sandbox.fault("hang", method="getUpdates", times=-1)
    world.start_bot()
    world.bot.wait_for_log("did not stop in order")
    for _ in range(2):
        world.restart_bot()
        world.bot.wait_for_log("leading: this process")
        assert world.bot.lines("did not stop in order") == []
        assert not is_clean(world), "what was in hand is still met with care"
    world.bot.kill()
    world.start_bot()
    world.bot.wait_for_log("did not stop in order")
    world.sandbox.no_faults()
    anna = world.person("Anna Petrova")
    anna.says("привет")
    anna.hears("offer")
