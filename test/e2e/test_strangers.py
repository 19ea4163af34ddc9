"""Other programs and other roles on the same tables: they may do what they could before, and are heard."""
import contextlib

import psycopg2
import pytest

import test_prospects as prospects
from support.database import tables
from support.postgres import OWNER
from support.waiting import eventually


@pytest.fixture
def running(make_world):
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    return world


@pytest.fixture
def stranger(postgres, database):
    """stranger(sql, *args) as a role that may write test_prospects and nothing else; returns the rows there are."""
    postgres.execute("CREATE ROLE web_shop LOGIN")
    database.execute("GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON public.test_prospects TO web_shop")
    with contextlib.closing(postgres.connect(database.name, "web_shop")) as connection:
        def execute(sql, *args):
            with connection.cursor() as cursor:
                cursor.execute(sql, args or None)
                return cursor.fetchall() if cursor.description else []
        yield execute
    postgres.execute("DROP OWNED BY web_shop", database.name)
    postgres.execute("DROP ROLE web_shop")


INSERT = "INSERT INTO test_prospects (id, telegram_id, name) VALUES (%s, '@x', %s)"


def test_what_a_role_with_rights_on_that_table_alone_inserts_is_assigned(running, stranger):
    anna, = prospects.reps(running, 1)
    stranger(INSERT, "p1", "Ivan P")
    assert "Ivan P" in anna.hears_anything().text
    assert prospects.holder(running, "p1") == anna.id


@pytest.mark.parametrize("path", ["''", "web_shop", "pg_temp, public"])
def test_it_writes_whatever_its_search_path_is(running, stranger, path):
    anna, = prospects.reps(running, 1)
    stranger(f"SET search_path = {path}")
    stranger(INSERT.replace("INTO ", "INTO public."), "p1", "Ivan P")
    stranger("UPDATE public.test_prospects SET notes = 'call late' WHERE id = 'p1'")
    prospects.assigned(running, "p1", anna)
    stranger("DELETE FROM public.test_prospects WHERE id = 'p1'")


def test_what_it_frees_and_deletes_makes_room(make_world, stranger):
    world = make_world(MAX_PROSPECTS_PER_REP="1")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna, = prospects.reps(world, 1)
    stranger(INSERT, "p1", "Ivan P")
    prospects.assigned(world, "p1", anna)
    stranger(INSERT, "p2", "Olga Q")
    stranger("UPDATE test_prospects SET status = 'archived' WHERE id = 'p1'")
    prospects.assigned(world, "p2", anna)
    stranger(INSERT, "p3", "Petr R")
    stranger("DELETE FROM test_prospects WHERE id = 'p2'")
    prospects.assigned(world, "p3", anna)


def test_what_it_gives_to_another_rep_reaches_that_rep(running, stranger):
    anna, boris = prospects.reps(running, 2)
    stranger(INSERT, "p1", "Ivan P")
    first, second = prospects.first_and_second(running, [anna, boris], "p1")
    stranger("UPDATE test_prospects SET assigned_rep_id = %s WHERE id = 'p1'", running.db.rep(second.id)["id"])
    assert "Ivan P" in second.hears_anything().text


