"""Broken systems, one by one: doctor names what is broken, and nothing else."""
import json
import os
import pwd
import re

import psycopg2
import pytest

from support.database import tables
from support.pgbouncer import PgBouncer
from support.postgres import OWNER, PASSWORD
from support.process import EXIT_CONFIG, run
from support.replication import Pair
from support.telegram import BOT_ID, TOKEN


@pytest.fixture
def well(make_world):
    """Everything runs, and nothing is wrong."""
    world = make_world()
    world.sandbox.post("bot", can_join_groups=False)
    world.start_bot()
    world.start_outreach()
    world.db.no_prospects()
    world.db.eventually("SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()"
                        " AND application_name = 'salesreg outreach listen'")
    return world


@pytest.fixture
def codes(well, tmp_path):
    """codes(**settings): what doctor finds; it does not look at the processes, which say themselves what they lack."""
    def codes(**settings):
        settings = {"DATABASE_URL": well.db.url, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": well.sandbox.base,
                    "SALESREG_RUN_DIR": tmp_path / "no", "REGISTRATION_APPROVAL": "invite", **settings}
        done = run("doctor", "--json", "--no-poll", settings=settings)
        report = json.loads(done.stdout)
        text = run("doctor", "--no-poll", settings=settings).stdout
        found = {f["code"] for f in report["findings"]}
        assert ("ok: nothing is wrong" in text) == (not found and report["complete"]), text
        assert done.returncode == (1 if report["serious"] else 0)
        assert PASSWORD not in text and TOKEN not in text
        codes.text = text
        return found
    return codes


def test_nothing_is_wrong(codes):
    assert codes() == set()


@pytest.mark.parametrize("statement", [
    "DROP TABLE test_prospects CASCADE",
    f"DROP TABLE {tables.outbox} CASCADE",
    f"DROP TABLE {tables.user_sessions} CASCADE",
    "ALTER TABLE sales_representatives DROP COLUMN email CASCADE",
    "ALTER TABLE test_prospects RENAME COLUMN context TO kontext",
    f"ALTER TABLE {tables.outbox} DROP COLUMN due_at CASCADE",
    "DROP FUNCTION salesreg.must(boolean) CASCADE",
])
def test_what_is_missing_in_the_schema_is_serious(well, codes, statement):
    at_work = True
    while at_work:  # the workers', whose locks it meets in the other order now and then
        try:
            well.db.execute(statement)
            at_work = False
        except psycopg2.errors.DeadlockDetected:
            pass
    assert codes() == {"schema"}
    assert "serious: database:" in codes.text


def test_each_trigger_that_does_not_fire_is_named(well, codes):
    triggers = well.db.rows(
        "SELECT tgrelid::regclass::text AS tab, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid"
        " JOIN pg_proc p ON p.oid = tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE NOT tgisinternal AND n.nspname = 'salesreg'")
    assert len(triggers) >= 7
    for table, trigger in triggers:
        well.db.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    assert codes() == {"trigger"}
    for table, trigger in triggers:
        assert f"{trigger} of" in " ".join(codes.text.split())
        well.db.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
    assert codes() == set()
    well.db.execute("DROP TRIGGER salesreg_inserted ON test_prospects")
    assert codes() == {"trigger"}


@pytest.mark.parametrize("table", ["test_prospects", "sales_representatives", tables.outbox])
def test_a_right_that_is_missing_is_serious(well, codes, table):
    well.db.execute(f"REVOKE SELECT ON {table} FROM {OWNER}")
    assert codes() == {"rights"}


def test_a_right_on_any_sequence_that_is_missing_is_serious(well, codes):
    """Numbers go on higher after a failover and a restore, which needs more than to take the next one."""
    function = well.db.value("SELECT prosrc FROM pg_proc WHERE oid = 'salesreg.enter'::regproc")
    sequences = set(re.findall(r"salesreg\.\w+_seq", function)) | {"salesreg.rotation_seq"}
    assert len(sequences) >= 6
    for sequence in sorted(sequences):
        well.db.execute(f"REVOKE USAGE, UPDATE ON SEQUENCE {sequence} FROM {OWNER}")
        assert codes() == {"rights"}, sequence
        assert sequence in " ".join(codes.text.split())
        well.db.execute(f"GRANT USAGE, UPDATE ON SEQUENCE {sequence} TO {OWNER}")
    assert codes() == set()


