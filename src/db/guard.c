#include "salesreg/db/guard.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
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

/* The columns of hidden_rows. */
enum { HIDDEN_TABLE, HIDDEN_END, HIDDEN_CERTAIN, HIDDEN_QUESTION };

static void name_hidden(const PGresult *hidden, int row, char *error, size_t size)
{
	(void)snprintf(error, size,
	    "row-level security hides rows of %s from the database's user; this ends it: %s",
	    PQgetvalue(hidden, row, HIDDEN_TABLE), PQgetvalue(hidden, row, HIDDEN_END));
}

bool guard_hides(const PGresult *hidden, char *error, size_t size)
{
	for (int i = 0; i < PQntuples(hidden); i++)
		if (PQgetvalue(hidden, i, HIDDEN_CERTAIN)[0] == 't') {
			name_hidden(hidden, i, error, size);
			return true;
		}
	return false;
}

enum guard_verdict guard_judge(PGconn *pg, const PGresult *hidden, int row)
{
	if (PQgetvalue(hidden, row, HIDDEN_CERTAIN)[0] == 't')
		return GUARD_HIDES;
	if (PQgetisnull(hidden, row, HIDDEN_QUESTION))
		return GUARD_MAY_HIDE;
	PGresult *r = db_exec_blocking(pg, PQgetvalue(hidden, row, HIDDEN_QUESTION));
	enum guard_verdict verdict = GUARD_MAY_HIDE; /* also if it cannot be evaluated */
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1)
		verdict = PQgetvalue(r, 0, 0)[0] == 't' ? GUARD_SHOWS_ALL : GUARD_HIDES;
	PQclear(r);
	return verdict;
}

/* FNV-1a, with the byte that ends the text. */
static uint64_t hash(uint64_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	while (*text++);
	return h;
}

static uint64_t hash_questions(const PGresult *hidden)
{
	uint64_t h = 0;
	for (int i = 0; i < PQntuples(hidden); i++)
		if (!PQgetisnull(hidden, i, HIDDEN_QUESTION))
			h = hash(
			    hash(h ? h : 0xcbf29ce484222325u, PQgetvalue(hidden, i, HIDDEN_TABLE)),
			    PQgetvalue(hidden, i, HIDDEN_QUESTION));
	return h;
}

enum err guard_rows(PGconn *pg, uint64_t *questions, char *error, size_t size)
{
	PGresult *r = db_exec_blocking(pg, sql_statement(SQL_HIDDEN_ROWS)->text);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		return unasked(pg, r, "row-level security", error, size);
	enum err err = ERR_OK;
	for (int i = 0; i < PQntuples(r) && err == ERR_OK; i++) {
		if (guard_judge(pg, r, i) != GUARD_HIDES)
			continue;
		name_hidden(r, i, error, size);
		err = ERR_UNAVAILABLE;
	}
	if (questions)
		*questions = hash_questions(r);
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

void guard_watch_policies(struct guard_watch *w, const PGresult *hidden)
{
	char tables[sizeof w->policies] = "";
	size_t n = 0;
	for (int i = 0; i < PQntuples(hidden) && n < sizeof tables; i++)
		if (PQgetisnull(hidden, i, HIDDEN_QUESTION) &&
		    PQgetvalue(hidden, i, HIDDEN_CERTAIN)[0] != 't')
			n += (size_t)snprintf(tables + n, sizeof tables - n, "%s%s", n ? ", " : "",
			    PQgetvalue(hidden, i, HIDDEN_TABLE));
	if (*tables && strcmp(tables, w->policies) != 0)
		log_warn("row-level security may hide rows of %s from the database's user: its "
			 "policies "
			 "depend on the rows, and what is hidden is taken for missing; see "
			 "`salesreg doctor`",
		    tables);
	memcpy(w->policies, tables, sizeof tables);
}

bool guard_watch_changed(const struct guard_watch *w, const PGresult *hidden)
{
	uint64_t now = hash_questions(hidden);
	return now && now != w->questions;
}
