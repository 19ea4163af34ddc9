#include "poller_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/outbox/backoff.h"
#include "salesreg/telegram/bytes.h"
#include "salesreg/telegram/update.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Asks for updates, and hands them to the batch.
 *
 * Happy path: getUpdates with the offset of what is committed -> updates -> the batch commits them -> the next getUpdates, whose
 * offset tells Telegram so.
 * Failures: whatever Telegram or the database refuses is said and tried again with growing pauses; an answer that is no JSON is
 * asked for again in smaller parts until the one update is found and parked; a webhook is removed. A batch that failed is
 * fetched again, since its offset was never told.
 */

enum {
	POLL_SECONDS = 50,
	QUICK_MS = 15000, /* time-out of deleteWebhook */
	PRUNE_FIRST_MS = 10 * 1000,
	ARENA_MAXIMUM = 1024 * 1024,
};
static const int64_t PAUSE_FIRST_US = 500 * 1000, PAUSE_LONGEST_US = 30 * 1000 * 1000;

static void remove_webhook(struct poller *p);

void poller_set_state(struct poller *p, enum poller_state state)
{
	static const char *const names[] = {
#define X(name, text) text,
	    POLLER_STATE_MAP(X)
#undef X
	};
#define TO(name) (1U << POLLER_##name)
	/* whoever loses the leadership stands by, and whoever is told to stop does, from anywhere */
	static const unsigned allowed[] = {
	    [POLLER_STANDBY] = TO(TAKING),
	    [POLLER_TAKING] = TO(POLLING) | TO(PAUSED),
	    [POLLER_PREPARING] = TO(POLLING) | TO(PAUSED),
	    [POLLER_POLLING] = TO(WORKING) | TO(PREPARING) | TO(PAUSED),
	    [POLLER_WORKING] = TO(POLLING) | TO(PAUSED),
	    [POLLER_PAUSED] = TO(TAKING) | TO(PREPARING) | TO(POLLING) | TO(PAUSED),
	    [POLLER_STOPPING] = TO(STOPPED),
	    [POLLER_STOPPED] = 0,
	};
	if (p->state == state)
		return;
	assert(
	    (allowed[p->state] & (1U << state)) ||
	    (p->state < POLLER_STOPPING && (state == POLLER_STANDBY || state == POLLER_STOPPING)));
#undef TO
	log_debug("poller: %s -> %s", names[p->state], names[state]);
	p->state = state;
}

static void on_pause_over(uv_timer_t *timer)
{
	struct poller *p = timer->data;
	if (p->state != POLLER_PAUSED || !p->leading)
		return;
	if (!p->taken)
		poller_take_over(p);
	else if (p->webhook)
		remove_webhook(p);
	else
		poller_poll(p);
}

static void pause_for(struct poller *p, int64_t pause_us)
{
	poller_set_state(p, POLLER_PAUSED);
	(void)uv_timer_start(&p->pause, on_pause_over, (uint64_t)pause_us / 1000 + 1, 0);
}

