"""REGISTRATION_APPROVAL=invite: by a link for one person, with an end."""
import json
import os
import pty
import re
import select
import subprocess

import pytest
import zbar

from support.database import tables
from support.paths import BINARY
from support.process import EXIT_USAGE, environment, run

DOMAIN = "truerealestate.bali"
LINK = re.compile(r"https://t\.me/(\w+)\?start=(r[A-Za-z0-9_-]{24})")


@pytest.fixture
def world(make_world):
    made = make_world(REGISTRATION_APPROVAL="invite")
    made.start_bot()
    made.settle()  # and so its name is stored
    return made


@pytest.fixture
def invite(world):
    """invite(*args): the payload of a fresh link."""
    def make(*args):
        world.db.bot_state.eventually("username IS NOT NULL")
        done = run("rep", "invite", *args, settings={"DATABASE_URL": world.db.url, "REGISTRATION_APPROVAL": "invite"})
        assert done.returncode == 0 and done.stderr == "", done
        return LINK.match(done.stdout).group(2)
    return make


def comes_in(person, payload, email=None):
    person.opens(payload)
    person.hears("invite_welcome", "ask_name")
    person.says(person.name)
    person.hears("ask_email", name=person.name)
    person.says(email or person.email)


def names_the_domain(world, person):
    events, _ = world.sandbox.transcript(person.id)
    return [e for e in events if e["kind"] == "bot_message" and DOMAIN in e["text"] and person.email not in e["text"]]


def test_a_stranger_is_not_let_in_and_not_told_the_domain(world):
    anna = world.person()
    for words in ("hello", "да", "зарегистрируйте меня", anna.email, "помощь"):
        anna.says(words)
        anna.hears("invite_needed")
    anna.opens()
    anna.hears("invite_needed")
    assert world.db.rows("SELECT * FROM sales_representatives") == []
    assert not names_the_domain(world, anna)


def test_the_link_makes_one_person_a_rep(world, invite):
    anna, boris = world.person(), world.person("Boris Orlov")
    payload = invite()
    comes_in(anna, payload)
    anna.hears("registered", name=anna.name, email=anna.email)
    assert world.db.rep(anna.id)["status"] == "active"
    assert not names_the_domain(world, anna)
    boris.opens(payload)
    boris.hears("invite_used")
    boris.says("да")
    boris.hears("invite_needed")


def test_only_the_hash_of_a_link_is_stored(world, invite):
    payload = invite()
    dump = subprocess.run(["pg_dump", world.db.url, "--data-only", f"--table={tables.invites}"], capture_output=True, text=True,
                          check=True).stdout
    assert re.search(r"^[0-9a-f]{64}\t", dump, re.M) and payload not in dump and payload[1:] not in dump


def test_a_dry_run_makes_none_and_says_what_would_be(world, invite):
    invite()
    made, written = world.db.invites.value("count(*)"), world.db.audit.value("count(*)")
    settings = {"DATABASE_URL": world.db.url, "REGISTRATION_APPROVAL": "invite"}
    done = run("rep", "invite", "--email", "anna@truerealestate.bali", "--dry-run", settings=settings)
    assert done.returncode == 0 and done.stderr == "" and "t.me" not in done.stdout
    assert done.stdout.startswith("Would make a link with which one person can register as anna@truerealestate.bali, until ")
    body = json.loads(run("rep", "invite", "--dry-run", "--json", settings=settings).stdout)
    assert body["link"] is None and body["ends_at"] > 0
    assert (world.db.invites.value("count(*)"), world.db.audit.value("count(*)")) == (made, written)


def test_of_two_at_once_one_has_it(world, invite):
    people = world.sandbox.someone(2)
    payload = invite()
    world.sandbox.acts([{"user": p.id, "type": "start", "payload": payload} for p in people])
    heard = [p.hears_anything() for p in people]
    taken = [world.texts.pattern("ru", "invite_taken").fullmatch(m.text) is not None for m in heard]
    assert sorted(taken) == [False, True], heard
    winner = people[taken.index(False)]
    loser = people[taken.index(True)]
    assert world.db.invites.value("held_by") == winner.id
    loser.opens(payload)
    loser.hears("invite_taken")
    winner.says(winner.name)
    winner.hears("ask_email", name=winner.name)
    winner.says(winner.email)
    winner.hears("registered")


def test_a_held_link_lets_its_holder_begin_again(world, invite):
    anna = world.person()
    payload = invite()
    anna.opens(payload)
    anna.hears("invite_welcome", "ask_name")
    anna.says("отмена")
    anna.hears("cancelled_registration")
    anna.says("привет")
    anna.hears("offer")
    comes_in(anna, payload)
    anna.hears("registered")


