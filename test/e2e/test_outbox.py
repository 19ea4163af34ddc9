"""The outbox as an operator sees it: every message is a row until it is history."""
import json

import pytest

from support.waiting import eventually

@pytest.fixture
def anna(bot_world):
    """Somebody the bot may write to."""
    person = bot_world.person()
    person.says("привет")
    person.hears("offer")
    bot_world.settle()
    return person


def put(world, chat, text, method="sendMessage", priority=1, **payload):
    """A message, put in by hand or by another role."""
    return world.db.value(f"INSERT INTO {world.db.outbox} (chat_id, method, payload, priority) VALUES (%s, %s, %s, %s)"
                          " RETURNING id", chat, method, json.dumps({"chat_id": chat, "text": text, **payload}), priority)


def waiting(world, id):
    return world.db.outbox.row("*", "WHERE id = %s", id)


def finished(world, id):
    """Its row in the history, when it is there."""
    return eventually(lambda: world.db.outbox_history.rows("*", "WHERE id = %s", id))[0]


def arrived(world, person, text):
    return [m for m in world.sandbox.bot_messages(person.id) if m.text == text]


def test_a_sent_message_leaves_the_outbox_and_fills_the_history(bot_world, anna):
    row = bot_world.db.outbox_history.row("*")
    message, = bot_world.sandbox.bot_messages(anna.id)
    assert (row["state"], row["method"], row["chat_id"]) == ("sent", "sendMessage", anna.id)
    assert row["message_id"] == message.id
    assert row["payload"]["text"] == message.text
    assert (row["attempts"], row["possible_duplicate"], row["error"]) == (1, False, None)
    assert row["created_at"] <= row["finished_at"]


def test_a_row_put_in_by_anybody_is_sent_at_once(bot_world, anna):
    id = put(bot_world, anna.id, "from the office")
    assert anna.hears_anything().text == "from the office"
    assert finished(bot_world, id)["state"] == "sent"


def test_an_edit_of_a_message_that_is_gone_is_settled(bot_world, anna):
    """The person deleted it; nobody need be asked about that, and the chat is well."""
    payload = {"chat_id": anna.id, "message_id": 4_000_000, "reply_markup": {"inline_keyboard": []}}
    id = bot_world.db.value(f"INSERT INTO {bot_world.db.outbox} (chat_id, method, payload) VALUES (%s, 'editMessageReplyMarkup', %s)"
                            " RETURNING id", anna.id, json.dumps(payload))
    assert finished(bot_world, id)["state"] == "sent"
    put(bot_world, anna.id, "and the next one arrives")
    assert anna.hears_anything().text == "and the next one arrives"


def test_rows_put_in_while_no_bot_runs_are_sent_when_it_comes(bot_world, anna):
    bot_world.bot.terminate()
    id = put(bot_world, anna.id, "good morning")
    assert waiting(bot_world, id)["state"] == "queued"
    bot_world.start_bot()
    assert anna.hears_anything().text == "good morning"


def test_a_row_for_later_is_sent_when_it_is_due(bot_world, anna):
    id = bot_world.db.value(f"INSERT INTO {bot_world.db.outbox} (chat_id, method, payload, due_at) VALUES (%s, 'sendMessage', %s,"
                            " now() + interval '1500 ms') RETURNING id",
                            anna.id, json.dumps({"chat_id": anna.id, "text": "in a while"}))
    due = waiting(bot_world, id)["due_at"]
    assert anna.hears_anything().text == "in a while"
    assert finished(bot_world, id)["finished_at"] >= due


def test_a_clock_that_was_set_back_holds_up_no_chat(bot_world, anna):
    """As after a start with a clock of another zone, until the time server was asked."""
    for text in ("first", "second"):
        bot_world.db.value(f"INSERT INTO {bot_world.db.outbox} (chat_id, method, payload, due_at, created_at) VALUES (%s, 'sendMessage', %s,"
                           " now() + interval '3 hours', now() + interval '3 hours') RETURNING id",
                           anna.id, json.dumps({"chat_id": anna.id, "text": text}))
    assert [anna.hears_anything().text for _ in range(2)] == ["first", "second"]


