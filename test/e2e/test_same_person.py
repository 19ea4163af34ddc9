"""The same person twice: the second prospect goes to the rep who has the first one, who reads that."""
import pytest

from support.process import run
from support.telegram import TOKEN
from test_prospects import assigned, holder, reps


@pytest.fixture
def team(make_world):
    """Everything runs; two reps with room for two prospects each."""
    world = make_world(MAX_PROSPECTS_PER_REP="2")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.people = reps(world, 2)
    return world


def add(world, prospect_id, telegram, email=None, name=None):
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, email, name) VALUES (%s, %s, %s, %s)",
                     prospect_id, telegram, email, name or f"Prospect {prospect_id}")


def rep_of(world, prospect_id):
    first = assigned(world, prospect_id)
    return sorted(world.people, key=lambda p: p.id != first)


def says_known(world, person, name):
    return world.texts.render("ru", "notice_known", name=name) in person.hears_anything().text.splitlines()


@pytest.mark.parametrize("first, second", [
    (("@alex_buyer", None), ("@Alex_Buyer", None)),
    (("@alex_buyer", None), ("https://t.me/alex_buyer?x", None)),
    (("8 (903) 123-45-67", None), ("+7 903 1234567", None)),
    (("@alex_buyer", "Alex@Example.org"), ("@alex_two", " alex@example.org ")),
    (("alex@example.org", None), ("@alex_two", "alex@example.org")),
    (("123456789", None), ("tg://user?id=123456789", None)),
])
def test_whoever_has_a_person_gets_them_again_also_above_capacity_and_reads_it(team, first, second):
    add(team, "p1", *first, name="Alex")
    mine, other = rep_of(team, "p1")
    assert not says_known(team, mine, "Alex")
    add(team, "p2", *second, name="Alexander")
    assigned(team, "p2", to=mine)
    assert says_known(team, mine, "Alex")
    add(team, "p3", *first)  # there is no room left
    assigned(team, "p3", to=mine)
    assert says_known(team, mine, "Alex")
    assert team.db.prospect_events.value("detail", "WHERE prospect = 'p3' AND kind = 'assigned'") == "same person"


def test_when_everybody_is_full_only_known_people_are_assigned(team):
    for i in range(4):
        add(team, f"p{i}", f"@buyer_{i}")
        assigned(team, f"p{i}")
    add(team, "new", "@somebody_else")
    add(team, "again", "t.me/Buyer_3")
    assert assigned(team, "again") == holder(team, "p3")
    team.settle()
    assert holder(team, "new") is None


def test_two_prospects_of_one_person_that_come_at_once_go_to_one_rep(team):
    team.db.execute("INSERT INTO test_prospects (id, telegram_id, email, name, created_at) VALUES"
                    " ('p1', '@alex_buyer', NULL, 'Alex', now() - interval '3 s'), ('p2', '@maria_b', NULL, 'Maria', now() - interval '2 s'),"
                    " ('p3', 't.me/Alex_Buyer', 'a@b.org', 'Alex again', now() - interval '1 s'), ('p4', '@third_name', 'A@b.org', 'A', now())")
    mine, other = rep_of(team, "p1")
    assigned(team, "p2", to=other)
    assigned(team, "p3", to=mine)
    assigned(team, "p4", to=mine)
    text = mine.hears_anything().text
    assert text.count(team.texts.render("ru", "notice_known", name="Alex")) == 2


def test_prospects_that_lead_to_nobody_are_not_one_person(team):
    for i in range(4):
        add(team, f"p{i}", "-", "")
        assigned(team, f"p{i}")
    assert holder(team, "p0") != holder(team, "p1")


def test_who_declined_a_prospect_does_not_get_it_for_the_person(team):
    add(team, "p1", "@alex_buyer", name="Alex")
    mine, other = rep_of(team, "p1")
    mine.hears_anything()
    add(team, "p2", "@Alex_Buyer", name="Alex again")
    assigned(team, "p2", to=mine)
    mine.hears_anything()
    mine.presses("button_decline")
    assigned(team, "p2", to=other)
    assert not says_known(team, other, "Alex")


