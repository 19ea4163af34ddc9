"""METRICS_LISTEN: what the processes count is what happened, /healthz and /readyz tell how they are."""
import json
import os
import re
import signal
import socket
import threading

import pytest
import requests

from support.crowd import half_requests
from support.google import Google
from support.metrics import HOST, Scrape, await_answer, await_scrape, free_ports, get
from support.office import KEY
from support.paths import ROOT
from support.postgres import Cluster
from support.process import EXIT_BUSY, EXIT_CONFIG, run
from support.telegram import TOKEN
from support.waiting import eventually

DASHBOARD = ROOT / "config" / "grafana-dashboard.json"


@pytest.fixture
def ports():
    """bot's and outreach's"""
    first = free_ports()
    return first, first + 1


@pytest.fixture
def measured(make_world, ports):
    """bot and outreach, with metrics; nobody to assign yet."""
    world = make_world()
    world.db.no_prospects()
    world.start_bot(METRICS_LISTEN=f"{HOST}:{ports[0]}")
    world.start_outreach(METRICS_LISTEN=f"{HOST}:{ports[1]}")
    return world


def sent(scrape, outcome="sent"):
    return scrape["salesreg_messages_total", {"outcome": outcome}]


def calls(scrape, method, answer="ok"):
    return scrape["salesreg_telegram_calls_total", {"method": method, "class": answer}]


# counting ---------------------------------------------------------------------------------------------------------------

def test_a_registration_and_a_prospect_are_counted(measured, ports):
    bot, outreach = ports
    before = Scrape(bot)
    assert before["salesreg_updates_total"] == 0 and before["salesreg_leader"] == 1
    anna = measured.person("Anna Petrova")
    anna.registers()
    measured.db.add_prospect("p1")
    anna.hears_anything()
    measured.settle()
    assigned = await_scrape(outreach, lambda s: s["salesreg_assignments_total"] == 1)
    assert assigned["salesreg_assignment_rounds_total"] >= 1 and assigned["salesreg_reassignments_total"] == 0
    assert assigned.histogram("salesreg_assignment_seconds")[2] == 1
    assert assigned["salesreg_db_up"] == assigned["salesreg_ready"] == 1 and assigned["salesreg_degraded"] == 0
    assert assigned.histogram("salesreg_db_pool_wait_seconds")[2] >= 1
    after = await_scrape(bot, lambda s: sent(s) == 5)
    assert after["salesreg_updates_total"] == 4
    batches = after["salesreg_update_batches_total"]
    assert 1 <= batches <= 4
    assert after.histogram("salesreg_batch_commit_seconds")[2] == batches
    assert after["salesreg_replies_total"] == after.histogram("salesreg_reply_latency_seconds")[2] == 4
    assert after.histogram("salesreg_notification_latency_seconds")[2] == 1
    assert calls(after, "sendMessage") == after.histogram("salesreg_telegram_request_seconds", method="sendMessage")[2] == 5
    assert calls(after, "getUpdates") >= batches
    assert after["salesreg_polls_total"] > before["salesreg_polls_total"]
    for private in (anna.name, str(anna.id), anna.email, TOKEN.split(":")[1]):
        assert private not in after.text
    assert after["salesreg_possible_duplicates_total"] == after["salesreg_updates_parked_total"] == 0
    assert after["salesreg_telegram_conflicts_total"] == after["salesreg_telegram_rate_limited_total"] == 0


