#include "salesreg/store/agenda.h"
#include "rows.h"

size_t agenda_busy(struct db_plan *plan, struct arena *a, const int64_t *people, size_t count,
    int64_t from_us, int64_t until_us)
{
	return db_plan_add(plan, SQL_AGENDA_BUSY, db_i64_array(a, people, count),
	    db_i64(a, from_us), db_i64(a, until_us), db_i64(a, AGENDA_BUSY_MOST));
}

size_t agenda_busy_parse(const PGresult *result, struct arena *a, struct agenda_busy **rows)
{
	static const struct column columns[] = {COL(agenda_busy, person, I64),
	    COL(agenda_busy, starts_us, I64), COL(agenda_busy, ends_us, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t agenda_days(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count, const char *zone)
{
	return db_plan_add(plan, SQL_AGENDA_DAYS, db_i64_array(a, people, count), zone,
	    db_i64(a, AGENDA_SPANS_MOST));
}

size_t agenda_days_parse(const PGresult *result, struct arena *a, struct agenda_span **rows)
{
	static const struct column columns[] = {COL(agenda_span, person, I64),
	    COL(agenda_span, day, I64), COL(agenda_span, from, TEXT),
	    COL(agenda_span, until, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t agenda_windows(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count, const char *zone)
{
	return db_plan_add(plan, SQL_AGENDA_WINDOWS, db_i64_array(a, people, count),
	    db_i64(a, AGENDA_DAYS_MOST), zone, db_i64(a, AGENDA_WINDOWS_MOST));
}

size_t agenda_windows_parse(const PGresult *result, struct arena *a, struct agenda_window **rows)
{
	static const struct column columns[] = {COL(agenda_window, person, I64),
	    COL(agenda_window, day, I64), COL(agenda_window, starts_us, I64),
	    COL(agenda_window, ends_us, I64), COL(agenda_window, labels, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}