def test_the_end_counts_at_the_press_and_at_the_registration(world, invite):
    anna, boris = world.person(), world.person("Boris Orlov")
    late, in_hand = invite(), invite("--days", "1")
    boris.opens(in_hand)
    boris.hears("invite_welcome", "ask_name")
    boris.says(boris.name)
    boris.hears("ask_email", name=boris.name)
    world.db.invites.update("ends_at = now() - interval '1 second'")
    anna.opens(late)
    anna.hears("invite_ended")
    boris.says(boris.email)
    boris.hears("invite_ended")
    assert world.db.rows("SELECT * FROM sales_representatives") == []
    comes_in(boris, invite())
    boris.hears("registered")


@pytest.mark.parametrize("payload", ["r", "rubbish", "r" + "A" * 24, "r" + "A" * 63])
def test_a_link_that_is_none_is_said_to_be_none(world, payload):
    anna = world.person()
    anna.opens(payload)
    anna.hears("invite_unknown")
    anna.says("да")
    anna.hears("invite_needed")


def test_an_invitation_for_an_address_is_good_for_that_one(world, invite):
    anna = world.person()
    payload = invite("--email", "Anna.P@" + DOMAIN.upper())
    comes_in(anna, payload, "somebody.else@" + DOMAIN)
    anna.hears("invite_other_email", "email_question")
    anna.says("anna.p@" + DOMAIN)
    anna.hears("registered", name=anna.name, email="anna.p@" + DOMAIN)


def test_who_has_a_link_uses_up_no_other_one(world, invite):
    anna, boris = world.person(), world.person("Boris Orlov")
    bound, first, second = invite("--email", "x@" + DOMAIN), invite(), invite("--email", boris.email)
    for payload in (bound, first):  # the one for another address does not do
        anna.opens(payload)
        anna.hears("invite_welcome", "ask_name")
    anna.opens(second)
    anna.hears("invite_spared", "ask_name")
    anna.says(anna.name)
    anna.hears("ask_email", name=anna.name)
    anna.opens(second)
    anna.hears("invite_spared", "email_question")
    comes_in(boris, second)
    boris.hears("registered")
    anna.says(anna.email)
    anna.hears("registered")


def test_who_left_needs_a_new_link(world, invite):
    anna = world.person()
    payload = invite()
    comes_in(anna, payload)
    anna.hears("registered")
    anna.says("отключиться")
    anna.hears("ask_unregister")
    anna.says("да")
    anna.hears("unregistered")
    anna.says("привет")
    anna.hears("invite_needed")
    anna.opens(payload)
    anna.hears("invite_used")
    comes_in(anna, invite())
    anna.hears("registered")
    assert world.db.rep(anna.id)["status"] == "active"


