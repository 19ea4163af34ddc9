/* Answers that are no JSON, or hardly. */
#include "salesreg/telegram/bytes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "row_tests.h"

#define R "\xEF\xBF\xBD" /* U+FFFD */

static const struct what_is_no_character_becomes_the_replacement_row {
	const char *json, *text;
} what_is_no_character_becomes_the_replacement_rows[] = {
    {"[\"plain\"]", "plain"},
    {"[\"a\\ud83d\"]", "a" R},
    {"[\"\\ud83d\\ud83d\\ude00\"]", R "\xF0\x9F\x98\x80"},
    {"[\"\\ude00\\ud83d x\"]", R R " x"},
    {"[\"\\uDBFF\\u0041\"]", R "A"},
    {"[\"\\ud83d\\n\"]", R "\n"},
    {"[\"\\u12\"]", R "u12"},
    {"[\"\\x41\\\\\"]", R "x41\\"},
    {"[\"\xFF\xC3(\xE2\x82\"]", R R "(" R R},
    {"[\"\xED\xA0\xBD\"]", R R R},
    {"[\"\xC0\xAF\"]", R R},
    {"[\"\xF4\x90\x80\x80\"]", R R R R},
    {"[\"line\nbreak\ttab\x01\"]", "line\nbreak\ttab\x01"},
    {"[\"\\\"\\ud83d\\\"\"]", "\"" R "\""},
};

static void what_is_no_character_becomes_the_replacement(void **state)
{
	const struct what_is_no_character_becomes_the_replacement_row *row = *state;
	json_t *document = telegram_bytes_parse(row->json, strlen(row->json));
	if (!document)
		fail_msg("no JSON");
	assert_string_equal(json_string_value(json_array_get(document, 0)), row->text);
	json_decref(document);
}

static void a_broken_character_and_a_number_too_large_together_cost_nothing(void **state)
{
	(void)state;
	static const char json[] = "{\"a\":99999999999999999999,\"b\":\"\\ud83d\"}";
	json_t *document = telegram_bytes_parse(json, sizeof json - 1);
	assert_non_null(document);
	assert_string_equal(json_string_value(json_object_get(document, "b")), R);
	json_decref(document);
}

static void what_is_no_json_stays_none(void **state)
{
	(void)state;
	static const char *const rows[] = {"", "{", "[\"", "[\"\\", "[\"\\u", "[\"\\ud83d",
	    "[1e999]", "[\xFF]", "<html>", "[\"a\" \"b\"]", "[nul]"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_null(telegram_bytes_parse(rows[i], strlen(rows[i])));
	char deep[5001];
	memset(deep, '[', 5000);
	deep[5000] = '\0';
	assert_null(telegram_bytes_parse(deep, 5000));
}

static void an_answer_to_getupdates_is_known_from_its_ends(void **state)
{
	(void)state;
	static const char *const good[] = {"{\"ok\":true,\"result\":[{\"update_id\":7,1e999}]}",
	    " { \"ok\" : true , \"result\" : [ ]\r\n}\n", "{\"ok\":true,\"result\":[}"};
	static const char *const bad[] = {"", "<html>", "{\"ok\":false,\"result\":[]}",
	    "{\"ok\":true,\"result\":[{\"upda", "{\"ok\":true,\"result\":{}}", "{\"ok\":tr"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(telegram_bytes_look_like_updates(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(telegram_bytes_look_like_updates(bad[i], strlen(bad[i])));
}

static const struct the_first_readable_number_is_found_and_texts_do_not_pretend_row {
	const char *bytes;
	int64_t id; /* -1: none */
} the_first_readable_number_is_found_and_texts_do_not_pretend_rows[] = {
    {"[{\"update_id\":7,\"x\":1e999}]", 7},
    {"[{\"update_id\" : 900000000000000000 }]", 900000000000000000},
    {"[{\"update_id\":99999999999999999999},{\"update_id\":8}]", 8},
    {"[{\"update_id\":9223372036854775807}]", -1},
    {"[{\"update_id\":1.5},{\"update_id\":-3},{\"update_id\":x}]", -1},
    {"[{\"text\":\"\\\"update_id\\\":1\",\"update_id\":7}]", 7},
    {"[{\"text\":\"update_id\",\"update_id\":7}]", 7},
    {"[{\"update_id\":7", -1},
    {"\"update_id\":", -1},
    {"", -1},
};

static void the_first_readable_number_is_found_and_texts_do_not_pretend(void **state)
{
	const struct the_first_readable_number_is_found_and_texts_do_not_pretend_row *row = *state;
	int64_t id = -1;
	size_t at = 0;
	bool found = telegram_bytes_find_id(row->bytes, strlen(row->bytes), &id, &at);
	assert_int_equal(found, row->id >= 0);
	assert_true(id == row->id);
	if (found)
		assert_memory_equal(row->bytes + at, "\"update_id\"", 11);
}

static const struct only_numbers_that_have_one_after_them_count_row {
	const char *json;
	bool numbered;
} only_numbers_that_have_one_after_them_count_rows[] = {
    {"[]", true},
    {"[{\"update_id\":0},{\"update_id\":5}]", true},
    {"[{\"update_id\":9223372036854775806}]", true},
    {"[{\"update_id\":9223372036854775807}]", false},
    {"[{\"update_id\":-1}]", false},
    {"[{\"update_id\":\"7\"}]", false},
    {"[7]", false},
    {"{}", false},
};

static void only_numbers_that_have_one_after_them_count(void **state)
{
	const struct only_numbers_that_have_one_after_them_count_row *row = *state;
	json_t *result = json_loads(row->json, 0, NULL);
	assert_int_equal(telegram_updates_are_numbered(result), row->numbered);
	json_decref(result);
}

static void nothing_is_not_numbered(void **state)
{
	(void)state;
	assert_false(telegram_updates_are_numbered(NULL));
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(what_is_no_character_becomes_the_replacement),
		ROWS(what_is_no_character_becomes_the_replacement_rows, json)},
	    {cmocka_unit_test(a_broken_character_and_a_number_too_large_together_cost_nothing),
		ONCE},
	    {cmocka_unit_test(what_is_no_json_stays_none), ONCE},
	    {cmocka_unit_test(an_answer_to_getupdates_is_known_from_its_ends), ONCE},
	    {cmocka_unit_test(the_first_readable_number_is_found_and_texts_do_not_pretend),
		ROWS(the_first_readable_number_is_found_and_texts_do_not_pretend_rows, bytes)},
	    {cmocka_unit_test(only_numbers_that_have_one_after_them_count),
		ROWS(only_numbers_that_have_one_after_them_count_rows, json)},
	    {cmocka_unit_test(nothing_is_not_numbered), ONCE},
	};
	return RUN_ROW_TESTS(tests, NULL, NULL);
}
