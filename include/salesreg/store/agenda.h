/*
 * A rep's next days, as the chat shows them (sql/queries/agenda.sql), beside store/slots.h and store/hours.h. People are reps' Telegram ids.
 * Ownership: as in store/people.h. Units: days, 0 is today where the rep is. Errors: those of the run.
 * `zone` is that of who has set none and has no calendar: time_zone_here().
 */
#pragma once
#include "salesreg/db/conn.h"

/* Of one person. Who has as many may have more: what is known of them is not all. */
enum {
	AGENDA_BUSY_MOST = 5000,
	AGENDA_SPANS_MOST = 100, /* on a day */
	AGENDA_WINDOWS_MOST = 1000,
};

struct agenda_span {
	int64_t person, day;
	const char *from, *until; /* "10:00", "24:00" */
};
size_t agenda_days(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count, const char *zone);
size_t agenda_days_parse(const PGresult *result, struct arena *a, struct agenda_span **rows);
