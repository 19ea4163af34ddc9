#include "salesreg/app/oauth/jobs.h"
#include "salesreg/app/oauth/leftovers.h"
#include "salesreg/app/oauth/site.h"
#include "salesreg/base/json_memory.h"
#include "salesreg/base/log.h"
#include "salesreg/base/pieces.h"
#include "salesreg/http/listen.h"
#include "salesreg/role/role.h"
#include "salesreg/role/worker/db_worker.h"
#include "salesreg/role/worker/exposition.h"
#include "salesreg/supervise/child.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STOP_DEADLINE_MS = 3000, STOP_LOOK_MS = 20, SYNC_S = 300 };

static const char session[] = "SET lock_timeout = 5000";

struct oauth {
	struct db_worker worker;
	struct seal_keys keys;
	struct google_client_options client;
	struct google_client *google;
	struct site *site;
	struct leftovers *leftovers;
	struct jobs *jobs;
	bool drained;
	uv_timer_t stopping;
	int waited_ms;
};

static void destroy(void *data)
{
	struct oauth *o = data;
	uv_close((uv_handle_t *)&o->stopping, NULL);
	jobs_destroy(o->jobs);
	leftovers_destroy(o->leftovers);
	site_destroy(o->site);
	google_client_destroy(o->google);
	seal_keys_finish(&o->keys);
}

/* Whoever comes back from Google just now is answered; what is not done by then is told to the rep by the next process. */
static void on_stopping(uv_timer_t *timer)
{
	struct oauth *o = timer->data;
	o->waited_ms += STOP_LOOK_MS;
	bool quiet = o->drained && (!o->site || site_stats(o->site).busy == 0);
	if (quiet || o->waited_ms >= STOP_DEADLINE_MS)
		db_worker_end(&o->worker);
}

static void on_drained(void *data)
{
	((struct oauth *)data)->drained = true;
}

static void stop(void *data)
{
	struct oauth *o = data;
	jobs_drain(o->jobs, on_drained, o);
	if (o->site)
		site_close(o->site);
	(void)uv_timer_start(&o->stopping, on_stopping, 0, STOP_LOOK_MS);
}

static void report(struct worker_report *out, void *data)
{
	const struct oauth *o = data;
	struct site_stats stats = o->site ? site_stats(o->site) : (struct site_stats){0};
	struct jobs_stats jobs = o->jobs ? jobs_stats(o->jobs) : (struct jobs_stats){0};
	out->progress = stats.started + stats.connected + stats.failed + jobs.synced + jobs.failed;
	(void)db_worker_health(&o->worker, db_pool_is_up(o->worker.pool), out);
}

static void expose(struct buf *out, void *data)
{
	const struct oauth *o = data;
	struct site_stats stats = o->site ? site_stats(o->site) : (struct site_stats){0};
	exposition_pool(out, o->worker.pool);
	metrics_counter(out, "salesreg_calendar_started_total",
	    "Start pages shown that lead to Google.", stats.started);
	metrics_counter(
	    out, "salesreg_calendar_connected_total", "Calendars connected.", stats.connected);
	metrics_counter(out, "salesreg_calendar_failed_total",
	    "Ways back from Google that connected nothing.", stats.failed);
	metrics_counter(out, "salesreg_calendar_refused_total", "Callbacks that were not Google's.",
	    stats.refused);
	struct jobs_stats jobs = o->jobs ? jobs_stats(o->jobs) : (struct jobs_stats){0};
	metrics_counter(out, "salesreg_calendar_syncs_total",
	    "Looks at a rep's calendars that read everything.", jobs.synced);
	metrics_counter(out, "salesreg_calendar_sync_failures_total",
	    "Looks at a rep's calendars that did not.", jobs.failed);
	metrics_counter(
	    out, "salesreg_calendar_refreshes_total", "Access tokens refreshed.", jobs.refreshed);
	metrics_counter(out, "salesreg_calendar_dead_tokens_total",
	    "Reps who have to connect again.", jobs.died);
	metrics_counter(out, "salesreg_calendar_mass_deaths_total",
	    "Times that many reps had to connect again within an hour.",
	    leftovers_incidents(o->leftovers));
	metrics_counter(
	    out, "salesreg_calendar_revocations_total", "Grants given back.", jobs.revoked);
	metrics_gauge(out, "salesreg_calendar_visits", "Requests of browsers under way.",
	    (int64_t)stats.busy);
}

