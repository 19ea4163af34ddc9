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
void turn_show_menu(struct turn *t, const char *first)
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

void turn_say_status(struct turn *t)
{
	const struct conversation_state *next = &t->out->next;
	if (next->rep_status == REP_PENDING) {
		turn_show_menu(t, NULL);
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

void turn_ask_new_email(struct turn *t, const char *problem)
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
		turn_ask_new_email(t, email.problem);
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

void turn_ask_unregister(struct turn *t, const char *problem)
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

void turn_unregister(struct turn *t)
{
	turn_effect(t, (struct effect){.kind = EFFECT_UNREGISTER});
	turn_set_phase(t, PHASE_NONE);
	t->out->next.rep_status = REP_REMOVED;
	t->out->next.open_clients = 0;
	(void)turn_say(t, TEXT_UNREGISTERED, NO_ARGS);
}

void turn_cancelled(struct turn *t)
{
	turn_show_menu(t, turn_text(t, TEXT_CANCELLED, NO_ARGS));
}

void turn_cancel_code(struct turn *t)
{
	turn_forget_code(t);
	turn_cancelled(t);
}

void turn_keep_registration(struct turn *t)
{
	turn_show_menu(t, turn_text(t, TEXT_UNREGISTER_KEPT, NO_ARGS));
}

void turn_nothing_to_cancel(struct turn *t)
{
	turn_show_menu(t, turn_text(t, TEXT_NOTHING_TO_CANCEL, NO_ARGS));
}

void turn_welcome_back(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		turn_show_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	say_with_menu(t, turn_text(t, TEXT_WELCOME_BACK,
			     ARGS({"name", prospect_quoted_name(t->a, t->state->rep_name)})));
}

void turn_help_rep(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		turn_show_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	say_with_menu(t, turn_text(t, TEXT_HELP_REP, NO_ARGS));
}

void turn_clients(struct turn *t)
{
	if (t->out->next.rep_status == REP_PENDING) {
		turn_show_menu(t, NULL);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	turn_list_clients(t);
}

static bool is_pending(const struct turn *t)
{
	return t->out->next.rep_status == REP_PENDING;
}

void turn_begin_change_email(struct turn *t)
{
	/* an admin would have to be asked again; withdrawing and applying anew does that */
	if (is_pending(t))
		turn_show_menu(t, NULL);
	else
		turn_ask_new_email(t, NULL);
}

void turn_begin_unregister(struct turn *t)
{
	turn_ask_unregister(t, NULL);
}

/* Texts that are neither menu nor cancel: the answer to what was asked. Six digits may be a code that is still asked for. */

void turn_menu_or_code(struct turn *t)
{
	if (!turn_late_code(t))
		turn_show_menu(t, NULL);
}

void turn_new_email_or_code(struct turn *t)
{
	if (!turn_late_code(t))
		enter_new_email(t);
}

void turn_code_or_new_email(struct turn *t)
{
	if (!turn_code_answered(t))
		enter_new_email(t);
}

void turn_unregister_or_code(struct turn *t)
{
	if (!turn_late_code(t))
		turn_ask_unregister(t, turn_text(t, TEXT_UNREGISTER_EXPECTED, NO_ARGS));
}

/* Buttons */

void turn_press_clients(struct turn *t)
{
	if (is_pending(t))
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
	else
		turn_clients(t);
}

void turn_press_email(struct turn *t)
{
	if (is_pending(t))
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
	else
		turn_ask_new_email(t, NULL);
}

void turn_press_unregister(struct turn *t)
{
	/* only the answer to a question that still stands removes anybody */
	if (t->out->next.phase == PHASE_CONFIRM_UNREGISTER)
		turn_unregister(t);
	else
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
}

void turn_press_keep(struct turn *t)
{
	if (t->out->next.phase == PHASE_CONFIRM_UNREGISTER)
		turn_keep_registration(t);
	else
		turn_answer(t, false, TEXT_ANSWER_STALE, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
}

void turn_answer_registered(struct turn *t)
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
