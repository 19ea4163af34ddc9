#include "salesreg/app/fold.h"
#include "salesreg/app/invite.h"
#include "salesreg/app/outgoing.h"
#include "salesreg/base/map.h"
#include "salesreg/domain/email.h"
#include <assert.h>
#include <string.h>

enum { MAX_CLIENTS_SHOWN = 200 };

void fold_interests(const struct conversation_rules *rules, const struct telegram_update *updates,
    size_t count, struct arena *a, struct fold_interests *in)
{
	*in = (struct fold_interests){
	    .of = ARENA_ARRAY(a, struct conversation_interest, count),
	    .users = ARENA_ARRAY(a, int64_t, count),
	    .assignments = ARENA_ARRAY(a, int64_t, count),
	    .subjects = ARENA_ARRAY(a, int64_t, count),
	    .client_reps = ARENA_ARRAY(a, int64_t, count),
	    .leavers = ARENA_ARRAY(a, int64_t, count),
	    .email_keys = ARENA_ARRAY(a, const char *, count),
	    .mailboxes = ARENA_ARRAY(a, const char *, count),
	    .admins = ARENA_ARRAY(a, int64_t, count),
	    .claimants = ARENA_ARRAY(a, int64_t, count),
	    .invites = ARENA_ARRAY(a, const char *, count),
	};
	struct map seen;
	map_init(&seen);
	for (size_t i = 0; i < count; i++) {
		const struct event *event = &updates[i].event;
		if (event->kind == EVENT_IGNORED)
			continue;
		if (!map_find(&seen, event->user_id)) {
			(void)map_put(&seen, event->user_id);
			in->users[in->user_count++] = event->user_id;
			if (conversation_is_admin(rules, event->user_id))
				in->admins[in->admin_count++] = event->user_id;
		}
		struct conversation_interest *of = &in->of[i];
		conversation_interest(event, a, of);
		if (of->email_key) {
			in->mailboxes[in->email_key_count] = email_mailbox(of->email_key, a);
			in->email_keys[in->email_key_count++] = of->email_key;
		}
		if (of->assignment_id)
			in->assignments[in->assignment_count++] = of->assignment_id;
		if (of->subject_telegram_id)
			in->subjects[in->subject_count++] = of->subject_telegram_id;
		in->wants_applications |= of->wants_applications;
		in->tells_admins |= of->tells_admins && rules->admin_count > 0;
		if (of->claim_telegram_id)
			in->claimants[in->claimant_count++] = of->claim_telegram_id;
		if (of->invite && rules->by_invitation) {
			of->invite = invite_hash(a, of->invite);
			in->invites[in->invite_count++] = of->invite;
		}
		if (of->wants_clients)
			in->client_reps[in->client_rep_count++] = event->user_id;
		if (!of->changes_assignments)
			continue;
		/* a "yes" matters only to someone who is being asked whether to leave; the rest is certain */
		if (of->assignment_id || of->subject_telegram_id || of->claim_telegram_id ||
		    event->kind == EVENT_BLOCKED || event->kind == EVENT_UNBLOCKED)
			in->lock_certainly = true;
		else
			in->leavers[in->leaver_count++] = event->user_id;
	}
	map_finish(&seen);
}

void fold_mark_repeats(struct telegram_update *updates, size_t count, struct arena *a)
{
	for (size_t i = 0; i < count; i++) {
		struct event *event = &updates[i].event;
		size_t k = i;
		while (k > 0 && (updates[k - 1].event.kind == EVENT_IGNORED ||
				    updates[k - 1].event.user_id != event->user_id))
			k--;
		if (k > 0 && event->kind != EVENT_IGNORED)
			event->repeat = event_repeats(&updates[k - 1].event, event, a);
	}
}

struct person {
	struct conversation_state state;
	const struct session_row *session; /* NULL: none */
	bool session_dirty;
	bool heard;   /* an admin who has been shown what was missed */
	bool touched; /* an effect of this batch changed the rep or what belongs to it */
	int64_t user_id;
	enum code_limit limit; /* that keeps a mail back in this event */
};

