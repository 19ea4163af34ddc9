"""What is to happen later: the bot's first word to a prospect, reminders to one who is silent, what a rep wants to come back to."""
import json

import pytest

import test_prospects as prospects
from support.database import tables
from support.waiting import eventually

WRITES = {"PROSPECT_MESSAGES_PER_DAY": "9", "PROSPECT_HOURS": "0-24"}


@pytest.fixture
def make_timed(make_world):
    """make_timed(**settings): a world whose bot writes to prospects of its own accord."""
    def make(**settings):
        made = make_world(**{**WRITES, **settings})
        made.db.no_prospects()
        made.start_bot()
        made.start_outreach()
        made.settle()
        made.db.bot_state.eventually("username IS NOT NULL")
        return made
    return make


@pytest.fixture
def world(make_timed):
    return make_timed()


def registered(world, name="Boris Sidorov"):
    person = world.person(name)
    person.registers()
    return person


def looks_for_property(world, name="Anna", **kwargs):
    anna = world.person(name, **kwargs)
    anna.says("Ищу недвижимость" if anna.locale == "ru" else "I am looking for property")
    anna.hears("prospect_hello", "prospect_ask", name=name)
    return anna


def of(person):
    """The condition of a person's timers."""
    return f"prospect = (SELECT prospect FROM {tables.conversations} WHERE telegram_id = {person.id})"


def timer(world, person, kind):
    found = world.db.timers.rows("*", f"WHERE kind = '{kind}' AND {of(person)}")
    return found[0] if found else None


def comes_due(world, person, kind):
    """As if the time had come."""
    eventually(lambda: timer(world, person, kind))
    world.db.timers.update(f"due_at = now() WHERE kind = '{kind}' AND {of(person)}")


def is_quiet(world, person):
    world.settle()
    assert person.unheard() == []


# reminders -----------------------------------------------------------------------------------------------------------------

def test_a_silent_prospect_is_reminded_twice_and_never_again(world):
    anna = looks_for_property(world)
    assert timer(world, anna, "reminder")["step"] == 1
    comes_due(world, anna, "reminder")
    anna.hears("reminder", name="Anna")
    assert timer(world, anna, "reminder")["step"] == 2
    comes_due(world, anna, "reminder")
    anna.hears("reminder_last", name="Anna")
    assert timer(world, anna, "reminder") is None
    is_quiet(world, anna)


@pytest.mark.parametrize("how", ["answer", "press", "stop", "hand-over", "closed", "no more a prospect"])
def test_what_ends_a_reminder(world, how):
    anna = looks_for_property(world)
    assert timer(world, anna, "reminder")
    if how == "answer":
        anna.says("Вилла в Чангу")
        anna.hears("prospect_noted")
    elif how == "press":
        anna.presses("button_stop")
        anna.hears("prospect_stopped")
        anna.presses("button_resume")
        anna.hears("prospect_resumed")
    elif how == "stop":
        anna.says("стоп")
        anna.hears("prospect_stopped")
    if how in ("answer", "press", "stop"):
        eventually(lambda: timer(world, anna, "reminder") is None)
    elif how == "hand-over":
        world.db.execute(f"UPDATE {tables.conversations} SET owner = 'rep', version = version + 1")
        comes_due(world, anna, "reminder")
    elif how == "closed":
        world.db.execute("UPDATE test_prospects SET status = 'archived'")
        comes_due(world, anna, "reminder")
    else:
        world.db.execute("DELETE FROM test_prospects")
    world.db.timers.eventually("count(*) = 0")
    is_quiet(world, [anna][0])


def test_who_goes_on_writing_is_reminded_from_the_last_question_on(world):
    anna = looks_for_property(world)
    comes_due(world, anna, "reminder")
    anna.hears("reminder", name="Anna")
    anna.opens()
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    eventually(lambda: timer(world, anna, "reminder")["step"] == 1)
    comes_due(world, anna, "reminder")
    anna.hears("reminder", name="Anna")


def test_nobody_is_reminded_where_the_hours_are_0(make_timed):
    world = make_timed(FOLLOW_UP_HOURS="0")
    looks_for_property(world)
    world.settle()
    assert world.db.timers.value("count(*)") == 0


