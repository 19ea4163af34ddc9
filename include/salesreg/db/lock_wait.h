/*
 * Waiting for a lock that another session holds, for a change of the schema: a few seconds at a time, because whoever waits for a
 * table holds up all who come after, readers too; who stands in the way is named, and the wait has an end.
 *
 *   struct lock_wait wait;
 *   lock_wait_begin(&wait, wait_ms);
 *   do {
 *           BEGIN; SQL_MIGRATION_PATIENCE; …
 *   } while (refused with lock_wait_is_refusal(sqlstate) && lock_wait_again(&wait, pg, error, size));
 *
 * Ownership: the caller's memory, nothing to free. Units: milliseconds. Errors: the sentence in `error` is added to. Blocks: for
 * the thread pool or a command. Callbacks: none; it logs a line a minute.
 *
 * Facts: PostgreSQL manual, 20.11.1 (lock_timeout counts for each lock, advisory ones too), appendix A (55P03, 40P01).
 */
#pragma once
#include "salesreg/base/fault_log.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOCK_WAIT_NAMED_MS = 10000, LOCK_WAIT_PAUSE_MS = 900 };

struct lock_wait {
	int64_t began_us, most_us;
	struct fault_log fault;
};

/* wait_ms 0: one try. */
void lock_wait_begin(struct lock_wait *w, int wait_ms);
/* The server gave up on a lock, or chose this transaction to end a deadlock. sqlstate: NULL is no. */
bool lock_wait_is_refusal(const char *sqlstate);
/*
 * After such a refusal and a ROLLBACK, which `error` tells of: true: the readers have had their turn, try again; it is logged once
 * LOCK_WAIT_NAMED_MS have passed. False: the time is up. In both cases `error` also says who holds what.
 */
bool lock_wait_again(struct lock_wait *w, PGconn *pg, char *error, size_t size);
