"""The road to Telegram from inside the image: authorities of one's own, and proxies."""
import re
import subprocess

import pytest

import engine
from engine import TOKEN, docker, healthy, logs
from support.roads import ConnectProxy
from support.telegram import Sandbox
from support.waiting import eventually

HUSH = "hush-hush-77"
INSIDE = "/etc/salesreg/authority.pem"
REFUSED = r"the certificate of .*, issued by .*authority.*, is refused: .*SSL_CERT_FILE"
NAMED = "Telegram as @salesreg_sandbox_bot"


@pytest.fixture(scope="module")
def telegram_of_ours(tmp_path_factory):
    """Over TLS, with an authority that nobody knows."""
    directory = tmp_path_factory.mktemp("road")
    made = Sandbox(directory / "sandbox.log", "--tls", str(directory / "ca.pem"))
    (directory / "ca.pem").chmod(0o644)
    yield made
    made.process.discard()


@pytest.fixture
def doctor(image, telegram_of_ours):
    """doctor(*options of docker run, **variables): what the image's doctor says, its lines joined."""
    def doctor(*options, **variables):
        variables = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REGISTRY_BOT_TOKEN": TOKEN,
                     "TELEGRAM_API_BASE": telegram_of_ours.base, **variables}
        given = [arg for name, value in variables.items() for arg in ("-e", f"{name}={value}")]
        done = docker("run", "--rm", "--network", "host", "--read-only", "--cap-drop", "ALL", "--security-opt",
                      "no-new-privileges", "--label", f"com.docker.compose.project={engine.PROJECT}", *options, *given, image,
                      "doctor", "--no-poll", check=False)
        assert TOKEN not in done.stdout + done.stderr and HUSH not in done.stdout + done.stderr
        return " ".join((done.stdout + done.stderr).split())
    return doctor


def trusting(sandbox):
    return ["-v", f"{sandbox.ca}:{INSIDE}:ro"]


def test_a_mounted_authority_is_trusted_and_without_it_the_certificate_is_refused(doctor, telegram_of_ours):
    # empty, as the compose files pass on what is not set
    refused = doctor(SSL_CERT_FILE="", SSL_CERT_DIR="", https_proxy="", ALL_PROXY="", no_proxy="")
    assert re.search(REFUSED, refused), refused
    assert NAMED in doctor(*trusting(telegram_of_ours), SSL_CERT_FILE=INSIDE)


def test_a_mounted_directory_of_authorities_is_trusted(doctor, telegram_of_ours, tmp_path):
    directory = tmp_path / "authorities"
    directory.mkdir()
    tmp_path.chmod(0o755)
    directory.chmod(0o755)
    hashed = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", str(telegram_of_ours.ca)], check=True,
                            capture_output=True, text=True).stdout.strip()
    mount = ["-v", f"{directory}:/etc/salesreg/authorities:ro"]
    assert NAMED not in doctor(*mount, SSL_CERT_DIR="/etc/salesreg/authorities")
    (directory / f"{hashed}.0").write_bytes(open(telegram_of_ours.ca, "rb").read())
    (directory / f"{hashed}.0").chmod(0o644)
    assert NAMED in doctor(*mount, SSL_CERT_DIR="/etc/salesreg/authorities")


def test_a_file_that_is_not_mounted_or_not_to_be_read_is_named(doctor, telegram_of_ours, tmp_path):
    assert INSIDE in doctor(SSL_CERT_FILE=INSIDE)
    shut = tmp_path / "shut.pem"
    shut.write_bytes(open(telegram_of_ours.ca, "rb").read())
    shut.chmod(0o600)
    said = doctor("-v", f"{shut}:{INSIDE}:ro", SSL_CERT_FILE=INSIDE)
    assert INSIDE in said and NAMED not in said, said


@pytest.mark.parametrize("name", ["https_proxy", "ALL_PROXY"])
def test_a_proxy_with_a_password_is_the_way(doctor, telegram_of_ours, name):
    with ConnectProxy("clerk", HUSH) as proxy:
        said = doctor(*trusting(telegram_of_ours), SSL_CERT_FILE=INSIDE, **{name: proxy.url("http")})
        assert NAMED in said, said
        assert set(proxy.asked_for) == {telegram_of_ours.base.rpartition("/")[2]}
        asked = len(proxy.asked_for)
        assert NAMED in doctor(*trusting(telegram_of_ours), SSL_CERT_FILE=INSIDE, no_proxy="127.0.0.1",
                               **{name: proxy.url("http")})
        assert len(proxy.asked_for) == asked, "no_proxy is obeyed"


def test_the_compose_file_for_an_authority_of_one_s_own(compose, telegram, tmp_path):
    shared = tmp_path / "authority"
    shared.mkdir()
    shared.chmod(0o777)
    stack = compose("docker-compose.yml", "docker-compose.authority.yml", AUTHORITY_FILE=str(shared / "ca.pem"),
                    TELEGRAM_API_BASE="https://telegram:8081", REGISTRY_BOT_TOKEN=TOKEN)
    stack("up", "-d", "postgres")
    page = telegram("--host", "telegram", "--tls", "/authority/ca.pem", run=["-v", f"{shared}:/authority"],
                    authority=shared / "ca.pem")
    stack("up", "-d")
    healthy("telegram-agent-db", "registry-bot", "outreach-daemon")
    page.person("Anna Petrova").registers()
    eventually(lambda: "Telegram knows this bot as" in logs("registry-bot"))
    stack.down("-v")
