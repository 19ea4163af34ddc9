#include "assigner_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/link_token.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/outbox/backoff.h"
#include "salesreg/store/allocation.h"
#include "salesreg/store/assignments.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * When the assigner works, and what a failure leads to; the work itself is in a file for each step.
 *
 * Happy path: woken (a notification, the sweep, a timer) -> a lease -> what was changed by hand is reconciled if somebody changed
 * it -> new prospects are assigned, round by round -> declined ones, one by one -> what nobody takes is said to the admins ->
 * the lease is given back.
 * Failures: a transaction that fails is rolled back, and all begins again after a pause that grows. If a prospect's own data
 * may be the cause, rounds are halved until that one is alone, named, and left out until the next sweep.
 */

enum { DEADLINE_MS = 30000, LINK_BYTES = 16, ARENA_MAXIMUM = 128 * 1024 * 1024 };
static const int64_t PAUSE_FIRST_US = 200 * 1000, PAUSE_LONGEST_US = 30 * 1000 * 1000;
static const int64_t PAUSE_LOCKED_US = 5 * 1000 * 1000;

static void go(struct assigner *s);
static void on_pause(uv_timer_t *timer);
static void on_again(uv_timer_t *timer);

void assigner_set_step(struct assigner *s, enum step step)
{
	static const char *const names[] = {
#define X(name, text) [STEP_##name] = text,
	    STEP_MAP(X)
#undef X
	};
#define TO(name) (1U << STEP_##name)
	static const unsigned allowed[] = {
	    [STEP_IDLE] = TO(NAMING) | TO(RECONCILING) | TO(ASSIGNING),
	    [STEP_NAMING] = TO(IDLE) | TO(ASSIGNING),
	    [STEP_RECONCILING] = TO(IDLE) | TO(ASSIGNING),
	    [STEP_ASSIGNING] = TO(IDLE) | TO(REASSIGNING),
	    [STEP_REASSIGNING] = TO(IDLE) | TO(REASSIGNING) | TO(ESCALATING),
	    [STEP_ESCALATING] = TO(IDLE) | TO(ESCALATING),
	};
#undef TO
	assert(allowed[s->step] & (1U << step));
	log_debug("assigner: %s -> %s", names[s->step], names[step]);
	s->step = step;
}

/*
 * The classes that a row can be the cause of: its data cannot be read or breaks a rule (22, 23, XX), or a function of
 * somebody's refuses it (P0, 38, 39).
 */
static bool may_be_a_row(const struct db_reply *reply)
{
	static const char *const classes[] = {"22", "23", "P0", "38", "39", "XX"};
	bool found = false;
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		found |= strncmp(reply->sqlstate, classes[i], 2) == 0;
	return reply->err == ERR_REFUSED && found;
}

/* One prospect must not hold up the others: true if there is something to be tried at once. */
static bool looks_for_culprit(struct assigner *s, const struct db_reply *reply)
{
	if (!may_be_a_row(reply) || s->refused.count == LEFT_OUT_MOST)
		return false;
	(void)snprintf(s->why, sizeof s->why, "%s %s", reply->sqlstate, reply->message);
	if (s->step == STEP_REASSIGNING && s->reassigning)
		assigner_leave_out(s, s->reassigning);
	else if (s->step == STEP_ASSIGNING && s->at_once > 1)
		s->at_once /= 2;
	else if (s->step == STEP_ASSIGNING)
		s->naming = true;
	else
		return false;
	return true;
}

void assigner_fail(struct assigner *s, const struct db_reply *reply)
{
	bool at_once = looks_for_culprit(s, reply);
	/* 23505: a live assignment is left over from a change by hand */
	if (strcmp(reply->sqlstate, "23505") == 0)
		s->reconcile = true;
	s->rep_came = true; /* if that was in it, it is undone too */
	s->stats.retried++;
	/* 55P03: somebody holds a lock too long; it may come free any moment */
	bool locked = strcmp(reply->sqlstate, "55P03") == 0;
	int64_t pause = at_once ? 0
				: backoff_us(s->failures++, PAUSE_FIRST_US,
				      locked ? PAUSE_LOCKED_US : PAUSE_LONGEST_US, clock_random());
	if (!at_once)
		fault_log_warn(&s->fault, "assigning was undone and is tried again in %lld ms: %s",
		    (long long)pause / 1000, reply->message);
	assigner_set_step(s, STEP_IDLE);
	s->woken = true;
	db_pool_release(s->options.pool, s->conn);
	s->conn = NULL;
	(void)uv_timer_start(&s->pause, on_pause, (uint64_t)pause / 1000 + 1, 0);
}

static void forget_links(struct assigner *s)
{
	s->links = NULL;
	s->link_count = s->link_room = 0;
	assigner_forget_answers(s);
}

void assigner_reset(struct assigner *s)
{
	forget_links(s);
	arena_reset(&s->arena);
}

