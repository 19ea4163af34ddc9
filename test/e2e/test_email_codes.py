"""SMTP_URL: an address is proven by a code that is mailed there, against a real SMTP server."""
import email.header
import re
from urllib.parse import quote

import psycopg2
import pytest

from support.mail import FROM, PASSWORD, USER, MailServer, gives_email, is_due, joins, other_code, settings
from support.process import run
from support.roads import Silent
from support.waiting import eventually

DOMAIN = "truerealestate.bali"


@pytest.fixture
def world(make_world, mail):
    made = make_world(**settings(mail))
    made.start_bot()
    return made


def minutes_later(world, minutes):
    """As far as codes are concerned."""
    world.db.email_codes.update("good_until = ARRAY(SELECT u - %s * interval '1 minute' FROM unnest(good_until) WITH"
                                " ORDINALITY AS g (u, n) ORDER BY n)", minutes)


# the main road ----------------------------------------------------------------------------------------------------------

def test_the_code_makes_a_stranger_an_active_rep_and_nothing_else_does(world, mail):
    anna = world.person("Анна Петрова")
    asked = gives_email(anna)
    assert asked.labels == [world.texts.raw("ru", key) for key in ("button_code_again", "button_cancel")]
    code = mail.code(anna.email)
    assert world.db.rows("SELECT * FROM sales_representatives") == []
    anna.says(other_code(code))
    anna.hears("code_wrong", left=4)
    anna.says(f" {code[:3]} {code[3:]} ")
    anna.hears("registered", name=anna.name, email=anna.email)
    assert world.db.rep(anna.id)["status"] == "active"
    world.settle()
    assert len(mail.messages) == 1


def test_the_mail_is_one_that_servers_and_people_take(world, mail):
    john = world.person("John Smith", language="en")
    john.says("register me")
    john.hears("ask_name")
    john.says(john.name)
    john.hears("ask_email")
    john.says(john.email)
    john.hears("code_asked")
    code = mail.code(john.email)
    message = mail.mails(john.email)[0]
    assert message["From"] == f"<{FROM}>" and message["To"] == f"<{john.email}>" and message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].endswith("+0000") and message["Message-ID"].endswith("@truerealestate.bali>")
    subject = str(email.header.make_header(email.header.decode_header(message["Subject"])))
    assert subject == world.texts.raw("en", "mail_subject") and code not in subject
    assert world.texts.pattern("en", "mail_text", code=code, minutes=10, bot="@salesreg_sandbox_bot").fullmatch(message.get_payload(decode=True).decode())


def test_no_code_is_in_the_database_or_the_log(world, mail):
    anna = world.person()
    gives_email(anna)
    code = mail.code(anna.email)
    anna.says(other_code(code))
    anna.hears("code_wrong")
    anna.says(code)
    anna.hears("registered")
    world.settle()
    tables = ["email_codes", "user_sessions", "outbox", "outbox_history", "parked_updates"]
    for table in tables:
        for row in world.db.rows(f"SELECT t::text AS row FROM salesreg.{table} t"):
            assert code not in row["row"].replace(str(anna.id), ""), table
    assert code not in world.bot.log
    hashes = world.db.email_codes.value("hashes")
    assert len(hashes) == 1 and len(hashes[0]) == 64


def test_a_rep_s_new_email_is_proven_too(world, mail):
    anna = world.person()
    joins(anna, mail)
    anna.says("сменить почту")
    anna.hears("ask_new_email")
    anna.says("new@" + DOMAIN)
    anna.hears("code_asked", email="new@" + DOMAIN)
    assert world.db.rep(anna.id)["email"] == anna.email
    code = mail.code("new@" + DOMAIN)
    anna.says("что")
    anna.hears("code_expected", "code_question", email="new@" + DOMAIN)
    anna.says(code)
    anna.hears("email_changed", email="new@" + DOMAIN)
    assert world.db.rep(anna.id)["email"] == "new@" + DOMAIN


def test_a_typo_is_corrected_by_sending_the_right_address(world, mail):
    anna = world.person()
    gives_email(anna, "ana@" + DOMAIN)
    old = mail.code("ana@" + DOMAIN)
    anna.says(anna.email)
    anna.hears("code_asked", email=anna.email)
    code = mail.code(anna.email)
    if old != code:
        anna.says(old)
        anna.hears("code_wrong")
    anna.says(code)
    anna.hears("registered", email=anna.email)


def test_cancelling_ends_the_code(world, mail):
    anna = world.person()
    gives_email(anna)
    code = mail.code(anna.email)
    anna.presses("button_cancel")
    anna.is_answered()
    anna.hears("cancelled_registration")
    anna.says(code)
    anna.hears("offer")
    assert world.db.rows("SELECT * FROM sales_representatives") == []


