"""What an admin writes to all reps: asked for, shown, sent at a pace, stopped, summed up."""
import json

import pytest

from support.database import tables
from support.process import run
from support.waiting import eventually

ADMIN, OTHER = 7900000001, 7900000002
RU, EN = 100, 101


class Office:
    """A world with reps who have pressed Start, and two admins."""

    def __init__(self, make_world, reps=3, **settings):
        self.world = make_world(ADMIN_TELEGRAM_IDS=f"{ADMIN},{OTHER}", **settings)
        self.db, self.sandbox = self.world.db, self.world.sandbox
        self.db.no_prospects()
        self.world.start_bot()
        self.admin, self.other = self.world.person("Boss", id=ADMIN), self.world.person("Eve", id=OTHER, language="en")
        for who in (self.admin, self.other):
            who.opens()
            who.hears_anything()
            who.forget()
        self.reps = []
        for i in range(reps):
            rep = self.world.person("Anna Petrova", language="en" if i == 1 else "ru")
            rep.registers()
            self.reps.append(rep)

    def writes(self, text, who=None, reached=None, unreached=None, **more):
        who = who or self.admin
        who.says("/broadcast")
        who.hears("ask_broadcast")
        who.act("text", text=text, **more)
        return self.previewed(text, who, reached, unreached)

    def previewed(self, text, who, reached=None, unreached=None):
        shown = who.hears_anything()
        name = who.name if who in self.reps else who.name.split()[0]  # as registered, as in Telegram
        signature = self.world.texts.pattern(who.locale, "broadcast_signature", name=name)
        assert shown.text.startswith(text + "\n\n") and signature.fullmatch(shown.text[len(text) + 2:])
        counts = {"count": str(len(self.reps) if reached is None else reached)}
        if unreached:
            counts["unreached"] = str(unreached)
        asked = who.hears("broadcast_preview_unreached" if unreached else "broadcast_preview", **counts)
        return shown, asked

    def sees(self, key, who=None, **values):
        """The next edit of the admin's message that says so; those about the way there are passed by."""
        who = who or self.admin
        pattern = self.world.texts.pattern(who.locale, key, **values)
        while True:
            edit = who.sees_edit()
            if pattern.match(edit.text):
                return edit

    def heard(self, rep, text):
        return [m for m in self.sandbox.bot_messages(rep.id) if m.text.startswith(text + "\n\n")]


@pytest.fixture
def office(make_world):
    return Office(make_world)


def test_all_reps_read_what_the_admin_saw(office):
    text = "Завтра в 10:00 общая встреча"
    shown, asked = office.writes(text, entities=[{"type": "bold", "offset": 0, "length": 6}])
    assert shown.entities == [{"type": "bold", "offset": 0, "length": 6}]
    assert asked.labels == ["Отправить", "Отмена"]
    office.admin.presses("button_broadcast_send", message=asked)
    office.admin.is_answered()
    started = office.admin.sees_edit()
    assert (started.id, started.text, started.labels) == (asked.id, "Начинаю рассылку…", [])
    over = office.sees("broadcast_done", sent="3", count="3")
    assert over.id == asked.id and over.labels == []
    for rep in office.reps:
        (message,) = office.heard(rep, text)
        assert message.entities == shown.entities and message.labels == []
        assert message.text.endswith("— Boss, administrator" if rep.language == "en" else "— Boss, администратор")
    office.world.settle()
    row = office.db.broadcasts.row("*")
    assert (row["state"], row["text"], row["format"]) == ("done", "", None) and row["ended_at"]
    assert office.db.broadcast_recipients.column("state") == ["sent"] * 3
    entry = office.db.audit.row("actor, who, action, after", "WHERE action = 'broadcast'")
    assert list(entry) == ["admin", str(ADMIN), "broadcast", {"broadcast": 1, "recipients": 3}]
    assert "broadcast" in run("audit", settings={"DATABASE_URL": office.db.url}).stdout


def test_two_presses_send_it_once_and_old_buttons_say_so(office):
    shown, asked = office.writes("Всем привет")
    office.sandbox.acts([{"user": ADMIN, "type": "button", "message_id": asked.id, "text": "Отправить"}] * 2)
    office.admin.is_answered()
    office.admin.is_answered("answer_broadcast_sending")
    office.sees("broadcast_done", sent="3", count="3")
    office.world.settle()
    assert [len(office.heard(rep, "Всем привет")) for rep in office.reps] == [1, 1, 1]
    assert office.db.audit.value("count(*)", "WHERE action = 'broadcast'") == 1


