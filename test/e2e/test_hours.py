"""/hours: a rep says when they can be met, by button or in words; what is stored is shown back, with the zone it is meant in."""
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

ZONE = "Asia/Makassar"


@pytest.fixture
def world(make_world):
    made = make_world(TZ=ZONE)
    made.start_bot()
    return made


def week(world, person):
    rep = world.db.rep(person.id)["id"]
    return [(day, f"{opens:%H:%M}", closes) for day, opens, closes in
            world.db.rep_hours.rows("weekday, opens, CASE WHEN closes = '24:00' THEN '24:00' ELSE to_char(closes, 'HH24:MI') END",
                                    "WHERE rep = %s ORDER BY weekday, opens", rep)]


def days_off(world, person):
    return world.db.days_off.column("day", "WHERE rep = %s ORDER BY day", world.db.rep(person.id)["id"])


def here():
    return datetime.now(ZoneInfo(ZONE)).date()


def begins(person, words="часы работы"):
    person.says(words)
    return person.hears("hours_none", "hours_question", zone=ZONE)


def test_hours_in_words_are_stored_and_shown_back_with_the_zone(world):
    anna = world.person()
    anna.registers()
    begins(anna)
    anna.says("пн-пт 10-13 14-19, сб 11-24")
    shown = "пн–пт 10:00–13:00, 14:00–19:00; сб 11:00–24:00"
    anna.hears("hours_set", zone=ZONE, hours=shown)
    assert week(world, anna) == [row for day in range(1, 6) for row in ((day, "10:00", "13:00"), (day, "14:00", "19:00"))] + [(6, "11:00", "24:00")]
    anna.says("/hours")
    anna.hears("hours_now", "hours_question", zone=ZONE, hours=shown)
    anna.says("по будням с 9 до 18")
    anna.hears("hours_set", zone=ZONE, hours="пн–пт 09:00–18:00")
    assert week(world, anna) == [(day, "09:00", "18:00") for day in range(1, 6)]


def test_hours_by_button(world):
    anna = world.person()
    menu = anna.registers()
    anna.presses("button_hours", message=menu)
    asked = anna.hears("hours_none", "hours_question", zone=ZONE)
    anna.is_answered()
    anna.presses("button_hours_six_days", message=asked)
    anna.hears("hours_set", zone=ZONE, hours="пн–сб 10:00–19:00")
    anna.is_answered()
    assert week(world, anna) == [(day, "10:00", "19:00") for day in range(1, 7)]


def test_in_english(world):
    john = world.person("John Smith", language="en")
    john.registers()
    begins(john, "working hours")
    john.says("mon-fri 9am-5pm, sat 10:30-2pm")
    john.hears("hours_set", zone=ZONE, hours="Mon–Fri 09:00–17:00; Sat 10:30–14:00")
    john.says("/hours")
    john.hears("hours_now", "hours_question", zone=ZONE, hours="Mon–Fri 09:00–17:00; Sat 10:30–14:00")


@pytest.mark.parametrize("words,text,values", [
    ("пн-птн 10-19", "hours_unknown_word", {"word": "птн", "number": 1}),
    ("пн-пт с 10", "hours_bad_time", {"word": "10", "number": 3}),
    ("пн 19-10", "hours_reversed", {"word": "10", "number": 2}),
    ("пт 22-2", "hours_past_midnight", {"word": "2", "number": 2}),
    ("пн 10-14 13-19", "hours_overlap", {"word": "13", "number": 3}),
    ("пн 10-19, вт", "hours_no_time", {"word": "вт", "number": 3}),
    ("выходной 31.02", "hours_bad_date", {"word": "31.02", "number": 2}),
    ("выходной 01.01.2020", "hours_past_date", {"word": "01.01.2020", "number": 2}),
    ("отпуск 01.01.2027-31.12.2027", "hours_too_many", {}),
    ("…", "hours_unknown_word", {"word": "…", "number": 1}),
    (",", "hours_empty", {}),
])
def test_what_is_not_understood_is_said_with_its_word_and_asked_again(world, words, text, values):
    anna = world.person()
    anna.registers()
    begins(anna)
    anna.says(words)
    anna.hears(text, "hours_question", **values)
    assert week(world, anna) == [] and days_off(world, anna) == []
    anna.says("отмена")
    anna.hears("cancelled", "menu")


