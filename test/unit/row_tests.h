/*
 * One runner for tests that are tables of rows: each row is a cmocka test of its own, so that all rows that fail are named and
 * counted, not the first alone. Its function finds the row in *state:
 *
 *     static const struct sums_row {
 *             const char *text;
 *             int sum;
 *     } sums_rows[] = {{"1 + 1", 2}, {"2 + 2", 4}};
 *
 *     static void sums(void **state)
 *     {
 *             const struct sums_row *row = *state;
 *             assert_int_equal(sum_of(row->text), row->sum);
 *     }
 *
 *     int main(void)
 *     {
 *             const struct row_test tests[] = {
 *                 {cmocka_unit_test(sums), ROWS(sums_rows, text)},       the member that names a row
 *                 {cmocka_unit_test(dates), ROWS_BY_NUMBER(dates_rows)}, none does
 *                 {cmocka_unit_test(of_no_rows), ONCE},
 *             };
 *             return RUN_ROW_TESTS(tests, begin, end);
 *     }
 *
 * Setup and teardown of a test are those of each of its rows. They must leave *state alone.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row_test {
	struct CMUnitTest test;
	const void *rows; /* NULL: one test without rows */
	size_t count, size;
	ptrdiff_t label; /* where in a row the string is that names it; -1: its number must do */
};

enum { ROW_NAME_BYTES = 160 };

#define ONCE .rows = NULL, .count = 1, .size = 0, .label = -1
#define ROWS_BY_NUMBER(table)                                                                      \
	.rows = (table), .count = sizeof(table) / sizeof(table)[0], .size = sizeof(table)[0],      \
	.label = -1
#define ROWS(table, member)                                                                        \
	.rows = (table), .count = sizeof(table) / sizeof(table)[0], .size = sizeof(table)[0],      \
	.label = (ptrdiff_t)offsetof(__typeof__((table)[0]), member)

/* One line, with nothing in it that means something in TAP. */
static inline void row_name(const struct row_test *of, size_t index, char name[ROW_NAME_BYTES])
{
	const char *label = NULL;
	if (of->label >= 0)
		memcpy(&label, (const char *)of->rows + index * of->size + of->label, sizeof label);
	(void)snprintf(
	    name, ROW_NAME_BYTES, "%s, row %zu: %s", of->test.name, index, label ? label : "");
	for (char *c = name; *c; c++)
		*c = (unsigned char)*c < ' ' || *c == '#' ? '?' : *c;
}

static inline int run_row_tests(const char *group, const struct row_test *tests, size_t count,
    CMFixtureFunction setup, CMFixtureFunction teardown)
{
	size_t total = 0;
	for (size_t i = 0; i < count; i++)
		total += tests[i].count;
	struct CMUnitTest *all = calloc(total, sizeof *all);
	char(*names)[ROW_NAME_BYTES] = calloc(total, sizeof *names);
	if (!all || !names)
		abort();
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		if (!tests[i].rows)
			all[n++] = tests[i].test;
		for (size_t r = 0; tests[i].rows && r < tests[i].count; r++, n++) {
			row_name(&tests[i], r, names[n]);
			all[n] = tests[i].test;
			all[n].name = names[n];
			/* the function does not write to it */
			memcpy(&all[n].initial_state,
			    &(const void *){(const char *)tests[i].rows + r * tests[i].size},
			    sizeof all[n].initial_state);
		}
	}
	int failed = _cmocka_run_group_tests(group, all, total, setup, teardown);
	free(names);
	free(all);
	return failed;
}

/* literals of some length, for rows */
#define TIMES_10(s) s s s s s s s s s s
#define TIMES_100(s)                                                                               \
	TIMES_10(s)                                                                                \
	TIMES_10(s)                                                                                \
	TIMES_10(s)                                                                                \
	TIMES_10(s)                                                                                \
	TIMES_10(s) TIMES_10(s) TIMES_10(s) TIMES_10(s) TIMES_10(s) TIMES_10(s)
#define TIMES_1000(s)                                                                              \
	TIMES_100(s)                                                                               \
	TIMES_100(s)                                                                               \
	TIMES_100(s)                                                                               \
	TIMES_100(s)                                                                               \
	TIMES_100(s) TIMES_100(s) TIMES_100(s) TIMES_100(s) TIMES_100(s) TIMES_100(s)

#define RUN_ROW_TESTS(tests, setup, teardown)                                                      \
	run_row_tests(#tests, tests, sizeof(tests) / sizeof(tests)[0], setup, teardown)
