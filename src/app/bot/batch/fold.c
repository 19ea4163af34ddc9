#include "fold_private.h"
#include "salesreg/app/bot/invite.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/prospect/reach.h"
#include <string.h>

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
	state->rep_paused = row->paused;
	state->rep_is_admin = row->is_admin;
	state->rep_only_admin = row->only_admin;
	state->rep_capacity = (size_t)row->capacity;
	state->open_clients = (size_t)row->open_clients;
}

struct person *fold_person_of(struct folding *f, int64_t user_id)
{
	struct map_slot *slot = map_put(&f->people, user_id);
	if (slot->value.pointer)
		return slot->value.pointer;
	struct person *p = ARENA_NEW(f->a, struct person);
	slot->value.pointer = p;
	p->user_id = user_id;
	p->state.rules = f->input->rules;
	p->state.kind = PERSON_UNKNOWN;
	p->state.locale = f->input->rules->default_locale;
	p->state.rep_available = true;
	return p;
}

static void load_people(struct folding *f)
{
	const struct fold_input *input = f->input;
	for (size_t i = 0; i < input->session_count; i++) {
		const struct session_row *row = &input->sessions[i];
		struct person *p = fold_person_of(f, row->user_id);
		p->session = row;
		p->state.known = true;
		p->state.kind = person_kind_from_name(row->kind);
		p->state.phase = conversation_phase_from_name(row->phase);
		p->state.draft_name = row->draft_name;
		p->state.draft_client = row->draft_client;
		p->state.draft_seen = row->draft_seen;
		p->state.claim_email = row->claim_email;
		p->state.claim_rep = row->claim_rep;
		p->state.claim_username = row->claim_username;
		p->state.claim_holder = row->claim_holder;
		p->state.wrong_emails = row->wrong_emails;
		p->state.pause_us = row->pause_us;
		p->state.looked_emails = row->looked_emails;
		p->state.locale_chosen =
		    locale_parse(row->locale, &p->state.locale) && row->locale_chosen;
	}
	for (size_t i = 0; i < input->prospect_count; i++)
		fold_person_of(f, input->prospects[i].telegram_id)->state.prospect =
		    fold_prospect_view(f, &input->prospects[i]);
	fold_load_questions(f);
	for (size_t i = 0; i < input->rep_count; i++) {
		struct person *p = fold_person_of(f, input->reps[i].telegram_id);
		if (!p->state.rep_id)
			fill_rep(&p->state, find_rep(input, p->user_id));
	}
}

/* A stranger who has said nothing for long is forgotten (history_prune_sessions): a word is noted once a day. */
static bool shows_silence(const struct person *p, const struct event *event)
{
	return p->session && p->session->old && event->kind != EVENT_BLOCKED && !event->business &&
	       p->state.phase != PHASE_CLAIM && /* which is as old as the wait for an admin */
	       (p->state.rep_status == REP_ABSENT || p->state.rep_status == REP_REMOVED);
}

/*
 * A press comes with its message as that was then: edits that were on their way are not in it. What is decided now is about the
 * message as they leave it, or the next edit would undo them.
 */
static const struct event *as_it_will_be(const struct folding *f, const struct event *event)
{
	if (!event->message_id)
		return event;
	struct event *shown = ARENA_NEW(f->a, struct event);
	*shown = *event;
	const struct fold_input *input = f->input;
	for (size_t i = 0; i < input->edit_count; i++)
		if (input->edits[i].chat_id == event->chat_id &&
		    input->edits[i].message_id == event->message_id)
			telegram_edit_apply(input->edits[i].payload, f->a, shown);
	for (size_t i = 0; i < f->edit_count; i++)
		if (f->edits[i].chat_id == event->chat_id &&
		    f->edits[i].message_id == event->message_id)
			telegram_edit_apply(f->edits[i].payload, f->a, shown);
	return shown;
}

/* Whatever a prospect says or presses ends what they were to be reminded of. Of words and blocks in one poll the last counts: the others'
   rows become nobody's. */
static void note_prospect(
    struct folding *f, struct person *p, const struct event *event, bool awaits)
{
	if (!p->state.prospect || event->business)
		return;
	if (event->kind == EVENT_BLOCKED) {
		if (!p->blocker)
			p->blocker = &f->writes->blockers[f->writes->blocker_count++];
		*p->blocker = (struct refused_row){p->user_id, reach_name(REACH_BLOCKED), NULL};
		if (p->spoke)
			p->spoke->telegram_id = 0;
		return;
	}
	if (p->blocker)
		p->blocker->telegram_id = 0;
	if (!p->spoke)
		p->spoke = &f->writes->heard[f->writes->heard_count++];
	*p->spoke = (struct heard_row){p->user_id, awaits};
}

static bool is_among(const int64_t *ids, size_t count, int64_t id)
{
	while (count > 0 && ids[count - 1] != id)
		count--;
	return count > 0;
}

