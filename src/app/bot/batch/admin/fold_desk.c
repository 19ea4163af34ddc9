/*
 * What admins look at, as the decisions see it: rows of the database become a page of reps, or a card.
 */
#include "../fold_private.h"
#include "salesreg/domain/conversation/rep_change.h"
#include <string.h>

static void fill_page(struct folding *f, struct person *p)
{
	const struct fold_input *input = f->input;
	struct rep_line *lines = ARENA_ARRAY(f->a, struct rep_line, REPS_A_PAGE);
	struct rep_page *page = ARENA_NEW(f->a, struct rep_page);
	*page = (struct rep_page){.lines = lines};
	for (size_t i = 0; i < input->rep_line_count && page->count < REPS_A_PAGE; i++) {
		const struct desk_line_row *row = &input->rep_lines[i];
		if (row->place != (int64_t)f->writes->taken)
			continue;
		page->page = row->page;
		page->total = row->total;
		lines[page->count++] = (struct rep_line){.telegram_id = row->telegram_id,
		    .id = row->id,
		    .name = row->name,
		    .status = row->status,
		    .open = row->open,
		    .capacity = row->capacity,
		    .paused = row->paused,
		    .available = row->available};
	}
	p->state.reps = page;
}

static void fill_code_waiters(struct folding *f, struct person *p)
{
	const struct fold_input *input = f->input;
	struct code_waiter *waiters =
	    ARENA_ARRAY(f->a, struct code_waiter, input->code_waiting_count);
	for (size_t i = 0; i < input->code_waiting_count; i++) {
		const struct code_waiting *row = &input->code_waiting[i];
		waiters[i] = (struct code_waiter){.telegram_id = row->user_id,
		    .code_id = row->id,
		    .name = row->name,
		    .email = row->email,
		    .email_key = row->email_key,
		    .state = code_state_from_name(row->state),
		    .locale = input->rules->default_locale};
		(void)locale_parse(row->locale, &waiters[i].locale);
		p->state.code_waiter_total = (size_t)row->total;
	}
	p->state.code_waiters = waiters;
	p->state.code_waiter_count = input->code_waiting_count;
}

void fold_fill_desk(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	const struct subject_view *subject = p->state.subject;
	p->state.reps = NULL;
	p->state.rep_card = NULL;
	p->state.code_waiters = NULL;
	p->state.code_waiter_count = p->state.code_waiter_total = 0;
	if (!conversation_acts_as_admin(&p->state, p->user_id))
		return;
	if (interest->wants_reps)
		fill_page(f, p);
	if (interest->wants_applications)
		fill_code_waiters(f, p);
	for (size_t i = 0; interest->wants_rep_card && subject && i < input->rep_card_count; i++) {
		const struct desk_card_row *row = &input->rep_cards[i];
		if (strcmp(row->id, subject->rep_id) != 0)
			continue;
		struct rep_card *card = ARENA_NEW(f->a, struct rep_card);
		*card = (struct rep_card){.username = row->username,
		    .open = row->open,
		    .converted = row->converted,
		    .archived = row->archived,
		    .capacity = row->capacity,
		    .paused_until = row->paused_until,
		    .unreachable_since = row->unreachable_since,
		    .calendar = row->calendar,
		    .calendar_email = row->calendar_email,
		    .seen = row->seen,
		    .registered = row->registered,
		    .day_ahead = row->day_ahead,
		    .week_ahead = row->week_ahead,
		    .zone = row->zone,
		    .changed_by = row->changed_by,
		    .paused = row->paused,
		    .available = row->available};
		p->state.rep_card = card;
	}
}

void fold_add_decided(struct folding *f, const struct outcome *outcome)
{
	struct fold_writes *w = f->writes;
	for (unsigned l = 0; outcome->decided && l < LOCALE_COUNT; l++)
		w->decided[w->decided_count++] =
		    (struct decided_row){.rep = outcome->decided->rep_id,
			.button = outcome->decided->button,
			.locale = locale_code((enum locale)l),
			.line = outcome->decided->lines[l]};
}
