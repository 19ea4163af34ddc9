"""
The primary is lost: it crashes, hands over, freezes and comes back, or is behind a road that swallows everything. A real
primary and a real streaming standby, and DATABASE_URL with both hosts.
"""
import signal
import time

import pytest

from crowd import all_assigned, judge
from faults import insert_prospects
from support.database import Database
from support.metrics import HOST, Scrape, free_ports
from support.process import run
from support.replication import Pair, freeze, signal_all, thaw
from support.telegram import TOKEN
from support.waiting import eventually
from support.world import World

PEOPLE = 20
NAME = "salesreg_failover"


class FailoverDatabase(Database):
    """Asks whoever is the primary now; its url names both hosts."""

    def __init__(self, pair):
        super().__init__(pair.primary, NAME)
        self.pair = pair

    @property
    def url(self):
        return self.pair.url(NAME)

    def moves(self):
        self.close()
        self.cluster = self.pair.standby


@pytest.fixture
def make_failover(tmp_path):
    """make_failover(synchronous=…): a pair, a world on it, and nothing lost by the replication if it is synchronous."""
    made = []

    def make(synchronous=True):
        pair = Pair()
        made.append(pair)
        pair.primary.execute(f"CREATE DATABASE {NAME} OWNER {pair.owner}")
        done = run("migrate", settings={"DATABASE_URL": pair.primary.url(NAME)})
        assert done.returncode == 0, done.stderr
        if synchronous:
            pair.primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            pair.primary.execute("SELECT pg_reload_conf()")
        world = World(FailoverDatabase(pair), tmp_path)
        made.append(world)
        return world, pair

    yield make
    pairs = [m for m in made if isinstance(m, Pair)]
    for m in made:
        if isinstance(m, World):
            for p in pairs:
                if p.primary.process is not None:
                    thaw(p.primary)
            m.finish()
    for p in pairs:
        p.remove()


def started(world):
    world.start_bot()
    world.start_outreach()


def goes_on(world, crowd, name):
    """Whoever waits gets an answer, and new prospects are assigned."""
    crowd.progress(timeout=120)
    insert_prospects(world.db, [f"{name}_{i}" for i in range(10)])
    crowd.finish()
    all_assigned(world)


@pytest.mark.parametrize("how", ["crash", "switch-over"])
def test_the_standby_takes_over_and_nobody_is_lost_or_asked_twice(make_failover, make_crowd, how):
    world, pair = make_failover()
    started(world)
    crowd = make_crowd(world, PEOPLE)
    crowd.progress()
    insert_prospects(world.db, [f"before_{i}" for i in range(5)])
    world.db.close()
    if how == "crash":
        pair.primary.kill()
    else:
        pair.primary.stop(signal.SIGINT)
    pair.standby.promote()
    world.db.moves()
    goes_on(world, crowd, "after")
    judge(world, crowd)


@pytest.mark.timeout(300)
def test_a_frozen_primary_that_thaws_later_is_not_written_to(make_failover, make_crowd):
    world, pair = make_failover()
    started(world)
    crowd = make_crowd(world, PEOPLE)
    crowd.progress()
    world.db.close()
    freeze(pair.primary)
    pair.standby.promote()
    since = time.monotonic()
    world.db.moves()
    crowd.progress(timeout=120)
    print(f"answers came again {time.monotonic() - since:.1f} s after the promotion")
    thaw(pair.primary)
    goes_on(world, crowd, "thawed")
    # what wakes on the old primary wakes nobody of ours, and processes that start anew go to the new one
    old = Database(pair.primary, NAME)
    pair.primary.execute("ALTER SYSTEM RESET synchronous_standby_names")
    pair.primary.execute("SELECT pg_reload_conf()")
    old.add_prospect("on_the_old_one", "Nobody's")
    for role in ("outreach", "bot"):
        getattr(world, role).terminate()
    world.start_bot()
    world.start_outreach()
    insert_prospects(world.db, ["after_restart"])
    world.db.eventually("SELECT assigned_rep_id IS NOT NULL FROM test_prospects WHERE id = 'after_restart'")
    assert old.value("SELECT assigned_rep_id FROM test_prospects WHERE id = 'on_the_old_one'") is None
    assert old.value("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'salesreg%%listen'") == 0
    old.close()
    judge(world, crowd)


