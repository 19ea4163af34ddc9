/*
 * Bytes → what others wrote (a name, a contact, notes), quoted in a message of the bot's: the JSON for Telegram is valid, its
 * text within the limits, every entity inside the text, and nothing of theirs stands outside of one as if the bot had said it.
 */
#include "fuzz.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/text/quote.h"

enum { UNITS_MOST = 5000 };

static void check_entities(const json_t *payload, size_t units)
{
	size_t i;
	json_t *entity;
	int64_t end = 0;
	json_array_foreach (json_object_get(payload, "entities"), i, entity) {
		const char *type = json_string_value(json_object_get(entity, "type"));
		int64_t offset = json_get_i64(entity, "offset", -1);
		int64_t length = json_get_i64(entity, "length", -1);
		require(type && (strcmp(type, "blockquote") == 0 || strcmp(type, "code") == 0));
		require(offset >= end && length > 0);
		end = offset + length;
		require((size_t)end <= units);
	}
	require(i <= MESSAGE_MAX_SPANS);
}

static void check(const struct message *m, struct arena *a)
{
	const char *json = outgoing_payload(m, a);
	json_t *payload = json_loads(json, 0, NULL);
	require(json_is_object(payload));
	require(json_get_i64(payload, "chat_id", 0) == 7);
	const char *text = json_string_value(json_object_get(payload, "text"));
	require(text && text_is_clean(text, strlen(text)));
	size_t units = text_utf16_units(text);
	require(units >= 1 && units <= MESSAGE_TEXT_UNITS);
	for (const char *p = text; *p;) {
		uint32_t c = text_next(&p);
		require(c == '\n' || !text_is_control(c));
	}
	check_entities(payload, units);
	json_decref(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	size = size < FUZZ_TEXT_BYTES ? size : FUZZ_TEXT_BYTES;
	size_t third = size / 3;
	const char *name = text_clean(&a, (const char *)bytes, third);
	const char *contact = text_clean(&a, (const char *)bytes + third, third);
	const char *notes = text_clean(&a, (const char *)bytes + 2 * third, size - 2 * third);
	size_t most = size ? 1 + (size_t)bytes[0] * 20 : 100;
	const char *block = quote_block(&a, notes, most);
	require(text_utf16_units(block) <= most + 2);
	const char *text = arena_concat(&a, "A client: ", quote_name(&a, name, 120), "\n",
	    quote_piece(&a, contact, 200), "\n", block, "\nWrite to them.", (char *)NULL);
	struct message_list list = {0};
	struct message *last = message_list_add(&list, &a, 7, PRIORITY_NOTIFICATION, text);
	require(list.count >= 1 && last == list.last);
	size_t count = 0;
	for (const struct message *m = list.first; m; m = m->next, count++)
		check(m, &a);
	require(count == list.count);
	arena_finish(&a);
	return 0;
}
