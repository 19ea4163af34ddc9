"""Telegram as it really behaves (TELEGRAM.md): leftover webhooks, other pollers, refusals, limits, outages."""
import re

import pytest
import requests

from support.postgres import free_port
from support.process import run
from support.telegram import BOT_ID, TOKEN, Sandbox
from support.waiting import eventually

OTHER_TOKEN = "5551234568:BBanotherTokenEntirely_000000000000000"
SECOND_US = 1_000_000


def api(world, method, **params):
    return requests.post(f"{world.sandbox.base}/bot{TOKEN}/{method}", json=params, timeout=30).json()


def errors(process):
    return process.lines(r" error ")


# start ----------------------------------------------------------------------------------------------------------------

def test_a_webhook_left_over_is_removed_without_dropping_updates_and_said_so(make_world):
    world = make_world()
    anna = world.person()
    anna.says("привет")
    world.sandbox.post("webhook", url="https://old.example.org/hook")
    world.start_bot()
    world.bot.wait_for_log(r"webhook.*removed.*no update was dropped")
    anna.hears("offer")
    assert world.sandbox.bot()["webhook"] == ""


def test_a_webhook_set_while_the_bot_runs_is_removed_too(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.sandbox.post("webhook", url="https://old.example.org/hook")
    anna.says("да")
    anna.hears("ask_name")
    bot_world.bot.wait_for_log(r"webhook.*removed")


def test_without_a_webhook_nothing_is_said_of_one(bot_world):
    bot_world.settle()
    assert bot_world.bot.lines("webhook") == []


def test_the_menu_is_set_in_both_languages_and_for_everybody_else(bot_world):
    # what strangers can do: reps and admins have menus of their own (test_admins.py)
    names = ["start", "language", "privacy", "help", "cancel"]

    def menu(locale):
        return [{"command": name, "description": bot_world.texts.raw(locale, f"command_{name}")} for name in names]

    def all_set():
        found = {code: api(bot_world, "getMyCommands", **({"language_code": code} if code else {}))["result"]
                 for code in ("ru", "en", "")}
        return found == {"ru": menu("ru"), "en": menu("en"), "": menu("ru")}

    eventually(all_set)


def test_every_command_of_the_menu_is_understood(bot_world):
    anna = bot_world.person()
    anna.registers()
    for command, keys in (("start", ["welcome_back"]), ("clients", ["clients_none"]), ("status", ["status"]),
                          ("email", ["ask_new_email"]), ("unregister", ["ask_unregister"]), ("help", ["help_rep"]),
                          ("cancel", ["nothing_to_cancel", "menu"])):
        anna.says("/" + command)
        anna.hears(*keys)


def test_only_the_kinds_of_updates_that_are_handled_are_asked_for(bot_world):
    bot_world.settle()
    allowed = api(bot_world, "getWebhookInfo")["result"].get("allowed_updates")
    assert allowed is None or set(allowed) == {"message", "edited_message", "callback_query", "my_chat_member", "business_connection",
                                               "business_message", "edited_business_message", "deleted_business_messages"}
    before = bot_world.sandbox.stats()["updates"]["filtered"]
    bot_world.sandbox.act(type="channel_post", chat=-1009876543210, text="x")
    assert bot_world.sandbox.stats()["updates"]["filtered"] == before + 1


@pytest.mark.parametrize("case", ["401", "404"])
def test_a_wrong_token_ends_the_bot_with_78_and_one_clear_line(make_world, case):
    if case == "401":
        world = make_world(sandbox_args=("--token", OTHER_TOKEN))
    else:
        world = make_world()
        world.sandbox.fault("404", method="*", times=-1)
    bot = world.start("bot")
    bot.expect_exit(78)
    assert bot.wait() == 78
    lines = errors(bot)
    assert len(lines) == 1, bot.log
    assert "REGISTRY_BOT_TOKEN" in lines[0] and "BotFather" in lines[0]


def test_a_401_after_the_token_has_worked_is_weather(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.sandbox.fault("401", method="getUpdates", times=2)
    bot_world.sandbox.fault("401", method="sendMessage")
    anna.says("да")
    anna.hears("ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")
    bot_world.bot.wait_for_log("refuses the token, which has worked before")


def test_telegram_being_away_at_the_start_is_weather(make_world, tmp_path):
    world = make_world()
    port = free_port()
    bot = world.start("bot", TELEGRAM_API_BASE=f"http://127.0.0.1:{port}")
    bot.wait_for_log("Telegram cannot be reached")
    late = Sandbox(tmp_path / "late.log", "--listen", f"127.0.0.1:{port}")
    try:
        anna = late.person()
        anna.says("привет")
        anna.hears("offer")
        bot.terminate()
    finally:
        late.process.discard()


@pytest.mark.parametrize("kind", ["500", "404", "hang"])
def test_a_server_without_the_calls_that_are_not_needed_gives_updates_all_the_same(make_world, kind):
    world = make_world()
    for method in ("getMe", "getWebhookInfo", "setMyCommands"):
        world.sandbox.fault(kind, method=method, times=-1)
    anna = world.person()
    anna.says("привет")
    world.start_bot()
    anna.hears("offer")
    assert errors(world.bot) == []


# polling --------------------------------------------------------------------------------------------------------------

def test_a_second_poller_is_reported_with_its_likely_cause_and_survived(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    eventually(bot_world.sandbox.bot_is_idle)
    api(bot_world, "getUpdates", timeout=1)  # somebody else's: the bot's own held poll gets the 409
    line = bot_world.bot.wait_for_log("another program is polling")
    assert "second copy" in line and "Python" in line
    anna.says("да")
    anna.hears("ask_name")
    assert bot_world.sandbox.stats()["conflicts"] >= 1
    assert errors(bot_world.bot) == []


PAUSE = r"next try in (\d+) ms"


@pytest.mark.parametrize("kind", ["500", "409", "502html"])
def test_a_fault_that_lasts_is_one_line_and_its_pauses_grow(make_world, kind):
    world = make_world(LOG_LEVEL="debug")
    anna = world.person()
    world.start_bot()
    world.settle()
    world.sandbox.fault(kind, method="getUpdates", times=5)
    anna.says("привет")  # answers the held poll
    anna.hears("offer")
    world.bot.wait_for_log(PAUSE, count=5, timeout=60)
    # half a second, then the double each time; half of it is chance
    pauses = [int(re.search(PAUSE, line)[1]) for line in world.bot.lines(PAUSE)]
    for k, pause in enumerate(pauses):
        assert 250 * 2**k <= pause <= 500 * 2**k, pauses
    anna.says("да")
    anna.hears("ask_name")
    world.bot.wait_for_log(r"handled again.*5 times")
    assert len([line for line in world.bot.lines(PAUSE) if " warn " in line]) == 1


def test_a_database_that_refuses_is_not_called_telegrams_fault_and_said_once(make_world):
    world = make_world()
    world.start_bot()
    anna = world.person()
    world.settle()
    world.db.execute(f"ALTER TABLE {world.db.outbox} RENAME TO elsewhere")
    anna.says("привет")

    def refused():
        answer = run("status", settings={"SALESREG_RUN_DIR": world.bot.run_dir})
        assert "Telegram" not in answer.stdout
        return "the database refuses what the bot writes" in answer.stdout
    eventually(refused)
    world.bot.wait_for_log("could not be written to the database")
    polls = world.sandbox.calls("getUpdates").get("ok", 0)
    eventually(lambda: world.sandbox.calls("getUpdates").get("ok", 0) >= polls + 2, what="it was tried again")
    # by who takes updates, and by who looks for messages whenever it does so
    said = [re.sub(r"^\S+ |\d+", "", line) for line in world.bot.lines(" warn | error ")]
    assert len(set(said)) == len(said), world.bot.log
    assert "outbox" in world.bot.lines("could not be written to the database")[0]
    world.db.execute("ALTER TABLE salesreg.elsewhere RENAME TO outbox")
    anna.hears("offer")
    world.bot.wait_for_log("handled again")


POLL_FAULTS = [{"kind": "500"}, {"kind": "502html"}, {"kind": "empty", "code": 502}, {"kind": "reset_before"},
               {"kind": "reset_after"}, {"kind": "truncated"}, {"kind": "429", "retry_after": 1}, {"kind": "409"},
               {"kind": "403"}, {"kind": "404"}, {"kind": "400gateway"}, {"kind": "slow", "ms": 700}]


@pytest.mark.parametrize("fault", POLL_FAULTS, ids=lambda f: f["kind"])
def test_a_poll_that_fails_costs_no_update_and_doubles_none(bot_world, fault):
    anna = bot_world.person()
    bot_world.settle()
    bot_world.sandbox.fault(method="getUpdates", times=2, **fault)
    anna.says("привет")  # answers the held poll; the next two are struck
    anna.says("да")
    anna.hears("offer")
    anna.hears("ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")
    bot_world.settle()
    assert anna.unheard() == []
    assert bot_world.sandbox.faults_left() == []
    assert errors(bot_world.bot) == []


@pytest.mark.parametrize("next_id", [7, 2_000_000_000], ids=["lower", "higher"])
@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_update_ids_that_restart_at_random_are_followed(bot_world, next_id, running):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.settle()
    if not running:
        bot_world.bot.terminate()
    bot_world.sandbox.post("reset_ids", next_update_id=next_id)
    anna.says("да")
    if not running:
        bot_world.start_bot()
    anna.hears("ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email")
    bot_world.settle()
    assert anna.unheard() == []


def test_more_updates_than_fit_into_a_poll_are_all_answered_in_order(bot_world):
    bot_world.bot.terminate()
    people = bot_world.sandbox.someone(100)
    bot_world.sandbox.acts([{"user": p.id, "type": "text", "text": text} for text in ("привет", "да", "Anna Petrova")
                            for p in people])
    bot_world.start_bot()
    for person in people:
        person.hears("offer")
        person.hears("ask_name")
        person.hears("ask_email")
    bot_world.settle()
    assert bot_world.db.user_sessions.value("count(*)", "WHERE phase = 'email'") == 100


# sending --------------------------------------------------------------------------------------------------------------

def arrival(world, person, kind="bot_message", number=-1):
    """When it was, on Telegram's clock, in microseconds."""
    events, _ = world.sandbox.transcript(person.id)
    return [e for e in events if e["kind"] == kind][number]["time"]


def test_a_429_for_one_chat_delays_that_chat_exactly_so_long_and_no_other(bot_world):
    anna, boris = bot_world.sandbox.someone(2)
    bot_world.sandbox.fault("429", method="sendMessage", chat=anna.id, retry_after=10)
    anna.says("привет")
    bot_world.db.outbox.eventually("count(*) = 1", "WHERE chat_id = %s AND state = 'queued' AND due_at > now()", anna.id)
    for text, key in (("привет", "offer"), ("да", "ask_name"), ("Boris Ivanov", "ask_email")):
        boris.says(text)
        boris.hears(key)
    assert bot_world.sandbox.bot_messages(anna.id) == []
    anna.hears("offer")
    assert arrival(bot_world, anna) - arrival(bot_world, anna, "user_message") >= 10 * SECOND_US
    assert bot_world.sandbox.calls("sendMessage")["429"] == 1, "it was not tried before"


@pytest.mark.parametrize("way", ["terminate", "kill"])
def test_a_retry_after_is_obeyed_across_a_restart(bot_world, way):
    anna = bot_world.person()
    bot_world.sandbox.fault("429", method="sendMessage", chat=anna.id, retry_after=4)
    anna.says("привет")
    bot_world.db.outbox.eventually("count(*) = 1", "WHERE state = 'queued' AND due_at > now()")
    getattr(bot_world.bot, way)()
    bot_world.start_bot()
    anna.hears("offer")
    assert arrival(bot_world, anna) - arrival(bot_world, anna, "user_message") >= 4 * SECOND_US
    assert bot_world.sandbox.calls("sendMessage")["429"] == 1


def test_a_limit_for_everything_is_noticed_and_obeyed_across_a_restart(bot_world):
    people = bot_world.sandbox.someone(3)
    boris = bot_world.person()
    for person in people:
        bot_world.sandbox.fault("429", method="sendMessage", chat=person.id, retry_after=5)
    bot_world.sandbox.acts([{"user": p.id, "type": "text", "text": "привет"} for p in people])
    bot_world.bot.wait_for_log("before the next message to anyone")
    bot_world.db.bot_state.eventually("count(*) = 1", "WHERE send_blocked_until > now()")
    refused_at = arrival(bot_world, people[0], "user_message")
    bot_world.restart_bot()
    boris.says("привет")
    boris.hears("offer")
    for person in people:
        person.hears("offer")
        assert arrival(bot_world, person) - refused_at >= 5 * SECOND_US
    assert arrival(bot_world, boris) - refused_at >= 5 * SECOND_US


def test_a_slow_answer_holds_up_its_own_chat_only(bot_world):
    anna, boris = bot_world.sandbox.someone(2)
    bot_world.sandbox.fault("slow", method="sendMessage", chat=anna.id, ms=10_000)
    anna.says("привет")
    anna.hears("offer")  # it is there; the bot does not know it yet
    anna.says("да")
    for text, key in (("привет", "offer"), ("да", "ask_name")):
        boris.says(text)
        boris.hears(key)
    assert len(bot_world.sandbox.bot_messages(anna.id)) == 1, "one message in flight per chat"
    anna.hears("ask_name")


def test_a_press_is_answered_and_applied_even_if_the_answer_comes_too_late(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.sandbox.fault("error", method="answerCallbackQuery", code=400, description=(
        "Bad Request: query is too old and response timeout expired or query ID is invalid"))
    anna.presses("button_is_rep")
    anna.hears("ask_name")
    assert errors(bot_world.bot) == []


def test_200_notifications_with_429s_and_500s_in_between_lose_none_and_keep_each_chats_order(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="5")
    world.db.no_prospects()
    world.start_bot()
    people = world.sandbox.someone(40)
    world.sandbox.acts([{"user": p.id, "type": "start"} for p in people])
    for person in people:
        person.hears("offer")
    world.db.add_reps([p.id for p in people])
    for i in range(20):  # spread over the 200
        world.sandbox.fault("429" if i % 2 else "500", method="sendMessage", skip=9, retry_after=1)
        world.sandbox.fault("400gateway", method="sendMessage", skip=9)
    world.start_outreach()
    for i in range(200):
        world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES (%s, '@p', %s)", f"p{i}", f"Prospect {i}.")
        if i % 40 == 39:  # so that no rep gets two in one message
            eventually(lambda: world.db.value("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NULL") == 0)
    world.settle(timeout=120)
    assert sum(v for k, v in world.sandbox.calls("sendMessage").items() if k != "ok") >= 20
    told = {}
    for person in people:
        told[person.id] = [int(n) for e in person.unheard() for n in re.findall(r"Prospect (\d+)\.", e["text"])]
    numbers = [n for numbers in told.values() for n in numbers]
    assert sorted(numbers) == list(range(200)), "each once: these faults leave no doubt whether it arrived"
    for person in people:
        assigned = world.db.column(f"SELECT a.prospect FROM {world.db.assignments} a JOIN sales_representatives r ON r.id = a.rep"
                                " WHERE r.telegram_id = %s ORDER BY a.id", person.id)
        assert [f"p{n}" for n in told[person.id]] == assigned
    assert world.db.outbox.value("count(*)") == 0


# the documented limits ------------------------------------------------------------------------------------------------

def test_with_telegrams_limits_enforced_100_users_register_at_once_and_all_finish(make_world):
    world = make_world(("--limits",), simulates=True, TELEGRAM_RATE_LIMIT=None, TELEGRAM_CHAT_RATE_LIMIT=None)
    world.start_bot()
    world.sandbox.post("load", users=100, first_id=8_000_000_000, language_code="en",
                       script=["hello", "yes", "Load User", "load{n}@truerealestate.bali"])
    progress = world.sandbox.get("load", wait_ms=110_000)
    assert (progress["done"], progress["users_done"], progress["stuck"]) == (True, 100, 0), progress
    assert world.db.value("SELECT count(*) FROM sales_representatives WHERE status = 'active'") == 100
    floods = world.sandbox.stats()["floods"]
    assert sum(floods.values()) <= 1, floods
    world.settle()
    assert world.db.outbox_history.value("count(*)") == 400


def test_with_telegrams_limits_enforced_a_chatty_person_gets_every_answer_and_no_429(make_world):
    world = make_world(("--limits",), TELEGRAM_RATE_LIMIT=None, TELEGRAM_CHAT_RATE_LIMIT=None)
    world.start_bot()
    anna = world.person()
    # not the same twice in a row, which would be answered once
    world.sandbox.acts([{"user": anna.id, "type": "text", "text": text} for text in ["что?", "помощь"] * 4 + ["что?"]])
    anna.hears("offer")
    for _ in range(4):
        anna.hears("help_stranger", "offer_question")
        anna.hears("offer_expected", "offer_question")
    assert world.sandbox.stats()["floods"]["chat"] <= 1


def test_a_person_who_blocks_while_messages_wait_is_no_trouble(bot_world):
    anna, boris = bot_world.sandbox.someone(2)
    bot_world.sandbox.fault("429", method="sendMessage", chat=anna.id, retry_after=6)
    anna.says("привет")
    bot_world.db.outbox.eventually("count(*) = 1", "WHERE chat_id = %s AND state = 'queued'", anna.id)
    anna.blocks()
    boris.says("привет")
    boris.hears("offer")
    bot_world.settle()
    assert bot_world.db.outbox_history.column("state", "WHERE chat_id = %s", anna.id) == ["gone"]
    anna.says("передумала")
    anna.hears_anything()


def test_the_bot_is_known_by_its_token_s_number(bot_world):
    bot_world.settle()
    assert bot_world.db.bot_state.column("bot_id") == [BOT_ID]
