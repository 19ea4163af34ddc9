"""A manager at psql, while everything runs: what they change holds, and what they leave open holds up only itself."""
import json

import pytest

import test_prospects as prospects
from support.database import tables
from support.telegram import BOT_ID
from support.waiting import eventually

DOMAIN = "truerealestate.bali"


@pytest.fixture
def running(make_world):
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    return world


def left_open(db, sql, *args):
    """Somebody's transaction that was forgotten; close() ends it."""
    hand = db.connect()
    hand.autocommit = False
    with hand.cursor() as cursor:
        cursor.execute(sql, args)
    return hand


# left open ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("row", [f"{tables.user_sessions} WHERE user_id", "sales_representatives WHERE telegram_id"])
def test_an_open_transaction_on_a_rep_s_row_stops_nobody_else(running, row):
    anna, boris = running.sandbox.someone(2)
    anna.registers()
    boris.registers()
    hand = left_open(running.db, f"SELECT * FROM {row} = %s FOR UPDATE", anna.id)
    # in one poll, whoever comes first
    running.sandbox.acts([{"user": boris.id, "type": "text", "text": "статус"}]
                         + [{"user": anna.id, "type": "text", "text": "статус"}] * 4
                         + [{"user": boris.id, "type": "text", "text": "помощь"}])
    boris.hears("status", open=0)
    boris.hears("help_rep")
    # and she hears that it did not work, while it still does not
    for _ in range(4):
        anna.hears("parked")
    hand.close()
    running.settle()
    assert set(running.db.parked_updates.column("user_id")) == {anna.id}
    assert all("another database session" in r for r in running.db.parked_updates.column("reason"))
    anna.says("статус")
    anna.hears("status", open=0)


def test_a_table_that_is_locked_for_long_is_waited_for_and_nobody_s_message_is_put_aside(running):
    people = running.sandbox.someone(3)
    for person in people:
        person.registers()
    hand = left_open(running.db, "LOCK TABLE test_prospects IN ACCESS EXCLUSIVE MODE")
    for person in people:
        person.says("мои клиенты")
    running.bot.wait_for_log("updates could not be written to the database")
    hand.close()
    for person in people:
        person.hears_anything()
    assert running.db.parked_updates.value("count(*)") == 0


@pytest.mark.parametrize("state", ["sending", "queued"])
def test_an_open_transaction_on_a_message_holds_up_its_own_chat_only(running, state):
    anna, boris = running.sandbox.someone(2)
    anna.registers()
    boris.registers()
    running.settle()
    if state == "sending":
        running.sandbox.fault("slow", method="sendMessage", chat=anna.id, ms=1500)
        anna.says("статус")
        running.db.outbox.eventually("count(*) = 1", "WHERE state = 'sending'")
    else:
        running.db.outbox.insert("(chat_id, method, payload, due_at) VALUES (%s, 'sendMessage', %s, now() + interval '2"
                                 " seconds')", anna.id, '{"chat_id":%d,"text":"later"}' % anna.id)
    hand = left_open(running.db, f"SELECT * FROM {running.db.outbox} WHERE chat_id = %s FOR UPDATE", anna.id)
    for _ in range(3):
        boris.says("статус")
        boris.hears("status", open=0)
    running.db.outbox.insert("(chat_id, method, payload) VALUES (%s, 'sendMessage', %s)", boris.id, '{"chat_id":%d,"text":"from the office"}' % boris.id)
    assert boris.hears_anything().text == "from the office"
    hand.close()
    anna.hears_anything()
    running.settle()
    assert running.db.parked_updates.value("count(*)") == 0
    assert running.db.outbox_history.value("count(*)", "WHERE possible_duplicate") == 0


def test_a_locked_message_of_a_dead_leader_keeps_no_new_one_from_leading(running):
    anna, boris = running.sandbox.someone(2)
    anna.registers()
    boris.registers()
    running.settle()
    running.sandbox.fault("hang", method="sendMessage", chat=anna.id)
    anna.says("статус")
    running.db.outbox.eventually("count(*) = 1", "WHERE state = 'sending'")
    eventually(lambda: not running.sandbox.faults_left(), what="that message has reached Telegram")
    running.bot.kill()
    hand = left_open(running.db, f"SELECT * FROM {running.db.outbox} WHERE chat_id = %s FOR UPDATE", anna.id)
    running.start_bot()
    boris.says("статус")
    boris.hears("status", open=0)
    hand.close()
    anna.hears("status", open=0)
    running.settle()


