"""The same person with a new Telegram account: an admin says so, and everything moves over."""
import pytest

from support.process import run
from support.waiting import eventually
from test_admin_applications import sees_decided

ADMINS = (7_900_000_001, 7_900_000_002)


@pytest.fixture
def team(make_world):
    """Anna, a rep with a prospect and an old account; the same Anna with a new one; two admins."""
    world = make_world(ADMIN_TELEGRAM_IDS=",".join(map(str, ADMINS)), UNREACHABLE_GRACE_MINUTES="15")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.admins = [world.person(name, id=id) for name, id in zip(("Лев", "Марк"), ADMINS)]
    for admin in world.admins:
        admin.opens()
        admin.hears("admin_hello")
    world.old = world.person("Анна Петрова", language="en")
    world.old.registers(name="Анна Петрова")
    world.db.add_prospect("p1", "Ivan P", "@ivan_p")
    world.card = world.old.hears_anything()
    world.new = world.person("Анна")
    return world


def claims(world):
    """Up to the admins' question; returns it as each of them reads it."""
    new = world.new
    new.says("привет")
    new.hears_anything()
    new.says("да")
    new.hears("ask_name")
    new.says("Анна Петрова")
    new.hears("ask_email")
    new.says(world.old.email)
    new.hears("email_taken_claim", email=world.old.email)
    new.presses("button_claim")
    new.is_answered()
    new.hears("claim_sent", email=world.old.email)
    return [admin.hears("admin_claim", email=world.old.email, holder="Анна Петрова",
                        holder_telegram="@" + world.old.username) for admin in world.admins]


def test_everything_moves_to_the_new_account(team):
    old, new, (boss, other) = team.old, team.new, team.admins
    before = team.db.rep(old.id)
    questions = claims(team)
    boss.presses("button_same_person", message=questions[0])
    boss.is_answered("answer_moved", name="Анна Петрова")
    new.hears("claim_granted", name="Анна Петрова", email=old.email)
    old.hears("account_moved", name="Анна Петрова")
    for admin in (boss, other):
        admin.hears("admin_moved", name="Анна Петрова", email=old.email)
    after = team.db.rep(new.id)
    assert (after["id"], after["status"], after["email"]) == (before["id"], "active", before["email"])
    assert team.db.rows("SELECT * FROM sales_representatives WHERE telegram_id = %s", old.id) == []
    assert team.db.rep_email.value("rep", "WHERE email_key = %s", old.email.lower()) == before["id"]
    # the prospect is the new account's, with buttons that work
    opened = new.opens_card("Ivan P")
    new.presses("button_contacted", message=opened)
    new.is_answered("answer_contacted", name="Ivan P")
    # both admins see who it was, below what they were asked
    for admin, asked in zip((boss, other), questions):
        sees_decided(admin, asked, "decided_moved", who="Лев")
    # the old account has no rights any more, and its cards no buttons
    gone = old.sees_edit()
    assert (gone.id, gone.buttons) == (team.card.id, [])
    old.presses(data=team.card.data[1], message=team.card)
    assert old.is_answered("answer_prospect_stale")["show_alert"]
    old.says("my clients")
    old.hears("offer")
    # and the next prospect comes to the new one
    team.db.add_prospect("p2", "Olga P", "@olga_p")
    new.sees_edit()
    assert "Olga P" in new.hears_anything().text
    # the other admin is late
    other.presses(data=questions[1].data[0], message=questions[1])
    assert other.is_answered("answer_claim_over")["show_alert"]


def test_cards_of_an_account_that_was_changed_in_sql_lose_their_buttons_too(team):
    """Without admins it is the owner's to do. What the new account is shown keeps its buttons, whatever the old one had."""
    old, new = team.old, team.new
    team.db.add_prospect("p2", "Olga P", "@olga_p")
    second = old.hears_anything()
    new.opens()
    new.hears_anything()
    team.settle()
    team.db.execute("UPDATE sales_representatives SET telegram_id = %s WHERE telegram_id = %s", new.id, old.id)
    edits = [old.sees_edit(), old.sees_edit()]
    assert {edit.id for edit in edits} == {team.card.id, second.id} and [edit.buttons for edit in edits] == [[], []]
    team.db.execute("UPDATE test_prospects SET context = 'Wants a villa' WHERE id = 'p1'")
    changed = new.hears_anything()
    assert "Wants a villa" in changed.text
    # one that is lost later takes nothing from the other's card
    team.db.execute("UPDATE test_prospects SET status = 'converted' WHERE id = 'p2'")
    new.hears("closed", name="Olga P")
    team.settle()
    new.presses(data="a:", message=changed)
    new.is_answered("answer_contacted", name="Ivan P")
    assert old.unheard() == []
    assert team.db.stale_cards.rows("*") == []


