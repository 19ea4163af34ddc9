"""One bot works at a time; who takes over finds everything as it was left."""
import socket
import time

import pytest

import faults
from crowd import all_assigned, judge
from road import SlowRoad
from support.telegram import BOT_ID
from support.waiting import eventually

PEOPLE = 24


def waits_for_lock(db, application):
    return f"EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()" \
           f" AND application_name = '{application}' AND wait_event_type = 'Lock')"


class Pair:
    """Two bots on one token and one database: one works, the other stands by."""

    def __init__(self, world):
        self.world = world
        self.leader = world.start_bot()
        self.standby = self.second()

    def second(self):
        started = self.world.start("bot")
        eventually(lambda: len(faults.leader_backends(self.world.db)[1]) == 1, what="a bot stands by")
        return started

    def standby_takes_over(self, timeout=40):
        self.standby.wait_for_log("leading: this process", timeout=timeout)
        self.leader, self.standby = self.standby, self.leader
        self.world.bot = self.leader


@pytest.fixture
def pair(make_world, request):
    world = make_world(tls=getattr(request, "param", False))
    made = Pair(world)
    world.start_outreach()
    return made


def test_a_batch_that_waits_while_the_leadership_is_lost_is_fetched_again(bot_world):
    """What waits for the connection belongs to the leader that is no more, even if the same process leads next."""
    world, db = bot_world, bot_world.db
    anna, boris = world.person("Anna Petrova"), world.person("Boris Ivanov")
    # not the table: a leader prunes it shortly after its start, and would wait for that instead
    db.execute("CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               " PERFORM pg_catalog.pg_advisory_xact_lock_shared(4711); RETURN NEW; END $$;"
               f" CREATE TRIGGER held BEFORE INSERT ON {db.outbox_history} FOR EACH ROW EXECUTE FUNCTION held()")
    hand = db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(4711)")
    anna.says("привет")
    anna.hears("offer")
    # that this was sent cannot be written: the leader's connection is taken
    db.eventually(f"SELECT {waits_for_lock(db, 'salesreg bot')}")
    boris.says("привет")
    eventually(lambda: not world.sandbox.bot()["polling"], what="the update is in the bot's hands")
    (leader,), _ = faults.leader_backends(db)
    db.execute("SELECT pg_terminate_backend(%s)", leader)
    hand.close()
    world.bot.wait_for_log("leading: this process", count=2)
    boris.hears("offer")
    world.settle()
    assert not anna.unheard()
    assert not boris.unheard()


def test_the_standby_says_nothing_and_polls_nothing(pair, make_crowd):
    world = pair.world
    polls = world.sandbox.stats()["polls_lost"]
    crowd = make_crowd(world, PEOPLE)
    crowd.progress(answers=10 * PEOPLE)
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)
    stats = world.sandbox.stats()
    assert stats["conflicts"] == 0
    assert stats["polls_lost"] == polls
    assert world.sandbox.calls("deleteWebhook") == {}
    lines = [line for line in pair.standby.log.splitlines() if "Telegram knows this bot" not in line]
    assert lines == []


@pytest.mark.parametrize("pair", [False, True], indirect=True, ids=["plain", "tls"])
def test_the_standby_takes_over_from_a_killed_leader(pair, make_crowd, chance):
    world = pair.world
    crowd = make_crowd(world, PEOPLE)
    for _ in range(3):
        crowd.progress()
        time.sleep(chance.uniform(0, 0.5))
        pair.leader.kill()
        pair.standby_takes_over()
        pair.standby = pair.second()
    crowd.progress()
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)


def test_the_standby_takes_over_from_a_leader_that_stopped_and_that_one_does_no_harm_later(pair, make_crowd, chance):
    world = pair.world
    crowd = make_crowd(world, PEOPLE)
    crowd.progress()
    time.sleep(chance.uniform(0, 0.5))
    pair.leader.freeze()
    pair.standby_takes_over()
    crowd.progress()
    pair.standby.thaw()
    pair.standby.wait_for_log("not leading any more")
    eventually(lambda: len(faults.leader_backends(world.db)[1]) == 1, what="the former leader stands by")
    crowd.progress()
    # and it is as good as any other
    pair.leader.terminate()
    pair.standby.wait_for_log("leading: this process", count=2)
    crowd.progress()
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)