struct folding {
	const struct fold_input *input;
	struct arena *a;
	struct fold_writes *writes;
	struct map people;         /* user id → struct person */
	struct map assignments;    /* ids changed in this batch */
	bool applications_changed; /* in this batch */
	struct map chats;          /* chats that have a message in this batch */
	const char **keys;         /* e-mail keys taken in this batch */
	size_t key_count;
	const char **mailed; /* mailboxes that a code was asked for in this batch */
	size_t mailed_count;
	size_t message_room;
};

static int distance(const char *status)
{
	static const char *const ours[] = {"active", "pending", "suspended"};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strcmp(status, ours[i]) == 0)
			return 0;
	return strcmp(status, "removed") == 0 ? 2 : 1;
}

static const struct rep_row *find_rep(const struct fold_input *input, int64_t user_id)
{
	const struct rep_row *best = NULL;
	for (size_t i = 0; i < input->rep_count; i++) {
		const struct rep_row *row = &input->reps[i];
		if (row->telegram_id != user_id)
			continue;
		/* an old table may have a Telegram id twice: who works here counts, then who is not removed */
		if (!best || distance(row->status) < distance(best->status))
			best = row;
	}
	return best;
}

static void fill_rep(struct conversation_state *state, const struct rep_row *row)
{
	state->rep_status = REP_ABSENT;
	if (!row)
		return;
	(void)rep_status_from_name(row->status, &state->rep_status);
	state->rep_id = row->id;
	state->rep_name = row->name;
	state->rep_email = row->email;
	state->rep_username = row->username;
	state->rep_available = row->available;
	state->open_clients = (size_t)row->open_clients;
}

static struct person *person_of(struct folding *f, int64_t user_id)
{
	struct map_slot *slot = map_put(&f->people, user_id);
	if (slot->value.pointer)
		return slot->value.pointer;
	struct person *p = ARENA_NEW(f->a, struct person);
	slot->value.pointer = p;
	p->user_id = user_id;
	p->state.rules = f->input->rules;
	p->state.locale = f->input->rules->default_locale;
	p->state.rep_available = true;
	return p;
}

static void load_people(struct folding *f)
{
	const struct fold_input *input = f->input;
	for (size_t i = 0; i < input->session_count; i++) {
		const struct session_row *row = &input->sessions[i];
		struct person *p = person_of(f, row->user_id);
		p->session = row;
		p->state.known = true;
		p->state.phase = conversation_phase_from_name(row->phase);
		p->state.draft_name = row->draft_name;
		p->state.draft_email = row->draft_email;
		p->state.draft_rep = row->draft_rep;
		p->state.draft_username = row->draft_username;
		p->state.draft_holder = row->draft_holder;
		p->state.wrong_emails = row->wrong_emails;
		p->state.pause_us = row->pause_us;
		p->state.looked_emails = row->looked_emails;
		p->state.locale_chosen =
		    locale_parse(row->locale, &p->state.locale) && row->locale_chosen;
	}
	for (size_t i = 0; i < input->rep_count; i++) {
		struct person *p = person_of(f, input->reps[i].telegram_id);
		if (!p->state.rep_id)
			fill_rep(&p->state, find_rep(input, p->user_id));
	}
}

static bool key_taken_here(const struct folding *f, const char *key)
{
	for (size_t i = 0; i < f->key_count; i++)
		if (strcmp(f->keys[i], key) == 0)
			return true;
	return false;
}

static const struct code_row *code_row_of(const struct fold_input *input, int64_t user_id)
{
	for (size_t i = 0; i < input->code_count; i++)
		if (input->codes[i].user_id == user_id)
			return &input->codes[i];
	return NULL;
}

static bool mailed_here(const struct folding *f, const char *key)
{
	const char *mailbox = email_mailbox(key, f->a);
	for (size_t i = 0; i < f->mailed_count; i++)
		if (strcmp(f->mailed[i], mailbox) == 0)
			return true;
	return false;
}

/* Which address a mail would go to: the one that is named, or claimed, or asked a code for; NULL: none. */
static const char *key_to_mail(
    const struct folding *f, const struct person *p, const struct conversation_interest *interest)
{
	if (interest->email_key)
		return interest->email_key;
	if (interest->claim_telegram_id == p->user_id && p->state.draft_email)
		return email_key(p->state.draft_email, f->a);
	const struct code_row *row = code_row_of(f->input, p->user_id);
	return row ? row->email_key : NULL;
}

