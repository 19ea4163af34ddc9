#include "batch_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/store/menus.h"
#include <assert.h>

/* Decides (fold) and writes, with all that goes with a transaction: the offset, earlier results, the replies' rows. */

/* Nothing that was folded goes out. */
static void give_grants_back(struct batch *b)
{
	for (size_t i = 0; i < b->writes.message_count; i++)
		if (b->writes.messages[i].send_now)
			delivery_unreserve(b->options.delivery, b->writes.messages[i].chat_id);
}

/* Somebody waits for a code that is not mailed, and an operator is to know why. */
static void say_limits(struct batch *b)
{
	bool any = false;
	for (int i = CODE_LIMIT_NONE + 1; i < CODE_LIMIT_COUNT; i++) {
		if (b->writes.code_limited[i] == 0)
			continue;
		any = true;
		fault_log_warn(&b->code_fault,
		    "a mail with a code is kept back by a limit: %s; see `salesreg doctor`",
		    code_limit_sentence((enum code_limit)i));
	}
	if (!any && effects_count(b->writes.effects, b->writes.effect_count, EFFECT_SEND_CODE) > 0)
		(void)fault_log_end(&b->code_fault);
}

static void on_written(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	assert(conn == b->conn && b->state == BATCH_WRITING);
	delivery_results_written(b->options.delivery, reply);
	if (reply->err != ERR_OK) {
		give_grants_back(b);
		batch_aborted(b, reply);
		return;
	}
	int64_t now = clock_monotonic_us();
	histogram_observe(&b->commits, now - b->begun_us);
	for (size_t i = 0; i < b->writes.guesser_count; i++)
		guesses_add(&b->guesses, b->writes.guessers[i], now);
	batch_count_floods(b, b->writes.taken);
	b->stats.met +=
	    effects_count(b->writes.effects, b->writes.effect_count, EFFECT_NEW_PROSPECT) +
	    effects_count(b->writes.effects, b->writes.effect_count, EFFECT_MEET_PROSPECT);
	batch_advanced(b, b->from + b->writes.taken);
	/* the next poll travels while these answers are sent */
	if (b->from == b->count && !b->parked_id)
		b->options.committed(b, b->options.data);
	bool queued = false;
	batch_say_thinned(b, reply);
	say_limits(b);
	if (b->inserted) {
		struct outbox_inserted *born;
		size_t count =
		    outbox_inserted_parse(reply->results[b->insert_step], &b->scratch, &born);
		assert(count == b->writes.message_count);
		for (size_t i = 0; i < count; i++) {
			const struct outbox_new *row = &b->writes.messages[i];
			if (!born[i].sending) {
				if (row->send_now)
					delivery_unreserve(b->options.delivery, row->chat_id);
				queued = true;
				continue;
			}
			delivery_observe_queue_time(b->options.delivery,
			    (enum message_priority)row->priority, now - b->arrived_us);
			delivery_send(b->options.delivery, &(struct outbox_row){.id = born[i].id,
							       .chat_id = row->chat_id,
							       .birth_us = born[i].birth_us,
							       .method = row->method,
							       .payload = row->payload,
							       .anew = row->anew,
							       .attempts = 1});
		}
	}
	for (size_t i = 0; i < b->writes.answer_count; i++)
		delivery_answer_callback(b->options.delivery, b->writes.answers[i].chat_id,
		    outgoing_callback_answer(b->writes.answers[i].callback_id,
			b->writes.answers[i].text, b->writes.answers[i].alert, &b->scratch));
	queued |= b->writes.summary_count > 0 || b->writes.decided_count > 0;
	if (b->writes.menu_count > 0)
		menus_wake(b->options.menus);
	if (queued)
		delivery_wake(b->options.delivery);
	b->retried = false;
	batch_next_transaction(b);
}

static bool grants(int64_t chat, void *data)
{
	struct batch *b = data;
	return delivery_try_reserve(b->options.delivery, chat);
}

static void plan_menus(const struct batch *b, struct db_plan *plan, struct arena *a)
{
	size_t count = b->writes.menu_count;
	struct menu_row *menus = ARENA_ARRAY(a, struct menu_row, count);
	for (size_t i = 0; i < count; i++) {
		const struct fold_menu *menu = &b->writes.menus[i];
		menus[i] = menus_wish(b->options.rules->catalog, menu->chat_id, menu->audience,
		    locale_code(menu->locale), menu->locale, a);
	}
	menus_want(plan, a, menus, count);
}

void batch_write(struct batch *b, const struct db_reply *reply)
{
	struct arena *a = &b->scratch;
	struct fold_input input = {.rules = b->options.rules,
	    .code_key = b->options.code_key,
	    .updates = b->updates + b->from,
	    .count = b->to - b->from,
	    .guesses = &b->guesses,
	    .scripts = &b->scripts,
	    .floods = &b->floods,
	    .wall_us = clock_wall_us(),
	    .now_us = clock_monotonic_us(),
	    .grants = grants,
	    .data = b};
	batch_unpack(b, reply, &input);
	fold_run(&input, &b->interests, a, &b->writes);
	if (arena_is_over(a)) {
		give_grants_back(b);
		batch_too_large(b);
		return;
	}
	struct db_plan *plan = &b->plan;
	plan->count = 0;
	if (batch_has_only(b)) {
		give_grants_back(b);
		batch_next_transaction(b);
		return;
	}
	if (b->writes.needs_lock && !b->lock_taken) {
		/* known only now: once more, with the lock ahead of the reads */
		give_grants_back(b);
		b->force_lock = true;
		batch_next_transaction(b);
		return;
	}
	b->force_lock = false;
	batch_plan_advance(b, plan, b->from + b->writes.taken);
	fold_plan_writes(&b->writes, plan, a);
	plan_menus(b, plan, a);
	delivery_put_results(b->options.delivery, plan, a);
	b->inserted = b->writes.message_count > 0;
	b->thin_step = OUTBOX_NO_STEP;
	if (b->inserted) {
		b->insert_step =
		    outbox_insert(plan, a, b->writes.messages, b->writes.message_count);
		b->thin_step = outbox_thin(plan, a, b->writes.messages, b->writes.message_count,
		    delivery_has_backlog(b->options.delivery));
	}
	outbox_albums(plan, a, b->writes.albums, b->writes.album_count);
	/* behind what else the same rep is told by this batch */
	summaries_put(plan, a, b->writes.summaries, b->writes.summary_count);
	desk_decided(plan, a, b->writes.decided, b->writes.decided_count,
	    locale_code(b->options.rules->default_locale), b->options.rules->admin_ids,
	    b->options.rules->admin_count);
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
	batch_set_state(b, BATCH_WRITING);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_written, b);
}
