/*
 * One client's card: how to reach them, where they come from, what they answered, what happened, and all that a rep can do; and
 * the history, page by page.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/qualification/summary.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum {
	ABOUT_UNITS = 500, /* context, and notes of the table */
	CAMPAIGN_UNITS = 120,
	ANSWERS_UNITS = 900,
	EVENT_UNITS = 160, /* on the card */
	WHO_UNITS = 60,
	KIND_UNITS = 40,
	HISTORY_UNITS = 3600, /* a page */
};

static const char *quoted(const struct turn *t, const struct client_view *client)
{
	const char *name = prospect_quoted_name(t->a, client->name);
	return *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

/* What happened, without when; units: of what somebody wrote. */
static const char *event_text(const struct turn *t, const struct client_event *event, size_t units)
{
	static const struct {
		const char *kind;
		enum text_id text;
	} kinds[] = {
	    {"assigned", TEXT_EVENT_ASSIGNED},
	    {"contacted", TEXT_EVENT_CONTACTED},
	    {"declined", TEXT_EVENT_DECLINED},
	    {"undone", TEXT_EVENT_UNDONE},
	    {"returned", TEXT_EVENT_RETURNED},
	    {"said", TEXT_EVENT_SAID},
	    {"note", TEXT_EVENT_NOTE},
	    {"converted", TEXT_EVENT_CONVERTED},
	    {"archived", TEXT_EVENT_ARCHIVED},
	    {"forwarded", TEXT_EVENT_FORWARDED},
	    {"given", TEXT_EVENT_GIVEN},
	    {"taken", TEXT_EVENT_TAKEN},
	    {"status", TEXT_EVENT_STATUS},
	    {"reopened", TEXT_EVENT_REOPENED},
	};
	const char *who = quote_name(t->a, event->who ? event->who : event->by, WHO_UNITS);
	const char *reason = turn_archive_reason(t, event->detail);
	/* prospects_joined */
	if (event->kind && strcmp(event->kind, "archived") == 0 && event->detail &&
	    strcmp(event->detail, "is a representative now") == 0)
		return turn_text(t, TEXT_EVENT_JOINED, NO_ARGS);
	bool status = event->kind && strcmp(event->kind, "status") == 0;
	const char *detail = status   ? turn_client_status(t, event->detail, false)
			     : reason ? reason
				      : quote_block(t->a, event->detail, units);
	const struct catalog_arg args[] = {
	    {"who", *who ? who : turn_text(t, TEXT_EVENT_NOBODY, NO_ARGS)},
	    {"text", *detail ? detail : "…"},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (event->kind && strcmp(event->kind, kinds[i].kind) == 0) {
			bool why = kinds[i].text == TEXT_EVENT_ARCHIVED && *detail;
			return turn_text(t, why ? TEXT_EVENT_ARCHIVED_WHY : kinds[i].text, args, 2);
		}
	return shorten(t->a, text_tidy(t->a, event->kind ? event->kind : ""), KIND_UNITS);
}

/* Of what a manager has done the texts for reps do not say who that was. */
static const char *doer(const struct turn *t, const struct client_event *event)
{
	static const char *const kinds[] = {"given", "taken", "status", "reopened"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (event->by && event->kind && strcmp(event->kind, kinds[i]) == 0)
			return turn_text(t, TEXT_EVENT_BY,
			    ARGS({"who", quote_name(t->a, event->by, WHO_UNITS)}));
	return "";
}

static const char *event_line(const struct turn *t, const struct client_event *event, size_t units)
{
	return arena_concat(t->a, "\n", event->at ? event->at : "", " ",
	    event_text(t, event, units), doer(t, event), (char *)NULL);
}

static const char *source_text(const struct turn *t, const struct client_view *client)
{
	if (client->campaign)
		return turn_text(t, TEXT_CLIENT_SOURCE_CAMPAIGN,
		    ARGS({"campaign", quote_piece(t->a, client->campaign, CAMPAIGN_UNITS)}));
	const char *source = client->source ? client->source : "";
	bool chat = strcmp(source, "chat") == 0, own = strcmp(source, "own") == 0;
	return turn_text(t,
	    chat  ? TEXT_CLIENT_SOURCE_CHAT
	    : own ? TEXT_CLIENT_SOURCE_OWN
		  : TEXT_CLIENT_SOURCE_TABLE,
	    NO_ARGS);
}

static struct summary summary_of(const struct turn *t, const struct client_view *client)
{
	return (struct summary){.catalog = t->state->rules->catalog,
	    .locale = t->out->next.locale,
	    .chat_id = t->event->chat_id,
	    .name = client->name,
	    .script = client->script,
	    .answers = client->answers,
	    .finished = client->finished,
	    .assignment_id = client->assignment_id,
	    .bot_leads = client->owner == OWNER_BOT};
}

static const char *answers_of(const struct turn *t, const struct client_view *client, bool *cut)
{
	const struct summary summary = summary_of(t, client);
	*cut = false;
	return client->script ? summary_lines(&summary, ANSWERS_UNITS, cut, t->a) : "";
}

/* What would be refused, or cost something, is said before somebody tries. */
static const char *settings_text(const struct turn *t, const struct client_view *client)
{
	const char *said = "";
	if (client->no_voices)
		said = arena_concat(
		    t->a, said, "\n", turn_text(t, TEXT_CLIENT_NO_VOICES, NO_ARGS), (char *)NULL);
	if (client->message_stars > 0)
		said = arena_concat(t->a, said, "\n",
		    turn_text(t, TEXT_CLIENT_STARS,
			ARGS({"stars",
			    arena_printf(t->a, "%lld", (long long)client->message_stars)})),
		    (char *)NULL);
	return said;
}

static const char *more_about(const struct turn *t, const struct client_view *client)
{
	const char *more = arena_concat(
	    t->a, settings_text(t, client), "\n", source_text(t, client), (char *)NULL);
	bool cut;
	const char *answers = answers_of(t, client, &cut);
	if (client->follow_up)
		more = arena_concat(t->a, more, "\n",
		    turn_text(t, TEXT_CLIENT_FOLLOW_UP,
			ARGS({"time", client->follow_up},
			    {"zone", turn_zone(t, client->zone ? client->zone : "UTC")})),
		    (char *)NULL);
	if (*answers)
		more = arena_concat(t->a, more, "\n",
		    turn_text(t, TEXT_CLIENT_ANSWERS, ARGS({"answers", answers})), (char *)NULL);
	const char *events = "";
	for (size_t i = 0; i < client->event_count && i < CLIENT_EVENTS_ON_CARD; i++)
		events = arena_concat(
		    t->a, events, event_line(t, &client->events[i], EVENT_UNITS), (char *)NULL);
	return *events ? arena_concat(t->a, more, "\n", turn_text(t, TEXT_CLIENT_HISTORY, NO_ARGS),
			     events, (char *)NULL)
		       : more;
}

static size_t add_buttons(
    const struct turn *t, const struct client_view *client, struct button *buttons)
{
	size_t count = 0;
	int64_t id = client->assignment_id;
	bool bot = client->owner == OWNER_BOT;
	bool cut;
	(void)answers_of(t, client, &cut);
	const struct {
		bool shown;
		enum text_id label;
		enum press_kind press;
		bool new_row;
	} rows[] = {
	    {true, bot ? TEXT_BUTTON_TAKE_OVER : TEXT_BUTTON_GIVE_BACK,
		bot ? PRESS_TAKE_OVER : PRESS_GIVE_BACK, true},
	    {true, TEXT_BUTTON_CONVERTED, PRESS_CONVERTED, true},
	    {true, TEXT_BUTTON_ARCHIVE, PRESS_ARCHIVE, false},
	    {true, TEXT_BUTTON_HISTORY, PRESS_CLIENT_HISTORY, true},
	    {cut, TEXT_BUTTON_ANSWERS, PRESS_CLIENT_ANSWERS, false},
	    /* who was blocked once would stay so for ever */
	    {client->blocked, TEXT_BUTTON_UNBLOCK, PRESS_UNBLOCK, false},
	};
	for (size_t i = 0; id && i < sizeof rows / sizeof *rows; i++)
		if (rows[i].shown)
			buttons[count++] =
			    (struct button){.text = turn_text(t, rows[i].label, NO_ARGS),
				.data = press_data(t->a, rows[i].press, id),
				.new_row = rows[i].new_row};
	return count;
}

/* In a list of its own. */
static struct message_list card(const struct turn *t, const struct client_view *client)
{
	bool open = turn_client_stage(client->status) == CLIENT_OPEN;
	const struct prospect_item item = {
	    .name = client->name,
	    .telegram = client->telegram,
	    .email = client->email,
	    .context = client->context,
	    .notes = client->notes,
	    .status = turn_client_status(t, client->status, client->contacted),
	    .reach = client->reach,
	    .hidden = client->private_forwards,
	    .invite = open ? client->invite : NULL,
	    .own = client->source && strcmp(client->source, "own") == 0,
	    .assignment_id = client->assignment_id,
	    .can_contact = open && !client->contacted,
	    .can_decline = open,
	    .more = more_about(t, client),
	};
	struct button *extra = ARENA_ARRAY(t->a, struct button, PROSPECT_LIST_EXTRA_MOST);
	const struct prospect_list list = {
	    .catalog = t->state->rules->catalog,
	    .locale = t->out->next.locale,
	    .chat_id = t->event->chat_id,
	    .priority = PRIORITY_REPLY,
	    .header = turn_text(t, TEXT_CLIENT_CARD, NO_ARGS),
	    .context_units = ABOUT_UNITS,
	    .notes_units = ABOUT_UNITS,
	    .items = &item,
	    .count = 1,
	    .extra = extra,
	    .extra_count = add_buttons(t, client, extra),
	};
	struct message_list messages = {0};
	prospect_list_send(&list, t->a, &messages);
	turn_about_client(t, &messages, client->prospect_id);
	return messages;
}

void turn_show_client(struct turn *t, const struct client_view *client)
{
	struct message_list messages = card(t, client);
	message_list_join(&t->out->messages, &messages);
}

void turn_show_client_again(struct turn *t, const struct client_view *client)
{
	struct message_list messages = card(t, client);
	if (t->event->message_id && messages.count == 1) {
		struct message *edit = messages.first;
		edit->kind = MESSAGE_EDIT_TEXT;
		edit->message_id = t->event->message_id;
		edit->relayed = NULL; /* it is known already */
	}
	message_list_join(&t->out->messages, &messages);
}

bool turn_is_card(const struct turn *t, int64_t assignment)
{
	for (size_t i = 0; i < t->event->button_count; i++) {
		struct press press = press_parse(t->event->buttons[i].data);
		if (press.kind == PRESS_CLIENT_HISTORY && press.id == assignment && !press.about)
			return true;
	}
	return false;
}

/* Whose button was pressed, if that is an open client of this rep's; else it has been answered. */
static const struct client_view *pressed(struct turn *t)
{
	if (!turn_acts_on_assignment(t))
		return NULL;
	if (!t->state->client)
		turn_answer(t, true, TEXT_ANSWER_PROSPECT_STALE, NO_ARGS);
	return t->state->client;
}

static void press_card(struct turn *t)
{
	const struct client_view *client = pressed(t);
	if (client && t->press.about)
		turn_show_client_again(t, client);
	else if (client)
		turn_show_client(t, client);
}

const char *turn_history(const struct turn *t, const struct client_view *client, size_t *count)
{
	const char *text = turn_text(t, TEXT_HISTORY_HEADER, ARGS({"name", quoted(t, client)}));
	size_t units = text_utf16_units(text), shown = 0;
	for (; shown < client->event_count && shown < CLIENT_EVENTS_A_PAGE; shown++) {
		const char *line = event_line(t, &client->events[shown], HISTORY_UNITS / 2);
		units += text_utf16_units(line);
		if (shown > 0 && units > HISTORY_UNITS)
			break;
		text = arena_concat(t->a, text, line, (char *)NULL);
	}
	*count = shown;
	return shown ? text : turn_join(t, text, turn_text(t, TEXT_HISTORY_END, NO_ARGS));
}

static void press_history(struct turn *t)
{
	const struct client_view *client = pressed(t);
	if (!client)
		return;
	size_t shown;
	const char *text = turn_history(t, client, &shown);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	size_t count = 0;
	if (t->press.about) /* an older page: the newest is the way back */
		buttons[count++] =
		    (struct button){.text = turn_text(t, TEXT_BUTTON_HISTORY_NEWEST, NO_ARGS),
			.data = press_data_about(t->a, PRESS_CLIENT_HISTORY, t->press.id, "0")};
	if (shown > 0 && (shown < client->event_count || client->more_events))
		buttons[count++] =
		    (struct button){.text = turn_text(t, TEXT_BUTTON_HISTORY_OLDER, NO_ARGS),
			.data = press_data_about(t->a, PRESS_CLIENT_HISTORY, t->press.id,
			    arena_printf(t->a, "%lld", (long long)client->events[shown - 1].id))};
	struct message_list list = {0};
	struct message *m = NULL;
	if (t->press.about && t->event->message_id)
		m = message_list_add_edit_text(
		    &list, t->a, t->event->chat_id, t->event->message_id, text);
	if (!m)
		m = message_list_add(&list, t->a, t->event->chat_id, PRIORITY_REPLY, text);
	message_set_buttons(m, buttons, count);
	turn_about_client(t, &list, client->prospect_id);
	message_list_join(&t->out->messages, &list);
}

/* All of them, as they were written. */
static void press_answers(struct turn *t)
{
	const struct client_view *client = pressed(t);
	if (!client)
		return;
	if (!client->script) {
		turn_answer(t, true, TEXT_ANSWER_NO_ANSWERS, NO_ARGS);
		return;
	}
	const struct summary summary = summary_of(t, client);
	struct message_list list = {0};
	summary_add_whole(&list, &summary, t->a);
	for (struct message *m = list.first; m; m = m->next)
		m->priority = PRIORITY_REPLY;
	turn_about_client(t, &list, client->prospect_id);
	message_list_join(&t->out->messages, &list);
}

static const struct button_row buttons[] = {
    {PRESS_CLIENT, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_CLIENT, UNINVITED, press_card},
    {PRESS_CLIENT_HISTORY, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_CLIENT, UNINVITED, press_history},
    {PRESS_CLIENT_ANSWERS, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_CLIENT, UNINVITED, press_answers},
};
const struct dialogue dialogue_client_card = {BUTTONS(buttons)};
