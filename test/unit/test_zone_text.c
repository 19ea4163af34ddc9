/* A time zone as people type it. */
#include "arena_fixture.h"
#include "salesreg/domain/calendar/zone_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	const char *text, *zone;
	enum zone_problem problem;
	const char *shown;
} rows[] = {
    {"Dubai", "Asia/Dubai", ZONE_NONE, "Asia/Dubai"},
    {"  ДУБАЙ ", "Asia/Dubai", ZONE_NONE, "Asia/Dubai"},
    {"Europe/Moscow", "Europe/Moscow", ZONE_NONE, "Europe/Moscow"},
    {"europe/moscow", "Europe/Moscow", ZONE_NONE, "Europe/Moscow"},
    {"москва", "Europe/Moscow", ZONE_NONE, "Europe/Moscow"},
    {"МСК", "Europe/Moscow", ZONE_NONE, "Europe/Moscow"},
    {"New York", "America/New_York", ZONE_NONE, "America/New_York"},
    {"new-york", "America/New_York", ZONE_NONE, "America/New_York"},
    {"Нью-Йорк", "America/New_York", ZONE_NONE, "America/New_York"},
    {"Port-au-Prince", "America/Port-au-Prince", ZONE_NONE, "America/Port-au-Prince"},
    {"Санкт-Петербург", "Europe/Moscow", ZONE_NONE, "Europe/Moscow"},
    {"Кишинёв", "Europe/Chisinau", ZONE_NONE, "Europe/Chisinau"},
    {"Bali", "Asia/Makassar", ZONE_NONE, "Asia/Makassar"},
    {"America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires", ZONE_NONE, "America/Argentina/Buenos_Aires"},
    /* not in zone.tab: the database knows */
    {"Europe/Kiev", "Europe/Kiev", ZONE_NONE, "Europe/Kiev"},
    {"Nowhere/City", "Nowhere/City", ZONE_NONE, "Nowhere/City"},
    {"UTC+4", "Etc/GMT-4", ZONE_NONE, "UTC+4"},
    {"utc +04:00", "Etc/GMT-4", ZONE_NONE, "UTC+4"},
    {"GMT-3", "Etc/GMT+3", ZONE_NONE, "UTC-3"},
    {"+8", "Etc/GMT-8", ZONE_NONE, "UTC+8"},
    {"UTC−5", "Etc/GMT+5", ZONE_NONE, "UTC-5"},
    {"МСК+4", "Etc/GMT-7", ZONE_NONE, "UTC+7"},
    {"мск-3", "Etc/UTC", ZONE_NONE, "UTC"},
    {"UTC", "Etc/UTC", ZONE_NONE, "UTC"},
    {"gmt", "Etc/UTC", ZONE_NONE, "UTC"},
    {"UTC+14", "Etc/GMT-14", ZONE_NONE, "UTC+14"},
    {"UTC-12", "Etc/GMT+12", ZONE_NONE, "UTC-12"},
    {"Etc/GMT-4", "Etc/GMT-4", ZONE_NONE, "UTC+4"},
    {"Etc/GMT+3", "Etc/GMT+3", ZONE_NONE, "UTC-3"},
    {"Etc/GMT-14", "Etc/GMT-14", ZONE_NONE, "UTC+14"},
    {"Etc/GMT+13", NULL, ZONE_TOO_FAR, NULL},
    {"Etc/UTC", "Etc/UTC", ZONE_NONE, "UTC"},
    {"UTC+15", NULL, ZONE_TOO_FAR, NULL},
    {"UTC-13", NULL, ZONE_TOO_FAR, NULL},
    {"UTC+99", NULL, ZONE_TOO_FAR, NULL},
    {"МСК+12", NULL, ZONE_TOO_FAR, NULL},
    {"UTC+5:30", NULL, ZONE_PART_HOUR, NULL},
    {"+5:45", NULL, ZONE_PART_HOUR, NULL},
    {"Etc/GMT-15", NULL, ZONE_TOO_FAR, NULL},
    {"UTC+4:5", NULL, ZONE_UNKNOWN, NULL},
    {"UTC+123", NULL, ZONE_UNKNOWN, NULL},
    {"UTC 4", NULL, ZONE_UNKNOWN, NULL},
    {"+", NULL, ZONE_UNKNOWN, NULL},
    {"", NULL, ZONE_UNKNOWN, NULL},
    {"да", NULL, ZONE_UNKNOWN, NULL},
    {"Moscow time", NULL, ZONE_UNKNOWN, NULL},
    /* PostgreSQL would take it for a rule */
    {"Foo/Bar5", NULL, ZONE_UNKNOWN, NULL},
    {"Nowhere5", NULL, ZONE_UNKNOWN, NULL},
    {"Etc/GMT-4x", NULL, ZONE_UNKNOWN, NULL},
    {"/", NULL, ZONE_UNKNOWN, NULL},
    {"a/", NULL, ZONE_UNKNOWN, NULL},
    {"/etc/passwd", NULL, ZONE_UNKNOWN, NULL},
    {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/AAAAAAAAAAA", NULL, ZONE_UNKNOWN, NULL},
};
/* clang-format on */

static void a_text_is_a_zone_or_says_why_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum zone_problem problem;
		const char *zone = zone_read_text(rows[i].text, &arena, &problem);
		if (problem != rows[i].problem || (zone == NULL) != (rows[i].zone == NULL) ||
		    (zone && strcmp(zone, rows[i].zone) != 0))
			fail_msg("\"%s\": %s, %d", rows[i].text, zone ? zone : "none", problem);
		if (zone)
			assert_string_equal(zone_print(&arena, zone), rows[i].shown);
	}
}

/* What is shown is what may be typed, and means the same. */
static void what_is_shown_can_be_typed(void **state)
{
	(void)state;
	for (int hours = -12; hours <= 14; hours++) {
		const char *text = hours ? arena_printf(&arena, "UTC%+d", hours) : "UTC";
		const char *zone = zone_read_text(text, &arena, NULL);
		assert_non_null(zone);
		assert_string_equal(zone_print(&arena, zone), text);
		const char *again = zone_read_text(zone, &arena, NULL);
		assert_non_null(again);
		assert_string_equal(again, zone);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_text_is_a_zone_or_says_why_not),
	    cmocka_unit_test(what_is_shown_can_be_typed),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
