"""People who look for property write to the bot: by a campaign's link, by their own, by themselves."""
import hashlib
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest

import test_prospects as prospects
from support.database import tables
from support.process import EXIT_USAGE, run
from support.waiting import eventually

LINK = re.compile(r"https://t\.me/(\w+)\?start=(c[A-Za-z0-9_-]{22})\n")


@pytest.fixture
def world(make_world):
    made = make_world()
    made.db.no_prospects()
    made.start_bot()
    made.start_outreach()
    made.settle()
    made.db.bot_state.eventually("username IS NOT NULL")
    return made


@pytest.fixture
def link(world):
    """link(*words): the command's result."""
    def call(*words):
        return run("link", *words, settings={"DATABASE_URL": world.db.url})
    return call


@pytest.fixture
def campaign(link):
    """campaign(name): the payload of a fresh link."""
    def make(name="Instagram June"):
        done = link("add", name)
        assert (done.returncode, done.stderr) == (0, "")
        return LINK.match(done.stdout).group(2)
    return make


def registered(world, name="Boris Sidorov"):
    person = world.person(name)
    person.registers()
    return person


def prospect_of(world, person):
    return world.db.row("SELECT p.* FROM test_prospects p JOIN " + tables.conversations +
                        " c ON c.prospect = p.id WHERE c.telegram_id = %s", person.id)


def conversation_of(world, person):
    found = world.db.rows(f"SELECT * FROM {tables.conversations} WHERE telegram_id = %s", person.id)
    return found[0] if found else None


