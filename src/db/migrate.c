#include "salesreg/db/migrate.h"
#include "salesreg/base/log.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/lock_wait.h"
#include "salesreg/db/statement.h"
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bits: notices an edited migration; nobody attacks with it. */
static void checksum(const char *text, char out[17])
{
	uint64_t h = 0xcbf29ce484222325u;
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	(void)snprintf(out, 17, "%016" PRIx64, h);
}

struct work {
	PGconn *pg;
	int wait_ms;
	char *error;
	size_t size;
	char sqlstate[6]; /* of the last refusal; "": there was none */
	unsigned char applied[1000];
};

/* Notes what was said, frees; true if it went well. */
static bool done(struct work *w, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	const char *code = good ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	(void)snprintf(w->sqlstate, sizeof w->sqlstate, "%s", code ? code : "");
	PQclear(result);
	return good;
}

static void complain(const struct work *w, const char *doing)
{
	const char *why =
	    *PQerrorMessage(w->pg) ? PQerrorMessage(w->pg) : "the server does not answer";
	(void)snprintf(w->error, w->size, "%s: %.*s", doing, (int)strcspn(why, "\n"), why);
}

/* Ends the transaction, and says what is missing where a right is. */
static enum err give_up(struct work *w, bool migrating)
{
	char code[sizeof w->sqlstate];
	memcpy(code, w->sqlstate, sizeof code);
	(void)done(w, db_exec_blocking(w->pg, "ROLLBACK"));
	memcpy(w->sqlstate, code, sizeof code);
	if (strcmp(code, "42501") == 0)
		guard_rights(w->pg, migrating, w->error, w->size);
	return ERR_UNAVAILABLE;
}

static bool begin(struct work *w)
{
	return done(w, db_exec_blocking(w->pg, "BEGIN")) &&
	       done(w, db_exec_blocking(w->pg, sql_statement(SQL_MIGRATION_PATIENCE)->text));
}

static enum err apply_once(struct work *w, const struct sql_migration *m)
{
	char what[160], version[12], sum[17];
	(void)snprintf(what, sizeof what, "migration %s could not be applied", m->name);
	(void)snprintf(version, sizeof version, "%d", m->version);
	checksum(m->text, sum);
	const char *values[] = {version, m->name, sum, m->compatible ? "t" : "f"};
	if (begin(w) && done(w, PQexec(w->pg, m->text)) &&
	    done(w, PQexecParams(w->pg, sql_statement(SQL_MIGRATION_RECORD)->text, 4, NULL, values,
			NULL, NULL, 0)) &&
	    done(w, PQexec(w->pg, "COMMIT")))
		return ERR_OK;
	complain(w, what);
	return give_up(w, true);
}

/* The lock outlives the transaction, whose patience is all that is wanted of it. */
static enum err lock_once(struct work *w, const struct sql_migration *unused)
{
	(void)unused;
	if (begin(w) && done(w, PQexec(w->pg, sql_statement(SQL_MIGRATION_LOCK)->text)) &&
	    done(w, PQexec(w->pg, "COMMIT")))
		return ERR_OK;
	complain(w, "the migration lock cannot be taken");
	return give_up(w, true);
}

static enum err patiently(struct work *w,
    enum err (*once)(struct work *, const struct sql_migration *), const struct sql_migration *m)
{
	struct lock_wait wait;
	lock_wait_begin(&wait, w->wait_ms);
	enum err err;
	do
		err = once(w, m);
	while (err != ERR_OK && lock_wait_is_refusal(w->sqlstate) &&
	       lock_wait_again(&wait, w->pg, w->error, w->size));
	return err;
}

static const struct sql_migration *find(int version)
{
	for (const struct sql_migration *m = sql_migrations(); m->version; m++)
		if (m->version == version)
			return m;
	return NULL;
}

