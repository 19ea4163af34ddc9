"""In the demo a rep connects a calendar with no account of anybody's."""
import re

from support.google import Google
from support.waiting import eventually


def link(message):
    return next(button["url"] for button in message.buttons if "url" in button)


def test_a_rep_connects_a_simulated_google_calendar(demo):
    page = demo().ready()
    google = Google(page.base)
    john = page.person("John Smith", language="en")
    john.registers(email="john@truerealestate.bali")
    assert "Alex" in john.hears_anything().text
    john.says("calendar")
    start = link(john.hears("calendar_offer"))
    # our page leads on to Google, which sends the browser back to us
    to_google = re.search(r'id="google" href="([^"]+)"', google.open(start).text).group(1)
    assert to_google.startswith(f"{page.base}/google/o/oauth2/v2/auth?")
    back = google.walk(to_google, "john@truerealestate.bali").location
    assert google.http.get(back, timeout=60).status_code == 200
    john.hears("calendar_connected", email="john@truerealestate.bali")
    eventually(lambda: google.accounts()["john@truerealestate.bali"]["refresh_tokens"] == 1, what="a token was given")


def test_a_connected_calendar_outlives_the_demo(demo):
    first = demo()
    page = first.ready()
    google = Google(page.base)
    held = google.connect("john@truerealestate.bali")["refresh_token"]
    first.interrupt()
    again = Google(demo().ready().base)
    assert again.refresh(held).status_code == 200
