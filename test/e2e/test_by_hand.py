"""A manager at psql, while everything runs: what they change holds, and what they leave open holds up only itself."""
import pytest

import test_prospects as prospects
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

@pytest.mark.parametrize("row", ["salesreg.user_sessions WHERE user_id", "sales_representatives WHERE telegram_id"])
def test_an_open_transaction_on_a_rep_s_row_stops_nobody_else(running, row):
    anna, boris = running.sandbox.someone(2)
    anna.registers()
    hand = left_open(running.db, f"SELECT * FROM {row} = %s FOR UPDATE", anna.id)
    anna.presses("button_unregister")
    boris.registers()
    hand.close()
    running.db.execute("SELECT 1")
    # and anna is answered, too, if only that it did not work
    anna.hears_anything()
    running.settle()


def test_an_open_transaction_on_a_rep_leaves_the_dealing_to_the_others(running):
    anna, boris = prospects.reps(running, 2)
    hand = left_open(running.db, "SELECT * FROM sales_representatives WHERE telegram_id = %s FOR UPDATE", anna.id)
    for n in range(4):
        running.db.add_prospect(f"p{n}")
        prospects.dealt(running, f"p{n}", boris)
    hand.close()
    running.db.add_prospect("p4")
    prospects.dealt(running, "p4", anna)


def test_an_open_transaction_on_what_is_to_be_sorted_out_does_not_stop_the_dealing(make_world):
    world = make_world(OUTREACH_INTERVAL_SECONDS="1")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna, boris = prospects.reps(world, 2)
    world.db.add_prospect("p0")
    first, second = prospects.first_and_second(world, [anna, boris], "p0")
    hand = left_open(world.db, "SELECT * FROM test_prospects WHERE id = 'p0' FOR UPDATE")
    world.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", first.id)
    world.outreach.wait_for_log("dealing was undone and is tried again")
    world.db.add_prospect("p1")
    prospects.dealt(world, "p1", second)
    hand.close()
    prospects.dealt(world, "p0", second)


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
    prospects.dealt(running, "p0", second)
    first.hears_anything()  # of p0, once upon a time
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
    anna.hears("email_taken", "email_question", email="boris@" + DOMAIN)
