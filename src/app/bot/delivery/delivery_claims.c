#include "delivery_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/outbox/backoff.h"
#include "salesreg/store/outbox.h"
#include "salesreg/store/people.h"
#include <assert.h>
#include <string.h>

/*
 * One lease of the leader's connection writes the results and claims what is due: at most FULL_AT messages in memory, none for
 * a chat that has one under way or whose limit says "not yet".
 *
 * Happy path: woken (NOTIFY, the timer, the end of a send) -> lease -> one pipeline: results, claim, what is left -> COMMIT ->
 * the claimed rows are sent -> their ends wake it again, until nothing is due; then the timer waits for the next due row.
 * Failures: no lease or a refused transaction: everything is collected again and tried after a pause that grows (a lock: after
 * the shortest one). The leadership lost: nothing more is begun; rows stay `sending` for whoever leads next.
 */

enum { CLAIM_MOST = 100, EXCLUDE_MOST = 20000, DB_DEADLINE_MS = 15000 };
static const int64_t TEND_FIRST_US = 1000 * 1000, TEND_LONGEST_US = 30 * 1000 * 1000;

static void on_timer(uv_timer_t *timer)
{
	struct delivery *d = timer->data;
	d->want_claim = true;
	delivery_flush_and_claim(d);
}

void delivery_wake_in(struct delivery *d, int64_t pause_us)
{
	uint64_t ms = (uint64_t)(pause_us > 0 ? (pause_us + 999) / 1000 : 0);
	if (uv_is_active((uv_handle_t *)&d->timer) && uv_timer_get_due_in(&d->timer) <= ms)
		return;
	(void)uv_timer_start(&d->timer, on_timer, ms, 0);
}

static void send_claimed(struct delivery *d, const struct db_reply *reply)
{
	struct outbox_row *rows;
	size_t count = outbox_claim_parse(reply->results[d->claim_step], &d->arena, &rows);
	int64_t now = clock_monotonic_us();
	struct outbox_remaining left = outbox_remaining_parse(reply->results[d->claim_step + 1]);
	d->backlog = left.any;
	user_links_parse(&d->links, reply);
	d->stats.claimed += count;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].dropped) {
			log_info(
			    "message %lld is not sent: %s", (long long)rows[i].id, rows[i].dropped);
			d->stats.dropped++;
			d->want_claim = true; /* what waited behind it */
			continue;
		}
		rate_limit_take(&d->limits, rows[i].chat_id, now);
		if (rows[i].attempts == 1)
			delivery_observe_queue_time(d, rows[i].priority, rows[i].age_us);
		delivery_send(d, &rows[i]);
	}
	/* there may be more; and what waits behind a message that finished meanwhile was not looked at */
	if (count == d->claim_limit || (left.any && delivery_unwritten(d) > 0))
		d->want_claim = true;
	if (left.next_due_us >= 0)
		delivery_wake_in(d, left.next_due_us);
}

static void on_tended(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct delivery *d = data;
	assert(d->transaction == DELIVERY_TRANSACTION_OWN);
	delivery_set_transaction(d, DELIVERY_TRANSACTION_NONE);
	db_pool_release(d->options.leader, conn);
	delivery_settle(d, reply);
	if (reply->err == ERR_OK) {
		d->tend_failures = 0;
		fault_log_over(&d->tend_fault, "the outbox is written and read again");
		if (d->claim_limit > 0 && d->leading)
			send_claimed(d, reply);
	} else {
		/* a lock may be given back any moment */
		bool locked = strcmp(reply->sqlstate, "55P03") == 0;
		fault_log_warn(&d->tend_fault,
		    "the outbox could not be written or read, trying again: %s", reply->message);
		if (d->claim_limit > 0)
			d->want_claim = true;
		if (d->leading)
			delivery_wake_in(d, backoff_us(locked ? 0 : d->tend_failures++,
						TEND_FIRST_US, TEND_LONGEST_US, clock_random()));
	}
	arena_reset(&d->arena);
	if (reply->err == ERR_OK)
		delivery_flush_and_claim(d);
	delivery_check_drained(d);
}

