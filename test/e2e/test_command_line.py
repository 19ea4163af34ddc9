"""What a person sees on a terminal of 40 or 80 columns, and what a program reads from a pipe."""
import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import pytest

from support.paths import BINARY
from support.process import environment, run

LONG = "Здравствуйте, как ваши дела сегодня? Приходите завтра, будем рады видеть вас снова в нашем офисе"
NAMES = ["Anna", "Анна Каренина", "漢字漢字 さくら", "😀🎉 party", "e\u0301le\u0300ve", "가나다"]
ESCAPE = "\x1b"


def on_terminal(*args, columns=80, settings=None):
    """What a terminal of this width is sent, its lines, and the exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen([BINARY, *args], env=environment({"TERM": "xterm", **(settings or {})}), stdin=subprocess.DEVNULL,
                             stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    sent = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # nobody has the other end any more
            break
        if not piece:
            break
        sent += piece
    os.close(ours)
    error = child.stderr.read().decode()
    child.stderr.close()
    return sent.decode(), error, child.wait()


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def put(db, chat, text="hello", state="queued", error=None):
    return db.value(f"INSERT INTO {db.outbox} (chat_id, method, payload, priority, state, error) VALUES (%s, 'sendMessage',"
                    " %s, 1, %s, %s) RETURNING id", chat, json.dumps({"chat_id": chat, "text": text}), state, error)


def settings(db, **more):
    return {"DATABASE_URL": db.url, **more}


# Tables -----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("columns", [90, 100, 132, 250])
def test_a_table_is_as_wide_as_the_terminal_and_no_wider(database, columns):
    for i in range(3):
        put(database, 7_000_000_001 + i, LONG, state="failed", error="Bad Request: chat not found" if i else None)
    sent, _, code = on_terminal("outbox", "list", columns=columns, settings=settings(database))
    lines = plain(sent).splitlines()
    assert code == 0 and len(lines) == 4, "a row is a line"
    assert max(map(width, lines)) <= columns
    if columns < 250:
        assert all(line.endswith("…") for line in lines[1:])
        assert max(map(width, lines)) > columns - 3, "and uses all of it"
    else:
        assert all(line.endswith(LONG) for line in lines[1:])


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_where_a_row_does_not_fit_each_cell_has_its_line(database, columns):
    ids = [put(database, 7_000_000_001 + i, LONG, state="failed", error="Bad Request: chat not found") for i in range(2)]
    sent, _, code = on_terminal("outbox", "list", columns=columns, settings=settings(database))
    blocks = plain(sent).strip("\n").split("\n\n")
    assert code == 0 and len(blocks) == 2
    for id, block in zip(ids, blocks):
        lines = block.splitlines()
        assert lines[0].split() == ["ID", str(id)]
        assert max(map(width, lines)) <= columns or columns == 20  # a word longer than the line stays a word
        assert " ".join(block.split("TEXT")[1].split()) == LONG, "nothing is left out"


@pytest.mark.parametrize("command, columns, there, gone", [(("rep", "list"), 70, "NAME EMAIL TELEGRAM STATUS LOAD REACHED SEEN", {"CALENDAR"}),
                                                           (("prospect", "list"), 80, "ID NAME TELEGRAM STATUS REP SINCE", {"LEADS", "SOURCE"})], ids=["rep", "prospect"])
def test_a_narrow_terminal_has_a_table_of_what_matters(database, command, columns, there, gone):
    database.execute("INSERT INTO sales_representatives (telegram_id, telegram_username, name, email, status) SELECT i, 'telegram_name_' || i,"
                     " 'Anna Petrova Nr. ' || i, 'anna.petrova.' || i || '@truerealestate.bali', 'suspended' FROM generate_series(1, 3) i")
    database.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives LIMIT 1)")
    rep = {"DATABASE_URL": database.url, "NO_COLOR": "1"}
    sent, _, code = on_terminal(*command, columns=columns, settings=rep)
    lines = plain(sent).splitlines()
    assert code == 0 and lines[0].split() == there.split() and max(width(line) for line in lines) <= columns, lines
    assert len([line for line in lines if line.strip()]) >= 4
    wide = plain(on_terminal(*command, columns=160, settings=rep)[0]).splitlines()[0]
    assert set(wide.split()) == {*there.split(), *gone}
    all_of_it = plain(on_terminal(*command, "-o", "wide", columns=columns, settings=rep)[0])
    assert gone <= {line.split()[0] for line in all_of_it.splitlines() if line.strip()}


def test_names_of_all_scripts_stand_in_straight_columns(database):
    for i, name in enumerate(NAMES):
        put(database, i + 1, "x", state="failed", error=name)
    for sent in (on_terminal("outbox", "list", columns=120, settings=settings(database))[0],
                 run("outbox", "list", settings=settings(database)).stdout):
        head, *lines = plain(sent).splitlines()
        at = width(head[:head.index("TEXT")])
        assert [line[-1] for line in lines] == ["x"] * len(NAMES)
        assert [width(line[:-1]) for line in lines] == [at] * len(NAMES), sent
        for name, line in zip(NAMES, lines):
            assert name in line


def test_a_wide_letter_is_not_cut_in_two(database):
    for i in range(12):
        put(database, 1, "a" * i + "漢字😀" * 30)
    for columns in (100, 101):
        sent, _, _ = on_terminal("outbox", "list", columns=columns, settings=settings(database))
        assert "\ufffd" not in sent and max(map(width, plain(sent).splitlines())) <= columns


def test_a_letter_the_c_library_does_not_know_spoils_no_table(database):
    put(database, 1, "new \U000e0fff\U0003fffd letters " + LONG)
    sent, _, code = on_terminal("outbox", "list", columns=100, settings=settings(database))
    assert code == 0 and "new" in sent and len(sent.splitlines()) == 2


def test_a_pipe_gets_whole_texts_a_line_a_row_and_no_escapes(database):
    put(database, 1, "first\nsecond " + "x" * 3000)
    done = run("outbox", "list", settings=settings(database, COLUMNS="40"))
    assert len(done.stdout.splitlines()) == 2 and done.stdout.endswith("first second " + "x" * 3000 + "\n")
    assert ESCAPE not in done.stdout


def test_headings_are_bold_on_a_terminal_unless_no_color_says_so(database):
    put(database, 1)
    call = ("outbox", "list")
    assert ESCAPE + "[1m" in on_terminal(*call, settings=settings(database))[0]
    assert ESCAPE + "[1m" in on_terminal(*call, settings=settings(database, NO_COLOR=""))[0]
    for colourless in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
        for columns in (40, 120):
            assert ESCAPE not in on_terminal(*call, columns=columns, settings=settings(database, **colourless))[0]


@pytest.mark.parametrize("columns", [40, 120])
def test_what_others_wrote_does_nothing_to_the_terminal(database, columns):
    put(database, 1, "a\x1b[31mb\u009bc\u202ed\re\x07f", state="failed", error="x\x1b]0;title\x07y")
    for form in ([], ["--csv"], ["--json"]):
        sent, _, _ = on_terminal("outbox", "list", *form, columns=columns, settings=settings(database, NO_COLOR="1"))
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", sent), repr(sent)
        assert "\r" not in re.sub("\r+\n", "", sent)


def test_the_line_of_headings_can_be_left_out(database):
    id = put(database, 1)
    for form in ([], ["--csv"]):
        whole = run("outbox", "list", *form, settings=settings(database)).stdout.splitlines()
        rest = run("outbox", "list", "--no-headings", *form, settings=settings(database)).stdout.splitlines()
        assert len(whole) == 2 and len(rest) == 1 and rest[0].startswith(str(id))


@pytest.mark.parametrize("command", ["outbox", "parked"])
def test_without_headings_there_is_nothing_but_rows(database, command):
    """What is said about the list goes where no program takes it for a row."""
    for form in ([], ["--no-headings"]):
        done = run(command, "list", *form, settings=settings(database))
        assert done.returncode == 0 and " is " in (done.stderr if form else done.stdout)
        assert (done.stdout if form else done.stderr) == ""
    for i in range(3):
        put(database, i + 1)
        database.parked_updates.insert("(bot_id, update_id, payload, reason) VALUES (1, %s, '{}', 'x')", i)
    done = run("outbox", "list", "--limit", "2", "--no-headings", settings=settings(database))
    assert len(done.stdout.splitlines()) == 2 and done.stderr == "2 of 3 messages; --limit shows more\n"


def test_status_without_headings_says_nothing_but_rows(tmp_path):
    done = run("status", "--no-headings", settings={"SALESREG_RUN_DIR": str(tmp_path)})
    assert (done.returncode, done.stdout) == (1, "") and "Nothing runs" in done.stderr


# a machine without a UTF-8 locale, and how often a letter's width was asked for
NO_LOCALE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
static long asked;
char *setlocale(int category, const char *name) { (void)category; (void)name; return NULL; }
int wcwidth(wchar_t c) { (void)c; asked++; return 1; }
__attribute__((destructor)) static void tell(void)
{
	FILE *out = fopen(getenv("WIDTHS_ASKED"), "w");
	fprintf(out, "%ld", asked);
	fclose(out);
}
"""


