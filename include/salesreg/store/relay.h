/*
 * Words that are passed on between a prospect and the rep: which message carries which.
 * Ownership: as in store/people.h. Units: Telegram's ids. Errors: those of the run.
 *
 * salesreg.outbox.relay is JSON: {"prospect": id, "chat": …, "message": …, "caption": true, "receipt": true, "refused": {reason: text}}.
 * When the message has been sent, its id, and what it was in the chat where it was said, become a pair; with "receipt" that one gets a
 * sign that it has arrived. An edit has "anew", the parameters of sendMessage that say the same: should there be nothing to be edited. When it is refused, the text of the reason goes there, as a reply ({}: nobody is told). Without a chat: the bot's own words; with "card", a reply to which is a note. With a chat and no message: the bot's own words to the prospect, as the rep, and who is told of a refusal.
 */
#pragma once
#include "salesreg/db/conn.h"

/* About one message of one chat; the other side of it may be nothing (other_chat 0). */
struct relay_row {
	int64_t chat, message;
	const char *prospect, *name;
	int64_t other_chat, other_message;
	bool passed_on; /* it was said here; else it came here */
	bool caption;
	int64_t account; /* of the prospect; 0: has not met the bot */
	const char *owner, *locale;
	int64_t version, assignment, rep_telegram_id; /* who has the prospect */
	bool blocked;
	/* the message on the other side is in a chat of the rep's own account, by this connection; NULL: in the bot's */
	const char *other_connection;
	/* by which the bot may write to the prospect as the rep now, and should; NULL: none */
	const char *connection;
	int64_t own_account;
	bool card, note; /* the bot's, to which a reply is a note; such a note */
	int64_t last;    /* of a partner: the message that was passed on last; 0: none */
};
size_t relay_read(struct db_plan *plan, struct arena *a, const int64_t *chats,
    const int64_t *messages, size_t count);
size_t relay_parse(const PGresult *result, struct arena *a, struct relay_row **rows);

/* Whom a rep talks to by the bot, the latest first: `chat` is the rep's, and nothing is known of a message. */
size_t relay_partners(
    struct db_plan *plan, struct arena *a, const int64_t *reps, size_t count, size_t each);
size_t relay_partners_parse(const PGresult *result, struct arena *a, struct relay_row **rows);

/* Of long ago: replies to these lead nowhere, edits change nothing. Yields how many, up to 10,000. */
void relay_prune(struct db_plan *plan, struct arena *a, int64_t days);
