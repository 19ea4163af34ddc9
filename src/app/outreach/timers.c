#include "salesreg/app/outreach/timers.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/link_token.h"
#include "salesreg/app/queue_worker.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/domain/assignment/notice.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/prospect/outreach_text.h"
#include "salesreg/domain/prospect/person_zone.h"
#include "salesreg/domain/prospect/reach.h"
#include "salesreg/store/prospects.h"
#include "salesreg/store/timers.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PLACES = 4,
	DEADLINE_MS = 15000,
	FAILURES_MOST = 100, /* one after the other: then it is the timer's fault */
	JOB_ARENA_MAXIMUM = 1024 * 1024,
	WHY_BYTES = 200,
	LINK_BYTES = 16,
};
static const int64_t PAUSE_FIRST_US = 1000000, PAUSE_LONGEST_US = 600 * 1000000LL,
		     PAUSE_LOCKED_US = 1000000, PAUSE_OFF_US = 300 * 1000000LL;

/*
 *   claimed ──▶ LEASING ──a connection──▶ READING ──decided──▶ WRITING ──committed──▶ ended
 *                  │                        │                     │
 *                  └── none ──▶ ended       ├── not now ──────────┤ (nothing is written: it is due again later)
 *                                           └── failed ──▶ ended  └── failed ──▶ ended: rolled back, tried again
 */
enum timer_step { TIMER_LEASING, TIMER_READING, TIMER_WRITING };
struct job {
	struct timers *timers;
	enum timer_step step;
	struct queue_row row;
	int64_t failures; /* before this claim */
	struct db_conn *conn;
	struct arena arena;
	bool has_arena;
	const char *zones[TIMER_ZONES];
	struct db_plan plan;
	size_t lock_step, read_step;
	const char *kind; /* what it is, and becomes: for the log */
	uint64_t *counter;
	struct queue_result result;
	char why[WHY_BYTES];
};

struct timers {
	struct timers_options options;
	struct queue_worker *queue;
	char zone[TIME_ZONE_SIZE]; /* the company's */
	struct timers_stats stats;
};

static void finish_arena(struct job *job)
{
	if (job->has_arena)
		arena_finish(&job->arena);
	job->has_arena = false;
}

static void end_job(struct job *job, enum queue_outcome outcome, int64_t pause_us, const char *why)
{
	struct timers *t = job->timers;
	(void)snprintf(job->why, sizeof job->why, "%s", why);
	job->result = (struct queue_result){.outcome = outcome, .pause_us = pause_us};
	if (job->conn)
		db_pool_release(t->options.pool, job->conn);
	job->conn = NULL;
	finish_arena(job);
	queue_worker_ended(t->queue, job);
}

static void fail(struct job *job, const char *why)
{
	struct timers *t = job->timers;
	t->stats.failed++;
	int64_t failures = job->failures + 1;
	if (failures < FAILURES_MOST) {
		end_job(job, QUEUE_RETRY, queue_worker_pause_us(t->queue, failures), why);
		return;
	}
	log_error("timer %lld is given up after %lld tries: %s", (long long)job->row.id,
	    (long long)failures, why);
	end_job(job, QUEUE_GIVEN_UP, 0, why);
}

/* Deciding ------------------------------------------------------------------------------------------------------------------------*/

static enum locale locale_of(const struct timers *t, const char *word)
{
	enum locale locale = t->options.rules->default_locale;
	(void)locale_parse(word, &locale);
	return locale;
}

static bool is_open(const struct timer_facts *facts)
{
	static const char *const open[] = {"unreached", "contacted", "in_conversation"};
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		if (strcmp(facts->status, open[i]) == 0)
			return true;
	return false;
}

/* In the rep's own chat with the prospect, who went on there: the bot's first word leads to where it asks, so it takes a link. */
static bool as_rep(const struct timer_facts *facts)
{
	bool links = facts->kind != TIMER_REACH_OUT || facts->chat_id || facts->bot_username;
	return facts->connection && links && facts->rep_status &&
	       strcmp(facts->rep_status, "active") == 0;
}

