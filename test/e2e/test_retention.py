"""PROSPECT_RETENTION_DAYS: archived prospects are forgotten by themselves."""
import time


def test_archived_ones_are_forgotten_after_so_long_and_others_are_not(make_world):
    world = make_world(PROSPECT_RETENTION_DAYS="30")
    world.db.no_prospects()
    world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, email, notes, status, created_at, updated_at) VALUES"
                     " ('a', E'Anna O''Neil -- 🌴', '@anna', 'anna@example.org', 'x', 'archived', now() - interval '60 days', now() - interval '40 days'),"
                     " ('b', 'Boris', '@boris_b', NULL, NULL, 'archived', now() - interval '60 days', now() - interval '3 days'),"
                     " ('c', 'Clara', '@clara_c', NULL, NULL, 'converted', now() - interval '60 days', now() - interval '40 days'),"
                     " ('d', 'Dina', '@dina_d', NULL, NULL, 'archived', now() - interval '60 days', now() - interval '40 days')")
    # of one there was news
    world.db.prospect_events.insert("(prospect, kind, at) VALUES ('d', 'note', now() - interval '2 days')")
    world.start_outreach()
    world.outreach.wait_for_log("1 archived prospect is forgotten, of whom nothing was heard for 30 days")
    rows = world.db.rows("SELECT id, name, telegram_id, email, notes, status FROM test_prospects ORDER BY name")
    assert [row[1] for row in rows] == ["(forgotten)", "Boris", "Clara", "Dina"]
    assert rows[0][0].startswith("forgotten-") and rows[0][2] == rows[0][0] and rows[0][3:] == [None, None, "archived"]
    assert world.db.audit.row("actor, who, action, prospect") == ["program", "outreach", "forget", rows[0][0]]


def test_without_the_right_it_is_said_and_nothing_is_lost(make_world):
    world = make_world(PROSPECT_RETENTION_DAYS="30")
    world.db.no_prospects()
    world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, status, created_at, updated_at) VALUES"
                     " ('a', 'Anna', '@anna', 'archived', now() - interval '60 days', now() - interval '40 days')")
    sent = '{"chat_id":5,"text":"Anna @anna"}'
    world.db.outbox_history.insert("(id, chat_id, method, payload, priority, state, attempts, possible_duplicate, created_at)"
                                   " VALUES (1, 5, 'sendMessage', %s, 0, 'sent', 1, false, now())", sent)
    world.db.as_superuser("CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE insufficient_privilege USING"
                          " MESSAGE = 'permission denied for table test_prospects'; END $$")
    world.db.as_superuser("CREATE TRIGGER no BEFORE DELETE ON public.test_prospects FOR EACH ROW EXECUTE FUNCTION public.no()")
    world.start_outreach()
    world.outreach.wait_for_log("an archived prospect could not be forgotten: permission denied.*GRANT DELETE ON public.test_prospects")
    assert world.db.value("SELECT name FROM test_prospects") == "Anna"
    # nor is what was sent about them
    assert world.db.outbox_history.value("count(*) FILTER (WHERE payload::text = '{}')") == 0
    assert world.db.outbox_history.value("payload::text", "WHERE id = 1") == sent


def test_it_is_off_unless_set(make_world):
    world = make_world()
    world.db.no_prospects()
    world.db.execute("INSERT INTO test_prospects (id, name, telegram_id, status, created_at, updated_at) VALUES"
                     " ('a', 'Anna', '@anna', 'archived', now() - interval '600 days', now() - interval '400 days')")
    world.start_outreach()
    # the round in which one would go is over when what came after its start is assigned, and some seconds more
    time.sleep(5)
    assert world.db.value("SELECT name FROM test_prospects") == "Anna"


def test_prospects_read_of_it(make_world):
    world = make_world(PROSPECT_RETENTION_DAYS="30", HISTORY_RETENTION_DAYS="60")
    world.db.no_prospects()
    world.start_bot()
    maria = world.person("Maria", language="ru")
    maria.says("ищу недвижимость")
    maria.hears_anything()
    world.settle()
    maria.forget()
    maria.says("/privacy")
    heard = maria.hears_anything().text
    assert world.texts.render("ru", "privacy_prospect", days=60) in heard and world.texts.render("ru", "privacy_forgotten", days=30) in heard
