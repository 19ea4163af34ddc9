/*
 * Forgets archived prospects of whom nothing has been heard or changed for so long (PROSPECT_RETENTION_DAYS), as `salesreg prospect forget`
 * does: one after the other, every hour. Any number of processes may do it at once: who comes second finds it done.
 * Ownership: the pool is borrowed and outlives it. Units: days. Errors: said once, tried again an hour later; one that fails holds no other up.
 */
#pragma once
#include "salesreg/db/pool.h"

struct retention;
struct retention *retention_create(uv_loop_t *loop, struct db_pool *pool, int64_t days);
/* Before the pool. NULL is accepted. */
void retention_destroy(struct retention *r);
