#include "salesreg/app/poller.h"
#include "salesreg/app/bot_setup.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/backoff.h"
#include "salesreg/store/bot.h"
#include "salesreg/store/outbox.h"
#include "salesreg/telegram/bytes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	POLL_SECONDS = 50,
	POLL_LIMIT = 100,
	QUICK_MS = 15000, /* time-out of deleteWebhook */
	DB_DEADLINE_MS = 15000,
	BEAT_MS = 5000,
	PRUNE_MS = 3600 * 1000,
	PRUNE_FIRST_MS = 10 * 1000,
	DRAIN_MS = 2000,
	ARENA_MAXIMUM = 1024 * 1024,
};
static const int64_t PAUSE_FIRST_US = 500 * 1000, PAUSE_LONGEST_US = 30 * 1000 * 1000;

/*
 *   STANDBY --lead--> TAKING --state read--> POLLING --updates--> WORKING
 *      ^                 |                   ^  |  ^                 |
 *      | yield           |                   |  |  +--- committed ---+
 *      |                 +---- failed: PAUSED+  |
 *      |                                     +--+-- 409, a webhook: PREPARING (it is removed)
 *   any --stop--> STOPPING --drained, marked clean--> STOPPED
 *   Only an answer to getUpdates, all of it committed, ends the growth of the pauses.
 */
struct poller {
	uv_loop_t *loop;
	struct poller_options options;
	enum poller_state state;
	struct batch *batch;
	bool leading, taken, token_worked, careful;
	struct bot_row found; /* what the last leader left */
	struct bot_setup *setup;
	struct telegram_call *poll, *call;
	int64_t poll_started_us;
	int limit; /* of the next poll; less than POLL_LIMIT while something unreadable is singled out */
	bool beside; /* its number cannot be read: it is fetched together with the one behind it */
	unsigned failures; /* since the last getUpdates that went well */
	enum poller_trouble trouble;
	bool answered; /* a getUpdates has been, so the road is known to be good both ways */
	bool webhook;  /* one was set, and is to be removed before the next poll */
	struct fault_log fault, parked_fault, put_back_fault, webhook_fault;
	struct fault_log lost_fault, death_fault, settled_fault,
	    stale_fault; /* of the leadership */
	struct fault_log size_fault;
	uv_timer_t pause, beat, prune;
	struct arena arena, prune_arena;
	struct db_plan plan, beat_plan, prune_plan;
	size_t take_step, settle_step, hold_step;
	char username[64];
	bool name_unsaved; /* in bot_state; with the next beat */
	bool beating, pruning, resting;
	/* somebody may have asked for a retry of a parked update; the asking; a retry under way */
	bool want_parked, claiming, retrying;
	bool parked_again; /* could not be asked; with the next beat */
	/* rows of the last leader that somebody held at the take-over */
	int64_t stale[OUTBOX_LEFT_MAX];
	size_t stale_count;
	bool settling;
	struct arena parked_arena, settle_arena, beat_arena;
	struct db_plan parked_plan, settle_plan;
	struct poller_stats stats;
	void (*stopped)(void *);
	void *stopped_data;
	int closing;
};

static void take_over(struct poller *p);
static void remove_webhook(struct poller *p);
static void poll(struct poller *p);

static void set_state(struct poller *p, enum poller_state state)
{
	static const char *const names[] = {
#define X(name, text) text,
	    POLLER_STATE_MAP(X)
#undef X
	};
	if (p->state != state)
		log_debug("poller: %s -> %s", names[p->state], names[state]);
	p->state = state;
}

static void on_pause_over(uv_timer_t *timer)
{
	struct poller *p = timer->data;
	if (p->state != POLLER_PAUSED || !p->leading)
		return;
	if (!p->taken)
		take_over(p);
	else if (p->webhook)
		remove_webhook(p);
	else
		poll(p);
}

static void pause_for(struct poller *p, int64_t pause_us)
{
	set_state(p, POLLER_PAUSED);
	(void)uv_timer_start(&p->pause, on_pause_over, (uint64_t)pause_us / 1000 + 1, 0);
}

