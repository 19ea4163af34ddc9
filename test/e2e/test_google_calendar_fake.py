"""The emulated Calendar API: scopes, events, pages, sync tokens, busy times, and what goes wrong, as Google has them."""
import datetime
import uuid
import zoneinfo

import pytest
import requests

from support.google import AUTH, COMPANY, PRIVATE, Google

DAY = {"timeMin": "2026-12-01T00:00:00+08:00", "timeMax": "2026-12-02T00:00:00+08:00"}
EVERYTHING = f"openid email {AUTH}calendar"


@pytest.fixture(name="google")
def google_fixture(sandbox):
    return Google(sandbox.base)


class Client:
    """Somebody's token at work."""

    def __init__(self, google, email=COMPANY, scope=EVERYTHING, tick=None):
        self.google = google
        self.token = google.connect(email, tick, scope=scope)["access_token"]

    def call(self, verb, path, **kwargs):
        return self.google.calendar(verb, path, self.token, **kwargs)

    def ok(self, verb, path, status=200, **kwargs):
        answer = self.call(verb, path, **kwargs)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def insert(self, calendar="primary", params=None, **event):
        event = {"summary": "Call", **at("10:00", "11:00"), **event}
        return self.ok("POST", f"calendars/{calendar}/events", json=event, params=params or {"sendUpdates": "none"})

    def list(self, calendar="primary", **params):
        return self.ok("GET", f"calendars/{calendar}/events", params=params)

    def busy(self, *calendars, **query):
        body = {**DAY, **query, "items": [{"id": calendar} for calendar in calendars or ("primary",)]}
        return self.ok("POST", "freeBusy", json=body)["calendars"]

    def hours(self, calendar="primary", **query):
        return [(entry["start"], entry["end"]) for entry in self.busy(calendar, **query)[calendar]["busy"]]


@pytest.fixture(name="client")
def client_fixture(google):
    return Client(google)


def at(start, end, day="2026-12-01", offset="+08:00"):
    return {"start": {"dateTime": f"{day}T{start}:00{offset}"}, "end": {"dateTime": f"{day}T{end}:00{offset}"}}


def all_day(first, last):
    return {"start": {"date": first}, "end": {"date": last}}


def fails(answer, status, reason, info=None):
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["errors"][0]["reason"]) == (status, status, reason), answer.text
    assert error["message"] and error["errors"][0]["domain"]
    if info:
        assert error["details"][0]["reason"] == info
        assert error["details"][0]["@type"].endswith("google.rpc.ErrorInfo")
    return error


