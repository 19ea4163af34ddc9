#include "salesreg/sandbox/model.h"
#include "salesreg/base/clock.h"
#include "salesreg/sandbox/telegram/update_kind.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_SECRET_MIN = 30, TOKEN_MAX = 256 };

int64_t sandbox_now_us(const struct sandbox *s)
{
	return clock_monotonic_us() + s->clock_offset_us;
}

int64_t sandbox_now_s(const struct sandbox *s)
{
	return (clock_wall_us() + s->clock_offset_us) / 1000000;
}

/* splitmix64, so that a seed makes a run repeatable */
uint64_t sandbox_random(struct sandbox *s)
{
	uint64_t x = s->random += 0x9E3779B97F4A7C15u;
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	return x ^ x >> 31;
}

static void *allocate(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		abort();
	return p;
}

static char *copy(const char *s)
{
	if (!s)
		return NULL;
	char *c = strdup(s);
	if (!c)
		abort();
	return c;
}

void set_string(char **field, const char *s)
{
	char *c = copy(s); /* s may be inside *field */
	free(*field);
	*field = c;
}

/* --- bots --- */

static struct bot *bot_create(struct sandbox *s)
{
	struct bot *bot = allocate(sizeof *bot);
	bot->sandbox = s;
	bot->id = 1;
	map_init(&bot->chats);
	map_init(&bot->callbacks_by_id);
	TAILQ_INIT(&bot->callbacks);
	/* far from 0 and from the end of int32, which is what the server's ids are */
	bot->updates =
	    (struct updates){.next_id = 100000000 + (int64_t)(sandbox_random(s) % 800000000),
		.allowed = UPDATE_KINDS_DEFAULT,
		.previous_offset = -1,
		.previous_start_us = INT64_MIN / 2};
	bot->last_message_id = (int64_t)(sandbox_random(s) % 1000);
	if (s->last_bot)
		s->last_bot->next = bot;
	else
		s->first_bot = bot;
	s->last_bot = bot;
	s->bot_count++;
	return bot;
}

/* The first bot exists before its token is known, so that people can act before it connects. */
struct bot *bot_of_id(struct sandbox *s, int64_t id)
{
	if (!s->first_bot)
		(void)bot_create(s);
	if (id == 0)
		return s->first_bot;
	for (struct bot *bot = s->first_bot; bot; bot = bot->next)
		if (bot->id == id)
			return bot;
	return NULL;
}

static bool token_is_well_formed(const char *token, size_t size)
{
	size_t i = 0;
	while (i < size && isdigit((unsigned char)token[i]))
		i++;
	if (i == 0 || i > 15 || i == size || token[i] != ':' || size > TOKEN_MAX ||
	    size - i - 1 < TOKEN_SECRET_MIN)
		return false;
	for (i++; i < size; i++)
		if (!isalnum((unsigned char)token[i]) && token[i] != '_' && token[i] != '-')
			return false;
	return true;
}

static bool is_token(const char *known, const char *token, size_t size)
{
	return strncmp(known, token, size) == 0 && known[size] == '\0';
}

struct bot *bot_of_token(struct sandbox *s, const char *token, size_t size, bool *malformed)
{
	*malformed = false;
	for (struct bot *bot = s->first_bot; bot; bot = bot->next)
		if (bot->token && is_token(bot->token, token, size))
			return bot;
	if (!token_is_well_formed(token, size)) {
		*malformed = true;
		return NULL;
	}
	bool allowed = s->tokens == NULL;
	for (char **known = s->tokens; known && *known; known++)
		allowed = allowed || is_token(*known, token, size);
	if (!allowed || s->bot_count >= SANDBOX_BOTS_MAX)
		return NULL;
	struct bot *bot = bot_of_id(s, 0);
	if (bot->token)
		bot = bot_create(s);
	bot->token = strndup(token, size);
	if (!bot->token)
		abort();
	bot->id = strtoll(bot->token, NULL, 10);
	set_string(&bot->username, s->username);
	return bot;
}

/* --- users and chats --- */

struct user *user_find(struct sandbox *s, int64_t id)
{
	struct map_slot *slot = map_find(&s->users, id);
	return slot ? slot->value.pointer : NULL;
}

struct user *user_put(struct sandbox *s, int64_t id, const char *first_name, const char *username,
    const char *language_code)
{
	if (id == 0) {
		while (user_find(s, s->next_user_id))
			s->next_user_id++;
		id = s->next_user_id++;
	}
	struct map_slot *slot = map_put(&s->users, id);
	struct user *user = slot->value.pointer;
	if (!user) {
		user = allocate(sizeof *user);
		user->id = id;
		slot->value.pointer = user;
		set_string(&user->first_name, "User");
		set_string(&user->language_code, "ru");
	}
	if (first_name)
		set_string(&user->first_name, first_name);
	if (username)
		set_string(&user->username, username[0] ? username : NULL);
	if (language_code)
		set_string(&user->language_code, language_code[0] ? language_code : NULL);
	return user;
}