def opens_own_link(world, person, prospect, payload="pAAAAAAAAAAAAAAAAAAAAAA"):
    """As the one on a rep's card does, whose token nobody can read again."""
    world.db.execute(f"INSERT INTO {tables.links} (token_hash, prospect) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                     hashlib.blake2b(payload.encode(), digest_size=32).hexdigest(), prospect)
    person.opens(payload)


# campaigns ---------------------------------------------------------------------------------------------------------------

def test_who_comes_by_a_campaign_s_link_is_a_prospect_and_gets_a_rep(world, campaign, link):
    boris = registered(world)
    anna = world.person("Anna", username="anna_buys")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    row = prospect_of(world, anna)
    assert (row["name"], row["telegram_id"], row["context"], row["status"]) == ("Anna", "@anna_buys", "Instagram June", "in_conversation")
    assert (conversation_of(world, anna)["source"], conversation_of(world, anna)["campaign"]) == ("campaign", "Instagram June")
    prospects.assigned(world, row["id"], boris)
    assert "Anna" in boris.hears_anything().text
    anna.says("Вилла в Чангу, до 300 тысяч")
    anna.hears("prospect_passed_on", rep=boris.name)
    told = boris.hears_anything().text
    assert "Anna" in told and "Вилла в Чангу, до 300 тысяч" in told
    listed = json.loads(link("list", "--json").stdout)["links"]
    assert [(row["campaign"], row["prospects"], row["converted"], row["removed_at"]) for row in listed] == [("Instagram June", 1, 0, None)]


def test_what_is_said_before_there_is_a_rep_reaches_the_one_who_comes(world, campaign):
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    anna.says("Апартаменты у моря")
    anna.hears("prospect_noted")
    boris = registered(world)
    assert "Апартаменты у моря" in boris.hears_anything().text


def test_words_that_find_no_room_on_the_card_come_whole(world, campaign):
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    said = [" ".join(f"слово{n}_{i}" for i in range(100)) for n in range(3)]
    for text in said:
        anna.says(text)
        anna.hears("prospect_noted")
    boris = registered(world)
    assert "слово0_0" in boris.hears_anything().text
    boris.hears("relay_said_before", name="Anna", count=3)
    assert [boris.hears_anything().text for _ in said] == said


@pytest.mark.parametrize("lost", [0, 1, 2], ids=["all", "one can't be copied", "none can be copied"])
def test_files_sent_before_there_is_a_rep_reach_the_one_who_comes(world, campaign, lost):
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    photo = anna.act("photo", caption="План участка", uncopyable=lost > 0)["message_id"]
    anna.hears("prospect_noted")
    anna.act("voice", uncopyable=lost > 1)
    anna.hears("prospect_noted")
    boris = registered(world)
    assert "План участка" in boris.hears_anything().text
    boris.hears("relay_said_before", name="Anna", count=2)
    if not lost:
        shown = boris.hears_anything()
        assert shown.event["photo"] and shown.event["caption"] == "План участка"
    if lost < 2:
        copied = boris.hears_anything()
        assert copied.event["voice"]
    world.settle()
    if lost:
        world.db.outbox.eventually("count(*) = 0")  # nothing is left for an operator
        assert not boris.unheard() and not anna.unheard()
        if lost < 2:  # whose it is stays known
            boris.act("text", text="Вижу", reply_to=copied.id)
            assert anna.hears_anything().text == "Вижу"
        return
    # and a reply finds its way
    boris.act("text", text="Вижу", reply_to=shown.id)
    heard = anna.hears_anything()
    assert (heard.text, heard.event["reply_to"]) == ("Вижу", photo)


def test_many_files_sent_before_hold_up_nothing_else_for_the_rep(make_world):
    world = make_world(TELEGRAM_CHAT_RATE_LIMIT="1")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.settle()
    world.db.bot_state.eventually("username IS NOT NULL")
    done = run("link", "add", "Fair", settings={"DATABASE_URL": world.db.url})
    anna = world.person("Anna")
    anna.opens(LINK.match(done.stdout).group(2))
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    for _ in range(15):
        anna.act("photo")
    world.db.prospect_events.eventually("count(*) >= 15", "WHERE kind = 'said'")
    boris = registered(world)
    while not (heard := boris.hears_anything()).event.get("photo"):
        assert heard.text
    for _ in range(14):
        assert boris.hears_anything().event["photo"]
    world.settle()
    assert world.db.value(f"SELECT count(*) FROM {tables.outbox_history} WHERE chat_id = %s AND method LIKE 'copyMessage%%'", boris.id) == 1


def test_a_removed_link_makes_nobody_a_prospect(world, campaign, link):
    payload = campaign()
    assert link("remove", "Instagram June").returncode == 0
    anna = world.person("Anna")
    anna.opens(payload)
    anna.hears("offer")
    assert world.db.rows("SELECT * FROM test_prospects") == []


def test_a_rep_and_an_admin_who_open_a_campaign_s_link_are_told_what_it_is(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS="7900000001")
    world.db.no_prospects()
    world.start_bot()
    world.db.bot_state.eventually("username IS NOT NULL")
    done = run("link", "add", "Fair", settings={"DATABASE_URL": world.db.url})
    payload = LINK.match(done.stdout).group(2)
    boris = registered(world)
    boris.opens(payload)
    boris.hears("link_is_campaign", name="Fair")
    assert world.db.rows("SELECT * FROM test_prospects") == []


@pytest.mark.parametrize("words, what", [
    (("add",), "link add: which campaign? NAME is missing"),
    (("add", ""), "link add: a campaign's name is one line"),
    (("add", " x"), "link add: a campaign's name is one line"),
    (("add", "two\nlines"), "link add: a campaign's name is one line"),
    (("add", "x" * 101), "link add: a campaign's name is one line"),
    (("remove",), "link remove: which campaign? NAME is missing"),
])
def test_names_that_are_none(link, words, what):
    done = link(*words)
    assert done.returncode == EXIT_USAGE and what in done.stderr and done.stdout == ""


def test_a_name_is_given_once_and_again_when_its_link_is_removed(link):
    assert link("add", "Новая Яркая 'кампания' \"2026\"; --").returncode == 0
    twice = link("add", "Новая Яркая 'кампания' \"2026\"; --")
    assert twice.returncode == 1 and "there is a link of the campaign Новая Яркая" in twice.stderr
    assert link("remove", "Новая Яркая 'кампания' \"2026\"; --").returncode == 0
    assert link("remove", "Новая Яркая 'кампания' \"2026\"; --").returncode == 1
    assert link("add", "Новая Яркая 'кампания' \"2026\"; --").returncode == 0
    assert len(json.loads(link("list", "--json").stdout)["links"]) == 2


def test_the_link_is_nowhere_but_in_what_was_printed(world, campaign):
    payload = campaign()
    assert payload not in str(world.db.rows(f"SELECT * FROM {tables.links}"))


# by themselves -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("how", ["button", "words"])
def test_a_stranger_says_what_they_look_for_and_is_never_offered_a_job_again(world, how):
    anna = world.person("Anna")
    anna.says("I saw your villa")
    offer = anna.hears("offer")
    assert offer.labels == [world.texts.raw(anna.locale, key) for key in ("button_is_rep", "button_property")]
    if how == "button":
        anna.presses("button_property")
        anna.is_answered()
    else:
        anna.says("Ищу недвижимость!")
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    assert conversation_of(world, anna)["source"] == "chat"
    for words in ("да", "yes", "/start", "привет"):
        anna.says(words)
    world.settle()
    heard = [message["text"] for message in anna.unheard()]
    assert len(heard) == 4 and world.texts.render(anna.locale, "offer") not in heard


def test_a_prospect_who_asks_to_be_registered_is(world):
    anna = world.person("Anna Petrova")
    anna.says("Ищу недвижимость")
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    anna.says("зарегистрироваться")
    anna.hears("ask_name")
    anna.says("Anna Petrova")
    anna.hears("ask_email", name="Anna Petrova")
    anna.says(anna.email)
    anna.hears("registered", name="Anna Petrova", email=anna.email)


def test_whom_the_table_knows_is_known_when_they_write(world):
    boris = registered(world)
    anna = world.person("Anna", username="Anna_Buys")
    world.db.add_prospect("p1", "Anna from the fair", telegram="@anna_buys")
    prospects.assigned(world, "p1", boris)
    boris.hears_anything()
    anna.says("Здравствуйте, пишу по поводу виллы")
    boris.hears("prospect_came", name="Anna from the fair")
    assert "по поводу виллы" in boris.hears_anything().text
    anna.hears("prospect_passed_on", rep=boris.name)
    assert conversation_of(world, anna)["prospect"] == "p1"
    assert world.db.row("SELECT status FROM test_prospects WHERE id = 'p1'")["status"] == "in_conversation"


def heard_by(world, person):
    world.settle()
    return "\n".join(message["text"] for message in person.unheard())


def test_words_said_while_a_rep_is_being_assigned_reach_that_rep(world):
    """The bot decided with nobody to tell; by its commit somebody has the prospect."""
    boris = registered(world)
    world.outreach.terminate()
    anna = world.person("Anna")
    anna.says("Ищу недвижимость")
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    world.settle()
    boris.forget()
    assigner = world.db.connect()
    assigner.autocommit = False
    assigner.cursor().execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives)")
    anna.says("Бюджет 300 тысяч")
    eventually(lambda: world.db.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0)
    assigner.commit()
    assigner.close()
    anna.hears("prospect_passed_on", rep=boris.name)
    assert "Бюджет 300 тысяч" in heard_by(world, boris)


