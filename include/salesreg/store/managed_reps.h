/*
 * What managers see of reps from the command line.
 * Ownership: rows and their strings live in the arena given. Units: microseconds since 1970 where a name says so; 0: never, or not known.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdbool.h>
#include <stdint.h>

struct managed_rep {
	const char *id, *name, *email, *username; /* as the table has them, cut */
	int64_t telegram_id;
	const char *status;
	int64_t open;         /* prospects that count against the capacity */
	const char *calendar; /* see salesreg.calendar_accounts; NULL: never connected */
	const char
	    *reason; /* why they are out of reach, or what became of their application; or NULL */
	int64_t unreachable_since_us;
	int64_t seen_us; /* when their conversation with the bot last changed */
	int64_t registered_us;
	int64_t total;           /* how many there are, of whom `limit` are listed */
	int64_t capacity;        /* their own; 0: as everybody's */
	int64_t paused_until_us; /* 0: until a manager ends it, or not paused */
	bool available, paused, is_admin;
};
/*
 * status NULL: any. words NULL: everybody; else by an id; else by an account, an @name or an e-mail address; else by a part of the
 * name. order: "name", "status", "load", "seen" or "registered".
 */
bool managed_reps_list(struct db_session *s, struct arena *a, const char *status, const char *words,
    const char *order, int64_t limit, struct managed_rep **rows, size_t *count);

struct managed_rep_more {
	int64_t converted, archived; /* prospects */
	int64_t contacted_us; /* when they last said that they wrote to one who is open now */
	const char *calendar_email, *calendar_reason; /* may be NULL */
	int64_t waiting, undelivered; /* messages to their chat: to be sent; failed or held */
	bool proven;                  /* the e-mail, by a code */
};
/* is_there: false: it has been deleted since. */
bool managed_reps_more(struct db_session *s, struct arena *a, const char *id, bool *is_there,
    struct managed_rep_more *more);
