"""Prospects in an admin's chat: whom a word finds, the card, and what an admin does with it; what reps see of that."""
import getpass

import pytest

from support.database import tables
from support.process import run
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
    eventually(lambda: people.value("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NULL") == 0)
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
    boss.says("найти")
    boss.hears("managed_find")
    boss.opens()
    boss.hears("admin_hello")
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
    eventually(lambda: people.value("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NULL") == 0)
    world.settle()
    boris.forget()
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


# what an admin does with one ---


def turns(admin, label, message):
    """What a press makes of the message, where nothing is to be said beside it."""
    admin.presses(label, message=message)
    admin.is_answered()
    return admin.sees_edit()


def asked_for_note(admin, card):
    admin.presses("button_managed_note", message=card)
    admin.is_answered()
    return admin.hears("managed_note", name="Ольга Петрова")


@pytest.fixture
def one(world):
    """Ольга, whom Boris has: Boris and the card he got."""
    boris = registered(world)
    world.db.add_prospect("p1", "Ольга Петрова", telegram="@olga_p")
    return boris, boris.hears_anything()


def audited(world):
    return list(map(tuple, world.db.rows(f"SELECT action, who, prospect, before, after FROM {tables.audit} WHERE prospect IS NOT NULL ORDER BY id")))


def test_a_prospect_is_given_to_somebody_else_and_both_reps_hear(world, boss, one):
    boris, first = one
    anna = registered(world, "Anna Ivanova")
    card = opens_prospect(boss, "p1")
    choice = turns(boss, "button_managed_reassign", card)
    assert "Anna Ivanova · 0/5" in choice.labels and not any("Boris" in label for label in choice.labels)
    boss.presses("Anna Ivanova · 0/5", message=choice)
    boss.is_answered("answer_managed_given", name="Ольга Петрова", rep="Anna Ivanova")
    assert "Менеджер: Anna Ivanova" in boss.sees_edit().text
    assert "Ольга Петрова" in anna.hears_anything().text
    assert "Ольга Петрова" in boris.hears_anything().text
    world.settle()
    # the buttons of who had her are dead
    boris.presses(data=first.data[0], message=first)
    assert boris.hears_answer()
    reps = dict(map(tuple, world.db.rows("SELECT name, id::text FROM sales_representatives")))
    assert world.db.value("SELECT assigned_rep_id::text FROM test_prospects") == reps["Anna Ivanova"]
    assert audited(world) == [("reassign", str(boss.id), "p1", {"rep": reps["Boris Sidorov"], "name": "Boris Sidorov"},
                               {"rep": reps["Anna Ivanova"], "name": "Anna Ivanova"})]
    kinds = world.db.column(f"SELECT kind FROM {tables.prospect_events} WHERE prospect = 'p1' ORDER BY id")
    assert "given" in kinds


def test_one_that_waits_is_assigned_and_one_goes_back(world, boss):
    world.db.add_prospect("p1", "Ольга Петрова")
    card = opens_prospect(boss, "p1")
    assert "↩ В очередь" not in card.labels
    choice = turns(boss, "button_managed_assign", card)
    assert choice.text == world.texts.raw("ru", "managed_no_reps").replace("{name}", "Ольга Петрова")
    boris = registered(world)
    boris.hears_anything()
    card = turns(boss, "button_managed_card", choice)
    assert "Менеджер: Boris Sidorov" in card.text
    world.outreach.terminate()
    boss.presses("button_managed_queue", message=card)
    boss.is_answered("answer_managed_queued", name="Ольга Петрова")
    assert "Менеджер: без менеджера" in boss.sees_edit().text
    assert world.db.value("SELECT assigned_rep_id FROM test_prospects") is None
    assert [row[0] for row in audited(world)] == ["unassign"]


def test_two_admins_at_once_the_second_reads_who_was_quicker(world, one):
    boss, other = world.admins
    registered(world, "Anna Ivanova")
    cards = []
    for admin in (boss, other):
        card = opens_prospect(admin, "p1")
        cards.append(turns(admin, "button_managed_status", card))
    boss.presses("prospect_converted", message=cards[0])
    assert "Ольга Петрова" in boss.hears_answer()
    chosen = world.db.value("SELECT status FROM test_prospects")
    other.presses(cards[1].labels[0], message=cards[1])
    answer = other.hears_answer()
    assert answer.startswith("Вас опередили (Admin)"), answer
    assert "Клиент:" in other.sees_edit().text
    assert world.db.value("SELECT status FROM test_prospects") == chosen
    assert [row[0] for row in audited(world)] == ["status"]


