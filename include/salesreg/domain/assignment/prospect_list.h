/*
 * Prospects as a rep sees them: cards of text with buttons, as many messages as they need; or many of them by name.
 * For notifications and for the cards of "my clients", so that both look and act alike.
 * Ownership: everything is borrowed for the call; messages live in the arena.
 * Units: UTF-16 units.
 */
#pragma once
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/prospect/reach.h"
#include "salesreg/domain/text/catalog.h"

enum { PROSPECT_LIST_A_MESSAGE = 8 }; /* so many cards at most */

struct prospect_item {
	const char *said;                                      /* to the bot, or NULL */
	const char *name, *telegram, *email, *context, *notes; /* NULL or blank: left out */
	const char *status;                                    /* to be shown, or NULL */
	const char *known, *colleague;                         /* see notice.h */
	enum reach reach;
	bool hidden;                 /* no link leads to them by their number */
	const char *bot_writes;      /* see notice.h */
	bool asks_for_person, own;   /* see notice.h */
	bool again, again_contacted; /* a colleague had it; and wrote to them */
	const char
	    *invite; /* a link that leads them to the bot: a draft with it is offered; NULL: none */
	int64_t assignment_id;
	bool can_contact, can_decline; /* which buttons */
	const char *more; /* what else there is to say, behind the rest; NULL: nothing */
};

struct prospect_list {
	const struct catalog *catalog;
	enum locale locale;
	int64_t chat_id;
	enum message_priority priority;
	const char *header;
	bool numbered; /* numbers before the names and on the buttons */
	size_t context_units, notes_units;
	const struct prospect_item *items;
	size_t count;
	/* behind those of a list of one; PROSPECT_LIST_EXTRA_MOST at most */
	const struct button *extra;
	size_t extra_count;
};
enum { PROSPECT_LIST_EXTRA_MOST = 8 };

void prospect_list_send(
    const struct prospect_list *list, struct arena *a, struct message_list *messages);
/*
 * Many of them as one message: each by name and how to reach them, with a button that opens the card. Who asks for a person
 * comes first. Of those there is no room for the message says how many they are, and where.
 */
void prospect_list_send_names(
    const struct prospect_list *list, struct arena *a, struct message_list *messages);

/* A name fit to stand in a sentence: one line, shortened. */
const char *prospect_short_name(struct arena *a, const char *name);
/* The same for a message, where a name with an address in it is no link (quote.h); not for buttons, nor answers to presses. */
const char *prospect_quoted_name(struct arena *a, const char *name);