def test_history_older_than_its_retention_is_deleted_and_no_more(make_world):
    world = make_world(HISTORY_RETENTION_DAYS="3")
    world.db.outbox_history.insert("(id, chat_id, method, payload, priority, state, attempts, possible_duplicate,"
                                   " created_at, finished_at) SELECT -n, 1, 'sendMessage', '{}', 0, 'sent', 1, false,"
                                   " now() - interval '9 days', now() - n * interval '1 hour' FROM generate_series(1,"
                                   " 12000) n")
    world.start_bot()
    world.db.outbox_history.eventually("count(*) = 71")
    assert world.db.outbox_history.value("min(id)") == -71


def test_the_messages_of_a_chat_arrive_in_the_order_they_were_put_in(bot_world, anna):
    bot_world.db.outbox.insert("(chat_id, method, payload, priority) SELECT %s, 'sendMessage',"
                               " json_build_object('chat_id', %s, 'text', 'n' || i), i %% 3 FROM generate_series(1, 30) i", anna.id, anna.id)
    assert [anna.hears_anything().text for _ in range(30)] == [f"n{i}" for i in range(1, 31)]


def test_rows_put_in_shortly_one_after_the_other_are_all_sent_however_they_meet(bot_world, anna):
    """A row may come while the claim is under way that finds the one before it in flight."""
    for i in range(150):
        put(bot_world, anna.id, f"first {i}")
        put(bot_world, anna.id, f"second {i}")
        assert anna.hears_anything(timeout=15).text == f"first {i}"
        assert anna.hears_anything(timeout=15).text == f"second {i}"


