"""What an operator does from the command line when a message was refused or an update was put aside."""
import json
import re

import pytest

from support.database import tables
from support.process import EXIT_CONFIG, EXIT_USAGE, run
from support.telegram import TOKEN

POISONED = {"text": "*broken", "parse_mode": "Markdown"}  # Telegram refuses it for good


def operate(db, *args, **settings):
    """A command as an operator runs it: with the database, and without the bot's token."""
    return run(*args, settings={"DATABASE_URL": db.url, **settings})


def said(done, code=0):
    assert done.returncode == code, done
    return done.stdout.splitlines()


def listed(db, what, *args):
    done = operate(db, what, "list", "--json", *args)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def put(db, chat, text="hello", state="queued", priority=1, error=None, attempts=0, due="now()", **payload):
    return db.value(f"INSERT INTO {db.outbox} (chat_id, method, payload, priority, state, error, attempts, due_at)"
                    f" VALUES (%s, 'sendMessage', %s, %s, %s, %s, %s, {due}) RETURNING id",
                    chat, json.dumps({"chat_id": chat, "text": text, **payload}), priority, state, error, attempts)


def state(db, id):
    return db.outbox.column("state", "WHERE id = %s", id)


@pytest.fixture
def anna(bot_world):
    """Somebody the bot may write to."""
    person = bot_world.person()
    person.says("привет")
    person.hears("offer")
    bot_world.settle()
    return person


def failed(world, person, **payload):
    """A message that Telegram refused."""
    id = put(world.db, person.id, **{**POISONED, **payload})
    world.db.outbox.eventually("state = 'failed'", "WHERE id = %s", id)
    return id


def fix(world, id):
    world.db.outbox.update("payload = (payload::jsonb - 'parse_mode')::json WHERE id = %s", id)


# outbox list ----------------------------------------------------------------------------------------------------------

def test_an_empty_outbox_is_said_to_be_empty(database):
    assert said(operate(database, "outbox", "list")) == ["no message is in the outbox"]
    assert said(operate(database, "outbox", "list", "--state", "failed")) == ["no message is failed"]
    assert listed(database, "outbox") == {"total": 0, "messages": []}


def test_the_list_shows_what_an_operator_needs_to_know(database):
    one = put(database, 1001, "first\nline\x1b[31m and\tsecond " + "x" * 100, due="now() + interval '3 hours'")
    two = put(database, 1002, "sorry", state="failed", priority=0, error="Bad Request: chat not found", attempts=6)
    database.outbox.update("possible_duplicate = true, created_at = now() - interval '50 hours' WHERE id = %s", two)
    head, first, second = said(operate(database, "outbox", "list"))
    for word in ("ID", "CHAT", "STATE", "TRIES", "PRIORITY", "AGE", "DUE", "TWICE?", "ERROR", "TEXT"):
        assert word in head.split()
    assert first.split()[:5] == [str(one), "1001", "queued", "0", "notification"]
    assert "in 2h 59m" in first and "first line[31m and second xxx" in first and first.endswith("x" * 100)
    assert "\x1b" not in first
    assert second.split()[:7] == [str(two), "1002", "failed", "6", "reply", "2d", "2h"]
    assert "maybe" in second and "Bad Request: chat not found" in second and second.endswith("sorry")


# C1, a next line, directions, separators: what many terminals obey, and many programs break lines at
EVIL = "a\u009b31mb\u0085c\u202ed\u2066e\u2028f\x7fg"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def test_no_list_tells_a_terminal_what_to_do(database):
    put(database, 1001, EVIL, state="failed", error=EVIL)
    for args in (["outbox", "list"], ["outbox", "list", "--json"], ["doctor", "--no-poll"]):
        done = operate(database, *args)
        assert not OBEYED.search(done.stdout + done.stderr), (args, done.stdout)
    message, = listed(database, "outbox")["messages"]
    assert message["text"] == EVIL and message["error"] == EVIL, "JSON has it whole, escaped"


