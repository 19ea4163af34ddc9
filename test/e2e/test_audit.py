"""Who did what to whom, and the command that lists it."""
import getpass
import json
import socket

import pytest

from support.database import tables
from support.process import run
from test_email_codes import gives_email

ADMIN = 7900000001


def audit(db, *words, code=0):
    done = run("audit", *words, settings={"DATABASE_URL": db.url})
    assert done.returncode == code, done
    return done


def entries(db, *words):
    return json.loads(audit(db, "--json", *words).stdout)["entries"]


@pytest.mark.parametrize("button,answer,action,status,told", [
    ("button_approve", "answer_approved", "approve", "active", "rep_approved"),
    ("button_reject", "answer_rejected", "reject", "removed", "rep_rejected")])
def test_what_an_admin_decides_in_the_chat_is_written(make_world, button, answer, action, status, told):
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS=str(ADMIN))
    world.start_bot()
    anna, admin = world.person("Anna O'Neil -- 🌴"), world.person("Boss", id=ADMIN)
    admin.opens()
    admin.hears("admin_hello")
    gives_email(anna, asked="registered_pending")
    admin.hears("admin_new_rep", email=anna.email)
    admin.presses(button)
    if button == "button_reject":
        admin.is_answered("answer_reject_why")
        admin.presses("button_reject_plain")
    admin.is_answered(answer)
    anna.hears(told)
    (entry,) = entries(world.db, "--rep", anna.email)
    assert (entry["actor"], entry["who"], entry["action"], entry["rep_name"], entry["command"], entry["host"], entry["pid"]) == (
        "admin", str(ADMIN), action, anna.name, None, None, None)
    assert (entry["before"], entry["after"]) == ({"status": "pending"}, {"status": status})
    text = audit(world.db).stdout
    assert "Boss (admin)" in text and f"status pending → {status}" in text and anna.name in text
    # who comes and goes by themselves did nothing to anybody else
    assert world.db.audit.value("count(*)") == 1


def test_what_an_operator_does_is_written_with_user_host_and_process(database):
    database.execute(f"INSERT INTO {tables.bot_state} (bot_id, username) VALUES (1, 'the_bot')")
    done = run("rep", "invite", "--email", "anna@truerealestate.bali",
               settings={"DATABASE_URL": database.url, "REGISTRATION_APPROVAL": "invite"})
    assert done.returncode == 0, done
    (entry,) = entries(database)
    assert (entry["actor"], entry["who"], entry["host"], entry["command"], entry["action"], entry["after"]) == (
        "operator", getpass.getuser(), socket.gethostname(), "rep invite", "invite", {"email": "anna@truerealestate.bali"})
    assert entry["pid"] > 1
    # what opens something stands nowhere
    payload = done.stdout.split("start=")[1].split()[0]
    assert payload not in json.dumps(entries(database))


def test_a_change_that_cannot_be_written_down_is_not_made(database):
    database.execute(f"INSERT INTO {tables.bot_state} (bot_id, username) VALUES (1, 'the_bot')")
    database.as_superuser(f"ALTER TABLE {tables.audit} ADD CHECK (action <> 'invite')")
    done = run("rep", "invite", settings={"DATABASE_URL": database.url})
    assert done.returncode == 1 and done.stdout == "" and "the database refused" in done.stderr
    assert database.invites.value("count(*)") == 0


def test_it_is_narrowed(database):
    database.add_reps([1, 2])
    database.execute("UPDATE sales_representatives SET name = E'Eve\\n\\x1b[31m' WHERE telegram_id = 2")
    database.execute(f"INSERT INTO {tables.audit} (at, actor, who, action, rep) SELECT now() - interval '8 days', 'operator', 'x', 'old', id"
                     " FROM sales_representatives")
    database.execute(f"INSERT INTO {tables.audit} (actor, who, action, rep, before, after) SELECT 'program', 'outreach', 'new', id,"
                     " '{\"a\": [1]}', '{\"a\": null, \"b\": \"x\"}' FROM sales_representatives WHERE telegram_id = 2")
    database.execute(f"INSERT INTO {tables.audit} (actor, who, action, prospect) VALUES ('operator', 'x', 'third', 'test_001'),"
                     " ('operator', 'x', 'fourth', 'gone')")
    assert [e["action"] for e in entries(database)] == ["fourth", "third", "new", "old", "old"]
    assert [e["action"] for e in entries(database, "--since", "7d")] == ["fourth", "third", "new"]
    assert [e["action"] for e in entries(database, "--rep", "2", "--since", "1w")] == ["new"]
    assert [e["action"] for e in entries(database, "--prospect", "@test_buyer_alex")] == ["third"]
    # who was deleted is known by the id
    assert [e["action"] for e in entries(database, "--prospect", "gone")] == ["fourth"]
    rep = database.rep(1)["id"]
    database.execute("DELETE FROM sales_representatives WHERE telegram_id = 1")
    assert [e["action"] for e in entries(database, "--rep", rep)] == ["old"]
    text = audit(database, "--limit", "3").stdout
    assert "a [1] → -, b x" in text and "\x1b" not in text and text.endswith("the latest 3; --limit shows more\n")
    database.add_reps([3, 4])
    assert "salesreg audit: which of these? Give the id" in audit(database, "--rep", "rep", code=1).stderr
    assert "no rep is known as Nobody" in audit(database, "--rep", "Nobody", code=1).stderr
    assert "several prospects are known as r; " in audit(database, "--prospect", "r", code=1).stderr
    database.audit.delete()
    assert audit(database).stdout == "nobody has changed anything\n"


