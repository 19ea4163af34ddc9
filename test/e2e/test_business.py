"""As the rep: the bot is connected to a rep's own account, and writes there where it may."""
import json
import os
import signal

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

import test_prospects as prospects
from support.database import TABLES, tables
from support.process import run
from support.telegram import TOKEN
from test_prospect_chat import opens_own_link, campaign, link, owner_of, prospect_of, registered, talking, world  # noqa: F401


def connect(rep, *rights, **more):
    if rights:
        more["rights"] = list(rights)
    return rep.act("business_connect", **more)


def writes(rep, peer, text, by=None, **more):
    """In the rep's own chat with that person; returns the id there."""
    return rep.act("business_text", peer=peer.id, **{"from": (by or peer).id}, text=text, **more)["message_id"]


def reads_as_from(rep, person):
    """What the bot wrote to this person as the rep."""
    event = person._next(("business_message",), 60, "a message as the rep")
    while not event["by_bot"]:
        event = person._next(("business_message",), 60, "a message as the rep")
    assert event["rep"] == event["from"] == rep.id
    return event


def sign(person, emoji, message_id):
    event = person._next(("bot_reaction",), 60, "a sign that it has arrived")
    assert (event["message_id"], event["emoji"]) == (message_id, emoji)


@pytest.fixture
def boris(world):  # noqa: F811
    """A rep who has connected the bot, and a prospect of theirs whom the bot has not met."""
    rep = registered(world)
    connect(rep)
    rep.hears("business_connected")
    return rep


@pytest.fixture
def anna(world, boris):  # noqa: F811
    person = world.person("Anna")
    world.db.add_prospect("anna", "Anna", f"@{person.username}")
    prospects.assigned(world, "anna", boris)
    boris.hears_anything()
    return person


def connection(world):  # noqa: F811
    return world.db.business_connections.row("*", "WHERE enabled")


def conversation(world):  # noqa: F811
    rows = world.db.conversations.rows("owner, version", "WHERE prospect = 'anna'")
    return tuple(rows[0]) if rows else ("bot", 1)


# connections ---------------------------------------------------------------------------------------------------------------

def test_a_rep_hears_what_a_connection_means_and_which_rights_to_take_back(world):  # noqa: F811
    boris = registered(world)
    connect(boris, "can_reply", "can_read_messages", "can_delete_sent_messages", "can_delete_all_messages", "can_transfer_stars")
    extra = {"rights": "удаление сообщений, подарки и звёзды"}
    boris.hears("business_connected", "business_rights_extra", **extra)
    row = connection(world)
    assert (row["telegram_id"], row["can_reply"], row["can_read"]) == (boris.id, True, True)
    assert row["rights"] == "can_delete_sent_messages,can_delete_all_messages,can_transfer_stars"
    boris.act("business_rights", rights=["can_read_messages"])
    boris.hears("business_rights_changed", "business_right_missing")
    assert not connection(world)["can_reply"]
    boris.act("business_rights", rights=["can_reply", "can_read_messages"])
    boris.hears("business_rights_changed")
    boris.act("business_disconnect")
    boris.hears("business_ended")
    assert world.db.business_connections.value("count(*)", "WHERE enabled") == 0


def test_a_new_connection_takes_the_place_of_the_old_one(world, boris):  # noqa: F811
    old = connection(world)["id"]
    connect(boris)
    boris.hears("business_ended")
    boris.hears("business_connected")
    assert connection(world)["id"] != old
    assert world.db.business_connections.value("count(*)") == 2


def test_nobody_but_reps_is_connected(world):  # noqa: F811
    vera = world.person("Vera")
    connect(vera)
    vera.hears("business_stranger")
    assert world.db.business_connections.value("count(*)") == 0


# who writes ----------------------------------------------------------------------------------------------------------------

def test_a_rep_who_types_leads_until_it_is_given_back(world, boris, anna):  # noqa: F811
    assert conversation(world) == ("bot", 1)
    writes(boris, anna, "Здравствуйте, это Борис", by=boris)
    told = boris.hears("business_taken_over", name="Anna")
    assert conversation(world) == ("rep", 2)
    assert world.db.prospect("anna")["status"] == "contacted"
    writes(boris, anna, "Есть минутка?", by=boris)
    world.settle()
    assert conversation(world) == ("rep", 2) and not boris.unheard()
    boris.presses("button_give_back", message=told)
    boris.is_answered("answer_given_back", name="Anna")
    assert conversation(world) == ("bot", 3)
    writes(boris, anna, "Ещё вопрос", by=boris)
    boris.hears("business_taken_over", name="Anna")
    assert conversation(world) == ("rep", 4)


