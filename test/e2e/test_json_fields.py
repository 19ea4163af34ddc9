"""The fields that programs may rely on: README's table names what --json has, and nothing else."""
import json
import re

from support.database import tables
from support.paths import ROOT
from support.process import run
from support.schemas import conforms
from support.telegram import TOKEN


def documented():
    """command -> the words set as code in its row."""
    part = (ROOT / "README.md").read_text().split("### JSON output\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z -]+)`[^|]*\| (.*) \|$", part, re.M)
    return {command: set(re.findall(r"`(\w+)`", fields)) for command, fields in rows}


def keys(value):
    if isinstance(value, dict):
        return set(value) | set().union(*(keys(v) for v in value.values()))
    return set().union(*(keys(v) for v in value)) if isinstance(value, list) else set()


def test_the_fields_are_those_of_the_readme(bot_world, tmp_path):
    world = bot_world
    anna = world.person()
    anna.says("привет")
    anna.hears("offer")
    world.settle()
    world.db.outbox.insert("(chat_id, method, payload, state, error) VALUES (%s, 'sendMessage', %s, 'failed', 'x')", anna.id, json.dumps({"chat_id": anna.id, "text": "hello"}))
    read, unread = (world.db.value(f"INSERT INTO {world.db.parked_updates} (bot_id, reason, {column}) VALUES (1, 'x', {value})"
                                   " RETURNING id") for column, value in (("payload", "'{\"message\": {\"text\": \"x\"}}'"),
                                                                          ("raw", "'\\xff'::bytea")))
    settings = {"DATABASE_URL": world.db.url, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": world.sandbox.base,
                "SALESREG_RUN_DIR": world.bot.run_dir}

    def said(*words, options=("--json",)):
        done = run(*words, *options, settings=settings)
        assert done.stdout, done.stderr
        body = json.loads(done.stdout)
        known = [command for command in fields if command.split() == [*words, *options][:len(command.split())]]
        conforms(max(known, key=len), body)
        return body
    fields = documented()
    assert set(fields) == {"status", "doctor", "doctor --takeover", "outbox list", "parked list", "parked show", "rep list", "rep show", "rep invite", "rep set-hours", "rep slots",
                           "audit", "calendar list", "calendar show", "prospect list", "prospect show", "prospect history", "prospect why",
                           "prospect import", "prospect import --list", "prospect import --undo", "stats", "link add", "link list"}
    assert len(said("status")["processes"]) == 1
    for command in ("status", "doctor", "outbox list", "parked list"):
        options = ("--json", "--no-poll") if command == "doctor" else ("--json",)
        assert keys(said(*command.split(), options=options)) == fields[command], command
    assert keys(said("doctor", "--takeover")) == fields["doctor --takeover"]
    shown = said("parked", "show", str(read), options=())
    assert set(shown) == fields["parked list"] - {"total", "updates"} | {"update"}
    shown = said("parked", "show", str(unread), options=())
    assert set(shown) == fields["parked list"] - {"total", "updates"} | fields["parked show"]
    world.db.bot_state.eventually("bool_or(username IS NOT NULL)")
    invitation = said("rep", "invite", "--email", "anna@truerealestate.bali")
    assert set(invitation) == fields["rep invite"]
    assert keys(said("audit")) == fields["audit"] | {"email"}
    assert invitation["ends_at"] > 1_500_000_000
    assert keys(said("link", "add", "June -- 🌴")) == fields["link add"] and keys(said("link", "list")) == fields["link list"]
    anna.registers()
    assert keys(said("rep", "list")) == fields["rep list"]
    assert keys(said("rep", "show", anna.email)) == fields["rep list"] - {"total", "reps"} | fields["rep show"]
    assert set(said("rep", "set-hours", anna.email)) == fields["rep set-hours"]
    said("rep", "set-hours", anna.email, "daily 0-24")
    assert keys(said("rep", "slots", anna.email)) | {"reconnect", "unread", "failed", "old"} == fields["rep slots"]
    world.db.execute(f"INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes) SELECT id, '1', 'a@example.org', '' FROM sales_representatives")
    world.db.execute(f"INSERT INTO {tables.calendars} (rep, calendar_id, summary, role, is_primary, selected, conflicts)"
                     f" SELECT rep, 'a', 'A', 'owner', true, true, true FROM {tables.calendar_accounts}")
    world.db.execute(f"INSERT INTO {tables.calendar_jobs} (rep, kind) SELECT rep, 'sync' FROM {tables.calendar_accounts}")
    assert keys(said("calendar", "list")) | {"connected", "reconnect", "disconnected"} == fields["calendar list"]
    assert keys(said("calendar", "show", anna.email)) == \
        fields["calendar list"] - {"total", "accounts", "connected", "reconnect", "disconnected"} | fields["calendar show"]
    prospect = world.db.value("SELECT min(id) FROM test_prospects")
    world.db.execute(f"INSERT INTO {tables.answers} (prospect, question, script, value, answer) VALUES (%s, 'what', 'v', 'x', 'y')", prospect)
    world.db.execute(f"INSERT INTO {tables.prospect_events} (prospect, kind) VALUES (%s, 'forwarded')", prospect)
    assert keys(said("prospect", "list")) == fields["prospect list"]
    world.db.execute(f"INSERT INTO {tables.assignments} (prospect, rep, ended_at, reason) SELECT 'x', id, now(), 'declined' FROM sales_representatives")
    assert keys(said("stats")) == fields["stats"]
    assert keys(said("prospect", "show", prospect)) == fields["prospect list"] - {"total", "prospects"} | fields["prospect show"]
    assert keys(said("prospect", "history", prospect)) == fields["prospect history"]
    at = f"INSERT INTO {tables.assignments} (id, prospect, rep) SELECT 900001, %s, id FROM sales_representatives LIMIT 1 RETURNING rep"
    rep = world.db.value(f"WITH made AS ({at}), kept AS (INSERT INTO {tables.assignment_rounds} (first_assignment, facts) SELECT 900001, jsonb_build_object("
                         "'rule', 'round_robin', 'candidates', jsonb_build_array(jsonb_build_array(rep, 0, 0))) FROM made) SELECT rep FROM made", prospect)
    assert rep and keys(said("prospect", "why", prospect)) == fields["prospect why"]
    leads = tmp_path / "leads.csv"
    leads.write_text("name,telegram\nAnna,@anna_from_file\nBad,@b\n")
    assert keys(said("prospect", "import", str(leads), "--partial")) == fields["prospect import"]
    assert keys(said("prospect", "import", options=("--list", "--json"))) | {"done", "undone"} == fields["prospect import --list"]
    assert keys(said("prospect", "import", options=("--undo", "1", "--yes", "--json"))) == fields["prospect import --undo"]
    for row in said("status")["processes"]:
        assert row["since"] > 1_500_000_000 and (row["last_death_at"] is None or row["last_death_at"] > 1_500_000_000)