def test_what_waits_and_what_failed_is_told_by_state_and_age(measured, ports):
    bot, outreach = ports
    counted = await_scrape(bot, lambda s: s.get("salesreg_parked_updates") == 0)
    for state in ("queued", "sending", "failed"):
        assert counted["salesreg_outbox_messages", {"state": state}] == 0
        assert counted["salesreg_outbox_oldest_age_seconds", {"state": state}] == 0
    measured.db.outbox.insert("(chat_id, method, payload, priority, state, due_at, created_at) VALUES (1,"
                              " 'sendMessage', '{}', 1, 'queued', now() + interval '1 hour', now() - interval '50 s'),"
                              " (1, 'sendMessage', '{}', 1, 'queued', now() + interval '1 hour', now()), (2,"
                              " 'sendMessage', '{}', 1, 'failed', now(), now() - interval '1 hour')")
    measured.db.parked_updates.insert("(bot_id, payload, reason) VALUES (1, '{}', 'a test')")
    measured.db.add_prospect("lonely")
    counted = await_scrape(bot, lambda s: s["salesreg_parked_updates"] == 1)
    assert counted["salesreg_outbox_messages", {"state": "queued"}] == 2
    assert counted["salesreg_outbox_messages", {"state": "failed"}] == 1
    assert 50 <= counted["salesreg_outbox_oldest_age_seconds", {"state": "queued"}] < 3000
    assert counted["salesreg_outbox_oldest_age_seconds", {"state": "failed"}] >= 3600
    waiting = await_scrape(outreach, lambda s: s.get("salesreg_prospects_waiting") == 1)
    assert waiting["salesreg_prospects_waiting_oldest_age_seconds"] > 0
    assert waiting["salesreg_assignments_total"] == 0


def test_409_429_and_lost_answers_are_counted(measured, ports):
    bot, _ = ports
    anna = measured.person("Anna Petrova")
    measured.sandbox.fault("error", method="getUpdates", code=409, description="Conflict: terminated by other getUpdates"
                           " request; make sure that only one bot instance is running")
    measured.sandbox.fault("429", method="sendMessage", retry_after=1)
    anna.says("привет")
    anna.hears("offer")
    scrape = await_scrape(bot, lambda s: s["salesreg_telegram_conflicts_total"] == 1 and sent(s) == 1)
    assert scrape["salesreg_telegram_rate_limited_total"] == 1
    assert calls(scrape, "getUpdates", "conflict") == 1 and calls(scrape, "sendMessage", "retry") == 1
    assert sent(scrape, "retried") == 1
    assert scrape["salesreg_poll_failures_total"] == 1
    # a reply is counted when it is first begun, however often it is tried
    assert scrape["salesreg_replies_total"] == 1
    measured.sandbox.fault("reset_after", method="sendMessage")
    anna.says("да")
    anna.hears("ask_name")
    scrape = await_scrape(bot, lambda s: sent(s) == 2)
    assert scrape["salesreg_possible_duplicates_total"] == sent(scrape, "unknown") == 1


