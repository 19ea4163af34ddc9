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

static void telegrams_language_tags_choose_a_locale(void **state)
{
	(void)state;
	static const struct {
		const char *code;
		int expected; /* -1: none of ours */
	} rows[] = {
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
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum locale locale = LOCALE_COUNT;
		bool ours = locale_parse(rows[i].code, &locale);
		if (ours != (rows[i].expected >= 0) || (ours && (int)locale != rows[i].expected))
			fail_msg("%s", rows[i].code ? rows[i].code : "(none)");
		for (unsigned f = 0; f < LOCALE_COUNT; f++)
			assert_int_equal(locale_choose(rows[i].code, (enum locale)f),
			    ours ? rows[i].expected : (int)f);
	}
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
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(telegrams_language_tags_choose_a_locale),
	    cmocka_unit_test(a_locales_code_is_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
