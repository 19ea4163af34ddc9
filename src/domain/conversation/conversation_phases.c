/*
 * What the bot may be waiting for, of whom, and what becomes of what is said then.
 *
 * A phase is a row for each kind of person that can be in it; adding one is a row here and its name in CONVERSATION_PHASE_MAP.
 */
#include "conversation_private.h"

static enum conversation_phase fits_email(const struct conversation_state *state)
{
	return state->draft_name ? PHASE_EMAIL : PHASE_NAME;
}

static enum conversation_phase fits_claim(const struct conversation_state *state)
{
	return state->draft_name && state->claim_email ? PHASE_CLAIM : PHASE_NONE;
}

static enum conversation_phase fits_code(const struct conversation_state *state)
{
	/* without a name it was a rep who changed the address */
	if (!state->draft_name)
		return PHASE_NONE;
	return state->rules->proves_email ? PHASE_CODE : PHASE_EMAIL;
}

static enum conversation_phase fits_code_of_rep(const struct conversation_state *state)
{
	if (state->rep_status != REP_ACTIVE)
		return PHASE_NONE;
	return state->rules->proves_email ? PHASE_CODE : PHASE_CHANGE_EMAIL;
}

static enum conversation_phase fits_change_email(const struct conversation_state *state)
{
	return state->rep_status == REP_ACTIVE ? PHASE_CHANGE_EMAIL : PHASE_NONE;
}

static enum conversation_phase fits_unregister(const struct conversation_state *state)
{
	return state->rep_status == REP_SUSPENDED ? PHASE_NONE : PHASE_CONFIRM_UNREGISTER;
}

static const struct phase phases[] = {
    /* who is on no list */
    {PHASE_NONE, PERSON_UNKNOWN, .greets = true, .ask = turn_offer, .on_text = turn_greet,
	.on_begin = turn_begin},
    {PHASE_OFFERED, PERSON_UNKNOWN, .keeps_name_for_code = true, .ask = turn_offer_again,
	.on_text = turn_offered, .on_yes = turn_begin, .on_no = turn_decline_offer,
	.on_cancel = turn_decline_offer, .on_begin = turn_begin},
    {PHASE_NAME, PERSON_UNKNOWN, .keeps = KEEPS_NAME, .ask = turn_ask_name,
	.on_text = turn_enter_name, .on_yes = turn_name_is_whole, .on_no = turn_name_is_not_whole,
	.on_cancel = turn_cancel_registration, .on_begin = turn_begun_name},
    {PHASE_EMAIL, PERSON_UNKNOWN, .fits = fits_email, .keeps = KEEPS_NAME | KEEPS_EMAIL,
	.ask = turn_ask_email_again, .on_text = turn_email_or_code,
	.on_cancel = turn_cancel_registration, .on_begin = turn_begun_email},
    {PHASE_CLAIM, PERSON_UNKNOWN, .fits = fits_claim,
	.keeps = KEEPS_NAME | KEEPS_EMAIL | KEEPS_CLAIM, .ask = turn_question_of_claimant,
	.on_text = turn_claimant_said, .on_cancel = turn_cancel_registration,
	.on_begin = turn_press_of_claimant},
    {PHASE_CODE, PERSON_UNKNOWN, .fits = fits_code, .keeps = KEEPS_NAME,
	.ask = turn_question_of_code, .on_text = turn_code_or_email,
	.on_cancel = turn_cancel_registration, .on_begin = turn_ask},
    /* an admin who is no rep is not asked to become one, but may */
    {PHASE_NONE, PERSON_ADMIN, .greets = true, .ask = turn_admin_hello, .on_text = turn_ask,
	.on_begin = turn_begin},
    /* reps */
    {PHASE_NONE, PERSON_REP, .ask = turn_show_menu, .on_text = turn_menu_or_code},
    {PHASE_CODE, PERSON_REP, .fits = fits_code_of_rep, .keeps = KEEPS_NAME,
	.ask = turn_question_of_code, .on_text = turn_code_or_new_email, .on_no = turn_cancel_code,
	.on_cancel = turn_cancel_code},
    {PHASE_CHANGE_EMAIL, PERSON_REP, .fits = fits_change_email, .ask = turn_ask_new_email,
	.on_text = turn_new_email_or_code, .on_no = turn_cancelled, .on_cancel = turn_cancelled},
    {PHASE_CONFIRM_UNREGISTER, PERSON_REP, .fits = fits_unregister, .ask = turn_ask_unregister,
	.on_text = turn_unregister_or_code, .on_yes = turn_unregister,
	.on_no = turn_keep_registration, .on_cancel = turn_keep_registration},
};
enum { PHASES = sizeof phases / sizeof *phases };

static const struct phase *find(enum conversation_phase phase, enum person_kind kind)
{
	for (size_t i = 0; i < PHASES; i++)
		if (phases[i].phase == phase && phases[i].kind == kind)
			return &phases[i];
	return NULL;
}

const struct phase *phase_of(enum conversation_phase phase, enum person_kind kind)
{
	const struct phase *row = find(phase, kind);
	return row ? row : find(PHASE_NONE, kind);
}

enum conversation_phase phase_that_fits(
    const struct conversation_state *state, enum person_kind kind)
{
	const struct phase *row = find(state->phase, kind);
	if (!row)
		return PHASE_NONE;
	return row->fits ? row->fits(state) : row->phase;
}
