/*
 * What stands in the tables of the system that salesreg replaces, before `salesreg migrate` has touched them: whatever columns they have.
 * Ownership: rows and their strings live in the arena given. Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct takeover_tables {
	const char *database;
	bool reps, prospects, migrated;
	const char *missing; /* columns, with commas; NULL: none */
	const char *naive;   /* columns of times without a zone; NULL: none */
	const char *zone;    /* of the server */
};
/* A kind of thing, by its code (sql/queries/doctor_takeover.sql), how many, and which, or one of them; NULL: no one in particular. */
struct takeover_fact {
	const char *code, *which;
	int64_t count;
};

/* One snapshot for all of it, as the other program may go on writing. */
bool takeover_begin(struct db_session *s);
bool takeover_tables(struct db_session *s, struct arena *a, struct takeover_tables *out);
bool takeover_reps(
    struct db_session *s, struct arena *a, struct takeover_fact **rows, size_t *count);
/* Both tables are there. */
bool takeover_prospects(
    struct db_session *s, struct arena *a, struct takeover_fact **rows, size_t *count);
