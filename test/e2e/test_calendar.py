"""A rep connects a Google calendar: the link in the chat, our page, Google's, the way back, and what is said of it."""
import hashlib
import html
import re
import socket
import subprocess
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from support.database import tables
from support.google import COMPANY, PRIVATE
from support.office import KEY, Office, free_port
from support.process import run
from support.waiting import eventually

@pytest.fixture
def office(make_world):
    return Office(make_world)


def test_a_rep_connects_a_calendar(office):
    """CALENDAR-ANCHORS 5: no hint pins an account, and the one that was really connected is named, to be undone."""
    anna = office.rep()
    link = office.asks(anna)
    address = office.to_google(link)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == f"{office.url}/oauth/callback"
    assert asked["access_type"] == "offline" and asked["prompt"] == "consent select_account"
    assert "login_hint" not in asked
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    back = office.google.walk(address, COMPANY).location
    page = office.back(back)
    assert office.world.texts.raw("ru", "page_connected_title") in page.text
    message = anna.hears("calendar_connected", email=COMPANY)
    assert message.data == ["cal:undo"]
    row, = office.account(anna)
    assert (row["state"], row["email"]) == ("connected", COMPANY)
    assert office.db.rep(anna.id)["calendar_account_name"] == COMPANY
    anna.says("календарь")
    office.shows(anna)
    # the link and the way back are used up
    assert office.get(link).status_code == 410
    assert office.get(back).status_code == 410


def test_where_there_is_no_calendar_the_word_says_so(make_world):
    world = make_world()
    world.start_bot()
    anna = world.person()
    anna.registers()
    anna.says("календарь")
    message = anna.hears("calendar_off")
    assert not message.buttons
    anna.says("меню")
    assert "menu:cal" not in anna.hears("welcome_back").data


def test_the_menu_has_a_button(office):
    anna = office.rep()
    anna.says("меню")
    assert anna.hears("welcome_back").data[0] == "menu:cal"
    anna.presses("button_calendar")
    office.link(anna.hears("calendar_offer"))


def test_links_are_stored_as_hashes_alone(office):
    anna = office.rep()
    token = office.asks(anna).split("s=")[1]
    stored = office.db.oauth_states.value("string_agg(s::text, ' ')", "s")
    assert token not in stored and re.search(r"\b[0-9a-f]{64}\b", stored)
    # nor in what is kept of the message that had it
    office.world.settle()
    kept = office.db.outbox_history.column("payload::text", "WHERE payload::text LIKE '%%/oauth/start%%'")
    assert len(kept) == 1 and "/oauth/start?s=…" in kept[0]
    dump = subprocess.run(["pg_dump", office.db.url, "--data-only"], capture_output=True, text=True, check=True).stdout
    assert token not in dump


def test_a_link_that_was_dropped_unsent_is_not_kept_either(office):
    anna = office.rep()
    office.world.settle()
    office.world.sandbox.fault("400", method="sendMessage", description="Bad Request: nonsense")
    anna.says("календарь")
    office.db.outbox.eventually("state = 'failed'")
    token = re.search(r"/oauth/start\?s=([\w-]{43})", office.db.outbox.value("payload::text")).group(1)
    listed = run("outbox", "list", settings={"DATABASE_URL": office.db.url})
    assert listed.returncode == 0 and token not in listed.stdout
    assert run("outbox", "drop", "--failed", settings={"DATABASE_URL": office.db.url}).returncode == 0
    assert "/oauth/start?s=…" in office.db.outbox_history.value("payload::text", "WHERE state = 'dropped'")


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_what_follows_links_uses_none_up(office, method):
    anna = office.rep()
    link = office.asks(anna)
    for _ in range(3):
        assert office.get(link, method).status_code == 200
    page = office.back(office.google.walk(office.to_google(link), COMPANY).location)
    assert office.world.texts.raw("ru", "page_connected_title") in page.text
    anna.hears("calendar_connected", email=COMPANY)


def test_pages_have_no_foreign_content_and_are_kept_by_nobody(office):
    anna = office.rep()
    answers = [office.get(office.asks(anna)), office.get("/oauth/done/connected/ru"), office.get("/"), office.get("/oauth/start")]
    assert [a.status_code for a in answers] == [200, 200, 404, 410]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert not re.search(r"<script>|<style| on\w+=", answer.text)
        assert "Set-Cookie" not in answer.headers
    assert office.get("/oauth/page.css").headers["Content-Type"].startswith("text/css")
    for method in ("POST", "PUT", "DELETE"):
        assert office.get("/oauth/callback", method).status_code == 405