static void back_off(
    struct poller *p, enum poller_trouble trouble, const char *doing, const char *why)
{
	int64_t pause = backoff_us(p->failures++, PAUSE_FIRST_US, PAUSE_LONGEST_US, clock_random());
	p->stats.failures++;
	p->trouble = trouble;
	fault_log_warn(
	    &p->fault, "%s: %s; next try in %lld ms", doing, why, (long long)pause / 1000);
	pause_for(p, pause);
}

/* Updates came, or none were there, and nothing of them is left to be done. */
static void went_well(struct poller *p)
{
	p->failures = 0;
	p->trouble = POLLER_NO_TROUBLE;
	fault_log_over(&p->fault, "updates are received and handled again");
	(void)fault_log_end(&p->death_fault);
	(void)fault_log_end(&p->stale_fault);
}

static void on_conflict(struct poller *p, const char *description)
{
	p->stats.conflicts++;
	p->webhook = strstr(description, "webhook") != NULL;
	if (p->webhook && p->failures == 0) {
		p->failures++; /* if it is set again and again, so are the pauses */
		p->stats.failures++;
		remove_webhook(p);
		return;
	}
	back_off(p, POLLER_TROUBLE_CONFLICT, "updates could not be fetched",
	    p->webhook ? "a webhook is set for this bot; it is removed"
		       : "another program is polling with this token: is a second copy of the "
			 "bot, or the old Python system, running?");
}

/* Common to every call: true if the answer is good; otherwise it has been dealt with. */
static bool judge(struct poller *p, const struct telegram_answer *answer, const char *doing)
{
	/* nobody answered: that is what the operator must know, whatever was asked */
	if (answer->http_status == 0)
		doing = "Telegram cannot be reached";
	switch (answer->class) {
	case TELEGRAM_OK:
		p->token_worked = true;
		return true;
	case TELEGRAM_TOKEN:
		if (!p->token_worked) {
			p->options.token_refused(answer->description, p->options.data);
			return false;
		}
		back_off(p, POLLER_TROUBLE_TELEGRAM,
		    "Telegram refuses the token, which has worked before", answer->description);
		return false;
	case TELEGRAM_CONFLICT:
		on_conflict(p, answer->description);
		return false;
	case TELEGRAM_CANCELLED:
		return false;
	case TELEGRAM_RETRY:
		if (answer->retry_after_ms > 0) {
			fault_log_warn(&p->fault, "%s: Telegram asks to wait %lld ms", doing,
			    (long long)answer->retry_after_ms);
			p->stats.failures++;
			p->failures++;
			p->trouble = POLLER_TROUBLE_TELEGRAM;
			pause_for(p, answer->retry_after_ms * 1000);
			return false;
		}
		back_off(p, POLLER_TROUBLE_TELEGRAM, doing, answer->description);
		return false;
	case TELEGRAM_GONE:
	case TELEGRAM_BUG:
	case TELEGRAM_UNKNOWN:
		back_off(p, POLLER_TROUBLE_TELEGRAM, doing, answer->description);
		return false;
	}
	return false;
}

/*
 * At first, after a fault, and while what killed the last leader may be the next update, an answer is worth
 * more than a wait: it says that all is well. Not so while somebody else polls: a short poll would
 * succeed each time and tell nothing.
 */
static int poll_seconds(const struct poller *p)
{
	bool ask_only = !p->answered || p->careful ||
			(p->failures > 0 && p->trouble != POLLER_TROUBLE_CONFLICT);
	return ask_only ? 0 : POLL_SECONDS;
}

/* Working --------------------------------------------------------------------------------------------------------------*/

static void rest_and_stop(struct poller *p);

static void on_batch_committed(struct batch *batch, void *data)
{
	struct poller *p = data;
	(void)batch;
	p->careful = false;
	went_well(p);
	if (p->state == POLLER_WORKING && !p->want_parked)
		poll(p);
}

static void on_batch_done(struct batch *batch, enum err err, void *data)
{
	struct poller *p = data;
	(void)batch;
	if (p->state == POLLER_STOPPING) {
		rest_and_stop(p);
		return;
	}
	bool retried = p->retrying;
	p->retrying = false;
	if (err == ERR_OK) {
		p->careful &= retried;
		if (!retried)
			went_well(p);
		if (p->state == POLLER_WORKING) /* ended by a parked update */
			poll(p);
		return;
	}
	if (err == ERR_CONFLICT)
		db_pool_reset(p->options.leader, "the offset was moved by another leader");
	if (p->state == POLLER_WORKING)
		back_off(p, POLLER_TROUBLE_DATABASE, "updates could not be written to the database",
		    batch_why(p->batch));
}

