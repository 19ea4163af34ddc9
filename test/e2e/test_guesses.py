"""Who guesses e-mails learns little: three wrong ones in a row, and none is looked at for a while."""
import re

import pytest

from support.process import run
from support.waiting import eventually

ADMIN = 900_001


@pytest.fixture
def admin_world(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN))
    world.start_bot()
    return world


def asked_for_email(world):
    person = world.person()
    person.says("да")
    person.hears_anything()
    person.says("да")
    person.hears("ask_name")
    person.says(person.name)
    person.hears("ask_email")
    return person


def session(world, person):
    return world.db.user_sessions.row("wrong_emails, extract(epoch FROM paused_until - now())::float AS left",
                                      "WHERE user_id = %s", person.id)


def guesses(person, wrong="x@gmail.com", problem="email_wrong_domain"):
    """Three times in a row; the last answer begins a pause."""
    for _ in range(2):
        person.says(wrong)
        person.hears(problem, "email_question")
    person.says(wrong)
    return person.hears_anything()


def over(world, person):
    """The pause is a matter of the database's clock."""
    world.db.user_sessions.update("paused_until = now() WHERE user_id = %s", person.id)


@pytest.mark.parametrize("wrong,problem", [("x@gmail.com", "email_wrong_domain"), ("не знаю@", "email_malformed")])
def test_after_three_wrong_e_mails_none_is_looked_at_for_ten_minutes(bot_world, wrong, problem):
    person = asked_for_email(bot_world)
    last = guesses(person, wrong, problem)
    assert bot_world.texts.pattern("ru", problem, "email_paused", minutes="10").fullmatch(last.text), last
    for attempt in (wrong, person.email):
        person.says(attempt)
        person.hears("email_paused")
    assert 590 < session(bot_world, person)["left"] <= 600
    assert bot_world.db.value("SELECT count(*) FROM sales_representatives") == 0


def test_chat_is_no_guess(bot_world):
    """Whoever asks back or says that it takes a moment may still send the address."""
    person = asked_for_email(bot_world)
    for text in ("Минутку, сейчас уточню", "а какая у меня почта?", "anna", "123456"):
        person.says(text)
        person.hears("email_malformed", "email_question")
    assert session(bot_world, person)["wrong_emails"] == 0
    person.says(person.email)
    person.hears("registered")


def test_the_time_that_is_left_is_told(bot_world):
    person = asked_for_email(bot_world)
    guesses(person)
    for left, key, values in (("30 seconds", "email_paused", {"minutes": 1}), ("7 minutes", "email_paused", {"minutes": 7}),
                              ("5 hours 10 minutes", "email_paused_hours", {"hours": 6})):
        bot_world.db.user_sessions.update("paused_until = now() + %s::interval", left)
        person.says(person.email)
        person.hears(key, **values)


def test_what_is_written_in_a_pause_makes_it_no_longer(bot_world):
    person = asked_for_email(bot_world)
    guesses(person)
    until = bot_world.db.user_sessions.value("paused_until")
    for text in ("y@gmail.com", "отмена", "да", "Иван Петров", "z@gmail.com"):
        person.says(text)
        person.hears_anything()
    assert bot_world.db.user_sessions.value("paused_until") == until


def test_after_the_pause_a_right_one_is_taken_and_all_is_forgotten(bot_world):
    person = asked_for_email(bot_world)
    guesses(person)
    over(bot_world, person)
    person.says(person.email)
    person.hears("registered")
    assert tuple(session(bot_world, person)) == (0, None)


def test_each_further_pause_is_twice_as_long_and_a_day_at_most(bot_world):
    person = asked_for_email(bot_world)
    minutes = []
    for _ in range(10):
        guesses(person)
        minutes.append(round(session(bot_world, person)["left"] / 60))
        over(bot_world, person)
    assert minutes == [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]


def test_so_it_is_for_all_that_come_in_one_poll(bot_world):
    person = asked_for_email(bot_world)
    bot_world.sandbox.acts([{"user": person.id, "type": "text", "text": f"x{i}@gmail.com"} for i in range(50)])
    eventually(bot_world.sandbox.bot_is_idle)
    assert session(bot_world, person)["wrong_emails"] == 3


def test_taken_addresses_cannot_be_guessed_one_after_the_other(admin_world):
    """Each answer tells that somebody has the address: that is what a guess is for."""
    reps = [admin_world.person() for _ in range(4)]
    for rep in reps:
        rep.registers()
    person = asked_for_email(admin_world)
    for rep in reps[:3]:
        person.says(rep.email)
        person.hears("email_taken_claim", email=rep.email)
    person.says(reps[3].email)
    person.hears("email_paused", minutes="10")


