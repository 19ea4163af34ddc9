#include "batch_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/store/bot.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Updates, up to a hundred in one transaction: state, replies and offset together, or none of it.
 *
 * Happy path: a lease -> one pipeline reads what the decisions need -> fold (domain) decides -> one pipeline writes it, with the
 * offset, the results of earlier messages and the new rows of the outbox -> COMMIT -> the replies go out at once.
 * Failures: a transaction that is undone is tried again, then update by update; an update that fails alone is parked, and its
 * writer told. Trouble that is no update's fault (a lock on a table, no connection, no room) ends the batch: Telegram keeps what
 * is not committed. The offset moved by somebody else (the fence): the leadership is given up.
 * After a death of the last leader each update is marked before it is handled; one that was in hand at two deaths is parked.
 */

enum {
	ARENA_MAXIMUM = 256 * 1024 * 1024,
	/* What the updates of one transaction may take, with all they read: a hundred people's clients, or nearly. */
	SCRATCH_MAXIMUM = 16 * 1024 * 1024,
	IN_HAND_MOST = 2,
};

void batch_set_state(struct batch *b, enum batch_state state)
{
	static const char *const names[] = {
#define X(name) [BATCH_##name] = #name,
	    BATCH_STATE_MAP(X)
#undef X
	};
#define TO(name) (1U << BATCH_##name)
	static const unsigned allowed[] = {
	    [BATCH_IDLE] = TO(NEXT),
	    [BATCH_NEXT] =
		TO(IDLE) | TO(NEXT) | TO(MARKING) | TO(SETTLING) | TO(READING) | TO(PARKING),
	    [BATCH_MARKING] = TO(IDLE) | TO(SETTLING) | TO(READING),
	    [BATCH_SETTLING] = TO(READING),
	    [BATCH_READING] = TO(IDLE) | TO(NEXT) | TO(WRITING) | TO(PARKING),
	    [BATCH_WRITING] = TO(IDLE) | TO(NEXT) | TO(PARKING),
	    [BATCH_PARKING] = TO(IDLE) | TO(NEXT),
	};
#undef TO
	assert(allowed[b->state] & (1U << state));
	log_debug("batch: %s -> %s", names[b->state], names[state]);
	b->state = state;
}

/* What a committed transaction dropped of what waits, if it looked. */
void batch_say_thinned(struct batch *b, const struct db_reply *reply)
{
	if (b->thin_step == OUTBOX_NO_STEP)
		return;
	struct outbox_thinned gone = outbox_thinned_parse(reply->results[b->thin_step]);
	b->stats.crowded += (uint64_t)gone.messages;
	if (gone.messages > 0)
		log_info(
		    "more than %d answers waited in %lld %s, and all but the newest are dropped "
		    "(%lld messages); see salesreg.outbox_history, error crowded",
		    OUTBOX_ANSWERS_MOST, (long long)gone.chats, gone.chats == 1 ? "chat" : "chats",
		    (long long)gone.messages);
}

void batch_finish(struct batch *b, enum err err)
{
	db_pool_release(b->options.leader, b->conn);
	b->conn = NULL;
	batch_set_state(b, BATCH_IDLE);
	json_decref(b->document);
	b->document = NULL;
	b->bytes.bytes = NULL;
	arena_reset(&b->scratch);
	arena_reset(&b->arena);
	log_context(0, 0);
	b->options.done(b, err, b->options.data);
}

/* Ends the batch for what the database said. */
void batch_fail(struct batch *b, enum err err, const struct db_reply *reply)
{
	(void)snprintf(b->why, sizeof b->why, "%s%s%s", reply->sqlstate,
	    reply->sqlstate[0] ? " " : "",
	    reply->message[0] ? reply->message : err_sentence(reply->err));
	batch_finish(b, err);
}

/* A plan that first leaves a transaction which went wrong. */
struct db_plan *batch_fresh_plan(struct batch *b)
{
	b->plan.count = 0;
	if (db_conn_in_transaction(b->conn))
		(void)db_plan_add_plain(&b->plan, SQL_TX_ROLLBACK);
	return &b->plan;
}

