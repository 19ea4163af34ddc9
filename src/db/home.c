#include "salesreg/db/home.h"
#include "salesreg/base/log.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/statement.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(PGconn *pg, const PGresult *result, const char *what, char *error, size_t size)
{
	const char *why = PQerrorMessage(pg), *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	(void)snprintf(error, size, "%s%.*s", what, (int)strcspn(why, "\n"), why);
	if (code && strcmp(code, "42501") == 0)
		guard_rights(pg, false, error, size);
}

enum err home_enter(PGconn *pg, struct db_server *server, char *error, size_t size)
{
	struct db_identity identity;
	char timeline[24];
	if (!db_identify(pg, &identity)) {
		(void)snprintf(error, size, "the server does not say which one it is");
		return ERR_UNAVAILABLE;
	}
	if (identity.timeline == 0)
		return ERR_OK; /* a standby: whoever writes finds out */
	(void)snprintf(timeline, sizeof timeline, "%lld", (long long)identity.timeline);
	const char *values[] = {identity.system, timeline};
	PGresult *result =
	    PQexecParams(pg, sql_statement(SQL_HOME_ENTER)->text, 2, NULL, values, NULL, NULL, 0);
	enum err err = ERR_UNAVAILABLE;
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1) {
		const char *kind = PQgetvalue(result, 0, 0);
		long unsure = strtol(PQgetvalue(result, 0, 1), NULL, 10);
		if (strcmp(kind, "restored") == 0)
			log_warn(
			    "this database was restored from a dump, or moved here: %ld unsent "
			    "messages may have been sent since the dump, and go out marked as "
			    "possible duplicates",
			    unsure);
		else if (strcmp(kind, "promoted") == 0)
			log_warn("this server was promoted to primary; what the last one committed "
				 "just before may be missing if replication is asynchronous");
		db_server_entered(server, strtoll(PQgetvalue(result, 0, 2), NULL, 10));
		err = ERR_OK;
	} else {
		say(pg, result, "the database's identity could not be noted: ", error, size);
	}
	PQclear(result);
	return err;
}

enum err home_serves(PGconn *pg, int64_t bot_id, char *error, size_t size)
{
	char id[24];
	(void)snprintf(id, sizeof id, "%lld", (long long)bot_id);
	const char *values[] = {id};
	enum err err = ERR_OK;
	PGresult *other = PQexecParams(
	    pg, sql_statement(SQL_BOT_STATE_OTHER)->text, 1, NULL, values, NULL, NULL, 0);
	if (PQresultStatus(other) != PGRES_TUPLES_OK) {
		say(pg, other, "", error, size);
		err = ERR_UNAVAILABLE;
	} else if (PQntuples(other) > 0) {
		const char *name = PQgetvalue(other, 0, 1);
		(void)snprintf(error, size,
		    "this database serves bot %s%s%s%s, and REGISTRY_BOT_TOKEN is of bot %lld; "
		    "nothing "
		    "was changed. Set the token of the first one, or a DATABASE_URL of this bot's "
		    "own; "
		    "`salesreg adopt-bot` makes this bot take the other one's place",
		    PQgetvalue(other, 0, 0), *name ? " (@" : "", name, *name ? ")" : "",
		    (long long)bot_id);
		err = ERR_CONFIG;
	}
	PQclear(other);
	return err;
}
