/*
 * Sends what admins write to all reps (table broadcasts), a portion at a time: so many messages wait in the outbox that it never idles, and
 * no more, so that nothing else in a rep's chat waits behind them for long, and what has not gone can be stopped. Their priority is the
 * lowest. The admin's message says how far it is, every few seconds at most. Only the leader does. What was begun by who is no admin any
 * more is stopped.
 *
 * Whom a message went to, and what became of it, is in the recipient's row, which is written with the message's end
 * (sql/queries/outbox.sql): a bot that dies goes on where it was, and nobody has two.
 *
 * Ownership: everything in the options is borrowed and outlives this. Units: hours. Errors: waited out, and said in the log.
 * Callbacks: `leads` only, from the loop.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"

struct broadcaster;
struct broadcaster_options {
	struct db_pool *leader;
	const struct conversation_rules *rules;
	int64_t hold_hours; /* what is older is not sent any more; 0: whatever its age */
	bool (*leads)(void *data);
	void *data;
};
struct broadcaster *broadcaster_create(uv_loop_t *loop, const struct broadcaster_options *options);
/* One may have begun, or been stopped. NULL is accepted, here and below. */
void broadcaster_wake(struct broadcaster *b);
void broadcaster_destroy(struct broadcaster *b);
