#include "salesreg/app/delivery.h"
#include "salesreg/app/results.h"
#include "salesreg/app/user_links.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/backoff.h"
#include "salesreg/domain/rate_limit.h"
#include "salesreg/store/assignments.h"
#include "salesreg/store/bot.h"
#include "salesreg/store/outbox.h"
#include "salesreg/store/people.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum {
	MAX_UNDER_WAY = 400, /* messages in memory */
	FULL_AT = 300,       /* a batch of 100 still fits */
	CLAIM_MOST = 100,
	EXCLUDE_MOST = 20000,
	CHAT_BURST = 5,
	DB_DEADLINE_MS = 15000,
	WRITE_LAST_MS = 700, /* at a stop, for what the drain's deadline has cancelled */
	REFUSED_MOST =
	    20, /* one that Telegram cannot take, while it takes others, is left to a person: an hour or so */
	PRESSES_MOST = 20, /* answers to pressed buttons under way of one chat */
	UNKNOWN_MOST = 6,  /* a message whose answers keep getting lost is left to a person */
	ARENA_MAXIMUM = 64 * 1024 * 1024,
};
static const int64_t RETRY_FIRST_US = 500 * 1000, RETRY_LONGEST_US = 300 * 1000 * 1000LL;
/* Out of reach is not gone: Telegram says so in error, too (tdlib/telegram-bot-api#219). */
static const int64_t GONE_FIRST_US = 10 * 1000 * 1000;
/* A 429 names no scope. One chat refused: that chat. A third one within this time: everything. */
static const int64_t SAME_LIMIT_US = 1000 * 1000;
static const int64_t CHAT_BLOCK_MOST_US = 5 * 1000 * 1000;

struct sending {
	LIST_ENTRY(sending) link; /* in delivery.under_way, or in .held before it may go */
	struct delivery *d;
	struct telegram_call *call; /* NULL while held */
	int64_t id, chat, birth_us;
	int attempts;
	const char *method; /* static */
	size_t size;
	char payload[];
};
LIST_HEAD(sending_list, sending);

/* Best-effort answers to pressed buttons. */
struct callback_answer {
	LIST_ENTRY(callback_answer) link;
	struct delivery *d;
	struct telegram_call *call;
	int64_t chat; /* 0: counts for none */
	char payload[];
};

struct delivery {
	uv_loop_t *loop;
	struct delivery_options options;
	struct rate_limit limits;
	bool leading, draining, destroyed;
	struct sending_list under_way;
	size_t under_way_count;
	struct map chats; /* chats with a message under way → struct sending */
	LIST_HEAD(, callback_answer) callbacks;
	struct map presses; /* chats → how many of these */

	struct fault_log fault; /* of sends */
	struct fault_log tend_fault, admin_fault, callback_fault, menu_fault;
	unsigned tend_failures;
	struct results results;
	struct user_links links;
	int64_t block_us, block_writing_us; /* a retry_after for everything, to be stored */
	int64_t moved_from, moved_to;       /* a chat that changed its id */
	bool waiting, running;              /* for a lease, with its transaction */
	bool lent;                          /* results are in somebody else's transaction */

	bool want_claim;
	bool backlog; /* the last claim left rows, perhaps behind messages that are under way */
	size_t claim_limit, claim_step;
	uv_timer_t timer; /* next due row, next free place in the limits */
	uv_timer_t drain_timer;
	void (*drained)(void *);
	void *drained_data;

	int64_t sent_us;                            /* when Telegram last took a message */
	int64_t limited_chats[2], limited_at_us[2]; /* the last chats that got a 429 */
	struct arena arena;                         /* of the transaction under way */
	struct db_plan plan;
	struct delivery_stats stats;
	struct delivery_waits waits;
};

static void tend(struct delivery *d);
static void wake_in(struct delivery *d, int64_t pause_us);

static const char *known_method(const char *method)
{
	static const char *const known[] = {
	    "sendMessage", "editMessageReplyMarkup", "editMessageText"};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i], method) == 0)
			return known[i];
	return NULL;
}

/* Results ------------------------------------------------------------------------------------------------------------*/

static size_t unwritten(const struct delivery *d)
{
	return results_waiting(&d->results) + (d->block_us > 0) + (d->moved_to != 0);
}

