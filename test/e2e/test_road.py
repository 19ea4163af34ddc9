"""The road to Telegram as it is in the field: TLS, authorities of one's own, proxies, addresses that are silent."""
import ctypes
import os
import re
import socket
import ssl

import pytest

from support.metrics import Scrape
from support.postgres import free_port
from support.process import run
from support.roads import ConnectProxy, Silent, SocksProxy
from support.telegram import TOKEN
from support.waiting import eventually

HUSH = "hush-hush-77"


@pytest.fixture
def tls_world(make_world):
    return make_world(tls=True)


def port_of(world):
    return int(world.sandbox.base.rpartition(":")[2])


def by_name(world, name="localhost"):
    return {"TELEGRAM_API_BASE": f"https://{name}:{port_of(world)}"}


def is_answered(world):
    anna = world.person()
    anna.says("привет")
    anna.hears("offer")
    return anna


# the stories, over TLS ------------------------------------------------------------------------------------------------

def test_registration_assignment_and_buttons_over_tls(tls_world):
    world = tls_world
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna = world.person("Anna Petrova")
    anna.registers()
    world.db.add_prospect("p1", "Alex Buyer")
    anna.hears_anything()
    anna.presses("button_contacted")
    anna.is_answered("answer_contacted")
    world.db.eventually("SELECT status = 'contacted' FROM test_prospects WHERE id = 'p1'")
    world.settle()


def test_killed_over_tls_it_goes_on_where_it_was(tls_world):
    world = tls_world
    world.start_bot()
    anna = is_answered(world)
    world.settle()  # else what it says may rightly come twice
    world.bot.kill()
    anna.says("да")
    world.start_bot()
    anna.hears("ask_name")
    world.settle()
    assert anna.unheard() == []


def test_who_stands_by_takes_over_over_tls(tls_world):
    world = tls_world
    world.start_bot()
    anna = is_answered(world)
    standby = world.start("bot")
    standby.wait_for_log("Telegram knows this bot")
    world.settle()
    world.bot.kill()
    anna.says("да")
    standby.wait_for_log("leading: this process")
    anna.hears("ask_name")


# connections ----------------------------------------------------------------------------------------------------------

def connections(port):
    return Scrape(port)["salesreg_telegram_connections_total"]


def test_a_reply_after_a_long_silence_pays_no_new_handshake(make_world):
    """Here the server ends idle connections after 2 s instead of 500."""
    world = make_world(tls=True, sandbox_args=("--idle", "2"))
    port = free_port()
    world.start_bot(METRICS_LISTEN=f"127.0.0.1:{port}", SALESREG_TEST_TIMES="warm=400")
    anna = is_answered(world)
    before = connections(port)
    asked = world.sandbox.calls("getMe")["ok"]
    eventually(lambda: world.sandbox.calls("getMe")["ok"] >= asked + 10, what="several times as long as idle connections live")
    anna.says("да")
    anna.hears("ask_name")
    world.settle()
    assert connections(port) == before


def test_connections_are_opened_as_they_are_needed(tls_world):
    world = tls_world
    port = free_port()
    world.start_bot(METRICS_LISTEN=f"127.0.0.1:{port}")
    is_answered(world)
    world.settle()
    assert connections(port) <= 4


# certificates ---------------------------------------------------------------------------------------------------------

REFUSED = r"the certificate of .*salesreg sandbox.*, issued by .*authority.*, is refused: .*; .*SSL_CERT_FILE"


def test_a_certificate_of_an_unknown_authority_is_named_with_the_reason_and_the_remedy(tls_world):
    bot = tls_world.start("bot", SSL_CERT_FILE=None)
    line = bot.wait_for_log(REFUSED)
    assert "Telegram cannot be reached" in line
    done = run("doctor", "--no-poll", settings={
        "DATABASE_URL": tls_world.db.url, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": tls_world.sandbox.base})
    assert re.search(REFUSED, " ".join(done.stdout.split())), done.stdout


def test_a_certificate_for_another_name_is_named_too(tls_world):
    with SocksProxy() as proxy:
        bot = tls_world.start("bot", ALL_PROXY=proxy.url("socks5h"), **by_name(tls_world, "api.example.org"))
        bot.wait_for_log(r"the certificate of .*salesreg sandbox.* is refused: the name differs")
        assert proxy.asked_for[0] == f"api.example.org:{port_of(tls_world)}"


def test_a_file_of_certificates_that_is_not_there_is_named(tls_world, tmp_path):
    bot = tls_world.start("bot", SSL_CERT_FILE=tmp_path / "nowhere.pem")
    bot.wait_for_log(r"nowhere\.pem cannot be read; SSL_CERT_FILE")


def test_a_directory_of_certificates_is_obeyed(tls_world, tmp_path):
    directory = tmp_path / "certificates"
    directory.mkdir()
    authority = (directory / "authority.pem")
    authority.write_bytes(tls_world.sandbox_ca.read_bytes())
    digest = run_openssl("x509", "-hash", "-noout", "-in", str(authority))
    (directory / f"{digest}.0").symlink_to("authority.pem")
    tls_world.start_bot(SSL_CERT_FILE=None, SSL_CERT_DIR=directory)
    is_answered(tls_world)


def run_openssl(*args):
    import subprocess
    return subprocess.run(["openssl", *args], capture_output=True, text=True, check=True).stdout.strip()


def test_the_key_of_the_sandbox_is_nowhere_to_be_read(tls_world):
    assert "PRIVATE" not in tls_world.sandbox_ca.read_text()
    assert "PRIVATE" not in tls_world.sandbox.process.log


# proxies --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind,variable,scheme", [
    (ConnectProxy, "https_proxy", "http"), (ConnectProxy, "HTTPS_PROXY", "http"), (ConnectProxy, "ALL_PROXY", "http"),
    (SocksProxy, "ALL_PROXY", "socks5h"), (SocksProxy, "https_proxy", "socks5h")])
