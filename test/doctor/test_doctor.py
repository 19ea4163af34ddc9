"""`salesreg doctor`: everything it can find, provoked; as text and as JSON; and never a secret."""
import contextlib
import json
import os
import re
import socket
import subprocess
import threading

import psycopg2
import pytest
import requests

from support.database import tables
from support.paths import BINARY, ROOT
from support.postgres import OWNER, PASSWORD
from support.process import EXIT_USAGE, REPORTS, environment, run
from support.telegram import BOT_ID, TOKEN
from support.waiting import eventually

NOWHERE = "postgresql://u:hush-hush-zq7z@127.0.0.1:1/db"
SECRETS = [TOKEN, TOKEN.split(":")[1], PASSWORD, "hush", "zq7z"]


class Report:
    """Both forms of what doctor says, held against each other."""

    def __init__(self, text, body):
        assert text.returncode == body.returncode
        for output in (text.stdout, text.stderr, body.stdout, body.stderr):
            assert not REPORTS.search(output), output
            for secret in SECRETS:
                assert secret not in output, f"{secret} is shown: {output}"
        assert text.stderr == "" and body.stderr == ""
        self.code = text.returncode
        # as it is on a terminal, and with its lines joined again
        assert all(len(line) <= 80 for line in text.stdout.splitlines() if " " in line.strip()), text.stdout
        self.text = re.sub(r"\n {4,}", " ", text.stdout)
        self.lines = self.text.splitlines()
        self.json = json.loads(body.stdout)
        self.findings = self.json["findings"]
        assert {key: sum(f["severity"] == severity for f in self.findings) for key, severity in
                (("serious", "serious"), ("warnings", "warning"), ("notes", "note"))} == \
            {key: self.json[key] for key in ("serious", "warnings", "notes")}
        assert self.code == (1 if self.json["serious"] else 0)
        said = re.findall(r"^((?:serious|warning|note): .*)\n  why: (.*)\n  fix: (.*)$", self.text, re.M)
        assert len(said) == len(self.findings), (
            f"the text has {[what for what, _, _ in said]}, the JSON {self.codes()}: {self.text}")
        said = [tuple(map(self._timeless, parts)) for parts in said]
        for finding in self.findings:
            assert all(finding[key] for key in ("area", "code", "what", "why", "fix")), finding
            expected = (f"{finding['severity']}: {finding['area']}: {finding['what']}", finding["why"], finding["fix"])
            assert tuple(self._timeless(" ".join(part.split())) for part in expected) in said, self.text

    @staticmethod
    def _timeless(line):
        """Ages, and milliseconds in curl's words, may differ between the two runs."""
        return re.sub(r"\d+( (s|min|h|days)\b)?", "#", line)

    def of(self, *codes):
        return [f for f in self.findings if f["code"] in codes]

    def one(self, code):
        found = self.of(code)
        assert len(found) == 1, self.text
        return found[0]

    def codes(self):
        return sorted(f["code"] for f in self.findings)


@pytest.fixture
def examine(tmp_path):
    """
    examine(**settings): doctor's report. Nothing runs with its run directory unless SALESREG_RUN_DIR says where; it looks
    for a second poller, which takes seconds, only with poll=True.
    """
    def examine(poll=False, **settings):
        run_dir = tmp_path / "run"
        args = [] if poll else ["--no-poll"]
        settings = {"DATABASE_URL": NOWHERE, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": "http://127.0.0.1:1",
                    "SALESREG_RUN_DIR": run_dir, "REGISTRATION_APPROVAL": "invite", **settings}
        text = run("doctor", *args, settings=settings)
        body = run("doctor", "--json", *args, settings=settings)
        # what waits may have come to be late between the two, on a machine that is busy: then the text is asked for again
        if body.stdout and json.loads(body.stdout)["serious"] + json.loads(body.stdout)["warnings"] + json.loads(body.stdout)["notes"] != len(
                re.findall(r"^(?:serious|warning|note): ", text.stdout, re.M)):
            text = run("doctor", *args, settings=settings)
        return Report(text, body)
    return examine


@pytest.fixture
def ask(examine, database, sandbox):
    """The same with a migrated database and a Telegram."""
    def ask(**settings):
        return examine(**{"DATABASE_URL": database.url, "TELEGRAM_API_BASE": sandbox.base, **settings})
    return ask


# how it is called -------------------------------------------------------------------------------------------------------

def test_help_is_for_stdout_and_wrong_usage_is_exit_64():
    done = run("doctor", "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: salesreg doctor") and done.stderr == ""
    for args in (["--frobnicate"], ["x"], ["--json", "x"]):
        done = run("doctor", *args)
        assert done.returncode == EXIT_USAGE and done.stdout == "" and "see salesreg doctor --help" in done.stderr
    assert "  doctor " in run("help").stdout


def test_where_all_is_well_it_says_so_and_what_it_looked_at(make_world, examine):
    world = make_world(SALESREG_RUN_DIR=None)
    world.sandbox.post("bot", can_join_groups=False)
    world.start_bot()
    world.start_outreach(SALESREG_RUN_DIR=world.bot.run_dir)
    world.db.no_prospects()
    world.db.eventually("SELECT count(*) > 1 FROM pg_stat_activity WHERE datname = current_database()"
                        " AND application_name LIKE 'salesreg outreach%%'")
    report = examine(poll=True, DATABASE_URL=world.db.url, TELEGRAM_API_BASE=world.sandbox.base,
                     SALESREG_RUN_DIR=world.bot.run_dir)
    assert report.code == 0 and report.findings == []
    looked, verdict = report.lines
    assert verdict == "ok: nothing is wrong"
    assert "PostgreSQL 15." in looked and "Telegram as @salesreg_sandbox_bot" in looked and "2 processes in" in looked
    assert report.json["skipped"] == []
    assert world.sandbox.calls("getUpdates").get("409", 0) == 0, "the bot's poll was left alone"


def test_without_anything_every_other_look_is_made(examine):
    report = examine(DATABASE_URL=None, REGISTRY_BOT_TOKEN=None)
    assert [f["what"] for f in report.of("value-missing")] == ["DATABASE_URL is not set", "REGISTRY_BOT_TOKEN is not set"]
    assert report.code == 1
    assert {f["area"] for f in report.json["skipped"]} == {"database", "telegram"}


# configuration ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name,value", [
    ("DATABASE_URL", f'"{NOWHERE}"'), ("DATABASE_URL", f"'{NOWHERE}'"), ("REGISTRY_BOT_TOKEN", f'"{TOKEN}"'),
    ("MAX_PROSPECTS_PER_REP", '"5"'), ("CORPORATE_EMAIL_DOMAIN", "“example.org”"), ("BOT_LOCALE", "`ru`")])
