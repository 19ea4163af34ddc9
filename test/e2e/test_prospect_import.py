"""Prospects out of a file: what the file may be, what becomes of its rows, and what is left where something goes wrong."""
import csv
import io
import json
import os
import pty
import signal
import subprocess

import pytest

from support.database import tables
from support.paths import BINARY
from support.process import environment, run

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
    shown = run("prospect", "show", "Анна", settings={"DATABASE_URL": db.url}).stdout
    assert "phone        +79123456789\n" in shown and "besides      what a file had:\n  Бюджет     350 000 $\n" in shown
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


def test_ids_of_another_database_s_imports_are_in_nobody_s_way(db, write):
    told(db, write("id,name,telegram\ni2-0000002,Olga,@olga_p\n"))
    assert counts(told(db, write("name,telegram\nIvan,@ivan_q\nPetr,@petr_r\n"))) == (2, 0, 0, 0, 0)
    ids = db.column("SELECT id FROM test_prospects ORDER BY id")
    assert ids[0] == "i2-0000002" and ids[1].startswith("i2-0000002-") and ids[2] == "i2-0000003"


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
    assert undo(db, 1, "--dry-run", "--yes").stdout.startswith("dry run: import 1: 1 prospect removed, 1 as it was before, 2 left alone")
    assert everything(db) == everybody
    assert undo(db, 1, code=64).stderr.startswith("salesreg prospect import: --undo removes prospects: it needs --yes")
    done = undo(db, 1, "--yes")
    assert done.stdout == "import 1: 1 prospect removed, 1 as it was before, 2 left alone\n"
    assert "  i1-0000003  Anna\n  i1-0000004  Boris\n" in done.stderr
    assert db.column("SELECT name FROM test_prospects ORDER BY name") == ["Anna", "Boris", "Old"]
    now = db.prospect("old")
    assert {key: now[key] for key in now.keys() if key != "updated_at"} == {key: before[key] for key in before.keys() if key != "updated_at"}
    assert "taken back already" in undo(db, 1, "--yes", code=1).stderr
    assert "no such import" in undo(db, 9, "--yes", code=1).stderr
    rows = json.loads(run("prospect", "import", "--list", "--json", settings={"DATABASE_URL": db.url}).stdout)["imports"]
    assert [(row["import"], row["file"], row["state"], row["created"], row["taken_back"], row["left_alone"]) for row in rows] == [
        (1, "leads.csv", "undone", 3, 2, 2)]


ROWS = [["Имя", "Телефон", "Заметки"], ["Анна", "+79123456789", "a;b,c\td"], ["Борис \"Боб\"", "+79123456788", "две\nстроки"]]


def table(delimiter=",", end="\r\n", rows=ROWS):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


FILES = {
    "utf-8": (table().encode(), "UTF-8", ","),
    "utf-8 with its mark": (table(";").encode("utf-8-sig"), "UTF-8", ";"),
    "utf-16 as Excel's Unicode text": (("\ufeff" + table("\t")).encode("utf-16-le"), "UTF-16LE", "\t"),
    "utf-16 big": (("\ufeff" + table("\t")).encode("utf-16-be"), "UTF-16BE", "\t"),
    "utf-16 without a mark": (table("\t", rows=[[*row, "latin latin latin"] for row in ROWS]).encode("utf-16-le"), "UTF-16LE", "\t"),
    "windows-1251 as Russian Excel's CSV": (table(";").encode("cp1251"), "Windows-1251", ";"),
    "sep line": (("sep=|\r\n" + table("|")).encode(), "UTF-8", "|"),
    "sep line and mark": (("\ufeffsep=;\n" + table(";")).encode("utf-16-le"), "UTF-16LE", ";"),
    "CR": (table().replace("\r\n", "\r").encode(), "UTF-8", ","),
    "LF, no end": (table(end="\n").rstrip().encode(), "UTF-8", ","),
    "line ends mixed, blank lines": (b"\n" + table().encode().replace(b"\r\n", b"\n\r\n\r", 1), "UTF-8", ","),
}


