#include "conn_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/db/lock_watch.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * One run: some statements in one pipeline, with one Sync at their end.
 *
 * Happy path: each statement is prepared when it is first met, and sent; the answers come in the same order; the Sync ends the run.
 * Failures: what the server refuses ends the run with its SQLSTATE, the step and the message, and the connection stays; a plan
 * that is stale, an answer nobody expected, a broken socket or a deadline end the connection, and the run with it.
 */

static const int64_t REPLAN_US = 5 * 1000 * 1000;

static void on_poll(uv_poll_t *poll, int status, int events);
static void on_deadline(uv_timer_t *timer);

void conn_watch(struct db_conn *conn, int events)
{
	if (conn->poll_events == events)
		return;
	conn->poll_events = events;
	(void)uv_poll_start(conn->poll, events, on_poll);
}

static bool flush(struct db_conn *conn)
{
	int left = PQflush(conn->pg);
	if (left < 0)
		return false;
	conn_watch(conn, left ? UV_READABLE | UV_WRITABLE : UV_READABLE);
	return true;
}

static bool is_conflict(const char *sqlstate)
{
	return strcmp(sqlstate, "23505") == 0 || strcmp(sqlstate, "40001") == 0 ||
	       strcmp(sqlstate, "40P01") == 0;
}

/* "(block,offset)", as PostgreSQL writes the place of a row. */
static bool is_tuple(const char *text)
{
	static const char digits[] = "0123456789";
	size_t block = *text == '(' ? strspn(text + 1, digits) : 0;
	const char *comma = text + 1 + block;
	return block > 0 && *comma == ',' && comma[1 + strspn(comma + 1, digits)] == ')';
}

/*
 * The innermost line of the context of a wait for a row is "while updating tuple (0,1) in relation …", in the server's
 * language (src/backend/storage/lmgr/lmgr.c, XactLockTableWaitErrorCb). A wait for a table has none, or that of the
 * function it is in, where whatever stands in brackets stands in quotation marks: ASCII, or those of U+2018 to U+201F,
 * U+00AB and U+00BB.
 */
static bool names_a_row(const char *context)
{
	/* the one row that stands for all assignments is no row of anybody's */
	if (context && strstr(context, "assignment_lock"))
		return false;
	for (const char *p = context; p && *p && *p != '\n' && *p != '"'; p++) {
		if (strncmp(p, "\xe2\x80", 2) == 0 || strncmp(p, "\xc2\xab", 2) == 0 ||
		    strncmp(p, "\xc2\xbb", 2) == 0)
			return false;
		if (is_tuple(p))
			return true;
	}
	return false;
}

/*
 * A table, column, function or index of ours is missing: what the statements need is not there, whatever their parameters.
 * What a function of somebody's lacks comes with a context.
 */
static bool lacks_schema(const char *sqlstate, const char *context)
{
	bool names = strncmp(sqlstate, "42", 2) == 0 && strcmp(sqlstate, "42501") != 0;
	return (names || strcmp(sqlstate, "3F000") == 0) && (!context || !*context);
}

static void note_failure(struct db_conn *conn, const PGresult *result, size_t step)
{
	struct db_reply *reply = &conn->run.reply;
	if (reply->err != ERR_OK)
		return;
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	(void)snprintf(reply->sqlstate, sizeof reply->sqlstate, "%s", sqlstate ? sqlstate : "");
	(void)snprintf(
	    reply->message, sizeof reply->message, "%s", message ? message : "no message");
	reply->failed_step = step;
	const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
	reply->row_locked = strcmp(reply->sqlstate, "55P03") == 0 && names_a_row(context);
	reply->no_schema = lacks_schema(reply->sqlstate, context);
	reply->err = is_conflict(reply->sqlstate) ? ERR_CONFLICT : ERR_REFUSED;
	if (strcmp(reply->sqlstate, "55P03") == 0 && conn->options.server)
		lock_watch_waited(db_server_locks(conn->options.server));
	if (strcmp(reply->sqlstate, "42501") == 0 && conn->options.server)
		guard_watch_refused(db_server_rights(conn->options.server));
}

/*
 * A plan that outlived a change of the schema, a statement the server forgot (DISCARD ALL, DEALLOCATE): nothing of the
 * run has happened, nobody's data is to blame, and only a new session helps.
 */