@pytest.mark.parametrize("args", [["outbox", "list"], ["parked", "list"], ["rep", "invite"], ["adopt-bot", "--dry-run"], ["migrate"],
                                  ["check-config"], ["doctor", "--no-poll"], ["bot"], ["demo", "--port", EVIL],
                                  ["outbox", "drop", EVIL], ["status"], ["sandbox", "--state"]])
def test_no_complaint_tells_a_terminal_what_to_do(args, tmp_path):
    """What is wrong is quoted: a file's name, a variable's value, an argument."""
    done = run(*args, settings={"DATABASE_URL_FILE": str(tmp_path / EVIL), "REGISTRY_BOT_TOKEN": "1:" + EVIL, "BOT_LOCALE": EVIL,
                                "SALESREG_RUN_DIR": "/nowhere/" + EVIL})
    assert done.returncode != 0 and done.stderr + done.stdout
    assert not OBEYED.search(done.stdout + done.stderr), done.stderr + done.stdout


def test_the_list_as_json_has_everything_uncut(database):
    text = "Здравствуйте, " + "ё" * 200
    id = put(database, 1001, text, state="failed", error="why", attempts=2, priority=2)
    body = listed(database, "outbox")
    (message,) = body["messages"]
    assert body["total"] == 1
    assert message.pop("age_ms") >= 0 and message.pop("due_in_ms") <= 0
    assert message == {"id": id, "chat_id": 1001, "method": "sendMessage", "state": "failed", "attempts": 2,
                       "priority": "bulk", "possible_duplicate": False, "error": "why", "text": text}


def test_the_list_can_be_narrowed_and_says_when_there_is_more(database):
    ids = [put(database, 1000 + i, state=s) for i, s in enumerate(["failed", "queued", "sending", "failed"])]
    assert [m["id"] for m in listed(database, "outbox", "--state", "failed")["messages"]] == [ids[0], ids[3]]
    assert [m["id"] for m in listed(database, "outbox", "--limit", "2")["messages"]] == ids[:2]
    assert said(operate(database, "outbox", "list", "--limit=3"))[-1] == "3 of 4 messages; --limit shows more"


def test_a_payload_that_is_no_message_is_listed_all_the_same(database):
    for payload in ("5", "[]", '{"text": 7}', '{"text": "a\\u0000b"}'):
        database.outbox.insert("(chat_id, method, payload) VALUES (1, 'editMessageReplyMarkup', %s)", payload)
    lines = said(operate(database, "outbox", "list"))[1:]
    assert [line.endswith("(editMessageReplyMarkup)") for line in lines] == [True, True, True, False]


# outbox retry ---------------------------------------------------------------------------------------------------------

def test_a_refused_message_that_was_mended_goes_when_it_is_retried(bot_world, anna):
    id = failed(bot_world, anna)
    fix(bot_world, id)
    assert said(operate(bot_world.db, "outbox", "retry", str(id))) == ["1 message is queued again"]
    assert anna.hears_anything().text == "*broken"
    bot_world.settle()
    row = bot_world.db.outbox_history.row("state, attempts, possible_duplicate", "WHERE id = %s", id)
    assert tuple(row) == ("sent", 2, False)
    assert anna.unheard() == []


def test_a_retry_of_what_is_still_wrong_fails_again_and_stops_nothing(bot_world, anna):
    id = failed(bot_world, anna)
    assert said(operate(bot_world.db, "outbox", "retry", "--failed")) == ["1 message is queued again"]
    bot_world.db.outbox.eventually("state = 'failed' AND attempts = 2", "WHERE id = %s", id)
    anna.says("да")
    anna.hears("ask_name")


def test_a_retry_while_no_bot_runs_says_so_and_goes_when_it_comes(bot_world, anna):
    ids = [failed(bot_world, anna), failed(bot_world, anna)]
    for id in ids:
        fix(bot_world, id)
    bot_world.bot.terminate()
    assert said(operate(bot_world.db, "outbox", "retry", "--failed")) == \
        ["2 messages are queued again", "no bot runs now; it is sent when one does"]
    bot_world.start_bot()
    assert [anna.hears_anything().text for _ in ids] == ["*broken"] * 2


