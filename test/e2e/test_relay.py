"""What a prospect and the rep say goes on to the other one: words, attachments, replies, edits; and what cannot be passed on."""
import pytest

import test_prospects as prospects
from support.database import tables
from test_prospect_chat import campaign, conversation_of, link, owner_of, prospect_of, registered, talking, world  # noqa: F401


@pytest.fixture
def pair(world, campaign):  # noqa: F811
    return talking(world, campaign)


def says(person, text, reply_to=None, **more):
    """Returns the id of what was said."""
    if reply_to is not None:
        more["reply_to"] = reply_to.id if hasattr(reply_to, "id") else reply_to
    return person.act("text", text=text, **more)["message_id"]


def leading(world, boris, anna):  # noqa: F811
    """The rep has answered the first message, so that the rep leads from here on. What Anna said, as Boris got it."""
    anna.says("Есть виллы у моря?")
    anna.hears("prospect_passed_on", rep=boris.name)
    asked = boris.hears("prospect_says", name="Anna", text="Есть виллы у моря?")
    said = says(boris, "Да, три. Показать?", reply_to=asked)
    boris.hears("relay_current", name="Anna")
    answer = anna.hears_anything()
    assert answer.text == "Да, три. Показать?"
    delivered(boris, said)
    assert owner_of(world, anna)[0] == "rep"
    return asked, said, answer


def delivered(person, message_id):
    event = person._next(("bot_reaction",), 60, "a sign that it has arrived")
    assert (event["message_id"], event["emoji"]) == (message_id, "👍")


