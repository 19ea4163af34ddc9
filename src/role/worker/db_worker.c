#include "salesreg/role/worker/db_worker.h"
#include "salesreg/base/log.h"
#include "salesreg/db/home.h"
#include "salesreg/db/migrate.h"
#include "salesreg/role/worker/health.h"
#include <stdio.h>
#include <string.h>

static void stop(struct worker *worker, void *data)
{
	(void)worker;
	struct db_worker *w = data;
	if (w->stopping)
		return;
	w->stopping = true;
	w->options.stop(w->options.data);
}

void db_worker_refuse_with(struct db_worker *w, int exit_code, const char *why)
{
	if (w->worker.exit_code != EXIT_CODE_OK)
		return;
	log_error("%s", why);
	w->worker.exit_code = exit_code;
	stop(&w->worker, w);
}

void db_worker_refuse(struct db_worker *w, const char *why)
{
	db_worker_refuse_with(w, EXIT_CODE_CONFIG, why);
}

void db_worker_end(struct db_worker *w)
{
	log_info("stopped");
	w->options.destroy(w->options.data);
	admins_destroy(w->admins);
	listener_destroy(w->listener);
	db_pool_destroy(w->pool);
	db_server_destroy(w->server);
	if (w->options.destroy_last)
		w->options.destroy_last(w->options.data);
	worker_end(&w->worker, w->worker.exit_code);
}

bool db_worker_health(const struct db_worker *w, bool connected, struct worker_report *out)
{
	out->unready = !connected;
	if (connected)
		return health_of_database(out, w->server, w->listener);
	if (w->down_said)
		out->health = IPC_HEALTH_DEGRADED;
	(void)snprintf(out->why, sizeof out->why, "%s",
	    w->down_said ? w->down_why : "connecting to the database");
	return true;
}

/* In a thread. */
static enum err set_up(PGconn *pg, void *data, char *error, size_t size)
{
	const struct db_worker *w = data;
	enum err err = migrate_setup(pg, NULL, error, size);
	if (err == ERR_OK)
		err = home_enter(pg, w->server, error, size);
	return err == ERR_OK && w->options.setup
		   ? w->options.setup(pg, w->options.data, error, size)
		   : err;
}

static void on_up(struct db_pool *pool, void *data)
{
	(void)pool;
	struct db_worker *w = data;
	w->down_said = false;
	fault_log_over(&w->fault, "the database is back");
	admins_look(w->admins);
	if (w->options.up)
		w->options.up(w->options.data);
}

static void on_down(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	struct db_worker *w = data;
	/* a server that is refused asks for another action than one that is away, so that is said though the other was */
	fault_log_warn_as(&w->fault, db_server_trouble(w->server),
	    "no database for now, waiting for it: %s", why);
	w->down_said = true;
	(void)snprintf(w->down_why, sizeof w->down_why, "no database: %s", why);
	if (w->options.down)
		w->options.down(w->options.data);
}

static void on_refused(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	struct db_worker *w = data;
	if (!w->options.refused || w->options.refused(why, w->options.data))
		db_worker_refuse(w, why);
}

static void on_ready(struct listener *listener, void *data)
{
	(void)listener;
	struct db_worker *w = data;
	admins_look(w->admins);
	if (w->options.ready)
		w->options.ready(w->options.data);
}

static void on_notified(struct listener *listener, const char *channel, void *data)
{
	(void)listener;
	struct db_worker *w = data;
	if (strcmp(channel, PEOPLE_CHANNEL) != 0) {
		w->options.notified(channel, w->options.data);
		return;
	}
	admins_look(w->admins);
	if (w->options.people)
		w->options.people(w->options.data);
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
	db_worker_refuse(data,
	    "DATABASE_URL leads through a transaction pooler: LISTEN and session locks do "
	    "not work there; give the address of PostgreSQL itself, or of a pool in session "
	    "mode");
}

static void make_pool(struct db_worker *w)
{
	struct config *config = &w->worker.config;
	struct db_pool_options options = {
	    .uri = &config->database_url,
	    .server = w->server,
	    .application_name = arena_printf(&w->worker.arena, "salesreg %s", w->options.role),
	    .session_sql = w->options.session_sql,
	    .size = (size_t)config->db_pool_size,
	    .setup = set_up,
	    .up = on_up,
	    .down = on_down,
	    .refused = on_refused,
	    .data = w,
	};
	if (w->options.pool)
		w->options.pool(&options, w->options.data);
	w->pool = db_pool_create(&w->worker.loop, &options);
}

static void listen_to_channels(struct db_worker *w)
{
	struct listener_options options = {
	    .uri = &w->worker.config.database_url,
	    .server = w->server,
	    .application_name =
		arena_printf(&w->worker.arena, "salesreg %s listen", w->options.role),
	    .ready = on_ready,
	    .notified = on_notified,
	    .down = on_listener_down,
	    .deaf = on_deaf,
	    .data = w,
	};
	memcpy(options.channels, w->options.channels, sizeof options.channels);
	size_t count = 0;
	while (options.channels[count])
		count++;
	options.channels[count] = PEOPLE_CHANNEL;
	w->listener = listener_create(&w->worker.loop, &options);
}

static void report(struct worker_report *out, void *data)
{
	const struct db_worker *w = data;
	w->options.report(out, w->options.data);
}

static void expose(struct buf *out, void *data)
{
	const struct db_worker *w = data;
	w->options.expose(out, w->options.data);
}

static void start(struct db_worker *w)
{
	w->server = db_server_create(&w->worker.loop, &w->worker.config.database_url);
	make_pool(w);
	w->admins = admins_create(&w->worker.loop, w->pool, &w->rules);
	w->options.start(w->options.data);
	db_pool_start(w->pool);
	listen_to_channels(w);
	w->worker.report = report;
	w->worker.expose = expose;
}

int db_worker_main(struct db_worker *w, const struct db_worker_options *options)
{
	*w = (struct db_worker){.options = *options};
	int code = worker_init(&w->worker, options->role, CONFIG_NEEDS_DATABASE | options->needs);
	if (code != EXIT_CODE_OK)
		return code;
	worker_filter_calls(&w->worker);
	code = worker_rules(&w->worker, &w->rules, &w->texts);
	if (code == EXIT_CODE_OK) {
		start(w);
		code = worker_run(&w->worker, stop, w);
	} else {
		worker_end(&w->worker, code);
		(void)uv_run(&w->worker.loop, UV_RUN_DEFAULT);
	}
	texts_finish(&w->texts);
	worker_finish(&w->worker);
	return code;
}
