#include "salesreg/app/doctor/doctor.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/text.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/lock_watch.h"
#include "salesreg/db/migrate.h"
#include "salesreg/store/doctor.h"
#include "salesreg/store/operators.h"
#include <poll.h>
#include <string.h>

enum {
	OLDEST_VERSION =
	    140000, /* idle_session_timeout, which ends a stopped leader's session, came with it */
	ECHO_MS = 5000,
	HOSTS_MOST = 16,
	OPEN_TRANSACTION_S = 300,
	BOT_CONNECTIONS = 2,      /* the leader's and the one for LISTEN */
	LISTENER_CONNECTIONS = 1, /* of outreach, besides its pool */
};

static const char area[] = "database";

static void find(struct doctor *d, enum severity severity, const char *code, const char *what,
    const char *why, const char *fix)
{
	doctor_find(d, (struct finding){severity, area, code, what, why, fix});
}

static void look_at_server(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_server server;
	int64_t before_us = clock_wall_us(), ahead_us;
	if (!doctor_server(s, a, &server)) {
		doctor_refused(d, s, "the server");
		return;
	}
	enum severity clock =
	    clock_severity(before_us, clock_wall_us(), server.clock_us, &ahead_us);
	d->standby = server.in_recovery;
	doctor_checked(d, area,
	    arena_printf(a, "PostgreSQL %s, database %s (%.1f MiB), user %s", server.version,
		server.database, (double)server.size_bytes / 1048576, server.user));
	if (server.version_num < OLDEST_VERSION)
		find(d, SEVERITY_SERIOUS, "server-version",
		    arena_printf(a, "the server is PostgreSQL %s", server.version),
		    "salesreg needs PostgreSQL 14 or newer", "upgrade the server");
	if (strcmp(server.encoding, "UTF8") != 0)
		find(d, SEVERITY_SERIOUS, "encoding",
		    arena_printf(a, "the database's encoding is %s", server.encoding),
		    "names in other letters cannot be stored in it, and the workers refuse it "
		    "(exit "
		    "code 78)",
		    "make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and move "
		    "the data there with pg_dump");
	if (server.in_recovery)
		find(d, SEVERITY_SERIOUS, "standby", "the server is a standby",
		    "nothing can be written to it",
		    "give the primary's address, or all hosts with "
		    "target_session_attrs=read-write");
	else if (server.read_only)
		find(d, SEVERITY_SERIOUS, "read-only", "transactions are read-only here",
		    "nothing can be written",
		    "undo the setting with ALTER ROLE or ALTER DATABASE … RESET "
		    "default_transaction_read_only");
	if (clock != SEVERITY_NOTHING)
		find(d, clock, "clock",
		    arena_printf(a, "the database's clock is %lld s %s this machine's",
			(long long)(ahead_us < 0 ? -ahead_us : ahead_us) / 1000000,
			ahead_us < 0 ? "behind" : "ahead of"),
		    "times in logs and tables do not go together, and one of them is wrong",
		    "let both machines take the time from the same NTP servers");
	if (!server.autovacuum)
		find(d, SEVERITY_WARNING, "autovacuum-off", "autovacuum is off",
		    "tables that change all the time grow and get slow",
		    "set autovacuum = on in postgresql.conf and reload");
	if (server.commits_unsafely || server.no_fsync)
		find(d, SEVERITY_WARNING, "unsafe-commits",
		    arena_printf(a, "%s is off", server.no_fsync ? "fsync" : "synchronous_commit"),
		    "when the server's machine stops, what Telegram was told to forget may be lost",
		    "switch it on in postgresql.conf and reload");
}

static void look_at_pooler(struct doctor *d, struct db_session *s)
{
	struct db_session other;
	if (!db_session_open(&other, &d->config.database_url, "salesreg doctor")) {
		doctor_refused(d, &other, "notifications");
		return;
	}
	bool pooled = db_is_transaction_pooler(s->pg, secret_reveal(&d->config.database_url));
	if (!pooled && !d->standby)
		pooled = !db_session_hears(s, &other, ECHO_MS);
	if (PQstatus(s->pg) != CONNECTION_OK || PQstatus(other.pg) != CONNECTION_OK)
		doctor_skipped(d, "notifications", "the connection was lost meanwhile");
	else if (pooled)
		find(d, SEVERITY_SERIOUS, "pooler",
		    "LISTEN/NOTIFY does not work on this connection",
		    "DATABASE_URL leads through a transaction pooler, where LISTEN and session "
		    "locks do not work: the workers do not start (exit code 78)",
		    "give the address of PostgreSQL itself, or of a pool in session mode");
	db_session_close(&other);
}

