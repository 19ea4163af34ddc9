"""A thousand reps' calendars for a day of Google's clock, with what goes wrong there in a day."""
import collections
import datetime
import hashlib
import random
import re
import secrets
from pathlib import Path

import pytest
import requests

from support.database import tables
from support.google import BROWSER
from support.office import Office
from support.paths import BINARY
from support.waiting import eventually

REPS = 1000
FIRST = 8_000_000_000
SANITIZED = b"__asan_init" in BINARY.read_bytes()
# every half an hour, so that a token is good for two looks; with sanitizers every hour, and each look begins with a new one
LOOKS = 24 if SANITIZED else 48
STEP_S = 86400 // LOOKS
SICK = range(7, REPS, 50)
WELL = sorted(set(range(REPS)) - set(SICK))
FAULTS = [("refresh", "502html"), ("refresh", "429"), ("refresh", "truncated"), ("refresh", "new_refresh_token"), ("events.list", "429"),
          ("events.list", "503"), ("events.list", "short_page"), ("events.list", "empty_page"), ("events.list", "fullSyncRequired"),
          ("events.list", "reset_after"), ("calendarList.list", "502html")]
TOKEN_S = 3599 - 300  # of Google's; and another one is got so long before
UTC = datetime.timezone.utc


def email(number):
    return f"day{number}@truerealestate.bali"


def connects(office, number):
    """As by the bot's link, without the chat."""
    token = secrets.token_urlsafe(32)
    office.db.execute("INSERT INTO sales_representatives (telegram_id, name, email) VALUES (%s, 'Rep', %s)", FIRST + number, email(number))
    office.db.oauth_states.insert(
        "(state_hash, rep, user_id, expires_at) SELECT %s, id, telegram_id, now() + interval '1 hour' FROM sales_representatives"
        " WHERE telegram_id = %s", hashlib.blake2b(token.encode(), digest_size=32).hexdigest(), FIRST + number)
    office.google.account(email(number), zone="UTC")
    location = office.google.walk(office.to_google(f"{office.url}/oauth/start?s={token}"), email(number)).location
    assert office.get(location).headers["Location"].startswith("/oauth/done/connected/")


def full_office(make_world, reps):
    office = Office(make_world)
    office.http = requests.Session()
    office.http.trust_env = False
    office.http.headers["User-Agent"] = BROWSER
    for number in range(reps):
        connects(office, number)
    return office


