"""Each figure of the reports, of a small world whose numbers are known."""
import csv
import io
import json

import psycopg2
import pytest

from support.database import tables
from support.process import run

VIEWS = ["waiting", "load", "funnel", "hours", "reps", "sources", "ended", "qualification"]
ANNA, BORIS = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"


def arrives(db, prospect, days, rep=None, status="unreached", source=None, campaign=None, assigned_s=None, contacted_s=None, first=None, ended=None, quiet_days=None):
    """first: who had them first, until `ended` (days ago, why)."""
    db.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id, created_at, last_contact_at)"
               " VALUES (%s, '@x', 'X', %s, %s, now() - %s * interval '1 day', now() - %s * interval '1 day')", prospect, status, rep, days, quiet_days)
    if source:
        db.execute(f"INSERT INTO {tables.conversations} (prospect, source, campaign) VALUES (%s, %s, %s)", prospect, source, campaign)
    if assigned_s is not None:
        db.execute(f"INSERT INTO {tables.assignments} (prospect, rep, started_at, ended_at, reason)"
                   " SELECT p.id, %s, p.created_at + %s * interval '1 second', now() - %s * interval '1 day', %s FROM test_prospects p WHERE p.id = %s",
                   first or rep, assigned_s, *(ended or (None, None)), prospect)
    if first:
        db.execute(f"INSERT INTO {tables.assignments} (prospect, rep, started_at) VALUES (%s, %s, now())", prospect, rep)
    if contacted_s is not None:
        db.execute(f"INSERT INTO {tables.prospect_events} (prospect, rep, kind, at) SELECT p.id, %s, 'contacted', p.created_at + %s * interval '1 second'"
                   " FROM test_prospects p WHERE p.id = %s", rep, contacted_s, prospect)


def fill(db):
    db.no_prospects()
    for rep, name in ((ANNA, "Anna"), (BORIS, "Boris")):
        db.execute("INSERT INTO sales_representatives (id, telegram_id, name, email) VALUES (%s, %s, %s, %s)", rep, int(rep[-1]), name, f"{name}@truerealestate.bali")
    # Anna works always; Boris on the day after the one on which he was given somebody
    db.execute(f"INSERT INTO {tables.rep_hours} (rep, weekday, opens, closes) SELECT %s, d, '00:00', '24:00' FROM generate_series(1, 7) d", ANNA)
    db.execute(f"INSERT INTO {tables.rep_hours} (rep, weekday, opens, closes) SELECT %s, 1 + extract(isodow FROM (now() - interval '3 days') AT TIME ZONE 'UTC')::integer %% 7,"
               " '00:00', '24:00'", BORIS)
    db.execute(f"INSERT INTO {tables.rep_schedule} (rep, time_zone) SELECT id, 'UTC' FROM sales_representatives")
    arrives(db, "a", 1, ANNA, "contacted", assigned_s=10, contacted_s=100)
    arrives(db, "b", 2, ANNA, "converted", "campaign", "June", assigned_s=20, contacted_s=200, ended=(1, "converted"))
    arrives(db, "c", 3, BORIS, "in_conversation", "chat", assigned_s=30)
    arrives(db, "d", 1)
    arrives(db, "e", 10, ANNA, "archived", assigned_s=40, first=BORIS, ended=(9, "declined"))
    arrives(db, "f", 20, BORIS, assigned_s=0)
    arrives(db, "g", 0.5, ANNA, source="own", assigned_s=0)


@pytest.fixture
def db(database):
    fill(database)
    return database


def stats(db, *words):
    done = run("stats", *words, settings={"DATABASE_URL": db.url, "TZ": "UTC", "MAX_PROSPECTS_PER_REP": "7"})
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def measures(rows, *keys):
    """What each row is of -> arrived, assigned, contacted, in conversation, converted, archived, and seconds to a rep and to contact."""
    return {tuple(row[key] for key in (*keys, "period")):
            [row[key] for key in ("arrived", "assigned", "contacted", "in_conversation", "converted", "archived")]
            + [None if row[key] is None else row[key] / 1000 for key in ("to_rep_p50_ms", "to_rep_p95_ms", "to_contact_p50_ms", "to_contact_p95_ms")]
            for row in rows}


