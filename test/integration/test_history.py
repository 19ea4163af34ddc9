"""HISTORY_RETENTION_DAYS: what is deleted after a while, and what never is."""


def test_old_history_of_closed_prospects_and_strangers_goes_and_the_rest_stays(make_world):
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
            db.execute("INSERT INTO salesreg.assignments (prospect, rep, started_at, ended_at, reason)"
                       " VALUES (%s, %s, now() - %s * interval '1 day', now() - %s * interval '1 day', 'declined')",
                       prospect, rep, days, days)
            db.execute("INSERT INTO salesreg.prospect_events (prospect, rep, kind, at)"
                       " VALUES (%s, %s, 'declined', now() - %s * interval '1 day')", prospect, rep, days)
    for user, days, chosen in ((1, 400, False), (2, 1, False), (3, 400, True), (501, 400, False)):
        db.execute("INSERT INTO salesreg.user_sessions (user_id, locale_chosen, updated_at)"
                   " VALUES (%s, %s, now() - %s * interval '1 day')", user, chosen, days)
    world.start_outreach(HISTORY_RETENTION_DAYS="90")
    db.eventually("SELECT count(*) = 3 FROM salesreg.user_sessions")
    assert sorted(db.column("SELECT user_id FROM salesreg.user_sessions")) == [2, 3, 501]
    kept = {"open": 2, "odd": 2, "done": 1, "put_away": 1, "deleted": 1}
    for table, at in (("assignments", "ended_at"), ("prospect_events", "at")):
        found = dict(db.rows(f"SELECT prospect, count(*) FROM salesreg.{table} WHERE {at} < now() - interval '12 hours'"
                             " GROUP BY 1"))
        assert found == kept, table
