#include "salesreg/db/listener.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/db/conn.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/lock_watch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEARTBEAT_MS = 3000,
	BEATS_A_SWEEP = 3, /* every third one also ends stopped sessions */
	ANSWER_MS = 10000,
	ECHO_MS = 5000,
	RETRY_FIRST_MS = 100,
	RETRY_LONGEST_MS = 10000,
};

/*
 *           opened           all LISTENed          own NOTIFY came back
 *   DOWN ----------> LISTENING ----------> PROBING ----------> READY (heartbeats)
 *     ^                 |                     |                  |
 *     +-----------------+---------------------+------------------+  lost; after a pause it starts over
 */
enum listener_state { LISTENER_DOWN, LISTENER_LISTENING, LISTENER_PROBING, LISTENER_READY };

struct listener {
	struct listener_options options;
	struct db_conn *conn;
	enum listener_state state;
	size_t listened;
	unsigned failures, beats;
	int64_t down_since_us; /* 0: it is ready */
	char why[256];
	struct fault_log refused;
	bool in_run;
	char probe[48];
	const char *probe_values[1];
	uv_timer_t timer;
};

static void on_timer(uv_timer_t *timer);

static void arm(struct listener *l, uint64_t ms)
{
	(void)uv_timer_start(&l->timer, on_timer, ms, 0);
}

static void go_down(struct listener *l, const char *why)
{
	l->state = LISTENER_DOWN;
	l->in_run = false;
	if (!l->down_since_us)
		l->down_since_us = clock_monotonic_us();
	(void)snprintf(l->why, sizeof l->why, "%s", why);
	uint64_t pause =
	    l->failures < 7 ? (uint64_t)RETRY_FIRST_MS << l->failures : RETRY_LONGEST_MS;
	l->failures++;
	arm(l, pause / 2 + clock_random() % (pause / 2 + 1));
	l->options.down(l, why, l->options.data);
}

static void on_sent(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct listener *l = data;
	l->in_run = false;
	if (reply->err != ERR_OK)
		db_conn_discard(conn, reply->message);
}

/* A server that is slow to answer is not deaf: the time for the echo begins with the answer. */
static void on_probed(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct listener *l = data;
	on_sent(conn, reply, data);
	if (reply->err == ERR_OK && l->state == LISTENER_PROBING)
		arm(l, ECHO_MS);
}

static void probe(struct listener *l)
{
	struct db_step step = {.statement = SQL_LISTENER_PROBE, .count = 1, .values = {l->probe}};
	l->state = LISTENER_PROBING;
	l->in_run = true;
	db_conn_run(l->conn, &step, 1, ANSWER_MS, on_probed, l);
}

static void on_listened(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct listener *l = data;
	l->in_run = false;
	if (reply->err == ERR_REFUSED)
		fault_log_warn(&l->refused,
		    "the database refuses LISTEN (%s), so what happens there is noticed late",
		    reply->message);
	if (reply->err != ERR_OK) {
		db_conn_discard(conn, reply->message);
		return;
	}
	const char *next = l->listened == 0 ? l->probe
			   : l->listened <= LISTENER_MAX_CHANNELS
			       ? l->options.channels[l->listened - 1]
			       : NULL;
	l->listened++;
	if (next) {
		l->in_run = true;
		db_conn_listen(conn, next, ANSWER_MS, on_listened, l);
		return;
	}
	probe(l);
}

/* Rows that are hidden from now on would be taken for missing; new connections say why they are of no use. */
static void look_at_row_security(struct listener *l, const PGresult *hidden)
{
	char why[GUARD_LINE];
	guard_watch_policies(db_server_rights(l->options.server), hidden);
	bool changed = guard_watch_changed(db_server_rights(l->options.server), hidden);
	if (guard_hides(hidden, why, sizeof why)) {
		db_server_hides(l->options.server, true);
		db_server_give_up(l->options.server, why);
	} else if (changed) {
		db_server_give_up(l->options.server, "policies of row-level security were changed");
	}
}