def test_each_figure(db):
    body = json.loads(stats(db, "--json"))
    assert round(body["until"] - body["since"]) == 7 * 86400
    waiting = body["waiting"]
    assert [waiting[key] for key in ("without_rep", "without_rep_late", "without_contact", "without_contact_late", "stale")] == [1, 1, 3, 2, 1]
    assert round((body["until"] - waiting["without_rep_since"]) / 86400) == 1 and round((body["until"] - waiting["without_contact_since"]) / 86400) == 20
    nothing = [None] * 4
    assert measures(body["periods"]) == {("this",): [5, 4, 2, 2, 1, 0, 20, 29, 150, 195], ("before",): [1, 1, 0, 0, 0, 1, 40, 40, None, None]}
    assert measures(body["hours"], "hours") == {
        ("in", "this"): [3, 3, 2, 1, 1, 0, 15, 19.5, 150, 195], ("out", "this"): [1, 1, 0, 1, 0, 0, 30, 30, None, None],
        ("unknown", "this"): [1, 0, 0, 0, 0, 0, *nothing], ("out", "before"): [1, 1, 0, 0, 0, 1, 40, 40, None, None]}
    assert measures(body["sources"], "source", "campaign") == {
        ("table", None, "this"): [2, 1, 1, 0, 0, 0, 10, 10, 100, 100], ("campaign", "June", "this"): [1, 1, 1, 1, 1, 0, 20, 20, 200, 200],
        ("chat", None, "this"): [1, 1, 0, 1, 0, 0, 30, 30, None, None], ("own", None, "this"): [1, 1, 0, 0, 0, 0, *nothing],
        ("table", None, "before"): [1, 1, 0, 0, 0, 1, 40, 40, None, None]}
    assert {key: row[:2] for key, row in measures(body["reps"], "name").items()} == {
        ("Anna", "this"): [3, 3], ("Boris", "this"): [1, 1], (None, "this"): [1, 0], ("Anna", "before"): [1, 1]}
    assert {row["name"]: [row[key] for key in ("open", "capacity", "without_contact", "without_contact_late", "stale", "available")] for row in body["load"]} == {
        "Anna": [2, 7, 1, 0, 0, True], "Boris": [2, 7, 2, 2, 1, True]}
    assert [(row["name"], row["reason"], row["period"], row["ended"]) for row in body["ended"]] == [("Anna", "converted", "this", 1), ("Boris", "declined", "before", 1)]


def test_a_capacity_of_their_own_and_a_pause(db):
    db.execute(f"UPDATE {tables.rep_rotation} SET capacity = 3, paused_until = 'infinity' WHERE rep = %s", BORIS)
    assert {row["name"]: (row["capacity"], row["paused"]) for row in json.loads(stats(db, "--json"))["load"]} == {"Anna": (7, False), "Boris": (3, True)}
    assert "Boris  paused  2 of 3" in stats(db)
    assert db.rows("SELECT name, capacity, paused FROM salesreg.report_load ORDER BY name") == [["Anna", None, False], ["Boris", 3, True]]


def test_of_another_time_and_of_one_rep(db):
    body = json.loads(stats(db, "--json", "--period", "30d"))
    assert [row[0] for row in measures(body["periods"]).values()] == [7, 0]
    body = json.loads(stats(db, "--json", "--rep", "boris"))
    assert body["only_rep"] == BORIS and [row[0] for row in measures(body["periods"]).values()] == [1, 0]
    assert (body["waiting"]["without_rep"], body["waiting"]["without_contact"], body["waiting"]["stale"]) == (0, 2, 1)
    assert [row["name"] for row in body["load"]] == ["Boris"] and [row["reason"] for row in body["ended"]] == ["declined"]


def test_the_tables_and_the_csv_have_the_same(db):
    text = stats(db)
    for line in ("for a rep (late: an hour)        1      1     ", "this    5     4         2          2       1          20s         29s  2m 30s          3m 15s",
                 "campaign June  this    1     1         1          1       1          20s         20s  3m 20s          3m 20s", "Boris  active  2 of 7  2              2     ",
                 "declined   Boris  before  1", "this: who came in the last 7 days"):
        assert line in text, text
    rows = list(csv.DictReader(io.StringIO(stats(db, "--csv"))))
    assert {row["section"] for row in rows} == {"waiting", "periods", "hours", "sources", "reps", "load", "ended"}
    assert [row["arrived"] for row in rows if row["section"] == "periods"] == ["5", "1"]
    assert [(row["name"], row["open"]) for row in rows if row["section"] == "load"] == [("Anna", "2"), ("Boris", "2")]