def test_what_was_said_to_a_former_rep_reaches_the_next_one(world, campaign):
    boris, carl = registered(world), registered(world, "Carl Ivanov")
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    prospects.assigned(world, f"tg{anna.id}")
    first, second = (boris, carl) if "Anna" in heard_by(world, boris) else (carl, boris)
    anna.says("Три спальни, море рядом")
    anna.hears("prospect_passed_on", rep=first.name)
    world.settle()
    first.presses("button_decline")
    assert "Три спальни, море рядом" in second.hears_anything().text


def test_what_the_table_says_of_a_prospect_stays_as_it_is(world):
    anna = world.person("Anna", username="anna_buys")
    context = "Звонила в мае. " * 500
    world.db.add_prospect("p1", "Anna", telegram="@anna_buys", context=context)
    world.db.prospect_identities.eventually("count(*) > 0")  # until then nobody knows who that is
    world.settle()
    anna.says("Апартаменты у моря")
    anna.hears("prospect_noted")
    world.settle()
    assert world.db.value("SELECT context FROM test_prospects") == context
    boris = registered(world)
    assert "Апартаменты у моря" in boris.hears_anything().text


def test_an_id_that_is_somebody_else_s_stays_theirs(world):
    anna = world.person("Anna")
    world.db.add_prospect(f"tg{anna.id}", "Somebody else", telegram="+79161234567")
    anna.says("Ищу недвижимость")
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    row = prospect_of(world, anna)
    assert row["name"] == "Anna" and row["id"].startswith(f"tg{anna.id}-")
    # whose id is changed by hand is another prospect, and the person nobody's
    world.db.execute("UPDATE test_prospects SET id = 'other' WHERE id = %s", row["id"])
    assert conversation_of(world, anna) is None
    anna.says("Ищу недвижимость")
    anna.hears_anything()
    world.settle()
    assert world.db.parked_updates.value("count(*)") == 0


