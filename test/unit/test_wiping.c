/* What has held a secret holds it no more when its memory is given back: each free() is watched. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char needle[] = "GOCSPX-hush";
static int found, freed;

static void watch(void *p)
{
	if (p) {
		freed++;
		found += memmem(p, malloc_usable_size(p), needle, sizeof needle - 1) != NULL;
	}
	free(p);
}
#define free watch
#include "../../src/base/arena.c"
#define wipe wipe_buf
#include "../../src/base/buf.c"
#undef wipe
#define EACH_ITS_OWN 0
#include "../../src/base/pieces.c"
#undef free

static int begin(void **state)
{
	(void)state;
	found = freed = 0;
	return 0;
}

static void fill(struct arena *a)
{
	for (int i = 0; i < 20; i++) {
		(void)arena_strdup(a, needle);
		memset(arena_bytes(a, 3000), 'x', 3000);
	}
	char *large = arena_bytes(a, 200000);
	memset(large, 'x', 200000);
	memcpy(large + 150000, needle, sizeof needle);
}

static void a_secret_arena_is_wiped(void **state)
{
	(void)state;
	struct arena a;
	arena_init_secret(&a, 1 << 20);
	fill(&a);
	arena_reset(&a);
	assert_true(freed > 1);
	/* the block that is kept */
	assert_null(memmem(a.head->bytes, a.head->size, needle, sizeof needle - 1));
	fill(&a);
	arena_finish(&a);
	assert_int_equal(found, 0);
}

static void another_arena_is_not_and_costs_nothing(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 1 << 20);
	fill(&a);
	arena_finish(&a);
	assert_true(found > 0);
}

static void a_secret_buffer_is_wiped_also_as_it_grows(void **state)
{
	(void)state;
	struct buf b;
	buf_init_secret(&b, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "token=%s&", needle);
	assert_false(b.failed);
	assert_int_equal(b.size, 1000 * (strlen("token=&") + strlen(needle)));
	buf_clear(&b);
	assert_null(memmem(b.data, b.capacity, needle, sizeof needle - 1));
	buf_adds(&b, needle);
	buf_finish(&b);
	assert_true(freed > 4);
	assert_int_equal(found, 0);
	buf_adds(&b, needle);
	buf_finish(&b);
	assert_int_equal(found, 0); /* it stays one */
}

/* As from elsewhere: what is kept in between is no leak. */
static void *(*volatile piece_malloc)(size_t) = pieces_malloc;
static void *(*volatile piece_realloc)(void *, size_t) = pieces_realloc;
static void (*volatile piece_free)(void *) = pieces_free;

static char *secret_piece(size_t size)
{
	char *piece = piece_malloc(size);
	memset(piece, 'x', size);
	memcpy(piece + size - sizeof needle, needle, sizeof needle);
	return piece;
}

static void secret_pieces_are_wiped_as_they_move_and_come_back(void **state)
{
	(void)state;
	static const size_t sizes[] = {64, 1024, 1025, 3000, 100000};
	pieces_start();
	pieces_wipe();
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_t size = sizes[i];
		char *piece = secret_piece(size);
		char *moved = piece_realloc(piece, size + 2000);
		assert_string_equal(moved + size - sizeof needle, needle);
		char *again = piece_malloc(size); /* what was kept comes back first */
		assert_true(size > 1024 || memmem(again, size, needle, sizeof needle - 1) == NULL);
		piece_free(again);
		moved = piece_realloc(moved, 2000);
		piece_free(moved);
	}
	assert_true(freed > 4);
	assert_int_equal(found, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_secret_arena_is_wiped, begin),
	    cmocka_unit_test_setup(another_arena_is_not_and_costs_nothing, begin),
	    cmocka_unit_test_setup(a_secret_buffer_is_wiped_also_as_it_grows, begin),
	    cmocka_unit_test_setup(secret_pieces_are_wiped_as_they_move_and_come_back, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
