#include "salesreg/base/buf.h"
#include "salesreg/base/config.h"
#include "salesreg/base/err.h"
#include "salesreg/base/hardening.h"
#include "salesreg/base/json_memory.h"
#include "salesreg/base/pieces.h"
#include "salesreg/role/role.h"
#include "salesreg/role/cli/text.h"
#include <errno.h>
#include <stdbool.h>
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
    {"-V", role_version},
    {"-v", role_version},
    {"help", role_help},
    {"--help", role_help},
    {"-h", role_help},
};

/* `salesreg help COMMAND` is `salesreg COMMAND --help`. */
static int help(int argc, char **argv)
{
	static char option[] = "--help";
	if (argc < 2 || argv[1][0] == '-' || strcmp(argv[1], "help") == 0)
		return role_help(argc, argv);
	char *asked[] = {argv[1], option, NULL};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, argv[1]) == 0 && commands[i].run != role_help)
			return commands[i].run(2, asked);
	cli_say(stderr, "salesreg help: there is no command %s; see salesreg help\n", argv[1]);
	return EXIT_CODE_USAGE;
}

/* Where no command was given it matters why none can be read. */
static bool settle_role(bool matters)
{
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	bool good = config_settle("SALESREG_ROLE", &problems) || !matters;
	if (!good)
		cli_say(stderr, "%s", buf_text(&problems));
	buf_finish(&problems);
	return good;
}

static int run(int argc, char **argv)
{
	if (!settle_role(argc < 2))
		return EXIT_CODE_CONFIG;
	const char *role = getenv("SALESREG_ROLE");
	char *with_role[] = {argv[0], (char *)(uintptr_t)role, NULL};
	bool from_role = argc < 2 && role && *role;
	if (from_role) {
		argc = 2;
		argv = with_role;
	}
	if (argc < 2) {
		(void)role_help(1, argv);
		return EXIT_CODE_USAGE;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, argv[1]) == 0)
			return commands[i].run == role_help ? help(argc - 1, argv + 1)
							    : commands[i].run(argc - 1, argv + 1);
	cli_say(stderr, "salesreg: unknown command %s%s; see salesreg help\n", argv[1],
	    from_role ? ", which SALESREG_ROLE names" : "");
	return EXIT_CODE_USAGE;
}

int main(int argc, char **argv)
{
	hardening_start(config_is_on("DEBUG_CORES"));
	pieces_start();
	json_memory_start();
	int code = run(argc, argv);
	/* a full disk, a pipe nobody reads: what was asked for is not there */
	if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_CODE_OK) {
		(void)fprintf(
		    stderr, "salesreg: the output could not be written: %s\n", strerror(errno));
		code = EXIT_CODE_FAILED;
	}
	return code;
}
