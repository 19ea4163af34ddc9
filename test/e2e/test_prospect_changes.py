"""salesreg prospect add, edit, assign, reassign, unassign, status, note, remove: what an operator sees, what reps hear, and what is written down."""
import json
import os
import pty
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import test_prospects as prospects
from support.database import tables
from support.paths import BINARY
from support.process import run
from support.waiting import eventually
from test_prospect_chat import campaign, link, registered, world  # noqa: F401


@pytest.fixture
def prospect(world):  # noqa: F811
    """prospect(*words): the command's result."""
    def call(*words, **more):
        return run("prospect", *words, settings={"DATABASE_URL": world.db.url}, **more)
    return call


def does(done, text):
    assert (done.returncode, done.stderr) == (0, ""), done
    assert text in done.stdout, done.stdout
    return done


def fails(done, text, code=1):
    assert done.returncode == code and done.stdout == "" and text in done.stderr, done


def audited(world):  # noqa: F811
    listed = json.loads(run("audit", "--json", settings={"DATABASE_URL": world.db.url}).stdout)
    return [(row["action"], row["prospect"], row["before"], row["after"]) for row in listed["entries"]]


def id_of(world, name):  # noqa: F811
    return world.db.value("SELECT id FROM test_prospects WHERE name = %s", name)


def test_a_prospect_is_added_and_goes_to_whose_turn_it_is(world, prospect):  # noqa: F811
    boris = registered(world)
    does(prospect("add", "--name", "Olga Petrova", "--telegram", "@olga_p", "--context", "Вилла в Чангу"), "and goes to whose turn it is")
    card = boris.hears_anything()
    assert "Olga Petrova" in card.text and "Вилла в Чангу" in card.text
    action, who, before, after = audited(world)[0]
    assert (action, who, before) == ("add", id_of(world, "Olga Petrova"), None)
    assert after == {"name": "Olga Petrova", "telegram": "@olga_p", "contact": "username olga_p"}
    # the same person is no other one, however it is written, unless the operator says so
    for same in ("@olga_p", "https://t.me/Olga_P", "t.me/olga_p"):
        fails(prospect("add", "--name", "Olga", "--telegram", same), "this is Olga Petrova (")
    does(prospect("add", "--name", "Olga", "--telegram", "@olga_p", "--anyway", "--dry-run"), "Nothing was changed")
    does(prospect("note", who, "short", "--dry-run"), "dry run: Olga Petrova (")
    assert world.db.value("SELECT count(*) FROM test_prospects") == 1
    does(prospect("add", "--name", "", "--telegram", "t.me/nameless"), "@nameless is added as m")
    assert world.db.value("SELECT count(*) FROM test_prospects WHERE name = '@nameless'") == 1


@pytest.mark.parametrize("words, said", [
    (["--telegram", "not a contact"], "no @name, Telegram id or phone number"),
    (["--email", "nobody"], "no e-mail address"),
    (["--name", "http://spam.example"], "the name"),
])
def test_what_cannot_be_is_not_added(world, prospect, words, said):  # noqa: F811
    fails(prospect("add", *words), said)
    assert world.db.value("SELECT count(*) FROM test_prospects") == 0


def test_of_several_operators_who_add_one_person_at_once_one_does(world, prospect):  # noqa: F811
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda _: prospect("add", "--name", "Olga Petrova", "--telegram", "+7 903 555-01-02"), range(4)))
    assert sorted(d.returncode for d in done) == [0, 1, 1, 1]
    assert world.db.column("SELECT telegram_id FROM test_prospects") == ["+79035550102"]
    fails(prospect("add", "--name", "", "--email", ""), "nobody is given", code=64)


def test_one_is_added_for_a_rep_who_gets_the_card_with_its_buttons(world, prospect):  # noqa: F811
    registered(world, "Anna Ivanova")
    boris = registered(world)
    does(prospect("add", "--name", "Olga Petrova", "--telegram", "@olga_p", "--rep", "Boris Sidorov"), "goes to Boris Sidorov")
    card = boris.hears_anything()
    assert "Olga Petrova" in card.text
    boris.presses("button_contacted", message=card)
    boris.is_answered("answer_contacted", name="Olga Petrova")


