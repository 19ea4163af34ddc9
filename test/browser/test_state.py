"""The state of the system beside the chats, read from the bot's database."""
import re

from page import ANNA, JOHN
from support.postgres import PASSWORD
from support.telegram import TOKEN
from support.waiting import eventually


def watching(world):
    return world.db.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                          " AND application_name = 'salesreg sandbox'")


def test_reps_prospects_and_outbox_come_up_as_they_change(make_world, open_page):
    world = make_world(sandbox_args=["--state"])
    world.start_bot()
    page = open_page(world.sandbox)
    page.wait_text("#system-reps", "Nobody has registered yet")
    page.wait_text("#system-prospects", r"Alex Petrov\s+unreached\s+nobody yet")
    page.chat(ANNA).registers(world.texts, "ru", "Анна Петрова", "anna@truerealestate.bali")
    page.wait_text("#system-reps", r"Анна Петрова\s+active\s+anna@truerealestate\.bali\s+0")
    world.start_outreach()
    page.wait_text("#system-reps", r"anna@truerealestate\.bali\s+3")
    page.wait_text("#system-prospects", r"Alex Petrov\s+unreached\s+Анна Петрова")
    page.wait_text("#system-outbox", "Nothing waits")
    world.bot.terminate()
    world.db.outbox.insert("(chat_id, method, payload, state, possible_duplicate) VALUES (%s, 'sendMessage', '{}',"
                           " 'queued', true)", ANNA)
    page.wait_text("#system-outbox", r"1 queued.*1 possibly twice")
    page.wait_text("#system-outbox", r"Анна Петрова\s+send message\s+queued")
    world.db.parked_updates.insert("(bot_id, payload, reason) VALUES (1, '{}', 'x')")
    page.wait_text("#system-parked", "1: look into")
    world.db.execute("UPDATE sales_representatives SET name = '<b>Anna</b>'")
    page.wait_text("#system-reps", "<b>Anna</b>")
    # what is secret stays so
    html = page.run("return document.documentElement.outerHTML")
    assert TOKEN not in html and PASSWORD not in html and TOKEN.split(":")[1] not in html


# words of the state that are on more than one line
BROKEN = """
const broken = [];
for (const cell of document.querySelectorAll('#system td, #system th')) {
  const text = cell.firstChild;
  for (const m of (text?.textContent ?? '').matchAll(/\\S+/g)) {
    const range = document.createRange();
    range.setStart(text, m.index);
    range.setEnd(text, m.index + m[0].length);
    if (range.getClientRects().length > 1) broken.push(m[0]);
  }
}
return broken;
"""


def test_three_people_fit_beside_the_state_and_no_word_is_broken(make_world, open_page):
    world = make_world(sandbox_args=["--state"])
    world.start_bot()
    page = open_page(world.sandbox, width=1400, height=900)
    page.chat(ANNA).registers(world.texts, "ru", "Александра Константинова", "anna@truerealestate.bali")
    world.start_outreach()
    page.wait_text("#system-reps", r"anna@truerealestate\.bali\s+3")
    world.db.rep_rotation.update("available = false, unreachable_since = now()")
    page.wait_text("#system-reps", "active, unreachable")
    world.sandbox.person("Wayan Sudarsana")
    page.wait_people("Anna Petrova", "John Smith", "Wayan")
    for width in (1400, 1024):
        page.look(width, 900)
        assert page.run(BROKEN) == []
    page.look(1400, 900)
    edge = page.run("return document.getElementById('system').getBoundingClientRect().left")
    chats = page.run("return [...document.querySelectorAll('.chat')].map((c) => c.getBoundingClientRect().toJSON())")
    assert len(chats) == 3 and all(c["right"] <= edge and c["width"] >= 280 for c in chats), (edge, chats)


