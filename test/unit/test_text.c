/* What a reader takes for one character stays whole when texts are cut and cleaned. */
#include "salesreg/base/buf.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "row_tests.h"

#define FAMILY "\U0001F468\u200D\U0001F469\u200D\U0001F467"
#define HEART "\u2764\uFE0F\u200D\U0001F525"
#define THUMB "\U0001F44D\U0001F3FD"
#define FLAG "\U0001F1EE\U0001F1E9"
#define SCOTLAND "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"

static const struct a_cut_falls_between_what_readers_take_for_characters_row {
	const char *text;
	size_t units;
	const char *prefix;
} a_cut_falls_between_what_readers_take_for_characters_rows[] = {
    {"abc", 2, "ab"},
    {"abc", 3, "abc"},
    {"a\U0001F600b", 2, "a"},
    {"a" FAMILY "b", 9, "a" FAMILY},
    {"a" FAMILY "b", 8, "a"},
    {"a" FAMILY "b", 3, "a"},
    {"a" HEART, 5, "a"},
    {"a" THUMB, 4, "a"},
    {"a" THUMB, 5, "a" THUMB},
    {"a" FLAG FLAG, 7, "a" FLAG},
    {"a" FLAG FLAG, 4, "a"},
    {"a" SCOTLAND, 10, "a"},
    {"ae\u0301x", 2, "a"},
    {"ae\u0301x", 3, "ae\u0301"},
    {"\u0938\u094D\u0924\u0947x", 3, "\u0938\u094D"},
    {"x\u0D28\u0D4D\u200Dy", 3, "x"},
    {"x\u0E19\u0E31y", 2, "x"},
    /* alone too long: cut all the same, or there would be no end of it */
    {FAMILY, 4, "\U0001F468\u200D"},
    {"e\u0301\u0301\u0301", 2, "e\u0301"},
};

static void a_cut_falls_between_what_readers_take_for_characters(void **state)
{
	const struct a_cut_falls_between_what_readers_take_for_characters_row *row = *state;
	size_t n = text_prefix_utf16(row->text, row->units);
	if (n != strlen(row->prefix) || memcmp(row->text, row->prefix, n) != 0)
		fail_msg("%zu bytes of %s", n, row->text);
}

static const struct cleaning_keeps_joiners_that_do_something_row {
	const char *typed, *tidy;
} cleaning_keeps_joiners_that_do_something_rows[] = {
    /* blank letters alone are nothing */
    {"\u3164\u115F \u1160\uFFA0\u2800\u180E", ""},
    {"\u3164Anna\u2800", "Anna"},
    {" " FAMILY "  " HEART " ", FAMILY " " HEART},
    {SCOTLAND FLAG THUMB, SCOTLAND FLAG THUMB},
    {"\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
	"\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645"},
    {"\u0915\u094D\u200D\u0937", "\u0915\u094D\u200D\u0937"},
    {"\u0D28\u0D4D\u200D", "\u0D28\u0D4D\u200D"},
    {"a\u200Db\u200Cc\u200Bd", "abcd"},
    {"\u200D\U0001F600\u200D", "\U0001F600"},
    {"\U0001F600\u200Dx", "\U0001F600x"},
    {"\u0645\u200C", "\u0645"},
};

static void cleaning_keeps_joiners_that_do_something(void **state)
{
	const struct cleaning_keeps_joiners_that_do_something_row *row = *state;
	assert_string_equal(text_tidy(&arena, row->typed), row->tidy);
}

static void joiners_do_not_matter_for_comparing(void **state)
{
	(void)state;
	/* for comparing, they do not matter */
	assert_string_equal(text_fold(&arena, "\u0915\u094D\u200D\u0937"), "\u0915\u094D\u0937");
}

static const struct a_terminal_is_told_nothing_row {
	const char *given, *shown, *json;
} a_terminal_is_told_nothing_rows[] = {
    {"Анна 🙂 \u200Dx", "Анна 🙂 \u200Dx", "Анна 🙂 \u200Dx"},
    {"a\x1b[31mb\tc\r\nd\x07", "a [31mb c  d ", NULL},
    {"a\x7f"
     "b",
	"a b", "a\\u007fb"},
    {"\xc2\x9b"
     "31m\xc2\x85x",
	" 31m x", "\\u009b31m\\u0085x"},
    {"a\u2028b\u2029c", "a b c", "a\\u2028b\\u2029c"},
    {"\u202Eabc\u202C\u2066d\u2069\u200E\u200F\u061C", "abcd",
	"\\u202eabc\\u202c\\u2066d\\u2069\\u200e\\u200f\\u061c"},
    {"\x9b"
     "1\xc2",
	"?1?", NULL},
    {"\uFFFD", "\uFFFD", "\uFFFD"},
    {"", "", ""},
};

static void a_terminal_is_told_nothing(void **state)
{
	const struct a_terminal_is_told_nothing_row *row = *state;
	char *copy = arena_strdup(&arena, row->given);
	assert_string_equal(text_for_terminal(copy), row->shown);
	if (!row->json)
		return;
	struct buf out;
	buf_init(&out, 1000);
	json_add_escaped(&out, row->given, strlen(row->given));
	assert_string_equal(buf_text(&out), row->json);
	buf_finish(&out);
}

static void an_offset_counts_units_whatever_a_reader_takes_for_a_character(void **state)
{
	(void)state;
	assert_int_equal(text_offset_utf16("\n\u0301x", 1), 1);
	assert_int_equal(text_offset_utf16("e\u0301x", 1), 1);
	assert_int_equal(text_offset_utf16("e\u0301x", 2), 3);
	assert_int_equal(text_offset_utf16("\U0001F600\U0001F3FDx", 2), 4);
	assert_int_equal(text_offset_utf16("\U0001F600x", 3), 5);
	assert_int_equal(text_offset_utf16("ab", 5), 2);
	assert_int_equal(text_offset_utf16("", 1), 0);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(an_offset_counts_units_whatever_a_reader_takes_for_a_character),
		ONCE},
	    {cmocka_unit_test(a_cut_falls_between_what_readers_take_for_characters),
		ROWS(a_cut_falls_between_what_readers_take_for_characters_rows, text)},
	    {cmocka_unit_test(cleaning_keeps_joiners_that_do_something),
		ROWS(cleaning_keeps_joiners_that_do_something_rows, typed)},
	    {cmocka_unit_test(joiners_do_not_matter_for_comparing), ONCE},
	    {cmocka_unit_test(a_terminal_is_told_nothing),
		ROWS(a_terminal_is_told_nothing_rows, given)},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
