#include "salesreg/store/rep_changes.h"
#include "rows.h"
#include <string.h>

bool rep_changes_lock(
    struct db_session *s, struct arena *a, const char *id, bool *is_there, struct rep_now *now)
{
	static const struct column columns[] = {COL(rep_now, id, TEXT), COL(rep_now, name, TEXT),
	    COL(rep_now, email, TEXT), COL(rep_now, telegram_id, I64), COL(rep_now, status, TEXT),
	    COL(rep_now, locale, TEXT), COL(rep_now, proven, BOOL), COL(rep_now, available, BOOL),
	    COL(rep_now, open, I64), COL(rep_now, capacity, I64), COL(rep_now, paused, BOOL),
	    COL(rep_now, paused_until_us, I64), COL(rep_now, is_admin, BOOL)};
	struct rep_now *rows;
	if (!db_session_run_plain(s, SQL_ASSIGNMENT_LOCK))
		return false;
	const PGresult *r = db_session_run(s, SQL_REP_CHANGES_LOCK, id);
	if (!r)
		return false;
	*is_there = ROWS_PARSE(r, a, columns, &rows) > 0;
	if (*is_there)
		*now = rows[0];
	return true;
}

bool rep_changes_holder(struct db_session *s, struct arena *a, const char *email_key,
    const char *rep, const char **name, const char **status)
{
	const PGresult *r = db_session_run(s, SQL_REP_CHANGES_HOLDER, email_key, rep);
	bool any = r && PQntuples(r) > 0;
	*name = any ? db_get_text(a, r, 0, 0) : NULL;
	*status = any ? db_get_text(a, r, 0, 1) : NULL;
	return r;
}

static void plan_status(struct db_plan *plan, const char *reps, const char *one_status,
    const char *nobody, const struct rep_change *change)
{
	bool decided = strcmp(change->from, "pending") == 0;
	bool removed = strcmp(change->to, "removed") == 0;
	if (decided && (removed || strcmp(change->to, "active") == 0)) {
		(void)db_plan_add(plan, SQL_REPS_DECIDE, reps, one_status, nobody);
		return;
	}
	if (removed)
		(void)db_plan_add(plan, SQL_REPS_LEAVE, reps);
	else
		(void)db_plan_add(plan, SQL_REPS_SET_STATUS, reps, change->to);
}

void rep_changes_plan(struct db_plan *plan, struct arena *a, const struct rep_change *change)
{
	const char *reps = db_text_array(a, &change->rep, 1);
	if (change->to) {
		plan_status(plan, reps, db_text_array(a, &change->to, 1),
		    db_text_array(a, &(const char *){NULL}, 1), change);
		if (strcmp(change->to, "suspended") == 0)
			(void)db_plan_add(plan, SQL_ASSIGNMENTS_RELEASE, reps, "suspended");
		if (strcmp(change->to, "removed") == 0) {
			(void)db_plan_add(plan, SQL_ASSIGNMENTS_RELEASE, reps, "unregistered");
			(void)db_plan_add(plan, SQL_CALENDAR_DISCONNECT, reps);
		}
	}
	if (change->name)
		(void)db_plan_add(
		    plan, SQL_REPS_SET_NAME, reps, db_text_array(a, &change->name, 1));
	if (change->email)
		(void)db_plan_add(plan, SQL_REPS_EMAIL, reps, db_text_array(a, &change->email, 1),
		    db_text_array(a, &change->email_key, 1));
}

bool rep_changes_account(
    struct db_session *s, struct arena *a, int64_t telegram_id, struct rep_account *account)
{
	static const struct column columns[] = {COL(rep_account, id, TEXT),
	    COL(rep_account, name, TEXT), COL(rep_account, status, TEXT),
	    COL(rep_account, met, BOOL), COL(rep_account, locale, TEXT)};
	struct rep_account *rows;
	const PGresult *r = db_session_run(s, SQL_REP_CHANGES_BY_ACCOUNT, db_i64(a, telegram_id));
	if (!r || ROWS_PARSE(r, a, columns, &rows) == 0)
		return false;
	*account = rows[0];
	return true;
}

bool rep_changes_add(struct db_session *s, struct arena *a, const struct rep_account *account,
    const struct rep_now *rep, const char *email_key)
{
	struct rep_account added;
	const char *names = db_text_array(a, &rep->name, 1),
		   *emails = db_text_array(a, &rep->email, 1);
	const char *keys = db_text_array(a, &email_key, 1);
	const char *nobody = db_text_array(a, &(const char *){NULL}, 1);
	const char *active = db_text_array(a, &(const char *){"active"}, 1);
	if (account->id
		? !db_session_run(s, SQL_REPS_REJOIN, db_text_array(a, &account->id, 1), nobody,
		      names, emails, keys, active)
		: !db_session_run(s, SQL_REPS_REGISTER, db_i64_array(a, &rep->telegram_id, 1),
		      nobody, names, emails, keys, active))
		return false;
	if (account->met)
		return true;
	return rep_changes_account(s, a, rep->telegram_id, &added) &&
	       db_session_run(s, SQL_REPS_UNAVAILABLE, db_text_array(a, &added.id, 1),
		   "has not opened the bot yet");
}

bool rep_changes_take_over(struct db_session *s, const char *from, const char *into, int64_t *open)
{
	const PGresult *r = db_session_run(s, SQL_REPS_TAKE_OVER, from, into);
	*open = r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}

bool rep_changes_capacity(struct db_session *s, struct arena *a, const char *rep, int64_t capacity)
{
	return db_session_run(
	    s, SQL_REPS_SET_CAPACITY, db_text_array(a, &rep, 1), db_i64_array(a, &capacity, 1));
}

bool rep_changes_admin(struct db_session *s, const char *rep, bool is_admin)
{
	return db_session_run(s, SQL_REPS_SET_ADMIN, rep, db_bool(is_admin));
}

bool rep_changes_other_admins(struct db_session *s, const char *rep, int64_t *others)
{
	const PGresult *r = db_session_run(s, SQL_REPS_OTHER_ADMINS, rep);
	*others = r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}

bool rep_changes_pause(
    struct db_session *s, struct arena *a, const char *rep, int64_t seconds, int64_t *until_us)
{
	const PGresult *r = db_session_run(
	    s, SQL_REPS_PAUSE, db_text_array(a, &rep, 1), db_i64_array(a, &seconds, 1));
	*until_us = r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}

bool rep_changes_run(struct db_session *s, const struct db_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (!db_session_ask(s, plan->steps[i].statement, plan->steps[i].values,
			(size_t)plan->steps[i].count))
			return false;
	return true;
}
