"""
People who register, chat, press buttons, leave and come back, for as long as a test wants; each goes on only when it
hears the right answer to the last thing it said. And what must hold of the world when they are done.
"""
import collections
import json
import re
import threading
import time

from support.telegram import BOT_ID, Message

WORDS = {
    "ru": {"hello": "привет", "yes": "да", "status": "статус", "help": "помощь", "clients": "мои клиенты",
           "unregister": "отключиться"},
    "en": {"hello": "hello", "yes": "yes", "status": "status", "help": "help", "clients": "my clients",
           "unregister": "unregister"},
}


class Actor:
    def __init__(self, crowd, number):
        self.crowd = crowd
        self.rng = crowd.rng
        self.number = number
        self.locale = "en" if number % 3 == 0 else "ru"
        self.name = f"Person Number{'abcdefghij'[number // 10 % 10]}{'abcdefghij'[number % 10]}"
        self.person = crowd.world.person(self.name, language=self.locale)
        self.id = self.person.id
        self.email = f"p{self.id}@truerealestate.bali"
        self.said = 0
        self.registrations = 0
        self.leaves = number % 4 == 1 and crowd.leavers
        self.left = False
        self.assignments = []     # heard of, not pressed yet
        self.contacted, self.declined = [], []
        self.awaited = None       # (regex, what was said)
        self.done = False
        self.script = self.life()

    def __repr__(self):
        return f"<{self.number}: {self.id} {self.locale}, awaits {self.awaited}>"

    def hello_to_active(self, offer):
        yield "hello", [offer]
        yield "yes", ["ask_name"]
        yield self.name, ["ask_email"]
        yield self.email, ["registered"]
        self.registrations += 1

    def life(self):
        yield from self.hello_to_active("offer")
        while not self.crowd.closing:
            yield self.rng.choice((("status", ["status"]), ("clients", ["clients_header", "clients_none"])))
            if self.leaves and not self.left and self.rng.random() < 0.3:
                self.left = True
                yield "unregister", ["ask_unregister"]
                yield "yes", ["unregistered"]
                self.assignments.clear()
                yield from self.hello_to_active("offer_again")
            yield "help", ["help_rep"]

    def presses(self):
        """Once in a while, the button of a client it has heard of."""
        if not self.assignments or self.rng.random() > 0.4:
            return []
        assignment = self.assignments.pop(0)
        # the last ones keep theirs: somebody must be left to take what others decline
        if self.number % 5 == 2 and len(self.declined) < 2:
            self.declined.append(assignment)
            data = f"a:{assignment}:d"
        else:
            self.contacted.append(assignment)
            data = f"a:{assignment}:c"
        return [{"user": self.id, "type": "button", "data": data}]

    def go_on(self):
        """What it does next, as acts."""
        acts = self.presses()
        try:
            word, keys = next(self.script)
        except StopIteration:
            self.done = True
            self.awaited = None
            return acts
        text = WORDS[self.locale].get(word, word)
        texts = self.crowd.world.texts
        # lists go on after their header
        patterns = [texts.pattern(self.locale, k).pattern for k in keys]
        self.awaited = (re.compile(f"(?:{'|'.join(patterns)})(?s:.*)"), text)
        self.said += 1
        return acts + [{"user": self.id, "type": "text", "text": text}]

    def hears(self, message):
        """True: it was what this person was waiting for."""
        for data in message.data:
            found = re.fullmatch(r"a:(\d+):c", data or "")
            if found and found.group(1) not in self.known:
                self.known.add(found.group(1))
                self.assignments.append(found.group(1))
        return bool(self.awaited and self.awaited[0].fullmatch(message.text))

    @property
    def known(self):
        return self.crowd.known[self.id]


