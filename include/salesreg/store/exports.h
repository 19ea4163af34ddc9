/*
 * All prospects, a page after another, as of one moment.
 * Ownership: rows and their strings live in the arena given. Units: times as RFC 3339 has them, in UTC.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdbool.h>
#include <stddef.h>

struct exported {
	const char *id, *name, *telegram, *phone, *email, *status, *rep; /* NULL: none */
	const char *context, *notes, *source, *campaign, *created_at, *last_contact_at;
	const char *extra; /* a JSON object, or NULL */
};

/* A transaction that only reads, and what files had beside the columns of the table: most names at most. */
bool exports_begin(
    struct db_session *s, struct arena *a, size_t most, const char *const **names, size_t *count);
/* Behind the prospect of that id; "" at first. status NULL: any. */
bool exports_page(struct db_session *s, struct arena *a, const char *after, const char *status,
    size_t most, struct exported **rows, size_t *count);

/* All that there is of one prospect, as a JSON object. *text NULL: it has been deleted. No transaction is needed. */
bool exports_person(struct db_session *s, struct arena *a, const char *id, const char **text);
