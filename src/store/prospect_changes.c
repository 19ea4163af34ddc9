#include "salesreg/store/prospect_changes.h"
#include "rows.h"
#include <sodium.h>

enum { NOBODY_BYTES = 12 };
#define LATELY_S "900" /* longer than going through the history takes */

bool prospect_changes_lock(
    struct db_session *s, struct arena *a, const char *id, bool *is_there, struct prospect_now *now)
{
	static const struct column columns[] = {COL(prospect_now, id, TEXT),
	    COL(prospect_now, name, TEXT), COL(prospect_now, status, TEXT),
	    COL(prospect_now, telegram, TEXT), COL(prospect_now, email, TEXT),
	    COL(prospect_now, context, TEXT), COL(prospect_now, notes, TEXT),
	    COL(prospect_now, rep, TEXT), COL(prospect_now, rep_name, TEXT),
	    COL(prospect_now, rep_status, TEXT)};
	struct prospect_now *rows;
	if (!db_session_run_plain(s, SQL_ASSIGNMENT_LOCK))
		return false;
	const PGresult *r = db_session_run(s, SQL_PROSPECT_CHANGES_LOCK, id);
	if (!r)
		return false;
	*is_there = ROWS_PARSE(r, a, columns, &rows) > 0;
	if (*is_there)
		*now = rows[0];
	return true;
}

/* The statements take many; what a command changes is one. */
static const char *one(struct arena *a, const char *value)
{
	return db_text_array(a, &value, 1);
}

bool prospect_changes_give(struct db_session *s, struct arena *a, const char *id, const char *rep)
{
	return db_session_run(s, SQL_PROSPECT_CHANGES_GIVE, one(a, id), one(a, rep));
}

bool prospect_changes_status(struct db_session *s, struct arena *a, const char *id,
    const char *status, const char *event, const char *why)
{
	return db_session_run(
	    s, SQL_PROSPECT_CHANGES_STATUS, one(a, id), one(a, status), one(a, event), one(a, why));
}

bool prospect_changes_note(struct db_session *s, struct arena *a, const char *id, const char *text)
{
	return db_session_run(s, SQL_PROSPECT_CHANGES_NOTE, one(a, id), one(a, text));
}

bool prospect_changes_edit(
    struct db_session *s, const char *id, const struct prospect_fields *fields)
{
	return db_session_run(s, SQL_PROSPECT_CHANGES_EDIT, id, fields->name, fields->telegram,
	    fields->email, fields->context, fields->notes);
}

bool prospect_changes_alike(struct db_session *s, struct arena *a, const char *kind,
    const char *contact, const char *email_key, bool *any, struct prospect_now *found)
{
	static const struct column columns[] = {COL(prospect_now, id, TEXT),
	    COL(prospect_now, name, TEXT), COL(prospect_now, status, TEXT),
	    COL(prospect_now, rep_name, TEXT)};
	struct prospect_now *rows;
	*any = false;
	if (!db_session_run_plain(s, SQL_ASSIGNMENT_LOCK))
		return false;
	const PGresult *r = db_session_run(s, SQL_PROSPECT_CHANGES_ALIKE, kind, contact, email_key);
	*any = r && ROWS_PARSE(r, a, columns, &rows) > 0;
	if (*any)
		*found = rows[0];
	return r;
}

bool prospect_changes_add(struct db_session *s, struct arena *a,
    const struct prospect_fields *fields, const char *rep, const char **id)
{
	const PGresult *r = db_session_run(s, SQL_PROSPECT_CHANGES_ADD, fields->name,
	    fields->telegram, fields->email, fields->context, fields->notes, rep);
	*id = r ? db_get_text(a, r, 0, 0) : NULL;
	return r;
}

bool prospect_changes_may_delete(struct db_session *s, bool *may)
{
	const PGresult *r = db_session_run_plain(s, SQL_PROSPECT_CHANGES_MAY_DELETE);
	*may = r && db_get_bool(r, 0, 0);
	return r;
}

bool prospect_changes_remove(struct db_session *s, const char *id)
{
	return db_session_run(s, SQL_PROSPECT_CHANGES_REMOVE, id);
}

bool prospect_merge_accounts(
    struct db_session *s, const char *from, const char *into, int64_t *accounts)
{
	const PGresult *r = db_session_run(s, SQL_PROSPECT_MERGE_ACCOUNTS, from, into);
	*accounts = r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}

