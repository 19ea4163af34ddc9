"""A rep registers by chat."""
import json

import pytest

DOMAIN = "truerealestate.bali"


def start_registering(person):
    """As far as the question for the name."""
    person.says("привет" if person.locale == "ru" else "hello")
    person.hears("offer")
    person.says("да" if person.locale == "ru" else "yes")
    person.hears("ask_name")


def start_email(person, name="Anna Petrova"):
    """As far as the question for the e-mail."""
    start_registering(person)
    person.says(name)
    person.hears("ask_email", name=name)


# the main road --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("language,words,name", [
    ("ru", ["Здравствуйте", "да", "Анна Петрова", "Anna.Petrova@truerealestate.bali"], "Анна Петрова"),
    ("en", ["hello", "yes", "John O'Neill-Smith", "john+bali@truerealestate.bali"], "John O'Neill-Smith"),
], ids=["russian", "english"])
def test_four_messages_make_a_stranger_an_active_rep(world, language, words, name):
    anna = world.person(name, language=language)
    hello, yes, typed_name, email = words
    anna.says(hello)
    anna.hears("offer")
    anna.says(yes)
    anna.hears("ask_name")
    anna.says(typed_name)
    anna.hears("ask_email", name=name, domains="@" + DOMAIN)
    anna.says(email)
    anna.hears("registered", name=name, email=email)
    rep = world.db.rep(anna.id)
    assert (rep["status"], rep["name"], rep["email"]) == ("active", name, email)
    assert rep["telegram_username"] == anna.username
    assert rep["registered_at"] and rep["approved_at"] and rep["created_at"]
    assert not rep["is_admin"]


def test_the_bot_answers_each_of_the_four_messages_exactly_once(bot_world):
    anna = bot_world.person()
    anna.registers()
    bot_world.settle()
    events, _ = bot_world.sandbox.transcript(anna.id)
    assert [e["kind"] for e in events] == ["user_message", "bot_message"] * 4


def test_buttons_do_what_the_words_do(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    offer = anna.hears("offer")
    assert offer.labels == [bot_world.texts.raw("ru", "button_is_rep"), bot_world.texts.raw("ru", "button_property")]
    anna.presses("button_is_rep")
    anna.is_answered()
    anna.hears("ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")
    anna.says(anna.email)
    menu = anna.hears("registered")
    assert menu.labels == [bot_world.texts.raw("ru", key) for key in (
        "button_clients", "button_status", "button_hours", "button_change_email", "button_help", "button_unregister")]
    anna.presses("button_status")
    anna.is_answered()
    anna.hears("status", name="Anna Petrova", email=anna.email, open=0, max=5)
    assert bot_world.db.rep(anna.id)["status"] == "active"


def test_a_deep_link_begins_the_same_conversation(bot_world):
    anna = bot_world.person()
    anna.opens("campaign_2026-Q4")
    anna.hears("offer")
    anna.says("да")
    anna.hears("ask_name")
    anna.opens()  # /start begins again from anywhere
    anna.hears("offer")
    anna.presses("button_is_rep")
    anna.hears("ask_name")


def test_who_asks_to_register_is_not_asked_whether_to(bot_world):
    anna = bot_world.person()
    anna.says("Зарегистрируйте меня!")
    anna.hears("ask_name")


def test_a_no_to_the_offer_is_respected_and_can_be_taken_back(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    anna.says("нет")
    anna.hears("offer_declined")
    anna.says("передумала, хочу")
    anna.hears("offer")
    anna.says("no")
    anna.hears("offer_declined")
    assert bot_world.db.rows("SELECT * FROM sales_representatives") == []


def test_something_else_than_yes_or_no_gets_the_question_again(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    for _ in range(3):
        anna.says("а что это вообще такое")
        assert len(anna.hears("offer_expected", "offer_question").buttons) == 2


# languages ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("language,expected", [("ru", "ru"), ("en", "en"), ("en-GB", "en"), ("de", "en"), ("enm", "en"),
                                               ("rus", "en")])
def test_the_language_of_telegram_wins_where_it_is_one_of_ours(make_world, language, expected):
    world = make_world(BOT_LOCALE="en")
    world.start_bot()
    anna = world.person(language=language)
    anna.says("?")
    assert world.texts.pattern(expected, "offer").fullmatch(anna.hears_anything().text)


def test_each_of_two_languages_at_once_gets_its_own(bot_world):
    anna, john = bot_world.person(language="ru"), bot_world.person("John Smith", language="en")
    bot_world.sandbox.acts([{"user": p.id, "type": "text", "text": "hi"} for p in (anna, john)])
    anna.hears("offer")
    john.hears("offer")


def test_russian_words_work_in_an_english_chat_and_the_other_way_round(bot_world):
    john = bot_world.person("John Smith", language="en")
    john.says("hello")
    john.hears("offer")
    john.says("да")
    john.hears("ask_name")
    john.says("отмена")
    john.hears("cancelled_registration")


# cancelling -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("way", ["отмена", "Отмена!", "cancel", "/cancel", "button"])
@pytest.mark.parametrize("stage", [start_registering, start_email], ids=["name", "email"])
def test_registering_can_be_cancelled_at_any_question(bot_world, stage, way):
    anna = bot_world.person()
    stage(anna)
    if way == "button":
        anna.presses("button_cancel")
        anna.is_answered()
    else:
        anna.says(way)
    anna.hears("cancelled_registration")
    assert bot_world.db.rows("SELECT * FROM sales_representatives") == []
    anna.says("привет")
    anna.hears("offer")


# wrong inputs ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("typed,problem", [
    ("12345 67890", "name_no_letters"),
    ("?!", "name_no_letters"),
    ("anna@truerealestate.bali", "name_address"),
    ("Анна https://t.me/anna", "name_address"),
    ("@anna petrova", "name_address"),
    ("/command name", "name_address"),
    ("мои клиенты", "name_expected"),
    ("статус", "name_expected"),
    ("да", "name_expected"),
    ("Имя " * 11, "name_too_long"),
    ("А" * 200 + " " + "Б" * 56, "name_too_long"),
    ("/help", "help_stranger"),
])
def test_a_name_that_will_not_do_gets_one_line_and_the_question_again(bot_world, typed, problem):
    anna = bot_world.person()
    start_registering(anna)
    anna.says(typed)
    anna.hears(problem, "ask_name")
    anna.says("  Анна \n Петрова ")
    anna.hears("ask_email", name="Анна Петрова")


