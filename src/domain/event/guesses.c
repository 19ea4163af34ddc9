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

/* A new table, since none may change while one goes through it. */
static void prune(struct guesses *g, int64_t now_us)
{
	struct map live;
	map_init(&live);
	for (const struct map_slot *s = NULL; (s = map_next(&g->people, s));)
		if (s->value.number > now_us)
			map_put(&live, s->key)->value = s->value;
	map_finish(&g->people);
	g->people = live;
	g->prune_at = live.count * 2 > FIRST_PRUNE ? live.count * 2 : FIRST_PRUNE;
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
