/*
 * /language: which language the bot writes in, chosen for good; before that it follows Telegram's.
 */
#include "conversation_private.h"

static void ask(struct turn *t)
{
	static const struct turn_button languages[] = {
	    {TEXT_BUTTON_RUSSIAN, PRESS_LANGUAGE_RU, true},
	    {TEXT_BUTTON_ENGLISH, PRESS_LANGUAGE_EN, false},
	};
	turn_buttons(t, turn_say(t, TEXT_ASK_LANGUAGE, NO_ARGS), languages, 2);
}

static void language(struct turn *t)
{
	struct conversation_state *next = &t->out->next;
	if (t->event->kind != EVENT_BUTTON) {
		ask(t);
		return;
	}
	next->locale = t->press.kind == PRESS_LANGUAGE_RU ? LOCALE_RU : LOCALE_EN;
	next->locale_chosen = true;
	t->out->sets_menu = true;
	turn_remove_buttons(t, 0, false, false);
	turn_question(t, turn_text(t, TEXT_LANGUAGE_SET, NO_ARGS));
}

static const struct button_row buttons[] = {
    {PRESS_LANGUAGE_RU, PERSON_ANYBODY, 0, OPEN_TO_ALL, language},
    {PRESS_LANGUAGE_EN, PERSON_ANYBODY, 0, OPEN_TO_ALL, language},
};
static const struct word_row words[] = {
    {PHRASE_LANGUAGE, PERSON_ANYBODY, 0, 0, language},
};
const struct dialogue dialogue_languages = {BUTTONS(buttons), WORDS(words)};
