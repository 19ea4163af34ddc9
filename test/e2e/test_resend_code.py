"""Another mail with a code for who waits for one: an admin's button, and a command."""
import json

import pytest

from support.mail import gives_email, settings
from support.process import run
from support.waiting import eventually
from test_admin_desk import ADMIN, OTHER, admin, reads_answer


@pytest.fixture
def office(mail):
    return {**settings(mail), "ADMIN_TELEGRAM_IDS": f"{ADMIN},{OTHER}"}


@pytest.fixture
def world(make_world, office):
    made = make_world(**office)
    made.start_bot()
    return made


def waits(world, anna):
    eventually(lambda: world.db.email_codes.value("state", "WHERE live") == "sent", what="the mail is gone")


def audit(world):
    return json.loads(run("audit", "--json", settings={"DATABASE_URL": world.db.url}).stdout)["entries"]


def test_an_admin_has_another_code_mailed_by_a_button(world, mail):
    boss, anna = admin(world), world.person("Anna «Kern» 🌴")
    gives_email(anna)
    first = mail.code(anna.email)
    waits(world, anna)
    boss.says("/pending")
    boss.hears("applications_none")
    listed = boss.hears_anything()
    assert listed.text == (world.texts.render("ru", "code_waiters", count=1) + "\n"
                           + world.texts.render("ru", "code_waiter", number=1, name=anna.name, email=anna.email))
    boss.presses(data=f"adm:code:{anna.id}")
    reads_answer(boss, "answer_code_resent", email=anna.email)
    told = anna.hears("code_asked_again", email=anna.email, minutes=10)
    assert told.labels == [world.texts.raw("ru", key) for key in ("button_code_again", "button_cancel")]
    second = mail.code(anna.email, 2)
    # the button is about the mail before
    boss.presses(data=f"adm:code:{anna.id}", message=listed)
    reads_answer(boss, "answer_code_over")
    anna.says(first)
    anna.hears("code_wrong")
    anna.says(second)
    anna.hears("registered", name=anna.name, email=anna.email)
    boss.says("/pending")
    boss.hears("applications_none")
    world.settle()
    assert not boss.unheard() and len(mail.messages) == 2
    (entry,) = audit(world)
    assert (entry["actor"], entry["who_name"], entry["action"], entry["after"]) == (
        "admin", "Boss", "resend-code", {"telegram_id": anna.id, "email": anna.email})


@pytest.mark.parametrize("by", ["address", "account"])
def test_a_command_does_the_same(world, mail, office, by):
    def resend(*words, code=0):
        done = run("rep", "resend-code", *words, settings={"DATABASE_URL": world.db.url, **office})
        assert done.returncode == code, done
        return done
    anna = world.person("Anna Kern")
    assert "nobody waits for a mail with a code as" in resend(anna.email, code=1).stderr
    gives_email(anna)
    mail.code(anna.email)
    waits(world, anna)
    who = anna.email.upper() if by == "address" else str(anna.id)
    assert "Nothing was changed" in resend(who, "--dry-run").stdout and not audit(world)
    assert f"Another code is mailed to {anna.email}" in resend(who).stdout
    anna.hears("code_asked_again", email=anna.email, minutes=10)
    anna.says(mail.code(anna.email, 2))
    anna.hears("registered")
    (entry,) = audit(world)
    assert entry["actor"] == "operator" and entry["command"] == "rep resend-code" and entry["after"]["email"] == anna.email
    assert "nobody waits" in resend(who, code=1).stderr


def test_without_a_mail_server_there_is_no_code(database):
    done = run("rep", "resend-code", "anna@truerealestate.bali", settings={"DATABASE_URL": database.url})
    assert done.returncode == 1 and "SMTP_URL is not set" in done.stderr
