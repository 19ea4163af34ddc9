"""A world with calendars: the bot, the emulated Google, `salesreg oauth`, and a browser."""
import base64
import re

import requests

from .database import tables
from .google import BROWSER, COMPANY, Google
from .postgres import free_port
from .waiting import eventually

KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER_KEY = base64.b64encode(b"fedcba9876543210fedcba9876543210").decode()


class Browser:
    """A rep's, with our pages at this address and Google's there."""

    def __init__(self, url, google):
        self.url = url
        self.google = google
        self.http = requests.Session()
        self.http.trust_env = False

    def get(self, path, method="GET", **headers):
        return self.http.request(method, f"{self.url}{path}" if path.startswith("/") else path, allow_redirects=False, timeout=60,
                                 headers={"User-Agent": BROWSER, **headers})

    def link(self, message):
        address = next(button["url"] for button in message.buttons if "url" in button)
        assert address.startswith(f"{self.url}/oauth/start?s=")
        return address

    def to_google(self, link):
        """Our start page's way to Google."""
        page = self.get(link)
        assert page.status_code == 200
        return re.search(r'id="google" href="([^"]+)"', page.text).group(1).replace("&amp;", "&")

    def back(self, location):
        """Where Google sends the browser: our answer, and the page that it leads to."""
        answer = self.get(location)
        assert answer.status_code == 303, answer.text
        assert not re.search("code|state|token", answer.headers["Location"])
        return self.get(answer.headers["Location"])


class Office(Browser):
    """A world with a calendar, and a browser."""

    def __init__(self, make_world, start=True, **settings):
        self.port = free_port()
        url = f"http://127.0.0.1:{self.port}"
        self.world = make_world(OAUTH_PUBLIC_URL=url, OAUTH_LISTEN=f"127.0.0.1:{self.port}", TOKEN_ENCRYPTION_KEY=KEY, **settings)
        super().__init__(url, Google(self.world.sandbox.base))
        self.world.settings.update(self.google.settings)
        self.world.settings.update(settings)
        self.db = self.world.db
        self.db.no_prospects()
        self.world.start_bot()
        self.oauth = None
        if start:
            self.start()

    def start(self, **settings):
        self.oauth = self.world.start("oauth", **settings)
        self.oauth.wait_for_log(r"calendar: listening on port")
        eventually(lambda: self.get("/oauth/start?s=" + 43 * "x").status_code == 410, what="links can be looked up")

    def rep(self, email="anna@truerealestate.bali", **kwargs):
        anna = self.world.person(**kwargs)
        anna.registers(email=email)
        return anna

    def asks(self, person, word=None):
        """The link that the bot answers with."""
        person.says(word or ("календарь" if person.locale == "ru" else "calendar"))
        return self.link(person.hears("calendar_offer"))

    def connects(self, person, email=COMPANY):
        page = self.back(self.google.walk(self.to_google(self.asks(person)), email).location)
        assert page.status_code == 200
        return person.hears("calendar_connected", email=email)

    def shows(self, person, email=COMPANY):
        """What the chat says of a calendar that is connected."""
        message = person.hears_anything()
        first = self.world.texts.render(person.locale, "calendar_connected_to", email=email)
        assert message.text.startswith(first + "\n\n"), message
        return message

    def account(self, person):
        return self.db.calendar_accounts.rows(
            "a.*", "a JOIN sales_representatives r ON r.id = a.rep WHERE r.telegram_id = %s", person.id)

    def busy(self, person):
        """[(calendar, from, to)] in UTC, as stored."""
        return [(row["calendar_id"], row["starts_at"], row["ends_at"]) for row in self.db.rows(
            f"SELECT b.* FROM {tables.calendar_busy} b JOIN sales_representatives r ON r.id = b.rep WHERE r.telegram_id = %s"
            " ORDER BY b.starts_at, b.ends_at", person.id)]

    def calendars(self, person):
        return {row["calendar_id"]: row for row in self.db.rows(
            f"SELECT c.* FROM {tables.calendars} c JOIN sales_representatives r ON r.id = c.rep WHERE r.telegram_id = %s", person.id)}

    def looks_again(self, person=None):
        """At every calendar, or at this rep's, as soon as no look is under way; when that was."""
        whose = "AND rep = (SELECT id FROM sales_representatives WHERE telegram_id = %s)" if person else ""
        args = [person.id] if person else []
        waiting = set(self.db.column(f"SELECT id FROM {tables.calendar_jobs} WHERE due_at < 'infinity' {whose}", *args))

        at = []

        def all_due():
            done = self.db.rows(
                f"UPDATE {tables.calendar_jobs} SET due_at = now() WHERE id = ANY (%s) AND (leased_until IS NULL OR leased_until < now())"
                " RETURNING id, clock_timestamp()", sorted(waiting))
            at.extend(row["clock_timestamp"] for row in done)
            waiting.difference_update(row["id"] for row in done)
            # some end for good
            waiting.intersection_update(self.db.column(f"SELECT id FROM {tables.calendar_jobs}"))
            return not waiting
        eventually(all_due, what="looks under way have ended")
        self.db.execute("NOTIFY salesreg_calendar")
        return max(at, default=None)

    def synced(self, person, again=True):
        """Awaits a look that read everything, and began after this call; again False: any."""
        after = self.looks_again(person) if again else None
        return eventually(lambda: (row := self.account(person)[0]) and row["synced_at"] and (not after or row["synced_at"] > after) and row,
                          what="a look at the calendars ends")
