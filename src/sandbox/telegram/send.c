/* The methods that write into chats: sendMessage, edits, deletion, answers to buttons. */
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/sandbox/extension.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/stats.h"
#include "salesreg/sandbox/telegram/business/business.h"
#include "salesreg/sandbox/telegram/call.h"
#include "salesreg/sandbox/telegram/chats.h"
#include "salesreg/sandbox/telegram/copy.h"
#include "salesreg/sandbox/telegram/entities.h"
#include "salesreg/sandbox/telegram/markup.h"
#include "salesreg/sandbox/transcript.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX_UNITS = 4096, CALLBACK_ANSWER_MAX = 200, ENTITIES_MOST = 100 };

/* What a message is going to hold. */
struct content {
	const char *text, *entities, *markup;
};

static bool read_mode(const struct http_params *params, enum parse_mode *mode)
{
	const char *name = http_params_text(params, "parse_mode");
	*mode = PARSE_NONE;
	if (!name || name[0] == '\0' || strcasecmp(name, "none") == 0)
		return true;
	if (strcasecmp(name, "HTML") == 0)
		*mode = PARSE_HTML;
	else if (strcasecmp(name, "Markdown") == 0)
		*mode = PARSE_MARKDOWN;
	else if (strcasecmp(name, "MarkdownV2") == 0)
		*mode = PARSE_MARKDOWN_V2;
	return *mode != PARSE_NONE;
}

/* Whether this bot has met the person, who may be linked to by id then. */
static const struct user *met(const struct call *call, int64_t id)
{
	const struct user *user = user_find(call->sandbox, id);
	return user && chat_find(call->bot, id) ? user : NULL;
}

static bool overlap(const json_t *a, const json_t *b)
{
	int64_t from = json_get_i64(a, "offset", 0), to = from + json_get_i64(a, "length", 0);
	int64_t other = json_get_i64(b, "offset", 0);
	return from < other + json_get_i64(b, "length", 0) && other < to;
}

/* In code nothing is a link. */
static bool is_in_code(const json_t *given, const json_t *found)
{
	for (size_t i = 0; i < json_array_size(given); i++) {
		const json_t *one = json_array_get(given, i);
		const char *type = json_string_value(json_object_get(one, "type"));
		if (type && (strcmp(type, "code") == 0 || strcmp(type, "pre") == 0) &&
		    overlap(one, found))
			return true;
	}
	return false;
}

/* What the server finds in the text by itself, besides what it is given: "detected". */
static void add_detected(json_t *given, const char *detected)
{
	json_t *found = detected ? json_loads(detected, 0, NULL) : NULL;
	size_t added = 0;
	for (size_t i = 0; i < json_array_size(found) && json_array_size(given) < ENTITIES_MOST;
	     i++)
		if (!is_in_code(given, json_array_get(found, i)))
			(void)json_array_insert(given, added++, json_array_get(found, i));
	json_decref(found);
}

/* The parameter entities, checked as far as being an array of objects. A mention of somebody the bot has not met is dropped
 * without a word, as the server does; that is a fact about its code, not of its documentation. */
static enum sandbox_error read_entities(
    const struct call *call, const char *given, struct formatted *out)
{
	json_t *list = json_loads(given, 0, NULL);
	bool is_array = json_is_array(list);
	for (size_t i = json_array_size(list); i-- > 0;) {
		const json_t *user = json_object_get(json_array_get(list, i), "user");
		if (user && !met(call, json_get_i64(user, "id", 0)))
			(void)json_array_remove(list, i);
	}
	if (is_array && json_array_size(list) > 0) {
		add_detected(list, out->entities);
		out->entities = json_text(http_exchange_arena(call->exchange), list, NULL);
	}
	json_decref(list);
	return is_array ? SANDBOX_OK : SANDBOX_ENTITIES_INVALID;
}

/* White space at the end is dropped, as the server does. */
static const char *trim_end(struct arena *arena, const char *text)
{
	size_t n = strlen(text);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	return text[n] ? arena_strndup(arena, text, n) : text;
}

/* Buttons that open a chat by id: the whole message is refused if one may not. */
static enum sandbox_error read_markup(const struct call *call, const char **markup)
{
	static const char link[] = "tg://user?id=";
	enum sandbox_error error =
	    markup_read(call->params, http_exchange_arena(call->exchange), markup);
	for (const char *found = error || !*markup ? NULL : strstr(*markup, link); found;
	     found = strstr(found, link)) {
		found += sizeof link - 1;
		const struct user *user = met(call, strtoll(found, NULL, 10));
		if (!user)
			return SANDBOX_BUTTON_USER_INVALID;
		if (user->private_forwards)
			return SANDBOX_BUTTON_USER_PRIVACY_RESTRICTED;
	}
	return error;
}

