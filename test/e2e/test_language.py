"""The language of choice; and one answer to what was said five times."""
import pytest

from support.waiting import eventually
from test_telegram_api import api


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
    anna.is_asked_which_language()
    anna.presses("English")
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
    anna.is_asked_which_language()
    anna.presses("Русский")
    anna.language = "ru"
    assert anna.hears_anything().text.startswith(team.texts.raw("ru", "language_set"))


def menu_of(world, person):
    """Telegram's menu of commands in this person's chat: its first description, None where the chat has none of its own."""
    listed = api(world, "getMyCommands", scope=f'{{"type":"chat","chat_id":{person.id}}}')["result"]
    return listed[0]["description"] if listed else None


def test_the_menu_of_commands_follows_the_language_that_was_chosen(bot_world):
    anna, boris = bot_world.person(language="ru"), bot_world.person(language="ru")
    boris.says("привет")
    boris.hears("offer")
    for button, locale in (("English", "en"), ("Русский", "ru")):
        anna.says("/language")
        anna.is_asked_which_language()
        anna.presses(button)
        anna.language = locale
        anna.hears_anything()
        eventually(lambda: menu_of(bot_world, anna) == bot_world.texts.raw(locale, "command_start"), what="the menu is set")
    assert menu_of(bot_world, boris) is None


def test_a_menu_that_is_refused_for_good_holds_nothing_up_and_is_set_with_the_next_start(bot_world):
    anna = bot_world.person(language="ru")
    bot_world.settle()
    bot_world.sandbox.fault("400", method="setMyCommands", times=1)
    chooses_english(anna)
    bot_world.bot.wait_for_log("menu of a chat could not be set.*the next /start there sets it")
    bot_world.db.chat_menus.eventually("count(*) = 0")
    anna.says("hello")
    anna.hears_anything()
    bot_world.settle()
    assert menu_of(bot_world, anna) is None
    anna.opens()
    anna.hears_anything()
    eventually(lambda: menu_of(bot_world, anna) == bot_world.texts.raw("en", "command_start"), what="the menu is set")


def is_in_english(world, person):
    return menu_of(world, person) == world.texts.raw("en", "command_start")


def test_a_menu_that_telegram_does_not_take_just_now_is_set_later(bot_world):
    anna, boris = bot_world.person(language="ru"), bot_world.person(language="ru")
    bot_world.settle()
    bot_world.sandbox.fault("500", method="setMyCommands", times=1)
    chooses_english(anna)
    bot_world.bot.wait_for_log("menu of a chat could not be set.*trying again")
    assert not is_in_english(bot_world, anna)
    chooses_english(boris)  # nobody waits for hers
    eventually(lambda: is_in_english(bot_world, boris))
    eventually(lambda: is_in_english(bot_world, anna), timeout=60)
    bot_world.db.chat_menus.eventually("count(*) = 0")


def test_a_menu_survives_the_death_of_the_process(bot_world):
    anna = bot_world.person(language="ru")
    bot_world.settle()
    bot_world.sandbox.fault("hang", method="setMyCommands", times=1)
    chooses_english(anna)
    bot_world.db.chat_menus.eventually("count(*) = 1")
    bot_world.bot.kill()
    assert not is_in_english(bot_world, anna)
    bot_world.start_bot()
    eventually(lambda: is_in_english(bot_world, anna))
    bot_world.db.chat_menus.eventually("count(*) = 0")


def test_of_two_wishes_the_later_one_counts_whatever_comes_of_the_first(bot_world):
    anna = bot_world.person(language="ru")
    bot_world.settle()
    bot_world.sandbox.fault("slow", method="setMyCommands", times=1, ms=3000)
    chooses_english(anna)
    anna.says("/language")
    anna.is_asked_which_language()
    anna.presses("Русский")
    anna.language = "ru"
    anna.hears_anything()
    bot_world.db.chat_menus.eventually("count(*) = 0")
    assert menu_of(bot_world, anna) == bot_world.texts.raw("ru", "command_start")


def test_choosing_a_language_does_not_lose_the_question(bot_world):
    anna = bot_world.person(language="ru")
    anna.says("привет")
    anna.hears("offer")
    anna.says("да")
    anna.hears("ask_name")
    anna.says("язык")
    anna.is_asked_which_language()
    anna.presses("English")
    anna.language = "en"
    anna.hears("language_set", "ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")


def chooses_english(person):
    """Although Telegram goes on saying ru."""
    person.says("/language")
    person.is_asked_which_language()
    person.presses("English")
    person.is_answered()
    person.language = "en"
    person.hears_anything()


def test_what_comes_unasked_is_in_the_language_chosen(make_world):
    """To admins: applications, claims, prospects nobody takes, reps out of reach. One of them has chosen, one has not."""
    world = make_world(ADMIN_TELEGRAM_IDS="7900000001,7900000002", REGISTRATION_APPROVAL="admin")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    boss, other = world.person("Boss", id=7_900_000_001), world.person("Other", id=7_900_000_002)
    for admin in (boss, other):
        admin.opens()
        admin.hears("admin_hello")
    chooses_english(boss)
    anna, new = world.person(), world.person("Anna")
    anna.registers(done="registered_pending")
    boss.hears("admin_new_rep")
    other.hears("admin_new_rep")
    boss.presses("button_approve")
    boss.is_answered("answer_approved")
    anna.hears("rep_approved")
    world.db.add_prospect("p1", "Ivan P", "@ivan_p")
    anna.hears_anything()
    anna.presses("button_decline")
    anna.is_answered("answer_declined_last", name="Ivan P")
    assert boss.hears_anything().text.startswith(world.texts.render("en", "nobody_left", count=1))
    assert other.hears_anything().text.startswith(world.texts.render("ru", "nobody_left", count=1))
    new.says("привет")
    new.hears("offer")
    new.says("да")
    new.hears("ask_name")
    new.says("Anna Petrova")
    new.hears("ask_email")
    new.says(anna.email)
    new.hears("email_taken_claim")
    new.presses("button_claim")
    new.hears("claim_sent")
    boss.hears("admin_claim")
    other.hears("admin_claim")
    boss.presses("button_same_person")
    boss.is_answered("answer_moved")
    boss.hears("admin_moved")
    other.hears("admin_moved")
    world.db.add_prospect("p2", "Olga P", "@olga_p")
    while "Olga P" not in new.hears_anything().text:
        pass
    new.blocks()
    world.db.eventually("SELECT assigned_rep_id IS NULL FROM test_prospects WHERE id = 'p2'")
    boss.hears("rep_unreachable", count=1)
    other.hears("rep_unreachable", count=1)


def test_who_chose_a_language_reads_in_it_that_something_went_wrong(bot_world):
    anna, boris = bot_world.person(), bot_world.person()
    for person in (anna, boris):
        person.registers()
    chooses_english(anna)
    bot_world.db.execute("""
        CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF NEW.status = 'removed' THEN RAISE 'no'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON public.sales_representatives
            FOR EACH ROW EXECUTE FUNCTION public.refuse()""")
    anna.says("unregister")
    anna.hears("ask_unregister")
    anna.says("yes")
    anna.hears("parked")
    boris.says("отключиться")
    boris.hears("ask_unregister")
    boris.presses("button_unregister_yes")
    boris.hears("parked")


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
