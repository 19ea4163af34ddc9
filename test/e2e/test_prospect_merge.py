"""salesreg prospect merge: two rows of one person."""
import pytest

from support.waiting import eventually
from test_prospect_chat import campaign, link, prospect_of, registered, world  # noqa: F401
from test_prospect_changes import audited, does, fails, prospect  # noqa: F401


def row(world, id):  # noqa: F811
    rows = world.db.rows("SELECT name, telegram_id, email, context, notes, status, assigned_rep_id FROM test_prospects WHERE id = %s", id)
    return rows[0] if rows else None


@pytest.fixture
def two(world):  # noqa: F811
    world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, email, context, notes, status, created_at) VALUES"
                     " ('old', E'Anna O''Neil -- 🌴', '+79161234567', 'anna@example.org', 'villa', 'calls back', 'archived', now() - interval '9 days'),"
                     " ('new', '', '@anna', NULL, 'rent', NULL, 'archived', now())")
    return world


def test_the_second_gets_what_it_has_not(two, prospect):  # noqa: F811
    two.db.prospect_events.insert("(prospect, kind, detail) VALUES ('old', 'note', 'knows her well')")
    does(prospect("merge", "old", "new", "--dry-run"), "Nothing was changed (--dry-run)")
    assert row(two, "old")
    fails(prospect("merge", "old", "new"), "--yes")
    does(prospect("merge", "old", "new", "--yes"), "is gone")
    assert row(two, "old") is None
    assert row(two, "new") == ["Anna O'Neil -- 🌴", "@anna", "anna@example.org", "rent\nvilla", "calls back\n+79161234567", "archived", None]
    assert "knows her well" in does(prospect("history", "new"), "note").stdout
    assert [(action, who) for action, who, _, _ in audited(two)][:2] == [("merge", "new"), ("merge", "old")]


def test_no_contact_is_lost(two, prospect):  # noqa: F811
    two.db.execute("UPDATE test_prospects SET email = 'other@example.org', notes = 'a note' WHERE id = 'new'")
    two.db.prospect_identities.insert("(prospect, kind, value) VALUES ('old', 'phone', '+79161234567') ON CONFLICT DO NOTHING")
    does(prospect("merge", "old", "new", "--yes"), "is gone")
    assert row(two, "new")[1:3] == ["@anna", "other@example.org"]
    assert row(two, "new")[4] == "a note\ncalls back\n+79161234567\nanna@example.org"
    # the number is theirs as it was
    assert two.db.prospect_details.rows("prospect, phone") == [["new", "+79161234567"]]
    fails(prospect("add", "--name", "Again", "--telegram", "8 916 123-45-67"), "(new) already")


def test_it_says_what_cannot_be(two, prospect):  # noqa: F811
    fails(prospect("merge", "old", "old", "--yes"), "that is one prospect, old, and not two")
    fails(prospect("merge", "old", "nobody-at-all", "--yes"), "nobody is known as nobody-at-all")
    fails(prospect("merge", "old", "--yes"), "which two prospects?", code=64)
    two.db.execute(f"INSERT INTO {two.db.conversations} (prospect, telegram_id) VALUES ('old', 77), ('new', 78)"
                   " ON CONFLICT (prospect) DO UPDATE SET telegram_id = excluded.telegram_id")
    fails(prospect("merge", "old", "new", "--yes"), "both have written to the bot, from two Telegram accounts")
    assert row(two, "old") and row(two, "new")


def test_the_conversation_goes_on_with_the_second_and_reps_are_told(world, campaign, prospect):  # noqa: F811
    anna = registered(world)
    ivan = world.person("Ivan", language="ru")
    ivan.opens(campaign())
    world.db.eventually("SELECT 1 FROM test_prospects WHERE assigned_rep_id IS NOT NULL")
    first = prospect_of(world, ivan)[0]
    world.db.add_prospect("crm-1", "Ivan From CRM", "+79161112233")
    world.db.eventually("SELECT 1 FROM test_prospects WHERE id = 'crm-1' AND assigned_rep_id IS NOT NULL")
    world.settle()
    anna.forget()
    does(prospect("merge", first, "crm-1", "--yes"), "is told by salesreg outreach")
    assert world.db.conversations.row("prospect", "WHERE telegram_id = %s", ivan.id) == ["crm-1"] and row(world, first) is None
    # the row that is gone is said, and so is what is new of the other
    eventually(lambda: any("Ivan" in str(m) for m in anna.takes()), what="the rep reads of it")
    ivan.says("срочно позвоните мне")
    eventually(lambda: any("срочно позвоните мне" in str(m) and "Ivan From CRM" in str(m) for m in anna.takes()), what="the rep reads it")
    assert world.db.prospect_events.value("count(*)", "WHERE prospect = %s AND kind = 'said'", first) == 0