bool prospect_merge(struct db_session *s, const char *from, const char *into)
{
	if (!db_session_run(s, SQL_PROSPECT_MERGE_FILL, from, into))
		return false;
	const PGresult *r = db_session_run(s, SQL_PROSPECT_MERGE_MOVE, from, into);
	bool moves = r && db_get_bool(r, 0, 0);
	return r && (!moves || db_session_run(s, SQL_PROSPECT_MERGE_TALK, from, into)) &&
	       prospect_changes_remove(s, from);
}

bool prospect_forget_history(struct db_session *s, const char *id, int64_t *messages)
{
	const PGresult *r = db_session_run(s, SQL_PROSPECT_FORGET_HISTORY, id, NULL);
	*messages += r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}

bool prospect_forget_hold(struct db_session *s, const char *id)
{
	return db_session_run(s, SQL_PROSPECT_FORGET_HOLD, id);
}

/* Of the time since the history was gone through, and of what waits. */
static bool forget_messages(struct db_session *s, const char *id, int64_t *messages)
{
	const PGresult *r = db_session_run(s, SQL_PROSPECT_FORGET_HISTORY, id, LATELY_S);
	*messages += r ? db_get_i64(r, 0, 0, 0) : 0;
	r = r ? db_session_run(s, SQL_PROSPECT_FORGET_UNSENT, id) : NULL;
	*messages += r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}

/* An id that says nothing. */
static const char *nobodys_id(struct arena *a)
{
	unsigned char random[NOBODY_BYTES];
	char hex[2 * NOBODY_BYTES + 1];
	randombytes_buf(random, sizeof random);
	return arena_printf(
	    a, "forgotten-%s", sodium_bin2hex(hex, sizeof hex, random, sizeof random));
}

size_t prospect_retention_due(
    struct db_plan *plan, struct arena *a, int64_t days, const char *after)
{
	return db_plan_add(plan, SQL_PROSPECT_RETENTION_DUE, db_i64(a, days), after);
}

void prospect_retention_forget(struct db_plan *plan, struct arena *a, const char *id, int64_t days)
{
	const char *anew = nobodys_id(a);
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	(void)db_plan_add(plan, SQL_PROSPECT_FORGET_HOLD, id);
	/* the long look before what others wait for */
	(void)db_plan_add(plan, SQL_PROSPECT_FORGET_HISTORY, id, NULL);
	(void)db_plan_add_plain(plan, SQL_ASSIGNMENT_LOCK);
	(void)db_plan_add(plan, SQL_PROSPECT_RETENTION_STILL, id, db_i64(a, days));
	(void)db_plan_add(plan, SQL_PROSPECT_FORGET_HISTORY, id, LATELY_S);
	(void)db_plan_add(plan, SQL_PROSPECT_FORGET_UNSENT, id);
	(void)db_plan_add(plan, SQL_PROSPECT_FORGET_KEEP, id, anew);
	(void)db_plan_add(plan, SQL_PROSPECT_FORGET_MOVE, id, anew);
	(void)db_plan_add(plan, SQL_PROSPECT_FORGET_GO, id);
	(void)db_plan_add(plan, SQL_PROSPECT_FORGET_CHANGES, id);
	(void)db_plan_add(plan, SQL_AUDIT_WRITE, "program", "outreach", NULL, NULL,
	    "PROSPECT_RETENTION_DAYS", "forget", NULL, anew, NULL, NULL);
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
}

bool prospect_forget(struct db_session *s, struct arena *a, const char *id, const char **anew,
    const char **alike, int64_t *messages)
{
	*anew = nobodys_id(a);
	const PGresult *r = db_session_run(s, SQL_PROSPECT_FORGET_ALIKE, id);
	*alike = r ? db_get_text(a, r, 0, 0) : NULL;
	return r && forget_messages(s, id, messages) &&
	       db_session_run(s, SQL_PROSPECT_FORGET_KEEP, id, *anew) &&
	       db_session_run(s, SQL_PROSPECT_FORGET_MOVE, id, *anew) &&
	       db_session_run(s, SQL_PROSPECT_FORGET_GO, id) &&
	       db_session_run(s, SQL_PROSPECT_FORGET_CHANGES, id);
}
