/*
 * What is written: words that mean something whatever was asked, and else the answer to it.
 */
#include "conversation_private.h"

#define IN(phase) (1U << PHASE_##phase)

static const struct word_row {
	enum phrase phrase;
	unsigned kinds;
	unsigned phases; /* 0: all */
	unsigned facts;
	turn_handler *handler;
} words[] = {
    {PHRASE_LANGUAGE, PERSON_ANYBODY, 0, 0, turn_language},
    {PHRASE_APPLICATIONS, PERSON_ADMIN, 0, FACT_APPLICATIONS, turn_admin_lists},
    {PHRASE_START, PERSON_UNKNOWN, 0, 0, turn_greet},
    {PHRASE_REGISTER, PERSON_UNKNOWN, IN(NONE) | IN(OFFERED), 0, turn_begin},
    {PHRASE_HELP, PERSON_UNKNOWN, 0, 0, turn_help_stranger},
    {PHRASE_START, PERSON_REP, 0, 0, turn_welcome_back},
    {PHRASE_CLIENTS, PERSON_REP, 0, FACT_CLIENTS, turn_clients},
    {PHRASE_STATUS, PERSON_REP, 0, 0, turn_say_status},
    {PHRASE_CHANGE_EMAIL, PERSON_REP, 0, 0, turn_begin_change_email},
    {PHRASE_UNREGISTER, PERSON_REP, 0, 0, turn_begin_unregister},
    {PHRASE_HELP, PERSON_REP, 0, 0, turn_help_rep},
    {PHRASE_CANCEL, PERSON_REP, IN(NONE), 0, turn_nothing_to_cancel},
};

unsigned word_facts(enum phrase phrase)
{
	/* a yes may be the one to unregister */
	unsigned facts = phrase == PHRASE_YES ? FACT_LOCK : 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].phrase == phrase)
			facts |= words[i].facts;
	return facts;
}

/* As whom the person talks, and as an admin besides. */
static const struct word_row *find(const struct turn *t)
{
	unsigned kinds = t->kind | (t->kinds & PERSON_ADMIN);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].phrase == t->phrase && (words[i].kinds & kinds) &&
		    (!words[i].phases || words[i].phases >> t->out->next.phase & 1))
			return &words[i];
	return NULL;
}

static turn_handler *answer_of(const struct phase *row, enum phrase phrase)
{
	turn_handler *handler = NULL;
	if (phrase == PHRASE_YES)
		handler = row->on_yes;
	else if (phrase == PHRASE_NO)
		handler = row->on_no;
	else if (phrase == PHRASE_CANCEL)
		handler = row->on_cancel;
	return handler ? handler : row->on_text;
}

void turn_said(struct turn *t)
{
	const struct word_row *word = find(t);
	const struct phase *row = phase_of(t->out->next.phase, t->kind);
	if (word && (word->kinds & PERSON_ADMIN)) { /* theirs, or everybody's */
		word->handler(t);
		return;
	}
	if (t->state->rep_status == REP_SUSPENDED) {
		turn_of_suspended(t);
		return;
	}
	if (t->kind == PERSON_UNKNOWN && turn_is_invitation(t)) {
		turn_open_invitation(t);
		return;
	}
	if (t->kind == PERSON_UNKNOWN && !turn_lets_in(t))
		return;
	const char *unreadable = turn_unreadable(t);
	if (unreadable)
		row->ask(t, row->greets ? NULL : unreadable);
	else if (word)
		word->handler(t);
	else
		answer_of(row, t->phrase)(t);
}

void turn_press_begin(struct turn *t)
{
	phase_of(t->out->next.phase, t->kind)->on_begin(t);
}

void turn_press_cancel(struct turn *t)
{
	const struct phase *row = phase_of(t->out->next.phase, t->kind);
	if (row->on_cancel)
		row->on_cancel(t);
	else
		turn_answer(t, false, TEXT_ANSWER_STALE, NO_ARGS);
}

void turn_answer_stale(struct turn *t)
{
	turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
}

void turn_ask(struct turn *t)
{
	phase_of(t->out->next.phase, t->kind)->ask(t, NULL);
}

void turn_question(struct turn *t, const char *first)
{
	const struct phase *row = phase_of(t->out->next.phase, t->kind);
	if (row->greets || t->out->next.rep_status == REP_SUSPENDED)
		(void)turn_say_text(t, first);
	else
		row->ask(t, first);
}
