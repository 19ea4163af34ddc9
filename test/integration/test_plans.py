"""
The statements of the hot paths look at few rows however many there are, with the settings of a worker's session (read from
the program's own source) and without statistics: planned on empty tables, then again as a session does now and then.
"""
import json
import re

import pytest

from support.paths import ROOT
from test_statements import ALL

TEXTS = {name: text for _, name, text in ALL}
MANY = 20_000
# with these arguments each must find 10 rows or fewer, but for what a LIMIT asks for
HOT = {
    "sessions_read": ["'{1000000001,1000000002}'"],
    "reps_read": ["'{1000000001,1000000002}'"],
    "claims_waiting": ["5", "'{1000000001}'", "true"],
    "rep_emails_read": ["'{1@truerealestate.bali,2@truerealestate.bali}'"],
    "rep_subjects_read": ["'{1000000001}'"],
    "assignments_read": ["'{1,2}'"],
    "clients_read": ["'{1000000001}'", "5"],
    "assignment_lock_if": ["false", "'{1000000001,1000000002}'"],
    "outbox_claim": ["5", "'{1000000001}'"],
    "outbox_rest": [],
    "outbox_lend": ["'{1000000001}'"],
    "outbox_sent": ["'{1}'", "'{1000000001}'", "'{1}'", "'{1}'"],
    "dealing_candidates": ["5", "'{}'"],
    "dealing_identify": ["'{p1}'", "'{username}'", "'{name}'"],
    "dealing_known": ["'{username}'", "'{buyer_7}'", "'{new}'"],
    "dealing_shared": ["'{username}'", "'{buyer_7}'"],
    "assignments_contacted": ["'{1}'"],
    "assignments_decline": ["'{1}'"],
    "assignments_release": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'unregistered'"],  # md5 of 1
    "reps_unreachable": ["'{1000000001}'"],
    "outbox_later": ["'{1}'", "'{1000000001}'", "'{1}'", "'{1}'", "'{f}'", "'{x}'"],
    "outbox_gone": ["'{1}'", "'{1000000001}'", "'{1}'", "'{x}'", "'{1}'", "900"],
    "reps_reachable": ["'{1000000001}'"],
    "dealing_declined": ["5", "'{}'"],
    "dealing_nobody_left": ["true", "5"],
    "dealing_passed_over": ["5", "'{}'"],
    "dealing_next": ["'{}'"],
    "bot_backlog": [],
    "dealing_waiting": [],
    "outbox_insert": ["'{1000000001}'", "'{sendMessage}'", "'{\"{}\"}'", "'{0}'", "'{t}'"],
}

# these are run alone, after plan_by_index
ALONE = {"bot_backlog"}
# these count, up to so many
COUNTED = {"bot_backlog": 10_000, "dealing_waiting": 10_000}


def execute(name):
    return f"EXECUTE {name}" + (f" ({', '.join(HOT[name])})" if HOT[name] else "")


def session_settings():
    source = (ROOT / "src" / "db" / "conn.c").read_text()
    literals = re.search(r"session_defaults\[\] =(.*?);\n", source, re.S).group(1)
    return "".join(re.findall(r'"([^"]*)"', literals))


# what other hands do, a row or a thousand at once
CHANGES = [
    "INSERT INTO public.test_prospects (id, telegram_id, name) VALUES ('new', '@x', 'X')",
    "UPDATE public.test_prospects SET assigned_rep_id = md5('1')::uuid WHERE id = 'waiting1'",
    "UPDATE public.test_prospects SET assigned_rep_id = md5('1')::uuid WHERE id ~ '^waiting1...$'",
    "UPDATE public.test_prospects SET assigned_rep_id = NULL WHERE id IN ('held7', 'held8')",
    "UPDATE public.test_prospects SET telegram_id = '@other' WHERE id = 'held7'",
    "UPDATE public.test_prospects SET telegram_id = '@other' WHERE id ~ '^held1...$'",
    "UPDATE public.test_prospects SET status = 'converted' WHERE id = 'held7'",
    "UPDATE public.test_prospects SET updated_at = now() WHERE id ~ '^held1...$'",
    "DELETE FROM public.test_prospects WHERE id IN ('held7', 'waiting7')",
    "DELETE FROM public.test_prospects WHERE id ~ '^(held|waiting)1...$'",
    "INSERT INTO public.sales_representatives (telegram_id, name, email) VALUES (1, 'New One', 'new@truerealestate.bali')",
    "UPDATE public.sales_representatives SET email = 'other@truerealestate.bali' WHERE telegram_id = 1000000007",
    "UPDATE public.sales_representatives SET status = 'suspended' WHERE telegram_id = 1000000007",
    "UPDATE public.sales_representatives SET status = 'suspended' WHERE telegram_id BETWEEN 1000000001 AND 1000001000",
]


