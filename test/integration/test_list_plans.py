"""A page of a list looks at the rows it has, however many there are."""
import pytest

from test_plans import rows_looked_at
from test_statements import ALL

TEXT = {name: text for _, name, text in ALL}["operator_prospects_page"]
MANY = 20_000


@pytest.fixture(scope="module")
def session(postgres, template):
    postgres.create("list_plans", template)
    connection = postgres.connect("list_plans")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO public.test_prospects (id, telegram_id, name, created_at) SELECT 'p' || n, '@x', 'X',"
                       " CASE WHEN n %% 3 > 0 THEN timestamptz '2026-01-01' + n / 100 * interval '1 hour' END FROM generate_series(1, %s) n" % MANY)
        cursor.execute("ANALYZE")
        cursor.execute("SET plan_cache_mode = force_custom_plan")  # the unnamed statement of the program is planned with its values
        cursor.execute(f"PREPARE page AS {TEXT}")
    yield connection
    connection.close()
    postgres.drop("list_plans")


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("behind, since", [("NULL, NULL, NULL", "NULL"), ("true, NULL, NULL", "NULL"), ("true, NULL, NULL", "1000000000"),
                                           ("false, NULL, NULL", "NULL"), ("true, '2026-01-03', 'p5000'", "NULL"),
                                           ("true, '2026-01-03', 'p5000'", "1000000000"), ("false, NULL, 'p5000'", "NULL")])
def test_a_page_looks_at_few_rows(session, order, behind, since):
    with session.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE page (NULL, false, 50, NULL, NULL, NULL, {since}, NULL, '{order}', {behind})")
        assert rows_looked_at(cursor.fetchone()[0][0]["Plan"]) <= 60
