"""One bot works at a time; who takes over finds everything as it was left."""
import faults
from crowd import all_dealt, judge
from support.waiting import eventually


def waits_for_lock(db, application):
    return f"EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()" \
           f" AND application_name = '{application}' AND wait_event_type = 'Lock')"


def test_a_batch_that_waits_while_the_leadership_is_lost_is_fetched_again(bot_world):
    """What waits for the connection belongs to the leader that is no more, even if the same process leads next."""
    world, db = bot_world, bot_world.db
    anna, boris = world.person("Anna Petrova"), world.person("Boris Ivanov")
    hand = db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute("LOCK TABLE salesreg.outbox_history")
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
