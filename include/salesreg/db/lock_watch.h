/*
 * Who else holds locks that this process waits for: their sessions, named.
 *
 * PostgreSQL does not say whose lock a statement gave up on (55P03). But whoever has locked or changed a row also holds a
 * lock on its table until the end of the transaction, and pg_locks shows that to everybody, as it shows advisory locks. So
 * a listener looks every few seconds for other sessions that hold such locks; one that has had them for LOCK_WATCH_LONG_MS
 * is named when somebody waited for a lock within LOCK_WATCH_RECENT_MS. A key of ours is held by nobody else with reason, so
 * its holder is named in any case.
 *
 * Ownership: the caller's memory, all zero at the start. Units: milliseconds. Callbacks: none; it logs, a line a
 * minute.
 *
 * Facts: PostgreSQL manual, 13.3.2 (row-level locks: not in memory), 54.12 (pg_locks), 28.2.3 (pg_stat_activity: the role and
 * the application of any session are everybody's to see).
 */
#pragma once
#include "salesreg/base/fault_log.h"
#include <libpq-fe.h>

enum {
	LOCK_WATCH_LONG_MS = 10000,
	LOCK_WATCH_RECENT_MS = 60000,
	LOCK_WATCH_HOLDERS = 16, /* looked at */
	LOCK_WATCH_LINE = 400,
};

struct lock_holder {
	char transaction[32]; /* pg_locks.virtualtransaction */
	int64_t seen_us;      /* since when */
};

struct lock_watch {
	int64_t waited_us; /* when a statement last gave up on a lock; 0: never */
	struct lock_holder holders[LOCK_WATCH_HOLDERS];
	size_t count;
	struct fault_log rows, keys;
};

/* A statement of this process gave up on a lock. */
void lock_watch_waited(struct lock_watch *w);
/* The answer to SQL_LOCK_HOLDERS. */
void lock_watch_see(struct lock_watch *w, const PGresult *holders);
/* A row of that answer as half a sentence: who holds what. */
void lock_watch_describe(const PGresult *holders, int row, char out[LOCK_WATCH_LINE]);
/* Of that row: "" for a prepared transaction's. */
const char *lock_watch_pid(const PGresult *holders, int row);
/* Of that row: the same one is the same transaction. */
const char *lock_watch_transaction(const PGresult *holders, int row);
/* Whether that row is about a key of ours. */
bool lock_watch_is_key(const PGresult *holders, int row);
