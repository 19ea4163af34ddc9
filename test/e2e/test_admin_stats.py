"""Figures in an admin's chat: those of `salesreg stats`, counted beside everybody else's updates."""
import json

import pytest

from support.database import tables
from support.process import run
from test_stats import fill

ADMIN = 7900000001


@pytest.fixture
def office(make_world):
    """A world with figures, and an admin who has been greeted."""
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN), TZ="UTC", MAX_PROSPECTS_PER_REP="7")
    fill(world.db)
    world.start_bot()
    world.admin = world.person("Boss", id=ADMIN)
    world.admin.opens()
    world.admin.hears_anything()
    world.admin.forget()
    return world


def printed(world, *words):
    done = run("stats", "--json", *words, settings={"DATABASE_URL": world.db.url, "TZ": "UTC", "MAX_PROSPECTS_PER_REP": "7"})
    return json.loads(done.stdout)


@pytest.mark.parametrize("word", ["/stats", "Статистика", "показатели?"])
def test_an_admin_is_shown_the_figures_that_the_command_prints(office, word):
    office.admin.says(word)
    shown = office.admin.hears_anything()
    figures = printed(office)
    this, before = figures["periods"]
    text = shown.text
    assert text.startswith("Показатели за 7 дн., по состоянию на ") and "(UTC)" in text.splitlines()[0]
    waiting = figures["waiting"]
    assert f"• менеджера: {waiting['without_rep']} (дольше часа: {waiting['without_rep_late']}), самый давний — 24 ч\n" in text
    assert f"• первого контакта: {waiting['without_contact']} (дольше суток: {waiting['without_contact_late']}), самый давний — 20 дн." in text
    assert f"• без контакта 14 дней: {waiting['stale']}" in text
    for key, name in (("arrived", "пришло"), ("assigned", "назначено"), ("contacted", "был контакт"),
                      ("in_conversation", "в разговоре или купили"), ("converted", "купили")):
        assert f"• {name}: {this[key]} ({before[key]})" in text
    assert "• до менеджера: 20 с / 29 с" in text and "• до первого контакта: 2 мин / 3 мин" in text
    for rep in figures["load"]:
        assert f"• {rep['name']}: {rep['open']} из 7" in text
    assert shown.labels == ["• 7 дн.", "30 дн.", "90 дн.", "Таблицами"]
    office.settle()
    assert office.admin.unheard() == [] and office.db.stats_requests.value("count(*)") == 0
    assert office.sandbox.calls("sendChatAction") == {"ok": 1}


def test_the_period_is_chosen_by_a_button_and_the_message_is_edited(office):
    office.admin.says("/stats")
    shown = office.admin.hears_anything()
    office.admin.presses("30 дн.", message=shown)
    office.admin.is_answered("answer_one_moment")
    edit = office.admin.sees_edit()
    assert edit.id == shown.id and edit.labels == ["7 дн.", "• 30 дн.", "90 дн.", "Таблицами"]
    this, before = printed(office, "--period", "30d")["periods"]
    assert f"• пришло: {this['arrived']} ({before['arrived']})" in edit.text and edit.text.startswith("Показатели за 30 дн.")
    office.settle()
    assert office.admin.unheard() == []


def test_the_menu_has_a_button_for_them(office):
    office.admin.says("/admin")
    office.admin.hears("admin_menu")
    office.admin.presses("button_stats")
    office.admin.is_answered("answer_one_moment")
    assert office.admin.hears_anything().text.startswith("Показатели за 7 дн.")


def test_they_are_shown_as_tables_and_as_text_again(office):
    office.db.execute("UPDATE sales_representatives SET name = 'Anna <b>&' WHERE name = 'Anna'")
    office.admin.says("/stats")
    shown = office.admin.hears_anything()
    office.admin.presses("Таблицами", message=shown)
    office.admin.is_answered("answer_one_moment")
    edit = office.admin.sees_edit()
    assert edit.id == shown.id and edit.labels == ["• 7 дн.", "30 дн.", "90 дн.", "Текстом"]
    figures = printed(office)
    lines = edit.text.splitlines()
    this, before = figures["periods"]
    assert f"Пришло|{this['arrived']}|—|{before['arrived']}|" in lines
    assert f"Назначено|{this['assigned']}|{round(100 * this['assigned'] / this['arrived'])}|{before['assigned']}|" in lines
    assert "До менеджера|20 с|29 с|" in lines and "Без контакта 14 дней|1|—|—|" in lines
    assert any(line.startswith("Anna <b>&|") for line in lines)
    # the period of tables is chosen in tables
    office.admin.presses("30 дн.", message=edit)
    office.admin.is_answered("answer_one_moment")
    longer = office.admin.sees_edit()
    assert longer.text.startswith("Показатели за 30 дн.") and longer.labels == ["7 дн.", "• 30 дн.", "90 дн.", "Текстом"]
    office.admin.presses("Текстом", message=longer)
    office.admin.is_answered("answer_one_moment")
    again = office.admin.sees_edit()
    assert again.labels == ["7 дн.", "• 30 дн.", "90 дн.", "Таблицами"] and "• пришло: " in again.text