/* Reads of a step: BEGIN and the lock come first, each a statement of its own, so that the rest sees what is committed. */
struct db_plan *assigner_begin(struct assigner *s)
{
	assigner_reset(s);
	s->plan.count = 0;
	(void)db_plan_add_plain(&s->plan, SQL_TX_BEGIN);
	assignment_lock(&s->plan);
	return &s->plan;
}

void assigner_run(
    struct assigner *s, void (*done)(struct db_conn *, const struct db_reply *, void *))
{
	db_conn_run(s->conn, s->plan.steps, s->plan.count, DEADLINE_MS, done, s);
}

void assigner_commit(
    struct assigner *s, void (*done)(struct db_conn *, const struct db_reply *, void *))
{
	(void)db_plan_add_plain(&s->plan, SQL_TX_COMMIT);
	assigner_run(s, done);
}

void assigner_queue(struct assigner *s, const struct message_list *messages)
{
	struct queued_row *rows = ARENA_ARRAY(&s->arena, struct queued_row, messages->count);
	size_t count = 0;
	for (const struct message *m = messages->first; m; m = m->next)
		rows[count++] = (struct queued_row){m->chat_id, outgoing_method(m),
		    outgoing_payload(m, &s->arena), outgoing_relay(m, &s->arena)};
	outbox_queue(&s->plan, &s->arena, rows, count, PRIORITY_NOTIFICATION);
	assigner_queue_answers(s);
	if (s->link_count > 0)
		links_create(&s->plan, &s->arena, s->links, s->link_count);
	forget_links(s);
}

/* Whether somebody else than rep stands in `former`, and whether one of them contacted the prospect. */
static bool had_before(const char *former, const char *rep, bool *contacted)
{
	bool had = false;
	const size_t length = strlen(rep);
	while (former && *former) {
		size_t n = strcspn(former, " ");
		bool marked = n > 0 && former[n - 1] == '+';
		if (n - marked != length || strncmp(former, rep, length) != 0) {
			had = true;
			*contacted |= marked;
		}
		former += n + (former[n] == ' ');
	}
	return had;
}

/* A fresh one: the old ones' tokens are known to nobody any more, but lead to the prospect as well. */
static const char *own_link(struct assigner *s, const struct waiting_row *row)
{
	ARENA_GROW(&s->arena, s->links, s->link_count, 1, s->link_room);
	const char *payload = arena_printf(&s->arena, "%c%s", CONVERSATION_PROSPECT_LETTER,
	    link_token_make(&s->arena, LINK_BYTES));
	s->links[s->link_count++] =
	    (struct link_new){link_token_hash(&s->arena, payload), row->prospect};
	return arena_printf(&s->arena, "https://t.me/%s?start=%s", row->bot, payload);
}

/* For rep: whether it was with somebody else before is said, that it comes back to the same one is not. */
struct notice_prospect assigner_notice_of(
    struct assigner *s, const struct waiting_row *row, const char *rep)
{
	bool contacted = false;
	bool again = had_before(row->former, rep, &contacted);
	return (struct notice_prospect){.assignment_id = row->assignment_id,
	    .prospect_id = row->prospect,
	    .invite = row->bot ? own_link(s, row) : NULL,
	    .name = row->name,
	    .telegram = row->telegram,
	    .context = row->context,
	    .said = row->said,
	    .notes = row->notes,
	    .email = row->email,
	    .known = row->known,
	    .bot_writes = row->bot_writes,
	    .reach = reach_from_name(row->reach),
	    .colleague = row->known ? NULL : row->colleague,
	    .asks_for_person = row->asks_for_person,
	    .own = row->own,
	    .again = again,
	    .again_contacted = contacted};
}

enum locale assigner_locale_of(const struct assigner *s, const struct allocation_rep_row *rep)
{
	enum locale locale = s->options.rules->default_locale;
	(void)locale_parse(rep->locale, &locale);
	return locale;
}

/* The languages admins have chosen: asked for with whatever may end in a message to them. */
void assigner_plan_admin_locales(struct assigner *s)
{
	const struct conversation_rules *rules = s->options.rules;
	s->locales_step = locales_read(&s->plan, &s->arena, rules->admin_ids, rules->admin_count);
}

void assigner_read_admin_locales(struct assigner *s, const struct db_reply *reply)
{
	s->admin_locale_count =
	    locales_parse(reply->results[s->locales_step], &s->arena, &s->admin_locales);
}

enum locale assigner_admin_locale(const struct assigner *s, int64_t admin)
{
	return locale_chosen_by(
	    s->admin_locales, s->admin_locale_count, admin, s->options.rules->default_locale);
}

void assigner_rest(struct assigner *s)
{
	db_pool_release(s->options.pool, s->conn);
	s->conn = NULL;
	assigner_set_step(s, STEP_IDLE);
	s->failures = 0;
	fault_log_over(&s->fault, "prospects are assigned again");
	assigner_reset(s);
	if (s->woken)
		go(s);
	else if (s->passed_over || s->apart_more)
		(void)uv_timer_start(&s->again, on_again, LOOK_AGAIN_MS, 0);
}

