#include "salesreg/store/hours.h"
#include "rows.h"

size_t hours_read(
    struct db_plan *plan, struct arena *a, const char *const *reps, size_t count, const char *zone)
{
	return db_plan_add(plan, SQL_HOURS_READ, db_text_array(a, reps, count), zone);
}

size_t hours_parse(const PGresult *result, struct arena *a, struct hours_row **rows)
{
	static const struct column columns[] = {COL(hours_row, rep, TEXT),
	    COL(hours_row, slot_minutes, I64), COL(hours_row, step_minutes, I64),
	    COL(hours_row, buffer_before_minutes, I64), COL(hours_row, buffer_after_minutes, I64),
	    COL(hours_row, notice_minutes, I64), COL(hours_row, horizon_days, I64),
	    COL(hours_row, most_a_day, I64), COL(hours_row, hours, TEXT),
	    COL(hours_row, days_off, TEXT), COL(hours_row, zone, TEXT),
	    COL(hours_row, own_zone, BOOL), COL(hours_row, today, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t hours_windows(struct db_plan *plan, struct arena *a, const char *const *reps, size_t count,
    size_t days, const char *zone, int64_t from_us)
{
	return db_plan_add(plan, SQL_HOURS_WINDOWS, db_text_array(a, reps, count),
	    db_i64(a, (int64_t)days), zone, db_i64(a, from_us));
}

size_t hours_windows_parse(const PGresult *result, struct arena *a, struct hours_window **windows)
{
	static const struct column columns[] = {COL(hours_window, rep, TEXT),
	    COL(hours_window, number, I64), COL(hours_window, day, I64),
	    COL(hours_window, zone, TEXT), COL(hours_window, starts_us, I64),
	    COL(hours_window, ends_us, I64)};
	return ROWS_PARSE(result, a, columns, windows);
}
