/* Ten links that lead nowhere within an hour, then silence. */
#include "salesreg/domain/event/guesses.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const int64_t HOUR_US = INT64_C(3600) * 1000000;

static void ten_an_hour_and_then_one_every_six_minutes(void **state)
{
	(void)state;
	struct guesses g;
	int64_t now = 77;
	guesses_init(&g);
	for (unsigned i = 0; i < GUESSES_AN_HOUR; i++) {
		assert_int_equal(guesses_left(&g, 5, now), GUESSES_AN_HOUR - i);
		guesses_add(&g, 5, now);
	}
	assert_int_equal(guesses_left(&g, 5, now), 0);
	assert_int_equal(guesses_left(&g, 6, now), GUESSES_AN_HOUR);
	/* whoever goes on waits no longer for it */
	for (int i = 0; i < 1000; i++)
		guesses_add(&g, 5, now);
	assert_int_equal(guesses_left(&g, 5, now + HOUR_US / 10 - 1), 0);
	assert_int_equal(guesses_left(&g, 5, now + HOUR_US / 10), 1);
	assert_int_equal(guesses_left(&g, 5, now + HOUR_US), GUESSES_AN_HOUR);
	guesses_finish(&g);
}

static void who_tried_long_ago_takes_no_memory(void **state)
{
	(void)state;
	struct guesses g;
	guesses_init(&g);
	for (int64_t i = 0; i < 100000; i++)
		guesses_add(&g, i, i * HOUR_US / 1000);
	assert_true(g.people.count < 5000);
	guesses_finish(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ten_an_hour_and_then_one_every_six_minutes),
	    cmocka_unit_test(who_tried_long_ago_takes_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
