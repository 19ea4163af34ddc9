/*
 * Who looks for property: how a stranger becomes a prospect, what a prospect is told, and what goes on to the rep.
 *
 *   stranger ──campaign's link, or "I am looking for property"──▶ a new prospect, whom outreach assigns
 *            ──a prospect's own link, the first to open it──────▶ that prospect
 *            ──the same, and somebody has opened it─────────────▶ asked who they are; the rep hears of it
 *   known by the contact in the table, and writes───────────────▶ that prospect
 *
 * A prospect is never offered a registration; whoever asks for one in so many words gets it.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/quote.h"
#include <assert.h>
#include <string.h>

enum { NAME_UNITS = 120, CAMPAIGN_UNITS = 120 };

struct message *turn_tell_rep(struct turn *t, const struct prospect_view *view, enum text_id id,
    const struct catalog_arg *args, size_t count)
{
	return turn_tell_rep_in(t, &t->out->messages, view, id, args, count);
}

struct message *turn_tell_rep_in(const struct turn *t, struct message_list *list,
    const struct prospect_view *view, enum text_id id, const struct catalog_arg *args, size_t count)
{
	if (!view->rep_telegram_id)
		return NULL;
	const char *text =
	    catalog_render(t->state->rules->catalog, view->rep_locale, id, args, count, t->a);
	struct message *message =
	    message_list_add(list, t->a, view->rep_telegram_id, PRIORITY_NOTIFICATION, text);
	if (view->id) { /* a reply to it goes to the prospect */
		struct relayed *about = ARENA_NEW(t->a, struct relayed);
		about->prospect = view->id;
		message->relayed = about;
	}
	return message;
}

