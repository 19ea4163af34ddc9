"""docker-compose.yml, as its users know it: up, register, psql, kill, down, up."""
import os
import signal
import time

import pytest

import engine
from engine import PASSWORD, TOKEN, docker, healthy, inspect, logs, pid_of, psql, restarts, said, state, value
from support.waiting import eventually

ALL = ("telegram-agent-db", "registry-bot", "outreach-daemon")
OURS = ALL[1:]


@pytest.fixture(scope="module")
def stack(compose, telegram):
    made = compose("docker-compose.yml", REGISTRY_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE="http://telegram:8081", ALLOW_PLAIN_HTTP="true",
                   TELEGRAM_CHAT_RATE_LIMIT="0", TELEGRAM_RATE_LIMIT="0")
    made("up", "-d", "postgres")
    made.page = telegram()
    made("up", "-d")
    healthy(*ALL)
    return made


@pytest.fixture(scope="module")
def anna(stack):
    person = stack.page.person("Anna Petrova")
    person.registers()
    return person


def test_a_rep_registers_and_psql_shows_it(stack, anna):
    notice = anna.hears_anything()
    assert "Alex" in notice.text and notice.buttons
    rows = docker("exec", "telegram-agent-db", "psql", "-U", "sales_agent", "-c", "SELECT * FROM sales_representatives;").stdout
    assert anna.email in rows and " active " in rows
    rows = docker("exec", "telegram-agent-db", "psql", "-U", "sales_agent", "-c",
                  "SELECT name, assigned_rep_id FROM test_prospects;").stdout
    rep = value("SELECT id FROM sales_representatives")
    assert rows.count(rep) == 3


def test_the_containers_may_do_nothing_they_need_not(stack):
    for name in OURS:
        assert inspect(name, "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}") == \
            "true [ALL] [no-new-privileges:true]"
        assert inspect(name, "{{.Config.User}}") == "65532:65532"
        assert int(inspect(name, "{{.HostConfig.Memory}}")) > 0
        assert inspect(name, '{{index .HostConfig.LogConfig.Config "max-size"}}') == "10m"
        status = open(f"/proc/{pid_of(name)}/status").read()
        assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
    binding = inspect("telegram-agent-db", '{{(index (index .NetworkSettings.Ports "5432/tcp") 0).HostIp}}')
    assert binding == "127.0.0.1"
    print("\nmemory, as the engine counts it: " + ", ".join(
        docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", name).stdout.strip() for name in OURS))


@pytest.mark.parametrize("name", ALL)
def test_what_is_killed_comes_back_by_itself_and_nothing_is_lost(stack, anna, name):
    before = restarts(name)
    os.kill(pid_of(name), signal.SIGKILL)
    eventually(lambda: restarts(name) > before, timeout=60, what=f"{name} is started again")
    healthy(*ALL)
    anna.forget()
    anna.says("статус")
    anna.hears("status", open=3)
    someone = stack.page.person(f"Boris {name}")
    someone.registers(name="Boris Ivanov")
    assert value(f"SELECT status FROM sales_representatives WHERE telegram_id = {someone.id}") == "active"


def test_a_worker_that_hangs_gets_itself_restarted(stack):
    """Its watchdog is an alarm, so it must run again to hear it: the longest a machine's hiccup can take."""
    before = restarts("outreach-daemon")
    pid = pid_of("outreach-daemon")
    os.kill(pid, signal.SIGSTOP)
    alarm_is_due = time.monotonic() + 62  # 60 s from its last turn of the loop at most
    try:
        eventually(lambda: state("outreach-daemon").get("Health", {}).get("Status") == "unhealthy", timeout=90)
        eventually(lambda: time.monotonic() > alarm_is_due, timeout=90)
    finally:
        os.kill(pid, signal.SIGCONT)
    eventually(lambda: restarts("outreach-daemon") > before, timeout=60)
    healthy("outreach-daemon")


def test_a_stop_is_in_order(stack):
    for name in OURS:
        docker("stop", "-t", "3", name)  # killed after that, and its exit code would say so
        assert state(name)["ExitCode"] == 0, logs(name)[-1000:]
    stack("up", "-d")
    healthy(*ALL)


def test_no_secret_is_in_any_log_after_all_of_this(stack):
    for name in OURS:
        text = logs(name)
        assert TOKEN not in text and TOKEN.split(":")[1] not in text and PASSWORD not in text
        line = open(f"/proc/{pid_of(name)}/cmdline").read()
        assert TOKEN not in line and PASSWORD not in line


def test_down_and_up_keeps_everything(stack, anna):
    reps = value("SELECT count(*) FROM sales_representatives")
    docker("network", "disconnect", "-f", engine.NETWORK, "salesreg-test-sandbox")
    stack.down()
    stack("up", "-d", "postgres")
    docker("network", "connect", "--alias", "telegram", engine.NETWORK, "salesreg-test-sandbox")
    stack("up", "-d")
    healthy(*ALL)
    assert value("SELECT count(*) FROM sales_representatives") == reps
    anna.forget()
    anna.says("статус")
    anna.hears("status", open=3)


def test_no_secret_is_in_any_log(stack):
    for name in OURS:
        text = logs(name)
        assert TOKEN not in text and TOKEN.split(":")[1] not in text and PASSWORD not in text
        line = open(f"/proc/{pid_of(name)}/cmdline").read()
        assert TOKEN not in line and PASSWORD not in line


def test_an_empty_or_wrong_token_is_one_clear_line_and_to_be_seen(stack, telegram):
    stack("up", "-d", "registry-bot", REGISTRY_BOT_TOKEN="")
    said("registry-bot", "REGISTRY_BOT_TOKEN is not set")
    eventually(lambda: state("registry-bot")["ExitCode"] == 78)
    eventually(lambda: "Restarting (78)" in docker("ps", "-a", "--filter", "name=registry-bot", "--format", "{{.Status}}").stdout)
    assert len([line for line in logs("registry-bot").splitlines() if "error" in line]) <= 1 + restarts("registry-bot")

    telegram("--token", "1:another-token-than-the-one-we-will-use-now")
    stack("up", "-d", "registry-bot")
    eventually(lambda: state("registry-bot")["ExitCode"] == 78 and "REGISTRY_BOT_TOKEN" in logs("registry-bot"))
    assert TOKEN.split(":")[1] not in logs("registry-bot")


def test_the_example_s_password_is_warned_of(compose):
    made = compose("docker-compose.yml")
    made("up", "-d", "--no-deps", "outreach-daemon", POSTGRES_PASSWORD="changeme")
    said("outreach-daemon", "changeme: change it")
