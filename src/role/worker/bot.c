#include "salesreg/store/bot.h"
#include "salesreg/app/bot/admin/broadcaster.h"
#include "salesreg/app/bot/admin/file_imports.h"
#include "salesreg/app/bot/admin/stats_answers.h"
#include "salesreg/app/bot/delivery/delivery.h"
#include "salesreg/app/bot/mail/mailer.h"
#include "salesreg/app/bot/poller.h"
#include "salesreg/app/rules.h"
#include "salesreg/base/log.h"
#include "salesreg/db/home.h"
#include "salesreg/role/role.h"
#include "salesreg/role/worker/db_worker.h"
#include "salesreg/role/worker/exposition.h"
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
	struct db_worker worker;
	struct telegram *telegram;
	struct delivery *delivery;
	struct poller *poller;
	struct mailer *mailer; /* NULL: e-mails are not proven */
	struct stats_answers *stats;
	struct broadcaster *broadcaster;
	struct file_imports *files;
	struct email_code_key code_key;
	uv_timer_t deadline, count, naming;
	int64_t bot_id;
	char refusal[512], username[64];
	struct db_plan backlog_plan;
	size_t backlog_step;
	struct bot_backlog backlog; /* as last counted */
	bool counting, listened;
};

static void destroy(void *data)
{
	struct bot *bot = data;
	uv_close((uv_handle_t *)&bot->deadline, NULL);
	uv_close((uv_handle_t *)&bot->count, NULL);
	uv_close((uv_handle_t *)&bot->naming, NULL);
	broadcaster_destroy(bot->broadcaster);
	stats_answers_destroy(bot->stats);
	file_imports_destroy(bot->files);
	mailer_destroy(bot->mailer);
	poller_destroy(bot->poller);
	delivery_destroy(bot->delivery);
}

static void destroy_last(void *data)
{
	telegram_destroy(((struct bot *)data)->telegram, NULL, NULL);
}

static void on_stopped(void *data)
{
	struct bot *bot = data;
	db_worker_end(&bot->worker);
}

static void on_stop_deadline(uv_timer_t *timer)
{
	const struct bot *bot = timer->data;
	log_warn("the stop took too long; what was not committed is taken up at the next start");
	_exit(bot->worker.worker.exit_code);
}

static void stop(void *data)
{
	struct bot *bot = data;
	(void)uv_timer_start(&bot->deadline, on_stop_deadline, STOP_DEADLINE_MS, 0);
	poller_stop(bot->poller, on_stopped, bot);
}

