#include "salesreg/db/pool.h"
#include "salesreg/base/clock.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum {
	MAX_SIZE = 64,
	RETRY_FIRST_MS = 100,
	RETRY_LONGEST_MS = 10000,
	ROLLBACK_DEADLINE_MS = 5000,
	GATE_PAUSE_MS = 300,
	GATE_DEADLINE_MS = 15000
};

/*
 *             open            opened           gate passed          granted
 *   CLOSED -----------> OPENING ----> AT_GATE ------------> FREE ----------> LEASED
 *     ^  after a pause     |             |                   | ^  <----------  |
 *     +--------------------+-------------+-------------------+-+-- released,   +-- lost
 *                                                            rolled back
 */
enum member_state {
	MEMBER_CLOSED,
	MEMBER_OPENING,
	MEMBER_AT_GATE,
	MEMBER_FREE,
	MEMBER_LEASED,
	MEMBER_ROLLING_BACK
};

struct member {
	struct db_pool *pool;
	struct db_conn *conn;
	enum member_state state;
	unsigned failures;
	int64_t retry_at_us;
};

struct waiter {
	TAILQ_ENTRY(waiter) link; /* in db_pool.waiting */
	void (*granted)(struct db_conn *, enum err, void *);
	void *data;
	int64_t since_us, deadline_us; /* 0: none */
	enum err expired;              /* what to say at the deadline */
};

/* A db_pool_run() on its way. */
struct query {
	LIST_ENTRY(query) link; /* in db_pool.queries */
	struct db_pool *pool;
	struct db_conn *conn;
	const struct db_step *steps;
	size_t count;
	uint64_t deadline_ms;
	void (*done)(const struct db_reply *, void *);
	void *data;
};

struct db_pool {
	uv_loop_t *loop;
	struct db_pool_options options;
	struct member members[MAX_SIZE];
	TAILQ_HEAD(, waiter) waiting;
	LIST_HEAD(, query) queries;
	size_t waiting_count;
	uv_timer_t timer; /* retries and deadlines of waiters */
	uv_idle_t soon;   /* grants happen from the loop, never inside acquire */
	struct db_pool_stats stats;
	struct histogram waits;
	bool destroyed;
	int open_handles;
};

static void schedule(struct db_pool *pool);

static void on_soon(uv_idle_t *handle);

static void grant_soon(struct db_pool *pool)
{
	if (!pool->destroyed)
		(void)uv_idle_start(&pool->soon, on_soon);
}

static void open_member(struct member *m)
{
	m->state = MEMBER_OPENING;
	db_conn_open(m->conn);
}

static void retry_later(struct member *m)
{
	int64_t pause_ms = RETRY_LONGEST_MS;
	if (m->failures < 7)
		pause_ms = (int64_t)RETRY_FIRST_MS << m->failures;
	m->failures++;
	pause_ms = pause_ms / 2 + (int64_t)(clock_random() % (uint64_t)(pause_ms / 2 + 1));
	m->state = MEMBER_CLOSED;
	m->retry_at_us = clock_monotonic_us() + pause_ms * 1000;
	schedule(m->pool);
}

static void become_free(struct member *m)
{
	m->state = MEMBER_FREE;
	m->failures = 0;
	if (m->pool->options.up)
		m->pool->options.up(m->pool, m->pool->options.data);
	grant_soon(m->pool);
}

static void on_gate(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct member *m = data;
	if (reply->err != ERR_OK) {
		db_conn_discard(conn, reply->message);
	} else if (db_get_bool(reply->results[0], 0, 0)) {
		become_free(m);
	} else {
		m->retry_at_us = clock_monotonic_us() + GATE_PAUSE_MS * 1000;
		schedule(m->pool);
	}
}

static void on_opened(struct db_conn *conn, enum err err, const char *why, void *data)
{
	struct member *m = data;
	if (err == ERR_CONFIG && m->pool->options.refused) {
		m->state = MEMBER_CLOSED;
		m->pool->options.refused(m->pool, why, m->pool->options.data);
		return;
	}
	if (err != ERR_OK) {
		m->pool->options.down(m->pool, why, m->pool->options.data);
		retry_later(m);
		return;
	}
	if (m->pool->options.has_gate) {
		m->state = MEMBER_AT_GATE;
		db_conn_run(conn, &m->pool->options.gate, 1, GATE_DEADLINE_MS, on_gate, m);
	} else {
		become_free(m);
	}
}

