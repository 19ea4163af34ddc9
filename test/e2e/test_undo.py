"""*Can't take it*, pressed by mistake."""
import os
import signal

import pytest

from support.telegram import TOKEN
from support.waiting import PATIENCE_S, eventually


@pytest.fixture
def empty(make_world):
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    return world


def holder(world):
    return world.db.value("SELECT (SELECT r.telegram_id FROM sales_representatives r WHERE r.id = p.assigned_rep_id)"
                          " FROM test_prospects p WHERE p.id = 'p1'")


def declined(world, count):
    """So many reps; the first got the prospect and has declined it. (first, the others, the first one's card)"""
    people = world.sandbox.someone(count)
    for person in people:
        person.registers()
    world.db.add_prospect("p1", "Ivan P", "@ivan_p")
    at = eventually(lambda: holder(world), what="it is assigned")
    first = next(p for p in people if p.id == at)
    others = [p for p in people if p is not first]
    card = first.hears_anything()
    first.presses("button_decline", message=card)
    return first, others, card


def open_of(world, person):
    person.says("статус")
    return person.hears("status").text


def test_it_is_taken_back_from_a_colleague_who_has_pressed_nothing(empty):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined", name="Ivan P")
    edit = first.sees_edit()
    assert edit.id == card.id and edit.presses == [empty.texts.render("ru", "button_undo", name="Ivan P")]
    assert edit.text == card.text + "\n\n" + line(empty, "card_declined", "Ivan P")
    told = second.hears_anything()
    first.presses(data="a:", message=edit)
    first.is_answered("answer_undone", name="Ivan P")
    assert first.sees_edit().presses == [empty.texts.render("ru", "button_contacted_again", name="Ivan P"),
                                         empty.texts.render("ru", "button_decline_again", name="Ivan P")]
    second.hears("taken_back", name="Ivan P")
    assert holder(empty) == first.id
    # the colleague's buttons are gone, and a press that was quicker is answered; the first one's work again
    gone = second.sees_edit()
    assert (gone.id, gone.buttons) == (told.id, [])
    second.presses(data=told.data[0], message=told)
    assert second.is_answered("answer_prospect_taken_back", name="Ivan P")["show_alert"]
    first.presses(data="a:", message=card)
    first.is_answered("answer_contacted", name="Ivan P")
    assert [e["kind"] for e in empty.db.prospect_events.rows("kind", "WHERE prospect = 'p1' ORDER BY id")] \
        == ["assigned", "declined", "assigned", "returned", "undone", "contacted"]
    empty.settle()
    assert holder(empty) == first.id and empty.db.declined_prospects.rows("*") == []


def test_it_can_be_declined_again_after_that(empty):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    second.hears_anything()
    first.sees_edit()
    first.presses(data="a:", message=card)
    first.is_answered("answer_undone")
    second.hears("taken_back")
    first.sees_edit()
    first.presses(empty.texts.render("ru", "button_decline_again", name="Ivan P"), message=card)
    first.is_answered("answer_declined")
    assert "Ivan P" in second.hears_anything().text
    assert holder(empty) == second.id


def test_it_stays_with_a_colleague_who_has_acted(empty):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    first.sees_edit()
    told = second.hears_anything()
    second.presses("button_contacted", message=told)
    second.is_answered("answer_contacted")
    first.presses(data="a:", message=card)
    assert first.is_answered("answer_undo_late")["show_alert"]
    assert first.sees_edit().presses == []
    assert holder(empty) == second.id


def test_it_is_taken_back_after_the_colleague_unregistered(empty):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    first.sees_edit()
    second.hears_anything()
    second.says("отключиться")
    second.hears("ask_unregister")
    second.says("да")
    second.hears("unregistered")
    first.presses(data="a:", message=card)
    first.is_answered("answer_undone", name="Ivan P")
    assert holder(empty) == first.id


@pytest.mark.parametrize("outreach", ["has seen it", "is down"])
def test_one_that_was_given_back_by_hand_is_neither_late_nor_a_colleague_s(empty, outreach):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    undo = first.sees_edit()
    second.hears_anything()
    if outreach == "is down":
        empty.outreach.terminate()
    empty.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)"
                     " WHERE id = 'p1'", first.id)
    if outreach == "has seen it":
        fresh = first.hears_anything()
        second.hears("lost", count=1)
    first.presses(data="a:", message=undo)
    assert first.is_answered("answer_prospect_again", name="Ivan P")["show_alert"]
    assert first.sees_edit().presses == []
    assert holder(empty) == first.id
    if outreach == "has seen it":
        first.presses(data="a:", message=fresh)
        first.is_answered("answer_contacted", name="Ivan P")


