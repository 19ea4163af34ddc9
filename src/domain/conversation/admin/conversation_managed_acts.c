/*
 * What admins do with a prospect from its card: give it to a rep or back, set its status, note something. By the rules and statements of
 * salesreg prospect; what reps hear of it follows from the table. A button decides on what its card showed: on anything else it says who was
 * quicker, and shows the card as it is.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { NOTE_BYTES = 4000, REP_UNITS = 40, WHO_UNITS = 40, STATUS_UNITS = 40, BUTTONS_BESIDES = 4 };

void turn_managed_press_interest(
    const struct managed_press *press, struct conversation_interest *interest)
{
	struct managed_ask *ask = &interest->managed;
	ask->want = MANAGED_ONE;
	switch (press->act) {
	case MANAGED_CARD:
	case MANAGED_ASK_STATUS:
	case MANAGED_ASK_NOTE:
		return;
	case MANAGED_HISTORY:
		ask->wants_history = true;
		ask->events_before = press->number;
		return;
	case MANAGED_ASK_REP:
		ask->wants_reps = press->number < MANAGED_PAGES;
		ask->reps_page = ask->wants_reps ? press->number : 0;
		return;
	case MANAGED_GIVE:
		interest->subject_telegram_id = press->number;
		break;
	case MANAGED_QUEUE:
	case MANAGED_SET_STATUS:
		break;
	}
	ask->holds = true;
	interest->changes_assignments = true;
}

static const char *short_name(const struct turn *t, const struct managed_prospect *p)
{
	const char *name = prospect_short_name(t->a, p->client.name);
	return *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

static const char *quoted_name(const struct turn *t, const struct managed_prospect *p)
{
	const char *name = prospect_quoted_name(t->a, p->client.name);
	return *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

/* For an answer to a press: on one line, and short. */
static const char *plain(const struct turn *t, const char *text, size_t units)
{
	return shorten(t->a, text_tidy(t->a, text ? text : ""), units);
}

static const char *status_of(const struct turn *t, const struct managed_prospect *p)
{
	return plain(t, turn_client_status(t, p->client.status, true), STATUS_UNITS);
}

static const char *rep_of(const struct turn *t, const struct managed_prospect *p)
{
	const char *rep = plain(t, p->rep_name, REP_UNITS);
	return *rep ? rep
		    : turn_text(
			  t, p->rep_id ? TEXT_PROSPECT_NAMELESS : TEXT_MANAGED_NO_REP, NO_ARGS);
}

static void show(struct turn *t, const struct managed_prospect *p)
{
	turn_show_managed(t, p, turn_managed_place(t), true);
}

/* Somebody was quicker, or it has come about by itself. */
static void refuse(struct turn *t, const struct managed_prospect *p)
{
	const char *who = plain(t, p->changed_by, WHO_UNITS);
	const struct catalog_arg args[] = {
	    {"rep", rep_of(t, p)}, {"status", status_of(t, p)}, {"who", who}};
	turn_answer(t, true, *who ? TEXT_ANSWER_MANAGED_CHANGED_BY : TEXT_ANSWER_MANAGED_CHANGED,
	    args, *who ? 3 : 2);
	show(t, p);
}

static bool is_open(const struct managed_prospect *p)
{
	return turn_client_stage(p->client.status) == CLIENT_OPEN;
}

/* Whether it is what the card showed; else it has been answered. */
static bool decides(
    struct turn *t, const struct managed_prospect *p, const struct managed_press *press)
{
	char about[MANAGED_ABOUT_CHARS + 1];
	managed_about(p, t->a, about);
	if (strcmp(about, press->about) == 0)
		return true;
	refuse(t, p);
	return false;
}

static bool may_be_given(struct turn *t, const struct managed_prospect *p)
{
	if (is_open(p))
		return true;
	turn_answer(t, true, TEXT_ANSWER_MANAGED_CLOSED, ARGS({"status", status_of(t, p)}));
	show(t, p);
	return false;
}

static struct button card_button(const struct turn *t, const struct managed_prospect *p)
{
	return turn_managed_button(t, turn_text(t, TEXT_BUTTON_MANAGED_CARD, NO_ARGS),
	    (struct managed_press){.act = MANAGED_CARD, .hash = p->hash}, true);
}