/* The offset after updates [0, to): the last id, plus one; ids may restart lower, so nothing is compared. */
static bool next_after(const struct batch *b, size_t to, int64_t *next)
{
	while (to-- > b->from) {
		if (b->updates[to].has_id) {
			*next = b->updates[to].update_id + 1;
			return true;
		}
	}
	return false;
}

void batch_plan_advance(struct batch *b, struct db_plan *plan, size_t to)
{
	int64_t next;
	b->fence_step = SIZE_MAX;
	if (b->parked_id) {
		/* Telegram's queue has nothing to do with it */
		parked_done(plan, &b->scratch, b->parked_id);
		return;
	}
	if (!next_after(b, to, &next))
		return;
	b->fence_step = plan->count;
	bot_advance(plan, &b->scratch, b->options.bot_id, b->has_next ? &b->next : NULL, next);
}

void batch_advanced(struct batch *b, size_t to)
{
	int64_t next;
	if (!b->parked_id && next_after(b, to, &next)) {
		b->next = next;
		b->has_next = true;
	}
	b->has_marked &= b->parked_id != 0;
	b->stats.updates += to - b->from;
	b->stats.transactions++;
	b->from = to;
}

static const char locked_person[] =
    "55P03 another database session holds this person's row: an open transaction, most likely in "
    "psql";
static const char locked_row[] =
    "55P03 another database session holds a row that this changes: an open transaction, most "
    "likely in psql";

/* A transaction went wrong ---------------------------------------------------------------------------------------------*/

/*
 * No fault of any update: a whole table is locked (VACUUM FULL, ALTER TABLE), somebody cancelled the statement, the server is
 * out of something (class 53), or the transaction had failed before; a right, or a table or a column of ours, is missing, or
 * nothing may be written, which an operator ends for everybody at once.
 */
static bool is_transient(const struct db_reply *reply)
{
	const char *s = reply->sqlstate;
	return (strcmp(s, "55P03") == 0 && !reply->row_locked) || strcmp(s, "57014") == 0 ||
	       strncmp(s, "53", 2) == 0 || strcmp(s, "25P02") == 0 || strcmp(s, "42501") == 0 ||
	       strcmp(s, "25006") == 0 || reply->no_schema;
}

/* Then everything this person sends meets the same lock; another row concerns this update alone. */
static bool is_own_row(const struct batch *b, const struct db_reply *reply)
{
	return reply->row_locked && b->state == BATCH_READING &&
	       (reply->failed_step == b->steps.sessions || reply->failed_step == b->steps.reps);
}

void batch_aborted(struct batch *b, const struct db_reply *reply)
{
	if (reply->err != ERR_CONFLICT && reply->err != ERR_REFUSED) {
		batch_fail(b, reply->err, reply);
		return;
	}
	if (is_transient(reply)) {
		batch_fail(b, ERR_UNAVAILABLE, reply);
		return;
	}
	if (b->state == BATCH_WRITING && reply->failed_step == b->fence_step &&
	    strcmp(reply->sqlstate, "40001") == 0) {
		log_error(
		    "the offset of this bot is not what this process wrote last: somebody else has "
		    "moved it, or row-level security hides it; giving the leadership up");
		batch_fail(b, ERR_CONFLICT, reply);
		return;
	}
	b->stats.retried++;
	/* two transactions about the same, the usual thing: one of them is done again */
	bool usual = reply->err == ERR_CONFLICT && !b->retried;
	log_write(b->quiet ? LOG_DEBUG
		  : usual  ? LOG_INFO
			   : LOG_WARN,
	    "a transaction over %zu updates was undone: %s %s", b->to - b->from, reply->sqlstate,
	    reply->message);
	if (reply->err == ERR_CONFLICT && !b->retried) {
		b->retried = true;
	} else if (b->to - b->from > 1) {
		b->single = true;
		b->retried = false;
	} else {
		const char *reason =
		    arena_printf(&b->scratch, "%s %s", reply->sqlstate, reply->message);
		bool own = is_own_row(b, reply);
		b->locked_user = own ? b->updates[b->from].event.user_id : 0;
		batch_park(b, !reply->row_locked ? reason : own ? locked_person : locked_row);
		return;
	}
	batch_next_transaction(b);
}