@pytest.mark.parametrize("confirmed", ["button", "again", "yes"])
def test_a_name_of_one_word_is_taken_when_it_is_confirmed(bot_world, confirmed):
    wayan = bot_world.person()
    start_registering(wayan)
    wayan.says("Wayan")
    asked = wayan.hears("name_one_word", name="Wayan")
    assert asked.labels == [bot_world.texts.raw("ru", "button_whole_name"), bot_world.texts.raw("ru", "button_cancel")]
    if confirmed == "button":
        wayan.presses("button_whole_name")
    else:
        wayan.says("wayan" if confirmed == "again" else "да")
    wayan.hears_anything()
    wayan.says(wayan.email)
    wayan.hears("registered")
    assert bot_world.db.rep(wayan.id)["name"].lower() == "wayan"


def test_a_forgotten_last_name_is_added_instead_of_confirming(bot_world):
    anna = bot_world.person()
    start_registering(anna)
    anna.says("Анна")
    anna.hears("name_one_word", name="Анна")
    anna.says("Анна Петрова")
    anna.hears("ask_email", name="Анна Петрова")


@pytest.mark.parametrize("name", ["maria st.clair", "Анна 👨‍👩‍👧 Петрова", "علی‌رضا محمدی"])
def test_a_name_keeps_its_dots_and_what_joins_its_signs(bot_world, name):
    anna = bot_world.person()
    anna.registers(name=name)
    assert bot_world.db.rep(anna.id)["name"] == name


@pytest.mark.parametrize("around", ["{}.", "{},", "({})", "«{}».", "<{}>;"])
def test_punctuation_around_an_email_is_dropped(bot_world, around):
    anna = bot_world.person()
    start_registering(anna)
    anna.says("Анна Петрова")
    anna.hears("ask_email", name="Анна Петрова")
    anna.says(around.format(anna.email))
    anna.hears("registered", email=anna.email)


def test_a_letter_of_another_alphabet_in_an_email_is_named(bot_world):
    anna = bot_world.person()
    start_registering(anna)
    anna.says("Анна Петрова")
    anna.hears("ask_email", name="Анна Петрова")
    anna.says("\u0430nna@truerealestate.bali")
    text = anna.hears_anything().text
    assert text.startswith(bot_world.texts.render("ru", "email_foreign_letter", letter="\u0430",
                                                  marked="[\u0430]nna@truerealestate.bali"))


