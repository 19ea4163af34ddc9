/*
 * Google asked afresh when a rep is busy, where the last look at the calendars is not good enough: just before something is booked
 * (sql/queries/calendar_checks.sql). `salesreg oauth` asks freeBusy for all calendars of the rep that count; nobody else talks to
 * Google.
 *
 * How a booking does it:
 *   1. In a transaction of its own it asks for the interval of the call, buffers included: calendar_check_ask(), and keeps the id. The
 *      commit wakes `salesreg oauth`.
 *   2. It reads the check (calendar_check_read()) every 100 ms or so, for CALENDAR_CHECK_MS at most.
 *   3. calendar_check_verdict() of what it read says what to do. FREE: book it, in a transaction that the constraint of bookings guards
 *      against a second one. BUSY: offer other times. UNKNOWN, or no answer in time: not bookable now; unknown is never free.
 * Whoever books without having asked relies on a look that may be minutes old.
 *
 * Ownership: as in store/people.h. Units: microseconds since 1970; an interval includes `from` and excludes `until`, and is no longer
 * than CALENDAR_CHECK_DAYS. Errors: those of the run. An answer is good for the moment, and forgotten within hours.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/db/session.h"
#include "salesreg/domain/calendar/hours.h"

enum { CALENDAR_CHECK_MS = 10000, CALENDAR_CHECK_DAYS = HOURS_HORIZON_DAYS + 1 };

size_t calendar_check_ask(
    struct db_plan *plan, struct arena *a, const char *rep, int64_t from_us, int64_t until_us);
const char *calendar_check_id(const PGresult *result, struct arena *a);

struct calendar_check {
	bool is_answered;
	const char *unknown; /* why the answer says nothing; NULL: it does */
	struct calendar_check_busy {
		int64_t starts_us, ends_us;
	} * busy; /* in order; they may overlap */
	size_t count;
};
size_t calendar_check_read(struct db_plan *plan, const char *id);
void calendar_check_parse(const PGresult *result, struct arena *a, struct calendar_check *check);
enum calendar_verdict { CALENDAR_FREE, CALENDAR_BUSY, CALENDAR_UNKNOWN };
enum calendar_verdict calendar_check_verdict(
    const struct calendar_check *check, int64_t from_us, int64_t until_us);

/* The same for a command, which waits for the answer; is_answered false: it did not come in time. */
bool calendar_check_now(struct db_session *session, struct arena *a, const char *rep,
    int64_t from_us, int64_t until_us, struct calendar_check *check);

/* For `salesreg oauth`: what of this rep is to be asked, and the answer. */
struct calendar_check_row {
	const char *id; /* NULL: nothing, or nobody waits for it any more */
	int64_t from_us, until_us;
};
size_t calendar_check_load(struct db_plan *plan, const char *rep);
void calendar_check_row_parse(
    const PGresult *result, struct arena *a, struct calendar_check_row *row);
void calendar_check_answer(struct db_plan *plan, struct arena *a, const char *id,
    const char *unknown, const struct calendar_check_busy *busy, size_t count);