/* Whether how many mails a mailbox has had is not what was counted. */
static bool count_is_stale(
    const struct folding *f, const struct person *p, const struct conversation_interest *interest)
{
	const char *key = f->mailed_count > 0 ? key_to_mail(f, p, interest) : NULL;
	return key && mailed_here(f, key);
}

/* Whether the address of the code this person is asked for may not be whose it was. */
static bool code_moved_here(struct folding *f, const struct person *p)
{
	const struct code_row *row = code_row_of(f->input, p->user_id);
	if (!row)
		return false;
	struct map_slot *holder =
	    row->holder ? map_find(&f->people, row->holder_telegram_id) : NULL;
	return key_taken_here(f, row->email_key) ||
	       (holder && ((const struct person *)holder->value.pointer)->touched) ||
	       f->writes->move_count > 0;
}

static bool invite_held_here(const struct folding *f, const char *hash)
{
	for (size_t i = 0; i < f->writes->hold_count; i++)
		if (strcmp(f->writes->holds[i].hash, hash) == 0)
			return true;
	return false;
}

/* Whether the update leans on something this batch has already changed. */
static bool depends(
    struct folding *f, const struct person *p, const struct conversation_interest *interest)
{
	if (p->touched || (interest->wants_applications && f->applications_changed))
		return true;
	/* taking back depends on what anybody did with the prospect */
	const struct fold_writes *w = f->writes;
	if (interest->takes_back && (w->contacted_count > 0 || w->declined_count > 0 ||
					w->undone_count > 0 || w->leaving_count > 0))
		return true;
	if (interest->assignment_id && map_find(&f->assignments, interest->assignment_id))
		return true;
	if (interest->email_key && key_taken_here(f, interest->email_key))
		return true;
	if (count_is_stale(f, p, interest))
		return true;
	if (interest->code && code_moved_here(f, p))
		return true;
	if (interest->invite && invite_held_here(f, interest->invite))
		return true;
	if (interest->claim_telegram_id) {
		/* what is claimed was read before this batch */
		struct map_slot *slot = map_find(&f->people, interest->claim_telegram_id);
		const struct person *claimant = slot ? slot->value.pointer : NULL;
		if (claimant && (claimant->touched || claimant->session_dirty))
			return true;
	}
	if (interest->subject_telegram_id) {
		struct map_slot *subject = map_find(&f->people, interest->subject_telegram_id);
		return subject && ((struct person *)subject->value.pointer)->touched;
	}
	return false;
}

static struct claim_view view_of_claim(const struct fold_input *input, const struct claim_row *row)
{
	struct claim_view view = {
	    .telegram_id = row->telegram_id,
	    .name = row->name ? row->name : "",
	    .email = row->email,
	    .username = row->username,
	    .asked = row->asked,
	    .stands = row->stands,
	    .locale = input->rules->default_locale,
	    .rep_id = row->rep,
	    .rep_name = row->rep_name,
	    .rep_username = row->rep_username,
	    .rep_telegram_id = row->rep_telegram_id,
	    .rep_locale = input->rules->default_locale,
	};
	(void)rep_status_from_name(row->rep_status, &view.rep_status);
	(void)locale_parse(row->locale, &view.locale);
	(void)locale_parse(row->rep_locale, &view.rep_locale);
	return view;
}

static void fill_claim(struct folding *f, struct person *p, int64_t claimant)
{
	const struct fold_input *input = f->input;
	p->state.claim = NULL;
	for (size_t i = 0; claimant && i < input->claim_count; i++) {
		const struct claim_row *row = &input->claims[i];
		if (row->telegram_id != claimant)
			continue;
		struct claim_view *view = ARENA_NEW(f->a, struct claim_view);
		*view = view_of_claim(input, row);
		p->state.claim = view;
	}
}