def test_the_draft_of_a_card_takes_nothing_over(world):  # noqa: F811
    """It leads the prospect to the bot, which is to ask them."""
    rep, person = registered(world), world.person("Anna")
    connect(rep)
    rep.hears("business_connected")
    world.db.bot_state.eventually("username IS NOT NULL")
    world.db.add_prospect("anna", "Anna", f"@{person.username}")
    prospects.assigned(world, "anna", rep)
    card = rep.hears_anything()
    url = next(b["url"] for row in card.event["reply_markup"]["inline_keyboard"] for b in row if "text=" in b.get("url", ""))
    draft = parse_qs(urlsplit(url).query)["text"][0]
    writes(rep, person, draft, by=rep)
    world.db.eventually("SELECT status = 'contacted' FROM test_prospects WHERE id = 'anna'")
    world.settle()
    assert conversation(world) == ("bot", 1) and not rep.unheard()
    person.opens(draft.split("?start=")[1].split()[0])
    person.hears("prospect_hello", "prospect_ask", name="Anna")
    rep.hears("prospect_came", name="Anna")
    # a word of the rep's own does
    writes(rep, person, "Ну как?", by=rep)
    rep.hears("business_taken_over", name="Anna")


def test_the_bot_is_silent_in_its_own_chat_too(world, campaign):  # noqa: F811
    boris, anna = talking(world, campaign)
    connect(boris)
    boris.hears("business_connected")
    writes(boris, anna, "Пишу сам", by=boris)
    boris.hears("business_taken_over", name="Anna")
    assert owner_of(world, anna) == ("rep", 2)
    anna.says("Хорошо")
    boris.hears("relay_from", name="Anna", text="Хорошо")
    world.settle()
    assert not anna.unheard()


def test_what_telegram_sends_while_a_rep_is_away_takes_nothing_over(world, boris, anna):  # noqa: F811
    writes(boris, anna, "Меня нет, отвечу позже", by=boris, offline=True)
    world.settle()
    assert conversation(world) == ("bot", 1) and not boris.unheard()
    assert world.db.prospect("anna")["status"] == "unreached"


def test_a_prospect_s_words_count_and_are_kept_nowhere(world, boris, anna):  # noqa: F811
    writes(boris, anna, "Секретные слова")
    boris.hears("business_heard", name="Anna")
    row = world.db.prospect("anna")
    assert row["status"] == "in_conversation" and row["last_contact_at"]
    writes(boris, anna, "Секретные слова ещё раз")  # once a day is enough
    world.settle()
    assert not boris.unheard() and not traces(world, "Секретные")


def traces(world, *needles):  # noqa: F811
    """Tables with a row that has one of these."""
    found = []
    for table in [*(getattr(tables, name) for name in TABLES), "public.test_prospects", "public.sales_representatives"]:
        for needle in needles:
            if world.db.value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", f"%{needle}%"):
                found.append((table, needle))
    return found


def test_other_people_s_chats_leave_no_trace(world, boris, anna):  # noqa: F811
    mother = world.person("Мама", username="mother_of_boris")
    stranger = world.person("Somebody Else")
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, status) VALUES ('theirs', %s, 'Somebody Else', 'archived')",
                     str(stranger.id))
    for person, by in ((mother, mother), (mother, boris), (stranger, stranger), (stranger, boris)):
        writes(boris, person, "Тайна двух людей", by=by)
        writes(boris, person, "Тайна на фотографии", by=by, media="photo")
    first = writes(boris, mother, "Тайна", by=mother)
    boris.act("business_edit", peer=mother.id, message_id=first, text="Тайна исправлена")
    boris.act("business_delete", peer=mother.id, message_ids=[first])
    world.settle()
    assert not boris.unheard()
    assert not traces(world, "Тайна", "mother_of_boris", str(mother.id))
    assert not world.bot.lines("Тайна|mother_of_boris")


