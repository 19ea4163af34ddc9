"""What is to happen later: the bot's first word to a prospect, reminders to one who is silent, what a rep wants to come back to."""
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


def night(world, zone):
    """Waking hours that it is not now, there."""
    hour = int(world.db.value("SELECT extract(hour FROM now() AT TIME ZONE %s)", zone))
    return f"{hour + 2}-{hour + 3}" if hour < 22 else f"0-{hour - 1}"


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
    comes_due(world, anna, "reminder")
    world.db.timers.eventually("bool_and(due_at > now() + interval '20 minutes' AND leased_until IS NULL)")
    is_quiet(world, anna)
    opens = world.settings["PROSPECT_HOURS"].split("-")[0]
    assert world.db.timers.column(f"to_char(due_at AT TIME ZONE '{zone}', 'FMHH24:MI')") == [f"{opens}:00"] * world.db.timers.value("count(*)")


def prospect(world, person):
    return world.db.conversations.value("prospect", "WHERE telegram_id = %s", person.id)


# the first word --------------------------------------------------------------------------------------------------------------

def test_the_bot_writes_to_whom_it_has_met_when_they_get_a_rep(world):
    anna = looks_for_property(world)
    boris = registered(world)
    anna.hears("reach_out_chat", name="Anna", rep=boris.name)
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
    world.settle()
    first = world.db.value("SELECT r.name FROM test_prospects p JOIN sales_representatives r ON r.id = p.assigned_rep_id")
    first, second = (boris, carl) if first == boris.name else (carl, boris)
    anna.hears("reach_out_chat", name="Anna", rep=first.name)
    if how == "declined":
        first.presses("button_decline")
    else:
        world.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)", second.id)
    anna.hears("reach_out_chat", name="Anna", rep=second.name)


def test_a_first_word_of_a_former_rep_is_not_said(world):
    anna = looks_for_property(world)
    boris, carl = registered(world), registered(world, "Carl Ivanov")
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
