/*
 * In which time zone a rep's hours are: by button, or a city, a name or a difference from UTC in words. What is set is shown back
 * with the time there, so that a wrong one is noticed.
 */
#include "../conversation_private.h"
#include "salesreg/domain/calendar/zone_text.h"
#include "salesreg/domain/prospect/person_zone.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

enum { ECHO_UNITS = 60, OFFERED_MOST = 5, NAME_BYTES = 50 };

const char *turn_zone(const struct turn *t, const char *zone)
{
	return zone_print(t->a, zone);
}

static struct button zone_button(const struct turn *t, const char *zone)
{
	return (struct button){.text = turn_zone(t, zone),
	    .data = press_data_about(t->a, PRESS_ZONE, 0, zone),
	    .new_row = true};
}

/* That a button can carry, and that means the same when it is read back. */
static bool fits_button(const struct turn *t, const char *zone)
{
	if (!zone || strlen(zone) > NAME_BYTES)
		return false;
	const char *read = zone_read_text(zone, t->a, NULL);
	return read && strcmp(read, zone) == 0;
}

static void offer(
    const struct turn *t, const char *zone, struct button *buttons, size_t *count, size_t most)
{
	const struct hours_view *view = t->state->hours;
	bool fresh = fits_button(t, zone) && !(view && strcmp(view->zone, zone) == 0);
	for (size_t i = 0; fresh && i < *count; i++)
		fresh = strcmp(buttons[i].text, turn_zone(t, zone)) != 0;
	if (fresh && *count < most)
		buttons[(*count)++] = zone_button(t, zone);
}

size_t turn_zone_buttons(const struct turn *t, struct button buttons[TURN_ZONE_BUTTONS])
{
	size_t count = 1;
	buttons[0] = (struct button){.text = turn_text(t, TEXT_BUTTON_ZONE, NO_ARGS),
	    .data = press_data(t->a, PRESS_HOURS_ZONE, 0),
	    .new_row = true};
	if (t->state->hours)
		offer(t, t->state->hours->calendar_zone, buttons, &count, TURN_ZONE_BUTTONS);
	return count;
}

static const char *say_zone(const struct turn *t)
{
	const struct hours_view *view = t->state->hours;
	if (!view)
		return NULL;
	const char *now = turn_text(
	    t, TEXT_ZONE_NOW, ARGS({"zone", turn_zone(t, view->zone)}, {"time", view->now}));
	if (!view->calendar_zone || strcmp(view->calendar_zone, view->zone) == 0)
		return now;
	return turn_join(t, now,
	    turn_text(t, TEXT_ZONE_OF_CALENDAR, ARGS({"zone", turn_zone(t, view->calendar_zone)})));
}

static void ask_zone(struct turn *t, const char *first)
{
	const struct hours_view *view = t->state->hours;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, OFFERED_MOST);
	size_t count = 0;
	turn_set_phase(t, PHASE_ZONE);
	if (view) {
		offer(t, view->calendar_zone, buttons, &count, OFFERED_MOST - 1);
		offer(t, view->company_zone, buttons, &count, OFFERED_MOST - 1);
	}
	offer(t, zone_of_language(t->event->language_code), buttons, &count, OFFERED_MOST - 1);
	buttons[count++] = (struct button){.text = turn_text(t, TEXT_BUTTON_CANCEL, NO_ARGS),
	    .data = press_data(t->a, PRESS_CANCEL, 0),
	    .new_row = true};
	const char *question = turn_text(t, TEXT_ZONE_QUESTION, NO_ARGS);
	message_set_buttons(
	    turn_say_text(t, turn_join(t, first ? first : say_zone(t), question)), buttons, count);
}

void turn_set_zone(struct turn *t)
{
	static const struct turn_button other[] = {
	    {TEXT_BUTTON_ZONE_OTHER, PRESS_HOURS_ZONE, true}};
	const struct zone_view *zone = t->state->zone;
	turn_effect(t, (struct effect){.kind = EFFECT_SET_ZONE, .zone = zone->name});
	turn_set_phase(t, PHASE_NONE);
	turn_buttons(t,
	    turn_say(
		t, TEXT_ZONE_SET, ARGS({"zone", turn_zone(t, zone->name)}, {"time", zone->now})),
	    other, 1);
}

static void enter_zone(struct turn *t)
{
	static const enum text_id texts[] = {
	    [ZONE_NONE] = TEXT_ZONE_UNKNOWN,
	    [ZONE_UNKNOWN] = TEXT_ZONE_UNKNOWN,
	    [ZONE_PART_HOUR] = TEXT_ZONE_PART_HOUR,
	    [ZONE_TOO_FAR] = TEXT_ZONE_TOO_FAR,
	};
	enum zone_problem problem;
	if (turn_late_code(t))
		return;
	if (t->state->zone) {
		turn_set_zone(t);
		return;
	}
	(void)zone_read_text(t->event->text, t->a, &problem);
	ask_zone(t, turn_text(t, texts[problem],
			ARGS({"said", quote_piece(t->a, t->event->text, ECHO_UNITS)})));
}

static void cancelled(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	turn_menu_buttons(t, turn_say_text(t, turn_join(t, turn_text(t, TEXT_CANCELLED, NO_ARGS),
						  turn_text(t, TEXT_MENU, NO_ARGS))));
}

static void press_ask(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING)
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
	else
		ask_zone(t, NULL);
}

/* Under a question that is still asked. */
static void press_zone(struct turn *t)
{
	enum conversation_phase phase = t->out->next.phase;
	if ((phase == PHASE_ZONE || phase == PHASE_HOURS) && t->state->zone)
		turn_set_zone(t);
	else
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
}

static enum conversation_phase fits_zone(const struct conversation_state *state)
{
	return state->rep_status == REP_ACTIVE ? PHASE_ZONE : PHASE_NONE;
}

static const struct phase phases[] = {
    {PHASE_ZONE, PERSON_REP, .fits = fits_zone, .ask = ask_zone, .on_text = enter_zone,
	.on_no = cancelled, .on_cancel = cancelled},
};
static const struct button_row buttons[] = {
    {PRESS_HOURS_ZONE, PERSON_REP, FACT_HOURS, 0, press_ask},
    {PRESS_ZONE, PERSON_REP, FACT_HOURS, 0, press_zone},
};
const struct dialogue dialogue_zones = {PHASES(phases), BUTTONS(buttons)};
