/*
 * The subcommands of `salesreg calendar`; of these files only.
 * Ownership: as in role/cli/cli.h. Errors: an exit code, and it has been said why.
 */
#pragma once
#include "salesreg/role/cli/cli.h"
#include "salesreg/role/database.h"
#include "salesreg/store/calendar_operators.h"

/* The account of the rep whose e-mail the first argument is, connected or not. */
int calendar_of(struct command_database *d, struct cli *c, struct calendar_listed *found);

int calendar_run_disconnect(struct cli *c);
int calendar_run_sync(struct cli *c);
int calendar_run_rotate_keys(struct cli *c);