def test_an_update_that_cannot_be_handled_is_parked_without_its_content(world, boris, anna):  # noqa: F811
    world.db.as_superuser(f"ALTER TABLE {tables.business_chats} ADD CHECK (chat_id <> {anna.id})")
    writes(boris, anna, "Тайна, которая не записывается")
    world.db.parked_updates.eventually("count(*) = 1")
    assert not traces(world, "Тайна")
    assert world.db.parked_updates.value("payload::text") == "{}"


def test_bytes_that_cannot_be_read_are_not_kept_if_they_are_somebody_s_own(world, boris):  # noqa: F811
    broken = '"business_message":{"text":"Тайна'.encode()
    world.sandbox.act(type="bytes", hex=broken.hex())
    world.db.parked_updates.eventually("count(*) = 1")
    assert world.db.parked_updates.value("coalesce(length(raw), 0)") == 0


@pytest.mark.parametrize("how", ["DELETE FROM test_prospects", "TRUNCATE test_prospects", "UPDATE test_prospects SET id = 'other'"])
def test_with_a_prospect_goes_what_is_known_of_their_chat(world, boris, anna, how):  # noqa: F811
    talks_there(world, boris, anna)
    assert world.db.business_chats.value("count(*)") == 1
    world.db.execute(how)
    assert world.db.business_chats.value("count(*)") == 0


# which way -----------------------------------------------------------------------------------------------------------------

def talks_there(world, boris, anna):  # noqa: F811
    writes(boris, anna, "Здравствуйте!")
    told = boris.hears("business_heard", name="Anna")
    world.db.relay_pairs.eventually("count(*) > 0", "WHERE to_message = %s", told.id)
    return told