def test_a_403_of_a_rep_whose_prospect_is_locked_holds_nobody_up(running):
    anna, boris = prospects.reps(running, 2)
    running.db.add_prospect("p0")
    first, second = prospects.first_and_second(running, [anna, boris], "p0")
    running.settle()
    hand = left_open(running.db, "SELECT * FROM test_prospects WHERE id = 'p0' FOR UPDATE")
    running.sandbox.fault("403", method="sendMessage", chat=first.id)
    first.says("статус")
    running.db.eventually(f"SELECT NOT available FROM {running.db.rep_rotation} d JOIN sales_representatives r ON r.id = d.rep"
                          " WHERE r.telegram_id = %s", first.id)
    second.forget()
    second.says("статус")
    second.hears("status", open=0)
    running.db.add_prospect("p1")
    prospects.assigned(running, "p1", second)
    hand.close()
    prospects.psql(running, "NOTIFY salesreg_reconcile")
    prospects.assigned(running, "p0", second)


def test_a_locked_bot_state_is_not_taken_for_another_leader(running):
    anna, = running.sandbox.someone(1)
    anna.registers()
    hand = left_open(running.db, f"SELECT * FROM {running.db.bot_state} FOR UPDATE")
    anna.says("статус")
    running.bot.wait_for_log("could not be written")
    hand.close()
    anna.hears("status", open=0)
    assert not running.bot.lines("is not what this process wrote last")
    assert running.db.parked_updates.value("count(*)") == 0


def test_an_open_transaction_on_a_rep_leaves_the_assigning_to_the_others(running):
    anna, boris = prospects.reps(running, 2)
    hand = left_open(running.db, "SELECT * FROM sales_representatives WHERE telegram_id = %s FOR UPDATE", anna.id)
    for n in range(4):
        running.db.add_prospect(f"p{n}")
        prospects.assigned(running, f"p{n}", boris)
    hand.rollback()  # over when it returns, which close() does not promise
    hand.close()
    running.db.add_prospect("p4")
    prospects.assigned(running, "p4", anna)


@pytest.mark.parametrize("sql", [f"UPDATE {tables.rep_rotation} SET available = false WHERE rep = %s",
                                 f"SELECT * FROM {tables.rep_rotation} WHERE rep = %s FOR UPDATE"])
def test_an_open_transaction_on_whose_turn_it_is_leaves_the_others_their_prospects(running, sql):
    anna, boris = prospects.reps(running, 2)
    hand = left_open(running.db, sql, running.db.rep(anna.id)["id"])
    for n in range(4):
        running.db.add_prospect(f"p{n}")
        prospects.assigned(running, f"p{n}", boris)
    told = running.db.assignments.value("id", "WHERE prospect = 'p0'")
    card = eventually(lambda: next((m for m in running.sandbox.bot_messages(boris.id) if f"a:{told}:d" in m.data), None), what="the card has come")
    boris.presses(data=f"a:{told}:d", message=card)  # and a declined one waits, without holding up anything
    running.db.assignments.eventually("count(*) = 1", "WHERE reason = 'declined'")
    running.db.add_prospect("p4")
    prospects.assigned(running, "p4", boris)
    boris.says("статус")
    boris.hears_anything()
    hand.rollback()
    hand.close()
    running.db.add_prospect("p5")
    prospects.assigned(running, "p5", anna)
    prospects.assigned(running, "p0", anna)


def test_an_open_transaction_on_an_e_mail_key_stops_nobody_else(running):
    anna, boris = running.sandbox.someone(2)
    anna.registers()
    hand = left_open(running.db, f"SELECT * FROM {running.db.rep_email} WHERE rep = %s FOR UPDATE", running.db.rep(anna.id)["id"])
    boris.registers()
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.says("да")
    anna.hears("parked")
    hand.close()
    running.settle()
    assert "holds a row that this changes" in running.db.parked_updates.value("reason")
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.says("да")
    anna.hears("unregistered")