/* Moves what is collected into the plan. */
static void put_results(struct delivery *d, struct db_plan *plan, struct arena *a, bool with_gone)
{
	results_put(&d->results, plan, a, with_gone, d->options.grace_s);
	d->block_writing_us = d->block_us;
	if (d->block_us > 0)
		bot_block(plan, a, d->options.bot_id, d->block_us);
	d->block_us = 0;
	user_links_put(&d->links, plan, a);
	if (d->moved_to)
		outbox_move(plan, a, d->moved_from, d->moved_to);
	d->moved_to = 0;
}

static void written(struct delivery *d, const struct db_reply *reply)
{
	bool committed = reply->err == ERR_OK;
	/* what goes again is claimed by time, and nothing else may come to ask for it */
	static const enum result_kind again[] = {RESULT_LATER, RESULT_GONE};
	for (size_t k = 0; committed && d->leading && k < sizeof again / sizeof *again; k++)
		for (size_t i = 0; i < d->results.writing[again[k]].count; i++)
			wake_in(d, d->results.writing[again[k]].items[i].pause_us);
	results_written(&d->results, reply);
	if (!committed)
		d->block_us = d->block_us > d->block_writing_us ? d->block_us : d->block_writing_us;
	d->block_writing_us = 0;
}

static void check_drained(struct delivery *d)
{
	if (!d->draining || !d->drained || d->under_way_count > 0 || unwritten(d) > 0 ||
	    d->running || d->lent)
		return;
	void (*drained)(void *) = d->drained;
	d->drained = NULL;
	(void)uv_timer_stop(&d->drain_timer);
	drained(d->drained_data);
}

void delivery_put_results(struct delivery *d, struct db_plan *plan, struct arena *a)
{
	assert(!d->lent && !d->running);
	d->lent = true;
	/* gone chats need the assignment lock: those results wait for a transaction of their own */
	put_results(d, plan, a, false);
}

void delivery_results_written(struct delivery *d, const struct db_reply *reply)
{
	d->lent = false;
	written(d, reply);
	tend(d);
	check_drained(d);
}

/* Sending ------------------------------------------------------------------------------------------------------------*/

static void forget(struct sending *s)
{
	struct delivery *d = s->d;
	LIST_REMOVE(s, link);
	d->under_way_count--;
	struct map_slot *slot = map_find(&d->chats, s->chat);
	if (slot && slot->value.pointer == s)
		(void)map_remove(&d->chats, s->chat);
	free(s);
}

static const int64_t TEND_FIRST_US = 1000 * 1000, TEND_LONGEST_US = 30 * 1000 * 1000;

static int64_t backoff(int attempts)
{
	return backoff_us(attempts > 0 ? (unsigned)attempts - 1 : 0, RETRY_FIRST_US,
	    RETRY_LONGEST_US, clock_random());
}

/* A third chat refused at about the same time: the limit is not the chat's. */
static bool is_overall_limit(struct delivery *d, int64_t chat, int64_t now)
{
	bool others = true;
	for (int i = 0; i < 2; i++)
		others &= d->limited_chats[i] != 0 && d->limited_chats[i] != chat &&
			  now - d->limited_at_us[i] < SAME_LIMIT_US;
	if (d->limited_chats[0] != chat) {
		d->limited_chats[1] = d->limited_chats[0];
		d->limited_at_us[1] = d->limited_at_us[0];
	}
	d->limited_chats[0] = chat;
	d->limited_at_us[0] = now;
	return others;
}

static void try_later(
    struct delivery *d, const struct sending *s, const struct telegram_answer *answer)
{
	int64_t now = clock_monotonic_us(), pause = backoff(s->attempts);
	d->stats.retried++;
	if (answer->retry_after_ms >= 0) {
		d->stats.limited++;
		pause = answer->retry_after_ms * 1000;
		bool overall = is_overall_limit(d, s->chat, now);
		if (overall) {
			rate_limit_block_all(&d->limits, now + pause);
			d->block_us = pause;
		} else {
			/* What waits stands before the chat's others in the database, too, and
			 * `salesreg outbox retry` may shorten it there. */
			rate_limit_block_chat(&d->limits, s->chat,
			    now + (pause < CHAT_BLOCK_MOST_US ? pause : CHAT_BLOCK_MOST_US));
		}
		fault_log_warn(&d->fault,
		    "Telegram asks to wait %lld ms before the next message %s",
		    (long long)answer->retry_after_ms, overall ? "to anyone" : "to this chat");
	} else {
		fault_log_warn(&d->fault, "message %lld was not taken (%s); next try in %lld ms",
		    (long long)s->id, answer->description, (long long)pause / 1000);
	}
	results_add(&d->results, RESULT_LATER,
	    (struct outbox_result){.id = s->id,
		.chat_id = s->chat,
		.birth_us = s->birth_us,
		.pause_us = pause,
		.error = answer->description});
}

