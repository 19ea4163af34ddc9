#include "salesreg/domain/assignment/allocation.h"
#include <string.h>

static const char *const names[] = {
#define X(name, text) [STRATEGY_##name] = text,
    STRATEGY_MAP(X)
#undef X
};

const char *strategy_name(enum strategy strategy)
{
	return names[strategy];
}

bool strategy_parse(const char *name, enum strategy *strategy)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0) {
			*strategy = (enum strategy)i;
			return true;
		}
	return false;
}

/* A heap of indexes into reps; the one to serve next is on top. */
struct heap {
	enum strategy strategy;
	const struct allocation_rep *reps;
	size_t *items, count;
};

static bool goes_before(const struct heap *h, size_t a, size_t b)
{
	const struct allocation_rep *x = &h->reps[a], *y = &h->reps[b];
	if (h->strategy == STRATEGY_LEAST_LOADED && x->open != y->open)
		return x->open < y->open;
	if (x->last_assigned_turn != y->last_assigned_turn)
		return x->last_assigned_turn < y->last_assigned_turn;
	return a < b;
}

static void sift_down(struct heap *h, size_t at)
{
	for (;;) {
		size_t best = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < h->count; child++)
			if (goes_before(h, h->items[child], h->items[best]))
				best = child;
		if (best == at)
			return;
		size_t item = h->items[at];
		h->items[at] = h->items[best];
		h->items[best] = item;
		at = best;
	}
}

size_t allocation_run(enum strategy strategy, struct allocation_rep *reps, size_t rep_count,
    size_t prospect_count, int64_t next_sequence, size_t *picks, struct arena *a)
{
	struct heap h = {strategy, reps, ARENA_ARRAY(a, size_t, rep_count), 0};
	for (size_t i = 0; i < rep_count; i++)
		if (reps[i].open < reps[i].capacity)
			h.items[h.count++] = i;
	for (size_t i = h.count / 2; i-- > 0;)
		sift_down(&h, i);
	size_t assigned = 0;
	while (assigned < prospect_count && h.count > 0) {
		struct allocation_rep *rep = &reps[h.items[0]];
		picks[assigned] = h.items[0];
		rep->last_assigned_turn = next_sequence + (int64_t)assigned;
		rep->open++;
		assigned++;
		if (rep->open >= rep->capacity)
			h.items[0] = h.items[--h.count];
		sift_down(&h, 0);
	}
	return assigned;
}
