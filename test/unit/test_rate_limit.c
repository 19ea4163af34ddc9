/* The pace: never over Telegram's limits, never slower than it must be. */
#include "salesreg/domain/outbox/rate_limit.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000000, OVERALL = 30, BURST = 5, CHATS = 50, SENDS = 5000 };

static uint64_t seed = 20261122;

static size_t random_below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

/* A server with a token bucket; only times that do not go back. */
struct bucket {
	double tokens, rate, size;
	int64_t at_us;
};

static bool bucket_grants(struct bucket *b, int64_t at_us)
{
	b->tokens += (double)(at_us - b->at_us) / SECOND * b->rate;
	if (b->tokens > b->size)
		b->tokens = b->size;
	b->at_us = at_us;
	if (b->tokens < 1 - 1e-9)
		return false;
	b->tokens -= 1;
	return true;
}

static int64_t take_when_ready(struct rate_limit *rl, int64_t chat, int64_t now_us)
{
	int64_t at_us = rate_limit_ready_at(rl, chat, now_us);
	assert_true(at_us >= now_us);
	assert_int_equal(rate_limit_ready_at(rl, chat, at_us), at_us);
	rate_limit_take(rl, chat, at_us);
	return at_us;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void the_overall_limit_holds_in_every_second_and_against_a_jittery_bucket(void **state)
{
	(void)state;
	for (size_t round = 0; round < 20; round++) {
		struct rate_limit rl;
		rate_limit_init(&rl, OVERALL, 0, 1);
		static int64_t sent[SENDS], arrived[SENDS];
		int64_t now_us = 5 * SECOND;
		for (size_t i = 0; i < SENDS; i++) {
			/* crowds, trickles and pauses */
			now_us += random_below(100) == 0 ? (int64_t)random_below(3 * SECOND)
							 : (int64_t)random_below(round * 3000 + 1);
			now_us = sent[i] = take_when_ready(&rl, (int64_t)i % CHATS, now_us);
			arrived[i] = sent[i] + (int64_t)random_below(100000);
			if (i >= OVERALL)
				assert_true(sent[i] - sent[i - OVERALL] > SECOND);
		}
		qsort(arrived, SENDS, sizeof arrived[0], by_time);
		struct bucket server = {OVERALL, OVERALL, OVERALL, arrived[0]};
		for (size_t i = 0; i < SENDS; i++)
			assert_true(bucket_grants(&server, arrived[i]));
		rate_limit_finish(&rl);
	}
}

static void one_chats_limit_holds_against_a_jittery_bucket(void **state)
{
	(void)state;
	for (size_t round = 0; round < 50; round++) {
		struct rate_limit rl;
		rate_limit_init(&rl, 0, 1, BURST);
		struct bucket server = {BURST, 1, BURST, 0};
		int64_t now_us = 0, arrived_us = 0;
		for (size_t i = 0; i < 500; i++) {
			now_us += (int64_t)random_below(round * 100000 + 1);
			now_us = take_when_ready(&rl, 7, now_us);
			/* one in flight a chat: they do not overtake each other */
			int64_t at_us = now_us + (int64_t)random_below(100000);
			arrived_us = at_us > arrived_us ? at_us : arrived_us;
			assert_true(bucket_grants(&server, arrived_us));
			now_us = arrived_us;
		}
		rate_limit_finish(&rl);
	}
}

static void a_burst_goes_at_once_and_the_next_waits(void **state)
{
	(void)state;
	struct rate_limit rl;
	rate_limit_init(&rl, OVERALL, 1, BURST);
	for (size_t i = 0; i < BURST; i++)
		assert_int_equal(take_when_ready(&rl, 1, SECOND), SECOND);
	assert_int_equal(rate_limit_ready_at(&rl, 1, SECOND), SECOND + 1100000);
	/* others are not kept waiting */
	assert_int_equal(rate_limit_ready_at(&rl, 2, SECOND), SECOND);
	assert_int_equal(rate_limit_room(&rl, SECOND), 29 - BURST);
	for (int64_t chat = 2; chat < 2 + 29 - BURST; chat++)
		assert_int_equal(take_when_ready(&rl, chat, SECOND), SECOND);
	assert_int_equal(rate_limit_room(&rl, SECOND), 0);
	assert_int_equal(rate_limit_ready_at(&rl, 99, SECOND), SECOND + 1050000);
	assert_int_equal(rate_limit_room(&rl, SECOND + 1050000), 29);
	rate_limit_finish(&rl);
}

static void saturated_it_sends_nearly_as_much_as_allowed(void **state)
{
	(void)state;
	struct rate_limit rl;
	rate_limit_init(&rl, OVERALL, 1, BURST);
	int64_t now_us = 0;
	for (int64_t i = 0; i < 3000; i++)
		now_us = take_when_ready(&rl, i, now_us);
	assert_in_range(now_us, 100 * SECOND, 110 * SECOND);
	rate_limit_finish(&rl);
}

static void limits_that_are_off_let_everything_through(void **state)
{
	(void)state;
	struct rate_limit rl;
	rate_limit_init(&rl, 0, 0, BURST);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(take_when_ready(&rl, 1, 5), 5);
	assert_int_equal(rl.chats.count, 0);
	assert_true(rate_limit_room(&rl, 5) == SIZE_MAX);
	/* but what Telegram demands is obeyed */
	rate_limit_block_chat(&rl, 1, 50);
	assert_int_equal(rate_limit_ready_at(&rl, 1, 5), 50);
	assert_int_equal(rate_limit_ready_at(&rl, 2, 5), 5);
	rate_limit_block_all(&rl, 70);
	assert_int_equal(rate_limit_ready_at(&rl, 2, 5), 70);
	assert_int_equal(rate_limit_room(&rl, 69), 0);
	rate_limit_finish(&rl);
}

static void a_block_is_obeyed_and_never_shortened(void **state)
{
	(void)state;
	struct rate_limit rl;
	rate_limit_init(&rl, OVERALL, 1, BURST);
	rate_limit_block_chat(&rl, 1, 9 * SECOND);
	rate_limit_block_chat(&rl, 1, 4 * SECOND);
	assert_int_equal(rate_limit_ready_at(&rl, 1, SECOND), 9 * SECOND);
	assert_int_equal(rate_limit_ready_at(&rl, 2, SECOND), SECOND);
	/* afterwards without a burst: the server's bucket is as good as empty */
	assert_int_equal(take_when_ready(&rl, 1, SECOND), 9 * SECOND);
	assert_int_equal(rate_limit_ready_at(&rl, 1, 9 * SECOND), 9 * SECOND + 1100000);
	rate_limit_block_all(&rl, 20 * SECOND);
	rate_limit_block_all(&rl, 15 * SECOND);
	assert_int_equal(rate_limit_ready_at(&rl, 2, SECOND), 20 * SECOND);
	assert_int_equal(rate_limit_ready_at(&rl, 2, 20 * SECOND), 20 * SECOND);
	rate_limit_finish(&rl);
}

static void chats_that_may_send_a_full_burst_again_are_forgotten(void **state)
{
	(void)state;
	struct rate_limit rl;
	rate_limit_init(&rl, 0, 1, BURST);
	int64_t now_us = 0;
	/* a hundred thousand people, a hundred a second */
	for (int64_t chat = 0; chat < 100000; chat++) {
		now_us += 10000;
		rate_limit_take(&rl, chat, now_us);
		assert_in_range(rl.chats.count, 0, 1024);
	}
	rate_limit_block_chat(&rl, -1, now_us + 9 * SECOND);
	rate_limit_prune(&rl, now_us + 2 * SECOND);
	assert_int_equal(rl.chats.count, 1);
	assert_int_equal(rate_limit_ready_at(&rl, -1, now_us), now_us + 9 * SECOND);
	rate_limit_finish(&rl);
}

static void the_highest_limit_is_what_the_window_holds(void **state)
{
	(void)state;
	struct rate_limit rl;
	rate_limit_init(&rl, UINT32_MAX, 1000, 1);
	for (int64_t i = 0; i < 5000; i++)
		(void)take_when_ready(&rl, i, 0);
	assert_int_equal(rl.window, RATE_LIMIT_MAX_OVERALL * 19 / 20);
	rate_limit_finish(&rl);
	rate_limit_init(&rl, 1, 1, 1);
	assert_int_equal(take_when_ready(&rl, 1, 0), 0);
	assert_int_equal(take_when_ready(&rl, 2, 0), 1050000);
	rate_limit_finish(&rl);
}

static void what_did_not_go_after_all_costs_nothing(void **state)
{
	(void)state;
	struct rate_limit rl;
	rate_limit_init(&rl, 2, 1, 1);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(take_when_ready(&rl, 1, 0), 0);
		rate_limit_give_back(&rl, 1);
	}
	assert_int_equal(take_when_ready(&rl, 1, 0), 0);
	assert_int_equal(take_when_ready(&rl, 2, 0), 0);
	assert_true(rate_limit_ready_at(&rl, 1, 0) > 0);
	rate_limit_finish(&rl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_overall_limit_holds_in_every_second_and_against_a_jittery_bucket),
	    cmocka_unit_test(one_chats_limit_holds_against_a_jittery_bucket),
	    cmocka_unit_test(a_burst_goes_at_once_and_the_next_waits),
	    cmocka_unit_test(saturated_it_sends_nearly_as_much_as_allowed),
	    cmocka_unit_test(limits_that_are_off_let_everything_through),
	    cmocka_unit_test(a_block_is_obeyed_and_never_shortened),
	    cmocka_unit_test(chats_that_may_send_a_full_burst_again_are_forgotten),
	    cmocka_unit_test(what_did_not_go_after_all_costs_nothing),
	    cmocka_unit_test(the_highest_limit_is_what_the_window_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
