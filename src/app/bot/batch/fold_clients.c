/*
 * A rep's clients as the decisions see them: rows of the database become a page of the list, or a card.
 */
#include "fold_private.h"
#include "salesreg/app/link_token.h"
#include "salesreg/app/qualification.h"
#include "salesreg/base/json.h"
#include "salesreg/domain/prospect/reach.h"
#include <jansson.h>
#include <string.h>

enum { PROSPECT_LINK_BYTES = 16 };

/*
 * The same each time, since cards are opened often; of another prospect that gets the id of one who is gone it is another one. NULL: the bot
 * does not know its own name.
 */
static const char *own_link(struct folding *f, const char *prospect, int64_t made_us)
{
	struct fold_writes *w = f->writes;
	const char *bot = f->input->rules->bot_username;
	if (!bot || !*bot)
		return NULL;
	ARENA_GROW(f->a, w->links, w->link_count, 1, w->link_room);
	const char *what = arena_printf(f->a, "%lld %s", (long long)made_us, prospect);
	const char *payload = arena_printf(f->a, "%c%s", CONVERSATION_PROSPECT_LETTER,
	    link_token_of(f->a, f->input->code_key->bytes, "salesreg: a prospect's own link", what,
		PROSPECT_LINK_BYTES));
	w->links[w->link_count++] = (struct link_new){link_token_hash(f->a, payload), prospect};
	return arena_printf(f->a, "https://t.me/%s?start=%s", bot, payload);
}

static const char *text_at(struct folding *f, const json_t *event, size_t i)
{
	const char *text = json_string_value(json_array_get(event, i));
	return text ? arena_strdup(f->a, text) : NULL;
}

void fold_read_events(struct folding *f, const char *json, size_t most, struct client_view *view)
{
	json_t *list = json ? json_loads(json, 0, NULL) : NULL, *event;
	size_t i;
	struct client_event *events = ARENA_ARRAY(f->a, struct client_event, most);
	json_array_foreach (list, i, event) {
		if (i == most) {
			view->more_events = true;
			break;
		}
		events[view->event_count++] =
		    (struct client_event){.id = json_integer_value(json_array_get(event, 0)),
			.at = text_at(f, event, 1),
			.kind = text_at(f, event, 2),
			.detail = text_at(f, event, 3),
			.who = text_at(f, event, 4),
			.by = text_at(f, event, 5)};
	}
	view->events = events;
	json_decref(list);
}

void fold_read_answers(struct folding *f, const char *json, struct client_view *view)
{
	json_t *given = json ? json_loads(json, 0, NULL) : NULL;
	if (!given)
		return;
	const char *script = json_text(f->a, json_object_get(given, "script"), NULL);
	view->script = script ? qualification_stored(script, f->a) : NULL;
	if (view->script)
		view->answers = qualification_answers(
		    view->script, json_text(f->a, json_object_get(given, "answers"), NULL), f->a);
	view->finished = json_get_bool(given, "finished", false);
	json_decref(given);
}

static void fill_card(
    struct folding *f, struct person *p, const struct client_card_row *row, size_t events)
{
	struct client_view *view = ARENA_NEW(f->a, struct client_view);
	*view = (struct client_view){.prospect_id = row->prospect,
	    .name = row->name,
	    .telegram = row->telegram,
	    .email = row->email,
	    .context = row->context,
	    .notes = row->notes,
	    .status = row->status,
	    .assignment_id = row->assignment,
	    .contacted = row->contacted,
	    .reach = reach_from_name(row->reach),
	    .private_forwards = row->private_forwards,
	    .no_voices = row->no_voices,
	    .message_stars = row->message_stars,
	    .invite = row->met ? NULL : own_link(f, row->prospect, row->made_us),
	    .owner = conversation_owner_from_name(row->owner),
	    .blocked = row->blocked,
	    .source = row->source,
	    .campaign = row->campaign,
	    .follow_up = row->follow_up,
	    .zone = row->zone};
	fold_read_events(f, row->events, events, view);
	fold_read_answers(f, row->answers, view);
	p->state.client = view;
}

