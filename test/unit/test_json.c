/* What is written as JSON is read as what it was. */
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"

static void check_quoted(const char *s)
{
	char *quoted = json_quote(&arena, s);
	json_t *value = json_loads(quoted, JSON_DECODE_ANY, NULL);
	assert_true(json_is_string(value));
	assert_string_equal(json_string_value(value), s);
	json_decref(value);
}

static void each_character_between_others(void **state)
{
	(void)state;
	static const char *const around[][2] = {
	    {"", ""}, {"a", ""}, {"", "я"}, {"\"", "\\"}, {"\n", "\n"}, {"слово", "\x01\x1f"}};
	for (uint32_t c = 1; c < 0x250; c++) {
		for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
			char s[64], *p = stpcpy(s, around[i][0]);
			p += text_encode(c, p);
			(void)stpcpy(p, around[i][1]);
			check_quoted(s);
		}
		arena_reset(&arena);
	}
}

static void what_telegram_shows_is_written_short(void **state)
{
	(void)state;
	assert_string_equal(json_quote(&arena, ""), "\"\"");
	assert_string_equal(json_quote(&arena, "a\nb"), "\"a\\nb\"");
	assert_string_equal(json_quote(&arena, "«\"\\»"), "\"«\\\"\\\\»\"");
	assert_string_equal(json_quote(&arena, "\x1b[0m"), "\"\\u001b[0m\"");
}

static void documents_are_written_whole(void **state)
{
	(void)state;
	static const char *const texts[] = {"{\"a\":[1,2,{\"b\":null}],\"c\":\"я\"}", "[]", "{}",
	    "12", "\"x\\ny\"", "true", "null"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		json_t *value = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		size_t size = 0;
		assert_string_equal(json_text(&arena, value, &size), texts[i]);
		assert_int_equal(size, strlen(texts[i]));
		char *own = json_text_dup(value);
		assert_string_equal(own, texts[i]);
		free(own);
		json_decref(value);
	}
	assert_null(json_text(&arena, NULL, NULL));
	assert_null(json_text_dup(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(each_character_between_others, begin, end),
	    cmocka_unit_test_setup_teardown(what_telegram_shows_is_written_short, begin, end),
	    cmocka_unit_test_setup_teardown(documents_are_written_whole, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