static void say_gone(struct delivery *d, const struct sending *s, const char *description)
{
	for (size_t i = 0; i < d->options.admin_count; i++)
		if (d->options.admin_ids[i] == s->chat) {
			char whose[24]; /* numbers are no reasons, and each admin is one */
			(void)snprintf(whose, sizeof whose, "%lld", (long long)s->chat);
			for (char *p = whose; *p; p++)
				*p = (char)(*p + ('a' - '0'));
			fault_log_warn_as(&d->admin_fault, whose,
			    "admin %lld cannot be written to (%s): let them press Start in a "
			    "chat with the bot; what they missed is shown to them then",
			    (long long)s->chat, description);
			(void)fault_log_end(&d->admin_fault);
			return;
		}
	log_info("message %lld: this chat cannot be written to any more (%s)", (long long)s->id,
	    description);
}

/* Since this one was last tried: then it is not Telegram that has trouble, but the message. */
static bool others_were_sent(const struct delivery *d, const struct sending *s)
{
	return d->sent_us != 0 && clock_monotonic_us() - d->sent_us < 2 * backoff(s->attempts);
}

static void on_sent(const struct telegram_answer *answer, void *data);

/* Telegram will not show a button that opens a chat by id, and took nothing: the same message without it. */
static bool sent_without_links(struct sending *s, const struct telegram_answer *answer)
{
	if (answer->class != TELEGRAM_BUG || !user_links_refused(answer->description))
		return false;
	char *payload = user_links_strip(&s->d->links, s->payload);
	if (!payload || strlen(payload) > s->size) {
		free(payload);
		return false;
	}
	log_info("message %lld goes again without its link to a person: %s", (long long)s->id,
	    answer->description);
	s->size = strlen(payload);
	memcpy(s->payload, payload, s->size + 1);
	free(payload);
	rate_limit_take(&s->d->limits, s->chat, clock_monotonic_us());
	s->call =
	    telegram_call(s->d->options.telegram, s->method, s->payload, s->size, 0, on_sent, s);
	return true;
}

