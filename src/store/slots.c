#include "salesreg/store/slots.h"
#include "rows.h"

size_t slots_busy(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count, int64_t most)
{
	return db_plan_add(plan, SQL_SLOTS_BUSY, "{}", db_i64_array(a, people, count), db_i64(a, 0),
	    db_i64(a, most));
}

size_t slots_busy_parse(const PGresult *result, struct arena *a, struct busy_row **rows)
{
	static const struct column columns[] = {COL(busy_row, rep, TEXT),
	    COL(busy_row, person, I64), COL(busy_row, starts_us, I64), COL(busy_row, ends_us, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t slots_unknown(struct db_plan *plan, struct arena *a, const char *const *reps, size_t count)
{
	return db_plan_add(plan, SQL_SLOTS_UNKNOWN, db_text_array(a, reps, count));
}

size_t slots_unknown_parse(const PGresult *result, struct arena *a, struct unknown_row **rows)
{
	static const struct column columns[] = {
	    COL(unknown_row, rep, TEXT), COL(unknown_row, why, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

bool slots_busy_now(struct db_session *session, struct arena *a, const char *rep, int64_t at_us,
    struct busy_row **rows, size_t *count)
{
	const PGresult *r = db_session_run(session, SQL_SLOTS_BUSY, db_text_array(a, &rep, 1),
	    db_i64_array(a, NULL, 0), db_i64(a, at_us), NULL);
	*count = r ? slots_busy_parse(r, a, rows) : 0;
	return r;
}

bool slots_unknown_now(
    struct db_session *session, struct arena *a, const char *rep, const char **why)
{
	struct unknown_row *rows;
	const PGresult *r = db_session_run(session, SQL_SLOTS_UNKNOWN, db_text_array(a, &rep, 1));
	*why = r && slots_unknown_parse(r, a, &rows) > 0 ? rows[0].why : NULL;
	return r;
}

bool slots_local(struct db_session *session, struct arena *a, const int64_t *instants, size_t count,
    const char *zone, const char **local)
{
	const PGresult *r =
	    db_session_run(session, SQL_SLOTS_LOCAL, db_i64_array(a, instants, count), zone);
	for (size_t i = 0; r && i < count; i++)
		local[i] = db_get_text(a, r, (int)i, 0);
	return r;
}
