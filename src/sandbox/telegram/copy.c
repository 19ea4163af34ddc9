/* The methods that pass messages on: copies, and the reaction that says a message has arrived. */
#include "salesreg/sandbox/telegram/copy.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/stats.h"
#include "salesreg/sandbox/telegram/business/business.h"
#include "salesreg/sandbox/telegram/call.h"
#include "salesreg/sandbox/telegram/chats.h"
#include "salesreg/sandbox/telegram/markup.h"
#include "salesreg/sandbox/telegram/media.h"
#include "salesreg/sandbox/transcript.h"
#include <stdlib.h>
#include <string.h>

enum { COPIES_MOST = 100 };

void record_bot_message(
    struct sandbox *s, const struct chat *chat, const char *kind, const struct message *m)
{
	if (chat->simulated)
		return;
	struct buf *json = &s->json;
	buf_clear(json);
	buf_adds(json, "\"text\":");
	write_string(json, m->text ? m->text : "");
	if (m->entities)
		buf_addf(json, ",\"entities\":%s", m->entities);
	if (m->extra)
		buf_addf(json, ",%s", m->extra);
	if (m->reply_to)
		buf_addf(json, ",\"reply_to\":%lld", (long long)m->reply_to);
	if (m->markup)
		buf_addf(json, ",\"reply_markup\":%s", m->markup);
	transcript_add(s, chat, kind, m->id, buf_text(json));
}

enum sandbox_error reply_read(const struct call *call, const struct chat *chat, int64_t *reply_to)
{
	const char *text = http_params_text(call->params, "reply_parameters");
	json_t *given = text ? json_loads(text, 0, NULL) : NULL;
	*reply_to = json_get_i64(given, "message_id", 0);
	bool without = json_get_bool(given, "allow_sending_without_reply", false);
	json_decref(given);
	if (*reply_to == 0 || message_find(chat, *reply_to))
		return SANDBOX_OK;
	*reply_to = 0;
	return without ? SANDBOX_OK : SANDBOX_REPLY_NOT_FOUND;
}

bool take_limits(struct call *call, struct chat *chat)
{
	struct sandbox *s = call->sandbox;
	int64_t now_us = sandbox_now_us(s);
	enum limit_kind kind = LIMIT_OVERALL;
	int retry_after_s =
	    limits_send(&s->limits, &chat->limit, chat->kind != CHAT_PRIVATE, now_us, &kind);
	if (retry_after_s > 0) {
		s->stats.floods[kind]++;
		call_flood(call, retry_after_s);
		return false;
	}
	stats_send(&s->stats, now_us);
	return true;
}

/* Both chats of a copy, or an error that has been answered. */
static bool read_chats(struct call *call, struct chat **to, struct chat **from)
{
	enum sandbox_error error = chat_resolve(call, to);
	*from = chat_find(call->bot, http_params_i64(call->params, "from_chat_id", 0, NULL));
	if (!error && !*from)
		error = SANDBOX_CHAT_NOT_FOUND;
	if (error)
		call_fail_chat(call, error, *to);
	return !error;
}

/* What the chat's person has shut out. */
static bool takes(const struct chat *to, const char *members)
{
	return !to->user || !to->user->no_voices || !media_is_voice(members);
}

static const struct message *copy_of(struct sandbox *s, struct chat *to, const struct message *m,
    const char *markup, int64_t reply_to)
{
	struct message *copy = message_add(to, NULL, true, m->text, m->entities, markup, m->extra);
	copy->reply_to = reply_to;
	record_bot_message(s, to, "bot_message", copy);
	return copy;
}

void method_copy_message(struct call *call)
{
	struct chat *to, *from;
	const char *markup = NULL;
	int64_t reply_to = 0;
	if (!read_chats(call, &to, &from))
		return;
	const struct message *m =
	    message_find(from, http_params_i64(call->params, "message_id", 0, NULL));
	enum sandbox_error error = !m                     ? SANDBOX_COPY_NOT_FOUND
				   : m->uncopyable        ? SANDBOX_COPY_REFUSED
				   : !takes(to, m->extra) ? SANDBOX_VOICE_FORBIDDEN
							  : SANDBOX_OK;
	if (!error)
		error = markup_read(call->params, http_exchange_arena(call->exchange), &markup);
	if (!error)
		error = reply_read(call, to, &reply_to);
	if (error) {
		call_fail(call, error);
		return;
	}
	if (!take_limits(call, to))
		return;
	const struct message *copy = copy_of(call->sandbox, to, m, markup, reply_to);
	buf_addf(call_begin(call), "{\"message_id\":%lld}", (long long)copy->id);
	call_end(call);
}

