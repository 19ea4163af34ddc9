#include "salesreg/store/bot.h"
#include "salesreg/app/bot/delivery/delivery.h"
#include "salesreg/app/bot/mail/mailer.h"
#include "salesreg/app/bot/poller.h"
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
#include "salesreg/telegram/api.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STOP_DEADLINE_MS = 3000, BACKLOG_MS = 5000, BACKLOG_DEADLINE_MS = 15000, NAMING_MS = 3000 };

/*
 * Idle longer than this, the server ends the leader's session: a leader that was stopped (SIGSTOP, a suspended machine)
 * holds its sockets open, so nothing else would free the lock. The poller asks something every 5 s.
 */
static const char leader_session[] = "SET idle_session_timeout = 15000; SET lock_timeout = 500";

struct bot {
	struct worker worker;
	struct texts texts;
	struct conversation_rules rules;
	struct telegram *telegram;
	struct db_server *server;
	struct db_pool *leader;
	struct listener *listener;
	struct delivery *delivery;
	struct poller *poller;
	struct mailer *mailer; /* NULL: e-mails are not proven */
	struct email_code_key code_key;
	uv_timer_t deadline, count, naming;
	int64_t bot_id;
	char refusal[512], username[64];
	struct db_plan backlog_plan;
	size_t backlog_step;
	struct bot_backlog backlog; /* as last counted */
	bool counting, listened;
	bool up, stopping, database_down_said;
	struct fault_log database_fault;
	char database_why[IPC_TEXT_SIZE];
};

static void tear_down(struct bot *bot, int exit_code)
{
	if (uv_is_closing((uv_handle_t *)&bot->deadline))
		return;
	uv_close((uv_handle_t *)&bot->deadline, NULL);
	uv_close((uv_handle_t *)&bot->count, NULL);
	uv_close((uv_handle_t *)&bot->naming, NULL);
	mailer_destroy(bot->mailer);
	poller_destroy(bot->poller);
	delivery_destroy(bot->delivery);
	listener_destroy(bot->listener);
	db_pool_destroy(bot->leader);
	db_server_destroy(bot->server);
	telegram_destroy(bot->telegram, NULL, NULL);
	worker_end(&bot->worker, exit_code);
}

static void on_stopped(void *data)
{
	struct bot *bot = data;
	log_info("stopped");
	tear_down(bot, bot->worker.exit_code);
}

static void on_stop_deadline(uv_timer_t *timer)
{
	(void)timer;
	log_warn("the stop took too long; what was not committed is taken up at the next start");
	_exit(EXIT_CODE_OK);
}

static void stop(struct worker *worker, void *data)
{
	(void)worker;
	struct bot *bot = data;
	if (bot->stopping)
		return;
	bot->stopping = true;
	(void)uv_timer_start(&bot->deadline, on_stop_deadline, STOP_DEADLINE_MS, 0);
	poller_stop(bot->poller, on_stopped, bot);
}

static void refuse(struct bot *bot, const char *why)
{
	if (bot->worker.exit_code == EXIT_CODE_CONFIG)
		return;
	log_error("%s", why);
	bot->worker.exit_code = EXIT_CODE_CONFIG;
	stop(&bot->worker, bot);
}

static void on_token_refused(const char *description, void *data)
{
	char why[512];
	(void)snprintf(why, sizeof why,
	    "Telegram does not accept REGISTRY_BOT_TOKEN (%s); copy the token again from "
	    "@BotFather",
	    description);
	refuse(data, why);
}

static void on_deaf(struct listener *listener, void *data)
{
	(void)listener;
	refuse(data, "DATABASE_URL leads through a transaction pooler: LISTEN and session locks do "
		     "not work there; give the address of "
		     "PostgreSQL itself or of a session pool");
}

static void on_database_up(struct db_pool *pool, void *data)
{
	(void)pool;
	struct bot *bot = data;
	bot->database_down_said = false;
	fault_log_over(&bot->database_fault, "the database is back");
	poller_on_elected(bot->poller);
}

