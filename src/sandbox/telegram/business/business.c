#include "business_private.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/telegram/entities.h"
#include "salesreg/sandbox/telegram/media.h"
#include "salesreg/sandbox/telegram/updates.h"
#include "salesreg/sandbox/transcript.h"
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		abort();
	return p;
}

void business_finish(struct bot *bot)
{
	for (struct business *b = bot->business, *next; b; b = next) {
		next = b->next;
		for (struct business_chat *c = b->chats, *after; c; c = after) {
			after = c->next;
			while (!TAILQ_EMPTY(&c->chat.messages))
				message_remove(&c->chat, TAILQ_FIRST(&c->chat.messages));
			free(c);
		}
		free(b->rights);
		free(b);
	}
	bot->business = NULL;
}

/* One an account is alive. */
static struct business *alive(const struct bot *bot, const struct user *owner)
{
	for (struct business *b = bot->business; b; b = b->next)
		if (b->owner == owner && b->enabled)
			return b;
	return NULL;
}

struct business *business_find(const struct bot *bot, const char *id)
{
	for (struct business *b = bot->business; b; b = b->next)
		if (id && *id && strcmp(b->id, id) == 0)
			return b;
	return NULL;
}

/* Whether it has connected a bot or not. */
static struct business *account_of(struct bot *bot, struct user *owner)
{
	for (struct business *b = bot->business; b; b = b->next)
		if (b->owner == owner)
			return b;
	return business_add(bot, owner);
}

struct business *business_add(struct bot *bot, struct user *owner)
{
	struct business *b = allocate(sizeof *b);
	*b = (struct business){.next = bot->business,
	    .bot = bot,
	    .owner = owner,
	    .rights = strdup(""),
	    .last_message_id = (int64_t)(sandbox_random(bot->sandbox) % 1000)};
	for (struct business *old = b->next; old; old = old->next)
		if (old->owner == owner && old->chats) { /* the account's, not the connection's */
			b->chats = old->chats;
			b->last_message_id = old->last_message_id;
			old->chats = NULL;
		}
	bot->business = b;
	return b;
}

struct business_chat *business_chat_of(struct business *b, struct user *peer)
{
	for (struct business_chat *c = b->chats; c; c = c->next)
		if (c->chat.user == peer)
			return c;
	struct business_chat *c = allocate(sizeof *c);
	c->chat = (struct chat){.id = peer->id, .bot = b->bot, .kind = CHAT_PRIVATE, .user = peer};
	TAILQ_INIT(&c->chat.messages);
	c->next = b->chats;
	b->chats = c;
	return c;
}

void business_write_connection(struct buf *out, const struct business *b)
{
	buf_addf(out, "{\"id\":\"%s\",\"user\":", b->id);
	write_user(out, b->owner);
	buf_addf(out, ",\"user_chat_id\":%lld,\"date\":%lld,\"rights\":{%s},\"is_enabled\":%s}",
	    (long long)b->owner->id, (long long)b->date_s, b->rights,
	    b->enabled ? "true" : "false");
}

static int64_t tell_connection(const struct business *b)
{
	struct buf *json = &b->bot->sandbox->json;
	buf_clear(json);
	buf_adds(json, "\"business_connection\":");
	business_write_connection(json, b);
	return updates_add(b->bot, UPDATE_BUSINESS_CONNECTION, buf_text(json), json->size);
}

static void set_rights(struct business *b, struct arena *a, const json_t *given)
{
	static const char *const usual[] = {"can_reply", "can_read_messages"};
	size_t count = given ? json_array_size(given) : sizeof usual / sizeof *usual;
	const char *rights = "";
	b->can_reply = false;
	for (size_t i = 0; i < count && i < BUSINESS_RIGHTS_MOST; i++) {
		const char *name = given ? json_string_value(json_array_get(given, i)) : usual[i];
		if (!name)
			continue;
		rights =
		    arena_printf(a, "%s%s%s:true", rights, *rights ? "," : "", json_quote(a, name));
		b->can_reply |= strcmp(name, "can_reply") == 0;
	}
	set_string(&b->rights, rights);
}

