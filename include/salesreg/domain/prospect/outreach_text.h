/*
 * What the bot writes to prospects of its own accord, in their language, with a button that ends it; as the rep without.
 * Ownership: everything is borrowed for the call; messages live in the arena. Errors: none.
 */
#pragma once
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/prospect/outreach_rules.h"
#include "salesreg/domain/text/catalog.h"

struct outreach_about {
	const struct catalog *catalog;
	enum locale locale;
	int64_t chat_id;
	const char *name;              /* the prospect's; blank or NULL: none */
	const char *rep;               /* who has the prospect; NULL: nobody */
	const char *source, *campaign; /* as salesreg.conversations has them */
	/* to a chat of the rep's own, in the rep's words (struct message); NULL: as the bot */
	const char *connection;
	const char *link;    /* to the bot's chat; NULL: none is needed */
	const char *refused; /* what the rep is told where Telegram refuses it */
	int64_t rep_telegram_id;
	const char *prospect; /* the prospect's id */
};
/* To somebody who has written to the bot before, and now has a rep. */
struct message *outreach_first_word(
    const struct outreach_about *about, struct arena *a, struct message_list *messages);
/* step: which one, from 1 on. */
struct message *outreach_reminder(const struct outreach_about *about, int64_t step, struct arena *a,
    struct message_list *messages);
