/*
 * A rep's Google calendar, as far as the chat goes: the link to the consent page, what is connected, disconnecting. What Google
 * answers is app/oauth's business, which writes to the rep itself.
 */
#include "../conversation_private.h"
#include "salesreg/domain/calendar/account.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { EMAIL_UNITS = 254, CHOICE_UNITS = 40 };

enum calendar_state calendar_state_from_name(const char *name)
{
	static const char *const names[] = {
#define X(name, text) text,
	    CALENDAR_STATE_MAP(X)
#undef X
	};
	for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return (enum calendar_state)i;
	return CALENDAR_NONE;
}

static const char *account(const struct turn *t)
{
	return quote_email(t->a, t->state->calendar.email, EMAIL_UNITS);
}

static bool may_connect(struct turn *t)
{
	enum text_id why = TEXT_CALENDAR_OFF;
	if (t->out->next.rep_status == REP_PENDING)
		why = TEXT_CALENDAR_PENDING;
	else if (t->state->rules->calendar_url)
		return true;
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, why, NO_ARGS);
	return false;
}

/* A fresh link under what is said; it is stored with the message that shows it. */
static void offer_link(struct turn *t, const char *text, enum text_id label, bool may_end)
{
	const struct fresh_link *link = &t->state->calendar_link;
	struct message *message = turn_say_text(t, text);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	buttons[0] = (struct button){
	    .text = turn_text(t, label, NO_ARGS), .url = link->text, .new_row = true};
	buttons[1] = (struct button){.text = turn_text(t, TEXT_BUTTON_CALENDAR_OFF, NO_ARGS),
	    .data = press_data(t->a, PRESS_CALENDAR_OFF, 0),
	    .new_row = true};
	message_set_buttons(message, buttons, may_end ? 2 : 1);
	turn_effect(t, (struct effect){.kind = EFFECT_CALENDAR_LINK, .invite = link->hash});
}

static const char *or_free(const struct turn *t, const char *times)
{
	if (times && *times)
		return times;
	return turn_text(t,
	    t->state->calendar.doubtful ? TEXT_CALENDAR_DAY_UNKNOWN : TEXT_CALENDAR_DAY_FREE,
	    NO_ARGS);
}

static const char *say_slots(const struct turn *t)
{
	const struct calendar_view *view = &t->state->calendar;
	if (view->doubtful)
		return turn_text(t, TEXT_CALENDAR_DOUBTFUL, NO_ARGS);
	if (!view->slots)
		return turn_text(t, TEXT_CALENDAR_NO_HOURS, NO_ARGS);
	if (!*view->slots)
		return turn_text(t, TEXT_CALENDAR_NO_SLOTS, NO_ARGS);
	return turn_text(t, TEXT_CALENDAR_SLOTS, ARGS({"slots", view->slots}));
}

static const struct calendar_choice *target_of(const struct turn *t)
{
	const struct calendar_view *view = &t->state->calendar;
	for (size_t i = 0; i < view->choice_count; i++)
		if (view->choices[i].target)
			return &view->choices[i];
	return NULL;
}

static const char *with_target(const struct turn *t, const char *text)
{
	const struct calendar_choice *target = target_of(t);
	if (!target)
		return text;
	return turn_join(t, text,
	    turn_text(t, TEXT_CALENDAR_TARGET_IS,
		ARGS({"name", quote_piece(t->a, target->summary, CHOICE_UNITS)})));
}

