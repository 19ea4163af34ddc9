/*
 * Two roles instead of one: an owner, which migrations run as, and a worker, which the processes connect as and which can
 * read and write rows and nothing else. Made, or brought up to date, over a connection of somebody who may make roles; what is
 * there already is handed over to the owner.
 * Ownership: the connection is the caller's; on an error it is of no further use.
 * Errors: ERR_CONFIG: these cannot be the two roles, the worker has rights beyond rows (each is logged with what takes it
 * away), or an object is a stranger's; ERR_UNAVAILABLE: the server refused, or an open transaction kept a table; a sentence in
 * `error`. A password is in no message of ours, and goes to the server as what it keeps of it. Blocks: for a command.
 * Facts: PostgreSQL manual, PQencryptPasswordConn; ALTER TABLE … OWNER TO; 5.7 "Privileges"; ALTER DEFAULT PRIVILEGES.
 */
#pragma once
#include "salesreg/base/err.h"
#include "salesreg/base/secret.h"
#include <libpq-fe.h>
#include <stddef.h>

struct db_roles {
	const char *owner, *worker;                            /* names */
	const struct secret *owner_password, *worker_password; /* not set: left as it is */
};
/* Also applies the migrations, as the owner. wait_ms: see migrate_apply(). applied: how many. */
MUST_CHECK enum err roles_set_up(
    PGconn *pg, const struct db_roles *roles, int wait_ms, int *applied, char *error, size_t size);
