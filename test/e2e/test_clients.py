"""A rep's clients: what a card shows and does, notes on it, and that it is never taken for words to the client."""
import pytest

import test_prospects as prospects
from support.database import tables
from support.waiting import eventually
from test_prospect_chat import campaign, link, registered, talking, world  # noqa: F401
from test_relay import leading, says


@pytest.fixture
def pair(world, campaign):  # noqa: F811
    return talking(world, campaign)


def notes(world):  # noqa: F811
    return world.db.prospect_events.column("detail", "WHERE kind = 'note' ORDER BY id")


def note_line(world, person, text):  # noqa: F811
    return world.texts.render("ru", "event_note", who=person.name, text=text)


def test_a_card_says_where_a_client_comes_from_and_what_happened(world, pair):  # noqa: F811
    boris, anna = pair
    opened = boris.opens_card("Anna")
    assert world.texts.render("ru", "client_source_campaign", campaign="Instagram June") in opened.text
    assert world.texts.render("ru", "event_assigned", who=boris.name) in opened.text
    anna.says("Вилла у моря")
    boris.hears("prospect_says", name="Anna", text="Вилла у моря")
    boris.presses("button_history", message=opened)
    history = boris.hears_anything()
    assert history.text.startswith(world.texts.render("ru", "history_header", name="Anna"))
    assert world.texts.render("ru", "event_assigned", who=boris.name) in history.text


def settings_of(world, person):  # noqa: F811
    found = world.db.row(f"SELECT asked_at IS NOT NULL AS asked, private_forwards, no_voices, message_stars FROM {tables.conversations}"
                          " WHERE telegram_id = %s", person.id)
    return tuple(found.values())


@pytest.mark.parametrize("hides", [False, True], ids=["open", "hidden"])
def test_what_a_client_s_settings_allow_is_asked_once_and_stands_on_the_card(world, campaign, hides):  # noqa: F811
    boris = registered(world)
    anna = world.sandbox.person("Anna", username="")
    world.sandbox.post("users", id=anna.id, private_forwards=hides, no_voices=hides, message_stars=50 if hides else 0)
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask")
    eventually(lambda: settings_of(world, anna) == (True, hides, hides, 50 if hides else 0), what="Telegram is asked")
    boris.hears_anything()
    shown = boris.opens_card(anna.name)
    for key, args in (("client_no_voices", {}), ("client_stars", {"stars": 50}), ("prospect_number_hidden", {"number": anna.id})):
        assert (world.texts.render("ru", key, **args) in shown.text) == hides, key
    assert ("tg://user" in str(shown.event)) != hides
    assert world.sandbox.calls("getChat") == {"ok": 1}
    anna.opens(campaign("Another"))
    anna.says("Вилла")
    world.settle()
    assert world.sandbox.calls("getChat") == {"ok": 1}


def test_settings_that_telegram_does_not_tell_are_asked_for_again_and_hold_up_nobody(world, campaign):  # noqa: F811
    world.sandbox.fault("500", method="getChat", times=1)
    boris, anna = talking(world, campaign)
    eventually(lambda: world.sandbox.calls("getChat") == {"500": 1}, what="Telegram is asked")
    world.bot.kill()
    world.start_bot()
    eventually(lambda: settings_of(world, anna)[0], what="Telegram is asked again")


def test_who_is_blocked_can_be_let_in_again_on_the_card(world, pair):  # noqa: F811
    boris, anna = pair
    anna.says("Спам")
    boris.presses("button_block", message=boris.hears("prospect_says", name="Anna", text="Спам"))
    boris.is_answered("answer_blocked", name="Anna")
    boris.sees_edit()
    opened = boris.opens_card("Anna")
    boris.presses("button_unblock", message=opened)
    boris.is_answered("answer_unblocked", name="Anna")
    assert world.texts.raw("ru", "button_block") in boris.sees_edit().labels
    assert world.texts.raw("ru", "button_unblock") not in boris.opens_card("Anna").labels


