"""HISTORY_RETENTION_DAYS: what is deleted after a while, and what never is."""
from support.database import tables


def test_old_history_of_closed_prospects_goes_and_the_rest_stays(make_world):
    world = make_world()
    db = world.db
    db.no_prospects()
    db.add_reps([501])
    rep = db.rep(501)["id"]
    for prospect, status in (("open", "contacted"), ("done", "converted"), ("put_away", "archived"), ("odd", "new")):
        db.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id)"
                   " VALUES (%s, %s, %s, %s, %s)", prospect, "@" + prospect, prospect, status, rep)
    for prospect in ("open", "done", "put_away", "odd", "deleted"):
        for days in (1, 400):
            db.assignments.insert("(prospect, rep, started_at, ended_at, reason) VALUES (%s, %s, now() - %s * interval"
                                  " '1 day', now() - %s * interval '1 day', 'declined')", prospect, rep, days, days)
            db.prospect_events.insert("(prospect, rep, kind, at) VALUES (%s, %s, 'declined', now() - %s * interval '1"
                                      " day')", prospect, rep, days)
    world.start_outreach(HISTORY_RETENTION_DAYS="90")
    for table, at in (("assignments", "ended_at"), ("prospect_events", "at")):
        db.eventually(f"SELECT count(*) = 2 FROM salesreg.{table} WHERE {at} < now() - interval '100 days'")
    kept = {"open": 2, "odd": 2, "done": 1, "put_away": 1, "deleted": 1}
    for table, at in (("assignments", "ended_at"), ("prospect_events", "at")):
        found = dict(db.rows(f"SELECT prospect, count(*) FROM salesreg.{table} WHERE {at} < now() - interval '12 hours'"
                             " GROUP BY 1"))
        assert found == kept, table


ADMIN = 900
REPS = {501: "active", 502: "pending", 503: "suspended", 504: "removed"}


def session(db, user, days, **columns):
    names = "".join(f", {name}" for name in columns)
    db.execute(f"INSERT INTO {tables.user_sessions} (user_id, updated_at{names}) VALUES (%s, now() - %s * interval '1 day'"
               + ", %s" * len(columns) + ")", user, days, *columns.values())
    db.hidden_people.insert("(telegram_id) VALUES (%s)", user)
    db.missed_chats.insert("(chat_id) VALUES (%s)", user)


def test_strangers_who_have_been_silent_for_long_are_forgotten_and_nobody_else(make_world):
    """One pass of the pruner over everybody; what it leaves stays, so the last one to go tells that it was there."""
    world = make_world()
    db = world.db
    db.add_reps(REPS)
    silent = {1: {}, 2: {"phase": "email", "draft": '{"name": "Ivan P"}'}, 3: {"locale_chosen": True},
              4: {"wrong_emails": 7, "paused_until": "2020-01-01"}}
    for user, columns in silent.items():
        session(db, user, 91.1, **columns)
    session(db, 11, 89)  # they wrote within the time
    session(db, 12, 89, locale_chosen=True)
    session(db, 13, 90.9)  # and perhaps again: a word is noted once a day
    session(db, 21, 400, phase="claim", draft='{"name": "Ivan P"}', claim_email="rep501@truerealestate.bali",
            claim_rep=db.rep(501)["id"])  # an admin has not decided yet
    session(db, ADMIN, 400, locale_chosen=True)  # who is no rep
    for user, status in REPS.items():
        db.execute("UPDATE sales_representatives SET status = %s WHERE telegram_id = %s", status, user)
        session(db, user, 400)
    world.start_outreach(HISTORY_RETENTION_DAYS="90", ADMIN_TELEGRAM_IDS=str(ADMIN))
    db.user_sessions.eventually("count(*) = 0", "WHERE user_id = 1")
    stay = [11, 12, 13, 21, *REPS, ADMIN]
    assert sorted(db.user_sessions.column("user_id")) == stay
    assert sorted(db.hidden_people.column("telegram_id")) == stay, "what else is known of them goes too"
    assert sorted(db.missed_chats.column("chat_id")) == stay


def test_a_stranger_who_only_ever_says_the_same_is_not_silent(bot_world):
    """Nothing in their conversation changes, but a word a day is noted."""
    person = bot_world.person()
    person.says("привет")
    person.hears("offer")
    bot_world.db.user_sessions.update("updated_at = now() - interval '80 days'")
    person.says("как дела")
    person.hears_anything()
    assert bot_world.db.user_sessions.value("now() - updated_at < interval '1 hour'")