def test_a_waiting_one_and_one_of_a_colleague_are_given_to_a_rep(world, prospect):  # noqa: F811
    anna = registered(world, "Anna Ivanova")
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    anna.hears_anything()
    boris = registered(world)
    does(prospect("reassign", "p1", "Boris Sidorov"), "goes from Anna Ivanova to Boris Sidorov")
    assert "Olga Petrova" in boris.hears_anything().text
    anna.hears("lost", count=1, list=world.texts.render("ru", "passed_on_to", name="Olga Petrova", rep="Boris Sidorov"))
    anna.sees_edit()
    opened = boris.opens_card("Olga Petrova")
    assert world.texts.render("ru", "event_given", who="Boris Sidorov") in opened.text
    assert audited(world)[0][0] == "reassign"
    fails(prospect("assign", "p1", "boris"), "is with Boris Sidorov already")
    does(prospect("unassign", "p1"), "goes back from Boris Sidorov")
    boris.hears("lost", count=1, list=world.texts.render("ru", "lost_back", name="Olga Petrova"))
    eventually(lambda: prospects.holder(world, "p1") is not None)


def test_who_gets_no_prospects_is_given_none(world, prospect):  # noqa: F811
    registered(world, "Anna Ivanova")
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    world.settle()
    boris = registered(world)
    world.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", boris.id)
    fails(prospect("assign", "p1", "Boris"), "has the status suspended")
    fails(prospect("assign", "p1", "Nobody Atall"), "no rep is known as")
    fails(prospect("assign", "p1"), "REP is missing", code=64)
    fails(prospect("assign"), "WHO is missing", code=64)
    fails(prospect("assign", "p9", "Anna"), "nobody is known as p9")


def test_a_status_closes_and_opens_and_the_rep_hears_it(world, prospect):  # noqa: F811
    boris = registered(world)
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    boris.hears_anything()
    world.settle()
    does(prospect("status", "p1", "archived", "--reason", "Двойник"), "is archived from now on, and was unreached")
    boris.hears("closed", name="Olga Petrova")
    boris.sees_edit()
    assert audited(world)[0][2:] == ({"status": "unreached"}, {"status": "archived", "reason": "Двойник"})
    fails(prospect("status", "p1", "archived"), "is archived already")
    fails(prospect("assign", "p1", "Boris"), "opens it again")
    fails(prospect("status", "p1", "archve"), "did you mean archived?", code=64)
    does(prospect("status", "p1", "in_conversation"), "is in_conversation from now on")
    assert "Olga Petrova" in boris.hears_anything().text
    opened = boris.opens_card("Olga Petrova").text
    assert world.texts.raw("ru", "event_reopened") in opened
    assert world.texts.render("ru", "event_archived_why", who=world.texts.raw("ru", "event_nobody"), text="Двойник") in opened


@pytest.mark.parametrize("how, status, reason", [
    ("command", "converted", "converted"), ("psql", "archived", "archived"), ("psql", "Sold", "closed")])
def test_whoever_closes_one_ends_its_assignment(world, prospect, how, status, reason):  # noqa: F811
    boris = registered(world)
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    boris.hears_anything()
    world.settle()
    if how == "command":
        does(prospect("status", "p1", status, "--reason", "signed"), "is converted")
    else:
        prospects.psql(world, f"UPDATE test_prospects SET status = '{status}' WHERE id = 'p1'")
    boris.hears("closed", name="Olga Petrova")
    ended = "FROM salesreg.report_ended WHERE days = 7 AND period = 'this'"
    world.db.eventually(f"SELECT count(*) = 1 {ended}")
    assert world.db.rows(f"SELECT name, reason, ended {ended}") == [[world.db.rep(boris.id)["name"], reason, 1]]
    assert world.db.value("SELECT open FROM salesreg.report_load") == 0
    assert f": {reason}" in does(prospect("why", "p1"), "ended ").stdout
    events = [event["kind"] for event in json.loads(prospect("history", "p1", "--json").stdout)["events"]]
    assert events.count(status) == (status == reason), events
    # opened again it is theirs anew
    does(prospect("status", "p1", "in_conversation"), "is in_conversation from now on")
    boris.hears_anything()
    world.settle()
    assert world.db.rows("SELECT count(*), count(ended_at) FROM " + str(tables.assignments)) == [[2, 1]]
    assert world.db.rows(f"SELECT reason, ended {ended}") == [[reason, 1]]


@pytest.mark.parametrize("text", ["Звонить после шести", "it's \"quoted\"; -- DROP TABLE\nsecond line 🏠"], ids=["plain", "odd"])
def test_a_note_stands_on_the_card(world, prospect, text):  # noqa: F811
    boris = registered(world)
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    boris.hears_anything()
    does(prospect("note", "p1", text), "has another note")
    assert text.split("\n")[0] in boris.opens_card("Olga Petrova").text
    assert audited(world)[0][3] == {"note": text}
    world.settle()
    assert not boris.unheard()


