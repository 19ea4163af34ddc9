"""Who waits: admins approve, or decline with a reason; whoever else was asked sees who decided."""
import json

import pytest

from support.process import run
from support.waiting import eventually
from test_admin_desk import ADMIN, OTHER, admin, audit, reads_answer
from test_email_codes import gives_email

SETTINGS = {"REGISTRATION_APPROVAL": "admin", "ADMIN_TELEGRAM_IDS": f"{ADMIN},{OTHER}"}


@pytest.fixture
def world(make_world):
    world = make_world(**SETTINGS)
    world.db.no_prospects()
    world.start_bot()
    return world


def asked_twice(world, name="Anna Kern"):
    """Two admins who both are asked about Anna, the second in English."""
    boss, other = admin(world), world.person("Клара", id=OTHER, language="en")
    other.opens()
    other.hears("admin_hello")
    other.says("/language")
    other.hears_anything()
    other.presses("English")
    other.hears_anything()
    anna = world.person(name)
    gives_email(anna, asked="registered_pending")
    return boss, other, anna, boss.hears_anything(), other.hears_anything()


def sees_decided(person, message, key, **values):
    """The application's message, from now on; returns the text below."""
    line = person.sandbox.texts.render(person.locale, key, **values)
    while True:
        edit = person.sees_edit()
        if edit.id == message.id and edit.text.endswith(line):
            assert edit.text == f"{message.text}\n\n{line}" and not edit.labels
            return edit


def rep(world, *words, code=0):
    done = run("rep", *words, settings={"DATABASE_URL": world.db.url, **SETTINGS})
    assert done.returncode == code, done
    return done


def test_all_who_were_asked_see_who_approved(world):
    boss, other, anna, first, second = asked_twice(world, "Анна «О'Нил» 🌴")
    boss.says("/pending")
    boss.hears("applications", count=1)
    listed = boss.hears_anything()
    boss.presses("button_approve", message=first)
    reads_answer(boss, "answer_approved", name="Анна «О'Нил» 🌴")
    anna.hears("rep_approved")
    sees_decided(boss, first, "decided_approved", who="Boss")
    sees_decided(boss, listed, "decided_approved", who="Boss")
    sees_decided(other, second, "decided_approved", who="Boss")


def test_a_reason_by_one_tap_is_read_by_the_applicant_and_the_other_admins(world):
    boss, other, anna, first, second = asked_twice(world)
    boss.presses("button_reject", message=first)
    assert boss.sees_edit().labels == ["Не наш сотрудник", "Ошибка в имени или почте", "Уже зарегистрирован(а)", "✍️ Своя причина",
                                       "Без причины", "‹ Назад"]
    boss.presses("button_reject_keep", message=first)
    assert boss.sees_edit().labels == ["✅ Одобрить", "❌ Отклонить"]
    boss.presses("button_reject", message=first)
    boss.sees_edit()
    boss.presses("button_reject_wrong_data", message=first)
    reason = world.texts.render("ru", "reject_wrong_data")
    anna.hears("rep_rejected_why", name="Anna Kern", detail=reason)
    sees_decided(other, second, "decided_rejected_why", who="Boss", reason=world.texts.render("en", "reject_wrong_data"))
    sees_decided(boss, first, "decided_rejected_why", who="Boss", reason=reason)
    (entry,) = audit(world, anna)
    assert (entry["action"], entry["who_name"], entry["after"]) == ("reject", "Boss", {"status": "removed", "reason": reason})


def test_a_reason_in_own_words(world):
    boss, other, anna, first, second = asked_twice(world)
    boss.presses("button_reject", message=first)
    boss.sees_edit()
    boss.presses("button_reject_write", message=first)
    boss.hears("reject_write", units=300)
    boss.says("Вас нет в «списке»\n-- DROP 🌴")
    boss.hears("reject_confirm", reason="Вас нет в «списке» -- DROP 🌴")
    boss.presses("button_reject_written")
    anna.hears("rep_rejected_why", name="Anna Kern", detail="Вас нет в «списке» -- DROP 🌴")
    for one, message in ((boss, first), (other, second)):
        sees_decided(one, message, "decided_rejected_why", who="Boss", reason="Вас нет в «списке» -- DROP 🌴")


def test_a_command_is_no_reason(world):
    boss, other, anna, first, second = asked_twice(world)
    boss.presses("button_reject", message=first)
    boss.sees_edit()
    boss.presses("button_reject_write", message=first)
    boss.hears("reject_write", units=300)
    boss.says("/help")
    boss.hears("admin_hello")
    boss.says("слово")
    boss.hears("admin_hello")
    assert audit(world, anna) == []


