"""The emulator behaves like the Bot API server: the cases by name.

Every test starts a sandbox of its own on a free port; nothing sleeps: what has to be awaited is long-polled, and the
emulator's clock is moved by /sandbox/clock.
"""
import concurrent.futures
import os
import signal
import socket
import subprocess
import time
import types

import pytest
import requests

from support.crowd import half_requests

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("SALESREG_BIN", os.path.join(ROOT, "build/dev/salesreg"))
TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
OTHER = "654321:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
PATIENCE_S = 60


class Sandbox:
    """One emulator process, its control API and its Bot API."""

    def __init__(self, *options, binary=BINARY):
        self.process = subprocess.Popen(
            [binary, "sandbox", "--listen", "127.0.0.1:0", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert "listening on http://127.0.0.1:" in line, line + self.process.stderr.read()
        self.url = line.split(" on ")[1].strip()
        self.port = int(self.url.rsplit(":", 1)[1])
        self.http = requests.Session()
        self.pool = concurrent.futures.ThreadPoolExecutor(8)

    def stop(self):
        """SIGTERM ends it cleanly, whatever it holds."""
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            _, errors = self.process.communicate(timeout=PATIENCE_S)
        finally:
            self.process.kill()
            self.pool.shutdown()
        assert self.process.returncode == 0, errors
        assert "ERROR" not in errors and "runtime error" not in errors, errors

    def post(self, path, **body):
        return self.http.post(f"{self.url}/sandbox/{path}", json=body, timeout=PATIENCE_S).json()

    def get(self, path, **query):
        return self.http.get(f"{self.url}/sandbox/{path}", params=query, timeout=PATIENCE_S).json()

    def act(self, user, kind, **more):
        answer = self.post("act", user=user, type=kind, **more)
        assert answer["ok"], answer
        return types.SimpleNamespace(**answer)

    def advance(self, seconds):
        assert self.post("clock", advance_ms=int(seconds * 1000))["ok"]

    def call(self, method, token=TOKEN, **params):
        return requests.post(f"{self.url}/bot{token}/{method}", json=params, timeout=PATIENCE_S)

    def ok(self, method, token=TOKEN, **params):
        answer = self.call(method, token, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def updates(self, **params):
        """getUpdates without the rule on repeated offsets in the way."""
        self.advance(4)
        return self.ok("getUpdates", **params)

    def poll(self, **params):
        """A held getUpdates in a thread: returns when the server holds it."""
        started = self.pool.submit(self.call, "getUpdates", **params)
        deadline = time.monotonic() + PATIENCE_S
        while not any(bot["polling"] for bot in self.get("stats")["bots"]):
            assert not started.done(), started.result().text
            assert time.monotonic() < deadline
        return started

    def events(self, user, minimum=1, after=0):
        answer = self.get("transcript", user=user, min=minimum, after=after, wait_ms=20000)
        assert answer["enough"], answer
        return answer["events"]


@pytest.fixture(name="sandbox")
def sandbox_fixture():
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()


def fails(answer, code, description):
    """Status, error_code and text of a refusal."""
    body = answer.json()
    assert (answer.status_code, body["error_code"], body["ok"]) == (code, code, False)
    assert body["description"].startswith(description), body["description"]
    return body


def buttons(*rows):
    return {"inline_keyboard": [list(row) for row in rows]}


def button(text, data):
    return {"text": text, "callback_data": data}


# --- entities that are given ---

def test_links_are_found_beside_the_entities_that_are_given_but_not_in_code(sandbox):
    sandbox.act(7, "text", text="hello")
    text = "see https://a.example and https://b.example"
    given = [{"type": "blockquote", "offset": 0, "length": 21}, {"type": "code", "offset": 26, "length": 17}]
    sent = sandbox.ok("sendMessage", chat_id=7, text=text, entities=given)
    assert sorted((e["type"], e["offset"], e["length"]) for e in sent["entities"]) == [
        ("blockquote", 0, 21), ("code", 26, 17), ("url", 4, 17)]


# --- what would be too much ---

def test_links_as_long_as_a_body_may_be_are_a_400_and_not_its_end(sandbox):
    sandbox.act(7, "text", text="hello")
    text = "".join(f'<a href="{chr(1) * 8000}">x</a>' for _ in range(100))
    answer = requests.post(f"{sandbox.url}/bot{TOKEN}/sendMessage", timeout=PATIENCE_S,
                           files={"chat_id": (None, "7"), "parse_mode": (None, "HTML"), "text": (None, text)})
    fails(answer, 400, "Bad Request: can't parse entities: The entities are too long")
    many = "".join(f'<a href="https://example.org/{i}">x</a>' for i in range(120))
    assert len(sandbox.ok("sendMessage", chat_id=7, text=many, parse_mode="HTML")["entities"]) == 100


def test_thousands_of_half_requests_keep_nobody_out(sandbox):
    with half_requests(sandbox.port, 4000):
        assert sandbox.ok("getMe")["is_bot"]
        sandbox.act(7, "text", text="hello")
        assert sandbox.ok("sendMessage", chat_id=7, text="x")["text"] == "x"


def test_what_is_kept_never_goes_where_a_link_leads(tmp_path):
    """Who may write beside the file may not have another one of ours overwritten."""
    precious = tmp_path / "precious"
    precious.write_text("x")
    (tmp_path / "kept.new").symlink_to(precious)
    sandbox = Sandbox("--keep", str(tmp_path / "kept"))
    sandbox.act(7, "text", text="hello")
    sandbox.ok("sendMessage", chat_id=7, text="x")
    sandbox.stop()
    assert precious.read_text() == "x"
    assert '"people"' in (tmp_path / "kept").read_text() and not (tmp_path / "kept").is_symlink()


# --- tokens and methods ---

@pytest.mark.parametrize("token", ["1:short", "nonsense", ":" + "A" * 35, "12x:" + "A" * 35,
                                   "123:" + "A" * 34 + "%20"])
def test_a_malformed_token_is_401(sandbox, token):
    fails(sandbox.call("getMe", token=token), 401, "Unauthorized")


def test_with_a_list_of_tokens_others_are_401():
    sandbox = Sandbox("--token", TOKEN, "--username", "our_bot")
    fails(sandbox.call("getMe", token=OTHER), 401, "Unauthorized")
    assert sandbox.ok("getMe")["username"] == "our_bot"
    sandbox.stop()


def test_an_unknown_method_is_404(sandbox):
    fails(sandbox.call("makeCoffee"), 404, "Not Found: method not found")
    fails(requests.get(f"{sandbox.url}/bot{TOKEN}", timeout=PATIENCE_S), 404, "Not Found")


def test_method_names_are_case_insensitive(sandbox):
    me = sandbox.ok("GETME")
    assert me["id"] == 123456 and me["is_bot"] is True
    assert me["username"] == "salesreg_sandbox_bot"


def test_another_verb_is_501_with_an_empty_body(sandbox):
    answer = requests.put(f"{sandbox.url}/bot{TOKEN}/getMe", timeout=PATIENCE_S)
    assert (answer.status_code, answer.content) == (501, b"")


def test_a_body_over_a_mebibyte_is_413_with_an_empty_body(sandbox):
    answer = sandbox.call("sendMessage", chat_id=7, text="x" * (1 << 20))
    assert (answer.status_code, answer.content) == (413, b"")
    assert sandbox.ok("getMe")


def test_a_body_that_is_no_json_is_400(sandbox):
    for body in (b"{", b"[]", b'"x"', b"\xff"):
        answer = requests.post(f"{sandbox.url}/bot{TOKEN}/getMe", data=body, timeout=PATIENCE_S,
                               headers={"Content-Type": "application/json"})
        fails(answer, 400, "Bad Request")


def test_parameters_come_by_query_form_json_and_multipart(sandbox):
    sandbox.act(7, "text", text="hello")
    url = f"{sandbox.url}/bot{TOKEN}/sendMessage"
    params = {"chat_id": 7, "text": "Привет & «мир» 🙂 100%", "reply_markup": '{"inline_keyboard":[]}'}
    files = {name: (None, str(value)) for name, value in params.items()}
    for answer in (requests.get(url, params=params, timeout=PATIENCE_S),
                   requests.post(url, params=params, timeout=PATIENCE_S),
                   requests.post(url, data=params, timeout=PATIENCE_S),
                   requests.post(url, json=params, timeout=PATIENCE_S),
                   requests.post(url, files=files, timeout=PATIENCE_S)):
        assert answer.json()["result"]["text"] == params["text"], answer.text


def test_long_parameters_survive_every_encoding(sandbox):
    sandbox.act(7, "text", text="hello")
    url = f"{sandbox.url}/bot{TOKEN}/sendMessage"
    text = "ё" * 4096
    for body in ({"data": {"chat_id": 7, "text": text}}, {"json": {"chat_id": 7, "text": text}},
                 {"files": {"chat_id": (None, "7"), "text": (None, text)}}):
        answer = requests.post(url, timeout=PATIENCE_S, **body)
        assert answer.json()["result"]["text"] == text


# --- messages and who may get them ---

def test_a_message_carries_what_the_server_sends(sandbox):
    sandbox.post("users", id=7, first_name="Анна", username="anna", language_code="en")
    act = sandbox.act(7, "text", text="/help me@example.com")
    update = sandbox.updates()[0]
    assert update["update_id"] == act.update_id
    message = update["message"]
    assert message["message_id"] == act.message_id
    assert message["from"] == {"id": 7, "is_bot": False, "first_name": "Анна", "username": "anna",
                               "language_code": "en"}
    assert message["chat"] == {"id": 7, "first_name": "Анна", "username": "anna", "type": "private"}
    assert abs(message["date"] - time.time()) < 3600
    assert message["entities"] == [{"offset": 0, "length": 5, "type": "bot_command"},
                                   {"offset": 6, "length": 14, "type": "email"}]
    sent = sandbox.ok("sendMessage", chat_id=7, text="ok", reply_markup=buttons([button("a", "b")]))
    assert sent["from"]["is_bot"] is True and sent["message_id"] > act.message_id
    assert sent["reply_markup"] == {"inline_keyboard": [[button("a", "b")]]}


def test_a_deep_link_is_a_start_command_with_its_payload(sandbox):
    sandbox.act(7, "start", payload="Ref_1-2")
    message = sandbox.updates()[0]["message"]
    assert message["text"] == "/start Ref_1-2"
    assert message["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]
    for payload in ("x" * 65, "a b", "я"):
        assert not sandbox.post("act", user=7, type="start", payload=payload)["ok"]


def test_chat_not_found(sandbox):
    fails(sandbox.call("sendMessage", chat_id=404, text="x"), 400, "Bad Request: chat not found")
    fails(sandbox.call("sendMessage", chat_id="@anna", text="x"), 400, "Bad Request: chat not found")
    fails(sandbox.call("sendMessage", text="x"), 400, "Bad Request: chat_id is empty")


def test_a_username_is_no_address_for_a_private_chat(sandbox):
    sandbox.post("users", id=7, first_name="A", username="anna")
    sandbox.act(7, "text", text="hi")
    fails(sandbox.call("sendMessage", chat_id="@anna", text="x"), 400, "Bad Request: chat not found")


def test_the_bot_cannot_initiate_a_conversation_with_a_user(sandbox):
    sandbox.post("users", id=7, first_name="A")
    fails(sandbox.call("sendMessage", chat_id=7, text="x"), 403,
          "Forbidden: bot can't initiate conversation with a user")
    sandbox.act(7, "start")
    sandbox.ok("sendMessage", chat_id=7, text="x")


def test_block_and_unblock_are_told_and_enforced(sandbox):
    sandbox.act(7, "text", text="hi")
    sandbox.act(7, "block")
    fails(sandbox.call("sendMessage", chat_id=7, text="x"), 403,
          "Forbidden: bot was blocked by the user")
    sandbox.act(7, "unblock")
    sandbox.ok("sendMessage", chat_id=7, text="x")
    member = [u["my_chat_member"] for u in sandbox.updates() if "my_chat_member" in u]
    assert [(m["old_chat_member"]["status"], m["new_chat_member"]["status"]) for m in member] == [
        ("member", "kicked"), ("kicked", "member")]
    assert member[0]["new_chat_member"]["user"]["is_bot"] is True


def test_writing_unblocks_first(sandbox):
    sandbox.act(7, "text", text="hi")
    sandbox.act(7, "block")
    sandbox.act(7, "start")
    assert [next(k for k in u if k != "update_id") for u in sandbox.updates()] == [
        "message", "my_chat_member", "my_chat_member", "message"]
    sandbox.ok("sendMessage", chat_id=7, text="x")


def test_a_deactivated_user_is_403(sandbox):
    sandbox.act(7, "text", text="hi")
    sandbox.act(7, "deactivate")
    fails(sandbox.call("sendMessage", chat_id=7, text="x"), 403, "Forbidden: user is deactivated")


def test_a_group_that_became_a_supergroup_names_its_new_id(sandbox):
    sandbox.act(7, "group_text", chat=-55, text="hi", title="Team")
    assert sandbox.ok("sendMessage", chat_id=-55, text="x")["chat"] == {
        "id": -55, "title": "Team", "type": "group"}
    sandbox.act(7, "migrate", chat=-55, new_chat=-1000000000055)
    body = fails(sandbox.call("sendMessage", chat_id=-55, text="x"), 400, "Bad Request: group chat")
    assert body["parameters"] == {"migrate_to_chat_id": -1000000000055}
    assert sandbox.ok("sendMessage", chat_id=-1000000000055, text="x")["chat"]["type"] == "supergroup"
    told = [u["message"] for u in sandbox.updates()]
    assert told[1]["migrate_to_chat_id"] == -1000000000055
    assert told[2]["migrate_from_chat_id"] == -55


def test_a_channel_post_is_an_update_of_its_own_and_has_an_address(sandbox):
    sandbox.post("act", chat=-1000000000077, type="channel_post", text="news", title="News",
                 chat_username="news")
    assert sandbox.updates()[0]["channel_post"]["chat"]["type"] == "channel"
    assert sandbox.ok("sendMessage", chat_id="@news", text="x")["chat"]["id"] == -1000000000077


# --- text and markup ---

@pytest.fixture(name="chat")
def chat_fixture(sandbox):
    sandbox.act(7, "text", text="hello")
    return types.SimpleNamespace(
        sandbox=sandbox,
        send=lambda **params: sandbox.call("sendMessage", **{"chat_id": 7, "text": "x", **params}))


@pytest.mark.parametrize("text", ["", "  \n "])
def test_message_text_is_empty(chat, text):
    fails(chat.send(text=text), 400, "Bad Request: message text is empty")


def test_message_is_too_long_counts_utf16_units_after_parsing(chat):
    assert chat.send(text="я" * 4096).status_code == 200
    assert chat.send(text="🙂" * 2048).status_code == 200
    assert chat.send(text="<b>" + "x" * 4096 + "</b>", parse_mode="HTML").status_code == 200
    fails(chat.send(text="я" * 4097), 400, "Bad Request: message is too long")
    fails(chat.send(text="🙂" * 2048 + "x"), 400, "Bad Request: message is too long")


def test_html_becomes_text_and_entities(chat):
    answer = chat.send(parse_mode="HTML", text='🙂 <b>a<i>b</i></b> &lt;c&gt; &amp; <a href="http://x/?a=1">'
                                               "d</a> &#1103;")
    result = answer.json()["result"]
    assert result["text"] == "🙂 ab <c> & d я"
    assert result["entities"] == [
        {"offset": 4, "length": 1, "type": "italic"}, {"offset": 3, "length": 2, "type": "bold"},
        {"offset": 12, "length": 1, "type": "text_link", "url": "http://x/?a=1"}]


@pytest.mark.parametrize("text", ["1 < 2", "<b>x", "<x>y</x>", "x</b>", "<b><i>x</b></i>"])
def test_cannot_parse_entities_in_html(chat, text):
    fails(chat.send(text=text, parse_mode="HTML"), 400, "Bad Request: can't parse entities: ")


@pytest.mark.parametrize("text", ["a.b", "*a", "(x!)"])
def test_cannot_parse_entities_in_markdown_v2(chat, text):
    fails(chat.send(text=text, parse_mode="MarkdownV2"), 400, "Bad Request: can't parse entities: ")


def test_markdown_v2_becomes_text_and_entities(chat):
    result = chat.send(text="*a* _b_ __c__ `d.` x\\.", parse_mode="MarkdownV2").json()["result"]
    assert result["text"] == "a b c d. x."
    assert [e["type"] for e in result["entities"]] == ["bold", "italic", "underline", "code"]


def test_an_unknown_parse_mode_is_refused(chat):
    fails(chat.send(parse_mode="Word"), 400, "Bad Request: unsupported parse_mode")


@pytest.mark.parametrize("markup, description", [
    ("{", "can't parse reply keyboard markup JSON object"),
    ("[]", "object expected as reply markup"),
    ('{"inline_keyboard":[{}]}', 'field "inline_keyboard" must be'),
    (buttons([button(" ", "x")]), "inline keyboard button text must be non-empty"),
    (buttons([button("x", "")]), "BUTTON_DATA_INVALID"),
    (buttons([button("x", "y" * 65)]), "BUTTON_DATA_INVALID"),
    (buttons([button("x", "я" * 33)]), "BUTTON_DATA_INVALID"),
    (buttons([{"text": "x"}]), "can't parse inline keyboard button"),
    (buttons([{"text": "x", "copy_text": {"text": "y" * 257}}]), "BUTTON_COPY_TEXT_INVALID"),
    (buttons([{"text": "x", "url": "no address"}]), "BUTTON_URL_INVALID"),
    (buttons(*[[button("x", "y")]] * 101), "REPLY_MARKUP_TOO_LONG"),
    (buttons(*[[button("x" * 200, "y")]] * 50), "REPLY_MARKUP_TOO_LONG"),
    ({"keyboard": [[" "]]}, "keyboard button text must be non-empty"),
])
def test_reply_markup_is_validated(chat, markup, description):
    fails(chat.send(reply_markup=markup), 400, "Bad Request: " + description)


def test_buttons_without_a_text_are_dropped_without_a_word(chat):
    markup = buttons([button("", "x"), button("a", "y")], [button("", "")])
    assert chat.send(reply_markup=markup).json()["result"]["reply_markup"]["inline_keyboard"] == [[button("a", "y")]]
    assert "reply_markup" not in chat.send(reply_markup=buttons([button("", "x")])).json()["result"]


def test_what_a_person_deletes_is_gone_without_an_update(sandbox):
    said = sandbox.act(7, "text", text="hello").message_id
    answer = sandbox.ok("sendMessage", chat_id=7, text="hi")["message_id"]
    seen = len(sandbox.ok("getUpdates"))
    for message in (said, answer):
        sandbox.act(7, "delete", message_id=message)
    assert len(sandbox.ok("getUpdates")) == seen
    fails(sandbox.call("editMessageText", chat_id=7, message_id=answer, text="x"), 400, "Bad Request: message to edit not found")
    fails(sandbox.call("copyMessage", chat_id=7, from_chat_id=7, message_id=said), 400, "Bad Request: message to copy not found")


def test_who_takes_no_voices_gets_none(sandbox):
    sandbox.act(7, "text", text="hello")
    voice = sandbox.act(8, "voice").message_id
    sandbox.post("users", id=7, no_voices=True)
    refused = "Bad Request: VOICE_MESSAGES_FORBIDDEN"
    fails(sandbox.call("copyMessage", chat_id=7, from_chat_id=8, message_id=voice), 400, refused)
    fails(sandbox.call("sendVoice", chat_id=7, voice="sandbox-voice"), 400, refused)
    assert sandbox.ok("copyMessages", chat_id=7, from_chat_id=8, message_ids=[voice]) == []
    assert sandbox.ok("getChat", chat_id=7)["has_restricted_voice_and_video_messages"]


def test_reply_markup_at_its_limits_is_accepted(chat):
    for markup in (buttons(*[[button("x", "y" * 64)]] * 100),
                   buttons([{"text": "x", "copy_text": {"text": "я" * 256}}]),
                   {"keyboard": [["a"], [{"text": "b"}]]}, {"remove_keyboard": True}, {}):
        assert chat.send(reply_markup=markup).status_code == 200


# --- edits, buttons ---

def test_an_edit_updates_the_message(chat):
    sent = chat.send(reply_markup=buttons([button("a", "b")])).json()["result"]
    edited = chat.sandbox.ok("editMessageText", chat_id=7, message_id=sent["message_id"], text="new")
    assert edited["text"] == "new" and "reply_markup" not in edited and edited["edit_date"]
    assert chat.sandbox.post("act", user=7, type="button", text="a")["error"] == "no such button"


def test_message_is_not_modified(chat):
    sent = chat.send(reply_markup=buttons([button("a", "b")])).json()["result"]
    same = {"chat_id": 7, "message_id": sent["message_id"],
            "reply_markup": buttons([button("a", "b")])}
    fails(chat.sandbox.call("editMessageText", text="x", **same), 400,
          "Bad Request: message is not modified: ")
    fails(chat.sandbox.call("editMessageReplyMarkup", **same), 400,
          "Bad Request: message is not modified: ")
    same["reply_markup"] = buttons([button("c", "d")])
    assert chat.sandbox.ok("editMessageReplyMarkup", **same)["reply_markup"] == same["reply_markup"]


def test_message_to_edit_not_found(chat):
    edit = {"chat_id": 7, "text": "y"}
    fails(chat.sandbox.call("editMessageText", message_id=999999, **edit), 400,
          "Bad Request: message to edit not found")
    fails(chat.sandbox.call("editMessageText", **edit), 400,
          "Bad Request: message identifier is not specified")
    theirs = chat.sandbox.act(7, "text", text="mine").message_id
    fails(chat.sandbox.call("editMessageText", message_id=theirs, **edit), 400,
          "Bad Request: message can't be edited")


def test_copies_and_what_cannot_be_copied(chat):
    sandbox = chat.sandbox
    sandbox.act(8, "text", text="hello")
    said = sandbox.act(7, "photo", caption="see").message_id
    copy = sandbox.ok("copyMessage", chat_id=8, from_chat_id=7, message_id=said)["message_id"]
    assert copy != said
    fails(sandbox.call("copyMessage", chat_id=8, from_chat_id=7, message_id=999999), 400, "Bad Request: message to copy not found")
    once = sandbox.act(7, "photo", uncopyable=True).message_id
    fails(sandbox.call("copyMessage", chat_id=8, from_chat_id=7, message_id=once), 400, "Bad Request: the message can't be copied")
    # what cannot be copied is left out without a word
    assert len(sandbox.ok("copyMessages", chat_id=8, from_chat_id=7, message_ids=f"[{said},{once}]")) == 1
    fails(sandbox.call("copyMessages", chat_id=8, from_chat_id=7, message_ids=f"[{once},{said}]"), 400,
          "Bad Request: message identifiers must be in a strictly increasing order")
    edited = sandbox.ok("editMessageCaption", chat_id=8, message_id=copy, caption="look")
    assert edited["caption"] == "look" and edited["photo"]
    assert sandbox.ok("setMessageReaction", chat_id=7, message_id=said, reaction='[{"type":"emoji","emoji":"👍"}]') is True


def test_replies_show_what_they_reply_to_one_level_deep(chat):
    sandbox = chat.sandbox
    first = chat.send().json()["result"]["message_id"]
    sandbox.updates()
    reply = sandbox.act(7, "text", text="to that", reply_to=first).message_id
    assert sandbox.updates()[-1]["message"]["reply_to_message"]["message_id"] == first
    answer = sandbox.ok("sendMessage", chat_id=7, text="x", reply_parameters=f'{{"message_id":{reply}}}')
    assert answer["reply_to_message"]["message_id"] == reply and "reply_to_message" not in answer["reply_to_message"]
    fails(sandbox.call("sendMessage", chat_id=7, text="x", reply_parameters='{"message_id":999999}'), 400,
          "Bad Request: message to be replied not found")
    sandbox.ok("sendMessage", chat_id=7, text="x", reply_parameters='{"message_id":999999,"allow_sending_without_reply":true}')


def test_a_deleted_message_is_gone(chat):
    sent = chat.send().json()["result"]["message_id"]
    assert chat.sandbox.ok("deleteMessage", chat_id=7, message_id=sent) is True
    fails(chat.sandbox.call("deleteMessage", chat_id=7, message_id=sent), 400,
          "Bad Request: message to delete not found")


def press(sandbox, **which):
    """Presses a button and returns the callback query."""
    sandbox.updates(offset=-1)
    act = sandbox.act(7, "button", **which)
    return next(u["callback_query"] for u in sandbox.updates() if u["update_id"] == act.update_id)


def test_a_callback_query_carries_the_whole_message(chat):
    sent = chat.send(reply_markup=buttons([button("Да", "yes:1")])).json()["result"]
    query = press(chat.sandbox, text="Да")
    assert query["message"] == sent and query["data"] == "yes:1" and query["from"]["id"] == 7
    assert isinstance(query["id"], str) and query["chat_instance"]


def test_the_newest_message_with_the_button_is_pressed_unless_named(chat):
    ids = [chat.send(text=t, reply_markup=buttons([button("a", t)])).json()["result"]["message_id"]
           for t in ("one", "two")]
    assert press(chat.sandbox, text="a")["data"] == "two"
    assert press(chat.sandbox, data="on")["data"] == "one"
    assert press(chat.sandbox, data="one", message_id=ids[0])["message"]["message_id"] == ids[0]
    assert press(chat.sandbox, data="was here", message_id=ids[0])["data"] == "was here"


def test_a_button_that_makes_no_update_says_what_it_does(chat):
    chat.send(reply_markup=buttons([{"text": "link", "url": "https://t.me/x"},
                                    {"text": "copy", "copy_text": {"text": "Hi"}}]))
    assert chat.sandbox.act(7, "button", text="link").url == "https://t.me/x"
    assert chat.sandbox.act(7, "button", text="copy").copied == "Hi"


def test_a_reply_keyboard_button_says_its_text(chat):
    chat.send(reply_markup={"keyboard": [["Menu"]]})
    act = chat.sandbox.act(7, "button", text="Menu")
    assert chat.sandbox.updates(offset=-1)[0]["message"]["text"] == "Menu" and act.message_id


def test_a_callback_answer_reaches_the_transcript(chat):
    chat.send(reply_markup=buttons([button("a", "b")]))
    query = press(chat.sandbox, text="a")
    after = chat.sandbox.get("transcript")["last_seq"]
    assert chat.sandbox.ok("answerCallbackQuery", callback_query_id=query["id"], text="ok",
                           show_alert=True) is True
    event = chat.sandbox.events(7, after=after)[0]
    assert (event["kind"], event["text"], event["show_alert"]) == ("callback_answer", "ok", True)


def test_a_callback_query_expires_after_150_seconds(chat):
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    chat.send(reply_markup=buttons([button("a", "b")]))
    query = press(chat.sandbox, text="a")
    fails(chat.sandbox.call("answerCallbackQuery", callback_query_id="12345"), 400, old)
    fails(chat.sandbox.call("answerCallbackQuery", callback_query_id=query["id"], text="x" * 201),
          400, "Bad Request: MESSAGE_TOO_LONG")
    chat.sandbox.advance(140)
    chat.sandbox.ok("answerCallbackQuery", callback_query_id=query["id"])
    chat.sandbox.advance(20)
    fails(chat.sandbox.call("answerCallbackQuery", callback_query_id=query["id"]), 400, old)


def test_people_are_shared_by_the_button_that_asks_for_them_and_no_more_than_it_asks(chat):
    wants = {"request_id": 5, "request_name": True}
    someone = {"user_id": 8, "first_name": "Olga", "last_name": "Z", "username": "olga"}
    chat.send(reply_markup={"keyboard": [[{"text": "Whom?", "request_users": wants}]]})
    chat.sandbox.updates()
    chat.sandbox.act(7, "users", users=[someone])
    shared = chat.sandbox.updates()[-1]["message"]["users_shared"]
    assert shared == {"request_id": 5, "users": [{"user_id": 8, "first_name": "Olga", "last_name": "Z"}]}
    chat.send(reply_markup={"keyboard": [[{"text": "Whom?", "request_users": {**wants, "request_username": True}}]]})
    chat.sandbox.act(7, "users", users=[{"user_id": 9, "username": "olga"}])
    assert chat.sandbox.updates()[-1]["message"]["users_shared"]["users"] == [{"user_id": 9, "username": "olga"}]
    chat.sandbox.act(7, "users")  # somebody who is made up
    assert chat.sandbox.updates()[-1]["message"]["users_shared"]["users"][0]["first_name"]


def test_an_unfetched_callback_query_expires_but_a_message_stays(chat):
    chat.send(reply_markup=buttons([button("a", "b")]))
    chat.sandbox.act(7, "button", text="a")
    chat.sandbox.advance(151)
    assert [u["message"]["text"] for u in chat.sandbox.updates()] == ["hello"]
    chat.sandbox.advance(24 * 3600)
    assert chat.sandbox.updates() == []


# --- what else people do ---

def test_contact_media_and_edits_arrive(sandbox):
    sandbox.act(7, "contact", phone_number="+62811")
    sandbox.act(7, "contact", contact_user_id=8)
    for kind in ("photo", "sticker", "voice"):
        sandbox.act(7, kind, caption="see")
    sandbox.act(7, "text", text="helo")
    sandbox.act(7, "edit", text="hello")
    updates = sandbox.updates()
    assert updates[0]["message"]["contact"]["user_id"] == 7
    assert updates[1]["message"]["contact"]["user_id"] == 8
    assert ["photo" in u.get("message", {}) for u in updates].count(True) == 1
    assert updates[3]["message"]["sticker"] and updates[4]["message"]["voice"]
    edited = updates[6]["edited_message"]
    assert edited["text"] == "hello" and edited["edit_date"]
    assert edited["message_id"] == updates[5]["message"]["message_id"]


def test_a_raw_update_is_delivered_verbatim(sandbox):
    odd = {"message": {"message_id": 1, "chat": None, "future": [1, 2.5, "ж"]}}
    assert sandbox.post("act", type="raw", update=odd)["update_id"]
    assert sandbox.post("act", type="raw", update={"update_id": 9, "new_thing": {}})["update_id"] == 9
    updates = sandbox.updates()
    assert updates[0]["message"] == odd["message"]
    assert updates[1] == {"update_id": 9, "new_thing": {}}


def test_several_acts_arrive_in_one_answer(sandbox):
    poll = sandbox.poll(timeout=50)
    results = sandbox.post("acts", acts=[{"user": u, "type": "text", "text": "x"} for u in range(1, 51)])
    updates = poll.result().json()["result"]
    assert [r["update_id"] for r in results["results"]] == [u["update_id"] for u in updates]


def test_acts_of_a_wrong_form_change_nothing(sandbox):
    answer = sandbox.post("acts", acts=[{"user": 1, "type": "text", "text": "x"}, {"type": "dance"}])
    assert not answer["ok"] and sandbox.updates() == []


# --- getUpdates ---

def texts(updates):
    return [u["message"]["text"] for u in updates]


def say(sandbox, *lines):
    for line in lines:
        sandbox.act(7, "text", text=line)


def test_an_offset_confirms_everything_below_it(sandbox):
    say(sandbox, "a", "b", "c")
    first = sandbox.updates()
    assert texts(first) == ["a", "b", "c"]
    assert texts(sandbox.updates()) == ["a", "b", "c"]
    assert texts(sandbox.updates(offset=first[0]["update_id"] + 1)) == ["b", "c"]
    assert sandbox.updates(offset=first[2]["update_id"] + 1) == []
    assert sandbox.get("stats")["bots"][0]["pending"] == 0


def test_limit_is_clamped_to_1_and_100(sandbox):
    sandbox.post("acts", acts=[{"user": 7, "type": "text", "text": str(i)} for i in range(150)])
    assert len(sandbox.updates(limit=5)) == 5
    assert len(sandbox.updates(limit=0)) == 1
    assert len(sandbox.updates(limit=500)) == 100
    assert len(sandbox.updates()) == 100


def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest(sandbox):
    say(sandbox, "a", "b", "c")
    assert texts(sandbox.updates(offset=-2)) == ["b", "c"]
    assert texts(sandbox.updates()) == ["b", "c"]


def test_an_offset_far_above_the_tail_is_ignored(sandbox):
    say(sandbox, "a", "b")
    tail = sandbox.updates()[-1]["update_id"] + 1
    assert texts(sandbox.updates(offset=tail + 11)) == ["a", "b"]
    assert texts(sandbox.updates(offset=2000000000)) == ["a", "b"]
    assert sandbox.updates(offset=tail + 10) == []


def test_ids_that_restart_below_the_offset_still_arrive(sandbox):
    say(sandbox, "before")
    offset = sandbox.updates()[0]["update_id"] + 1
    assert not sandbox.post("reset_ids", next_update_id=5)["ok"]
    assert sandbox.updates(offset=offset) == []
    assert sandbox.post("reset_ids", next_update_id=5)["ok"]
    say(sandbox, "after")
    updates = sandbox.updates(offset=offset)
    assert [u["update_id"] for u in updates] == [5] and texts(updates) == ["after"]
    assert sandbox.updates(offset=6) == []


def test_the_same_offset_again_at_once_gets_one_update(sandbox):
    say(sandbox, "a", "b")
    sandbox.advance(10)
    assert len(sandbox.ok("getUpdates", offset=1)) == 2
    # a slow machine may need more than half a second for two requests; then the rule does not apply
    started = time.monotonic()
    second = sandbox.ok("getUpdates", offset=1)
    assert len(second) == 1 or time.monotonic() - started > 0.4
    sandbox.advance(0.6)
    assert len(sandbox.ok("getUpdates", offset=1)) == 2


def test_the_same_offset_within_three_seconds_waits(sandbox):
    sandbox.advance(10)
    assert sandbox.ok("getUpdates", offset=1) == []
    poll = sandbox.poll(offset=1)
    sandbox.advance(3)
    assert poll.result().json()["result"] == []


def test_a_held_poll_is_answered_by_an_update(sandbox):
    poll = sandbox.poll(timeout=50)
    say(sandbox, "news")
    assert texts(poll.result().json()["result"]) == ["news"]


def test_the_timeout_is_clamped_to_50_seconds(sandbox):
    poll = sandbox.poll(timeout=100000)
    sandbox.advance(49)
    assert not poll.done()
    sandbox.advance(2)
    assert poll.result().json()["result"] == []


def test_a_second_poller_ends_the_older_poll_with_409(sandbox):
    older = sandbox.poll(timeout=50)
    newer = sandbox.pool.submit(sandbox.call, "getUpdates", timeout=50)
    fails(older.result(), 409, "Conflict: terminated by other getUpdates request; ")
    say(sandbox, "for the newer")
    assert texts(newer.result().json()["result"]) == ["for the newer"]
    assert sandbox.get("stats")["conflicts"] == 1


def test_two_pollers_get_no_409_while_updates_are_pending(sandbox):
    say(sandbox, "a", "b")
    first = sandbox.updates(limit=1)[0]["update_id"]
    assert texts(sandbox.updates(offset=first + 1)) == ["b"]
    assert sandbox.get("stats")["conflicts"] == 0


def test_getupdates_with_a_webhook_is_409(sandbox):
    conflict = "Conflict: can't use getUpdates method while webhook is active; "
    held = sandbox.poll(timeout=50)
    sandbox.ok("setWebhook", url="https://example.com/hook", secret_token="a_B-9")
    fails(held.result(), 409, "Conflict: terminated by setWebhook request")
    fails(sandbox.call("getUpdates"), 409, conflict)
    assert sandbox.ok("getWebhookInfo")["url"] == "https://example.com/hook"
    sandbox.ok("deleteWebhook")
    assert sandbox.updates() == []
    sandbox.post("webhook", url="https://example.com/other")
    fails(sandbox.call("getUpdates"), 409, conflict)


@pytest.mark.parametrize("params", [{"url": "http://example.com"}, {"url": "https://example.com:8080/x"},
                                    {"url": "https://example.com", "secret_token": "a b"},
                                    {"url": "https://example.com", "secret_token": "x" * 257}])
def test_a_bad_webhook_is_refused(sandbox, params):
    fails(sandbox.call("setWebhook", **params), 400, "Bad Request: ")


def test_deleting_the_webhook_may_drop_pending_updates(sandbox):
    say(sandbox, "a")
    assert sandbox.ok("getWebhookInfo")["pending_update_count"] == 1
    sandbox.ok("deleteWebhook", drop_pending_updates=True)
    assert sandbox.updates() == []


def test_allowed_updates_are_remembered(sandbox):
    sandbox.updates(allowed_updates=["callback_query"])
    assert sandbox.act(7, "text", text="a").update_id is None
    sandbox.updates()
    assert sandbox.act(7, "text", text="b").update_id is None
    sandbox.updates(allowed_updates=[])
    assert sandbox.act(7, "text", text="c").update_id
    assert texts(sandbox.updates()) == ["c"]
    fails(sandbox.call("getUpdates", allowed_updates="nonsense"), 400, "Bad Request: ")


def test_by_default_chat_member_and_reactions_are_left_out(sandbox):
    for kind in ("chat_member", "message_reaction", "message_reaction_count"):
        assert sandbox.post("act", type="raw", update={kind: {}})["update_id"] is None
    sandbox.updates(allowed_updates=["chat_member"])
    assert sandbox.post("act", type="raw", update={"chat_member": {}})["update_id"]


def test_an_answer_is_cut_at_about_four_mebibytes(sandbox):
    big = {"message": {"text": "x" * 500000}}
    for _ in range(20):
        sandbox.post("act", type="raw", update=big)
    answer = sandbox.call("getUpdates")
    assert 1 < len(answer.json()["result"]) < 20
    assert len(answer.content) <= 4 * 1024 * 1024 + 1024


def test_at_most_100000_updates_are_kept_and_newer_ones_dropped(sandbox):
    acts = [{"type": "raw", "update": {"poll": {}}}] * 10000
    for _ in range(10):
        sandbox.post("acts", acts=acts)
    assert sandbox.act(7, "text", text="too late").update_id is None
    assert sandbox.get("stats")["updates"]["dropped"] == 1


def test_a_held_poll_is_forgotten_when_its_client_goes_away(sandbox):
    with socket.create_connection(("127.0.0.1", sandbox.port)) as connection:
        connection.sendall(f"GET /bot{TOKEN}/getUpdates?timeout=50 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        while not any(b["polling"] for b in sandbox.get("stats")["bots"]):
            pass
    while sandbox.get("stats")["polls_lost"] == 0:
        pass
    assert not sandbox.get("stats")["bots"][0]["polling"]
    say(sandbox, "still here")
    assert texts(sandbox.updates()) == ["still here"]


def test_bots_do_not_see_each_others_updates(sandbox):
    sandbox.ok("getMe")
    other = sandbox.ok("getMe", token=OTHER)["id"]
    sandbox.act(7, "text", text="to the other", bot=other)
    say(sandbox, "to the first")
    assert texts(sandbox.updates()) == ["to the first"]
    assert texts(sandbox.ok("getUpdates", token=OTHER)) == ["to the other"]


def test_a_person_may_write_before_the_bot_connects(sandbox):
    say(sandbox, "early")
    assert texts(sandbox.updates()) == ["early"]
    sandbox.ok("sendMessage", chat_id=7, text="hello")


# --- faults ---

def send(sandbox):
    return sandbox.call("sendMessage", chat_id=7, text="x")


def sent(sandbox):
    return [e for e in sandbox.get("transcript", user=7)["events"] if e["kind"] == "bot_message"]


def test_a_fault_429_has_retry_after_in_body_and_header(chat):
    chat.sandbox.post("faults", kind="429", retry_after=17)
    answer = send(chat.sandbox)
    assert fails(answer, 429, "Too Many Requests: retry after 17")["parameters"] == {"retry_after": 17}
    assert answer.headers["Retry-After"] == "17"
    assert send(chat.sandbox).status_code == 200
    assert chat.sandbox.get("stats")["floods"]["fault"] == 1


def test_faults_answer_as_the_server_or_a_proxy_would(chat):
    for fault, code, description in (("500", 500, "Internal Server Error: restart"),
                                     ("400gateway", 400, "Bad Request: Bad Gateway"),
                                     ("403", 403, "Forbidden: bot was blocked by the user")):
        chat.sandbox.post("faults", kind=fault)
        fails(send(chat.sandbox), code, description)
    chat.sandbox.post("faults", kind="error", code=418, description="Teapot")
    fails(send(chat.sandbox), 418, "Teapot")
    chat.sandbox.post("faults", kind="502html")
    answer = send(chat.sandbox)
    assert answer.status_code == 502 and answer.text.startswith("<html>")
    chat.sandbox.post("faults", kind="empty", code=431)
    assert (send(chat.sandbox).status_code, sent(chat.sandbox)) == (431, [])


@pytest.mark.parametrize("kind, effects", [("reset_before", 0), ("reset_after", 1), ("truncated", 1)])
def test_a_connection_that_dies_loses_the_answer_but_not_always_the_effect(chat, kind, effects):
    chat.sandbox.post("faults", kind=kind)
    with pytest.raises(requests.exceptions.RequestException):
        send(chat.sandbox).json()  # requests takes half a body for a whole one
    assert len(sent(chat.sandbox)) == effects
    assert send(chat.sandbox).status_code == 200
    assert chat.sandbox.get("stats")["methods"]["sendMessage"]["reset"] == 1


def test_a_slow_answer_has_its_effect_at_once(chat):
    chat.sandbox.post("faults", kind="slow", ms=600000)
    answer = chat.sandbox.pool.submit(send, chat.sandbox)
    chat.sandbox.events(7, minimum=2)
    assert not answer.done() and len(sent(chat.sandbox)) == 1
    chat.sandbox.advance(600)
    assert answer.result().status_code == 200


def test_a_hanging_request_has_no_effect_and_its_client_may_leave(chat):
    chat.sandbox.post("faults", kind="hang")
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"{chat.sandbox.url}/bot{TOKEN}/sendMessage", timeout=0.2,
                      json={"chat_id": 7, "text": "x"})
    assert sent(chat.sandbox) == []


def test_a_fault_strikes_the_method_and_chat_it_names_after_skipping(chat):
    chat.sandbox.act(8, "text", text="hi")
    chat.sandbox.post("faults", kind="500", method="sendMessage", chat=8, skip=1, times=2)
    codes = [chat.sandbox.call("sendMessage", chat_id=c, text="x").status_code
             for c in (7, 8, 7, 8, 8, 8, 7)]
    assert codes == [200, 200, 200, 500, 500, 200, 200]


def test_faults_leave_getupdates_alone_unless_named(chat):
    chat.sandbox.post("faults", kind="500", times=-1)
    assert chat.sandbox.updates()
    chat.sandbox.post("faults", kind="409", method="getUpdates")
    fails(chat.sandbox.call("getUpdates"), 409, "Conflict: terminated by other getUpdates request")
    assert send(chat.sandbox).status_code == 500
    requests.delete(f"{chat.sandbox.url}/sandbox/faults", timeout=PATIENCE_S)
    assert chat.sandbox.get("faults")["faults"] == []
    assert send(chat.sandbox).status_code == 200


def test_a_confirmed_batch_whose_answer_is_lost_comes_again(sandbox):
    say(sandbox, "a")
    sandbox.post("faults", kind="reset_after", method="getUpdates")
    with pytest.raises(requests.exceptions.RequestException):
        sandbox.call("getUpdates")
    assert texts(sandbox.updates()) == ["a"]


# --- limits ---

def test_without_limits_nothing_is_flooded(chat):
    assert {send(chat.sandbox).status_code for _ in range(40)} == {200}


def test_the_limit_of_a_chat_allows_a_burst_then_answers_429(chat):
    chat.sandbox.post("limits", enabled=True)
    answers = [send(chat.sandbox) for _ in range(20)]
    refused = [a for a in answers if a.status_code == 429]
    assert [a.status_code for a in answers[:5]] == [200] * 5 and refused
    assert refused[0].headers["Retry-After"] == str(refused[0].json()["parameters"]["retry_after"])
    assert chat.sandbox.get("stats")["floods"]["chat"] == len(refused)
    chat.sandbox.advance(refused[-1].json()["parameters"]["retry_after"])
    assert send(chat.sandbox).status_code == 200


def test_the_overall_limit_is_30_messages_a_second():
    sandbox = Sandbox("--limits")
    sandbox.post("acts", acts=[{"user": u, "type": "text", "text": "x"} for u in range(1, 400)])
    codes = []
    with requests.Session() as session:
        for user in range(1, 400):
            codes.append(session.get(f"{sandbox.url}/bot{TOKEN}/sendMessage", timeout=PATIENCE_S,
                                     params={"chat_id": user, "text": "x"}).status_code)
    # a machine slow enough to take the burst plus 30 a second never meets the limit
    assert codes[:30] == [200] * 30
    stats = sandbox.get("stats")
    assert stats["floods"]["overall"] == codes.count(429)
    assert stats["floods"]["chat"] == 0 and stats["sends_per_s_peak"] <= 62
    sandbox.stop()


def test_a_group_gets_20_messages_a_minute(sandbox):
    sandbox.act(7, "group_text", chat=-55, text="hi")
    sandbox.post("limits", enabled=True)
    codes = []
    for _ in range(40):
        codes.append(sandbox.call("sendMessage", chat_id=-55, text="x").status_code)
        sandbox.advance(1)
    assert 20 <= codes.count(200) < 40 and sandbox.get("stats")["floods"]["group"] > 0
    sandbox.advance(60)
    assert sandbox.call("sendMessage", chat_id=-55, text="x").status_code == 200


# --- the bot itself ---

def test_commands_are_kept_by_scope_and_language(sandbox):
    commands = [{"command": "start", "description": "Начать"}]
    sandbox.ok("setMyCommands", commands=commands, language_code="ru")
    assert sandbox.ok("getMyCommands") == []
    assert sandbox.ok("getMyCommands", language_code="ru") == commands
    sandbox.ok("deleteMyCommands", language_code="ru")
    assert sandbox.ok("getMyCommands", language_code="ru") == []
    for wrong in ([{"command": "Start", "description": "x"}], [{"command": "x"}], "nonsense",
                  [{"command": "x", "description": ""}]):
        fails(sandbox.call("setMyCommands", commands=wrong), 400, "Bad Request: ")


def test_chat_action_and_getchat(chat):
    assert chat.sandbox.ok("sendChatAction", chat_id=7, action="typing") is True
    fails(chat.sandbox.call("sendChatAction", chat_id=7, action="dance"), 400,
          "Bad Request: wrong parameter action")
    assert chat.sandbox.ok("getChat", chat_id=7)["first_name"] == "User"
    fails(chat.sandbox.call("getChat", chat_id=999), 400, "Bad Request: chat not found")


# --- control ---

def test_the_transcript_is_awaited_not_slept_for(chat):
    after = chat.sandbox.get("transcript")["last_seq"]
    waiting = chat.sandbox.pool.submit(chat.sandbox.events, 7, 2, after)
    chat.send(text="one")
    chat.send(text="two")
    assert [(e["kind"], e["text"]) for e in waiting.result()] == [
        ("bot_message", "one"), ("bot_message", "two")]


def test_the_transcript_tells_chats_apart(chat):
    chat.sandbox.act(8, "text", text="other")
    assert [e["chat"] for e in chat.sandbox.get("transcript", user=8)["events"]] == [8]
    both = chat.sandbox.get("transcript")
    assert [e["chat"] for e in both["events"]] == [7, 8]
    limited = chat.sandbox.get("transcript", limit=1)
    assert len(limited["events"]) == 1
    rest = chat.sandbox.get("transcript", after=limited["last_seq"])
    assert [e["chat"] for e in rest["events"]] == [8]


def test_a_transcript_wait_ends_without_enough(chat):
    answer = chat.sandbox.get("transcript", user=7, min=50, wait_ms=1)
    assert answer["ok"] and not answer["enough"] and len(answer["events"]) == 1


@pytest.mark.parametrize("path, body", [
    ("act", {"user": 7, "type": "dance"}), ("act", {"type": "text", "text": "x"}),
    ("act", {"user": 7, "type": "text"}), ("act", {"user": 7, "type": "group_text", "text": "x"}),
    ("faults", {"kind": "gremlin"}), ("faults", {}), ("faults", {"kind": "200"}),
    ("faults", {"kind": "500", "method": 'se"nd'}),
    ("clock", {"advance_ms": -1}), ("reset_ids", {"next_update_id": 0}),
    ("webhook", {"url": "", "bot": 77})])
def test_control_calls_of_a_wrong_form_are_400_with_a_sentence(sandbox, path, body):
    answer = requests.post(f"{sandbox.url}/sandbox/{path}", json=body, timeout=PATIENCE_S)
    assert answer.status_code == 400 and answer.json()["error"]


def test_health_and_unknown_paths(sandbox):
    assert sandbox.get("health")["ok"]
    assert requests.get(f"{sandbox.url}/sandbox/none", timeout=PATIENCE_S).status_code == 404
    assert requests.get(f"{sandbox.url}/none", timeout=PATIENCE_S).status_code == 404
    assert requests.get(sandbox.url, timeout=PATIENCE_S).text.startswith("<!doctype html>")


def test_a_seed_makes_ids_repeatable():
    ids = []
    for _ in range(2):
        sandbox = Sandbox("--seed", "42")
        ids.append(sandbox.act(7, "text", text="x").update_id)
        sandbox.stop()
    assert ids[0] == ids[1]


@pytest.fixture(name="loaded")
def loaded_fixture():
    sandbox = Sandbox(binary=os.path.join(os.path.dirname(BINARY), "test/bench/sandbox_with_load"))
    yield sandbox
    sandbox.stop()


@pytest.mark.parametrize("body", [{"users": 0, "script": ["x"]}, {"users": 1, "script": []}])
def test_a_load_of_a_wrong_form_is_400_with_a_sentence(loaded, body):
    answer = requests.post(f"{loaded.url}/sandbox/load", json=body, timeout=PATIENCE_S)
    assert answer.status_code == 400 and answer.json()["error"]


def test_the_program_itself_simulates_nobody(sandbox):
    for verb in ("get", "post"):
        assert getattr(requests, verb)(f"{sandbox.url}/sandbox/load", json={}, timeout=PATIENCE_S).status_code == 404


def test_simulated_users_follow_their_script(loaded):
    sandbox = loaded
    script = ["hello", "Имя {n}", "user{n}@truerealestate.bali", "{button:ok:}"]
    sandbox.post("load", users=30, concurrency=7, first_id=5000, script=script, language_code="en")
    offset, seen = 0, []
    while not sandbox.get("load")["done"]:
        for update in sandbox.ok("getUpdates", offset=offset, timeout=20):
            offset = update["update_id"] + 1
            query = update.get("callback_query")
            message = query["message"] if query else update["message"]
            seen.append((message["chat"]["id"], query["data"] if query else message["text"]))
            sandbox.ok("sendMessage", chat_id=message["chat"]["id"], text="?",
                       reply_markup=buttons([button("OK", "ok:1")]))
    done = sandbox.get("load", wait_ms=20000)
    assert (done["users_done"], done["stuck"]) == (30, 0)
    assert (done["updates"], done["replies"]) == (120, 120)
    assert done["latency_us"]["p50"] <= done["latency_us"]["p99"] <= done["latency_us"]["max"] * 1.05
    assert [text for chat, text in seen if chat == 5012] == [
        "hello", "Имя 12", "user12@truerealestate.bali", "ok:1"]
    assert sandbox.get("transcript")["events"] == []


def test_it_stops_cleanly_while_requests_are_held(sandbox):
    sandbox.poll(timeout=50)
    sandbox.pool.submit(sandbox.events, 99)
    sandbox.post("faults", kind="hang")
    sandbox.pool.submit(sandbox.call, "getMe")
    while sandbox.get("stats")["methods"].get("getMe", {}).get("hang") != 1:
        pass
    # the fixture stops it and looks at its exit code