def test_a_reply_to_a_card_is_a_note_and_an_edit_changes_it(world, pair):  # noqa: F811
    boris, anna = pair
    opened = boris.opens_card("Anna")
    world.settle()
    said = says(boris, "Торгуется,\nзвонить вечером", reply_to=opened)
    kept = boris.hears("note_kept", name="Anna")
    assert kept.event["reply_to"] == said
    assert notes(world) == ["Торгуется,\nзвонить вечером"]
    assert note_line(world, boris, "Торгуется,\nзвонить вечером") in boris.opens_card("Anna").text
    boris.act("edit", message_id=said, text="Торгуется, звонить утром")
    boris.hears("note_changed", name="Anna")
    assert notes(world) == ["Торгуется, звонить утром"]
    # what confirms it is as good as the card
    world.settle()
    says(boris, "И ещё собака", reply_to=kept)
    boris.hears("note_kept", name="Anna")
    assert notes(world) == ["Торгуется, звонить утром", "И ещё собака"]
    world.settle()
    assert anna.unheard() == []


def test_a_reply_to_the_notice_of_a_new_client_is_a_note(world):  # noqa: F811
    boris = registered(world)
    world.db.add_prospect("p1", "Olga Zakharova", "@olga_z")
    notice = boris.hears_anything()
    assert "Olga Zakharova" in notice.text
    world.settle()
    says(boris, "Просила звонить после шести", reply_to=notice)
    boris.hears("note_kept", name="Olga Zakharova")
    assert notes(world) == ["Просила звонить после шести"]


def test_a_reply_to_a_notice_with_the_client_s_words_is_asked_about(world, campaign):  # noqa: F811
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears_anything()
    anna.says("Позвоните мне")
    anna.hears_anything()
    boris = registered(world)
    notice = boris.hears_anything()
    assert "Позвоните мне" in notice.text
    world.settle()
    boris.forget()
    says(boris, "Добрый день, Анна!", reply_to=notice)
    boris.presses("Anna", message=boris.hears("relay_whom"))
    assert anna.hears_anything().text == "Добрый день, Анна!"
    assert notes(world) == []


def test_a_notice_of_a_client_who_has_gone_since_goes_all_the_same_and_what_became_of_them_follows(world):  # noqa: F811
    boris = registered(world)
    world.sandbox.fault("429", method="sendMessage", chat=boris.id, retry_after=3, times=1)
    world.db.add_prospect("p1", "Olga Zakharova", "@olga_z")
    world.db.outbox.eventually("max(attempts) > 0", "WHERE chat_id = %s", boris.id)
    world.db.execute("DELETE FROM test_prospects WHERE id = 'p1'")
    world.settle()
    world.db.outbox.eventually("count(*) = 0")
    heard = [e["text"] for e in boris.unheard()]
    assert not heard or "Olga" in heard[0], heard
    assert world.db.outbox_history.value("count(*)", "WHERE error = 'not theirs any more'") == 0


def test_a_note_and_its_edit_in_one_poll_are_one_note(world, pair):  # noqa: F811
    boris, _ = pair
    opened = boris.opens_card("Anna")
    world.settle()
    world.bot.terminate()
    said = says(boris, "Первое", reply_to=opened)
    boris.act("edit", message_id=said, text="Второе")
    world.start_bot()
    boris.hears("note_kept", name="Anna")
    boris.hears("note_changed", name="Anna")
    assert notes(world) == ["Второе"]


@pytest.mark.parametrize("kind", ["photo", "voice", "contact"])
def test_what_cannot_be_a_note_is_said_and_goes_to_nobody(world, pair, kind):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    opened = boris.opens_card("Anna")
    world.settle()
    boris.act(kind, reply_to=opened.id, **({"phone_number": "+62811"} if kind == "contact" else {"caption": "подпись"}))
    boris.hears("note_only_text", name="Anna")
    assert notes(world) == []
    world.settle()
    assert anna.unheard() == []


