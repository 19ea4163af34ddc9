/*
 * Reps as an admin sees them in the chat: a page of the list, a card; and what the buttons there say.
 * Ownership: borrowed for the step; what is written lives in the arena. Units: Telegram accounts; counts. Errors: none.
 */
#pragma once
#include "salesreg/domain/conversation/views.h"

enum { REPS_A_PAGE = 8, REP_TAG_CHARS = 8, REP_PAGES_MOST = 99999, REP_CAPACITY_MOST = 999999 };

/* What a button on a card carries besides the account: the page that the card was opened from, the first characters of the rep's id, for an
 * account may be another one's by now, a number of the button's own, and the number that it takes the place of, as it was shown. */
struct rep_press {
	int64_t page, value, shown;
	bool has_shown;
	char tag[REP_TAG_CHARS + 1]; /* "": none */
};
const char *rep_press_write(struct rep_press press, struct arena *a);
/* False: it is none. about may be NULL. */
bool rep_press_read(const char *about, struct rep_press *press);

struct rep_line {
	int64_t telegram_id; /* no button opens the card of who has none above 0 */
	const char *id, *name;
	const char *status; /* the database's word */
	int64_t open;
	int64_t capacity; /* their own; 0: as everybody's */
	bool paused, available;
};
struct rep_page {
	const struct rep_line *lines;
	size_t count;
	int64_t page,
	    total; /* page: from 0 on, the last one if there are not so many; total: of reps */
};

/* What struct subject_view has no room for. Times are clocks' in `zone`; NULL: never, or not known. */
struct rep_card {
	const char *username;
	int64_t open, converted, archived; /* prospects */
	int64_t capacity;                  /* as in struct rep_line */
	const char *paused_until;          /* NULL: until somebody ends it */
	const char *unreachable_since;
	const char *calendar; /* the database's word; NULL: never connected */
	const char *calendar_email;
	const char *seen, *registered;
	const char *day_ahead, *week_ahead, *zone;
	const char *
	    changed_by; /* who changed something last: a name, an account, an operator; NULL: nobody yet */
	bool paused, available;
};
