"""Why a prospect is with whom, from what was stored when it was decided."""
import json

import pytest

from support.database import tables
from support.process import run


def why(world, who, *words):
    done = run("prospect", "why", who, *words, settings={"DATABASE_URL": world.db.url})
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def assigned(world, prospect):
    world.db.eventually("SELECT assigned_rep_id IS NOT NULL FROM test_prospects WHERE id = %s", prospect)


@pytest.fixture
def world(make_world):
    """Anna and Boris are at work with room for two, Clara is suspended, Fay is paused, Dora is out of reach, Ed is full; those come first in turn."""
    world = make_world()
    db = world.db
    db.no_prospects()
    for telegram_id, name in enumerate(["Ed", "Dora", "Clara", "Fay", "Anna", "Boris"], 1):
        db.execute("INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES (%s, %s, %s, %s)", telegram_id, name,
                   f"{name}@truerealestate.bali", "suspended" if name == "Clara" else "active")
    db.execute(f"UPDATE {tables.rep_rotation} SET available = false FROM sales_representatives r WHERE r.id = rep AND r.name = 'Dora'")
    db.execute(f"UPDATE {tables.rep_rotation} SET paused_until = 'infinity' FROM sales_representatives r WHERE r.id = rep AND r.name = 'Fay'")
    for n in range(2):
        db.add_prospect(f"ed{n}")
        db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE name = 'Ed') WHERE id = %s", f"ed{n}")
    return world


def of(body, key="name"):
    return [(row[key], row["open"], row["given"], row["chosen"], row["why"]) for row in body["reps"]]


def test_a_round_is_replayed(world):
    db = world.db
    for n in range(3):
        db.add_prospect(f"p{n}", f"Prospect {n}")
        db.execute("UPDATE test_prospects SET created_at = now() - interval '1 hour' + %s * interval '1 minute' WHERE id = %s", n, f"p{n}")
    world.start_outreach(MAX_PROSPECTS_PER_REP="2", REGISTRY_BOT_TOKEN="")
    assigned(world, "p2")
    skipped = [("Ed", 2, 0, False, "full"), ("Dora", 0, 0, False, "out of reach"), ("Clara", 0, 0, False, "suspended"),
               ("Fay", 0, 0, False, "paused")]
    wanted = {"p0": [("Anna", 0, 0, True, None), ("Boris", 0, 0, False, None)], "p1": [("Boris", 0, 0, True, None), ("Anna", 0, 1, False, None)],
              "p2": [("Anna", 0, 1, True, None), ("Boris", 0, 1, False, None)]}
    for place, (prospect, reps) in enumerate(wanted.items(), 1):
        body, = json.loads(why(world, prospect, "--json"))["assignments"]
        assert of(body) == reps + skipped, prospect
        assert (body["rule"], body["prospects"], body["place"], body["ended_at"]) == ("round_robin", 3, place, None)
        assert {row["capacity"] for row in body["reps"]} == {2}
    text = why(world, "Prospect 1")
    for words in ("to Boris (round_robin, assignment", "whoever has been longest without a new prospect is next.",
                  "As prospect 2 of the 3 of that round:", "Boris  0 of 2  got them\n", "Anna   1 of 2  could have got them\n",
                  "Ed     2 of 2  full\n", "Dora   0 of 2  out of reach\n", "Clara  0 of 2  suspended\n", "Fay    0 of 2  paused\n"):
        assert words in text, (words, text)
    assert db.assignment_rounds.value("count(*)") == 1


def test_of_one_alone_it_is_said_who_would_have_been_next(world):
    """No more reps are read than a round needs."""
    world.db.add_prospect("p")
    world.start_outreach(MAX_PROSPECTS_PER_REP="2")
    assigned(world, "p")
    body, = json.loads(why(world, "p", "--json"))["assignments"]
    assert of(body)[:2] == [("Anna", 0, 0, True, None), ("Boris", 0, 0, False, None)] and {row["why"] for row in body["reps"][2:]} == {
        "full", "out of reach", "suspended", "paused"}


