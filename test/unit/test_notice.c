/* What a rep reads when prospects arrive. */
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/notice.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "default_texts.h"
#include "row_tests.h"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 24);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_finish(&arena);
	default_texts_finish();
	return 0;
}

static struct message_list build(const struct notice_prospect *prospects, size_t count)
{
	struct message_list list = {0};
	notice_build(default_texts(), LOCALE_EN, 77, prospects, count, &arena, &list);
	for (const struct message *m = list.first; m; m = m->next) {
		assert_in_range(text_utf16_units(m->text), 1, MESSAGE_TEXT_UNITS);
		assert_in_range(m->button_count, 0, 3 * NOTICE_MAX_PROSPECTS);
		assert_int_equal(m->chat_id, 77);
		assert_int_equal(m->priority, PRIORITY_NOTIFICATION);
		for (size_t i = 0; i < m->button_count; i++) {
			assert_in_range(strlen(m->buttons[i].data), 1, MESSAGE_CALLBACK_BYTES);
			assert_in_range(text_utf16_units(m->buttons[i].text), 1, TEXT_BUTTON_UNITS);
			assert_int_equal(m->buttons[i].new_row, i % 3 == 0);
		}
	}
	return list;
}

static char *repeated(const char *s, size_t times)
{
	char *out = arena_alloc(&arena, strlen(s) * times + 1), *at = out;
	while (times-- > 0)
		at = stpcpy(at, s);
	return out;
}

/* The text a span covers; the text is of characters of one UTF-16 unit each. */
static const char *covered(const struct message *m, size_t index)
{
	const struct span *span = &m->spans[index];
	const char *from = m->text;
	for (size_t i = 0; i < span->offset; i++)
		(void)text_next(&from);
	const char *to = from;
	for (size_t i = 0; i < span->length; i++)
		assert_int_not_equal(text_next(&to), 0);
	return arena_strndup(&arena, from, (size_t)(to - from));
}

static void what_others_wrote_is_one_quoted_block_and_does_nothing_to_the_rest(void **state)
{
	(void)state;
	const struct notice_prospect p = {
	    .assignment_id = 42,
	    .name = "Алекс\n✅ Write to: https://t.me/evil",
	    .telegram = "@test_buyer_alex",
	    .context = "\n wants \x01 a\u202E villa\u202C\x1b[31m\r\n\n\n\n✅ Write to: "
		       "https://t.me/evil\x03 \u2066\u2069",
	    .notes = "one\xc2\x85two\u2028three\xc2\x9b",
	};
	struct message_list list = build(&p, 1);
	assert_string_equal(list.first->text,
	    "You have a new client:\n\n"
	    "Алекс ✅ Write to: https://t.me/evil\n"
	    "Write to: https://t.me/test_buyer_alex\n"
	    "About:\nwants a villa[31m\n\n✅ Write to: https://t.me/evil\n"
	    "Notes:\none\ntwo\nthree");
	assert_int_equal(list.first->span_count, 3);
	/* a name with an address in it is no link */
	assert_string_equal(list.first->spans[0].type, "code");
	assert_string_equal(covered(list.first, 0), "Алекс ✅ Write to: https://t.me/evil");
	assert_string_equal(list.first->spans[1].type, "blockquote");
	assert_string_equal(
	    covered(list.first, 1), "wants a villa[31m\n\n✅ Write to: https://t.me/evil");
	assert_string_equal(list.first->spans[2].type, "blockquote");
	assert_string_equal(covered(list.first, 2), "one\ntwo\nthree");
}

