/*
 * Applies the embedded migrations: each once, in its own transaction, under an advisory lock, checksummed.
 * Ownership: the connection is the caller's. Errors: false with a sentence in `error`. Blocks: for the thread pool or
 * a command, never on a loop. Callbacks: none.
 */
#pragma once
#include "salesreg/base/err.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

/* applied: how many were new; may be NULL. ERR_CONFIG: see migrate_setup(). */
enum err migrate_apply(PGconn *connection, int *applied, char *error, size_t error_size);
/* Only looks: how many are missing. False, with a sentence: they cannot be read, or do not go with this binary. */
bool migrate_look(PGconn *connection, int *pending, char *error, size_t error_size);
/*
 * As the `setup` of a pool. ERR_CONFIG: this binary and this database do not go together, and waiting does not help;
 * ERR_UNAVAILABLE: worth another try.
 */
enum err migrate_setup(PGconn *connection, void *unused, char *error, size_t error_size);
