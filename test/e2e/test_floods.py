"""What one stranger may make wait: their own newest answer, and nobody else's."""
import json
import time

import pytest

from support.metrics import HOST, Scrape, free_ports
from support.waiting import eventually

MANY = 2000
MOST = 20  # answers that may wait in one chat


@pytest.fixture
def port():
    return free_ports()


@pytest.fixture
def paced(make_world, port):
    """A bot with Telegram's limits; nobody to assign."""
    world = make_world(TELEGRAM_RATE_LIMIT="30", TELEGRAM_CHAT_RATE_LIMIT="1")
    world.start_bot(METRICS_LISTEN=f"{HOST}:{port}")
    return world


def asked_for_name(world):
    """Somebody whose every message is answered."""
    person = world.person("Flood Er")
    long_ago = int(time.time()) - 100 * 86400
    person.act("text", text="да", date=long_ago)
    person.hears_anything()
    person.act("text", text="да", date=long_ago)
    person.hears("ask_name")
    world.settle()
    return person


@pytest.fixture
def stranger(paced):
    return asked_for_name(paced)


def floods(world, person, last):
    """Messages that each get an answer, and one that is answered otherwise: written over days, and had by the bot all at once."""
    acts = one_a_minute(person, [str(i) for i in range(MANY - 1)] + [last])
    for i in range(0, MANY, 500):
        world.sandbox.acts(acts[i:i + 500])


def one_a_minute(person, texts):
    first = int(time.time()) - 60 * len(texts)
    return [{"user": person.id, "type": "text", "text": text, "date": first + 60 * i} for i, text in enumerate(texts)]


def crowded(world):
    return world.db.outbox_history.value("count(*)", "WHERE state = 'dropped' AND error = 'crowded'")


def test_who_writes_faster_than_people_do_is_not_read_and_told_so_once(paced, stranger, port):
    before = len(paced.sandbox.bot_messages(stranger.id))
    for i in range(0, 3000, 500):
        paced.sandbox.acts([{"user": stranger.id, "type": "text", "text": f"{i} {n}", "date": int(time.time())} for n in range(500)])
    others = [paced.person() for _ in range(5)]
    for person in others:
        person.registers()
    paced.settle(timeout=120)
    heard = [m.text for m in paced.sandbox.bot_messages(stranger.id)[before:]]
    assert heard.count(paced.texts.raw("ru", "slow_down")) == 1
    assert len(heard) < 60  # twenty, and one a second of the time it took
    assert Scrape(port)["salesreg_updates_flooded_total"] > 2900


@pytest.mark.parametrize("fault", [{"kind": "429", "retry_after": 1}, {"kind": "slow", "ms": 1500}], ids=["429", "slow"])
def test_a_flood_is_answered_by_its_newest_answers_and_holds_up_nobody(paced, stranger, port, fault):
    before = len(paced.sandbox.bot_messages(stranger.id))
    paced.sandbox.fault(method="sendMessage", chat=stranger.id, times=-1, **fault)
    floods(paced, stranger, "Иван Петров")
    others = [paced.person() for _ in range(5)]
    for person in others:
        person.registers()
    eventually(paced.sandbox.bot_is_idle)
    waits = paced.db.outbox.value("count(DISTINCT answers_to)", "WHERE chat_id = %s", stranger.id)
    assert waits <= MOST + 1
    paced.sandbox.no_faults()
    paced.settle(timeout=120)
    answers = paced.sandbox.bot_messages(stranger.id)[before:]
    assert answers[-1].text == paced.texts.render("ru", "ask_email", name="Иван Петров", domains="@truerealestate.bali")
    dropped = crowded(paced)
    assert len(answers) + dropped == MANY, "each answer was sent or is in the history"
    assert dropped >= MANY / 2
    assert Scrape(port)["salesreg_replies_dropped_total"] == dropped
    assert paced.bot.wait_for_log("more than 20 answers waited in 1 chat")


def test_telegram_s_pause_is_kept_whatever_is_dropped_meanwhile(paced, stranger):
    """What Telegram wanted later stays in front of what came after it."""
    paced.sandbox.fault("429", method="sendMessage", chat=stranger.id, retry_after=8)
    stranger.act("text", text="1", date=int(time.time()) - 90 * 86400)
    paced.db.outbox.eventually("count(*) = 1", "WHERE state = 'queued' AND due_at > now()")
    due = paced.db.outbox.value("max(due_at)")
    floods(paced, stranger, "Иван Петров")
    eventually(lambda: crowded(paced) >= MANY - 2 * MOST)
    paced.settle(timeout=120)
    first = paced.db.outbox_history.value("min(finished_at)",
                                          "WHERE chat_id = %s AND state = 'sent' AND attempts = 2", stranger.id)
    assert first >= due
    assert paced.sandbox.calls("sendMessage")["429"] == 1


