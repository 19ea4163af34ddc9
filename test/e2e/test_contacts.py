"""How a rep gets to a prospect, whatever the table holds; and what Telegram refuses to link to."""
import json
import subprocess

import pytest

from support.paths import BINARY
from support.waiting import eventually

STRANGER = 8_123_456_789


@pytest.fixture
def team(make_world):
    """Everything runs; one rep, no prospects."""
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.anna = world.person()
    world.anna.registers()
    return world


def findings(world, code):
    done = subprocess.run([BINARY, "doctor", "--json", "--no-poll"], capture_output=True, text=True,
                          env={"DATABASE_URL": world.db.url, "REGISTRY_BOT_TOKEN": "5551234567:AAtestTokenThatMustNeverBePrinted_0000",
                               "TELEGRAM_API_BASE": world.sandbox.base, "PATH": "/usr/bin:/bin"})
    return [f for f in json.loads(done.stdout)["findings"] if f["code"] == code]


@pytest.mark.parametrize("contact, link", [
    ("@Ivan_P", "https://t.me/Ivan_P"),
    ("ivan_p", "https://t.me/ivan_p"),
    ("https://telegram.me/ivan_p?x", "https://t.me/ivan_p"),
    ("  t.me/ivan_p\u00a0", "https://t.me/ivan_p"),
])
def test_a_username_in_any_spelling_becomes_a_link_that_opens_the_chat(team, contact, link):
    team.db.add_prospect("p1", "Ivan P", contact)
    text = team.anna.hears_anything().text
    assert team.texts.render("ru", "prospect_link", link=link) in text.splitlines()
    assert not findings(team, "contact")


@pytest.mark.parametrize("contact, number", [("8 (903) 123-45-67", "+79031234567"), ("+62 812-3456-7890", "+6281234567890")])
def test_a_phone_number_is_shown_and_opens_the_chat(team, contact, number):
    team.db.add_prospect("p1", "Ivan P", contact)
    text = team.anna.hears_anything().text
    assert team.texts.render("ru", "prospect_phone", phone=number, link=f"https://t.me/{number}") in text


@pytest.mark.parametrize("contact, reason", [
    ("6.28E+12", "contact_lost_digits"), ("0812-3456-7890", "contact_no_country"), ("https://t.me/+AbCd", "contact_group"),
    ("@a b c", "contact_bad_name"), ("@ivan_p, @maria_p", "contact_several"), ("Иван", "contact_unknown"),
])
def test_what_leads_nowhere_is_said_with_its_reason_to_rep_and_operator(team, contact, reason):
    team.db.add_prospect("p1", "Ivan P", contact)
    told = team.anna.hears_anything()
    assert team.texts.render("ru", "prospect_unreachable", contact=contact,
                             reason=team.texts.raw("ru", reason)) in told.text.splitlines()
    assert len(told.presses) == 3 and not linked(told)
    (finding,) = findings(team, "contact")
    assert "p1" in finding["what"] and contact in finding["what"]


def test_a_prospect_known_by_id_has_a_button_that_opens_the_chat(team):
    ivan = team.person("Ivan P", username="")
    ivan.opens()
    team.db.add_prospect("p1", "Ivan P", str(ivan.id))
    told = team.anna.hears_anything()
    assert told.buttons[0] == {"text": team.texts.raw("ru", "button_write"), "url": f"tg://user?id={ivan.id}"}
    assert "tg://" not in told.text
    # the button stays when the others go
    team.anna.presses("button_decline")
    assert team.anna.sees_edit().buttons[0] == told.buttons[0]


def linked(message):
    """The buttons that lead somewhere."""
    return [button for button in message.buttons if "url" in button]


def refusals(world):
    return world.sandbox.calls("sendMessage").get("400", 0)


def test_who_may_not_be_linked_to_costs_the_button_and_not_the_message(team):
    """Telegram refuses the whole message because of one such button; the next time it is not even tried."""
    before = refusals(team)
    team.db.add_prospect("p1", "Ivan P", str(STRANGER))
    told = team.anna.hears_anything()
    assert "Ivan P" in told.text and not linked(told)
    assert told.presses == [team.texts.raw("ru", f"button_{key}") for key in ("contacted", "decline", "follow_up")]
    assert refusals(team) == before + 1
    eventually(lambda: team.db.hidden_people.value("telegram_id") == STRANGER, what="it is remembered")
    assert team.db.outbox.value("count(*)", "WHERE state = 'failed'") == 0
    assert not [button for button in team.anna.opens_card().buttons if button.get("url", "").startswith("tg:")]
    assert refusals(team) == before + 1
    (finding,) = findings(team, "contact")
    assert str(STRANGER) in finding["what"]


def test_a_privacy_setting_is_found_out_message_by_message_also_after_a_restart(team):
    ivan, olga = team.person("Ivan P", username=""), team.person("Olga P", username="")
    for person in (ivan, olga):
        person.opens()
        person.hears("offer")
    team.sandbox.post("users", id=ivan.id, private_forwards=True)
    team.db.add_prospect("p1", "Ivan P", str(ivan.id))
    told = team.anna.hears_anything()
    assert len(told.presses) == 3 and not linked(told)
    team.settle()
    before = refusals(team)
    team.restart_bot()
    team.db.add_prospect("p2", "Ivan P again", str(ivan.id))
    told = team.anna.hears_anything()
    assert len(told.presses) == 3 and not linked(told)
    assert refusals(team) == before
    team.db.add_prospect("p3", "Olga P", str(olga.id))
    assert team.anna.hears_anything().buttons[0]["url"] == f"tg://user?id={olga.id}"


def test_an_applicant_without_a_username_can_be_opened_by_the_admin(make_world):
    admin_id = 7_900_000_001
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS=str(admin_id))
    world.start_bot()
    boss = world.person("Boss", id=admin_id)
    boss.opens()
    boss.hears_anything()
    anna = world.person("Анна Петрова", username="")
    anna.registers(done="registered_pending")
    asked = boss.hears("admin_new_rep", telegram=f"id {anna.id}")
    (mention,) = [e for e in asked.entities if e["type"] == "text_mention"]
    assert mention["type"] == "text_mention" and mention["user"]["id"] == anna.id
    text = asked.text.encode("utf-16-le")
    shown = text[2 * mention["offset"]:2 * (mention["offset"] + mention["length"])].decode("utf-16-le")
    assert shown == f"id {anna.id}"
