"""What a manager sees of prospects from the command line."""
import csv
import io
import json

import pytest

from support.database import tables
from support.process import EXIT_USAGE, run


@pytest.fixture
def db(database):
    database.no_prospects()
    database.add_prospect("p1", "Anna O'Neil", "@Anna_N", "A villa in Canggu", "Calls after six")
    database.add_prospect("p2", "Анна Петрова", "@anna_p")
    database.add_prospect("p3", "Boris 100%", "@boris", None)
    database.execute("UPDATE test_prospects SET email = 'Anna@Example.org', created_at = now() - interval '1 hour' WHERE id = 'p1'")
    database.execute("UPDATE test_prospects SET status = 'archived', created_at = now() - interval '2 hours' WHERE id = 'p3'")
    return database


def prospect(db, *words, code=0):
    done = run("prospect", *words, settings={"DATABASE_URL": db.url})
    assert done.returncode == code, done
    return done


def listed(db, *words):
    return json.loads(prospect(db, "list", "--json", *words).stdout)


def test_the_list_is_the_newest_first(db):
    body = listed(db)
    assert body["total"] == 3 and [row["id"] for row in body["prospects"]] == ["p2", "p1", "p3"]
    assert body["prospects"][1] | {"created_at": 0} == {
        "id": "p1", "name": "Anna O'Neil", "telegram": "@Anna_N", "email": "Anna@Example.org", "status": "unreached", "rep": None,
        "source": "table", "campaign": None, "owner": "bot", "created_at": 0, "last_contact_at": None}
    lines = prospect(db, "list").stdout.splitlines()
    assert lines[0].split() == ["ID", "NAME", "TELEGRAM", "STATUS", "REP", "SOURCE", "LEADS", "SINCE"] and "Анна Петрова" in lines[1]
    assert [row["name"] for row in csv.DictReader(io.StringIO(prospect(db, "list", "--csv").stdout))][1] == "Anna O'Neil"


def test_it_can_be_narrowed_and_says_when_there_is_more(db):
    assert [row["id"] for row in listed(db, "--status", "archived")["prospects"]] == ["p3"]
    assert prospect(db, "list", "--limit", "1").stdout.splitlines()[-1] == "1 of 3 prospects; --limit shows more"
    assert prospect(db, "list", "--status", "nosuch").stdout == "no prospect has the status nosuch\n"
    db.add_reps([1])
    db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives) WHERE id = 'p1'")
    assert [row["id"] for row in listed(db, "--waiting")["prospects"]] == ["p2", "p3"]


@pytest.mark.parametrize("who", [["p1"], ["@anna_n"], ["ANNA_N"], ["anna@example.org"], ["O'Neil"], ["anna", "o'neil"]])
def test_one_is_found_by_whatever_is_known(db, who):
    assert json.loads(prospect(db, "show", "--json", *who).stdout)["id"] == "p1"


def test_who_is_meant_is_asked_and_nobody_is_said(db):
    which = prospect(db, "show", "o", code=1)
    assert which.stdout == "" and "which of these? Give the id:\n  p1  Anna O'Neil\n  p3  Boris 100%\n" in which.stderr
    # what LIKE would take for a pattern is a word as any other
    assert json.loads(prospect(db, "show", "--json", "0%").stdout)["id"] == "p3"
    prospect(db, "show", "A%l", code=1)
    prospect(db, "show", "_", code=1)
    nobody = prospect(db, "show", "Nobody Here", code=1)
    assert "nobody is known as Nobody Here" in nobody.stderr and "prospect list" in nobody.stderr
    done = run("prospect", "show", settings={"DATABASE_URL": db.url})
    assert done.returncode == EXIT_USAGE and "which prospect? WHO is missing" in done.stderr


def test_all_that_is_known_of_one_is_shown(db):
    db.execute(f"INSERT INTO {tables.conversations} (prospect, telegram_id, source, campaign, owner) VALUES"
               " ('p1', 77, 'campaign', 'June', 'rep')")
    db.execute(f"INSERT INTO {tables.qualifications} (prospect, script, question, score) VALUES ('p1', 'v1', 'when', 30)")
    db.execute(f"INSERT INTO {tables.answers} (prospect, question, script, value, answer) VALUES"
               " ('p1', 'what', 'v1', 'villa', E'Вилла\\nу моря'), ('p1', 'budget', 'v1', '', '')")
    shown = json.loads(prospect(db, "show", "--json", "p1").stdout)
    assert (shown["context"], shown["notes"], shown["account"], shown["owner"], shown["score"], shown["asked"]) == (
        "A villa in Canggu", "Calls after six", 77, "rep", 30, "when")
    assert {row["question"]: row["answer"] for row in shown["answers"]} == {"what": "Вилла\nу моря", "budget": ""}
    text = prospect(db, "show", "77").stdout
    for words in ("Anna O'Neil", "campaign June", "leads        rep", "not all yet, score 30", "(skipped)", "may write to them"):
        assert words in text, words


def test_what_happened_is_told_the_latest_first(db):
    db.add_reps([1])
    db.execute(f"INSERT INTO {tables.prospect_events} (prospect, rep, assignment, kind, detail) SELECT 'p1', id, 7, 'assigned', 'by hand'"
               " FROM sales_representatives")
    db.execute(f"INSERT INTO {tables.prospect_events} (prospect, kind, detail) VALUES ('p1', 'said', E'a \\x1b[31mred\\x1b[0m word')")
    events = json.loads(prospect(db, "history", "--json", "p1").stdout)["events"]
    assert [(e["kind"], e["assignment"], e["detail"]) for e in events] == [
        ("said", None, "a \x1b[31mred\x1b[0m word"), ("assigned", 7, "by hand")] and events[1]["rep"]
    table = prospect(db, "history", "p1").stdout
    assert "\x1b" not in table and "by hand" in table
    assert prospect(db, "history", "p2").stdout == "nothing has happened yet\n"


def test_a_database_that_is_not_there_is_said(db):
    done = run("prospect", "list", settings={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    assert done.returncode not in (0, EXIT_USAGE) and "salesreg prospect" in done.stderr