static enum outreach_verdict verdict(const struct timers *t, const struct timer_facts *facts)
{
	bool same_rep = facts->kind == TIMER_REMINDER || facts->of_rep;
	return outreach_may(&t->options.rules->outreach,
	    &(struct outreach_facts){
		.met = as_rep(facts) ||
		       (facts->chat_id != 0 && reach_from_name(facts->reach) == REACH_OPEN),
		.owned = facts->owner && strcmp(facts->owner, "bot") == 0 && facts->of_version &&
			 same_rep,
		.open = is_open(facts),
		.opted_out = facts->opted_out,
		.minute = (int)facts->minute,
		.written = facts->written,
	    });
}

static void drop(struct job *job)
{
	job->counter = &job->timers->stats.dropped;
	timers_end(&job->plan, &job->arena, job->row.id);
}

static const char *own_link(struct job *job, const struct timer_facts *facts)
{
	struct arena *a = &job->arena;
	const char *payload =
	    arena_printf(a, "%c%s", CONVERSATION_PROSPECT_LETTER, link_token_make(a, LINK_BYTES));
	const struct link_new link = {link_token_hash(a, payload), facts->prospect};
	links_create(&job->plan, a, &link, 1);
	return arena_printf(a, "https://t.me/%s?start=%s", facts->bot_username, payload);
}

/* What is not the same where the bot writes as the rep. */
static void become_rep(
    struct job *job, const struct timer_facts *facts, struct outreach_about *about)
{
	const struct catalog *catalog = about->catalog;
	struct arena *a = &job->arena;
	enum locale of_rep = locale_of(job->timers, facts->rep_locale);
	const struct catalog_arg args[] = {{"name", prospect_quoted_name(a, facts->name)}};
	if (!facts->locale)
		about->locale = of_rep; /* which the two of them are likely to write in */
	about->chat_id = facts->own_account;
	about->connection = facts->connection;
	about->link =
	    facts->kind == TIMER_REACH_OUT && !facts->chat_id ? own_link(job, facts) : NULL;
	about->refused = catalog_render(catalog, of_rep, TEXT_BUSINESS_WORDS_REFUSED, args, 1, a);
	about->rep_telegram_id = facts->rep_telegram_id;
	about->prospect = facts->prospect;
}

static void write_to_prospect(struct job *job, const struct timer_facts *facts)
{
	struct timers *t = job->timers;
	const struct conversation_rules *rules = t->options.rules;
	struct arena *a = &job->arena;
	struct message_list messages = {0};
	struct outreach_about about = {
	    .catalog = rules->catalog,
	    .locale = locale_of(t, facts->locale),
	    .chat_id = facts->chat_id,
	    .name = facts->name,
	    .rep = facts->rep_name,
	    .source = facts->source,
	    .campaign = facts->campaign,
	};
	if (as_rep(facts))
		become_rep(job, facts, &about);
	int64_t pause_us = rules->follow_up_s * 1000000;
	struct message *message;
	if (facts->kind == TIMER_REACH_OUT) {
		message = outreach_first_word(&about, a, &messages);
		timers_end(&job->plan, a, job->row.id);
		if (pause_us > 0)
			timers_remind(&job->plan, a, facts, pause_us);
	} else {
		message = outreach_reminder(&about, facts->step, a, &messages);
		if (facts->step < OUTREACH_REMINDERS_MOST && pause_us > 0)
			timers_remind_again(&job->plan, a, job->row.id, pause_us);
		else
			timers_end(&job->plan, a, job->row.id);
	}
	timers_write(&job->plan, a, facts, about.chat_id, outgoing_payload(message, a),
	    about.connection ? outgoing_relay(message, a) : NULL);
	job->counter = &t->stats.fired;
}

