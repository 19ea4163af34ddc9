"""Talking to the bot in the browser: the whole system runs behind the page."""
import re

from page import ANNA, JOHN, Direct
from support.database import tables
from support.waiting import eventually

MAIL = "anna@truerealestate.bali"


def test_a_rep_registers_by_typing_and_pressing_and_is_notified(world, open_page):
    page = open_page(world.sandbox)
    anna = page.chat(ANNA)
    world.db.bot_state.eventually("username IS NOT NULL")  # without it there are no drafts with a link
    anna.registers(world.texts, "ru", "Анна Петрова", MAIL)
    assert world.db.rep(ANNA)["status"] == "active"
    notice = anna.hears(re.compile("Alex Petrov"))
    assert notice["text"].startswith(world.texts.render("ru", "notice_many", count=3))
    assert len(notice["buttons"]) == 15


def test_a_pressed_button_changes_the_message_in_place_and_answers(world, open_page):
    page = open_page(world.sandbox)
    anna = page.chat(ANNA)
    anna.registers(world.texts, "ru", "Анна Петрова", MAIL)
    notice = anna.hears(re.compile("Alex Petrov"))
    contacted = next(label for label in notice["buttons"] if label.startswith("✅"))
    anna.press(contacted, notice["id"])
    page.wait_text(f"#chat-{ANNA} .toast", "Alex Petrov|Maria Ivanova|Dmitry Sokolov")

    def edited():
        now = next(m for m in anna.messages() if m["id"] == notice["id"])
        return contacted not in now["buttons"] and not now["waiting"]
    eventually(edited, what="the button is gone from the message")
    assert world.db.value("SELECT count(*) FROM test_prospects WHERE status = 'contacted'") == 1


def test_two_people_side_by_side_each_in_their_language(bot_world, open_page):
    page = open_page(bot_world.sandbox)
    anna, john = page.chat(ANNA), page.chat(JOHN)
    anna.write("привет")
    john.write("hello")
    anna.hears(bot_world.texts.render("ru", "offer"))
    john.hears(bot_world.texts.render("en", "offer"))
    assert [m["text"] for m in anna.messages() if not m["bot"]] == ["привет"]
    assert [m["text"] for m in john.messages() if not m["bot"]] == ["hello"]
    left, right = (page.run("return document.getElementById('chat-' + arguments[0]).getBoundingClientRect().toJSON()", u)
                   for u in (ANNA, JOHN))
    assert left["right"] <= right["left"] and left["top"] == right["top"] and right["right"] <= 1280
    assert page.text(f"#chat-{ANNA} .about") == "@anna · ru"


def test_a_reload_and_a_second_page_show_everything_as_it_was(bot_world, open_page):
    page = open_page(bot_world.sandbox)
    anna = page.chat(ANNA)
    anna.registers(bot_world.texts, "ru", "Анна Петрова", MAIL)
    before = anna.messages()
    page.reload()
    assert page.chat(ANNA).messages() == before
    other = open_page(bot_world.sandbox)
    assert other.chat(ANNA).messages() == before
    # what is done in one is seen in both
    other.chat(ANNA).write("статус")
    reply = other.chat(ANNA).hears(re.compile(re.escape(MAIL) + ".*\n", re.S), count=2)
    page.chat(ANNA).says("статус")
    eventually(lambda: reply in page.chat(ANNA).messages(), what="the reply in the first page")


def test_the_menu_of_commands_is_in_the_language_of_the_person(bot_world, open_page):
    page = open_page(bot_world.sandbox)
    for user, locale in ((ANNA, "ru"), (JOHN, "en")):
        chat = page.chat(user)
        page.wait_shown(f"#chat-{user} .commands")
        chat.find(".commands").click()
        shown = page.text(f"#chat-{user} .list")
        for key in ("command_start", "command_help", "command_cancel"):
            assert bot_world.texts.raw(locale, key) in shown
        help_item = next(b for b in chat.find(".list").find_elements("css selector", "button")
                         if b.text.startswith("/help"))
        help_item.click()
        chat.says("/help")
        chat.hears(bot_world.texts.pattern(locale, "help_stranger", "offer_question"))
        assert not page.shown(f"#chat-{user} .list")


def test_the_page_says_whether_the_bot_runs_and_how_to_start_it(make_world, open_page):
    world = make_world()
    page = open_page(world.sandbox)
    page.wait_text("#not-running", re.escape(f"TELEGRAM_API_BASE={world.sandbox.base} salesreg bot"))
    assert page.text("#bot-state") == "not running"
    page.chat(ANNA).start()
    page.chat(ANNA).says("/start")
    world.start_bot()
    page.wait_text("#bot-state", "^running$")
    page.wait_shown("#not-running", False)
    page.chat(ANNA).hears(world.texts.render("ru", "offer"))
    world.bot.terminate()
    page.wait_text("#bot-state", "^not running$")
    page.wait_shown("#not-running")


