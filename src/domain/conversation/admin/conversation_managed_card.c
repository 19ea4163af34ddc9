/*
 * A prospect's card in an admin's chat: what is known, who has it; it is edited in place, whatever was pressed.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/qualification/summary.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

enum {
	ABOUT_UNITS = 400,
	CAMPAIGN_UNITS = 120,
	ANSWERS_UNITS = 900,
	NAME_UNITS = 80,
	ID_UNITS = 64
};

static const char *add(
    const struct turn *t, const char *text, enum text_id id, const struct catalog_arg *arg)
{
	return arena_concat(t->a, text, "\n", turn_text(t, id, arg, arg ? 1 : 0), (char *)NULL);
}

static const char *source_text(const struct turn *t, const struct client_view *client)
{
	if (client->campaign)
		return turn_text(t, TEXT_CLIENT_SOURCE_CAMPAIGN,
		    ARGS({"campaign", quote_piece(t->a, client->campaign, CAMPAIGN_UNITS)}));
	const char *source = client->source ? client->source : "";
	return turn_text(t,
	    strcmp(source, "chat") == 0  ? TEXT_CLIENT_SOURCE_CHAT
	    : strcmp(source, "own") == 0 ? TEXT_MANAGED_SOURCE_OWN
					 : TEXT_CLIENT_SOURCE_TABLE,
	    NO_ARGS);
}

static enum text_id owner_text(const struct managed_prospect *p)
{
	if (p->stopped)
		return TEXT_MANAGED_STOPPED;
	if (!p->account)
		return TEXT_MANAGED_NOT_MET;
	switch (p->client.owner) {
	case OWNER_BOT:
		return TEXT_MANAGED_BOT_LEADS;
	case OWNER_REP:
		return TEXT_MANAGED_REP_LEADS;
	case OWNER_NOBODY:
		return TEXT_MANAGED_NOBODY_LEADS;
	}
	return TEXT_MANAGED_BOT_LEADS;
}

static const char *answers_text(const struct turn *t, const struct client_view *client)
{
	bool cut;
	const struct summary summary = {.catalog = t->state->rules->catalog,
	    .locale = t->out->next.locale,
	    .chat_id = t->event->chat_id,
	    .name = client->name,
	    .script = client->script,
	    .answers = client->answers,
	    .finished = client->finished};
	return client->script ? summary_lines(&summary, ANSWERS_UNITS, &cut, t->a) : "";
}

static const char *more_about(const struct turn *t, const struct managed_prospect *p)
{
	const char *rep = quote_name(t->a, p->rep_name, NAME_UNITS);
	if (!*rep)
		rep =
		    turn_text(t, p->rep_id ? TEXT_PROSPECT_NAMELESS : TEXT_MANAGED_NO_REP, NO_ARGS);
	const char *more = add(t, "", TEXT_MANAGED_REP, &(struct catalog_arg){"name", rep});
	if (p->phone)
		more = add(t, more, TEXT_MANAGED_PHONE,
		    &(struct catalog_arg){"phone", quote_piece(t->a, p->phone, ID_UNITS)});
	more = add(t, more, owner_text(p), NULL);
	if (p->client.blocked)
		more = add(t, more, TEXT_MANAGED_BLOCKED, NULL);
	more = arena_concat(t->a, more, "\n", source_text(t, &p->client), (char *)NULL);
	if (p->came)
		more = arena_concat(t->a, more, "\n",
		    turn_text(t, TEXT_MANAGED_CAME,
			ARGS({"time", p->came},
			    {"days", arena_printf(t->a, "%lld", (long long)p->days)})),
		    (char *)NULL);
	more = p->contact
		   ? add(t, more, TEXT_MANAGED_CONTACT, &(struct catalog_arg){"time", p->contact})
		   : add(t, more, TEXT_MANAGED_NO_CONTACT, NULL);
	more = add(t, more, TEXT_MANAGED_ID,
	    &(struct catalog_arg){"id", quote_piece(t->a, p->client.prospect_id, ID_UNITS)});
	const char *answers = answers_text(t, &p->client);
	return *answers
		   ? add(t, more, TEXT_CLIENT_ANSWERS, &(struct catalog_arg){"answers", answers})
		   : more;
}

const char *turn_managed_place(const struct turn *t)
{
	for (size_t i = 0; i < t->event->button_count; i++) {
		struct press press = press_parse(t->event->buttons[i].data);
		if (press.kind == PRESS_MANAGED_LIST && press.about)
			return press.about;
	}
	return NULL;
}

struct button turn_managed_button(
    const struct turn *t, const char *label, struct managed_press press, bool new_row)
{
	return (struct button){.text = label,
	    .data = press_data_about(t->a, PRESS_MANAGED, 0, managed_press_write(press, t->a)),
	    .new_row = new_row};
}

size_t turn_managed_back(
    const struct turn *t, const char *place, struct button buttons[MANAGED_BACK_MOST])
{
	if (!place)
		return 0;
	buttons[0] = (struct button){.text = turn_text(t, TEXT_BUTTON_MANAGED_LIST, NO_ARGS),
	    .data = press_data_about(t->a, PRESS_MANAGED_LIST, 0, place),
	    .new_row = true};
	return 1;
}

static size_t card_buttons(const struct turn *t, const struct managed_prospect *p,
    const char *place, struct button *buttons)
{
	bool open = turn_client_stage(p->client.status) == CLIENT_OPEN;
	struct managed_press queue = {.act = MANAGED_QUEUE, .hash = p->hash};
	managed_about(p, t->a, queue.about);
	const struct {
		struct managed_press press;
		enum text_id label;
		bool shown, new_row;
	} rows[] = {
	    {{.act = MANAGED_HISTORY, .hash = p->hash}, TEXT_BUTTON_HISTORY, true, true},
	    {{.act = MANAGED_ASK_REP, .hash = p->hash},
		p->rep_id ? TEXT_BUTTON_MANAGED_REASSIGN : TEXT_BUTTON_MANAGED_ASSIGN, open, true},
	    {queue, TEXT_BUTTON_MANAGED_QUEUE, open && p->rep_id, false},
	    {{.act = MANAGED_ASK_STATUS, .hash = p->hash}, TEXT_BUTTON_MANAGED_STATUS, true, true},
	    {{.act = MANAGED_ASK_NOTE, .hash = p->hash}, TEXT_BUTTON_MANAGED_NOTE, true, false},
	};
	size_t count = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].shown)
			buttons[count++] = turn_managed_button(t,
			    turn_text(t, rows[i].label, NO_ARGS), rows[i].press, rows[i].new_row);
	return count + turn_managed_back(t, place, buttons + count);
}

void turn_show_managed(
    struct turn *t, const struct managed_prospect *p, const char *place, bool again)
{
	const struct client_view *client = &p->client;
	struct button *extra = ARENA_ARRAY(t->a, struct button, PROSPECT_LIST_EXTRA_MOST);
	const struct prospect_item item = {.name = client->name,
	    .telegram = client->telegram,
	    .email = client->email,
	    .context = client->context,
	    .notes = client->notes,
	    .status = turn_client_status(t, client->status, true),
	    .reach = client->reach,
	    .more = more_about(t, p)};
	const struct prospect_list list = {.catalog = t->state->rules->catalog,
	    .locale = t->out->next.locale,
	    .chat_id = t->event->chat_id,
	    .priority = PRIORITY_REPLY,
	    .header = turn_text(t, TEXT_MANAGED_CARD, NO_ARGS),
	    .context_units = ABOUT_UNITS,
	    .notes_units = ABOUT_UNITS,
	    .items = &item,
	    .count = 1,
	    .extra = extra,
	    .extra_count = card_buttons(t, p, place, extra)};
	struct message_list messages = {0};
	prospect_list_send(&list, t->a, &messages);
	if (again && t->event->message_id && messages.count == 1) {
		messages.first->kind = MESSAGE_EDIT_TEXT;
		messages.first->message_id = t->event->message_id;
	}
	message_list_join(&t->out->messages, &messages);
}
