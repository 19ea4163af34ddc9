#include "salesreg/db/home.h"
#include "salesreg/base/log.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/lock_wait.h"
#include "salesreg/db/migrate.h"
#include "salesreg/db/statement.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a dump was restored, each message that waits is marked. */
enum { ENTER_MS = 60000 };

struct question {
	enum sql_statement statement;
	int count;
	const char *const *values;
	const char *what; /* said before the reason, where there is no answer */
	char *error;
	size_t size;
};

static bool runs(PGconn *pg, const char *sql)
{
	PGresult *result = db_exec_blocking(pg, sql);
	ExecStatusType status = PQresultStatus(result);
	PQclear(result);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* The answer, committed, or NULL with `error` said, and whether it was a lock that was waited for. */
static PGresult *ask_once(PGconn *pg, const struct question *q, bool *locked)
{
	PGresult *result = NULL;
	if (runs(pg, "BEGIN") && runs(pg, sql_statement(SQL_MIGRATION_PATIENCE)->text))
		result = db_exec_params_blocking(
		    pg, sql_statement(q->statement)->text, q->count, q->values, ENTER_MS);
	if (PQresultStatus(result) == PGRES_TUPLES_OK && runs(pg, "COMMIT"))
		return result;
	const char *why = *PQerrorMessage(pg) ? PQerrorMessage(pg) : "the server does not answer";
	const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	(void)snprintf(q->error, q->size, "%s%.*s", q->what, (int)strcspn(why, "\n"), why);
	*locked = lock_wait_is_refusal(code);
	bool denied = code && strcmp(code, "42501") == 0;
	PQclear(result);
	(void)runs(pg, "ROLLBACK");
	if (denied)
		guard_rights(pg, false, q->error, q->size);
	return NULL;
}

/* Waits for a lock as a worker's migration does: somebody's open transaction is named, and not waited for without an end. */
static PGresult *ask(PGconn *pg, const struct question *q)
{
	struct lock_wait wait;
	lock_wait_begin(&wait, MIGRATE_WORKER_WAIT_MS);
	for (;;) {
		bool locked = false;
		PGresult *result = ask_once(pg, q, &locked);
		if (result || !locked || !lock_wait_again(&wait, pg, q->error, q->size))
			return result;
	}
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
	PGresult *result = ask(pg, &(struct question){.statement = SQL_HOME_ENTER,
				       .count = 2,
				       .values = values,
				       .what = "the database's identity could not be noted: ",
				       .error = error,
				       .size = size});
	if (!result)
		return ERR_UNAVAILABLE;
	const char *kind = PQgetvalue(result, 0, 0);
	long unsure = strtol(PQgetvalue(result, 0, 1), NULL, 10);
	if (strcmp(kind, "restored") == 0)
		log_warn("this database was restored from a dump, or moved here: %ld unsent "
			 "messages may have been sent since the dump, and go out marked as "
			 "possible duplicates",
		    unsure);
	else if (strcmp(kind, "promoted") == 0)
		log_warn("this server was promoted to primary; what the last one committed "
			 "just before may be missing if replication is asynchronous");
	db_server_entered(server, strtoll(PQgetvalue(result, 0, 2), NULL, 10));
	PQclear(result);
	return ERR_OK;
}

enum err home_serves(PGconn *pg, int64_t bot_id, char *error, size_t size)
{
	char id[24];
	(void)snprintf(id, sizeof id, "%lld", (long long)bot_id);
	const char *values[] = {id};
	enum err err = ERR_OK;
	PGresult *other = ask(pg, &(struct question){.statement = SQL_BOT_STATE_OTHER,
				      .count = 1,
				      .values = values,
				      .what = "",
				      .error = error,
				      .size = size});
	if (!other)
		return ERR_UNAVAILABLE;
	if (PQntuples(other) > 0) {
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
