#include "salesreg/app/outreach/assigner.h"
#include "salesreg/app/pruner.h"
#include "salesreg/app/rules.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/db/home.h"
#include "salesreg/db/listener.h"
#include "salesreg/db/migrate.h"
#include "salesreg/db/pool.h"
#include "salesreg/role/exposition.h"
#include "salesreg/role/health.h"
#include "salesreg/role/role.h"
#include "salesreg/role/worker.h"
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
	struct worker worker;
	struct texts texts;
	struct conversation_rules rules;
	struct db_server *server;
	struct db_pool *pool;
	struct listener *listener;
	struct assigner *assigner;
	struct pruner *pruner;
	uv_timer_t stopping, count;
	struct db_plan count_plan;
	struct allocation_waiting waiting; /* as last counted */
	bool counting;
	int waited_ms;
	bool database_down_said;
	struct fault_log database_fault;
	char database_why[IPC_TEXT_SIZE];
};

static void tear_down(struct outreach *o)
{
	uv_close((uv_handle_t *)&o->stopping, NULL);
	uv_close((uv_handle_t *)&o->count, NULL);
	listener_destroy(o->listener);
	pruner_destroy(o->pruner);
	db_pool_destroy(o->pool);
	db_server_destroy(o->server);
	assigner_destroy(o->assigner);
	log_info("stopped");
	worker_end(&o->worker, o->worker.exit_code);
}

/* A transaction in hand is let finish; whatever it left is assigned by the next start. */
static void on_stopping(uv_timer_t *timer)
{
	struct outreach *o = timer->data;
	o->waited_ms += STOP_LOOK_MS;
	if (!assigner_stats(o->assigner).busy || o->waited_ms >= STOP_DEADLINE_MS)
		tear_down(o);
}

static void stop(struct worker *worker, void *data)
{
	(void)worker;
	struct outreach *o = data;
	(void)uv_timer_start(&o->stopping, on_stopping, 0, STOP_LOOK_MS);
}

/* In a thread. */
static enum err set_database_up(PGconn *pg, void *data, char *error, size_t size)
{
	const struct outreach *o = data;
	enum err err = migrate_setup(pg, NULL, error, size);
	return err == ERR_OK ? home_enter(pg, o->server, error, size) : err;
}

static void on_up(struct db_pool *pool, void *data)
{
	(void)pool;
	struct outreach *o = data;
	fault_log_over(&o->database_fault, "the database is back");
	o->database_down_said = false;
}

static void on_down(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	struct outreach *o = data;
	/* a server that is refused asks for another action than one that is away, so that is said though the other was */
	fault_log_warn_as(&o->database_fault, db_server_trouble(o->server),
	    "no database for now, waiting for it: %s", why);
	o->database_down_said = true;
	(void)snprintf(o->database_why, sizeof o->database_why, "no database: %s", why);
}

static void report(struct worker_report *out, void *data)
{
	struct outreach *o = data;
	struct assigner_stats assigned = assigner_stats(o->assigner);
	out->progress = assigned.rounds + assigned.assigned + assigned.reassigned;
	out->unready = !db_pool_is_up(o->pool);
	if (o->database_down_said && out->unready) {
		out->health = IPC_HEALTH_DEGRADED;
		(void)snprintf(out->why, sizeof out->why, "%s", o->database_why);
	} else if (out->unready) {
		(void)snprintf(out->why, sizeof out->why, "connecting to the database");
	} else if (health_of_database(out, o->server, o->listener)) {
		return;
	} else if (!o->worker.config.outreach_enabled) {
		(void)snprintf(out->why, sizeof out->why, "OUTREACH_ENABLED is false");
	}
}

static void expose(struct buf *out, void *data)
{
	const struct outreach *o = data;
	static const struct allocation_waiting unknown = {-1, -1};
	exposition_pool(out, o->pool);
	exposition_outreach(out, o->assigner, db_pool_is_up(o->pool) ? &o->waiting : &unknown);
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
	if (o->counting || o->worker.stop_asked || !db_pool_is_up(o->pool))
		return;
	o->counting = true;
	db_pool_run(
	    o->pool, o->count_plan.steps, o->count_plan.count, COUNT_DEADLINE_MS, on_counted, o);
}

