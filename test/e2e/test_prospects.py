"""Prospects are assigned to reps; reps hear of it and report with buttons."""
import collections
import re
import subprocess
import threading

import pytest

from support.postgres import bin_dir
from support.telegram import Message
from support.waiting import eventually

ADMIN = 7_900_000_001
NO_REP = "SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NULL AND status IN" \
         " ('unreached', 'contacted', 'in_conversation')"


def psql(world, sql):
    """As a manager would, by hand."""
    subprocess.run([str(bin_dir() / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", world.db.url, "-c", sql], check=True,
                   stdin=subprocess.DEVNULL)


def reps(world, count):
    """So many registered people; nothing assigned to them yet."""
    people = world.sandbox.someone(count)
    for i, person in enumerate(people):
        person.registers(name=f"Rep {'ABCDEFGHIJ'[i]}lpha")
    return people


def card(world, locale, name, link, context=None, notes=None):
    """How a prospect is shown."""
    t = world.texts
    lines = [name, t.render(locale, "prospect_link", link=link)]
    if context:
        lines.append(t.render(locale, "prospect_context", context=context))
    if notes:
        lines.append(t.render(locale, "prospect_notes", notes=notes))
    return "\n".join(lines)


def holder(world, prospect_id):
    """The Telegram id of the rep a prospect is with, or None."""
    return world.db.value("SELECT (SELECT r.telegram_id FROM sales_representatives r WHERE r.id = p.assigned_rep_id)"
                          " FROM test_prospects p WHERE p.id = %s", prospect_id)


def assigned(world, prospect_id, to=None):
    """Awaits that it is with somebody (or with this person); returns whom."""
    return eventually(lambda: (h := holder(world, prospect_id)) and (to is None or h == to.id) and h,
                      what=f"{prospect_id} is assigned to {to or 'somebody'}")


def first_and_second(world, people, prospect_id):
    first = assigned(world, prospect_id)
    return sorted(people, key=lambda p: p.id != first)


@pytest.fixture
def empty(make_world):
    """Everything runs, and there are no prospects."""
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    return world


def test_what_a_table_says_is_quoted_and_cannot_pass_for_the_bot_s_words(empty):
    """As a web form fills it in: lines that look like the bot's, turned directions, an address of their own."""
    rep, = reps(empty, 1)
    empty.db.execute("INSERT INTO test_prospects (id, name, telegram_id, email, context, notes) VALUES ('p1', %s, %s, %s, %s, %s)",
                     "Иван\n✅ Write to: https://evil.example", "https://t.me.evil.example/ivan", "javascript:alert(1)",
                     "wants 😀 a villa\n\n\n✅ Write to: https://evil.example\u202e\u2066", "call\u2028after six")
    message = rep.hears_anything()
    assert message.quoted() == ["wants 😀 a villa\n\n✅ Write to: https://evil.example", "call\nafter six"]
    assert message.quoted("code") == ["Иван ✅ Write to: https://evil.example", "https://t.me.evil.example/ivan", "javascript:alert(1)"]
    assert not set(message.text) & set("\u202e\u2066\u2028")
    lines = message.text.splitlines()
    assert lines[2] == "Иван ✅ Write to: https://evil.example", "a name is one line"


# notification ---------------------------------------------------------------------------------------------------------

def test_the_seed_prospects_are_assigned_to_the_first_rep_who_is_told_with_buttons(world):
    anna = world.person()
    anna.registers()
    told = anna.hears_anything()
    t = world.texts
    parts = told.text.split("\n\n")
    assert parts[0] == t.render("ru", "notice_many", count=3)
    assert parts[-1] == t.raw("ru", "legend")
    rows = world.db.rows("SELECT * FROM test_prospects ORDER BY created_at, id")
    for i, row in enumerate(rows):
        link = "https://t.me/" + row["telegram_id"][1:]
        assert parts[i + 1] == f"{i + 1}. " + card(world, "ru", row["name"], link, row["context"], row["notes"])
        assert row["assigned_rep_id"] == world.db.rep(anna.id)["id"]
    assert len(told.presses) == 9
    assert told.presses[0] == t.render("ru", "button_contacted_named", number=1, name=rows[0]["name"])
    assert told.presses[7] == t.render("ru", "button_decline_named", number=3, name=rows[2]["name"])
    # what other programs do
    assert len(world.db.rows("SELECT * FROM sales_representatives;")) == 1
    assert all(row["assigned_rep_id"] for row in world.db.rows("SELECT name, assigned_rep_id FROM test_prospects;"))


def test_a_prospect_put_in_by_psql_is_notified_with_its_buttons(empty):
    anna, = reps(empty, 1)
    psql(empty, "INSERT INTO test_prospects (id, telegram_id, name, context, notes) VALUES"
                " ('p1', '@ivan_p', 'Ivan P', 'wants a house', 'call late')")
    told = anna.hears_anything()
    t = empty.texts
    assert told.text == t.raw("ru", "notice_one") + "\n\n" + card(empty, "ru", "Ivan P", "https://t.me/ivan_p",
                                                                   "wants a house", "call late")
    assert told.presses == [t.raw("ru", key) for key in ("button_contacted", "button_decline", "button_follow_up")]
    assert all(1 <= len(data.encode()) <= 64 for data in told.data)


def test_a_rep_is_notified_in_their_own_language(empty):
    john = empty.person("John Smith", language="en")
    john.registers()
    empty.db.add_prospect("p1", "Ivan P", "@ivan_p")
    assert john.hears_anything().text.startswith(empty.texts.raw("en", "notice_one"))


@pytest.mark.parametrize("telegram,key,value", [
    ("@ivan_p", "prospect_link", "https://t.me/ivan_p"),
    ("123456789", "prospect_number", "123456789"),
    ("call +62 812 0001", "prospect_link", "https://t.me/+628120001"),
])
def test_the_notification_says_how_to_reach_the_prospect(empty, telegram, key, value):
    anna, = reps(empty, 1)
    empty.db.add_prospect("p1", "Ivan P", telegram)
    assert empty.texts.pattern("ru", key, link=value, number=value).fullmatch(anna.hears_anything().text.splitlines()[-1])


def test_a_prospect_with_very_long_texts_and_id_is_told_within_telegrams_limits(empty):
    anna, = reps(empty, 1)
    empty.db.add_prospect("x" * 255, "N" * 255, "@" + "y" * 254, "контекст 🏝 " * 2000, "n" * 9000)
    told = anna.hears_anything()
    assert len(told.text.encode("utf-16-le")) // 2 <= 4096
    anna.presses("button_contacted")
    anna.is_answered("answer_contacted")
    assert empty.db.prospect("x" * 255)["status"] == "contacted"
    empty.settle()
    assert empty.db.outbox.rows("error") == []


def many_at_once(make_world, count):
    world = make_world(MAX_PROSPECTS_PER_REP="60")
    world.db.no_prospects()
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, context) SELECT 'p' || lpad(i::text, 2, '0'), '@prospect' || i,"
                     " 'Prospect ' || i || '.', repeat('words ', 40) FROM generate_series(1, %s) i", count)
    world.start_bot()
    anna, = reps(world, 1)
    world.start_outreach()
    eventually(lambda: world.db.value(NO_REP) == 0)
    return world, anna


