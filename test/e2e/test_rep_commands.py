"""Managers on the command line: what they see of reps, and what they change."""
import csv
import io
import json
import subprocess

import pytest

from support.database import tables
from support.paths import BINARY
from support.process import EXIT_USAGE, run


@pytest.fixture
def db(database):
    database.no_prospects()
    database.execute(
        "INSERT INTO sales_representatives (id, telegram_id, telegram_username, name, email, status, registered_at) VALUES"
        " ('00000000-0000-0000-0000-00000000000a', 11, 'anna_k', 'Anna O''Neil', 'Anna@truerealestate.bali', 'active', now() - interval '3 days'),"
        " ('00000000-0000-0000-0000-00000000000b', 22, NULL, 'Борис 100%', 'boris@truerealestate.bali', 'suspended', now() - interval '2 days'),"
        " ('00000000-0000-0000-0000-00000000000c', 33, '@clara', E'Clara\n\x1b[31m-- 🌴', 'clara@truerealestate.bali', 'pending', now())")
    database.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id) SELECT i, '@x' || i, 'P' || i, s, r::uuid"
                     " FROM (VALUES ('p1', 'unreached', '00000000-0000-0000-0000-00000000000a'),"
                     " ('p2', 'contacted', '00000000-0000-0000-0000-00000000000a'),"
                     " ('p3', 'converted', '00000000-0000-0000-0000-00000000000a')) AS f (i, s, r)")
    return database


ANNA, BORIS, CLARA = (f"00000000-0000-0000-0000-00000000000{x}" for x in "abc")


def rep(db, *words, code=0, **settings):
    done = run("rep", *words, settings={"DATABASE_URL": db.url, **settings})
    assert done.returncode == code, done
    return done


def listed(db, *words):
    return json.loads(rep(db, "list", "--json", *words).stdout)


def test_the_list_has_load_calendar_and_reach(db):
    db.execute(f"INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes, state) VALUES (%s, '1', 'a@example.org', '', 'reconnect')", ANNA)
    db.rep_rotation.update("available = false, reason = 'blocked the bot', unreachable_since = now() WHERE rep = %s", CLARA)
    body = listed(db)
    assert body["total"] == 3 and [row["id"] for row in body["reps"]] == [ANNA, CLARA, BORIS]
    anna, clara, boris = body["reps"]
    assert (anna["name"], anna["telegram"], anna["open"], anna["capacity"], anna["calendar"], anna["available"], anna["status"]) == (
        "Anna O'Neil", "@anna_k", 2, 5, "reconnect", True, "active")
    assert (clara["telegram"], clara["available"], clara["reason"], clara["calendar"]) == ("@clara", False, "blocked the bot", None)
    assert clara["unreachable_since"] > 1_500_000_000 and boris["telegram"] == "22"
    text = rep(db, "list", MAX_PROSPECTS_PER_REP="7").stdout
    lines = text.splitlines()
    assert lines[0].split() == ["NAME", "EMAIL", "TELEGRAM", "STATUS", "LOAD", "CALENDAR", "REACHED", "SEEN"]
    assert "Anna O'Neil" in lines[1] and "2/7" in lines[1] and "\x1b" not in text and len(lines) == 4
    assert [row["name"] for row in csv.DictReader(io.StringIO(rep(db, "list", "--csv").stdout))][2] == "Борис 100%"


def test_the_list_is_narrowed_and_ordered(db):
    assert [row["id"] for row in listed(db, "--status", "pending")["reps"]] == [CLARA]
    assert [row["id"] for row in listed(db, "--sort", "registered")["reps"]] == [CLARA, BORIS, ANNA]
    assert [row["id"] for row in listed(db, "--sort", "load", "--limit", "1")["reps"]] == [ANNA]
    assert [row["status"] for row in listed(db, "--sort", "status")["reps"]] == ["active", "pending", "suspended"]
    db.execute(f"INSERT INTO {tables.user_sessions} (user_id) VALUES (22)")
    assert [row["id"] for row in listed(db, "--sort", "seen", "--limit", "1")["reps"]] == [BORIS]
    assert rep(db, "list", "--limit", "1").stdout.splitlines()[-1] == "1 of 3 reps; --limit shows more"
    assert rep(db, "list", "--status", "it's").stdout == "no rep has the status it's\n"


@pytest.mark.parametrize("who", [["Anna@TrueRealEstate.bali"], ["11"], ["@ANNA_K"], [ANNA.upper()], ["o'neil"], ["anna", "O'N"]])
def test_one_is_found_by_whatever_is_known(db, who):
    shown = json.loads(rep(db, "show", "--json", *who).stdout)
    assert (shown["id"], shown["open"], shown["converted"], shown["archived"]) == (ANNA, 2, 1, 0)


def test_who_is_meant_is_asked_and_nobody_is_said(db):
    db.add_reps([44])
    db.execute("UPDATE sales_representatives SET name = 'Anna Two' WHERE telegram_id = 44")
    which = rep(db, "show", "Anna", code=1)
    assert which.stdout == "" and "which of these? Give the id:\n" in which.stderr and f"  {ANNA}  Anna O'Neil, Anna@" in which.stderr
    # what LIKE would take for a pattern is a word as any other
    assert json.loads(rep(db, "show", "--json", "0%").stdout)["id"] == BORIS
    rep(db, "show", "%", code=0)
    for nobody in ("A%l", "x_", "'; DROP TABLE x; --", "🌵", "00000000-0000-0000-0000-0000000000ff", "99"):
        done = rep(db, "show", "--", nobody, code=1)
        assert f"no rep is known as {nobody}" in done.stderr and "rep list" in done.stderr and done.stdout == ""
    assert json.loads(rep(db, "show", "--json", "--", "-- 🌴").stdout)["id"] == CLARA


def test_all_that_is_known_of_one_is_shown(db):
    db.execute(f"INSERT INTO {tables.prospect_events} (prospect, rep, kind, at) VALUES ('p2', %s, 'contacted', '2026-01-02 03:04:05+00')", ANNA)
    db.execute(f"INSERT INTO {tables.outbox} (chat_id, method, payload, state, error) VALUES (11, 'sendMessage', '{{}}', 'failed', 'x')")
    text = rep(db, "show", "anna_k", TZ="UTC").stdout
    for words in (f"id           {ANNA}", "@anna_k, account 11", "2 open of 5 at most, 1 converted, 0 archived", "contacted    2026-01-02 03:04:05",
                  "reached      yes", "calendar     none", "0 to be sent, 1 failed or held"):
        assert words in text, (words, text)
    weird = rep(db, "show", CLARA).stdout
    assert "\x1b" not in weird and "🌴" in weird


def test_a_database_that_is_not_there_or_not_up_to_date_is_said(db):
    done = run("rep", "list", settings={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    assert done.returncode not in (0, EXIT_USAGE) and "salesreg rep" in done.stderr and done.stdout == ""


def test_a_reader_that_goes_ends_it_quietly(db):
    db.add_reps(range(1000, 3000))
    process = subprocess.Popen([BINARY, "rep", "list", "--limit", "10000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={"DATABASE_URL": db.url, "LC_ALL": "C.UTF-8"})
    process.stdout.readline()
    process.stdout.close()
    assert b"assert" not in process.stderr.read() and process.wait(30) != 139
