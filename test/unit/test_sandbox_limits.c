/* The sending limits and the text entities of the emulator: what needs no network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include "salesreg/sandbox/telegram/entities.h"
#include "salesreg/sandbox/telegram/limits.h"
#include <cmocka.h>
#include <string.h>

static const int64_t SECOND = 1000000;

static int send_at(struct limits *limits, struct limit_chat *chat, bool group, int64_t now_us)
{
	enum limit_kind kind = LIMIT_OVERALL;
	return limits_send(limits, chat, group, now_us, &kind);
}

static void limits_that_are_off_let_everything_pass(void **state)
{
	(void)state;
	struct limits limits;
	struct limit_chat chat = {0};
	limits_init(&limits);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(send_at(&limits, &chat, true, SECOND), 0);
}

static void a_chat_takes_a_burst_of_five_then_one_a_second(void **state)
{
	(void)state;
	struct limits limits;
	struct limit_chat chat = {0};
	limits_init(&limits);
	limits.enabled = true;
	int64_t now = 1000 * SECOND;
	for (int i = 0; i < LIMIT_CHAT_BURST; i++)
		assert_int_equal(send_at(&limits, &chat, false, now), 0);
	assert_int_equal(send_at(&limits, &chat, false, now), 1);
	assert_int_equal(send_at(&limits, &chat, false, now + SECOND - 1), 1);
	assert_int_equal(send_at(&limits, &chat, false, now + SECOND), 0);
	assert_int_equal(send_at(&limits, &chat, false, now + SECOND), 1);
}

static void a_refusal_takes_no_token_of_the_other_buckets(void **state)
{
	(void)state;
	struct limits limits;
	struct limit_chat busy = {0}, other[100] = {0};
	enum limit_kind kind = LIMIT_OVERALL;
	limits_init(&limits);
	limits.enabled = true;
	int64_t now = 1000 * SECOND;
	for (int i = 0; i < LIMIT_CHAT_BURST; i++)
		assert_int_equal(send_at(&limits, &busy, false, now), 0);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(limits_send(&limits, &busy, false, now, &kind), 1);
		assert_int_equal(kind, LIMIT_CHAT);
	}
	int passed = 0;
	for (int i = 0; i < 100; i++)
		passed += send_at(&limits, &other[i], false, now) == 0;
	assert_int_equal(passed, 30 - LIMIT_CHAT_BURST);
}

static void over_a_minute_the_overall_limit_holds(void **state)
{
	(void)state;
	struct limits limits;
	static struct limit_chat chats[10000];
	limits_init(&limits);
	limits.enabled = true;
	memset(chats, 0, sizeof chats);
	int passed = 0;
	for (int i = 0; i < 10000; i++)
		passed += send_at(&limits, &chats[i], false, SECOND + i * 6000) == 0;
	assert_in_range(passed, 30 * 60, 30 * 61);
}

static void a_group_is_told_to_wait_for_its_minute(void **state)
{
	(void)state;
	struct limits limits;
	struct limit_chat chat = {0};
	enum limit_kind kind = LIMIT_OVERALL;
	limits_init(&limits);
	limits.enabled = true;
	limits.chat_per_s = 0;
	for (int i = 0; i < LIMIT_GROUP_PER_MINUTE; i++)
		assert_int_equal(send_at(&limits, &chat, true, SECOND), 0);
	assert_int_equal(limits_send(&limits, &chat, true, SECOND, &kind), 3);
	assert_int_equal(kind, LIMIT_GROUP);
	assert_int_equal(send_at(&limits, &chat, false, SECOND), 0);
}

static void a_rate_of_zero_is_no_limit(void **state)
{
	(void)state;
	struct limits limits;
	struct limit_chat chat = {0};
	limits_init(&limits);
	limits.enabled = true;
	limits.chat_per_s = limits.overall_per_s = 0;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(send_at(&limits, &chat, false, SECOND), 0);
}

static const struct {
	enum parse_mode mode;
	const char *text, *plain, *entities, *error;
} texts[] = {
    {PARSE_NONE, "plain", "plain", NULL, NULL},
    {PARSE_NONE, "see /start now", "see /start now",
	"[{\"offset\":4,\"length\":6,\"type\":\"bot_command\"}]", NULL},
    {PARSE_NONE, "1/2 a@b", "1/2 a@b", NULL, NULL},
    {PARSE_NONE, "🙂 a@b.cd.", "🙂 a@b.cd.", "[{\"offset\":3,\"length\":6,\"type\":\"email\"}]",
	NULL},
    {PARSE_NONE, "@some_one", "@some_one", "[{\"offset\":0,\"length\":9,\"type\":\"mention\"}]",
	NULL},
    {PARSE_HTML, "<b>x</b>", "x", "[{\"offset\":0,\"length\":1,\"type\":\"bold\"}]", NULL},
    {PARSE_HTML, "&lt;&#x44f;&amp", "<я&", NULL, NULL},
    {PARSE_HTML, "a & b &nope; &#0;", "a & b &nope; &#0;", NULL, NULL},
    {PARSE_HTML, "<b></b>", "", NULL, NULL},
    {PARSE_HTML, "a < b", NULL, NULL, "Unclosed start tag at byte offset 2"},
    {PARSE_HTML, "<q>x</q>", NULL, NULL, "Unsupported start tag \"q\" at byte offset 0"},
    {PARSE_HTML, "</b>", NULL, NULL, "Unexpected end tag at byte offset 0"},
    {PARSE_HTML, "<i>x", NULL, NULL, "Can't find end tag corresponding to start tag \"i\""},
    {PARSE_MARKDOWN_V2, "*x* 1\\.", "x 1.", "[{\"offset\":0,\"length\":1,\"type\":\"bold\"}]",
	NULL},
    {PARSE_MARKDOWN_V2, "1.", NULL, NULL,
	"Character '.' is reserved and must be escaped with the preceding '\\'"},
    {PARSE_MARKDOWN, "_x", NULL, NULL, "Can't find end of the entity starting at byte offset 0"},
};

static void text_becomes_plain_text_and_entities(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 1024 * 1024);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct formatted f = {0};
		const char *error = entities_parse(&arena, texts[i].mode, texts[i].text, &f);
		if (texts[i].error) {
			assert_string_equal(error, texts[i].error);
			continue;
		}
		assert_null(error);
		assert_string_equal(f.text, texts[i].plain);
		if (texts[i].entities)
			assert_string_equal(f.entities, texts[i].entities);
		else
			assert_null(f.entities);
	}
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(limits_that_are_off_let_everything_pass),
	    cmocka_unit_test(a_chat_takes_a_burst_of_five_then_one_a_second),
	    cmocka_unit_test(a_refusal_takes_no_token_of_the_other_buckets),
	    cmocka_unit_test(over_a_minute_the_overall_limit_holds),
	    cmocka_unit_test(a_group_is_told_to_wait_for_its_minute),
	    cmocka_unit_test(a_rate_of_zero_is_no_limit),
	    cmocka_unit_test(text_becomes_plain_text_and_entities),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