def test_a_long_list_without_a_locale_is_measured_once(database, tmp_path):
    (tmp_path / "none.c").write_text(NO_LOCALE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "none.so", tmp_path / "none.c"], check=True)
    asked = []
    for _ in range(2):
        for _ in range(20):
            put(database, 1, "Алекс")
        env = environment(settings(database, LD_PRELOAD=str(tmp_path / "none.so"), WIDTHS_ASKED=str(tmp_path / "asked")))
        env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        done = subprocess.run([BINARY, "outbox", "list"], env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stdout.count("Алекс") == 20 * (len(asked) + 1), done.stderr
        asked.append(int((tmp_path / "asked").read_text()))
    # twice the rows: no more than twice the work
    assert 0 < asked[1] < 2.5 * asked[0], asked


# CSV --------------------------------------------------------------------------------------------------------------------------

def read(done):
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == done.stdout.count("\r\n") + sum(
        field.count("\n") for row in csv.reader(io.StringIO(done.stdout, newline="")) for field in row)
    return list(csv.DictReader(io.StringIO(done.stdout, newline="")))


def as_bytes(*args, settings):
    """subprocess would turn CR LF into LF."""
    done = subprocess.run([BINARY, *args], env=environment(settings), capture_output=True, timeout=60)
    return subprocess.CompletedProcess(args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_csv_has_the_fields_of_json(database):
    put(database, -5, LONG, state="failed", error="why")
    put(database, 2, 'say "hi", then\nleave; a,b', state="queued")
    rows = read(as_bytes("outbox", "list", "--csv", settings=settings(database)))
    messages = json.loads(run("outbox", "list", "--json", settings=settings(database)).stdout)["messages"]
    assert [list(row) for row in rows] == [list(message) for message in messages]
    for row, message in zip(rows, messages):
        for key, value in message.items():
            if key not in ("age_ms", "due_in_ms"):
                assert row[key] == ("" if value is None else str(value).lower() if isinstance(value, bool) else str(value))
    assert rows[0]["chat_id"] == "-5", "a number is no formula"


def test_csv_of_nothing_is_its_line_of_headings(database):
    done = as_bytes("outbox", "list", "--csv", settings=settings(database))
    assert done.stdout == "id,chat_id,method,state,attempts,priority,age_ms,due_in_ms,possible_duplicate,error,text\r\n"
    done = as_bytes("parked", "list", "--csv", settings=settings(database))
    assert done.stdout == "id,update_id,user_id,age_ms,retry_waits,reason,words\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+7 900", "-1", "@SUM(A1)", "\t=1", "\n=1", "=cmd|' /C calc'!A0", '="a"'])
