/*
 * Prospects that admins ask for, as the decisions see them.
 */
#include "../fold_private.h"

void fold_managed_interests(struct fold_interests *in, size_t place, const struct event *event,
    const struct conversation_interest *of, struct arena *a)
{
	const struct managed_ask *ask = &of->managed;
	size_t admin = in->admin_count;
	while (admin > 0 && in->admins[admin - 1] != event->user_id)
		admin--;
	if (admin == 0)
		return;
	switch (ask->want) {
	case MANAGED_NOTHING:
		return;
	case MANAGED_SEARCH: {
		struct prospect_search search =
		    prospect_search(ask->words, ask->account, ask->phone, a);
		search.place = (int64_t)place;
		search.asker = event->user_id;
		search.phase = ask->phase;
		search.passed = ask->page * MANAGED_A_PAGE;
		in->managed_searches[in->managed_search_count++] = search;
		if (ask->draft_phase)
			in->managed_cards[in->managed_card_count++] =
			    (struct managed_card_ask){.place = (int64_t)place,
				.asker = event->user_id,
				.phase = ask->draft_phase};
		return;
	}
	case MANAGED_LISTED:
		in->managed_waiting[in->managed_waiting_count++] = (struct managed_waiting_ask){
		    (int64_t)place, arena_printf(a, "%c", managed_list_letter(ask->list)),
		    ask->page * MANAGED_A_PAGE};
		return;
	case MANAGED_WAITS:
		in->wants_waits = true;
		return;
	case MANAGED_ONE:
		if (ask->holds)
			in->managed_held[in->managed_held_count++] = ask->press.hash;
		if (ask->wants_reps)
			in->managed_reps[in->managed_reps_count++] = (struct managed_reps_ask){
			    (int64_t)place, ask->reps_page * MANAGED_REPS_A_PAGE};
		in->managed_cards[in->managed_card_count++] =
		    (struct managed_card_ask){.place = (int64_t)place,
			.has_hash = true,
			.hash = ask->press.hash,
			.asker = event->user_id,
			.before = ask->events_before,
			.events = ask->wants_history ? CLIENT_EVENTS_A_PAGE + 1 : 0};
		return;
	}
}

static void fill_lines(struct folding *f, struct managed_view *view)
{
	const struct fold_input *input = f->input;
	struct managed_line *lines = ARENA_ARRAY(f->a, struct managed_line, MANAGED_A_PAGE);
	for (size_t i = 0; i < input->found_count; i++) {
		const struct found_row *row = &input->found[i];
		if (row->place != (int64_t)f->writes->taken)
			continue;
		if (view->line_count == MANAGED_A_PAGE) {
			view->more = true;
			break;
		}
		lines[view->line_count++] = (struct managed_line){.hash = row->hash,
		    .name = row->listed.name,
		    .status = row->listed.status,
		    .rep = row->listed.rep};
	}
	view->lines = lines;
}

static void fill_waiting(struct folding *f, struct managed_view *view)
{
	const struct fold_input *input = f->input;
	struct managed_line *lines = ARENA_ARRAY(f->a, struct managed_line, MANAGED_A_PAGE);
	for (size_t i = 0; i < input->managed_waiting_count; i++) {
		if (input->managed_waiting[i].place != (int64_t)f->writes->taken)
			continue;
		if (view->line_count == MANAGED_A_PAGE) {
			view->more = true;
			break;
		}
		lines[view->line_count++] = input->managed_waiting[i].line;
	}
	view->lines = lines;
}

static void fill_waits(struct folding *f, struct managed_view *view)
{
	const struct fold_input *input = f->input;
	struct managed_waits *waits = ARENA_NEW(f->a, struct managed_waits);
	for (size_t i = 0; i < input->managed_waits_count; i++) {
		const struct managed_waits_row *row = &input->managed_waits[i];
		waits->failed = row->failed;
		waits->unreachable = row->unreachable;
		waits->unreachable_names = row->unreachable_names;
		waits->partial = row->partial;
		for (size_t list = LISTED_FOUND + 1; list < MANAGED_LISTS; list++)
			if (row->list[0] == managed_list_letter((enum managed_list)list)) {
				waits->count[list] = row->count;
				waits->late[list] = row->late;
				waits->oldest[list] = row->oldest;
			}
	}
	view->waits = waits;
}

static void fill_reps(struct folding *f, struct managed_view *view)
{
	const struct fold_input *input = f->input;
	struct rep_choice *reps = ARENA_ARRAY(f->a, struct rep_choice, MANAGED_REPS_A_PAGE);
	for (size_t i = 0; i < input->managed_rep_count; i++) {
		if (input->managed_reps[i].place != (int64_t)f->writes->taken)
			continue;
		if (view->rep_count == MANAGED_REPS_A_PAGE) {
			view->more_reps = true;
			break;
		}
		reps[view->rep_count++] = input->managed_reps[i].rep;
	}
	view->reps = reps;
}

static void fill_prospect(
    struct folding *f, struct managed_view *view, const struct managed_card_row *row)
{
	struct managed_prospect *p = ARENA_NEW(f->a, struct managed_prospect);
	*p = (struct managed_prospect){.hash = row->hash,
	    .client = {.prospect_id = row->prospect,
		.name = row->name,
		.telegram = row->telegram,
		.email = row->email,
		.context = row->context,
		.notes = row->notes,
		.status = row->status,
		.assignment_id = row->assignment,
		.reach = reach_from_name(row->reach),
		.owner = conversation_owner_from_name(row->owner),
		.blocked = row->blocked,
		.source = row->source,
		.campaign = row->campaign},
	    .rep_id = row->rep,
	    .rep_name = row->rep_name,
	    .rep_status = row->rep_status,
	    .rep_telegram_id = row->rep_telegram_id,
	    .account = row->account,
	    .stopped = row->stopped,
	    .phone = row->phone,
	    .came = row->came,
	    .contact = row->contact,
	    .days = row->days,
	    .changed_by = row->changed_by,
	    .changed_at = row->changed_at};
	fold_read_events(f, row->events, CLIENT_EVENTS_A_PAGE, &p->client);
	fold_read_answers(f, row->answers, &p->client);
	view->prospect = p;
}

void fold_fill_managed(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	const struct managed_ask *ask = &interest->managed;
	struct fold_writes *w = f->writes;
	p->state.managed = NULL;
	if (ask->want == MANAGED_NOTHING ||
	    !(conversation_kinds(&p->state, p->user_id) & PERSON_ADMIN))
		return;
	struct managed_view *view = ARENA_NEW(f->a, struct managed_view);
	if (ask->want == MANAGED_SEARCH)
		fill_lines(f, view);
	if (ask->want == MANAGED_LISTED)
		fill_waiting(f, view);
	if (ask->want == MANAGED_WAITS)
		fill_waits(f, view);
	if (ask->wants_reps)
		fill_reps(f, view);
	for (size_t i = 0; i < input->managed_card_count; i++)
		if (input->managed_cards[i].place == (int64_t)w->taken)
			fill_prospect(f, view, &input->managed_cards[i]);
	if (view->line_count == 1 && ask->alone && !ask->has_only)
		w->only[w->only_count++] = (struct fold_only){w->taken, view->lines[0].hash};
	p->state.managed = view;
}
