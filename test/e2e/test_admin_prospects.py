"""Prospects in an admin's chat: whom a word finds, the card, and what an admin does with it; what reps see of that."""
import pytest

from support.database import tables
from support.waiting import eventually
from test_prospect_chat import registered

ADMINS = (900001, 900002)


@pytest.fixture
def world(make_world):
    """Two admins who are no reps, a bot and an outreach."""
    made = make_world(ADMIN_TELEGRAM_IDS=",".join(map(str, ADMINS)))
    made.db.no_prospects()
    made.start_bot()
    made.start_outreach()
    made.admins = [made.person(f"Admin {i}", id=id) for i, id in enumerate(ADMINS)]
    for admin in made.admins:
        admin.opens()
        admin.hears("admin_hello")
    return made


@pytest.fixture
def boss(world):
    return world.admins[0]


def looks_for(admin, words):
    admin.says("найти")
    admin.hears("managed_find")
    admin.says(words)


def gets_list(admin, words):
    """Those whom the words are about, of several."""
    looks_for(admin, words)
    found = admin.hears_anything()
    assert found.text.startswith(f"По запросу {words} нашлись"), found.text
    return found


def opens_prospect(admin, words):
    """The card of the only one whom the words are about."""
    looks_for(admin, words)
    card = admin.hears_anything()
    assert card.text.startswith("Клиент:"), card.text
    return card


PEOPLE = [("p1", "Ольга Петрова", "@olga_p", None), ("p2", "Пётр O'Neil -- \n😀 \"x\"", "+7 916 123-45-67", "petr@example.org"),
          ("p3", "Anna; DROP TABLE x", "700123", None), ("id with space", "Ольга Иванова", "@olga_i", None)]


@pytest.fixture
def people(world):
    for id, name, telegram, email in PEOPLE:
        world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, email) VALUES (%s, %s, %s, %s)", id, name, telegram, email)
    return world.db


@pytest.mark.parametrize("words, id", [
    ("p1", "p1"), ("петров", "p1"), ("Петрова Ольга", "p1"), ("ольг петр", "p1"), ("@olga_p", "p1"), ("t.me/Olga_P", "p1"), ("olga_p", "p1"),
    ("8 916 123 45 67", "p2"), ("+79161234567", "p2"), ("PETR@example.org", "p2"), ("neil", "p2"), ("O'Neil", "p2"), ("700123", "p3"), ("drop table", "p3"),
    ("id with space", "id with space")])
def test_a_word_finds_one_and_the_card_comes(world, boss, people, words, id):
    registered(world)
    eventually(lambda: people.value(f"SELECT count(DISTINCT prospect) FROM {tables.prospect_identities}") == 4)
    card = opens_prospect(boss, words)
    name, telegram = [(n, t) for i, n, t, _ in PEOPLE if i == id][0]
    assert name.split()[0].split(";")[0] in card.text and f"id: {id}" in card.text and "Менеджер: Boris Sidorov" in card.text
    assert "Статус: ещё не связались" in card.text and "Источник: таблица клиентов" in card.text and "Контакта ещё не было" in card.text


def test_before_outreach_has_looked_the_newest_are_found_all_the_same(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS="900001")
    world.db.no_prospects()
    world.start_bot()
    boss = world.person("Admin", id=900001)
    boss.opens()
    boss.hears("admin_hello")
    world.db.add_prospect("p1", "Ольга Петрова")
    world.db.execute("UPDATE test_prospects SET email = 'Olga@Example.org'")
    for words in ("льга", "olga@example.org", "p1"):
        assert "Менеджер: без менеджера" in opens_prospect(boss, words).text


def test_of_several_one_is_chosen_and_the_list_is_the_way_back(world, boss, people):
    found = gets_list(boss, "ольга")
    assert "Ольга Иванова" in found.text and "Ольга Петрова" in found.text and "Anna" not in found.text
    boss.presses(found.labels[0], message=found)
    card = boss.sees_edit()
    assert card.text.startswith("Клиент:")
    boss.presses("button_managed_list", message=card)
    assert boss.sees_edit().text == found.text


def test_a_list_has_pages(world, boss):
    for n in range(20):
        world.db.add_prospect(f"n{n}", f"Иван Номер{n}")
    first = gets_list(boss, "иван")
    assert len([l for l in first.labels if "Иван" in l]) == 8 and "button" not in first.text
    shown = [l.split(". ", 1)[1] for l in first.labels if "Иван" in l]
    boss.presses("button_clients_older", message=first)
    second = boss.sees_edit()
    boss.presses("button_clients_older", message=second)
    third = boss.sees_edit()
    for page in (second, third):
        shown += [l.split(". ", 1)[1] for l in page.labels if "Иван" in l]
    assert sorted(shown) == sorted(f"Иван Номер{n}" for n in range(20))
    # meanwhile they are gone
    world.db.execute("DELETE FROM test_prospects")
    boss.presses("button_clients_newer", message=third)
    assert boss.sees_edit().text == world.texts.raw("ru", "clients_page_gone")


@pytest.mark.parametrize("words", ["никого", "100%", "'; --", "🙂🙂", "\\", ":*", "& | !", "((("])
def test_nobody_is_found_and_the_question_stays(world, boss, people, words):
    looks_for(boss, words)
    boss.hears("managed_not_found", "managed_find")
    boss.says("петрова")
    assert "Ольга Петрова" in boss.hears_anything().text


def test_the_command_looks_at_once_and_cancel_ends_the_question(world, boss, people):
    boss.says("/find Петрова")
    assert "Ольга Петрова" in boss.hears_anything().text
    boss.says("/find")
    boss.hears("managed_find")
    boss.says("отмена")
    boss.hears("cancelled")
    boss.says("петрова")
    boss.hears("admin_hello")


def test_a_contact_that_is_sent_finds_whom_it_is_of(world, boss, people):
    boss.says("найти")
    boss.hears("managed_find")
    boss.act("contact", phone_number="79161234567")
    assert "O'Neil" in boss.hears_anything().text


def test_who_is_no_admin_finds_nobody(world, boss, people):
    found = gets_list(boss, "ольга")
    boris = registered(world)
    boris.says("/find Ольга")
    assert "Иванова" not in boris.hears_anything().text
    looks_for(boss, "zz")
    boss.hears("managed_not_found", "managed_find")
    world.restart_bot(ADMIN_TELEGRAM_IDS="900002")
    boss.presses(found.labels[0], message=found)
    boss.is_answered("answer_admin_only")
    boss.says("ольга")
    assert "Иванова" not in boss.hears_anything().text


def test_whoever_was_found_has_been_deleted(world, boss, people):
    found = gets_list(boss, "ольга")
    world.db.execute("DELETE FROM test_prospects")
    boss.presses(found.labels[0], message=found)
    boss.is_answered("answer_managed_gone")