def test_a_value_in_quotes_is_one_finding(examine, name, value):
    report = examine(**{name: value})
    finding = report.one("value-quoted")
    assert finding["severity"] == "serious" and finding["what"] == f"{name} begins with a quotation mark"
    assert not [f for f in report.findings if f["area"] == "configuration" and f is not finding], "said twice"


def test_windows_line_ends_are_a_warning(examine, tmp_path):
    (tmp_path / "domain").write_bytes(b"example.org\r\n")
    report = examine(CORPORATE_EMAIL_DOMAIN_FILE=tmp_path / "domain", REGISTRY_BOT_TOKEN=TOKEN + "\r")
    assert [(f["severity"], f["what"].split()[0]) for f in report.of("value-crlf")] == \
        [("warning", "REGISTRY_BOT_TOKEN"), ("warning", "CORPORATE_EMAIL_DOMAIN")]
    assert "its file" in report.of("value-crlf")[1]["fix"]


def test_a_secret_s_file_that_everybody_may_read_is_a_finding(examine, tmp_path):
    for path in [tmp_path, *tmp_path.parents]:
        if path.stat().st_uid == os.geteuid() and path != tmp_path.anchor:
            path.chmod(path.stat().st_mode | 0o011)
    secret, open_to_all = tmp_path / "token", tmp_path / "url"
    secret.write_text(TOKEN)
    open_to_all.write_text(NOWHERE)
    secret.chmod(0o600)
    open_to_all.chmod(0o644)
    files = {"REGISTRY_BOT_TOKEN": None, "REGISTRY_BOT_TOKEN_FILE": secret, "DATABASE_URL": None, "DATABASE_URL_FILE": open_to_all}
    finding = examine(**files).one("secret-file")
    assert finding["severity"] == "warning"
    assert "DATABASE_URL" in finding["what"] and f"chmod 600 {open_to_all}" in finding["fix"]
    open_to_all.chmod(0o640)
    assert not examine(**files).of("secret-file")
    # nobody else gets as far as that
    open_to_all.chmod(0o644)
    tmp_path.chmod(0o700)
    assert not examine(**files).of("secret-file")


def test_the_example_s_password_is_a_warning_and_serious_for_a_real_bot(examine):
    url = "postgresql://sales_agent:changeme@127.0.0.1:1/sales_agent"
    assert examine(DATABASE_URL=url).one("example-password")["severity"] == "warning"
    assert examine(DATABASE_URL=url, REGISTRY_BOT_TOKEN=None).one("example-password")["severity"] == "warning"
    # nothing listens there either, but it is not an emulator's address
    real = examine(DATABASE_URL=url, TELEGRAM_API_BASE="https://127.0.0.1:1")
    assert real.one("example-password")["severity"] == "serious" and real.code == 1
    assert not examine(DATABASE_URL=url.replace("changeme", "another")).of("example-password")


def test_an_address_that_everybody_reaches_is_a_note(examine):
    for address, everywhere in (("0.0.0.0:9464", True), ("[::]:9464", True), ("127.0.0.1:9464", False), ("[::1]:9464", False)):
        report = examine(METRICS_LISTEN=address)
        assert bool(report.of("listens-everywhere")) == everywhere, address
        if everywhere:
            assert report.one("listens-everywhere")["severity"] == "note"


def test_more_than_one_line_and_invisible_characters_are_found(examine):
    report = examine(REGISTRY_BOT_TOKEN=f"{TOKEN}\nOTHER=5", CORPORATE_EMAIL_DOMAIN="example\u200b.org")
    assert report.one("value-lines")["what"].startswith("REGISTRY_BOT_TOKEN ")
    assert report.one("value-invisible")["what"].startswith("CORPORATE_EMAIL_DOMAIN ")


@pytest.mark.parametrize("value,what,fix", [
    ("@example.org", "has an @", "example.org"), ("boss@example.org", "has an @", "alone"),
    ("https://example.org/", "address of a page", "domain alone"), ("*.example.org", "has a *", "every domain"),
    ("example.org;example.com", "commas", "example.org,example.com")])
def test_an_email_domain_that_cannot_match_is_explained(examine, value, what, fix):
    finding = examine(CORPORATE_EMAIL_DOMAIN=value).one("email-domain")
    assert what in finding["what"] and fix in finding["fix"] and finding["severity"] == "serious"


@pytest.mark.parametrize("url,what", [
    ("postgresql://u:hush@hush@127.0.0.1:1/db", "an @ or a /"), ("postgresql://u:hush/zq7z@127.0.0.1:1/db", "an @ or a /"),
    ("postgresql://u:hush%zz@127.0.0.1:1/db", "a %"), ("postgresql://u:hu sh@127.0.0.1/db", "white space"),
    ("mysql://u:hush@127.0.0.1/db", "no PostgreSQL address"), ("hush", "no PostgreSQL address")])
def test_a_database_url_that_cannot_be_is_explained_and_not_tried(examine, url, what):
    report = examine(DATABASE_URL=url)
    finding = report.one("database-url")
    assert what in finding["what"] and finding["severity"] == "serious"
    assert "database" in [f["area"] for f in report.json["skipped"]]


def test_a_database_url_without_a_host_is_a_warning(examine):
    assert examine(DATABASE_URL="postgresql://u:hush@/db").one("database-url")["severity"] == "warning"


def test_what_the_parser_says_is_relayed_line_by_line(examine, tmp_path):
    report = examine(BOT_LOCALE="de", REGISTRATION_APPROVAL="admin", MESSAGES='{"ru": {"no_such_text": "x"}}',
                     LOG_LEVEL_FILE=tmp_path / "nowhere", REGISTRY_BOT_TOKEN="hush")
    whats = " / ".join(f["what"] for f in report.of("value-unusable"))
    assert "BOT_LOCALE=de is not usable" in whats and "LOG_LEVEL_FILE=" in whats and "no_such_text" in whats
    assert "set it to ru or en" in report.of("value-unusable")[0]["fix"]
    assert report.one("token-malformed")["severity"] == "serious"
    report = examine(REGISTRATION_APPROVAL="admin")
    assert "ADMIN_TELEGRAM_IDS" in report.one("value-unusable")["what"]


def test_a_door_that_is_open_to_everybody_is_serious(examine):
    finding = examine(REGISTRATION_APPROVAL=None, CORPORATE_EMAIL_DOMAIN="a.example,b.example").one("open-door")
    assert finding["severity"] == "serious" and "a.example,b.example" in finding["what"]
    assert "salesreg rep invite" in finding["fix"] and "ADMIN_TELEGRAM_IDS" in finding["fix"]
    assert examine(REGISTRATION_APPROVAL="auto").of("open-door")
    assert not examine(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="5").of("open-door")
    assert not examine(REGISTRATION_APPROVAL="invite").of("open-door")
    assert not examine(REGISTRATION_APPROVAL="auto", SMTP_URL="smtps://mail.example", SMTP_FROM="r@mail.example").of("open-door")