def test_a_prospect_that_a_colleague_declined_goes_to_who_has_the_person(make_world):
    world = make_world(MAX_PROSPECTS_PER_REP="2")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.people = reps(world, 3)
    for i, person in enumerate(world.people):
        add(world, f"p{i}", f"@buyer_{i}", name=f"Buyer {i}")
        assigned(world, f"p{i}", to=person)
        person.hears_anything()
    last = world.people[2]
    # unknown when it came, to the first; by the time it is declined, the last rep has the person
    add(world, "x", "@somebody_else")
    assigned(world, "x", to=world.people[0])
    world.people[0].hears_anything()
    world.db.execute("UPDATE test_prospects SET telegram_id = '@Buyer_2' WHERE id = 'x'")
    world.db.prospect_identities.eventually("count(*) = 1", "WHERE prospect = 'x' AND value = 'buyer_2'")
    world.people[0].presses("button_decline")
    assigned(world, "x", to=last)
    assert says_known(world, last, "Buyer 2")


def test_changed_contact_data_counts_from_then_on(team):
    add(team, "p1", "@alex_buyer", name="Alex")
    mine, _ = rep_of(team, "p1")
    team.db.execute("UPDATE test_prospects SET telegram_id = '@maria_b' WHERE id = 'p1'")
    add(team, "p2", "@maria_b")
    assigned(team, "p2", to=mine)
    add(team, "p3", "@alex_buyer")
    assert assigned(team, "p3") != mine.id


def test_a_person_whose_prospect_is_done_with_or_deleted_is_new_again(team):
    add(team, "p1", "@alex_buyer")
    mine, other = rep_of(team, "p1")
    add(team, "p2", "@maria_b")
    assigned(team, "p2", to=other)
    add(team, "p3", "@someone_3")
    assigned(team, "p3", to=mine)
    team.db.execute("UPDATE test_prospects SET status = 'converted' WHERE id = 'p1'")
    team.db.execute("DELETE FROM test_prospects WHERE id = 'p3'")
    add(team, "p4", "@alex_buyer")
    assigned(team, "p4", to=other)
    assert team.db.prospect_identities.value("count(*)", "WHERE prospect = 'p3'") == 0


def test_a_rep_who_is_not_at_work_gets_no_more_of_a_person(team):
    add(team, "p1", "@alex_buyer")
    mine, other = rep_of(team, "p1")
    team.db.execute("UPDATE sales_representatives SET status = 'suspended' WHERE telegram_id = %s", mine.id)
    add(team, "p2", "@alex_buyer")
    assigned(team, "p2", to=other)


def test_prospects_that_were_assigned_before_count_too(make_world):
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.people = reps(world, 2)
    last = world.people[1]
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, assigned_rep_id) SELECT 'old', '@Alex_Buyer', 'Alex', id"
                     " FROM sales_representatives WHERE telegram_id = %s", last.id)
    add(world, "p1", "@alex_buyer")
    world.start_outreach()
    assigned(world, "p1", to=last)
    assert says_known(world, last, "Alex")


def test_the_same_person_behind_a_thousand_others_still_goes_to_that_rep(make_world):
    """More wait than are assigned in a round: each round looks at what the rounds before it gave."""
    world = make_world(MAX_PROSPECTS_PER_REP="700")
    world.db.no_prospects()
    world.start_bot()
    world.people = reps(world, 2)
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, name, created_at)"
                     " SELECT 'p' || n, CASE WHEN n IN (1, 1100) THEN '@alex_buyer' ELSE '@person_' || n END, 'Person ' || n,"
                     " now() + n * interval '1 ms' FROM generate_series(1, 1101) n")
    world.start_outreach()
    assert assigned(world, "p1") == assigned(world, "p1100")
    assert world.db.prospect_events.value("detail", "WHERE prospect = 'p1100' AND kind = 'assigned'") \
        == "same person"


