"""What the page shows of a message, whatever a bot does; a bot of the test's own does it."""
import re

import pytest
from selenium.webdriver.common.keys import Keys

from page import ANNA, JOHN
from support.waiting import eventually

PHONE = {"width": 390, "height": 844}
BOT = "salesreg_sandbox_bot"


def inline(*rows):
    return {"inline_keyboard": [[{"text": t, **b} for t, b in row.items()] for row in rows]}


@pytest.fixture
def page(sandbox, open_page):
    made = open_page(sandbox)
    made.chat(ANNA).start()
    made.chat(ANNA).says("/start")
    made.chat(JOHN).start()
    made.chat(JOHN).says("/start")
    return made


def test_a_deep_link_of_this_bot_is_opened_in_the_page_and_other_links_outside(page, bot_api):
    bot_api("sendMessage", chat_id=ANNA,
            text=f"Come: https://t.me/{BOT}?start=from_page-7 or https://t.me/somebody_else",
            reply_markup=inline({"Open": {"url": f"https://t.me/{BOT}?start=button"}},
                                {"Elsewhere": {"url": "https://t.me/somebody_else"}}))
    anna = page.chat(ANNA)
    anna.hears(re.compile("^Come"))
    anna.find(".bot .text .link").click()
    anna.says("/start from_page-7")
    anna.press("Open")
    anna.says("/start button")
    assert page.run("return [...document.querySelectorAll('.message a')].map((a) => [a.getAttribute('href'), a.target, a.rel])") \
        == [["https://t.me/somebody_else", "_blank", "noopener noreferrer"]] * 2
    assert len(page.driver.window_handles) == 1


def test_edits_are_shown_in_place_and_deletions_take_away(page, bot_api):
    first = bot_api("sendMessage", chat_id=ANNA, text="one", reply_markup=inline({"A": {"callback_data": "a"}}))
    bot_api("sendMessage", chat_id=ANNA, text="two")
    anna = page.chat(ANNA)
    assert anna.hears("one")["buttons"] == ["A"]
    anna.hears("two")
    # a keyboard that goes is no edit a person sees marked
    bot_api("editMessageReplyMarkup", chat_id=ANNA, message_id=first["message_id"])
    eventually(lambda: anna.hears("one")["buttons"] == [], what="the button is gone")
    assert not anna.hears("one")["edited"]
    bot_api("editMessageText", chat_id=ANNA, message_id=first["message_id"], text="one and a half")
    assert anna.hears("one and a half")["edited"]
    assert [m["text"] for m in anna.messages()] == ["/start", "one and a half", "two"]
    bot_api("deleteMessage", chat_id=ANNA, message_id=first["message_id"])
    eventually(lambda: [m["text"] for m in anna.messages()] == ["/start", "two"], what="the message is gone")


def test_answers_to_buttons_are_a_line_or_an_alert(page, sandbox, bot_api):
    bot_api("sendMessage", chat_id=ANNA, text="press", reply_markup=inline({"A": {"callback_data": "a"}}))
    anna = page.chat(ANNA)
    for text, alert in (("quietly done", False), ("LOUD", True)):
        offset = 0
        anna.press("A")
        query = None
        while not query:
            for update in bot_api("getUpdates", timeout=20, offset=offset):
                offset = update["update_id"] + 1
                query = update.get("callback_query") or query
        bot_api("getUpdates", timeout=0, offset=offset)
        assert query["data"] == "a" and query["from"]["id"] == ANNA
        bot_api("answerCallbackQuery", callback_query_id=query["id"], text=text, show_alert=alert)
        if alert:
            page.wait_text("#alert-dialog", "LOUD")
            page.keys(Keys.ESCAPE)
            page.wait_shown("#alert-dialog", False)
        else:
            page.wait_text(f"#chat-{ANNA} .toast", "quietly done")
        eventually(lambda: not anna.hears("press")["waiting"], what="the button does not wait any more")


