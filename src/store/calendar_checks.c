#include "salesreg/store/calendar_checks.h"
#include "rows.h"
#include "salesreg/base/clock.h"
#include <poll.h>

enum { LOOK_MS = 100 };

size_t calendar_check_ask(
    struct db_plan *plan, struct arena *a, const char *rep, int64_t from_us, int64_t until_us)
{
	return db_plan_add(
	    plan, SQL_CALENDAR_CHECK_ASK, rep, db_i64(a, from_us), db_i64(a, until_us));
}

const char *calendar_check_id(const PGresult *result, struct arena *a)
{
	return db_get_text(a, result, 0, 0);
}

size_t calendar_check_read(struct db_plan *plan, const char *id)
{
	return db_plan_add(plan, SQL_CALENDAR_CHECK_READ, id);
}

void calendar_check_parse(const PGresult *result, struct arena *a, struct calendar_check *check)
{
	size_t rows = (size_t)PQntuples(result);
	*check = (struct calendar_check){.busy = ARENA_ARRAY(a, struct calendar_check_busy, rows)};
	if (rows == 0)
		return;
	check->is_answered = db_get_bool(result, 0, 0);
	check->unknown = db_get_text(a, result, 0, 1);
	for (size_t i = 0; i < rows; i++)
		if (!PQgetisnull(result, (int)i, 2))
			check->busy[check->count++] = (struct calendar_check_busy){
			    db_get_i64(result, (int)i, 2, 0), db_get_i64(result, (int)i, 3, 0)};
}

enum calendar_verdict calendar_check_verdict(
    const struct calendar_check *check, int64_t from_us, int64_t until_us)
{
	if (!check->is_answered || check->unknown)
		return CALENDAR_UNKNOWN;
	for (size_t i = 0; i < check->count; i++)
		if (check->busy[i].starts_us < until_us && check->busy[i].ends_us > from_us)
			return CALENDAR_BUSY;
	return CALENDAR_FREE;
}

bool calendar_check_now(struct db_session *session, struct arena *a, const char *rep,
    int64_t from_us, int64_t until_us, struct calendar_check *check)
{
	int64_t end_us = clock_monotonic_us() + CALENDAR_CHECK_MS * INT64_C(1000);
	const PGresult *r = db_session_run(
	    session, SQL_CALENDAR_CHECK_ASK, rep, db_i64(a, from_us), db_i64(a, until_us));
	if (!r)
		return false;
	const char *id = calendar_check_id(r, a);
	do {
		(void)poll(NULL, 0, LOOK_MS);
		r = db_session_run(session, SQL_CALENDAR_CHECK_READ, id);
		if (!r)
			return false;
		calendar_check_parse(r, a, check);
	} while (!check->is_answered && clock_monotonic_us() < end_us);
	return true;
}

size_t calendar_check_load(struct db_plan *plan, const char *rep)
{
	return db_plan_add(plan, SQL_CALENDAR_CHECK_LOAD, rep);
}

void calendar_check_row_parse(
    const PGresult *result, struct arena *a, struct calendar_check_row *row)
{
	static const struct column columns[] = {COL(calendar_check_row, id, TEXT),
	    COL(calendar_check_row, from_us, I64), COL(calendar_check_row, until_us, I64)};
	*row = (struct calendar_check_row){.id = NULL};
	if (PQntuples(result) > 0)
		row_parse(result, 0, a, columns, COLUMN_COUNT(columns), row);
}

void calendar_check_answer(struct db_plan *plan, struct arena *a, const char *id,
    const char *unknown, const struct calendar_check_busy *busy, size_t count)
{
	int64_t *starts = ARENA_ARRAY(a, int64_t, count), *ends = ARENA_ARRAY(a, int64_t, count);
	for (size_t i = 0; i < count; i++) {
		starts[i] = busy[i].starts_us;
		ends[i] = busy[i].ends_us;
	}
	(void)db_plan_add(plan, SQL_CALENDAR_CHECK_ANSWER, id, unknown,
	    db_i64_array(a, starts, count), db_i64_array(a, ends, count));
}
