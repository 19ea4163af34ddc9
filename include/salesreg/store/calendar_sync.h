/*
 * What is read of reps' calendars, and kept: the account's tokens, its calendars, when they keep the rep busy.
 * Ownership: as in store/people.h. Tokens are sealed, as hexadecimal digits. Units: seconds (_s), microseconds (_us), days since 1970.
 * Errors: those of the run; must() is CONFLICT.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/domain/calendar/account.h"

struct calendar_sync_row {
	const char *state, *refresh_token, *access_token;
	int64_t access_s; /* the access token is good for */
	int64_t person;   /* 0: the rep is gone */
	bool stays;       /* the rep is one still */
	const char *locale;
	int64_t failures;
	bool list_due;
	const char *email;
	int64_t since_us;                 /* connected */
	const char *target, *target_name; /* the calendar chosen for calls; NULL: the primary one */
	bool week_old; /* connected a week ago: when tokens of a project in Testing die */
};
struct calendar_due_row {
	const char *id;
	bool own;
	const char *sync_token; /* NULL: everything is read */
	const char *error;      /* why its times are not known by now; NULL: they are */
};
/* As many as freebusy.query takes. */
enum { CALENDARS_MOST = CALENDAR_COUNTING_MOST };
struct calendar_sync_steps {
	size_t account, calendars;
};
struct calendar_sync_steps calendar_sync_load(
    struct db_plan *plan, struct arena *a, const char *rep);
/* False: there is no account. */
bool calendar_sync_parse(const PGresult *result, struct arena *a, struct calendar_sync_row *row);
size_t calendar_due_parse(const PGresult *result, struct arena *a, struct calendar_due_row **rows);

struct calendar_tokens {
	const char *rep, *old_refresh, *refresh, *access;
	int64_t seconds;
	const char *key_id;
};
void calendar_tokens_store(struct db_plan *plan, struct arena *a, const struct calendar_tokens *t);
/* False: the account was connected anew meanwhile. */
bool calendar_tokens_stored(const PGresult *result);
void calendar_token_dead(
    struct db_plan *plan, const char *rep, const char *refresh_token, const char *why, bool dead);

struct calendar_list_row {
	const char *id, *summary, *role;
	bool primary, selected;
};
void calendar_list_store(struct db_plan *plan, struct arena *a, const char *rep,
    const struct calendar_list_row *rows, size_t count, const char *zone, int64_t since_us);

/* Calls go to the primary one from now on. CONFLICT: another one was chosen meanwhile. */
void calendar_target_gone(
    struct db_plan *plan, struct arena *a, const char *rep, const char *target, int64_t since_us);

struct busy_event {
	const char *id;
	bool all_day;
	int64_t starts_us, ends_us;
	int64_t first_day, end_day;
};
struct calendar_change {
	const char *rep, *calendar, *zone;
	const char *sync_token;     /* the next one; NULL: none */
	bool whole;                 /* everything was read: what is not among it is no more */
	const char *const *changed; /* ids of what may have been known */
	size_t changed_count;
	const struct busy_event *busy;
	size_t busy_count;
};
void calendar_change_store(
    struct db_plan *plan, struct arena *a, const struct calendar_change *change);
/* Its times are not known, so it is never free. */
void calendar_unknown(struct db_plan *plan, const char *rep, const char *calendar, const char *why);
/* why NULL: all went well. */
void calendar_sync_end(struct db_plan *plan, const char *rep, const char *why);
/* The rep is gone, or no rep any more: as the rep's own disconnecting. */
void calendar_disconnect_rep(struct db_plan *plan, struct arena *a, const char *rep);
