"""docker-compose.roles.yml: the processes connect as a role that reads and writes rows and nothing else."""
import pytest

from engine import TOKEN, docker, healthy, inspect
from support.database import tables

WORKER_PASSWORD = "hushofthecontainers55"


def psql(sql, role="sales_agent"):
    return docker("exec", "telegram-agent-db", "psql", "-U", role, "-d", "sales_agent", "-Atc", sql, check=False)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("before", ["nothing", "the default set-up"])
def test_two_roles_in_a_new_volume_and_in_an_old_one(compose, telegram, before):
    settings = {"REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": "http://telegram:8081", "ALLOW_PLAIN_HTTP": "true",
                "WORKER_PASSWORD": WORKER_PASSWORD}
    if before != "nothing":
        plain = compose("docker-compose.yml", **settings)
        plain("up", "-d")
        healthy("telegram-agent-db", "registry-bot", "outreach-daemon")
    stack = compose("docker-compose.yml", "docker-compose.roles.yml", **settings)
    stack("up", "-d", "postgres")
    page = telegram()
    stack("up", "-d")
    healthy("telegram-agent-db", "registry-bot", "outreach-daemon")
    anna = page.person("Anna Petrova")
    anna.registers()
    anna.hears_anything()  # the seeded prospects
    users = psql("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'salesreg %'").stdout.split()
    assert users == ["salesreg_worker"]
    assert "permission denied" in psql(f"SET ROLE salesreg_worker; DROP TABLE {tables.outbox}").stderr + \
        psql("SET ROLE salesreg_worker; TRUNCATE test_prospects").stderr
    assert psql("SELECT name, assigned_rep_id FROM test_prospects;").stdout.count("\n") == 3
    for name in ("registry-bot", "outreach-daemon"):
        assert WORKER_PASSWORD not in docker("logs", name, check=False).stdout
        assert "changeme" not in inspect(name, "{{json .Config.Env}}"), "the owner's address is not there"
    stack.down("-v")
