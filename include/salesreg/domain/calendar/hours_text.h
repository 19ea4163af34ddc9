/*
 * Hours and days off as people type them, in Russian, English or both: «пн-пт 10-13 14-19, сб 11-15», "mon-fri 9am-5pm",
 * «по будням с 10 до 19», «каждый день кроме воскресенья 9-21», «вс выходной»; «выходной 31.12», "off 2026-12-28 to 2027-01-10",
 * «отпуск с 1 по 10 августа», «работаю 31.12».
 *
 * Times without a day are those of Monday to Friday. A day off without a year is the next one to come.
 * Ownership: results are in the caller's memory and the arena. Units: those of hours.h; words are counted from 1.
 * Errors: `problem`, with the word that is not understood, as it was typed but for large letters.
 */
#pragma once
#include "salesreg/domain/calendar/hours.h"

#define HOURS_PROBLEM_MAP(X)                                                                       \
	X(NONE)                                                                                    \
	X(EMPTY) /* nothing about hours or days off */                                             \
	X(UNKNOWN_WORD)                                                                            \
	X(BAD_TIME)      /* no time of day, or none until when */                                  \
	X(REVERSED)      /* ends before it begins, or at once */                                   \
	X(PAST_MIDNIGHT) /* what goes on after midnight is of the next day */                      \
	X(OVERLAP)       /* two ranges of a day */                                                 \
	X(NO_TIME)       /* days, but no hours for them */                                         \
	X(BAD_DATE)      /* no date, or none there is */                                           \
	X(PAST_DATE)                                                                               \
	X(TOO_MANY)

enum hours_problem {
#define X(name) HOURS_##name,
	HOURS_PROBLEM_MAP(X)
#undef X
};

enum hours_meaning {
	HOURS_MEANS_HOURS,   /* `hours`, instead of those there are */
	HOURS_MEANS_OFF,     /* `days` are off */
	HOURS_MEANS_WORKING, /* `days` are off no more */
};

struct hours_text {
	enum hours_meaning meaning;
	struct hours hours;
	int32_t days[HOURS_DAYS_OFF_MOST]; /* in order */
	size_t day_count;
	enum hours_problem problem;
	size_t word;      /* which one; 0: the text as a whole */
	const char *said; /* that word; "" */
};

/*
 * today: the local day there. names: what else the days of the week are called, seven short names from Monday on, parted by
 * spaces; NULL: nothing.
 */
void hours_read_text(
    const char *text, int32_t today, const char *names, struct arena *a, struct hours_text *out);
/* Whether it may be about hours: what is known of somebody's hours is read from the database only then. */
bool hours_may_be_in(const char *text, struct arena *a);
