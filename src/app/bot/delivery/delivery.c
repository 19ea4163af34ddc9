#include "delivery_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include "salesreg/store/bot.h"
#include <assert.h>
#include <stdlib.h>

enum {
	CHAT_BURST = 5,
	WRITE_LAST_MS = 700, /* at a stop, for what the drain's deadline has cancelled */
	ARENA_MAXIMUM = 64 * 1024 * 1024,
};

/* Results: collected, written with a transaction of our own (delivery_claims.c) or of a batch's ----------------------*/

void delivery_set_transaction(struct delivery *d, enum delivery_transaction transaction)
{
	static const char *const names[] = {
#define X(name, text) [DELIVERY_TRANSACTION_##name] = text,
	    DELIVERY_TRANSACTION_MAP(X)
#undef X
	};
#define TO(name) (1U << DELIVERY_TRANSACTION_##name)
	static const unsigned allowed[] = {
	    [DELIVERY_TRANSACTION_NONE] = TO(WAITING) | TO(LENT),
	    [DELIVERY_TRANSACTION_WAITING] = TO(NONE) | TO(OWN) | TO(LENT_WAITING),
	    [DELIVERY_TRANSACTION_OWN] = TO(NONE),
	    [DELIVERY_TRANSACTION_LENT] = TO(NONE),
	    [DELIVERY_TRANSACTION_LENT_WAITING] = TO(WAITING) | TO(LENT),
	};
#undef TO
	assert(allowed[d->transaction] & (1U << transaction));
	log_debug("delivery: transaction: %s -> %s", names[d->transaction], names[transaction]);
	d->transaction = transaction;
}

size_t delivery_unwritten(const struct delivery *d)
{
	return results_waiting(&d->results) + (d->block_us > 0);
}

/* Moves what is collected into the plan. */
void delivery_plan_results(
    struct delivery *d, struct db_plan *plan, struct arena *a, bool with_gone)
{
	results_put(&d->results, plan, a, with_gone, d->options.grace_s);
	d->block_writing_us = d->block_us;
	if (d->block_us > 0)
		bot_block(plan, a, d->options.bot_id, d->block_us);
	d->block_us = 0;
	user_links_put(&d->links, plan, a);
}

void delivery_settle(struct delivery *d, const struct db_reply *reply)
{
	bool committed = reply->err == ERR_OK;
	/* what goes again is claimed by time, and nothing else may come to ask for it */
	static const enum result_kind again[] = {RESULT_LATER, RESULT_GONE};
	for (size_t k = 0; committed && d->leading && k < sizeof again / sizeof *again; k++)
		for (size_t i = 0; i < d->results.writing[again[k]].count; i++)
			delivery_wake_in(d, d->results.writing[again[k]].items[i].pause_us);
	results_written(&d->results, reply);
	if (!committed)
		d->block_us = d->block_us > d->block_writing_us ? d->block_us : d->block_writing_us;
	d->block_writing_us = 0;
}

void delivery_check_drained(struct delivery *d)
{
	if (!d->draining || !d->drained || d->under_way_count > 0 || delivery_unwritten(d) > 0 ||
	    d->transaction == DELIVERY_TRANSACTION_OWN || delivery_is_lent(d))
		return;
	void (*drained)(void *) = d->drained;
	d->drained = NULL;
	(void)uv_timer_stop(&d->drain_timer);
	drained(d->drained_data);
}

bool delivery_has_results(const struct delivery *d)
{
	return d->results.fresh[RESULT_SENT].count > 0;
}

void delivery_put_results(struct delivery *d, struct db_plan *plan, struct arena *a)
{
	bool waiting = d->transaction == DELIVERY_TRANSACTION_WAITING;
	delivery_set_transaction(
	    d, waiting ? DELIVERY_TRANSACTION_LENT_WAITING : DELIVERY_TRANSACTION_LENT);
	/* gone chats need the assignment lock: those results wait for a transaction of their own */
	delivery_plan_results(d, plan, a, false);
}

void delivery_results_written(struct delivery *d, const struct db_reply *reply)
{
	assert(delivery_is_lent(d));
	bool waiting = d->transaction == DELIVERY_TRANSACTION_LENT_WAITING;
	delivery_set_transaction(
	    d, waiting ? DELIVERY_TRANSACTION_WAITING : DELIVERY_TRANSACTION_NONE);
	delivery_settle(d, reply);
	delivery_flush_and_claim(d);
	delivery_check_drained(d);
}

/* What others ask ---*/

void delivery_observe_queue_time(
    struct delivery *d, enum message_priority priority, int64_t waited_us)
{
	if (d->leading)
		histogram_observe(
		    priority == PRIORITY_REPLY ? &d->waits.replies : &d->waits.notifications,
		    waited_us);
}

