/* What the delivery's files know of each other: delivery.c its life and its results, delivery_send.c single messages and what
 * their answers mean, delivery_claims.c its transactions, delivery_beside.c the calls that no row stands for. */
#pragma once
#include "salesreg/app/bot/delivery/delivery.h"
#include "salesreg/app/bot/delivery/delivery_results.h"
#include "salesreg/app/bot/user_links.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/domain/outbox/rate_limit.h"
#include <sys/queue.h>

enum {
	MAX_UNDER_WAY = 400, /* messages in memory */
	FULL_AT = 300,       /* a batch of 100 still fits */
};

/*
 * Where the results are, and who holds the leader's connection:
 *
 *   NONE ---------> WAITING         something is to be written or claimed: a lease is asked for
 *   WAITING ------> OWN             it is here: our transaction
 *   WAITING ------> NONE            it is here and no longer needed, or there is none
 *   OWN ----------> NONE            written, or rolled back
 *   NONE ---------> LENT            a batch of updates writes the results with its own
 *   WAITING ------> LENT_WAITING    the same while a lease is asked for
 *   LENT ---------> NONE            the batch's was written, or rolled back
 *   LENT_WAITING -> WAITING         the same
 *   LENT_WAITING -> LENT            the lease is here: given back at once
 *
 * What is rolled back is collected again, and written with the next transaction.
 */
#define DELIVERY_TRANSACTION_MAP(X)                                                                \
	X(NONE, "none")                                                                            \
	X(WAITING, "waits for the connection")                                                     \
	X(OWN, "own")                                                                              \
	X(LENT, "lent to a batch")                                                                 \
	X(LENT_WAITING, "lent to a batch, waits for the connection")
enum delivery_transaction {
#define X(name, text) DELIVERY_TRANSACTION_##name,
	DELIVERY_TRANSACTION_MAP(X)
#undef X
};

struct sending {
	LIST_ENTRY(sending) link; /* in delivery.under_way */
	struct delivery *d;
	struct telegram_call *call;
	int64_t id, chat, birth_us;
	int attempts;
	bool anew; /* if there is nothing to be edited, it goes as a new message */
	char *
	    rich; /* what was sent instead of the payload, as a rich message; NULL: the payload was */
	const char *method; /* static */
	size_t size;
	char payload[];
};

struct callback_answer; /* delivery_beside.c's */

struct delivery {
	uv_loop_t *loop;
	struct delivery_options options;
	struct rate_limit limits;
	bool leading, draining;
	LIST_HEAD(, sending) under_way;
	size_t under_way_count;
	struct map chats; /* chats with a message under way → struct sending */
	LIST_HEAD(, callback_answer) callbacks;
	struct map presses; /* chats → how many of these */

	struct fault_log fault; /* of sends */
	struct fault_log tend_fault, admin_fault, callback_fault;
	unsigned tend_failures;
	struct results results;
	struct user_links links;
	int64_t home;                       /* whose outbox is delivered (bot_row) */
	int64_t block_us, block_writing_us; /* a retry_after for everything, to be stored */
	enum delivery_transaction transaction;

	bool want_claim;
	bool backlog; /* the last claim left rows, perhaps behind messages that are under way */
	size_t claim_limit, claim_step;
	uv_timer_t timer; /* next due row, next free place in the limits */
	uv_timer_t drain_timer;
	void (*drained)(void *);
	void *drained_data;

	int64_t sent_us;                            /* when Telegram last took a message */
	int64_t limited_chats[2], limited_at_us[2]; /* the last chats that got a 429 */
	struct arena arena;                         /* of the transaction under way */
	struct db_plan plan;
	struct delivery_stats stats;
	struct delivery_waits waits;
};

/* The only one that changes d->transaction; asserts that the change is one of the diagram's. */
void delivery_set_transaction(struct delivery *d, enum delivery_transaction transaction);
/* In somebody else's transaction: ours must not begin. */
static inline bool delivery_is_lent(const struct delivery *d)
{
	return d->transaction == DELIVERY_TRANSACTION_LENT ||
	       d->transaction == DELIVERY_TRANSACTION_LENT_WAITING;
}
/* Results that no transaction has yet. */
size_t delivery_unwritten(const struct delivery *d);
/* Moves what is collected into the plan. */
void delivery_plan_results(
    struct delivery *d, struct db_plan *plan, struct arena *a, bool with_gone);
/* That plan was written, or rolled back. */
void delivery_settle(struct delivery *d, const struct db_reply *reply);
/* To be called whenever something came to its end: says `drained` once nothing is left. */
void delivery_check_drained(struct delivery *d);

/* Writes results and claims what is due, if there is any of it and nothing under way. */
void delivery_flush_and_claim(struct delivery *d);
/* Looks for due rows after the pause, or earlier if that was asked for. */
void delivery_wake_in(struct delivery *d, int64_t pause_us);

/* Ends what is under way. What certainly never left is queued again unmarked, if there is time to write that. Returns how many
 * may have arrived. */
size_t delivery_cancel_all(struct delivery *d);
void delivery_cancel_beside(struct delivery *d);