const char *chat_kind_name(enum chat_kind kind)
{
	switch (kind) {
	case CHAT_PRIVATE:
		return "private";
	case CHAT_GROUP:
		return "group";
	case CHAT_SUPERGROUP:
		return "supergroup";
	case CHAT_CHANNEL:
		return "channel";
	}
	return "";
}

struct chat *chat_find(const struct bot *bot, int64_t id)
{
	struct map_slot *slot = map_find(&bot->chats, id);
	return slot ? slot->value.pointer : NULL;
}

static struct chat *chat_create(struct bot *bot, int64_t id, enum chat_kind kind)
{
	struct chat *chat = allocate(sizeof *chat);
	chat->id = id;
	chat->bot = bot;
	chat->kind = kind;
	TAILQ_INIT(&chat->messages);
	map_put(&bot->chats, id)->value.pointer = chat;
	return chat;
}

struct chat *chat_put_private(struct bot *bot, struct user *user)
{
	struct chat *chat = chat_find(bot, user->id);
	if (!chat) {
		chat = chat_create(bot, user->id, CHAT_PRIVATE);
		chat->user = user;
	}
	return chat;
}

struct chat *chat_put_shared(struct bot *bot, int64_t id, bool channel, const char *title)
{
	struct chat *chat = chat_find(bot, id);
	if (!chat) {
		/* ids of supergroups and channels begin with -100 */
		enum chat_kind kind = id > -1000000000000 ? CHAT_GROUP : CHAT_SUPERGROUP;
		chat = chat_create(bot, id, channel ? CHAT_CHANNEL : kind);
		set_string(&chat->title, "Group");
	}
	if (title)
		set_string(&chat->title, title);
	chat->started = true;
	return chat;
}

/* --- messages --- */

int64_t message_next_id(struct chat *chat)
{
	bool own = chat->kind == CHAT_SUPERGROUP || chat->kind == CHAT_CHANNEL;
	chat->last_message_id = own ? chat->last_message_id + 1 : ++chat->bot->last_message_id;
	return chat->last_message_id;
}

static void message_destroy(struct message *m)
{
	free(m->text);
	free(m->entities);
	free(m->markup);
	free(m->extra);
	free(m);
}

void message_remove(struct chat *chat, struct message *m)
{
	TAILQ_REMOVE(&chat->messages, m, entry);
	chat->message_count--;
	message_destroy(m);
}

struct message *message_add(struct chat *chat, const struct user *from, bool from_bot,
    const char *text, const char *entities, const char *markup, const char *extra)
{
	struct message *m = allocate(sizeof *m);
	m->id = message_next_id(chat);
	m->date_s = sandbox_now_s(chat->bot->sandbox);
	m->from = from;
	m->from_bot = from_bot;
	m->text = copy(text);
	m->entities = copy(entities);
	m->markup = copy(markup);
	m->extra = copy(extra);
	TAILQ_INSERT_TAIL(&chat->messages, m, entry);
	chat->message_count++;
	if (chat->message_count >
	    (chat->simulated ? SANDBOX_MESSAGES_KEPT_LOAD : SANDBOX_MESSAGES_KEPT))
		message_remove(chat, TAILQ_FIRST(&chat->messages));
	return m;
}

struct message *message_find(const struct chat *chat, int64_t id)
{
	struct message *m;
	TAILQ_FOREACH_REVERSE(m, &chat->messages, message_list, entry)
	if (m->id == id)
		return m;
	return NULL;
}

/* --- the end --- */

static void chat_destroy(struct chat *chat)
{
	for (struct message *m = TAILQ_FIRST(&chat->messages), *next; m; m = next) {
		next = TAILQ_NEXT(m, entry);
		message_destroy(m);
	}
	free(chat->title);
	free(chat->username);
	free(chat);
}

static void bot_destroy(struct bot *bot)
{
	for (struct map_slot *slot = NULL; (slot = map_next(&bot->chats, slot));)
		chat_destroy(slot->value.pointer);
	map_finish(&bot->chats);
	map_finish(&bot->callbacks_by_id);
	for (struct callback *c; (c = TAILQ_FIRST(&bot->callbacks));) {
		TAILQ_REMOVE(&bot->callbacks, c, entry);
		free(c);
	}
	for (size_t i = 0; i < bot->command_list_count; i++) {
		free(bot->commands[i].scope);
		free(bot->commands[i].language_code);
		free(bot->commands[i].commands);
	}
	free(bot->token);
	free(bot->username);
	free(bot->webhook_url);
	free(bot);
}

void sandbox_state_finish(struct sandbox *s)
{
	for (struct bot *bot = s->first_bot, *next; bot; bot = next) {
		next = bot->next;
		bot_destroy(bot);
	}
	for (struct map_slot *slot = NULL; (slot = map_next(&s->users, slot));) {
		struct user *user = slot->value.pointer;
		free(user->first_name);
		free(user->username);
		free(user->language_code);
		free(user);
	}
	map_finish(&s->users);
	faults_clear(&s->faults);
	buf_finish(&s->out);
	buf_finish(&s->json);
	char **lists[] = {s->tokens, s->hosts};
	for (size_t i = 0; i < 2; i++) {
		for (char **name = lists[i]; name && *name; name++)
			free(*name);
		free((void *)lists[i]);
	}
	free(s->username);
}
