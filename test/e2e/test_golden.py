"""
What commands print, kept in test/golden/: the whole of it, for whoever reads it. Where it is meant to change, GOLDEN=write renews the
files; read their diff as an operator would. A run that writes fails, so nothing that must be green can be run that way.
"""
import difflib
import os
import re
import unicodedata

import pytest

from support.database import Database
from support.paths import ROOT
from support.process import run
from support.showcase import fill
from support.telegram import TOKEN
from support.waiting import eventually
from test_command_line import on_terminal, plain, width

KEPT = ROOT / "test" / "golden"
# What differs from run to run, and what stands in its place: in tables as wide, so that columns stay where they are.
MASKS = [
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD hh:mm:ss"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00|\+00)", "YYYY-MM-DDThh:mm:ssZ"),
    (r"\b\d{10}\.\d{6}\b", "SECONDS"),  # since 1970, in CSV
    (r"PostgreSQL [\d.]+( \(.*?\))?, database \w+ \([\d.]+ MiB\)", "PostgreSQL VERSION, database DATABASE (N MiB)"),
    (r'(?<=,)-?\d{4,9}(?=,)|(?<="age_ms": )\d+', "MILLISECONDS"),
]

MASKS_OF_WHAT_RUNS = [
    (r" {3,}", "  "), (r"  \d+  \d+[smh]( \d+[sm])?  (?=\d+  )", "  PID  AGE  "), (r"[\d.]+[KMG]  [\d.]+[KMG]  \d+ms  (-|\d.*?)  ", "MEMORY  MEMORY  LAG  WAITING  "),
]

BAD_ROWS = """Имя;Телефон;Телеграм;Почта;Запрос;Бюджет
Анна "Аня" Петрова;8 912 345-67-89;@anya_new;Anya@Example.org;"Вилла; у моря
с садом";350 000 $
O'Brien -- 🌴;;@maria_o;;;
山田 太郎;;@b;;;
;;@nameless;;;
Nobody;;;;;
"""

SHOWN = {  # file -> command
    "rep-list": "rep list", "rep-list-wide": "rep list -o wide", "rep-list-csv": "rep list --csv", "rep-list-none": "rep list --status nosuch", "rep-list-limited": "rep list --limit 1",
    "rep-show": "rep show 11", "rep-show-clara": "rep show 33", "rep-show-taro": "rep show 44", "rep-show-eve": "rep show 55", "rep-show-which": "rep show o",
    "prospect-list": "prospect list", "prospect-list-wide": "prospect list -o wide", "prospect-list-csv": "prospect list --csv", "prospect-list-waiting": "prospect list --waiting",
    "prospect-show": "prospect show p1", "prospect-show-bare": "prospect show p3", "prospect-show-nobody": "prospect show Nobody",
    "prospect-history": "prospect history p1", "prospect-history-none": "prospect history p8",
    "prospect-why": "prospect why p1", "prospect-why-never": "prospect why p3",
    "prospect-import-dry-run": "prospect import --dry-run LEADS", "prospect-import-partial-dry-run": "prospect import --dry-run --partial LEADS", "prospect-import-list": "prospect import --list",
    "prospect-export": "prospect export", "prospect-export-excel": "prospect export --excel", "prospect-export-json-lines": "prospect export --json-lines", "prospect-export-one": "prospect export p1",
    "stats": "stats", "stats-csv": "stats --csv", "stats-rep": "stats --rep 11", "audit": "audit", "audit-csv": "audit --csv", "link-list": "link list", "link-list-csv": "link list --csv",
    "outbox-list": "outbox list", "outbox-list-csv": "outbox list --csv", "parked-list": "parked list", "parked-show": "parked show 601", "calendar-list": "calendar list",
    "calendar-show": "calendar show anna@truerealestate.bali", "status": "status",
}
FITTED = ("rep list", "rep list -o wide", "prospect list", "prospect list -o wide", "prospect history p1", "prospect import --list", "audit", "link list", "outbox list", "parked list",
          "calendar list", "stats")
RUNNING = {"status": "status-running", "doctor": "doctor-all-well"}
HELPS = ("status", "doctor", "outbox", "parked", "audit", "rep", "prospect", "link", "stats", "calendar", "migrate", "check-config", "supervise", "bot", "outreach", "oauth", "sandbox", "demo",
         "healthcheck", "log-level", "adopt-bot", "version")


