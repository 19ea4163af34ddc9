"""`salesreg migrate`: new databases, old ones of the Python system, and databases of other versions."""
import re
import threading

import pytest

from support.postgres import OWNER
from support.process import EXIT_CONFIG, run
from support.telegram import TOKEN
from support.waiting import eventually

SEEDS = ["test_001", "test_002", "test_003"]
ALEX = "@test_buyer_alex"


def migrate(database):
    return run("migrate", settings={"DATABASE_URL": database.url})


def migrated(database):
    done = migrate(database)
    assert done.returncode == 0, done.stderr
    return done


def refused(database, exit_code):
    """The one line it says."""
    done = migrate(database)
    assert done.returncode == exit_code, done
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert [line for line in lines if " error " in line] == lines[-1:], done.stderr
    assert all(" applied" in line for line in lines[:-1]), done.stderr
    return lines[-1]


def schema(database):
    """Everything that makes up the schema, in one comparable value."""
    return (database.rows("SELECT table_schema, table_name, column_name, data_type, character_maximum_length, is_nullable,"
                          " column_default FROM information_schema.columns"
                          " WHERE table_schema IN ('public', 'salesreg') ORDER BY 1, 2, 3"),
            database.rows("SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes"
                          " WHERE schemaname IN ('public', 'salesreg') ORDER BY 1, 2, 3"),
            database.rows("SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
                          " WHERE NOT tgisinternal ORDER BY 1, 2"))


def test_an_empty_database_gets_the_tables_and_the_three_seed_prospects(empty_database):
    migrated(empty_database)
    assert empty_database.column("SELECT id FROM test_prospects ORDER BY id") == SEEDS
    names = empty_database.column("SELECT telegram_id FROM test_prospects ORDER BY id")
    assert names == [ALEX, "@test_investor_maria", "@test_family_dmitry"]
    assert empty_database.column("SELECT DISTINCT status FROM test_prospects") == ["unreached"]
    assert empty_database.rows("SELECT * FROM sales_representatives;") == []
    assert len(empty_database.rows("SELECT name, assigned_rep_id FROM test_prospects;")) == 3


def test_the_columns_are_those_that_other_programs_rely_on(empty_database):
    migrated(empty_database)

    def columns(table):
        return {row[0]: (row[1], row[2], row[3] == "NO") for row in empty_database.rows(
            "SELECT column_name, data_type, character_maximum_length, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s", table)}

    tz = ("timestamp with time zone", None, False)
    assert columns("sales_representatives") == {
        "id": ("uuid", None, True), "telegram_id": ("bigint", None, True),
        "telegram_username": ("character varying", 255, False), "name": ("character varying", 255, True),
        "email": ("character varying", 255, True), "status": ("character varying", 50, False),
        "calendar_account_name": ("character varying", 255, False), "is_admin": ("boolean", None, False),
        "registered_at": tz, "approved_at": tz, "approved_by": ("uuid", None, False), "created_at": tz, "updated_at": tz}
    assert columns("test_prospects") == {
        "id": ("character varying", 255, True), "telegram_id": ("character varying", 255, True),
        "name": ("character varying", 255, True), "context": ("text", None, False),
        "email": ("character varying", 255, False), "notes": ("text", None, False),
        "status": ("character varying", 50, False), "assigned_rep_id": ("uuid", None, False),
        "last_contact_at": tz, "created_at": tz, "updated_at": tz}


def test_migrating_again_changes_nothing(empty_database):
    migrated(empty_database)
    before = schema(empty_database), empty_database.schema_migrations.rows("*", "ORDER BY version")
    empty_database.execute("DELETE FROM test_prospects WHERE id = 'test_002'")
    assert "up to date" in migrated(empty_database).stderr
    after = schema(empty_database), empty_database.schema_migrations.rows("*", "ORDER BY version")
    assert before == after
    assert empty_database.column("SELECT id FROM test_prospects ORDER BY id") == ["test_001", "test_003"]