def test_the_last_page_leads_back_to_the_bot_and_the_pages_speak_the_reps_language(office):
    """CALENDAR-ANCHORS 11: there is no other way out of the browser that Telegram opened."""
    office.db.bot_state.eventually("username IS NOT NULL")
    anna, boris = office.rep(), office.rep("boris@truerealestate.bali", name="Boris Orlov", language="en")
    office.connects(anna)
    name = office.db.bot_state.value("username")
    for locale in ("ru", "en"):
        page = office.get(f"/oauth/done/connected/{locale}")
        assert f'href="https://t.me/{name}"' in page.text
        assert office.world.texts.raw(locale, "page_connected_title") in page.text
    for person in (anna, boris):
        person.says("calendar")
        link = next(button for button in person.hears_anything().buttons) if person is boris else None
    assert office.world.texts.raw("en", "page_start_title") in office.get(link["url"]).text
    gone = office.get("/oauth/start?s=" + 43 * "y", **{"Accept-Language": "en-GB,en;q=0.8"})
    assert office.world.texts.raw("en", "page_gone_title") in gone.text
    assert office.get("/oauth/done/connected/xx").status_code == office.get("/oauth/done/<b>/ru").status_code == 404


LANGUAGES = {
    "ru": "ru", "en": "en", "EN": "en", "en-GB,en;q=0.8": "en", "ru-RU,ru;q=0.9,en;q=0.8": "ru", "en,ru": "en",
    "de-DE,de;q=0.9,en;q=0.5": "en",
    # the weight decides, whatever the order
    "ru;q=0.3,en;q=0.9": "en", "ru;q=0.899, en;q=0.9": "en", "ru ; q=0.1,\ten": "en", "ru;q=0,en;q=0.001": "en", "ru;q=0.9,en;q=1.0": "en",
    # neither is wanted, or it is no list: DEFAULT_LOCALE
    "en;q=0": "ru", "en;q=0.000": "ru", "de": "ru", "*": "ru", "english": "ru", ";;,,;q=,": "ru", "x" * 2000: "ru", "en" + "x" * 40: "ru",
}


def test_a_page_for_nobody_in_particular_speaks_the_browsers_language(office):
    spoken = {}
    for wanted in LANGUAGES:
        page = office.get("/oauth/start?s=" + 43 * "y", **{"Accept-Language": wanted})
        assert page.status_code == 410
        spoken[wanted] = next(locale for locale in ("ru", "en") if office.world.texts.raw(locale, "page_gone_title") in page.text)
    assert spoken == LANGUAGES


NAMES = {
    "Anna Smirnova": "Anna", "Wayan": "Wayan", "  Анна   Смирнова ": "Анна", "مريم العلي": "مريم",
    # what another hand may have written
    "<script>alert(1)</script> x": "<script>alert(1)</script>", "\"><img/src=x/onerror=alert(1)> x": "\"><img/src=x/onerror=alert(1)>",
    "&lt;b&gt; {google} x": "&lt;b&gt;", "{address} x": "{address}", "\u202eabc\u2066 x": "\u202eabc\u2066", "x" * 255: "x" * 39 + "…", "\t \n": "—", "": "—",
}


def test_the_start_page_names_whose_calendar_is_connected(office):
    """Whoever has somebody else's link would connect their own calendar to that one's account."""
    anna = office.rep()
    link = office.asks(anna)
    shown = {}
    for stored in NAMES:
        office.db.execute("UPDATE sales_representatives SET name = %s WHERE telegram_id = %s", stored, anna.id)
        page = office.get(link)
        assert page.status_code == 200
        within = re.search('<bdi id="name">(.*?)</bdi>', page.text, re.DOTALL).group(1)
        assert not re.search("[<>\"']", within)
        shown[stored] = html.unescape(within)
        assert "Smirnova" not in page.text and "@" not in page.text
        assert html.escape(office.world.texts.raw("ru", "page_start_not_you")) in page.text
    assert shown == NAMES


def test_a_link_that_leads_nowhere_names_nobody(office):
    anna = office.rep(name="Zinaida Orlova")
    used, ended, theirs = office.asks(anna), office.asks(anna), office.asks(anna)
    office.back(office.google.walk(office.to_google(used), COMPANY).location)
    office.db.oauth_states.update("expires_at = now() WHERE state_hash = %s",
                                  hashlib.blake2b(ended.split("s=")[1].encode(), digest_size=32).hexdigest())
    pages = [office.get(link) for link in (used, ended, "/oauth/start?s=" + 43 * "x", "/oauth/start")]
    office.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", anna.id)
    pages.append(office.get(theirs))
    office.db.execute("DELETE FROM sales_representatives WHERE telegram_id = %s", anna.id)
    pages.append(office.get(theirs))
    assert [page.status_code for page in pages] == [410, 410, 410, 410, 403, 403]
    for page in pages:
        assert "Zinaida" not in page.text and "Orlova" not in page.text


