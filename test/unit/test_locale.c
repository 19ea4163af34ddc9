/* Which language a person is spoken to in. */
#include "salesreg/domain/text/locale.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "row_tests.h"

static const struct telegrams_language_tags_choose_a_locale_row {
	const char *code;
	int expected; /* -1: none of ours */
} telegrams_language_tags_choose_a_locale_rows[] = {
    {"ru", LOCALE_RU},
    {"ru-RU", LOCALE_RU},
    {"RU", LOCALE_RU},
    {"en", LOCALE_EN},
    {"en-GB", LOCALE_EN},
    {"en_us", LOCALE_EN},
    {"de", -1},
    {"rue", -1},
    {"enx", -1},
    {"r", -1},
    {"", -1},
    {"-ru", -1},
    {NULL, -1},
};

static void telegrams_language_tags_choose_a_locale(void **state)
{
	const struct telegrams_language_tags_choose_a_locale_row *row = *state;
	enum locale locale = LOCALE_COUNT;
	bool ours = locale_parse(row->code, &locale);
	if (ours != (row->expected >= 0) || (ours && (int)locale != row->expected))
		fail_msg("%s", row->code ? row->code : "(none)");
	for (unsigned f = 0; f < LOCALE_COUNT; f++)
		assert_int_equal(
		    locale_choose(row->code, (enum locale)f), ours ? row->expected : (int)f);
}

static void a_locales_code_is_read_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LOCALE_COUNT; i++) {
		enum locale locale = LOCALE_COUNT;
		assert_true(locale_parse(locale_code((enum locale)i), &locale));
		assert_int_equal(locale, i);
	}
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(telegrams_language_tags_choose_a_locale),
		ROWS(telegrams_language_tags_choose_a_locale_rows, code)},
	    {cmocka_unit_test(a_locales_code_is_read_back), ONCE},
	};
	return RUN_ROW_TESTS(tests, NULL, NULL);
}