def test_it_can_be_cancelled(office):
    shown, asked = office.writes("Всем привет")
    office.admin.presses("button_cancel", message=asked)
    office.admin.is_answered()
    assert office.sees("broadcast_cancelled").labels == []
    office.world.settle()
    assert office.db.broadcasts.value("count(*)") == 0 and not office.heard(office.reps[0], "Всем привет")
    # before there is a text, too
    office.admin.says("рассылка")
    office.admin.hears("ask_broadcast")
    office.admin.says("отмена")
    office.admin.hears("cancelled")
    office.admin.says("Всем привет")
    office.admin.hears_anything()
    office.world.settle()
    assert office.db.broadcasts.value("count(*)") == 0


def test_the_menu_has_a_button_for_it(office):
    office.admin.says("/admin")
    office.admin.hears("admin_menu")
    office.admin.presses("button_broadcast")
    office.admin.is_answered()
    office.admin.hears("ask_broadcast")
    office.admin.says("Всем привет")
    office.previewed("Всем привет", office.admin)


def test_what_is_no_text_or_too_long_is_asked_for_again(office):
    office.admin.says("/broadcast")
    office.admin.hears("ask_broadcast")
    office.admin.act("photo")
    office.admin.hears("only_text", "ask_broadcast")
    office.admin.says("я" * 3501)
    office.admin.hears("broadcast_long", "ask_broadcast", count="3500")
    office.admin.says("я" * 3500)
    office.previewed("я" * 3500, office.admin)


def test_text_and_command_in_one_poll(office):
    office.sandbox.acts([{"user": ADMIN, "type": "text", "text": "/broadcast"}, {"user": ADMIN, "type": "text", "text": "Всем привет"}])
    office.admin.hears("ask_broadcast")
    office.previewed("Всем привет", office.admin)


def test_nobody_else_may(office):
    anna = office.reps[0]
    anna.says("/broadcast")
    anna.hears_anything()
    shown, asked = office.writes("Всем привет")
    office.world.restart_bot(ADMIN_TELEGRAM_IDS=str(OTHER))
    office.admin.presses("button_broadcast_send", message=asked)
    office.admin.is_answered("answer_admin_only")
    office.world.settle()
    assert office.db.broadcasts.value("state") == "draft" and not office.heard(anna, "Всем привет")


def test_who_cannot_be_reached_is_counted_before_and_written_to_by_nobody(office):
    office.reps[2].blocks()
    office.world.settle()
    shown, asked = office.writes("Всем привет", reached=2, unreached=1)
    office.admin.presses("button_broadcast_send", message=asked)
    office.sees("broadcast_done", sent="2", count="2")
    office.world.settle()
    assert not office.heard(office.reps[2], "Всем привет")


def test_where_nobody_can_be_reached_nothing_is_sent(make_world):
    office = Office(make_world, reps=0)
    office.admin.says("/broadcast")
    office.admin.hears("ask_broadcast")
    office.admin.says("Всем привет")
    office.admin.hears("broadcast_nobody")
    assert office.db.broadcasts.value("count(*)") == 0


def test_an_admin_who_is_a_rep_has_it_too(office):
    office.db.add_reps([ADMIN])
    office.db.execute("UPDATE sales_representatives SET name = 'Boss' WHERE telegram_id = %s", ADMIN)
    shown, asked = office.writes("Всем привет", reached=4)
    office.admin.presses("button_broadcast_send", message=asked)
    office.sees("broadcast_done", sent="4", count="4")
    assert len([m for m in office.sandbox.bot_messages(ADMIN) if m.text.startswith("Всем привет")]) == 2  # with the preview


def crowd(world, count):
    """Reps as if they had registered long ago, whose chats the sandbox knows."""
    people = world.sandbox.someone(count)
    for person in people:
        person.opens()
    world.settle(timeout=60)
    world.db.add_reps([p.id for p in people])
    for person in people:
        person.forget()
    return people


def test_it_is_paced_stops_where_it_is_and_lets_replies_and_notices_pass(make_world):
    office = Office(make_world, reps=1)
    people = crowd(office.world, 80)
    office.world.restart_bot(TELEGRAM_RATE_LIMIT="5")
    shown, asked = office.writes("Всем привет", reached=81)
    office.admin.presses("button_broadcast_send", message=asked)
    office.admin.is_answered()
    progress = office.sees("broadcast_progress", count="81")
    assert progress.labels == ["Остановить"]
    office.db.broadcast_recipients.eventually("count(*) >= 5", "WHERE state = 'sent'")
    assert office.db.outbox.value("count(*)", "WHERE broadcast IS NOT NULL") <= 60
    # a reply, and a notice to somebody whose turn has not come, overtake what waits
    stranger = office.world.person("Stranger")
    stranger.says("привет")
    stranger.hears("offer")
    waits = office.db.broadcast_recipients.value("count(*)", "WHERE state <> 'sent'")
    assert waits > 20
    office.admin.presses("button_broadcast_stop", message=progress)
    office.admin.is_answered("answer_broadcast_stopped")
    over = office.sees("broadcast_stopped", count="81")
    assert over.id == asked.id and over.labels == []
    office.world.settle()
    states = dict(office.db.broadcast_recipients.rows("state, count(*)", "GROUP BY 1"))
    assert set(states) == {"sent", "stopped"} and sum(states.values()) == 81 and states["stopped"] > 20
    got = sum(len(office.heard(p, "Всем привет")) for p in (*people, *office.reps))
    assert got == states["sent"] and f"отправлено {got} из 81" in over.text and f"Не отправлено: {states['stopped']}." in over.text
    assert office.db.audit.value("after ->> 'unsent'", "WHERE action = 'broadcast-stop'") == str(states["stopped"])