def test_an_admin_needs_no_link(make_world):
    world = make_world(REGISTRATION_APPROVAL="invite", ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    admin = world.person(id=7900000001)
    admin.says("зарегистрируйте меня")
    admin.hears("ask_name")
    admin.says(admin.name)
    admin.hears("ask_email", name=admin.name)
    admin.says(admin.email)
    admin.hears("registered")


def test_a_link_does_no_harm_where_none_is_needed(bot_world):
    anna = bot_world.person()
    anna.opens("r" + "A" * 24)
    anna.hears("offer")


# the admins' button ----------------------------------------------------------------------------------------------------

@pytest.fixture
def admin(make_world):
    world = make_world(REGISTRATION_APPROVAL="invite", ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    admin = world.person("Boss", id=7900000001)
    admin.world = world
    admin.opens()
    assert world.texts.raw("ru", "button_invite") in admin.hears("admin_hello").labels
    world.bot.wait_for_log(r"Telegram knows this bot as")
    return admin


def makes_a_link(admin):
    admin.presses("button_invite")
    admin.is_answered()
    return re.search(LINK, admin.hears("invite_link", days=7).text).group(2)


def test_an_admin_s_button_makes_a_link(admin):
    world = admin.world
    anna = world.person()
    payload = makes_a_link(admin)
    assert world.db.invites.value("created_by") == admin.id
    comes_in(anna, payload)
    anna.hears("registered")
    assert makes_a_link(admin) != payload


def test_who_waits_is_listed_with_the_button(admin):
    admin.says("/pending")
    assert admin.hears("applications_none").labels == [admin.world.texts.raw("ru", "button_invite")]
    assert makes_a_link(admin)


def test_nobody_else_s_press_makes_one(admin):
    world = admin.world
    anna = world.person()
    anna.says("hello")
    message = anna.hears("invite_needed")
    world.sandbox.raw(callback_query={"id": "1", "from": {"id": anna.id, "is_bot": False, "first_name": "A"}, "data": "adm:invite",
                                      "chat_instance": "1", "message": {"message_id": message.id, "date": 1, "chat": {
                                          "id": anna.id, "type": "private", "first_name": "A"}}})
    world.settle()
    assert world.db.invites.rows("*") == [] and not anna.unheard()


def test_the_link_is_nowhere_in_the_database_when_it_was_sent(admin):
    world = admin.world
    payload = makes_a_link(admin)
    world.settle()
    kept = world.db.outbox_history.column("payload::text", "WHERE payload::text LIKE '%%start=r%%'")
    assert len(kept) == 1 and "?start=r…" in kept[0]
    dump = subprocess.run(["pg_dump", world.db.url, "--data-only"], capture_output=True, text=True, check=True).stdout
    assert payload not in dump and payload[1:] not in dump


def test_a_link_that_was_dropped_unsent_is_not_kept_either(admin):
    world = admin.world
    world.sandbox.fault("400", method="sendMessage", description="Bad Request: nonsense")
    admin.presses("button_invite")
    world.db.outbox.eventually("state = 'failed'")
    assert "?start=r" in world.db.outbox.value("payload::text")
    assert run("outbox", "drop", "--failed", settings={"DATABASE_URL": world.db.url}).returncode == 0
    assert "?start=r…" in world.db.outbox_history.value("payload::text", "WHERE state = 'dropped'")


# the command ----------------------------------------------------------------------------------------------------------

def modules(drawing):
    """Rows of dark (True) and light modules, of half blocks."""
    rows = []
    for line in drawing.splitlines():
        line = re.sub(r"\x1b\[[0-9;]*m", "", line)
        rows += [[c in "▀█" for c in line], [c in "▄█" for c in line]]
    return rows


def decode(rows, scale=4):
    width, height = len(rows[0]) * scale, len(rows) * scale
    pixels = b"".join(bytes(0 if dark else 255 for dark in row for _ in range(scale)) * scale for row in rows)
    image = zbar.Image(width, height, "Y800", pixels)
    assert zbar.ImageScanner().scan(image) == 1
    return [symbol.data for symbol in image][0]


def on_a_terminal(*args, settings):
    """What a command writes to a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen([str(BINARY), *args], env=environment(settings), stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    out = b""
    while select.select([master], [], [], 60)[0]:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        out += chunk
    os.close(master)
    assert process.wait(60) == 0, out
    return out.decode().replace("\r\n", "\n")


def test_on_a_terminal_there_is_a_qr_code_of_the_link(world, invite):
    invite()
    out = on_a_terminal("rep", "invite", settings={"DATABASE_URL": world.db.url, "REGISTRATION_APPROVAL": "invite"})
    link = LINK.match(out).group()
    assert decode(modules("\n".join(line for line in out.splitlines() if "\x1b" in line))) == link
    anna = world.person()
    comes_in(anna, LINK.match(link).group(2))
    anna.hears("registered")


def test_without_a_terminal_it_is_plain_text_or_json(world, invite):
    invite()
    settings = {"DATABASE_URL": world.db.url, "REGISTRATION_APPROVAL": "invite"}
    lines = run("rep", "invite", "--email", "x@" + DOMAIN, settings=settings).stdout.splitlines()
    assert LINK.fullmatch(lines[0]) and len(lines) == 2 and "x@" + DOMAIN in lines[1]
    body = json.loads(run("rep", "invite", "--json", "--days", "2", settings=settings).stdout)
    assert LINK.fullmatch(body["link"]).group(1) == world.db.bot_state.value("username")
    assert "\x1b" in run("rep", "invite", "--qr", settings=settings).stdout
    days = world.db.invites.rows("round(extract(epoch FROM ends_at - created_at) / 86400) AS days", "ORDER BY created_at")
    assert [row["days"] for row in days] == [7, 7, 2, 7]


def test_wrong_usage_and_addresses_that_will_not_do(world, invite):
    invite()
    settings = {"DATABASE_URL": world.db.url, "REGISTRATION_APPROVAL": "invite"}
    for args in ([], ["x"], ["invite", "--days", "0"], ["invite", "--days", "91"], ["invite", "--days", "x"], ["invite", "y"]):
        assert run("rep", *args, settings=settings).returncode == EXIT_USAGE, args
    for email in ("x@elsewhere.example", "nonsense"):
        done = run("rep", "invite", "--email", email, settings=settings)
        assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith("salesreg rep: ")
    assert len(world.db.invites.rows("1")) == 1
    assert "not invite" in run("rep", "invite", settings={"DATABASE_URL": world.db.url}).stderr


def test_what_the_table_or_the_operator_says_does_nothing_to_a_terminal(world, invite):
    invite()
    world.db.bot_state.update("username = E'bot\\x1b[31m\\u009b1m'")
    done = run("rep", "invite", "--email", "\x1b[31m\u202ex@" + DOMAIN,
               settings={"DATABASE_URL": world.db.url, "REGISTRATION_APPROVAL": "invite"})
    assert done.returncode == 0 and DOMAIN in done.stdout
    assert not set(done.stdout) & set("\x1b\u009b\u202e"), repr(done.stdout)


def test_before_the_bot_ever_ran_its_name_is_not_known(database):
    done = run("rep", "invite", settings={"DATABASE_URL": database.url})
    assert done.returncode == 1 and "bot's name is not known" in done.stderr
