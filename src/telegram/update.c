#include "salesreg/telegram/update.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/outbox/message.h"
#include "update_private.h"
#include <string.h>
#include <strings.h>

/* Generous against the Bot API's documented limits; they only keep nonsense small. */
enum {
	NAME_UNITS = 256,
	CAPTION_UNITS = 4096, /* 1024, or four times as many of who pays for it */
	ID_UNITS = 256,
	DATA_UNITS = 256,
	BUTTON_TEXT_BYTES = 1024,
	BUTTON_DATA_BYTES = 256,
	BUTTON_URL_BYTES = 4096,
	BUTTON_COPY_BYTES = 1024,
	RIGHTS_BYTES = 512,
	DELETED_MOST = 100, /* messages at once (Bot API, "deleteMessages") */
};

/* What a person can send besides text and contacts.
 * Order matters where a message has two of them. */
static const char *const media_fields[] = {"animation", "audio", "photo", "sticker", "story",
    "video", "video_note", "voice", "document", "venue", "location", "poll", "dice", "game",
    "paid_media", "checklist", "invoice", "passport_data", "web_app_data", "giveaway", NULL};

/* Telegram's notices in a private chat: there is nothing to answer. */
static const char *const notice_fields[] = {"pinned_message", "message_auto_delete_timer_changed",
    "write_access_allowed", "connected_website", "chat_shared", "chat_background_set",
    "proximity_alert_triggered", "successful_payment", "refunded_payment", "gift", "unique_gift",
    "paid_message_price_changed", "boost_added", "giveaway_created", "giveaway_completed",
    "giveaway_winners", "checklist_tasks_done", "checklist_tasks_added", NULL};

/* Who and where. True if it is a person in a private chat;
 * chat may be NULL (a callback on a vanished message). */
static bool read_people(const json_t *from, const json_t *chat, struct arena *a, struct event *e)
{
	e->user_id = json_get_i64(from, "id", 0);
	e->chat_id = json_get_i64(chat, "id", 0);
	e->username = update_bounded(a, from, "username", NAME_UNITS);
	e->first_name = update_bounded(a, from, "first_name", NAME_UNITS);
	e->language_code = update_bounded(a, from, "language_code", ID_UNITS);
	const char *type = json_string_value(json_object_get(chat, "type"));
	/* ids of users are positive, and a private chat has the id of the person */
	return e->user_id > 0 && e->chat_id > 0 && type && strcmp(type, "private") == 0 &&
	       !json_get_bool(from, "is_bot", false);
}

/* The payload of "/start" or "/start@bot", NULL if it is another text. */
static const char *start_payload(const char *text, struct arena *a)
{
	static const char command[] = "/start";
	if (strncasecmp(text, command, sizeof command - 1) != 0)
		return NULL;
	const char *s = text + sizeof command - 1;
	if (*s == '@')
		s += strcspn(s, " \t\r\n");
	if (*s && !strchr(" \t\r\n", *s))
		return NULL;
	s += strspn(s, " \t\r\n");
	size_t n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		n--;
	return s[n] ? arena_strndup(a, s, n) : s;
}

static void read_place(const json_t *message, struct event *e)
{
	e->said_id = json_get_i64(message, "message_id", 0);
	e->date_s = json_get_i64(message, "edit_date", json_get_i64(message, "date", 0));
	const json_t *replied = json_get_object(message, "reply_to_message");
	e->replies_to = json_get_i64(replied, "message_id", 0);
	e->replies_to_media = e->replies_to && !json_object_get(replied, "text");
}

static void read_message(const json_t *message, struct arena *a, struct event *e)
{
	if (!read_people(json_get_object(message, "from"), json_get_object(message, "chat"), a, e))
		return;
	read_place(message, e);
	const char *text = update_bounded(a, message, "text", UPDATE_TEXT_UNITS);
	if (text) {
		const char *payload = start_payload(text, a);
		e->kind = payload ? EVENT_START : EVENT_TEXT;
		e->text = payload ? payload : text;
		e->format = update_read_format(message, a);
		return;
	}
	const json_t *contact = json_get_object(message, "contact");
	if (contact) {
		update_read_contact(contact, a, e);
		return;
	}
	const json_t *people = json_get_object(message, "users_shared");
	if (people) {
		update_read_people(people, a, e);
		return;
	}
	const char *media = update_first_present(message, media_fields);
	if (!media && update_first_present(message, notice_fields))
		return;
	e->kind = EVENT_MEDIA;
	e->text = media ? media : "unknown";
	e->caption = update_bounded(a, message, "caption", CAPTION_UNITS);
	e->album = update_bounded(a, message, "media_group_id", ID_UNITS);
	e->file = update_read_file(message, a);
	e->format = update_read_format(message, a);
}

