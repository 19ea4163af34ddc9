/* Accounts and their chats as a whole: shown by the page, and kept from run to run. */
#include "business_private.h"
#include "salesreg/base/json.h"
#include <stdlib.h>
#include <string.h>

static bool is_newest(const struct bot *bot, const struct business *b)
{
	const struct business *first = bot->business;
	while (first->owner != b->owner)
		first = first->next;
	return first == b;
}

static void write_chat_of(struct buf *out, const struct business *b, const struct business_chat *c)
{
	buf_addf(out, "{\"peer\":%lld,\"paused\":%s,\"messages\":[", (long long)c->chat.id,
	    c->paused ? "true" : "false");
	const char *comma = "";
	const struct message *m;
	TAILQ_FOREACH (m, &c->chat.messages, entry) {
		buf_adds(out, comma);
		business_write_message(out, b, c, m);
		comma = ",";
	}
	buf_adds(out, "]}");
}

void business_write(const struct bot *bot, struct buf *out)
{
	const char *comma = "";
	buf_addc(out, '[');
	for (const struct business *b = bot->business; b; b = b->next) {
		if (!is_newest(bot, b))
			continue;
		buf_addf(out, "%s{\"user\":%lld,\"connected\":%s,\"rights\":{%s},\"chats\":[",
		    comma, (long long)b->owner->id, b->enabled ? "true" : "false", b->rights);
		comma = ",";
		for (const struct business_chat *c = b->chats; c; c = c->next) {
			write_chat_of(out, b, c);
			if (c->next)
				buf_addc(out, ',');
		}
		buf_adds(out, "]}");
	}
	buf_addc(out, ']');
}

/* From run to run -----------------------------------------------------------------------------------------------------------------*/

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *remember_chats(const struct business *b)
{
	json_t *list = json_array();
	for (const struct business_chat *c = b->chats; c; c = c->next) {
		json_t *messages = json_array();
		const struct message *m;
		TAILQ_FOREACH (m, &c->chat.messages, entry)
			(void)json_array_append_new(messages,
			    json_pack("{sI sI sI sI sI so so so}", "id", (json_int_t)m->id,
				"date_s", (json_int_t)m->date_s, "edited_s",
				(json_int_t)m->edited_s, "from",
				(json_int_t)(m->from ? m->from->id : 0), "reply_to",
				(json_int_t)m->reply_to, "text", text_or_null(m->text), "entities",
				text_or_null(m->entities), "extra", text_or_null(m->extra)));
		(void)json_array_append_new(list,
		    json_pack("{sI sI sb so}", "peer", (json_int_t)c->chat.id, "incoming_s",
			(json_int_t)c->incoming_s, "paused", (int)c->paused, "messages", messages));
	}
	return list;
}

json_t *business_remember(const struct bot *bot)
{
	json_t *list = json_array();
	for (const struct business *b = bot->business; b; b = b->next)
		if (is_newest(bot, b))
			(void)json_array_append_new(list,
			    json_pack("{sI ss sb ss sI sI so}", "user", (json_int_t)b->owner->id,
				"id", b->id, "enabled", (int)b->enabled, "rights", b->rights,
				"date_s", (json_int_t)b->date_s, "last_message_id",
				(json_int_t)b->last_message_id, "chats", remember_chats(b)));
	return list;
}

/* Members of an object, without their braces. */
static const char *members_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	char *whole = NULL;
	if (!text || asprintf(&whole, "{%s}", text) < 0)
		return NULL;
	json_t *parsed = json_loads(whole, 0, NULL);
	free(whole);
	json_decref(parsed);
	return parsed ? text : NULL;
}

static void recall_message(struct business *b, struct business_chat *c, const json_t *m)
{
	const char *entities = json_string_value(json_object_get(m, "entities"));
	json_t *parsed = entities ? json_loads(entities, 0, NULL) : NULL;
	int64_t from = json_get_i64(m, "from", 0), id = json_get_i64(m, "id", 0);
	if (id > 0) {
		struct message *added =
		    business_add_message(b, c, from == b->owner->id ? b->owner : c->chat.user,
			json_string_value(json_object_get(m, "text")),
			json_is_array(parsed) ? entities : NULL, NULL, members_of(m, "extra"));
		added->id = id;
		added->date_s = json_get_i64(m, "date_s", added->date_s);
		added->edited_s = json_get_i64(m, "edited_s", 0);
		added->reply_to = json_get_i64(m, "reply_to", 0);
	}
	json_decref(parsed);
}

void business_recall(struct bot *bot, const json_t *accounts)
{
	size_t i, k, n;
	json_t *account, *chat, *message;
	json_array_foreach (accounts, i, account) {
		struct user *owner = user_find(bot->sandbox, json_get_i64(account, "user", 0));
		const char *id = json_string_value(json_object_get(account, "id")),
			   *rights = members_of(account, "rights");
		if (!owner || !id || !rights)
			continue;
		struct business *b = business_add(bot, owner);
		(void)snprintf(b->id, sizeof b->id, "%s", id);
		b->enabled = *id && json_get_bool(account, "enabled", false);
		b->can_reply = strstr(rights, "\"can_reply\":true") != NULL;
		b->date_s = json_get_i64(account, "date_s", 0);
		set_string(&b->rights, rights);
		json_array_foreach (json_get_array(account, "chats"), k, chat) {
			struct user *peer = user_find(bot->sandbox, json_get_i64(chat, "peer", 0));
			if (!peer)
				continue;
			struct business_chat *c = business_chat_of(b, peer);
			c->incoming_s = json_get_i64(chat, "incoming_s", 0);
			c->paused = json_get_bool(chat, "paused", false);
			json_array_foreach (json_get_array(chat, "messages"), n, message) {
				recall_message(b, c, message);
			}
		}
		b->last_message_id = json_get_i64(account, "last_message_id", b->last_message_id);
	}
}
