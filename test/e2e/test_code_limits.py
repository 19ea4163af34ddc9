"""How many mails with codes go out, and how many wrong codes are put up with: nobody is shut out by what others do."""
import pytest

from support.mail import gives_email, joins, other_code, settings

DOMAIN = "truerealestate.bali"
BOSS = "boss@" + DOMAIN


@pytest.fixture
def world(make_world, mail):
    made = make_world(**settings(mail), ADMIN_TELEGRAM_IDS="7900000001")
    made.start_bot()
    return made


def earlier(world, user, count=1, address=BOSS, age="1 minute", wrong=0):
    """Mails that went out before; user is an expression of i, with %% for %."""
    world.db.execute(f"INSERT INTO {world.db.email_codes} (user_id, email, email_key, live, state, wrong, created_at)"
                     f" SELECT {user}, %s, %s, false, 'sent', %s, now() - %s::interval FROM generate_series(1, %s) i",
                     address, address, wrong, age, count)


def hour_later(world):
    world.db.email_codes.update("created_at = created_at - interval '1 hour'")


def asks_again(world, person, email, asked="code_asked"):
    """Once what was asked for before has gone out."""
    world.db.email_codes.eventually("bool_and(state = 'sent')")
    person.says(email)
    person.hears(asked)


# mails -----------------------------------------------------------------------------------------------------------------------

def test_a_person_has_three_mails_an_hour_to_one_address_and_five_in_all(world, mail):
    anna = world.person()
    gives_email(anna, BOSS)
    for tag in ("+1", "+2"):
        asks_again(world, anna, f"boss{tag}@" + DOMAIN)
    asks_again(world, anna, "Boss+3@" + DOMAIN, asked="code_too_many")
    for other in ("a@", "b@"):
        asks_again(world, anna, other + DOMAIN)
    asks_again(world, anna, "c@" + DOMAIN, asked="code_too_many")
    world.settle()
    assert len(mail.messages) == 5
    assert world.bot.wait_for_log("kept back by a limit: 3 mails an hour") and world.bot.wait_for_log("kept back by a limit: 5 mails an hour")
    hour_later(world)
    asks_again(world, anna, "c@" + DOMAIN)


def test_and_six_a_day_and_ten_in_all(world, mail):
    anna = world.person()
    earlier(world, anna.id, 6, age="20 hours")
    gives_email(anna, BOSS, asked="code_too_many_hours")
    earlier(world, anna.id, 3, address="x@" + DOMAIN, age="10 hours")
    anna.says("a@" + DOMAIN)
    anna.hears("code_asked")
    asks_again(world, anna, "b@" + DOMAIN, asked="code_too_many_hours")
    world.settle()
    assert len(mail.messages) == 1


def test_strangers_do_not_shut_out_who_has_the_mailbox(world, mail):
    """Five accounts use up what an address has an hour; its holder, who has asked for one mail today, is mailed another."""
    earlier(world, "100 + i %% 5", 15)
    stranger, holder = world.person(), world.person("Vera Orlova")
    earlier(world, stranger.id, 2, address="other@" + DOMAIN, age="20 hours")
    earlier(world, holder.id, address=BOSS, age="2 hours")
    gives_email(stranger, "Boss+1@" + DOMAIN, asked="code_too_many")
    joins(holder, mail, BOSS)
    assert len(mail.messages) == 1
    assert world.bot.wait_for_log("kept back by a limit: 15 mails an hour to one mailbox")


def test_a_mailbox_has_forty_mails_an_hour_whoever_asks(world, mail):
    earlier(world, "100 + i", 39)
    first, second = world.person(), world.person("Vera Orlova")
    gives_email(first, BOSS)
    gives_email(second, BOSS, asked="code_too_many")
    hour_later(world)
    second.says(BOSS)
    second.hears("code_asked")


def test_who_uses_up_what_all_have_does_not_shut_out_the_others(world, mail):
    earlier(world, "100 + i %% 40", 200, address="each@x.example")
    spammer, honest = world.person(), world.person("Vera Orlova")
    earlier(world, spammer.id, 2, address="other@" + DOMAIN, age="20 hours")
    gives_email(spammer, "new@" + DOMAIN, asked="code_too_many")
    joins(honest, mail)
    assert world.bot.wait_for_log("kept back by a limit: 200 mails an hour in all")