class Crowd:
    def __init__(self, world, size, rng, leavers=True):
        self.world = world
        self.rng = rng
        self.leavers = leavers
        self.closing = False
        self.known = collections.defaultdict(set)
        self.failure = None
        self.heard = 0
        self._end = threading.Event()
        self.actors = {}
        for number in range(size):
            actor = Actor(self, number)
            self.actors[actor.id] = actor
        _, self._seq = world.sandbox.transcript()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            sandbox = self.world.sandbox
            acts = [act for actor in self.actors.values() for act in actor.go_on()]
            while not self._end.is_set():
                if acts:
                    self.do(acts)
                if all(actor.done for actor in self.actors.values()):
                    return
                events, self._seq = sandbox.transcript(after=self._seq, wait=0.5)
                acts = []
                for event in events:
                    actor = self.actors.get(event["chat"])
                    if event["kind"] == "bot_message" and actor and actor.hears(Message(event)):
                        self.heard += 1
                        acts += actor.go_on()
        except Exception as e:  # whoever waits is told
            self.failure = e

    def do(self, acts):
        results = self.world.sandbox.post("acts", acts=[self.world.sandbox.dated(act) for act in acts])["results"]
        for act, result in zip(acts, results):
            if act["type"] == "button" and result.get("error") == "no such button":
                # taken off the card meanwhile: the client is with somebody else
                actor, (_, assignment, kind) = self.actors[act["user"]], act["data"].split(":")
                (actor.declined if kind == "d" else actor.contacted).remove(assignment)
            else:
                assert "error" not in result, f"{act}: {result}"

    def progress(self, answers=None, timeout=60):
        """Awaits so many more answers: after a fault, proof that all works again. All of them heard something: None."""
        goal = self.heard + (answers or len(self.actors))
        deadline = time.monotonic() + timeout
        while self.heard < goal and not self.failure:
            dead = [p for p in self.world.processes if not (p.alive or p.asked) and 0 in p.expected]
            assert not dead, f"{dead} ended: {[p.log[-2000:] for p in dead]}"
            assert time.monotonic() < deadline, \
                f"only {self.heard} answers, not {goal}; waiting: {[a for a in self.actors.values() if a.awaited]}"
            time.sleep(0.01)
        if self.failure:
            raise self.failure

    def finish(self, timeout=90):
        """Everybody brings to an end what it is about; then nothing may be left over."""
        self.closing = True
        self._thread.join(timeout)
        if self.failure:
            raise self.failure
        left = [a for a in self.actors.values() if not a.done]
        assert not left, f"without an answer to the last thing they said: {left}"

    def abandon(self):
        self._end.set()
        self._thread.join(30)


def transcript(sandbox):
    events, after = [], 0
    while True:
        page, last = sandbox.transcript(after=after)
        if not page:
            return events
        events += page
        after = last


def judge_messages(world):
    """
    Every message arrived, in the form of its row; more often than once only where its row says so.
    Returns how many arrived twice, and how many may have.
    """
    db = world.db
    assert db.outbox.rows("*") == []
    rows = db.outbox_history.rows("id, chat_id, method, payload::text, state, possible_duplicate, attempts, message_id",
                                  "ORDER BY id")
    assert [r for r in rows if r["state"] != "sent"] == []
    arrived = collections.Counter()
    by_id = {}
    for event in transcript(world.sandbox):
        if event["kind"] == "bot_message":
            arrived[event["chat"], event["text"]] += 1
            by_id[event["chat"], event["message_id"]] = event["text"]
    written, spare = collections.Counter(), collections.Counter()
    maybe = 0
    for row in rows:
        if row["method"] != "sendMessage":
            continue
        text = json.loads(row["payload"])["text"]
        assert by_id.get((row["chat_id"], row["message_id"])) == text, f"{row} did not arrive"
        written[row["chat_id"], text] += 1
        if row["possible_duplicate"]:
            maybe += 1
            spare[row["chat_id"], text] += row["attempts"] - 1
    assert set(arrived) == set(written)
    twice = 0
    for key, count in arrived.items():
        extra = count - written[key]
        assert 0 <= extra <= spare[key], f"{key} arrived {count} times for {written[key]} rows, {spare[key]} marked"
        twice += extra
    return twice, maybe


def announced_duplicates(processes):
    """How many messages the logs call possible duplicates."""
    count = 0
    for process in processes:
        if process.role == "bot":
            count += sum(int(re.search(r"(\d+) messages? (?:was|were) being sent", line).group(1))
                         for line in process.lines("messages? (was|were) being sent when the last leader stopped"))
            count += len(process.lines("it may have arrived and goes again"))
    return count


def judge_assignments(world, capacity=5):
    db = world.db
    assert db.assignments.rows("prospect", "WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1") \
        == [], "a prospect with two reps"
    assert db.rows(
        "SELECT p.id, p.assigned_rep_id, a.rep FROM test_prospects p"
        f" FULL JOIN (SELECT * FROM {db.assignments} WHERE ended_at IS NULL) a ON a.prospect = p.id"
        # who was closed by hand stays with the rep, and is an assignment only until outreach looks
        " WHERE p.assigned_rep_id IS DISTINCT FROM a.rep"
        " AND (a.id IS NOT NULL OR p.status IN ('unreached', 'contacted', 'in_conversation'))") == [], "assigned_rep_id and the live assignments differ"
    assert db.rows(
        "SELECT assigned_rep_id, count(*) FROM test_prospects WHERE assigned_rep_id IS NOT NULL"
        " AND status IN ('unreached', 'contacted', 'in_conversation') GROUP BY 1 HAVING count(*) > %s",
        capacity) == [], "a rep over capacity"
    # each assignment is explained once
    assert db.rows(
        f"SELECT a.id FROM {db.assignments} a LEFT JOIN {db.prospect_events} e"
        " ON e.assignment = a.id AND e.kind = 'assigned' GROUP BY a.id HAVING count(e.id) <> 1") == []


