/*
 * The rule by which an event comes again, as far as the emulator knows such rules: RRULE with FREQ=DAILY or WEEKLY, INTERVAL, and
 * COUNT or UNTIL. Pure.
 * Ownership: nothing is kept. Units: days; microseconds since 1970. Errors: false for any other rule.
 * Facts: RFC 5545, 3.3.10; developers.google.com/calendar/api/concepts/events-calendars ("Recurring events").
 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { GOOGLE_OCCURRENCES_MAX = 400 }; /* also of a rule without an end */
struct google_recurrence {
	int64_t step_days;
	int64_t count;    /* at most GOOGLE_OCCURRENCES_MAX */
	int64_t until_us; /* INT64_MAX: no such end */
};
/* recurrence: the event's member, a list of one rule. */
bool google_recurrence_read(const json_t *recurrence, struct google_recurrence *out);
