#include "salesreg/db/lock_wait.h"
#include "salesreg/base/clock.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/lock_watch.h"
#include "salesreg/db/statement.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void lock_wait_begin(struct lock_wait *w, int wait_ms)
{
	*w = (struct lock_wait){
	    .began_us = clock_monotonic_us(), .most_us = wait_ms * INT64_C(1000)};
}

bool lock_wait_is_refusal(const char *sqlstate)
{
	/* lock_not_available, deadlock_detected */
	return sqlstate && (strcmp(sqlstate, "55P03") == 0 || strcmp(sqlstate, "40P01") == 0);
}

static void add(char *error, size_t size, const char *text)
{
	size_t n = strlen(error);
	if (n < size)
		(void)snprintf(error + n, size - n, "; %s", text);
}

static void blame(PGconn *pg, char *error, size_t size)
{
	PGresult *r = db_exec_blocking(pg, sql_statement(SQL_MIGRATION_WAITS)->text);
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0) {
		char holder[LOCK_WATCH_LINE];
		lock_watch_describe(r, 0, holder);
		add(error, size, holder);
	}
	PQclear(r);
}

bool lock_wait_again(struct lock_wait *w, PGconn *pg, char *error, size_t size)
{
	int64_t waited_us = clock_monotonic_us() - w->began_us;
	char end[160];
	blame(pg, error, size);
	if (waited_us >= w->most_us) {
		(void)snprintf(end, sizeof end,
		    "nothing was changed; to be tried again when that has ended (waited for %lld "
		    "s)",
		    (long long)(waited_us / 1000000));
		add(error, size, end);
		return false;
	}
	if (waited_us >= LOCK_WAIT_NAMED_MS * INT64_C(1000))
		fault_log_warn_as(&w->fault, "lock",
		    "%s; nothing was changed so far, and it is tried again for %lld s more", error,
		    (long long)((w->most_us - waited_us) / 1000000));
	(void)usleep(LOCK_WAIT_PAUSE_MS * 1000);
	return true;
}