static void read_edited(const json_t *message, struct arena *a, struct event *e)
{
	if (!read_people(json_get_object(message, "from"), json_get_object(message, "chat"), a, e))
		return;
	read_place(message, e);
	const char *text = update_bounded(a, message, "text", UPDATE_TEXT_UNITS);
	e->caption = text ? NULL : update_bounded(a, message, "caption", CAPTION_UNITS);
	if (!text && !e->caption)
		return;
	e->kind = EVENT_EDITED;
	e->text = text ? text : e->caption;
	e->format = update_read_format(message, a);
}

static bool read_button(const json_t *source, size_t row, struct event_button *button)
{
	*button =
	    (struct event_button){.text = update_short_text(source, "text", BUTTON_TEXT_BYTES),
		.data = update_short_text(source, "callback_data", BUTTON_DATA_BYTES),
		.url = update_short_text(source, "url", BUTTON_URL_BYTES),
		.copy = update_short_text(
		    json_get_object(source, "copy_text"), "text", BUTTON_COPY_BYTES),
		.row = row};
	if (button->data)
		button->url = NULL;
	if (button->data || button->url)
		button->copy = NULL;
	return button->text && (button->data || button->url || button->copy);
}

static void read_buttons(const json_t *message, struct arena *a, struct event *e)
{
	const json_t *rows =
	    json_get_array(json_get_object(message, "reply_markup"), "inline_keyboard");
	struct event_button found[UPDATE_MAX_BUTTONS];
	size_t count = 0;
	for (size_t r = 0; r < json_array_size(rows) && count < UPDATE_MAX_BUTTONS; r++) {
		const json_t *row = json_array_get(rows, r);
		for (size_t c = 0; c < json_array_size(row) && count < UPDATE_MAX_BUTTONS; c++)
			count += read_button(json_array_get(row, c), r, &found[count]);
	}
	if (count == 0)
		return;
	struct event_button *buttons = ARENA_ARRAY(a, struct event_button, count);
	memcpy(buttons, found, count * sizeof *buttons);
	e->buttons = buttons;
	e->button_count = count;
}

static const char *mark_of(const char *type)
{
	if (!type)
		return NULL;
	if (strcmp(type, "blockquote") == 0)
		return MESSAGE_MARK_QUOTE;
	return strcmp(type, "code") == 0 ? MESSAGE_MARK_CODE : NULL;
}

/* With the marks it was made of: what Telegram added by itself (links) it adds again. Entities come in order. */
static const char *read_marked_text(const json_t *message, struct arena *a)
{
	const char *text = update_bounded(a, message, "text", MESSAGE_TEXT_UNITS);
	const json_t *entities = json_get_array(message, "entities");
	if (!text)
		return NULL;
	char *out = arena_alloc(a, strlen(text) + 2 * json_array_size(entities) + 1), *end = out;
	size_t done = 0; /* bytes */
	for (size_t i = 0; i < json_array_size(entities); i++) {
		const json_t *entity = json_array_get(entities, i);
		const char *mark = mark_of(json_string_value(json_object_get(entity, "type")));
		int64_t offset = json_get_i64(entity, "offset", -1),
			length = json_get_i64(entity, "length", -1);
		if (!mark || offset < 0 || length <= 0 || offset > MESSAGE_TEXT_UNITS ||
		    length > MESSAGE_TEXT_UNITS)
			continue;
		size_t from = text_offset_utf16(text, (size_t)offset),
		       to = text_offset_utf16(text, (size_t)(offset + length));
		if (from < done) /* one inside another: none of ours */
			continue;
		end = mempcpy(end, text + done, from - done);
		end = stpcpy(end, mark);
		end = mempcpy(end, text + from, to - from);
		end = stpcpy(end, MESSAGE_MARK_END);
		done = to;
	}
	(void)stpcpy(end, text + done);
	return out;
}

/* What history has of a link that opens something: see salesreg.redacted(). */
static bool is_redacted(const char *text)
{
	return text && strstr(text, "start") && strstr(text, "…");
}

/* The button as the message that was pressed has it. */
static const struct event_button *whole_button(
    const struct event *event, const struct event_button *redacted)
{
	for (size_t i = 0; i < event->button_count; i++) {
		const struct event_button *b = &event->buttons[i];
		if (!b->data && strcmp(b->text, redacted->text) == 0 &&
		    (b->url != NULL) == (redacted->url != NULL))
			return b;
	}
	return redacted;
}

