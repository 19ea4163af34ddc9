/*
 * What registered reps can do by chat. A word or button of the menu works at any time and ends what
 * was being asked.
 */
#include "conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/email.h"
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
static void say_menu(struct turn *t, const char *first)
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
		say_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	say_with_menu(
	    t, turn_text(t, TEXT_STATUS,
		   ARGS({"name", prospect_quoted_name(t->a, next->rep_name)},
		       {"email", email_of(t, next->rep_email)},
		       {"status", turn_text(t, TEXT_REP_IS_ACTIVE, NO_ARGS)},
		       {"open", arena_printf(t->a, "%zu", next->open_clients)},
		       {"max", arena_printf(t->a, "%zu", t->state->rules->max_prospects)})));
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
		       });
	t->out->next.rep_email = address;
	say_with_menu(t, turn_text(t, TEXT_EMAIL_CHANGED, ARGS({"email", address})));
}

static void ask_unregister(struct turn *t, const char *problem)
{
	static const struct turn_button answers[] = {
	    {TEXT_BUTTON_UNREGISTER_YES, PRESS_UNREGISTER_YES, true},
	    {TEXT_BUTTON_UNREGISTER_NO, PRESS_UNREGISTER_NO, false},
	};
	turn_set_phase(t, PHASE_CONFIRM_UNREGISTER);
	const char *question = turn_text(t, TEXT_ASK_UNREGISTER,
	    ARGS({"open", arena_printf(t->a, "%zu", t->state->open_clients)}));
	turn_buttons(t, turn_say_text(t, turn_join(t, problem, question)), answers, 2);
}

static void unregister(struct turn *t)
{
	turn_effect(t, (struct effect){.kind = EFFECT_UNREGISTER});
	turn_set_phase(t, PHASE_NONE);
	t->out->next.rep_status = REP_REMOVED;
	t->out->next.open_clients = 0;
	(void)turn_say(t, TEXT_UNREGISTERED, NO_ARGS);
}

/* Cancelling: what depends on the question that was open. */
static void cancel(struct turn *t)
{
	switch (t->out->next.phase) {
	case PHASE_CODE:
		turn_forget_code(t);
		say_menu(t, turn_text(t, TEXT_CANCELLED, NO_ARGS));
		return;
	case PHASE_CHANGE_EMAIL:
		say_menu(t, turn_text(t, TEXT_CANCELLED, NO_ARGS));
		return;
	case PHASE_CONFIRM_UNREGISTER:
		say_menu(t, turn_text(t, TEXT_UNREGISTER_KEPT, NO_ARGS));
		return;
	case PHASE_NONE:
	case PHASE_OFFERED:
	case PHASE_NAME:
	case PHASE_EMAIL:
	case PHASE_CLAIM:
		say_menu(t, turn_text(t, TEXT_NOTHING_TO_CANCEL, NO_ARGS));
		return;
	}
}

static void welcome_back(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		say_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	say_with_menu(t, turn_text(t, TEXT_WELCOME_BACK,
			     ARGS({"name", prospect_quoted_name(t->a, t->state->rep_name)})));
}

static void help(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		say_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	say_with_menu(t, turn_text(t, TEXT_HELP_REP, NO_ARGS));
}

static void list_clients(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		say_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	turn_list_clients(t);
}

/* Pressing a button of the menu. */
static void pressed(struct turn *t)
{
	bool pending = t->out->next.rep_status == REP_PENDING;
	enum conversation_phase phase = t->out->next.phase;
	switch (t->press.kind) {
	case PRESS_MENU_CLIENTS:
	case PRESS_MENU_EMAIL:
		if (pending)
			turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
		else if (t->press.kind == PRESS_MENU_CLIENTS)
			list_clients(t);
		else
			ask_new_email(t, NULL);
		return;
	case PRESS_MENU_STATUS:
		say_status(t);
		return;
	case PRESS_MENU_HELP:
		help(t);
		return;
	case PRESS_MENU_UNREGISTER:
		ask_unregister(t, NULL);
		return;
	case PRESS_UNREGISTER_YES:
		/* only the answer to a question that still stands removes anybody */
		if (phase == PHASE_CONFIRM_UNREGISTER)
			unregister(t);
		else
			turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
		turn_remove_buttons(t, 0, false, false);
		return;
	case PRESS_UNREGISTER_NO:
		if (phase == PHASE_CONFIRM_UNREGISTER)
			cancel(t);
		else
			turn_answer(t, false, TEXT_ANSWER_STALE, NO_ARGS);
		turn_remove_buttons(t, 0, false, false);
		return;
	case PRESS_CANCEL:
		if (phase != PHASE_NONE)
			cancel(t);
		else
			turn_answer(t, false, TEXT_ANSWER_STALE, NO_ARGS);
		return;
	case PRESS_REGISTER_YES:
	case PRESS_REGISTER_NO:
	case PRESS_WHOLE_NAME:
		turn_answer(t, false,
		    pending ? TEXT_ANSWER_PENDING : TEXT_ANSWER_ALREADY_REGISTERED, NO_ARGS);
		return;
	case PRESS_CODE_AGAIN:
		turn_press_of_code(t);
		return;
	case PRESS_CLAIM:
	case PRESS_SAME_PERSON:
	case PRESS_OTHER_PERSON:
	case PRESS_APPLICATIONS:
	case PRESS_INVITE:
	case PRESS_LANGUAGE:
	case PRESS_CONTACTED:
	case PRESS_DECLINE:
	case PRESS_UNDO:
	case PRESS_APPROVE:
	case PRESS_REJECT:
	case PRESS_UNKNOWN:
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
		return;
	}
}

