"""A file of prospects that an admin sends to the bot: shown first, then imported at their word."""
import base64
import re
import time

import pytest

from support.process import run
from support.waiting import eventually

ADMIN = 7900000001
GOOD = "Имя;Телефон;Что ищет\nАнна Иванова;+79161234567;вилла\nИван О'Нил -- 🌴;+79161234568;\"две\nстроки\"\n"
BAD = GOOD + "Пётр;12;дом\n"


def sends(person, content, name="клиенты.csv", **more):
    raw = content.encode() if isinstance(content, str) else content
    return person.act("document", name=name, content=base64.b64encode(raw).decode(), **more)


@pytest.fixture
def office(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN))
    world.db.no_prospects()
    world.start_bot()
    world.admin = world.person("Boss", id=ADMIN)
    world.admin.opens()
    world.admin.hears("admin_hello")
    return world


def prospects(world):
    return world.db.value("SELECT count(*) FROM test_prospects")


def test_a_file_is_shown_and_imported_at_a_word(office):
    admin, anna = office.admin, office.person("Anna Petrova")
    anna.registers()
    office.start_outreach()
    sends(admin, GOOD.replace("🌴", "(v.2)").encode("cp1251"))
    admin.hears("import_reading", file="клиенты.csv")
    shown = admin.hears_anything()
    assert "Windows-1251" in shown.text and "Телефон = phone" in shown.text and "Новых клиентов: 2" in shown.text
    assert shown.text.endswith(office.texts.raw("ru", "import_ask")) and prospects(office) == 0
    admin.presses("button_import")
    admin.is_answered("answer_import_begins")
    done = admin.hears_anything()
    assert done.text.startswith("«клиенты.csv» загружен: импорт № 1.") and "Новых клиентов: 2" in done.text
    assert office.db.column("SELECT name FROM test_prospects ORDER BY name") == ["Анна Иванова", "Иван О'Нил -- (v.2)"]
    assert "Анна Иванова" in anna.hears_anything().text
    assert office.db.audit.row("actor, who, action", "ORDER BY id DESC LIMIT 1") == ["admin", str(ADMIN), "import"]
    assert office.db.imports.row("file, operator, created") == ["клиенты.csv", f"admin {ADMIN}", 2]
    # the same once more changes nothing, and says so
    sends(admin, GOOD.replace("🌴", "(v.2)"))
    admin.hears("import_reading", file="клиенты.csv")
    again = admin.hears_anything().text
    assert "Уже есть, без изменений: 2" in again and again.endswith(office.texts.raw("ru", "import_nothing"))
    assert prospects(office) == 2 and office.db.file_imports.value("count(*)") == 0


def test_bad_rows_are_named_and_the_good_ones_can_be_had(office):
    sends(office.admin, BAD)
    office.admin.hears("import_reading", file="клиенты.csv")
    shown = office.admin.hears_anything()
    assert "С ошибками: 1" in shown.text and "• строка 5, Телефон: " in shown.text and "код" in shown.text
    office.admin.presses(office.texts.render("ru", "button_import_good", count=2))
    office.admin.is_answered("answer_import_begins")
    assert "Новых клиентов: 2" in office.admin.hears_anything().text
    assert prospects(office) == 2


BAD_CONTACTS = ("7.9E+10", "@ab", "t.me/+AbCdEfGhIjK", "@\u0430nna_n", "@anna_n @boris_n", "79", "+7999999999999999999", "anna@", "??", "@anna_n")


def test_each_reason_is_said_in_the_admin_s_language(office):
    office.db.add_prospect("p1", "A", "@anna_n")
    office.db.add_prospect("p2", "B", "+79161234567")
    sends(office.admin, "Telegram;Телефон\n" + "".join(f"{contact};+79161234567\n" for contact in BAD_CONTACTS))
    office.admin.hears_anything()
    shown = office.admin.hears_anything().text
    reasons = [line.split(": ", 1)[1] for line in shown.splitlines() if line.startswith("• строка")]
    assert len(reasons) == len(BAD_CONTACTS) and reasons[-1] == "подходит сразу нескольким клиентам: p1, p2", shown
    assert not re.search("[A-Za-z]{3}", re.sub("Telegram|p1|p2", "", " ".join(reasons))), shown
    for content, why in (("phone;phone\n1;2\n", "import_reason_two_columns"), (";".join(["phone"] + ["x"] * 2000) + "\n", "import_reason_many_columns")):
        sends(office.admin, content)
        office.admin.hears_anything()
        assert office.texts.render("ru", why, detail="phone") in office.admin.hears_anything().text


def test_words_of_the_file_are_no_reasons(office):
    """Whatever stands in a name or a cell: the reason is what the import says."""
    sends(office.admin, "A is empty;B is empty;Телефон\n1;2;79161234567\n", name="x is a spreadsheet.csv")
    office.admin.hears_anything()
    assert "таблица" not in office.admin.hears_anything().text
    for name in ("is a spreadsheet.csv", "is never closed.csv"):
        sends(office.admin, b"", name=name)
        office.admin.hears_anything()
        assert "ни одной строки" in office.admin.hears_anything().text


