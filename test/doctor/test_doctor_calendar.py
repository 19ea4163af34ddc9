"""What doctor says of calendars: their variables, the client at Google, the keys of tokens, reps who have to connect again."""
import base64
import hashlib
import json

import pytest

from support.database import tables
from support.google import SECRET, Google
from support.office import KEY, OTHER_KEY
from support.process import run
from support.telegram import TOKEN

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
THIRD_KEY = base64.b64encode(b"third-key-third-key-third-key-32").decode()
SERIOUS, WARNING, NOTE = "serious", "warning", "note"


class Report:
    def __init__(self, done):
        for output in (done.stdout, done.stderr):
            for secret in (SECRET, KEY, OTHER_KEY, THIRD_KEY, "asked-by-doctor"):
                assert secret not in output
        self.json = json.loads(done.stdout)
        self.found = {f["code"]: f for f in self.json["findings"] if f["area"] == "calendar"}
        self.severities = {code: f["severity"] for code, f in self.found.items()}
        self.checked = [fact["fact"] for fact in self.json["checked"] if fact["area"] == "calendar"]
        self.skipped = {fact["area"]: fact["why"] for fact in self.json["skipped"]}


@pytest.fixture
def look(sandbox, tmp_path):
    """look(**settings): doctor's report, without a database."""
    google = Google(sandbox.base)

    def look(**given):
        return Report(run("doctor", "--json", "--no-poll", settings={
            "DATABASE_URL": NOWHERE, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": "http://127.0.0.1:1",
            "SALESREG_RUN_DIR": tmp_path / "run", **google.settings, "OAUTH_PUBLIC_URL": "https://cal.example.org",
            "TOKEN_ENCRYPTION_KEY": KEY, **given}))
    look.google = google
    return look


@pytest.fixture
def rows(look, database):
    """rows(**settings): the same with a migrated database."""
    return lambda **given: look(DATABASE_URL=database.url, **given)


def key_id(key):
    return hashlib.blake2b(b"id\0", key=base64.b64decode(key), digest_size=32).hexdigest()[:8]


def account(database, key=KEY, **columns):
    """An account whose token says that it is sealed with this key."""
    given = {"rep": "gen_random_uuid()", "sub": "'1'", "email": "'a@example.org'", "scopes": "''",
             "refresh_token": f"'\\x01{key_id(key)}'::bytea || sha256('x')", "synced_at": "now()", **columns}
    database.execute(f"INSERT INTO {tables.calendar_accounts} ({', '.join(given)}) VALUES ({', '.join(given.values())})")


# variables and the client ------------------------------------------------------------------------------------------------------


def test_where_the_calendar_is_off_nothing_is_said_of_it(look):
    report = look(GOOGLE_CLIENT_ID=None)
    assert not report.found and not report.checked and "Google" not in report.skipped
    assert not look.google.journal()


def test_where_all_is_well_the_redirect_uri_is_named(look):
    report = look()
    assert report.severities == {"redirect-uri": NOTE} and report.checked == ["the client at Google"]
    assert report.found["redirect-uri"]["what"] == "the redirect URI is https://cal.example.org/oauth/callback"


@pytest.mark.parametrize("wrong", [{"GOOGLE_CLIENT_SECRET": "hush-hush"}, {"GOOGLE_CLIENT_ID": "1-other.apps.googleusercontent.com"}])
def test_a_client_that_google_does_not_know_is_serious(look, wrong):
    report = look(**wrong)
    assert report.severities == {"redirect-uri": NOTE, "google-client": SERIOUS}
    assert report.found["google-client"]["what"] == "Google does not accept the client: invalid_client"
    assert "hush" not in json.dumps(report.json)


def test_a_deleted_client_can_be_restored(look):
    look.google.project(deleted=True)
    finding = look().found["google-client"]
    assert "deleted_client" in finding["what"] and "restore" in finding["fix"]


def test_a_google_that_does_not_answer_is_no_finding_but_not_everything_was_checked(look):
    report = look(GOOGLE_TOKEN_URL="http://127.0.0.1:1/token")
    assert report.severities == {"redirect-uri": NOTE} and not report.checked
    assert report.skipped["Google"].startswith("it could not be asked: ") and not report.json["complete"]


def test_the_secret_is_not_sent_over_a_network_in_clear(look):
    report = look(GOOGLE_TOKEN_URL="http://google.example.org/token")
    assert report.skipped["Google"] == "the configuration has to be fixed first"
    assert any(f["code"] == "token-in-clear" and "GOOGLE_TOKEN_URL" in f["what"] for f in report.json["findings"])


@pytest.mark.parametrize("name", ["OAUTH_PUBLIC_URL", "GOOGLE_CLIENT_SECRET", "TOKEN_ENCRYPTION_KEY"])
def test_what_is_missing_beside_the_client_id_is_serious(look, name):
    report = look(**{name: None})
    finding = report.found["calendar-value-missing"]
    assert finding["severity"] == SERIOUS and finding["what"] == f"GOOGLE_CLIENT_ID is set, and {name} is not"


