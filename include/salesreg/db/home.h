/*
 * Whether this is the database that was worked with before. After a failover the last writes may be missing, and after a
 * restore everything since the dump: salesreg.enter() sees to it that no number is given twice, and marks what may already
 * have been sent; here it is called and said.
 * A lock of somebody else's is waited for as long as a worker's migration does (db/lock_wait.h).
 * Ownership: the connection is the caller's. Errors: ERR_UNAVAILABLE with `error`. Blocks: for the thread pool.
 */
#pragma once
#include "salesreg/base/err.h"
#include "salesreg/db/server.h"
#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

/* After the migrations, each time a process has connected to a server, and when its tables were restored under it. */
enum err home_enter(PGconn *pg, struct db_server *server, char *error, size_t size);

/* ERR_CONFIG, with `error`: the database serves another bot than this one, which is named. */
enum err home_serves(PGconn *pg, int64_t bot_id, char *error, size_t size);
