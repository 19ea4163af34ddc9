#include "salesreg/db/migrate.h"
#include "salesreg/base/log.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/guard.h"
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

static enum err complain(PGconn *pg, const char *doing, char *error, size_t size)
{
	const char *why = *PQerrorMessage(pg) ? PQerrorMessage(pg) : "the server does not answer";
	(void)snprintf(error, size, "%s: %.*s", doing, (int)strcspn(why, "\n"), why);
	return ERR_UNAVAILABLE;
}

/* Runs and frees; true if it went well. */
static bool done(PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	PQclear(result);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static enum err apply_one(PGconn *pg, const struct sql_migration *m, char *error, size_t size)
{
	char what[160], version[12], sum[17];
	(void)snprintf(what, sizeof what, "migration %s could not be applied", m->name);
	(void)snprintf(version, sizeof version, "%d", m->version);
	checksum(m->text, sum);
	const char *values[] = {version, m->name, sum, m->compatible ? "t" : "f"};
	if (done(PQexec(pg, "BEGIN")) && done(PQexec(pg, m->text)) &&
	    done(PQexecParams(
		pg, sql_statement(SQL_MIGRATION_RECORD)->text, 4, NULL, values, NULL, NULL, 0)) &&
	    done(PQexec(pg, "COMMIT")))
		return ERR_OK;
	enum err err = complain(pg, what, error, size);
	(void)done(PQexec(pg, "ROLLBACK"));
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

static enum err read_applied(PGconn *pg, unsigned char *applied, char *error, size_t size)
{
	PGresult *exists = db_exec_blocking(pg, sql_statement(SQL_MIGRATION_TABLE_EXISTS)->text);
	bool there =
	    PQresultStatus(exists) == PGRES_TUPLES_OK && PQgetvalue(exists, 0, 0)[0] == 't';
	bool asked = PQresultStatus(exists) == PGRES_TUPLES_OK;
	PQclear(exists);
	if (!asked)
		return complain(pg, "the migrations cannot be read", error, size);
	if (!there)
		return ERR_OK;
	PGresult *rows = db_exec_blocking(pg, sql_statement(SQL_MIGRATION_LIST)->text);
	enum err err = PQresultStatus(rows) == PGRES_TUPLES_OK
			   ? compare(rows, applied, error, size)
			   : complain(pg, "the migrations cannot be read", error, size);
	PQclear(rows);
	return err;
}

enum err migrate_apply(PGconn *pg, int *applied_count, char *error, size_t size)
{
	unsigned char applied[1000] = {0};
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
	enum err err = read_applied(pg, applied, error, size);
	if (err != ERR_OK)
		return err;
	if (!missing(applied))
		return ERR_OK; /* the usual start: two short queries, no lock */
	err = guard_owners(pg, error, size);
	if (err != ERR_OK)
		return err;
	if (!done(PQexec(pg, sql_statement(SQL_MIGRATION_LOCK)->text)))
		return complain(pg, "the migration lock cannot be taken", error, size);
	err = read_applied(pg, applied, error, size); /* another process may have been faster */
	if (err != ERR_OK)
		goto out;
	for (const struct sql_migration *m = sql_migrations(); m->version; m++) {
		if (applied[m->version])
			continue;
		err = apply_one(pg, m, error, size);
		if (err != ERR_OK)
			goto out;
		log_info("migration %s applied", m->name);
		count++;
	}
out:
	(void)done(PQexec(pg, sql_statement(SQL_MIGRATION_UNLOCK)->text));
	if (applied_count)
		*applied_count = count;
	return err;
}

bool migrate_look(PGconn *pg, int *pending, char *error, size_t size)
{
	unsigned char applied[1000] = {0};
	*pending = 0;
	if (read_applied(pg, applied, error, size) != ERR_OK)
		return false;
	for (const struct sql_migration *m = sql_migrations(); m->version; m++)
		*pending += !applied[m->version];
	return true;
}

enum err migrate_setup(PGconn *pg, void *unused, char *error, size_t size)
{
	(void)unused;
	return migrate_apply(pg, NULL, error, size);
}
