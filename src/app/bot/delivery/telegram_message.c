#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/json.h"
#include "salesreg/db/conn.h"
#include "salesreg/store/outbox.h"
#include <stdio.h>
#include <string.h>

static const struct {
	const char *kind, *method;
	bool takes_caption;
} files[] = {
    {"photo", "sendPhoto", true},
    {"video", "sendVideo", true},
    {"animation", "sendAnimation", true},
    {"audio", "sendAudio", true},
    {"voice", "sendVoice", true},
    {"video_note", "sendVideoNote", false},
    {"sticker", "sendSticker", false},
    {"document", "sendDocument", true},
};
enum { FILES = sizeof files / sizeof *files };

static size_t find_file(const char *kind)
{
	size_t i = 0;
	while (i < FILES - 1 && strcmp(files[i].kind, kind) != 0)
		i++;
	return i;
}

const char *outgoing_method(const struct message *message)
{
	switch (message->kind) {
	case MESSAGE_SEND:
		return "sendMessage";
	case MESSAGE_EDIT_KEYBOARD:
		return "editMessageReplyMarkup";
	case MESSAGE_EDIT_TEXT:
		return "editMessageText";
	case MESSAGE_EDIT_CAPTION:
		return "editMessageCaption";
	case MESSAGE_COPY:
		return "copyMessage";
	case MESSAGE_FILE:
		return files[find_file(message->file_kind)].method;
	}
	return "sendMessage";
}

static char *keyboard(const struct message *message, struct arena *a)
{
	size_t size = 64;
	const char **parts = ARENA_ARRAY(a, const char *, message->button_count);
	for (size_t i = 0; i < message->button_count; i++) {
		const struct button *b = &message->buttons[i];
		parts[i] = arena_concat(a, "{\"text\":", json_quote(a, b->text),
		    b->url    ? ",\"url\":"
		    : b->copy ? ",\"copy_text\":{\"text\":"
			      : ",\"callback_data\":",
		    json_quote(a, b->url    ? b->url
				  : b->copy ? b->copy
					    : b->data),
		    b->copy ? "}}" : "}", (char *)NULL);
		size += strlen(parts[i]) + 4;
	}
	char *out = arena_bytes(a, size), *end = out;
	end = stpcpy(end, "{\"inline_keyboard\":[");
	for (size_t i = 0; i < message->button_count; i++) {
		if (i == 0)
			*end++ = '[';
		else
			end = stpcpy(end, message->buttons[i].new_row ? "],[" : ",");
		end = stpcpy(end, parts[i]);
	}
	(void)stpcpy(end, message->button_count ? "]]}" : "]}");
	return out;
}

static char *reply_keyboard(const struct message *message, struct arena *a)
{
	char *out = arena_strdup(a, "{\"keyboard\":[[");
	for (size_t i = 0; i < message->button_count; i++) {
		const struct button *b = &message->buttons[i];
		out = arena_concat(a, out,
		    i == 0       ? ""
		    : b->new_row ? "],["
				 : ",",
		    "{\"text\":", json_quote(a, b->text),
		    b->asks_contact  ? ",\"request_contact\":true}"
		    : b->asks_person ? ",\"request_users\":{\"request_id\":1,\"user_is_bot\":false,"
				       "\"request_name\":true,\"request_username\":true}}"
				     : "}",
		    (char *)NULL);
	}
	return arena_concat(a, out, "]],\"resize_keyboard\":true,",
	    message->placeholder ? "\"input_field_placeholder\":" : "\"one_time_keyboard\":true",
	    message->placeholder ? json_quote(a, message->placeholder) : "", "}", (char *)NULL);
}

/* With the comma before it; "" for none. */
static const char *markup(const struct message *message, struct arena *a)
{
	switch (message->keyboard) {
	case KEYBOARD_INLINE:
		break;
	case KEYBOARD_REPLY:
		return arena_concat(
		    a, ",\"reply_markup\":", reply_keyboard(message, a), (char *)NULL);
	case KEYBOARD_REMOVE:
		return ",\"reply_markup\":{\"remove_keyboard\":true}";
	}
	return message->button_count
		   ? arena_concat(a, ",\"reply_markup\":", keyboard(message, a), (char *)NULL)
		   : "";
}

