#include "salesreg/domain/prospect/outreach_text.h"
#include "salesreg/domain/event/callback_data.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

enum { CAMPAIGN_UNITS = 120, NAME_UNITS = 60 };

static struct message *say(const struct outreach_about *about, enum text_id id, struct arena *a,
    struct message_list *messages)
{
	const char *name = quote_name(a, about->name, NAME_UNITS);
	const struct catalog_arg args[] = {
	    {"name", *name ? name
			   : catalog_render(about->catalog, about->locale, TEXT_PROSPECT_NAMELESS,
				 NULL, 0, a)},
	    {"rep", quote_name(a, about->rep, NAME_UNITS)},
	    {"campaign", quote_piece(a, about->campaign, CAMPAIGN_UNITS)},
	};
	struct message *message = message_list_add(messages, a, about->chat_id,
	    PRIORITY_NOTIFICATION,
	    catalog_render(about->catalog, about->locale, id, args, sizeof args / sizeof *args, a));
	struct button *stop = ARENA_NEW(a, struct button);
	*stop = (struct button){
	    .text = catalog_render(about->catalog, about->locale, TEXT_BUTTON_STOP, NULL, 0, a),
	    .data = press_data(a, PRESS_PROSPECT_STOP, 0),
	    .new_row = true,
	};
	message_set_buttons(message, stop, 1);
	return message;
}

/* In a chat of the rep's own, where the bot has no buttons, and is not named. */
static struct message *say_as_rep(const struct outreach_about *about, enum text_id id,
    struct arena *a, struct message_list *messages)
{
	const struct catalog_arg args[] = {
	    {"rep", quote_name(a, about->rep, NAME_UNITS)}, {"link", about->link}};
	struct message *message = message_list_add(messages, a, about->chat_id,
	    PRIORITY_NOTIFICATION,
	    catalog_render(about->catalog, about->locale, id, args, sizeof args / sizeof *args, a));
	struct relayed *relayed = ARENA_NEW(a, struct relayed);
	*relayed = (struct relayed){.prospect = about->prospect, .chat_id = about->rep_telegram_id};
	for (size_t i = 0; i < RELAY_REFUSALS; i++)
		relayed->refused[i] = about->refused;
	message->connection = about->connection;
	message->relayed = relayed;
	return message;
}

struct message *outreach_first_word(
    const struct outreach_about *about, struct arena *a, struct message_list *messages)
{
	enum text_id id = TEXT_REACH_OUT_TABLE;
	if (about->connection)
		return say_as_rep(about,
		    about->link ? TEXT_REACH_OUT_AS_REP_LINK : TEXT_REACH_OUT_AS_REP, a, messages);
	if (about->source && strcmp(about->source, "campaign") == 0 && about->campaign)
		id = TEXT_REACH_OUT_CAMPAIGN;
	else if (about->source && strcmp(about->source, "chat") == 0)
		id = TEXT_REACH_OUT_CHAT;
	return say(about, id, a, messages);
}

struct message *outreach_reminder(const struct outreach_about *about, int64_t step, struct arena *a,
    struct message_list *messages)
{
	if (about->connection)
		return say_as_rep(about,
		    step == 1 ? TEXT_REMINDER_AS_REP : TEXT_REMINDER_LAST_AS_REP, a, messages);
	if (about->rep)
		return say(about, step == 1 ? TEXT_REMINDER_OF_REP : TEXT_REMINDER_LAST_OF_REP, a,
		    messages);
	return say(about, step == 1 ? TEXT_REMINDER : TEXT_REMINDER_LAST, a, messages);
}