def test_a_spreadsheet_takes_no_text_for_a_formula(database, text):
    put(database, 1, text)
    row, = read(as_bytes("outbox", "list", "--csv", settings=settings(database)))
    assert row["text"] == "'" + text


def test_csv_of_status_and_json_of_it_say_the_same(tmp_path):
    done = as_bytes("status", "--csv", settings={"SALESREG_RUN_DIR": str(tmp_path)})
    assert done.returncode == 1 and done.stdout.startswith("role,state,up,health,why,pid,since,restarts,")


# Words ------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words, guess", [
    ("outbox list --jsn", "--json"),
    ("outbox list --sttae failed", "--state"),
    ("outbox list --state faild", "failed"),
    ("outbox list --no-headings --cvs", "--csv"),
    ("outbox lst", "list"),
    ("outbox ls", "list"),
    ("outbox rel", "release"),
    ("parked shwo", "show"),
    ("status --josn", "--json"),
    ("statsu", "status"),
    ("docter --json", "doctor"),
    ("help outbx", "outbox"),
    ("healthcheck bott", "bot"),
    ("log-level bot eror", "error"),
    ("sandbox --log-level wran", "warn"),
])
def test_what_was_probably_meant_is_offered(words, guess):
    done = run(*words.split())
    assert done.returncode == 64 and f"(did you mean {guess}?)" in done.stderr


