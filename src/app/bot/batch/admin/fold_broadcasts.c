/*
 * What admins send to all reps, as the decisions see it.
 */
#include "../fold_private.h"

void fold_fill_broadcasts(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	struct conversation_state *state = &p->state;
	state->broadcast = NULL;
	state->audience = (struct broadcast_audience){0};
	if (interest->wants_audience && state->phase == PHASE_BROADCAST)
		state->audience = input->audience;
	if (!interest->broadcast_said && !interest->broadcast_id)
		return;
	for (size_t i = 0; i < input->broadcast_count; i++) {
		const struct broadcast_row *row = &input->broadcasts[i];
		if (interest->broadcast_said
			? row->admin != p->user_id || row->said != interest->broadcast_said
			: row->id != interest->broadcast_id)
			continue;
		struct broadcast_view *view = ARENA_NEW(f->a, struct broadcast_view);
		*view = (struct broadcast_view){.id = row->id,
		    .mine = row->admin == p->user_id,
		    .about = row->about,
		    .state = broadcast_state_from_name(row->state),
		    .ended = row->ended};
		state->broadcast = view;
	}
}