static char *entities(const struct message *message, struct arena *a)
{
	enum { ONE_MOST = 96 }; /* bytes: two numbers of 4 digits, an id, and the words */
	const struct mention *m = message->mention;
	size_t size = (message->span_count + 1) * ONE_MOST + sizeof ",\"entities\":[]", used = 0;
	char *out = arena_alloc(a, size);
	used += (size_t)snprintf(out, size, ",\"entities\":[");
	for (size_t i = 0; i < message->span_count; i++) {
		const struct span *s = &message->spans[i];
		used += (size_t)snprintf(out + used, size - used,
		    "%s{\"type\":\"%s\",\"offset\":%zu,\"length\":%zu}", i ? "," : "", s->type,
		    s->offset, s->length);
	}
	if (m)
		used += (size_t)snprintf(out + used, size - used,
		    "%s{\"type\":\"text_mention\",\"offset\":%zu,\"length\":%zu,\"user\":{"
		    "\"id\":%lld}}",
		    message->span_count ? "," : "", m->offset, m->length, (long long)m->user_id);
	(void)snprintf(out + used, size - used, "]");
	return out;
}

/* What may be gone already is no reason not to say it. */
static const char *reply(const struct message *message, struct arena *a)
{
	return message->reply_to ? arena_printf(a,
				       ",\"reply_parameters\":{\"message_id\":%lld,"
				       "\"allow_sending_without_reply\":true}",
				       (long long)message->reply_to)
				 : "";
}

const char *outgoing_relay(const struct message *message, struct arena *a)
{
	static const char *const reasons[] = {
#define X(name, text) text,
	    RELAY_REFUSAL_MAP(X)
#undef X
	};
	const struct relayed *r = message->relayed;
	if (!r)
		return NULL;
	if (!r->chat_id)
		return arena_concat(a, "{\"prospect\":", json_quote(a, r->prospect),
		    r->card ? ",\"card\":true" : "", r->notice ? ",\"notice\":true" : "", "}",
		    (char *)NULL);
	const char *refused = "";
	for (size_t i = 0; r->refused[0] && i < RELAY_REFUSALS; i++)
		refused = arena_concat(a, refused, i ? ",\"" : ",\"refused\":{\"", reasons[i],
		    "\":", json_quote(a, r->refused[i]), (char *)NULL);
	const char *anew =
	    message->anew
		? arena_concat(a, ",\"anew\":", outgoing_payload(message->anew, a), (char *)NULL)
		: "";
	return arena_concat(a, "{\"prospect\":", json_quote(a, r->prospect),
	    ",\"chat\":", db_i64(a, r->chat_id), r->message_id ? ",\"message\":" : "",
	    r->message_id ? db_i64(a, r->message_id) : "", r->caption ? ",\"caption\":true" : "",
	    r->receipt ? ",\"receipt\":true" : "", anew, refused, *refused ? "}}" : "}",
	    (char *)NULL);
}

/* First of all members: what it is worth is seen without reading the rest. */
static const char *by_connection(const struct message *message, struct arena *a)
{
	return message->connection ? arena_concat(a, "\"business_connection_id\":",
					 json_quote(a, message->connection), ",", (char *)NULL)
				   : "";
}

static const char *format(const struct message *message, const char *member, struct arena *a)
{
	return message->format
		   ? arena_concat(a, ",\"", member, "\":", message->format, (char *)NULL)
		   : "";
}

/* The bot's own words show no preview of what they link to; a rep's do, as they would from the rep. */
static const char *preview(const struct message *message)
{
	return message->connection ? "" : ",\"link_preview_options\":{\"is_disabled\":true}";
}

static const char *file_payload(const struct message *message, struct arena *a)
{
	size_t i = find_file(message->file_kind);
	const char *caption =
	    message->text && files[i].takes_caption
		? arena_concat(a, ",\"caption\":", json_quote(a, message->text), (char *)NULL)
		: "";
	return arena_concat(a, "{", by_connection(message, a),
	    "\"chat_id\":", db_i64(a, message->chat_id), ",\"", files[i].kind,
	    "\":", json_quote(a, message->file_id), caption,
	    *caption ? format(message, "caption_entities", a) : "", reply(message, a), "}",
	    (char *)NULL);
}

