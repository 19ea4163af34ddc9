"""What is read for the chats of a batch: a rep with much of it takes nothing from the others."""
import pytest

from support.database import tables
from test_statements import ALL

TEXTS = {name: text for _, name, text in ALL}
FIRST, SECOND = "c4ca4238-a0b9-2382-0dcc-509a6f75849b", "c81e728d-9d4c-2f63-6f06-7f89cc14862c"  # md5 of 1 and 2
REPS, PEOPLE = f"'{{{FIRST},{SECOND}}}'", "'{1,2}'"


@pytest.fixture(scope="module")
def cursor(postgres, template):
    postgres.create("agenda", template)
    connection = postgres.connect("agenda")
    with connection.cursor() as cursor:
        cursor.execute(f"""
            INSERT INTO public.sales_representatives (id, telegram_id, name, email)
                SELECT md5(n::text)::uuid, n, 'Rep ' || n, n || '@truerealestate.bali' FROM generate_series(1, 2) n;
            INSERT INTO {tables.rep_hours} SELECT r.id, d, '08:00', '20:00' FROM public.sales_representatives r, generate_series(1, 7) d;
            INSERT INTO {tables.rep_schedule} (rep, time_zone, horizon_days) SELECT id, 'UTC', 9 + 10 * telegram_id FROM public.sales_representatives;
            INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes) SELECT id, id, 'x', '' FROM public.sales_representatives;
            INSERT INTO {tables.calendars} (rep, calendar_id, summary, role, is_primary, selected, conflicts)
                SELECT id, c, c, 'owner', true, true, c = 'counts' FROM public.sales_representatives, (VALUES ('counts'), ('not')) AS v (c);
            INSERT INTO {tables.calendar_busy}
                SELECT r.id, c, c || n, t.day + n * interval '2 minutes', t.day + (n * 2 + 1) * interval '1 minute'
                FROM public.sales_representatives r, generate_series(1, 60) n, (VALUES ('counts'), ('not')) AS v (c),
                     (SELECT (((now() AT TIME ZONE 'UTC')::date + 1)::timestamp AT TIME ZONE 'UTC') AS day) t
        """)
        yield cursor
    connection.close()
    postgres.drop("agenda")


@pytest.mark.parametrize("name, args, each", [
    ("slots_busy", ["'{}'", PEOPLE, "0", "7"], [7, 7]),
    ("slots_busy", ["'{}'", PEOPLE, "0", "100"], [60, 60]),
    ("slots_busy", [REPS, "'{}'", "0", "7"], [7, 7]),
    ("slots_busy", [REPS, "'{}'", "0", "NULL"], [60, 60]),
    ("agenda_days", [PEOPLE, "'UTC'", "7"], [7, 7]),
    ("hours_windows", ["'{}'", PEOPLE, "NULL", "'UTC'", "0", "7"], [7, 7]),
    ("hours_windows", ["'{}'", PEOPLE, "NULL", "'UTC'", "0", "100"], [20, 30]),
    ("hours_windows", ["'{}'", PEOPLE, "15", "'UTC'", "0", "100"], [15, 15]),
    ("hours_windows", [REPS, "'{}'", "NULL", "'UTC'", "0", "NULL"], [20, 30]),
])
def test_each_rep_has_as_many_rows(cursor, name, args, each):
    cursor.execute(f"PREPARE s AS {TEXTS[name]}")
    try:
        cursor.execute(f"EXECUTE s ({', '.join(args)})")
        people = [str(row[0]) for row in cursor.fetchall()]
    finally:
        cursor.execute("DEALLOCATE s")
    assert [people.count(str(n)) + people.count(rep) for n, rep in ((1, FIRST), (2, SECOND))] == each
