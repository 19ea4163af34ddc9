/*
 * A stranger registers: offered → name → email → done.
 *
 *   none ──any message──▶ offered ──yes──▶ name ──a name──▶ email ──an address──▶ (a rep)
 *     ▲                      │no              │cancel          │cancel
 *     └──────────────────────┴────────────────┴────────────────┘
 *
 * /start begins again from anywhere; whatever else comes is answered with one line and the question
 * again. Which of these is called when is said in conversation_phases.c.
 */
#include "../conversation_private.h"
#include "salesreg/base/fingerprint.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { ECHO_NAME_UNITS = 120 };

static const char *echo(const struct turn *t, const char *name)
{
	return shorten(t->a, name, ECHO_NAME_UNITS);
}

static void add_cancel(const struct turn *t, struct message *message)
{
	static const struct turn_button cancel[] = {
	    {TEXT_BUTTON_CANCEL, PRESS_CANCEL, true},
	};
	turn_buttons(t, message, cancel, 1);
}

static void offer_with(struct turn *t, const char *text)
{
	static const struct turn_button answers[] = {
	    {TEXT_BUTTON_IS_REP, PRESS_REGISTER_YES, true},
	    {TEXT_BUTTON_PROPERTY, PRESS_PROPERTY, true},
	};
	const char *name = t->out->next.draft_name;
	turn_set_phase(t, PHASE_OFFERED);
	/* the code that is asked for may still come, and it makes a rep of who has a name */
	t->out->next.draft_name = t->state->code ? name : NULL;
	turn_buttons(t, turn_say_text(t, text), answers, 2);
}

static void offer(struct turn *t)
{
	bool again = t->state->rep_status == REP_REMOVED;
	offer_with(t, turn_join(t, turn_about_link(t),
			  turn_text(t, again ? TEXT_OFFER_AGAIN : TEXT_OFFER, NO_ARGS)));
}

void turn_ask_name(struct turn *t, const char *problem)
{
	t->kind = PERSON_UNKNOWN; /* a prospect may want to be registered, too */
	turn_set_phase(t, PHASE_NAME);
	add_cancel(
	    t, turn_say_text(t, turn_join(t, problem, turn_text(t, TEXT_ASK_NAME, NO_ARGS))));
}

/* For the first time, greeting the person by the name just given. */
static void ask_email(struct turn *t, const char *name)
{
	turn_set_phase(t, PHASE_EMAIL);
	t->out->next.draft_name = name;
	add_cancel(t, turn_say(t, TEXT_ASK_EMAIL,
			  ARGS({"name", echo(t, name)}, {"domains", turn_domains(t)})));
}

static void ask_email_again(struct turn *t, const char *problem)
{
	const char *question =
	    turn_text(t, TEXT_EMAIL_QUESTION, ARGS({"domains", turn_domains(t)}));
	add_cancel(t, turn_say_text(t, turn_join(t, problem, question)));
}

/* The question of PHASE_OFFERED, after a line on what went before. */
static void offer_again(struct turn *t, const char *first)
{
	offer_with(t, turn_join(t, first, turn_text(t, TEXT_OFFER_QUESTION, NO_ARGS)));
}

static void offer_or_again(struct turn *t, const char *first)
{
	if (first)
		offer_again(t, first);
	else
		offer(t);
}

static void greet(struct turn *t)
{
	/* a prospect who has begun to register, and thinks better of it */
	if (t->state->prospect)
		turn_greet_prospect(t);
	else
		offer(t);
}

void turn_begin(struct turn *t)
{
	turn_ask_name(t, NULL);
}

static void stop(struct turn *t, enum text_id farewell)
{
	turn_forget_code(t);
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, farewell, NO_ARGS);
}

/* One word is a whole name in some countries; in others half of it was forgotten. Only the person knows. */
static void ask_whole_name(struct turn *t, const char *name)
{
	static const struct turn_button answers[] = {
	    {TEXT_BUTTON_WHOLE_NAME, PRESS_WHOLE_NAME, true},
	    {TEXT_BUTTON_CANCEL, PRESS_CANCEL, true},
	};
	turn_set_phase(t, PHASE_NAME);
	t->out->next.draft_name = name;
	turn_buttons_about(t, turn_say(t, TEXT_NAME_ONE_WORD, ARGS({"name", echo(t, name)})),
	    answers, 2, fingerprint(t->a, &name, 1));
}