def test_a_retried_message_goes_ahead_of_what_waits_in_its_chat_and_does_not_hold_it_up(database):
    """Order in a chat is by id; so the urgency of a reply behind it becomes its own."""
    id = put(database, 1001, state="failed", priority=2)
    put(database, 1001, priority=0)
    said(operate(database, "outbox", "retry", str(id)))
    assert tuple(database.outbox.row("state, priority", "WHERE id = %s", id)) == ("queued", 0)


def test_what_cannot_be_retried_is_said_id_by_id_and_the_rest_is_done(database):
    good, queued, sending = (put(database, i + 1, state=s) for i, s in enumerate(["failed", "queued", "sending"]))
    done = operate(database, "outbox", "retry", *map(str, (sending, 99999, good, queued, good)))
    assert said(done, 1)[0] == "1 message is queued again"
    assert done.stderr.splitlines() == [
        f"salesreg outbox: message {sending} is being sent right now; look again in a minute",
        f"salesreg outbox: message 99999 is not in the outbox (what was sent is in {tables.outbox_history})",
        f"salesreg outbox: message {queued} is queued already: it goes by itself, when its time has come"]
    assert state(database, good) == ["queued"]


def test_a_wait_of_years_is_a_day_that_doctor_names_and_retry_ends(bot_world, anna):
    bot_world.sandbox.fault("429", method="sendMessage", retry_after=1_000_000_000, times=1)
    id = put(bot_world.db, anna.id, "late")
    bot_world.db.outbox.eventually("error IS NOT NULL AND state = 'queued'", "WHERE id = %s", id)
    assert bot_world.db.outbox.value("due_at BETWEEN now() + interval '23 hours' AND now() + interval '1 day'",
                                     "WHERE id = %s", id)
    found = json.loads(operate(bot_world.db, "doctor", "--json").stdout)["findings"]
    assert "put-off" in [f["code"] for f in found]
    assert said(operate(bot_world.db, "outbox", "retry", str(id))) == ["1 message is queued again"]
    assert anna.hears_anything().text == "late"


def test_nothing_to_retry_is_no_failure(database):
    put(database, 1)
    assert said(operate(database, "outbox", "retry", "--failed")) == ["no message has failed"]


# outbox drop ----------------------------------------------------------------------------------------------------------

def test_a_dropped_message_is_history_and_what_waited_behind_it_goes(bot_world, anna):
    stuck = put(bot_world.db, anna.id, "stuck", due="now() + interval '1 day'")
    behind = put(bot_world.db, anna.id, "behind")
    assert said(operate(bot_world.db, "outbox", "drop", str(stuck))) == ["1 message is dropped"]
    assert anna.hears_anything().text == "behind"
    bot_world.settle()
    assert state(bot_world.db, stuck) == []
    assert bot_world.db.outbox_history.column("state", "WHERE id = ANY(%s) ORDER BY id", [stuck, behind]) \
        == ["dropped", "sent"]
    assert anna.unheard() == []


def test_drop_failed_leaves_everything_else_and_keeps_the_reason(database):
    gone = [put(database, i, state="failed", error=f"why {i}", attempts=i) for i in (1, 2)]
    stay = [put(database, 3), put(database, 4, state="sending")]
    assert said(operate(database, "outbox", "drop", "--failed")) == ["2 messages are dropped"]
    assert database.outbox.column("id", "ORDER BY id") == stay
    rows = database.outbox_history.rows("id, state, error, attempts", "ORDER BY id")
    assert [tuple(row) for row in rows] == [(id, "dropped", f"why {i}", i) for i, id in enumerate(gone, 1)]


def test_what_is_being_sent_is_not_dropped(bot_world, anna):
    bot_world.sandbox.fault("slow", method="sendMessage", ms=60_000)
    id = put(bot_world.db, anna.id, "on its way")
    bot_world.db.outbox.eventually("state = 'sending'", "WHERE id = %s", id)
    done = operate(bot_world.db, "outbox", "drop", str(id))
    assert said(done, 1) == []
    assert f"message {id} is being sent right now" in done.stderr
    assert state(bot_world.db, id) == ["sending"]