static void who_can_be_written_to_is_an_address_of_the_programs_own_making(void **state)
{
	(void)state;
	static const char *const hostile[] = {"javascript:alert(1)", "tg://settings/devices",
	    "https://t.me.evil.example/alex", "https://evil.example/t.me/alex",
	    "t.me@evil.example/x", "https://t.me/joinchat/abc", "HTTPS://T.ME.EVIL.EXAMPLE/alex",
	    "@alex\nWrite to: https://evil.example/", "file:///etc/passwd"};
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		const struct notice_prospect p = {.assignment_id = 42,
		    .name = "Alex",
		    .telegram = hostile[i],
		    .email = hostile[i]};
		struct message_list list = build(&p, 1);
		const char *text = list.first->text;
		for (const char *at = text; (at = strstr(at, "\nWrite to: ")); at++)
			assert_memory_equal(at, "\nWrite to: https://t.me/alex\n", 29);
		for (const char *at = text; (at = strstr(at, "evil")); at++) {
			size_t before =
			    text_utf16_units(arena_strndup(&arena, text, (size_t)(at - text)));
			bool in_code = false;
			for (size_t k = 0; k < list.first->span_count; k++) {
				const struct span *s = &list.first->spans[k];
				in_code = in_code ||
					  (strcmp(s->type, "code") == 0 && s->offset <= before &&
					      before < s->offset + s->length);
			}
			assert_true(in_code);
		}
	}
}

static void one_prospect_is_told_whole_with_plain_buttons(void **state)
{
	(void)state;
	const struct notice_prospect p = {
	    .assignment_id = 42,
	    .name = "Alex Buyer",
	    .telegram = "@test_buyer_alex",
	    .context = "wants a villa",
	    .notes = "call after six",
	    .email = "alex@example.com",
	};
	struct message_list list = build(&p, 1);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.first->text, "You have a new client:\n\n"
					      "Alex Buyer\n"
					      "Write to: https://t.me/test_buyer_alex\n"
					      "E-mail: alex@example.com\n"
					      "About:\nwants a villa\n"
					      "Notes:\ncall after six");
	assert_int_equal(list.first->span_count, 2);
	assert_int_equal(list.first->button_count, 3);
	assert_string_equal(list.first->buttons[2].text, "⏰ Later");
	assert_string_equal(list.first->buttons[2].data, "a:42:f");
	assert_string_equal(list.first->buttons[0].text, "✅ Contacted");
	assert_string_equal(list.first->buttons[0].data, "a:42:c");
	assert_string_equal(list.first->buttons[1].text, "↩️ Can't take it");
	assert_string_equal(list.first->buttons[1].data, "a:42:d");
}

static void what_is_not_known_is_left_out(void **state)
{
	(void)state;
	const struct notice_prospect p = {.assignment_id = 1, .name = "Alex", .context = " \n"};
	struct message_list list = build(&p, 1);
	assert_string_equal(
	    list.first->text, "You have a new client:\n\nAlex\nNo Telegram contact is given.");
}

static const struct each_kind_of_address_tells_how_to_reach_the_person_row {
	const char *telegram, *line;
} each_kind_of_address_tells_how_to_reach_the_person_rows[] = {
    {"@name_1", "\nWrite to: https://t.me/name_1"},
    {" @name_1 ", "\nWrite to: https://t.me/name_1"},
    {"+62 812-3456-7890", "\nPhone: +6281234567890\nWrite to: https://t.me/+6281234567890"},
    {"8 (903) 123-45-67", "\nPhone: +79031234567\nWrite to: https://t.me/+79031234567"},
    {"https://telegram.me/name1?x", "\nWrite to: https://t.me/name1"},
    {"alex@example.com", "\nE-mail: alex@example.com"},
    {"t.me/name", "\nWrite to: https://t.me/name"},
    {"-", "\nNo Telegram contact is given."},
    {"6.28E+12", "\nCan't be reached as 6.28E+12: a spreadsheet rounded the number and its "
		 "last digits are lost. Ask an administrator for the right contact."},
    {"@n\u0430me", "\nCan't be reached as @n\u0430me: the letter \u201c\u0430\u201d in it is "
		   "not Latin. Ask an administrator for the right contact."},
    {"@na/me?x", "\nCan't be reached as @na/me?x: this can't be a Telegram username. Ask an "
		 "administrator for the right contact."},
};

static void each_kind_of_address_tells_how_to_reach_the_person(void **state)
{
	const struct each_kind_of_address_tells_how_to_reach_the_person_row *row = *state;
	const struct notice_prospect p = {
	    .assignment_id = 1, .name = "X", .telegram = row->telegram};
	struct message_list list = build(&p, 1);
	const char *found = strstr(list.first->text, row->line);
	if (!found || strcmp(found, row->line) != 0)
		fail_msg("%s: %s", row->telegram, list.first->text);
}

