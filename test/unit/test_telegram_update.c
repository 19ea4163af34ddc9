/*
 * Updates as Telegram sends them, and as it should not.
 */
#include "salesreg/base/buf.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/outbox/message.h"
#include "salesreg/telegram/update.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "row_tests.h"

static struct arena arena;
static json_t *document;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, UPDATE_ARENA_BYTES); /* aborts if an update takes more */
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_finish(&arena);
	json_decref(document);
	document = NULL;
	return 0;
}

static struct telegram_update parse(const char *json)
{
	json_error_t error;
	json_decref(document);
	arena_reset(&arena);
	document = json_loads(json, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	if (!document)
		fail_msg("the test's own JSON: %s: %s", error.text, json);
	struct telegram_update update;
	telegram_update_parse(document, &arena, &update);
	assert_non_null(update.event.text);
	return update;
}

#define ANNA                                                                                       \
	"\"from\":{\"id\":5000000001,\"is_bot\":false,\"first_name\":\"Анна\",\"username\":"   \
	"\"anna\","                                                                                \
	"\"language_code\":\"ru\"}"
#define ALONE "\"chat\":{\"id\":5000000001,\"type\":\"private\"}"
#define PRIVATE(rest)                                                                              \
	"{\"update_id\":7,\"message\":{\"message_id\":3,\"date\":1," ANNA "," ALONE rest "}}"
#define PRESSED(rest) "{\"update_id\":7,\"callback_query\":{\"id\":\"77\"," ANNA rest "}}"

static void a_private_text_is_text(void **state)
{
	(void)state;
	struct telegram_update u = parse(PRIVATE(",\"text\":\"привет\""));
	assert_true(u.has_id);
	assert_int_equal(u.update_id, 7);
	assert_int_equal(u.event.kind, EVENT_TEXT);
	assert_int_equal(u.event.user_id, 5000000001);
	assert_int_equal(u.event.chat_id, 5000000001);
	assert_string_equal(u.event.username, "anna");
	assert_string_equal(u.event.first_name, "Анна");
	assert_string_equal(u.event.language_code, "ru");
	assert_string_equal(u.event.text, "привет");
	assert_null(u.event.callback_id);
}

static const struct a_file_is_known_by_its_id_row {
	const char *json;
	const char *kind, *id; /* NULL: it is none */
} a_file_is_known_by_its_id_rows[] = {
    {PRIVATE(",\"photo\":[{\"file_id\":\"small\"},{\"file_id\":\"large\"}]"), "photo", "large"},
    {PRIVATE(",\"photo\":[]"), NULL, NULL},
    {PRIVATE(",\"document\":{\"file_id\":\"d\"},\"animation\":{\"file_id\":\"a\"}"), "animation",
	"a"},
    {PRIVATE(",\"voice\":{\"file_id\":\"v\"},\"caption\":\"x\""), "voice", "v"},
    {PRIVATE(",\"voice\":{\"file_id\":7}"), NULL, NULL},
    {PRIVATE(",\"voice\":{\"file_id\":\"\"}"), NULL, NULL},
    {PRIVATE(",\"location\":{\"file_id\":\"x\"}"), NULL, NULL},
    {PRIVATE(",\"text\":\"x\""), NULL, NULL},
};

static void a_file_is_known_by_its_id(void **state)
{
	const struct a_file_is_known_by_its_id_row *row = *state;
	const struct telegram_update u = parse(row->json);
	assert_int_equal(u.event.file != NULL, row->kind != NULL);
	if (!row->kind)
		return;
	assert_string_equal(u.event.file->kind, row->kind);
	assert_string_equal(u.event.file->id, row->id);
}

static const struct the_kind_follows_from_the_fields_row {
	const char *json;
	enum event_kind kind;
	const char *text;
} the_kind_follows_from_the_fields_rows[] = {
    {PRIVATE(",\"text\":\"/start\""), EVENT_START, ""},
    {PRIVATE(",\"text\":\"/start abc-1_\""), EVENT_START, "abc-1_"},
    {PRIVATE(",\"text\":\"/start@our_bot\""), EVENT_START, ""},
    {PRIVATE(",\"text\":\"/start@our_bot  abc  \""), EVENT_START, "abc"},
    {PRIVATE(",\"text\":\"/Start\\nabc\""), EVENT_START, "abc"},
    {PRIVATE(",\"text\":\"/started\""), EVENT_TEXT, "/started"},
    {PRIVATE(",\"text\":\"/startпривет\""), EVENT_TEXT, "/startпривет"},
    {PRIVATE(",\"text\":\" /start\""), EVENT_TEXT, " /start"},
    {PRIVATE(",\"text\":\"/help\""), EVENT_TEXT, "/help"},
    {PRIVATE(",\"text\":\"\""), EVENT_TEXT, ""},
    {PRIVATE(",\"photo\":[{}],\"caption\":\"look\""), EVENT_MEDIA, "photo"},
    {PRIVATE(",\"document\":{},\"animation\":{}"), EVENT_MEDIA, "animation"},
    {PRIVATE(",\"location\":{},\"venue\":{}"), EVENT_MEDIA, "venue"},
    {PRIVATE(",\"sticker\":{}"), EVENT_MEDIA, "sticker"},
    {PRIVATE(",\"voice\":{}"), EVENT_MEDIA, "voice"},
    {PRIVATE(",\"video_note\":{}"), EVENT_MEDIA, "video_note"},
    {PRIVATE(",\"invented_in_2031\":{}"), EVENT_MEDIA, "unknown"},
    {PRIVATE(""), EVENT_MEDIA, "unknown"},
    {PRIVATE(",\"text\":5"), EVENT_MEDIA, "unknown"},
    {PRIVATE(",\"contact\":\"x\""), EVENT_MEDIA, "unknown"},
    {PRIVATE(",\"pinned_message\":{}"), EVENT_IGNORED, ""},
    {PRIVATE(",\"message_auto_delete_timer_changed\":{}"), EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"edited_message\":{" ANNA "," ALONE ",\"text\":\"oops\"}}", EVENT_EDITED,
	"oops"},
    {"{\"update_id\":7,\"edited_message\":{" ANNA "," ALONE ",\"location\":{}}}", EVENT_IGNORED,
	""},
    {"{\"update_id\":7,\"my_chat_member\":{" ANNA "," ALONE
     ",\"new_chat_member\":{\"status\":\"kicked\"}}}",
	EVENT_BLOCKED, ""},
    {"{\"update_id\":7,\"my_chat_member\":{" ANNA "," ALONE
     ",\"new_chat_member\":{\"status\":\"member\"}}}",
	EVENT_UNBLOCKED, ""},
    {"{\"update_id\":7,\"my_chat_member\":{" ANNA "," ALONE ",\"new_chat_member\":{\"status\":7}}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"my_chat_member\":{" ANNA
     ",\"chat\":{\"id\":-5,\"type\":\"group\"},\"new_chat_member\":{\"status\":\"kicked\"}}"
     "}",
	EVENT_IGNORED, ""},
    /* nobody there to talk to */
    {"{\"update_id\":7,\"message\":{" ANNA
     ",\"chat\":{\"id\":-100,\"type\":\"supergroup\"},\"text\":\"x\"}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"message\":{\"from\":{\"id\":5,\"is_bot\":true}," ALONE ",\"text\":\"x\"}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"message\":{" ALONE ",\"text\":\"x\"}}", EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"message\":{" ANNA ",\"text\":\"x\"}}", EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"channel_post\":{\"chat\":{\"id\":-1,\"type\":\"channel\"},"
     "\"text\":\"x\"}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"business_message\":{" ANNA "," ALONE ",\"text\":\"x\"}}", EVENT_IGNORED,
	""},
    /* in somebody's own account: who wrote, and nothing of what */
    {"{\"update_id\":7,\"business_message\":{\"business_connection_id\":\"b\"," ANNA "," ALONE
     ",\"text\":\"x\"}}",
	EVENT_OWN_CHAT, ""},
    {"{\"update_id\":7,\"business_message\":{\"business_connection_id\":\"b\"," ANNA "," ALONE
     ",\"photo\":[],\"caption\":\"x\"}}",
	EVENT_OWN_CHAT, ""},
    {"{\"update_id\":7,\"business_message\":{\"business_connection_id\":\"b\"," ANNA "," ALONE
     ",\"text\":\"x\",\"sender_business_bot\":{}}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"business_message\":{\"business_connection_id\":\"b\"," ANNA "," ALONE
     ",\"text\":\"x\",\"is_from_offline\":true}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"business_message\":{\"business_connection_id\":\"b\"," ANNA
     ",\"chat\":{\"id\":-5,\"type\":\"group\"},\"text\":\"x\"}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"edited_business_message\":{\"business_connection_id\":\"b\"," ANNA
     "," ALONE ",\"text\":\"x\"}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"deleted_business_messages\":{\"business_connection_id\":\"b\"," ALONE
     ",\"message_ids\":[5,6]}}",
	EVENT_OWN_DELETED, "5,6"},
    {"{\"update_id\":7,\"business_connection\":{\"id\":\"b\",\"user\":{\"id\":5},"
     "\"user_chat_id\":5,\"is_enabled\":true}}",
	EVENT_CONNECTION, ""},
    {"{\"update_id\":7,\"business_connection\":{\"user\":{\"id\":5},\"user_chat_id\":5}}",
	EVENT_IGNORED, ""},
    {"{\"update_id\":7,\"inline_query\":{\"id\":\"1\"," ANNA ",\"query\":\"\"}}", EVENT_IGNORED,
	""},
    {"{\"update_id\":7}", EVENT_IGNORED, ""},
};

static void the_kind_follows_from_the_fields(void **state)
{
	const struct the_kind_follows_from_the_fields_row *row = *state;
	struct telegram_update u = parse(row->json);
	if (u.event.kind != row->kind || strcmp(u.event.text, row->text) != 0)
		fail_msg("%s \"%s\" of %s", event_kind_name(u.event.kind), u.event.text, row->json);
	assert_true(u.has_id);
	assert_int_equal(u.update_id, 7);
}

static void a_contact_tells_whose_it_is(void **state)
{
	(void)state;
	struct telegram_update u =
	    parse(PRIVATE(",\"contact\":{\"phone_number\":\"+62 811\",\"user_id\":5000000001}"));
	assert_int_equal(u.event.kind, EVENT_CONTACT);
	assert_string_equal(u.event.phone, "+62 811");
	assert_int_equal(u.event.contact_user_id, 5000000001);
	u = parse(PRIVATE(",\"contact\":{\"phone_number\":null}"));
	assert_int_equal(u.event.kind, EVENT_CONTACT);
	assert_string_equal(u.event.phone, "");
	assert_int_equal(u.event.contact_user_id, 0);
}

static void somebody_who_was_chosen_has_the_names_that_were_asked_for(void **state)
{
	(void)state;
	struct telegram_update u = parse(PRIVATE(
	    ",\"users_shared\":{\"request_id\":1,\"users\":[{\"user_id\":5000000001,\"first_name\":"
	    "\"Olga\",\"last_name\":\"Z\",\"username\":\"olga\"},{\"user_id\":5}]}"));
	assert_int_equal(u.event.kind, EVENT_PEOPLE);
	assert_int_equal(u.event.chosen_id, 5000000001);
	assert_string_equal(u.event.chosen_name, "Olga Z");
	assert_string_equal(u.event.chosen_username, "olga");
	u = parse(PRIVATE(",\"users_shared\":{\"users\":[{\"user_id\":5}]}"));
	assert_int_equal(u.event.kind, EVENT_PEOPLE);
	assert_null(u.event.chosen_name);
	u = parse(PRIVATE(",\"users_shared\":{\"users\":[]}"));
	assert_int_equal(u.event.kind, EVENT_IGNORED);
}

static void a_button_brings_its_keyboard(void **state)
{
	(void)state;
	struct telegram_update u = parse(PRESSED(
	    ",\"data\":\"p:12\",\"message\":{\"message_id\":9,\"date\":1," ALONE
	    ",\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"a\",\"callback_data\":\"p:12\"},"
	    "{\"text\":\"b\",\"url\":\"https://t.me/"
	    "x\"}],[{\"text\":\"copy\",\"copy_text\":{\"text\":\"z\"}}],"
	    "[{\"text\":\"c\",\"callback_data\":\"\"},7,{\"callback_data\":\"q\"}],\"row\"]}}"));
	assert_int_equal(u.event.kind, EVENT_BUTTON);
	assert_string_equal(u.event.text, "p:12");
	assert_string_equal(u.event.callback_id, "77");
	assert_int_equal(u.event.message_id, 9);
	assert_int_equal(u.event.button_count, 4);
	const struct event_button *b = u.event.buttons;
	assert_string_equal(b[0].text, "a");
	assert_string_equal(b[0].data, "p:12");
	assert_null(b[0].url);
	assert_int_equal(b[0].row, 0);
	assert_null(b[1].data);
	assert_string_equal(b[1].url, "https://t.me/x");
	assert_int_equal(b[1].row, 0);
	assert_true(!b[2].data && !b[2].url);
	assert_string_equal(b[2].copy, "z");
	assert_int_equal(b[2].row, 1);
	assert_string_equal(b[3].data, "");
	assert_null(b[3].copy);
	assert_int_equal(b[3].row, 2);
}

/* A quoted text may begin with an accent, which Telegram counts apart from what stands before it. */
static void marks_stand_where_the_entities_were(void **state)
{
	(void)state;
	struct telegram_update u =
	    parse(PRESSED(",\"data\":\"x\",\"message\":{\"message_id\":9,\"date\":1," ALONE
			  ",\"text\":\"\\ud83d\\ude00\\n\\u0301b\\n\\u0302c\",\"entities\":["
			  "{\"type\":\"blockquote\",\"offset\":3,\"length\":3},"
			  "{\"type\":\"code\",\"offset\":6,\"length\":2}]}"));
	assert_string_equal(u.event.message_text,
	    "\U0001F600\n" MESSAGE_MARK_QUOTE "\u0301b\n" MESSAGE_MARK_END MESSAGE_MARK_CODE
	    "\u0302c" MESSAGE_MARK_END);
}

static void a_text_s_form_is_kept_as_far_as_anybody_may_send_it(void **state)
{
	(void)state;
	struct telegram_update u = parse(PRIVATE(
	    ",\"text\":\"a b c\",\"entities\":[{\"type\":\"bold\",\"offset\":0,\"length\":1},"
	    "{\"type\":\"text_link\",\"offset\":2,\"length\":1,\"url\":\"https://x/\\\"\"},"
	    "{\"type\":\"text_link\",\"offset\":2,\"length\":1},{\"type\":\"url\",\"offset\":1,"
	    "\"length\":1},{\"type\":\"bold\",\"offset\":-1,\"length\":1},7]"));
	assert_string_equal(u.event.format,
	    "[{\"type\":\"bold\",\"offset\":0,\"length\":1},{\"type\":\"text_link\",\"offset\":2,"
	    "\"length\":1,\"url\":\"https://x/\\\"\"}]");
	assert_null(parse(PRIVATE(",\"text\":\"a\",\"entities\":[]")).event.format);
	u = parse(
	    PRIVATE(",\"photo\":[],\"caption\":\"a\",\"caption_entities\":[{\"type\":\"code\","
		    "\"offset\":0,\"length\":1}]"));
	assert_string_equal(u.event.format, "[{\"type\":\"code\",\"offset\":0,\"length\":1}]");
}

static const struct of_what_is_said_in_somebody_s_own_chat_a_link_of_ours_is_seen_row {
	const char *text, *bot; /* NULL: none */
} of_what_is_said_in_somebody_s_own_chat_a_link_of_ours_is_seen_rows[] = {
    {"Hello! https://t.me/our_bot?start=pAb_1-2 bye", "our_bot"},
    {"t.me/x t.me/our_bot?start=p", "our_bot"},
    {"https://t.me/our_bot?start=cAb", NULL},
    {"https://t.me/our_bot", NULL},
    {"https://t.me/?start=p1", NULL},
    {"t.me/", NULL},
    {"secret words", NULL},
};

static void of_what_is_said_in_somebody_s_own_chat_a_link_of_ours_is_seen(void **state)
{
	const struct of_what_is_said_in_somebody_s_own_chat_a_link_of_ours_is_seen_row *row =
	    *state;
	struct telegram_update u = parse(arena_printf(&arena,
	    "{\"update_id\":7,\"business_message\":{\"business_connection_id\":\"b\"," ANNA
	    "," ALONE ",\"text\":\"%s\"}}",
	    row->text));
	assert_int_equal(u.event.kind, EVENT_OWN_CHAT);
	assert_string_equal(u.event.text, "");
	assert_int_equal(u.event.business->invites_to != NULL, row->bot != NULL);
	if (row->bot)
		assert_string_equal(u.event.business->invites_to, row->bot);
}

static void a_button_in_a_chat_of_somebody_s_own_hangs_on_no_message_of_the_bot_s(void **state)
{
	(void)state;
	struct telegram_update u =
	    parse("{\"update_id\":7,\"callback_query\":{\"id\":\"1\"," ANNA
		  ",\"data\":\"x\",\"message\":{" ALONE
		  ",\"message_id\":5,\"date\":9,\"business_connection_id\":\"b\"}}}");
	assert_int_equal(u.event.kind, EVENT_BUTTON);
	assert_string_equal(u.event.callback_id, "1"); /* it is answered all the same */
	assert_int_equal(u.event.message_id, 0);
}

static void a_button_on_an_old_message_still_counts(void **state)
{
	(void)state;
	struct telegram_update u =
	    parse(PRESSED(",\"data\":\"x\",\"message\":{\"message_id\":9,\"date\":0," ALONE "}"));
	assert_int_equal(u.event.kind, EVENT_BUTTON);
	assert_int_equal(u.event.message_id, 9);
	assert_int_equal(u.event.button_count, 0);
	u = parse(PRESSED(",\"data\":\"x\""));
	assert_int_equal(u.event.kind, EVENT_BUTTON);
	assert_int_equal(u.event.message_id, 0);
	assert_int_equal(u.event.chat_id, 5000000001);
	u = parse(PRESSED(
	    ",\"game_short_name\":\"g\",\"message\":{\"message_id\":9,\"date\":4," ALONE "}"));
	assert_int_equal(u.event.kind, EVENT_BUTTON);
	assert_string_equal(u.event.text, "");
}

static void buttons_nobody_can_answer_are_ignored(void **state)
{
	(void)state;
	assert_int_equal(parse(PRESSED(",\"inline_message_id\":\"i\",\"data\":\"x\"")).event.kind,
	    EVENT_IGNORED);
	assert_int_equal(parse(PRESSED(",\"data\":\"x\",\"message\":{\"message_id\":9,\"date\":1,"
				       "\"chat\":{\"id\":-9,\"type\":\"group\"}}"))
			     .event.kind,
	    EVENT_IGNORED);
	assert_int_equal(
	    parse("{\"update_id\":7,\"callback_query\":{\"id\":5," ANNA "}}").event.kind,
	    EVENT_IGNORED);
	assert_int_equal(
	    parse("{\"update_id\":7,\"callback_query\":{\"id\":\"5\"}}").event.kind, EVENT_IGNORED);
}

static void a_keyboard_of_thousands_is_cut(void **state)
{
	(void)state;
	struct buf json;
	buf_init(&json, 400000);
	buf_adds(&json, "{\"update_id\":7,\"callback_query\":{\"id\":\"1\"," ANNA
			",\"message\":{\"message_id\":9,\"date\":1," ALONE
			",\"reply_markup\":{\"inline_keyboard\":[");
	for (int i = 0; i < 3000; i++)
		buf_addf(&json,
		    "%s[{\"text\":\"b%d\",\"callback_data\":\"%d\"},{\"text\":\"\\u0000\"}]",
		    i ? "," : "", i, i);
	buf_adds(&json, "]}}}}");
	assert_false(json.failed);
	struct telegram_update u = parse(buf_text(&json));
	buf_finish(&json);
	assert_int_equal(u.event.kind, EVENT_BUTTON);
	assert_int_equal(u.event.button_count, UPDATE_MAX_BUTTONS);
	assert_string_equal(u.event.buttons[99].text, "b99");
}

static void texts_are_bounded_and_clean(void **state)
{
	(void)state;
	static const struct {
		const char *unit; /* as JSON */
		size_t bytes, units;
	} rows[] = {{"a", 1, 1}, {"ж", 2, 1}, {"€", 3, 1}, {"😀", 4, 2}, {"\\u0000", 3, 1},
	    {"\\ud83d\\ude00", 4, 2}};
	struct buf json;
	buf_init(&json, 400000);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&json);
		buf_adds(&json, "{\"update_id\":7,\"message\":{" ANNA "," ALONE ",\"text\":\"");
		for (int k = 0; k < 20000; k++)
			buf_adds(&json, rows[i].unit);
		buf_adds(&json, "\"}}");
		assert_false(json.failed);
		struct telegram_update u = parse(buf_text(&json));
		assert_int_equal(u.event.kind, EVENT_TEXT);
		assert_true(text_is_clean(u.event.text, strlen(u.event.text)));
		assert_int_equal(text_utf16_units(u.event.text), UPDATE_TEXT_UNITS);
		assert_int_equal(
		    strlen(u.event.text), UPDATE_TEXT_UNITS / rows[i].units * rows[i].bytes);
	}
	buf_finish(&json);
	struct telegram_update u = parse(PRIVATE(",\"text\":\"a\\u0000b\""));
	assert_string_equal(u.event.text, "a\xEF\xBF\xBD"
					  "b");
}

