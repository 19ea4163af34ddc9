/*
 * Bytes → JSON → update: whatever Telegram, a proxy or an impostor answers, the event must be well
 * formed.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/telegram/bytes.h"
#include "salesreg/telegram/update.h"

static void require_clean(const char *s, size_t most_units)
{
	if (s)
		require(text_is_clean(s, strlen(s)) && text_utf16_units(s) <= most_units);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1); /* as the HTTP client gives it, with a NUL behind it */
	require(text != NULL);
	if (size > 0)
		memcpy(text, bytes, size);
	text[size] = '\0';
	int64_t id = -1;
	size_t at = 0;
	(void)telegram_bytes_look_like_updates(text, size);
	if (telegram_bytes_find_id(text, size, &id, &at))
		require(id >= 0 && at < size && text[at] == '"');
	json_t *update = telegram_bytes_parse(text, size);
	free(text);
	struct arena arena;
	arena_init(&arena, UPDATE_ARENA_BYTES);
	struct telegram_update out;
	telegram_update_parse(update, &arena, &out);
	const struct event *e = &out.event;
	require(e->text != NULL && event_kind_name(e->kind) != NULL);
	require_clean(e->text, UPDATE_TEXT_UNITS);
	require_clean(e->username, 256);
	require_clean(e->first_name, 256);
	require_clean(e->language_code, 256);
	require_clean(e->callback_id, 256);
	require_clean(e->phone, 64);
	bool own = e->kind == EVENT_OWN_CHAT || e->kind == EVENT_OWN_DELETED;
	require(e->kind == EVENT_IGNORED || (e->user_id > 0 && (e->chat_id > 0) != own));
	require((own || e->kind == EVENT_CONNECTION) == (e->business != NULL));
	if (e->business) {
		require_clean(e->business->connection, 256);
		require_clean(e->business->rights, 512);
		require_clean(e->business->peer_username, 256);
		require_clean(e->business->invites_to, 256);
		require(e->business->connection[0] && (e->business->peer > 0) == own);
		/* what is said there is not read */
		require(e->kind == EVENT_OWN_DELETED || !*e->text);
		require(!e->caption && !e->phone && !e->button_count);
		require(!own || telegram_update_is_private(update));
	}
	require((e->kind == EVENT_BUTTON) == (e->callback_id != NULL));
	require((e->kind == EVENT_CONTACT) == (e->phone != NULL));
	require((e->kind == EVENT_PEOPLE) == (e->chosen_id > 0));
	require_clean(e->chosen_name, 520);
	require_clean(e->chosen_username, 256);
	require(e->button_count <= UPDATE_MAX_BUTTONS &&
		(e->button_count == 0 || e->kind == EVENT_BUTTON));
	for (size_t i = 0; i < e->button_count; i++) {
		require_clean(e->buttons[i].text, 1024);
		require_clean(e->buttons[i].data, 256);
		require_clean(e->buttons[i].url, 4096);
		require(e->buttons[i].text &&
			(e->buttons[i].data != NULL) != (e->buttons[i].url != NULL));
	}
	arena_finish(&arena);
	json_decref(update);
	return 0;
}