static void on_ready(struct listener *listener, void *data)
{
	(void)listener;
	struct outreach *o = data;
	if (o->worker.config.outreach_enabled)
		assigner_sweep(o->assigner);
}

static void on_notified(struct listener *listener, const char *channel, void *data)
{
	(void)listener;
	struct outreach *o = data;
	if (!o->worker.config.outreach_enabled)
		return;
	if (strcmp(channel, "salesreg_reconcile") == 0)
		assigner_sweep(o->assigner);
	else if (strcmp(channel, "salesreg_reps") == 0)
		assigner_reps(o->assigner);
	else
		assigner_wake(o->assigner);
}

static void on_listener_down(struct listener *listener, const char *why, void *data)
{
	(void)listener;
	(void)data;
	log_debug("notifications stopped: %s", why);
}

static void refuse(struct outreach *o, const char *why)
{
	if (o->worker.exit_code == EXIT_CODE_CONFIG)
		return;
	log_error("%s", why);
	o->worker.exit_code = EXIT_CODE_CONFIG;
	stop(&o->worker, o);
}

static void on_refused(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	refuse(data, why);
}

static void on_deaf(struct listener *listener, void *data)
{
	(void)listener;
	refuse(data, "DATABASE_URL leads through a transaction pooler: LISTEN does not work there; "
		     "give the address of PostgreSQL itself, or of a pool in session mode");
}

static void start(struct outreach *o)
{
	struct worker *w = &o->worker;
	(void)uv_timer_init(&w->loop, &o->stopping);
	o->stopping.data = o;
	(void)uv_timer_init(&w->loop, &o->count);
	o->count.data = o;
	o->waiting = (struct allocation_waiting){-1, -1};
	(void)allocation_waiting(&o->count_plan);
	if (w->metrics)
		(void)uv_timer_start(&o->count, on_count, COUNT_MS, COUNT_MS);
	o->server = db_server_create(&w->loop, &w->config.database_url);
	o->pool = db_pool_create(&w->loop, &(struct db_pool_options){
					       .uri = &w->config.database_url,
					       .server = o->server,
					       .application_name = "salesreg outreach",
					       .session_sql = assigning_session,
					       .size = (size_t)w->config.db_pool_size,
					       .setup = set_database_up,
					       .up = on_up,
					       .down = on_down,
					       .refused = on_refused,
					       .data = o,
					   });
	o->assigner = assigner_create(&w->loop,
	    &(struct assigner_options){
		.pool = o->pool,
		.rules = &o->rules,
		.strategy = (enum strategy)w->config.assignment_strategy,
		.grace_s = o->worker.config.unreachable_grace_min * 60,
		.sweep_interval_s = w->config.outreach_enabled ? w->config.outreach_interval_s : 0,
	    });
	o->pruner = pruner_create(&w->loop, o->pool, w->config.history_retention_days,
	    w->config.admin_ids, w->config.admin_count);
	if (!w->config.outreach_enabled)
		log_warn("OUTREACH_ENABLED is false: nothing is assigned");
	db_pool_start(o->pool);
	o->listener = listener_create(
	    &w->loop, &(struct listener_options){
			  .uri = &w->config.database_url,
			  .server = o->server,
			  .application_name = "salesreg outreach listen",
			  .channels = {"salesreg_assign", "salesreg_reps", "salesreg_reconcile"},
			  .ready = on_ready,
			  .notified = on_notified,
			  .down = on_listener_down,
			  .deaf = on_deaf,
			  .data = o,
		      });
}

int role_outreach(int argc, char **argv)
{
	struct outreach o = {0};
	bool done;
	int code = worker_init(&o.worker, "outreach", CONFIG_NEEDS_DATABASE, argc, argv, &done);
	if (done)
		return code;
	worker_filter_calls(&o.worker);
	code = worker_rules(&o.worker, &o.rules, &o.texts);
	if (code == EXIT_CODE_OK) {
		start(&o);
		o.worker.report = report;
		o.worker.expose = expose;
		code = worker_run(&o.worker, stop, &o);
	} else {
		worker_end(&o.worker, code);
		(void)uv_run(&o.worker.loop, UV_RUN_DEFAULT);
	}
	texts_finish(&o.texts);
	worker_finish(&o.worker);
	return code;
}
