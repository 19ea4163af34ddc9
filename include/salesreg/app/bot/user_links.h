/*
 * Buttons and mentions that open a chat with a person by id. Telegram refuses the whole message if the bot has not seen the
 * person or their privacy settings hide them, so such a message goes again without them, and ids known to be refused do
 * not even get that far.
 * Ownership: the set owns its memory; payloads returned are malloc'ed, the caller frees. Units: Telegram ids.
 * Errors: none: what is no JSON of ours is left alone.
 * Source: Bot API, "InlineKeyboardButton" and "Formatting options" (tg://user?id=); the refusals are MTProto's
 * BUTTON_USER_INVALID, BUTTON_USER_PRIVACY_RESTRICTED and ENTITY_MENTION_USER_INVALID.
 */
#pragma once
#include "salesreg/base/map.h"
#include "salesreg/db/conn.h"
#include <stdbool.h>

enum { USER_LINKS_UNWRITTEN_MAX = 64 };

struct user_links {
	struct map hidden; /* ids that were refused */
	int64_t unwritten[USER_LINKS_UNWRITTEN_MAX];
	size_t unwritten_count;
	bool loaded;
	size_t read_step;
};

void user_links_init(struct user_links *links);
void user_links_finish(struct user_links *links);

/* Whether this answer to sendMessage or an edit refuses such a button or mention. */
bool user_links_refused(const char *description);
/* The payload without any of them, or NULL if there was none. If it was one id alone, it is remembered. */
char *user_links_strip(struct user_links *links, const char *payload);
/* The payload without the buttons of ids known to be refused, or NULL if there was none. */
char *user_links_strip_hidden(const struct user_links *links, const char *payload);

/* What is to be remembered beyond this process. */
void user_links_put(struct user_links *links, struct db_plan *plan, struct arena *a);
void user_links_read(struct user_links *links, struct db_plan *plan);
void user_links_parse(struct user_links *links, const struct db_reply *reply);
