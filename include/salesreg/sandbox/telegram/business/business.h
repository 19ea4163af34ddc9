/*
 * Business connections: a bot that writes in the chats of somebody's own account.
 * Ownership: a bot owns its connections for its whole life; those that ended are kept, for their ids are refused by name.
 * Units: seconds since 1970. Errors: enum sandbox_error; acts: a static sentence, or NULL.
 * Facts: Bot API, "BusinessConnection", "BusinessBotRights", "Message" (business_connection_id, sender_business_bot, is_from_offline);
 * tdlib/telegram-bot-api (2026-05), Client.cpp; of the names of refusals: pyrogram's tables of errors.
 */
#pragma once
#include "salesreg/sandbox/model.h"
#include <jansson.h>

/*
 * What happens in somebody's own account (the act's user), by types. Where it has connected no bot, its chats are there all the same, and no
 * bot is told of them:
 *   business_connect {rights?: [names]}, business_rights {rights}, business_disconnect
 *   business_pause {peer, paused}: in one chat; the bot is not told
 *   business_text {peer, text, from?: peer|user, offline?, media?, forget?}: either side writes; forget: the bot is not told
 *   business_edit {peer, message_id, text}, business_delete {peer, message_ids}
 */
/* update_id, message_id: what came of it, 0: none. */
bool business_is_act(const char *type);
const char *business_act(struct bot *bot, struct user *user, struct arena *a, const char *type,
    const json_t *json, int64_t *update_id, int64_t *message_id);

/* Of what is sent and edited, where the parameter business_connection_id names a connection. */
void business_send(struct call *call, const char *text, const char *entities, const char *markup);
/* members: as media.h has them. */
void business_send_media(struct call *call, const char *members);
void business_edit(struct call *call, const char *text, const char *entities);
void business_edit_caption(struct call *call);

/*
 * All that there is of accounts and their chats, for the page:
 * [{"user", "connected", "rights":[names], "chats":[{"peer", "paused", "messages":[as the Bot API has them]}]}]
 */
void business_write(const struct bot *bot, struct buf *out);
/* For the next run, and from the last one: what is no such thing is left out. The people are known. */
json_t *business_remember(const struct bot *bot);
void business_recall(struct bot *bot, const json_t *accounts);

void business_finish(struct bot *bot);