def test_bot_and_outreach_need_no_secret_of_the_calendar(look):
    without = {"GOOGLE_CLIENT_SECRET": None, "TOKEN_ENCRYPTION_KEY": None}
    assert look(SALESREG_ROLE="bot", **without).severities == {"redirect-uri": NOTE}
    assert look(SALESREG_ROLE="outreach", **without).severities == {"redirect-uri": NOTE}
    # of oauth itself it is said once
    report = look(SALESREG_ROLE="oauth", **without)
    assert report.severities == {"redirect-uri": NOTE}
    assert {f["what"] for f in report.json["findings"] if f["code"] == "value-missing"} == {f"{name} is not set" for name in without}


def test_an_unusable_key_is_serious(look):
    assert look(TOKEN_ENCRYPTION_KEY="c2hvcnQ=").severities == {"redirect-uri": NOTE, "calendar-key": SERIOUS}


def test_a_slash_at_its_end_is_no_part_of_the_redirect_uri(look):
    report = look(OAUTH_PUBLIC_URL="https://cal.example.org/")
    assert report.severities == {"redirect-uri": NOTE}
    assert report.found["redirect-uri"]["what"] == "the redirect URI is https://cal.example.org/oauth/callback"


@pytest.mark.parametrize("url, code, severity", [
    ("http://cal.example.org", "calendar-https", SERIOUS),
    ("http://localhost.example.org", "calendar-https", SERIOUS),
    ("https://cal.example.org/sales", "calendar-path", WARNING),
    ("http://localhost:8080", None, None),
    ("http://127.0.0.1:8080", None, None),
    ("http://[::1]:8080", None, None),
])
def test_addresses_that_google_would_refuse(look, url, code, severity):
    assert look(OAUTH_PUBLIC_URL=url).severities == {"redirect-uri": NOTE, **({code: severity} if code else {})}


# tables ------------------------------------------------------------------------------------------------------------------------


def test_calendars_that_are_read_are_counted(rows, database):
    account(database)
    report = rows()
    assert report.severities == {"redirect-uri": NOTE} and "1 connected calendar account" in report.checked


def test_keys_that_are_missing_and_keys_that_are_old(rows, database):
    for key in (KEY, OTHER_KEY, OTHER_KEY, THIRD_KEY):
        account(database, key)
    database.execute(f"INSERT INTO {tables.calendar_jobs} (rep, kind, payload) SELECT rep, 'revoke', refresh_token FROM {tables.calendar_accounts}")
    report = rows(TOKEN_ENCRYPTION_KEY=f"{KEY},{OTHER_KEY}")
    assert report.severities == {"redirect-uri": NOTE, "calendar-key-missing": SERIOUS, "calendar-key-old": NOTE}
    assert report.found["calendar-key-missing"]["what"] == \
        f"2 tokens are sealed with a key that is not in TOKEN_ENCRYPTION_KEY ({key_id(THIRD_KEY)})"
    assert report.found["calendar-key-old"]["what"] == "4 tokens are sealed with a key that is not the first"
    assert "rotate-keys" in report.found["calendar-key-old"]["fix"]


def test_reps_who_have_to_connect_again(rows, database):
    account(database, state="'reconnect'", refresh_token="NULL", connected_at="now() - interval '90 days'")
    finding = rows().found["calendar-reconnect"]
    assert finding["severity"] == WARNING and finding["what"] == "1 rep has to connect the calendar again"
    assert "Testing" not in finding["why"]
    account(database, state="'reconnect'", refresh_token="NULL", connected_at="now() - interval '7 days 1 hour'")
    finding = rows().found["calendar-reconnect"]
    assert finding["what"].startswith("2 reps have") and "of 1 after a week" in finding["why"] and "publish" in finding["fix"]


def test_calendars_that_are_not_read_any_more(rows, database):
    account(database, synced_at="now() - interval '3 hours'", reason="'no new token: timeout'")
    account(database, synced_at="NULL", connected_at="now() - interval '1 minute'")
    account(database, state="'disconnected'", refresh_token="NULL", synced_at="NULL", connected_at="now() - interval '1 year'")
    finding = rows().found["calendar-late"]
    assert finding["severity"] == WARNING and finding["why"] == "no new token: timeout"
    assert finding["what"] == "the calendars of 1 rep were not read for an hour, the oldest for 3 h"


def test_grants_that_could_not_be_given_back(rows, database):
    database.execute(f"INSERT INTO {tables.calendar_jobs} (rep, kind, attempts, error, due_at, created_at) VALUES"
                     " (gen_random_uuid(), 'revoke', 60, 'timeout', 'infinity', now() - interval '3 days'),"
                     " (gen_random_uuid(), 'revoke', 2, 'timeout', now(), now() - interval '1 hour')")
    finding = rows().found["calendar-revoke"]
    assert (finding["severity"], finding["why"]) == (WARNING, "timeout")
    assert finding["what"] == "1 grant could not be given back to Google, the oldest for 3 days"
