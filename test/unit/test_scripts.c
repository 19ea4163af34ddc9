/* Scripts that somebody began on long ago are read once, and no more of them are kept than have room. */
#include "salesreg/app/bot/batch/scripts.h"
#include "salesreg/app/qualification.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char json[] =
    "{\"questions\":[{\"id\":\"a\",\"kind\":\"text\",\"text\":{\"ru\":\"?\",\"en\":\"?\"}}]}";

static const char *version(char *out, int n)
{
	(void)snprintf(out, SCRIPT_VERSION_CHARS + 1, "%016x", (unsigned)n);
	return out;
}

static void one_that_was_read_is_not_read_again(void **state)
{
	(void)state;
	struct scripts s;
	struct arena a;
	char name[SCRIPT_VERSION_CHARS + 1];
	const char *known[SCRIPTS_MOST];
	scripts_init(&s);
	arena_init(&a, 1 << 20);
	assert_int_equal(scripts_make_room(&s, known), 0);
	const struct script *first = scripts_get(&s, version(name, 1), json, &a);
	assert_int_equal(first->count, 1);
	assert_int_equal(a.used, 0); /* it outlives the batch */
	assert_int_equal(scripts_make_room(&s, known), 1);
	assert_string_equal(known[0], name);
	assert_ptr_equal(scripts_get(&s, name, NULL, &a), first);
	assert_null(scripts_get(&s, version(name, 2), NULL, &a));
	/* nor is what is none any more */
	assert_null(scripts_get(&s, version(name, 3), "{}", &a));
	assert_int_equal(scripts_make_room(&s, known), 2);
	scripts_finish(&s);
	arena_finish(&a);
}

static void the_one_used_longest_ago_goes_and_never_in_the_middle_of_a_batch(void **state)
{
	(void)state;
	struct scripts s;
	struct arena a;
	char name[SCRIPT_VERSION_CHARS + 1];
	const char *known[SCRIPTS_MOST];
	scripts_init(&s);
	arena_init(&a, 1 << 20);
	for (int n = 0; n < SCRIPTS_MOST; n++)
		assert_non_null(scripts_get(&s, version(name, n), json, &a));
	assert_non_null(scripts_get(&s, version(name, 0), NULL, &a)); /* used again */
	/* there is no room: it lives in the batch */
	assert_non_null(scripts_get(&s, version(name, 100), json, &a));
	assert_true(a.used > 0);
	assert_int_equal(scripts_make_room(&s, known), SCRIPTS_MOST - 1);
	assert_non_null(scripts_get(&s, version(name, 0), NULL, &a));
	assert_null(scripts_get(&s, version(name, 1), NULL, &a));
	assert_non_null(scripts_get(&s, version(name, 100), json, &a));
	for (int n = 2; n < SCRIPTS_MOST; n++)
		assert_non_null(scripts_get(&s, version(name, n), NULL, &a));
	scripts_finish(&s);
	arena_finish(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_that_was_read_is_not_read_again),
	    cmocka_unit_test(the_one_used_longest_ago_goes_and_never_in_the_middle_of_a_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