def test_it_may_not_do_more_than_before(stranger, database):
    for sql in (f"SELECT * FROM {tables.outbox}", f"INSERT INTO {tables.outbox} (chat_id, method, payload) VALUES (1, 'x', '{{}}')",
                "SELECT * FROM public.sales_representatives", "SELECT salesreg.on_prospects_inserted()"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            stranger(sql)


def test_the_table_can_be_emptied_and_filled_again(make_world, stranger):
    """As a script that resets it does; the same ids come back as other people."""
    world = make_world(MAX_PROSPECTS_PER_REP="2")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna, = prospects.reps(world, 1)
    for n in (1, 2):
        stranger(INSERT, f"p{n}", f"Before {n}.")
        prospects.assigned(world, f"p{n}", anna)
    anna.hears_anything()
    anna.hears_anything()
    anna.presses("button_decline")
    world.db.declined_prospects.eventually("count(*) = 1")
    world.settle()
    stranger("TRUNCATE test_prospects")
    world.db.assignments.eventually("count(*) = 0", "WHERE ended_at IS NULL")
    assert world.db.declined_prospects.value("count(*)") == 0
    anna.hears("lost", count=1)
    anna.forget()
    stranger("INSERT INTO test_prospects (id, telegram_id, name) SELECT 'p' || i, '@y', 'After ' || i FROM generate_series(1, 2) i")
    for n in (1, 2):
        prospects.assigned(world, f"p{n}", anna)
    assert "After" in anna.hears_anything().text


def test_the_program_runs_as_a_plain_role(running):
    """What every test here stands for: nobody connects as a superuser."""
    eventually(lambda: running.db.rows("SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                                       " AND application_name LIKE 'salesreg outreach%%'"))
    roles = running.db.rows("SELECT DISTINCT a.usename, r.rolsuper FROM pg_stat_activity a JOIN pg_roles r"
                            " ON r.rolname = a.usename WHERE a.datname = current_database()"
                            " AND a.application_name LIKE 'salesreg %%'")
    assert [tuple(row) for row in roles] == [(OWNER, False)]


# their triggers in our sessions -----------------------------------------------------------------------------------------

NOTES = """
    CREATE TABLE {schema}.shop_notes (prospect text, rep uuid, path text, schema name);
    CREATE FUNCTION {schema}.shop_notes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO shop_notes VALUES (NEW.id, NEW.assigned_rep_id, current_setting('search_path'), current_schema());
        RETURN NEW;
    END $$;
    CREATE TRIGGER shop_notes AFTER UPDATE ON public.test_prospects FOR EACH ROW EXECUTE FUNCTION {schema}.shop_notes();
    CREATE TRIGGER shop_notes AFTER INSERT OR UPDATE ON public.sales_representatives FOR EACH ROW
        EXECUTE FUNCTION {schema}.rep_notes();
"""
REP_NOTES = """
    CREATE FUNCTION {schema}.rep_notes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO shop_notes VALUES (NULL, NEW.id, current_setting('search_path'), current_schema());
        RETURN NEW;
    END $$;
"""


@pytest.mark.parametrize("schema", ["public", "shop"])
def test_a_trigger_that_names_a_table_without_its_schema_works_in_our_sessions(make_world, schema):
    world = make_world()
    world.db.no_prospects()
    world.db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    world.db.execute(f"ALTER DATABASE {world.db.name} SET search_path = {schema}, public")
    world.db.close()
    world.db.execute(REP_NOTES.format(schema=schema) + NOTES.format(schema=schema))
    world.start_bot()
    world.start_outreach()
    anna, boris = prospects.reps(world, 2)
    world.db.add_prospect("p1", "Ivan P")
    first, second = prospects.first_and_second(world, [anna, boris], "p1")
    first.hears_anything()
    first.presses("button_decline")
    prospects.assigned(world, "p1", second)
    seen = world.db.rows("SELECT DISTINCT path, schema FROM shop_notes")
    assert [tuple(row) for row in seen] == [("public" if schema == "public" else f"{schema}, public", schema)]
    assert world.db.value("SELECT count(*) >= 3 FROM shop_notes WHERE prospect = 'p1'")


def test_where_others_may_create_objects_nothing_of_theirs_is_called(make_world):
    """As on a server older than 15: everybody may put functions into public."""
    world = make_world()
    world.db.no_prospects()
    world.db.as_superuser("CREATE ROLE mallory LOGIN; GRANT CREATE ON SCHEMA public TO PUBLIC")
    try:
        with contextlib.closing(world.db.cluster.connect(world.db.name, "mallory")) as connection:
            with connection.cursor() as cursor:
                for name in ("lower", "btrim"):
                    cursor.execute(f"CREATE FUNCTION public.{name}(varchar) RETURNS text LANGUAGE plpgsql AS"
                                   " $$ BEGIN RAISE EXCEPTION 'as %', current_user; END $$")
                cursor.execute("CREATE FUNCTION public.same(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS"
                               " $$ BEGIN RAISE EXCEPTION 'as %', current_user; END $$")
                cursor.execute("CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.same)")
        world.start_bot()
        world.start_outreach()
        anna, = prospects.reps(world, 1)
        world.db.execute("SET search_path = ''")
        world.db.execute("INSERT INTO public.test_prospects (id, telegram_id, name) VALUES ('p1', '@x', 'Ivan P')")
        assert "Ivan P" in anna.hears_anything().text
        assert not world.outreach.lines("as salesreg_owner") and not world.bot.lines("as salesreg_owner")
    finally:
        world.finish()
        world.db.as_superuser("DROP OWNED BY mallory; REVOKE CREATE ON SCHEMA public FROM PUBLIC; DROP ROLE mallory")


def test_a_prospect_that_a_trigger_refuses_holds_up_no_other(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="100", LOG_LEVEL="debug")
    world.db.no_prospects()
    world.db.execute("CREATE FUNCTION shop_rule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                     " IF NEW.name = 'Refused' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$;"
                     " CREATE TRIGGER shop_rule BEFORE UPDATE ON test_prospects FOR EACH ROW EXECUTE FUNCTION shop_rule()")
    world.start_bot()
    anna, = prospects.reps(world, 1)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) SELECT 'p' || i, '@x', CASE WHEN i IN (13, 40) THEN"
                     " 'Refused' ELSE 'Prospect' END FROM generate_series(1, 50) i")
    world.start_outreach()
    world.db.eventually("SELECT count(*) = 48 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")
    world.outreach.wait_for_log("prospect p13 cannot be assigned and is left out .* not this one")
    world.outreach.wait_for_log("prospect p40 cannot be assigned")
    # changes by hand have it tried again each time, and that it is as before is not said each time
    for n in range(3):
        world.db.execute("SELECT pg_notify('salesreg_reconcile', '')")
        world.db.add_prospect(f"later{n}")
        prospects.assigned(world, f"later{n}")
    assert world.outreach.said(" error .*cannot be assigned and is left out", times=2)
    assert len(world.outreach.lines(" debug .*cannot be assigned and is left out")) >= 2, "it was tried again"
    world.db.execute("DROP TRIGGER shop_rule ON test_prospects")
    world.db.execute("SELECT pg_notify('salesreg_reconcile', '')")
    world.db.eventually("SELECT count(*) = 53 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")


@pytest.mark.parametrize("way", ["RETURN NULL;", "NEW.assigned_rep_id := NULL;",
                                 "UPDATE test_prospects SET assigned_rep_id = NULL WHERE id = NEW.id;"],
                         ids=["without a word", "back again", "afterwards"])
@pytest.mark.parametrize("declined", [False, True], ids=["new", "declined"])
def test_a_prospect_that_a_trigger_keeps_without_a_rep_holds_up_no_other(running, way, declined):
    """Nor is anybody told again and again that they have it."""
    people = prospects.reps(running, 2)
    running.db.execute("CREATE TABLE kept (id text); CREATE FUNCTION shop_rule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                       f" IF NEW.assigned_rep_id IS NOT NULL AND NEW.id IN (SELECT id FROM kept) THEN {way} END IF; RETURN NEW;"
                       f" END $$; CREATE TRIGGER shop_rule {'AFTER' if way.startswith('UPDATE') else 'BEFORE'} UPDATE ON test_prospects"
                       " FOR EACH ROW EXECUTE FUNCTION shop_rule()")
    if declined:
        running.db.add_prospect("p1", "Ivan P")
        people = prospects.first_and_second(running, people, "p1")
        card = people[0].hears_anything()
        running.db.execute("INSERT INTO kept VALUES ('p1')")
        people[0].presses("button_decline", message=card)
    else:
        running.db.execute("INSERT INTO kept VALUES ('p1')")
        running.db.add_prospect("p1", "Ivan P")
    running.outreach.wait_for_log("prospect p1 cannot be assigned and is left out .* a trigger or a rule")
    running.db.add_prospect("p2", "Olga Q")
    prospects.assigned(running, "p2")
    running.settle()
    assert prospects.holder(running, "p1") is None
    assert not [e for person in people for e in person.unheard() if "Ivan P" in e["text"]]
    assert running.db.assignments.value("count(*)", "WHERE prospect = 'p1'") == (1 if declined else 0)
    running.db.execute("DELETE FROM kept")
    running.db.execute("SELECT pg_notify('salesreg_reconcile', '')")
    prospects.assigned(running, "p1", people[1] if declined else None)


def test_a_prospect_whose_text_cannot_be_read_holds_up_no_other(make_world):
    """As on a damaged page: whoever reads this text gets an error."""
    world = make_world(MAX_PROSPECTS_PER_REP="100")
    world.db.no_prospects()
    world.db.as_superuser('SET allow_system_table_mods = on; ALTER FUNCTION pg_catalog."left"(text, integer) RENAME TO real_left;'
                          ' CREATE FUNCTION pg_catalog."left"(text, integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN'
                          " IF $1 = 'damaged' THEN RAISE EXCEPTION 'missing chunk' USING ERRCODE = 'XX001'; END IF;"
                          " RETURN pg_catalog.real_left($1, $2); END $$")
    world.start_bot()
    anna, = prospects.reps(world, 1)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, context) SELECT 'p' || i, '@x', 'Prospect',"
                     " CASE i WHEN 5 THEN 'damaged' END FROM generate_series(1, 9) i")
    world.start_outreach()
    world.db.eventually("SELECT count(*) = 8 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")
    world.outreach.wait_for_log("prospect p5 cannot be assigned and is left out .* missing chunk")


