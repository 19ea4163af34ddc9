/*
 * What registered reps can do by chat. A word or button of the menu works at any time and ends what
 * was being asked.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/conversation/rep_change.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

enum { EMAIL_UNITS = 254 };

/* As the table has it, which others write, too. */
static const char *email_of(const struct turn *t, const char *email)
{
	return quote_email(t->a, email, EMAIL_UNITS);
}

static void say_with_menu(struct turn *t, const char *text)
{
	turn_menu_buttons(t, turn_say_text(t, text));
}

/* What a pending rep hears whatever they do; for an active one, the menu. */
static void show_menu(struct turn *t, const char *first)
{
	const struct conversation_state *next = &t->out->next;
	turn_set_phase(t, PHASE_NONE);
	if (next->rep_status != REP_PENDING) {
		say_with_menu(t, turn_join(t, first, turn_text(t, TEXT_MENU, NO_ARGS)));
		return;
	}
	const char *wait = turn_text(t, TEXT_PENDING,
	    ARGS({"name", prospect_quoted_name(t->a, next->rep_name)},
		{"email", email_of(t, next->rep_email)}));
	(void)turn_say_text(t, turn_join(t, first, wait));
}

static void say_status(struct turn *t)
{
	const struct conversation_state *next = &t->out->next;
	if (next->rep_status == REP_PENDING) {
		show_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	say_with_menu(t,
	    turn_text(t, TEXT_STATUS,
		ARGS({"name", prospect_quoted_name(t->a, next->rep_name)},
		    {"email", email_of(t, next->rep_email)},
		    {"status",
			turn_text(t, t->state->rep_paused ? TEXT_REP_IS_PAUSED : TEXT_REP_IS_ACTIVE,
			    NO_ARGS)},
		    {"open", arena_printf(t->a, "%zu", next->open_clients)},
		    {"max", arena_printf(t->a, "%zu", turn_capacity(t))})));
}

static void ask_new_email(struct turn *t, const char *problem)
{
	static const struct turn_button cancel[] = {{TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
	const char *question =
	    problem ? turn_text(t, TEXT_EMAIL_QUESTION, ARGS({"domains", turn_domains(t)}))
		    : turn_text(t, TEXT_ASK_NEW_EMAIL,
			  ARGS({"email", email_of(t, t->state->rep_email)},
			      {"domains", turn_domains(t)}));
	/* a code that is asked for may be at hand still */
	if (!problem || t->out->next.phase != PHASE_CODE)
		turn_set_phase(t, PHASE_CHANGE_EMAIL);
	turn_buttons(t, turn_say_text(t, turn_join(t, problem, question)), cancel, 1);
}

static void enter_new_email(struct turn *t)
{
	struct turn_email email = turn_read_email(t);
	if (email.paused) {
		if (t->out->next.phase == PHASE_CODE) {
			static const struct turn_button cancel[] = {
			    {TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
			turn_buttons(t, turn_say_text(t, email.problem), cancel, 1);
			return;
		}
		turn_set_phase(t, PHASE_NONE);
		say_with_menu(t, email.problem);
		return;
	}
	if (email.problem) {
		ask_new_email(t, email.problem);
		return;
	}
	const char *current = t->state->rep_email ? email_key(t->state->rep_email, t->a) : NULL;
	if (current && strcmp(current, email.key) == 0) {
		turn_set_phase(t, PHASE_NONE);
		say_with_menu(t, turn_text(t, TEXT_EMAIL_SAME, ARGS({"email", email.address})));
		return;
	}
	if (t->state->rules->proves_email)
		turn_prove_email(t, email.address, email.key);
	else
		turn_change_email(t, email.address, email.key);
}

void turn_change_email(struct turn *t, const char *address, const char *key)
{
	turn_set_phase(t, PHASE_NONE);
	turn_effect(t, (struct effect){
			   .kind = EFFECT_CHANGE_EMAIL,
			   .email = address,
			   .email_key = key,
			   .proven = t->state->rules->proves_email,
		       });
	t->out->next.rep_email = address;
	say_with_menu(t, turn_text(t, TEXT_EMAIL_CHANGED, ARGS({"email", address})));
}

/* Whether that has been said, instead of what they asked for. */
static bool must_stay(struct turn *t)
{
	if (!turn_is_only_admin(t))
		return false;
	show_menu(t, turn_text(t, TEXT_UNREGISTER_ONLY_ADMIN, NO_ARGS));
	return true;
}

static void ask_unregister(struct turn *t, const char *problem)
{
	if (must_stay(t))
		return;
	static const struct turn_button answers[] = {
	    {TEXT_BUTTON_UNREGISTER_YES, PRESS_UNREGISTER_YES, true},
	    {TEXT_BUTTON_UNREGISTER_NO, PRESS_UNREGISTER_NO, false},
	};
	turn_set_phase(t, PHASE_CONFIRM_UNREGISTER);
	const char *question = turn_text(t, TEXT_ASK_UNREGISTER,
	    ARGS({"open", arena_printf(t->a, "%zu", t->state->open_clients)}));
	turn_buttons(t, turn_say_text(t, turn_join(t, problem, question)), answers, 2);
}

static void leave(struct turn *t)
{
	if (must_stay(t))
		return;
	if (t->state->rep_status == REP_PENDING && t->state->rep_id)
		t->out->decided = application_withdrawn(
		    t->state->rules, t->state->rep_id, t->event->user_id, t->a);
	turn_effect(t, (struct effect){.kind = EFFECT_UNREGISTER});
	turn_set_phase(t, PHASE_NONE);
	t->out->next.rep_status = REP_REMOVED;
	t->out->next.open_clients = 0;
	(void)turn_say(t, TEXT_UNREGISTERED, NO_ARGS);
}

static void cancelled(struct turn *t)
{
	show_menu(t, turn_text(t, TEXT_CANCELLED, NO_ARGS));
}

static void cancel_code(struct turn *t)
{
	turn_forget_code(t);
	cancelled(t);
}

static void keep_registration(struct turn *t)
{
	show_menu(t, turn_text(t, TEXT_UNREGISTER_KEPT, NO_ARGS));
}

static void nothing_to_cancel(struct turn *t)
{
	show_menu(t, turn_text(t, TEXT_NOTHING_TO_CANCEL, NO_ARGS));
}

static void welcome_back(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		show_menu(t, turn_about_link(t));
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	const char *hello = turn_text(
	    t, TEXT_WELCOME_BACK, ARGS({"name", prospect_quoted_name(t->a, t->state->rep_name)}));
	say_with_menu(t, turn_join(t, turn_about_link(t), hello));
}

static void help_rep(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		show_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	say_with_menu(t, turn_text(t, TEXT_HELP_REP, NO_ARGS));
}

static void clients(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		show_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	turn_list_clients(t);
}

static bool is_pending(const struct turn *t)
{
	return t->out->next.rep_status == REP_PENDING;
}

static void begin_change_email(struct turn *t)
{
	/* an admin would have to be asked again; withdrawing and applying anew does that */
	if (is_pending(t))
		show_menu(t, NULL);
	else
		ask_new_email(t, NULL);
}

static void begin_unregister(struct turn *t)
{
	ask_unregister(t, NULL);
}

/* Texts that are neither menu nor cancel: the answer to what was asked. Six digits may be a code that is still asked for. */

static void menu_or_code(struct turn *t)
{
	if (!turn_late_code(t))
		show_menu(t, NULL);
}

static void new_email_or_code(struct turn *t)
{
	if (!turn_late_code(t))
		enter_new_email(t);
}

static void code_or_new_email(struct turn *t)
{
	if (!turn_code_answered(t))
		enter_new_email(t);
}

static void unregister_or_code(struct turn *t)
{
	if (!turn_late_code(t))
		ask_unregister(t, turn_text(t, TEXT_UNREGISTER_EXPECTED, NO_ARGS));
}

/* Buttons */

static void press_clients(struct turn *t)
{
	if (is_pending(t))
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
	else
		clients(t);
}

static void press_email(struct turn *t)
{
	if (is_pending(t))
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
	else
		ask_new_email(t, NULL);
}

static void press_unregister(struct turn *t)
{
	/* only the answer to a question that still stands removes anybody */
	if (t->out->next.phase == PHASE_CONFIRM_UNREGISTER)
		leave(t);
	else
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
}

static void press_keep(struct turn *t)
{
	if (t->out->next.phase == PHASE_CONFIRM_UNREGISTER)
		keep_registration(t);
	else
		turn_answer(t, false, TEXT_ANSWER_STALE, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
}

static void answer_registered(struct turn *t)
{
	turn_answer(t, false, is_pending(t) ? TEXT_ANSWER_PENDING : TEXT_ANSWER_ALREADY_REGISTERED,
	    NO_ARGS);
}

void turn_of_suspended(struct turn *t)
{
	if (t->event->kind == EVENT_BUTTON)
		turn_answer(t, true, TEXT_ANSWER_SUSPENDED, NO_ARGS);
	else
		(void)turn_say(t, TEXT_SUSPENDED, NO_ARGS);
}

void turn_of_pending(struct turn *t)
{
	show_menu(t, NULL);
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
    {PHASE_NONE, PERSON_REP, .ask = show_menu, .on_text = menu_or_code},
    {PHASE_CODE, PERSON_REP, .fits = fits_code_of_rep, .keeps = KEEPS_NAME,
	.ask = turn_question_of_code, .on_text = code_or_new_email, .on_no = cancel_code,
	.on_cancel = cancel_code},
    {PHASE_CHANGE_EMAIL, PERSON_REP, .fits = fits_change_email, .ask = ask_new_email,
	.on_text = new_email_or_code, .on_no = cancelled, .on_cancel = cancelled},
    {PHASE_CONFIRM_UNREGISTER, PERSON_REP, .fits = fits_unregister, .ask = ask_unregister,
	.on_text = unregister_or_code, .on_yes = leave, .on_no = keep_registration,
	.on_cancel = keep_registration},
};
static const struct button_row buttons[] = {
    {PRESS_MENU_CLIENTS, PERSON_REP, FACT_CLIENTS, 0, press_clients},
    {PRESS_MENU_STATUS, PERSON_REP, 0, 0, say_status},
    {PRESS_MENU_EMAIL, PERSON_REP, 0, 0, press_email},
    {PRESS_MENU_UNREGISTER, PERSON_REP, 0, 0, begin_unregister},
    {PRESS_MENU_HELP, PERSON_REP, 0, 0, help_rep},
    {PRESS_UNREGISTER_YES, PERSON_REP, FACT_LOCK, 0, press_unregister},
    {PRESS_UNREGISTER_NO, PERSON_REP, 0, 0, press_keep},
    {PRESS_REGISTER_YES, PERSON_REP, 0, 0, answer_registered},
    {PRESS_REGISTER_NO, PERSON_REP, 0, 0, answer_registered},
    {PRESS_PROPERTY, PERSON_REP, 0, 0, answer_registered},
    {PRESS_WHOLE_NAME, PERSON_REP, 0, 0, answer_registered},
    {PRESS_CANCEL, PERSON_REP, 0, 0, turn_press_cancel},
};
static const struct word_row words[] = {
    {PHRASE_START, PERSON_REP, 0, 0, 0, welcome_back},
    {PHRASE_CLIENTS, PERSON_REP, 0, FACT_CLIENTS, 0, clients},
    {PHRASE_STATUS, PERSON_REP, 0, 0, 0, say_status},
    {PHRASE_CHANGE_EMAIL, PERSON_REP, 0, 0, 0, begin_change_email},
    {PHRASE_UNREGISTER, PERSON_REP, 0, 0, 0, begin_unregister},
    {PHRASE_HELP, PERSON_REP, 0, 0, 0, help_rep},
    {PHRASE_CANCEL, PERSON_REP, IN(NONE), 0, 0, nothing_to_cancel},
};
const struct dialogue dialogue_rep_menu = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
