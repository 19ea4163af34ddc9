/*
 * When reps work: their hours, days off and rules (sql/queries/hours.sql); local dates become instants in the database, which
 * has the rules of the zones.
 * Ownership: as in store/people.h. Units: minutes, days; instants in microseconds since 1970, local days as days since 1970.
 * Errors: those of the run. `zone` is that of who has set none and has no calendar: time_zone_here().
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/db/session.h"

struct hours_row {
	const char *rep;
	int64_t slot_minutes, step_minutes, buffer_before_minutes, buffer_after_minutes;
	int64_t notice_minutes, horizon_days;
	int64_t most_a_day;           /* 0: as many as fit */
	const char *hours, *days_off; /* as domain/calendar/hours.h packs them; NULL: none */
	const char *zone;             /* that counts for this rep */
	bool own_zone;                /* which is what was set, and not the calendar's or `zone` */
	int64_t today;                /* there */
	const char *now;              /* there: "14:05" */
	/* the calendar's, and `zone` as it was given; NULL: none, or none that the server knows */
	const char *calendar_zone, *here_zone;
};
/* By the Telegram ids of the reps. */
size_t hours_read(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count,
    const char *zone);
size_t hours_parse(const PGresult *result, struct arena *a, struct hours_row **rows);

/* Of names, which are zones, and what their clocks show. */
struct zone_row {
	const char *name, *now;
};
size_t zones_read(struct db_plan *plan, struct arena *a, const char *const *names, size_t count);
size_t zones_parse(const PGresult *result, struct arena *a, struct zone_row **rows);

/* Working time on one day; for slots_free(), `number` is its day. */
struct hours_window {
	const char *rep;
	int64_t person; /* the Telegram id, where it was asked for by that */
	int64_t number; /* of the day: 0 is the first */
	int64_t day;
	const char *zone;
	int64_t starts_us, ends_us;
	/* "27.11 10:00,27.11 10:30": what clocks show at each step; with `person` only */
	const char *labels;
};
/* By the Telegram ids of the reps; `most` of each, from today on, as far ahead as each can be booked; by rep and beginning. */
size_t hours_windows(struct db_plan *plan, struct arena *a, const int64_t *people, size_t count,
    const char *zone, int64_t most);
size_t hours_windows_parse(const PGresult *result, struct arena *a, struct hours_window **windows);

/* -- for commands ------------------------------------------------------------------------------------------------------- */

struct hours_owner {
	const char *id, *name, *email, *status; /* id NULL: nobody has the address */
};
bool hours_owner(
    struct db_session *session, struct arena *a, const char *email_key, struct hours_owner *owner);
bool hours_of_rep(struct db_session *session, struct arena *a, const char *rep, const char *zone,
    struct hours_row *row);

/* All of them, from an instant on (0: now). */
bool hours_windows_now(struct db_session *session, struct arena *a, const char *rep,
    const char *zone, int64_t from_us, struct hours_window **windows, size_t *count);

enum { HOURS_AS_IT_IS = -1 };
struct hours_change {
	const char *hours;              /* packed; NULL: as they are */
	const char *days_off, *working; /* packed; NULL: none */
	const char *zone;               /* "": none of the rep's own; NULL: as it is */
	/* minutes, days, a number (0: as many as fit); HOURS_AS_IT_IS */
	int64_t slot, step, buffer_before, buffer_after, notice, horizon, most_a_day;
};
/*
 * In the caller's transaction (store/audit.h). *zone_is_known false: the server knows no such zone, and the transaction is not to be
 * committed.
 */
bool hours_change(struct db_session *session, struct arena *a, const char *rep,
    const struct hours_change *change, bool *zone_is_known);