/* Compares what the database has with what this binary has; marks the applied ones. */
static enum err compare(const PGresult *rows, unsigned char *applied, char *error, size_t size)
{
	for (int i = 0; i < PQntuples(rows); i++) {
		int version = (int)strtol(PQgetvalue(rows, i, 0), NULL, 10);
		const struct sql_migration *m = find(version);
		if (!m) {
			if (PQgetvalue(rows, i, 2)[0] == 't')
				continue;
			(void)snprintf(error, size,
			    "the database is at migration %d, which this version of salesreg does "
			    "not know and which is not "
			    "marked compatible; run the newer salesreg",
			    version);
			return ERR_CONFIG;
		}
		char sum[17];
		checksum(m->text, sum);
		if (strcmp(sum, PQgetvalue(rows, i, 1)) != 0) {
			(void)snprintf(error, size,
			    "migration %s was applied with another text than this version of "
			    "salesreg has; a released "
			    "migration must never change",
			    m->name);
			return ERR_CONFIG;
		}
		applied[version] = 1;
	}
	return ERR_OK;
}

static bool missing(const unsigned char *applied)
{
	for (const struct sql_migration *m = sql_migrations(); m->version; m++)
		if (!applied[m->version])
			return true;
	return false;
}

static PGresult *ask(struct work *w, enum sql_statement statement)
{
	PGresult *r = db_exec_blocking(w->pg, sql_statement(statement)->text);
	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		return r;
	(void)done(w, r);
	return NULL;
}

static enum err read_once(struct work *w, const struct sql_migration *unused)
{
	(void)unused;
	PGresult *exists = NULL, *rows = NULL;
	enum err err = ERR_OK;
	memset(w->applied, 0, sizeof w->applied);
	if (!begin(w) || !(exists = ask(w, SQL_MIGRATION_TABLE_EXISTS)))
		goto refused;
	if (PQgetvalue(exists, 0, 0)[0] == 't') {
		if (!(rows = ask(w, SQL_MIGRATION_LIST)))
			goto refused;
		err = compare(rows, w->applied, w->error, w->size);
	}
	if (done(w, db_exec_blocking(w->pg, "COMMIT")))
		goto out;
refused:
	complain(w, "the migrations cannot be read");
	err = give_up(w, false);
out:
	PQclear(exists);
	PQclear(rows);
	return err;
}

enum err migrate_apply(PGconn *pg, int wait_ms, int *applied_count, char *error, size_t size)
{
	struct work w = {.pg = pg, .wait_ms = wait_ms, .error = error, .size = size};
	int count = 0;
	if (applied_count)
		*applied_count = 0;
	const char *encoding = PQparameterStatus(pg, "server_encoding");
	if (encoding && strcmp(encoding, "UTF8") != 0) {
		(void)snprintf(error, size,
		    "the encoding of the database is %s, where names in other letters cannot be "
		    "stored or read; make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE "
		    "template0, and move the data there with pg_dump",
		    encoding);
		return ERR_CONFIG;
	}
	enum err err = patiently(&w, read_once, NULL);
	if (err != ERR_OK)
		return err;
	if (!missing(w.applied))
		return ERR_OK; /* the usual start: short queries, no lock */
	err = guard_owners(pg, error, size);
	if (err == ERR_OK)
		err = patiently(&w, lock_once, NULL);
	if (err != ERR_OK)
		return err;
	err = patiently(&w, read_once, NULL); /* another process may have been faster */
	for (const struct sql_migration *m = sql_migrations(); err == ERR_OK && m->version; m++) {
		if (w.applied[m->version])
			continue;
		err = patiently(&w, apply_once, m);
		if (err != ERR_OK)
			break;
		log_info("migration %s applied", m->name);
		count++;
	}
	(void)done(&w, PQexec(pg, sql_statement(SQL_MIGRATION_UNLOCK)->text));
	if (applied_count)
		*applied_count = count;
	return err;
}

enum err migrate_known(PGconn *pg, char *error, size_t size)
{
	struct work w = {.pg = pg, .error = error, .size = size};
	return read_once(&w, NULL);
}

bool migrate_look(PGconn *pg, int *pending, char *error, size_t size)
{
	struct work w = {.pg = pg, .error = error, .size = size};
	*pending = 0;
	if (read_once(&w, NULL) != ERR_OK)
		return false;
	for (const struct sql_migration *m = sql_migrations(); m->version; m++)
		*pending += !w.applied[m->version];
	return true;
}

enum err migrate_setup(PGconn *pg, void *unused, char *error, size_t size)
{
	(void)unused;
	return migrate_apply(pg, MIGRATE_WORKER_WAIT_MS, NULL, error, size);
}