@pytest.mark.parametrize("then", ["press", "words", "start"])
def test_who_turns_out_to_be_a_prospect_is_asked_no_more_whether_they_are_a_rep(world, then):
    boris = registered(world)
    anna = world.person("Anna", username="anna_buys")
    anna.says("привет")
    offer = anna.hears("offer")
    world.db.add_prospect("p1", "Anna", telegram="@anna_buys")
    prospects.assigned(world, "p1", boris)
    boris.hears_anything()
    if then == "press":
        anna.presses("button_property", message=offer)
        anna.hears("prospect_hello", "prospect_ask", name="Anna")
    elif then == "words":
        anna.says("Ищу виллу с видом")
        anna.hears("prospect_passed_on", rep=boris.name)
    else:
        anna.opens()
        anna.hears("prospect_hello", "prospect_ask", name="Anna")
    boris.hears("prospect_came", name="Anna")


def test_a_prospect_who_thinks_better_of_registering_is_not_offered_it(world):
    anna = world.person("Anna")
    anna.says("Ищу недвижимость")
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    anna.says("зарегистрироваться")
    anna.hears("ask_name")
    anna.opens()
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    anna.says("Две спальни")
    anna.hears("prospect_noted")


# their own link ----------------------------------------------------------------------------------------------------------

def test_a_prospect_s_own_link_greets_by_name_and_the_rep_hears_of_it(world):
    boris = registered(world)
    world.db.add_prospect("p1", "Anna Petrova", telegram="+79161234567")
    prospects.assigned(world, "p1", boris)
    boris.hears_anything()
    anna = world.person("Аня")
    opens_own_link(world, anna, "p1")
    anna.hears("prospect_hello", "prospect_ask", name="Anna Petrova")
    boris.hears("prospect_came", name="Anna Petrova")
    opens_own_link(world, anna, "p1")
    anna.hears("prospect_hello", "prospect_ask", name="Anna Petrova")
    world.settle()
    assert boris.unheard() == []


def test_a_link_of_their_own_tells_more_than_an_old_row_of_the_table(world):
    world.db.add_prospect("old", "Anna of last year", telegram="@anna_buys")
    world.settle()
    world.db.execute("UPDATE test_prospects SET status = 'archived'")
    boris = registered(world)
    world.db.add_prospect("p1", "Anna Petrova", telegram="+79161234567")
    prospects.assigned(world, "p1", boris)
    boris.hears_anything()
    anna = world.person("Аня", username="anna_buys")
    opens_own_link(world, anna, "p1")
    anna.hears("prospect_hello", "prospect_ask", name="Anna Petrova")
    boris.hears("prospect_came", name="Anna Petrova")


def test_a_forwarded_link_takes_nothing_from_the_first_account(world):
    boris = registered(world)
    world.db.add_prospect("p1", "Anna Petrova", telegram="+79161234567")
    prospects.assigned(world, "p1", boris)
    boris.hears_anything()
    anna, carl = world.person("Аня"), world.person("Carl")
    opens_own_link(world, anna, "p1")
    boris.hears("prospect_came", name="Anna Petrova")
    opens_own_link(world, carl, "p1")
    carl.hears("link_of_another", "offer_question")
    boris.hears("prospect_forwarded", name="Anna Petrova", who="Carl")
    assert conversation_of(world, anna)["prospect"] == "p1" and conversation_of(world, carl) is None
    carl.presses("button_property")
    carl.hears("prospect_hello", "prospect_ask", name="Carl")
    assert prospect_of(world, carl)["id"] != "p1"


def test_a_rep_who_opens_a_prospect_s_link_does_not_become_that_prospect(world):
    boris = registered(world)
    world.db.add_prospect("p1", "Anna Petrova", telegram="+79161234567")
    prospects.assigned(world, "p1", boris)
    boris.hears_anything()
    opens_own_link(world, boris, "p1")
    assert "Anna Petrova" in boris.hears_anything().text
    anna = world.person("Аня")
    opens_own_link(world, anna, "p1")
    boris.hears("prospect_came", name="Anna Petrova")
    opens_own_link(world, boris, "p1")
    assert "Anna Petrova" in boris.hears_anything().text