@pytest.mark.parametrize("typed,problem", [
    ("anna", "email_malformed"),
    ("да", "email_malformed"),
    ("anna@", "email_malformed"),
    ("anna @truerealestate.bali", "email_malformed"),
    ("anna@truerealestate.bali и ещё", "email_malformed"),
    ("anna..p@truerealestate.bali", "email_malformed"),
    ("anna@gmail.com", "email_wrong_domain"),
    ("/help", "help_stranger"),
])
def test_an_email_that_will_not_do_gets_one_line_and_the_question_again(bot_world, typed, problem):
    anna = bot_world.person()
    start_email(anna)
    anna.says(typed)
    anna.hears(problem, "email_question", domains="@" + DOMAIN)
    anna.says(" <mailto:anna@TrueRealEstate.Bali> ")
    anna.hears("registered", email="anna@truerealestate.bali")


def test_each_of_several_corporate_domains_is_accepted(make_world):
    world = make_world(CORPORATE_EMAIL_DOMAIN="one.example, Two.Example")
    world.start_bot()
    anna, boris, vera = world.sandbox.someone(3)
    anna.registers(email="anna@one.example")
    start_email(boris)
    boris.says("boris@TWO.example")
    boris.hears("registered", email="boris@two.example")
    start_registering(vera)
    vera.says("Vera Orlova")
    vera.hears("ask_email", domains="@one.example, @two.example")
    vera.says("vera@" + DOMAIN)
    vera.hears("email_wrong_domain", "email_question")


# one rep an e-mail ----------------------------------------------------------------------------------------------------

def test_a_taken_email_is_refused_whatever_its_case(bot_world):
    anna, boris = bot_world.sandbox.someone(2)
    anna.registers(email="shared@" + DOMAIN)
    start_email(boris)
    boris.says("Shared@TrueRealestate.bali")
    boris.hears("email_taken_alone", email="Shared@truerealestate.bali")
    boris.says("boris@" + DOMAIN)
    boris.hears("registered")


@pytest.mark.parametrize("count", [2, 7])
def test_of_people_typing_the_same_email_at_once_exactly_one_gets_it(bot_world, count):
    people = bot_world.sandbox.someone(count)
    for person in people:
        start_email(person)
    bot_world.sandbox.acts([{"user": p.id, "type": "text", "text": "same@" + DOMAIN} for p in people])
    heard = [person.hears_anything().text for person in people]
    taken = bot_world.texts.pattern("ru", "email_taken_alone")
    done = bot_world.texts.pattern("ru", "registered")
    assert sum(bool(done.fullmatch(text)) for text in heard) == 1, heard
    assert sum(bool(taken.fullmatch(text)) for text in heard) == count - 1, heard
    assert bot_world.db.value("SELECT count(*) FROM sales_representatives") == 1
    loser = next(p for p, text in zip(people, heard) if taken.fullmatch(text))
    loser.says("other@" + DOMAIN)
    loser.hears("registered", email="other@" + DOMAIN)
    assert bot_world.db.parked_updates.rows("*") == []


def test_an_email_freed_by_unregistering_in_the_same_batch_can_be_taken(bot_world):
    anna, boris = bot_world.sandbox.someone(2)
    anna.registers(email="shared@" + DOMAIN)
    anna.says("отключиться")
    anna.hears("ask_unregister")
    start_email(boris)
    bot_world.sandbox.acts([{"user": anna.id, "type": "text", "text": "да"},
                            {"user": boris.id, "type": "text", "text": "shared@" + DOMAIN}])
    anna.hears("unregistered")
    heard = boris.hears_anything().text
    # either order of the two is honest; nothing else is
    if not bot_world.texts.pattern("ru", "registered").fullmatch(heard):
        assert bot_world.texts.pattern("ru", "email_taken_alone").fullmatch(heard)
        boris.says("shared@" + DOMAIN)
        boris.hears("registered")
    assert bot_world.db.rep(boris.id)["email"] == "shared@" + DOMAIN
    assert bot_world.db.rep(anna.id)["status"] == "removed"


def test_a_whole_conversation_sent_in_one_batch_is_answered_in_order(bot_world):
    anna = bot_world.person()
    bot_world.sandbox.acts([{"user": anna.id, "type": "text", "text": text}
                            for text in ("привет", "да", "Anna Petrova", anna.email, "статус")])
    anna.hears("offer")
    anna.hears("ask_name")
    anna.hears("ask_email")
    anna.hears("registered")
    anna.hears("status", status=bot_world.texts.raw("ru", "rep_is_active"))