def test_a_rep_s_reply_reaches_the_prospect_and_silences_the_bot(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    anna.says("Да, пожалуйста")
    boris.hears("relay_from", name="Anna", text="Да, пожалуйста")
    anna.says("И ещё вопрос")
    boris.hears("relay_from", name="Anna", text="И ещё вопрос")
    # nothing of the bot's own came in between
    says(boris, "Слушаю")
    assert anna.hears_anything().text == "Слушаю"


def test_attachments_go_both_ways(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    for kind in ("photo", "voice", "video", "document", "sticker"):
        anna.act(kind, caption="вот такая")
        boris.hears("relay_attachment", name="Anna")
        assert kind in boris.hears_anything().event
    boris.act("document", caption="план")
    sent = anna.hears_anything()
    assert sent.event["document"] and sent.event["caption"] == "план"
    anna.act("contact", phone_number="+62811")
    boris.hears("relay_attachment", name="Anna")
    assert boris.hears_anything().event["contact"]["phone_number"] == "+62811"


def test_an_attachment_while_the_bot_leads_is_passed_on_and_said_to_be(world, pair):  # noqa: F811
    boris, anna = pair
    anna.act("photo", caption="дом мечты")
    anna.hears("prospect_passed_on", rep=boris.name)
    assert boris.hears("relay_attachment", name="Anna").data
    assert boris.hears_anything().event["photo"]


def test_replies_are_replies_on_the_other_side(world, pair):  # noqa: F811
    boris, anna = pair
    _, said, answer = leading(world, boris, anna)
    says(anna, "Покажите вторую", reply_to=answer)
    heard = boris.hears("relay_from", name="Anna", text="Покажите вторую")
    assert heard.event["reply_to"] == said
    says(boris, "Вот", reply_to=heard)
    assert anna.hears_anything().event["reply_to"]


def test_a_reply_of_which_nobody_knows_whose_it_is_is_asked_about(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    note = world.sandbox.bot_messages(boris.id)[-1]
    says(boris, "И вот ещё", reply_to=note)
    assert boris.hears("relay_whom").labels == ["Anna"]
    boris.presses("Anna")
    assert anna.hears_anything().text == "И вот ещё"


def test_a_copy_that_cannot_be_a_reply_goes_without(world, pair):  # noqa: F811
    boris, anna = pair
    asked, _, _ = leading(world, boris, anna)
    world.sandbox.fault("400", method="copyMessage", description="Bad Request: can't be sent as a reply")
    said = says(boris, "Ещё", reply_to=asked)
    heard = anna.hears_anything()
    assert heard.text == "Ещё" and "reply_to" not in heard.event
    delivered(boris, said)


def album(person, name, count, **more):
    return person.sandbox.acts([{"user": person.id, "type": "photo", "album": name, "caption": f"{i}", **more} for i in range(count)])


def test_an_album_goes_as_one(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    album(anna, "al1", 4)
    boris.hears("relay_attachment", name="Anna")
    assert [boris.hears_anything().event["caption"] for _ in range(4)] == ["0", "1", "2", "3"]
    assert world.sandbox.calls("copyMessages")["ok"] == 1
    sent = album(boris, "al2", 3)
    assert [anna.hears_anything().event["caption"] for _ in range(3)] == ["0", "1", "2"]
    delivered(boris, sent[0]["message_id"])
    # each part has a pair of its own
    boris.act("edit", message_id=sent[1]["message_id"], caption="вторая")
    assert anna.sees_edit().event["caption"] == "вторая"


def test_an_album_over_two_polls_goes_as_one(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    for i in range(3):
        anna.act("photo", album="al3", caption=f"{i}")
    boris.hears("relay_attachment", name="Anna")
    assert [boris.hears_anything().event["caption"] for _ in range(3)] == ["0", "1", "2"]
    assert world.sandbox.calls("copyMessages")["ok"] == 1


def test_the_sender_is_told_of_parts_that_were_left_out(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    world.sandbox.acts([{"user": boris.id, "type": "photo", "album": "al4", "uncopyable": i == 1} for i in range(3)])
    anna.hears_anything()
    anna.hears_anything()
    boris.hears("relay_refused_copy", name="Anna")


def test_an_album_while_the_bot_leads_is_answered_once(world, pair):  # noqa: F811
    boris, anna = pair
    album(anna, "al5", 3)
    anna.hears("prospect_passed_on", rep=boris.name)
    boris.hears("relay_attachment", name="Anna")
    for _ in range(3):
        boris.hears_anything()
    anna.says("всё?")
    anna.hears("prospect_passed_on", rep=boris.name)


def test_edits_are_mirrored(world, pair):  # noqa: F811
    boris, anna = pair
    _, said, answer = leading(world, boris, anna)
    world.settle()
    boris.act("edit", message_id=said, text="Да, четыре. Показать?")
    edited = anna.sees_edit()
    assert (edited.id, edited.text) == (answer.id, "Да, четыре. Показать?")
    question = says(anna, "Дорого?")
    heard = boris.hears("relay_from", name="Anna", text="Дорого?")
    world.settle()  # before it is noted that it has arrived, an edit comes as a message of its own
    anna.act("edit", message_id=question, text="Сколько стоят?")
    edited = boris.sees_edit()
    assert edited.id == heard.id and "Сколько стоят?" in edited.text and "Anna" in edited.text
    photo = boris.act("photo", caption="1")["message_id"]
    shown = anna.hears_anything()
    world.settle()
    boris.act("edit", message_id=photo, caption="Вилла 1")
    assert anna.sees_edit().event["caption"] == "Вилла 1" and shown.event["photo"]


def test_who_wrote_last_is_not_taken_for_the_one_meant(world, campaign, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    vera = world.person("Vera")
    vera.opens(campaign("Second"))
    vera.hears("prospect_hello", "prospect_ask", name="Vera")
    prospects.assigned(world, prospect_of(world, vera)["id"], boris)
    boris.hears_anything()
    vera.says("срочно")
    vera.hears("prospect_handed_over", rep=boris.name)
    boris.hears("prospect_says", name="Vera", text="срочно")
    boris.hears("prospect_asks_for_you", name="Vera")
    says(boris, "Перезвоню через час")
    asked = boris.hears("relay_whom")
    assert sorted(asked.labels) == ["Anna", "Vera"]
    boris.presses("Vera")
    boris.is_answered("answer_relay_sent", name="Vera")
    assert vera.hears_anything().text == "Перезвоню через час"
    boris.hears("relay_current", name="Vera")
    # it is clear now, until somebody else writes
    says(boris, "Хорошо?")
    assert vera.hears_anything().text == "Хорошо?"
    assert all(event["kind"] != "bot_message" for event in anna._inbox)


def test_who_is_done_talks_to_the_bot_again(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    boris.says("Закончить")
    boris.hears("relay_done")
    boris.says("что-нибудь")
    asked = boris.hears("relay_whom")
    assert asked.labels == ["Anna"]


def test_taking_over_makes_the_prospect_the_current_client(world, pair):  # noqa: F811
    boris, anna = pair
    anna.says("Вопрос")
    anna.hears("prospect_passed_on", rep=boris.name)
    boris.hears("prospect_says", name="Anna", text="Вопрос")
    boris.presses("button_take_over")
    boris.is_answered("answer_taken_over", name="Anna")
    anna.hears("prospect_rep_writes", rep=boris.name)
    assert boris.hears("relay_current", name="Anna").event["reply_markup"]["input_field_placeholder"] == "Клиенту: Anna"
    says(boris, "Здравствуйте!")
    assert anna.hears_anything().text == "Здравствуйте!"
    boris.presses("button_give_back")
    boris.is_answered("answer_given_back", name="Anna")
    anna.hears("prospect_bot_again")
    boris.hears("relay_done")
    assert owner_of(world, anna)[0] == "bot"
    anna.says("Есть кто?")
    anna.hears("prospect_passed_on", rep=boris.name)


@pytest.mark.parametrize("error, key", [
    ("Bad Request: VOICE_MESSAGES_FORBIDDEN", "relay_refused_voice"),
    ("Bad Request: the message can't be copied", "relay_refused_copy"),
    ("Bad Request: file is too big", "relay_refused_large"),
    ("Bad Request: message to copy not found", "relay_refused_deleted"),
    ("Bad Request: SOMETHING_NEW", "relay_refused_other"),
])
def test_the_sender_is_told_what_does_not_arrive(world, pair, error, key):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    world.sandbox.fault("400", method="copyMessage", description=error)
    said = boris.act("voice")["message_id"]
    told = boris.hears(key, name="Anna")
    assert told.event["reply_to"] == said
    world.db.outbox.eventually("count(*) = 0")  # nothing is left for an operator


def test_both_sides_hear_of_a_block(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    anna.blocks()
    says(boris, "Вы тут?")
    # that these words did not arrive, and that none will: in either order
    heard = [boris.hears_anything().text for _ in range(2)]
    assert any(world.texts.pattern("ru", "relay_refused_gone", name="Anna").fullmatch(text) for text in heard), heard


def test_a_rep_who_lost_the_prospect_sends_nothing(world, pair):  # noqa: F811
    boris, anna = pair
    asked, _, _ = leading(world, boris, anna)
    world.db.execute("UPDATE test_prospects SET assigned_rep_id = NULL, status = 'archived' WHERE id = %s", prospect_of(world, anna)["id"])
    says(boris, "Ещё одно", reply_to=asked)
    boris.hears("relay_not_yours", name="Anna")


def test_nothing_of_a_blocked_prospect_is_passed_on(world, pair):  # noqa: F811
    boris, anna = pair
    anna.says("Купите слона")
    anna.hears("prospect_passed_on", rep=boris.name)
    boris.hears("prospect_says", name="Anna", text="Купите слона")
    boris.presses("button_block")
    boris.is_answered("answer_blocked", name="Anna")
    anna.says("Купите слона!!!")
    boris.presses("button_unblock")
    boris.is_answered("answer_unblocked", name="Anna")
    anna.says("Последний раз")
    boris.hears("prospect_says", name="Anna", text="Последний раз")
    assert world.db.column(f"SELECT detail FROM {tables.prospect_events} WHERE kind = 'said' ORDER BY at") == [
        "Купите слона", "Последний раз"]


# found by a reading ------------------------------------------------------------------------------------------------------

def reassigned(world, anna, rep):  # noqa: F811
    world.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)"
                     " WHERE id = %s", rep.id, prospect_of(world, anna)["id"])
    world.db.eventually("SELECT count(*) = 1 FROM " + tables.assignments + " a JOIN sales_representatives r ON r.id = a.rep"
                        " WHERE a.ended_at IS NULL AND r.telegram_id = %s", rep.id)


def test_an_edit_does_not_reach_a_rep_who_has_lost_the_prospect(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    said = says(anna, "Мой бюджет 200")
    boris.hears("relay_from", name="Anna", text="Мой бюджет 200")
    vera = registered(world, "Vera Ivanova")
    reassigned(world, anna, vera)
    anna.act("edit", message_id=said, text="Только для нового менеджера")
    world.settle()
    assert all("нового" not in m.text for m in world.sandbox.bot_messages(boris.id))


def test_whoever_gets_a_prospect_does_not_lead_by_that(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    vera = registered(world, "Vera Ivanova")
    reassigned(world, anna, vera)
    assert owner_of(world, anna)[0] == "bot"


def test_while_a_person_leads_words_are_theirs_whatever_they_mean_to_the_bot(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    for words in ("помощь", "меню", "регистрация", "язык"):
        anna.says(words)
        boris.hears("relay_from", name="Anna", text=words)
    for words in ("отмена", "статус", "мои клиенты"):
        says(boris, words)
        assert anna.hears_anything().text == words


def test_a_choice_pressed_twice_sends_once(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    boris.says("Закончить")
    boris.hears("relay_done")
    says(boris, "Цена 5")
    asked = boris.hears("relay_whom")
    press = {"user": boris.id, "type": "button", "data": asked.data[0], "message_id": asked.id}
    world.sandbox.acts([press, press])
    assert anna.hears_anything().text == "Цена 5"
    world.settle()
    assert sum(m.text == "Цена 5" for m in world.sandbox.bot_messages(anna.id)) == 1


def test_an_album_and_what_is_said_after_it_stay_in_order(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    world.sandbox.acts([{"user": boris.id, "type": "photo", "album": "al9", "caption": f"{i}"} for i in range(2)]
                       + [{"user": boris.id, "type": "text", "text": "вот эти две"}])
    assert [anna.hears_anything().event.get("caption") for _ in range(2)] == ["0", "1"]
    assert anna.hears_anything().text == "вот эти две"


def test_stop_is_told_to_the_rep_and_holds_at_a_takeover(world, pair):  # noqa: F811
    boris, anna = pair
    anna.says("Вопрос")
    anna.hears("prospect_passed_on", rep=boris.name)
    boris.hears("prospect_says", name="Anna", text="Вопрос")
    anna.says("стоп")
    anna.hears("prospect_stopped")
    boris.hears("prospect_said_stop", name="Anna")
    boris.presses("button_take_over")
    boris.is_answered("answer_taken_over", name="Anna")
    world.settle()
    assert not any("Дальше с вами" in m.text for m in world.sandbox.bot_messages(anna.id))


GONE = "Bad Request: message to edit not found"


def test_an_edit_of_what_the_other_one_deleted_comes_as_a_message(world, pair):  # noqa: F811
    boris, anna = pair
    _, said, answer = leading(world, boris, anna)
    world.sandbox.fault("400", method="editMessageText", description=GONE)
    world.settle()
    boris.act("edit", message_id=said, text="Да, четыре. Показать?")
    anew = anna.hears_anything()
    assert anew.text == "Да, четыре. Показать?" and anew.id != answer.id
    world.settle()
    boris.act("edit", message_id=said, text="Да, пять. Показать?")
    edited = anna.sees_edit()
    assert (edited.id, edited.text) == (anew.id, "Да, пять. Показать?")
    question = says(anna, "Дорого?")
    boris.hears("relay_from", name="Anna", text="Дорого?")
    world.settle()
    world.sandbox.fault("400", method="editMessageText", description=GONE)
    anna.act("edit", message_id=question, text="Сколько стоят?")
    anew = boris.hears("relay_from", name="Anna", text="Сколько стоят?")
    world.settle()
    said = says(boris, "Сто", reply_to=anew)
    assert anna.hears_anything().event["reply_to"] == question
    delivered(boris, said)
    photo = boris.act("photo", caption="1")["message_id"]
    anna.hears_anything()
    delivered(boris, photo)
    world.sandbox.fault("400", method="editMessageCaption", description=GONE)
    boris.act("edit", message_id=photo, caption="Вилла 1")
    assert anna.hears_anything().text == "Вилла 1"


def test_an_edit_that_has_no_room_comes_as_messages(world, pair):  # noqa: F811
    boris, anna = pair
    leading(world, boris, anna)
    question = says(anna, "Дорого?")
    boris.hears("relay_from", name="Anna", text="Дорого?")
    words = [f"слово{n}" for n in range(467)]
    anna.act("edit", message_id=question, text=" ".join(words))
    heard = []
    while words[-1] not in heard:
        heard += boris.hears_anything().text.split()
    assert heard[-len(words):] == words


@pytest.mark.parametrize("how", ["declined", "unregistered"])
def test_words_in_one_poll_with_the_end_of_an_assignment_do_not_go_to_the_former_rep(world, campaign, how):  # noqa: F811
    boris = registered(world)
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    prospects.assigned(world, prospect_of(world, anna)["id"], boris)
    card = boris.hears_anything()
    last = {"user": boris.id, "type": "button", "message_id": card.id, "data": next(d for d in card.data if d.endswith(":d"))}
    if how == "unregistered":
        boris.says("отключиться")
        boris.hears_anything()
        last = {"user": boris.id, "type": "text", "text": "да"}
    world.sandbox.acts([last, {"user": anna.id, "type": "text", "text": "Мой бюджет 200"}])
    anna.hears("prospect_noted")
    world.settle()
    assert all("бюджет" not in m.text for m in world.sandbox.bot_messages(boris.id))


def test_one_rep_s_block_is_not_the_next_one_s(world, pair):  # noqa: F811
    boris, anna = pair
    anna.says("Есть виллы?")
    anna.hears("prospect_passed_on", rep=boris.name)
    card = boris.hears("prospect_says", name="Anna", text="Есть виллы?")
    boris.presses("button_block", message=card)
    world.db.conversations.eventually("blocked_at IS NOT NULL", "WHERE telegram_id = %s", anna.id)
    vera = registered(world, "Vera Volkova")
    boris.says("/unregister")
    boris.says("да")
    vera.hears_anything()
    world.settle()
    vera.forget()
    anna.says("Здравствуйте")
    assert "Здравствуйте" in vera.hears_anything().text