def test_it_is_kept_for_as_long_as_history(make_world):
    world = make_world(HISTORY_RETENTION_DAYS="30")
    world.db.audit.insert("(at, actor, who, action) VALUES (now() - interval '31 days', 'operator', 'x', 'old'),"
                          " (now() - interval '29 days', 'operator', 'x', 'new')")
    world.start_outreach()
    world.db.audit.eventually("count(*) = 1", timeout=60)
    assert world.db.audit.value("action") == "new"


def test_whatever_operators_change_is_written(database):
    """Each command that changes something: from what to what, and nothing where nothing was changed."""
    database.execute(f"INSERT INTO {tables.bot_state} (bot_id, username) VALUES (1, 'the_bot')")
    database.add_reps([1])
    rep = database.rep(1)["id"]
    database.execute(f"INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes) VALUES (%s, '1', 'a@example.org', '')", rep)
    message = database.value(f"INSERT INTO {tables.outbox} (chat_id, method, payload, state, error) VALUES (1, 'sendMessage', '{{}}', 'failed', 'x')"
                             " RETURNING id")
    parked = database.value(f"INSERT INTO {tables.parked_updates} (bot_id, reason, payload) VALUES (1, 'x', '{{\"a\": 1}}') RETURNING id")
    email = database.rep(1)["email"]
    for words, code, action, before, after in [
            (("outbox", "retry", str(message)), 0, "retry", None, {"messages": [message], "count": 1}),
            (("outbox", "retry", "999"), 1, None, None, None),
            (("outbox", "drop", str(message)), 0, "drop", None, {"messages": [message], "count": 1}),
            (("parked", "retry", str(parked)), 0, "retry", None, {"updates": [parked], "count": 1}),
            (("parked", "drop", str(parked)), 0, "drop", None, {"updates": [parked], "count": 1}),
            (("link", "add", "June"), 0, "add-link", None, {"campaign": "June"}),
            (("link", "add", "June"), 1, None, None, None),
            (("link", "remove", "June"), 0, "remove-link", {"campaign": "June"}, None),
            (("link", "remove", "June"), 1, None, None, None),
            (("calendar", "disconnect", email), 0, "disconnect-calendar", {"account": "a@example.org", "state": "connected"},
             {"state": "disconnected"}),
            (("rep", "set-hours", email, "mon 10-12"), 0, "set-hours", ..., {"hours": "Mon 10:00–12:00"}),
            (("rep", "set-hours", email), 0, None, None, None),
            (("rep", "set-hours", email, "--zone", "Nowhere/City"), 1, None, None, None),
            (("rep", "set-hours", email, "--zone", "Asia/Dubai", "--slot", "45"), 0, "set-hours", ...,
             {"time_zone": "Asia/Dubai", "own_time_zone": True, "slot_minutes": 45})]:
        count = database.audit.value("count(*)")
        done = run(*words, settings={"DATABASE_URL": database.url, "TZ": "UTC"})
        assert done.returncode == code, done
        if not action:
            assert database.audit.value("count(*)") == count, words
            continue
        (entry,) = entries(database, "--limit", "1")
        assert (entry["action"], entry["command"], entry["after"]) == (action, " ".join(words[:2]), after), entry
        assert before is ... or entry["before"] == before
        assert database.audit.value("count(*)") == count + 1
    assert {e["action"] for e in entries(database, "--rep", email)} == {"disconnect-calendar", "set-hours"}