static void on_ready(void *data)
{
	jobs_wake(((struct oauth *)data)->jobs);
}

static void on_notified(const char *channel, void *data)
{
	(void)channel;
	on_ready(data);
}

/* A supervisor opens the port and keeps it over our restarts. */
static void open_site(struct oauth *o)
{
	struct worker *w = &o->worker.worker;
	const struct config *c = &w->config;
	char message[700];
	int fd = CHILD_LISTEN_FD;
	if (!getenv("SALESREG_LISTEN_FD")) {
		enum err err = http_listen_patiently(
		    "OAUTH_LISTEN", c->oauth_listen, &fd, message, sizeof message);
		if (err == ERR_CANCELLED)
			return; /* the signal is heard as soon as the loop runs */
		if (err != ERR_OK) {
			db_worker_refuse_with(&o->worker, exit_code_of_start(err), message);
			return;
		}
	}
	o->site = site_create(&w->loop,
	    &(struct site_options){.pool = o->worker.pool,
		.google = o->google,
		.client = &o->client,
		.rules = &o->worker.rules,
		.keys = &o->keys,
		.account = (enum account_rule)c->calendar_account,
		.public_url = c->oauth_public_url,
		.listen_fd = fd},
	    message, sizeof message);
	if (o->site)
		log_info("calendar: listening on port %u; redirect URI %s",
		    (unsigned)site_port(o->site), o->client.redirect_uri);
	else
		db_worker_refuse(&o->worker,
		    arena_printf(&w->arena, "configuration: OAUTH_LISTEN=%s is not usable here: %s",
			c->oauth_listen, message));
}

static void start(void *data)
{
	struct oauth *o = data;
	struct worker *w = &o->worker.worker;
	const struct config *c = &w->config;
	/* tokens go out in headers and forms, and come in JSON; the texts, which stay, have been read */
	pieces_wipe();
	json_memory_wipe();
	(void)uv_timer_init(&w->loop, &o->stopping);
	o->stopping.data = o;
	/* settings_load() has looked at them */
	if (seal_keys_parse(&o->keys, secret_reveal(&c->token_encryption_key)) != ERR_OK)
		abort();
	o->client = (struct google_client_options){
	    .client_id = c->google_client_id,
	    .client_secret = &c->google_client_secret,
	    .auth_url = c->google_auth_url,
	    .token_url = c->google_token_url,
	    .revoke_url = c->google_revoke_url,
	    .calendar_base = c->google_calendar_base,
	    .redirect_uri = arena_printf(&w->arena, "%s/oauth/callback", c->oauth_public_url),
	};
	o->google = google_client_create(&w->loop, &o->client);
	if (!o->google)
		abort();
	o->jobs = jobs_create(&w->loop, &(struct jobs_options){.pool = o->worker.pool,
					    .google = o->google,
					    .rules = &o->worker.rules,
					    .keys = &o->keys,
					    .interval_s = SYNC_S});
	o->leftovers = leftovers_create(&w->loop, o->worker.pool, &o->worker.rules);
	open_site(o);
}

static int run(struct cli *c)
{
	struct oauth o = {0};
	return db_worker_main(&o.worker, &(struct db_worker_options){
					     .role = c->name,
					     .needs = CONFIG_NEEDS_GOOGLE,
					     .session_sql = session,
					     .channels = {"salesreg_calendar"},
					     .start = start,
					     .ready = on_ready,
					     .notified = on_notified,
					     .stop = stop,
					     .destroy = destroy,
					     .report = report,
					     .expose = expose,
					     .data = &o,
					 });
}

const struct cli_command command_oauth = {
    .name = "oauth",
    .brief = "connects reps' Google calendars",
    .help = "Answers the redirect from Google's consent page at OAUTH_LISTEN and keeps the tokens. "
	    "The only process that talks to Google.",
    .run = run,
    .more = worker_help,
};