def test_several_migrate_at_the_same_time_and_all_succeed(empty_database):
    results = []
    threads = [threading.Thread(target=lambda: results.append(migrate(empty_database))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [done.returncode for done in results] == [0] * 4, [done.stderr for done in results]
    applied = sum(len(re.findall(r"migration \S+ applied", done.stderr)) for done in results)
    assert applied == empty_database.schema_migrations.value("count(*)")
    assert empty_database.column("SELECT id FROM test_prospects ORDER BY id") == SEEDS


def test_one_that_waits_for_the_other_s_lock_goes_on_after_it(empty_database, salesreg):
    with empty_database.connect().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(1935764581, 1)")
        waiting = salesreg("migrate", DATABASE_URL=empty_database.url)
        empty_database.eventually("SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()"
                                  " AND wait_event_type = 'Lock' AND wait_event = 'advisory'")
        assert empty_database.value(f"SELECT to_regclass('{empty_database.schema_migrations}') IS NULL")
        cursor.connection.close()
    assert waiting.wait() == 0
    assert empty_database.column("SELECT id FROM test_prospects ORDER BY id") == SEEDS


def test_workers_migrate_at_their_start(empty_database, sandbox, salesreg):
    outreach = salesreg("outreach", DATABASE_URL=empty_database.url)
    eventually(lambda: empty_database.value(f"SELECT to_regclass('{empty_database.outbox}') IS NOT NULL"))
    outreach.terminate()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "WIN1251"])