def test_somebody_else_is_asked_for_another_address(team):
    questions = claims(team)
    team.admins[1].presses("button_other_person", message=questions[1])
    team.admins[1].is_answered("answer_claim_refused")
    team.new.hears("claim_refused", email=team.old.email)
    for admin, asked in zip(team.admins, questions):
        sees_decided(admin, asked, "decided_other_person", who="Марк")
    # asked once more, what was decided before stays as it is
    team.new.says(team.old.email)
    team.new.hears("email_taken_claim", email=team.old.email)
    team.new.presses("button_claim")
    team.new.is_answered()
    team.new.hears("claim_sent", email=team.old.email)
    again = [admin.hears("admin_claim", email=team.old.email, holder="Анна Петрова", holder_telegram="@" + team.old.username) for admin in team.admins]
    team.settle()
    team.admins[0].presses("button_other_person", message=again[0])
    team.new.hears("claim_refused", email=team.old.email)
    for admin, asked in zip(team.admins, again):
        edit = sees_decided(admin, asked, "decided_other_person", who="Лев")
        assert edit.id == asked.id
    team.settle()
    assert not [admin for admin in team.admins if admin.unheard()]
    team.new.says(team.new.email)
    team.new.hears("registered", email=team.new.email)
    assert team.db.rep(team.old.id)["status"] == "active"


def test_an_account_that_was_a_rep_before_makes_way(team):
    new = team.new
    new.registers(name="Анна Старая")
    new.says("отключиться")
    new.hears("ask_unregister")
    new.says("да")
    new.hears("unregistered")
    rep = team.db.rep(team.old.id)["id"]
    boss = team.admins[0]
    boss.presses("button_same_person", message=claims(team)[0])
    boss.is_answered("answer_moved")
    assert team.db.rep(new.id)["id"] == rep
    assert team.db.rep(team.old.id)["status"] == "removed"


def test_what_waited_for_a_gone_account_reaches_the_new_one(team):
    """The old account is blocked or deleted: nothing more reaches it, until the person comes with another one."""
    team.old.blocks()
    team.settle()
    boss = team.admins[0]
    boss.presses("button_same_person", message=claims(team)[0])
    boss.is_answered("answer_moved")
    team.new.hears("claim_granted")
    eventually(lambda: team.db.value(f"SELECT available FROM {team.db.rep_rotation} d JOIN sales_representatives r ON r.id = d.rep"
                                     " WHERE r.telegram_id = %s", team.new.id), what="the rep gets prospects again")
    team.db.add_prospect("p2", "Olga P", "@olga_p")
    def told():
        return any("Olga P" in e["text"] for e in team.new.unheard())
    eventually(told, what="the new account hears of it")


@pytest.mark.parametrize("state, word", [("held", "release"), ("failed", "retry")])
def test_what_waited_for_an_operator_goes_to_the_new_account_too(team, state, word):
    team.settle()
    card = team.db.assignments.value("max(id)", "WHERE ended_at IS NULL")
    markup = ',"reply_markup":{"inline_keyboard":[[{"text":"no","callback_data":"a:%d:d"}]]}' % card
    for more in (markup, ""):  # a card is the rep's; what an account is told besides stays with it
        team.db.outbox.insert("(chat_id, method, payload, priority, state) VALUES (%s, 'sendMessage', %s, 1, %s)", team.old.id,
                              '{"chat_id":%d,"text":"from the office"%s}' % (team.old.id, more), state)
    boss = team.admins[0]
    boss.presses("button_same_person", message=claims(team)[0])
    boss.is_answered("answer_moved")
    team.new.hears("claim_granted")
    assert team.db.outbox.value("count(*)", "WHERE state = %s AND chat_id = %s", state, team.old.id) == 1
    number = team.db.outbox.value("id", "WHERE state = %s AND chat_id = %s", state, team.new.id)
    assert run("outbox", word, str(number), settings={"DATABASE_URL": team.db.url}).returncode == 0
    assert team.new.hears_anything().text == "from the office"


