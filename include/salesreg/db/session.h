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
#include <stdint.h>

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
 * COPY … FROM STDIN: rows that a callback yields, by a statement that names the table and its columns; in the caller's transaction, or
 * all or nothing. The session's time for an answer does not count while it runs, its time for a lock does.
 *
 * next   fills `values` (as many as there are columns, in text form, NULL for SQL's NULL; borrowed until the next call) and returns
 *        DB_COPY_ROW; or says that there are no more, or that all is to be undone. Runs inside db_session_copy_in() and must not use
 *        the session.
 * false  `error` is the server's primary message, with the detail behind it, and `line` the row it is about, counted from 1 (0: it is
 *        about none, as an error of a trigger after them all). A row that is longer than DB_COPY_ROW_BYTES, and DB_COPY_CANCEL, undo
 *        all as well, with the sqlstate 57014 (query_canceled) and the row's line. The server reads rows some time after they are
 *        yielded, so `next` may be called for more of them after the bad one.
 *
 * Source: PostgreSQL 15 documentation, COPY, "Text Format"; libpq, 34.10 "Functions Associated with the COPY Command".
 */
enum { DB_COPY_ROW_BYTES = 16 * 1024 * 1024 };
enum db_copy_next { DB_COPY_ROW, DB_COPY_END, DB_COPY_CANCEL };
struct db_copied {
	int64_t rows, line;
};
bool db_session_copy_in(struct db_session *s, enum sql_statement copy, size_t columns,
    enum db_copy_next (*next)(const char **values, void *data), void *data,
    struct db_copied *copied);
/*
 * Whether `listener` hears what `teller`, another session, notifies. Two of them: through a transaction pooler one alone
 * may hear itself, by the luck of getting the same server connection twice.
 */
bool db_session_hears(struct db_session *listener, struct db_session *teller, int wait_ms);
/* Whether the server knows all that this statement names; else `error` and `sqlstate` say what it does not. */
bool db_session_prepares(struct db_session *s, enum sql_statement statement);
void db_session_close(struct db_session *s);
