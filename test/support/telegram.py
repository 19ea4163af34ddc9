"""Telegram as the tests see it: the sandbox's control API, and people with a chat each."""
import re
import threading
import time

import requests

from .paths import BINARY
from .process import Process
from .texts import Texts
from .waiting import PATIENCE_S, eventually

TOKEN = "5551234567:AAtestTokenThatMustNeverBePrinted_0000"
BOT_ID = 5551234567


class Message:
    """A message, or an edit, of the bot."""

    def __init__(self, event):
        self.event = event
        self.kind = event["kind"]
        self.seq = event["seq"]
        self.id = event.get("message_id")
        self.text = event.get("text", "")
        self.entities = event.get("entities", [])
        rows = event.get("reply_markup", {}).get("inline_keyboard", [])
        self.buttons = [button for row in rows for button in row]

    def __repr__(self):
        return f"<{self.kind} {self.id}: {self.text!r} {self.labels}>"

    def quoted(self, kind="blockquote"):
        """What stands in the text as somebody else's words."""
        units = self.text.encode("utf-16-le")
        return [units[2 * e["offset"]:2 * (e["offset"] + e["length"])].decode("utf-16-le") for e in self.entities
                if e["type"] == kind]

    @property
    def labels(self):
        return [button["text"] for button in self.buttons]

    @property
    def presses(self):
        """Labels of the buttons that the bot hears of: a card has links besides, once the bot's own name is known."""
        return [button["text"] for button in self.buttons if "callback_data" in button]

    @property
    def data(self):
        """Callback data of the buttons that have any; others are links, or copy a text."""
        return [button["callback_data"] for button in self.buttons if "callback_data" in button]


class Sandbox:
    """One `salesreg sandbox`; every wait is a long poll of its transcript."""

    def __init__(self, log_path, *args, settings=None, listen="127.0.0.1:0", binary=BINARY):
        self.process = Process("sandbox", ["--listen", listen, *args], settings or {}, log_path,
                               secrets=[TOKEN], binary=binary)
        line = self.process.wait_for_log(r"listening on https?://[0-9.]+:\d+")
        self.base = re.search(r"https?://[0-9.]+:\d+", line).group()
        # the authority of its certificate; None: plain HTTP
        self.ca = args[args.index("--tls") + 1] if "--tls" in args else None
        # requests' sessions are not for several threads at once
        self._local = threading.local()
        self.texts = Texts()
        self._next_id = 7_000_000_000  # beyond 32 bits, as Telegram's are
        self.people = {}
        self._said = {}

    @property
    def http(self):
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = False
            self._local.session.verify = str(self.ca) if self.ca else True
        return self._local.session

    # the control API

    def call(self, verb, path, timeout=120, **kwargs):
        answer = self.http.request(verb, f"{self.base}/sandbox/{path}", timeout=timeout, **kwargs)
        body = answer.json()
        assert body.get("ok"), f"{verb} {path} {kwargs}: {body}"
        return body

    def get(self, path, **query):
        return self.call("GET", path, params=query)

    def post(self, path, **body):
        return self.call("POST", path, json=body)

    SAID = ("text", "start", "contact", "photo", "sticker", "voice", "video", "document")

    def dated(self, act):
        """People in tests type faster than people do: each message is dated five seconds after the one before it, lest it be a flood."""
        user = act.get("user")
        if "date" in act or act.get("type") not in self.SAID:
            return act
        self._said[user] = self._said.get(user, int(time.time()) - 86400) + 5
        return {**act, "date": self._said[user]}

    def act(self, **act):
        return self.post("act", **self.dated(act))

    def acts(self, acts):
        """All at once: one poll gets them all."""
        results = self.post("acts", acts=[self.dated(act) for act in acts])["results"]
        for act, result in zip(acts, results):
            assert "error" not in result, f"{act}: {result}"
        return results

    def raw(self, **update):
        """An update as given, verbatim."""
        return self.act(type="raw", update=update)

    def fault(self, kind, **rule):
        return self.post("faults", kind=kind, **rule)

    def no_faults(self):
        return self.call("DELETE", "faults")

    def faults_left(self):
        return self.get("faults")["faults"]

    def limits(self, **limits):
        return self.post("limits", **limits)

    def stats(self):
        return self.get("stats")

    def calls(self, method):
        """{"ok": n, "403": n…} of a Bot API method so far."""
        return self.stats()["methods"].get(method, {})

    def bot(self):
        bots = self.stats()["bots"]
        return bots[0] if bots else {"pending": 0, "polling": False}

    def transcript(self, chat=None, after=0, wait=0, minimum=1):
        """(events, last seq) newer than `after`, at once if there are `minimum`, else after `wait` seconds at most."""
        query = {"after": after, "wait_ms": int(wait * 1000), "min": minimum, "limit": 10000}
        if chat is not None:
            query["chat"] = chat
        body = self.get("transcript", **query)
        return body["events"], body["last_seq"]

    def wait_for(self, fits, chat=None, after=0, timeout=PATIENCE_S, what="an event"):
        """The first event newer than `after` that fits."""
        deadline = time.monotonic() + timeout
        seen = []
        while True:
            events, last = self.transcript(chat, after, wait=max(0.0, min(deadline - time.monotonic(), 30)))
            for event in events:
                if fits(event):
                    return event
            seen += events
            after = max(after, last)
            assert time.monotonic() < deadline, f"{what} did not come; there was {seen}"

    def bot_messages(self, chat=None):
        events, _ = self.transcript(chat)
        return [Message(event) for event in events if event["kind"] == "bot_message"]

    def bot_is_idle(self):
        """Every update is confirmed (so committed), and the next poll is waiting."""
        bot = self.bot()
        return bot["pending"] == 0 and bot["polling"]

    # people

    def person(self, name="Anna Petrova", language="ru", username=None, id=None):
        if id is None:
            self._next_id += 1
            id = self._next_id
        if username is None:
            username = f"user_{id}"
        self.post("users", id=id, first_name=name.split()[0], username=username, language_code=language)
        self.people[id] = Person(self, id, name, language, username)
        return self.people[id]

    def someone(self, count, **kwargs):
        return [self.person(**kwargs) for _ in range(count)]


