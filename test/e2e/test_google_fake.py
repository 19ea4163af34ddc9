"""The emulated Google believes nothing it has not given out itself: a fake that takes any bearer hides the real bugs."""
import pytest
import requests

from support.google import (AUTH, BROWSER, CLIENT, COMPANY, PRIVATE, REDIRECT, SCOPES, Google, claims, pkce)
from support.telegram import Sandbox

EMAIL = f"{AUTH}userinfo.email"
OWNED, FREEBUSY = f"{AUTH}calendar.events.owned", f"{AUTH}calendar.freebusy"


@pytest.fixture(name="google")
def google_fixture(sandbox):
    return Google(sandbox.base)


def refused(answer, status, error, words=None):
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error), answer.text
    assert words is None or words in body["error_description"]


# --- the page of the consent: what is refused there and never comes back ---

@pytest.mark.parametrize("changes, status, error", [
    ({"redirect_uri": "https://example.org/oauth/callback"}, 400, "redirect_uri_mismatch"),
    ({"redirect_uri": "http://127.0.0.1.example.org/oauth/callback"}, 400, "redirect_uri_mismatch"),
    ({"redirect_uri": "http://localhost@example.org/"}, 400, "redirect_uri_mismatch"),
    ({"redirect_uri": None}, 400, "invalid_request"),
    ({"client_id": "other.apps.googleusercontent.com"}, 401, "invalid_client"),
    ({"client_id": None}, 400, "invalid_request"),
    ({"scope": "openid nonsense"}, 400, "invalid_scope"),
    ({"scope": None}, 400, "invalid_request"),
    ({"response_type": "token"}, 400, "unsupported_response_type"),
    ({"prompt": "none consent"}, 400, "invalid_request"),
    ({"code_challenge_method": "S256"}, 400, "invalid_request"),
])
def test_what_is_wrong_with_the_request_is_said_on_googles_own_page(google, changes, status, error):
    page = google.open(google.auth_url(**changes))
    assert (page.status, page.error, page.location) == (status, error, None)


@pytest.mark.parametrize("agent", [
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36 Telegram-Android/11.4 (Pixel; SDK 34)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
])
def test_a_view_inside_another_app_is_refused(google, agent):
    page = google.open(google.auth_url(), agent=agent)
    assert (page.status, page.error, page.location) == (403, "disallowed_useragent", None)


def test_registered_redirects_are_compared_as_strings(sandbox, google):
    google.project(redirects=["https://bot.example.org/oauth/callback"])
    assert google.open(google.auth_url(redirect_uri="https://bot.example.org/oauth/callback")).status == 200
    for other in (REDIRECT, "https://bot.example.org/oauth/callback/", "http://bot.example.org/oauth/callback",
                  "https://BOT.example.org/oauth/callback"):
        assert google.open(google.auth_url(redirect_uri=other)).error == "redirect_uri_mismatch", other
    google.project(redirects=[])
    assert google.open(google.auth_url()).status == 200


def test_redirects_are_registered_on_the_command_line(tmp_path):
    one = Sandbox(tmp_path / "log", "--google-redirect", "https://a.example.org/cb", "--google-redirect", "https://b.example.org/cb")
    google = Google(one.base)
    assert google.open(google.auth_url(redirect_uri="https://b.example.org/cb")).status == 200
    assert google.open(google.auth_url()).error == "redirect_uri_mismatch"
    one.process.discard()


def test_a_deleted_client_is_named_on_the_page_and_to_the_client(google):
    held = google.connect()
    google.project(deleted=True)
    page = google.open(google.auth_url())
    assert (page.status, page.error) == (401, "deleted_client")
    refused(google.refresh(held["refresh_token"]), 401, "deleted_client")
    google.project(deleted=False)
    assert google.refresh(held["refresh_token"]).status_code == 200


def test_a_project_in_testing_lets_only_test_users_in_and_their_tokens_die_after_7_days(google):
    google.project(audience="testing")
    google.account(COMPANY, test_user=True)
    page = google.choose(google.open(google.auth_url()), PRIVATE)
    assert (page.status, page.error, page.location) == (403, "access_denied", None)
    held = google.connect()
    assert held["refresh_token_expires_in"] == 604799
    google.advance(7 * 86400 - 60)
    assert google.refresh(held["refresh_token"]).status_code == 200
    google.advance(61)
    refused(google.refresh(held["refresh_token"]), 400, "invalid_grant")


