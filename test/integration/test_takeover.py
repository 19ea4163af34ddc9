"""salesreg doctor --takeover: what an older system left, before anything is migrated."""
import json
import threading

import pytest

from support.database import tables
from support.process import run
from test_migrations import PROSPECTS, REPS, ROWS


def takeover(db, *words):
    done = run("doctor", "--takeover", *words, settings={"DATABASE_URL": db.url})
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def facts(db, part):
    return {(row["code"], row["which"]): row["count"] for row in json.loads(takeover(db, "--json"))[part]}


def test_an_empty_database_has_nothing_to_take_over(empty_database):
    assert "has no tables of an older system" in takeover(empty_database)
    body = json.loads(takeover(empty_database, "--json"))
    assert (body["migrated"], body["reps"], body["prospects"]) == (False, [], [])


def test_the_old_tables_are_described_and_nothing_is_changed(empty_database):
    empty_database.execute(REPS)
    empty_database.execute(PROSPECTS)
    empty_database.execute(ROWS)
    before = empty_database.rows("SELECT * FROM sales_representatives ORDER BY id"), empty_database.rows("SELECT * FROM test_prospects ORDER BY id")
    text = takeover(empty_database)
    assert "Representatives: 5" in text and "salesreg migrate:" in text and "changes no row" in text
    after = empty_database.rows("SELECT * FROM sales_representatives ORDER BY id"), empty_database.rows("SELECT * FROM test_prospects ORDER BY id")
    assert before == after
    assert not empty_database.value("SELECT to_regclass('" + tables.schema_migrations + "') IS NOT NULL")
    # and says the same of what has been migrated
    assert run("migrate", settings={"DATABASE_URL": empty_database.url}).returncode == 0
    assert "It has been migrated already." in takeover(empty_database)


def test_what_will_not_be_as_before_is_counted(empty_database):
    empty_database.execute("CREATE TABLE sales_representatives (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), telegram_id bigint,"
                           " name varchar(255), email varchar(255), status varchar(50), is_admin boolean DEFAULT true)")
    empty_database.execute("CREATE TABLE test_prospects (id varchar(255) PRIMARY KEY, telegram_id varchar(255), name varchar(255),"
                           " email varchar(255), status varchar(50), assigned_rep_id uuid, created_at timestamp)")
    empty_database.execute("INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES (1, 'A', 'a@x.org', 'active'),"
                           " (1, 'B', 'A@x.org ', 'removed'), (NULL, 'C', NULL, 'Vacation'), (4, 'D', 'd@x.org', NULL)")
    empty_database.execute("INSERT INTO test_prospects SELECT 'p' || i, '@same', 'P', 'p@x.org', 'unreached', NULL, localtimestamp"
                           " FROM generate_series(1, 3) i")
    empty_database.execute("INSERT INTO test_prospects SELECT 'h' || r.name, '@h' || r.name, 'H', NULL, 'contacted', r.id,"
                           " localtimestamp + interval '8 hours' FROM sales_representatives r WHERE name IN ('A', 'B')")
    empty_database.execute("INSERT INTO test_prospects VALUES ('o', '', 'O', NULL, 'contacted', gen_random_uuid(), NULL),"
                           " ('odd', '@odd', 'Q', NULL, 'Thinking', NULL, 'infinity')")
    assert facts(empty_database, "reps") == {
        ("reps", None): 4, ("rep_status", "(none)"): 1, ("rep_status", "Vacation"): 1, ("rep_status", "active"): 1,
        ("rep_status", "removed"): 1, ("rep_no_email", None): 1, ("rep_same_email", "a@x.org"): 1, ("rep_same_account", "1"): 1,
        ("rep_no_account", None): 1, ("rep_admin", "a@x.org"): 1}
    assert facts(empty_database, "prospects") == {
        ("prospects", None): 7, ("prospect_status", "unreached"): 3, ("prospect_status", "contacted"): 3, ("prospect_status", "Thinking"): 1,
        ("prospect_waits", None): 3, ("prospect_held", None): 1, ("prospect_of_gone", "B"): 1, ("prospect_orphan", None): 1,
        ("prospect_same_contact", "same"): 1, ("prospect_same_email", "p@x.org"): 1, ("prospect_no_contact", None): 1,
        ("prospect_ahead", "8.0"): 2}
    text = takeover(empty_database)
    for said in ("Vacation: no status of salesreg's", "by 8.0 hours at most", "test_prospects.last_contact_at", "test_prospects.created_at",
                 "assigned as soon as salesreg outreach runs"):
        assert said in " ".join(text.split()), said


@pytest.mark.parametrize("table", ["sales_representatives", "test_prospects"])
def test_one_table_alone_is_no_trouble(empty_database, table):
    empty_database.execute(REPS)
    empty_database.execute(PROSPECTS)
    empty_database.execute("DROP TABLE " + ("test_prospects" if table == "sales_representatives" else "sales_representatives CASCADE"))
    assert "which is not there" in takeover(empty_database)


def test_a_hundred_thousand_rows_are_read_while_the_older_program_goes_on(empty_database):
    empty_database.execute(REPS)
    empty_database.execute(PROSPECTS)
    empty_database.execute("INSERT INTO test_prospects (id, telegram_id, name) SELECT 'p' || i, '@p' || i, 'P ' || i"
                           " FROM generate_series(1, 100000) i")
    over = threading.Event()

    def older():
        other = empty_database.connect()
        number = 0
        while not over.is_set():
            number += 1
            with other.cursor() as cursor:
                cursor.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES (%s, '@n', 'N')", (f"n{number}",))
        other.close()

    writer = threading.Thread(target=older)
    writer.start()
    try:
        counted = facts(empty_database, "prospects")
    finally:
        over.set()
        writer.join()
    assert counted[("prospects", None)] >= 100000 and counted[("prospects", None)] == counted[("prospect_waits", None)]
