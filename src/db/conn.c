#include "conn_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The life of a connection: its states, how it is lost, closed and freed. */

void conn_set_state(struct db_conn *conn, enum conn_state state)
{
	static const char *const names[] = {
#define X(name) #name,
	    CONN_STATE_MAP(X)
#undef X
	};
#define TO(name) (1U << CONN_##name)
	static const unsigned allowed[] = {
	    [CONN_CLOSED] = TO(CONNECTING),
	    [CONN_CONNECTING] = TO(CLOSED) | TO(IDLE),
	    [CONN_IDLE] = TO(CLOSED) | TO(RUNNING),
	    [CONN_RUNNING] = TO(CLOSED) | TO(IDLE),
	};
#undef TO
	assert(allowed[conn->state] & (1U << state));
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

void conn_remember_why(struct db_conn *conn, const char *why)
{
	if (why != conn->why)
		(void)snprintf(conn->why, sizeof conn->why, "%.*s", (int)strcspn(why, "\n"), why);
}

void conn_shut(struct db_conn *conn)
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

void conn_clear_results(struct db_reply *reply)
{
	for (size_t i = 0; i < DB_MAX_STEPS; i++) {
		PQclear(reply->results[i]);
		reply->results[i] = NULL;
	}
}

void conn_lose(struct db_conn *conn, enum err err, const char *why)
{
	bool running = conn->state == CONN_RUNNING;
	/* where the server said why, libpq has nothing to add */
	if (running && !why[0])
		why = conn->run.reply.message;
	conn_remember_why(conn, why[0] ? why : "the connection broke");
	conn_shut(conn);
	conn_set_state(conn, CONN_CLOSED);
	if (running) {
		conn_clear_results(&conn->run.reply);
		conn->run.reply.err = err;
		(void)snprintf(
		    conn->run.reply.message, sizeof conn->run.reply.message, "%.255s", conn->why);
		conn->run.done(conn, &conn->run.reply, conn->run.data);
	}
	if (!conn->destroyed && conn->state == CONN_CLOSED)
		conn->options.lost(conn, conn->why, conn->options.data);
}

void conn_on_discard(uv_timer_t *timer)
{
	struct db_conn *conn = timer->data;
	conn_lose(conn, ERR_UNAVAILABLE, conn->why);
}

void conn_free(struct db_conn *conn)
{
	conn_shut(conn);
	if (conn->options.server)
		db_server_leave(conn->options.server, &conn->member);
	uv_close((uv_handle_t *)&conn->deadline, on_deadline_closed);
}

/* What its server asks of it */

static struct db_conn *conn_of(const struct db_server_member *member)
{
	return (struct db_conn *)((char *)member - offsetof(struct db_conn, member));
}

static void discard(struct db_server_member *member, const char *why)
{
	db_conn_discard(conn_of(member), why);
}

static int64_t asked_us(const struct db_server_member *member)
{
	const struct db_conn *conn = conn_of(member);
	return conn->state == CONN_RUNNING ? conn->run.asked_us : 0;
}

static bool where(const struct db_server_member *member, char *host, size_t host_size,
    char *address, size_t address_size, char *port, size_t port_size)
{
	const struct db_conn *conn = conn_of(member);
	if (!conn->pg)
		return false;
	const char *numeric = PQhostaddr(conn->pg);
	(void)snprintf(host, host_size, "%s", PQhost(conn->pg));
	/* that of a socket in the file system is "" */
	(void)snprintf(address, address_size, "%s", numeric ? numeric : "");
	(void)snprintf(port, port_size, "%s", PQport(conn->pg));
	return true;
}

struct db_conn *db_conn_create(uv_loop_t *loop, const struct db_conn_options *options)
{
	struct db_conn *conn = calloc(1, sizeof *conn);
	if (!conn)
		abort();
	conn->loop = loop;
	conn->options = *options;
	conn->work.data = conn;
	conn->member = (struct db_server_member){discard, asked_us, where};
	(void)uv_timer_init(loop, &conn->deadline);
	conn->deadline.data = conn;
	if (options->server)
		db_server_join(options->server, &conn->member);
	return conn;
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

void db_conn_discard(struct db_conn *conn, const char *why)
{
	if (!db_conn_is_open(conn) || conn->destroyed)
		return;
	conn_remember_why(conn, why);
	(void)uv_timer_start(&conn->deadline, conn_on_discard, 0, 0);
}

void db_conn_destroy(struct db_conn *conn)
{
	if (!conn)
		return;
	conn->destroyed = true;
	conn_clear_results(&conn->run.reply);
	if (conn->state == CONN_CONNECTING)
		(void)uv_cancel(
		    (uv_req_t *)&conn->work); /* on_connected() frees, cancelled or not */
	else
		conn_free(conn);
}
