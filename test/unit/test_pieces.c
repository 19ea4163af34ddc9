/* Pieces keep what is written to them, wherever they move and whoever gives them back. */
#include "salesreg/base/pieces.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include <cmocka.h>

enum { MOST = 5000 };

static bool holds(const unsigned char *piece, size_t size, unsigned char value)
{
	for (size_t i = 0; i < size; i++)
		if (piece[i] != value)
			return false;
	return true;
}

static void pieces_of_all_sizes_are_apart_and_aligned(void **state)
{
	(void)state;
	static unsigned char *pieces[MOST];
	for (int round = 0; round < 3; round++) {
		for (size_t n = 0; n < MOST; n++) {
			pieces[n] = pieces_malloc(n);
			assert_non_null(pieces[n]);
			assert_int_equal((uintptr_t)pieces[n] % _Alignof(max_align_t), 0);
			memset(pieces[n], (int)(n & 0xFF), n);
		}
		for (size_t n = 0; n < MOST; n++) {
			assert_true(holds(pieces[n], n, (unsigned char)n));
			pieces_free(pieces[n]);
		}
	}
}

static void a_piece_keeps_its_bytes_when_it_grows_and_shrinks(void **state)
{
	(void)state;
	static const size_t sizes[] = {
	    1, 15, 16, 17, 200, 255, 256, 257, 258, 100, 4000, 70000, 300, 3, 0};
	unsigned char *piece = NULL;
	size_t had = 0;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		piece = pieces_realloc(piece, sizes[i]);
		assert_non_null(piece);
		assert_true(holds(piece, had < sizes[i] ? had : sizes[i], 0xA5));
		memset(piece, 0xA5, sizes[i]);
		had = sizes[i];
	}
	pieces_free(piece);
}

static void what_was_used_before_comes_back_zeroed(void **state)
{
	(void)state;
	for (size_t n = 1; n < 300; n++) {
		unsigned char *used = pieces_malloc(n);
		memset(used, 0xFF, n);
		pieces_free(used);
		unsigned char *zeroed = pieces_calloc(1, n);
		assert_true(holds(zeroed, n, 0));
		pieces_free(zeroed);
	}
}

static void what_cannot_be_had_is_refused(void **state)
{
	(void)state;
	volatile size_t huge = SIZE_MAX - 8;
	assert_null(pieces_malloc(huge));
	assert_null(pieces_calloc(huge / 2, 3));
	char *kept = pieces_strdup("kept");
	assert_null(pieces_realloc(kept, huge));
	assert_string_equal(kept, "kept");
	pieces_free(kept);
	pieces_free(NULL);
}

static int give_back(void *data)
{
	void **pieces = data;
	for (int i = 0; i < 100; i++)
		pieces_free(pieces[i]);
	for (int i = 0; i < 100; i++)
		pieces_free(pieces_malloc(64));
	return 0;
}

static void another_thread_may_give_back(void **state)
{
	(void)state;
	void *pieces[100];
	for (int i = 0; i < 100; i++)
		pieces[i] = memset(pieces_malloc(64), 1, 64);
	thrd_t thread;
	assert_int_equal(thrd_create(&thread, give_back, pieces), thrd_success);
	assert_int_equal(thrd_join(thread, NULL), thrd_success);
	for (int i = 0; i < 100; i++)
		pieces[i] = memset(pieces_malloc(64), 2, 64);
	for (int i = 0; i < 100; i++)
		assert_true(holds(pieces[i], 64, 2));
	give_back(pieces);
}

static int start(void **state)
{
	(void)state;
	pieces_start();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_of_all_sizes_are_apart_and_aligned),
	    cmocka_unit_test(a_piece_keeps_its_bytes_when_it_grows_and_shrinks),
	    cmocka_unit_test(what_was_used_before_comes_back_zeroed),
	    cmocka_unit_test(what_cannot_be_had_is_refused),
	    cmocka_unit_test(another_thread_may_give_back),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