/*
 * What a rich message says, without how it looks: a line for each block, a bar between the cells of a row (Bot API 10.1, "InputRichMessage"; of its
 * forms the HTML). NULL: it cannot be read.
 */
static const char *rich_text(struct arena *arena, const char *given)
{
	static const char *const known[] = {
	    "h1", "h2", "h3", "h4", "h5", "h6", "p", "b", "table", "tr", "th", "td"};
	json_t *document = json_loads(given, 0, NULL);
	const char *html = json_string_value(json_object_get(document, "html"));
	char *out = html ? arena_strdup(arena, html) : NULL;
	size_t n = 0;
	for (const char *p = html; p && *p;) {
		if (*p != '<') {
			out[n++] = *p++;
			continue;
		}
		const char *name = p[1] == '/' ? p + 2 : p + 1, *end = strchr(p, '>');
		size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz123456"), i = 0;
		while (i < sizeof known / sizeof *known &&
		       (strlen(known[i]) != size || strncmp(known[i], name, size) != 0))
			i++;
		if (!end || i == sizeof known / sizeof *known) {
			out = NULL;
			break;
		}
		if (p[1] == '/' && *name == 't' && size == 2 && name[1] != 'r')
			out[n++] = '|';
		else if (p[1] == '/' && *name != 'b')
			out[n++] = '\n';
		p = end + 1;
	}
	if (out)
		out[n] = '\0';
	json_decref(document);
	struct formatted formatted = {0};
	return out && !entities_parse(arena, PARSE_HTML, out, &formatted) ? formatted.text : NULL;
}

/* Text, entities and markup of a call. False: it has been answered with what is wrong. */
static bool read_content(struct call *call, struct content *out)
{
	struct arena *arena = http_exchange_arena(call->exchange);
	const char *text = http_params_text(call->params, "text");
	const char *given = http_params_text(call->params, "entities");
	const char *rich = http_params_text(call->params, "rich_message");
	enum parse_mode mode;
	struct formatted formatted = {0};
	if (rich && (text || !(text = rich_text(arena, rich)))) {
		call_fail_with(call, 400, "Bad Request: can't parse rich message", NULL, 0);
		return false;
	}
	if (!text)
		text = "";
	if (!read_mode(call->params, &mode)) {
		call_fail(call, SANDBOX_PARSE_MODE_UNKNOWN);
		return false;
	}
	const char *wrong = entities_parse(arena, mode, text, &formatted);
	if (wrong) {
		call_fail_with(call, 400,
		    arena_printf(arena, "Bad Request: can't parse entities: %s", wrong), NULL, 0);
		return false;
	}
	out->text = trim_end(arena, formatted.text);
	enum sandbox_error error = SANDBOX_OK;
	if (mode == PARSE_NONE && given && given[0])
		error = read_entities(call, given, &formatted);
	if (!error && out->text[0] == '\0')
		error = SANDBOX_TEXT_EMPTY;
	if (!error && strlen(out->text) > TEXT_MAX_UNITS &&
	    text_utf16_units(out->text) > TEXT_MAX_UNITS)
		error = SANDBOX_TEXT_TOO_LONG;
	if (!error)
		error = read_markup(call, &out->markup);
	if (error)
		call_fail(call, error);
	out->entities = formatted.entities;
	return !error;
}

void method_send_message(struct call *call)
{
	struct sandbox *s = call->sandbox;
	struct content content;
	struct chat *chat;
	int64_t reply_to = 0;
	if (!read_content(call, &content))
		return;
	if (http_params_has(call->params, "business_connection_id")) {
		business_send(call, content.text, content.entities, content.markup);
		return;
	}
	enum sandbox_error error = chat_resolve(call, &chat);
	if (!error)
		error = reply_read(call, chat, &reply_to);
	if (error) {
		call_fail_chat(call, error, chat);
		return;
	}
	if (!take_limits(call, chat))
		return;
	struct message *m =
	    message_add(chat, NULL, true, content.text, content.entities, content.markup, NULL);
	m->reply_to = reply_to;
	record_bot_message(s, chat, "bot_message", m);
	write_message(call_begin(call), chat, m);
	call_end(call);
	if (chat->simulated)
		sandbox_extension()->on_reply(chat);
}

