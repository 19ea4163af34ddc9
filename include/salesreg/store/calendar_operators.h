/*
 * What operators see and do of reps' calendars from the command line.
 * Ownership: rows and their strings live in the arena given. Tokens are sealed, as hexadecimal digits. Units: microseconds since 1970 (_us),
 * 0: never. Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdint.h>

struct calendar_listed {
	const char *rep;
	const char *name, *email; /* NULL: the rep is gone */
	const char *account, *state;
	const char *reason; /* why it failed lastly, or NULL */
	int64_t connected_us, synced_us;
	const char *key_id, *time_zone; /* may be NULL */
	int64_t failures;               /* looks in a row that read not everything */
};
/* rep NULL: all. */
bool calendar_operators_list(struct db_session *s, struct arena *a, const char *rep, int64_t limit,
    struct calendar_listed **rows, size_t *count);
bool calendar_operators_count(struct db_session *s, int64_t *total);

struct calendar_shown {
	const char *id, *summary;
	bool primary, counts;
	const char *error; /* why its times are not known; NULL: they are */
	int64_t synced_us;
	bool target; /* calls are entered there */
};
bool calendar_operators_calendars(struct db_session *s, struct arena *a, const char *rep,
    int64_t limit, struct calendar_shown **rows, size_t *count);

struct calendar_job_shown {
	const char *kind;
	int64_t due_us; /* 0: it was given up */
	bool under_way;
	int64_t attempts;
	const char *error; /* of the last attempt, or NULL */
};
bool calendar_operators_jobs(struct db_session *s, struct arena *a, const char *rep, int64_t limit,
    struct calendar_job_shown **rows, size_t *count);

/* As the rep's own disconnecting. */
bool calendar_operators_disconnect(struct db_session *s, struct arena *a, const char *rep);
/* rep NULL: all. *accounts: how many are connected; *due: how many of them are read now, the others are being read; *grants: how many that
   were given up are to be given back once more. */
bool calendar_operators_sync(
    struct db_session *s, const char *rep, int64_t *accounts, int64_t *due, int64_t *grants);

struct calendar_sealed {
	int64_t job;                  /* of a revocation; 0: an account */
	const char *rep;              /* the owner of the seal */
	const char *refresh, *access; /* either may be NULL */
};
/* Accounts with a token that another key sealed, ordered by rep, behind `after` (NULL: from the first on). */
bool calendar_operators_tokens(struct db_session *s, struct arena *a, const char *key_id,
    const char *after, int64_t limit, struct calendar_sealed **rows, size_t *count);
/* The same of grants that are to be given back, ordered by job, behind `after`. */
bool calendar_operators_revocations(struct db_session *s, struct arena *a, const char *key_id,
    int64_t after, int64_t limit, struct calendar_sealed **rows, size_t *count);

enum calendar_reseal {
	CALENDAR_RESEALED,
	CALENDAR_RESEAL_CHANGED, /* there is another token now, or none */
	CALENDAR_RESEAL_BUSY,    /* a process reads the rep's calendars */
};
/* access NULL: it is got anew. */
bool calendar_operators_reseal(struct db_session *s, struct arena *a,
    const struct calendar_sealed *old, const char *refresh, const char *access, const char *key_id,
    enum calendar_reseal *became);
