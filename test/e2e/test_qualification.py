"""Prospects are asked questions one by one, and their rep sees the answers grow."""
import json
import re

import pytest

import test_prospects as prospects
from support.database import tables
from support.process import run
from support.waiting import eventually

LINK = re.compile(r"https://t\.me/(\w+)\?start=(c[A-Za-z0-9_-]{22})\n")



def question(id, kind="text", **more):
    return {"id": id, "kind": kind, "text": {"ru": f"Вопрос {id}?", "en": f"Question {id}?"},
            "title": {"ru": f"Про {id}", "en": f"About {id}"}, **more}


def options(*ids):
    return [{"id": id, "label": {"ru": f"Да {id}", "en": f"Yes {id}"}} for id in ids]


@pytest.fixture
def asking(make_world):
    """asking(*questions): a world whose bot asks these; none: what is built in."""
    def start(*questions, outreach=True):
        settings = {"QUALIFICATION": json.dumps({"questions": questions})} if questions else {"QUALIFICATION": ""}
        world = make_world(**settings)
        world.db.no_prospects()
        world.start_bot()
        if outreach:
            world.start_outreach()
        world.settle()
        return world
    return start


def registered(world, name="Boris Sidorov"):
    person = world.person(name)
    person.registers()
    return person


def becomes_prospect(world, name="Anna", language="ru", **more):
    """Somebody who has been greeted; what they heard."""
    person = world.person(name, language=language, **more)
    person.says("Ищу недвижимость" if person.locale == "ru" else "Looking for property!")
    return person, person.hears_anything()


def answers(world, person):
    return dict(world.db.rows(
        f"SELECT a.question, a.value FROM {tables.answers} a JOIN {tables.conversations} c ON c.prospect = a.prospect"
        " WHERE c.telegram_id = %s", person.id))


def state(world, person):
    return world.db.row(f"SELECT q.* FROM {tables.qualifications} q JOIN {tables.conversations} c ON c.prospect = q.prospect"
                        " WHERE c.telegram_id = %s", person.id)


def next_question(person):
    return person.hears_anything().text


RU = ["Что вы ищете?", "бюджет", "Когда планируете", "Для себя или как инвестиция?", "По какому номеру", "адрес почты"]
EN = ["What are you looking for?", "your budget", "When do you plan", "For living or as an investment?", "Which number", "e-mail address"]


@pytest.mark.parametrize("language, questions, budget, when, villa, done, live, value", [
    ("ru", RU, "до 300 тыс", "в следующем году", "Вилла", "Готово", "Жить", "-300000 USD"),
    ("en", EN, "200-300k", "next year", "Villa", "Done", "To live in", "200000-300000 USD"),
])
def test_six_questions_from_hello_to_thanks(asking, language, questions, budget, when, villa, done, live, value):
    world = asking()
    boris = registered(world)
    anna, heard = becomes_prospect(world, language=language)
    assert "Anna" in heard.text and questions[0] in heard.text
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.presses(villa)
    assert any(label.startswith("✓") for label in anna.sees_edit().labels)
    anna.presses(done)
    text = next_question(anna)
    assert questions[1] in text and villa in text
    summary = boris.hears_anything()
    assert "Вилла" in summary.text
    anna.says(budget)
    assert questions[2] in next_question(anna)
    assert boris.sees_edit().id == summary.id
    anna.says(when)
    assert questions[3] in next_question(anna)
    anna.presses(live)
    assert questions[4] in next_question(anna)
    anna.act("contact", phone_number="79991234567", contact_user_id=anna.id)
    anna.hears("question_noted", answer="+79991234567")
    assert questions[5] in next_question(anna)
    anna.says("anna@example.org")
    assert boris.name in next_question(anna)
    kept = answers(world, anna)
    assert kept.pop("when").isdigit()
    assert kept == {"what": "villa", "budget": value, "purpose": "live", "phone": "+79991234567", "email": "anna@example.org"}
    assert state(world, anna)["finished_at"] and state(world, anna)["score"] == 70
    world.settle()
    last = [event for event in world.sandbox.transcript(boris.id)[0] if event["kind"] == "bot_edit"][-1]
    assert last["message_id"] == summary.id and "anna@example.org" in last["text"] and "70" in last["text"]
