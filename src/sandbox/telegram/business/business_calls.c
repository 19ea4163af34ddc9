/* What a bot does in the chats of an account that it is connected to. */
#include "business_private.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/telegram/call.h"
#include "salesreg/sandbox/telegram/copy.h"
#include "salesreg/sandbox/telegram/media.h"
#include "salesreg/sandbox/telegram/updates.h"
#include <string.h>

void method_get_business_connection(struct call *call)
{
	const struct business *b =
	    business_find(call->bot, http_params_text(call->params, "business_connection_id"));
	if (!b) {
		call_fail(call, SANDBOX_BUSINESS_UNKNOWN);
		return;
	}
	business_write_connection(call_begin(call), b);
	call_end(call);
}

/* The chat that a call names, in which the bot may write now, or why not. */
static enum sandbox_error resolve(
    const struct call *call, struct business **out, struct business_chat **chat)
{
	struct business *b =
	    business_find(call->bot, http_params_text(call->params, "business_connection_id"));
	if (!b || !b->enabled)
		return SANDBOX_BUSINESS_UNKNOWN;
	struct user *peer =
	    user_find(call->sandbox, http_params_i64(call->params, "chat_id", 0, NULL));
	if (!b->can_reply)
		return SANDBOX_BUSINESS_NO_RIGHT;
	if (!peer)
		return SANDBOX_CHAT_NOT_FOUND;
	struct business_chat *c = business_chat_of(b, peer);
	*out = b;
	*chat = c;
	if (c->paused)
		return SANDBOX_BUSINESS_PEER_INVALID;
	int64_t since = sandbox_now_s(call->sandbox) - c->incoming_s;
	return c->incoming_s && since < BUSINESS_OPEN_S ? SANDBOX_OK
							: SANDBOX_BUSINESS_PEER_USAGE_MISSING;
}

/* extra: its further members, or NULL. */
static void add(struct call *call, const char *text, const char *entities, const char *markup,
    const char *extra)
{
	struct arena *a = http_exchange_arena(call->exchange);
	struct business *b;
	struct business_chat *c;
	enum sandbox_error error = resolve(call, &b, &c);
	int64_t reply_to = 0;
	if (!error && c->chat.user->no_voices && media_is_voice(extra))
		error = SANDBOX_VOICE_FORBIDDEN;
	if (!error)
		(void)reply_read(call, &c->chat, &reply_to);
	if (error) {
		call_fail(call, error);
		return;
	}
	if (!take_limits(call, &c->chat))
		return;
	struct buf bot;
	buf_init(&bot, 1024);
	write_bot(&bot, call->bot);
	extra = arena_concat(a, "\"sender_business_bot\":", buf_text(&bot), extra ? "," : "",
	    extra ? extra : "", (char *)NULL);
	buf_finish(&bot);
	struct message *m = business_add_message(b, c, b->owner, text, entities, markup, extra);
	m->reply_to = reply_to;
	business_record(b, c, "business_message", m, true);
	(void)business_tell_message(b, c, UPDATE_BUSINESS_MESSAGE, m);
	business_write_message(call_begin(call), b, c, m);
	call_end(call);
}

void business_send(struct call *call, const char *text, const char *entities, const char *markup)
{
	add(call, text, entities, markup, NULL);
}

void business_send_media(struct call *call, const char *members)
{
	add(call, NULL, NULL, NULL, members);
}

/* The message that an edit names; NULL: it has been answered why not. */
static struct message *find_edited(struct call *call, struct business **b, struct business_chat **c)
{
	enum sandbox_error error = resolve(call, b, c);
	struct message *m =
	    error ? NULL
		  : message_find(&(*c)->chat, http_params_i64(call->params, "message_id", 0, NULL));
	if (!m)
		call_fail(call, error ? error : SANDBOX_EDIT_NOT_FOUND);
	return m;
}

static void end_edit(
    struct call *call, const struct business *b, const struct business_chat *c, struct message *m)
{
	m->edited_s = sandbox_now_s(call->sandbox);
	business_record(b, c, "business_edit", m, true);
	(void)business_tell_message(b, c, UPDATE_EDITED_BUSINESS_MESSAGE, m);
	business_write_message(call_begin(call), b, c, m);
	call_end(call);
}

void business_edit(struct call *call, const char *text, const char *entities)
{
	struct business *b;
	struct business_chat *c;
	struct message *m = find_edited(call, &b, &c);
	if (!m)
		return;
	set_string(&m->text, text);
	set_string(&m->entities, entities);
	end_edit(call, b, c, m);
}

void business_edit_caption(struct call *call)
{
	struct business *b;
	struct business_chat *c;
	struct message *m = find_edited(call, &b, &c);
	if (!m)
		return;
	const char *caption = http_params_text(call->params, "caption");
	bool same;
	const char *extra = media_recaption(
	    http_exchange_arena(call->exchange), m->extra, caption ? caption : "", &same);
	if (!extra || same) {
		call_fail(call, extra ? SANDBOX_EDIT_SAME : SANDBOX_EDIT_NOT_OURS);
		return;
	}
	set_string(&m->extra, extra);
	end_edit(call, b, c, m);
}