def test_who_blocks_the_bot_is_not_written_to_until_it_is_unblocked(bot_world, open_page):
    page = open_page(bot_world.sandbox)
    anna = page.chat(ANNA)
    anna.write("привет")
    anna.hears(bot_world.texts.render("ru", "offer"))
    anna.find(".more").click()
    anna.find(".block").click()
    page.wait_shown(f"#chat-{ANNA} .blocked")
    assert not page.shown(f"#chat-{ANNA} .composer")
    page.reload()
    page.chat(ANNA)
    page.wait_shown(f"#chat-{ANNA} .blocked")
    page.find(f"#chat-{ANNA} .blocked button").click()
    page.wait_shown(f"#chat-{ANNA} .composer")
    kinds = [e["kind"] for e in bot_world.sandbox.transcript(ANNA)[0]]
    assert kinds.count("user_block") == kinds.count("user_unblock") == 1


def test_when_the_sandbox_dies_and_comes_back_so_does_the_page(make_world, open_page):
    from support.telegram import Sandbox
    world = make_world()
    world.start_bot()
    page = open_page(world.sandbox)
    page.expected += ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET",
                      "ERR_EMPTY_RESPONSE"]
    page.chat(ANNA).write("привет")
    page.chat(ANNA).hears(world.texts.render("ru", "offer"))
    world.sandbox.process.kill()
    page.wait_shown("#offline")
    page.chat(ANNA).find("textarea").send_keys("да\n")
    page.wait_text(f"#chat-{ANNA} .toast", "does not answer")
    # what could not be sent is not lost
    eventually(lambda: page.run("return arguments[0].value", page.chat(ANNA).find("textarea")) == "да", what="the text")
    again = Sandbox(world.directory / "sandbox-2.log", listen=world.sandbox.base.removeprefix("http://"))
    try:
        page.wait_shown("#offline", False)
        page.wait_text("#news", "started anew")
        page.wait_people("Anna Petrova", "John Smith")
        eventually(lambda: page.chat(ANNA).messages() == [], what="the new sandbox remembers nothing")
        page.chat(ANNA).find("textarea").send_keys("\n")
        page.chat(ANNA).says("да")
        # the bot has not forgotten what it had asked
        page.chat(ANNA).hears(world.texts.render("ru", "ask_name"))
    finally:
        world.bot.terminate()
        again.process.discard()


def test_a_rep_and_a_prospect_talk_side_by_side(world, open_page):
    """The bot's chat of both: the prospect says something, the rep replies to it, and sees that it has arrived."""
    page = open_page(world.sandbox)
    anna, john = page.chat(ANNA), page.chat(JOHN)
    world.db.no_prospects()
    john.write("I am looking for property")
    anna.registers(world.texts, "ru", "Анна Петрова", MAIL)
    anna.hears(re.compile("John"))
    john.write("A villa near the sea, please")
    asked = anna.hears(re.compile("A villa near the sea, please"))
    page.find(f"#chat-{ANNA} .message[data-id='{asked['id']}'] .reply").click()
    page.wait_shown(f"#chat-{ANNA} .replying")
    anna.write("Three of them. When can you come?")
    john.hears("Three of them. When can you come?")
    page.wait_text(f"#chat-{ANNA} .mine:last-of-type .reaction, #chat-{ANNA} .reaction", "👍")
    john.write("Tomorrow")
    anna.hears(re.compile("Tomorrow"))


def test_a_draft_opens_the_chat_of_whom_it_is_for(world, open_page):
    page = open_page(world.sandbox)
    anna = page.chat(ANNA)
    world.db.no_prospects()
    world.db.bot_state.eventually("username IS NOT NULL")
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('j', '@john', 'John Smith')")
    anna.registers(world.texts, "ru", "Анна Петрова", MAIL)
    card = anna.hears(re.compile("John Smith"))
    anna.press(next(label for label in card["buttons"] if label.startswith(world.texts.raw("ru", "button_write"))), card["id"])
    direct = Direct(page, ANNA, JOHN)
    draft = page.run("return arguments[0].value", direct.find("textarea"))
    assert "John Smith" in draft and "?start=p" in draft and direct.messages() == []
    page.keys(" Анна", "\n")  # the cursor is in the field
    direct.shows(draft + " Анна", "Anna Petrova")
    assert world.sandbox.transcript(JOHN)[0][-1]["connection"] == ""  # no bot is told
    direct.follows_link()  # the prospect's own link, which the bot knows them by
    page.chat(JOHN).hears(re.compile("John Smith"))
    world.db.eventually(f"SELECT count(*) = 1 FROM {tables.conversations} WHERE telegram_id = %s", JOHN)


