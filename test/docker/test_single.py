"""docker-compose.single.yml: the supervisor as PID 1, and the demo without a token."""
import os
import signal

import pytest

from engine import TOKEN, docker, healthy, logs, pid_of, restarts, state, value
from support.page import Page
from support.postgres import free_port
from support.waiting import eventually


def processes(name):
    """{command: (host pid, state)} of a container; the state's first letter is Z for a zombie."""
    lines = docker("top", name, "-eo", "pid,stat,args").stdout.splitlines()[1:]
    return {args: (int(pid), stat) for pid, stat, args in (line.split(None, 2) for line in lines)}


def row(name, role):
    import json
    done = docker("exec", name, "/usr/local/bin/salesreg", "status", "--json", check=False)
    return {r["role"]: r for r in json.loads(done.stdout)["processes"]}.get(role, {}) if done.stdout else {}


@pytest.fixture(scope="module")
def single(compose, telegram):
    made = compose("docker-compose.single.yml", REGISTRY_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE="http://telegram:8081", ALLOW_PLAIN_HTTP="true")
    made("up", "-d", "postgres")
    made.page = telegram()
    made("up", "-d")
    healthy("telegram-agent-db", "salesreg")
    return made


def test_one_container_runs_everything(single):
    anna = single.page.person("Anna Petrova")
    anna.registers()
    assert "Alex" in anna.hears_anything().text
    assert len(processes("salesreg")) == 3, processes("salesreg")


def test_a_killed_worker_is_replaced_in_place_and_leaves_no_zombie(single):
    for role in ("bot", "outreach"):
        pid = next(pid for args, (pid, _) in processes("salesreg").items() if args.endswith(role))
        before = restarts("salesreg")
        os.kill(pid, signal.SIGKILL)
        eventually(lambda role=role: row("salesreg", role).get("restarts") == 1 and
                   row("salesreg", role)["state"] == "ready", what=f"{role} is there again")
        assert restarts("salesreg") == before
        shown = processes("salesreg")
        assert len(shown) == 3 and not [args for args, (_, stat) in shown.items() if stat.startswith("Z")], shown
    boris = single.page.person("Boris Ivanov")
    boris.registers()


def test_a_worker_that_hangs_is_replaced(single):
    pid = next(pid for args, (pid, _) in processes("salesreg").items() if args.endswith("outreach"))
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: row("salesreg", "outreach").get("restarts") == 2, timeout=90, what="it was killed and is there again")
    assert "silent for" in logs("salesreg")
    healthy("salesreg")


def test_the_supervisor_killed_takes_everything_with_it_and_comes_back(single):
    before = restarts("salesreg")
    os.kill(pid_of("salesreg"), signal.SIGKILL)
    eventually(lambda: restarts("salesreg") > before, timeout=60)
    healthy("salesreg")
    assert len(processes("salesreg")) == 3


def test_a_stop_is_in_order(single):
    docker("stop", "-t", "3", "salesreg")
    assert state("salesreg")["ExitCode"] == 0, logs("salesreg")[-2000:]


def test_the_demo_needs_no_token(compose):
    port = free_port()
    demo = compose("docker-compose.single.yml", SANDBOX_PORT=str(port))
    demo("up", "-d", "demo")
    page = Page(f"http://127.0.0.1:{port}")

    def up():
        try:
            return page.bot()["polling"]
        except OSError:
            return False
    eventually(up, timeout=60, what="the bot is at work")
    carla = page.person("Carla Bianchi", id=7_000_000_099)
    carla.registers()
    own = demo("exec", "-T", "demo-postgres", "psql", "-U", "sales_agent", "-qAtX", "-c",
               "SELECT telegram_id, status FROM sales_representatives").stdout
    assert own.split() == [f"{carla.id}|active"], "in a database of its own"
    assert value(f"SELECT count(*) FROM sales_representatives WHERE telegram_id = {carla.id}") == "0"
    answer = page.http.get(page.base + "/", timeout=10)
    assert answer.status_code == 200