def test_many_prospects_at_once_are_one_notification(make_world):
    """Of an import, say: each by name, and the card at a tap."""
    world, anna = many_at_once(make_world, 40)
    told = anna.hears_anything()
    assert told.text.startswith(world.texts.render("ru", "notice_many", count=40))
    names = [f"Prospect {i}." for i in range(1, 41)]
    assert [name for name in re.findall(r"Prospect \d+\.", told.text)] == names
    assert "https://t.me/prospect40" in told.text and "words" not in told.text
    assert told.labels == [world.texts.render("ru", "button_client", number=i, name=name)
                           for i, name in enumerate(names, 1)] + [world.texts.raw("ru", "button_clients")]
    anna.presses(told.labels[16], message=told)
    anna.is_answered()
    card = anna.hears_anything()
    assert "Prospect 17." in card.text and "words" in card.text
    anna.presses("button_contacted", message=card)
    anna.is_answered("answer_contacted")
    assert world.db.prospect("p17")["status"] == "contacted"
    anna.presses("button_clients", message=told)
    assert anna.hears_anything().text.startswith(world.texts.render("ru", "clients_header", count=40))
    world.settle()
    assert anna.unheard() == [] and world.db.outbox.rows("error") == []


def test_of_more_than_one_notification_holds_it_says_how_many(make_world):
    world, anna = many_at_once(make_world, 60)
    told = anna.hears_anything()
    assert len(told.labels) == 49
    assert world.texts.render("ru", "notice_rest", count=12) in told.text
    world.settle()
    assert anna.unheard() == [] and world.db.outbox.rows("error") == []


def test_whoever_is_taken_away_loses_their_place_among_the_names(make_world):
    world, anna = many_at_once(make_world, 12)
    told = anna.hears_anything()
    psql(world, "UPDATE test_prospects SET status = 'archived' WHERE id IN ('p03', 'p04')")
    edit = anna.sees_edit()
    assert edit.id == told.id and edit.labels == [label for label in told.labels if not re.match("[34][.]", label)]
    psql(world, "UPDATE test_prospects SET status = 'archived'")
    edit = anna.sees_edit()
    assert edit.id == told.id and edit.labels == [world.texts.raw("ru", "button_clients")]


def test_nothing_is_assigned_while_outreach_is_disabled(make_world):
    world = make_world(OUTREACH_ENABLED="false", OUTREACH_INTERVAL_SECONDS="1")
    world.start_bot()
    world.start_outreach().wait_for_log("OUTREACH_ENABLED is false")
    anna, = reps(world, 1)
    # longer than its interval, by the clock that counts
    world.db.execute("CREATE TABLE begun AS SELECT now() AS at")
    world.db.eventually("SELECT now() > (SELECT at FROM begun) + interval '2.5 seconds'")
    world.settle()
    assert anna.unheard() == []
    assert world.db.value(NO_REP) == 3


def test_only_open_prospects_are_assigned(empty):
    anna, = reps(empty, 1)
    empty.db.execute("INSERT INTO test_prospects (id, telegram_id, name, status) VALUES ('done', '@d', 'D', 'converted'),"
                     " ('old', '@o', 'O', 'archived'), ('none', '@n', 'N', NULL), ('odd', '@x', 'X', 'whatever'),"
                     " ('talking', '@t', 'T', 'in_conversation')")
    assigned(empty, "talking", anna)
    empty.settle()
    assert empty.db.column("SELECT id FROM test_prospects WHERE assigned_rep_id IS NOT NULL") == ["talking"]
    empty.db.execute("UPDATE test_prospects SET status = 'unreached' WHERE id = 'old'")
    assigned(empty, "old", anna)


def test_what_a_trigger_missed_the_sweep_finds(make_world):
    world = make_world(OUTREACH_INTERVAL_SECONDS="1")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna, = reps(world, 1)
    world.settle()
    world.db.execute("ALTER TABLE test_prospects DISABLE TRIGGER USER")
    world.db.add_prospect("p1")
    assigned(world, "p1", anna)
    anna.hears_anything()


def test_what_an_open_transaction_held_is_assigned_soon_after_it_is_undone(empty):
    """A rollback tells nobody, and the next sweep is minutes away."""
    empty.db.add_prospect("p1")
    hand = empty.db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute("SELECT * FROM test_prospects WHERE id = 'p1' FOR UPDATE")
    anna, = reps(empty, 1)
    empty.db.add_prospect("p2")
    assigned(empty, "p2", anna)
    empty.settle()
    assert holder(empty, "p1") is None
    hand.rollback()
    hand.close()
    assigned(empty, "p1", anna)


# buttons --------------------------------------------------------------------------------------------------------------

