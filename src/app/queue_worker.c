#include "salesreg/app/queue_worker.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/domain/outbox/backoff.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE_MS = 30000, SOON_MS = 1000, ARENA_MAXIMUM = 1024 * 1024, PLACES_MOST = 64 };

/*
 *              what is due        a queue with a claim
 *   IDLE ──────────────▶ LOOKING ──────────────────────▶ CLAIMING ──▶ IDLE, jobs under way
 *     │                     ├── nothing is due ──▶ IDLE, until something is
 *     │                     └── without a claim: they are ours ──▶ IDLE, jobs under way
 *     │  a job has ended
 *     ├──────────────▶ WRITING ──▶ IDLE
 *     │  the user has something to do first
 *     └──────────────▶ BESIDE ──▶ BESIDE, LOOKING or IDLE
 *
 *   Each is one run on the pool; a run that failed leads to IDLE, and to another try in a second. Jobs end meanwhile, and wait in
 *   their place to be written.
 */
enum worker_state { WORKER_IDLE, WORKER_LOOKING, WORKER_CLAIMING, WORKER_WRITING, WORKER_BESIDE };

/*
 *   FREE ──▶ CLAIMING ──▶ UNDER_WAY ──▶ ENDED ──▶ WRITING ──▶ FREE
 *     ▲          │                        ▲          │
 *     └──────────┘ not ours after all     └─ LOCKED ◀┘ somebody holds a lock on its row; tried again in a moment
 */
enum place_state {
	PLACE_FREE,
	PLACE_CLAIMING,
	PLACE_UNDER_WAY,
	PLACE_ENDED,
	PLACE_WRITING,
	PLACE_LOCKED
};
struct place {
	enum place_state state;
	struct queue_row row;
	void *job;
};

struct queue_worker {
	struct queue_worker_options options;
	enum worker_state state;
	uv_timer_t timer;
	struct arena arena; /* of the run in hand */
	struct db_plan plan;
	bool again; /* woken, or a job ended, while a run was in hand */
	bool draining, closing;
	struct fault_log fault;
	void (*drained)(void *data);
	void *drained_data;
	struct place places[PLACES_MOST];
	char *jobs;
};

static void tick(struct queue_worker *w);

/* Waiting ---------------------------------------------------------------------------------------------------------------------*/

static void on_timer(uv_timer_t *timer)
{
	struct queue_worker *w = timer->data;
	for (size_t i = 0; i < w->options.places; i++)
		if (w->places[i].state == PLACE_LOCKED)
			w->places[i].state = PLACE_ENDED;
	tick(w);
}

static void wait(struct queue_worker *w, int64_t ms)
{
	for (size_t i = 0; i < w->options.places; i++)
		if (w->places[i].state == PLACE_LOCKED && ms > SOON_MS)
			ms = SOON_MS;
	(void)uv_timer_start(&w->timer, on_timer, (uint64_t)(ms < IDLE_MS ? ms : IDLE_MS), 0);
}

static void begin(struct queue_worker *w, enum worker_state state)
{
	assert(w->state == WORKER_IDLE && !w->closing);
	w->state = state;
	w->plan.count = 0;
	arena_reset(&w->arena);
}

/* Back to IDLE, and on; after an error a little later. */
static void end(struct queue_worker *w, const struct db_reply *reply)
{
	w->state = WORKER_IDLE;
	if (w->closing)
		return;
	if (reply->err != ERR_OK) {
		fault_log_warn(
		    &w->fault, "%s cannot be used: %s", w->options.queue->what, reply->message);
		wait(w, SOON_MS);
		return;
	}
	char again[128];
	(void)snprintf(again, sizeof again, "%s can be used again", w->options.queue->what);
	fault_log_over(&w->fault, again);
	tick(w);
}

static void run(struct queue_worker *w, void (*done)(const struct db_reply *reply, void *data))
{
	db_pool_run(w->options.pool, w->plan.steps, w->plan.count, w->options.deadline_ms, done, w);
}

size_t queue_worker_held(const struct queue_worker *w, int64_t *ids)
{
	size_t count = 0;
	for (size_t i = 0; i < w->options.places; i++)
		if (w->places[i].state != PLACE_FREE)
			ids[count++] = w->places[i].row.id;
	return count;
}

/* What came of a job ----------------------------------------------------------------------------------------------------------*/

static bool is_locked(const struct queue_worker *w, const struct db_reply *reply, int64_t id)
{
	for (size_t i = 0; i < w->plan.count; i++)
		if (queue_names(reply->results[i], id))
			return true;
	return false;
}

