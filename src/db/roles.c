#include "salesreg/db/roles.h"
#include "salesreg/base/log.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/lock_wait.h"
#include "salesreg/db/migrate.h"
#include "salesreg/db/statement.h"
#include <stdio.h>
#include <string.h>

enum { HAND_OVER_ROUNDS = 64 };

struct work {
	PGconn *pg;
	const struct db_roles *roles;
	char *error;
	size_t size;
	bool *locked; /* the last refusal: somebody else held a lock for too long */
};

static bool complain(const struct work *w, const char *doing)
{
	const char *why = *PQerrorMessage(w->pg) ? PQerrorMessage(w->pg) : "no answer";
	(void)snprintf(w->error, w->size, "%.160s: %.*s", doing, (int)strcspn(why, "\n"), why);
	return false;
}

static void note_lock(const struct work *w, const PGresult *r)
{
	*w->locked = lock_wait_is_refusal(PQresultErrorField(r, PG_DIAG_SQLSTATE));
}

static PGresult *ask(
    const struct work *w, enum sql_statement statement, const char *const *values, int count)
{
	PGresult *r =
	    PQexecParams(w->pg, sql_statement(statement)->text, count, NULL, values, NULL, NULL, 0);
	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		return r;
	(void)complain(w, "the roles cannot be asked about");
	PQclear(r);
	return NULL;
}

static bool run(const struct work *w, const char *sql, const char *shown)
{
	PGresult *r = PQexec(w->pg, sql);
	bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
	if (!good)
		note_lock(w, r);
	PQclear(r);
	if (!good)
		return complain(w, shown);
	log_info("%s", shown);
	return true;
}

/* What a statement says is to be done: in its first column, or in `column`; what may be shown of it in `shown`, or all. */
static bool run_all(const struct work *w, const PGresult *r, int column, int shown)
{
	bool good = true;
	for (int i = 0; i < PQntuples(r) && good; i++) {
		const char *sql = PQgetvalue(r, i, column);
		good = run(w, sql,
		    shown >= 0 && !PQgetisnull(r, i, shown) ? PQgetvalue(r, i, shown) : sql);
	}
	return good;
}

static bool ask_and_run(const struct work *w, enum sql_statement statement,
    const char *const *values, int count, int column, int shown)
{
	PGresult *r = ask(w, statement, values, count);
	bool good = r && run_all(w, r, column, shown);
	PQclear(r);
	return good;
}

/* The verifier, never the password itself: a server may log its statements. NULL: unchanged, or it does not work. */
static char *verifier(
    const struct work *w, const struct secret *password, const char *role, bool *good)
{
	if (!secret_is_set(password))
		return NULL;
	char *made = PQencryptPasswordConn(w->pg, secret_reveal(password), role, NULL);
	if (!made)
		*good = complain(w, "a password cannot be made ready");
	return made;
}

static bool make(const struct work *w)
{
	bool good = true;
	char *owner = verifier(w, w->roles->owner_password, w->roles->owner, &good);
	char *worker = verifier(w, w->roles->worker_password, w->roles->worker, &good);
	const char *values[] = {w->roles->owner, w->roles->worker, owner, worker};
	good = good && ask_and_run(w, SQL_ROLES_MAKE, values, 4, 0, 1);
	PQfreemem(owner);
	PQfreemem(worker);
	return good;
}

/* Some at a time, for that is how they are listed; guard_heirs() has seen to it that nothing of a stranger's is among them. */
static bool hand_over(const struct work *w)
{
	const char *values[] = {NULL, w->roles->owner};
	for (int round = 0; round < HAND_OVER_ROUNDS; round++) {
		PGresult *r = ask(w, SQL_FOREIGN_OWNERS, values, 2);
		bool good = r && run_all(w, r, 2, -1), over = good && PQntuples(r) == 0;
		PQclear(r);
		if (!good || over)
			return good;
	}
	return true;
}

static bool become(const struct work *w, const char *role)
{
	PGresult *r = ask(w, SQL_ROLE_BECOME, &role, 1);
	PQclear(r);
	return r != NULL;
}