/* Chats with a message under way, and those whose limit says "not yet", with the moment the first of them may go on. */
static size_t excluded_chats(struct delivery *d, int64_t now, int64_t **chats, int64_t *first_ready)
{
	size_t count = 0, most = d->chats.count + d->limits.chats.count;
	most = most < EXCLUDE_MOST ? most : EXCLUDE_MOST;
	*chats = ARENA_ARRAY(&d->arena, int64_t, most);
	*first_ready = INT64_MAX;
	for (const struct map_slot *slot = NULL;
	     count < most && (slot = map_next(&d->chats, slot));)
		(*chats)[count++] = slot->key;
	for (const struct map_slot *slot = NULL;
	     count < most && (slot = map_next(&d->limits.chats, slot));) {
		int64_t ready = rate_limit_ready_at(&d->limits, slot->key, now);
		if (ready <= now)
			continue;
		(*chats)[count++] = slot->key;
		if (ready < *first_ready)
			*first_ready = ready;
	}
	return count;
}

/* How many rows may be claimed now; arms the timer where the limits say "later". */
static size_t claim_allowance(struct delivery *d, int64_t now)
{
	if (!d->want_claim || d->draining || d->under_way_count >= FULL_AT)
		return 0;
	int64_t overall = rate_limit_ready_at(&d->limits, 0, now);
	if (overall > now) {
		delivery_wake_in(d, overall - now);
		return 0;
	}
	size_t room = FULL_AT - d->under_way_count, allowed = rate_limit_room(&d->limits, now);
	room = room < allowed ? room : allowed;
	return room < CLAIM_MOST ? room : CLAIM_MOST;
}

static void plan_claim(struct delivery *d, struct db_plan *plan, int64_t now)
{
	rate_limit_prune(&d->limits, now);
	int64_t *excluded, first_ready;
	size_t count = excluded_chats(d, now, &excluded, &first_ready);
	if (first_ready != INT64_MAX)
		delivery_wake_in(d, first_ready - now);
	d->want_claim = false;
	d->claim_step = outbox_claim(plan, &d->arena, d->claim_limit, excluded, count, d->home);
	(void)outbox_remaining(plan);
	user_links_read(&d->links, plan);
}

static void on_lease(struct db_conn *conn, enum err err, void *data)
{
	struct delivery *d = data;
	assert(d->transaction == DELIVERY_TRANSACTION_WAITING ||
	       d->transaction == DELIVERY_TRANSACTION_LENT_WAITING);
	assert((err == ERR_OK) == (conn != NULL));
	bool lent = delivery_is_lent(d);
	enum delivery_transaction without =
	    lent ? DELIVERY_TRANSACTION_LENT : DELIVERY_TRANSACTION_NONE;
	if (err != ERR_OK) {
		delivery_set_transaction(d, without);
		if (d->leading)
			delivery_wake_in(d, 1000 * 1000);
		return;
	}
	int64_t now = clock_monotonic_us();
	d->claim_limit = d->leading && !lent ? claim_allowance(d, now) : 0;
	if (!d->leading || lent || (delivery_unwritten(d) == 0 && d->claim_limit == 0)) {
		delivery_set_transaction(d, without);
		db_pool_release(d->options.leader, conn);
		delivery_check_drained(d);
		return;
	}
	d->plan.count = 0;
	size_t gone = d->results.fresh[RESULT_GONE].count;
	if (gone > 0) {
		int64_t *chats = ARENA_ARRAY(&d->arena, int64_t, gone);
		for (size_t i = 0; i < gone; i++)
			chats[i] = d->results.fresh[RESULT_GONE].items[i].chat_id;
		reps_unreachable(&d->plan, &d->arena, chats, gone);
	}
	delivery_plan_results(d, &d->plan, &d->arena, true);
	if (d->claim_limit > 0)
		plan_claim(d, &d->plan, now);
	delivery_set_transaction(d, DELIVERY_TRANSACTION_OWN);
	db_conn_run(conn, d->plan.steps, d->plan.count, DB_DEADLINE_MS, on_tended, d);
}

void delivery_flush_and_claim(struct delivery *d)
{
	if (!d->leading || d->transaction != DELIVERY_TRANSACTION_NONE)
		return;
	if (delivery_unwritten(d) == 0 && claim_allowance(d, clock_monotonic_us()) == 0)
		return;
	delivery_set_transaction(d, DELIVERY_TRANSACTION_WAITING);
	db_pool_acquire(d->options.leader, DB_DEADLINE_MS, on_lease, d);
}

void delivery_wake(struct delivery *d)
{
	d->want_claim = true;
	results_retry_locked(&d->results);
	delivery_flush_and_claim(d);
}