/* A tg://user link in a text does nothing: only a button opens the chat. */
static void a_person_known_by_id_gets_a_button_that_opens_the_chat(void **state)
{
	(void)state;
	const struct notice_prospect p = {
	    .assignment_id = 42, .name = "Alex", .telegram = " 123456789 "};
	struct message_list list = {0};
	notice_build(default_texts(), LOCALE_EN, 77, &p, 1, &arena, &list);
	assert_non_null(strstr(list.first->text, "only the id 123456789."));
	assert_null(strstr(list.first->text, "tg://"));
	assert_int_equal(list.first->button_count, 4);
	assert_string_equal(list.first->buttons[0].text, "✉️ Write");
	assert_string_equal(list.first->buttons[0].url, "tg://user?id=123456789");
	assert_null(list.first->buttons[0].data);
	assert_string_equal(list.first->buttons[1].data, "a:42:c");
	assert_true(list.first->buttons[1].new_row);
	assert_string_equal(list.first->buttons[2].data, "a:42:d");
}

static void several_prospects_are_numbered_and_so_are_their_buttons(void **state)
{
	(void)state;
	const struct notice_prospect p[] = {
	    {.assignment_id = 5, .name = "Alex", .telegram = "@alex_1"},
	    {.assignment_id = INT64_MAX,
		.name = "Maria with a name too long for any button",
		.telegram = "@maria_1",
		.again = true},
	};
	struct message_list list = build(p, 2);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.first->text,
	    "You have new clients: 2\n\n"
	    "1. Alex\nWrite to: https://t.me/alex_1\n\n"
	    "2. Maria with a name too long for any button\nWrite to: https://t.me/maria_1\n"
	    "A colleague had this client before and may have spoken to them.\n\n"
	    "✅ contacted, ↩️ can't take it, ⏰ remind me later");
	assert_int_equal(list.first->button_count, 6);
	assert_string_equal(list.first->buttons[0].text, "✅ 1. Alex");
	assert_string_equal(list.first->buttons[4].text, "↩️ 2. Maria with a name too l…");
	assert_string_equal(list.first->buttons[4].data, "a:9223372036854775807:d");
}

static void eight_prospects_are_one_message_with_all_their_buttons(void **state)
{
	(void)state;
	struct notice_prospect p[NOTICE_MAX_PROSPECTS];
	for (size_t i = 0; i < NOTICE_MAX_PROSPECTS; i++)
		p[i] = (struct notice_prospect){
		    .assignment_id = (int64_t)i + 1, .name = "Alex", .telegram = "@alex_1"};
	struct message_list list = build(p, NOTICE_MAX_PROSPECTS);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.first->button_count, 3 * NOTICE_MAX_PROSPECTS);
	for (size_t i = 0; i < NOTICE_MAX_PROSPECTS; i++)
		assert_string_equal(
		    list.first->buttons[3 * i].data, arena_printf(&arena, "a:%zu:c", i + 1));
}

static void long_texts_are_shortened_and_split_by_length(void **state)
{
	(void)state;
	struct notice_prospect p[5];
	for (size_t i = 0; i < 5; i++)
		p[i] = (struct notice_prospect){
		    .assignment_id = (int64_t)i + 1,
		    .name = repeated("😀я", 5000),
		    .telegram = repeated("@", 5000),
		    .context = repeated("контекст ", 5000),
		    .notes = repeated("\n", 5000),
		    .email = repeated("e", 5000),
		};
	p[2].notes = repeated("заметка\n", 5000);
	struct message_list list = build(p, 5);
	assert_in_range(list.count, 2, 5);
	size_t buttons = 0;
	for (const struct message *m = list.first; m; m = m->next) {
		assert_non_null(strstr(m->text, "…"));
		assert_true(text_is_clean(m->text, strlen(m->text)));
		buttons += m->button_count;
	}
	assert_int_equal(buttons, 15);
}

