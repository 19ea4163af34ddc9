/*
 * Deletes history that nobody needs, every hour, some thousand rows at a time:
 *   - events and ended assignments of prospects that are closed (converted, archived) or deleted; those of open prospects
 *     stay however old they are, because they say who declined and who contacted them;
 *   - what is known of strangers who have been silent for so long: no reps, no admins, nobody who waits for an admin's word.
 * Ownership: the pool is borrowed and outlives the pruner. Units: days. Errors: tried again an hour later.
 * Any number of processes may do it at once: rows that another one has in hand are left to it.
 */
#pragma once
#include "salesreg/db/pool.h"

struct pruner;
/* admins: Telegram ids, copied. */
struct pruner *pruner_create(uv_loop_t *loop, struct db_pool *pool, int64_t retention_days,
    const int64_t *admins, size_t count);
/* Before the pool. */
void pruner_destroy(struct pruner *pruner);
