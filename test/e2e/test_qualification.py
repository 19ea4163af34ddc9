"""Prospects are asked questions one by one, and their rep sees the answers grow."""
import json
import re

import pytest

import test_prospects as prospects
from support.database import tables
from support.process import run
from support.waiting import eventually

LINK = re.compile(r"https://t\.me/(\w+)\?start=(c[A-Za-z0-9_-]{22})\n")



def question(id, kind="text", **more):
    return {"id": id, "kind": kind, "text": {"ru": f"Вопрос {id}?", "en": f"Question {id}?"},
            "title": {"ru": f"Про {id}", "en": f"About {id}"}, **more}


def options(*ids):
    return [{"id": id, "label": {"ru": f"Да {id}", "en": f"Yes {id}"}} for id in ids]


@pytest.fixture
def asking(make_world):
    """asking(*questions): a world whose bot asks these; none: what is built in."""
    def start(*questions, outreach=True):
        settings = {"QUALIFICATION": json.dumps({"questions": questions})} if questions else {"QUALIFICATION": ""}
        world = make_world(**settings)
        world.db.no_prospects()
        world.start_bot()
        if outreach:
            world.start_outreach()
        world.settle()
        return world
    return start


def registered(world, name="Boris Sidorov"):
    person = world.person(name)
    person.registers()
    return person


def becomes_prospect(world, name="Anna", language="ru", **more):
    """Somebody who has been greeted; what they heard."""
    person = world.person(name, language=language, **more)
    person.says("Ищу недвижимость" if person.locale == "ru" else "Looking for property!")
    return person, person.hears_anything()


def answers(world, person):
    return dict(world.db.rows(
        f"SELECT a.question, a.value FROM {tables.answers} a JOIN {tables.conversations} c ON c.prospect = a.prospect"
        " WHERE c.telegram_id = %s", person.id))


def state(world, person):
    return world.db.row(f"SELECT q.* FROM {tables.qualifications} q JOIN {tables.conversations} c ON c.prospect = q.prospect"
                        " WHERE c.telegram_id = %s", person.id)


def next_question(person):
    return person.hears_anything().text


RU = ["Что вы ищете?", "бюджет", "Когда планируете", "Для себя или как инвестиция?", "По какому номеру", "адрес почты"]
EN = ["What are you looking for?", "your budget", "When do you plan", "For living or as an investment?", "Which number", "e-mail address"]


@pytest.mark.parametrize("language, questions, budget, when, villa, done, live, value", [
    ("ru", RU, "до 300 тыс", "в следующем году", "Вилла", "Готово", "Жить", "-300000 USD"),
    ("en", EN, "200-300k", "next year", "Villa", "Done", "To live in", "200000-300000 USD"),
])
def test_six_questions_from_hello_to_thanks(asking, language, questions, budget, when, villa, done, live, value):
    world = asking()
    boris = registered(world)
    anna, heard = becomes_prospect(world, language=language)
    assert "Anna" in heard.text and questions[0] in heard.text
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.presses(villa)
    assert any(label.startswith("✓") for label in anna.sees_edit().labels)
    anna.presses(done)
    text = next_question(anna)
    assert questions[1] in text and villa in text
    summary = boris.hears_anything()
    assert "Вилла" in summary.text
    anna.says(budget)
    assert questions[2] in next_question(anna)
    assert boris.sees_edit().id == summary.id
    anna.says(when)
    assert questions[3] in next_question(anna)
    anna.presses(live)
    assert questions[4] in next_question(anna)
    anna.act("contact", phone_number="79991234567", contact_user_id=anna.id)
    anna.hears("question_noted", answer="+79991234567")
    assert questions[5] in next_question(anna)
    anna.says("anna@example.org")
    assert boris.name in next_question(anna)
    kept = answers(world, anna)
    assert kept.pop("when").isdigit()
    assert kept == {"what": "villa", "budget": value, "purpose": "live", "phone": "+79991234567", "email": "anna@example.org"}
    assert state(world, anna)["finished_at"] and state(world, anna)["score"] == 70
    world.settle()
    last = [event for event in world.sandbox.transcript(boris.id)[0] if event["kind"] == "bot_edit"][-1]
    assert last["message_id"] == summary.id and "anna@example.org" in last["text"] and "70" in last["text"]