def test_a_prospect_added_on_the_page_is_assigned_and_its_rep_hears_of_it(make_world, open_page):
    world = make_world(sandbox_args=["--state", "--prospects"])
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    page = open_page(world.sandbox)
    anna = page.chat(ANNA)
    anna.registers(world.texts, "ru", "Анна Петрова", "anna@truerealestate.bali")
    page.find("#prospect summary").click()
    for name, words in (("name", "Мария <b>Сидорова</b>"), ("contact", "@maria_s"), ("note", "Two bedrooms, near the sea")):
        page.find(f"#prospect-form [name={name}]").send_keys(words)
    page.find("#prospect-form button").click()
    page.wait_text("#prospect-done", "Мария <b>Сидорова</b> is added")
    page.wait_text("#system-prospects", r"Мария <b>Сидорова</b>\s+unreached\s+Анна Петрова")
    card = eventually(lambda: next((m for m in anna.messages() if "Мария <b>Сидорова</b>" in m["text"]), None), what="the card")
    assert "near the sea" in card["text"] and "maria_s" in card["text"]
    assert page.find("#prospect-form [name=name]").get_property("value") == ""
    # what is missing is said by the browser, what the database refuses by the page, and what was written stays
    world.db.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'closed'; END $$;"
                     " CREATE TRIGGER no BEFORE INSERT ON test_prospects FOR EACH ROW EXECUTE FUNCTION no()")
    page.expected.append("503")
    page.find("#prospect-form [name=name]").send_keys("Oleg")
    page.find("#prospect-form [name=contact]").send_keys("@oleg")
    page.find("#prospect-form button").click()
    page.wait_text("#prospect-error", "Not added: the database refused it")
    assert page.find("#prospect-form [name=name]").get_property("value") == "Oleg"
    assert world.db.value("SELECT count(*) FROM test_prospects") == 1


def test_the_database_is_asked_only_while_a_page_watches_and_cannot_be_changed(make_world, open_page):
    world = make_world(sandbox_args=["--state"])
    assert watching(world) == 0
    page = open_page(world.sandbox)
    page.wait_text("#system-prospects", "Alex Petrov")
    assert watching(world) == 1
    page.run("location.href = 'about:blank'")
    eventually(lambda: watching(world) == 0, what="the connection is closed")


def test_a_database_that_is_away_is_said_and_comes_back(postgres, make_world, open_page):
    world = make_world(sandbox_args=["--state"])
    page = open_page(world.sandbox)
    page.wait_text("#system-prospects", "Alex Petrov")
    world.db.execute("ALTER TABLE test_prospects RENAME TO elsewhere")
    page.wait_text("#system-body", "Run: salesreg migrate")
    world.db.execute("ALTER TABLE elsewhere RENAME TO test_prospects")
    page.wait_text("#system-prospects", "Alex Petrov")
    name = world.db.name
    world.db.close()
    postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    try:
        page.wait_text("#system-body", "does not answer")
        assert PASSWORD not in page.run("return document.documentElement.outerHTML")
    finally:
        postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    page.wait_text("#system-prospects", "Alex Petrov")


def test_without_a_database_the_page_says_how_to_get_the_state(sandbox, open_page):
    page = open_page(sandbox)
    page.wait_text("#system-body", r"DATABASE_URL.*salesreg sandbox --state")


def test_long_lists_are_cut_and_the_totals_told(make_world, open_page):
    world = make_world(sandbox_args=["--state"])
    world.db.add_reps(range(1000, 1120))
    page = open_page(world.sandbox)
    page.wait_text("#system-reps", re.compile(r"50 of 120 shown"))
    assert page.run("return document.querySelectorAll('#system-reps tbody tr').length") == 50


def test_who_leads_a_conversation_and_what_is_to_happen_in_it_is_seen(make_world, open_page):
    world = make_world(sandbox_args=["--state"], QUALIFICATION="off")
    world.db.no_prospects()
    world.start_bot()
    page = open_page(world.sandbox)
    page.wait_text("#system-conversations", "None has begun")
    john = page.chat(JOHN)
    john.write("I am looking for property")
    page.wait_text("#system-conversations", r"John\S*( Smith)?\s+the bot\s+1\s+reminder 1 in (23|24) h")
    page.chat(ANNA).registers(world.texts, "ru", "Анна Петрова", "anna@truerealestate.bali")
    world.start_outreach()
    page.wait_text("#system-prospects", r"John( Smith)?\s+in conversation\s+Анна Петрова")
    john.write("I want to talk to somebody")
    anna = page.chat(ANNA)
    told = anna.hears(re.compile("I want to talk to somebody"))
    anna.press(world.texts.raw("ru", "button_take_over"), told["id"])
    page.wait_text("#system-conversations", r"John( Smith)?\s+the rep\s+2\s*\n?")
    eventually(lambda: "reminder" not in page.text("#system-conversations"), what="nobody is reminded of what a person leads")
    john.write("stop")
    page.wait_text("#system-conversations", "said STOP")