def test_a_parked_update_is_counted(measured, ports):
    anna = measured.person("Anna Petrova")
    measured.db.execute("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        " RAISE 'poison'; END $$")
    measured.db.execute(f"CREATE TRIGGER poison BEFORE INSERT ON {measured.db.user_sessions} FOR EACH ROW"
                        " EXECUTE FUNCTION poison()")
    anna.says("привет")
    anna.hears("parked")
    scrape = await_scrape(ports[0], lambda s: s["salesreg_updates_parked_total"] == 1)
    assert scrape["salesreg_update_batches_undone_total"] >= 1
    assert scrape["salesreg_updates_total"] == 1


def test_a_process_tells_of_itself_as_prometheus_expects(measured, ports):
    scrape = Scrape(ports[0])
    assert scrape["salesreg_build_info", {"version": run("version").stdout.split()[1], "role": "bot"}] == 1
    with open(f"/proc/{measured.bot.pid}/stat") as f:
        ticks = int(f.read().rsplit(")", 1)[1].split()[19])
    with open("/proc/stat") as f:
        booted = int(re.search(r"^btime (\d+)", f.read(), re.M).group(1))
    started = booted + ticks / os.sysconf("SC_CLK_TCK")
    assert abs(scrape["process_start_time_seconds"] - started) < 2
    assert scrape["process_start_time_seconds"] == Scrape(ports[0])["process_start_time_seconds"]
    assert scrape["process_resident_memory_bytes"] > 1 << 20
    assert 5 < scrape["process_open_fds"] < scrape["process_max_fds"]
    assert 0 < scrape["process_cpu_seconds_total"] <= Scrape(ports[0])["process_cpu_seconds_total"]


# health -----------------------------------------------------------------------------------------------------------------

def test_only_what_is_there_is_answered(measured, ports):
    port = ports[0]
    assert get(port, "/healthz").text == "bot: alive\n"
    assert get(port, "/readyz").text == "bot: ready\n"
    for path in ("/", "/metrics/", "/metricsx", "/%00", "/healthz/metrics"):
        assert get(port, path).status_code == 404
    head = get(port, "/metrics", method="HEAD")
    assert head.status_code == 200 and head.text == "" and int(head.headers["Content-Length"]) > 1000
    for method in ("POST", "PUT", "DELETE"):
        refused = get(port, "/metrics", method=method)
        assert refused.status_code == 405 and refused.headers["Allow"] == "GET, HEAD"


def test_readiness_goes_with_the_database_and_comes_back_with_it(sandbox, salesreg, ports):
    cluster = Cluster()
    try:
        processes = [salesreg(role, DATABASE_URL=cluster.url("postgres"), TELEGRAM_API_BASE=sandbox.base,
                              REGISTRY_BOT_TOKEN=TOKEN, METRICS_LISTEN=f"{HOST}:{port}")
                     for role, port in zip(("bot", "outreach"), ports)]
        for process, port in zip(processes, ports):
            assert await_answer(port, "/readyz", 503, "no database").startswith(f"{process.role}: not ready: ")
            assert get(port, "/healthz").status_code == 200
            assert Scrape(port)["salesreg_db_up"] == 0
        cluster.start()
        for process, port in zip(processes, ports):
            await_answer(port, "/readyz", 200, f"{process.role}: ready\n")
        cluster.stop()
        for port in ports:
            await_answer(port, "/readyz", 503, "no database")
            scrape = Scrape(port)
            assert scrape["salesreg_ready"] == scrape["salesreg_db_up"] == 0 and scrape["salesreg_degraded"] == 1
        assert Scrape(ports[0])["salesreg_leader"] == 0
        assert "salesreg_outbox_messages" not in Scrape(ports[0]).names, "nobody has counted it"
        cluster.start()
        for port in ports:
            await_answer(port, "/readyz", 200)
        await_scrape(ports[0], lambda s: s["salesreg_leader"] == 1)
        for process in processes:
            process.terminate()
    finally:
        cluster.remove()


def test_a_bot_that_stands_by_is_ready_and_says_so(measured, ports):
    port = free_ports()
    second = measured.start("bot", METRICS_LISTEN=f"{HOST}:{port}")
    await_answer(port, "/readyz", 200, "bot: ready: standing by")
    scrape = Scrape(port)
    assert scrape["salesreg_leader"] == 0 and scrape["salesreg_ready"] == 1
    assert "salesreg_outbox_messages" not in scrape.names, "whoever leads tells it, or it would be counted twice"
    measured.bot.terminate()
    await_answer(port, "/readyz", 200, "bot: ready\n")
    assert Scrape(port)["salesreg_leader"] == 1
    second.terminate()


def test_a_bot_that_stands_by_says_so_again_after_an_outage(sandbox, salesreg, ports):
    """Not that there is no database: it is back, and somebody else leads."""
    cluster = Cluster().start()
    try:
        settings = {"DATABASE_URL": cluster.url("postgres"), "TELEGRAM_API_BASE": sandbox.base, "REGISTRY_BOT_TOKEN": TOKEN}
        bots = [salesreg("bot", METRICS_LISTEN=f"{HOST}:{port}", **settings) for port in ports]
        for port in ports:
            await_answer(port, "/readyz", 200)
        cluster.stop()
        for port in ports:
            await_answer(port, "/readyz", 503, "no database")
        cluster.start()
        for port in ports:
            await_answer(port, "/readyz", 200)

        def one_leads_and_one_stands_by():
            return sorted(get(port, "/readyz").text.split(",")[0][:22] for port in ports) == \
                ["bot: ready\n", "bot: ready: standing b"]
        eventually(one_leads_and_one_stands_by)
        for bot in bots:
            bot.terminate()
    finally:
        cluster.remove()


def test_telegram_that_is_down_is_weather(measured, ports):
    measured.sandbox.fault("502html", method="getUpdates", times=-1)
    anna = measured.person("Anna Petrova")
    anna.says("привет")
    text = await_answer(ports[0], "/readyz", 200, "degraded")
    assert text.startswith("bot: ready, degraded: Telegram cannot be used")
    assert Scrape(ports[0])["salesreg_degraded"] == 1
    measured.sandbox.no_faults()
    anna.hears("offer")
    await_answer(ports[0], "/readyz", 200, "bot: ready\n")


# addresses ----------------------------------------------------------------------------------------------------------------

def refused(tmp_path, salesreg, roles, **settings):
    """{role: the process}, of processes that somebody keeps from starting."""
    (tmp_path / "run").mkdir(mode=0o700)
    return {role: salesreg(role, **{"DATABASE_URL": "postgresql://u@127.0.0.1:1/db", "REGISTRY_BOT_TOKEN": TOKEN,
                                    "SALESREG_RUN_DIR": str(tmp_path / "run"), **settings}) for role in roles}


def test_an_address_in_use_is_waited_for_and_then_exit_75(salesreg, tmp_path):
    """It may be a predecessor's, who is just stopping; whoever restarts us is to try again."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        address = f"{HOST}:{taken.getsockname()[1]}"
        started = refused(tmp_path, salesreg, ["bot", "outreach", "supervise"], METRICS_LISTEN=address)
        for process in started.values():
            process.expect_exit(EXIT_BUSY)
            assert process.wait() == EXIT_BUSY
            waits = process.said("somebody else has it; waiting for it up to 10 s")
            line = process.said(" error ")
            assert f"METRICS_LISTEN={address}" in waits and f"METRICS_LISTEN={address}" in line and "already in use" in line


@pytest.mark.parametrize("role", ["bot", "supervise"])
def test_an_address_that_is_let_go_of_is_taken(salesreg, tmp_path, role):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = refused(tmp_path, salesreg, [role], METRICS_LISTEN=f"{HOST}:{port}")[role]
        process.wait_for_log("waiting for it up to")
    process.wait_for_log(f"metrics: http://{HOST}:{port}/metrics")


@pytest.mark.parametrize("role", ["bot", "supervise"])
def test_who_is_asked_to_stop_while_it_waits_does(salesreg, tmp_path, role):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        process = refused(tmp_path, salesreg, [role], METRICS_LISTEN=f"{HOST}:{taken.getsockname()[1]}")[role]
        process.wait_for_log("waiting for it up to")
        process.terminate()
        assert not process.lines(" error ")


def test_an_address_that_is_none_of_this_machine_is_exit_78(tmp_path):
    done = run("outreach", settings={"DATABASE_URL": "postgresql://u@127.0.0.1:1/db", "METRICS_LISTEN": "192.0.2.1:9464",
                                     "SALESREG_RUN_DIR": str(tmp_path)})
    assert done.returncode == EXIT_CONFIG and "METRICS_LISTEN=192.0.2.1:9464 is not usable here" in done.stderr


def test_nothing_listens_unless_asked_to(measured, make_world):
    for metrics in (None, "", "  "):
        bot = measured.start("bot", METRICS_LISTEN=metrics)
        eventually(lambda: bot.listens_to(signal.SIGTERM))
        bot.terminate()
        assert not bot.lines("metrics:")


def test_ipv6_in_brackets_works(measured):
    port = free_ports()
    measured.start("outreach", METRICS_LISTEN=f"[::1]:{port}").wait_for_log(rf"metrics: http://\[::1\]:{port}/metrics")
    assert get(port, "/healthz", host="[::1]").text == "outreach: alive\n"
    with pytest.raises(requests.ConnectionError):
        get(port, "/healthz")


# rough handling -----------------------------------------------------------------------------------------------------------

def dial(port, request=b""):
    s = socket.create_connection((HOST, port), timeout=30)
    s.sendall(request)
    return s


def test_connections_without_end_hold_up_no_conversation_and_no_stop(measured, ports):
    idle = [dial(ports[0], request) for _ in range(40) for request in (b"", b"GET /metrics HTTP/1.1\r\nHost: x\r\n")]
    anna = measured.person("Anna Petrova")
    anna.registers()
    for s in idle:
        s.close()
    assert Scrape(ports[0])["salesreg_updates_total"] == 4
    for port in ports:
        idle = [dial(port, request) for _ in range(20) for request in (b"", b"GET /metrics HTTP/1.1\r\nHost: x\r\n")]
        (measured.bot if port == ports[0] else measured.outreach).terminate()
        for s in idle:
            s.close()


def test_a_right_request_is_answered_while_thousands_of_half_ones_stay_open(measured, ports):
    with half_requests(ports[0], 4000) as crowd:
        assert len(crowd) == 4000
        for path in ("healthz", "readyz", "metrics"):
            answer = requests.get(f"http://{HOST}:{ports[0]}/{path}", timeout=60)
            assert answer.status_code == 200
        assert run("healthcheck", "bot", settings={"SALESREG_RUN_DIR": measured.bot.run_dir}).returncode == 0
        measured.person("Anna Petrova").registers()
    Scrape(ports[0])


def test_who_takes_too_long_with_a_request_s_head_is_hung_up_on(measured, ports):
    """Byte by byte: something is always under way, and it is never whole."""
    with dial(ports[0], b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ") as s:
        s.setblocking(False)

        def is_over():
            try:
                s.send(b"a")
                return s.recv(100) == b""
            except BlockingIOError:
                return False
            except ConnectionError:
                return True
        eventually(is_over)
    assert b"200" in get_raw(ports[0], b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")


def get_raw(port, request):
    with dial(port, request) as s:
        return s.recv(1000)


def test_a_request_that_is_too_large_is_refused(measured, ports):
    with dial(ports[0], b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n") as s:
        try:
            answer = s.recv(100)
        except ConnectionResetError:
            answer = b""
    assert not answer or re.match(rb"HTTP/1.1 4\d\d ", answer)
    body = requests.post(f"http://{HOST}:{ports[0]}/metrics", data=b"a" * 5000, timeout=30)
    assert body.status_code == 413
    Scrape(ports[0])


@pytest.mark.parametrize("role", ["bot", "outreach", "supervise"])
def test_a_process_stops_in_order_in_the_middle_of_scrapes(make_world, role):
    world, port = make_world(), free_ports()
    process = world.start(role, METRICS_LISTEN=f"{HOST}:{port}")
    await_answer(port, "/readyz", 200, f"{role}: ready")
    scrapes, over = [], threading.Event()

    def scrape_on():
        while not over.is_set():
            try:
                scrapes.append(get(port).status_code)
            except requests.RequestException:
                continue
    threads = [threading.Thread(target=scrape_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: len(scrapes) > 20)
        process.terminate()
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert set(scrapes) == {200}


# supervise ----------------------------------------------------------------------------------------------------------------

def test_under_supervise_each_worker_has_a_port_and_restarts_are_counted(make_world, tmp_path):
    world = make_world()
    port = free_ports(5)
    listen = tmp_path / "listen"
    listen.write_text(f"{HOST}:{port}\n")  # NAME_FILE must not get in the way of what the workers are told
    # oauth is not started, and outreach has its port all the same
    supervisor = world.start("supervise", METRICS_LISTEN_FILE=listen, WORKERS="bot,oauth,outreach")
    for role, own in (("supervise", port), ("bot", port + 1), ("outreach", port + 3)):
        await_answer(own, "/readyz", 200, f"{role}: ready")
        assert get(own, "/healthz").text == f"{role}: alive\n"
        assert [labels for name, labels in Scrape(own).samples if name == "salesreg_build_info"
                and ("role", role) in labels]
    before = Scrape(port)
    bot = {"role": "bot"}
    assert before["salesreg_worker_restarts_total", bot] == 0 and before["salesreg_worker_up", bot] == 1
    assert before["salesreg_worker_state", {"role": "bot", "state": "ready"}] == 1
    assert before.get(("salesreg_worker_last_exit_code", bot)) is None
    pid = int(before["salesreg_worker_pid", bot])
    os.kill(pid, signal.SIGKILL)
    after = await_scrape(port, lambda s: s["salesreg_worker_restarts_total", bot] == 1 and s["salesreg_worker_up", bot])
    assert after["salesreg_worker_last_exit_code", bot] == 128 + signal.SIGKILL
    assert after["salesreg_worker_pid", bot] != pid
    assert after["salesreg_worker_restarts_total", {"role": "outreach"}] == 0
    assert after["salesreg_worker_last_death_timestamp_seconds", bot] <= after["salesreg_worker_state_timestamp_seconds", bot]
    assert after["salesreg_worker_pss_bytes", bot] > 1 << 20
    # the new one could listen at once, where the old one did
    await_answer(port + 1, "/readyz", 200)
    assert supervisor.said(r"bot\[\d+\]: metrics: ", times=2)
    supervisor.terminate()
    assert not supervisor.lines("METRICS_LISTEN")


def test_supervise_is_ready_only_with_all_its_workers(make_world):
    world = make_world()
    port = free_ports()
    with socket.socket() as taken:  # the second worker cannot listen, as somebody else has its port
        taken.bind((HOST, port + 2))
        taken.listen()
        supervisor = world.start("supervise", METRICS_LISTEN=f"{HOST}:{port}")
        text = await_answer(port, "/readyz", 503, "exit code 75")
        assert text.startswith("supervise: not ready: outreach is ")
        assert get(port, "/healthz").status_code == 200
        assert Scrape(port)["salesreg_worker_restarts_total", {"role": "outreach"}] >= 1
    assert supervisor.wait_for_log(rf"METRICS_LISTEN={HOST}:{port + 2}")
    await_answer(port, "/readyz", 200, "")
    supervisor.terminate()


@pytest.mark.parametrize("listen", ["127.0.0.1:65534", "[::1]:65535"])
def test_ports_that_do_not_reach_are_refused_at_the_start(listen, tmp_path):
    done = run("supervise", settings={"METRICS_LISTEN": listen, "SALESREG_RUN_DIR": str(tmp_path)})
    assert done.returncode == EXIT_CONFIG
    assert f"METRICS_LISTEN={listen} leaves no port for" in done.stderr


# the dashboard ------------------------------------------------------------------------------------------------------------

def expressions(node):
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key in ("expr", "query", "definition") and isinstance(value, str))
        for value in node.values():
            yield from expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value)


def test_the_dashboard_shows_what_is_told_and_nothing_else(make_world):
    world = make_world()
    port = free_ports(5)
    world.start("supervise", METRICS_LISTEN=f"{HOST}:{port}")
    await_answer(port, "/readyz", 200)
    os.kill(int(Scrape(port)["salesreg_worker_pid", {"role": "outreach"}]), signal.SIGKILL)  # some names come with a death
    whole = await_scrape(port, lambda s: "salesreg_worker_last_exit_code" in {name for name, _ in s.samples})
    bot = await_scrape(port + 1, lambda s: "salesreg_outbox_messages" in s.names)
    outreach = await_scrape(port + 2, lambda s: "salesreg_prospects_waiting" in s.names)
    url, listen = f"http://{HOST}:{port + 3}", f"{HOST}:{port + 4}"
    world.start("oauth", OAUTH_PUBLIC_URL=url, OAUTH_LISTEN=url.removeprefix("http://"), METRICS_LISTEN=listen, TOKEN_ENCRYPTION_KEY=KEY,
                **Google(world.sandbox.base).settings)
    await_answer(port + 4, "/readyz", 200)
    told = whole.names | bot.names | outreach.names | Scrape(port + 4).names
    dashboard = json.loads(DASHBOARD.read_text())
    used = {re.sub(r"_(bucket|sum|count)$", "", name)
            for expression in expressions(dashboard) for name in re.findall(r"\b(?:salesreg|process)_\w+", expression)}
    assert used <= told, used - told
    missing = {name for name in told - used if name.startswith("salesreg_")}
    assert not missing
    # the section on metrics: elsewhere such a name may be a role of the database
    section = re.search(r"^## Metrics$(.*?)^## ", (ROOT / "README.md").read_text(), re.M | re.S).group(1)
    readme = set(re.findall(r"\bsalesreg_[a-z_]+(?=[`{])", section))
    assert readme and readme <= told, readme - told


def test_the_dashboard_can_be_imported():
    """Ids of its own, panels side by side, and the data source is asked for."""
    dashboard = json.loads(DASHBOARD.read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 20
    variables = {variable["name"]: variable["type"] for variable in dashboard["templating"]["list"]}
    assert variables["datasource"] == "datasource"
    taken = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        assert all(0 <= x < 24 for x, _ in cells), panel["title"]
        taken |= cells
        if panel["type"] == "row":
            continue
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["targets"] and panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        for target in panel["targets"]:
            assert target["expr"].count("(") == target["expr"].count(")"), target["expr"]
