/*
 * A rep's clients as a list: one message, whose pages take each other's place. A button with each client's name opens the card.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { NAME_UNITS = 80, STATUS_UNITS = 64, BUTTONS_BESIDES = 4, WORD_UNITS = 60 };

void turn_clients_interest(const struct press *press, struct conversation_interest *interest)
{
	if (press->kind == PRESS_CLIENTS) {
		(void)client_press_read(press->about, &interest->clients_press);
		interest->wants_client = interest->clients_press.move == CLIENTS_OPEN;
		interest->wants_clients = !interest->wants_client;
	} else if (press->kind == PRESS_CLIENT_HISTORY) {
		interest->wants_history = true;
		for (const char *s = press->about;
		     s && *s >= '0' && *s <= '9' && interest->events_before < INT64_MAX / 100; s++)
			interest->events_before = interest->events_before * 10 + (*s - '0');
	}
}

static const char *status_of(const struct turn *t, const struct client_line *client)
{
	if (client->owner == OWNER_REP)
		return turn_text(t, TEXT_CLIENTS_YOU_LEAD, NO_ARGS);
	const char *status = turn_client_status(t, client->status, client->contacted);
	/* what the table has may be anything */
	return shorten(t->a, text_tidy(t->a, status ? status : ""), STATUS_UNITS);
}

static const char *line(const struct turn *t, size_t number, const struct client_line *client)
{
	const char *name = quote_name(t->a, client->name, NAME_UNITS);
	const struct catalog_arg args[] = {
	    {"number", arena_printf(t->a, "%zu", number)},
	    {"name", *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS)},
	    {"status", status_of(t, client)},
	    {"time", client->follow_up},
	};
	return client->follow_up ? turn_text(t, TEXT_CLIENTS_LINE_LATER, args, 4)
				 : turn_text(t, TEXT_CLIENTS_LINE, args, 3);
}

static const char *press_on_list(
    const struct turn *t, enum client_move move, struct client_place place)
{
	return press_data_about(t->a, PRESS_CLIENTS, 0,
	    client_press_write((struct client_press){move, place, NULL}, t->a));
}

static struct button open_button(
    const struct turn *t, size_t number, const struct client_line *client)
{
	const char *name = prospect_short_name(t->a, client->name);
	const char *label = turn_text(t, TEXT_BUTTON_CLIENT,
	    ARGS({"number", arena_printf(t->a, "%zu", number)},
		{"name", *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS)}));
	return (struct button){
	    .text = shorten(t->a, label, TEXT_BUTTON_UNITS),
	    .data = client->assignment_id ? press_data(t->a, PRESS_CLIENT, client->assignment_id)
					  : press_on_list(t, CLIENTS_OPEN, client->at),
	    .new_row = true,
	};
}

static struct button own_button(const struct turn *t)
{
	return (struct button){.text = turn_text(t, TEXT_BUTTON_OWN_CLIENT, NO_ARGS),
	    .data = press_data(t->a, PRESS_OWN_CLIENT, 0)};
}

static void show(struct turn *t, bool again)
{
	const struct client_page *page = t->state->clients;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, CLIENTS_A_PAGE + BUTTONS_BESIDES);
	size_t count = 0;
	const char *text = turn_text(t, TEXT_CLIENTS_HEADER,
	    ARGS({"count", arena_printf(t->a, "%zu", t->state->open_clients)}));
	text = arena_concat(t->a, text, "\n", (char *)NULL);
	for (size_t i = 0; i < page->count && i < CLIENTS_A_PAGE; i++) {
		text =
		    arena_concat(t->a, text, "\n", line(t, i + 1, &page->lines[i]), (char *)NULL);
		buttons[count++] = open_button(t, i + 1, &page->lines[i]);
	}
	if (page->newer)
		buttons[count++] =
		    (struct button){.text = turn_text(t, TEXT_BUTTON_CLIENTS_NEWER, NO_ARGS),
			.data = press_on_list(t, CLIENTS_NEWER, page->lines[0].at),
			.new_row = true};
	if (page->older)
		buttons[count++] =
		    (struct button){.text = turn_text(t, TEXT_BUTTON_CLIENTS_OLDER, NO_ARGS),
			.data = press_on_list(t, CLIENTS_OLDER, page->lines[page->count - 1].at),
			.new_row = !page->newer};
	buttons[count++] = (struct button){.text = turn_text(t, TEXT_BUTTON_CLIENTS_FIND, NO_ARGS),
	    .data = press_data(t->a, PRESS_CLIENTS_FIND, 0),
	    .new_row = true};
	buttons[count++] = own_button(t);
	turn_put(
	    t, again, turn_join(t, text, turn_text(t, TEXT_CLIENTS_HINT, NO_ARGS)), buttons, count);
}

void turn_list_clients(struct turn *t)
{
	if (t->state->clients && t->state->clients->count > 0) {
		show(t, false);
		return;
	}
	struct message *m = turn_say(t, TEXT_CLIENTS_NONE, NO_ARGS);
	turn_menu_buttons(t, m);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, m->button_count + 1);
	buttons[0] = own_button(t);
	memcpy(buttons + 1, m->buttons, m->button_count * sizeof *buttons);
	message_set_buttons(m, buttons, m->button_count + 1);
}