static void fill_code(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	const struct code_row *row = code_row_of(input, p->user_id);
	const char *key = key_to_mail(f, p, interest);
	struct code_wait wait = code_limits(input->code_mails, input->code_mail_count, p->user_id,
	    key ? email_mailbox(key, f->a) : NULL, f->writes->code_request_count);
	p->limit = wait.limit;
	p->state.code = NULL;
	p->state.code_wait_us = wait.us;
	p->state.code_wait_wrong =
	    wait.limit == CODE_LIMIT_WRONG_PAIR || wait.limit == CODE_LIMIT_WRONG_PERSON;
	if (!row)
		return;
	struct code_view *view = ARENA_NEW(f->a, struct code_view);
	*view = (struct code_view){.id = row->id,
	    .email = row->email,
	    .email_key = row->email_key,
	    .state = code_state_from_name(row->state),
	    .wrong = row->wrong,
	    .guessed = row->wrong_of_others >= WRONG_FOR_MAILBOX_DAY,
	    .mailed = row->mailed,
	    .expired = !row->hashes || !row->hashes[0],
	    .rep_id = row->holder,
	    .rep_name = row->holder_name,
	    .rep_telegram_id = row->holder_telegram_id,
	    .rep_locale = input->rules->default_locale};
	(void)rep_status_from_name(row->holder_status, &view->rep_status);
	(void)locale_parse(row->holder_locale, &view->rep_locale);
	if (interest->code && !view->expired)
		view->matches = email_code_matches(
		    row->hashes, email_code_hash(f->a, input->code_key, p->user_id, row->email_key,
				     interest->code));
	p->state.code = view;
}

static const struct invite_view *view_of_invite(struct folding *f, const struct invite_row *row)
{
	struct invite_view *view = ARENA_NEW(f->a, struct invite_view);
	*view = (struct invite_view){.hash = row->hash,
	    .email_key = row->email_key,
	    .holder = row->holder,
	    .ended = row->ended,
	    .used = row->used};
	return view;
}

/* How much good a held one does: 2 with this address, 1 with another, 0 with none. */
static int worth(const struct invite_view *held, const char *email_key)
{
	if (!held || held->ended)
		return 0;
	return !email_key || !held->email_key || strcmp(held->email_key, email_key) == 0 ? 2 : 1;
}

static void fill_invites(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	p->state.invite = p->state.held = NULL;
	p->state.link = (struct fresh_link){0};
	const char *username = input->rules->bot_username;
	if (interest->wants_link && conversation_is_admin(input->rules, p->user_id) && username &&
	    *username) {
		const char *payload = invite_make(f->a);
		p->state.link = (struct fresh_link){.text = invite_link(f->a, username, payload),
		    .hash = invite_hash(f->a, payload),
		    .days = INVITE_DAYS};
	}
	for (size_t i = 0; i < input->invite_count; i++) {
		const struct invite_row *row = &input->invites[i];
		const struct invite_view *view = view_of_invite(f, row);
		if (interest->invite && strcmp(interest->invite, row->hash) == 0)
			p->state.invite = view;
		if (row->holder != p->user_id || row->used)
			continue;
		const char *key = interest->email_key ? interest->email_key
				  : p->state.code     ? p->state.code->email_key
						      : NULL;
		if (!p->state.held || worth(view, key) > worth(p->state.held, key))
			p->state.held = view;
	}
}

/* What admins are shown; read for all of them, where one asks or has missed something. */
static void fill_of_admin(struct folding *f, struct person *p)
{
	const struct fold_input *input = f->input;
	struct conversation_state *state = &p->state;
	state->missed = false;
	state->application_count = state->untaken_count = state->waiting_claim_count = 0;
	state->application_total = 0;
	if (!conversation_is_admin(input->rules, p->user_id))
		return;
	for (size_t i = 0; i < input->missed_count; i++)
		state->missed |= input->missed[i] == p->user_id && !p->heard;
	struct application_view *applications =
	    ARENA_ARRAY(f->a, struct application_view, input->application_count);
	for (size_t i = 0; i < input->application_count; i++) {
		const struct application_row *row = &input->applications[i];
		applications[i] = (struct application_view){
		    row->telegram_id, row->name, row->email, row->username};
		state->application_total = (size_t)row->total;
	}
	struct claim_view *claims =
	    ARENA_ARRAY(f->a, struct claim_view, input->waiting_claim_count);
	for (size_t i = 0; i < input->waiting_claim_count; i++)
		claims[i] = view_of_claim(input, &input->waiting_claims[i]);
	if (input->waiting_claim_count > 0)
		state->application_total += (size_t)input->waiting_claims[0].total;
	state->waiting_claims = claims;
	state->waiting_claim_count = input->waiting_claim_count;
	state->applications = applications;
	state->application_count = input->application_count;
	struct untaken_view *untaken = ARENA_ARRAY(f->a, struct untaken_view, input->untaken_count);
	for (size_t i = 0; i < input->untaken_count; i++) {
		const struct untaken_row *row = &input->untaken[i];
		untaken[i] =
		    (struct untaken_view){row->name, row->telegram, row->context, row->email};
	}
	state->untaken = untaken;
	state->untaken_count = input->untaken_count;
}

