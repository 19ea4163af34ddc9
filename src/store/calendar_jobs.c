#include "salesreg/store/calendar_jobs.h"
#include "rows.h"

static void write_results(struct db_plan *plan, struct arena *a, const void *results, size_t count)
{
	queue_results(plan, a, results, count, SQL_CALENDAR_JOBS_DONE, SQL_CALENDAR_JOBS_RETRY,
	    SQL_CALENDAR_JOBS_GIVE_UP);
}

static const struct column columns[] = {COL(calendar_job, row.id, I64),
    COL(calendar_job, row.attempts, I64), COL(calendar_job, rep, TEXT),
    COL(calendar_job, kind, TEXT), COL(calendar_job, sub, TEXT),
    COL(calendar_job, payload_hex, TEXT), COL(calendar_job, age_s, I64)};
const struct queue calendar_jobs_queue = {
    .what = "the calendar's jobs",
    .due = SQL_CALENDAR_JOBS_CLAIM,
    .next = SQL_CALENDAR_JOBS_NEXT,
    .lease_us = CALENDAR_JOB_LEASE_US,
    .columns = columns,
    .column_count = COLUMN_COUNT(columns),
    .row_size = sizeof(struct calendar_job),
    .result_size = sizeof(struct queue_result),
    .results = write_results,
};