def test_names_and_texts_never_become_markup(page, sandbox, bot_api):
    evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>'
    mallory = sandbox.person(name="x", username="mallory", language="en")
    sandbox.post("users", id=mallory.id, first_name=evil)
    page.wait_people(evil)
    page.chat(mallory.id).write(evil)
    page.chat(mallory.id).says(evil)
    bot_api("sendMessage", chat_id=mallory.id, text=evil, reply_markup=inline(
        {evil: {"callback_data": "a"}, "J": {"url": "tg://resolve?domain=javascript:alert(1)"}}))
    heard = page.chat(mallory.id).hears(evil)
    assert heard["buttons"][0] == evil
    bot_api("setMyCommands", commands=[{"command": "evil", "description": evil}])
    eventually(lambda: evil in (page.run("return document.querySelector('#chat-' + arguments[0] + ' .list').textContent",
                                         mallory.id)), what="the menu")
    assert page.run("return document.querySelectorAll('img, main script, [onerror]').length") == 0
    assert page.run("return window.hacked ?? null") is None


def test_entities_are_shown_as_what_they_are(page, bot_api):
    bot_api("sendMessage", chat_id=ANNA, parse_mode="HTML",
            text="👍 <b>bold <i>both</i></b> <code>code</code> <a href=\"javascript:alert(1)\">bad</a> "
                 "<a href=\"https://example.com/?a=1\">good</a>")
    anna = page.chat(ANNA)
    anna.hears("👍 bold both code bad good")
    html = page.run("return document.querySelector('#chat-' + arguments[0] + ' .bot .text').innerHTML", ANNA)
    assert "<strong>bold </strong>" in html and "<em>" in html and "<code>code</code>" in html
    assert page.run("return [...document.querySelectorAll('.bot .text a')].map((a) => a.href)") == \
        ["https://example.com/?a=1"]
    bot_api("sendMessage", chat_id=ANNA, text="or /help")
    anna.hears("or /help")
    anna.find(".bot .text .link").click()
    anna.says("/help")


def test_a_keyboard_in_place_of_the_phones_own_and_a_contact(page, sandbox, bot_api):
    bot_api("sendMessage", chat_id=ANNA, text="which?", reply_markup={
        "keyboard": [["Left", {"text": "My number", "request_contact": True}]]})
    anna = page.chat(ANNA)
    page.wait_shown(f"#chat-{ANNA} .keyboard")
    anna.find(".keyboard button:nth-child(1)").click()
    anna.says("Left")
    anna.find(".keyboard button:nth-child(2)").click()
    eventually(lambda: any(m["text"].startswith("Contact: Anna Petrova") for m in anna.messages()), what="the contact")
    bot_api("sendMessage", chat_id=ANNA, text="thanks", reply_markup={"remove_keyboard": True})
    page.wait_shown(f"#chat-{ANNA} .keyboard", False)


def test_a_person_is_added_and_removed_and_the_page_remembers(page, sandbox):
    page.find("#add").click()
    page.find("#person-form [name=name]").send_keys("Maria Ivanova")
    page.find("#person-form [name=username]").send_keys("@maria")
    page.find("#person-form [name=username]").send_keys(Keys.ENTER)
    page.wait_people("Maria Ivanova")
    page.wait_shown("#person-dialog", False)
    user = next(u for u in sandbox.get("users")["users"] if u.get("username") == "maria")
    assert page.focused() == "Write to the bot as Maria Ivanova"
    page.find(f"#chat-{JOHN} .more").click()
    page.find(f"#chat-{JOHN} .remove").click()
    eventually(lambda: page.people() == ["Anna Petrova", "Maria Ivanova"], what="John is out of view")
    page.reload()
    page.chat(user["id"])
    assert page.people() == ["Anna Petrova", "Maria Ivanova"]
    # out of view is not gone
    assert any(u["id"] == JOHN for u in sandbox.get("users")["users"])


