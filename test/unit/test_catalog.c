/* The texts: that those that ship are whole, that bad ones are refused, that values get into them. */
#include "salesreg/domain/text/catalog.h"
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
	arena_init(&arena, 1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_finish(&arena);
	default_texts_finish();
	return 0;
}

static void every_default_text_is_there_in_every_language_and_fit_to_send(void **state)
{
	(void)state;
	const struct catalog *catalog = default_texts();
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		for (unsigned i = 0; i < TEXT_COUNT; i++) {
			const char *complaint =
			    catalog_check((enum text_id)i, catalog->texts[l][i]);
			if (complaint)
				fail_msg("%s.%s %s", locale_code((enum locale)l),
				    text_id_key((enum text_id)i), complaint);
		}
}

static void the_files_have_no_text_nobody_uses(void **state)
{
	(void)state;
	(void)default_texts();
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		const char *key = NULL;
		json_t *text = NULL;
		json_object_foreach (default_texts_documents[l], key, text) {
			enum text_id id = TEXT_COUNT;
			if (!text_id_from_key(key, &id) && strcmp(key, "understood") != 0)
				fail_msg("%s.%s", locale_code((enum locale)l), key);
		}
	}
}

static const struct a_text_that_will_not_do_is_refused_with_the_reason_row {
	enum text_id id;
	const char *text, *reason; /* NULL: it will do */
} a_text_that_will_not_do_is_refused_with_the_reason_rows[] = {
    {TEXT_OFFER, NULL, "missing"},
    {TEXT_OFFER, "", "empty"},
    {TEXT_OFFER, " \n\xC2\xA0 ", "empty"},
    {TEXT_OFFER, "bad \xFF byte", "UTF-8"},
    {TEXT_OFFER, "hello", NULL},
    {TEXT_OFFER, "hello {name}", "does not have"},
    {TEXT_OFFER, "hello {", "without a }"},
    {TEXT_OFFER, "hello {name", "without a }"},
    {TEXT_OFFER, "hello }", "without a {"},
    {TEXT_OFFER, "hello {}", "does not have"},
    {TEXT_EMAIL_TAKEN, "taken", "lacks"},
    {TEXT_EMAIL_TAKEN, "{email} and {email}", NULL},
    {TEXT_EMAIL_TAKEN, "{emai}{email}", "does not have"},
    {TEXT_ASK_EMAIL, "{name} {domains}", NULL},
    {TEXT_ASK_EMAIL, "{domains}", "lacks"},
    {TEXT_ASK_EMAIL, "{name} {name,domains}", "does not have"},
    {TEXT_OFFER,
	TIMES_1000("я") TIMES_1000("я") TIMES_1000("я") TIMES_1000("я") TIMES_10("я") TIMES_10("я")
	    TIMES_10("я") TIMES_10("я") TIMES_10("я") TIMES_10("я") TIMES_10("я") TIMES_10("я")
		TIMES_10("я") "я"
			      "я"
			      "я"
			      "я"
			      "я"
			      "я",
	NULL},
    {TEXT_OFFER,
	TIMES_1000("я") TIMES_1000("я") TIMES_1000("я") TIMES_1000("я") TIMES_10("я") TIMES_10("я")
	    TIMES_10("я") TIMES_10("я") TIMES_10("я") TIMES_10("я") TIMES_10("я") TIMES_10("я")
		TIMES_10("я") "я"
			      "я"
			      "я"
			      "я"
			      "я"
			      "я"
			      "я",
	"4096"},
    {TEXT_OFFER,
	TIMES_1000("😀") TIMES_1000("😀") TIMES_10("😀") TIMES_10("😀") TIMES_10("😀") TIMES_10("😀") "😀"
												"😀"
												"😀"
												"😀"
												"😀"
												"😀"
												"😀"
												"😀",
	NULL},
    {TEXT_OFFER,
	TIMES_1000("😀") TIMES_1000("😀") TIMES_10("😀") TIMES_10("😀") TIMES_10("😀") TIMES_10("😀") "😀"
												"😀"
												"😀"
												"😀"
												"😀"
												"😀"
												"😀"
												"😀"
												"😀",
	"4096"},
    {TEXT_BUTTON_IS_REP,
	TIMES_10("x") TIMES_10("x") TIMES_10("x") TIMES_10("x") TIMES_10("x") TIMES_10("x") "x"
											    "x"
											    "x"
											    "x",
	NULL},
    {TEXT_BUTTON_IS_REP,
	TIMES_10("x") TIMES_10("x") TIMES_10("x") TIMES_10("x") TIMES_10("x") TIMES_10("x") "x"
											    "x"
											    "x"
											    "x"
											    "x",
	"64"},
    {TEXT_ANSWER_STALE, TIMES_100("x") TIMES_100("x"), NULL},
    {TEXT_ANSWER_STALE, TIMES_100("x") TIMES_100("x") "x", "200"},
    {TEXT_COMMAND_HELP,
	TIMES_100("x") TIMES_100("x") TIMES_10("x") TIMES_10("x") TIMES_10("x") TIMES_10("x")
	    TIMES_10("x") "x"
			  "x"
			  "x"
			  "x"
			  "x"
			  "x",
	NULL},
    {TEXT_COMMAND_HELP,
	TIMES_100("x") TIMES_100("x") TIMES_10("x") TIMES_10("x") TIMES_10("x") TIMES_10("x")
	    TIMES_10("x") "x"
			  "x"
			  "x"
			  "x"
			  "x"
			  "x"
			  "x",
	"256"},
};

