#include "poller_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include "salesreg/store/business.h"
#include "salesreg/store/prospects.h"
#include "salesreg/store/relay.h"
#include <assert.h>
#include <string.h>

/*
 * The leadership: taking over, keeping, giving back.
 *
 * Happy path: the connection that holds the lock is there -> what the last leader left is read, its messages in state `sending`
 * are queued again -> polling; something is asked of the connection every few seconds; at a stop the outbox is drained and the
 * state marked clean.
 * Failures: a state that cannot be read is read again with growing pauses. The connection lost: standing by; nothing is written
 * any more. A leader that died: the next one goes on one update at a time until it is past what may have killed it.
 */

enum { DRAIN_MS = 2000 };

static void on_taken(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	assert(!p->taken);
	delivery_results_written(p->options.delivery, reply);
	if (p->state != POLLER_TAKING || !p->leading)
		return;
	if (strcmp(reply->sqlstate, "23505") == 0) {
		p->options.superseded(p->options.data);
		return;
	}
	if (reply->err != ERR_OK) {
		poller_back_off(p, POLLER_TROUBLE_DATABASE, "the bot's state could not be read",
		    reply->message);
		return;
	}
	p->taken = p->want_parked = true;
	batch_unmark(p->batch);
	p->found = bot_parse(reply->results[p->take_step]);
	batch_set_next(p->batch, p->found.has_next ? &p->found.next_update_id : NULL);
	p->careful = !p->found.clean;
	int64_t settled = outbox_requeue_in_flight_parse(
	    reply->results[p->settle_step], p->stale, &p->stale_count);
	if (p->stale_count > 0)
		fault_log_warn(&p->stale_fault,
		    "%zu %s held by another database session; the chats wait until it ends its "
		    "transaction",
		    p->stale_count,
		    text_plural((int64_t)p->stale_count, "message the last leader was sending is",
			"messages the last leader was sending are"));
	p->stats.settled += (uint64_t)settled;
	if (p->careful && !p->found.told)
		fault_log_warn(&p->death_fault,
		    "a leader did not stop in order; what it may have had in hand is taken up "
		    "one by one first");
	if (settled > 0)
		/* every time: these are messages that somebody may see twice */
		log_warn("%lld %s", (long long)settled,
		    text_plural(settled,
			"message was being sent when the last leader stopped; it goes again, "
			"marked as a possible duplicate",
			"messages were being sent when the last leader stopped; they go again, "
			"marked as possible duplicates"));
	if (p->hold_step != OUTBOX_NO_STEP) {
		long long held = db_get_i64(reply->results[p->hold_step], 0, 0, 0);
		if (held > 0)
			log_warn("%lld %s made more than %lld %s held; "
				 "`salesreg outbox list --state held` shows, `salesreg outbox "
				 "release --held` sends, `drop --held` drops what is held",
			    held, text_plural(held, "message was", "messages were"),
			    (long long)p->options.hold_hours,
			    text_plural(held, "hours ago and is", "hours ago and are"));
	}
	static const char leads[] =
	    "leading: this process now receives updates and delivers the outbox";
	if (p->lost_fault.count > 0)
		fault_log_over(&p->lost_fault, leads);
	else
		log_info("%s", leads);
	delivery_on_elected(p->options.delivery, p->found.blocked_us, p->found.home);
	poller_poll(p);
	bot_setup_on_elected(p->setup);
	menus_on_elected(p->menus);
	inquiries_on_elected(p->inquiries);
}

void poller_take_over(struct poller *p)
{
	poller_set_state(p, POLLER_TAKING);
	arena_reset(&p->arena);
	p->plan.count = 0;
	delivery_put_results(p->options.delivery, &p->plan, &p->arena);
	p->take_step = bot_claim(&p->plan, &p->arena, p->options.bot_id, batch_marked(p->batch));
	p->settle_step = outbox_requeue_in_flight(&p->plan, &p->arena, NULL, 0);
	p->hold_step = outbox_hold(&p->plan, &p->arena, p->options.hold_hours);
	db_pool_run(p->options.leader, p->plan.steps, p->plan.count, DB_DEADLINE_MS, on_taken, p);
}