def test_everything_is_done_with_the_keyboard_alone(page, sandbox, bot_api):
    bot_api("setMyCommands", commands=[{"command": "help", "description": "what it can do"}])
    bot_api("sendMessage", chat_id=ANNA, text="press", reply_markup=inline({"Yes": {"callback_data": "yes"}}))
    page.chat(ANNA).hears("press")
    page.wait_shown(f"#chat-{ANNA} .commands")
    page.run("document.activeElement.blur()")
    page.tab_to("Add a person")
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keys(Keys.ENTER)
    page.wait_shown("#person-dialog")
    page.keys(Keys.ESCAPE)
    page.wait_shown("#person-dialog", False)
    eventually(lambda: page.focused() == "Add a person", what="the focus is back")
    # an inline button
    page.tab_to("Yes")
    page.keys(Keys.ENTER)
    sandbox.wait_for(lambda e: e["kind"] == "user_button" and e["data"] == "yes", ANNA)
    # the menu: opened, left by Esc, opened again, a command sent
    page.tab_to("Menu")
    page.keys(Keys.ENTER)
    eventually(lambda: page.focused().startswith("/help"), what="the menu has the focus")
    page.keys(Keys.ESCAPE)
    page.wait_shown(f"#chat-{ANNA} .list", False)
    assert page.focused() == "Menu"
    page.keys(Keys.ENTER)
    eventually(lambda: page.focused().startswith("/help"), what="the menu has the focus")
    page.keys(Keys.ENTER)
    page.chat(ANNA).says("/help")
    # and a message
    page.tab_to("Write to the bot as Anna Petrova")
    page.keys("line one", Keys.SHIFT + Keys.ENTER, "line two", Keys.ENTER)
    page.chat(ANNA).says("line one\nline two")
    assert page.focused() == "Write to the bot as Anna Petrova"


def test_the_keyboard_gets_past_the_buttons_of_old_messages(page, bot_api):
    for n in range(20):
        bot_api("sendMessage", chat_id=ANNA, text=f"old {n}", reply_markup=inline({"Yes": {"callback_data": "yes"}}))
    page.chat(ANNA).hears("old 19")
    page.run("document.activeElement.blur()")
    page.tab_to("Skip the messages")
    assert page.shown(f"#chat-{ANNA} .past") and page.run("return document.activeElement.getBoundingClientRect().left >= 0")
    page.keys(Keys.ENTER)
    assert page.focused() == "Write to the bot as Anna Petrova"


def test_times_are_those_of_a_clock_of_24_hours(page, bot_api):
    bot_api("sendMessage", chat_id=ANNA, text="now")
    page.chat(ANNA).hears("now")
    times = page.run("return [...document.querySelectorAll('.message time')].map((t) => t.textContent)")
    assert times and all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", t) for t in times), times


def test_what_comes_in_is_announced_and_things_have_names(page):
    assert page.run("""return [...document.querySelectorAll('.messages')].every((n) =>
        n.getAttribute('role') === 'log' && n.getAttribute('aria-live') === 'polite' && n.getAttribute('aria-label'))""")
    assert page.run("""return [...document.querySelectorAll('button, a, input, select, textarea')].filter((n) =>
        !(n.textContent.trim() || n.getAttribute('aria-label') || n.labels?.length)).map((n) => n.outerHTML)""") == []
    assert page.run("return document.documentElement.lang && document.title.length > 0 && "
                    "document.querySelectorAll('main').length === 1")


def test_on_a_phone_one_chat_at_a_time_and_nothing_sticks_out(sandbox, open_page, bot_api):
    page = open_page(sandbox, **PHONE)
    page.wait_shown("#tabs")
    page.chat(ANNA).start()
    page.chat(ANNA).says("/start")
    sandbox.act(user=JOHN, type="text", text="hello")
    bot_api("sendMessage", chat_id=ANNA, text="w" * 300 + " https://example.com/" + "a" * 200,
            reply_markup=inline({"A rather long label of a button": {"callback_data": "a"},
                                 "and one more that is long": {"callback_data": "b"}}))
    page.chat(ANNA).hears(re.compile("^www"))
    bot_api("sendMessage", chat_id=JOHN, text="for John")
    page.wait_text("#tabs", r"John Smith \(1 new\)")

    def fits():
        return page.run("return document.documentElement.scrollWidth <= innerWidth && document.body.scrollWidth <= innerWidth")
    assert page.shown(f"#chat-{ANNA}") and not page.shown(f"#chat-{JOHN}") and not page.shown("#system")
    assert fits()
    page.find(f"#tabs [data-tab='{JOHN}']").click()
    page.wait_shown(f"#chat-{JOHN}")
    assert not page.shown(f"#chat-{ANNA}") and fits()
    assert "new" not in page.text("#tabs")
    page.find("#tabs [data-tab=system]").click()
    page.wait_shown("#system")
    assert not page.shown(f"#chat-{JOHN}") and fits()
    # the tab is still the same after a reload; fingers need room
    page.reload()
    page.wait_shown("#system")
    page.find(f"#tabs [data-tab='{ANNA}']").click()
    assert page.run("return [...document.querySelectorAll('button:not(.link)')].filter((b) => b.getClientRects().length"
                    " && b.getBoundingClientRect().height < 44).map((b) => b.textContent)") == []
    box = page.run("return document.querySelector('#chat-' + arguments[0] + ' .composer').getBoundingClientRect().toJSON()", ANNA)
    assert box["bottom"] <= PHONE["height"] and box["right"] <= PHONE["width"]


