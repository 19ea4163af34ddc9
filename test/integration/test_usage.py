"""How a command answers when it was called wrongly: one line that says what is wrong, on stderr, and exit code 64."""
import subprocess

import pytest

from support.paths import BINARY
from support.process import run

COMMANDS = ["supervise", "bot", "outreach", "oauth", "migrate", "check-config", "sandbox", "demo", "status", "healthcheck", "log-level",
            "doctor", "outbox", "adopt-bot", "parked", "audit", "rep", "prospect", "link", "stats", "calendar", "version"]  # in the order of `salesreg help`


@pytest.mark.parametrize("words, what", [
    ("outbox list --state nosuch", "outbox list: --state nosuch: it is queued, sending, failed or held"),
    ("outbox list --limit 0", "outbox list: --limit 0: it is a number from 1 to 10000"),
    ("outbox list --limit 99999999999", "outbox list: --limit 99999999999: it is a number from 1 to 10000"),
    ("outbox list --limit", "outbox list: --limit needs a value"),
    ("outbox list --nope", "outbox list: unknown option --nope"),
    ("outbox list 7", "outbox list: unexpected argument 7"),
    ("outbox", "outbox: what shall it do? list, retry, release or drop"),
    ("outbox lst", "outbox: unknown command lst: it is list, retry, release or drop"),
    ("outbox retry", "outbox retry: it needs an ID, or --failed for all"),
    ("outbox retry --failed 3", "outbox retry: --failed means all of them: give it alone, or IDs"),
    ("outbox drop --nope", "outbox drop: unknown option --nope"),
    ("parked", "parked: what shall it do? list, show, retry or drop"),
    ("parked show", "parked show: it needs an ID"),
    ("parked show 1 2", "parked show: it shows one at a time; 2 is one too many"),
    ("parked drop --all", "parked drop: unknown option --all"),
    ("parked list 3", "parked list: unexpected argument 3"),
    ("rep", "rep: what shall it do? list, show, approve, reject, suspend, reactivate, remove, set-name, set-email, set-capacity, set-admin, pause, resume, add, merge, invite, resend-code, set-hours or slots"),
    ("rep invit", "rep: unknown command invit: it is list, show, approve, reject, suspend, reactivate, remove, set-name, set-email, set-capacity, set-admin, pause, resume, add, merge, invite, resend-code, set-hours or slots"),
    ("rep show", "rep show: which rep? WHO is missing"),
    ("rep suspend", "rep suspend: which rep? WHO is missing"),
    ("rep resend-code", "rep resend-code: which rep? WHO is missing"),
    ("rep set-name anna", "rep set-name: the new NAME is missing"),
    ("rep set-email anna", "rep set-email: the new ADDRESS is missing"),
    ("rep set-admin anna", "rep set-admin: the new word, on or off, is missing"),
    ("rep set-admin anna maybe", "rep set-admin: maybe: it is on or off"),
    ("rep set-capacity anna", "rep set-capacity: the new N is missing"),
    ("rep set-capacity anna 0", "rep set-capacity: 0: it is a number from 1 to 999999, or default"),
    ("rep set-capacity anna -- -1", "rep set-capacity: -1: it is a number from 1 to 999999, or default"),
    ("rep pause anna --for ever", "rep pause: --for ever: it is a time as 15m, 12h, 7d or 2w"),
    ("rep add 5 a@b", "rep add: it needs the ACCOUNT, the ADDRESS and the NAME of the new rep"),
    ("rep add anna a@b c", "rep add: anna is no Telegram account: it is a number"),
    ("rep merge anna", "rep merge: which two reps? FROM and INTO are needed"),
    ("rep approve anna --yes", "rep approve: unknown option --yes"),
    ("rep list --sort age", "rep list: --sort age: it is name, status, load, seen or registered"),
    ("rep set-hours", "rep set-hours: which rep? WHO is missing"),
    ("rep slots", "rep slots: which rep? WHO is missing"),
    ("rep slots a@b c", "rep slots: unexpected argument c"),
    ("rep slots a@b --at tomorrow", "rep slots: --at tomorrow: it is a time as 2026-12-31T10:00:00+08:00"),
    ("rep slots a@b --at 2026-09-05T10:00:00Z", "rep slots: --at 2026-09-05T10:00:00Z: that time is over; without --at it is now"),
    ("rep set-hours a@b --slot 4", "rep set-hours: --slot 4: it is a number from 5 to 720"),
    ("rep set-hours a@b --most-a-day x", "rep set-hours: --most-a-day x: it is a number from 0 to 100"),
    ("rep set-hours a@b --bu 5", "rep set-hours: --bu may be --buffer or --buffer-after: write more of it"),
    ("rep set-hours a@b --h=x", "rep set-hours: --h may be --horizon or --help: write more of it"),
    ("audit --since soon", "audit: --since soon: it is a time as 15m, 12h, 7d or 2w"),
    ("audit anna", "audit: unexpected argument anna"),
    ("prospect export --excel --json-lines", "prospect export: --excel and --json-lines do not go together"),
    ("prospect export anna --excel", "prospect export: what there is of one prospect is JSON, on standard output: give WHO alone"),
    ("prospect import", "prospect import: it needs a FILE, or - for standard input; or --list, or --undo"),
    ("prospect import a b", "prospect import: unexpected argument b"),
    ("prospect import a --country abc", "prospect import: --country abc: it is a calling code, as 7 or 62"),
    ("prospect import a --delimiter ab", "prospect import: --delimiter ab: it is one character, or tab"),
    ("prospect import a --on-duplicate ask", "prospect import: --on-duplicate ask: it is skip, update or error"),
    ("prospect import a --list", "prospect import: --list and --undo take no FILE"),
    ("prospect import --undo 1", "prospect import: --undo removes prospects: it needs --yes where nobody can be asked"),
    ("calendar", "calendar: what shall it do? list, show, disconnect, sync or rotate-keys"),
    ("calendar lst", "calendar: unknown command lst: it is list, show, disconnect, sync or rotate-keys"),
    ("calendar show", "calendar show: which rep? WHO is missing"),
    ("calendar disconnect", "calendar disconnect: which rep? WHO is missing"),
    ("calendar disconnect a@b c@d", "calendar disconnect: unexpected argument c@d"),
    ("calendar sync", "calendar sync: which rep? Give WHO, or --all"),
    ("calendar sync a@b --all", "calendar sync: --all means every rep: give it alone, or WHO"),
    ("calendar list a@b", "calendar list: unexpected argument a@b"),
    ("calendar rotate-keys now", "calendar rotate-keys: unexpected argument now"),
    ("rep invite --days 0", "rep invite: --days 0: it is a number from 1 to 90"),
    ("rep invite --email", "rep invite: --email needs a value"),
    ("rep invite anna", "rep invite: unexpected argument anna"),
    ("prospect list --since 7x", "prospect list: --since 7x: it is a time as 15m, 12h, 7d or 2w"),
    ("prospect list --stale 0d", "prospect list: --stale 0d: it is a time as 15m, 12h, 7d or 2w"),
    ("prospect list --stale 9999999999w", "prospect list: --stale 9999999999w: it is a time as 15m, 12h, 7d or 2w"),
    ("prospect list --sort age", "prospect list: --sort age: it is newest, oldest, name or quiet"),
    ("prospect list -o all", "prospect list: --output all: it is wide"),
    ("prospect status p1 archve", "prospect status: archve is no status (did you mean archived?); there are unreached, contacted, "
     "in_conversation, converted or archived"),
    ("prospect remove", "prospect remove: which prospect? WHO is missing"),
    ("prospect edit p1", "prospect edit: nothing is given: --name, --telegram, --email, --context, --notes"),
    ("prospect add", "prospect add: nothing is given: --name, --telegram, --email, --context, --notes"),
    ("prospect list -x", "prospect list: unknown option -x"),
    ("prospect list --waiting --rep anna", "prospect list: --waiting and --rep do not go together"),
    ("prospect list --sort name --limit 10001", "prospect list: with --sort name --limit is a number from 1 to 10000"),
    ("status --nope", "status: unknown option --nope"),
    ("status --json now", "status: unexpected argument now"),
    ("log-level bot loud", "log-level: loud is not a level: debug, info, warn, error"),
    ("log-level bot", "log-level: it needs a role (or all) and a level"),
    ("healthcheck bott", "healthcheck: bott is not a role: bot, outreach, oauth or supervise"),
    ("healthcheck bot outreach", "healthcheck: unexpected argument outreach"),
    ("doctor x", "doctor: unexpected argument x"),
    ("adopt-bot -x", "adopt-bot: unknown option -x"),
    ("sandbox --idle 0", "sandbox: --idle 0: it is a number from 1 to 86400"),
    ("sandbox --tls", "sandbox: --tls needs a value"),
    ("demo --data", "demo: --data needs a value"),
    ("migrate now", "migrate: unexpected argument now"),
    ("check-config --all", "check-config: unknown option --all"),
    ("version 2", "version: unexpected argument 2"),
    ("supervise bot", "supervise: unexpected argument bot"),
    ("oauth bot", "oauth: unexpected argument bot"),
    ("bot outreach", "bot: unexpected argument outreach"),
])
def test_it_says_what_is_wrong(words, what):
    done = run(*words.split())
    command = words.split()[0]
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith(f"salesreg {what}") and done.stderr.endswith(f"; see salesreg {command} --help\n")
    assert done.stderr.count("\n") == 1


