#include "salesreg/store/doctor_calendar.h"
#include "rows.h"

enum { KEYS_MOST = 32 };

bool doctor_calendar_accounts(struct db_session *s, struct arena *a, struct doctor_accounts *out)
{
	static const struct column columns[] = {COL(doctor_accounts, connected, I64),
	    COL(doctor_accounts, late, I64), COL(doctor_accounts, oldest_ms, I64),
	    COL(doctor_accounts, late_why, TEXT), COL(doctor_accounts, reconnect, I64),
	    COL(doctor_accounts, week_old, I64)};
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_CALENDAR_ACCOUNTS);
	*out = (struct doctor_accounts){.late_why = NULL};
	if (r)
		row_parse(r, 0, a, columns, COLUMN_COUNT(columns), out);
	return r;
}

bool doctor_calendar_revocations(struct db_session *s, struct arena *a, int64_t longer_than_s,
    int64_t *count, int64_t *oldest_ms, const char **why)
{
	const PGresult *r =
	    db_session_run(s, SQL_DOCTOR_CALENDAR_REVOCATIONS, db_i64(a, longer_than_s));
	*count = r ? db_get_i64(r, 0, 0, 0) : 0;
	*oldest_ms = r ? db_get_i64(r, 0, 1, 0) : 0;
	*why = r ? db_get_text(a, r, 0, 2) : NULL;
	return r;
}

bool doctor_calendar_keys(
    struct db_session *s, struct arena *a, struct doctor_key **rows, size_t *count)
{
	static const struct column columns[] = {
	    COL(doctor_key, id, TEXT), COL(doctor_key, tokens, I64)};
	const PGresult *r = db_session_run(s, SQL_DOCTOR_CALENDAR_KEYS, db_i64(a, KEYS_MOST));
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}