@pytest.fixture(scope="module")
def db(postgres, template):
    postgres.create("golden", template)
    filled = Database(postgres, "golden")
    fill(filled)
    yield filled
    filled.close()
    postgres.drop("golden")


@pytest.fixture
def settings(db, tmp_path):
    (tmp_path / "leads.csv").write_text(BAD_ROWS)
    return {"DATABASE_URL": db.url, "TZ": "UTC", "SALESREG_RUN_DIR": str(tmp_path), "MAX_PROSPECTS_PER_REP": "5"}


def columns_of(line):
    """A sign that only joins or colours what is before it takes no room."""
    return width("".join(c for c in line if unicodedata.category(c) not in ("Mn", "Me", "Cf")))


def masked(text, tmp_path=None):
    for pattern, instead in MASKS:
        text = re.sub(pattern, instead, text)
    return text.replace(str(tmp_path), "DIRECTORY") if tmp_path else text


def fitted(command, columns):
    return f"{command.replace(' -o', '').replace(' --', '-').replace(' ', '-')}-{columns}"


def is_kept(name, text):
    path = KEPT / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        pytest.fail(f"{path.name} was written, not compared: read it, and run this without GOLDEN")
    kept = path.read_bytes().decode() if path.exists() else ""
    if kept != text:
        pytest.fail("\n".join([f"{path.relative_to(ROOT)} differs (GOLDEN=write renews it; then read what changed):",
                               *difflib.unified_diff(kept.split("\n"), text.split("\n"), "kept", "printed", lineterm="")]), pytrace=False)


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_printed(settings, tmp_path, name):
    words = [str(tmp_path / "leads.csv") if word == "LEADS" else word for word in SHOWN[name].split()]
    done = run(*words, settings=settings)
    text = f"$ salesreg {SHOWN[name]}\n{done.stdout}"
    if done.stderr or done.returncode:
        text += f"--- stderr, exit code {done.returncode}\n{done.stderr}"
    assert "\x1b" not in text or name.startswith("prospect-export"), "a terminal would obey what somebody wrote"
    is_kept(name, masked(text, tmp_path))


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", FITTED)
def test_what_a_terminal_shows(settings, command, columns):
    sent, error, code = on_terminal(*command.split(), columns=columns, settings={**settings, "LC_ALL": "C.UTF-8"})
    assert (error, code) == ("", 0)
    lines = plain(sent)
    assert max(columns_of(line) for line in lines.splitlines()) <= columns
    is_kept(fitted(command, columns), masked(f"$ salesreg {command}\n{lines}"))


@pytest.mark.parametrize("command, name", RUNNING.items())
def test_what_runs_and_that_all_is_well(make_world, command, name):
    world = make_world(SALESREG_RUN_DIR=None)
    world.sandbox.post("bot", can_join_groups=False)
    world.start_bot()
    world.start_outreach(SALESREG_RUN_DIR=world.bot.run_dir)
    world.db.no_prospects()
    world.db.eventually("SELECT count(*) > 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'salesreg outreach%%'")
    world.settle()
    around = {"DATABASE_URL": world.db.url, "TELEGRAM_API_BASE": world.sandbox.base, "REGISTRY_BOT_TOKEN": TOKEN, "SALESREG_RUN_DIR": world.bot.run_dir,
              "REGISTRATION_APPROVAL": "invite", "TZ": "UTC"}
    eventually(lambda: run("status", settings=around).returncode == 0)
    done = run(command, settings=around)
    assert (done.returncode, done.stderr) == (0, "")
    text = re.sub(r"\n {4,}", " ", done.stdout).replace(world.bot.run_dir, "DIRECTORY")  # the lines' ends depend on it
    for pattern, instead in MASKS_OF_WHAT_RUNS if command == "status" else ():
        text = re.sub(pattern, instead, text)
    is_kept(name, masked(f"$ salesreg {command}\n{text}"))


@pytest.mark.parametrize("command", HELPS)
def test_help(command):
    is_kept(f"help-{command}", f"$ salesreg help {command}\n{run('help', command).stdout}")


def test_no_file_is_left_over_and_no_help_is_left_out():
    assert {path.stem for path in KEPT.iterdir()} == {*SHOWN, *RUNNING.values(), *(fitted(command, columns) for command in FITTED for columns in (80, 120)), *(f"help-{command}" for command in HELPS)}
    block = run("help").stdout.split("\n\n")[2]
    assert {line.split()[0] for line in block.splitlines()} == {*HELPS, "help"}
