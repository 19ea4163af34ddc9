#include "salesreg/store/calendar_sync.h"
#include "rows.h"

struct calendar_sync_steps calendar_sync_load(
    struct db_plan *plan, struct arena *a, const char *rep)
{
	struct calendar_sync_steps steps;
	steps.account = db_plan_add(plan, SQL_CALENDAR_SYNC_LOAD, rep);
	steps.calendars =
	    db_plan_add(plan, SQL_CALENDAR_SYNC_CALENDARS, rep, db_i64(a, CALENDARS_MOST));
	return steps;
}

bool calendar_sync_parse(const PGresult *result, struct arena *a, struct calendar_sync_row *row)
{
	static const struct column columns[] = {COL(calendar_sync_row, state, TEXT),
	    COL(calendar_sync_row, refresh_token, TEXT), COL(calendar_sync_row, access_token, TEXT),
	    COL(calendar_sync_row, access_s, I64), COL(calendar_sync_row, person, I64),
	    COL(calendar_sync_row, stays, BOOL), COL(calendar_sync_row, locale, TEXT),
	    COL(calendar_sync_row, failures, I64), COL(calendar_sync_row, list_due, BOOL),
	    COL(calendar_sync_row, email, TEXT), COL(calendar_sync_row, week_old, BOOL),
	    COL(calendar_sync_row, since_us, I64), COL(calendar_sync_row, target, TEXT),
	    COL(calendar_sync_row, target_name, TEXT)};
	if (PQntuples(result) == 0)
		return false;
	row_parse(result, 0, a, columns, COLUMN_COUNT(columns), row);
	return true;
}

size_t calendar_due_parse(const PGresult *result, struct arena *a, struct calendar_due_row **rows)
{
	static const struct column columns[] = {COL(calendar_due_row, id, TEXT),
	    COL(calendar_due_row, own, BOOL), COL(calendar_due_row, sync_token, TEXT),
	    COL(calendar_due_row, error, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

void calendar_tokens_store(struct db_plan *plan, struct arena *a, const struct calendar_tokens *t)
{
	(void)db_plan_add(plan, SQL_CALENDAR_TOKENS_STORE, t->rep, t->old_refresh, t->refresh,
	    t->access, db_i64(a, t->seconds), t->key_id);
}

bool calendar_tokens_stored(const PGresult *result)
{
	return db_get_bool(result, 0, 0);
}

void calendar_token_dead(
    struct db_plan *plan, const char *rep, const char *refresh_token, const char *why, bool dead)
{
	(void)db_plan_add(plan, SQL_CALENDAR_TOKEN_DEAD, rep, refresh_token, why, db_bool(dead));
}

void calendar_list_store(struct db_plan *plan, struct arena *a, const char *rep,
    const struct calendar_list_row *rows, size_t count, const char *zone, int64_t since_us)
{
	(void)db_plan_add(plan, SQL_CALENDAR_LIST_STORE, rep, TEXT_COLUMN(a, rows, count, id),
	    TEXT_COLUMN(a, rows, count, summary), TEXT_COLUMN(a, rows, count, role),
	    BOOL_COLUMN(a, rows, count, primary), BOOL_COLUMN(a, rows, count, selected), zone,
	    db_i64(a, since_us), db_i64(a, CALENDARS_MOST));
}

void calendar_target_gone(
    struct db_plan *plan, struct arena *a, const char *rep, const char *target, int64_t since_us)
{
	(void)db_plan_add(plan, SQL_CALENDAR_TARGET_GONE, rep, target, db_i64(a, since_us));
}

/* One of the two columns is NULL: an instant or a day. */
static const char *numbers(
    struct arena *a, const struct busy_event *rows, size_t count, size_t offset, bool of_all_day)
{
	const char **texts = ARENA_ARRAY(a, const char *, count);
	for (size_t i = 0; i < count; i++)
		if (rows[i].all_day == of_all_day)
			texts[i] = db_i64(
			    a, *(const int64_t *)(const void *)((const char *)&rows[i] + offset));
	return db_text_array(a, texts, count);
}

void calendar_change_store(struct db_plan *plan, struct arena *a, const struct calendar_change *c)
{
	(void)db_plan_add(plan, SQL_CALENDAR_EVENTS_WIPE, c->rep, c->calendar, db_bool(c->whole),
	    db_text_array(a, c->changed, c->changed_count));
	if (c->busy_count > 0)
		(void)db_plan_add(plan, SQL_CALENDAR_EVENTS_ADD, c->rep, c->calendar,
		    TEXT_COLUMN(a, c->busy, c->busy_count, id),
		    numbers(
			a, c->busy, c->busy_count, offsetof(struct busy_event, starts_us), false),
		    numbers(a, c->busy, c->busy_count, offsetof(struct busy_event, ends_us), false),
		    numbers(
			a, c->busy, c->busy_count, offsetof(struct busy_event, first_day), true),
		    numbers(a, c->busy, c->busy_count, offsetof(struct busy_event, end_day), true),
		    c->zone);
	(void)db_plan_add(
	    plan, SQL_CALENDAR_SYNCED, c->rep, c->calendar, c->sync_token, db_bool(c->whole), NULL);
}

void calendar_unknown(struct db_plan *plan, const char *rep, const char *calendar, const char *why)
{
	(void)db_plan_add(plan, SQL_CALENDAR_SYNCED, rep, calendar, NULL, db_bool(false), why);
}

void calendar_sync_end(struct db_plan *plan, const char *rep, const char *why)
{
	(void)db_plan_add(plan, SQL_CALENDAR_SYNC_END, rep, why);
}

void calendar_disconnect_rep(struct db_plan *plan, struct arena *a, const char *rep)
{
	(void)db_plan_add(plan, SQL_CALENDAR_DISCONNECT, db_text_array(a, &rep, 1));
}
