"""The chat page's half of the sandbox without a browser: who may use it, and what it tells while it happens."""
import contextlib
import json

import pytest
import requests

from support.paths import SANDBOX_WITH_LOAD
from support.process import EXIT_CONFIG, run
from support.telegram import TOKEN, Sandbox
from support.waiting import eventually

JSON = "application/json"


def ask(sandbox, verb, path, data=b'{"user":1,"type":"text","text":"x"}', **headers):
    return requests.request(verb, sandbox.base + path, timeout=60, data=data,
                            headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """One for all whose requests are refused: nothing happens in it."""
    created = Sandbox(tmp_path_factory.mktemp("untouched") / "sandbox.log")
    yield created
    created.process.discard()


@pytest.mark.parametrize("path", ["/page/act", "/sandbox/act", "/page/users", f"/bot{TOKEN}/getMe"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_a_foreign_origin_is_refused(untouched, path, origin):
    answer = ask(untouched, "POST", path, Origin=origin, Content_Type=JSON)
    assert answer.status_code == 403 and answer.json()["ok"] is False
    assert untouched.stats()["transcript_events"] == 0


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/events", "/page/chat?user=1", "/sandbox/users", f"/bot{TOKEN}/getMe"])
@pytest.mark.parametrize("agent", ["Mozilla/5.0 (X11)", "curl/7.88.1", "whatever fetch() was told to say"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8081", "evil", "localhost.evil.example"])
def test_a_name_of_somebody_elses_that_leads_here_is_refused_whoever_says_to_ask(untouched, path, agent, host):
    assert ask(untouched, "GET", path, Host=host, User_Agent=agent).status_code == 403


def test_requests_across_sites_are_refused_but_a_link_may_lead_to_the_page(sandbox):
    assert ask(sandbox, "GET", "/sandbox/users", Sec_Fetch_Site="cross-site").status_code == 403
    assert ask(sandbox, "GET", "/page/page.js", Sec_Fetch_Site="same-site").status_code == 403
    visit = ask(sandbox, "GET", "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
    assert visit.status_code == 200
    assert "default-src 'none'" in visit.headers["Content-Security-Policy"]
    assert "unsafe" not in visit.headers["Content-Security-Policy"]


def test_the_pages_own_posts_are_json_with_its_origin(sandbox):
    assert ask(sandbox, "POST", "/page/act", Content_Type=JSON).status_code == 403
    assert ask(sandbox, "POST", "/page/act", Content_Type="text/plain", Origin=sandbox.base).status_code == 403
    assert ask(sandbox, "POST", "/page/act", Content_Type=JSON, Origin=sandbox.base).status_code == 200
    # only what the page needs
    for call in ("faults", "clock", "load", "stats"):
        assert ask(sandbox, "POST", f"/page/{call}", Content_Type=JSON, Origin=sandbox.base).status_code == 404


def test_programs_go_on_as_ever(sandbox):
    assert ask(sandbox, "POST", "/sandbox/act", Content_Type="application/x-www-form-urlencoded").status_code == 200
    for host in ("127.0.0.1:8081", "192.0.2.7:8081", "[::1]:8081", "localhost:8081", "demo.localhost"):
        assert ask(sandbox, "GET", f"/bot{TOKEN}/getMe", Host=host).status_code == 200, host


def test_a_page_elsewhere_cannot_call_as_a_bot_where_browsers_do_not_say_whose_page_asks(sandbox):
    """To http:// of another machine a browser sends no Sec-Fetch-Site, and no Origin with a GET."""
    path, browser = f"/bot{TOKEN}/sendMessage?chat_id=1&text=x", "Mozilla/5.0 (X11)"
    assert ask(sandbox, "GET", path, Host="192.0.2.7:8081", User_Agent=browser).status_code == 403
    assert ask(sandbox, "GET", f"/bot{TOKEN}/getMe", User_Agent=browser, Sec_Fetch_Site="none").status_code == 200
    assert ask(sandbox, "GET", f"/bot{TOKEN}/getMe", User_Agent=browser, Sec_Fetch_Site="cross-site").status_code == 403


def test_another_name_can_be_allowed(tmp_path):
    named = Sandbox(tmp_path / "named.log", "--host", "demo.example.com")
    try:
        assert ask(named, "GET", "/", Host="demo.example.com").status_code == 200
        assert ask(named, "GET", "/", Host="demo.example.com:443").status_code == 200
        assert ask(named, "GET", f"/bot{TOKEN}/getMe", Host="demo.example.com").status_code == 200
        assert ask(named, "GET", "/", Host="other.example.com").status_code == 403
        assert ask(named, "POST", "/page/act", Host="demo.example.com", Origin="https://demo.example.com",
                   Content_Type=JSON).status_code == 200
    finally:
        named.process.discard()


@contextlib.contextmanager
def events(sandbox):
    """What the page is told: (event, data) one after the other."""
    with requests.get(sandbox.base + "/page/events", stream=True, timeout=60) as answer:
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/event-stream"

        def read():
            name = None
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    yield name, json.loads(value)
        yield read()


def chat_events(stream):
    return (data for name, data in stream if name == "chat")


def bot_api(sandbox, method, **parameters):
    answer = requests.post(f"{sandbox.base}/bot{TOKEN}/{method}", json=parameters, timeout=60).json()
    assert answer["ok"], answer
    return answer["result"]


def test_what_happens_is_told_as_it_happens(sandbox):
    with events(sandbox) as stream:
        name, hello = next(stream)
        assert name == "hello" and hello["people"] == [] and hello["system"] is False
        assert hello["bot"]["running"] is False
        sandbox.act(user=7, type="text", text="hi")
        chat = chat_events(stream)
        said = next(chat)
        assert (said["kind"], said["chat"], said["entry"]["from_bot"]) == ("user_message", 7, False)
        assert said["entry"]["message"]["text"] == "hi"
        sent = bot_api(sandbox, "sendMessage", chat_id=7, text="yes?")
        assert next(chat)["entry"]["message"] == sent
        bot_api(sandbox, "editMessageText", chat_id=7, message_id=sent["message_id"], text="no?")
        edit = next(chat)
        assert edit["kind"] == "bot_edit" and edit["entry"]["message"]["edit_date"]


def test_a_chat_is_asked_for_as_it_is_and_later_events_come_on_top(sandbox):
    sandbox.act(user=7, type="text", text="hi")
    bot_api(sandbox, "sendMessage", chat_id=7, text="yes?", reply_markup={"keyboard": [["a"]]})
    chat = sandbox.http.get(sandbox.base + "/page/chat?user=7", timeout=60).json()
    assert [e["message"]["text"] for e in chat["entries"]] == ["hi", "yes?"]
    assert chat["entries"][1]["keyboard"] == {"keyboard": [["a"]]} and not chat["blocked"]
    assert chat["seq"] == sandbox.transcript()[1]
    nobody = sandbox.http.get(sandbox.base + "/page/chat?user=8", timeout=60).json()
    assert nobody["ok"] and nobody["entries"] == []


def test_line_ends_a_bot_puts_into_json_do_not_break_the_stream(sandbox):
    sandbox.act(user=7, type="start")
    with events(sandbox) as stream:
        next(stream)
        bot_api(sandbox, "sendMessage", chat_id=7, text="bold",
                entities=json.dumps([{"type": "bold", "offset": 0, "length": 4}], indent=2) + "\r\n")
        event = next(chat_events(stream))
        assert event["entry"]["message"]["entities"][0]["type"] == "bold"


@pytest.fixture
def simulating(tmp_path):
    created = Sandbox(tmp_path / "sandbox.log", binary=SANDBOX_WITH_LOAD)
    yield created
    created.process.discard()


def test_simulated_users_and_groups_are_not_shown(simulating):
    sandbox = simulating
    with events(sandbox) as stream:
        next(stream)
        sandbox.post("load", users=3, script=["x"])
        sandbox.act(user=7, chat=-100, type="group_text", text="in a group")
        sandbox.act(user=8, type="text", text="alone")
        assert next(chat_events(stream))["chat"] == 8
    with events(sandbox) as stream:
        assert {p["id"] for p in next(stream)[1]["people"]} == {7, 8}


def test_there_are_only_so_many_watchers_and_a_place_becomes_free(sandbox):
    with contextlib.ExitStack() as stack:
        watchers = [stack.enter_context(events(sandbox)) for _ in range(50)]
        for watcher in watchers:
            next(watcher)
        with requests.get(sandbox.base + "/page/events", stream=True, timeout=60) as answer:
            assert answer.status_code == 503
    def comes_in():
        with requests.get(sandbox.base + "/page/events", stream=True, timeout=60) as answer:
            return answer.status_code == 200
    eventually(comes_in, what="a free place")


def test_a_page_that_does_not_read_holds_nobody_up(sandbox):
    sandbox.act(user=7, type="start")
    with requests.get(sandbox.base + "/page/events", stream=True, timeout=60):
        for _ in range(700):
            bot_api(sandbox, "sendMessage", chat_id=7, text="x" * 4096)
        assert len(sandbox.bot_messages(7)) == 700


def test_it_stops_cleanly_while_pages_watch(sandbox):
    with events(sandbox) as stream, events(sandbox):
        next(stream)
        sandbox.process.terminate()


def test_prospects_are_added_by_the_page_alone_and_only_where_it_may(sandbox, database, tmp_path):
    wanted = json.dumps({"name": "Maria", "contact": "@maria"})
    own = {"Content_Type": JSON, "Origin": sandbox.base}
    assert ask(sandbox, "POST", "/page/prospects", data=wanted, **own).status_code == 404
    assert run("sandbox", "--prospects").returncode == 64
    adds = Sandbox(tmp_path / "adds.log", "--state", "--prospects", settings={"DATABASE_URL": database.url})
    try:
        own["Origin"] = adds.base
        count = "SELECT count(*) FROM test_prospects WHERE name = 'Maria'"
        assert ask(adds, "POST", "/page/prospects", data=wanted, Content_Type=JSON, Origin="http://evil.example").status_code == 403
        assert ask(adds, "POST", "/page/prospects", data=wanted, Content_Type=JSON).status_code == 403
        assert ask(adds, "POST", "/sandbox/prospects", data=wanted, Content_Type=JSON).status_code == 404
        for bad in ("", "[]", "{}", '{"name": "Maria"}', '{"contact": "@maria"}', '{"name": " \\u200b", "contact": "@maria"}',
                    json.dumps({"name": "x" * 256, "contact": "@maria"}), '{"name": 5, "contact": "@maria"}'):
            answer = ask(adds, "POST", "/page/prospects", data=bad, **own)
            assert answer.status_code == 400 and answer.json()["error"], bad
        assert database.value(count) == 0
        answer = ask(adds, "POST", "/page/prospects", data=wanted, **own)
        assert answer.status_code == 200, answer.text
        assert database.value(count) == 1
    finally:
        adds.process.discard()


def test_the_state_needs_a_database_to_read():
    done = run("sandbox", "--state", "--listen", "127.0.0.1:0")
    assert done.returncode == EXIT_CONFIG and "DATABASE_URL" in done.stderr


def rehearse(sandbox, *events, locale="ru"):
    return ask(sandbox, "POST", "/page/rehearsal", json.dumps({"locale": locale, "events": events}).encode(), Content_Type=JSON,
               Origin=sandbox.base).json()


def pressed(told, text):
    """The newest button of this text."""
    data = [button["data"] for message in told["messages"] for row in message["buttons"] for button in row if button["text"] == text]
    return {"press": data[-1]}


def test_a_dry_run_of_the_questions_stores_nothing_and_tells_nobody(untouched):
    told = rehearse(untouched)
    assert told["ok"] and "Что вы ищете?" in told["messages"][-1]["text"] and "anna@example.org" not in told["summary"]
    villa = pressed(told, "Вилла")
    told = rehearse(untouched, villa)
    assert "✓ Вилла" in [button["text"] for row in told["messages"][0]["buttons"] for button in row]
    said = [villa, pressed(told, "Готово"), "300k", "завтра", "Жить", {"contact": "+79991234567"}, "anna@example.org"]
    for n in range(1, len(said) + 1):
        told = rehearse(untouched, *said[:n])
        assert told["ok"] and told["finished"] == (n == len(said))
    assert told["score"] == 70 and "anna@example.org" in told["summary"]
    assert rehearse(untouched, *said, {"press": "q:forged"}, {"press": "reg:yes"}, "стоп")["ok"]
    assert "What are you looking for?" in rehearse(untouched, locale="en")["messages"][-1]["text"]
    assert rehearse(untouched, 5)["error"].startswith("an event is a text")
    assert untouched.stats()["transcript_events"] == 0


def test_a_dry_run_reads_the_file_anew_and_says_what_is_wrong_with_it(tmp_path):
    path = tmp_path / "qualification.json"
    path.write_text('{"questions": [{"id": "a", "kind": "text", "text": {"ru": "Первый?"}}]}')
    sandbox = Sandbox(tmp_path / "sandbox.log", settings={"QUALIFICATION_FILE": str(path)})
    assert "Первый?" in rehearse(sandbox)["messages"][-1]["text"]
    path.write_text('{"questions": [\n{"id": "a", "kind": "words", "text": {"ru": "Второй?"}}]}')
    assert rehearse(sandbox)["error"].startswith("QUALIFICATION: line 2: question 1, a: kind must be")
    path.write_text("off")
    assert rehearse(sandbox)["error"] == "QUALIFICATION=off: nothing is asked"
    sandbox.process.discard()
