"""Managers on the command line: what they see of reps, and what they change."""
import csv
import io
import json
import os
import pty
import subprocess
import time

import pytest

from support.database import tables
from support.paths import BINARY
from support.process import EXIT_USAGE, run
from test_email_codes import gives_email


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


# What is changed ------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(make_world):
    made = make_world()
    made.start_bot()
    made.db.no_prospects()
    return made


def last(db):
    return db.audit.row("*", "ORDER BY id DESC LIMIT 1")


def test_a_suspension_takes_prospects_back_and_is_heard(world):
    anna = world.person("Anna O'Neil -- 🌴")
    anna.registers()
    world.start_outreach()
    world.db.add_prospect("p1")
    assert "Prospect p1" in anna.hears_anything().text
    world.db.eventually("SELECT assigned_rep_id IS NOT NULL FROM test_prospects WHERE id = 'p1'")
    done = rep(world.db, "suspend", anna.email, code=1)
    assert "no terminal to ask; repeat it with --yes" in done.stderr and world.db.rep(anna.id)["status"] == "active"
    dry = rep(world.db, "suspend", anna.email, "--dry-run").stdout
    assert dry.startswith("Would suspend Anna O'Neil -- 🌴 (") and "1 open prospect goes on to others" in dry and "Nothing was changed" in dry
    assert world.db.rep(anna.id)["status"] == "active" and world.db.audit.value("count(*)") == 0
    done = rep(world.db, "suspend", str(anna.id), "--yes")
    assert "is suspended, and gets no prospects; 1 open prospect goes on to others.\nThey are told in the chat.\n" in done.stdout
    anna.hears("rep_suspended_now", name=anna.name)
    assert world.db.rep(anna.id)["status"] == "suspended" and world.db.prospect("p1")["assigned_rep_id"] is None
    assert world.db.assignments.row("reason, ended_at IS NOT NULL", "WHERE prospect = 'p1'") == ["suspended", True]
    assert world.db.prospect_events.value("detail", "WHERE prospect = 'p1' AND kind = 'returned'") == "suspended"
    row = last(world.db)
    assert (row["action"], row["command"], row["before"], row["after"], row["rep"]) == (
        "suspend", "rep suspend", {"status": "active"}, {"status": "suspended"}, world.db.rep(anna.id)["id"])
    again = rep(world.db, "suspend", anna.email, "--yes", code=1)
    assert "has the status suspended, so there is nothing to suspend; the last change was suspend, by operator" in again.stderr
    world.settle()
    assert not anna.unheard()  # once, and not of each prospect besides
    done = rep(world.db, "reactivate", anna.email)
    assert "is active again" in done.stdout
    anna.hears("rep_reactivated", name=anna.name)
    assert "Prospect p1" in anna.hears_anything().text  # gets prospects again
    assert last(world.db)["action"] == "reactivate"


def test_who_is_removed_can_come_back(world):
    anna = world.person()
    anna.registers()
    world.db.add_prospect("p1")
    world.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives) WHERE id = 'p1'")
    done = rep(world.db, "remove", anna.email, "--yes")
    assert "is unregistered; 1 open prospect goes on to others." in done.stdout
    anna.hears("rep_removed_now", name=anna.name)
    assert world.db.rep(anna.id)["status"] == "removed" and world.db.prospect("p1")["assigned_rep_id"] is None
    assert world.db.rep_email.value("count(*)") == 0
    assert "nothing to reactivate" in rep(world.db, "reactivate", anna.email, code=1).stderr
    anna.registers()
    assert world.db.rep(anna.id)["status"] == "active"