def test_the_tabs_of_a_phone_are_all_there_and_the_newest_message_stays_in_view(sandbox, open_page, bot_api):
    page = open_page(sandbox, width=1400, height=800)
    page.chat(ANNA).start()
    page.chat(ANNA).says("/start")
    for n in range(30):
        bot_api("sendMessage", chat_id=ANNA, text=f"message {n} " + "and more of it " * 8)
    page.chat(ANNA).hears(re.compile("^message 29"))
    page.look(**PHONE)
    page.wait_shown("#tabs")
    page.find(f"#tabs [data-tab='{ANNA}']").click()
    eventually(lambda: page.run("const v = document.querySelector('#chat-' + arguments[0] + ' .messages');"
                                "return v.scrollHeight - v.scrollTop - v.clientHeight < 2", ANNA), what="the newest one is in view")
    tabs = page.run("return [...document.querySelectorAll('#tabs button')].map((b) => b.getBoundingClientRect().toJSON())")
    assert len(tabs) == 3 and all(t["left"] >= 0 and t["right"] <= PHONE["width"] for t in tabs), tabs
    # also while it is shown
    page.look(width=390, height=500)
    eventually(lambda: page.run("const v = document.querySelector('#chat-' + arguments[0] + ' .messages');"
                                "return v.scrollHeight - v.scrollTop - v.clientHeight < 2", ANNA), what="still")


# every piece of text and what is behind it; the least contrast there is (WCAG 2.1, "relative luminance")
CONTRAST = """
const rgb = (c) => { const n = c.match(/[\\d.]+/g).map(Number); return { c: n.slice(0, 3), a: n[3] ?? 1 }; };
const light = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
const behind = (n) => { for (; n; n = n.parentElement) { const b = rgb(getComputedStyle(n).backgroundColor);
  if (b.a === 1) return b.c; } return [255, 255, 255]; };
const seen = [];
for (const n of document.querySelectorAll('body *')) {
  if (!n.getClientRects().length || ![...n.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim())) continue;
  if (n.closest('.unseen, .skip, dialog:not([open]), option')) continue;
  const [a, b] = [light(rgb(getComputedStyle(n).color).c), light(behind(n))];
  seen.push([(Math.max(a, b) + .05) / (Math.min(a, b) + .05), n.textContent.trim().slice(0, 30)]);
}
return seen.sort((a, b) => a[0] - b[0]);
"""


def test_dark_and_light_differ_and_both_can_be_read(page, bot_api):
    bot_api("sendMessage", chat_id=ANNA, text=f"hello /help https://example.com t.me/{BOT}",
            reply_markup=inline({"A": {"callback_data": "a"}}))
    page.chat(ANNA).hears(re.compile("^hello"))
    grounds = []
    for dark in (False, True):
        page.look(dark=dark)
        found = page.run(CONTRAST)
        assert len(found) > 15
        assert found[0][0] >= 4.5, found[:5]
        grounds.append(page.run("return getComputedStyle(document.body).backgroundColor"))
    assert grounds[0] != grounds[1]


def test_a_tab_nobody_looks_at_lets_go_and_catches_up(page, sandbox, bot_api):
    """A browser has few connections for a host; many tabs of this page must not use them up."""
    page.run("Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true}); window.away = true;"
             "document.dispatchEvent(new Event('visibilitychange'))")
    bot_api("sendMessage", chat_id=ANNA, text="meanwhile")
    assert not page.run("return document.body.dataset.connected ?? null") and not page.shown("#offline")
    assert "meanwhile" not in [m["text"] for m in page.chat(ANNA).messages()]
    page.run("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_connected()
    page.chat(ANNA).hears("meanwhile")
