#include "salesreg/store/codes.h"
#include "columns.h"

size_t codes_read(struct db_plan *plan, struct arena *a, const int64_t *people, size_t count)
{
	return db_plan_add(plan, SQL_CODES_READ, db_i64_array(a, people, count));
}

size_t codes_parse(const PGresult *result, struct arena *a, struct code_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct code_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct code_row){
		    .user_id = db_get_i64(result, i, 0, 0),
		    .id = db_get_i64(result, i, 1, 0),
		    .email = db_get_text(a, result, i, 2),
		    .email_key = db_get_text(a, result, i, 3),
		    .state = db_get_text(a, result, i, 4),
		    .hashes = db_get_text(a, result, i, 5),
		    .wrong = db_get_i64(result, i, 6, 0),
		    .mailed = db_get_bool(result, i, 7),
		    .holder = db_get_text(a, result, i, 8),
		    .holder_telegram_id = db_get_i64(result, i, 9, 0),
		    .holder_name = db_get_text(a, result, i, 10),
		    .holder_status = db_get_text(a, result, i, 11),
		    .holder_locale = db_get_text(a, result, i, 12),
		    .wrong_of_others = db_get_i64(result, i, 13, 0),
		};
	return (size_t)count;
}

size_t codes_counted(struct db_plan *plan, struct arena *a, const int64_t *people,
    size_t people_count, const char *const *mailboxes, size_t mailbox_count, size_t most)
{
	return db_plan_add(plan, SQL_CODES_COUNTED, db_i64_array(a, people, people_count),
	    db_text_array(a, mailboxes, mailbox_count), db_i64(a, (int64_t)most));
}

size_t codes_counted_parse(const PGresult *result, struct arena *a, struct code_mail **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct code_mail, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct code_mail){
		    .user_id = db_get_i64(result, i, 0, 0),
		    .mailbox = db_get_text(a, result, i, 1),
		    .age_us = db_get_i64(result, i, 2, 0),
		    .wrong = db_get_i64(result, i, 3, 0),
		};
	return (size_t)count;
}

void codes_write(struct db_plan *plan, struct arena *a, const int64_t *over, size_t over_count,
    const struct code_request *requests, size_t request_count, const int64_t *wrong,
    size_t wrong_count)
{
	if (wrong_count)
		(void)db_plan_add(plan, SQL_CODES_WRONG, db_i64_array(a, wrong, wrong_count));
	if (over_count)
		(void)db_plan_add(plan, SQL_CODES_OVER, db_i64_array(a, over, over_count));
	if (request_count)
		(void)db_plan_add(plan, SQL_CODES_REQUEST,
		    I64_COLUMN(a, requests, request_count, user_id),
		    TEXT_COLUMN(a, requests, request_count, email),
		    TEXT_COLUMN(a, requests, request_count, email_key));
}

size_t codes_due(
    struct db_plan *plan, struct arena *a, size_t limit, const int64_t *sending, size_t count)
{
	return db_plan_add(
	    plan, SQL_CODES_DUE, db_i64(a, (int64_t)limit), db_i64_array(a, sending, count));
}

size_t codes_due_parse(const PGresult *result, struct arena *a, struct code_due **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct code_due, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct code_due){
		    .id = db_get_i64(result, i, 0, 0),
		    .user_id = db_get_i64(result, i, 1, 0),
		    .email = db_get_text(a, result, i, 2),
		    .email_key = db_get_text(a, result, i, 3),
		    .attempts = db_get_i64(result, i, 4, 0),
		    .delay_told = db_get_bool(result, i, 5),
		    .locale = db_get_text(a, result, i, 6),
		    .wrong = db_get_i64(result, i, 7, 0),
		};
	return (size_t)count;
}

size_t codes_untold(
    struct db_plan *plan, struct arena *a, const int64_t *sending, size_t count, int64_t before_us)
{
	return db_plan_add(
	    plan, SQL_CODES_UNTOLD, db_i64_array(a, sending, count), db_i64(a, before_us));
}

size_t codes_untold_parse(const PGresult *result, struct arena *a, struct code_due **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct code_due, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct code_due){
		    .id = db_get_i64(result, i, 0, 0),
		    .user_id = db_get_i64(result, i, 1, 0),
		    .email = db_get_text(a, result, i, 2),
		    .locale = db_get_text(a, result, i, 3),
		};
	return (size_t)count;
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

size_t codes_next(struct db_plan *plan, struct arena *a, const int64_t *sending, size_t count)
{
	return db_plan_add(plan, SQL_CODES_NEXT, db_i64_array(a, sending, count));
}

int64_t codes_next_parse(const PGresult *result)
{
	int64_t next = db_get_i64(result, 0, 0, -1);
	return PQgetisnull(result, 0, 0) ? -1 : next > 0 ? next : 0;
}

size_t codes_sending(struct db_plan *plan, struct arena *a, const int64_t *ids,
    const char *const *hashes, size_t count)
{
	return db_plan_add(
	    plan, SQL_CODES_SENDING, db_i64_array(a, ids, count), db_text_array(a, hashes, count));
}

size_t codes_sending_parse(const PGresult *result, struct arena *a, int64_t **ids)
{
	int count = PQntuples(result);
	*ids = ARENA_ARRAY(a, int64_t, (size_t)count);
	for (int i = 0; i < count; i++)
		(*ids)[i] = db_get_i64(result, i, 0, 0);
	return (size_t)count;
}

size_t codes_result(
    struct db_plan *plan, struct arena *a, const struct code_result *results, size_t count)
{
	return db_plan_add(plan, SQL_CODES_RESULT, I64_COLUMN(a, results, count, id),
	    TEXT_COLUMN(a, results, count, state), I64_COLUMN(a, results, count, pause_us),
	    TEXT_COLUMN(a, results, count, reply), BOOL_COLUMN(a, results, count, lost),
	    TEXT_COLUMN(a, results, count, payload));
}