@pytest.mark.parametrize("command,told,status", [("approve", "rep_approved", "active"), ("reject", "rep_rejected", "removed")])
def test_an_application_is_decided_once(make_world, command, told, status):
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    anna, admin = world.person(), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    gives_email(anna, asked="registered_pending")
    asked = admin.hears("admin_new_rep", email=anna.email)
    rep(world.db, command, anna.email, *(["--yes"] if command == "reject" else []), ADMIN_TELEGRAM_IDS="7900000001")
    anna.hears(told, name=anna.name)
    assert world.db.rep(anna.id)["status"] == status and last(world.db)["action"] == command
    # the admin who comes second is told what it is now
    admin.presses(data=asked.data[0], message=asked)
    assert admin.is_answered("answer_decided_by", who=last(world.db)["who"])["show_alert"]
    assert world.db.rep(anna.id)["status"] == status


def test_an_application_whose_address_is_not_proven_is_made_once_more(make_world):
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    anna = world.person()
    gives_email(anna, asked="registered_pending")
    done = rep(world.db, "approve", anna.email, code=1, SMTP_URL="smtp://127.0.0.1:1", SMTP_FROM="bot@truerealestate.bali")
    assert "Nobody has proven" in done.stdout
    anna.hears("rep_prove_first", name=anna.name)
    assert world.db.rep(anna.id)["status"] == "removed"


def test_name_and_email_are_set(world):
    anna, boris = world.person(), world.person("Boris Orlov")
    anna.registers()
    boris.registers()
    rep(world.db, "set-name", "--", anna.email, "Анна", "O'Neil", "-- 🌴")
    anna.hears("rep_name_set", name="Анна O'Neil -- 🌴")
    assert world.db.rep(anna.id)["name"] == "Анна O'Neil -- 🌴"
    assert (last(world.db)["before"], last(world.db)["after"]) == ({"name": anna.name}, {"name": "Анна O'Neil -- 🌴"})
    assert "no name of a person" in rep(world.db, "set-name", anna.email, "12345", code=1).stderr
    taken = rep(world.db, "set-email", anna.email, boris.email.upper(), code=1)
    assert f"is the e-mail address of {boris.name}, whose status is active" in taken.stderr
    assert "none of the domains" in rep(world.db, "set-email", anna.email, "a@example.org", code=1).stderr
    done = rep(world.db, "set-email", anna.email, "new.anna@truerealestate.bali")
    assert "has another e-mail address: new.anna@truerealestate.bali.\n" in done.stdout
    anna.hears("rep_email_set", email="new.anna@truerealestate.bali")
    assert world.db.rep_email.value("email_key", "WHERE rep = %s", world.db.rep(anna.id)["id"]) == "new.anna@truerealestate.bali"
    # the one before is free
    rep(world.db, "set-email", boris.email, anna.email)


