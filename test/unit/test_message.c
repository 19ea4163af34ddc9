/* Messages in order, and long ones in parts. */
#include "salesreg/base/text.h"
#include "salesreg/domain/event/event.h"
#include "salesreg/domain/outbox/message.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 22);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_finish(&arena);
	return 0;
}

static char *repeated(const char *s, size_t times)
{
	char *out = arena_alloc(&arena, strlen(s) * times + 1), *at = out;
	while (times-- > 0)
		at = stpcpy(at, s);
	return out;
}

static void a_text_within_the_limit_is_one_message(void **state)
{
	(void)state;
	const char *texts[] = {"x", repeated("x", 4096), repeated("я", 4096), repeated("😀", 2048)};
	for (size_t i = 0; i < 4; i++) {
		struct message_list list = {0};
		struct message *m = message_list_add(&list, &arena, 7, PRIORITY_REPLY, texts[i]);
		assert_int_equal(list.count, 1);
		assert_ptr_equal(list.first, m);
		assert_ptr_equal(list.last, m);
		assert_string_equal(m->text, texts[i]);
		assert_int_equal(m->kind, MESSAGE_SEND);
		assert_int_equal(m->chat_id, 7);
	}
}

static void a_long_text_is_split_at_line_ends_and_nothing_is_lost(void **state)
{
	(void)state;
	struct message_list list = {0};
	struct message *last = message_list_add(
	    &list, &arena, 7, PRIORITY_BULK, repeated("строка из нескольких слов\n", 500));
	struct button b = {.text = "x", .data = "y"};
	message_set_buttons(last, &b, 1);
	size_t lines = 0, messages = 0;
	for (const struct message *m = list.first; m; m = m->next) {
		messages++;
		assert_in_range(text_utf16_units(m->text), 1, MESSAGE_TEXT_UNITS);
		assert_int_equal(m->priority, PRIORITY_BULK);
		assert_int_equal(m->button_count, m == list.last ? 1 : 0);
		assert_true(strncmp(m->text, "строка", 12) == 0);
		for (const char *s = m->text; (s = strstr(s, "слов")); s++)
			lines++;
	}
	assert_int_equal(messages, list.count);
	assert_int_equal(lines, 500);
}

static void a_text_without_line_ends_is_split_at_spaces_or_characters(void **state)
{
	(void)state;
	const char *texts[] = {repeated("😀", 5000), repeated("слово ", 3000), repeated("x", 9000)};
	static const size_t counts[] = {3, 5, 3};
	for (size_t i = 0; i < 3; i++) {
		struct message_list list = {0};
		(void)message_list_add(&list, &arena, 7, PRIORITY_REPLY, texts[i]);
		assert_int_equal(list.count, counts[i]);
		for (const struct message *m = list.first; m; m = m->next) {
			assert_in_range(text_utf16_units(m->text), 1, MESSAGE_TEXT_UNITS);
			assert_true(text_is_clean(m->text, strlen(m->text)));
		}
	}
}

static void no_part_is_blank(void **state)
{
	(void)state;
	const char *texts[] = {
	    arena_printf(&arena, "a%sb", repeated("\n", 10000)),
	    arena_printf(&arena, "\n%s", repeated("x", 5000)),
	    arena_printf(&arena, "a%sb", repeated("\xC2\xA0", 10000)),
	    arena_printf(&arena, "%s%s", repeated("x", 4096), repeated("\n", 10)),
	};
	for (size_t i = 0; i < 4; i++) {
		struct message_list list = {0};
		(void)message_list_add(&list, &arena, 7, PRIORITY_REPLY, texts[i]);
		for (const struct message *m = list.first; m; m = m->next) {
			assert_int_not_equal(strlen(text_tidy(&arena, m->text)), 0);
			assert_in_range(text_utf16_units(m->text), 1, MESSAGE_TEXT_UNITS);
		}
	}
}

static void a_quote_over_several_parts_is_a_quote_in_each(void **state)
{
	(void)state;
	struct message_list list = {0};
	(void)message_list_add(&list, &arena, 7, PRIORITY_REPLY,
	    arena_concat(&arena, "ё: ", MESSAGE_MARK_QUOTE, repeated("слово ", 1500),
		MESSAGE_MARK_END, " and ", MESSAGE_MARK_CODE, MESSAGE_MARK_END, MESSAGE_MARK_CODE,
		"code", MESSAGE_MARK_END, (char *)NULL));
	assert_int_equal(list.count, 3);
	for (const struct message *m = list.first; m; m = m->next) {
		assert_null(strpbrk(m->text, "\x01\x02\x03"));
		assert_int_equal(m->span_count, m == list.last ? 2 : 1);
		assert_string_equal(m->spans[0].type, "blockquote");
		assert_int_equal(m->spans[0].offset, m == list.first ? 3 : 0);
		for (size_t i = 0; i < m->span_count; i++)
			assert_in_range(
			    m->spans[i].offset + m->spans[i].length, 1, text_utf16_units(m->text));
	}
	assert_string_equal(list.last->spans[1].type, "code");
	assert_int_equal(list.last->spans[1].length, 4);
}

static void messages_keep_their_order(void **state)
{
	(void)state;
	struct message_list list = {0};
	(void)message_list_add(&list, &arena, 1, PRIORITY_REPLY, "one");
	struct message *edit = message_list_add_edit(&list, &arena, 2, 55);
	(void)message_list_add(&list, &arena, 3, PRIORITY_REPLY, "three");
	assert_int_equal(list.count, 3);
	assert_int_equal(list.first->chat_id, 1);
	assert_ptr_equal(list.first->next, edit);
	assert_int_equal(edit->kind, MESSAGE_EDIT_KEYBOARD);
	assert_int_equal(edit->message_id, 55);
	assert_int_equal(edit->button_count, 0);
	assert_int_equal(edit->next->chat_id, 3);
	assert_null(edit->next->next);
}

static void events_have_names(void **state)
{
	(void)state;
	assert_string_equal(event_kind_name(EVENT_TEXT), "text");
	assert_string_equal(event_kind_name(EVENT_IGNORED), "ignored");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_text_within_the_limit_is_one_message),
	    cmocka_unit_test(a_long_text_is_split_at_line_ends_and_nothing_is_lost),
	    cmocka_unit_test(a_text_without_line_ends_is_split_at_spaces_or_characters),
	    cmocka_unit_test(no_part_is_blank),
	    cmocka_unit_test(a_quote_over_several_parts_is_a_quote_in_each),
	    cmocka_unit_test(messages_keep_their_order),
	    cmocka_unit_test(events_have_names),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