def test_a_card_is_never_taken_for_the_client_s_words_nor_those_for_a_card(world, pair):  # noqa: F811
    boris, anna = pair
    asked, _, _ = leading(world, boris, anna)
    opened = boris.opens_card("Anna")
    world.settle()
    # the client is the one whom all that is written goes to now, but for this
    says(boris, "Жадный", reply_to=opened)
    boris.hears("note_kept", name="Anna")
    says(boris, "Есть ещё одна", reply_to=asked)
    boris.hears("relay_current", name="Anna")
    assert anna.hears_anything().text == "Есть ещё одна"
    boris.says("И третья")
    assert anna.hears_anything().text == "И третья"
    assert notes(world) == ["Жадный"]
    # a command is a command, wherever it stands
    says(boris, "/status", reply_to=opened)
    boris.hears("status", open=1)
    assert notes(world) == ["Жадный"]
    world.settle()
    assert anna.unheard() == []


def test_who_has_lost_a_client_notes_nothing(world, pair):  # noqa: F811
    boris, anna = pair
    opened = boris.opens_card("Anna")
    world.settle()
    said = says(boris, "Первая заметка", reply_to=opened)
    boris.hears("note_kept", name="Anna")
    vera = registered(world, "Vera Ivanova")
    boris.presses("button_decline", message=opened)
    boris.is_answered("answer_declined", name="Anna")
    prospects.assigned(world, world.db.prospect_events.value("prospect", "WHERE kind = 'note'"), vera)
    vera.hears_anything()
    says(boris, "Вторая", reply_to=opened)
    boris.hears("note_not_yours", name="Anna")
    boris.act("edit", message_id=said, text="Исправленная")
    boris.hears("note_not_yours", name="Anna")
    assert notes(world) == ["Первая заметка"]
    # and whoever has the client now reads what was noted
    assert note_line(world, boris, "Первая заметка") in vera.opens_card("Anna").text
    world.settle()
    assert anna.unheard() == []


def test_with_the_prospect_s_row_go_words_and_notes(world, pair):  # noqa: F811
    boris, anna = pair
    opened = boris.opens_card("Anna")
    world.settle()
    says(boris, "Заметка", reply_to=opened)
    boris.hears("note_kept", name="Anna")
    world.db.execute("DELETE FROM test_prospects")
    assert notes(world) == []


def test_a_long_history_is_read_page_by_page(world, pair):  # noqa: F811
    boris, _ = pair
    opened = boris.opens_card("Anna")
    world.settle()
    for i in range(12):
        says(boris, f"Заметка {i}. " + "слова " * 150, reply_to=opened)
        boris.hears("note_kept", name="Anna")
    boris.presses("button_history", message=opened)
    boris.is_answered()
    page, seen = boris.hears_anything(), []
    while True:
        assert len(page.text.encode("utf-16-le")) // 2 <= 4096
        seen += [i for i in range(12) if f"Заметка {i}. " in page.text]
        if world.texts.raw("ru", "button_history_older") not in page.labels:
            break
        boris.presses("button_history_older", message=page)
        boris.is_answered()
        page = boris.sees_edit()
    assert sorted(seen) == list(range(12)) and world.texts.render("ru", "event_assigned", who=boris.name) in page.text
    boris.presses("button_history_newest", message=page)
    assert "Заметка 11. " in boris.sees_edit().text


