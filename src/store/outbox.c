#include "salesreg/store/outbox.h"
#include "rows.h"
#include <string.h>

size_t outbox_insert(
    struct db_plan *plan, struct arena *a, const struct outbox_new *rows, size_t count)
{
	int64_t *priorities = ARENA_ARRAY(a, int64_t, count);
	int64_t *urgent = ARENA_ARRAY(a, int64_t, count);
	size_t urgent_count = 0;
	for (size_t i = 0; i < count; i++) {
		priorities[i] = rows[i].priority;
		if (rows[i].priority == 0 && !rows[i].send_now)
			urgent[urgent_count++] = rows[i].chat_id;
	}
	size_t index = db_plan_add(plan, SQL_OUTBOX_INSERT, I64_COLUMN(a, rows, count, chat_id),
	    TEXT_COLUMN(a, rows, count, method), TEXT_COLUMN(a, rows, count, payload),
	    db_i64_array(a, priorities, count), BOOL_COLUMN(a, rows, count, send_now),
	    I64_COLUMN(a, rows, count, answers_to), I64_COLUMN(a, rows, count, version),
	    BOOL_COLUMN(a, rows, count, unasked), TEXT_COLUMN(a, rows, count, relay));
	if (urgent_count)
		(void)db_plan_add(plan, SQL_OUTBOX_PROMOTE, db_i64_array(a, urgent, urgent_count));
	return index;
}

size_t outbox_inserted_parse(const PGresult *result, struct arena *a, struct outbox_inserted **rows)
{
	static const struct column columns[] = {COL(outbox_inserted, id, I64),
	    COL(outbox_inserted, state, TEXT), COL(outbox_inserted, birth_us, I64)};
	size_t count = ROWS_PARSE(result, a, columns, rows);
	for (size_t i = 0; i < count; i++)
		(*rows)[i].sending = strcmp((*rows)[i].state, "sending") == 0;
	return count;
}

void outbox_albums(
    struct db_plan *plan, struct arena *a, const struct outbox_album *parts, size_t count)
{
	if (count == 0)
		return;
	int64_t *priorities = ARENA_ARRAY(a, int64_t, count);
	for (size_t i = 0; i < count; i++)
		priorities[i] = parts[i].priority;
	(void)db_plan_add(plan, SQL_OUTBOX_ALBUMS, I64_COLUMN(a, parts, count, chat_id),
	    I64_COLUMN(a, parts, count, from_chat), I64_COLUMN(a, parts, count, message_id),
	    TEXT_COLUMN(a, parts, count, album), TEXT_COLUMN(a, parts, count, relay),
	    TEXT_COLUMN(a, parts, count, head), db_i64_array(a, priorities, count));
}

size_t outbox_edits(struct db_plan *plan, struct arena *a, const int64_t *chats,
    const int64_t *messages, size_t count)
{
	return db_plan_add(plan, SQL_OUTBOX_EDITS, db_i64_array(a, chats, count),
	    db_i64_array(a, messages, count));
}