/* sendPhoto and its like: a file that the bot has been sent, by its file_id. */
void method_send_media(struct call *call)
{
	static const struct {
		enum method method;
		const char *type;
	} kinds[] = {{METHOD_SEND_PHOTO, "photo"}, {METHOD_SEND_VIDEO, "video"},
	    {METHOD_SEND_VOICE, "voice"}, {METHOD_SEND_DOCUMENT, "document"},
	    {METHOD_SEND_STICKER, "sticker"}};
	struct arena *a = http_exchange_arena(call->exchange);
	const char *type = kinds[0].type, *caption = http_params_text(call->params, "caption");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].method == call->method)
			type = kinds[i].type;
	const char *file = http_params_text(call->params, type);
	const char *members =
	    file ? media_of_file(a, type, file, caption && *caption ? caption : NULL) : NULL;
	if (!members) {
		call_fail(call, SANDBOX_FILE_UNKNOWN);
		return;
	}
	if (http_params_has(call->params, "business_connection_id")) {
		business_send_media(call, members);
		return;
	}
	struct chat *chat;
	int64_t reply_to = 0;
	enum sandbox_error error = chat_resolve(call, &chat);
	if (!error)
		error = reply_read(call, chat, &reply_to);
	if (!error && !takes(chat, members))
		error = SANDBOX_VOICE_FORBIDDEN;
	if (error) {
		call_fail_chat(call, error, chat);
		return;
	}
	if (!take_limits(call, chat))
		return;
	struct message *m = message_add(chat, NULL, true, NULL, NULL, NULL, members);
	m->reply_to = reply_to;
	record_bot_message(call->sandbox, chat, "bot_message", m);
	write_message(call_begin(call), chat, m);
	call_end(call);
}

/* What cannot be copied is left out without a word (Bot API, "copyMessages"). */
void method_copy_messages(struct call *call)
{
	struct chat *to, *from;
	if (!read_chats(call, &to, &from))
		return;
	const char *text = http_params_text(call->params, "message_ids");
	json_t *ids = text ? json_loads(text, 0, NULL) : NULL;
	size_t count = json_array_size(ids);
	int64_t before = 0;
	bool rising = count > 0 && count <= COPIES_MOST;
	for (size_t i = 0; i < count; i++) {
		int64_t id = json_integer_value(json_array_get(ids, i));
		rising &= id > before;
		before = id;
	}
	if (!rising) {
		json_decref(ids);
		call_fail(call, SANDBOX_COPY_IDS);
		return;
	}
	if (!take_limits(call, to)) {
		json_decref(ids);
		return;
	}
	struct arena *a = http_exchange_arena(call->exchange);
	const char *list = "";
	for (size_t i = 0; i < count; i++) {
		const struct message *m =
		    message_find(from, json_integer_value(json_array_get(ids, i)));
		if (!m || m->uncopyable || !takes(to, m->extra))
			continue;
		const struct message *copy = copy_of(call->sandbox, to, m, NULL, 0);
		list = arena_printf(
		    a, "%s%s{\"message_id\":%lld}", list, *list ? "," : "", (long long)copy->id);
	}
	json_decref(ids);
	buf_addf(call_begin(call), "[%s]", list);
	call_end(call);
}

/* One reaction a message; none of them is a message, and nobody hears a sound. */
void method_set_message_reaction(struct call *call)
{
	struct chat *chat;
	enum sandbox_error error = chat_resolve(call, &chat);
	if (error) {
		call_fail_chat(call, error, chat);
		return;
	}
	const char *text = http_params_text(call->params, "reaction");
	json_t *reaction = text ? json_loads(text, 0, NULL) : NULL;
	const char *emoji =
	    json_string_value(json_object_get(json_array_get(reaction, 0), "emoji"));
	const struct message *m =
	    message_find(chat, http_params_i64(call->params, "message_id", 0, NULL));
	if (!m)
		error = SANDBOX_REACT_NOT_FOUND;
	else if (!json_is_array(reaction) || (json_array_size(reaction) > 0 && !emoji))
		error = SANDBOX_REACTION_INVALID;
	if (error) {
		call_fail(call, error);
	} else {
		struct buf *json = &call->sandbox->json;
		buf_clear(json);
		buf_adds(json, "\"emoji\":");
		write_string(json, emoji ? emoji : "");
		transcript_add(call->sandbox, chat, "bot_reaction", m->id, buf_text(json));
		call_true(call);
	}
	json_decref(reaction);
}

/* A copy's caption; what has none is no message with a caption, and is refused as a text's is. */
void method_edit_message_caption(struct call *call)
{
	struct chat *chat;
	if (http_params_has(call->params, "business_connection_id")) {
		business_edit_caption(call);
		return;
	}
	enum sandbox_error error = chat_resolve(call, &chat);
	if (error) {
		call_fail_chat(call, error, chat);
		return;
	}
	struct arena *a = http_exchange_arena(call->exchange);
	struct message *m =
	    message_find(chat, http_params_i64(call->params, "message_id", 0, NULL));
	const char *caption = http_params_text(call->params, "caption");
	bool same = false;
	const char *extra =
	    m && m->from_bot ? media_recaption(a, m->extra, caption ? caption : "", &same) : NULL;
	if (!m)
		error = SANDBOX_EDIT_NOT_FOUND;
	else if (!extra)
		error = SANDBOX_EDIT_NOT_OURS;
	else if (same)
		error = SANDBOX_EDIT_SAME;
	if (error) {
		call_fail(call, error);
		return;
	}
	set_string(&m->extra, extra);
	m->edited_s = sandbox_now_s(call->sandbox);
	record_bot_message(call->sandbox, chat, "bot_edit", m);
	write_message(call_begin(call), chat, m);
	call_end(call);
}
