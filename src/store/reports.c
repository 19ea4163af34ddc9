#include "salesreg/store/reports.h"
#include "rows.h"
#include <stdio.h>

static const struct column waiting_columns[] = {COL(report_waiting, without_rep, I64),
    COL(report_waiting, without_rep_us, I64), COL(report_waiting, without_rep_late, I64),
    COL(report_waiting, without_contact, I64), COL(report_waiting, without_contact_us, I64),
    COL(report_waiting, without_contact_late, I64), COL(report_waiting, stale, I64),
    COL(report_waiting, now_us, I64)};
static const struct column arrivals_columns[] = {COL(report_arrivals, period, TEXT),
    COL(report_arrivals, section, TEXT), COL(report_arrivals, rep, TEXT),
    COL(report_arrivals, name, TEXT), COL(report_arrivals, hours, TEXT),
    COL(report_arrivals, source, TEXT), COL(report_arrivals, campaign, TEXT),
    COL(report_arrivals, arrived, I64), COL(report_arrivals, assigned, I64),
    COL(report_arrivals, contacted, I64), COL(report_arrivals, in_conversation, I64),
    COL(report_arrivals, converted, I64), COL(report_arrivals, archived, I64),
    COL(report_arrivals, to_rep_p50_ms, I64), COL(report_arrivals, to_rep_p95_ms, I64),
    COL(report_arrivals, to_contact_p50_ms, I64), COL(report_arrivals, to_contact_p95_ms, I64)};
static const struct column load_columns[] = {COL(report_load, rep, TEXT),
    COL(report_load, name, TEXT), COL(report_load, status, TEXT), COL(report_load, available, BOOL),
    COL(report_load, open, I64), COL(report_load, without_contact, I64),
    COL(report_load, without_contact_us, I64), COL(report_load, without_contact_late, I64),
    COL(report_load, stale, I64), COL(report_load, capacity, I64), COL(report_load, paused, BOOL)};
static const struct column ended_columns[] = {COL(report_ended, period, TEXT),
    COL(report_ended, rep, TEXT), COL(report_ended, name, TEXT), COL(report_ended, reason, TEXT),
    COL(report_ended, ended, I64)};

static const char *milliseconds(char out[16], int ms)
{
	(void)snprintf(out, 16, "%d", ms);
	return out;
}

bool reports_begin(struct db_session *s, int answer_ms)
{
	char ms[16];
	return db_session_run_plain(s, SQL_OPERATOR_SNAPSHOT) &&
	       db_session_run(s, SQL_OPERATOR_SNAPSHOT_TIME, milliseconds(ms, answer_ms));
}

bool reports_end(struct db_session *s)
{
	return db_session_run_plain(s, SQL_TX_COMMIT);
}

bool reports_waiting(struct db_session *s, struct arena *a, const char *rep, bool *is_there,
    struct report_waiting *waiting)
{
	struct report_waiting *rows;
	const PGresult *r = db_session_run(s, SQL_OPERATOR_REPORT_WAITING, rep);
	*is_there = r && ROWS_PARSE(r, a, waiting_columns, &rows) > 0;
	if (*is_there)
		*waiting = rows[0];
	return r;
}

bool reports_arrivals(struct db_session *s, struct arena *a, int64_t period_s, const char *zone,
    const char *rep, struct report_arrivals **rows, size_t *count)
{
	const PGresult *r =
	    db_session_run(s, SQL_OPERATOR_REPORT_ARRIVALS, db_i64(a, period_s), zone, rep);
	*count = r ? ROWS_PARSE(r, a, arrivals_columns, rows) : 0;
	return r;
}

bool reports_load(struct db_session *s, struct arena *a, const char *rep, struct report_load **rows,
    size_t *count)
{
	const PGresult *r = db_session_run(s, SQL_OPERATOR_REPORT_LOAD, rep);
	*count = r ? ROWS_PARSE(r, a, load_columns, rows) : 0;
	return r;
}

bool reports_ended(struct db_session *s, struct arena *a, int64_t period_s, const char *rep,
    struct report_ended **rows, size_t *count)
{
	const PGresult *r = db_session_run(s, SQL_OPERATOR_REPORT_ENDED, db_i64(a, period_s), rep);
	*count = r ? ROWS_PARSE(r, a, ended_columns, rows) : 0;
	return r;
}

enum { STEP_BEGIN, STEP_TIME, STEP_WAITING, STEP_ARRIVALS, STEP_LOAD, STEP_ENDED };

void reports_plan(
    struct db_plan *plan, struct arena *a, int64_t period_s, const char *zone, int answer_ms)
{
	const char *no_rep = NULL;
	(void)db_plan_add_plain(plan, SQL_OPERATOR_SNAPSHOT);
	(void)db_plan_add(
	    plan, SQL_OPERATOR_SNAPSHOT_TIME, milliseconds(arena_bytes(a, 16), answer_ms));
	(void)db_plan_add(plan, SQL_OPERATOR_REPORT_WAITING, no_rep);
	(void)db_plan_add(plan, SQL_OPERATOR_REPORT_ARRIVALS, db_i64(a, period_s), zone, no_rep);
	(void)db_plan_add(plan, SQL_OPERATOR_REPORT_LOAD, no_rep);
	(void)db_plan_add(plan, SQL_OPERATOR_REPORT_ENDED, db_i64(a, period_s), no_rep);
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
}

void reports_parse(PGresult *const *results, struct arena *a, struct reports *reports)
{
	*reports = (struct reports){0};
	struct report_waiting *waiting;
	if (ROWS_PARSE(results[STEP_WAITING], a, waiting_columns, &waiting) > 0)
		reports->waiting = waiting[0];
	reports->arrivals_count =
	    ROWS_PARSE(results[STEP_ARRIVALS], a, arrivals_columns, &reports->arrivals);
	reports->load_count = ROWS_PARSE(results[STEP_LOAD], a, load_columns, &reports->load);
	reports->ended_count = ROWS_PARSE(results[STEP_ENDED], a, ended_columns, &reports->ended);
}
