/* The hash map from ids. */
#include "salesreg/base/map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MANY = 5000 };

static void what_is_put_is_found_until_it_is_removed(void **state)
{
	(void)state;
	struct map m;
	map_init(&m);
	assert_null(map_find(&m, 1));
	for (int64_t key = -MANY; key < MANY; key++)
		map_put(&m, key)->value.number = key * 3;
	assert_int_equal(m.count, 2 * MANY);
	for (int64_t key = -MANY; key < MANY; key += 2)
		assert_true(map_remove(&m, key));
	assert_false(map_remove(&m, -MANY));
	assert_int_equal(m.count, MANY);
	for (int64_t key = -MANY; key < MANY; key++) {
		const struct map_slot *slot = map_find(&m, key);
		assert_int_equal(slot != NULL, (key & 1) != 0);
		assert_true(!slot || slot->value.number == key * 3);
	}
	map_finish(&m);
}

static void what_is_over_is_removed_and_the_rest_is_found(void **state)
{
	(void)state;
	struct map m;
	map_init(&m);
	map_remove_over(&m, 0);
	assert_int_equal(m.count, 0);
	for (int64_t key = 0; key < MANY; key++)
		map_put(&m, key)->value.number = key % 10;
	map_remove_over(&m, 7);
	assert_int_equal(m.count, MANY / 5);
	size_t capacity = m.capacity;
	for (int64_t key = 0; key < MANY; key++) {
		const struct map_slot *slot = map_find(&m, key);
		assert_int_equal(slot != NULL, key % 10 > 7);
		assert_true(!slot || slot->value.number == key % 10);
	}
	assert_true(capacity < MANY); /* the memory is given back */
	map_remove_over(&m, INT64_MAX);
	assert_int_equal(m.count, 0);
	assert_null(map_next(&m, NULL));
	map_put(&m, 1)->value.number = 1;
	assert_non_null(map_find(&m, 1));
	map_finish(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_put_is_found_until_it_is_removed),
	    cmocka_unit_test(what_is_over_is_removed_and_the_rest_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