def test_skip_back_and_an_older_button(asking):
    world = asking(question("what", "choice", options=options("villa", "flat")), question("budget", "number", min=10, max=1000),
                   question("more"))
    anna, heard = becomes_prospect(world)
    assert heard.labels[:2] == ["Да villa", "Да flat"] and world.texts.raw("ru", "button_back") not in heard.labels
    anna.presses("Да villa", message=heard)
    second = anna.hears_anything()
    assert "Вопрос budget?" in second.text
    anna.presses("button_skip", message=second)
    third = anna.hears_anything()
    assert "Вопрос more?" in third.text and answers(world, anna) == {"what": "villa", "budget": ""}
    anna.says("назад")
    assert "Вопрос budget?" in next_question(anna)
    anna.presses("button_back")
    again = anna.hears_anything()
    assert "Вопрос what?" in again.text and "Да villa" in again.text
    # what was answered stays until it is answered anew; then the way on is to the first question without an answer
    anna.presses("Да flat", message=heard)
    assert "Вопрос more?" in next_question(anna)
    assert answers(world, anna)["what"] == "flat"
    anna.presses("Да villa", message=heard)
    changed = anna.hears_anything()
    assert changed.text.startswith("Исправил.") and "Вопрос more?" in changed.text
    anna.says("Море рядом")
    anna.hears("question_noted", "questions_done", answer="Море рядом", name="Anna")
    assert answers(world, anna) == {"what": "villa", "budget": "", "more": "Море рядом"}
    assert state(world, anna)["question"] is None
    # until the conversation is handed over, also afterwards
    anna.presses("Да flat", message=heard)
    anna.hears("question_changed", title="Про what", answer="Да flat")
    assert answers(world, anna)["what"] == "flat" and state(world, anna)["finished_at"]


def test_a_branch_and_what_is_left_behind_on_it(asking):
    world = asking(question("what", "choice", options=options("villa", "flat")), question("pool", when={"what": "villa"}),
                   question("floor", when={"what": "flat"}), question("more", skippable=False))
    anna, heard = becomes_prospect(world)
    anna.presses("Да villa")
    assert "Вопрос pool?" in next_question(anna)
    anna.says("С бассейном")
    assert "Вопрос more?" in next_question(anna)
    anna.says("пропустить")
    assert anna.hears_anything().text.startswith(world.texts.raw("ru", "question_required"))
    anna.presses("Да flat", message=heard)
    assert "Вопрос floor?" in next_question(anna)
    assert answers(world, anna) == {"what": "flat"}


@pytest.mark.parametrize("kind, more, wrong, key, right, value", [
    ("choice", {"options": options("a", "b")}, "замок", "question_no_option", "Да a", "a"),
    ("number", {"min": 10, "max": 20}, "5", "question_too_low", "15", "15"),
    ("number", {"currencies": ["USD"]}, "300k евро", "question_currency", "300k", "300000 USD"),
    ("contact", {}, "9991234567", "question_no_country", "+79991234567", "+79991234567"),
    ("email", {}, "anna@", "question_no_email", "anna@example.org", "anna@example.org"),
    ("date", {}, "31.02.2027", "question_no_date", "15.05.2031", "2031-05-15"),
    ("date", {}, "15.05.2020", "question_past", "2031", "2031"),
    ("text", {}, "я" * 1001, "question_too_long", "коротко", "коротко"),
])
def test_a_wrong_answer_is_told_why_and_asked_again(asking, kind, more, wrong, key, right, value):
    world = asking(question("it", kind, **more), question("more"))
    anna, _ = becomes_prospect(world)
    anna.says(wrong)
    heard = anna.hears_anything()
    assert world.texts.pattern("ru", key).match(heard.text) and heard.text.endswith("Вопрос it?")
    assert answers(world, anna) == {}
    anna.says(right)
    if kind == "contact":  # the keyboard for it goes with a message of its own
        anna.hears_anything()
    assert "Вопрос more?" in next_question(anna)
    assert answers(world, anna) == {"it": value}