static void answer(struct db_pool *pool, struct waiter *w, struct db_conn *conn, enum err err)
{
	TAILQ_REMOVE(&pool->waiting, w, link);
	pool->waiting_count--;
	void (*granted)(struct db_conn *, enum err, void *) = w->granted;
	void *data = w->data;
	if (err == ERR_OK)
		histogram_observe(&pool->waits, clock_monotonic_us() - w->since_us);
	free(w);
	granted(conn, err, data);
}

/*
 * What was asked of the holder of the gate was asked by virtue of it: nobody gets it from whoever
 * passes the gate next, before that one knows what happened meanwhile.
 */
static void refuse_waiters(struct db_pool *pool)
{
	for (size_t left = pool->waiting_count; left > 0 && !pool->destroyed; left--)
		// NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyser does not follow TAILQ_REMOVE
		answer(pool, TAILQ_FIRST(&pool->waiting), NULL, ERR_UNAVAILABLE);
}

static void on_lost(struct db_conn *conn, const char *why, void *data)
{
	(void)conn;
	struct member *m = data;
	m->pool->stats.lost++;
	retry_later(m);
	m->pool->options.down(m->pool, why, m->pool->options.data);
	if (m->pool->options.has_gate)
		refuse_waiters(m->pool);
}

struct db_pool *db_pool_create(uv_loop_t *loop, const struct db_pool_options *options)
{
	assert(options->size > 0 && options->size <= MAX_SIZE);
	struct db_pool *pool = calloc(1, sizeof *pool);
	if (!pool)
		abort();
	pool->loop = loop;
	pool->options = *options;
	TAILQ_INIT(&pool->waiting);
	LIST_INIT(&pool->queries);
	(void)uv_timer_init(loop, &pool->timer);
	(void)uv_idle_init(loop, &pool->soon);
	pool->timer.data = pool->soon.data = pool;
	for (size_t i = 0; i < options->size; i++) {
		struct member *m = &pool->members[i];
		m->pool = pool;
		m->conn = db_conn_create(loop, &(struct db_conn_options){
						   .uri = options->uri,
						   .server = options->server,
						   .application_name = options->application_name,
						   .session_sql = options->session_sql,
						   .setup = i == 0 ? options->setup : NULL,
						   .setup_data = options->data,
						   .opened = on_opened,
						   .lost = on_lost,
						   .data = m,
					       });
	}
	return pool;
}

void db_pool_start(struct db_pool *pool)
{
	open_member(&pool->members[0]);
}

static struct member *member_of(struct db_pool *pool, const struct db_conn *conn)
{
	for (size_t i = 0; i < pool->options.size; i++)
		if (pool->members[i].conn == conn)
			return &pool->members[i];
	return NULL;
}

static struct member *find(struct db_pool *pool, enum member_state state)
{
	for (size_t i = 0; i < pool->options.size; i++)
		if (pool->members[i].state == state)
			return &pool->members[i];
	return NULL;
}

/* More callers wait than connections are on their way: open another, once the first one has worked. */
static void grow(struct db_pool *pool)
{
	size_t coming = 0;
	for (size_t i = 0; i < pool->options.size; i++)
		coming += pool->members[i].state == MEMBER_OPENING ||
			  pool->members[i].state == MEMBER_AT_GATE ||
			  pool->members[i].state == MEMBER_ROLLING_BACK;
	struct member *fresh = find(pool, MEMBER_CLOSED);
	if (fresh && fresh != &pool->members[0] && pool->waiting_count > coming &&
	    find(pool, MEMBER_LEASED) && fresh->retry_at_us <= clock_monotonic_us())
		open_member(fresh);
}

static struct waiter *expired_waiter(struct db_pool *pool, int64_t now)
{
	struct waiter *w;
	TAILQ_FOREACH (w, &pool->waiting, link)
		// NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyser does not follow TAILQ_REMOVE
		if (w->deadline_us != 0 && w->deadline_us <= now)
			return w;
	return NULL;
}

static void expire_waiters(struct db_pool *pool, int64_t now)
{
	for (struct waiter *w; !pool->destroyed && (w = expired_waiter(pool, now));) {
		pool->stats.timed_out++;
		answer(pool, w, NULL, w->expired);
	}
}

