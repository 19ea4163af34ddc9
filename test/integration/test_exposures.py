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


@pytest.mark.parametrize("base", [AWAY, "http://telegram-bot-api:8081", "http://[2001:db8::1]", "http://10.255.254.253"])
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
    assert "telegram" in [look["area"] for look in report["skipped"]]
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
    assert supervise.said("TELEGRAM_API_BASE is an http"), "once for all"


def test_of_a_network_of_one_s_own_that_looks_like_one_only_doctor_speaks():
    base = {"TELEGRAM_API_BASE": "http://telegram-bot-api:8081", "ALLOW_PLAIN_HTTP": "true"}
    assert warnings(**base) == []
    assert finding("token-in-clear", **base)["severity"] == "note"


def test_who_has_no_token_sends_none(salesreg, database):
    outreach = salesreg("outreach", DATABASE_URL=database.url, TELEGRAM_API_BASE=AWAY)
    database.eventually("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'salesreg outreach listen'"
                        " AND datname = current_database()")
    assert not outreach.lines("TELEGRAM_API_BASE")
    assert finding("token-in-clear", TELEGRAM_API_BASE=AWAY, REGISTRY_BOT_TOKEN=None, SALESREG_ROLE="outreach") is None


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("url,warned", [("http://u:hush@proxy.example:3128", True), ("socks5h://u:hush@192.0.2.1", True),
                                        ("u:hush@proxy.example:3128", True), ("https://u:hush@proxy.example", False),
                                        ("http://proxy.example:3128", False), ("http://u:hush@127.0.0.1:3128", False)])
def test_a_proxys_password_in_clear_is_warned_of(name, url, warned):
    found = warnings(**{name: url})
    assert len(found) == warned
    if warned:
        assert f"{name.lower()} has a password in it" in found[0].replace("ALL", "all").replace("PROXY", "proxy")
        assert finding("password-in-clear", **{name: url})["severity"] == "warning"


def test_of_http_proxy_only_small_letters_count():
    """As for libcurl: the other ones may come from a request's header."""
    assert warnings(HTTP_PROXY="http://u:hush@proxy.example:3128") == []


def test_no_log_shows_a_proxys_password_or_the_mail_servers(salesreg, database):
    ways = {"http_proxy": "http://u:hush-1@192.0.2.1:9", "https_proxy": "http://u:hush-2@192.0.2.1:9",
            "ALL_PROXY": "socks5h://u:hush-3@192.0.2.1:9"}
    mail = {"SMTP_URL": "smtps://u:hush-4@192.0.2.2", "SMTP_FROM": "bot@example.org"}
    warned = warnings(**ways, **mail)
    assert len(warned) == len(ways)
    for role in ("bot", "supervise"):
        process = salesreg(role, **settings(DATABASE_URL=database.url, LOG_LEVEL="debug", **ways, **mail))
        for line in warned:
            process.wait_for_log(line.removeprefix("warning: ").split(",")[0])
        process.terminate()
        assert "hush" not in process.log


@pytest.mark.parametrize("url,severity", [("smtp://mail.example.org", "warning"), ("smtp://192.0.2.1:25", "warning"),
                                          ("smtp://mail:25", "note"), ("smtp://127.0.0.1:25", None), ("smtps://mail.example.org", None)])
def test_mails_that_may_go_in_clear_are_warned_of(url, severity):
    mail = {"SMTP_URL": url, "SMTP_FROM": "bot@example.org"}
    assert warnings(**mail) == [], "required is the default"
    found = warnings(**mail, SMTP_TLS="optional")
    assert len(found) == (severity == "warning")
    assert not found or "SMTP_TLS=optional lets mails go in clear to another machine" in found[0]
    found = finding("mail-in-clear", **mail, SMTP_TLS="optional")
    assert found is None if severity is None else found["severity"] == severity


FAR, NEAR = "warning", "note"


@pytest.mark.parametrize("url,severity,words", [
    ("postgresql://u:hush@db.example/x", FAR, "sslmode=prefer"), ("postgresql://u:hush@db.example/x?sslmode=require", FAR, "sslmode=require"),
    ("postgresql://u:hush@127.0.0.1,db.example/x", FAR, "db.example"), ("postgresql://u:hush@127.0.0.1/x?hostaddr=192.0.2.7", FAR, "127.0.0.1"),
    ("host=db.example password=hush", FAR, "db.example"), ("postgresql://u:hush@,db.example/x", FAR, "db.example"),
    ("postgresql://u:hush@postgres,db.example/x", FAR, "db.example"),
    ("postgresql://sales_agent:hush@postgres:5432/sales_agent", NEAR, "postgres"), ("postgresql://u:hush@db.prod.svc.cluster.local/x", NEAR, "db.prod"),
    ("postgresql://u:hush@10.255.254.253/x", NEAR, "10.255"), ("postgresql://u:hush@[fe80::fefe%25lo]/x", NEAR, "fe80"),
    ("postgresql://u:hush@db.example/x?sslmode=verify-full", None, ""), ("postgresql://u:hush@db.example/x?sslmode=verify-ca", None, ""),
    ("postgresql://u:hush@localhost,127.0.0.1,[::1]/x", None, ""), ("postgresql://u:hush@%2Fvar%2Frun%2Fpostgresql/x", None, ""),
    ("postgresql://u:hush@,127.0.0.1/x", None, ""), ("postgresql://u:hush@[::1%25lo]/x", None, ""),
    ("postgresql://u:hush@db.example/x?gssencmode=require", None, "")])
def test_a_database_without_verified_tls_is_warned_of_elsewhere_and_noted_in_ones_own_network(url, severity, words):
    found = warnings(DATABASE_URL=url)
    assert len(found) == (severity == FAR)
    if severity == FAR:
        assert words in found[0] and "sslmode=verify-full" in found[0]
    found = finding("database-in-clear", DATABASE_URL=url)
    assert found is None if severity is None else found["severity"] == severity and words in found["what"]