def test_several_are_marked_in_the_message_and_then_taken(asking):
    world = asking(question("what", "several", options=options("a", "b", "c")), question("more"))
    anna, heard = becomes_prospect(world)
    anna.presses("button_ready")
    anna.is_answered("question_chosen_nothing")
    # faster than edits come back
    world.sandbox.acts([{"user": anna.id, "type": "button", "message_id": heard.id, "text": f"Да {option}"} for option in "abc"])
    for _ in range(3):
        edit = anna.sees_edit()
    assert [label[0] for label in edit.labels[:3]] == ["✓"] * 3
    anna.presses("✓ Да b")
    assert anna.sees_edit().labels[:3] == ["✓ Да a", "Да b", "✓ Да c"]
    assert answers(world, anna) == {}
    anna.presses("button_ready")
    assert "Вопрос more?" in next_question(anna)
    assert answers(world, anna) == {"what": "a,c"}
    assert "✓ Да a" in [button["text"] for button in edit.buttons]


def test_the_number_of_somebody_else_is_no_answer(asking):
    world = asking(question("phone", "contact"), question("more"))
    anna, heard = becomes_prospect(world)
    keyboard = heard.event["reply_markup"]["keyboard"]
    assert keyboard[0][0]["request_contact"] and keyboard[0][0]["text"] == world.texts.raw("ru", "button_share_phone")
    anna.act("contact", phone_number="+79990000000", contact_user_id=anna.id + 1)
    assert world.texts.pattern("ru", "question_not_own").match(anna.hears_anything().text)
    anna.act("contact", phone_number="79991234567", contact_user_id=anna.id)
    noted = anna.hears_anything()
    assert noted.event["reply_markup"] == {"remove_keyboard": True} and "+79991234567" in noted.text
    assert "Вопрос more?" in next_question(anna)


@pytest.mark.parametrize("language, words", [("ru", "Удалите все мои данные"), ("en", "Delete all my data!")])
def test_who_wants_to_be_forgotten_is_passed_on_and_asked_nothing_more(asking, language, words):
    """As /privacy says; with a question open that takes any words."""
    world = asking(question("wish"), question("more"))
    boris = registered(world)
    anna, _ = becomes_prospect(world, language=language)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.says(words)
    anna.hears("prospect_handed_over", rep=boris.name)
    assert words in boris.hears_anything().text
    world.settle()
    assert answers(world, anna) == {} and not anna.unheard()


def test_a_question_of_theirs_goes_to_the_rep_and_ours_is_asked_again(asking):
    world = asking(question("budget", "number"), question("more"))
    boris = registered(world)
    anna, _ = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.says("А рассрочка на 2 года возможна?")
    anna.hears("prospect_passed_on", rep=boris.name)
    assert anna.hears_anything().text == world.texts.raw("ru", "question_again") + "\n\nВопрос budget?"
    assert "рассрочка" in boris.hears_anything().text
    assert answers(world, anna) == {}


def test_whoever_writes_first_is_passed_on_and_then_asked(asking):
    world = asking(question("budget", "number"))
    boris = registered(world)
    anna = world.person("Anna", username="anna_buys")
    world.db.add_prospect("p1", "Anna", telegram="@anna_buys")
    prospects.assigned(world, "p1", boris)
    boris.hears_anything()
    anna.says("Здравствуйте, пишу по поводу виллы")
    anna.hears("prospect_passed_on", rep=boris.name)
    boris.hears("prospect_came", name="Anna")
    assert "по поводу виллы" in boris.hears_anything().text
    # one message from the beginning, with which the rep can close the prospect, too, if no answer comes
    summary = boris.hears("summary_going", "summary_score", name="Anna", score=0)
    assert world.texts.raw("ru", "button_archive") in summary.labels
    assert anna.hears_anything().text == world.texts.raw("ru", "questions_intro") + "\n\nВопрос budget?"
    anna.says("300")
    anna.hears("question_noted", "questions_done_rep", rep=boris.name)
    assert answers(world, anna) == {"budget": "300"}
    assert boris.sees_edit().id == summary.id