@pytest.mark.parametrize("kind", FILES)
def test_each_kind_of_file_is_read_and_said(db, write, kind):
    content, encoding, delimiter = FILES[kind]
    done = bring_in(db, write(content), "--json")
    body = json.loads(done.stdout)
    assert (body["encoding"], body["delimiter"], body["created"], body["bad"]) == (encoding, delimiter, 2, 0), done
    assert encoding in done.stderr and ("--encoding says otherwise" in done.stderr) == (encoding == "Windows-1251")
    assert db.rows("SELECT name, telegram_id, notes FROM test_prospects ORDER BY id") == [
        ["Анна", "+79123456789", "a;b,c d"], ['Борис "Боб"', "+79123456788", "две\nстроки"]]


def test_a_file_comes_by_a_pipe_and_in_another_encoding_where_it_is_said(db):
    done = subprocess.run([BINARY, "prospect", "import", "-", "--encoding", "windows-1251", "--json"], input="name;phone\nИван;+79123456789\n".encode("cp1251"),
                          env=environment({"DATABASE_URL": db.url}), capture_output=True)
    assert done.returncode == 64 and b"--encoding" in done.stderr  # by its own name alone
    done = subprocess.run([BINARY, "prospect", "import", "-", "--encoding", "Windows-1251", "--json"], input="name;phone\nИван;+79123456789\n".encode("cp1251"),
                          env=environment({"DATABASE_URL": db.url}), capture_output=True)
    assert done.returncode == 0 and db.value("SELECT name FROM test_prospects") == "Иван"


@pytest.mark.parametrize("content, why", [
    (table().encode()[:40] + "я".encode()[:1], "ends in the middle of a character: it was cut"),
    (table("\t").encode("utf-16")[:-1], "ends in the middle of a character: it was cut"),
    (b"\xef\xbb\xbfname,phone\n\xff\xfe,1\n", "says that it is UTF-8, and is not"),
    (b"name,phone\n\x98\xc0,1\n", "neither UTF-8 nor Windows-1251"),
    ("name,phone\nАнна,+79123456781\n".encode() + b"\xd0,+79123456782\n", "is UTF-8, but not all the way through: byte 34"),
    (b"name,notes,telegram\nAnna," + b"x" * (9 << 20) + b",@anna_n\n", "line 2 of"),
    (b'name,phone\nAnna,+79123456789\n"Bo"ris","+791\n\n2345' + b"\n" * 5, "line 3 of"),
])
def test_a_damaged_file_changes_nothing(db, write, content, why):
    done = bring_in(db, write(content), code=EXIT_DATA)
    assert why in done.stderr, done
    assert "never closed" not in done.stderr or b'"' in content
    assert everything(db) == ([], [[], [], []])


def test_people_are_known_by_any_of_their_keys_and_nothing_is_blanked(db, write):
    for i, contact in enumerate(["https://t.me/Anna_N", "8 912 345 67 89", "boris@example.org", "777"]):
        db.add_prospect(f"p{i}", f"Old {i}", contact, "context", "notes")
    db.execute("UPDATE test_prospects SET email = 'Anna@Example.org' WHERE id = 'p0'")
    path = write("id,name,telegram,phone,email,context\n,New,@ANNA_N,,,\n,New,,+79123456789,,\n,New,,,BORIS@EXAMPLE.ORG,\n"
                 "p3,New,,,,\n,New again,,,anna@example.org,\n")
    body = told(db, path, "--on-duplicate", "skip")
    assert counts(body) == (0, 0, 0, 5, 0)
    assert [(row["line"], row["reason"]) for row in body["problems"]][4] == (6, "it is the same person as line 2")
    assert counts(told(db, path, "--on-duplicate", "error", code=1)) == (0, 0, 0, 0, 5)
    assert counts(told(db, path, "--on-duplicate", "update")) == (0, 4, 0, 1, 0)
    assert db.rows("SELECT name, telegram_id, context, notes FROM test_prospects ORDER BY id") == [
        ["New", contact, "context", "notes"] for contact in ("https://t.me/Anna_N", "8 912 345 67 89", "boris@example.org", "777")]