static void a_text_that_will_not_do_is_refused_with_the_reason(void **state)
{
	const struct a_text_that_will_not_do_is_refused_with_the_reason_row *row = *state;
	const char *complaint = catalog_check(row->id, row->text);
	if (!row->reason != !complaint || (complaint && !strstr(complaint, row->reason)))
		fail_msg("%s", complaint ? complaint : "accepted");
}

static const char *render(const char *text, const struct catalog_arg *args, size_t count)
{
	static struct catalog catalog;
	catalog.texts[LOCALE_EN][TEXT_STATUS] = text;
	return catalog_render(&catalog, LOCALE_EN, TEXT_STATUS, args, count, &arena);
}

static void values_are_put_in_and_never_read_as_placeholders(void **state)
{
	(void)state;
	const struct catalog_arg args[] = {
	    {"name", "{email} }{"}, {"email", "a@b.c"}, {"open", NULL}};
	assert_string_equal(render("{name}, {email}!{open}.", args, 3), "{email} }{, a@b.c!.");
	assert_string_equal(render("{name}{name}", args, 3), "{email} }{{email} }{");
	assert_string_equal(render("none", args, 3), "none");
	assert_string_equal(render("{status}", args, 3), "");
	assert_string_equal(render("", NULL, 0), "");
	assert_string_equal(render("broken {name", args, 3), "broken {name");
}

static void keys_are_read_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TEXT_COUNT; i++) {
		enum text_id id = TEXT_COUNT;
		assert_true(text_id_from_key(text_id_key((enum text_id)i), &id));
		assert_int_equal(id, i);
	}
	enum text_id id;
	assert_false(text_id_from_key("no_such_text", &id));
}

static void the_menu_has_names_that_telegram_accepts(void **state)
{
	(void)state;
	for (size_t i = 0; i < CATALOG_COMMAND_COUNT; i++) {
		const char *name = catalog_commands[i].name;
		assert_in_range(strlen(name), 1, 32);
		assert_int_equal(
		    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
		assert_int_equal(text_id_kind(catalog_commands[i].description), TEXT_KIND_COMMAND);
	}
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(every_default_text_is_there_in_every_language_and_fit_to_send), ONCE},
	    {cmocka_unit_test(the_files_have_no_text_nobody_uses), ONCE},
	    {cmocka_unit_test(a_text_that_will_not_do_is_refused_with_the_reason),
		ROWS(a_text_that_will_not_do_is_refused_with_the_reason_rows, text)},
	    {cmocka_unit_test(values_are_put_in_and_never_read_as_placeholders), ONCE},
	    {cmocka_unit_test(keys_are_read_back), ONCE},
	    {cmocka_unit_test(the_menu_has_names_that_telegram_accepts), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
