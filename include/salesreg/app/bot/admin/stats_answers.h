/*
 * Answers admins who asked for figures (table stats_requests): counts them on a connection of their own, in one snapshot that only
 * reads, and puts the message into the outbox with the end of the request. Only the leader does.
 *
 * A request waits until its answer is in the outbox: a bot that dies meanwhile counts once more. What takes longer than STATS_ANSWER_S
 * a statement is given up, and said; a database that does not answer is asked a few times.
 *
 * Ownership: everything in the options is borrowed and outlives this. Units: seconds. Errors: waited out, and said in the log.
 * Callbacks: `leads` only, from the loop.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/telegram/api.h"

enum { STATS_ANSWER_S = 20 };

struct stats_answers;
struct stats_answers_options {
	struct db_pool *leader;
	const struct secret *uri; /* of the connection that counts */
	struct db_server *server;
	struct telegram *telegram; /* shows that the bot is at work */
	const struct conversation_rules *rules;
	bool (*leads)(void *data);
	void *data;
};
struct stats_answers *stats_answers_create(
    uv_loop_t *loop, const struct stats_answers_options *options);
/* Somebody may have asked. NULL is accepted, here and below. */
void stats_answers_wake(struct stats_answers *s);
void stats_answers_destroy(struct stats_answers *s);