static void fill_facts(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	struct conversation_state *state = &p->state;
	state->email_taken = false;
	state->assignment = NULL;
	state->subject = NULL;
	state->clients = NULL;
	state->client_count = 0;
	for (size_t i = 0; interest->email_key && i < input->email_count; i++)
		if (strcmp(input->emails[i].email_key, interest->email_key) == 0)
			state->email_taken =
			    !state->rep_id || strcmp(input->emails[i].rep, state->rep_id) != 0;
	for (size_t i = 0; interest->assignment_id && i < input->assignment_count; i++) {
		const struct assignment_row *row = &input->assignments[i];
		if (row->id != interest->assignment_id)
			continue;
		struct assignment_view *view = ARENA_NEW(f->a, struct assignment_view);
		*view = (struct assignment_view){
		    .id = row->id,
		    .live = row->live,
		    .mine = state->rep_id && strcmp(row->rep, state->rep_id) == 0,
		    .prospect_name = row->prospect_name,
		    .prospect_telegram = row->prospect_telegram,
		    .contacted = row->contacted,
		    .prospect_status = row->prospect_status,
		    .undoable = row->undoable,
		    .nobody_else = row->nobody_else,
		    .ended = row->ended,
		    .again = row->again,
		    .other_id = row->other_id,
		    .other_telegram_id = row->other_telegram_id,
		    .other_locale = input->rules->default_locale,
		};
		(void)locale_parse(row->other_locale, &view->other_locale);
		state->assignment = view;
	}
	for (size_t i = 0; interest->subject_telegram_id && i < input->subject_count; i++) {
		const struct subject_row *row = &input->subjects[i];
		if (row->telegram_id != interest->subject_telegram_id)
			continue;
		struct subject_view *view = ARENA_NEW(f->a, struct subject_view);
		*view = (struct subject_view){.rep_id = row->id,
		    .name = row->name,
		    .email = row->email,
		    .telegram_id = row->telegram_id,
		    .application = row->application,
		    .locale = input->rules->default_locale};
		(void)rep_status_from_name(row->status, &view->status);
		(void)locale_parse(row->locale, &view->locale);
		if (!state->subject || view->status != REP_REMOVED)
			state->subject = view;
	}
	state->admin_locales = input->admin_locales;
	state->admin_locale_count = input->admin_locale_count;
	fill_of_admin(f, p);
	fill_claim(f, p, interest->claim_telegram_id);
	fill_code(f, p, interest);
	fill_invites(f, p, interest);
	if (!interest->wants_clients)
		return;
	struct client_view *views = ARENA_ARRAY(f->a, struct client_view, input->client_count);
	for (size_t i = 0; i < input->client_count; i++) {
		const struct client_row *row = &input->clients[i];
		if (row->rep_telegram_id != p->user_id)
			continue;
		views[state->client_count++] = (struct client_view){row->prospect, row->name,
		    row->telegram, row->status, row->context, row->assignment_id, row->contacted};
	}
	state->clients = views;
}