# what a rep can do ----------------------------------------------------------------------------------------------------

def test_a_rep_is_welcomed_back_and_can_ask_for_everything(bot_world):
    anna = bot_world.person()
    anna.registers(name="Anna Petrova")
    for words, keys in (("/start", ["welcome_back"]), ("помощь", ["help_rep"]), ("профиль", ["status"]),
                        ("Мои клиенты", ["clients_none"]), ("что-то своё", ["menu"]),
                        ("отмена", ["nothing_to_cancel", "menu"])):
        anna.says(words)
        anna.hears(*keys)


def test_the_email_can_be_changed_to_a_free_one_only(bot_world):
    anna, boris = bot_world.sandbox.someone(2)
    anna.registers(email="anna@" + DOMAIN)
    boris.registers(email="boris@" + DOMAIN)
    anna.presses("button_change_email")
    anna.is_answered()
    anna.hears("ask_new_email", email="anna@" + DOMAIN)
    anna.says("boris@" + DOMAIN)
    anna.hears("email_taken", "email_question")
    anna.says("anna@elsewhere.example")
    anna.hears("email_wrong_domain", "email_question")
    anna.says("Anna@" + DOMAIN)
    anna.hears("email_same", email="Anna@" + DOMAIN)
    anna.says("сменить почту")
    anna.hears("ask_new_email")
    anna.says("new@" + DOMAIN)
    anna.hears("email_changed", email="new@" + DOMAIN)
    assert bot_world.db.rep(anna.id)["email"] == "new@" + DOMAIN
    vera = bot_world.person()
    vera.registers(email="anna@" + DOMAIN)  # the old one is free again


def test_unregistering_asks_first_and_no_means_no(bot_world):
    anna = bot_world.person()
    anna.registers()
    anna.says("отключиться")
    assert len(anna.hears("ask_unregister", open=0).buttons) == 2
    anna.says("нет")
    anna.hears("unregister_kept", "menu")
    anna.presses("button_unregister")
    anna.is_answered()
    anna.hears("ask_unregister")
    anna.says("может быть")
    anna.hears("unregister_expected", "ask_unregister")
    anna.presses("button_unregister_no")
    anna.is_answered()
    anna.hears("unregister_kept", "menu")
    assert bot_world.db.rep(anna.id)["status"] == "active"


def test_coming_back_after_unregistering_works_with_the_same_row(bot_world):
    anna = bot_world.person()
    anna.registers()
    before = bot_world.db.rep(anna.id)["id"]
    anna.presses("button_unregister")
    anna.hears("ask_unregister")
    anna.presses("button_unregister_yes")
    anna.hears("unregistered")
    assert bot_world.db.rep(anna.id)["status"] == "removed"
    anna.says("привет")
    anna.hears("offer_again")
    anna.says("да")
    anna.hears("ask_name")
    anna.says("Anna Sidorova")
    anna.hears("ask_email")
    anna.says(anna.email)
    anna.hears("registered", name="Anna Sidorova", email=anna.email)
    rep = bot_world.db.rep(anna.id)
    assert (rep["id"], rep["status"], rep["name"]) == (before, "active", "Anna Sidorova")


def test_a_changed_telegram_username_is_noticed(bot_world):
    anna = bot_world.person()
    anna.registers()
    bot_world.sandbox.post("users", id=anna.id, username="anna_renamed")
    anna.says("статус")
    anna.hears("status")
    assert bot_world.db.rep(anna.id)["telegram_username"] == "anna_renamed"


def test_a_suspended_rep_is_told_so_whatever_they_do(bot_world):
    anna = bot_world.person()
    menu = anna.registers()
    bot_world.db.execute("UPDATE sales_representatives SET status = 'suspended'")
    for words in ("привет", "/start", "мои клиенты", "отключиться"):
        anna.says(words)
        anna.hears("suspended")
    anna.presses("button_status", message=menu)
    assert anna.is_answered("answer_suspended")["show_alert"]
    bot_world.db.execute("UPDATE sales_representatives SET status = 'active'")
    anna.says("статус")
    anna.hears("status")


# approval -------------------------------------------------------------------------------------------------------------

ADMINS = (7_900_000_001, 7_900_000_002)


