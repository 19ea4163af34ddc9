/*
 * What a rep replies to a client's card is a note: it stays with the client, and goes to nobody. An edit of the reply changes it.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"

void turn_about_client(const struct turn *t, struct message_list *list, const char *prospect)
{
	struct relayed *about = ARENA_NEW(t->a, struct relayed);
	*about = (struct relayed){.prospect = prospect, .card = true};
	for (struct message *m = list->first; m; m = m->next)
		if (m->kind == MESSAGE_SEND)
			m->relayed = about;
}

/* To which a reply is one more note. */
static void say(struct turn *t, const struct relay_view *about, enum text_id id)
{
	struct message_list list = {0};
	const char *text =
	    turn_text(t, id, ARGS({"name", prospect_quoted_name(t->a, about->name)}));
	struct message *m = message_list_add(&list, t->a, t->event->chat_id, PRIORITY_REPLY, text);
	m->reply_to = t->event->said_id;
	turn_about_client(t, &list, about->prospect_id);
	message_list_join(&t->out->messages, &list);
}

static void note(struct turn *t, const struct relay_view *about)
{
	turn_effect(t, (struct effect){.kind = EFFECT_NOTE,
			   .prospect = about->prospect_id,
			   .said = t->event->text,
			   .message_id = t->event->said_id});
	say(t, about, TEXT_NOTE_KEPT);
}

static void change(struct turn *t, const struct relay_view *about)
{
	turn_effect(t, (struct effect){.kind = EFFECT_CHANGE_NOTE,
			   .said = t->event->text,
			   .message_id = t->event->said_id});
	say(t, about, TEXT_NOTE_CHANGED);
}

bool turn_noted(struct turn *t)
{
	const struct relay_view *about = t->state->replied;
	const struct event *event = t->event;
	bool rep = t->kind == PERSON_REP && t->state->rep_status == REP_ACTIVE;
	bool edits = event->kind == EVENT_EDITED && about && about->note;
	bool replies = event->kind != EVENT_EDITED && event->replies_to && about && about->card;
	/* a command is one wherever it stands */
	bool commands =
	    event->kind == EVENT_START || (event->kind == EVENT_TEXT && *event->text == '/');
	if (!rep || !(edits || replies) || commands)
		return false;
	if (about->rep_telegram_id != event->user_id)
		(void)turn_say(t, TEXT_NOTE_NOT_YOURS,
		    ARGS({"name", prospect_quoted_name(t->a, about->name)}));
	else if (edits)
		change(t, about);
	else if (event->kind == EVENT_TEXT)
		note(t, about);
	else
		say(t, about, TEXT_NOTE_ONLY_TEXT);
	return true;
}
