/*
 * /hours: when a rep can be met. Presets by button, anything else in the person's own words; days off the same way.
 */
#include "../conversation_private.h"
#include "salesreg/domain/calendar/hours_text.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { ECHO_UNITS = 60 };

static const char *weekdays(const struct turn *t)
{
	return turn_text(t, TEXT_WEEKDAYS, NO_ARGS);
}

static const char *say_days_off(const struct turn *t)
{
	const struct hours_view *view = t->state->hours;
	if (view->day_off_count == 0)
		return NULL;
	return turn_text(t, TEXT_HOURS_DAYS_OFF,
	    ARGS({"days", days_print(t->a, view->days_off, view->day_off_count)}));
}

/* What is set now, in words; NULL: it was not read. */
static const char *say_hours(const struct turn *t)
{
	const struct hours_view *view = t->state->hours;
	if (!view)
		return NULL;
	const char *days_off = say_days_off(t);
	const char *hours =
	    view->hours.count == 0
		? turn_text(t, TEXT_HOURS_NONE, ARGS({"zone", turn_zone(t, view->zone)}))
		: turn_text(t, TEXT_HOURS_NOW,
		      ARGS({"zone", turn_zone(t, view->zone)},
			  {"hours", hours_print(t->a, &view->hours, weekdays(t))}));
	return days_off ? arena_printf(t->a, "%s\n%s", hours, days_off) : hours;
}

/* first: what went wrong; then what is set now has been shown already. */
static void ask_hours(struct turn *t, const char *first)
{
	static const struct turn_button presets[] = {
	    {TEXT_BUTTON_HOURS_WORKDAYS, PRESS_HOURS_WORKDAYS, true},
	    {TEXT_BUTTON_HOURS_SIX_DAYS, PRESS_HOURS_SIX_DAYS, false},
	    {TEXT_BUTTON_HOURS_DAILY, PRESS_HOURS_DAILY, true},
	    {TEXT_BUTTON_CANCEL, PRESS_CANCEL, false},
	};
	enum { PRESETS = sizeof presets / sizeof *presets };
	turn_set_phase(t, PHASE_HOURS);
	const char *question = turn_text(t, TEXT_HOURS_QUESTION, NO_ARGS);
	struct message *message =
	    turn_say_text(t, turn_join(t, first ? first : say_hours(t), question));
	turn_buttons(t, message, presets, PRESETS);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, PRESETS + TURN_ZONE_BUTTONS);
	memcpy(buttons, message->buttons, PRESETS * sizeof *buttons);
	message_set_buttons(message, buttons, PRESETS + turn_zone_buttons(t, buttons + PRESETS));
}

static void done(struct turn *t, const char *text)
{
	turn_set_phase(t, PHASE_NONE);
	turn_menu_buttons(t, turn_say_text(t, text));
}

static void set_hours(struct turn *t, const struct hours *hours)
{
	const struct hours_view *view = t->state->hours;
	turn_effect(t, (struct effect){.kind = EFFECT_SET_HOURS, .hours = hours_pack(t->a, hours)});
	const char *said = turn_text(t, TEXT_HOURS_SET,
	    ARGS({"zone", turn_zone(t, view->zone)},
		{"hours", hours_print(t->a, hours, weekdays(t))}));
	const char *days_off = say_days_off(t);
	done(t, days_off ? arena_printf(t->a, "%s\n%s", said, days_off) : said);
}

static void set_days(struct turn *t, const struct hours_text *read)
{
	bool off = read->meaning == HOURS_MEANS_OFF;
	turn_effect(t, (struct effect){
			   .kind = off ? EFFECT_ADD_DAYS_OFF : EFFECT_REMOVE_DAYS_OFF,
			   .days_off = days_pack(t->a, read->days, read->day_count),
		       });
	done(t, turn_text(t, off ? TEXT_DAYS_OFF_SET : TEXT_DAYS_OFF_ENDED,
		    ARGS({"days", days_print(t->a, read->days, read->day_count)})));
}

