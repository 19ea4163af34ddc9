/*
 * Who gets the next prospects: the assignment itself, as a pure function.
 * Ownership: all arrays are the caller's; the arena is scratch.
 * Units: counts; last_assigned_turn is a sequence number that grows by one with each prospect assigned (the
 * database holds it).
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRATEGY_MAP(X)                                                                            \
	X(ROUND_ROBIN, "round_robin")   /* longest unserved next */                                \
	X(LEAST_LOADED, "least_loaded") /* fewest open prospects next, then longest unserved */

enum strategy {
#define X(name, text) STRATEGY_##name,
	STRATEGY_MAP(X)
#undef X
};
const char *strategy_name(enum strategy strategy);
bool strategy_parse(const char *name, enum strategy *strategy);

struct allocation_rep {
	int64_t last_assigned_turn; /* 0 = never */
	size_t open, capacity;
};

/*
 * Deals prospects, oldest first, until they or the room run out; returns how many (a prefix).
 * picks[i] is the index of the rep for prospect i; prospect i gets sequence next_sequence + i.
 * reps are updated; their order breaks ties. Nobody goes over capacity; who starts over it gets
 * nothing. O(reps + assigned × log reps).
 */
size_t allocation_run(enum strategy strategy, struct allocation_rep *reps, size_t rep_count,
    size_t prospect_count, int64_t next_sequence, size_t *picks, struct arena *a);