static void on_soon(uv_idle_t *handle)
{
	struct db_pool *pool = handle->data;
	(void)uv_idle_stop(handle);
	struct member *m;
	expire_waiters(pool, clock_monotonic_us());
	while (!pool->destroyed && !TAILQ_EMPTY(&pool->waiting) && (m = find(pool, MEMBER_FREE))) {
		m->state = MEMBER_LEASED;
		pool->stats.acquired++;
		answer(pool, TAILQ_FIRST(&pool->waiting), m->conn, ERR_OK);
	}
	if (!pool->destroyed)
		grow(pool);
}

static void on_timer(uv_timer_t *timer)
{
	struct db_pool *pool = timer->data;
	int64_t now = clock_monotonic_us();
	for (size_t i = 0; i < pool->options.size; i++) {
		struct member *m = &pool->members[i];
		if (m->state == MEMBER_AT_GATE && m->retry_at_us && m->retry_at_us <= now) {
			m->retry_at_us = 0;
			db_conn_run(m->conn, &pool->options.gate, 1, GATE_DEADLINE_MS, on_gate, m);
		} else if (m->state == MEMBER_CLOSED && m->retry_at_us && m->retry_at_us <= now) {
			m->retry_at_us = 0;
			/* members beyond the first come back when somebody needs them */
			if (i == 0 || pool->waiting_count > 0)
				open_member(m);
		}
	}
	expire_waiters(pool, now);
	if (!pool->destroyed)
		schedule(pool);
}

/* Arms the timer for the nearest retry or deadline. */
static void schedule(struct db_pool *pool)
{
	int64_t nearest = INT64_MAX, now = clock_monotonic_us();
	for (size_t i = 0; i < pool->options.size; i++) {
		const struct member *m = &pool->members[i];
		if ((m->state == MEMBER_CLOSED || m->state == MEMBER_AT_GATE) && m->retry_at_us &&
		    m->retry_at_us < nearest)
			nearest = m->retry_at_us;
	}
	struct waiter *w;
	TAILQ_FOREACH (w, &pool->waiting, link)
		if (w->deadline_us && w->deadline_us < nearest)
			nearest = w->deadline_us;
	if (nearest == INT64_MAX)
		(void)uv_timer_stop(&pool->timer);
	else
		(void)uv_timer_start(&pool->timer, on_timer,
		    nearest > now ? (uint64_t)(nearest - now + 999) / 1000 : 0, 0);
}

static struct waiter *enqueue(struct db_pool *pool, uint64_t deadline_ms, bool first,
    void (*granted)(struct db_conn *, enum err, void *), void *data)
{
	struct waiter *w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->granted = granted;
	w->data = data;
	w->expired = ERR_TIMEOUT;
	w->since_us = clock_monotonic_us();
	if (deadline_ms)
		w->deadline_us = w->since_us + (int64_t)deadline_ms * 1000;
	/* over the limit the refusal comes from the loop, too: by way of a deadline that has passed */
	if (pool->options.max_waiting && pool->waiting_count >= pool->options.max_waiting) {
		w->deadline_us = 1;
		w->expired = ERR_BUSY;
	}
	if (first)
		TAILQ_INSERT_HEAD(&pool->waiting, w, link);
	else
		TAILQ_INSERT_TAIL(&pool->waiting, w, link);
	pool->waiting_count++;
	if (find(pool, MEMBER_FREE) == NULL)
		pool->stats.waited++;
	if (deadline_ms || w->deadline_us)
		schedule(pool);
	grant_soon(pool);
	return w;
}

void db_pool_acquire(struct db_pool *pool, uint64_t deadline_ms,
    void (*granted)(struct db_conn *, enum err, void *), void *data)
{
	(void)enqueue(pool, deadline_ms, false, granted, data);
}

void db_pool_acquire_first(struct db_pool *pool, uint64_t deadline_ms,
    void (*granted)(struct db_conn *, enum err, void *), void *data)
{
	(void)enqueue(pool, deadline_ms, true, granted, data);
}

static void on_rolled_back(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct member *m = data;
	if (reply->err != ERR_OK || db_conn_in_transaction(conn)) {
		db_conn_discard(conn, "a transaction could not be rolled back");
		return;
	}
	m->state = MEMBER_FREE;
	grant_soon(m->pool);
}

