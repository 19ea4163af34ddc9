/*
 * One rep's card for admins, and what they change there: by the rules of the commands (rep_change.h), told to the rep as by these, and
 * shown in the place of what was pressed. A button acts on the state that its card showed; on another one it says who was quicker.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/conversation/rep_change.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { EMAIL_UNITS = 254, BUTTONS_MOST = 8, WHO_UNITS = 60 };
static const int64_t DAY_S = 86400, WEEK_S = INT64_C(7) * 86400;

struct shown {
	struct subject_view subject;
	struct rep_card card;
	struct rep_press press;
};

static const char *number(const struct turn *t, int64_t n)
{
	return arena_printf(t->a, "%lld", (long long)n);
}

static int64_t capacity_of(const struct turn *t, const struct rep_card *card)
{
	return card->capacity ? card->capacity : (int64_t)t->state->rules->max_prospects;
}

static const char *name_of(const struct turn *t, const struct subject_view *subject)
{
	const char *name = quote_name(t->a, subject->name, NAME_MAX_CODE_POINTS);
	return *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

const char *turn_rep_status(
    const struct turn *t, const struct subject_view *subject, const struct rep_card *card)
{
	if (subject->status != REP_ACTIVE || !card->paused)
		return turn_text(t, turn_status_text(subject), NO_ARGS);
	if (!card->paused_until)
		return turn_text(t, TEXT_REP_IS_PAUSED, NO_ARGS);
	return turn_text(t, TEXT_REP_IS_PAUSED_UNTIL, ARGS({"time", card->paused_until}));
}

static const char *calendar_of(const struct turn *t, const struct rep_card *card)
{
	switch (calendar_state_from_name(card->calendar)) {
	case CALENDAR_CONNECTED:
		return card->calendar_email ? quote_email(t->a, card->calendar_email, EMAIL_UNITS)
					    : turn_text(t, TEXT_ADMIN_REP_CONNECTED, NO_ARGS);
	case CALENDAR_RECONNECT:
		return turn_text(t, TEXT_ADMIN_REP_RECONNECT, NO_ARGS);
	case CALENDAR_NONE:
	case CALENDAR_DISCONNECTED:
		break;
	}
	return turn_text(t, TEXT_ADMIN_REP_NO_CALENDAR, NO_ARGS);
}

static const char *card_text(const struct turn *t, const struct shown *s)
{
	const struct subject_view *subject = &s->subject;
	const struct rep_card *card = &s->card;
	const char *never = turn_text(t, TEXT_ADMIN_REP_NEVER, NO_ARGS);
	const char *username = quote_username(t->a, card->username);
	const char *email = quote_email(t->a, subject->email, EMAIL_UNITS);
	const struct catalog_arg args[] = {
	    {"name", name_of(t, subject)},
	    {"email", subject->proven ? turn_text(t, TEXT_ADMIN_REP_PROVEN, ARGS({"email", email}))
				      : email},
	    {"telegram", username ? username
				  : arena_printf(t->a, "id %lld", (long long)subject->telegram_id)},
	    {"status", turn_rep_status(t, subject, card)},
	    {"open", number(t, card->open)},
	    {"max", number(t, capacity_of(t, card))},
	    {"converted", number(t, card->converted)},
	    {"archived", number(t, card->archived)},
	    {"calendar", calendar_of(t, card)},
	    {"seen", card->seen ? card->seen : never},
	    {"registered", card->registered ? card->registered : never},
	    {"zone", turn_zone(t, card->zone ? card->zone : "UTC")},
	};
	const char *text = turn_text(t, TEXT_ADMIN_REP, args, sizeof args / sizeof *args);
	return card->available
		   ? text
		   : turn_join(t, text,
			 turn_text(t, TEXT_ADMIN_REP_UNREACHABLE,
			     ARGS({"time",
				 card->unreachable_since ? card->unreachable_since : "…"})));
}

static struct button button_of(const struct turn *t, const struct shown *s, const char *label,
    enum press_kind kind, int64_t value, bool new_row)
{
	struct rep_press press = s->press;
	press.value = value;
	press.has_shown = kind == PRESS_REP_CAPACITY_SET;
	press.shown = s->card.capacity;
	return (struct button){.text = label,
	    .data = arena_concat(t->a, press_data(t->a, kind, s->subject.telegram_id), ":",
		rep_press_write(press, t->a), (char *)NULL),
	    .new_row = new_row};
}

static size_t card_buttons(const struct turn *t, const struct shown *s, struct button *buttons)
{
	enum rep_status status = s->subject.status;
	bool paused = s->card.paused;
	const struct {
		bool shown;
		enum text_id label;
		enum press_kind press;
		bool new_row;
	} rows[] = {
	    {status == REP_PENDING, TEXT_BUTTON_APPLICATIONS, PRESS_APPLICATIONS, true},
	    {!paused && rep_change_fits(REP_CHANGE_PAUSE, status), TEXT_BUTTON_REP_PAUSE,
		PRESS_REP_PAUSE, true},
	    {paused && rep_change_fits(REP_CHANGE_RESUME, status), TEXT_BUTTON_REP_RESUME,
		PRESS_REP_RESUME, true},
	    {rep_change_fits(REP_CHANGE_SUSPEND, status), TEXT_BUTTON_REP_SUSPEND,
		PRESS_REP_SUSPEND, status == REP_PENDING},
	    {rep_change_fits(REP_CHANGE_REACTIVATE, status), TEXT_BUTTON_REP_REACTIVATE,
		PRESS_REP_REACTIVATE, true},
	    {rep_change_fits(REP_CHANGE_SET_CAPACITY, status), TEXT_BUTTON_REP_CAPACITY,
		PRESS_REP_CAPACITY, true},
	};
	size_t count = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].shown)
			buttons[count++] = button_of(t, s, turn_text(t, rows[i].label, NO_ARGS),
			    rows[i].press, 0, rows[i].new_row);
	if (status == REP_PENDING)
		buttons[0].data = press_data(t->a, PRESS_APPLICATIONS, 0);
	buttons[count++] = turn_reps_button(t, s->press.page);
	return count;
}

static void show(struct turn *t, const struct shown *s)
{
	struct button *buttons = ARENA_ARRAY(t->a, struct button, BUTTONS_MOST);
	size_t count = card_buttons(t, s, buttons);
	turn_put(t, true, card_text(t, s), buttons, count);
}

/* Whom the button is about, as they are now; else it has been answered. */
static bool pressed(struct turn *t, struct shown *s)
{
	const struct subject_view *subject = t->state->subject;
	if (!rep_press_read(t->press.about, &s->press)) {
		turn_answer_stale(t);
		return false;
	}
	bool same = subject && subject->telegram_id == t->press.id && t->state->rep_card &&
		    strncmp(subject->rep_id, s->press.tag, strlen(s->press.tag)) == 0;
	if (!same || subject->status == REP_ABSENT || subject->status == REP_REMOVED) {
		struct button *back = ARENA_NEW(t->a, struct button);
		*back = turn_reps_button(t, s->press.page);
		turn_put(t, true, turn_text(t, TEXT_ADMIN_REP_GONE, NO_ARGS), back, 1);
		return false;
	}
	s->subject = *subject;
	s->card = *t->state->rep_card;
	return true;
}