def test_nobody_and_nothing_is_no_error(database):
    database.no_prospects()
    body = json.loads(stats(database, "--json"))
    assert [row["arrived"] for row in body["periods"]] == [0, 0] and body["load"] == body["ended"] == []
    assert "for a rep" in stats(database)


@pytest.mark.parametrize("since, called", [("7d", "7 days"), ("1d", "day"), ("36h", "36 hours"), ("90m", "90 minutes")])
def test_a_period_is_said_as_people_do(database, since, called):
    assert f"this: who came in the last {called}; before" in stats(database, "--period", since)


def test_the_views_say_the_same_to_who_may_read_nothing_else(db):
    db.as_superuser("DO $$ BEGIN CREATE ROLE metabase LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    try:
        db.execute("GRANT USAGE ON SCHEMA salesreg TO metabase;" + "".join(f"GRANT SELECT ON salesreg.report_{view} TO metabase;" for view in VIEWS))
        connection = db.cluster.connect(db.name, "metabase")
        with connection.cursor() as cursor:
            for view in VIEWS:
                cursor.execute(f"SELECT * FROM salesreg.report_{view}")
            cursor.execute("SELECT days, period, arrived, assigned, contacted, in_conversation, converted, archived, to_rep_p50, to_contact_p95"
                           " FROM salesreg.report_funnel WHERE days = 7 ORDER BY period DESC")
            assert [(*row[:8], *(t and t.total_seconds() for t in row[8:])) for row in cursor.fetchall()] == [
                (7, "this", 5, 4, 2, 2, 1, 0, 20, 195), (7, "before", 1, 1, 0, 0, 0, 1, 40, None)]
            cursor.execute("SELECT days, arrived FROM salesreg.report_funnel WHERE period = 'this' ORDER BY days")
            assert cursor.fetchall()[2] == (30, 7)
            cursor.execute("SELECT name, open, without_contact, stale FROM salesreg.report_load ORDER BY name")
            assert cursor.fetchall() == [("Anna", 2, 1, 0), ("Boris", 2, 2, 1)]
            cursor.execute("SELECT name, reason, ended FROM salesreg.report_ended WHERE days = 30 AND period = 'this' ORDER BY name")
            assert cursor.fetchall() == [("Anna", "converted", 1), ("Boris", "declined", 1)]
            for refused in ("SELECT * FROM test_prospects", f"SELECT * FROM {tables.assignments}",
                            "SELECT * FROM salesreg.arrivals('-infinity', 'infinity', 'UTC')"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(refused)
        connection.close()
    finally:
        db.as_superuser("DROP OWNED BY metabase; DROP ROLE metabase")


def test_columns_of_the_older_program_can_be_altered_and_read_as_they_are(db):
    """No view holds on to them; a naive time is one of the session's zone."""
    db.execute("SET timezone = 'UTC'")
    for column in ("created_at", "last_contact_at"):
        db.execute(f"ALTER TABLE test_prospects ALTER COLUMN {column} TYPE timestamp")
    db.execute("ALTER TABLE test_prospects ALTER COLUMN status TYPE text, ALTER COLUMN name TYPE text")
    db.execute("ALTER TABLE sales_representatives ALTER COLUMN name TYPE text")
    db.as_superuser(f'ALTER DATABASE "{db.name}" SET timezone = \'UTC\'')
    body = json.loads(stats(db, "--json"))
    assert measures(body["periods"]) == {("this",): [5, 4, 2, 2, 1, 0, 20, 29, 150, 195], ("before",): [1, 1, 0, 0, 0, 1, 40, 40, None, None]}
    done = run("prospect", "list", "--since", "36h", "--json", settings={"DATABASE_URL": db.url})
    assert [row["id"] for row in json.loads(done.stdout)["prospects"]] == ["g", "d", "a"]
    db.execute("UPDATE test_prospects SET created_at = NULL WHERE id = 'a'")
    db.execute("UPDATE test_prospects SET created_at = 'infinity' WHERE id = 'b'")
    db.execute("UPDATE test_prospects SET created_at = '-infinity', assigned_rep_id = NULL WHERE id = 'c'")
    assert [row["arrived"] for row in json.loads(stats(db, "--json"))["periods"]] == [2, 1]