def test_a_question_of_the_script_is_reminded_of_until_it_is_answered(make_timed):
    world = make_timed(QUALIFICATION=json.dumps({"questions": [
        {"id": "budget", "kind": "text", "text": {"ru": "Бюджет?", "en": "Budget?"}, "title": {"ru": "Бюджет", "en": "Budget"}},
        {"id": "when", "kind": "text", "text": {"ru": "Когда?", "en": "When?"}, "title": {"ru": "Срок", "en": "When"}}]}))
    anna = world.person("Anna")
    anna.says("Ищу недвижимость")
    assert anna.hears_anything().text.endswith("Бюджет?")
    comes_due(world, anna, "reminder")
    anna.hears("reminder", name="Anna")
    anna.says("До 300 тысяч")
    assert anna.hears_anything().text.endswith("Когда?")
    eventually(lambda: timer(world, anna, "reminder")["step"] == 1)
    anna.says("Летом")
    anna.hears_anything()
    eventually(lambda: timer(world, anna, "reminder") is None)


def night(world, zone):
    """Waking hours that it is not now, there."""
    hour = int(world.db.value("SELECT extract(hour FROM now() AT TIME ZONE %s)", zone))
    return f"{hour + 2}-{hour + 3}" if hour < 22 else f"1-{hour - 1}"


@pytest.mark.parametrize("language, telegram, zone", [
    ("ru", None, "Europe/Moscow"), ("en", "+971501234567", "Asia/Dubai"), ("en", None, "America/Bogota")])
def test_nobody_is_written_to_at_night(make_timed, database, language, telegram, zone):
    """In the zone of the phone's country, else of the language, else of the rep."""
    world = make_timed(PROSPECT_HOURS=night(type("W", (), {"db": database}), zone))
    anna = looks_for_property(world, language=language)
    if telegram:
        world.db.execute("UPDATE test_prospects SET telegram_id = %s", telegram)
    boris = registered(world)
    world.db.execute(f"INSERT INTO {tables.rep_schedule} (rep, time_zone) SELECT id, 'America/Bogota' FROM sales_representatives"
                     " ON CONFLICT (rep) DO UPDATE SET time_zone = excluded.time_zone")
    prospects.assigned(world, prospect(world, anna), boris)
    opens = world.settings["PROSPECT_HOURS"].split("-")[0]
    if zone != "America/Bogota":  # which was set too late for the card
        assert world.texts.render("ru", "notice_bot_writes_at", time=f"{opens}:00") in boris.hears_anything().text
    comes_due(world, anna, "reminder")
    world.db.timers.update("due_at = now()")  # the first word, too: it may have been put off before the rep's zone was known
    world.db.timers.eventually("bool_and(due_at > now() + interval '20 minutes' AND leased_until IS NULL)")
    is_quiet(world, anna)
    assert world.db.timers.column(f"to_char(due_at AT TIME ZONE '{zone}', 'FMHH24:MI')") == [f"{opens}:00"] * world.db.timers.value("count(*)")


def test_a_number_that_was_answered_says_where_they_are(make_timed, database):
    world = make_timed(PROSPECT_HOURS=night(type("W", (), {"db": database}), "Asia/Dubai"), QUALIFICATION=json.dumps({"questions": [
        {"id": "phone", "kind": "contact", "text": {"ru": "Номер?", "en": "Number?"}, "title": {"ru": "Номер", "en": "Number"}},
        {"id": "more", "kind": "text", "text": {"ru": "Ещё?", "en": "More?"}, "title": {"ru": "Ещё", "en": "More"}}]}))
    anna = world.person("Anna", language="en")
    anna.says("I am looking for property")
    anna.hears_anything()
    anna.act("contact", phone_number="971501234567", contact_user_id=anna.id)
    anna.hears("question_noted", title="Number", answer="+971501234567")
    anna.hears_anything()
    boris = registered(world)
    prospects.assigned(world, prospect(world, anna), boris)
    opens = world.settings["PROSPECT_HOURS"].split("-")[0]
    assert world.texts.render("ru", "notice_bot_writes_at", time=f"{opens}:00") in boris.hears_anything().text
    comes_due(world, anna, "reminder")
    world.db.timers.eventually("bool_and(due_at > now() + interval '20 minutes' AND leased_until IS NULL)")
    is_quiet(world, anna)
    assert world.db.timers.column("to_char(due_at AT TIME ZONE 'Asia/Dubai', 'FMHH24:MI')") == [f"{opens}:00"] * world.db.timers.value("count(*)")


