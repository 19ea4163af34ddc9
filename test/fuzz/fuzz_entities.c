/*
 * Bytes → formatted text of the emulator: text and entities fit together as Telegram's do, whatever the markup was.
 * The first byte says how it is to be read.
 */
#include "fuzz.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/sandbox/telegram/entities.h"

enum { ENTITIES_MOST = 100 };

/* Whether so many UTF-16 units end between two characters. */
static bool is_boundary(const char *text, size_t units)
{
	size_t at = 0;
	while (*text && at < units)
		at += text_next(&text) > 0xFFFF ? 2 : 1;
	return at == units;
}

static void check(const struct formatted *out)
{
	size_t units = text_utf16_units(out->text), i;
	require(text_is_clean(out->text, strlen(out->text)));
	if (!out->entities)
		return;
	json_t *entities = json_loads(out->entities, 0, NULL), *entity;
	require(json_is_array(entities));
	require(json_array_size(entities) >= 1 && json_array_size(entities) <= ENTITIES_MOST);
	json_array_foreach (entities, i, entity) {
		int64_t offset = json_get_i64(entity, "offset", -1);
		int64_t length = json_get_i64(entity, "length", -1);
		const char *type = json_string_value(json_object_get(entity, "type"));
		require(type && offset >= 0 && length > 0);
		require((size_t)(offset + length) <= units);
		require(is_boundary(out->text, (size_t)offset));
		require(is_boundary(out->text, (size_t)(offset + length)));
		require(
		    (strcmp(type, "text_link") == 0) == (json_object_get(entity, "url") != NULL));
	}
	json_decref(entities);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const enum parse_mode modes[] = {
	    PARSE_NONE, PARSE_HTML, PARSE_MARKDOWN, PARSE_MARKDOWN_V2};
	if (size < 1)
		return 0;
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	size_t n = size - 1 < FUZZ_TEXT_BYTES ? size - 1 : FUZZ_TEXT_BYTES;
	const char *text = text_clean(&a, (const char *)bytes + 1, n);
	struct formatted out = {0}, detected = {0};
	enum parse_mode mode = modes[bytes[0] % 4];
	const char *error = entities_parse(&a, mode, text, &out);
	require(!error || (*error && text_is_clean(error, strlen(error))));
	require(mode != PARSE_NONE || (!error && strcmp(out.text, text) == 0));
	if (!error)
		check(&out);
	entities_detect(&a, text, &detected);
	require(strcmp(detected.text, text) == 0);
	check(&detected);
	arena_finish(&a);
	return 0;
}