def changes(office, dice, events, number, base):
    """By hand at Google: an event is made, moved or taken away."""
    if events and dice.random() < 0.4:
        gone = dice.choice(sorted(events))
        office.google.post("events", account=email(number), delete=gone)
        del events[gone]
        return
    start = base + datetime.timedelta(hours=dice.randrange(200))
    end = start + datetime.timedelta(minutes=30 * dice.randrange(1, 6))
    event = {"summary": "Call", "start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}}
    if events and dice.random() < 0.3:
        event["id"] = dice.choice(sorted(events))
    made = office.google.post("events", account=email(number), event=event)["event"]["id"]
    events[made] = (start, end)


class Day:
    """
    Google's clock and the database's, which the test turns together: the program reckons with the latter, so whatever it stored as
    a time becomes older. They are turned while no look is due or under way, since a token that was got in the midst of one would
    be old at once; what is due later waits aside until then, so that nothing begins meanwhile.
    """
    ASIDE = "interval '10 days'"

    def __init__(self, office):
        self.office = office

    def settle(self, numbers=range(REPS)):
        """Awaits that the looks of these that are due are over."""
        jobs, people = self.office.db.calendar_jobs, [FIRST + number for number in numbers]

        def is_quiet():
            jobs.update(f"due_at = due_at + {self.ASIDE} WHERE leased_until IS NULL AND due_at > now() AND due_at < now() + interval '1 day'")
            return jobs.value("count(*)", "j JOIN sales_representatives r ON r.id = j.rep WHERE j.due_at < now() + interval '1 day'"
                              " AND r.telegram_id = ANY (%s::bigint[])", people) == 0
        eventually(is_quiet, timeout=300, what="the looks that are due are over")

    def turn(self, seconds, numbers=range(REPS)):
        """These are looked at, if it is time for it; when that began."""
        self.office.google.advance(seconds)
        at = self.office.db.value("SELECT clock_timestamp()")
        older = f"- interval '{seconds} s'"
        self.office.db.execute(
            f"UPDATE {tables.calendar_accounts} SET access_expires_at = access_expires_at {older}, listed_at = listed_at {older},"
            f" synced_at = synced_at {older}; UPDATE {tables.calendars} SET synced_at = synced_at {older}, full_at = full_at {older};"
            f" UPDATE {tables.calendar_jobs} SET due_at = due_at {older} WHERE due_at < 'infinity'")
        self.come(numbers)
        return at

    def come(self, numbers):
        """These wait aside no more."""
        self.office.db.execute(
            f"UPDATE {tables.calendar_jobs} j SET due_at = due_at - {self.ASIDE} FROM sales_representatives r WHERE r.id = j.rep"
            " AND j.due_at > now() + interval '1 day' AND r.telegram_id = ANY (%s::bigint[]); NOTIFY salesreg_calendar",
            [FIRST + number for number in numbers])


class Calls:
    """What Google was asked, as its journal has it, which keeps the last 5,000."""

    def __init__(self, google):
        self.google = google
        self.last = google.control("GET", "journal", params={"limit": 1})["last_seq"]
        self.looks = self.now = 0
        self.minutes = collections.Counter()
        self.minutes_each = collections.Counter()
        self.refreshed = collections.defaultdict(list)  # by e-mail: when, those that were answered

    def read(self):
        calls = self.google.control("GET", "journal", params={"after": self.last, "limit": 5000})["calls"]
        for call in calls:
            assert call["seq"] == self.last + 1, "the journal is read often enough"
            self.last += 1
            self.now = call["time"] / 1e6
            self.minutes[call["time"] // 60_000_000] += 1
            self.minutes_each[call.get("account"), call["time"] // 60_000_000] += 1
            assert call["status"] != 401, f"with a token that is over: {call}"
            if call["on"] == "refresh" and call["status"] == 200 and "answer" not in call:
                self.refreshed[call["account"]].append(self.now)
            self.looks += call["on"] == "events.list"


def looked(office):
    """By number: how many looks there were and whether one is under way; whether the last one read everything, and when that was."""
    return {row["telegram_id"] - FIRST: row for row in office.db.rows(
        "SELECT r.telegram_id, j.attempts, j.leased_until, a.sync_failures = 0 AS well, a.synced_at, salesreg.calendar_doubt(r.id) AS doubt"
        f" FROM {tables.calendar_jobs} j JOIN {tables.calendar_accounts} a ON a.rep = j.rep JOIN sales_representatives r ON r.id = j.rep")}


def is_the_truth(office, truth):
    """What is stored of each rep; that all are connected; no token in the log."""
    stored = {number: [] for number in truth}
    for row in office.db.rows(f"SELECT r.telegram_id, b.starts_at, b.ends_at FROM {tables.calendar_busy} b"
                              " JOIN sales_representatives r ON r.id = b.rep"):
        stored[row["telegram_id"] - FIRST].append((row["starts_at"], row["ends_at"]))
    assert {n: sorted(v) for n, v in stored.items()} == {n: sorted(v.values()) for n, v in truth.items()}
    assert office.db.calendar_accounts.value("count(*)", "WHERE state <> 'connected' OR refresh_token IS NULL") == 0
    assert not [number for number, row in looked(office).items() if row["doubt"]]
    assert not office.oauth.lines("1//|ya29") and not re.search("code=", office.oauth.log)


def pss_kib(process):
    return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process.pid}/smaps_rollup").read_text(), re.M).group(1))


@pytest.mark.timeout(1500)
def test_a_day_of_a_thousand_calendars(make_world):
    """
    Two reps in a hundred are in trouble until the day ends, everybody is now and then, and the process is killed once. No pause
    after a look that read everything is longer than a step of the clock: everybody is looked at in each, whatever the others are in.
    """
    office = full_office(make_world, REPS)
    dice = random.Random(20261127)
    base = (datetime.datetime.now(UTC) + datetime.timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    truth = {number: {} for number in range(REPS)}
    day = Day(office)
    day.settle()
    calls = Calls(office.google)
    for number in SICK:
        office.google.fault("events.list", dice.choice(["503", "429"]), account=email(number), times=-1)
    first = seen = looked(office)
    assert len(seen) == REPS
    killed, pss = None, 0
    for step in range(1, LOOKS + 1):
        for number in dice.sample(range(REPS), REPS // 20):
            changes(office, dice, truth[number], number, base)
        for on, kind in dice.sample(FAULTS, 2):
            office.google.fault(on, kind, times=dice.randrange(1, 20), skip=dice.randrange(200))
        at = day.turn(STEP_S)
        if step == LOOKS // 2:
            office.db.calendar_jobs.eventually("count(*) > 0", "WHERE leased_until IS NOT NULL")
            office.oauth.kill()
            calls.read()
            killed = calls.now
            office.start()
            office.db.calendar_jobs.update("leased_until = NULL, due_at = now() WHERE leased_until IS NOT NULL")
        day.settle()
        calls.read()
        before, seen = seen, looked(office)
        for number in WELL:
            assert seen[number]["attempts"] > before[number]["attempts"], f"step {step}: {email(number)} was passed over"
            assert not seen[number]["well"] or seen[number]["synced_at"] > at
        assert step * STEP_S <= 3600 or all(seen[number]["doubt"] for number in SICK), "what is not known is never free"
        if step == LOOKS // 4:
            pss = pss_kib(office.oauth)
    grown = pss_kib(office.oauth) - pss
    office.google.no_faults()
    day.turn(3600)  # no pause is longer
    day.settle()
    is_the_truth(office, truth)
    # no job is lost, none is given up
    assert office.db.calendar_jobs.rows("kind, count(*)", "GROUP BY kind") == [["sync", REPS]]
    # a token is used while it is good, over the kill as well, unless that came between Google's answer and the table
    for address, times in calls.refreshed.items():
        assert not [(before, after) for before, after in zip(times, times[1:]) if after - before < TOKEN_S and not before <= killed < after], address
    assert min(len(calls.refreshed[email(number)]) for number in WELL) >= 20
    # Google's quotas, of a project and of a user; and those who are refused are asked less and less
    assert max(calls.minutes.values()) <= 10_000 and max(calls.minutes_each.values()) <= 600
    begun = {number: seen[number]["attempts"] - first[number]["attempts"] for number in range(REPS)}
    assert max(begun[number] for number in WELL) <= LOOKS * 1.2
    if not SANITIZED:
        assert max(begun[number] for number in SICK) < LOOKS * 3 / 4
        assert grown < 2048, f"{grown} KiB more than {pss}"  # with sanitizers what is freed is kept aside


def test_reps_whose_calls_hang_delay_nobody(make_world):
    """Half of the places for looks are taken by calls that Google does not answer; all the others' looks end meanwhile."""
    office = full_office(make_world, 40)
    day = Day(office)
    hanging, others = range(0, 40, 10), [number for number in range(40) if number % 10]
    day.settle()
    for number in hanging:
        office.google.fault("events.list", "hang", account=email(number))
    calls = Calls(office.google)
    day.turn(STEP_S, hanging)
    eventually(lambda: calls.read() or calls.looks == 4, what="four calls hang")
    before = looked(office)
    day.come(others)
    day.settle(others)
    seen = looked(office)
    assert all(seen[number]["attempts"] > before[number]["attempts"] and not seen[number]["doubt"] for number in others)
    assert all(seen[number]["leased_until"] for number in hanging), "they still hang"
    office.google.advance(600)  # the connections end
    day.settle()
    day.turn(STEP_S)
    day.settle()
    assert all(row["well"] and not row["doubt"] for row in looked(office).values())
