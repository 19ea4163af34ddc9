"""What other programs write into the two shared tables is cut where it is read: one row must not fill a process."""
import re

import pytest

from support.paths import ROOT

SHARED = ("test_prospects", "sales_representatives", "prospect_changes")
# varchar(255) and text in our own migrations; where the table is an older program's, any length. The key of an index is
# bounded by PostgreSQL (a third of a page).
TEXTS = "name|email|context|notes|telegram_id|telegram_username|status|calendar_account_name"
NUMBERS = {("sales_representatives", "telegram_id")}
# Compared inside an expression, or written back to where it stood, and not what comes out of it.
COMPARED = {"assignments_read": ["r.status"], "assignments_contacted": ["p.status"], "assignments_close": ["p.status"], "allocation_declined": ["p.status"],
            "allocation_exhausted": ["r.status"], "allocation_reconcile_assignments": ["r.status"], "reps_decide": ["r.status"],
            "reps_move": ["r.name"], "allocation_changed": ["p.context", "p.email", "p.name", "p.notes"],
            "doctor_reps_without_email": ["r.email"], "doctor_contacts": ["p.email"],
            "own_clients_read": ["w.status"], "own_clients_add": ["p.status"],
            "prospect_changes_edit": ["p.context", "p.email", "p.name", "p.notes", "p.telegram_id"],
            "prospect_merge_fill": ["p.context", "p.email", "p.name", "p.notes", "p.telegram_id"],
            "prospect_forget_keep": ["p.status"], "rep_changes_holder": ["r.email"],
            "doctor_takeover_prospects": ["r.name"],
            "codes_read": ["o.email"], "outbox_claim": ["q.status"],
            **{f"imports_{step}": ["p.context", "p.email", "p.name", "p.notes", "p.status", "p.telegram_id"]
               for step in ("known", "remember", "undo")}}


def statements():
    for path in sorted((ROOT / "sql/queries").glob("*.sql")):
        text = re.sub(r"--(?! name:).*", "", path.read_text())
        for part in text.split("-- name: ")[1:]:
            name, _, body = part.partition("\n")
            yield name.split()[0], body  # "cold" may follow it


def bare_reads(body):
    """Columns of those tables that stand for themselves in what is selected or returned."""
    tables = {alias: table for table, alias in
              re.findall(r"(?:public|salesreg)\.(%s)(?:\s+AS)?\s+([a-z_]+)\b" % "|".join(SHARED), body)}
    found = re.findall(r"(?:\b(?:SELECT|RETURNING|DISTINCT|THEN|ELSE)\s+|,\s*|\|\|\s*|\b(?!left\b)[a-z_]+\()([a-z_]+)\.(%s)\b"
                       r"(?!\s*(?:=|<>|!~|~|IN\b|IS\b|LIKE\b|<|>))" % TEXTS, body)
    assert not re.search(r"SELECT \*\s+FROM public\.", body), "name the columns, and cut them"
    return [f"{alias}.{column}" for alias, column in found
            if alias in tables and (tables[alias], column) not in NUMBERS]


def ordering(body):
    """Without what only sorts or groups."""
    return re.sub(r"(ORDER|GROUP|PARTITION) BY [^)]*?(?=\n|\)|LIMIT|FOR )", "", body)


@pytest.mark.parametrize("name,body", [s for s in statements() if not s[0].startswith("demo_")], ids=lambda v: "" if "\n" in v else v)
def test_no_statement_returns_a_text_of_theirs_whole(name, body):
    """Those of the demo read a database that is nobody else's."""
    assert sorted(set(bare_reads(ordering(body)))) == COMPARED.get(name, [])
