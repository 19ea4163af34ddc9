#include "salesreg/app/outreach/assigner.h"
#include "salesreg/app/outreach/retention.h"
#include "salesreg/app/outreach/timers.h"
#include "salesreg/app/pruner.h"
#include "salesreg/base/log.h"
#include "salesreg/role/role.h"
#include "salesreg/role/worker/db_worker.h"
#include "salesreg/role/worker/exposition.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STOP_DEADLINE_MS = 3000, STOP_LOOK_MS = 20, COUNT_MS = 5000, COUNT_DEADLINE_MS = 15000 };

/*
 * Nobody outside is told of a commit before it is safe: a notification leaves only after the bot's own, synchronous commit,
 * which comes later in the same log and so brings this one to disk with it.
 */
static const char assigning_session[] = "SET synchronous_commit = off; SET lock_timeout = 2000";

struct outreach {
	struct db_worker worker;
	struct assigner *assigner;
	struct timers *timers;
	bool timers_drained;
	struct pruner *pruner;
	struct retention *retention; /* NULL: nobody is forgotten unasked */
	uv_timer_t stopping, count;
	struct db_plan count_plan;
	struct allocation_waiting waiting; /* as last counted */
	bool counting;
	int waited_ms;
};

static void destroy(void *data)
{
	struct outreach *o = data;
	uv_close((uv_handle_t *)&o->stopping, NULL);
	uv_close((uv_handle_t *)&o->count, NULL);
	pruner_destroy(o->pruner);
	retention_destroy(o->retention);
	timers_destroy(o->timers);
}

static void destroy_last(void *data)
{
	assigner_destroy(((struct outreach *)data)->assigner);
}

/* A transaction in hand is let finish; whatever it left is assigned by the next start. */
static void on_stopping(uv_timer_t *timer)
{
	struct outreach *o = timer->data;
	o->waited_ms += STOP_LOOK_MS;
	bool ended = !assigner_stats(o->assigner).busy && o->timers_drained;
	if (ended || o->waited_ms >= STOP_DEADLINE_MS)
		db_worker_end(&o->worker);
}

static void on_timers_drained(void *data)
{
	((struct outreach *)data)->timers_drained = true;
}

static void stop(void *data)
{
	struct outreach *o = data;
	timers_drain(o->timers, on_timers_drained, o);
	(void)uv_timer_start(&o->stopping, on_stopping, 0, STOP_LOOK_MS);
}

static void report(struct worker_report *out, void *data)
{
	const struct outreach *o = data;
	struct assigner_stats assigned = assigner_stats(o->assigner);
	struct timers_stats timers = timers_stats(o->timers);
	out->progress = assigned.rounds + assigned.assigned + assigned.reassigned + timers.fired +
			timers.dropped + timers.moved;
	if (!db_worker_health(&o->worker, db_pool_is_up(o->worker.pool), out) &&
	    !o->worker.worker.config.outreach_enabled)
		(void)snprintf(out->why, sizeof out->why, "OUTREACH_ENABLED is false");
}

static void expose(struct buf *out, void *data)
{
	const struct outreach *o = data;
	static const struct allocation_waiting unknown = {-1, -1};
	exposition_pool(out, o->worker.pool);
	exposition_timers(out, o->timers);
	exposition_outreach(
	    out, o->assigner, db_pool_is_up(o->worker.pool) ? &o->waiting : &unknown);
}

static void on_counted(const struct db_reply *reply, void *data)
{
	struct outreach *o = data;
	o->counting = false;
	if (reply->err == ERR_OK)
		o->waiting = allocation_waiting_parse(reply->results[0]);
}

static void on_count(uv_timer_t *timer)
{
	struct outreach *o = timer->data;
	if (o->counting || o->worker.stopping || !db_pool_is_up(o->worker.pool))
		return;
	o->counting = true;
	db_pool_run(o->worker.pool, o->count_plan.steps, o->count_plan.count, COUNT_DEADLINE_MS,
	    on_counted, o);
}

static void on_ready(void *data)
{
	struct outreach *o = data;
	timers_wake(o->timers);
	if (o->worker.worker.config.outreach_enabled)
		assigner_sweep(o->assigner);
}

static void on_notified(const char *channel, void *data)
{
	struct outreach *o = data;
	if (strcmp(channel, "salesreg_timers") == 0)
		timers_wake(o->timers);
	else if (!o->worker.worker.config.outreach_enabled)
		return;
	else if (strcmp(channel, "salesreg_reconcile") == 0)
		assigner_reconcile(o->assigner);
	else if (strcmp(channel, "salesreg_reps") == 0)
		assigner_reps(o->assigner);
	else
		assigner_wake(o->assigner);
}

static void start(void *data)
{
	struct outreach *o = data;
	struct worker *w = &o->worker.worker;
	(void)uv_timer_init(&w->loop, &o->stopping);
	o->stopping.data = o;
	(void)uv_timer_init(&w->loop, &o->count);
	o->count.data = o;
	o->waiting = (struct allocation_waiting){-1, -1};
	(void)allocation_waiting(&o->count_plan);
	if (w->metrics)
		(void)uv_timer_start(&o->count, on_count, COUNT_MS, COUNT_MS);
	o->assigner = assigner_create(&w->loop,
	    &(struct assigner_options){
		.pool = o->worker.pool,
		.rules = &o->worker.rules,
		.strategy = (enum strategy)w->config.assignment_strategy,
		.grace_s = w->config.unreachable_grace_min * 60,
		.sweep_interval_s = w->config.outreach_enabled ? w->config.outreach_interval_s : 0,
	    });
	o->timers = timers_create(&w->loop, &(struct timers_options){.pool = o->worker.pool,
						.rules = &o->worker.rules,
						.writes = w->config.outreach_enabled});
	if (w->config.prospect_retention_days > 0)
		o->retention =
		    retention_create(&w->loop, o->worker.pool, w->config.prospect_retention_days);
	o->pruner = pruner_create(&w->loop, o->worker.pool, w->config.history_retention_days,
	    w->config.admin_ids, w->config.admin_count);
	if (!w->config.outreach_enabled)
		log_warn("OUTREACH_ENABLED is false: nothing is assigned, and no prospect is "
			 "written to unasked");
}

static int run(struct cli *c)
{
	struct outreach o = {0};
	return db_worker_main(&o.worker, &(struct db_worker_options){
					     .role = c->name,
					     .session_sql = assigning_session,
					     .channels = {"salesreg_assign", "salesreg_reps",
						 "salesreg_reconcile", "salesreg_timers"},
					     .start = start,
					     .ready = on_ready,
					     .notified = on_notified,
					     .stop = stop,
					     .destroy = destroy,
					     .destroy_last = destroy_last,
					     .report = report,
					     .expose = expose,
					     .data = &o,
					 });
}

const struct cli_command command_outreach = {
    .name = "outreach",
    .brief = "assigns prospects to reps",
    .help = "Assigns new prospects to reps and notifies them. Several share the work.",
    .run = run,
    .more = worker_help,
};