def test_who_is_stopped_in_the_middle_of_a_request_holds_nobody_up(make_world):
    """
    The server waits for the rest of the request, with the locks of its transaction, and none of its time-outs for idle
    sessions applies.
    """
    world = make_world()
    db = world.db
    port = db.cluster.port
    with SlowRoad(port, "sessions_read", None) as to_batch, SlowRoad(port, "allocation_write", None) as to_assign:
        world.start_bot(DATABASE_URL=db.url.replace(f":{port}/", f":{to_batch.port}/"))
        world.start_outreach(DATABASE_URL=db.url.replace(f":{port}/", f":{to_assign.port}/"))
        faults.await_sessions(db, "salesreg outreach")
        anna = world.person("Anna Petrova")
        anna.says("привет")
        db.add_reps([1])
        for road, process in ((to_batch, world.bot), (to_assign, world.outreach)):
            eventually(lambda: road.delayed)
            process.freeze()
        stopped = world.bot, world.outreach
        world.start_outreach()
        world.start_bot()
        # not that they stay assigned: Telegram cannot reach this rep, so the bot gives them back
        db.assignments.eventually("count(*) = 3")
        anna.hears("offer")
        for process in stopped:
            process.kill()


def test_a_leader_that_is_asked_to_stop_hands_over_at_once_and_nothing_is_doubled(pair, make_crowd, chance):
    world = pair.world
    crowd = make_crowd(world, PEOPLE)
    for _ in range(3):
        crowd.progress()
        time.sleep(chance.uniform(0, 0.3))
        pair.leader.terminate()
        pair.standby_takes_over()
        assert pair.leader.lines("did not stop in order") == []
        pair.standby = pair.second()
    crowd.progress()
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)
    assert world.db.outbox_history.value("count(*)", "WHERE possible_duplicate") == 0


def test_a_second_leader_by_force_handles_nothing_twice(make_world, make_crowd, chance):
    """Their sessions are ended under their hands, again and again: the lock goes back and forth."""
    world = make_world(LOG_LEVEL="debug")  # lines that repeat within a minute are there
    pair = Pair(world)
    world.start_outreach()
    crowd = make_crowd(world, PEOPLE)
    faults.insert_prospects(world.db, [f"more_{n}" for n in range(20)])
    for _ in range(6):
        crowd.progress()
        time.sleep(chance.uniform(0, 0.3))
        leaders = eventually(lambda: faults.leader_backends(world.db)[0], what="somebody leads")
        world.db.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", leaders)
        # one that is ending is listed until it has, and is not to be ended twice
        eventually(lambda: not set(leaders) & set(world.db.column("SELECT pid FROM pg_stat_activity")), what="they have ended")
    crowd.progress()
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)
    taken = sum(len(bot.lines("leading: this process")) for bot in (pair.leader, pair.standby))
    assert taken == 7


def test_an_offset_somebody_else_moved_stops_the_batch(bot_world):
    """The fence: what another leader has taken has no effect here, and the bot goes on from there."""
    world, db = bot_world, bot_world.db
    anna, boris = world.person("Anna Petrova"), world.person("Boris Ivanov")
    anna.says("привет")
    anna.hears("offer")
    world.settle()
    db.bot_state.update("next_update_id = next_update_id + 1 WHERE bot_id = %s", BOT_ID)
    anna.says("да")
    world.bot.wait_for_log("leading: this process", count=2)
    boris.says("привет")
    boris.hears("offer")
    world.settle()
    assert not anna.unheard()
    assert db.user_sessions.value("phase", "WHERE user_id = %s", anna.id) == "offered"
    anna.says("да")
    anna.hears("ask_name")


def test_a_leadership_that_comes_and_goes_is_one_line_a_minute(bot_world):
    world = bot_world
    anna = world.person("Anna Petrova")
    (last,), _ = faults.leader_backends(world.db)
    for _ in range(5):
        world.db.execute("SELECT pg_terminate_backend(%s)", last)
        eventually(lambda: faults.leader_backends(world.db)[0] not in ([], [last]), what="it leads again")
        (last,), _ = faults.leader_backends(world.db)
        anna.says("помощь")
        anna.hears_anything()
    for line in ("not leading any more", "did not stop in order", "no database for now", "was restarted"):
        assert len(world.bot.lines(line)) <= 1, world.bot.log
    assert len(world.bot.lines("leading: this process")) <= 2, world.bot.log
    assert len(world.bot.lines("the database is back")) <= 1, world.bot.log


def test_calls_given_up_while_they_connect_leave_nothing_behind(make_world):
    """Telegram cannot even be connected to, and the leadership comes and goes meanwhile."""
    world = make_world(LOG_LEVEL="debug")  # lines that repeat within a minute are there
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for s in waiting:  # its queue is full from here on: who connects waits
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", port))
        bot = world.start("bot", TELEGRAM_API_BASE=f"http://127.0.0.1:{port}")
        for count in range(1, 5):
            bot.wait_for_log("leading: this process", count=count)
            (leader,), _ = faults.leader_backends(world.db)
            world.db.execute("SELECT pg_terminate_backend(%s)", leader)
        bot.wait_for_log("leading: this process", count=5)
        bot.terminate()
        for s in waiting:
            s.close()
    assert bot.lines("cannot watch|cannot be watched") == []
