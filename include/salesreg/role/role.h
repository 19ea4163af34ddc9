/* The commands of the program: a table each, for main(). */
#pragma once
#include "salesreg/role/cli/cli.h"

extern const struct cli_command command_supervise, command_bot, command_outreach, command_migrate,
    command_check_config, command_sandbox, command_demo, command_status, command_healthcheck,
    command_log_level, command_doctor, command_outbox, command_adopt_bot, command_parked,
    command_rep, command_version, command_help;
#ifdef SALESREG_TESTS
extern const struct cli_command command_test_worker;
#endif

/* What `salesreg help` says: the commands and the variables. */
void help_overview(const struct cli_command *const *program);
