"""The emulated Google as the tests see it: its control API, and people who walk through its pages as a browser would."""
import base64
import hashlib
import html
import json
import re
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

CLIENT = "sandbox-client.apps.googleusercontent.com"
SECRET = "sandbox-secret"
REDIRECT = "http://127.0.0.1:9/oauth/callback"
AUTH = "https://www.googleapis.com/auth/"
# as the program asks for them
SCOPES = f"openid email {AUTH}calendar.events.owned {AUTH}calendar.freebusy {AUTH}calendar.calendarlist.readonly"
COMPANY = "anna.petrova@truerealestate.bali"
PRIVATE = "anna.petrova.bali@gmail.com"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


class Page:
    """A page of Google's, with its one form."""

    def __init__(self, answer, path):
        self.status = answer.status_code
        self.text = html.unescape(answer.text)
        self.headers = answer.headers
        self.location = answer.headers.get("Location")
        self.path = path
        self.hidden = {name: html.unescape(value) for name, value in
                       re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)}
        self.boxes = re.findall(r'<input type="checkbox" name="([^"]*)"', answer.text)
        self.ticked = re.findall(r'<input type="checkbox"[^>]* checked', answer.text)
        self.accounts = {html.unescape(email): sub for sub, email in re.findall(
            r'<button class="account" name="account" value="([^"]*)">.*?<span>(.*?)</span>', answer.text)}

    @property
    def back(self):
        """What a redirect carries."""
        assert self.location, f"{self.status}: {self.text}"
        return dict(parse_qsl(urlsplit(self.location).query, strict_parsing=True))

    @property
    def error(self):
        """The error that the page names, or None."""
        found = re.search(r'<p class="error">\S+ (\d+): (\w+)</p>', self.text)
        assert not found or int(found.group(1)) == self.status
        return found and found.group(2)


class Google:
    """The Google half of a sandbox, by its address."""

    def __init__(self, base):
        self.base = base
        self.http = requests.Session()
        self.http.trust_env = False

    @property
    def settings(self):
        """What points a program here."""
        return {"GOOGLE_CLIENT_ID": CLIENT, "GOOGLE_CLIENT_SECRET": SECRET,
                "GOOGLE_AUTH_URL": f"{self.base}/google/o/oauth2/v2/auth", "GOOGLE_TOKEN_URL": f"{self.base}/google/token",
                "GOOGLE_REVOKE_URL": f"{self.base}/google/revoke",
                "GOOGLE_CALENDAR_API_BASE": f"{self.base}/google/calendar/v3"}

    # the control API

    def control(self, verb, path, **kwargs):
        answer = self.http.request(verb, f"{self.base}/sandbox/google/{path}", timeout=60, **kwargs)
        body = answer.json()
        assert body.get("ok"), f"{verb} {path} {kwargs}: {body}"
        return body

    def post(self, path, **body):
        return self.control("POST", path, json=body)

    def project(self, **changes):
        return self.post("project", **changes)["project"]

    def account(self, email, **more):
        return self.post("accounts", email=email, **more)["account"]

    def accounts(self):
        return {account["email"]: account for account in self.control("GET", "accounts")["accounts"]}

    def fault(self, on, kind, **rule):
        return self.post("faults", on=on, kind=kind, **rule)

    def faults_left(self):
        return self.control("GET", "faults")["faults"]

    def no_faults(self):
        return self.control("DELETE", "faults")

    def expire(self, account):
        return self.post("tokens", account=account, do="expire")

    def kill(self, account):
        return self.post("tokens", account=account, do="kill")

    def withdraw(self, account):
        return self.post("tokens", account=account, do="revoke")

    def journal(self, after=0, on=None):
        calls = self.control("GET", "journal", params={"after": after})["calls"]
        return [call for call in calls if on in (None, call["on"])]

    def advance(self, seconds):
        answer = self.http.post(f"{self.base}/sandbox/clock", json={"advance_ms": int(seconds * 1000)}, timeout=60)
        assert answer.json()["ok"]

    # people

    def auth_url(self, **changes):
        asked = {"client_id": CLIENT, "redirect_uri": REDIRECT, "response_type": "code", "scope": SCOPES, "access_type": "offline",
                 "prompt": "consent select_account", "state": "s+t/a=te", **changes}
        return f"{self.base}/google/o/oauth2/v2/auth?" + urlencode({k: v for k, v in asked.items() if v is not None})

    def open(self, url, agent=BROWSER, language="en"):
        """A browser follows a link there."""
        answer = self.http.get(url, headers={"User-Agent": agent, "Accept-Language": language, "Sec-Fetch-Site": "cross-site",
                                             "Sec-Fetch-Mode": "navigate"}, allow_redirects=False, timeout=60)
        return Page(answer, urlsplit(url).path)

    def submit(self, page, language="en", **fields):
        """The form of a page, with the button that was pressed."""
        answer = self.http.post(f"{self.base}{page.path}", data={**page.hidden, **fields}, allow_redirects=False, timeout=60,
                                headers={"User-Agent": BROWSER, "Accept-Language": language, "Origin": self.base,
                                         "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"})
        return Page(answer, page.path)

    def choose(self, page, email):
        if not page.accounts:
            return page
        return self.submit(page, account=page.accounts[email]) if email in page.accounts else self.submit(page, other=email)

    def allow(self, page, tick=None):
        """tick: short names of the scopes whose boxes are ticked; None: all there are."""
        boxes = page.boxes if tick is None else [f"box_{name}" for name in tick]
        assert set(boxes) <= set(page.boxes), page.boxes
        return self.submit(page, answer="allow", **{box: "on" for box in boxes})

    def walk(self, url, email, tick=None, cancel=False):
        """From the link to the redirect: the account, the boxes, the button. Page.location leads back."""
        page = self.choose(self.open(url), email)
        if page.location:
            return page
        return self.submit(page, answer="cancel") if cancel else self.allow(page, tick)

    # a client

    def code(self, email=COMPANY, tick=None, **changes):
        return self.walk(self.auth_url(**changes), email, tick).back["code"]

    def token(self, **form):
        sent = {"client_id": CLIENT, "client_secret": SECRET, **form}
        return self.http.post(f"{self.base}/google/token", data={k: v for k, v in sent.items() if v is not None}, timeout=60)

    def exchange(self, code, **changes):
        return self.token(grant_type="authorization_code", code=code, **{"redirect_uri": REDIRECT, **changes})

    def refresh(self, token, **changes):
        return self.token(grant_type="refresh_token", refresh_token=token, **changes)

    def revoke(self, token):
        return self.http.post(f"{self.base}/google/revoke", data={"token": token}, timeout=60)

    def connect(self, email=COMPANY, tick=None, **changes):
        """The token answer of a whole walk."""
        answer = self.exchange(self.code(email, tick, **changes))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def calendar(self, verb, path, token, **kwargs):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(kwargs.pop("headers", {}))
        return self.http.request(verb, f"{self.base}/google/calendar/v3/{path}", headers=headers, timeout=60, **kwargs)


def pkce():
    """A verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def claims(id_token):
    head, body, signature = id_token.split(".")
    assert head and signature
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