static void on_beat(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct listener *l = data;
	if (reply->err == ERR_OK) {
		lock_watch_see(db_server_locks(l->options.server), reply->results[0]);
		look_at_row_security(l, reply->results[1]);
		if (reply->count > 3)
			guard_watch_see(db_server_rights(l->options.server), reply->results[3]);
	}
	int64_t home = reply->err == ERR_OK && PQntuples(reply->results[2]) > 0
			   ? db_get_i64(reply->results[2], 0, 0, 0)
			   : 0;
	on_sent(conn, reply, data);
	if (home)
		db_server_saw_home(l->options.server, home);
}

/* A beat is a question to the server, and what is asked is worth knowing. */
static void beat(struct listener *l)
{
	static const struct db_step sweep = {.statement = SQL_STOPPED_SESSIONS_END};
	static const struct db_step looks[] = {{.statement = SQL_LOCK_HOLDERS},
	    {.statement = SQL_HIDDEN_ROWS}, {.statement = SQL_HOME_SEEN},
	    {.statement = SQL_RIGHTS_MISSING}};
	l->in_run = true;
	if (l->options.server)
		db_server_look_around(l->options.server);
	if (++l->beats % BEATS_A_SWEEP && l->options.server)
		db_conn_run(l->conn, looks,
		    guard_watch_wants(db_server_rights(l->options.server)) ? 4 : 3, ANSWER_MS,
		    on_beat, l);
	else
		db_conn_run(l->conn, &sweep, 1, ANSWER_MS, on_sent, l);
}

static void on_timer(uv_timer_t *timer)
{
	struct listener *l = timer->data;
	switch (l->state) {
	case LISTENER_DOWN:
		db_conn_open(l->conn);
		break;
	case LISTENER_LISTENING:
		break;
	case LISTENER_PROBING:
		l->options.deaf(l, l->options.data);
		break;
	case LISTENER_READY:
		if (!l->in_run)
			beat(l);
		arm(l, HEARTBEAT_MS);
		break;
	}
}

static void on_opened(struct db_conn *conn, enum err err, const char *why, void *data)
{
	struct listener *l = data;
	if (err != ERR_OK) {
		go_down(l, why);
		return;
	}
	l->state = LISTENER_LISTENING;
	l->listened = 0;
	(void)snprintf(l->probe, sizeof l->probe, "salesreg_probe_%016llx",
	    (unsigned long long)clock_random());
	struct db_reply start = {.err = ERR_OK};
	on_listened(conn, &start, l);
}

static void on_lost(struct db_conn *conn, const char *why, void *data)
{
	(void)conn;
	go_down(data, why);
}

static void on_notified(struct db_conn *conn, const char *channel, const char *payload, void *data)
{
	(void)conn;
	(void)payload;
	struct listener *l = data;
	if (strcmp(channel, l->probe) != 0) {
		if (l->state == LISTENER_READY)
			l->options.notified(l, channel, l->options.data);
		return;
	}
	if (l->state != LISTENER_PROBING)
		return;
	l->state = LISTENER_READY;
	l->failures = 0;
	l->down_since_us = 0;
	fault_log_over(&l->refused, "the database accepts LISTEN again");
	arm(l, HEARTBEAT_MS);
	l->options.ready(l, l->options.data);
}

struct listener *listener_create(uv_loop_t *loop, const struct listener_options *options)
{
	struct listener *l = calloc(1, sizeof *l);
	if (!l)
		abort();
	l->options = *options;
	l->down_since_us = clock_monotonic_us();
	(void)uv_timer_init(loop, &l->timer);
	l->timer.data = l;
	l->conn = db_conn_create(loop, &(struct db_conn_options){
					   .uri = options->uri,
					   .server = options->server,
					   .application_name = options->application_name,
					   .opened = on_opened,
					   .lost = on_lost,
					   .notified = on_notified,
					   .data = l,
				       });
	db_conn_open(l->conn);
	return l;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void listener_destroy(struct listener *l)
{
	if (!l)
		return;
	db_conn_destroy(l->conn);
	uv_close((uv_handle_t *)&l->timer, on_closed);
}

int64_t listener_down_ms(const struct listener *l)
{
	return l->down_since_us ? (clock_monotonic_us() - l->down_since_us) / 1000 : 0;
}

const char *listener_why(const struct listener *l)
{
	return l->why;
}