/* Who gets it ---------------------------------------------------------------------------------------------------------------*/

static struct button rep_button(
    const struct turn *t, const struct managed_prospect *p, const struct rep_choice *rep)
{
	int64_t most = rep->capacity ? rep->capacity : (int64_t)t->state->rules->max_prospects;
	const char *name = plain(t, rep->name, REP_UNITS);
	const char *label = turn_text(t, TEXT_BUTTON_MANAGED_REP,
	    ARGS({"name", *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS)},
		{"open", arena_printf(t->a, "%lld", (long long)rep->open)},
		{"max", arena_printf(t->a, "%lld", (long long)most)}));
	label = arena_concat(
	    t->a, label, rep->paused ? " ⏸" : "", rep->unreachable ? " 🔕" : "", (char *)NULL);
	struct managed_press press = {
	    .act = MANAGED_GIVE, .hash = p->hash, .number = rep->telegram_id};
	managed_about(p, t->a, press.about);
	return turn_managed_button(t, shorten(t->a, label, TEXT_BUTTON_UNITS), press, true);
}

static void ask_rep(
    struct turn *t, const struct managed_prospect *p, const struct managed_press *asked)
{
	const struct managed_view *view = t->state->managed;
	if (!may_be_given(t, p))
		return;
	struct button *buttons =
	    ARENA_ARRAY(t->a, struct button, MANAGED_REPS_A_PAGE + BUTTONS_BESIDES);
	size_t count = 0;
	for (size_t i = 0; i < view->rep_count && i < MANAGED_REPS_A_PAGE; i++)
		if (view->reps[i].telegram_id > 0 &&
		    (!p->rep_id || strcmp(p->rep_id, view->reps[i].id) != 0))
			buttons[count++] = rep_button(t, p, &view->reps[i]);
	bool any = count > 0 || view->more_reps;
	struct managed_press page = *asked;
	page.number = asked->number - 1;
	if (asked->number > 0)
		buttons[count++] = turn_managed_button(
		    t, turn_text(t, TEXT_BUTTON_CLIENTS_NEWER, NO_ARGS), page, true);
	page.number = asked->number + 1;
	if (view->more_reps)
		buttons[count++] = turn_managed_button(
		    t, turn_text(t, TEXT_BUTTON_CLIENTS_OLDER, NO_ARGS), page, asked->number == 0);
	buttons[count++] = card_button(t, p);
	count += turn_managed_back(t, turn_managed_place(t), buttons + count);
	turn_put(t, true,
	    turn_text(t, any ? TEXT_MANAGED_REPS : TEXT_MANAGED_NO_REPS,
		ARGS({"name", quoted_name(t, p)})),
	    buttons, count);
}

static void hand(struct turn *t, const struct managed_prospect *p, const struct subject_view *to)
{
	turn_effect(t, (struct effect){.kind = EFFECT_GIVE,
			   .prospect = p->client.prospect_id,
			   .was = p->rep_id,
			   .to_rep = to ? to->rep_id : NULL,
			   .from = p->rep_telegram_id,
			   .to = p->account,
			   .assignment_id = p->client.assignment_id,
			   .by = turn_admin_name(t)});
	struct managed_prospect now = *p;
	now.rep_id = to ? to->rep_id : NULL;
	now.rep_name = to ? to->name : NULL;
	now.rep_telegram_id = to ? to->telegram_id : 0;
	if (to)
		turn_answer(t, false, TEXT_ANSWER_MANAGED_GIVEN,
		    ARGS({"name", short_name(t, p)}, {"rep", rep_of(t, &now)}));
	else
		turn_answer(t, false, TEXT_ANSWER_MANAGED_QUEUED, ARGS({"name", short_name(t, p)}));
	show(t, &now);
}

