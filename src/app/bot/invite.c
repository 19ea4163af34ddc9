#include "salesreg/app/bot/invite.h"
#include "salesreg/app/link_token.h"
#include "salesreg/domain/conversation/conversation.h"

enum { RANDOM_BYTES = 18 };

const char *invite_make(struct arena *a)
{
	return arena_printf(
	    a, "%c%s", CONVERSATION_INVITE_LETTER, link_token_make(a, RANDOM_BYTES));
}

const char *invite_link(struct arena *a, const char *bot_username, const char *payload)
{
	return arena_printf(a, "https://t.me/%s?start=%s", bot_username, payload);
}