def test_what_waits_in_a_trigger_for_a_table_is_waited_for(running):
    """Of somebody else's: no row of a person's is held, so nobody's update is put aside."""
    running.db.execute("CREATE TABLE shop_log (prospect text, at timestamptz, pair text)")
    running.db.execute("CREATE FUNCTION shop_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                       " INSERT INTO shop_log VALUES (NEW.id, now(), '(1,2)'); RETURN NEW; END $$")
    anna, = prospects.reps(running, 1)
    running.db.add_prospect("p0", "Ivan P")
    told = anna.hears_anything()
    running.settle()
    running.db.execute("CREATE TRIGGER shop_log AFTER UPDATE ON test_prospects FOR EACH ROW EXECUTE FUNCTION shop_log()")
    hand = left_open(running.db, "LOCK TABLE shop_log IN ACCESS EXCLUSIVE MODE")
    anna.presses(data=told.data[0], message=told)
    running.bot.wait_for_log("updates could not be written to the database")
    hand.close()
    anna.is_answered("answer_contacted", name="Ivan P")
    assert running.db.parked_updates.value("count(*)") == 0


def test_only_what_touches_the_locked_row_is_put_aside(running):
    """A prospect is being edited; what its rep asks besides is answered."""
    anna, = prospects.reps(running, 1)
    running.db.add_prospect("p0", "Ivan P")
    told = anna.hears_anything()
    running.settle()
    hand = left_open(running.db, "SELECT * FROM test_prospects WHERE id = 'p0' FOR UPDATE")
    running.sandbox.acts([{"user": anna.id, "type": "button", "message_id": told.id, "data": told.data[0]},
                          {"user": anna.id, "type": "text", "text": "статус"},
                          {"user": anna.id, "type": "text", "text": "помощь"}])
    anna.hears("parked")
    anna.hears("status", open=1)
    anna.hears("help_rep")
    hand.close()
    running.settle()
    reasons = running.db.parked_updates.column("reason")
    assert len(reasons) == 1 and "holds a row that this changes" in reasons[0]


def test_an_open_transaction_on_what_is_to_be_sorted_out_does_not_stop_the_assigning(make_world):
    world = make_world(OUTREACH_INTERVAL_SECONDS="1")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna, boris = prospects.reps(world, 2)
    world.db.add_prospect("p0")
    first, second = prospects.first_and_second(world, [anna, boris], "p0")
    hand = left_open(world.db, "SELECT * FROM test_prospects WHERE id = 'p0' FOR UPDATE")
    world.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", first.id)
    world.db.add_prospect("p1")
    prospects.assigned(world, "p1", second)
    hand.close()
    prospects.assigned(world, "p0", second)


def test_who_stands_by_keeps_vacuum_from_nothing(make_world):
    """A session that waits inside a statement holds a snapshot; for as long as there is a leader."""
    world = make_world()
    world.start_bot()
    world.start("bot")
    sessions = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'salesreg bot'"
    world.db.eventually(f"SELECT count(*) = 2 {sessions}")
    world.db.execute("CREATE TABLE begun AS SELECT now() AS at")
    world.db.eventually(f"SELECT bool_and(backend_xmin IS NULL AND xact_start IS NULL) {sessions}")
    # for what the standby asks after now: it asks, and does not wait
    world.db.eventually(f"SELECT count(*) = 1 {sessions} AND query LIKE '%pg_try_advisory_lock%%'"
                        " AND query_start > (SELECT at FROM begun) AND state = 'idle'")


# changed --------------------------------------------------------------------------------------------------------------

def test_a_rep_removed_by_hand_gives_the_prospects_back_and_may_return(running):
    anna, boris = prospects.reps(running, 2)
    running.db.add_prospect("p0")
    first, second = prospects.first_and_second(running, [anna, boris], "p0")
    before = running.db.rep(first.id)
    prospects.psql(running, f"UPDATE sales_representatives SET status = 'removed' WHERE telegram_id = {first.id}")
    prospects.assigned(running, "p0", second)
    first.hears_anything()  # of p0, once upon a time
    first.hears("lost_inactive")
    first.says("привет")
    first.hears("offer_again")
    first.says("да")
    first.hears("ask_name")
    first.says("Anna Sidorova")
    first.hears("ask_email")
    first.says(before["email"])
    first.hears("registered")
    after = running.db.rep(first.id)
    assert (after["id"], after["status"]) == (before["id"], "active")
    running.db.add_prospect("p1")
    running.db.add_prospect("p2")
    eventually(lambda: {prospects.holder(running, p) for p in ("p1", "p2")} == {first.id, second.id})


def test_a_prospect_that_comes_while_others_are_looked_at_goes_to_whose_turn_it_is(running):
    """It is seen by the second of two looks, the one at prospects; the reps that were looked at have to be enough for it."""
    anna, boris = prospects.reps(running, 2)
    running.settle()
    hand = left_open(running.db, f"LOCK TABLE {running.db.assignments} IN ACCESS EXCLUSIVE MODE")  # which the look at reps does without
    running.db.add_prospect("p1")
    running.db.eventually(f"SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = '{running.db.assignments}'::regclass")
    running.db.add_prospect("p2")
    hand.close()
    eventually(lambda: prospects.holder(running, "p1") and prospects.holder(running, "p2"))
    assert {prospects.holder(running, p) for p in ("p1", "p2")} == {anna.id, boris.id}


@pytest.mark.parametrize("status", ["'inactive'", "'Active'", "NULL"])
def test_a_rep_with_a_status_of_somebody_else_s_is_not_at_work(running, status):
    anna, boris = prospects.reps(running, 2)
    running.db.add_prospect("p0")
    first, second = prospects.first_and_second(running, [anna, boris], "p0")
    prospects.psql(running, f"UPDATE sales_representatives SET status = {status} WHERE telegram_id = {first.id}")
    prospects.assigned(running, "p0", second)
    for n in range(1, 4):
        running.db.add_prospect(f"p{n}")
        prospects.assigned(running, f"p{n}", second)
    prospects.psql(running, f"UPDATE sales_representatives SET status = 'active' WHERE telegram_id = {first.id}")
    running.db.add_prospect("p4")
    prospects.assigned(running, "p4", first)


@pytest.mark.parametrize("status", ["suspended", "inactive", "removed"])
def test_a_prospect_given_to_who_is_not_at_work_goes_on(running, status):
    """It would be with nobody, and nobody would know."""
    anna, boris = prospects.reps(running, 2)
    running.db.add_prospect("p0", "Ivan P")
    first, second = prospects.first_and_second(running, [anna, boris], "p0")
    told_of(first, "Ivan P")
    running.db.execute("UPDATE sales_representatives SET status = %s WHERE telegram_id = %s", status, second.id)
    running.settle()
    prospects.psql(running, "UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives"
                            f" WHERE telegram_id = {second.id}) WHERE id = 'p0'")
    first.hears("lost", count=1, list=running.texts.render("ru", "lost_back", name="Ivan P"))
    told_of(first, "Ivan P")
    assert prospects.holder(running, "p0") == first.id
    reason = "unregistered" if status == "removed" else "suspended"
    events = [tuple(row) for row in running.db.rows(
        f"SELECT e.kind, e.detail, r.telegram_id FROM {running.db.prospect_events} e JOIN sales_representatives r ON r.id = e.rep"
        " WHERE e.prospect = 'p0' AND e.kind = 'returned'")]
    assert sorted(events) == sorted([("returned", "changed", first.id), ("returned", reason, second.id)])
    running.settle()
    assert second.unheard() == []


KEEPERS = {
    "BEFORE": "NEW.assigned_rep_id := coalesce(NEW.assigned_rep_id, OLD.assigned_rep_id); RETURN NEW;",
    "AFTER": "IF NEW.assigned_rep_id IS NULL THEN UPDATE test_prospects SET assigned_rep_id = OLD.assigned_rep_id WHERE id = NEW.id;"
             " END IF; RETURN NULL;"}


@pytest.mark.parametrize("when", KEEPERS)
def test_what_a_trigger_keeps_with_who_is_not_at_work_is_said_once_and_left_there(running, when):
    """Taking it back again and again would never end."""
    anna, boris = prospects.reps(running, 2)
    running.db.add_prospect("p0", "Ivan P")
    first, second = prospects.first_and_second(running, [anna, boris], "p0")
    told_of(first, "Ivan P")
    running.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", second.id)
    running.settle()
    running.db.execute(f"CREATE FUNCTION shop_rule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {KEEPERS[when]} END $$;"
                       f" CREATE TRIGGER shop_rule {when} UPDATE ON test_prospects FOR EACH ROW EXECUTE FUNCTION shop_rule()")
    prospects.psql(running, "UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives"
                            f" WHERE telegram_id = {second.id}) WHERE id = 'p0'")
    running.outreach.wait_for_log("prospect p0 stays with a rep who is not at work, since a trigger of .* keeps it there")
    running.settle()
    returned = f"SELECT count(*) FROM {running.db.prospect_events} WHERE prospect = 'p0' AND kind = 'returned'"
    before = running.db.value(returned)
    assert before == {"BEFORE": 1, "AFTER": 2}[when], "by the change by hand, and where it came free for a moment"
    row = running.db.value("SELECT xmin::text FROM test_prospects WHERE id = 'p0'")
    for i in (1, 2, 3):  # rounds go on, and touch it no more
        running.db.add_prospect(f"p{i}", f"Olga {i}")
        prospects.assigned(running, f"p{i}", first)
    running.db.execute("NOTIFY salesreg_reconcile")
    running.settle()
    assert running.db.value("SELECT xmin::text FROM test_prospects WHERE id = 'p0'") == row
    assert running.db.value(returned) == before
    assert running.outreach.said("prospect p0 stays with a rep")
    running.db.execute("DROP TRIGGER shop_rule ON test_prospects")


@pytest.mark.parametrize("anew", [False, True])
def test_a_prospect_with_another_id_leaves_no_live_card(running, anew):
    anna, = prospects.reps(running, 1)
    running.db.add_prospect("p0", "Ivan P")
    told_of(anna, "Ivan P")
    prospects.psql(running, "UPDATE test_prospects SET id = 'other'" + (", assigned_rep_id = NULL" if anew else ""))
    anna.hears("lost", count=1)
    running.settle()
    assert running.db.value(f"SELECT count(*) FROM {tables.assignments} WHERE prospect = 'p0' AND ended_at IS NULL") == 0
    if anew:
        prospects.assigned(running, "other", anna)


def test_one_that_is_opened_again_is_shown_with_its_buttons(running):
    anna, = prospects.reps(running, 1)
    running.db.add_prospect("p0", "Ivan P")
    told_of(anna, "Ivan P")
    running.settle()
    prospects.psql(running, "UPDATE test_prospects SET status = 'archived' WHERE id = 'p0'")
    anna.hears("closed", name="Ivan P")
    anna.sees_edit()
    running.settle()
    prospects.psql(running, "UPDATE test_prospects SET status = 'unreached' WHERE id = 'p0'")
    again = told_of(anna, "Ivan P")
    anna.presses("button_contacted", message=again)
    anna.is_answered("answer_contacted")
    assert running.db.prospect("p0")["status"] == "contacted"


RELOAD = "BEGIN; CREATE TEMP TABLE copy AS SELECT * FROM test_prospects; {change}; DELETE FROM test_prospects;" \
         " INSERT INTO test_prospects SELECT * FROM copy; DROP TABLE copy; COMMIT"


def test_a_table_that_is_loaded_anew_says_what_is_different(running):
    """As by an import that deletes all rows and puts them in again, their reps with them."""
    anna, = prospects.reps(running, 1)
    for n in range(3):
        running.db.add_prospect(f"p{n}", f"Prospect {n}.")
        told_of(anna, f"Prospect {n}.")
    running.settle()
    running.db.execute("UPDATE test_prospects SET status = 'converted' WHERE id = 'p2'")
    anna.hears("closed", name="Prospect 2.")
    running.settle()
    running.db.execute(RELOAD.format(change="SELECT 1"))
    running.db.prospect_changes.eventually("count(*) = 0")
    running.settle()
    assert anna.unheard() == []
    running.db.execute(RELOAD.format(change="UPDATE copy SET telegram_id = '@new_name' WHERE id = 'p1'"))
    changed = anna.hears_anything()
    assert changed.text.startswith(running.texts.raw("ru", "changed_one"))
    assert "Prospect 1." in changed.text and "new_name" in changed.text and "Prospect 0." not in changed.text
    anna.presses("button_contacted", message=changed)
    anna.is_answered("answer_contacted")
    running.db.execute(RELOAD.format(change="UPDATE copy SET status = 'archived' WHERE id = 'p0'"))
    anna.hears("closed", name="Prospect 0.")
    running.db.prospect_changes.eventually("count(*) = 0")
    running.settle()
    assert anna.unheard() == []


def told_of(person, name):
    card = person.hears_anything()
    assert name in card.text
    return card


def names_the_assignment(world, prospect):
    return world.db.assignments.value("max(id)", "WHERE prospect = %s", prospect)


def test_who_loses_a_prospect_to_a_colleague_is_told_and_the_buttons_go(running):
    anna, boris = prospects.reps(running, 2)
    running.db.add_prospect("p0", "Ivan P")
    first, second = prospects.first_and_second(running, [anna, boris], "p0")
    card = told_of(first, "Ivan P")
    running.settle()
    first.presses("button_contacted", message=card)
    first.is_answered("answer_contacted")
    first.sees_edit()
    prospects.psql(running, "UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives"
                            f" WHERE telegram_id = {second.id}) WHERE id = 'p0'")
    line = running.texts.render("ru", "passed_on_to", name="Ivan P", rep=running.db.rep(second.id)["name"])
    first.hears("lost", count=1, list=line)
    edit = first.sees_edit()
    assert (edit.id, edit.buttons) == (card.id, [])
    # who holds it reads that a colleague wrote to them, and has not done so
    new = told_of(second, running.texts.render("ru", "notice_again_contacted"))
    second.presses("button_contacted", message=new)
    second.is_answered("answer_contacted", name="Ivan P")


def test_a_suspended_rep_is_told_and_the_next_one_reads_that_a_colleague_wrote(running):
    anna, boris = prospects.reps(running, 2)
    running.db.add_prospect("p0", "Ivan P")
    first, second = prospects.first_and_second(running, [anna, boris], "p0")
    card = told_of(first, "Ivan P")
    running.settle()
    prospects.psql(running, f"UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = {first.id}")
    first.hears("lost_inactive", count=1, list=running.texts.render("ru", "lost_back", name="Ivan P"))
    edit = first.sees_edit()
    assert (edit.id, edit.buttons) == (card.id, [])
    assert running.texts.render("ru", "notice_again") in told_of(second, "Ivan P").text


@pytest.mark.parametrize("sql, line", [
    ("UPDATE test_prospects SET assigned_rep_id = NULL WHERE id = 'p0'", "lost_back"),
    ("DELETE FROM test_prospects WHERE id = 'p0'", "lost_deleted"),
    ("UPDATE test_prospects SET status = 'archived' WHERE id = 'p0'", None),
    ("TRUNCATE test_prospects", "lost_unnamed")])
def test_a_prospect_taken_deleted_or_closed_by_hand_is_said(running, sql, line):
    anna, = prospects.reps(running, 1)
    running.db.add_prospect("p0", "Ivan P")
    card = told_of(anna, "Ivan P")
    running.settle()
    prospects.psql(running, sql)
    if line:
        anna.hears("lost", count=1, list=running.texts.render(
            "ru", line, **({"count": 1} if line == "lost_unnamed" else {"name": "Ivan P"})))
    else:
        anna.hears("closed", name="Ivan P")
    edit = anna.sees_edit()
    assert (edit.id, edit.buttons) == (card.id, [])


def test_of_a_card_with_several_only_the_lost_one_s_buttons_go(running):
    anna, = prospects.reps(running, 1)
    running.settle()
    running.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('p0', '77', 'Ivan P'), ('p1', '@b', 'Olga P')")
    card = told_of(anna, "Ivan P")
    assert "Olga P" in card.text
    running.settle()
    prospects.psql(running, "DELETE FROM test_prospects WHERE id = 'p0'")
    anna.hears("lost", count=1, list=running.texts.render("ru", "lost_deleted", name="Ivan P"))
    edit = anna.sees_edit()
    stays = names_the_assignment(running, "p1")
    assert (edit.id, edit.data) == (card.id, [f"a:{stays}:{what}" for what in "cdf"])
    anna.presses(data=f"a:{stays}:c", message=edit)
    anna.is_answered("answer_contacted", name="Olga P")


@pytest.mark.parametrize("column, value", [("telegram_id", "@new_name"), ("name", "Igor P"), ("context", "Now a house"),
                                           ("email", "igor@example.com"), ("notes", "Call late")])
def test_who_holds_a_prospect_gets_what_was_changed(running, column, value):
    anna, = prospects.reps(running, 1)
    running.db.add_prospect("p0", "Ivan P")
    card = told_of(anna, "Ivan P")
    running.settle()
    for said in (value, value + "x"):
        prospects.psql(running, f"UPDATE test_prospects SET {column} = '{said}' WHERE id = 'p0'")
        new = told_of(anna, said.lstrip("@"))
        assert new.text.startswith(running.texts.render("ru", "changed_one"))
        edit = anna.sees_edit()
        assert (edit.id, edit.buttons) == (card.id, [])
        card = new
        running.settle()
    anna.presses("button_contacted", message=card)
    anna.is_answered("answer_contacted")
    anna.sees_edit()
    # what changes nothing that is shown says nothing, and neither does what the bot itself writes
    prospects.psql(running, f"UPDATE test_prospects SET {column} = {column}, updated_at = now() WHERE id = 'p0'")
    running.settle()
    assert anna.unheard() == []


def test_a_change_while_outreach_is_down_is_told_later(running):
    anna, = prospects.reps(running, 1)
    running.db.add_prospect("p0", "Ivan P")
    told_of(anna, "Ivan P")
    running.settle()
    running.outreach.kill()
    prospects.psql(running, "UPDATE test_prospects SET name = 'Igor P' WHERE id = 'p0'")
    running.start_outreach()
    told_of(anna, "Igor P")


def test_a_retry_waits_for_whoever_holds_the_parked_update(running):
    anna, = running.sandbox.someone(1)
    anna.registers()
    running.settle()
    id = running.db.value(f"INSERT INTO {running.db.parked_updates} (bot_id, user_id, payload, reason, retry_at)"
                          " VALUES (%s, %s, %s, 'a test', now()) RETURNING id", BOT_ID, anna.id, json.dumps(
                              {"message": {"message_id": 1, "date": 1, "text": "статус",
                                           "from": {"id": anna.id, "is_bot": False, "first_name": "Anna", "language_code": "ru"},
                                           "chat": {"id": anna.id, "type": "private"}}}))
    hand = left_open(running.db, f"SELECT * FROM {running.db.parked_updates} WHERE id = %s FOR UPDATE", id)
    running.db.execute("SELECT pg_notify('salesreg_parked', '')")
    running.bot.wait_for_log("parked updates could not be looked at, trying again")
    hand.close()
    anna.hears("status", open=0)


def test_words_of_then_are_no_answer_to_what_is_asked_now(running):
    anna, = running.sandbox.someone(1)
    anna.registers()
    running.settle()
    running.db.execute(f"INSERT INTO {running.db.parked_updates} (bot_id, user_id, payload, reason, is_message)"
                       " VALUES (%s, %s, %s, 'a test', true)", BOT_ID, anna.id, json.dumps(
                           {"message": {"message_id": 1, "date": 1, "text": "да",
                                        "from": {"id": anna.id, "is_bot": False, "first_name": "Anna", "language_code": "ru"},
                                        "chat": {"id": anna.id, "type": "private"}}}))
    anna.says("отключиться")
    anna.hears("ask_unregister")
    running.db.parked_updates.update("retry_at = now()")
    running.db.execute("SELECT pg_notify('salesreg_parked', '')")
    running.db.eventually(f"SELECT reason LIKE '%%has gone on since%%' AND retry_at IS NULL FROM {running.db.parked_updates}"
                          .replace("%%", "%"))
    running.settle()
    assert anna.unheard() == []
    assert running.db.rep(anna.id)["status"] == "active"


def test_the_email_of_a_rep_put_in_by_hand_is_taken(running):
    anna, boris = running.sandbox.someone(2)
    prospects.psql(running, "INSERT INTO sales_representatives (telegram_id, name, email) VALUES"
                            f" ({boris.id}, 'Boris', ' Boris@{DOMAIN.title()}')")
    anna.says("привет")
    anna.hears("offer")
    anna.says("да")
    anna.hears("ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")
    anna.says("boris@" + DOMAIN)
    anna.hears("email_taken_alone", email="boris@" + DOMAIN)


def test_a_lock_that_lasts_is_one_line_and_assigning_goes_on_after_it(make_world):
    world = make_world(LOG_LEVEL="debug")
    world.db.add_reps([1001])
    hand = left_open(world.db, "LOCK TABLE public.sales_representatives IN ACCESS EXCLUSIVE MODE")
    world.start_outreach()
    world.outreach.wait_for_log("is tried again in", count=3, timeout=60)
    assert len([line for line in world.outreach.lines("is tried again in") if " warn " in line]) == 1
    hand.close()
    world.db.eventually("SELECT count(*) = 0 FROM test_prospects WHERE assigned_rep_id IS NULL")
    world.outreach.wait_for_log("prospects are assigned again.*times")


def test_a_status_that_is_null_in_an_old_table_is_no_trouble(running):
    """The old table lets one person stand in it twice; which of the two counts, their statuses say."""
    anna, = prospects.reps(running, 1)
    running.db.execute("ALTER TABLE sales_representatives DROP CONSTRAINT sales_representatives_telegram_id_key")
    running.db.execute("INSERT INTO sales_representatives (id, telegram_id, name, email, status)"
                       " VALUES ('00000000-0000-0000-0000-000000000001', %s, 'Anna once', 'x@y.z', NULL)", anna.id)
    anna.says("статус")
    anna.hears("status", open=0)
    running.settle()
    assert running.db.parked_updates.value("count(*)") == 0


def test_a_rep_with_very_many_prospects_is_suspended_while_nothing_can_be_sent(make_world):
    """Their buttons are in hundreds of messages, which are looked through once each and a part at a time."""
    world = make_world(MAX_PROSPECTS_PER_REP="5000")
    world.db.no_prospects()
    world.db.add_reps([8001, 8002])
    outreach = world.start_outreach()
    # a few at a time, or they would be named in a few messages
    world.db.execute("DO $$BEGIN FOR n IN 0..374 LOOP INSERT INTO test_prospects (id, telegram_id, name)"
                     " SELECT 'm' || i, '@m_' || i, 'M ' || i FROM generate_series(8 * n + 1, 8 * n + 8) i;"
                     " COMMIT; PERFORM pg_sleep(0.02); END LOOP; END$$")
    held = ("SELECT count(*) FROM test_prospects p JOIN sales_representatives r ON r.id = p.assigned_rep_id"
            " WHERE r.telegram_id = %s")
    world.db.eventually(f"SELECT ({held}) = 1500", 8001)
    prospects.psql(world, "UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = 8001")
    world.db.eventually(f"SELECT ({held}) = 3000", 8002)
    # what was not sent has no buttons of theirs any more
    world.db.outbox.eventually("count(*) = 0", "WHERE chat_id = 8001 AND payload::text ~ '\"a:[0-9]+:d\"'")
    world.db.stale_cards.eventually("count(*) = 0")
    assert world.db.outbox.value("count(*) > 100", "WHERE chat_id = 8002 AND payload::text ~ '\"a:[0-9]+:d\"'")
    assert not outreach.lines("assigning was undone")


def test_a_card_that_waited_and_went_with_a_reply_loses_its_buttons_too(running):
    world = running
    anna, = prospects.reps(world, 1)
    world.settle()
    world.sandbox.fault("429", method="sendMessage", chat=anna.id, retry_after=5, times=1)
    world.db.add_prospect("p1", "Olga P")
    world.db.outbox.eventually("count(*) = 1", "WHERE payload::text LIKE '%%Olga P%%' AND attempts = 1 AND state = 'queued'")
    anna.says("помощь")
    card = told_of(anna, "Olga P")
    anna.hears("help_rep")
    world.settle()
    prospects.psql(world, "DELETE FROM test_prospects WHERE id = 'p1'")
    edit = anna.sees_edit()
    assert (edit.id, edit.buttons) == (card.id, [])
