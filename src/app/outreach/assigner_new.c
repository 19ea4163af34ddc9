#include "assigner_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include "salesreg/store/assignments.h"
#include <assert.h>
#include <string.h>

/*
 * The step ASSIGNING: prospects nobody had yet, up to AT_ONCE in a round of one transaction.
 *
 * Happy path: the reps with room and what waits are read -> who of these people is known already -> decided (domain) and
 * written -> one notification a rep -> COMMIT, with the reads of the next round behind it while rounds are full.
 * Failures: as of every step, see assigner.c.
 */

enum { COUNT_AGAIN_ROUNDS = 50 };

/* One notification a rep for all it got, in the order it got them. */
static void notify_reps(struct assigner *s, const struct allocation_rep_row *reps, size_t rep_count,
    const struct waiting_row *prospects, const size_t *picks, size_t count)
{
	size_t *got = ARENA_ARRAY(&s->arena, size_t, rep_count + 1);
	for (size_t i = 0; i < count; i++)
		got[picks[i] + 1]++;
	for (size_t i = 0; i < rep_count; i++)
		got[i + 1] += got[i];
	struct notice_prospect *sorted = ARENA_ARRAY(&s->arena, struct notice_prospect, count);
	size_t *filled = ARENA_ARRAY(&s->arena, size_t, rep_count);
	for (size_t i = 0; i < count; i++) {
		sorted[got[picks[i]] + filled[picks[i]]++] =
		    assigner_notice_of(s, &prospects[i], reps[picks[i]].rep);
		assigner_show_answers(s, &prospects[i], &reps[picks[i]]);
	}
	for (size_t i = 0; i < rep_count; i++)
		notice_build(s->options.rules->catalog, assigner_locale_of(s, &reps[i]),
		    reps[i].telegram_id, sorted + got[i], got[i + 1] - got[i], &s->arena,
		    &s->notices);
}

static void notify_round(struct assigner *s)
{
	s->notices = (struct message_list){0};
	notify_reps(
	    s, s->round.reps, s->round.rep_count, s->round.prospects, s->round.picks, s->assigned);
}

/* known: those of people whom their rep has already, else the others. */
static void plan_some(struct assigner *s, bool known, const char *detail)
{
	const struct people_round *r = &s->round;
	struct allocation *assigns = ARENA_ARRAY(&s->arena, struct allocation, r->prospect_count);
	size_t count = 0;
	for (size_t i = 0; i < r->prospect_count; i++)
		if ((r->prospects[i].known != NULL) == known)
			assigns[count++] = (struct allocation){.prospect = r->prospects[i].prospect,
			    .rep = r->reps[r->picks[i]].rep,
			    .place = r->prospects[i].place,
			    .assignment_id = r->prospects[i].assignment_id};
	allocation_write(&s->plan, &s->arena, assigns, count, detail);
}

static void plan_first_words(struct assigner *s)
{
	const struct people_round *r = &s->round;
	struct first_words *of = &s->first_words;
	*of = (struct first_words){
	    .prospects = ARENA_ARRAY(&s->arena, struct waiting_row *, r->prospect_count),
	    .reps = ARENA_ARRAY(&s->arena, const char *, r->prospect_count),
	    .count = r->prospect_count};
	for (size_t i = 0; i < r->prospect_count; i++) {
		of->prospects[i] = &r->prospects[i];
		of->reps[i] = r->reps[r->picks[i]].rep;
	}
	assigner_plan_first_words(s, of);
}

/* Decides who gets what, and plans it. */
static void plan_assignments(struct assigner *s, const struct known_row *known, size_t known_count)
{
	struct arena *a = &s->arena;
	int64_t *turns = ARENA_ARRAY(a, int64_t, s->round.rep_count);
	size_t in_turn =
	    people_allocate(&s->round, known, known_count, s->options.strategy, turns, a);
	s->in_turn = in_turn;
	s->assigned = s->round.prospect_count;
	if (s->assigned == 0)
		return;
	plan_first_words(s);
	assigner_explain_round(s, s->round.reps, in_turn);
	plan_some(s, false, strategy_name(s->options.strategy));
	plan_some(s, true, "same person");
	struct allocation *served = ARENA_ARRAY(a, struct allocation, in_turn);
	size_t served_count = 0;
	for (size_t i = 0; i < in_turn; i++)
		if (turns[i] != s->round.reps[i].last_assigned_turn)
			served[served_count++] =
			    (struct allocation){.rep = s->round.reps[i].rep, .turn = turns[i]};
	allocation_served(&s->plan, a, served, served_count);
}

static void plan_reps(struct assigner *s, const struct allocation_rep_row *counted, size_t count)
{
	s->counted = count > 0;
	s->reps_step =
	    allocation_reps(&s->plan, &s->arena, (int64_t)s->options.rules->max_prospects,
		s->options.strategy == STRATEGY_LEAST_LOADED, s->at_once, counted, count);
}

