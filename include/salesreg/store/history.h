/*
 * What became of prospects and people, and what of it is deleted after a while.
 * Ownership: as in store/people.h. Units: days. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"

/* Each step answers with one number: how many rows it has deleted. */
/* admins: whose conversations stay. Strangers are forgotten a day later than the rest: their words are noted once a day. */
void history_prune(
    struct db_plan *plan, struct arena *a, int64_t days, const int64_t *admins, size_t count);
