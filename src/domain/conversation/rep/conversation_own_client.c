/*
 * A rep adds a client of their own: one tap on the button, one on the person. Who is somebody's already stays so, and nothing is said of
 * whose.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/quote.h"

enum { NAME_UNITS = 120 };

static void ask(struct turn *t, const char *first)
{
	turn_set_phase(t, PHASE_OWN_CLIENT);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	buttons[0] = (struct button){
	    .text = turn_text(t, TEXT_BUTTON_CHOOSE_PERSON, NO_ARGS), .asks_person = true};
	buttons[1] =
	    (struct button){.text = turn_text(t, TEXT_BUTTON_CANCEL, NO_ARGS), .new_row = true};
	struct message *m =
	    turn_say_text(t, first ? first : turn_text(t, TEXT_OWN_CLIENT_ASK, NO_ARGS));
	m->keyboard = KEYBOARD_REPLY;
	message_set_buttons(m, buttons, 2);
}

static void ask_again(struct turn *t)
{
	if (!turn_late_code(t))
		ask(t, turn_text(t, TEXT_OWN_CLIENT_EXPECTED, NO_ARGS));
}

static void press_own(struct turn *t)
{
	if (t->state->rep_status == REP_ACTIVE)
		ask(t, NULL);
	else
		turn_answer(t, true, TEXT_ANSWER_PENDING, NO_ARGS);
}

/* It takes the keyboard away, too. */
static struct message *say_end(
    struct turn *t, enum text_id id, const struct catalog_arg *args, size_t count)
{
	turn_set_phase(t, PHASE_NONE);
	struct message *m = turn_say(t, id, args, count);
	m->keyboard = KEYBOARD_REMOVE;
	return m;
}

/* As Telegram has it; "": it has none that anybody could read. */
static const char *name_of(const struct turn *t)
{
	const char *name = t->event->chosen_name;
	return name && *quote_piece(t->a, name, NAME_UNITS) ? name : "";
}

static void add(struct turn *t, const struct chosen_view *chosen)
{
	const struct event *event = t->event;
	const char *name = name_of(t);
	const char *shown = *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
	turn_effect(t, (struct effect){.kind = EFFECT_OWN_CLIENT,
			   .prospect = chosen->prospect_id,
			   .known = chosen->known,
			   .from = event->chosen_id,
			   .username = event->chosen_username,
			   .name = name,
			   .assignment_id = chosen->assignment_id});
	t->out->next.open_clients++;
	const struct catalog_arg args[] = {{"name", prospect_quoted_name(t->a, shown)},
	    {"open", arena_printf(t->a, "%zu", t->out->next.open_clients)},
	    {"max", arena_printf(t->a, "%zu", turn_capacity(t))}};
	(void)say_end(
	    t, chosen->invite ? TEXT_OWN_CLIENT_ADDED : TEXT_OWN_CLIENT_ADDED_MET, args, 3);
	turn_show_client(
	    t, &(struct client_view){.prospect_id = chosen->prospect_id,
		   .name = name,
		   .telegram = event->chosen_username
				   ? arena_printf(t->a, "@%s", event->chosen_username)
				   : arena_printf(t->a, "%lld", (long long)event->chosen_id),
		   .status = "unreached",
		   .assignment_id = chosen->assignment_id,
		   .invite = chosen->invite,
		   .owner = OWNER_BOT,
		   .source = "own"});
}

static void say_yours(struct turn *t, const struct chosen_view *chosen)
{
	(void)say_end(t, TEXT_OWN_CLIENT_YOURS, NO_ARGS);
	if (!chosen->assignment_id)
		return;
	/* a message of its own: the one before takes the keyboard away, and has no buttons */
	struct button *open = ARENA_NEW(t->a, struct button);
	*open = (struct button){.text = turn_text(t, TEXT_BUTTON_CLIENT_OPEN, NO_ARGS),
	    .data = press_data(t->a, PRESS_CLIENT, chosen->assignment_id)};
	message_set_buttons(turn_say(t, TEXT_OWN_CLIENT_SEE, NO_ARGS), open, 1);
}

bool turn_chose(struct turn *t)
{
	const struct chosen_view *chosen = t->state->chosen;
	if (t->event->kind != EVENT_PEOPLE || t->state->rep_status != REP_ACTIVE ||
	    t->kind != PERSON_REP || !chosen)
		return false;
	switch (chosen->is) {
	case CHOSEN_NOBODYS:
		add(t, chosen);
		break;
	case CHOSEN_MINE:
		say_yours(t, chosen);
		break;
	case CHOSEN_TAKEN:
		(void)say_end(t, TEXT_OWN_CLIENT_TAKEN, NO_ARGS);
		break;
	case CHOSEN_BOUGHT:
		(void)say_end(t, TEXT_OWN_CLIENT_BOUGHT, NO_ARGS);
		break;
	case CHOSEN_COLLEAGUE:
		(void)say_end(t, TEXT_OWN_CLIENT_COLLEAGUE, NO_ARGS);
		break;
	}
	return true;
}

static void cancelled(struct turn *t)
{
	(void)say_end(t, TEXT_CANCELLED, NO_ARGS);
}

static enum conversation_phase fits(const struct conversation_state *state)
{
	return state->rep_status == REP_ACTIVE ? PHASE_OWN_CLIENT : PHASE_NONE;
}

static const struct phase phases[] = {
    {PHASE_OWN_CLIENT, PERSON_REP, .fits = fits, .takes_anything = true, .ask = ask,
	.on_text = ask_again, .on_no = cancelled, .on_cancel = cancelled},
};
static const struct button_row buttons[] = {
    {PRESS_OWN_CLIENT, PERSON_REP, 0, 0, press_own},
};
const struct dialogue dialogue_own_clients = {PHASES(phases), BUTTONS(buttons)};
