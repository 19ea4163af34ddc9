#include "salesreg/domain/event/guesses.h"

enum { FIRST_PRUNE = 1024 };
static const int64_t INTERVAL_US = INT64_C(3600) * 1000000 / GUESSES_AN_HOUR;

void guesses_init(struct guesses *g)
{
	*g = (struct guesses){.prune_at = FIRST_PRUNE};
	map_init(&g->people);
}

void guesses_finish(struct guesses *g)
{
	map_finish(&g->people);
}

unsigned guesses_left(const struct guesses *g, int64_t user_id, int64_t now_us)
{
	const struct map_slot *slot = map_find(&g->people, user_id);
	if (!slot || slot->value.number <= now_us)
		return GUESSES_AN_HOUR;
	int64_t used = (slot->value.number - now_us + INTERVAL_US - 1) / INTERVAL_US;
	return used < GUESSES_AN_HOUR ? (unsigned)(GUESSES_AN_HOUR - used) : 0;
}

static void prune(struct guesses *g, int64_t now_us)
{
	map_remove_over(&g->people, now_us);
	size_t twice = g->people.count * 2;
	g->prune_at = twice > FIRST_PRUNE ? twice : FIRST_PRUNE;
}

void guesses_add(struct guesses *g, int64_t user_id, int64_t now_us)
{
	if (g->people.count >= g->prune_at)
		prune(g, now_us);
	struct map_slot *slot = map_put(&g->people, user_id);
	if (slot->value.number < now_us)
		slot->value.number = now_us;
	if (guesses_left(g, user_id, now_us) > 0)
		slot->value.number += INTERVAL_US;
}