def test_a_deleted_prospect_s_link_leads_nowhere(world):
    world.db.add_prospect("p1", "Anna Petrova", telegram="+79161234567")
    anna = world.person("Аня")
    opens_own_link(world, anna, "p1")
    anna.hears("prospect_hello", "prospect_ask", name="Anna Petrova")
    world.db.execute("DELETE FROM test_prospects")
    anna.says("Вы тут?")
    anna.hears("offer")
    assert world.db.links.value("count(*)") == 0 and conversation_of(world, anna) is None


@pytest.mark.parametrize("at_once", [True, False])
def test_ten_wrong_tokens_an_hour_and_then_silence(world, campaign, at_once):
    payload = campaign()
    mallory = world.person("Mallory")
    tokens = [f"{'pc'[n % 2]}{n:022d}" for n in range(15)]
    if at_once:
        world.sandbox.acts([{"user": mallory.id, "type": "start", "payload": token} for token in tokens])
    else:
        for n, token in enumerate(tokens):
            mallory.opens(token)
            if n < 10:
                mallory.hears("offer")
        world.settle()
        assert mallory.unheard() == []
    world.settle()
    mallory.forget()
    mallory.opens("p" + "y" * 22)
    world.settle()
    assert mallory.unheard() == []
    # nobody else hears less, and what is no guess is answered
    mallory.says("hello?")
    mallory.hears("offer_expected", "offer_question")
    mallory.opens(payload)
    mallory.hears("prospect_hello", "prospect_ask", name="Mallory")
    carl = world.person("Carl")
    carl.opens("p" + "x" * 22)
    carl.hears("offer")


# STOP --------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("word", ["стоп", "STOP!", "отписаться", None])
def test_stop_is_kept_for_ever_and_taken_back_by_the_person_alone(world, campaign, word):
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    if word:
        anna.says(word)
    else:
        anna.presses("button_stop")
    anna.hears("prospect_stopped")
    world.db.execute("DELETE FROM test_prospects")
    assert world.db.opt_outs.value("count(*)", "WHERE telegram_id = %s", anna.id) == 1
    anna.says("Ищу недвижимость")
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    anna.opens()
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    assert world.db.opt_outs.value("count(*)") == 0


# the rep writes first ----------------------------------------------------------------------------------------------------