# parked ---------------------------------------------------------------------------------------------------------------

@pytest.fixture
def poison(bot_world):
    """poison(on) lets every registration of a Poison fail, or not any more."""
    db = bot_world.db
    db.execute("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               " IF NEW.name LIKE '%%Poison' THEN RAISE 'this name is poison'; END IF; RETURN NEW; END $$")
    db.execute("CREATE TRIGGER poison BEFORE INSERT ON sales_representatives FOR EACH ROW EXECUTE FUNCTION poison()")
    return lambda on: db.execute(f"ALTER TABLE sales_representatives {'ENABLE' if on else 'DISABLE'} TRIGGER poison")


def parks(world, person):
    """The id of the parked update with which this person would have registered."""
    person.says("привет")
    person.hears("offer")
    person.says("да")
    person.hears("ask_name")
    person.says(person.name)
    person.hears("ask_email")
    person.says(person.email)
    person.hears("parked")
    world.settle()
    return world.db.parked_updates.value("id", "WHERE user_id = %s", person.id)


def parked_ids(db):
    return db.parked_updates.column("id", "ORDER BY id")


def next_update(db):
    return db.bot_state.value("next_update_id")


def test_what_is_parked_is_listed_and_shown(bot_world, poison):
    assert said(operate(bot_world.db, "parked", "list")) == ["no update is parked"]
    anna = bot_world.person("Anna Poison")
    id = parks(bot_world, anna)
    head, line = said(operate(bot_world.db, "parked", "list"))
    assert head.split() == ["ID", "UPDATE", "USER", "AGE", "RETRY", "REASON", "WORDS"]
    assert line.split()[0] == str(id) and str(anna.id) in line
    assert "this name is poison" in line and line.endswith(anna.email)
    (update,) = listed(bot_world.db, "parked")["updates"]
    assert (update["id"], update["user_id"], update["retry_waits"]) == (id, anna.id, False)
    assert "poison" in update["reason"] and "update" not in update
    shown = json.loads("\n".join(said(operate(bot_world.db, "parked", "show", str(id)))))
    assert shown["update"]["message"]["text"] == anna.email and shown["update"]["update_id"] == shown["update_id"]
    done = operate(bot_world.db, "parked", "show", "99999")
    assert done.returncode == 1 and "update 99999 is not parked" in done.stderr and done.stdout == ""


def test_a_retried_update_is_handled_once_by_the_bot_that_runs(bot_world, poison):
    anna = bot_world.person("Anna Poison")
    id = parks(bot_world, anna)
    before = next_update(bot_world.db)
    poison(False)
    assert said(operate(bot_world.db, "parked", "retry", str(id))) == ["1 update will be handled again"]
    anna.hears("registered")
    bot_world.settle()
    assert parked_ids(bot_world.db) == []
    assert bot_world.db.rep(anna.id)["status"] == "active"
    assert next_update(bot_world.db) == before, "the offset is Telegram's alone"
    assert anna.unheard() == []
    boris = bot_world.person("Boris Ivanov")  # and the bot goes on as ever
    boris.registers()
    assert bot_world.bot.said("is handled again")


def test_several_retries_go_one_after_the_other_and_a_failing_one_stops_none(bot_world, poison):
    people = [bot_world.person(f"{name} Poison") for name in ("Anna", "Boris", "Vera")]
    ids = [parks(bot_world, person) for person in people]
    bot_world.db.execute("CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                         " IF NEW.name = 'Boris Poison' THEN RAISE 'still poison'; END IF; RETURN NEW; END $$")
    assert said(operate(bot_world.db, "parked", "retry", *map(str, ids))) == ["3 updates will be handled again"]
    people[0].hears("registered")
    people[2].hears("registered")
    bot_world.db.parked_updates.eventually("reason LIKE '%%still poison'", "WHERE id = %s", ids[1])
    bot_world.settle()
    assert parked_ids(bot_world.db) == [ids[1]]
    assert people[1].unheard() == [], "it was told when it was put aside"
    assert listed(bot_world.db, "parked")["updates"][0]["retry_waits"] is False
    poison(False)
    said(operate(bot_world.db, "parked", "retry", str(ids[1])))
    people[1].hears("registered")


def test_a_retry_while_no_bot_runs_says_so_and_is_taken_up_when_it_comes(bot_world, poison):
    anna = bot_world.person("Anna Poison")
    id = parks(bot_world, anna)
    bot_world.bot.terminate()
    poison(False)
    assert said(operate(bot_world.db, "parked", "retry", str(id))) == \
        ["1 update will be handled again", "no bot runs now; it is taken up when one does"]
    assert listed(bot_world.db, "parked")["updates"][0]["retry_waits"] is True
    assert said(operate(bot_world.db, "parked", "list"))[1].split()[4] == "waits"
    bot_world.start_bot()
    anna.hears("registered")
    bot_world.settle()
    assert parked_ids(bot_world.db) == []


def test_a_retry_that_kills_the_bot_is_not_begun_again_by_itself(bot_world, poison):
    """The asking is used up before the retry begins; the update stays."""
    anna = bot_world.person("Anna Poison")
    id = parks(bot_world, anna)
    hand = bot_world.db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute("LOCK TABLE sales_representatives IN ACCESS EXCLUSIVE MODE")
    said(operate(bot_world.db, "parked", "retry", str(id)))
    bot_world.db.parked_updates.eventually("retry_at IS NULL", "WHERE id = %s", id)
    bot_world.bot.kill()
    hand.close()
    bot_world.start_bot()
    bot_world.settle()
    assert parked_ids(bot_world.db) == [id] and anna.unheard() == []
    assert "did not come to an end" in bot_world.db.parked_updates.value("reason")
    assert bot_world.bot.lines("is handled again") == []
    poison(False)
    said(operate(bot_world.db, "parked", "retry", str(id)))
    anna.hears("registered")


def test_what_is_dropped_while_its_retry_is_under_way_does_not_happen(bot_world, poison):
    anna = bot_world.person("Anna Poison")
    id = parks(bot_world, anna)
    poison(False)
    hand = bot_world.db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute("LOCK TABLE sales_representatives IN ACCESS EXCLUSIVE MODE")
    said(operate(bot_world.db, "parked", "retry", str(id)))
    bot_world.db.parked_updates.eventually("retry_at IS NULL", "WHERE id = %s", id)
    assert said(operate(bot_world.db, "parked", "drop", str(id))) == ["1 update is dropped"]
    hand.close()
    # at once, or when a retry that waited too long for the lock has been undone
    bot_world.bot.wait_for_log(f"the retry of parked update {id} failed|updates are received and handled again")
    bot_world.settle()
    assert anna.unheard() == []
    assert bot_world.db.value("SELECT count(*) FROM sales_representatives") == 0


def test_a_retried_button_takes_effect_and_its_late_answer_bothers_nobody(make_world):
    world = make_world()
    world.start_bot()
    world.start_outreach()
    world.db.no_prospects()
    anna = world.person()
    anna.registers()
    world.db.add_prospect("p1")
    anna.hears_anything()
    world.db.execute("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$")
    world.db.execute(f"CREATE TRIGGER poison BEFORE INSERT ON {world.db.prospect_events}"
                     " FOR EACH ROW WHEN (NEW.kind = 'contacted') EXECUTE FUNCTION poison()")
    anna.presses("button_contacted")
    anna.hears("parked")
    (id,) = parked_ids(world.db)
    assert listed(world.db, "parked")["total"] == 1
    world.db.execute(f"DROP TRIGGER poison ON {world.db.prospect_events}")
    said(operate(world.db, "parked", "retry", str(id)))
    world.db.eventually("SELECT status = 'contacted' FROM test_prospects WHERE id = 'p1'")
    world.settle()
    assert parked_ids(world.db) == []


def test_what_cannot_be_retried_or_dropped_is_said_id_by_id(database):
    one, long = (database.value(f"INSERT INTO {database.parked_updates} (bot_id, payload, reason) VALUES (1, %s, 'why')"
                                " RETURNING id", payload) for payload in ('{"update_id": 5}', "{}"))
    done = operate(database, "parked", "retry", "99999", str(long), str(one))
    assert said(done, 1)[0] == "1 update will be handled again"
    assert done.stderr.splitlines() == [
        "salesreg parked: update 99999 is not parked; salesreg parked list shows what is",
        f"salesreg parked: update {long} was too long to be kept, so there is nothing to retry; its user has to write again"]
    done = operate(database, "parked", "drop", str(one), str(long), "99999")
    assert said(done, 1) == ["2 updates are dropped"] and "99999 is not parked" in done.stderr
    assert parked_ids(database) == []


def test_another_bots_parked_updates_are_left_to_it(bot_world):
    id = bot_world.db.value(f"INSERT INTO {tables.parked_updates} (bot_id, payload, reason) VALUES (1, '{{\"update_id\": 5}}', 'x')"
                            " RETURNING id")
    said(operate(bot_world.db, "parked", "retry", str(id)))
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.settle()
    assert bot_world.db.parked_updates.value("retry_at IS NOT NULL", "WHERE id = %s", id)


# how commands are called ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("args", [
    [], ["frobnicate"], ["list", "5"], ["list", "--state", "lost"], ["list", "--limit", "0"], ["list", "--limit", "x"],
    ["list", "--frobnicate"], ["retry"], ["retry", "--all"], ["retry", "x"], ["retry", "-5"], ["retry", "5x"],
    ["retry", "5", "--failed"], ["drop"], ["drop", "0"], ["drop", "99999999999999999999"]], ids=" ".join)