def test_with_approval_an_admin_decides_about_a_proven_address(make_world, mail):
    world = make_world(**settings(mail), REGISTRATION_APPROVAL="admin",
                       ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    anna, admin = world.person(), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    gives_email(anna)
    code = mail.code(anna.email)
    assert not admin.unheard()
    anna.says(code)
    anna.hears("registered_pending", email=anna.email)
    admin.hears("admin_new_rep", email=anna.email)
    admin.presses("button_approve")
    admin.is_answered("answer_approved")
    anna.hears("rep_approved")


def test_an_application_from_before_the_mail_server_takes_a_code_too(make_world, mail):
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    anna, admin = world.person(), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    gives_email(anna, asked="registered_pending")
    admin.hears("admin_new_rep", email=anna.email)
    world.bot.terminate()
    world.start_bot(**settings(mail))
    admin.presses("button_approve")
    assert admin.is_answered("answer_prove_first", name=anna.name)["show_alert"]
    anna.hears("rep_prove_first", name=anna.name, email=anna.email)
    assert world.db.rep(anna.id)["status"] == "removed"
    anna.presses("button_register")
    anna.is_answered()
    anna.hears("ask_name")
    anna.says(anna.name)
    anna.hears("ask_email")
    anna.says(anna.email)
    anna.hears("code_asked")
    anna.says(mail.code(anna.email))
    anna.hears("registered_pending", email=anna.email)
    admin.hears("admin_new_rep", email=anna.email)
    admin.presses("button_approve")
    admin.is_answered("answer_approved")
    anna.hears("rep_approved")
    assert world.db.rep(anna.id)["status"] == "active"


def test_an_application_from_before_invitations_and_the_mail_server_takes_both(make_world, mail):
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    anna, admin = world.person(), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    gives_email(anna, asked="registered_pending")
    admin.hears("admin_new_rep", email=anna.email)
    world.bot.terminate()
    world.start_bot(**settings(mail), REGISTRATION_APPROVAL="invite")
    admin.presses("button_approve")
    assert admin.is_answered("answer_prove_by_invite", name=anna.name)["show_alert"]
    assert not anna.hears("rep_prove_by_invite", name=anna.name, email=anna.email).labels
    admin.says("/pending")
    admin.hears("applications_none")
    admin.presses("button_invite")
    anna.opens(re.search(r"start=(r[\w-]+)", admin.hears("invite_link").text)[1])
    anna.hears("invite_welcome", "ask_name")
    anna.says(anna.name)
    anna.hears("ask_email")
    anna.says(anna.email)
    anna.hears("code_asked")
    anna.says(mail.code(anna.email))
    anna.hears("registered", email=anna.email)
    assert world.db.rep(anna.id)["status"] == "active"


def test_an_old_application_whose_address_somebody_proves_is_a_proven_one(make_world, mail):
    world = make_world(REGISTRATION_APPROVAL="admin", ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    squatter, owner, admin = world.person(), world.person(), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    gives_email(squatter, "anna@" + DOMAIN, asked="registered_pending")
    admin.hears("admin_new_rep")
    world.bot.terminate()
    world.start_bot(**settings(mail))
    gives_email(owner, "anna@" + DOMAIN)
    owner.says(mail.code("anna@" + DOMAIN))
    owner.hears("registered_pending")
    squatter.hears("account_lost")
    admin.hears("admin_new_rep")
    admin.presses("button_approve")
    admin.is_answered("answer_approved")
    owner.hears("rep_approved")


def test_a_claim_from_before_the_mail_server_takes_a_code_too(make_world, mail):
    world = make_world(ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    old, new, admin = world.person(), world.person(), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    old.registers(email="anna@" + DOMAIN)
    gives_email(new, "anna@" + DOMAIN, asked="email_taken_claim")
    new.presses("button_claim")
    new.is_answered()
    new.hears("claim_sent")
    admin.hears("admin_claim")
    world.bot.terminate()
    world.start_bot(**settings(mail))
    admin.presses("button_same_person")
    admin.is_answered("answer_prove_first", name=new.name)
    new.hears("claim_prove_first", email="anna@" + DOMAIN)
    assert world.db.column("SELECT telegram_id FROM sales_representatives") == [old.id]
    new.says("anna@" + DOMAIN)
    new.hears("code_asked")
    new.says(mail.code("anna@" + DOMAIN))
    new.hears("claim_granted", email="anna@" + DOMAIN)
    assert world.db.column("SELECT telegram_id FROM sales_representatives") == [new.id]


def test_a_claim_from_before_invitations_and_the_mail_server_takes_both(make_world, mail):
    world = make_world(ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    old, new, admin = world.person(), world.person(), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    old.registers(email="anna@" + DOMAIN)
    gives_email(new, "anna@" + DOMAIN, asked="email_taken_claim")
    new.presses("button_claim")
    new.is_answered()
    new.hears("claim_sent")
    admin.hears("admin_claim")
    world.bot.terminate()
    world.start_bot(**settings(mail), REGISTRATION_APPROVAL="invite")
    admin.presses("button_same_person")
    assert admin.is_answered("answer_prove_by_invite", name=new.name)["show_alert"]
    new.hears("claim_prove_by_invite", email="anna@" + DOMAIN)
    admin.says("/pending")
    admin.hears("applications_none")
    admin.presses("button_invite")
    new.opens(re.search(r"start=(r[\w-]+)", admin.hears("invite_link").text)[1])
    new.hears("invite_welcome", "ask_name")
    new.says(new.name)
    new.hears("ask_email")
    new.says("anna@" + DOMAIN)
    new.hears("code_asked")
    new.says(mail.code("anna@" + DOMAIN))
    new.hears("claim_granted", email="anna@" + DOMAIN)
    assert world.db.column("SELECT telegram_id FROM sales_representatives") == [new.id]


def test_with_invitations_it_takes_both(make_world, mail):
    world = make_world(**settings(mail), REGISTRATION_APPROVAL="invite")
    world.start_bot()
    world.db.bot_state.eventually("username IS NOT NULL")
    anna = world.person()
    anna.says("123456")
    anna.hears("invite_needed")
    link = run("rep", "invite", "--email", anna.email, settings={"DATABASE_URL": world.db.url,
                                                                "REGISTRATION_APPROVAL": "invite"}).stdout.split()[0]
    anna.opens(link.split("=")[1])
    anna.hears("invite_welcome", "ask_name")
    anna.says(anna.name)
    anna.hears("ask_email")
    anna.says("other@" + DOMAIN)
    anna.hears("invite_other_email", "email_question")
    anna.says(anna.email)
    anna.hears("code_asked")
    anna.says(mail.code(anna.email))
    anna.hears("registered")
    assert world.db.invites.value("used_at IS NOT NULL")
    assert mail.mails("other@" + DOMAIN) == []


# wrong, late, too many ----------------------------------------------------------------------------------------------------

def test_after_five_wrong_codes_the_right_one_is_no_good(world, mail):
    anna = world.person()
    gives_email(anna)
    code = mail.code(anna.email)
    for left in (4, 3, 2, 1):
        anna.says(other_code(code))
        anna.hears("code_wrong", left=left)
    anna.says(other_code(code))
    anna.hears("code_used_up", email=anna.email)
    anna.says(code)
    anna.hears("code_used_up", email=anna.email)
    anna.presses("button_code_again")
    anna.is_answered()
    anna.hears("code_asked", email=anna.email)
    anna.says(mail.code(anna.email, 2))
    anna.hears("registered")


def test_five_wrong_codes_at_once_are_five(world, mail):
    anna = world.person()
    gives_email(anna)
    code = mail.code(anna.email)
    world.sandbox.acts([{"user": anna.id, "type": "text", "text": f"{(int(code) + i) % 1000000:06}"} for i in range(1, 10)])
    world.settle()
    anna.forget()
    assert world.db.email_codes.value("wrong", "WHERE live") == 5
    anna.says(code)
    anna.hears("code_used_up")


def test_a_code_is_good_for_ten_minutes(world, mail):
    anna = world.person()
    gives_email(anna)
    code = mail.code(anna.email)
    world.db.email_codes.eventually("state = 'sent' AND good_until[1] BETWEEN now() + interval '9 minutes' AND now() +"
                                    " interval '10 minutes'")
    minutes_later(world, 10)
    anna.says(code)
    anna.hears("code_expired", email=anna.email)
    assert world.db.rows("SELECT * FROM sales_representatives") == []


def test_a_mail_that_is_queued_again_makes_no_code_good_for_longer(world, mail):
    anna = world.person()
    mail.after_text.append("hang up")
    gives_email(anna)
    first = mail.code(anna.email)
    anna.hears("code_delayed")
    world.db.email_codes.eventually("state = 'queued'")
    world.db.email_codes.update("due_at = now() + interval '1 hour'")
    minutes_later(world, 10)
    anna.says(first)
    anna.hears("code_on_its_way")
    is_due(world)
    anna.hears("code_sent_late")
    second = mail.code(anna.email, 2)
    if first != second:
        anna.says(first)
        anna.hears("code_wrong")
    anna.says(second)
    anna.hears("registered")


def test_a_code_is_good_for_ten_minutes_however_often_the_mail_is_tried_again(world, mail):
    """Each has its own ten: what comes after it makes none good for longer."""
    anna = world.person()
    mail.after_text.append("hang up")
    gives_email(anna)
    first = mail.code(anna.email)
    anna.hears("code_delayed")
    world.db.email_codes.eventually("state = 'queued'")
    minutes_later(world, 9)
    is_due(world)
    anna.hears("code_sent_late")
    second = mail.code(anna.email, 2)
    world.db.email_codes.eventually("state = 'sent' AND cardinality(hashes) = 2")
    minutes_later(world, 2)
    assert first == second or (anna.says(first), anna.hears("code_wrong", left=4))
    anna.says(second)
    anna.hears("registered")


def test_a_result_that_is_written_late_makes_no_code_good_for_longer(world, mail):
    """Its row was locked when the mail went out, nine minutes ago."""
    anna = world.person()
    mail.pause.set()
    gives_email(anna)
    world.db.email_codes.eventually("state = 'sending'")
    other = psycopg2.connect(world.db.url)
    other.cursor().execute(f"UPDATE {world.db.email_codes} SET good_until = ARRAY[now() + interval '1 minute']")
    mail.pause.clear()
    mail.code(anna.email)
    other.commit()
    other.close()
    world.db.email_codes.eventually("state = 'sent'")
    assert world.db.email_codes.value("good_until[1] < now() + interval '3 minutes'")


# whose it is ----------------------------------------------------------------------------------------------------------------

def test_whether_an_address_is_taken_is_not_told_before_the_code(world, mail):
    holder, guesser, other = world.person(), world.person("Boris Orlov"), world.person("Vera Orlova")
    joins(holder, mail, "taken@" + DOMAIN)
    seen = []
    for person, address in ((guesser, "taken@" + DOMAIN), (other, "free@" + DOMAIN)):
        heard = [gives_email(person, address)]
        code = mail.code(address, 2 if person is guesser else 1)
        person.says(other_code(code))
        heard.append(person.hears("code_wrong"))
        person.says("что?")
        heard.append(person.hears_anything())
        seen.append([(m.text.replace(address, "…"), m.data) for m in heard])
        session = world.db.user_sessions.row("phase, claim_email, claim_rep, wrong_emails", "WHERE user_id = %s", person.id)
        seen[-1].append(dict(session))
    assert seen[0] == seen[1]
    assert not holder.unheard()


def test_the_owner_of_a_mailbox_gets_the_address_that_somebody_squats_on(make_world, mail):
    world = make_world(ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    squatter, owner, admin = world.person("Stranger Person"), world.person("Anna Petrova"), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    squatter.registers(email="anna@" + DOMAIN)  # nothing proved it then
    world.bot.terminate()
    world.start_bot(**settings(mail))
    gives_email(owner, "anna@" + DOMAIN)
    owner.says(mail.code("anna@" + DOMAIN))
    owner.hears("claim_granted", email="anna@" + DOMAIN)
    squatter.hears("account_lost", email="anna@" + DOMAIN)
    admin.hears("admin_moved", email="anna@" + DOMAIN)
    rep = world.db.rep(owner.id)
    assert (rep["status"], rep["name"], rep["email"]) == ("active", "Anna Petrova", "anna@" + DOMAIN)
    assert world.db.column("SELECT telegram_id FROM sales_representatives") == [owner.id]
    squatter.says("мои клиенты")
    squatter.hears("offer")


def test_a_rep_who_proves_an_address_has_it_and_whoever_had_it_is_out(make_world, mail):
    world = make_world(ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    squatter, owner, admin = world.person("Stranger Person"), world.person("Anna Petrova"), world.person("Boss", id=7900000001)
    admin.opens()
    admin.hears("admin_hello")
    squatter.registers(email="anna@" + DOMAIN)
    owner.registers(email="old@" + DOMAIN)
    world.bot.terminate()
    world.start_bot(**settings(mail))
    owner.says("сменить почту")
    owner.hears("ask_new_email")
    owner.says("anna@" + DOMAIN)
    owner.hears("code_asked")
    owner.says(mail.code("anna@" + DOMAIN))
    owner.hears("email_changed", email="anna@" + DOMAIN)
    squatter.hears("account_lost")
    admin.hears("admin_evicted", name="Anna Petrova", holder="Stranger Person", email="anna@" + DOMAIN)
    assert world.db.rep(squatter.id)["status"] == "removed" and world.db.rep(owner.id)["email"] == "anna@" + DOMAIN
    assert world.db.rep_email.column("email_key") == ["anna@" + DOMAIN]


def test_a_suspended_account_is_not_left_behind_by_opening_another(world, mail):
    anna, again = world.person(), world.person()
    joins(anna, mail, "anna@" + DOMAIN)
    world.db.execute("UPDATE sales_representatives SET status = 'suspended'")
    gives_email(again, "anna@" + DOMAIN)
    again.says(mail.code("anna@" + DOMAIN, 2))
    again.hears("suspended")
    assert [list(row) for row in world.db.rows("SELECT telegram_id, status FROM sales_representatives")] == [
        [anna.id, "suspended"]]


def test_nor_with_another_address_of_the_same_mailbox(world, mail):
    anna, again, other = world.person(), world.person(), world.person("Vera Orlova")
    joins(anna, mail, "anna@" + DOMAIN)
    joins(other, mail, "anna+vera@" + DOMAIN)  # nobody is suspended yet
    world.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", anna.id)
    gives_email(again, "Anna+1@" + DOMAIN)
    again.says(mail.code("Anna+1@" + DOMAIN))
    again.hears("suspended")
    assert world.db.value("SELECT count(*) FROM sales_representatives") == 2


def legacy_twins(world, first, second, email):
    """What only an old system's table can hold: the older row has the address."""
    world.db.execute("INSERT INTO sales_representatives (telegram_id, name, email, status, registered_at) VALUES"
                     " (%s, 'Old Anna', %s, 'active', now() - interval '2 days'), (%s, 'New Anna', %s, 'suspended', now())",
                     first.id, email, second.id, email.upper())


@pytest.mark.parametrize("tag", ["", "+1"])
def test_nor_where_an_older_row_of_an_old_system_has_the_address(world, mail, tag):
    first, second, again = world.person(), world.person(), world.person()
    legacy_twins(world, first, second, "anna@" + DOMAIN)
    assert world.db.rep_email.value("rep") == world.db.rep(first.id)["id"]
    gives_email(again, f"anna{tag}@" + DOMAIN)
    again.says(mail.code(f"anna{tag}@" + DOMAIN))
    again.hears("suspended")
    assert world.db.value("SELECT count(*) FROM sales_representatives") == 2
    assert world.db.rep(first.id)["status"] == "active"


@pytest.mark.parametrize("how", ["leaves", "changes", "is deleted"])
def test_an_address_that_comes_free_goes_to_who_is_suspended_with_it(make_world, how):
    world = make_world()
    world.start_bot()
    first, second, again = world.person(), world.person(), world.person()
    legacy_twins(world, first, second, "anna@" + DOMAIN)
    if how == "leaves":
        first.says("удалить меня")
        first.hears("ask_unregister")
        first.says("да")
        first.hears("unregistered")
    elif how == "changes":
        world.db.execute("UPDATE sales_representatives SET email = 'other@x.example' WHERE telegram_id = %s", first.id)
    else:
        world.db.execute("DELETE FROM sales_representatives WHERE telegram_id = %s", first.id)
    gives_email(again, "anna@" + DOMAIN, asked="email_taken_alone")
    assert world.db.rows("SELECT 1 FROM sales_representatives WHERE telegram_id = %s", again.id) == []


def test_what_an_admin_is_told_does_not_go_to_whoever_takes_over_their_registration(make_world, mail):
    """Cards of prospects are the rep's; applications are the admin's."""
    boss = 7900000001
    world = make_world(**settings(mail), REGISTRATION_APPROVAL="admin",
                       ADMIN_TELEGRAM_IDS=str(boss))
    world.start_bot()
    admin, phone, carl = world.person("Boss Admin", id=boss), world.person("New Phone"), world.person("Carl Applicant")
    admin.opens()
    admin.hears("admin_hello")
    gives_email(admin, "boss@" + DOMAIN)
    admin.says(mail.code("boss@" + DOMAIN))
    admin.hears("registered_pending")
    world.settle()
    world.db.execute("UPDATE sales_representatives SET status = 'active'")
    world.sandbox.fault("429", method="sendMessage", chat=boss, retry_after=60)
    gives_email(carl, "carl@" + DOMAIN)
    carl.says(mail.code("carl@" + DOMAIN))
    carl.hears("registered_pending")
    gives_email(phone, "boss@" + DOMAIN)
    phone.says(mail.code("boss@" + DOMAIN, 2))
    phone.hears("claim_granted")
    assert world.db.outbox.value("count(*)", "WHERE chat_id = %s AND payload::text LIKE '%%carl@%%'", boss) == 1
    assert not [m for m in world.sandbox.bot_messages(phone.id) if "carl@" in m.text]


def test_an_active_rep_is_not_told_to_be_suspended(world, mail):
    anna, boris = world.person("Anna Petrova"), world.person("Boris Orlov")
    joins(anna, mail, "anna@" + DOMAIN)
    joins(boris, mail, "boris@" + DOMAIN)
    world.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", anna.id)
    boris.says("сменить почту")
    boris.hears("ask_new_email")
    boris.says("anna@" + DOMAIN)
    boris.hears("code_asked")
    boris.says(mail.code("anna@" + DOMAIN, 2))
    boris.hears("email_of_suspended", email="anna@" + DOMAIN, own="boris@" + DOMAIN)
    assert (world.db.rep(boris.id)["status"], world.db.rep(boris.id)["email"]) == ("active", "boris@" + DOMAIN)


def test_a_rep_s_slip_of_the_finger_does_not_cost_the_code(world, mail):
    anna = world.person()
    joins(anna, mail, "anna@" + DOMAIN)
    anna.says("сменить почту")
    anna.hears("ask_new_email")
    anna.says("new@" + DOMAIN)
    anna.hears("code_asked")
    code = mail.code("new@" + DOMAIN)
    anna.says("new@gmail.com")
    anna.hears("email_wrong_domain", "email_question")
    anna.says(f"Ваш код: {code}")
    anna.hears("email_changed", email="new@" + DOMAIN)


def test_who_looks_at_the_menu_meanwhile_goes_on_with_the_code(world, mail):
    anna = world.person()
    joins(anna, mail)
    anna.says("сменить почту")
    anna.hears("ask_new_email")
    anna.says("new@" + DOMAIN)
    anna.hears("code_asked")
    anna.says("статус")
    anna.hears("status")
    code = mail.code("new@" + DOMAIN)
    anna.says(other_code(code))
    anna.hears("code_wrong", left=4)
    anna.says("помощь")
    anna.hears("help_rep")
    anna.says(code)
    anna.hears("email_changed", email="new@" + DOMAIN)
    anna.says(code)
    anna.hears("menu")


def test_who_presses_start_meanwhile_goes_on_with_the_code(world, mail):
    anna = world.person()
    gives_email(anna)
    anna.opens()
    anna.hears("offer")
    anna.says(mail.code(anna.email))
    anna.hears("registered", name=anna.name)


def test_after_too_many_mails_the_last_code_still_registers(world, mail):
    anna = world.person()
    gives_email(anna, anna.email)
    for sent in range(2, 4):
        mail.code(anna.email, sent - 1)
        world.db.email_codes.eventually("state = 'sent'", "WHERE live")
        anna.says(anna.email)
        anna.hears("code_asked")
    code = mail.code(anna.email, 3)
    anna.opens()
    anna.hears("offer")
    gives_email(anna, anna.email, asked="code_too_many")
    anna.says(code)
    anna.hears("registered")


def test_a_button_from_before_the_mail_server_asks_for_a_code(make_world, mail):
    world = make_world(ADMIN_TELEGRAM_IDS="7900000001")
    world.start_bot()
    admin, anna, other = world.person("Boss", id=7900000001), world.person("Anna Petrova"), world.person("Boris Orlov")
    admin.opens()
    admin.hears("admin_hello")
    anna.registers(email="anna@" + DOMAIN)
    gives_email(other, "anna@" + DOMAIN, asked="email_taken_claim")
    world.bot.terminate()
    world.start_bot(**settings(mail))
    other.presses("button_claim")
    other.is_answered()
    other.hears("code_asked", email="anna@" + DOMAIN)
    assert mail.code("anna@" + DOMAIN) and not admin.unheard()


# the server's moods ---------------------------------------------------------------------------------------------------------

def test_a_refused_address_is_said_and_another_one_helps(world, mail):
    anna = world.person()
    mail.answers["nobody@" + DOMAIN] = ["550 5.1.1 No such user"]
    gives_email(anna, "nobody@" + DOMAIN)
    anna.hears("code_refused", email="nobody@" + DOMAIN)
    anna.says("123456")
    anna.hears("code_refused", email="nobody@" + DOMAIN)
    anna.says(anna.email)
    anna.hears("code_asked", email=anna.email)
    anna.says(mail.code(anna.email))
    anna.hears("registered", email=anna.email)
    assert world.bot.wait_for_log("refuses an address: 550 5.1.1")


@pytest.mark.parametrize("reply", ["504 5.5.2 need fully-qualified hostname", "530 5.7.0 Authentication required",
                                   "535 5.7.8 No", "550 5.7.1 Relaying denied", "550 5.1.8 Sender address rejected",
                                   "552 5.2.2 Mailbox full", "554 5.7.1 Relay access denied", "554 No"])
def test_a_server_that_means_us_is_the_operator_s_matter_and_no_fault_of_the_address(world, mail, reply):
    anna = world.person()
    mail.answers[anna.email] = [reply]
    gives_email(anna)
    anna.hears("code_delayed", email=anna.email)
    world.bot.wait_for_log("mail cannot be sent as SMTP_URL, SMTP_FROM and SMTP_TLS say: " + reply)
    world.db.email_codes.eventually("state = 'queued' AND error <> ''")
    is_due(world)
    anna.hears("code_sent_late", email=anna.email)
    anna.says(mail.code(anna.email))
    anna.hears("registered")


@pytest.mark.parametrize("reply", ["550 No such user", "551 5.1.6 Moved", "553 5.1.3 Bad syntax"])
def test_a_server_that_means_the_address_is_believed(world, mail, reply):
    anna = world.person()
    mail.answers[anna.email] = [reply]
    gives_email(anna)
    anna.hears("code_refused", email=anna.email)


def test_a_server_that_refuses_one_address_after_the_other_means_us(world, mail):
    people = world.sandbox.someone(4)
    for person in people[:3]:
        assert "refuses one address" not in run("status", settings=world.bot.settings).stdout
        mail.answers[person.email] = ["550 5.1.1 No"]
        gives_email(person)
        person.hears("code_refused")
    assert "refuses one address after the other: 550 5.1.1 No" in run("status", settings=world.bot.settings).stdout
    joins(people[3], mail)
    assert "refuses one address" not in run("status", settings=world.bot.settings).stdout


def test_the_server_is_greeted_by_the_domain_of_the_sender(world, mail):
    gives_email(world.person())
    mail.wait(lambda server: server.messages)
    assert mail.hellos == [DOMAIN]


def test_a_path_in_smtp_url_is_refused():
    checked = run("check-config", settings={"SMTP_URL": "smtp://mail.example.org:25/hello.example.org", "SMTP_FROM": FROM})
    assert checked.returncode == 78 and "SMTP_URL is not usable" in checked.stdout + checked.stderr


def test_a_row_that_somebody_holds_a_lock_on_holds_up_no_other_mail(world, mail):
    anna, boris, vera = world.person(), world.person("Boris Orlov"), world.person("Vera Orlova")
    mail.answers[anna.email] = ["451 4.7.1 Greylisted"]
    gives_email(anna)
    anna.hears("code_delayed")
    world.db.email_codes.eventually("state = 'queued'")
    world.db.email_codes.update("due_at = now()")
    other = psycopg2.connect(world.db.url)
    other.cursor().execute(f"SELECT 1 FROM {world.db.email_codes} FOR UPDATE")
    joins(boris, mail)
    other.rollback()
    anna.hears("code_sent_late")
    mail.stop()
    with Silent(port=mail.port):  # what came of a mail waits, too
        gives_email(vera)
        world.db.email_codes.eventually("state = 'sending'", "WHERE user_id = %s", vera.id)
        other.cursor().execute(f"SELECT 1 FROM {world.db.email_codes} WHERE user_id = %s FOR UPDATE", (vera.id,))
    world.bot.wait_for_log("a mail does not go out")
    server = MailServer(port=mail.port)
    try:
        late = world.person("Gleb Orlov")
        gives_email(late)
        server.code(late.email)
        assert world.db.email_codes.value("state", "WHERE user_id = %s", vera.id) == "sending"
        other.rollback()
        vera.hears("code_delayed")
    finally:
        other.close()
        server.stop()


def test_greylisting_is_waited_out_and_said_once(world, mail):
    anna = world.person()
    mail.answers[anna.email] = ["451 4.7.1 Greylisted, come again"] * 2
    gives_email(anna)
    anna.hears("code_delayed", email=anna.email)
    pauses = []
    for attempts in (1, 2):
        world.db.email_codes.eventually("state = 'queued' AND attempts = %s", "", attempts)
        pauses.append(world.db.email_codes.value("due_at - now()"))
        anna.says("123456")
        anna.hears("code_on_its_way")
        is_due(world)
    assert pauses[1] > pauses[0]
    anna.hears("code_sent_late", email=anna.email)
    anna.says(mail.code(anna.email))
    anna.hears("registered")
    world.settle()
    assert not anna.unheard() and len(mail.messages) == 1


def test_a_server_that_is_down_or_silent_holds_up_nobody(world, mail, make_world):
    anna, boris = world.person(), world.person("Boris Orlov")
    mail.stop()
    with Silent(port=mail.port) as silent:
        gives_email(anna)
        world.db.email_codes.eventually("state = 'sending'")
        boris.says("привет")
        boris.hears("offer")
        anna.hears("code_delayed")
        assert silent.accepted == 1
    is_due(world)
    world.db.email_codes.eventually("state = 'queued' AND attempts = 2")
    world.db.email_codes.eventually("error <> ''")
    server = MailServer(port=mail.port)
    try:
        is_due(world)
        anna.hears("code_sent_late")
        anna.says(server.code(anna.email))
        anna.hears("registered")
    finally:
        server.stop()


@pytest.mark.parametrize("command", ["RCPT", "DATA", "QUIT"])
def test_a_server_that_is_silent_in_the_middle_holds_up_neither_others_nor_the_stop(world, mail, command):
    """Servers that look for spam do so for seconds before they answer the text."""
    anna, boris = world.person(), world.person("Boris Orlov")
    mail.silent_at = command
    gives_email(anna)
    mail.wait(lambda _: command in mail.heard, f"{command} at the server")
    boris.says("привет")
    boris.hears("offer")
    boris.says("зарегистрируйте меня")
    boris.hears("ask_name")
    assert mail.silent_at == command and mail.heard.count(command) == 1
    world.bot.terminate()
    assert not world.bot.lines("took too long")
    mail.silent_at = None
    world.start_bot()
    anna.says(mail.code(anna.email))
    anna.hears("registered")


def test_all_who_wait_for_a_server_that_is_of_no_use_hear_so_at_once_and_once(world, mail):
    """Four mails are under way at a time, and each takes a minute to fail."""
    people = world.sandbox.someone(9)
    mail.stop()
    with Silent(port=mail.port) as silent:
        for person in people:
            gives_email(person)
        world.db.email_codes.eventually("count(*) = 4", "WHERE state = 'sending'")
        eventually(lambda: silent.accepted == 4)
        silent.drop()
        for person in people:
            person.hears("code_delayed", email=person.email)
        assert silent.accepted <= 8  # the next four, who have not failed yet
        world.db.email_codes.update("due_at = now() WHERE state = 'queued'")
        eventually(lambda: silent.accepted == 8)
        late = world.person("Vera Orlova")
        gives_email(late)
        late.hears("code_delayed", email=late.email)
        silent.drop()
        world.db.email_codes.eventually("count(*) FILTER (WHERE attempts = 2) >= 1")
    # each has failed, and is put off: one that is still under way would be put off by minutes after is_due()
    world.db.email_codes.eventually("count(*) = 10", "WHERE state = 'queued' AND due_at > now()")
    server = MailServer(port=mail.port)
    try:
        is_due(world)
        for person in [*people, late]:
            person.hears("code_sent_late")
            assert not person.unheard()
    finally:
        server.stop()


def test_a_bot_that_dies_after_asking_mails_all_the_same(world, mail):
    anna = world.person()
    mail.stop()
    with Silent(port=mail.port):
        gives_email(anna)
        world.db.email_codes.eventually("state = 'sending'")
        world.bot.kill()
    server = MailServer(port=mail.port)
    try:
        world.start_bot()
        anna.says(server.code(anna.email))
        anna.hears("registered")
    finally:
        server.stop()


def test_both_codes_are_good_when_it_is_not_known_whether_the_first_mail_arrived(world, mail):
    anna = world.person()
    mail.after_text.append("hang up")
    gives_email(anna)
    first = mail.code(anna.email)
    anna.hears("code_delayed")
    is_due(world)
    anna.hears("code_sent_late")
    mail.code(anna.email, 2)
    anna.says(first)
    anna.hears("registered")


def test_what_is_tried_for_hours_in_vain_is_given_up_and_said(world, mail):
    anna = world.person()
    mail.answers[anna.email] = ["451 4.3.0 Try later"] * 2
    gives_email(anna)
    anna.hears("code_delayed")
    world.db.email_codes.eventually("state = 'queued'")
    world.db.email_codes.update("attempts = 13")
    is_due(world)
    anna.hears("code_failed", email=anna.email)
    anna.presses("button_code_again")
    anna.is_answered()
    anna.hears("code_asked")
    anna.says(mail.code(anna.email))
    anna.hears("registered")


# TLS ------------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def secure(tmp_path):
    server = MailServer(tmp_path, tls=True, auth=True)
    yield server
    server.stop()


def test_starttls_with_an_authority_of_one_s_own_and_a_password(make_world, secure):
    url = f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{secure.port}"
    world = make_world(SMTP_URL=url, SMTP_FROM=FROM, SSL_CERT_FILE=secure.ca)
    bot = world.start_bot()
    anna = world.person()
    joins(anna, secure)
    assert secure.sessions[0][0] and secure.sessions[0][1]
    assert PASSWORD not in bot.log and quote(PASSWORD, safe="") not in bot.log


def test_a_certificate_of_nobody_is_not_believed(make_world, secure):
    url = f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{secure.port}"
    world = make_world(SMTP_URL=url, SMTP_FROM=FROM)
    bot = world.start_bot()
    anna = world.person()
    gives_email(anna)
    anna.hears("code_delayed")
    bot.wait_for_log(r"mail cannot be sent as SMTP_URL.*certificate")
    assert not secure.sessions


def test_a_server_without_starttls_gets_nothing(make_world, mail):
    world = make_world(SMTP_URL=f"smtp://127.0.0.1:{mail.port}", SMTP_FROM=FROM)
    bot = world.start_bot()
    anna = world.person()
    gives_email(anna)
    anna.hears("code_delayed")
    bot.wait_for_log(r"mail cannot be sent as SMTP_URL")
    assert not mail.sessions and not mail.messages


def test_a_wrong_password_is_the_operator_s_matter(make_world, secure):
    world = make_world(SMTP_URL=f"smtp://{USER}:wrong@127.0.0.1:{secure.port}", SMTP_FROM=FROM, SSL_CERT_FILE=secure.ca)
    bot = world.start_bot()
    anna = world.person()
    gives_email(anna)
    anna.hears("code_delayed")
    bot.wait_for_log(r"mail cannot be sent as SMTP_URL.*535")