void telegram_edit_apply(const char *payload, struct arena *a, struct event *event)
{
	json_t *edit = json_loads(payload, 0, NULL);
	struct event shown = {.buttons = NULL};
	if (!edit || (!event->message_text && event->button_count == 0)) {
		json_decref(edit);
		return;
	}
	read_buttons(edit, a, &shown);
	struct event_button *buttons = ARENA_ARRAY(a, struct event_button, shown.button_count);
	for (size_t i = 0; i < shown.button_count; i++) {
		const struct event_button *b = &shown.buttons[i];
		const struct event_button *whole =
		    is_redacted(b->url) || is_redacted(b->copy) ? whole_button(event, b) : b;
		buttons[i] = (struct event_button){.text = arena_strdup(a, b->text),
		    .data = arena_strdup(a, b->data),
		    .url = arena_strdup(a, whole->url),
		    .copy = arena_strdup(a, whole->copy),
		    .row = b->row};
	}
	event->buttons = buttons;
	event->button_count = shown.button_count;
	const char *text = read_marked_text(edit, a);
	if (text && !is_redacted(text))
		event->message_text = text;
	json_decref(edit);
}

static void read_callback(const json_t *callback, struct arena *a, struct event *e)
{
	const json_t *from = json_get_object(callback, "from");
	const json_t *message = json_get_object(callback, "message");
	/* its number is another account's: in the chat with the bot that is another message */
	if (json_object_get(message, "business_connection_id"))
		message = NULL;
	bool usable = read_people(from, json_get_object(message, "chat"), a, e);
	if (!message && !json_object_get(callback, "inline_message_id")) {
		/* the message is gone altogether;
		 * a keyboard of ours hangs nowhere but in private chats */
		e->chat_id = e->user_id;
		usable = e->user_id > 0 && !json_get_bool(from, "is_bot", false);
	}
	/* without its id a press can neither be answered nor be told from another */
	const char *id = update_bounded(a, callback, "id", ID_UNITS);
	if (!usable || !id)
		return;
	const char *data = update_bounded(a, callback, "data", DATA_UNITS);
	e->kind = EVENT_BUTTON;
	e->callback_id = id;
	e->text = data ? data : "";
	e->message_id = json_get_i64(message, "message_id", 0);
	const json_t *replied = json_get_object(message, "reply_to_message");
	e->replies_to = json_get_i64(replied, "message_id", 0);
	e->replies_to_media = e->replies_to && !json_object_get(replied, "text");
	e->replied_text = update_bounded(a, replied, "text", UPDATE_TEXT_UNITS);
	e->replied_caption = update_bounded(a, replied, "caption", CAPTION_UNITS);
	e->replied_file = update_read_file(replied, a);
	e->replied_format = update_read_format(replied, a);
	if (json_get_i64(message, "date", 0) != 0) {
		read_buttons(message, a, e);
		e->message_text = read_marked_text(message, a);
	}
}

static void read_membership(const json_t *change, struct arena *a, struct event *e)
{
	if (!read_people(json_get_object(change, "from"), json_get_object(change, "chat"), a, e))
		return;
	const char *status = json_string_value(
	    json_object_get(json_get_object(change, "new_chat_member"), "status"));
	if (!status)
		return;
	if (strcmp(status, "kicked") == 0)
		e->kind = EVENT_BLOCKED;
	else if (strcmp(status, "member") == 0)
		e->kind = EVENT_UNBLOCKED;
}

