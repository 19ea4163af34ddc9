"""
`salesreg rep slots`: free times from hours, calendars and rules, against a model that looks at every five minutes, in zones of
all kinds, over changes of the clocks both ways.
"""
import json
import random
import subprocess
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from support.database import Database, tables
from support.process import run

UTC = timezone.utc
REP = "00000000-0000-0000-0000-000000000001"
EMAIL = "anna@truerealestate.bali"
TICK = timedelta(minutes=5)
# a zone, and a local day on or before which its clocks change
PLACES = [
    ("Asia/Makassar", "2026-12-30"), ("Asia/Kathmandu", "2027-02-27"), ("Pacific/Chatham", "2027-04-03"), ("Pacific/Chatham", "2026-09-26"),
    ("Europe/Berlin", "2027-03-27"), ("Europe/Berlin", "2026-10-24"), ("America/New_York", "2027-03-13"), ("America/New_York", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-10-03"), ("Australia/Lord_Howe", "2027-04-03"), ("America/Havana", "2027-03-13"),
    ("America/Havana", "2026-10-31"), ("Africa/Cairo", "2027-04-29"), ("America/Santiago", "2027-04-03"), ("America/Santiago", "2026-09-05"),
    ("America/St_Johns", "2027-03-13"), ("Asia/Beirut", "2027-03-27"), ("Europe/Lisbon", "2026-10-24"), ("Africa/Casablanca", "2027-02-06"),
    ("Pacific/Kiritimati", "2026-12-31"), ("Asia/Tehran", "2027-03-20"), ("Atlantic/Azores", "2027-03-27"), ("Australia/Adelaide", "2026-10-03"),
    ("Pacific/Auckland", "2026-09-26"), ("Europe/London", "2027-03-27"), ("Europe/Dublin", "2026-10-24"), ("America/Nuuk", "2027-03-27"),
    ("Asia/Kolkata", "2027-01-25"), ("America/Sao_Paulo", "2027-02-20"), ("Asia/Jerusalem", "2027-03-25"), ("Africa/Lagos", "2027-06-01"),
    ("UTC", "2028-02-28"),
]


@pytest.fixture(scope="module")
def anna(postgres, template):
    postgres.create("slots_zones", template)
    db = Database(postgres, "slots_zones")
    db.execute("INSERT INTO sales_representatives (id, telegram_id, name, email) VALUES (%s, 1, 'Anna Petrova', %s)", REP, EMAIL)
    db.execute(f"INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes, time_zone, synced_at)"
               " VALUES (%s, 's', 'e', '', 'UTC', now())", REP)
    for calendar, conflicts in (("own", True), ("other", True), ("holidays", False)):
        db.execute(f"INSERT INTO {tables.calendars} (rep, calendar_id, summary, role, is_primary, selected, conflicts, synced_at, full_at)"
                   " VALUES (%s, %s, '', 'owner', false, true, %s, now(), now())", REP, calendar, conflicts)
    yield db
    db.close()
    postgres.drop("slots_zones")


# the machine's clock, so many seconds ahead
AHEAD = r"""
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t)
{
	int result = (int)syscall(SYS_clock_gettime, id, t);
	if (id == CLOCK_REALTIME && getenv("SECONDS_AHEAD"))
		t->tv_sec += atol(getenv("SECONDS_AHEAD"));
	return result;
}
"""


@pytest.fixture(scope="module")
def ahead(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ahead")
    (folder / "ahead.c").write_text(AHEAD)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "ahead.so", folder / "ahead.c"], check=True)
    return folder / "ahead.so"


def asked(db, *options, **settings):
    return run("rep", "slots", EMAIL, *options, settings={"DATABASE_URL": db.url, "TZ": "UTC", **settings})


def slots(db, *options, **settings):
    done = asked(db, "--json", "--limit", "10000", *options, **settings)
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout)


def slots_by_clock(db, ahead, clock, at):
    """As of `at`, on a machine whose clock shows `clock`."""
    seconds = int((clock - datetime.now(UTC)).total_seconds())
    return slots(db, "--at", at.isoformat(), LD_PRELOAD=str(ahead), SECONDS_AHEAD=seconds,
                 ASAN_OPTIONS="exitcode=99:detect_leaks=1:verify_asan_link_order=0")


