"""Who is an admin: ADMIN_TELEGRAM_IDS, and active reps who were made one."""
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

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
    world.boss = boss = world.person(id=BOSS)
    boss.opens()
    boss.hello = boss.hears("admin_hello")
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


@pytest.mark.parametrize("by", ["command", "chat"])
def test_who_is_reactivated_reads_that_the_rights_are_back(world, by):
    anna, boss = world.anna, world.boss
    rep(world, "suspend", anna.email, "--yes", ADMIN_TELEGRAM_IDS=str(BOSS))
    anna.hears_anything()
    if by == "command":
        rep(world, "reactivate", anna.email)
    else:
        boss.presses(data=f"r:{anna.id}:a:0.", message=boss.hello)
    anna.hears("rep_reactivated_admin", name="Anna Petrova")
    assert json.loads(rep(world, "show", anna.email, "--json").stdout)["admin"] is True


def test_who_leaves_and_comes_back_is_none(world):
    anna = world.anna
    rep(world, "remove", anna.email, "--yes", ADMIN_TELEGRAM_IDS=str(BOSS))
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
    # nor is the last one suspended, removed or merged into who is none
    rep(world, "reactivate", boris.email)
    for words in (("suspend", anna.email), ("remove", anna.email), ("merge", anna.email, boris.email)):
        assert "is the only admin; make somebody else one first" in rep(world, *words, "--yes", code=1).stderr
    rep(world, "merge", boris.email, anna.email, "--yes")
    rep(world, "remove", anna.email, "--yes", ADMIN_TELEGRAM_IDS="1")


def test_the_only_admin_does_not_leave_nor_move_without_another(make_world):
    world = make_world()
    world.start_bot()
    anna, boris, new = world.person("Anna Petrova"), world.person("Boris Orlov"), world.person("Anna Petrova")
    anna.registers()
    boris.registers()
    rep(world, "set-admin", anna.email, "on")
    anna.hears("rep_admin_rights")
    anna.says("отключиться")
    anna.hears("unregister_only_admin", "menu")
    new.opens()
    new.hears_anything()
    new.says("да")
    new.hears("ask_name")
    new.says("Анна Петрова")
    new.hears("ask_email")
    new.says(anna.email)
    new.hears("email_taken_claim", email=anna.email)
    new.presses("button_claim")
    new.is_answered()
    asked = anna.hears_anything()
    anna.presses("button_same_person", message=asked)
    anna.is_answered("answer_rep_only_admin")

    rep(world, "set-admin", boris.email, "on")
    boris.hears("rep_admin_rights")
    anna.presses("button_same_person", message=asked)
    anna.is_answered("answer_moved", name="Anna Petrova")
    assert world.db.rep(new.id)["is_admin"] is False
    boris.hears("admin_moved", name="Anna Petrova", email=anna.email)
    boris.says("отключиться")
    boris.hears("unregister_only_admin", "menu")


def waiting(world, count):
    eventually(lambda: world.db.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == count)


@pytest.fixture
def two(make_world):
    """Two admins, both by their rows, with their own cards before them; and whoever changes something waits while others() is open."""
    world = make_world()
    world.start_bot()
    world.two = [world.person("Anna Petrova"), world.person("Boris Orlov")]
    for person in world.two:
        person.registers()
        rep(world, "set-admin", person.email, "on")
        person.card = person.hears("rep_admin_rights")
    world.settle()
    return world


def admins(world):
    return world.db.column("SELECT telegram_id FROM sales_representatives WHERE is_admin AND status = 'active'")


def suspends(person, whom):
    person.presses(data=f"r:{whom.id}:s1:0.", message=person.card)


def answers(person):
    found = ""
    while not found:
        found = person.hears_answer()
    return found


@contextmanager
def held(world):
    """Another session holds the assignment lock."""
    other = world.db.connect()
    other.autocommit = False
    with other.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {world.db.assignment_lock} FOR UPDATE")
        yield
    other.rollback()
    other.close()


@pytest.mark.parametrize("words", [("set-admin", "off"), ("suspend", "--yes"), ("remove", "--yes")])
def test_of_two_operators_at_once_one_leaves_an_admin(two, words):
    with ThreadPoolExecutor() as pool:
        with held(two):
            both = [pool.submit(run, "rep", words[0], person.email, words[1], settings={"DATABASE_URL": two.db.url}) for person in two.two]
            waiting(two, 2)
        done = sorted((one.result() for one in both), key=lambda one: one.returncode)
    assert [one.returncode for one in done] == [0, 1] and "is the only admin; make somebody else one first" in done[1].stderr, done
    assert len(admins(two)) == 1


@pytest.mark.parametrize("first", ["chat", "terminal"])
def test_an_operator_and_the_chat_at_once_leave_an_admin(two, first):
    anna, boris = two.two
    steps = {"chat": lambda: suspends(boris, boris), "terminal": lambda: None}
    with ThreadPoolExecutor() as pool:
        with held(two):
            steps[first]()
            waiting(two, first == "chat")
            taken = pool.submit(run, "rep", "set-admin", anna.email, "off", settings={"DATABASE_URL": two.db.url})
            waiting(two, 1 + (first == "chat"))
            if first == "terminal":
                suspends(boris, boris)
                waiting(two, 2)
        done, answer = taken.result(), answers(boris)
    refused = answer == two.texts.render("ru", "answer_rep_only_admin")
    assert len(admins(two)) == 1 and refused == (done.returncode == 0), (done, answer)


@pytest.mark.parametrize("how", ["suspend", "leave", "each other"])
def test_of_two_admins_at_once_in_the_chat_one_stays(two, how):
    """Both are in one answer to getUpdates."""
    anna, boris = two.two
    if how == "leave":
        for person in two.two:
            person.says("отключиться")
            person.hears("ask_unregister", open=0)
    two.bot.terminate()
    for person, other in ((anna, boris), (boris, anna)):
        if how == "leave":
            person.says("да")
        else:
            suspends(person, person if how == "suspend" else other)
    two.start_bot()
    if how == "suspend":
        answers(anna)
        assert answers(boris) == two.texts.render("ru", "answer_rep_only_admin")
    elif how == "leave":
        anna.hears("unregistered")
        boris.hears("unregister_only_admin", "menu")
    else:
        answers(anna)
    two.settle()
    assert admins(two) == [anna.id if how == "each other" else boris.id]


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
