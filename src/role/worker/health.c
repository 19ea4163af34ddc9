#include "salesreg/role/worker/health.h"
#include <stdio.h>

/* A listener comes back within a second or two; a question is late after DB_LATE_MS, and then the server is asked. */
enum { SAID_AFTER_MS = 5000 };

bool health_of_database(
    struct worker_report *out, const struct db_server *server, const struct listener *listener)
{
	long long late_ms = db_server_late_ms(server), deaf_ms = listener_down_ms(listener);
	if (out->health != IPC_HEALTH_OK)
		return true;
	if (late_ms >= SAID_AFTER_MS)
		(void)snprintf(out->why, sizeof out->why, "the database does not answer for %lld s",
		    late_ms / 1000);
	else if (deaf_ms >= SAID_AFTER_MS)
		(void)snprintf(out->why, sizeof out->why,
		    "no notifications from the database for %lld s: %s", deaf_ms / 1000,
		    listener_why(listener));
	else
		return false;
	out->health = IPC_HEALTH_DEGRADED;
	return true;
}