@pytest.mark.parametrize("how", ["converted", "archived"])
def test_who_is_closed_on_the_card_makes_room_and_the_next_one_comes_at_once(make_world, how):
    world = make_world(MAX_PROSPECTS_PER_REP="1", OUTREACH_INTERVAL_SECONDS="3600")  # noqa: F811
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    boris = registered(world)
    world.db.add_prospect("p1", "Ivan P")
    boris.hears_anything()
    world.db.add_prospect("p2", "Olga Q")
    opened = boris.opens_card("Ivan")
    if how == "converted":
        boris.presses("button_converted", message=opened)
        boris.is_answered("answer_converted", name="Ivan P")
    else:
        boris.presses("button_archive", message=opened)
        boris.is_answered("answer_archive_why")
        boris.presses("button_archive_keep", message=boris.sees_edit())
        boris.is_answered()
        again = boris.sees_edit()
        assert again.labels == opened.labels and again.text == opened.text
        boris.presses("button_archive", message=again)
        boris.is_answered("answer_archive_why")
        boris.presses("button_archive_no_budget", message=boris.sees_edit())
        boris.is_answered("answer_archived", name="Ivan P")
    assert world.texts.render("ru", f"card_{how}", name="Ivan P") in boris.sees_edit().text
    told = boris.hears_anything()
    assert told.text.startswith(world.texts.raw("ru", "notice_one")) and "Olga Q" in told.text
    assert world.db.prospect("p1")["status"] == how
    boris.says("мои клиенты")
    assert boris.hears_anything().labels[:1] == ["1. Olga Q"]
    # the reason is kept, and who opens the prospect again reads it
    world.db.execute("UPDATE test_prospects SET status = 'in_conversation', assigned_rep_id ="
                     " (SELECT id FROM sales_representatives) WHERE id = 'p1'")
    eventually(lambda: world.db.assignments.value("count(*)", "WHERE prospect = 'p1' AND ended_at IS NULL") == 1)
    boris.hears_anything()
    line = world.texts.render("ru", "event_converted", who=boris.name) if how == "converted" else \
        world.texts.render("ru", "event_archived_why", who=boris.name, text=world.texts.raw("ru", "button_archive_no_budget"))
    assert line in boris.opens_card("Ivan").text


# looking for one ---------------------------------------------------------------------------------------------------------

@pytest.fixture
def crowd(make_world):
    """A rep with many clients."""
    made = make_world(MAX_PROSPECTS_PER_REP="2000")
    made.db.no_prospects()
    made.start_bot()
    boris = registered(made)
    made.db.execute("INSERT INTO test_prospects (id, telegram_id, name, created_at, assigned_rep_id)"
                    " SELECT 'p' || i, '@client_' || i, CASE WHEN i % 600 = 0 THEN 'Жанна №' || i ELSE 'Client ' || i END,"
                    " now() - i * interval '1 minute', r.id FROM generate_series(1, 1300) i, sales_representatives r")
    made.db.execute("UPDATE test_prospects SET telegram_id = '+7 (916) 123-45-67' WHERE id = 'p7'")
    return made, boris


def looks_for(boris, text):
    boris.presses("button_clients_find")
    boris.is_answered()
    boris.hears("clients_find")
    boris.says(text)
    return boris.hears_anything()


def test_a_client_is_found_by_a_part_of_the_name_a_number_or_a_username(crowd):
    made, boris = crowd
    boris.says("мои клиенты")
    boris.hears_anything()
    for text, label in (("client 13 ", "1. Client 13"), ("89161234567", "1. Client 7"), ("@CLIENT_21", "1. Client 21")):
        found = looks_for(boris, text)
        assert label in found.labels, found
    boris.presses(found.labels[0], message=found)
    boris.is_answered()
    assert boris.hears_anything().text.startswith(made.texts.raw("ru", "client_card"))
    # so many fit that they are read page by page
    found, names = looks_for(boris, "client_12"), []
    while True:
        names += [label.split(". ")[1] for label in found.labels if "Client" in label]
        if made.texts.raw("ru", "button_clients_find_on") not in found.labels:
            break
        boris.presses("button_clients_find_on", message=found)
        boris.is_answered()
        found = boris.sees_edit()
    wanted = [i for i in range(1, 1301) if "client_12" in f"client_{i}" and i % 600 and i != 7]
    assert names == [f"Client {i}" for i in wanted]


def test_a_client_is_found_by_what_they_answered(crowd):
    made, boris = crowd
    boris.says("мои клиенты")
    boris.hears_anything()
    made.db.execute(f"INSERT INTO {tables.answers} (prospect, question, script, value, answer) VALUES"
                    " ('p9', 'phone', 's', '+79035550102', '+7 903 555-01-02'), ('p9', 'email', 's', 'Anna@Example.org', 'Anna@Example.org'),"
                    " ('p9', 'where', 's', 'Чангу', 'Чангу')")
    for text in ("8 903 555 01 02", "5550102", "anna@example", "client anna@"):
        assert "1. Client 9" in looks_for(boris, text).labels, text
    assert looks_for(boris, "Чангу").text.startswith(made.texts.render("ru", "clients_not_found_yet", text="чангу", count=500))