/*
 * Something in the answer is no JSON, whatever is done to it. Fewer are asked for until it is alone; then it is parked and
 * stepped over. If not even its number can be read, the number of the update behind it does: an offset of that confirms
 * what is before it and nothing else. Without one behind it nobody is held up, and it is asked for again.
 */
static void on_unreadable(struct poller *p, const struct telegram_answer *answer)
{
	int64_t id;
	size_t at;
	if (!p->beside && p->limit > 1) {
		if (answer->too_big)
			fault_log_warn(&p->size_fault,
			    "an answer with updates is larger than %d MiB; fewer are asked for at "
			    "a "
			    "time",
			    TELEGRAM_UPDATES_BYTES / 1024 / 1024);
		p->limit /= 2;
		poll(p);
		return;
	}
	bool found = telegram_bytes_find_id(answer->raw, answer->raw_size, &id, &at);
	if (!found && !p->beside) {
		p->beside = true;
		poll(p);
		return;
	}
	if (!found) {
		back_off(p, POLLER_TROUBLE_TELEGRAM, "an update cannot be read, nor its number",
		    "it goes when there is one behind it");
		return;
	}
	set_state(p, POLLER_WORKING);
	batch_quiet(p->batch, p->failures > 0);
	if (p->beside)
		batch_step_over(p->batch, answer->raw, at, NULL, id);
	else
		batch_step_over(p->batch, answer->raw, answer->raw_size, &id, id + 1);
	p->beside = false;
	p->limit = POLL_LIMIT;
}

static void on_updates(const struct telegram_answer *answer, void *data)
{
	struct poller *p = data;
	p->poll = NULL;
	if (p->state != POLLER_POLLING)
		return;
	if (answer->unreadable) {
		p->token_worked = true;
		bot_setup_polled(p->setup);
		on_unreadable(p, answer);
		return;
	}
	if (!judge(p, answer, "updates could not be fetched"))
		return;
	bool asked_only = poll_seconds(p) == 0;
	p->answered = true;
	bot_setup_polled(p->setup);
	if (p->limit == POLL_LIMIT)
		(void)fault_log_end(&p->size_fault);
	p->limit = p->limit > POLL_LIMIT / 2 ? POLL_LIMIT : p->limit * 2;
	p->beside = false;
	size_t count = json_array_size(answer->result);
	if (count == 0) {
		p->careful = false;
		went_well(p);
		/* a long poll that comes back empty at once must not become a busy loop */
		if (!asked_only && clock_monotonic_us() - p->poll_started_us < 200 * 1000)
			pause_for(p, 200 * 1000);
		else
			poll(p);
		return;
	}
	set_state(p, POLLER_WORKING);
	batch_quiet(p->batch, p->failures > 0);
	batch_run(p->batch, answer->result, p->careful, p->found.in_hand_update_id,
	    p->found.in_hand_count);
}

/* Parked updates that somebody asked to be retried: between two polls, one after the other ------------------------------*/

static void on_refused(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	p->claiming = false;
	if (reply->err != ERR_OK)
		fault_log_warn(&p->put_back_fault, "a parked update could not be put back: %s",
		    reply->message);
	else
		fault_log_over(&p->put_back_fault, "parked updates are put back again");
	if (p->state == POLLER_WORKING && p->leading && !batch_is_running(p->batch))
		poll(p); /* looks for the next one */
}

static void refuse_parked(struct poller *p, int64_t id, const char *why, const char *reason)
{
	log_warn("parked update %lld is not handled again: %s", (long long)id, why);
	p->claiming = true;
	p->parked_plan.count = 0;
	parked_failed(&p->parked_plan, &p->parked_arena, id, reason);
	db_pool_run(p->options.leader, p->parked_plan.steps, p->parked_plan.count, DB_DEADLINE_MS,
	    on_refused, p);
}