static void apply_effect(struct folding *f, struct person *p, const struct effect *effect)
{
	struct fold_writes *w = f->writes;
	switch (effect->kind) {
	case EFFECT_REGISTER:
		w->registrations[w->registration_count++] = (struct rep_change){
		    .rep = p->state.rep_id,
		    .telegram_id = p->user_id,
		    .username = effect->username,
		    .name = effect->name,
		    .email = effect->email,
		    .email_key = effect->email_key,
		    .status = rep_status_name(effect->status),
		};
		f->keys[f->key_count++] = effect->email_key;
		f->applications_changed = true;
		p->touched = true;
		break;
	case EFFECT_CHANGE_EMAIL:
		w->email_changes[w->email_change_count++] = (struct rep_change){
		    .rep = p->state.rep_id, .email = effect->email, .email_key = effect->email_key};
		f->keys[f->key_count++] = effect->email_key;
		p->touched = true;
		break;
	case EFFECT_UNREGISTER:
		w->leaving[w->leaving_count++] = p->state.rep_id;
		w->needs_lock = true;
		p->touched = true;
		break;
	case EFFECT_CONTACTED:
	case EFFECT_DECLINE:
		if (effect->kind == EFFECT_CONTACTED)
			w->contacted[w->contacted_count++] = effect->assignment_id;
		else
			w->declined[w->declined_count++] = effect->assignment_id;
		(void)map_put(&f->assignments, effect->assignment_id);
		w->needs_lock = true;
		p->touched = true;
		break;
	case EFFECT_UNDO:
		w->undone[w->undone_count++] = effect->assignment_id;
		(void)map_put(&f->assignments, effect->assignment_id);
		if (p->state.assignment && p->state.assignment->other_id)
			(void)map_put(&f->assignments, p->state.assignment->other_id);
		if (effect->to)
			person_of(f, effect->to)->touched = true;
		w->needs_lock = true;
		p->touched = true;
		break;
	case EFFECT_APPROVE:
	case EFFECT_REJECT:
		w->decisions[w->decision_count++] = (struct rep_change){
		    .rep = effect->rep_id,
		    .status =
			rep_status_name(effect->kind == EFFECT_APPROVE ? REP_ACTIVE : REP_REMOVED),
		    .admin_id = p->user_id,
		};
		f->applications_changed = true;
		if (p->state.subject)
			person_of(f, p->state.subject->telegram_id)->touched = true;
		break;
	case EFFECT_GONE:
		w->unavailable[w->unavailable_count++] = p->state.rep_id;
		p->touched = true;
		break;
	case EFFECT_MOVE:
		w->moves[w->move_count++] =
		    (struct rep_move){effect->rep_id, effect->name, effect->from, effect->to};
		/* the new account has just been heard of, whatever the old one was */
		w->available[w->available_count++] = effect->rep_id;
		w->needs_lock = true;
		f->applications_changed = true;
		person_of(f, effect->from)->touched = true;
		person_of(f, effect->to)->touched = true;
		break;
	case EFFECT_REFUSE_CLAIM:
		w->refused[w->refused_count++] = effect->to;
		f->applications_changed = true;
		person_of(f, effect->to)->touched = true;
		break;
	case EFFECT_SEND_CODE:
		w->code_requests[w->code_request_count++] =
		    (struct code_request){p->user_id, effect->email, effect->email_key};
		w->codes_over[w->code_over_count++] = p->user_id;
		/* what was counted is one less than it is now */
		f->mailed[f->mailed_count++] = email_mailbox(effect->email_key, f->a);
		p->touched = true;
		break;
	case EFFECT_WRONG_CODE:
		w->codes_wrong[w->code_wrong_count++] = effect->code_id;
		p->touched = true;
		break;
	case EFFECT_CODE_DONE:
		w->codes_over[w->code_over_count++] = p->user_id;
		p->touched = true;
		break;
	case EFFECT_EVICT:
		w->leaving[w->leaving_count++] = effect->rep_id;
		person_of(f, effect->from)->touched = true;
		w->needs_lock = true;
		p->touched = true;
		break;
	case EFFECT_MAKE_INVITE:
		w->invitations[w->invitation_count++] = (struct invite_new){
		    .hash = effect->invite, .days = INVITE_DAYS, .admin = p->user_id};
		break;
	case EFFECT_HOLD_INVITE:
		w->holds[w->hold_count++] = (struct invite_change){effect->invite, p->user_id};
		p->touched = true;
		break;
	case EFFECT_USE_INVITE:
		w->uses[w->use_count++] = (struct invite_change){effect->invite, p->user_id};
		break;
	case EFFECT_HEARD:
		w->heard[w->heard_count++] = p->user_id;
		p->heard = true;
		break;
	case EFFECT_BACK:
		w->available[w->available_count++] = p->state.rep_id;
		p->touched = true;
		break;
	case EFFECT_USERNAME:
		w->renames[w->rename_count++] =
		    (struct rep_change){.rep = p->state.rep_id, .username = effect->username};
		p->touched = true;
		break;
	}
}

