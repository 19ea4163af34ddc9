"""Admins in the chat: the reps, page by page; a rep's card; what is changed there."""
import json

import pytest

from support.database import tables
from support.process import run
from support.waiting import eventually

ADMIN, OTHER = 7900000001, 7900000002


@pytest.fixture
def world(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=f"{ADMIN},{OTHER}")
    world.db.no_prospects()
    world.start_bot()
    return world


def admin(world, name="Boss", id=ADMIN):
    boss = world.person(name, id=id)
    boss.opens()
    boss.hears("admin_hello")
    return boss


def has_prospects(world, rep, count):
    for i in range(count):
        world.db.add_prospect(f"p{rep.id}_{i}", name=f"Client {i}", telegram=f"@client_{rep.id}_{i}")
    world.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)"
                     " WHERE id LIKE %s", rep.id, f"p{rep.id}_%")


def reads_answer(one, key, **values):
    """The answer to a press that is not silent: the silent ones come whenever they come."""
    text = ""
    while not text:
        text = one.hears_answer()
    assert one.sandbox.texts.pattern("ru", key, **values).fullmatch(text), text


def opens_list(boss):
    boss.says("/admin")
    boss.hears("admin_menu")
    boss.presses("button_reps")
    return boss.hears_anything()


def opens_card(boss, rep):
    opens_list(boss)
    boss.presses(data=f"r:{rep.id}:i")
    return boss.sees_edit()


def status_line(world, key, **values):
    return "Статус: " + world.texts.render("ru", key, **values)


def audit(world, rep):
    done = run("audit", "--json", "--rep", str(rep.id), settings={"DATABASE_URL": world.db.url})
    return json.loads(done.stdout)["entries"]


def test_the_list_has_pages_that_take_each_others_place(world):
    boss = admin(world)
    world.db.execute("INSERT INTO sales_representatives (telegram_id, name, email, status) SELECT 1000 + i,"
                     " CASE i WHEN 1 THEN E'Анна «О''Нил»\\n-- 🌴' ELSE 'Rep ' || lpad(i::text, 2, '0') END,"
                     " 'rep' || i || '@truerealestate.bali', CASE WHEN i = 24 THEN 'removed' ELSE 'active' END"
                     " FROM generate_series(1, 26) i")
    first = opens_list(boss)
    assert world.texts.render("ru", "reps_header", count=25, page=1, pages=4) in first.text
    assert "1. Rep 02" in first.text and "8. Rep 09" in first.text and "Rep 10" not in first.text
    assert [label for label in first.labels if label in ("‹", "›")] == ["›"]
    boss.presses("button_page_after")
    second = boss.sees_edit()
    assert second.id == first.id and "9. Rep 10" in second.text and [x for x in second.labels if x in ("‹", "›")] == ["‹", "›"]
    for _ in range(2):
        boss.presses("button_page_after")
        last = boss.sees_edit()
    assert "25. Анна «О'Нил» -- 🌴 — в работе, клиентов 0/5" in last.text and "Rep 24" not in last.text
    assert [x for x in last.labels if x in ("‹", "›")] == ["‹"]
    # a page that there is no more
    world.db.execute("DELETE FROM sales_representatives WHERE telegram_id > 1003")
    boss.presses(data="adm:reps:2", message=last)
    again = boss.sees_edit()
    assert world.texts.render("ru", "reps_header", count=3, page=1, pages=1) in again.text
    boss.presses("button_admin_back", message=again)
    assert boss.sees_edit().text == world.texts.render("ru", "admin_menu")


def test_a_card_shows_what_there_is_of_a_rep(world):
    boss, anna = admin(world), world.person("Anna O'Neil")
    anna.registers(email="anna@truerealestate.bali")
    has_prospects(world, anna, 2)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id)"
                     " SELECT 'won', '@won', 'Won', 'converted', id FROM sales_representatives WHERE telegram_id = %s", anna.id)
    world.db.execute(f"INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes, state)"
                     " SELECT id, '1', 'cal@truerealestate.bali', '', 'connected' FROM sales_representatives WHERE telegram_id = %s", anna.id)
    card = opens_card(boss, anna)
    for piece in ("Anna O'Neil", "anna@truerealestate.bali", "Открытых клиентов: 2 из 5", "Продано: 1, в архиве: 0",
                  "Календарь: cal@truerealestate.bali", status_line(world, "rep_is_active")):
        assert piece in card.text, piece
    assert card.labels == ["⏸ Пауза", "🚫 Приостановить", "Предел клиентов", "‹ Менеджеры"]
    world.db.rep_rotation.update("available = false, unreachable_since = now() WHERE rep = (SELECT id FROM sales_representatives"
                                 " WHERE telegram_id = %s)", anna.id)
    boss.presses("button_reps_back")
    assert world.texts.render("ru", "reps_unreachable") in boss.sees_edit().text