def test_a_secret_in_the_place_of_its_file_is_not_shown(examine):
    report = examine(REGISTRY_BOT_TOKEN=None, REGISTRY_BOT_TOKEN_FILE=TOKEN, DATABASE_URL=None, DATABASE_URL_FILE=NOWHERE)
    assert [f["what"].split("=")[0] for f in report.of("value-unusable")] == ["DATABASE_URL_FILE", "REGISTRY_BOT_TOKEN_FILE"]


# database ---------------------------------------------------------------------------------------------------------------

def replace(db, function, kind, body):
    """Another function (or view) of the system's in this database; its own goes on under the name real_…"""
    name = function.split("(")[0]
    allowed = "SET allow_system_table_mods = on; "
    if kind == "VIEW":
        db.as_superuser(f"{allowed}ALTER VIEW pg_catalog.{name} RENAME TO real_{name};"
                        f" CREATE VIEW pg_catalog.{name} AS {body}; GRANT SELECT ON pg_catalog.{name} TO public")
    else:
        db.as_superuser(f"{allowed}ALTER FUNCTION pg_catalog.{function} RENAME TO real_{name};"
                        f" CREATE FUNCTION pg_catalog.{function} RETURNS {kind} LANGUAGE sql AS $$ {body} $$")


def test_a_database_that_is_away_is_one_finding_and_telegram_is_asked_all_the_same(examine, sandbox):
    report = examine(poll=True, TELEGRAM_API_BASE=sandbox.base)
    finding = report.one("unreachable")
    assert finding["severity"] == "serious" and "refused" in finding["what"]
    assert "Telegram as @salesreg_sandbox_bot" in report.text
    assert {"the tables", "a second poller"} <= {f["area"] for f in report.json["skipped"]}
    assert sandbox.calls("getUpdates") == {}, "for all that is known, the bot polls"


def test_migrations_that_are_missing_are_a_warning(ask, empty_database):
    report = ask(DATABASE_URL=empty_database.url)
    finding = report.one("migrations-pending")
    count = len(list((ROOT / "sql" / "migrations").glob("*.sql")))
    assert finding["severity"] == "warning" and f"{count} migrations are" in finding["what"]
    assert "the tables" in [f["area"] for f in report.json["skipped"]]


def test_a_migration_with_another_text_or_from_the_future_is_serious(ask, database):
    database.schema_migrations.insert("VALUES (900, '900_future', 'x', true)")
    assert not ask().of("migrations")
    database.schema_migrations.update("compatible = false WHERE version = 900")
    finding = ask().one("migrations")
    assert "migration 900" in finding["what"] and finding["fix"] == "run the newer salesreg"
    database.schema_migrations.delete("WHERE version = 900")
    database.schema_migrations.update("checksum = 'x' WHERE version = 2")
    assert "002_sales_representatives" in ask().one("migrations")["what"]


@pytest.fixture
def clerk(postgres):
    """A role of the server without any right: clerk(database) gives its address."""
    postgres.execute("CREATE ROLE clerk LOGIN")
    yield lambda db: postgres.url(db.name, "clerk")
    for name, in postgres.execute("SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'template0'"):
        postgres.execute("DROP OWNED BY clerk", name)
    postgres.execute("DROP ROLE clerk")


def test_missing_rights_are_named_one_by_one(ask, database, clerk):
    database.execute("GRANT USAGE ON SCHEMA salesreg TO clerk")
    database.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA salesreg, public TO clerk")
    database.execute("GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA salesreg TO clerk")
    assert not ask(DATABASE_URL=clerk(database)).of("rights")
    database.execute(f"REVOKE INSERT, DELETE ON {database.outbox} FROM clerk")
    database.execute("REVOKE UPDATE ON public.test_prospects FROM clerk")
    database.execute("REVOKE USAGE ON SEQUENCE salesreg.rotation_seq FROM clerk")
    whats = [f["what"].split(" on ", 1)[1] for f in ask(DATABASE_URL=clerk(database)).of("rights")]
    assert whats == ["the sequence salesreg.rotation_seq: USAGE", "the table public.test_prospects: UPDATE",
                     f"the table {tables.outbox}: INSERT, DELETE"]


def test_without_any_right_it_still_says_what_it_can(ask, database, clerk):
    report = ask(DATABASE_URL=clerk(database))
    assert "the schema salesreg: USAGE" in report.of("rights")[0]["what"]
    assert report.one("migrations")["severity"] == "serious"


def test_rights_for_the_migrations_are_looked_at_before_they_are_needed(ask, empty_database, clerk):
    report = ask(DATABASE_URL=clerk(empty_database))
    assert [f["what"].split(" on ", 1)[1] for f in report.of("migration-rights")] == \
        [f"the database {empty_database.name}: CREATE", "the schema public: CREATE"]
    empty_database.execute("CREATE TABLE public.sales_representatives (id uuid)")
    assert "the table public.sales_representatives: to be its owner" in ask(DATABASE_URL=clerk(empty_database)).text


@pytest.mark.parametrize("lost,severity", [(1, "note"), (3, "serious")])
def test_reps_whom_telegram_does_not_reach_are_counted(ask, database, lost, severity):
    database.add_reps([1, 2, 3, 4])
    assert not ask().of("out-of-reach")
    database.execute(f"UPDATE {database.rep_rotation} d SET available = false, unreachable_since = now() - interval '20 minutes'"
                     " FROM sales_representatives r WHERE r.id = d.rep AND r.telegram_id <= %s", lost)
    finding = ask().one("out-of-reach")
    assert finding["severity"] == severity and f"{lost} of 4 active reps" in finding["what"]


def test_statuses_of_nobody_s_are_named(ask, database):
    database.execute("INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES (1, 'A B', 'a@x.y', 'fired'),"
                     " (2, 'C D', 'c@x.y', NULL), (3, 'E F', 'e@x.y', 'active'), (4, 'G H', 'g@x.y', 'removed')")
    database.execute("UPDATE test_prospects SET assigned_rep_id = r.id FROM sales_representatives r"
                     " WHERE test_prospects.id = 'test_001' AND r.telegram_id = 1")
    database.execute("UPDATE test_prospects SET status = 'Unreached' WHERE id = 'test_002'")
    database.execute("UPDATE test_prospects SET status = NULL WHERE id = 'test_003'")
    report = ask()
    assert sorted(f["what"].split(" is ")[1].split(",")[0] for f in report.of("rep-status")) == ["'fired'", "NULL"]
    assert any("1 open ones are with them" in f["why"] for f in report.of("rep-status"))
    assert sorted(f["what"].split(" is ")[1].split(",")[0] for f in report.of("prospect-status")) == ["'Unreached'", "NULL"]


