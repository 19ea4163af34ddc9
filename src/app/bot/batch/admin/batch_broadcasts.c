/*
 * What is read of broadcasts for admins who press their buttons, or write one.
 */
#include "../batch_private.h"

void batch_plan_broadcasts(struct batch *b, struct db_plan *plan)
{
	struct arena *a = &b->scratch;
	const struct fold_interests *in = &b->interests;
	if (in->broadcast_count)
		b->steps.broadcasts = broadcasts_read(plan, a, in->broadcasts, in->broadcast_count);
	if (in->wants_audience)
		b->steps.audience = broadcasts_audience(plan, a, in->admins, in->admin_count);
}

void batch_unpack_broadcasts(
    struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct broadcast_row *rows;
	if (b->interests.broadcast_count) {
		input->broadcast_count =
		    broadcasts_parse(reply->results[b->steps.broadcasts], &b->scratch, &rows);
		input->broadcasts = rows;
	}
	if (b->interests.wants_audience)
		input->audience = broadcasts_audience_parse(reply->results[b->steps.audience]);
}