static void give(
    struct turn *t, const struct managed_prospect *p, const struct managed_press *press)
{
	const struct subject_view *to = t->state->subject;
	if (!decides(t, p, press) || !may_be_given(t, p))
		return;
	bool same = to && p->rep_id && strcmp(p->rep_id, to->rep_id) == 0;
	if (!to || to->telegram_id != press->number || to->status != REP_ACTIVE || same) {
		turn_answer(t, true, TEXT_ANSWER_MANAGED_REP,
		    ARGS({"name", to ? plain(t, to->name, REP_UNITS) : "…"}));
		show(t, p);
		return;
	}
	hand(t, p, to);
}

static void queue(
    struct turn *t, const struct managed_prospect *p, const struct managed_press *press)
{
	if (decides(t, p, press) && may_be_given(t, p) && p->rep_id)
		hand(t, p, NULL);
}

/* Status --------------------------------------------------------------------------------------------------------------------*/

static void ask_status(struct turn *t, const struct managed_prospect *p)
{
	struct button *buttons =
	    ARENA_ARRAY(t->a, struct button, MANAGED_STATUSES + BUTTONS_BESIDES);
	size_t count = 0;
	for (size_t i = 0; i < MANAGED_STATUSES; i++) {
		const char *word = managed_statuses[i];
		struct managed_press press = {
		    .act = MANAGED_SET_STATUS, .hash = p->hash, .number = (int64_t)i + 1};
		managed_about(p, t->a, press.about);
		if (!p->client.status || strcmp(word, p->client.status) != 0)
			buttons[count++] =
			    turn_managed_button(t, turn_client_status(t, word, true), press, true);
	}
	buttons[count++] = card_button(t, p);
	count += turn_managed_back(t, turn_managed_place(t), buttons + count);
	turn_put(t, true,
	    turn_text(t, TEXT_MANAGED_STATUSES,
		ARGS({"name", quoted_name(t, p)}, {"status", status_of(t, p)})),
	    buttons, count);
}

static void set_status(
    struct turn *t, const struct managed_prospect *p, const struct managed_press *press)
{
	if (!decides(t, p, press))
		return;
	if (press->number < 1 || press->number > MANAGED_STATUSES) {
		turn_answer_stale(t);
		return;
	}
	const char *word = managed_statuses[press->number - 1];
	bool opens = turn_client_stage(word) == CLIENT_OPEN;
	/* as salesreg prospect status has it */
	const char *event = !opens ? word : is_open(p) ? "status" : "reopened";
	turn_effect(t, (struct effect){.kind = EFFECT_SET_STATUS,
			   .prospect = p->client.prospect_id,
			   .was = p->client.status,
			   .closed = word,
			   .reason = event,
			   .said = strcmp(event, "status") == 0 ? word : NULL,
			   .from = p->rep_telegram_id,
			   .to = p->account,
			   .assignment_id = p->client.assignment_id,
			   .by = turn_admin_name(t)});
	struct managed_prospect now = *p;
	now.client.status = word;
	turn_answer(t, false, TEXT_ANSWER_MANAGED_STATUS,
	    ARGS({"name", short_name(t, p)}, {"status", status_of(t, &now)}));
	show(t, &now);
}

/* Notes ---------------------------------------------------------------------------------------------------------------------*/