/* Two that take writes: one of them was a primary, was replaced, and came back. */
static void look_at_hosts(struct doctor *d)
{
	struct db_identity hosts[HOSTS_MOST];
	size_t writable = 0;
	size_t count = db_identify_hosts(secret_reveal(&d->config.database_url), hosts, HOSTS_MOST);
	const char *list = "";
	for (size_t i = 0; i < count; i++) {
		bool seen = hosts[i].timeline == 0;
		for (size_t k = 0; k < i && !seen; k++)
			seen = hosts[k].started_us == hosts[i].started_us;
		if (seen)
			continue;
		list = arena_printf(d->arena, "%s%s%s (timeline %lld)", list,
		    writable ? " and " : "", hosts[i].where, (long long)hosts[i].timeline);
		writable++;
	}
	if (writable > 1)
		find(d, SEVERITY_SERIOUS, "two-primaries",
		    arena_printf(
			d->arena, "%zu hosts of DATABASE_URL take writes: %s", writable, list),
		    "what is written to one of them is missing on the other; the workers use the "
		    "one on "
		    "the highest timeline",
		    "stop the one on the lower timeline, and make a standby of it with pg_rewind "
		    "or "
		    "pg_basebackup");
}

static void look_at_connections(struct doctor *d, struct db_session *s)
{
	struct doctor_connections found;
	if (!doctor_connections(s, &found)) {
		doctor_refused(d, s, "connections");
		return;
	}
	if (!d->standby)
		d->outreach_connected = found.outreach ? DOCTOR_YES : DOCTOR_NO;
	int64_t wanted = BOT_CONNECTIONS + LISTENER_CONNECTIONS + d->config.db_pool_size;
	int64_t missing = wanted > found.ours ? wanted - found.ours : 0;
	if (found.free < missing)
		find(d, SEVERITY_WARNING, "connections",
		    arena_printf(d->arena,
			"the workers may need %lld more connections, and the server gives %lld",
			(long long)missing, (long long)(found.free < 0 ? 0 : found.free)),
		    "who gets none waits, and assigns or delivers nothing meanwhile",
		    "raise max_connections (or the CONNECTION LIMIT of the role or the database), "
		    "or lower DB_POOL_SIZE");
}

static void look_at_others(struct doctor *d, struct db_session *s)
{
	struct doctor_transaction *open;
	const char *const *tables;
	size_t count;
	if (!doctor_open_transactions(s, d->arena, OPEN_TRANSACTION_S, &open, &count))
		doctor_refused(d, s, "open transactions");
	for (size_t i = 0; i < count; i++)
		find(d, SEVERITY_WARNING, "open-transaction",
		    arena_printf(d->arena, "%s%s%s has left a transaction open for %s (pid %lld)",
			open[i].user, *open[i].application ? " in " : "", open[i].application,
			doctor_span(d, open[i].age_ms), (long long)open[i].pid),
		    "what it has changed is locked, and no table is cleaned up meanwhile",
		    arena_printf(d->arena,
			"end it there (COMMIT or ROLLBACK), or from here with "
			"pg_terminate_backend(%lld)",
			(long long)open[i].pid));
	if (!doctor_unvacuumed(s, d->arena, &tables, &count))
		doctor_refused(d, s, "autovacuum of the tables");
	for (size_t i = 0; i < count; i++)
		find(d, SEVERITY_WARNING, "autovacuum-off",
		    arena_printf(d->arena, "autovacuum of %s is off", tables[i]),
		    "it grows and gets slow",
		    arena_printf(d->arena,
			"undo the setting with ALTER TABLE %s RESET (autovacuum_enabled)",
			tables[i]));
}

static void look_at_collation(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	const char *recorded, *actual;
	if (!doctor_collation(s, a, &recorded, &actual))
		doctor_refused(d, s, "the collation");
	else if (recorded)
		find(d, SEVERITY_WARNING, "collation",
		    arena_printf(a,
			"the database was made with version %s of its collation, and the system "
			"has %s",
			recorded, actual),
		    "indexes on texts of your tables may be in the wrong order: rows are not "
		    "found, "
		    "or a unique one is there twice; those of salesreg do not depend on it",
		    "REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION");
}