const char *turn_prospect_name(const struct turn *t, const struct prospect_view *view)
{
	const char *name = prospect_quoted_name(t->a, view->name);
	return *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

static void greet(struct turn *t, const struct prospect_view *view, const char *first)
{
	static const struct turn_button stop[] = {
	    {TEXT_BUTTON_STOP, PRESS_PROSPECT_STOP, true},
	};
	turn_set_phase(t, PHASE_NONE);
	t->out->awaits = true;
	/* whoever comes by a link or by /start wants to be written to */
	if (view->opted_out && t->phrase == PHRASE_START)
		turn_effect(t, (struct effect){.kind = EFFECT_RESUME});
	const char *name = turn_prospect_name(t, view);
	if (turn_ask_prospect(
		t, turn_join(t, first, turn_text(t, TEXT_PROSPECT_HELLO, ARGS({"name", name})))))
		return;
	bool described = view->described || turn_has_asked_all(t);
	const char *ask =
	    turn_text(t, described ? TEXT_PROSPECT_WRITE : TEXT_PROSPECT_ASK, NO_ARGS);
	const char *text =
	    turn_join(t, turn_text(t, TEXT_PROSPECT_HELLO, ARGS({"name", name})), ask);
	turn_buttons(t, turn_say_text(t, turn_join(t, first, text)), stop, 1);
}

/* What Telegram shows as the person's name, for want of another one. */
static const char *name_of(const struct turn *t)
{
	const struct event *event = t->event;
	const char *name =
	    event->first_name ? quote_piece(t->a, event->first_name, NAME_UNITS) : "";
	if (*name)
		return event->first_name;
	if (event->username)
		return arena_printf(t->a, "@%s", event->username);
	return turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

static void become(struct turn *t, const char *source, const char *campaign)
{
	struct prospect_view *view = ARENA_NEW(t->a, struct prospect_view);
	*view = (struct prospect_view){.name = name_of(t), .met = true, .open = true, .version = 1};
	turn_effect(t, (struct effect){.kind = EFFECT_NEW_PROSPECT,
			   .name = view->name,
			   .username = t->event->username,
			   .source = source,
			   .campaign = campaign});
	t->out->next.prospect = view;
	greet(t, view, NULL);
}

static void meet(struct turn *t, const struct prospect_view *of)
{
	struct prospect_view *view = ARENA_NEW(t->a, struct prospect_view);
	*view = *of;
	view->met = true;
	turn_effect(t, (struct effect){.kind = EFFECT_MEET_PROSPECT, .prospect = view->id});
	t->out->next.prospect = view;
	(void)turn_tell_rep(
	    t, view, TEXT_PROSPECT_CAME, ARGS({"name", turn_prospect_name(t, view)}));
}

void turn_becomes_prospect(struct turn *t)
{
	if (t->event->kind == EVENT_BUTTON)
		turn_remove_buttons(t, 0, false, false);
	const struct prospect_view *known = t->state->prospect;
	if (!known) {
		become(t, "chat", NULL);
		return;
	}
	/* the table has learned of them since they were asked */
	if (!known->met)
		meet(t, known);
	greet(t, known, NULL);
}

/* Who writes again after being archived is somebody's to look after again. */
static void come_back(struct turn *t)
{
	const struct prospect_view *old = t->out->next.prospect;
	if (!old || !old->archived || !old->id)
		return;
	struct prospect_view *view = ARENA_NEW(t->a, struct prospect_view);
	*view = *old;
	view->archived = false;
	view->open = true;
	t->out->next.prospect = view;
	turn_effect(t, (struct effect){.kind = EFFECT_REOPEN, .prospect = view->id});
}

/* Once a day: the link may stand in a group. */
static void tell_forwarded(struct turn *t, const struct link_view *link, const char *who)
{
	if (link->forwarded)
		return;
	turn_effect(t, (struct effect){.kind = EFFECT_FORWARDED, .prospect = link->prospect.id});
	(void)turn_tell_rep(t, &link->prospect, TEXT_PROSPECT_FORWARDED,
	    ARGS({"name", turn_prospect_name(t, &link->prospect)}, {"who", who}));
}

/* The link was for somebody else, who came by it first, or a former rep's eyes. */
static void came_by_foreign_link(struct turn *t, const struct link_view *link)
{
	tell_forwarded(t, link, quote_name(t->a, name_of(t), NAME_UNITS));
	phase_of(PHASE_OFFERED, PERSON_UNKNOWN)
	    ->ask(t, turn_text(t, TEXT_LINK_OF_ANOTHER, NO_ARGS));
}

static const struct link_view *opened(const struct turn *t)
{
	return t->link == START_PROSPECT || t->link == START_CAMPAIGN ? t->state->opened : NULL;
}

/* Who is just registering is a colleague who looks at a client's link. */
static bool is_registering(const struct turn *t)
{
	enum conversation_phase phase = t->out->next.phase;
	return t->kind == PERSON_UNKNOWN && (phase == PHASE_NAME || phase == PHASE_EMAIL ||
						phase == PHASE_CODE || phase == PHASE_CLAIM);
}

/* By a link that they were not the first to open, or that they are not meant to be a prospect by. */
static bool is_foreign(const struct turn *t, const struct link_view *link)
{
	bool first = link->account == 0 || link->account == t->event->user_id;
	return !first || t->state->rep_status == REP_REMOVED;
}

/* Who is a prospect already: they stay who they are, unless a link that a rep sent just now tells more of it. */
static void known_came_by_link(
    struct turn *t, const struct link_view *link, const struct prospect_view *known)
{
	bool free = !link->campaign && link->account == 0;
	bool other = !link->campaign && known->id && strcmp(known->id, link->prospect.id) != 0;
	bool closed = known->met && !known->open;
	if (free && other && closed) {
		turn_effect(t, (struct effect){.kind = EFFECT_LEAVE_PROSPECT});
		meet(t, &link->prospect);
	} else if (!known->met) {
		meet(t, free ? &link->prospect : known);
	} else if (free && other) {
		tell_forwarded(t, link, turn_prospect_name(t, known));
	}
	come_back(t);
	greet(t, t->out->next.prospect, NULL);
}

bool turn_came_by_link(struct turn *t)
{
	const struct link_view *link = opened(t);
	const struct prospect_view *known = t->state->prospect;
	if (!link)
		return false;
	if (known && t->state->rep_status != REP_REMOVED)
		known_came_by_link(t, link, known);
	else if (is_registering(t))
		turn_question(t, turn_text(t, TEXT_LINK_WHILE_REGISTERING, NO_ARGS));
	else if (link->campaign && t->state->rep_status == REP_REMOVED)
		phase_of(PHASE_OFFERED, PERSON_UNKNOWN)->ask(t, NULL);
	else if (link->campaign)
		become(t, "campaign", link->campaign);
	else if (is_foreign(t, link))
		came_by_foreign_link(t, link);
	else {
		meet(t, &link->prospect);
		come_back(t);
		greet(t, t->out->next.prospect, NULL);
	}
	return true;
}

/* The card of who the link is about, if that is a client of this rep's. */
static bool show_card(struct turn *t, const char *prospect)
{
	const struct client_view *client = t->state->client;
	bool read = t->link == START_PROSPECT || t->link == START_BUSINESS;
	if (t->state->rep_status != REP_ACTIVE || !read || !client ||
	    strcmp(client->prospect_id, prospect) != 0)
		return false;
	turn_show_client(t, client);
	return true;
}

bool turn_looked_at_link(struct turn *t)
{
	/* out of a chat of the rep's own account: nothing is said of other people's clients */
	if (t->link == START_BUSINESS)
		return t->state->opened && t->state->rep_status == REP_ACTIVE &&
		       show_card(t, t->state->opened->prospect.id);
	const struct link_view *link = opened(t);
	bool may = t->state->rep_status == REP_ACTIVE || (t->kinds & PERSON_ADMIN);
	if (!link)
		return false;
	if (!may) { /* not approved yet, or not any more: clients' names are not theirs to read */
		turn_ask(t);
		return true;
	}
	if (link->campaign)
		(void)turn_say(t, TEXT_LINK_IS_CAMPAIGN,
		    ARGS({"name", quote_piece(t->a, link->campaign, CAMPAIGN_UNITS)}));
	else if (t->link != START_PROSPECT || !show_card(t, link->prospect.id))
		(void)turn_say(t, link->account ? TEXT_LINK_IS_PROSPECT_MET : TEXT_LINK_IS_PROSPECT,
		    ARGS({"name", turn_prospect_name(t, &link->prospect)}));
	return true;
}

void turn_greet_prospect(struct turn *t)
{
	const struct prospect_view *view = t->state->prospect;
	const char *unknown =
	    t->link == START_UNKNOWN || t->link == START_PROSPECT || t->link == START_CAMPAIGN
		? turn_text(t, TEXT_LINK_UNKNOWN, NO_ARGS)
		: NULL;
	if (turn_came_by_link(t))
		return;
	assert(view); /* by the row that leads here */
	if (!view->met)
		meet(t, view);
	come_back(t);
	greet(t, t->out->next.prospect, unknown);
}

/* What is kept of it, for the card of a rep who comes. */
static const char *said_text(const struct turn *t)
{
	const struct event *event = t->event;
	if (event->kind == EVENT_TEXT || event->kind == EVENT_EDITED)
		return event->text;
	const char *what = turn_text(t, TEXT_PROSPECT_ATTACHMENT, NO_ARGS);
	return event->caption ? arena_printf(t->a, "%s %s", what, event->caption) : what;
}

static void note_said(struct turn *t, const struct prospect_view *view)
{
	bool file = t->event->kind == EVENT_MEDIA || t->event->kind == EVENT_CONTACT;
	turn_effect(t, (struct effect){.kind = EFFECT_SAID,
			   .prospect = view->id,
			   .said = said_text(t),
			   .message_id = t->event->said_id,
			   .attached = file,
			   .unclaimed = view->rep_name == NULL});
}

static struct message *say_noted(struct turn *t, const struct prospect_view *view)
{
	if (view->rep_telegram_id)
		return turn_say(t, TEXT_PROSPECT_PASSED_ON,
		    ARGS({"rep", prospect_quoted_name(t->a, view->rep_name)}));
	return turn_say(t, TEXT_PROSPECT_NOTED, NO_ARGS);
}

/* What nobody asked for goes on to the rep; where there is none yet it is kept for the one who comes. */
static void said(struct turn *t)
{
	const struct prospect_view *view = t->state->prospect;
	bool person = view->owner == OWNER_BOT && view->id && turn_asks_for_person(t);
	if (view->blocked)
		return;
	if (!person && turn_answered(t))
		return;
	if (!view->met)
		meet(t, view);
	come_back(t);
	note_said(t, view);
	turn_pass_on(t);
	/* the rest of an album: the first part has been answered */
	if (t->event->album && t->event->repeat == EVENT_SAME) {
		t->out->passes_on = true;
		return;
	}
	if (person)
		turn_hand_over(t);
	/* a person answers, and the bot is silent; what was edited is most likely an answer, which that does not change */
	else if ((view->rep_telegram_id && view->owner != OWNER_BOT) ||
		 (t->event->kind == EVENT_EDITED &&
		     turn_ask_again(t, turn_text(t, TEXT_QUESTION_EDITED, NO_ARGS))))
		return;
	else
		/* a question may have been asked whose buttons are there still; if it is asked again, they come back */
		say_noted(t, view)->keyboard = KEYBOARD_REMOVE;
	if (!turn_ask_again(t, NULL))
		(void)turn_ask_prospect(t, NULL);
}

static void stop(struct turn *t)
{
	static const struct turn_button resume[] = {
	    {TEXT_BUTTON_RESUME, PRESS_PROSPECT_RESUME, true},
	};
	if (t->state->prospect && !t->state->prospect->met)
		meet(t, t->state->prospect);
	const struct prospect_view *view = t->out->next.prospect;
	turn_effect(t, (struct effect){.kind = EFFECT_STOP});
	if (view && !view->opted_out)
		(void)turn_tell_rep(
		    t, view, TEXT_PROSPECT_SAID_STOP, ARGS({"name", turn_prospect_name(t, view)}));
	struct message *last = turn_say(t, TEXT_PROSPECT_STOPPED, NO_ARGS);
	if (turn_shows_keyboard(t)) { /* a message has one keyboard */
		last->keyboard = KEYBOARD_REMOVE;
		last = turn_say(t, TEXT_PROSPECT_MAY_RESUME, NO_ARGS);
	}
	turn_buttons(t, last, resume, 1);
}

static void resume(struct turn *t)
{
	turn_effect(t, (struct effect){.kind = EFFECT_RESUME});
	(void)turn_say(t, TEXT_PROSPECT_RESUMED, NO_ARGS);
	turn_remove_buttons(t, 0, false, false);
}

bool turn_human_leads(struct turn *t)
{
	const struct prospect_view *view = t->state->prospect;
	const struct event *event = t->event;
	bool words = event->kind == EVENT_TEXT || event->kind == EVENT_EDITED;
	if (t->kind != PERSON_PROSPECT || !words || !view || !view->met ||
	    view->owner == OWNER_BOT || *event->text == '/' || t->out->next.phase != PHASE_NONE)
		return false;
	if (t->phrase == PHRASE_STOP && event->kind == EVENT_TEXT)
		stop(t);
	else
		said(t);
	return true;
}

static void say(struct turn *t, const char *first)
{
	if (first && !turn_ask_again(t, first))
		(void)turn_say_text(t, first);
	else if (!first)
		turn_greet_prospect(t);
}

static void help(struct turn *t)
{
	greet(t, t->state->prospect, NULL);
}

/* A prospect who wants to be a rep is let in as any stranger is. */
static void begin(struct turn *t)
{
	if (turn_lets_in(t))
		turn_begin(t);
}

static const struct phase phases[] = {
    {PHASE_NONE, PERSON_PROSPECT, .takes_anything = true, .ask = say, .on_text = said,
	.on_begin = begin},
};
static const struct button_row buttons[] = {
    {PRESS_PROPERTY, PERSON_PROSPECT | PERSON_UNKNOWN, 0, UNINVITED, turn_becomes_prospect},
    {PRESS_PROSPECT_STOP, PERSON_PROSPECT, 0, OPEN_TO_ALL, stop},
    {PRESS_PROSPECT_RESUME, PERSON_PROSPECT, 0, OPEN_TO_ALL, resume},
};
static const struct word_row words[] = {
    {PHRASE_START, PERSON_PROSPECT, 0, 0, 0, turn_greet_prospect},
    {PHRASE_HELP, PERSON_PROSPECT, 0, 0, 0, help},
    {PHRASE_STOP, PERSON_PROSPECT, 0, 0, 0, stop},
    {PHRASE_UNREGISTER, PERSON_PROSPECT, 0, 0, 0, stop},
    {PHRASE_REGISTER, PERSON_PROSPECT, 0, 0, 0, begin},
    {PHRASE_PROPERTY, PERSON_UNKNOWN, IN(NONE) | IN(OFFERED), 0, 0, turn_becomes_prospect},
};
const struct dialogue dialogue_prospects = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
