/*
 * Fires what is due in salesreg.timers: the bot's first word to a prospect, reminders to one who is silent, what a rep wanted to come
 * back to. Each is one transaction: what decides is read, the timer locked, the message queued and the timer ended or moved. So a
 * timer fires once, whenever a process dies, and one whose reason has gone never does.
 * Any number of processes may do it at once.
 *
 * Ownership: the options' pointers are borrowed and outlive it. Units: seconds (_s). Errors: tried again after a pause that grows.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"

struct timers_options {
	struct db_pool *pool;
	const struct conversation_rules *rules;
	bool writes; /* to prospects; reps are reminded anyhow */
};
struct timers_stats {
	uint64_t fired, dropped /* their reason had gone */, moved /* to waking hours */, failed;
};

struct timers;
struct timers *timers_create(uv_loop_t *loop, const struct timers_options *options);
/* Something may be due. */
void timers_wake(struct timers *t);
struct timers_stats timers_stats(const struct timers *t);
/* `drained` from the loop, once nothing is under way. */
void timers_drain(struct timers *t, void (*drained)(void *data), void *data);
/* Before the pool. NULL is accepted. */
void timers_destroy(struct timers *t);
