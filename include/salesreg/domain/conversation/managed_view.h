/*
 * Prospects as an admin's chat shows them: who was found, a card; and what buttons under these say.
 * Ownership: borrowed for the step; what is written or read lives in the arena. Units: Telegram's ids; days. Errors: false.
 */
#pragma once
#include "salesreg/domain/conversation/client_view.h"

enum {
	MANAGED_A_PAGE = 8,
	MANAGED_PAGES = 25,      /* of a list; behind them is looked with other words */
	MANAGED_WORD_BYTES = 38, /* of words, as far as a button can carry them */
	MANAGED_WORDS_MOST = 255,
	MANAGED_ABOUT_CHARS = 8, /* of a fingerprint */
};

/* Which prospects; a letter in callback data, and for the statement managed_waiting. */
enum managed_list {
	LISTED_FOUND,           /* whom words are about */
	LISTED_WITHOUT_REP,     /* w */
	LISTED_WITHOUT_CONTACT, /* c: a rep has them, and has not said a word */
	LISTED_QUIET,           /* q: nobody has been in contact for 14 days */
};
enum { MANAGED_LISTS = LISTED_QUIET + 1 };
char managed_list_letter(enum managed_list list);

/* A page of a list. */
struct managed_place {
	enum managed_list list;
	int64_t page;      /* from 0 */
	const char *words; /* of LISTED_FOUND: that were looked for */
};
/* In callback data behind a press, and behind a card's. */
const char *managed_place_write(struct managed_place place, struct arena *a);
/* False: it is none. Points into the data. */
bool managed_place_read(const char *data, struct managed_place *place);

/* What a button under a card does. */
/* name, letter, whether it decides on what the card showed */
#define MANAGED_ACT_MAP(X)                                                                         \
	X(CARD, 'c', false)       /* shows it where it was pressed; a place: where it was found */ \
	X(ASK_REP, 'r', false)    /* asks who gets it; a number: the page */                       \
	X(GIVE, 'g', true)        /* a number: the account of the rep */                           \
	X(QUEUE, 'q', true)       /* it goes back, to whose turn it is */                          \
	X(ASK_STATUS, 's', false) /* asks which status */                                          \
	X(SET_STATUS, 'S', true)  /* a number: which of managed_statuses, from 1 */                \
	X(HISTORY, 'h', false)    /* a number: the event before which it goes on */                \
	X(ASK_NOTE, 'n', false)   /* asks for a note */

enum managed_act {
#define X(name, letter, decides) MANAGED_##name,
	MANAGED_ACT_MAP(X)
#undef X
};
struct managed_press {
	enum managed_act act;
	int64_t hash;      /* of the prospect's id, as the database makes it */
	const char *place; /* of CARD, as managed_place_write() has it; NULL: none */
	int64_t number;    /* 0: none */
	/* of who decides: what the card showed (managed_about) */
	char about[MANAGED_ABOUT_CHARS + 1];
};
const char *managed_press_write(struct managed_press press, struct arena *a);
/* False: it is none. Points into the data. */
bool managed_press_read(const char *data, struct managed_press *press);

/* What an admin's event wants to be known of prospects. */
enum managed_want {
	MANAGED_NOTHING,
	MANAGED_SEARCH, /* those whom `words` are about */
	MANAGED_ONE,    /* the one that `press` is about */
	MANAGED_LISTED, /* those of `list`, who wait */
	MANAGED_WAITS,  /* how many these are */
};
struct managed_ask {
	enum managed_want want;
	const char *phase; /* only of who is asked by this phase's name; NULL: of anybody */
	const char
	    *draft_phase; /* → prospect: of the draft of who is asked by this one's; NULL: none */
	const char *words; /* MANAGED_WORDS_MOST bytes at most */
	int64_t account;   /* a Telegram account that somebody may be known by; 0: none */
	const char *phone; /* the same of a number; NULL: none */
	enum managed_list list;
	int64_t page;
	struct managed_press press;
	bool holds;      /* of MANAGED_ONE: nobody else changes it until this is decided */
	bool wants_reps; /* → reps, a page of them */
	int64_t reps_page;
	bool wants_history; /* → prospect: what happened, before this event; 0: the latest */
	int64_t events_before;
	bool alone; /* of MANAGED_SEARCH: → prospect, if it is the only one that is found */
	/* the only one that it has found, and whose card is wanted with it; set by who has looked */
	bool has_only;
	int64_t only;
};

struct managed_line {
	int64_t hash;
	const char *name, *status; /* the database's word */
	const char *rep;           /* the name; NULL: nobody's */
	const char *since;         /* of who waits; NULL: not known */
};

struct managed_prospect {
	int64_t hash;
	/* as a rep's client; assignment_id that of whoever has it */
	struct client_view client;
	const char *rep_id, *rep_name, *rep_status; /* NULL: nobody has it */
	int64_t rep_telegram_id;
	int64_t account; /* in the bot's chat; 0: has not met the bot */
	bool stopped;    /* said STOP */
	const char *phone;
	const char *came, *contact;          /* when; NULL: not known, never */
	int64_t days;                        /* since it came */
	const char *changed_by, *changed_at; /* what a manager did last; NULL: nothing is known */
};

/* The beginning of a fingerprint of who has it and its status. */
void managed_about(
    const struct managed_prospect *prospect, struct arena *a, char about[MANAGED_ABOUT_CHARS + 1]);
/* The database's words for what a manager may make of a prospect. */
enum { MANAGED_STATUSES = 5 };
extern const char *const managed_statuses[MANAGED_STATUSES];

/* Somebody who may get a prospect. */
struct rep_choice {
	int64_t telegram_id;
	const char *id, *name;
	int64_t open, capacity; /* capacity: their own; 0: as everybody's */
	bool paused, unreachable;
};
enum { MANAGED_REPS_A_PAGE = 8 };

/* What waits now; times are clocks' in the company's zone, NULL: nobody, or not known. */
enum { WAITS_COUNTED = 1000 };
struct managed_waits {
	/* by list; WAITS_COUNTED + 1 stands for more; and of them those who wait for too long */
	int64_t count[MANAGED_LISTS], late[MANAGED_LISTS];
	const char *oldest[MANAGED_LISTS];
	int64_t failed;                /* messages */
	int64_t unreachable;           /* reps */
	const char *unreachable_names; /* of some of these, with commas */
	bool partial;                  /* reps have more open prospects than were looked at */
};

struct managed_view {
	const struct managed_waits *waits;
	/* active reps, whose turn is next first */
	const struct rep_choice *reps;
	size_t rep_count;
	bool more_reps;
	const struct managed_line *lines;
	size_t line_count;
	bool more;                               /* lines, behind these */
	const struct managed_prospect *prospect; /* NULL: there is none, or none any more */
};
