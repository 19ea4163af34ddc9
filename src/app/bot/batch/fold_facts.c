#include "fold_private.h"
#include "salesreg/app/bot/invite.h"
#include "salesreg/app/link_token.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

enum { CALENDAR_LINK_BYTES = 32 };

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
	const struct code_row *row = fold_code_row_of(input, p->user_id);
	const char *key = fold_key_to_mail(f, p, interest);
	struct code_wait wait = code_limits(input->code_mails, input->code_mail_count, p->user_id,
	    key ? email_mailbox(key, f->a) : NULL,
	    effects_count(f->writes->effects, f->writes->effect_count, EFFECT_SEND_CODE));
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

/* How much good a held one does: 2 with this address, or with any where there is none yet, 1 with another, 0 with none. */
static int worth(const struct invite_view *held, const char *email_key)
{
	if (!held || held->ended)
		return 0;
	bool any = !held->email_key;
	return any || (email_key && strcmp(held->email_key, email_key) == 0) ? 2 : 1;
}

static void fill_invites(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	p->state.invite = p->state.held = NULL;
	p->state.link = (struct fresh_link){0};
	const char *username = input->rules->bot_username;
	if (interest->wants_link && conversation_acts_as_admin(&p->state, p->user_id) && username &&
	    *username) {
		const char *payload = invite_make(f->a);
		p->state.link = (struct fresh_link){.text = invite_link(f->a, username, payload),
		    .hash = link_token_hash(f->a, payload),
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

const struct prospect_view *fold_prospect_view(struct folding *f, const struct prospect_row *row)
{
	struct prospect_view *view = ARENA_NEW(f->a, struct prospect_view);
	*view = (struct prospect_view){.id = row->prospect,
	    .name = row->name,
	    .met = row->met,
	    .opted_out = row->opted_out,
	    .open = row->open,
	    .archived = row->archived,
	    .blocked = row->blocked,
	    .described = row->described,
	    .owner = conversation_owner_from_name(row->owner),
	    .version = row->version,
	    .assignment_id = row->assignment,
	    .rep_name = row->rep_name,
	    .rep_telegram_id = row->rep_telegram_id,
	    .rep_locale = f->input->rules->default_locale};
	(void)locale_parse(row->rep_locale, &view->rep_locale);
	return view;
}

static void fill_link(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	p->state.opened = NULL;
	for (size_t i = 0; interest->link && i < input->link_count; i++) {
		const struct prospect_row *row = &input->links[i];
		if (strcmp(row->hash, interest->link) != 0)
			continue;
		struct link_view *view = ARENA_NEW(f->a, struct link_view);
		*view = (struct link_view){.campaign = row->campaign,
		    .prospect = *fold_prospect_view(f, row),
		    .account = row->account,
		    .forwarded = row->forwarded};
		p->state.opened = view;
	}
}

static struct relay_view view_of_relay(const struct fold_input *input, const struct relay_row *row)
{
	struct relay_view view = {.prospect_id = row->prospect,
	    .name = row->name,
	    .account = row->account,
	    .prospect_locale = input->rules->default_locale,
	    .owner = conversation_owner_from_name(row->owner),
	    .version = row->version,
	    .assignment_id = row->assignment,
	    .rep_telegram_id = row->rep_telegram_id,
	    .blocked = row->blocked,
	    .other_chat = row->other_chat,
	    .other_message = row->other_message,
	    .other_connection = row->other_connection,
	    .connection = row->connection,
	    .own_account = row->own_account,
	    .passed_on = row->passed_on,
	    .caption = row->caption,
	    .card = row->card,
	    .note = row->note,
	    .last = row->last};
	(void)locale_parse(row->locale, &view.prospect_locale);
	return view;
}

static void fill_relay(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	p->state.replied = NULL;
	p->state.partners = NULL;
	p->state.partner_count = 0;
	for (size_t i = 0; interest->pair_message && i < input->pair_count; i++) {
		const struct relay_row *row = &input->pairs[i];
		if (row->chat != p->user_id || row->message != interest->pair_message)
			continue;
		struct relay_view *view = ARENA_NEW(f->a, struct relay_view);
		*view = view_of_relay(input, row);
		p->state.replied = view;
	}
	struct relay_view *partners = NULL;
	for (size_t i = 0; interest->wants_partners && i < input->partner_count; i++) {
		const struct relay_row *row = &input->partners[i];
		if (row->chat != p->user_id)
			continue;
		if (!partners)
			partners = ARENA_ARRAY(f->a, struct relay_view, input->partner_count);
		partners[p->state.partner_count++] = view_of_relay(input, row);
	}
	p->state.partners = partners;
}

static const struct hours_row *hours_row_of(const struct folding *f, const struct person *p)
{
	for (size_t i = 0; p->state.rep_id && i < f->input->hours_count; i++)
		if (strcmp(f->input->hours[i].rep, p->state.rep_id) == 0)
			return &f->input->hours[i];
	return NULL;
}

static void fill_choices(struct folding *f, struct person *p)
{
	const struct fold_input *input = f->input;
	struct calendar_choice *choices =
	    ARENA_ARRAY(f->a, struct calendar_choice, input->calendar_choice_count);
	size_t count = 0;
	for (size_t i = 0; i < input->calendar_choice_count; i++) {
		const struct calendar_choice_row *row = &input->calendar_choices[i];
		if (row->rep_telegram_id == p->user_id)
			choices[count++] = (struct calendar_choice){.id = row->id,
			    .summary = row->summary,
			    .counts = row->conflicts,
			    .writable = row->writable,
			    .target = row->target};
	}
	p->state.calendar.choices = choices;
	p->state.calendar.choice_count = count;
}

static void fill_calendar(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	p->state.calendar = (struct calendar_view){0};
	p->state.calendar_link = (struct fresh_link){0};
	if (!interest->wants_calendar || !input->rules->calendar_url)
		return;
	for (size_t i = 0; i < input->calendar_count; i++) {
		const struct calendar_account_row *row = &input->calendars[i];
		if (row->rep_telegram_id == p->user_id)
			p->state.calendar =
			    (struct calendar_view){.state = calendar_state_from_name(row->state),
				.email = row->email,
				.unread = row->unread,
				.doubtful = row->doubtful};
	}
	fill_choices(f, p);
	agenda_fill(&p->state.calendar, &input->agenda, p->user_id, hours_row_of(f, p), f->a);
	const char *token = link_token_make(f->a, CALENDAR_LINK_BYTES);
	p->state.calendar_link = (struct fresh_link){
	    .text = arena_printf(f->a, "%s%s", input->rules->calendar_url, token),
	    .hash = link_token_hash(f->a, token)};
}

/* What admins are shown; read for all of them, where one asks or has missed something. */
static void fill_of_admin(struct folding *f, struct person *p)
{
	const struct fold_input *input = f->input;
	struct conversation_state *state = &p->state;
	state->missed = false;
	state->application_count = state->untaken_count = state->waiting_claim_count = 0;
	state->application_total = 0;
	if (!conversation_acts_as_admin(state, p->user_id))
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

static void fill_file(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	p->state.file = (struct file_view){0};
	for (size_t i = 0; interest->wants_file && i < f->input->file_count; i++) {
		const struct file_import_row *row = &f->input->files[i];
		if (row->chat_id == p->user_id)
			p->state.file = (struct file_view){row->message_id, row->file_name,
			    strcmp(row->state, "sent") == 0    ? FILE_READ
			    : strcmp(row->state, "shown") == 0 ? FILE_SHOWN
							       : FILE_WANTED};
	}
}

static void fill_zone(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	p->state.zone = NULL;
	for (size_t i = 0; interest->zone && i < f->input->zone_count; i++) {
		const struct zone_row *row = &f->input->zones[i];
		if (strcmp(row->name, interest->zone) != 0)
			continue;
		struct zone_view *view = ARENA_NEW(f->a, struct zone_view);
		*view = (struct zone_view){row->name, row->now};
		p->state.zone = view;
	}
}

static void fill_hours(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	p->state.hours = NULL;
	if (!interest->wants_hours)
		return;
	const struct hours_row *row = hours_row_of(f, p);
	if (row) {
		struct hours_view *view = ARENA_NEW(f->a, struct hours_view);
		/* what another hand wrote into the table, and is none, counts as no hours */
		(void)hours_unpack(row->hours, &view->hours);
		view->day_off_count =
		    days_unpack(row->days_off, view->days_off, HOURS_DAYS_OFF_MOST);
		view->zone = row->zone;
		view->today = (int32_t)row->today;
		view->now = row->now;
		view->calendar_zone = row->calendar_zone;
		view->company_zone = row->here_zone;
		p->state.hours = view;
	}
}

static const struct business_view *business_view_of(
    const struct folding *f, const struct business_event *event)
{
	const struct fold_input *input = f->input;
	for (size_t i = 0; event && i < input->business_count; i++) {
		const struct business_row *row = &input->business[i];
		if (row->peer != event->peer || row->message != event->message_id ||
		    strcmp(row->connection, event->connection) != 0)
			continue;
		struct business_view *view = ARENA_NEW(f->a, struct business_view);
		*view = (struct business_view){.enabled = row->enabled,
		    .can_reply = row->can_reply,
		    .can_read = row->can_read,
		    .rights = row->rights,
		    .rep_telegram_id = row->rep_telegram_id,
		    .rep_locale = input->rules->default_locale,
		    .prospect_id = row->prospect,
		    .name = row->name,
		    .owner = conversation_owner_from_name(row->owner),
		    .version = row->version,
		    .assignment_id = row->assignment,
		    .account = row->account,
		    .contacted = row->contacted,
		    .open = row->open,
		    .fresh = row->fresh,
		    .ours = row->ours};
		(void)locale_parse(row->rep_locale, &view->rep_locale);
		return view;
	}
	return NULL;
}

static void fill_assignment(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	struct conversation_state *state = &p->state;
	state->assignment = NULL;
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
		    .prospect_id = row->prospect,
		    .owner = conversation_owner_from_name(row->owner),
		    .version = row->version,
		    .prospect_account = row->account,
		    .blocked = row->blocked,
		    .connection = row->connection,
		    .own_account = row->own_account,
		    .opted_out = row->opted_out,
		    .prospect_locale = input->rules->default_locale,
		    .undoable = row->undoable,
		    .nobody_else = row->nobody_else,
		    .ended = row->ended,
		    .again = row->again,
		    .other_id = row->other_id,
		    .other_telegram_id = row->other_telegram_id,
		    .other_locale = input->rules->default_locale,
		};
		(void)locale_parse(row->other_locale, &view->other_locale);
		(void)locale_parse(row->prospect_locale, &view->prospect_locale);
		state->assignment = view;
	}
}

static void fill_subject(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	struct conversation_state *state = &p->state;
	state->subject = NULL;
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
		    .proven = row->proven,
		    .is_admin = row->is_admin,
		    .decided_by = row->decided_by,
		    .locale = input->rules->default_locale};
		(void)rep_status_from_name(row->status, &view->status);
		(void)locale_parse(row->locale, &view->locale);
		if (!state->subject || view->status != REP_REMOVED)
			state->subject = view;
	}
}

void fold_fill_facts(struct folding *f, struct person *p, const struct event *event,
    const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	struct conversation_state *state = &p->state;
	state->email_taken = false;
	state->business = business_view_of(f, event->business);
	for (size_t i = 0; interest->email_key && i < input->email_count; i++)
		if (strcmp(input->emails[i].email_key, interest->email_key) == 0)
			state->email_taken =
			    !state->rep_id || strcmp(input->emails[i].rep, state->rep_id) != 0;
	fill_assignment(f, p, interest);
	fill_subject(f, p, interest);
	fold_fill_desk(f, p, interest);
	fold_fill_broadcasts(f, p, interest);
	state->admin_locales = input->admin_locales;
	state->admin_locale_count = input->admin_locale_count;
	fill_of_admin(f, p);
	fill_claim(f, p, interest->claim_telegram_id);
	fill_code(f, p, interest);
	fill_hours(f, p, interest);
	fill_zone(f, p, interest);
	fill_invites(f, p, interest);
	fill_link(f, p, interest);
	fill_relay(f, p, interest);
	fill_calendar(f, p, interest);
	fold_fill_clients(f, p, interest);
	fold_fill_managed(f, p, interest);
	fill_file(f, p, interest);
}
