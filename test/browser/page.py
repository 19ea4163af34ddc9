"""The chat page as a person uses it: what is seen is read from the document, what is done goes through keys and clicks."""
import re

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from support.waiting import eventually

ANNA, JOHN = 500000001, 500000002
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"
# one look at everything, so that nothing moves in between
SEE = """
const chat = document.getElementById('chat-' + arguments[0]);
if (!chat) return null;
return [...chat.querySelectorAll('.message')].map((m) => ({
  id: Number(m.dataset.id), bot: m.classList.contains('bot'), text: m.querySelector('.text').textContent,
  edited: Boolean(m.querySelector('.edited')), waiting: Boolean(m.querySelector('.waiting')),
  buttons: [...m.querySelectorAll('.buttons button, .buttons a')].map((b) => b.textContent)}));
"""


class Page:
    def __init__(self, driver, base, new_window=False):
        self.driver = driver
        self.base = base
        self.expected = []  # complaints of the browser that a test causes
        if new_window:
            driver.switch_to.new_window("window")
        self.handle = driver.current_window_handle
        self.said = []  # by the browser, and not looked at yet

    def front(self):
        if self.driver.current_window_handle != self.handle:
            self.driver.switch_to.window(self.handle)

    def look(self, width=1280, height=800, dark=False):
        self.front()
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def load(self):
        self._whole(lambda: self.driver.get(self.base + "/"))
        self.wait_people("Anna Petrova", "John Smith")

    def reload(self):
        self._whole(self.driver.refresh)

    def _whole(self, load):
        """Until it is: containers of other tests come and go, and Chromium gives up what it loads just then."""
        self.front()
        for _ in range(5):
            load()
            said = self.driver.get_log("browser")
            self.said += said
            if not any(NETWORK_CHANGED in entry["message"] for entry in said):
                break
        self.wait_connected()

    def wait_connected(self):
        eventually(lambda: self.run("return document.body.dataset.connected"), what="the page is connected")

    def run(self, script, *arguments):
        self.front()
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        self.front()
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """As shown: nothing for what is hidden."""
        return self.run("const n = document.querySelector(arguments[0]); return n ? n.innerText : null", selector)

    def shown(self, selector):
        return self.run("const n = document.querySelector(arguments[0]);"
                        "return Boolean(n && n.getClientRects().length && getComputedStyle(n).visibility !== 'hidden')",
                        selector)

    def wait_shown(self, selector, shown=True):
        eventually(lambda: self.shown(selector) == shown, what=f"{selector} {'shown' if shown else 'hidden'}")

    def wait_text(self, selector, pattern):
        return eventually(lambda: re.search(pattern, self.text(selector) or ""), what=f"{selector} says {pattern}")

    def people(self):
        return self.run("return [...document.querySelectorAll('.chat h2')].map((n) => n.textContent)")

    def wait_people(self, *names):
        eventually(lambda: set(names) <= set(self.people()), what=f"{names} are there")

    def chat(self, user=ANNA):
        eventually(lambda: self.run("return document.getElementById('chat-' + arguments[0])?.dataset.loaded", user),
                   what=f"the chat of {user} is loaded")
        return Chat(self, user)

    # keys, to whatever has the focus

    def keys(self, *keys):
        self.front()
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def focused(self):
        return self.run("const n = document.activeElement; return n.getAttribute('aria-label') || n.name || "
                        "n.textContent.trim() || n.tagName")

    def tab_to(self, wanted, backwards=False, limit=60):
        """Presses Tab until the thing of this name has the focus."""
        self.front()
        seen = []
        for _ in range(limit):
            active = self.driver.switch_to.active_element
            active.send_keys(Keys.SHIFT + Keys.TAB if backwards else Keys.TAB)
            seen.append(self.focused())
            if seen[-1] == wanted:
                return
        raise AssertionError(f"Tab never came to {wanted!r}: {seen}")

    def state(self):
        return self.text("#system-body") or ""

    def finish(self):
        self.front()
        complaints = [entry["message"] for entry in self.said + self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        complaints = [c for c in complaints if not any(re.search(e, c) for e in (NETWORK_CHANGED, *self.expected))]
        assert not complaints, complaints


class Direct:
    """A chat of two people in the account of the first."""

    def __init__(self, page, owner, peer):
        self.page = page
        self.selector = f"#direct-{owner}-{peer}"
        page.wait_shown(self.selector)

    def find(self, selector):
        return self.page.find(f"{self.selector} {selector}")

    def messages(self):
        return self.page.run("return [...document.querySelectorAll(arguments[0])].map((m) => ({"
                             "writer: m.querySelector('.writer').textContent, text: m.querySelector('.text').textContent}))",
                             f"{self.selector} .message")

    def write(self, person, text):
        self.page.run("arguments[0].value = arguments[1]", self.find(".as"), str(person))
        self.find("textarea").send_keys(text + Keys.ENTER)
        self.shows(text)

    def shows(self, text, writer=None):
        return eventually(lambda: next((m for m in self.messages() if m["text"] == text and writer in (None, m["writer"])), None),
                          what=f"{text!r} of {writer or 'anybody'} in {self.selector}, which has {self.messages()}")

    def follows_link(self):
        """The first one that was written there."""
        eventually(lambda: self.page.run("const n = document.querySelector(arguments[0]); n?.click(); return Boolean(n)",
                                         f"{self.selector} .message .text .link"), what="a link")

    def act(self, label):
        self.find(".more").click()
        next(b for b in self.find(".actions").find_elements(By.CSS_SELECTOR, "button") if b.text == label).click()


class Chat:
    def __init__(self, page, user):
        self.page = page
        self.user = user
        self.selector = f"#chat-{user}"

    def find(self, selector):
        return self.page.find(f"{self.selector} {selector}")

    def messages(self):
        return self.page.run(SEE, self.user)

    def heard(self):
        return [m for m in self.messages() if m["bot"]]

    def write(self, text):
        self.find("textarea").send_keys(text + Keys.ENTER)

    def start(self):
        self.find(".start").click()

    def hears(self, text, count=1):
        """The count-th message of the bot that is this text, or matches this pattern."""
        def fits(message):
            return text.search(message["text"]) if hasattr(text, "search") else message["text"] == text

        def look():
            found = [m for m in self.heard() if fits(m)]
            return found[count - 1] if len(found) >= count else None
        try:
            return eventually(look)
        except AssertionError:
            raise AssertionError(f"{self.user} never saw {text!r}, but {self.messages()}") from None

    def account(self):
        """The dialog about the person's own account."""
        self.find(".more").click()
        self.find(".account").click()
        self.page.wait_shown("#account-dialog")

    def connects_bot(self, *without):
        self.account()
        for right in without:
            self.page.find(f"#account-form [value={right}]").click()
        self.page.find("#account-connect").click()
        self.page.wait_shown("#account-dialog", False)
        self.page.wait_text(f"{self.selector} .about", "has connected the bot")

    def opens_chat_with(self, peer):
        self.account()
        self.page.run("arguments[0].value = arguments[1]", self.page.find("#account-peer"), str(peer))
        self.page.find("#account-open").click()
        self.page.wait_shown("#account-dialog", False)
        return Direct(self.page, self.user, peer)

    def button(self, label, message=None):
        """The newest one of this label; messages that change get new ones, so it is looked for in one look."""
        where = f".message[data-id='{message}'] " if message else ""
        return self.page.run("return [...document.querySelectorAll(arguments[0])].filter((b) => b.textContent === arguments[1]).pop()",
                             f"{self.selector} {where}.buttons button", label)

    def press(self, label, message=None):
        def pressed():
            button = self.button(label, message)
            if not button:
                return False
            try:
                button.click()
            except StaleElementReferenceException:
                return False
            return True
        eventually(pressed, what=f"the button {label}")

    def says(self, text):
        """Waits for what was written to be in the chat."""
        return eventually(lambda: next((m for m in self.messages() if not m["bot"] and m["text"] == text), None),
                          what=f"{text!r} is in the chat")

    def registers(self, texts, locale, name, email):
        self.write("привет" if locale == "ru" else "hello")
        self.hears(texts.render(locale, "offer"))
        self.press(texts.raw(locale, "button_is_rep"))
        self.hears(texts.render(locale, "ask_name"))
        self.write(name)
        self.hears(texts.pattern(locale, "ask_email", name=name))
        self.write(email)
        return self.hears(texts.render(locale, "registered", name=name, email=email))