def test_a_second_press_on_undo_says_that_it_is_undone(empty):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    undo = first.sees_edit()
    second.hears_anything()
    press = {"user": first.id, "type": "button", "data": undo.data[0], "message_id": card.id}
    empty.sandbox.acts([press, press])
    first.is_answered("answer_undone", name="Ivan P")
    first.is_answered("answer_undone", name="Ivan P")
    empty.settle()
    first.presses(data="a:", message=card)
    first.is_answered("answer_contacted", name="Ivan P")


def test_after_thirty_seconds_it_is_too_late(empty):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    first.sees_edit()
    second.hears_anything()
    empty.db.assignments.update("ended_at = ended_at - interval '31 seconds' WHERE reason = 'declined'")
    first.presses(data="a:", message=card)
    assert first.is_answered("answer_undo_late")["show_alert"]
    assert holder(empty) == second.id


def test_the_last_one_hears_that_nobody_is_left_and_may_take_it_back(empty):
    first, _, card = declined(empty, 1)
    first.is_answered("answer_declined_alone", name="Ivan P")
    first.sees_edit()
    empty.outreach.wait_for_log("declined by every rep")
    first.presses(data="a:", message=card)
    first.is_answered("answer_undone", name="Ivan P")
    assert holder(empty) == first.id
    assert empty.db.declined_prospects.rows("*") == []


def test_with_admins_the_last_one_hears_that_they_are_told(make_world):
    boss_id = 7_900_000_001
    world = make_world(ADMIN_TELEGRAM_IDS=str(boss_id))
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    boss = world.person("Boss", id=boss_id)
    boss.opens()
    boss.hears("admin_hello")
    first, _, _ = declined(world, 1)
    first.is_answered("answer_declined_last", name="Ivan P")
    assert boss.hears_anything().text.startswith(world.texts.render("ru", "nobody_left", count=1))


def test_a_second_press_in_a_slow_app_does_not_lose_the_undo(empty):
    first, _, card = declined(empty, 2)
    first.is_answered("answer_declined")
    assert len(first.sees_edit().presses) == 1
    empty.sandbox.raw(callback_query={
        "id": "77", "from": {"id": first.id, "is_bot": False, "first_name": "A"}, "chat_instance": "1", "data": card.data[1],
        "message": {"message_id": card.id, "date": 1, "chat": {"id": first.id, "type": "private", "first_name": "A"},
                    "text": "x", "reply_markup": {"inline_keyboard": [[
                        {"text": "c", "callback_data": card.data[0]}, {"text": "d", "callback_data": card.data[1]}]]}}})
    empty.settle()
    first.presses(data="a:", message=card)
    first.is_answered("answer_undone", name="Ivan P")


@pytest.mark.parametrize("order", ["undo first", "colleague first"])
def test_undo_and_a_colleague_s_press_in_one_poll_leave_one_decision(empty, order):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    edit = first.sees_edit()
    told = second.hears_anything()
    undo = {"user": first.id, "type": "button", "data": edit.data[0], "message_id": card.id}
    contacted = {"user": second.id, "type": "button", "data": told.data[0], "message_id": told.id}
    empty.sandbox.acts([undo, contacted] if order == "undo first" else [contacted, undo])
    if order == "undo first":
        first.is_answered("answer_undone")
        second.is_answered("answer_prospect_taken_back")
        assert holder(empty) == first.id
    else:
        second.is_answered("answer_contacted")
        first.is_answered("answer_undo_late")
        assert holder(empty) == second.id
    empty.settle()
    assert empty.db.parked_updates.rows("*") == []


# cards whose prospect is lost -----------------------------------------------------------------------------------------

def test_who_unregisters_keeps_no_buttons_on_old_cards(empty):
    anna = empty.person()
    anna.registers()
    empty.db.add_prospect("p1", "Ivan P", "@ivan_p")
    card = anna.hears_anything()
    empty.db.add_prospect("p2", "Olga P", "@olga_p")
    other = anna.hears_anything()
    empty.settle()
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.says("да")
    anna.hears("unregistered")
    edits = [anna.sees_edit(), anna.sees_edit()]
    assert {edit.id for edit in edits} == {card.id, other.id} and [edit.buttons for edit in edits] == [[], []]
    anna.presses(data=card.data[0], message=card)
    assert anna.is_answered("answer_prospect_stale")["show_alert"]
    eventually(lambda: empty.db.stale_cards.rows("*") == [], what="nothing is left to be done")


