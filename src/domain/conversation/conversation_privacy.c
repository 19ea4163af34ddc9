/*
 * /privacy: what is stored of whoever asks, for how long, and how it is forgotten.
 * Source: telegram.org/tos/bot-developers, 4: a bot has a policy of its own, and answers this command with it.
 */
#include "conversation_private.h"

static void privacy(struct turn *t)
{
	enum text_id id = TEXT_PRIVACY_STRANGER;
	if (t->kinds & PERSON_REP)
		id = TEXT_PRIVACY_REP;
	else if (t->kinds & PERSON_PROSPECT)
		id = TEXT_PRIVACY_PROSPECT;
	const struct conversation_rules *rules = t->state->rules;
	const char *days = arena_printf(t->a, "%lld", (long long)rules->kept_days);
	const char *text = turn_text(t, id, ARGS({"days", days}));
	if (id == TEXT_PRIVACY_PROSPECT && rules->forgotten_days > 0)
		text = turn_join(t, text,
		    turn_text(t, TEXT_PRIVACY_FORGOTTEN,
			ARGS({"days",
			    arena_printf(t->a, "%lld", (long long)rules->forgotten_days)})));
	turn_question(t, text);
}

static const struct word_row words[] = {
    {PHRASE_PRIVACY, PERSON_ANYBODY, 0, 0, OPEN_TO_ALL, privacy},
};
const struct dialogue dialogue_privacy = {WORDS(words)};
