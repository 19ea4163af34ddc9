#include "salesreg/domain/conversation/conversation.h"
#include "conversation_private.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

static const char *const phase_names[] = {
#define X(name, text) [PHASE_##name] = text,
    CONVERSATION_PHASE_MAP(X)
#undef X
};

static const char *const status_names[] = {
#define X(name, text) [REP_##name] = text,
    REP_STATUS_MAP(X)
#undef X
};

const char *conversation_phase_name(enum conversation_phase phase)
{
	return phase_names[phase];
}

enum conversation_phase conversation_phase_from_name(const char *name)
{
	for (size_t i = 0; name && i < sizeof phase_names / sizeof phase_names[0]; i++)
		if (strcmp(name, phase_names[i]) == 0)
			return (enum conversation_phase)i;
	return PHASE_NONE;
}

const char *rep_status_name(enum rep_status status)
{
	return status_names[status];
}

bool rep_status_from_name(const char *name, enum rep_status *status)
{
	*status = REP_SUSPENDED;
	for (size_t i = 0; name && i < sizeof status_names / sizeof status_names[0]; i++)
		if (strcmp(name, status_names[i]) == 0) {
			*status = (enum rep_status)i;
			return true;
		}
	return false;
}

const char *effect_kind_name(enum effect_kind kind)
{
	static const char *const names[] = {
#define X(name, text) [EFFECT_##name] = text,
	    EFFECT_KIND_MAP(X)
#undef X
	};
	return names[kind];
}

static void interest_in_press(const char *data, struct conversation_interest *interest)
{
	struct press press = press_parse(data);
	switch (press.kind) {
	case PRESS_CONTACTED:
	case PRESS_DECLINE:
	case PRESS_UNDO:
		interest->assignment_id = press.id;
		interest->takes_back = press.kind == PRESS_UNDO;
		interest->changes_assignments = true;
		return;
	case PRESS_APPROVE:
	case PRESS_REJECT:
		interest->subject_telegram_id = press.id;
		interest->changes_assignments = true;
		return;
	case PRESS_UNREGISTER_YES:
		interest->changes_assignments = true;
		return;
	case PRESS_MENU_CLIENTS:
		interest->wants_clients = true;
		return;
	case PRESS_SAME_PERSON:
	case PRESS_OTHER_PERSON:
		interest->claim_telegram_id = press.id;
		interest->tells_admins = true;
		interest->changes_assignments = true;
		return;
	case PRESS_APPLICATIONS:
		interest->wants_applications = true;
		return;
	case PRESS_INVITE:
		interest->wants_link = true;
		return;
	case PRESS_REGISTER_YES:
	case PRESS_REGISTER_NO:
	case PRESS_CANCEL:
	case PRESS_WHOLE_NAME:
	case PRESS_CLAIM:
	case PRESS_CODE_AGAIN:
	case PRESS_LANGUAGE:
	case PRESS_MENU_STATUS:
	case PRESS_MENU_EMAIL:
	case PRESS_MENU_UNREGISTER:
	case PRESS_MENU_HELP:
	case PRESS_UNREGISTER_NO:
	case PRESS_UNKNOWN:
		return;
	}
}

void conversation_interest(
    const struct event *event, struct arena *a, struct conversation_interest *interest)
{
	*interest = (struct conversation_interest){0};
	switch (event->kind) {
	case EVENT_TEXT: {
		enum phrase phrase = phrase_recognise(event->text, a);
		interest->wants_clients = phrase == PHRASE_CLIENTS;
		interest->wants_applications = phrase == PHRASE_APPLICATIONS;
		interest->changes_assignments = phrase == PHRASE_YES;
		interest->email_key = email_key(event->text, a);
		interest->code = conversation_code(event->text, a);
		interest->tells_admins = interest->email_key || interest->code;
		return;
	}
	case EVENT_BUTTON:
		interest_in_press(event->text, interest);
		if (press_parse(event->text).kind == PRESS_CLAIM) {
			interest->claim_telegram_id = event->user_id;
			interest->tells_admins = true;
		}
		return;
	case EVENT_BLOCKED:
	case EVENT_UNBLOCKED:
		interest->changes_assignments = true;
		return;
	case EVENT_START:
		if (event->text[0] == CONVERSATION_INVITE_LETTER)
			interest->invite = event->text;
		return;
	case EVENT_CONTACT:
	case EVENT_MEDIA:
	case EVENT_EDITED:
	case EVENT_IGNORED:
		return;
	}
}

