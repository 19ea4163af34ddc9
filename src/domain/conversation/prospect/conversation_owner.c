/*
 * Who leads the conversation with a prospect: the bot, the rep, or nobody while a person is asked for and none is there.
 *
 *   bot ────the rep presses "I will write myself", or writes──────▶ rep
 *   bot ────the prospect asks for a person────────────────────────▶ rep, or nobody until there is one
 *   rep, nobody ────the rep presses "give back to the bot"────────▶ bot
 *
 * Each change raises the version, under the assignment lock. What was decided on an older one is not sent (outbox_claim).
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include <string.h>

bool turn_asks_for_person(const struct turn *t)
{
	const struct conversation_rules *rules = t->state->rules;
	/* who wants to be forgotten wants no further question either: a person sees to it (TEXT_PRIVACY_PROSPECT) */
	return t->event->kind == EVENT_TEXT &&
	       (t->phrase == PHRASE_FORGET || phrase_among(t->event->text, rules->hand_over_words,
						  rules->hand_over_count, t->a));
}

/* Of the prospect who talks. */
static void change_owner(struct turn *t, enum conversation_owner owner)
{
	const struct prospect_view *old = t->out->next.prospect;
	struct prospect_view *view = ARENA_NEW(t->a, struct prospect_view);
	*view = *old;
	view->owner = owner;
	view->version++;
	t->out->next.prospect = view;
	turn_effect(t, (struct effect){.kind = EFFECT_OWN,
			   .prospect = view->id,
			   .owner = conversation_owner_name(owner),
			   .assignment_id = view->assignment_id,
			   .version = old->version});
}

void turn_hand_over(struct turn *t)
{
	const struct prospect_view *view = t->out->next.prospect;
	change_owner(t, view->rep_name ? OWNER_REP : OWNER_NOBODY);
	view = t->out->next.prospect;
	struct message *told = turn_tell_rep(
	    t, view, TEXT_PROSPECT_ASKS_FOR_YOU, ARGS({"name", turn_prospect_name(t, view)}));
	if (told)
		turn_owner_buttons(t, told, view);
	struct message *said = view->rep_name
				   ? turn_say(t, TEXT_PROSPECT_HANDED_OVER,
					 ARGS({"rep", prospect_quoted_name(t->a, view->rep_name)}))
				   : turn_say(t, TEXT_PROSPECT_WAITS_FOR_PERSON, NO_ARGS);
	said->keyboard = KEYBOARD_REMOVE; /* a question's, which is not asked any more */
}

void turn_owner_buttons(
    const struct turn *t, struct message *message, const struct prospect_view *view)
{
	if (!view->assignment_id)
		return;
	bool bot = view->owner == OWNER_BOT;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	const struct catalog *catalog = t->state->rules->catalog;
	buttons[0] = (struct button){
	    .text = catalog_render(catalog, view->rep_locale,
		bot ? TEXT_BUTTON_TAKE_OVER : TEXT_BUTTON_GIVE_BACK, NO_ARGS, t->a),
	    .data = press_data(t->a, bot ? PRESS_TAKE_OVER : PRESS_GIVE_BACK, view->assignment_id)};
	buttons[1] = (struct button){
	    .text = catalog_render(catalog, view->rep_locale, TEXT_BUTTON_BLOCK, NO_ARGS, t->a),
	    .data = press_data(t->a, PRESS_BLOCK, view->assignment_id)};
	message_set_buttons(message, buttons, 2);
}