void business_record(const struct business *b, const struct business_chat *c, const char *kind,
    const struct message *m, bool by_bot)
{
	struct sandbox *s = b->bot->sandbox;
	struct buf *json = &s->json;
	buf_clear(json);
	buf_addf(json, "\"rep\":%lld,\"from\":%lld,\"by_bot\":%s,\"connection\":\"%s\",\"text\":",
	    (long long)b->owner->id, (long long)(m->from ? m->from->id : 0),
	    by_bot ? "true" : "false", b->id);
	write_string(json, m->text ? m->text : "");
	if (m->entities)
		buf_addf(json, ",\"entities\":%s", m->entities);
	if (m->extra)
		buf_addf(json, ",%s", m->extra);
	if (m->reply_to)
		buf_addf(json, ",\"reply_to\":%lld", (long long)m->reply_to);
	/* its number is the account's: in the bot's chat that is another message */
	buf_addf(json, ",\"message_id\":%lld", (long long)m->id);
	transcript_add(s, chat_put_private(b->bot, c->chat.user), kind, 0, buf_text(json));
}

/* Of the account itself: what is to be read of it anew. */
static void record_account(const struct business *b)
{
	struct buf *json = &b->bot->sandbox->json;
	buf_clear(json);
	buf_addf(json, "\"rep\":%lld,\"connected\":%s", (long long)b->owner->id,
	    b->enabled ? "true" : "false");
	transcript_add(b->bot->sandbox, chat_put_private(b->bot, b->owner), "user_business_account",
	    0, buf_text(json));
}

void business_write_message(struct buf *out, const struct business *b,
    const struct business_chat *c, const struct message *m)
{
	write_message(out, &c->chat, m);
	out->size--; /* opens the object again */
	buf_addf(out, ",\"business_connection_id\":\"%s\"}", b->id);
}

int64_t business_tell_message(const struct business *b, const struct business_chat *c,
    enum update_kind kind, const struct message *m)
{
	struct buf *json = &b->bot->sandbox->json;
	buf_clear(json);
	buf_addf(json, "\"%s\":", update_kind_name(kind));
	business_write_message(json, b, c, m);
	return b->enabled && !c->paused ? updates_add(b->bot, kind, buf_text(json), json->size) : 0;
}

struct message *business_add_message(struct business *b, struct business_chat *c,
    const struct user *from, const char *text, const char *entities, const char *markup,
    const char *extra)
{
	struct message *m = message_add(&c->chat, from, false, text, entities, markup, extra);
	m->id = ++b->last_message_id;
	return m;
}

/* Acts ---*/

struct doing {
	struct bot *bot;
	struct user *user;
	struct arena *a;
	const json_t *json;
	int64_t *update_id, *message_id;
	struct business *b;
	struct business_chat *c; /* NULL: the act has no peer */
};

static const char *do_connect(struct doing *d)
{
	struct sandbox *s = d->bot->sandbox;
	if (d->b) { /* one an account: the old one ends */
		d->b->enabled = false;
		(void)tell_connection(d->b);
	}
	struct business *b = business_add(d->bot, d->user);
	b->enabled = true;
	b->date_s = sandbox_now_s(s);
	(void)snprintf(b->id, sizeof b->id, "bc%016llx", (unsigned long long)sandbox_random(s));
	set_rights(b, d->a, json_get_array(d->json, "rights"));
	/* whoever connects a bot lets it write to them */
	chat_put_private(d->bot, d->user)->started = true;
	record_account(b);
	*d->update_id = tell_connection(b);
	return NULL;
}

static const char *do_rights(struct doing *d)
{
	set_rights(d->b, d->a, json_get_array(d->json, "rights"));
	record_account(d->b);
	*d->update_id = tell_connection(d->b);
	return NULL;
}

static const char *do_disconnect(struct doing *d)
{
	d->b->enabled = false;
	record_account(d->b);
	bool forget = json_get_bool(d->json, "forget", false);
	*d->update_id = forget ? 0 : tell_connection(d->b);
	return NULL;
}

static const char *do_pause(struct doing *d)
{
	d->c->paused = json_get_bool(d->json, "paused", true);
	record_account(d->b);
	return NULL;
}