static const char *say_problem(const struct turn *t, const struct hours_text *read)
{
	static const enum text_id texts[] = {
	    [HOURS_NONE] = TEXT_HOURS_EMPTY,
	    [HOURS_EMPTY] = TEXT_HOURS_EMPTY,
	    [HOURS_UNKNOWN_WORD] = TEXT_HOURS_UNKNOWN_WORD,
	    [HOURS_BAD_TIME] = TEXT_HOURS_BAD_TIME,
	    [HOURS_REVERSED] = TEXT_HOURS_REVERSED,
	    [HOURS_PAST_MIDNIGHT] = TEXT_HOURS_PAST_MIDNIGHT,
	    [HOURS_OVERLAP] = TEXT_HOURS_OVERLAP,
	    [HOURS_NO_TIME] = TEXT_HOURS_NO_TIME,
	    [HOURS_BAD_DATE] = TEXT_HOURS_BAD_DATE,
	    [HOURS_PAST_DATE] = TEXT_HOURS_PAST_DATE,
	    [HOURS_TOO_MANY] = TEXT_HOURS_TOO_MANY,
	};
	if (read->word == 0 && read->problem != HOURS_TOO_MANY)
		return turn_text(t, TEXT_HOURS_EMPTY, NO_ARGS);
	return turn_text(t, texts[read->problem],
	    ARGS({"word", shorten(t->a, read->said, ECHO_UNITS)},
		{"number", arena_printf(t->a, "%zu", read->word)}));
}

static void enter_hours(struct turn *t)
{
	bool can_be = hours_may_be_in(t->event->text, t->a);
	const struct hours_view *view = can_be ? t->state->hours : NULL;
	struct hours_text read;
	if (turn_late_code(t))
		return;
	hours_read_text(t->event->text, view ? view->today : 0, weekdays(t), t->a, &read);
	if (read.problem != HOURS_NONE && t->state->zone)
		turn_set_zone(t);
	else if (read.problem != HOURS_NONE)
		ask_hours(t, say_problem(t, &read));
	else if (!view)
		ask_hours(t, NULL);
	else if (read.meaning == HOURS_MEANS_HOURS)
		set_hours(t, &read.hours);
	else
		set_days(t, &read);
}

static void begin_hours(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING)
		turn_of_pending(t);
	else
		ask_hours(t, NULL);
}

static void cancelled(struct turn *t)
{
	done(t,
	    turn_join(t, turn_text(t, TEXT_CANCELLED, NO_ARGS), turn_text(t, TEXT_MENU, NO_ARGS)));
}

static void press_hours(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING)
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
	else
		ask_hours(t, NULL);
}

/* A preset answers the question it stands under. */
static void preset(struct turn *t, int last_day, int opens, int closes)
{
	struct hours hours = {.count = 0};
	for (int day = 1; day <= last_day; day++)
		hours.ranges[hours.count++] = (struct hours_range){day, opens * 60, closes * 60};
	if (t->out->next.phase == PHASE_HOURS && t->state->hours)
		set_hours(t, &hours);
	else
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
}

static void press_workdays(struct turn *t)
{
	preset(t, 5, 10, 19);
}

static void press_six_days(struct turn *t)
{
	preset(t, 6, 10, 19);
}

static void press_daily(struct turn *t)
{
	preset(t, 7, 9, 21);
}

static enum conversation_phase fits_hours(const struct conversation_state *state)
{
	return state->rep_status == REP_ACTIVE ? PHASE_HOURS : PHASE_NONE;
}

static const struct phase phases[] = {
    {PHASE_HOURS, PERSON_REP, .fits = fits_hours, .ask = ask_hours, .on_text = enter_hours,
	.on_no = cancelled, .on_cancel = cancelled},
};
static const struct button_row buttons[] = {
    {PRESS_MENU_HOURS, PERSON_REP, FACT_HOURS, 0, press_hours},
    {PRESS_HOURS_WORKDAYS, PERSON_REP, FACT_HOURS, 0, press_workdays},
    {PRESS_HOURS_SIX_DAYS, PERSON_REP, FACT_HOURS, 0, press_six_days},
    {PRESS_HOURS_DAILY, PERSON_REP, FACT_HOURS, 0, press_daily},
};
static const struct word_row words[] = {
    {PHRASE_HOURS, PERSON_REP, 0, FACT_HOURS, 0, begin_hours},
};
const struct dialogue dialogue_hours = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
