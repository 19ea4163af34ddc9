#include "salesreg/app/bot/admin/stats_answers.h"
#include "salesreg/app/bot/admin/stats_text.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/queue_worker.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/store/stats_requests.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DB_DEADLINE_MS = 15000,
	COUNT_DEADLINE_MS = 5 * STATS_ANSWER_S * 1000, /* four statements, and connecting */
	TYPING_TIMEOUT_MS = 5000,
	ATTEMPTS_MOST = 4,
	ARENA_MAXIMUM = 64 * 1024 * 1024,
	DAY_S = 86400,
};
static const int64_t PAUSE_FIRST_US = 1000000, PAUSE_LONGEST_US = 10 * 1000000LL;

/* One at a time: who asks next waits, and the database counts for one. */
struct counting {
	struct stats_answers *owner;
	struct stats_about about;
	int64_t wanted, attempts;
	bool nobody,
	    failed; /* nobody: whoever asked is no admin any more; failed: it may go well another time */
	const char *html; /* what the answer is shown as, where that can be; NULL: as text */
	const char *method, *payload; /* of the answer */
};

struct stats_answers {
	struct stats_answers_options options;
	uv_loop_t *loop;
	struct queue_worker *worker;
	struct counting *under_way; /* NULL: none is */
	struct db_conn *conn;       /* NULL: none is open */
	struct telegram_call *typing;
	struct arena arena; /* of the counting in hand */
	struct db_plan plan;
	struct fault_log fault;
	char zone[TIME_ZONE_SIZE], typing_body[64];
};

static void hang_up(struct stats_answers *s)
{
	if (s->conn)
		db_conn_destroy(s->conn);
	s->conn = NULL;
}

static void end(struct counting *c)
{
	struct stats_answers *s = c->owner;
	hang_up(s);
	s->under_way = NULL;
	queue_worker_ended(s->worker, c);
}

static void answer(struct counting *c, const struct message *message)
{
	c->method = outgoing_method(message);
	c->payload = outgoing_payload(message, &c->owner->arena);
	if (c->html)
		c->payload = outgoing_rich(c->payload, c->html, &c->owner->arena);
	end(c);
}

/* By what the database said, or that it said nothing. */
static void give_up(struct counting *c, const char *sqlstate, const char *why)
{
	struct stats_answers *s = c->owner;
	bool slow = strcmp(sqlstate, "57014") == 0;
	fault_log_warn(&s->fault, "figures for an admin could not be counted: %s", why);
	c->failed = !slow && c->attempts + 1 < ATTEMPTS_MOST;
	if (c->failed)
		end(c);
	else
		answer(c, stats_missing(
			      s->options.rules, &c->about, slow ? STATS_ANSWER_S : 0, &s->arena));
}

static void on_counted(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct stats_answers *s = data;
	struct counting *c = s->under_way;
	if (reply->err != ERR_OK) {
		give_up(c, reply->sqlstate,
		    reply->message[0] ? reply->message : err_sentence(reply->err));
		return;
	}
	struct reports reports;
	reports_parse(reply->results, &s->arena, &reports);
	fault_log_over(&s->fault, "figures for admins can be counted again");
	const struct message *m = stats_message(s->options.rules, &c->about, &reports, &s->arena);
	/* Telegram makes tables in the place of a message; where it does not, the text stands there (delivery_send.c) */
	if (c->about.as_table && m->kind == MESSAGE_EDIT_TEXT)
		c->html = stats_tables(s->options.rules, &c->about, &reports, &s->arena);
	answer(c, m);
}

static void on_opened(struct db_conn *conn, enum err err, const char *why, void *data)
{
	struct stats_answers *s = data;
	struct counting *c = s->under_way;
	if (err != ERR_OK) {
		give_up(c, "", why);
		return;
	}
	s->plan.count = 0;
	reports_plan(&s->plan, &s->arena, c->about.days * DAY_S, s->zone, STATS_ANSWER_S * 1000);
	db_conn_run(conn, s->plan.steps, s->plan.count, COUNT_DEADLINE_MS, on_counted, s);
}

/* The run in hand has been told. */
static void on_lost(struct db_conn *conn, const char *why, void *data)
{
	(void)conn;
	(void)why;
	(void)data;
}

