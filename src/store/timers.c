#include "salesreg/store/timers.h"
#include "rows.h"
#include <string.h>

static void write_results(struct db_plan *plan, struct arena *a, const void *results, size_t count)
{
	queue_results(
	    plan, a, results, count, SQL_TIMERS_DONE, SQL_TIMERS_RETRY, SQL_TIMERS_GIVE_UP);
}

static const struct column columns[] = {COL(timer_row, row.id, I64),
    COL(timer_row, row.attempts, I64), COL(timer_row, failures, I64), COL(timer_row, phone, TEXT),
    COL(timer_row, contact, TEXT), COL(timer_row, locale, TEXT)};
const struct queue timers_queue = {
    .what = "the timers",
    .due = SQL_TIMERS_CLAIM,
    .next = SQL_TIMERS_NEXT,
    .lease_us = TIMER_LEASE_US,
    .columns = columns,
    .column_count = COLUMN_COUNT(columns),
    .row_size = sizeof(struct timer_row),
    .result_size = sizeof(struct queue_result),
    .results = write_results,
};

enum timer_kind timer_kind_from_name(const char *name)
{
	static const char *const names[] = {
#define X(name, text) [TIMER_##name] = text,
	    TIMER_KIND_MAP(X)
#undef X
	};
	for (unsigned i = 0; i < TIMER_KINDS; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum timer_kind)i;
	return TIMER_KINDS;
}

size_t timers_lock(struct db_plan *plan, struct arena *a, int64_t id)
{
	return db_plan_add(plan, SQL_TIMERS_LOCK, db_i64(a, id));
}

size_t timers_read(struct db_plan *plan, struct arena *a, const struct queue_row *row,
    const char *const zones[TIMER_ZONES], const char *company_zone, int64_t opens, int64_t closes)
{
	return db_plan_add(plan, SQL_TIMERS_READ, db_i64(a, row->id), db_i64(a, row->attempts),
	    db_text_array(a, zones, TIMER_ZONES), company_zone, db_i64(a, opens),
	    db_i64(a, closes));
}

bool timers_read_parse(const PGresult *result, struct arena *a, struct timer_facts *facts)
{
	static const struct column of_facts[] = {COL(timer_facts, kind_name, TEXT),
	    COL(timer_facts, step, I64), COL(timer_facts, prospect, TEXT),
	    COL(timer_facts, name, TEXT), COL(timer_facts, status, TEXT),
	    COL(timer_facts, telegram, TEXT), COL(timer_facts, context, TEXT),
	    COL(timer_facts, notes, TEXT), COL(timer_facts, email, TEXT),
	    COL(timer_facts, has_conversation, BOOL), COL(timer_facts, chat_id, I64),
	    COL(timer_facts, owner, TEXT), COL(timer_facts, version, I64),
	    COL(timer_facts, source, TEXT), COL(timer_facts, campaign, TEXT),
	    COL(timer_facts, of_version, BOOL), COL(timer_facts, reach, TEXT),
	    COL(timer_facts, opted_out, BOOL), COL(timer_facts, locale, TEXT),
	    COL(timer_facts, of_rep, BOOL), COL(timer_facts, rep_name, TEXT),
	    COL(timer_facts, rep_telegram_id, I64), COL(timer_facts, rep_status, TEXT),
	    COL(timer_facts, rep_locale, TEXT), COL(timer_facts, assignment_id, I64),
	    COL(timer_facts, contacted, BOOL), COL(timer_facts, day, I64),
	    COL(timer_facts, minute, I64), COL(timer_facts, written, I64),
	    COL(timer_facts, opens_us, I64), COL(timer_facts, opens_tomorrow_us, I64),
	    COL(timer_facts, closes_us, I64), COL(timer_facts, assigned, TEXT),
	    COL(timer_facts, connection, TEXT), COL(timer_facts, own_account, I64),
	    COL(timer_facts, bot_username, TEXT)};
	if (PQntuples(result) == 0)
		return false;
	*facts = (struct timer_facts){0};
	row_parse(result, 0, a, of_facts, COLUMN_COUNT(of_facts), facts);
	facts->kind = timer_kind_from_name(facts->kind_name);
	return true;
}

void timers_write(struct db_plan *plan, struct arena *a, const struct timer_facts *facts,
    int64_t chat_id, const char *payload, const char *relay)
{
	(void)db_plan_add(plan, SQL_TIMERS_WRITE, db_i64(a, chat_id), payload,
	    db_i64(a, facts->version), facts->prospect, db_i64(a, facts->day),
	    db_i64(a, facts->closes_us), facts->assigned, relay);
}

void timers_remind(
    struct db_plan *plan, struct arena *a, const struct timer_facts *facts, int64_t pause_us)
{
	(void)db_plan_add(plan, SQL_TIMERS_REMIND, facts->prospect, db_i64(a, facts->version),
	    db_i64(a, pause_us));
}

void timers_remind_again(struct db_plan *plan, struct arena *a, int64_t id, int64_t pause_us)
{
	(void)db_plan_add(plan, SQL_TIMERS_REMIND_AGAIN, db_i64(a, id), db_i64(a, pause_us));
}

void timers_end(struct db_plan *plan, struct arena *a, int64_t id)
{
	(void)db_plan_add(plan, SQL_TIMERS_END, db_i64(a, id));
}

void timers_heard(struct db_plan *plan, struct arena *a, const struct heard_row *rows, size_t count,
    int64_t pause_us)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_TIMERS_HEARD, I64_COLUMN(a, rows, count, telegram_id),
		    BOOL_COLUMN(a, rows, count, awaits), db_i64(a, pause_us));
}

void timers_refused(
    struct db_plan *plan, struct arena *a, const struct refused_row *rows, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_TIMERS_REFUSED, I64_COLUMN(a, rows, count, telegram_id),
		    TEXT_COLUMN(a, rows, count, reach), TEXT_COLUMN(a, rows, count, error));
}

size_t timers_reach_out(struct db_plan *plan, struct arena *a, const struct given_row *rows,
    size_t count, const struct language_zone *languages, size_t language_count,
    const char *company_zone)
{
	return db_plan_add(plan, SQL_TIMERS_REACH_OUT, TEXT_COLUMN(a, rows, count, prospect),
	    TEXT_COLUMN(a, rows, count, rep), TEXT_COLUMN(a, rows, count, phone_zone),
	    TEXT_COLUMN(a, languages, language_count, locale),
	    TEXT_COLUMN(a, languages, language_count, zone), company_zone);
}

size_t timers_reach_out_parse(const PGresult *result, struct arena *a, struct reached_row **rows)
{
	static const struct column reached[] = {COL(reached_row, prospect, TEXT),
	    COL(reached_row, minute, I64), COL(reached_row, written, I64),
	    COL(reached_row, reach, TEXT)};
	return ROWS_PARSE(result, a, reached, rows);
}