void poller_back_off(
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
	poller_back_off(p, POLLER_TROUBLE_CONFLICT, "updates could not be fetched",
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
		poller_back_off(p, POLLER_TROUBLE_TELEGRAM,
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
		poller_back_off(p, POLLER_TROUBLE_TELEGRAM, doing, answer->description);
		return false;
	case TELEGRAM_GONE:
	case TELEGRAM_BUG:
	case TELEGRAM_UNKNOWN:
		poller_back_off(p, POLLER_TROUBLE_TELEGRAM, doing, answer->description);
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

/* Working ---*/

static void on_batch_committed(struct batch *batch, void *data)
{
	struct poller *p = data;
	(void)batch;
	p->careful = false;
	went_well(p);
	if (p->state == POLLER_WORKING && !p->want_parked)
		poller_poll(p);
}

static void on_batch_done(struct batch *batch, enum err err, void *data)
{
	struct poller *p = data;
	(void)batch;
	if (p->state == POLLER_STOPPING) {
		poller_rest_and_stop(p);
		return;
	}
	bool retried = p->retrying;
	p->retrying = false;
	if (err == ERR_OK) {
		p->careful &= retried;
		if (!retried)
			went_well(p);
		if (p->state == POLLER_WORKING) /* ended by a parked update */
			poller_poll(p);
		return;
	}
	if (err == ERR_CONFLICT)
		db_pool_reset(p->options.leader, "the offset was moved by another leader");
	if (p->state == POLLER_WORKING)
		poller_back_off(p, POLLER_TROUBLE_DATABASE,
		    "updates could not be written to the database", batch_why(p->batch));
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
		poller_poll(p);
		return;
	}
	bool found = telegram_bytes_find_id(answer->raw, answer->raw_size, &id, &at);
	if (!found && !p->beside) {
		p->beside = true;
		poller_poll(p);
		return;
	}
	if (!found) {
		poller_back_off(p, POLLER_TROUBLE_TELEGRAM,
		    "an update cannot be read, nor its number",
		    "it goes when there is one behind it");
		return;
	}
	poller_set_state(p, POLLER_WORKING);
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
	assert(p->poll && !batch_is_running(p->batch));
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
			poller_poll(p);
		return;
	}
	poller_set_state(p, POLLER_WORKING);
	batch_quiet(p->batch, p->failures > 0);
	batch_run(p->batch, answer->result, p->careful, p->found.in_hand_update_id,
	    p->found.in_hand_count);
}

void poller_poll(struct poller *p)
{
	if (!p->leading || p->state == POLLER_STOPPING)
		return;
	poller_set_state(p, POLLER_POLLING);
	if (p->poll || delivery_is_full(p->options.delivery))
		return; /* poller_on_capacity() goes on */
	if (p->want_parked && !p->claiming && !batch_is_running(p->batch)) {
		poller_claim_parked(p);
		return;
	}
	arena_reset(&p->arena);
	const int64_t *next = batch_next(p->batch);
	char *body = arena_printf(&p->arena,
	    "{%s%s%s\"timeout\":%d,\"limit\":%d,\"allowed_updates\":" TELEGRAM_ALLOWED_UPDATES "}",
	    next ? "\"offset\":" : "", next ? db_i64(&p->arena, *next) : "", next ? "," : "",
	    poll_seconds(p), p->beside ? 2 : p->limit);
	p->stats.polls++;
	p->poll_started_us = clock_monotonic_us();
	p->poll = telegram_call(p->options.telegram, "getUpdates", body, strlen(body),
	    poll_seconds(p) * 1000 + TELEGRAM_POLL_SLACK_MS, on_updates, p);
}

void poller_on_capacity(struct poller *p)
{
	if (p->state == POLLER_POLLING && !p->poll)
		poller_poll(p);
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
	poller_poll(p);
}

static void remove_webhook(struct poller *p)
{
	static const char keep[] = "{\"drop_pending_updates\":false}";
	poller_set_state(p, POLLER_PREPARING);
	telegram_call_cancel(p->call);
	p->call = telegram_call(p->options.telegram, "deleteWebhook", keep, sizeof keep - 1,
	    QUICK_MS, on_webhook_deleted, p);
}

/* The first word with Telegram ---*/

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

/* Life ---*/

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
	p->menus = menus_create(options->leader, options->telegram, options->rules);
	p->inquiries = inquiries_create(options->leader, options->telegram, options->rules);
	p->batch = batch_create(&(struct batch_options){
	    .menus = p->menus,
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
	(void)uv_timer_start(&p->prune, poller_on_prune, PRUNE_FIRST_MS, PRUNE_MS);
	(void)uv_timer_start(&p->beat, poller_on_beat, BEAT_MS, BEAT_MS);
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

void poller_stop(struct poller *p, void (*stopped)(void *), void *data)
{
	p->stopped = stopped;
	p->stopped_data = data;
	poller_set_state(p, POLLER_STOPPING);
	(void)uv_timer_stop(&p->pause);
	(void)uv_timer_stop(&p->prune);
	bot_setup_stop(p->setup);
	telegram_call_cancel(p->poll);
	telegram_call_cancel(p->call);
	p->poll = p->call = NULL;
	poller_rest_and_stop(p);
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
	menus_destroy(p->menus);
	inquiries_destroy(p->inquiries);
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