def draft_of(world, card, host):
    """What the button *write* puts into the input field of the prospect's chat, and the payload of the link in it."""
    buttons = {button["text"]: button for button in card.buttons}
    url = urlsplit(buttons[world.texts.raw("ru", "button_write")]["url"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == host
    text = parse_qs(url.query)["text"][0]
    assert buttons[world.texts.raw("ru", "button_copy")]["copy_text"]["text"] == text
    return text, re.search(r"https://t\.me/\w+\?start=(p[A-Za-z0-9_-]{22})$", text).group(1)


@pytest.mark.parametrize("telegram, host", [("@anna_buys", "https://t.me/anna_buys"), ("+7 916 123-45-67", "https://t.me/+79161234567")])
def test_the_card_has_a_draft_with_the_prospect_s_own_link(world, telegram, host):
    boris = registered(world)
    world.db.add_prospect("p1", "Анна & \"Co\"", telegram=telegram)
    card = boris.hears_anything()
    text, payload = draft_of(world, card, host)
    assert text.startswith(world.texts.render("ru", "prospect_draft", name="Анна & \"Co\"", link="")[:30])
    assert payload not in str(world.db.rows(f"SELECT * FROM {tables.links}"))
    world.settle()
    sent = str(world.db.outbox_history.rows("payload::text"))
    assert "start%3Dp…" in sent and payload not in sent
    # a press leaves both buttons where they are
    boris.presses("button_contacted", message=card)
    edited = boris.sees_edit()
    assert edited.labels[:2] == [world.texts.raw("ru", key) for key in ("button_write", "button_copy")]
    anna = world.person("Аня")
    anna.opens(payload)
    anna.hears("prospect_hello", "prospect_ask", name="Анна & \"Co\"")


def test_each_client_s_card_has_such_a_draft_with_one_link_however_often_it_is_opened(world):
    boris = registered(world)
    for id, name in (("p1", "Anna"), ("p2", "Olga")):
        world.db.add_prospect(id, name, telegram=f"@{name.lower()}_buys")
        boris.hears_anything()
    made = world.db.links.value("count(*)")
    cards = [boris.opens_card("Olga") for _ in range(3)]
    (link,), = {tuple(button["url"] for button in card.buttons if "url" in button) for card in cards}
    assert link.split("?")[0] == "https://t.me/olga_buys"
    assert world.db.links.value("count(*)") == made + 1
    payload = re.search(r"start=(p[\w-]+)", parse_qs(urlsplit(link).query)["text"][0]).group(1)
    assert payload not in str(world.db.rows(f"SELECT * FROM {tables.links}"))
    olga = world.person("Оля")
    olga.opens(payload)
    olga.hears("prospect_hello", "prospect_ask", name="Olga")
    boris.hears("prospect_came", name="Olga")
    assert world.texts.raw("ru", "button_copy") not in boris.opens_card("Olga").labels, "who has come needs none"


def test_who_is_in_the_bot_s_chat_already_needs_no_invitation(world, campaign):
    boris = registered(world)
    anna = world.person("Anna", username="anna_buys")
    anna.opens(campaign())
    card = boris.hears_anything()
    assert "Anna" in card.text and world.texts.raw("ru", "button_copy") not in card.labels


# who leads ---------------------------------------------------------------------------------------------------------------

def talking(world, campaign):
    """A rep and the prospect who has been assigned to them."""
    boris = registered(world)
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    prospects.assigned(world, prospect_of(world, anna)["id"], boris)
    assert "Anna" in boris.hears_anything().text
    return boris, anna


def owner_of(world, person):
    row = conversation_of(world, person)
    return row["owner"], row["version"]


def test_who_asks_for_a_person_is_left_to_the_rep(world, campaign):
    boris, anna = talking(world, campaign)
    assert owner_of(world, anna) == ("bot", 1)
    anna.says("Это СРОЧНО, позвоните!")
    anna.hears("prospect_handed_over", rep=boris.name)
    assert owner_of(world, anna) == ("rep", 2)
    assert "СРОЧНО, позвоните!" in boris.hears_anything().text
    boris.hears("prospect_asks_for_you", name="Anna")
    boris.presses("Вернуть боту")
    boris.is_answered("answer_given_back", name="Anna")
    assert owner_of(world, anna) == ("bot", 3)


def test_who_asks_for_a_person_before_there_is_one_is_left_to_whoever_comes(world, campaign):
    anna = world.person("Anna")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    anna.says("call me")
    anna.hears("prospect_waits_for_person")
    assert owner_of(world, anna) == ("nobody", 2)
    boris = registered(world)
    card = boris.hears_anything()
    assert "call me" in card.text and world.texts.raw("ru", "notice_asks_for_person") in card.text
    assert owner_of(world, anna) == ("rep", 2)
    # the bot is silent from then on, and the words reach who leads
    anna.says("Are you there?")
    boris.hears("relay_from", name="Anna", text="Are you there?")
    world.settle()
    assert anna.unheard() == []


def test_who_asks_for_a_person_when_theirs_has_left_is_the_next_one_s(world, campaign):
    boris, anna = talking(world, campaign)
    boris.says("/unregister")
    boris.hears("ask_unregister")
    boris.says("да")
    boris.hears("unregistered")
    anna.says("call me")
    anna.hears("prospect_waits_for_person")
    vera = registered(world, "Vera Volkova")
    assert world.texts.raw("ru", "notice_asks_for_person") in vera.hears_anything().text
    assert owner_of(world, anna)[0] == "rep"


def test_words_that_are_no_wish_for_a_person_leave_the_conversation_with_the_bot(world, campaign):
    boris, anna = talking(world, campaign)
    anna.says("Не срочное, нас 4 человека")
    anna.hears("prospect_passed_on", rep=boris.name)
    assert owner_of(world, anna) == ("bot", 1)


def test_what_was_decided_before_the_conversation_changed_hands_is_not_sent(world, campaign):
    boris, anna = talking(world, campaign)
    world.sandbox.fault("429", method="sendMessage", chat=anna.id, retry_after=8, times=1)
    anna.says("Сколько стоит вилла?")
    world.db.outbox.eventually("max(attempts) > 0", "WHERE chat_id = %s", anna.id)
    world.db.conversations.update("owner = 'rep', version = version + 1 WHERE telegram_id = %s", anna.id)
    world.db.outbox_history.eventually("count(*) = 1", "WHERE chat_id = %s AND (state, error) = ('dropped', 'superseded')", anna.id)
    anna.says("/language")
    anna.is_asked_which_language()


def test_what_the_bot_says_without_reading_is_not_said_either(world, campaign):
    boris, anna = talking(world, campaign)
    world.settle()
    world.sandbox.fault("429", method="sendMessage", chat=anna.id, retry_after=8, times=1)
    world.sandbox.acts([{"user": anna.id, "type": "text", "text": f"{n}", "date": int(time.time())} for n in range(40)])
    slow = world.texts.raw("ru", "slow_down")
    world.db.outbox.eventually("count(*) = 1 AND min(version) = 1", "WHERE chat_id = %s AND payload ->> 'text' = %s", anna.id, slow)
    world.db.conversations.update("owner = 'rep', version = version + 1 WHERE telegram_id = %s", anna.id)
    world.db.outbox_history.eventually("count(*) = 1", "WHERE payload ->> 'text' = %s AND (state, error) = ('dropped', 'superseded')", slow)
    assert slow not in [m.text for m in world.sandbox.bot_messages(anna.id)]


def test_stop_is_a_word_of_its_own_and_cancel_is_none(world, campaign):
    boris, anna = talking(world, campaign)
    anna.says("отмена")
    anna.hears("prospect_passed_on", rep=boris.name)
    assert world.db.rows(f"SELECT * FROM {tables.opt_outs}") == []
    anna.says("Стоп!")
    anna.hears("prospect_stopped")
    assert len(world.db.rows(f"SELECT * FROM {tables.opt_outs}")) == 1


# who comes back, who is both, who only looks -----------------------------------------------------------------------------

def test_an_archived_prospect_who_writes_is_somebody_s_again(world, campaign):
    boris, anna = talking(world, campaign)
    row = prospect_of(world, anna)
    world.db.execute("UPDATE test_prospects SET status = 'archived' WHERE id = %s", row["id"])
    boris.hears_anything()  # that there is nothing to do any more
    anna.says("Снова ищу виллу")
    anna.hears("prospect_passed_on", rep=boris.name)
    world.db.eventually("SELECT status = 'in_conversation' FROM test_prospects WHERE id = %s", row["id"])
    boris.hears("prospect_says", name="Anna", text="Снова ищу виллу")


def test_an_archived_prospect_of_a_removed_rep_waits_for_another_one(world, campaign):
    boris, anna = talking(world, campaign)
    row = prospect_of(world, anna)
    world.db.execute("UPDATE test_prospects SET status = 'archived' WHERE id = %s", row["id"])
    world.db.execute("UPDATE sales_representatives SET status = 'removed' WHERE telegram_id = %s", boris.id)
    anna.says("Снова ищу виллу")
    anna.hears("prospect_noted")
    vera = registered(world, "Vera Ivanova")
    assert "Снова ищу виллу" in vera.hears_anything().text
    assert all("виллу" not in m.text for m in world.sandbox.bot_messages(boris.id))


def test_a_closed_prospect_who_opens_a_new_row_s_link_is_that_row(world, campaign):
    boris, anna = talking(world, campaign)
    old = prospect_of(world, anna)["id"]
    world.db.execute("UPDATE test_prospects SET status = 'archived' WHERE id = %s", old)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('new', '@somebody', 'Anna Petrova')")
    prospects.assigned(world, "new", boris)
    boris.hears_anything()
    opens_own_link(world, anna, "new")
    anna.hears("prospect_hello", "prospect_ask", name="Anna Petrova")
    assert prospect_of(world, anna)["id"] == "new"


def test_a_prospect_who_registers_is_assigned_to_nobody(world, campaign):
    anna = world.person("Anna Petrova")
    anna.opens(campaign())
    anna.hears("prospect_hello", "prospect_ask", name="Anna")
    anna.says("зарегистрироваться")
    anna.hears("ask_name")
    anna.says("Anna Petrova")
    anna.hears_anything()
    anna.says(anna.email)
    anna.hears_anything()
    world.db.eventually("SELECT status = 'archived' FROM test_prospects WHERE telegram_id = %s", f"@{anna.username}")
    assert world.db.assignments.value("count(*)") == 0


def test_who_is_registering_does_not_become_the_client_whose_link_they_look_at(world):
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('p', '@buyer', 'Buyer')")
    vera = world.person("Vera Ivanova")
    vera.opens()
    vera.hears_anything()
    vera.says("да")
    vera.hears_anything()
    opens_own_link(world, vera, "p")
    vera.hears("link_while_registering", "ask_name")
    assert conversation_of(world, vera) is None


def test_a_rep_who_opens_the_link_of_a_client_sees_the_card(world):
    boris = registered(world)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, context) VALUES ('p', '@buyer', 'Buyer', 'Villa in Canggu')")
    prospects.assigned(world, "p", boris)
    boris.hears_anything()
    opens_own_link(world, boris, "p")
    card = boris.hears_anything()
    assert "Villa in Canggu" in card.text and "t.me/buyer" in card.text and card.data


def test_a_rep_who_is_not_approved_reads_no_client_s_name(make_world):
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="7900000001")
    world.db.no_prospects()
    world.start_bot()
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('p', '@buyer', 'Secret Buyer')")
    vera = world.person("Vera Ivanova")
    vera.opens()
    vera.hears_anything()
    vera.says("да")
    vera.hears_anything()
    vera.says("Vera Ivanova")
    vera.hears_anything()
    vera.says(vera.email)
    vera.hears_anything()
    opens_own_link(world, vera, "p")
    assert "Secret" not in vera.hears_anything().text