@pytest.mark.parametrize("description", ["Bad Request: message text is empty", "Bad Request: can't parse rich message", "Bad Request: RICH_MESSAGE_INVALID"])
def test_where_telegram_takes_no_tables_the_text_stands_there(office, description):
    office.admin.says("/stats")
    shown = office.admin.hears_anything()
    office.sandbox.fault("error", method="editMessageText", code=400, description=description, times=1)
    office.admin.presses("Таблицами", message=shown)
    office.admin.is_answered("answer_one_moment")
    edit = office.admin.sees_edit()
    assert edit.id == shown.id and "• пришло: " in edit.text
    office.settle()
    assert office.db.outbox_history.value("count(*)", "WHERE state = 'sent' AND method = 'editMessageText'") == 1
    assert office.db.outbox.value("count(*)") == 0


def test_nobody_else_is_shown_any(office):
    anna = office.person("Anna Petrova")
    anna.registers()
    for word in ("/stats", "статистика"):
        anna.says(word)
        anna.hears_anything()
    office.settle()
    assert office.db.stats_requests.value("count(*)") == 0
    assert not [m for m in office.sandbox.bot_messages(anna.id) if "Показатели" in m.text]


def test_who_is_no_admin_any_more_is_shown_no_figures(office):
    office.admin.says("/stats")
    shown = office.admin.hears_anything()
    office.restart_bot(ADMIN_TELEGRAM_IDS="1")
    office.admin.presses("30 дн.", message=shown)
    office.admin.is_answered("answer_admin_only")
    # and one who asked as an admin, in the last moment of being one
    office.db.stats_requests.insert("(chat_id, days, as_table) VALUES (%s, 7, false)", ADMIN)
    office.db.execute("SELECT pg_notify('salesreg_admin', '')")
    office.db.stats_requests.eventually("count(*) = 0")
    office.settle()
    assert office.admin.unheard() == []


def test_others_are_answered_while_figures_take_long(office):
    """A lock on what only figures look at: the statement waits as if it went through a large table."""
    with office.db.connect() as holder, holder.cursor() as cursor:
        holder.autocommit = False
        cursor.execute(f"LOCK TABLE {tables.business_chats} IN ACCESS EXCLUSIVE MODE")
        office.admin.says("/stats")
        office.db.eventually("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'salesreg bot figures'"
                             " AND wait_event_type = 'Lock'")
        anna = office.person("Anna Petrova")
        anna.says("привет")
        anna.hears("offer")
        # what is asked for in the meantime is counted as well, and the older request not twice
        office.admin.says("/stats")
        office.db.stats_requests.eventually("wanted = 2")
        assert office.sandbox.bot_messages(ADMIN)[-1].text.startswith("Показатели") is False
        holder.rollback()
    assert office.admin.hears_anything().text.startswith("Показатели за 7 дн.")
    office.settle()
    assert office.admin.unheard() == []


def test_figures_that_take_too_long_are_given_up_and_that_is_said(office):
    office.db.as_superuser("""
        CREATE OR REPLACE FUNCTION salesreg.report_of_ended(since timestamptz, until timestamptz)
            RETURNS TABLE (period text, rep uuid, reason text, ended bigint) LANGUAGE plpgsql STABLE AS $$
        BEGIN
            RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014';
        END $$""")
    office.admin.says("/stats")
    slow = office.admin.hears("stats_slow", days="7", seconds="20")
    assert slow.labels == ["• 7 дн.", "30 дн.", "90 дн.", "Таблицами"]
    assert office.db.stats_requests.value("count(*)") == 0


def test_figures_that_cannot_be_counted_are_tried_again_and_then_that_is_said(office):
    office.db.as_superuser("ALTER FUNCTION salesreg.report_of_ended(timestamptz, timestamptz) RENAME TO gone")
    office.admin.says("/stats")
    office.admin.hears("stats_failed")
    assert office.db.stats_requests.value("count(*)") == 0
    office.db.as_superuser("ALTER FUNCTION salesreg.gone(timestamptz, timestamptz) RENAME TO report_of_ended")
    office.admin.says("/stats")
    assert office.admin.hears_anything().text.startswith("Показатели за 7 дн.")


def test_a_bot_that_dies_while_it_counts_leaves_the_request_to_the_next(office):
    with office.db.connect() as holder, holder.cursor() as cursor:
        holder.autocommit = False
        cursor.execute(f"LOCK TABLE {tables.business_chats} IN ACCESS EXCLUSIVE MODE")
        office.admin.says("/stats")
        office.db.eventually("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'salesreg bot figures'"
                             " AND wait_event_type = 'Lock'")
        office.bot.kill()
        holder.rollback()
    office.start_bot()
    assert office.admin.hears_anything().text.startswith("Показатели за 7 дн.")
    office.settle()
    assert office.admin.unheard() == []


def test_figures_are_said_in_the_admins_language(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN), TZ="UTC")
    fill(world.db)
    world.start_bot()
    admin = world.person("Boss", id=ADMIN, language="en")
    admin.opens()
    admin.hears_anything()
    admin.forget()
    admin.says("figures")
    shown = admin.hears_anything()
    assert shown.text.startswith("Figures of 7 days, as of ") and shown.labels == ["• 7 days", "30 days", "90 days", "As tables"]