def test_who_is_found_nowhere_is_said_and_another_word_asked_for(crowd):
    made, boris = crowd
    boris.says("мои клиенты")
    boris.hears_anything()
    found = looks_for(boris, "жанна")
    for expected in (["Жанна №600"], ["Жанна №1200"]):
        if not any("Жанна" in label for label in found.labels):
            boris.presses("button_clients_find_on", message=found)
            boris.is_answered()
            found = boris.sees_edit()
        assert [label.split(". ")[1] for label in found.labels if "Жанна" in label] == expected
        if made.texts.raw("ru", "button_clients_find_on") in found.labels:
            boris.presses("button_clients_find_on", message=found)
            boris.is_answered()
            found = boris.sees_edit()
    made.db.execute("DELETE FROM test_prospects WHERE id <> 'p1'")
    nothing = looks_for(boris, "100%_'; DROP")
    assert made.texts.raw("ru", "clients_find") in nothing.text
    boris.says("client 1")
    assert boris.hears_anything().labels[0] == "1. Client 1"
    boris.says("помощь")
    boris.hears("help_rep")
    looks_for(boris, "никто")
    boris.says("отмена")
    boris.hears("cancelled")


def test_a_press_and_its_word_in_one_poll_find_whom_they_are_about(crowd):
    made, boris = crowd
    boris.says("мои клиенты")
    listed = boris.hears_anything()
    made.settle()
    made.bot.terminate()
    boris.presses("button_clients_find", message=listed)
    boris.says("client 13 ")
    made.start_bot()
    boris.hears("clients_find")
    assert "1. Client 13" in boris.hears_anything().labels


# one's own ---------------------------------------------------------------------------------------------------------------

OLGA = {"user_id": 7_700_000_001, "first_name": "Ольга", "last_name": "Знакомая", "username": "Olga_Z"}


def chooses(person, **who):
    """The list, one tap on the button, one on the person."""
    person.says("/clients")
    person.hears_anything()
    person.presses("button_own_client")
    person.is_answered()
    asked = person.hears("own_client_ask")
    (choose, ), (cancel, ) = asked.event["reply_markup"]["keyboard"]
    assert choose["request_users"]["request_name"] and choose["request_users"]["request_username"] and cancel["text"]
    person.act("users", users=[{**OLGA, **who}])


def test_a_rep_adds_somebody_of_their_own_in_two_taps(world):  # noqa: F811
    boris = registered(world)
    chooses(boris)
    boris.hears("own_client_added", name="Ольга Знакомая", open=1, max=5)
    opened = boris.hears_anything()
    assert world.texts.raw("ru", "client_source_own") in opened.text and "https://t.me/Olga_Z" in opened.text
    assert opened.labels[:2] == [world.texts.raw("ru", key) for key in ("button_write", "button_copy")]
    row = world.db.prospect(f"tg{OLGA['user_id']}")
    assert (row["name"], row["telegram_id"], row["status"]) == ("Ольга Знакомая", "@Olga_Z", "unreached")
    assert world.db.conversations.value("source") == "own"
    assert prospects.holder(world, row["id"]) == boris.id
    # the buttons work, nobody is told of a change by hand, and outreach leaves it as it is
    boris.presses("button_contacted", message=opened)
    boris.is_answered("answer_contacted", name="Ольга Знакомая")
    boris.sees_edit()
    world.settle()
    assert boris.unheard() == []
    assert world.db.assignments.value("count(*)") == 1
    boris.says("статус")
    boris.hears("status", open=1)
    # whoever opens the invitation is that client
    draft = next(button["copy_text"]["text"] for button in opened.buttons if "copy_text" in button)
    # who has asked for nothing is not told that they have
    assert draft.startswith(world.texts.render("ru", "prospect_draft_own", name="Ольга Знакомая", link=""))
    payload = draft.split("start=")[1].split()[0]
    olga = world.sandbox.person("Ольга", id=OLGA["user_id"], username="Olga_Z")
    olga.opens(payload)
    olga.hears("prospect_hello", "prospect_ask", name="Ольга Знакомая")
    boris.hears("prospect_came", name="Ольга Знакомая")


