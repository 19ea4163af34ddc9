/* What a connection's files know of each other: conn.c is its life, conn_open.c makes it usable, conn_run.c asks and takes the
 * answers. */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/server.h"

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

/* What comes back next: the answer to a Prepare (or to something else nobody asked for), or to a step. */
struct expected {
	bool is_prepare, is_extra;
	size_t step;
	enum sql_statement statement;
};

struct db_conn {
	struct db_server_member member;
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
	uint64_t questions;                  /* of guard_rows() */
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

/* The only one that changes conn->state; asserts that the change is one of the diagram's. */
void conn_set_state(struct db_conn *conn, enum conn_state state);
/* libpq's messages may quote the host and user, never the password; only the first line is for us. */
void conn_remember_why(struct db_conn *conn, const char *why);
/* Closes the socket and the session. */
void conn_shut(struct db_conn *conn);
void conn_clear_results(struct db_reply *reply);
/* Ends the run in hand, if any, and says that the connection is gone. */
void conn_lose(struct db_conn *conn, enum err err, const char *why);
/* It was destroyed: frees it when its handles are closed. */
void conn_free(struct db_conn *conn);
/* Says that it is gone, for conn->why. */
void conn_on_discard(uv_timer_t *timer);

/* Which events of the socket are waited for. */
void conn_watch(struct db_conn *conn, int events);