static void enter_one_word(struct turn *t, const char *name)
{
	const char *before = t->out->next.draft_name;
	if (before && strcmp(text_fold(t->a, before), text_fold(t->a, name)) == 0)
		ask_email(t, name);
	else
		ask_whole_name(t, name);
}

static void expect_name(struct turn *t)
{
	turn_ask_name(t, turn_text(t, TEXT_NAME_EXPECTED, NO_ARGS));
}

static void name_is_whole(struct turn *t)
{
	const char *one_word = t->out->next.draft_name;
	if (one_word)
		ask_email(t, one_word);
	else
		expect_name(t);
}

static void name_is_not_whole(struct turn *t)
{
	if (t->out->next.draft_name)
		turn_ask_name(t, NULL);
	else
		expect_name(t);
}

static void enter_name(struct turn *t)
{
	/* «мои клиенты» has two words and is nobody's name */
	if (t->phrase != PHRASE_NONE) {
		expect_name(t);
		return;
	}
	const char *name = NULL;
	switch (name_check(t->event->text, t->a, &name)) {
	case NAME_OK:
		ask_email(t, name);
		return;
	case NAME_ONE_WORD:
		enter_one_word(t, name);
		return;
	case NAME_NO_LETTERS:
		turn_ask_name(t, turn_text(t, TEXT_NAME_NO_LETTERS, NO_ARGS));
		return;
	case NAME_TOO_LONG:
		turn_ask_name(t, turn_text(t, TEXT_NAME_TOO_LONG, NO_ARGS));
		return;
	case NAME_ADDRESS:
		turn_ask_name(t, turn_text(t, TEXT_NAME_ADDRESS, NO_ARGS));
		return;
	}
}

static void enter_email(struct turn *t)
{
	struct turn_email email = turn_read_email(t);
	if (email.address && t->state->email_taken && !t->state->rules->proves_email) {
		turn_email_is_taken(t, email.address);
		return;
	}
	if (email.paused) {
		add_cancel(t, turn_say_text(t, email.problem));
		return;
	}
	if (email.problem) {
		ask_email_again(t, email.problem);
		return;
	}
	if (t->state->rules->proves_email)
		turn_prove_email(t, email.address, email.key);
	else
		turn_register(t, email.address, email.key);
}

void turn_register(struct turn *t, const char *address, const char *key)
{
	struct conversation_state *next = &t->out->next;
	const char *name = next->draft_name;
	bool pending = t->state->rules->approval_by_admin;
	turn_effect(t, (struct effect){
			   .kind = EFFECT_REGISTER,
			   .name = name,
			   .email = address,
			   .email_key = key,
			   .proven = t->state->rules->proves_email,
			   .status = pending ? REP_PENDING : REP_ACTIVE,
			   .username = t->event->username,
		       });
	turn_use_invitation(t);
	turn_set_phase(t, PHASE_NONE);
	next->rep_status = pending ? REP_PENDING : REP_ACTIVE;
	next->rep_name = name;
	next->rep_email = address;
	next->rep_username = t->event->username;
	next->rep_available = true;
	next->open_clients = 0;
	struct message *done = turn_say(t, pending ? TEXT_REGISTERED_PENDING : TEXT_REGISTERED,
	    ARGS({"name", echo(t, name)}, {"email", address}));
	if (pending)
		turn_tell_admins(t);
	else
		turn_menu_buttons(t, done);
}

/* *Yes, my whole name*: of the name asked about last, not of one given before it. */
static void confirm_name(struct turn *t)
{
	const char *name = t->out->next.draft_name;
	if (press_is_about(&t->press, fingerprint(t->a, &name, 1)))
		ask_email(t, name);
	else
		ask_whole_name(t, name);
}

/* Pressed twice, or under an older message: the question is on the screen. */
static void begun_name(struct turn *t)
{
	turn_answer(t, false, TEXT_ANSWER_WAITING_NAME, NO_ARGS);
}

static void begun_email(struct turn *t)
{
	turn_answer(t, false, TEXT_ANSWER_WAITING_EMAIL, NO_ARGS);
}

static void press_whole_name(struct turn *t)
{
	enum conversation_phase phase = t->out->next.phase;
	if (phase == PHASE_NAME && t->out->next.draft_name)
		confirm_name(t);
	else if (phase == PHASE_EMAIL)
		begun_email(t);
	else
		turn_answer(t, false, TEXT_ANSWER_STALE, NO_ARGS);
}

