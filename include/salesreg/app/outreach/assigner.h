/*
 * Deals prospects to reps: woken by notifications, by a sweep as the backstop; any number of processes is safe.
 * Ownership: everything in the options is borrowed and outlives the assigner. Units: seconds, counts.
 * Errors: a transient outage is logged and waited out. Callbacks: none of its own.
 */
#pragma once
#include "salesreg/base/metrics.h"
#include "salesreg/db/pool.h"
#include "salesreg/domain/assignment/allocation.h"
#include "salesreg/domain/conversation/conversation.h"

struct assigner;
struct assigner_options {
	struct db_pool *pool;
	const struct conversation_rules *rules; /* texts, admins, capacity */
	enum strategy strategy;
	int64_t sweep_interval_s; /* 0: never */
	int64_t grace_s;          /* before the prospects of a rep out of reach go on */
};
struct assigner_stats {
	uint64_t assigned, reassigned, rounds, retried;
	bool busy;
};

struct assigner *assigner_create(uv_loop_t *loop, const struct assigner_options *options);
/* Something can be assigned. */
void assigner_wake(struct assigner *s);
/* The same, after a rep came or came back, who may take what nobody would. */
void assigner_reps(struct assigner *s);
/* The same, after fixing what was changed by hand; what could not be assigned is tried again. */
void assigner_reconcile(struct assigner *s);
/* The same, and what could not be taken back is, too: after a reconnect, and every interval. */
void assigner_sweep(struct assigner *s);
struct assigner_stats assigner_stats(const struct assigner *s);
/* Rounds that assigned something, from BEGIN to the answer of COMMIT; borrowed until assigner_destroy(). */
const struct histogram *assigner_rounds(const struct assigner *s);
void assigner_destroy(struct assigner *s);
