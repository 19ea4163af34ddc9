/*
 * A rep's clients as the conversation sees them: a page of the list, a card; and what buttons say of places in the list.
 * Ownership: borrowed for the step; what is written lives in the arena. Units: microseconds since 1970. Errors: none.
 */
#pragma once
#include "salesreg/domain/conversation/prospect_view.h"
#include "salesreg/domain/prospect/reach.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CLIENTS_A_PAGE = 8,
	CLIENTS_SEARCHED = 500, /* at once, for a word */
	CLIENT_WORD_BYTES = 26, /* of a word that is looked for, as far as a button can carry it */
	CLIENT_EVENTS_ON_CARD = 4,
	CLIENT_EVENTS_A_PAGE = 10,
	CLIENT_EVENT_SHORT = 300, /* characters of a card's, and of a page's */
	CLIENT_EVENT_LONG = 4096,
};

/* Where a client stands in the list, the newest first: when its row was made (as clients_page has it), and a hash of its id. */
struct client_place {
	int64_t at_us, hash;
};

/* What a button under the list does. */
enum client_move {
	CLIENTS_FIRST, /* the first page */
	CLIENTS_OLDER, /* those behind the place */
	CLIENTS_NEWER, /* those before it */
	CLIENTS_OPEN, /* the card of who stands there: of whom has no assignment that could name them */
	CLIENTS_FIND /* those behind the place that `word` is about */
};
struct client_press {
	enum client_move move;
	struct client_place place; /* not of FIRST */
	const char *word;          /* of FIND: CLIENT_WORD_BYTES at most; points into the data */
};
/* In callback data behind the press: with it MESSAGE_CALLBACK_BYTES at most. */
const char *client_press_write(struct client_press press, struct arena *a);
/* False: it is none that a clock of the database could read. */
bool client_press_read(const char *data, struct client_press *press);

struct client_line {
	struct client_place at;
	int64_t assignment_id; /* 0: none goes on */
	const char *name, *telegram, *email;
	const char *status; /* the database's word */
	bool contacted;     /* this rep said so already */
	enum conversation_owner owner;
	const char *follow_up; /* when the rep wanted to come back to them; NULL: never */
	const char
	    *answered; /* numbers and e-mail addresses, each on a line; NULL: none, or not read */
};
/* Of what somebody typed what is looked for: in lower case, CLIENT_WORD_BYTES at most; "": nothing. */
const char *client_word(const char *text, struct arena *a);
/* Whether each word of it stands in the name, @name or e-mail, or its digits in a phone number or the id; answers count. */
bool client_matches(const struct client_line *line, const char *word, struct arena *a);

struct client_page {
	const struct client_line *lines;
	size_t count;
	bool newer, older; /* there are such besides */
};

/* What happened to a client. */
struct client_event {
	int64_t id;
	const char *at, *kind; /* kind: the database's word */
	const char *detail, *who;
	const char *by; /* for admins: who did it, as salesreg.audit has them; NULL: not known */
};

/* Whom a rep wants to add as a client of their own. */
enum chosen_is {
	CHOSEN_NOBODYS, /* and may be taken: nobody is known, or somebody who waits or was archived */
	CHOSEN_MINE,    /* an open client of this rep's already */
	CHOSEN_TAKEN,   /* another one's, or a buyer */
	CHOSEN_BOUGHT,    /* from this rep, and is closed */
	CHOSEN_COLLEAGUE, /* is a rep */
};
struct chosen_view {
	enum chosen_is is;
	bool known;              /* there is a row of this prospect */
	const char *prospect_id; /* that it has, or gets */
	int64_t assignment_id;   /* of MINE: that goes on, 0: none; of NOBODYS: that it gets */
	const char *invite;      /* of NOBODYS, as struct client_view has it */
};

struct client_view {
	const char *prospect_id, *name, *telegram, *email, *context, *notes;
	const char *status;    /* the database's word */
	int64_t assignment_id; /* 0: no buttons */
	bool contacted;        /* this rep said so already */
	enum reach reach;
	/* what their settings allow: no link to them by their number, no voice messages; what a first message costs */
	bool private_forwards, no_voices;
	int64_t message_stars;
	/* a link that leads them to the bot; NULL: none is needed, or can be made */
	const char *invite;
	enum conversation_owner owner;
	bool blocked;                  /* by the rep */
	const char *source, *campaign; /* see salesreg.conversations; NULL: not known */
	const char *follow_up, *zone;
	/* what they answered; script NULL: nothing, or it cannot be read any more */
	const struct script *script;
	const char *const *answers;
	bool finished;                     /* all was asked */
	const struct client_event *events; /* the newest first */
	size_t event_count;
	bool more_events; /* older ones */
};
