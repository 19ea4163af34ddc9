"""Every statement the program can run, prepared against the migrated schema with nothing on the search path."""
import io
import re
import subprocess

import psycopg2
import pytest

from support.database import tables
from support.paths import BINARY, ROOT

FILES = sorted((ROOT / "sql" / "queries").glob("*.sql"))


def statements(path):
    """The rule of sql/embed.awk: a statement from one `-- name:` line to the next; comment and empty lines left out."""
    name, lines = None, []
    for line in path.read_text().splitlines():
        if line.startswith("-- name:"):
            if name:
                yield name, "\n".join(lines)
            name, lines = line.split()[2], []
        elif name and not re.match(r"^[ \t]*(--|$)", line):
            lines.append(line)
    if name:
        yield name, "\n".join(lines)


ALL = [(path.name, name, text) for path in FILES for name, text in statements(path)]
TRANSACTION = {"BEGIN", "BEGIN READ WRITE", "COMMIT", "ROLLBACK", "DISCARD PLANS", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
               f"LOCK TABLE {tables.import_staging} IN SHARE ROW EXCLUSIVE MODE"}


def test_there_are_statements_and_each_has_a_name_of_its_own():
    names = [name for _, name, _ in ALL]
    assert len(names) > 30
    assert len(set(names)) == len(names)


def test_who_is_no_stranger_is_the_same_wherever_it_is_asked():
    """A session asks before there is a function of ours, so the list stands in each statement that needs it."""
    lists = {re.search(r"owners \(oid\) AS \(.*?\n\), known \(oid\) AS MATERIALIZED \(.*?\n\)", text, re.S).group()
             for _, name, text in ALL if re.search(r"\bknown \(oid\)", text) or name in ("search_path", "doctor_strange_triggers")}
    assert len(lists) == 1


def plain_literals(sql):
    """The '…' of a text of SQL that are not E'…', without its comments."""
    tokens = re.findall(r"--[^\n]*|(?<![A-Za-z0-9_])[Ee]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'", sql)
    return [token for token in tokens if token.startswith("'")]


@pytest.mark.parametrize("path", sorted((ROOT / "sql").glob("*/*.sql")), ids=lambda path: path.name)
def test_no_literal_means_something_else_where_backslashes_escape(path):
    """A database may have standard_conforming_strings off; E'…' is read the same everywhere."""
    assert plain_literals(r"SELECT '\1', E'\\2', 'it''s' -- '\3'") == [r"'\1'", "'it''s'"]
    assert [literal for literal in plain_literals(path.read_text()) if "\\" in literal] == []


def test_the_binary_embeds_exactly_these_statements():
    generated = (BINARY.parent / "generated" / "salesreg" / "generated" / "statements.h").read_text()
    embedded = re.findall(r"^\tSQL_([A-Z0-9_]+),", generated, re.M)
    assert sorted(embedded) == sorted(name.upper() for _, name, _ in ALL)


@pytest.mark.parametrize("file,name,text", ALL, ids=[name for _, name, _ in ALL])
def test_the_statement_can_be_prepared_with_an_empty_search_path(module_connection, file, name, text):
    if text.strip() in TRANSACTION:
        return  # PREPARE takes none of these; the extended protocol does
    assert text.strip(), "empty"
    with module_connection.cursor() as cursor:
        if text.startswith("COPY "):
            cursor.copy_expert(text, io.StringIO(""))  # PREPARE takes none of these either: the names count
            return
        cursor.execute(f"PREPARE s AS {text}")
        try:
            cursor.execute("SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 's'")
            types = cursor.fetchone()[0]
            used = {int(n) for n in re.findall(r"\$(\d+)", text)}
            assert used == set(range(1, len(types) + 1)), "parameters are numbered with a gap"
        finally:
            cursor.execute("DEALLOCATE s")


@pytest.mark.parametrize("file,name,text", ALL, ids=[name for _, name, _ in ALL])
def test_every_parameter_has_its_type_written_down(file, name, text):
    """A guess of PostgreSQL's can change with the schema, and then a value sent as text is read differently."""
    for number in set(re.findall(r"\$(\d+)", text)):
        assert re.search(rf"\${number}::[a-z]+", text), f"${number} of {name} has no type"


@pytest.fixture(scope="module")
def module_connection(postgres, template):
    postgres.create("statements", template)
    connection = postgres.connect("statements")
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = ''")
    yield connection
    connection.close()
    postgres.drop("statements")


def test_triggers_and_functions_of_ours_work_with_an_empty_search_path(module_connection):
    """They run in the session of whoever writes, with that session's search path."""
    with module_connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO public.sales_representatives (telegram_id, name, email, status)"
                       " VALUES (1, 'A B', 'a@x.y', 'active')")
        cursor.execute("INSERT INTO public.test_prospects (id, telegram_id, name) VALUES ('s', '@s', 's')")
        cursor.execute("UPDATE public.test_prospects SET status = 'archived' WHERE id = 's'")
        cursor.execute(f"INSERT INTO {tables.outbox} (chat_id, method, payload) VALUES (1, 'sendMessage', '{{}}')")
        with pytest.raises(psycopg2.errors.SerializationFailure):
            cursor.execute("SELECT salesreg.must(false)")
        cursor.execute("ROLLBACK")