def test_a_reply_goes_as_the_rep_while_the_chat_is_open(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    said = boris.act("text", text="Добрый день! Чем помочь?", reply_to=told.id)["message_id"]
    boris.hears("relay_current", name="Anna")
    sent = reads_as_from(boris, anna)
    assert sent["text"] == "Добрый день! Чем помочь?"
    sign(boris, "✍", said)
    assert conversation(world) == ("rep", 2)
    # the echo of it is nobody's word, and nothing but this was said to anybody
    world.settle()
    assert not boris.unheard() and conversation(world) == ("rep", 2)
    row = world.db.outbox_history.row("connection, state", "WHERE chat_id = %s", anna.id)
    assert tuple(row) == (connection(world)["id"], "sent")
    # who is the current client hears the next word the same way; an edit is mirrored
    said = boris.act("text", text="Есть виллы")["message_id"]
    assert reads_as_from(boris, anna)["text"] == "Есть виллы"
    sign(boris, "✍", said)
    boris.act("edit", message_id=said, text="Есть две виллы")
    assert anna._next(("business_edit",), 60, "an edit")["text"] == "Есть две виллы"


def test_what_leads_somewhere_does_so_as_the_rep_too(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    link = {"type": "text_link", "offset": 0, "length": 5, "url": "https://example.org/a?b=\"1\""}
    bold = {"type": "bold", "offset": 6, "length": 3}
    found = {"type": "custom_emoji", "offset": 6, "length": 2, "custom_emoji_id": "1"}  # what not everybody may send
    boris.act("text", text="Вилла вот", entities=[link, bold, found], reply_to=told.id)
    boris.hears("relay_current", name="Anna")
    sent = reads_as_from(boris, anna)
    assert (sent["text"], sent["entities"]) == ("Вилла вот", [link, bold])


FILES = [("photo", "вилла"), ("video", "вилла"), ("voice", "вилла"), ("document", "план"), ("sticker", None)]


@pytest.mark.parametrize("kind, caption", FILES)
def test_files_go_as_the_rep_too_and_captions_are_edited_there(world, boris, anna, kind, caption):  # noqa: F811
    told = talks_there(world, boris, anna)
    said = boris.act(kind, reply_to=told.id, **({"caption": caption} if caption else {}))["message_id"]
    boris.hears("relay_current", name="Anna")
    sent = reads_as_from(boris, anna)
    assert kind in sent and sent.get("caption") == caption
    sign(boris, "✍", said)
    if caption:
        boris.act("edit", message_id=said, caption="две виллы")
        assert anna._next(("business_edit",), 60, "an edit")["caption"] == "две виллы"


def test_parts_of_an_album_go_as_the_rep_one_by_one(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    said = [boris.act("photo", caption=str(n), album="7", reply_to=told.id)["message_id"] for n in range(3)]
    boris.hears("relay_current", name="Anna")
    assert [reads_as_from(boris, anna)["caption"] for _ in said] == ["0", "1", "2"]


def test_what_is_neither_text_nor_file_is_not_sent_as_the_rep(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    boris.act("contact", reply_to=told.id)
    boris.hears("business_files_only", name="Anna")


def test_a_voice_that_may_not_be_sent_closes_nothing(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    world.sandbox.fault("400", method="sendVoice", chat=anna.id, description="Bad Request: VOICE_MESSAGES_FORBIDDEN")
    boris.act("voice", reply_to=told.id)
    boris.hears("relay_current", name="Anna")
    boris.hears("relay_refused_voice", name="Anna")
    boris.act("text", text="Тогда словами")
    assert reads_as_from(boris, anna)["text"] == "Тогда словами"


def test_a_file_for_whom_is_asked_goes_as_the_rep(world, boris, anna):  # noqa: F811
    talks_there(world, boris, anna)
    writes(boris, anna, "Я сам", by=boris)
    boris.hears("business_taken_over", name="Anna")
    said = boris.act("photo", caption="вилла")["message_id"]
    boris.hears("relay_whom")
    boris.presses("Anna")
    boris.hears("relay_current", name="Anna")
    assert reads_as_from(boris, anna)["caption"] == "вилла"
    sign(boris, "✍", said)


def test_who_goes_on_in_the_bot_s_chat_is_answered_there(world, campaign):  # noqa: F811
    boris, anna = talking(world, campaign)
    connect(boris)
    boris.hears("business_connected")
    writes(boris, anna, "Пишу лично")
    boris.hears("business_heard", name="Anna")
    boris.presses("button_take_over")
    boris.is_answered("answer_taken_over", name="Anna")
    anna.hears("prospect_rep_writes", rep=boris.name)
    boris.hears("relay_current", name="Anna")
    said = boris.act("text", text="Да")["message_id"]
    assert reads_as_from(boris, anna)["text"] == "Да"
    sign(boris, "✍", said)
    anna.says("А теперь боту")
    boris.hears("relay_from", name="Anna", text="А теперь боту")
    said = boris.act("text", text="И я через бота")["message_id"]
    assert anna.hears_anything().text == "И я через бота"
    sign(boris, "👍", said)


REFUSALS = ["Bad Request: BUSINESS_PEER_USAGE_MISSING", "Bad Request: BUSINESS_PEER_INVALID",
            "Bad Request: BUSINESS_CONNECTION_NOT_ALLOWED", "Bad Request: business connection not found",
            "Bad Request: BOT_ACCESS_FORBIDDEN"]


@pytest.mark.parametrize("error", REFUSALS)
def test_what_is_refused_goes_by_the_bot(world, campaign, error):  # noqa: F811
    boris, anna = talking(world, campaign)
    connect(boris)
    boris.hears("business_connected")
    writes(boris, anna, "Пишу лично")
    told = boris.hears("business_heard", name="Anna")
    world.db.relay_pairs.eventually("count(*) > 0", "WHERE to_message = %s", told.id)
    world.sandbox.fault("400", method="sendMessage", chat=anna.id, description=error)
    said = boris.act("text", text="Ответ", reply_to=told.id)["message_id"]
    boris.hears("relay_current", name="Anna")
    assert anna.hears_anything().text == "Ответ"
    sign(boris, "👍", said)
    rows = world.db.outbox_history.rows("state, connection IS NOT NULL, error", "WHERE chat_id = %s ORDER BY id DESC LIMIT 2", anna.id)
    assert [tuple(row) for row in rows] == [("sent", False, None), ("refused", True, error)]
    # until something is heard from there again, nothing is tried there
    boris.act("text", text="Ещё")
    assert anna.hears_anything().text == "Ещё"
    world.settle()


def test_a_file_that_is_refused_goes_by_the_bot(world, campaign):  # noqa: F811
    boris, anna = talking(world, campaign)
    connect(boris)
    boris.hears("business_connected")
    writes(boris, anna, "Пишу лично")
    told = boris.hears("business_heard", name="Anna")
    world.db.relay_pairs.eventually("count(*) > 0", "WHERE to_message = %s", told.id)
    boris.act("business_pause", peer=anna.id, paused=True)
    said = boris.act("document", caption="план", reply_to=told.id)["message_id"]
    boris.hears("relay_current", name="Anna")
    assert anna.hears_anything().event["caption"] == "план"
    sign(boris, "👍", said)


@pytest.mark.parametrize("error", REFUSALS)
def test_what_is_refused_and_cannot_go_otherwise_is_said(world, boris, anna, error):  # noqa: F811
    told = talks_there(world, boris, anna)
    world.sandbox.fault("400", method="sendMessage", chat=anna.id, description=error)
    said = boris.act("text", text="Ответ", reply_to=told.id)["message_id"]
    boris.hears("relay_current", name="Anna")
    assert boris.hears("relay_refused_own", name="Anna").event["reply_to"] == said
    world.db.outbox.eventually("count(*) = 0")


def test_a_pause_is_known_by_the_refusal_and_over_with_the_next_word(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    boris.act("business_pause", peer=anna.id, paused=True)
    boris.act("text", text="Ответ", reply_to=told.id)
    boris.hears("relay_current", name="Anna")
    boris.hears("relay_refused_own", name="Anna")
    boris.act("text", text="Ещё", reply_to=told.id)
    boris.hears("relay_not_met", name="Anna")
    boris.act("business_pause", peer=anna.id, paused=False)
    writes(boris, anna, "Алло?")
    world.settle()
    boris.act("text", text="Слушаю", reply_to=told.id)
    assert reads_as_from(boris, anna)["text"] == "Слушаю"


def test_after_a_day_the_chat_is_closed(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    world.db.business_chats.update("incoming_at = incoming_at - interval '24 hours'")
    boris.act("text", text="Ответ", reply_to=told.id)
    boris.hears("relay_not_met", name="Anna")
    writes(boris, anna, "Вы тут?")
    boris.hears("business_heard", name="Anna")
    boris.act("text", text="Тут", reply_to=told.id)
    assert reads_as_from(boris, anna)["text"] == "Тут"


def test_without_the_right_to_reply_nothing_goes_as_the_rep(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    boris.act("business_rights", rights=[])
    boris.hears("business_rights_changed", "business_right_missing")
    boris.act("text", text="Ответ", reply_to=told.id)
    boris.hears("relay_not_met", name="Anna")


def test_a_bot_killed_while_a_rep_takes_over_by_typing_takes_over_once(world, boris, anna):  # noqa: F811
    for n in range(3):
        world.settle()  # or what was being sent is sent again
        world.bot.kill()
        writes(boris, anna, f"Пишу {n}", by=boris)
        world.start_bot()
        boris.hears("business_taken_over", name="Anna")
        assert conversation(world) == ("rep", 2 * n + 2)
        boris.presses("button_give_back")
        boris.is_answered("answer_given_back", name="Anna")
    world.settle()
    assert not boris.unheard()


# what Telegram is asked ----------------------------------------------------------------------------------------------------

def test_an_end_that_was_missed_is_found_at_the_start(world, boris):  # noqa: F811
    world.bot.terminate()
    boris.act("business_disconnect", forget=True)
    world.start_bot()
    boris.hears("business_ended")
    world.db.business_connections.eventually("count(*) = 0", "WHERE enabled OR check_due")


def test_rights_that_changed_unseen_are_found_at_the_start(world, boris):  # noqa: F811
    world.db.business_connections.update("can_reply = false, rights = 'can_edit_bio'")
    world.restart_bot()
    boris.hears("business_rights_changed")
    assert connection(world)["can_reply"]


def test_after_a_refusal_telegram_is_asked(world, boris, anna):  # noqa: F811
    told = talks_there(world, boris, anna)
    boris.act("business_disconnect", forget=True)
    boris.act("text", text="Ответ", reply_to=told.id)
    boris.hears("relay_current", name="Anna")
    boris.hears("relay_refused_own", name="Anna")
    boris.hears("business_ended")
    assert world.db.business_connections.value("count(*)", "WHERE enabled") == 0


# the card, and doctor ------------------------------------------------------------------------------------------------------

def test_managing_the_bot_in_a_prospect_s_chat_shows_the_card(world, boris, anna):  # noqa: F811
    talks_there(world, boris, anna)
    boris.opens(f"bizChat{anna.id}")
    assert "Anna" in boris.hears_anything().text
    mother = world.person("Мама")
    boris.opens(f"bizChat{mother.id}")
    boris.hears("welcome_back", name=boris.name)


def test_doctor_knows_of_connected_accounts(world, boris):  # noqa: F811
    def found():
        done = run("doctor", "--json", "--no-poll", settings={"DATABASE_URL": world.db.url, "REGISTRY_BOT_TOKEN": TOKEN,
                                                              "TELEGRAM_API_BASE": world.sandbox.base})
        return {f["code"]: f for f in json.loads(done.stdout)["findings"]}
    assert not {"business-off", "business-mute", "business-rights"} & set(found())
    world.sandbox.post("bot", can_connect_to_business=False)
    boris.act("business_rights", rights=["can_edit_bio"])
    boris.hears("business_rights_changed", "business_right_missing", "business_rights_extra", rights="изменение профиля")
    os.kill(world.bot.popen.pid, signal.SIGSTOP)
    try:
        requests.post(f"{world.sandbox.base}/bot{TOKEN}/getUpdates", json={"timeout": 0, "allowed_updates": ["message"]}, timeout=30)
        codes = found()
    finally:
        os.kill(world.bot.popen.pid, signal.SIGCONT)
    assert "business_message" in codes["updates-unasked"]["what"]
    assert "Secretary Mode" in codes["business-off"]["fix"]
    assert boris.name in codes["business-mute"]["what"] and boris.name in codes["business-rights"]["what"]


# the bot's own words as the rep ----------------------------------------------------------------------------------------------

@pytest.fixture
def greeting(make_world):
    """A world that greets newcomers, a rep who has connected the bot, and a prospect of theirs whom nobody has talked to."""
    made = make_world(PROSPECT_MESSAGES_PER_DAY="9", PROSPECT_HOURS="0-24", QUALIFICATION="", FOLLOW_UP_HOURS="4")
    made.db.no_prospects()
    made.start_bot()
    made.start_outreach()
    made.settle()
    made.db.bot_state.eventually("username IS NOT NULL")
    rep = registered(made)
    connect(rep)
    rep.hears("business_connected", "business_greets")
    person = made.person("Anna")
    made.db.add_prospect("anna", "Anna", f"@{person.username}")
    prospects.assigned(made, "anna", rep)
    rep.hears_anything()
    return made, rep, person


def comes_due(world, kind):  # noqa: F811
    world.db.timers.eventually("count(*) = 1", "WHERE kind = %s", kind)
    world.db.timers.update(f"due_at = now() WHERE kind = '{kind}'")


def test_a_newcomer_is_greeted_as_the_rep_asked_by_the_bot_and_reminded_as_the_rep(greeting):
    world, boris, anna = greeting  # noqa: F811
    writes(boris, anna, "Здравствуйте, я по объявлению")
    boris.hears("business_heard_first", name="Anna")
    world.settle()
    assert not anna.unheard()  # the rep has a moment to answer
    comes_due(world, "reach_out")
    text = reads_as_from(boris, anna)["text"]
    assert f"Это {boris.name}." in text and "?start=p" in text
    assert conversation(world) == ("bot", 1)
    # a second word of theirs is no reason for another greeting
    writes(boris, anna, "Алло?")
    world.settle()
    assert world.db.timers.value("count(*)") == 0 and not boris.unheard()
    anna.opens(text.split("?start=")[1].split()[0])
    boris.hears("prospect_came", name="Anna")
    # of a question that is open they are reminded where it can be answered
    asked = "Что вы ищете?"
    while asked not in anna.hears_anything().text:
        pass
    comes_due(world, "reminder")
    anna.hears("reminder_of_rep", name="Anna", rep=boris.name)
    assert len([e for e in anna.sandbox.transcript(anna.id)[0] if e.get("by_bot")]) == 1


def test_a_silent_newcomer_is_reminded_as_the_rep_while_the_chat_is_open(greeting):
    world, boris, anna = greeting  # noqa: F811
    writes(boris, anna, "Здравствуйте")
    boris.hears("business_heard_first", name="Anna")
    comes_due(world, "reach_out")
    reads_as_from(boris, anna)
    comes_due(world, "reminder")
    assert "ещё ищете" in reads_as_from(boris, anna)["text"]
    # the 24 hours are over: nothing more goes there, and there is no other way
    world.db.business_chats.update("incoming_at = incoming_at - interval '24 hours'")
    comes_due(world, "reminder")
    world.db.timers.eventually("count(*) = 0")
    world.settle()
    assert len([e for e in anna.sandbox.transcript(anna.id)[0] if e.get('by_bot')]) == 2
    assert world.db.conversations.value("unasked_count", "WHERE prospect = 'anna'") == 2


@pytest.mark.parametrize("what", ["types", "types with a link", "comes to the bot", "takes over", "no right", "closed", "STOP"])
def test_what_keeps_a_newcomer_from_being_greeted(greeting, what):
    world, boris, anna = greeting  # noqa: F811
    if what == "no right":
        boris.act("business_rights", rights=[])
        boris.hears("business_rights_changed", "business_right_missing")
    if what == "STOP":
        world.db.opt_outs.insert("(telegram_id) VALUES (%s)", anna.id)
    writes(boris, anna, "Здравствуйте")
    told = boris.hears("business_heard" if what in ("no right", "STOP") else "business_heard_first", name="Anna")
    if what == "types":
        writes(boris, anna, "Добрый день!", by=boris)
        boris.hears("business_taken_over", name="Anna")
    elif what == "types with a link":
        writes(boris, anna, "Добрый день! Мой помощник: https://t.me/salesreg_sandbox_bot?start=pAAAAAAAAAAAAAAAAAAAAAA", by=boris)
    elif what == "comes to the bot":
        opens_own_link(world, anna, "anna")
        anna.hears_anything()
    elif what == "takes over":
        boris.presses("button_take_over", message=told)
        boris.hears("relay_current", name="Anna")
    elif what == "closed":
        world.db.execute("UPDATE test_prospects SET status = 'archived'")
    if what in ("takes over", "closed"):
        comes_due(world, "reach_out")
    world.db.timers.eventually("count(*) = 0", "WHERE kind = 'reach_out'")
    world.settle()
    assert not [e for e in anna.sandbox.transcript(anna.id)[0] if e.get("by_bot")]


def test_a_rep_who_types_while_the_greeting_waits_to_be_sent_is_not_talked_over(greeting):
    world, boris, anna = greeting  # noqa: F811
    writes(boris, anna, "Здравствуйте")
    boris.hears("business_heard_first", name="Anna")
    world.sandbox.fault("429", method="sendMessage", chat=anna.id, retry_after=8, times=1)
    comes_due(world, "reach_out")
    world.db.outbox.eventually("max(attempts) > 0", "WHERE chat_id = %s", anna.id)
    writes(boris, anna, "Добрый день!", by=boris)
    boris.hears("business_taken_over", name="Anna")
    world.db.outbox_history.eventually("count(*) = 1", "WHERE chat_id = %s AND (state, error) = ('dropped', 'superseded')", anna.id)
    assert world.db.conversations.value("unasked_count", "WHERE prospect = 'anna'") == 0
    world.settle()
    assert not [e for e in anna.sandbox.transcript(anna.id)[0] if e.get("by_bot")]


def test_a_greeting_that_is_refused_is_said(greeting):
    world, boris, anna = greeting  # noqa: F811
    writes(boris, anna, "Здравствуйте")
    boris.hears("business_heard_first", name="Anna")
    boris.act("business_pause", peer=anna.id, paused=True)
    comes_due(world, "reach_out")
    boris.hears("business_words_refused", name="Anna")
    world.db.outbox.eventually("count(*) = 0")
    # and nothing more is tried there
    comes_due(world, "reminder")
    world.db.timers.eventually("count(*) = 0")
    world.settle()
    assert not boris.unheard()