def test_what_is_edited_is_shown_to_the_rep_and_an_empty_value_goes(world, prospect):  # noqa: F811
    boris = registered(world)
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    boris.hears_anything()
    world.settle()
    does(prospect("edit", "Olga Petrova", "--name", "Olga Ivanova", "--email", "olga@example.org"), "is changed: name, email")
    assert "Olga Ivanova" in boris.hears_anything().text
    boris.sees_edit()
    assert audited(world)[0][2:] == ({"name": "Olga Petrova", "email": None}, {"name": "Olga Ivanova", "email": "olga@example.org"})
    does(prospect("edit", "p1", "--email", ""), "is changed: email")
    assert world.db.prospect("p1")["email"] is None
    fails(prospect("edit", "p1", "--name", "Olga Ivanova"), "is so already")
    fails(prospect("edit", "p1"), "nothing is given", code=64)


def test_one_is_removed_only_when_that_is_meant(world, prospect):  # noqa: F811
    boris = registered(world)
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    boris.hears_anything()
    world.settle()
    fails(prospect("remove", "p1"), "--yes")
    does(prospect("remove", "p1", "--yes", "--dry-run"), "Nothing was changed")
    does(prospect("remove", "p1", "--yes"), "is removed")
    boris.hears("lost", count=1, list=world.texts.render("ru", "lost_deleted", name="Olga Petrova"))
    assert world.db.value("SELECT count(*) FROM test_prospects") == 0
    assert "Olga" not in json.dumps(audited(world)[0][2:])


@pytest.mark.parametrize("what", ["remove", "forget"])
def test_it_asks_at_a_terminal_for_what_it_is_about_to_do(database, what):
    database.no_prospects()
    database.add_prospect("p1", "Olga Petrova", "@olga_p")
    for answer, left in ((b"n\n", 1), (b"y\n", 0)):
        master, slave = pty.openpty()
        process = subprocess.Popen([BINARY, "prospect", what, "p1"], stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={"DATABASE_URL": database.url, "LC_ALL": "C.UTF-8"})
        os.write(master, answer)
        out, err = process.communicate(timeout=60)
        os.close(slave)
        os.close(master)
        question = f"{what.capitalize()} Olga Petrova (p1), with answers, words and notes? [y/N] "
        assert out.startswith(question.encode()), (out, err)
        assert database.value("SELECT count(*) FROM test_prospects WHERE id = 'p1'") == left


def test_two_operators_at_once_are_one_after_the_other(world, prospect):  # noqa: F811
    boris = registered(world)
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    boris.hears_anything()
    world.settle()
    other = world.db.connect()
    other.autocommit = False
    with other, other.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {tables.assignment_lock} FOR UPDATE")
        cursor.execute("UPDATE test_prospects SET status = 'archived' WHERE id = 'p1'")
        with ThreadPoolExecutor() as pool:
            second = pool.submit(prospect, "status", "p1", "archived")
            eventually(lambda: world.db.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 1)
            other.commit()
            fails(second.result(), "is archived already")
    other.close()


def test_every_change_is_dry_first(world, prospect):  # noqa: F811
    anna = registered(world, "Anna Ivanova")
    world.db.add_prospect("p1", "Olga Petrova", "@olga_p")
    prospects.assigned(world, "p1", anna)
    world.settle()
    boris = registered(world)
    before = world.db.prospect("p1")
    for words in (["assign", "p1", "Boris"], ["unassign", "p1"], ["status", "p1", "converted"], ["note", "p1", "x"],
                  ["edit", "p1", "--name", "Other Name"]):
        does(prospect(*words, "--dry-run"), "Nothing was changed")
    assert world.db.prospect("p1") == before and audited(world) == [] and not boris.unheard()
    assert world.db.prospect_events.value("count(*)", "WHERE kind IN ('note', 'given')") == 0


# forget ------------------------------------------------------------------------------------------------------------------

WORDS = ["Olga", "olga_p", "Вилла", "Чангу", "Торгуется", "olga@example.org", "+79035550102"]


