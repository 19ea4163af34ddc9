"""The language of choice; and one answer to what was said five times."""
import pytest


@pytest.fixture
def team(make_world):
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    return world


def test_a_language_is_chosen_with_a_button_and_kept_for_good(team):
    anna = team.person(language="ru")
    anna.registers()
    anna.says("/language")
    anna.hears("ask_language")
    anna.presses("button_english")
    anna.language = "en"  # what is expected from here on; Telegram still says ru
    assert anna.hears_anything().text.startswith(team.texts.raw("en", "language_set"))
    anna.says("статус")
    assert anna.hears_anything().text == team.texts.render("en", "status", name=anna.name, email=anna.email,
                                                           status=team.texts.raw("en", "rep_is_active"), open=0, max=5)
    team.restart_bot()
    anna.says("привет")
    anna.hears("menu")
    # notifications, too
    team.db.add_prospect("p1", "Ivan P", "@ivan_p")
    assert anna.hears_anything().text.startswith(team.texts.raw("en", "notice_one"))
    anna.says("язык")
    anna.hears("ask_language")
    anna.presses("button_russian")
    anna.language = "ru"
    assert anna.hears_anything().text.startswith(team.texts.raw("ru", "language_set"))


def test_choosing_a_language_does_not_lose_the_question(bot_world):
    anna = bot_world.person(language="ru")
    anna.says("привет")
    anna.hears("offer")
    anna.says("да")
    anna.hears("ask_name")
    anna.says("язык")
    anna.hears("ask_language")
    anna.presses("button_english")
    anna.language = "en"
    anna.hears("language_set", "ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")


@pytest.mark.parametrize("careful", [False, True], ids=["after a stop", "after a kill"])
def test_hellos_that_waited_while_the_bot_was_down_get_one_answer(bot_world, careful):
    anna, john = bot_world.person(), bot_world.person()
    john.registers()
    bot_world.settle()
    if careful:
        bot_world.bot.kill()
    else:
        bot_world.bot.terminate()
    for text in ("привет", "Привет!", "есть кто?", "ау"):
        anna.says(text)
    for _ in range(3):
        john.says("мои клиенты")
    john.says("статус")
    bot_world.sandbox.post("clock", advance_ms=2000)  # asked the same twice in half a second, Telegram gives one update
    bot_world.start_bot()
    anna.hears("offer")
    john.hears("clients_none")
    john.hears("status")
    bot_world.settle()
    assert anna.unheard() == []
    assert john.unheard() == []


def test_what_is_said_twice_still_takes_effect_once(bot_world):
    anna = bot_world.person()
    bot_world.bot.terminate()
    for text in ("привет", "да", "да", "Анна Петрова", "Анна Петрова", anna.email, anna.email):
        anna.says(text)
    bot_world.sandbox.post("clock", advance_ms=2000)
    bot_world.start_bot()
    anna.hears("offer")
    anna.hears("ask_name")
    anna.hears("ask_email")
    bot_world.db.eventually("SELECT count(*) = 1 FROM sales_representatives WHERE status = 'active'")