static void report_flood(struct folding *f, const struct telegram_update *update)
{
	const struct conversation_rules *rules = f->input->rules;
	const struct event *event = &update->event;
	struct fold_writes *w = f->writes;
	if (is_among(w->reported, w->reported_count, event->user_id) ||
	    !floods_lasts(f->input->floods, event->user_id, f->input->wall_us))
		return;
	w->reported[w->reported_count++] = event->user_id;
	const struct catalog_arg args[] = {
	    {"id", arena_printf(f->a, "%lld", (long long)event->user_id)}};
	struct outcome outcome = {.effect_count = 0};
	for (size_t i = 0; i < rules->admin_count; i++)
		(void)message_list_add(&outcome.messages, f->a, rules->admin_ids[i],
		    PRIORITY_NOTIFICATION,
		    catalog_render(
			rules->catalog, rules->default_locale, TEXT_ADMIN_FLOOD, args, 1, f->a));
	fold_add_messages(f, fold_person_of(f, event->user_id), update, &outcome);
}

/* A press is answered all the same, or it would go on turning; a message once in a while, in the language of the last one that was. */
static void not_read(struct folding *f, const struct telegram_update *update)
{
	const struct fold_input *input = f->input;
	const struct event *event = &update->event;
	struct fold_writes *w = f->writes;
	if (event->callback_id)
		w->answers[w->answer_count++] =
		    (struct fold_answer){event->chat_id, event->callback_id, "", false};
	report_flood(f, update);
	if (is_among(w->warned, w->warned_count, event->user_id) ||
	    floods_told(input->floods, event->user_id, input->wall_us))
		return;
	w->warned[w->warned_count++] = event->user_id;
	const struct map_slot *slot = map_find(&f->people, event->user_id);
	enum locale locale =
	    slot ? ((const struct person *)slot->value.pointer)->state.locale
		 : locale_choose(event->language_code, input->rules->default_locale);
	struct outcome outcome = {.effect_count = 0};
	message_list_add(&outcome.messages, f->a, event->chat_id, PRIORITY_REPLY,
	    catalog_render(input->rules->catalog, locale, TEXT_SLOW_DOWN, NULL, 0, f->a))
	    ->version = MESSAGE_VERSION_NOW;
	fold_add_messages(f, fold_person_of(f, event->user_id), update, &outcome);
}

void fold_run(const struct fold_input *input, const struct fold_interests *interests,
    struct arena *a, struct fold_writes *w)
{
	size_t most = input->count * OUTCOME_MAX_EFFECTS;
	*w = (struct fold_writes){
	    .sessions = ARENA_ARRAY(a, struct session_row, input->count),
	    .effects = ARENA_ARRAY(a, struct effect_row, most),
	    .answers = ARENA_ARRAY(a, struct fold_answer, input->count),
	    .menus = ARENA_ARRAY(a, struct fold_menu, input->count),
	    .guessers = ARENA_ARRAY(a, int64_t, input->count),
	    .albums = ARENA_ARRAY(a, struct outbox_album, input->count),
	    .warned = ARENA_ARRAY(a, int64_t, input->count),
	    .reported = ARENA_ARRAY(a, int64_t, input->count),
	    .heard = ARENA_ARRAY(a, struct heard_row, input->count),
	    .blockers = ARENA_ARRAY(a, struct refused_row, input->count),
	    .reminder_us = input->rules->follow_up_s * 1000000,
	    .decided = ARENA_ARRAY(a, struct decided_row, input->count * LOCALE_COUNT),
	    .summaries = ARENA_ARRAY(a, struct summary_new, input->count),
	    .begun = ARENA_ARRAY(a, struct questions_new, input->count),
	    .only = ARENA_ARRAY(a, struct fold_only, input->count),
	    .script = input->rules->script,
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
		if (input->updates[i].flooded) {
			not_read(&f, &input->updates[i]);
			continue;
		}
		struct person *p = fold_person_of(&f, event->user_id);
		if (fold_depends(&f, p, event, &interests->of[i]) ||
		    (p->passed_album && !event->album))
			break;
		fold_fill_facts(&f, p, event, &interests->of[i]);
		if (conversation_link_leads_nowhere(&p->state, event)) {
			unsigned left = guesses_left(input->guesses, p->user_id, input->now_us);
			p->state.guesses_over = p->guesses++ >= left;
			w->guessers[w->guesser_count++] = p->user_id;
		}
		struct outcome outcome;
		conversation_step(&p->state, as_it_will_be(&f, event), a, &outcome);
		for (size_t e = 0; e < outcome.effect_count; e++)
			fold_apply_effect(&f, p, &outcome.effects[e]);
		w->code_limited[p->limit] += outcome.keeps_mail_back;
		p->session_dirty |= outcome.session_changed || shows_silence(p, event);
		f.applications_changed |=
		    (p->state.phase == PHASE_CLAIM) != (outcome.next.phase == PHASE_CLAIM);
		p->state = outcome.next;
		note_prospect(&f, p, event, outcome.awaits);
		p->passed_album |= outcome.messages.last && outcome.messages.last->album;
		fold_add_messages(&f, p, &input->updates[i], &outcome);
		fold_add_summary(&f, &outcome);
		fold_add_decided(&f, &outcome);
		if (outcome.sets_menu)
			w->menus[w->menu_count++] = (struct fold_menu){
			    event->chat_id, outcome.next.locale, outcome.menu_audience};
		if (outcome.callback_answer && event->callback_id)
			w->answers[w->answer_count++] = (struct fold_answer){event->chat_id,
			    event->callback_id, outcome.callback_answer, outcome.callback_alert};
	}
	fold_finish_sessions(&f);
	map_finish(&f.people);
	map_finish(&f.assignments);
	map_finish(&f.chats);
}
