#include "salesreg/sandbox/acts.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/telegram/business/business.h"
#include "salesreg/sandbox/telegram/chats.h"
#include "salesreg/sandbox/telegram/entities.h"
#include "salesreg/sandbox/telegram/file/file.h"
#include "salesreg/sandbox/telegram/markup.h"
#include "salesreg/sandbox/telegram/media.h"
#include "salesreg/sandbox/telegram/people.h"
#include "salesreg/sandbox/telegram/updates.h"
#include "salesreg/sandbox/transcript.h"
#include <stdlib.h>
#include <string.h>

/* One act being carried out. */
struct act {
	struct sandbox *s;
	struct arena *arena;
	const json_t *json;
	struct bot *bot;
	struct user *user; /* NULL: the act has none */
	struct chat *chat; /* of the user, or the shared one */
	struct act_result *out;
};

static int64_t add_message_update(struct chat *chat, enum update_kind kind, const struct message *m)
{
	struct buf *json = &chat->bot->sandbox->json;
	buf_clear(json);
	buf_addf(json, "\"%s\":", update_kind_name(kind));
	write_message(json, chat, m);
	return updates_add(chat->bot, kind, buf_text(json), json->size);
}

static void record(struct sandbox *s, const struct chat *chat, const char *kind,
    const struct user *user, const struct message *m, int64_t update_id)
{
	struct buf *json = &s->json;
	buf_clear(json);
	buf_addf(json, "\"user\":%lld,\"update_id\":%lld", (long long)(user ? user->id : 0),
	    (long long)update_id);
	if (m && m->text) {
		buf_adds(json, ",\"text\":");
		write_string(json, m->text);
	}
	if (m && m->extra)
		buf_addf(json, ",%s", m->extra);
	transcript_add(s, chat, kind, m ? m->id : 0, buf_text(json));
}

/* The bot as a member, seen by itself: `my_chat_member`. */
static int64_t add_membership(
    struct chat *chat, const struct user *by, const char *before, const char *after)
{
	struct sandbox *s = chat->bot->sandbox;
	struct buf *json = &s->json;
	buf_clear(json);
	buf_adds(json, "\"my_chat_member\":{\"chat\":");
	write_chat(json, chat);
	buf_adds(json, ",\"from\":");
	write_user(json, by);
	buf_addf(
	    json, ",\"date\":%lld,\"old_chat_member\":{\"user\":", (long long)sandbox_now_s(s));
	write_bot(json, chat->bot);
	buf_addf(json, ",\"status\":\"%s\"%s},\"new_chat_member\":{\"user\":", before,
	    strcmp(before, "kicked") == 0 ? ",\"until_date\":0" : "");
	write_bot(json, chat->bot);
	buf_addf(json, ",\"status\":\"%s\"%s}}", after,
	    strcmp(after, "kicked") == 0 ? ",\"until_date\":0" : "");
	return updates_add(chat->bot, UPDATE_MY_CHAT_MEMBER, buf_text(json), json->size);
}

/* Writing to a bot one has blocked unblocks it first, as the app makes one do. */
static void open_chat(struct chat *chat)
{
	if (chat->blocked) {
		chat->blocked = false;
		int64_t id = add_membership(chat, chat->user, "kicked", "member");
		record(chat->bot->sandbox, chat, "user_unblock", chat->user, NULL, id);
	}
	chat->started = true;
}

static const char *get_text(struct act *a, const char *name)
{
	return json_get_text(a->arena, a->json, name);
}