def test_a_claim_withdrawn_is_nothing_to_decide_about(team):
    questions = claims(team)
    team.new.says("отмена")
    team.new.hears("cancelled_registration")
    team.admins[0].presses("button_same_person", message=questions[0])
    assert team.admins[0].is_answered("answer_claim_over")["show_alert"]
    assert team.db.rep(team.old.id)["status"] == "active"


def test_an_old_card_decides_nothing_about_a_later_claim(team):
    """Else whoever claims first something harmless and then a colleague's e-mail gets that colleague's account."""
    boris = team.person("Борис Иванов")
    boris.registers(name="Борис Иванов")
    old_cards = claims(team)
    new = team.new
    new.says("отмена")
    new.hears("cancelled_registration")
    new.says("привет")
    new.hears_anything()
    new.says("да")
    new.hears("ask_name")
    new.says("Анна Петрова")
    new.hears("ask_email")
    new.says(boris.email)
    new.hears("email_taken_claim", email=boris.email)
    new.presses("button_claim")
    new.is_answered()
    new.hears("claim_sent", email=boris.email)
    cards = [admin.hears("admin_claim", email=boris.email, holder="Борис Иванов") for admin in team.admins]
    boss, other = team.admins
    for admin, label in ((boss, "button_same_person"), (other, "button_other_person")):
        admin.presses(label, message=old_cards[team.admins.index(admin)])
        assert admin.is_answered("answer_claim_over")["show_alert"]
    team.settle()
    assert (team.db.rep(boris.id)["status"], team.db.rep(team.old.id)["status"]) == ("active", "active")
    assert new.unheard() == []
    # the card that shows it decides it
    other.presses("button_other_person", message=cards[1])
    other.is_answered("answer_claim_refused")
    new.hears("claim_refused", email=boris.email)


def test_pending_lists_who_waits_with_a_new_account(team):
    cards = claims(team)
    boss, other = team.admins
    boss.says("/pending")
    boss.hears("applications", count=1)
    again = boss.hears("admin_claim", email=team.old.email, name="Анна Петрова", telegram="@" + team.new.username,
                       holder="Анна Петрова", holder_telegram="@" + team.old.username)
    assert (again.data, again.labels) == (cards[0].data, cards[0].labels)
    boss.presses("button_same_person", message=again)
    boss.is_answered("answer_moved", name="Анна Петрова")
    team.new.hears("claim_granted", name="Анна Петрова", email=team.old.email)
    other.says("/pending")
    other.hears("admin_moved")
    other.hears("applications_none")


def test_an_admin_who_comes_late_is_shown_who_waits_with_a_new_account(make_world):
    world = make_world(ADMIN_TELEGRAM_IDS=str(ADMINS[0]))
    world.start_bot()
    world.admins = []
    world.old, world.new = world.person("Анна Петрова"), world.person("Анна")
    world.old.registers()
    claims(world)
    world.bot.wait_for_log(rf"admin {ADMINS[0]} cannot be written to .*press Start")
    world.settle()
    boss = world.person("Admin", id=ADMINS[0], language="en")
    boss.opens()
    boss.hears("admin_hello")
    boss.hears("applications", count=1)
    boss.hears("admin_claim", email=world.old.email)
    boss.presses("button_other_person")
    boss.is_answered("answer_claim_refused")
    world.new.hears("claim_refused", email=world.old.email)


@pytest.mark.parametrize("first", ["the claimant", "the claimant's old button", "an admin"])
def test_who_claims_an_address_that_comes_free_is_not_left_waiting(team, first):
    """The old account unregisters by itself meanwhile: there is nobody to be the same person as. Nor is there an outreach to say so."""
    questions = claims(team)
    team.outreach.terminate()
    team.old.says("unregister")
    team.old.hears("ask_unregister")
    team.old.says("yes")
    team.old.hears("unregistered")
    if first == "an admin":
        team.admins[0].presses("button_same_person", message=questions[0])
        assert team.admins[0].is_answered("answer_claim_over")["show_alert"]
    elif first == "the claimant":
        team.new.says("ну что?")
    else:
        team.sandbox.raw(callback_query={
            "id": "78", "from": {"id": team.new.id, "is_bot": False, "first_name": "A", "language_code": team.new.locale},
            "chat_instance": "1", "data": "reg:yes", "message": {
                "message_id": 1, "date": 1, "chat": {"id": team.new.id, "type": "private", "first_name": "A"}, "text": "x"}})
    team.new.hears("claim_free", email=team.old.email)
    team.new.says(team.old.email)
    team.new.hears("registered", email=team.old.email)
    assert team.db.rep(team.old.id)["status"] == "removed"
    team.start_outreach()
    assert "Ivan P" in team.new.hears_anything().text  # it was the old account's, and goes on like any other