const char *outgoing_payload(const struct message *message, struct arena *a)
{
	switch (message->kind) {
	case MESSAGE_SEND:
		return arena_concat(a, "{", by_connection(message, a),
		    "\"chat_id\":", db_i64(a, message->chat_id),
		    ",\"text\":", json_quote(a, message->text),
		    message->mention || message->span_count ? entities(message, a)
							    : format(message, "entities", a),
		    preview(message), reply(message, a), markup(message, a), "}", (char *)NULL);
	case MESSAGE_COPY:
		return arena_concat(a, "{\"chat_id\":", db_i64(a, message->chat_id),
		    ",\"from_chat_id\":", db_i64(a, message->from_chat),
		    ",\"message_id\":", db_i64(a, message->message_id), reply(message, a), "}",
		    (char *)NULL);
	case MESSAGE_FILE:
		return file_payload(message, a);
	case MESSAGE_EDIT_CAPTION:
		return arena_concat(a, "{", by_connection(message, a),
		    "\"chat_id\":", db_i64(a, message->chat_id),
		    ",\"message_id\":", db_i64(a, message->message_id),
		    ",\"caption\":", json_quote(a, message->text),
		    format(message, "caption_entities", a), "}", (char *)NULL);
	case MESSAGE_EDIT_KEYBOARD:
		return arena_concat(a, "{\"chat_id\":", db_i64(a, message->chat_id),
		    ",\"message_id\":", db_i64(a, message->message_id),
		    ",\"reply_markup\":", keyboard(message, a), "}", (char *)NULL);
	case MESSAGE_EDIT_TEXT:
		return arena_concat(a, "{", by_connection(message, a),
		    "\"chat_id\":", db_i64(a, message->chat_id),
		    ",\"message_id\":", db_i64(a, message->message_id),
		    ",\"text\":", json_quote(a, message->text),
		    message->span_count ? entities(message, a) : format(message, "entities", a),
		    preview(message), ",\"reply_markup\":", keyboard(message, a), "}",
		    (char *)NULL);
	}
	return "{}";
}

void outgoing_insert(struct db_plan *plan, struct arena *a, const struct message_list *list)
{
	if (list->count == 0)
		return;
	struct outbox_new *rows = ARENA_ARRAY(a, struct outbox_new, list->count);
	size_t count = 0;
	for (const struct message *m = list->first; m; m = m->next)
		rows[count++] = (struct outbox_new){.chat_id = m->chat_id,
		    .method = outgoing_method(m),
		    .payload = outgoing_payload(m, a),
		    .priority = (int)m->priority,
		    .relay = outgoing_relay(m, a)};
	(void)outbox_insert(plan, a, rows, count);
}

const char *outgoing_menu(const struct catalog *catalog, enum locale locale,
    const char *language_code, int64_t chat_id, unsigned audience, struct arena *a)
{
	const char *list = "";
	for (size_t i = 0; i < CATALOG_COMMAND_COUNT; i++)
		if (catalog_commands[i].audiences & audience)
			list = arena_concat(a, list, *list ? "," : "", "{\"command\":\"",
			    catalog_commands[i].name, "\",\"description\":",
			    json_quote(a, catalog->texts[locale][catalog_commands[i].description]),
			    "}", (char *)NULL);
	const char *language =
	    language_code ? arena_printf(a, ",\"language_code\":\"%s\"", language_code) : "";
	const char *scope = chat_id
				? arena_printf(a, ",\"scope\":{\"type\":\"chat\",\"chat_id\":%lld}",
				      (long long)chat_id)
				: "";
	return arena_concat(a, "{\"commands\":[", list, "]", language, scope, "}", (char *)NULL);
}

const char *outgoing_callback_answer(
    const char *callback_id, const char *text, bool alert, struct arena *a)
{
	return arena_printf(a, "{\"callback_query_id\":%s,\"text\":%s,\"show_alert\":%s}",
	    json_quote(a, callback_id), json_quote(a, text), alert ? "true" : "false");
}

const char *outgoing_rich(const char *payload, const char *html, struct arena *a)
{
	return arena_printf(a, "%.*s,\"rich_message\":{\"html\":%s}}", (int)strlen(payload) - 1,
	    payload, json_quote(a, html));
}
