/*
 * The subcommands of `salesreg prospect` that have files of their own; of these files only.
 * Ownership: as in role/cli/cli.h. Errors: an exit code, and it has been said why.
 */
#pragma once
#include "salesreg/role/cli/cli.h"

extern const struct cli_option prospect_import_options[];
int prospect_run_import(struct cli *c);
extern const struct cli_option prospect_export_options[];
int prospect_run_export(struct cli *c);

/* What there is beside reading a file: prospect_imports.c. */
int prospect_list_imports(struct cli *c);
int prospect_undo_import(struct cli *c, int64_t number);