/* False: it is due again after *pause_us. */
static bool decide_on_prospect(struct job *job, const struct timer_facts *facts, int64_t *pause_us)
{
	switch (verdict(job->timers, facts)) {
	case OUTREACH_NEVER:
		drop(job);
		return true;
	case OUTREACH_NOW:
		if (job->timers->options.writes) {
			write_to_prospect(job, facts);
			return true;
		}
		*pause_us = PAUSE_OFF_US;
		return false;
	case OUTREACH_TODAY:
		*pause_us = facts->opens_us;
		return false;
	case OUTREACH_TOMORROW:
		*pause_us = facts->opens_tomorrow_us;
		return false;
	}
	return true;
}

static void remind_rep(struct job *job, const struct timer_facts *facts)
{
	struct timers *t = job->timers;
	struct arena *a = &job->arena;
	bool works = facts->rep_status && strcmp(facts->rep_status, "active") == 0;
	bool wanted = facts->kind == TIMER_UNREACHABLE ? reach_from_name(facts->reach) != REACH_OPEN
						       : facts->of_rep;
	if (!works || !wanted || !is_open(facts)) {
		drop(job);
		return;
	}
	const struct notice_prospect prospect = {
	    .assignment_id = facts->assignment_id,
	    .name = facts->name,
	    .telegram = facts->telegram,
	    .context = facts->context,
	    .notes = facts->notes,
	    .email = facts->email,
	    .contacted = facts->contacted,
	    .reach = reach_from_name(facts->reach),
	};
	struct message_list messages = {0};
	(facts->kind == TIMER_UNREACHABLE ? notice_unreachable : notice_follow_up)(
	    t->options.rules->catalog, locale_of(t, facts->rep_locale), facts->rep_telegram_id,
	    &prospect, a, &messages);
	/* a card as any other: what the rep replies to it is a note */
	struct relayed *about = ARENA_NEW(a, struct relayed);
	*about = (struct relayed){.prospect = facts->prospect, .card = true};
	for (struct message *m = messages.first; m; m = m->next)
		m->relayed = about;
	outgoing_insert(&job->plan, a, &messages);
	timers_end(&job->plan, a, job->row.id);
	job->counter = &t->stats.fired;
}

/* The transaction -----------------------------------------------------------------------------------------------------------------*/

static void on_written(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct job *job = data;
	assert(conn == job->conn && job->step == TIMER_WRITING);
	if (reply->err != ERR_OK) {
		fail(job, reply->message[0] ? reply->message : err_sentence(reply->err));
		return;
	}
	if (job->counter)
		++*job->counter;
	/* `moved` waits; of the others nothing is left that an old claim could end */
	end_job(job, job->result.outcome, job->result.pause_us, "");
}

static void on_read(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct job *job = data;
	struct timers *t = job->timers;
	assert(conn == job->conn && job->step == TIMER_READING);
	if (reply->err != ERR_OK) {
		fail(job, reply->message[0] ? reply->message : err_sentence(reply->err));
		return;
	}
	struct timer_facts facts;
	bool mine = timers_read_parse(reply->results[job->read_step], &job->arena, &facts);
	bool locked =
	    mine && facts.has_conversation && PQntuples(reply->results[job->lock_step]) == 0;
	int64_t pause_us = PAUSE_LOCKED_US;
	bool now = mine && !locked;
	job->plan.count = 0;
	if (now && (facts.kind == TIMER_FOLLOW_UP || facts.kind == TIMER_UNREACHABLE)) {
		remind_rep(job, &facts);
	} else if (now && facts.kind == TIMER_KINDS) {
		pause_us = PAUSE_LONGEST_US; /* of a newer version */
		now = false;
	} else if (now) {
		now = decide_on_prospect(job, &facts, &pause_us);
		if (!now)
			job->counter = &t->stats.moved;
	}
	job->result = (struct queue_result){.outcome = now ? QUEUE_DONE : QUEUE_RETRY,
	    .pause_us = pause_us > 0 ? pause_us : PAUSE_LOCKED_US};
	(void)db_plan_add_plain(&job->plan, SQL_TX_COMMIT);
	job->step = TIMER_WRITING;
	db_conn_run(job->conn, job->plan.steps, job->plan.count, DEADLINE_MS, on_written, job);
}

