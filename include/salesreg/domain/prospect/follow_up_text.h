/*
 * When a rep wants to come back to a prospect, as people type it: "31.12", "31.12.2026 15:00", "3.12 в 9".
 * Ownership: the arena is scratch. Units: days since 1970 and minutes since midnight, both where the rep is.
 * Errors: what is wrong with it.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdint.h>

enum { FOLLOW_UP_MINUTE = 10 * 60 /* where none is said */, FOLLOW_UP_DAYS_MOST = 366 };

#define FOLLOW_UP_PROBLEM_MAP(X)                                                                   \
	X(OK)                                                                                      \
	X(UNKNOWN)  /* it is no date */                                                            \
	X(BAD_DATE) /* there is no such day, or no such time of day */                             \
	X(PAST)                                                                                    \
	X(TOO_FAR) /* more than FOLLOW_UP_DAYS_MOST days ahead */
enum follow_up_problem {
#define X(name) FOLLOW_UP_##name,
	FOLLOW_UP_PROBLEM_MAP(X)
#undef X
};

struct follow_up {
	int32_t day;
	int minute;
};
/* today, minute: now. A day without a year is the next one to come. */
enum follow_up_problem follow_up_read(
    const char *text, int32_t today, int minute, struct arena *a, struct follow_up *out);
/* "31.12.2026" */
const char *follow_up_day(struct arena *a, int32_t day);
