"""Out of reach is not gone: a rep whom Telegram does not reach keeps the clients for a while, and hears what became of them."""
import pytest

import test_prospects as prospects
from support.database import tables
from support.waiting import eventually

ADMIN = 7_900_000_001
MARKED = f"SELECT count(*) FROM {tables.rep_rotation} d JOIN sales_representatives r ON r.id = d.rep" \
         " WHERE NOT d.available AND d.unreachable_since IS NOT NULL AND r.telegram_id = %s"
# as if the grace had passed already
AGE = f"UPDATE {tables.rep_rotation} SET unreachable_since = unreachable_since - interval '20 minutes' WHERE rep = ANY (%s::uuid[])"


@pytest.fixture
def running(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN), UNREACHABLE_GRACE_MINUTES="15")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    return world


def with_prospect(world, count=2):
    people = prospects.reps(world, count)
    world.db.add_prospect("p0", "Ivan P")
    first, *others = prospects.first_and_second(world, people, "p0")
    first.hears_anything()
    world.settle()
    return first, *others


def marked(world, *people):
    for person in people:
        world.db.eventually(f"{MARKED.replace('count(*)', 'count(*) = 1')}", person.id)


def age(world, *people):
    world.db.execute(AGE, [world.db.rep(p.id)["id"] for p in people])
    world.db.execute("SELECT pg_notify('salesreg_reconcile', '')")


@pytest.mark.parametrize("fault", ["403", "400chat"])
def test_one_answer_that_telegram_gives_in_error_takes_nothing_from_a_rep(running, fault):
    first, second = with_prospect(running)
    if fault == "403":
        running.sandbox.fault("403", method="sendMessage", chat=first.id)
    else:
        running.sandbox.fault("400", method="sendMessage", chat=first.id, description="Bad Request: chat not found")
    running.db.outbox.insert("(chat_id, method, payload) VALUES (%s, 'sendMessage', %s)", first.id, '{"chat_id":%d,"text":"from the office"}' % first.id)
    marked(running, first)
    # nothing new meanwhile, and what there is stays
    running.db.add_prospect("p1", "Olga Q")
    prospects.assigned(running, "p1", second)
    assert prospects.holder(running, "p0") == first.id
    # it is sent again by itself, and that it arrives is a sign of life
    assert "from the office" in first.hears_anything().text
    running.db.rep_rotation.eventually("bool_and(available AND unreachable_since IS NULL)")
    assert prospects.holder(running, "p0") == first.id


def test_a_block_and_an_unblock_change_nothing(running):
    first, second = with_prospect(running)
    first.blocks()
    marked(running, first)
    first.unblocks()
    running.db.rep_rotation.eventually("bool_and(available AND unreachable_since IS NULL)")
    running.settle()
    assert prospects.holder(running, "p0") == first.id
    assert running.db.assignments.value("count(*)", "WHERE ended_at IS NOT NULL") == 0


def test_after_the_grace_prospects_go_on_admins_hear_of_it_and_the_rep_on_return(running):
    boss = running.person("Boss", id=ADMIN)
    boss.opens()
    boss.hears_anything()
    first, second = with_prospect(running)
    boss.forget()
    second.forget()
    first.blocks()
    marked(running, first)
    age(running, first)
    prospects.assigned(running, "p0", second)
    told = second.hears_anything().text
    assert "Ivan P" in told and running.texts.raw("ru", "notice_again") in told
    boss.hears("rep_unreachable", name=running.db.rep(first.id)["name"], minutes=15, count=1)
    first.unblocks()
    first.says("я снова здесь")
    line = running.texts.render("ru", "passed_on_to", name="Ivan P", rep=running.db.rep(second.id)["name"])
    eventually(lambda: first.hears_anything().text == running.texts.render("ru", "passed_on", count=1, list=line))
    running.settle()
    running.db.execute("SELECT pg_notify('salesreg_reconcile', '')")
    running.db.add_prospect("p1", "Olga Q")
    prospects.assigned(running, "p1", first)
    # the answer to what they said may come after what was passed on
    while "Olga Q" not in (text := first.hears_anything().text):
        assert text != running.texts.render("ru", "passed_on", count=1, list=line), "what was passed on is said once"