def test_replies_go_before_notifications_and_notifications_before_bulk(make_world):
    world = make_world(TELEGRAM_RATE_LIMIT="5")
    people = world.sandbox.someone(15)
    world.sandbox.acts([{"user": p.id, "type": "start"} for p in people])
    world.start_bot()
    for person in people:
        person.hears("offer")
    world.settle()
    world.bot.terminate()
    for i, person in enumerate(people):
        put(world, person.id, "x", priority=2 - i // 5)  # bulk first in the table
    _, before = world.sandbox.transcript()
    world.start_bot()
    world.settle()
    events, _ = world.sandbox.transcript(after=before)
    urgency = {p.id: 2 - i // 5 for i, p in enumerate(people)}
    order = [urgency[e["chat"]] for e in events if e["kind"] == "bot_message"]
    assert order == sorted(order) and len(order) == 15


# answers that leave doubt ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("fault,copies", [("reset_after", 2), ("truncated", 2), ("502html", 1), ("reset_before", 1)])
def test_after_an_unknown_answer_the_message_goes_again_and_is_marked(bot_world, anna, fault, copies):
    bot_world.sandbox.fault(fault, method="sendMessage")
    anna.says("да")
    bot_world.db.outbox_history.eventually("count(*) = 1", "WHERE possible_duplicate")
    bot_world.settle()
    asked = bot_world.texts.raw("ru", "ask_name")
    assert len(arrived(bot_world, anna, asked)) == copies
    row = bot_world.db.outbox_history.row("*", "WHERE possible_duplicate")
    assert (row["state"], row["attempts"], row["payload"]["text"]) == ("sent", 2, asked)
    assert row["message_id"] == arrived(bot_world, anna, asked)[-1].id
    bot_world.bot.wait_for_log("possible duplicate")
    anna.says("Anna Petrova")  # and the conversation was not doubled
    bot_world.db.user_sessions.eventually("phase = 'email'", "WHERE user_id = %s", anna.id)


def test_a_message_that_telegram_never_takes_is_left_to_a_person_while_others_are_taken(bot_world):
    anna, boris = bot_world.sandbox.someone(2)
    anna.opens()
    anna.hears_anything()
    boris.opens()
    boris.hears_anything()
    bot_world.settle()
    boris.forget()
    bot_world.sandbox.fault("500", method="sendMessage", chat=anna.id, times=-1)
    bot_world.db.outbox.insert("(chat_id, method, payload, attempts) VALUES (%s, 'sendMessage', %s, 18)", anna.id, '{"chat_id":%d,"text":"x"}' % anna.id)
    bot_world.db.outbox.eventually("attempts = 19 AND state = 'queued'")
    boris.says("привет")
    boris.hears_anything()
    bot_world.db.outbox.update("due_at = now()")
    bot_world.db.execute("SELECT pg_notify('salesreg_outbox', '')")
    bot_world.db.outbox.eventually("state = 'failed' AND attempts = 20")


@pytest.mark.parametrize("fault", ["500", "400gateway", "429", "401"])
def test_after_a_clear_no_the_message_goes_again_unmarked(bot_world, anna, fault):
    bot_world.sandbox.fault(fault, method="sendMessage")
    anna.says("да")
    anna.hears("ask_name")
    bot_world.settle()
    row = bot_world.db.outbox_history.row("*", "ORDER BY id DESC LIMIT 1")
    assert (row["state"], row["attempts"], row["possible_duplicate"]) == ("sent", 2, False)
    assert anna.unheard() == []


def test_between_tries_the_row_says_what_was_answered_and_when_it_goes_again(bot_world, anna):
    bot_world.sandbox.fault("429", method="sendMessage", retry_after=30)
    id = put(bot_world, anna.id, "later")
    eventually(lambda: waiting(bot_world, id)["error"])
    row = waiting(bot_world, id)
    assert (row["state"], row["attempts"]) == ("queued", 1)
    assert "Too Many Requests" in row["error"]
    pause = bot_world.db.outbox.value("extract(epoch FROM due_at - now())", "WHERE id = %s", id)
    assert 0 < pause <= 30


def test_what_a_killed_leader_was_sending_goes_again_marked(bot_world, anna):
    bot_world.sandbox.fault("slow", method="sendMessage", ms=60_000)
    anna.says("да")
    anna.hears("ask_name")  # it arrived, and the bot does not know
    row = bot_world.db.outbox.row("*")
    assert row["state"] == "sending"
    bot_world.bot.kill()
    assert waiting(bot_world, row["id"])["state"] == "sending"
    bot_world.start_bot()
    bot_world.bot.wait_for_log("1 messages? (was|were) being sent when the last leader stopped")
    anna.hears("ask_name")
    history = finished(bot_world, row["id"])
    assert (history["state"], history["possible_duplicate"], history["attempts"]) == ("sent", True, 2)


def test_a_message_whose_answers_keep_getting_lost_is_left_to_a_person(bot_world, anna):
    bot_world.sandbox.fault("502html", method="sendMessage", chat=anna.id, times=-1)
    id = put(bot_world, anna.id, "into the fog")
    bot_world.db.outbox.eventually("count(*) = 1", "WHERE id = %s AND state = 'failed'", id, timeout=90)
    row = waiting(bot_world, id)
    assert row["error"] and row["attempts"] == 6
    bot_world.bot.wait_for_log(rf"message {id}: no answer after 6 tries")
    bot_world.sandbox.no_faults()
    anna.says("да")
    anna.hears("ask_name")


# refusals -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("payload,complaint", [
    ({"text": "*broken", "parse_mode": "Markdown"}, "can't parse entities"),
    ({"text": ""}, "message text is empty"),
    ({"text": "x" * 4097}, "message is too long"),
    ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "y" * 65}]]}}, "BUTTON_DATA_INVALID"),
], ids=["entities", "empty", "too long", "button"])
def test_a_message_telegram_refuses_is_kept_with_the_reason_and_stops_nothing(bot_world, anna, payload, complaint):
    id = put(bot_world, anna.id, **payload)
    after = put(bot_world, anna.id, "and on")
    assert anna.hears_anything().text == "and on"
    finished(bot_world, after)
    row = waiting(bot_world, id)
    assert (row["state"], row["attempts"]) == ("failed", 1)
    assert complaint in row["error"]
    bot_world.bot.wait_for_log(rf"message {id} was refused for good: .*{complaint}")
    bot_world.restart_bot()
    bot_world.settle()
    assert waiting(bot_world, id)["attempts"] == 1, "it is not tried again by itself"