def test_require_verifies_where_there_is_a_file_of_root_certificates(tmp_path):
    """As libpq has it: then it is verify-ca. prefer goes on without TLS whatever there is."""
    url = "postgresql://u:hush@db.example/x?sslmode="
    named, missing = f"&sslrootcert={tmp_path / 'root.pem'}", f"&sslrootcert={tmp_path / 'none'}"
    (tmp_path / "root.pem").touch()
    assert warnings(DATABASE_URL=url + "require" + named) == []
    assert len(warnings(DATABASE_URL=url + "require" + missing)) == 1
    assert len(warnings(DATABASE_URL=url + "prefer" + named)) == 1
    assert len(warnings(DATABASE_URL=url + "require", HOME=tmp_path)) == 1
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").touch()
    assert warnings(DATABASE_URL=url + "require", HOME=tmp_path) == []


def test_each_start_warns_of_a_database_elsewhere_and_not_of_one_in_ones_own_network(salesreg):
    outreach = salesreg("outreach", DATABASE_URL="postgresql://u:hush@192.0.2.1:1/x?connect_timeout=2")
    outreach.wait_for_log("DATABASE_URL leads to another machine, 192.0.2.1, without verified TLS")
    assert outreach.said("verified TLS")
    outreach = salesreg("outreach", DATABASE_URL="postgresql://u:hush@postgres:1/x?connect_timeout=2")
    outreach.wait_for_log("no database for now")
    assert not outreach.lines("verified TLS")


def test_supervise_judges_what_its_workers_read(salesreg, database):
    """Of a file of settings for all machines the rest is other processes' business."""
    others = {"TELEGRAM_API_BASE": AWAY, "REGISTRY_BOT_TOKEN": "no-token", "SMTP_URL": "smtp://mail.example.org", "SMTP_TLS": "optional",
              "https_proxy": "http://u:hush@proxy.example:3128", "GOOGLE_TOKEN_URL": AWAY, "GOOGLE_CLIENT_SECRET": "hush",
              "TOKEN_ENCRYPTION_KEY": "short", "REGISTRY_BOT_TOKEN_FILE": None}
    supervise = salesreg("supervise", DATABASE_URL=database.url, WORKERS="outreach,oauth", **others)
    supervise.wait_for_log("every worker is ready")
    assert not supervise.lines("in clear|is not of the form|http://|base64")
    google = {name: others[name] for name in ("GOOGLE_TOKEN_URL", "GOOGLE_CLIENT_SECRET", "TOKEN_ENCRYPTION_KEY")}
    supervise = salesreg("supervise", **settings(DATABASE_URL=database.url, **google))
    supervise.wait_for_log("every worker is ready")


PASTED = f"https://api.telegram.org/bot{TOKEN}"


@pytest.mark.parametrize("name,value,words", [
    *((name, PASTED, "a bot's token") for name in ("TELEGRAM_API_BASE", "GOOGLE_AUTH_URL", "OAUTH_PUBLIC_URL", "METRICS_LISTEN", "https_proxy",
                                                   "http_proxy", "ALL_PROXY", "SMTP_FROM", "no_proxy", "SSL_CERT_FILE", "WORKERS",
                                                   "SALESREG_ROLE", "MESSAGES", "LOG_LEVEL", "ADMIN_TELEGRAM_IDS", "TZ")),
    ("TELEGRAM_API_BASE", "https://api.telegram.org/bot123:ABsecret/getMe", "a bot's token"),
    ("TELEGRAM_API_BASE", TOKEN, "a bot's token"), ("TELEGRAM_API_BASE", PASTED.replace(":AA", "%3AAA"), "a bot's token"),
    ("GOOGLE_CLIENT_ID", "GOCSPX-hush-hush", "GOOGLE_CLIENT_SECRET"),
    ("TELEGRAM_API_BASE", "http://user:hush@127.0.0.1:8081", "take away what stands before the @"),
    ("TELEGRAM_API_BASE", "user:hush@127.0.0.1", "take away what stands before the @"),
    ("OAUTH_PUBLIC_URL", "https://u:hu/sh@bot.example.org", "take away what stands before the @"),
    ("METRICS_LISTEN", "u:hush@127.0.0.1:9464", "take away what stands before the @"),
    ("OAUTH_LISTEN", "http://u:hush@127.0.0.1:9464", "take away what stands before the @"),
    ("SMTP_FROM", "smtp://u:hush@127.0.0.1", "take away what stands before the @"),
    ("LOG_LEVEL", "postgresql://u:hush@127.0.0.1/db", "take away what stands before the @")])
def test_a_secret_in_the_wrong_variable_is_refused_and_not_shown(salesreg, name, value, words):
    done = run("check-config", settings=settings(**{name: value}))
    assert done.returncode == EXIT_CONFIG
    line, = done.stderr.splitlines()
    assert line.startswith(f"{name} has ") and words in line and "must be: " in line
    for secret in ("AAsecret", "ABsecret", "hush", "hu/sh"):
        assert secret not in done.stdout + done.stderr
    process = salesreg("supervise", **settings(**{name: value}))
    process.expect_exit(EXIT_CONFIG)
    assert process.wait() == EXIT_CONFIG
    assert line in process.log and "AAsecret" not in process.log and "hush" not in process.log


def test_texts_for_people_may_name_a_page_and_a_mailbox():
    texts = {"ru": {"help_stranger": "См. https://example.org/help или пишите на help@example.org"}}
    done = run("check-config", settings=settings(MESSAGES=json.dumps(texts)))
    assert done.returncode == 0, done.stderr
