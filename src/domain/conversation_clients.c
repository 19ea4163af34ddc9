/*
 * A rep's prospects: the list, and the buttons under it and under notifications.
 */
#include "conversation_private.h"
#include "prospect_list.h"
#include <string.h>

enum { CONTEXT_UNITS = 200 };

/* test_prospects.status as far as buttons care. */
enum prospect_stage { STAGE_OPEN, STAGE_CLOSED };

static const struct {
	const char *word;
	enum prospect_stage stage;
	enum text_id text;
} statuses[] = {
    {"unreached", STAGE_OPEN, TEXT_PROSPECT_UNREACHED},
    {"contacted", STAGE_OPEN, TEXT_PROSPECT_CONTACTED},
    {"in_conversation", STAGE_OPEN, TEXT_PROSPECT_IN_CONVERSATION},
    {"converted", STAGE_CLOSED, TEXT_PROSPECT_CONVERTED},
    {"archived", STAGE_CLOSED, TEXT_PROSPECT_ARCHIVED},
};
enum { STATUS_COUNT = sizeof statuses / sizeof statuses[0] };

/* STATUS_COUNT for a word that is none of ours: somebody wrote to the table by hand. */
static size_t find_status(const char *word)
{
	size_t i = 0;
	while (i < STATUS_COUNT && (!word || strcmp(word, statuses[i].word) != 0))
		i++;
	return i;
}

static enum prospect_stage stage_of(const char *word)
{
	size_t i = find_status(word);
	return i < STATUS_COUNT ? statuses[i].stage : STAGE_CLOSED;
}

void turn_list_clients(struct turn *t)
{
	const struct conversation_state *state = t->state;
	if (state->client_count == 0) {
		turn_menu_buttons(t, turn_say(t, TEXT_CLIENTS_NONE, NO_ARGS));
		return;
	}
	struct prospect_item *items = ARENA_ARRAY(t->a, struct prospect_item, state->client_count);
	for (size_t i = 0; i < state->client_count; i++) {
		const struct client_view *client = &state->clients[i];
		size_t status = find_status(client->status);
		enum prospect_stage stage = stage_of(client->status);
		items[i] = (struct prospect_item){
		    .name = client->name,
		    .telegram = client->telegram,
		    .context = client->context,
		    .status = status < STATUS_COUNT ? turn_text(t, statuses[status].text, NO_ARGS)
						    : client->status,
		    .assignment_id = client->assignment_id,
		    .can_contact = stage == STAGE_OPEN && !client->contacted,
		    .can_decline = stage == STAGE_OPEN,
		};
	}
	const struct prospect_list list = {
	    .catalog = state->rules->catalog,
	    .locale = t->out->next.locale,
	    .chat_id = t->event->chat_id,
	    .priority = PRIORITY_REPLY,
	    .header = turn_text(t, TEXT_CLIENTS_HEADER,
		ARGS({"count", arena_printf(t->a, "%zu", state->client_count)})),
	    .numbered = true,
	    .context_units = CONTEXT_UNITS,
	    .notes_units = CONTEXT_UNITS,
	    .items = items,
	    .count = state->client_count,
	};
	prospect_list_send(&list, t->a, &t->out->messages);
}

static void contacted(struct turn *t, const struct assignment_view *assignment, const char *name)
{
	if (!assignment->contacted) {
		turn_effect(
		    t, (struct effect){.kind = EFFECT_CONTACTED, .assignment_id = assignment->id});
		turn_answer(t, false, TEXT_ANSWER_CONTACTED, ARGS({"name", name}));
	} else {
		turn_answer(t, false, TEXT_ANSWER_CONTACTED_ALREADY, ARGS({"name", name}));
	}
	turn_remove_buttons(t, assignment->id, true, false);
}

static void declined(struct turn *t, const struct assignment_view *assignment, const char *name)
{
	turn_effect(t, (struct effect){.kind = EFFECT_DECLINE, .assignment_id = assignment->id});
	if (t->out->next.open_clients > 0)
		t->out->next.open_clients--;
	turn_answer(t, false, TEXT_ANSWER_DECLINED, ARGS({"name", name}));
	turn_remove_buttons(t, assignment->id, true, true);
}

void turn_assignment_pressed(struct turn *t)
{
	const struct assignment_view *assignment = t->state->assignment;
	bool acts = assignment && assignment->id == t->press.id && assignment->live &&
		    assignment->mine && t->state->rep_status == REP_ACTIVE;
	if (!acts) {
		turn_answer(t, true, TEXT_ANSWER_PROSPECT_STALE, NO_ARGS);
		turn_remove_buttons(t, t->press.id, true, true);
		return;
	}
	const char *name = prospect_short_name(t->a, assignment->prospect_name);
	if (stage_of(assignment->prospect_status) == STAGE_CLOSED) {
		turn_answer(t, false, TEXT_ANSWER_PROSPECT_CLOSED, ARGS({"name", name}));
		turn_remove_buttons(t, assignment->id, true, true);
	} else if (t->press.kind == PRESS_CONTACTED) {
		contacted(t, assignment, name);
	} else {
		declined(t, assignment, name);
	}
}