@pytest.mark.parametrize("status, kind", [("contacted", "status"), ("converted", "converted"), ("archived", "archived")])
def test_a_status_is_set_as_by_the_command(world, boss, one, status, kind):
    card = opens_prospect(boss, "p1")
    asked = turns(boss, "button_managed_status", card)
    boss.presses(f"prospect_{status}", message=asked)
    boss.hears_answer()
    boss.sees_edit()
    assert world.db.value("SELECT status FROM test_prospects") == status
    assert kind in world.db.column(f"SELECT kind FROM {tables.prospect_events} WHERE prospect = 'p1'")
    assert audited(world) == [("status", str(boss.id), "p1", {"status": "unreached"}, {"status": status})]
    world.settle()


def test_a_closed_one_is_not_given_until_it_is_open_again(world, boss, one):
    card = opens_prospect(boss, "p1")
    turns(boss, "button_managed_reassign", card)
    world.db.execute("UPDATE test_prospects SET status = 'archived'")
    boss.presses(data=next(d for d in card.data if d[19:] == "r"), message=card)
    boss.is_answered("answer_managed_closed", status="в архиве")
    closed = boss.sees_edit()
    assert world.texts.raw("ru", "button_managed_reassign") not in closed.labels


def test_a_note_stands_on_the_card_of_the_rep(world, boss, one):
    boris, card = one
    asked_for_note(boss, opens_prospect(boss, "p1"))
    boss.act("photo")
    boss.hears("only_text", "managed_note_again")
    boss.says("да, Звонить -- 'вечером' 😀")
    boss.hears("managed_noted", name="Ольга Петрова")
    boris.says("мои клиенты")
    listed = boris.hears_anything()
    boris.presses(listed.labels[0], message=listed)
    assert "Звонить -- 'вечером' 😀" in boris.hears_anything().text
    assert audited(world) == [("note", str(boss.id), "p1", None, {"note": "да, Звонить -- 'вечером' 😀"})]
    boss.says("просто слово")
    boss.hears("admin_hello")


def test_a_command_is_no_note(world, boss, one):
    for command, key in (("/help", "admin_hello"), ("/nonsense", "admin_hello"), ("/admin", "admin_menu")):
        asked_for_note(boss, opens_prospect(boss, "p1"))
        boss.says(command)
        boss.hears(key)
        boss.says("слово")
        boss.hears("admin_hello")
    assert audited(world) == []


def test_whom_a_long_command_looks_for_is_looked_for(world, boss, one):
    boss.says("/find " + "ж" * 300)
    assert "никого нет. Попробуйте" in boss.hears_anything().text


def test_a_note_can_be_cancelled_and_who_is_deleted_meanwhile_gets_none(world, boss, one):
    card = opens_prospect(boss, "p1")
    asked = asked_for_note(boss, card)
    boss.presses("button_cancel", message=asked)
    boss.hears("cancelled")
    asked_for_note(boss, card)
    boss.opens()
    boss.hears("admin_hello")
    asked_for_note(boss, card)
    world.db.execute("DELETE FROM test_prospects")
    boss.says("Звонить вечером")
    boss.hears("managed_gone")
    assert audited(world) == []


def test_a_rep_who_is_suspended_between_list_and_press_gets_nobody(world, boss, one):
    anna = registered(world, "Anna Ivanova")
    choice = turns(boss, "button_managed_reassign", opens_prospect(boss, "p1"))
    world.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", anna.id)
    boss.presses("Anna Ivanova · 0/5", message=choice)
    boss.is_answered("answer_managed_rep", name="Anna Ivanova")
    assert "Менеджер: Boris Sidorov" in boss.sees_edit().text and audited(world) == []


def test_who_is_no_admin_any_more_changes_nothing(world, boss, one):
    card = opens_prospect(boss, "p1")
    asked_for_note(boss, card)
    world.restart_bot(ADMIN_TELEGRAM_IDS="900002")
    for data in card.data:
        boss.presses(data=data, message=card)
        boss.is_answered("answer_admin_only")
    boss.says("это заметка")
    boss.hears_anything()
    assert audited(world) == [] and world.db.value(f"SELECT count(*) FROM {tables.prospect_events} WHERE kind = 'note'") == 0


def test_a_rep_who_is_an_admin_does_both(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS="900001")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    boss = world.person("Anna Admin", id=900001)
    boss.opens()
    boss.hears("admin_hello")
    world.db.add_prospect("p1", "Ольга Петрова")
    boris = registered(world)
    boris.hears_anything()
    world.db.execute("INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES (900001, 'Anna Admin', 'anna@truerealestate.bali', 'suspended')")
    # suspended as a rep, an admin all the same
    card = opens_prospect(boss, "p1")
    asked_for_note(boss, card)
    boss.says("заметка")
    boss.hears("managed_noted", name="Ольга Петрова")
    world.db.execute("UPDATE sales_representatives SET status = 'active' WHERE telegram_id = 900001")
    choice = turns(boss, "button_managed_reassign", card)
    boss.presses([label for label in choice.labels if label.startswith("Anna Admin")][0], message=choice)
    boss.is_answered("answer_managed_given", name="Ольга Петрова", rep="Anna Admin")