def utc(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def some_id():
    return uuid.uuid4().hex


# --- whose token, and how far it reaches ---

def test_a_call_needs_a_token_of_its_own_giving(google):
    fails(google.calendar("GET", "users/me/calendarList", None), 401, "required", "CREDENTIALS_MISSING")
    fails(google.calendar("GET", "users/me/calendarList", "any-bearer-at-all"), 401, "authError")
    held = google.connect()
    fails(google.calendar("GET", "users/me/calendarList", held["refresh_token"]), 401, "authError")
    assert google.calendar("GET", "users/me/calendarList", held["access_token"]).status_code == 200
    google.expire(COMPANY)
    fails(google.calendar("GET", "users/me/calendarList", held["access_token"]), 401, "authError")
    fresh = google.refresh(held["refresh_token"]).json()["access_token"]
    assert google.calendar("GET", "users/me/calendarList", fresh).status_code == 200
    google.advance(3600)
    fails(google.calendar("GET", "users/me/calendarList", fresh), 401, "authError")
    last = google.refresh(held["refresh_token"]).json()["access_token"]
    google.revoke(held["refresh_token"])
    fails(google.calendar("GET", "users/me/calendarList", last), 401, "authError")


CALLS = {
    "list of calendars": ("GET", "users/me/calendarList", {}),
    "busy": ("POST", "freeBusy", {"json": {**DAY, "items": [{"id": "primary"}]}}),
    "read": ("GET", "calendars/primary/events", {}),
    "write": ("POST", "calendars/primary/events", {"json": {"summary": "x", **at("10:00", "11:00")}}),
}


@pytest.mark.parametrize("scope, allowed", [
    ("calendar", {"list of calendars", "busy", "read", "write"}),
    ("calendar.readonly", {"list of calendars", "busy", "read"}),
    ("calendar.events", {"read", "write"}),
    ("calendar.events.readonly", {"read"}),
    ("calendar.events.owned", {"read", "write"}),
    ("calendar.freebusy", {"busy"}),
    ("calendar.events.freebusy", {"busy", "read"}),
    ("calendar.calendarlist.readonly", {"list of calendars"}),
])
def test_each_call_wants_one_of_its_scopes(google, scope, allowed):
    """CALENDAR-ANCHORS 17: one that takes any bearer hides the real bugs."""
    client = Client(google, scope=f"openid {AUTH}{scope}")
    for name, (verb, path, more) in CALLS.items():
        answer = client.call(verb, path, **more)
        if name in allowed:
            assert answer.status_code == 200, (name, answer.text)
        else:
            fails(answer, 403, "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")


def test_a_box_that_was_not_ticked_is_missed_at_the_call(google):
    token = google.connect(tick=["calendar.freebusy"])["access_token"]
    fails(google.calendar("GET", "calendars/primary/events", token), 403, "insufficientPermissions")


def test_the_api_must_be_enabled(google, client):
    google.project(api_disabled=True)
    fails(client.call("GET", "users/me/calendarList"), 403, "accessNotConfigured", "SERVICE_DISABLED")
    google.project(api_disabled=False)
    client.ok("GET", "users/me/calendarList")


def test_owned_means_owned(google):
    google.post("calendars", account=PRIVATE, id="team@group.calendar.google.com", summary="Team", role="owner")
    google.post("calendars", account=COMPANY, id="team@group.calendar.google.com", role="writer")
    owner, writer = (Client(google, email, f"openid {AUTH}calendar.events.owned") for email in (PRIVATE, COMPANY))
    assert owner.insert("team@group.calendar.google.com")["status"] == "confirmed"
    fails(writer.call("GET", "calendars/team@group.calendar.google.com/events"), 403, "insufficientPermissions")
    assert len(Client(google).list("team%40group.calendar.google.com")["items"]) == 1


# --- the list of calendars ---

def test_the_list_of_calendars_tells_role_selection_and_zone(google, client):
    made = google.post("calendars", account=COMPANY, summary="Viewings", selected=True, zone="Europe/Moscow")["calendar"]["id"]
    google.post("calendars", account=COMPANY, id="boss@truerealestate.bali", role="freeBusyReader")
    entries = {entry["id"]: entry for entry in client.ok("GET", "users/me/calendarList")["items"]}
    assert set(entries) == {COMPANY, made, "boss@truerealestate.bali"}
    assert entries[COMPANY]["primary"] and entries[COMPANY]["accessRole"] == "owner"
    assert (entries[made]["timeZone"], entries[made]["selected"]) == ("Europe/Moscow", True)
    assert "selected" not in entries["boss@truerealestate.bali"]
    assert [e["id"] for e in client.ok("GET", "users/me/calendarList", params={"minAccessRole": "reader"})["items"]] == [COMPANY, made]
    fails(client.call("GET", "users/me/calendarList", params={"minAccessRole": "god"}), 400, "invalid")


def test_the_list_of_calendars_has_pages_too(google, client):
    ids = {COMPANY} | {google.post("calendars", account=COMPANY, summary=str(i))["calendar"]["id"] for i in range(4)}
    seen, token = [], None
    while True:
        page = client.ok("GET", "users/me/calendarList", params={"maxResults": 2, "pageToken": token})
        seen += [entry["id"] for entry in page["items"]]
        token = page.get("nextPageToken")
        assert bool(token) != bool(page.get("nextSyncToken"))
        if not token:
            break
    assert set(seen) == ids and len(seen) == 5
    google.post("calendars", account=COMPANY, id=seen[-1], remove=True)
    assert len(client.ok("GET", "users/me/calendarList")["items"]) == 4


# --- events ---

def test_an_event_is_made_read_changed_and_deleted(client):
    made = client.insert(id=some_id(), description="d", extendedProperties={"private": {"booking": "7"}},
                         attendees=[{"email": "guest@example.org"}])
    assert made["etag"].startswith('"') and made["organizer"] == {"email": COMPANY, "self": True}
    assert made["attendees"] == [{"email": "guest@example.org", "responseStatus": "needsAction"}]
    path = f"calendars/primary/events/{made['id']}"
    assert client.ok("GET", path) == made
    changed = client.ok("PATCH", path, json={"summary": "Moved", "description": None, **at("12:00", "13:00")})
    assert changed["summary"] == "Moved" and "description" not in changed and changed["sequence"] == 1
    assert changed["extendedProperties"] == {"private": {"booking": "7"}} and changed["etag"] != made["etag"]
    whole = client.ok("PUT", path, json={"summary": "Anew", **at("14:00", "15:00")})
    assert "attendees" not in whole and whole["summary"] == "Anew"
    client.ok("DELETE", path, status=204)
    assert client.ok("GET", path)["status"] == "cancelled"
    fails(client.call("DELETE", path), 410, "deleted")
    fails(client.call("PATCH", path, json={"summary": "again"}), 403, "forbidden")
    client.google.advance(31 * 86400)
    client.token = client.google.connect(scope=EVERYTHING)["access_token"]
    fails(client.call("GET", path), 404, "notFound")


def test_an_id_of_ones_own_is_taken_once_even_after_deletion(client):
    mine = some_id()
    client.insert(id=mine)
    again = {"id": mine, "summary": "twice", **at("10:00", "11:00")}
    fails(client.call("POST", "calendars/primary/events", json=again), 409, "duplicate")
    client.ok("DELETE", f"calendars/primary/events/{mine}", status=204)
    fails(client.call("POST", "calendars/primary/events", json=again), 409, "duplicate")
    assert len(client.list(showDeleted="true")["items"]) == 1


@pytest.mark.parametrize("event, reason", [
    ({"id": "UPPER12345"}, "invalid"), ({"id": "abc"}, "invalid"), ({"id": "wxyz12345"}, "invalid"), ({"id": 12345}, "invalid"),
    ({"start": None}, "required"), ({"end": {"timeZone": "UTC"}}, "required"),
    ({"start": {"dateTime": "2026-12-01 10:00"}}, "invalid"), ({"start": {"dateTime": "2026-12-01T25:00:00Z"}}, "invalid"),
    ({"start": {"date": "2026-12-01"}}, "invalid"), (at("11:00", "10:00"), "timeRangeEmpty"),
    (all_day("2026-12-01", "2026-12-01"), "timeRangeEmpty"),
    ({"start": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Nowhere/At_All"}}, "invalid"),
    ({"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 10}]}}, "invalid"),
    ({"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 1}] * 6}}, "invalid"),
    ({"reminders": {"useDefault": False, "overrides": [{"method": "sms", "minutes": 1}]}}, "invalid"),
    ({"extendedProperties": {"private": {"k" * 45: "v"}}}, "invalid"),
    ({"extendedProperties": {"private": {"k": "v" * 1025}}}, "invalid"),
    ({"attendees": [{"displayName": "nobody"}]}, "invalid"), ({"transparency": "glass"}, "invalid"),
    ({"eventType": "party"}, "invalid"),
    # a rule wants a zone, and to be one of those known here
    ({"recurrence": ["RRULE:FREQ=DAILY"]}, "invalid"), ({**all_day("2026-12-01", "2026-12-02"), "recurrence": ["RRULE:FREQ=YEARLY"]}, "invalid"),
    ({**all_day("2026-12-01", "2026-12-02"), "recurrence": []}, "invalid"),
    ({**all_day("2026-12-01", "2026-12-02"), "recurrence": ["RRULE:FREQ=DAILY;COUNT=0"]}, "invalid"),
    ({**all_day("2026-12-01", "2026-12-02"), "recurrence": ["RRULE:FREQ=DAILY;UNTIL=soon"]}, "invalid"),
])
def test_what_is_wrong_with_an_event_is_refused(client, event, reason):
    body = {"summary": "x", **at("10:00", "11:00"), **event}
    fails(client.call("POST", "calendars/primary/events", json={k: v for k, v in body.items() if v is not None}), 400, reason)
    assert client.list()["items"] == []


def test_a_body_that_is_no_json_and_a_query_that_is_no_choice(client):
    fails(client.call("POST", "calendars/primary/events", data="{", headers={"Content-Type": "application/json"}), 400, "parseError")
    fails(client.call("POST", "calendars/primary/events", params={"sendUpdates": "maybe"}, json=at("10:00", "11:00")), 400, "invalid")
    assert client.list()["items"] == []


def test_an_etag_that_is_old_is_a_412(client):
    made = client.insert()
    path = f"calendars/primary/events/{made['id']}"
    changed = client.ok("PATCH", path, json={"summary": "b"}, headers={"If-Match": made["etag"]})
    fails(client.call("PATCH", path, json={"summary": "c"}, headers={"If-Match": made["etag"]}), 412, "conditionNotMet")
    fails(client.call("DELETE", path, headers={"If-Match": made["etag"]}), 412, "conditionNotMet")
    client.ok("DELETE", path, status=204, headers={"If-Match": changed["etag"]})


def test_what_is_not_there_and_what_is_not_shown_look_the_same(google, client):
    fails(client.call("GET", "calendars/primary/events/nosuchevent"), 404, "notFound")
    fails(client.call("GET", f"calendars/{PRIVATE}/events"), 404, "notFound")
    fails(client.call("GET", "calendars/no@group.calendar.google.com/events"), 404, "notFound")
    fails(client.call("GET", "calendars/primary"), 404, "notFound")
    google.post("calendars", account=COMPANY, id=PRIVATE, role="reader")
    assert client.list(PRIVATE)["items"] == []
    fails(client.call("POST", f"calendars/{PRIVATE}/events", json=at("10:00", "11:00")), 403, "requiredAccessLevel")


def test_who_may_see_only_busy_times_sees_no_titles(google, client):
    google.post("events", account=PRIVATE, event={"summary": "Dentist", **at("09:00", "10:00")})
    google.post("calendars", account=COMPANY, id=PRIVATE, role="freeBusyReader")
    item, = client.list(PRIVATE)["items"]
    assert "summary" not in item and item["start"]["dateTime"] == "2026-12-01T09:00:00+08:00"


def test_only_the_organizer_changes_what_all_see(google, client):
    invited = google.post("events", account=COMPANY, event={
        "summary": "Board", **at("09:00", "10:00"), "organizer": {"email": "boss@example.org"},
        "attendees": [{"email": COMPANY, "responseStatus": "needsAction"}]})["event"]
    path = f"calendars/primary/events/{invited['id']}"
    assert invited["attendees"][0]["self"]
    fails(client.call("PATCH", path, json=at("11:00", "12:00")), 403, "forbiddenForNonOrganizer")
    answer = client.ok("PATCH", path, json={"attendees": [{"email": COMPANY, "responseStatus": "declined"}]})
    assert answer["attendees"][0]["responseStatus"] == "declined" and answer["organizer"]["email"] == "boss@example.org"


def test_a_link_to_a_call_comes_only_when_asked_for_in_both_places(google, client):
    wanted = {"conferenceData": {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}}
    assert "hangoutLink" not in client.insert(**wanted)
    made = client.insert(params={"conferenceDataVersion": 1}, **wanted)
    assert made["hangoutLink"] == made["conferenceData"]["entryPoints"][0]["uri"]
    other = {"conferenceData": {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "eventHangout"}}}}
    fails(client.call("POST", "calendars/primary/events", params={"conferenceDataVersion": 1},
                      json={**at("10:00", "11:00"), **other}), 400, "invalid")
    google.fault("events.insert", "meet_pending")
    made = client.insert(params={"conferenceDataVersion": 1}, **wanted)
    path = f"calendars/primary/events/{made['id']}"
    status = lambda event: event["conferenceData"]["createRequest"]["status"]["statusCode"]
    assert status(made) == "pending" and "hangoutLink" not in made
    assert status(client.ok("GET", path)) == "pending"
    ready = client.ok("GET", path)
    assert status(ready) == "success" and ready["hangoutLink"].startswith("https://meet.google.com/")
    google.fault("events.insert", "meet_failure")
    assert status(client.insert(params={"conferenceDataVersion": 1}, **wanted)) == "failure"


# --- lists ---

def test_time_bounds_are_exclusive_and_the_lower_one_is_for_the_end(client):
    for start, end in (("08:00", "09:00"), ("09:00", "10:00"), ("10:00", "11:00"), ("11:00", "12:00")):
        client.insert(summary=start, **at(start, end))
    got = client.list(timeMin="2026-12-01T09:00:00+08:00", timeMax="2026-12-01T11:00:00+08:00", singleEvents="true",
                      orderBy="startTime")
    assert [item["summary"] for item in got["items"]] == ["09:00", "10:00"]
    assert (got["timeZone"], got["accessRole"]) == ("Asia/Makassar", "owner")
    fails(client.call("GET", "calendars/primary/events", params={"orderBy": "startTime"}), 400, "invalid")
    fails(client.call("GET", "calendars/primary/events", params={"timeMin": "2026-12-01T09:00:00"}), 400, "invalid")
    fails(client.call("GET", "calendars/primary/events", params={"timeMin": DAY["timeMax"], "timeMax": DAY["timeMin"]}),
          400, "timeRangeEmpty")
    fails(client.call("GET", "calendars/primary/events", params={"pageToken": "nonsense"}), 400, "invalid")
    fails(client.call("GET", "calendars/primary/events", params={"maxResults": "0"}), 400, "invalid")


def test_what_comes_again_is_one_series_or_its_occurrences(google, client):
    google.account(COMPANY, zone="Europe/Berlin")
    when = {"start": {"dateTime": "2026-10-22T10:00:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-10-22T11:00:00", "timeZone": "Europe/Berlin"}}
    made = client.insert(summary="Weekly", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"], **when)
    token = client.list(singleEvents="true")["nextSyncToken"]
    assert [item["id"] for item in client.list()["items"]] == [made["id"]]
    ids = [f"{made['id']}_2026{day}Z" for day in ("1022T080000", "1029T090000", "1105T090000")]
    single = client.list(singleEvents="true", orderBy="startTime")["items"]
    assert [item["id"] for item in single] == ids
    # the same time on the wall, although the clocks are moved in between
    assert [item["start"]["dateTime"] for item in single] == [
        "2026-10-22T10:00:00+02:00", "2026-10-29T10:00:00+01:00", "2026-11-05T10:00:00+01:00"]
    assert all(item["recurringEventId"] == made["id"] and "recurrence" not in item for item in single)
    week = {"timeMin": "2026-10-20T00:00:00Z", "timeMax": "2026-11-10T00:00:00Z"}
    assert len(client.hours(**week)) == 3, "a series itself takes no time"
    # one of them moves, another one goes
    client.ok("PATCH", f"calendars/primary/events/{ids[1]}", json={"summary": "moved", **at("15:00", "16:00", "2026-10-29", "+01:00")})
    client.ok("DELETE", f"calendars/primary/events/{ids[2]}", status=204)
    changed = {item["id"]: item["status"] for item in client.list(singleEvents="true", syncToken=token)["items"]}
    assert changed == {ids[1]: "confirmed", ids[2]: "cancelled"}
    assert client.hours(**week) == [("2026-10-22T08:00:00Z", "2026-10-22T09:00:00Z"), ("2026-10-29T14:00:00Z", "2026-10-29T15:00:00Z")]
    # and then all of it
    client.ok("DELETE", f"calendars/primary/events/{made['id']}", status=204)
    assert client.hours(**week) == [] and client.list(singleEvents="true")["items"] == []


def test_a_series_has_an_end_and_days_of_its_own(google, client):
    days = {**all_day("2026-12-01", "2026-12-02"), "summary": "Off", "recurrence": ["RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20261205"]}
    made = google.post("events", account=COMPANY, event=days)["event"]
    starts = lambda: [item["start"]["date"] for item in client.list(singleEvents="true")["items"]]
    assert starts() == ["2026-12-01", "2026-12-03", "2026-12-05"]
    google.post("events", account=COMPANY, event={**made, "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]})
    assert sorted(starts()) == ["2026-12-01", "2026-12-02"]
    google.post("events", account=COMPANY, event={k: v for k, v in made.items() if k != "recurrence"})
    assert [item["id"] for item in client.list(singleEvents="true")["items"]] == [made["id"]], "no series any more"
    endless = google.post("events", account=COMPANY, event={**days, "recurrence": ["RRULE:FREQ=WEEKLY"]})["event"]
    assert len(client.list(singleEvents="true", maxResults=2500)["items"]) == 401
    assert client.ok("GET", f"calendars/primary/events/{endless['id']}")["recurrence"] == ["RRULE:FREQ=WEEKLY"]


def test_filters(google, client):
    client.insert(summary="Villa Ubud", extendedProperties={"private": {"booking": "7"}})
    client.insert(summary="Lunch", eventType="outOfOffice")
    assert [e["summary"] for e in client.list(q="ubud")["items"]] == ["Villa Ubud"]
    assert [e["summary"] for e in client.list(privateExtendedProperty="booking=7")["items"]] == ["Villa Ubud"]
    assert client.list(privateExtendedProperty="booking=8")["items"] == []
    assert [e["summary"] for e in client.list(eventTypes="outOfOffice")["items"]] == ["Lunch"]
    since = "2020-01-01T00:00:00Z"
    fails(client.call("GET", "calendars/primary/events", params={"updatedMin": since}), 410, "updatedMinTooLongAgo")


def test_pages_and_the_sync_token_on_the_last_only(client):
    ids = [client.insert(summary=str(i))["id"] for i in range(5)]
    seen, token, pages = [], None, 0
    while True:
        page = client.list(maxResults=2, pageToken=token)
        seen += [item["id"] for item in page["items"]]
        pages += 1
        assert ("nextPageToken" in page) != ("nextSyncToken" in page)
        token = page.get("nextPageToken")
        if not token:
            break
    assert seen == ids and pages == 3


@pytest.mark.parametrize("kind, items", [("short_page", 1), ("empty_page", 0)])
def test_a_page_may_be_short_or_empty_and_have_another_after_it(google, client, kind, items):
    ids = [client.insert()["id"] for _ in range(3)]
    google.fault("events.list", kind)
    first = client.list()
    assert len(first["items"]) == items and "nextSyncToken" not in first
    rest = client.list(pageToken=first["nextPageToken"])
    assert [item["id"] for item in first["items"] + rest["items"]] == ids and rest["nextSyncToken"]


def test_a_sync_token_tells_what_changed_and_what_was_deleted(client):
    kept, moved, gone = (client.insert(summary=name)["id"] for name in ("kept", "moved", "gone"))
    token = client.list()["nextSyncToken"]
    assert client.list(syncToken=token)["items"] == []
    client.ok("PATCH", f"calendars/primary/events/{moved}", json=at("15:00", "16:00"))
    client.ok("DELETE", f"calendars/primary/events/{gone}", status=204)
    added = client.insert(summary="added")["id"]
    changes = client.list(syncToken=token)
    by_id = {item["id"]: item for item in changes["items"]}
    assert set(by_id) == {moved, gone, added} and kept not in by_id
    assert by_id[gone]["status"] == "cancelled" and "summary" not in by_id[gone]
    assert client.list(syncToken=changes["nextSyncToken"])["items"] == []
    assert len(client.list(syncToken=token)["items"]) == 3, "an old token still tells the same"


def test_what_changes_while_pages_are_turned_comes_with_the_next_sync(client):
    ids = [client.insert()["id"] for _ in range(3)]
    first = client.list(maxResults=2)
    client.ok("PATCH", f"calendars/primary/events/{ids[0]}", json={"summary": "meanwhile"})
    client.ok("DELETE", f"calendars/primary/events/{ids[1]}", status=204)
    last = client.list(maxResults=2, pageToken=first["nextPageToken"])
    assert [item["id"] for item in last["items"]] == [ids[2]]
    assert {item["id"] for item in client.list(syncToken=last["nextSyncToken"])["items"]} == {ids[0], ids[1]}


def test_a_sync_has_pages_too(client):
    token = client.list()["nextSyncToken"]
    ids = [client.insert()["id"] for _ in range(3)]
    first = client.list(syncToken=token, maxResults=2)
    last = client.list(syncToken=token, maxResults=2, pageToken=first["nextPageToken"])
    assert [item["id"] for item in first["items"] + last["items"]] == ids
    assert client.list(syncToken=last["nextSyncToken"])["items"] == []


@pytest.mark.parametrize("name, value", [
    ("timeMin", DAY["timeMin"]), ("timeMax", DAY["timeMax"]), ("q", "x"), ("orderBy", "updated"), ("iCalUID", "x@google.com"),
    ("updatedMin", "2026-11-20T00:00:00Z"), ("privateExtendedProperty", "a=b")])
def test_a_sync_token_goes_with_no_other_choice(client, name, value):
    token = client.list()["nextSyncToken"]
    fails(client.call("GET", "calendars/primary/events", params={"syncToken": token, name: value}), 400, "invalid")


def test_sync_tokens_grow_old(google, client):
    client.insert()
    token = client.list()["nextSyncToken"]
    google.post("calendars", account=COMPANY, id=COMPANY, forget_sync=True)
    fails(client.call("GET", "calendars/primary/events", params={"syncToken": token}), 410, "fullSyncRequired")
    assert client.list(syncToken=client.list()["nextSyncToken"])["items"] == []
    fails(client.call("GET", "calendars/primary/events", params={"syncToken": "nonsense"}), 400, "invalid")


# --- busy times ---

def test_busy_is_what_takes_time_merged_and_in_utc(google, client):
    client.insert(**at("10:00", "11:00"))
    client.insert(**at("10:30", "12:00"))
    client.insert(**at("15:00", "16:00"))
    assert client.hours() == [("2026-12-01T02:00:00Z", "2026-12-01T04:00:00Z"), ("2026-12-01T07:00:00Z", "2026-12-01T08:00:00Z")]
    assert client.hours(timeZone="Asia/Makassar")[1] == ("2026-12-01T15:00:00+08:00", "2026-12-01T16:00:00+08:00")
    # half open: what ends when the range begins is not in it
    assert client.hours(timeMin="2026-12-01T12:00:00+08:00", timeMax="2026-12-01T15:00:00+08:00") == []


@pytest.mark.parametrize("event, busy", [
    ({}, True), ({"transparency": "transparent"}, False), ({"eventType": "workingLocation"}, False),
    ({"eventType": "outOfOffice"}, True), ({"eventType": "focusTime"}, True), ({"status": "tentative"}, True),
    ({"status": "cancelled"}, False),
    ({"organizer": {"email": "x@example.org"}, "attendees": [{"email": COMPANY, "responseStatus": "declined"}]}, False),
    ({"organizer": {"email": "x@example.org"}, "attendees": [{"email": COMPANY, "responseStatus": "needsAction"}]}, True),
    ({"organizer": {"email": "x@example.org"}, "attendees": [{"email": COMPANY, "responseStatus": "tentative"}]}, True),
    ({"attendees": [{"email": "guest@example.org", "responseStatus": "declined"}]}, True),
])
def test_what_is_free_and_what_is_busy(google, client, event, busy):
    google.post("events", account=COMPANY, event={**at("10:00", "11:00"), **event})
    assert bool(client.hours()) == busy


ZONES = ["UTC", "Asia/Makassar", "Europe/Moscow", "Asia/Kathmandu", "America/New_York", "Europe/Berlin", "Europe/Dublin",
         "Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns", "America/Santiago", "Pacific/Kiritimati", "Africa/Casablanca",
         "Asia/Tehran", "Pacific/Apia"]
# winter, summer, the days of the change here and there, and long after the last one that a file of the database lists
DAYS = ["2026-01-15", "2026-03-08", "2026-03-29", "2026-04-05", "2026-07-01", "2026-10-04", "2026-10-25", "2026-11-01", "2050-07-01",
        "2050-12-01"]


@pytest.mark.parametrize("zone", ZONES)
def test_an_all_day_event_is_a_day_of_the_calendars_zone(google, client, zone):
    google.account(COMPANY, zone=zone)
    for day in DAYS:
        first = datetime.date.fromisoformat(day)
        last = first + datetime.timedelta(days=1)
        google.post("events", account=COMPANY, event=all_day(day, str(last)))
        start, end = (datetime.datetime(d.year, d.month, d.day, tzinfo=zoneinfo.ZoneInfo(zone)) for d in (first, last))
        asked = {"timeMin": utc(start - datetime.timedelta(days=2)), "timeMax": utc(end + datetime.timedelta(days=2))}
        assert (utc(start), utc(end)) in client.hours(**asked), (zone, day)
        # and in the zone itself it begins at midnight
        assert client.hours(timeZone=zone, **asked)[0][0].startswith(f"{day}T00:00:00")


def test_a_time_without_an_offset_is_one_of_its_zone_or_else_the_calendars(google, client):
    google.account(COMPANY, zone="America/New_York")
    own = client.insert(start={"dateTime": "2026-07-01T10:00:00", "timeZone": "Europe/Berlin"},
                        end={"dateTime": "2026-07-01T11:00:00", "timeZone": "Europe/Berlin"})
    assert own["start"] == {"dateTime": "2026-07-01T04:00:00-04:00", "timeZone": "Europe/Berlin"}
    calendars = client.insert(start={"dateTime": "2026-12-01T10:00:00"}, end={"dateTime": "2026-12-01T11:00:00"})
    assert calendars["end"]["dateTime"] == "2026-12-01T11:00:00-05:00"
    # the hour that is skipped, and the one that is there twice
    skipped = client.insert(start={"dateTime": "2026-03-08T02:30:00"}, end={"dateTime": "2026-03-08T04:00:00"})
    assert skipped["start"]["dateTime"] == "2026-03-08T03:30:00-04:00"
    twice = client.insert(start={"dateTime": "2026-11-01T01:30:00"}, end={"dateTime": "2026-11-01T03:00:00"})
    assert twice["start"]["dateTime"] == "2026-11-01T01:30:00-04:00" and twice["end"]["dateTime"] == "2026-11-01T03:00:00-05:00"


def test_days_move_with_the_calendars_zone(google, client):
    google.post("events", account=COMPANY, event=all_day("2026-12-01", "2026-12-02"))
    google.account(COMPANY, zone="Europe/Moscow")
    assert client.hours(timeMin="2026-11-29T00:00:00Z", timeMax="2026-12-04T00:00:00Z") == [
        ("2026-11-30T21:00:00Z", "2026-12-01T21:00:00Z")]


def test_a_calendar_that_cannot_be_told_of_has_an_error_inside_the_200(google, client):
    google.post("events", account=COMPANY, event=at("10:00", "11:00"))
    got = client.busy("primary", "no@group.calendar.google.com", PRIVATE)
    assert len(got["primary"]["busy"]) == 1 and "errors" not in got["primary"]
    for name in ("no@group.calendar.google.com", PRIVATE):
        assert got[name] == {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    google.fault("freebusy.query", "busy_error")
    assert client.busy()["primary"]["errors"][0]["reason"] == "internalError"
    google.post("calendars", account=COMPANY, id=COMPANY, unreadable="internalError")
    assert client.busy()["primary"]["errors"][0]["reason"] == "internalError"
    google.post("calendars", account=COMPANY, id=COMPANY, unreadable="")
    assert len(client.hours()) == 1


def test_the_ends_of_the_calendar_are_no_end_of_it(google, client):
    google.post("events", account=COMPANY, event=all_day("0000-01-01", "0000-01-02"))
    google.post("events", account=COMPANY, event=all_day("9999-12-30", "9999-12-31"))
    assert client.hours(timeMin="0000-01-01T00:00:00Z", timeMax="0000-02-01T00:00:00Z")[0][1] == "0000-01-01T16:02:24Z"  # local mean time
    assert len(client.hours(timeMin="9999-12-01T00:00:00Z", timeMax="9999-12-31T23:59:59Z")) == 1


def test_ranges_and_numbers_have_limits(client):
    long = {"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2027-03-01T00:00:01Z"}
    ask = lambda **body: client.call("POST", "freeBusy", json=body)
    assert ask(timeMin=long["timeMin"], timeMax="2027-03-01T00:00:00Z", items=[{"id": "primary"}]).status_code == 200
    fails(ask(**long, items=[{"id": "primary"}]), 400, "timeRangeTooLong")
    fails(ask(timeMin=DAY["timeMax"], timeMax=DAY["timeMin"], items=[]), 400, "timeRangeEmpty")
    fails(ask(timeMin=DAY["timeMin"], items=[]), 400, "required")
    fails(ask(timeMin="yesterday", timeMax=DAY["timeMax"], items=[]), 400, "invalid")
    names = [f"c{i}@group.calendar.google.com" for i in range(51)]
    assert {e["errors"][0]["reason"] for e in client.busy(*names).values()} == {"tooManyCalendarsRequested"}
    assert {e["errors"][0]["reason"] for e in client.busy(*names[:50]).values()} == {"notFound"}


# --- faults on command ---

@pytest.mark.parametrize("kind, status, reason", [
    ("429", 429, "rateLimitExceeded"), ("rateLimitExceeded", 403, "rateLimitExceeded"),
    ("userRateLimitExceeded", 403, "userRateLimitExceeded"), ("quotaExceeded", 403, "quotaExceeded"),
    ("500", 500, "backendError"), ("503", 503, "backendError"), ("authError", 401, "authError"),
    ("insufficientPermissions", 403, "insufficientPermissions"), ("duplicate", 409, "duplicate"), ("deleted", 410, "deleted"),
    ("fullSyncRequired", 410, "fullSyncRequired"), ("updatedMinTooLongAgo", 410, "updatedMinTooLongAgo"),
    ("conditionNotMet", 412, "conditionNotMet"), ("forbiddenForNonOrganizer", 403, "forbiddenForNonOrganizer"),
    ("timeRangeTooLong", 400, "timeRangeTooLong"),
])
def test_every_refusal_can_be_ordered_and_has_no_effect(google, client, kind, status, reason):
    google.fault("events.insert", kind, account=COMPANY)
    fails(client.call("POST", "calendars/primary/events", json=at("10:00", "11:00")), status, reason)
    assert client.list()["items"] == []
    client.insert()
    assert google.faults_left() == []


def test_an_insert_whose_answer_is_lost_has_been_made(google, client):
    mine = some_id()
    event = {"id": mine, "summary": "Call", "extendedProperties": {"private": {"booking": "7"}}, **at("10:00", "11:00")}
    google.fault("events.insert", "reset_after")
    with pytest.raises(requests.ConnectionError):
        client.call("POST", "calendars/primary/events", json=event)
    fails(client.call("POST", "calendars/primary/events", json=event), 409, "duplicate")
    assert client.ok("GET", f"calendars/primary/events/{mine}")["extendedProperties"]["private"] == {"booking": "7"}
    assert [call.get("answer") for call in google.journal(on="events.insert")] == ["lost", None]


def test_connections_die_answers_come_as_html_and_late(google, client):
    google.fault("calendar", "502html")
    answer = client.call("GET", "users/me/calendarList")
    assert answer.status_code == 502 and "<html" in answer.text
    google.fault("calendar", "reset_before")
    with pytest.raises(requests.ConnectionError):
        client.call("POST", "calendars/primary/events", json=at("10:00", "11:00"))
    assert client.list()["items"] == []
    google.fault("calendar", "hang")
    with pytest.raises(requests.exceptions.ReadTimeout):
        google.http.post(f"{google.base}/google/calendar/v3/calendars/primary/events", json=at("10:00", "11:00"), timeout=0.2,
                         headers={"Authorization": f"Bearer {client.token}"})
    assert client.list()["items"] == []
    google.fault("calendar", "slow", ms=1)
    assert client.ok("GET", "users/me/calendarList")["items"]


def test_the_journal_has_the_bodies_and_the_queries_and_no_token(google, client):
    client.insert(id=some_id(), summary="Villa", params={"sendUpdates": "all", "conferenceDataVersion": 1})
    call, = google.journal(on="events.insert")
    assert (call["method"], call["path"], call["account"]) == ("POST", "/google/calendar/v3/calendars/primary/events", COMPANY)
    assert call["params"] == {"sendUpdates": "all", "conferenceDataVersion": "1"} and call["body"]["summary"] == "Villa"
    assert client.token not in str(google.journal())


# --- by hand ---

def test_events_are_added_moved_and_deleted_by_hand(google, client):
    token = client.list()["nextSyncToken"]
    made = google.post("events", account=COMPANY, event={"summary": "Dentist", **at("10:00", "11:00")})["event"]
    assert client.hours() == [("2026-12-01T02:00:00Z", "2026-12-01T03:00:00Z")]
    google.post("events", account=COMPANY, event={**made, **at("12:00", "13:00")})
    assert client.hours() == [("2026-12-01T04:00:00Z", "2026-12-01T05:00:00Z")]
    google.post("events", account=COMPANY, delete=made["id"])
    assert client.hours() == []
    assert [item["status"] for item in client.list(syncToken=token)["items"]] == ["cancelled"]
    shown = google.control("GET", "events", params={"account": COMPANY})["events"]
    assert [(event["id"], event["status"]) for event in shown] == [(made["id"], "cancelled")]


@pytest.mark.parametrize("path, body", [
    ("events", {"account": "nobody@example.org", "event": {}}), ("events", {"account": COMPANY}),
    ("events", {"account": COMPANY, "event": {"summary": "x"}}), ("events", {"account": COMPANY, "delete": "nosuchevent"}),
    ("events", {"account": COMPANY, "event": {**at("10:00", "11:00"), "organizer": {}}}),
    ("events", {"account": COMPANY, "event": {**at("10:00", "11:00"), "organizer": 5}}),
    ("events", {"account": COMPANY, "calendar": "nosuch", "event": at("10:00", "11:00")}),
    ("calendars", {"account": COMPANY, "role": "god"}), ("calendars", {"account": COMPANY, "zone": "Nowhere/At_All"}),
    ("calendars", {"account": COMPANY, "unreadable": "no \"reason\""}), ("accounts", {"email": "nobody"}), ("accounts", {}),
    ("tokens", {"account": COMPANY, "do": "nothing"}), ("project", {"audience": "everybody"}),
])
def test_control_calls_say_what_is_wrong(google, path, body):
    answer = google.http.post(f"{google.base}/sandbox/google/{path}", json=body, timeout=60)
    assert answer.status_code == 400 and answer.json()["error"], answer.text


def test_many_accounts_have_a_calendar_each(google):
    emails = [f"rep{i}@truerealestate.bali" for i in range(50)]
    for email in emails:
        google.account(email)
    tokens = {email: google.connect(email, login_hint=email, prompt="consent")["access_token"] for email in emails[::10]}
    for email, token in tokens.items():
        google.post("events", account=email, event={"summary": email, **at("10:00", "11:00")})
        items = google.calendar("GET", "calendars/primary/events", token).json()["items"]
        assert [item["summary"] for item in items] == [email]