@pytest.mark.parametrize("change, wakes", [
    ("INSERT INTO public.test_prospects (id, telegram_id, name, assigned_rep_id) VALUES ('n', '@n', 'n', '{rep}')", True),
    ("INSERT INTO public.test_prospects (id, telegram_id, name, status) VALUES ('n', '@n', 'n', 'archived')", False),
    ("UPDATE public.test_prospects SET assigned_rep_id = '{rep}' WHERE id = 'waits'", True),
    ("UPDATE public.test_prospects SET assigned_rep_id = '{rep}' WHERE id = 'others'", True),
    ("UPDATE public.test_prospects SET status = 'unreached' WHERE id = 'closed'", True),
    ("UPDATE public.test_prospects SET notes = 'n', status = 'contacted' WHERE id = 'theirs'", False),
    ("UPDATE public.test_prospects SET notes = 'n', status = 'archived' WHERE id = 'closed'", False)])
def test_the_assigner_hears_of_whatever_takes_room_of_a_rep(module_connection, change, wakes):
    """While it is at work it counts what reps have only now and then, and at once when it hears of this."""
    with module_connection.cursor() as cursor:
        cursor.execute("INSERT INTO public.sales_representatives (telegram_id, name, email, status)"
                       " VALUES (2, 'R R', 'r@x.y', 'active'), (3, 'O O', 'o@x.y', 'active') RETURNING id")
        rep, other = (row[0] for row in cursor.fetchall())
        cursor.execute("INSERT INTO public.test_prospects (id, telegram_id, name, status, assigned_rep_id) VALUES"
                       " ('waits', '@w', 'w', 'unreached', NULL), ('theirs', '@t', 't', 'unreached', %s),"
                       " ('others', '@o', 'o', 'unreached', %s), ('closed', '@c', 'c', 'archived', %s)", (rep, other, rep))
        cursor.execute("LISTEN salesreg_assign; LISTEN salesreg_reconcile")
        try:
            cursor.execute(change.format(rep=rep))
            # in autocommit its own notifications come with the answer
            module_connection.poll()
            channels = {notice.channel for notice in module_connection.notifies}
            assert ("salesreg_assign" in channels) == wakes
            assert "salesreg_reconcile" not in channels, "it was never assigned by us"
        finally:
            cursor.execute("UNLISTEN *")
            cursor.execute("DELETE FROM public.test_prospects WHERE id IN ('waits', 'theirs', 'others', 'closed', 'n')")
            cursor.execute("DELETE FROM public.sales_representatives WHERE telegram_id IN (2, 3)")
            module_connection.notifies.clear()


def test_every_function_of_ours_has_a_search_path_of_its_own(module_connection):
    """
    Those of triggers run with their owner's rights besides, for whoever writes the table, and nobody else calls them; those of reports,
    too, for whoever may read their views.
    """
    with module_connection.cursor() as cursor:
        cursor.execute("SELECT p.proname, p.proconfig, p.prorettype = 'trigger'::regtype AS is_trigger, p.prosecdef,"
                       " has_function_privilege('pg_monitor', p.oid, 'EXECUTE') FROM pg_proc p"
                       " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'salesreg'")
        functions = cursor.fetchall()
    assert len(functions) > 5
    for name, config, is_trigger, definer, anybody in functions:
        assert "search_path=pg_catalog, pg_temp" in (config or []), name
        assert definer == (is_trigger or name.startswith("report_")), name
        assert anybody != is_trigger, name


def test_every_statement_is_used_by_some_c_file():
    """A statement nobody runs is dead weight, and is tested by nobody."""
    sources = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.c"))
    used = set(re.findall(r"\bSQL_\w+", sources))
    assert not [name for _, name, _ in ALL if f"SQL_{name.upper()}" not in used]


@pytest.mark.parametrize("line", ["    UNIQUE (a, b)", "    CONSTRAINT both UNIQUE (a, b)"])
def test_a_key_that_doctor_would_look_for_in_vain_does_not_build(tmp_path, line):
    """The names of our keys are read from the migrations, where such a line has none."""
    (tmp_path / "migrations").mkdir()
    migration = tmp_path / "migrations" / "001_x.sql"
    migration.write_text(f"CREATE TABLE salesreg.x (\n    a int,\n    b int,\n{line}\n);\n")
    done = subprocess.run(["mawk", "-v", "mode=statement-table", "-f", ROOT / "sql" / "embed.awk", migration], capture_output=True, text=True)
    assert done.returncode != 0 and "001_x.sql:4: " in done.stderr