@pytest.mark.parametrize("count", [2, 4])
def test_the_same_answer_for_everybody_is_about_the_bot(running, count):
    people = with_prospect(running, count)
    running.sandbox.fault("403", method="sendMessage", times=-1)
    for person in people:
        running.db.outbox.insert("(chat_id, method, payload) VALUES (%s, 'sendMessage', %s)", person.id, '{"chat_id":%d,"text":"x"}' % person.id)
    marked(running, *people)
    age(running, *people)
    running.outreach.wait_for_log("that is about the bot and not about them")
    # beyond the grace it is tried again, and still nothing is given up
    running.db.outbox.update("due_at = now(), attempts = 1")
    running.db.execute("SELECT pg_notify('salesreg_outbox', '')")
    running.db.outbox.eventually("count(*) = %s", "WHERE state = 'queued' AND attempts > 1", count)
    running.db.execute("SELECT pg_notify('salesreg_reconcile', '')")
    # nor what is new
    running.db.execute("UPDATE test_prospects SET name = 'Ivan Petrov' WHERE id = 'p0'")
    running.db.outbox.eventually("count(*) > 0", "WHERE payload::text LIKE '%Ivan Petrov%'")
    assert running.db.outbox_history.value("count(*)", "WHERE state = 'gone'") == 0
    assert prospects.holder(running, "p0") == people[0].id
    running.sandbox.no_faults()
    running.db.outbox.update("due_at = now()")
    running.db.execute("SELECT pg_notify('salesreg_outbox', '')")
    for person in people:
        assert person.hears_anything().text == "x"
    assert "Ivan Petrov" in people[0].hears_anything().text
    running.db.rep_rotation.eventually("bool_and(available AND unreachable_since IS NULL)")
    assert running.db.assignments.value("count(*)", "WHERE ended_at IS NOT NULL") == 0


def test_an_open_transaction_on_whose_turn_it_is_holds_up_no_reply_after_a_403(running):
    """One rep with a locked row, and one answer that this rep cannot be reached."""
    first, second = with_prospect(running)
    hand = running.db.connect()
    hand.autocommit = False
    hand.cursor().execute(f"SELECT * FROM {running.db.rep_rotation} WHERE rep = %s FOR UPDATE", [running.db.rep(first.id)["id"]])
    running.sandbox.fault("403", method="sendMessage", chat=first.id, times=-1)
    first.says("статус")
    second.forget()
    for _ in range(3):
        second.says("статус")
        second.hears_anything()
    running.db.add_prospect("p1", "Olga Q")
    prospects.assigned(running, "p1", second)
    assert not running.bot.lines("the outbox could not be written")
    hand.rollback()
    hand.close()


# In one transaction: who has blocked the bot still does, and what is written to them in between would wait for the grace.
def comes_back_by_hand(world, person):
    world.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s;"
                     "UPDATE sales_representatives SET status = 'active' WHERE telegram_id = %s", person.id, person.id)


def comes_back_from_a_status_of_nobody_s(world, person):
    world.db.execute("UPDATE sales_representatives SET status = NULL WHERE telegram_id = %s;"
                     "UPDATE sales_representatives SET status = 'active' WHERE telegram_id = %s", person.id, person.id)


def registers_anew(world, person):
    world.db.execute("UPDATE sales_representatives SET status = 'removed' WHERE telegram_id = %s", person.id)
    world.settle()
    person.unblocks()
    person.forget()
    person.registers()


@pytest.mark.parametrize("way", [comes_back_by_hand, comes_back_from_a_status_of_nobody_s, registers_anew])
def test_who_comes_back_starts_anew(running, way):
    """However they come back: what Telegram said an hour ago makes neither the first prospect nor the grace shorter."""
    first, second = with_prospect(running)
    first.blocks()
    marked(running, first)
    age(running, first)
    prospects.assigned(running, "p0", second)
    # the buttons of the old card are given up with the rest: tried later, they would mark the rep once more
    running.db.stale_cards.eventually("count(*) = 0")
    running.settle()
    way(running, first)
    running.db.rep_rotation.eventually("count(*) = 2",
                                       "WHERE available AND unreachable_since IS NULL AND passed_on_since IS NULL AND"
                                       " reason IS NULL")
    running.settle()
    # so that the next one is the first one's
    running.db.rep_rotation.update("available = false WHERE rep = %s", running.db.rep(second.id)["id"])
    running.db.add_prospect("p1", "Olga Q")
    prospects.assigned(running, "p1", first)
    first.blocks()
    running.db.outbox.insert("(chat_id, method, payload) VALUES (%s, 'sendMessage', %s)", first.id, '{"chat_id":%d,"text":"from the office"}' % first.id)
    marked(running, first)
    # outreach has looked at all this when it has seen this change, too
    running.db.execute("UPDATE test_prospects SET name = 'Olga R' WHERE id = 'p1'")
    running.db.prospect_changes.eventually("count(*) = 0")
    assert prospects.holder(running, "p1") == first.id, "the grace begins anew"
