/*
 * /language: which language the bot writes in, chosen for good; before that it follows Telegram's.
 */
#include "conversation_private.h"
#include <string.h>

enum { LANGUAGES_A_ROW = 2 };

static void ask(struct turn *t)
{
	const struct catalog *catalog = t->state->rules->catalog;
	const char *question = turn_text(t, TEXT_ASK_LANGUAGE, NO_ARGS);
	struct button *languages = ARENA_ARRAY(t->a, struct button, LOCALE_COUNT);
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		/* whoever reads no word of this language is asked, too */
		const char *same = catalog->texts[l][TEXT_ASK_LANGUAGE];
		if (!strstr(question, same))
			question = arena_printf(t->a, "%s\n%s", question, same);
		languages[l] = (struct button){
		    .text = catalog->texts[l][TEXT_LANGUAGE_NAME],
		    .data = press_data_about(t->a, PRESS_LANGUAGE, 0, locale_code((enum locale)l)),
		    .new_row = l % LANGUAGES_A_ROW == 0,
		};
	}
	message_set_buttons(turn_say_text(t, question), languages, LOCALE_COUNT);
}

static void language(struct turn *t)
{
	struct conversation_state *next = &t->out->next;
	/* a button may be older than this choice of languages */
	if (t->event->kind != EVENT_BUTTON || !locale_parse(t->press.about, &next->locale)) {
		ask(t);
		return;
	}
	next->locale_chosen = true;
	t->out->sets_menu = true;
	turn_remove_buttons(t, 0, false, false);
	turn_question(t, turn_text(t, TEXT_LANGUAGE_SET, NO_ARGS));
}

static const struct button_row buttons[] = {
    {PRESS_LANGUAGE, PERSON_ANYBODY, 0, OPEN_TO_ALL, language},
};
static const struct word_row words[] = {
    {PHRASE_LANGUAGE, PERSON_ANYBODY, 0, 0, 0, language},
};
const struct dialogue dialogue_languages = {BUTTONS(buttons), WORDS(words)};