def test_contacted_is_noted_once_and_the_button_goes(empty):
    anna, = reps(empty, 1)
    empty.db.add_prospect("p1", "Ivan P")
    told = anna.hears_anything()
    anna.presses("button_contacted")
    anna.is_answered("answer_contacted", name="Ivan P")
    edit = anna.sees_edit()
    assert edit.id == told.id and edit.presses == [empty.texts.raw("ru", key) for key in ("button_decline", "button_follow_up")]
    row = empty.db.prospect("p1")
    assert row["status"] == "contacted" and row["last_contact_at"]
    assert row["assigned_rep_id"] == empty.db.rep(anna.id)["id"]
    anna.presses(data=told.data[0], message=told)  # a slow app still shows it
    anna.is_answered("answer_contacted_already", name="Ivan P")
    assert empty.db.prospect("p1")["last_contact_at"] == row["last_contact_at"]
    kinds = empty.db.prospect_events.column("kind", "WHERE prospect = 'p1' ORDER BY id")
    assert kinds == ["assigned", "contacted"]


def test_the_next_rep_s_contact_is_noted_too(empty):
    people = reps(empty, 2)
    empty.db.add_prospect("p1", "Ivan P")
    first, second = first_and_second(empty, people, "p1")
    told = first.hears_anything()
    first.presses("button_contacted", message=told)
    first.is_answered("answer_contacted", name="Ivan P")
    first.sees_edit()
    before = empty.db.prospect("p1")
    first.presses(data=told.data[1], message=told)
    first.is_answered("answer_declined", name="Ivan P")
    assigned(empty, "p1", second)
    told = second.hears_anything()
    opened = second.opens_card()
    assert opened.labels[2] == empty.texts.raw("ru", "button_contacted")
    assert empty.texts.raw("ru", "prospect_contacted_before") in opened.text
    for answer in ("answer_contacted", "answer_contacted_already"):
        second.presses(data=told.data[0], message=told)
        second.is_answered(answer, name="Ivan P")
    after = empty.db.prospect("p1")
    assert after["status"] == "contacted" and after["last_contact_at"] > before["last_contact_at"]
    told_by = empty.db.column(f"SELECT r.telegram_id FROM {empty.db.prospect_events} e JOIN sales_representatives r"
                              " ON r.id = e.rep WHERE e.prospect = 'p1' AND e.kind = 'contacted' ORDER BY e.id")
    assert told_by == [first.id, second.id]


def test_can_t_take_it_passes_the_prospect_to_the_next_rep_and_never_back(empty):
    people = reps(empty, 3)
    empty.db.add_prospect("p1", "Ivan P")
    seen = []
    for turn in range(3):
        at = assigned(empty, "p1")
        person = next(p for p in people if p.id == at)
        assert person not in seen, "it came back to who declined it"
        seen.append(person)
        told = person.hears_anything()
        assert (empty.texts.raw("ru", "notice_again") in told.text) == (turn > 0)
        person.presses("button_decline", message=told)
        person.is_answered("answer_declined" if turn < 2 else "answer_declined_alone", name="Ivan P")
        assert person.sees_edit().presses == [empty.texts.render("ru", "button_undo", name="Ivan P")]
    empty.outreach.wait_for_log("declined by every rep")
    empty.settle()
    assert holder(empty, "p1") is None
    reasons = empty.db.assignments.column("reason", "WHERE prospect = 'p1' ORDER BY id")
    assert reasons == ["declined"] * 3


def test_when_nobody_is_left_the_admins_are_told_once_and_a_newcomer_gets_it(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN))
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    boss = world.person("Boss", id=ADMIN)
    boss.opens()
    boss.hears("admin_hello")
    anna, = reps(world, 1)
    world.db.add_prospect("p1", "Ivan P", "@ivan_p", "wants a house")
    anna.hears_anything()
    anna.presses("button_decline")
    told = boss.hears_anything()
    assert told.text.startswith(world.texts.render("ru", "nobody_left", count=1))
    assert "Ivan P" in told.text and "https://t.me/ivan_p" in told.text and told.buttons == []
    world.settle()
    assert boss.unheard() == [] and holder(world, "p1") is None
    world.db.add_prospect("p2", "Other One")  # another round: the admins know already
    assigned(world, "p2", anna)
    world.settle()
    assert boss.unheard() == []
    boris = world.person()
    boris.registers()
    assigned(world, "p1", boris)
    assert "Ivan P" in boris.hears_anything().text


def declined_by_everybody(world, count):
    """As if every rep there is had declined so many prospects at once."""
    world.db.execute("WITH p AS (INSERT INTO test_prospects (id, telegram_id, name) SELECT 'd' || i, '@d', 'D' || i || '.'"
                     f" FROM generate_series(1, %s) i RETURNING id), a AS (INSERT INTO {world.db.assignments} (prospect, rep,"
                     " ended_at, reason) SELECT p.id, r.id, now(), 'declined' FROM p, sales_representatives r)"
                     f" INSERT INTO {world.db.declined_prospects} (prospect) SELECT id FROM p", count)


def test_however_many_nobody_takes_the_admins_hear_of_all(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN))
    world.db.no_prospects()
    world.start_bot()
    boss = world.person("Boss", id=ADMIN)
    boss.opens()
    boss.hears("admin_hello")
    reps(world, 1)
    world.start_outreach()
    world.settle()
    declined_by_everybody(world, 250)
    world.db.declined_prospects.eventually("count(*) FILTER (WHERE escalated_at IS NULL) = 0")
    names = []
    while len(names) < 250:
        names += re.findall(r"D\d+\.", boss.hears_anything().text)
    assert len(set(names)) == len(names) == 250


def test_admins_named_later_hear_of_what_nobody_takes(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN))
    world.db.no_prospects()
    world.start_bot()
    boss = world.person("Boss", id=ADMIN)
    boss.opens()
    boss.hears("admin_hello")
    anna, = reps(world, 1)
    outreach = world.start_outreach(ADMIN_TELEGRAM_IDS=None)
    world.db.add_prospect("p1", "Ivan P")
    anna.hears_anything()
    anna.presses("button_decline")
    outreach.wait_for_log("declined by every rep")
    world.settle()
    assert boss.unheard() == []
    outreach.terminate()
    world.start_outreach()
    assert "Ivan P" in boss.hears_anything().text
    world.settle()
    assert boss.unheard() == []