void poller_on_elected(struct poller *p)
{
	p->leading = true;
	if (p->state == POLLER_STANDBY)
		poller_take_over(p);
}

void poller_step_down(struct poller *p)
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
	menus_step_down(p->menus);
	inquiries_step_down(p->inquiries);
	delivery_step_down(p->options.delivery);
	if (p->state != POLLER_STOPPING && p->state != POLLER_STOPPED)
		poller_set_state(p, POLLER_STANDBY);
	else
		poller_rest_and_stop(p);
}

void poller_look_at_people(struct poller *p)
{
	menus_look_at_people(p->menus);
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
	assert(p->settling);
	p->settling = false;
	if (reply->err != ERR_OK || !p->taken)
		return;
	p->stats.settled +=
	    (uint64_t)outbox_requeue_in_flight_parse(reply->results[0], p->stale, &p->stale_count);
	delivery_wake(p->options.delivery);
}

static void settle_stale(struct poller *p)
{
	p->settling = true;
	arena_reset(&p->settle_arena);
	p->settle_plan.count = 0;
	(void)outbox_requeue_in_flight(&p->settle_plan, &p->settle_arena, p->stale, p->stale_count);
	db_pool_run(p->options.leader, p->settle_plan.steps, p->settle_plan.count, DB_DEADLINE_MS,
	    on_settled, p);
}

void poller_on_beat(uv_timer_t *timer)
{
	struct poller *p = timer->data;
	/* whatever should have woken the delivery and did not */
	if (p->leading && p->taken)
		delivery_wake(p->options.delivery);
	if (p->leading && p->taken)
		menus_beat(p->menus);
	if (p->leading && p->taken)
		inquiries_beat(p->inquiries,
		    delivery_stats(p->options.delivery).refused_as_rep + batch_stats(p->batch).met);
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

enum { PRUNED = 4 };

static void on_pruned(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	assert(p->pruning);
	p->pruning = false;
	bool more = false;
	for (size_t i = 0; reply->err == ERR_OK && i < PRUNED; i++)
		more |= db_get_i64(reply->results[i], 0, 0, 0) > 0;
	if (more)
		(void)uv_timer_start(&p->prune, poller_on_prune, 1000, PRUNE_MS);
}

void poller_on_prune(uv_timer_t *timer)
{
	struct poller *p = timer->data;
	if (!p->leading || p->pruning)
		return;
	p->pruning = true;
	arena_reset(&p->prune_arena);
	p->prune_plan.count = 0;
	outbox_prune(&p->prune_plan, &p->prune_arena, p->options.history_retention_days);
	links_prune(&p->prune_plan, &p->prune_arena, p->options.history_retention_days);
	relay_prune(&p->prune_plan, &p->prune_arena, p->options.history_retention_days);
	business_prune(&p->prune_plan, &p->prune_arena, p->options.history_retention_days);
	db_pool_run(p->options.leader, p->prune_plan.steps, p->prune_plan.count, DB_DEADLINE_MS,
	    on_pruned, p);
}

/* The stop ---*/

static void say_stopped(struct poller *p)
{
	if (p->state == POLLER_STOPPED)
		return;
	poller_set_state(p, POLLER_STOPPED);
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
		bot_mark_careful(&p->plan, &p->arena, p->options.bot_id);
	else
		bot_mark_clean(&p->plan, &p->arena, p->options.bot_id);
	db_pool_run(p->options.leader, p->plan.steps, p->plan.count, 1000, on_rested, p);
}

void poller_rest_and_stop(struct poller *p)
{
	if (p->resting || batch_is_running(p->batch))
		return;
	p->resting = true;
	if (p->leading)
		delivery_drain(p->options.delivery, DRAIN_MS, on_drained, p);
	else
		say_stopped(p);
}