/* Nothing is written yet. */
void batch_too_large(struct batch *b)
{
	b->stats.retried++;
	if (b->to - b->from == 1) {
		batch_park(b, "it takes more memory than one update may");
		return;
	}
	log_debug("%zu updates take too much memory together and go one by one", b->to - b->from);
	b->single = true;
	batch_next_transaction(b);
}

/* Reading ---*/

static void on_read(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	assert(conn == b->conn && b->state == BATCH_READING);
	if (reply->err != ERR_OK) {
		batch_aborted(b, reply);
		return;
	}
	b->lock_taken = batch_has_lock(b, reply);
	batch_write(b, reply);
}

static void read_interests(struct batch *b)
{
	struct db_plan *plan = batch_fresh_plan(b);
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	batch_plan_reads(b, plan);
	batch_set_state(b, BATCH_READING);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_read, b);
}

static void on_settled(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	assert(conn == b->conn && b->state == BATCH_SETTLING);
	/* what could not be written is collected again, and goes with the batch's own transaction */
	delivery_results_written(b->options.delivery, reply);
	read_interests(b);
}

/* What somebody replies to, or has edited, may have been sent a moment ago: which message carries whose words is known when that is
 * written (outbox_sent). */
static void settle(struct batch *b)
{
	struct db_plan *plan = batch_fresh_plan(b);
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	delivery_put_results(b->options.delivery, plan, &b->scratch);
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
	batch_set_state(b, BATCH_SETTLING);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_settled, b);
}

static void read_batch(struct batch *b)
{
	struct fold_interests *in = &b->interests;
	b->begun_us = clock_monotonic_us();
	batch_mark_floods(b);
	fold_interests(b->options.rules, b->updates + b->from, b->to - b->from, &b->scratch, in);
	batch_add_only(b);
	if (in->pair_count > 0 && delivery_has_results(b->options.delivery))
		settle(b);
	else
		read_interests(b);
}

static void on_marked(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	assert(conn == b->conn && b->state == BATCH_MARKING);
	if (reply->err != ERR_OK) {
		batch_fail(b, reply->err, reply);
		return;
	}
	b->has_marked = true;
	b->marked = b->updates[b->from].update_id;
	read_batch(b);
}

static void mark(struct batch *b)
{
	const struct telegram_update *update = &b->updates[b->from];
	if (update->has_id && update->update_id == b->in_hand_id &&
	    b->in_hand_count >= IN_HAND_MOST) {
		batch_park(b, "the bot died twice while it had this update in hand");
		return;
	}
	/* the same transaction once more is no other time that it was in hand */
	if (b->has_marked && update->has_id && b->marked == update->update_id) {
		read_batch(b);
		return;
	}
	struct db_plan *plan = batch_fresh_plan(b);
	bot_in_hand(plan, &b->scratch, b->options.bot_id, update->update_id);
	batch_set_state(b, BATCH_MARKING);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_marked, b);
}

void batch_next_transaction(struct batch *b)
{
	batch_set_state(b, BATCH_NEXT);
	if (b->from == b->count) {
		batch_finish(b, ERR_OK);
		return;
	}
	arena_reset(&b->scratch);
	b->to = b->single || b->careful ? b->from + 1 : b->count;
	const struct telegram_update *first = &b->updates[b->from];
	log_context(b->to - b->from == 1 ? first->event.chat_id : 0,
	    b->to - b->from == 1 ? first->update_id : 0);
	if (b->locked_user && first->event.user_id == b->locked_user)
		batch_park(b, locked_person); /* the others need not wait once more */
	else if (b->careful)
		mark(b);
	else
		read_batch(b);
}

static void on_lease(struct db_conn *conn, enum err err, void *data)
{
	struct batch *b = data;
	if (err != ERR_OK) {
		(void)snprintf(b->why, sizeof b->why, "%s", err_sentence(err));
		batch_set_state(b, BATCH_IDLE);
		json_decref(b->document);
		b->document = NULL;
		b->bytes.bytes = NULL;
		arena_reset(&b->arena);
		b->options.done(b, err, b->options.data);
		return;
	}
	b->conn = conn;
	if (b->bytes.bytes)
		batch_plan_step_over(b);
	else
		batch_next_transaction(b);
}

