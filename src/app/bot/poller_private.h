/* What the poller's files know of each other: poller.c polls, leader.c takes over and keeps the leadership, parked.c takes parked
 * updates up again. */
#pragma once
#include "salesreg/app/bot/bot_setup.h"
#include "salesreg/app/bot/inquiries.h"
#include "salesreg/app/bot/poller.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/store/bot.h"
#include "salesreg/store/outbox.h"

enum {
	POLL_LIMIT = 100,
	DB_DEADLINE_MS = 15000,
	BEAT_MS = 5000,
	PRUNE_MS = 3600 * 1000,
};

/*
 *   STANDBY --lead--> TAKING --state read--> POLLING --updates--> WORKING
 *      ^                 |                   ^  |  ^                 |
 *      | yield           |                   |  |  +--- committed ---+
 *      |                 +---- failed: PAUSED+  |
 *      |                                     +--+-- 409, a webhook: PREPARING (it is removed)
 *   any --stop--> STOPPING --drained, marked clean--> STOPPED
 *   Only an answer to getUpdates, all of it committed, ends the growth of the pauses.
 */
struct poller {
	uv_loop_t *loop;
	struct poller_options options;
	enum poller_state state;
	struct batch *batch;
	struct menus *menus;
	struct inquiries *inquiries;
	bool leading, taken, token_worked, careful;
	struct bot_row found; /* what the last leader left */
	struct bot_setup *setup;
	struct telegram_call *poll, *call;
	int64_t poll_started_us;
	int limit; /* of the next poll; less than POLL_LIMIT while something unreadable is singled out */
	bool beside; /* its number cannot be read: it is fetched together with the one behind it */
	unsigned failures; /* since the last getUpdates that went well */
	enum poller_trouble trouble;
	bool answered; /* a getUpdates has been, so the road is known to be good both ways */
	bool webhook;  /* one was set, and is to be removed before the next poll */
	struct fault_log fault, parked_fault, put_back_fault, webhook_fault;
	struct fault_log lost_fault, death_fault, settled_fault,
	    stale_fault; /* of the leadership */
	struct fault_log size_fault;
	uv_timer_t pause, beat, prune;
	struct arena arena, prune_arena;
	struct db_plan plan, beat_plan, prune_plan;
	size_t take_step, settle_step, hold_step;
	char username[64];
	bool name_unsaved; /* in bot_state; with the next beat */
	bool beating, pruning, resting;
	/* somebody may have asked for a retry of a parked update; the asking; a retry under way */
	bool want_parked, claiming, retrying;
	bool parked_again; /* could not be asked; with the next beat */
	/* rows of the last leader that somebody held at the take-over */
	int64_t stale[OUTBOX_LEFT_MAX];
	size_t stale_count;
	bool settling;
	struct arena parked_arena, settle_arena, beat_arena;
	struct db_plan parked_plan, settle_plan;
	struct poller_stats stats;
	void (*stopped)(void *);
	void *stopped_data;
	int closing;
};

/* The only one that changes p->state; asserts that the change is one of the diagram's. */
void poller_set_state(struct poller *p, enum poller_state state);
/* Something failed: tried again after a pause, each longer than the one before. */
void poller_back_off(
    struct poller *p, enum poller_trouble trouble, const char *doing, const char *why);
/* Asks for updates, or first for what stands before them: a parked update, room in the delivery. */
void poller_poll(struct poller *p);

/* Reads what the last leader left, and leads. */
void poller_take_over(struct poller *p);
/* The batch in hand is done, or there was none. */
void poller_rest_and_stop(struct poller *p);
void poller_on_beat(uv_timer_t *timer);
void poller_on_prune(uv_timer_t *timer);

/* Looks for a parked update that is to be handled again; ends in poller_poll(), or in a batch. */
void poller_claim_parked(struct poller *p);
