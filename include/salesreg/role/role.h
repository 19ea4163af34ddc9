/* The commands of the program, for main(): command_<name> each, in a file of its own. */
#pragma once
#include "salesreg/role/cli/cli.h"

#ifdef SALESREG_TESTS
#define COMMAND_OF_TESTS(X) X(test_worker)
#else
#define COMMAND_OF_TESTS(X)
#endif
/* In the order of `salesreg help`. */
#define COMMAND_MAP(X)                                                                             \
	X(supervise)                                                                               \
	X(bot)                                                                                     \
	X(outreach)                                                                                \
	X(oauth)                                                                                   \
	X(migrate)                                                                                 \
	X(check_config)                                                                            \
	X(sandbox)                                                                                 \
	X(demo)                                                                                    \
	X(status)                                                                                  \
	X(healthcheck)                                                                             \
	X(log_level)                                                                               \
	X(doctor)                                                                                  \
	X(outbox)                                                                                  \
	X(adopt_bot)                                                                               \
	X(parked)                                                                                  \
	X(audit)                                                                                   \
	X(rep)                                                                                     \
	X(prospect)                                                                                \
	X(link)                                                                                    \
	X(stats)                                                                                   \
	X(calendar)                                                                                \
	COMMAND_OF_TESTS(X)                                                                        \
	X(version)                                                                                 \
	X(help)

#define X(name) extern const struct cli_command command_##name;
COMMAND_MAP(X)
#undef X

/* What `salesreg help` says: the commands and the variables. */
void help_overview(const struct cli_command *const *program);
