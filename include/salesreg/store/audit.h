/*
 * Who did what to whom: salesreg.audit, a row in the transaction of each change that a manager makes. What admins do in the chat is
 * written with its effects (store/effects.h).
 * Ownership: rows and their strings live in the arena given; an entry is borrowed for the call. Units: microseconds since 1970 (_us).
 * Errors: false; the session says why, and the change must not be committed.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdbool.h>
#include <stdint.h>

struct audit_actor {
	const char *user, *host; /* of the operating system */
	int64_t pid;
	const char *command; /* "rep approve" */
	int64_t admin;       /* by chat: their account, and the rest is NULL or 0; 0: an operator */
};
struct audit_entry {
	const char *action;         /* approve, reject, suspend… */
	const char *rep;            /* to whom, or NULL */
	const char *prospect;       /* or NULL */
	const char *before, *after; /* JSON objects of what was changed, without secrets; or NULL */
};
/* A transaction of a change and its row. What was not committed is undone with the session. */
bool audit_begin(struct db_session *s);
bool audit_commit(struct db_session *s);
/* Within the caller's transaction. */
bool audit_write(struct db_session *s, struct arena *a, const struct audit_actor *operator,
    const struct audit_entry * entry);

struct audit_listed {
	int64_t at_us;
	const char *actor, *who; /* see the table */
	const char *who_name;    /* of an admin who is a rep, too; or NULL */
	const char *host;
	int64_t pid; /* 0: in the chat */
	const char *command, *action;
	const char *rep, *rep_name; /* may be NULL, as the rest */
	const char *prospect, *prospect_name;
	const char *before, *after;
};
/* The latest first. rep, prospect NULL: any; since_s 0: from the first on. */
bool audit_list(struct db_session *s, struct arena *a, const char *rep, const char *prospect,
    int64_t since_s, int64_t limit, struct audit_listed **rows, size_t *count);
