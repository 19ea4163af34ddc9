/*
 * Applies the embedded migrations: each once, in its own transaction, under an advisory lock, checksummed.
 * Ownership: the connection is the caller's. Errors: false with a sentence in `error`. Blocks: for the thread pool or
 * a command, never on a loop. Callbacks: none.
 */
#pragma once
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

/* applied: how many were new; may be NULL. */
bool migrate_apply(PGconn *connection, int *applied, char *error, size_t error_size);
/* Only looks: how many are missing. False, with a sentence: they cannot be read, or do not go with this binary. */
bool migrate_look(PGconn *connection, int *pending, char *error, size_t error_size);
/* As the `setup` of a pool. */
bool migrate_setup(PGconn *connection, void *unused, char *error, size_t error_size);
/* Connects as every part does: keepalives, time-outs, no notices on stderr. The caller owns the result. */
PGconn *db_connect_blocking(const char *uri, const char *application_name);
