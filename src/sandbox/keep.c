#include "salesreg/sandbox/keep.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/sandbox/google/remember.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/telegram/business/business.h"
#include "salesreg/sandbox/telegram/updates.h"
#include "salesreg/sandbox/transcript.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was given out after the file was last written is not known: ids go on well beyond. */
enum { ID_GAP = 1000, PATH_SIZE = 4096 };
static const int64_t ID_MOST = INT64_C(1) << 52;

/* No padding: compared as bytes. */
struct keep_mark {
	int64_t seq, next_update_id, google;
	size_t updates, users, menus;
};

struct keep {
	uv_timer_t timer;
	char path[PATH_SIZE - 8];
	struct keep_mark written;
	bool complained;
};

/* Writing ----------------------------------------------------------------------------------------------------------------*/

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *write_people(const struct sandbox *s)
{
	json_t *list = json_array();
	for (const struct map_slot *slot = NULL; (slot = map_next(&s->users, slot));) {
		const struct user *u = slot->value.pointer;
		(void)json_array_append_new(
		    list, json_pack("{sI so so so sb sb sb sI}", "id", (json_int_t)u->id,
			      "first_name", text_or_null(u->first_name), "username",
			      text_or_null(u->username), "language_code",
			      text_or_null(u->language_code), "deactivated", (int)u->deactivated,
			      "private_forwards", (int)u->private_forwards, "no_voices",
			      (int)u->no_voices, "message_stars", (json_int_t)u->message_stars));
	}
	return list;
}

static json_t *write_messages(const struct chat *chat)
{
	json_t *list = json_array();
	const struct message *m;
	TAILQ_FOREACH (m, &chat->messages, entry)
		(void)json_array_append_new(
		    list, json_pack("{sI sI sI sb so so so so}", "id", (json_int_t)m->id, "date_s",
			      (json_int_t)m->date_s, "edited_s", (json_int_t)m->edited_s,
			      "from_bot", (int)m->from_bot, "text", text_or_null(m->text),
			      "entities", text_or_null(m->entities), "markup",
			      text_or_null(m->markup), "extra", text_or_null(m->extra)));
	return list;
}

static json_t *write_chats(const struct bot *bot)
{
	json_t *list = json_array();
	for (const struct map_slot *slot = NULL; (slot = map_next(&bot->chats, slot));) {
		const struct chat *chat = slot->value.pointer;
		if (chat->kind == CHAT_PRIVATE && !chat->simulated)
			(void)json_array_append_new(
			    list, json_pack("{sI sb sb so}", "user", (json_int_t)chat->id,
				      "started", (int)chat->started, "blocked", (int)chat->blocked,
				      "messages", write_messages(chat)));
	}
	return list;
}

static json_t *write_bot_state(const struct bot *bot)
{
	json_t *menus = json_array(), *updates = json_array();
	for (size_t i = 0; i < bot->command_list_count; i++)
		(void)json_array_append_new(
		    menus, json_pack("{so so so}", "scope", text_or_null(bot->commands[i].scope),
			       "language_code", text_or_null(bot->commands[i].language_code),
			       "commands", text_or_null(bot->commands[i].commands)));
	for (size_t i = 0; i < bot->updates.count; i++) {
		const struct update *u = updates_at(&bot->updates, i);
		(void)json_array_append_new(updates,
		    json_pack("{sI so}", "id", (json_int_t)u->id, "json", text_or_null(u->json)));
	}
	return json_pack("{so so sI sI so so so so}", "token", text_or_null(bot->token), "username",
	    text_or_null(bot->username), "last_message_id", (json_int_t)bot->last_message_id,
	    "next_update_id", (json_int_t)bot->updates.next_id, "menus", menus, "updates", updates,
	    "chats", write_chats(bot), "accounts", business_remember(bot));
}

static json_t *write_transcript(const struct transcript *t)
{
	json_t *list = json_array();
	const struct event *e;
	size_t skip = t->count > KEEP_EVENTS_MAX ? t->count - KEEP_EVENTS_MAX : 0;
	TAILQ_FOREACH (e, &t->events, entry) {
		if (skip > 0)
			skip--;
		else
			(void)json_array_append_new(
			    list, json_pack("{sI sI sI so}", "seq", (json_int_t)e->seq, "bot",
				      (json_int_t)e->bot, "chat", (json_int_t)e->chat, "json",
				      text_or_null(e->json)));
	}
	return list;
}