static void show_connected(struct turn *t)
{
	static const struct turn_button buttons[] = {
	    {TEXT_BUTTON_CALENDAR_CHOOSE, PRESS_CALENDAR_CHOOSE, true},
	    {TEXT_BUTTON_CALENDAR_OTHER, PRESS_CALENDAR_LINK, true},
	    {TEXT_BUTTON_CALENDAR_OFF, PRESS_CALENDAR_OFF, false},
	};
	const struct calendar_view *view = &t->state->calendar;
	const char *first = turn_text(t, TEXT_CALENDAR_CONNECTED_TO, ARGS({"email", account(t)}));
	const char *rest =
	    view->unread
		? turn_text(t, TEXT_CALENDAR_UNREAD, NO_ARGS)
		: with_target(
		      t, turn_join(t,
			     turn_text(t, TEXT_CALENDAR_DAYS,
				 ARGS({"today", or_free(t, view->today)},
				     {"tomorrow", or_free(t, view->tomorrow)},
				     {"zone", turn_zone(t, view->zone ? view->zone : "UTC")})),
			     say_slots(t)));
	turn_buttons(t, turn_say_text(t, turn_join(t, first, rest)), buttons, 3);
}

static bool is_connected(const struct turn *t)
{
	return t->state->calendar.state == CALENDAR_CONNECTED ||
	       t->state->calendar.state == CALENDAR_RECONNECT;
}

/* Only what is still read of them, and how that ends. */
static void show_to_suspended(struct turn *t)
{
	static const struct turn_button off[] = {
	    {TEXT_BUTTON_CALENDAR_OFF, PRESS_CALENDAR_OFF, true}};
	if (!is_connected(t)) {
		turn_of_suspended(t);
		return;
	}
	turn_buttons(t, turn_say(t, TEXT_CALENDAR_SUSPENDED, ARGS({"email", account(t)})), off, 1);
}

static void show_calendar(struct turn *t)
{
	if (t->state->rep_status == REP_SUSPENDED) {
		show_to_suspended(t);
		return;
	}
	if (!may_connect(t))
		return;
	turn_set_phase(t, PHASE_NONE);
	switch (t->state->calendar.state) {
	case CALENDAR_CONNECTED:
		show_connected(t);
		return;
	case CALENDAR_RECONNECT:
		offer_link(t, turn_text(t, TEXT_CALENDAR_RECONNECT, ARGS({"email", account(t)})),
		    TEXT_BUTTON_CALENDAR_AGAIN, true);
		return;
	case CALENDAR_NONE:
	case CALENDAR_DISCONNECTED:
		offer_link(t, turn_text(t, TEXT_CALENDAR_OFFER, NO_ARGS),
		    TEXT_BUTTON_CALENDAR_CONNECT, false);
		return;
	}
}

static void press_link(struct turn *t)
{
	if (!may_connect(t))
		return;
	turn_set_phase(t, PHASE_NONE);
	offer_link(
	    t, turn_text(t, TEXT_CALENDAR_OFFER, NO_ARGS), TEXT_BUTTON_CALENDAR_CONNECT, false);
}

static void press_off(struct turn *t)
{
	static const struct turn_button buttons[] = {
	    {TEXT_BUTTON_CALENDAR_OFF_YES, PRESS_CALENDAR_OFF_YES, true},
	    {TEXT_BUTTON_CALENDAR_KEEP, PRESS_CALENDAR_KEEP, false},
	};
	if (!is_connected(t)) {
		turn_answer(t, true, TEXT_ANSWER_CALENDAR_GONE, NO_ARGS);
		turn_remove_buttons(t, 0, false, false);
		return;
	}
	turn_buttons(
	    t, turn_say(t, TEXT_ASK_CALENDAR_OFF, ARGS({"email", account(t)})), buttons, 2);
}

static void disconnect(struct turn *t)
{
	if (is_connected(t)) {
		turn_effect(t, (struct effect){.kind = EFFECT_DISCONNECT_CALENDAR});
		(void)turn_say(t, TEXT_CALENDAR_DISCONNECTED, ARGS({"email", account(t)}));
	} else {
		turn_answer(t, true, TEXT_ANSWER_CALENDAR_GONE, NO_ARGS);
	}
	turn_remove_buttons(t, 0, false, false);
}

