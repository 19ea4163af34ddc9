#include "salesreg/role/role.h"
#include "salesreg/role/show.h"
#include "salesreg/role/sockets.h"
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: salesreg log-level ROLE LEVEL\n"
    "Changes what a running process logs, until it ends: ROLE is bot, outreach, supervise… or "
    "all;\n"
    "LEVEL is debug, info, warn or error. LOG_LEVEL is what it starts with.\n";

int role_log_level(int argc, char **argv)
{
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		(void)fputs(usage, stdout);
		return EXIT_CODE_OK;
	}
	enum log_level level = LOG_DEBUG;
	while (argc == 3 && level <= LOG_ERROR && strcmp(argv[2], log_level_name(level)) != 0)
		level++;
	if (argc != 3 || level > LOG_ERROR || strlen(argv[1]) >= IPC_NAME_SIZE || !*argv[1]) {
		(void)fputs(usage, stderr);
		return EXIT_CODE_USAGE;
	}
	struct sockets sockets;
	int code = sockets_find_dir(&sockets, argv[0]);
	if (code != EXIT_CODE_OK)
		return code;
	bool ok = sockets_set_log_level(&sockets, argv[1], level);
	show_say(ok ? stdout : stderr, "%s%s\n", ok ? "" : "salesreg log-level: ", sockets.message);
	return ok ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}