def everything(world):  # noqa: F811
    """All rows of all tables, as text, but for what is no row of a person's."""
    names = world.db.column("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                            " WHERE schemaname IN ('salesreg', 'public') ORDER BY 1")
    return {name: "\n".join(world.db.column(f"SELECT t::text FROM {name} t")) for name in names}


def test_who_is_forgotten_stands_nowhere_and_is_still_counted(world, prospect, campaign):  # noqa: F811
    boris = registered(world)
    olga = world.sandbox.person("Olga Petrova", username="olga_p")
    olga.opens(campaign())
    olga.hears_anything()
    card = boris.hears_anything()
    olga.says("Вилла в Чангу, до 300 тысяч")
    boris.hears_anything()
    world.settle()
    boris.act("text", text="Торгуется", reply_to=card.id)
    boris.hears("note_kept", name="Olga")
    who = world.db.value("SELECT id FROM test_prospects")
    does(prospect("edit", who, "--email", "olga@example.org", "--context", "Вилла"), "is changed")
    boris.hears_anything()
    world.db.answers.insert("(prospect, question, script, value, answer) VALUES (%s, 'phone', 's', '+79035550102', '+79035550102')", who)
    world.settle()
    fails(prospect("forget", who), "--yes")
    does(prospect("forget", who, "--yes", "--dry-run"), "Nothing was changed")
    does(prospect("forget", who, "--yes"), "is forgotten")
    world.settle()
    left = everything(world)
    found = {(name, word) for name, rows in left.items() for word in [*WORDS, str(olga.id)] if word in rows}
    assert found == set()
    # counted, by whom and of what source
    row = world.db.row("SELECT * FROM test_prospects")
    assert row["id"].startswith("forgotten-") and row["status"] == "archived" and row["name"] == "(forgotten)"
    assert world.db.assignments.column("reason") == ["forgotten"]
    assert world.db.conversations.value("source") == "campaign"
    assert audited(world)[0][:2] == ("forget", row["id"])
    # the rep's buttons go, and no message names them
    assert all("Olga" not in event.get("text", "") for event in boris.unheard() if event["kind"] == "bot_message")
    # who comes back is somebody new
    olga.opens(campaign("Another"))
    olga.hears_anything()
    assert "Olga" in boris.hears_anything().text


def test_stop_outlives_being_forgotten(world, prospect, campaign):  # noqa: F811
    olga = world.sandbox.person("Olga Petrova", username="olga_p")
    olga.opens(campaign())
    olga.hears_anything()
    olga.says("стоп")
    olga.hears_anything()
    does(prospect("forget", world.db.value("SELECT id FROM test_prospects"), "--yes"), "is forgotten")
    assert world.db.opt_outs.column("telegram_id") == [olga.id]


def test_all_of_one_person_is_given_to_who_asks_for_it(world, prospect, campaign):  # noqa: F811
    boris = registered(world)
    olga = world.sandbox.person("Olga Petrova", username="olga_p")
    olga.opens(campaign())
    olga.hears_anything()
    boris.hears_anything()
    olga.says("Вилла в Чангу\x00")
    boris.hears_anything()
    who = world.db.value("SELECT id FROM test_prospects")
    does(prospect("note", who, "Торгуется"), "has another note")
    world.settle()
    done = prospect("export", who)
    assert (done.returncode, done.stderr) == (0, "")
    body = json.loads(done.stdout)
    assert (body["id"], body["name"], body["telegram"], body["telegram_account"]) == (who, "Olga", "@olga_p", olga.id)
    assert (body["source"], body["campaign"], body["representative"], body["said_stop_at"]) == ("campaign", "Instagram June", "Boris Sidorov", None)
    assert "Торгуется" in [event["text"] for event in body["history"]]
    assert any("Olga" in message["message"]["text"] for message in body["messages_sent_to_them"])
    fails(prospect("export", who, "--excel"), "give WHO alone", code=64)
    fails(prospect("export", "nosuch"), "nobody is known as nosuch")


def test_a_forgotten_one_s_buttons_go_and_a_colleague_s_clients_on_the_same_message_keep_theirs(world, prospect):  # noqa: F811
    boris = registered(world)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('p0', '@olga_p', 'Olga Petrova'), ('p1', '@ivan_q', 'Ivan Q')")
    card = boris.hears_anything()
    assert "Olga Petrova" in card.text and "Ivan Q" in card.text
    world.settle()
    does(prospect("forget", "p0", "--yes"), "is forgotten")
    edit = boris.sees_edit()
    left = world.db.assignments.value("id", "WHERE prospect = 'p1' AND ended_at IS NULL")
    assert edit.id == card.id and edit.data == [f"a:{left}:{what}" for what in "cdf"]
    world.settle()
    assert not boris.unheard()
    # and the message still follows what becomes of the other
    world.db.execute("UPDATE test_prospects SET status = 'archived' WHERE id = 'p1'")
    boris.hears("closed", name="Ivan Q")
    assert (edit := boris.sees_edit()).id == card.id and edit.data == []
    assert not [name for name, rows in everything(world).items() if "Olga" in rows or "olga_p" in rows]


def test_what_waits_for_others_on_the_same_message_is_sent_to_the_rep_without_the_forgotten(world, prospect):  # noqa: F811
    boris = registered(world)
    world.settle()
    world.bot.kill()
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('p0', '@olga_p', 'Olga Petrova'), ('p1', '@ivan_q', 'Ivan Q'),"
                     " ('p2', '@petr_r', 'Petr R')")
    world.db.outbox.eventually("count(*) = 1", "WHERE chat_id = %s", boris.id)
    does(prospect("forget", "p0", "--yes"), "is forgotten")
    world.start_bot()
    heard = ""
    while "Ivan Q" not in heard or "Petr R" not in heard:
        heard += boris.hears_anything().text
    assert "Olga" not in heard
    world.settle()
    assert world.db.assignments.value("count(*)", "WHERE ended_at IS NULL") == 2
    assert not [name for name, rows in everything(world).items() if "Olga" in rows or "olga_p" in rows]


