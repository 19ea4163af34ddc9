#include "salesreg/store/queue.h"
#include "rows.h"
#include <assert.h>

void queue_due(const struct queue *q, struct db_plan *plan, struct arena *a, size_t most,
    const int64_t *held, size_t count)
{
	assert(q->claims == (q->lease_us == 0));
	if (q->lease_us)
		(void)db_plan_add(plan, q->due, db_i64(a, (int64_t)most),
		    db_i64_array(a, held, count), db_i64(a, q->lease_us));
	else
		(void)db_plan_add(
		    plan, q->due, db_i64(a, (int64_t)most), db_i64_array(a, held, count));
}

size_t queue_due_parse(
    const struct queue *q, const PGresult *result, struct arena *a, const void **rows)
{
	return rows_parse(result, a, q->columns, q->column_count, q->row_size, (void *)rows);
}

void queue_next(
    const struct queue *q, struct db_plan *plan, struct arena *a, const int64_t *held, size_t count)
{
	(void)db_plan_add(plan, q->next, db_i64_array(a, held, count));
}

int64_t queue_next_parse(const PGresult *result)
{
	int64_t next = db_get_i64(result, 0, 0, -1);
	return PQgetisnull(result, 0, 0) ? -1 : next > 0 ? next : 0;
}

void queue_claim(const struct queue *q, struct db_plan *plan, struct arena *a, const int64_t *ids,
    const char *const *texts, size_t count)
{
	assert(q->claims);
	(void)db_plan_add(
	    plan, q->claim, db_i64_array(a, ids, count), db_text_array(a, texts, count));
}

bool queue_names(const PGresult *result, int64_t id)
{
	for (int i = 0; i < PQntuples(result); i++)
		if (db_get_i64(result, i, 0, 0) == id)
			return true;
	return false;
}

/* Those of one outcome, as columns. */
void queue_results(struct db_plan *plan, struct arena *a, const struct queue_result *results,
    size_t count, enum sql_statement done, enum sql_statement retry, enum sql_statement give_up)
{
	for (enum queue_outcome o = QUEUE_DONE; o <= QUEUE_GIVEN_UP; o++) {
		struct queue_result *these = ARENA_ARRAY(a, struct queue_result, count);
		size_t n = 0;
		for (size_t i = 0; i < count; i++)
			if (results[i].outcome == o)
				these[n++] = results[i];
		if (n == 0)
			continue;
		const char *ids = I64_COLUMN(a, these, n, row.id);
		const char *attempts = I64_COLUMN(a, these, n, row.attempts);
		switch (o) {
		case QUEUE_DONE:
			(void)db_plan_add(plan, done, ids, attempts);
			break;
		case QUEUE_RETRY:
			(void)db_plan_add(plan, retry, ids, attempts,
			    I64_COLUMN(a, these, n, pause_us), TEXT_COLUMN(a, these, n, error));
			break;
		case QUEUE_GIVEN_UP:
			(void)db_plan_add(
			    plan, give_up, ids, attempts, TEXT_COLUMN(a, these, n, error));
			break;
		}
	}
}