static void fill_page(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	enum client_move move = interest->clients_press.move;
	bool search = interest->wants_search || move == CLIENTS_FIND;
	const struct client_line_row *rows = search ? input->client_searched : input->client_lines;
	size_t row_count = search ? input->client_searched_count : input->client_line_count,
	       most = search ? CLIENTS_SEARCHED : CLIENTS_A_PAGE, count = 0;
	struct client_line *lines = ARENA_ARRAY(f->a, struct client_line, most + 1);
	for (size_t i = 0; i < row_count && count <= most; i++) {
		const struct client_line_row *row = &rows[i];
		if (row->place == (int64_t)f->writes->taken && row->rep_telegram_id == p->user_id)
			lines[count++] = (struct client_line){.at = row->at,
			    .assignment_id = row->assignment,
			    .name = row->name,
			    .telegram = row->telegram,
			    .email = row->email,
			    .answered = row->answered,
			    .status = row->status,
			    .contacted = row->contacted,
			    .owner = conversation_owner_from_name(row->owner),
			    .follow_up = row->follow_up};
	}
	bool more = count > most;
	count -= more;
	for (size_t i = 0; move == CLIENTS_NEWER && i < count / 2; i++) {
		struct client_line line = lines[i];
		lines[i] = lines[count - 1 - i];
		lines[count - 1 - i] = line;
	}
	struct client_page *page = ARENA_NEW(f->a, struct client_page);
	*page = (struct client_page){.lines = lines,
	    .count = count,
	    .newer = move == CLIENTS_OLDER || (move == CLIENTS_NEWER && more),
	    .older = move == CLIENTS_NEWER || more};
	p->state.clients = page;
}

static enum chosen_is is(const struct chosen_row *row)
{
	if (row->is_rep || row->person == row->rep_telegram_id)
		return CHOSEN_COLLEAGUE;
	if (row->mine && row->open)
		return CHOSEN_MINE;
	if (row->mine && row->converted)
		return CHOSEN_BOUGHT;
	bool waits = row->open && !row->held;
	/* whose row was archived by hand may have an assignment still */
	return !row->known || row->archived || (waits && !row->assignment) ? CHOSEN_NOBODYS
									   : CHOSEN_TAKEN;
}

static void fill_chosen(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	for (size_t i = 0; interest->chosen_id && i < f->input->chosen_count; i++) {
		const struct chosen_row *row = &f->input->chosen[i];
		if (row->rep_telegram_id != p->user_id || row->person != interest->chosen_id)
			continue;
		struct chosen_view *view = ARENA_NEW(f->a, struct chosen_view);
		*view = (struct chosen_view){.is = is(row),
		    .known = row->known,
		    .prospect_id = row->prospect,
		    .assignment_id = row->assignment};
		if (view->is == CHOSEN_NOBODYS) {
			view->assignment_id = row->fresh;
			view->invite = row->met ? NULL : own_link(f, row->prospect, row->made_us);
		}
		p->state.chosen = view;
	}
}

void fold_fill_clients(
    struct folding *f, struct person *p, const struct conversation_interest *interest)
{
	const struct fold_input *input = f->input;
	p->state.clients = NULL;
	p->state.client = NULL;
	p->state.chosen = NULL;
	fill_chosen(f, p, interest);
	if (interest->wants_clients || (interest->wants_search && p->state.phase == PHASE_FIND))
		fill_page(f, p, interest);
	if (!interest->wants_client)
		return;
	bool history = interest->wants_history;
	const struct client_card_row *rows =
	    history ? input->client_histories : input->client_cards;
	size_t count = history ? input->client_history_count : input->client_card_count;
	for (size_t i = 0; i < count; i++)
		if (rows[i].place == (int64_t)f->writes->taken)
			fill_card(
			    f, p, &rows[i], history ? CLIENT_EVENTS_A_PAGE : CLIENT_EVENTS_ON_CARD);
}
