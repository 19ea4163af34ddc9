/*
 * What an admin can do in the chat: a menu of buttons, under the hello of who is no rep and behind a button of the rep's menu.
 * Whoever adds a dialogue of admins adds its button to add_buttons().
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"

enum { BUTTONS_MOST = 16, NAME_UNITS = 64 };

static struct button button_of(
    const struct turn *t, enum text_id label, enum press_kind press, bool new_row)
{
	return (struct button){.text = turn_text(t, label, NO_ARGS),
	    .data = press_data(t->a, press, 0),
	    .new_row = new_row};
}

static size_t add_buttons(const struct turn *t, struct button *buttons)
{
	size_t count = 0;
	buttons[count++] = button_of(t, TEXT_BUTTON_APPLICATIONS, PRESS_APPLICATIONS, true);
	buttons[count++] = button_of(t, TEXT_BUTTON_REPS, PRESS_REPS, false);
	buttons[count++] = button_of(t, TEXT_BUTTON_MANAGED_FIND, PRESS_MANAGED_FIND, true);
	buttons[count++] = button_of(t, TEXT_BUTTON_WAITS, PRESS_MANAGED_WAITS, false);
	if (t->state->rules->by_invitation)
		buttons[count++] = button_of(t, TEXT_BUTTON_INVITE, PRESS_INVITE, true);
	buttons[count++] = button_of(t, TEXT_BUTTON_STATS, PRESS_STATS, true);
	buttons[count++] = button_of(t, TEXT_BUTTON_BROADCAST, PRESS_BROADCAST, false);
	if (t->kinds & PERSON_UNKNOWN)
		buttons[count++] = button_of(t, TEXT_BUTTON_REGISTER, PRESS_REGISTER_YES, true);
	return count;
}

void turn_admin_buttons(const struct turn *t, struct message *message)
{
	struct button *buttons = ARENA_ARRAY(t->a, struct button, BUTTONS_MOST);
	size_t count = add_buttons(t, buttons);
	message_set_buttons(message, buttons, count);
}

struct button turn_admin_menu_button(const struct turn *t)
{
	return (struct button){.text = turn_text(t, TEXT_BUTTON_ADMIN_BACK, NO_ARGS),
	    .data = press_data_about(t->a, PRESS_ADMIN_MENU, 0, "e"),
	    .new_row = true};
}

const char *turn_admin_name(const struct turn *t)
{
	const struct conversation_state *state = t->state;
	bool rep = state->rep_status != REP_ABSENT && state->rep_status != REP_REMOVED;
	const char *name = rep && state->rep_name ? state->rep_name : t->event->first_name;
	name = shorten(t->a, text_tidy(t->a, name ? name : ""), NAME_UNITS);
	const char *username = quote_username(t->a, t->event->username);
	return *name      ? name
	       : username ? username
			  : arena_printf(t->a, "id %lld", (long long)t->event->user_id);
}

static void admin_hello(struct turn *t, const char *first)
{
	struct message *message =
	    turn_say_text(t, turn_join(t, first, turn_text(t, TEXT_ADMIN_HELLO, NO_ARGS)));
	turn_set_phase(t, PHASE_NONE);
	turn_admin_buttons(t, message);
}

static void greet(struct turn *t)
{
	admin_hello(t, turn_about_link(t));
}

static void show_menu(struct turn *t)
{
	struct button *buttons = ARENA_ARRAY(t->a, struct button, BUTTONS_MOST);
	size_t count = add_buttons(t, buttons);
	turn_put(t, t->press.about != NULL, turn_text(t, TEXT_ADMIN_MENU, NO_ARGS), buttons, count);
}

/* A word ends what was asked, as the words of a rep do. */
static void said_menu(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	show_menu(t);
}

static const struct phase phases[] = {
    {PHASE_NONE, PERSON_ADMIN, .greets = true, .ask = admin_hello, .on_text = greet,
	.on_begin = turn_begin},
};
static const struct button_row buttons[] = {
    {PRESS_ADMIN_MENU, PERSON_ADMIN, 0, OPEN_TO_ALL, show_menu},
};
static const struct word_row words[] = {
    {PHRASE_ADMIN, PERSON_ADMIN, 0, 0, 0, said_menu},
};
const struct dialogue dialogue_admin_menu = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
