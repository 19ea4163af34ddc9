/*
 * The buttons under a rep's prospects, in notifications and on cards.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { LABEL_NAME_UNITS = 24 };

/* test_prospects.status as far as buttons care. */
static const struct {
	const char *word;
	enum client_stage stage;
	enum text_id text;
} statuses[] = {
    {"unreached", CLIENT_OPEN, TEXT_PROSPECT_UNREACHED},
    {"contacted", CLIENT_OPEN, TEXT_PROSPECT_CONTACTED},
    {"in_conversation", CLIENT_OPEN, TEXT_PROSPECT_IN_CONVERSATION},
    {"converted", CLIENT_CLOSED, TEXT_PROSPECT_CONVERTED},
    {"archived", CLIENT_CLOSED, TEXT_PROSPECT_ARCHIVED},
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

enum client_stage turn_client_stage(const char *word)
{
	size_t i = find_status(word);
	return i < STATUS_COUNT ? statuses[i].stage : CLIENT_CLOSED;
}

const char *turn_client_status(const struct turn *t, const char *word, bool contacted)
{
	size_t status = find_status(word);
	if (status == STATUS_COUNT)
		return word;
	if (statuses[status].text == TEXT_PROSPECT_CONTACTED && !contacted)
		return turn_text(t, TEXT_PROSPECT_CONTACTED_BEFORE, NO_ARGS);
	return turn_text(t, statuses[status].text, NO_ARGS);
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
	turn_mark(t, TEXT_CARD_CONTACTED, assignment->prospect_name, assignment->contacted);
	turn_remove_buttons(t, assignment->id, true, false);
}

/* A button that says whose it is: the list it stands in may have moved on. */
static struct button named_button(const struct turn *t, enum text_id label, enum press_kind kind,
    const struct assignment_view *assignment)
{
	const char *name = prospect_short_name(t->a, assignment->prospect_name);
	const char *text =
	    turn_text(t, label, ARGS({"name", shorten(t->a, name, LABEL_NAME_UNITS)}));
	return (struct button){
	    .text = shorten(t->a, text, TEXT_BUTTON_UNITS),
	    .data = press_data(t->a, kind, assignment->id),
	    .new_row = true,
	};
}

static void offer_undo(struct turn *t, const struct assignment_view *assignment)
{
	struct button *undo = ARENA_NEW(t->a, struct button);
	*undo = named_button(t, TEXT_BUTTON_UNDO, PRESS_UNDO, assignment);
	turn_replace_buttons(t, assignment->id, undo, 1);
}

static void declined(struct turn *t, const struct assignment_view *assignment, const char *name)
{
	turn_effect(t, (struct effect){.kind = EFFECT_DECLINE, .assignment_id = assignment->id});
	if (t->out->next.open_clients > 0)
		t->out->next.open_clients--;
	enum text_id answer = !assignment->nobody_else           ? TEXT_ANSWER_DECLINED
			      : t->state->rules->admin_count > 0 ? TEXT_ANSWER_DECLINED_LAST
								 : TEXT_ANSWER_DECLINED_ALONE;
	turn_answer(t, false, answer, ARGS({"name", name}));
	turn_mark(t, assignment->nobody_else ? TEXT_CARD_DECLINED_LAST : TEXT_CARD_DECLINED,
	    assignment->prospect_name, false);
	offer_undo(t, assignment);
}

static void say_undone(struct turn *t, const struct assignment_view *assignment, const char *name)
{
	turn_answer(t, false, TEXT_ANSWER_UNDONE, ARGS({"name", name}));
	turn_unmark(t, TEXT_CARD_DECLINED, assignment->prospect_name);
	turn_unmark(t, TEXT_CARD_DECLINED_LAST, assignment->prospect_name);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	size_t count = 0;
	if (!assignment->contacted)
		buttons[count++] =
		    named_button(t, TEXT_BUTTON_CONTACTED_AGAIN, PRESS_CONTACTED, assignment);
	buttons[count++] = named_button(t, TEXT_BUTTON_DECLINE_AGAIN, PRESS_DECLINE, assignment);
	buttons[count - 1].new_row = count == 1;
	turn_replace_buttons(t, assignment->id, buttons, count);
}

/* Whoever has the prospect now has pressed nothing, so nobody is interrupted. */
static void undone(struct turn *t, const struct assignment_view *assignment, const char *name)
{
	turn_effect(t, (struct effect){
			   .kind = EFFECT_UNDO,
			   .assignment_id = assignment->id,
			   .to = assignment->other_telegram_id,
		       });
	t->out->next.open_clients++;
	say_undone(t, assignment, name);
	if (assignment->other_telegram_id == 0)
		return;
	enum locale own = t->out->next.locale;
	t->out->next.locale = assignment->other_locale;
	(void)message_list_add(&t->out->messages, t->a, assignment->other_telegram_id,
	    PRIORITY_NOTIFICATION,
	    turn_text(t, TEXT_TAKEN_BACK,
		ARGS({"name", prospect_quoted_name(t->a, assignment->prospect_name)})));
	t->out->next.locale = own;
}

/* Of a prospect that its rep has again by another assignment; closed: there is nothing to do any more. */
static enum text_id again_text(const struct assignment_view *assignment)
{
	return turn_client_stage(assignment->prospect_status) == CLIENT_CLOSED
		   ? TEXT_ANSWER_PROSPECT_CLOSED
		   : TEXT_ANSWER_PROSPECT_AGAIN;
}

static void undo_pressed(struct turn *t)
{
	const struct assignment_view *assignment = t->state->assignment;
	bool mine = assignment && assignment->id == t->press.id && assignment->mine;
	const char *name = mine ? prospect_short_name(t->a, assignment->prospect_name) : "";
	if (mine && assignment->undoable && t->state->rep_status == REP_ACTIVE) {
		undone(t, assignment, name);
		return;
	}
	if (mine && assignment->live && t->state->rep_status == REP_ACTIVE &&
	    turn_client_stage(assignment->prospect_status) == CLIENT_OPEN) {
		say_undone(t, assignment, name); /* pressed twice */
		return;
	}
	if (mine && assignment->again)
		turn_answer(t, true, again_text(assignment), ARGS({"name", name}));
	else
		turn_answer(t, true, TEXT_ANSWER_UNDO_LATE, NO_ARGS);
	turn_remove_buttons(t, t->press.id, true, true);
}

/* What has become of an assignment that nothing can be done with any more: buttons stay under old lists for ever. */
static void say_stale(struct turn *t, const struct assignment_view *assignment)
{
	bool mine = assignment && assignment->id == t->press.id && assignment->mine;
	enum text_id id = TEXT_ANSWER_PROSPECT_STALE;
	if (mine && assignment->again)
		id = again_text(assignment);
	else if (mine && assignment->ended && strcmp(assignment->ended, "declined") == 0)
		id = TEXT_ANSWER_PROSPECT_DECLINED;
	else if (mine && assignment->ended && strcmp(assignment->ended, "taken back") == 0)
		id = TEXT_ANSWER_PROSPECT_TAKEN_BACK;
	if (id == TEXT_ANSWER_PROSPECT_STALE)
		turn_answer(t, true, id, NO_ARGS);
	else
		turn_answer(t, true, id,
		    ARGS({"name", prospect_short_name(t->a, assignment->prospect_name)}));
}

const struct assignment_view *turn_own_assignment(const struct turn *t)
{
	const struct assignment_view *assignment = t->state->assignment;
	bool acts = assignment && assignment->id == t->press.id && assignment->live &&
		    assignment->mine && t->state->rep_status == REP_ACTIVE;
	return acts ? assignment : NULL;
}

bool turn_acts_on_assignment(struct turn *t)
{
	const struct assignment_view *assignment = t->state->assignment;
	if (!turn_own_assignment(t)) {
		say_stale(t, assignment);
		/* pressed twice by a trembling hand: what was declined can still be taken back */
		if (assignment && assignment->id == t->press.id && assignment->mine &&
		    assignment->undoable)
			offer_undo(t, assignment);
		else
			turn_remove_buttons(t, t->press.id, true, true);
		return false;
	}
	if (turn_client_stage(assignment->prospect_status) == CLIENT_OPEN)
		return true;
	turn_answer(t, false, TEXT_ANSWER_PROSPECT_CLOSED,
	    ARGS({"name", prospect_short_name(t->a, assignment->prospect_name)}));
	turn_remove_buttons(t, assignment->id, true, true);
	return false;
}

static void assignment_pressed(struct turn *t)
{
	if (!turn_acts_on_assignment(t))
		return;
	const struct assignment_view *assignment = t->state->assignment;
	const char *name = prospect_short_name(t->a, assignment->prospect_name);
	if (t->press.kind == PRESS_CONTACTED)
		contacted(t, assignment, name);
	else
		declined(t, assignment, name);
}

static const struct button_row buttons[] = {
    {PRESS_CONTACTED, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED, assignment_pressed},
    {PRESS_DECLINE, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED, assignment_pressed},
    {PRESS_UNDO, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_TAKES_BACK | FACT_LOCK, UNINVITED,
	undo_pressed},
};
const struct dialogue dialogue_client_cards = {BUTTONS(buttons)};