def test_the_least_loaded(world):
    db = world.db
    db.add_prospect("old")
    db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE name = 'Anna') WHERE id = 'old'")
    db.execute(f"UPDATE {tables.rep_rotation} SET capacity = 7 FROM sales_representatives r WHERE r.id = rep AND r.name = 'Boris'")
    db.add_prospect("new")
    world.start_outreach(MAX_PROSPECTS_PER_REP="2", ASSIGNMENT_STRATEGY="least_loaded")
    assigned(world, "new")
    body, = json.loads(why(world, "new", "--json"))["assignments"]
    assert [row["capacity"] for row in body["reps"]][:2] == [7, 2]
    assert of(body)[:2] == [("Boris", 0, 0, True, None), ("Anna", 1, 0, False, None)] and "fewest open prospects" in body["explanation"]


def test_what_follows_a_decline_a_hand_and_an_end(world):
    db = world.db
    db.add_prospect("p")
    world.start_outreach(MAX_PROSPECTS_PER_REP="2")
    assigned(world, "p")
    # as assignments_decline does
    db.execute(f"UPDATE {tables.assignments} SET ended_at = now(), reason = 'declined' WHERE prospect = 'p'; INSERT INTO {tables.declined_prospects} (prospect) VALUES ('p');"
               " UPDATE test_prospects SET assigned_rep_id = NULL WHERE id = 'p'")
    assigned(world, "p")
    last, first = json.loads(why(world, "p", "--json"))["assignments"]
    assert (first["name"], first["reason"], last["name"], last["rule"]) == ("Anna", "declined", "Boris", "after a decline")
    assert ("Boris", 0, 0, True, None) in of(last) and ("Anna", 0, 0, False, "declined it") in of(last) and ("Ed", 2, 0, False, "full") in of(last) and ("Fay", 0, 0, False, "paused") in of(last)
    text = why(world, "p")
    assert "declined it" in text and ": declined\n" in text and text.index("to Boris") < text.index("to Anna")
    db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE name = 'Ed') WHERE id = 'p'")
    db.assignments.eventually("count(*) = 3", "WHERE prospect = 'p'")
    latest = json.loads(why(world, "p", "--json"))["assignments"][0]
    assert (latest["name"], latest["rule"], latest["reps"]) == ("Ed", "by hand", []) and "by hand" in latest["explanation"]


def test_the_same_person_comes_before_turn_and_capacity(world):
    db = world.db
    world.start_outreach(MAX_PROSPECTS_PER_REP="2")
    db.add_prospect("one", "Maria", "@maria_one")
    assigned(world, "one")
    db.add_prospect("two", "Maria again", "@Maria_One")
    assigned(world, "two")
    body, = json.loads(why(world, "two", "--json"))["assignments"]
    assert (body["name"], body["rule"], body["reps"]) == ("Anna", "same person", []) and "same person" in body["explanation"]


def test_what_is_not_kept_is_said(world):
    db = world.db
    assert why(world, "ed0") == "Prospect ed0 has never been assigned to a rep\n"
    db.add_prospect("p")
    world.start_outreach(MAX_PROSPECTS_PER_REP="2")
    assigned(world, "p")
    db.assignment_rounds.delete()
    assert "What the reps had then is not kept any more." in why(world, "p")
    db.execute(f"DELETE FROM {tables.prospect_events}; DELETE FROM sales_representatives WHERE name = 'Boris'")
    assert "how it was decided is not known any more" in why(world, "p")


def test_a_round_of_many_keeps_a_row_of_bounded_size(world):
    db = world.db
    db.add_reps(range(100, 500))
    db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id BETWEEN 300 AND 350")
    db.execute("INSERT INTO test_prospects (id, telegram_id, name) SELECT 'm' || n, '@someone_' || n, 'X' FROM generate_series(1, 700) n")
    world.start_outreach(MAX_PROSPECTS_PER_REP="2")
    db.eventually("SELECT count(*) = 0 FROM test_prospects WHERE assigned_rep_id IS NULL")
    assert db.assignment_rounds.value("max(length(facts::text))") < 8000
    body, = json.loads(why(world, "m1", "--json"))["assignments"]
    assert len(body["reps"]) <= 60 and sum(row["chosen"] for row in body["reps"]) == 1
