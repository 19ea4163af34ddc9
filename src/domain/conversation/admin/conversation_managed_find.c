/*
 * Admins look for prospects: by a word, or by a contact that they send. One is shown as a card, several as a list, whose pages take each
 * other's place.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { NAME_UNITS = 80, STATUS_UNITS = 64, WORD_UNITS = 60, BUTTONS_BESIDES = 4 };

/* As far as it goes into so many bytes, without half a character. */
static const char *cut(const char *text, size_t bytes, struct arena *a)
{
	size_t n = strlen(text);
	if (n <= bytes)
		return text;
	for (n = bytes; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80;)
		n--;
	return arena_strndup(a, text, n);
}

/* "/find Anna", also with the bot's name behind the command: what follows it; NULL: it is none such. */
static const char *after_command(const char *text)
{
	static const char command[] = "/find";
	if (strncmp(text, command, sizeof command - 1) != 0)
		return NULL;
	const char *rest = text + sizeof command - 1;
	if (*rest == '@')
		rest += strcspn(rest, " \n");
	return *rest == ' ' || *rest == '\n' ? rest + strspn(rest, " \n") : NULL;
}

static const char *words_of(const struct event *event, struct arena *a)
{
	if (event->kind == EVENT_CONTACT)
		return event->phone ? cut(text_tidy(a, event->phone), MANAGED_WORDS_MOST, a) : "";
	const char *rest = after_command(event->text);
	return cut(text_tidy(a, rest ? rest : event->text), MANAGED_WORDS_MOST, a);
}

void turn_managed_interest(const struct event *event, enum phrase phrase, const struct press *press,
    struct arena *a, struct conversation_interest *interest)
{
	struct managed_ask *ask = &interest->managed;
	struct managed_place place;
	if (press && press->kind == PRESS_MANAGED) {
		if (managed_press_read(press->about, &ask->press))
			turn_managed_press_interest(&ask->press, interest);
	} else if (press && press->kind == PRESS_MANAGED_LIST) {
		if (!managed_place_read(press->about, &place))
			return;
		ask->want = place.list == LISTED_FOUND ? MANAGED_SEARCH : MANAGED_LISTED;
		ask->list = place.list;
		ask->words = place.words;
		ask->page = place.page;
	} else if (press ? press->kind == PRESS_MANAGED_WAITS : phrase == PHRASE_WAITS) {
		ask->want = MANAGED_WAITS;
	} else if (!press) {
		ask->want = MANAGED_SEARCH;
		ask->words = words_of(event, a);
		ask->alone = true;
		ask->draft_phase = conversation_phase_name(PHASE_MANAGED_NOTE);
		if (event->kind == EVENT_CONTACT) {
			ask->account = event->contact_user_id;
			ask->phone = event->phone;
		}
		if (event->kind == EVENT_CONTACT || !after_command(event->text))
			ask->phase = conversation_phase_name(PHASE_MANAGED_FIND);
	}
}