def test_two_keys_of_two_people_are_no_choice(db, write):
    db.add_prospect("a", "A", "@anna_n")
    db.add_prospect("b", "B", "+79123456789")
    body = told(db, write("telegram,phone\n@anna_n,+79123456789\n"), code=1)
    assert body["problems"][0]["reason"] == "it is more than one prospect: a by its username, b by its phone"


def test_nor_are_two_keys_of_two_people_of_the_file(db, write):
    path = write("name,phone,telegram,email\nA,+79123456781,,\nB,,@boris_n,\nBoth,+79123456781,@boris_n,\nA,+79123456781,,a@example.org\n"
                 "A,,,A@example.org\n")
    for _ in range(2):
        body = told(db, path, code=1)
        assert [(row["line"], row["bad"], row["reason"]) for row in body["problems"]] == [
            (4, True, "it is more than one person of this file: line 2 by its phone, line 3 by its username"),
            (5, False, "it is the same person as line 2"), (6, False, "it is the same person as line 5")]
    assert counts(told(db, path, "--partial", code=1)) == (2, 0, 0, 2, 1)
    assert counts(told(db, path, "--partial", code=1)) == (0, 0, 2, 2, 1)


def test_a_contact_that_gives_its_place_to_another_is_kept(db, write):
    db.add_prospect("by-phone", "A", "+79123456781", notes="old")
    db.add_prospect("by-email", "B", "Boris@Example.org")
    db.add_prospect("lost", "C", "+79123456783")
    db.execute("UPDATE test_prospects SET email = 'c@example.org' WHERE id = 'lost'")
    path = write("phone,email,telegram\n8 912 345 67 81,,@anna_n\n,boris@example.org,@boris_n\n,c@example.org,@vera_n\n")
    assert counts(told(db, path, "--on-duplicate", "update")) == (0, 3, 0, 0, 0)
    assert db.rows("SELECT id, telegram_id, email, notes FROM test_prospects ORDER BY id") == [
        ["by-email", "@boris_n", "boris@example.org", None], ["by-phone", "@anna_n", None, "old\n+79123456781"],
        ["lost", "@vera_n", "c@example.org", "+79123456783"]]
    assert counts(told(db, path, "--on-duplicate", "update")) == (0, 0, 3, 0, 0)
    again = write("telegram,notes\n@anna_n,new\n", "notes.csv")
    assert counts(told(db, again, "--on-duplicate", "update")) == (0, 1, 0, 0, 0)
    assert db.prospect("by-phone")["notes"] == "new\n+79123456781"
    assert counts(told(db, again, "--on-duplicate", "update")) == (0, 0, 1, 0, 0)
    assert counts(told(db, write("phone,email\n+79123456781,\n,boris@example.org\n+79123456783,\n", "keys.csv"))) == (0, 0, 3, 0, 0)


def test_an_office_number_is_nobodys_key(db, write):
    for i in range(11):
        db.add_prospect(f"p{i}", f"P {i}", "+79123456789")
    assert counts(told(db, write("telegram,phone\n@anna_n,+79123456789\n"))) == (1, 0, 0, 0, 0)


def test_a_headline_may_be_mapped_and_unknown_columns_refused(db, write):
    path = write("Связь;Город;Кто\n@anna_n;Убуд;Анна\n")
    assert "--map" in bring_in(db, path, code=EXIT_DATA).stderr
    strict = bring_in(db, path, "--map", "Связь=telegram", "--map", "3=name", "--strict", code=EXIT_DATA)
    assert 'these are not: Город; say what they are, as --map "Город=extra"' in strict.stderr
    bring_in(db, path, "--map", "Связь=telegram", "--map", "3=name", "--map", "город=extra", "--strict")
    assert db.row("SELECT name, telegram_id FROM test_prospects") == ["Анна", "@anna_n"]
    assert db.prospect_details.value("extra") == {"Город": "Убуд"}


def test_numbers_get_their_country_where_one_is_given(db, write):
    path = write("phone\n0812 3456 7890\n")
    assert "no country code" in told(db, path, code=1)["problems"][0]["reason"]
    bring_in(db, path, "--country", "+62")
    assert db.value("SELECT telegram_id FROM test_prospects") == "+6281234567890"