static bool is_stale(const char *sqlstate)
{
	return strcmp(sqlstate, "0A000") == 0 || strcmp(sqlstate, "26000") == 0;
}

static void finish_run(struct db_conn *conn)
{
	struct db_reply reply = conn->run.reply;
	if (is_stale(reply.sqlstate)) {
		conn_lose(conn, ERR_UNAVAILABLE, reply.message);
		return;
	}
	(void)uv_timer_stop(&conn->deadline);
	conn->last_answer_us = clock_monotonic_us();
	if (reply.err != ERR_OK)
		conn_clear_results(&reply);
	memset(conn->run.reply.results, 0, sizeof conn->run.reply.results);
	conn_set_state(conn, CONN_IDLE);
	conn->run.done(conn, &reply, conn->run.data);
	conn_clear_results(&reply);
}

enum taken { TAKEN_ONE, TAKEN_LAST, TAKEN_NONSENSE };

/* Takes one result. */
static enum taken take(struct db_conn *conn, PGresult *result)
{
	bool all = conn->run.position >= conn->run.expected_count;
	if (!result) {
		conn->run.position++;
		return all ? TAKEN_NONSENSE : TAKEN_ONE;
	}
	ExecStatusType status = PQresultStatus(result);
	if (status == PGRES_PIPELINE_SYNC) {
		PQclear(result);
		return TAKEN_LAST;
	}
	if (all) {
		/* the session was ended between the last step and its Sync */
		note_failure(conn, result, conn->run.reply.count);
		PQclear(result);
		return TAKEN_NONSENSE;
	}
	const struct expected *now = &conn->run.expected[conn->run.position];
	bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	if (now->is_prepare && !good)
		conn->prepared[now->statement] = 0;
	if (!good && status != PGRES_PIPELINE_ABORTED)
		note_failure(conn, result, now->step);
	if (good && !now->is_prepare && !now->is_extra) {
		PQclear(conn->run.reply.results[now->step]);
		conn->run.reply.results[now->step] = result;
	} else {
		PQclear(result);
	}
	return TAKEN_ONE;
}

