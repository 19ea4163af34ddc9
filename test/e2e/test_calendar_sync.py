"""What is known of a rep's calendars, and how it is kept: CALENDAR-ANCHORS 13 to 27, GOOGLE.md."""
import datetime
import json
import re
import threading

import pytest

from support.database import tables
from support.google import COMPANY
from support.office import KEY, OTHER_KEY, Office
from support.process import run
from support.waiting import eventually

EMAIL = "anna@truerealestate.bali"
UTC = datetime.timezone.utc
# Google's two places for them differ by hours or days, never by less than this
TOMORROW = (datetime.datetime.now(UTC) + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
BALI = datetime.timezone(datetime.timedelta(hours=8))


def hour(h, day=0):
    """In UTC."""
    return TOMORROW + datetime.timedelta(days=day, hours=h)


def timed(start, end, **more):
    return {"summary": "Viewing", "start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}, **more}


def all_day(first, last, **more):
    return {"summary": "Away", "start": {"date": first.date().isoformat()}, "end": {"date": last.date().isoformat()}, **more}


@pytest.fixture
def office(make_world):
    return Office(make_world)


@pytest.fixture
def anna(office):
    person = office.rep()
    office.connects(person)
    office.synced(person, again=False)
    return person


class Calendar:
    """Somebody's calendar, changed by hand."""

    def __init__(self, office, name="primary", account=COMPANY):
        self.office, self.name, self.account = office, name, account

    def put(self, event):
        return self.office.google.post("events", account=self.account, calendar=self.name, event=event)["event"]["id"]

    def delete(self, event_id):
        self.office.google.post("events", account=self.account, calendar=self.name, delete=event_id)


@pytest.fixture
def primary(office):
    return Calendar(office)


def times(office, person):
    return [(start, end) for _, start, end in office.busy(person)]


def test_what_keeps_a_rep_busy_is_known_and_follows_the_calendar(office, anna, primary):
    assert office.account(anna)[0]["time_zone"]
    first = primary.put(timed(hour(1), hour(2)))
    primary.put(timed(hour(3), hour(4)))
    office.synced(anna)
    assert times(office, anna) == [(hour(1), hour(2)), (hour(3), hour(4))]
    primary.put({**timed(hour(5), hour(6)), "id": first})
    office.synced(anna)
    assert times(office, anna) == [(hour(3), hour(4)), (hour(5), hour(6))]
    primary.delete(first)
    office.synced(anna)
    assert times(office, anna) == [(hour(3), hour(4))]
    lists = office.google.journal(on="events.list")
    assert sum("syncToken" in str(call) for call in lists) >= 3, "changes alone are read"


@pytest.mark.parametrize("event, busy", [
    ({"transparency": "transparent"}, False),
    ({"eventType": "workingLocation"}, False),
    ({"eventType": "outOfOffice"}, True),
    ({"eventType": "focusTime"}, True),
    ({"status": "tentative"}, True),
    ({"attendees": [{"email": COMPANY, "self": True, "responseStatus": "declined"}]}, False),
    ({"attendees": [{"email": COMPANY, "self": True, "responseStatus": "needsAction"}]}, True),
    ({"attendees": [{"email": "x@example.org", "responseStatus": "declined"},
                    {"email": COMPANY, "self": True, "responseStatus": "accepted"}]}, True),
])
def test_what_counts_as_busy(office, anna, primary, event, busy):
    """CALENDAR-ANCHORS 23 to 25."""
    primary.put(timed(hour(1), hour(2), **event))
    office.synced(anna)
    assert times(office, anna) == ([(hour(1), hour(2))] if busy else [])


def test_all_day_events_are_days_of_the_calendars_zone(office, anna, primary):
    """CALENDAR-ANCHORS 23, 26."""
    office.google.post("calendars", account=COMPANY, id=office_primary(office), zone="Asia/Makassar")
    primary.put(all_day(TOMORROW, TOMORROW + datetime.timedelta(days=2), transparency="opaque"))
    office.synced(anna)
    midnight = TOMORROW.replace(tzinfo=BALI)
    assert times(office, anna) == [(midnight, midnight + datetime.timedelta(days=2))]


def office_primary(office):
    return next(c["id"] for c in office.google.control("GET", "calendars", params={"account": COMPANY})["calendars"] if c["primary"])


def test_pages_that_are_short_or_empty_lose_nothing(office, anna, primary):
    expected = [(hour(h), hour(h + 0.5)) for h in range(12)]
    for start, end in expected:
        primary.put(timed(start, end))
    office.google.fault("events.list", "short_page", times=2)
    office.google.fault("events.list", "empty_page", times=2)
    office.synced(anna)
    assert times(office, anna) == expected


@pytest.mark.parametrize("reason", ["fullSyncRequired", "updatedMinTooLongAgo"])
def test_a_sync_token_that_is_of_no_use_any_more_has_all_read_again(office, anna, primary, reason):
    """CALENDAR-ANCHORS 39."""
    gone = primary.put(timed(hour(1), hour(2)))
    office.synced(anna)
    primary.put(timed(hour(3), hour(4)))
    primary.delete(gone)
    office.google.fault("events.list", reason)
    office.synced(anna)
    assert times(office, anna) == [(hour(3), hour(4))]


def add_calendar(office, **more):
    return office.google.post("calendars", account=COMPANY, summary="Other", **more)["calendar"]["id"]


def reads_list(office):
    office.db.calendar_accounts.update("listed_at = NULL")


def test_own_calendars_that_are_shown_count_and_others_do_not(office, anna):
    """CALENDAR-ANCHORS 18."""
    shown = add_calendar(office, role="owner", selected=True)
    hidden = add_calendar(office, role="owner", selected=False)
    colleague = add_calendar(office, role="reader", selected=True)
    for name in (shown, hidden, colleague):
        Calendar(office, name).put(timed(hour(1), hour(2)))
    reads_list(office)
    office.synced(anna)
    rows = office.calendars(anna)
    assert {name: rows[name]["conflicts"] for name in (shown, hidden, colleague)} == {shown: True, hidden: False, colleague: False}
    assert [name for name, _, _ in office.busy(anna)] == [shown]


def test_a_calendar_of_somebody_else_that_the_rep_chose_is_asked_for_its_busy_times(office, anna):
    colleague = add_calendar(office, role="freeBusyReader", selected=True)
    Calendar(office, colleague).put(timed(hour(1), hour(2)))
    reads_list(office)
    office.synced(anna)
    office.db.calendars.update("conflicts = true, chosen = true WHERE calendar_id = %s", colleague)
    office.synced(anna)
    assert [(name, start) for name, start, _ in office.busy(anna)] == [(colleague, hour(1))]
    # CALENDAR-ANCHORS 20, 21: unknown is never free
    office.google.fault("freebusy.query", "busy_error")
    office.synced(anna)
    row = office.calendars(anna)[colleague]
    assert row["error"] and row["sync_token"] is None
    office.synced(anna)
    assert office.calendars(anna)[colleague]["error"] is None


def test_an_own_calendar_that_cannot_be_read_is_unknown_and_the_others_are_not(office, anna, primary):
    other = add_calendar(office, role="owner", selected=True)
    reads_list(office)
    office.synced(anna)
    primary.put(timed(hour(1), hour(2)))
    office.google.fault("events.list", "notFound", skip=1)
    office.synced(anna)
    rows = office.calendars(anna)
    assert sorted(bool(row["error"]) for row in rows.values() if row["conflicts"]) == [False, True]
    assert other in rows


def failed(office, person):
    """Why nothing is known of calendars, by calendar."""
    return {name: row["error"] for name, row in office.calendars(person).items() if row["error"]}


def test_an_event_whose_times_cannot_be_read_is_not_free(office, anna, primary):
    works(office, notice_minutes=0)
    name = office_primary(office)
    event = primary.put(timed(hour(1), hour(2)))
    primary.put(timed(hour(3), hour(4)))
    office.google.fault("events.list", "odd_times", times=2)
    for _ in range(2):
        office.synced(anna)
        assert failed(office, anna) == {name: f"the times of its event {event} cannot be read"}
    doubtful = office.world.texts.raw("ru", "calendar_doubtful")
    assert doubtful in asks(office, anna)
    office.oauth.wait_for_log(f"the times of the calendar {name} are not known: the times of its event {event} cannot be read")
    assert office.oauth.said(f"event {event} cannot be read"), "said once"
    office.synced(anna)
    assert failed(office, anna) == {} and times(office, anna) == [(hour(1), hour(2)), (hour(3), hour(4))]
    assert doubtful not in asks(office, anna)


def test_an_access_token_that_ends_is_refreshed_and_once_only(office, anna, primary):
    primary.put(timed(hour(1), hour(2)))
    office.google.expire(COMPANY)
    office.synced(anna)
    assert times(office, anna) == [(hour(1), hour(2))]
    assert len(office.google.journal(on="refresh")) == 1
    # five minutes ahead, by our clock
    office.db.calendar_accounts.update("access_expires_at = now() + interval '4 minutes'")
    office.synced(anna)
    office.synced(anna)
    assert len(office.google.journal(on="refresh")) == 2


def test_an_answer_without_a_refresh_token_leaves_the_old_one_and_one_with_it_replaces_it(office, anna):
    """CALENDAR-ANCHORS 1."""
    for kind in (None, "new_refresh_token", None):
        if kind:
            office.google.fault("refresh", kind)
        office.google.expire(COMPANY)
        office.synced(anna)
        assert office.account(anna)[0]["refresh_token"]
    assert len(office.google.journal(on="refresh")) == 3


def test_a_dead_token_is_told_once_and_connecting_again_keeps_what_was_chosen(office, anna, primary):
    """CALENDAR-ANCHORS 14, 16."""
    other = add_calendar(office, role="owner", selected=True)
    reads_list(office)
    office.synced(anna)
    office.db.calendars.update("conflicts = false, chosen = true WHERE calendar_id = %s", other)
    office.google.kill(COMPANY)
    office.google.expire(COMPANY)
    office.looks_again()
    message = anna.hears("calendar_reconnect", email=COMPANY)
    assert message.data == ["cal:link"]
    row, = office.account(anna)
    assert (row["state"], row["refresh_token"]) == ("reconnect", None)
    office.looks_again()
    office.world.settle()
    assert not anna.unheard()
    anna.says("календарь")
    link = office.link(anna.hears("calendar_reconnect", email=COMPANY))
    office.back(office.google.walk(office.to_google(link), COMPANY).location)
    anna.hears("calendar_connected", email=COMPANY)
    primary.put(timed(hour(1), hour(2)))
    office.synced(anna)
    assert times(office, anna) == [(hour(1), hour(2))]
    assert office.calendars(anna)[other]["conflicts"] is False


def test_admins_hear_once_that_many_tokens_died(make_world):
    """CALENDAR-ANCHORS 14."""
    office = Office(make_world, ADMIN_TELEGRAM_IDS="7900000001")
    boss = office.world.person("Boss", id=7900000001)
    boss.says("hello")
    boss.hears_anything()
    people = []
    for name in ("anna", "boris", "carla", "dora", "emil"):
        people.append(office.rep(f"{name}@truerealestate.bali", name=f"{name.title()} Orlov"))
        office.google.account(f"{name}@truerealestate.bali")
        office.connects(people[-1], f"{name}@truerealestate.bali")
        office.synced(people[-1], again=False)
    office.world.settle()
    boss.forget()

    def dies(person):
        email = office.account(person)[0]["email"]
        office.google.kill(email)
        office.google.expire(email)
        office.looks_again(person)
        person.hears("calendar_reconnect", email=email)
    for person in people[:2]:
        dies(person)
    assert not office.oauth.lines("within an hour")
    dies(people[2])
    boss.hears("calendar_admin_deaths", dead="3", all="5")
    line = office.oauth.said("Google ended its access for 3 of 5 reps within an hour")
    assert " error " in line
    # the same incident, also to another process
    office.oauth.terminate()
    office.start()
    dies(people[3])
    office.db.calendar_accounts.eventually("count(mass_at) = 4")
    office.world.settle()
    assert not boss.unheard() and not office.oauth.lines("within an hour")


def test_a_token_that_dies_after_a_week_says_why(office, anna):
    """CALENDAR-ANCHORS 10."""
    office.db.calendar_accounts.update("connected_at = now() - interval '7 days'")
    office.google.kill(COMPANY)
    office.google.expire(COMPANY)
    office.looks_again()
    anna.hears("calendar_reconnect_week", email=COMPANY)


@pytest.mark.parametrize("on, kind", [("refresh", "invalid_client"), ("refresh", "502html"), ("refresh", "429"), ("refresh", "reset_after"),
                                      ("refresh", "truncated"), ("events.list", "429"), ("events.list", "503"),
                                      ("events.list", "502html"), ("events.list", "truncated"),
                                      ("events.list", "accessNotConfigured"), ("events.list", "quotaExceeded")])
def test_what_is_no_death_costs_no_token(office, anna, primary, on, kind):
    """CALENDAR-ANCHORS 15."""
    office.google.fault(on, kind)
    office.google.expire(COMPANY)
    office.looks_again()
    office.db.calendar_accounts.eventually("sync_failures = 1")
    row, = office.account(anna)
    assert row["state"] == "connected" and row["refresh_token"] and row["reason"]
    primary.put(timed(hour(1), hour(2)))
    office.synced(anna)
    assert times(office, anna) == [(hour(1), hour(2))]
    assert not anna.unheard()


def test_one_reps_trouble_delays_no_other(office, anna):
    boris = office.rep("boris@truerealestate.bali", name="Boris Orlov")
    office.google.account("boris@truerealestate.bali", zone="Asia/Makassar")
    office.connects(boris, "boris@truerealestate.bali")
    office.synced(boris, again=False)
    office.google.fault("events.list", "hang", account=COMPANY, times=-1)
    office.looks_again()
    Calendar(office, account="boris@truerealestate.bali").put(timed(hour(1), hour(2)))
    office.synced(boris)
    assert times(office, boris) == [(hour(1), hour(2))]
    office.google.no_faults()


def disconnects(office, person):
    person.says("календарь")
    office.shows(person)
    person.presses("button_calendar_off")
    person.hears("ask_calendar_off")
    person.presses("button_calendar_off_yes")
    person.hears("calendar_disconnected")


def granted(office, account=COMPANY):
    return bool(office.google.accounts()[account]["refresh_tokens"])


@pytest.mark.parametrize("kind", [None, "502html", "reset_after", "invalid_token"])
def test_disconnecting_gives_the_grant_back(office, anna, kind):
    """CALENDAR-ANCHORS 4."""
    assert granted(office)
    if kind:
        office.google.fault("revoke", kind)
    disconnects(office, anna)
    if kind == "502html":
        office.db.calendar_jobs.eventually("error IS NOT NULL")
        office.looks_again()
    office.db.calendar_jobs.eventually("count(*) = 0")
    assert granted(office) == (kind == "invalid_token")
    assert not office.calendars(anna) and not office.busy(anna)


def test_giving_a_grant_back_is_given_up_by_age_and_begun_again_by_hand(office, anna):
    office.google.fault("revoke", "502html", times=-1)
    disconnects(office, anna)
    office.db.calendar_jobs.eventually("error IS NOT NULL AND leased_until IS NULL")
    # however often it was tried, as while a key was missing
    office.db.calendar_jobs.update("attempts = 1000, error = NULL, due_at = now()")
    office.db.execute("NOTIFY salesreg_calendar")
    office.db.calendar_jobs.eventually("error IS NOT NULL AND leased_until IS NULL AND attempts = 1001 AND due_at < 'infinity'")
    office.db.calendar_jobs.update("created_at = now() - interval '61 days', due_at = now()")
    office.db.execute("NOTIFY salesreg_calendar")
    office.db.calendar_jobs.eventually("due_at = 'infinity'")
    office.oauth.wait_for_log("could not be given back in 60 days")
    assert granted(office)
    office.google.no_faults()
    done = run("calendar", "sync", "anna@truerealestate.bali", settings={"DATABASE_URL": office.db.url})
    assert (done.returncode, done.stdout, done.stderr) == (0, "`salesreg oauth` tries once more to give 1 grant back to Google.\n", "")
    office.db.calendar_jobs.eventually("count(*) = 0")
    assert not granted(office)


def test_leaving_gives_it_back_too_by_whatever_hand(office, anna):
    boris = office.rep("boris@truerealestate.bali", name="Boris Orlov")
    office.google.account("boris@truerealestate.bali")
    office.connects(boris, "boris@truerealestate.bali")
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.presses("button_unregister_yes")
    anna.hears("unregistered")
    eventually(lambda: not granted(office), what="the grant is given back")
    office.db.execute("DELETE FROM sales_representatives WHERE telegram_id = %s", boris.id)
    office.looks_again()
    eventually(lambda: not granted(office, "boris@truerealestate.bali"), what="the grant is given back")


@pytest.mark.parametrize("change", ["UPDATE sales_representatives SET status = 'removed'", "DELETE FROM sales_representatives"])
def test_who_is_removed_by_hand_is_told_that_the_calendar_is_disconnected(office, anna, change):
    anna.forget()
    office.db.execute(f"{change} WHERE telegram_id = %s", anna.id)
    office.looks_again()
    anna.hears("calendar_left", email=COMPANY)
    eventually(lambda: not granted(office), what="the grant is given back")
    assert office.db.calendar_accounts.column("state") == ["disconnected"]
    office.world.settle()
    assert not [event for event in anna.unheard() if COMPANY in event["text"]], "told once"


def test_who_registered_anew_meanwhile_is_not_told_to_be_no_rep(office, anna):
    office.db.execute("DELETE FROM sales_representatives WHERE telegram_id = %s", anna.id)
    office.db.execute("INSERT INTO sales_representatives (telegram_id, name, email) VALUES (%s, 'Anna', 'anna@truerealestate.bali')", anna.id)
    anna.forget()
    office.looks_again()
    eventually(lambda: not granted(office), what="the grant is given back")
    office.world.settle()
    assert not [event for event in anna.unheard() if COMPANY in event["text"]]


def test_a_grant_given_anew_is_not_given_back(office, anna):
    """CALENDAR-ANCHORS 3: revoking ends all grants of the account."""
    office.google.fault("revoke", "502html", times=-1)
    disconnects(office, anna)
    office.db.calendar_jobs.eventually("error IS NOT NULL")
    office.connects(anna)
    office.google.no_faults()
    office.synced(anna)
    assert office.db.calendar_jobs.value("count(*)", "WHERE kind = 'revoke'") == 0
    assert granted(office)


def returns(office, location):
    """The browser, in a thread; join() gives what it was shown."""
    shown = []
    thread = threading.Thread(target=lambda: shown.append(office.get(office.get(location).headers["Location"])))
    thread.start()

    def join():
        thread.join()
        return shown[0].text
    return join


@pytest.mark.parametrize("ends", [False, True])
def test_a_grant_given_anew_while_the_old_one_is_being_given_back(office, anna, ends):
    """CALENDAR-ANCHORS 3: revoking ends the whole grant. It is waited for, and then the new token is tried."""
    office.google.fault("revoke", "slow", ms=10_000)
    disconnects(office, anna)
    office.db.calendar_jobs.eventually("leased_until > now() AND kind = 'revoke'")
    eventually(lambda: office.google.journal(on="revoke"), what="it is being sent")
    asked = len(office.google.journal(on="refresh"))
    join = returns(office, office.google.walk(office.to_google(office.asks(anna)), COMPANY).location)
    eventually(lambda: len(office.google.journal(on="exchange")) == 2, what="the code is exchanged")
    assert office.account(anna)[0]["state"] == "disconnected", "nothing is stored as yet"
    if ends:
        office.google.withdraw(COMPANY)  # as if what was sent before had its effect only now
    shown = join()
    assert len(office.google.journal(on="refresh")) == asked + 1
    row, = office.account(anna)
    if ends:
        message = anna.hears("calendar_ended_between", email=COMPANY)
        assert message.data == ["cal:link"] and row["state"] == "disconnected" and row["refresh_token"] is None
        office.connects(anna)
    else:
        anna.hears("calendar_connected", email=COMPANY)
        assert row["state"] == "connected" and granted(office), shown
    office.synced(anna)


def test_a_revocation_whose_process_died_is_not_waited_for_for_ever(office, anna):
    office.google.fault("revoke", "hang")
    disconnects(office, anna)
    eventually(lambda: office.google.journal(on="revoke"), what="it is being sent")
    office.oauth.kill()
    office.start()
    # whoever sent it is gone, and its lease goes on
    office.db.calendar_jobs.update("leased_until = now() + interval '1 hour', due_at = now() + interval '1 hour'")
    office.connects(anna)
    office.synced(anna)
    assert granted(office) and not office.db.calendar_jobs.column("kind", "WHERE kind = 'revoke'")


def test_an_account_that_two_reps_share_is_given_back_with_the_second(office, anna):
    boris = office.rep("boris@truerealestate.bali", name="Boris Orlov")
    office.connects(boris)
    disconnects(office, anna)
    office.synced(boris)
    assert granted(office)
    disconnects(office, boris)
    eventually(lambda: not granted(office), what="the grant is given back")


def test_another_account_in_its_place_forgets_the_first(make_world):
    office = Office(make_world, CALENDAR_ACCOUNT="any")
    anna = office.rep()
    office.connects(anna)
    office.synced(anna, again=False)
    Calendar(office).put(timed(hour(1), hour(2)))
    office.synced(anna)
    private = "anna.petrova.bali@gmail.com"
    asks(office, anna)
    anna.presses("button_calendar_other")
    link = office.link(anna.hears("calendar_offer"))
    office.back(office.google.walk(office.to_google(link), private).location)
    anna.hears("calendar_connected", email=private)
    eventually(lambda: not granted(office), what="the first grant is given back")
    office.synced(anna)
    assert not office.busy(anna) and granted(office, private)


def test_keys_rotate_and_a_missing_one_loses_nothing(office, anna):
    office.oauth.terminate()
    office.start(TOKEN_ENCRYPTION_KEY=OTHER_KEY)
    office.looks_again()
    office.oauth.wait_for_log("tokens are sealed with the key [0-9a-f]{8}, which is not in TOKEN_ENCRYPTION_KEY")
    before, = office.account(anna)
    assert before["state"] == "connected" and before["refresh_token"]
    office.oauth.terminate()
    office.start(TOKEN_ENCRYPTION_KEY=f"{OTHER_KEY},{KEY}")
    office.google.expire(COMPANY)
    office.synced(anna)
    after, = office.account(anna)
    assert after["key_id"] != before["key_id"]
    # and the old one is needed no more
    office.oauth.terminate()
    office.start(TOKEN_ENCRYPTION_KEY=OTHER_KEY)
    office.google.expire(COMPANY)
    office.synced(anna)


def test_two_processes_refresh_one_token_once(office, anna):
    """CALENDAR-ANCHORS 13."""
    office.world.start("oauth", OAUTH_LISTEN="127.0.0.1:0").wait_for_log("calendar: listening")
    office.google.fault("refresh", "slow", ms=500)
    office.google.expire(COMPANY)
    office.looks_again()
    office.synced(anna)
    assert len(office.google.journal(on="refresh")) == 1


def test_a_token_is_good_for_its_rep_alone(office, anna):
    """A row that is swapped with another's opens nothing."""
    boris = office.rep("boris@truerealestate.bali", name="Boris Orlov")
    office.google.account("boris@truerealestate.bali")
    office.connects(boris, "boris@truerealestate.bali")
    office.synced(boris)
    office.db.execute(f"UPDATE {tables.calendar_accounts} a SET refresh_token = b.refresh_token, access_token = b.access_token"
                      f" FROM {tables.calendar_accounts} b WHERE a.rep <> b.rep")
    office.looks_again()
    office.oauth.wait_for_log("the stored token of rep .* was changed, or is another's")
    office.db.calendar_accounts.eventually("count(*) FILTER (WHERE sync_failures > 0) = 2")


def asks(office, person):
    person.says("календарь")
    return office.shows(person).text


def test_the_chat_shows_today_tomorrow_and_the_next_free_times(office, anna, primary):
    text = office.world.texts
    assert text.raw("ru", "calendar_no_hours") in asks(office, anna)
    office.db.execute(f"INSERT INTO {tables.rep_hours} SELECT r.id, d, '00:00', '24:00' FROM sales_representatives r, generate_series(1, 7) d;"
                      f" INSERT INTO {tables.rep_schedule} (rep, time_zone, notice_minutes) SELECT id, 'Asia/Kathmandu', 0"
                      " FROM sales_representatives")
    said = asks(office, anna)
    assert text.render("ru", "calendar_days", today=text.raw("ru", "calendar_day_free"), tomorrow=text.raw("ru", "calendar_day_free"),
                       zone="Asia/Kathmandu") in said
    here = datetime.timezone(datetime.timedelta(hours=5, minutes=45))
    tomorrow = (datetime.datetime.now(here) + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    # busy from now until two tomorrow, but for what overlaps
    primary.put(timed(datetime.datetime.now(UTC) - datetime.timedelta(hours=1), tomorrow + datetime.timedelta(hours=1)))
    primary.put(timed(tomorrow + datetime.timedelta(minutes=30), tomorrow + datetime.timedelta(hours=2)))
    office.synced(anna)
    said = asks(office, anna)
    assert "00:00–02:00" in said and "–24:00" in said
    assert tomorrow.strftime("%d.%m 02:00") in said and tomorrow.strftime("%d.%m 01:30") not in said
    # unknown is never free
    office.db.calendars.update("error = 'notFound'")
    assert text.raw("ru", "calendar_doubtful") in asks(office, anna)


def works(office, days_off=0, **schedule):
    """Day and night, but not on so many days from today on."""
    office.db.execute(f"INSERT INTO {tables.rep_hours} SELECT r.id, d, '00:00', '24:00' FROM sales_representatives r, generate_series(1, 7) d;"
                      f" INSERT INTO {tables.rep_schedule} (rep, time_zone, {', '.join(schedule)})"
                      f" SELECT id, 'UTC', {', '.join(map(str, schedule.values()))} FROM sales_representatives;"
                      f" INSERT INTO {tables.days_off} SELECT r.id, (now() AT TIME ZONE 'UTC')::date + d"
                      f" FROM sales_representatives r, generate_series(0, {days_off} - 1) d")


@pytest.mark.parametrize("what, change", [
    ("doubtful", "UPDATE {calendars} SET synced_at = NULL"),
    ("doubtful", "DELETE FROM {calendars}"),
    ("doubtful", "UPDATE {calendars} SET error = 'notFound'"),
    ("doubtful", "UPDATE {calendar_accounts} SET synced_at = now() - interval '61 minutes'"),
    ("doubtful", "INSERT INTO {calendar_busy} SELECT rep, calendar_id, n::text, now() + n * interval '1 minute', now() + (n + 1) * interval '1 minute'"
                 " FROM {calendars}, generate_series(1, 5000) n WHERE is_primary"),
    ("unread", "UPDATE {calendar_accounts} SET synced_at = NULL"),
])
def test_what_is_not_known_is_not_shown_as_free(office, anna, what, change):
    works(office, notice_minutes=0, horizon_days=30)
    text = office.world.texts
    free = "Сегодня занято: " + text.raw("ru", "calendar_day_free")
    assert free in asks(office, anna)
    office.db.execute(change.format(**{name: getattr(tables, name) for name in ("calendars", "calendar_accounts", "calendar_busy")}))
    said = asks(office, anna)
    assert text.raw("ru", f"calendar_{what}") in said and free not in said


def test_free_times_are_looked_for_as_far_as_the_horizon(office, anna):
    works(office, days_off=40, notice_minutes=20160, horizon_days=58)
    first = datetime.datetime.now(UTC) + datetime.timedelta(days=40)
    assert first.strftime("%d.%m 00:00") in asks(office, anna)


def test_a_calendar_that_is_chosen_during_a_look_is_read_at_once(office, anna):
    """That look knows nothing of it."""
    other = add_calendar(office, role="owner", selected=False)
    Calendar(office, other).put(timed(hour(1), hour(2)))
    reads_list(office)
    office.synced(anna)
    office.oauth.terminate()
    office.db.calendar_jobs.update("leased_until = now() + interval '6 minutes', due_at = now() + interval '6 minutes' WHERE kind = 'sync'")
    claim = office.db.calendar_jobs.value("attempts", "WHERE kind = 'sync'")
    asks(office, anna)
    anna.presses("button_calendar_choose")
    anna.presses("▫️ Other", message=anna.hears("calendar_choose"))
    eventually(lambda: office.db.calendar_jobs.value("attempts > %s AND due_at <= now()", "WHERE kind = 'sync'", claim), what="it is due, for another claim")
    office.start()
    eventually(lambda: times(office, anna) == [(hour(1), hour(2))], what="the chosen one is read")


def test_a_rep_chooses_which_calendars_count(office, anna, primary):
    other = add_calendar(office, role="owner", selected=False)
    Calendar(office, other).put(timed(hour(1), hour(2)))
    primary.put(timed(hour(3), hour(4)))
    reads_list(office)
    office.synced(anna)
    assert times(office, anna) == [(hour(3), hour(4))]
    asks(office, anna)
    anna.presses("button_calendar_choose")
    chosen = anna.hears("calendar_choose")
    anna.is_answered()
    labels = chosen.labels
    assert "▫️ Other" in labels and labels[0].startswith("✅ ")
    anna.presses("▫️ Other", message=chosen)
    anna.is_answered("answer_calendar_counts", name="Other")
    assert "✅ Other" in anna.sees_edit().labels
    eventually(lambda: times(office, anna) == [(hour(1), hour(2)), (hour(3), hour(4))], what="both count")
    anna.presses(labels[0], message=chosen)
    anna.hears_answer()
    eventually(lambda: times(office, anna) == [(hour(1), hour(2))], what="the other one counts alone")
    # a later list of Google's does not change it
    reads_list(office)
    office.synced(anna)
    assert times(office, anna) == [(hour(1), hour(2))]


def target(office, person):
    """What calls go into, as the chat says it."""
    said = asks(office, person)
    name, = re.findall(office.world.texts.raw("ru", "calendar_target_is").replace("{name}", "(.*)"), said)
    return name


def chooses_target(office, person):
    asks(office, person)
    person.presses("button_calendar_choose")
    chosen = person.hears("calendar_choose")
    person.is_answered()
    person.presses("button_calendar_target", message=chosen)
    asked = person.hears("calendar_target")
    person.is_answered()
    return asked


def test_a_rep_chooses_where_calls_go(office, anna):
    """CALENDAR-ANCHORS 18: it is another question than which calendars count."""
    main = office.calendars(anna)[office_primary(office)]["summary"]
    mine = add_calendar(office, role="owner", selected=False)
    colleague = office.google.post("calendars", account=COMPANY, summary="Colleague", role="writer")["calendar"]["id"]
    office.google.post("calendars", account=COMPANY, summary="Holidays", role="reader")
    reads_list(office)
    office.synced(anna)
    assert target(office, anna) == main
    asked = chooses_target(office, anna)
    assert asked.labels == [f"✅ {main}", "▫️ Colleague", "▫️ Other"], "only what can be written to"
    anna.presses("▫️ Colleague", message=asked)
    anna.hears_answer()
    assert anna.sees_edit().labels == [f"▫️ {main}", "✅ Colleague", "▫️ Other"]
    assert target(office, anna) == "Colleague"
    assert office.calendars(anna)[colleague]["conflicts"] is False, "which calendars count is as it was"
    assert {c["id"]: c["target"] for c in operators_see(office)["calendars"]} == {name: name == colleague for name in office.calendars(anna)}
    assert "  Colleague, does not count, gets the calls\n" in run("calendar", "show", EMAIL, settings={"DATABASE_URL": office.db.url}).stdout
    anna.presses(f"▫️ {main}", message=asked)
    anna.is_answered("answer_calendar_target", name=main)
    assert office.account(anna)[0]["target"] is None, "whichever is primary"
    # of buttons that are old: what is gone, or may not be written to any more, is not taken
    office.db.calendars.update("role = 'reader' WHERE calendar_id = %s", mine)
    anna.presses("▫️ Other", message=asked)
    anna.is_answered("answer_stale")
    assert target(office, anna) == main


def operators_see(office):
    return json.loads(run("calendar", "show", EMAIL, "--json", settings={"DATABASE_URL": office.db.url}).stdout)


@pytest.mark.parametrize("gone", ["deleted", "read only"])
def test_a_calendar_for_calls_that_is_gone_is_told_once(office, anna, gone):
    main = office.calendars(anna)[office_primary(office)]["summary"]
    other = add_calendar(office, role="owner", selected=True)
    reads_list(office)
    office.synced(anna)
    anna.presses("▫️ Other", message=chooses_target(office, anna))
    anna.is_answered("answer_calendar_target", name="Other")
    assert anna.sees_edit()
    reads_list(office)
    office.synced(anna)
    assert target(office, anna) == "Other"
    if gone == "deleted":
        office.google.post("calendars", account=COMPANY, id=other, remove=True)
    else:
        office.google.post("calendars", account=COMPANY, id=other, role="reader")
    reads_list(office)
    office.synced(anna)
    anna.hears("calendar_target_gone", calendar="Other", email=COMPANY)
    assert target(office, anna) == main and office.account(anna)[0]["target"] is None
    reads_list(office)
    office.synced(anna)
    office.world.settle()
    assert not anna.unheard()


def test_where_calls_go_outlives_a_reconnection_and_no_other_account(make_world):
    """CALENDAR-ANCHORS 16."""
    office = Office(make_world, CALENDAR_ACCOUNT="any")
    anna = office.rep()
    office.connects(anna)
    office.synced(anna, again=False)
    add_calendar(office, role="owner", selected=True)
    reads_list(office)
    office.synced(anna)
    anna.presses("▫️ Other", message=chooses_target(office, anna))
    anna.sees_edit()
    disconnects(office, anna)
    office.db.calendar_jobs.eventually("count(*) = 0", "WHERE kind = 'revoke'")  # or it ends the new grant, too
    office.connects(anna)
    office.synced(anna)
    assert target(office, anna) == "Other"
    asks(office, anna)
    anna.presses("button_calendar_other")
    private = "anna.petrova.bali@gmail.com"
    office.back(office.google.walk(office.to_google(office.link(anna.hears("calendar_offer"))), private).location)
    anna.hears("calendar_connected", email=private)
    office.synced(anna)
    assert office.account(anna)[0]["target"] is None
    assert not anna.unheard()


def test_fifty_calendars_count_and_no_more(office, anna):
    """As many as Google is asked about at once; what is said of the others is true, and all that counts is read."""
    for _ in range(55):
        add_calendar(office, role="owner", selected=True)
    colleague = office.google.post("calendars", account=COMPANY, summary="Zz colleague", role="reader")["calendar"]["id"]
    reads_list(office)
    office.synced(anna)
    rows = office.calendars(anna)
    assert len(rows) >= 57 and sum(row["conflicts"] for row in rows.values()) == 50
    assert rows[office_primary(office)]["conflicts"]
    assert all(row["synced_at"] for row in rows.values() if row["conflicts"])
    assert office.world.texts.raw("ru", "calendar_doubtful") not in asks(office, anna), "nothing is left unread for ever"
    anna.presses("button_calendar_choose")
    chosen = anna.hears("calendar_choose")
    anna.is_answered()
    assert len(chosen.labels) == len(rows) + 1
    assert sum(label.startswith("✅") for label in chosen.labels) == 50
    anna.presses("▫️ Zz colleague", message=chosen)
    assert anna.is_answered("answer_calendar_too_many", most=50)["show_alert"]
    other = next(label for label in chosen.labels[1:] if label.startswith("✅"))
    anna.presses(other, message=chosen)
    anna.hears_answer()
    chosen = anna.sees_edit()
    anna.presses("▫️ Zz colleague", message=chosen)
    anna.is_answered("answer_calendar_counts", name="Zz colleague")
    anna.sees_edit()
    # what was chosen outweighs the rule, also when the list comes anew
    reads_list(office)
    office.synced(anna)
    rows = office.calendars(anna)
    assert rows[colleague]["conflicts"] and sum(row["conflicts"] for row in rows.values()) == 50
    # Google is asked about no more at once
    office.db.calendars.update("conflicts = true, chosen = true, role = 'reader' WHERE NOT is_primary")
    assert office.db.calendars.value("count(*) > 50", "WHERE conflicts")
    office.synced(anna)
    asked = [len(call["body"]["items"]) for call in office.google.journal(on="freebusy.query")]
    assert asked and max(asked) <= 50


def test_of_very_many_calendars_the_first_are_shown(office, anna):
    office.db.execute(f"INSERT INTO {tables.calendars} (rep, calendar_id, summary, role, is_primary, selected, conflicts)"
                      f" SELECT a.rep, 'c' || i, 'Calendar ' || i, 'owner', false, false, false FROM {tables.calendar_accounts} a, generate_series(1, 200) i")
    office.oauth.terminate()
    asks(office, anna)
    anna.presses("button_calendar_choose")
    assert len(anna.hears("calendar_choose_of_many", shown=90).labels) == 91


def test_an_account_is_known_by_its_key_whatever_its_address(office, anna):
    """CALENDAR-ANCHORS 6: the address was changed at Google."""
    other = add_calendar(office, role="owner", selected=True)
    reads_list(office)
    office.synced(anna)
    office.db.calendars.update("conflicts = false, chosen = true WHERE calendar_id = %s", other)
    office.db.calendar_accounts.update("email = 'anna.ivanova@truerealestate.bali'")
    before, = office.account(anna)
    asks_as(office, anna, "anna.ivanova@truerealestate.bali")
    anna.presses("button_calendar_other")
    office.back(office.google.walk(office.to_google(office.link(anna.hears("calendar_offer"))), COMPANY).location)
    anna.hears("calendar_connected", email=COMPANY)
    office.synced(anna)
    after, = office.account(anna)
    assert (after["sub"], after["email"]) == (before["sub"], COMPANY)
    assert office.calendars(anna)[other]["conflicts"] is False, "it is the same one, so what was chosen stays"
    assert office.db.calendar_jobs.value("count(*)", "WHERE kind = 'revoke'") == 0 and granted(office)


def asks_as(office, person, email):
    person.says("календарь")
    office.shows(person, email)


def test_one_event_in_two_calendars_is_one_time(office, anna, primary):
    """CALENDAR-ANCHORS 19."""
    second = add_calendar(office, role="owner", selected=True)
    reads_list(office)
    office.synced(anna)
    office.db.execute(f"INSERT INTO {tables.rep_schedule} (rep, time_zone, most_a_day) SELECT id, 'UTC', 1 FROM sales_representatives")
    for calendar in (primary, Calendar(office, second)):
        calendar.put(timed(hour(10), hour(11), iCalUID="one@example.org"))
        calendar.put(timed(hour(10.5), hour(12)))
    office.synced(anna)
    assert len(times(office, anna)) == 4
    said = asks(office, anna)
    assert said.count("10:00–12:00") == 1 and "10:30" not in said and "11:00" not in said


def test_busy_times_of_others_are_asked_for_in_short_pieces(office, anna):
    """CALENDAR-ANCHORS 22: more than 90 days at once is an error."""
    colleague = add_calendar(office, role="freeBusyReader", selected=True)
    reads_list(office)
    office.synced(anna)
    office.db.calendars.update("conflicts = true, chosen = true WHERE calendar_id = %s", colleague)
    office.db.execute(f"INSERT INTO {tables.rep_schedule} (rep, horizon_days) SELECT id, 58 FROM sales_representatives")
    office.synced(anna)
    asked = [call["body"] for call in office.google.journal(on="freebusy.query")]
    spans = [datetime.datetime.fromisoformat(a["timeMax"]) - datetime.datetime.fromisoformat(a["timeMin"]) for a in asked]
    assert spans and max(spans) <= datetime.timedelta(days=60)
    # and together they reach behind the last day that can be booked
    last = max(datetime.datetime.fromisoformat(a["timeMax"]) for a in asked)
    assert last > datetime.datetime.now(UTC) + datetime.timedelta(days=58)


def test_a_status_of_nobody_s_gives_nothing_back(office, anna):
    """Whoever is on leave is not gone."""
    office.db.execute("UPDATE sales_representatives SET status = 'on_leave' WHERE telegram_id = %s", anna.id)
    office.synced(anna)
    office.db.execute("UPDATE sales_representatives SET status = 'active' WHERE telegram_id = %s", anna.id)
    assert granted(office) and office.account(anna)[0]["state"] == "connected"


def test_a_grant_that_lives_is_given_back_after_a_refusal(office, anna):
    """Google refuses the calls, not the token."""
    office.google.fault("events.list", "insufficientPermissions")
    office.looks_again(anna)
    anna.hears("calendar_reconnect", email=COMPANY)
    assert granted(office)
    anna.says("календарь")
    anna.hears("calendar_reconnect", email=COMPANY)
    anna.presses("button_calendar_off")
    anna.hears("ask_calendar_off", email=COMPANY)
    anna.presses("button_calendar_off_yes")
    anna.hears("calendar_disconnected", email=COMPANY)
    eventually(lambda: not granted(office), what="the grant is given back")


def test_a_calendar_with_long_texts_is_read(office, anna, primary):
    for n in range(120):
        primary.put(timed(hour(n / 10), hour(n / 10 + 0.05), description="ж" * 8000,
                          attendees=[{"email": f"guest{i}@example.org", "displayName": "Г" * 200} for i in range(10)]))
    office.synced(anna)
    assert len(times(office, anna)) == 120


def test_another_account_connected_while_the_list_is_read_gets_its_own(make_world):
    office = Office(make_world, CALENDAR_ACCOUNT="any")
    anna = office.rep()
    office.connects(anna)
    office.synced(anna, again=False)
    asks(office, anna)
    anna.presses("button_calendar_other")
    private = "anna.petrova.bali@gmail.com"
    location = office.google.walk(office.to_google(office.link(anna.hears("calendar_offer"))), private).location
    reads_list(office)
    office.google.fault("calendarList.list", "slow", ms=1500)
    lists = len(office.google.journal(on="calendarList.list"))
    office.looks_again(anna)
    eventually(lambda: len(office.google.journal(on="calendarList.list")) > lists, what="the list is asked for")
    office.back(location)
    anna.hears("calendar_connected", email=private)
    office.synced(anna)
    assert set(office.calendars(anna)) == {c["id"] for c in office.google.control("GET", "calendars", params={"account": private})["calendars"]}


def test_a_person_in_a_browser_waits_for_no_look(office, anna):
    """A calendar that hangs, and a rep who comes back from Google."""
    boris = office.rep("boris@truerealestate.bali", name="Boris Orlov")
    office.google.account("boris@truerealestate.bali")
    location = office.google.walk(office.to_google(office.asks(boris)), "boris@truerealestate.bali").location
    office.google.fault("events.list", "hang", times=-1)
    office.looks_again(anna)
    assert office.back(location).status_code == 200
    boris.hears("calendar_connected", email="boris@truerealestate.bali")
    office.google.no_faults()


def slots(office, *options):
    done = run("rep", "slots", EMAIL, *options, settings={"DATABASE_URL": office.db.url})
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n"), done.stderr


def test_google_is_asked_afresh_where_it_counts(office, anna, primary):
    """CALENDAR-ANCHORS 28: what was put into the calendar since the last look is seen."""
    works(office, notice_minutes=0, horizon_days=1, slot_minutes=60, step_minutes=60)
    start = (datetime.datetime.now(UTC) + datetime.timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    line = f"{start:%Y-%m-%d %H:%M} UTC"
    assert line in slots(office)[0]
    primary.put(timed(start, start + datetime.timedelta(hours=1)))
    assert line in slots(office)[0], "as of the last look"
    fresh, said = slots(office, "--fresh")
    assert line not in fresh and f"{start + datetime.timedelta(hours=1):%Y-%m-%d %H:%M} UTC" in fresh and not said
    assert json.loads("\n".join(slots(office, "--fresh", "--json")[0]))["fresh"] is True
    # an access token that has ended is refreshed for it, and what Google cannot say is not free
    office.google.expire(COMPANY)
    assert line not in slots(office, "--fresh")[0]
    office.google.fault("freebusy.query", "busy_error")
    fresh, said = slots(office, "--fresh")
    assert said == "Google did not answer: Google cannot say of a calendar that counts. What is known without it:\n" and line in fresh
    office.db.calendar_jobs.eventually("count(*) = 0", "WHERE kind = 'check'")
    # and also of what cannot be known without it
    office.db.calendars.update("error = 'notFound'")
    assert "No slots: a calendar could not be read." in slots(office)[0]
    assert line not in slots(office, "--fresh")[0] and len(slots(office, "--fresh")[0]) > 5


def test_a_google_that_does_not_answer_is_said(office, anna):
    works(office, notice_minutes=0, horizon_days=1)
    office.oauth.terminate()
    fresh, said = slots(office, "--fresh")
    assert said == "Google did not answer: nothing came within 10 s. What is known without it:\n" and len(fresh) > 1
    office.db.execute(f"DELETE FROM {tables.calendar_jobs} WHERE kind = 'check'")