def test_a_primary_replaced_while_nobody_looked_is_left(make_failover):
    """Frozen and thawed within a moment: no connection broke, no question was late."""
    world, pair = make_failover(synchronous=False)
    started(world)
    anna = world.person("Anna Petrova")
    anna.registers()
    world.db.eventually("SELECT count(*) = 3 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")
    world.settle()
    pair.await_replay()
    world.db.close()
    pair.standby.promote()  # the old primary goes on, as if it had been frozen only for this long
    world.db.moves()
    world.db.add_prospect("on_the_new_one")
    world.db.eventually("SELECT assigned_rep_id IS NOT NULL FROM test_prospects WHERE id = 'on_the_new_one'")
    for process in (world.bot, world.outreach):
        process.wait_for_log("the database has gone on without")
    world.settle()


@pytest.mark.timeout(300)
def test_a_road_that_swallows_everything_leads_nobody_to_the_old_primary(make_failover, make_crowd):
    world, pair = make_failover()
    started(world)
    crowd = make_crowd(world, PEOPLE)
    crowd.progress()
    world.db.close()
    pair.roads[0].swallow()
    pair.primary.kill()
    pair.standby.promote()
    since = time.monotonic()
    world.db.moves()
    crowd.progress(timeout=120)
    print(f"answers came again {time.monotonic() - since:.1f} s after the promotion")
    goes_on(world, crowd, "after")
    judge(world, crowd)


@pytest.mark.timeout(300)
def test_results_of_a_lost_tail_are_not_written_to_other_messages(make_failover):
    """
    Asynchronous replication loses the last messages, and their ids are given again, to other chats. That a message of
    the lost tail was sent says nothing about the one that has its number now.
    """
    world, pair = make_failover(synchronous=False)
    metrics = free_ports()
    world.start_bot(METRICS_LISTEN=f"{HOST}:{metrics}")
    early, late = world.sandbox.someone(50), world.sandbox.someone(80)
    for person in early + late:
        person.says("привет")
    for person in early + late:
        person.hears("offer")
    world.settle()
    pair.await_replay()
    pair.standby.stop()  # what comes now it never sees
    # the answers of Telegram are on their way when the primary dies: their results are in the bot's hands alone
    world.sandbox.fault("slow", method="sendMessage", ms=2000, times=len(early))
    world.sandbox.acts([{"user": person.id, "type": "text", "text": "помощь"} for person in early])
    world.db.outbox.eventually("count(*) = %s", "WHERE state = 'sending'", len(early))
    world.db.close()
    freeze(pair.primary)
    everything = len(early) * 2 + len(late)
    eventually(lambda: Scrape(metrics)["salesreg_messages_total", {"outcome": "sent"}] == everything,
               what="the bot has heard that all were sent")
    world.bot.freeze()
    signal_all(pair.primary, signal.SIGKILL)
    pair.standby.start()
    pair.standby.promote()
    world.db.moves()
    # what another process writes before the bot comes back: it gets the numbers of the lost messages
    world.db.outbox.insert("(chat_id, method, payload) SELECT chat, 'sendMessage', json_build_object('chat_id', chat,"
                           " 'text', 'for ' || chat) FROM unnest(%s::bigint[]) chat", [person.id for person in late])
    world.bot.thaw()
    world.bot.wait_for_log("leading: this process", count=2)
    for person in late:
        assert person.hears_anything().text == f"for {person.id}"
    world.settle()


def test_status_and_doctor_say_what_is_so(make_failover):
    world, pair = make_failover(synchronous=False)
    started(world)
    pair.await_replay()

    def doctor():
        return run("doctor", "--no-poll", settings={"DATABASE_URL": world.db.url, "REGISTRY_BOT_TOKEN": TOKEN,
                                                    "TELEGRAM_API_BASE": world.sandbox.base})

    assert "transaction pooler" not in doctor().stdout
    world.db.close()
    pair.standby.promote()
    done = doctor()
    assert done.returncode == 1
    assert "take writes" in done.stdout, done.stdout
    freeze(pair.primary)
    freeze(pair.standby)
    for process in (world.bot, world.outreach):
        def told():
            shown = run("status", "--json", settings={"SALESREG_RUN_DIR": process.run_dir}).stdout
            return "degraded" in shown and ("does not answer" in shown or "no answer from" in shown)
        eventually(told, timeout=60, what=f"{process} says that the database does not answer")
    done = doctor()
    assert "cannot be reached" in done.stdout and "transaction pooler" not in done.stdout, done.stdout
    thaw(pair.standby)
    thaw(pair.primary)
    assert TOKEN not in done.stdout