/* What doctor would name is granted: as the worker it is asked what is missing. */
static bool grant(const struct work *w)
{
	const char *values[] = {w->roles->owner, w->roles->worker};
	if (!become(w, w->roles->worker))
		return false;
	PGresult *missing = ask(w, SQL_RIGHTS_MISSING, NULL, 0);
	bool good = missing && become(w, "none") && run_all(w, missing, 2, -1) &&
		    ask_and_run(w, SQL_ROLES_DEFAULT, values, 2, 0, 1);
	PQclear(missing);
	return good;
}

static bool transaction(const struct work *w, const char *word)
{
	PGresult *r = PQexec(w->pg, word);
	bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
	PQclear(r);
	return good || complain(w, word);
}

/* Rights that the worker's role had before, or that anybody has: refused, for it is another role then than what is promised. */
static enum err refuse_beyond(const struct work *w)
{
	const char *values[] = {w->roles->owner, w->roles->worker};
	PGresult *r = ask(w, SQL_ROLES_BEYOND, values, 2);
	if (!r)
		return ERR_UNAVAILABLE;
	int rows = PQntuples(r);
	for (int i = 0; i < rows; i++)
		log_error("%s %s; this takes it away: %s", w->roles->worker, PQgetvalue(r, i, 0),
		    PQgetvalue(r, i, 1));
	PQclear(r);
	if (rows == 0)
		return ERR_OK;
	(void)snprintf(w->error, w->size,
	    "%s could do more than read and write rows, see above, so nothing was granted to it; "
	    "take "
	    "that away, or name another role with --worker, and run this again",
	    w->roles->worker);
	return ERR_CONFIG;
}

/*
 * What is looked at and what is done go by one picture of the catalogs, so that what a stranger makes meanwhile is not handed over:
 * with it would go the owner's rights, to a function that runs with them.
 */
static enum err hand_over_once(const struct work *w)
{
	if (!transaction(w, "BEGIN ISOLATION LEVEL REPEATABLE READ"))
		return ERR_UNAVAILABLE;
	PGresult *patience = ask(w, SQL_MIGRATION_PATIENCE, NULL, 0);
	PQclear(patience);
	if (!patience)
		return ERR_UNAVAILABLE;
	enum err err = guard_heirs(w->pg, w->roles->owner, w->error, w->size);
	if (err != ERR_OK)
		return err;
	if (!make(w) || !hand_over(w))
		return ERR_UNAVAILABLE;
	err = refuse_beyond(w);
	if (err != ERR_OK)
		return err;
	return transaction(w, "COMMIT") ? ERR_OK : ERR_UNAVAILABLE;
}

/* A change of owner waits for every open transaction, and all readers behind it: for seconds, and then they have their turn. */
static enum err hand_all_over(const struct work *w, int wait_ms)
{
	struct lock_wait wait;
	lock_wait_begin(&wait, wait_ms);
	for (;;) {
		*w->locked = false;
		enum err err = hand_over_once(w);
		if (err == ERR_OK || !*w->locked)
			return err;
		if (!transaction(w, "ROLLBACK"))
			return ERR_UNAVAILABLE;
		if (!lock_wait_again(&wait, w->pg, w->error, w->size))
			return err;
	}
}

enum err roles_set_up(
    PGconn *pg, const struct db_roles *roles, int wait_ms, int *applied, char *error, size_t size)
{
	bool locked = false;
	struct work w = {pg, roles, error, size, &locked};
	const char *values[] = {roles->owner, roles->worker};
	PGresult *refused = ask(&w, SQL_ROLES_REFUSED, values, 2);
	bool asked = refused, usable = asked && PQntuples(refused) == 0;
	if (asked && !usable)
		(void)snprintf(error, size, "%s", PQgetvalue(refused, 0, 0));
	PQclear(refused);
	if (!usable)
		return asked ? ERR_CONFIG : ERR_UNAVAILABLE;
	enum err err = hand_all_over(&w, wait_ms);
	if (err != ERR_OK)
		return err;
	if (!become(&w, roles->owner))
		return ERR_UNAVAILABLE;
	err = migrate_apply(pg, wait_ms, applied, error, size);
	if (err != ERR_OK)
		return err;
	if (!become(&w, "none") || !transaction(&w, "BEGIN") || !grant(&w))
		return ERR_UNAVAILABLE;
	err = refuse_beyond(&w); /* what the owner's default rights gave with a table that is new */
	if (err != ERR_OK)
		return err;
	return transaction(&w, "COMMIT") ? ERR_OK : ERR_UNAVAILABLE;
}