def test_of_two_at_once_the_first_wins(world):
    boss, other, anna, first, second = asked_twice(world)
    world.sandbox.acts([{"user": other.id, "type": "button", "data": f"adm:ok:{anna.id}", "message_id": second.id},
                        {"user": boss.id, "type": "button", "data": f"adm:ok:{anna.id}", "message_id": first.id}])
    text = ""
    while not text:
        text = boss.hears_answer()
    assert text == world.texts.render("ru", "answer_decided_by", name="Anna Kern", status=world.texts.render("ru", "rep_is_active"), who="Клара")
    sees_decided(boss, first, "decided_approved", who="Клара")
    sees_decided(other, second, "decided_approved", who="Клара")
    anna.hears("rep_approved")
    world.settle()
    assert len(audit(world, anna)) == 1 and not anna.unheard()


@pytest.mark.parametrize("words,key,values", [
    (["approve"], "decided_approved", {}), (["reject", "--yes"], "decided_rejected", {}),
    (["reject", "--yes", "--reason", "Нет в штате\x1b[1m"], "decided_rejected_why", {"reason": "Нет в штате [1m"})])
def test_a_command_is_seen_by_the_admins_too(world, words, key, values):
    boss, other, anna, first, second = asked_twice(world)
    rep(world, words[0], str(anna.id), *words[1:])
    (entry,) = audit(world, anna)
    if values: # as one line, without what a terminal would obey
        values = {"reason": entry["after"]["reason"]}
        assert values["reason"].startswith("Нет в штате") and "\x1b" not in values["reason"]
    for one, message in ((boss, first), (other, second)):
        sees_decided(one, message, key, who=entry["who"], **values)
    if values:
        anna.hears("rep_rejected_why", name="Anna Kern", detail=values["reason"])
        assert entry["after"] == {"status": "removed", **values}
    else:
        anna.hears("rep_approved" if key == "decided_approved" else "rep_rejected")


def test_what_had_not_been_sent_yet_arrives_decided(world):
    boss, other = admin(world), admin(world, "Клара", OTHER)
    world.sandbox.fault("429", method="sendMessage", chat=OTHER, retry_after=8)
    anna = world.person("Anna Kern")
    gives_email(anna, asked="registered_pending")
    first = boss.hears_anything()
    eventually(lambda: world.db.outbox.value("count(*)", "WHERE chat_id = %s AND state = 'queued'", OTHER) == 1, what="it waits")
    boss.presses("button_approve", message=first)
    sees_decided(boss, first, "decided_approved", who="Boss")
    late = other.hears_anything()
    assert late.text == f"{first.text}\n\n" + world.texts.render("ru", "decided_approved", who="Boss") and not late.labels


def test_what_was_on_its_way_is_edited_when_it_has_arrived(world):
    boss, other = admin(world), admin(world, "Клара", OTHER)
    world.sandbox.fault("slow", method="sendMessage", chat=OTHER, ms=2000)
    anna = world.person("Anna Kern")
    gives_email(anna, asked="registered_pending")
    first = boss.hears_anything()
    boss.presses("button_approve", message=first)
    sees_decided(boss, first, "decided_approved", who="Boss")
    message = other.hears_anything()
    sees_decided(other, message, "decided_approved", who="Boss")


def test_an_application_made_once_more_is_another_one(world):
    boss, other, anna, first, second = asked_twice(world)
    rep(world, "reject", str(anna.id), "--yes")
    sees_decided(other, second, "decided_rejected", who=audit(world, anna)[0]["who"])
    anna.hears("rep_rejected")
    anna.registers(email=anna.email, done="registered_pending")
    again = other.hears_anything()
    boss_again = boss.hears_anything()
    boss.presses("button_approve", message=boss_again)
    sees_decided(other, again, "decided_approved", who="Boss")
    world.settle()
    shown = [e for e in world.sandbox.transcript(OTHER)[0] if e["kind"] == "bot_edit" and e["message_id"] == second.id]
    assert len(shown) == 1


def test_who_is_no_admin_any_more_decides_nothing(world):
    boss, other, anna, first, second = asked_twice(world)
    world.restart_bot(ADMIN_TELEGRAM_IDS=str(OTHER))
    boss.presses("button_reject", message=first)
    reads_answer(boss, "answer_admin_only")
    assert world.db.rep(anna.id)["status"] == "pending" and not audit(world, anna)
    assert json.loads(rep(world, "list", "--json").stdout)["reps"][0]["status"] == "pending"