def fill_theirs(cursor):
    cursor.execute("""
        INSERT INTO public.sales_representatives (id, telegram_id, name, email)
            SELECT md5(n::text)::uuid, 1000000000 + n, 'Rep ' || n, n || '@truerealestate.bali' FROM generate_series(1, %(n)s) n;
        INSERT INTO public.test_prospects (id, telegram_id, name, assigned_rep_id)
            SELECT 'held' || row_number() OVER (), '@x', 'X', id FROM public.sales_representatives;
        INSERT INTO public.test_prospects (id, telegram_id, name)
            SELECT 'waiting' || n, '@x', 'X' FROM generate_series(1, %(n)s) n;
    """, {"n": MANY})


def fill_ours(cursor):
    cursor.execute("""
        INSERT INTO salesreg.user_sessions (user_id) SELECT telegram_id FROM public.sales_representatives;
        INSERT INTO salesreg.assignments (prospect, rep)
            SELECT id, assigned_rep_id FROM public.test_prospects WHERE assigned_rep_id IS NOT NULL;
        INSERT INTO salesreg.prospect_identities (prospect, kind, value)
            SELECT 'held' || n, 'username', 'buyer_' || n FROM generate_series(1, %(n)s) n;
        INSERT INTO salesreg.outbox (chat_id, method, payload)
            SELECT 1000000000 + n %% 1000, 'sendMessage', '{}' FROM generate_series(1, %(n)s) n;
    """, {"n": MANY})


@pytest.fixture(scope="module")
def session(postgres, template):
    """Everything is planned while the tables are empty; then they fill up."""
    postgres.create("plans", template)
    connection = postgres.connect("plans")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.test_prospects")
        cursor.execute("VACUUM")
        for statement in filter(None, map(str.strip, session_settings().split(";"))):
            cursor.execute(statement)
        for name in HOT:
            cursor.execute(f"PREPARE {name} AS {TEXTS[name]}")
            cursor.execute(f"EXPLAIN {execute(name)}")
        fill_theirs(cursor)
        for change in CHANGES:
            cursor.execute(f"BEGIN; {change}; ROLLBACK")
        fill_ours(cursor)
        cursor.execute(TEXTS["plans_discard"])
    yield connection
    connection.close()
    postgres.drop("plans")


def rows_looked_at(node):
    """What scans returned and threw away, over all loops."""
    loops = node.get("Actual Loops", 1)
    own = 0
    if "Scan" in node["Node Type"] and node["Node Type"] not in ("CTE Scan", "Function Scan", "Subquery Scan"):
        own = (node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
               + node.get("Rows Removed by Index Recheck", 0)) * loops
    return own + sum(rows_looked_at(child) for child in node.get("Plans", []))


@pytest.mark.parametrize("name", sorted(HOT))
def test_the_statement_looks_at_few_rows(session, name):
    looks_at_few_rows(session, name)


@pytest.mark.parametrize("name", ["dealing_declined", "dealing_nobody_left"])
def test_what_nobody_will_take_is_not_looked_at_at_every_wake(session, name):
    looks_at_few_rows(session, name, "INSERT INTO salesreg.prospects_apart (prospect, nobody, told_at)"
                      " SELECT id, true, now() FROM public.test_prospects WHERE assigned_rep_id IS NULL")


@pytest.mark.parametrize("change", CHANGES)
def test_the_triggers_of_a_change_look_at_few_rows(session, change):
    """By what the server itself counts, as the plans inside a function cannot be asked for."""
    looked = ("SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
              " WHERE relname <> ALL ('{test_prospects,sales_representatives}')")
    with session.cursor() as cursor:
        for _ in range(7):  # a function plans anew five times, and then once for all
            cursor.execute("BEGIN")
            try:
                cursor.execute(looked)
                before = dict(cursor.fetchall())
                cursor.execute(change)
                changed = cursor.rowcount
                cursor.execute(looked)
                rows = {table: count - before[table] for table, count in cursor.fetchall() if count > before[table]}
            finally:
                cursor.execute("ROLLBACK")
            assert max(rows.values(), default=0) < 500 + 5 * changed, rows


def looks_at_few_rows(session, name, *before):
    with session.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            for statement in before:
                cursor.execute(statement)
            if name in ALONE:
                cursor.execute(TEXTS["plan_by_index"])
            if before:
                cursor.execute(TEXTS["plans_discard"])
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {execute(name)}")
            plan = cursor.fetchone()[0]
        finally:
            cursor.execute("ROLLBACK")
    plan = plan if isinstance(plan, list) else json.loads(plan)
    looked = rows_looked_at(plan[0]["Plan"])
    assert looked < 500 + COUNTED.get(name, 0), f"{looked} rows of {MANY}: {json.dumps(plan, indent=1)}"