@pytest.mark.parametrize("at_once", [True, False])
def test_what_very_many_share_is_nobodys(make_world, at_once):
    """An office's address that somebody puts into every row: the people are as many as there are rows."""
    world = make_world(MAX_PROSPECTS_PER_REP="20")
    world.db.no_prospects()
    world.start_bot()
    world.people = reps(world, 2)
    add = ("INSERT INTO test_prospects (id, telegram_id, email, name, created_at) SELECT 'p' || n, '@person_' || n, 'Info@Example.org',"
           " 'Person ' || n, now() + n * interval '1 ms' FROM generate_series(%s, %s) n")
    world.db.execute(add, 1, 12)
    world.start_outreach()
    each = "SELECT array_agg(c ORDER BY c) = %s::bigint[] FROM (SELECT count(*) AS c FROM test_prospects" \
           " WHERE assigned_rep_id IS NOT NULL GROUP BY assigned_rep_id) n"
    world.db.eventually(each, [6, 6])
    if at_once:
        world.db.execute(add, 13, 16)
    else:
        for n in range(13, 17):
            world.db.execute(add, n, n)
            assigned(world, f"p{n}")
    world.db.eventually(each, [8, 8])
    assert world.db.prospect_events.value("count(*)", "WHERE detail = 'same person'") == 0
    # what is theirs alone still counts
    world.db.execute("INSERT INTO test_prospects (id, telegram_id, email, name) VALUES ('x', 't.me/Person_3', 'info@example.org', 'X')")
    assert assigned(world, "x") == holder(world, "p3")
    report = run("doctor", "--no-poll", settings={"DATABASE_URL": world.db.url, "REGISTRY_BOT_TOKEN": TOKEN,
                                                  "TELEGRAM_API_BASE": world.sandbox.base}).stdout
    assert "1 pair of open prospects" in " ".join(report.split())


def test_a_person_whose_rep_is_out_of_reach_goes_to_a_colleague_who_reads_that(make_world):
    team = make_world(UNREACHABLE_GRACE_MINUTES="15")
    team.db.no_prospects()
    team.start_bot()
    team.start_outreach()
    team.people = reps(team, 2)
    add(team, "p1", "@alex_buyer", name="Alex")
    mine, other = rep_of(team, "p1")
    mine.hears_anything()
    mine.blocks()
    team.db.eventually(f"SELECT NOT available FROM {team.db.rep_rotation} d JOIN sales_representatives r ON r.id = d.rep"
                       " WHERE r.telegram_id = %s", mine.id)
    add(team, "p2", "@Alex_Buyer", name="Alex again")
    assigned(team, "p2", to=other)
    told = other.hears_anything().text.splitlines()
    assert team.texts.render("ru", "notice_colleague", rep=team.db.rep(mine.id)["name"]) in told
    assert holder(team, "p1") == mine.id
    # the next one of this person goes to who is there
    add(team, "p3", "t.me/alex_buyer", name="Alex once more")
    assigned(team, "p3", to=other)
    assert says_known(team, other, "Alex again")


def test_a_declined_one_whose_person_is_with_somebody_out_of_reach_says_so_too(make_world):
    world = make_world(UNREACHABLE_GRACE_MINUTES="15")
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    world.people = reps(world, 3)
    add(world, "p1", "@alex_buyer", name="Alex")
    assigned(world, "p1", to=world.people[0])
    add(world, "p2", "@somebody_else", name="Alex again")
    assigned(world, "p2", to=world.people[1])
    away, mine, third = world.people
    away.hears_anything()
    mine.hears_anything()
    world.db.execute("UPDATE test_prospects SET telegram_id = 't.me/Alex_Buyer' WHERE id = 'p2'")
    mine.hears_anything()
    world.db.prospect_identities.eventually("count(*) = 1", "WHERE prospect = 'p2' AND value = 'alex_buyer'")
    away.blocks()
    world.db.eventually(f"SELECT NOT available FROM {world.db.rep_rotation} d JOIN sales_representatives r ON r.id = d.rep"
                        " WHERE r.telegram_id = %s", away.id)
    mine.presses("button_decline")
    assigned(world, "p2", to=third)
    assert world.texts.render("ru", "notice_colleague", rep=world.db.rep(away.id)["name"]) in third.hears_anything().text.splitlines()


def test_one_that_is_given_by_hand_to_who_has_the_person_says_so(team):
    add(team, "p1", "@alex_buyer", name="Alex")
    mine, other = rep_of(team, "p1")
    mine.hears_anything()
    add(team, "p2", "@maria_b", name="Maria")
    assigned(team, "p2", to=other)
    other.hears_anything()
    team.db.execute("UPDATE test_prospects SET telegram_id = 't.me/alex_buyer' WHERE id = 'p2'")
    other.hears_anything()
    team.db.prospect_identities.eventually("count(*) = 1", "WHERE prospect = 'p2' AND value = 'alex_buyer'")
    team.db.execute("UPDATE test_prospects SET assigned_rep_id = (SELECT id FROM sales_representatives WHERE telegram_id = %s)"
                    " WHERE id = 'p2'", mine.id)
    assert says_known(team, mine, "Alex")
