/*
 * What an admin sends to all reps: as they read it, and how far it is.
 * Ownership: in the arena given. Units: UTF-16 units; counts. Errors: none.
 * Source: Bot API, "sendMessage": 4,096 characters.
 */
#pragma once
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/text/catalog.h"

enum { BROADCAST_UNITS = 3500 }; /* so that whose it is has room below it */

struct broadcast_words {
	const char *text;
	const char *format; /* as struct event has it; NULL: plainly */
	const char *author;
};
/* The text as it may be sent: without control characters, which have a meaning of our own, and as long as it was. */
const char *broadcast_clean(const char *text, struct arena *a);
/* What its buttons carry, so that they are never taken for another one's. */
const char *broadcast_about(const struct broadcast_words *words, struct arena *a);
/* The admin's words as they are, and below them whose they are. */
struct message *broadcast_message(const struct catalog *catalog, enum locale locale,
    const struct broadcast_words *words, int64_t chat_id, struct arena *a);

struct broadcast_counts {
	int64_t recipients, waiting, queued, sent;
	int64_t later; /* of the queued ones: their chats cannot be reached for now */
	/* who does not get it: refused by Telegram, out of reach, no rep any more, not sent in time */
	int64_t failed, gone, left, stopped;
	bool is_stopped;
};
/* Nobody will be sent it any more. */
bool broadcast_is_over(const struct broadcast_counts *counts);
/* In the place of the message that says so, or a new one if there is none (message_id 0). Under it, while there is anything to stop, a
 * button that does: id and about name the broadcast. */
struct message *broadcast_progress(const struct catalog *catalog, enum locale locale,
    const struct broadcast_counts *counts, int64_t id, const char *about, int64_t chat_id,
    int64_t message_id, struct arena *a);
