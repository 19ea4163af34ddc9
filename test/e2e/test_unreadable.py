"""Updates whose bytes are no JSON, or hardly: the text is handled where there is one, the rest steps aside, nobody waits."""
import json

import pytest

from support.process import run
from support.waiting import eventually

BROKEN = b'"message":{"message_id":1,"text":1e999}'  # a number nothing can hold
UNREADABLE = [BROKEN, b'"message":{"text":"half', b'"message":' + b"[" * 3000 + b"]" * 3000, b'\xff\xfe', b'"message":{} {}']


def send(world, data, whole=False):
    return world.sandbox.act(type="bytes", hex=data.hex(), whole=whole)["update_id"]


def message(person, text):
    """Its bytes, with the text as it is."""
    user = {"id": person.id, "is_bot": False, "first_name": "Anna", "language_code": "ru"}
    head = json.dumps({"message_id": 900_000, "from": user, "chat": {"id": person.id, "type": "private"}, "date": 1_790_000_000})
    return b'"message":' + head[:-1].encode() + b',"text":"' + text + b'"}'


def parked(world):
    return world.db.parked_updates.rows("id, update_id, raw, payload, reason", "ORDER BY id")


def salesreg(world, *args):
    return run("parked", *args, settings={"DATABASE_URL": world.db.url})


@pytest.fixture
def asked_for_name(bot_world):
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    anna.says("да")
    anna.hears("ask_name")
    return anna


@pytest.mark.parametrize("text,name", [
    (rb"Anna \ud83d Petrova", "Anna Petrova"),
    (rb"Anna \ude00\ud83d Petrova", "Anna Petrova"),
    (b"Anna \xff Petrova", "Anna Petrova"),
    (b"Anna \xed\xa0\xbd Petrova", "Anna Petrova"),
    (b"Anna\nPetrova", "Anna Petrova"),
    (rb"Anna \q Petrova", "Anna q Petrova"),
])
def test_what_is_no_character_is_replaced_and_the_text_handled(bot_world, asked_for_name, text, name):
    send(bot_world, message(asked_for_name, text))
    asked_for_name.hears("ask_email", name=name)
    bot_world.settle()
    assert parked(bot_world) == []


@pytest.mark.parametrize("data", UNREADABLE, ids=range(len(UNREADABLE)))
def test_an_update_that_cannot_be_read_is_parked_as_it_came_and_its_neighbours_are_answered(make_world, data):
    world = make_world()
    people = world.sandbox.someone(12)
    for person in people[:5]:
        person.says("привет")
    update_id = send(world, data)
    for person in people[5:]:
        person.says("привет")
    world.start_bot()
    for person in people:
        person.hears("offer")
    world.settle()
    (row,) = parked(world)
    assert row["update_id"] == update_id and row["payload"] is None
    assert data in bytes(row["raw"])
    assert world.bot.said("cannot be read")
    assert [p.unheard() for p in people] == [[]] * 12


def test_several_of_them_in_one_answer(make_world):
    world = make_world()
    people = world.sandbox.someone(3)
    ids = []
    for person in people:
        ids += [send(world, data) for data in UNREADABLE[:2]]
        person.says("привет")
    world.start_bot()
    for person in people:
        person.hears("offer")
    world.settle()
    assert [row["update_id"] for row in parked(world)] == ids


@pytest.mark.parametrize("data", [b'{"update_id":99999999999999999999,"message":{}}', b'{"message":{"text":1e999}}',
                                  b'{"update_id":9223372036854775807}', b'7', b'{"update_id":"x","message":{}}'],
                         ids=["too long", "none and no JSON", "the last one", "no object", "no number"])
def test_one_whose_number_cannot_be_read_goes_when_there_is_one_behind_it(make_world, data):
    world = make_world()
    anna, boris = world.sandbox.someone(2)
    anna.says("привет")
    send(world, data, whole=True)
    world.start_bot()
    anna.hears("offer")
    world.bot.wait_for_log("nor its number")
    assert parked(world) == []
    boris.says("привет")
    boris.hears("offer")
    world.settle()
    (row,) = parked(world)
    assert row["update_id"] is None and data in bytes(row["raw"])
    assert [anna.unheard(), boris.unheard()] == [[], []]


def test_a_kill_while_it_is_singled_out_parks_it_once(make_world):
    world = make_world()
    anna = world.person()
    send(world, BROKEN)
    anna.says("привет")
    bot = world.start_bot()
    world.db.parked_updates.eventually("count(*) = 1")
    bot.kill()
    world.start_bot()
    anna.hears("offer")
    world.settle()
    assert len(parked(world)) == 1


def test_the_operator_sees_the_bytes_retries_and_drops_them(bot_world):
    world = bot_world
    send(world, BROKEN + b',"\xff":1')
    world.db.parked_updates.eventually("count(*) = 1")
    id = str(parked(world)[0]["id"])
    listed = salesreg(world, "list")
    assert listed.returncode == 0 and "cannot be read" in listed.stdout and "1e999" in salesreg(world, "show", id).stdout
    shown = json.loads(salesreg(world, "show", id).stdout)
    assert shown["update"] is None and BROKEN in bytes.fromhex(shown["bytes_hex"]) and "\ufffd" in shown["text"]
    assert salesreg(world, "retry", id).returncode == 0
    world.bot.wait_for_log("still cannot be read")
    world.db.parked_updates.eventually("reason LIKE 'it still cannot be read%%' AND retry_at IS NULL")
    assert salesreg(world, "drop", id).returncode == 0
    assert parked(world) == []


