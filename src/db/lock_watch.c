#include "salesreg/db/lock_watch.h"
#include "salesreg/base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns of lock_holders. */
enum { PID, TRANSACTION, ROLE, APPLICATION, KEY, TABLES };

void lock_watch_waited(struct lock_watch *w)
{
	w->waited_us = clock_monotonic_us();
}

const char *lock_watch_pid(const PGresult *holders, int row)
{
	return PQgetvalue(holders, row, PID);
}

const char *lock_watch_transaction(const PGresult *holders, int row)
{
	return PQgetvalue(holders, row, TRANSACTION);
}

bool lock_watch_is_key(const PGresult *holders, int row)
{
	return strcmp(PQgetvalue(holders, row, KEY), "t") == 0;
}

void lock_watch_describe(const PGresult *holders, int row, char out[LOCK_WATCH_LINE])
{
	const char *pid = PQgetvalue(holders, row, PID);
	char who[200];
	if (PQgetisnull(holders, row, PID))
		(void)snprintf(who, sizeof who, "a prepared transaction (see pg_prepared_xacts)");
	else if (PQgetisnull(holders, row, ROLE))
		(void)snprintf(who, sizeof who, "autovacuum (pid %s)", pid);
	else
		(void)snprintf(who, sizeof who,
		    "the database session with pid %s (role %.63s, %s%.63s)", pid,
		    PQgetvalue(holders, row, ROLE),
		    *PQgetvalue(holders, row, APPLICATION) ? "application " : "no application name",
		    PQgetvalue(holders, row, APPLICATION));
	if (lock_watch_is_key(holders, row))
		(void)snprintf(
		    out, LOCK_WATCH_LINE, "%s holds an advisory lock of salesreg's", who);
	else
		(void)snprintf(out, LOCK_WATCH_LINE, "%s holds locks on %.150s", who,
		    PQgetvalue(holders, row, TABLES));
}

static int64_t seen_since(const struct lock_watch *w, const char *transaction, int64_t now_us)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->holders[i].transaction, transaction) == 0)
			return w->holders[i].seen_us;
	return now_us;
}

static void name(struct lock_watch *w, const PGresult *holders, int row, int64_t for_us)
{
	char line[LOCK_WATCH_LINE], end[80] = "ROLLBACK PREPARED ends it";
	const char *pid = PQgetvalue(holders, row, PID);
	lock_watch_describe(holders, row, line);
	if (*pid)
		(void)snprintf(end, sizeof end, "pg_terminate_backend(%.12s) ends it", pid);
	if (lock_watch_is_key(holders, row))
		fault_log_warn_as(&w->keys, PQgetvalue(holders, row, TRANSACTION),
		    "%s, for %lld s now: what takes it has to wait, a leading bot or a migration; "
		    "%s",
		    line, (long long)(for_us / 1000000), end);
	else
		fault_log_warn_as(&w->rows, PQgetvalue(holders, row, TRANSACTION),
		    "%s, for %lld s now, and salesreg waits for what is locked; if it was "
		    "forgotten, %s",
		    line, (long long)(for_us / 1000000), end);
}

void lock_watch_see(struct lock_watch *w, const PGresult *holders)
{
	int64_t now = clock_monotonic_us();
	bool waits = w->waited_us && now - w->waited_us < LOCK_WATCH_RECENT_MS * INT64_C(1000);
	struct lock_holder found[LOCK_WATCH_HOLDERS] = {0};
	size_t count = 0;
	bool keys = false, rows = false;
	for (int i = 0; i < PQntuples(holders) && count < LOCK_WATCH_HOLDERS; i++) {
		struct lock_holder *h = &found[count++];
		(void)snprintf(h->transaction, sizeof h->transaction, "%s",
		    PQgetvalue(holders, i, TRANSACTION));
		h->seen_us = seen_since(w, h->transaction, now);
		int64_t for_us = now - h->seen_us;
		bool key = lock_watch_is_key(holders, i);
		if (for_us < LOCK_WATCH_LONG_MS * INT64_C(1000) || (!key && !waits))
			continue;
		name(w, holders, i, for_us);
		keys |= key;
		rows |= !key;
	}
	memcpy(w->holders, found, sizeof found);
	w->count = count;
	if (!keys)
		fault_log_over(
		    &w->keys, "nobody else holds an advisory lock of salesreg's any more");
	if (!rows)
		fault_log_over(
		    &w->rows, "no other session holds locks that are waited for any more");
}