/* As an admin, whatever else they are. */
static void ask_note(struct turn *t, const struct managed_prospect *p, const char *first)
{
	static const struct turn_button cancel[] = {{TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
	t->kind = PERSON_ADMIN;
	turn_set_phase(t, PHASE_MANAGED_NOTE);
	t->out->next.draft_client = p->client.prospect_id;
	const char *question = turn_text(t, TEXT_MANAGED_NOTE, ARGS({"name", quoted_name(t, p)}));
	turn_buttons(t, turn_say_text(t, turn_join(t, first, question)), cancel, 1);
}

/* Of whom the draft is: NULL: nobody any more, which has been said. */
static const struct managed_prospect *noted_on(struct turn *t)
{
	const struct managed_view *view = t->state->managed;
	if (view && view->prospect && t->state->draft_client &&
	    strcmp(view->prospect->client.prospect_id, t->state->draft_client) == 0)
		return view->prospect;
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, TEXT_MANAGED_GONE, NO_ARGS);
	return NULL;
}

/* Of whom is looked up only where somebody writes. */
static void ask_note_again(struct turn *t, const char *first)
{
	static const struct turn_button cancel[] = {{TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
	turn_buttons(t,
	    turn_say_text(t, turn_join(t, first, turn_text(t, TEXT_MANAGED_NOTE_AGAIN, NO_ARGS))),
	    cancel, 1);
}

static void note(struct turn *t)
{
	if (turn_admin_began(t))
		return;
	const struct managed_prospect *p = noted_on(t);
	if (!p)
		return;
	const char *text = t->event->text;
	if (!*text_tidy(t->a, text) || strlen(text) > NOTE_BYTES) {
		ask_note(t, p,
		    strlen(text) > NOTE_BYTES ? turn_text(t, TEXT_MANAGED_NOTE_LONG, NO_ARGS)
					      : NULL);
		return;
	}
	turn_effect(t, (struct effect){.kind = EFFECT_MANAGER_NOTE,
			   .prospect = p->client.prospect_id,
			   .said = text,
			   .by = turn_admin_name(t)});
	turn_set_phase(t, PHASE_NONE);
	struct button *card = ARENA_NEW(t->a, struct button);
	*card = card_button(t, p);
	message_set_buttons(
	    turn_say(t, TEXT_MANAGED_NOTED, ARGS({"name", quoted_name(t, p)})), card, 1);
}

static void cancelled(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, TEXT_CANCELLED, NO_ARGS);
}

/* What happened ---*/

static void show_history(
    struct turn *t, const struct managed_prospect *p, const struct managed_press *press)
{
	const struct client_view *client = &p->client;
	size_t shown, count = 0;
	const char *text = turn_history(t, client, &shown);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, BUTTONS_BESIDES);
	struct managed_press page = {.act = MANAGED_HISTORY, .hash = p->hash};
	if (press->number > 0)
		buttons[count++] = turn_managed_button(
		    t, turn_text(t, TEXT_BUTTON_HISTORY_NEWEST, NO_ARGS), page, true);
	if (shown > 0 && (shown < client->event_count || client->more_events)) {
		page.number = client->events[shown - 1].id;
		buttons[count++] = turn_managed_button(
		    t, turn_text(t, TEXT_BUTTON_HISTORY_OLDER, NO_ARGS), page, press->number == 0);
	}
	buttons[count++] = card_button(t, p);
	count += turn_managed_back(t, turn_managed_place(t), buttons + count);
	turn_put(t, true, text, buttons, count);
}

/* A press -------------------------------------------------------------------------------------------------------------------*/

static void press_managed(struct turn *t)
{
	struct managed_press press;
	const struct managed_prospect *p = t->state->managed ? t->state->managed->prospect : NULL;
	if (!managed_press_read(t->press.about, &press)) {
		turn_answer_stale(t);
		return;
	}
	if (!p) {
		turn_answer(t, true, TEXT_ANSWER_MANAGED_GONE, NO_ARGS);
		return;
	}
	switch (press.act) {
	case MANAGED_CARD:
		turn_show_managed(t, p, press.place ? press.place : turn_managed_place(t), true);
		break;
	case MANAGED_HISTORY:
		show_history(t, p, &press);
		break;
	case MANAGED_ASK_REP:
		ask_rep(t, p, &press);
		break;
	case MANAGED_GIVE:
		give(t, p, &press);
		break;
	case MANAGED_QUEUE:
		queue(t, p, &press);
		break;
	case MANAGED_ASK_STATUS:
		ask_status(t, p);
		break;
	case MANAGED_SET_STATUS:
		set_status(t, p, &press);
		break;
	case MANAGED_ASK_NOTE:
		ask_note(t, p, NULL);
		break;
	}
}

static const struct phase phases[] = {
    {PHASE_MANAGED_NOTE, PERSON_ADMIN, .keeps = KEEPS_CLIENT, .ask = ask_note_again,
	.on_text = note, .on_cancel = cancelled},
};
static const struct button_row buttons[] = {
    {PRESS_MANAGED, PERSON_ADMIN, 0, OPEN_TO_ALL, press_managed},
};
const struct dialogue dialogue_managed_acts = {PHASES(phases), BUTTONS(buttons)};
