/* What doctor thinks of configured texts and of figures, as tables. */
#include "salesreg/domain/config/config_checks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "row_tests.h"

static const char override[] = {'a', '\xE2', '\x80', '\xAE', '\0'};

static const struct a_value_is_doubted_for_what_is_around_and_inside_it_row {
	const char *value;
	unsigned doubts;
} a_value_is_doubted_for_what_is_around_and_inside_it_rows[] = {
    {"", 0},
    {"plain", 0},
    {" plain\n", 0},
    {"it's", 0},
    {"host=x password='a b'", 0},
    {"{\"ru\":{}}", 0},
    {"\"quoted\"", TEXT_DOUBT_QUOTED},
    {" 'quoted", TEXT_DOUBT_QUOTED},
    {"\u201cquoted\u201d", TEXT_DOUBT_QUOTED},
    {"\u00abquoted\u00bb", TEXT_DOUBT_QUOTED},
    {"plain\r\n", TEXT_DOUBT_CARRIAGE_RETURN},
    {"plain\r", TEXT_DOUBT_CARRIAGE_RETURN},
    {"two\nlines", TEXT_DOUBT_LINE_BREAK},
    {"two\r\nlines\r\n", TEXT_DOUBT_LINE_BREAK | TEXT_DOUBT_CARRIAGE_RETURN},
    {"a\u00a0b", TEXT_DOUBT_INVISIBLE},
    {"\ufeffplain", TEXT_DOUBT_INVISIBLE},
    {"a\u200b", TEXT_DOUBT_INVISIBLE},
    {"a\bb", TEXT_DOUBT_INVISIBLE},
    {"a\x1b[2Jb", TEXT_DOUBT_INVISIBLE},
    {"a\xC2\x9B", TEXT_DOUBT_INVISIBLE},
    {override, TEXT_DOUBT_INVISIBLE},
    {"a\tb", 0},
};

static void a_value_is_doubted_for_what_is_around_and_inside_it(void **state)
{
	const struct a_value_is_doubted_for_what_is_around_and_inside_it_row *row = *state;
	assert_int_equal(text_doubts(row->value), row->doubts);
}

static const struct a_uri_is_doubted_as_libpq_would_misread_it_row {
	const char *uri;
	enum uri_doubt doubt;
} a_uri_is_doubted_as_libpq_would_misread_it_rows[] = {
    {"postgresql://u:p@host/db", URI_DOUBT_NONE},
    {"postgres://u:p%40%2F@host:5432/db?application_name=a@b", URI_DOUBT_NONE},
    {"postgresql://u:a:b?c#d@h1:1,h2:2/db?target_session_attrs=read-write", URI_DOUBT_NONE},
    {"postgresql://u:p@[::1]:5432/db", URI_DOUBT_NONE},
    {"postgresql:///db", URI_DOUBT_NONE},
    {"postgresql://", URI_DOUBT_NONE},
    {"host=/run dbname=x password='a b@c'", URI_DOUBT_NONE},
    {"postgresql://u:p@ss@host/db", URI_DOUBT_UNESCAPED},
    {"postgresql://u:p/ss@host/db", URI_DOUBT_UNESCAPED},
    {"postgresql://u:12/34@host/db", URI_DOUBT_UNESCAPED},
    {"postgresql://u:p@s/s@host/db", URI_DOUBT_UNESCAPED},
    {"postgresql://u:p@s?s@host/db", URI_DOUBT_UNESCAPED},
    {"postgresql://u:100%@host/db", URI_DOUBT_PERCENT},
    {"postgresql://u:p%4@host/db", URI_DOUBT_PERCENT},
    {"postgresql://u:p%", URI_DOUBT_PERCENT},
    {"postgresql://u:p p@host/db", URI_DOUBT_SPACE},
    {"postgresql://u:p@host/db\nx", URI_DOUBT_SPACE},
    {"postgresql://u:p@/db", URI_DOUBT_NO_HOST},
    {"postgresql://u:p@", URI_DOUBT_NO_HOST},
    {"mysql://u:p@host/db?a=b", URI_DOUBT_SCHEME},
    {"Postgresql://u:p@host/db", URI_DOUBT_SCHEME},
    {"localhost", URI_DOUBT_SCHEME},
};

static void a_uri_is_doubted_as_libpq_would_misread_it(void **state)
{
	const struct a_uri_is_doubted_as_libpq_would_misread_it_row *row = *state;
	if (uri_doubt(row->uri) != row->doubt)
		print_error("%s\n", row->uri);
	assert_int_equal(uri_doubt(row->uri), row->doubt);
}

