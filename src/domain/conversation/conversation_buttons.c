/*
 * What a press does, by whom. A button is a row for each kind of person that can press it, since buttons stay under messages for
 * ever and people become something else; adding one is a row here and its wire word in domain/event/callback_data.
 */
#include "conversation_private.h"

enum {
	/* reached also by who is suspended, and by who has no invitation where it takes one */
	OPEN_TO_ALL = 1 << 0,
	/* by who has no invitation */
	UNINVITED = 1 << 1,
};

static const struct button_row {
	enum press_kind press;
	unsigned kinds, facts, manners;
	turn_handler *handler;
} buttons[] = {
    /* admins decide */
    {PRESS_APPROVE, PERSON_ADMIN, FACT_SUBJECT | FACT_LOCK, OPEN_TO_ALL, turn_admin_decided},
    {PRESS_REJECT, PERSON_ADMIN, FACT_SUBJECT | FACT_LOCK, OPEN_TO_ALL, turn_admin_decided},
    {PRESS_SAME_PERSON, PERSON_ADMIN, FACT_CLAIM | FACT_ADMINS | FACT_LOCK, OPEN_TO_ALL,
	turn_admin_decided_claim},
    {PRESS_OTHER_PERSON, PERSON_ADMIN, FACT_CLAIM | FACT_ADMINS | FACT_LOCK, OPEN_TO_ALL,
	turn_admin_decided_claim},
    {PRESS_INVITE, PERSON_ADMIN, FACT_LINK, OPEN_TO_ALL, turn_admin_invites},
    {PRESS_APPLICATIONS, PERSON_ADMIN, FACT_APPLICATIONS, OPEN_TO_ALL, turn_admin_lists},
    {PRESS_APPROVE, PERSON_ANYBODY, 0, OPEN_TO_ALL, turn_answer_admin_only},
    {PRESS_REJECT, PERSON_ANYBODY, 0, OPEN_TO_ALL, turn_answer_admin_only},
    {PRESS_SAME_PERSON, PERSON_ANYBODY, 0, OPEN_TO_ALL, turn_answer_admin_only},
    {PRESS_OTHER_PERSON, PERSON_ANYBODY, 0, OPEN_TO_ALL, turn_answer_admin_only},
    {PRESS_INVITE, PERSON_ANYBODY, 0, OPEN_TO_ALL, turn_answer_admin_only},
    /* everybody */
    {PRESS_LANGUAGE_RU, PERSON_ANYBODY, 0, OPEN_TO_ALL, turn_language},
    {PRESS_LANGUAGE_EN, PERSON_ANYBODY, 0, OPEN_TO_ALL, turn_language},
    {PRESS_CONTACTED, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED,
	turn_assignment_pressed},
    {PRESS_DECLINE, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED,
	turn_assignment_pressed},
    {PRESS_UNDO, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_TAKES_BACK | FACT_LOCK, UNINVITED,
	turn_undo_pressed},
    /* who registers */
    {PRESS_REGISTER_YES, PERSON_UNKNOWN, 0, 0, turn_press_begin},
    {PRESS_REGISTER_NO, PERSON_UNKNOWN, 0, 0, turn_press_cancel},
    {PRESS_CANCEL, PERSON_UNKNOWN, 0, 0, turn_press_cancel},
    {PRESS_CLAIM, PERSON_UNKNOWN, FACT_OWN_CLAIM | FACT_ADMINS, 0, turn_claim},
    {PRESS_CODE_AGAIN, PERSON_UNKNOWN | PERSON_REP, 0, 0, turn_press_of_code},
    {PRESS_WHOLE_NAME, PERSON_UNKNOWN, 0, 0, turn_press_whole_name},
    {PRESS_MENU_CLIENTS, PERSON_UNKNOWN, 0, 0, turn_answer_not_registered},
    {PRESS_MENU_STATUS, PERSON_UNKNOWN, 0, 0, turn_answer_not_registered},
    {PRESS_MENU_EMAIL, PERSON_UNKNOWN, 0, 0, turn_answer_not_registered},
    {PRESS_MENU_UNREGISTER, PERSON_UNKNOWN, 0, 0, turn_answer_not_registered},
    {PRESS_MENU_HELP, PERSON_UNKNOWN, 0, 0, turn_answer_not_registered},
    {PRESS_UNREGISTER_YES, PERSON_UNKNOWN, 0, 0, turn_answer_not_registered},
    {PRESS_UNREGISTER_NO, PERSON_UNKNOWN, 0, 0, turn_answer_not_registered},
    /* reps */
    {PRESS_MENU_CLIENTS, PERSON_REP, FACT_CLIENTS, 0, turn_press_clients},
    {PRESS_MENU_STATUS, PERSON_REP, 0, 0, turn_say_status},
    {PRESS_MENU_EMAIL, PERSON_REP, 0, 0, turn_press_email},
    {PRESS_MENU_UNREGISTER, PERSON_REP, 0, 0, turn_begin_unregister},
    {PRESS_MENU_HELP, PERSON_REP, 0, 0, turn_help_rep},
    {PRESS_UNREGISTER_YES, PERSON_REP, FACT_LOCK, 0, turn_press_unregister},
    {PRESS_UNREGISTER_NO, PERSON_REP, 0, 0, turn_press_keep},
    {PRESS_CANCEL, PERSON_REP, 0, 0, turn_press_cancel},
    {PRESS_REGISTER_YES, PERSON_REP, 0, 0, turn_answer_registered},
    {PRESS_REGISTER_NO, PERSON_REP, 0, 0, turn_answer_registered},
    {PRESS_WHOLE_NAME, PERSON_REP, 0, 0, turn_answer_registered},
};
enum { BUTTONS = sizeof buttons / sizeof *buttons };

unsigned button_facts(enum press_kind press)
{
	unsigned facts = 0;
	for (size_t i = 0; i < BUTTONS; i++)
		if (buttons[i].press == press)
			facts |= buttons[i].facts;
	return facts;
}

void turn_pressed(struct turn *t)
{
	static const struct button_row stale = {.handler = turn_answer_stale};
	const struct button_row *row = &stale;
	for (size_t i = BUTTONS; i > 0; i--)
		if (buttons[i - 1].press == t->press.kind && (buttons[i - 1].kinds & t->kinds))
			row = &buttons[i - 1]; /* the first */
	bool open = row->manners & OPEN_TO_ALL;
	if (!open && t->state->rep_status == REP_SUSPENDED) {
		turn_of_suspended(t);
		return;
	}
	if (!open && !(row->manners & UNINVITED) && (t->kinds & PERSON_UNKNOWN) && !turn_lets_in(t))
		return;
	row->handler(t);
}
