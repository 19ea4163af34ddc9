"""`salesreg oauth` killed at any moment: no token lost, none stored twice, the rep always told."""
import json
import os
import random
import signal
import socket
import threading
import time

import pytest
import requests

from support.database import tables
from support.google import COMPANY
from support.office import Office
from support.process import run
from support.waiting import eventually

OUTCOMES = ("calendar_connected", "calendar_interrupted", "calendar_google_down", "calendar_code_refused")


@pytest.fixture
def office(make_world):
    return Office(make_world)


def comes_back(office, location):
    """The browser, which nobody may answer."""
    def visit():
        try:
            office.get(location)
        except requests.exceptions.ConnectionError:
            pass
    thread = threading.Thread(target=visit)
    thread.start()
    return thread


def long_ago(office):
    """What a process left was left longer ago than an exchange can take, and its leases have ended."""
    office.db.oauth_exchanges.update("started_at = started_at - interval '1 hour'")
    office.db.calendar_jobs.update("due_at = now(), leased_until = NULL WHERE leased_until IS NOT NULL")


def told(office, person):
    """The outcomes that the rep has heard of by now."""
    office.world.settle()
    texts = [event["text"] for event in person.takes()]
    return [key for key in OUTCOMES for text in texts if office.world.texts.pattern("ru", key).fullmatch(text)]


def test_a_death_in_the_middle_of_the_exchange_is_told(office):
    anna = office.rep()
    location = office.google.walk(office.to_google(office.asks(anna)), COMPANY).location
    office.google.fault("exchange", "slow", ms=60000)
    thread = comes_back(office, location)
    office.db.oauth_exchanges.eventually("count(*) = 1")
    office.oauth.kill()
    thread.join()
    office.start()
    assert not office.account(anna)
    long_ago(office)
    anna.hears("calendar_interrupted")
    assert office.get(location).status_code == 410
    office.connects(anna)


def test_a_death_at_any_moment_leaves_one_truth(office):
    dice = random.Random(20261126)
    anna = office.rep()
    connected = False
    for _ in range(12):
        location = office.google.walk(office.to_google(office.asks(anna, "календарь") if not connected else asks_anew(office, anna)),
                                      COMPANY).location
        office.google.fault("exchange", "slow", ms=30)
        thread = comes_back(office, location)
        time.sleep(dice.uniform(0, 0.12))  # the moment is what varies; nothing is asserted of it
        office.oauth.kill()
        thread.join()
        office.start()
        long_ago(office)
        before = connected
        office.get(location)  # if nothing had been used up, the way back is good for once more
        heard = eventually(lambda: told(office, anna), what="the rep is told")
        connected = bool(office.account(anna)) and office.account(anna)[0]["state"] == "connected"
        assert len(heard) == 1, heard
        assert (heard == ["calendar_connected"]) == connected or before
        assert office.db.oauth_exchanges.value("count(*)") == 0
        assert len(office.account(anna)) <= 1


def asks_anew(office, anna):
    anna.says("календарь")
    office.shows(anna)
    anna.presses("button_calendar_other")
    return office.link(anna.hears("calendar_offer"))


def test_a_death_in_the_middle_of_a_refresh_loses_no_token(office):
    anna = office.rep()
    office.connects(anna)
    office.synced(anna, again=False)
    office.google.expire(COMPANY)
    office.google.fault("refresh", "slow", ms=60000)
    office.looks_again(anna)
    eventually(lambda: office.google.journal(on="refresh"), what="a refresh is under way")
    office.oauth.kill()
    row, = office.account(anna)
    assert row["refresh_token"] and row["state"] == "connected"
    office.google.no_faults()
    office.start()
    long_ago(office)
    office.synced(anna)
    assert not anna.unheard()


def test_the_database_away_between_exchange_and_storing_loses_no_token(office):
    anna = office.rep()
    location = office.google.walk(office.to_google(office.asks(anna)), COMPANY).location
    office.google.fault("exchange", "slow", ms=700)
    thread = comes_back(office, location)
    office.db.oauth_exchanges.eventually("count(*) = 1")
    for _ in range(8):
        office.db.as_superuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'salesreg oauth%'")
        time.sleep(0.15)  # so that it is away when the answer comes, too
    thread.join()
    anna.hears("calendar_connected", email=COMPANY)
    office.synced(anna)


def test_nobody_is_refused_while_the_worker_is_restarted(make_world):
    office = Office(make_world, start=False)
    office.world.bot.terminate()
    supervisor = office.world.start("supervise")

    def row():
        rows = json.loads(run("status", "--json", settings={"SALESREG_RUN_DIR": supervisor.run_dir}).stdout)["processes"]
        return next((r for r in rows if r["role"] == "oauth" and r.get("up")), None)
    pid = eventually(row, what="oauth is up")["pid"]
    eventually(lambda: office.get("/oauth/start?s=" + 43 * "x").status_code == 410, what="links can be looked up")
    office.http.close()  # the connection that is kept goes with the process
    os.kill(pid, signal.SIGKILL)
    # connects at once, and is answered by the next one
    assert office.get("/oauth/done/connected/ru").status_code == 200
    assert eventually(lambda: (r := row()) and r["pid"] != pid and r, what="another process")["restarts"] == 1
    anna = office.rep()
    office.connects(anna)


def test_a_thousand_connections_that_say_nothing_hold_up_nobody(office):
    idle = []
    try:
        for _ in range(1000):
            idle.append(socket.create_connection(("127.0.0.1", office.port), timeout=30))
        anna = office.rep()
        office.connects(anna)
    finally:
        for connection in idle:
            connection.close()
    assert office.db.value(f"SELECT count(*) FROM {tables.calendar_accounts}") == 1


@pytest.mark.parametrize("under_way", ["a look", "a browser"])
def test_a_stop_while_the_database_is_away_is_in_order(office, under_way):
    anna = office.rep()
    office.connects(anna)
    office.synced(anna, again=False)
    name = office.db.value("SELECT current_database()")
    if under_way == "a look":
        office.google.fault("events.list", "slow", ms=1000)
        seen = len(office.google.journal(on="events.list"))
        office.looks_again(anna)
        eventually(lambda: len(office.google.journal(on="events.list")) > seen, what="a look is under way")
    office.db.cluster.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    try:
        office.db.cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'salesreg oauth%'")
        office.oauth.wait_for_log("no database for now")
        thread = comes_back(office, "/oauth/start?s=" + 43 * "x") if under_way == "a browser" else None
        time.sleep(1.5)  # what is under way waits for the database by then; nothing is asserted of it
        office.oauth.terminate()
        if thread:
            thread.join()
    finally:
        office.db.cluster.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