/* Which rights were given that nobody needs: names, with commas. Only true ones are there (Bot API, "BusinessBotRights"). */
static const char *read_rights(const json_t *rights, struct arena *a)
{
	char list[RIGHTS_BYTES] = "";
	size_t used = 0;
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)rights, name, value) {
		size_t n = strlen(name);
		bool needed =
		    strcmp(name, "can_reply") == 0 || strcmp(name, "can_read_messages") == 0;
		bool plain = n > 0 && name[strspn(name, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
		if (!json_is_true(value) || needed || !plain || used + n + 2 > sizeof list)
			continue;
		if (used)
			list[used++] = ',';
		memcpy(list + used, name, n + 1);
		used += n;
	}
	return arena_strdup(a, list);
}

void telegram_connection_parse(const json_t *connection, struct arena *a, struct event *e)
{
	const json_t *user = json_get_object(connection, "user");
	const json_t *rights = json_get_object(connection, "rights");
	const char *id = update_short_text(connection, "id", ID_UNITS);
	e->user_id = json_get_i64(user, "id", 0);
	e->chat_id = json_get_i64(connection, "user_chat_id", 0);
	e->username = update_bounded(a, user, "username", NAME_UNITS);
	e->first_name = update_bounded(a, user, "first_name", NAME_UNITS);
	e->language_code = update_bounded(a, user, "language_code", ID_UNITS);
	if (!id || !*id || e->user_id <= 0 || e->chat_id <= 0 ||
	    json_get_bool(user, "is_bot", false))
		return;
	struct business_event *b = ARENA_NEW(a, struct business_event);
	*b = (struct business_event){.connection = id,
	    .at = json_get_i64(connection, "date", 0),
	    .enabled = json_get_bool(connection, "is_enabled", false),
	    /* servers before 9.0 have no rights, but this one */
	    .can_reply = json_get_bool(rights ? rights : connection, "can_reply", false),
	    .can_read = json_get_bool(rights, "can_read_messages", false),
	    .rights = read_rights(rights, a)};
	e->kind = EVENT_CONNECTION;
	e->business = b;
}

/* Which chat of whose account it is about; NULL: none of a person. Never what is said there. */
static struct business_event *read_own_chat(const json_t *object, struct arena *a)
{
	const json_t *chat = json_get_object(object, "chat");
	const char *id = update_short_text(object, "business_connection_id", ID_UNITS),
		   *type = json_string_value(json_object_get(chat, "type"));
	int64_t peer = json_get_i64(chat, "id", 0);
	if (!id || !*id || peer <= 0 || !type || strcmp(type, "private") != 0)
		return NULL;
	struct business_event *b = ARENA_NEW(a, struct business_event);
	*b = (struct business_event){.connection = id,
	    .rights = "",
	    .at = json_get_i64(object, "date", 0),
	    .peer = peer,
	    .peer_username = update_bounded(a, chat, "username", NAME_UNITS),
	    .message_id = json_get_i64(object, "message_id", 0)};
	return b;
}

/* All that is looked for in somebody's own chat: the name of the bot whose link for a prospect stands there (t.me/NAME?start=p…). */
static const char *read_invitation(const json_t *message, struct arena *a)
{
	static const char host[] = "t.me/", start[] = "?start=p";
	const char *at = json_string_value(json_object_get(message, "text"));
	while (at && (at = strstr(at, host))) {
		at += sizeof host - 1;
		size_t n =
		    strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		if (n > 0 && n < NAME_UNITS && strncmp(at + n, start, sizeof start - 1) == 0)
			return arena_strndup(a, at, n);
	}
	return NULL;
}

static void read_business(const json_t *message, struct arena *a, struct event *e)
{
	const json_t *from = json_get_object(message, "from");
	/* a bot's word, be it ours, and what Telegram sends while somebody is away, is nobody's */
	if (json_object_get(message, "sender_business_bot") ||
	    json_get_bool(message, "is_from_offline", false) ||
	    json_get_bool(from, "is_bot", false))
		return;
	struct business_event *b = read_own_chat(message, a);
	int64_t writer = json_get_i64(from, "id", 0);
	if (!b || writer <= 0 || update_first_present(message, notice_fields))
		return;
	b->invites_to = read_invitation(message, a);
	e->kind = EVENT_OWN_CHAT;
	e->user_id = writer;
	e->business = b;
}

static void read_business_deleted(const json_t *deleted, struct arena *a, struct event *e)
{
	const struct business_event *b = read_own_chat(deleted, a);
	const json_t *ids = json_get_array(deleted, "message_ids");
	const char *list = "";
	for (size_t i = 0; i < json_array_size(ids) && i < DELETED_MOST; i++)
		list = arena_printf(a, "%s%s%lld", list, i ? "," : "",
		    (long long)json_integer_value(json_array_get(ids, i)));
	if (!b || !*list)
		return;
	e->kind = EVENT_OWN_DELETED;
	e->user_id = b->peer;
	e->business = b;
	e->text = list;
}

void telegram_update_parse(const json_t *update, struct arena *a, struct telegram_update *out)
{
	static const struct {
		const char *field;
		void (*read)(const json_t *value, struct arena *a, struct event *e);
	} readers[] = {
	    {"message", read_message},
	    {"callback_query", read_callback},
	    {"my_chat_member", read_membership},
	    {"edited_message", read_edited},
	    {"business_connection", telegram_connection_parse},
	    {"business_message", read_business},
	    {"deleted_business_messages", read_business_deleted},
	};
	int64_t id = json_get_i64(update, "update_id", 0);
	*out = (struct telegram_update){.update_id = id,
	    .has_id = id != 0 || json_get_i64(update, "update_id", 1) == 0,
	    .event = {.kind = EVENT_IGNORED, .text = ""}};
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		const json_t *value = json_get_object(update, readers[i].field);
		if (value) {
			readers[i].read(value, a, &out->event);
			return;
		}
	}
}

bool telegram_update_is_private(const json_t *update)
{
	return json_object_get(update, "business_message") ||
	       json_object_get(update, "edited_business_message") ||
	       json_object_get(update, "deleted_business_messages");
}

bool telegram_bytes_are_private(const char *bytes, size_t size)
{
	static const char word[] = "business_message";
	return memmem(bytes, size, word, sizeof word - 1) != NULL;
}