static void press_card(struct turn *t)
{
	struct shown s;
	if (pressed(t, &s))
		show(t, &s);
}

/* Somebody was quicker, or it has come about by itself: the card as it is now, and who did it. */
static void refuse(struct turn *t, const struct shown *s)
{
	const char *who =
	    shorten(t->a, text_tidy(t->a, s->card.changed_by ? s->card.changed_by : ""), WHO_UNITS);
	const struct catalog_arg args[] = {{"name", prospect_short_name(t->a, s->subject.name)},
	    {"status", turn_rep_status(t, &s->subject, &s->card)}, {"who", who}};
	turn_answer(t, true, *who ? TEXT_ANSWER_REP_CHANGED_BY : TEXT_ANSWER_REP_CHANGED, args,
	    *who ? 3 : 2);
	show(t, s);
}

/* Whether a rep who is like this can be changed so, and is not yet. */
static bool fits(const struct shown *s, enum rep_change_kind kind)
{
	bool done = (kind == REP_CHANGE_PAUSE && s->card.paused) ||
		    (kind == REP_CHANGE_RESUME && !s->card.paused);
	return !done && rep_change_fits(kind, s->subject.status);
}

/* The change, what the rep reads of it, the card as it is then. */
static void change(
    struct turn *t, struct shown *s, enum rep_change_kind kind, int64_t amount, const char *detail)
{
	enum text_id told = rep_change_told(kind);
	s->subject.status = rep_change_status(kind, s->subject.status);
	turn_effect(t, (struct effect){.kind = EFFECT_CHANGE_REP,
			   .rep_id = s->subject.rep_id,
			   .status = s->subject.status,
			   .change = rep_change_name(kind),
			   .amount = amount,
			   .usual = (int64_t)t->state->rules->max_prospects,
			   .by = turn_admin_name(t)});
	if (kind == REP_CHANGE_PAUSE && detail)
		told = TEXT_REP_PAUSED_UNTIL;
	rep_change_tell(t->state->rules, &s->subject, told, detail, t->a, &t->out->messages);
	/* an admin may be a rep, too */
	if (s->subject.telegram_id == t->event->user_id) {
		t->out->next.rep_status = s->subject.status;
		t->out->next.rep_paused = kind == REP_CHANGE_PAUSE;
	}
	turn_answer(t, false, TEXT_ANSWER_REP_DONE,
	    ARGS({"name", prospect_short_name(t->a, s->subject.name)}));
	show(t, s);
}