/* Then the workers keep off that search path, and triggers of others may miss what they name without its schema. */
static void look_at_search_path(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_stranger *found;
	size_t count;
	if (!doctor_strangers(s, a, &found, &count))
		doctor_refused(d, s, "the search path");
	for (size_t i = 0; i < count; i++) {
		const struct doctor_stranger *f = &found[i];
		bool object = strcmp(f->kind, "object") == 0;
		const char *what =
		    object ? arena_printf(a,
				 "the %s has the name of one of the system's, and belongs to %s",
				 f->object, f->who)
		    : strcmp(f->kind, "owner") == 0
			? arena_printf(a, "the schema %s, on the search path, belongs to %s",
			      f->object, f->who)
			: arena_printf(
			      a, "%s may create objects in the schema %s", f->who, f->object);
		find(d, SEVERITY_WARNING, object ? "strange-object" : "open-schema", what,
		    object
			? "in sessions with that search path it may be called in the place of the "
			  "system's, with their rights; the workers run without one, and a trigger "
			  "of "
			  "yours that names a table without its schema fails in them"
			: "an object there can take the place of the system's own, so the workers "
			  "run "
			  "without a search path: a trigger of yours that names a table without "
			  "its "
			  "schema fails in them",
		    arena_printf(a, "%s%s, and restart the workers",
			strcmp(f->kind, "create") == 0 ? "" : "look at what is in it, then: ",
			f->statement));
	}
}

/* A trigger runs with the rights of whoever writes the table. */
static void look_at_strange_triggers(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_stranger *found;
	size_t count;
	if (!doctor_strange_triggers(s, a, &found, &count))
		doctor_refused(d, s, "who may make triggers");
	for (size_t i = 0; i < count; i++) {
		const struct doctor_stranger *f = &found[i];
		if (strcmp(f->kind, "right") == 0)
			find(d, SEVERITY_WARNING, "trigger-right",
			    arena_printf(a, "%s may put triggers on %s", f->who, f->object),
			    "a trigger runs in the workers' sessions with their rights, so who "
			    "makes one can do all that they can; to write rows nobody needs it",
			    f->statement);
		else
			find(d, SEVERITY_WARNING, "strange-trigger",
			    arena_printf(
				a, "the trigger %s calls a function of %s", f->object, f->who),
			    "it runs in the workers' sessions with their rights, and its owner can "
			    "replace it at any time",
			    arena_printf(a,
				"give the function to the owner of the table (ALTER "
				"FUNCTION … OWNER TO …), or %s",
				f->statement));
	}
}

/* True: the tables are as this binary knows them. */
static bool look_at_migrations(struct doctor *d, struct db_session *s)
{
	char error[300];
	int pending;
	if (!migrate_look(s->pg, &pending, error, sizeof error)) {
		char *what = text_tidy(d->arena, error), *fix = strstr(what, "; ");
		if (fix)
			*fix = '\0';
		find(d, SEVERITY_SERIOUS, "migrations", what,
		    "this version of salesreg does not work with this database",
		    fix ? fix + 2 : "see that the user may read salesreg.schema_migrations");
		return false;
	}
	if (pending == 0)
		return true;
	find(d, SEVERITY_WARNING, "migrations-pending",
	    arena_printf(d->arena, "%d migration%s not applied yet", pending,
		pending == 1 ? " is" : "s are"),
	    "the workers apply them when they start", "run `salesreg migrate`");
	doctor_rights_missing(d, s, true);
	return false;
}

static void look_at_disk(struct doctor *d, struct db_session *s)
{
	const char *path;
	if (doctor_data_directory(s, d->arena, &path) && path)
		doctor_disk(d, path, "the database",
		    "a full disk stops PostgreSQL, and with it everything");
}

/* Whether this database serves another bot than that of the token. */
static bool serves_another(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	int64_t other;
	const char *username;
	if (d->bot_id == 0)
		return false;
	if (!doctor_other_bot(s, a, d->bot_id, &other, &username)) {
		doctor_refused(d, s, "which bot it serves");
		return false;
	}
	if (other != 0)
		find(d, SEVERITY_SERIOUS, "other-bot",
		    arena_printf(a,
			"REGISTRY_BOT_TOKEN is of bot %lld, and this database serves bot %lld%s%s",
			(long long)d->bot_id, (long long)other, username ? ", @" : "",
			username ? username : ""),
		    "`salesreg bot` ends with 78 with it: a bot may write only to people who have "
		    "opened it, and these have opened the other one",
		    "set a token of the other one, or run `salesreg adopt-bot` to change the bot "
		    "for good");
	return other != 0;
}

