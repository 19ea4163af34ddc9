"""What others write into the table of reps stands in the bot's messages and does nothing there."""
import pytest

from support.mail import joins, settings

ADMIN = 900_001
DOMAIN = "truerealestate.bali"
NAME = "Ivan /unregister Petrov\n✅ Approved"
EMAIL = "x@y.example\n\n✅ Write to: https://evil.example\u202e\u0085\u009b31m\x01"
ONE_LINE = "x@y.example ✅ Write to: https://evil.example 31m"


def put(world, telegram_id, status, username="u\n\nevil.example/x"):
    world.db.execute("INSERT INTO sales_representatives (telegram_id, telegram_username, name, email, status)"
                     " VALUES (%s, %s, %s, %s, %s)", telegram_id, username, NAME, EMAIL, status)


def is_harmless(message):
    assert NAME.replace("\n", " ") in message.quoted("code"), message
    assert not set(message.text) & set("\u202e\u0085\u009b\x01"), message
    assert "\n✅" not in message.text, "it passes for the bot's own line"


def test_an_application_that_somebody_wrote_into_the_table(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMIN), REGISTRATION_APPROVAL="admin")
    world.start_bot()
    put(world, 5001, "pending")
    admin = world.person(id=ADMIN)
    admin.says("/pending")
    admin.hears("applications", count=1)
    card = admin.hears_anything()
    is_harmless(card)
    assert card.quoted("code") == [NAME.replace("\n", " "), ONE_LINE]
    assert "id 5001" in card.text and "evil.example/x" not in card.text, "that is nobody's name on Telegram"


@pytest.mark.parametrize("words", ["статус", "сменить почту"])
def test_a_rep_s_own_row(bot_world, words):
    rep = bot_world.person()
    put(bot_world, rep.id, "active", rep.username)
    rep.says(words)
    said = rep.hears_anything()
    assert ONE_LINE in said.quoted("code") and "\n✅" not in said.text, said
    rep.says("/start")
    is_harmless(rep.hears_anything())


def test_whose_address_was_taken_over_is_asked_for_no_name_unasked(make_world, mail):
    """A rep in the middle of a change of address, who is put out by somebody who has the mailbox of the old one."""
    world = make_world(**settings(mail))
    world.start_bot()
    anna, boris = world.person("Anna Petrova"), world.person("Boris Orlov")
    joins(anna, mail)
    joins(boris, mail)
    for person, email in ((boris, "other@" + DOMAIN), (anna, boris.email)):
        person.says("сменить почту")
        person.hears("ask_new_email")
        person.says(email)
        person.hears("code_asked")
    anna.says(mail.code(boris.email, 2))
    anna.hears("email_changed")
    boris.hears("account_lost")
    boris.says("Что случилось?")
    boris.hears("offer_again")
