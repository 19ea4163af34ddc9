"""Secrets on the wire: one rule for every URL that carries one, at the start, in check-config and in doctor."""
import json

import pytest

from support.process import EXIT_CONFIG, run

TOKEN = "123456789:AAsecretsecretsecretsecretsecret-1"
HERE = "postgresql://user:hush-hush-77@127.0.0.1:1/db"
AWAY = "http://192.0.2.1:8081"


def settings(**more):
    return {"DATABASE_URL": HERE, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": "http://127.0.0.1:1", **more}


def check(**more):
    done = run("check-config", settings=settings(**more))
    assert "hush" not in done.stdout + done.stderr and "AAsecret" not in done.stdout + done.stderr
    return done


def warnings(**more):
    done = check(**more)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("warning: ")]


def finding(code, **more):
    done = run("doctor", "--json", "--no-poll", settings=settings(**more))
    assert "hush" not in done.stdout and "AAsecret" not in done.stdout
    return {f["code"]: f for f in json.loads(done.stdout)["findings"]}.get(code)


def test_what_stays_on_this_machine_is_no_matter():
    assert warnings() == []


@pytest.mark.parametrize("base", [AWAY, "http://telegram-bot-api:8081", "http://127.0.0.1@192.0.2.1", "http://u:hush@[2001:db8::1]"])
def test_a_token_is_not_sent_in_clear_to_another_machine(salesreg, base):
    done = check(TELEGRAM_API_BASE=base)
    assert done.returncode == EXIT_CONFIG
    line, = done.stderr.splitlines()
    assert "TELEGRAM_API_BASE is an http:// address of another machine" in line and "ALLOW_PLAIN_HTTP=true" in line
    for role in ("bot", "supervise"):
        process = salesreg(role, **settings(TELEGRAM_API_BASE=base))
        process.expect_exit(EXIT_CONFIG)
        assert process.wait() == EXIT_CONFIG
        assert line in process.log
    found = finding("token-in-clear", TELEGRAM_API_BASE=base)
    assert found["severity"] == "serious" and line.startswith(found["what"])


def test_nor_by_doctor_or_adopt_bot(database):
    """Neither waits for the address that cannot be reached: it is not called."""
    done = run("doctor", "--json", "--no-poll", settings=settings(TELEGRAM_API_BASE=AWAY))
    report = json.loads(done.stdout)
    assert "telegram" in [look["area"] for look in report["not_looked_at"]]
    done = run("adopt-bot", settings=settings(TELEGRAM_API_BASE=AWAY, DATABASE_URL=database.url))
    assert done.returncode == EXIT_CONFIG and "ALLOW_PLAIN_HTTP" in done.stderr


def test_a_network_of_one_s_own_may_be_said_to_be_one_and_is_warned_of(salesreg, database):
    base = {"TELEGRAM_API_BASE": AWAY, "ALLOW_PLAIN_HTTP": "true"}
    warning, = warnings(**base)
    assert "TELEGRAM_API_BASE" in warning and "192.0.2.1" in warning
    assert finding("token-in-clear", **base)["severity"] == "warning"
    bot = salesreg("bot", **settings(**base, DATABASE_URL=database.url))
    bot.wait_for_log("TELEGRAM_API_BASE is an http:// address of another machine")
    supervise = salesreg("supervise", **settings(**base, DATABASE_URL=database.url))
    supervise.wait_for_log("every worker is ready")
    assert len(supervise.lines("TELEGRAM_API_BASE is an http")) == 1, "once for all"


def test_who_has_no_token_sends_none(salesreg, database):
    outreach = salesreg("outreach", DATABASE_URL=database.url, TELEGRAM_API_BASE=AWAY)
    database.eventually("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'salesreg outreach listen'"
                        " AND datname = current_database()")
    assert not outreach.lines("TELEGRAM_API_BASE")
    assert finding("token-in-clear", TELEGRAM_API_BASE=AWAY, REGISTRY_BOT_TOKEN=None, SALESREG_ROLE="outreach") is None


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("url,warned", [("http://u:hush@proxy.example:3128", True), ("socks5h://u:hush@192.0.2.1", True),
                                        ("u:hush@proxy.example:3128", True), ("https://u:hush@proxy.example", False),
                                        ("http://proxy.example:3128", False), ("http://u:hush@127.0.0.1:3128", False)])
def test_a_proxys_password_in_clear_is_warned_of(name, url, warned):
    found = warnings(**{name: url})
    assert len(found) == warned
    if warned:
        assert f"{name.lower()} has a password in it" in found[0].replace("ALL", "all").replace("PROXY", "proxy")
        assert finding("password-in-clear", **{name: url})["severity"] == "warning"


@pytest.mark.parametrize("url,warned", [
    ("postgresql://u:hush@db.example/x", "sslmode=prefer"), ("postgresql://u:hush@db.example/x?sslmode=require", "sslmode=require"),
    ("postgresql://u:hush@127.0.0.1,db.example/x", "db.example"), ("postgresql://u:hush@127.0.0.1/x?hostaddr=192.0.2.7", "127.0.0.1"),
    ("host=db.example password=hush", "db.example"),
    ("postgresql://u:hush@db.example/x?sslmode=verify-full", None), ("postgresql://u:hush@db.example/x?sslmode=verify-ca", None),
    ("postgresql://u:hush@localhost,127.0.0.1,[::1]/x", None), ("postgresql://u:hush@%2Fvar%2Frun%2Fpostgresql/x", None),
    ("postgresql://u:hush@db.example/x?gssencmode=require", None)])
def test_a_database_elsewhere_without_verified_tls_is_a_note(url, warned):
    found = warnings(DATABASE_URL=url)
    assert len(found) == bool(warned)
    if warned:
        assert warned in found[0] and "sslmode=verify-full" in found[0]


def test_it_is_a_note_of_doctors_and_a_line_of_each_start(salesreg):
    url = "postgresql://u:hush@192.0.2.1:1/x?connect_timeout=2"
    found = finding("database-in-clear", DATABASE_URL=url)
    assert found["severity"] == "note" and "192.0.2.1" in found["what"]
    outreach = salesreg("outreach", DATABASE_URL=url)
    outreach.wait_for_log("DATABASE_URL leads to another machine, 192.0.2.1, without verified TLS")
    assert len(outreach.lines("verified TLS")) == 1


def test_a_user_and_a_password_in_a_url_are_not_shown():
    done = check(TELEGRAM_API_BASE="http://user:hush@127.0.0.1:8081")
    assert "TELEGRAM_API_BASE=http://[...]@127.0.0.1:8081" in done.stdout