def test_one_that_can_be_read_by_now_is_handled_at_its_retry(bot_world):
    """As if an earlier version had parked it."""
    world = bot_world
    anna = world.person()
    anna.opens()
    world.settle()
    raw = b'{"ok":true,"result":[{"update_id":5,' + message(anna, "привет".encode()) + b"}]}"
    world.db.execute(f"INSERT INTO {world.db.parked_updates} (bot_id, update_id, raw, reason)"
                     f" SELECT bot_id, 5, %s, 'it cannot be read' FROM {world.db.bot_state}", raw)
    assert salesreg(world, "retry", str(parked(world)[0]["id"])).returncode == 0
    anna.hears("offer")
    world.db.parked_updates.eventually("count(*) = 0")


def test_a_nul_in_a_parked_update_holds_up_no_retry(bot_world):
    world, db = bot_world, bot_world.db
    anna, boris = world.sandbox.someone(2)
    boris.opens()
    boris.hears_anything()
    db.execute("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no more of this'; END $$")
    db.execute(f"CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON {db.user_sessions} FOR EACH ROW EXECUTE FUNCTION poison()")
    for person, text in ((anna, b"\\u0000"), (boris, "да".encode())):
        send(world, message(person, text))
        db.parked_updates.eventually("count(*) > 0", "WHERE user_id = %s", person.id)
    db.execute(f"DROP TRIGGER poison ON {db.user_sessions}")
    ids = [str(row["id"]) for row in parked(world)]
    assert salesreg(world, "retry", *ids).returncode == 0
    db.parked_updates.eventually("count(*) = 0")
    boris.hears("parked")
    boris.hears_anything()


NEWER = [{"guest_message": {"text": "hi"}}, {"managed_bot": 7}, {"message_reaction": {}}, {"something_new": [1, 2]}, {"message": 5},
         {"message": None}]


@pytest.mark.parametrize("update", NEWER, ids=lambda u: next(iter(u)))
def test_kinds_of_updates_this_version_has_never_heard_of_are_ignored(bot_world, update):
    name = next(iter(update))
    anna = bot_world.person()
    send(bot_world, json.dumps(update)[1:-1].encode())
    anna.says("привет")
    anna.hears("offer")
    bot_world.settle()
    assert parked(bot_world) == [], name


def test_fields_this_version_has_never_heard_of_are_ignored(bot_world):
    anna = bot_world.person()
    anna.opens()
    whole = message(anna, "привет".encode())[:-1] + b',"new_field":{"deep":[{"x":null}]},"checklist_of_7":"x"}'
    send(bot_world, whole + b',"new_envelope":true')
    anna.hears("offer")
    bot_world.settle()
    assert parked(bot_world) == []


def test_a_page_that_is_no_answer_is_not_taken_for_an_update(bot_world):
    """A captive portal says 200."""
    bot_world.sandbox.fault("502html", method="getUpdates", times=2)
    anna = bot_world.person()
    anna.says("привет")
    anna.hears("offer")
    bot_world.settle()
    assert parked(bot_world) == []
    eventually(lambda: bot_world.bot.alive)


# Answers over their bounds ---------------------------------------------------------------------------------------------

HUGE = 9 * 1024 * 1024


def test_updates_that_are_too_many_bytes_at_once_are_fetched_in_smaller_portions(make_world):
    world = make_world()
    people = world.sandbox.someone(20)
    for person in people:
        person.says("привет")
    world.sandbox.fault("huge", method="getUpdates", bytes=HUGE, times=3)
    world.start_bot()
    for person in people:
        person.hears("offer")
    world.settle()
    assert parked(world) == []
    assert world.bot.said("larger than 8 MiB")
    assert [p.unheard() for p in people] == [[]] * 20


def test_one_update_that_is_too_large_is_parked_with_its_beginning_and_stepped_over(make_world):
    world = make_world()
    anna, boris = world.sandbox.someone(2)
    anna.says("привет")
    world.sandbox.fault("huge", method="getUpdates", bytes=HUGE, times=-1)
    world.start_bot()
    world.db.parked_updates.eventually("count(*) = 1")
    world.sandbox.no_faults()
    boris.says("привет")
    boris.hears("offer")
    world.settle()
    (row,) = parked(world)
    assert row["update_id"] and "only its beginning" in row["reason"] and "привет".encode() in bytes(row["raw"])
    assert len(row["raw"]) <= 512 * 1024 and anna.unheard() == []


@pytest.mark.parametrize("times", [1, -1])
def test_a_message_whose_answer_is_too_long_is_sent_once(bot_world, times):
    anna = bot_world.person()
    bot_world.sandbox.fault("huge", method="sendMessage", bytes=300 * 1024, times=times)
    anna.says("привет")
    anna.hears("offer")
    anna.says("да")
    anna.hears("ask_name")
    bot_world.settle()
    assert anna.unheard() == [] and bot_world.sandbox.calls("sendMessage") == {"ok": 2}
    assert bot_world.bot.lines("possible duplicate") == []


def test_a_refusal_that_is_too_long_is_a_refusal(bot_world):
    anna, boris = bot_world.person(), bot_world.person()
    bot_world.sandbox.fault("error", code=400, method="sendMessage", chat=anna.id, bytes=300 * 1024, description="Bad Request: no")
    anna.says("привет")
    bot_world.bot.wait_for_log("refused for good")
    boris.says("привет")
    boris.hears("offer")
    bot_world.settle()
    assert anna.unheard() == [] and bot_world.db.outbox.value("state") == "failed"
