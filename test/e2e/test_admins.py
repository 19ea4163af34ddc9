"""Who is an admin: ADMIN_TELEGRAM_IDS, and active reps who were made one."""
import json

import pytest

from support.process import run
from support.waiting import eventually
from test_telegram_api import api

BOSS = 7900000001


def rep(world, *words, code=0, **settings):
    done = run("rep", *words, settings={"DATABASE_URL": world.db.url, **settings})
    assert done.returncode == code, done
    return done


@pytest.fixture
def world(make_world):
    """With one admin by the configuration, and a rep who was approved and made another."""
    world = make_world(ADMIN_TELEGRAM_IDS=str(BOSS), REGISTRATION_APPROVAL="admin")
    world.start_bot()
    boss = world.person(id=BOSS)
    boss.opens()
    boss.hears("admin_hello")
    world.anna = world.person("Anna Petrova")
    world.anna.registers(done="registered_pending")
    rep(world, "approve", world.anna.email)
    world.anna.hears_anything()
    done = rep(world, "set-admin", world.anna.email, "on")
    assert "is an admin." in done.stdout and "told in the chat" in done.stdout
    world.anna.hears("rep_admin_rights")
    return world


def status(world, person):
    return world.db.value("SELECT status FROM sales_representatives WHERE telegram_id = %s", person.id)


def test_a_rep_is_made_an_admin_and_is_one_no_more(world):
    anna, boris, clara, dina = world.anna, *(world.person(name) for name in ("Boris Orlov", "Clara Sidorova", "Dina Sidorova"))
    assert json.loads(rep(world, "show", anna.email, "--json").stdout)["admin"] is True
    assert world.db.audit.row("action, before, after", "ORDER BY id DESC LIMIT 1") == [
        "set-admin", {"admin": False}, {"admin": True}]
    boris.registers(done="registered_pending")
    anna.hears("admin_new_rep", email=boris.email)
    anna.presses("button_approve")
    anna.is_answered("answer_approved")
    boris.hears("rep_approved")
    assert world.db.audit.value("who", "WHERE action = 'approve' AND actor = 'admin'") == str(anna.id)

    clara.registers(done="registered_pending")
    asked = anna.hears("admin_new_rep", email=clara.email)
    again = rep(world, "set-admin", anna.email, "on", code=1)
    assert "an admin already; the last change was set-admin" in again.stderr
    rep(world, "set-admin", anna.email, "off", ADMIN_TELEGRAM_IDS=str(BOSS))
    anna.hears("rep_admin_rights_over")
    anna.presses("button_approve", message=asked)
    anna.is_answered("answer_admin_only")
    assert status(world, clara) == "pending"
    dina.registers(done="registered_pending")
    world.settle()
    assert not [m for m in anna.unheard() if dina.email in m.text]


def test_their_row_counts_and_not_what_was_last_heard_of_it(world):
    boris = world.person("Boris Orlov")
    boris.registers(done="registered_pending")
    world.anna.hears("admin_new_rep", email=boris.email)
    # by a hand that tells nobody
    world.db.as_superuser("ALTER TABLE sales_representatives DISABLE TRIGGER USER")
    world.db.execute("UPDATE sales_representatives SET is_admin = false WHERE telegram_id = %s", world.anna.id)
    world.db.as_superuser("ALTER TABLE sales_representatives ENABLE TRIGGER USER")
    world.anna.presses("button_approve")
    world.anna.is_answered("answer_admin_only")
    assert status(world, boris) == "pending"


def test_who_leaves_and_comes_back_is_none(world):
    anna = world.anna
    rep(world, "remove", anna.email, "--yes")
    anna.hears_anything()
    anna.registers(done="registered_pending")
    rep(world, "approve", anna.email)
    assert json.loads(rep(world, "show", anna.email, "--json").stdout)["admin"] is False
    wide = rep(world, "list", "-o", "wide", ADMIN_TELEGRAM_IDS=str(anna.id)).stdout.splitlines()
    assert "ADMIN" in wide[0] and " yes " in next(line for line in wide if "Anna" in line)