static void on_lease(struct db_conn *conn, enum err err, void *data)
{
	if (err == ERR_CANCELLED)
		return; /* the worker goes, and its job has gone already */
	struct job *job = data;
	struct timers *t = job->timers;
	assert(job->step == TIMER_LEASING);
	if (err != ERR_OK) {
		fail(job, err_sentence(err));
		return;
	}
	job->conn = conn;
	job->step = TIMER_READING;
	struct db_plan *plan = &job->plan;
	plan->count = 0;
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	job->lock_step = timers_lock(plan, &job->arena, job->row.id);
	job->read_step = timers_read(plan, &job->arena, &job->row, job->zones, t->zone,
	    t->options.rules->outreach.opens, t->options.rules->outreach.closes);
	db_conn_run(conn, plan->steps, plan->count, DEADLINE_MS, on_read, job);
}

/* The queue's questions -----------------------------------------------------------------------------------------------------------*/

static const char *take(void *data_job, const void *data_row, struct arena *a, void *data)
{
	struct job *job = data_job;
	const struct timer_row *row = data_row;
	struct contact contact;
	job->timers = data;
	job->row = row->row;
	job->failures = row->failures;
	bool phone = contact_parse(row->contact, a, &contact) == CONTACT_NO_PROBLEM &&
		     contact.kind == CONTACT_PHONE;
	job->zones[0] = zone_of_phone(row->phone);
	job->zones[1] = phone ? zone_of_phone(contact.value) : NULL;
	job->zones[2] = zone_of_language(row->locale);
	return NULL;
}

static void start(void *data_job, struct arena *a, void *data)
{
	(void)a;
	struct job *job = data_job;
	struct timers *t = data;
	arena_init(&job->arena, JOB_ARENA_MAXIMUM);
	job->has_arena = true;
	job->step = TIMER_LEASING;
	db_pool_acquire(t->options.pool, DEADLINE_MS, on_lease, job);
}

static void dropped(void *data_job, void *data)
{
	(void)data;
	finish_arena(data_job);
}

static void judge(
    const void *data_job, const struct queue_row *row, void *result, struct arena *a, void *data)
{
	(void)data;
	const struct job *job = data_job;
	struct queue_result *out = result;
	*out = job->result;
	out->row = *row;
	out->error = job->why[0] ? arena_strdup(a, job->why) : NULL;
}

/* Life ----------------------------------------------------------------------------------------------------------------------------*/

struct timers *timers_create(uv_loop_t *loop, const struct timers_options *options)
{
	struct timers *t = calloc(1, sizeof *t);
	if (!t)
		abort();
	t->options = *options;
	(void)time_zone_here(t->zone);
	t->queue = queue_worker_create(loop, &(struct queue_worker_options){
						 .pool = options->pool,
						 .queue = &timers_queue,
						 .places = PLACES,
						 .job_size = sizeof(struct job),
						 .deadline_ms = DEADLINE_MS,
						 .pause_first_us = PAUSE_FIRST_US,
						 .pause_longest_us = PAUSE_LONGEST_US,
						 .take = take,
						 .start = start,
						 .dropped = dropped,
						 .judge = judge,
						 .data = t,
					     });
	return t;
}

void timers_wake(struct timers *t)
{
	queue_worker_wake(t->queue);
}

struct timers_stats timers_stats(const struct timers *t)
{
	return t->stats;
}

void timers_drain(struct timers *t, void (*drained)(void *data), void *data)
{
	queue_worker_drain(t->queue, drained, data);
}

void timers_destroy(struct timers *t)
{
	if (!t)
		return;
	queue_worker_destroy(t->queue);
	free(t);
}
