"""Lists of prospects: narrowed, sorted, of any length."""
import csv
import io
import json
import subprocess

import pytest

from support.database import tables
from support.paths import BINARY
from support.process import environment, run
from support.waiting import eventually
from test_command_line import on_terminal, plain


def listed(db, *words, form="--json", code=0):
    done = run("prospect", "list", form, *words, settings={"DATABASE_URL": db.url})
    assert (done.returncode, done.stderr) == (code, ""), done
    return json.loads(done.stdout)


def ids(db, *words):
    return [row["id"] for row in listed(db, *words)["prospects"]]


@pytest.fixture
def db(database):
    """a came now, b an hour ago, and so on; e is closed."""
    database.no_prospects()
    database.add_reps([1, 2])
    database.execute("UPDATE sales_representatives SET name = CASE telegram_id WHEN 1 THEN 'Anna' ELSE 'Anna Maria' END, telegram_username = 'rep' || telegram_id")
    for n, (name, rep, contact, status) in enumerate([("Zoe", 1, None, "unreached"), ("adam", 2, 10, "contacted"), ("Boris", None, 1, "contacted"),
                                                      ("Clara", 1, 40, "in_conversation"), ("Dora", 1, 90, "archived")]):
        database.add_prospect("abcde"[n], name)
        database.execute("UPDATE test_prospects SET created_at = now() - %s * interval '1 hour', status = %s, last_contact_at = now() - %s * interval '1 day',"
                         " assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s) WHERE id = %s",
                         n if n < 3 else n * 48, status, contact, rep, "abcde"[n])
    database.execute(f"INSERT INTO {tables.conversations} (prospect, source, campaign) VALUES ('b', 'campaign', 'June'), ('c', 'chat', NULL), ('d', 'campaign', 'July')")
    return database


@pytest.mark.parametrize("words, found", [
    ("--sort oldest", "edcba"), ("--sort name", "bcdea"), ("--sort quiet", "edbca"), ("--rep rep1@truerealestate.bali", "ade"), ("--rep @REP2", "b"),
    ("--rep 1", "ade"), ("--rep Anna", "ade"), ("--rep maria", "b"), ("--source table", "ae"), ("--source campaign", "bd"), ("--campaign June", "b"), ("--campaign june", ""),
    ("--since 90m", "ab"), ("--since 1w", "abcd"), ("--stale 5d", "bd"), ("--stale 5d --rep 1", "d"), ("--stale 1s --waiting", "c"), ("--status contacted --source chat", "c"),
    ("--limit 2 --sort oldest", "ed")])
def test_filters_and_orders(db, words, found):
    assert "".join(ids(db, *words.split())) == found


def test_a_rep_who_is_not_known_or_may_be_several(db):
    done = run("prospect", "list", "--rep", "ann", settings={"DATABASE_URL": db.url})
    assert done.returncode == 1 and "which of these?" in done.stderr and "rep2@truerealestate.bali" in done.stderr
    done = run("prospect", "list", "--rep", "O'Neil%", settings={"DATABASE_URL": db.url})
    assert done.returncode == 1 and "no rep is known as O'Neil%" in done.stderr and done.stdout == ""


def test_wide_has_more_columns(db):
    heads = [run("prospect", "list", *words, settings={"DATABASE_URL": db.url}).stdout.splitlines()[0] for words in ([], ["-o", "wide"], ["-owide"], ["--output=wide"])]
    assert "E-MAIL" not in heads[0] and "E-MAIL" in heads[1] and "LAST CONTACT" in heads[1] and heads[1] == heads[2] == heads[3]


MANY = 4300


@pytest.fixture
def many(database):
    """Of one moment each thousand, as an import leaves them, with some of no time and of infinite ones; ids in no order."""
    database.no_prospects()
    database.execute("INSERT INTO test_prospects (id, telegram_id, name, created_at) SELECT md5(n::text), '@x' || n, CASE WHEN n > 4200 THEN repeat('long ', 20) ELSE 'X' END,"
                     " CASE n %% 400 WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity' ELSE now() - n / 1000 * interval '1 day' END"
                     " FROM generate_series(1, %s) n", MANY)
    return database


@pytest.mark.parametrize("order, way", [("newest", "DESC NULLS LAST"), ("oldest", "NULLS FIRST")])
def test_every_one_is_listed_once_and_in_order(many, order, way):
    wanted = many.column(f"SELECT id FROM test_prospects ORDER BY created_at {way}, id COLLATE \"C\" {way}")
    body = listed(many, "--limit", "100000", "--sort", order)
    assert [row["id"] for row in body["prospects"]] == wanted and body["total"] == MANY
    text = run("prospect", "list", "--limit", "100000", "--sort", order, "--csv", settings={"DATABASE_URL": many.url}).stdout
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == wanted
    body = listed(many, "--limit", "2150", "--sort", order)
    assert [row["id"] for row in body["prospects"]] == wanted[:2150] and body["total"] == MANY


def test_a_part_that_needs_more_room_has_it(many):
    done = run("prospect", "list", "--limit", "100000", settings={"DATABASE_URL": many.url})
    lines = done.stdout.splitlines()
    assert len(lines) == MANY + 1 and sum("ID " in line for line in lines) == 1 and sum(line.count("long long") > 0 for line in lines) == 100
    # what stands in one column of a page begins in one place
    first = [line.index("@x") for line in lines[1:101]]
    assert set(first) == {lines[0].index("TELEGRAM")}
    sent, _, code = on_terminal("prospect", "list", "--limit", "100000", columns=130, settings={"DATABASE_URL": many.url})
    shown = plain(sent).splitlines()
    assert code == 0 and len(shown) == MANY + 1 and max(len(line) for line in shown) <= 130
    assert run("prospect", "list", "--limit", "100", settings={"DATABASE_URL": many.url}).stdout.endswith(f"100 of {MANY} prospects; --limit shows more\n")


def test_a_narrow_part_stands_below_a_wide_one(database):
    """Who has no time is read in a part of their own."""
    database.no_prospects()
    database.execute("INSERT INTO test_prospects (id, telegram_id, name, status, created_at) VALUES ('a', '@someone', 'A long name', 'no such status', now()), ('b', '2', 'B', '', NULL)")
    lines = run("prospect", "list", settings={"DATABASE_URL": database.url}).stdout.splitlines()
    assert len({line.index("table" if line.startswith(("a", "b")) else "SOURCE") for line in lines}) == 1, lines


def test_whoever_reads_only_the_beginning_ends_it(many):
    process = subprocess.Popen([BINARY, "prospect", "list", "--limit", "100000", "--csv"], env=environment({"DATABASE_URL": many.url}), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("id,name")
    process.stdout.close()
    assert process.wait(timeout=60) != 0
    process.stderr.close()


def test_watching_shows_what_changes(db):
    process = subprocess.Popen([BINARY, "prospect", "list", "--csv", "--no-headings", "--watch"], env=environment({"DATABASE_URL": db.url}), stdout=subprocess.PIPE, text=True)
    try:
        assert [process.stdout.readline()[0] for _ in range(5)] == list("abcde")
        db.execute("DELETE FROM test_prospects WHERE id <> 'c'")
        eventually(lambda: [process.stdout.readline()[0] for _ in range(2)] == ["c", "c"], what="only c is left")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