/* A button each; `turned`: the one that was pressed just now shows what is so from now on. */
static size_t choice_buttons(const struct turn *t, int64_t turned, struct button **out)
{
	const struct calendar_view *view = &t->state->calendar;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, view->choice_count + 1);
	for (size_t i = 0; i < view->choice_count; i++) {
		const struct calendar_choice *c = &view->choices[i];
		bool counts = c->id == turned ? !c->counts : c->counts;
		const char *name = shorten(t->a, c->summary, CHOICE_UNITS);
		buttons[i] = (struct button){
		    .text = shorten(t->a,
			turn_text(t,
			    counts ? TEXT_BUTTON_CALENDAR_COUNTS : TEXT_BUTTON_CALENDAR_IGNORED,
			    ARGS({"name", name})),
			TEXT_BUTTON_UNITS),
		    .data = press_data(t->a, PRESS_CALENDAR_PICK, c->id),
		    .new_row = true,
		};
	}
	*out = buttons;
	if (!target_of(t))
		return view->choice_count;
	buttons[view->choice_count] = (struct button){
	    .text = turn_text(t, TEXT_BUTTON_CALENDAR_TARGET, NO_ARGS),
	    .data = press_data(t->a, PRESS_CALENDAR_TARGETS, 0),
	    .new_row = true,
	};
	return view->choice_count + 1;
}

/* Of those that can be written to; `target`: the one that gets the calls. */
static size_t target_buttons(const struct turn *t, int64_t target, struct button **out)
{
	const struct calendar_view *view = &t->state->calendar;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, view->choice_count);
	size_t count = 0;
	for (size_t i = 0; i < view->choice_count; i++) {
		const struct calendar_choice *c = &view->choices[i];
		if (!c->writable)
			continue;
		enum text_id label =
		    c->id == target ? TEXT_BUTTON_CALENDAR_COUNTS : TEXT_BUTTON_CALENDAR_IGNORED;
		buttons[count++] = (struct button){
		    .text = shorten(t->a,
			turn_text(
			    t, label, ARGS({"name", shorten(t->a, c->summary, CHOICE_UNITS)})),
			TEXT_BUTTON_UNITS),
		    .data = press_data(t->a, PRESS_CALENDAR_TARGET, c->id),
		    .new_row = true,
		};
	}
	*out = buttons;
	return count;
}

static void say_choices(
    struct turn *t, enum text_id question, const struct button *buttons, size_t count)
{
	if (!is_connected(t) || count == 0)
		turn_answer(t, true,
		    is_connected(t) ? TEXT_CALENDAR_UNREAD : TEXT_ANSWER_CALENDAR_GONE, NO_ARGS);
	else
		message_set_buttons(
		    turn_say(t, question,
			ARGS({"shown", arena_printf(t->a, "%d", CALENDAR_CHOICES_SHOWN)})),
		    buttons, count);
}

static void choose(struct turn *t)
{
	struct button *buttons;
	size_t count = choice_buttons(t, 0, &buttons);
	bool all = t->state->calendar.choice_count < CALENDAR_CHOICES_SHOWN;
	say_choices(t, all ? TEXT_CALENDAR_CHOOSE : TEXT_CALENDAR_CHOOSE_OF_MANY, buttons, count);
}

static void choose_target(struct turn *t)
{
	const struct calendar_choice *target = target_of(t);
	struct button *buttons;
	size_t count = target_buttons(t, target ? target->id : 0, &buttons);
	say_choices(t, TEXT_CALENDAR_TARGET, buttons, count);
}

static const struct calendar_choice *pressed_choice(const struct turn *t)
{
	const struct calendar_view *view = &t->state->calendar;
	for (size_t i = 0; i < view->choice_count; i++)
		if (view->choices[i].id == t->press.id)
			return &view->choices[i];
	return NULL;
}

/* Telegram answers an edit that changes nothing with an error. */
static bool hangs_there(const struct event *event, const struct button *buttons, size_t count)
{
	bool same = event->button_count == count;
	for (size_t i = 0; same && i < count; i++)
		same =
		    event->buttons[i].text && strcmp(event->buttons[i].text, buttons[i].text) == 0;
	return same;
}

