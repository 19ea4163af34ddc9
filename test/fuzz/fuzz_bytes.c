/*
 * Bytes → an answer of Telegram's, repaired: what comes out is JSON through and through, and good JSON comes out as it was.
 */
#include "fuzz.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/telegram/bytes.h"

static void check(json_t *value, struct arena *a)
{
	size_t n = 0;
	const char *text = json_text(a, value, &n);
	require(text && strlen(text) == n && text_is_clean(text, n));
	json_t *again = json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	/* a real number may be written shorter than it was */
	require(again && json_typeof(again) == json_typeof(value));
	const char *second = json_text(a, again, NULL);
	require(strcmp(second, text) == 0);
	(void)telegram_updates_are_numbered(value);
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	char *text = malloc(size + 1); /* as the HTTP client gives it, with a NUL behind it */
	require(text);
	if (size > 0)
		memcpy(text, bytes, size);
	text[size] = '\0';
	json_t *value = telegram_bytes_parse(text, size);
	json_t *plain = json_loadb(text, size, JSON_ALLOW_NUL, NULL);
	require(!plain || (value && json_equal(value, plain)));
	json_decref(plain);
	int64_t id = -1;
	size_t at = size;
	if (telegram_bytes_find_id(text, size, &id, &at))
		require(id >= 0 && at < size && text[at] == '"');
	if (telegram_bytes_look_like_updates(text, size))
		require(size >= 2);
	if (value)
		check(value, &a);
	json_decref(value);
	free(text);
	arena_finish(&a);
	return 0;
}