@pytest.mark.parametrize("how", ["approved", "suspended no more", "reachable again"])
def test_what_nobody_would_take_goes_to_a_rep_who_comes_later(empty, how):
    anna, boris = reps(empty, 2)
    if how == "reachable again":
        boris.blocks()
        empty.db.rep_rotation.eventually("count(*) = 1", "WHERE NOT available")
    else:
        status = "pending" if how == "approved" else "suspended"
        psql(empty, f"UPDATE sales_representatives SET status = '{status}' WHERE telegram_id = {boris.id}")
    empty.db.add_prospect("p1", "Ivan P")
    assigned(empty, "p1", anna)
    anna.hears_anything()
    anna.presses("button_decline")
    empty.outreach.wait_for_log("declined by every rep")
    empty.settle()
    if how == "reachable again":
        boris.unblocks()
    else:
        psql(empty, f"UPDATE sales_representatives SET status = 'active' WHERE telegram_id = {boris.id}")
    assigned(empty, "p1", boris)


def test_a_declined_prospect_does_not_return_even_if_it_is_the_only_way(empty):
    people = reps(empty, 2)
    empty.db.add_prospect("p1")
    first, second = first_and_second(empty, people, "p1")
    first.hears_anything()
    first.presses("button_decline")
    assigned(empty, "p1", second)
    second.hears_anything()
    second.says("отключиться")
    second.hears("ask_unregister")
    second.says("да")
    second.hears("unregistered")
    empty.outreach.wait_for_log("declined by every rep")
    empty.settle()
    assert holder(empty, "p1") is None


def test_buttons_of_an_ended_assignment_are_answered_and_not_applied(empty):
    people = reps(empty, 2)
    empty.db.add_prospect("p1")
    first, second = first_and_second(empty, people, "p1")
    told = first.hears_anything()
    first.presses("button_decline")
    first.is_answered("answer_declined")
    assigned(empty, "p1", second)
    before = empty.db.prospect("p1")
    for data in told.data:
        first.presses(data=data, message=told)
        assert first.is_answered("answer_prospect_declined")["show_alert"]
    assert empty.db.prospect("p1") == before
    assert empty.db.assignments.value("count(*)", "WHERE prospect = 'p1'") == 2


def test_nobody_can_press_the_buttons_of_another_s_prospect(empty):
    people = reps(empty, 2)
    empty.db.add_prospect("p1")
    first, second = first_and_second(empty, people, "p1")
    told = first.hears_anything()
    stranger = empty.person()
    stranger.says("привет")
    offer = stranger.hears("offer")
    second.says("статус")
    menu = second.hears("status")
    for person, message in ((second, menu), (stranger, offer)):
        for data in told.data:
            person.presses(data=data, message=message)
            person.is_answered("answer_prospect_stale")
    assert holder(empty, "p1") == first.id
    assert empty.db.prospect("p1")["status"] == "unreached"


@pytest.mark.parametrize("change", [
    "UPDATE test_prospects SET assigned_rep_id = NULL, status = 'archived'",
    "UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives ORDER BY name DESC LIMIT 1)",
    "DELETE FROM test_prospects",
], ids=["taken away", "given to another", "deleted"])
def test_buttons_are_stale_after_a_change_by_hand(empty, change):
    anna, = reps(empty, 1)
    empty.db.add_prospect("p1")
    told = anna.hears_anything()
    empty.db.execute("INSERT INTO sales_representatives (telegram_id, name, email, status)"
                     " VALUES (99, 'Zed Z', 'z@z.z', 'pending')")
    psql(empty, change)
    before = empty.db.rows("SELECT * FROM test_prospects")
    for data in told.data:
        anna.presses(data=data, message=told)
        anna.is_answered("answer_prospect_stale")
    assert empty.db.rows("SELECT * FROM test_prospects") == before


@pytest.mark.parametrize("status", ["converted", "archived", "Won", None])
def test_a_closed_prospect_s_buttons_say_so(empty, status):
    anna, = reps(empty, 1)
    empty.db.add_prospect("p1", "Ivan P")
    told = anna.hears_anything()
    empty.db.execute("UPDATE test_prospects SET status = %s", status)
    anna.presses(data=told.data[1], message=told)
    anna.is_answered("answer_prospect_closed", name="Ivan P")
    assert empty.db.prospect("p1")["assigned_rep_id"] == empty.db.rep(anna.id)["id"]


def test_both_buttons_pressed_at_once_leave_one_decision(empty):
    people = reps(empty, 2)
    empty.db.add_prospect("p1")
    first, second = first_and_second(empty, people, "p1")
    told = first.hears_anything()
    empty.sandbox.acts([{"user": first.id, "type": "button", "data": data, "message_id": told.id}
                        for data in (told.data[1], told.data[0], told.data[1])])
    first.is_answered("answer_declined")
    first.is_answered("answer_prospect_declined")
    first.is_answered("answer_prospect_declined")
    assigned(empty, "p1", second)
    assert empty.db.prospect("p1")["status"] == "unreached"
    empty.settle()
    assert empty.db.parked_updates.rows("*") == []


# my clients -----------------------------------------------------------------------------------------------------------

def test_my_clients_lists_them_with_status_and_working_buttons(empty):
    anna, = reps(empty, 1)
    empty.db.add_prospect("p1", "Ivan P", "@ivan_p", "wants a house")
    anna.hears_anything()
    empty.db.add_prospect("p2", "Olga Q", "987654321")
    anna.hears_anything()
    empty.db.execute("UPDATE test_prospects SET status = 'in_conversation' WHERE id = 'p2'")
    anna.says("мои клиенты")
    listed = anna.hears_anything()
    t = empty.texts
    assert listed.text.split("\n\n")[0] == t.render("ru", "clients_header", count=2)
    assert listed.text.split("\n\n")[1].splitlines() == [
        t.render("ru", "clients_line", number=n, name=name, status=t.raw("ru", status))
        for n, name, status in ((1, "Olga Q", "prospect_in_conversation"), (2, "Ivan P", "prospect_unreached"))], "the newest first"
    assert listed.labels[:2] == ["1. Olga Q", "2. Ivan P"]
    anna.presses("2. Ivan P", message=listed)
    anna.is_answered()
    opened = anna.hears_anything()
    assert opened.text.startswith(t.raw("ru", "client_card") + "\n\n" + card(empty, "ru", "Ivan P", "https://t.me/ivan_p"))
    assert t.render("ru", "prospect_context", context="wants a house") in opened.text
    assert opened.labels == [t.raw("ru", f"button_{key}") for key in ("write", "copy", "contacted", "decline", "follow_up", "take_over",
                                                                     "converted", "archive", "history")]
    anna.presses("button_contacted", message=opened)
    anna.is_answered("answer_contacted", name="Ivan P")
    assert empty.db.prospect("p1")["status"] == "contacted"
    assert len(anna.sees_edit().buttons) == 8
    anna.says("статус")
    anna.hears("status", open=2)


