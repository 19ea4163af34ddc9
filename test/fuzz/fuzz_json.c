/*
 * Bytes → text, quoted, escaped, folded, cut and made fit for a terminal: always valid, and the same when it is done twice.
 */
#include "fuzz.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"

static json_t *load(const char *json)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	require(json_is_string(value));
	return value;
}

static void check_quoted(const char *s, struct arena *a)
{
	const char *quoted = json_quote(a, s);
	json_t *value = load(quoted);
	require(strcmp(json_string_value(value), s) == 0);
	size_t n = 0;
	const char *text = json_text(a, value, &n);
	require(text && strlen(text) == n);
	struct buf out;
	buf_init(&out, FUZZ_ARENA_BYTES);
	json_add_escaped(&out, quoted, strlen(quoted));
	const char *escaped = buf_text(&out);
	for (const char *p = escaped; *p;)
		require(!text_is_control(text_next(&p)));
	json_t *same = load(escaped);
	require(json_equal(same, value));
	json_decref(same);
	json_decref(value);
	buf_finish(&out);
}

static void check_terminal(const uint8_t *bytes, size_t size, struct arena *a)
{
	char *shown = text_for_terminal(arena_strndup(a, (const char *)bytes, size));
	const char *before = arena_strdup(a, shown);
	require(strlen(shown) <= size && text_is_clean(shown, strlen(shown)));
	for (const char *p = shown; *p;)
		require(!text_is_control(text_next(&p)));
	require(strcmp(text_for_terminal(shown), before) == 0);
}

static void check_cut(const char *s, size_t units, struct arena *a)
{
	size_t n = text_prefix_utf16(s, units);
	require(n <= strlen(s));
	const char *cut = arena_strndup(a, s, n);
	require(text_is_clean(cut, n) && text_utf16_units(cut) <= units);
	require(n == strlen(s) || text_utf16_units(s) > units);
	require(n > 0 || units < 2 || !*s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	size = size < FUZZ_TEXT_BYTES ? size : FUZZ_TEXT_BYTES;
	const char *s = text_clean(&a, (const char *)bytes, size);
	require(text_is_clean(s, strlen(s)));
	require(strcmp(text_clean(&a, s, strlen(s)), s) == 0);
	require(text_is_clean((const char *)bytes, size) ? strlen(s) == size : true);
	size_t points = text_code_points(s), units = text_utf16_units(s);
	require(points <= units && units <= 2 * points && points <= strlen(s));
	check_quoted(s, &a);
	check_terminal(bytes, size, &a);
	check_cut(s, size ? bytes[0] : 0, &a);
	check_cut(s, units / 2, &a);
	const char *folded = text_fold(&a, s), *tidy = text_tidy(&a, s);
	require(text_is_clean(folded, strlen(folded)) && text_is_clean(tidy, strlen(tidy)));
	require(strcmp(text_fold(&a, folded), folded) == 0);
	require(strcmp(text_tidy(&a, tidy), tidy) == 0);
	for (const char *p = tidy; *p;)
		require(!text_is_control(text_next(&p)));
	arena_finish(&a);
	return 0;
}
