/*
 * Delivers the outbox: at most one message a chat under way, within Telegram's limits, urgent chats first.
 * Ownership: the delivery copies payloads; pools, telegram and options outlive it. Units: microseconds, milliseconds.
 * Errors: none leave this module; what became of a message is written to its row. Callbacks: `drained` from the loop.
 *
 * Works only while it leads: it reads and writes through the connection that holds the leadership. Results are collected
 * and written together; a batch of updates takes them along in its own transaction (delivery_put_results), so that a
 * chat's next message finds the row of the last one settled.
 */
#pragma once
#include "salesreg/base/config.h"
#include "salesreg/base/metrics.h"
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/domain/outbox/message.h"
#include "salesreg/store/outbox.h"
#include "salesreg/telegram/api.h"

struct delivery;
struct delivery_options {
	struct db_pool *leader;
	struct telegram *telegram;
	int64_t bot_id;
	unsigned rate_per_s, chat_rate_per_s; /* 0 = no limit of ours */
	const struct conversation_rules
	    *rules;      /* who is an admin: it matters most whether they can be reached */
	int64_t grace_s; /* how long messages wait for a rep out of reach */
	/* something became possible that was not: room in memory */
	void (*on_capacity)(void *data);
	void *data;
};

struct delivery_stats {
	uint64_t sent, retried, gone, failed, unknown, possible_duplicates, limited /* 429s */,
	    claimed, refused_as_rep /* by Telegram, in a chat of a rep's own account */,
	    dropped /* the conversation had changed hands, or its person said STOP */;
	size_t under_way, unwritten;
};

/*
 * Until the first try to send begins; what Telegram then takes is in telegram_stats(). A reply counts from the arrival of its
 * update, if it had to wait in the outbox from the making of its row; anything else from the making of its row.
 */
struct delivery_waits {
	struct histogram replies, notifications;
};

struct delivery *delivery_create(uv_loop_t *loop, const struct delivery_options *options);
/* Leadership won: blocked_us is what is left of a stored retry_after for everything, home whose outbox is delivered (bot_row). */
void delivery_on_elected(struct delivery *d, int64_t blocked_us, int64_t home);
/* Leadership lost: transfers are cancelled; whoever leads next finds their rows `sending`. */
void delivery_step_down(struct delivery *d);

/* Asked by a batch before it writes: may a message to this chat go out at once? Takes its place in the limits. */
bool delivery_try_reserve(struct delivery *d, int64_t chat);
/* What was granted is not sent now: its row waits behind others, or its transaction was undone. */
void delivery_unreserve(struct delivery *d, int64_t chat);
/* A committed row in state `sending`: send it. Borrowed until return. */
void delivery_send(struct delivery *d, const struct outbox_row *row);
/* To be told before the first delivery_send() of a row: how long it has waited. */
void delivery_observe_queue_time(
    struct delivery *d, enum message_priority priority, int64_t waited_us);
/* There may be queued rows. */
void delivery_wake(struct delivery *d);
/* Best effort, in no order, never stored; beyond 20 under way of one chat they are left out, and expire at the phone. */
void delivery_answer_callback(struct delivery *d, int64_t chat, const char *payload);
/* Whether any row waits in the outbox, as far as is known: yes if one may. */
bool delivery_has_backlog(const struct delivery *d);
/* Too much in memory: take no more updates until `on_capacity`. */
bool delivery_is_full(const struct delivery *d);

/* Whether something has been sent that is not written yet. */
bool delivery_has_results(const struct delivery *d);
/* Adds the collected results to a transaction of somebody else; afterwards exactly one delivery_results_written(). */
void delivery_put_results(struct delivery *d, struct db_plan *plan, struct arena *a);
void delivery_results_written(struct delivery *d, const struct db_reply *reply);

/* No new sends; `drained` once nothing is under way and every result is written, or when the time is over. */
void delivery_drain(
    struct delivery *d, uint64_t deadline_ms, void (*drained)(void *data), void *data);
struct delivery_stats delivery_stats(const struct delivery *d);
/* Borrowed until delivery_destroy(). */
const struct delivery_waits *delivery_waits(const struct delivery *d);
void delivery_destroy(struct delivery *d);