/* The stored phase if it can be one of a person of this status:
 * the row may be older than the status. */
static enum conversation_phase fitting_phase(const struct conversation_state *state)
{
	bool stranger = state->rep_status == REP_ABSENT || state->rep_status == REP_REMOVED;
	bool active = state->rep_status == REP_ACTIVE;
	switch (state->phase) {
	case PHASE_OFFERED:
	case PHASE_NAME:
		return stranger ? state->phase : PHASE_NONE;
	case PHASE_EMAIL:
		if (stranger && !state->draft_name)
			return PHASE_NAME;
		return stranger ? PHASE_EMAIL : PHASE_NONE;
	case PHASE_CLAIM:
		return stranger && state->draft_name && state->draft_email ? PHASE_CLAIM
									   : PHASE_NONE;
	case PHASE_CODE:
		if (stranger)
			/* without a name it was a rep who changed the address */
			return !state->draft_name           ? PHASE_NONE
			       : state->rules->proves_email ? PHASE_CODE
							    : PHASE_EMAIL;
		if (active)
			return state->rules->proves_email ? PHASE_CODE : PHASE_CHANGE_EMAIL;
		return PHASE_NONE;
	case PHASE_CHANGE_EMAIL:
		return active ? PHASE_CHANGE_EMAIL : PHASE_NONE;
	case PHASE_CONFIRM_UNREGISTER:
		return active || state->rep_status == REP_PENDING ? PHASE_CONFIRM_UNREGISTER
								  : PHASE_NONE;
	case PHASE_NONE:
		break;
	}
	return PHASE_NONE;
}

static bool same_text(const char *a, const char *b)
{
	return (!a || !b) ? a == b : strcmp(a, b) == 0;
}

/* Whether the person is on the books, so that reachability and username matter. */
static bool is_rep(const struct conversation_state *state)
{
	return state->rep_status == REP_PENDING || state->rep_status == REP_ACTIVE ||
	       state->rep_status == REP_SUSPENDED;
}

static void notice_block(struct turn *t)
{
	if (!is_rep(t->state) || !t->state->rep_available)
		return;
	turn_effect(t, (struct effect){.kind = EFFECT_UNREACHABLE});
	t->out->next.rep_available = false;
}

/* What any sign of life tells about a rep. */
static void notice_life(struct turn *t)
{
	const struct conversation_state *state = t->state;
	if (!is_rep(state))
		return;
	if (!state->rep_available) {
		turn_effect(t, (struct effect){.kind = EFFECT_REACHABLE});
		t->out->next.rep_available = true;
	}
	if (!same_text(state->rep_username, t->event->username)) {
		turn_effect(
		    t, (struct effect){.kind = EFFECT_USERNAME, .username = t->event->username});
		t->out->next.rep_username = t->event->username;
	}
}

static bool is_about_assignment(enum press_kind kind)
{
	return kind == PRESS_CONTACTED || kind == PRESS_DECLINE || kind == PRESS_UNDO;
}

static void talk(struct turn *t)
{
	if (t->press.kind == PRESS_APPROVE || t->press.kind == PRESS_REJECT) {
		turn_admin_pressed(t);
		return;
	}
	if (t->press.kind == PRESS_SAME_PERSON || t->press.kind == PRESS_OTHER_PERSON) {
		turn_admin_decided_claim(t);
		return;
	}
	if (t->press.kind == PRESS_INVITE) {
		turn_admin_invites(t);
		return;
	}
	if (turn_is_about_language(t)) {
		turn_language(t);
		return;
	}
	if (turn_of_admin(t))
		return;
	switch (t->state->rep_status) {
	case REP_ABSENT:
	case REP_REMOVED:
		if (is_about_assignment(t->press.kind))
			turn_assignment_pressed(t);
		else
			step_unregistered(t);
		return;
	case REP_PENDING:
	case REP_ACTIVE:
		if (is_about_assignment(t->press.kind))
			turn_assignment_pressed(t);
		else
			turn_of_rep(t);
		return;
	case REP_SUSPENDED:
		turn_of_suspended(t);
		return;
	}
}

