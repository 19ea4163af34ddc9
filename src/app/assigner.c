#include "assigner_private.h"
#include "salesreg/app/outgoing.h"
#include "salesreg/app/same_person.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/base/map.h"
#include "salesreg/domain/backoff.h"
#include "salesreg/domain/notice.h"
#include "salesreg/store/assignments.h"
#include "salesreg/store/dealing.h"
#include "salesreg/store/people.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	TELL_AT_ONCE = 100,
	DEADLINE_MS = 30000,
	APART_AT_ONCE = 500,
	COUNT_AGAIN_ROUNDS = 50,
	ARENA_MAXIMUM = 128 * 1024 * 1024,
};
static const int64_t PAUSE_FIRST_US = 200 * 1000, PAUSE_LONGEST_US = 30 * 1000 * 1000;
static const int64_t PAUSE_LOCKED_US = 5 * 1000 * 1000;

static void go(struct assigner *s);
static void on_pause(uv_timer_t *timer);
static void on_again(uv_timer_t *timer);

static struct left_out left_out(const struct assigner *s)
{
	return (struct left_out){(const char *const *)s->left_out, s->left_out_count};
}

static void leave_out(struct assigner *s, const char *prospect)
{
	if (s->left_out_count == LEFT_OUT_MOST)
		return; /* that many are no longer one prospect's fault; what comes is tried again */
	log_error(
	    "prospect %.255s cannot be assigned and is left out until the next sweep, so that "
	    "the others need not wait for it: %s",
	    prospect, s->why);
	s->left_out[s->left_out_count] = strdup(prospect);
	if (!s->left_out[s->left_out_count++])
		abort();
}

static void leave_none_out(struct assigner *s)
{
	while (s->left_out_count > 0)
		free(s->left_out[--s->left_out_count]);
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
	if (!may_be_a_row(reply) || s->left_out_count == LEFT_OUT_MOST)
		return false;
	(void)snprintf(s->why, sizeof s->why, "%s %s", reply->sqlstate, reply->message);
	if (s->step == STEP_REDEALING && s->redealing)
		leave_out(s, s->redealing);
	else if (s->step == STEP_DEALING && s->at_once > 1)
		s->at_once /= 2;
	else if (s->step == STEP_DEALING)
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
		s->sort_out = true;
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
	s->step = STEP_IDLE;
	s->woken = true;
	db_pool_release(s->options.pool, s->conn);
	s->conn = NULL;
	(void)uv_timer_start(&s->pause, on_pause, (uint64_t)pause / 1000 + 1, 0);
}

/* Reads of a step: BEGIN and the lock come first, each a statement of its own, so that the rest sees what is committed. */
struct db_plan *assigner_begin(struct assigner *s)
{
	arena_reset(&s->arena);
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
		rows[count++] = (struct queued_row){
		    m->chat_id, outgoing_method(m), outgoing_payload(m, &s->arena)};
	outbox_queue(&s->plan, &s->arena, rows, count, PRIORITY_NOTIFICATION);
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

/* For rep: whether it was with somebody else before is said, that it comes back to the same one is not. */
struct notice_prospect assigner_notice_of(const struct waiting_row *row, const char *rep)
{
	bool contacted = false;
	bool again = had_before(row->former, rep, &contacted);
	return (struct notice_prospect){.assignment_id = row->assignment_id,
	    .name = row->name,
	    .telegram = row->telegram,
	    .context = row->context,
	    .notes = row->notes,
	    .email = row->email,
	    .known = row->known,
	    .colleague = row->known ? NULL : row->colleague,
	    .again = again,
	    .again_contacted = contacted};
}

enum locale assigner_locale_of(const struct assigner *s, const struct dealing_rep_row *rep)
{
	enum locale locale = s->options.rules->default_locale;
	(void)locale_parse(rep->locale, &locale);
	return locale;
}

/* The languages admins have chosen: asked for with whatever may end in a message to them. */
static void plan_admin_locales(struct assigner *s)
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

/* Telling the admins about prospects nobody takes --------------------------------------------------------------------------*/

static void rest(struct assigner *s)
{
	db_pool_release(s->options.pool, s->conn);
	s->conn = NULL;
	s->step = STEP_IDLE;
	s->failures = 0;
	fault_log_over(&s->fault, "prospects are assigned again");
	arena_reset(&s->arena);
	if (s->woken)
		go(s);
	else if (s->passed_over || s->apart_more)
		(void)uv_timer_start(&s->again, on_again, LOOK_AGAIN_MS, 0);
}

static void tell(struct assigner *s);

static void on_told(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK)
		assigner_fail(s, reply);
	else if (s->more_left)
		tell(s);
	else {
		s->apart = s->apart_next;
		s->apart_whole = false;
		rest(s);
	}
}

