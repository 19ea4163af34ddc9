/*
 * Figures for admins. Counting them takes longer than a batch may: the step only asks for them (effect STATS), and app/bot/admin shows them.
 */
#include "../conversation_private.h"
#include "salesreg/domain/conversation/admin/stats_buttons.h"

static void ask(struct turn *t, int64_t days, int64_t message_id, bool as_table)
{
	turn_effect(t, (struct effect){.kind = EFFECT_STATS,
			   .days = days,
			   .message_id = message_id,
			   .as_table = as_table});
	if (t->event->kind == EVENT_BUTTON)
		turn_answer(t, false, TEXT_ANSWER_ONE_MOMENT, NO_ARGS);
}

static void ask_anew(struct turn *t)
{
	ask(t, stats_periods[0], 0, false);
}

static void press_days(struct turn *t)
{
	for (size_t i = 0; i < STATS_PERIODS; i++)
		if (stats_periods[i] == t->press.id) {
			ask(t, t->press.id, t->event->message_id,
			    t->press.kind == PRESS_STATS_TABLE);
			return;
		}
	turn_answer_stale(t);
}

static const struct button_row buttons[] = {
    {PRESS_STATS, PERSON_ADMIN, 0, OPEN_TO_ALL, ask_anew},
    {PRESS_STATS_DAYS, PERSON_ADMIN, 0, OPEN_TO_ALL, press_days},
    {PRESS_STATS_TABLE, PERSON_ADMIN, 0, OPEN_TO_ALL, press_days},
};
static const struct word_row words[] = {
    {PHRASE_STATS, PERSON_ADMIN, 0, 0, 0, ask_anew},
};
const struct dialogue dialogue_stats = {BUTTONS(buttons), WORDS(words)};
