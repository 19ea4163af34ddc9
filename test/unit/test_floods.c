/* Twenty at once, then one a second; what waited over an outage is no flood; who goes on for an hour is reported once. */
#include "salesreg/domain/event/floods.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const int64_t SECOND = 1000000, NOON = INT64_C(1795000000) * 1000000;

/* How many more this person has then. */
static unsigned floods_left(
    const struct floods *f, enum flood_kind kind, int64_t user_id, int64_t at_us)
{
	int64_t full_until = floods_full_until(f, kind, user_id);
	unsigned count = 0;
	while (floods_lets(kind, &full_until, at_us))
		count++;
	return count;
}

static void twenty_at_once_and_then_one_a_second(void **state)
{
	(void)state;
	struct floods f;
	floods_init(&f);
	for (unsigned i = 0; i < FLOOD_BURST; i++) {
		assert_int_equal(floods_left(&f, FLOOD_MESSAGE, 5, NOON), FLOOD_BURST - i);
		floods_add(&f, FLOOD_MESSAGE, 5, NOON);
	}
	assert_int_equal(floods_left(&f, FLOOD_MESSAGE, 5, NOON), 0);
	assert_int_equal(floods_left(&f, FLOOD_MESSAGE, 6, NOON), FLOOD_BURST);
	assert_int_equal(floods_left(&f, FLOOD_PRESS, 5, NOON), FLOOD_BURST);
	assert_int_equal(floods_left(&f, FLOOD_MESSAGE, 5, NOON + SECOND - 1), 0);
	assert_int_equal(floods_left(&f, FLOOD_MESSAGE, 5, NOON + SECOND), 1);
	assert_int_equal(floods_left(&f, FLOOD_MESSAGE, 5, NOON + 60 * SECOND), FLOOD_BURST);
	floods_finish(&f);
}

static void presses_come_back_three_a_second(void **state)
{
	(void)state;
	struct floods f;
	floods_init(&f);
	for (unsigned i = 0; i < FLOOD_BURST; i++)
		floods_add(&f, FLOOD_PRESS, 5, NOON);
	assert_int_equal(floods_left(&f, FLOOD_PRESS, 5, NOON), 0);
	assert_int_equal(floods_left(&f, FLOOD_PRESS, 5, NOON + SECOND), 3);
	floods_finish(&f);
}

static void a_message_a_minute_that_comes_all_at_once_is_no_flood(void **state)
{
	(void)state;
	struct floods f;
	floods_init(&f);
	for (int i = 0; i < 500; i++) {
		assert_true(floods_left(&f, FLOOD_MESSAGE, 5, NOON + i * 60 * SECOND) > 0);
		floods_add(&f, FLOOD_MESSAGE, 5, NOON + i * 60 * SECOND);
	}
	floods_finish(&f);
}

static void the_person_is_told_once_in_ten_minutes(void **state)
{
	(void)state;
	struct floods f;
	floods_init(&f);
	assert_false(floods_told(&f, 5, NOON));
	floods_tell(&f, 5, NOON);
	assert_true(floods_told(&f, 5, NOON + 599 * SECOND));
	assert_false(floods_told(&f, 5, NOON + 600 * SECOND));
	floods_finish(&f);
}

static void who_goes_on_for_an_hour_is_reported_once_an_hour(void **state)
{
	(void)state;
	struct floods f;
	unsigned reports = 0;
	floods_init(&f);
	for (int minute = 0; minute <= 125; minute++) {
		floods_refused(&f, 5, NOON + minute * 60 * SECOND);
		if (!floods_lasts(&f, 5, NOON + minute * 60 * SECOND))
			continue;
		reports++;
		floods_reported(&f, 5, NOON + minute * 60 * SECOND);
	}
	assert_int_equal(reports, 2);
	/* a pause ends it */
	floods_refused(&f, 5, NOON + 1000 * 60 * SECOND);
	assert_false(floods_lasts(&f, 5, NOON + 1000 * 60 * SECOND));
	floods_finish(&f);
}

static void who_wrote_long_ago_takes_no_memory(void **state)
{
	(void)state;
	struct floods f;
	floods_init(&f);
	for (int64_t i = 1; i < 100000; i++)
		floods_add(&f, FLOOD_MESSAGE, i, NOON + i * SECOND / 10);
	assert_true(f.full_until[FLOOD_MESSAGE].count < 5000);
	floods_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(twenty_at_once_and_then_one_a_second),
	    cmocka_unit_test(presses_come_back_three_a_second),
	    cmocka_unit_test(a_message_a_minute_that_comes_all_at_once_is_no_flood),
	    cmocka_unit_test(the_person_is_told_once_in_ten_minutes),
	    cmocka_unit_test(who_goes_on_for_an_hour_is_reported_once_an_hour),
	    cmocka_unit_test(who_wrote_long_ago_takes_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