def export(db, *words, code=0, **kwargs):
    done = subprocess.run([BINARY, "prospect", "export", *words], env=environment({"DATABASE_URL": db.url}), stdin=subprocess.DEVNULL,
                          **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | kwargs)
    assert done.returncode == code, done
    return done


ODD = ["=1+1", "+79123456789", "-", "@x", "'=x", "''quoted'", "a\"b", "two\r\nlines", " spaces ", "\u00a0x\u200b", "é", "e\u0301", "😀👨‍👩‍👧", "--", "'; DROP TABLE x",
       "\t=x", "back\\slash", "\\N", "sep=;"]


@pytest.mark.parametrize("options", [[], ["--excel"]], ids=["csv", "excel"])
def test_an_export_is_read_back_without_a_change(db, write, options):
    bring_in(db, write(PEOPLE))
    for i, odd in enumerate(ODD):
        db.add_prospect(f"odd{i}", odd, ["@odd_one", "", "https://t.me/+abcdef", "-100123456789"][i % 4], odd, odd)
        db.execute(f"INSERT INTO {tables.prospect_details} (prospect, extra) VALUES (%s, %s)", f"odd{i}",
                   json.dumps({"Телефон": f"x{i}\n=y", "line": "7", "Город": "x", "column 3": "y", "extra: z": "q"}))
    db.execute("UPDATE test_prospects SET status = 'whatever', email = 'no address', created_at = 'infinity' WHERE id = 'odd0'")
    db.execute("UPDATE test_prospects SET status = NULL, context = NULL, last_contact_at = '2020-01-01' WHERE id = 'odd1'")
    before = everything(db)
    path = write(export(db, *options).stdout, "out.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf" if options else b"id,")
    for way in ("update", "error", "skip"):
        body = told(db, path, "--on-duplicate", way)
        assert counts(body) == (0, 0, len(ODD) + 2, 0, 0), body["problems"]
        db.imports.delete()
    bring_in(db, path, "--dry-run", "--on-duplicate", "update")
    after = everything(db)
    assert after[0] == before[0] and after[1][0] == before[1][0]


def test_a_spreadsheet_gets_no_formula(db):
    for i, odd in enumerate(ODD):
        db.add_prospect(f"odd{i}", odd, "@odd_one", odd)
    content = export(db, "--excel").stdout.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))
    assert len(rows) == len(ODD) + 1 and content.endswith("\r\n")
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]


def test_json_lines(db, write):
    bring_in(db, write(PEOPLE))
    lines = [json.loads(line) for line in export(db, "--json-lines").stdout.splitlines()]
    assert [line["name"] for line in lines] == ["Анна Петрова", "Борис"]
    assert (lines[0]["extra"], lines[0]["phone"], lines[0]["created_at"], lines[0]["rep"]) == (
        {"Бюджет": "350 000 $"}, "+79123456789", "2025-12-30T16:00:00.000000Z", None)
    assert export(db, "--json-lines", "--status", "archived").stdout == b""