/* In a thread. */
static enum err set_database_up(PGconn *pg, void *data, char *error, size_t size)
{
	const struct bot *bot = data;
	enum err err = migrate_setup(pg, NULL, error, size);
	if (err == ERR_OK)
		err = home_enter(pg, bot->server, error, size);
	return err == ERR_OK ? home_serves(pg, bot->bot_id, error, size) : err;
}

static void refuse_now(struct bot *bot)
{
	char why[sizeof bot->refusal + 128];
	(void)snprintf(why, sizeof why, "%s%s%s%s", bot->refusal,
	    bot->username[0] ? " (the token is @" : "", bot->username,
	    bot->username[0] ? "'s)" : "");
	bot->refusal[0] = '\0';
	refuse(bot, why);
}

static void on_naming_over(uv_timer_t *timer)
{
	refuse_now(timer->data);
}

static void on_database_refused(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	struct bot *bot = data;
	if (bot->stopping || bot->refusal[0])
		return;
	(void)snprintf(bot->refusal, sizeof bot->refusal, "%s", why);
	/* a wrong bot is easier to see by its name, if Telegram tells it soon */
	if (!strstr(why, "REGISTRY_BOT_TOKEN") || bot->username[0])
		refuse_now(bot);
	else
		(void)uv_timer_start(&bot->naming, on_naming_over, NAMING_MS, 0);
}

static void on_known(const char *username, void *data)
{
	struct bot *bot = data;
	(void)snprintf(bot->username, sizeof bot->username, "%.63s", username);
	if (bot->refusal[0])
		refuse_now(bot);
}

static void on_superseded(void *data)
{
	refuse(data, "this database serves another bot now: `salesreg adopt-bot` was run");
}

static void on_database_down(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	struct bot *bot = data;
	/* a server that is refused asks for another action than one that is away, so that is said though the other was */
	fault_log_warn_as(&bot->database_fault, db_server_trouble(bot->server),
	    "no database for now, waiting for it: %s", why);
	bot->database_down_said = true;
	(void)snprintf(bot->database_why, sizeof bot->database_why, "no database: %s", why);
	poller_step_down(bot->poller);
}

static void on_counted(const struct db_reply *reply, void *data)
{
	struct bot *bot = data;
	bot->counting = false;
	if (reply->err == ERR_OK)
		bot->backlog = bot_backlog_parse(reply->results[bot->backlog_step]);
}

static void on_count(uv_timer_t *timer)
{
	struct bot *bot = timer->data;
	if (bot->counting || bot->stopping || !db_pool_is_up(bot->leader) ||
	    poller_state(bot->poller) == POLLER_STANDBY)
		return;
	bot->counting = true;
	db_pool_run(bot->leader, bot->backlog_plan.steps, bot->backlog_plan.count,
	    BACKLOG_DEADLINE_MS, on_counted, bot);
}

static const char *trouble_sentence(enum poller_trouble trouble)
{
	switch (trouble) {
	case POLLER_TROUBLE_TELEGRAM:
		return "Telegram cannot be used for now; the log says why";
	case POLLER_TROUBLE_CONFLICT:
		return POLLER_WHY_CONFLICT ": a second copy of the bot?";
	case POLLER_TROUBLE_DATABASE:
		return POLLER_WHY_DATABASE "; the log says why";
	case POLLER_NO_TROUBLE:
		break;
	}
	return NULL;
}

