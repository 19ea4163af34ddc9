#include "salesreg/store/hours.h"
#include "rows.h"

size_t hours_read(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count,
    const char *zone)
{
	return db_plan_add(plan, SQL_HOURS_READ, "{}", db_i64_array(a, telegram_ids, count), zone);
}

size_t hours_parse(const PGresult *result, struct arena *a, struct hours_row **rows)
{
	static const struct column columns[] = {COL(hours_row, rep, TEXT),
	    COL(hours_row, slot_minutes, I64), COL(hours_row, step_minutes, I64),
	    COL(hours_row, buffer_before_minutes, I64), COL(hours_row, buffer_after_minutes, I64),
	    COL(hours_row, notice_minutes, I64), COL(hours_row, horizon_days, I64),
	    COL(hours_row, most_a_day, I64), COL(hours_row, hours, TEXT),
	    COL(hours_row, days_off, TEXT), COL(hours_row, zone, TEXT),
	    COL(hours_row, own_zone, BOOL), COL(hours_row, today, I64), COL(hours_row, now, TEXT),
	    COL(hours_row, calendar_zone, TEXT), COL(hours_row, here_zone, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t zones_read(struct db_plan *plan, struct arena *a, const char *const *names, size_t count)
{
	return db_plan_add(plan, SQL_ZONES_READ, db_text_array(a, names, count));
}

size_t zones_parse(const PGresult *result, struct arena *a, struct zone_row **rows)
{
	static const struct column columns[] = {
	    COL(zone_row, name, TEXT), COL(zone_row, now, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t hours_windows(struct db_plan *plan, struct arena *a, const int64_t *people, size_t count,
    const char *zone, int64_t most)
{
	return db_plan_add(plan, SQL_HOURS_WINDOWS, "{}", db_i64_array(a, people, count), NULL,
	    zone, db_i64(a, 0), db_i64(a, most));
}

size_t hours_windows_parse(const PGresult *result, struct arena *a, struct hours_window **windows)
{
	static const struct column columns[] = {COL(hours_window, rep, TEXT),
	    COL(hours_window, person, I64), COL(hours_window, number, I64),
	    COL(hours_window, day, I64), COL(hours_window, zone, TEXT),
	    COL(hours_window, starts_us, I64), COL(hours_window, ends_us, I64),
	    COL(hours_window, labels, TEXT)};
	return ROWS_PARSE(result, a, columns, windows);
}

bool hours_owner(
    struct db_session *session, struct arena *a, const char *email_key, struct hours_owner *owner)
{
	static const struct column columns[] = {COL(hours_owner, id, TEXT),
	    COL(hours_owner, name, TEXT), COL(hours_owner, email, TEXT),
	    COL(hours_owner, status, TEXT)};
	const PGresult *r = db_session_run(session, SQL_OPERATOR_REP_BY_EMAIL, email_key);
	*owner = (struct hours_owner){.id = NULL};
	if (r && PQntuples(r) > 0)
		row_parse(r, 0, a, columns, COLUMN_COUNT(columns), owner);
	return r;
}

bool hours_of_rep(struct db_session *session, struct arena *a, const char *rep, const char *zone,
    struct hours_row *row)
{
	struct hours_row *rows;
	const PGresult *r = db_session_run(
	    session, SQL_HOURS_READ, db_text_array(a, &rep, 1), db_i64_array(a, NULL, 0), zone);
	if (!r)
		return false;
	size_t count = hours_parse(r, a, &rows);
	*row = count ? rows[0] : (struct hours_row){.rep = rep};
	return true;
}

bool hours_windows_now(struct db_session *session, struct arena *a, const char *rep,
    const char *zone, int64_t from_us, struct hours_window **windows, size_t *count)
{
	const PGresult *r = db_session_run(session, SQL_HOURS_WINDOWS, db_text_array(a, &rep, 1),
	    db_i64_array(a, NULL, 0), NULL, zone, db_i64(a, from_us), NULL);
	*count = r ? hours_windows_parse(r, a, windows) : 0;
	return r;
}

static bool one(struct db_session *session, struct arena *a, enum sql_statement statement,
    const char *rep, const char *what)
{
	return !what || db_session_run(session, statement, db_text_array(a, &rep, 1),
			    db_text_array(a, &what, 1));
}

static const char *or_null(struct arena *a, int64_t value)
{
	return value == HOURS_AS_IT_IS ? NULL : db_i64(a, value);
}

static bool change_rules(struct db_session *session, struct arena *a, const char *rep,
    const struct hours_change *c, bool *zone_is_known)
{
	const PGresult *r =
	    db_session_run(session, SQL_SCHEDULE_SET, rep, c->zone, or_null(a, c->slot),
		or_null(a, c->step), or_null(a, c->buffer_before), or_null(a, c->buffer_after),
		or_null(a, c->notice), or_null(a, c->horizon), or_null(a, c->most_a_day));
	*zone_is_known = !r || db_get_bool(r, 0, 0);
	return r;
}

bool hours_change(struct db_session *session, struct arena *a, const char *rep,
    const struct hours_change *change, bool *zone_is_known)
{
	*zone_is_known = true;
	return change_rules(session, a, rep, change, zone_is_known) &&
	       (!change->hours ||
		   db_session_run(session, SQL_HOURS_CLEAR, db_text_array(a, &rep, 1))) &&
	       one(session, a, SQL_HOURS_ADD, rep, change->hours) &&
	       one(session, a, SQL_DAYS_OFF_ADD, rep, change->days_off) &&
	       one(session, a, SQL_DAYS_OFF_REMOVE, rep, change->working);
}