@pytest.mark.parametrize("account", [(None, None), ("clerk", HUSH)], ids=["open", "password"])
def test_everything_goes_through_the_proxy(tls_world, kind, variable, scheme, account):
    world = tls_world
    with kind(*account) as proxy:
        world.start_bot(**{variable: proxy.url(scheme)}, **by_name(world))
        is_answered(world).says("да")
        world.settle()
        assert proxy.asked_for and set(proxy.asked_for) == {f"localhost:{port_of(world)}"}
        world.bot.terminate()
    assert HUSH not in world.bot.log


def test_no_proxy_goes_round_it(tls_world):
    with ConnectProxy() as proxy:
        tls_world.start_bot(https_proxy=proxy.url("http"), no_proxy="localhost,.example.org", **by_name(tls_world))
        is_answered(tls_world)
        assert proxy.accepted == 0


@pytest.mark.parametrize("kind,scheme", [(ConnectProxy, "http"), (SocksProxy, "socks5h")])
def test_a_proxy_that_refuses_is_said_without_its_password(tls_world, kind, scheme):
    with kind("clerk", "another") as proxy:
        url = proxy.url(scheme).replace("another", HUSH)
        bot = tls_world.start("bot", ALL_PROXY=url, **by_name(tls_world))
        bot.wait_for_log("Telegram cannot be reached: .*(407|SOCKS5|proxy)")
        bot.terminate()
        assert HUSH not in bot.log


@pytest.mark.parametrize("url", [f"ftp://clerk:{HUSH}@127.0.0.1:1", f"socks9://clerk:{HUSH}@127.0.0.1:1",
                                 f"http://clerk:{HUSH}@127.0.0.1:99999"])
def test_a_proxy_that_is_none_is_said_without_its_password(tls_world, url):
    bot = tls_world.start("bot", https_proxy=url, **by_name(tls_world))
    bot.wait_for_log("Telegram cannot be reached|https_proxy")
    assert HUSH not in bot.log
    said = run("doctor", "--no-poll", settings={**tls_world.settings, "DATABASE_URL": tls_world.db.url, "REGISTRY_BOT_TOKEN": TOKEN,
                                                "https_proxy": url, **by_name(tls_world)})
    assert HUSH not in said.stdout + said.stderr


@pytest.mark.parametrize("base", [f"htps://clerk:{HUSH}@127.0.0.1", f"clerk:{HUSH}@127.0.0.1:80", f"http://cle rk:{HUSH}@127.0.0.1"])
def test_an_address_that_is_none_is_said_without_its_password(base):
    done = run("check-config", settings={"REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": base})
    assert "TELEGRAM_API_BASE" in done.stderr and HUSH not in done.stdout + done.stderr


def test_what_goes_in_clear_to_this_machine_goes_through_no_proxy(make_world):
    """A Bot API server beside the bot: a proxy elsewhere would read the token."""
    world = make_world()
    with ConnectProxy() as proxy:
        world.start_bot(ALL_PROXY=proxy.url("http"), http_proxy=proxy.url("http"))
        is_answered(world)
        assert proxy.accepted == 0


def test_workers_read_what_came_from_files_to_their_supervisor(make_world, tmp_path):
    world = make_world()
    (tmp_path / "proxy").write_text(f"http://127.0.0.1:{free_port()}\n")
    (tmp_path / "zone").write_text("Asia/Tokyo\n")
    supervisor = world.start("supervise", ALL_PROXY_FILE=tmp_path / "proxy", https_proxy_FILE=tmp_path / "proxy",
                             TZ="", TZ_FILE=tmp_path / "zone")
    supervisor.wait_for_log("every worker is ready")
    is_answered(world)
    assert "+0900" in supervisor.log and "both set" not in supervisor.log


