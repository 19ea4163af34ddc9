"""The real workers under their supervisor: a conversation over a crash, and transient that restarts nobody."""
import json
import os
import signal
import time

import pytest

from support.postgres import Cluster
from support.process import run
from support.waiting import eventually


def status(process):
    done = run("status", "--json", settings={"SALESREG_RUN_DIR": process.run_dir})
    return {row["role"]: row for row in json.loads(done.stdout)["processes"]}


def well(process, role, fits=lambda row: True):
    def look():
        assert process.alive, process.log
        row = status(process).get(role, {})
        return row if row.get("up") and row["health"] == "ok" and fits(row) else None
    return eventually(look, what=f"{role} is well")


def test_bot_and_outreach_work_under_supervise_and_over_a_crash(make_world):
    world = make_world()
    world.db.no_prospects()
    supervisor = world.start("supervise")
    supervisor.wait_for_log("oauth is not started: the calendar is off")
    row = well(supervisor, "bot", lambda row: row["leads"])
    assert row["restarts"] == 0 and row["rss_kib"] > 1000
    anna = world.person("Anna Petrova")
    anna.says("привет")
    anna.hears("offer")
    world.settle()  # else what was being sent goes again, as it must
    os.kill(row["pid"], signal.SIGKILL)
    anna.says("да")
    anna.hears("ask_name")
    after = well(supervisor, "bot", lambda row: row["leads"])
    assert after["pid"] != row["pid"] and after["restarts"] == 1 and after["last_death"] == "killed by SIGKILL"
    assert after["progress"] > 0
    # a prospect is assigned: the other worker never noticed
    anna.says(anna.name)
    anna.hears("ask_email")
    anna.says(anna.email)
    anna.hears_anything()
    world.db.add_prospect("p1")
    world.db.eventually("SELECT assigned_rep_id IS NOT NULL FROM test_prospects WHERE id = 'p1'")
    assert well(supervisor, "outreach")["restarts"] == 0
    # what cannot be sent yet is counted, and how old it is
    world.settle()
    world.db.outbox.insert("(chat_id, method, payload, priority, state, due_at, created_at) VALUES (1, 'sendMessage',"
                           " '{}', 1, 'queued', now() + interval '1 hour', now() - interval '5 s')")
    row = well(supervisor, "bot", lambda row: row["outbox_backlog"] == 1)
    assert row["outbox_oldest_ms"] >= 5000
    world.db.outbox.delete()
    row = well(supervisor, "bot", lambda row: row["outbox_backlog"] == 0)
    assert row["outbox_oldest_ms"] is None
    for role in ("bot", "outreach"):
        check = run("healthcheck", role, settings={"SALESREG_RUN_DIR": supervisor.run_dir})
        assert check.returncode == 0, check.stdout


def test_the_workers_alone_answer_healthcheck(make_world):
    world = make_world()
    for process in (world.start_bot(), world.start_outreach()):
        settings = {"SALESREG_RUN_DIR": process.run_dir}
        eventually(lambda: run("healthcheck", process.role, settings=settings).returncode == 0)
        assert [*status(process)] == [process.role]


@pytest.fixture
def late_postgres():
    cluster = Cluster()
    yield cluster
    cluster.remove()


def test_a_database_that_is_down_at_start_is_health_and_restarts_nobody(late_postgres, sandbox, salesreg):
    supervisor = salesreg(
        "supervise", DATABASE_URL=late_postgres.url("postgres"), TELEGRAM_API_BASE=sandbox.base,
        REGISTRY_BOT_TOKEN="5551234567:AAtestTokenThatMustNeverBePrinted_0000",
        # silence and unreadiness would show within this time
        SALESREG_TEST_TIMES="ready=4000,silence=4000")
    for role in ("bot", "outreach"):
        def degraded():
            row = status(supervisor).get(role, {})
            return row.get("up") and row["health"] == "degraded" and "no database" in row["why"]
        eventually(degraded, what=f"{role} says that there is no database")
    settings = {"SALESREG_RUN_DIR": supervisor.run_dir}
    assert run("healthcheck", settings=settings).returncode == 0
    assert run("healthcheck", "--strict", settings=settings).returncode == 1
    since = {role: row["since"] for role, row in status(supervisor).items()}
    # some beats long: progress of time is what is awaited here
    eventually(lambda: status(supervisor)["supervise"]["since"] + 6 < time.time())
    assert {role: row["since"] for role, row in status(supervisor).items()} == since
    late_postgres.start()
    assert well(supervisor, "bot", lambda row: row["leads"])["restarts"] == 0
    assert well(supervisor, "outreach")["restarts"] == 0


def test_telegram_that_is_down_is_health_and_restarts_nobody(make_world):
    world = make_world()
    supervisor = world.start("supervise", TELEGRAM_API_BASE="http://127.0.0.1:9", SALESREG_TEST_TIMES="silence=4000")

    def degraded():
        row = status(supervisor).get("bot", {})
        return row.get("up") and row["health"] == "degraded" and "Telegram" in row["why"]
    eventually(degraded, what="the bot says that Telegram cannot be used")
    assert status(supervisor)["bot"]["restarts"] == 0
