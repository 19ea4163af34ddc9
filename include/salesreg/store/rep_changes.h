/*
 * What managers change of reps, by the statements that the chat's own changes are made of (store/effects.h), so that history,
 * prospects and calendars go the same way.
 *
 * A change is a transaction of the caller's (store/audit.h): rep_changes_lock(), what is decided on that, rep_changes_plan() with
 * whatever else goes with it, rep_changes_run(), the audit's row. Until it ends, others who change this rep or assignments wait.
 * Ownership: rows and their strings live in the arena given. Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/conn.h"
#include "salesreg/db/session.h"
#include <stdbool.h>
#include <stdint.h>

struct rep_now {
	const char *id, *name, *email;
	int64_t telegram_id;
	const char *status, *locale; /* as the tables have them, or NULL */
	bool proven, available;      /* the e-mail, by a code; whether Telegram reaches them */
	int64_t open;                /* prospects */
	int64_t capacity;            /* their own; 0: as everybody's */
	int64_t paused_until_us;     /* 0: until a manager ends it, or not paused */
	bool paused, is_admin;
};
/* is_there: false: it has been deleted. */
bool rep_changes_lock(
    struct db_session *s, struct arena *a, const char *id, bool *is_there, struct rep_now *now);
/* *name: who else has the e-mail of this key, *status: theirs; NULL: nobody. */
bool rep_changes_holder(struct db_session *s, struct arena *a, const char *email_key,
    const char *rep, const char **name, const char **status);

/* What is NULL is not changed. */
struct rep_change {
	const char *rep;
	const char *from, *to; /* status */
	const char *name;
	const char *email, *email_key; /* both or neither */
};
void rep_changes_plan(struct db_plan *plan, struct arena *a, const struct rep_change *change);
struct rep_account {
	const char *id, *name, *status; /* NULL: nobody has it */
	const char *locale;             /* or NULL */
	bool met;                       /* the person has opened the bot */
};
bool rep_changes_account(
    struct db_session *s, struct arena *a, int64_t telegram_id, struct rep_account *account);
/*
 * A new rep, or one who was removed (account->id): active. Whom the bot has not met gets nothing until they open it.
 */
bool rep_changes_add(struct db_session *s, struct arena *a, const struct rep_account *account,
    const struct rep_now *rep, const char *email_key);
/* *open: how many of the prospects that are `into`'s now are open. */
bool rep_changes_take_over(struct db_session *s, const char *from, const char *into, int64_t *open);
/* capacity 0: as everybody's. */
bool rep_changes_capacity(struct db_session *s, struct arena *a, const char *rep, int64_t capacity);
bool rep_changes_admin(struct db_session *s, const char *rep, bool is_admin);
/* *others: how many active reps besides this one are admins. */
bool rep_changes_other_admins(struct db_session *s, const char *rep, int64_t *others);
/* seconds < 0: until a manager ends it; 0: it ends. *until_us: 0: no end is known. */
bool rep_changes_pause(
    struct db_session *s, struct arena *a, const char *rep, int64_t seconds, int64_t *until_us);
/* The steps of a plan, in the session's transaction. */
bool rep_changes_run(struct db_session *s, const struct db_plan *plan);