def test_the_next_rep_s_draft_for_an_own_contact_says_no_more(world):  # noqa: F811
    boris, vera = registered(world), registered(world, "Vera Volkova")
    chooses(boris)
    boris.hears("own_client_added", name="Ольга Знакомая", open=1, max=5)
    boris.presses("button_decline", message=boris.hears_anything())
    card = vera.hears_anything()
    draft = next(button["copy_text"]["text"] for button in card.buttons if "copy_text" in button)
    assert draft.startswith(world.texts.render("ru", "prospect_draft_own", name="Ольга Знакомая", link=""))


def test_an_own_contact_takes_room(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="1")  # noqa: F811
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.db.bot_state.eventually("username IS NOT NULL")
    boris = registered(world)
    chooses(boris, first_name=None, last_name=None, username=None)
    boris.hears("own_client_added", name=world.texts.raw("ru", "prospect_nameless"), open=1, max=1)
    opened = boris.hears_anything()
    assert str(OLGA["user_id"]) in opened.text
    world.db.add_prospect("p1", "Ivan P")
    world.settle()
    assert prospects.holder(world, "p1") is None
    boris.presses("button_converted", message=opened)
    prospects.assigned(world, "p1", boris)


@pytest.mark.parametrize("known", ["by the account", "by the username", "by the conversation"])
def test_who_is_a_colleague_s_client_stays_so_and_nothing_is_said_of_whose(world, campaign, known):  # noqa: F811
    vera = registered(world, "Vera Ivanova")
    if known == "by the conversation":
        olga = world.sandbox.person("Ольга", id=OLGA["user_id"], username="Olga_Z")
        olga.opens(campaign())
        olga.hears("prospect_hello", "prospect_ask", name="Ольга")
    else:
        world.db.add_prospect("p1", "Olga Zakharova", str(OLGA["user_id"]) if known == "by the account" else "@olga_z")
    assert "Ольга" in (text := vera.hears_anything().text) or "Olga" in text
    world.db.prospect_identities.eventually("count(*) > 0")
    boris = registered(world)
    chooses(boris)
    boris.hears("own_client_taken")
    world.settle()
    assert boris.unheard() == [] and world.db.assignments.value("count(*)") == 1
    # and whose they are hears that they are theirs
    chooses(vera)
    vera.hears("own_client_yours")
    see = vera.hears("own_client_see")
    vera.presses("button_client_open", message=see)
    vera.is_answered()
    assert vera.hears_anything().text.startswith(world.texts.raw("ru", "client_card"))


def test_a_colleague_is_no_client(world):  # noqa: F811
    boris, vera = registered(world), registered(world, "Vera Ivanova")
    for person in (vera, boris):
        chooses(boris, user_id=person.id)
        boris.hears("own_client_colleague")
    assert world.db.value("SELECT count(*) FROM test_prospects") == 0


def test_who_was_archived_or_waits_is_taken_and_no_second_row_made(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="1")  # noqa: F811
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.db.bot_state.eventually("username IS NOT NULL")
    boris = registered(world)
    world.db.add_prospect("p0", "First")
    boris.hears_anything()
    world.db.add_prospect("p1", "Olga Zakharova", "@olga_z")
    world.settle()
    world.db.prospect_identities.insert("(prospect, kind, value) VALUES ('p1', 'username', 'olga_z') ON CONFLICT DO NOTHING")
    chooses(boris)
    boris.hears("own_client_added", name="Ольга Знакомая", open=2, max=1)
    opened = boris.hears_anything()
    boris.presses("button_archive", message=opened)
    boris.is_answered("answer_archive_why")
    boris.presses("button_archive_wrong_person", message=boris.sees_edit())
    boris.is_answered("answer_archived", name="Olga Zakharova")
    world.settle()
    boris.forget()
    chooses(boris)
    boris.hears("own_client_added", name="Ольга Знакомая", open=2, max=1)
    boris.hears_anything()
    world.settle()
    assert boris.unheard() == []
    row = world.db.prospect("p1")
    assert row["status"] == "unreached" and prospects.holder(world, "p1") == boris.id
    assert world.db.value("SELECT count(*) FROM test_prospects") == 2
    assert world.db.assignments.column("reason", "WHERE prospect = 'p1' ORDER BY id") == ["archived", None]


