#include "salesreg/store/calendar_operators.h"
#include "rows.h"
#include <string.h>

bool calendar_operators_list(struct db_session *s, struct arena *a, const char *rep, int64_t limit,
    struct calendar_listed **rows, size_t *count)
{
	static const struct column columns[] = {COL(calendar_listed, rep, TEXT),
	    COL(calendar_listed, name, TEXT), COL(calendar_listed, email, TEXT),
	    COL(calendar_listed, account, TEXT), COL(calendar_listed, state, TEXT),
	    COL(calendar_listed, reason, TEXT), COL(calendar_listed, connected_us, I64),
	    COL(calendar_listed, synced_us, I64), COL(calendar_listed, key_id, TEXT),
	    COL(calendar_listed, time_zone, TEXT), COL(calendar_listed, failures, I64)};
	const PGresult *r = db_session_run(s, SQL_OPERATOR_CALENDAR_LIST, rep, db_i64(a, limit));
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool calendar_operators_count(struct db_session *s, int64_t *total)
{
	const PGresult *r = db_session_run_plain(s, SQL_OPERATOR_CALENDAR_COUNT);
	*total = r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}

bool calendar_operators_calendars(struct db_session *s, struct arena *a, const char *rep,
    int64_t limit, struct calendar_shown **rows, size_t *count)
{
	static const struct column columns[] = {COL(calendar_shown, id, TEXT),
	    COL(calendar_shown, summary, TEXT), COL(calendar_shown, primary, BOOL),
	    COL(calendar_shown, counts, BOOL), COL(calendar_shown, error, TEXT),
	    COL(calendar_shown, synced_us, I64), COL(calendar_shown, target, BOOL)};
	const PGresult *r =
	    db_session_run(s, SQL_OPERATOR_CALENDAR_CALENDARS, rep, db_i64(a, limit));
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool calendar_operators_jobs(struct db_session *s, struct arena *a, const char *rep, int64_t limit,
    struct calendar_job_shown **rows, size_t *count)
{
	static const struct column columns[] = {COL(calendar_job_shown, kind, TEXT),
	    COL(calendar_job_shown, due_us, I64), COL(calendar_job_shown, under_way, BOOL),
	    COL(calendar_job_shown, attempts, I64), COL(calendar_job_shown, error, TEXT)};
	const PGresult *r = db_session_run(s, SQL_OPERATOR_CALENDAR_JOBS, rep, db_i64(a, limit));
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool calendar_operators_disconnect(struct db_session *s, struct arena *a, const char *rep)
{
	return db_session_run(s, SQL_CALENDAR_DISCONNECT, db_text_array(a, &rep, 1));
}

bool calendar_operators_sync(
    struct db_session *s, const char *rep, int64_t *accounts, int64_t *due, int64_t *grants)
{
	const PGresult *r = db_session_run(s, SQL_OPERATOR_CALENDAR_SYNC, rep);
	*accounts = r ? db_get_i64(r, 0, 0, 0) : 0;
	*due = r ? db_get_i64(r, 0, 1, 0) : 0;
	*grants = r ? db_get_i64(r, 0, 2, 0) : 0;
	return r;
}

bool calendar_operators_tokens(struct db_session *s, struct arena *a, const char *key_id,
    const char *after, int64_t limit, struct calendar_sealed **rows, size_t *count)
{
	static const struct column columns[] = {COL(calendar_sealed, rep, TEXT),
	    COL(calendar_sealed, refresh, TEXT), COL(calendar_sealed, access, TEXT)};
	const PGresult *r =
	    db_session_run(s, SQL_OPERATOR_CALENDAR_TOKENS, key_id, after, db_i64(a, limit));
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool calendar_operators_revocations(struct db_session *s, struct arena *a, const char *key_id,
    int64_t after, int64_t limit, struct calendar_sealed **rows, size_t *count)
{
	static const struct column columns[] = {COL(calendar_sealed, job, I64),
	    COL(calendar_sealed, rep, TEXT), COL(calendar_sealed, refresh, TEXT)};
	const PGresult *r = db_session_run(
	    s, SQL_OPERATOR_CALENDAR_REVOCATIONS, key_id, db_i64(a, after), db_i64(a, limit));
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool calendar_operators_reseal(struct db_session *s, struct arena *a,
    const struct calendar_sealed *old, const char *refresh, const char *access, const char *key_id,
    enum calendar_reseal *became)
{
	if (old->job) {
		const PGresult *r = db_session_run(s, SQL_OPERATOR_CALENDAR_RESEAL_REVOCATION,
		    db_i64(a, old->job), old->refresh, refresh);
		*became = r && PQntuples(r) > 0 ? CALENDAR_RESEALED : CALENDAR_RESEAL_CHANGED;
		return r;
	}
	const PGresult *r = db_session_run(s, SQL_OPERATOR_CALENDAR_RESEAL, old->rep, old->refresh,
	    old->access, refresh, access, key_id);
	const char *word = r ? db_get_text(a, r, 0, 0) : "";
	*became = strcmp(word, "done") == 0      ? CALENDAR_RESEALED
		  : strcmp(word, "changed") == 0 ? CALENDAR_RESEAL_CHANGED
						 : CALENDAR_RESEAL_BUSY;
	return r;
}
