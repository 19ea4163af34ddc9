/*
 * The subcommands of `salesreg rep`; of these files only.
 * Ownership: as in role/cli/cli.h. Errors: an exit code, and it has been said why.
 */
#pragma once
#include "salesreg/role/cli/cli.h"
#include "salesreg/role/database.h"
#include "salesreg/store/hours.h"

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

/* Whose e-mail the first argument is. */
int rep_owner(struct command_database *d, struct cli *c, struct hours_owner *owner);

extern const struct cli_option rep_hours_options[], rep_slots_options[];
int rep_run_set_hours(struct cli *c);
int rep_run_slots(struct cli *c);
