#include "salesreg/store/managed_reps.h"
#include "rows.h"

bool managed_reps_list(struct db_session *s, struct arena *a, const char *status, const char *words,
    const char *order, int64_t limit, struct managed_rep **rows, size_t *count)
{
	static const struct column columns[] = {COL(managed_rep, id, TEXT),
	    COL(managed_rep, name, TEXT), COL(managed_rep, email, TEXT),
	    COL(managed_rep, username, TEXT), COL(managed_rep, telegram_id, I64),
	    COL(managed_rep, status, TEXT), COL(managed_rep, open, I64),
	    COL(managed_rep, calendar, TEXT), COL(managed_rep, available, BOOL),
	    COL(managed_rep, reason, TEXT), COL(managed_rep, unreachable_since_us, I64),
	    COL(managed_rep, seen_us, I64), COL(managed_rep, registered_us, I64),
	    COL(managed_rep, total, I64), COL(managed_rep, capacity, I64),
	    COL(managed_rep, paused, BOOL), COL(managed_rep, paused_until_us, I64),
	    COL(managed_rep, is_admin, BOOL)};
	const PGresult *r = db_session_run(s, SQL_OPERATOR_REPS_LIST, status, words,
	    words ? rows_like(a, words) : NULL, order, db_i64(a, limit));
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}

bool managed_reps_more(struct db_session *s, struct arena *a, const char *id, bool *is_there,
    struct managed_rep_more *more)
{
	static const struct column columns[] = {COL(managed_rep_more, converted, I64),
	    COL(managed_rep_more, archived, I64), COL(managed_rep_more, contacted_us, I64),
	    COL(managed_rep_more, calendar_email, TEXT),
	    COL(managed_rep_more, calendar_reason, TEXT), COL(managed_rep_more, waiting, I64),
	    COL(managed_rep_more, undelivered, I64), COL(managed_rep_more, proven, BOOL)};
	struct managed_rep_more *rows;
	const PGresult *r = db_session_run(s, SQL_OPERATOR_REPS_MORE, id);
	if (!r)
		return false;
	*is_there = ROWS_PARSE(r, a, columns, &rows) > 0;
	if (*is_there)
		*more = rows[0];
	return true;
}
