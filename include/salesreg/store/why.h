/*
 * Why a prospect is with whom: each assignment, by what it was decided, and the reps of its round as they were then.
 * Ownership: rows and their strings live in the arena given. Units: microseconds since 1970 where a name says so; 0: not yet.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"

struct why_assignment {
	int64_t id, started_us, ended_us;
	const char *rep, *name; /* name NULL: the rep has been deleted */
	const char *reason;     /* why it ended, or NULL */
	const char *detail;     /* of the event that explains it; NULL: it is not there any more */
	const char *
	    rule; /* what the round was decided by; NULL: nothing is kept of one, as the rest is 0 then */
	int64_t prospects, place;
};
/* The latest first. */
bool why_assignments(struct db_session *s, struct arena *a, const char *prospect, int64_t limit,
    struct why_assignment **rows, size_t *count);

struct why_rep {
	const char *rep, *name;
	int64_t open, capacity; /* when the round began */
	int64_t given;          /* by it, before this assignment */
	bool chosen;
	const char *why; /* could get nothing; NULL: could */
};
/* Those who could first, in turn. */
bool why_reps(struct db_session *s, struct arena *a, int64_t assignment, struct why_rep **rows,
    size_t *count);
