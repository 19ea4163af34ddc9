/*
 * A time zone as people type it: a city («Дубай», "New York"), a name of the tz database ("Europe/Moscow"), a difference from UTC
 * or from Moscow ("UTC+4", «МСК+4»).
 * Ownership: results are static or live in the arena. Units: none.
 * Errors: NULL; the database has the last word on whether there is such a zone.
 * Source: the tz database: its names; Etc/GMT-4 is four hours ahead of UTC.
 */
#pragma once
#include "salesreg/base/arena.h"

#define ZONE_PROBLEM_MAP(X)                                                                         \
	X(NONE)                                                                                     \
	X(UNKNOWN)                                                                                  \
	X(PART_HOUR) /* a difference of hours and minutes: which zone has it depends on the year */ \
	X(TOO_FAR)   /* no clocks differ so much */
enum zone_problem {
#define X(name) ZONE_##name,
	ZONE_PROBLEM_MAP(X)
#undef X
};

/* The zone's name that the whole text means, or NULL: *problem says why (may be NULL). */
const char *zone_read_text(const char *text, struct arena *a, enum zone_problem *problem);
/* As people are shown it: "UTC+4" for Etc/GMT-4, else its name. */
const char *zone_print(struct arena *a, const char *zone);