/* A transient outage, in the order in which it matters: without the database nothing else can be said. */
static void report(struct worker_report *out, void *data)
{
	struct bot *bot = data;
	struct poller_stats polls = poller_stats(bot->poller);
	struct delivery_stats sent = delivery_stats(bot->delivery);
	enum poller_state state = poller_state(bot->poller);
	out->progress = polls.polls + sent.sent + poller_batch_stats(bot->poller).updates;
	const struct bot_backlog *backlog = &bot->backlog;
	bool connected = db_pool_stats(bot->leader).open > 0;
	out->outbox_backlog =
	    backlog->parked < 0 ? -1 : backlog->queued.messages + backlog->sending.messages;
	out->outbox_oldest_ms = backlog->queued.oldest_ms > backlog->sending.oldest_ms
				    ? backlog->queued.oldest_ms
				    : backlog->sending.oldest_ms;
	out->leads = state != POLLER_STANDBY && state != POLLER_STOPPED;
	out->unready = !connected;
	const char *trouble = trouble_sentence(poller_trouble(bot->poller));
	if (!connected && bot->database_down_said) {
		out->health = IPC_HEALTH_DEGRADED;
		(void)snprintf(out->why, sizeof out->why, "%s", bot->database_why);
	} else if (connected && health_of_database(out, bot->server, bot->listener)) {
		return;
	} else if (connected && trouble) {
		out->health = IPC_HEALTH_DEGRADED;
		(void)snprintf(out->why, sizeof out->why, "%s", trouble);
	} else if (connected && mailer_trouble(bot->mailer)) {
		out->health = IPC_HEALTH_DEGRADED;
		(void)snprintf(out->why, sizeof out->why, "%s", mailer_trouble(bot->mailer));
	} else if (!connected) {
		(void)snprintf(out->why, sizeof out->why, "connecting to the database");
	} else if (state == POLLER_STANDBY) {
		(void)snprintf(out->why, sizeof out->why,
		    "standing by: another process leads, or the database is being asked");
	}
}

static void expose(struct buf *out, void *data)
{
	const struct bot *bot = data;
	enum poller_state state = poller_state(bot->poller);
	bool counted = state != POLLER_STANDBY && state != POLLER_STOPPED;
	exposition_pool(out, bot->leader);
	exposition_bot(out, &(struct exposition_bot){.telegram = bot->telegram,
				.delivery = bot->delivery,
				.poller = bot->poller,
				.backlog = counted ? &bot->backlog : NULL});
}

static void on_outbox(struct listener *listener, void *data)
{
	(void)listener;
	delivery_wake(((struct bot *)data)->delivery);
}

static void on_notified(struct listener *listener, const char *channel, void *data)
{
	if (strcmp(channel, "salesreg_mail") == 0)
		mailer_wake(((struct bot *)data)->mailer);
	else if (strcmp(channel, "salesreg_parked") == 0)
		poller_look_at_parked(((struct bot *)data)->poller);
	else
		on_outbox(listener, data);
}

/* What was notified while nobody listened. The first time there is nothing to sweep: the leader looks when it takes over. */
static void on_listening(struct listener *listener, void *data)
{
	struct bot *bot = data;
	on_outbox(listener, data);
	mailer_wake(bot->mailer);
	if (bot->listened)
		poller_look_at_parked(bot->poller);
	bot->listened = true;
}

static void on_listener_down(struct listener *listener, const char *why, void *data)
{
	(void)listener;
	(void)data;
	log_debug("notifications stopped: %s", why);
}

static void on_roomy(void *data)
{
	poller_on_capacity(((struct bot *)data)->poller);
}

static int load_rules(struct bot *bot)
{
	return worker_rules(&bot->worker, &bot->rules, &bot->texts);
}

static bool leads(void *data)
{
	const struct bot *bot = data;
	enum poller_state state = poller_state(bot->poller);
	return !bot->stopping && db_pool_is_up(bot->leader) && state != POLLER_STANDBY &&
	       state != POLLER_STOPPED;
}

static void start_mail(struct bot *bot)
{
	struct worker *w = &bot->worker;
	struct mailer_options options = {.leader = bot->leader,
	    .rules = &bot->rules,
	    .key = &bot->code_key,
	    .leads = leads,
	    .data = bot};
	bot->rules.bot_username = bot->username; /* filled in when Telegram tells it */
	email_code_key(&bot->code_key, &w->config.bot_token);
	if (rules_mail(&w->config, &options.mail))
		bot->mailer = mailer_create(&w->loop, &options);
}