class Person:
    """Somebody with a chat with the bot. What was heard is consumed in order, kind by kind."""

    def __init__(self, sandbox, id, name, language, username):
        self.sandbox = sandbox
        self.id = id
        self.name = name
        self.language = language
        self.username = username
        self.email = f"u{id}@truerealestate.bali"
        self._inbox = []
        self._seq = 0

    def __repr__(self):
        return f"<person {self.id} {self.name}>"

    @property
    def locale(self):
        """What the bot ought to speak with this person, BOT_LOCALE=ru assumed."""
        spoken = self.language[:2] if self.language else None
        return spoken if spoken in self.sandbox.texts.locales else "ru"

    # doing

    def act(self, type, **more):
        return self.sandbox.act(user=self.id, type=type, **more)

    def says(self, text):
        return self.act("text", text=text)

    def opens(self, payload=None):
        return self.act("start", payload=payload) if payload else self.act("start")

    def presses(self, label=None, data=None, message=None):
        """A button by its label, a text key, or the beginning of its data; in the newest message that has it."""
        more = {}
        if label is not None:
            known = self.sandbox.texts.locales[self.locale]
            more["text"] = known.get(label, label)
        if data is not None:
            more["data"] = data
        if message is not None:
            more["message_id"] = message.id if isinstance(message, Message) else message
        return self.act("button", **more)

    def blocks(self):
        return self.act("block")

    def unblocks(self):
        return self.act("unblock")

    # hearing

    def _next(self, kinds, timeout, what):
        deadline = time.monotonic() + timeout
        while True:
            for i, event in enumerate(self._inbox):
                if event["kind"] in kinds:
                    return self._inbox.pop(i)
            remains = deadline - time.monotonic()
            assert remains > 0, f"{self} did not hear {what}; unheard: {self._inbox}"
            events, self._seq = self.sandbox.transcript(self.id, self._seq, wait=min(remains, 30))
            self._inbox += [e for e in events if not e["kind"].startswith("user_")]

    def hears_anything(self, timeout=PATIENCE_S):
        """The next message of the bot, whatever it says."""
        return Message(self._next(("bot_message",), timeout, "a message"))

    def hears(self, *keys, timeout=PATIENCE_S, **values):
        """The next message of the bot must be these texts (joined by an empty line), in this person's language."""
        message = Message(self._next(("bot_message",), timeout, f"{keys}"))
        pattern = self.sandbox.texts.pattern(self.locale, *keys, **values)
        assert pattern.fullmatch(message.text), f"{self} heard {message}, not {keys} {values}"
        return message

    def is_asked_which_language(self):
        """In their own first, then in each other, with a button for each."""
        message, texts = self.hears_anything(), self.sandbox.texts
        assert message.text.startswith(texts.raw(self.locale, "ask_language") + "\n")
        assert sorted(message.text.split("\n")) == sorted(texts.raw(locale, "ask_language") for locale in texts.locales)
        assert set(message.labels) == {texts.raw(locale, "language_name") for locale in texts.locales}
        return message

    def sees_edit(self, timeout=PATIENCE_S):
        return Message(self._next(("bot_edit",), timeout, "an edit"))

    def is_answered(self, key=None, timeout=PATIENCE_S, **values):
        """The answer to a pressed button; key None: silent."""
        event = self._next(("callback_answer",), timeout, f"the answer {key}")
        text = event.get("text", "")
        if key is None:
            assert text == "", f"{self} was answered {text!r}, not silently"
        else:
            pattern = self.sandbox.texts.pattern(self.locale, key, **values)
            assert pattern.fullmatch(text), f"{self} was answered {text!r}, not {key} {values}"
        return event

    def hears_answer(self, timeout=PATIENCE_S):
        """The answer to a pressed button, whatever it says."""
        return self._next(("callback_answer",), timeout, "an answer").get("text", "")

    def unheard(self):
        """What came and was not consumed, as of now: for use after World.settle()."""
        events, self._seq = self.sandbox.transcript(self.id, self._seq)
        self._inbox += [e for e in events if not e["kind"].startswith("user_")]
        return [e for e in self._inbox if e["kind"] == "bot_message"]

    def takes(self):
        """What came and was not consumed, which it is now; nothing that comes meanwhile goes with it."""
        heard = self.unheard()
        self._inbox.clear()
        return heard

    def forget(self):
        """Consumes everything there is."""
        self.takes()

    # whole conversations

    def opens_card(self, name=""):
        """Of the first client in «мои клиенты» whose name begins so."""
        self.says("/clients")
        listed = self.hears_anything()
        label = next(label for label in listed.labels if label.split(". ", 1)[-1].startswith(name))
        self.presses(label, message=listed)
        self.is_answered()
        return self.hears_anything()

    def registers(self, name=None, email=None, done="registered"):
        """Four messages from "hello" to active (or pending)."""
        name = name or self.name
        email = email or self.email
        yes = "да" if self.locale == "ru" else "yes"
        self.says("привет" if self.locale == "ru" else "hello")
        self.hears_anything()  # the offer: the first one, or the one for who comes back
        self.says(yes)
        self.hears("ask_name")
        self.says(name)
        self.hears("ask_email", name=name)
        self.says(email)
        return self.hears(done, name=name, email=email)
