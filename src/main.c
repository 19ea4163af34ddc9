#include "salesreg/base/buf.h"
#include "salesreg/base/config.h"
#include "salesreg/base/err.h"
#include "salesreg/base/hardening.h"
#include "salesreg/base/json_memory.h"
#include "salesreg/base/pieces.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/role.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct cli_command *const commands[] = {
#define X(name) &command_##name,
    COMMAND_MAP(X)
#undef X
	NULL,
};

/* What people type where other programs have options. */
static struct {
	const char *word;
	char command[8];
} aliases[] = {
    {"--version", "version"},
    {"-V", "version"},
    {"-v", "version"},
    {"--help", "help"},
    {"-h", "help"},
};

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
		help_overview(commands);
		return EXIT_CODE_USAGE;
	}
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (strcmp(aliases[i].word, argv[1]) == 0)
			argv[1] = aliases[i].command;
	return cli_run(
	    commands, from_role ? ", which SALESREG_ROLE names" : "", argc - 1, argv + 1);
}

/* Where one is closed, the next file or connection would be taken for it, and what is printed would go there. */
static void keep_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	keep_standard_files();
	hardening_start(config_is_on("DEBUG_CORES"));
	pieces_start();
	json_memory_start();
	int code = run(argc, argv);
	/* a full disk, a pipe nobody reads: what was asked for is not there */
	if (!cli_flush() && code == EXIT_CODE_OK) {
		(void)fprintf(stderr, "salesreg: the output could not be written: %s\n",
		    strerror(cli_output_problem()));
		code = EXIT_CODE_FAILED;
	}
	return code;
}
