"""What --json prints is what its schema says, whatever the rows are; and the schemas have the fields that README promises."""
import json

import jsonschema
import pytest

from support.process import run
from support.schemas import SCHEMAS, conforms, names, path, schema
from support.showcase import fill
from test_json_fields import documented

SAME_OF_ONE = {"prospect show": ("prospect list", {"total", "prospects"}), "rep show": ("rep list", {"total", "reps"}), "parked show": ("parked list", {"total", "updates"}),
               "calendar show": ("calendar list", {"total", "accounts"})}
LISTS = ["status", "doctor --no-poll", "doctor --takeover", "outbox list", "parked list", "prospect list", "prospect list --sort name", "prospect import --list", "rep list", "audit", "stats",
         "stats --period 30d", "calendar list", "link list"]
OF_ONE = ["rep show 11", "rep show 22", "rep show 33", "rep show 44", "rep show 55", *(f"prospect {what} {who}" for what in ("show", "history", "why") for who in ("p1", "p3", "p5", "p8")),
          "stats --rep 11", "parked show 601", "parked show 602", "calendar show anna@truerealestate.bali", "rep slots anna@truerealestate.bali", "rep slots eve@truerealestate.bali",
          "rep set-hours anna@truerealestate.bali", "rep set-hours boris@truerealestate.bali", "prospect list --status nosuch", "audit --since 1s"]


def command(words):
    kept = [word for word in words.split() if word in ("--takeover", "--list")]
    return " ".join([*words.split()[:1 if words.split()[0] in ("status", "doctor", "audit", "stats") else 2], *kept])


def prints(db, directory, words):
    done = run(*words.split(), *([] if words.startswith("parked show") else ["--json"]), settings={"DATABASE_URL": db.url, "TZ": "UTC", "SALESREG_RUN_DIR": str(directory)})
    assert done.stdout, done.stderr
    conforms(command(words), json.loads(done.stdout))


@pytest.mark.parametrize("name", sorted(documented()))
def test_a_schema_has_the_fields_of_the_readme(name):
    fields, words = names(schema(name))
    promised = documented()[name]
    if name in SAME_OF_ONE:
        other, without = SAME_OF_ONE[name]
        promised = promised | documented()[other] - without
    assert not fields - promised and not promised - fields - words, (fields - promised, promised - fields - words)


def test_there_is_one_for_each_command_and_all_are_closed():
    assert {path(name) for name in documented()} == set(SCHEMAS.iterdir())
    for name in documented():
        whole = schema(name)
        jsonschema.Draft7Validator.check_schema(whole)
        stack = [whole]
        while stack:
            part = stack.pop()
            if isinstance(part, dict):
                assert "properties" not in part or (part["additionalProperties"], part["type"]) == (False, "object"), (name, part)
            stack += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()


def test_whatever_people_are_called(database, tmp_path):
    fill(database)
    for words in LISTS + OF_ONE:
        prints(database, tmp_path, words)


def test_nobody_and_nothing(database, tmp_path):
    database.no_prospects()
    for words in LISTS:
        prints(database, tmp_path, words)


def test_rows_that_another_program_wrote(database, tmp_path):
    """The two tables of the older system allow much: no status, no times, or ones without end, nothing but what must be there."""
    database.no_prospects()
    database.execute("INSERT INTO sales_representatives (id, telegram_id, name, email, status, registered_at) VALUES"
                     " ('00000000-0000-0000-0000-00000000000a', 11, '', 'a@truerealestate.bali', 'active', NULL),"
                     " ('00000000-0000-0000-0000-00000000000b', -22, ' ', 'b@truerealestate.bali', 'on holiday', 'infinity')")
    database.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id, created_at, last_contact_at) VALUES"
                     " ('p1', '', '', NULL, '00000000-0000-0000-0000-00000000000a', NULL, 'infinity'),"
                     " ('p2', '1', 'x', 'no such status', '00000000-0000-0000-0000-00000000000b', 'infinity', '-infinity'),"
                     " ('p3', '2', 'y', 'unreached', NULL, '-infinity', NULL)")
    for words in [*LISTS, "rep show 11", "rep show 00000000-0000-0000-0000-00000000000b", *(f"prospect {what} {who}" for what in ("show", "history", "why") for who in ("p1", "p2", "p3"))]:
        prints(database, tmp_path, words)
