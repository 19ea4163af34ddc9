"""`salesreg calendar`: what managers see and do of reps' Google calendars from the command line."""
import base64
import csv
import io
import json

import pytest

from support.database import tables
from support.google import COMPANY
from support.office import KEY, OTHER_KEY, Office
from support.process import run
from support.waiting import eventually

EMAIL = "anna@truerealestate.bali"
THIRD_KEY = base64.b64encode(b"third-key-third-key-third-key-32").decode()


@pytest.fixture
def office(make_world):
    return Office(make_world)


@pytest.fixture
def anna(office):
    person = office.rep()
    office.connects(person)
    office.synced(person, again=False)
    return person


def call(office, *words, **settings):
    done = run("calendar", *words, settings={"DATABASE_URL": office.db.url, "TZ": "UTC", **settings})
    sealed = office.db.calendar_accounts.value("string_agg(encode(refresh_token, 'hex') || encode(access_token, 'hex'), '')") or "none"
    assert sealed not in done.stdout + done.stderr and "refresh-" not in done.stdout
    return done


def said(office, *words):
    done = call(office, *words, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout)


def refused(office, *words, code=1, **settings):
    done = call(office, *words, **settings)
    assert (done.returncode, done.stdout) == (code, ""), done
    assert done.stderr.count("\n") == 1
    return done.stderr


def jobs(office, kind):
    return office.db.rows(f"SELECT * FROM {tables.calendar_jobs} WHERE kind = %s", kind)


def key_of(sealed):
    return bytes(sealed)[1:5].hex()


def test_the_list_is_of_who_connected_one(office, anna):
    boris = office.rep("boris@truerealestate.bali")
    body = said(office, "list")
    row, = body["accounts"]
    account, = office.account(anna)
    assert body["total"] == 1 and "token" not in json.dumps(body)
    assert (row["email"], row["name"], row["account"], row["state"], row["reason"]) == (EMAIL, anna.name, COMPANY, "connected", None)
    assert row["key_id"] == account["key_id"] == key_of(account["refresh_token"])
    assert row["connected_at"] == pytest.approx(account["connected_at"].timestamp())
    assert row["synced_at"] == pytest.approx(account["synced_at"].timestamp())
    lines = call(office, "list").stdout.splitlines()
    assert lines[0].split() == ["REP", "ACCOUNT", "STATE", "SINCE", "READ", "KEY", "WHY"]
    assert EMAIL in lines[1] and COMPANY in lines[1] and boris.email not in lines[1] and len(lines) == 2
    assert len(call(office, "list", "--no-headings").stdout.splitlines()) == 1
    of_csv, = csv.DictReader(io.StringIO(call(office, "list", "--csv").stdout))
    assert of_csv["email"] == EMAIL and set(of_csv) == set(row)


def test_one_is_shown_with_its_calendars_and_what_is_next(office, anna):
    body = said(office, "show", EMAIL.upper())
    assert body["state"] == "connected" and body["time_zone"] == office.account(anna)[0]["time_zone"]
    stored = office.calendars(anna)
    assert {c["id"]: c["counts"] for c in body["calendars"]} == {i: c["conflicts"] for i, c in stored.items()}
    assert body["calendars"][0]["primary"] and body["calendars"][0]["read_at"]
    job, = body["jobs"]
    assert job["kind"] == "sync" and not job["under_way"] and job["due_at"] > body["synced_at"]
    office.oauth.terminate()
    office.db.execute(f"UPDATE {tables.calendars} SET error = 'no such calendar' WHERE is_primary")
    text = call(office, "show", EMAIL).stdout
    assert f"Google account: {COMPANY}, since " in text and "(primary), counts, read " in text
    assert "; its times are not known: no such calendar\n" in text and "\nJob sync: due " in text


def test_who_is_no_rep_or_has_none(office):
    boris = office.rep("boris@truerealestate.bali")
    for command in ("show", "disconnect", "sync"):
        assert refused(office, command, "nobody@truerealestate.bali") == \
            "salesreg calendar: no rep is known as nobody@truerealestate.bali; give an e-mail address, an @name, a Telegram account," \
            " an id or a part of the name, or see salesreg rep list\n"
        assert "boris@truerealestate.bali has never connected a calendar" in refused(office, command, str(boris.id))
        assert "boris@truerealestate.bali has never connected a calendar" in refused(office, command, "boris@truerealestate.bali")
    assert call(office, "list").stdout == "no rep has connected a calendar\n"
    assert call(office, "sync", "--all").stdout == "No rep has a calendar connected.\n"


def test_disconnecting_is_the_reps_own(office, anna):
    office.google.fault("revoke", "502html")  # else it may have been given back before the command looks
    done = call(office, "disconnect", EMAIL)
    assert done.returncode == 0 and "gives the grant back to Google" in done.stdout and COMPANY in done.stdout
    account, = office.account(anna)
    assert account["state"] == "disconnected" and not account["refresh_token"] and not office.busy(anna)
    eventually(lambda: not jobs(office, "revoke"), what="the grant is given back")
    assert not jobs(office, "sync") and office.db.rep(anna.id)["calendar_account_name"] is None
    assert said(office, "show", EMAIL)["state"] == "disconnected"
    assert "is disconnected already" in refused(office, "disconnect", EMAIL)
    assert "(state disconnected)" in refused(office, "sync", EMAIL)
    # and may come back
    office.connects(anna)