static void deliver_notifications(struct db_conn *conn)
{
	for (PGnotify *n; conn->pg && (n = PQnotifies(conn->pg));) {
		if (conn->options.notified)
			conn->options.notified(conn, n->relname, n->extra, conn->options.data);
		PQfreemem(n);
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct db_conn *conn = poll->data;
	if (conn->poll != poll)
		return;
	if (status < 0 || ((events & UV_READABLE) && !PQconsumeInput(conn->pg)) || !flush(conn)) {
		conn_lose(conn, ERR_UNAVAILABLE,
		    conn->pg ? PQerrorMessage(conn->pg) : "the socket failed");
		return;
	}
	while (conn->state == CONN_RUNNING && !PQisBusy(conn->pg)) {
		switch (take(conn, PQgetResult(conn->pg))) {
		case TAKEN_ONE:
			break;
		case TAKEN_LAST:
			deliver_notifications(conn);
			if (conn->state == CONN_RUNNING && !conn->destroyed)
				finish_run(conn);
			return;
		case TAKEN_NONSENSE:
			conn_lose(conn, ERR_UNAVAILABLE, PQerrorMessage(conn->pg));
			return;
		}
	}
	if (PQstatus(conn->pg) == CONNECTION_BAD) {
		conn_lose(conn, ERR_UNAVAILABLE, PQerrorMessage(conn->pg));
		return;
	}
	deliver_notifications(conn);
}

/* A late answer: from here on the server is asked whether it lives, and the rest of the time is waited for. */
static void on_deadline(uv_timer_t *timer)
{
	struct db_conn *conn = timer->data;
	if (conn->state == CONN_RUNNING && !conn->run.late) {
		conn->run.late = true;
		if (conn->run.deadline_ms > 0)
			(void)uv_timer_start(
			    &conn->deadline, on_deadline, conn->run.deadline_ms, 0);
		db_server_suspect(conn->options.server, &conn->member);
		return;
	}
	conn_lose(conn, ERR_TIMEOUT, "the database did not answer in time");
}

static void start_run(struct db_conn *conn, uint64_t deadline_ms,
    void (*done)(struct db_conn *, const struct db_reply *, void *), void *data)
{
	assert(conn->state == CONN_IDLE);
	conn->run.reply = (struct db_reply){.err = ERR_OK};
	conn->run.done = done;
	conn->run.data = data;
	conn->run.expected_count = conn->run.position = 0;
	conn->run.asked_us = clock_monotonic_us();
	conn_set_state(conn, CONN_RUNNING);
	/* without a server to ask about, and for what may not take that long, there is only the deadline */
	conn->run.late = !conn->options.server || (deadline_ms > 0 && deadline_ms <= DB_LATE_MS);
	conn->run.deadline_ms =
	    conn->run.late || deadline_ms == 0 ? deadline_ms : deadline_ms - DB_LATE_MS;
	if (!conn->run.late || deadline_ms > 0)
		(void)uv_timer_start(
		    &conn->deadline, on_deadline, conn->run.late ? deadline_ms : DB_LATE_MS, 0);
}

/* A failure to send shows as a broken connection; report it from the loop, not from inside the starting call. */
static void end_sending(struct db_conn *conn, bool sent)
{
	if (sent && PQpipelineSync(conn->pg) && flush(conn))
		return;
	conn_remember_why(conn, PQerrorMessage(conn->pg));
	(void)uv_timer_start(&conn->deadline, conn_on_discard, 0, 0);
}

static void expect(struct db_conn *conn, bool is_prepare, size_t step, enum sql_statement statement)
{
	conn->run.expected[conn->run.expected_count++] =
	    (struct expected){.is_prepare = is_prepare, .step = step, .statement = statement};
}

static bool send_statement(struct db_conn *conn, enum sql_statement statement, int count,
    const char *const *values, size_t step)
{
	const struct sql_text *sql = sql_statement(statement);
	if (!conn->prepared[statement]) {
		if (!PQsendPrepare(conn->pg, sql->name, sql->text, 0, NULL))
			return false;
		conn->prepared[statement] = 1;
		expect(conn, true, step, statement);
	}
	if (!PQsendQueryPrepared(conn->pg, sql->name, count, values, NULL, NULL, 0))
		return false;
	expect(conn, false, step, statement);
	return true;
}

/*
 * A plan is made once and kept, often while a table is still empty, when every plan looks equally good; the planner looks
 * at the real size of a table each time it plans. So plans are thrown away now and then, as long as there is work.
 */
static bool forget_plans(struct db_conn *conn)
{
	int64_t now = clock_monotonic_us();
	/* never ahead of the ROLLBACK of a transaction that failed, where nothing else is possible */
	if (now - conn->planned_at_us < REPLAN_US || PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
		return true;
	conn->planned_at_us = now;
	bool sent = send_statement(conn, SQL_PLANS_DISCARD, 0, NULL, 0);
	if (conn->run.expected_count > 0)
		conn->run.expected[conn->run.expected_count - 1].is_extra = true;
	return sent;
}

void db_conn_run(struct db_conn *conn, const struct db_step *steps, size_t count,
    uint64_t deadline_ms, void (*done)(struct db_conn *, const struct db_reply *, void *),
    void *data)
{
	assert(count > 0 && count <= DB_MAX_STEPS);
	start_run(conn, deadline_ms, done, data);
	conn->run.reply.count = count;
	bool sent = forget_plans(conn);
	for (size_t i = 0; i < count && sent; i++) {
		assert(steps[i].count <= DB_MAX_PARAMS);
		sent = send_statement(conn, steps[i].statement, steps[i].count, steps[i].values, i);
	}
	end_sending(conn, sent);
}

void db_conn_listen(struct db_conn *conn, const char *channel, uint64_t deadline_ms,
    void (*done)(struct db_conn *, const struct db_reply *, void *), void *data)
{
	char sql[80];
	(void)snprintf(sql, sizeof sql, "LISTEN %s", channel);
	start_run(conn, deadline_ms, done, data);
	conn->run.reply.count = 1;
	bool sent = PQsendQueryParams(conn->pg, sql, 0, NULL, NULL, NULL, NULL, 0);
	expect(conn, false, 0, SQL_STATEMENT_COUNT);
	end_sending(conn, sent);
}