/* A later version may read what an earlier one could not. NULL: this one cannot. */
static json_t *read_again(const struct parked_bytes *raw)
{
	json_t *answer = telegram_bytes_parse(raw->bytes, raw->size);
	const json_t *result = json_object_get(answer, "result");
	json_t *update = telegram_updates_are_numbered(result) && json_array_size(result) == 1
			     ? json_incref(json_array_get(result, 0))
			     : NULL;
	json_decref(answer);
	return update;
}

static void on_claimed(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	int64_t id;
	const char *payload;
	struct parked_bytes raw;
	bool too_late;
	p->claiming = false;
	if (p->state != POLLER_WORKING || !p->leading || batch_is_running(p->batch))
		return;
	if (reply->err != ERR_OK)
		fault_log_warn(&p->parked_fault,
		    "parked updates could not be looked at, trying again: %s", reply->message);
	else
		fault_log_over(&p->parked_fault, "parked updates are looked at again");
	p->parked_again = reply->err != ERR_OK;
	if (reply->err != ERR_OK || !parked_claim_parse(reply->results[0], &p->parked_arena, &id,
					&payload, &raw, &too_late)) {
		p->want_parked = false;
		poll(p);
		return;
	}
	if (too_late) {
		refuse_parked(p, id, "its writer has gone on since",
		    "not handled again: this person has gone on since, and the words would be "
		    "taken for an answer to something else; read them with `salesreg parked "
		    "show`, answer by hand, drop them");
		return;
	}
	json_t *update = raw.bytes ? read_again(&raw)
				   : json_loads(payload, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	if (!update) {
		refuse_parked(p, id, "it still cannot be read",
		    "it still cannot be read; `salesreg parked show` shows what came");
		return;
	}
	log_info("parked update %lld is handled again", (long long)id);
	p->retrying = true;
	batch_quiet(p->batch, false);
	batch_run_parked(p->batch, id, update);
	json_decref(update);
}

static void claim_parked(struct poller *p)
{
	set_state(p, POLLER_WORKING);
	p->claiming = true;
	arena_reset(&p->parked_arena);
	p->parked_plan.count = 0;
	(void)parked_claim(&p->parked_plan, &p->parked_arena, p->options.bot_id,
	    "its retry did not come to an end: the bot stopped, or lost its database, meanwhile");
	db_pool_run(p->options.leader, p->parked_plan.steps, p->parked_plan.count, DB_DEADLINE_MS,
	    on_claimed, p);
}

void poller_look_at_parked(struct poller *p)
{
	p->want_parked = true;
	if (p->state != POLLER_POLLING || p->claiming)
		return; /* poll() looks */
	/* nothing is lost: what this poll might have brought is not confirmed */
	telegram_call_cancel(p->poll);
	p->poll = NULL;
	poll(p);
}

static void poll(struct poller *p)
{
	if (!p->leading || p->state == POLLER_STOPPING)
		return;
	set_state(p, POLLER_POLLING);
	if (p->poll || delivery_is_full(p->options.delivery))
		return; /* poller_roomy() goes on */
	if (p->want_parked && !p->claiming && !batch_is_running(p->batch)) {
		claim_parked(p);
		return;
	}
	arena_reset(&p->arena);
	const int64_t *next = batch_next(p->batch);
	char *body = arena_printf(&p->arena,
	    "{%s%s%s\"timeout\":%d,\"limit\":%d,\"allowed_updates\":[\"message\",\"edited_"
	    "message\",\"callback_query\","
	    "\"my_chat_member\"]}",
	    next ? "\"offset\":" : "", next ? db_i64(&p->arena, *next) : "", next ? "," : "",
	    poll_seconds(p), p->beside ? 2 : p->limit);
	p->stats.polls++;
	p->poll_started_us = clock_monotonic_us();
	p->poll = telegram_call(p->options.telegram, "getUpdates", body, strlen(body),
	    poll_seconds(p) * 1000 + TELEGRAM_POLL_SLACK_MS, on_updates, p);
}

void poller_roomy(struct poller *p)
{
	if (p->state == POLLER_POLLING && !p->poll)
		poll(p);
}

/* A webhook shows itself by the 409 of getUpdates -------------------------------------------------------------------------*/

static void on_webhook_deleted(const struct telegram_answer *answer, void *data)
{
	struct poller *p = data;
	p->call = NULL;
	if (p->state != POLLER_PREPARING || !judge(p, answer, "the webhook could not be removed"))
		return;
	/* with no end to it: whoever sets it again and again makes one line a minute */
	fault_log_warn(&p->webhook_fault,
	    "a webhook was set for this bot and has been removed; no update was dropped");
	p->webhook = false;
	poll(p);
}

static void remove_webhook(struct poller *p)
{
	static const char keep[] = "{\"drop_pending_updates\":false}";
	set_state(p, POLLER_PREPARING);
	telegram_call_cancel(p->call);
	p->call = telegram_call(p->options.telegram, "deleteWebhook", keep, sizeof keep - 1,
	    QUICK_MS, on_webhook_deleted, p);
}

/* Taking over --------------------------------------------------------------------------------------------------------------*/

static void on_taken(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	delivery_results_written(p->options.delivery, reply);
	if (p->state != POLLER_TAKING || !p->leading)
		return;
	if (strcmp(reply->sqlstate, "23505") == 0) {
		p->options.superseded(p->options.data);
		return;
	}
	if (reply->err != ERR_OK) {
		back_off(p, POLLER_TROUBLE_DATABASE, "the bot's state could not be read",
		    reply->message);
		return;
	}
	p->taken = p->want_parked = true;
	batch_unmark(p->batch);
	p->found = bot_parse(reply->results[p->take_step]);
	batch_set_next(p->batch, p->found.has_next ? &p->found.next_update_id : NULL);
	p->careful = !p->found.clean;
	int64_t settled =
	    outbox_settle_parse(reply->results[p->settle_step], p->stale, &p->stale_count);
	if (p->stale_count > 0)
		fault_log_warn(&p->stale_fault,
		    "%zu messages the last leader was sending are held by another database "
		    "session; their chats wait until it ends its transaction",
		    p->stale_count);
	p->stats.settled += (uint64_t)settled;
	if (p->careful && !p->found.told)
		fault_log_warn(&p->death_fault,
		    "a leader did not stop in order; what it may have had in hand is taken up "
		    "one by one first");
	if (settled > 0)
		/* every time: these are messages that somebody may see twice */
		log_warn("%lld messages were being sent when the last leader stopped; they go "
			 "again, marked as possible "
			 "duplicates",
		    (long long)settled);
	if (p->hold_step != OUTBOX_NO_STEP) {
		long long held = db_get_i64(reply->results[p->hold_step], 0, 0, 0);
		if (held > 0)
			log_warn("%lld messages were made more than %lld hours ago and are held; "
				 "`salesreg outbox list --state held` shows them, `salesreg outbox "
				 "release "
				 "--held` sends them, `drop --held` does not",
			    held, (long long)p->options.hold_hours);
	}
	static const char leads[] =
	    "leading: this process now receives updates and delivers the outbox";
	if (p->lost_fault.count > 0)
		fault_log_over(&p->lost_fault, leads);
	else
		log_info("%s", leads);
	delivery_lead(p->options.delivery, p->found.blocked_us);
	poll(p);
	bot_setup_lead(p->setup);
}

static void take_over(struct poller *p)
{
	set_state(p, POLLER_TAKING);
	arena_reset(&p->arena);
	p->plan.count = 0;
	delivery_put_results(p->options.delivery, &p->plan, &p->arena);
	p->take_step = bot_take(&p->plan, &p->arena, p->options.bot_id, batch_marked(p->batch));
	p->settle_step = outbox_settle(&p->plan, &p->arena, NULL, 0);
	p->hold_step = outbox_hold(&p->plan, &p->arena, p->options.hold_hours);
	db_pool_run(p->options.leader, p->plan.steps, p->plan.count, DB_DEADLINE_MS, on_taken, p);
}

void poller_lead(struct poller *p)
{
	p->leading = true;
	if (p->state == POLLER_STANDBY)
		take_over(p);
}

void poller_yield(struct poller *p)
{
	bool was_leading = p->leading;
	p->leading = p->taken = p->retrying = false;
	p->trouble = POLLER_NO_TROUBLE; /* not this one's any more */
	(void)uv_timer_stop(&p->pause);
	telegram_call_cancel(p->poll);
	telegram_call_cancel(p->call);
	p->poll = p->call = NULL;
	if (was_leading)
		fault_log_warn(&p->lost_fault,
		    "not leading any more; another replica may take over, this one stands by");
	delivery_yield(p->options.delivery);
	if (p->state != POLLER_STOPPING && p->state != POLLER_STOPPED)
		set_state(p, POLLER_STANDBY);
	else
		rest_and_stop(p);
}

/* Keeping the leadership --------------------------------------------------------------------------------------------------*/

static void on_beat_answered(const struct db_reply *reply, void *data)
{
	(void)reply;
	((struct poller *)data)->beating = false;
}

static void on_settled(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	p->settling = false;
	if (reply->err != ERR_OK || !p->taken)
		return;
	p->stats.settled +=
	    (uint64_t)outbox_settle_parse(reply->results[0], p->stale, &p->stale_count);
	delivery_wake(p->options.delivery);
}

static void settle_stale(struct poller *p)
{
	p->settling = true;
	arena_reset(&p->settle_arena);
	p->settle_plan.count = 0;
	(void)outbox_settle(&p->settle_plan, &p->settle_arena, p->stale, p->stale_count);
	db_pool_run(p->options.leader, p->settle_plan.steps, p->settle_plan.count, DB_DEADLINE_MS,
	    on_settled, p);
}

static void on_beat(uv_timer_t *timer)
{
	struct poller *p = timer->data;
	/* whatever should have woken the delivery and did not */
	if (p->leading && p->taken)
		delivery_wake(p->options.delivery);
	if (p->leading && p->taken && p->parked_again)
		poller_look_at_parked(p);
	if (p->leading && p->taken && p->stale_count > 0 && !p->settling)
		settle_stale(p);
	bool name = p->name_unsaved && p->taken;
	int64_t quiet_us = clock_monotonic_us() - db_pool_last_answer_us(p->options.leader);
	if (!p->leading || p->beating || (!name && quiet_us < BEAT_MS * 900))
		return;
	p->beating = true;
	p->beat_plan.count = 0;
	arena_reset(&p->beat_arena);
	if (name)
		bot_name(&p->beat_plan, &p->beat_arena, p->options.bot_id, p->username);
	else
		(void)db_plan_add_plain(&p->beat_plan, SQL_PING);
	p->name_unsaved &= !name;
	db_pool_run(p->options.leader, p->beat_plan.steps, 1, BEAT_MS * 2, on_beat_answered, p);
}

static void on_prune(uv_timer_t *timer);

static void on_pruned(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	p->pruning = false;
	if (reply->err == ERR_OK && db_get_i64(reply->results[0], 0, 0, 0) > 0)
		(void)uv_timer_start(&p->prune, on_prune, 1000, PRUNE_MS);
}

static void on_prune(uv_timer_t *timer)
{
	struct poller *p = timer->data;
	if (!p->leading || p->pruning)
		return;
	p->pruning = true;
	arena_reset(&p->prune_arena);
	p->prune_plan.count = 0;
	outbox_prune(&p->prune_plan, &p->prune_arena, p->options.history_retention_days);
	db_pool_run(p->options.leader, p->prune_plan.steps, 1, DB_DEADLINE_MS, on_pruned, p);
}

/* The first word with Telegram --------------------------------------------------------------------------------------------*/

static void on_known(const char *username, void *data)
{
	struct poller *p = data;
	p->token_worked = true;
	(void)snprintf(p->username, sizeof p->username, "%s", username);
	p->name_unsaved = p->username[0] != '\0';
	if (p->options.known)
		p->options.known(p->username, p->options.data);
}

static void on_token_refused(const char *description, void *data)
{
	struct poller *p = data;
	if (!p->token_worked)
		p->options.token_refused(description, p->options.data);
}

/* Life ---------------------------------------------------------------------------------------------------------------------*/

struct poller *poller_create(uv_loop_t *loop, const struct poller_options *options)
{
	struct poller *p = calloc(1, sizeof *p);
	if (!p)
		abort();
	p->loop = loop;
	p->options = *options;
	p->limit = POLL_LIMIT;
	arena_init(&p->arena, ARENA_MAXIMUM);
	arena_init(&p->prune_arena, ARENA_MAXIMUM);
	arena_init(&p->parked_arena, ARENA_MAXIMUM);
	arena_init(&p->settle_arena, ARENA_MAXIMUM);
	arena_init(&p->beat_arena, ARENA_MAXIMUM);
	p->batch = batch_create(&(struct batch_options){
	    .leader = options->leader,
	    .delivery = options->delivery,
	    .rules = options->rules,
	    .code_key = options->code_key,
	    .bot_id = options->bot_id,
	    .committed = on_batch_committed,
	    .done = on_batch_done,
	    .data = p,
	});
	(void)uv_timer_init(loop, &p->pause);
	(void)uv_timer_init(loop, &p->beat);
	(void)uv_timer_init(loop, &p->prune);
	p->pause.data = p->beat.data = p->prune.data = p;
	(void)uv_timer_start(&p->prune, on_prune, PRUNE_FIRST_MS, PRUNE_MS);
	(void)uv_timer_start(&p->beat, on_beat, BEAT_MS, BEAT_MS);
	p->setup = bot_setup_create(loop, &(struct bot_setup_options){
					      .telegram = options->telegram,
					      .rules = options->rules,
					      .fault = &p->fault,
					      .known = on_known,
					      .token_refused = on_token_refused,
					      .data = p,
					  });
	return p;
}

static void say_stopped(struct poller *p)
{
	if (p->state == POLLER_STOPPED)
		return;
	set_state(p, POLLER_STOPPED);
	p->stopped(p->stopped_data);
}

static void on_rested(const struct db_reply *reply, void *data)
{
	if (reply->err != ERR_OK)
		log_warn("the stop could not be noted: %s", reply->message);
	say_stopped(data);
}

static void on_drained(void *data)
{
	struct poller *p = data;
	if (!p->leading || !p->taken) {
		say_stopped(p);
		return;
	}
	arena_reset(&p->arena);
	p->plan.count = 0;
	/* what may have killed the last leader has yet to be met: the next one goes on carefully */
	if (p->careful)
		bot_rest_carefully(&p->plan, &p->arena, p->options.bot_id);
	else
		bot_rest(&p->plan, &p->arena, p->options.bot_id);
	db_pool_run(p->options.leader, p->plan.steps, p->plan.count, 1000, on_rested, p);
}

/* The batch in hand is done, or there was none. */
static void rest_and_stop(struct poller *p)
{
	if (p->resting || batch_is_running(p->batch))
		return;
	p->resting = true;
	if (p->leading)
		delivery_drain(p->options.delivery, DRAIN_MS, on_drained, p);
	else
		say_stopped(p);
}

void poller_stop(struct poller *p, void (*stopped)(void *), void *data)
{
	p->stopped = stopped;
	p->stopped_data = data;
	set_state(p, POLLER_STOPPING);
	(void)uv_timer_stop(&p->pause);
	(void)uv_timer_stop(&p->prune);
	bot_setup_stop(p->setup);
	telegram_call_cancel(p->poll);
	telegram_call_cancel(p->call);
	p->poll = p->call = NULL;
	rest_and_stop(p);
}

enum poller_state poller_state(const struct poller *p)
{
	return p->state;
}

enum poller_trouble poller_trouble(const struct poller *p)
{
	return p->trouble;
}

struct poller_stats poller_stats(const struct poller *p)
{
	return p->stats;
}

struct batch_stats poller_batch_stats(const struct poller *p)
{
	return batch_stats(p->batch);
}

const struct histogram *poller_batch_commits(const struct poller *p)
{
	return batch_commits(p->batch);
}

static void on_closed(uv_handle_t *handle)
{
	struct poller *p = handle->data;
	if (--p->closing == 0)
		free(p);
}

void poller_destroy(struct poller *p)
{
	if (!p)
		return;
	telegram_call_cancel(p->poll);
	telegram_call_cancel(p->call);
	bot_setup_destroy(p->setup);
	batch_destroy(p->batch);
	arena_finish(&p->arena);
	arena_finish(&p->prune_arena);
	arena_finish(&p->parked_arena);
	arena_finish(&p->settle_arena);
	arena_finish(&p->beat_arena);
	p->closing = 3;
	uv_close((uv_handle_t *)&p->pause, on_closed);
	uv_close((uv_handle_t *)&p->beat, on_closed);
	uv_close((uv_handle_t *)&p->prune, on_closed);
}
