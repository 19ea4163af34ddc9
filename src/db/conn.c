#include "salesreg/db/conn.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/lock_watch.h"
#include "salesreg/db/server.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 *            open()            thread done             run()
 *   CLOSED ----------> CONNECTING ----------> IDLE ------------> RUNNING
 *     ^                    |                   |  <------------    |
 *     |      failed        |                   |    Sync came      |
 *     +--------------------+-------------------+-------------------+  lost, deadline, discard()
 */
#define CONN_STATE_MAP(X) X(CLOSED) X(CONNECTING) X(IDLE) X(RUNNING)
enum conn_state {
#define X(name) CONN_##name,
	CONN_STATE_MAP(X)
#undef X
};

static const int64_t REPLAN_US = 5 * 1000 * 1000;

/* What comes back next: the answer to a Prepare (or to something else nobody asked for), or to a step. */
struct expected {
	bool is_prepare, is_extra;
	size_t step;
	enum sql_statement statement;
};

struct db_conn {
	uv_loop_t *loop;
	struct db_conn_options options;
	enum conn_state state;
	bool destroyed;
	PGconn *pg;
	uv_poll_t *poll; /* own memory: a new one for each socket, freed when closed */
	int poll_events;
	uv_timer_t deadline;
	uv_work_t work;
	enum err opening;                    /* what came of it */
	struct db_identity identity, set_up; /* set_up: the server that `setup` has seen */
	uint64_t restores, set_up_restores;  /* of the server, likewise */
	char why[GUARD_LINE];

	struct {
		void (*done)(struct db_conn *, const struct db_reply *, void *);
		void *data;
		struct db_reply reply;
		struct expected expected[2 * DB_MAX_STEPS + 2];
		size_t expected_count, position;
		int64_t asked_us;
		uint64_t deadline_ms; /* what is left of it once the answer is late; 0: none */
		bool late;
	} run;
	int64_t last_answer_us;
	int64_t planned_at_us; /* when the session's plans were last thrown away */
	/* statements this session has prepared */
	unsigned char prepared[SQL_STATEMENT_COUNT];
};

static void set_state(struct db_conn *conn, enum conn_state state)
{
	static const char *const names[] = {
#define X(name) #name,
	    CONN_STATE_MAP(X)
#undef X
	};
	log_debug("database connection %s: %s -> %s", conn->options.application_name,
	    names[conn->state], names[state]);
	conn->state = state;
}

static void on_handle_closed(uv_handle_t *handle)
{
	free(handle);
}

static void on_deadline_closed(uv_handle_t *handle)
{
	struct db_conn *conn = handle->data;
	free(conn);
}

/* libpq's messages may quote the host and user, never the password; only the first line is for us. */
static void remember_why(struct db_conn *conn, const char *why)
{
	if (why != conn->why)
		(void)snprintf(conn->why, sizeof conn->why, "%.*s", (int)strcspn(why, "\n"), why);
}

static void shut(struct db_conn *conn)
{
	(void)uv_timer_stop(&conn->deadline);
	if (conn->poll) {
		(void)uv_poll_stop(conn->poll);
		uv_close((uv_handle_t *)conn->poll, on_handle_closed);
		conn->poll = NULL;
	}
	if (conn->pg) {
		PQfinish(conn->pg);
		conn->pg = NULL;
	}
}

static void clear_results(struct db_reply *reply)
{
	for (size_t i = 0; i < DB_MAX_STEPS; i++) {
		PQclear(reply->results[i]);
		reply->results[i] = NULL;
	}
}

/* Ends the run in hand, if any, and says that the connection is gone. */
static void lose(struct db_conn *conn, enum err err, const char *why)
{
	bool running = conn->state == CONN_RUNNING;
	/* where the server said why, libpq has nothing to add */
	if (running && !why[0])
		why = conn->run.reply.message;
	remember_why(conn, why[0] ? why : "the connection broke");
	shut(conn);
	set_state(conn, CONN_CLOSED);
	if (running) {
		clear_results(&conn->run.reply);
		conn->run.reply.err = err;
		(void)snprintf(
		    conn->run.reply.message, sizeof conn->run.reply.message, "%.255s", conn->why);
		conn->run.done(conn, &conn->run.reply, conn->run.data);
	}
	if (!conn->destroyed && conn->state == CONN_CLOSED)
		conn->options.lost(conn, conn->why, conn->options.data);
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void watch(struct db_conn *conn, int events)
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
	watch(conn, left ? UV_READABLE | UV_WRITABLE : UV_READABLE);
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
	reply->row_locked = strcmp(reply->sqlstate, "55P03") == 0 &&
			    names_a_row(PQresultErrorField(result, PG_DIAG_CONTEXT));
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
		lose(conn, ERR_UNAVAILABLE, reply.message);
		return;
	}
	(void)uv_timer_stop(&conn->deadline);
	conn->last_answer_us = clock_monotonic_us();
	if (reply.err != ERR_OK)
		clear_results(&reply);
	memset(conn->run.reply.results, 0, sizeof conn->run.reply.results);
	set_state(conn, CONN_IDLE);
	conn->run.done(conn, &reply, conn->run.data);
	clear_results(&reply);
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
		lose(conn, ERR_UNAVAILABLE,
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
			lose(conn, ERR_UNAVAILABLE, PQerrorMessage(conn->pg));
			return;
		}
	}
	if (PQstatus(conn->pg) == CONNECTION_BAD) {
		lose(conn, ERR_UNAVAILABLE, PQerrorMessage(conn->pg));
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
		db_server_suspect(conn->options.server, conn);
		return;
	}
	lose(conn, ERR_TIMEOUT, "the database did not answer in time");
}

