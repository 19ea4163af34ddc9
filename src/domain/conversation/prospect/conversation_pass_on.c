/*
 * What a prospect says goes to the rep who has them: words under the prospect's name, anything else as it is below a line with it.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/quote.h"

enum { SAID_UNITS = 4096 };

const char *turn_text_from(const struct turn *t, const char *name, const char *text)
{
	return turn_text(t, TEXT_RELAY_FROM,
	    ARGS({"name", prospect_quoted_name(t->a, name)},
		{"text", quote_block(t->a, text, SAID_UNITS)}));
}

void turn_pass_on(struct turn *t)
{
	const struct prospect_view *view = t->out->next.prospect;
	const struct event *event = t->event;
	if (!view->rep_telegram_id || !view->id)
		return;
	t->out->passes_on = true;
	const struct relay_view *replied = t->state->replied;
	struct relayed *relayed = ARENA_NEW(t->a, struct relayed);
	*relayed = (struct relayed){.prospect = view->id,
	    .chat_id = event->chat_id,
	    .message_id = event->said_id,
	    .caption = event->kind != EVENT_TEXT && event->kind != EVENT_EDITED};
	turn_refusals(t, prospect_quoted_name(t->a, view->rep_name ? view->rep_name : ""), relayed);
	const char *name = turn_prospect_name(t, view);
	struct message *line;
	if (event->kind == EVENT_TEXT || event->kind == EVENT_EDITED) {
		line = turn_tell_rep(t, view,
		    view->owner == OWNER_BOT ? TEXT_PROSPECT_SAYS : TEXT_RELAY_FROM,
		    ARGS({"name", name}, {"text", quote_block(t->a, event->text, SAID_UNITS)}));
		line->relayed = relayed;
	} else {
		/* once for an album, whose first part nobody can tell from the others here */
		struct message_list head = {0}, *list = &t->out->messages;
		line = turn_tell_rep_in(t, event->album ? &head : list, view, TEXT_RELAY_ATTACHMENT,
		    ARGS({"name", name}));
		struct message *copy = message_list_add_copy(list, t->a, view->rep_telegram_id,
		    PRIORITY_NOTIFICATION, event->chat_id, event->said_id);
		copy->relayed = relayed;
		copy->album = event->album;
		copy->head = event->album ? line : NULL;
	}
	if (event->replies_to && replied && replied->other_chat == view->rep_telegram_id)
		line->reply_to = replied->other_message;
	if (view->owner == OWNER_BOT)
		turn_owner_buttons(t, line, view);
}