static void cancel_registration(struct turn *t)
{
	stop(t, TEXT_CANCELLED_REGISTRATION);
}

static void decline_offer(struct turn *t)
{
	stop(t, TEXT_OFFER_DECLINED);
}

static void help_stranger(struct turn *t)
{
	phase_of(t->out->next.phase, t->kind)->ask(t, turn_text(t, TEXT_HELP_STRANGER, NO_ARGS));
}

static void offered(struct turn *t)
{
	if (!turn_late_code(t))
		offer_again(t, turn_text(t, TEXT_OFFER_EXPECTED, NO_ARGS));
}

static void email_or_code(struct turn *t)
{
	if (!turn_late_code(t))
		enter_email(t);
}

static void code_or_email(struct turn *t)
{
	if (!turn_code_answered(t))
		enter_email(t);
}

static void claimant_said(struct turn *t)
{
	if (email_key(t->event->text, t->a))
		enter_email(t);
	else
		turn_of_claimant(t);
}

static void answer_not_registered(struct turn *t)
{
	turn_answer(t, true, TEXT_ANSWER_NOT_REGISTERED, NO_ARGS);
}

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

static const struct phase phases[] = {
    {PHASE_NONE, PERSON_UNKNOWN, .greets = true, .ask = offer_or_again, .on_text = greet,
	.on_begin = turn_begin},
    {PHASE_OFFERED, PERSON_UNKNOWN, .keeps_name_for_code = true, .ask = offer_again,
	.on_text = offered, .on_yes = turn_begin, .on_no = decline_offer,
	.on_cancel = decline_offer, .on_begin = turn_begin},
    {PHASE_NAME, PERSON_UNKNOWN, .keeps = KEEPS_NAME, .ask = turn_ask_name, .on_text = enter_name,
	.on_yes = name_is_whole, .on_no = name_is_not_whole, .on_cancel = cancel_registration,
	.on_begin = begun_name},
    {PHASE_EMAIL, PERSON_UNKNOWN, .fits = fits_email, .keeps = KEEPS_NAME | KEEPS_EMAIL,
	.ask = ask_email_again, .on_text = email_or_code, .on_cancel = cancel_registration,
	.on_begin = begun_email},
    {PHASE_CLAIM, PERSON_UNKNOWN, .fits = fits_claim,
	.keeps = KEEPS_NAME | KEEPS_EMAIL | KEEPS_CLAIM, .ask = turn_question_of_claimant,
	.on_text = claimant_said, .on_cancel = cancel_registration,
	.on_begin = turn_press_of_claimant},
    {PHASE_CODE, PERSON_UNKNOWN, .fits = fits_code, .keeps = KEEPS_NAME,
	.ask = turn_question_of_code, .on_text = code_or_email, .on_cancel = cancel_registration,
	.on_begin = turn_ask},
};
static const struct button_row buttons[] = {
    {PRESS_REGISTER_YES, PERSON_UNKNOWN, 0, 0, turn_press_begin},
    {PRESS_REGISTER_NO, PERSON_UNKNOWN, 0, 0, turn_press_cancel},
    {PRESS_CANCEL, PERSON_UNKNOWN, 0, 0, turn_press_cancel},
    {PRESS_WHOLE_NAME, PERSON_UNKNOWN, 0, 0, press_whole_name},
    {PRESS_MENU_CLIENTS, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_MENU_STATUS, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_MENU_EMAIL, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_MENU_HOURS, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_HOURS_WORKDAYS, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_HOURS_SIX_DAYS, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_HOURS_DAILY, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_MENU_CALENDAR, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_MENU_UNREGISTER, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_MENU_HELP, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_UNREGISTER_YES, PERSON_UNKNOWN, 0, 0, answer_not_registered},
    {PRESS_UNREGISTER_NO, PERSON_UNKNOWN, 0, 0, answer_not_registered},
};
static const struct word_row words[] = {
    {PHRASE_START, PERSON_UNKNOWN, 0, 0, 0, greet},
    {PHRASE_REGISTER, PERSON_UNKNOWN, IN(NONE) | IN(OFFERED), 0, 0, turn_begin},
    {PHRASE_HELP, PERSON_UNKNOWN, 0, 0, 0, help_stranger},
};
const struct dialogue dialogue_registration = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
