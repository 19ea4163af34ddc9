#include "salesreg/base/buf.h"
#include "salesreg/db/session.h"
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MOST = 64, SENT_AT_ONCE = 64 * 1024 };

static void remember(
    struct db_session *s, const char *sqlstate, const char *why, const char *detail)
{
	(void)snprintf(s->sqlstate, sizeof s->sqlstate, "%s", sqlstate ? sqlstate : "");
	(void)snprintf(s->error, sizeof s->error, "%.*s%s%.*s", (int)strcspn(why, "\n"), why,
	    detail ? ": " : "", detail ? (int)strcspn(detail, "\n") : 0, detail ? detail : "");
}

/* A row of the text format: tabs between values, a line end behind. */
static void add_row(struct buf *to, const char *const *values, size_t columns)
{
	for (size_t i = 0; i < columns; i++) {
		if (i > 0)
			buf_addc(to, '\t');
		if (!values[i])
			buf_adds(to, "\\N");
		for (const char *c = values[i]; c && *c; c++) {
			static const char special[] = "\\\t\n\r", letters[] = "\\tnr";
			const char *found = strchr(special, *c);
			if (found)
				buf_addc(to, '\\');
			buf_addc(to, found ? letters[found - special] : *c);
		}
	}
	buf_addc(to, '\n');
}

/*
 * "COPY test_prospects, line 3, column name: …" stands on a line of its own of the context, below those of functions; in the server's
 * language, but in this order.
 */
static int64_t line_of(const char *context)
{
	for (const char *at = context; at && *at;
	     at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		if (strncmp(at, "COPY ", 5) != 0)
			continue;
		const char *end = at + strcspn(at, "\n"),
			   *digit = memchr(at, ',', (size_t)(end - at));
		while (digit && digit < end && !isdigit((unsigned char)*digit))
			digit++;
		return digit && digit < end ? strtoll(digit, NULL, 10) : 0;
	}
	return 0;
}

/* Why it is to be undone; NULL: all rows are sent. */
static const char *send_rows(struct db_session *s, size_t columns,
    enum db_copy_next (*next)(const char **values, void *data), void *data, int64_t *line)
{
	const char *values[COLUMNS_MOST], *why = NULL;
	struct buf rows;
	buf_init(&rows, DB_COPY_ROW_BYTES + SENT_AT_ONCE);
	for (bool more = true; more && !why;) {
		memset(values, 0, sizeof values);
		enum db_copy_next what = next(values, data);
		more = what == DB_COPY_ROW;
		size_t before = rows.size;
		++*line;
		if (what == DB_COPY_CANCEL)
			why = "it was cancelled";
		if (more)
			add_row(&rows, values, columns);
		if (rows.failed || rows.size - before > DB_COPY_ROW_BYTES)
			why = "a row is too long";
		if (why || (more && rows.size < SENT_AT_ONCE))
			continue;
		if (rows.size > 0 && PQputCopyData(s->pg, rows.data, (int)rows.size) != 1)
			break; /* the end says why */
		buf_clear(&rows);
	}
	buf_finish(&rows);
	return why;
}

static bool finish(struct db_session *s, const char *why, struct db_copied *copied)
{
	bool good = false;
	int64_t line = copied->line;
	copied->line = 0;
	(void)PQputCopyEnd(s->pg, why);
	/* one result, and the end of them; a connection that broke has an error for one */
	for (PGresult *result; (result = PQgetResult(s->pg)); PQclear(result)) {
		if (PQresultStatus(result) == PGRES_COMMAND_OK) {
			copied->rows = strtoll(PQcmdTuples(result), NULL, 10);
			good = true;
			continue;
		}
		good = false;
		const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
		remember(s, PQresultErrorField(result, PG_DIAG_SQLSTATE),
		    message ? message : PQerrorMessage(s->pg),
		    PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
		copied->line = line_of(PQresultErrorField(result, PG_DIAG_CONTEXT));
		if (PQstatus(s->pg) != CONNECTION_OK) {
			PQclear(result);
			break;
		}
	}
	if (why && strcmp(s->sqlstate, "57014") == 0)
		copied->line = line;
	return good;
}

bool db_session_copy_in(struct db_session *s, enum sql_statement copy, size_t columns,
    enum db_copy_next (*next)(const char **values, void *data), void *data,
    struct db_copied *copied)
{
	assert(columns > 0 && columns <= COLUMNS_MOST);
	char answer_ms[16], lock_ms[16];
	(void)snprintf(answer_ms, sizeof answer_ms, "%d", DB_SESSION_ANSWER_MS);
	(void)snprintf(lock_ms, sizeof lock_ms, "%d", DB_SESSION_ANSWER_MS / 2);
	*copied = (struct db_copied){0};
	if (!db_session_run(s, SQL_OPERATOR_SESSION, "0", lock_ms))
		return false;
	PQclear(s->result);
	s->result = PQexecParams(s->pg, sql_statement(copy)->text, 0, NULL, NULL, NULL, NULL, 0);
	bool good = PQresultStatus(s->result) == PGRES_COPY_IN;
	if (good) {
		const char *why = send_rows(s, columns, next, data, &copied->line);
		good = finish(s, why, copied);
	} else {
		const char *why = PQresultErrorField(s->result, PG_DIAG_MESSAGE_PRIMARY);
		remember(s, PQresultErrorField(s->result, PG_DIAG_SQLSTATE),
		    why ? why : PQerrorMessage(s->pg), NULL);
	}
	/* in a transaction that failed it is undone with the rest */
	if (PQtransactionStatus(s->pg) == PQTRANS_IDLE ||
	    PQtransactionStatus(s->pg) == PQTRANS_INTRANS) {
		PQclear(s->result);
		s->result = PQexecParams(s->pg, sql_statement(SQL_OPERATOR_SESSION)->text, 2, NULL,
		    (const char *const[]){answer_ms, lock_ms}, NULL, NULL, 0);
	}
	return good;
}
