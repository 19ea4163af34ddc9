"""The simulated Google beside the chats: the consent page in a real browser, and a calendar that is changed by hand."""
import base64
import datetime
import http.server
import re
import threading

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from page import JOHN
from support.google import COMPANY, PRIVATE, Google
from support.postgres import free_port
from support.waiting import eventually

TOMORROW = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
EVENT = {"summary": "Dentist", "start": {"dateTime": f"{TOMORROW}T10:00:00+08:00"}, "end": {"dateTime": f"{TOMORROW}T11:00:00+08:00"}}


@pytest.fixture(name="google")
def google_fixture(sandbox):
    return Google(sandbox.base)


@pytest.fixture(name="callback")
def callback_fixture():
    """Where a client would be waiting: (redirect URI, what came)."""
    came = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # pylint: disable=invalid-name
            if self.path.startswith("/oauth/callback"):
                came.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>back</title><link rel=icon href=data:,>")

        def log_message(self, *args):  # pylint: disable=arguments-differ
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/oauth/callback", came
    server.shutdown()
    thread.join()
    server.server_close()


def events(page):
    return page.run("return [...document.querySelectorAll('#calendar-events li b')].map((n) => n.textContent)")


def test_a_person_walks_through_the_consent_page_with_a_browser(google, open_page, sandbox, callback):
    uri, came = callback
    page = open_page(sandbox, width=390, height=844)
    page.driver.get(google.auth_url(redirect_uri=uri))
    assert page.run("return document.documentElement.scrollWidth") <= 390
    page.find(f"button[value='{google.accounts()[COMPANY]['sub']}']").click()
    boxes = eventually(lambda: page.driver.find_elements(By.CSS_SELECTOR, "input[type=checkbox]"), what="Google asks for consent")
    assert len(boxes) == 3 and not any(box.is_selected() for box in boxes)
    # the style sheet is there, so it is readable on a phone
    assert page.run("return getComputedStyle(document.querySelector('main')).maxWidth") == "480px"
    assert page.run("return document.documentElement.scrollWidth") <= 390
    for box in boxes:
        box.find_element(By.XPATH, "..").click()
    page.find("button[value=allow]").click()
    eventually(lambda: page.driver.title == "back", what="the browser came back")
    assert len(came) == 1 and "code=4%2F0" in came[0] and "state=s%2Bt%2Fa%3Dte" in came[0]
    assert len(google.accounts()[COMPANY]["granted"].split()) == 5


def test_a_calendar_shows_up_when_its_account_is_connected(google, open_page, sandbox):
    page = open_page(sandbox)
    assert not page.run("return document.getElementById('calendar').open")
    google.post("events", account=PRIVATE, event=EVENT)
    token = google.connect(PRIVATE)["access_token"]
    eventually(lambda: page.run("return document.getElementById('calendar').open"), what="the calendar opens")
    eventually(lambda: events(page) == ["Dentist"], what="the event is shown")
    page.wait_text("#calendar-state", "Connected to the bot")
    page.wait_text("#calendar-events", "10:00–11:00")
    # what a client writes appears by itself, and what it deletes goes
    made = google.calendar("POST", "calendars/primary/events", token, json={
        **EVENT, "summary": "<b>Viewing</b>", "attendees": [{"email": "guest@example.org"}]}).json()
    eventually(lambda: "<b>Viewing</b>" in events(page), what="the client's event is shown")
    page.wait_text("#calendar-events", r"guest@example\.org \(needsAction\)")
    google.calendar("DELETE", f"calendars/primary/events/{made['id']}", token)
    eventually(lambda: events(page) == ["Dentist"], what="the client's event is gone")
    google.revoke(token)
    page.wait_text("#calendar-state", "Not connected to the bot")


def test_events_are_added_and_deleted_by_hand(google, open_page, sandbox):
    token = google.connect(COMPANY)["access_token"]
    page = open_page(sandbox)
    page.wait_text("#calendar-state", "No events")
    page.find("#calendar-form [name=title]").send_keys("Lunch")
    page.find("#calendar-add").click()
    eventually(lambda: events(page) == ["Lunch"], what="the event is shown")
    item, = google.calendar("GET", "calendars/primary/events", token).json()["items"]
    assert item["summary"] == "Lunch" and item["start"]["dateTime"].endswith("T10:00:00+08:00")
    page.find("#calendar-form [name=allday]").click()
    page.find("#calendar-add").click()
    eventually(lambda: sorted(events(page)) == ["Busy", "Lunch"], what="the day is shown")
    page.wait_text("#calendar-events", "all day")
    page.find("[aria-label='Delete Lunch']").click()
    eventually(lambda: events(page) == ["Busy"], what="the event is gone")
    items = google.calendar("GET", "calendars/primary/events", token).json()["items"]
    assert [item["start"].get("date") is not None for item in items] == [True]
    page.find("#calendar-form [name=allday]").click()
    page.find("#calendar-form [name=weekly]").click()
    page.find("#calendar-form [name=title]").send_keys("Standup")
    page.find("#calendar-add").click()
    eventually(lambda: events(page).count("Standup") == 10, what="ten weeks are shown")
    page.find("#calendar-form [name=weekly]").click()
    page.run("document.querySelector('#calendar-form [name=to]').value = '09:00'")
    page.expected.append("400")
    page.find("#calendar-add").click()
    page.wait_text("#calendar-error", "Not changed: the event's end is wrong")
    Select(page.find("#calendar-account")).select_by_visible_text(PRIVATE)
    page.wait_text("#calendar-state", "Not connected.*No events")


