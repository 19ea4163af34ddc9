#include "batch_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/store/assignments.h"
#include "salesreg/store/bot.h"

enum { PARTNERS_EACH = 8 };

static void plan_calendars(struct batch *b, struct db_plan *plan)
{
	struct arena *a = &b->scratch;
	const struct fold_interests *in = &b->interests;
	const char *zone = time_zone_here(arena_alloc(a, TIME_ZONE_SIZE));
	b->steps.calendars =
	    calendar_accounts_read(plan, a, in->calendar_reps, in->calendar_rep_count);
	b->steps.calendar_choices = calendar_choices(
	    plan, a, in->calendar_reps, in->calendar_rep_count, CALENDAR_CHOICES_SHOWN);
	b->steps.agenda_busy =
	    slots_busy(plan, a, in->calendar_reps, in->calendar_rep_count, AGENDA_BUSY_MOST);
	b->steps.agenda_days =
	    agenda_days(plan, a, in->calendar_reps, in->calendar_rep_count, zone);
	b->steps.agenda_windows = hours_windows(
	    plan, a, in->calendar_reps, in->calendar_rep_count, zone, AGENDA_WINDOWS_MOST);
}

static void unpack_calendars(
    struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	struct calendar_account_row *calendars;
	struct busy_row *busy;
	struct agenda_span *spans;
	struct hours_window *windows;
	input->calendar_count =
	    calendar_accounts_parse(reply->results[b->steps.calendars], a, &calendars);
	input->calendars = calendars;
	struct calendar_choice_row *choices;
	input->calendar_choice_count =
	    calendar_choices_parse(reply->results[b->steps.calendar_choices], a, &choices);
	input->calendar_choices = choices;
	struct agenda_rows *agenda = &input->agenda;
	agenda->now_us = clock_wall_us();
	agenda->busy_count = slots_busy_parse(reply->results[b->steps.agenda_busy], a, &busy);
	agenda->busy = busy;
	agenda->span_count = agenda_days_parse(reply->results[b->steps.agenda_days], a, &spans);
	agenda->spans = spans;
	agenda->window_count =
	    hours_windows_parse(reply->results[b->steps.agenda_windows], a, &windows);
	agenda->windows = windows;
}

/* One more than is shown: whether there are more. */
static void plan_clients(struct batch *b, struct db_plan *plan)
{
	struct arena *a = &b->scratch;
	const struct fold_interests *in = &b->interests;
	if (in->client_page_count + in->client_search_count + in->client_card_count +
		in->client_history_count + in->chosen_count ==
	    0)
		return;
	const char *zone = time_zone_here(arena_alloc(a, TIME_ZONE_SIZE));
	if (in->client_page_count)
		b->steps.client_pages = clients_page(plan, a, in->client_pages,
		    in->client_page_count, CLIENTS_A_PAGE + 1, zone, false);
	if (in->chosen_count)
		b->steps.chosen = own_clients_read(plan, a, in->chosen, in->chosen_count);
	if (in->client_search_count)
		b->steps.client_searches = clients_page(plan, a, in->client_searches,
		    in->client_search_count, CLIENTS_SEARCHED + 1, zone, true);
	if (in->client_card_count)
		b->steps.client_cards = clients_card(plan, a, in->client_cards,
		    in->client_card_count, CLIENT_EVENTS_ON_CARD + 1, CLIENT_EVENT_SHORT, zone);
	if (in->client_history_count)
		b->steps.client_histories = clients_card(plan, a, in->client_histories,
		    in->client_history_count, CLIENT_EVENTS_A_PAGE + 1, CLIENT_EVENT_LONG, zone);
}