def judge_notifications(world):
    """
    For each assignment there ever was, its rep has a message with its buttons; of one that ended before the message went out
    (its rep left, a colleague took it back) the message has come without them.
    """
    told, named = set(), collections.defaultdict(str)
    for event in transcript(world.sandbox):
        if event["kind"] == "bot_message":
            message = Message(event)
            named[event["chat"]] += message.text + "\n"
            for data in message.data:
                found = re.fullmatch(r"a:(\d+):c", data or "")
                if found:
                    told.add((event["chat"], int(found.group(1))))
    rows = world.db.rows("SELECT r.telegram_id, a.id, p.name, a.reason IN ('unregistered', 'taken back')"
                         f" FROM {world.db.assignments} a JOIN sales_representatives r ON r.id = a.rep"
                         " JOIN test_prospects p ON p.id = a.prospect")
    missing = {(chat, assignment) for chat, assignment, name, ended in rows
               if (chat, assignment) not in told and not (ended and name in named[chat])}
    assert not missing, f"assignments nobody was told of: {missing}"


def judge_people(world, crowd):
    db = world.db
    for actor in crowd.actors.values():
        assert [r["status"] for r in db.rows("SELECT status FROM sales_representatives WHERE telegram_id = %s",
                                             actor.id)] == ["active"], actor
        # one answer for each thing said: no update was handled twice
        replies = db.value(
            f"SELECT count(*) FROM {db.outbox_history} WHERE chat_id = %s AND priority = 0"
            " AND method = 'sendMessage'"
            " AND payload->>'text' NOT LIKE ALL (%s)", actor.id,
            [world.texts.raw(actor.locale, "notice_one") + "%",
             world.texts.raw(actor.locale, "notice_many").split("{")[0] + "%"])
        assert replies == actor.said, f"{actor} said {actor.said} things and got {replies} answers"
        registered = world.texts.render(actor.locale, "registered", name=actor.name, email=actor.email)
        done = db.outbox_history.value("count(*)", "WHERE chat_id = %s AND payload->>'text' = %s", actor.id, registered)
        assert done == actor.registrations, f"{actor} registered {actor.registrations} times, {done} messages say so"
        if not actor.left:
            # a prospect another rep had contacted before is not contacted again
            noted = db.column(f"SELECT e.assignment::text FROM {db.prospect_events} e WHERE e.kind = 'declined'"
                              " AND e.assignment::text = ANY (%s)", actor.declined)
            assert sorted(noted) == sorted(actor.declined), f"{actor} declined {actor.declined}, noted {noted}"
            noted = db.column(
                f"SELECT a.id::text FROM {db.assignments} a JOIN {db.prospect_events} e USING (prospect)"
                " WHERE e.kind = 'contacted' AND e.assignment <= a.id AND a.id::text = ANY (%s) GROUP BY a.id",
                actor.contacted)
            assert sorted(noted) == sorted(actor.contacted), f"{actor} contacted {actor.contacted}, noted {noted}"
    twice = "WHERE kind IN ('contacted', 'declined') GROUP BY 1, 2 HAVING count(*) > 1"
    assert db.prospect_events.rows("assignment, kind", twice) == [], "a button that worked twice"
    assert db.value("SELECT count(*) FROM sales_representatives") == len(crowd.actors)
    assert db.rep_email.value("count(*)") == len(crowd.actors)


def judge(world, crowd):
    """All that must hold after faults, when nothing is under way any more."""
    world.settle()
    assert world.db.parked_updates.rows("update_id, reason, payload") == []
    judge_people(world, crowd)
    judge_assignments(world)
    judge_notifications(world)
    twice, maybe = judge_messages(world)
    announced = announced_duplicates(world.processes)
    print(f"{crowd.heard} answers heard, {len(world.processes)} processes; "
          f"{maybe} messages possibly twice, {twice} really, {announced} announced")
    assert maybe <= announced, f"{maybe} messages are marked as possible duplicates, the logs say {announced}"
    next_id = world.sandbox.bot()["next_update_id"]
    assert world.db.bot_state.value("next_update_id", "WHERE bot_id = %s", BOT_ID) == next_id


def all_assigned(world):
    """Everything open has a rep; only after this, settle."""
    world.db.eventually("SELECT count(*) = 0 FROM test_prospects WHERE assigned_rep_id IS NULL"
                        " AND status IN ('unreached', 'contacted', 'in_conversation')", timeout=60)