def prospect(world, person):
    return world.db.conversations.value("prospect", "WHERE telegram_id = %s", person.id)


# the first word --------------------------------------------------------------------------------------------------------------

def test_the_bot_writes_to_whom_it_has_met_when_they_get_a_rep(world):
    anna = looks_for_property(world)
    boris = registered(world)
    anna.hears("reach_out_chat", name="Anna", rep=boris.name)
    assert world.texts.raw("ru", "notice_bot_writes") in boris.hears_anything().text
    assert timer(world, anna, "reach_out") is None
    comes_due(world, anna, "reminder")
    anna.hears("reminder_of_rep", name="Anna", rep=boris.name)


def test_in_the_prospect_s_own_language_and_by_where_they_come_from(world):
    john = looks_for_property(world, "John", language="en")
    world.db.execute(f"UPDATE {tables.conversations} SET source = 'campaign', campaign = 'Instagram June'")
    boris = registered(world)
    john.hears("reach_out_campaign", name="John", rep=boris.name, campaign="Instagram June")


@pytest.mark.parametrize("how", ["declined", "by hand"])
def test_the_next_rep_is_named_too(world, how):
    anna = looks_for_property(world)
    boris, carl = registered(world), registered(world, "Carl Ivanov")
    first, second = prospects.first_and_second(world, [boris, carl], prospect(world, anna))
    world.settle()
    anna.hears("reach_out_chat", name="Anna", rep=first.name)
    if how == "declined":
        second.forget()
        first.presses("button_decline")
        assert world.texts.raw("ru", "notice_bot_writes") in second.hears_anything().text
    else:
        world.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)", second.id)
    anna.hears("reach_out_chat", name="Anna", rep=second.name)


def test_a_first_word_of_a_former_rep_is_not_said(world):
    anna = looks_for_property(world)
    boris, carl = registered(world), registered(world, "Carl Ivanov")
    prospects.assigned(world, prospect(world, anna))
    world.settle()
    anna.forget()
    world.db.execute(f"INSERT INTO {tables.timers} (kind, prospect, rep, version) SELECT 'reach_out', c.prospect, r.id, c.version"
                     f" FROM {tables.conversations} c, sales_representatives r, test_prospects p WHERE r.id <> p.assigned_rep_id")
    world.db.timers.eventually("count(*) = 0", "WHERE kind = 'reach_out'")
    is_quiet(world, anna)


def test_whom_the_bot_has_not_met_hears_nothing(world):
    registered(world)
    world.db.add_prospect("p1", "Anna", telegram="@anna_buys")
    prospects.assigned(world, "p1")
    world.settle()
    assert world.db.timers.value("count(*)") == 0


def test_so_many_messages_a_day_and_no_more(make_timed):
    world = make_timed(PROSPECT_MESSAGES_PER_DAY="2")
    anna = looks_for_property(world)
    comes_due(world, anna, "reminder")
    anna.hears("reminder", name="Anna")
    comes_due(world, anna, "reminder")
    anna.hears("reminder_last", name="Anna")
    registered(world)
    world.db.timers.eventually("bool_and(due_at > now() AND leased_until IS NULL)", "HAVING count(*) = 1")
    is_quiet(world, anna)
    assert world.db.timers.value("to_char(due_at AT TIME ZONE 'Europe/Moscow', 'HH24:MI')") == "00:00"


def test_where_outreach_is_off_no_prospect_is_written_to(make_timed):
    world = make_timed(OUTREACH_ENABLED="false")
    anna = looks_for_property(world)
    comes_due(world, anna, "reminder")
    world.db.timers.eventually("bool_and(due_at > now() + interval '1 minute' AND leased_until IS NULL)")
    is_quiet(world, anna)


# what a rep wants to come back to -----------------------------------------------------------------------------------------------

@pytest.fixture
def client(world):
    """client(): a rep, and the card of the prospect p1."""
    boris = registered(world)
    world.db.add_prospect("p1", "Anna Petrova", telegram="@anna_buys", context="Вилла у моря")
    prospects.assigned(world, "p1", boris)
    world.db.execute(f"INSERT INTO {tables.rep_schedule} (rep, time_zone) SELECT id, 'Asia/Dubai' FROM sales_representatives"
                     " ON CONFLICT (rep) DO UPDATE SET time_zone = excluded.time_zone")
    boris.card = boris.hears_anything()
    return boris


