/*
 * A worker on the database: connection pool, notifications, rules of the conversation, and what is said when the database goes
 * and comes back. What bot and outreach share, and whatever worker comes.
 *
 * Ownership: the db_worker is the caller's memory, for as long as db_worker_main() runs; its pool and listener belong to it.
 * Callbacks: from the loop, in this order: start (make the engines), then up, down, ready, notified as things go, stop once. The role
 * answers stop by db_worker_end(), when its engines have ended.
 * Errors: db_worker_main() returns the process's exit code and has said why.
 */
#pragma once
#include "salesreg/app/admins.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/db/listener.h"
#include "salesreg/db/pool.h"
#include "salesreg/role/worker/worker.h"

struct db_worker;
struct db_worker_options {
	const char *role;
	unsigned needs; /* besides the database: CONFIG_NEEDS_… */
	const char *session_sql;
	const char *channels[LISTENER_MAX_CHANNELS]; /* one is left for PEOPLE_CHANNEL */
	/* May be NULL, as all but start, destroy and stop: */
	/* size and gate of the pool; otherwise DB_POOL_SIZE connections without one */
	void (*pool)(struct db_pool_options *options, void *data);
	/* in a thread, of a new connection, when the schema has been looked at */
	enum err (*setup)(PGconn *pg, void *data, char *error, size_t size);
	void (*start)(void *data);
	void (*up)(void *data);
	void (*down)(void *data);
	/* false: it is not refused yet, db_worker_refuse() comes later */
	bool (*refused)(const char *why, void *data);
	void (*ready)(void *data); /* notifications come from now on */
	void (*notified)(const char *channel, void *data);
	void (*people)(void *data); /* who is a rep or an admin has changed */
	void (*stop)(void *data);
	void (*destroy)(void *data);      /* engines that nobody may call any more */
	void (*destroy_last)(void *data); /* those that are told that the pool ends */
	void (*report)(struct worker_report *out, void *data);
	void (*expose)(struct buf *out, void *data);
	void *data;
};

struct db_worker {
	struct worker worker;
	struct texts texts;
	struct conversation_rules rules;
	struct db_server *server;
	struct db_pool *pool;
	struct admins *admins;
	struct listener *listener;
	struct db_worker_options options;
	struct fault_log fault;
	bool down_said, stopping;
	char down_why[IPC_TEXT_SIZE];
};

int db_worker_main(struct db_worker *w, const struct db_worker_options *options);
/* Says why, once, and stops with EXIT_CODE_CONFIG. */
void db_worker_refuse(struct db_worker *w, const char *why);
void db_worker_refuse_with(struct db_worker *w, int exit_code, const char *why);
/* The engines have ended: destroys them and all that is left, and ends the loop. */
void db_worker_end(struct db_worker *w);
/* What is to be said of the database; true: it says more than anything else could. connected: as the role sees it. */
bool db_worker_health(const struct db_worker *w, bool connected, struct worker_report *out);