static void press_pause(struct turn *t)
{
	struct shown s;
	if (!pressed(t, &s))
		return;
	if (!fits(&s, REP_CHANGE_PAUSE)) {
		refuse(t, &s);
		return;
	}
	struct button *buttons = ARENA_ARRAY(t->a, struct button, BUTTONS_MOST);
	buttons[0] = button_of(
	    t, &s, turn_text(t, TEXT_BUTTON_PAUSE_DAY, NO_ARGS), PRESS_REP_PAUSE_DAY, 0, true);
	buttons[1] = button_of(
	    t, &s, turn_text(t, TEXT_BUTTON_PAUSE_WEEK, NO_ARGS), PRESS_REP_PAUSE_WEEK, 0, false);
	buttons[2] = button_of(
	    t, &s, turn_text(t, TEXT_BUTTON_PAUSE_OPEN, NO_ARGS), PRESS_REP_PAUSE_OPEN, 0, true);
	buttons[3] =
	    button_of(t, &s, turn_text(t, TEXT_BUTTON_REP_BACK, NO_ARGS), PRESS_REP, 0, true);
	turn_put(t, true,
	    turn_text(t, TEXT_ADMIN_REP_PAUSE, ARGS({"name", name_of(t, &s.subject)})), buttons, 4);
}

static void press_pause_for(struct turn *t)
{
	struct shown s;
	if (!pressed(t, &s))
		return;
	if (!fits(&s, REP_CHANGE_PAUSE)) {
		refuse(t, &s);
		return;
	}
	bool day = t->press.kind == PRESS_REP_PAUSE_DAY,
	     week = t->press.kind == PRESS_REP_PAUSE_WEEK;
	const char *until = day ? s.card.day_ahead : week ? s.card.week_ahead : NULL;
	s.card.paused = true;
	s.card.paused_until = until;
	change(t, &s, REP_CHANGE_PAUSE,
	    day    ? DAY_S
	    : week ? WEEK_S
		   : -1,
	    until ? arena_printf(t->a, "%s (%s)", until, turn_zone(t, s.card.zone)) : NULL);
}

static void press_resume(struct turn *t)
{
	struct shown s;
	if (!pressed(t, &s))
		return;
	if (!fits(&s, REP_CHANGE_RESUME)) {
		refuse(t, &s);
		return;
	}
	s.card.paused = false;
	change(t, &s, REP_CHANGE_RESUME, 0, NULL);
}

/* Who suspends another one is an admin after that. */
static bool is_only_admin(const struct turn *t, const struct shown *s)
{
	return s->subject.telegram_id == t->event->user_id && turn_is_only_admin(t);
}

static bool may_suspend(struct turn *t, const struct shown *s)
{
	if (!fits(s, REP_CHANGE_SUSPEND)) {
		refuse(t, s);
		return false;
	}
	if (!is_only_admin(t, s))
		return true;
	turn_answer(t, true, TEXT_ANSWER_REP_ONLY_ADMIN, NO_ARGS);
	show(t, s);
	return false;
}

/* Asked once: it cannot be taken back as it was, since prospects go on to others. */
static void press_suspend(struct turn *t)
{
	struct shown s;
	if (!pressed(t, &s) || !may_suspend(t, &s))
		return;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, BUTTONS_MOST);
	buttons[0] = button_of(
	    t, &s, turn_text(t, TEXT_BUTTON_SUSPEND_YES, NO_ARGS), PRESS_REP_SUSPEND_YES, 0, true);
	buttons[1] =
	    button_of(t, &s, turn_text(t, TEXT_BUTTON_REP_BACK, NO_ARGS), PRESS_REP, 0, false);
	turn_put(t, true,
	    turn_text(t, TEXT_ADMIN_REP_SUSPEND,
		ARGS({"name", name_of(t, &s.subject)}, {"count", number(t, s.card.open)})),
	    buttons, 2);
}

static void press_suspend_yes(struct turn *t)
{
	struct shown s;
	if (!pressed(t, &s) || !may_suspend(t, &s))
		return;
	s.card.open = 0;
	change(t, &s, REP_CHANGE_SUSPEND, 0, NULL);
}

static void press_reactivate(struct turn *t)
{
	struct shown s;
	if (!pressed(t, &s))
		return;
	if (!fits(&s, REP_CHANGE_REACTIVATE)) {
		refuse(t, &s);
		return;
	}
	s.card.paused = false;
	change(t, &s, REP_CHANGE_REACTIVATE, 0, NULL);
}