@pytest.mark.parametrize("state", ["queued", "sending"])
@pytest.mark.parametrize("way", ["undo", "by hand"])
def test_a_card_that_was_not_sent_yet_comes_without_the_buttons_of_what_is_lost(empty, state, way):
    """The colleague's notification waits for Telegram while the prospect goes back; another prospect's buttons stay."""
    people = empty.sandbox.someone(2)
    for person in people:
        person.registers()
    empty.settle()
    fault = {"kind": "429", "retry_after": 9} if state == "queued" else {"kind": "slow", "ms": 8000}
    empty.db.add_prospect("p1", "Ivan P", "@ivan_p")
    at = eventually(lambda: holder(empty), what="it is assigned")
    first = next(p for p in people if p.id == at)
    second = next(p for p in people if p is not first)
    card = first.hears_anything()
    empty.sandbox.fault(fault.pop("kind"), method="sendMessage", chat=second.id, **fault)
    first.presses("button_decline", message=card)
    first.is_answered("answer_declined")
    edit = first.sees_edit()
    assert eventually(lambda: holder(empty), what="it is assigned again") == second.id
    empty.db.eventually(f"SELECT count(*) = 1 FROM {empty.db.outbox} WHERE state = '{state}' AND chat_id = {second.id}"
                        + (" AND attempts > 0" if state == "queued" else ""))
    if way == "undo":
        first.presses(data="a:", message=edit)
        first.is_answered("answer_undone", name="Ivan P")
    else:
        empty.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)",
                         first.id)
    told = second.hears_anything()
    assert "Ivan P" in told.text
    if state == "queued":
        assert told.buttons == []
    else:
        gone = second.sees_edit()
        assert (gone.id, gone.buttons) == (told.id, [])
    if way == "undo":
        second.hears("taken_back", name="Ivan P")
    else:
        second.hears("lost", count=1)
    empty.settle()
    assert empty.db.stale_cards.rows("*") == []


# older lists ----------------------------------------------------------------------------------------------------------

def test_a_button_of_an_older_list_says_what_has_happened_since(empty):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    undo = first.sees_edit()
    second.hears_anything()
    first.presses(data="a:", message=undo)
    first.is_answered("answer_undone")
    first.sees_edit()
    second.hears("taken_back")
    second.says("мои клиенты")
    second.hears("clients_none")
    older = first.opens_card()
    assert older.data[:3] == card.data
    # said in the card already: no second time
    first.presses(data="a:", message=card)
    first.is_answered("answer_contacted", name="Ivan P")
    first.presses(data=older.data[0], message=older)
    first.is_answered("answer_contacted_already", name="Ivan P")
    # declined in the card
    first.presses(data=older.data[1], message=card)
    first.is_answered("answer_declined", name="Ivan P")
    second.hears_anything()
    first.presses(data=older.data[1], message=older)
    assert first.is_answered("answer_prospect_declined", name="Ivan P")["show_alert"]
    # and given back by hand: with other buttons, while the old ones say so
    empty.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)",
                     first.id)
    fresh = first.hears_anything()
    assert "Ivan P" in fresh.text
    first.presses(data=older.data[1], message=older)
    assert first.is_answered("answer_prospect_again", name="Ivan P")["show_alert"]
    assert holder(empty) == first.id
    first.presses(data=fresh.data[-2], message=fresh)
    first.is_answered("answer_declined", name="Ivan P")


def test_a_colleague_chosen_by_hand_keeps_it_also_while_outreach_is_down(empty):
    first, (second,), card = declined(empty, 2)
    first.is_answered("answer_declined")
    first.sees_edit()
    second.hears_anything()
    empty.outreach.terminate()
    # back to where nobody has it, as right after the decline, and then a manager decides
    empty.db.assignments.update("ended_at = now(), reason = 'changed' WHERE ended_at IS NULL")
    empty.db.prospect_events.delete("WHERE kind = 'returned'")
    empty.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)"
                     " WHERE id = 'p1'", second.id)
    first.presses(data="a:", message=card)
    assert first.is_answered("answer_undo_late")["show_alert"]
    assert first.sees_edit().presses == []
    assert holder(empty) == second.id


# what a message says after it was pressed ------------------------------------------------------------------------------------

def line(world, key, name):
    return world.texts.render("ru", key, name=name)