static const char *say(struct act *a, const char *text, const char *extra, enum update_kind kind)
{
	struct formatted f = {0};
	if (text)
		entities_detect(a->arena, text, &f);
	if (json_get_array(a->json, "entities"))
		f.entities = json_text(a->arena, json_get_array(a->json, "entities"), NULL);
	if (a->chat->kind == CHAT_PRIVATE)
		open_chat(a->chat);
	const char *album = get_text(a, "album");
	if (album)
		extra = arena_printf(a->arena, "%s%s\"media_group_id\":%s", extra ? extra : "",
		    extra ? "," : "", json_quote(a->arena, album));
	struct message *m = message_add(a->chat, kind == UPDATE_CHANNEL_POST ? NULL : a->user,
	    false, text, f.entities, NULL, extra);
	m->reply_to = json_get_i64(a->json, "reply_to", 0);
	m->uncopyable = json_get_bool(a->json, "uncopyable", false);
	m->date_s = json_get_i64(a->json, "date", m->date_s); /* it may have waited */
	a->out->message_id = m->id;
	a->out->update_id = add_message_update(a->chat, kind, m);
	record(a->s, a->chat, kind == UPDATE_CHANNEL_POST ? "channel_post" : "user_message",
	    a->user, m, a->out->update_id);
	return NULL;
}

int64_t act_text(struct chat *chat, const char *text, const char *entities)
{
	/* nobody looks up a simulated user's own messages: only the id is used */
	struct message m = {.id = message_next_id(chat),
	    .date_s = sandbox_now_s(chat->bot->sandbox),
	    .from = chat->user,
	    .text = (char *)text,
	    .entities = (char *)entities};
	chat->started = true;
	return add_message_update(chat, UPDATE_MESSAGE, &m);
}

static const char *act_do_text(struct act *a)
{
	const char *text = get_text(a, "text");
	return text && text[0] ? say(a, text, NULL, UPDATE_MESSAGE) : "text is missing";
}