def test_in_testing_too_a_grant_of_signing_in_alone_lasts(google):
    google.project(audience="testing")
    google.account(COMPANY, test_user=True)
    held = google.connect(scope="openid email")["refresh_token"]
    google.advance(30 * 86400)
    assert google.refresh(held).status_code == 200


def test_an_app_that_google_has_not_verified_is_warned_of(google):
    assert "verified" not in google.choose(google.open(google.auth_url()), COMPANY).text
    google.project(audience="unverified")
    assert "hasn't verified this app" in google.choose(google.open(google.auth_url()), COMPANY).text
    assert google.connect()["refresh_token"]


def test_an_internal_project_is_for_its_organisation(google):
    google.project(audience="internal", organisation="truerealestate.bali")
    assert google.choose(google.open(google.auth_url()), PRIVATE).error == "org_internal"
    assert google.connect()["refresh_token"]


def test_an_administrator_can_block_the_app(google):
    held = google.connect()
    google.account(COMPANY, blocked=True)
    page = google.choose(google.open(google.auth_url()), COMPANY)
    assert (page.status, page.error, page.location) == (400, "admin_policy_enforced", None)
    refused(google.refresh(held["refresh_token"]), 400, "admin_policy_enforced")


# --- account chooser and consent ---

def test_the_accounts_of_the_demo_are_there_and_can_be_filtered_and_hinted(google):
    page = google.open(google.auth_url())
    assert set(page.accounts) == {COMPANY, PRIVATE}
    assert set(google.open(google.auth_url(hd="truerealestate.bali")).accounts) == {COMPANY}
    assert list(google.open(google.auth_url(login_hint=PRIVATE)).accounts)[0] == PRIVATE
    hinted = google.open(google.auth_url(login_hint=PRIVATE, prompt="consent"))
    assert not hinted.accounts and PRIVATE in hinted.text


def test_whoever_types_an_address_has_an_account(google):
    page = google.submit(google.open(google.auth_url()), other="john@truerealestate.bali")
    assert page.boxes and "john@truerealestate.bali" in page.text
    got = google.exchange(google.allow(page).back["code"]).json()
    assert claims(got["id_token"])["email"] == "john@truerealestate.bali"
    assert google.accounts()["john@truerealestate.bali"]["hd"] == "truerealestate.bali"
    for nonsense in ("john", "@x", "a@b@c", 'a"@b.c', "a b@c.d"):
        assert google.submit(google.open(google.auth_url()), other=nonsense).accounts, "the chooser again"
    assert len(google.accounts()) == 3


def test_boxes_begin_unticked_and_what_is_not_ticked_is_not_granted(google):
    page = google.choose(google.open(google.auth_url()), COMPANY)
    assert sorted(page.boxes) == ["box_calendar.calendarlist.readonly", "box_calendar.events.owned", "box_calendar.freebusy"]
    assert not page.ticked
    got = google.exchange(google.allow(page, ["calendar.freebusy"]).back["code"]).json()
    assert set(got["scope"].split()) == {"openid", EMAIL, FREEBUSY}
    none = google.connect(tick=[])
    assert set(none["scope"].split()) == {"openid", EMAIL}


def test_one_scope_has_no_box_and_a_trusted_app_gets_all_or_nothing(google):
    page = google.choose(google.open(google.auth_url(scope=f"openid email {OWNED}")), COMPANY)
    assert not page.boxes
    got = google.exchange(google.allow(page).back["code"]).json()
    assert set(got["scope"].split()) == {"openid", EMAIL, OWNED}
    google.project(trusted=True)
    assert not google.choose(google.open(google.auth_url()), COMPANY).boxes
    assert len(google.connect()["scope"].split()) == 5


def test_the_way_back_carries_code_scope_state_and_issuer(google):
    page = google.walk(google.auth_url(), COMPANY)
    assert page.status == 302 and page.location.startswith(REDIRECT + "?")
    assert "code=4%2F0" in page.location
    back = page.back
    assert back["state"] == "s+t/a=te"
    assert (back["iss"], back["authuser"], back["prompt"]) == ("https://accounts.google.com", "0", "consent")
    assert back["hd"] == "truerealestate.bali"
    assert {"openid", EMAIL, OWNED, FREEBUSY} < set(back["scope"].split())
    assert "hd" not in google.walk(google.auth_url(), PRIVATE).back