def test_a_link_in_a_group_tells_the_rep_once_a_day(world):
    boris = registered(world)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name) VALUES ('p', '@buyer', 'Buyer')")
    prospects.assigned(world, "p", boris)
    boris.hears_anything()
    opens_own_link(world, world.person("First"), "p")
    boris.hears("prospect_came", name="Buyer")
    for name in ("Second", "Third", "Fourth"):
        other = world.person(name)
        opens_own_link(world, other, "p")
        other.hears("link_of_another", "offer_question")
    boris.hears("prospect_forwarded", name="Buyer", who="Second")
    boris.says("статус")
    assert "Second" not in boris.hears_anything().text


def test_a_prospect_may_register_by_invitation_only_where_everybody_does(make_world):
    world = make_world(REGISTRATION_APPROVAL="invite")
    world.db.no_prospects()
    world.start_bot()
    anna = world.person("Anna")
    anna.says("ищу виллу")
    anna.hears_anything()
    anna.says("зарегистрироваться")
    assert world.sandbox.texts.raw("ru", "invite_needed").split("{")[0][:40] in anna.hears_anything().text


def test_a_campaign_s_name_given_again_counts_its_own_prospects_alone(world, campaign, link):
    anna = world.person("Anna")
    anna.opens(campaign("Fair"))
    anna.hears_anything()
    assert link("remove", "Fair").returncode == 0
    vera = world.person("Vera")
    vera.opens(campaign("Fair"))
    vera.hears_anything()
    assert [row["prospects"] for row in json.loads(link("list", "--json").stdout)["links"]] == [1, 1]