INDEXES = """
    SELECT i.indexrelid::regclass::text, i.indisunique, c.conname, i.indrelid::regclass::text
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE n.nspname = 'salesreg' OR i.indexrelid::regclass::text IN ('test_prospects_waiting_idx', 'test_prospects_held_idx')
    ORDER BY 1"""


def test_each_index_that_is_missing_is_named(well, codes):
    """Without a key of it ON CONFLICT fails; without another one all is slow. Unknown to doctor is none of them."""
    indexes = well.db.rows(INDEXES)
    assert len(indexes) > 50
    well.db.execute("BEGIN")
    for index, key, constraint, table in indexes:
        well.db.execute(f"ALTER INDEX {index} RENAME TO gone_{index.split('.')[-1]}")
    well.db.execute("COMMIT")
    codes()
    text = " ".join(codes.text.split())
    missing = [index.split(".")[-1] for index, _, _, _ in indexes if f"the index {index.split('.')[-1]} is missing" not in text]
    assert not missing, codes.text
    for index, key, constraint, table in indexes:
        assert f"{'serious' if key else 'warning'}: database: the index {index.split('.')[-1]} is missing" in text
        schema = index.rpartition(".")[0]
        well.db.execute(f"ALTER INDEX {schema + '.' if schema else ''}gone_{index.split('.')[-1]} RENAME TO {index.split('.')[-1]}")
    assert codes() == set()


def test_an_index_whose_building_failed_is_named(well, codes):
    well.db.as_superuser("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'salesreg.assignments_ended_idx'::regclass")
    assert codes() == {"index"}
    assert "REINDEX" in codes.text


def test_a_column_that_wants_a_value_of_which_nobody_knows_is_serious(well, codes):
    """A table of the old system's may have more columns than this program writes."""
    well.db.execute("ALTER TABLE test_prospects ADD COLUMN office text NOT NULL DEFAULT 'Bali', ADD COLUMN desk integer NOT NULL DEFAULT 1")
    assert codes() == set()
    well.db.execute("ALTER TABLE test_prospects ALTER COLUMN office DROP DEFAULT, ALTER COLUMN desk DROP DEFAULT")
    assert codes() == {"required-column"}
    text = " ".join(codes.text.split())
    assert "public.test_prospects wants a value for office, desk" in text
    assert "ALTER TABLE public.test_prospects ALTER COLUMN office SET DEFAULT …; ALTER TABLE public.test_prospects ALTER COLUMN desk" in text
    well.db.execute("ALTER TABLE test_prospects DROP COLUMN office, DROP COLUMN desk;"
                    " ALTER TABLE sales_representatives ADD COLUMN team text NOT NULL DEFAULT 'A'; ALTER TABLE sales_representatives ALTER COLUMN team DROP DEFAULT")
    assert codes() == {"required-column"} and "nobody can register" in " ".join(codes.text.split())


def test_a_lock_without_its_row_is_serious(well, codes):
    well.db.execute(f"TRUNCATE {well.db.assignment_lock}")
    assert codes() == {"lock-row"} and f"INSERT INTO {tables.assignment_lock}" in codes.text
    well.db.assignment_lock.insert("DEFAULT VALUES")
    assert codes() == set()


def test_a_token_of_another_bot_is_serious(well, codes):
    well.db.bot_state.eventually("username IS NOT NULL")
    assert codes(REGISTRY_BOT_TOKEN="987654321:AAother-token-of-another-bot-entirely_x") == {"other-bot", "groups"}
    text = " ".join(codes.text.split())
    assert f"serves bot {BOT_ID}, @salesreg_sandbox_bot" in text and "adopt-bot" in text
    assert "other-token" not in text


def test_what_the_tables_tell(well, codes):
    db = well.db
    db.outbox.insert("(chat_id, method, payload, state) VALUES (1, 'sendMessage', '{}', 'failed')")
    assert codes() == {"failed"}
    db.outbox.update("state = 'held'")
    assert codes() == {"held"}
    db.outbox.delete()
    db.parked_updates.insert("(bot_id, payload, reason) VALUES (1, '{}', 'x')")
    assert codes() == {"parked"}


