"""Configuration: one line a problem, nothing secret shown, files as well as variables, roles by name."""
import json
import os

import pytest

from support.paths import ROOT
from support.process import EXIT_CONFIG, EXIT_USAGE, Process, run
from support.texts import Texts

TOKEN = "123456789:AAsecretsecretsecretsecretsecret-1"
GOOD = {"DATABASE_URL": "postgresql://user:hush-hush-77@127.0.0.1/db", "REGISTRY_BOT_TOKEN": TOKEN}
SECRETS = ["hush-hush-77", "AAsecret"]
DOCUMENTED = [  # DESIGN §6
    "DATABASE_URL", "REGISTRY_BOT_TOKEN", "CORPORATE_EMAIL_DOMAIN", "OUTREACH_ENABLED", "OUTREACH_INTERVAL_SECONDS",
    "MAX_PROSPECTS_PER_REP", "ASSIGNMENT_STRATEGY", "REGISTRATION_APPROVAL", "ADMIN_TELEGRAM_IDS", "BOT_LOCALE",
    "TELEGRAM_API_BASE", "TELEGRAM_RATE_LIMIT", "TELEGRAM_CHAT_RATE_LIMIT", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET",
    "GOOGLE_AUTH_URL", "GOOGLE_TOKEN_URL", "GOOGLE_REVOKE_URL", "GOOGLE_CALENDAR_API_BASE", "OAUTH_PUBLIC_URL",
    "OAUTH_LISTEN", "TOKEN_ENCRYPTION_KEY", "HISTORY_RETENTION_DAYS", "TZ", "LOG_LEVEL", "LOG_FORMAT", "DB_POOL_SIZE",
    "METRICS_LISTEN", "SALESREG_RUN_DIR", "WORKERS", "SALESREG_ROLE"]
DEFAULTS = {
    "CORPORATE_EMAIL_DOMAIN": "truerealestate.bali", "OUTREACH_ENABLED": "true", "OUTREACH_INTERVAL_SECONDS": "300",
    "MAX_PROSPECTS_PER_REP": "5", "ASSIGNMENT_STRATEGY": "round_robin", "REGISTRATION_APPROVAL": "auto",
    "ADMIN_TELEGRAM_IDS": "", "BOT_LOCALE": "ru", "TELEGRAM_RATE_LIMIT": "30", "TELEGRAM_CHAT_RATE_LIMIT": "1",
    "OAUTH_LISTEN": "127.0.0.1:8080", "HISTORY_RETENTION_DAYS": "90", "LOG_LEVEL": "info", "LOG_FORMAT": "text",
    "DB_POOL_SIZE": "4", "WORKERS": "bot,outreach,oauth"}


def check(**settings):
    done = run("check-config", settings={**GOOD, **settings})
    for secret in SECRETS:
        assert secret not in done.stdout + done.stderr
    return done


def shown(done):
    """What check-config says is in force."""
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def complaint(done):
    """The single line of a refusal."""
    assert done.returncode == EXIT_CONFIG, done
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


# check-config, help -----------------------------------------------------------------------------------------------------

def test_check_config_shows_every_variable_and_says_that_all_is_well():
    done = check()
    assert done.returncode == 0 and done.stderr == ""
    values = shown(done)
    assert set(DOCUMENTED) <= set(values)
    assert {name: values[name] for name in DEFAULTS} == DEFAULTS
    assert "usable" in done.stdout.splitlines()[-1]


def test_secrets_are_said_to_be_set_and_never_shown():
    values = shown(check(GOOGLE_CLIENT_SECRET="gcs-hush-hush-77", TOKEN_ENCRYPTION_KEY="AAsecretkey" + "A" * 32 + "="))
    for name in ("DATABASE_URL", "REGISTRY_BOT_TOKEN", "GOOGLE_CLIENT_SECRET", "TOKEN_ENCRYPTION_KEY"):
        assert values[name] == "(set)"
    assert shown(check())["GOOGLE_CLIENT_SECRET"] == "(not set)"


@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_help_of_a_role_comes_from_the_same_table(role):
    done = run(role, "--help")
    assert done.returncode == 0 and done.stderr == ""
    for name in DOCUMENTED:
        assert name in done.stdout
    for default in DEFAULTS.values():
        assert default in done.stdout


