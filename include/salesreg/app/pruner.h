/*
 * Deletes history that nobody needs, every hour, some thousand rows at a time:
 *   - events and ended assignments of prospects that are closed (converted, archived) or deleted; those of open prospects
 *     stay however old they are, because they say who declined and who contacted them;
 *   - conversations with people who are no reps, unless they have chosen a language.
 * Ownership: the pool is borrowed and outlives the pruner. Units: days. Errors: tried again an hour later.
 * Callbacks: none. Any number of processes may do it at once: rows that another one has in hand are left to it.
 */
#pragma once
#include "salesreg/db/pool.h"

struct pruner;
struct pruner *pruner_create(uv_loop_t *loop, struct db_pool *pool, int64_t retention_days);
/* Before the pool. */
void pruner_destroy(struct pruner *pruner);