def test_answers_given_before_there_is_a_rep_come_with_the_card_and_go_on_from_there(asking):
    world = asking(question("budget", "number", currencies=["USD"]), question("more"), question("last"))
    anna, _ = becomes_prospect(world)
    anna.says("до 300k")
    next_question(anna)
    anna.says("Море рядом")
    next_question(anna)
    boris = world.person("Boris Sidorov", language="en")
    boris.registers()
    assert "Anna" in boris.hears_anything().text
    summary = boris.hears_anything()
    assert world.texts.pattern("en", "summary_going", name="Anna").match(summary.text)
    assert "About budget: up to 300\u00a0000\u00a0USD" in summary.text and "About more: Море рядом" in summary.text
    assert summary.labels == [world.texts.raw("en", f"button_{key}") for key in ("take_over", "converted", "archive")]
    anna.says("Всё")
    anna.hears("question_noted", "questions_done_rep", rep=boris.name)
    edit = boris.sees_edit()
    assert edit.id == summary.id and "About last: Всё" in edit.text
    # a colleague who gets the prospect has all of it, too
    carl = registered(world, "Carl Ivanov")
    boris.presses("button_decline")
    assert "Anna" in carl.hears_anything().text
    told = carl.hears_anything().text
    assert all(word in told for word in ("300", "Море рядом", "Всё"))


def test_a_script_that_was_begun_goes_on_after_a_restart_with_another(asking):
    old = [question("a"), question("b", "choice", options=options("x", "y"))]
    world = asking(*old)
    anna, _ = becomes_prospect(world)
    anna.says("один")
    heard = anna.hears_anything()
    assert "Вопрос b?" in heard.text
    world.restart_bot(QUALIFICATION=json.dumps({"questions": [question("other"), question("b", "text")]}))
    anna.presses("Да y", message=heard)
    anna.hears("question_noted", "questions_done", answer="Да y")
    assert answers(world, anna) == {"a": "один", "b": "y"}
    boris, heard = becomes_prospect(world, "Boris")
    assert "Вопрос other?" in heard.text
    assert world.db.scripts.value("count(*)") == 2
    world.restart_bot(QUALIFICATION="off")
    boris.says("что-нибудь")
    boris.hears("prospect_noted")


def test_nothing_is_asked_where_it_is_off(make_world):
    world = make_world(QUALIFICATION="off")
    world.start_bot()
    anna, heard = becomes_prospect(world)
    assert heard.text == world.texts.render("ru", "prospect_hello", name="Anna") + "\n\n" + world.texts.raw("ru", "prospect_ask")


def finished(world, boris, name="Anna"):
    """A prospect of this rep who has answered, and the message that shows it."""
    anna, _ = becomes_prospect(world, name)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.says("300")
    anna.hears("question_noted", "questions_done_rep", rep=boris.name)
    return anna, boris.hears_anything()


def test_converted_frees_the_rep_and_the_next_one_comes(make_world):
    world = make_world(QUALIFICATION=json.dumps({"questions": [question("budget", "number")]}), MAX_PROSPECTS_PER_REP="1")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    boris = registered(world)
    anna, summary = finished(world, boris)
    carl, _ = becomes_prospect(world, "Carl")
    world.settle()
    boris.forget()
    boris.presses("button_converted", message=summary)
    boris.is_answered("answer_converted", name="Anna")
    edit = boris.sees_edit()
    assert edit.id == summary.id and world.texts.render("ru", "card_converted", name="Anna") in edit.text and edit.labels == []
    assert "Carl" in boris.hears_anything().text
    world.settle()
    assert boris.unheard() == [], "that it was closed is no news to who closed it"
    assert world.db.value("SELECT status FROM test_prospects WHERE id = %s", f"tg{anna.id}") == "converted"
    assert world.db.assignments.value("reason", "WHERE prospect = %s", f"tg{anna.id}") == "converted"
    boris.presses(data=summary.data[1], message=summary)
    boris.is_answered("answer_prospect_closed", name="Anna")
    # the bot asks nothing of who is done with
    anna.opens()
    anna.hears("prospect_hello", "prospect_write", name="Anna")