void db_pool_release(struct db_pool *pool, struct db_conn *conn)
{
	struct member *m = member_of(pool, conn);
	assert(m);
	if (m->state != MEMBER_LEASED || !db_conn_is_open(conn))
		return; /* lost meanwhile: on_lost() has it */
	if (db_conn_in_transaction(conn)) {
		static const struct db_step rollback = {.statement = SQL_TX_ROLLBACK};
		m->state = MEMBER_ROLLING_BACK;
		db_conn_run(conn, &rollback, 1, ROLLBACK_DEADLINE_MS, on_rolled_back, m);
		return;
	}
	m->state = MEMBER_FREE;
	if (!TAILQ_EMPTY(&pool->waiting))
		grant_soon(pool);
}

static void end_query(struct query *query, const struct db_reply *reply)
{
	struct query ended = *query;
	LIST_REMOVE(query, link);
	free(query);
	if (!ended.pool->destroyed) /* whose it was may be gone, as with runs in hand */
		ended.done(reply, ended.data);
}

static void on_query_done(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct query *query = data;
	db_pool_release(query->pool, conn);
	end_query(query, reply);
}

static void on_query_granted(struct db_conn *conn, enum err err, void *data)
{
	struct query *query = data;
	if (err != ERR_OK) {
		struct db_reply reply = {.err = err};
		(void)strncpy(reply.message, err_sentence(err), sizeof reply.message - 1);
		end_query(query, &reply);
		return;
	}
	query->conn = conn;
	db_conn_run(conn, query->steps, query->count, query->deadline_ms, on_query_done, query);
}

void db_pool_run(struct db_pool *pool, const struct db_step *steps, size_t count,
    uint64_t deadline_ms, void (*done)(const struct db_reply *, void *), void *data)
{
	struct query *query = calloc(1, sizeof *query);
	if (!query)
		abort();
	*query = (struct query){.pool = pool,
	    .steps = steps,
	    .count = count,
	    .deadline_ms = deadline_ms,
	    .done = done,
	    .data = data};
	LIST_INSERT_HEAD(&pool->queries, query, link);
	(void)enqueue(pool, deadline_ms, false, on_query_granted, query);
}

struct db_pool_stats db_pool_stats(const struct db_pool *pool)
{
	struct db_pool_stats stats = pool->stats;
	stats.waiting = pool->waiting_count;
	for (size_t i = 0; i < pool->options.size; i++) {
		stats.open += db_conn_is_open(pool->members[i].conn);
		stats.busy += pool->members[i].state == MEMBER_LEASED;
	}
	return stats;
}

const struct histogram *db_pool_waits(const struct db_pool *pool)
{
	return &pool->waits;
}

bool db_pool_is_up(const struct db_pool *pool)
{
	struct db_pool *p = (struct db_pool *)pool; /* which find() does not change */
	return find(p, MEMBER_FREE) || find(p, MEMBER_LEASED) || find(p, MEMBER_ROLLING_BACK);
}

int64_t db_pool_last_answer_us(const struct db_pool *pool)
{
	int64_t latest = 0;
	for (size_t i = 0; i < pool->options.size; i++) {
		int64_t at = db_conn_last_answer_us(pool->members[i].conn);
		latest = at > latest ? at : latest;
	}
	return latest;
}

void db_pool_reset(struct db_pool *pool, const char *why)
{
	for (size_t i = 0; i < pool->options.size; i++)
		db_conn_discard(pool->members[i].conn, why);
}

static void on_closed(uv_handle_t *handle)
{
	struct db_pool *pool = handle->data;
	if (--pool->open_handles == 0)
		free(pool);
}

void db_pool_destroy(struct db_pool *pool)
{
	if (!pool)
		return;
	pool->destroyed = true;
	for (size_t i = 0; i < pool->options.size; i++)
		db_conn_destroy(pool->members[i].conn);
	while (!TAILQ_EMPTY(&pool->waiting))
		// NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyser does not follow TAILQ_REMOVE
		answer(pool, TAILQ_FIRST(&pool->waiting), NULL, ERR_CANCELLED);
	for (struct query *query; (query = LIST_FIRST(&pool->queries));) {
		LIST_REMOVE(query, link);
		free(query);
	}
	pool->open_handles = 2;
	uv_close((uv_handle_t *)&pool->timer, on_closed);
	uv_close((uv_handle_t *)&pool->soon, on_closed);
}