def test_the_second_of_two_at_once_is_told_what_it_is_now(db):
    rows = db.connect()
    rows.autocommit = False
    with rows.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sales_representatives WHERE id = %s FOR UPDATE", (ANNA,))
        process = subprocess.Popen([BINARY, "rep", "suspend", ANNA, "--yes"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={"DATABASE_URL": db.url})
        db.eventually("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'salesreg operator' AND wait_event_type = 'Lock'")
        cursor.execute("UPDATE sales_representatives SET status = 'suspended' WHERE id = %s", (ANNA,))
        rows.commit()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1 and out == "" and "has the status suspended, so there is nothing to suspend" in err
    assert db.audit.value("count(*)") == 0


def test_a_change_that_cannot_be_made_changes_nothing(db):
    db.as_superuser(f"ALTER TABLE {tables.audit} ADD CHECK (action <> 'suspend')")
    done = rep(db, "suspend", ANNA, "--yes", code=1)
    assert "the database refused" in done.stderr and done.stdout == ""
    assert db.value("SELECT status FROM sales_representatives WHERE id = %s", ANNA) == "active"
    assert db.outbox.value("count(*)") == 0 and db.prospect("p1")["assigned_rep_id"] == ANNA
    db.execute(f"ALTER DATABASE {db.name} SET default_transaction_read_only = on")
    for words in (("suspend", ANNA, "--yes"), ("pause", ANNA), ("add", "99", "new@truerealestate.bali", "New", "Person"),
                  ("merge", BORIS, ANNA, "--yes"), ("set-name", ANNA, "Anna", "Two")):
        done = rep(db, *words, code=1)
        assert done.stderr.startswith("salesreg rep: the database is read only, as a standby is, so nothing can be changed there (cannot execute ")
        assert done.stderr.count("\n") == 1 and done.stdout == ""
    rep(db, "list")
    db.execute("SET default_transaction_read_only = off")
    db.execute(f"ALTER DATABASE {db.name} RESET default_transaction_read_only")
    assert "no rep is known as Nobody" in rep(db, "remove", "Nobody", "--yes", code=1).stderr


def test_it_asks_at_a_terminal(db):
    for answer, status in ((b"n\n", "active"), (b"y\n", "suspended")):
        master, slave = pty.openpty()
        process = subprocess.Popen([BINARY, "rep", "suspend", "o'neil"], stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={"DATABASE_URL": db.url, "LC_ALL": "C.UTF-8"})
        os.write(master, answer)
        out, err = process.communicate(timeout=60)
        os.close(slave)
        os.close(master)
        assert out.startswith(b"Suspend Anna O'Neil (Anna@truerealestate.bali, @anna_k); 2 open prospects go on to others? [y/N] "), (out, err)
        assert db.value("SELECT status FROM sales_representatives WHERE id = %s", ANNA) == status
    assert b"No bot runs now; it is sent when one does." in out
    # no chat is told of a rep whose account is on its way to another one
    assert db.outbox.column("chat_id") == [11]


def test_a_pause_keeps_what_there_is_and_lets_nothing_new_in(world):
    anna = world.person()
    anna.registers()
    world.start_outreach()
    world.db.add_prospect("p1")
    assert "Prospect p1" in anna.hears_anything().text
    done = rep(world.db, "pause", anna.email)
    assert "gets no new prospects, and keeps those there are.\nThey are told in the chat.\n" in done.stdout
    anna.hears("rep_paused")
    anna.says("статус")
    anna.hears("status", status=world.texts.raw("ru", "rep_is_paused"))
    world.db.add_prospect("p2")
    world.db.add_prospect("p3", telegram="@someone_p1")  # a person of hers
    assert "Prospect p3" in anna.hears_anything().text
    assert [row["paused"] for row in listed(world.db)["reps"]] == [True] and "active, paused" in rep(world.db, "list").stdout
    assert world.db.prospect("p1")["assigned_rep_id"] and world.db.prospect("p2")["assigned_rep_id"] is None
    rep(world.db, "resume", anna.email)
    anna.hears("rep_resumed")
    assert "Prospect p2" in anna.hears_anything().text
    assert "is not paused; the last change was resume, by operator" in rep(world.db, "resume", anna.email, code=1).stderr
    assert [row["action"] for row in world.db.audit.rows("action", "ORDER BY id")] == ["pause", "resume"]
    assert world.db.audit.column("after", "ORDER BY id") == [{"paused_until": "until resumed"}, {"paused_until": None}]


def test_who_is_reactivated_is_paused_no_more(world):
    anna = world.person()
    anna.registers()
    world.start_outreach()
    rep(world.db, "pause", anna.email)
    anna.hears("rep_paused")
    rep(world.db, "suspend", anna.email, "--yes")
    anna.hears_anything()
    rep(world.db, "reactivate", anna.email)
    anna.hears_anything()
    assert world.db.rep_rotation.value("paused_until") is None
    world.db.add_prospect("p1")
    assert "Prospect p1" in anna.hears_anything().text


def test_a_pause_with_an_end_ends(make_world):
    world = make_world(OUTREACH_INTERVAL_SECONDS="1")
    world.start_bot()
    world.db.no_prospects()
    anna = world.person()
    anna.registers()
    done = rep(world.db, "pause", anna.email, "--for", "2w", TZ="Asia/Makassar")
    assert ", until 20" in done.stdout and "(Asia/Makassar)" in done.stdout
    assert "(Asia/Makassar)" in anna.hears("rep_paused_until").text
    assert 13 * 86400 < listed(world.db)["reps"][0]["paused_until"] - time.time() < 15 * 86400
    world.db.add_prospect("p1")
    world.start_outreach()
    world.settle()
    assert not anna.unheard()
    world.db.rep_rotation.update("paused_until = now() + interval '1 second'")
    assert "Prospect p1" in anna.hears_anything().text
    assert world.db.rep_rotation.value("paused_until") is None


@pytest.mark.parametrize("words", [["set-name", "Anna O'Neil"], ["set-email", "Anna@truerealestate.bali"], ["set-capacity", "3"], ["set-capacity", "default"], ["pause"]],
                         ids=" ".join)
def test_what_is_so_already_is_nothing_new_to_the_rep(db, words):
    if words[0] in ("set-capacity", "pause") and words[-1] != "default":
        rep(db, words[0], ANNA, *words[1:])
    before = [db.rows(f"SELECT count(*) FROM {table}") for table in (tables.outbox, tables.audit)]
    assert "is so already" in rep(db, words[0], ANNA, *words[1:], code=1).stderr
    assert [db.rows(f"SELECT count(*) FROM {table}") for table in (tables.outbox, tables.audit)] == before


def test_the_audit_says_times_as_such_and_what_was_empty(db):
    rep(db, "pause", ANNA, "--for", "2d")
    db.audit.update("""after = '{"paused_until": 1790000000}'""")
    audit = {"DATABASE_URL": db.url, "TZ": "UTC"}
    changed = run("audit", settings=audit).stdout.splitlines()[1]
    assert changed.split()[-5:] == ["paused_until", "-", "→", "2026-09-21", "14:13:20"]
    db.audit.update("""before = '{"email": ""}', after = '{"email": "a@example.org"}'""")
    assert run("audit", settings=audit).stdout.splitlines()[1].split()[-4:] == ["email", "-", "→", "a@example.org"]


@pytest.mark.parametrize("strategy", ["round_robin", "least_loaded"])
def test_each_rep_has_a_capacity_of_their_own(make_world, strategy):
    world = make_world(MAX_PROSPECTS_PER_REP="2", ASSIGNMENT_STRATEGY=strategy)
    world.start_bot()
    world.db.no_prospects()
    anna, boris = world.person(), world.person("Boris Orlov")
    anna.registers()
    boris.registers()
    rep(world.db, "set-capacity", anna.email, "4")
    anna.hears("rep_capacity_set", detail=4)
    rep(world.db, "set-capacity", boris.email, "1")
    boris.hears("rep_capacity_set", detail=1)
    for i in range(8):
        world.db.add_prospect(f"p{i}")
    world.start_outreach()
    held = "SELECT count(*) FROM test_prospects p JOIN sales_representatives r ON r.id = p.assigned_rep_id WHERE r.telegram_id = %s"
    world.db.eventually(held + " HAVING count(*) = 4", anna.id)
    world.settle()
    assert [world.db.value(held, person.id) for person in (anna, boris)] == [4, 1]
    assert [(row["capacity"], row["own_capacity"]) for row in listed(world.db, "--sort", "load")["reps"]] == [(4, True), (1, True)]
    anna.hears_anything()
    anna.says("статус")
    assert "4 из 4" in anna.hears("status").text
    stats = json.loads(run("stats", "--json", settings={"DATABASE_URL": world.db.url}).stdout)
    assert sorted(row["capacity"] for row in stats["load"]) == [1, 4]
    done = rep(world.db, "set-capacity", boris.email, "default", MAX_PROSPECTS_PER_REP="2")
    assert "has another capacity: 2." in done.stdout
    world.db.eventually(held + " HAVING count(*) = 2", boris.id)
    assert world.db.audit.value("after", "ORDER BY id DESC LIMIT 1") == {"capacity": 2}


def test_one_is_added_without_the_chat(world):
    world.start_outreach()
    anna = world.person("Anna O'Neil -- 🌴")
    dry = rep(world.db, "add", "--dry-run", "--", str(anna.id), anna.email.upper(), "Anna", "O'Neil", "-- 🌴")
    assert "Would register Anna O'Neil -- 🌴" in dry.stdout and world.db.value("SELECT count(*) FROM sales_representatives") == 0
    # whom the bot has not met gets nothing until they open it
    done = rep(world.db, "add", "--", str(anna.id), anna.email, anna.name)
    assert "is a rep.\nThey get prospects when they have opened the bot" in done.stdout
    assert world.db.rep_rotation.row("available, reason") == [False, "has not opened the bot yet"]
    world.db.add_prospect("p1")
    world.settle()
    assert world.db.prospect("p1")["assigned_rep_id"] is None and world.db.outbox.value("count(*)") == 0
    anna.opens()
    anna.hears("welcome_back", name=anna.name)
    assert "Prospect p1" in anna.hears_anything().text
    assert world.db.audit.row("action, command, after->>'email'") == ["add", "rep add", anna.email.lower()]
    taken = rep(world.db, "add", str(anna.id), "other@truerealestate.bali", "Other", "Person", code=1)
    assert f"is that of {anna.name}, whose status is active" in taken.stderr
    taken = rep(world.db, "add", "99", anna.email, "Other", "Person", code=1)
    assert f"is the e-mail address of {anna.name}" in taken.stderr
    # whom it has met is told, and who was removed comes back as the same
    rep(world.db, "remove", anna.email, "--yes")
    anna.hears("rep_removed_now")
    was = world.db.rep(anna.id)["id"]
    done = rep(world.db, "add", str(anna.id), anna.email, "Anna", "Two")
    assert "and gets prospects from now on.\nThey are told in the chat." in done.stdout
    anna.hears("rep_added", name="Anna Two")
    assert (world.db.rep(anna.id)["id"], world.db.rep(anna.id)["status"], world.db.rep_email.value("email_key")) == (was, "active", anna.email.lower())


def test_two_rows_of_one_person_are_merged(world):
    old, new = world.person("Anna Old"), world.person("Anna New")
    old.registers()
    world.start_outreach()
    world.db.add_prospect("p1")
    assert "Prospect p1" in old.hears_anything().text
    new.registers()
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id) SELECT 'p2', '@p_two', 'P2', 'converted', id"
                     " FROM sales_representatives WHERE telegram_id = %s", old.id)
    assert "that is one rep" in rep(world.db, "merge", old.email, str(old.id), "--yes", code=1).stderr
    assert "repeat it with --yes" in rep(world.db, "merge", old.email, new.email, code=1).stderr
    assert "with 1 open prospect. Nothing was changed" in rep(world.db, "merge", old.email, new.email, "--dry-run").stdout
    assert world.db.audit.value("count(*)") == 0 and world.db.rep(old.id)["status"] == "active"
    done = rep(world.db, "merge", old.email, new.email, "--yes")
    assert done.stdout.startswith("Merged Anna Old (") and "1 open prospect goes on to the second" in done.stdout
    old.hears("rep_removed_now")
    assert "Prospect p1" in new.hears_anything().text
    kept = world.db.rep(new.id)["id"]
    assert world.db.column("SELECT assigned_rep_id FROM test_prospects") == [kept, kept]
    assert world.db.rep(old.id)["status"] == "removed"
    assert world.db.assignments.value("rep", "WHERE prospect = 'p1' AND ended_at IS NULL") == kept
    gone = world.db.rep(old.id)["id"]
    assert world.db.audit.rows("rep, after", "ORDER BY id") == [[gone, {"status": "removed", "into": kept}], [kept, {"open": 1, "from": gone}]]
    # only who is at work takes over
    assert "has the status removed" in rep(world.db, "merge", new.email, str(old.id), "--yes", code=1).stderr
