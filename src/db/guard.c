#include "salesreg/db/guard.h"
#include "salesreg/base/clock.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/statement.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_MOST = 4 };

static enum err unasked(PGconn *pg, PGresult *result, const char *what, char *error, size_t size)
{
	const char *why = *PQerrorMessage(pg) ? PQerrorMessage(pg) : "the server does not answer";
	(void)snprintf(error, size, "%s cannot be asked: %.*s", what, (int)strcspn(why, "\n"), why);
	PQclear(result);
	return ERR_UNAVAILABLE;
}

enum { OBJECT, OWNER, STATEMENT, COUNT };

/* with_tables: whoever owns the two tables is ours; owner: so is that role. NULL: it cannot be asked, and `error` says so. */
static PGresult *ask_owners(
    PGconn *pg, bool with_tables, const char *owner, char *error, size_t size)
{
	const char *values[] = {with_tables ? "true" : "false", owner};
	PGresult *r = PQexecParams(
	    pg, sql_statement(SQL_FOREIGN_OWNERS)->text, 2, NULL, values, NULL, NULL, 0);
	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		return r;
	(void)unasked(pg, r, "whose the tables are", error, size);
	return NULL;
}

static void name_owner(const PGresult *r, char *error, size_t size)
{
	long others = strtol(PQgetvalue(r, 0, COUNT), NULL, 10) - 1;
	char more[64] = "";
	if (others > 0)
		(void)snprintf(
		    more, sizeof more, " (and so for %ld more, see `salesreg doctor`)", others);
	(void)snprintf(error, size,
	    "the %s belongs to %s, a role that has nothing to do with the database's user, and "
	    "could "
	    "be changed by it at any time; look at what is in it, then as a superuser: %s%s",
	    PQgetvalue(r, 0, OBJECT), PQgetvalue(r, 0, OWNER), PQgetvalue(r, 0, STATEMENT), more);
}

enum err guard_owners(PGconn *pg, char *error, size_t size)
{
	PGresult *foreign = ask_owners(pg, false, NULL, error, size);
	if (!foreign || PQntuples(foreign) == 0) {
		PQclear(foreign);
		return foreign ? ERR_OK : ERR_UNAVAILABLE;
	}
	PGresult *rest = ask_owners(pg, true, NULL, error, size);
	enum err err = rest && PQntuples(rest) > 0 ? ERR_CONFIG : ERR_UNAVAILABLE;
	if (err == ERR_CONFIG)
		name_owner(foreign, error, size);
	else if (rest)
		(void)snprintf(error, size,
		    "the tables belong to %s, so this user cannot migrate them: run `salesreg "
		    "migrate` as %s, or `salesreg migrate --roles`",
		    PQgetvalue(foreign, 0, OWNER), PQgetvalue(foreign, 0, OWNER));
	PQclear(rest);
	PQclear(foreign);
	return err;
}

enum err guard_heirs(PGconn *pg, const char *owner, char *error, size_t size)
{
	PGresult *foreign = ask_owners(pg, false, owner, error, size);
	enum err err = !foreign ? ERR_UNAVAILABLE : PQntuples(foreign) ? ERR_CONFIG : ERR_OK;
	if (err == ERR_CONFIG) {
		name_owner(foreign, error, size);
		size_t n = strlen(error);
		(void)snprintf(error + n, size - n,
		    "; or if %s is a role of yours, first make the user of DATABASE_URL a member "
		    "of it",
		    PQgetvalue(foreign, 0, OWNER));
	}
	PQclear(foreign);
	return err;
}

bool guard_hides(const PGresult *hidden, char *error, size_t size)
{
	if (PQntuples(hidden) == 0)
		return false;
	(void)snprintf(error, size,
	    "row-level security hides rows of %s from the database's user; this ends it: %s",
	    PQgetvalue(hidden, 0, 0), PQgetvalue(hidden, 0, 1));
	return true;
}

enum err guard_rows(PGconn *pg, char *error, size_t size)
{
	PGresult *r = db_exec_blocking(pg, sql_statement(SQL_HIDDEN_ROWS)->text);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		return unasked(pg, r, "row-level security", error, size);
	enum err err = guard_hides(r, error, size) ? ERR_UNAVAILABLE : ERR_OK;
	PQclear(r);
	return err;
}

/* "GRANT … TO x; GRANT … TO x; and 3 more" */
static void list(const PGresult *missing, char out[GUARD_LINE])
{
	size_t n = 0;
	int rows = PQntuples(missing);
	out[0] = '\0';
	for (int i = 0; i < rows && i < NAMED_MOST && n < GUARD_LINE; i++)
		n += (size_t)snprintf(
		    out + n, GUARD_LINE - n, "%s%s", i ? "; " : "", PQgetvalue(missing, i, 2));
	if (rows > NAMED_MOST && n < GUARD_LINE)
		(void)snprintf(out + n, GUARD_LINE - n,
		    "; and %d more, which `salesreg doctor` names", rows - NAMED_MOST);
}

/* False: nothing is missing of that, or it cannot be asked. */
static bool add_missing(PGconn *pg, enum sql_statement statement, char *error, size_t size)
{
	char statements[GUARD_LINE];
	PGresult *r = db_exec_blocking(pg, sql_statement(statement)->text);
	size_t n = strlen(error);
	bool missing = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0;
	if (missing && n < size) {
		list(r, statements);
		(void)snprintf(error + n, size - n, "; this ends it: %s", statements);
	}
	PQclear(r);
	return missing;
}

void guard_rights(PGconn *pg, bool migrating, char *error, size_t size)
{
	if (!migrating || !add_missing(pg, SQL_MIGRATION_RIGHTS_MISSING, error, size))
		(void)add_missing(pg, SQL_RIGHTS_MISSING, error, size);
}

void guard_watch_refused(struct guard_watch *w)
{
	w->refused_us = clock_monotonic_us();
}

bool guard_watch_wants(const struct guard_watch *w)
{
	return w->refused_us &&
	       clock_monotonic_us() - w->refused_us < GUARD_RECENT_MS * INT64_C(1000);
}

void guard_watch_see(struct guard_watch *w, const PGresult *missing)
{
	char statements[GUARD_LINE];
	if (PQntuples(missing) == 0) {
		/* given meanwhile; or a trigger, a policy or a function of somebody else's refused */
		if (w->fault.count > 0)
			w->refused_us = 0;
		fault_log_over(&w->fault, "the database's user has the rights that it needs");
		return;
	}
	list(missing, statements);
	fault_log_warn_as(&w->fault, "rights",
	    "the database's user lacks a right, and what needs it waits; this gives it: %s",
	    statements);
}