TRAPS = """
    CREATE TABLE {schema}.loot (who name);
    GRANT INSERT ON {schema}.loot TO PUBLIC;
    CREATE FUNCTION {schema}.left(varchar, integer) RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO {schema}.loot VALUES (current_user); RETURN pg_catalog.left($1::text, $2); END $$;
    CREATE FUNCTION {schema}.same(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO {schema}.loot VALUES (current_user); RETURN $1::text OPERATOR(pg_catalog.=) $2::text; END $$;
    CREATE OPERATOR {schema}.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = {schema}.same);
"""


@pytest.mark.parametrize("way", ["left behind", "a schema named as the role", "such a schema, opened later", "such a schema, made later"])
def test_nothing_that_a_stranger_put_on_the_search_path_is_called(make_world, way):
    """left behind: from before CREATE on public was revoked. "$user" is on the path of every role that sets none."""
    world = make_world()
    world.db.no_prospects()
    schema = "public" if way == "left behind" else OWNER
    world.db.as_superuser(f"CREATE ROLE mallory; GRANT CREATE ON DATABASE {world.db.name} TO mallory; GRANT CREATE ON SCHEMA public TO mallory")
    trap = TRAPS.format(schema=schema)
    if schema == OWNER:
        trap = f"CREATE SCHEMA {OWNER}; {trap}"
    opened = f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC"
    try:
        if "made later" not in way:
            world.db.as_superuser(f"SET ROLE mallory; {trap}")
        world.db.as_superuser("REVOKE CREATE ON SCHEMA public FROM mallory")
        if "later" not in way:
            world.db.as_superuser(f"SET ROLE mallory; {opened if schema == OWNER else ''}")
        world.start_bot()
        world.start_outreach()
        anna, = prospects.reps(world, 1)
        if "later" in way:
            world.db.as_superuser(f"SET ROLE mallory; {trap if 'made' in way else ''} {opened}")
        world.db.execute("SET search_path = ''")
        world.db.execute("INSERT INTO public.test_prospects (id, telegram_id, name) VALUES ('p1', '@x', 'Ivan P')")
        assert "Ivan P" in anna.hears_anything().text
        world.settle()
        assert world.db.as_superuser(f"SELECT * FROM {schema}.loot") == []
    finally:
        world.finish()
        world.db.as_superuser("DROP OWNED BY mallory CASCADE; DROP ROLE mallory")