static void on_sent(const struct telegram_answer *answer, void *data)
{
	struct sending *s = data;
	struct delivery *d = s->d;
	if (sent_without_links(s, answer))
		return;
	struct outbox_result result = {.attempts = s->attempts,
	    .id = s->id,
	    .chat_id = s->chat,
	    .birth_us = s->birth_us,
	    .message_id = answer->message_id,
	    .error = answer->description};
	log_context(s->chat, 0);
	switch (answer->class) {
	case TELEGRAM_OK:
		d->stats.sent++;
		fault_log_over(&d->fault, "messages are delivered again");
		d->sent_us = clock_monotonic_us();
		result.error = NULL;
		results_add(&d->results, RESULT_SENT, result);
		break;
	case TELEGRAM_RETRY:
	case TELEGRAM_CONFLICT:
		if (s->attempts >= REFUSED_MOST && answer->retry_after_ms < 0 &&
		    others_were_sent(d, s)) {
			d->stats.failed++;
			log_error("message %lld was not taken in %d tries (%s), while others were; "
				  "see `salesreg outbox list`",
			    (long long)s->id, s->attempts, answer->description);
			results_add(&d->results, RESULT_FAILED, result);
			break;
		}
		try_later(d, s, answer);
		break;
	case TELEGRAM_TOKEN:
		rate_limit_block_all(&d->limits, clock_monotonic_us() + 5 * 1000 * 1000);
		try_later(d, s, answer);
		break;
	case TELEGRAM_GONE:
		if (answer->migrate_to_chat_id) {
			/* a group became a supergroup: the same people under another id */
			d->moved_from = s->chat;
			d->moved_to = answer->migrate_to_chat_id;
			try_later(d, s, answer);
			break;
		}
		d->stats.gone++;
		say_gone(d, s, answer->description);
		result.pause_us = backoff_us(s->attempts > 0 ? (unsigned)s->attempts - 1 : 0,
		    GONE_FIRST_US, RETRY_LONGEST_US, clock_random());
		results_add(&d->results, RESULT_GONE, result);
		break;
	case TELEGRAM_UNKNOWN:
		d->stats.unknown++;
		if (s->attempts < UNKNOWN_MOST) {
			d->stats.possible_duplicates++;
			result.maybe_delivered = true;
			result.pause_us = backoff(s->attempts);
			fault_log_warn(&d->fault,
			    "message %lld: no answer (%s); it may have arrived and goes "
			    "again, marked as a possible "
			    "duplicate",
			    (long long)s->id, answer->description);
			results_add(&d->results, RESULT_LATER, result);
			break;
		}
		d->stats.failed++;
		log_error("message %lld: no answer after %d tries; see `salesreg outbox list`",
		    (long long)s->id, s->attempts);
		results_add(&d->results, RESULT_FAILED, result);
		break;
	case TELEGRAM_BUG:
		d->stats.failed++;
		log_error(
		    "message %lld was refused for good: %s", (long long)s->id, answer->description);
		results_add(&d->results, RESULT_FAILED, result);
		break;
	case TELEGRAM_CANCELLED:
		break;
	}
	log_context(0, 0);
	bool was_full = delivery_is_full(d);
	forget(s);
	d->want_claim |= d->backlog;
	tend(d);
	if (was_full && !delivery_is_full(d) && d->options.roomy)
		d->options.roomy(d->options.data);
	check_drained(d);
}

void delivery_send(struct delivery *d, const struct outbox_row *row)
{
	const char *known = known_method(row->method);
	if (!d->leading)
		return; /* the row stays `sending` for the next leader */
	if (!known) {
		log_error("message %lld has the method %.40s, which is not one this bot sends",
		    (long long)row->id, row->method);
		results_add(&d->results, RESULT_FAILED,
		    (struct outbox_result){.id = row->id,
			.chat_id = row->chat_id,
			.birth_us = row->birth_us,
			.error = "not a method this bot sends"});
		d->want_claim = true; /* what waits behind it */
		d->stats.failed++;
		return;
	}
	if (row->possible_duplicate)
		log_info(
		    "message %lld is sent again; it may already have arrived", (long long)row->id);
	char *stripped = user_links_strip_hidden(&d->links, row->payload);
	const char *payload = stripped ? stripped : row->payload;
	size_t size = strlen(payload);
	struct sending *s = malloc(sizeof *s + size + 1);
	if (!s)
		abort();
	*s = (struct sending){.d = d,
	    .id = row->id,
	    .chat = row->chat_id,
	    .birth_us = row->birth_us,
	    .attempts = row->attempts,
	    .method = known,
	    .size = size};
	memcpy(s->payload, payload, size + 1);
	free(stripped);
	LIST_INSERT_HEAD(&d->under_way, s, link);
	d->under_way_count++;
	map_put(&d->chats, s->chat)->value.pointer = s;
	s->call = telegram_call(d->options.telegram, known, s->payload, size, 0, on_sent, s);
}

void delivery_waited(struct delivery *d, enum message_priority priority, int64_t waited_us)
{
	if (d->leading)
		histogram_observe(
		    priority == PRIORITY_REPLY ? &d->waits.replies : &d->waits.notifications,
		    waited_us);
}

bool delivery_grants(struct delivery *d, int64_t chat)
{
	int64_t now = clock_monotonic_us();
	if (!d->leading || d->draining || map_find(&d->chats, chat) ||
	    d->under_way_count >= MAX_UNDER_WAY || rate_limit_ready_at(&d->limits, chat, now) > now)
		return false;
	rate_limit_take(&d->limits, chat, now);
	return true;
}

void delivery_ungrant(struct delivery *d, int64_t chat)
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