def test_what_answers_nothing_is_never_dropped(paced, stranger):
    """Notifications, and what an operator or another role puts in."""
    paced.sandbox.fault("slow", method="sendMessage", chat=stranger.id, times=-1, ms=1000)
    for i in range(3):
        paced.db.outbox.insert("(chat_id, method, payload, priority) VALUES (%s, 'sendMessage', %s, 1)", stranger.id, json.dumps({"chat_id": stranger.id, "text": f"from the office {i}"}))
    floods(paced, stranger, "Иван Петров")
    eventually(paced.sandbox.bot_is_idle)
    paced.sandbox.no_faults()
    paced.settle(timeout=120)
    texts = [m.text for m in paced.sandbox.bot_messages(stranger.id)]
    assert [t for t in texts if t.startswith("from the office")] == [f"from the office {i}" for i in range(3)]


def test_an_admin_s_own_card_is_no_answer_to_what_they_wrote(make_world):
    """They register themselves and flood: that they wait for approval is a notification, and stays."""
    world = make_world(TELEGRAM_RATE_LIMIT="30", TELEGRAM_CHAT_RATE_LIMIT="1", ADMIN_TELEGRAM_IDS="900001",
                       REGISTRATION_APPROVAL="admin")
    world.start_bot()
    admin = world.person("Boss Admin", id=900_001)
    admin.says("привет")
    admin.hears_anything()
    admin.says("регистрация")
    admin.hears("ask_name")
    admin.says(admin.name)
    admin.hears("ask_email")
    world.settle()
    world.sandbox.fault("slow", method="sendMessage", chat=admin.id, times=-1, ms=1500)
    texts = ["boss@truerealestate.bali"] + ["статус", "помощь"] * 20
    world.sandbox.acts([{"user": admin.id, "type": "text", "text": text} for text in texts])
    eventually(world.sandbox.bot_is_idle)
    assert crowded(world) > 0
    assert world.db.outbox_history.value("count(*)", "WHERE error = 'crowded' AND payload::text LIKE '%%approve%%'") == 0
    kept = (f"SELECT count(*) FROM (SELECT payload, priority FROM {world.db.outbox} WHERE answers_to IS NULL"
            f" UNION ALL SELECT payload, priority FROM {world.db.outbox_history} WHERE state <> 'dropped') o"
            " WHERE payload::text LIKE '%%boss@truerealestate.bali%%' AND payload::text LIKE '%%callback_data%%'")
    assert world.db.value(kept) >= 1


def test_twenty_answers_may_wait(make_world):
    """One is being sent and twenty wait: each arrives."""
    world = make_world(TELEGRAM_RATE_LIMIT="30", TELEGRAM_CHAT_RATE_LIMIT="10")
    world.start_bot()
    person = asked_for_name(world)
    before = len(world.sandbox.bot_messages(person.id))
    world.sandbox.acts(one_a_minute(person, [str(i) for i in range(MOST + 1)]))
    world.settle()
    assert len(world.sandbox.bot_messages(person.id)) - before == MOST + 1 and crowded(world) == 0


def test_presses_without_end_are_answered_by_a_few_and_hold_up_nobody(paced, stranger):
    """While Telegram answers none of them, no more than 20 answers to one chat's presses are under way."""
    paced.sandbox.fault("hang", method="answerCallbackQuery", times=-1)
    paced.sandbox.acts([{"user": stranger.id, "type": "button", "data": "cancel"} for _ in range(300)])
    eventually(paced.sandbox.bot_is_idle)
    eventually(lambda: paced.sandbox.calls("answerCallbackQuery"))
    paced.person().registers()
    calls = sum(paced.sandbox.calls("answerCallbackQuery").values())
    assert 1 <= calls <= MOST, paced.sandbox.calls("answerCallbackQuery")


def test_what_an_admin_is_shown_once_is_not_dropped(make_world):
    """What they missed is marked as seen when it is queued, so it must arrive, however much they write."""
    world = make_world(TELEGRAM_RATE_LIMIT="30", TELEGRAM_CHAT_RATE_LIMIT="1", ADMIN_TELEGRAM_IDS="900001")
    world.start_bot()
    admin = world.person("Ada Min", id=900_001)
    admin.says("привет")
    admin.hears_anything()
    admin.says("регистрация")
    admin.hears("ask_name")
    world.settle()
    world.db.execute("INSERT INTO sales_representatives (telegram_id, name, email, status)"
                     " VALUES (501, 'Waits Long', 'w@truerealestate.bali', 'pending')")
    world.db.missed_chats.insert("(chat_id) VALUES (%s)", admin.id)
    world.sandbox.fault("slow", method="sendMessage", chat=admin.id, ms=1000, times=-1)
    world.sandbox.acts([{"user": admin.id, "type": "text", "text": str(i)} for i in range(200)])
    eventually(lambda: crowded(world) > 100)
    world.sandbox.no_faults()
    world.settle(timeout=120)
    shown = [m for m in world.sandbox.bot_messages(admin.id) if "Waits Long" in m.text]
    assert len(shown) == 1
