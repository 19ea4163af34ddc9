/*
 * What the bot may write to prospects of its own accord, and when: reminders and its first word. Answers are not its own accord.
 * Ownership: nothing is kept. Units: minutes since midnight where the person is; messages. Errors: none.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { OUTREACH_DAY_MINUTES = 24 * 60, OUTREACH_REMINDERS_MOST = 2 };

struct outreach_limits {
	int opens, closes;  /* people's waking hours: from the first on, until before the second */
	int64_t most_a_day; /* to one person; 0: none, ever */
};

struct outreach_facts {
	bool
	    met; /* Telegram lets the bot write: the person has written to it, and has not blocked it since */
	bool owned;      /* the conversation is the bot's to lead */
	bool open;       /* the prospect is neither converted nor archived */
	bool opted_out;  /* said STOP */
	int minute;      /* of the person's day, now */
	int64_t written; /* of its own accord, on the person's day */
};

enum outreach_verdict {
	OUTREACH_NOW,
	OUTREACH_TODAY,    /* when today's waking hours begin */
	OUTREACH_TOMORROW, /* when tomorrow's do */
	OUTREACH_NEVER,    /* the reason to write has gone */
};
enum outreach_verdict outreach_may(
    const struct outreach_limits *limits, const struct outreach_facts *facts);

/* "9-21": hours, 0 to 24, the first before the second; false: it is nothing like it. */
bool outreach_hours_parse(const char *text, struct outreach_limits *limits);
