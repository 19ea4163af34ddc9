/*
 * Leads the bot: takes the state over, fetches updates, hands them to batches, tells Telegram the offset after the commit.
 * Ownership: everything in the options is borrowed and outlives the poller. Units: milliseconds.
 * Errors: a transient outage is logged and waited out; `token_refused` is the one that is for the operator.
 * Callbacks: from the loop only.
 */
#pragma once
#include "salesreg/app/bot/batch/batch.h"
#include "salesreg/app/bot/delivery/delivery.h"

/* What the bot says of itself (status, doctor) while somebody else polls. */
#define POLLER_WHY_CONFLICT "another program polls with this token"
#define POLLER_WHY_DATABASE "the database refuses what the bot writes"

struct poller;
struct poller_options {
	struct db_pool *leader;
	struct telegram *telegram;
	struct delivery *delivery;
	const struct conversation_rules *rules;
	const struct email_code_key *code_key;
	int64_t bot_id;
	int64_t history_retention_days, hold_hours;
	/* The token has never worked and Telegram refuses it: what was said. */
	void (*token_refused)(const char *description, void *data);
	/* Telegram calls the bot so. May be NULL. */
	void (*known)(const char *username, void *data);
	/* The database serves another bot since this process began: `salesreg adopt-bot` was run. */
	void (*superseded)(void *data);
	void *data;
};

#define POLLER_STATE_MAP(X)                                                                        \
	X(STANDBY, "standing by")                                                                  \
	X(TAKING, "taking over")                                                                   \
	X(PREPARING, "preparing")                                                                  \
	X(POLLING, "polling")                                                                      \
	X(WORKING, "working")                                                                      \
	X(PAUSED, "pausing")                                                                       \
	X(STOPPING, "stopping")                                                                    \
	X(STOPPED, "stopped")

enum poller_state {
#define X(name, text) POLLER_##name,
	POLLER_STATE_MAP(X)
#undef X
};
/* Why no updates are handled for now; lasts until a getUpdates has gone well. */
enum poller_trouble {
	POLLER_NO_TROUBLE,
	POLLER_TROUBLE_TELEGRAM,
	POLLER_TROUBLE_CONFLICT,
	POLLER_TROUBLE_DATABASE, /* it is there and refuses */
};
struct poller_stats {
	uint64_t polls, conflicts, failures;
	uint64_t settled; /* messages the last leader was sending, which go again */
};

struct poller *poller_create(uv_loop_t *loop, const struct poller_options *options);
/* The leader's connection is there / is lost: wired to the pool's up and down. */
void poller_on_elected(struct poller *p);
void poller_step_down(struct poller *p);
/* Somebody may have asked for the retry of a parked update; a poll under way is given up and begun anew. */
void poller_look_at_parked(struct poller *p);
/* Who is a rep or an admin has changed, or may have: menus of commands go with it. */
void poller_look_at_people(struct poller *p);
/* The delivery has room again. */
void poller_on_capacity(struct poller *p);
/* Aborts the poll, finishes the batch in hand, drains the delivery, marks the state clean; then `stopped`. */
void poller_stop(struct poller *p, void (*stopped)(void *data), void *data);
enum poller_state poller_state(const struct poller *p);
enum poller_trouble poller_trouble(const struct poller *p);
struct poller_stats poller_stats(const struct poller *p);
struct batch_stats poller_batch_stats(const struct poller *p);
const struct histogram *poller_batch_commits(const struct poller *p);
void poller_destroy(struct poller *p);