def test_a_hidden_command_is_not_offered():
    assert "test-worker" not in run("test-wrker").stderr + run("help").stdout


@pytest.mark.parametrize("words", [("outbox", "drop", "--hel"), ("outbox", "release", "--h"), ("outbox", "drop", "--he")])
def test_who_means_help_gets_nothing_else(words):
    """--held would be everything that is held."""
    done = run(*words, settings={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"})
    assert done.returncode == 64 and done.stdout == "" and f"{words[-1]} may be --held or --help" in done.stderr


@pytest.mark.parametrize("words", ["outbox list --nope", "outbox frobnicate", "outbox x", "status -j", "status --", "x"])
def test_nothing_is_offered_where_nothing_is_near(words):
    assert "did you mean" not in run(*words.split()).stderr


def test_an_option_and_its_value_are_written_either_way(database):
    ids = [put(database, 1), put(database, 2)]
    for words in (["--limit", "1"], ["--limit=1"], ["--lim", "1"], ["--json", "--limit=1"]):
        done = run("outbox", "list", *words, *(["--json"] if "--json" not in words else []), settings=settings(database))
        assert [m["id"] for m in json.loads(done.stdout)["messages"]] == ids[:1], words


@pytest.mark.parametrize("words, what", [
    ("outbox list --nope --limit 0", "outbox list: unknown option --nope"),
    ("outbox list --limit 0 --nope", "outbox list: --limit 0: it is a number from 1 to 10000"),
    ("outbox list --limit=", "outbox list: --limit : it is a number from 1 to 10000"),
    ("outbox list --limit -1", "outbox list: --limit -1: it is a number from 1 to 10000"),
    ("outbox list --json=yes", "outbox list: --json takes no value"),
    ("outbox list --json --csv", "outbox list: --json and --csv do not go together"),
    ("outbox list --csv --json", "outbox list: --csv and --json do not go together"),
    ("outbox drop --failed --held", "outbox drop: --failed and --held do not go together"),
    ("outbox list -- --json", "outbox list: unexpected argument --json"),
    ("outbox --json list", "outbox: --json comes after what it shall do: list, retry, release or drop"),
    ("outbox retry -- -5", "outbox retry: -5 is not an ID: salesreg outbox list shows them"),
    ("outbox retry 5x 6", "outbox retry: 5x is not an ID: salesreg outbox list shows them"),
    ("status --j --js=3", "status: --json takes no value"),
])
def test_the_first_thing_that_is_wrong_is_said_in_one_line(words, what):
    done = run(*words.split())
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith(f"salesreg {what}") and done.stderr.count("\n") == 1
    assert done.stderr.endswith(f"; see salesreg {words.split()[0]} --help\n")


def test_a_usage_error_does_nothing_to_the_terminal():
    done = run("outbox", "list", "--state", "a\x1b[31m\u009b31m\u202eb")
    assert done.returncode == 64 and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stderr)


def test_help_of_a_subcommand_by_either_way():
    assert run("help", "outbox", "list").stdout == run("outbox", "list", "--help").stdout
    done = run("help", "outbox", "lst")
    assert (done.returncode, done.stderr) == (64, "salesreg help: outbox has no command lst; see salesreg help --help\n")


def test_help_has_every_option_and_fits_the_terminal():
    for columns in (40, 80, 200):
        sent, _, code = on_terminal("outbox", "list", "--help", columns=columns)
        lines = plain(sent).splitlines()
        assert code == 0 and max(map(len, lines)) <= min(columns, 80)
        for option in ("--state STATE", "--limit N", "--json", "--csv", "--no-headings"):
            assert f"  {option}" in sent
    assert run("help", "outbox").stdout == run("outbox", "--help").stdout
    # whatever else is wrong
    assert run("outbox", "list", "--nope", "--help").stdout == run("outbox", "list", "-h").stdout != ""


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_a_list_that_cannot_be_written_is_no_success(database, form):
    put(database, 1)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BINARY, "outbox", "list", *form], env=environment(settings(database)), stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and "could not be written" in done.stderr