def test_any_admin_can_stop_it_and_the_audit_says_who(make_world):
    office = Office(make_world, reps=1)
    crowd(office.world, 80)
    office.world.restart_bot(TELEGRAM_RATE_LIMIT="5")
    shown, asked = office.writes("Всем привет", reached=81)
    office.admin.presses("button_broadcast_send", message=asked)
    office.admin.is_answered()
    told = office.other.hears_anything()  # unasked, and so in the language of the configuration
    assert told.text == office.world.texts.render("ru", "broadcast_of_another", who="Boss")
    # who is no admin cannot, whatever they press
    office.reps[0].presses(data=told.data[0], message=office.sandbox.bot_messages(office.reps[0].id)[0])
    office.reps[0].is_answered("answer_admin_only")
    office.other.presses(data=told.data[0], message=told)
    office.other.is_answered("answer_broadcast_stopped")
    assert office.other.sees_edit().labels == []
    over = office.sees("broadcast_stopped", count="81")
    assert over.labels == []
    office.other.presses(data=told.data[0], message=told)
    assert office.other.is_answered("answer_broadcast_over")["show_alert"]
    entry = office.db.audit.row("actor, who", "WHERE action = 'broadcast-stop'")
    assert list(entry) == ["admin", str(OTHER)]


@pytest.mark.parametrize("how", ["suspend", "set-admin", "configuration"])
def test_it_is_stopped_when_its_author_is_no_admin_any_more(make_world, how):
    office = Office(make_world, reps=1)
    crowd(office.world, 80)
    settings = {"DATABASE_URL": office.db.url, "ADMIN_TELEGRAM_IDS": f"{ADMIN},{OTHER}"}
    author = office.admin if how == "configuration" else office.reps[0]
    if author is not office.admin:
        assert run("rep", "set-admin", author.email, "on", settings=settings).returncode == 0
        author.hears("rep_admin_rights")
    office.world.restart_bot(TELEGRAM_RATE_LIMIT="5")
    shown, asked = office.writes("Вы все уволены", who=author, reached=81)
    author.presses("button_broadcast_send", message=asked)
    author.is_answered()
    progress = office.sees("broadcast_progress", who=author, count="81")
    office.db.broadcast_recipients.eventually("count(*) >= 5", "WHERE state = 'sent'")
    if how == "configuration":
        office.world.restart_bot(ADMIN_TELEGRAM_IDS=str(OTHER), TELEGRAM_RATE_LIMIT="5")
    else:
        ends = ["suspend", author.email, "--yes"] if how == "suspend" else ["set-admin", author.email, "off"]
        assert run("rep", *ends, settings=settings).returncode == 0
    over = office.sees("broadcast_stopped", who=author, count="81")
    assert over.id == progress.id and over.labels == []
    office.world.settle()
    states = dict(office.db.broadcast_recipients.rows("state, count(*)", "GROUP BY 1"))
    assert set(states) == {"sent", "stopped"}
    entry = office.db.audit.row("actor, who, after", "WHERE action = 'broadcast-stop'")
    assert (entry["actor"], entry["who"]) == ("program", "bot")
    assert entry["after"] == {"broadcast": 1, "unsent": states["stopped"], "reason": "its author is no admin any more"}
    assert "broadcast-stop" in run("audit", settings=settings).stdout


def test_two_admins_at_once_both_get_through(office):
    one, two = office.writes("Первое")[1], office.writes("Second", who=office.other)[1]
    office.sandbox.acts([{"user": ADMIN, "type": "button", "message_id": one.id, "text": "Отправить"},
                         {"user": OTHER, "type": "button", "message_id": two.id, "text": "Send"}])
    office.sees("broadcast_done", sent="3", count="3")
    office.sees("broadcast_done", who=office.other, sent="3", count="3")
    for rep in office.reps:
        assert len(office.heard(rep, "Первое")) == len(office.heard(rep, "Second")) == 1
    assert sorted(office.db.broadcasts.rows("id, admin")) == [[1, ADMIN], [2, OTHER]]


