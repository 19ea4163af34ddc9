/* Documents keep what is in them, however long the ones beside them live. */
#include "salesreg/base/json_memory.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include <cmocka.h>

static json_t *make(int number)
{
	char text[64];
	(void)snprintf(text, sizeof text, "as number %d was written", number);
	return json_pack("{s:i, s:s, s:[i,i,f]}", "n", number, "text", text, "list", number,
	    -number, number / 8.0);
}

static void check(const json_t *document, int number)
{
	json_t *expected = make(number);
	assert_true(json_equal(document, expected));
	json_decref(expected);
}

static void many_die_together_again_and_again(void **state)
{
	(void)state;
	for (int round = 0; round < 4; round++) {
		json_t *list = json_array();
		for (int i = 0; i < 20000; i++)
			assert_int_equal(json_array_append_new(list, make(i)), 0);
		for (int i = 0; i < 20000; i += 97)
			check(json_array_get(list, (size_t)i), i);
		json_decref(list);
	}
}

static void one_that_lives_long_is_not_touched(void **state)
{
	(void)state;
	json_t *old[50];
	for (int i = 0; i < 50; i++) {
		old[i] = make(i);
		json_t *list = json_array();
		for (int n = 0; n < 1000; n++)
			(void)json_array_append_new(list, make(n));
		json_decref(list);
	}
	for (int i = 0; i < 50; i++) {
		check(old[i], i);
		json_decref(old[i]);
	}
}

static void long_texts_and_aligned_pieces(void **state)
{
	(void)state;
	json_malloc_t take;
	json_free_t give;
	json_get_alloc_funcs(&take, &give);
	unsigned char *pieces[600];
	for (size_t i = 0; i < 600; i++) {
		size_t size = i * i;
		pieces[i] = take(size);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		memset(pieces[i], (int)(i & 0xFF), size);
	}
	for (size_t i = 600; i-- > 0;) {
		for (size_t k = 0; k < i * i; k += 61)
			assert_int_equal(pieces[i][k], i & 0xFF);
		give(pieces[i]);
	}
	volatile size_t huge = SIZE_MAX - 8;
	assert_null(take(huge));
	give(NULL);
}

/* Such a thread keeps nothing: the leak detector looks. */
static int on_thread(void *data)
{
	(void)data;
	for (int i = 0; i < 100; i++) {
		json_t *document = make(i);
		check(document, i);
		json_decref(document);
	}
	return 0;
}

static void a_thread_that_ends_leaves_nothing(void **state)
{
	(void)state;
	json_t *here = make(7);
	thrd_t thread;
	assert_int_equal(thrd_create(&thread, on_thread, NULL), thrd_success);
	assert_int_equal(thrd_join(thread, NULL), thrd_success);
	check(here, 7);
	json_decref(here);
}

/* Last: it lasts. */
static void what_is_to_be_wiped_is_though_its_neighbours_live(void **state)
{
	(void)state;
	static const char secret[] = "ya29.a0-hush-hush-hush";
	json_t *old = make(1);
	json_memory_wipe();
	json_t *before = make(2), *document = json_pack("{s:s}", "access_token", secret),
	       *after = make(3);
	const char *token = json_string_value(json_object_get(document, "access_token"));
	assert_string_equal(token, secret);
	json_decref(document);
	assert_null(
	    memmem(token, sizeof secret, "hush", 4)); /* the chunk lives with the neighbours */
	check(old, 1);
	check(before, 2);
	check(after, 3);
	json_decref(old);
	json_decref(before);
	json_decref(after);
	many_die_together_again_and_again(state);
	long_texts_and_aligned_pieces(state);
	a_thread_that_ends_leaves_nothing(state);
}

static int start(void **state)
{
	(void)state;
	json_memory_start();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(many_die_together_again_and_again),
	    cmocka_unit_test(one_that_lives_long_is_not_touched),
	    cmocka_unit_test(long_texts_and_aligned_pieces),
	    cmocka_unit_test(a_thread_that_ends_leaves_nothing),
	    cmocka_unit_test(what_is_to_be_wiped_is_though_its_neighbours_live),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