def test_a_reader_that_has_gone_is_no_success(database):
    for i in range(300):
        put(database, i + 1, "x" * 1000)
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run([BINARY, "outbox", "list", "--limit", "300"], env=environment(settings(database)), stdout=theirs,
                          stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(theirs)
    assert done.returncode != 0 and "Sanitizer" not in done.stderr


COMMANDS = [("prospect", "list"), ("prospect", "add", "--name", "Olga"), ("prospect", "export"), ("rep", "list"), ("rep", "add", "77", "a@truerealestate.bali", "Anna"),
            ("stats",), ("audit",), ("link", "list"), ("outbox", "list"), ("parked", "list"), ("calendar", "list")]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_of_a_newer_version_is_left_alone(database, command):
    database.as_superuser(f"INSERT INTO {database.schema_migrations} (version, name, checksum) VALUES (999, 'later', 'x')")
    before = database.rows("SELECT * FROM test_prospects"), database.rows("SELECT * FROM sales_representatives")
    done = run(*command, settings={"DATABASE_URL": database.url})
    assert done.returncode == 78 and done.stdout == "" and "run the newer salesreg" in done.stderr, done
    assert (database.rows("SELECT * FROM test_prospects"), database.rows("SELECT * FROM sales_representatives")) == before
    database.as_superuser(f"UPDATE {database.schema_migrations} SET compatible = true WHERE version = 999")
    assert run(*command, settings={"DATABASE_URL": database.url}).returncode == 0


@pytest.mark.parametrize("command", [("prospect", "note", "test_001", "x"), ("rep", "add", "77", "a@truerealestate.bali", "Anna"), ("prospect", "import", "/dev/stdin")], ids=" ".join)
def test_a_database_that_is_read_only_is_said_to_be_so(database, command):
    done = subprocess.run([BINARY, *command], env=environment({"DATABASE_URL": database.url, "PGOPTIONS": "-c default_transaction_read_only=on"}),
                          input="name,phone\nAnna,+79123456789\n", capture_output=True, text=True)
    assert done.returncode == 1 and "the database is read only" in done.stderr and "primary" in done.stderr, done


@pytest.mark.parametrize("command", [("prospect", "list"), ("prospect", "export"), ("prospect", "list", "--json"), ("prospect", "show", "test_001")], ids=" ".join)
def test_what_is_printed_goes_nowhere_else_where_there_is_no_output(database, command):
    """The first connection would have its number."""
    done = subprocess.run(["sh", "-c", 'exec "$0" "$@" >&-', BINARY, *command], env=environment({"DATABASE_URL": database.url}), capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr == "salesreg: the output could not be written: Bad file descriptor\n", done


@pytest.mark.parametrize("command", [("prospect", "list"), ("prospect", "export"), ("prospect", "list", "--csv"), ("prospect", "show", "test_001")], ids=" ".join)
def test_a_full_disk_is_called_one(database, command):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BINARY, *command], env=environment({"DATABASE_URL": database.url}), stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and done.stderr == "salesreg: the output could not be written: No space left on device\n", done