@pytest.mark.parametrize("command", ["help", "--help", "-h"])
def test_help_names_the_commands_and_the_variables(command):
    done = run(command)
    assert done.returncode == 0
    for word in ("bot", "outreach", "migrate", "check-config", "sandbox", "version", *DOCUMENTED):
        assert word in done.stdout


def test_version_names_the_program_and_the_libraries():
    done = run("version")
    assert done.returncode == 0
    assert done.stdout.startswith("salesreg 0.")
    for library in ("libuv", "libpq", "libcurl", "jansson", "libmicrohttpd", "libsodium"):
        assert library in done.stdout
    assert run("--version").stdout == done.stdout


# roles ------------------------------------------------------------------------------------------------------------------

def test_without_a_role_there_is_help_and_exit_64():
    done = run()
    assert done.returncode == EXIT_USAGE
    assert "usage: salesreg COMMAND" in done.stdout


def test_an_unknown_command_is_exit_64_and_one_line():
    done = run("frobnicate")
    assert done.returncode == EXIT_USAGE
    assert "frobnicate" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_an_unknown_argument_of_a_role_is_exit_64(role):
    done = run(role, "--verbose", settings=GOOD)
    assert done.returncode == EXIT_USAGE
    assert "--verbose" in done.stderr


def test_salesreg_role_is_used_where_argv_names_none():
    assert run(settings={"SALESREG_ROLE": "version"}).stdout == run("version").stdout
    assert run("help", settings={"SALESREG_ROLE": "version"}).stdout == run("help").stdout


@pytest.mark.parametrize("role", ["version", " version\n"])
def test_salesreg_role_is_read_like_every_other_variable(tmp_path, role):
    """From its file, and without the white space around it, though it is read before the others."""
    (tmp_path / "role").write_text(role)
    expected = run("version").stdout
    assert run(settings={"SALESREG_ROLE": role}).stdout == expected
    assert run(settings={"SALESREG_ROLE_FILE": tmp_path / "role"}).stdout == expected
    assert run("check-config", settings={**GOOD, "SALESREG_ROLE": role}).returncode == 0
    done = run("check-config", settings={**GOOD, "SALESREG_ROLE_FILE": tmp_path / "role"})
    assert done.returncode == 0, done.stderr
    (tmp_path / "role").write_text("nosuch\n")
    assert "nosuch is not a role" in run("healthcheck", settings={"SALESREG_ROLE_FILE": tmp_path / "role"}).stderr


@pytest.mark.parametrize("role,needs_token", [("outreach", False), ("bot", True), ("supervise", True)])
def test_check_config_in_a_container_of_one_role_asks_for_what_that_role_needs(role, needs_token):
    done = run("check-config", settings={"DATABASE_URL": "postgresql://u@/db", "SALESREG_ROLE": role})
    assert done.returncode == (78 if needs_token else 0), done.stderr
    assert ("REGISTRY_BOT_TOKEN is not set" in done.stderr) == needs_token


def test_a_role_that_cannot_be_read_is_said_where_one_is_needed(tmp_path):
    for settings in ({"SALESREG_ROLE_FILE": tmp_path / "none"}, {"SALESREG_ROLE": "bot", "SALESREG_ROLE_FILE": tmp_path / "none"}):
        done = run(settings=settings)
        assert done.returncode == EXIT_CONFIG and "SALESREG_ROLE_FILE" in done.stderr, done.stderr
        assert run("version", settings=settings).returncode == 0
        assert "SALESREG_ROLE_FILE" in run("check-config", settings={**GOOD, **settings}).stderr


def test_what_a_library_reads_may_come_from_a_file_too(tmp_path):
    """As the proxies: what is left alone reaches nobody."""
    (tmp_path / "hosts").write_text("127.0.0.1\n")
    done = run("doctor", "--no-poll", "--json", settings={
        **GOOD, "TELEGRAM_API_BASE": "https://127.0.0.1:1", "https_proxy": "http://127.0.0.1:2", "no_proxy_FILE": tmp_path / "hosts"})
    assert "127.0.0.1 port 1" in done.stdout and "port 2" not in done.stdout, done.stdout