static const struct update_ids_of_any_kind_are_read_row {
	const char *json;
	bool has_id;
	int64_t id;
} update_ids_of_any_kind_are_read_rows[] = {
    {"{\"update_id\":0}", true, 0},
    {"{\"update_id\":9223372036854775807}", true, INT64_MAX},
    {"{\"update_id\":12.0}", true, 12},
    {"{\"update_id\":1e300}", false, 0},
    {"{\"update_id\":\"7\"}", false, 0},
    {"{\"update_id\":null}", false, 0},
    {"{}", false, 0},
    {"[]", false, 0},
    {"\"text\"", false, 0},
    {"null", false, 0},
    {"{\"update_id\":1,\"message\":[]}", true, 1},
    {"{\"update_id\":1,\"message\":{\"chat\":[],\"from\":[]}}", true, 1},
    {"{\"update_id\":1,\"callback_query\":{\"from\":{\"id\":-1}}}", true, 1},
    {"{\"update_id\":1,\"message\":{\"chat\":{\"id\":1e99,\"type\":\"private\"},\"from\":{"
     "\"id\":true}}}",
	true, 1},
};

static void update_ids_of_any_kind_are_read(void **state)
{
	const struct update_ids_of_any_kind_are_read_row *row = *state;
	struct telegram_update u = parse(row->json);
	assert_int_equal(u.has_id, row->has_id);
	assert_int_equal(u.update_id, row->id);
	assert_int_equal(u.event.kind, EVENT_IGNORED);
}

