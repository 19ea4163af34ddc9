/*
 * What became of messages, on its way to the outbox: collected, written with some transaction, and collected again if that
 * did not come about or somebody holds the row.
 * Ownership: the results own copies of the errors and payloads; plans and replies are borrowed for the call.
 * Units: as in store/outbox.h. Errors: out of memory aborts.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/store/outbox.h"

#define RESULT_KIND_MAP(X) X(SENT) X(LATER) X(GONE) X(FAILED)
enum result_kind {
#define X(name) RESULT_##name,
	RESULT_KIND_MAP(X)
#undef X
	    RESULT_KINDS
};

struct result_list {
	struct outbox_result *items;
	size_t count, capacity;
};
struct results {
	struct result_list fresh[RESULT_KINDS];   /* not handed to a transaction yet */
	struct result_list writing[RESULT_KINDS]; /* in a transaction */
	struct result_list locked[RESULT_KINDS];  /* somebody holds their rows */
	size_t steps[RESULT_KINDS];               /* of `writing` in that transaction */
};

void results_finish(struct results *r);
void results_add(struct results *r, enum result_kind kind, struct outbox_result item);
/* How many wait for a transaction; those somebody holds do not count. */
size_t results_waiting(const struct results *r);
/* Moves what is collected into the plan; then exactly one results_written(). */
/* grace_s: for how long a rep's messages wait while the rep cannot be reached. */
void results_put(
    struct results *r, struct db_plan *plan, struct arena *a, bool with_gone, int64_t grace_s);
void results_written(struct results *r, const struct db_reply *reply);
/* What somebody held is tried again with the next plan. */
void results_retry_locked(struct results *r);
/* The leadership is lost: the rows are still `sending`, and the next leader settles them. Only "sent" stays true whoever
 * leads, and saves a duplicate if it can still be written before that. */
void results_discard(struct results *r);