static const char *act_do_start(struct act *a)
{
	const char *payload = get_text(a, "payload");
	if (!payload || !payload[0])
		return say(a, "/start", NULL, UPDATE_MESSAGE);
	if (strlen(payload) > 64 ||
	    strspn(payload, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") !=
		strlen(payload))
		return "payload must be 1 to 64 of A-Za-z0-9_-";
	return say(a, arena_printf(a->arena, "/start %s", payload), NULL, UPDATE_MESSAGE);
}

/* --- buttons --- */

static int64_t press(struct chat *chat, const struct message *m, const char *data)
{
	struct sandbox *s = chat->bot->sandbox;
	int64_t id = callback_add(chat);
	struct buf *json = &s->json;
	buf_clear(json);
	buf_addf(json, "\"callback_query\":{\"id\":\"%lld\",\"from\":", (long long)id);
	write_user(json, chat->user);
	buf_adds(json, ",\"message\":");
	write_message(json, chat, m);
	buf_addf(json, ",\"chat_instance\":\"%lld\",\"data\":", (long long)chat->id * 31 + 7);
	write_string(json, data);
	buf_addc(json, '}');
	return updates_add(chat->bot, UPDATE_CALLBACK_QUERY, buf_text(json), json->size);
}

/* The newest message (or the one with this id) that has such a button. */
static const json_t *find_button(const struct chat *chat, int64_t message_id, const char *text,
    const char *data, const struct message **message, json_t **document)
{
	const struct message *m;
	TAILQ_FOREACH_REVERSE(m, &chat->messages, message_list, entry)
	{
		if (!m->markup || (message_id && m->id != message_id))
			continue;
		const json_t *button = markup_find_button(m->markup, text, data, document);
		if (button) {
			*message = m;
			return button;
		}
	}
	return NULL;
}

int64_t act_press(struct chat *chat, const char *data_prefix)
{
	const struct message *m = NULL;
	json_t *document = NULL;
	const json_t *button = find_button(chat, 0, NULL, data_prefix, &m, &document);
	if (!button)
		return 0;
	int64_t id = press(chat, m, json_string_value(json_object_get(button, "callback_data")));
	json_decref(document);
	return id;
}

static const char *press_found(struct act *a, const struct message *m, const json_t *button)
{
	const char *label = json_is_string(button) ? json_string_value(button)
						   : json_get_text(a->arena, button, "text");
	const char *data = json_get_text(a->arena, button, "callback_data");
	a->out->message_id = m->id;
	if (data) {
		a->out->update_id = press(a->chat, m, data);
		struct buf *json = &a->s->json;
		buf_clear(json);
		buf_addf(json, "\"user\":%lld,\"update_id\":%lld,\"text\":", (long long)a->user->id,
		    (long long)a->out->update_id);
		write_string(json, label ? label : "");
		buf_adds(json, ",\"data\":");
		write_string(json, data);
		transcript_add(a->s, a->chat, "user_button", m->id, buf_text(json));
		return NULL;
	}
	const char *url = json_get_text(a->arena, button, "url");
	const char *copied = json_get_text(a->arena, json_object_get(button, "copy_text"), "text");
	a->out->url = url ? arena_strdup(a->arena, url) : NULL;
	a->out->copied = copied ? arena_strdup(a->arena, copied) : NULL;
	if (url || copied)
		return NULL;
	if (json_is_true(json_object_get(button, "request_contact")))
		return "this button asks for a contact: send an act of type contact";
	if (json_object_get(button, "request_users"))
		return "this button asks for people: send an act of type users";
	/* a reply keyboard: its button says its own text */
	return say(a, arena_strdup(a->arena, label), NULL, UPDATE_MESSAGE);
}

static const char *act_do_button(struct act *a)
{
	int64_t message_id = json_get_i64(a->json, "message_id", 0);
	const char *text = get_text(a, "text"), *data = get_text(a, "data");
	const struct message *m = NULL;
	json_t *document = NULL;
	if (!text && !data)
		return "button needs text or data";
	const json_t *button = find_button(a->chat, message_id, text, data, &m, &document);
	if (!button && data && message_id) {
		/* a button of a keyboard that has been edited away meanwhile:
		 * still pressable in a slow app */
		m = message_find(a->chat, message_id);
		if (!m)
			return "no such message";
		a->out->message_id = m->id;
		a->out->update_id = press(a->chat, m, data);
		record(a->s, a->chat, "user_button", a->user, NULL, a->out->update_id);
		return NULL;
	}
	if (!button)
		return "no such button";
	const char *wrong = press_found(a, m, button);
	json_decref(document);
	return wrong;
}

/* --- media: only what a bot can tell apart --- */

static const char *act_do_contact(struct act *a)
{
	return say(a, NULL, people_contact(a->user, a->json, a->arena), UPDATE_MESSAGE);
}

static const char *act_do_users(struct act *a)
{
	const char *members = NULL;
	const char *wrong =
	    people_shared(a->chat, json_object_get(a->json, "users"), a->arena, &members);
	return wrong ? wrong : say(a, NULL, members, UPDATE_MESSAGE);
}

static const char *act_do_media(struct act *a)
{
	const char *members = files_members(a->s, a->arena, a->json);
	return members ? say(a, NULL, members, UPDATE_MESSAGE) : "content is no base64";
}

/* The caption of one's own photo or file. */
static const char *edit_caption(struct act *a, int64_t id, const char *caption)
{
	struct message *m = message_find(a->chat, id);
	bool same;
	const char *extra =
	    m && !m->from_bot ? media_recaption(a->arena, m->extra, caption, &same) : NULL;
	if (!extra)
		return "no such message of the user";
	set_string(&m->extra, extra);
	m->edited_s = sandbox_now_s(a->s);
	a->out->message_id = m->id;
	a->out->update_id = add_message_update(a->chat, UPDATE_EDITED_MESSAGE, m);
	record(a->s, a->chat, "user_edit", a->user, m, a->out->update_id);
	return NULL;
}

static const char *act_do_edit(struct act *a)
{
	int64_t id = json_get_i64(a->json, "message_id", 0);
	const char *text = get_text(a, "text"), *caption = get_text(a, "caption");
	struct message *m;
	if (caption)
		return edit_caption(a, id, caption);
	if (!text || !text[0])
		return "text is missing";
	TAILQ_FOREACH_REVERSE(m, &a->chat->messages, message_list, entry)
	if (!m->from_bot && m->text && (id == 0 || m->id == id))
		break;
	if (!m)
		return "no such message of the user";
	struct formatted f;
	entities_detect(a->arena, text, &f);
	set_string(&m->text, text);
	set_string(&m->entities, f.entities);
	m->edited_s = sandbox_now_s(a->s);
	a->out->message_id = m->id;
	a->out->update_id = add_message_update(a->chat, UPDATE_EDITED_MESSAGE, m);
	record(a->s, a->chat, "user_edit", a->user, m, a->out->update_id);
	return NULL;
}

static const char *act_do_delete(struct act *a)
{
	return chat_forget_message(a->chat, json_get_i64(a->json, "message_id", 0));
}

/* --- blocking --- */

static const char *act_do_block(struct act *a)
{
	if (!a->chat->blocked) {
		a->chat->blocked = true;
		a->out->update_id = add_membership(a->chat, a->user, "member", "kicked");
	}
	record(a->s, a->chat, "user_block", a->user, NULL, a->out->update_id);
	return NULL;
}

static const char *act_do_unblock(struct act *a)
{
	if (a->chat->blocked) {
		a->chat->blocked = false;
		a->out->update_id = add_membership(a->chat, a->user, "kicked", "member");
	}
	record(a->s, a->chat, "user_unblock", a->user, NULL, a->out->update_id);
	return NULL;
}

static const char *act_do_deactivate(struct act *a)
{
	a->user->deactivated = true;
	record(a->s, a->chat, "user_deactivate", a->user, NULL, 0);
	return NULL;
}

/* --- shared chats --- */

static const char *act_do_group_text(struct act *a)
{
	const char *text = get_text(a, "text");
	if (!text || !text[0])
		return "text is missing";
	return say(
	    a, text, NULL, a->chat->kind == CHAT_CHANNEL ? UPDATE_CHANNEL_POST : UPDATE_MESSAGE);
}

/* The group becomes a supergroup: both are told, and the old id answers with the new. */
static const char *act_do_migrate(struct act *a)
{
	struct chat *old = a->chat;
	int64_t id = json_get_i64(a->json, "new_chat", -1000000000000 + old->id);
	if (old->kind != CHAT_GROUP || id > -1000000000000)
		return "only a group (chat > -1000000000000) migrates, to new_chat below that";
	const char *to = arena_printf(a->arena, "\"migrate_to_chat_id\":%lld", (long long)id);
	const char *from =
	    arena_printf(a->arena, "\"migrate_from_chat_id\":%lld", (long long)old->id);
	say(a, NULL, to, UPDATE_MESSAGE);
	old->migrated_to = id;
	a->chat = chat_put_shared(a->bot, id, false, old->title);
	return say(a, NULL, from, UPDATE_MESSAGE);
}

static const char *act_do_bytes(struct act *a)
{
	int64_t id = updates_add_hex(a->bot, a->arena, json_get_text(a->arena, a->json, "hex"),
	    json_get_bool(a->json, "whole", false));
	a->out->update_id = id < 0 ? 0 : id;
	return id < 0 ? "hex must be pairs of 0-9a-f" : NULL;
}

/* Any update, as given. */
static const char *act_do_raw(struct act *a)
{
	const json_t *update = json_get_object(a->json, "update");
	if (!update)
		return "update is missing";
	enum update_kind kind = UPDATE_OTHER;
	struct buf *json = &a->s->json;
	buf_clear(json);
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)update, name, value) {
		if (strcmp(name, "update_id") == 0)
			continue;
		size_t size = 0;
		const char *text = json_text(a->arena, value, &size);
		kind = update_kind_of(name);
		if (json->size > 0)
			buf_addc(json, ',');
		write_string(json, name);
		buf_addc(json, ':');
		buf_add(json, text, size);
	}
	if (json->size == 0)
		return "update is empty";
	int64_t id = json_get_i64(update, "update_id", 0);
	if (id != 0)
		a->bot->updates.next_id = id;
	/* a person who wrote, even in a raw update, may be written to */
	const json_t *message = json_get_object(update, "message");
	const json_t *from = json_get_object(message, "from");
	int64_t chat_id = json_get_i64(json_get_object(message, "chat"), "id", 0);
	if (from && chat_id != 0 && chat_id == json_get_i64(from, "id", -1)) {
		struct user *user = user_find(a->s, chat_id);
		if (!user)
			user = user_put(a->s, chat_id, json_get_text(a->arena, from, "first_name"),
			    json_get_text(a->arena, from, "username"),
			    json_get_text(a->arena, from, "language_code"));
		chat_put_private(a->bot, user)->started = true;
	}
	a->out->update_id = updates_add(a->bot, kind, buf_text(json), json->size);
	return NULL;
}

