"""`salesreg rep set-hours`: the hours of a rep from the command line, in the same words as in the chat."""
import json
import re

import pytest

from support.database import tables
from support.paths import ROOT
from support.process import run

ZONE = "Asia/Makassar"


@pytest.fixture
def world(make_world):
    made = make_world(TZ=ZONE)
    made.start_bot()
    return made


@pytest.fixture
def anna(world):
    person = world.person()
    person.registers()
    return person


def call(world, *words):
    return run("rep", "set-hours", *words, settings={"DATABASE_URL": world.db.url, "TZ": ZONE})


def said(world, *words):
    done = call(world, *words, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout)


def refused(world, *words):
    done = call(world, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("salesreg rep: ") and done.stderr.count("\n") == 1
    return done.stderr


def test_what_is_set_is_shown_here_and_in_the_chat(world, anna):
    shown = said(world, anna.email)
    assert (shown["hours"], shown["time_zone"], shown["own_time_zone"], shown["days_off"]) == ("", ZONE, False, [])
    assert [shown[f"{k}_minutes"] for k in ("slot", "step", "buffer_before", "buffer_after", "notice")] == [30, 30, 0, 0, 120]
    assert (shown["horizon_days"], shown["most_a_day"]) == (14, 0)
    shown = said(world, anna.email.upper(), "пн-пт", "10-13", "14-19", "--zone", "asia/kathmandu", "--slot", "45", "--step", "15", "--buffer", "10",
                 "--notice=60", "--horizon", "30", "--most-a-day", "4")
    assert shown == {"name": anna.name, "email": anna.email, "time_zone": "Asia/Kathmandu", "own_time_zone": True, "days_off": [],
                     "hours": "Mon–Fri 10:00–13:00, 14:00–19:00", "slot_minutes": 45, "step_minutes": 15, "buffer_before_minutes": 10,
                     "buffer_after_minutes": 10, "notice_minutes": 60, "horizon_days": 30, "most_a_day": 4}
    anna.says("часы")
    anna.hears("hours_now", "hours_question", zone="Asia/Kathmandu", hours="пн–пт 10:00–13:00, 14:00–19:00")
    text = call(world, anna.email).stdout
    assert "Hours: Mon–Fri 10:00–13:00, 14:00–19:00\n" in text and "Asia/Kathmandu\n" in text and "4 at most" in text


def test_only_what_is_named_changes(world, anna):
    said(world, anna.email, "mon-sat 9-18", "--zone", "Europe/Berlin", "--buffer", "5", "--most-a-day", "2")
    shown = said(world, anna.email, "--buffer-after", "20")
    assert (shown["buffer_before_minutes"], shown["buffer_after_minutes"], shown["most_a_day"]) == (5, 20, 2)
    assert (shown["hours"], shown["time_zone"]) == ("Mon–Sat 09:00–18:00", "Europe/Berlin")
    shown = said(world, anna.email, "sun 10-12")
    assert (shown["hours"], shown["time_zone"], shown["buffer_after_minutes"]) == ("Sun 10:00–12:00", "Europe/Berlin", 20)
    shown = said(world, anna.email, "--zone", "default", "--most-a-day", "0")
    assert (shown["time_zone"], shown["own_time_zone"], shown["most_a_day"]) == (ZONE, False, 0)


def test_the_horizon_ends_where_calendars_are_known(world, anna):
    assert said(world, anna.email, "--horizon", "58")["horizon_days"] == 58
    done = call(world, anna.email, "--horizon", "59")
    assert done.returncode == 64 and "58" in done.stderr
    assert said(world, anna.email)["horizon_days"] == 58


def test_a_meeting_that_fits_nowhere_is_warned_of(world, anna):
    done = call(world, anna.email, "mon-fri 10-13 14-19", "--slot", "720")
    assert done.returncode == 0 and "no meeting of 720 min fits into these hours, of which the longest range is 300 min" in done.stderr
    assert not call(world, anna.email, "--slot", "300").stderr


def test_the_horizon_is_the_tables_too(world):
    (check,) = world.db.column("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND conname LIKE '%%horizon%%'",
                               str(tables.rep_schedule))
    header = (ROOT / "include/salesreg/domain/calendar/hours.h").read_text()
    assert f"<= {re.search('HOURS_HORIZON_DAYS (.*)', header).group(1)})" in check


@pytest.mark.parametrize("zone", ["Factory", "posixrules", "right/Asia/Makassar", "x" * 300])
def test_what_is_no_place_is_no_zone(world, anna, zone):
    done = call(world, anna.email, "--zone", zone)
    assert done.returncode == 1 and "PostgreSQL knows no time zone" in done.stderr and len(done.stderr) < 250


def test_days_off(world, anna):
    year = world.db.value("SELECT extract(year FROM now())::integer") + 1
    shown = said(world, anna.email, f"off {year}-12-28 to {year + 1}-01-02, {year}-03-08")
    assert shown["days_off"] == [f"{year}-03-08", *(f"{year}-12-{n}" for n in range(28, 32)), f"{year + 1}-01-01", f"{year + 1}-01-02"]
    shown = said(world, anna.email, f"working {year}-03-08")
    assert len(shown["days_off"]) == 6 and shown["hours"] == ""


@pytest.mark.parametrize("words,what", [
    (["mon-fri", "9-5"], "word 2, 5: it ends before it begins"),
    (["mon-fri 9-17 mostly"], "word 3, mostly: that word is not understood"),
    (["fri 22-2"], "word 2, 2: that is after midnight"),
    (["mon 10-14 13-19"], "word 3, 13: that day has hours already"),
    (["off 2020-01-01"], "word 2, 2020-01-01: that day is over"),
    (["--zone", "Asia/Denpasar"], "PostgreSQL knows no time zone Asia/Denpasar; near ones: Asia/Makassar"),
    (["mon 10-12", "--zone", "Asia/Nowhere8"], "PostgreSQL knows no time zone Asia/Nowhere8"),
    (["--zone", ""], None),
])
def test_what_cannot_be_is_refused_and_nothing_changes(world, anna, words, what):
    before = said(world, anna.email, "tue 10-12", "--zone", "Europe/Berlin")
    if what:
        assert what in refused(world, anna.email, *words)
        assert said(world, anna.email) == before
    else:
        assert said(world, anna.email, *words)["time_zone"] == ZONE


def test_nobody_is_known_so(world, anna):
    assert "no rep is known as nobody@truerealestate.bali" in refused(world, "nobody@truerealestate.bali", "mon 10-12")
    assert "no rep is known as nonsense" in refused(world, "nonsense")
    boris = world.person("Boris Petrov")
    boris.registers()
    done = call(world, "petrov", "mon 10-12")
    assert (done.returncode, done.stdout) == (1, "") and "which of these?" in done.stderr


def test_a_rep_is_found_as_by_every_other_command(world, anna):
    shown = said(world, anna.email, "mon 10-12")
    for who in (anna.email.upper(), str(anna.id), "Anna Petrova", "anna", world.db.rep(anna.id)["id"]):
        assert said(world, who) == shown


def test_a_dry_run_shows_what_would_be_and_changes_nothing(world, anna):
    before = said(world, anna.email, "tue 10-12")
    audited = world.db.audit.value("count(*)")
    done = call(world, anna.email, "mon 9-17", "--slot", "45", "--dry-run", "--json")
    assert done.returncode == 0 and "Nothing was changed (--dry-run)." in done.stderr
    would = json.loads(done.stdout)
    assert (would["hours"], would["slot_minutes"]) == ("Mon 09:00–17:00", 45)
    assert said(world, anna.email) == before
    # nor is it a change to set what is set
    assert said(world, anna.email, "tue 10-12") == before
    assert world.db.audit.value("count(*)") == audited