def test_a_rep_is_paused_for_a_day_and_goes_on(world):
    boss, anna = admin(world), world.person("Anna Kern")
    anna.registers(email="anna@truerealestate.bali")
    opens_card(boss, anna)
    boss.presses("button_rep_pause")
    assert boss.sees_edit().labels == ["На сутки", "На неделю", "Пока не сниму", "‹ Назад"]
    boss.presses("button_pause_day")
    reads_answer(boss, "answer_rep_done", name="Anna Kern")
    card = boss.sees_edit()
    assert world.texts.render("ru", "rep_is_paused_until", time="")[:-1] in card.text and "▶️ Продолжить" in card.labels
    anna.hears("rep_paused_until")
    left = world.db.value(f"SELECT extract(epoch FROM paused_until - now()) FROM {tables.rep_rotation} WHERE paused_until IS NOT NULL")
    assert 86000 < left <= 86400
    boss.presses("button_rep_resume")
    reads_answer(boss, "answer_rep_done", name="Anna Kern")
    anna.hears("rep_resumed")
    assert status_line(world, "rep_is_active") in boss.sees_edit().text
    resumed, paused = audit(world, anna)
    assert (paused["actor"], paused["who"], paused["who_name"], paused["action"], paused["before"]) == (
        "admin", str(ADMIN), "Boss", "pause", {"paused_until": None})
    assert resumed["action"] == "resume" and resumed["before"] == paused["after"] and resumed["after"] == {"paused_until": None}


def test_a_rep_is_suspended_after_a_question_and_comes_back(world):
    boss, anna = admin(world), world.person("Anna Kern")
    anna.registers(email="anna@truerealestate.bali")
    outreach = world.start_outreach()
    for i in range(2):
        world.db.add_prospect(f"p{i}", name=f"Client {i}", telegram=f"@client_{i}")
    eventually(lambda: world.db.assignments.value("count(*)", "WHERE ended_at IS NULL") == 2, what="the assignments are known")
    opens_card(boss, anna)
    boss.presses("button_rep_suspend")
    asked = boss.sees_edit()
    assert asked.text == world.texts.render("ru", "admin_rep_suspend", name="Anna Kern", count=2)
    boss.presses("button_rep_back")
    assert status_line(world, "rep_is_active") in boss.sees_edit().text
    boss.presses("button_rep_suspend")
    boss.sees_edit()
    boss.presses("button_suspend_yes")
    shown = boss.sees_edit()
    assert status_line(world, "rep_is_suspended") in shown.text and "Открытых клиентов: 0 из 5" in shown.text
    told = world.texts.render("ru", "rep_suspended_now", name="Anna Kern")
    eventually(lambda: told in [anna.hears_anything().text], what="Anna is told")
    assert outreach and world.db.value("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NOT NULL") == 0
    assert world.db.assignments.column("reason", "WHERE ended_at IS NOT NULL") == ["suspended", "suspended"]
    boss.presses("button_rep_reactivate")
    assert status_line(world, "rep_is_active") in boss.sees_edit().text
    assert [entry["action"] for entry in audit(world, anna)] == ["reactivate", "suspend"]


def test_a_limit_is_chosen_step_by_step_and_told_once(world):
    boss, anna = admin(world), world.person("Anna Kern")
    anna.registers(email="anna@truerealestate.bali")
    opens_card(boss, anna)
    boss.presses("button_rep_capacity")
    assert boss.sees_edit().labels[:5] == ["−5", "−1", "+1", "+5", "Поставить 5"]
    for press, chosen in (("+5", 10), ("−1", 9)):
        boss.presses(press)
        assert f"Поставить: {chosen}" in boss.sees_edit().text
    assert world.db.value(f"SELECT count(*) FROM {tables.rep_rotation} WHERE capacity IS NOT NULL") == 0
    boss.presses("Поставить 9")
    assert "из 9" in boss.sees_edit().text
    anna.hears("rep_capacity_set", detail="9")
    boss.presses("button_rep_capacity")
    boss.sees_edit()
    boss.presses("Как у всех: 5")
    assert "из 5" in boss.sees_edit().text
    anna.hears("rep_capacity_set", detail="5")
    assert [(entry["before"], entry["after"]) for entry in audit(world, anna)] == [
        ({"capacity": 9}, {"capacity": 5}), ({"capacity": 5}, {"capacity": 9})]