/* Life ---*/

struct batch *batch_create(const struct batch_options *options)
{
	struct batch *b = calloc(1, sizeof *b);
	if (!b)
		abort();
	b->options = *options;
	guesses_init(&b->guesses);
	scripts_init(&b->scripts);
	floods_init(&b->floods);
	arena_init(&b->arena, ARENA_MAXIMUM);
	arena_init(&b->scratch, SCRATCH_MAXIMUM);
	return b;
}

void batch_quiet(struct batch *b, bool quiet)
{
	b->quiet = quiet;
}

const char *batch_why(const struct batch *b)
{
	return b->why;
}

void batch_set_next(struct batch *b, const int64_t *next)
{
	b->has_next = next != NULL;
	b->next = next ? *next : 0;
}

const int64_t *batch_next(const struct batch *b)
{
	return b->has_next ? &b->next : NULL;
}

static void run(struct batch *b, json_t *updates)
{
	assert(b->state == BATCH_IDLE);
	b->arrived_us = clock_monotonic_us();
	b->document = json_incref(updates);
	b->count = json_array_size(updates);
	b->from = b->to = 0;
	b->single = b->retried = b->force_lock = false;
	b->locked_user = 0;
	b->updates = ARENA_ARRAY(&b->arena, struct telegram_update, b->count);
	b->only = ARENA_ARRAY(&b->arena, int64_t, b->count);
	b->has_only = ARENA_ARRAY(&b->arena, bool, b->count);
	for (size_t i = 0; i < b->count; i++)
		telegram_update_parse(json_array_get(updates, i), &b->arena, &b->updates[i]);
	fold_mark_repeats(b->updates, b->count, &b->arena);
	batch_set_state(b, BATCH_NEXT);
	db_pool_acquire_first(b->options.leader, LEASE_DEADLINE_MS, on_lease, b);
}

void batch_run(
    struct batch *b, json_t *updates, bool careful, int64_t in_hand_id, int64_t in_hand_count)
{
	b->careful = careful;
	b->in_hand_id = in_hand_id;
	b->in_hand_count = in_hand_count;
	b->parked_id = 0;
	run(b, updates);
}

void batch_run_parked(struct batch *b, int64_t parked_id, json_t *update)
{
	json_t *updates = json_array();
	(void)json_array_append(updates, update);
	b->careful = false; /* that it was asked for is forgotten already, should it be deadly */
	b->parked_id = parked_id;
	run(b, updates);
	json_decref(updates);
}

void batch_step_over(
    struct batch *b, const char *bytes, size_t size, const int64_t *update_id, int64_t next)
{
	assert(b->state == BATCH_IDLE);
	b->parked_id = 0;
	b->bytes.bytes =
	    arena_strndup(&b->arena, bytes, size < PAYLOAD_MOST ? size : (size_t)PAYLOAD_MOST);
	b->bytes.size = size;
	b->bytes.has_id = update_id != NULL;
	b->bytes.id = update_id ? *update_id : 0;
	b->bytes.next = next;
	batch_set_state(b, BATCH_NEXT);
	db_pool_acquire_first(b->options.leader, LEASE_DEADLINE_MS, on_lease, b);
}

const int64_t *batch_marked(const struct batch *b)
{
	return b->has_marked ? &b->marked : NULL;
}

void batch_unmark(struct batch *b)
{
	b->has_marked = false;
}

bool batch_is_running(const struct batch *b)
{
	return b->state != BATCH_IDLE;
}

struct batch_stats batch_stats(const struct batch *b)
{
	return b->stats;
}

const struct histogram *batch_commits(const struct batch *b)
{
	return &b->commits;
}

void batch_destroy(struct batch *b)
{
	if (!b)
		return;
	json_decref(b->document);
	guesses_finish(&b->guesses);
	scripts_finish(&b->scripts);
	floods_finish(&b->floods);
	arena_finish(&b->arena);
	arena_finish(&b->scratch);
	free(b);
}