static void a_doubt_tells_whether_to_quote_what_it_is_about(void **state)
{
	(void)state;
	assert_true(uri_doubt_may_quote_password(URI_DOUBT_UNESCAPED));
	assert_true(uri_doubt_may_quote_password(URI_DOUBT_SCHEME));
	assert_false(uri_doubt_may_quote_password(URI_DOUBT_NONE));
	assert_false(uri_doubt_may_quote_password(URI_DOUBT_NO_HOST));
}

static const struct a_list_of_domains_is_doubted_for_what_people_write_instead_row {
	const char *list;
	enum domain_doubt doubt;
} a_list_of_domains_is_doubted_for_what_people_write_instead_rows[] = {
    {"example.org", DOMAIN_DOUBT_NONE},
    {" example.org , example.com ", DOMAIN_DOUBT_NONE},
    {"@example.org", DOMAIN_DOUBT_AT},
    {"example.com,boss@example.org", DOMAIN_DOUBT_AT},
    {"https://example.org", DOMAIN_DOUBT_ADDRESS},
    {"example.org/", DOMAIN_DOUBT_ADDRESS},
    {"*.example.org", DOMAIN_DOUBT_WILDCARD},
    {"example.org;example.com", DOMAIN_DOUBT_SEPARATOR},
    {"example.org example.com", DOMAIN_DOUBT_SEPARATOR},
};

static void a_list_of_domains_is_doubted_for_what_people_write_instead(void **state)
{
	const struct a_list_of_domains_is_doubted_for_what_people_write_instead_row *row = *state;
	assert_int_equal(domain_list_doubt(row->list), row->doubt);
}

static void a_clock_is_judged_by_what_the_journey_does_not_explain(void **state)
{
	(void)state;
	const int64_t s = 1000 * 1000, now = 1700000000 * s;
	int64_t ahead;
	assert_int_equal(clock_severity(now, now + 5 * s, now + 3 * s, &ahead), SEVERITY_NOTHING);
	assert_int_equal(ahead, 0);
	assert_int_equal(clock_severity(now, now + s, now + 3 * s, &ahead), SEVERITY_NOTHING);
	assert_int_equal(clock_severity(now, now + s, now + 3 * s + 1, &ahead), SEVERITY_WARNING);
	assert_int_equal(ahead, 2 * s + 1);
	assert_int_equal(clock_severity(now, now, now - 60 * s, &ahead), SEVERITY_WARNING);
	assert_int_equal(clock_severity(now, now, now - 61 * s, &ahead), SEVERITY_SERIOUS);
	assert_int_equal(ahead, -61 * s);
}

static void a_disk_is_judged_by_what_is_left_of_it(void **state)
{
	(void)state;
	const uint64_t mib = 1024 * 1024, gib = 1024 * mib;
	assert_int_equal(disk_severity(0, 0), SEVERITY_NOTHING);
	assert_int_equal(disk_severity(gib, 1000 * gib), SEVERITY_NOTHING);
	assert_int_equal(disk_severity(gib - 1, 1000 * gib), SEVERITY_WARNING);
	assert_int_equal(disk_severity(256 * mib - 1, 1000 * gib), SEVERITY_SERIOUS);
	assert_int_equal(disk_severity(200 * mib, gib), SEVERITY_NOTHING);
	assert_int_equal(disk_severity(100 * mib, gib), SEVERITY_WARNING);
	assert_int_equal(disk_severity(20 * mib, gib), SEVERITY_SERIOUS);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(a_value_is_doubted_for_what_is_around_and_inside_it),
		ROWS(a_value_is_doubted_for_what_is_around_and_inside_it_rows, value)},
	    {cmocka_unit_test(a_uri_is_doubted_as_libpq_would_misread_it),
		ROWS(a_uri_is_doubted_as_libpq_would_misread_it_rows, uri)},
	    {cmocka_unit_test(a_doubt_tells_whether_to_quote_what_it_is_about), ONCE},
	    {cmocka_unit_test(a_list_of_domains_is_doubted_for_what_people_write_instead),
		ROWS(a_list_of_domains_is_doubted_for_what_people_write_instead_rows, list)},
	    {cmocka_unit_test(a_clock_is_judged_by_what_the_journey_does_not_explain), ONCE},
	    {cmocka_unit_test(a_disk_is_judged_by_what_is_left_of_it), ONCE},
	};
	return RUN_ROW_TESTS(tests, NULL, NULL);
}
