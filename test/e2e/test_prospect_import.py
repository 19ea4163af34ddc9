"""Prospects out of a file: what the file may be, what becomes of its rows, and what is left where something goes wrong."""
import csv
import io
import json

import pytest

from support.database import tables
from support.process import run

EXIT_DATA = 65
FIELDS = "id, telegram_id, name, email, context, notes, status"


@pytest.fixture
def db(database):
    database.no_prospects()
    return database


@pytest.fixture
def write(tmp_path):
    def write(content, name="leads.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path
    return write


def bring_in(db, path, *words, code=0):
    done = run("prospect", "import", str(path), *words, settings={"DATABASE_URL": db.url})
    assert done.returncode == code, done
    return done


def told(db, path, *words, code=0):
    return json.loads(bring_in(db, path, "--json", *words, code=code).stdout)


def counts(body):
    assert body["rows"] == sum(body[name] for name in ("created", "updated", "same", "duplicates", "bad"))
    return tuple(body[name] for name in ("created", "updated", "same", "duplicates", "bad"))


def everything(db):
    return db.rows("SELECT * FROM test_prospects ORDER BY id"), [
        db.rows(f"SELECT * FROM {name} ORDER BY 1, 2") for name in (tables.prospect_details, tables.import_rows, tables.imports)]


PEOPLE = """Имя;Фамилия;Телефон;Телеграм;Почта;Запрос;Бюджет;Дата
Анна;Петрова;+7 (912) 345-67-89;https://t.me/Anna_P?x=1;Anna@Example.org;"Вилла; у моря
с садом";350 000 $;31.12.2025
Борис;;8 912 345 67 88;;;;;2025-12-30 14:30
"""


def test_a_file_becomes_prospects(db, write):
    body = told(db, write(PEOPLE))
    assert counts(body) == (2, 0, 0, 0, 0) and (body["import"], body["done"], body["encoding"], body["delimiter"]) == (1, True, "UTF-8", ";")
    anna, boris = db.rows(f"SELECT {FIELDS}, created_at AT TIME ZONE 'Asia/Makassar' FROM test_prospects ORDER BY id")
    assert anna[:7] == ["i1-0000002", "@Anna_P", "Анна Петрова", "Anna@Example.org", "Вилла; у моря\nс садом", "+79123456789", "unreached"]
    assert str(anna[7]) == "2025-12-31 00:00:00" and str(boris[7]) == "2025-12-30 14:30:00"
    assert boris[:3] == ["i1-0000004", "+79123456788", "Борис"]
    assert db.prospect_details.rows("prospect, phone, extra") == [["i1-0000002", "+79123456789", {"Бюджет": "350 000 $"}]]
    assert db.imports.row("file, state, read_rows, created, bad") == ["leads.csv", "done", 2, 2, 0]


def test_a_dry_run_does_all_of_it_and_changes_nothing(db, write):
    before = everything(db)
    done = bring_in(db, write(PEOPLE), "--dry-run")
    assert done.stdout == "dry run: 2 rows: 2 created, 0 updated, 0 the same, 0 duplicates, 0 bad\n"
    assert "Телефон = phone" in done.stderr and "kept beside them: Бюджет" in done.stderr and "Nothing was changed" in done.stderr
    assert everything(db) == before
    assert db.import_staging.value("count(*)") == 0


def test_the_same_file_twice_changes_nothing(db, write):
    path = write(PEOPLE)
    bring_in(db, path)
    before = db.rows("SELECT * FROM test_prospects ORDER BY id"), db.prospect_details.rows("*", "ORDER BY prospect")
    for way in ("skip", "update", "error"):
        done = bring_in(db, path, "--json", "--on-duplicate", way)
        assert counts(json.loads(done.stdout)) == (0, 0, 2, 0, 0)
        assert "this very file was import" in done.stderr
    assert (db.rows("SELECT * FROM test_prospects ORDER BY id"), db.prospect_details.rows("*", "ORDER BY prospect")) == before


def test_all_or_nothing_unless_said_otherwise(db, write):
    path = write("name,telegram,phone\nAnna,@anna_n,\nBad,@x y z,\nBoris,,7.9123E+10\nNobody,,\n,@carl_carl,\n")
    done = bring_in(db, path, code=1)
    assert done.stdout == "nothing imported: 5 rows: 2 created, 0 updated, 0 the same, 0 duplicates, 3 bad\n"
    assert db.value("SELECT count(*) FROM test_prospects") == 0 and db.imports.value("count(*)") == 0
    errors = path.with_name("leads.csv.errors.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(errors, newline="")))
    assert [(row["name"], row["line"], row["column"]) for row in rows] == [("Bad", "3", "telegram"), ("Boris", "4", "phone"), ("Nobody", "5", "")]
    assert "rounded" in rows[1]["reason"] and "no contact" in rows[2]["reason"]
    assert counts(told(db, path, "--partial", code=1)) == (2, 0, 0, 0, 3)
    assert db.column("SELECT name FROM test_prospects ORDER BY id") == ["Anna", "@carl_carl"]
    # corrected, the bad rows are a file of their own
    fixed = write(errors.replace("@x y z", "@bad_bad").replace("7.9123E+10", "+79123456789").replace("Nobody,,", "Nobody,@nobody_n,"))
    assert counts(told(db, fixed)) == (3, 0, 0, 0, 0)
    assert db.prospect_details.value("count(*)") == 0


def test_what_is_no_table_is_refused(db, write):
    for content, why in [(b"", "is empty"), (b"PK\3\4abc", "is a spreadsheet"), (b"\n\n", "no row"), ("a;b\n1;2\n", "no column of the first line"),
                         ("name;phone\nAnna;\"+7 912\nrest\n", "line 2 of"), ("имя;phone\nАнна".encode()[:-1], "ends in the middle of a character"),
                         (b"name,phone\0\nAnna,1\n", "no text")]:
        done = bring_in(db, write(content), code=EXIT_DATA)
        assert why in done.stderr and done.stdout == "", done
    assert "cannot be opened" in bring_in(db, "/nowhere/at/all.csv", code=EXIT_DATA).stderr
    assert db.value("SELECT count(*) FROM test_prospects") == 0


def undo(db, number, *words, code=0):
    done = run("prospect", "import", "--undo", str(number), *words, settings={"DATABASE_URL": db.url})
    assert done.returncode == code, done
    return done


def test_an_import_is_taken_back_but_for_what_somebody_has_touched(db, write):
    db.add_prospect("old", "Old", "@old_one", "wants a flat")
    before = db.prospect("old")
    path = write("id,name,telegram,context\nold,Older,,wants a house\n,Anna,@anna_n,\n,Boris,@boris_b,\n,Carl,@carl_carl,\n")
    assert counts(told(db, path, "--on-duplicate", "update")) == (3, 1, 0, 0, 0)
    assert db.prospect("old")["context"] == "wants a house"
    db.execute("UPDATE test_prospects SET notes = 'called' WHERE name = 'Anna'")
    db.execute(f"INSERT INTO {tables.conversations} (prospect, telegram_id) SELECT id, 7 FROM test_prospects WHERE name = 'Boris'")
    everybody = everything(db)
    assert undo(db, 1, "--dry-run", "--yes").stdout.startswith("dry run: import 1: 1 prospects removed, 1 as they were before, 2 left alone")
    assert everything(db) == everybody
    assert undo(db, 1, code=64).stderr.startswith("salesreg prospect import: --undo removes prospects: it needs --yes")
    done = undo(db, 1, "--yes")
    assert done.stdout == "import 1: 1 prospects removed, 1 as they were before, 2 left alone\n"
    assert "  i1-0000003  Anna\n  i1-0000004  Boris\n" in done.stderr
    assert db.column("SELECT name FROM test_prospects ORDER BY name") == ["Anna", "Boris", "Old"]
    now = db.prospect("old")
    assert {key: now[key] for key in now.keys() if key != "updated_at"} == {key: before[key] for key in before.keys() if key != "updated_at"}
    assert "taken back already" in undo(db, 1, "--yes", code=1).stderr
    assert "no such import" in undo(db, 9, "--yes", code=1).stderr
    rows = json.loads(run("prospect", "import", "--list", "--json", settings={"DATABASE_URL": db.url}).stdout)["imports"]
    assert [(row["import"], row["file"], row["state"], row["created"], row["taken_back"], row["left_alone"]) for row in rows] == [
        (1, "leads.csv", "undone", 3, 2, 2)]