static void texts_of_ones_own_may_be_as_long_as_telegram_allows(void **state)
{
	(void)state;
	struct catalog own = *default_texts();
	const char *most = arena_printf(&arena, "{context}%s", repeated("x", 4080));
	assert_null(catalog_check(TEXT_PROSPECT_CONTEXT, most));
	own.texts[LOCALE_EN][TEXT_PROSPECT_CONTEXT] = most;
	own.texts[LOCALE_EN][TEXT_LEGEND] = repeated("y", 4096);
	own.texts[LOCALE_EN][TEXT_NOTICE_MANY] =
	    arena_printf(&arena, "{count}%s", repeated("z", 4000));
	const struct notice_prospect p[] = {
	    {.assignment_id = 1, .name = "A", .context = repeated("c", 3000)},
	    {.assignment_id = 2, .name = "B", .context = repeated("c", 3000)},
	};
	struct message_list list = {0};
	notice_build(&own, LOCALE_EN, 1, p, 2, &arena, &list);
	size_t buttons = 0;
	for (const struct message *m = list.first; m; m = m->next) {
		assert_in_range(text_utf16_units(m->text), 1, MESSAGE_TEXT_UNITS);
		buttons += m->button_count;
	}
	assert_int_equal(buttons, 6);
}

static void admins_read_whom_nobody_takes_and_have_nothing_to_press(void **state)
{
	(void)state;
	const struct notice_prospect p[] = {
	    {.assignment_id = 5, .name = "Alex", .telegram = "@alex_1", .again = true},
	    {.assignment_id = 6, .name = "Maria", .context = repeated("long ", 500)},
	};
	struct message_list list = {0};
	notice_nobody_left(default_texts(), LOCALE_RU, 9, p, 2, &arena, &list);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.first->button_count, 0);
	assert_non_null(
	    strstr(list.first->text, "1. Alex\nНаписать: https://t.me/alex_1\n\n2. Maria"));
	assert_null(strstr(list.first->text, "↩️"));
	assert_in_range(text_utf16_units(list.first->text), 1, 600);
}

static void nothing_to_tell_is_no_message(void **state)
{
	(void)state;
	struct message_list list = build(NULL, 0);
	notice_nobody_left(default_texts(), LOCALE_RU, 9, NULL, 0, &arena, &list);
	assert_int_equal(list.count, 0);
}

#define INVITE "https://t.me/some_bot_with_a_name_of_32_chars?start=pAAAAAAAAAAAAAAAAAAAAAA"

/* Whatever a table has as the name, what is copied is within Telegram's limit; one without an address is copied only. */
static void who_has_not_met_the_bot_is_written_to_with_a_draft(void **state)
{
	(void)state;
	const char *names[] = {"Anna", repeated("Ы", 255), NULL};
	const char *contacts[] = {
	    "@anna", "+7 916 123-45-67", "777", "anna@mail.example", "?", NULL};
	for (size_t n = 0; n < 3; n++)
		for (size_t c = 0; c < 6; c++) {
			const struct notice_prospect prospects[] = {{.assignment_id = 5,
			    .name = names[n],
			    .telegram = contacts[c],
			    .invite = INVITE}};
			struct message_list list = {0};
			notice_build(default_texts(), LOCALE_RU, 77, prospects, 1, &arena, &list);
			const struct message *m = list.first;
			size_t urls = 0, copies = 0;
			for (size_t i = 0; i < m->button_count; i++) {
				const struct button *b = &m->buttons[i];
				assert_int_equal(
				    (b->url != NULL) + (b->copy != NULL) + (b->data != NULL), 1);
				urls += b->url != NULL;
				copies += b->copy != NULL;
				if (b->copy)
					assert_in_range(
					    text_utf16_units(b->copy), 1, MESSAGE_COPY_CHARACTERS);
				if (b->copy)
					assert_non_null(strstr(b->copy, INVITE));
			}
			assert_int_equal(urls, c < 3);
			assert_int_equal(copies, 1);
			assert_int_equal(m->button_count, (c < 3) + 4);
		}
}

