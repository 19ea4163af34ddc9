/*
 * Whether the database is as this program may rely on: its objects belong to nobody who has nothing to do with it, this
 * user sees all rows, and it has the rights it needs. Each is said as what it is, with the statement that ends it; without
 * that the first looks like a schema of our own, the second like rows that are not there, the third like bad data.
 * Ownership: the connection and texts are the caller's. Units: milliseconds. Errors: a code and one line in `error`.
 * Callbacks: none; guard_owners(), guard_rows() and guard_rights() block, for a thread of the pool or a command.
 *
 * Objects of ours are those that the migrations make (sql/embed.awk); whatever else is in the schema is nobody's business here.
 *
 * Facts: PostgreSQL manual, 5.8 "Row Security Policies" (without a policy nothing passes; owners only where it is forced),
 * 22.3 "Role Membership"; pg_has_role() is true for a superuser whatever the role, so memberships are followed by hand.
 */
#pragma once
#include "salesreg/base/err.h"
#include "salesreg/base/fault_log.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUARD_LINE = 512, GUARD_RECENT_MS = 60000 };

/*
 * ERR_CONFIG: an object of ours belongs to a role that this user is not in. ERR_UNAVAILABLE: it cannot be asked; or all of them
 * belong to whoever owns the two tables, so that somebody else migrates (db/roles.h), perhaps right now.
 */
enum err guard_owners(PGconn *pg, char *error, size_t size);
/* Before objects are handed over to `owner`, which then is no stranger: ERR_CONFIG: one belongs to a role that is. */
enum err guard_heirs(PGconn *pg, const char *owner, char *error, size_t size);
/*
 * ERR_UNAVAILABLE: row-level security hides rows of a table of ours, or it cannot be asked. Policies that depend on the rows may
 * hide none, and are no error: guard_watch_policies() warns of them, and so does doctor. questions, or NULL: a
 * hash of what guard_judge() asked; 0: nothing.
 */
enum err guard_rows(PGconn *pg, uint64_t *questions, char *error, size_t size);
/* SQL_HIDDEN_ROWS' answer: true, and what is hidden, if something is for certain; what has to be asked for is left out. */
bool guard_hides(const PGresult *hidden, char *error, size_t size);
/* Of a row of that answer; asks where the policies are the same for all rows (USING (current_user = '…')). Blocks. */
enum guard_verdict { GUARD_SHOWS_ALL, GUARD_MAY_HIDE, GUARD_HIDES };
enum guard_verdict guard_judge(PGconn *pg, const PGresult *hidden, int row);
/*
 * After 42501: "; this ends it: GRANT … TO …" behind the text that is in `error`, if a right is missing that the workers need;
 * migrating: one that a migration needs before those.
 */
void guard_rights(PGconn *pg, bool migrating, char *error, size_t size);

/* The same for a process whose connections are busy: a listener asks on its next beat. All zero at the start. */
struct guard_watch {
	int64_t refused_us; /* when the server last said 42501; 0: never */
	struct fault_log fault;
	char policies[256]; /* tables whose policies were warned of */
	uint64_t questions; /* of the last session that began: guard_rows() */
};
/* SQL_HIDDEN_ROWS' answer: warns of policies that may hide rows, once as long as it is about the same tables. */
void guard_watch_policies(struct guard_watch *w, const PGresult *hidden);
/* The same: whether policies that guard_judge() asks about are others than those that the last session asked as it began. */
bool guard_watch_changed(const struct guard_watch *w, const PGresult *hidden);
void guard_watch_refused(struct guard_watch *w);
/* Whether SQL_RIGHTS_MISSING is to be asked. */
bool guard_watch_wants(const struct guard_watch *w);
/* The answer to it: says what is missing, a line a minute. */
void guard_watch_see(struct guard_watch *w, const PGresult *missing);