def test_what_a_card_says_stays_true(empty):
    """The answer to a press is gone in three seconds; the text stays for years."""
    anna, = empty.sandbox.someone(1)
    anna.registers()
    name = "Иван 🙂 t.me/spam_bot"
    empty.db.add_prospect("p1", name, "@ivan_p", context="Budget: 300k 🏠\nasks @nobody_here")
    card = anna.hears_anything()
    quoted = card.quoted(), card.quoted("code")
    assert quoted[0] and quoted[1]
    anna.presses("button_contacted", message=card)
    edit = anna.sees_edit()
    assert edit.text == f"{card.text}\n\n{line(empty, 'card_contacted', name)}" and edit.presses == card.presses[1:]
    assert (edit.quoted(), edit.quoted("code")) == (quoted[0], quoted[1] + [name])
    anna.presses(data="a:", message=edit)  # can't take it
    declined = anna.sees_edit()
    assert declined.text == f"{edit.text}\n\n{line(empty, 'card_declined_last', name)}"
    assert declined.presses == [empty.texts.render("ru", "button_undo", name="Иван 🙂 t.me/spam_bot")]
    anna.presses(data="a:", message=declined)  # take it back
    again = anna.sees_edit()
    assert again.text == edit.text and again.quoted("code") == edit.quoted("code")


def listed(world, names):
    """A rep who got clients of these names at once, and the message that says so."""
    anna, = world.sandbox.someone(1)
    for i, name in enumerate(names, 1):
        world.db.add_prospect(f"p{i}", name)
    anna.registers()
    return anna, anna.hears_anything()


def test_two_of_one_name_have_a_line_each_and_the_language_does_not_matter(empty):
    anna, told = listed(empty, ["Ivan P", "Ivan P"])
    shown = told
    for i in (0, 1):
        anna.presses(data=told.data[3 * i + 1], message=shown)
        shown = anna.sees_edit()
    declined = line(empty, "card_declined_last", "Ivan P")
    assert shown.text.splitlines().count(declined) == 2
    anna.says("/language")
    anna.presses(data="lang:en", message=anna.hears_anything())
    anna.sees_edit()
    anna.hears_anything()
    anna.presses(data=shown.data[0], message=shown)  # take it back
    back = anna.sees_edit()
    assert back.text.splitlines().count(declined) == 1


def test_so_does_a_list_of_several(empty):
    anna, told = listed(empty, ["Name 1", "Name 2", "Name 3"])
    text, shown = told.text, told
    for i, key in ((0, "card_contacted"), (2, "card_contacted"), (1, "card_declined_last")):
        data = told.data[3 * i + (key == "card_declined_last")]
        anna.presses(data=data, message=shown)
        shown = anna.sees_edit()
        name = f"Name {i + 1}"
        assert line(empty, key, name) in shown.text.splitlines() and shown.text.startswith(text)
        text = shown.text


@pytest.mark.parametrize("held", ["waiting", "in one poll", "arrived meanwhile"])
def test_a_later_press_undoes_nothing_of_an_earlier_one(empty, held):
    """What a press comes with is its message as it was then, without the edits that were on their way."""
    anna, told = listed(empty, ["Name 1", "Name 2", "Name 3"])
    pressed = [(0, "card_contacted"), (1, "card_declined_last"), (2, "card_contacted")]
    empty.settle()
    if held == "in one poll":
        os.kill(empty.bot.pid, signal.SIGSTOP)
    else:
        empty.sandbox.fault("429", method="editMessageText", retry_after=2)
    if held == "arrived meanwhile":
        empty.sandbox.fault("429", method="getUpdates", retry_after=6)
    for i, key in pressed:
        anna.presses(data=told.data[3 * i + (key == "card_declined_last")], message=told)
        if held != "in one poll" and i == 0:
            empty.db.outbox.eventually("count(*) = 1", "WHERE method = 'editMessageText'")
    if held == "in one poll":
        os.kill(empty.bot.pid, signal.SIGCONT)
    shown = anna.sees_edit()
    while len(shown.labels) > len(told.labels) - 4: # one less each: contacted, and three that became one to take it back
        shown = anna.sees_edit()
    for i, key in pressed:
        assert line(empty, key, f"Name {i + 1}") in shown.text.splitlines()
    assert shown.text.startswith(told.text)
    empty.settle()
    assert not empty.sandbox.faults_left()


def test_a_text_that_leaves_no_room_keeps_its_words(empty):
    anna, = empty.sandbox.someone(1)
    anna.registers()
    empty.db.add_prospect("p1", "Ivan P", "@ivan_p")
    card = anna.hears_anything()
    full = card.text + "\n" + "я" * (4090 - len(card.text))
    done = empty.sandbox.http.post(f"{empty.sandbox.base}/bot{TOKEN}/editMessageText", timeout=PATIENCE_S, json={
        "chat_id": anna.id, "message_id": card.id, "text": full, "reply_markup": card.event["reply_markup"]})
    assert done.json()["ok"]
    card = anna.sees_edit()
    anna.presses("button_contacted", message=card)
    edit = anna.sees_edit()
    assert edit.text in ("", full) and edit.presses == card.presses[1:]