def ways_back(office, anna):
    """A good one, not used."""
    return office.google.walk(office.to_google(office.asks(anna)), COMPANY).location


FORGED = {
    "no state": lambda url: re.sub(r"state=[^&]+&?", "", url),
    "another state": lambda url: re.sub(r"state=.", "state=_", url) if "state=_" not in url else re.sub(r"state=_", "state=A", url),
    "a cut state": lambda url: re.sub(r"state=([^&]{20})[^&]+", r"state=\1", url),
    "another issuer": lambda url: re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", url),
    "neither code nor error": lambda url: re.sub(r"code=[^&]+&?", "", url),
    "a code without end": lambda url: re.sub(r"code=[^&]+", "code=" + 3000 * "x", url),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_way_back_stores_nothing_and_spends_nothing(office, how):
    """CALENDAR-ANCHORS 8, 12: the state is looked at before the code goes anywhere; an issuer, if there is one, is Google."""
    anna = office.rep()
    good = ways_back(office, anna)
    forged = FORGED[how](good)
    assert forged != good
    assert office.get(forged).status_code == 410
    assert not office.account(anna) and not office.google.journal(on="exchange")
    assert office.back(good).status_code == 200
    anna.hears("calendar_connected", email=COMPANY)


def test_forged_ways_back_do_not_fill_the_log(make_world):
    office = Office(make_world, start=False)
    port = free_port()
    office.start(METRICS_LISTEN=f"127.0.0.1:{port}")
    for _ in range(30):
        assert office.get("/oauth/callback?state=made-up&code=x").status_code == 410
    line = office.oauth.said("not Google's")
    assert "made-up" not in line
    assert "\nsalesreg_calendar_refused_total 30\n" in office.get(f"http://127.0.0.1:{port}/metrics").text


def test_parameters_of_years_to_come_do_not_matter(office):
    """CALENDAR-ANCHORS 8."""
    anna = office.rep()
    assert office.back(ways_back(office, anna) + "&authuser=0&hd=x&new=%00%ff&state2=1").status_code == 200
    anna.hears("calendar_connected", email=COMPANY)


def failed(office, anna, location, key, **values):
    page = office.back(location)
    assert office.world.texts.raw("ru", "page_failed_title") in page.text
    anna.hears(key, **values)
    assert not office.account(anna) or office.account(anna)[0]["refresh_token"] is None


def test_who_cancels_is_told_how_to_go_on(office):
    anna = office.rep()
    failed(office, anna, office.google.walk(office.to_google(office.asks(anna)), COMPANY, cancel=True).location, "calendar_denied")
    office.connects(anna)


@pytest.mark.parametrize("ticked, missing", [
    (["calendar.events.owned", "calendar.freebusy"], ["list"]),
    (["calendar.events.owned"], ["freebusy", "list"]),
    (["calendar.freebusy", "calendar.calendarlist.readonly"], ["events"]),
])
def test_a_box_that_is_not_ticked_is_named(office, ticked, missing):
    """CALENDAR-ANCHORS 7."""
    anna = office.rep()
    location = office.google.walk(office.to_google(office.asks(anna)), COMPANY, tick=ticked).location
    names = "; ".join(office.world.texts.raw("ru", f"calendar_box_{name}") for name in missing)
    failed(office, anna, location, "calendar_box_missing", boxes=names)
    office.connects(anna)


@pytest.mark.parametrize("rule, rep_email, account, key", [
    ("domain", "x@truerealestate.bali", COMPANY, "calendar_connected"),
    ("domain", "x@truerealestate.bali", PRIVATE, "calendar_account_refused"),
    ("same", "x@truerealestate.bali", COMPANY, "calendar_account_other"),
    ("same", COMPANY, COMPANY, "calendar_connected"),
    ("any", "x@truerealestate.bali", PRIVATE, "calendar_connected"),
])
def test_which_account_may_be_connected(make_world, rule, rep_email, account, key):
    office = Office(make_world, CALENDAR_ACCOUNT=rule)
    anna = office.rep(rep_email)
    location = office.google.walk(office.to_google(office.asks(anna)), account).location
    office.back(location)
    anna.hears(key, email=account, domains="@truerealestate.bali", expected=rep_email)
    assert len(office.account(anna)) == (key == "calendar_connected")


@pytest.mark.parametrize("kind, key", [
    ("502html", "calendar_google_down"), ("429", "calendar_google_down"), ("503", "calendar_google_down"),
    ("reset_before", "calendar_google_down"), ("reset_after", "calendar_google_down"), ("truncated", "calendar_google_down"),
    ("invalid_grant", "calendar_code_refused"), ("invalid_client", "calendar_client_refused"),
    ("admin_policy_enforced", "calendar_policy"), ("no_refresh_token", "calendar_no_lasting_access"),
])
def test_what_google_answers_instead_of_tokens_is_said(office, kind, key):
    anna = office.rep()
    location = ways_back(office, anna)
    office.google.fault("exchange", kind)
    failed(office, anna, location, key)
    office.connects(anna)


def test_an_admin_hears_once_that_google_refuses_the_client(make_world):
    office = Office(make_world, ADMIN_TELEGRAM_IDS="7900000001")
    boss = office.world.person("Boss", id=7900000001)
    boss.says("hello")
    boss.hears_anything()
    boss.forget()
    anna = office.rep()
    boss.forget()
    office.google.fault("exchange", "invalid_client", times=2)
    for _ in range(2):
        failed(office, anna, ways_back(office, anna), "calendar_client_refused")
    boss.hears("calendar_admin_client", error="invalid_client", uri=f"{office.url}/oauth/callback")
    office.world.settle()
    assert not boss.unheard()


def test_a_link_runs_out(office):
    """Most of Google's refusals send nobody back, so the bot says what may have happened."""
    anna = office.rep()
    opened, back = office.asks(anna), ways_back(office, anna)
    quiet = office.rep("b@truerealestate.bali", name="Boris Orlov")
    never = office.asks(quiet)
    assert office.get(opened).status_code == 200
    office.db.oauth_states.update("expires_at = now()")
    anna.hears("calendar_run_out")
    for link in (opened, back, never):
        assert office.get(link).status_code == 410
    office.world.settle()
    assert not anna.unheard() and not quiet.unheard()
    office.connects(anna)


def test_a_rep_who_left_meanwhile_connects_nothing(office):
    anna = office.rep()
    location = ways_back(office, anna)
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.presses("button_unregister_yes")
    anna.hears("unregistered")
    # the link went with the rep
    assert not office.db.oauth_states.value("count(*)")
    assert office.get(location).status_code == 410
    assert not office.account(anna)


@pytest.mark.parametrize("change", ["SET status = 'suspended'", "SET status = 'removed'", None])
def test_who_is_no_active_rep_any_more_is_told_nothing(office, change):
    """A new link, as the messages advise, is what they cannot have."""
    anna, boris = office.rep(), office.rep("boris@truerealestate.bali", name="Boris Orlov")
    used, opened = ways_back(office, anna), office.asks(boris)
    assert office.get(opened).status_code == 200
    active = office.rep("vera@truerealestate.bali", name="Vera Petrova")
    assert office.get(office.asks(active)).status_code == 200
    office.db.execute(f"UPDATE sales_representatives {change} WHERE telegram_id <> %s" if change else
                      "DELETE FROM sales_representatives WHERE telegram_id <> %s", active.id)
    office.world.settle()
    for person in (anna, boris):
        person.forget()
    assert office.get(used).status_code == 403
    assert not office.db.oauth_exchanges.value("count(*)")
    # that of a process that died before the rep was gone
    office.db.execute(f"INSERT INTO {tables.oauth_exchanges} (rep, user_id, started_at) VALUES (gen_random_uuid(), %s, now() - interval '1 hour')",
                      anna.id)
    office.db.oauth_states.update("expires_at = now()")
    active.hears("calendar_run_out")
    office.db.oauth_states.eventually("count(*) = 0")
    office.db.oauth_exchanges.eventually("count(*) = 0")
    office.world.settle()
    assert not anna.unheard() and not boris.unheard()


def test_disconnecting_forgets_at_once_and_reconnecting_works(office):
    """CALENDAR-ANCHORS 2."""
    anna = office.rep()
    office.connects(anna)
    anna.says("календарь")
    office.shows(anna)
    anna.presses("button_calendar_off")
    anna.hears("ask_calendar_off", email=COMPANY)
    anna.is_answered()
    anna.presses("button_calendar_keep")
    anna.is_answered("answer_calendar_kept")
    anna.presses("button_calendar_off")
    anna.hears("ask_calendar_off", email=COMPANY)
    anna.presses("button_calendar_off_yes")
    anna.hears("calendar_disconnected", email=COMPANY)
    row, = office.account(anna)
    assert (row["state"], row["refresh_token"], row["access_token"]) == ("disconnected", None, None)
    assert office.db.rep(anna.id)["calendar_account_name"] is None
    office.connects(anna)
    row, = office.account(anna)
    assert row["state"] == "connected" and row["refresh_token"]


def test_who_is_suspended_can_disconnect(office):
    """Their calendars are read on, for when they are back."""
    anna = office.rep()
    office.connects(anna)
    anna.says("календарь")
    office.shows(anna)
    office.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", anna.id)
    anna.presses("button_calendar_choose")
    anna.is_answered("answer_suspended")
    anna.presses("button_calendar_off")
    anna.hears("ask_calendar_off", email=COMPANY)
    anna.is_answered()
    anna.presses("button_calendar_keep")
    anna.is_answered("answer_calendar_kept")
    anna.presses(data="cal:undo")
    anna.hears("ask_calendar_off", email=COMPANY)
    anna.presses("button_calendar_off_yes")
    anna.hears("calendar_disconnected", email=COMPANY)
    assert [row["refresh_token"] for row in office.account(anna)] == [None]


def test_who_is_suspended_sees_what_is_connected(office):
    anna = office.rep()
    office.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", anna.id)
    anna.says("календарь")
    assert not anna.hears("suspended").buttons
    office.db.execute("UPDATE sales_representatives SET status = 'active' WHERE telegram_id = %s", anna.id)
    anna.says("меню")
    anna.hears("welcome_back")
    office.connects(anna)
    office.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", anna.id)
    for state in ("connected", "reconnect"):
        office.db.execute(f"UPDATE {tables.calendar_accounts} SET state = %s", state)
        anna.says("календарь")
        assert anna.hears("calendar_suspended", email=COMPANY).data == ["cal:off"]
        anna.presses(data="menu:cal")
        anna.hears("calendar_suspended", email=COMPANY)
        anna.is_answered()
    anna.says("часы")
    anna.hears("suspended")
    anna.presses("button_calendar_off")
    anna.hears("ask_calendar_off", email=COMPANY)
    anna.is_answered()
    anna.presses("button_calendar_off_yes")
    anna.hears("calendar_disconnected", email=COMPANY)
    anna.is_answered()
    anna.presses(data="menu:cal")
    anna.is_answered("answer_suspended")


def test_tokens_are_stored_sealed_and_said_nowhere(office):
    anna = office.rep()
    office.connects(anna)
    row, = office.account(anna)
    key_id = row["key_id"]
    for column in ("refresh_token", "access_token"):
        sealed = bytes(row[column])
        assert sealed[0] == 1 and sealed[1:5].hex() == key_id
        assert b"1//" not in sealed and b"ya29" not in sealed
    log = "\n".join(office.oauth.lines(""))
    for call in office.google.journal():
        assert "sandbox-secret" not in str(call)
    for word in ("1//", "ya29", "code=", "state=", "sandbox-secret", KEY):
        assert word not in log


@pytest.mark.parametrize("role", ["oauth", "supervise"])
def test_a_port_that_a_predecessor_still_has_is_waited_for(make_world, role):
    office = Office(make_world, start=False)
    with socket.socket() as predecessor:
        predecessor.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        predecessor.bind(("127.0.0.1", office.port))
        predecessor.listen()
        successor = office.world.start(role, WORKERS="oauth")
        successor.wait_for_log(f"OAUTH_LISTEN=127.0.0.1:{office.port}: somebody else has it; waiting for it up to 10 s")
    successor.wait_for_log("calendar: listening on port")
    eventually(lambda: office.get("/oauth/start?s=" + 43 * "x").status_code == 410, what="links can be looked up")


def test_a_registration_that_moves_while_google_answers_ends_in_a_page(office):
    """Nothing can be stored for the account whose link it was; Google is not asked again and again."""
    anna = office.rep()
    location = office.google.walk(office.to_google(office.asks(anna)), COMPANY).location
    office.google.fault("exchange", "slow", ms=2000)
    shown = []
    back = threading.Thread(target=lambda: shown.append(office.get(location)))
    back.start()
    eventually(lambda: office.db.oauth_exchanges.value("count(*)") == 1)
    office.db.execute("UPDATE sales_representatives SET telegram_id = telegram_id + 1000 WHERE telegram_id = %s", anna.id)
    back.join(40)
    assert not back.is_alive() and "rep_gone" in shown[0].text
    assert len(office.google.journal(on="refresh")) <= 1 and office.db.calendar_accounts.value("count(*)") == 0
