/*
 * How commands come to the database: configuration, connection, one line for what is wrong.
 * Ownership: the config and the session are the caller's; command_database_close() gives back what they hold, also after a
 * failure. Errors: an exit code, and it has said why on stderr.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/config.h"
#include "salesreg/db/session.h"
#include "salesreg/store/audit.h"
#include <jansson.h>

struct command_database {
	struct config config;
	struct db_session session;
};
/*
 * What is wrong with the form of DATABASE_URL, for a log, or NULL. Asked before libpq is: what that says of such a URI may
 * quote pieces of its password.
 */
const char *database_uri_fault(const struct secret *uri);
/* command: its name, static, as argv has it. */
int command_database_open(struct command_database *d, const char *command);
/* needs: CONFIG_NEEDS_DATABASE and whatever else the command does not work without. */
int command_database_open_for(struct command_database *d, const char *command, unsigned needs);
/* What links begin with; it is known once the bot has run. */
int command_bot_username(
    struct command_database *d, struct arena *a, const char *command, const char **username);
/* Who runs this process, for salesreg.audit. command: with the names above it, static. */
struct audit_actor command_operator(struct arena *a, const char *command);
/* A row in salesreg.audit of what this process did, in the transaction of audit_begin(). */
bool audit_by_operator(struct command_database *d, struct arena *a, const char *command,
    const struct audit_entry *entry);
/* The same of what was done to rows with these ids: {kind: ids}, the first hundred of them. */
bool audit_ids_by_operator(struct command_database *d, struct arena *a, const char *command,
    const char *action, const char *kind, const int64_t *ids, size_t count);
/* An entry's before or after; takes the value. */
const char *audit_json(struct arena *a, json_t *value);
/* Says what the last question failed of; returns EXIT_CODE_FAILED. */
int command_database_failed(const struct command_database *d, const char *command);
void command_database_close(struct command_database *d);