static void show_choices(struct turn *t, const struct button *buttons, size_t count)
{
	if (t->event->message_id && !hangs_there(t->event, buttons, count))
		message_set_buttons(message_list_add_edit(&t->out->messages, t->a,
					t->event->chat_id, t->event->message_id),
		    buttons, count);
}

static size_t counting(const struct turn *t)
{
	size_t count = 0;
	for (size_t i = 0; i < t->state->calendar.choice_count; i++)
		count += t->state->calendar.choices[i].counts;
	return count;
}

static void pick(struct turn *t)
{
	const struct calendar_choice *found = pressed_choice(t);
	if (!found) {
		turn_answer_stale(t);
		return;
	}
	if (!found->counts && counting(t) >= CALENDAR_COUNTING_MOST) {
		turn_answer(t, true, TEXT_ANSWER_CALENDAR_TOO_MANY,
		    ARGS({"most", arena_printf(t->a, "%d", CALENDAR_COUNTING_MOST)}));
		return;
	}
	turn_effect(t, (struct effect){.kind = EFFECT_PICK_CALENDAR, .calendar_id = found->id});
	turn_answer(t, false,
	    found->counts ? TEXT_ANSWER_CALENDAR_IGNORED : TEXT_ANSWER_CALENDAR_COUNTS,
	    ARGS({"name", shorten(t->a, found->summary, CHOICE_UNITS)}));
	struct button *buttons;
	size_t count = choice_buttons(t, found->id, &buttons);
	show_choices(t, buttons, count);
}

static void pick_target(struct turn *t)
{
	const struct calendar_choice *found = pressed_choice(t);
	if (!found || !found->writable) {
		turn_answer_stale(t);
		return;
	}
	turn_answer(t, false, TEXT_ANSWER_CALENDAR_TARGET,
	    ARGS({"name", shorten(t->a, found->summary, CHOICE_UNITS)}));
	if (!found->target)
		turn_effect(
		    t, (struct effect){.kind = EFFECT_TARGET_CALENDAR, .calendar_id = found->id});
	struct button *buttons;
	size_t count = target_buttons(t, found->id, &buttons);
	show_choices(t, buttons, count);
}

static void press_keep(struct turn *t)
{
	turn_answer(t, false, TEXT_ANSWER_CALENDAR_KEPT, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
}

/* Who is suspended is still read, and may end that. */
static const struct button_row buttons[] = {
    {PRESS_MENU_CALENDAR, PERSON_REP, FACT_CALENDAR, OPEN_TO_ALL, show_calendar},
    {PRESS_CALENDAR_LINK, PERSON_REP, FACT_CALENDAR, 0, press_link},
    {PRESS_CALENDAR_OFF, PERSON_REP, FACT_CALENDAR, OPEN_TO_ALL, press_off},
    {PRESS_CALENDAR_OFF_YES, PERSON_REP, FACT_CALENDAR, OPEN_TO_ALL, disconnect},
    {PRESS_CALENDAR_UNDO, PERSON_REP, FACT_CALENDAR, OPEN_TO_ALL, press_off},
    {PRESS_CALENDAR_CHOOSE, PERSON_REP, FACT_CALENDAR, 0, choose},
    {PRESS_CALENDAR_PICK, PERSON_REP, FACT_CALENDAR, 0, pick},
    {PRESS_CALENDAR_TARGETS, PERSON_REP, FACT_CALENDAR, 0, choose_target},
    {PRESS_CALENDAR_TARGET, PERSON_REP, FACT_CALENDAR, 0, pick_target},
    {PRESS_CALENDAR_KEEP, PERSON_REP, 0, OPEN_TO_ALL, press_keep},
};
static const struct word_row words[] = {
    {PHRASE_CALENDAR, PERSON_REP, 0, FACT_CALENDAR, OPEN_TO_ALL, show_calendar},
};
const struct dialogue dialogue_calendar = {BUTTONS(buttons), WORDS(words)};