def test_archived_with_a_reason(asking):
    world = asking(question("budget", "number"))
    boris = registered(world)
    anna, summary = finished(world, boris)
    boris.presses("button_archive", message=summary)
    boris.is_answered("answer_archive_why")
    reasons = boris.sees_edit()
    assert len(reasons.labels) == 6
    boris.presses("button_archive_keep", message=summary)
    assert boris.sees_edit().labels == summary.labels
    boris.presses("button_archive", message=summary)
    boris.sees_edit()
    boris.presses("button_archive_no_budget", message=summary)
    assert world.texts.render("ru", "card_archived", name="Anna") in boris.sees_edit().text
    assert world.db.value("SELECT status FROM test_prospects WHERE id = %s", f"tg{anna.id}") == "archived"
    event = world.db.row(f"SELECT detail, rep FROM {tables.prospect_events} WHERE prospect = %s AND kind = 'archived'", f"tg{anna.id}")
    assert event["detail"] == "no budget" and event["rep"]


def test_who_takes_over_ends_the_questions_and_who_gives_back_goes_on(asking):
    world = asking(question("what", "choice", options=options("x", "y")), question("budget", "number"))
    boris = registered(world)
    anna, heard = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.presses("Да x", message=heard)
    anna.hears_anything()
    summary = boris.hears_anything()
    boris.presses("button_take_over", message=summary)
    assert world.texts.raw("ru", "button_give_back") in boris.sees_edit().labels
    anna.hears("prospect_rep_writes", rep=boris.name)
    anna.presses("Да y", message=heard)
    world.settle()
    assert answers(world, anna) == {"what": "x"}
    anna.says("300")
    world.settle()
    assert answers(world, anna) == {"what": "x"} and anna.unheard() == []
    boris.presses("button_give_back", message=summary)
    anna.hears("prospect_bot_again")
    world.settle()
    anna.says("400")
    anna.hears("question_noted", "questions_done_rep", rep=boris.name)
    assert answers(world, anna) == {"what": "x", "budget": "400"}


def test_the_report_says_where_people_stop(asking):
    world = asking(question("a"), question("b"))
    for i, words in enumerate((["один", "два"], ["один", "пропустить"], ["один"], [])):
        person, _ = becomes_prospect(world, f"Anna{i}")
        for text in words:
            person.says(text)
            person.hears_anything()
    world.db.execute(f"UPDATE {tables.qualifications} SET moved_at = now() - interval '2 days' WHERE question = 'a'")
    rows = world.db.rows("SELECT question, asked, answered, skipped, dropped, waiting FROM salesreg.report_qualification ORDER BY place")
    assert [tuple(row) for row in rows] == [("a", 4, 3, 0, 1, 0), ("b", 3, 1, 1, 0, 1)]