def test_of_two_admins_the_first_wins_and_the_second_reads_who_it_was(world):
    boss, other, anna = admin(world), admin(world, "Клара Ц.", OTHER), world.person("Anna Kern")
    anna.registers(email="anna@truerealestate.bali")
    for one in (boss, other):
        opens_card(one, anna)
        one.presses("button_rep_suspend")
        one.sees_edit()
    # one poll gets both
    world.sandbox.acts([{"user": one.id, "type": "button", "data": f"r:{anna.id}:s1"} for one in (other, boss)])
    reads_answer(other, "answer_rep_done", name="Anna Kern")
    reads_answer(boss, "answer_rep_changed_by", name="Anna Kern", status=world.texts.render("ru", "rep_is_suspended"), who="Клара")
    assert status_line(world, "rep_is_suspended") in boss.sees_edit().text
    anna.hears("rep_suspended_now")
    world.settle()
    assert len(audit(world, anna)) == 1 and not anna.unheard()


@pytest.mark.parametrize("second", ["Поставить 4", "Как у всех: 5"])
def test_of_two_admins_who_set_a_limit_the_first_wins(world, second):
    boss, other, anna = admin(world), admin(world, "Клара Ц.", OTHER), world.person("Anna Kern")
    anna.registers(email="anna@truerealestate.bali")
    world.db.execute(f"UPDATE {tables.rep_rotation} SET capacity = 9")
    choosers = []
    for one, step in ((other, "+1"), (boss, "−5")):
        opens_card(one, anna)
        one.presses("button_rep_capacity")
        one.sees_edit()
        one.presses(step)
        choosers.append(one.sees_edit())
    sets = choosers[0].data[choosers[0].labels.index("Поставить 10")]
    other.presses("Поставить 10", message=choosers[0])
    reads_answer(other, "answer_rep_done", name="Anna Kern")
    anna.hears("rep_capacity_set", detail="10")
    boss.presses(second, message=choosers[1])
    reads_answer(boss, "answer_rep_changed_by", name="Anna Kern", status=world.texts.render("ru", "rep_is_active"), who="Клара")
    assert "из 10" in boss.sees_edit().text
    world.settle()
    assert len(audit(world, anna)) == 1 and not anna.unheard()
    # what it is, whoever did it, is no news
    other.presses(data=sets, message=choosers[0])
    assert "из 10" in other.sees_edit().text
    assert len(audit(world, anna)) == 1


def test_a_button_of_who_is_no_admin_any_more_changes_nothing(world):
    boss, anna = admin(world), world.person("Anna Kern")
    anna.registers(email="anna@truerealestate.bali")
    opens_card(boss, anna)
    boss.presses("button_rep_suspend")
    boss.sees_edit()
    world.restart_bot(ADMIN_TELEGRAM_IDS=str(OTHER))
    boss.presses("button_suspend_yes")
    reads_answer(boss, "answer_admin_only")
    assert world.db.rep(anna.id)["status"] == "active" and audit(world, anna) == []


def test_a_card_of_a_rep_who_is_gone_or_another_one_says_so(world):
    boss, anna = admin(world), world.person("Anna Kern")
    anna.registers(email="anna@truerealestate.bali")
    card = opens_card(boss, anna)
    # the account is another rep's by now
    world.db.execute("UPDATE sales_representatives SET telegram_id = 77 WHERE telegram_id = %s", anna.id)
    world.db.execute("INSERT INTO sales_representatives (id, telegram_id, name, email, status) VALUES"
                     " (gen_random_uuid(), %s, 'Else Whoelse', 'else@truerealestate.bali', 'active')", anna.id)
    boss.presses("button_rep_suspend", message=card)
    gone = boss.sees_edit()
    assert gone.text == world.texts.render("ru", "admin_rep_gone") and gone.labels == ["‹ Менеджеры"]
    card = opens_card(boss, anna)
    world.db.execute("UPDATE sales_representatives SET status = 'removed' WHERE telegram_id = %s", anna.id)
    boss.presses("button_rep_pause", message=card)
    assert boss.sees_edit().text == world.texts.render("ru", "admin_rep_gone")
