"""Google calendars in containers: the profile of docker-compose.yml, its overlays, and the single container."""
import re

import pytest
import yaml

import engine
from engine import PASSWORD, TOKEN, docker, healthy, inspect, logs, psql, restarts, state
from support.google import CLIENT, COMPANY, SECRET, Google
from support.office import KEY, Browser
from support.postgres import free_port
from support.waiting import eventually

OAUTH = f"{engine.PROJECT}-oauth-1"
PATH = "/oauth/done/connected/en"
WORKER_PASSWORD = "hushofthecalendar66"


class Stack:
    """A compose file with calendars: the emulator's Google in place of the real one, a port of ours in place of a proxy."""

    def __init__(self, compose, telegram, tmp_path, files, service, profile=(), **settings):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.google_file = tmp_path / "google.yml"
        self.google_file.write_text(yaml.safe_dump({"services": {service: {}}}))
        self.compose = compose(*files, self.google_file, **{
            "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": "http://telegram:8081", "ALLOW_PLAIN_HTTP": "true",
            "GOOGLE_CLIENT_ID": CLIENT, "GOOGLE_CLIENT_SECRET": SECRET, "OAUTH_PUBLIC_URL": self.url, "OAUTH_PORT": str(self.port),
            "TOKEN_ENCRYPTION_KEY": KEY, **settings})
        self.profile = profile
        self.compose("up", "-d", "postgres")
        self.page = telegram("--google-redirect", f"{self.url}/oauth/callback")
        self.google = Google(self.page.base)
        # a browser is here, and the container in the network
        self.google_file.write_text(yaml.safe_dump({"services": {service: {"environment": {
            "GOOGLE_AUTH_URL": f"{self.page.base}/google/o/oauth2/v2/auth", "GOOGLE_TOKEN_URL": "http://telegram:8081/google/token",
            "GOOGLE_REVOKE_URL": "http://telegram:8081/google/revoke",
            "GOOGLE_CALENDAR_API_BASE": "http://telegram:8081/google/calendar/v3", "ALLOW_PLAIN_HTTP": "true"}}}}))
        self.browser = Browser(self.url, self.google)
        self.up()

    def up(self, **settings):
        self.compose(*self.profile, "up", "-d", **settings)

    def answers(self):
        try:
            return self.browser.get(PATH).status_code
        except OSError:
            return None

    def is_up(self):
        eventually(lambda: self.answers() == 200, what="the published port answers")

    def connects(self, name="Anna Petrova"):
        """From the word in the chat to what is said there at the end."""
        anna = self.page.person(name)
        anna.registers()
        anna.says("календарь")
        link = self.browser.link(self.awaits(anna, "calendar_offer"))
        page = self.browser.back(self.google.walk(self.browser.to_google(link), COMPANY).location)
        assert page.status_code == 200
        self.awaits(anna, "calendar_connected", email=COMPANY)

    def awaits(self, person, key, **values):
        """This message, whatever prospects are announced before it."""
        pattern = self.page.texts.pattern(person.locale, key, **values)
        message = person.hears_anything()
        while not pattern.fullmatch(message.text):
            message = person.hears_anything()
        return message


def no_secret(name, *secrets):
    environment, text = inspect(name, "{{json .Config.Env}}"), logs(name)
    for secret in secrets:
        assert secret not in environment and secret not in text, name


@pytest.mark.timeout(300)
def test_with_the_profile_a_rep_connects_a_calendar_through_the_published_port(compose, telegram, tmp_path):
    stack = Stack(compose, telegram, tmp_path, ["docker-compose.yml"], "oauth", profile=("--profile", "calendar"))
    healthy("telegram-agent-db", "registry-bot", "outreach-daemon", OAUTH)
    stack.is_up()
    assert inspect(OAUTH, '{{(index (index .NetworkSettings.Ports "8080/tcp") 0).HostIp}}') == "127.0.0.1"
    assert inspect(OAUTH, "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.Config.User}}") == "true [ALL] 65532:65532"
    stack.connects()
    for name in ("registry-bot", "outreach-daemon"):
        no_secret(name, SECRET, KEY)
    assert SECRET not in logs(OAUTH) and KEY not in logs(OAUTH)

    # switched off as docker/README.md says: the rest runs on, and the bot gives no more links
    stack.compose("--profile", "calendar", "rm", "-sf", "oauth")
    stack.compose("up", "-d", GOOGLE_CLIENT_ID="")
    healthy("registry-bot", "outreach-daemon")
    assert not docker("ps", "-aq", "--filter", f"name={OAUTH}").stdout
    boris = stack.page.person("Boris Ivanov")
    boris.registers()
    boris.says("календарь")
    boris.hears("calendar_off")

    # and without a client it says in a line what is missing
    stack.up(GOOGLE_CLIENT_ID="")
    eventually(lambda: state(OAUTH)["ExitCode"] == 78, what="it ends with 78")
    lines = [line for line in logs(OAUTH).splitlines() if "GOOGLE_CLIENT_ID" in line]
    assert lines and len(lines) <= 1 + restarts(OAUTH), logs(OAUTH)
    assert re.search("GOOGLE_CLIENT_ID is not set", lines[0]), lines[0]
    stack.compose.down("-v")


@pytest.mark.timeout(300)
def test_secrets_from_files_and_the_role_of_workers(compose, telegram, tmp_path):
    directory = tmp_path / "secrets"
    directory.mkdir(mode=0o700)

    def secret(name, text):
        (directory / name).write_text(text + "\n")
        (directory / name).chmod(0o444)

    secret("registry_bot_token", TOKEN)
    secret("postgres_password", PASSWORD)
    secret("database_url", f"postgresql://salesreg_worker:{WORKER_PASSWORD}@postgres:5432/sales_agent")
    secret("google_client_secret", SECRET)
    secret("token_encryption_key", KEY)
    # migrates as the owner, by the one address with a password in the environment
    stack = Stack(compose, telegram, tmp_path, ["docker-compose.yml", "docker-compose.roles.yml", "docker-compose.secrets.yml"], "oauth",
                  profile=("--profile", "calendar"), SECRETS_DIR=str(directory), WORKER_PASSWORD=WORKER_PASSWORD,
                  GOOGLE_CLIENT_SECRET="", TOKEN_ENCRYPTION_KEY="", REGISTRY_BOT_TOKEN="")
    healthy("telegram-agent-db", "registry-bot", "outreach-daemon", OAUTH)
    stack.is_up()
    stack.connects()
    no_secret(OAUTH, SECRET, KEY, PASSWORD, WORKER_PASSWORD, TOKEN)
    users = psql("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'salesreg %'", "-At").split()
    assert users == ["salesreg_worker"]
    stack.compose.down("-v")


@pytest.mark.timeout(300)
def test_the_single_container_connects_a_calendar(compose, telegram, tmp_path):
    stack = Stack(compose, telegram, tmp_path, ["docker-compose.single.yml"], "salesreg")
    healthy("telegram-agent-db", "salesreg")
    stack.is_up()
    stack.connects()
    assert SECRET not in logs("salesreg") and KEY not in logs("salesreg")
    stack.compose.down("-v")
