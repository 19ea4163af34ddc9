"""
Everything in English, as it reads: the sentences stand here as people get them, so that a text in the wrong language, with
a wrong name in it, or with a hole, is seen. In Russian the same stories are told by the other files.
"""
import re

import pytest

from support.waiting import eventually

ADMIN = 7_900_000_001
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@pytest.fixture
def office(make_world):
    """BOT_LOCALE is ru, as everywhere: what is English is so because the person is."""
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN))
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.settle()
    world.db.bot_state.eventually("username IS NOT NULL")  # without it a card has no draft with a link
    return world


DRAFT = ["✉️ Write", "📋 Copy the invitation"]


def reads(person, *pieces, buttons=None):
    """The next message: these pieces in order, these buttons, no Russian."""
    message = person.hears_anything()
    at = 0
    for piece in pieces:
        found = message.text.find(piece, at)
        assert found >= 0, f"{piece!r} is not in {message.text[at:]!r}"
        at = found + len(piece)
    assert not CYRILLIC.search(message.text + " ".join(message.labels)), message
    assert "{" not in message.text
    if buttons is not None:
        assert message.labels == buttons
    return message


def answer(person):
    """What is shown where a button was pressed."""
    text = person.hears_answer()
    assert not CYRILLIC.search(text)
    return text


def registers(person, name):
    person.says("hello")
    reads(person, "Hello! I help a property sales team.", "Are you a sales representative who wants clients?", buttons=["I am a sales rep", "I am looking for property"])
    person.presses("I am a sales rep")
    assert answer(person) == ""
    reads(person, "Send me your first and last name in one message", buttons=["Cancel"])
    person.says(name)
    reads(person, f"Nice to meet you, {name}!", "Now your work e-mail: an address at @truerealestate.bali.", buttons=["Cancel"])
    person.says(person.email)
    return reads(person, f"Done, {name}! You're on the team with {person.email}.", "There is nothing else you need to do.",
                 buttons=["My clients", "Status", "Working hours", "Change email", "Help", "Unregister"])


def test_an_english_rep_s_day(office):
    john = office.person("John Smith", language="en-GB")
    # wrong turns on the way in
    john.says("hi there")
    reads(john, "Are you a sales representative who wants clients?")
    john.says("maybe")
    reads(john, "Please choose with a button.", "Are you a sales representative to be registered")
    john.says("no")
    reads(john, "All right, no registration.", buttons=[])
    registers(john, "John Smith")
    john.says("yes?")
    reads(john, "How can I help? Press a button or write what you need.")
    john.says("my clients")
    reads(john, "You have no clients right now.")
    # a client comes
    office.db.add_prospect("p1", "Ivan P", "@ivan_p", context="wants a villa", notes="call after 6")
    card = reads(john, "You have a new client:", "Ivan P", "Write to: https://t.me/ivan_p", "About:", "wants a villa",
                 "Notes:", "call after 6", buttons=[*DRAFT, "✅ Contacted", "↩️ Can't take it", "⏰ Later"])
    john.presses("✅ Contacted", message=card)
    assert answer(john) == "Noted: you are in touch with Ivan P."
    assert john.sees_edit().labels == [*DRAFT, "↩️ Can't take it", "⏰ Later"]
    john.presses(data=card.data[0], message=card)
    assert answer(john) == "Already noted, no need to press again: Ivan P."
    john.says("my clients")
    reads(john, "Your clients: 1", "1. Ivan P — contacted", "Press a name to open the card", buttons=["1. Ivan P", "🔎 Find", "➕ Own contact"])
    john.presses("1. Ivan P")
    reads(john, "Your client:", "Ivan P", "Write to: https://t.me/ivan_p", "Status: contacted", "wants a villa", "call after 6",
          "Source: the table of clients", "History:", "John Smith: in touch with the client", "assigned to John Smith",
          buttons=[*DRAFT, "↩️ Can't take it", "⏰ Later", "Take over", "🎉 Bought", "🗂 Archive", "🕘 History"])
    john.says("status")
    reads(john, "John Smith", f"E-mail: {john.email}", "Status: active", "Clients in progress: 1 of 5")
    john.says("help")
    reads(john, "Here is what I can do:", "cancel — stop what you started", "I send you new clients myself.")
    # another address
    john.says("change email")
    reads(john, f"Your current e-mail is {john.email}.", buttons=["Cancel"])
    john.says("john@gmail.com")
    reads(john, "That address isn't in our domain", "Send me your work e-mail at @truerealestate.bali")
    john.says("john.smith@truerealestate.bali")
    reads(john, "Done, your e-mail is now john.smith@truerealestate.bali.")
    # and away
    john.says("unregister")
    reads(john, "Do you really want to unregister?", "(in progress: 1)", buttons=["Yes, unregister", "No, I'll stay"])
    john.presses("No, I'll stay")
    assert answer(john) == ""
    john.sees_edit()
    reads(john, "All right, you stay registered.")
    john.says("unregister")
    reads(john, "Do you really want to unregister?")
    john.says("yes")
    reads(john, "Done, you're unregistered, and your clients will go to colleagues.", buttons=[])
    john.says("hello")
    reads(john, "Welcome back! You were in the sales registry before.")