/* --- */

enum needs { NEEDS_USER, NEEDS_SHARED_CHAT, NEEDS_CHANNEL, NEEDS_NOTHING };
static const struct {
	const char *type;
	enum needs needs;
	const char *(*perform)(struct act *act);
} types[] = {
    {"text", NEEDS_USER, act_do_text},
    {"start", NEEDS_USER, act_do_start},
    {"button", NEEDS_USER, act_do_button},
    {"contact", NEEDS_USER, act_do_contact},
    {"users", NEEDS_USER, act_do_users},
    {"photo", NEEDS_USER, act_do_media},
    {"sticker", NEEDS_USER, act_do_media},
    {"voice", NEEDS_USER, act_do_media},
    {"video", NEEDS_USER, act_do_media},
    {"document", NEEDS_USER, act_do_media},
    {"edit", NEEDS_USER, act_do_edit},
    {"delete", NEEDS_USER, act_do_delete},
    {"block", NEEDS_USER, act_do_block},
    {"unblock", NEEDS_USER, act_do_unblock},
    {"deactivate", NEEDS_USER, act_do_deactivate},
    {"group_text", NEEDS_SHARED_CHAT, act_do_group_text},
    {"migrate", NEEDS_SHARED_CHAT, act_do_migrate},
    {"channel_post", NEEDS_CHANNEL, act_do_group_text},
    {"raw", NEEDS_NOTHING, act_do_raw},
    {"bytes", NEEDS_NOTHING, act_do_bytes},
};