def test_a_database_that_is_not_utf_8_is_refused_by_everybody(postgres, salesreg, sandbox, encoding):
    """One name in other letters would stop whoever reads it."""
    name = f"encoded_{encoding.lower()}"
    postgres.execute(f"CREATE DATABASE {name} OWNER {OWNER} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    try:
        for command in ("migrate", "outreach", "bot"):
            process = salesreg(command, DATABASE_URL=postgres.url(name), REGISTRY_BOT_TOKEN=TOKEN,
                               TELEGRAM_API_BASE=sandbox.base)
            process.expect_exit(EXIT_CONFIG)
            line = process.wait_for_log(f"encoding of the database is {encoding}")
            assert "ENCODING 'UTF8' TEMPLATE template0" in line
            assert process.wait() == EXIT_CONFIG
        assert postgres.execute("SELECT to_regclass('public.test_prospects')", name) == [(None,)]
    finally:
        postgres.drop(name)


def test_a_changed_checksum_is_refused_with_a_clear_line(empty_database):
    migrated(empty_database)
    empty_database.schema_migrations.update("checksum = 'ffffffffffffffff' WHERE version = 3")
    line = refused(empty_database, EXIT_CONFIG)
    assert "003_test_prospects" in line and "another text" in line


def test_a_worker_refuses_a_changed_checksum_too_and_says_so(empty_database, salesreg):
    migrated(empty_database)
    empty_database.schema_migrations.update("checksum = 'ffffffffffffffff' WHERE version = 3")
    outreach = salesreg("outreach", DATABASE_URL=empty_database.url)
    outreach.expect_exit(EXIT_CONFIG)
    outreach.wait_for_log(r"003_test_prospects.*another text")
    assert outreach.popen.wait(30) == EXIT_CONFIG


def test_a_higher_version_marked_compatible_is_accepted(empty_database):
    migrated(empty_database)
    empty_database.schema_migrations.insert("(version, name, checksum, compatible) VALUES (900, '900_of_a_newer_one',"
                                            " 'x', true)")
    migrated(empty_database)


def test_a_higher_version_not_marked_compatible_is_refused_with_a_clear_line(empty_database):
    migrated(empty_database)
    empty_database.schema_migrations.insert("(version, name, checksum, compatible) VALUES (900, '900_of_a_newer_one',"
                                            " 'x', false)")
    line = refused(empty_database, EXIT_CONFIG)
    assert "900" in line and "newer" in line


@pytest.mark.parametrize("version", [1000, 2147483647])
def test_version_numbers_beyond_any_of_ours_do_no_harm(empty_database, version):
    migrated(empty_database)
    empty_database.schema_migrations.insert("(version, name, checksum, compatible) VALUES (%s, 'of_the_far_future',"
                                            " 'x', true)", version)
    migrated(empty_database)


def test_an_unreachable_database_is_one_clear_line_without_the_password(postgres):
    done = run("migrate", settings={"DATABASE_URL": "postgresql://someone:hush-hush-77@127.0.0.1:1/nothing"})
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "DATABASE_URL" in done.stderr and "hush-hush-77" not in done.stderr


def test_a_failing_migration_is_undone_whole_and_named(empty_database):
    """A view of somebody else's in the place of the table: nothing of the third migration stays."""
    empty_database.execute("CREATE VIEW test_prospects AS SELECT 'x'::text AS id")
    line = refused(empty_database, 1)
    assert "003_test_prospects" in line
    assert empty_database.schema_migrations.value("max(version)") == 2
    empty_database.execute("DROP VIEW test_prospects")
    migrated(empty_database)
    assert empty_database.column("SELECT id FROM test_prospects ORDER BY id") == SEEDS


# Databases of the Python system ----------------------------------------------------------------------------------------

REPS = """CREATE TABLE sales_representatives (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    telegram_id BIGINT UNIQUE NOT NULL,
    telegram_username VARCHAR(255),
    name VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL,
    status VARCHAR(50) DEFAULT 'active',
    calendar_account_name VARCHAR(255),
    is_admin BOOLEAN DEFAULT FALSE,
    registered_at TIMESTAMPTZ DEFAULT NOW(),
    approved_at TIMESTAMPTZ,
    approved_by UUID,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    updated_at TIMESTAMPTZ DEFAULT NOW())"""
PROSPECTS = """CREATE TABLE test_prospects (
    id VARCHAR(255) PRIMARY KEY,
    telegram_id VARCHAR(255) NOT NULL,
    name VARCHAR(255) NOT NULL,
    context TEXT,
    email VARCHAR(255),
    notes TEXT,
    status VARCHAR(50) DEFAULT 'unreached',
    assigned_rep_id UUID REFERENCES sales_representatives(id),
    last_contact_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    updated_at TIMESTAMPTZ DEFAULT NOW())"""
INDEXES = """CREATE INDEX idx_sales_reps_telegram_id ON sales_representatives(telegram_id);
    CREATE INDEX idx_sales_reps_status ON sales_representatives(status);
    CREATE INDEX idx_sales_reps_email ON sales_representatives(email);
    CREATE INDEX idx_test_prospects_status ON test_prospects(status);
    CREATE INDEX idx_test_prospects_assigned ON test_prospects(assigned_rep_id);"""
ROWS = """INSERT INTO sales_representatives (id, telegram_id, name, email, status, registered_at) VALUES
        ('00000000-0000-0000-0000-000000000001', 11, 'Old Timer', 'Same@truerealestate.bali', 'active', '2024-01-01Z'),
        ('00000000-0000-0000-0000-000000000002', 12, 'New Comer', 'same@truerealestate.bali ', 'active', '2025-01-01Z'),
        ('00000000-0000-0000-0000-000000000003', 13, 'Gone', 'same@truerealestate.bali', 'removed', '2023-01-01Z'),
        ('00000000-0000-0000-0000-000000000004', 14, 'No Mail', '', 'active', '2022-01-01Z'),
        ('00000000-0000-0000-0000-000000000005', 15, 'Odd Status', 'odd@elsewhere.example', 'on leave', NULL);
    INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id) VALUES
        ('test_001', '@somebody_else', 'Changed By Hand', 'contacted', '00000000-0000-0000-0000-000000000001'),
        ('p2', '123456789', 'Second', 'some word', NULL),
        ('p3', '', '', 'unreached', '00000000-0000-0000-0000-000000000003');"""


def snapshot(database):
    """The old columns of the old rows."""
    return (database.rows("SELECT id, telegram_id, name, email, status, registered_at FROM sales_representatives ORDER BY id"),
            database.rows("SELECT id, telegram_id, name, status, assigned_rep_id FROM test_prospects ORDER BY id"))


@pytest.mark.parametrize("indexes", [True, False], ids=["with_indexes", "without_indexes"])
def test_a_legacy_database_migrates_in_place_and_its_rows_stay_as_they_are(empty_database, indexes):
    empty_database.execute(REPS)
    empty_database.execute(PROSPECTS)
    if indexes:
        empty_database.execute(INDEXES)
    empty_database.execute(ROWS)
    before = snapshot(empty_database)
    migrated(empty_database)
    assert snapshot(empty_database) == before, "and no seed rows where the table was there"
    for statement in ("SELECT * FROM sales_representatives;", "SELECT name, assigned_rep_id FROM test_prospects;"):
        assert empty_database.rows(statement)


def test_of_legacy_reps_with_one_email_the_oldest_holds_it(empty_database):
    empty_database.execute(REPS)
    empty_database.execute(PROSPECTS)
    empty_database.execute(ROWS)
    migrated(empty_database)
    keys = empty_database.rep_email.rows("email_key, rep", "ORDER BY email_key")
    assert [tuple(row) for row in keys] == [
        ("odd@elsewhere.example", "00000000-0000-0000-0000-000000000005"),
        ("same@truerealestate.bali", "00000000-0000-0000-0000-000000000001")]
    assert empty_database.rep_rotation.value("count(*)") == 5


def test_a_legacy_table_that_lacks_columns_gets_them(empty_database):
    empty_database.execute("CREATE TABLE sales_representatives (id uuid PRIMARY KEY, telegram_id bigint NOT NULL,"
                           " name varchar(255) NOT NULL, email varchar(255) NOT NULL)")
    empty_database.execute("CREATE TABLE test_prospects (id varchar(255) PRIMARY KEY, telegram_id varchar(255) NOT NULL,"
                           " name varchar(255) NOT NULL)")
    empty_database.execute("INSERT INTO sales_representatives VALUES (gen_random_uuid(), 5, 'A B', 'a@b.c')")
    empty_database.execute("INSERT INTO test_prospects VALUES ('x', '@x', 'X')")
    migrated(empty_database)
    assert empty_database.rep(5)["status"] == "active"
    assert empty_database.prospect("x")["status"] == "unreached"
    assert empty_database.value("SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
                                " AND a.attnum = i.indkey[0] WHERE i.indrelid = 'sales_representatives'::regclass"
                                " AND a.attname = 'telegram_id'") == 1


def test_legacy_duplicates_without_any_constraint_do_not_stop_the_migration(empty_database):
    empty_database.execute(REPS.replace("BIGINT UNIQUE NOT NULL", "BIGINT").replace("PRIMARY KEY", "UNIQUE"))
    empty_database.execute(PROSPECTS)
    empty_database.execute("INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES"
                           " (7, 'A B', 'a@truerealestate.bali', 'active'), (7, 'A B', 'a@truerealestate.bali', 'removed'),"
                           " (NULL, 'C D', 'c@truerealestate.bali', NULL)")
    before = snapshot(empty_database)
    migrated(empty_database)
    assert snapshot(empty_database) == before


def test_a_legacy_column_may_have_a_collation_that_tells_no_capitals(empty_database):
    """A nondeterministic one, which no regular expression takes."""
    empty_database.execute("CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    empty_database.execute(REPS.replace("email VARCHAR(255)", "email VARCHAR(255) COLLATE ci"))
    empty_database.execute(PROSPECTS)
    assert empty_database.value("SELECT count(*) FROM pg_attribute WHERE attrelid = 'sales_representatives'::regclass"
                                " AND attcollation = 'ci'::regcollation") == 1
    empty_database.execute("INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES"
                           " (7, 'A B', 'A@truerealestate.bali', 'suspended'), (8, 'C D', 'a+x@truerealestate.bali', 'active')")
    migrated(empty_database)
    empty_database.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = 8")
    empty_database.execute("UPDATE sales_representatives SET email = 'b@truerealestate.bali' WHERE telegram_id = 7")


def test_a_legacy_rep_is_known_to_the_bot_and_gets_prospects(empty_database, tmp_path):
    from support.world import World
    empty_database.execute(REPS)
    empty_database.execute(PROSPECTS)
    empty_database.execute("INSERT INTO sales_representatives (telegram_id, name, email) VALUES"
                           " (4242, 'Old Timer', 'old@truerealestate.bali')")
    world = World(empty_database, tmp_path)
    try:
        world.start_bot()
        world.start_outreach()
        old = world.person("Old Timer", id=4242)
        old.says("статус")
        old.hears("status", name="Old Timer", email="old@truerealestate.bali", open=0)
        empty_database.add_prospect("p1", "First Prospect")
        assert "First Prospect" in old.hears_anything().text
        assert empty_database.prospect("p1")["assigned_rep_id"] == empty_database.rep(4242)["id"]
    finally:
        world.finish()
