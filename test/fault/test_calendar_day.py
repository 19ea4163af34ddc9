"""A thousand reps' calendars for a day of Google's clock, with what goes wrong there in a day."""
import datetime
import hashlib
import random
import re
import secrets

import pytest
import requests

from support.database import tables
from support.google import BROWSER
from support.office import Office
from support.waiting import eventually

REPS = 1000
LOOKS = 6  # every four hours: no access token lives from one to the next
FIRST = 8_000_000_000
FAULTS = [("refresh", "502html"), ("refresh", "429"), ("refresh", "truncated"), ("refresh", "new_refresh_token"), ("events.list", "429"),
          ("events.list", "503"), ("events.list", "short_page"), ("events.list", "empty_page"), ("events.list", "fullSyncRequired"),
          ("events.list", "reset_after"), ("calendarList.list", "502html")]
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


def looks_are_over(office):
    """Every look that was due was tried; the clock must not go on in the midst of one, where a fresh token would be old at once."""
    office.db.calendar_jobs.update("due_at = now() + interval '1 hour'"
                                   " WHERE leased_until IS NULL AND due_at > now() AND due_at < now() + interval '50 minutes'")
    return office.db.calendar_jobs.value("count(*)", "WHERE leased_until IS NOT NULL OR due_at < now() + interval '50 minutes'") == 0


@pytest.mark.timeout(1500)
def test_a_day_of_a_thousand_calendars_ends_with_the_truth(make_world):
    office = Office(make_world)
    dice = random.Random(20261126)
    office.http = requests.Session()
    office.http.trust_env = False
    office.http.headers["User-Agent"] = BROWSER
    for number in range(REPS):
        connects(office, number)
    base = (datetime.datetime.now(UTC) + datetime.timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    truth = {number: {} for number in range(REPS)}
    for look in range(LOOKS):
        eventually(lambda: looks_are_over(office), timeout=300, what="the looks before are over")
        office.google.advance(4 * 3600)
        for number in dice.sample(range(REPS), REPS // 5):
            events = truth[number]
            if events and dice.random() < 0.4:
                gone = dice.choice(sorted(events))
                office.google.post("events", account=email(number), delete=gone)
                del events[gone]
                continue
            start = base + datetime.timedelta(hours=dice.randrange(200))
            end = start + datetime.timedelta(minutes=30 * dice.randrange(1, 6))
            event = {"summary": "Call", "start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}}
            if events and dice.random() < 0.3:
                event["id"] = dice.choice(sorted(events))
            made = office.google.post("events", account=email(number), event=event)["event"]["id"]
            events[made] = (start, end)
        for on, kind in dice.sample(FAULTS, 5):
            office.google.fault(on, kind, times=dice.randrange(1, 20), skip=dice.randrange(200))
        office.looks_again()
        if look == LOOKS // 2:
            office.oauth.kill()
            office.start()
            office.db.calendar_jobs.update("leased_until = NULL, due_at = now() WHERE leased_until IS NOT NULL")
            office.looks_again()
    office.google.no_faults()
    at = office.db.value("SELECT clock_timestamp()")  # a look that ends later began when all of the above had been done
    office.looks_again()

    def done():
        left = office.db.calendar_accounts.value("count(*)", "WHERE synced_at IS NULL OR synced_at < %s", at)
        if left:  # those that failed wait for their next time
            office.db.calendar_jobs.update("due_at = now() WHERE leased_until IS NULL AND due_at > now() AND rep IN"
                                           f" (SELECT rep FROM {tables.calendar_accounts} WHERE sync_failures > 0)")
            office.db.execute("NOTIFY salesreg_calendar")
        return left == 0
    eventually(done, timeout=600, what="every calendar has been read to its end")
    stored = {number: [] for number in range(REPS)}
    for row in office.db.rows(f"SELECT r.telegram_id, b.starts_at, b.ends_at FROM {tables.calendar_busy} b"
                              " JOIN sales_representatives r ON r.id = b.rep"):
        stored[row["telegram_id"] - FIRST].append((row["starts_at"], row["ends_at"]))
    assert {n: sorted(v) for n, v in stored.items()} == {n: sorted(v.values()) for n, v in truth.items()}
    assert office.db.calendar_accounts.rows("state, count(*)", "GROUP BY state")[0]["state"] == "connected"
    assert office.db.calendar_accounts.value("count(*)", "WHERE state <> 'connected' OR refresh_token IS NULL") == 0
    assert not office.oauth.lines("1//|ya29") and not re.search("code=", office.oauth.log)