const char *act_perform(struct sandbox *s, struct arena *arena, const json_t *json, bool check_only,
    struct act_result *out)
{
	*out = (struct act_result){0};
	const char *type = json_get_text(arena, json, "type");
	size_t i = 0;
	const size_t count = sizeof types / sizeof *types;
	while (i < count && (!type || strcmp(types[i].type, type) != 0))
		i++;
	bool business = business_is_act(type);
	if (i == count && !business)
		return "unknown type of act";
	struct act a = {.s = s, .arena = arena, .json = json, .out = out};
	a.bot = bot_of_id(s, json_get_i64(json, "bot", 0));
	if (!a.bot)
		return "no such bot";
	int64_t user_id = json_get_i64(json, "user", 0);
	int64_t chat_id = json_get_i64(json, "chat", 0);
	enum needs needs = business ? NEEDS_USER : types[i].needs;
	if (user_id < 0 || (user_id == 0 && (needs == NEEDS_USER || needs == NEEDS_SHARED_CHAT)))
		return "user is missing";
	if (chat_id >= 0 && (needs == NEEDS_SHARED_CHAT || needs == NEEDS_CHANNEL))
		return "chat must be below 0";
	if (check_only)
		return NULL;
	if (user_id != 0)
		a.user = user_put(s, user_id, NULL, NULL, NULL);
	out->user = user_id;
	if (needs == NEEDS_USER) {
		if (a.user->deactivated)
			return "this user is deactivated";
		a.chat = chat_put_private(a.bot, a.user);
	} else if (needs != NEEDS_NOTHING) {
		a.chat = chat_put_shared(
		    a.bot, chat_id, needs == NEEDS_CHANNEL, json_get_text(arena, json, "title"));
		const char *username = json_get_text(arena, json, "chat_username");
		if (username)
			set_string(&a.chat->username, username);
	}
	return business ? business_act(
			      a.bot, a.user, arena, type, json, &out->update_id, &out->message_id)
			: types[i].perform(&a);
}