def test_only_who_is_at_work_is_one_and_somebody_is(make_world):
    world = make_world()
    world.start_bot()
    anna, boris = world.person("Anna Petrova"), world.person("Boris Orlov")
    anna.registers()
    boris.registers()
    rep(world, "set-admin", anna.email, "on")
    told = anna.hears("rep_admin_rights")
    only = rep(world, "set-admin", anna.email, "off", code=1)
    assert "is the only admin; make somebody else one first" in only.stderr
    # nor by a button on the own card
    anna.presses(data=f"r:{anna.id}:s1:0.", message=told)
    answer = ""
    while not answer:
        answer = anna.hears_answer()
    assert answer == world.texts.render("ru", "answer_rep_only_admin") and world.db.rep(anna.id)["status"] == "active"
    rep(world, "suspend", boris.email, "--yes")
    assert "has the status suspended" in rep(world, "set-admin", boris.email, "on", code=1).stderr
    dry = rep(world, "set-admin", anna.email, "off", "--dry-run", ADMIN_TELEGRAM_IDS="1").stdout
    assert dry.startswith("Would take an admin's rights from Anna Petrova")
    assert world.db.value("SELECT is_admin FROM sales_representatives WHERE telegram_id = %s", anna.id) is True
    # an operator may take the last one away, and reads so
    line = "Nobody is an admin now: salesreg rep set-admin WHO on makes one."
    assert line not in rep(world, "reactivate", boris.email).stdout and line not in rep(world, "suspend", boris.email, "--yes").stdout
    assert line in rep(world, "suspend", anna.email, "--yes").stdout


def commands(world, person=None):
    """The names of the commands in Telegram's menu: everybody's, or that of a person's chat, [] where it has none of its own."""
    scope = {"scope": f'{{"type":"chat","chat_id":{person.id}}}'} if person else {"language_code": "ru"}
    return [command["command"] for command in api(world, "getMyCommands", **scope)["result"]]


REPS = {"clients", "status", "hours", "email", "unregister"}
ADMINS = {"admin", "pending", "stats", "broadcast", "find", "waits"}


def has(world, person, some, none):
    eventually(lambda: set(commands(world, person)) >= some and not set(commands(world, person)) & none, what="the menu is set")


def test_everybody_has_the_menu_of_what_they_are(world):
    strangers = commands(world)
    assert {"start", "help", "language", "privacy"} <= set(strangers) and not set(strangers) & (REPS | ADMINS)
    anna, boris = world.anna, world.person("Boris Orlov", language="en")
    has(world, anna, REPS | ADMINS, set())
    boss = world.person(id=BOSS)
    has(world, boss, ADMINS, REPS)
    boris.registers(done="registered_pending")
    world.settle()
    assert commands(world, boris) == []
    rep(world, "approve", boris.email)
    has(world, boris, REPS, ADMINS)
    listed = api(world, "getMyCommands", scope=f'{{"type":"chat","chat_id":{boris.id}}}')["result"]
    assert listed[0]["description"] == world.texts.raw("en", "command_start")
    rep(world, "set-admin", anna.email, "off", ADMIN_TELEGRAM_IDS=str(BOSS))
    has(world, anna, REPS, ADMINS)
    # by the program that writes the table, without a word to anybody
    world.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", boris.id)
    has(world, boris, {"start"}, REPS)
    world.settle()
    anna.forget()
    anna.says("/unregister")
    anna.hears("ask_unregister")
    anna.presses("button_unregister_yes")
    has(world, anna, {"start"}, REPS | ADMINS)


def test_a_menu_that_was_to_change_while_no_bot_ran_changes_when_one_does(world):
    has(world, world.anna, REPS | ADMINS, set())
    world.bot.terminate()
    world.db.execute("UPDATE sales_representatives SET is_admin = false")
    world.start_bot()
    has(world, world.anna, REPS, ADMINS)