def leaves(person):
    person.says("unregister")
    person.hears("ask_unregister")
    person.says("yes")
    person.hears("unregistered")


def takes_another_address(person):
    person.says("change e-mail")
    person.hears("ask_new_email")
    person.says(f"later{person.id}@truerealestate.bali")
    person.hears("email_changed")


@pytest.mark.parametrize("way", [leaves, takes_another_address])
def test_a_claimant_hears_unasked_that_the_address_is_free(team, way):
    claims(team)
    way(team.old)
    team.new.hears("claim_free", email=team.old.email)
    team.new.says(team.old.email)
    team.new.hears("registered", email=team.old.email)
    assert team.db.rep(team.new.id)["id"] != team.db.rep(team.old.id)["id"]


@pytest.mark.parametrize("outreach", ["runs", "is down"])
@pytest.mark.parametrize("next_one", ["the claimant", "an admin"])
def test_an_address_that_a_third_person_takes_ends_the_claim(team, next_one, outreach):
    """Nobody is the same person as somebody whom no admin has been asked about."""
    questions = claims(team)
    boss, other = team.admins
    if outreach == "is down":
        team.outreach.terminate()
    # in one go, so that the address is not free in between
    clara = team.person("Клара Иванова")
    clara.registers(name="Клара Иванова")
    team.db.execute("BEGIN; UPDATE sales_representatives SET email = 'x@truerealestate.bali' WHERE telegram_id = %s;"
                    " UPDATE sales_representatives SET email = %s WHERE telegram_id = %s; COMMIT", team.old.id, team.old.email, clara.id)
    if outreach == "runs":
        team.new.hears("claim_over", email=team.old.email)
    boss.says("/pending")
    boss.hears("applications_none")
    if next_one == "an admin":
        boss.presses("button_same_person", message=questions[0])
        assert boss.is_answered("answer_claim_over")["show_alert"]
    elif outreach == "is down":
        team.new.says("ну что?")
    if outreach == "is down":
        team.new.hears("claim_over", email=team.old.email)
    other.presses(data=questions[1].data[0], message=questions[1])
    assert other.is_answered("answer_claim_over")["show_alert"]
    team.settle()
    assert (team.db.rep(team.old.id)["status"], team.db.rep(clara.id)["status"]) == ("active", "active")
    # asked anew, of who has it now
    team.new.says(team.old.email)
    team.new.hears("email_taken_claim", email=team.old.email)
    team.new.presses("button_claim")
    team.new.is_answered()
    team.new.hears("claim_sent", email=team.old.email)
    boss.hears("admin_claim", email=team.old.email, holder="Клара Иванова", holder_telegram="@" + clara.username)
    boss.presses("button_other_person")
    boss.is_answered("answer_claim_refused")
    team.new.hears("claim_refused", email=team.old.email)


def test_of_two_who_claim_one_registration_the_other_hears_that_it_has_moved(team):
    questions = claims(team)
    real, team.new = team.new, team.person("Борис")
    claims(team)
    boss = team.admins[0]
    boss.presses("button_same_person", message=questions[0])
    boss.is_answered("answer_moved")
    real.hears("claim_granted")
    team.new.hears("claim_over", email=team.old.email)
    boss.hears("admin_moved")
    boss.says("/pending")
    boss.hears("applications_none")


def test_nobody_but_an_admin_can_decide(team):
    claims(team)
    mallory = team.person()
    mallory.opens()
    mallory.hears_anything()
    team.sandbox.raw(callback_query={
        "id": "77", "from": {"id": mallory.id, "is_bot": False, "first_name": "M"}, "chat_instance": "1",
        "data": f"adm:same:{team.new.id}",
        "message": {"message_id": 1, "date": 1, "chat": {"id": mallory.id, "type": "private", "first_name": "M"}, "text": "x"}})
    team.settle()
    assert team.db.rep(team.old.id)["status"] == "active"