def due(world):
    return world.db.timers.value("to_char(due_at AT TIME ZONE 'Asia/Dubai', 'DD.MM.YYYY HH24:MI')", "WHERE kind = 'follow_up'")


def day(world, ahead):
    return world.db.value("SELECT to_char((now() AT TIME ZONE 'Asia/Dubai')::date + %s::integer, 'DD.MM.YYYY')", ahead)


def asked_when(world, rep):
    rep.presses("button_follow_up", message=rep.card)
    rep.is_answered()
    return rep.hears("follow_up_question", name="Anna Petrova")


@pytest.mark.parametrize("how, ahead", [("button_tomorrow", 1), ("button_in_a_week", 7), ("завтра", 1), ("Через неделю!", 7)])
def test_a_rep_comes_back_to_a_client(world, client, how, ahead):
    question = asked_when(world, client)
    if how.startswith("button"):
        client.presses(how, message=question)
        client.is_answered()
    else:
        client.says(how)
    client.hears("follow_up_set", name="Anna Petrova", day=day(world, ahead), time="10:00", zone="Asia/Dubai")
    assert due(world) == f"{day(world, ahead)} 10:00"
    client.forget()
    world.db.timers.update("due_at = now()")
    told = client.hears_anything()
    assert told.text.startswith(world.texts.raw("ru", "notice_follow_up")) and "Вилла у моря" in told.text
    assert told.data == client.card.data
    world.settle()
    assert world.db.timers.value("count(*)") == 0 and client.unheard() == []
    client.act("text", text="Перезвонить в мае", reply_to=told.id)
    client.hears("note_kept", name="Anna Petrova")


def test_a_date_is_typed_and_a_wrong_one_asked_again(world, client):
    asked_when(world, client)
    for said, key in (("когда-нибудь", "follow_up_unknown"), ("32.01", "follow_up_bad_date"), ("01.01.2020", "follow_up_past"),
                      ("1.1.2099", "follow_up_too_far"), ("1.1 25:00", "follow_up_bad_date")):
        client.says(said)
        client.hears(key, "follow_up_question", name="Anna Petrova")
    client.says(f"{day(world, 3)} 15:30")
    client.hears("follow_up_set", name="Anna Petrova", day=day(world, 3), time="15:30", zone="Asia/Dubai")
    assert due(world) == f"{day(world, 3)} 15:30"
    # another date takes its place
    asked_when(world, client)
    client.says(day(world, 5)[:5])
    client.hears("follow_up_set", name="Anna Petrova", day=day(world, 5), time="10:00", zone="Asia/Dubai")
    assert due(world) == f"{day(world, 5)} 10:00"


def test_a_rep_thinks_better_of_it(world, client):
    asked_when(world, client)
    client.says("отмена")
    client.hears("cancelled")
    client.says("завтра")
    client.hears_anything()
    assert world.db.timers.value("count(*)") == 0


@pytest.mark.parametrize("how", ["closed", "given away", "suspended"])
def test_nobody_comes_back_to_who_is_no_longer_theirs(world, client, how):
    asked_when(world, client)
    client.says("завтра")
    client.hears("follow_up_set", name="Anna Petrova", day=day(world, 1), time="10:00", zone="Asia/Dubai")
    if how == "closed":
        world.db.execute("UPDATE test_prospects SET status = 'converted'")
    elif how == "given away":
        world.db.execute("UPDATE test_prospects SET assigned_rep_id = NULL, status = 'archived'")
    else:
        world.db.execute("UPDATE sales_representatives SET status = 'suspended'")
        client.hears_anything()  # who lost them
    world.db.prospect_changes.eventually("count(*) = 0")  # of which the rep is told
    world.settle()
    client.forget()
    world.db.timers.update("due_at = now()")
    world.db.timers.eventually("count(*) = 0")
    is_quiet(world, client)


def test_a_declined_client_has_no_button_for_later(world, client):
    client.presses("button_decline", message=client.card)
    client.hears_answer()
    assert world.texts.raw("ru", "button_follow_up") not in client.sees_edit().labels
    later, = [data for data in client.card.data if data and data.endswith(":f")]
    client.presses(data=later, message=client.card)
    client.is_answered("answer_prospect_declined", name="Anna Petrova")


