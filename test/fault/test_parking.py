"""An update that cannot be handled is put aside, and nothing that comes with it or after it suffers."""
import pytest

import faults
from support.telegram import BOT_ID
from support.waiting import eventually

WAITS = ("EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
         " AND application_name = 'salesreg bot' AND wait_event_type = 'Lock' AND query LIKE '%%sales_representatives%%')")


def parked(world):
    return world.db.parked_updates.rows("update_id, user_id, payload, reason", "ORDER BY id")


def in_hand(db):
    return tuple(db.bot_state.row("in_hand_update_id, in_hand_count", "WHERE bot_id = %s", BOT_ID))


def to_the_email(people):
    """Each is asked for the e-mail; what comes then is up to the test."""
    sandbox = people[0].sandbox
    for text, key in (("привет", "offer"), ("да", "ask_name"), (None, "ask_email")):
        sandbox.acts([{"user": p.id, "type": "text", "text": text or p.name} for p in people])
        for person in people:
            person.hears(key)


def send_emails(people):
    people[0].sandbox.acts([{"user": p.id, "type": "text", "text": p.email} for p in people])


def test_an_update_in_hand_at_two_unclean_deaths_is_parked_and_the_next_goes_through(bot_world):
    world, db = bot_world, bot_world.db
    anna, boris = world.person("Anna Petrova"), world.person("Boris Ivanov")
    hand = db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:  # what the bot must read of everybody who writes
        cursor.execute("LOCK TABLE sales_representatives IN ACCESS EXCLUSIVE MODE")
    first, _ = world.sandbox.acts([{"user": anna.id, "type": "text", "text": "привет"},
                                   {"user": boris.id, "type": "text", "text": "привет"}])
    db.eventually(f"SELECT {WAITS}")
    world.bot.kill()  # the first death: nothing was marked yet, and the server notices by itself that nobody is there
    for count in (1, 2):
        world.start_bot()
        eventually(lambda: in_hand(db) == (first["update_id"], count), what=f"in hand {count} times")
        db.eventually(f"SELECT {WAITS}")
        world.bot.kill()
        for pid in faults.leader_backends(db)[0]:
            db.execute("SELECT pg_terminate_backend(%s)", pid)
    world.start_bot()
    # unseen: although the lock still stands
    db.parked_updates.eventually("count(*) = 1")
    hand.close()
    anna.hears("parked")
    boris.hears("offer")
    anna.says("привет")
    anna.hears("offer")
    world.settle()
    (row,) = parked(world)
    assert (row["update_id"], row["user_id"]) == (first["update_id"], anna.id)
    assert row["payload"]["message"]["text"] == "привет"
    assert "died twice" in row["reason"]
    assert in_hand(db) == (None, 0)
    assert not anna.unheard() and not boris.unheard()


def test_an_outage_of_the_database_is_no_death_of_the_bot(make_world):
    """Nobody is put aside because PostgreSQL went away three times in a bad moment."""
    world = make_world(LOG_LEVEL="debug")  # lines that repeat within a minute are there
    db = world.db
    world.start_bot()
    anna = world.person("Anna Petrova")
    hand = db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute("LOCK TABLE sales_representatives IN ACCESS EXCLUSIVE MODE")
    anna.says("привет")
    for count in range(4):
        db.eventually(f"SELECT {WAITS}")
        (leader,), _ = faults.leader_backends(db)
        db.execute("SELECT pg_terminate_backend(%s)", leader)
        world.bot.wait_for_log("leading: this process", count=count + 2)
    hand.close()
    anna.hears("offer")
    world.settle()
    assert parked(world) == []
    assert not anna.unheard()


def test_an_update_whose_transaction_fails_alone_is_parked_and_its_neighbours_go_through(bot_world):
    world, db = bot_world, bot_world.db
    people = [world.person(f"Person {name}") for name in ("One", "Two", "Poison", "Four", "Five")]
    poison = people[2]
    db.execute("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               " IF NEW.name = 'Person Poison' THEN RAISE 'this name is poison'; END IF; RETURN NEW; END $$")
    db.execute("CREATE TRIGGER poison BEFORE INSERT ON sales_representatives FOR EACH ROW EXECUTE FUNCTION poison()")
    to_the_email(people)
    send_emails(people)
    for person in people:
        person.hears("parked" if person is poison else "registered")
    (row,) = parked(world)
    assert row["user_id"] == poison.id
    assert row["payload"]["message"]["text"] == poison.email
    assert "this name is poison" in row["reason"]
    db.execute("DROP TRIGGER poison ON sales_representatives")
    poison.says(poison.email)
    poison.hears("registered")
    world.settle()
    assert [person.unheard() for person in people] == [[]] * 5
    assert db.value("SELECT count(*) FROM sales_representatives WHERE status = 'active'") == 5
    assert world.bot.said("is parked")


def test_a_pressed_button_that_fails_stops_spinning(world):
    world.db.no_prospects()
    anna = world.person("Anna Petrova")
    anna.registers()
    world.db.add_prospect("p1")
    anna.hears_anything()
    world.db.execute("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                     " RAISE 'no more of this'; END $$")
    world.db.execute(f"CREATE TRIGGER poison BEFORE INSERT ON {world.db.prospect_events}"
                     " FOR EACH ROW WHEN (NEW.kind = 'contacted') EXECUTE FUNCTION poison()")
    anna.presses("button_contacted")
    anna.is_answered(None)
    anna.hears("parked")
    world.db.execute(f"DROP TRIGGER poison ON {world.db.prospect_events}")
    anna.presses("button_contacted")
    anna.is_answered("answer_contacted")
    world.settle()
    assert len(parked(world)) == 1


@pytest.mark.parametrize("code", ["40001", "40P01", "23505"])
def test_a_batch_that_aborts_once_is_tried_again_whole(bot_world, code):
    world, db = bot_world, bot_world.db
    people = world.sandbox.someone(5, name="Anna Petrova")
    db.execute("CREATE SEQUENCE public.times")
    db.execute("CREATE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               " IF nextval('public.times') = 1 THEN"
               f" RAISE 'only once' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$")
    db.execute("CREATE TRIGGER once BEFORE INSERT ON sales_representatives FOR EACH ROW EXECUTE FUNCTION once()")
    to_the_email(people)
    send_emails(people)
    for person in people:
        person.hears("registered")
    world.settle()
    line = world.bot.said("was undone")
    assert code in line
    assert parked(world) == []
    assert [person.unheard() for person in people] == [[]] * 5


def test_a_batch_that_keeps_aborting_goes_through_one_by_one(bot_world):
    """Two transactions that cannot go together, each of which can go alone."""
    world, db = bot_world, bot_world.db
    people = world.sandbox.someone(4, name="Anna Petrova")
    db.execute("CREATE FUNCTION alone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               " IF (SELECT count(*) > 1 FROM fresh) THEN"
               " RAISE 'one at a time' USING ERRCODE = '40001'; END IF; RETURN NULL; END $$")
    db.execute("CREATE TRIGGER alone AFTER INSERT ON sales_representatives REFERENCING NEW TABLE AS fresh"
               " FOR EACH STATEMENT EXECUTE FUNCTION alone()")
    to_the_email(people)
    send_emails(people)
    for person in people:
        person.hears("registered")
    world.settle()
    assert parked(world) == []
    assert world.bot.said("was undone", times=2)
    assert [person.unheard() for person in people] == [[]] * 4