@pytest.fixture
def approving(make_world):
    """A world with two admins who have opened a chat with the bot."""
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS=",".join(map(str, ADMINS)))
    world.start_bot()
    world.admins = [world.person(f"Admin {i}", id=id) for i, id in enumerate(ADMINS)]
    for admin in world.admins:
        admin.opens()
        admin.hears("admin_hello")
    return world


def test_an_admin_approves_with_a_button_and_the_rep_hears_of_it(approving):
    world, (boss, other) = approving, approving.admins
    anna = world.person("Анна Петрова")
    anna.registers(done="registered_pending")
    assert world.db.rep(anna.id)["status"] == "pending"
    assert world.db.rep(anna.id)["approved_at"] is None
    asked = boss.hears("admin_new_rep", name="Анна Петрова", email=anna.email, telegram="@" + anna.username)
    assert asked.labels == [world.texts.raw("ru", "button_approve"), world.texts.raw("ru", "button_reject")]
    late = other.hears("admin_new_rep")
    boss.presses("button_approve")
    boss.is_answered("answer_approved", name="Анна Петрова")
    assert boss.sees_edit().buttons == []
    anna.hears("rep_approved", name="Анна Петрова")
    rep = world.db.rep(anna.id)
    assert rep["status"] == "active" and rep["approved_at"]
    other.presses(data=late.data[1], message=late)  # too late
    other.is_answered("answer_decided_by", name="Анна Петрова", status=world.texts.raw("ru", "rep_is_active"), who="Admin")
    assert world.db.rep(anna.id)["status"] == "active"


def test_an_admin_rejects_and_the_person_may_apply_again(approving):
    world, (boss, _) = approving, approving.admins
    anna = world.person()
    anna.registers(done="registered_pending")
    boss.hears("admin_new_rep")
    boss.presses("button_reject")
    boss.is_answered("answer_reject_why", name=anna.name)
    boss.presses("button_reject_plain")
    boss.is_answered("answer_rejected", name=anna.name)
    anna.hears("rep_rejected", name=anna.name)
    assert world.db.rep(anna.id)["status"] == "removed"
    anna.registers(done="registered_pending")  # the e-mail is free again
    assert world.db.rep(anna.id)["status"] == "pending"


def test_who_waits_for_approval_is_told_so_and_gets_no_prospects(approving):
    world = approving
    world.start_outreach()
    anna = world.person()
    anna.registers(done="registered_pending")
    for words in ("привет", "мои клиенты", "сменить почту", "помощь"):
        anna.says(words)
        anna.hears("pending", email=anna.email)
    world.settle()
    assert world.db.column("SELECT DISTINCT assigned_rep_id FROM test_prospects") == [None]
    world.admins[0].hears("admin_new_rep")
    world.admins[0].presses("button_approve")
    anna.hears("rep_approved")
    anna.hears_anything()  # the notification
    assert len(world.db.rows("SELECT * FROM test_prospects WHERE assigned_rep_id = %s", world.db.rep(anna.id)["id"])) == 3


def test_two_admins_deciding_at_once_leave_one_decision(approving):
    world, (boss, other) = approving, approving.admins
    anna = world.person()
    anna.registers(done="registered_pending")
    yes = boss.hears("admin_new_rep")
    no = other.hears("admin_new_rep")
    world.sandbox.acts([
        {"user": boss.id, "type": "button", "data": yes.data[0], "message_id": yes.id},
        {"user": other.id, "type": "button", "data": no.data[1], "message_id": no.id}])
    boss.is_answered("answer_approved")
    other.is_answered("answer_decided_already")
    anna.hears("rep_approved")
    assert world.db.rep(anna.id)["status"] == "active"


def test_nobody_but_an_admin_can_approve(approving):
    world = approving
    anna, mallory = world.sandbox.someone(2)
    anna.registers(done="registered_pending")
    mallory.says("привет")
    offer = mallory.hears("offer")
    mallory.presses(data=f"adm:ok:{anna.id}", message=offer)  # a button that never was there
    assert mallory.is_answered("answer_admin_only")["show_alert"]
    assert world.db.rep(anna.id)["status"] == "pending"


