/*
 * Works on a queue of the database (store/queue.h): claims what is due, hands it to its user, writes what came of it. One run at a time
 * on the pool, which may be the leader's single connection or one shared with others; up to `places` jobs under way meanwhile.
 *
 *   take     a row that is due. Copy into the job what you need of it. A queue with a `claim`: return the text that goes with it.
 *   start    it is yours: begin. Exactly one queue_worker_ended() must follow, from the loop or before `start` returns.
 *   dropped  it is not (somebody else's, or gone), or the worker is destroyed with it under way: nothing follows.
 *   judge    queue_worker_ended() was called: fill the result (zeroed) that is to be written. Asked again if writing failed, so it only
 *            looks at the job.
 *
 * Due rows are looked for when a job ends, at queue_worker_wake() (a NOTIFY), when the next one is due (a retry, a lease of a process
 * that died), and every 30 s anyhow. A retry's pause is queue_worker_pause_us(): doubling, with jitter. While the database is away, jobs
 * end and wait in their places; results are written when it is back, at most once and, with a lease, only if nobody has claimed the
 * row since.
 *
 * In a queue with leases, `attempts` counts every claim, also those whose process died: give up in `start` or `judge` when there are too
 * many, or one job that kills its process goes round for ever.
 *
 * Ownership: the options' pointers are borrowed and outlive the worker; jobs are the worker's, zeroed before `take`. A row and the arena
 * end with the callback. Units: milliseconds (_ms), microseconds (_us). Errors: waited out, and said in the log once for each outage.
 * Callbacks: from the loop, never inside a starting call; `dropped` also from queue_worker_destroy().
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/store/queue.h"

struct queue_worker;

/* What is to follow `beside`. */
enum queue_beside {
	QUEUE_LOOK,  /* look for what is due */
	QUEUE_RUN,   /* the plan was filled: run it, and come again with its reply */
	QUEUE_AGAIN, /* results first, then `beside` anew */
};

struct queue_worker_options {
	struct db_pool *pool;
	const struct queue *queue;
	size_t places, job_size;
	uint64_t deadline_ms; /* of each run */
	int64_t pause_first_us, pause_longest_us;
	bool (*may)(void *data); /* false: nothing is begun or written now; NULL: always */
	const char *(*take)(void *job, const void *row, struct arena *a, void *data);
	void (*start)(void *job, struct arena *a, void *data);
	void (*dropped)(void *job, void *data); /* NULL: nothing to do then */
	void (*judge)(const void *job, const struct queue_row *row, void *result, struct arena *a,
	    void *data);
	/*
	 * Something else on the same tables, before due rows are looked for; NULL: nothing. Called with no reply first, then with
	 * the successful one of each plan it filled.
	 */
	enum queue_beside (*beside)(
	    const struct db_reply *reply, struct db_plan *plan, struct arena *a, void *data);
	void *data;
};

struct queue_worker *queue_worker_create(
    uv_loop_t *loop, const struct queue_worker_options *options);
/* Something may be due. NULL is accepted, here and below. */
void queue_worker_wake(struct queue_worker *w);
/* The job has ended; `judge` will be asked what came of it. */
void queue_worker_ended(struct queue_worker *w, const void *job);
/* The ids of what is under way, at most options.places; how many. */
size_t queue_worker_held(const struct queue_worker *w, int64_t *ids);
/* How long a job that was tried so often (0: never before) waits for its next attempt. */
int64_t queue_worker_pause_us(const struct queue_worker *w, int64_t attempts);
/* Nothing more is claimed. `drained`, from the loop, once all that is under way has ended and its result is written. */
void queue_worker_drain(struct queue_worker *w, void (*drained)(void *data), void *data);
/*
 * Jobs under way are `dropped`, results that were not written are lost: the rows are claimed again, by the next leader or when their
 * lease ends. Destroy the pool as well before the loop goes on: a run in hand must not call back later.
 */
void queue_worker_destroy(struct queue_worker *w);
