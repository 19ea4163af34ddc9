#include "salesreg/store/agenda.h"
#include "rows.h"

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
