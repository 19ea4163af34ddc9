#include "assigner_private.h"
#include <stdlib.h>
#include <string.h>

/*
 * What a round was decided on, kept for whoever asks why a rep got a prospect: of the reps with room those who were next, as many as the
 * round can have needed and some more, so that the row stays small.
 */

enum { CANDIDATES_MOST = 50, CANDIDATES_MORE = 9, OTHERS_MOST = 10 };

static int by_load(const void *a, const void *b)
{
	const struct allocation_rep_row *left = a, *right = b;
	if (left->open != right->open)
		return left->open < right->open ? -1 : 1;
	return left->last_assigned_turn < right->last_assigned_turn   ? -1
	       : left->last_assigned_turn > right->last_assigned_turn ? 1
								      : 0;
}

void assigner_explain_round(
    struct assigner *s, const struct allocation_rep_row *reps, size_t rep_count)
{
	const struct people_round *r = &s->round;
	struct allocation_round round = {.rule = strategy_name(s->options.strategy),
	    .first_assignment = r->prospects[0].assignment_id,
	    .capacity = (int64_t)s->options.rules->max_prospects,
	    .prospects = r->prospect_count,
	    .candidates = reps,
	    .candidate_count = r->prospect_count + CANDIDATES_MORE,
	    .others_most = OTHERS_MOST};
	if (round.candidate_count > CANDIDATES_MOST)
		round.candidate_count = CANDIDATES_MOST;
	if (round.candidate_count > rep_count)
		round.candidate_count = rep_count;
	/* they are in turn as they are read */
	if (s->options.strategy == STRATEGY_LEAST_LOADED && rep_count > 0) {
		struct allocation_rep_row *sorted =
		    ARENA_ARRAY(&s->arena, struct allocation_rep_row, rep_count);
		memcpy(sorted, reps, rep_count * sizeof *sorted);
		qsort(sorted, rep_count, sizeof *sorted, by_load);
		round.candidates = sorted;
	}
	for (size_t i = 1; i < r->prospect_count; i++)
		if (r->prospects[i].assignment_id < round.first_assignment)
			round.first_assignment = r->prospects[i].assignment_id;
	allocation_round(&s->plan, &s->arena, &round);
}
