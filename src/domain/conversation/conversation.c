#include "salesreg/domain/conversation/conversation.h"
#include "conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/calendar/hours_text.h"
#include "salesreg/domain/calendar/zone_text.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

static const char *const phase_names[] = {
#define X(name, text) [PHASE_##name] = text,
    CONVERSATION_PHASE_MAP(X)
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

enum start_link start_link(const char *payload)
{
	static const struct {
		const char *prefix;
		enum start_link link;
	} links[] = {{"bizChat", START_BUSINESS}, {"p", START_PROSPECT}, {"c", START_CAMPAIGN},
	    {"r", START_INVITATION}};
	if (!*payload)
		return START_PLAIN;
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if (strncmp(payload, links[i].prefix, strlen(links[i].prefix)) == 0)
			return links[i].link;
	return START_UNKNOWN;
}

/* What rows of buttons and words want to be known. */
static void interest_in(
    unsigned facts, const struct event *event, int64_t id, struct conversation_interest *interest)
{
	if (facts & FACT_ASSIGNMENT)
		interest->assignment_id = id;
	if (facts & FACT_SUBJECT)
		interest->subject_telegram_id = id;
	if (facts & FACT_CLAIM)
		interest->claim_telegram_id = id;
	if (facts & FACT_BROADCAST)
		interest->broadcast_said = id;
	if (facts & FACT_RUNNING_BROADCAST)
		interest->broadcast_id = id;
	if (facts & FACT_OWN_CLAIM)
		interest->claim_telegram_id = event->user_id;
	interest->wants_rep_card = facts & FACT_REP;
	interest->wants_clients = facts & FACT_CLIENTS;
	interest->wants_client = facts & FACT_CLIENT;
	interest->wants_applications = facts & FACT_APPLICATIONS;
	interest->wants_link = facts & FACT_LINK;
	interest->wants_file |= (facts & FACT_FILE) != 0;
	interest->wants_calendar = facts & FACT_CALENDAR;
	interest->wants_hours = facts & FACT_HOURS;
	interest->tells_admins = facts & FACT_ADMINS;
	interest->takes_back = facts & FACT_TAKES_BACK;
	interest->changes_assignments = facts & FACT_LOCK;
}

void conversation_interest(
    const struct event *event, struct arena *a, struct conversation_interest *interest)
{
	*interest = (struct conversation_interest){0};
	enum phrase phrase = PHRASE_NONE;
	/* whose it is shows when it is looked up: of admins only */
	interest->wants_file = event->kind == EVENT_MEDIA && event->file && event->file->name;
	bool says =
	    event->kind == EVENT_TEXT || event->kind == EVENT_MEDIA || event->kind == EVENT_CONTACT;
	interest->pair_message = event->kind == EVENT_EDITED ? event->said_id
				 : says                      ? event->replies_to
							     : 0;
	interest->wants_partners = says;
	interest->wants_business = event->business != NULL;
	switch (event->kind) {
	case EVENT_TEXT:
		phrase = phrase_recognise(event->text, a);
		interest_in(word_facts(phrase), event, 0, interest);
		interest->email_key = email_key(event->text, a);
		interest->code = conversation_code(event->text, a);
		interest->zone = zone_read_text(event->text, a, NULL);
		interest->wants_hours |= interest->zone || hours_may_be_in(event->text, a);
		interest->tells_admins = interest->email_key || interest->code;
		interest->wants_search = !interest->wants_clients;
		turn_managed_interest(event, phrase, NULL, a, interest);
		interest->wants_audience = true;
		return;
	case EVENT_BUTTON: {
		struct press press = press_parse(event->text);
		interest_in(button_facts(press.kind), event, press.id, interest);
		if (press.kind == PRESS_ZONE && press.about)
			interest->zone = zone_read_text(press.about, a, NULL);
		turn_clients_interest(&press, interest);
		turn_reps_interest(&press, interest);
		turn_managed_interest(event, phrase, &press, a, interest);
		return;
	}
	case EVENT_BLOCKED:
	case EVENT_UNBLOCKED:
		interest->changes_assignments = true;
		return;
	case EVENT_START:
		switch (start_link(event->text)) {
		case START_INVITATION:
			interest->invite = event->text;
			return;
		case START_PROSPECT:
		case START_BUSINESS:
			interest->wants_client = true; /* a rep is shown the card */
			interest->link = event->text;
			return;
		case START_CAMPAIGN:
			interest->link = event->text;
			return;
		case START_PLAIN:
		case START_UNKNOWN:
			return;
		}
		return;
	case EVENT_PEOPLE:
		interest->chosen_id = event->chosen_id;
		interest->chosen_username =
		    event->chosen_username ? text_fold(a, event->chosen_username) : "";
		interest->changes_assignments = true;
		return;
	case EVENT_CONTACT:
		turn_managed_interest(event, phrase, NULL, a, interest);
		return;
	case EVENT_MEDIA:
	case EVENT_EDITED:
	case EVENT_CONNECTION:
	case EVENT_OWN_CHAT:
	case EVENT_OWN_DELETED:
	case EVENT_IGNORED:
		return;
	}
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

bool conversation_link_leads_nowhere(
    const struct conversation_state *state, const struct event *event)
{
	if (event->kind != EVENT_START)
		return false;
	switch (start_link(event->text)) {
	case START_PROSPECT:
	case START_CAMPAIGN:
		return !state->opened;
	case START_INVITATION:
		return state->rules->by_invitation && !state->invite;
	case START_PLAIN:
	case START_BUSINESS:
	case START_UNKNOWN:
		break;
	}
	return false;
}

unsigned conversation_kinds(const struct conversation_state *state, int64_t user_id)
{
	unsigned kinds = is_rep(state) ? PERSON_REP
			 /* who is asked for a name has asked to be registered */
			 : state->prospect ? PERSON_PROSPECT | PERSON_UNKNOWN
					   : PERSON_UNKNOWN;
	if (conversation_acts_as_admin(state, user_id))
		kinds |= PERSON_ADMIN;
	return kinds;
}

unsigned conversation_audience(const struct conversation_state *state, int64_t user_id)
{
	unsigned audience = state->rep_status == REP_ACTIVE ? AUDIENCE_REP : 0;
	if (conversation_acts_as_admin(state, user_id))
		audience |= AUDIENCE_ADMIN;
	return audience ? audience : AUDIENCE_STRANGER;
}

/* A person may be several: an open question is answered as whom it was asked, if that is what the person still is. */
static enum person_kind asked_as(const struct conversation_state *state, unsigned kinds)
{
	/* who has become a prospect since is asked no more whether they are one */
	bool asked = state->phase != PHASE_NONE &&
		     !(state->phase == PHASE_OFFERED && (kinds & PERSON_PROSPECT));
	if (asked && (kinds & state->kind))
		return state->kind;
	if (kinds & PERSON_REP)
		return PERSON_REP;
	return kinds & PERSON_PROSPECT ? PERSON_PROSPECT : PERSON_UNKNOWN;
}

static enum person_kind talks_as(const struct turn *t)
{
	if (t->kind != PERSON_UNKNOWN)
		return t->kind;
	bool asked = t->out->next.phase != PHASE_NONE && t->phrase != PHRASE_START;
	bool begins = asked || t->event->kind == EVENT_BUTTON || t->phrase == PHRASE_REGISTER;
	return (t->kinds & PERSON_ADMIN) && !begins ? PERSON_ADMIN : PERSON_UNKNOWN;
}

static void talk(struct turn *t)
{
	notice_life(t);
	t->kind = talks_as(t);
	/* an end to what was begun, or to all messages */
	if (t->phrase == PHRASE_STOP && t->kind != PERSON_PROSPECT)
		t->phrase = PHRASE_CANCEL;
	if (t->event->kind == EVENT_BUTTON)
		turn_pressed(t);
	else
		turn_said(t);
}

/* A row is made for who can be in the middle of something or will be written to unasked; spoke: an admin who can be. */
static bool session_differs(
    const struct conversation_state *old, const struct conversation_state *next, bool spoke)
{
	if (!old->known)
		return next->phase != PHASE_NONE || is_rep(next) || next->prospect ||
		       next->locale_chosen || spoke;
	return next->phase != old->phase || next->locale != old->locale ||
	       next->locale_chosen != old->locale_chosen ||
	       !same_text(next->draft_name, old->draft_name) ||
	       !same_text(next->draft_client, old->draft_client) ||
	       next->draft_seen != old->draft_seen ||
	       !same_text(next->claim_email, old->claim_email) ||
	       !same_text(next->claim_rep, old->claim_rep) ||
	       !same_text(next->claim_username, old->claim_username) ||
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

/* What was read for one event is none of the next one's. */
static void forget_facts(struct conversation_state *next)
{
	next->email_taken = false;
	next->assignment = NULL;
	next->subject = NULL;
	next->rep_card = NULL;
	next->reps = NULL;
	next->broadcast = NULL;
	next->audience = (struct broadcast_audience){0};
	next->business = NULL;
	next->hours = NULL;
	next->zone = NULL;
	next->clients = NULL;
	next->client = NULL;
	next->chosen = NULL;
	next->replied = NULL;
	next->partners = NULL;
	next->partner_count = 0;
	next->admin_locales = NULL;
	next->admin_locale_count = 0;
	next->missed = false;
	next->managed = NULL;
	next->applications = NULL;
	next->code_waiters = NULL;
	next->code_waiter_count = next->code_waiter_total = 0;
	next->untaken = NULL;
	next->waiting_claims = NULL;
	next->application_count = next->application_total = next->untaken_count = 0;
	next->waiting_claim_count = 0;
	next->claim = NULL;
	next->invite = next->held = NULL;
	next->opened = NULL;
	next->guesses_over = false;
	next->file = (struct file_view){0};
	next->link = (struct fresh_link){0};
	next->code = NULL;
	next->code_wait_us = 0;
	next->code_wait_wrong = false;
}

/* Of what was begun, what the phase still needs. */
static void keep_draft(const struct conversation_state *state, const struct phase *row,
    struct conversation_state *next)
{
	bool has_name = row->keeps & KEEPS_NAME || (row->keeps_name_for_code && state->code);
	next->draft_name = has_name ? state->draft_name : NULL;
	next->draft_client = row->keeps & KEEPS_CLIENT ? state->draft_client : NULL;
	next->draft_seen = row->keeps & KEEPS_CLIENT ? state->draft_seen : 0;
	next->claim_email = row->keeps & KEEPS_EMAIL ? state->claim_email : NULL;
	next->claim_rep = row->keeps & KEEPS_CLAIM ? state->claim_rep : NULL;
	next->claim_username = row->keeps & KEEPS_CLAIM ? state->claim_username : NULL;
}

void conversation_step(const struct conversation_state *state, const struct event *event,
    struct arena *a, struct outcome *out)
{
	*out = (struct outcome){.next = *state};
	struct conversation_state *next = &out->next;
	if (event->kind == EVENT_OWN_CHAT || event->kind == EVENT_OWN_DELETED) {
		/* said to somebody else: nothing of the conversation with the bot changes by it */
		turn_own_chat(&(struct turn){.state = state, .event = event, .a = a, .out = out});
		next->business = NULL;
		return;
	}
	forget_facts(next);
	if (!state->known || !state->locale_chosen)
		next->locale = locale_choose(event->language_code,
		    state->known ? state->locale : state->rules->default_locale);
	unsigned kinds = conversation_kinds(state, event->user_id);
	enum person_kind kind = asked_as(state, kinds);
	next->phase = phase_that_fits(state, kind);
	const struct phase *row = phase_of(next->phase, kind);
	keep_draft(state, row, next);

	struct turn t = {
	    .state = state,
	    .event = event,
	    .a = a,
	    .out = out,
	    .kinds = kinds,
	    .kind = kind,
	    .phrase = PHRASE_NONE,
	    .press = {.kind = PRESS_UNKNOWN},
	};
	switch (event->kind) {
	case EVENT_IGNORED:
	case EVENT_OWN_CHAT:
	case EVENT_OWN_DELETED:
		break;
	case EVENT_CONNECTION:
		turn_connected(&t);
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
		talk(&t);
		break;
	case EVENT_START:
		t.phrase = PHRASE_START;
		t.link = start_link(event->text);
		if (state->guesses_over && conversation_link_leads_nowhere(state, event))
			break;
		/* it may have failed, or be of an older version; strangers have everybody's */
		out->sets_menu = next->locale_chosen ||
				 conversation_audience(state, event->user_id) != AUDIENCE_STRANGER;
		talk(&t);
		break;
	case EVENT_TEXT:
		t.phrase = phrase_recognise(event->text, a);
		talk(&t);
		break;
	case EVENT_CONTACT:
	case EVENT_PEOPLE:
	case EVENT_MEDIA:
	case EVENT_EDITED:
		talk(&t);
		break;
	}
	next->kind = next->phase == PHASE_NONE ? PERSON_UNKNOWN : t.kind;
	bool admin = (kinds & PERSON_ADMIN) && event->kind != EVENT_IGNORED &&
		     event->kind != EVENT_BLOCKED && event->kind != EVENT_UNBLOCKED &&
		     event->kind != EVENT_CONNECTION;
	if (admin && (!state->known || state->missed))
		turn_show_missed(&t);
	out->session_changed = session_differs(state, next, admin);
	/* said once already, in the same breath: one answer is enough where a second would only repeat it */
	if (is_repeated(state, event) && !out->session_changed && out->effect_count == 0 &&
	    !out->passes_on) {
		out->messages = (struct message_list){0};
		out->sets_menu = false;
	}
	next->known = state->known || out->session_changed;
	out->menu_audience = conversation_audience(next, event->user_id);
	unsigned before =
	    state->known ? conversation_audience(state, event->user_id) : AUDIENCE_STRANGER;
	out->sets_menu |=
	    next->known && event->kind != EVENT_IGNORED && out->menu_audience != before;
}
