#include "salesreg/base/err.h"
#include "salesreg/base/json_memory.h"
#include "salesreg/base/pieces.h"
#include "salesreg/role/role.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
    {"supervise", role_supervise},
    {"bot", role_bot},
    {"outreach", role_outreach},
    {"migrate", role_migrate},
    {"check-config", role_check_config},
    {"sandbox", role_sandbox},
    {"demo", role_demo},
    {"status", role_status},
    {"healthcheck", role_healthcheck},
    {"log-level", role_log_level},
    {"outbox", role_outbox},
    {"adopt-bot", role_adopt_bot},
    {"doctor", role_doctor},
    {"parked", role_parked},
    {"rep", role_rep},
#ifdef SALESREG_TESTS
    {"test-worker", role_test_worker},
#endif
    {"version", role_version},
    {"--version", role_version},
    {"help", role_help},
    {"--help", role_help},
    {"-h", role_help},
};

int main(int argc, char **argv)
{
	pieces_start();
	json_memory_start();
	const char *role = getenv("SALESREG_ROLE");
	char *with_role[] = {argv[0], (char *)(uintptr_t)role, NULL};
	if (argc < 2 && role && *role) {
		argc = 2;
		argv = with_role;
	}
	if (argc < 2) {
		(void)role_help(1, argv);
		return EXIT_CODE_USAGE;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, argv[1]) == 0)
			return commands[i].run(argc - 1, argv + 1);
	(void)fprintf(stderr, "salesreg: unknown command %s; see salesreg help\n", argv[1]);
	return EXIT_CODE_USAGE;
}