def test_days_off_come_and_go_and_hours_stay(world):
    anna = world.person()
    anna.registers()
    begins(anna)
    anna.says("каждый день 9-21")
    anna.hears("hours_set", zone=ZONE, hours="пн–вс 09:00–21:00")
    first = here() + timedelta(days=30)
    last = first + timedelta(days=2)
    shown = f"{first:%d.%m.%Y}–{last:%d.%m.%Y}"
    anna.says("часы")
    anna.hears("hours_now", "hours_question", zone=ZONE, hours="пн–вс 09:00–21:00")
    anna.says(f"отпуск с {first:%d.%m} по {last:%d.%m}")
    anna.hears("days_off_set", days=shown)
    assert days_off(world, anna) == [first + timedelta(days=n) for n in range(3)]
    anna.says("часы")
    assert shown in anna.hears("hours_now", "hours_question").text
    anna.says(f"работаю {last:%d.%m.%Y}")
    anna.hears("days_off_ended", days=f"{last:%d.%m.%Y}")
    assert days_off(world, anna) == [first, first + timedelta(days=1)]
    anna.says("часы")
    anna.hears("hours_now", "hours_question")
    anna.says("выходной сегодня")
    anna.hears("days_off_set")
    assert here() in days_off(world, anna)
    assert len(week(world, anna)) == 7


def test_the_zone_is_the_reps_own_where_one_is_set(world):
    anna = world.person()
    anna.registers()
    rep = world.db.rep(anna.id)["id"]
    world.db.rep_schedule.insert("(rep, time_zone) VALUES (%s, 'Asia/Kathmandu')", rep)
    anna.says("часы")
    anna.hears("hours_none", "hours_question", zone="Asia/Kathmandu")
    world.db.rep_schedule.update("time_zone = 'Mars/Olympus'")
    anna.says("часы")
    anna.hears("hours_none", "hours_question", zone=ZONE)


def test_what_was_asked_survives_a_restart_and_hours_of_one_batch_are_in_order(world):
    anna = world.person()
    anna.registers()
    begins(anna)
    world.restart_bot()
    anna.says("пн 10-19")
    anna.hears("hours_set", zone=ZONE, hours="пн 10:00–19:00")
    for words in ("часы", "вт 10-19", "часы", "ср 10-19"):
        anna.says(words)
    anna.hears("hours_now", "hours_question", hours="пн 10:00–19:00")
    anna.hears("hours_set", hours="вт 10:00–19:00")
    anna.hears("hours_now", "hours_question", hours="вт 10:00–19:00")
    anna.hears("hours_set", hours="ср 10:00–19:00")
    assert week(world, anna) == [(3, "10:00", "19:00")]


def test_who_is_no_active_rep_is_asked_nothing(make_world):
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="900001")
    world.start_bot()
    stranger = world.person()
    stranger.says("/hours")
    stranger.hears_anything()
    pending = world.person("Boris Orlov")
    world.db.execute("INSERT INTO sales_representatives (telegram_id, telegram_username, name, email, status)"
                     " VALUES (%s, %s, 'Boris Orlov', 'b@truerealestate.bali', 'pending')", pending.id, pending.username)
    pending.says("/hours")
    pending.hears("pending")
    assert world.db.rep_hours.value("count(*)") == 0


ZONES = {
    "Дубай": "Asia/Dubai", "Europe/Moscow": "Europe/Moscow", "new york": "America/New_York", "UTC+4": "UTC+4", "+5": "UTC+5",
    "МСК+4": "UTC+7", "Europe/Kiev": "Europe/Kiev", "Катманду": "Asia/Kathmandu", "UTC": "UTC",
}


def clock(zone):
    sign = {"UTC+4": 4, "UTC+5": 5, "UTC+7": 7, "UTC": 0}
    there = datetime.now(timezone(timedelta(hours=sign[zone])) if zone in sign else ZoneInfo(zone))
    return {f"{there + timedelta(minutes=n):%H:%M}" for n in (-1, 0, 1)}