def test_a_proxy_that_is_away_is_said(tls_world):
    bot = tls_world.start("bot", https_proxy=f"http://clerk:{HUSH}@127.0.0.1:{free_port()}", **by_name(tls_world))
    bot.wait_for_log("Telegram cannot be reached")
    bot.terminate()
    assert HUSH not in bot.log


# addresses ------------------------------------------------------------------------------------------------------------

def has_two_families():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_an_address_that_connects_and_is_silent_is_given_up_for_the_other_kind(make_world, tls):
    """In the handshake over TLS, after the request over plain HTTP."""
    if not has_two_families():
        pytest.skip("NO IPv6 ON THE LOOPBACK DEVICE HERE")
    world = make_world(tls=tls)
    with Silent("::1", port_of(world)) as silent:
        base = f"{'https' if tls else 'http'}://localhost:{port_of(world)}"
        world.start_bot(TELEGRAM_API_BASE=base, SALESREG_TEST_RESOLVE=f"localhost:{port_of(world)}:[::1],127.0.0.1")
        anna = world.person()
        anna.says("привет")
        anna.hears("offer", timeout=30)  # what is promised
        assert silent.accepted > 0
        assert world.bot.wait_for_log("Telegram cannot be reached.*::1")


def test_with_one_kind_of_address_alone_it_is_tried_again(make_world):
    world = make_world()
    world.sandbox.fault("hang", method="getUpdates", times=1)
    world.start_bot(TELEGRAM_API_BASE=f"http://localhost:{port_of(world)}")
    is_answered(world)


def test_a_proxy_from_a_file_is_used_and_its_password_is_shown_nowhere(tls_world, tmp_path):
    with ConnectProxy("clerk", HUSH) as proxy:
        (tmp_path / "proxy").write_text(proxy.url("http") + "\n")
        tls_world.start_bot(https_proxy_FILE=tmp_path / "proxy", **by_name(tls_world))
        is_answered(tls_world)
        assert proxy.accepted > 0
        done = run("check-config", settings={"DATABASE_URL": tls_world.db.url, "REGISTRY_BOT_TOKEN": TOKEN,
                                             "https_proxy_FILE": tmp_path / "proxy"})
        assert f"https_proxy=http://[...]@127.0.0.1:{proxy.port}" in done.stdout
        assert HUSH not in done.stdout + done.stderr


class Opens:
    """How often a file is opened, by whomever (inotify(7))."""

    IN_OPEN = 0x20

    def __init__(self, path):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._fd >= 0
        assert self._libc.inotify_add_watch(self._fd, os.fsencode(path), self.IN_OPEN) >= 0
        self._events = b""

    def count(self):
        try:
            while data := os.read(self._fd, 65536):
                self._events += data
        except BlockingIOError:
            pass
        return len(self._events) // 16  # without a name, as for a file that is watched itself

    def close(self):
        os.close(self._fd)


def test_the_authorities_are_read_once_however_many_connections_there_are(tls_world, tmp_path):
    world = tls_world
    port = free_port()
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(world.sandbox_ca.read_bytes())
    opens = Opens(bundle)
    world.sandbox.fault("slow", method="sendMessage", ms=3000, times=-1)
    world.start_bot(METRICS_LISTEN=f"127.0.0.1:{port}", SSL_CERT_FILE=bundle)
    people = world.sandbox.someone(12)
    world.sandbox.acts([{"user": p.id, "type": "text", "text": "привет"} for p in people])
    for person in people:
        person.hears("offer")
    assert connections(port) >= 10
    assert opens.count() == 1
    opens.close()


# the emulator over TLS ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("version,connection,stays", [
    ("1.1", None, True), ("1.1", "keep-alive", True), ("1.1", "close", False), ("1.0", None, False)])
def test_the_emulator_answers_in_one_record_and_before_it_closes(tls_world, version, connection, stays):
    context = ssl.create_default_context(cafile=tls_world.sandbox.ca)
    request = f"GET /bot{TOKEN}/getMe HTTP/{version}\r\nHost: localhost\r\n"
    request += f"Connection: {connection}\r\n\r\n" if connection else "\r\n"
    with socket.create_connection(("127.0.0.1", port_of(tls_world))) as plain, \
            context.wrap_socket(plain, server_hostname="127.0.0.1") as connected:
        for _ in range(2 if stays else 1):
            connected.sendall(request.encode())
            answer = connected.recv(65536)
            while not stays and (more := connected.recv(65536)):
                answer += more
            head, body = answer.split(b"\r\n\r\n", 1)
            assert head.startswith(b"HTTP/1.1 200") or head.startswith(b"HTTP/1.0 200"), answer
            assert b"salesreg_sandbox_bot" in body, "a read that ends with the head: the body has a record of its own"