/* What of it may change without an event: cheap to tell, and a name or a menu that changed besides is written with the next. */
static struct keep_mark mark_of(const struct sandbox *s, const struct bot *bot)
{
	return (struct keep_mark){.seq = s->transcript.last_seq,
	    .next_update_id = bot->updates.next_id,
	    .updates = bot->updates.count,
	    .users = s->users.count,
	    .menus = bot->command_list_count,
	    .google = s->google->changes};
}

static bool write_file(const char *path, const json_t *all)
{
	char fresh[PATH_SIZE];
	(void)snprintf(fresh, sizeof fresh, "%s.new", path);
	/* what is there is from a run that was killed, or somebody's who wants something overwritten */
	(void)unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool done = json_dumpfd(all, fd, JSON_COMPACT) == 0;
	done = close(fd) == 0 && done;
	return done && rename(fresh, path) == 0;
}

static void save(struct sandbox *s, bool anyway)
{
	struct keep *k = s->keep;
	const struct bot *bot = bot_of_id(s, 0);
	struct keep_mark now = mark_of(s, bot);
	if (!anyway && memcmp(&now, &k->written, sizeof now) == 0)
		return;
	json_t *all = json_pack("{si sI so so so so}", "version", 1, "last_seq",
	    (json_int_t)s->transcript.last_seq, "people", write_people(s), "bot",
	    write_bot_state(bot), "transcript", write_transcript(&s->transcript), "google",
	    google_remember(s->google));
	if (!all)
		abort(); /* out of memory */
	errno = 0;
	bool done = write_file(k->path, all);
	if (done)
		k->written = now;
	else if (!k->complained)
		log_warn("sandbox: %s cannot be written (%s); what people write now is gone after "
			 "the next start",
		    k->path, errno ? strerror(errno) : "no space left?");
	k->complained = !done;
	json_decref(all);
}

/* Reading ----------------------------------------------------------------------------------------------------------------*/

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* JSON of our own, or NULL: it goes out again as it is. */
static const char *json_of(const json_t *object, const char *key)
{
	const char *text = text_of(object, key);
	json_t *parsed = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
	json_decref(parsed);
	return parsed ? text : NULL;
}

/* Members without their braces. */
static bool are_members(const char *text)
{
	char *whole = NULL;
	if (!text || asprintf(&whole, "{%s}", text) < 0)
		return false;
	json_t *parsed = json_loads(whole, 0, NULL);
	free(whole);
	json_decref(parsed);
	return parsed;
}

static int64_t id_of(const json_t *object, const char *key, int64_t fallback)
{
	int64_t id = json_get_i64(object, key, fallback);
	return id > 0 && id < ID_MOST ? id : fallback;
}

static void read_people(struct sandbox *s, const json_t *people)
{
	size_t i;
	json_t *p;
	json_array_foreach (people, i, p) {
		int64_t id = id_of(p, "id", 0);
		if (id <= 0)
			continue;
		const char *username = text_of(p, "username"),
			   *language = text_of(p, "language_code");
		struct user *user = user_put(s, id, text_of(p, "first_name"),
		    username ? username : "", language ? language : "");
		user->deactivated = json_get_bool(p, "deactivated", false);
		user->private_forwards = json_get_bool(p, "private_forwards", false);
		user->no_voices = json_get_bool(p, "no_voices", false);
		user->message_stars = json_get_i64(p, "message_stars", 0);
	}
}

static void read_messages(struct chat *chat, const json_t *messages)
{
	size_t i;
	json_t *m;
	json_array_foreach (messages, i, m) {
		bool from_bot = json_get_bool(m, "from_bot", false);
		struct message *added = message_add(chat, from_bot ? NULL : chat->user, from_bot,
		    text_of(m, "text"), text_of(m, "entities"), text_of(m, "markup"),
		    are_members(text_of(m, "extra")) ? text_of(m, "extra") : NULL);
		added->id = id_of(m, "id", added->id);
		added->date_s = json_get_i64(m, "date_s", added->date_s);
		added->edited_s = json_get_i64(m, "edited_s", 0);
		chat->last_message_id = added->id;
	}
}

