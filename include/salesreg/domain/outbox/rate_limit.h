/*
 * When a message may go out, so that Telegram never has to say 429.
 *
 * Overall: a sliding window. Of R a second we send N = R − R/20 in any 1.05 s (29 of 30): never
 * more than R in any second, bursts of N at once, 27.6/s when saturated. Against a token bucket of
 * R refilled at R/s the worst case is two windows back to back, the first one delayed by jitter j:
 * 2N ≤ R + R × (1.05 s − j), which holds up to j = 117 ms for R = 30. Against a count over any one
 * second, j = 50 ms.
 *
 * One chat: GCRA, a burst of B and then one each 1.1 / rate seconds. Against a bucket of B refilled
 * at that rate the tightest message is the first after the burst: it may come 1.1 s − j after it
 * and needs 1 s, so j = 100 ms.
 *
 * Both margins cost throughput (8 % and 9 %) and nothing at low load. Jitter beyond them means a
 * 429 now and then, which rate_limit_block_chat() and rate_limit_block_all() are for.
 *
 * Ownership: the limiter owns its table until rate_limit_finish().
 * Units: microseconds of any one monotonic clock, which comes in as an argument.
 * Memory is bounded: a chat is forgotten once its bucket is full again (looked for
 * whenever the table doubles, and by rate_limit_prune()).
 * Source: core.telegram.org/bots/faq, "My bot is hitting limits" (30 a second overall, 1 a second
 * in a chat with bursts).
 */
#pragma once
#include "salesreg/base/map.h"

enum { RATE_LIMIT_MAX_OVERALL = 1000 }; /* what paid broadcasts allow; more counts as this */

struct rate_limit {
	struct map chats;          /* number: GCRA's theoretical arrival time */
	int64_t chat_interval_us;  /* 0 = no limit of ours */
	int64_t chat_tolerance_us; /* how far ahead of its schedule a chat may be */
	int64_t all_blocked_until_us;
	size_t window;   /* N; 0 = no limit of ours */
	size_t oldest;   /* index into sent */
	size_t prune_at; /* count of chats at which to look for full buckets */
	int64_t sent[RATE_LIMIT_MAX_OVERALL];
};

/* overall_per_s, chat_per_s: 0 = no limit, but blocks are obeyed all the same. chat_burst ≥ 1. */
void rate_limit_init(
    struct rate_limit *rl, unsigned overall_per_s, unsigned chat_per_s, unsigned chat_burst);
void rate_limit_finish(struct rate_limit *rl);

/* The earliest time a message to chat may go: at or before now_us means now. */
int64_t rate_limit_ready_at(const struct rate_limit *rl, int64_t chat, int64_t now_us);
/* How many messages may go now as far as the overall limit is concerned; SIZE_MAX = any number. */
size_t rate_limit_room(const struct rate_limit *rl, int64_t now_us);
/* A message to chat goes out now. Counts also if it was not ready. */
void rate_limit_take(struct rate_limit *rl, int64_t chat, int64_t now_us);
/* The message that was last taken for this chat did not go after all; at the same now_us, or soon after. */
void rate_limit_give_back(struct rate_limit *rl, int64_t chat);
/* What an answer 429 demanded; never shortens an earlier block. A chat then has an empty bucket. */
void rate_limit_block_chat(struct rate_limit *rl, int64_t chat, int64_t until_us);
void rate_limit_block_all(struct rate_limit *rl, int64_t until_us);
void rate_limit_prune(struct rate_limit *rl, int64_t now_us);