static void nothing_has_no_update_id(void **state)
{
	(void)state;
	struct telegram_update u;
	telegram_update_parse(NULL, &arena, &u);
	assert_false(u.has_id);
	assert_int_equal(u.event.kind, EVENT_IGNORED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct row_test tests[] = {
	    {T(a_private_text_is_text), ONCE},
	    {T(a_file_is_known_by_its_id), ROWS(a_file_is_known_by_its_id_rows, json)},
	    {T(the_kind_follows_from_the_fields),
		ROWS(the_kind_follows_from_the_fields_rows, json)},
	    {T(a_contact_tells_whose_it_is), ONCE},
	    {T(somebody_who_was_chosen_has_the_names_that_were_asked_for), ONCE},
	    {T(a_button_brings_its_keyboard), ONCE},
	    {T(marks_stand_where_the_entities_were), ONCE},
	    {T(a_text_s_form_is_kept_as_far_as_anybody_may_send_it), ONCE},
	    {T(of_what_is_said_in_somebody_s_own_chat_a_link_of_ours_is_seen),
		ROWS(of_what_is_said_in_somebody_s_own_chat_a_link_of_ours_is_seen_rows, text)},
	    {T(a_button_in_a_chat_of_somebody_s_own_hangs_on_no_message_of_the_bot_s), ONCE},
	    {T(a_button_on_an_old_message_still_counts), ONCE},
	    {T(buttons_nobody_can_answer_are_ignored), ONCE},
	    {T(a_keyboard_of_thousands_is_cut), ONCE},
	    {T(texts_are_bounded_and_clean), ONCE},
	    {T(update_ids_of_any_kind_are_read), ROWS(update_ids_of_any_kind_are_read_rows, json)},
	    {T(nothing_has_no_update_id), ONCE},
	};
	return RUN_ROW_TESTS(tests, NULL, NULL);
}