/* The reads of a round, in a transaction that the next plan ends. */
static void plan_round(struct assigner *s, const struct allocation_rep_row *counted, size_t count)
{
	struct db_plan *plan = &s->plan;
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	assignment_lock(plan);
	/* in this order: how many reps are enough is counted after it is known, and locked, what they are for */
	s->candidates_step =
	    allocation_candidates(plan, &s->arena, s->at_once, assigner_left_out(s));
	plan_reps(s, counted, count);
	s->turn_step = allocation_turn(plan);
	s->reads_follow = true;
}

static void on_round(struct db_conn *conn, const struct db_reply *reply, void *data);

/* What the reps of this round's front have after it. */
static const struct allocation_rep_row *held_after(struct assigner *s)
{
	const struct people_round *r = &s->round;
	struct allocation_rep_row *reps =
	    ARENA_ARRAY(&s->arena, struct allocation_rep_row, s->in_turn);
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
	if (s->assigned == s->at_once) {
		bool count = s->woken || s->in_turn == 0 || ++s->uncounted == COUNT_AGAIN_ROUNDS;
		if (count)
			s->uncounted = 0;
		plan_round(s, count ? NULL : held_after(s), count ? 0 : s->in_turn);
	}
	assigner_run(s, on_round);
}

static void on_assigned(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_ASSIGNING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	s->plan.count = 0;
	if (s->reach_step != SIZE_MAX) {
		assigner_read_first_words(s, reply, &s->first_words);
		notify_round(s);
	}
	assigner_queue(s, &s->notices);
	end_round(s);
}

/* Who has these people already is known now. */
static void on_known(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_ASSIGNING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	struct known_row *known;
	size_t count = allocation_known_parse(reply->results[s->known_step], &s->arena, &known);
	struct identity_row *shared = NULL;
	size_t shared_count =
	    s->some_doubled
		? allocation_shared_parse(reply->results[s->shared_step], &s->arena, &shared)
		: 0;
	people_join(&s->round.people, shared, shared_count);
	s->plan.count = 0;
	plan_assignments(s, known, count);
	if (s->assigned == 0) {
		end_round(s);
		return;
	}
	assigner_run(s, on_assigned);
	/* while the server is at it, unless the cards wait for its answer */
	if (s->reach_step == SIZE_MAX)
		notify_round(s);
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
	allocation_identify(&s->plan, &s->arena, r->people.rows, r->people.count);
	s->known_step = allocation_known(&s->plan, &s->arena, r->people.rows, r->people.count);
	struct identity_row *doubled;
	size_t doubled_count = people_doubled(&r->people, &s->arena, &doubled);
	s->some_doubled = doubled_count > 0;
	if (s->some_doubled)
		s->shared_step = allocation_shared(&s->plan, &s->arena, doubled, doubled_count);
	assigner_run(s, on_known);
}

static void on_counted(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_ASSIGNING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	s->round.rep_count =
	    allocation_reps_parse(reply->results[s->reps_step], &s->arena, &s->round.reps);
	begin_round(s);
}

/* The writes of the last round are committed; the reads of the next one, if there is one, came with the same answer. */
static void on_round(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_ASSIGNING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	int64_t now = clock_monotonic_us();
	if (s->assigned) {
		log_info("%zu %s assigned", s->assigned,
		    text_plural((int64_t)s->assigned, "prospect", "prospects"));
		histogram_observe(&s->rounds, now - s->round_us);
		s->round_us = now; /* after a full round the next one has begun with it */
	}
	s->stats.assigned += s->assigned;
	s->assigned = 0;
	s->plan.count = 0;
	assigner_reset(s);
	if (!s->reads_follow) {
		assigner_reassign(s);
		return;
	}
	s->reads_follow = false;
	s->stats.rounds++;
	struct people_round *r = &s->round;
	r->prospect_count = allocation_candidates_parse(
	    reply->results[s->candidates_step], &s->arena, &r->prospects);
	r->rep_count = allocation_reps_parse(reply->results[s->reps_step], &s->arena, &r->reps);
	int64_t before = r->turn;
	r->turn = allocation_turn_parse(reply->results[s->turn_step]);
	if (s->counted && r->turn != before + ALLOCATION_TURNS) {
		plan_reps(s, NULL, 0);
		assigner_run(s, on_counted);
		return;
	}
	begin_round(s);
}

void assigner_assign_new(struct assigner *s)
{
	assigner_set_step(s, STEP_ASSIGNING);
	s->assigned = 0;
	s->round_us = clock_monotonic_us();
	s->plan.count = 0;
	s->uncounted = 0;
	assigner_reset(s);
	plan_round(s, NULL, 0);
	assigner_run(s, on_round);
}
