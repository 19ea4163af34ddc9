/* Buttons and mentions that lead to a person by id, and messages without them. */
#include "salesreg/app/bot/user_links.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "row_tests.h"

#define BUTTON(id) "{\"text\":\"w\",\"url\":\"tg://user?id=" #id "\"}"
#define OTHER "{\"text\":\"c\",\"callback_data\":\"a:1:c\"}"
#define KEYBOARD(rows) "{\"text\":\"x\",\"reply_markup\":{\"inline_keyboard\":[" rows "]}}"

static void only_such_refusals_are_meant(void **state)
{
	(void)state;
	assert_true(user_links_refused("Bad Request: BUTTON_USER_INVALID"));
	assert_true(user_links_refused("Bad Request: BUTTON_USER_PRIVACY_RESTRICTED"));
	assert_true(user_links_refused("Bad Request: ENTITY_MENTION_USER_INVALID"));
	assert_false(user_links_refused("Bad Request: BUTTON_DATA_INVALID"));
	assert_false(user_links_refused(NULL));
}

static const struct a_message_loses_its_links_and_nothing_else_row {
	const char *payload, *stripped;
	size_t remembered;
} a_message_loses_its_links_and_nothing_else_rows[] = {
    {KEYBOARD("[" BUTTON(7) "],[" OTHER "]"), KEYBOARD("[" OTHER "]"), 1},
    {KEYBOARD("[" BUTTON(7) "," OTHER "]"), KEYBOARD("[" OTHER "]"), 1},
    {KEYBOARD("[" BUTTON(7) "]"), KEYBOARD(""), 1},
    {KEYBOARD("[" BUTTON(7) "],[" BUTTON(8) "]"), KEYBOARD(""), 0},
    {KEYBOARD("[" BUTTON(7) "],[" BUTTON(7) "]"), KEYBOARD(""), 1},
    {"{\"text\":\"x\",\"entities\":[{\"type\":\"text_mention\",\"user\":{\"id\":7}}]}",
	"{\"text\":\"x\"}", 1},
    {KEYBOARD("[" OTHER "]"), NULL, 0},
    {"{\"text\":\"tg://user?id=7\"}", NULL, 0},
    {"tg://user?id=7", NULL, 0},
};

static void a_message_loses_its_links_and_nothing_else(void **state)
{
	const struct a_message_loses_its_links_and_nothing_else_row *row = *state;
	struct user_links links;
	user_links_init(&links);
	assert_null(user_links_strip_hidden(&links, row->payload));
	char *stripped = user_links_strip(&links, row->payload);
	if (row->stripped)
		assert_string_equal(stripped, row->stripped);
	else
		assert_null(stripped);
	free(stripped);
	assert_int_equal(links.unwritten_count, row->remembered);
	/* the next one does not even try */
	stripped = user_links_strip_hidden(&links, row->payload);
	assert_int_equal(stripped != NULL, row->remembered);
	free(stripped);
	user_links_finish(&links);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(only_such_refusals_are_meant), ONCE},
	    {cmocka_unit_test(a_message_loses_its_links_and_nothing_else),
		ROWS(a_message_loses_its_links_and_nothing_else_rows, payload)},
	};
	return RUN_ROW_TESTS(tests, NULL, NULL);
}
