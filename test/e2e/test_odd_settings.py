"""
Settings of a database or a role that change what statements mean, how values are written or how long things may take. Other
programs on the same server want them; ours says and does the same under each.
"""
import json

import pytest

from support.process import run
from support.telegram import TOKEN

# what each could break: numbers and moments as text, literals, NULL in arrays, functions of ours, the view of a transaction
SETTINGS = {
    "texts": {"DateStyle": "'German, DMY'", "IntervalStyle": "sql_standard", "TimeZone": "'Pacific/Chatham'",
              "bytea_output": "escape", "extra_float_digits": "-15", "lc_numeric": "'C'", "xmlbinary": "hex",
              "client_encoding": "LATIN1", "client_min_messages": "debug1"},
    "literals": {"standard_conforming_strings": "off", "backslash_quote": "off", "array_nulls": "off",
                 "transform_null_equals": "on", "escape_string_warning": "on", "quote_all_identifiers": "on",
                 "operator_precedence_warning": None},
    "functions": {"plpgsql.extra_errors": "'all'", "plpgsql.variable_conflict": "use_column", "check_function_bodies": "off",
                  "row_security": "off", "session_preload_libraries": "''"},
    "transactions": {"default_transaction_isolation": "serializable", "default_transaction_deferrable": "on",
                     "synchronous_commit": "off", "idle_in_transaction_session_timeout": "300",
                     "statement_timeout": "700", "lock_timeout": "200"},
    "plans": {"work_mem": "64", "plan_cache_mode": "force_custom_plan", "enable_indexscan": "off", "enable_nestloop": "off",
              "enable_hashjoin": "off", "from_collapse_limit": "1", "join_collapse_limit": "1", "jit_above_cost": "0",
              "cursor_tuple_fraction": "0.01"},
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_whole_story(make_world, postgres, kind):
    world = make_world()
    world.db.no_prospects()
    known = {row["name"] for row in world.db.rows("SELECT name FROM pg_settings")} | {
        "plpgsql.extra_errors", "plpgsql.variable_conflict"}
    for name, value in SETTINGS[kind].items():
        if value is not None and name in known:
            postgres.execute(f"ALTER DATABASE {world.db.name} SET {name} = {value}")
    world.start_bot()
    world.start_outreach()
    first, second = world.sandbox.someone(2)
    first.registers()
    second.registers()
    world.db.add_prospect("p1", "Ivan O'Neil \\ \"Ь\"", "@ivan_p")
    card = first.hears_anything()
    assert "Ivan O'Neil \\ \"Ь\"" in card.text
    first.presses("button_decline", message=card)
    edit = first.sees_edit()
    told = second.hears_anything()
    assert "Ivan O'Neil" in told.text
    first.presses(data="a:", message=edit)
    second.hears_anything()
    assert "Ivan O'Neil" in clients_of(first)
    second.says("уйти")
    second.hears_anything()
    world.settle()
    said = json.loads(run("doctor", "--json", "--no-poll", settings={
        "DATABASE_URL": world.db.url, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": world.sandbox.base,
        "REGISTRATION_APPROVAL": "invite"}).stdout)
    wrong = [f for f in said["findings"] if f["severity"] == "serious"]
    assert not wrong, wrong
    listed = run("outbox", "list", settings={"DATABASE_URL": world.db.url})
    assert listed.returncode == 0, listed.stderr
    for process in (world.bot, world.outreach):
        assert "NOTICE" not in process.log and "DEBUG" not in process.log


def clients_of(person):
    person.says("/clients")
    return person.hears_anything().text
