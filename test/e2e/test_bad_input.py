"""Whatever people and Telegram can send: a clear answer or a parked update; nothing crashes, nothing is lost."""
import re
import json

import pytest

from support.waiting import eventually

DOMAIN = "truerealestate.bali"


def asked_for_name(world):
    anna = world.person()
    anna.says("привет")
    anna.hears("offer")
    anna.says("да")
    anna.hears("ask_name")
    return anna


def asked_for_email(world):
    anna = asked_for_name(world)
    anna.says("Anna Petrova")
    anna.hears("ask_email")
    return anna


def raw_message(person, **fields):
    """A private message of this person with these fields, as Telegram writes it."""
    user = {"id": person.id, "is_bot": False, "first_name": "Anna", "username": person.username, "language_code": "ru"}
    return {"message_id": 900_000, "from": user, "chat": {"id": person.id, "type": "private", "first_name": "Anna"},
            "date": 1_790_000_000, **fields}


def alive(world):
    """The bot still does its work, and nothing was parked or left over."""
    probe = world.person()
    probe.says("привет")
    probe.hears("offer")
    world.settle()
    assert world.db.parked_updates.rows("reason") == []
    assert world.db.outbox.rows("error") == []
    assert world.bot.alive


# names ----------------------------------------------------------------------------------------------------------------

NAMES = {
    "empty": ("\u200b \u2060", "name_no_letters"),
    "spaces": (" \n\t ", "name_no_letters"),
    "4096 characters": ("Анна " * 819 + "А", "name_too_long"),
    "4096 letters": ("Я" * 4096, "name_too_long"),
    "emoji only": ("🙂🏝👩‍👩‍👧‍👧 🇮🇩", "name_no_letters"),
    "200 words": (" ".join(["слово"] * 200), "name_too_long"),
    "only a right-to-left mark": ("\u202e\u202e", "name_no_letters"),
    "SQL": ("'; DROP TABLE", None),
    "JSON": ('{"name": "x"} y', None),
    "HTML": ("<b>Anna</b> &amp;", None),
    "a placeholder": ("{name} {email}", None),
    "a format": ("%s %n", None),
}


@pytest.mark.parametrize("case", [k for k, v in NAMES.items() if v[1]])
def test_a_name_that_is_none_is_answered_with_the_reason(bot_world, case):
    text, problem = NAMES[case]
    anna = asked_for_name(bot_world)
    anna.says(text)
    anna.hears(problem, "ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")


@pytest.mark.parametrize("case", [k for k, v in NAMES.items() if not v[1]])
def test_an_odd_name_is_taken_as_it_is_and_means_nothing_else(bot_world, case):
    text, _ = NAMES[case]
    anna = asked_for_name(bot_world)
    anna.says(text)
    anna.hears("ask_email", name=text)
    anna.says(anna.email)
    anna.hears("registered", name=text, email=anna.email)
    assert bot_world.db.rep(anna.id)["name"] == text


def test_a_right_to_left_name_is_kept_in_its_letters(bot_world):
    anna = asked_for_name(bot_world)
    anna.says("\u202eمحمد بن \u200fسلمان\u202c")
    asked = anna.hears("ask_email").text
    anna.says(anna.email)
    anna.hears("registered")
    name = bot_world.db.rep(anna.id)["name"]
    assert "محمد" in name and "سلمان" in name and name in asked
    assert not set(name) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), \
        "what turns the text around it is not part of a name"


def test_a_name_with_a_nul_in_it_does_no_harm(bot_world):
    anna = asked_for_name(bot_world)
    bot_world.sandbox.raw(message=raw_message(anna, text="Anna\u0000 Petr\u0000ova"))
    anna.hears("ask_email", name="Anna Petrova")
    anna.says(anna.email)
    anna.hears("registered")
    assert bot_world.db.rep(anna.id)["name"] == "Anna Petrova"


