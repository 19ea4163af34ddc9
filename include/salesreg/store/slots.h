/*
 * What is known of the time of reps, for slots (domain/calendar/slots.h): when calendars keep them busy, and of whom that is
 * not known (sql/queries/slots.sql).
 * Ownership: as in store/people.h. Units: microseconds since 1970. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/db/session.h"

struct busy_row {
	const char *rep;
	int64_t person; /* the Telegram id, where it was asked for by that */
	int64_t starts_us, ends_us;
};
/* By the Telegram ids of the reps; `most` of each. From a day ago on, as far ahead as each can be booked. */
size_t slots_busy(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count, int64_t most);
size_t slots_busy_parse(const PGresult *result, struct arena *a, struct busy_row **rows);

/* Whoever is among them has no free slots, whatever else is known. */
struct unknown_row {
	const char *rep;
	const char *why; /* reconnect, unread, failed, old: see salesreg.calendar_doubt() */
};
size_t slots_unknown(struct db_plan *plan, struct arena *a, const char *const *reps, size_t count);
size_t slots_unknown_parse(const PGresult *result, struct arena *a, struct unknown_row **rows);

/* The same for a command, of one rep: all of it, as of an instant (0: now); *why NULL: it is known. */
bool slots_busy_now(struct db_session *session, struct arena *a, const char *rep, int64_t at_us,
    struct busy_row **rows, size_t *count);
bool slots_unknown_now(
    struct db_session *session, struct arena *a, const char *rep, const char **why);
/* What the clocks of a zone show at so many instants: "2026-12-31 10:00". */
bool slots_local(struct db_session *session, struct arena *a, const int64_t *instants, size_t count,
    const char *zone, const char **local);