/* A row is made for who can be in the middle of something or will be written to unasked; spoke: an admin who can be. */
static bool session_differs(
    const struct conversation_state *old, const struct conversation_state *next, bool spoke)
{
	if (!old->known)
		return next->phase != PHASE_NONE || is_rep(next) || next->locale_chosen || spoke;
	return next->phase != old->phase || next->locale != old->locale ||
	       next->locale_chosen != old->locale_chosen ||
	       !same_text(next->draft_name, old->draft_name) ||
	       !same_text(next->draft_email, old->draft_email) ||
	       !same_text(next->draft_rep, old->draft_rep) ||
	       !same_text(next->draft_username, old->draft_username) ||
	       next->wrong_emails != old->wrong_emails || next->pause_us != old->pause_us ||
	       next->looked_emails != old->looked_emails;
}

/* Whether the person has said this in the same poll, before they could read an answer. */
static bool is_repeated(const struct conversation_state *state, const struct event *event)
{
	switch (event->repeat) {
	case EVENT_NEW:
		return false;
	case EVENT_SAME:
		return true;
	case EVENT_SAME_SORT:
		/* words that mean nothing to us may still be the answer to a question */
		return state->phase == PHASE_NONE || state->phase == PHASE_OFFERED;
	}
	return false;
}

void conversation_step(const struct conversation_state *state, const struct event *event,
    struct arena *a, struct outcome *out)
{
	*out = (struct outcome){.next = *state};
	struct conversation_state *next = &out->next;
	next->email_taken = false;
	next->assignment = NULL;
	next->subject = NULL;
	next->clients = NULL;
	next->client_count = 0;
	next->admin_locales = NULL;
	next->admin_locale_count = 0;
	next->missed = false;
	next->applications = NULL;
	next->untaken = NULL;
	next->waiting_claims = NULL;
	next->application_count = next->application_total = next->untaken_count = 0;
	next->waiting_claim_count = 0;
	if (!state->known || !state->locale_chosen)
		next->locale = locale_choose(event->language_code,
		    state->known ? state->locale : state->rules->default_locale);
	next->phase = fitting_phase(state);
	bool has_email = next->phase == PHASE_EMAIL || next->phase == PHASE_CLAIM;
	bool has_name = has_email || next->phase == PHASE_NAME || next->phase == PHASE_CODE ||
			(next->phase == PHASE_OFFERED && state->code);
	next->draft_name = has_name ? state->draft_name : NULL;
	next->draft_email = has_email ? state->draft_email : NULL;
	next->draft_rep = next->phase == PHASE_CLAIM ? state->draft_rep : NULL;
	next->draft_username = next->phase == PHASE_CLAIM ? state->draft_username : NULL;
	next->claim = NULL;
	next->invite = next->held = NULL;
	next->link = (struct fresh_link){0};
	next->code = NULL;
	next->code_wait_us = 0;
	next->code_wait_wrong = false;

	struct turn t = {
	    .state = state,
	    .event = event,
	    .a = a,
	    .out = out,
	    .phrase = PHRASE_NONE,
	    .press = {.kind = PRESS_UNKNOWN},
	};
	switch (event->kind) {
	case EVENT_IGNORED:
		break;
	case EVENT_BLOCKED:
		notice_block(&t);
		break;
	case EVENT_UNBLOCKED:
		notice_life(&t);
		break;
	case EVENT_BUTTON:
		out->callback_answer = "";
		t.press = press_parse(event->text);
		notice_life(&t);
		talk(&t);
		break;
	case EVENT_START:
		t.phrase = PHRASE_START;
		out->sets_menu =
		    next->locale_chosen; /* it may have failed, or be of an older version */
		notice_life(&t);
		talk(&t);
		break;
	case EVENT_TEXT:
		t.phrase = phrase_recognise(event->text, a);
		notice_life(&t);
		talk(&t);
		break;
	case EVENT_CONTACT:
	case EVENT_MEDIA:
	case EVENT_EDITED:
		notice_life(&t);
		talk(&t);
		break;
	}
	bool admin = conversation_is_admin(state->rules, event->user_id) &&
		     event->kind != EVENT_IGNORED && event->kind != EVENT_BLOCKED &&
		     event->kind != EVENT_UNBLOCKED;
	if (admin && (!state->known || state->missed))
		turn_show_missed(&t);
	out->session_changed = session_differs(state, next, admin);
	/* said once already, in the same breath: one answer is enough where a second would only repeat it */
	if (is_repeated(state, event) && !out->session_changed && out->effect_count == 0) {
		out->messages = (struct message_list){0};
		out->sets_menu = false;
	}
	next->known = state->known || out->session_changed;
}