size_t outbox_edits_parse(const PGresult *result, struct arena *a, struct outbox_edit **rows)
{
	static const struct column columns[] = {COL(outbox_edit, chat_id, I64),
	    COL(outbox_edit, message_id, I64), COL(outbox_edit, payload, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t outbox_thin(struct db_plan *plan, struct arena *a, const struct outbox_new *rows,
    size_t count, bool waiting)
{
	int64_t *chats = ARENA_ARRAY(a, int64_t, count);
	size_t chat_count = 0;
	for (size_t i = 0; i < count; i++)
		if (rows[i].answers_to && (waiting || !rows[i].send_now))
			chats[chat_count++] = rows[i].chat_id;
	if (chat_count == 0)
		return OUTBOX_NO_STEP;
	return db_plan_add(plan, SQL_OUTBOX_THIN, db_i64_array(a, chats, chat_count),
	    db_i64(a, OUTBOX_ANSWERS_MOST));
}

struct outbox_thinned outbox_thinned_parse(const PGresult *result)
{
	return (struct outbox_thinned){db_get_i64(result, 0, 0, 0), db_get_i64(result, 0, 1, 0)};
}

size_t outbox_claim(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *excluded,
    size_t count, int64_t home)
{
	return db_plan_add(plan, SQL_OUTBOX_CLAIM, db_i64(a, (int64_t)limit),
	    db_i64_array(a, excluded, count), db_i64(a, home));
}

size_t outbox_claim_parse(const PGresult *result, struct arena *a, struct outbox_row **rows)
{
	static const struct column columns[] = {COL(outbox_row, id, I64),
	    COL(outbox_row, chat_id, I64), COL(outbox_row, method, TEXT),
	    COL(outbox_row, payload, TEXT), COL(outbox_row, priority, INT),
	    COL(outbox_row, attempts, INT), COL(outbox_row, possible_duplicate, BOOL),
	    COL(outbox_row, age_us, I64), COL(outbox_row, birth_us, I64),
	    COL(outbox_row, dropped, TEXT), COL(outbox_row, relay, TEXT),
	    COL(outbox_row, anew, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t outbox_remaining(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_OUTBOX_REMAINING);
}

struct outbox_remaining outbox_remaining_parse(const PGresult *result)
{
	return (struct outbox_remaining){db_get_i64(result, 0, 0, -1), db_get_bool(result, 0, 1)};
}

size_t outbox_hold(struct db_plan *plan, struct arena *a, int64_t hours)
{
	return hours > 0 ? db_plan_add(plan, SQL_OUTBOX_HOLD, db_i64(a, hours)) : OUTBOX_NO_STEP;
}

size_t outbox_requeue_in_flight(
    struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count)
{
	return db_plan_add(
	    plan, SQL_OUTBOX_REQUEUE_IN_FLIGHT, ids ? db_i64_array(a, ids, count) : NULL);
}

int64_t outbox_requeue_in_flight_parse(
    const PGresult *result, int64_t left[OUTBOX_LEFT_MAX], size_t *left_count)
{
	*left_count = 0;
	for (int i = 0; i < PQntuples(result) && *left_count < OUTBOX_LEFT_MAX; i++)
		if (!PQgetisnull(result, i, 1))
			left[(*left_count)++] = db_get_i64(result, i, 1, 0);
	return db_get_i64(result, 0, 0, 0);
}

bool outbox_is_left(const PGresult *result, int64_t id)
{
	for (int i = 0; i < PQntuples(result); i++)
		if (db_get_i64(result, i, 0, 0) == id)
			return true;
	return false;
}

#define RESULT_KEY(a, results, count)                                                              \
	I64_COLUMN(a, results, count, id), I64_COLUMN(a, results, count, chat_id),                 \
	    I64_COLUMN(a, results, count, birth_us)

size_t outbox_sent(
    struct db_plan *plan, struct arena *a, const struct outbox_result *results, size_t count)
{
	if (count == 0)
		return OUTBOX_NO_STEP;
	return db_plan_add(plan, SQL_OUTBOX_SENT, RESULT_KEY(a, results, count),
	    I64_COLUMN(a, results, count, message_id), TEXT_COLUMN(a, results, count, message_ids));
}

size_t outbox_reschedule(
    struct db_plan *plan, struct arena *a, const struct outbox_result *results, size_t count)
{
	if (count == 0)
		return OUTBOX_NO_STEP;
	return db_plan_add(plan, SQL_OUTBOX_RESCHEDULE, RESULT_KEY(a, results, count),
	    I64_COLUMN(a, results, count, pause_us),
	    BOOL_COLUMN(a, results, count, maybe_delivered), TEXT_COLUMN(a, results, count, error),
	    BOOL_COLUMN(a, results, count, anew), TEXT_COLUMN(a, results, count, payload));
}

size_t outbox_unreachable(struct db_plan *plan, struct arena *a,
    const struct outbox_result *results, size_t count, int64_t grace_s)
{
	if (count == 0)
		return OUTBOX_NO_STEP;
	return db_plan_add(plan, SQL_OUTBOX_UNREACHABLE, RESULT_KEY(a, results, count),
	    TEXT_COLUMN(a, results, count, error), I64_COLUMN(a, results, count, pause_us),
	    db_i64(a, grace_s));
}

size_t outbox_failed(
    struct db_plan *plan, struct arena *a, const struct outbox_result *results, size_t count)
{
	if (count == 0)
		return OUTBOX_NO_STEP;
	return db_plan_add(plan, SQL_OUTBOX_FAILED, RESULT_KEY(a, results, count),
	    TEXT_COLUMN(a, results, count, error));
}

void outbox_prune(struct db_plan *plan, struct arena *a, int64_t days)
{
	(void)db_plan_add(plan, SQL_OUTBOX_PRUNE, db_i64(a, days));
}

void hidden_people_add(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_HIDDEN_PEOPLE_ADD, db_i64_array(a, ids, count));
}

size_t hidden_people_read(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_HIDDEN_PEOPLE_READ);
}
