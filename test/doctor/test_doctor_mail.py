"""doctor looks at the mail server as far as a mail would come, and mails nothing."""
import json
import socket
from urllib.parse import quote

import pytest

from support.mail import FROM, PASSWORD, USER, MailServer, settings
from support.process import run
from support.roads import Silent
from support.telegram import TOKEN
from support.waiting import eventually

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def look(tmp_path):
    """look(**settings): doctor's finding about the mail server, or None."""
    def look(**given):
        done = run("doctor", "--json", "--no-poll", settings={
            "DATABASE_URL": NOWHERE, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": "http://127.0.0.1:1",
            "SALESREG_RUN_DIR": tmp_path / "run", "SMTP_FROM": FROM, **given})
        assert PASSWORD not in done.stdout + done.stderr and quote(PASSWORD, safe="") not in done.stdout + done.stderr
        report = json.loads(done.stdout)
        look.at = [fact["area"] for fact in report["checked"]]
        found = [finding for finding in report["findings"] if finding["area"] == "mail"]
        assert len(found) <= 1
        return found[0] if found else None
    return look


@pytest.fixture
def secure(tmp_path):
    server = MailServer(tmp_path, tls=True, auth=True)
    yield server
    server.stop()


def url(server, password=PASSWORD):
    return f"smtp://{USER}:{quote(password, safe='')}@127.0.0.1:{server.port}"


def test_where_it_takes_mail_nothing_is_found_and_nothing_is_mailed(look, mail):
    assert look(**settings(mail)) is None and "mail" in look.at
    eventually(lambda: mail.senders)
    assert mail.senders == [(FROM, False, None)] and mail.sessions == [] and mail.messages == []


def test_nor_with_starttls_and_a_password(look, secure):
    assert look(SMTP_URL=url(secure), SSL_CERT_FILE=secure.ca) is None
    assert secure.senders == [(FROM, True, True)] and secure.messages == []


def test_without_a_mail_server_nothing_is_said_of_it(look):
    assert look() is None and "mail" not in look.at


def test_a_wrong_password_is_serious(look, secure):
    finding = look(SMTP_URL=url(secure, "wrong"), SSL_CERT_FILE=secure.ca)
    assert finding["severity"] == "serious" and finding["code"] == "mail-server"
    assert finding["what"].startswith("the mail server does not let the user of SMTP_URL in: 535")
    assert "user and password in SMTP_URL" in finding["fix"]


def test_a_certificate_of_nobody_is_serious(look, secure):
    finding = look(SMTP_URL=url(secure))
    assert finding["severity"] == "serious" and "SSL_CERT_FILE" in finding["fix"]
    assert finding["what"].startswith("the mail server's certificate cannot be verified: SSL certificate problem: ")


def test_a_server_without_starttls_is_serious(look, mail):
    finding = look(SMTP_URL=f"smtp://127.0.0.1:{mail.port}")
    assert finding["severity"] == "serious" and finding["what"].startswith("there is no TLS with the mail server")
    assert "587" in finding["fix"] and mail.senders == []


def test_tls_from_the_start_at_a_port_without_is_serious(look, mail):
    finding = look(SMTP_URL=f"smtps://127.0.0.1:{mail.port}")
    assert finding["severity"] == "serious" and finding["what"].startswith("there is no TLS with the mail server")


@pytest.mark.parametrize("reply,severity", [("550 5.7.1 Not you", "serious"), ("451 4.7.1 Later", "warning")])
def test_a_sender_that_is_refused_is_told_with_what_was_said(look, mail, reply, severity):
    mail.sender_reply = reply
    finding = look(**settings(mail))
    assert finding["severity"] == severity and "SMTP_FROM" in finding["fix"]
    assert finding["what"] == "the mail server does not take mail from SMTP_FROM: " + reply


def test_a_server_that_never_says_goodbye_is_not_waited_for(look, mail):
    mail.silent_at = "QUIT"
    assert look(**settings(mail)) is None and mail.heard == ["QUIT"] and mail.silent_at == "QUIT"


def test_a_port_where_nobody_listens_is_serious(look):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        finding = look(SMTP_URL=f"smtp://127.0.0.1:{free.getsockname()[1]}")
    assert finding["severity"] == "serious" and finding["what"].startswith("the mail server is not reached: ")
    assert "host and port in SMTP_URL" in finding["fix"]


def test_a_silent_server_is_given_up(look):
    with Silent() as silent:
        finding = look(SMTP_URL=f"smtp://127.0.0.1:{silent.port}")
        assert finding["what"].startswith("the mail server is not reached: ") and silent.accepted == 1


def test_settings_that_cannot_be_used_are_the_configurations_finding(look, mail):
    assert look(SMTP_URL=f"http://127.0.0.1:{mail.port}") is None
    assert look(SMTP_URL=f"smtp://127.0.0.1:{mail.port}", SMTP_FROM="nobody") is None
    assert mail.senders == []
