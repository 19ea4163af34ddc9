"""Two roles: an owner, whose the tables are, and a worker that reads and writes rows and nothing else."""
import json
import re
import subprocess

import psycopg2
import pytest

from support.database import tables
from support.postgres import OWNER
from support.process import BINARY, EXIT_CONFIG, EXIT_USAGE, environment, run
from support.waiting import eventually

SECRET = "hush-of-the-worker-55"
KEEPER, CLERK = "salesreg_owner_2", "salesreg_worker"
NAMES = ("--owner", KEEPER)  # the tests' own plain role is called salesreg_owner


@pytest.fixture(autouse=True)
def no_roles_left(postgres):
    yield
    for role in (KEEPER, CLERK):
        if not postgres.execute(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
            continue
        for name, in postgres.execute("SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'template0'"):
            postgres.execute(f"DROP OWNED BY {role} CASCADE", name)
        postgres.execute(f"DROP ROLE {role}")


def make_roles(database, *args, role="postgres", **settings):
    return run("migrate", "--roles", *NAMES, *args,
               settings={"DATABASE_URL": database.cluster.url(database.name, role), **settings})


def made(database, *args, **settings):
    done = make_roles(database, *args, **settings)
    assert done.returncode == 0, done.stderr
    return done


def url_of(database, role=CLERK):
    return database.cluster.url(database.name, role)


def findings(database, role=CLERK):
    done = run("doctor", "--no-poll", "--json", settings={"DATABASE_URL": url_of(database, role)})
    # how the tests' server is set up to be quick is none of this
    return [f for f in json.loads(done.stdout)["findings"] if f["area"] == "database"
            and f["code"] not in ("unsafe-commits", "autovacuum-off")]


def refused(database, sql, role=CLERK):
    connection = database.cluster.connect(database.name, role)
    try:
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(sql)
    finally:
        connection.close()


def execute_as(database, role, sql):
    connection = database.cluster.connect(database.name, role)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def nothing_done(database):
    assert database.as_superuser(f"SELECT rolname FROM pg_roles WHERE rolname IN ('{KEEPER}', '{CLERK}')") == []


def whole_story(world):
    """A registration, an assignment, a button, clients who come by psql and by themselves, and what they write."""
    world.db.as_superuser("DELETE FROM public.test_prospects")
    anna = world.person("Anna Petrova")
    anna.registers()
    world.db.as_superuser("INSERT INTO public.test_prospects (id, telegram_id, name) VALUES ('new', '@new_one', 'New One')")
    told = eventually(lambda: (m := anna.hears_anything()) and "New One" in m.text and m)
    anna.presses(data=told.data[1], message=told)
    eventually(lambda: world.db.as_superuser(f"SELECT count(*) FROM {world.db.assignments} WHERE prospect = 'new'"
                                             " AND reason = 'declined'")[0][0] == 1)
    anna.says("мои клиенты")
    anna.hears_anything()
    anna.says("статус")
    anna.hears_anything()
    olga = world.person("Olga")
    olga.says("Ищу недвижимость")
    olga.hears("prospect_hello", "prospect_ask", name="Olga")
    eventually(lambda: world.db.as_superuser("SELECT count(*) FROM public.test_prospects WHERE name = 'Olga'"
                                             " AND assigned_rep_id IS NOT NULL")[0][0] == 1)
    olga.says("Вилла у моря")
    olga.hears_anything()
    assert world.db.as_superuser(f"SELECT count(*) FROM {world.db.parked_updates}")[0][0] == 0


@pytest.mark.parametrize("before", ["nothing", "the tables of one role", "the tables of a superuser"])
def test_the_whole_story_goes_by_as_a_role_that_may_only_write_rows(make_world, empty_database, database, before):
    db = empty_database if before == "nothing" else database
    if before == "the tables of a superuser":
        db.as_superuser("ALTER TABLE test_prospects OWNER TO postgres; ALTER TABLE sales_representatives OWNER TO postgres")
    done = made(db, MIGRATE_WORKER_PASSWORD=SECRET)
    assert SECRET not in done.stderr + done.stdout and "SCRAM" not in done.stderr
    assert findings(db) == []
    world = make_world(DATABASE_URL=url_of(db))
    world.database = world.db = db
    world.start_bot()
    world.start_outreach()
    whole_story(world)
    for process in (world.bot, world.outreach):
        assert not process.lines("denied|lacks a right|could not|undone"), process.log


@pytest.mark.parametrize("sql", [
    "CREATE TABLE public.x (y int)", "CREATE TABLE salesreg.x (y int)", "CREATE SCHEMA x", "CREATE TEMP TABLE x (y int); ALTER TABLE"
    f" {tables.outbox} ADD x int", "ALTER TABLE test_prospects ADD x int", f"DROP TABLE {tables.outbox}", "DROP TABLE test_prospects",
    f"TRUNCATE {tables.outbox}", "TRUNCATE test_prospects", "DELETE FROM test_prospects", "DELETE FROM sales_representatives",
    f"UPDATE {tables.schema_migrations} SET checksum = 'x'", "CREATE FUNCTION salesreg.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TRIGGER t AFTER INSERT ON test_prospects EXECUTE FUNCTION salesreg.on_prospects_inserted()",
    "ALTER FUNCTION salesreg.must(boolean) RESET ALL", f"SET ROLE {KEEPER}", "CREATE ROLE x", f"GRANT {KEEPER} TO {CLERK}"])
def test_the_worker_can_change_nothing_but_rows(postgres, template, database, sql):
    made(database)
    refused(database, sql)


def test_again_it_changes_nothing_and_passwords_stay(database):
    made(database, MIGRATE_OWNER_PASSWORD="hush-of-the-owner-55", MIGRATE_WORKER_PASSWORD=SECRET)
    passwords = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'salesreg_%' ORDER BY 1"
    rights = ("SELECT c.oid::regclass::text, c.relowner::regrole::text, c.relacl::text FROM pg_class c"
              " WHERE relnamespace IN ('salesreg'::regnamespace, 'public'::regnamespace) ORDER BY 1")
    before = database.as_superuser(passwords), database.as_superuser(rights)
    assert dict(before[0])[CLERK].startswith("SCRAM-SHA-256$")
    made(database)
    assert (database.as_superuser(passwords), database.as_superuser(rights)) == before


def test_a_password_is_nowhere_but_where_it_was_given(postgres, database, tmp_path):
    """Not on a command line, in no log of ours, and in none of the server's, which logs every statement here."""
    (tmp_path / "password").write_text(SECRET + "\n")
    database.as_superuser("ALTER SYSTEM SET log_statement = 'all'")
    postgres.execute("SELECT pg_reload_conf()")
    try:
        done = made(database, MIGRATE_WORKER_PASSWORD_FILE=tmp_path / "password")
        eventually(lambda: "SCRAM-SHA-256$" in postgres.log_path.read_text(errors="replace"))
        assert SECRET not in postgres.log_path.read_text(errors="replace")
        assert SECRET not in done.stderr and f"ALTER ROLE {CLERK} LOGIN" in done.stderr
    finally:
        database.as_superuser("ALTER SYSTEM RESET log_statement")
        postgres.execute("SELECT pg_reload_conf()")


def test_everything_is_the_owners_and_later_migrations_are_its_business(database):
    made(database)
    owners = database.as_superuser(
        "SELECT DISTINCT o.rolname FROM (SELECT relowner AS owner FROM pg_class WHERE relnamespace = 'salesreg'::regnamespace"
        " UNION SELECT proowner FROM pg_proc WHERE pronamespace = 'salesreg'::regnamespace"
        " UNION SELECT relowner FROM pg_class WHERE oid IN ('test_prospects'::regclass, 'sales_representatives'::regclass)"
        " UNION SELECT nspowner FROM pg_namespace WHERE nspname = 'salesreg') x JOIN pg_roles o ON o.oid = x.owner")
    assert owners == [(KEEPER,)]
    # a table that a later migration makes
    database.as_superuser(f"SET ROLE {KEEPER}; CREATE TABLE salesreg.later (x int)")
    assert findings(database) == []


def test_a_worker_waits_for_whoever_migrates(empty_database, salesreg):
    """In a compose file both begin at once."""
    db = empty_database
    made(db)
    newest = db.as_superuser(f"DELETE FROM {db.schema_migrations} WHERE version = (SELECT max(version) FROM"
                             f" {db.schema_migrations}) RETURNING version, name, checksum, compatible")[0]
    outreach = salesreg("outreach", DATABASE_URL=url_of(db))
    outreach.wait_for_log(f"the tables belong to {KEEPER}, so this user cannot migrate them")
    done = run("migrate", settings={"DATABASE_URL": url_of(db)})
    assert done.returncode == 1 and f"run `salesreg migrate` as {KEEPER}" in done.stderr
    db.as_superuser(f"INSERT INTO {tables.schema_migrations} (version, name, checksum, compatible)"
                    " VALUES (%d, '%s', '%s', %s)" % newest)
    outreach.wait_for_log("the database is back")


def test_whoever_owned_the_tables_goes_on_as_before(database):
    """The customer's programs: they read, write and change their tables."""
    made(database)
    database.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('theirs', '@theirs', 'Theirs')")
    database.execute("ALTER TABLE test_prospects ADD theirs text")
    database.execute("UPDATE test_prospects SET theirs = 'x'; TRUNCATE test_prospects")
    assert run("migrate", settings={"DATABASE_URL": database.url}).returncode == 0, "as a member of the owner"
    assert [f for f in findings(database, OWNER) if f["severity"] == "serious"] == []


def test_a_role_that_may_make_roles_is_enough(database):
    database.as_superuser(f"ALTER ROLE {OWNER} CREATEROLE")
    try:
        for time in ("first", "again"):
            done = make_roles(database, role=OWNER)
            assert done.returncode == 0, (time, done.stderr)
        assert findings(database) == []
        refused(database, f"SET ROLE {KEEPER}")
        assert run("migrate", settings={"DATABASE_URL": database.url}).returncode == 0
    finally:
        database.as_superuser(f"ALTER ROLE {OWNER} NOCREATEROLE")


def version(database):
    return database.as_superuser("SELECT current_setting('server_version_num')::int / 10000")[0][0]


@pytest.mark.parametrize("self_grant", ["set, inherit", "set", "inherit"])
def test_a_role_that_may_make_roles_and_gets_something_of_what_it_makes_is_enough_too(database, self_grant):
    if version(database) < 16:
        print(f"SKIPPED LOUDLY: createrole_self_grant = '{self_grant}' is of PostgreSQL 16 and later, this is {version(database)}")
        return
    database.as_superuser(f"ALTER ROLE {OWNER} CREATEROLE; ALTER ROLE {OWNER} SET createrole_self_grant = '{self_grant}'")
    try:
        for time in ("first", "again"):
            done = make_roles(database, role=OWNER)
            assert done.returncode == 0, (time, done.stderr)
        assert findings(database) == []
    finally:
        database.as_superuser(f"ALTER ROLE {OWNER} NOCREATEROLE; ALTER ROLE {OWNER} RESET createrole_self_grant")


def test_roles_that_somebody_else_made_are_granted_first(database):
    """Since PostgreSQL 16 CREATEROLE is not enough for them."""
    database.as_superuser(f"CREATE ROLE {KEEPER}; CREATE ROLE {CLERK}; ALTER ROLE {OWNER} CREATEROLE")
    try:
        done = make_roles(database, role=OWNER)
        if version(database) >= 16:
            for role in (KEEPER, CLERK):
                assert done.returncode == EXIT_CONFIG and f"the role {role} was made by somebody else" in done.stderr, done.stderr
                database.as_superuser(re.search(r"as a superuser: (GRANT \w+ TO \w+ WITH ADMIN OPTION)$", done.stderr, re.M).group(1))
                done = make_roles(database, role=OWNER)
        assert done.returncode == 0, done.stderr
        assert findings(database) == []
    finally:
        database.as_superuser(f"ALTER ROLE {OWNER} NOCREATEROLE")


def test_a_superuser_s_roles_are_brought_up_to_date_by_a_member(database):
    made(database)
    database.as_superuser(f"GRANT {KEEPER}, {CLERK} TO {OWNER}")
    done = make_roles(database, role=OWNER)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("also_by", [[], ["postgres"]])
def test_the_worker_is_no_member_of_the_owner_whoever_made_it_one(database, mallory, also_by):
    """Since PostgreSQL 16 a REVOKE takes one grantor's membership, and not the others'."""
    database.as_superuser(f"CREATE ROLE {KEEPER}; CREATE ROLE {CLERK} LOGIN; GRANT {KEEPER} TO mallory WITH ADMIN OPTION;"
                          f" SET ROLE mallory; GRANT {KEEPER} TO {CLERK}")
    for grantor in also_by:
        database.as_superuser(f"SET ROLE {grantor}; GRANT {KEEPER} TO {CLERK}")
    made(database)
    assert database.as_superuser(f"SELECT pg_has_role('{CLERK}', '{KEEPER}', 'MEMBER')") == [(False,)]
    assert findings(database) == []


def test_what_the_user_cannot_revoke_is_named_with_its_grantor(database, mallory):
    database.as_superuser(f"CREATE ROLE {KEEPER}; CREATE ROLE {CLERK} LOGIN; GRANT {KEEPER} TO mallory, {OWNER} WITH ADMIN OPTION;"
                          f" GRANT {CLERK} TO {OWNER} WITH ADMIN OPTION; SET ROLE mallory; GRANT {KEEPER} TO {CLERK}; RESET ROLE;"
                          f" ALTER ROLE {OWNER} CREATEROLE")
    try:
        done = make_roles(database, role=OWNER)
        if version(database) >= 16:
            statement = f"REVOKE {KEEPER} FROM {CLERK} GRANTED BY mallory"
            assert done.returncode == EXIT_CONFIG and f"this takes it away: {statement}\n" in done.stderr, done.stderr
            database.as_superuser(statement)
            done = make_roles(database, role=OWNER)
        assert done.returncode == 0, done.stderr
        assert findings(database) == []
    finally:
        database.as_superuser(f"ALTER ROLE {OWNER} NOCREATEROLE")


def test_who_may_not_make_roles_is_told_and_nothing_is_done(database):
    done = make_roles(database, role=OWNER)
    assert done.returncode == 1 and "CREATE ROLE" in done.stderr and "permission denied" in done.stderr
    assert database.as_superuser(f"SELECT 1 FROM pg_roles WHERE rolname IN ('{KEEPER}', '{CLERK}')") == []


# what the worker could before ------------------------------------------------------------------------------------------------

def is_refused_until_taken_away(database, *names):
    """Each is named; once its statements were run nothing is left."""
    done = make_roles(database)
    assert done.returncode == EXIT_CONFIG and f"{CLERK} could do more than read and write rows" in done.stderr, done.stderr
    for name in names:
        assert name in done.stderr.replace("MAINTAIN, ", ""), done.stderr  # a right since PostgreSQL 17
    assert database.as_superuser(f"SELECT 1 FROM pg_roles WHERE rolname = '{KEEPER}'") == []
    given = re.findall(r"this takes it away: (.*)", done.stderr)
    assert len(given) == len(names)
    for sql in given:
        database.as_superuser(sql)
    made(database)
    for sql in (f"TRUNCATE {tables.outbox}", "DELETE FROM test_prospects", "CREATE TABLE public.x (y int)", f"SET ROLE {KEEPER}",
                "CREATE TABLE salesreg.x (y int)", "CREATE SCHEMA x", "ALTER TABLE test_prospects ADD x int"):
        refused(database, sql)
    assert findings(database) == []


@pytest.mark.parametrize("before,names", [
    (f"GRANT {OWNER} TO {CLERK}", [f"is a member of {OWNER}"]),
    (f"GRANT mallory TO {CLERK}; GRANT {OWNER} TO mallory", ["is a member of mallory"]),
    (f"GRANT ALL ON ALL TABLES IN SCHEMA public, salesreg TO {CLERK}", [
        f"DELETE, INSERT, REFERENCES, TRIGGER, TRUNCATE, UPDATE on {tables.schema_migrations};",
        "DELETE, REFERENCES, TRIGGER, TRUNCATE on public.sales_representatives, public.test_prospects;",
        "REFERENCES, TRIGGER, TRUNCATE on salesreg."]),
    (f"GRANT TRUNCATE ON {tables.outbox} TO mallory; GRANT mallory TO {CLERK}", [f"REVOKE TRUNCATE ON {tables.outbox} FROM mallory"]),
    (f"GRANT REFERENCES (id), UPDATE (notes) ON test_prospects TO {CLERK}", [
        f"REVOKE REFERENCES ON public.test_prospects FROM {CLERK}"]),
    (f"GRANT USAGE ON SCHEMA salesreg TO {CLERK}; GRANT UPDATE (checksum) ON {tables.schema_migrations} TO {CLERK}", [
        f"REVOKE UPDATE ON {tables.schema_migrations} FROM {CLERK}"]),
    ("GRANT CREATE ON SCHEMA public TO PUBLIC", ["REVOKE CREATE ON SCHEMA public FROM PUBLIC"]),
    (f"GRANT CREATE ON SCHEMA salesreg TO {CLERK}", [f"REVOKE CREATE ON SCHEMA salesreg FROM {CLERK}"]),
    (f"GRANT pg_write_all_data, pg_execute_server_program TO {CLERK}",
     [f"REVOKE pg_write_all_data FROM {CLERK}", f"REVOKE pg_execute_server_program FROM {CLERK}"]),
    (f"ALTER ROLE {CLERK} REPLICATION BYPASSRLS", ["NOREPLICATION", "NOBYPASSRLS"])])
def test_what_the_worker_could_before_is_named_and_refused(database, mallory, before, names):
    database.as_superuser(f"CREATE ROLE {CLERK} LOGIN; {before}")
    is_refused_until_taken_away(database, *names)


def test_the_databases_owner_is_no_worker(database):
    database.as_superuser(f"CREATE ROLE {CLERK} LOGIN; ALTER DATABASE {database.name} OWNER TO {CLERK}; GRANT {OWNER} TO postgres")
    try:
        is_refused_until_taken_away(database, f"ALTER DATABASE {database.name} OWNER TO postgres")
    finally:
        database.as_superuser(f"ALTER DATABASE {database.name} OWNER TO {OWNER}; REVOKE {OWNER} FROM postgres")


def test_a_worker_may_look_at_the_server(database):
    database.as_superuser(f"CREATE ROLE {CLERK} LOGIN IN ROLE pg_monitor")
    made(database)


def test_rights_that_come_with_a_new_table_are_refused_too(empty_database):
    db = empty_database
    db.as_superuser(f"CREATE ROLE {KEEPER}; CREATE ROLE {CLERK}; ALTER DEFAULT PRIVILEGES FOR ROLE {KEEPER} GRANT TRUNCATE ON TABLES TO {CLERK}")
    done = make_roles(db)
    assert done.returncode == EXIT_CONFIG and "REVOKE TRUNCATE ON " in done.stderr, done.stderr


# open transactions ---------------------------------------------------------------------------------------------------------

def test_an_open_transaction_is_named_and_holds_up_nobody_for_long(database):
    """A change of owner waits for it, and whoever reads waits behind the change."""
    reader = database.cluster.connect(database.name, "postgres")
    reader.autocommit = False
    process = None
    try:
        with reader.cursor() as cursor:
            cursor.execute("SET application_name = 'report'; SELECT count(*) FROM public.test_prospects")
        process = subprocess.Popen([BINARY, "migrate", "--roles", *NAMES], stderr=subprocess.PIPE, text=True,
                                   env=environment({"DATABASE_URL": url_of(database, "postgres")}))
        line = process.stderr.readline()
        while "tried again" not in line:
            assert line, "it ended without a word of the lock"
            line = process.stderr.readline()
        assert f"pid {reader.info.backend_pid} (role postgres, application report)" in line
        assert "ALTER TABLE public.test_prospects OWNER TO" in line and "holds locks on public.test_prospects" in line
        reader.rollback()
        rest = process.communicate()[1]
        assert process.returncode == 0, rest
    finally:
        reader.close()
        if process and process.poll() is None:
            process.kill()
            process.wait()
    assert findings(database) == []


def test_one_that_does_not_end_is_waited_for_in_vain_and_nothing_is_done(database):
    reader = database.cluster.connect(database.name, "postgres")
    reader.autocommit = False
    try:
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM public.test_prospects")
        done = make_roles(database, "--wait", "3")
    finally:
        reader.close()
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and "nothing was changed; to be tried again" in last and "holds locks on" in last, done.stderr
    nothing_done(database)


# strangers ----------------------------------------------------------------------------------------------------------------

def test_a_schema_and_a_function_of_somebody_else_are_not_adopted(empty_database, mallory):
    """As the owner's, a function that runs with its owner's rights would run anything of hers with the owner's."""
    db = empty_database
    db.as_superuser(f"GRANT CREATE ON DATABASE {db.name} TO mallory")
    execute_as(db, mallory, "CREATE SCHEMA salesreg; GRANT ALL ON SCHEMA salesreg TO PUBLIC;"
               " CREATE FUNCTION salesreg.evil(s text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN EXECUTE s; END$$")
    done = make_roles(db)
    assert done.returncode == EXIT_CONFIG and "the schema salesreg belongs to mallory" in done.stderr, done.stderr
    assert "ALTER SCHEMA salesreg OWNER TO postgres" in done.stderr
    nothing_done(db)
    db.as_superuser("ALTER SCHEMA salesreg OWNER TO postgres; REVOKE CREATE ON SCHEMA salesreg FROM PUBLIC")
    made(db)
    assert db.as_superuser("SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'evil'") == [("mallory",)]
    refused(db, f"SELECT salesreg.evil('SELECT count(*) FROM {tables.outbox}')", mallory)
    assert [f["code"] for f in findings(db)] == ["not-ours"]


@pytest.mark.parametrize("table", ["test_prospects", "sales_representatives"])
def test_whoever_owns_a_table_of_the_two_and_is_a_stranger_becomes_no_member(database, mallory, table):
    database.as_superuser(f"ALTER TABLE public.{table} OWNER TO mallory")
    done = make_roles(database)
    assert done.returncode == EXIT_CONFIG and f"the table public.{table} belongs to mallory" in done.stderr, done.stderr
    nothing_done(database)
    refused(database, f"SELECT count(*) FROM {tables.outbox}", mallory)
    # her being one of ours is the operator's to say, once
    database.as_superuser("GRANT mallory TO postgres")
    made(database)
    assert database.as_superuser(f"SELECT pg_has_role('mallory', '{KEEPER}', 'USAGE')") == [(True,)]


def test_a_role_is_altered_only_where_it_has_to_be(database):
    """Since PostgreSQL 16 whoever has no CREATEDB may not even say NOCREATEDB."""
    done = made(database)
    assert f"ALTER ROLE {CLERK} LOGIN\n" in done.stderr and "NOCREATE" not in done.stderr and f"ALTER ROLE {KEEPER}" not in done.stderr
    assert "ALTER ROLE" not in made(database).stderr
    database.as_superuser(f"ALTER ROLE {CLERK} CREATEDB")
    assert f"ALTER ROLE {CLERK} NOCREATEDB PASSWORD (not shown)" in made(database, MIGRATE_WORKER_PASSWORD=SECRET).stderr
    assert f"ALTER ROLE {KEEPER} LOGIN PASSWORD (not shown)" in made(database, MIGRATE_OWNER_PASSWORD=SECRET).stderr
    assert f"ALTER ROLE {KEEPER} PASSWORD (not shown)" in made(database, MIGRATE_OWNER_PASSWORD=SECRET).stderr


@pytest.mark.parametrize("args,code,says", [
    (["--worker", "postgres"], EXIT_CONFIG, "the role postgres is a superuser"),
    (["--worker", KEEPER], EXIT_CONFIG, "the same role"), (["--worker", ""], EXIT_USAGE, "name roles"),
    (["--worker", "x" * 64], EXIT_USAGE, "name roles")])
def test_roles_that_cannot_be_the_two_are_refused(database, args, code, says):
    done = make_roles(database, *args)
    assert done.returncode == code and says in done.stderr, done.stderr


def test_names_go_with_roles():
    assert run("migrate", "--worker", "x").returncode == EXIT_USAGE
    assert "--roles" in run("migrate", "--help").stdout