def test_a_right_one_in_between_does_not_end_the_count_of_taken_ones(bot_world):
    reps = [bot_world.person() for _ in range(2)]
    for rep in reps:
        rep.registers()
    person = bot_world.person()
    person.registers()
    for rep, free in ((reps[0], "free1@truerealestate.bali"), (reps[1], None)):
        person.says("сменить почту")
        person.hears("ask_new_email")
        person.says(rep.email)
        person.hears("email_taken", "email_question", email=rep.email)
        if free:
            person.says(free)
            person.hears("email_changed", email=free)
    person.says("free2@truerealestate.bali")
    person.hears("email_paused", minutes="10")
    assert 590 < session(bot_world, person)["left"] <= 600
    bot_world.db.user_sessions.update("paused_until = NULL, looked_at = looked_at - interval '1 day'")
    person.says("сменить почту")
    person.hears("ask_new_email")
    person.says("free2@truerealestate.bali")
    person.hears("email_changed")
    assert session(bot_world, person)["wrong_emails"] == 0


def test_who_goes_from_one_free_address_to_the_next_is_guessing_too(bot_world):
    person = bot_world.person()
    person.registers()
    for i in range(3):
        person.says("сменить почту")
        person.hears("ask_new_email")
        person.says(f"free{i}@truerealestate.bali")
        person.hears("email_changed")
    person.says("сменить почту")
    person.hears("ask_new_email")
    person.says("free4@truerealestate.bali")
    person.hears("email_paused", minutes="10")


def test_who_says_their_own_taken_address_again_is_not_guessing(admin_world):
    rep = admin_world.person()
    rep.registers()
    person = asked_for_email(admin_world)
    for _ in range(5):
        person.says(rep.email)
        person.hears("email_taken_claim", email=rep.email)
    assert session(admin_world, person)["wrong_emails"] == 1


def test_reps_who_change_theirs_are_not_asked_without_end_either(bot_world):
    rep = bot_world.person()
    rep.registers()
    rep.says("сменить почту")
    rep.hears("ask_new_email")
    guesses(rep)
    rep.says("сменить почту")
    rep.hears("ask_new_email")
    rep.says("new@truerealestate.bali")
    rep.hears("email_paused")
    assert bot_world.db.rep(rep.id)["email"] == rep.email


def test_an_admin_s_word_ends_the_pause(admin_world):
    admin = admin_world.person("Ada Min", id=ADMIN)
    admin.says("привет")
    admin.hears_anything()
    rep = admin_world.person()
    rep.registers()
    person = asked_for_email(admin_world)
    person.says(rep.email)
    person.hears("email_taken_claim")
    person.presses("button_claim")
    person.hears("claim_sent")
    for _ in range(2):
        person.says("x@gmail.com")
        person.hears_anything()
    assert session(admin_world, person)["left"] > 500
    admin.hears_anything()
    admin.presses("button_other_person")
    person.hears("claim_refused")
    assert tuple(session(admin_world, person)) == (0, None)
    person.says(person.email)
    person.hears("registered")


def test_an_invitation_for_one_address_tells_nothing_of_others(make_world):
    """Taken or free, another address gets the same answer, and counts the same."""
    world = make_world(REGISTRATION_APPROVAL="invite")
    world.start_bot()
    world.db.bot_state.eventually("username IS NOT NULL")

    def invited(*args):
        done = run("rep", "invite", *args, settings={"DATABASE_URL": world.db.url, "REGISTRATION_APPROVAL": "invite"})
        person = world.person()
        person.opens(re.search(r"start=(\S+)", done.stdout).group(1))
        person.hears("invite_welcome", "ask_name")
        person.says(person.name)
        person.hears("ask_email")
        return person

    rep = invited()
    rep.says(rep.email)
    rep.hears("registered")
    for others in ((rep.email,) * 3, ("free@truerealestate.bali",) * 3):
        guesser = invited("--email", f"own{len(others)}{others[0]}")
        for address in others[:2]:
            guesser.says(address)
            guesser.hears("invite_other_email", "email_question")
        guesser.says(others[2])
        guesser.hears("invite_other_email", "email_paused", minutes=10)
        guesser.says(guesser.email)
        guesser.hears("email_paused")


def test_a_fresh_invitation_ends_the_pause_and_the_same_link_does_so_once(make_world):
    world = make_world(REGISTRATION_APPROVAL="invite")
    world.start_bot()
    world.db.bot_state.eventually("username IS NOT NULL")
    links = [re.search(r"start=(\S+)", run("rep", "invite", settings={
        "DATABASE_URL": world.db.url, "REGISTRATION_APPROVAL": "invite"}).stdout).group(1) for _ in range(2)]
    person = world.person()

    def opens_and_types(link, wrong):
        person.opens(link)
        person.hears("invite_welcome", "ask_name")
        person.says(person.name)
        person.hears("ask_email")
        person.says(wrong)
        return person.hears_anything().text

    for _ in range(3):
        opens_and_types(links[0], "x@gmail.com")
    assert session(world, person)["left"] > 590
    opens_and_types(links[0], person.email)
    assert session(world, person)["left"] > 590, "the same link again is no admin's act"
    assert world.texts.pattern("ru", "registered").fullmatch(opens_and_types(links[1], person.email))
