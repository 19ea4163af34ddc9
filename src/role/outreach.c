#include "salesreg/app/assigner.h"
#include "salesreg/app/rules.h"
#include "salesreg/base/log.h"
#include "salesreg/db/listener.h"
#include "salesreg/db/migrate.h"
#include "salesreg/db/pool.h"
#include "salesreg/role/role.h"
#include "salesreg/role/worker.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STOP_DEADLINE_MS = 3000, STOP_LOOK_MS = 20 };

/*
 * Nobody outside is told of a commit before it is safe: a notification leaves only after the bot's own, synchronous commit,
 * which comes later in the same log and so brings this one to disk with it.
 */
static const char assigning_session[] = "SET synchronous_commit = off; SET lock_timeout = 2000";

struct outreach {
	struct worker worker;
	struct texts texts;
	struct conversation_rules rules;
	struct db_pool *pool;
	struct listener *listener;
	struct assigner *assigner;
	uv_timer_t stopping;
	int waited_ms;
	bool database_down_said;
	char database_why[IPC_TEXT_SIZE];
};

static void tear_down(struct outreach *o)
{
	uv_close((uv_handle_t *)&o->stopping, NULL);
	listener_destroy(o->listener);
	db_pool_destroy(o->pool);
	assigner_destroy(o->assigner);
	log_info("stopped");
	worker_end(&o->worker, o->worker.exit_code);
}

/* A transaction in hand is let finish; whatever it left is dealt by the next start. */
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

static void on_up(struct db_pool *pool, void *data)
{
	(void)pool;
	struct outreach *o = data;
	if (o->database_down_said)
		log_info("the database is back");
	o->database_down_said = false;
}

static void on_down(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	struct outreach *o = data;
	if (!o->database_down_said)
		log_warn("no database for now, waiting for it: %s", why);
	o->database_down_said = true;
	(void)snprintf(o->database_why, sizeof o->database_why, "no database: %s", why);
}

static void report(struct worker_report *out, void *data)
{
	struct outreach *o = data;
	struct assigner_stats dealt = assigner_stats(o->assigner);
	out->progress = dealt.rounds + dealt.assigned + dealt.reassigned;
	if (o->database_down_said && !db_pool_is_up(o->pool)) {
		out->health = IPC_HEALTH_DEGRADED;
		(void)snprintf(out->why, sizeof out->why, "%s", o->database_why);
	} else if (!o->worker.config.outreach_enabled) {
		(void)snprintf(out->why, sizeof out->why, "OUTREACH_ENABLED is false");
	}
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
	if (strcmp(channel, "salesreg_sort_out") == 0)
		assigner_sweep(o->assigner);
	else
		assigner_wake(o->assigner);
}

static void on_listener_down(struct listener *listener, const char *why, void *data)
{
	(void)listener;
	(void)data;
	log_debug("notifications stopped: %s", why);
}

static void on_deaf(struct listener *listener, void *data)
{
	(void)listener;
	struct outreach *o = data;
	log_error("DATABASE_URL leads through a transaction pooler: LISTEN does not work there; "
		  "give the address of PostgreSQL "
		  "itself or of a session pool");
	o->worker.exit_code = EXIT_CODE_CONFIG;
	stop(&o->worker, o);
}

static void start(struct outreach *o)
{
	struct worker *w = &o->worker;
	(void)uv_timer_init(&w->loop, &o->stopping);
	o->stopping.data = o;
	o->pool = db_pool_create(&w->loop, &(struct db_pool_options){
					       .uri = &w->config.database_url,
					       .application_name = "salesreg outreach",
					       .session_sql = assigning_session,
					       .size = (size_t)w->config.db_pool_size,
					       .setup = migrate_setup,
					       .up = on_up,
					       .down = on_down,
					       .data = o,
					   });
	o->assigner = assigner_create(&w->loop,
	    &(struct assigner_options){
		.pool = o->pool,
		.rules = &o->rules,
		.strategy = (enum strategy)w->config.assignment_strategy,
		.sweep_interval_s = w->config.outreach_enabled ? w->config.outreach_interval_s : 0,
	    });
	if (!w->config.outreach_enabled)
		log_warn("OUTREACH_ENABLED is false: nothing is dealt");
	db_pool_start(o->pool);
	o->listener =
	    listener_create(&w->loop, &(struct listener_options){
					  .uri = &w->config.database_url,
					  .application_name = "salesreg outreach listen",
					  .channels = {"salesreg_assign", "salesreg_sort_out"},
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
	code = worker_rules(&o.worker, &o.rules, &o.texts);
	if (code == EXIT_CODE_OK) {
		start(&o);
		o.worker.report = report;
		code = worker_run(&o.worker, stop, &o);
	} else {
		worker_end(&o.worker, code);
		(void)uv_run(&o.worker.loop, UV_RUN_DEFAULT);
	}
	texts_finish(&o.texts);
	worker_finish(&o.worker);
	return code;
}
