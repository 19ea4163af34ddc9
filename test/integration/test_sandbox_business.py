"""What people write to each other in the emulator, and a bot that is connected to somebody's account."""
import requests

from test_sandbox import Sandbox, fails, sandbox_fixture  # noqa: F401

REP, PEER = 51, 52


def accounts(sandbox):
    return requests.get(f"{sandbox.url}/page/accounts", timeout=60).json()["accounts"]


def kinds(sandbox):
    return [next(k for k in update if k != "update_id") for update in sandbox.ok("getUpdates", allowed_updates=[
        "message", "business_connection", "business_message", "edited_business_message", "deleted_business_messages"])]


def connected(sandbox, **more):
    sandbox.ok("getUpdates", allowed_updates=["business_connection", "business_message", "edited_business_message",
                                              "deleted_business_messages"])
    sandbox.act(REP, "business_connect", **more)
    return [u["business_connection"]["id"] for u in sandbox.ok("getUpdates") if "business_connection" in u][-1]


def test_no_bot_hears_what_is_said_where_none_is_connected(sandbox):
    sandbox.ok("getMe")
    first = sandbox.act(REP, "business_text", peer=PEER, text="one").message_id
    sandbox.act(REP, "business_edit", peer=PEER, message_id=first, text="two")
    sandbox.act(REP, "business_delete", peer=PEER, message_ids=[first])
    assert kinds(sandbox) == []
    # what was said before counts from the moment on that it is connected
    sandbox.act(REP, "business_text", peer=PEER, text="three")
    bot = connected(sandbox)
    sent = sandbox.ok("sendMessage", business_connection_id=bot, chat_id=PEER, text="four")
    assert (sent["from"]["id"], sent["business_connection_id"], sent["sender_business_bot"]["is_bot"]) == (REP, bot, True)
    chat = accounts(sandbox)[0]["chats"][0]
    assert (chat["peer"], [m["text"] for m in chat["messages"]]) == (PEER, ["three", "four"])


def test_a_file_goes_by_its_id_and_its_caption_is_edited(sandbox):
    bot = connected(sandbox)
    sandbox.act(REP, "photo", caption="a villa")
    sandbox.act(REP, "business_text", peer=PEER, text="hello")
    fails(sandbox.call("sendPhoto", business_connection_id=bot, chat_id=PEER, photo="another bot's"), 400,
          "Bad Request: wrong file identifier/HTTP URL specified")
    sent = sandbox.ok("sendPhoto", business_connection_id=bot, chat_id=PEER, photo="sandbox-photo", caption="a villa")
    assert sent["photo"][0]["file_id"] == "sandbox-photo" and sent["caption"] == "a villa"
    edited = sandbox.ok("editMessageCaption", business_connection_id=bot, chat_id=PEER, message_id=sent["message_id"], caption="two")
    assert edited["caption"] == "two" and edited["edit_date"]
    fails(sandbox.call("editMessageCaption", business_connection_id=bot, chat_id=PEER, message_id=sent["message_id"], caption="two"),
          400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
               "current content and reply markup of the message")
    # in the bot's own chat, too
    assert sandbox.ok("sendVoice", chat_id=REP, voice="sandbox-voice")["voice"]["file_id"] == "sandbox-voice"


def test_accounts_are_kept_from_run_to_run(tmp_path):
    kept = str(tmp_path / "kept")
    one = Sandbox("--keep", kept)
    bot = connected(one, rights=["can_reply"])
    one.act(REP, "business_text", peer=PEER, text='"hello"')
    one.ok("sendMessage", business_connection_id=bot, chat_id=PEER, text="good day")
    one.act(REP, "business_pause", peer=PEER, paused=True)
    before = accounts(one)
    one.stop()
    two = Sandbox("--keep", kept)
    assert accounts(two) == before
    assert two.ok("getBusinessConnection", business_connection_id=bot)["is_enabled"]
    fails(two.call("sendMessage", business_connection_id=bot, chat_id=PEER, text="x"), 400, "Bad Request: BUSINESS_PEER_INVALID")
    two.act(REP, "business_pause", peer=PEER, paused=False)
    ids = [m["message_id"] for m in before[0]["chats"][0]["messages"]]
    assert two.ok("sendMessage", business_connection_id=bot, chat_id=PEER, text="x")["message_id"] > max(ids)
    two.stop()
