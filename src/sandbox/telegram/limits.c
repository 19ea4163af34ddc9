#include "salesreg/sandbox/telegram/limits.h"

static const double US = 1e6;

void limits_init(struct limits *limits)
{
	*limits = (struct limits){.overall_per_s = 30, .chat_per_s = 1};
}

/*
 * A bucket of `burst` tokens is full at full_at; each token taken moves that by one interval. So it
 * holds a token unless full_at is more than (burst - 1) intervals ahead.
 */
int64_t limit_wait_us(const struct limit_bucket *bucket, int64_t now_us, double per_s, double burst)
{
	if (per_s <= 0)
		return 0;
	int64_t slack = (int64_t)((burst - 1) * US / per_s);
	int64_t wait = bucket->full_at_us - slack - now_us;
	return wait > 0 ? wait : 0;
}

void limit_take(struct limit_bucket *bucket, int64_t now_us, double per_s)
{
	if (per_s <= 0)
		return;
	int64_t from = bucket->full_at_us > now_us ? bucket->full_at_us : now_us;
	bucket->full_at_us = from + (int64_t)(US / per_s);
}

int limits_send(struct limits *limits, struct limit_chat *chat, bool is_group, int64_t now_us,
    enum limit_kind *kind)
{
	if (!limits->enabled)
		return 0;
	static const double group_per_s = LIMIT_GROUP_PER_MINUTE / 60.0;
	double burst = limits->overall_per_s > 1 ? limits->overall_per_s : 1;
	int64_t wait[LIMIT_KIND_COUNT] = {
	    [LIMIT_OVERALL] = limit_wait_us(&limits->overall, now_us, limits->overall_per_s, burst),
	    [LIMIT_CHAT] =
		limit_wait_us(&chat->per_second, now_us, limits->chat_per_s, LIMIT_CHAT_BURST),
	    [LIMIT_GROUP] = is_group ? limit_wait_us(&chat->per_minute, now_us, group_per_s,
					   LIMIT_GROUP_PER_MINUTE)
				     : 0,
	};
	int64_t longest = 0;
	for (int k = 0; k < LIMIT_KIND_COUNT; k++) {
		if (wait[k] > longest) {
			longest = wait[k];
			*kind = (enum limit_kind)k;
		}
	}
	if (longest > 0)
		return (int)((longest + 999999) / 1000000);
	limit_take(&limits->overall, now_us, limits->overall_per_s);
	limit_take(&chat->per_second, now_us, limits->chat_per_s);
	if (is_group)
		limit_take(&chat->per_minute, now_us, group_per_s);
	return 0;
}