static void on_nobody_left(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	struct waiting_row *rows;
	size_t count =
	    dealing_nobody_left_parse(reply->results[s->candidates_step], &s->arena, &rows);
	assigner_read_admin_locales(s, reply);
	s->plan.count = 0;
	if (count > 0) {
		const struct conversation_rules *rules = s->options.rules;
		struct notice_prospect *prospects =
		    ARENA_ARRAY(&s->arena, struct notice_prospect, count);
		const char **ids = ARENA_ARRAY(&s->arena, const char *, count);
		for (size_t i = 0; i < count; i++) {
			prospects[i] = assigner_notice_of(&rows[i], "");
			ids[i] = rows[i].prospect;
		}
		struct message_list messages = {0};
		for (size_t i = 0; i < rules->admin_count; i++)
			notice_nobody_left(rules->catalog,
			    assigner_admin_locale(s, rules->admin_ids[i]), rules->admin_ids[i],
			    prospects, count, &s->arena, &messages);
		log_warn("%zu prospects were declined by every rep and wait for somebody new%s",
		    count,
		    rules->admin_count ? "; the admins are told"
				       : "; set ADMIN_TELEGRAM_IDS to be told by the bot");
		assigner_queue(s, &messages);
		dealing_told(&s->plan, &s->arena, ids, count, rules->admin_count > 0);
	}
	s->more_left = count == TELL_AT_ONCE;
	s->passed_over = dealing_passed_over_parse(reply->results[s->passed_step]);
	assigner_commit(s, on_told);
}

static void tell(struct assigner *s)
{
	s->step = STEP_TELLING;
	struct db_plan *plan = assigner_begin(s);
	s->candidates_step = dealing_nobody_left(
	    plan, &s->arena, s->options.rules->admin_count > 0, TELL_AT_ONCE, &s->apart);
	s->passed_step = dealing_passed_over(
	    plan, &s->arena, (int64_t)s->options.rules->max_prospects, left_out(s));
	plan_admin_locales(s);
	assigner_run(s, on_nobody_left);
}

/* Prospects that somebody declined, one by one ---------------------------------------------------------------------------*/

static void redeal(struct assigner *s);

static void on_redealt(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	s->stats.reassigned += s->dealt;
	if (s->dealt)
		redeal(s);
	else
		tell(s);
}

static void on_declined(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	struct dealt_row row;
	s->apart_next = s->apart;
	s->apart_next.most = APART_AT_ONCE;
	s->apart_more = dealing_apart_end_parse(reply->results[s->apart_step], &s->apart_next);
	s->plan.count = 0;
	s->dealt = 0;
	if (dealing_declined_parse(reply->results[s->candidates_step], &s->arena, &row)) {
		struct deal deal = {.prospect = row.prospect.prospect,
		    .rep = row.rep.rep,
		    .place = row.prospect.place,
		    .assignment_id = row.prospect.assignment_id};
		struct notice_prospect prospect = assigner_notice_of(&row.prospect, row.rep.rep);
		struct message_list messages = {0};
		notice_build(s->options.rules->catalog, assigner_locale_of(s, &row.rep),
		    row.rep.telegram_id, &prospect, 1, &s->arena, &messages);
		dealing_write(&s->plan, &s->arena, &deal, 1, "after a decline");
		dealing_redealt(&s->plan, &deal);
		assigner_queue(s, &messages);
		s->dealt = 1;
		s->redealing = strdup(row.prospect.prospect);
	}
	assigner_commit(s, on_redealt);
}

