/* Which time zones exist, and which are near one that does not. */
#include "salesreg/base/time_zone.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "row_tests.h"

static void a_zone_is_a_file_of_the_database_or_a_rule(void **state)
{
	(void)state;
	static const char *const good[] = {"Asia/Makassar", ":Asia/Makassar", "UTC", "GMT",
	    "Etc/GMT-8", "WITA-8", "<+08>-8", "MSK-3MSD,M3.5.0,M10.5.0", "America/Indiana/Knox",
	    "/usr/share/zoneinfo/Europe/Moscow"};
	static const char *const bad[] = {"", ":", "Asia", "Asia/", "Asia/Denpasar", "Mars/Phobos",
	    "asia/makassar ", "../zoneinfo/UTC", "/etc/passwd", "+8", "WITA", "<+08-8", "zone.tab"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!time_zone_exists(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (time_zone_exists(bad[i]))
			fail_msg("%s", bad[i]);
}

static const struct near_ones_are_named_row {
	const char *zone, *first;
} near_ones_are_named_rows[] = {
    {"Asia/Denpasar", "Asia/Makassar"},
    {"Bali", "Asia/Makassar"},
    {"Asia/Makasar", "Asia/Makassar"},
    {"Europe/Moskow", "Europe/Moscow"},
    {"Sulawesi", "Asia/Makassar"},
    {"Moscow", "Europe/Moscow"},
    {"Asia/Saint_Petersburg", "Europe/Moscow"},
    {"Mars/Phobos", ""},
    {"x", ""},
    {"", ""},
};

static void near_ones_are_named(void **state)
{
	const struct near_ones_are_named_row *row = *state;
	struct buf near;
	buf_init(&near, 1024);
	time_zone_near(row->zone, &near);
	size_t n = strcspn(buf_text(&near), ",");
	if (n != strlen(row->first) || strncmp(buf_text(&near), row->first, n) != 0)
		fail_msg("%s: %s", row->zone, buf_text(&near));
	buf_finish(&near);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(a_zone_is_a_file_of_the_database_or_a_rule), ONCE},
	    {cmocka_unit_test(near_ones_are_named), ROWS(near_ones_are_named_rows, zone)},
	};
	return RUN_ROW_TESTS(tests, NULL, NULL);
}
