#include "batch_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/store/bot.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * An update that cannot be handled is put aside with the reason, and its writer told so; what cannot even be read is put aside as
 * it came. The offset moves in the same transaction.
 *
 * Failures: if not even this can be written, the batch ends, and the update stays with Telegram.
 */

/* A transient outage, or the fence; the update stays with Telegram. */
static void not_even_parked(struct batch *b, const struct db_reply *reply)
{
	bool fenced = reply->failed_step == b->fence_step && strcmp(reply->sqlstate, "40001") == 0;
	batch_fail(b, fenced ? ERR_CONFLICT : ERR_UNAVAILABLE, reply);
}

static void on_parked(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	assert(conn == b->conn && b->state == BATCH_PARKING);
	if (reply->err != ERR_OK) {
		not_even_parked(b, reply);
		return;
	}
	batch_say_thinned(b, reply);
	b->stats.parked += !b->parked_id;
	if (!b->parked_id)
		log_error("this update could not be handled and is parked: %s; see `salesreg "
			  "parked list`",
		    b->why);
	const struct event *event = &b->updates[b->from].event;
	if (event->callback_id && !b->parked_id)
		delivery_answer_callback(b->options.delivery, event->chat_id,
		    outgoing_callback_answer(event->callback_id, "", false, &b->scratch));
	batch_advanced(b, b->from + 1);
	delivery_wake(b->options.delivery);
	b->retried = false;
	batch_next_transaction(b);
}

/* Its user was told when it was first put aside. */
static void park_again(struct batch *b, const char *reason)
{
	struct db_plan *plan = batch_fresh_plan(b);
	b->thin_step = OUTBOX_NO_STEP;
	log_error("the retry of parked update %lld failed: %s", (long long)b->parked_id, reason);
	parked_failed(plan, &b->scratch, b->parked_id, reason);
	batch_set_state(b, BATCH_PARKING);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_parked, b);
}

/* Puts it aside, and tells its user so. */
static void park_and_tell(struct batch *b, bool tell, enum locale locale)
{
	const struct telegram_update *update = &b->updates[b->from];
	const struct event *event = &update->event;
	/* of somebody's own chats nothing is kept, not even that somebody wrote */
	bool private = telegram_update_is_private(json_array_get(b->document, b->from));
	char *payload = private ? NULL : json_text_dup(json_array_get(b->document, b->from));
	struct db_plan *plan = batch_fresh_plan(b);
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	batch_plan_advance(b, plan, b->from + 1);
	bot_park(plan, &b->scratch, b->options.bot_id, update->has_id ? &update->update_id : NULL,
	    private ? 0 : event->user_id,
	    payload && strlen(payload) <= PAYLOAD_MOST ? arena_strdup(&b->scratch, payload) : "{}",
	    json_object_get(json_array_get(b->document, b->from), "message") != NULL,
	    b->park_reason);
	free(payload);
	if (tell) {
		struct message message = {.kind = MESSAGE_SEND,
		    .chat_id = event->chat_id,
		    .text = catalog_render(
			b->options.rules->catalog, locale, TEXT_PARKED, NULL, 0, &b->scratch)};
		struct outbox_new row = {.chat_id = event->chat_id,
		    .method = outgoing_method(&message),
		    .payload = outgoing_payload(&message, &b->scratch),
		    .priority = PRIORITY_REPLY,
		    .version = MESSAGE_VERSION_NOW,
		    .answers_to = update->has_id ? update->update_id : 0};
		(void)outbox_insert(plan, &b->scratch, &row, 1);
		b->thin_step = outbox_thin(plan, &b->scratch, &row, 1, true);
	}
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_parked, b);
}

static void on_park_locale(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	assert(conn == b->conn && b->state == BATCH_PARKING);
	const struct event *event = &b->updates[b->from].event;
	struct chosen_locale *chosen = NULL;
	size_t count = 0;
	if (reply->err == ERR_OK)
		count = locales_parse(reply->results[b->steps.locales], &b->scratch, &chosen);
	else if (reply->err != ERR_CONFLICT && reply->err != ERR_REFUSED) {
		batch_fail(b, ERR_UNAVAILABLE, reply);
		return;
	}
	/* that the sessions cannot be read may be the very reason why it is put aside */
	park_and_tell(b, true,
	    locale_chosen_by(chosen, count, event->user_id,
		locale_choose(event->language_code, b->options.rules->default_locale)));
}

void batch_park(struct batch *b, const char *reason)
{
	if (b->parked_id) {
		park_again(b, reason);
		return;
	}
	const struct telegram_update *update = &b->updates[b->from];
	const struct event *event = &update->event;
	log_context(event->chat_id, update->update_id);
	(void)snprintf(b->why, sizeof b->why, "%s", reason);
	b->park_reason = reason;
	batch_set_state(b, BATCH_PARKING);
	b->thin_step = OUTBOX_NO_STEP;
	if (event->kind == EVENT_IGNORED || event->kind == EVENT_BLOCKED || !event->chat_id) {
		park_and_tell(b, false, b->options.rules->default_locale);
		return;
	}
	struct db_plan *plan = batch_fresh_plan(b);
	b->steps.locales = locales_read(plan, &b->scratch, &event->user_id, 1);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_park_locale, b);
}

/* What cannot be read ---*/

static void on_stepped(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	assert(conn == b->conn && b->state == BATCH_PARKING);
	if (reply->err != ERR_OK) {
		not_even_parked(b, reply);
		return;
	}
	b->stats.parked++;
	b->next = b->bytes.next;
	b->has_next = true;
	log_error("an update that cannot be read (%zu bytes) is parked and stepped over; see "
		  "`salesreg parked list`",
	    b->bytes.size);
	batch_finish(b, ERR_OK);
}

void batch_plan_step_over(struct batch *b)
{
	struct arena *a = &b->scratch;
	struct db_plan *plan = batch_fresh_plan(b);
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	b->fence_step = plan->count;
	bot_advance(plan, a, b->options.bot_id, b->has_next ? &b->next : NULL, b->bytes.next);
	size_t kept = b->bytes.size < PAYLOAD_MOST ? b->bytes.size : PAYLOAD_MOST;
	bool private = telegram_bytes_are_private(b->bytes.bytes, kept);
	kept = private ? 0 : kept;
	bot_park_bytes(plan, a, b->options.bot_id, b->bytes.has_id ? &b->bytes.id : NULL,
	    b->bytes.bytes, kept,
	    private ? "it cannot be read; it is about chats in somebody's own account, so nothing "
		      "of it is "
		      "kept"
	    : kept < b->bytes.size
		? "it cannot be read; only its beginning is kept"
		: "it cannot be read: no JSON, even with what is no character replaced");
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
	batch_set_state(b, BATCH_PARKING);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_stepped, b);
}
