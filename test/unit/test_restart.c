/* When a worker is started again, and when the supervisor gives up: DESIGN §9 as a table. */
#include "salesreg/domain/restart.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000 * 1000 };

static const struct restart_death crash = {.by_signal = true, .number = 11},
				  failure = {.number = 1}, success = {.number = 0},
				  misconfigured = {.number = 78};

static struct restart_outcome dies(
    struct restart_history *h, struct restart_death death, bool vital)
{
	return restart_died(h, &restart_policy_default, death, vital, 0, UINT64_MAX);
}

static struct restart_outcome lives_and_dies(
    struct restart_history *h, int64_t ready_for_us, uint64_t random)
{
	restart_started(h);
	restart_ready(h, 1000);
	return restart_died(h, &restart_policy_default, crash, true, 1000 + ready_for_us, random);
}

static void the_wait_doubles_from_250_ms_to_30_s(void **state)
{
	(void)state;
	static const int64_t full_ms[] = {250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
	struct restart_history h = {0};
	for (size_t i = 0; i < sizeof full_ms / sizeof *full_ms; i++) {
		struct restart_outcome outcome = lives_and_dies(&h, SECOND, i * 7919);
		assert_int_equal(outcome.verdict, RESTART_AGAIN);
		assert_in_range(outcome.wait_us, full_ms[i] * 500, full_ms[i] * 1000);
	}
}

static void the_wait_begins_anew_after_60_s_ready_and_not_before(void **state)
{
	(void)state;
	struct restart_history h = {0};
	for (int i = 0; i < 6; i++)
		(void)lives_and_dies(&h, SECOND, 0);
	assert_true(lives_and_dies(&h, 60 * SECOND - 1, 0).wait_us >= 8 * SECOND);
	assert_in_range(lives_and_dies(&h, 60 * SECOND, 0).wait_us, 125000, 250000);
}

static void exit_78_is_never_restarted(void **state)
{
	(void)state;
	for (int vital = 0; vital <= 1; vital++) {
		for (int ready = 0; ready <= 1; ready++) {
			struct restart_history h = {0};
			restart_started(&h);
			if (ready)
				restart_ready(&h, 0);
			struct restart_outcome outcome = dies(&h, misconfigured, vital);
			assert_int_equal(outcome.verdict, RESTART_MISCONFIGURED);
			assert_int_equal(outcome.ends_all, vital);
			assert_int_equal(outcome.exit_code, 78);
		}
	}
	/* a signal of that number is no exit code */
	struct restart_history h = {0};
	struct restart_death signal_78 = {.by_signal = true, .number = 78};
	assert_int_equal(dies(&h, signal_78, true).verdict, RESTART_AGAIN);
}

static void five_deaths_before_ready_in_a_row_are_hopeless(void **state)
{
	(void)state;
	const struct {
		const struct restart_death *death;
		bool vital;
		int exit_code;
	} rows[] = {
	    {&crash, true, 139}, {&failure, true, 1}, {&success, true, 1}, {&crash, false, 139}};
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
		struct restart_history h = {0};
		for (int i = 0; i < 4; i++) {
			restart_started(&h);
			assert_int_equal(
			    dies(&h, *rows[row].death, rows[row].vital).verdict, RESTART_AGAIN);
		}
		restart_started(&h);
		struct restart_outcome outcome = dies(&h, *rows[row].death, rows[row].vital);
		assert_int_equal(outcome.verdict, RESTART_CRASH_LOOP);
		assert_int_equal(outcome.ends_all, rows[row].vital);
		assert_int_equal(outcome.exit_code, rows[row].exit_code);
	}
}

static void being_ready_once_breaks_the_row(void **state)
{
	(void)state;
	struct restart_history h = {0};
	for (int i = 0; i < 100; i++) {
		restart_started(&h);
		if (i % 5 == 4)
			restart_ready(&h, i);
		assert_int_equal(dies(&h, crash, true).verdict, RESTART_AGAIN);
	}
}

static void a_process_the_system_has_no_room_for_is_nobodys_death(void **state)
{
	(void)state;
	struct restart_history h = {0};
	for (int i = 0; i < 1000; i++)
		assert_in_range(restart_not_started(&h, &restart_policy_default, (uint64_t)i),
		    125000, 30 * SECOND);
	restart_started(&h);
	assert_int_equal(dies(&h, crash, true).verdict, RESTART_AGAIN);
}

static void no_death_makes_the_exit_code_a_success(void **state)
{
	(void)state;
	assert_int_equal(restart_exit_code(success), 1);
	assert_int_equal(restart_exit_code(failure), 1);
	assert_int_equal(restart_exit_code(crash), 139);
	assert_int_equal(restart_exit_code(misconfigured), 78);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_wait_doubles_from_250_ms_to_30_s),
	    cmocka_unit_test(the_wait_begins_anew_after_60_s_ready_and_not_before),
	    cmocka_unit_test(exit_78_is_never_restarted),
	    cmocka_unit_test(five_deaths_before_ready_in_a_row_are_hopeless),
	    cmocka_unit_test(being_ready_once_breaks_the_row),
	    cmocka_unit_test(a_process_the_system_has_no_room_for_is_nobodys_death),
	    cmocka_unit_test(no_death_makes_the_exit_code_a_success),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