static void refuse(struct bot *bot, const char *why)
{
	db_worker_refuse(&bot->worker, why);
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

static void wake_for_admins(struct bot *bot)
{
	stats_answers_wake(bot->stats);
	broadcaster_wake(bot->broadcaster);
	file_imports_wake(bot->files);
}

static void on_database_up(void *data)
{
	poller_on_elected(((struct bot *)data)->poller);
	wake_for_admins(data); /* what was asked of the leader before */
}

/* In a thread. */
static enum err set_database_up(PGconn *pg, void *data, char *error, size_t size)
{
	const struct bot *bot = data;
	return home_serves(pg, bot->bot_id, error, size);
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

static bool on_database_refused(const char *why, void *data)
{
	struct bot *bot = data;
	if (bot->worker.stopping || bot->refusal[0])
		return false;
	/* a wrong bot is easier to see by its name, if Telegram tells it soon */
	if (!strstr(why, "REGISTRY_BOT_TOKEN"))
		return true;
	(void)snprintf(bot->refusal, sizeof bot->refusal, "%s", why);
	if (bot->username[0])
		refuse_now(bot);
	else
		(void)uv_timer_start(&bot->naming, on_naming_over, NAMING_MS, 0);
	return false;
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

static void on_database_down(void *data)
{
	poller_step_down(((struct bot *)data)->poller);
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
	if (bot->counting || bot->worker.stopping || !db_pool_is_up(bot->worker.pool) ||
	    poller_state(bot->poller) == POLLER_STANDBY)
		return;
	bot->counting = true;
	db_pool_run(bot->worker.pool, bot->backlog_plan.steps, bot->backlog_plan.count,
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
	out->outbox_backlog =
	    backlog->parked < 0 ? -1 : backlog->queued.messages + backlog->sending.messages;
	out->outbox_oldest_ms = backlog->queued.oldest_ms > backlog->sending.oldest_ms
				    ? backlog->queued.oldest_ms
				    : backlog->sending.oldest_ms;
	out->leads = state != POLLER_STANDBY && state != POLLER_STOPPED;
	if (db_worker_health(&bot->worker, db_pool_stats(bot->worker.pool).open > 0, out))
		return;
	const char *trouble = trouble_sentence(poller_trouble(bot->poller));
	if (!trouble)
		trouble = mailer_trouble(bot->mailer);
	if (trouble) {
		out->health = IPC_HEALTH_DEGRADED;
		(void)snprintf(out->why, sizeof out->why, "%s", trouble);
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
	exposition_pool(out, bot->worker.pool);
	exposition_bot(out, &(struct exposition_bot){.telegram = bot->telegram,
				.delivery = bot->delivery,
				.poller = bot->poller,
				.backlog = counted ? &bot->backlog : NULL});
}

static void on_notified(const char *channel, void *data)
{
	struct bot *bot = data;
	if (strcmp(channel, "salesreg_mail") == 0)
		mailer_wake(bot->mailer);
	else if (strcmp(channel, "salesreg_admin") == 0)
		wake_for_admins(bot);
	else if (strcmp(channel, "salesreg_parked") == 0)
		poller_look_at_parked(bot->poller);
	else
		delivery_wake(bot->delivery);
}

static void on_people(void *data)
{
	poller_look_at_people(((struct bot *)data)->poller);
}

/* What was notified while nobody listened. The first time there is nothing to sweep: the leader looks when it takes over. */
static void on_listening(void *data)
{
	struct bot *bot = data;
	delivery_wake(bot->delivery);
	mailer_wake(bot->mailer);
	wake_for_admins(bot);
	poller_look_at_people(bot->poller);
	if (bot->listened)
		poller_look_at_parked(bot->poller);
	bot->listened = true;
}

static void on_roomy(void *data)
{
	poller_on_capacity(((struct bot *)data)->poller);
}

static bool leads(void *data)
{
	const struct bot *bot = data;
	enum poller_state state = poller_state(bot->poller);
	return !bot->worker.stopping && db_pool_is_up(bot->worker.pool) &&
	       state != POLLER_STANDBY && state != POLLER_STOPPED;
}

static void start_mail(struct bot *bot)
{
	struct worker *w = &bot->worker.worker;
	struct mailer_options options = {.leader = bot->worker.pool,
	    .rules = &bot->worker.rules,
	    .key = &bot->code_key,
	    .leads = leads,
	    .data = bot};
	bot->worker.rules.bot_username = bot->username; /* filled in when Telegram tells it */
	email_code_key(&bot->code_key, &w->config.bot_token);
	if (rules_mail(&w->config, &options.mail))
		bot->mailer = mailer_create(&w->loop, &options);
}

static void start_for_admins(struct bot *bot)
{
	struct worker *w = &bot->worker.worker;
	bot->stats = stats_answers_create(&w->loop, &(struct stats_answers_options){
							.leader = bot->worker.pool,
							.uri = &w->config.database_url,
							.server = bot->worker.server,
							.telegram = bot->telegram,
							.rules = &bot->worker.rules,
							.leads = leads,
							.data = bot,
						    });
	bot->broadcaster =
	    broadcaster_create(&w->loop, &(struct broadcaster_options){.leader = bot->worker.pool,
					     .hold_hours = w->config.outbox_hold_hours,
					     .rules = &bot->worker.rules,
					     .leads = leads,
					     .data = bot});
	bot->files = file_imports_create(&w->loop, &(struct file_imports_options){
						       .leader = bot->worker.pool,
						       .uri = &w->config.database_url,
						       .telegram = bot->telegram,
						       .rules = &bot->worker.rules,
						       .leads = leads,
						       .data = bot,
						   });
}

/* One connection, which whoever leads has. */
static void lead_by_pool(struct db_pool_options *options, void *data)
{
	struct bot *bot = data;
	struct worker *w = &bot->worker.worker;
	bot->bot_id = telegram_token_bot_id(&w->config.bot_token);
	options->size = 1;
	options->has_gate = true;
	options->gate = (struct db_step){
	    .statement = SQL_LEADER_LOCK, .count = 1, .values = {db_i64(&w->arena, bot->bot_id)}};
}

static void init_timer(struct bot *bot, uv_timer_t *timer)
{
	(void)uv_timer_init(&bot->worker.worker.loop, timer);
	timer->data = bot;
}

static void start(void *data)
{
	struct bot *bot = data;
	struct worker *w = &bot->worker.worker;
	init_timer(bot, &bot->naming);
	init_timer(bot, &bot->deadline);
	init_timer(bot, &bot->count);
	bot->backlog = bot_backlog_unknown();
	bot->backlog_step = bot_backlog(&bot->backlog_plan);
	(void)uv_timer_start(&bot->count, on_count, BACKLOG_MS, BACKLOG_MS);
	bot->telegram =
	    telegram_create(&w->loop, w->config.telegram_api_base, &w->config.bot_token, NULL);
	if (!bot->telegram)
		abort();
	bot->delivery = delivery_create(
	    &w->loop, &(struct delivery_options){
			  .leader = bot->worker.pool,
			  .telegram = bot->telegram,
			  .grace_s = w->config.unreachable_grace_min * 60,
			  .bot_id = bot->bot_id,
			  .rate_per_s = (unsigned)w->config.rate_limit_per_s,
			  .chat_rate_per_s = (unsigned)w->config.chat_rate_limit_per_s,
			  .rules = &bot->worker.rules,
			  .on_capacity = on_roomy,
			  .data = bot,
		      });
	bot->poller =
	    poller_create(&w->loop, &(struct poller_options){
					.leader = bot->worker.pool,
					.telegram = bot->telegram,
					.delivery = bot->delivery,
					.rules = &bot->worker.rules,
					.code_key = &bot->code_key,
					.bot_id = bot->bot_id,
					.history_retention_days = w->config.history_retention_days,
					.hold_hours = w->config.outbox_hold_hours,
					.known = on_known,
					.superseded = on_superseded,
					.token_refused = on_token_refused,
					.data = bot,
				    });
	start_mail(bot);
	start_for_admins(bot);
}

static int run(struct cli *c)
{
	struct bot bot = {0};
	return db_worker_main(&bot.worker, &(struct db_worker_options){
					       .role = c->name,
					       .needs = CONFIG_NEEDS_TOKEN,
					       .session_sql = leader_session,
					       .channels = {"salesreg_outbox", "salesreg_parked",
						   "salesreg_mail", "salesreg_admin"},
					       .pool = lead_by_pool,
					       .setup = set_database_up,
					       .start = start,
					       .up = on_database_up,
					       .down = on_database_down,
					       .refused = on_database_refused,
					       .ready = on_listening,
					       .notified = on_notified,
					       .people = on_people,
					       .stop = stop,
					       .destroy = destroy,
					       .destroy_last = destroy_last,
					       .report = report,
					       .expose = expose,
					       .data = &bot,
					   });
}

const struct cli_command command_bot = {
    .name = "bot",
    .brief = "talks to Telegram: conversations, outbox",
    .help = "Receives the updates of Telegram, holds the conversations with reps and admins, and "
	    "delivers the "
	    "outbox. Of several, one leads; the others take over when it ends.",
    .run = run,
    .more = worker_help,
};