bool delivery_try_reserve(struct delivery *d, int64_t chat)
{
	int64_t now = clock_monotonic_us();
	if (!d->leading || d->draining || map_find(&d->chats, chat) ||
	    d->under_way_count >= MAX_UNDER_WAY || rate_limit_ready_at(&d->limits, chat, now) > now)
		return false;
	rate_limit_take(&d->limits, chat, now);
	return true;
}

void delivery_unreserve(struct delivery *d, int64_t chat)
{
	rate_limit_give_back(&d->limits, chat);
}

bool delivery_has_backlog(const struct delivery *d)
{
	return d->backlog || d->want_claim;
}

bool delivery_is_full(const struct delivery *d)
{
	return d->under_way_count >= FULL_AT;
}

/* Life ---*/

struct delivery *delivery_create(uv_loop_t *loop, const struct delivery_options *options)
{
	struct delivery *d = calloc(1, sizeof *d);
	if (!d)
		abort();
	d->loop = loop;
	d->options = *options;
	LIST_INIT(&d->under_way);
	LIST_INIT(&d->callbacks);
	map_init(&d->chats);
	map_init(&d->presses);
	user_links_init(&d->links);
	rate_limit_init(&d->limits, options->rate_per_s, options->chat_rate_per_s, CHAT_BURST);
	arena_init(&d->arena, ARENA_MAXIMUM);
	(void)uv_timer_init(loop, &d->timer);
	(void)uv_timer_init(loop, &d->drain_timer);
	d->timer.data = d->drain_timer.data = d;
	return d;
}

void delivery_on_elected(struct delivery *d, int64_t blocked_us, int64_t home)
{
	d->leading = true;
	d->home = home;
	if (blocked_us > 0) {
		log_info("Telegram's request to wait still holds for %lld ms",
		    (long long)blocked_us / 1000);
		rate_limit_block_all(&d->limits, clock_monotonic_us() + blocked_us);
	}
	delivery_wake(d);
}

void delivery_step_down(struct delivery *d)
{
	if (!d->leading)
		return;
	d->leading = false;
	if (d->under_way_count > 0)
		log_warn("%zu %s", d->under_way_count,
		    text_plural((int64_t)d->under_way_count,
			"message was under way when the leadership was lost; it goes again as a "
			"possible duplicate",
			"messages were under way when the leadership was lost; they go again as "
			"possible duplicates"));
	(void)delivery_cancel_all(d); /* the next leader finds the rows as they are */
	results_discard(&d->results);
	d->block_us = 0;
	(void)uv_timer_stop(&d->timer);
	delivery_check_drained(d);
}

static void on_drain_deadline(uv_timer_t *timer)
{
	struct delivery *d = timer->data;
	size_t under_way = d->under_way_count, maybe = delivery_cancel_all(d);
	if (under_way > 0) {
		log_warn("%zu %s again later, %zu as possible duplicates", under_way,
		    text_plural((int64_t)under_way,
			"message was still under way at the stop and goes",
			"messages were still under way at the stop and go"),
		    maybe);
		if (d->leading && delivery_unwritten(d) > 0) {
			(void)uv_timer_start(&d->drain_timer, on_drain_deadline, WRITE_LAST_MS, 0);
			delivery_flush_and_claim(d);
			return; /* delivery_check_drained() goes on */
		}
	}
	if (d->drained) {
		void (*drained)(void *) = d->drained;
		d->drained = NULL;
		drained(d->drained_data);
	}
}

void delivery_drain(struct delivery *d, uint64_t deadline_ms, void (*drained)(void *), void *data)
{
	d->draining = true;
	d->drained = drained;
	d->drained_data = data;
	(void)uv_timer_start(&d->drain_timer, on_drain_deadline, deadline_ms, 0);
	delivery_flush_and_claim(d);
	if (d->under_way_count == 0 && delivery_unwritten(d) == 0 &&
	    d->transaction != DELIVERY_TRANSACTION_OWN && !delivery_is_lent(d))
		(void)uv_timer_start(&d->drain_timer, on_drain_deadline, 0, 0);
}

struct delivery_stats delivery_stats(const struct delivery *d)
{
	struct delivery_stats stats = d->stats;
	stats.under_way = d->under_way_count;
	stats.unwritten = delivery_unwritten(d);
	return stats;
}

const struct delivery_waits *delivery_waits(const struct delivery *d)
{
	return &d->waits;
}

static void on_closed(uv_handle_t *handle)
{
	struct delivery *d = handle->data;
	if (handle == (uv_handle_t *)&d->timer) {
		uv_close((uv_handle_t *)&d->drain_timer, on_closed);
		return;
	}
	free(d);
}

void delivery_destroy(struct delivery *d)
{
	if (!d)
		return;
	d->leading = false;
	(void)delivery_cancel_all(d);
	results_finish(&d->results);
	map_finish(&d->chats);
	map_finish(&d->presses);
	user_links_finish(&d->links);
	rate_limit_finish(&d->limits);
	arena_finish(&d->arena);
	uv_close((uv_handle_t *)&d->timer, on_closed);
}