def test_an_application_can_be_withdrawn(approving):
    world, (boss, _) = approving, approving.admins
    anna = world.person()
    anna.registers(done="registered_pending")
    asked = boss.hears("admin_new_rep")
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.says("да")
    anna.hears("unregistered")
    seen = boss.sees_edit()
    assert seen.id == asked.id and not seen.labels
    assert seen.text == f"{asked.text}\n\n{world.texts.raw('ru', 'decided_withdrawn')}"
    boss.presses(data=asked.data[0], message=asked)
    boss.is_answered("answer_decided_already", status=world.texts.raw("ru", "rep_is_withdrawn"))
    assert world.db.rep(anna.id)["status"] == "removed"


def test_an_admin_who_is_late_reads_what_became_of_the_application(approving):
    world, (boss, other) = approving, approving.admins
    anna = world.person()
    anna.registers(done="registered_pending")
    cards = [admin.hears("admin_new_rep") for admin in (boss, other)]
    boss.presses("button_reject")
    boss.is_answered("answer_reject_why")
    boss.presses("button_reject_plain")
    boss.is_answered("answer_rejected")
    anna.hears("rep_rejected")
    other.presses(data=cards[1].data[0], message=cards[1])
    other.is_answered("answer_decided_by", status=world.texts.raw("ru", "rep_is_declined"), who="Admin")
    # by another hand they become a rep after all, and leave like one
    world.db.execute("UPDATE sales_representatives SET status = 'active' WHERE telegram_id = %s", anna.id)
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.says("да")
    anna.hears("unregistered")
    other.presses(data=cards[1].data[1], message=cards[1])
    other.is_answered("answer_decided_already", status=world.texts.raw("ru", "rep_is_removed"))


def test_an_old_card_does_not_approve_a_later_application(approving):
    """Who is known applies, withdraws, and applies again as somebody else: that is another decision."""
    world, (boss, other) = approving, approving.admins
    anna = world.person()
    anna.registers(name="Anna Petrova", done="registered_pending")
    old = [admin.hears("admin_new_rep", name="Anna Petrova") for admin in world.admins]
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.says("да")
    anna.hears("unregistered")
    anna.registers(name="Boris Ivanov", email="boris@" + DOMAIN, done="registered_pending")
    current = boss.hears("admin_new_rep", name="Boris Ivanov")
    other.hears("admin_new_rep", name="Boris Ivanov")
    boss.presses(data=old[0].data[0], message=old[0])
    assert boss.is_answered("answer_application_changed", name="Boris Ivanov")["show_alert"]
    other.presses(data=old[1].data[1], message=old[1])
    assert other.is_answered("answer_application_changed", name="Boris Ivanov")["show_alert"]
    assert world.db.rep(anna.id)["status"] == "pending"
    other.says("/pending")
    other.hears("applications", count="1")
    again = other.hears("admin_new_rep", name="Boris Ivanov")
    assert again.data == current.data
    other.presses("button_approve", message=again)
    other.is_answered("answer_approved", name="Boris Ivanov")
    anna.hears("rep_approved", name="Boris Ivanov")


# restarts -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("way", ["terminate", "kill"])
def test_the_conversation_goes_on_where_it_was_after_a_restart(bot_world, way):
    anna, boris = bot_world.sandbox.someone(2)
    start_email(anna, "Anna Petrova")
    start_registering(boris)
    bot_world.settle()  # a kill with a message in flight may double that message, and is another test's
    getattr(bot_world.bot, way)()
    anna.says("anna@" + DOMAIN)  # while nobody listens
    bot_world.start_bot()
    anna.hears("registered", name="Anna Petrova", email="anna@" + DOMAIN)
    boris.says("Boris Ivanov")
    boris.hears("ask_email", name="Boris Ivanov")


def test_a_restart_repeats_nothing_and_forgets_nothing(bot_world):
    anna = bot_world.person()
    for text, key in (("привет", "offer"), ("да", "ask_name"), ("Anna Petrova", "ask_email"), (anna.email, "registered")):
        anna.says(text)
        anna.hears(key)
        bot_world.restart_bot()
    bot_world.settle()
    assert anna.unheard() == []
    assert len(bot_world.sandbox.bot_messages(anna.id)) == 4


# texts ----------------------------------------------------------------------------------------------------------------

