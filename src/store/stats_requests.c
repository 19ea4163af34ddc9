#include "salesreg/store/stats_requests.h"
#include "rows.h"

static void write_results(struct db_plan *plan, struct arena *a, const void *of_queue, size_t count)
{
	const struct stats_result *results = of_queue;
	(void)db_plan_add(plan, SQL_STATS_RESULT, I64_COLUMN(a, results, count, chat_id),
	    I64_COLUMN(a, results, count, wanted), TEXT_COLUMN(a, results, count, method),
	    TEXT_COLUMN(a, results, count, payload), I64_COLUMN(a, results, count, pause_us));
}

static const struct column due_columns[] = {COL(stats_due, row.id, I64),
    COL(stats_due, row.attempts, I64), COL(stats_due, message_id, I64), COL(stats_due, days, I64),
    COL(stats_due, wanted, I64), COL(stats_due, as_table, BOOL), COL(stats_due, locale, TEXT)};
const struct queue stats_queue = {
    .what = "the table of figures that are asked for",
    .due = SQL_STATS_DUE,
    .next = SQL_STATS_NEXT,
    .claims = true,
    .claim = SQL_STATS_CLAIM,
    .columns = due_columns,
    .column_count = COLUMN_COUNT(due_columns),
    .row_size = sizeof(struct stats_due),
    .result_size = sizeof(struct stats_result),
    .results = write_results,
};