def test_a_zone_in_words_is_shown_back_with_the_time_there(world):
    anna = world.person()
    anna.registers()
    for words, shown in ZONES.items():
        anna.says("часы")
        anna.presses("button_zone", message=anna.hears("hours_none", "hours_question"))
        asked = anna.hears_anything()
        assert world.texts.raw("ru", "zone_question") in asked.text
        anna.says(words)
        said = anna.hears("zone_set", zone=shown)
        assert any(f" {time}," in said.text for time in clock(shown)), said.text
        anna.says("часы")
        anna.hears("hours_none", "hours_question", zone=shown)
    # what PostgreSQL counts by
    assert world.db.rep_schedule.value("now() AT TIME ZONE time_zone = now() AT TIME ZONE 'UTC'")


@pytest.mark.parametrize("words, key", [
    ("Готэм", "zone_unknown"), ("Nowhere/City", "zone_unknown"), ("Nowhere5", "zone_unknown"), ("UTC+5:30", "zone_part_hour"),
    ("UTC+15", "zone_too_far"), ("'; DROP TABLE x; --", "zone_unknown"), ("<b>Москва</b>", "zone_unknown"), ("x" * 4000, "zone_unknown"),
])
def test_a_zone_that_is_none_is_refused_with_a_reason(world, words, key):
    anna = world.person()
    anna.registers()
    begins(anna)
    anna.presses("button_zone")
    anna.hears_anything()
    anna.says(words)
    said = anna.hears_anything().text
    before, after = world.texts.raw("ru", key).split("{said}")
    assert said.startswith(before) and after in said and world.texts.raw("ru", "zone_question") in said
    assert not world.db.rep_schedule.value("count(*)")
    # and the question still stands
    anna.says("Бали")
    anna.hears("zone_set", zone="Asia/Makassar")


def test_a_zone_by_button_and_a_wrong_one_is_a_press_from_another(world):
    anna = world.person()
    anna.registers()
    anna.says("часы")
    anna.presses("button_zone", message=anna.hears("hours_none", "hours_question", zone=ZONE))
    asked = anna.hears_anything()
    anna.is_answered()
    assert asked.labels[0] == "Europe/Moscow", "of the language; the company's is what counts already"
    anna.presses("Europe/Moscow", message=asked)
    said = anna.hears("zone_set", zone="Europe/Moscow")
    anna.is_answered()
    anna.sees_edit()
    anna.presses("button_zone_other", message=said)
    again = anna.hears_anything()
    anna.is_answered()
    assert again.labels[0] == ZONE
    # of the question before last
    anna.says("отмена")
    anna.hears_anything()
    anna.presses(ZONE, message=again)
    anna.is_answered("answer_stale")
    assert world.db.rep_schedule.column("time_zone") == ["Europe/Moscow"]


def test_the_zone_of_a_calendar_is_offered_where_it_differs(world):
    anna = world.person()
    anna.registers()
    world.db.execute(f"INSERT INTO {world.db.calendar_accounts} (rep, sub, email, scopes, time_zone)"
                     " SELECT id, '1', 'a@example.org', '', 'Asia/Dubai' FROM sales_representatives")
    anna.says("часы")
    asked = anna.hears("hours_none", "hours_question", zone="Asia/Dubai")
    assert "Asia/Dubai" not in asked.labels, "it counts already"
    anna.says("Москва")
    anna.hears("zone_set", zone="Europe/Moscow")
    anna.says("часы")
    asked = anna.hears("hours_none", "hours_question", zone="Europe/Moscow")
    anna.presses("Asia/Dubai", message=asked)
    anna.hears("zone_set", zone="Asia/Dubai")
    anna.says("часы")
    anna.presses("button_zone", message=anna.hears("hours_none", "hours_question", zone="Asia/Dubai"))
    anna.hears_anything()
    anna.says("UTC+3")
    anna.hears("zone_set", zone="UTC+3")
    anna.says("часы")
    anna.presses("button_zone", message=anna.hears("hours_none", "hours_question", zone="UTC+3"))
    assert world.texts.render("ru", "zone_of_calendar", zone="Asia/Dubai") in anna.hears_anything().text