def test_what_is_cancelled_is_gone_and_old_buttons_say_so(office):
    admin = office.admin
    sends(admin, GOOD)
    admin.hears("import_reading", file="клиенты.csv")
    first = admin.hears_anything()
    sends(admin, BAD, name="b.csv")
    admin.hears("import_instead", "import_reading", other="клиенты.csv", file="b.csv")
    second = admin.hears_anything()
    admin.presses("button_import", message=first)
    admin.is_answered("answer_import_old")
    admin.presses("button_import_no", message=second)
    admin.is_answered("answer_import_cancelled")
    office.settle()
    assert prospects(office) == 0 and office.db.file_imports.value("count(*)") == 0


@pytest.mark.parametrize("content,name,says", [
    (b"PK\x03\x04 and so on", "clients.csv", "электронная таблица"),
    ("", "clients.csv", "ни одной строки"),
    ("Город;Возраст\nУбуд;3\n", "clients.txt", "нет столбца с контактом"),
    ('Имя;Телефон\n"Анна;+79161234567\n', "clients.tsv", "не закрывается"),
    ("Имя;Телефон\nАнна\0;+79161234567\n", "clients.csv", "UTF-8")])
def test_what_is_no_table_is_said_with_what_to_do(office, content, name, says):
    sends(office.admin, content, name=name)
    office.admin.hears("import_reading", file=name)
    text = office.admin.hears_anything().text
    assert says in text and "Ничего не изменилось" in text and office.db.file_imports.value("count(*)") == 0


def test_spreadsheets_and_what_is_too_big_are_not_even_asked_for(office):
    sends(office.admin, b"PK\x03\x04", name="Клиенты.XLSX")
    office.admin.hears("import_spreadsheet", file="Клиенты.XLSX")
    sends(office.admin, GOOD, size=21 * 1024 * 1024)
    office.admin.hears("import_too_big", file="клиенты.csv")


def test_nobody_else_imports(office):
    anna = office.person("Anna Petrova")
    anna.registers()
    sends(anna, GOOD)
    anna.hears_anything()
    office.settle()
    assert office.db.file_imports.value("count(*)") == 0


def test_who_is_an_admin_no_more_gets_nothing_imported(office):
    anna = office.person("Anna Petrova")
    anna.registers()
    settings = {"DATABASE_URL": office.db.url, "ADMIN_TELEGRAM_IDS": str(ADMIN)}
    assert run("rep", "set-admin", anna.email, "on", settings=settings).returncode == 0
    anna.hears("rep_admin_rights")
    sends(anna, GOOD)
    anna.hears("import_reading", file="клиенты.csv")
    anna.hears_anything()
    assert run("rep", "set-admin", anna.email, "off", settings=settings).returncode == 0
    anna.hears("rep_admin_rights_over")
    anna.presses("button_import")
    anna.is_answered("answer_admin_only")
    office.settle()
    assert prospects(office) == 0


def test_telegram_that_fails_is_asked_again(office):
    office.sandbox.fault("500", method="getFile", times=2)
    sends(office.admin, GOOD)
    office.admin.hears("import_reading", file="клиенты.csv")
    assert "Новых клиентов: 2" in office.admin.hears_anything().text
    office.sandbox.fault("400", method="getFile", times=1)
    sends(office.admin, GOOD, name="b.csv")
    office.admin.hears("import_instead", "import_reading", other="клиенты.csv", file="b.csv")
    office.admin.hears("import_failed", file="b.csv")


def test_a_bot_that_is_killed_imports_once(office):
    rows = "".join(f"Клиент {i};+7916{i:07d}\n" for i in range(800))
    for round in range(3):
        sends(office.admin, "Имя;Телефон\n" + rows + f"Клиент z{round};+7917000000{round}\n", name=f"r{round}.csv")
        office.admin.hears("import_reading", file=f"r{round}.csv")
        office.admin.hears_anything()
        office.admin.presses("button_import")
        time.sleep(round / 10)  # before it is begun, and in the middle of it
        office.bot.kill()
        office.start_bot()
        eventually(lambda: office.db.file_imports.value("count(*)") == 0, what="the file is done with")
        office.settle()
        # the word of it is sent once, or marked as what may have come already
        assert f"«r{round}.csv» загружен" in str(office.admin.takes()[-1])
    office.settle()
    assert prospects(office) == 803 and office.db.imports.value("count(*)") == 3
    assert office.db.value("SELECT count(*) - count(DISTINCT telegram_id) FROM test_prospects") == 0


def test_what_is_being_imported_is_not_given_up_for_the_next_file(office):
    admin = office.admin
    sends(admin, "Имя;Телефон\n" + "".join(f"Клиент {i};+7916{i:07d}\n" for i in range(800)))
    admin.hears("import_reading", file="клиенты.csv")
    admin.hears_anything()
    admin.presses("button_import")
    sends(admin, GOOD, name="b.csv")
    admin.is_answered("answer_import_begins")
    admin.hears("import_busy", file="b.csv", other="клиенты.csv")
    assert "Новых клиентов: 800" in admin.hears_anything().text
    assert prospects(office) == 800