def test_a_rep_connects_a_calendar_from_the_chat_page(make_world, open_page, texts):
    port = free_port()
    world = make_world(OAUTH_PUBLIC_URL=f"http://127.0.0.1:{port}", OAUTH_LISTEN=f"127.0.0.1:{port}",
                       TOKEN_ENCRYPTION_KEY=base64.b64encode(bytes(32)).decode())
    google = Google(world.sandbox.base)
    world.settings.update(google.settings)
    world.start_bot()
    world.start("oauth").wait_for_log("calendar: listening on port")
    page = open_page(world.sandbox)
    driver = page.driver
    john = page.chat(JOHN)
    john.registers(texts, "en", "John Smith", "john@truerealestate.bali")
    john.write("calendar")
    john.hears(texts.pattern("en", "calendar_offer"))
    john.find(".buttons a").click()
    eventually(lambda: len(driver.window_handles) == 2, what="the link opens a page of its own")
    driver.switch_to.window(driver.window_handles[-1])
    eventually(lambda: "/google/" in driver.current_url, what="the page leads to Google")
    driver.find_element(By.CSS_SELECTOR, "summary").click()
    driver.find_element(By.CSS_SELECTOR, "[name=other]").send_keys("john@truerealestate.bali\n")
    eventually(lambda: driver.find_elements(By.CSS_SELECTOR, "input[type=checkbox]"), what="Google asks for consent")
    for box in driver.find_elements(By.CSS_SELECTOR, "input[type=checkbox]"):
        box.click()
    driver.find_element(By.CSS_SELECTOR, "button[value=allow]").click()
    eventually(lambda: driver.current_url.startswith(f"http://127.0.0.1:{port}/oauth/done/connected"), what="the way back")
    driver.close()
    driver.switch_to.window(page.handle)
    john.hears(texts.pattern("en", "calendar_connected", email="john@truerealestate.bali"))
    page.wait_text("#calendar-state", "Connected to the bot")
    assert page.run("return document.getElementById('calendar-account').selectedOptions[0].textContent") \
        == "john@truerealestate.bali (connected)"


TELEGRAM = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 Telegram-Android/11.2"


@pytest.mark.parametrize("name, shown", [("John Smith", "John"), ("\u202eنجم <b onclick=alert(1)> x", "\u202eنجم"),
                                         ("W" * 200, "W" * 39 + "…"), ("<img/src=x/onerror=document.title='no'> x",
                                                                      "<img/src=x/onerror=document.title='no'>")])
def test_the_start_page_inside_telegram_names_whose_link_it_is(make_world, open_page, texts, name, shown):
    """CALENDAR-ANCHORS 11: Google refuses that browser, so the page does not lead there."""
    port = free_port()
    world = make_world(OAUTH_PUBLIC_URL=f"http://127.0.0.1:{port}", OAUTH_LISTEN=f"127.0.0.1:{port}",
                       TOKEN_ENCRYPTION_KEY=base64.b64encode(bytes(32)).decode())
    world.settings.update(Google(world.sandbox.base).settings)
    world.start_bot()
    world.start("oauth").wait_for_log("calendar: listening on port")
    john = world.person("John Smith", language="en")
    john.registers(email="john@truerealestate.bali")
    world.db.execute("UPDATE sales_representatives SET name = %s", name)
    john.says("calendar")
    link = john.hears("calendar_offer").buttons[0]["url"]
    page = open_page(world.sandbox, width=360)
    page.driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": TELEGRAM})
    try:
        page.driver.get(link)
        page.wait_text("main", re.escape(texts.raw("en", "page_start_not_you")))
        assert page.run("return document.getElementById('name').textContent") == shown
        assert texts.raw("en", "page_start_who") in page.text("main") and page.find("#copy").is_displayed()
        # nothing of the name is markup, turns what follows round, or is wider than the page
        assert page.run("return document.querySelectorAll('main img, main b').length") == 0
        assert page.run("return document.title") == texts.raw("en", "page_start_title")
        assert page.run("return document.documentElement.scrollWidth") <= 360
    finally:
        page.driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": ""})
