#include "salesreg/domain/event/floods.h"

enum { FIRST_PRUNE = 1024 };
static const int64_t SECOND_US = 1000000, TOLD_US = INT64_C(600) * 1000000,
		     HOUR_US = INT64_C(3600) * 1000000;

static int64_t interval(enum flood_kind kind)
{
	return SECOND_US / (kind == FLOOD_PRESS ? FLOOD_PRESSES_PER_S : FLOOD_MESSAGES_PER_S);
}

void floods_init(struct floods *f)
{
	*f = (struct floods){.prune_at = FIRST_PRUNE};
	for (int k = 0; k < FLOOD_KINDS; k++)
		map_init(&f->full_until[k]);
	map_init(&f->told_until);
	map_init(&f->since);
	map_init(&f->seen);
}

void floods_finish(struct floods *f)
{
	for (int k = 0; k < FLOOD_KINDS; k++)
		map_finish(&f->full_until[k]);
	map_finish(&f->told_until);
	map_finish(&f->since);
	map_finish(&f->seen);
}

int64_t floods_full_until(const struct floods *f, enum flood_kind kind, int64_t user_id)
{
	const struct map_slot *slot = map_find(&f->full_until[kind], user_id);
	return slot ? slot->value.number : 0;
}

bool floods_lets(enum flood_kind kind, int64_t *full_until, int64_t at_us)
{
	/* a clock that was set back takes no more than the bucket */
	int64_t most = at_us + FLOOD_BURST * interval(kind);
	if (*full_until > most)
		*full_until = most;
	int64_t from = *full_until > at_us ? *full_until : at_us;
	if (from > most - interval(kind))
		return false;
	*full_until = from + interval(kind);
	return true;
}

/* Buckets that are whole again, and floods that ended, are what is not there. */
static void prune(struct floods *f, int64_t now_us)
{
	size_t count = 0;
	for (int k = 0; k < FLOOD_KINDS; k++) {
		map_remove_over(&f->full_until[k], now_us);
		count += f->full_until[k].count;
	}
	map_remove_over(&f->told_until, now_us);
	map_remove_over(&f->seen, now_us - TOLD_US);
	if (f->seen.count == 0) {
		map_finish(&f->since);
		map_init(&f->since);
	}
	f->prune_at = count * 2 > FIRST_PRUNE ? count * 2 : FIRST_PRUNE;
}

void floods_add(struct floods *f, enum flood_kind kind, int64_t user_id, int64_t at_us)
{
	if (f->full_until[FLOOD_MESSAGE].count + f->full_until[FLOOD_PRESS].count >= f->prune_at)
		prune(f, at_us);
	(void)floods_lets(kind, &map_put(&f->full_until[kind], user_id)->value.number, at_us);
}

void floods_refused(struct floods *f, int64_t user_id, int64_t now_us)
{
	struct map_slot *seen = map_put(&f->seen, user_id);
	bool goes_on = seen->value.number > now_us - TOLD_US;
	seen->value.number = now_us;
	struct map_slot *since = map_put(&f->since, user_id);
	if (!goes_on || !since->value.number)
		since->value.number = now_us;
}

bool floods_told(const struct floods *f, int64_t user_id, int64_t now_us)
{
	const struct map_slot *slot = map_find(&f->told_until, user_id);
	return slot && slot->value.number > now_us;
}

void floods_tell(struct floods *f, int64_t user_id, int64_t now_us)
{
	map_put(&f->told_until, user_id)->value.number = now_us + TOLD_US;
}

bool floods_lasts(const struct floods *f, int64_t user_id, int64_t now_us)
{
	const struct map_slot *since = map_find(&f->since, user_id);
	const struct map_slot *seen = map_find(&f->seen, user_id);
	return since && seen && now_us - since->value.number >= HOUR_US &&
	       now_us - seen->value.number < TOLD_US;
}

void floods_reported(struct floods *f, int64_t user_id, int64_t now_us)
{
	map_put(&f->since, user_id)->value.number = now_us;
}