static void unpack_clients(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	const struct fold_interests *in = &b->interests;
	struct client_line_row *lines, *searched;
	struct chosen_row *chosen;
	struct client_card_row *cards, *histories;
	if (in->client_page_count) {
		input->client_line_count =
		    clients_page_parse(reply->results[b->steps.client_pages], a, &lines);
		input->client_lines = lines;
	}
	if (in->chosen_count) {
		input->chosen_count =
		    own_clients_parse(reply->results[b->steps.chosen], a, &chosen);
		input->chosen = chosen;
	}
	if (in->client_search_count) {
		input->client_searched_count =
		    clients_page_parse(reply->results[b->steps.client_searches], a, &searched);
		input->client_searched = searched;
	}
	if (in->client_card_count) {
		input->client_card_count =
		    clients_card_parse(reply->results[b->steps.client_cards], a, &cards);
		input->client_cards = cards;
	}
	if (in->client_history_count) {
		input->client_history_count =
		    clients_card_parse(reply->results[b->steps.client_histories], a, &histories);
		input->client_histories = histories;
	}
}

/* What admins look at; the cards behind subjects_read(), which locks their rows. */
static void plan_desk(struct batch *b, struct db_plan *plan)
{
	struct arena *a = &b->scratch;
	const struct fold_interests *in = &b->interests;
	if (in->rep_page_count)
		b->steps.rep_pages =
		    desk_reps(plan, a, in->rep_pages, in->rep_page_count, REPS_A_PAGE);
	if (in->wants_applications && b->options.rules->proves_email)
		b->steps.code_waiting = codes_waiting(plan, a, CONVERSATION_SHOWN_MAX);
	if (in->wants_rep_cards)
		b->steps.rep_cards = desk_cards(plan, a, in->subjects, in->subject_count,
		    time_zone_here(arena_alloc(a, TIME_ZONE_SIZE)));
}

static void unpack_desk(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	struct desk_line_row *lines;
	struct desk_card_row *cards;
	if (b->interests.rep_page_count) {
		input->rep_line_count =
		    desk_reps_parse(reply->results[b->steps.rep_pages], a, &lines);
		input->rep_lines = lines;
	}
	if (b->interests.wants_applications && b->options.rules->proves_email) {
		struct code_waiting *waiting;
		input->code_waiting_count =
		    codes_waiting_parse(reply->results[b->steps.code_waiting], a, &waiting);
		input->code_waiting = waiting;
	}
	if (b->interests.wants_rep_cards) {
		input->rep_card_count =
		    desk_cards_parse(reply->results[b->steps.rep_cards], a, &cards);
		input->rep_cards = cards;
	}
}

static void plan_questions(struct batch *b, struct db_plan *plan)
{
	struct arena *a = &b->scratch;
	const char **known = ARENA_ARRAY(a, const char *, SCRIPTS_MOST + 1);
	size_t count = scripts_make_room(&b->scripts, known);
	known[count++] = b->options.rules->script->version;
	b->steps.questions = questions_read(plan, a, b->interests.users, b->interests.user_count,
	    known, count, time_zone_here(arena_alloc(a, TIME_ZONE_SIZE)));
}