def test_a_rep_connects_the_bot_and_writes_in_their_own_account(world, open_page):
    page = open_page(world.sandbox)
    anna = page.chat(ANNA)
    world.db.no_prospects()
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('j', '@john', 'John Smith')")
    anna.registers(world.texts, "ru", "Анна Петрова", MAIL)
    anna.hears(re.compile("John Smith"))
    anna.connects_bot()
    anna.hears(world.texts.render("ru", "business_connected"))
    direct = anna.opens_chat_with(JOHN)
    page.wait_text(f"{direct.selector} .about", "may write")
    direct.write(JOHN, "Good day, is it still free?")
    told = anna.hears(world.texts.pattern("ru", "business_heard", name="John Smith"))
    page.find(f"#chat-{ANNA} .message[data-id='{told['id']}'] .reply").click()
    anna.write("Yes, it is")
    direct.shows("Yes, it is", "Anna Petrova, by the bot")
    page.wait_text(f"#chat-{ANNA} .reaction", "✍")
    # it is edited there with what it was said as
    world.sandbox.act(user=ANNA, type="edit", text="Yes, it is free")
    direct.shows("Yes, it is free", "Anna Petrova, by the bot")
    # a pause and its end
    direct.act("Pause the bot in this chat")
    page.wait_text(f"{direct.selector} .about", "paused")
    anna.write("One more thing")
    anna.hears(world.texts.pattern("ru", "relay_refused_own", name="John Smith"))
    direct.act("Let the bot go on in this chat")
    page.wait_text(f"{direct.selector} .about", "may write")
    direct.write(ANNA, "By hand")
    for message in direct.messages():
        assert "One more thing" not in message["text"]
    # a second page, and a reload, show the same
    before = direct.messages()
    page.reload()
    page.chat(ANNA)
    assert eventually(lambda: Direct(page, ANNA, JOHN).messages() == before, what="the same")
    page.wait_text(f"#chat-{ANNA} .about", "has connected the bot")
    # rights, and the end
    anna = page.chat(ANNA)
    anna.account()
    page.find("#account-form [value=can_reply]").click()
    page.find("#account-connect").click()
    anna.hears(world.texts.pattern("ru", "business_rights_changed", "business_right_missing"))
    anna.account()
    page.find("#account-disconnect").click()
    anna.hears(world.texts.render("ru", "business_ended"))
    page.wait_text(f"{direct.selector} .about", "no bot here")


def test_what_people_write_to_each_other_is_edited_and_deleted(sandbox, open_page):
    page = open_page(sandbox)
    direct = page.chat(ANNA).opens_chat_with(JOHN)
    direct.write(JOHN, "<b>Hello</b>")
    direct.write(ANNA, "Hi")
    page.run("[...document.querySelectorAll('.direct .link')].find((b) => b.textContent === 'Edit').click()")
    page.keys("!", "\n")
    direct.shows("<b>Hello</b>!", "John Smith")
    page.run("[...document.querySelectorAll('.direct .link')].find((b) => b.textContent === 'Delete').click()")
    eventually(lambda: [m["text"] for m in direct.messages()] == ["Hi"], what="it is gone")
    direct.act("Remove from view")
    page.wait_shown(direct.selector, False)
    page.find("#back").click()
    page.wait_shown(direct.selector)


def test_an_admin_is_one_of_the_people_where_the_demo_runs(make_world, open_page):
    world = make_world(sandbox_args=["--state", "--prospects"], ADMIN_TELEGRAM_IDS="500000004")
    world.start_bot()
    page = open_page(world.sandbox)
    page.wait_people("Olga Sidorova")
    olga = page.chat(500000004)
    olga.start()
    hello = olga.hears(re.compile("Вы администратор"))
    olga.press(world.texts.raw("ru", "button_reps"), hello["id"])
    olga.hears(re.compile(re.escape(world.texts.raw("ru", "reps_none"))))


def test_a_prospect_of_the_table_is_one_of_the_people_where_the_demo_runs(make_world, open_page):
    world = make_world(sandbox_args=["--state", "--prospects"])
    world.start_bot()
    world.start_outreach()
    world.db.bot_state.eventually("username IS NOT NULL")
    page = open_page(world.sandbox)
    page.wait_people("Maria Ivanova")
    maria = page.run("return [...document.querySelectorAll('.chat')].find((c) => c.querySelector('h2').textContent === 'Maria Ivanova').dataset.user")
    anna = page.chat(ANNA)
    anna.registers(world.texts, "ru", "Анна Петрова", MAIL)
    card = anna.hears(re.compile("Maria Ivanova"))
    anna.press(next(label for label in card["buttons"] if "Maria" in label and "✉" in label), card["id"])
    direct = Direct(page, ANNA, maria)
    page.keys("\n")
    direct.follows_link()
    page.chat(int(maria)).hears(re.compile("Maria Ivanova"))
