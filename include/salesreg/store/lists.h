/*
 * Lists of prospects, of any length: a page at a time, each behind the last row of the one before. No transaction is open in between, so
 * whoever reads slowly holds up nothing; what changes meanwhile may be listed as it is by then.
 * Ownership: rows and their strings live in the arena given. Units: seconds where a name says so.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/store/managers.h"

/* NULL, 0 and false: any. */
struct prospect_filter {
	const char *status, *rep, *source, *campaign; /* rep: an id */
	int64_t since_s;                              /* came no longer ago */
	int64_t
	    stale_s; /* open, and nobody has been in contact for so long, or ever since they came */
	bool waiting; /* without a rep */
};
/*
 * order: newest, oldest, name, quiet (longest without contact first). In pages only the first two, and those of which it is known when they
 * came apart from the others.
 */
enum prospect_part { PROSPECTS_ALL, PROSPECTS_DATED, PROSPECTS_UNDATED };
struct prospect_page {
	const char *order;
	const struct listed_prospect *behind; /* of the same part; NULL: from its beginning */
	int64_t limit;
	enum prospect_part part;
};
bool lists_prospects(struct db_session *s, struct arena *a, const struct prospect_filter *filter,
    const struct prospect_page *page, struct listed_prospect **rows, size_t *count);
/* How many there are: all of them are looked at. */
bool lists_prospects_total(
    struct db_session *s, struct arena *a, const struct prospect_filter *filter, int64_t *total);