def test_who_is_no_rep_any_more_when_their_turn_comes_does_not_get_it(make_world):
    office = Office(make_world)
    shown, asked = office.writes("Всем привет")
    office.world.bot.terminate()
    office.db.execute("UPDATE sales_representatives SET status = 'removed' WHERE telegram_id = %s", office.reps[0].id)
    # as the bot left it: the admin had pressed, and nothing had gone
    office.db.execute(f"UPDATE {tables.broadcasts} SET state = 'sending', sent_at = now(), shown_message = %s", asked.id)
    office.db.execute(f"INSERT INTO {tables.broadcast_recipients} (broadcast, rep) SELECT 1, id FROM sales_representatives")
    office.world.start_bot()
    over = office.sees("broadcast_done", sent="2", count="3")
    assert "Больше не работают: 1." in over.text
    office.world.settle()
    assert not office.heard(office.reps[0], "Всем привет")


@pytest.mark.parametrize("hours,over", [("24", "broadcast_stopped"), ("0", "broadcast_done")])
def test_what_an_outage_kept_back_for_long_is_not_sent(make_world, hours, over):
    office = Office(make_world, OUTBOX_HOLD_HOURS=hours)
    shown, asked = office.writes("Приходите сегодня")
    office.world.bot.terminate()
    office.db.execute(f"UPDATE {tables.broadcasts} SET state = 'sending', sent_at = now() - interval '25 hours', shown_message = %s", asked.id)
    office.db.execute(f"INSERT INTO {tables.broadcast_recipients} (broadcast, rep) SELECT 1, id FROM sales_representatives")
    office.world.start_bot()
    got = 3 if hours == "0" else 0
    edit = office.sees(over, sent=str(got), count="3")
    assert ("Не отправлено: 3." in edit.text) == (got == 0)
    office.world.settle()
    assert [len(office.heard(rep, "Приходите сегодня")) for rep in office.reps] == [got // 3] * 3


def test_what_does_not_arrive_is_summed_up_by_kind(office):
    shown, asked = office.writes("Всем привет")
    office.sandbox.fault("error", method="sendMessage", chat=office.reps[0].id, code=403, description="Forbidden: bot was blocked by the user", times=1)
    office.sandbox.fault("error", method="sendMessage", chat=office.reps[1].id, code=400, description="Bad Request: message text is strange", times=1)
    office.admin.presses("button_broadcast_send", message=asked)
    over = office.sees("broadcast_done", sent="1", count="3")
    assert "Не дошло, боту туда не написать: 1." in over.text and "Telegram не принял: 1." in over.text
    states = dict(office.db.broadcast_recipients.rows("state, count(*)", "GROUP BY 1"))
    assert states == {"sent": 1, "gone": 1, "failed": 1}
    # what an operator sends again counts
    office.sandbox.no_faults()
    listed = json.loads(run("outbox", "list", "--state", "failed", "--json", settings={"DATABASE_URL": office.db.url}).stdout)
    assert run("outbox", "retry", "--failed", settings={"DATABASE_URL": office.db.url}).returncode == 0, listed
    office.db.broadcast_recipients.eventually("count(*) = 2", "WHERE state = 'sent'")
    assert len(office.heard(office.reps[1], "Всем привет")) == 1


@pytest.mark.parametrize("deaths", [1, 3])
def test_a_bot_that_dies_in_the_middle_leaves_nobody_out_and_writes_to_nobody_twice(make_world, deaths):
    office = Office(make_world, reps=1)
    people = crowd(office.world, 60)
    office.world.restart_bot(TELEGRAM_RATE_LIMIT="15")
    shown, asked = office.writes("Всем привет", reached=61)
    office.admin.presses("button_broadcast_send", message=asked)
    for death in range(deaths):
        office.db.broadcast_recipients.eventually(f"count(*) >= {10 * (death + 1)}", "WHERE state = 'sent'")
        office.world.bot.kill()
        office.world.start_bot(TELEGRAM_RATE_LIMIT="15")
    office.sees("broadcast_done", sent="61", count="61")
    office.world.settle()
    doubtful = set(office.db.outbox_history.column("chat_id", "WHERE possible_duplicate"))
    for person in (*people, *office.reps):
        got = len(office.heard(person, "Всем привет"))
        assert got == 1 or (got == 2 and person.id in doubtful), person


def test_old_ones_are_forgotten(office):
    shown, asked = office.writes("Всем привет")
    office.admin.presses("button_broadcast_send", message=asked)
    office.sees("broadcast_done", sent="3", count="3")
    office.writes("Ещё раз")
    office.db.execute(f"UPDATE {tables.broadcasts} SET ended_at = ended_at - interval '91 days', created_at = created_at - interval '2 days'")
    office.world.start_outreach()
    office.db.broadcasts.eventually("count(*) = 0")
    assert office.db.broadcast_recipients.value("count(*)") == 0