static void look_for_leader(struct doctor *d, struct db_session *s)
{
	bool leads;
	if (d->standby) {
		doctor_left_out(d, "the leader", "nobody leads on a standby");
		return;
	}
	bool another = serves_another(d, s);
	if (!operators_leader(s, d->arena, d->bot_id && !another ? &d->bot_id : NULL, &leads)) {
		doctor_refused(d, s, "the leader");
		return;
	}
	d->bot_leads = leads ? DOCTOR_YES : DOCTOR_NO;
	if (!leads)
		doctor_find(d, (struct finding){SEVERITY_WARNING, "processes", "no-bot",
				   "no bot leads in this database",
				   "nobody is answered, and nothing is delivered",
				   "start `salesreg bot` or `salesreg supervise`, or see what its "
				   "log says"});
}

enum { LOCK_LOOK_MS = 10000 };

static bool holds_still(const PGresult *now, const char *transaction)
{
	for (int i = 0; i < PQntuples(now); i++)
		if (!lock_watch_is_key(now, i) &&
		    strcmp(lock_watch_transaction(now, i), transaction) == 0)
			return true;
	return false;
}

/* One that has been open for long is named for that. */
static bool is_named(const struct doctor *d, const char *pid)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->findings[i].code, "open-transaction") == 0 &&
		    strstr(d->findings[i].what,
			arena_concat(d->arena, "(pid ", pid, ")", (char *)NULL)))
			return true;
	return false;
}

/* An open transaction of somebody else is no fault while it is short: what is there at the beginning is looked at again. */
static void look_at_locks(struct doctor *d, struct db_session *s)
{
	char line[LOCK_WATCH_LINE];
	const char *transactions[LOCK_WATCH_HOLDERS], *lines[LOCK_WATCH_HOLDERS];
	size_t count = 0;
	const PGresult *r = db_session_run_plain(s, SQL_LOCK_HOLDERS);
	for (int i = 0; r && i < PQntuples(r); i++) {
		lock_watch_describe(r, i, line);
		if (lock_watch_is_key(r, i)) {
			find(d, SEVERITY_SERIOUS, "lock-of-ours", arena_strdup(d->arena, line),
			    "no bot can lead, or no migration begin, as long as it does",
			    "end that session (pg_terminate_backend(PID)), and see that "
			    "only who "
			    "has to may connect: REVOKE CONNECT ON DATABASE … FROM PUBLIC");
			continue;
		}
		if (is_named(d, lock_watch_pid(r, i)))
			continue;
		transactions[count] = arena_strdup(d->arena, lock_watch_transaction(r, i));
		lines[count++] = arena_strdup(d->arena, line);
	}
	if (r && count > 0) {
		(void)poll(NULL, 0, LOCK_LOOK_MS);
		r = db_session_run_plain(s, SQL_LOCK_HOLDERS);
	}
	if (!r)
		doctor_refused(d, s, "locks of other sessions");
	for (size_t i = 0; r && i < count; i++)
		if (holds_still(r, transactions[i]))
			find(d, SEVERITY_WARNING, "locks-held",
			    arena_printf(
				d->arena, "%s for more than %d s", lines[i], LOCK_LOOK_MS / 1000),
			    "what it has changed or locked waits for its end: prospects are not "
			    "assigned, people are not answered",
			    "COMMIT or ROLLBACK there; if nobody knows of it, end it with "
			    "pg_terminate_backend(PID)");
}

void doctor_database(struct doctor *d)
{
	struct db_session s;
	if (!d->may_connect) {
		doctor_left_out(d, area, "the configuration has to be fixed first");
		return;
	}
	if (!db_session_open(&s, &d->config.database_url, "salesreg doctor")) {
		doctor_no_access(d, &s);
		db_session_close(&s);
		return;
	}
	look_at_server(d, &s);
	look_at_pooler(d, &s);
	look_at_hosts(d);
	look_at_connections(d, &s);
	look_at_others(d, &s);
	look_for_leader(d, &s);
	look_at_locks(d, &s);
	bool up_to_date = look_at_migrations(d, &s);
	doctor_guard(d, &s);
	look_at_search_path(d, &s);
	look_at_strange_triggers(d, &s);
	look_at_collation(d, &s);
	if (up_to_date) {
		doctor_schema(d, &s);
		doctor_tables(d, &s);
	} else {
		doctor_left_out(d, "the tables", "they are not as this version knows them");
	}
	look_at_disk(d, &s);
	db_session_close(&s);
}