/* What is to be known of an answer that may be dropped for a newer one: not what admins are shown once. */
static int64_t answered_update(const struct telegram_update *update, const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->effect_count; i++)
		if (outcome->effects[i].kind == EFFECT_HEARD ||
		    outcome->effects[i].kind == EFFECT_MAKE_INVITE)
			return 0;
	return update->has_id ? update->update_id : 0;
}

static void add_messages(
    struct folding *f, const struct telegram_update *update, const struct outcome *outcome)
{
	const struct message_list *list = &outcome->messages;
	int64_t answered = answered_update(update, outcome);
	struct fold_writes *w = f->writes;
	if (w->message_count + list->count > f->message_room) {
		size_t room = (w->message_count + list->count) * 2 + 16;
		struct outbox_new *grown = ARENA_ARRAY(f->a, struct outbox_new, room);
		if (w->message_count)
			memcpy(grown, w->messages, w->message_count * sizeof *grown);
		w->messages = grown;
		f->message_room = room;
	}
	for (const struct message *m = list->first; m; m = m->next) {
		bool first = !map_find(&f->chats, m->chat_id);
		if (first)
			(void)map_put(&f->chats, m->chat_id);
		w->messages[w->message_count++] = (struct outbox_new){
		    .chat_id = m->chat_id,
		    .method = outgoing_method(m),
		    .payload = outgoing_payload(m, f->a),
		    .priority = (int)m->priority,
		    .send_now = first && f->input->grants(m->chat_id, f->input->data),
		    .answers_to =
			m->chat_id == update->event.chat_id && m->priority == PRIORITY_REPLY
			    ? answered
			    : 0,
		};
	}
}

static void finish_sessions(struct folding *f)
{
	struct fold_writes *w = f->writes;
	for (const struct map_slot *slot = NULL; (slot = map_next(&f->people, slot));) {
		const struct person *p = slot->value.pointer;
		if (p->session_dirty)
			w->sessions[w->session_count++] = (struct session_row){
			    .user_id = p->user_id,
			    .phase = conversation_phase_name(p->state.phase),
			    .draft_name = p->state.draft_name,
			    .locale = locale_code(p->state.locale),
			    .locale_chosen = p->state.locale_chosen,
			    .draft_email = p->state.draft_email,
			    .draft_rep = p->state.draft_rep,
			    .draft_username = p->state.draft_username,
			    .wrong_emails = p->state.wrong_emails,
			    .pause_us = p->state.pause_us,
			    .looked_emails = p->state.looked_emails,
			};
	}
}

/* A stranger who has said nothing for long is forgotten (history_prune_sessions): a word is noted once a day. */
static bool shows_silence(const struct person *p, const struct event *event)
{
	return p->session && p->session->old && event->kind != EVENT_BLOCKED &&
	       p->state.phase != PHASE_CLAIM && /* which is as old as the wait for an admin */
	       (p->state.rep_status == REP_ABSENT || p->state.rep_status == REP_REMOVED);
}

