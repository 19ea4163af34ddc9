#include "assigner_private.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { EXPLAINED_MOST = 20 };

/*
 * The step REASSIGNING: prospects that somebody declined or lost, one by one, each to a rep who has not had it yet.
 * Failures: as of every step, see assigner.c; the one in hand is named, in case that it is its data's fault.
 */

static void on_reassigned(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_REASSIGNING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	s->stats.reassigned += s->assigned;
	if (s->assigned)
		assigner_reassign(s);
	else
		assigner_escalate(s);
}

static void notify(struct assigner *s)
{
	const struct allocated_row *row = s->given;
	struct notice_prospect prospect = assigner_notice_of(s, &row->prospect, row->rep.rep);
	struct message_list messages = {0};
	assigner_show_answers(s, &row->prospect, &row->rep);
	notice_build(s->options.rules->catalog, assigner_locale_of(s, &row->rep),
	    row->rep.telegram_id, &prospect, 1, &s->arena, &messages);
	assigner_queue(s, &messages);
}

static void on_given(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_REASSIGNING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	assigner_read_first_words(s, reply, &s->first_words);
	s->plan.count = 0;
	notify(s);
	assigner_commit(s, on_reassigned);
}

static void on_declined(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_REASSIGNING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	struct allocated_row *row = ARENA_NEW(&s->arena, struct allocated_row);
	s->apart_next = s->apart;
	s->apart_next.most = APART_AT_ONCE;
	s->apart_more = allocation_apart_end_parse(reply->results[s->apart_step], &s->apart_next);
	s->plan.count = 0;
	s->assigned = 0;
	if (allocation_declined_parse(reply->results[s->candidates_step], &s->arena, row)) {
		struct allocation allocation = {.prospect = row->prospect.prospect,
		    .rep = row->rep.rep,
		    .place = row->prospect.place,
		    .assignment_id = row->prospect.assignment_id};
		allocation_round_declined(&s->plan, &s->arena, &allocation,
		    (int64_t)s->options.rules->max_prospects, EXPLAINED_MOST);
		allocation_write(&s->plan, &s->arena, &allocation, 1, "after a decline");
		allocation_reassigned(&s->plan, &allocation);
		s->assigned = 1;
		s->reassigning = strdup(row->prospect.prospect);
		s->first_words.prospects = ARENA_NEW(&s->arena, struct waiting_row *);
		s->first_words.reps = ARENA_NEW(&s->arena, const char *);
		s->first_words.prospects[0] = &row->prospect;
		s->first_words.reps[0] = row->rep.rep;
		s->first_words.count = 1;
		s->given = row;
		assigner_plan_first_words(s, &s->first_words);
		if (s->reach_step != SIZE_MAX) {
			assigner_run(s, on_given); /* the card says when the bot writes */
			return;
		}
		notify(s);
	}
	assigner_commit(s, on_reassigned);
}

void assigner_reassign(struct assigner *s)
{
	assigner_set_step(s, STEP_REASSIGNING);
	free(s->reassigning);
	s->reassigning = NULL;
	struct db_plan *plan = assigner_begin(s);
	if (s->rep_came)
		allocation_reopen_exhausted(plan);
	s->apart_whole |= s->rep_came;
	s->rep_came = false;
	if (s->apart_whole)
		s->apart = (struct apart_slice){.most = INT64_MAX, .newest_us = s->apart.newest_us};
	s->apart_step = allocation_apart_end(plan, &s->arena, &s->apart);
	s->candidates_step = allocation_declined(plan, &s->arena,
	    (int64_t)s->options.rules->max_prospects, assigner_left_out(s), &s->apart);
	assigner_run(s, on_declined);
}