static void redeal(struct assigner *s)
{
	s->step = STEP_REDEALING;
	free(s->redealing);
	s->redealing = NULL;
	struct db_plan *plan = assigner_begin(s);
	if (s->rep_came)
		dealing_somebody_again(plan);
	s->apart_whole |= s->rep_came;
	s->rep_came = false;
	if (s->apart_whole)
		s->apart = (struct apart_slice){.most = INT64_MAX, .newest_us = s->apart.newest_us};
	s->apart_step = dealing_apart_end(plan, &s->arena, &s->apart);
	s->candidates_step = dealing_declined(
	    plan, &s->arena, (int64_t)s->options.rules->max_prospects, left_out(s), &s->apart);
	assigner_run(s, on_declined);
}

/* Prospects nobody declined, up to 1,000 at once ---------------------------------------------------------------------------*/

/* One notification a rep for all it got, in the order it got them. */
static void notify_reps(struct assigner *s, const struct dealing_rep_row *reps, size_t rep_count,
    const struct waiting_row *prospects, const size_t *picks, size_t count)
{
	size_t *got = ARENA_ARRAY(&s->arena, size_t, rep_count + 1);
	for (size_t i = 0; i < count; i++)
		got[picks[i] + 1]++;
	for (size_t i = 0; i < rep_count; i++)
		got[i + 1] += got[i];
	struct notice_prospect *sorted = ARENA_ARRAY(&s->arena, struct notice_prospect, count);
	size_t *filled = ARENA_ARRAY(&s->arena, size_t, rep_count);
	for (size_t i = 0; i < count; i++)
		sorted[got[picks[i]] + filled[picks[i]]++] =
		    assigner_notice_of(&prospects[i], reps[picks[i]].rep);
	for (size_t i = 0; i < rep_count; i++)
		notice_build(s->options.rules->catalog, assigner_locale_of(s, &reps[i]),
		    reps[i].telegram_id, sorted + got[i], got[i + 1] - got[i], &s->arena,
		    &s->notices);
}

/* known: those of people whom their rep has already, else the others. */
static void write_some(struct assigner *s, bool known, const char *detail)
{
	const struct people_round *r = &s->round;
	struct deal *deals = ARENA_ARRAY(&s->arena, struct deal, r->prospect_count);
	size_t count = 0;
	for (size_t i = 0; i < r->prospect_count; i++)
		if ((r->prospects[i].known != NULL) == known)
			deals[count++] = (struct deal){.prospect = r->prospects[i].prospect,
			    .rep = r->reps[r->picks[i]].rep,
			    .place = r->prospects[i].place,
			    .assignment_id = r->prospects[i].assignment_id};
	dealing_write(&s->plan, &s->arena, deals, count, detail);
}

/* Decides who gets what, and plans it. */
static void write_deals(struct assigner *s, const struct known_row *known, size_t known_count)
{
	struct arena *a = &s->arena;
	int64_t *turns = ARENA_ARRAY(a, int64_t, s->round.rep_count);
	size_t in_turn = people_deal(&s->round, known, known_count, s->options.strategy,
	    s->options.rules->max_prospects, turns, a);
	s->in_turn = in_turn;
	s->dealt = s->round.prospect_count;
	if (s->dealt == 0)
		return;
	write_some(s, false, strategy_name(s->options.strategy));
	write_some(s, true, "same person");
	struct deal *served = ARENA_ARRAY(a, struct deal, in_turn);
	size_t served_count = 0;
	for (size_t i = 0; i < in_turn; i++)
		if (turns[i] != s->round.reps[i].last_dealt)
			served[served_count++] =
			    (struct deal){.rep = s->round.reps[i].rep, .turn = turns[i]};
	dealing_served(&s->plan, a, served, served_count);
}