def test_a_long_list_of_clients_is_split_and_complete(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="100")
    world.db.no_prospects()
    world.start_bot()
    anna, = reps(world, 1)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, context, assigned_rep_id) SELECT 'p' || i,"
                     " '@client_' || i, 'Client ' || i || '.', repeat('слова ', 60), r.id FROM generate_series(1, 70) i,"
                     " sales_representatives r")
    world.db.execute("UPDATE test_prospects SET created_at = CASE right(id, 1) WHEN '1' THEN NULL WHEN '2' THEN 'infinity'"
                     " WHEN '3' THEN '-infinity' WHEN '4' THEN '0044-03-15 BC' ELSE created_at END")
    anna.says("мои клиенты")
    page = anna.hears_anything()
    assert page.text.startswith(world.texts.render("ru", "clients_header", count=70))
    pages = [page.text]
    while world.texts.raw("ru", "button_clients_older") in page.labels:
        anna.presses("button_clients_older", message=page)
        anna.is_answered()
        assert not world.db.parked_updates.rows("reason")
        page = anna.sees_edit()
        pages.append(page.text)
    names = [n for text in pages for n in re.findall(r"Client \d+\.", text)]
    assert len(names) == len(set(names)) == 70 and len(pages) == 9
    assert [n[-2] for n in names[:7] + names[-14:]] == list("2222222" + "3333333" + "1111111"), "the newest first"
    back = [page.text]
    while world.texts.raw("ru", "button_clients_newer") in page.labels:
        anna.presses("button_clients_newer", message=page)
        page = anna.sees_edit()
        back.append(page.text)
    assert back[::-1] == pages
    # whom the system before this one gave her has no buttons but to write
    anna.presses(data="cl:c", message=page)
    opened = anna.hears_anything()
    assert opened.labels == [world.texts.raw("ru", key) for key in ("button_write", "button_copy")]


def edit_of(person, message):
    """The next edit of that message: cards are edited, too, when something is done by hand."""
    return eventually(lambda: (edit := person.sees_edit()).id == message.id and edit)


def test_a_page_that_is_empty_by_now_leads_to_the_beginning(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="100")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna, = reps(world, 1)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, created_at) SELECT 'p' || i, '@pp' || i, 'Client ' || i,"
                     " now() - i * interval '1 hour' FROM generate_series(1, 9) i")
    anna.hears_anything()
    world.settle()
    anna.forget()
    anna.says("мои клиенты")
    listed = anna.hears_anything()
    world.db.execute("UPDATE test_prospects SET status = 'archived' WHERE id = 'p9'")
    world.settle()
    anna.forget()
    anna.presses("button_clients_older", message=listed)
    anna.is_answered()
    gone = edit_of(anna, listed)
    assert gone.text == world.texts.raw("ru", "clients_page_gone")
    anna.presses("button_clients_first", message=gone)
    anna.is_answered()
    first = edit_of(anna, listed)
    assert first.labels[:8] == [f"{i}. Client {i}" for i in range(1, 9)]
    # and a client of the page who is another one's by now
    world.db.execute("UPDATE test_prospects SET assigned_rep_id = NULL, status = 'archived' WHERE id = 'p3'")
    world.settle()
    anna.forget()
    anna.presses("3. Client 3", message=first)
    anna.is_answered("answer_prospect_stale")
    assert "3. Client 3" not in edit_of(anna, listed).labels


def test_a_rep_who_left_or_is_suspended_sees_no_client_by_old_buttons(empty):
    anna, boris = reps(empty, 2)
    empty.db.add_prospect("p1", "Ivan P")
    first, second = first_and_second(empty, [anna, boris], "p1")
    first.hears_anything()
    first.says("мои клиенты")
    listed = first.hears_anything()
    opened = first.opens_card()
    empty.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", first.id)
    assigned(empty, "p1", second)
    for data, message in ((listed.data[0], listed), ("cl:s", listed), (opened.data[-1], opened)):
        first.presses(data=data, message=message)
        first.is_answered("answer_suspended")
    empty.db.execute("UPDATE sales_representatives SET status = 'removed' WHERE telegram_id = %s", first.id)
    for data, message in ((listed.data[0], listed), ("cl:s", listed), (opened.data[-1], opened)):
        first.presses(data=data, message=message)
        assert first.hears_answer() in (empty.texts.raw("ru", "answer_prospect_stale"), empty.texts.raw("ru", "answer_stale"))
    empty.settle()
    assert not any(event["text"].startswith(empty.texts.raw("ru", "client_card")) for event in first.unheard())


# given by hand --------------------------------------------------------------------------------------------------------

GIVE = "UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = {})" \
       " WHERE id = '{}'"


