"""One prospect from the first word to the last, and their rep beside them, as both see it in the browser."""
import re

from page import ANNA, JOHN, Direct
from support.waiting import eventually

MAIL = "anna@truerealestate.bali"


def test_a_prospect_is_greeted_asked_taken_over_and_given_back(make_world, open_page):
    world = make_world(sandbox_args=["--state"], QUALIFICATION="")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.db.bot_state.eventually("username IS NOT NULL")
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('j', '@john', 'John Smith')")
    page = open_page(world.sandbox, width=1600, height=900)
    anna, john = page.chat(ANNA), page.chat(JOHN)

    def ru(key, **values):
        return world.texts.pattern("ru", key, **values)

    # the rep gets the prospect, and sends the draft with their link from the rep's own account
    anna.registers(world.texts, "ru", "Анна Петрова", MAIL)
    card = anna.hears(re.compile("John Smith"))
    anna.press(next(b for b in card["buttons"] if b.startswith(world.texts.raw("ru", "button_write"))), card["id"])
    direct = Direct(page, ANNA, JOHN)
    page.keys("\n")
    direct.follows_link()

    # greeted by name, asked, and the rep sees the answers grow in one message
    greeted = john.hears(re.compile("John Smith.*What are you looking for", re.S))
    anna.hears(ru("prospect_came", name="John Smith"))
    john.press("Villa", greeted["id"])
    eventually(lambda: john.button("✓ Villa"), what="it is marked")
    john.press("Done")
    john.hears(re.compile("your budget"))
    summary = anna.hears(re.compile("📋 John Smith.*\n.*: Вилла", re.S))
    page.wait_text("#system-conversations", r"John Smith\s+the bot\s+1\s+asked: budget; reminder 1 in (23|24) h")
    john.write("up to 300k")
    john.hears(re.compile("When do you plan"))

    def grown():
        now = next((m for m in anna.messages() if m["id"] == summary["id"]), None)
        return now and now["edited"] and re.search(r"300.000", now["text"])
    eventually(grown, what="the same message has both answers")

    # the rep takes over: the bot is silent, and words go both ways
    anna.press(world.texts.raw("ru", "button_take_over"), summary["id"])
    john.hears(world.texts.pattern("en", "prospect_rep_writes", rep="Анна Петрова"))
    anna.hears(ru("relay_current", name="John Smith"))
    page.wait_text("#system-conversations", r"John Smith\s+the rep\s+2\s+asked: when(?!; reminder)")
    anna.write("Здравствуйте! Три виллы есть.")
    john.hears("Здравствуйте! Три виллы есть.")
    page.wait_text(f"#chat-{ANNA} .reaction", "👍")
    heard = len(john.heard())
    john.write("next year")  # no answer to the question any more
    said = anna.hears(ru("relay_from", name="John Smith", text="next year"))
    page.find(f"#chat-{ANNA} .message[data-id='{said['id']}'] .reply").click()
    anna.write("Хорошо, через год")
    john.hears("Хорошо, через год")
    assert len(john.heard()) == heard + 1

    # and gives it back: the bot goes on where it was
    anna.press(world.texts.raw("ru", "button_give_back"), summary["id"])
    john.hears(re.compile(re.escape(world.texts.render("en", "prospect_bot_again"))))
    page.wait_text("#system-conversations", r"John Smith\s+the bot\s+3")
    john.write("next year")
    john.hears(re.compile("For living or as an investment"))
    john.press("To live in")
    john.hears(re.compile("Which number"))
    page.find(f"#chat-{JOHN} .keyboard button").click()
    john.hears(re.compile("e-mail address"))
    john.write("john@example.org")
    john.hears(re.compile("Thank you, John Smith"))
    last = eventually(lambda: next((m for m in anna.messages() if "john@example.org" in m["text"]), None), what="the whole of it")
    assert last["id"] == summary["id"]
    page.wait_text("#system-conversations", r"all answered, score \d+")