def test_what_cannot_be_written_is_no_success_and_leaves_no_half_a_file(db, write, tmp_path):
    db.execute("INSERT INTO test_prospects (id, telegram_id, name, context) SELECT 'p' || i, '@person_' || i, 'P', repeat('x', 1000)"
               " FROM generate_series(1, 3000) i")
    with open("/dev/full", "wb") as full:
        assert b"" != export(db, stdout=full, code=1).stderr
    path = tmp_path / "out.csv"
    path.write_text("before")
    done = subprocess.run(["bash", "-c", f"ulimit -f 100; trap '' XFSZ; exec {BINARY} prospect export --output {path}"],
                          env=environment({"DATABASE_URL": db.url}), capture_output=True, text=True)
    assert done.returncode == 1 and "cannot be written: File too large" in done.stderr, done
    assert path.read_text() == "before" and [each.name for each in tmp_path.iterdir() if "out" in each.name] == ["out.csv"]
    export(db, "--output", str(path))
    assert len(path.read_text().splitlines()) == 3001
    reader = subprocess.Popen([BINARY, "prospect", "export"], env=environment({"DATABASE_URL": db.url}), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert reader.stdout.readline().startswith(b"id,")
    reader.stdout.close()
    assert reader.wait(30) != 0 and b"Sanitizer" not in reader.stderr.read()


def test_a_file_that_is_written_stays_what_it_was(db, write, tmp_path):
    """With its permissions, behind its link; and what is no file is none afterwards."""
    bad, secret, link, pipe = write("name,phone\nA,1\n"), tmp_path / "secret.csv", tmp_path / "link.csv", tmp_path / "pipe"
    secret.write_text("before")
    secret.chmod(0o600)
    link.symlink_to(secret)
    os.mkfifo(pipe)
    for words, path, code in ((("export", "--output"), link, 0), (("import", str(bad), "--errors"), link, 1), (("export", "--output"), pipe, 0),
                              (("import", str(bad), "--errors"), pipe, 1)):
        reader = subprocess.Popen(["cat", path], stdout=subprocess.PIPE) if path == pipe else None
        done = run("prospect", *words, str(path), settings={"DATABASE_URL": db.url})
        assert done.returncode == code, done
        content = reader.communicate()[0] if reader else secret.read_bytes()
        assert (b"reason" if code else b"last_contact_at") in content
        assert link.is_symlink() and pipe.is_fifo() and secret.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["leads.csv", "link.csv", "pipe", "secret.csv"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_is_ended_in_the_middle_leaves_nothing(db, write, how):
    path = write("name,telegram\n" + "".join(f"P{i},@person_{i}\n" for i in range(500)))
    other = db.connect()
    other.autocommit = False
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLE test_prospects IN EXCLUSIVE MODE")
        importing = subprocess.Popen([BINARY, "prospect", "import", str(path)], env=environment({"DATABASE_URL": db.url}), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        db.eventually("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO public.test_prospects%%'")
        # whoever holds one of these and waits for its client is ended by the workers, as a stopped process
        assert db.value("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.application_name = 'salesreg operator'"
                        " WHERE l.locktype = 'advisory' OR l.relation = %s::regclass", tables.assignment_lock) == 0
        importing.send_signal(how)
        assert importing.wait(30) == -how
    other.rollback()
    other.close()
    db.eventually("SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'salesreg operator'")
    assert everything(db) == ([], [[], [], []]) and db.import_staging.value("count(*)") == 0
    assert counts(told(db, path)) == (500, 0, 0, 0, 0)


def test_two_imports_at_once_make_nobody_twice(db, write):
    path = write("name,telegram\n" + "".join(f"P{i},@person_{i}\n" for i in range(500)))
    both = [subprocess.Popen([BINARY, "prospect", "import", str(path), "--json"], env=environment({"DATABASE_URL": db.url}), stdout=subprocess.PIPE) for _ in range(2)]
    bodies = [json.loads(each.communicate(timeout=60)[0]) for each in both]
    assert sorted(counts(body) for body in bodies) == [(0, 0, 500, 0, 0), (500, 0, 0, 0, 0)]
    assert db.value("SELECT count(*) FROM test_prospects") == 500


def test_imported_prospects_are_assigned_and_no_rep_has_a_message_for_each(make_world, write):
    world = make_world(MAX_PROSPECTS_PER_REP="60", PROSPECT_MESSAGES_PER_DAY="0")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    people = world.sandbox.someone(2)
    for person, name in zip(people, ("Alpha One", "Beta Two")):
        person.registers(name=name)
    world.settle()
    before = {person.id: world.db.outbox_history.value("count(*)", "WHERE chat_id = %s", person.id) for person in people}
    body = told(world.db, write("name,telegram\n" + "".join(f"Client {i},@client_{i:03}\n" for i in range(50))))
    assert counts(body) == (50, 0, 0, 0, 0)
    world.db.eventually("SELECT count(*) = 50 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")
    world.settle()
    held = world.db.column("SELECT count(*) FROM test_prospects GROUP BY assigned_rep_id")
    assert held == [25, 25]
    for person in people:
        # not one each: as many cards as a message has room for
        assert world.db.outbox_history.value("count(*)", "WHERE chat_id = %s", person.id) - before[person.id] <= 5
    done = run("prospect", "import", "--undo", "1", "--yes", settings={"DATABASE_URL": world.db.url})
    assert done.stdout == "import 1: 50 prospects removed, 0 as they were before, 0 left alone\n"


def test_what_was_imported_and_taken_back_is_in_the_audit(db, write):
    bring_in(db, write(PEOPLE))
    undo(db, 1, "--yes")
    assert db.audit.rows("action, command, before, after", "ORDER BY id") == [
        ["import", "prospect import", None, {"import": 1, "created": 2, "updated": 0}],
        ["import undone", "prospect import --undo", {"import": 1}, {"removed": 2, "restored": 0}]]


def on_a_terminal(db, words, answers):
    """Everything a person at a terminal sees; answers: what they type when asked."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(BINARY, [str(BINARY), "prospect", "import", *words], environment({"DATABASE_URL": db.url, "TERM": "xterm"}))
    seen = b""
    try:
        while chunk := os.read(terminal, 4096):
            seen += chunk
            if answers and b"[y/N] " in seen:
                os.write(terminal, answers.pop(0))
    except OSError:
        pass
    os.close(terminal)
    return seen.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_person_at_a_terminal_sees_how_far_it_is_and_is_asked(db, write):
    path = str(write("name,telegram\n" + "".join(f"P{i},@person_{i}\n" for i in range(3000)) + "Twin,@person_1\n"))
    seen, code = on_a_terminal(db, [path], [b"n\n"])
    assert code == 1 and "to be imported: 3001 rows: 3000 created" in seen and "Nothing was changed." in seen
    assert "line 3002: it is the same person as line 3 (left out)" in seen
    assert "[" in seen and "rows read; who is who is looked up" in seen and " %  " in seen
    assert db.value("SELECT count(*) FROM test_prospects") == 0
    seen, code = on_a_terminal(db, [path], [b"y\n"])
    assert code == 0 and "import 1: 3001 rows: 3000 created" in seen and "they are written" in seen
    seen, code = on_a_terminal(db, [path, "--yes"], [])
    assert code == 0 and "[y/N]" not in seen and "3000 the same" in seen


def test_bad_rows_that_cannot_be_kept_stop_the_import(db, write):
    path = write("name,telegram\nAnna,@anna_n\n" + "Bad,@b\n" * 10000)
    done = bring_in(db, path, "--partial", "--errors", "/nowhere/at/all.csv", code=1)
    assert "cannot be written to /nowhere/at/all.csv: No such file" in done.stderr and "nothing was changed" in done.stderr
    done = subprocess.run(["bash", "-c", f"ulimit -f 10; trap '' XFSZ; exec {BINARY} prospect import --partial {path}"],
                          env=environment({"DATABASE_URL": db.url}), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 1 and "cannot be written" in done.stderr and not list(path.parent.glob("*errors*")), done
    assert db.value("SELECT count(*) FROM test_prospects") == 0
    done = subprocess.run([BINARY, "prospect", "import", "--partial", "-"], input=path.read_bytes(), env=environment({"DATABASE_URL": db.url}), capture_output=True)
    assert done.returncode == 1 and b"1 created" in done.stdout and b" 9980 more" in done.stderr


def test_what_a_file_said_goes_with_the_prospect_and_what_was_replaced_after_a_while(make_world, write):
    world = make_world()
    db = world.db
    db.no_prospects()
    bring_in(db, write(PEOPLE))
    bring_in(db, write("telegram,city\n@someone_else,Ubud\n"))
    db.imports.update("at = now() - interval '91 days' WHERE id = 1")
    db.execute("UPDATE test_prospects SET status = 'archived'")
    world.start_outreach(HISTORY_RETENTION_DAYS="90")
    db.eventually(f"SELECT count(*) = 1 FROM {tables.import_rows}")
    assert db.import_rows.value("import") == 2 and db.imports.value("count(*)") == 2 and db.prospect_details.value("count(*)") == 2
    db.execute("DELETE FROM test_prospects WHERE telegram_id = '@someone_else'")
    assert db.import_rows.value("count(*)") == 0 and db.prospect_details.value("count(*)") == 1
    db.execute("TRUNCATE test_prospects")
    assert db.prospect_details.value("count(*)") == 0
