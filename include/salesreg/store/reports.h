/*
 * The figures of salesreg.report_* for any length of time, all as of one moment: reports_begin() opens a snapshot that only reads, and
 * reports_end() closes it. What each figure counts is said in sql/migrations/011_reports.sql.
 * Ownership: rows and their strings live in the arena given. Units: in the names; microseconds since 1970 are 0 and lengths of time
 * are -1 where nothing is known. Errors: false; the session says why.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/db/session.h"

bool reports_begin(struct db_session *s, int answer_ms);
bool reports_end(struct db_session *s);

struct report_waiting {
	int64_t without_rep, without_rep_us, without_rep_late;
	int64_t without_contact, without_contact_us, without_contact_late;
	int64_t stale, now_us;
};
/* rep NULL: of all; is_there false: there is no such rep with anything to tell. */
bool reports_waiting(struct db_session *s, struct arena *a, const char *rep, bool *is_there,
    struct report_waiting *waiting);

struct report_arrivals {
	const char *period; /* this, before */
	const char *
	    section; /* all, hours, rep, source: by what it was counted; of the others there is NULL */
	const char *rep, *name, *hours, *source, *campaign;
	int64_t arrived, assigned, contacted, in_conversation, converted, archived;
	int64_t to_rep_p50_ms, to_rep_p95_ms, to_contact_p50_ms, to_contact_p95_ms;
};
/* zone: of reps who have none. */
bool reports_arrivals(struct db_session *s, struct arena *a, int64_t period_s, const char *zone,
    const char *rep, struct report_arrivals **rows, size_t *count);

struct report_load {
	const char *rep, *name, *status;
	int64_t open, without_contact, without_contact_us, without_contact_late, stale;
	int64_t capacity; /* their own; 0: as everybody's */
	bool available, paused;
};
bool reports_load(struct db_session *s, struct arena *a, const char *rep, struct report_load **rows,
    size_t *count);

struct report_ended {
	const char *period, *rep, *name, *reason;
	int64_t ended;
};
bool reports_ended(struct db_session *s, struct arena *a, int64_t period_s, const char *rep,
    struct report_ended **rows, size_t *count);

/* All of the above by a worker, of all reps, in one run: the same snapshot, and answer_ms for each statement of it. */
struct reports {
	struct report_waiting waiting;
	struct report_arrivals *arrivals;
	struct report_load *load;
	struct report_ended *ended;
	size_t arrivals_count, load_count, ended_count;
};
void reports_plan(
    struct db_plan *plan, struct arena *a, int64_t period_s, const char *zone, int answer_ms);
/* results: of a plan that has nothing else. */
void reports_parse(PGresult *const *results, struct arena *a, struct reports *reports);