def test_cancel_comes_back_as_access_denied_with_the_state(google):
    for page in (google.walk(google.auth_url(), COMPANY, cancel=True),
                 google.submit(google.open(google.auth_url()), answer="cancel")):
        assert page.back["error"] == "access_denied" and page.back["state"] == "s+t/a=te" and "code" not in page.back


def test_without_a_page_google_says_what_it_would_have_shown(google):
    url = google.auth_url(prompt="none")
    assert google.open(url).back["error"] == "login_required"
    assert google.open(google.auth_url(prompt="none", login_hint=COMPANY)).back["error"] == "consent_required"
    google.connect()
    assert "code" in google.open(google.auth_url(prompt="none", login_hint=COMPANY)).back


def test_pages_speak_russian_too_and_run_no_script_and_load_nothing_foreign(google):
    page = google.open(google.auth_url(), language="ru-RU,ru;q=0.9,en;q=0.8")
    assert "Выберите аккаунт" in page.text and '<html lang="ru">' in page.text
    consent = google.submit(page, language="ru", account=page.accounts[COMPANY])
    assert "Продолжить" in consent.text and "Видеть" in consent.text
    assert "Choose an account" in google.open(google.auth_url(), language="de,en;q=0.5").text
    policy = consent.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    # a browser applies it to the redirect after the form, too
    assert "form-action 'self' http://127.0.0.1:9" in policy
    assert "<script" not in consent.text and "width=device-width" in consent.text
    style = requests.get(f"{google.base}/page/consent.css", timeout=60)
    assert style.status_code == 200 and style.headers["Content-Type"].startswith("text/css")


def test_nothing_that_was_sent_becomes_markup(google):
    page = google.open(google.auth_url(state='"><script>alert(1)</script>', nonce="<b>"))
    assert page.hidden["state"] == '"><script>alert(1)</script>'
    assert "&quot;&gt;&lt;script&gt;" in requests.get(google.auth_url(state='"><script>'), timeout=60).text