/* The assignment that was pressed, if this rep may decide about it; else says why not. */
static const struct assignment_view *mine(struct turn *t)
{
	const struct assignment_view *assignment = turn_own_assignment(t);
	if (assignment)
		return assignment;
	turn_answer(t, true, TEXT_ANSWER_PROSPECT_STALE, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
	return NULL;
}

/* By the rep who pressed, about somebody else's conversation. */
static void own(
    struct turn *t, const struct assignment_view *assignment, enum conversation_owner owner)
{
	turn_effect(t, (struct effect){.kind = EFFECT_OWN,
			   .assignment_id = assignment->id,
			   .prospect = assignment->prospect_id,
			   .owner = conversation_owner_name(owner),
			   .version = assignment->version,
			   .to = assignment->prospect_account});
}

/* The bot's word to the prospect, decided on the version that this press makes. */
static void tell_prospect(struct turn *t, const struct assignment_view *assignment, enum text_id id,
    const struct catalog_arg *args, size_t count)
{
	if (!assignment->prospect_account || assignment->opted_out)
		return;
	const char *text = catalog_render(
	    t->state->rules->catalog, assignment->prospect_locale, id, args, count, t->a);
	struct message *m = message_list_add(
	    &t->out->messages, t->a, assignment->prospect_account, PRIORITY_NOTIFICATION, text);
	m->version = assignment->version + 1;
	m->keyboard = KEYBOARD_REMOVE; /* of a question that is not asked now */
}

/* The pressed button becomes its opposite. */
static void turn_round(struct turn *t, const struct assignment_view *assignment, enum text_id label,
    enum press_kind kind)
{
	struct button *button = ARENA_NEW(t->a, struct button);
	*button = (struct button){.text = turn_text(t, label, NO_ARGS),
	    .data = press_data(t->a, kind, assignment->id),
	    .new_row = true};
	turn_replace_owner_button(t, assignment->id, button);
}

static void take_over(struct turn *t)
{
	const struct assignment_view *assignment = mine(t);
	if (!assignment)
		return;
	const char *name = prospect_short_name(t->a, assignment->prospect_name);
	if (assignment->owner != OWNER_REP) {
		own(t, assignment, OWNER_REP);
		tell_prospect(t, assignment, TEXT_PROSPECT_REP_WRITES,
		    ARGS({"rep", prospect_quoted_name(t->a, t->state->rep_name)}));
	}
	turn_answer(t, false, TEXT_ANSWER_TAKEN_OVER, ARGS({"name", name}));
	turn_round(t, assignment, TEXT_BUTTON_GIVE_BACK, PRESS_GIVE_BACK);
	if (assignment->prospect_account || assignment->connection)
		turn_talk_to(
		    t, assignment->prospect_id, assignment->prospect_name, t->event->message_id);
}

static void give_back(struct turn *t)
{
	const struct assignment_view *assignment = mine(t);
	if (!assignment)
		return;
	const char *name = prospect_short_name(t->a, assignment->prospect_name);
	if (assignment->owner != OWNER_BOT) {
		own(t, assignment, OWNER_BOT);
		/* what was asked last may be far above by now */
		tell_prospect(t, assignment, TEXT_PROSPECT_BOT_AGAIN, NO_ARGS);
	}
	const struct conversation_state *next = &t->out->next;
	if (next->draft_client && strcmp(next->draft_client, assignment->prospect_id) == 0) {
		turn_set_phase(t, PHASE_NONE);
		turn_say(t, TEXT_RELAY_DONE, NO_ARGS)->keyboard = KEYBOARD_REMOVE;
	}
	turn_answer(t, false, TEXT_ANSWER_GIVEN_BACK, ARGS({"name", name}));
	turn_round(t, assignment, TEXT_BUTTON_TAKE_OVER, PRESS_TAKE_OVER);
}

/* A spammer: nothing is passed on any more. */
static void set_blocked(struct turn *t, bool blocked)
{
	const struct assignment_view *assignment = mine(t);
	if (!assignment)
		return;
	if (assignment->blocked != blocked)
		turn_effect(t, (struct effect){.kind = EFFECT_BLOCK,
				   .assignment_id = assignment->id,
				   .prospect = assignment->prospect_id,
				   .blocked = blocked,
				   .to = assignment->prospect_account});
	turn_answer(t, false, blocked ? TEXT_ANSWER_BLOCKED : TEXT_ANSWER_UNBLOCKED,
	    ARGS({"name", prospect_short_name(t->a, assignment->prospect_name)}));
	struct button *button = ARENA_NEW(t->a, struct button);
	*button = (struct button){
	    .text = turn_text(t, blocked ? TEXT_BUTTON_UNBLOCK : TEXT_BUTTON_BLOCK, NO_ARGS),
	    .data = press_data(t->a, blocked ? PRESS_UNBLOCK : PRESS_BLOCK, assignment->id)};
	turn_replace_block_button(t, assignment->id, button);
}

static void block(struct turn *t)
{
	set_blocked(t, true);
}

static void unblock(struct turn *t)
{
	set_blocked(t, false);
}

static const struct button_row buttons[] = {
    {PRESS_BLOCK, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED, block},
    {PRESS_UNBLOCK, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED, unblock},
    {PRESS_TAKE_OVER, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED, take_over},
    {PRESS_GIVE_BACK, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED, give_back},
};
const struct dialogue dialogue_owners = {BUTTONS(buttons)};