static void on_written(const struct db_reply *reply, void *data)
{
	struct queue_worker *w = data;
	assert(w->state == WORKER_WRITING);
	for (size_t i = 0; i < w->options.places; i++) {
		struct place *p = &w->places[i];
		if (p->state != PLACE_WRITING)
			continue;
		if (reply->err != ERR_OK)
			p->state = PLACE_ENDED;
		else
			p->state = is_locked(w, reply, p->row.id) ? PLACE_LOCKED : PLACE_FREE;
	}
	end(w, reply);
}

static bool write_results(struct queue_worker *w)
{
	const struct queue *q = w->options.queue;
	size_t count = 0;
	for (size_t i = 0; i < w->options.places; i++)
		count += w->places[i].state == PLACE_ENDED;
	if (count == 0)
		return false;
	begin(w, WORKER_WRITING);
	char *results = arena_alloc(&w->arena, count * q->result_size);
	char *at = results;
	for (size_t i = 0; i < w->options.places; i++) {
		struct place *p = &w->places[i];
		if (p->state != PLACE_ENDED)
			continue;
		p->state = PLACE_WRITING;
		w->options.judge(p->job, &p->row, at, &w->arena, w->options.data);
		at += q->result_size;
	}
	q->results(&w->plan, &w->arena, results, count);
	run(w, on_written);
	return true;
}

/* What is due -----------------------------------------------------------------------------------------------------------------*/

static void free_place(struct queue_worker *w, struct place *p)
{
	p->state = PLACE_FREE;
	if (w->options.dropped)
		w->options.dropped(p->job, w->options.data);
}

static void start(struct queue_worker *w, struct place *p)
{
	p->state = PLACE_UNDER_WAY;
	w->options.start(p->job, &w->arena, w->options.data);
}

static void on_claimed(const struct db_reply *reply, void *data)
{
	struct queue_worker *w = data;
	assert(w->state == WORKER_CLAIMING);
	for (size_t i = 0; i < w->options.places; i++) {
		struct place *p = &w->places[i];
		if (p->state != PLACE_CLAIMING)
			continue;
		if (!w->closing && reply->err == ERR_OK &&
		    queue_names(reply->results[0], p->row.id))
			start(w, p);
		else
			free_place(w, p);
	}
	end(w, reply);
}

/* Fills free places with rows; ids and texts are of these. */
static void take(
    struct queue_worker *w, const char *rows, size_t count, int64_t *ids, const char **texts)
{
	size_t taken = 0;
	for (size_t i = 0; i < w->options.places && taken < count; i++) {
		struct place *p = &w->places[i];
		if (p->state != PLACE_FREE)
			continue;
		const void *row = rows + taken * w->options.queue->row_size;
		memcpy(&p->row, row, sizeof p->row);
		memset(p->job, 0, w->options.job_size);
		p->state = PLACE_CLAIMING;
		ids[taken] = p->row.id;
		texts[taken++] = w->options.take(p->job, row, &w->arena, w->options.data);
	}
	assert(taken == count);
}

static void on_looked(const struct db_reply *reply, void *data)
{
	struct queue_worker *w = data;
	const struct queue *q = w->options.queue;
	assert(w->state == WORKER_LOOKING);
	if (w->closing || reply->err != ERR_OK) {
		end(w, reply);
		return;
	}
	const void *rows = NULL;
	size_t count = queue_due_parse(q, reply->results[0], &w->arena, &rows);
	int64_t next_us = queue_next_parse(reply->results[1]);
	if (count == 0) {
		w->state = WORKER_IDLE;
		if (w->again)
			tick(w);
		else /* what is due and did not come is locked */
			wait(w, next_us < 0    ? IDLE_MS
				: next_us == 0 ? SOON_MS
					       : next_us / 1000 + 1);
		return;
	}
	int64_t *ids = ARENA_ARRAY(&w->arena, int64_t, count);
	const char **texts = ARENA_ARRAY(&w->arena, const char *, count);
	take(w, rows, count, ids, texts);
	if (q->claims) {
		w->state = WORKER_CLAIMING;
		w->plan.count = 0;
		queue_claim(q, &w->plan, &w->arena, ids, texts, count);
		run(w, on_claimed);
		return;
	}
	for (size_t i = 0; i < w->options.places; i++)
		if (w->places[i].state == PLACE_CLAIMING)
			start(w, &w->places[i]);
	end(w, reply);
}

