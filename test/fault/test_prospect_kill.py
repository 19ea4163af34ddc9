"""
The bot, or its database, killed at each step of a prospect's questions, hand-over and relay: no answer is lost or kept twice, every word
arrives, the bot does not speak while the rep leads.
"""
import collections
import re
import time

import pytest

import faults
from support.database import tables
from support.telegram import Message
from support.waiting import eventually

ROUNDS = 3
SCRIPT = [("button", "Вилла"), ("button", "Готово"), ("text", "до 300 тыс"), ("text", "в следующем году"), ("button", "Жить"),
          ("contact", None), ("text", "anna@example.org")]
ASKED = ["бюджет", "Когда планируете", "инвестиция", "По какому номеру", "адрес почты"]


class Story:
    """Anna, who answers the questions; Boris, her rep; and a death after whatever they do."""

    def __init__(self, world, chance, victim, name):
        self.world, self.chance, self.victim = world, chance, victim
        self.words, self.name = 0, name
        self.of_rep, self.of_prospect = [], []

    def dies(self):
        time.sleep(self.chance.uniform(0, 0.08))  # the moment is what varies; nothing is asserted of it
        if self.victim == "postgres":
            self.world.db.close()
            self.world.db.cluster.kill()
            faults.revive(self.world.db.cluster)
        else:
            self.world.bot.kill()
            self.world.start_bot()

    def word(self, kept):
        self.words += 1
        kept.append(f"{self.name}, слово {self.words}.")
        return kept[-1]

    def hears(self, person, pattern):
        """Messages until one has this in it; others are looked at in the end."""
        while True:
            message = person.hears_anything()
            if re.search(pattern, message.text):
                return message

    def says(self, person, to, kept, **more):
        word = self.word(kept)
        person.act("text", text=word, **more)
        self.dies()
        return self.hears(to, re.escape(word))

    def replies(self, rep, prospect, to):
        """Whose that is may not be known yet, of a message that has arrived and is not noted: then the rep is asked, and says so."""
        word = self.word(self.of_rep)
        said = rep.act("text", text=word, reply_to=to.id)["message_id"]
        self.dies()

        def asked_or_through():
            if any(word in event.get("text", "") for event in all_events(self.world, prospect) if event["kind"] == "bot_message"):
                return "through"
            whom = self.world.texts.pattern("ru", "relay_whom")
            asked = [event for event in all_events(self.world, rep) if event["kind"] == "bot_message" and event["message_id"] > said
                     and whom.fullmatch(event["text"])]
            return asked and Message(asked[-1])
        question = eventually(asked_or_through)
        if question != "through":
            rep.presses(prospect.name, message=question)
            self.dies()
        self.hears(prospect, re.escape(word))

    def leads(self, prospect):
        return self.world.db.row(f"SELECT owner, version FROM {tables.conversations} WHERE telegram_id = %s", prospect.id)

    def presses(self, person, label, owner, prospect, message):
        """Pressed again until it has worked: a press is answered within the minute, or never."""
        data = next(button["callback_data"] for button in message.buttons if button["text"] == self.world.texts.raw("ru", label))
        person.presses(data=data, message=message)
        self.dies()
        eventually(lambda: self.leads(prospect)[0] == owner)


def answers(world, person):
    return world.db.rows(f"SELECT a.question, a.value FROM {tables.answers} a JOIN {tables.conversations} c ON c.prospect = a.prospect"
                         " WHERE c.telegram_id = %s ORDER BY a.question", person.id)


def all_events(world, person):
    return world.sandbox.transcript(person.id)[0]


def judge_words(world, words, person):
    """Each arrived, and again only where its row says that it may have."""
    again = collections.Counter()
    for row in world.db.outbox_history.rows("message_id, attempts", "WHERE chat_id = %s AND possible_duplicate", person.id):
        again[row["message_id"]] += row["attempts"] - 1
    heard = [event for event in all_events(world, person) if event["kind"] == "bot_message"]
    for word in words:
        arrived = [event["message_id"] for event in heard if word in event.get("text", "")]
        assert arrived, f"{word} is lost"
        assert len(arrived) <= 1 + sum(again[id] for id in arrived), f"{word} arrived {len(arrived)} times"


def judge_silence(world, story, anna):
    """From the rep's first word until the rep gave her back, nothing but the rep's words."""
    leads = False
    for event in all_events(world, anna):
        if event["kind"] != "bot_message":
            continue
        if any(word in event.get("text", "") for word in story.of_rep):
            leads = True
        elif world.texts.pattern("ru", "prospect_bot_again").search(event.get("text", "")):
            leads = False
        else:
            assert not leads or "photo" in event, f"the bot talked over its rep: {event}"


def goes_through(world, chance, victim, boris, name):
    story = Story(world, chance, victim, name)
    anna = world.person(name, language="ru")
    anna.says("Ищу недвижимость")
    story.dies()
    question = story.hears(anna, "Что вы ищете")
    steps = iter(ASKED)
    for kind, value in SCRIPT:
        if kind == "button":
            anna.presses(value, message=question)
        elif kind == "contact":
            anna.act("contact", phone_number="79991234567", contact_user_id=anna.id)
        else:
            anna.says(value)
        story.dies()
        if value == "Вилла":
            eventually(lambda: any(label.startswith("✓") for label in Message(latest(world, anna, question.id)).labels))
        elif value != "anna@example.org":
            question = story.hears(anna, next(steps))
    story.hears(anna, f"Спасибо, {name}!")
    world.settle()
    kept = dict(answers(world, anna))
    assert kept.pop("when").isdigit()
    assert kept == {"what": "villa", "budget": "-300000 USD", "purpose": "live", "phone": "+79991234567", "email": "anna@example.org"}
    # she asks for a person: the rep leads
    anna.says("позвоните мне")
    story.dies()
    eventually(lambda: story.leads(anna)[0] == "rep")
    asked = story.hears(boris, "позвоните мне")
    version = story.leads(anna)[1]
    story.replies(boris, anna, asked)
    for _ in range(2):
        heard = story.says(anna, boris, story.of_prospect)
        story.replies(boris, anna, heard)
    anna.act("photo", caption="фото.")
    story.dies()
    eventually(lambda: any("photo" in event for event in all_events(world, boris)))
    assert story.leads(anna) == ["rep", version]
    card = next(Message(event) for event in reversed(all_events(world, boris)) if event["kind"] in ("bot_message", "bot_edit")
                and world.texts.raw("ru", "button_give_back") in Message(event).labels)
    story.presses(boris, "button_give_back", "bot", anna, card)
    story.hears(anna, world.texts.pattern("ru", "prospect_bot_again").pattern)
    world.settle()
    assert story.leads(anna)[1] > version
    judge_words(world, story.of_rep, anna)
    judge_words(world, story.of_prospect, boris)
    judge_silence(world, story, anna)
    assert dict(answers(world, anna)) == {**kept, "when": dict(answers(world, anna))["when"]}


def latest(world, person, id):
    return [event for event in all_events(world, person) if event["kind"] in ("bot_message", "bot_edit") and event["message_id"] == id][-1]


@pytest.mark.parametrize("victim", ["bot", "postgres"])
def test_killed_at_each_step_of_questions_hand_over_and_relay(make_world, chance, victim):
    world = make_world(QUALIFICATION="")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.settle()
    boris = world.person("Boris Sidorov", language="ru")
    boris.registers()
    for round in range(ROUNDS):
        goes_through(world, chance, victim, boris, f"Anna{'abc'[round]}")
