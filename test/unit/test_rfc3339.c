/* Instants as Google writes them, and what only looks like one. */
#include "salesreg/base/civil.h"
#include "salesreg/base/rfc3339.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define S INT64_C(1000000)

static const struct {
	const char *text;
	int64_t us;
} instants[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01t00:00:00z", 0},
    {"1970-01-01T00:00:01.5Z", S + 500000},
    {"1970-01-01T00:00:00.000001Z", 1},
    {"1970-01-01T00:00:00.0000019Z", 1},
    {"1970-01-01T00:00:00.12345678901234567890123456789Z", 123456},
    {"1969-12-31T23:59:59Z", -S},
    {"1969-12-31T23:59:59.25Z", -750000},
    {"1970-01-01T08:00:00+08:00", 0},
    {"1970-01-01T05:45:00+05:45", 0},
    {"1970-01-01T12:45:00+12:45", 0},
    {"1969-12-31T16:00:00-08:00", 0},
    {"1970-01-01T00:00:00-00:00", 0},
    {"1970-01-01T00:00:00+00:00", 0},
    {"1970-01-01T23:59:00+23:59", 0},
    {"2000-02-29T00:00:00Z", 951782400 * S},
    {"2100-03-01T00:00:00Z", INT64_C(4107542400) * S},
    {"2026-12-31T23:30:00+08:00", 1798731000 * S},
    {"2016-12-31T23:59:60Z", 1483228800 * S},
    {"2017-01-01T07:59:60.5+08:00", 1483228800 * S + 500000},
    {"0000-01-01T00:00:00Z", INT64_C(-62167219200) * S},
    {"9999-12-31T23:59:59.999999Z", INT64_C(253402300799) * S + 999999},
};

static const char *const no_instants[] = {
    "",
    "2026-12-31",
    "2026-12-31T",
    "2026-12-31T10:00:00",
    "2026-12-31T10:00Z",
    "2026-12-31 10:00:00Z",
    "2026-12-31T10:00:00 Z",
    "2026-12-31T10:00:00Z ",
    " 2026-12-31T10:00:00Z",
    "2026-12-31T10:00:00ZZ",
    "2026-12-31T10:00:00.Z",
    "2026-12-31T10:00:00.",
    "2026-12-31T10:00:00,5Z",
    "2026-12-31T10:00:00+8:00",
    "2026-12-31T10:00:00+0800",
    "2026-12-31T10:00:00+08",
    "2026-12-31T10:00:00+08:00Z",
    "2026-12-31T10:00:00+24:00",
    "2026-12-31T10:00:00+08:60",
    "2026-12-31T10:00:00\u221208:00",
    "2026-12-31T24:00:00Z",
    "2026-12-31T10:60:00Z",
    "2026-12-31T10:00:61Z",
    "2026-12-31T10:00:60Z",
    "2026-12-31T23:59:60+08:00",
    "2026-13-01T10:00:00Z",
    "2026-00-01T10:00:00Z",
    "2026-12-00T10:00:00Z",
    "2026-12-32T10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2100-02-29T10:00:00Z",
    "2026-04-31T10:00:00Z",
    "26-12-31T10:00:00Z",
    "12026-12-31T10:00:00Z",
    "+026-12-31T10:00:00Z",
    "-026-12-31T10:00:00Z",
    "2026-1-31T10:00:00Z",
    "20261231T100000Z",
    "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "9999-12-31T23:59:60Z",
    "2026/12/31T10:00:00Z",
    "2026-12-31T10.00.00Z",
    "2026-12-31T1:00:00Z",
    "\xd9\xa2\xd9\xa0-12-31T10:00:00Z",
};

static void what_is_an_instant(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		int64_t us = -7;
		if (!rfc3339_parse(instants[i].text, strlen(instants[i].text), &us) ||
		    us != instants[i].us)
			fail_msg("%s: %lld", instants[i].text, (long long)us);
	}
}

static void what_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof no_instants / sizeof no_instants[0]; i++) {
		int64_t us = -7;
		if (rfc3339_parse(no_instants[i], strlen(no_instants[i]), &us) || us != -7)
			fail_msg("%s was taken", no_instants[i]);
	}
}

static void what_is_cut_off_is_none(void **state)
{
	(void)state;
	const char whole[] = "2026-12-31T10:00:00.25+08:00";
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		int64_t us;
		assert_false(rfc3339_parse(whole, n, &us));
	}
}

static void a_date_alone(void **state)
{
	(void)state;
	int32_t days = -7;
	assert_true(rfc3339_parse_date("1970-01-01", 10, &days));
	assert_int_equal(days, 0);
	assert_true(rfc3339_parse_date("2026-12-31", 10, &days));
	assert_int_equal(days, 20818);
	assert_true(rfc3339_parse_date("0000-01-01", 10, &days));
	assert_int_equal(days, -719528);
	days = -7;
	assert_false(rfc3339_parse_date("2026-02-29", 10, &days));
	assert_false(rfc3339_parse_date("2026-12-31", 9, &days));
	assert_false(rfc3339_parse_date("2026-12-31T", 11, &days));
	assert_false(rfc3339_parse_date("2026-12_31", 10, &days));
	assert_int_equal(days, -7);
}

static void written_and_read(void **state)
{
	(void)state;
	char text[RFC3339_SIZE];
	rfc3339_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	rfc3339_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999999Z");
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		int64_t us;
		rfc3339_format(instants[i].us, text);
		assert_true(rfc3339_parse(text, strlen(text), &us));
		assert_true(us == instants[i].us);
	}
}

/* Every day of ten thousand years, against the C library. */
static void the_calendar(void **state)
{
	(void)state;
	int32_t first = civil_days((struct civil){0, 1, 1});
	int32_t last = civil_days((struct civil){9999, 12, 31});
	assert_int_equal(last - first, 3652424);
	for (int32_t day = first; day <= last; day++) {
		struct civil date = civil_date(day);
		struct tm tm;
		time_t seconds = (time_t)day * CIVIL_DAY_SECONDS;
		assert_non_null(gmtime_r(&seconds, &tm));
		if (date.year != tm.tm_year + 1900 || date.month != tm.tm_mon + 1 ||
		    date.day != tm.tm_mday || civil_weekday(day) != (tm.tm_wday + 6) % 7 + 1 ||
		    civil_days(date) != day || !civil_is_date(date))
			fail_msg("day %d is %d-%d-%d", day, date.year, date.month, date.day);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_an_instant),
	    cmocka_unit_test(what_is_none),
	    cmocka_unit_test(what_is_cut_off_is_none),
	    cmocka_unit_test(a_date_alone),
	    cmocka_unit_test(written_and_read),
	    cmocka_unit_test(the_calendar),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