@pytest.mark.parametrize("triggers", [True, False], ids=["at once", "by the sweep"])
def test_a_prospect_given_to_another_rep_by_hand_reaches_that_rep(make_world, triggers):
    world = make_world(**{} if triggers else {"OUTREACH_INTERVAL_SECONDS": "1"})
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    people = reps(world, 2)
    world.db.add_prospect("p1", "Ivan P")
    first, second = first_and_second(world, people, "p1")
    before = first.hears_anything()
    world.settle()
    if not triggers:
        world.db.execute("ALTER TABLE test_prospects DISABLE TRIGGER USER")
    psql(world, GIVE.format(second.id, "p1"))
    told = second.hears_anything()
    assert told.text.startswith(world.texts.raw("ru", "notice_one")) and "Ivan P" in told.text
    assert world.texts.raw("ru", "notice_again") in told.text
    second.presses(data=told.data[0], message=told)
    second.is_answered("answer_contacted", name="Ivan P")
    first.presses(data=before.data[0], message=before)
    first.is_answered("answer_prospect_stale")
    assert holder(world, "p1") == second.id
    assert world.db.assignments.column("reason", "WHERE prospect = 'p1' ORDER BY id") == ["changed", None]
    events = world.db.prospect_events.rows("kind, detail", "WHERE prospect = 'p1' ORDER BY id")
    assert [tuple(e) for e in events[1:]] == [("returned", "changed"), ("assigned", "by hand"), ("contacted", None)]
    world.settle()
    assert second.unheard() == []


def test_a_prospect_given_back_by_hand_is_not_said_to_be_a_colleague_s(empty):
    anna, = reps(empty, 1)
    empty.db.add_prospect("p1", "Ivan P")
    anna.hears_anything()
    psql(empty, f"BEGIN; UPDATE test_prospects SET assigned_rep_id = NULL; UPDATE {empty.db.assignments} SET ended_at = now(),"
                f" reason = 'unavailable'; {GIVE.format(anna.id, 'p1')}; COMMIT")
    told = anna.hears_anything().text
    assert "Ivan P" in told and empty.texts.raw("ru", "notice_again") not in told


def test_many_prospects_given_by_hand_are_one_notification(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="60")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    people = reps(world, 2)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) SELECT 'p' || i, '@p', 'P' || i || '.'"
                     " FROM generate_series(1, 8) i")
    eventually(lambda: world.db.value(NO_REP) == 0)
    world.settle()
    for person in people:
        person.forget()
    anna, boris = people
    theirs = world.db.column("SELECT name FROM test_prospects WHERE assigned_rep_id <> (SELECT id FROM"
                             " sales_representatives WHERE telegram_id = %s)", anna.id)
    psql(world, GIVE.format(anna.id, "p1").replace("id = 'p1'", "true"))
    told = anna.hears_anything()
    assert told.text.startswith(world.texts.render("ru", "notice_many", count=len(theirs)))
    assert sorted(re.findall(r"P\d\.", told.text)) == sorted(theirs)
    boris.hears("lost", count=len(theirs))
    world.settle()
    assert anna.unheard() == [] and boris.unheard() == []


def test_what_another_program_assigned_is_left_alone_and_not_announced(make_world):
    world = make_world(OUTREACH_INTERVAL_SECONDS="1")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    people = reps(world, 2)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, assigned_rep_id) SELECT 'old', '@o', 'O', id"
                     " FROM sales_representatives WHERE telegram_id = %s", people[0].id)
    psql(world, GIVE.format(people[1].id, "old"))
    world.db.execute("CREATE TABLE begun AS SELECT now() AS at")
    world.db.eventually("SELECT now() > (SELECT at FROM begun) + interval '2.5 seconds'")
    world.settle()
    assert [p.unheard() for p in people] == [[], []]
    assert holder(world, "old") == people[1].id
    assert world.db.assignments.value("count(*)") == 0


# coming and going -----------------------------------------------------------------------------------------------------

def test_unregistering_hands_the_open_prospects_to_others(empty):
    people = reps(empty, 2)
    empty.db.add_prospect("p1", "Ivan P")
    first, second = first_and_second(empty, people, "p1")
    first.hears_anything()
    empty.db.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id)"
                     " SELECT 'won', '@w', 'W', 'converted', id FROM sales_representatives WHERE telegram_id = %s", first.id)
    first.says("отключиться")
    first.hears("ask_unregister", open=1)
    first.presses("button_unregister_yes")
    first.hears("unregistered")
    assigned(empty, "p1", second)
    told = second.hears_anything().text
    assert "Ivan P" in told and empty.texts.raw("ru", "notice_again") in told
    assert holder(empty, "won") == first.id, "what is closed stays in the history of who closed it"
    reasons = empty.db.assignments.column("reason", "WHERE prospect = 'p1' ORDER BY id")
    assert reasons == ["unregistered", None]


def test_a_rep_who_blocks_the_bot_loses_the_prospects_and_gets_none_until_writing_again(empty):
    people = reps(empty, 2)
    empty.db.add_prospect("p1")
    first, second = first_and_second(empty, people, "p1")
    first.hears_anything()
    first.blocks()
    assigned(empty, "p1", second)
    assert empty.texts.raw("ru", "notice_again") in second.hears_anything().text
    for i in range(3):
        empty.db.add_prospect(f"more{i}")
        assigned(empty, f"more{i}", second)
    first.says("я вернулась")  # Telegram unblocks, then sends this
    empty.db.rep_rotation.eventually("bool_and(available)")  # else p9 is the other one's
    empty.db.add_prospect("p9")
    assigned(empty, "p9", first)
    # beside it, in any order: the answer to these words, and what was passed on meanwhile
    heard = []
    while not heard or "Prospect p9" not in heard[-1]:
        heard.append(first.hears_anything().text)
    empty.settle()
    heard_all = heard + [m.text for m in map(Message, first.unheard())]
    assert any(empty.texts.pattern("ru", "menu").fullmatch(text) for text in heard_all)
    assert empty.texts.raw("ru", "notice_again") not in heard[-1]


def test_unblocking_alone_brings_a_rep_back(empty):
    anna, = reps(empty, 1)
    anna.blocks()
    empty.settle()
    empty.db.add_prospect("p1")
    empty.settle()
    assert holder(empty, "p1") is None
    anna.unblocks()
    assigned(empty, "p1", anna)
    anna.hears_anything()


def test_what_comes_back_to_the_same_rep_is_not_said_to_be_a_colleague_s(empty):
    anna, = reps(empty, 1)
    empty.db.add_prospect("p1", "Ivan P")
    anna.hears_anything()
    anna.blocks()
    eventually(lambda: holder(empty, "p1") is None)
    anna.unblocks()
    assigned(empty, "p1", anna)
    told = anna.hears_anything().text
    assert "Ivan P" in told and empty.texts.raw("ru", "notice_again") not in told