/* A text that is neither menu nor cancel: the answer to what was asked. */
static void answered(struct turn *t)
{
	switch (t->out->next.phase) {
	case PHASE_CHANGE_EMAIL:
		if (t->phrase == PHRASE_NO)
			cancel(t);
		else if (!turn_late_code(t))
			enter_new_email(t);
		return;
	case PHASE_CODE:
		if (t->phrase == PHRASE_NO)
			cancel(t);
		else if (!turn_code_answered(t))
			enter_new_email(t);
		return;
	case PHASE_CONFIRM_UNREGISTER:
		if (t->phrase == PHRASE_YES)
			unregister(t);
		else if (t->phrase == PHRASE_NO)
			cancel(t);
		else if (!turn_late_code(t))
			ask_unregister(t, turn_text(t, TEXT_UNREGISTER_EXPECTED, NO_ARGS));
		return;
	case PHASE_NONE:
	case PHASE_OFFERED:
	case PHASE_NAME:
	case PHASE_EMAIL:
	case PHASE_CLAIM:
		/* six digits are nothing else here */
		if (!turn_late_code(t))
			say_menu(t, NULL);
		return;
	}
}

void turn_question_of_rep(struct turn *t, const char *problem)
{
	switch (t->out->next.phase) {
	case PHASE_CHANGE_EMAIL:
		ask_new_email(t, problem);
		return;
	case PHASE_CODE:
		turn_question_of_code(t, problem);
		return;
	case PHASE_CONFIRM_UNREGISTER:
		ask_unregister(t, problem);
		return;
	case PHASE_NONE:
	case PHASE_OFFERED:
	case PHASE_NAME:
	case PHASE_EMAIL:
	case PHASE_CLAIM:
		say_menu(t, problem);
		return;
	}
}

void turn_of_rep(struct turn *t)
{
	if (t->event->kind == EVENT_BUTTON) {
		pressed(t);
		return;
	}
	const char *problem = turn_unreadable(t);
	if (problem) {
		turn_question_of_rep(t, problem);
		return;
	}
	switch (t->phrase) {
	case PHRASE_START:
		welcome_back(t);
		return;
	case PHRASE_CLIENTS:
		list_clients(t);
		return;
	case PHRASE_STATUS:
		say_status(t);
		return;
	case PHRASE_CHANGE_EMAIL:
		/* an admin would have to be asked again; withdrawing and applying anew does that */
		if (t->out->next.rep_status == REP_PENDING)
			say_menu(t, NULL);
		else
			ask_new_email(t, NULL);
		return;
	case PHRASE_UNREGISTER:
		ask_unregister(t, NULL);
		return;
	case PHRASE_HELP:
		help(t);
		return;
	case PHRASE_CANCEL:
		cancel(t);
		return;
	case PHRASE_YES:
	case PHRASE_NO:
	case PHRASE_REGISTER:
	case PHRASE_APPLICATIONS:
	case PHRASE_LANGUAGE:
	case PHRASE_NONE:
		answered(t);
		return;
	}
}

void turn_of_suspended(struct turn *t)
{
	if (t->event->kind == EVENT_BUTTON)
		turn_answer(t, true, TEXT_ANSWER_SUSPENDED, NO_ARGS);
	else
		(void)turn_say(t, TEXT_SUSPENDED, NO_ARGS);
}