/* The message an edit names, or an error. */
static enum sandbox_error find_own(
    const struct call *call, const struct chat *chat, struct message **out)
{
	bool valid;
	int64_t id = http_params_i64(call->params, "message_id", 0, &valid);
	*out = NULL;
	if (!valid || id == 0)
		return SANDBOX_MESSAGE_ID_MISSING;
	*out = message_find(chat, id);
	if (!*out)
		return SANDBOX_EDIT_NOT_FOUND;
	return (*out)->from_bot ? SANDBOX_OK : SANDBOX_EDIT_NOT_OURS;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Edits of the keyboard alone are dated too, but the real server leaves edit_date out
 * for a bot's keyboard: so do we. */
static void edit(struct call *call, const struct content *content, bool dated)
{
	struct chat *chat;
	struct message *m = NULL;
	enum sandbox_error error = chat_resolve(call, &chat);
	if (error) {
		call_fail_chat(call, error, chat);
		return;
	}
	error = find_own(call, chat, &m);
	const char *text = error || content->text ? content->text : m->text;
	const char *entities = error || content->text ? content->entities : m->entities;
	if (!error && same(text, m->text) && same(entities, m->entities) &&
	    same(content->markup, m->markup))
		error = SANDBOX_EDIT_SAME;
	if (error) {
		call_fail(call, error);
		return;
	}
	set_string(&m->text, text);
	set_string(&m->entities, entities);
	set_string(&m->markup, content->markup);
	if (dated)
		m->edited_s = sandbox_now_s(call->sandbox);
	record_bot_message(call->sandbox, chat, "bot_edit", m);
	write_message(call_begin(call), chat, m);
	call_end(call);
}

void method_edit_message_text(struct call *call)
{
	struct content content;
	if (!read_content(call, &content))
		return;
	if (http_params_has(call->params, "business_connection_id"))
		business_edit(call, content.text, content.entities);
	else
		edit(call, &content, true);
}

void method_edit_message_reply_markup(struct call *call)
{
	struct content content = {0};
	enum sandbox_error error = read_markup(call, &content.markup);
	if (error)
		call_fail(call, error);
	else
		edit(call, &content, false);
}

void method_delete_message(struct call *call)
{
	struct chat *chat;
	enum sandbox_error error = chat_resolve(call, &chat);
	if (error) {
		call_fail_chat(call, error, chat);
		return;
	}
	struct message *m =
	    message_find(chat, http_params_i64(call->params, "message_id", 0, NULL));
	if (!m) {
		call_fail(call, SANDBOX_DELETE_NOT_FOUND);
		return;
	}
	transcript_add(call->sandbox, chat, "bot_delete", m->id, "");
	message_remove(chat, m);
	call_true(call);
}

void method_answer_callback_query(struct call *call)
{
	struct sandbox *s = call->sandbox;
	int64_t id = http_params_i64(call->params, "callback_query_id", 0, NULL);
	const char *text = http_params_text(call->params, "text");
	const char *url = http_params_text(call->params, "url");
	struct callback *c = callback_find(call->bot, id);
	if (!c) {
		call_fail(call, SANDBOX_QUERY_TOO_OLD);
		return;
	}
	if (text && text_code_points(text) > CALLBACK_ANSWER_MAX) {
		call_fail(call, SANDBOX_ANSWER_TOO_LONG);
		return;
	}
	struct buf *json = &s->json;
	buf_clear(json);
	buf_addf(json, "\"callback_query_id\":\"%lld\",\"show_alert\":%s,\"text\":", (long long)id,
	    http_params_bool(call->params, "show_alert") ? "true" : "false");
	write_string(json, text ? text : "");
	if (url) {
		buf_adds(json, ",\"url\":");
		write_string(json, url);
	}
	transcript_add(s, c->chat, "callback_answer", 0, buf_text(json));
	/* answering again is allowed until it expires;
	 * a simulated user's is not worth the memory */
	if (c->chat->simulated)
		callback_remove(call->bot, c);
	call_true(call);
}

void method_send_chat_action(struct call *call)
{
	static const char *const actions[] = {"typing", "upload_photo", "record_video",
	    "upload_video", "record_voice", "upload_voice", "upload_document", "choose_sticker",
	    "find_location", "record_video_note", "upload_video_note"};
	const char *action = http_params_text(call->params, "action");
	struct chat *chat;
	enum sandbox_error error = chat_resolve(call, &chat);
	if (error) {
		call_fail_chat(call, error, chat);
		return;
	}
	for (size_t i = 0; action && i < sizeof actions / sizeof *actions; i++) {
		if (strcmp(action, actions[i]) == 0) {
			call_true(call);
			return;
		}
	}
	call_fail(call, SANDBOX_ACTION_INVALID);
}
