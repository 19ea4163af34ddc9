#include "salesreg/db/session.h"
#include "salesreg/base/clock.h"
#include "salesreg/db/connect.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>

static void remember(struct db_session *s, const char *sqlstate, const char *why)
{
	(void)snprintf(s->sqlstate, sizeof s->sqlstate, "%s", sqlstate ? sqlstate : "");
	(void)snprintf(s->error, sizeof s->error, "%.*s", (int)strcspn(why, "\n"), why);
}

bool db_session_open(struct db_session *s, const struct secret *uri, const char *application_name)
{
	char answer_ms[16], lock_ms[16];
	struct db_failure failure;
	*s = (struct db_session){.pg = NULL};
	s->pg = db_connect_blocking(secret_reveal(uri), application_name, 0, &failure);
	if (PQstatus(s->pg) != CONNECTION_OK) {
		remember(s, failure.sqlstate, failure.why);
		goto failed;
	}
	(void)snprintf(answer_ms, sizeof answer_ms, "%d", DB_SESSION_ANSWER_MS);
	(void)snprintf(lock_ms, sizeof lock_ms, "%d", DB_SESSION_ANSWER_MS / 2);
	if (db_session_run(s, SQL_OPERATOR_SESSION, answer_ms, lock_ms)) {
		if (db_adopt_search_path(s->pg))
			return true;
		remember(s, NULL, PQerrorMessage(s->pg));
	}
failed:
	PQfinish(s->pg);
	s->pg = NULL;
	return false;
}

const PGresult *db_session_ask(
    struct db_session *s, enum sql_statement statement, const char *const *values, size_t count)
{
	PQclear(s->result);
	s->result = PQexecParams(
	    s->pg, sql_statement(statement)->text, (int)count, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(s->result);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return s->result;
	const char *why = PQresultErrorField(s->result, PG_DIAG_MESSAGE_PRIMARY);
	remember(
	    s, PQresultErrorField(s->result, PG_DIAG_SQLSTATE), why ? why : PQerrorMessage(s->pg));
	return NULL;
}

bool db_session_prepares(struct db_session *s, enum sql_statement statement)
{
	PQclear(s->result);
	s->result = PQprepare(s->pg, "", sql_statement(statement)->text, 0, NULL);
	if (PQresultStatus(s->result) == PGRES_COMMAND_OK)
		return true;
	const char *why = PQresultErrorField(s->result, PG_DIAG_MESSAGE_PRIMARY);
	remember(
	    s, PQresultErrorField(s->result, PG_DIAG_SQLSTATE), why ? why : PQerrorMessage(s->pg));
	return false;
}

static bool heard(struct db_session *s, const char *channel)
{
	bool found = false;
	for (PGnotify *n; (n = PQnotifies(s->pg)); PQfreemem(n))
		found |= strcmp(n->relname, channel) == 0;
	return found;
}

bool db_session_hears(struct db_session *listener, struct db_session *teller, int wait_ms)
{
	char channel[48], sql[80];
	(void)snprintf(
	    channel, sizeof channel, "salesreg_probe_%016llx", (unsigned long long)clock_random());
	(void)snprintf(sql, sizeof sql, "LISTEN %s", channel);
	PQclear(PQexec(listener->pg, sql));
	if (!db_session_run(teller, SQL_LISTENER_PROBE, channel))
		return false;
	int64_t end_us = clock_monotonic_us() + (int64_t)wait_ms * 1000;
	for (;;) {
		if (!PQconsumeInput(listener->pg))
			return false;
		if (heard(listener, channel))
			return true;
		int64_t left_us = end_us - clock_monotonic_us();
		if (left_us <= 0)
			return false;
		struct pollfd fd = {.fd = PQsocket(listener->pg), .events = POLLIN};
		(void)poll(&fd, 1, (int)(left_us / 1000) + 1);
	}
}

void db_session_close(struct db_session *s)
{
	PQclear(s->result);
	PQfinish(s->pg);
	s->result = NULL;
	s->pg = NULL;
}