static void forget_beside(struct callback_answer *c)
{
	struct map_slot *slot = map_find(&c->d->presses, c->chat);
	if (slot && --slot->value.number <= 0)
		(void)map_remove(&c->d->presses, c->chat);
	LIST_REMOVE(c, link);
	free(c);
}

static void on_callback_answered(const struct telegram_answer *answer, void *data)
{
	struct callback_answer *c = data;
	if (answer->class == TELEGRAM_OK)
		fault_log_over(&c->d->callback_fault, "pressed buttons are answered again");
	else if (answer->stale_query)
		log_debug("a pressed button was not answered: %s", answer->description);
	else if (answer->class != TELEGRAM_CANCELLED)
		fault_log_warn(&c->d->callback_fault, "a pressed button could not be answered: %s",
		    answer->description);
	forget_beside(c);
}

static void call_beside(struct delivery *d, const char *method, int64_t chat, const char *payload,
    void (*done)(const struct telegram_answer *, void *))
{
	size_t size = strlen(payload);
	struct callback_answer *c = malloc(sizeof *c + size + 1);
	if (!c)
		abort();
	c->d = d;
	c->chat = chat;
	memcpy(c->payload, payload, size + 1);
	LIST_INSERT_HEAD(&d->callbacks, c, link);
	c->call = telegram_call(d->options.telegram, method, c->payload, size, 10000, done, c);
}

void delivery_answer_callback(struct delivery *d, int64_t chat, const char *payload)
{
	struct map_slot *slot = map_put(&d->presses, chat);
	if (slot->value.number >= PRESSES_MOST)
		return;
	slot->value.number++;
	call_beside(d, "answerCallbackQuery", chat, payload, on_callback_answered);
}

static void on_menu_set(const struct telegram_answer *answer, void *data)
{
	struct callback_answer *c = data;
	if (answer->class == TELEGRAM_OK)
		fault_log_over(&c->d->menu_fault, "menus of single chats are set again");
	else if (answer->class != TELEGRAM_CANCELLED)
		fault_log_warn(&c->d->menu_fault,
		    "the menu of a chat could not be set in the language chosen there: %s; the "
		    "next /start there sets it",
		    answer->description);
	forget_beside(c);
}

void delivery_set_menu(struct delivery *d, const char *payload)
{
	call_beside(d, "setMyCommands", 0, payload, on_menu_set);
}

/* Tending: one lease of the leader's connection writes results and claims what is due ---------------------------------*/

static void on_timer(uv_timer_t *timer)
{
	struct delivery *d = timer->data;
	d->want_claim = true;
	tend(d);
}

static void wake_in(struct delivery *d, int64_t pause_us)
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
	struct outbox_rest left = outbox_rest_parse(reply->results[d->claim_step + 1]);
	d->backlog = left.any;
	user_links_parse(&d->links, reply);
	d->stats.claimed += count;
	for (size_t i = 0; i < count; i++) {
		rate_limit_take(&d->limits, rows[i].chat_id, now);
		if (rows[i].attempts == 1)
			delivery_waited(d, rows[i].priority, rows[i].age_us);
		delivery_send(d, &rows[i]);
	}
	/* there may be more; and what waits behind a message that finished meanwhile was not looked at */
	if (count == d->claim_limit || (left.any && unwritten(d) > 0))
		d->want_claim = true;
	if (left.next_due_us >= 0)
		wake_in(d, left.next_due_us);
}

static void on_tended(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct delivery *d = data;
	d->running = false;
	db_pool_release(d->options.leader, conn);
	written(d, reply);
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
			wake_in(d, backoff_us(locked ? 0 : d->tend_failures++, TEND_FIRST_US,
				       TEND_LONGEST_US, clock_random()));
	}
	arena_reset(&d->arena);
	if (reply->err == ERR_OK)
		tend(d);
	check_drained(d);
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
		wake_in(d, overall - now);
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
		wake_in(d, first_ready - now);
	d->want_claim = false;
	d->claim_step = outbox_claim(plan, &d->arena, d->claim_limit, excluded, count);
	(void)outbox_rest(plan);
	user_links_read(&d->links, plan);
}