def test_a_name_of_255_characters_fits_and_256_does_not(bot_world):
    anna = asked_for_name(bot_world)
    anna.says("Ж" * 127 + " " + "Ж" * 128)
    anna.hears("name_too_long", "ask_name")
    name = "Ж" * 127 + " " + "Ж" * 127
    anna.says(name)
    anna.hears("ask_email")
    anna.says(anna.email)
    anna.hears("registered")
    assert bot_world.db.rep(anna.id)["name"] == name


# e-mails --------------------------------------------------------------------------------------------------------------

EMAILS = {
    "a space in it": ("anna petrova@truerealestate.bali", "email_malformed"),
    "a space after the @": ("anna@ truerealestate.bali", "email_malformed"),
    "over 254 characters": ("a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".bali", "email_too_long"),
    "65 characters before the @": ("a" * 65 + "@truerealestate.bali", "email_too_long"),
    "another domain": ("anna@gmail.com", "email_wrong_domain"),
    "our domain with something behind": ("anna@truerealestate.bali.evil.com", "email_wrong_domain"),
    "our domain with something before": ("anna@eviltruerealestate.bali", "email_wrong_domain"),
    "a subdomain of ours": ("anna@mail.truerealestate.bali", "email_wrong_domain"),
    "two @": ("anna@evil.com@truerealestate.bali", "email_malformed"),
    "a percent sign route": ("anna%truerealestate.bali@evil.com", "email_wrong_domain"),
    "a percent sign route through ours": ("anna%evil.com@truerealestate.bali", "email_malformed"),
    "a line break and a header": ("anna@truerealestate.bali\nBcc: x@evil.com", "email_malformed"),
    "quotes": ('"anna petrova"@truerealestate.bali', "email_malformed"),
    "4096 characters": ("a" * 4075 + "@truerealestate.bali", "email_too_long"),
    "emoji only": ("📧", "email_malformed"),
    "an address literal": ("anna@[127.0.0.1]", "email_malformed"),
    "a route to another host": ("anna%evil.example@truerealestate.bali", "email_malformed"),
    "a route of hosts": ("evil.example!anna@truerealestate.bali", "email_malformed"),
    "a pipe": ("|anna@truerealestate.bali", "email_malformed"),
    "a path": ("a/b@truerealestate.bali", "email_malformed"),
}


@pytest.mark.parametrize("case", list(EMAILS))
def test_an_email_that_will_not_do_is_refused_with_the_reason(bot_world, case):
    text, problem = EMAILS[case]
    anna = asked_for_email(bot_world)
    anna.says(text)
    anna.hears(problem, "email_question")
    assert bot_world.db.rows("SELECT * FROM sales_representatives") == []


@pytest.mark.parametrize("typed,stored", [
    ("anna+bali@truerealestate.bali", "anna+bali@truerealestate.bali"),
    ("  ANNA@TRUEREALESTATE.BALI\n", "ANNA@truerealestate.bali"),
    ("mailto:anna@truerealestate.bali", "anna@truerealestate.bali"),
    ("o'neill_b-c.d+e@truerealestate.bali", "o'neill_b-c.d+e@truerealestate.bali"),
    ("a" * 64 + "@truerealestate.bali", "a" * 64 + "@truerealestate.bali"),
], ids=["plus", "capitals and spaces", "mailto", "every sign that is allowed", "64 characters"])
def test_an_unusual_but_good_email_is_accepted(bot_world, typed, stored):
    anna = asked_for_email(bot_world)
    anna.says(typed)
    anna.hears("registered", email=stored)
    assert bot_world.db.rep(anna.id)["email"] == stored


def test_an_email_with_a_nul_in_it_is_refused(bot_world):
    anna = asked_for_email(bot_world)
    bot_world.sandbox.raw(message=raw_message(anna, text="anna@truerealestate.bali\u0000.evil.com"))
    anna.hears("email_malformed", "email_question")


def test_two_people_typing_the_same_email_in_one_batch_get_different_answers(bot_world):
    anna, boris = asked_for_email(bot_world), asked_for_email(bot_world)
    bot_world.sandbox.acts([{"user": p.id, "type": "text", "text": t} for p, t in
                            ((anna, "Same@" + DOMAIN), (boris, "same@" + DOMAIN))])
    anna.hears("registered")
    boris.hears("email_taken_alone")
    alive(bot_world)


# what is no text ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["sticker", "photo", "voice", "contact"])
def test_a_stranger_who_sends_no_text_is_offered_registration(bot_world, kind):
    anna = bot_world.person()
    anna.act(kind)
    anna.hears("offer")


@pytest.mark.parametrize("kind", ["sticker", "photo", "voice", "contact"])
def test_what_is_no_text_gets_one_line_and_the_question_again(bot_world, kind):
    anna = asked_for_name(bot_world)
    anna.act(kind)
    anna.hears("only_text", "ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")
    anna.act(kind)
    anna.hears("only_text", "email_question")
    anna.says(anna.email)
    anna.hears("registered")
    anna.act(kind)
    anna.hears("only_text", "menu")


def test_a_caption_is_not_an_answer(bot_world):
    anna = asked_for_name(bot_world)
    anna.act("photo", caption="Anna Petrova")
    anna.hears("only_text", "ask_name")


@pytest.mark.parametrize("field", ["video_note", "location", "dice", "poll", "story", "something_of_2030"])
def test_any_other_kind_of_message_is_answered_as_well(bot_world, field):
    anna = asked_for_name(bot_world)
    bot_world.sandbox.raw(message=raw_message(anna, **{field: {"any": "thing"}}))
    anna.hears("only_text", "ask_name")


def test_an_edited_message_is_not_taken_for_an_answer(bot_world):
    anna = asked_for_name(bot_world)
    anna.says("?!")
    anna.hears("name_no_letters", "ask_name")
    anna.act("edit", text="Анна Петрова")
    anna.hears("edited", "ask_name")
    anna.says("Анна Петрова")
    anna.hears("ask_email", name="Анна Петрова")


# other chats ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("chat", [-4000001, -1001234567890], ids=["group", "supergroup"])
def test_in_groups_the_bot_says_nothing_and_changes_nothing(bot_world, chat):
    anna = asked_for_name(bot_world)
    for text in ("привет", "Anna Petrova", "/start", "/start@salesreg_sandbox_bot"):
        anna.act("group_text", chat=chat, text=text)
    alive(bot_world)
    assert bot_world.sandbox.bot_messages(chat) == [] and anna.unheard() == []
    anna.says("Anna Petrova")  # the question in the private chat still stands
    anna.hears("ask_email")


def test_channel_posts_and_a_group_that_becomes_a_supergroup_are_ignored(bot_world):
    anna = bot_world.person()
    bot_world.sandbox.act(type="channel_post", chat=-1009876543210, text="привет")
    anna.act("group_text", chat=-4000002, text="hi")
    anna.act("migrate", chat=-4000002)
    alive(bot_world)
    assert bot_world.sandbox.bot_messages(anna.id) == []


def test_a_bot_that_writes_is_not_answered(bot_world):
    anna = bot_world.person()
    message = raw_message(anna, text="hello")
    message["from"]["is_bot"] = True
    bot_world.sandbox.raw(message=message)
    alive(bot_world)
    assert anna.unheard() == []


# buttons --------------------------------------------------------------------------------------------------------------

def test_old_buttons_are_answered_and_never_applied(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    offer = anna.hears("offer")
    anna.presses("button_is_rep")
    anna.is_answered()
    name_question = anna.hears("ask_name")
    anna.presses("button_is_rep", message=offer)
    anna.is_answered("answer_waiting_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")
    anna.presses("button_is_rep", message=offer)
    anna.is_answered("answer_waiting_email")
    anna.says(anna.email)
    anna.hears("registered")
    anna.presses("button_is_rep", message=offer)
    anna.is_answered("answer_already_registered")
    anna.presses("button_property", message=offer)
    anna.is_answered("answer_already_registered")
    anna.presses("button_cancel", message=name_question)
    anna.is_answered("answer_stale")
    anna.presses("button_unregister")
    asked = anna.hears("ask_unregister")
    anna.says("нет")
    anna.hears("unregister_kept", "menu")
    anna.presses("button_unregister_yes", message=asked)
    anna.is_answered()
    anna.is_answered("answer_stale")
    assert bot_world.db.rep(anna.id)["status"] == "active"


def test_a_stranger_s_menu_buttons_of_a_former_life_are_answered(bot_world):
    anna = bot_world.person()
    menu = anna.registers()
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.says("да")
    anna.hears("unregistered")
    for label in ("button_clients", "button_status", "button_hours", "button_change_email", "button_unregister", "button_help"):
        anna.presses(label, message=menu)
        anna.is_answered("answer_not_registered")


@pytest.mark.parametrize("data", ["", "x", "a:", "a:1", "a:1:", "a:1:z", "a:01:c", "a:-1:c", "a:99999999999999999999:d",
                                  "a:9223372036854775807:d", "a:424242:c", "adm:ok:", "adm:ok:1", "menu:", "reg:yes ",
                                  "🙂", "' OR 1=1 --", "y" * 64, "un:yes"])
def test_any_callback_data_is_answered(bot_world, data):
    anna = bot_world.person()
    anna.registers()
    bot_world.sandbox.raw(callback_query={
        "id": "1234567", "from": raw_message(anna)["from"], "chat_instance": "1", "data": data,
        "message": {**raw_message(anna, text="an old message"), "message_id": 5}})
    bot_world.settle()
    answered = bot_world.sandbox.calls("answerCallbackQuery")
    assert sum(answered.values()) == 1, "a button that is not answered spins"
    assert bot_world.db.rep(anna.id)["status"] == "active"
    alive(bot_world)


def test_a_press_under_a_message_telegram_no_longer_shows_is_answered(bot_world):
    anna = bot_world.person()
    anna.registers()
    user = raw_message(anna)["from"]
    bot_world.sandbox.raw(callback_query={"id": "11", "from": user, "chat_instance": "1", "data": "menu:status",
                                          "message": {"chat": {"id": anna.id, "type": "private"}, "message_id": 5, "date": 0}})
    anna.hears("status")
    bot_world.sandbox.raw(callback_query={"id": "12", "from": user, "chat_instance": "1", "data": "menu:status"})
    anna.hears("status")


# updates with missing or wrong-typed fields ---------------------------------------------------------------------------

def broken_updates(person):
    good = raw_message(person, text="привет")
    user = good["from"]

    def without(*path):
        copy = json.loads(json.dumps(good))
        at = copy
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
        return copy

    def changed(value, *path):
        copy = json.loads(json.dumps(good))
        at = copy
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        return copy

    yield from ({"message": value} for value in ({}, [], "x", 5, 1.5, None, True, [[[[[[]]]]]]))
    yield from ({"message": without(*path)} for path in (("from",), ("chat",), ("from", "id"), ("chat", "id"),
                                                         ("chat", "type"), ("date",), ("message_id",)))
    for wrong in (None, "x", "12", -5, 0, 1.5, 1e300, True, [], {}, 2 ** 63 - 1, -2 ** 63):
        for path in (("from",), ("chat",), ("from", "id"), ("chat", "id"), ("chat", "type"), ("text",)):
            yield {"message": changed(wrong, *path)}
    for wrong in (None, 5, [], {}, True):
        yield {"message": changed(wrong, "from", "username")}
        yield {"message": changed(wrong, "from", "language_code")}
    yield from ({"callback_query": value} for value in (
        {}, [], None, {"id": 5}, {"id": "1", "from": user}, {"id": None, "from": user, "data": "x"},
        {"id": "1", "from": user, "data": 5, "message": 7}, {"id": "1", "from": 5, "data": "x", "message": good},
        {"id": "1", "from": user, "data": "x", "message": {"chat": 5, "message_id": "x", "date": []}},
        {"id": "1", "from": user, "data": "x", "message": {**good, "reply_markup": {"inline_keyboard": 5}}},
        {"id": "1", "from": user, "data": "x", "message": {**good, "reply_markup": {"inline_keyboard": [5, [5], [{}]]}}}))
    yield from ({"my_chat_member": value} for value in (
        {}, [], 5, {"from": user, "chat": good["chat"]}, {"from": user, "chat": good["chat"], "new_chat_member": 5},
        {"from": user, "chat": good["chat"], "new_chat_member": {"status": 5}},
        {"from": user, "chat": good["chat"], "new_chat_member": {"status": "of 2030"}}))
    yield {"edited_message": {"text": 5}}
    yield {"something_of_2030": {"from": user}}
    yield {"message": {**good, "text": "x" * 100_000}}
    yield {"message": {**good, "entities": "x", "reply_to_message": [1, 2], "contact": 5}}


def test_updates_with_missing_or_wrong_typed_fields_stop_nothing(bot_world):
    anna = bot_world.person()
    count = 0
    for update in broken_updates(anna):
        bot_world.sandbox.raw(**update)
        count += 1
    assert count > 100
    # after them all, the bot works on, for others and for this very person
    boris = bot_world.person()
    boris.registers()
    bot_world.settle()
    # who has just said a hundred things is read again a second later
    offer = bot_world.sandbox.texts.pattern("ru", "offer")
    before = len(bot_world.sandbox.bot_messages(anna.id))

    def greeted():
        anna.says("/start")
        bot_world.settle()
        return any(offer.fullmatch(m.text) for m in bot_world.sandbox.bot_messages(anna.id)[before:])
    eventually(greeted)
    parked = bot_world.db.parked_updates.rows("reason, payload")
    assert parked == [], "none of these is beyond the bot"
    stats = bot_world.sandbox.stats()
    assert stats["updates"]["confirmed"] >= count


@pytest.mark.parametrize("where", ["message", "callback_query"])
def test_numbers_beyond_64_bits_cost_no_other_update(bot_world, where):
    anna, boris = bot_world.sandbox.someone(2)
    huge = 10 ** 30
    message = raw_message(anna, text="привет")
    message["from"] = {**message["from"], "id": huge}
    bot_world.sandbox.http.post(  # Python writes it in full; the emulator passes on what it can read
        f"{bot_world.sandbox.base}/sandbox/act",
        data=json.dumps({"type": "raw", "update": {where: message if where == "message" else {"id": "1", "from": huge}}}))
    boris.says("привет")
    boris.hears("offer")
    alive(bot_world)


def test_update_ids_that_are_missing_from_a_batch_are_not_waited_for(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.sandbox.raw(update_id=bot_world.sandbox.bot()["next_update_id"] + 5000,
                          message=raw_message(anna, text="да"))
    anna.hears("ask_name")


# what cannot be handled is parked -------------------------------------------------------------------------------------

def break_saving(world, user):
    """From now on the database refuses to keep this person's conversation: a bug, as it were."""
    world.db.execute(f"ALTER TABLE {world.db.user_sessions} ADD CONSTRAINT broken CHECK (user_id <> {user})")


def test_an_update_that_cannot_be_handled_is_parked_with_the_reason_and_its_sender_is_answered(bot_world):
    anna, boris = bot_world.sandbox.someone(2)
    break_saving(bot_world, anna.id)
    bot_world.sandbox.acts([{"user": p.id, "type": "text", "text": "привет"} for p in (boris, anna, boris)])
    anna.hears("parked")
    boris.hears("offer")
    boris.hears("offer_expected", "offer_question")
    row = bot_world.db.parked_updates.row("*")
    assert row["user_id"] == anna.id and row["payload"]["message"]["text"] == "привет" and "broken" in row["reason"]
    bot_world.bot.wait_for_log(r"could not be handled and is parked")
    bot_world.db.execute(f"ALTER TABLE {bot_world.db.user_sessions} DROP CONSTRAINT broken")
    anna.says("привет")
    anna.hears("offer")


def test_a_parked_press_does_not_leave_the_button_spinning(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.db.execute(f"ALTER TABLE {bot_world.db.user_sessions} ADD CONSTRAINT broken CHECK (phase <> 'name')")
    anna.presses("button_is_rep")
    anna.is_answered()
    anna.hears("parked")
    assert bot_world.db.parked_updates.value("count(*)") == 1


# answers over 4,096 ---------------------------------------------------------------------------------------------------

def test_no_answer_is_ever_longer_than_telegram_takes(make_world):
    """The longest of everything a person can bring into an answer, in a bot whose own texts are long already."""
    long_texts = {"registered": "{name} {email} " + "о" * 4000, "status": "{name}{email}{status}{open}{max}" + "с" * 4000,
                  "email_taken": "{email}" + "з" * 4000}
    world = make_world(MESSAGES=json.dumps({"ru": long_texts}))
    world.start_bot()
    anna = asked_for_name(world)
    name = "Ж" * 127 + " " + "Ж" * 127
    anna.says(name)
    anna.hears("ask_email")
    anna.says("a" * 64 + "@" + DOMAIN)
    anna.says("статус")
    world.settle()
    said = world.sandbox.bot_messages(anna.id)
    for message in said:
        assert len(message.text.encode("utf-16-le")) // 2 <= 4096
    whole = "".join(message.text for message in said)
    assert whole.count("о") >= 4000 and whole.count("с") >= 4000, "what does not fit goes in parts, none is lost"
    assert len(said[-1].buttons) == 6, "and the buttons are under the last part"
    assert world.db.outbox.rows("error") == []
    assert "400" not in world.sandbox.calls("sendMessage")


def test_what_telegram_or_a_person_says_does_nothing_to_a_terminal(make_world):
    """In the log, in the outbox, in what was parked."""
    evil = "Bad Request: \u009b31m\u0085second line\u202e\u2028\u2066 the end"
    world = make_world()
    world.start_bot()
    anna = asked_for_name(world)
    world.sandbox.fault("error", method="sendMessage", code=400, description=evil)
    anna.says("Anna \u009b\u202ePetrova")
    world.db.outbox.eventually("count(*) = 1", "WHERE state = 'failed'")
    world.bot.wait_for_log("the end")
    obeyed = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
    assert not obeyed.search(world.bot.log)
    assert not obeyed.search(world.db.outbox.value("error", "WHERE state = 'failed'"))


# secrets --------------------------------------------------------------------------------------------------------------

def test_a_token_that_somebody_writes_to_the_bot_is_in_no_log(make_world):
    """The harness looks for it in every log; here the bot is given every occasion to print it."""
    from support.telegram import TOKEN
    world = make_world(LOG_LEVEL="debug")
    world.start_bot()
    anna = asked_for_name(world)
    world.sandbox.fault("error", method="sendMessage", code=400, description=f"Bad Request: bot{TOKEN}/sendMessage is wrong")
    anna.says("Anna Petrova")
    world.db.outbox.eventually("count(*) = 1", "WHERE state = 'failed'")
    world.sandbox.fault("error", method="getUpdates", code=500, description=f"bot{TOKEN}")
    anna.says(anna.email)
    anna.hears("registered")
    world.bot.wait_for_log(r"\[\.\.\.\]")
    assert TOKEN not in world.db.outbox.value("error", "WHERE state = 'failed'")