def test_the_history_has_pages_and_says_by_whom(world, boss, one):
    boris, _ = one
    done = run("prospect", "note", "p1", "by an operator", settings={"DATABASE_URL": world.db.url})
    assert done.returncode == 0
    card = opens_prospect(boss, "p1")
    asked_for_note(boss, card)
    boss.says("line one\nline 'two' --")
    boss.hears("managed_noted", name="Ольга Петрова")
    asked = turns(boss, "button_managed_status", card)
    boss.presses("prospect_in_conversation", message=asked)
    boss.hears_answer()
    card = boss.sees_edit()
    history = turns(boss, "button_history", card)
    said = history.text
    assert said.index("изменил статус: идёт разговор · Admin") < said.index("📝 Admin:") < said.index(f"📝 {getpass.getuser()}:") < said.index("ведёт Boris Sidorov")
    assert "line one\nline 'two' --" in said and "by an operator" in said
    world.db.execute(f"INSERT INTO {tables.prospect_events} (prospect, kind, detail) SELECT 'p1', 'note', 'n' || n FROM generate_series(1, 25) n")
    pages = [turns(boss, "button_history", turns(boss, "button_managed_card", history))]
    while "Раньше →" in pages[-1].labels:
        pages.append(turns(boss, "button_history_older", pages[-1]))
    notes = [line for page in pages for line in page.text.split("\n") if line.startswith("n") and line[1:].isdigit()]
    assert notes == [f"n{n}" for n in range(25, 0, -1)] and len(pages) == 3
    assert "line one" in pages[-1].text
    assert turns(boss, "button_history_newest", pages[-1]).text == pages[0].text


def test_what_waits_now_and_each_figure_leads_to_a_list(world, boss):
    boris = registered(world)
    world.db.execute("UPDATE sales_representatives SET status = 'suspended'")
    for n in range(10):
        world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, created_at) VALUES (%s, %s, %s, now() - %s * interval '1 hour')", f"w{n}", f"Ждёт {n}", f"@waits_{n}", n)
    world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, status, assigned_rep_id, created_at, last_contact_at) SELECT 'c' || n, 'Тихий ' || n, '@quiet_' || n,"
                     " CASE n WHEN 1 THEN 'contacted' ELSE 'unreached' END, (SELECT id FROM sales_representatives), now() - interval '20 days', NULL FROM generate_series(1, 2) n")
    # as the reports have it
    counted = dict(map(tuple, world.db.rows("SELECT list, count(*) FROM salesreg.waiting_now(1001) GROUP BY list")))
    report = world.db.row("SELECT * FROM salesreg.report_of_waiting()")
    assert [counted.get(l, 0) for l in "wcq"] == [report["without_rep"], report["without_contact"], report["stale"]], counted
    boss.says("что ждёт")
    waits = boss.hears_anything()
    said = waits.text.split("\n")
    assert said[0] == "Что ждёт сейчас:" and said[1].startswith("Без менеджера: 1"), waits.text
    assert said[-2:] == ["Сообщения, которые не удалось отправить: 0", "Менеджеры, которым Telegram не доставляет: 0"]
    first = turns(boss, next(l for l in waits.labels if l.startswith("Без менеджера")), waits)
    second = turns(boss, "button_clients_older", first)
    shown = [l.split(". ", 1)[1] for page in (first, second) for l in page.labels if ". " in l]
    assert [name for name in shown if name.startswith("Ждёт")] == [f"Ждёт {n}" for n in range(9, -1, -1)]
    card = turns(boss, next(l for l in second.labels if "Ждёт" in l), second)
    assert "Менеджер: без менеджера" in card.text
    assert turns(boss, "button_managed_list", card).text == second.text
    assert turns(boss, "button_waits_back", second).text.startswith("Что ждёт сейчас:")


def test_in_one_poll_the_first_of_two_admins_wins_and_a_question_comes_before_its_word(world, one):
    boss, other = world.admins
    choices = [turns(admin, "button_managed_status", opens_prospect(admin, "p1")) for admin in (boss, other)]
    world.bot.terminate()
    boss.presses("prospect_converted", message=choices[0])
    other.presses("prospect_archived", message=choices[1])
    boss.says("найти")
    boss.says("петрова")
    world.start_bot()
    boss.is_answered("answer_managed_status", name="Ольга Петрова", status="стал покупателем")
    assert other.hears_answer().startswith("Вас опередили (Admin)")
    boss.hears("managed_find")
    assert "Статус: стал покупателем" in boss.hears_anything().text
    assert world.db.value("SELECT status FROM test_prospects") == "converted" and [row[0] for row in audited(world)] == ["status"]
