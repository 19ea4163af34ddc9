"""docker-compose.secrets.yml: nothing secret in the environment."""
import pytest

from engine import PASSWORD, TOKEN, docker, healthy, inspect


@pytest.mark.timeout(300)
def test_secrets_come_from_files(compose, telegram, tmp_path):
    directory = tmp_path / "secrets"
    directory.mkdir(mode=0o700)
    for name, text in (("registry_bot_token", TOKEN), ("postgres_password", PASSWORD),
                       ("database_url", f"postgresql://sales_agent:{PASSWORD}@postgres:5432/sales_agent")):
        (directory / name).write_text(text + "\n")
        (directory / name).chmod(0o444)
    stack = compose("docker-compose.yml", "docker-compose.secrets.yml", SECRETS_DIR=str(directory), POSTGRES_PASSWORD="",
                    TELEGRAM_API_BASE="http://telegram:8081", ALLOW_PLAIN_HTTP="true")
    stack("up", "-d", "postgres")
    page = telegram()
    stack("up", "-d")
    healthy("telegram-agent-db", "registry-bot", "outreach-daemon")
    page.person("Anna Petrova").registers()
    for name in ("registry-bot", "outreach-daemon", "telegram-agent-db"):
        environment = inspect(name, "{{json .Config.Env}}")
        assert TOKEN not in environment and PASSWORD not in environment
        assert PASSWORD not in docker("exec", name, "/usr/local/bin/salesreg", "check-config", check=False).stdout
    stack.down("-v")