def windows(zone, day, ranges):
    """What the clocks show, five minutes at a time: stretches within the hours; of an hour that comes twice, see test_hours_zones."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    shown = {}
    for n in range(12 * 54):
        local = (start + n * TICK).astimezone(zone)
        if local.date() == day:
            shown.setdefault(local.hour * 60 + local.minute, []).append(start + n * TICK)
    for opens, closes in ranges:
        inside = sorted(i for minute in range(opens, closes, 5) for i in shown.get(minute, []))
        if inside:
            begins = shown[opens][-1] if opens in shown else inside[0]
            ends = begins
            while ends in inside:
                ends += TICK
            yield begins, ends


def model(zone, at, week, off, busy, rules):
    length, step, before, after = (timedelta(minutes=rules[k]) for k in ("slot", "step", "before", "after"))
    earliest, latest = at + timedelta(minutes=rules["notice"]), at + timedelta(days=rules["horizon"])
    today = at.astimezone(zone).date()
    for n in range(rules["horizon"] + 1):
        day = today + timedelta(days=n)
        if day in off:
            continue
        for begins, ends in windows(zone, day, week.get(day.isoweekday(), [])):
            slot = begins
            while slot + length <= ends:
                if earliest <= slot <= latest and all(b >= slot + length + after or e <= slot - before for b, e in busy):
                    yield slot
                slot += step


@pytest.mark.parametrize("name,day", PLACES, ids=lambda v: v)
def test_slots_are_those_of_the_model(anna, ahead, name, day):
    chance = random.Random(name + day)
    zone = ZoneInfo(name)
    day = datetime.fromisoformat(day).date()
    at = datetime(day.year, day.month, day.day, chance.randrange(24), chance.randrange(0, 60, 5), tzinfo=zone).astimezone(UTC) - timedelta(days=1)
    week = {}
    for weekday in range(1, 8):
        edges = sorted(chance.sample(range(0, 1441, 15), 6))
        week[weekday] = list(zip(edges[::2], edges[1::2]))
    week[chance.randrange(1, 8)] = [(0, 1440)]
    off = {day + timedelta(days=chance.randrange(2, 5))}
    busy = {calendar: [] for calendar in ("own", "other", "holidays")}
    for _ in range(40):
        begins = at + timedelta(minutes=5 * chance.randrange(-200, 5 * 288))
        busy[chance.choice(list(busy))].append((begins, begins + timedelta(minutes=5 * chance.randrange(1, 30))))
    rules = {"slot": chance.choice([15, 30, 45, 60]), "step": chance.choice([15, 20, 30]), "before": chance.choice([0, 5, 15]),
             "after": chance.choice([0, 10]), "notice": chance.choice([0, 60, 600]), "horizon": chance.choice([3, 5])}
    for table in (tables.rep_hours, tables.days_off, tables.rep_schedule, tables.calendar_busy):
        anna.execute(f"DELETE FROM {table}")
    for weekday, ranges in week.items():
        for opens, closes in ranges:
            anna.execute(f"INSERT INTO {tables.rep_hours} VALUES (%s, %s, make_time(%s, %s, 0), make_time(%s, %s, 0))", REP, weekday,
                         opens // 60, opens % 60, closes // 60, closes % 60)
    for one in off:
        anna.execute(f"INSERT INTO {tables.days_off} VALUES (%s, %s)", REP, one)
    for calendar, events in busy.items():
        for n, (begins, ends) in enumerate(events):
            anna.execute(f"INSERT INTO {tables.calendar_busy} VALUES (%s, %s, %s, %s, %s)", REP, calendar, str(n), begins, ends)
    anna.execute(f"INSERT INTO {tables.rep_schedule} (rep, time_zone, slot_minutes, step_minutes, buffer_before_minutes, buffer_after_minutes,"
                 " notice_minutes, horizon_days) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", REP, name, *rules.values())
    found = slots_by_clock(anna, ahead, at - timedelta(days=chance.randrange(1, 50)), at)
    assert (found["time_zone"], found["unknown"]) == (name, None)
    expected = list(model(zone, at, week, off, busy["own"] + busy["other"], rules))
    assert [datetime.fromtimestamp(slot["starts_at"], UTC) for slot in found["slots"]] == expected
    assert expected, "it proves nothing"
    for slot in found["slots"]:
        assert slot["ends_at"] - slot["starts_at"] == rules["slot"] * 60
        assert datetime.fromtimestamp(slot["starts_at"], zone).strftime("%Y-%m-%d %H:%M") == slot["local"]


@pytest.mark.parametrize("change,why,said", [
    (f"UPDATE {tables.calendar_accounts} SET state = 'reconnect'", "reconnect", "the calendar is to be connected again"),
    (f"UPDATE {tables.calendars} SET error = 'notFound' WHERE calendar_id = 'other'", "failed", "a calendar could not be read"),
    (f"UPDATE {tables.calendars} SET synced_at = NULL WHERE calendar_id = 'own'", "unread", "the calendar has not been read yet"),
    (f"UPDATE {tables.calendars} SET full_at = NULL WHERE calendar_id = 'own'", "unread", "the calendar has not been read yet"),
    (f"DELETE FROM {tables.calendars}", "unread", "the calendar has not been read yet"),
    (f"UPDATE {tables.calendar_accounts} SET synced_at = NULL", "unread", "the calendar has not been read yet"),
    (f"UPDATE {tables.calendar_accounts} SET synced_at = now() - interval '5 days'", "old", "the calendar has not been read for an hour or more"),
    (f"UPDATE {tables.calendars} SET synced_at = now() - interval '61 minutes' WHERE calendar_id = 'own'", "old",
     "the calendar has not been read for an hour or more"),
    (f"UPDATE {tables.calendars} SET synced_at = now() - interval '5 days' WHERE calendar_id = 'holidays'", None, None),
    (f"UPDATE {tables.calendars} SET error = 'notFound', synced_at = NULL WHERE calendar_id = 'holidays'", None, None),
    (f"UPDATE {tables.calendar_accounts} SET state = 'disconnected'", None, None),
    (f"DELETE FROM {tables.calendar_accounts}", None, None),
])
def test_what_is_not_known_is_never_free(make_world, change, why, said):
    db = make_world().db
    db.execute("INSERT INTO sales_representatives (id, telegram_id, name, email) VALUES (%s, 1, 'Anna Petrova', %s)", REP, EMAIL)
    db.calendar_accounts.insert("(rep, sub, email, scopes, synced_at) VALUES (%s, 's', 'e', '', now())", REP)
    for calendar in ("own", "other", "holidays"):
        db.calendars.insert("(rep, calendar_id, summary, role, is_primary, selected, conflicts, synced_at, full_at)"
                            " VALUES (%s, %s, '', 'owner', false, true, %s, now(), now())", REP, calendar, calendar != "holidays")
    assert run("rep", "set-hours", EMAIL, "daily 0-24", settings={"DATABASE_URL": db.url}).returncode == 0
    assert len(slots(db)["slots"]) > 500
    db.execute(change)
    found = slots(db)
    assert found["unknown"] == why and bool(found["slots"]) == (why is None)
    if why:
        shown = asked(db)
        assert shown.stdout == f"No slots: {said}.\n"


def test_no_hours_no_slots(anna):
    anna.execute(f"DELETE FROM {tables.rep_hours}")
    shown = asked(anna)
    assert (shown.returncode, shown.stdout) == (0, "No free slots.\n")


def set_hours(db, *options):
    done = run("rep", "set-hours", EMAIL, "daily 0-24", *options, settings={"DATABASE_URL": db.url})
    assert done.returncode == 0, done


@pytest.fixture
def daily(make_world):
    db = make_world().db
    db.execute("INSERT INTO sales_representatives (id, telegram_id, name, email) VALUES (%s, 1, 'Anna Petrova', %s)", REP, EMAIL)
    set_hours(db, "--horizon", "14")
    return db


def test_slots_of_the_past_are_refused(daily):
    for ago in (timedelta(minutes=2), timedelta(days=400)):
        at = (datetime.now(UTC) - ago).isoformat()
        done = asked(daily, "--at", at)
        assert (done.returncode, done.stdout) == (64, "")
        assert f"rep slots: --at {at}: that time is over; without --at it is now" in done.stderr


def test_a_time_just_written_down_is_now(daily):
    """`--at "$(date -Is)"` has no fraction of a second, and a command takes a moment to start."""
    now = datetime.now(UTC)
    found = slots(daily, "--at", (now - timedelta(seconds=20)).isoformat())["slots"]
    assert found and found[0]["starts_at"] >= now.timestamp()


@pytest.mark.parametrize("horizon", [1, 14, 58])
def test_slots_beyond_what_is_known_are_refused_with_the_latest_time(daily, horizon):
    set_hours(daily, "--horizon", str(horizon))
    before = datetime.now(UTC)
    done = asked(daily, "--at", (before + timedelta(days=58 - horizon, minutes=5)).isoformat())
    assert (done.returncode, done.stdout) == (1, "")
    assert f"known for 58 days ahead, and this rep can be booked {horizon} day{'s' * (horizon > 1)} ahead of that time" in done.stderr
    assert f"salesreg rep set-hours {EMAIL} --horizon DAYS" in done.stderr
    latest = done.stderr.partition("; give ")[2].partition(" at the latest")[0]
    at = datetime.fromisoformat(latest.replace("Z", "+00:00"))
    assert before.replace(microsecond=0) <= at - timedelta(days=58 - horizon) <= datetime.now(UTC)
    last = slots(daily, "--at", latest)["slots"][-1]
    assert last["starts_at"] > (at + timedelta(days=horizon, hours=-1)).timestamp()