# reach ----------------------------------------------------------------------------------------------------------------------

def reach(world, person):
    return world.db.conversations.value("reach", "WHERE telegram_id = %s", person.id)


def test_a_prospect_who_blocks_the_bot_is_not_written_to_and_the_rep_hears_of_it_once(world):
    anna = looks_for_property(world)
    boris = registered(world)
    anna.hears("reach_out_chat", name="Anna", rep=boris.name)
    world.settle()
    boris.forget()
    anna.blocks()
    told = boris.hears_anything()
    assert told.text.startswith(world.texts.raw("ru", "notice_unreachable"))
    assert world.texts.raw("ru", "prospect_reach_blocked") in told.text
    assert reach(world, anna) == "blocked"
    comes_due(world, anna, "reminder")
    world.db.timers.eventually("count(*) = 0")
    assert world.texts.raw("ru", "prospect_reach_blocked") in boris.opens_card().text
    is_quiet(world, boris)
    anna.unblocks()
    eventually(lambda: reach(world, anna) == "reachable")
    anna.opens()
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    assert timer(world, anna, "reminder")
    assert world.texts.raw("ru", "prospect_reach_blocked") not in boris.opens_card().text


@pytest.mark.parametrize("code, description, word", [
    (403, "Forbidden: bot was blocked by the user", "blocked"), (403, "Forbidden: user is deactivated", "deactivated"),
    (403, "Forbidden: bot can't initiate conversation with a user", "never_met"), (400, "Bad Request: PRIVACY_PREMIUM_REQUIRED", "privacy")])
def test_a_refusal_of_telegram_s_says_how_a_prospect_cannot_be_reached(world, code, description, word):
    anna = looks_for_property(world)
    boris = registered(world)
    anna.hears("reach_out_chat", name="Anna", rep=boris.name)
    world.settle()
    boris.forget()
    world.sandbox.fault(str(code), method="sendMessage", chat=anna.id, description=description)
    comes_due(world, anna, "reminder")
    told = boris.hears_anything()
    assert world.texts.raw("ru", f"prospect_reach_{word}") in told.text
    assert reach(world, anna) == word and description in world.db.conversations.value("reach_error")
    anna.says("Вилла у моря")
    eventually(lambda: reach(world, anna) == "reachable")


def test_who_cannot_be_reached_is_so_on_the_next_rep_s_card(world):
    anna = looks_for_property(world)
    anna.blocks()
    eventually(lambda: reach(world, anna) == "blocked")
    boris = registered(world)
    assert world.texts.raw("ru", "prospect_reach_blocked") in boris.hears_anything().text
    is_quiet(world, anna)


@pytest.mark.parametrize("how, why", [("closed", "superseded"), ("another rep's", "out of date"), ("night", "too late"), ("deleted", "superseded")])
def test_what_waits_to_be_sent_is_dropped_where_it_may_not_be_said_any_more(make_timed, how, why):
    """An outage lies between what was decided and what is sent. What was not sent counts for no day."""
    world = make_timed(PROSPECT_MESSAGES_PER_DAY="1")
    anna = looks_for_property(world)
    world.settle()
    world.bot.terminate()
    comes_due(world, anna, "reminder")
    world.db.outbox.eventually("count(*) = 1 AND bool_and(not_after > now() AND unasked)")
    assert world.db.conversations.value("unasked_count") == 1
    if how == "closed":
        world.db.execute("UPDATE test_prospects SET status = 'archived'")
    elif how == "another rep's":
        world.db.execute(f"UPDATE {tables.outbox} SET unasked_rep = gen_random_uuid()")
    elif how == "deleted":
        world.db.execute("DELETE FROM test_prospects")
    else:
        world.db.outbox.update("not_after = now()")
    world.start_bot()
    world.db.outbox_history.eventually("count(*) = 1", f"WHERE state = 'dropped' AND error = '{why}'")
    is_quiet(world, anna)
    if how != "deleted":
        assert world.db.conversations.value("unasked_count") == 0


def test_a_reminder_that_waited_for_the_bot_is_sent_where_nothing_has_changed(make_timed):
    world = make_timed(PROSPECT_HOURS="0-24")
    anna = looks_for_property(world)
    world.settle()
    world.bot.terminate()
    comes_due(world, anna, "reminder")
    world.db.outbox.eventually("count(*) = 1")
    world.start_bot()
    anna.hears("reminder", name="Anna")
    assert world.db.conversations.value("unasked_count") == 1