def test_prospects_that_every_rep_declined(well, codes):
    well.db.add_prospect("p1", "Maria")
    anna = well.person("Anna Petrova")
    anna.registers()
    anna.presses("button_decline", message=anna.hears_anything())
    well.db.declined_prospects.eventually("bool_or(exhausted)")
    assert codes() == {"declined"}
    assert "no admin was told" in " ".join(codes.text.split())


@pytest.mark.parametrize("status", ["suspended", "removed"])
def test_prospects_that_an_old_system_left_with_who_is_not_at_work(well, codes, status):
    well.db.execute("ALTER TABLE test_prospects DISABLE TRIGGER USER; INSERT INTO sales_representatives (telegram_id, name, email, status)"
                    f" VALUES (1, 'Old Timer', 'old@truerealestate.bali', '{status}'); INSERT INTO test_prospects"
                    " (id, telegram_id, name, assigned_rep_id) SELECT 'old', '@old_buyer', 'Old Buyer', id FROM sales_representatives"
                    " WHERE telegram_id = 1; ALTER TABLE test_prospects ENABLE TRIGGER USER")
    assert codes() == {"left-behind"}
    text = " ".join(codes.text.split())
    assert "1 open prospect is with 1 rep who is suspended or removed" in text and "SET assigned_rep_id = NULL" in text


def test_the_remedy_fits_what_the_server_said(well, codes):
    cluster = well.db.cluster
    assert codes(DATABASE_URL=well.db.url.replace(f"/{well.db.name}", "/no_such_database")) == {"no-database"}
    assert "CREATE DATABASE" in codes.text
    assert codes(DATABASE_URL=well.db.url.replace(OWNER, "no_such_role")) == {"login"}
    assert "CREATE ROLE" in codes.text
    hba = cluster.data / "pg_hba.conf"
    before = hba.read_text()
    cluster.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    cluster.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    try:
        hba.write_text("host all guarded 127.0.0.1/32 scram-sha-256\n" + before)
        cluster.execute("SELECT pg_reload_conf()")
        well.db.eventually("SELECT count(*) > 0 FROM pg_stat_activity")
        address = well.db.url.split("@")[1]
        assert codes(DATABASE_URL=f"postgresql://guarded:wrong-one-5@{address}") == {"password"}
        assert "wrong-one-5" not in codes.text and "ALTER ROLE" in codes.text
        assert codes(DATABASE_URL=f"postgresql://crowded@{address}") == {"no-room"}
    finally:
        hba.write_text(before)
        cluster.execute("SELECT pg_reload_conf()")
        cluster.execute("DROP ROLE guarded")
        cluster.execute("DROP ROLE crowded")


def test_a_transaction_pooler(well, codes):
    with PgBouncer(well.db.cluster, "transaction") as pooler:
        assert codes(DATABASE_URL=pooler.url(well.db.name)) == {"pooler"}


def test_a_database_that_is_newer_than_the_program(well, codes):
    for process in (well.bot, well.outreach):
        process.expect_exit(0, EXIT_CONFIG)  # a connection that is opened now is the last
    well.db.schema_migrations.insert("(version, name, checksum, compatible) VALUES (900, '900_x', 'x', false)")
    assert codes() == {"migrations"}


def test_the_container_of_outreach_needs_no_token(well, codes):
    assert codes(SALESREG_ROLE="outreach", REGISTRY_BOT_TOKEN=None) == set()


def test_a_standby_is_a_standby_and_nothing_else(well, codes):
    pair = Pair()
    try:
        pair.primary.create("registry")
        assert run("migrate", settings={"DATABASE_URL": pair.primary.url("registry")}).returncode == 0
        pair.await_replay()
        assert codes(DATABASE_URL=pair.standby.url("registry")) == {"standby"}
    finally:
        pair.remove()


def test_the_run_directory_of_another_user_does_not_trouble_root(well, codes, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    directory = tmp_path / "of-postgres"
    directory.mkdir(mode=0o700)
    os.chown(directory, pwd.getpwnam("postgres").pw_uid, -1)
    assert codes(SALESREG_RUN_DIR=directory) == set()
