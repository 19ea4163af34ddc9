/*
 * What decisions write: the effects of a batch's steps, each kind by its statements.
 * Ownership: the effects and what they point to live until the plan has run; parameters live in the arena.
 * Errors: a statement that does not find what the decision saw fails as a conflict; the batch is then decided anew.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/domain/conversation/conversation.h"

struct effect_row {
	struct effect
	    effect;      /* rep_id is set wherever the kind is about a rep, NULL for a newcomer */
	int64_t user_id; /* whose event it was */
	const char *status; /* effect.status as the table has it */
};

/* In an order that holds, whatever the order of the effects. */
void effects_write(
    struct db_plan *plan, struct arena *a, const struct effect_row *rows, size_t count);
/* How many are of this kind. */
size_t effects_count(const struct effect_row *rows, size_t count, enum effect_kind kind);
