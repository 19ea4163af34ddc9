#include "salesreg/base/seal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ONE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define TWO "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

static struct seal_keys keys_of(const char *text)
{
	struct seal_keys keys;
	assert_int_equal(seal_keys_parse(&keys, text), ERR_OK);
	return keys;
}

static void test_lists(void **state)
{
	(void)state;
	struct seal_keys keys;
	static const struct {
		const char *text;
		size_t count; /* 0: refused */
	} rows[] = {{ONE, 1}, {ONE "," TWO, 2}, {" " ONE " , " TWO " ", 2}, {ONE ",", 0},
	    {"," ONE, 0}, {"c2hvcnQ=", 0}, {ONE TWO, 0}, {ONE " " TWO, 0}, {"nonsense", 0},
	    {ONE "," ONE "," ONE "," ONE "," ONE "," ONE "," ONE "," ONE "," ONE, 0}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum err err = seal_keys_parse(&keys, rows[i].text);
		assert_int_equal(err, rows[i].count ? ERR_OK : ERR_INVALID);
		assert_int_equal(keys.count, rows[i].count);
	}
	assert_int_equal(seal_keys_parse(&keys, ""), ERR_OK);
	assert_int_equal(keys.count, 0);
}

static void test_what_was_sealed_opens_for_its_owner_alone(void **state)
{
	(void)state;
	struct seal_keys keys = keys_of(ONE), rotated = keys_of(TWO "," ONE), other = keys_of(TWO);
	static const char plain[] = "1//refresh";
	unsigned char sealed[sizeof plain + SEAL_OVERHEAD], again[sizeof sealed], out[sizeof plain];
	char id[SEAL_ID_TEXT];
	seal_close(&keys, "rep-1", "refresh", plain, sizeof plain, sealed);
	seal_close(&keys, "rep-1", "refresh", plain, sizeof plain, again);
	assert_memory_not_equal(sealed, again, sizeof sealed);
	assert_int_equal(
	    seal_open(&keys, "rep-1", "refresh", sealed, sizeof sealed, out, id), SEAL_OPENED);
	assert_string_equal((char *)out, plain);
	assert_string_equal(id, keys.keys[0].id_text);
	assert_int_equal(
	    seal_open(&rotated, "rep-1", "refresh", sealed, sizeof sealed, out, id), SEAL_OPENED);
	assert_int_equal(
	    seal_open(&other, "rep-1", "refresh", sealed, sizeof sealed, out, id), SEAL_NO_KEY);
	assert_string_equal(id, keys.keys[0].id_text);
	assert_int_equal(
	    seal_open(&keys, "rep-2", "refresh", sealed, sizeof sealed, out, id), SEAL_BROKEN);
	assert_int_equal(
	    seal_open(&keys, "rep-1", "access", sealed, sizeof sealed, out, id), SEAL_BROKEN);
	for (size_t cut = 0; cut < sizeof sealed; cut++)
		assert_int_not_equal(
		    seal_open(&keys, "rep-1", "refresh", sealed, cut, out, id), SEAL_OPENED);
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 1;
		assert_int_not_equal(
		    seal_open(&keys, "rep-1", "refresh", sealed, sizeof sealed, out, id),
		    SEAL_OPENED);
		sealed[i] ^= 1;
	}
}

static void test_what_is_derived_depends_on_everything(void **state)
{
	(void)state;
	struct seal_keys keys = keys_of(ONE "," TWO);
	unsigned char a[SEAL_KEY_BYTES], b[SEAL_KEY_BYTES];
	seal_derive(&keys.keys[0], "pkce", "x", a);
	seal_derive(&keys.keys[0], "pkce", "x", b);
	assert_memory_equal(a, b, sizeof a);
	seal_derive(&keys.keys[0], "pkce", "y", b);
	assert_memory_not_equal(a, b, sizeof a);
	seal_derive(&keys.keys[1], "pkce", "x", b);
	assert_memory_not_equal(a, b, sizeof a);
	seal_derive(&keys.keys[0], "pkcex", "", b);
	assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_what_was_sealed_opens_for_its_owner_alone),
	    cmocka_unit_test(test_what_is_derived_depends_on_everything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