def has_olga(world, rep):  # noqa: F811
    world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, assigned_rep_id) SELECT 'p1', 'Olga Zakharova', '@olga_z', id"
                     " FROM sales_representatives WHERE telegram_id = %s", rep.id)
    world.db.execute(f"INSERT INTO {tables.assignments} (prospect, rep) SELECT id, assigned_rep_id FROM test_prospects")
    world.db.prospect_identities.insert("(prospect, kind, value) VALUES ('p1', 'username', 'olga_z') ON CONFLICT DO NOTHING")
    world.settle()
    rep.forget()


def test_a_rep_s_own_buyer_is_no_new_client(world):  # noqa: F811
    boris = registered(world)
    has_olga(world, boris)
    world.db.execute("UPDATE test_prospects SET status = 'converted' WHERE id = 'p1'")
    boris.hears("closed", name="Olga Zakharova")
    world.settle()
    boris.forget()
    chooses(boris)
    boris.hears("own_client_bought")
    assert world.db.prospect("p1")["status"] == "converted"


@pytest.mark.parametrize("whose", ["own", "a colleague's"])
def test_who_was_archived_in_the_table_is_taken_too(world, whose):  # noqa: F811
    boris = registered(world)
    had = boris if whose == "own" else registered(world, "Vera Orlova")
    has_olga(world, had)
    world.db.execute("UPDATE test_prospects SET status = 'archived' WHERE id = 'p1'")
    eventually(lambda: any("Клиент закрыт" in str(m) for m in had.unheard()), what="who has them reads it")
    world.settle()
    boris.forget()
    chooses(boris)
    boris.hears("own_client_added", name="Ольга Знакомая", open=1, max=5)
    assert "Ольга" in boris.hears_anything().text
    world.settle()
    assert world.db.prospect("p1")["status"] == "unreached" and prospects.holder(world, "p1") == boris.id
    assert world.db.assignments.column("reason", "WHERE prospect = 'p1' ORDER BY id") == ["archived", None]
    assert boris.unheard() == []


def test_two_reps_choose_the_same_person_in_one_poll(world):  # noqa: F811
    boris, vera = registered(world), registered(world, "Vera Ivanova")
    for person in (boris, vera):
        person.says("/clients")
        person.hears_anything()
        person.presses("button_own_client")
        person.is_answered()
        person.hears("own_client_ask")
    world.sandbox.acts([{"user": person.id, "type": "users", "users": [OLGA]} for person in (boris, vera)])
    boris.hears("own_client_added", name="Ольга Знакомая", open=1, max=5)
    vera.hears("own_client_taken")


def test_who_chooses_nobody_is_asked_again_and_may_cancel(world):  # noqa: F811
    boris = registered(world)
    boris.says("/clients")
    boris.presses("button_own_client", message=boris.hears("clients_none"))
    boris.is_answered()
    boris.hears("own_client_ask")
    boris.says("Ольга")
    boris.hears("own_client_expected")
    boris.act("photo")
    boris.hears("own_client_expected")
    boris.presses("button_cancel")
    assert boris.hears("cancelled").event["reply_markup"] == {"remove_keyboard": True}
    # the button is in the phone still, and who is no rep any more adds nobody by it
    world.db.execute("UPDATE sales_representatives SET status = 'suspended'")
    boris.act("users", users=[OLGA])
    boris.hears("suspended")
    assert world.db.value("SELECT count(*) FROM test_prospects") == 0
