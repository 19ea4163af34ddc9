/*
 * One PostgreSQL connection on a libuv loop, in libpq's pipeline mode.
 * Ownership: the conn owns its PGconn and handles; db_conn_destroy() frees it in the last close callback.
 * Parameters are copied into libpq's buffer by db_conn_run(); results belong to the reply and end with the callback.
 * Units: milliseconds. Errors: in the reply; a broken connection reports the run in hand as ERR_UNAVAILABLE, then calls
 * `lost`. Callbacks: never inside the starting call; at most one run at a time, its callback may start the next.
 *
 * Sources: PostgreSQL 15 documentation, libpq, 34.5 "Pipeline Mode", 34.1 "Database Connection Control Functions" and
 * 34.4 "Asynchronous Command Processing". Connecting blocks on name look-up, so it happens on libuv's thread pool.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/err.h"
#include "salesreg/base/secret.h"
#include "salesreg/db/server.h"
#include "salesreg/db/statement.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum { DB_MAX_STEPS = 128, DB_MAX_PARAMS = 24 };

/* One statement and its parameters in text form; a NULL is SQL's NULL. */
struct db_step {
	enum sql_statement statement;
	int count;
	const char *values[DB_MAX_PARAMS];
};

struct db_reply {
	enum err
	    err; /* CONFLICT: 23505, 40001, 40P01; REFUSED: other SQL errors; UNAVAILABLE, TIMEOUT */
	char sqlstate[6];  /* "" unless the server said one */
	char message[256]; /* the server's primary message: no parameter values in it */
	size_t failed_step;
	bool row_locked; /* 55P03 over a row that somebody holds, not over a whole table */
	bool no_schema;  /* a statement of ours, not a function it calls, names what is not there */
	size_t count;
	PGresult *results[DB_MAX_STEPS]; /* one a step; all NULL unless err is ERR_OK */
};

struct db_conn;
struct db_conn_options {
	const struct secret *uri;     /* borrowed for the life of the connection */
	struct db_server *server;     /* which server it must be; borrowed; NULL: any */
	const char *application_name; /* static */
	/* SQL run once after connecting, in the thread; a static string or NULL */
	const char *session_sql;
	/*
	 * Runs in the thread pool each time another server than before was reached; may be NULL. `error` says why; ERR_CONFIG:
	 * waiting does not help.
	 */
	enum err (*setup)(PGconn *connection, void *setup_data, char *error, size_t error_size);
	void *setup_data;
	/* ERR_OK, ERR_UNAVAILABLE, or ERR_CONFIG: this database cannot be used as it is, and waiting does not help. */
	void (*opened)(struct db_conn *conn, enum err err, const char *why, void *data);
	void (*lost)(struct db_conn *conn, const char *why, void *data);
	void (*notified)(
	    struct db_conn *conn, const char *channel, const char *payload, void *data);
	void *data;
};

struct db_conn *db_conn_create(uv_loop_t *loop, const struct db_conn_options *options);
/* Connects; `opened` reports. After a failure or a loss it may be opened again. */
void db_conn_open(struct db_conn *conn);
bool db_conn_is_open(const struct db_conn *conn);
/* A transaction was begun and not yet ended. */
bool db_conn_in_transaction(const struct db_conn *conn);

/*
 * Sends all steps and one Sync; without BEGIN among them they are one transaction.
 * deadline_ms 0: none. On a deadline the connection is discarded.
 */
void db_conn_run(struct db_conn *conn, const struct db_step *steps, size_t count,
    uint64_t deadline_ms,
    void (*done)(struct db_conn *conn, const struct db_reply *reply, void *data), void *data);
/* Sends one LISTEN; channel must be a plain identifier. */
void db_conn_listen(struct db_conn *conn, const char *channel, uint64_t deadline_ms,
    void (*done)(struct db_conn *conn, const struct db_reply *reply, void *data), void *data);
/* Drops the connection (for example because its state is not known any more); `lost` is called later. */
void db_conn_discard(struct db_conn *conn, const char *why);
/* A run in hand is dropped without its callback. The conn must not be used any more. */
void db_conn_destroy(struct db_conn *conn);
int64_t db_conn_last_answer_us(const struct db_conn *conn);

/* Steps to be run together. */
struct db_plan {
	size_t count;
	struct db_step steps[DB_MAX_STEPS];
};
/* Returns the index of the step, which is the index of its result. More than DB_MAX_STEPS: a bug, aborts. */
size_t db_plan_append(
    struct db_plan *plan, enum sql_statement statement, const char *const *values, size_t count);
#define db_plan_add(plan, statement, ...)                                                          \
	db_plan_append((plan), (statement), (const char *const[]){__VA_ARGS__},                    \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
#define db_plan_add_plain(plan, statement) db_plan_append((plan), (statement), NULL, 0)

/* Parameters. */
const char *db_i64(struct arena *a, int64_t value);
const char *db_bool(bool value);
/* Array literals; NULL elements of a text array become SQL NULLs. */
const char *db_i64_array(struct arena *a, const int64_t *values, size_t count);
const char *db_text_array(struct arena *a, const char *const *values, size_t count);
/* Results: NULL-safe readers of one field. */
int64_t db_get_i64(const PGresult *result, int row, int column, int64_t if_null);
bool db_get_bool(const PGresult *result, int row, int column);
/* A copy in the arena, NULL for SQL's NULL. */
/* Bytes as hexadecimal digits, for decode(…, 'hex'), and back from encode(…, 'hex'): NUL-terminated besides. */
const char *db_hex(struct arena *a, const char *bytes, size_t size);
const char *db_hex_read(struct arena *a, const char *hex, size_t *size);
const char *db_get_text(struct arena *a, const PGresult *result, int row, int column);