void batch_plan_reads(struct batch *b, struct db_plan *plan)
{
	struct arena *a = &b->scratch;
	const struct fold_interests *in = &b->interests;
	if (in->user_count || in->business_count)
		b->steps.lock = assignment_lock_if(
		    plan, a, in->lock_certainly || b->force_lock, in->leavers, in->leaver_count);
	if (in->business_count)
		b->steps.business = business_read(plan, a, in->connections, in->peers,
		    in->peer_usernames, in->own_messages, in->business_count);
	if (in->user_count) {
		b->steps.sessions = sessions_read(plan, a, in->users, in->user_count);
		b->steps.reps = reps_read(plan, a, in->users, in->user_count);
		b->steps.prospects =
		    prospects_met(plan, a, in->users, in->usernames, in->user_count);
		if (b->options.rules->script)
			plan_questions(b, plan);
	}
	if (in->email_key_count)
		b->steps.emails = rep_emails_read(plan, a, in->email_keys, in->email_key_count);
	if (in->assignment_count)
		b->steps.assignments =
		    assignments_read(plan, a, in->assignments, in->assignment_count);
	if (in->subject_count)
		b->steps.subjects = subjects_read(plan, a, in->subjects, in->subject_count);
	plan_desk(b, plan);
	batch_plan_broadcasts(b, plan);
	plan_clients(b, plan);
	batch_plan_managed(b, plan);
	if (in->file_chat_count)
		b->steps.files = file_imports_read(plan, a, in->file_chats, in->file_chat_count);
	if (in->calendar_rep_count)
		plan_calendars(b, plan);
	if (in->hours_rep_count)
		b->steps.hours = hours_read(plan, a, in->hours_reps, in->hours_rep_count,
		    time_zone_here(arena_alloc(a, TIME_ZONE_SIZE)));
	if (in->link_count)
		b->steps.links = links_read(plan, a, in->links, in->link_count);
	if (in->pressed_count)
		b->steps.edits = outbox_edits(
		    plan, a, in->pressed_chats, in->pressed_messages, in->pressed_count);
	if (in->pair_count)
		b->steps.pairs =
		    relay_read(plan, a, in->pair_chats, in->pair_messages, in->pair_count);
	if (in->writer_count)
		b->steps.partners =
		    relay_partners(plan, a, in->writers, in->writer_count, PARTNERS_EACH);
	if (in->zone_count)
		b->steps.zones = zones_read(plan, a, in->zones, in->zone_count);
	if (in->claimant_count)
		b->steps.claims = claims_read(plan, a, in->claimants, in->claimant_count);
	if (in->user_count && b->options.rules->proves_email) {
		b->steps.codes = codes_read(plan, a, in->users, in->user_count);
		b->steps.code_mails = codes_counted(plan, a, in->users, in->user_count,
		    in->mailboxes, in->email_key_count, MAILS_IN_ALL_HOUR_MOST);
	}
	if (in->user_count && b->options.rules->by_invitation)
		b->steps.invites =
		    invites_read(plan, a, in->invites, in->invite_count, in->users, in->user_count);
	if (in->tells_admins)
		b->steps.locales = locales_read(
		    plan, a, b->options.rules->admin_ids, b->options.rules->admin_count);
	if (in->admin_count) {
		b->steps.applications = applications_read(plan, a, CONVERSATION_SHOWN_MAX,
		    in->admins, in->admin_count, in->wants_applications);
		b->steps.waiting_claims = claims_waiting(plan, a, CONVERSATION_SHOWN_MAX,
		    in->admins, in->admin_count, in->wants_applications);
		b->steps.untaken = untaken_read(plan, a, CONVERSATION_SHOWN_MAX, in->admins,
		    in->admin_count, in->wants_applications);
		b->steps.missed = admins_missed_read(plan, a, in->admins, in->admin_count);
	}
}

bool batch_has_lock(const struct batch *b, const struct db_reply *reply)
{
	return (b->interests.user_count || b->interests.business_count) &&
	       PQntuples(reply->results[b->steps.lock]) > 0;
}

static void unpack_people(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	if (b->interests.user_count) {
		struct session_row *sessions;
		struct rep_row *reps;
		input->session_count =
		    sessions_parse(reply->results[b->steps.sessions], a, &sessions);
		input->sessions = sessions;
		input->rep_count = reps_parse(reply->results[b->steps.reps], a, &reps);
		input->reps = reps;
		struct prospect_row *prospects;
		input->prospect_count =
		    prospects_met_parse(reply->results[b->steps.prospects], a, &prospects);
		input->prospects = prospects;
		if (b->options.rules->script) {
			struct questions_row *questions;
			input->questions_count =
			    questions_parse(reply->results[b->steps.questions], a, &questions);
			input->questions = questions;
		}
	}
}

/* Whom and what presses, addresses and business chats are about. */
static void unpack_subjects(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	if (b->interests.business_count) {
		struct business_row *business;
		input->business_count =
		    business_parse(reply->results[b->steps.business], a, &business);
		input->business = business;
	}
	if (b->interests.email_key_count) {
		struct email_row *emails;
		input->email_count = rep_emails_parse(reply->results[b->steps.emails], a, &emails);
		input->emails = emails;
	}
	if (b->interests.assignment_count) {
		struct assignment_row *assignments;
		input->assignment_count =
		    assignments_parse(reply->results[b->steps.assignments], a, &assignments);
		input->assignments = assignments;
	}
	if (b->interests.subject_count) {
		struct subject_row *subjects;
		input->subject_count =
		    subjects_parse(reply->results[b->steps.subjects], a, &subjects);
		input->subjects = subjects;
	}
}

