/*
 * What every queue in the database has: rows that are due, that one worker claims, and that end with a result. A table that is one has
 * a descriptor; app/queue_worker.h runs it, under a leader or in many processes at once.
 *
 * Two ways to claim:
 *   - `claim` names a statement: `due` only looks. Each row is shown to the worker's user first, who gives a text that goes with the
 *     claim (the hash of a code). Nothing but being the only worker keeps rows apart: for the leader's queues.
 *   - no `claim`: `due` claims, with FOR UPDATE SKIP LOCKED, and makes the row due again when the lease ends. Many processes may work.
 *     A row that nobody ended, because its process died, is claimed again then. A result says which claim it is of (`attempts`, which
 *     every claim raises), and one of an older claim changes nothing.
 * So every job is done at least once, and the row is ended once.
 *
 * Ownership: a descriptor is static; rows and parameters live in the arena. Units: microseconds (_us). Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"

/* Every queue's rows begin with this. */
struct queue_row {
	int64_t id;
	int64_t attempts; /* with a lease: this one among them; else those before */
};

struct column; /* of src/store/rows.h */
struct queue {
	const char *what; /* "the mails' table": for the log */
	/* $1 how many at most, $2 ids this worker has under way, with a lease $3 microseconds: rows of `columns` */
	enum sql_statement due;
	/* $1 ids this worker has under way: microseconds until another one is due, or NULL */
	enum sql_statement next;
	bool claims; /* there is a `claim`; else `due` is one */
	/* $1 ids, $2 texts: the ids that still are to be done, claimed */
	enum sql_statement claim;
	/* Without a `claim`. A job must end within it, by a deadline of its own: who is later may be doing it beside another. */
	int64_t lease_us;
	const struct column *columns;
	size_t column_count, row_size;
	/* Adds the steps that write `count` results of result_size bytes. Each yields the ids it could not write, because somebody holds
	   a lock on their row: these are tried again. */
	size_t result_size;
	void (*results)(struct db_plan *plan, struct arena *a, const void *results, size_t count);
};

void queue_due(const struct queue *q, struct db_plan *plan, struct arena *a, size_t most,
    const int64_t *held, size_t count);
/* *rows is an array of q->row_size bytes each. */
size_t queue_due_parse(
    const struct queue *q, const PGresult *result, struct arena *a, const void **rows);
void queue_next(const struct queue *q, struct db_plan *plan, struct arena *a, const int64_t *held,
    size_t count);
/* -1: nothing will be due; 0: something is, and did not come since it is locked. */
int64_t queue_next_parse(const PGresult *result);
void queue_claim(const struct queue *q, struct db_plan *plan, struct arena *a, const int64_t *ids,
    const char *const *texts, size_t count);
/* Of a claim or of results. */
bool queue_names(const PGresult *result, int64_t id);

/* For a queue whose results are no more than this. */
enum queue_outcome { QUEUE_DONE, QUEUE_RETRY, QUEUE_GIVEN_UP };
struct queue_result {
	struct queue_row row;
	enum queue_outcome outcome;
	int64_t pause_us;  /* QUEUE_RETRY: until it is due again */
	const char *error; /* of the last two; its first 500 characters are kept */
};
/* done: $1 ids, $2 attempts; retry: these, $3 microseconds, $4 errors; give_up: these, $3 errors. */
void queue_results(struct db_plan *plan, struct arena *a, const struct queue_result *results,
    size_t count, enum sql_statement done, enum sql_statement retry, enum sql_statement give_up);
