"""
When reps work, as the database makes it of local times: in thirty zones, over every change of the clocks, against zoneinfo,
which is asked minute by minute what the clocks show.
"""
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from support.database import tables
from test_plans import session_settings
from test_statements import ALL

TEXTS = {name: text for _, name, text in ALL}
UTC = timezone.utc
ZONES = [
    "Asia/Makassar", "Asia/Jakarta", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Asia/Beirut", "Asia/Jerusalem", "Asia/Tokyo",
    "Asia/Vladivostok", "Europe/Moscow", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Africa/Cairo",
    "Africa/Casablanca", "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Havana", "America/Santiago",
    "America/Sao_Paulo", "America/Nuuk", "Atlantic/Azores", "Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe",
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "UTC",
]
# in minutes of the day: nights, where clocks change, in pieces; and what ends at midnight
HOURS = [(0, 30), (45, 90), (90, 135), (140, 170), (170, 400), (600, 780), (840, 1140), (1380, 1410), (1410, 1440)]
REP = "00000000-0000-0000-0000-000000000001"


def to_time(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"


def offset(instant, zone):
    return instant.astimezone(zone).utcoffset()


def changes(zone, first, last):
    """Local days on which the clocks change, and their neighbours."""
    day, found = first, set()
    while day < last:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        if offset(noon, zone) != offset(noon + timedelta(days=1), zone):
            found |= {day + timedelta(days=n) for n in (-1, 0, 1, 2)}
        day += timedelta(days=1)
    return found


def clock(zone, day):
    """Minute of a local day → at which instants the clocks show it: one, or none, or two."""
    # no change of the clocks is by three hours
    start = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC) - timedelta(hours=15)
    found = {}
    for n in range(60 * 30):
        instant = start + timedelta(minutes=n)
        local = instant.astimezone(zone)
        if local.date() == day:
            found.setdefault(local.hour * 60 + local.minute, []).append(instant)
    return found


def model(shown, opens, closes):
    """
    The stretches of time in which clocks show nothing but what is within the hours: one, or two where an hour comes twice. The
    window is the one that begins when it is `opens` for the last time; where clocks skip that, the only one.
    """
    stretches = []
    for instant in sorted(i for minute in range(opens, closes) for i in shown.get(minute, [])):
        if stretches and instant == stretches[-1][1]:
            stretches[-1][1] += timedelta(minutes=1)
        else:
            stretches.append([instant, instant + timedelta(minutes=1)])
    if opens not in shown:
        assert len(stretches) <= 1
        return stretches[0] if stretches else None
    begins = shown[opens][-1]
    return next([begins, ends] for starts, ends in stretches if starts <= begins < ends)


@pytest.fixture(scope="module")
def cursor(postgres, template):
    postgres.create("zones", template)
    connection = postgres.connect("zones")
    with connection.cursor() as cursor:
        cursor.execute(session_settings() + "; SET search_path = ''")
        for weekday in range(1, 8):
            for opens, closes in HOURS:
                cursor.execute(f"INSERT INTO {tables.rep_hours} VALUES (%s, %s, %s, %s)", (REP, weekday, to_time(opens), to_time(closes)))
        cursor.execute(f"PREPARE windows AS {TEXTS['hours_windows']}")
        yield cursor
    connection.close()
    postgres.drop("zones")


def windows(cursor, zone, noon_us, days=1):
    cursor.execute("EXECUTE windows (%s::uuid[], '{}', %s, %s, %s, NULL)", ([REP], days, zone, noon_us))
    return [(n, date(1970, 1, 1) + timedelta(days=day), datetime.fromtimestamp(starts / 1e6, UTC), datetime.fromtimestamp(ends / 1e6, UTC))
            for _, _, n, day, _, starts, ends, _ in cursor.fetchall()]


def us(instant):
    return int(instant.timestamp()) * 1_000_000


@pytest.mark.parametrize("name", ZONES)
def test_each_window_is_what_the_clocks_of_the_zone_show(cursor, name):
    zone = ZoneInfo(name)
    days = {date(2026, 2, 28), date(2028, 2, 29), date(2026, 12, 31)} | changes(zone, date(2026, 1, 1), date(2027, 12, 30))
    for day in sorted(days):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
        found = {}
        for number, local, starts, ends in windows(cursor, name, us(noon)):
            assert (number, local) == (0, day)
            assert ends > starts
            found[starts] = ends
        shown = clock(zone, day)
        expected = dict(filter(None, (model(shown, opens, closes) for opens, closes in HOURS)))
        assert found == expected, (name, day)


@pytest.mark.parametrize("name", ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Pacific/Chatham"])
def test_windows_of_a_year_never_overlap_and_days_are_counted_by_date(cursor, name):
    start = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(name))
    found = windows(cursor, name, us(start), 365)
    assert [day for day in dict.fromkeys(local for _, local, _, _ in found)] == [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert all(local == date(2026, 1, 1) + timedelta(days=number) for number, local, _, _ in found)
    for before, after in zip(found, found[1:]):
        assert before[3] <= after[2], (name, before, after)


def test_the_zone_is_the_reps_then_the_calendars_then_the_servers(cursor):
    def zone():
        cursor.execute("EXECUTE windows (%s::uuid[], '{}', 1, 'Asia/Makassar', 0, NULL)", ([REP],))
        return {row[4] for row in cursor.fetchall()}
    cursor.execute("BEGIN")
    assert zone() == {"Asia/Makassar"}
    cursor.execute(f"INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes, time_zone) VALUES (%s, 's', 'e', '', 'Europe/Berlin')", (REP,))
    assert zone() == {"Europe/Berlin"}
    cursor.execute(f"INSERT INTO {tables.rep_schedule} (rep, time_zone) VALUES (%s, 'Asia/Kathmandu')", (REP,))
    assert zone() == {"Asia/Kathmandu"}
    cursor.execute(f"UPDATE {tables.rep_schedule} SET time_zone = 'Mars/Olympus'")
    assert zone() == {"Europe/Berlin"}
    cursor.execute(f"UPDATE {tables.calendar_accounts} SET time_zone = 'Mars/Olympus'")
    assert zone() == {"Asia/Makassar"}
    cursor.execute("EXECUTE windows (%s::uuid[], '{}', 1, '/etc/nothing', 0, NULL)", ([REP],))
    assert {row[4] for row in cursor.fetchall()} == {"UTC"}
    cursor.execute("ROLLBACK")


def test_a_day_off_has_no_window_and_only_that_day(cursor):
    cursor.execute("BEGIN")
    cursor.execute(f"INSERT INTO {tables.days_off} VALUES (%s, '2026-12-25'), (%s, '2026-12-27')", (REP, REP))
    found = windows(cursor, "Asia/Makassar", us(datetime(2026, 12, 24, 16, tzinfo=UTC)), 4)
    assert {(number, local.isoformat()) for number, local, _, _ in found} == {(1, "2026-12-26"), (3, "2026-12-28")}
    cursor.execute("ROLLBACK")
