"""
ALTER TABLE while everything runs: statements that were prepared before are no use any more (0A000), or the server has
forgotten them (26000). Nobody notices.
"""
import pytest

from crowd import announced_duplicates
from support.database import tables
from support.waiting import eventually

CHANGES = {
    # what a batch reads, what delivery claims, what the assigner reads and what it locks
    "batch": ["ALTER TABLE public.sales_representatives ALTER name TYPE varchar(300)",
              f"ALTER TABLE {tables.user_sessions} ALTER claim_email TYPE varchar(300)"],
    "delivery": [f"ALTER TABLE {tables.outbox} ALTER priority TYPE integer"],
    "assigner": ["ALTER TABLE public.test_prospects ALTER name TYPE varchar(300), ALTER telegram_id TYPE varchar(300)",
                 f"ALTER TABLE {tables.rep_rotation} ALTER last_assigned_turn TYPE numeric(20)"],
    "an added column": ["ALTER TABLE public.test_prospects ADD budget numeric",
                        "ALTER TABLE public.sales_representatives ADD office text",
                        f"ALTER TABLE {tables.outbox} ADD remark text"],
}


def everything_works(world, anna, name):
    anna.says("статус")
    anna.hears_anything()
    world.db.add_prospect(name, f"Prospect {name}.")
    told = eventually(lambda: (m := anna.hears_anything()) and f"Prospect {name}." in m.text and m)
    anna.presses(data=told.data[1], message=told)
    world.db.assignments.eventually("count(*) = 1", "WHERE prospect = %s AND reason = 'declined'", name)
    anna.says("мои клиенты")
    anna.hears_anything()


@pytest.mark.parametrize("kind", list(CHANGES))
def test_an_altered_table_stops_and_parks_nothing(make_world, kind):
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna = world.person("Anna Petrova")
    anna.registers()
    everything_works(world, anna, "before")
    world.settle()
    anna.forget()
    for change in CHANGES[kind]:
        world.db.execute(change)
    everything_works(world, anna, "after")
    world.settle()
    assert world.db.parked_updates.value("count(*)") == 0
    assert world.bot.alive and world.outreach.alive
    assert world.db.outbox_history.value("count(*)", "WHERE possible_duplicate") == 0


GONE = {
    "a table": ("ALTER TABLE salesreg.{} RENAME TO elsewhere", "ALTER TABLE salesreg.elsewhere RENAME TO {}"),
    "a column": ("ALTER TABLE salesreg.{0} RENAME {1} TO elsewhere", "ALTER TABLE salesreg.{0} RENAME elsewhere TO {1}"),
}


@pytest.mark.parametrize("kind", list(GONE))
@pytest.mark.parametrize("table, column", [("assignments", "ended_at"), ("user_sessions", "phase"), ("rep_rotation", "available")])
def test_what_is_missing_for_a_while_parks_nobody_and_is_one_line(bot_world, kind, table, column):
    """It is nobody's doing who writes meanwhile: all wait, the pauses grow, and whoever wrote is answered after it."""
    away, back = (sql.format(table, column) for sql in GONE[kind])
    anna, boris = bot_world.person("Anna Petrova"), bot_world.person("Boris Ivanov")
    anna.registers()
    boris.registers()
    bot_world.settle()
    bot_world.db.execute(away)
    anna.says("мои клиенты")
    boris.says("статус")
    line = bot_world.bot.wait_for_log("could not be written to the database.* does not exist")
    assert table in line or column in line
    polls = bot_world.sandbox.stats()["methods"]["getUpdates"]["ok"]
    eventually(lambda: bot_world.sandbox.stats()["methods"]["getUpdates"]["ok"] >= polls + 3, what="it was tried again")
    bot_world.db.execute(back)
    anna.hears("clients_none")
    boris.hears("status")
    bot_world.bot.wait_for_log("handled again")
    assert bot_world.db.parked_updates.value("count(*)") == 0
    assert len(bot_world.bot.lines(" (warn|error) .*could not be|was undone")) <= 2


# a trigger that forgets the session's statements the first times that it fires, also if its transaction is undone
FORGETFUL = """
CREATE SEQUENCE public.{name};
GRANT USAGE, SELECT ON SEQUENCE public.{name} TO PUBLIC;
CREATE FUNCTION public.forget_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('public.{name}') <= {times} THEN
        EXECUTE 'DEALLOCATE ALL';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER forget AFTER {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION public.forget_{name}();
"""
FORGOTTEN = {
    # where a batch begins to write, as delivery claims and completes, as the assigner writes
    "batch": f"INSERT OR UPDATE ON {tables.user_sessions}",
    "outbox": f"INSERT ON {tables.outbox}",
    "delivery": f"DELETE ON {tables.outbox}",
    "registration": "INSERT ON public.sales_representatives",
    "assigner": "UPDATE ON public.test_prospects",
    "assignment": f"INSERT ON {tables.assignments}",
}


@pytest.mark.parametrize("place", list(FORGOTTEN))
def test_statements_that_the_server_forgets_lose_and_park_nothing(make_world, place):
    """As a pooler's DISCARD ALL or somebody's DEALLOCATE does: 26000 from the next statement on."""
    times = 3
    world = make_world(LOG_LEVEL="debug")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    event, _, table = FORGOTTEN[place].rpartition(" ON ")
    world.db.as_superuser(FORGETFUL.format(name="forgotten", times=times, event=event, table=table))
    people = [world.person(name) for name in ("Anna Petrova", "Boris Ivanov", "Olga Sidorova")]
    for i, person in enumerate(people):
        person.registers()
        world.db.add_prospect(f"p{i}", f"Prospect {i}.")
        world.db.eventually("SELECT assigned_rep_id IS NOT NULL FROM test_prospects WHERE id = %s", f"p{i}")
    world.settle()
    world.db.eventually("SELECT last_value >= %s FROM public.forgotten", times)
    assert any("prepared statement" in process.log and "does not exist" in process.log
               for process in (world.bot, world.outreach)), "and was noticed"
    for person in people:
        person.forget()
    for person in people:
        person.says("статус")
        person.hears_anything()
    world.settle()
    assert all(not person.unheard() for person in people)
    assert world.db.parked_updates.value("count(*)") == 0
    assert world.db.value("SELECT count(*) FROM sales_representatives WHERE status = 'active'") == len(people)
    assert world.db.outbox.value("count(*)") == 0
    assert world.db.assignments.rows("prospect", "GROUP BY prospect HAVING count(*) <> 1") == []
    # a leader whose session goes while Telegram has a message cannot know better, and says so
    assert world.db.outbox_history.value("count(*)", "WHERE possible_duplicate") <= announced_duplicates(world.processes)