@pytest.mark.parametrize("text, line", [
    ('{"questions": [\n  {"id": "a",\n  }\n]}', "QUALIFICATION: line 3: "),
    ('{"questions": [\n  {"id": "a", "kind": "radio", "text": {"ru": "?"}}\n]}',
     "QUALIFICATION: line 2: question 1, a: kind must be choice, several, number, text, contact, email or date"),
])
def test_check_config_names_the_line_and_the_reason(tmp_path, text, line):
    path = tmp_path / "qualification.json"
    path.write_text(text)
    done = run("check-config", settings={"QUALIFICATION_FILE": str(path), "DATABASE_URL": "postgresql://h/d",
                                         "REGISTRY_BOT_TOKEN": "1234567:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    assert done.returncode == 78 and line in done.stderr


def test_a_kill_between_answers_loses_and_doubles_none(asking):
    world = asking(*[question(f"q{n}") for n in range(6)])
    anna, _ = becomes_prospect(world)
    for n in range(6):
        anna.says(f"ответ {n}")
        world.bot.kill()
        world.start_bot()
        eventually(lambda: answers(world, anna).get(f"q{n}") == f"ответ {n}")
    assert answers(world, anna) == {f"q{n}": f"ответ {n}" for n in range(6)}
    assert state(world, anna)["finished_at"]


def test_only_the_newest_answers_wait_to_be_shown(asking):
    """While Telegram takes nothing for the rep, many answers are one message, and afterwards one edit."""
    world = asking(*[question(f"q{n}") for n in range(5)])
    boris = registered(world)
    anna, _ = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    of_anna = f"FROM {tables.outbox} WHERE summary_of = 'tg{anna.id}' AND state = 'queued'"
    for first, kind in ((0, "bot_message"), (2, "bot_edit")):
        world.settle()
        world.sandbox.fault("429", chat=boris.id, retry_after=8, times=1)
        anna.says(f"ответ {first}")
        next_question(anna)
        world.db.eventually(f"SELECT count(*) = 1 {of_anna} AND due_at > now()")
        anna.says(f"ответ {first + 1}")
        next_question(anna)
        assert f"ответ {first + 1}" in world.db.value(f"SELECT payload ->> 'text' {of_anna}")
        world.settle()
        shown = [event for event in world.sandbox.transcript(boris.id)[0] if "📋" in event.get("text", "")]
        assert [event["kind"] for event in shown] == ["bot_message", "bot_edit"][:1 + first // 2]
        assert shown[-1]["kind"] == kind and f"ответ {first + 1}" in shown[-1]["text"]
        assert len({event["message_id"] for event in shown}) == 1


# found by a reading ------------------------------------------------------------------------------------------------------

GONE = "Bad Request: message to edit not found"


def test_what_comes_after_the_rep_deleted_the_summary_is_shown_anew(asking):
    world = asking(*[question(f"q{n}") for n in range(4)])
    boris = registered(world)
    anna, _ = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.says("ответ 0")
    first = boris.hears_anything()
    assert "ответ 0" in first.text
    world.sandbox.fault("400", chat=boris.id, method="editMessageText", description=GONE, times=1)
    anna.says("ответ 1")
    second = boris.hears_anything()
    assert "ответ 0" in second.text and "ответ 1" in second.text and second.id != first.id and second.labels == first.labels
    anna.says("ответ 2")  # and that one is edited from now on
    edited = boris.sees_edit()
    assert edited.id == second.id and "ответ 2" in edited.text


def test_an_answer_in_one_poll_with_the_rep_s_close_is_none(asking):
    world = asking(question("a"), question("b"))
    boris = registered(world)
    anna, _ = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.says("один")
    next_question(anna)
    summary = boris.hears_anything()
    world.sandbox.acts([{"user": boris.id, "type": "button", "data": summary.data[1], "message_id": summary.id},
                        {"user": anna.id, "type": "text", "text": "два"}])
    boris.is_answered("answer_converted", name="Anna")
    anna.hears("prospect_passed_on", rep=boris.name)
    assert answers(world, anna) == {"a": "один"}


@pytest.mark.parametrize("how", ["converted", "by hand", "another rep's"])
def test_a_question_that_waits_when_the_assignment_ends_is_not_asked(asking, how):
    world = asking(question("a"), question("b"))
    boris = registered(world)
    anna, _ = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    vera = registered(world, "Vera Ivanova")
    world.sandbox.fault("429", method="sendMessage", chat=anna.id, retry_after=8, times=1)
    anna.says("один")
    summary = boris.hears_anything()
    world.db.outbox.eventually("max(attempts) > 0", "WHERE chat_id = %s", anna.id)
    if how == "converted":
        boris.presses("button_converted", message=summary)
    elif how == "by hand":
        world.db.execute("UPDATE test_prospects SET status = 'archived'")
    else:
        world.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)", vera.id)
    world.db.outbox_history.eventually("count(*) = 1", "WHERE chat_id = %s AND (state, error) = ('dropped', 'superseded')", anna.id)
    if how == "another rep's":
        # who is silent is still reminded
        assert world.db.value(f"SELECT t.version = c.version FROM {tables.timers} t JOIN {tables.conversations} c USING (prospect)"
                              " WHERE t.kind = 'reminder'")
    world.settle()
    assert anna.unheard() == []


@pytest.mark.parametrize("late", [False, True], ids=["answered", "assigned"])
def test_a_long_answer_can_be_read_whole(asking, late):
    world = asking(*[question(f"q{n}") for n in range(5)])
    boris = None if late else registered(world)
    anna, _ = becomes_prospect(world)
    if not late:
        prospects.assigned(world, f"tg{anna.id}", boris)
        boris.hears_anything()
    words = [[f"ответ{n}слово{i}" for i in range(60)] for n in range(5)]
    for n in range(5):
        anna.says("\n".join([" ".join(words[n][:30]), " ".join(words[n][30:])]))
        next_question(anna)
    if late:
        boris = registered(world)
        prospects.assigned(world, f"tg{anna.id}", boris)
    world.settle()
    shown = [event for event in world.sandbox.transcript(boris.id)[0] if "📋" in event.get("text", "")][-1]
    assert words[0][-1] not in shown["text"] and "…" in shown["text"]
    boris.forget()
    data = next(b["callback_data"] for row in shown["reply_markup"]["inline_keyboard"] for b in row
                if b["text"] == world.texts.raw("ru", "button_answers"))
    boris.presses(data=data)
    heard = ""
    while words[4][-1] not in heard:
        heard += boris.hears_anything().text + "\n"
    for answer in words:
        assert " ".join(answer[:30]) in heard and " ".join(answer[30:]) in heard
    # and still can be while the rep thinks about closing
    boris.presses("button_archive")
    reasons = boris.sees_edit()
    assert world.texts.raw("ru", "button_answers") not in reasons.labels, "all of them are there already"


def taken_away(message):
    return message.event["reply_markup"] == {"remove_keyboard": True}


@pytest.mark.parametrize("how", ["stop", "person", "take over", "closed"])
def test_the_button_for_the_number_goes_when_it_is_not_asked_for_any_more(asking, how):
    world = asking(question("a"), question("phone", "contact"))
    boris = registered(world)
    anna, _ = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    anna.says("один")
    assert anna.hears_anything().event["reply_markup"]["keyboard"]
    summary = boris.hears_anything()
    if how == "stop":
        anna.says("стоп")
        assert taken_away(anna.hears("prospect_stopped"))
        assert anna.hears("prospect_may_resume").labels == [world.texts.raw("ru", "button_resume")]
    elif how == "person":
        anna.says("позвоните")
        assert taken_away(anna.hears("prospect_handed_over", rep=boris.name))
    elif how == "take over":
        boris.presses("button_take_over", message=summary)
        assert taken_away(anna.hears("prospect_rep_writes", rep=boris.name))
    else:
        boris.presses("button_converted", message=summary)
        boris.is_answered("answer_converted", name="Anna")
        anna.act("contact", phone_number="79991234567", contact_user_id=anna.id)
        assert taken_away(anna.hears("prospect_passed_on", rep=boris.name))
        anna.forget()
    assert "phone" not in answers(world, anna)


def test_an_edited_answer_is_told_how_to_change_it_and_reaches_the_rep(asking):
    world = asking(question("budget"), question("more"))
    boris = registered(world)
    anna, _ = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    said = anna.act("text", text="100")["message_id"]
    next_question(anna)
    boris.hears_anything()
    anna.act("edit", message_id=said, text="200")
    heard = anna.hears_anything().text
    assert world.texts.raw("ru", "question_edited") in heard and "Вопрос more?" in heard
    assert "200" in boris.hears("prospect_says", name="Anna", text="200").text
    anna.says("назад")
    assert "Вопрос budget?" in next_question(anna)
    anna.says("200")
    assert "Вопрос more?" in next_question(anna)
    said = anna.act("text", text="море")["message_id"]
    anna.hears("question_noted", "questions_done_rep", title="Про more", answer="море", rep=boris.name)
    assert answers(world, anna) == {"budget": "200", "more": "море"}
    boris.forget()
    anna.act("edit", message_id=said, text="море рядом")
    anna.hears("prospect_passed_on", rep=boris.name)
    boris.hears("prospect_says", name="Anna", text="море рядом")


def test_a_button_of_closed_questions_promises_nobody(asking):
    world = asking(question("what", "choice", options=options("x", "y")), question("more"))
    boris = registered(world)
    anna, heard = becomes_prospect(world)
    prospects.assigned(world, f"tg{anna.id}", boris)
    boris.hears_anything()
    world.db.execute("UPDATE test_prospects SET status = 'archived'")
    anna.presses("Да x", message=heard)
    anna.is_answered("answer_question_closed")
