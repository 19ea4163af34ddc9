#include "salesreg/store/operators.h"
#include "rows.h"

bool operators_leader(
    struct db_session *s, struct arena *a, const int64_t *bot_id, bool *somebody_leads)
{
	const PGresult *r =
	    db_session_run(s, SQL_OPERATOR_LEADER, bot_id ? db_i64(a, *bot_id) : NULL);
	*somebody_leads = r && db_get_bool(r, 0, 0);
	return r;
}

bool operators_outbox_list(struct db_session *s, struct arena *a, const char *state, int64_t limit,
    struct outbox_listed **rows, size_t *count, int64_t *total)
{
	const PGresult *r = db_session_run(s, SQL_OPERATOR_OUTBOX_COUNT, state);
	if (!r)
		return false;
	*total = db_get_i64(r, 0, 0, 0);
	r = db_session_run(s, SQL_OPERATOR_OUTBOX_LIST, state, db_i64(a, limit));
	if (!r)
		return false;
	static const struct column columns[] = {COL(outbox_listed, id, I64),
	    COL(outbox_listed, chat_id, I64), COL(outbox_listed, method, TEXT),
	    COL(outbox_listed, state, TEXT), COL(outbox_listed, attempts, I64),
	    COL(outbox_listed, priority, I64), COL(outbox_listed, age_ms, I64),
	    COL(outbox_listed, due_in_ms, I64), COL(outbox_listed, possible_duplicate, BOOL),
	    COL(outbox_listed, error, TEXT), COL(outbox_listed, payload, TEXT)};
	*count = ROWS_PARSE(r, a, columns, rows);
	return true;
}

static bool read_ids(const PGresult *r, struct arena *a, int64_t **done, size_t *done_count)
{
	if (!r)
		return false;
	*done_count = ids_parse(r, a, done);
	return true;
}

/* A statement that takes ids, or NULL for all it may touch, and answers with the ids it touched. */
static bool change(struct db_session *s, struct arena *a, enum sql_statement statement,
    const int64_t *ids, size_t count, int64_t **done, size_t *done_count)
{
	return read_ids(db_session_run(s, statement, ids ? db_i64_array(a, ids, count) : NULL), a,
	    done, done_count);
}

bool operators_outbox_retry(struct db_session *s, struct arena *a, const char *state,
    const int64_t *ids, size_t count, int64_t **done, size_t *done_count)
{
	return read_ids(db_session_run(s, SQL_OPERATOR_OUTBOX_RETRY,
			    ids ? db_i64_array(a, ids, count) : NULL, state),
	    a, done, done_count);
}

bool operators_outbox_drop(struct db_session *s, struct arena *a, const char *state,
    const int64_t *ids, size_t count, int64_t **done, size_t *done_count)
{
	return read_ids(db_session_run(s, SQL_OPERATOR_OUTBOX_DROP,
			    ids ? db_i64_array(a, ids, count) : NULL, state),
	    a, done, done_count);
}

bool operators_bot(struct db_session *s, struct arena *a, int64_t *bot_id, const char **username)
{
	const PGresult *r = db_session_run_plain(s, SQL_OPERATOR_BOT);
	bool any = r && PQntuples(r) > 0;
	*bot_id = any ? db_get_i64(r, 0, 0, 0) : 0;
	*username = any ? db_get_text(a, r, 0, 1) : NULL;
	return r;
}

bool operators_adopt(struct db_session *s, struct arena *a, int64_t bot_id)
{
	return db_session_run(s, SQL_OPERATOR_ADOPT, db_i64(a, bot_id));
}

bool operators_to_tell(struct db_session *s, int64_t *reps, int64_t *messages)
{
	const PGresult *r = db_session_run_plain(s, SQL_OPERATOR_REPS_AT_WORK);
	*reps = r ? db_get_i64(r, 0, 0, 0) : 0;
	*messages = r ? db_get_i64(r, 0, 1, 0) : 0;
	return r;
}

bool operators_outbox_states(
    struct db_session *s, struct arena *a, const int64_t *ids, size_t count, const char **states)
{
	const PGresult *r =
	    db_session_run(s, SQL_OPERATOR_OUTBOX_STATES, db_i64_array(a, ids, count));
	for (int i = 0; r && i < PQntuples(r); i++)
		for (size_t k = 0; k < count; k++)
			if (ids[k] == db_get_i64(r, i, 0, 0))
				states[k] = db_get_text(a, r, i, 1);
	return r;
}

bool operators_parked_list(struct db_session *s, struct arena *a, const int64_t *ids,
    size_t id_count, int64_t limit, struct parked_listed **rows, size_t *count, int64_t *total)
{
	const PGresult *r = db_session_run_plain(s, SQL_OPERATOR_PARKED_COUNT);
	if (!r)
		return false;
	*total = db_get_i64(r, 0, 0, 0);
	r = db_session_run(s, SQL_OPERATOR_PARKED_LIST, ids ? db_i64_array(a, ids, id_count) : NULL,
	    db_i64(a, limit));
	if (!r)
		return false;
	static const struct column columns[] = {COL(parked_listed, id, I64),
	    COL(parked_listed, update_id, I64), COL(parked_listed, user_id, I64),
	    COL(parked_listed, reason, TEXT), COL(parked_listed, age_ms, I64),
	    COL(parked_listed, retrying, BOOL), COL(parked_listed, payload, TEXT),
	    COL(parked_listed, raw, TEXT)};
	*count = ROWS_PARSE(r, a, columns, rows);
	return true;
}

bool operators_parked_retry(struct db_session *s, struct arena *a, const int64_t *ids, size_t count,
    int64_t **done, size_t *done_count)
{
	return change(s, a, SQL_OPERATOR_PARKED_RETRY, ids, count, done, done_count);
}

bool operators_parked_drop(struct db_session *s, struct arena *a, const int64_t *ids, size_t count,
    int64_t **done, size_t *done_count)
{
	return change(s, a, SQL_OPERATOR_PARKED_DROP, ids, count, done, done_count);
}
