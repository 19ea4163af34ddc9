/*
 * What doctor asks the database about reps' calendars.
 * Ownership: rows and their strings live in the arena given. Units: in the names.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdint.h>

struct doctor_accounts {
	int64_t connected;
	int64_t late, oldest_ms; /* not read for an hour */
	const char *late_why;    /* of one of them, or NULL */
	int64_t reconnect;       /* reps who have to connect again */
	int64_t week_old;        /* those of them whose connection ended after a week */
};
bool doctor_calendar_accounts(struct db_session *s, struct arena *a, struct doctor_accounts *out);

/* Grants that could not be given back; *why may become NULL. */
bool doctor_calendar_revocations(struct db_session *s, struct arena *a, int64_t longer_than_s,
    int64_t *count, int64_t *oldest_ms, const char **why);

struct doctor_key {
	const char *id; /* as struct seal_key has it */
	int64_t tokens;
};
bool doctor_calendar_keys(
    struct db_session *s, struct arena *a, struct doctor_key **rows, size_t *count);
