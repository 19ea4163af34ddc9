#include "salesreg/sandbox/telegram/chats.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/telegram/call.h"
#include "salesreg/sandbox/transcript.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const int64_t CALLBACK_TTL_US = INT64_C(150) * 1000000;

/* Only groups and channels: a username is no address for a private chat. */
static struct chat *chat_of_username(const struct bot *bot, const char *name)
{
	for (struct map_slot *slot = NULL; (slot = map_next(&bot->chats, slot));) {
		struct chat *chat = slot->value.pointer;
		if (chat->username && strcasecmp(chat->username, name) == 0)
			return chat;
	}
	return NULL;
}

enum sandbox_error chat_resolve(const struct call *call, struct chat **out)
{
	*out = NULL;
	const char *text = http_params_text(call->params, "chat_id");
	if (!text || text[0] == '\0')
		return SANDBOX_CHAT_ID_EMPTY;
	bool is_number;
	int64_t id = http_params_i64(call->params, "chat_id", 0, &is_number);
	struct chat *chat = NULL;
	if (is_number)
		chat = chat_find(call->bot, id);
	else if (text[0] == '@')
		chat = chat_of_username(call->bot, text + 1);
	*out = chat;
	if (!chat) {
		const struct user *user = is_number ? user_find(call->sandbox, id) : NULL;
		if (!user)
			return SANDBOX_CHAT_NOT_FOUND;
		return user->deactivated ? SANDBOX_DEACTIVATED : SANDBOX_CANT_INITIATE;
	}
	if (chat->migrated_to)
		return SANDBOX_CHAT_MIGRATED;
	if (chat->user && chat->user->deactivated)
		return SANDBOX_DEACTIVATED;
	if (chat->blocked)
		return SANDBOX_BLOCKED;
	return chat->started ? SANDBOX_OK : SANDBOX_CANT_INITIATE;
}

void call_fail_chat(struct call *call, enum sandbox_error error, const struct chat *chat)
{
	char parameters[64];
	if (error != SANDBOX_CHAT_MIGRATED) {
		call_fail(call, error);
		return;
	}
	(void)snprintf(parameters, sizeof parameters, "{\"migrate_to_chat_id\":%lld}",
	    (long long)chat->migrated_to);
	call_fail_with(call, sandbox_error_code(error), sandbox_error_text(error), parameters, 0);
}

const char *chat_forget_message(struct chat *chat, int64_t id)
{
	struct message *m = message_find(chat, id);
	if (!m)
		return "no such message";
	transcript_add(chat->bot->sandbox, chat, "user_delete", id, "");
	message_remove(chat, m);
	return NULL;
}

void callback_remove(struct bot *bot, struct callback *c)
{
	TAILQ_REMOVE(&bot->callbacks, c, entry);
	map_remove(&bot->callbacks_by_id, c->id);
	bot->callback_count--;
	free(c);
}

static void drop_old(struct bot *bot)
{
	int64_t now_us = sandbox_now_us(bot->sandbox);
	struct callback *c;
	while ((c = TAILQ_FIRST(&bot->callbacks)) &&
	       (c->expires_us <= now_us || bot->callback_count >= SANDBOX_CALLBACKS_MAX))
		callback_remove(bot, c);
}

int64_t callback_add(struct chat *chat)
{
	struct bot *bot = chat->bot;
	drop_old(bot);
	struct callback *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	do
		c->id = (int64_t)(sandbox_random(bot->sandbox) >> 1);
	while (c->id == 0 || map_find(&bot->callbacks_by_id, c->id));
	c->expires_us = sandbox_now_us(bot->sandbox) + CALLBACK_TTL_US;
	c->chat = chat;
	TAILQ_INSERT_TAIL(&bot->callbacks, c, entry);
	map_put(&bot->callbacks_by_id, c->id)->value.pointer = c;
	bot->callback_count++;
	return c->id;
}

struct callback *callback_find(struct bot *bot, int64_t id)
{
	drop_old(bot);
	struct map_slot *slot = map_find(&bot->callbacks_by_id, id);
	return slot ? slot->value.pointer : NULL;
}