def test_a_method_the_bot_does_not_know_is_kept_and_stops_nothing(bot_world, anna):
    id = put(bot_world, anna.id, "x", method="deleteEverything")
    put(bot_world, anna.id, "and on")
    assert anna.hears_anything().text == "and on"
    assert "not a method this bot sends" in eventually(lambda: waiting(bot_world, id)["error"])
    assert waiting(bot_world, id)["state"] == "failed"


@pytest.mark.parametrize("chat,error", [(7_999_999_999, "can't initiate|chat not found"), (-1007777777777, "chat not found")],
                         ids=["never wrote", "no such group"])
def test_a_chat_that_cannot_be_written_to_ends_as_gone(bot_world, chat, error):
    id = put(bot_world, chat, "hello?")
    row = finished(bot_world, id)
    assert row["state"] == "gone" and row["message_id"] is None
    assert any(word in row["error"] for word in error.split("|"))


def test_a_message_to_a_group_that_became_a_supergroup_is_given_up_with_the_reason(bot_world, anna):
    """Nothing of this program writes to groups; who does by SQL reads what Telegram said."""
    anna.act("group_text", chat=-4000005, text="hi")
    anna.act("migrate", chat=-4000005, new_chat=-1000005550001)
    row = finished(bot_world, put(bot_world, -4000005, "to the group"))
    assert row["state"] == "gone" and "upgraded to a supergroup" in row["error"]


# stopping -------------------------------------------------------------------------------------------------------------

def test_a_stop_in_order_leaves_nothing_in_doubt(bot_world):
    people = bot_world.sandbox.someone(30)
    bot_world.sandbox.acts([{"user": p.id, "type": "text", "text": "привет"} for p in people])
    people[0].hears("offer")
    bot_world.bot.terminate()
    assert bot_world.db.outbox.value("count(*)", "WHERE state = 'sending' OR possible_duplicate") == 0
    assert bot_world.db.bot_state.value("clean")
    bot_world.start_bot()
    for person in people[1:]:
        person.hears("offer")
    bot_world.settle()
    assert bot_world.db.outbox_history.value("count(*)", "WHERE possible_duplicate") == 0
    assert [len(bot_world.sandbox.bot_messages(p.id)) for p in people] == [1] * 30
    assert bot_world.bot.lines("did not stop in order") == []


def test_a_kill_is_noticed_by_the_next_leader(bot_world, anna):
    bot_world.bot.kill()
    bot_world.start_bot()
    bot_world.bot.wait_for_log("did not stop in order")
    anna.says("да")
    anna.hears("ask_name")


def test_buttons_that_were_used_are_taken_away_by_an_edit_in_the_chats_order(bot_world):
    boris = bot_world.person()
    boris.registers()
    boris.presses("button_unregister")
    boris.hears("ask_unregister")
    boris.presses("button_unregister_no")
    boris.is_answered()
    boris.is_answered()
    assert boris.sees_edit().buttons == []
    bot_world.settle()
    row = bot_world.db.outbox_history.row("*", "WHERE method = 'editMessageReplyMarkup'")
    assert row["state"] == "sent"


def test_a_telegram_that_takes_nothing_is_one_line_however_many_messages_wait(bot_world):
    bot_world.sandbox.fault("500", method="sendMessage", times=30)
    people = bot_world.sandbox.someone(12)
    bot_world.sandbox.acts([{"user": p.id, "type": "text", "text": "привет"} for p in people])
    for person in people:
        person.hears("offer", timeout=60)
    bot_world.settle()
    assert bot_world.bot.said("was not taken")
    bot_world.bot.wait_for_log("messages are delivered again.*times")
