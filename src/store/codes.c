#include "salesreg/store/codes.h"
#include "rows.h"

size_t codes_read(struct db_plan *plan, struct arena *a, const int64_t *people, size_t count)
{
	return db_plan_add(plan, SQL_CODES_READ, db_i64_array(a, people, count));
}

size_t codes_parse(const PGresult *result, struct arena *a, struct code_row **rows)
{
	static const struct column columns[] = {COL(code_row, user_id, I64), COL(code_row, id, I64),
	    COL(code_row, email, TEXT), COL(code_row, email_key, TEXT), COL(code_row, state, TEXT),
	    COL(code_row, hashes, TEXT), COL(code_row, wrong, I64), COL(code_row, mailed, BOOL),
	    COL(code_row, holder, TEXT), COL(code_row, holder_telegram_id, I64),
	    COL(code_row, holder_name, TEXT), COL(code_row, holder_status, TEXT),
	    COL(code_row, holder_locale, TEXT), COL(code_row, wrong_of_others, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t codes_counted(struct db_plan *plan, struct arena *a, const int64_t *people,
    size_t people_count, const char *const *mailboxes, size_t mailbox_count, size_t most)
{
	return db_plan_add(plan, SQL_CODES_COUNTED, db_i64_array(a, people, people_count),
	    db_text_array(a, mailboxes, mailbox_count), db_i64(a, (int64_t)most));
}

size_t codes_counted_parse(const PGresult *result, struct arena *a, struct code_mail **rows)
{
	static const struct column columns[] = {COL(code_mail, user_id, I64),
	    COL(code_mail, mailbox, TEXT), COL(code_mail, age_us, I64), COL(code_mail, wrong, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t codes_untold(
    struct db_plan *plan, struct arena *a, const int64_t *sending, size_t count, int64_t before_us)
{
	return db_plan_add(
	    plan, SQL_CODES_UNTOLD, db_i64_array(a, sending, count), db_i64(a, before_us));
}

size_t codes_untold_parse(const PGresult *result, struct arena *a, struct code_due **rows)
{
	static const struct column columns[] = {COL(code_due, row.id, I64),
	    COL(code_due, user_id, I64), COL(code_due, email, TEXT), COL(code_due, locale, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t codes_tell(struct db_plan *plan, struct arena *a, const int64_t *ids,
    const char *const *payloads, size_t count)
{
	return db_plan_add(
	    plan, SQL_CODES_TELL, db_i64_array(a, ids, count), db_text_array(a, payloads, count));
}

int64_t codes_tell_parse(const PGresult *result)
{
	return db_get_i64(result, 0, 0, 0);
}

static void write_results(struct db_plan *plan, struct arena *a, const void *of_queue, size_t count)
{
	const struct code_result *results = of_queue;
	(void)db_plan_add(plan, SQL_CODES_RESULT, I64_COLUMN(a, results, count, id),
	    TEXT_COLUMN(a, results, count, state), I64_COLUMN(a, results, count, pause_us),
	    TEXT_COLUMN(a, results, count, reply), BOOL_COLUMN(a, results, count, lost),
	    TEXT_COLUMN(a, results, count, payload));
}

static const struct column due_columns[] = {COL(code_due, row.id, I64), COL(code_due, user_id, I64),
    COL(code_due, email, TEXT), COL(code_due, email_key, TEXT), COL(code_due, row.attempts, I64),
    COL(code_due, delay_told, BOOL), COL(code_due, locale, TEXT), COL(code_due, wrong, I64)};
const struct queue codes_queue = {
    .what = "the mails' table",
    .due = SQL_CODES_DUE,
    .next = SQL_CODES_NEXT,
    .claims = true,
    .claim = SQL_CODES_SENDING,
    .columns = due_columns,
    .column_count = COLUMN_COUNT(due_columns),
    .row_size = sizeof(struct code_due),
    .result_size = sizeof(struct code_result),
    .results = write_results,
};

size_t codes_waiting(struct db_plan *plan, struct arena *a, size_t limit)
{
	return db_plan_add(plan, SQL_CODES_WAITING, NULL, db_i64(a, (int64_t)limit));
}

size_t codes_waiting_parse(const PGresult *result, struct arena *a, struct code_waiting **rows)
{
	static const struct column columns[] = {COL(code_waiting, id, I64),
	    COL(code_waiting, user_id, I64), COL(code_waiting, email, TEXT),
	    COL(code_waiting, email_key, TEXT), COL(code_waiting, state, TEXT),
	    COL(code_waiting, locale, TEXT), COL(code_waiting, name, TEXT),
	    COL(code_waiting, total, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

bool codes_waiting_now(struct db_session *s, struct arena *a, const char *who, size_t limit,
    struct code_waiting **rows, size_t *count)
{
	const PGresult *r = db_session_run(s, SQL_CODES_WAITING, who, db_i64(a, (int64_t)limit));
	*count = r ? codes_waiting_parse(r, a, rows) : 0;
	return r;
}

bool codes_again(
    struct db_session *s, struct arena *a, const struct code_waiting *code, bool *is_there)
{
	const PGresult *r = db_session_run(s, SQL_CODES_AGAIN, db_i64(a, code->id));
	*is_there = r && db_get_i64(r, 0, 0, 0) > 0;
	if (!r || !*is_there)
		return r;
	return db_session_run(s, SQL_CODES_REQUEST, db_i64_array(a, &code->user_id, 1),
	    db_text_array(a, &code->email, 1), db_text_array(a, &code->email_key, 1));
}