void fold_run(const struct fold_input *input, const struct fold_interests *interests,
    struct arena *a, struct fold_writes *w)
{
	size_t most = input->count * OUTCOME_MAX_EFFECTS;
	*w = (struct fold_writes){
	    .sessions = ARENA_ARRAY(a, struct session_row, input->count),
	    .registrations = ARENA_ARRAY(a, struct rep_change, input->count),
	    .email_changes = ARENA_ARRAY(a, struct rep_change, input->count),
	    .decisions = ARENA_ARRAY(a, struct rep_change, input->count),
	    .renames = ARENA_ARRAY(a, struct rep_change, most),
	    .leaving = ARENA_ARRAY(a, const char *, input->count),
	    .unavailable = ARENA_ARRAY(a, const char *, input->count),
	    .available = ARENA_ARRAY(a, const char *, most),
	    .contacted = ARENA_ARRAY(a, int64_t, input->count),
	    .declined = ARENA_ARRAY(a, int64_t, input->count),
	    .heard = ARENA_ARRAY(a, int64_t, input->count),
	    .undone = ARENA_ARRAY(a, int64_t, input->count),
	    .moves = ARENA_ARRAY(a, struct rep_move, input->count),
	    .refused = ARENA_ARRAY(a, int64_t, input->count),
	    .codes_over = ARENA_ARRAY(a, int64_t, most),
	    .codes_wrong = ARENA_ARRAY(a, int64_t, input->count),
	    .code_requests = ARENA_ARRAY(a, struct code_request, input->count),
	    .invitations = ARENA_ARRAY(a, struct invite_new, input->count),
	    .holds = ARENA_ARRAY(a, struct invite_change, input->count),
	    .uses = ARENA_ARRAY(a, struct invite_change, input->count),
	    .answers = ARENA_ARRAY(a, struct fold_answer, input->count),
	    .menus = ARENA_ARRAY(a, struct fold_menu, input->count),
	};
	struct folding f = {.input = input,
	    .a = a,
	    .writes = w,
	    .keys = ARENA_ARRAY(a, const char *, most),
	    .mailed = ARENA_ARRAY(a, const char *, most)};
	load_people(&f);
	for (size_t i = 0; i < input->count; i++, w->taken++) {
		const struct event *event = &input->updates[i].event;
		if (event->kind == EVENT_IGNORED)
			continue;
		struct person *p = person_of(&f, event->user_id);
		if (depends(&f, p, &interests->of[i]))
			break;
		fill_facts(&f, p, &interests->of[i]);
		struct outcome outcome;
		conversation_step(&p->state, event, a, &outcome);
		for (size_t e = 0; e < outcome.effect_count; e++)
			apply_effect(&f, p, &outcome.effects[e]);
		w->code_limited[p->limit] += outcome.keeps_mail_back;
		p->session_dirty |= outcome.session_changed || shows_silence(p, event);
		f.applications_changed |=
		    (p->state.phase == PHASE_CLAIM) != (outcome.next.phase == PHASE_CLAIM);
		p->state = outcome.next;
		add_messages(&f, &input->updates[i], &outcome);
		if (outcome.sets_menu)
			w->menus[w->menu_count++] =
			    (struct fold_menu){event->chat_id, outcome.next.locale};
		if (outcome.callback_answer && event->callback_id)
			w->answers[w->answer_count++] = (struct fold_answer){event->chat_id,
			    event->callback_id, outcome.callback_answer, outcome.callback_alert};
	}
	finish_sessions(&f);
	map_finish(&f.people);
	map_finish(&f.assignments);
	map_finish(&f.chats);
}

void fold_plan_writes(const struct fold_writes *w, struct db_plan *plan, struct arena *a)
{
	sessions_write(plan, a, w->sessions, w->session_count);
	reps_leave(plan, a, w->leaving, w->leaving_count);
	reps_register(plan, a, w->registrations, w->registration_count);
	reps_change_email(plan, a, w->email_changes, w->email_change_count);
	reps_decide(plan, a, w->decisions, w->decision_count);
	reps_rename(plan, a, w->renames, w->rename_count);
	assignments_contacted(plan, a, w->contacted, w->contacted_count);
	assignments_decline(plan, a, w->declined, w->declined_count);
	reps_unavailable(plan, a, w->unavailable, w->unavailable_count, "blocked the bot");
	reps_available(plan, a, w->available, w->available_count);
	assignments_undo(plan, a, w->undone, w->undone_count);
	admins_heard(plan, a, w->heard, w->heard_count);
	claims_refuse(plan, a, w->refused, w->refused_count);
	invites_create(plan, a, w->invitations, w->invitation_count);
	invites_hold(plan, a, w->holds, w->hold_count);
	invites_use(plan, a, w->uses, w->use_count);
	reps_move(plan, a, w->moves, w->move_count);
	codes_write(plan, a, w->codes_over, w->code_over_count, w->code_requests,
	    w->code_request_count, w->codes_wrong, w->code_wrong_count);
}
