/*
 * Applies the embedded migrations: each once, in its own transaction, under an advisory lock, checksummed.
 * Ownership: the connection is the caller's. Errors: false with a sentence in `error`. Blocks: for the thread pool or
 * a command, never on a loop.
 */
#pragma once
#include "salesreg/base/err.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * How long a lock that another session holds is waited for, 5 s at a time (db/lock_wait.h): a command's, unless it was told
 * otherwise, and a worker's, which then says that it has no database and why, and tries again.
 */
enum { MIGRATE_WAIT_MS = 600000, MIGRATE_WORKER_WAIT_MS = 15000 };
/* applied_count: how many were new; may be NULL. ERR_CONFIG: see migrate_setup(). */
enum err migrate_apply(PGconn *pg, int wait_ms, int *applied_count, char *error, size_t size);
/* Only looks. ERR_CONFIG: a migration is there that this binary does not know, or knows with another text. */
enum err migrate_known(PGconn *pg, char *error, size_t size);
/* Only looks: how many are missing. False, with a sentence: they cannot be read, or do not go with this binary. */
bool migrate_look(PGconn *pg, int *pending, char *error, size_t size);
/*
 * As the `setup` of a pool. ERR_CONFIG: this binary and this database do not go together, and waiting does not help;
 * ERR_UNAVAILABLE: worth another try.
 */
enum err migrate_setup(PGconn *pg, void *unused, char *error, size_t size);