def test_what_a_killed_bot_was_sending_about_a_forgotten_one_goes_nowhere(world, prospect):  # noqa: F811
    boris = registered(world)
    world.settle()
    world.bot.kill()
    world.db.add_prospect("p0", "Olga Petrova", "@olga_p")
    world.db.outbox.eventually("count(*) = 1", "WHERE chat_id = %s", boris.id)
    world.db.outbox.update("state = 'sending', attempts = 1")
    does(prospect("forget", "p0", "--yes"), "is forgotten")
    world.start_bot()
    world.settle()
    world.db.outbox.eventually("count(*) = 0")
    assert not boris.unheard()
    assert not [name for name, rows in everything(world).items() if "Olga" in rows or "olga_p" in rows]


def test_messages_that_only_name_a_forgotten_one_name_them_no_more(world, prospect):  # noqa: F811
    anna = registered(world, "Anna Ivanova")
    world.db.add_prospect("p0", "Olga Petrova", "@olga_p")
    anna.hears_anything()
    world.settle()
    registered(world)
    does(prospect("reassign", "p0", "Boris Sidorov"), "goes from Anna Ivanova")
    anna.hears("lost", count=1, list=world.texts.render("ru", "passed_on_to", name="Olga Petrova", rep="Boris Sidorov"))
    world.settle()
    does(prospect("status", "p0", "archived"), "is archived")
    world.settle()
    world.db.add_prospect("p9", "Olga Petrova", "t.me/olga_p")
    world.db.prospect_identities.eventually("count(*) > 0", "WHERE prospect = 'p9'")
    done = does(prospect("forget", "p0", "--yes"), "The same person by their contacts, and not forgotten: p9")
    assert "forgotten" in done.stdout
    does(prospect("forget", "p9", "--yes"), "is forgotten")
    world.settle()
    assert not [name for name, rows in everything(world).items() if "Olga" in rows or "olga_p" in rows]


def test_what_they_write_while_they_are_forgotten_is_somebody_new_s(world, prospect, campaign):  # noqa: F811
    boris = registered(world)
    olga = world.sandbox.person("Olga Petrova", username="olga_p")
    olga.opens(campaign())
    olga.hears_anything()
    boris.hears_anything()
    world.settle()
    who = world.db.value("SELECT id FROM test_prospects")
    other = world.db.connect()
    other.autocommit = False
    with other, other.cursor() as cursor, ThreadPoolExecutor() as pool:
        cursor.execute("SELECT * FROM test_prospects WHERE id = %s FOR UPDATE", (who,))
        forgetting = pool.submit(prospect, "forget", who, "--yes")
        eventually(lambda: world.db.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND"
                                          " application_name = 'salesreg operator'") == 1)
        olga.says("Секрет")
        eventually(lambda: world.db.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 2)
        other.commit()
        does(forgetting.result(), "is forgotten")
    other.close()
    olga.hears_anything()
    world.settle()
    assert world.db.relay_pairs.value("count(*)", "WHERE prospect = %s", who) == 0
    assert not any("Секрет" in str(event.get("text")) for event in boris.unheard())