def test_what_is_only_put_off_is_never_given_up(make_timed, database):
    """Nights and full days are no failures; failures are counted anew after them."""
    world = make_timed(PROSPECT_HOURS=night(type("W", (), {"db": database}), "Europe/Moscow"))
    anna = looks_for_property(world)
    eventually(lambda: timer(world, anna, "reminder"))
    world.db.timers.update("attempts = 500, failures = 99, due_at = now()")
    world.db.timers.eventually("bool_and(attempts > 500 AND leased_until IS NULL AND due_at > now() AND failures = 0 AND due_at < 'infinity')")
    is_quiet(world, anna)


@pytest.mark.parametrize("last", ["word", "block"])
def test_of_a_word_and_a_block_in_one_poll_the_last_counts(world, last):
    anna = looks_for_property(world)
    world.settle()
    word, block = {"user": anna.id, "type": "text", "text": "Вилла"}, {"user": anna.id, "type": "block"}
    if last == "block":
        world.sandbox.acts([word, block])
        eventually(lambda: reach(world, anna) == "blocked")
        world.settle()
        assert reach(world, anna) == "blocked"
    else:
        world.sandbox.acts([block, {"user": anna.id, "type": "unblock"}, word])
        anna.hears("prospect_noted")
        world.settle()
        assert reach(world, anna) == "reachable"
        assert timer(world, anna, "unreachable") is None


# deaths ----------------------------------------------------------------------------------------------------------------------

def test_killed_at_any_moment_it_fires_each_once(world):
    people = [looks_for_property(world, f"Anna{n}") for n in range(6)]
    for _ in range(4):
        world.db.timers.update("due_at = now(), leased_until = NULL WHERE step = 1")
        world.outreach.kill()
        world.start_outreach()
    world.db.timers.update("due_at = now() WHERE step = 1")
    for person in people:
        person.hears("reminder", name=person.name)
    for person in people:
        is_quiet(world, person)
    assert world.db.timers.column("step") == [2] * len(people)


def test_killed_inside_its_transaction_it_fires_once(world):
    """It waits to write its message, and dies: what it had sent to the server is done, or undone, whole."""
    anna = looks_for_property(world)
    holder = world.db.connect()
    holder.autocommit = False
    holder.cursor().execute(f"LOCK TABLE {tables.outbox} IN SHARE MODE")
    comes_due(world, anna, "reminder")
    world.db.eventually("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'salesreg outreach' AND wait_event_type = 'Lock'")
    world.outreach.kill()
    holder.rollback()
    holder.close()
    world.start_outreach()
    world.db.timers.update("due_at = now(), leased_until = NULL WHERE step = 1")
    anna.hears("reminder", name="Anna")
    is_quiet(world, anna)
    assert world.db.timers.column("step") == [2]


def test_the_next_rep_s_first_word_puts_a_reminder_off(world):
    anna = looks_for_property(world)
    world.db.timers.update("due_at = now() + interval '1 hour'")
    boris = registered(world)
    anna.hears("reach_out_chat", name="Anna", rep=boris.name)
    world.db.timers.eventually("bool_and(due_at > now() + interval '23 hours' AND step = 1)", "HAVING count(*) = 1")


def test_a_claim_of_a_dead_process_is_taken_over_when_its_lease_ends(world):
    anna = looks_for_property(world)
    world.outreach.kill()
    world.db.timers.update("attempts = 1, leased_until = now() + interval '1 hour', due_at = now() + interval '1 hour'")
    world.start_outreach()
    is_quiet(world, anna)
    world.db.timers.update("leased_until = now(), due_at = now()")
    anna.hears("reminder", name="Anna")


def test_a_conversation_somebody_holds_a_lock_on_is_waited_for(world):
    anna = looks_for_property(world)
    holder = world.db.connect()
    holder.autocommit = False
    holder.cursor().execute(f"SELECT 1 FROM {tables.conversations} FOR NO KEY UPDATE")
    comes_due(world, anna, "reminder")
    world.db.timers.eventually("bool_and(attempts > 1)")
    is_quiet(world, anna)
    holder.rollback()
    holder.close()
    anna.hears("reminder", name="Anna")
