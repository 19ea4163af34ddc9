"""One row that somebody filled with megabytes is handled like any other, and costs the processes nothing."""
import re
from pathlib import Path

import pytest

from support.process import run
from support.waiting import eventually

MB = 1024 * 1024
ROOM = 24 * MB  # what a worker may need more than before: less than the row, whatever a sanitizer adds


def peak(process):
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())[1]) * 1024


@pytest.fixture
def loose(make_world):
    """Tables of an older program, whose columns have no bounds."""
    world = make_world()
    world.db.no_prospects()
    for table, columns in (("test_prospects", ("name", "telegram_id", "email", "status")),
                           ("sales_representatives", ("name", "telegram_username"))):
        world.db.execute(f"ALTER TABLE {table} " + ", ".join(f"ALTER {c} TYPE text" for c in columns))
    world.start_bot()
    world.start_outreach()
    return world


def test_a_prospect_of_a_hundred_megabytes(loose):
    anna, boris = loose.sandbox.someone(2)
    for person in (anna, boris):
        person.registers()
    workers = (loose.bot, loose.outreach)
    before = [peak(w) for w in workers]
    loose.db.execute("INSERT INTO test_prospects (id, telegram_id, name, context, notes, email)"
                     " VALUES ('p1', '@ivan_p', 'Ivan ' || repeat('n', 20000000), repeat('c', 40000000), repeat('m', 40000000),"
                     " repeat('e', 2000) || '@example.com')")
    rep = eventually(lambda: loose.db.value("SELECT r.telegram_id FROM test_prospects p JOIN sales_representatives r"
                                            " ON r.id = p.assigned_rep_id"), what="it is assigned")
    first, second = sorted((anna, boris), key=lambda p: p.id != rep)
    card = first.hears_anything()
    assert "Ivan nnn" in card.text
    assert "Ivan nnn" in first.opens_card().text
    first.presses("button_contacted", message=card)
    first.sees_edit()
    first.presses("button_decline", message=card)
    first.sees_edit()
    card = second.hears_anything()
    assert "Ivan nnn" in card.text
    loose.db.execute("UPDATE test_prospects SET notes = repeat('x', 40000000)")
    card = second.hears_anything()
    assert "xxx" in card.text
    second.presses("button_decline", message=card)
    second.sees_edit()
    loose.settle()
    assert [w.alive for w in workers] == [True, True]
    grown = [peak(w) - b for w, b in zip(workers, before)]
    assert max(grown) < ROOM, grown


def test_a_rep_of_megabytes(loose):
    anna = loose.person()
    anna.registers()
    before = peak(loose.bot)
    loose.db.execute("UPDATE sales_representatives SET name = repeat('A', 30000000), telegram_username = repeat('u', 30000000)")
    anna.says("статус")
    assert "AAA" in anna.hears_anything().text
    loose.settle()
    assert loose.bot.alive and peak(loose.bot) - before < ROOM
    assert run("doctor", "--no-poll", settings={"DATABASE_URL": loose.db.url}).returncode in (0, 1)


def test_a_hundred_people_who_ask_for_long_histories_at_once(make_world):
    """More than one transaction may take: they are answered one by one."""
    world = make_world(LOG_LEVEL="debug")
    world.db.no_prospects()
    people = world.sandbox.someone(100)
    world.db.add_reps([p.id for p in people])
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, assigned_rep_id)"
                     " SELECT 'p' || r.telegram_id, '@ivan_p', 'Ivan', r.id FROM sales_representatives r")
    world.db.assignments.insert("(prospect, rep) SELECT id, assigned_rep_id FROM test_prospects")
    world.db.prospect_events.insert("(prospect, kind, detail) SELECT p.id, 'said', repeat('ж', 4096)"
                                    " FROM test_prospects p, generate_series(1, 11) n")
    for person in people:
        person.says("мои клиенты")
    world.start_bot()
    for person in people:
        person.presses("1. Ivan", message=person.hears_anything())
    cards = [person.hears_anything() for person in people]
    world.settle()
    world.bot.terminate()
    for person, card in zip(people, cards):
        person.presses("button_history", message=card)
    world.start_bot()
    for person in people:
        assert "жжж" in person.hears_anything().text
    world.settle()
    assert world.bot.wait_for_log("take too much memory together")
    assert world.db.parked_updates.rows("reason") == []