static void read_chats(struct sandbox *s, struct bot *bot, const json_t *chats)
{
	size_t i;
	json_t *c;
	json_array_foreach (chats, i, c) {
		struct user *user = user_find(s, json_get_i64(c, "user", 0));
		if (!user)
			continue;
		struct chat *chat = chat_put_private(bot, user);
		chat->started = json_get_bool(c, "started", false);
		chat->blocked = json_get_bool(c, "blocked", false);
		read_messages(chat, json_get_array(c, "messages"));
	}
}

static void read_bot_state(struct sandbox *s, const json_t *state)
{
	const char *token = text_of(state, "token");
	bool malformed;
	struct bot *bot = token ? bot_of_token(s, token, strlen(token), &malformed) : NULL;
	if (!bot)
		bot = bot_of_id(s, 0);
	read_chats(s, bot, json_get_array(state, "chats"));
	business_recall(bot, json_get_array(state, "accounts"));
	size_t i;
	json_t *item;
	json_array_foreach (json_get_array(state, "menus"), i, item) {
		if (bot->command_list_count == SANDBOX_COMMAND_LISTS_MAX)
			break;
		if (!json_of(item, "scope") || !text_of(item, "language_code") ||
		    !json_of(item, "commands"))
			continue;
		struct command_list *list = &bot->commands[bot->command_list_count++];
		set_string(&list->scope, text_of(item, "scope"));
		set_string(&list->language_code, text_of(item, "language_code"));
		set_string(&list->commands, text_of(item, "commands"));
	}
	json_array_foreach (json_get_array(state, "updates"), i, item) {
		const char *json = text_of(item, "json");
		/* under its own id: the bot may have seen it, without having said so yet */
		bot->updates.next_id = id_of(item, "id", bot->updates.next_id);
		if (are_members(json))
			(void)updates_add(bot, UPDATE_MESSAGE, json, strlen(json));
	}
	bot->last_message_id = id_of(state, "last_message_id", bot->last_message_id) + ID_GAP;
	bot->updates.next_id = id_of(state, "next_update_id", bot->updates.next_id) + ID_GAP;
}

static void read_transcript(struct sandbox *s, const json_t *all)
{
	size_t i;
	json_t *e;
	json_array_foreach (json_get_array(all, "transcript"), i, e) {
		const char *json = text_of(e, "json");
		if (are_members(json))
			transcript_restore(&s->transcript, json_get_i64(e, "seq", 0),
			    json_get_i64(e, "bot", 0), json_get_i64(e, "chat", 0), json);
	}
	int64_t last = id_of(all, "last_seq", 0);
	if (s->transcript.last_seq < last)
		s->transcript.last_seq = last;
}

static void load_file(struct sandbox *s)
{
	struct keep *k = s->keep;
	json_error_t error;
	if (access(k->path, F_OK) != 0)
		return;
	json_t *all = json_load_file(k->path, 0, &error);
	if (!all || json_get_i64(all, "version", 0) != 1) {
		char aside[PATH_SIZE];
		(void)snprintf(aside, sizeof aside, "%s.bad", k->path);
		log_warn(
		    "sandbox: %s cannot be understood (%s); it is now %s, and people begin anew",
		    k->path, all ? "another version wrote it" : error.text, aside);
		(void)rename(k->path, aside);
		json_decref(all);
		return;
	}
	read_people(s, json_get_array(all, "people"));
	read_bot_state(s, json_get_object(all, "bot"));
	read_transcript(s, all);
	google_recall(s->google, json_object_get(all, "google"));
	json_decref(all);
}

/* Life -------------------------------------------------------------------------------------------------------------------*/

static void on_timer(uv_timer_t *timer)
{
	save(timer->data, false);
}

void keep_start(struct sandbox *s, const char *path)
{
	struct keep *k = calloc(1, sizeof *k);
	if (!k)
		abort();
	(void)snprintf(k->path, sizeof k->path, "%s", path);
	s->keep = k;
	load_file(s);
	(void)uv_timer_init(s->loop, &k->timer);
	k->timer.data = s;
	(void)uv_timer_start(&k->timer, on_timer, KEEP_EVERY_MS, KEEP_EVERY_MS);
	uv_unref((uv_handle_t *)&k->timer);
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void keep_stop(struct sandbox *s)
{
	if (!s->keep)
		return;
	save(s, true);
	uv_close((uv_handle_t *)&s->keep->timer, on_timer_closed);
	s->keep = NULL;
}