static void plan_reps(struct assigner *s, const struct dealing_rep_row *counted, size_t count)
{
	s->counted = count > 0;
	s->reps_step = dealing_reps(&s->plan, &s->arena, (int64_t)s->options.rules->max_prospects,
	    s->options.strategy == STRATEGY_LEAST_LOADED, s->at_once, counted, count);
}

/* The reads of a round, in a transaction that the next plan ends. */
static void plan_round(struct assigner *s, const struct dealing_rep_row *counted, size_t count)
{
	struct db_plan *plan = &s->plan;
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	assignment_lock(plan);
	plan_reps(s, counted, count);
	s->candidates_step = dealing_candidates(plan, &s->arena, s->at_once, left_out(s));
	s->turn_step = dealing_turn(plan);
	s->reads_follow = true;
}

static void on_round(struct db_conn *conn, const struct db_reply *reply, void *data);

/* What the reps of this round's front have after it. */
static const struct dealing_rep_row *held_after(struct assigner *s)
{
	const struct people_round *r = &s->round;
	struct dealing_rep_row *reps = ARENA_ARRAY(&s->arena, struct dealing_rep_row, s->in_turn);
	memcpy(reps, r->reps, s->in_turn * sizeof *reps);
	for (size_t i = 0; i < r->prospect_count; i++)
		if (r->picks[i] < s->in_turn)
			reps[r->picks[i]].open++;
	return reps;
}

/*
 * Ends the transaction; after a full round there is more, and the server need not wait for us in between. Counting costs more
 * than all else: what is known of the round that ends holds for the next one if no other session assigned, gave back or
 * changed anything: no notification came, and the turn, which everybody takes who adds to what a rep has, is the one after
 * ours. What is given to reps by plain SQL comes with a notification, unless its triggers are off, as with what is replicated:
 * so all are counted every few seconds.
 */
static void end_round(struct assigner *s)
{
	(void)db_plan_add_plain(&s->plan, SQL_TX_COMMIT);
	if (s->dealt == s->at_once) {
		bool count = s->woken || s->in_turn == 0 || ++s->uncounted == COUNT_AGAIN_ROUNDS;
		if (count)
			s->uncounted = 0;
		plan_round(s, count ? NULL : held_after(s), count ? 0 : s->in_turn);
	}
	assigner_run(s, on_round);
}

static void on_deals_written(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	s->plan.count = 0;
	assigner_queue(s, &s->notices);
	end_round(s);
}

/* Who has these people already is known now. */
static void on_known(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	struct known_row *known;
	size_t count = dealing_known_parse(reply->results[s->known_step], &s->arena, &known);
	struct identity_row *shared = NULL;
	size_t shared_count = s->some_doubled ? dealing_shared_parse(reply->results[s->shared_step],
						    &s->arena, &shared)
					      : 0;
	people_join(&s->round.people, shared, shared_count);
	s->plan.count = 0;
	write_deals(s, known, count);
	if (s->dealt == 0) {
		end_round(s);
		return;
	}
	assigner_run(s, on_deals_written);
	/* while the server is at it */
	s->notices = (struct message_list){0};
	notify_reps(
	    s, s->round.reps, s->round.rep_count, s->round.prospects, s->round.picks, s->dealt);
}

/* What there is to give and who may get it is read. */
static void begin_round(struct assigner *s)
{
	const struct people_round *r = &s->round;
	s->plan.count = 0;
	if (r->prospect_count == 0) {
		end_round(s);
		return;
	}
	people_identify(r->prospects, r->prospect_count, &s->arena, &s->round.people);
	dealing_identify(&s->plan, &s->arena, r->people.rows, r->people.count);
	s->known_step = dealing_known(&s->plan, &s->arena, r->people.rows, r->people.count);
	struct identity_row *doubled;
	size_t doubled_count = people_doubled(&r->people, &s->arena, &doubled);
	s->some_doubled = doubled_count > 0;
	if (s->some_doubled)
		s->shared_step = dealing_shared(&s->plan, &s->arena, doubled, doubled_count);
	assigner_run(s, on_known);
}

