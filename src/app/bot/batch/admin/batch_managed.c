/*
 * What is read of prospects for admins who ask: nothing where none does.
 */
#include "../batch_private.h"
#include "salesreg/base/time_zone.h"

void batch_add_only(struct batch *b)
{
	struct fold_interests *in = &b->interests;
	for (size_t i = 0; i < b->to - b->from; i++) {
		if (!b->has_only[b->from + i])
			continue;
		in->of[i].managed.has_only = true;
		in->of[i].managed.only = b->only[b->from + i];
		in->managed_cards[in->managed_card_count++] = (struct managed_card_ask){
		    .place = (int64_t)i, .has_hash = true, .hash = b->only[b->from + i]};
	}
}

bool batch_has_only(struct batch *b)
{
	for (size_t i = 0; i < b->writes.only_count; i++) {
		const struct fold_only *only = &b->writes.only[i];
		b->only[b->from + only->update] = only->hash;
		b->has_only[b->from + only->update] = true;
	}
	return b->writes.only_count > 0;
}

/* One more than is shown: whether there are more. */
void batch_plan_managed(struct batch *b, struct db_plan *plan)
{
	struct arena *a = &b->scratch;
	const struct fold_interests *in = &b->interests;
	if (in->managed_search_count + in->managed_card_count + in->managed_waiting_count == 0 &&
	    !in->wants_waits)
		return;
	if (in->managed_search_count)
		b->steps.found = prospects_found(
		    plan, a, in->managed_searches, in->managed_search_count, MANAGED_A_PAGE + 1);
	/* behind the lock, and before the cards, which are read as they are then */
	if (in->managed_held_count)
		managed_hold(plan, a, in->managed_held, in->managed_held_count);
	const char *zone = time_zone_here(arena_alloc(a, TIME_ZONE_SIZE));
	if (in->wants_waits)
		b->steps.managed_waits = managed_waits(plan, a, WAITS_COUNTED + 1, zone);
	if (in->managed_waiting_count)
		b->steps.managed_waiting = managed_waiting(plan, a, in->managed_waiting,
		    in->managed_waiting_count, MANAGED_A_PAGE + 1, WAITS_COUNTED + 1, zone);
	if (in->managed_reps_count)
		b->steps.managed_reps = managed_reps(
		    plan, a, in->managed_reps, in->managed_reps_count, MANAGED_REPS_A_PAGE + 1);
	if (in->managed_card_count)
		b->steps.managed_cards = managed_card(
		    plan, a, in->managed_cards, in->managed_card_count, CLIENT_EVENT_LONG, zone);
}

void batch_unpack_managed(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	const struct fold_interests *in = &b->interests;
	if (in->managed_search_count) {
		struct found_row *found;
		input->found_count =
		    prospects_found_parse(reply->results[b->steps.found], a, &found);
		input->found = found;
	}
	if (in->wants_waits) {
		struct managed_waits_row *waits;
		input->managed_waits_count =
		    managed_waits_parse(reply->results[b->steps.managed_waits], a, &waits);
		input->managed_waits = waits;
	}
	if (in->managed_waiting_count) {
		struct managed_waiting_row *waiting;
		input->managed_waiting_count =
		    managed_waiting_parse(reply->results[b->steps.managed_waiting], a, &waiting);
		input->managed_waiting = waiting;
	}
	if (in->managed_reps_count) {
		struct managed_rep_row *reps;
		input->managed_rep_count =
		    managed_reps_parse(reply->results[b->steps.managed_reps], a, &reps);
		input->managed_reps = reps;
	}
	if (in->managed_card_count) {
		struct managed_card_row *cards;
		input->managed_card_count =
		    managed_card_parse(reply->results[b->steps.managed_cards], a, &cards);
		input->managed_cards = cards;
	}
}
