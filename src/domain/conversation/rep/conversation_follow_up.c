/*
 * A rep wants to come back to a prospect: tomorrow, in a week, on a date. At that time they get the prospect's card.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/prospect/follow_up_text.h"
#include <string.h>

enum { DAYS_A_WEEK = 7, HOUR = 60 };

static int64_t leading_number(const char *s)
{
	int64_t value = 0;
	while (*s >= '0' && *s <= '9' && !__builtin_mul_overflow(value, 10, &value) &&
	       !__builtin_add_overflow(value, *s - '0', &value))
		s++;
	return value;
}

/* Whom it is about stands in the draft: the assignment's number, a space and the prospect's name. */
static int64_t draft_id(const struct turn *t)
{
	return t->state->draft_name ? leading_number(t->state->draft_name) : 0;
}

static const char *draft_name(const struct turn *t)
{
	const char *space = t->state->draft_name ? strchr(t->state->draft_name, ' ') : NULL;
	return prospect_quoted_name(t->a, space ? space + 1 : "");
}

static void ask_about(struct turn *t, const char *first, int64_t id, const char *name)
{
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 3);
	buttons[0] = (struct button){.text = turn_text(t, TEXT_BUTTON_TOMORROW, NO_ARGS),
	    .data = press_data(t->a, PRESS_FOLLOW_TOMORROW, id),
	    .new_row = true};
	buttons[1] = (struct button){.text = turn_text(t, TEXT_BUTTON_IN_A_WEEK, NO_ARGS),
	    .data = press_data(t->a, PRESS_FOLLOW_WEEK, id)};
	buttons[2] = (struct button){.text = turn_text(t, TEXT_BUTTON_CANCEL, NO_ARGS),
	    .data = press_data(t->a, PRESS_CANCEL, 0),
	    .new_row = true};
	const char *question = turn_text(t, TEXT_FOLLOW_UP_QUESTION, ARGS({"name", name}));
	message_set_buttons(turn_say_text(t, turn_join(t, first, question)), buttons, 3);
}

static void ask(struct turn *t, const char *first)
{
	ask_about(t, first, draft_id(t), draft_name(t));
}

static int minute_now(const struct hours_view *view)
{
	const char *colon = strchr(view->now, ':');
	return (int)(leading_number(view->now) * HOUR + (colon ? leading_number(colon + 1) : 0));
}

static void set(struct turn *t, int64_t id, const char *name, struct follow_up when)
{
	const struct hours_view *view = t->state->hours;
	turn_effect(t, (struct effect){.kind = EFFECT_FOLLOW_UP,
			   .assignment_id = id,
			   .zone = view->zone,
			   .day = when.day,
			   .minute = when.minute});
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, TEXT_FOLLOW_UP_SET,
	    ARGS({"name", name}, {"day", follow_up_day(t->a, when.day)},
		{"time", arena_printf(t->a, "%02d:%02d", when.minute / HOUR, when.minute % HOUR)},
		{"zone", turn_zone(t, view->zone)}));
}

static void set_in(struct turn *t, int64_t id, const char *name, int32_t days)
{
	if (!t->state->hours)
		ask(t, NULL);
	else
		set(t, id, name,
		    (struct follow_up){t->state->hours->today + days, FOLLOW_UP_MINUTE});
}

static void press_ask(struct turn *t)
{
	const struct assignment_view *assignment = t->state->assignment;
	if (!turn_acts_on_assignment(t))
		return;
	turn_set_phase(t, PHASE_FOLLOW_UP);
	t->out->next.draft_name = arena_printf(t->a, "%lld %s", (long long)assignment->id,
	    prospect_short_name(t->a, assignment->prospect_name));
	ask_about(t, NULL, assignment->id, prospect_quoted_name(t->a, assignment->prospect_name));
}

static void press_when(struct turn *t)
{
	const struct assignment_view *assignment = t->state->assignment;
	bool acts = turn_acts_on_assignment(t);
	turn_remove_buttons(t, 0, false, false);
	if (acts)
		set_in(t, assignment->id, prospect_quoted_name(t->a, assignment->prospect_name),
		    t->press.kind == PRESS_FOLLOW_WEEK ? DAYS_A_WEEK : 1);
}

static void say_tomorrow(struct turn *t)
{
	set_in(t, draft_id(t), draft_name(t), 1);
}

static void say_in_a_week(struct turn *t)
{
	set_in(t, draft_id(t), draft_name(t), DAYS_A_WEEK);
}

static void enter(struct turn *t)
{
	static const enum text_id texts[] = {
	    [FOLLOW_UP_OK] = TEXT_FOLLOW_UP_UNKNOWN,
	    [FOLLOW_UP_UNKNOWN] = TEXT_FOLLOW_UP_UNKNOWN,
	    [FOLLOW_UP_BAD_DATE] = TEXT_FOLLOW_UP_BAD_DATE,
	    [FOLLOW_UP_PAST] = TEXT_FOLLOW_UP_PAST,
	    [FOLLOW_UP_TOO_FAR] = TEXT_FOLLOW_UP_TOO_FAR,
	};
	const struct hours_view *view = t->state->hours;
	struct follow_up when;
	if (turn_late_code(t))
		return;
	enum follow_up_problem problem =
	    view ? follow_up_read(t->event->text, view->today, minute_now(view), t->a, &when)
		 : FOLLOW_UP_UNKNOWN; /* without a digit in it */
	if (problem == FOLLOW_UP_OK)
		set(t, draft_id(t), draft_name(t), when);
	else
		ask(t, turn_text(t, texts[problem], NO_ARGS));
}

static void cancelled(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, TEXT_CANCELLED, NO_ARGS);
}

static enum conversation_phase fits(const struct conversation_state *state)
{
	bool whole = state->draft_name && leading_number(state->draft_name) > 0;
	return state->rep_status == REP_ACTIVE && whole ? PHASE_FOLLOW_UP : PHASE_NONE;
}

static const struct phase phases[] = {
    {PHASE_FOLLOW_UP, PERSON_REP, .fits = fits, .keeps = KEEPS_NAME, .ask = ask, .on_text = enter,
	.on_no = cancelled, .on_cancel = cancelled},
};
static const struct button_row buttons[] = {
    {PRESS_FOLLOW_UP, PERSON_ANYBODY, FACT_ASSIGNMENT, UNINVITED, press_ask},
    {PRESS_FOLLOW_TOMORROW, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_HOURS, UNINVITED, press_when},
    {PRESS_FOLLOW_WEEK, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_HOURS, UNINVITED, press_when},
};
static const struct word_row words[] = {
    {PHRASE_TOMORROW, PERSON_REP, IN(FOLLOW_UP), FACT_HOURS, 0, say_tomorrow},
    {PHRASE_IN_A_WEEK, PERSON_REP, IN(FOLLOW_UP), FACT_HOURS, 0, say_in_a_week},
};
const struct dialogue dialogue_follow_ups = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