static void unpack_hours(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	if (b->interests.hours_rep_count) {
		struct hours_row *hours;
		input->hours_count = hours_parse(reply->results[b->steps.hours], a, &hours);
		input->hours = hours;
	}
	if (b->interests.zone_count) {
		struct zone_row *zones;
		input->zone_count = zones_parse(reply->results[b->steps.zones], a, &zones);
		input->zones = zones;
	}
}

/* Links that were opened, and messages that were pressed, replied to or edited. */
static void unpack_messages(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	if (b->interests.link_count) {
		struct prospect_row *links;
		input->link_count = links_parse(reply->results[b->steps.links], a, &links);
		input->links = links;
	}
	if (b->interests.pressed_count) {
		struct outbox_edit *edits;
		input->edit_count = outbox_edits_parse(reply->results[b->steps.edits], a, &edits);
		input->edits = edits;
	}
	if (b->interests.pair_count) {
		struct relay_row *pairs;
		input->pair_count = relay_parse(reply->results[b->steps.pairs], a, &pairs);
		input->pairs = pairs;
	}
	if (b->interests.writer_count) {
		struct relay_row *partners;
		input->partner_count =
		    relay_partners_parse(reply->results[b->steps.partners], a, &partners);
		input->partners = partners;
	}
}

/* Claims, codes, invitations. */
static void unpack_proofs(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	if (b->interests.claimant_count) {
		struct claim_row *claims;
		input->claim_count = claims_parse(reply->results[b->steps.claims], a, &claims);
		input->claims = claims;
	}
	if (b->interests.user_count && b->options.rules->proves_email) {
		struct code_row *codes;
		struct code_mail *mails;
		input->code_count = codes_parse(reply->results[b->steps.codes], a, &codes);
		input->codes = codes;
		input->code_mail_count =
		    codes_counted_parse(reply->results[b->steps.code_mails], a, &mails);
		input->code_mails = mails;
	}
	if (b->interests.user_count && b->options.rules->by_invitation) {
		struct invite_row *invites;
		input->invite_count = invites_parse(reply->results[b->steps.invites], a, &invites);
		input->invites = invites;
	}
}

static void unpack_admins(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	struct arena *a = &b->scratch;
	if (b->interests.tells_admins) {
		struct chosen_locale *locales;
		input->admin_locale_count =
		    locales_parse(reply->results[b->steps.locales], a, &locales);
		input->admin_locales = locales;
	}
	if (b->interests.admin_count) {
		struct application_row *applications;
		struct untaken_row *untaken;
		input->application_count =
		    applications_parse(reply->results[b->steps.applications], a, &applications);
		input->applications = applications;
		struct claim_row *waiting;
		input->waiting_claim_count =
		    claims_parse(reply->results[b->steps.waiting_claims], a, &waiting);
		input->waiting_claims = waiting;
		input->untaken_count = untaken_parse(reply->results[b->steps.untaken], a, &untaken);
		input->untaken = untaken;
		input->missed_count =
		    admins_missed_parse(reply->results[b->steps.missed], a, &input->missed);
	}
}

void batch_unpack(struct batch *b, const struct db_reply *reply, struct fold_input *input)
{
	unpack_people(b, reply, input);
	unpack_subjects(b, reply, input);
	unpack_desk(b, reply, input);
	batch_unpack_broadcasts(b, reply, input);
	unpack_clients(b, reply, input);
	batch_unpack_managed(b, reply, input);
	if (b->interests.file_chat_count) {
		struct file_import_row *files;
		input->file_count =
		    file_imports_parse(reply->results[b->steps.files], &b->scratch, &files);
		input->files = files;
	}
	if (b->interests.calendar_rep_count)
		unpack_calendars(b, reply, input);
	unpack_hours(b, reply, input);
	unpack_messages(b, reply, input);
	unpack_proofs(b, reply, input);
	unpack_admins(b, reply, input);
}