static void on_typing(const struct telegram_answer *answer, void *data)
{
	(void)answer;
	((struct stats_answers *)data)->typing = NULL;
}

/* Best effort: it shows for five seconds, or until the message comes (Bot API, "sendChatAction"). */
static void show_typing(struct stats_answers *s, int64_t chat_id)
{
	if (s->typing)
		return;
	(void)snprintf(s->typing_body, sizeof s->typing_body,
	    "{\"chat_id\":%lld,\"action\":\"typing\"}", (long long)chat_id);
	s->typing = telegram_call(s->options.telegram, "sendChatAction", s->typing_body,
	    strlen(s->typing_body), TYPING_TIMEOUT_MS, on_typing, s);
}

/* The queue -------------------------------------------------------------------------------------------------------------------*/

static const char *take(void *job, const void *row, struct arena *a, void *data)
{
	struct stats_answers *s = data;
	const struct stats_due *due = row;
	struct counting *c = job;
	*c = (struct counting){.owner = s,
	    .about = {.chat_id = due->row.id,
		.message_id = due->message_id,
		.days = due->days,
		.as_table = due->as_table,
		.locale = s->options.rules->default_locale,
		.zone = s->zone},
	    .wanted = due->wanted,
	    .attempts = due->row.attempts};
	(void)locale_parse(due->locale, &c->about.locale);
	return db_i64(a, due->wanted);
}

static void start(void *job, struct arena *a, void *data)
{
	(void)a;
	struct stats_answers *s = data;
	struct counting *c = job;
	arena_reset(&s->arena);
	s->under_way = c;
	if (!conversation_is_admin(s->options.rules, c->about.chat_id)) {
		c->nobody = true;
		end(c);
		return;
	}
	if (c->about.message_id == 0)
		show_typing(s, c->about.chat_id);
	s->conn = db_conn_create(s->loop, &(struct db_conn_options){
					      .uri = s->options.uri,
					      .server = s->options.server,
					      .application_name = "salesreg bot figures",
					      .opened = on_opened,
					      .lost = on_lost,
					      .data = s,
					  });
	db_conn_open(s->conn);
}

static void dropped(void *job, void *data)
{
	struct stats_answers *s = data;
	if (s->under_way != job)
		return;
	hang_up(s);
	s->under_way = NULL;
}

static void judge(
    const void *job, const struct queue_row *row, void *result, struct arena *a, void *data)
{
	(void)a;
	const struct stats_answers *s = data;
	const struct counting *c = job;
	*(struct stats_result *)result = (struct stats_result){.chat_id = row->id,
	    .wanted = c->wanted,
	    .method = c->method,
	    .payload = c->payload,
	    .pause_us = c->failed ? queue_worker_pause_us(s->worker, row->attempts) : -1};
}

static bool may(void *data)
{
	const struct stats_answers *s = data;
	return s->options.leads(s->options.data);
}

/* Life ------------------------------------------------------------------------------------------------------------------------*/

struct stats_answers *stats_answers_create(
    uv_loop_t *loop, const struct stats_answers_options *options)
{
	struct stats_answers *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->options = *options;
	s->loop = loop;
	arena_init(&s->arena, ARENA_MAXIMUM);
	(void)time_zone_here(s->zone);
	s->worker =
	    queue_worker_create(loop, &(struct queue_worker_options){.pool = options->leader,
					  .queue = &stats_queue,
					  .places = 1,
					  .job_size = sizeof(struct counting),
					  .deadline_ms = DB_DEADLINE_MS,
					  .pause_first_us = PAUSE_FIRST_US,
					  .pause_longest_us = PAUSE_LONGEST_US,
					  .may = may,
					  .take = take,
					  .start = start,
					  .dropped = dropped,
					  .judge = judge,
					  .data = s});
	return s;
}

void stats_answers_wake(struct stats_answers *s)
{
	if (s)
		queue_worker_wake(s->worker);
}

void stats_answers_destroy(struct stats_answers *s)
{
	if (!s)
		return;
	telegram_call_cancel(s->typing);
	queue_worker_destroy(s->worker);
	hang_up(s);
	arena_finish(&s->arena);
	free(s);
}