static void look(struct queue_worker *w)
{
	int64_t ids[PLACES_MOST];
	size_t count = queue_worker_held(w, ids);
	if (count == w->options.places) { /* the first that ends looks again */
		wait(w, IDLE_MS);
		return;
	}
	begin(w, WORKER_LOOKING);
	w->again = false;
	queue_due(w->options.queue, &w->plan, &w->arena, w->options.places - count, ids, count);
	queue_next(w->options.queue, &w->plan, &w->arena, ids, count);
	run(w, on_looked);
}

/* Something else ---------------------------------------------------------------------------------------------------------------*/

static void beside(struct queue_worker *w, const struct db_reply *reply);

static void on_beside(const struct db_reply *reply, void *data)
{
	struct queue_worker *w = data;
	assert(w->state == WORKER_BESIDE);
	if (w->closing || reply->err != ERR_OK)
		end(w, reply);
	else
		beside(w, reply);
}

static void beside(struct queue_worker *w, const struct db_reply *reply)
{
	w->plan.count = 0;
	switch (w->options.beside(reply, &w->plan, &w->arena, w->options.data)) {
	case QUEUE_RUN:
		run(w, on_beside);
		break;
	case QUEUE_LOOK:
		w->state = WORKER_IDLE;
		look(w);
		break;
	case QUEUE_AGAIN:
		w->state = WORKER_IDLE;
		tick(w);
		break;
	}
}

static void tick(struct queue_worker *w)
{
	if (w->state != WORKER_IDLE || w->closing)
		return;
	if (w->options.may && !w->options.may(w->options.data)) {
		wait(w, SOON_MS);
		return;
	}
	if (write_results(w))
		return;
	if (w->draining) {
		int64_t ids[PLACES_MOST];
		if (queue_worker_held(w, ids) > 0)
			wait(w, IDLE_MS);
		else if (w->drained) {
			void (*drained)(void *) = w->drained;
			w->drained = NULL;
			drained(w->drained_data);
		}
		return;
	}
	if (w->options.beside) {
		begin(w, WORKER_BESIDE);
		beside(w, NULL);
	} else {
		look(w);
	}
}

/* Life ------------------------------------------------------------------------------------------------------------------------*/

struct queue_worker *queue_worker_create(
    uv_loop_t *loop, const struct queue_worker_options *options)
{
	assert(options->places > 0 && options->places <= PLACES_MOST && options->job_size > 0);
	struct queue_worker *w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->options = *options;
	/* each may hold whatever type */
	size_t stride = (options->job_size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) *
			_Alignof(max_align_t);
	w->jobs = calloc(options->places, stride);
	if (!w->jobs)
		abort();
	w->options.job_size = stride;
	for (size_t i = 0; i < options->places; i++)
		w->places[i].job = w->jobs + i * stride;
	arena_init(&w->arena, ARENA_MAXIMUM);
	(void)uv_timer_init(loop, &w->timer);
	w->timer.data = w;
	wait(w, SOON_MS);
	return w;
}

void queue_worker_wake(struct queue_worker *w)
{
	if (!w || w->draining)
		return;
	w->again = true;
	tick(w);
}

void queue_worker_ended(struct queue_worker *w, const void *job)
{
	for (size_t i = 0; i < w->options.places; i++)
		if (w->places[i].job == job) {
			assert(w->places[i].state == PLACE_UNDER_WAY);
			w->places[i].state = PLACE_ENDED;
		}
	w->again = true; /* should due rows be looked for just now */
	tick(w);
}

int64_t queue_worker_pause_us(const struct queue_worker *w, int64_t attempts)
{
	return backoff_us(attempts > 0 ? (unsigned)attempts : 0, w->options.pause_first_us,
	    w->options.pause_longest_us, clock_random());
}

void queue_worker_drain(struct queue_worker *w, void (*drained)(void *data), void *data)
{
	w->draining = true;
	w->drained = drained;
	w->drained_data = data;
	/* from the loop */
	if (w->state == WORKER_IDLE)
		wait(w, 0);
}

static void on_closed(uv_handle_t *handle)
{
	struct queue_worker *w = handle->data;
	arena_finish(&w->arena);
	explicit_bzero(w->jobs, w->options.places * w->options.job_size);
	free(w->jobs);
	free(w);
}

void queue_worker_destroy(struct queue_worker *w)
{
	if (!w)
		return;
	w->closing = true;
	for (size_t i = 0; i < w->options.places; i++)
		if (w->places[i].state != PLACE_FREE)
			free_place(w, &w->places[i]);
	uv_close((uv_handle_t *)&w->timer, on_closed);
}