def test_a_foreign_page_may_send_people_here_but_cannot_press_the_button(google):
    page = google.choose(google.open(google.auth_url()), COMPANY)
    answer = requests.post(f"{google.base}{page.path}", data={**page.hidden, "answer": "allow"}, allow_redirects=False, timeout=60,
                           headers={"User-Agent": BROWSER, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    token = requests.post(f"{google.base}/google/token", data={"grant_type": "refresh_token"}, timeout=60,
                          headers={"User-Agent": BROWSER, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert token.status_code == 403


# --- the token endpoint ---

def test_a_code_is_good_once_for_its_redirect_and_ten_minutes(google):
    code = google.code()
    refused(google.exchange(code, redirect_uri="http://127.0.0.1:9/other"), 400, "redirect_uri_mismatch")
    refused(google.exchange(code, redirect_uri=None), 400, "redirect_uri_mismatch")
    assert google.exchange(code).status_code == 200
    refused(google.exchange(code), 400, "invalid_grant")
    refused(google.exchange("4/0Anonsense"), 400, "invalid_grant")
    late = google.code()
    google.advance(601)
    refused(google.exchange(late), 400, "invalid_grant")


def test_a_challenge_wants_its_verifier(google):
    verifier, challenge = pkce()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = google.code(**asked)
    refused(google.exchange(code), 400, "invalid_grant", "Missing code verifier")
    refused(google.exchange(code, code_verifier=pkce()[0]), 400, "invalid_grant", "Invalid code verifier")
    refused(google.exchange(code, code_verifier=challenge), 400, "invalid_grant", "Invalid code verifier")
    assert google.exchange(code, code_verifier=verifier).status_code == 200
    plain = google.code(code_challenge=verifier)  # the default method
    assert google.exchange(plain, code_verifier=verifier).status_code == 200


@pytest.mark.parametrize("changes, status, error", [
    ({"client_id": "other.apps.googleusercontent.com"}, 401, "invalid_client"),
    ({"client_secret": "wrong"}, 401, "invalid_client"),
    ({"client_secret": None}, 400, "invalid_request"),
    ({"client_id": None}, 400, "invalid_request"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"grant_type": None}, 400, "invalid_request"),
    ({"refresh_token": None}, 400, "invalid_request"),
    ({"refresh_token": "garbage"}, 400, "invalid_grant"),
    ({"refresh_token": "1//0garbage"}, 400, "invalid_grant"),
])
def test_the_token_endpoint_says_what_is_wrong(google, changes, status, error):
    refused(google.token(**{"grant_type": "refresh_token", "refresh_token": google.connect()["refresh_token"], **changes}),
            status, error)


def test_two_secrets_are_good_while_one_is_replaced(google):
    held = google.connect()["refresh_token"]
    google.project(second_secret="next-secret")
    assert google.refresh(held).status_code == google.refresh(held, client_secret="next-secret").status_code == 200
    google.project(client_secret="next-secret", second_secret=None)
    refused(google.refresh(held), 401, "invalid_client")


def test_the_answer_has_the_scopes_as_google_writes_them_and_an_id_token(google):
    got = google.connect(nonce="n-1")
    assert got["token_type"] == "Bearer" and got["expires_in"] == 3599
    assert set(got["scope"].split()) == {"openid", EMAIL, OWNED, FREEBUSY, f"{AUTH}calendar.calendarlist.readonly"}
    assert got["refresh_token"].startswith("1//0") and len(got["access_token"]) > 100
    who = claims(got["id_token"])
    assert (who["iss"], who["aud"], who["email"], who["email_verified"], who["hd"], who["nonce"]) == (
        "https://accounts.google.com", CLIENT, COMPANY, True, "truerealestate.bali", "n-1")
    assert who["exp"] - who["iat"] == 3600 and who["sub"] == google.accounts()[COMPANY]["sub"]
    private = claims(google.connect(PRIVATE)["id_token"])
    assert "hd" not in private and private["sub"] != who["sub"]
    assert "id_token" not in google.connect(scope=f"{OWNED} {FREEBUSY}")


def test_an_account_that_is_renamed_keeps_its_sub(google):
    sub = claims(google.connect()["id_token"])["sub"]
    google.account("anna.k@truerealestate.bali", sub=sub)
    assert claims(google.connect("anna.k@truerealestate.bali")["id_token"])["sub"] == sub


def test_a_refresh_token_comes_only_with_offline_and_a_page_that_was_shown(google):
    assert "refresh_token" not in google.connect(access_type=None)
    assert google.connect(prompt="consent", login_hint=COMPANY)["refresh_token"]
    assert "refresh_token" not in google.connect(prompt=None, login_hint=COMPANY), "granted before: no page, no token"
    assert "refresh_token" not in google.connect(prompt="select_account")
    google.revoke(google.connect()["access_token"])
    assert google.connect(prompt="select_account")["refresh_token"], "after a revocation it is the first time again"


def test_a_refresh_gives_an_access_token_with_the_scopes_of_the_grant_and_no_refresh_token(google):
    held = google.connect(tick=["calendar.freebusy"])
    fresh = google.refresh(held["refresh_token"]).json()
    assert fresh["access_token"] != held["access_token"] and fresh["scope"] == held["scope"]
    assert "refresh_token" not in fresh


def test_granted_scopes_are_included_only_on_demand(google):
    google.connect(scope=f"openid {OWNED}")
    assert set(google.connect(scope=f"openid {FREEBUSY}")["scope"].split()) == {"openid", FREEBUSY}
    both = google.connect(scope=f"openid {FREEBUSY}", include_granted_scopes="true")
    assert set(both["scope"].split()) == {"openid", OWNED, FREEBUSY}


def test_the_hundred_and_first_refresh_token_kills_the_first(google):
    tokens = [google.connect()["refresh_token"] for _ in range(101)]
    refused(google.refresh(tokens[0]), 400, "invalid_grant")
    assert google.refresh(tokens[1]).status_code == 200


# --- revocation ---

@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_either_token_revokes_the_whole_grant_and_nobody_elses(google, kind):
    """CALENDAR-ANCHORS 17."""
    first, second, other = google.connect(), google.connect(), google.connect(PRIVATE)
    pending = google.code()
    assert google.revoke(first[kind]).status_code == 200
    refused(google.refresh(first["refresh_token"]), 400, "invalid_grant")
    refused(google.refresh(second["refresh_token"]), 400, "invalid_grant")
    refused(google.exchange(pending), 400, "invalid_grant")
    refused(google.revoke(second["refresh_token"]), 400, "invalid_token")
    refused(google.revoke("garbage"), 400, "invalid_token")
    assert google.refresh(other["refresh_token"]).status_code == 200


def test_what_the_user_and_time_do_to_tokens(google):
    held = google.connect()
    google.expire(COMPANY)
    refused(google.revoke(held["access_token"]), 400, "invalid_token")
    assert google.refresh(held["refresh_token"]).status_code == 200
    google.kill(COMPANY)
    refused(google.refresh(held["refresh_token"]), 400, "invalid_grant")
    again = google.connect()
    google.withdraw(COMPANY)
    refused(google.refresh(again["refresh_token"]), 400, "invalid_grant")
    once_more = google.connect()
    google.account(COMPANY, disabled=True)
    refused(google.refresh(once_more["refresh_token"]), 400, "invalid_grant")


# --- from run to run ---

def test_accounts_tokens_and_calendars_are_kept(tmp_path):
    kept = tmp_path / "kept.json"
    event = {"summary": "Dentist", "start": {"dateTime": "2026-12-01T10:00:00+08:00"}, "end": {"dateTime": "2026-12-01T11:00:00+08:00"}}

    def start(name):
        one = Sandbox(tmp_path / name, "--keep", str(kept))
        return one, Google(one.base)

    first, google = start("first")
    google.account("john@truerealestate.bali", name="John", zone="Europe/Moscow")
    google.project(audience="testing")
    google.account(COMPANY, test_user=True)
    dying = google.connect(COMPANY)["refresh_token"]
    google.project(audience="production")
    held, gone = google.connect("john@truerealestate.bali"), google.connect(PRIVATE)
    google.revoke(gone["refresh_token"])
    team = google.post("calendars", account="john@truerealestate.bali", summary="Team", selected=True)["calendar"]["id"]
    made = google.post("events", account="john@truerealestate.bali", event=event)["event"]
    dead = google.post("events", account="john@truerealestate.bali", calendar=team, event=event)["event"]
    google.post("events", account="john@truerealestate.bali", calendar=team, delete=dead["id"])
    sync = google.calendar("GET", "calendars/primary/events", held["access_token"]).json()["nextSyncToken"]
    before = google.accounts()
    first.process.discard()

    second, google = start("second")
    assert {e: a["sub"] for e, a in google.accounts().items()} == {e: a["sub"] for e, a in before.items()}
    refused(google.refresh(gone["refresh_token"]), 400, "invalid_grant")
    fresh = google.refresh(held["refresh_token"]).json()
    assert fresh["scope"] == held["scope"]
    read = lambda path: google.calendar("GET", path, fresh["access_token"]).json()
    assert read(f"calendars/primary/events/{made['id']}") == made
    assert read(f"calendars/{team}/events/{dead['id']}")["status"] == "cancelled"
    assert {c["id"]: c["timeZone"] for c in read("users/me/calendarList")["items"]}["john@truerealestate.bali"] == "Europe/Moscow"
    assert read(f"calendars/primary/events?syncToken={sync}")["items"] == []
    google.post("events", account="john@truerealestate.bali", event=event)
    assert len(read(f"calendars/primary/events?syncToken={sync}")["items"]) == 1
    assert google.refresh(dying).status_code == 200
    google.advance(7 * 86400)
    refused(google.refresh(dying), 400, "invalid_grant")
    second.process.discard()

    kept.write_text('{"version":1,"google":{"accounts":[1,{"sub":"1"},{"sub":"1","email":"a@b","tokens":[{"value":1}],"shares":[{}]}],'
                    '"calendars":[{"id":"a@b","events":[{"id":"x"}]},7],"next_id":-5}}')
    third, google = start("third")
    assert list(google.accounts()) == ["a@b"]
    third.process.discard()


# --- faults on command ---

@pytest.mark.parametrize("kind, status, error", [
    ("invalid_client", 401, "invalid_client"), ("invalid_grant", 400, "invalid_grant"),
    ("internal_failure", 500, "internal_failure"), ("429", 429, "rate_limit_exceeded"),
    ("503", 503, "temporarily_unavailable"),
])
def test_the_next_refresh_meets_what_was_ordered_and_the_one_after_is_well(google, kind, status, error):
    held = google.connect()["refresh_token"]
    google.fault("refresh", kind)
    refused(google.refresh(held), status, error)
    assert google.refresh(held).status_code == 200
    assert not google.faults_left()


def test_a_proxys_page_and_broken_connections(google):
    held = google.connect()["refresh_token"]
    google.fault("token", "502html")
    answer = google.refresh(held)
    assert answer.status_code == 502 and answer.headers["Content-Type"].startswith("text/html")
    google.fault("token", "reset_before")
    with pytest.raises(requests.ConnectionError):
        google.refresh(held)
    google.fault("token", "truncated")
    half = google.refresh(held)
    assert len(half.content) < int(half.headers["Content-Length"])
    assert google.refresh(held).status_code == 200


def test_an_exchange_whose_answer_is_lost_has_used_the_code(google):
    code = google.code()
    google.fault("exchange", "reset_after")
    with pytest.raises(requests.ConnectionError):
        google.exchange(code)
    refused(google.exchange(code), 400, "invalid_grant")
    assert [call.get("answer") for call in google.journal(on="exchange")] == ["lost", None]


def test_no_refresh_token_and_a_new_refresh_token_on_command(google):
    google.fault("exchange", "no_refresh_token")
    assert "refresh_token" not in google.connect()
    held = google.connect()["refresh_token"]
    google.fault("refresh", "new_refresh_token")
    fresh = google.refresh(held).json()["refresh_token"]
    assert fresh != held
    assert google.refresh(fresh).status_code == google.refresh(held).status_code == 200


def test_a_fault_can_be_one_accounts_and_later_and_several(google):
    mine, other = google.connect()["refresh_token"], google.connect(PRIVATE)["refresh_token"]
    google.fault("refresh", "invalid_grant", account=COMPANY, skip=1, times=2)
    assert google.refresh(other).status_code == google.refresh(mine).status_code == 200
    assert [google.refresh(mine).status_code for _ in range(3)] == [400, 400, 200]
    assert google.refresh(other).status_code == 200


def test_the_page_of_the_consent_can_be_made_to_refuse(google):
    google.fault("auth", "org_internal")
    page = google.open(google.auth_url())
    assert (page.status, page.error) == (403, "org_internal")
    assert google.open(google.auth_url()).status == 200


def test_rules_that_mean_nothing_are_refused(google):
    for rule in ({"on": "refresh", "kind": "duplicate"}, {"on": "nowhere", "kind": "429"}, {"on": "refresh", "kind": "nonsense"},
                 {"on": "refresh"}, {"on": "refresh", "kind": "slow", "ms": -1}):
        answer = google.http.post(f"{google.base}/sandbox/google/faults", json=rule, timeout=60)
        assert answer.status_code == 400 and not answer.json()["ok"], rule


# --- what is kept has limits ---

def test_codes_and_calls_beyond_the_most_are_forgotten_the_oldest_first(google):
    page = google.choose(google.open(google.auth_url(scope="openid")), COMPANY)
    first = google.allow(page).back["code"]
    for _ in range(1000):
        last = google.allow(page).back["code"]
    refused(google.exchange(first), 400, "invalid_grant")
    assert google.exchange(last).status_code == 200
    for _ in range(4200):
        google.revoke("garbage")
    calls = google.control("GET", "journal", params={"limit": 5000})["calls"]
    assert len(calls) == 5000 and calls[0]["seq"] > 1 and calls[-1]["on"] == "revoke"


# --- the journal ---

def test_the_journal_tells_what_was_called_and_no_secret(google):
    verifier, challenge = pkce()
    code = google.code(code_challenge=challenge, code_challenge_method="S256", state="a-very-secret-state")
    held = google.exchange(code, code_verifier=verifier).json()
    google.refresh(held["refresh_token"])
    google.revoke(held["refresh_token"])
    calls = google.journal()
    assert [call["on"] for call in calls] == ["auth", "auth", "auth", "exchange", "refresh", "revoke"]
    assert [call["status"] for call in calls] == [200, 200, 302, 200, 200, 200]
    exchange = calls[3]
    assert (exchange["method"], exchange["path"], exchange["account"]) == ("POST", "/google/token", COMPANY)
    assert exchange["params"]["redirect_uri"] == REDIRECT and exchange["params"]["code"] == "***"
    text = str(calls)
    for secret in (code, verifier, held["refresh_token"], held["access_token"], "sandbox-secret", "a-very-secret-state"):
        assert secret not in text
    assert google.journal(after=calls[4]["seq"])[0]["on"] == "revoke"
    assert google.exchange(code).status_code == 400
    assert google.journal()[-1]["error"] == "invalid_grant"
    google.control("DELETE", "journal")
    assert google.journal() == []
    assert SCOPES in calls[0]["params"]["scope"]
