#include "conn_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/db/connect.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Connecting, on the thread pool: libpq's, which waits, and all that makes a session ours.
 *
 * Happy path: connected -> which server this is -> our settings -> nothing is hidden from us -> pipeline mode -> IDLE on the loop.
 * Failures: each is said in one line (`opened` gets it), and nothing of the session is left.
 */

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
		conn_remember_why(conn,
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
	err = guard_rows(pg, &conn->questions, conn->why, sizeof conn->why);
	if (conn->options.server && PQstatus(pg) == CONNECTION_OK)
		db_server_hides(conn->options.server, err != ERR_OK);
	if (err != ERR_OK)
		return err;
	if (conn->options.setup && !known)
		err =
		    conn->options.setup(pg, conn->options.setup_data, conn->why, sizeof conn->why);
	if (err != ERR_OK)
		return err;
	if (PQsetnonblocking(pg, 1) == 0 && PQenterPipelineMode(pg))
		return ERR_OK;
broken:
	conn_remember_why(
	    conn, *PQerrorMessage(pg) ? PQerrorMessage(pg) : "the server does not answer");
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
		conn_remember_why(conn, failure.why);
	}
	if (conn->opening == ERR_OK) {
		conn->pg = pg;
		conn->set_up = conn->identity;
		conn->set_up_restores = conn->restores;
	} else {
		PQfinish(pg);
	}
}

static void on_connected(uv_work_t *work, int status)
{
	struct db_conn *conn = work->data;
	if (conn->destroyed) {
		conn_free(conn);
		return;
	}
	assert(conn->state == CONN_CONNECTING && !conn->poll);
	enum err err = status < 0 ? ERR_UNAVAILABLE : conn->opening;
	if (err == ERR_OK && conn->options.server)
		err = db_server_admit(conn->options.server, &conn->member, &conn->identity,
		    conn->why, sizeof conn->why);
	if (err != ERR_OK) {
		conn_shut(conn);
		conn_set_state(conn, CONN_CLOSED);
		conn->options.opened(conn, err, conn->why, conn->options.data);
		return;
	}
	if (conn->options.server)
		db_server_rights(conn->options.server)->questions = conn->questions;
	conn->poll = malloc(sizeof *conn->poll);
	if (!conn->poll || uv_poll_init(conn->loop, conn->poll, PQsocket(conn->pg)) != 0) {
		free(conn->poll);
		conn->poll = NULL;
		conn_shut(conn);
		conn_set_state(conn, CONN_CLOSED);
		conn->options.opened(
		    conn, ERR_IO, "the socket cannot be watched", conn->options.data);
		return;
	}
	conn->poll->data = conn;
	conn->poll_events = 0;
	conn_watch(conn, UV_READABLE);
	memset(conn->prepared, 0, sizeof conn->prepared);
	conn->last_answer_us = conn->planned_at_us = clock_monotonic_us();
	conn_set_state(conn, CONN_IDLE);
	conn->options.opened(conn, ERR_OK, "", conn->options.data);
}

void db_conn_open(struct db_conn *conn)
{
	assert(conn->state == CONN_CLOSED);
	(void)snprintf(conn->why, sizeof conn->why, "out of memory");
	conn_set_state(conn, CONN_CONNECTING);
	if (uv_queue_work(conn->loop, &conn->work, connect_in_thread, on_connected) != 0)
		abort();
}