/* Telegram takes some 10 KB of buttons (REPLY_MARKUP_TOO_LONG). */
static void drafts_that_are_too_much_for_one_message_are_two(void **state)
{
	(void)state;
	struct notice_prospect prospects[NOTICE_MAX_PROSPECTS];
	for (size_t i = 0; i < NOTICE_MAX_PROSPECTS; i++)
		prospects[i] = (struct notice_prospect){.assignment_id = INT64_MAX,
		    .name = repeated("Ы", 255),
		    .telegram = "@abcdefghijklmnopqrstuvwxyzabcdef",
		    .invite = INVITE};
	struct message_list list = {0};
	notice_build(
	    default_texts(), LOCALE_RU, 77, prospects, NOTICE_MAX_PROSPECTS, &arena, &list);
	assert_int_equal(list.count, 2);
	assert_int_equal(
	    list.first->button_count + list.last->button_count, 5 * NOTICE_MAX_PROSPECTS);
	size_t bytes = 0;
	for (size_t i = 0; i < list.first->button_count; i++) {
		const struct button *b = &list.first->buttons[i];
		bytes += strlen(b->text) + (b->url ? strlen(b->url) : 0) +
			 (b->copy ? strlen(b->copy) : 0) + (b->data ? strlen(b->data) : 0);
	}
	assert_in_range(bytes, 5000, 8000);
}

/* More than eight: one message however many they are, each with a button for the card. */
static void many_are_told_of_by_name_in_one_message(void **state)
{
	(void)state;
	enum { MOST = 3000 };
	static struct notice_prospect prospects[MOST];
	const size_t counts[] = {NOTICE_MAX_PROSPECTS + 1, 48, 49, 1000, MOST};
	const char *const names[] = {"Anna P", repeated("Ы", 255), "A. https://x.example", NULL};
	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
			size_t count = counts[c];
			for (size_t i = 0; i < count; i++)
				prospects[i] =
				    (struct notice_prospect){.assignment_id = (int64_t)i + 1,
					.name = names[n],
					.context = "Context that is on the card.",
					.telegram = "@abcdefghijklmnopqrstuvwxyzabcdef",
					.asks_for_person = i == count - 1,
					.invite = INVITE};
			struct message_list list = {0};
			notice_build(
			    default_texts(), LOCALE_RU, 77, prospects, count, &arena, &list);
			assert_int_equal(list.count, 1);
			const struct message *m = list.first;
			assert_in_range(text_utf16_units(m->text), 1, MESSAGE_TEXT_UNITS);
			assert_in_range(m->button_count, 1 + 8, 1 + 48);
			assert_null(strstr(m->text, "Context"));
			/* who waits for a person is first */
			assert_string_equal(
			    m->buttons[0].data, arena_printf(&arena, "a:%zu:i", count));
			assert_string_equal(m->buttons[1].data, "a:1:i");
			const struct button *last = &m->buttons[m->button_count - 1];
			assert_string_equal(last->data, "menu:clients");
			assert_true(last->new_row);
			size_t left = count - (m->button_count - 1);
			const char *rest = arena_printf(&arena, "И ещё: %zu.", left);
			assert_int_equal(strstr(m->text, rest) != NULL, left > 0);
		}
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(what_others_wrote_is_one_quoted_block_and_does_nothing_to_the_rest),
		ONCE},
	    {cmocka_unit_test(who_can_be_written_to_is_an_address_of_the_programs_own_making),
		ONCE},
	    {cmocka_unit_test(one_prospect_is_told_whole_with_plain_buttons), ONCE},
	    {cmocka_unit_test(what_is_not_known_is_left_out), ONCE},
	    {cmocka_unit_test(each_kind_of_address_tells_how_to_reach_the_person),
		ROWS(each_kind_of_address_tells_how_to_reach_the_person_rows, telegram)},
	    {cmocka_unit_test(a_person_known_by_id_gets_a_button_that_opens_the_chat), ONCE},
	    {cmocka_unit_test(several_prospects_are_numbered_and_so_are_their_buttons), ONCE},
	    {cmocka_unit_test(eight_prospects_are_one_message_with_all_their_buttons), ONCE},
	    {cmocka_unit_test(long_texts_are_shortened_and_split_by_length), ONCE},
	    {cmocka_unit_test(texts_of_ones_own_may_be_as_long_as_telegram_allows), ONCE},
	    {cmocka_unit_test(admins_read_whom_nobody_takes_and_have_nothing_to_press), ONCE},
	    {cmocka_unit_test(who_has_not_met_the_bot_is_written_to_with_a_draft), ONCE},
	    {cmocka_unit_test(drafts_that_are_too_much_for_one_message_are_two), ONCE},
	    {cmocka_unit_test(many_are_told_of_by_name_in_one_message), ONCE},
	    {cmocka_unit_test(nothing_to_tell_is_no_message), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
