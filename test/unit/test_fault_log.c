/* A fault that lasts is said once a minute, and once when it is over. */
#include "salesreg/base/fault_log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t SECOND = 1000000;

static void a_fault_that_lasts_is_said_once_a_minute(void **state)
{
	(void)state;
	struct fault_log f = {0};
	unsigned said = 0;
	char text[64];
	for (int64_t tenth = 0; tenth < 10 * 60 * 10; tenth++) {
		(void)snprintf(text, sizeof text, "no answer; next try in %d ms", (int)tenth % 700);
		said += fault_log_strike(&f, text, 5 * SECOND + tenth * SECOND / 10);
	}
	assert_int_equal(said, 10);
	assert_int_equal(f.count, 6000);
	assert_string_equal(
	    fault_log_extent(&f, 605 * SECOND, text, sizeof text), "for 10 min, 6000 times");
	assert_true(fault_log_end(&f));
	assert_false(fault_log_end(&f));
}

static void another_reason_is_another_fault(void **state)
{
	(void)state;
	struct fault_log f = {0};
	assert_true(fault_log_strike(&f, "409", SECOND));
	assert_true(fault_log_strike(&f, "disk full", 2 * SECOND));
	assert_false(fault_log_strike(&f, "409", 3 * SECOND));
	assert_false(fault_log_strike(&f, "disk full", 61 * SECOND));
	assert_true(fault_log_strike(&f, "409", 61 * SECOND));
}

static void reasons_that_always_change_do_not_flood(void **state)
{
	(void)state;
	struct fault_log f = {0};
	unsigned said = 0;
	for (int i = 0; i < 600; i++) {
		char text[] = "reason x";
		text[7] = (char)('a' + i % 26);
		said += fault_log_strike(&f, text, SECOND + i * SECOND / 10);
	}
	assert_in_range(said, 1, 2 * FAULT_LOG_REASONS);
}

static void what_comes_and_goes_does_not_flood_either(void **state)
{
	(void)state;
	struct fault_log f = {0};
	unsigned said = 0, over = 0;
	for (int i = 0; i < 600; i++) {
		said += fault_log_strike(&f, "409", SECOND + i * SECOND / 10);
		over += fault_log_end(&f);
	}
	assert_int_equal(said, 1);
	assert_int_equal(over, 1);
}

static void the_first_failure_has_no_extent(void **state)
{
	(void)state;
	struct fault_log f = {0};
	char text[64];
	(void)fault_log_strike(&f, "x", SECOND);
	assert_string_equal(fault_log_extent(&f, 9 * SECOND, text, sizeof text), "");
	(void)fault_log_strike(&f, "x", 3 * SECOND);
	assert_string_equal(
	    fault_log_extent(&f, 9 * SECOND, text, sizeof text), "for 8 s, 2 times");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_fault_that_lasts_is_said_once_a_minute),
	    cmocka_unit_test(another_reason_is_another_fault),
	    cmocka_unit_test(reasons_that_always_change_do_not_flood),
	    cmocka_unit_test(what_comes_and_goes_does_not_flood_either),
	    cmocka_unit_test(the_first_failure_has_no_extent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
