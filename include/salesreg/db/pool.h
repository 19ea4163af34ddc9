/*
 * Pool of connections with a waiting queue and deadlines.
 * Ownership: the pool owns its connections; a lease belongs to the caller until db_pool_release(). Steps given to
 * db_pool_run() are borrowed until its callback. Units: milliseconds.
 * Errors: ERR_TIMEOUT when the deadline passes in the queue, ERR_BUSY when the queue is full, the reply's otherwise.
 * Callbacks: never inside the starting call. Connections that fail are reopened with back-off and jitter.
 *
 * A pool of one with a `gate` is how leadership works: the gate (an advisory lock) is run on each new connection before
 * anybody gets it, so whoever holds a lease holds the lock, and losing the session loses both. Whoever waits for a lease
 * then hears ERR_UNAVAILABLE, after `down`: what was asked for as the holder is not done by a later one.
 */
#pragma once
#include "salesreg/base/metrics.h"
#include "salesreg/db/conn.h"

struct db_pool;

struct db_pool_options {
	const struct secret *uri;
	struct db_server
	    *server; /* shared by all of the process; borrowed; NULL: any server will do */
	const char *application_name, *session_sql;
	size_t size, max_waiting;
	bool has_gate;
	struct db_step gate; /* one boolean: true lets pass, false is asked again soon */
	enum err (*setup)(PGconn *connection, void *data, char *error, size_t error_size);
	/* A connection is usable / one was lost (why) or could not be made. */
	void (*up)(struct db_pool *pool, void *data);
	void (*down)(struct db_pool *pool, const char *why, void *data);
	/* This database cannot be used as it is, and waiting does not help; nothing more is tried. NULL: as `down`. */
	void (*refused)(struct db_pool *pool, const char *why, void *data);
	void *data;
};

struct db_pool_stats {
	size_t open, busy, waiting;
	uint64_t acquired, waited, timed_out, lost;
};

struct db_pool *db_pool_create(uv_loop_t *loop, const struct db_pool_options *options);
/* Opens the first connection; others follow on demand. */
void db_pool_start(struct db_pool *pool);
/* conn is NULL on error. */
void db_pool_acquire(struct db_pool *pool, uint64_t deadline_ms,
    void (*granted)(struct db_conn *conn, enum err err, void *data), void *data);
/* Ahead of everyone who waits. */
void db_pool_acquire_first(struct db_pool *pool, uint64_t deadline_ms,
    void (*granted)(struct db_conn *conn, enum err err, void *data), void *data);
/* Rolls back first if a transaction is open. */
void db_pool_release(struct db_pool *pool, struct db_conn *conn);
void db_pool_run(struct db_pool *pool, const struct db_step *steps, size_t count,
    uint64_t deadline_ms, void (*done)(const struct db_reply *reply, void *data), void *data);
struct db_pool_stats db_pool_stats(const struct db_pool *pool);
/* How long those who got a connection waited for it; borrowed until db_pool_destroy(). */
const struct histogram *db_pool_waits(const struct db_pool *pool);
bool db_pool_is_up(const struct db_pool *pool);
int64_t db_pool_last_answer_us(const struct db_pool *pool);
/* Drops every connection; they come back by themselves, through the gate. */
void db_pool_reset(struct db_pool *pool, const char *why);
/* Who waits for a connection hears ERR_CANCELLED; runs, in hand or in line, are dropped without a callback. */
void db_pool_destroy(struct db_pool *pool);
