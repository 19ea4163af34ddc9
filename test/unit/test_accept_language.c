/* The language that a browser asks for, as the pages of the program and of the emulated Google read it. */
#include "salesreg/http/accept_language.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const languages[] = {"en", "ru"};
enum { EN, RU, NONE };

static const struct {
	const char *list;
	size_t wanted;
} rows[] = {
    {"ru", RU},
    {"EN", EN},
    {"ru-RU,ru;q=0.9,en;q=0.8", RU},
    {"en,ru", EN},
    {"ru,en", RU},
    {"de-DE,de;q=0.9,en;q=0.5", EN},
    /* the weight decides, whatever the order */
    {"ru;q=0.3,en;q=0.9", EN},
    {"ru;q=0.899, en;q=0.9", EN},
    {"ru ; q=0.1,\ten", EN},
    {"ru;q=0,en;q=0.001", EN},
    {"ru;Q=0.9,en;q=1.0", EN},
    {"ru;q=0.5,ru-RU;q=0.9,en;q=0.7", RU},
    /* neither is wanted, or it is no list */
    {NULL, NONE},
    {"", NONE},
    {",", NONE},
    {" ", NONE},
    {"en;q=0", NONE},
    {"en;q=0.000", NONE},
    {"de", NONE},
    {"*", NONE},
    {"english", NONE},
    {"e", NONE},
    {";;,,;q=,", NONE},
};

static void the_largest_weight_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t found = accept_language(rows[i].list, languages, NONE);
		if (found != rows[i].wanted)
			fail_msg("%s: %zu", rows[i].list ? rows[i].list : "(none)", found);
	}
	assert_int_equal(accept_language("en", languages, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_largest_weight_decides)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