/* As an admin, whatever else they are, and whatever they talked of before. */
static void ask_word(struct turn *t, const char *first)
{
	static const struct turn_button cancel[] = {{TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
	t->kind = PERSON_ADMIN;
	turn_set_phase(t, PHASE_MANAGED_FIND);
	turn_buttons(t,
	    turn_say_text(t, turn_join(t, first, turn_text(t, TEXT_MANAGED_FIND, NO_ARGS))), cancel,
	    1);
}

static void asks(struct turn *t)
{
	ask_word(t, NULL);
}

static const char *or_nameless(const struct turn *t, const char *name)
{
	return *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

static const char *line(const struct turn *t, size_t number, const struct managed_line *row)
{
	const char *status = turn_client_status(t, row->status, true);
	const char *rep = quote_name(t->a, row->rep, NAME_UNITS);
	const struct catalog_arg args[] = {{"number", arena_printf(t->a, "%zu", number)},
	    {"name", or_nameless(t, quote_name(t->a, row->name, NAME_UNITS))},
	    {"status", shorten(t->a, text_tidy(t->a, status ? status : ""), STATUS_UNITS)},
	    {"rep", *rep ? rep : turn_text(t, TEXT_MANAGED_NO_REP, NO_ARGS)}, {"time", row->since}};
	return turn_text(
	    t, row->since ? TEXT_MANAGED_LINE_SINCE : TEXT_MANAGED_LINE, args, row->since ? 5 : 4);
}

static struct button open_button(
    const struct turn *t, size_t number, const struct managed_line *row, const char *place)
{
	const char *name = prospect_short_name(t->a, row->name);
	const char *label = turn_text(t, TEXT_BUTTON_CLIENT,
	    ARGS({"number", arena_printf(t->a, "%zu", number)}, {"name", or_nameless(t, name)}));
	return (struct button){.text = shorten(t->a, label, TEXT_BUTTON_UNITS),
	    .data = press_data_about(t->a, PRESS_MANAGED, 0,
		managed_press_write(
		    (struct managed_press){.act = MANAGED_CARD, .hash = row->hash, .place = place},
		    t->a)),
	    .new_row = true};
}

static struct button page_button(
    const struct turn *t, enum text_id label, struct managed_place place, int64_t page)
{
	place.page = page;
	return (struct button){.text = turn_text(t, label, NO_ARGS),
	    .data =
		press_data_about(t->a, PRESS_MANAGED_LIST, 0, managed_place_write(place, t->a))};
}

static struct button find_button(const struct turn *t)
{
	return (struct button){.text = turn_text(t, TEXT_BUTTON_CLIENTS_FIND, NO_ARGS),
	    .data = press_data(t->a, PRESS_MANAGED_FIND, 0),
	    .new_row = true};
}

static const char *list_header(const struct turn *t, const struct managed_place *place)
{
	switch (place->list) {
	case LISTED_FOUND:
		return turn_text(t, TEXT_MANAGED_FOUND,
		    ARGS({"text", quote_piece(t->a, place->words, WORD_UNITS)}));
	case LISTED_WITHOUT_REP:
		return turn_text(t, TEXT_WAITS_LIST_REP, NO_ARGS);
	case LISTED_WITHOUT_CONTACT:
		return turn_text(t, TEXT_WAITS_LIST_CONTACT, NO_ARGS);
	case LISTED_QUIET:
		return turn_text(t, TEXT_WAITS_LIST_QUIET, NO_ARGS);
	}
	return "";
}

/* Of whom words are about, these may be more than a button can carry. */
static void show_list(struct turn *t, bool again, struct managed_place here)
{
	const struct managed_view *view = t->state->managed;
	bool found = here.list == LISTED_FOUND;
	bool carried = !found || strlen(here.words) <= MANAGED_WORD_BYTES;
	const char *place = carried ? managed_place_write(here, t->a) : NULL;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, MANAGED_A_PAGE + BUTTONS_BESIDES);
	size_t count = 0;
	const char *lines = "";
	for (size_t i = 0; i < view->line_count && i < MANAGED_A_PAGE; i++) {
		size_t number = (size_t)here.page * MANAGED_A_PAGE + i + 1;
		lines = arena_concat(
		    t->a, lines, i ? "\n" : "", line(t, number, &view->lines[i]), (char *)NULL);
		buttons[count++] = open_button(t, number, &view->lines[i], place);
	}
	const char *text = turn_join(t, list_header(t, &here), lines);
	bool older = view->more && carried && here.page + 1 < MANAGED_PAGES, newer = here.page > 0;
	if (view->more && !older)
		text = turn_join(
		    t, text, turn_text(t, found ? TEXT_MANAGED_MORE : TEXT_WAITS_MORE, NO_ARGS));
	if (newer) {
		buttons[count] = page_button(t, TEXT_BUTTON_CLIENTS_NEWER, here, here.page - 1);
		buttons[count++].new_row = true;
	}
	if (older) {
		buttons[count] = page_button(t, TEXT_BUTTON_CLIENTS_OLDER, here, here.page + 1);
		buttons[count++].new_row = !newer;
	}
	buttons[count++] = found ? find_button(t) : turn_waits_button(t);
	buttons[count++] = turn_admin_menu_button(t);
	turn_put(t, again, text, buttons, count);
}

/* False: there is nobody. */
static bool shows(struct turn *t, const char *words)
{
	const struct managed_view *view = t->state->managed;
	if (!view || view->line_count == 0)
		return false;
	turn_set_phase(t, PHASE_NONE);
	if (view->prospect && view->line_count == 1)
		turn_show_managed(t, view->prospect, NULL, false);
	else
		show_list(t, false, (struct managed_place){LISTED_FOUND, 0, words});
	return true;
}

bool turn_admin_began(struct turn *t)
{
	bool command = t->event->kind == EVENT_TEXT && t->event->text[0] == '/';
	if (command && t->phrase != PHRASE_FIND) {
		turn_command(t);
		return true;
	}
	if (t->event->kind != EVENT_START)
		return false;
	turn_set_phase(t, PHASE_NONE);
	phase_of(PHASE_NONE, PERSON_ADMIN)->on_text(t);
	return true;
}

static void find(struct turn *t)
{
	if (turn_admin_began(t))
		return;
	const char *words = words_of(t->event, t->a);
	const char *unreadable = turn_unreadable(t);
	if (unreadable && t->event->kind != EVENT_CONTACT)
		ask_word(t, unreadable);
	else if (!*words)
		ask_word(t, NULL);
	else if (!shows(t, words))
		ask_word(t, turn_text(t, TEXT_MANAGED_NOT_FOUND,
				ARGS({"text", quote_piece(t->a, words, WORD_UNITS)})));
}

static void said_find(struct turn *t)
{
	const char *words = after_command(t->event->text);
	if (words && *words)
		find(t);
	else
		ask_word(t, NULL);
}

static void cancelled(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, TEXT_CANCELLED, NO_ARGS);
}

static void press_list(struct turn *t)
{
	struct managed_place place;
	if (!managed_place_read(t->press.about, &place)) {
		turn_answer_stale(t);
	} else if (t->state->managed && t->state->managed->line_count > 0) {
		show_list(t, true, place);
	} else {
		struct button *again = ARENA_NEW(t->a, struct button);
		*again = place.list == LISTED_FOUND ? find_button(t) : turn_waits_button(t);
		turn_put(t, true, turn_text(t, TEXT_CLIENTS_PAGE_GONE, NO_ARGS), again, 1);
	}
}

static const struct phase phases[] = {
    {PHASE_MANAGED_FIND, PERSON_ADMIN, .takes_anything = true, .ask = ask_word, .on_text = find,
	.on_cancel = cancelled},
};
static const struct button_row buttons[] = {
    {PRESS_MANAGED_FIND, PERSON_ADMIN, 0, OPEN_TO_ALL, asks},
    {PRESS_MANAGED_LIST, PERSON_ADMIN, 0, OPEN_TO_ALL, press_list},
};
static const struct word_row words[] = {
    {PHRASE_FIND, PERSON_ADMIN, 0, 0, 0, said_find},
};
const struct dialogue dialogue_managed_find = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