static int64_t within(int64_t value)
{
	return value < 1 ? 1 : value > REP_CAPACITY_MOST ? REP_CAPACITY_MOST : value;
}

/* A number that is chosen by − and +: nothing is changed, and the rep is told nothing, until it is set. */
static void press_capacity(struct turn *t)
{
	static const int64_t steps[] = {-5, -1, 1, 5};
	struct shown s;
	if (!pressed(t, &s))
		return;
	if (!fits(&s, REP_CHANGE_SET_CAPACITY)) {
		refuse(t, &s);
		return;
	}
	int64_t now = capacity_of(t, &s.card), chosen = within(s.press.value ? s.press.value : now);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, BUTTONS_MOST);
	size_t count = 0;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		buttons[count++] = button_of(t, &s,
		    arena_printf(t->a, "%s%lld", steps[i] < 0 ? "−" : "+",
			(long long)(steps[i] < 0 ? -steps[i] : steps[i])),
		    PRESS_REP_CAPACITY, within(chosen + steps[i]), i == 0);
	if (chosen != now || !s.card.capacity)
		buttons[count++] = button_of(t, &s,
		    turn_text(t, TEXT_BUTTON_CAPACITY_SET, ARGS({"max", number(t, chosen)})),
		    PRESS_REP_CAPACITY_SET, chosen, true);
	if (s.card.capacity)
		buttons[count++] = button_of(t, &s,
		    turn_text(t, TEXT_BUTTON_CAPACITY_USUAL,
			ARGS({"max", number(t, (int64_t)t->state->rules->max_prospects)})),
		    PRESS_REP_CAPACITY_SET, 0, true);
	buttons[count++] =
	    button_of(t, &s, turn_text(t, TEXT_BUTTON_REP_BACK, NO_ARGS), PRESS_REP, 0, true);
	turn_put(t, true,
	    turn_text(t, TEXT_ADMIN_REP_CAPACITY,
		ARGS({"name", name_of(t, &s.subject)}, {"now", number(t, now)},
		    {"open", number(t, s.card.open)}, {"max", number(t, chosen)})),
	    buttons, count);
}

static void press_capacity_set(struct turn *t)
{
	struct shown s;
	if (!pressed(t, &s))
		return;
	bool same = s.card.capacity == s.press.value,
	     as_shown = s.press.has_shown && s.card.capacity == s.press.shown;
	if (same || !as_shown || !fits(&s, REP_CHANGE_SET_CAPACITY)) {
		if (same) /* the second press of two */
			show(t, &s);
		else
			refuse(t, &s);
		return;
	}
	s.card.capacity = s.press.value;
	change(t, &s, REP_CHANGE_SET_CAPACITY, s.press.value, number(t, capacity_of(t, &s.card)));
}

#define CARD (FACT_SUBJECT | FACT_REP)
static const struct button_row buttons[] = {
    {PRESS_REP, PERSON_ADMIN, CARD, OPEN_TO_ALL, press_card},
    {PRESS_REP_PAUSE, PERSON_ADMIN, CARD, OPEN_TO_ALL, press_pause},
    {PRESS_REP_PAUSE_DAY, PERSON_ADMIN, CARD | FACT_LOCK, OPEN_TO_ALL, press_pause_for},
    {PRESS_REP_PAUSE_WEEK, PERSON_ADMIN, CARD | FACT_LOCK, OPEN_TO_ALL, press_pause_for},
    {PRESS_REP_PAUSE_OPEN, PERSON_ADMIN, CARD | FACT_LOCK, OPEN_TO_ALL, press_pause_for},
    {PRESS_REP_RESUME, PERSON_ADMIN, CARD | FACT_LOCK, OPEN_TO_ALL, press_resume},
    {PRESS_REP_SUSPEND, PERSON_ADMIN, CARD, OPEN_TO_ALL, press_suspend},
    {PRESS_REP_SUSPEND_YES, PERSON_ADMIN, CARD | FACT_LOCK, OPEN_TO_ALL, press_suspend_yes},
    {PRESS_REP_REACTIVATE, PERSON_ADMIN, CARD | FACT_LOCK, OPEN_TO_ALL, press_reactivate},
    {PRESS_REP_CAPACITY, PERSON_ADMIN, CARD, OPEN_TO_ALL, press_capacity},
    {PRESS_REP_CAPACITY_SET, PERSON_ADMIN, CARD | FACT_LOCK, OPEN_TO_ALL, press_capacity_set},
};
const struct dialogue dialogue_rep_card = {BUTTONS(buttons)};