def test_declined_and_taken_back_in_english(office):
    people = [office.person(name, language="en") for name in ("John Smith", "Mary Jones")]
    for person in people:
        registers(person, person.name)
    office.db.add_prospect("p1", "Ivan P", "@ivan_p")
    at = eventually(lambda: office.db.value("SELECT r.telegram_id FROM test_prospects p JOIN sales_representatives r"
                                            " ON r.id = p.assigned_rep_id WHERE p.id = 'p1'"), what="it is assigned")
    first, second = sorted(people, key=lambda p: p.id != at)
    card = reads(first, "You have a new client:", "Ivan P")
    first.presses("↩️ Can't take it", message=card)
    assert answer(first) == "Understood, I'm passing this client to a colleague: Ivan P."
    undo = first.sees_edit()
    assert undo.labels == [*DRAFT, "⤴️ Take back: Ivan P"]
    told = reads(second, "You have a new client:", "Ivan P", "A colleague had this client before")
    first.presses(data=card.data[1], message=card)
    assert answer(first) == "You have already declined this client: Ivan P."
    first.presses("⤴️ Take back: Ivan P", message=undo)
    assert answer(first) == "Yours again: Ivan P."
    assert first.sees_edit().labels == [*DRAFT, "✅ Contacted: Ivan P", "↩️ Can't take: Ivan P"]
    reads(second, "A colleague declined this client by mistake and has taken them back: Ivan P.")
    assert second.sees_edit().buttons == []
    second.presses(data=told.data[0], message=told)
    assert answer(second) == "A colleague has taken this client back: Ivan P."
    # nobody is left
    first.presses("↩️ Can't take: Ivan P", message=undo)
    assert answer(first) == "Understood, I'm passing this client to a colleague: Ivan P."
    told = reads(second, "You have a new client:", "Ivan P")
    second.presses("↩️ Can't take it", message=told)
    assert answer(second) == "Understood. Nobody else can take this client, so I'm telling an administrator: Ivan P."


def test_an_english_admin(office):
    boss = office.person("The Boss", id=ADMIN, language="en")
    boss.says("hi")
    hello = reads(boss, "Hello! You are an administrator: you'll get requests from new representatives here")
    assert hello.labels[0] == "Requests" and "Reps" in hello.labels and hello.labels[-1] == "Register"
    boss.says("/pending")
    reads(boss, "Nobody is waiting for a decision.")


def test_languages_are_changed_to_and_fro(office):
    john = office.person("John Smith", language="en")
    registers(john, "John Smith")
    john.says("/language")
    reads_both = john.hears_anything()
    assert reads_both.text == "Which language shall I write in?\nНа каком языке вам писать?"
    assert reads_both.labels == ["Русский", "English"]
    john.presses("Русский")
    assert answer(john) == ""
    assert "теперь пишу по-русски" in john.hears_anything().text
    office.db.add_prospect("p1", "Ivan P", "@ivan_p")
    card = john.hears_anything()
    assert card.text.startswith("Вам назначен клиент:") and card.labels == ["✉️ Написать", "📋 Скопировать приглашение", "✅ Связались", "↩️ Не смогу", "⏰ Позже"]
    john.says("language")
    john.hears_anything()
    john.presses("English")
    assert answer(john) == ""
    reads(john, "All right, I'll write in English from now on.", "How can I help?")
    # an old card's button answers in the language of now
    john.presses("✅ Связались", message=card)
    assert answer(john) == "Noted: you are in touch with Ivan P."
    office.db.add_prospect("p2", "Olga P", "@olga_p")
    reads(john, "You have a new client:", "Olga P", buttons=[*DRAFT, "✅ Contacted", "↩️ Can't take it", "⏰ Later"])