def test_another_version_of_the_collation_is_a_warning(ask, database):
    database.as_superuser("SET allow_system_table_mods = on; UPDATE pg_database SET datcollversion = '2.31'"
                          f" WHERE datname = '{database.name}'")
    assert not ask().of("collation"), "nothing to compare with"
    replace(database, "pg_database_collation_actual_version(oid)", "text", "SELECT '2.36'")
    finding = ask().one("collation")
    assert finding["severity"] == "warning" and "2.31" in finding["what"] and "2.36" in finding["what"]
    assert "REFRESH COLLATION VERSION" in finding["fix"]


def test_a_schema_where_others_may_create_objects_is_a_warning(ask, database):
    assert not ask().of("open-schema")
    database.as_superuser("GRANT CREATE ON SCHEMA public TO PUBLIC")
    finding = ask().one("open-schema")
    assert finding["severity"] == "warning" and "PUBLIC may create objects in the schema public" in finding["what"]
    assert finding["fix"].startswith("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def test_what_a_stranger_left_or_has_on_the_search_path_is_a_warning(ask, database):
    """And what is the database's owner's, or has no name of the system's, is none."""
    database.execute("CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$")
    database.as_superuser(f"CREATE ROLE mallory; GRANT CREATE ON SCHEMA public TO mallory; GRANT CREATE ON DATABASE {database.name} TO mallory")
    try:
        database.as_superuser("SET ROLE mallory;"
                              " CREATE FUNCTION public.btrim(varchar) RETURNS text LANGUAGE sql AS $$ SELECT '' $$;"
                              " CREATE FUNCTION public.of_no_other_s_name(varchar, varchar) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;"
                              " CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.of_no_other_s_name)")
        database.as_superuser("REVOKE CREATE ON SCHEMA public FROM mallory")
        found = ask().of("strange-object")
        assert [finding["severity"] for finding in found] == ["warning", "warning"]
        said = " ".join(finding["what"] for finding in found)
        assert "the function public.btrim(character varying) has the name of one of the system's, and belongs to mallory" in said
        assert "the operator public.= (character varying, character varying)" in said
        for finding in found: # what is said to end it does
            database.as_superuser(finding["fix"].split("then: ")[1].split(", and restart")[0])
        assert not ask().of("strange-object")
        user = database.value("SELECT quote_ident(current_user)")
        database.as_superuser(f"SET ROLE mallory; CREATE SCHEMA {user}; GRANT USAGE ON SCHEMA {user} TO PUBLIC")
        finding = ask().one("open-schema")
        assert f"the schema {user}, on the search path, belongs to mallory" in finding["what"]
        database.as_superuser(finding["fix"].split("then: ")[1].split(", and restart")[0])
        assert not ask().of("open-schema")
    finally:
        database.as_superuser("DROP OWNED BY mallory CASCADE; DROP ROLE mallory")


def test_a_stranger_s_way_into_the_workers_sessions_by_a_trigger_is_a_warning(ask, database):
    """GRANT ALL to a web form says more than it looks."""
    database.as_superuser("CREATE ROLE mallory")
    try:
        database.as_superuser("GRANT INSERT, UPDATE, DELETE ON public.test_prospects TO mallory")
        assert not ask().of("trigger-right") and not ask().of("strange-trigger")
        database.as_superuser("GRANT ALL ON public.test_prospects TO mallory; CREATE SCHEMA m AUTHORIZATION mallory;"
                              " SET ROLE mallory; CREATE FUNCTION m.f() RETURNS trigger LANGUAGE plpgsql AS"
                              " $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER t BEFORE UPDATE ON public.test_prospects"
                              " FOR EACH ROW EXECUTE FUNCTION m.f()")
        report = ask()
        right, trigger = report.one("trigger-right"), report.one("strange-trigger")
        assert right["severity"] == "warning" and right["what"] == "mallory may put triggers on public.test_prospects"
        assert trigger["what"] == "the trigger t on public.test_prospects calls a function of mallory"
        owner = database.value("SELECT quote_ident(current_user)")
        database.as_superuser(f"GRANT {owner} TO mallory")
        assert not ask().of("trigger-right") and not ask().of("strange-trigger"), "who can be the owner is no stranger"
        database.as_superuser(f"REVOKE {owner} FROM mallory")
        database.as_superuser(right["fix"])
        database.as_superuser(trigger["fix"].split("), or ")[1])
        assert not ask().of("trigger-right") and not ask().of("strange-trigger")
    finally:
        database.as_superuser("DROP OWNED BY mallory CASCADE; DROP ROLE mallory")


@pytest.mark.parametrize("shift,severity,says", [("+ interval '10 s'", "warning", "s ahead of"),
                                                ("- interval '100 s'", "serious", "s behind")])
def test_a_clock_that_is_off_is_found(ask, database, shift, severity, says):
    replace(database, "clock_timestamp()", "timestamptz", f"SELECT pg_catalog.now() {shift}")
    finding = ask().one("clock")
    assert finding["severity"] == severity and says in finding["what"]


def test_an_old_server_is_serious(ask, database):
    replace(database, "current_setting(text)", "text",
            "SELECT CASE $1 WHEN 'server_version_num' THEN '130021' WHEN 'server_version' THEN '13.21'"
            " ELSE pg_catalog.real_current_setting($1) END")
    finding = ask().one("server-version")
    assert finding["severity"] == "serious" and "13.21" in finding["what"] and "14 or newer" in finding["why"]


def test_a_standby_is_serious(ask, database):
    replace(database, "pg_is_in_recovery()", "boolean", "SELECT true")
    finding = ask().one("standby")
    assert finding["severity"] == "serious" and "target_session_attrs" in finding["fix"]


def test_a_database_that_cannot_be_written_or_commits_unsafely_is_found(ask, database):
    database.execute(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
    assert ask().one("read-only")["severity"] == "serious"
    database.close()
    database.cluster.execute(f"ALTER DATABASE {database.name} RESET default_transaction_read_only;"
                             f" ALTER DATABASE {database.name} SET synchronous_commit = off")
    report = ask()
    assert not report.of("read-only") and "synchronous_commit is off" in report.one("unsafe-commits")["what"]


def test_another_encoding_is_serious(ask, postgres):
    postgres.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        finding = ask(DATABASE_URL=postgres.url("latin")).one("encoding")
        assert finding["severity"] == "serious" and "LATIN1" in finding["what"]
    finally:
        postgres.execute("DROP DATABASE latin")


def test_too_few_connections_are_a_warning(ask, database, clerk):
    database.as_superuser("GRANT pg_read_all_stats TO clerk")
    assert not ask(DATABASE_URL=clerk(database)).of("connections")
    database.as_superuser("ALTER ROLE clerk CONNECTION LIMIT 5")
    finding = ask(DATABASE_URL=clerk(database), DB_POOL_SIZE=8).one("connections")
    assert finding["severity"] == "warning" and "may need 11 more connections, and the server gives 5" in finding["what"]
    assert not ask(DATABASE_URL=clerk(database), DB_POOL_SIZE=1).of("connections")


def test_a_transaction_left_open_for_minutes_is_a_warning(ask, database):
    replace(database, "pg_stat_activity", "VIEW",
            "SELECT datname, pid, usename, application_name, state, wait_event, state_change, backend_type, query,"
            " xact_start - interval '10 min' AS xact_start FROM pg_catalog.real_pg_stat_activity")
    sleeper = psycopg2.connect(database.url, application_name="psql")
    with contextlib.closing(sleeper), sleeper.cursor() as cursor:
        assert not ask().of("open-transaction")
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
        finding = ask().one("open-transaction")
    assert finding["severity"] == "warning" and f"(pid {pid})" in finding["what"]
    assert "salesreg_owner in psql has left a transaction open for 10 min" in finding["what"]


def test_autovacuum_that_is_off_is_a_warning(ask, database):
    database.execute(f"ALTER TABLE {database.outbox} SET (autovacuum_enabled = off)")
    assert ask().one("autovacuum-off")["fix"] == f"undo the setting with ALTER TABLE {tables.outbox} RESET (autovacuum_enabled)"
    database.execute(f"ALTER TABLE {database.outbox} RESET (autovacuum_enabled)")
    database.as_superuser("ALTER SYSTEM SET autovacuum = off")
    try:
        database.as_superuser("SELECT pg_reload_conf()")
        database.eventually("SELECT current_setting('autovacuum') = 'off'")
        assert ask().one("autovacuum-off")["what"] == "autovacuum is off"
    finally:
        database.as_superuser("ALTER SYSTEM RESET autovacuum")
        database.as_superuser("SELECT pg_reload_conf()")


class Pooler:
    """What a transaction pooler does to LISTEN: answers pass, notifications do not."""

    def __init__(self, port):
        self.target = ("127.0.0.1", port)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.server.accept()
                upstream = socket.create_connection(self.target)
                threading.Thread(target=self._up, args=(client, upstream), daemon=True).start()
                threading.Thread(target=self._down, args=(upstream, client), daemon=True).start()

    @staticmethod
    def _up(client, upstream):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                upstream.sendall(data)
            upstream.shutdown(socket.SHUT_WR)

    @staticmethod
    def _down(upstream, client):
        with contextlib.suppress(OSError), client:
            stream = upstream.makefile("rb")
            while kind := stream.read(1):
                if kind == b"N" and not hasattr(stream, "past_ssl"):  # the refusal of SSL is a bare letter
                    client.sendall(kind)
                    stream = _PastSsl(stream)
                    continue
                size = stream.read(4)
                body = stream.read(int.from_bytes(size, "big") - 4)
                if kind != b"A":
                    client.sendall(kind + size + body)

    def close(self):
        self.server.close()


class _PastSsl:
    past_ssl = True

    def __init__(self, stream):
        self.read = stream.read


def test_a_transaction_pooler_is_serious(ask, database):
    pooler = Pooler(database.cluster.port)
    try:
        url = database.url.replace(f":{database.cluster.port}/", f":{pooler.port}/")
        finding = ask(DATABASE_URL=url).one("pooler")
        assert finding["severity"] == "serious" and "session mode" in finding["fix"]
    finally:
        pooler.close()
    assert not ask().of("pooler")


# Telegram ---------------------------------------------------------------------------------------------------------------

def test_a_refused_token_is_serious(make_world, examine):
    world = make_world(sandbox_args=("--token", "99:another_token_than_that_one_of_the_tests_x"))
    finding = examine(TELEGRAM_API_BASE=world.sandbox.base).one("token-refused")
    assert finding["severity"] == "serious" and "Unauthorized" in finding["what"] and "@BotFather" in finding["fix"]


def test_a_telegram_that_is_away_is_serious_and_the_database_is_asked_all_the_same(ask):
    report = ask(TELEGRAM_API_BASE="http://127.0.0.1:1")
    assert report.one("telegram-unreachable")["severity"] == "serious"
    assert "PostgreSQL 15." in report.text


def test_a_proxy_in_the_place_of_telegram_is_serious(ask, sandbox):
    sandbox.fault("502html", times=-1)
    assert ask().one("telegram-unreachable")["severity"] == "serious"


@pytest.mark.parametrize("failing", [["getMe"], ["getMe", "getWebhookInfo"], ["getMe", "getWebhookInfo", "getChat"]])
def test_a_server_without_getme_is_not_called_unreachable(ask, sandbox, failing):
    for method in failing:
        sandbox.fault("500", method=method, times=-1)
    report = ask(poll=True)
    assert not report.of("telegram-unreachable")
    finding = report.one("getme")
    assert finding["severity"] == "warning" and "Internal Server Error" in finding["what"] and "server of your own" in finding["fix"]


def test_while_a_bot_polls_it_is_not_disturbed_by_the_look_at_a_server_without_getme(bot_world, examine):
    for method in ("getMe", "getWebhookInfo"):
        bot_world.sandbox.fault("500", method=method, times=-1)
    report = examine(DATABASE_URL=bot_world.db.url, TELEGRAM_API_BASE=bot_world.sandbox.base, poll=True)
    report.one("getme")
    assert not report.of("telegram-unreachable")
    assert bot_world.sandbox.calls("getUpdates").get("409", 0) == 0


def test_privacy_and_groups_are_mentioned(ask, sandbox):
    report = ask()
    assert report.one("groups")["severity"] == "note" and not report.of("privacy-off")
    sandbox.post("bot", can_join_groups=False, can_read_all_group_messages=True)
    report = ask()
    assert not report.of("groups")
    finding = report.one("privacy-off")
    assert finding["severity"] == "warning" and "/setprivacy" in finding["fix"]


def test_a_webhook_left_over_is_a_warning_and_its_path_is_not_shown(ask, sandbox):
    sandbox.post("webhook", url="https://bot:hush@old.example.org:8443/hush-hush-zq7z?hush")
    report = ask(poll=True)
    finding = report.one("webhook")
    assert finding["severity"] == "warning" and finding["what"].endswith(" on old.example.org:8443")
    assert not report.of("second-poller")


def test_a_webhook_while_the_bot_runs_is_serious(bot_world, examine):
    bot_world.bot.freeze()  # or it removes it at once
    bot_world.sandbox.post("webhook", url="https://old.example.org/x")
    finding = examine(DATABASE_URL=bot_world.db.url, TELEGRAM_API_BASE=bot_world.sandbox.base).one("webhook")
    bot_world.bot.thaw()
    assert finding["severity"] == "serious" and "restart the bot" in finding["fix"]


def test_updates_that_wait_are_mentioned_and_stay_where_they_are(ask, sandbox):
    people = sandbox.someone(3)
    sandbox.acts([{"user": p.id, "type": "start"} for p in people])
    report = ask(poll=True)
    finding = report.one("updates-waiting")
    assert finding["severity"] == "note" and "3 updates wait" in finding["what"]
    assert not report.of("second-poller")
    assert sandbox.bot()["pending"] == 3


def test_a_second_poller_with_another_database_is_found(make_world, empty_database, examine):
    world = make_world()
    world.start_bot(DATABASE_URL=empty_database.url)
    settings = {"DATABASE_URL": world.db.url, "TELEGRAM_API_BASE": world.sandbox.base}
    report = examine(**settings)
    assert not report.of("second-poller") and "a second poller: --no-poll" in report.text
    assert world.sandbox.calls("getUpdates").get("409", 0) == 0, "nobody was disturbed"
    finding = examine(poll=True, **settings).one("second-poller")
    assert finding["severity"] == "serious" and "no bot leads in this database" in finding["why"]


def test_somebody_who_takes_updates_away_is_found(database, sandbox, tmp_path):
    anna = sandbox.person()
    stop = threading.Event()

    def take():
        offset = 0
        while not stop.is_set():
            anna.act("start")
            result = requests.post(f"{sandbox.base}/bot{TOKEN}/getUpdates", json={"offset": offset, "limit": 1}).json()
            offset = max([offset, *(u["update_id"] + 1 for u in result.get("result", []))])

    thread = threading.Thread(target=take)
    thread.start()
    try:
        done = run("doctor", "--json", settings={"DATABASE_URL": database.url, "REGISTRY_BOT_TOKEN": TOKEN,
                                                 "TELEGRAM_API_BASE": sandbox.base, "SALESREG_RUN_DIR": tmp_path})
    finally:
        stop.set()
        thread.join()
    (finding,) = [f for f in json.loads(done.stdout)["findings"] if f["code"] == "second-poller"]
    assert finding["severity"] == "serious" and done.returncode == 1


def test_a_second_poller_that_the_bot_has_met_is_found_in_its_status(bot_world, examine):
    bot_world.sandbox.fault("409", method="getUpdates", times=-1,
                            description="Conflict: terminated by other getUpdates request")
    bot_world.person().opens()  # ends the poll under way
    settings = {"DATABASE_URL": bot_world.db.url, "TELEGRAM_API_BASE": bot_world.sandbox.base,
                "SALESREG_RUN_DIR": bot_world.bot.run_dir}
    report = eventually(lambda: (r := examine(**settings)).of("second-poller") and r)
    assert report.one("second-poller")["severity"] == "serious"
    assert not report.of("degraded", "no-bot")


# what the tables tell ---------------------------------------------------------------------------------------------------

def put(db, chat=1001, state="queued", late=False, **columns):
    names = ["chat_id", "method", "payload", "state", "created_at", "due_at", *columns]
    values = [chat, "sendMessage", json.dumps({"chat_id": chat, "text": "x"}), state]
    since = "now() - interval '10 min'" if late else "now()"
    return db.value(f"INSERT INTO {tables.outbox} ({', '.join(names)}) VALUES (%s, %s, %s, %s, {since}, {since}"
                    + ", %s" * len(columns) + ") RETURNING id", *values, *columns.values())


def test_messages_that_wait_without_a_bot_are_serious(ask, database):
    put(database)
    report = ask()
    assert not report.of("late")
    assert report.one("no-bot")["severity"] == "warning"
    put(database, late=True)
    finding = ask().one("late")
    assert finding["severity"] == "serious" and finding["what"] == "1 message waits, the oldest for 10 min"
    assert "salesreg bot" in finding["fix"]


def test_messages_that_wait_while_a_bot_runs_are_a_warning(bot_world, examine):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.settle()
    bot_world.sandbox.fault("slow", method="sendMessage", ms=60_000, times=-1)
    first = put(bot_world.db, anna.id)
    bot_world.db.outbox.eventually("state = 'sending'", "WHERE id = %s", first)
    put(bot_world.db, anna.id, late=True)
    finding = examine(DATABASE_URL=bot_world.db.url, TELEGRAM_API_BASE=bot_world.sandbox.base).one("late")
    assert finding["severity"] == "warning" and "the bot runs" in finding["why"]


def test_failed_messages_duplicates_and_a_flood_are_told(ask, database):
    put(database, state="failed", error="Bad Request: hm")
    put(database, possible_duplicate=True)
    database.outbox_history.insert("(id, chat_id, method, payload, priority, state, attempts, possible_duplicate,"
                                   " created_at, finished_at) SELECT i, 1, 'sendMessage', '{}', 1, 'sent', 1, true,"
                                   " now(), now() - (i - 900) * interval '20 hours' FROM generate_series(901, 903) i")
    database.bot_state.insert("(bot_id, send_blocked_until) VALUES (%s, now() + interval '1 hour')", BOT_ID)
    report = ask()
    assert report.one("failed")["severity"] == "warning" and "1 message was refused for good" in report.text
    assert "outbox list --state failed" in report.one("failed")["fix"]
    assert report.one("duplicates")["severity"] == "note" and "2 messages may have arrived twice" in report.text
    assert report.one("flood")["severity"] == "warning" and "another 59 min" in report.text


def test_answers_dropped_for_newer_ones_are_a_note(ask, database):
    assert ask().of("crowded") == []
    database.outbox_history.insert("(id, chat_id, method, payload, priority, state, attempts, possible_duplicate,"
                                   " error, created_at, finished_at) SELECT i, i % 2, 'sendMessage', '{}', 0,"
                                   " 'dropped', 0, false, CASE WHEN i = 905 THEN 'by hand' ELSE 'crowded' END, now(),"
                                   " now() - (i - 900) * interval '6 hours' FROM generate_series(901, 905) i")
    finding = ask().one("crowded")
    assert finding["severity"] == "note" and finding["what"] == "3 answers in 2 chats were dropped in the last 24 hours"


def test_parked_updates_are_a_warning(ask, database):
    database.parked_updates.insert("(bot_id, payload, reason, parked_at) SELECT %s, '{}', 'hush', now() - i * interval"
                                   " '1 hour' FROM generate_series(1, 3) i", BOT_ID)
    finding = ask().one("parked")
    assert finding["severity"] == "warning" and finding["what"] == "3 updates were put aside, the oldest 3 h ago"
    assert "salesreg parked list" in finding["fix"]


def test_timers_given_up_are_a_warning(ask, database):
    database.timers.insert("(kind, prospect, due_at, error, failures) SELECT 'reminder', 'p' || i, CASE WHEN i < 3 THEN 'infinity'"
                           " ELSE now() + interval '1 hour' END::timestamptz, 'permission denied ' || i, 100 FROM generate_series(1, 3) i")
    finding = ask().one("timers")
    assert finding["severity"] == "warning" and finding["what"] == "2 timers were given up, the last one for: permission denied 2"
    database.execute(finding["fix"].split("then: ")[1])
    assert ask().of("timers") == []


def test_reps_nobody_approves_are_a_warning(ask, database):
    database.execute("INSERT INTO sales_representatives (telegram_id, name, email, status, registered_at) SELECT i, 'Rep ' || i,"
                     " 'r' || i || '@truerealestate.bali', 'pending', now() - i * interval '50 minutes'"
                     " FROM generate_series(1, 3) i")
    finding = ask(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="5").one("pending")
    assert finding["severity"] == "warning"
    assert finding["what"] == "2 people wait for an admin's approval, the oldest for 2 h"
    assert "ADMIN_TELEGRAM_IDS" in finding["fix"]
    database.execute("UPDATE sales_representatives SET status = 'active' WHERE telegram_id = 2")
    assert ask().one("pending")["what"] == "1 person waits for an admin's approval, the oldest for 2 h"
    database.execute("UPDATE sales_representatives SET status = 'removed' WHERE telegram_id = 3")
    assert ask().of("pending") == []


def test_a_rep_without_a_name_or_an_account_is_named_by_what_there_is(ask, database):
    """As an old system's table may have them."""
    database.execute("ALTER TABLE sales_representatives ALTER telegram_id DROP NOT NULL, ALTER name DROP NOT NULL, ALTER email DROP NOT NULL")
    id = database.value("INSERT INTO sales_representatives (name) VALUES (NULL) RETURNING id")
    assert ask().one("email-unproven")["what"] == f"a rep without a name (id {id}) has no e-mail that is its own"
    database.execute("UPDATE sales_representatives SET telegram_id = 7, email = 'a@truerealestate.bali'")
    database.execute("INSERT INTO sales_representatives (telegram_id, name, email) VALUES (8, 'Twin', 'a@truerealestate.bali')")
    assert ask().one("email-unproven")["what"] == (
        "Twin (Telegram id 8) has the e-mail of a rep without a name, a@truerealestate.bali")


def test_people_with_a_new_account_whom_nobody_answers_are_a_warning(ask, database):
    database.execute("INSERT INTO sales_representatives (telegram_id, name, email) SELECT i, 'Rep ' || i,"
                     " 'r' || i || '@truerealestate.bali' FROM generate_series(1, 3) i")
    database.rep_email.insert("(email_key, rep) SELECT email, id FROM sales_representatives ON CONFLICT DO NOTHING")
    database.user_sessions.insert("(user_id, phase, draft, claim_email, claim_rep, updated_at) SELECT 10 + i, 'claim',"
                                  " '{\"name\": \"Rep\"}', 'R' || i || '@truerealestate.bali', (SELECT id FROM"
                                  " sales_representatives WHERE telegram_id = i), now() - i * interval '50 minutes'"
                                  " FROM generate_series(1, 3) i")
    finding = ask(ADMIN_TELEGRAM_IDS="5").one("claims")
    assert finding["severity"] == "warning"
    assert finding["what"] == "2 people wait for an admin to confirm a new Telegram account, the oldest for 2 h"
    assert "ADMIN_TELEGRAM_IDS" in finding["fix"] and "/pending" in finding["fix"]
    database.user_sessions.update("phase = 'email' WHERE user_id > 11")
    assert ask(ADMIN_TELEGRAM_IDS="5").of("claims") == []


def test_codes_that_are_not_mailed_are_a_warning(ask, database):
    database.email_codes.insert("(user_id, email, email_key, state, created_at, error) SELECT i, 'x', 'x', CASE WHEN i"
                                " < 3 THEN 'queued' ELSE 'sent' END, now() - i * interval '1 hour', '451 come again'"
                                " FROM generate_series(0, 3) i")
    finding = ask().one("mails")
    assert finding["severity"] == "warning" and "SMTP_URL" in finding["fix"]
    assert finding["what"] == "2 people wait for a code by mail, the oldest for 2 h; the last attempt: 451 come again"
    database.email_codes.update("live = false")
    assert ask().of("mails") == []


MAIL = (f"INSERT INTO {tables.email_codes} (user_id, email, email_key, live, state, wrong, created_at)"
        " SELECT {user}, {address}, {address}, false, 'sent', {wrong}, now() - interval '{age}' FROM generate_series(1, {count}) i")


def mailed(database, user, address, count, wrong=0, age="1 minute"):
    database.execute(MAIL.format(user=user, address=f"'{address}'" if address != "each" else "'a' || i || '@x.example'",
                                 count=count, wrong=wrong, age=age))


def test_a_mailbox_that_is_filled_is_a_warning_with_who_does_it(ask, database):
    mailed(database, "100 + i % 4", "boss@x.example", 14)
    assert ask().of("code-limit") == []
    mailed(database, "104", "boss+tag@x.example", 1)
    finding = ask().one("code-limit")
    assert finding["severity"] == "warning" and "REGISTRATION_APPROVAL=invite" in finding["fix"]
    assert finding["what"] == ("15 mails with codes went to boss@x.example within the last hour, for 5 Telegram accounts"
                               " (100, 101, 102, 103, 104)")
    database.email_codes.update("created_at = created_at - interval '1 hour'")
    assert ask().of("code-limit") == []


def test_codes_that_are_guessed_are_a_warning(ask, database):
    mailed(database, "100 + i", "boss@x.example", 6, wrong=5, age="20 hours")
    finding = ask().one("codes-guessed")
    assert finding["severity"] == "warning" and finding["what"] == (
        "30 wrong codes for boss@x.example were typed within a day by 6 Telegram accounts (101, 102, 103, 104, 105, …)")


def test_an_account_and_all_of_them_at_their_limit_are_named(ask, database):
    mailed(database, "7", "each", 2, wrong=5, age="6 days")
    finding = ask().one("code-limit")
    assert finding["severity"] == "note" and "account 7 has asked for 0 mails" in finding["what"]
    assert "10 wrong codes" in finding["what"]
    mailed(database, "100 + i", "each", 200)
    assert any(f["severity"] == "warning" and f["what"].startswith("200 mails with codes were asked for within the last hour")
               for f in ask().of("code-limit"))


def test_an_admin_who_never_pressed_start_is_named(ask, sandbox):
    sandbox.person("Boss", id=7_900_000_001).opens()
    report = ask(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="7900000001,7900000002")
    assert "7900000002" in report.one("admin-silent")["what"] and "7900000001" not in report.one("admin-silent")["what"]
    assert not ask(ADMIN_TELEGRAM_IDS="7900000001").of("admin-silent")


def test_so_is_a_rep_who_is_an_admin(ask, database):
    database.add_reps([7_900_000_003])
    assert not ask().of("admin-silent")
    database.execute("UPDATE sales_representatives SET is_admin = true")
    finding = ask().one("admin-silent")
    assert "7900000003" in finding["what"] and "rep set-admin WHO off" in finding["fix"]
    # once, also where the configuration has the account, too
    assert ask(ADMIN_TELEGRAM_IDS="7900000003").one("admin-silent")["what"].count("7900000003") == 1


def test_reps_whose_email_is_not_theirs_alone_are_named(ask, database):
    database.execute("INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES"
                     " (1, 'Anna Petrova', 'anna@truerealestate.bali', 'active'),"
                     " (2, 'Anna Double', ' Anna@truerealestate.bali', 'active'), (3, 'No Mail', '', 'pending'),"
                     " (4, 'Gone Girl', 'anna@truerealestate.bali', 'removed')")
    whats = {f["what"] for f in ask().of("email-unproven")}
    assert whats == {"Anna Double (Telegram id 2) has the e-mail of Anna Petrova, Anna@truerealestate.bali",
                     "No Mail (Telegram id 3) has no e-mail that is its own"}
    database.execute("INSERT INTO sales_representatives (telegram_id, name, email) SELECT i, 'Rep ' || i, '' FROM"
                     " generate_series(10, 19) i")
    found = ask().of("email-unproven")
    assert len(found) == 6 and found[-1]["what"].startswith("7 more reps") and {f["severity"] for f in found} == {"warning"}


def test_prospects_that_wait_although_reps_have_room_are_found(ask, database):
    database.no_prospects()
    report = ask()
    assert report.one("no-outreach")["severity"] == "warning"
    database.add_prospect("p1")
    assert not ask().of("no-room", "not-assigned"), "it has only just come"
    database.execute("UPDATE test_prospects SET created_at = now() - interval '1 day', updated_at = now() - interval '5 hours'")
    report = ask()
    assert report.one("no-room")["severity"] == "note" and "1 prospect waits for a rep, the oldest for 5 h" in report.text
    database.add_reps([1001])
    report = ask()
    finding = report.one("not-assigned")
    assert finding["severity"] == "serious" and "no outreach runs" in finding["why"] and not report.of("no-outreach")
    report = ask(OUTREACH_ENABLED="false")
    assert report.one("outreach-off")["severity"] == "note" and not report.of("not-assigned", "no-outreach")


def test_an_outreach_that_runs_and_does_not_assign_is_a_warning(make_world, examine):
    world = make_world()
    world.db.add_reps([1001])
    world.db.execute("UPDATE test_prospects SET created_at = now() - interval '1 day', updated_at = NULL")
    world.start_outreach(OUTREACH_ENABLED="false")
    world.outreach.wait_for_log("nothing is assigned")
    world.db.eventually("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
                        " AND application_name LIKE 'salesreg outreach%%'")
    finding = examine(DATABASE_URL=world.db.url, TELEGRAM_API_BASE=world.sandbox.base).one("not-assigned")
    assert finding["severity"] == "warning" and "outreach runs" in finding["why"]


# processes, disk --------------------------------------------------------------------------------------------------------

def test_a_degraded_process_is_a_warning_with_its_own_words(bot_world, examine):
    bot_world.sandbox.fault("500", method="getUpdates", times=-1)
    bot_world.person().opens()
    settings = {"DATABASE_URL": bot_world.db.url, "TELEGRAM_API_BASE": bot_world.sandbox.base,
                "SALESREG_RUN_DIR": bot_world.bot.run_dir}
    report = eventually(lambda: (r := examine(**settings)).of("degraded") and r)
    finding = report.one("degraded")
    assert finding["severity"] == "warning" and finding["what"] == "bot runs, and is degraded"
    assert "Telegram cannot be used for now" in finding["why"]


def test_a_process_that_does_not_answer_is_serious(bot_world, examine):
    bot_world.bot.freeze()
    finding = examine(SALESREG_RUN_DIR=bot_world.bot.run_dir).one("not-ready")
    bot_world.bot.thaw()
    assert finding["severity"] == "serious" and finding["what"] == "bot is not ready: silent"


def test_a_run_directory_that_is_not_ours_alone_is_a_warning(examine, tmp_path):
    (tmp_path / "run").mkdir(mode=0o755)
    finding = examine().one("run-dir")
    assert finding["severity"] == "warning" and "chmod 700" in finding["fix"]
    (tmp_path / "run").chmod(0o700)
    assert not examine().of("run-dir")
    assert "longer than" in examine(SALESREG_RUN_DIR=tmp_path / ("x" * 200)).one("run-dir")["what"]


def in_a_small_file_system(path, size, leave, settings, *args):
    """doctor in a mount namespace of its own, where `path` is a file system of that size."""
    script = (f"mount -t tmpfs -o size={size},mode=700 tmpfs '{path}' && head -c {size - leave} /dev/zero >'{path}/ballast';"
              ' exec "$0" "$@"')
    unshare = ["unshare", "--mount"] if _is_root() else ["unshare", "--user", "--map-root-user", "--mount"]
    return subprocess.run([*unshare, "sh", "-c", script, BINARY, "doctor", *args], env=environment(settings),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def _is_root():
    return os.geteuid() == 0


@pytest.mark.parametrize("leave,severity", [(0, "serious"), (64 * 1024, "warning"), (512 * 1024, None)])
def test_a_full_disk_is_found(tmp_path, database, sandbox, leave, severity):
    """The data directory's, where the server is on this machine."""
    if subprocess.run(["unshare", "--mount", "true"] if _is_root() else ["unshare", "-Urm", "true"]).returncode:
        pytest.skip("no mount namespaces here")
    path = tmp_path / "small"
    path.mkdir(mode=0o700)
    replace(database, "pg_settings", "VIEW", f"SELECT name, CASE name WHEN 'data_directory' THEN '{path}' ELSE setting END AS setting, reset_val"
                                            " FROM pg_catalog.real_pg_settings")
    database.as_superuser(f"GRANT pg_read_all_settings TO {OWNER}")
    settings = {"DATABASE_URL": database.url, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": sandbox.base,
                "SALESREG_RUN_DIR": path}
    try:
        report = Report(in_a_small_file_system(path, 1024 * 1024, leave, settings, "--no-poll"),
                        in_a_small_file_system(path, 1024 * 1024, leave, settings, "--no-poll", "--json"))
    finally:
        database.as_superuser(f"REVOKE pg_read_all_settings FROM {OWNER}")
    found = {f["what"].split(" has ")[0]: f["severity"] for f in report.of("disk-full")}
    assert found == ({"the database": severity, "the run directory": severity} if severity else {})


def test_prospects_of_one_person_are_counted(make_world, examine):
    world = make_world()
    world.db.no_prospects()
    world.db.add_reps([7_000_000_001])
    world.start_outreach()
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('a', '@alex_buyer', 'A'),"
                     " ('b', 't.me/Alex_Buyer', 'B'), ('c', '@maria_b', 'C'), ('d', '-', 'D'), ('e', '-', 'E')")
    world.db.eventually("SELECT count(*) = 5 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")
    found = examine(DATABASE_URL=world.db.url, TELEGRAM_API_BASE=world.sandbox.base).one("same-person")
    assert found["severity"] == "note"
    assert "1 pair of open prospects is the same person, 0 of them with two reps: a and b" in found["what"]
