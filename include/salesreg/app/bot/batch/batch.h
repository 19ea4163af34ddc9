/*
 * One batch of updates as transactions of two round trips each: BEGIN + read, fold, write + COMMIT.
 * Ownership: the batch borrows the updates document until `done`; pools, delivery, rules outlive it.
 * Units: milliseconds. Errors: in `done`. OK: every update is committed, one way or another.
 * CONFLICT: the fence did not hold: somebody else leads. UNAVAILABLE, TIMEOUT: the database; nothing of what is not
 * committed happened, poll again with the same offset. Callbacks: `committed`, then `done`, from the loop.
 *
 * A transaction that aborts is tried once more whole, then update by update; one that fails alone is parked with payload
 * and reason and its user gets a friendly answer.
 */
#pragma once
#include "salesreg/app/bot/delivery/delivery.h"
#include "salesreg/app/bot/mail/email_code.h"
#include "salesreg/app/bot/menus.h"
#include "salesreg/domain/conversation/conversation.h"
#include <jansson.h>

struct batch;
struct batch_options {
	struct db_pool *leader;
	struct delivery *delivery;
	struct menus *menus;
	const struct conversation_rules *rules;
	const struct email_code_key *code_key; /* read only where e-mails are proven */
	int64_t bot_id;
	/* Every update is committed and batch_next() may be told to Telegram; the sends start only after this. */
	void (*committed)(struct batch *batch, void *data);
	void (*done)(struct batch *batch, enum err err, void *data);
	void *data;
};
struct batch_stats {
	uint64_t updates, transactions, retried, parked;
	uint64_t flooded; /* updates that were not read, as their people are too fast */
	uint64_t crowded; /* answers dropped because newer ones waited behind them (outbox_thin) */
	uint64_t met;     /* people who are known as prospects since */
};

/* Transactions that committed, from the first statement to the answer of COMMIT; borrowed until batch_destroy(). */
const struct histogram *batch_commits(const struct batch *batch);

struct batch *batch_create(const struct batch_options *options);
/* What goes wrong is said by whoever polls, once for many times. */
void batch_quiet(struct batch *batch, bool quiet);
/* After `done` with an error: what the database said; never NULL. */
const char *batch_why(const struct batch *batch);
/* Where the bot has got to: the offset Telegram is told next. */
void batch_set_next(struct batch *batch, const int64_t *next_update_id);
const int64_t *batch_next(const struct batch *batch);
/*
 * updates: the array from getUpdates. careful: after an unclean death: one by one, each marked as in hand first;
 * in_hand_id was in hand in_hand_count times when a leader died, at 2 it is parked unseen.
 */
void batch_run(
    struct batch *batch, json_t *updates, bool careful, int64_t in_hand_id, int64_t in_hand_count);
/*
 * The retry of a parked update: its row goes with the transaction of what it changes; if it fails again the row stays, with
 * the new reason. The offset does not move, and `committed` is not called.
 */
void batch_run_parked(struct batch *batch, int64_t parked_id, json_t *update);
/*
 * Parks what cannot be read as it came (copied), and goes on from `next`; update_id NULL: not known. Then `done`;
 * `committed` is not called.
 */
void batch_step_over(
    struct batch *batch, const char *bytes, size_t size, const int64_t *update_id, int64_t next);
/*
 * The update last marked as in hand and not done since; NULL: none. To be asked when the leadership
 * comes back, and taken back there: only a death counts against an update.
 */
const int64_t *batch_marked(const struct batch *batch);
void batch_unmark(struct batch *batch);
bool batch_is_running(const struct batch *batch);
struct batch_stats batch_stats(const struct batch *batch);
void batch_destroy(struct batch *batch);