@pytest.mark.parametrize("how", ["deactivated", "fault"])
def test_a_403_on_sending_makes_the_rep_unavailable_and_the_prospects_go_on(empty, how):
    people = reps(empty, 2)
    for person in people:
        person.forget()
    # whoever is next cannot be reached, and no update says so
    turn = empty.db.value(f"SELECT r.telegram_id FROM {empty.db.rep_rotation} d JOIN sales_representatives r ON r.id = d.rep"
                          " ORDER BY d.last_assigned_turn LIMIT 1")
    first, second = sorted(people, key=lambda p: p.id != turn)
    if how == "deactivated":
        first.act("deactivate")
    else:
        empty.sandbox.fault("403", method="sendMessage", chat=first.id)
    empty.db.add_prospect("p1", "Ivan P")
    assigned(empty, "p1", second)
    assert "Ivan P" in second.hears_anything().text
    row = empty.db.row(f"SELECT d.available, d.reason FROM {empty.db.rep_rotation} d JOIN sales_representatives r"
                       " ON r.id = d.rep WHERE r.telegram_id = %s", first.id)
    assert not row["available"] and row["reason"]
    gone = empty.db.outbox_history.eventually("count(*)", "WHERE state = 'gone' AND error ILIKE 'forbidden%%'")
    assert gone == 1
    if how == "fault":
        first.says("статус")
        first.hears("status", open=0)
        empty.db.add_prospect("p2")
        assigned(empty, "p2", first)


def test_a_403_that_is_older_than_i_am_back_leaves_the_rep_reachable(empty):
    anna, = reps(empty, 1)
    anna.blocks()
    empty.settle()
    anna.says("я вернулась")
    anna.hears("menu")
    empty.sandbox.fault("403", method="sendMessage", chat=anna.id)
    empty.db.add_prospect("p1")
    empty.db.eventually(f"SELECT count(*) = 1 FROM {empty.db.outbox} WHERE error ILIKE 'forbidden%%'".replace("%%", "%"))
    empty.db.add_prospect("p2", "Ivan P")
    assigned(empty, "p2", anna)
    # the message that was refused goes again, ahead of the next
    anna.hears_anything()
    assert "Ivan P" in anna.hears_anything().text
    assert holder(empty, "p1") == anna.id


def test_a_suspended_rep_s_prospects_go_on_with_the_next_sweep(make_world):
    world = make_world(OUTREACH_INTERVAL_SECONDS="1")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    people = reps(world, 2)
    world.db.add_prospect("p1")
    first, second = first_and_second(world, people, "p1")
    psql(world, f"UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = {first.id}")
    assigned(world, "p1", second)


# whose turn it is -----------------------------------------------------------------------------------------------------

def test_nobody_holds_more_than_the_capacity_and_room_is_filled_again(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="2")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna, = reps(world, 1)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, created_at) SELECT 'p' || i, '@p', 'P ' || i,"
                     " now() + i * interval '1 second' FROM generate_series(1, 5) i")
    eventually(lambda: world.db.value(NO_REP) == 3)
    world.settle()
    assert world.db.column("SELECT id FROM test_prospects WHERE assigned_rep_id IS NOT NULL ORDER BY id") == ["p1", "p2"], \
        "the oldest first"
    psql(world, "UPDATE test_prospects SET status = 'converted' WHERE id = 'p1'")
    assigned(world, "p3", anna)
    psql(world, "UPDATE test_prospects SET status = 'archived' WHERE id = 'p2'")
    assigned(world, "p4", anna)
    world.settle()
    assert world.db.value(NO_REP) == 1
    assert world.db.value("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NOT NULL AND status = 'unreached'") == 2


def test_round_robin_assigns_in_turn_whoever_frees_room(make_world):
    world = make_world(ASSIGNMENT_STRATEGY="round_robin")
    world.db.no_prospects()
    world.db.add_reps([1001, 1002, 1003])
    world.start_outreach()
    order = []
    for i in range(9):
        world.db.add_prospect(f"p{i}")
        order.append(assigned(world, f"p{i}"))
        if i % 2:  # closing some changes nothing about whose turn it is
            world.db.execute("UPDATE test_prospects SET status = 'converted' WHERE id = %s", f"p{i}")
    assert set(order[:3]) == {1001, 1002, 1003}
    assert order == order[:3] * 3


def test_least_loaded_assigns_to_who_has_fewest_open(make_world):
    world = make_world(ASSIGNMENT_STRATEGY="least_loaded", MAX_PROSPECTS_PER_REP="50")
    world.db.no_prospects()
    world.db.add_reps([1001, 1002, 1003])
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id)"
                     " SELECT 'h' || n || '-' || r.telegram_id, '@h', 'H', 'contacted', r.id"
                     " FROM sales_representatives r JOIN (VALUES (1001, 4), (1002, 2), (1003, 0)) AS v (t, c)"
                     " ON v.t = r.telegram_id, generate_series(1, 4) n WHERE n <= c")
    world.start_outreach()
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) SELECT 'p' || i, '@p', 'P'"
                     " FROM generate_series(1, 9) i")
    eventually(lambda: world.db.value(NO_REP) == 0)
    held = dict(world.db.rows("SELECT r.telegram_id, count(*) FROM test_prospects p JOIN sales_representatives r"
                              " ON r.id = p.assigned_rep_id GROUP BY 1"))
    assert held == {1001: 5, 1002: 5, 1003: 5}


