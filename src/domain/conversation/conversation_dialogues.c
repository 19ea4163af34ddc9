/*
 * All that can be said and pressed: the dialogues, and what becomes of an event by their rows.
 */
#include "conversation_private.h"

/* Of rows about the same, the first that fits counts: in this order, and in a dialogue's own. */
static const struct dialogue *const dialogues[] = {&dialogue_admins, &dialogue_admin_menu,
    &dialogue_decide, &dialogue_resend, &dialogue_reps, &dialogue_rep_card, &dialogue_claims,
    &dialogue_invitations, &dialogue_managed_find, &dialogue_managed_acts, &dialogue_managed_waits,
    &dialogue_languages, &dialogue_privacy, &dialogue_client_cards, &dialogue_own_clients,
    &dialogue_client_list, &dialogue_client_card, &dialogue_registration, &dialogue_codes,
    &dialogue_calendar, &dialogue_hours, &dialogue_zones, &dialogue_follow_ups, &dialogue_rep_menu,
    &dialogue_questions, &dialogue_prospects, &dialogue_owners, &dialogue_closing, &dialogue_relay,
    &dialogue_stats, &dialogue_broadcasts, &dialogue_files, NULL};

static const struct phase *find_phase(enum conversation_phase phase, enum person_kind kind)
{
	for (size_t d = 0; dialogues[d]; d++)
		for (size_t i = 0; i < dialogues[d]->phase_count; i++) {
			const struct phase *row = &dialogues[d]->phases[i];
			if (row->phase == phase && row->kind == kind)
				return row;
		}
	return NULL;
}

const struct phase *phase_of(enum conversation_phase phase, enum person_kind kind)
{
	const struct phase *row = find_phase(phase, kind);
	return row ? row : find_phase(PHASE_NONE, kind);
}

enum conversation_phase phase_that_fits(
    const struct conversation_state *state, enum person_kind kind)
{
	const struct phase *row = find_phase(state->phase, kind);
	if (!row)
		return PHASE_NONE;
	return row->fits ? row->fits(state) : row->phase;
}

unsigned button_facts(enum press_kind press)
{
	unsigned facts = 0;
	for (size_t d = 0; dialogues[d]; d++)
		for (size_t i = 0; i < dialogues[d]->button_count; i++)
			if (dialogues[d]->buttons[i].press == press)
				facts |= dialogues[d]->buttons[i].facts;
	return facts;
}

unsigned word_facts(enum phrase phrase)
{
	/* a yes may be the one to unregister */
	unsigned facts = phrase == PHRASE_YES ? FACT_LOCK : 0;
	for (size_t d = 0; dialogues[d]; d++)
		for (size_t i = 0; i < dialogues[d]->word_count; i++)
			if (dialogues[d]->words[i].phrase == phrase)
				facts |= dialogues[d]->words[i].facts;
	return facts;
}

static void answer_admin_only(struct turn *t)
{
	turn_answer(t, true, TEXT_ANSWER_ADMIN_ONLY, NO_ARGS);
}

static const struct button_row *find_button(const struct turn *t)
{
	static const struct button_row stale = {.handler = turn_answer_stale},
				       refused = {
					   .manners = OPEN_TO_ALL, .handler = answer_admin_only};
	bool of_admins = false;
	for (size_t d = 0; dialogues[d]; d++)
		for (size_t i = 0; i < dialogues[d]->button_count; i++) {
			const struct button_row *row = &dialogues[d]->buttons[i];
			if (row->press == t->press.kind && (row->kinds & t->kinds))
				return row;
			of_admins |= row->press == t->press.kind && row->kinds == PERSON_ADMIN;
		}
	return of_admins ? &refused : &stale;
}

/* As whom the person talks, and as an admin besides. */
static const struct word_row *find_word(const struct turn *t)
{
	unsigned kinds = t->kind | (t->kinds & PERSON_ADMIN);
	for (size_t d = 0; dialogues[d]; d++)
		for (size_t i = 0; i < dialogues[d]->word_count; i++) {
			const struct word_row *row = &dialogues[d]->words[i];
			if (row->phrase == t->phrase && (row->kinds & kinds) &&
			    (!row->phases || row->phases >> t->out->next.phase & 1))
				return row;
		}
	return NULL;
}

void turn_pressed(struct turn *t)
{
	const struct button_row *row = find_button(t);
	bool open = row->manners & OPEN_TO_ALL;
	if (!open && t->state->rep_status == REP_SUSPENDED) {
		turn_of_suspended(t);
		return;
	}
	if (!open && !(row->manners & UNINVITED) && (t->kinds & PERSON_UNKNOWN) && !turn_lets_in(t))
		return;
	row->handler(t);
}

void turn_command(struct turn *t)
{
	bool rep = (t->kinds & PERSON_REP) && t->state->rep_status != REP_SUSPENDED;
	turn_set_phase(t, PHASE_NONE);
	t->kind = rep ? PERSON_REP : PERSON_ADMIN;
	const struct word_row *word = find_word(t);
	if (word)
		word->handler(t);
	else
		phase_of(PHASE_NONE, t->kind)->on_text(t);
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
	const struct word_row *word = find_word(t);
	const struct phase *row = phase_of(t->out->next.phase, t->kind);
	if (turn_chose(t) || turn_noted(t) || turn_mirrored(t) || turn_replied(t) ||
	    turn_human_leads(t) || turn_talks_on(t) || turn_sent_file(t))
		return;
	if (word && (word->kinds & PERSON_ADMIN)) { /* theirs, or everybody's */
		word->handler(t);
		return;
	}
	/* who is asked as an admin answers as one */
	if (t->state->rep_status == REP_SUSPENDED && t->kind != PERSON_ADMIN) {
		if (word && (word->manners & OPEN_TO_ALL))
			word->handler(t);
		else
			turn_of_suspended(t);
		return;
	}
	bool outside = t->kind == PERSON_UNKNOWN || t->kind == PERSON_PROSPECT;
	if (outside && turn_is_invitation(t)) {
		turn_open_invitation(t);
		return;
	}
	if (t->kind == PERSON_UNKNOWN && turn_came_by_link(t))
		return;
	if ((t->kind & (PERSON_REP | PERSON_ADMIN)) && turn_looked_at_link(t))
		return;
	if (!word && turn_asked_for_whom(t))
		return;
	bool buys = word && word->phrase == PHRASE_PROPERTY;
	if (t->kind == PERSON_UNKNOWN && !buys && !turn_lets_in(t))
		return;
	if (t->kind == PERSON_PROSPECT && t->event->kind == EVENT_CONTACT && turn_answered(t))
		return;
	const char *unreadable = turn_unreadable(t);
	bool media = t->event->kind == EVENT_MEDIA || t->event->kind == EVENT_CONTACT;
	bool corrected = t->event->kind == EVENT_EDITED && t->kind == PERSON_PROSPECT;
	if (row->takes_anything && (media || corrected))
		row->on_text(t);
	else if (unreadable)
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
