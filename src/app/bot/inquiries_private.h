/* Between inquiries.c, which asks, and what the answers mean. */
#pragma once
#include "salesreg/app/bot/inquiries.h"
#include "salesreg/store/business.h"
#include "salesreg/store/prospects.h"

enum { INQUIRIES_MOST = 20 }; /* a round */

struct inquiry {
	struct inquiries *owner;
	struct telegram_call *call;
	const struct business_row *connection; /* NULL: it is about a prospect's chat */
	struct event event;                    /* of a connection: what the answer comes to */
	struct chat_settings chat;
	bool over, later;
};

/* OK, GONE or BUG. The answer is gone after this. */
void inquiry_connection_answered(
    struct inquiry *inquiry, const struct telegram_answer *answer, struct arena *a);
void inquiry_chat_answered(struct inquiry *inquiry, const struct telegram_answer *answer);

/* What was answered, of a whole round. Whether there may be more to ask. */
bool inquiry_connections_write(struct db_plan *plan, struct arena *a,
    const struct conversation_rules *rules, const struct inquiry *round, size_t count);
bool inquiry_chats_write(
    struct db_plan *plan, struct arena *a, const struct inquiry *round, size_t count);
