#include "salesreg/store/broadcasts.h"
#include "rows.h"

size_t broadcasts_read(
    struct db_plan *plan, struct arena *a, const struct broadcast_ask *asks, size_t count)
{
	return db_plan_add(plan, SQL_BROADCASTS_READ, I64_COLUMN(a, asks, count, admin),
	    I64_COLUMN(a, asks, count, said), I64_COLUMN(a, asks, count, id));
}

size_t broadcasts_parse(const PGresult *result, struct arena *a, struct broadcast_row **rows)
{
	static const struct column columns[] = {COL(broadcast_row, id, I64),
	    COL(broadcast_row, admin, I64), COL(broadcast_row, said, I64),
	    COL(broadcast_row, about, TEXT), COL(broadcast_row, state, TEXT),
	    COL(broadcast_row, ended, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t broadcasts_audience(
    struct db_plan *plan, struct arena *a, const int64_t *admins, size_t count)
{
	return db_plan_add(plan, SQL_BROADCASTS_AUDIENCE, db_i64_array(a, admins, count));
}

struct broadcast_audience broadcasts_audience_parse(const PGresult *result)
{
	return (struct broadcast_audience){
	    db_get_i64(result, 0, 0, 0), db_get_i64(result, 0, 1, 0)};
}

/* Row by row: each has languages of its own. */
static void write_results(struct db_plan *plan, struct arena *a, const void *of_queue, size_t count)
{
	const struct broadcast_result *results = of_queue;
	for (size_t i = 0; i < count; i++) {
		const struct broadcast_result *r = &results[i];
		if (r->orphaned)
			(void)db_plan_add(plan, SQL_BROADCASTS_STOP, db_i64_array(a, &r->id, 1),
			    db_i64_array(a, &(int64_t){0}, 1));
		if (r->locale_count)
			(void)db_plan_add(
			    plan, SQL_BROADCASTS_LATE, db_i64(a, r->id), db_i64(a, r->hold_hours));
		if (r->locale_count)
			(void)db_plan_add(plan, SQL_BROADCASTS_FEED, db_i64(a, r->id),
			    db_text_array(a, r->locales, r->locale_count),
			    db_text_array(a, r->payloads, r->locale_count), r->default_locale,
			    db_i64(a, r->most));
		(void)db_plan_add(plan, SQL_BROADCASTS_SHOWN, db_i64(a, r->id), r->edit, r->shown,
		    db_i64(a, r->pause_us));
	}
}

static const struct column due_columns[] = {COL(broadcast_due, row.id, I64),
    COL(broadcast_due, row.attempts, I64), COL(broadcast_due, admin, I64),
    COL(broadcast_due, shown_message, I64), COL(broadcast_due, author, TEXT),
    COL(broadcast_due, text, TEXT), COL(broadcast_due, format, TEXT),
    COL(broadcast_due, about, TEXT), COL(broadcast_due, shown, TEXT),
    COL(broadcast_due, shown_us, I64), COL(broadcast_due, state, TEXT),
    COL(broadcast_due, locale, TEXT), COL(broadcast_due, recipients, I64),
    COL(broadcast_due, waiting, I64), COL(broadcast_due, queued, I64),
    COL(broadcast_due, sent, I64), COL(broadcast_due, failed, I64), COL(broadcast_due, gone, I64),
    COL(broadcast_due, left, I64), COL(broadcast_due, stopped, I64),
    COL(broadcast_due, later, I64)};
const struct queue broadcasts_queue = {
    .what = "the table of broadcasts",
    .due = SQL_BROADCASTS_DUE,
    .next = SQL_BROADCASTS_NEXT,
    .claims = true,
    .claim = SQL_BROADCASTS_CLAIM,
    .columns = due_columns,
    .column_count = COLUMN_COUNT(due_columns),
    .row_size = sizeof(struct broadcast_due),
    .result_size = sizeof(struct broadcast_result),
    .results = write_results,
};
