/*
 * A blocking connection for commands that ask a few things and end; workers use db/pool.h.
 * Ownership: the session owns its connection and the result of its last question, which lasts until the next one or
 * db_session_close(). Units: milliseconds where a name says so.
 * Errors: false or NULL, then `error` holds one line and `sqlstate` the server's code ("" if it said none). What libpq
 * says when it cannot connect may quote pieces of a malformed URI: domain/config_checks.h tells whether it may be shown.
 * Callbacks: none; a question waits DB_SESSION_ANSWER_MS at most, for a lock half of that.
 */
#pragma once
#include "salesreg/base/secret.h"
#include "salesreg/db/statement.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

enum { DB_SESSION_ANSWER_MS = 10000 };

struct db_session {
	PGconn *pg; /* NULL: not open */
	PGresult *result;
	char sqlstate[6], error[256];
};

bool db_session_open(struct db_session *s, const struct secret *uri, const char *application_name);
/* A NULL value is SQL's NULL. */
const PGresult *db_session_ask(
    struct db_session *s, enum sql_statement statement, const char *const *values, size_t count);
#define db_session_run(s, statement, ...)                                                          \
	db_session_ask((s), (statement), (const char *const[]){__VA_ARGS__},                       \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
#define db_session_run_plain(s, statement) db_session_ask((s), (statement), NULL, 0)
/*
 * Whether `listener` hears what `teller`, another session, notifies. Two of them: through a transaction pooler one alone
 * may hear itself, by the luck of getting the same server connection twice.
 */
bool db_session_hears(struct db_session *listener, struct db_session *teller, int wait_ms);
/* Whether the server knows all that this statement names; else `error` and `sqlstate` say what it does not. */
bool db_session_prepares(struct db_session *s, enum sql_statement statement);
void db_session_close(struct db_session *s);
