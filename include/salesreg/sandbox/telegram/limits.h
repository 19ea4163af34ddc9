/*
 * The sending limits of Telegram as token buckets: overall, per chat, per group a minute.
 * Ownership: the caller's memory; nothing is allocated.
 * Units: microseconds of a monotonic clock passed in; rates in messages a second; retry_after in
 * whole seconds, rounded up, as Telegram sends it.
 * Facts: https://core.telegram.org/bots/faq ("My bot is hitting limits"): 1 a second in a chat with
 * short bursts, 30 a second overall, 20 a minute in a group.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { LIMIT_CHAT_BURST = 5, LIMIT_GROUP_PER_MINUTE = 20 };

struct limit_bucket {
	int64_t full_at_us; /* when the bucket will be full again; past or 0: full */
};

struct limits {
	bool enabled;
	double overall_per_s, chat_per_s; /* 0: none of that kind */
	struct limit_bucket overall;
};

#define LIMIT_KIND_MAP(X) X(OVERALL, "overall") X(CHAT, "chat") X(GROUP, "group")
enum limit_kind {
#define X(name, text) LIMIT_##name,
	LIMIT_KIND_MAP(X)
#undef X
	    LIMIT_KIND_COUNT
};

struct limit_chat {
	struct limit_bucket per_second, per_minute;
};

void limits_init(struct limits *limits);
/* Microseconds until a token is there (0: now); takes nothing. */
int64_t limit_wait_us(
    const struct limit_bucket *bucket, int64_t now_us, double per_s, double burst);
void limit_take(struct limit_bucket *bucket, int64_t now_us, double per_s);
/* Takes one token of every bucket, or none of any:
 * then retry_after > 0 is returned and *kind says which was empty. */
int limits_send(struct limits *limits, struct limit_chat *chat, bool is_group, int64_t now_us,
    enum limit_kind *kind);