/* Connecting, on the thread pool. */

/*
 * Triggers and functions of others run in these sessions, and none of this changes what they do: how long a session may
 * idle and when it is noticed that its other end has gone; how statements are planned; and what is PostgreSQL's default
 * anyway. Ours are planned without their values, for they are written for their indexes, and by index: planned while a
 * table was still empty they would read it whole, and go on so while it grows, at a hundredth of the speed. A statement of
 * others that has no index to go by reads its table as ever. No search path is set here:
 * db_adopt_search_path(). A lock_timeout, where a role sets one, ends a wait of theirs as it ends one of ours, and the
 * transaction is tried again.
 */
static const char session_defaults[] =
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2;"
    "SET tcp_user_timeout = 20000; SET client_connection_check_interval = 5000;"
    "SET idle_in_transaction_session_timeout = 15000; SET statement_timeout = 0; SET lock_timeout "
    "= 0;"
    "SET default_transaction_isolation = 'read committed'; SET plan_cache_mode = "
    "force_generic_plan;"
    "SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off; SET array_nulls = on";

static bool execute(PGconn *pg, const char *sql)
{
	PGresult *result = db_exec_blocking(pg, sql);
	ExecStatusType status = PQresultStatus(result);
	PQclear(result);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Everything between a socket and a connection that can be used; if it cannot, `why` is said. */
static enum err make_usable(struct db_conn *conn, PGconn *pg)
{
	enum err err = ERR_OK;
	if (!db_identify(pg, &conn->identity))
		goto broken;
	if (conn->options.server)
		err = db_server_check(
		    conn->options.server, &conn->identity, conn->why, sizeof conn->why);
	if (err != ERR_OK)
		return err;
	conn->restores = conn->options.server ? db_server_restores(conn->options.server) : 0;
	bool known = conn->identity.started_us == conn->set_up.started_us &&
		     conn->identity.timeline == conn->set_up.timeline &&
		     conn->set_up_restores == conn->restores;
	if (!known && db_is_transaction_pooler(pg, secret_reveal(conn->options.uri))) {
		remember_why(conn,
		    "DATABASE_URL leads through a transaction pooler: LISTEN and session locks do "
		    "not work there; give the address of PostgreSQL itself, or of a pool in "
		    "session "
		    "mode");
		return ERR_CONFIG;
	}
	if (!execute(pg, session_defaults) || !db_adopt_search_path(pg) ||
	    (conn->options.session_sql && !execute(pg, conn->options.session_sql)))
		goto broken;
	/* before anything of ours is read: what is hidden would be taken for missing */
	err = guard_rows(pg, conn->why, sizeof conn->why);
	if (err != ERR_OK) {
		if (conn->options.server && PQstatus(pg) == CONNECTION_OK)
			db_server_hides(conn->options.server);
		return err;
	}
	if (conn->options.setup && !known)
		err =
		    conn->options.setup(pg, conn->options.setup_data, conn->why, sizeof conn->why);
	if (err != ERR_OK)
		return err;
	if (PQsetnonblocking(pg, 1) == 0 && PQenterPipelineMode(pg))
		return ERR_OK;
broken:
	remember_why(conn, *PQerrorMessage(pg) ? PQerrorMessage(pg) : "the server does not answer");
	return ERR_UNAVAILABLE;
}

static void connect_in_thread(uv_work_t *work)
{
	struct db_conn *conn = work->data;
	struct db_failure failure;
	PGconn *pg = db_connect_blocking(
	    secret_reveal(conn->options.uri), conn->options.application_name, 0, &failure);
	if (PQstatus(pg) == CONNECTION_OK) {
		conn->opening = make_usable(conn, pg);
	} else {
		conn->opening = ERR_UNAVAILABLE;
		remember_why(conn, failure.why);
	}
	if (conn->opening == ERR_OK) {
		conn->pg = pg;
		conn->set_up = conn->identity;
		conn->set_up_restores = conn->restores;
	} else {
		PQfinish(pg);
	}
}

static void free_destroyed(struct db_conn *conn)
{
	shut(conn);
	if (conn->options.server)
		db_server_leave(conn->options.server, conn);
	uv_close((uv_handle_t *)&conn->deadline, on_deadline_closed);
}

static void on_connected(uv_work_t *work, int status)
{
	struct db_conn *conn = work->data;
	if (conn->destroyed) {
		free_destroyed(conn);
		return;
	}
	enum err err = status < 0 ? ERR_UNAVAILABLE : conn->opening;
	if (err == ERR_OK && conn->options.server)
		err = db_server_admit(
		    conn->options.server, conn, &conn->identity, conn->why, sizeof conn->why);
	if (err != ERR_OK) {
		shut(conn);
		set_state(conn, CONN_CLOSED);
		conn->options.opened(conn, err, conn->why, conn->options.data);
		return;
	}
	conn->poll = malloc(sizeof *conn->poll);
	if (!conn->poll || uv_poll_init(conn->loop, conn->poll, PQsocket(conn->pg)) != 0) {
		free(conn->poll);
		conn->poll = NULL;
		shut(conn);
		set_state(conn, CONN_CLOSED);
		conn->options.opened(
		    conn, ERR_IO, "the socket cannot be watched", conn->options.data);
		return;
	}
	conn->poll->data = conn;
	conn->poll_events = 0;
	watch(conn, UV_READABLE);
	memset(conn->prepared, 0, sizeof conn->prepared);
	conn->last_answer_us = conn->planned_at_us = clock_monotonic_us();
	set_state(conn, CONN_IDLE);
	conn->options.opened(conn, ERR_OK, "", conn->options.data);
}

struct db_conn *db_conn_create(uv_loop_t *loop, const struct db_conn_options *options)
{
	struct db_conn *conn = calloc(1, sizeof *conn);
	if (!conn)
		abort();
	conn->loop = loop;
	conn->options = *options;
	conn->work.data = conn;
	(void)uv_timer_init(loop, &conn->deadline);
	conn->deadline.data = conn;
	if (options->server)
		db_server_join(options->server, conn);
	return conn;
}

void db_conn_open(struct db_conn *conn)
{
	assert(conn->state == CONN_CLOSED);
	(void)snprintf(conn->why, sizeof conn->why, "out of memory");
	set_state(conn, CONN_CONNECTING);
	if (uv_queue_work(conn->loop, &conn->work, connect_in_thread, on_connected) != 0)
		abort();
}

bool db_conn_is_open(const struct db_conn *conn)
{
	return conn->state == CONN_IDLE || conn->state == CONN_RUNNING;
}

bool db_conn_in_transaction(const struct db_conn *conn)
{
	return conn->pg && PQtransactionStatus(conn->pg) != PQTRANS_IDLE;
}

int64_t db_conn_last_answer_us(const struct db_conn *conn)
{
	return conn->last_answer_us;
}

int64_t db_conn_asked_us(const struct db_conn *conn)
{
	return conn->state == CONN_RUNNING ? conn->run.asked_us : 0;
}

bool db_conn_where(const struct db_conn *conn, char *host, size_t host_size, char *address,
    size_t address_size, char *port, size_t port_size)
{
	if (!conn->pg)
		return false;
	const char *numeric = PQhostaddr(conn->pg);
	(void)snprintf(host, host_size, "%s", PQhost(conn->pg));
	/* that of a socket in the file system is "" */
	(void)snprintf(address, address_size, "%s", numeric ? numeric : "");
	(void)snprintf(port, port_size, "%s", PQport(conn->pg));
	return true;
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
	set_state(conn, CONN_RUNNING);
	/* without a server to ask about, and for what may not take that long, there is only the deadline */
	conn->run.late = !conn->options.server || (deadline_ms > 0 && deadline_ms <= DB_LATE_MS);
	conn->run.deadline_ms =
	    conn->run.late || deadline_ms == 0 ? deadline_ms : deadline_ms - DB_LATE_MS;
	if (!conn->run.late || deadline_ms > 0)
		(void)uv_timer_start(
		    &conn->deadline, on_deadline, conn->run.late ? deadline_ms : DB_LATE_MS, 0);
}

static void on_discard(uv_timer_t *timer)
{
	struct db_conn *conn = timer->data;
	lose(conn, ERR_UNAVAILABLE, conn->why);
}

/* A failure to send shows as a broken connection; report it from the loop, not from inside the starting call. */
static void end_sending(struct db_conn *conn, bool sent)
{
	if (sent && PQpipelineSync(conn->pg) && flush(conn))
		return;
	remember_why(conn, PQerrorMessage(conn->pg));
	(void)uv_timer_start(&conn->deadline, on_discard, 0, 0);
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

void db_conn_discard(struct db_conn *conn, const char *why)
{
	if (!db_conn_is_open(conn) || conn->destroyed)
		return;
	remember_why(conn, why);
	(void)uv_timer_start(&conn->deadline, on_discard, 0, 0);
}

void db_conn_destroy(struct db_conn *conn)
{
	if (!conn)
		return;
	conn->destroyed = true;
	clear_results(&conn->run.reply);
	if (conn->state == CONN_CONNECTING)
		(void)uv_cancel(
		    (uv_req_t *)&conn->work); /* on_connected() frees, cancelled or not */
	else
		free_destroyed(conn);
}