static void on_counted(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	s->round.rep_count =
	    dealing_reps_parse(reply->results[s->reps_step], &s->arena, &s->round.reps);
	begin_round(s);
}

/* The writes of the last round are committed; the reads of the next one, if there is one, came with the same answer. */
static void on_round(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	int64_t now = clock_monotonic_us();
	if (s->dealt) {
		log_info("%zu prospects dealt", s->dealt);
		histogram_observe(&s->rounds, now - s->round_us);
		s->round_us = now; /* after a full round the next one has begun with it */
	}
	s->stats.assigned += s->dealt;
	s->dealt = 0;
	s->plan.count = 0;
	arena_reset(&s->arena);
	if (!s->reads_follow) {
		redeal(s);
		return;
	}
	s->reads_follow = false;
	s->stats.rounds++;
	struct people_round *r = &s->round;
	r->prospect_count =
	    dealing_candidates_parse(reply->results[s->candidates_step], &s->arena, &r->prospects);
	r->rep_count = dealing_reps_parse(reply->results[s->reps_step], &s->arena, &r->reps);
	int64_t before = r->turn;
	r->turn = dealing_turn_parse(reply->results[s->turn_step]);
	if (s->counted && r->turn != before + DEALING_TURNS) {
		plan_reps(s, NULL, 0);
		assigner_run(s, on_counted);
		return;
	}
	begin_round(s);
}

void assigner_deal(struct assigner *s)
{
	s->step = STEP_DEALING;
	s->dealt = 0;
	s->round_us = clock_monotonic_us();
	s->plan.count = 0;
	s->uncounted = 0;
	arena_reset(&s->arena);
	plan_round(s, NULL, 0);
	assigner_run(s, on_round);
}

/* Life ---------------------------------------------------------------------------------------------------------------------*/

static void on_named(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	struct assigner *s = data;
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	const char *prospect = dealing_next_parse(reply->results[0], &s->arena);
	s->naming = false;
	s->at_once = AT_ONCE;
	if (prospect)
		leave_out(s, prospect);
	assigner_deal(s);
}

static void on_lease(struct db_conn *conn, enum err err, void *data)
{
	struct assigner *s = data;
	s->leased = false;
	if (err != ERR_OK) {
		s->step = STEP_IDLE;
		s->woken = true;
		if (err != ERR_CANCELLED)
			(void)uv_timer_start(&s->pause, on_pause, 1000, 0);
		return;
	}
	s->conn = conn;
	s->woken = false;
	if (s->naming) {
		s->step = STEP_TELLING;
		s->plan.count = 0;
		arena_reset(&s->arena);
		(void)dealing_next(&s->plan, &s->arena, left_out(s));
		assigner_run(s, on_named);
		return;
	}
	if (!s->sort_out) {
		assigner_deal(s);
		return;
	}
	s->sort_out = false;
	s->step = STEP_SORTING;
	s->sorting = dealing_sort_out(assigner_begin(s), &s->arena, AT_ONCE, s->options.grace_s);
	s->stale_step = dealing_cards_due(&s->plan, &s->arena, CARDS_AT_ONCE);
	s->claims_step = claims_over(&s->plan, &s->arena, AT_ONCE);
	plan_admin_locales(s);
	assigner_run(s, assigner_on_sorting);
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
	s->rep_came = s->sort_out = true; /* who is back reads what went on meanwhile */
	assigner_wake(s);
}

void assigner_sweep(struct assigner *s)
{
	leave_none_out(s);
	s->at_once = AT_ONCE;
	s->sort_out = s->rep_came = true;
	assigner_wake(s);
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
	leave_none_out(s);
	free(s->redealing);
	s->closing = 4;
	uv_close((uv_handle_t *)&s->sweep, on_closed);
	uv_close((uv_handle_t *)&s->pause, on_closed);
	uv_close((uv_handle_t *)&s->again, on_closed);
	uv_close((uv_handle_t *)&s->expiry, on_closed);
}