def test_wrong_usage_of_outbox_is_exit_64_and_nothing_is_done(args):
    done = run("outbox", *args)
    assert done.returncode == EXIT_USAGE and done.stdout == ""
    assert "salesreg outbox" in done.stderr


@pytest.mark.parametrize("args", [
    [], ["frobnicate"], ["list", "5"], ["list", "--frobnicate"], ["show"], ["show", "1", "2"], ["show", "x"], ["retry"],
    ["retry", "--all"], ["retry", "0"], ["drop"], ["drop", "-1"], ["drop", "1", "x"]], ids=" ".join)
def test_wrong_usage_of_parked_is_exit_64_and_nothing_is_done(args):
    done = run("parked", *args)
    assert done.returncode == EXIT_USAGE and done.stdout == ""
    assert "salesreg parked" in done.stderr


@pytest.mark.parametrize("command", ["outbox", "parked"])
def test_help_is_for_stdout(command):
    done = run(command, "--help")
    assert done.returncode == 0 and done.stdout.startswith(f"usage: salesreg {command} list") and done.stderr == ""
    of_one = run(command, "retry", "--help")
    assert of_one.returncode == 0 and of_one.stdout.startswith(f"usage: salesreg {command} retry ID…") and of_one.stderr == ""
    assert f"  {command} " in run("help").stdout


@pytest.mark.parametrize("command", ["outbox", "parked"])
def test_without_a_database_there_is_one_line(command, empty_database):
    done = run(command, "list", settings={"REGISTRY_BOT_TOKEN": TOKEN})
    assert done.returncode == EXIT_CONFIG and "DATABASE_URL is not set" in done.stderr
    done = run(command, "list", settings={"DATABASE_URL": "postgresql://u:hush-hush-77@127.0.0.1:1/db"})
    assert done.returncode == 1 and "cannot be reached" in done.stderr and "hush" not in done.stderr
    done = operate(empty_database, command, "list")
    assert done.returncode == 1 and "salesreg migrate" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("password", ["hush@hush-77", "hush/hush-77", "hush-77/x", "hush%zz-77"])
def test_a_password_that_breaks_its_uri_is_not_shown(password):
    done = run("outbox", "list", settings={"DATABASE_URL": f"postgresql://u:{password}@127.0.0.1:1/db"})
    assert done.returncode == EXIT_CONFIG
    assert "DATABASE_URL" in done.stderr and "hush" not in done.stderr and "77" not in done.stderr