@pytest.mark.parametrize("words", [("sync", EMAIL), ("sync", "--all")])
def test_a_look_is_made_now(office, anna, words):
    before, = office.account(anna)
    job, = jobs(office, "sync")
    assert job["due_at"] > before["synced_at"]
    done = call(office, *words)
    assert done.returncode == 0 and done.stdout.startswith("`salesreg oauth` reads the calendars of ")
    eventually(lambda: office.account(anna)[0]["synced_at"] > before["synced_at"], what="a look that was not due yet")


def test_what_is_being_read_is_not_read_twice(office, anna):
    office.oauth.terminate()
    office.db.execute(f"UPDATE {tables.calendar_jobs} SET leased_until = now() + interval '1 hour', due_at = now() + interval '1 hour'")
    before = jobs(office, "sync")
    assert call(office, "sync", EMAIL).stdout == f"The calendars of {EMAIL} are being read already.\n"
    assert jobs(office, "sync") == before
    # whose process died
    office.db.execute(f"UPDATE {tables.calendar_jobs} SET leased_until = now() - interval '1 second'")
    assert " reads the calendars of " in call(office, "sync", EMAIL).stdout
    assert jobs(office, "sync")[0]["due_at"] < before[0]["due_at"]


def test_keys_are_rotated_and_the_old_one_can_go(office, anna):
    office.oauth.terminate()
    before, = office.account(anna)
    office.db.execute(f"INSERT INTO {tables.calendar_jobs} (rep, kind, sub, payload) SELECT rep, 'revoke', 'another', refresh_token"
                      f" FROM {tables.calendar_accounts}")
    # without the old key nothing is lost
    done = call(office, "rotate-keys", TOKEN_ENCRYPTION_KEY=OTHER_KEY)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"of 2 the key is not in TOKEN_ENCRYPTION_KEY ({before['key_id']}): they stay as they are" in done.stderr
    assert office.account(anna) == [before]
    done = call(office, "rotate-keys", TOKEN_ENCRYPTION_KEY=f"{OTHER_KEY},{KEY}")
    assert (done.returncode, done.stderr) == (0, "")
    after, = office.account(anna)
    assert done.stdout == ("The tokens of 1 account and of 1 grant to be given back are sealed with the key "
                           f"{after['key_id']} now.\n")
    assert after["key_id"] != before["key_id"]
    revocation, = jobs(office, "revoke")
    assert {key_of(sealed) for sealed in (after["refresh_token"], after["access_token"], revocation["payload"])} == {after["key_id"]}
    assert office.db.audit.row("actor, command, action, after", "ORDER BY id DESC LIMIT 1") == [
        "operator", "calendar rotate-keys", "rotate-keys", {"key": after["key_id"], "accounts": 1, "grants": 1}]
    again = call(office, "rotate-keys", TOKEN_ENCRYPTION_KEY=OTHER_KEY)
    assert (again.returncode, again.stdout) == (0, f"All tokens are sealed with the key {after['key_id']} already.\n")
    # both tokens still are what they were: neither the calendar nor the grant needs the old key
    office.db.execute(f"DELETE FROM {tables.calendar_jobs} WHERE kind = 'revoke'")
    office.start(TOKEN_ENCRYPTION_KEY=OTHER_KEY)
    office.synced(anna)
    assert office.account(anna)[0]["access_token"] == after["access_token"], "it needed no other"
    office.google.expire(COMPANY)
    office.synced(anna)
    call(office, "disconnect", EMAIL)
    eventually(lambda: not jobs(office, "revoke"), what="the grant is given back")


def test_a_token_that_somebody_changed_stays_and_is_said(office, anna):
    office.oauth.terminate()
    office.db.execute(f"UPDATE {tables.calendar_accounts} SET refresh_token = set_byte(refresh_token, 40, get_byte(refresh_token, 40) # 1)")
    before = office.account(anna)
    assert "1 cannot be opened: somebody changed them" in refused(office, "rotate-keys", TOKEN_ENCRYPTION_KEY=f"{OTHER_KEY},{KEY}")
    assert office.account(anna) == before


def test_rotation_waits_for_who_refreshes_just_now(office, anna):
    """What Google answers is stored by the token that it was asked with: sealed anew meanwhile, that would be lost."""
    office.oauth.terminate()
    office.start(TOKEN_ENCRYPTION_KEY=f"{OTHER_KEY},{KEY}")
    office.google.expire(COMPANY)
    office.google.fault("refresh", "slow", ms=6000)
    office.db.execute(f"UPDATE {tables.calendar_accounts} SET access_expires_at = now()")
    before, = office.account(anna)
    office.looks_again()
    eventually(lambda: jobs(office, "sync")[0]["leased_until"], what="a look that refreshes")
    done = call(office, "rotate-keys", TOKEN_ENCRYPTION_KEY=f"{THIRD_KEY},{OTHER_KEY},{KEY}")
    assert done.returncode == 0 and "waits until the calendars of 1 rep are read" in done.stderr
    after, = office.account(anna)
    assert after["synced_at"] > before["synced_at"] and after["sync_failures"] == 0 and not after["reason"]
    assert key_of(after["refresh_token"]) == key_of(after["access_token"]) == after["key_id"] != before["key_id"]
    office.oauth.terminate()
    office.start(TOKEN_ENCRYPTION_KEY=THIRD_KEY)
    office.synced(anna)


def test_rotation_needs_usable_keys(office):
    assert "TOKEN_ENCRYPTION_KEY is not set" in refused(office, "rotate-keys", code=78)
    assert "TOKEN_ENCRYPTION_KEY is not usable" in refused(office, "rotate-keys", code=78, TOKEN_ENCRYPTION_KEY="nonsense")