def test_in_all_there_are_five_hundred_mails_an_hour_also_of_one_poll(world, mail):
    earlier(world, "100 + i", 498, address="each@x.example")
    people = world.sandbox.someone(5)
    for person in people:
        person.says("зарегистрируйте меня")
        person.hears("ask_name")
        person.says(person.name)
        person.hears("ask_email")
    world.sandbox.acts([{"user": person.id, "type": "text", "text": person.email} for person in people])
    world.settle()
    assert world.db.email_codes.value("count(*)") == 500


def test_of_many_who_press_again_at_once_no_more_than_are_left_are_mailed(world, mail):
    """Each is asked for a code of the same mailbox, by mails that count no more this hour."""
    people = world.sandbox.someone(6)
    addresses = [BOSS, "boss+1@" + DOMAIN]
    for i, person in enumerate(people):
        gives_email(person, addresses[i % 2])
    world.db.email_codes.eventually("count(*) = 6 AND bool_and(state = 'sent')")
    hour_later(world)
    for person in people:
        earlier(world, person.id, address=person.email, age="10 hours")
    earlier(world, "100 + i", 13)
    world.settle()
    last = {person.id: world.sandbox.bot_messages(person.id)[-1] for person in people}
    world.sandbox.acts([{"user": user, "type": "button", "data": m.data[0], "message_id": m.id} for user, m in last.items()])
    world.settle()
    assert world.db.email_codes.value("count(*)", "WHERE created_at > now() - interval '30 minutes'") == 15
    assert sum(person.hears_anything().text.startswith(world.texts.raw("ru", "code_too_many").split("{")[0]) for person in people) == 4


def test_the_proof_of_who_claims_an_address_counts_as_any_other(make_world, mail):
    """By a button from before the mail server, whose press names no address."""
    world = make_world(ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    anna, other = world.person("Anna Petrova"), world.person("Boris Orlov")
    anna.registers(email=BOSS)
    gives_email(other, "Boss@" + DOMAIN, asked="email_taken_claim")
    world.restart_bot(**settings(mail))
    earlier(world, "100 + i", 40, address="boss+1@" + DOMAIN)
    other.presses("button_claim")
    other.is_answered()
    other.hears("code_too_many")
    world.settle()
    assert mail.messages == []


# wrong codes -------------------------------------------------------------------------------------------------------------------

def test_after_ten_wrong_codes_no_more_are_mailed_there_for_a_day(world, mail):
    anna = world.person()
    earlier(world, anna.id, 2, age="3 hours", wrong=4)
    gives_email(anna, BOSS)
    code = mail.code(BOSS)
    for left in (4, 3):
        anna.says(other_code(code))
        anna.hears("code_wrong", left=left)
    asks_again(world, anna, BOSS, asked="code_too_many_wrong")
    assert world.bot.wait_for_log("kept back by a limit: 10 wrong codes a day")
    anna.says("other@" + DOMAIN)
    anna.hears("code_asked")
    world.db.email_codes.update("created_at = created_at - interval '1 day'")
    asks_again(world, anna, BOSS)


def test_after_twenty_in_a_week_no_more_are_mailed_anywhere(world, mail):
    anna = world.person()
    earlier(world, anna.id, 4, address="a@" + DOMAIN, age="6 days", wrong=5)
    gives_email(anna, BOSS, asked="code_too_many_wrong")
    earlier(world, anna.id, 1, address="b@" + DOMAIN, age="6 days", wrong=5)
    world.db.email_codes.update("created_at = created_at - interval '23 hours'")
    anna.says(BOSS)
    anna.hears("code_too_many_wrong", hours="1")
    world.settle()
    assert mail.messages == []


def test_where_others_guess_each_code_has_two_tries_and_the_mail_says_so(world, mail):
    guesser, holder = world.person(), world.person("Vera Orlova")
    earlier(world, "100 + i", 5, age="20 hours", wrong=5)
    gives_email(guesser, BOSS)
    code = mail.code(BOSS)
    for left in (4, 3, 2, 1):
        guesser.says(other_code(code))
        guesser.hears("code_wrong", left=left)
    guesser.says(other_code(code))
    guesser.hears("code_used_up")
    gives_email(holder, BOSS)
    code = mail.code(BOSS, 2)
    text = mail.mails(BOSS)[1].get_payload(decode=True).decode()
    assert world.texts.pattern("ru", "mail_text", "mail_wrong_codes", code=code, count=30).fullmatch(text)
    holder.says(other_code(code))
    holder.hears("code_wrong", left=1)
    holder.says(code)
    holder.hears("registered")
