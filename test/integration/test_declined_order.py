"""Declined prospects wait in the order in which it became known: outreach looks at what came after the newest it has seen."""
import pytest

from test_statements import ALL

TEXTS = {name: text for _, name, text in ALL}
REPS = [f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2)]
WAYS = {
    "declined": ("assignments_decline", "'{2}'"),
    "its rep unregistered": ("assignments_release", f"'{{{REPS[1]}}}', 'unregistered'"),
    "lost by hand": ("allocation_reconcile_apart", None),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_transaction_that_began_before_the_newest_one_is_still_newer(database, way):
    database.execute("DELETE FROM test_prospects")
    database.execute("INSERT INTO sales_representatives (id, telegram_id, name, email)"
                     " VALUES (%s, 1, 'A', 'a@x.org'), (%s, 2, 'B', 'b@x.org')", *REPS)
    database.execute("INSERT INTO test_prospects (id, telegram_id, name, assigned_rep_id) VALUES ('first', '@f', 'F', %s),"
                     " ('late', '@l', 'L', %s)", *REPS)
    database.assignments.insert("(id, prospect, rep, ended_at, reason) VALUES (1, 'first', %s, NULL, NULL), (2, 'late',"
                                " %s, NULL, NULL), (3, 'late', %s, now(), 'declined')", REPS[0], REPS[1], REPS[0])
    statement, arguments = WAYS[way]
    with database.connect() as slow, database.connect() as quick:
        slow.autocommit = quick.autocommit = True
        late, early = slow.cursor(), quick.cursor()
        early.execute(f"PREPARE decline AS {TEXTS['assignments_decline']}")
        late.execute(f"PREPARE lose AS {TEXTS[statement]}")
        late.execute("BEGIN; SELECT now()")
        early.execute(f"BEGIN; {TEXTS['assignment_lock']}; EXECUTE decline('{{1}}'); COMMIT")
        if statement == "allocation_reconcile_apart":
            early.execute("UPDATE test_prospects SET assigned_rep_id = NULL WHERE id = 'late'")
        late.execute(TEXTS["assignment_lock"])
        late.execute("EXECUTE lose" + (f" ({arguments})" if arguments else ""))
        late.execute("COMMIT")
    assert database.declined_prospects.column("prospect", "ORDER BY since") == ["first", "late"]
