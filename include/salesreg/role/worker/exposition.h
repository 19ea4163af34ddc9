/*
 * The metrics themselves: every name this program tells Prometheus is written in role/worker/exposition.c, or, of the supervisor's
 * workers, in supervise/metrics.c.
 * Ownership: everything is borrowed for the call and added to `out`.
 * Units: as in base/metrics.h.
 * Errors: none; what is not known is left out, never told as nothing.
 *
 * Source: prometheus.io, "Metric and label naming"; "Writing client libraries", section "Standard and runtime collectors",
 * for the names that begin with process_; proc(5) for what they are read from.
 */
#pragma once
#include "salesreg/app/bot/delivery/delivery.h"
#include "salesreg/app/bot/poller.h"
#include "salesreg/app/outreach/assigner.h"
#include "salesreg/app/outreach/timers.h"
#include "salesreg/base/buf.h"
#include "salesreg/db/pool.h"
#include "salesreg/role/worker/heartbeat.h"
#include "salesreg/store/allocation.h"
#include "salesreg/store/bot.h"
#include "salesreg/telegram/api.h"

/* The program and its process. */
void exposition_process(struct buf *out, const char *role);
/* What every worker says of itself. */
void exposition_worker(struct buf *out, const struct worker_report *report, uint32_t lag_ms);
void exposition_pool(struct buf *out, const struct db_pool *pool);

struct exposition_bot {
	const struct telegram *telegram;
	const struct delivery *delivery;
	const struct poller *poller;
	const struct bot_backlog *backlog; /* NULL: not known */
};
void exposition_bot(struct buf *out, const struct exposition_bot *bot);
void exposition_timers(struct buf *out, const struct timers *timers);
void exposition_outreach(
    struct buf *out, const struct assigner *assigner, const struct allocation_waiting *waiting);