def test_an_empty_salesreg_role_counts_as_none_and_an_unknown_one_is_refused():
    assert run(settings={"SALESREG_ROLE": ""}).returncode == EXIT_USAGE
    done = run(settings={"SALESREG_ROLE": "frobnicate"})
    assert done.returncode == EXIT_USAGE and "frobnicate" in done.stderr


# whatever a terminal would obey: C0, C1, DEL, marks of direction, separators of lines
HOSTILE = "\x1b]52;c;eA==\x07\x1b[2J\x7f\x9b31m\u202e\u2066\u2028x"


def shown_harmlessly(text):
    return [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029\u202e\u2066")] == []


@pytest.mark.parametrize("name", ["CORPORATE_EMAIL_DOMAIN", "TELEGRAM_API_BASE", "SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy",
                                  "TZ", "WORKERS", "MESSAGES", "SALESREG_RUN_DIR", "LOG_LEVEL", "ADMIN_TELEGRAM_IDS",
                                  "METRICS_LISTEN", "DATABASE_URL", "SALESREG_RUN_DIR_FILE", "MESSAGES_FILE"])
def test_check_config_tells_a_terminal_nothing(name):
    """What is set is shown, whether it can be used or not."""
    done = run("check-config", settings={**GOOD, name: "/x" + HOSTILE})
    assert done.returncode in (0, EXIT_CONFIG) and name in done.stdout + done.stderr
    assert shown_harmlessly(done.stdout) and shown_harmlessly(done.stderr), done


def test_check_config_tells_a_terminal_nothing_by_what_stands_before_a_hidden_password():
    done = run("check-config", settings={**GOOD, "https_proxy": HOSTILE + "://user:hush@" + HOSTILE})
    assert "https_proxy" in done.stdout and "hush" not in done.stdout + done.stderr
    assert shown_harmlessly(done.stdout) and shown_harmlessly(done.stderr), done


def test_check_config_tells_a_terminal_nothing_from_the_inside_of_a_document():
    for document in ({"ru": {HOSTILE: "x"}}, {HOSTILE: {}}, {"ru": {"offer": HOSTILE + "{name}"}}):
        done = run("check-config", settings={**GOOD, "MESSAGES": json.dumps(document, ensure_ascii=False)})
        assert shown_harmlessly(done.stdout) and shown_harmlessly(done.stderr), done


def test_a_control_character_in_a_value_is_refused():
    done = run("check-config", settings={**GOOD, "CORPORATE_EMAIL_DOMAIN": "a.example\b"})
    assert done.returncode == EXIT_CONFIG and "CORPORATE_EMAIL_DOMAIN has invisible characters" in done.stderr


# bad values -------------------------------------------------------------------------------------------------------------

BAD = [
    ("OUTREACH_ENABLED", "maybe", "true or false"),
    ("OUTREACH_INTERVAL_SECONDS", "0", "1…86400"),
    ("OUTREACH_INTERVAL_SECONDS", "5m", "seconds"),
    ("OUTREACH_INTERVAL_SECONDS", "-5", "1…86400"),
    ("MAX_PROSPECTS_PER_REP", "0", "1…1000000"),
    ("PROSPECT_HOURS", "21-9", "hours from-to"),
    ("PROSPECT_HOURS", "9:00-21:00", "hours from-to"),
    ("PROSPECT_HOURS", "9-25", "hours from-to"),
    ("PROSPECT_MESSAGES_PER_DAY", "-1", "0…100"),
    ("FOLLOW_UP_HOURS", "1.5", "0…8760"),
    ("MAX_PROSPECTS_PER_REP", "five", "1…1000000"),
    ("MAX_PROSPECTS_PER_REP", "99999999999999999999", "1…1000000"),
    ("ASSIGNMENT_STRATEGY", "random", "round_robin or least_loaded"),
    ("REGISTRATION_APPROVAL", "yes", "auto or admin or invite"),
    ("SMTP_TLS", "never", "required or optional"),
    ("ADMIN_TELEGRAM_IDS", "12,@boss", "id[,id…]"),
    ("ADMIN_TELEGRAM_IDS", "-100", "id[,id…]"),
    ("BOT_LOCALE", "de", "ru or en"),
    ("TELEGRAM_API_BASE", "api.telegram.org", "http"),
    ("TELEGRAM_API_BASE", "ftp://example.org", "http"),
    ("TELEGRAM_API_BASE", "http://", "http"),
    ("TELEGRAM_RATE_LIMIT", "many", "0…1000"),
    ("TELEGRAM_CHAT_RATE_LIMIT", "-1", "0…1000"),
    ("HISTORY_RETENTION_DAYS", "0", "1…36500"),
    ("LOG_LEVEL", "loud", "debug or info or warn or error"),
    ("LOG_FORMAT", "xml", "text or json"),
    ("DB_POOL_SIZE", "65", "1…64"),
    ("CORPORATE_EMAIL_DOMAIN", "@truerealestate.bali", "without @"),
    ("CORPORATE_EMAIL_DOMAIN", "a.b,,c", "domain"),
    ("METRICS_LISTEN", "9464", "address:port"),
    ("METRICS_LISTEN", ":9464", "address:port"),
    ("METRICS_LISTEN", "localhost:metrics", "address:port"),
    ("METRICS_LISTEN", "example.org:9464", "address:port"),
    ("METRICS_LISTEN", "::1:9464", "address:port"),
    ("METRICS_LISTEN", "127.0.0.1:65536", "address:port"),
]


# what newcomers and copying bring along: refused by whoever reads it, with the same words
REFUSED = [
    ("DATABASE_URL", "x", "postgresql://"),
    ("REGISTRY_BOT_TOKEN", "y", "BotFather"),
    ("WORKERS", "nope", "list of bot, outreach, oauth"),
    ("WORKERS", "[bot,outreach]", "list in brackets"),
    ("SALESREG_ROLE", "zzz", "a command"),
    ("TZ", "Mars/Phobos", "time zone"),
    ("TZ", "Asia/Denpasar", "near ones: Asia/Makassar"),
    ("TZ", "Asia/Makasar", "near ones: Asia/Makassar"),
    ("TZ", "../../etc/passwd", "time zone"),
    ("ADMIN_TELEGRAM_IDS", "[1, 2]", "list in brackets"),
    ("CORPORATE_EMAIL_DOMAIN", "['a.org']", "list in brackets"),
    ("CORPORATE_EMAIL_DOMAIN", '"a.org"', "quotation mark"),
    ("BOT_LOCALE", "'ru'", "quotation mark"),
    ("DATABASE_URL", '"postgresql://u@h/db"', "quotation mark"),
    ("MAX_PROSPECTS_PER_REP", "\ufeff5", "byte order mark"),
    ("REGISTRY_BOT_TOKEN", "123456789:AAAAAAAAAAAAAAAAAAAA\u200bAAAAAAAAAAAAAAA", "invisible characters"),
    ("CORPORATE_EMAIL_DOMAIN", "a.org\nb.org", "more than one line"),
]


@pytest.mark.parametrize("name,value,words", REFUSED, ids=[f"{n}={v!r}" for n, v, _ in REFUSED])
def test_check_config_and_the_workers_refuse_the_same_with_the_same_words(name, value, words):
    line = complaint(check(**{name: value}))
    assert line.startswith(name) and words in line
    for role in ("bot", "supervise"):
        done = run(role, settings={**GOOD, name: value})
        assert done.returncode == EXIT_CONFIG, done
        (said,) = [text for text in done.stderr.splitlines() if "configuration" in text]
        assert said.endswith(line), (role, said, line)


def test_a_key_that_is_none_is_refused_where_it_is_read():
    """By check-config, that is, as long as there is no oauth."""
    assert "32 bytes, base64" in complaint(check(TOKEN_ENCRYPTION_KEY="short"))


@pytest.mark.parametrize("content,words", [
    ("5".encode("utf-16"), "UTF-16"), ("5".encode("utf-16-be"), "UTF-16"), (b"\xef\xbb\xbf5\n", "byte order mark")])
def test_a_file_in_another_encoding_is_named(tmp_path, content, words):
    file = tmp_path / "value"
    file.write_bytes(content)
    line = complaint(check(MAX_PROSPECTS_PER_REP=None, MAX_PROSPECTS_PER_REP_FILE=str(file)))
    assert line.startswith("MAX_PROSPECTS_PER_REP") and words in line


@pytest.mark.parametrize("zone", ["Asia/Makassar", "UTC", ":Europe/Moscow", "WITA-8", "<+08>-8", "MSK-3", "Etc/GMT-8", ""])
def test_a_time_zone_that_exists_is_taken(zone):
    assert check(TZ=zone).returncode == 0


MAIL = {"SMTP_URL": "smtps://u:hush-hush-77@mail.example:465", "SMTP_FROM": "registry@mail.example"}


@pytest.mark.parametrize("changes,said", [
    ({}, None), ({"SMTP_URL": "smtp://mail.example"}, None), ({"SMTP_URL": "smtp://mail.example", "SMTP_TLS": "optional"}, None),
    ({"SMTP_URL": "smtp://u:hush-hush-77@127.0.0.1", "SMTP_TLS": "optional"}, None),
    ({"SMTP_URL": "smtp://u:hush-hush-77@localhost:2525", "SMTP_TLS": "optional"}, None),
    ({"SMTP_URL": "smtps://u:hush-hush-77@mail.example", "SMTP_TLS": "optional"}, None),
    ({"SMTP_URL": "smtp://u:hush-hush-77@mail.example", "SMTP_TLS": "optional"}, "SMTP_TLS=optional would send the password"),
    ({"SMTP_URL": "mail.example:25"}, "SMTP_URL is not usable"), ({"SMTP_URL": "http://mail.example"}, "SMTP_URL is not usable"),
    ({"SMTP_URL": "smtp://u:hush-hush-77/x@mail.example"}, "SMTP_URL is not usable"), ({"SMTP_URL": "smtp://"}, "SMTP_URL is not usable"),
    ({"SMTP_FROM": None}, "SMTP_URL needs SMTP_FROM"), ({"SMTP_FROM": "registry"}, "SMTP_URL needs SMTP_FROM"),
    ({"SMTP_FROM": "Registry <a@b.example>"}, "SMTP_URL needs SMTP_FROM"), ({"SMTP_FROM": "<a@b.example>"}, "SMTP_URL needs SMTP_FROM"),
    ({"SMTP_URL": None}, "")])
def test_how_mail_is_sent_is_checked_at_the_start(changes, said):
    done = check(**{**MAIL, **changes})
    if said:
        assert said in complaint(done)
    else:
        assert done.returncode == 0 and shown(done)["SMTP_URL"] == ("(set)" if said is None else "(not set)")


def test_keys_may_be_several_while_they_are_rotated():
    key = "A" * 43 + "="
    assert check(TOKEN_ENCRYPTION_KEY=f"{key}, {key}").returncode == 0
    assert "TOKEN_ENCRYPTION_KEY" in complaint(check(TOKEN_ENCRYPTION_KEY=f"{key},short"))


CALENDAR = {"GOOGLE_CLIENT_ID": "1.apps.googleusercontent.com", "GOOGLE_CLIENT_SECRET": "s", "OAUTH_PUBLIC_URL": "https://x.example",
            "TOKEN_ENCRYPTION_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}


def test_every_command_may_stand_in_salesreg_role():
    listed = run("help").stdout.split("SALESREG_ROLE names")[0]
    commands = [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    assert {"bot", "supervise", "doctor", "adopt-bot"} <= set(commands)
    for command in commands:
        calendar = CALENDAR if command == "oauth" else {}
        assert check(SALESREG_ROLE=command, **calendar).returncode == 0, command


def test_the_calendars_worker_says_in_a_line_each_what_it_lacks():
    for name in CALENDAR:
        line = complaint(check(SALESREG_ROLE="oauth", **{key: value for key, value in CALENDAR.items() if key != name}))
        assert line.startswith(f"{name} is not set; it must be: ")
    assert check(SALESREG_ROLE="supervise", GOOGLE_CLIENT_ID="x").returncode == 0


@pytest.mark.parametrize("name,value,rule", BAD, ids=[f"{name}={value}" for name, value, _ in BAD])
def test_a_bad_value_is_one_line_with_name_value_and_rule_and_exit_78(name, value, rule):
    line = complaint(check(**{name: value}))
    assert name in line and value in line and rule in line


@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_a_role_refuses_a_bad_value_with_the_same_line_and_exit_78(role):
    line = complaint(run(role, settings={**GOOD, "MAX_PROSPECTS_PER_REP": "five"}))
    assert "MAX_PROSPECTS_PER_REP=five" in line and "1…1000000" in line


def test_every_bad_value_gets_its_line():
    done = check(BOT_LOCALE="de", LOG_LEVEL="loud", DB_POOL_SIZE="0")
    assert done.returncode == EXIT_CONFIG
    assert [line.split("=")[0] for line in done.stderr.splitlines()] == ["BOT_LOCALE", "LOG_LEVEL", "DB_POOL_SIZE"]


@pytest.mark.parametrize("role,missing", [("bot", "REGISTRY_BOT_TOKEN"), ("bot", "DATABASE_URL"),
                                          ("outreach", "DATABASE_URL"), ("migrate", "DATABASE_URL")])
def test_what_a_role_needs_and_is_not_set_is_named(role, missing):
    line = complaint(run(role, settings={**GOOD, missing: None}))
    assert missing in line and "not set" in line


def test_outreach_needs_no_token(postgres, database, salesreg):
    outreach = salesreg("outreach", DATABASE_URL=database.url)
    database.eventually("SELECT count(*) > 1 FROM pg_stat_activity WHERE datname = current_database()"
                        " AND application_name LIKE 'salesreg outreach%%'")
    outreach.terminate()


@pytest.mark.parametrize("token", ["nonsense", "123456789:short token", ":AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "123456789:",
                                   "abc:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_malformed_token_is_refused_at_the_start_and_not_shown(token):
    done = run("bot", settings={**GOOD, "REGISTRY_BOT_TOKEN": token})
    line = complaint(done)
    assert "REGISTRY_BOT_TOKEN" in line and "BotFather" in line
    assert token not in done.stderr


def test_approval_by_admins_without_admins_is_refused():
    line = complaint(check(REGISTRATION_APPROVAL="admin"))
    assert "ADMIN_TELEGRAM_IDS" in line
    assert check(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="5, 6").returncode == 0


def test_an_empty_variable_counts_as_not_set():
    done = check(MAX_PROSPECTS_PER_REP="", BOT_LOCALE="", TELEGRAM_API_BASE="")
    assert done.returncode == 0, done.stderr
    assert shown(done)["MAX_PROSPECTS_PER_REP"] == "5"
    line = complaint(run("check-config", settings={**GOOD, "DATABASE_URL": ""}))
    assert "DATABASE_URL" in line and "not set" in line


@pytest.mark.parametrize("name,default", [("MAX_PROSPECTS_PER_REP", "5"), ("CORPORATE_EMAIL_DOMAIN", "truerealestate.bali"),
                                          ("BOT_LOCALE", "ru"), ("OUTREACH_ENABLED", "true")])
def test_a_blank_variable_counts_as_not_set(name, default):
    done = check(**{name: "  "})
    assert done.returncode == 0, done.stderr
    assert shown(done)[name] == default


@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_a_blank_email_domain_does_not_bring_a_role_down(role, tmp_path):
    """It means the default; the role gets as far as the database, which is not there."""
    path = tmp_path / "domain"
    path.write_text("\n")
    process = Process(role, [], {**GOOD, "DATABASE_URL": "postgresql://u:hush-hush-77@127.0.0.1:1/db",
                                 "TELEGRAM_API_BASE": "http://127.0.0.1:1", "CORPORATE_EMAIL_DOMAIN_FILE": path},
                      tmp_path / "log", secrets=SECRETS)
    try:
        process.wait_for_log("no database for now")
    finally:
        process.discard()


@pytest.mark.parametrize("value", ["TRUE", "1", "yes", "On"])
def test_a_switch_understands_the_usual_words(value):
    assert shown(check(OUTREACH_ENABLED=value))["OUTREACH_ENABLED"] == "true"


def test_a_trailing_slash_of_the_api_base_is_dropped():
    assert shown(check(TELEGRAM_API_BASE="http://127.0.0.1:8081/"))["TELEGRAM_API_BASE"] == "http://127.0.0.1:8081"


# NAME_FILE --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n", "  \r\n"], ids=["none", "lf", "crlf", "two", "spaces"])
def test_a_value_can_stand_in_a_file_whatever_its_line_ends(tmp_path, ending):
    path = tmp_path / "domain"
    path.write_bytes(b"example.org" + ending.encode())
    values = shown(check(CORPORATE_EMAIL_DOMAIN=None, CORPORATE_EMAIL_DOMAIN_FILE=path))
    assert values["CORPORATE_EMAIL_DOMAIN"] == "example.org"


def test_a_token_in_a_crlf_file_works_and_is_not_shown(tmp_path):
    path = tmp_path / "token"
    path.write_bytes(TOKEN.encode() + b"\r\n")
    done = check(REGISTRY_BOT_TOKEN=None, REGISTRY_BOT_TOKEN_FILE=path)
    assert done.returncode == 0, done.stderr
    assert shown(done)["REGISTRY_BOT_TOKEN"] == "(set)"


def test_a_bad_value_in_a_file_gets_the_same_line(tmp_path):
    path = tmp_path / "locale"
    path.write_text("de\n")
    line = complaint(check(BOT_LOCALE_FILE=path))
    assert "BOT_LOCALE=de" in line and "ru or en" in line


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path):
    line = complaint(check(BOT_LOCALE_FILE=tmp_path / "nowhere"))
    assert "BOT_LOCALE_FILE" in line and "nowhere" in line and os.strerror(2) in line


@pytest.mark.parametrize("name, value", [("BOT_LOCALE", "ru"), ("REGISTRY_BOT_TOKEN", TOKEN)])
def test_a_device_or_a_pipe_in_the_place_of_a_file_is_an_error_and_not_a_wait(tmp_path, name, value):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in ("/dev/zero", "/dev/stdin", pipe):
        line = complaint(check(**{name: None, f"{name}_FILE": path}))
        assert f"{name}_FILE" in line and "no regular file" in line


def test_a_directory_in_place_of_a_file_is_named(tmp_path):
    line = complaint(check(BOT_LOCALE_FILE=tmp_path))
    assert "BOT_LOCALE_FILE" in line


def test_an_empty_file_counts_as_not_set(tmp_path):
    path = tmp_path / "empty"
    path.write_text("\n")
    line = complaint(check(REGISTRY_BOT_TOKEN=None, REGISTRY_BOT_TOKEN_FILE=path))
    assert "REGISTRY_BOT_TOKEN" in line and "not set" in line
    done = check(BOT_LOCALE_FILE=path)
    assert done.returncode == 0, done.stderr
    assert shown(done)["BOT_LOCALE"] == "ru"


def test_both_forms_at_once_are_refused(tmp_path):
    path = tmp_path / "locale"
    path.write_text("en")
    line = complaint(check(BOT_LOCALE="ru", BOT_LOCALE_FILE=path))
    assert "BOT_LOCALE " in line and "BOT_LOCALE_FILE" in line


def test_an_enormous_value_is_refused_not_truncated(tmp_path):
    path = tmp_path / "huge"
    path.write_bytes(b"a" * (1 << 22))
    line = complaint(check(CORPORATE_EMAIL_DOMAIN_FILE=path))
    assert "CORPORATE_EMAIL_DOMAIN_FILE" in line and len(line) < 500


# MESSAGES ---------------------------------------------------------------------------------------------------------------

def test_texts_can_be_replaced_one_by_one():
    assert check(MESSAGES=json.dumps({"ru": {"menu": "Что угодно?"}, "en": {}})).returncode == 0


def test_the_shipped_texts_are_good_replacements_for_themselves(tmp_path):
    path = tmp_path / "messages.json"
    path.write_text(json.dumps(Texts().locales))
    done = check(MESSAGES_FILE=path)
    assert done.returncode == 0, done.stderr


def test_what_named_the_languages_before_may_stay():
    former = {"button_russian": "Русский", "button_english": "English"}
    assert check(MESSAGES=json.dumps({"ru": former, "en": former})).returncode == 0


BAD_MESSAGES = [
    ("{", "MESSAGES: line 1"),
    ("[]", "JSON object"),
    ('{"de": {"menu": "Was nun?"}}', "de"),
    ('{"ru": "menu"}', "ru"),
    ('{"ru": {"understood": {"yes": ["да"]}}}', "ru.understood: what people may type"),
    ('{"ru": {"no_such_text": "x"}}', "no_such_text"),
    ('{"ru": {"menu": 5}}', "ru.menu"),
    ('{"ru": {"button_russian": ""}}', "ru.button_russian: is empty"),
    ('{"en": {"button_english": 5}}', "en.button_english: it must be a string"),
    ('{"ru": {"menu": ""}}', "ru.menu: is empty"),
    ('{"ru": {"menu": "  \\n "}}', "ru.menu: is empty"),
    ('{"en": {"welcome_back": "Hi!"}}', "en.welcome_back: lacks a {placeholder}"),
    ('{"en": {"menu": "Hi {name}"}}', "en.menu: names a {placeholder}"),
    ('{"en": {"menu": "Hi {"}}', "en.menu: has a {"),
    ('{"en": {"menu": "Hi }"}}', "en.menu: has a }"),
    ('{"en": {"menu": "' + "x" * 4097 + '"}}', "en.menu: is longer than 4096"),
    ('{"en": {"button_is_rep": "' + "x" * 65 + '"}}', "en.button_is_rep: is longer"),
    ('{"en": {"answer_stale": "' + "x" * 201 + '"}}', "en.answer_stale: is longer"),
    ('{"en": {"menu": "a\\u0000b"}}', "MESSAGES: line 1: \\u0000"),
    ('{"en": {"menu": "a", "menu": "b"}}', "MESSAGES: line 1"),
]


@pytest.mark.parametrize("messages,line", BAD_MESSAGES, ids=[line for _, line in BAD_MESSAGES])
def test_a_bad_replacement_is_one_line_and_exit_78(messages, line):
    said = complaint(check(MESSAGES=messages))
    assert said.startswith("MESSAGES") and line in said


def test_a_worker_refuses_bad_texts_too():
    line = complaint(run("bot", settings={**GOOD, "MESSAGES": '{"ru": {"no_such_text": "x"}}'}))
    assert "no_such_text" in line


# logs -------------------------------------------------------------------------------------------------------------------

def test_json_logs_are_one_object_a_line_with_role_and_pid(salesreg, database):
    outreach = salesreg("outreach", DATABASE_URL=database.url, LOG_FORMAT="json", OUTREACH_ENABLED="false")
    outreach.wait_for_log("OUTREACH_ENABLED")
    outreach.terminate()
    entries = [json.loads(line) for line in outreach.log.splitlines()]
    assert entries
    for entry in entries:
        assert entry["role"] == "outreach" and entry["pid"] == outreach.pid
        assert entry["level"] in ("debug", "info", "warn", "error") and entry["time"] and entry["message"]


@pytest.mark.parametrize("role", ["migrate", "bot", "outreach"])
@pytest.mark.parametrize("password, says", [("hush/hush#77", "%2F"), ("hush@hush77", "%40"), ("hush%zz77", "%25"),
                                            ("hush 77", "white space")])
def test_a_password_that_is_not_escaped_is_said_and_never_shown(role, password, says):
    done = run(role, settings={**GOOD, "DATABASE_URL": f"postgresql://user:{password}@127.0.0.1:1/db"})
    assert done.returncode == EXIT_CONFIG
    assert says in done.stderr and "DATABASE_URL" in done.stderr
    assert "hush" not in done.stderr


@pytest.mark.parametrize("address", [
    "postgresql://user@127.0.0.1:1/db?password=ab&hush77", "postgresql://user@127.0.0.1:1/db?password=ab&hush77=cd",
    "host=127.0.0.1 port=1 user=u password=ab hush77", "host=127.0.0.1 port=1 user=u password='ab'hush77'",
    "host=127.0.0.1 port=1 user=u password=ab hush77=cd"])
def test_no_piece_of_a_password_that_libpq_takes_for_a_parameter_is_shown(address):
    settings = {**GOOD, "DATABASE_URL": address, "TELEGRAM_API_BASE": "http://127.0.0.1:1"}
    for command in (["check-config"], ["bot"], ["outreach"], ["supervise"], ["migrate"], ["outbox", "list"]):
        done = run(*command, settings=settings)
        assert done.returncode == EXIT_CONFIG, command
        assert "%26" in done.stderr and "hush" not in done.stdout + done.stderr, command
    done = run("doctor", settings=settings)
    assert "that libpq does not know" in " ".join(done.stdout.split()) and "hush" not in done.stdout + done.stderr


def test_an_address_of_another_library_is_explained():
    done = run("bot", settings={**GOOD, "DATABASE_URL": "postgresql+asyncpg://user:hush@127.0.0.1/db"})
    assert done.returncode == EXIT_CONFIG and "must begin with postgresql://" in done.stderr