static const char *do_text(struct doing *d)
{
	const char *text = json_get_text(d->a, d->json, "text"),
		   *media = json_get_text(d->a, d->json, "media");
	const char *members = media ? media_members(d->a, media, text) : NULL;
	if (!text || (media && !members))
		return "text is missing, or media is none";
	struct user *from = json_get_i64(d->json, "from", d->c->chat.user->id) == d->user->id
				? d->user
				: d->c->chat.user;
	struct formatted f = {0};
	entities_detect(d->a, text, &f);
	bool offline = json_get_bool(d->json, "offline", false);
	const char *extra = offline ? arena_concat(d->a, "\"is_from_offline\":true",
					  members ? "," : "", members ? members : "", (char *)NULL)
				    : members;
	struct message *m =
	    business_add_message(d->b, d->c, from, members ? NULL : text, f.entities, NULL, extra);
	if (from != d->user)
		d->c->incoming_s = m->date_s;
	m->reply_to = json_get_i64(d->json, "reply_to", 0);
	*d->message_id = m->id;
	business_record(
	    d->b, d->c, from == d->user ? "business_message" : "user_business_message", m, false);
	if (!json_get_bool(d->json, "forget", false))
		*d->update_id = business_tell_message(d->b, d->c, UPDATE_BUSINESS_MESSAGE, m);
	return NULL;
}

static const char *do_edit(struct doing *d)
{
	const char *text = json_get_text(d->a, d->json, "text");
	struct message *m = message_find(&d->c->chat, json_get_i64(d->json, "message_id", 0));
	if (!m || !text)
		return "no such message, or text is missing";
	set_string(&m->text, text);
	m->edited_s = sandbox_now_s(d->bot->sandbox);
	business_record(d->b, d->c, "user_business_edit", m, false);
	*d->message_id = m->id;
	*d->update_id = business_tell_message(d->b, d->c, UPDATE_EDITED_BUSINESS_MESSAGE, m);
	return NULL;
}

static const char *do_delete(struct doing *d)
{
	const json_t *ids = json_get_array(d->json, "message_ids");
	const char *list = "";
	for (size_t i = 0; i < json_array_size(ids); i++) {
		int64_t id = json_integer_value(json_array_get(ids, i));
		struct message *m = message_find(&d->c->chat, id);
		if (m)
			business_record(d->b, d->c, "user_business_delete", m, false);
		if (m)
			message_remove(&d->c->chat, m);
		list = arena_printf(d->a, "%s%s%lld", list, i ? "," : "", (long long)id);
	}
	struct buf *json = &d->bot->sandbox->json;
	buf_clear(json);
	buf_addf(json,
	    "\"deleted_business_messages\":{\"business_connection_id\":\"%s\",\"chat\":", d->b->id);
	write_chat(json, &d->c->chat);
	buf_addf(json, ",\"message_ids\":[%s]}", list);
	if (d->b->enabled && !d->c->paused)
		*d->update_id = updates_add(
		    d->bot, UPDATE_DELETED_BUSINESS_MESSAGES, buf_text(json), json->size);
	return NULL;
}

enum { ALIVE = 1, PEER = 2 };
static const struct {
	const char *type;
	unsigned needs;
	const char *(*perform)(struct doing *d);
} types[] = {
    {"business_connect", 0, do_connect},
    {"business_rights", ALIVE, do_rights},
    {"business_disconnect", ALIVE, do_disconnect},
    {"business_pause", ALIVE | PEER, do_pause},
    {"business_text", PEER, do_text},
    {"business_edit", PEER, do_edit},
    {"business_delete", PEER, do_delete},
};
enum { TYPES = sizeof types / sizeof *types };

static size_t find_type(const char *type)
{
	size_t i = 0;
	while (i < TYPES && (!type || strcmp(types[i].type, type) != 0))
		i++;
	return i;
}

bool business_is_act(const char *type)
{
	return find_type(type) < TYPES;
}

const char *business_act(struct bot *bot, struct user *user, struct arena *a, const char *type,
    const json_t *json, int64_t *update_id, int64_t *message_id)
{
	size_t i = find_type(type);
	struct doing d = {.bot = bot,
	    .user = user,
	    .a = a,
	    .json = json,
	    .update_id = update_id,
	    .message_id = message_id};
	int64_t peer = json_get_i64(json, "peer", 0);
	if (i == TYPES)
		return "unknown type of act";
	d.b = alive(bot, user);
	if (!d.b && (types[i].needs & ALIVE))
		return "this account has connected no bot";
	if (peer <= 0 && (types[i].needs & PEER))
		return "peer is missing";
	if (types[i].needs & PEER) {
		if (!d.b)
			d.b = account_of(bot, user);
		d.c = business_chat_of(d.b, user_put(bot->sandbox, peer, NULL, NULL, NULL));
	}
	return (*types[i].perform)(&d);
}
