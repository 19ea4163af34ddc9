"""Whoever is forgotten stands nowhere, whatever reps and admins were shown of them."""
import pytest

from support.waiting import eventually
from test_admin_prospects import boss, gets_list, opens_prospect, turns, world  # noqa: F401
from test_prospect_changes import audited, does, prospect  # noqa: F401
from test_prospect_chat import registered


def found_in(world, *words):  # noqa: F811
    """(column, word) wherever one of these stands, in any writing: all columns of all tables."""
    columns = world.db.rows("SELECT quote_ident(table_schema) || '.' || quote_ident(table_name), quote_ident(column_name)"
                            " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
                            " WHERE table_schema IN ('public', 'salesreg') AND table_type = 'BASE TABLE'"
                            " AND (data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'USER-DEFINED'))")
    assert len(columns) > 100
    return {(f"{table}.{column}", word) for table, column in columns for word in words
            if world.db.value(f"SELECT count(*) FROM {table} WHERE position(lower(%s) IN lower({column}::text)) > 0", word)}


def shown(world, boss, id, query):  # noqa: F811
    """Everything an admin is shown of them; the list of those found, as it is at last."""
    found = gets_list(boss, query)
    boss.presses(next(label for label in found.labels if "Кукушкина" in label), message=found)
    card = boss.sees_edit()
    boss.presses("button_managed_note", message=card)
    boss.hears("managed_note", name="Зинаида Кукушкина")
    boss.says("Секретное слово о ней")
    boss.hears_anything()
    turns(boss, "button_managed_status", card)
    card = opens_prospect(boss, id)
    history = turns(boss, "button_history", card)
    assert "Секретное слово" in history.text
    # another's card has a button that leads back to whom was looked for
    other = gets_list(boss, query)
    boss.presses(next(label for label in other.labels if "Кукушкин" not in label), message=other)
    boss.sees_edit()
    return gets_list(boss, query)


WORDS = ["Кукушкин", "zina_k", "zina@example.org", "Секретное", "была замужем"]


@pytest.fixture
def zina(world):  # noqa: F811
    world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, email, notes) VALUES"
                     " ('px', 'Зинаида Кукушкина', '@zina_k', 'zina@example.org', 'была замужем'),"
                     " ('py', 'Зинаида Орлова', '@orlova', NULL, NULL)")
    return world


def test_nothing_that_admins_were_shown_of_a_forgotten_one_is_left(zina, boss, prospect):  # noqa: F811
    anna = registered(zina, "Anna Ivanova")
    anna.hears_anything()
    registered(zina)
    zina.settle()
    listed = shown(zina, boss, "px", "зинаида")
    card = opens_prospect(boss, "px")
    choice = turns(boss, "button_managed_reassign", card)
    boss.presses(next(label for label in choice.labels if "Boris" in label), message=choice)
    eventually(lambda: audited(zina)[0][0] == "reassign")
    zina.settle()
    # who is about to write a note
    second = zina.admins[1]
    card = opens_prospect(second, "px")
    turns(second, "button_managed_status", card)
    card = opens_prospect(second, "px")
    second.presses("button_managed_note", message=card)
    second.hears("managed_note", name="Зинаида Кукушкина")
    zina.settle()
    boss.forget()
    assert {word for _, word in found_in(zina, *WORDS)} == set(WORDS)
    does(prospect("forget", "px", "--yes"), "is forgotten")
    zina.settle()
    assert found_in(zina, *WORDS, "px") == set()
    # in the list the other one has still their button, and it works
    edit = boss.sees_edit()
    while edit.id != listed.id:
        edit = boss.sees_edit()
    assert "Орлова" in edit.labels[0] and not any("Кукушкина" in label for label in edit.labels)
    boss.forget()
    boss.presses(edit.labels[0], message=edit)
    assert "Орлова" in boss.sees_edit().text
    second.says("Секретное слово")
    second.hears("managed_gone")
    zina.settle()
    assert found_in(zina, *WORDS, "px") == set()


@pytest.mark.parametrize("audit", ["kept", "pruned"])
def test_nor_of_who_was_merged_into_them(zina, boss, prospect, audit):  # noqa: F811
    anna = registered(zina, "Anna Ivanova")
    anna.hears_anything()
    zina.settle()
    zina.db.execute("INSERT INTO test_prospects (id, name, telegram_id, email) VALUES ('pz', 'Zina Cuckoo', '@cuckoo_z', 'cuckoo@example.org')")
    anna.hears_anything()
    zina.settle()
    shown(zina, boss, "px", "зинаида")
    zina.settle()
    anna.forget()
    does(prospect("note", "px", "Секретное слово второе"), "has another note")
    zina.settle()
    does(prospect("merge", "px", "pz", "--yes"), "is gone")
    # its rep is told, and the history says who noted it
    eventually(lambda: any("Кукушкина" in str(m) for m in anna.takes()), what="the rep is told")
    history = turns(boss, "button_history", opens_prospect(boss, "pz"))
    assert "Admin:" in history.text and "Секретное слово о ней" in history.text
    zina.settle()
    assert zina.db.audit.value("count(*)", "WHERE prospect = 'pz' AND action = 'note'") == 2
    if audit == "pruned":
        zina.db.audit.delete()
    does(prospect("forget", "pz", "--yes"), "is forgotten")
    zina.settle()
    assert found_in(zina, *WORDS, "Cuckoo", "px", "pz") == set()


def test_nor_where_the_rep_was_not_yet_told_of_the_merge(zina, boss, prospect):  # noqa: F811
    anna = registered(zina, "Anna Ivanova")
    anna.hears_anything()
    zina.db.execute("INSERT INTO test_prospects (id, name, telegram_id, email) VALUES ('pz', 'Zina Cuckoo', '@cuckoo_z', 'cuckoo@example.org')")
    anna.hears_anything()
    zina.settle()
    zina.outreach.kill()
    does(prospect("merge", "px", "pz", "--yes"), "is gone")
    does(prospect("forget", "pz", "--yes"), "is forgotten")
    zina.start_outreach()
    zina.settle()
    assert found_in(zina, *WORDS, "Cuckoo", "px", "pz") == set()
    assert zina.db.assignments.value("count(*)", "WHERE ended_at IS NULL") == 1