def test_texts_from_a_file_replace_the_built_in_ones(make_world, tmp_path):
    path = tmp_path / "messages.json"
    path.write_text(json.dumps({"ru": {"offer": "Привет! Записать вас?", "button_is_rep": "Ага",
                                       "ask_email": "{name} — почту на {domains}, пожалуйста"}}))
    world = make_world(MESSAGES_FILE=path)
    world.start_bot()
    anna = world.person()
    anna.says("привет")
    offer = anna.hears_anything()
    assert offer.text == "Привет! Записать вас?"
    assert offer.labels[0] == "Ага"
    anna.presses("Ага")
    anna.hears("ask_name")  # not replaced
    anna.says("Anna Petrova")
    assert anna.hears_anything().text == f"Anna Petrova — почту на @{DOMAIN}, пожалуйста"
    john = world.person("John Smith", language="en")
    john.says("hello")
    john.hears("offer")


# admins who come late -------------------------------------------------------------------------------------------------

@pytest.fixture
def admins_away(make_world):
    """Two admins who have never pressed Start."""
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS=",".join(map(str, ADMINS)))
    world.start_bot()
    world.admins = [world.person(f"Admin {i}", id=id) for i, id in enumerate(ADMINS)]
    return world


def test_what_an_admin_missed_is_shown_with_buttons_at_their_first_word(admins_away):
    world, boss = admins_away, admins_away.admins[0]
    anna, boris = world.person("Анна Петрова"), world.person("Борис Иванов", username="")
    for person in (anna, boris):
        person.registers(done="registered_pending")
    world.bot.wait_for_log(rf"admin {boss.id} cannot be written to .*press Start")
    world.settle()
    boss.says("привет")
    boss.hears("admin_hello")
    boss.hears("applications", count=2)
    boss.hears("admin_new_rep", name="Анна Петрова", email=anna.email, telegram="@" + anna.username)
    asked = boss.hears("admin_new_rep", name="Борис Иванов", email=boris.email, telegram=f"id {boris.id}")
    boss.presses("button_approve", message=asked)
    boss.is_answered("answer_approved", name="Борис Иванов")
    boris.hears("rep_approved")
    # shown once
    boss.says("ещё что-нибудь?")
    boss.hears("admin_hello")
    world.settle()
    assert boss.unheard() == []
    boss.says("/pending")
    boss.hears("applications", count=1)
    boss.hears("admin_new_rep", name="Анна Петрова")


def test_an_admin_who_blocked_the_bot_is_shown_what_came_meanwhile(approving):
    world, (boss, _) = approving, approving.admins
    boss.blocks()
    anna = world.person("Анна Петрова")
    anna.registers(done="registered_pending")
    world.settle()
    boss.unblocks()
    boss.says("я тут")
    boss.hears("admin_hello")
    boss.hears("applications", count=1)
    boss.hears("admin_new_rep", name="Анна Петрова")


def test_many_applications_are_shown_in_parts(admins_away):
    world, boss = admins_away, admins_away.admins[0]
    world.db.execute("INSERT INTO sales_representatives (telegram_id, name, email, status)"
                     " SELECT 800 + i, 'Rep ' || i, i || '@truerealestate.bali', 'pending' FROM generate_series(1, 12) i")
    boss.says("/pending")
    boss.hears("applications", count=12)
    for _ in range(10):
        boss.hears("admin_new_rep")
    boss.hears("applications_more", count=2)


def test_nobody_waits_and_only_admins_may_ask(approving):
    world, (boss, _) = approving, approving.admins
    boss.says("заявки")
    boss.hears("applications_none")
    stranger = world.person()
    stranger.says("/pending")
    stranger.hears("offer")


def test_an_admin_is_asked_nothing_and_may_register_all_the_same(approving):
    world, (boss, _) = approving, approving.admins
    boss.says("что ты умеешь?")
    boss.hears("admin_hello")
    boss.presses("button_register")
    boss.hears("ask_name")
    boss.says("Анна Петрова")
    boss.hears("ask_email")
    boss.says(boss.email)
    boss.hears("registered_pending")
    boss.hears("admin_new_rep")


def test_prospects_nobody_takes_wait_for_an_admin_too(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMINS[0]))
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna, boss = world.person(), world.person("Boss", id=ADMINS[0])
    anna.registers()
    world.db.add_prospect("p1", "Ivan P", "@ivan_p")
    anna.hears_anything()
    anna.presses("button_decline")
    world.bot.wait_for_log(rf"admin {boss.id} cannot be written to")
    world.settle()
    boss.opens()
    boss.hears("admin_hello")
    text = boss.hears_anything().text
    assert text.startswith(world.texts.render("ru", "nobody_left", count=1)) and "https://t.me/ivan_p" in text