static void on_lease(struct db_conn *conn, enum err err, void *data)
{
	struct delivery *d = data;
	d->waiting = false;
	if (err != ERR_OK) {
		if (d->leading)
			wake_in(d, 1000 * 1000);
		return;
	}
	int64_t now = clock_monotonic_us();
	d->claim_limit = d->leading && !d->lent ? claim_allowance(d, now) : 0;
	if (!d->leading || d->lent || (unwritten(d) == 0 && d->claim_limit == 0)) {
		db_pool_release(d->options.leader, conn);
		check_drained(d);
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
	put_results(d, &d->plan, &d->arena, true);
	if (d->claim_limit > 0)
		plan_claim(d, &d->plan, now);
	d->running = true;
	db_conn_run(conn, d->plan.steps, d->plan.count, DB_DEADLINE_MS, on_tended, d);
}

static void tend(struct delivery *d)
{
	if (!d->leading || d->waiting || d->running || d->lent)
		return;
	if (unwritten(d) == 0 && claim_allowance(d, clock_monotonic_us()) == 0)
		return;
	d->waiting = true;
	db_pool_acquire(d->options.leader, DB_DEADLINE_MS, on_lease, d);
}

void delivery_wake(struct delivery *d)
{
	d->want_claim = true;
	results_retry_locked(&d->results);
	tend(d);
}

/* Life ---------------------------------------------------------------------------------------------------------------*/

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

void delivery_lead(struct delivery *d, int64_t blocked_us)
{
	d->leading = true;
	if (blocked_us > 0) {
		log_info("Telegram's request to wait still holds for %lld ms",
		    (long long)blocked_us / 1000);
		rate_limit_block_all(&d->limits, clock_monotonic_us() + blocked_us);
	}
	delivery_wake(d);
}

/* What certainly never left is queued again unmarked, if there is time to write that. Returns how many may have arrived. */
static size_t cancel_all(struct delivery *d)
{
	size_t maybe = 0;
	for (struct sending *s = LIST_FIRST(&d->under_way), *next; s; s = next) {
		next = LIST_NEXT(s, link);
		if (telegram_call_maybe_delivered(s->call))
			maybe++;
		else
			results_add(&d->results, RESULT_LATER,
			    (struct outbox_result){
				.id = s->id, .chat_id = s->chat, .birth_us = s->birth_us});
		telegram_call_cancel(s->call);
		forget(s);
	}
	for (struct callback_answer *c = LIST_FIRST(&d->callbacks), *next; c; c = next) {
		next = LIST_NEXT(c, link);
		telegram_call_cancel(c->call);
		forget_beside(c);
	}
	return maybe;
}

void delivery_yield(struct delivery *d)
{
	if (!d->leading)
		return;
	d->leading = false;
	if (d->under_way_count > 0)
		log_warn(
		    "%zu messages were under way when the leadership was lost; they go again as "
		    "possible duplicates",
		    d->under_way_count);
	(void)cancel_all(d); /* the next leader finds the rows as they are */
	results_void(&d->results);
	d->block_us = 0;
	d->moved_to = 0;
	(void)uv_timer_stop(&d->timer);
	check_drained(d);
}

static void on_drain_deadline(uv_timer_t *timer)
{
	struct delivery *d = timer->data;
	size_t under_way = d->under_way_count, maybe = cancel_all(d);
	if (under_way > 0) {
		log_warn("%zu messages were still under way at the stop and go again later, %zu of "
			 "them as possible duplicates",
		    under_way, maybe);
		if (d->leading && unwritten(d) > 0) {
			(void)uv_timer_start(&d->drain_timer, on_drain_deadline, WRITE_LAST_MS, 0);
			tend(d);
			return; /* check_drained() goes on */
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
	tend(d);
	if (d->under_way_count == 0 && unwritten(d) == 0 && !d->running && !d->lent)
		(void)uv_timer_start(&d->drain_timer, on_drain_deadline, 0, 0);
}

struct delivery_stats delivery_stats(const struct delivery *d)
{
	struct delivery_stats stats = d->stats;
	stats.under_way = d->under_way_count;
	stats.unwritten = unwritten(d);
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
	(void)cancel_all(d);
	results_finish(&d->results);
	map_finish(&d->chats);
	map_finish(&d->presses);
	user_links_finish(&d->links);
	rate_limit_finish(&d->limits);
	arena_finish(&d->arena);
	uv_close((uv_handle_t *)&d->timer, on_closed);
}