def test_a_command_there_is_not():
    assert (done := run("nosuch")).returncode == 64
    assert done.stderr == "salesreg: unknown command nosuch; see salesreg help\n"
    done = run(settings={"SALESREG_ROLE": "nosuch"})
    assert (done.returncode, done.stderr) == (
        64, "salesreg: unknown command nosuch, which SALESREG_ROLE names; see salesreg help\n")
    done = run("healthcheck", settings={"SALESREG_ROLE": "nosuch"})
    assert done.returncode == 64 and done.stderr.startswith("salesreg healthcheck: SALESREG_ROLE: nosuch is not a role")
    done = run("help", "nosuch")
    assert (done.returncode, done.stderr) == (64, "salesreg help: there is no command nosuch; see salesreg help\n")
    assert run("help", "--nope").returncode == 64


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command):
    asked = run("help", command)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout.startswith(f"usage: salesreg {command}")
    # what it does, in a sentence
    assert asked.stdout.splitlines()[1].strip() and len(asked.stdout.splitlines()) > 1
    assert run(command, "--help").stdout == asked.stdout == run(command, "-h").stdout


@pytest.mark.parametrize("words", ["help", *(f"help {command}" for command in COMMANDS)])
def test_help_fits_a_terminal(words):
    lines = run(*words.split()).stdout.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    # and is filled: no line has room for the first word of the next one, where that goes on with it
    assert not any(line.startswith(" Configured") for line in lines)
    indents = [len(line) - len(line.lstrip()) for line in lines]
    for a, b, i, j in zip(lines, lines[1:], indents, indents[1:]):
        if a and b and i == j == 0 and not a.startswith("usage:") and not a.endswith((".", ":")):
            assert len(a) + 1 + len(b.split()[0]) > 80, (a, b)


def test_every_command_of_the_help_is_tried_here():
    block = run("help").stdout.split("\n\n")[2]
    assert [line.split()[0] for line in block.splitlines()] == [*COMMANDS, "help"]


@pytest.mark.parametrize("words", ["help", "version", "help doctor"])
def test_what_cannot_be_written_is_no_success(words):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BINARY, *words.split()], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and "could not be written: No space left on device" in done.stderr


@pytest.mark.parametrize("port", ["99999", "65536", "-1", "x", "8081x", ""])
def test_a_port_that_is_none_is_refused(port):
    done = run("sandbox", "--listen", f"127.0.0.1:{port}")
    assert done.returncode == 78 and "the port is a number from 0 to 65535" in done.stderr


@pytest.mark.parametrize("words", [("rep", "slots", ""), ("rep", "set-hours", "")])
def test_an_empty_word_is_no_address(words):
    done = run(*words)
    assert done.returncode == 64 and "which rep? WHO is missing" in done.stderr