static void start(struct bot *bot)
{
	struct worker *w = &bot->worker;
	int64_t bot_id = bot->bot_id = telegram_token_bot_id(&w->config.bot_token);
	(void)uv_timer_init(&w->loop, &bot->naming);
	bot->naming.data = bot;
	(void)uv_timer_init(&w->loop, &bot->deadline);
	bot->deadline.data = bot;
	(void)uv_timer_init(&w->loop, &bot->count);
	bot->count.data = bot;
	bot->backlog = bot_backlog_unknown();
	bot->backlog_step = bot_backlog(&bot->backlog_plan);
	(void)uv_timer_start(&bot->count, on_count, BACKLOG_MS, BACKLOG_MS);
	bot->telegram =
	    telegram_create(&w->loop, w->config.telegram_api_base, &w->config.bot_token, NULL);
	if (!bot->telegram)
		abort();
	bot->server = db_server_create(&w->loop, &w->config.database_url);
	bot->leader = db_pool_create(&w->loop, &(struct db_pool_options){
						   .uri = &w->config.database_url,
						   .server = bot->server,
						   .application_name = "salesreg bot",
						   .session_sql = leader_session,
						   .size = 1,
						   .has_gate = true,
						   .gate = {.statement = SQL_LEADER_LOCK,
						       .count = 1,
						       .values = {db_i64(&w->arena, bot_id)}},
						   .setup = set_database_up,
						   .up = on_database_up,
						   .down = on_database_down,
						   .refused = on_database_refused,
						   .data = bot,
					       });
	bot->delivery = delivery_create(
	    &w->loop, &(struct delivery_options){
			  .leader = bot->leader,
			  .telegram = bot->telegram,
			  .grace_s = w->config.unreachable_grace_min * 60,
			  .bot_id = bot_id,
			  .rate_per_s = (unsigned)w->config.rate_limit_per_s,
			  .chat_rate_per_s = (unsigned)w->config.chat_rate_limit_per_s,
			  .admin_ids = w->config.admin_ids,
			  .admin_count = w->config.admin_count,
			  .on_capacity = on_roomy,
			  .data = bot,
		      });
	bot->poller =
	    poller_create(&w->loop, &(struct poller_options){
					.leader = bot->leader,
					.telegram = bot->telegram,
					.delivery = bot->delivery,
					.rules = &bot->rules,
					.code_key = &bot->code_key,
					.bot_id = bot_id,
					.history_retention_days = w->config.history_retention_days,
					.hold_hours = w->config.outbox_hold_hours,
					.known = on_known,
					.superseded = on_superseded,
					.token_refused = on_token_refused,
					.data = bot,
				    });
	start_mail(bot);
	db_pool_start(bot->leader);
	bot->listener = listener_create(
	    &w->loop, &(struct listener_options){
			  .uri = &w->config.database_url,
			  .server = bot->server,
			  .application_name = "salesreg bot listen",
			  .channels = {"salesreg_outbox", "salesreg_parked", "salesreg_mail"},
			  .ready = on_listening,
			  .notified = on_notified,
			  .down = on_listener_down,
			  .deaf = on_deaf,
			  .data = bot,
		      });
}

int role_bot(int argc, char **argv)
{
	struct bot bot = {0};
	bool done;
	int code = worker_init(
	    &bot.worker, "bot", CONFIG_NEEDS_DATABASE | CONFIG_NEEDS_TOKEN, argc, argv, &done);
	if (done)
		return code;
	worker_filter_calls(&bot.worker);
	code = load_rules(&bot);
	if (code == EXIT_CODE_OK) {
		start(&bot);
		bot.worker.report = report;
		bot.worker.expose = expose;
		code = worker_run(&bot.worker, stop, &bot);
	} else {
		worker_end(&bot.worker, code);
		(void)uv_run(&bot.worker.loop, UV_RUN_DEFAULT);
	}
	texts_finish(&bot.texts);
	worker_finish(&bot.worker);
	return code;
}