# privacy -----------------------------------------------------------------------------------------------------------------

def test_everybody_is_told_what_is_stored_of_them(make_world):
    world = make_world(HISTORY_RETENTION_DAYS="30", REGISTRATION_APPROVAL="invite", ADMIN_TELEGRAM_IDS="7900000001")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    stranger = world.person("Vera")
    stranger.says("/privacy")  # also where nobody is let in
    stranger.hears("privacy_stranger", days="30")
    world.db.add_prospect("maria", "Maria", "@maria_p")
    maria = world.person("Maria", username="maria_p")
    world.db.prospect_identities.eventually("count(*) = 1", "WHERE value = 'maria_p'")
    maria.says("/privacy")
    maria.hears("privacy_prospect", days="30")
    assert conversation_of(world, maria) is None  # a question about it is no beginning


def test_a_rep_and_a_prospect_whom_a_person_leads_are_told_too(world, campaign):
    boris, anna = talking(world, campaign)
    boris.says("приватность")
    boris.hears("privacy_rep", "menu", name=boris.name, days="90")
    anna.says("позовите менеджера")
    world.db.conversations.update("owner = 'rep', version = version + 1 WHERE telegram_id = %s", anna.id)
    world.settle()
    anna.forget()
    anna.says("/privacy")
    anna.hears("privacy_prospect", days="90")
    anna.says("Удалите все мои данные")
    while "Удалите все мои данные" not in boris.hears_anything().text:
        pass
