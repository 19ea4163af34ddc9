/*
 * Bytes → reply_markup of the emulator: what is taken is JSON that is taken again unchanged, and its buttons can be found.
 */
#include "fuzz.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/sandbox/telegram/markup.h"

static enum sandbox_error read_markup(const char *text, struct arena *a, const char **out)
{
	struct http_params params = {.count = 1, .arena = a};
	params.items[0] =
	    (struct http_param){.name = "reply_markup", .text = text, .size = strlen(text)};
	return markup_read(&params, a, out);
}

static size_t count_buttons(const json_t *rows)
{
	size_t count = 0, i;
	json_t *row;
	json_array_foreach (rows, i, row)
		count += json_array_size(row);
	return count;
}

static void check(const char *markup, struct arena *a)
{
	const char *again = NULL;
	require(text_is_clean(markup, strlen(markup)));
	json_t *document = json_loads(markup, 0, NULL), *found;
	require(json_is_object(document));
	const json_t *rows = json_object_get(document, "inline_keyboard");
	if (!rows)
		rows = json_object_get(document, "keyboard");
	size_t buttons = count_buttons(rows);
	require(buttons <= 100);
	const json_t *first = json_array_get(json_array_get(rows, 0), 0);
	if (first) {
		const char *label = json_is_string(first)
					? json_string_value(first)
					: json_string_value(json_object_get(first, "text"));
		require(label && *label);
		require(markup_find_button(markup, label, NULL, &found) != NULL);
		json_decref(found);
	}
	require((markup_find_button(markup, NULL, NULL, &found) != NULL) == (buttons > 0));
	json_decref(found);
	json_decref(document);
	require(read_markup(markup, a, &again) == SANDBOX_OK);
	require(again && strcmp(again, markup) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	const char *text =
	    text_clean(&a, (const char *)bytes, size < FUZZ_TEXT_BYTES ? size : FUZZ_TEXT_BYTES);
	const char *out = text;
	enum sandbox_error error = read_markup(text, &a, &out);
	require(!error || !out);
	if (out)
		check(out, &a);
	arena_finish(&a);
	return 0;
}