@pytest.mark.parametrize("strategy", ["round_robin", "least_loaded"])
def test_rounds_after_rounds_of_several_processes_keep_to_the_capacity(make_world, strategy):
    """Full rounds one after the other count the reps' prospects once in a while only: not by more than there is room."""
    capacity, team, prospects = 30, 250, 9_000
    world = make_world(ASSIGNMENT_STRATEGY=strategy, MAX_PROSPECTS_PER_REP=str(capacity), DB_POOL_SIZE="2")
    world.db.no_prospects()
    world.db.add_reps(range(2001, 2001 + team))
    processes = [world.start_outreach() for _ in range(3)]
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, created_at, assigned_rep_id)"
                     " SELECT 'w' || i, '@p_' || i, 'P', now() + i * interval '1 us', CASE WHEN i <= 100 THEN"
                     " (SELECT id FROM sales_representatives WHERE telegram_id = 2001) END FROM generate_series(1, %s) i",
                     prospects)
    held = ("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NOT NULL AND status IN ('unreached', 'contacted',"
            " 'in_conversation')")
    world.db.eventually(f"SELECT ({held}) >= %s", capacity * team + 70, timeout=120)
    # and room that comes free is filled
    world.db.execute("UPDATE test_prospects SET status = 'converted' WHERE assigned_rep_id = (SELECT id FROM"
                     " sales_representatives WHERE telegram_id = 2002)")
    world.db.eventually(f"SELECT ({held}) >= %s", capacity * team + 70, timeout=120)
    for process in processes:
        process.terminate()
    assert world.db.rows(f"SELECT held, count(*) FROM ({held} GROUP BY assigned_rep_id) h (held) GROUP BY held ORDER BY held") == \
        [[capacity, team - 1], [100, 1]]


@pytest.mark.parametrize("strategy", ["round_robin", "least_loaded"])
@pytest.mark.parametrize("capacity,expected", [(60, 600), (200, 1000)], ids=["too little room", "room enough"])
def test_eight_outreach_processes_assign_1000_prospects_to_10_reps_exactly(make_world, strategy, capacity, expected):
    world = make_world(ASSIGNMENT_STRATEGY=strategy, MAX_PROSPECTS_PER_REP=str(capacity), DB_POOL_SIZE="2")
    world.db.no_prospects()
    world.start_bot()
    people = world.sandbox.someone(10)
    for person in people:
        person.opens()
        person.hears("offer")
    world.db.add_reps([p.id for p in people])
    for _ in range(8):
        world.start_outreach()

    def insert(part):
        connection = world.db.connect()
        with connection.cursor() as cursor:
            for i in range(0, 250, 5):
                cursor.execute("INSERT INTO test_prospects (id, telegram_id, name) SELECT 'q' || (%s + i), '@q',"
                               " 'Prospect ' || (%s + i) || '.' FROM generate_series(1, 5) i",
                               (part * 250 + i, part * 250 + i))
        connection.close()

    threads = [threading.Thread(target=insert, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: world.db.value("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NOT NULL") >= expected,
               timeout=90)
    world.settle(timeout=90)
    held = world.db.column("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NOT NULL GROUP BY assigned_rep_id")
    assert sum(held) == expected
    assert len(held) == 10 and max(held) <= capacity
    assert max(held) - min(held) <= 1
    # the history says the same as the table
    assert world.db.assignments.value("count(*)") == expected
    assert world.db.value(f"SELECT count(*) FROM {world.db.assignments} a JOIN test_prospects p ON p.id = a.prospect"
                          " AND p.assigned_rep_id = a.rep WHERE a.ended_at IS NULL") == expected
    # and every prospect was announced, once, to the rep it is with: by name, or, of many at once, as one of so many more
    announced, unnamed = collections.Counter(), 0
    more = world.texts.raw("ru", "notice_rest").split("{count}")[0]
    for person in people:
        for event in person.unheard():
            announced.update((person.id, name) for name in re.findall(r"Prospect \d+\.", event["text"]))
            unnamed += sum(map(int, re.findall(re.escape(more) + r"(\d+)", event["text"])))
    actual = {(row[0], row[1]) for row in world.db.rows(
        "SELECT r.telegram_id, p.name FROM test_prospects p JOIN sales_representatives r ON r.id = p.assigned_rep_id")}
    assert set(announced) <= actual and len(announced) + unnamed == expected
    assert max(announced.values()) == 1


def test_a_rep_added_by_hand_is_assigned_to_and_cannot_be_told_until_they_write(empty):
    """Telegram lets no bot begin a conversation: the rep is unavailable, the prospect waits, and nothing is lost."""
    boris = empty.person()
    empty.db.add_reps([boris.id])
    empty.db.add_prospect("p1", "Ivan P")
    eventually(lambda: empty.db.rep_rotation.rows("1", "WHERE NOT available"))
    eventually(lambda: holder(empty, "p1") is None)
    boris.opens()
    boris.hears("welcome_back")
    assigned(empty, "p1", boris)
    assert "Ivan P" in boris.hears_anything().text


def test_a_declined_prospect_behind_hundreds_that_must_wait_finds_its_rep(make_world):
    """A wake looks at a slice of them; the next ones follow by themselves."""
    world = make_world(MAX_PROSPECTS_PER_REP="1")
    world.db.no_prospects()
    world.start_bot()
    first, second, third = reps(world, 3)
    world.start_outreach()
    ids = [world.db.rep(p.id)["id"] for p in (first, second, third)]
    world.db.add_prospect("full")
    full = assigned(world, "full")
    ids.sort(key=lambda i: i == world.db.rep(full)["id"]) # the last one has no room
    world.settle()
    with world.db.connect() as hand, hand.cursor() as cursor:
        cursor.execute("INSERT INTO test_prospects (id, telegram_id, name) SELECT 'p' || n, '@person_' || n, 'P' || n"
                       " FROM generate_series(1, 1201) n")
        cursor.execute(f"INSERT INTO {world.db.declined_prospects} (prospect, since) SELECT 'p' || n, now() - interval '1 day'"
                       " + n * interval '1 ms' FROM generate_series(1, 1201) n")
        for rep, last in ((ids[0], 1201), (ids[1], 1200)):
            cursor.execute(f"INSERT INTO {world.db.assignments} (prospect, rep, ended_at, reason) SELECT 'p' || n, %s, now(),"
                           " 'declined' FROM generate_series(1, %s) n", [rep, last])
    eventually(lambda: holder(world, "p1201") is not None, what="the last one is with who has not declined it")
    assert world.db.rep(holder(world, "p1201"))["id"] == ids[1]