/* Life ---------------------------------------------------------------------------------------------------------------------*/

static void on_named(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_NAMING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	const char *prospect = allocation_next_parse(reply->results[0], &s->arena);
	s->naming = false;
	s->at_once = AT_ONCE;
	if (prospect)
		assigner_leave_out(s, prospect);
	assigner_assign_new(s);
}

static void on_lease(struct db_conn *conn, enum err err, void *data)
{
	struct assigner *s = data;
	assert(s->step == STEP_IDLE && s->leased && !s->conn);
	s->leased = false;
	if (err != ERR_OK) {
		s->woken = true;
		if (err != ERR_CANCELLED)
			(void)uv_timer_start(&s->pause, on_pause, 1000, 0);
		return;
	}
	s->conn = conn;
	s->woken = false;
	if (s->naming) {
		assigner_set_step(s, STEP_NAMING);
		s->plan.count = 0;
		assigner_reset(s);
		(void)allocation_next(&s->plan, &s->arena, assigner_left_out(s));
		assigner_run(s, on_named);
		return;
	}
	if (!s->reconcile) {
		assigner_assign_new(s);
		return;
	}
	s->reconcile = false;
	assigner_set_step(s, STEP_RECONCILING);
	struct db_plan *plan = assigner_begin(s);
	s->reconciliation = allocation_reconcile(
	    plan, &s->arena, AT_ONCE, s->options.grace_s, assigner_not_taken_back(s));
	s->stale_step = allocation_cards_due(&s->plan, &s->arena, CARDS_AT_ONCE);
	s->claims_step = claims_over(&s->plan, &s->arena, AT_ONCE);
	assigner_plan_admin_locales(s);
	assigner_run(s, assigner_on_reconciling);
}

static void go(struct assigner *s)
{
	if (s->step != STEP_IDLE || s->leased)
		return;
	s->leased = true;
	(void)uv_timer_stop(&s->pause);
	(void)uv_timer_stop(&s->again);
	db_pool_acquire(s->options.pool, DEADLINE_MS, on_lease, s);
}

static void on_pause(uv_timer_t *timer)
{
	go(timer->data);
}

static void on_again(uv_timer_t *timer)
{
	assigner_wake(timer->data);
}

void assigner_on_sweep(uv_timer_t *timer)
{
	assigner_sweep(timer->data);
}

struct assigner *assigner_create(uv_loop_t *loop, const struct assigner_options *options)
{
	struct assigner *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->options = *options;
	s->at_once = AT_ONCE;
	s->apart.most = APART_AT_ONCE;
	arena_init(&s->arena, ARENA_MAXIMUM);
	(void)uv_timer_init(loop, &s->sweep);
	(void)uv_timer_init(loop, &s->pause);
	(void)uv_timer_init(loop, &s->again);
	(void)uv_timer_init(loop, &s->expiry);
	s->sweep.data = s->pause.data = s->again.data = s->expiry.data = s;
	uint64_t interval = (uint64_t)options->sweep_interval_s * 1000;
	if (interval > 0)
		(void)uv_timer_start(&s->sweep, assigner_on_sweep, interval, interval);
	return s;
}

void assigner_wake(struct assigner *s)
{
	s->woken = true;
	if (!uv_is_active((uv_handle_t *)&s->pause))
		go(s);
}

void assigner_reps(struct assigner *s)
{
	s->rep_came = s->reconcile = true; /* who is back reads what went on meanwhile */
	assigner_wake(s);
}

/* Everything is looked at, and what failed is tried again: the reason may be gone. */
static void look_at_all(struct assigner *s)
{
	left_out_none(&s->refused);
	s->at_once = AT_ONCE;
	s->rep_came = true;
	assigner_wake(s);
}

void assigner_reconcile(struct assigner *s)
{
	/* what is taken back in vain would be announced as changed by hand for ever */
	s->reconcile |= !s->takes_back_later;
	look_at_all(s);
}

void assigner_sweep(struct assigner *s)
{
	left_out_none(&s->kept);
	s->takes_back_later = false;
	s->reconcile = true;
	look_at_all(s);
}

struct assigner_stats assigner_stats(const struct assigner *s)
{
	struct assigner_stats stats = s->stats;
	stats.busy = s->step != STEP_IDLE;
	return stats;
}

const struct histogram *assigner_rounds(const struct assigner *s)
{
	return &s->rounds;
}

static void on_closed(uv_handle_t *handle)
{
	struct assigner *s = handle->data;
	if (--s->closing == 0)
		free(s);
}

void assigner_destroy(struct assigner *s)
{
	if (!s)
		return;
	arena_finish(&s->arena);
	assigner_forget_left_out(s);
	free(s->reassigning);
	s->closing = 4;
	uv_close((uv_handle_t *)&s->sweep, on_closed);
	uv_close((uv_handle_t *)&s->pause, on_closed);
	uv_close((uv_handle_t *)&s->again, on_closed);
	uv_close((uv_handle_t *)&s->expiry, on_closed);
}
