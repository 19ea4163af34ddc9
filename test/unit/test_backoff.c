/* How long to wait before the next attempt. */
#include "salesreg/domain/outbox/backoff.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void waits_double_up_to_the_maximum(void **state)
{
	(void)state;
	static const int64_t full[] = {100, 200, 400, 800, 1000, 1000};
	for (unsigned attempt = 0; attempt < 6; attempt++)
		for (uint64_t random = 0; random < 2000; random += 7) {
			int64_t us = backoff_us(attempt, 100, 1000, random);
			assert_in_range(us, full[attempt] / 2, full[attempt]);
		}
}

static void both_ends_of_the_range_can_come(void **state)
{
	(void)state;
	assert_int_equal(backoff_us(0, 100, 1000, 0), 50);
	assert_int_equal(backoff_us(0, 100, 1000, 50), 100);
}

static void no_number_of_attempts_overflows(void **state)
{
	(void)state;
	assert_in_range(backoff_us(UINT32_MAX, 1, INT64_MAX, UINT64_MAX), INT64_MAX / 2, INT64_MAX);
	assert_in_range(backoff_us(63, 3, INT64_MAX, 0), INT64_MAX / 2, INT64_MAX);
	assert_in_range(backoff_us(9, 1, 1, 12345), 0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(waits_double_up_to_the_maximum),
	    cmocka_unit_test(both_ends_of_the_range_can_come),
	    cmocka_unit_test(no_number_of_attempts_overflows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