/* Whoever was there has been given away or closed since. */
static void show_nobody(struct turn *t)
{
	struct button *first = ARENA_NEW(t->a, struct button);
	*first = (struct button){.text = turn_text(t, TEXT_BUTTON_CLIENTS_FIRST, NO_ARGS),
	    .data = press_on_list(t, CLIENTS_FIRST, (struct client_place){0, 0})};
	turn_put(t, true, turn_text(t, TEXT_CLIENTS_PAGE_GONE, NO_ARGS), first, 1);
}

static void ask_word(struct turn *t, const char *first)
{
	static const struct turn_button cancel[] = {{TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
	turn_set_phase(t, PHASE_FIND);
	turn_buttons(t,
	    turn_say_text(t, turn_join(t, first, turn_text(t, TEXT_CLIENTS_FIND, NO_ARGS))), cancel,
	    1);
}

static void press_find(struct turn *t)
{
	if (t->state->rep_status == REP_ACTIVE)
		ask_word(t, NULL);
	else
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
}

/* Of all that was read, as many as a page has. False: there is nobody, and nobody else to look at. */
static bool show_found(struct turn *t, bool again, const char *word)
{
	const struct client_page *page = t->state->clients;
	const struct catalog_arg about[] = {{"text", quote_piece(t->a, word, WORD_UNITS)},
	    {"count", arena_printf(t->a, "%d", CLIENTS_SEARCHED)}};
	struct button *buttons = ARENA_ARRAY(t->a, struct button, CLIENTS_A_PAGE + BUTTONS_BESIDES);
	size_t found = 0, i = 0;
	const char *text = "";
	for (; page && i < page->count && found < CLIENTS_A_PAGE; i++) {
		if (!client_matches(&page->lines[i], word, t->a))
			continue;
		buttons[found] = open_button(t, found + 1, &page->lines[i]);
		text = arena_concat(t->a, text, *text ? "\n" : "",
		    line(t, found + 1, &page->lines[i]), (char *)NULL);
		found++;
	}
	bool more = page && i > 0 && (i < page->count || page->older);
	if (found == 0 && !more)
		return false;
	text = turn_join(t,
	    turn_text(t, found ? TEXT_CLIENTS_FOUND : TEXT_CLIENTS_NOT_FOUND_YET, about, 2),
	    found ? text : turn_text(t, TEXT_CLIENTS_FIND_ON, NO_ARGS));
	size_t count = found;
	if (more)
		buttons[count++] =
		    (struct button){.text = turn_text(t, TEXT_BUTTON_CLIENTS_FIND_ON, NO_ARGS),
			.data = press_data_about(t->a, PRESS_CLIENTS, 0,
			    client_press_write(
				(struct client_press){CLIENTS_FIND, page->lines[i - 1].at, word},
				t->a)),
			.new_row = true};
	buttons[count++] = (struct button){.text = turn_text(t, TEXT_BUTTON_CLIENTS_FIND, NO_ARGS),
	    .data = press_data(t->a, PRESS_CLIENTS_FIND, 0),
	    .new_row = true};
	turn_put(t, again, text, buttons, count);
	return true;
}

static void find(struct turn *t)
{
	if (turn_late_code(t))
		return;
	const char *word = client_word(t->event->text, t->a);
	if (!*word)
		ask_word(t, NULL);
	else if (show_found(t, false, word))
		turn_set_phase(t, PHASE_NONE);
	else
		ask_word(t, turn_text(t, TEXT_CLIENTS_NOT_FOUND,
				ARGS({"text", quote_piece(t->a, word, WORD_UNITS)})));
}

static void find_cancelled(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, TEXT_CANCELLED, NO_ARGS);
}

static enum conversation_phase fits_find(const struct conversation_state *state)
{
	return state->rep_status == REP_ACTIVE ? PHASE_FIND : PHASE_NONE;
}

static void press_list(struct turn *t)
{
	struct client_press press;
	const struct client_page *page = t->state->clients;
	if (t->state->rep_status != REP_ACTIVE) {
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
	} else if (!client_press_read(t->press.about, &press)) {
		turn_answer_stale(t);
	} else if (press.move == CLIENTS_OPEN) {
		if (t->state->client)
			turn_show_client(t, t->state->client);
		else
			turn_answer(t, true, TEXT_ANSWER_PROSPECT_STALE, NO_ARGS);
	} else if (press.move == CLIENTS_FIND) {
		if (!show_found(t, true, press.word))
			show_nobody(t);
	} else if (page && page->count > 0) {
		show(t, true);
	} else if (press.move == CLIENTS_FIRST) {
		turn_put(t, true, turn_text(t, TEXT_CLIENTS_NONE, NO_ARGS), NULL, 0);
	} else {
		show_nobody(t);
	}
}

static const struct phase phases[] = {
    {PHASE_FIND, PERSON_REP, .fits = fits_find, .ask = ask_word, .on_text = find,
	.on_cancel = find_cancelled},
};
static const struct button_row buttons[] = {
    {PRESS_CLIENTS, PERSON_REP, 0, 0, press_list},
    {PRESS_CLIENTS_FIND, PERSON_REP, 0, 0, press_find},
};
const struct dialogue dialogue_client_list = {PHASES(phases), BUTTONS(buttons)};
