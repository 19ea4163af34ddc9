#include "salesreg/role/cli/text.h"
#include "salesreg/role/role.h"
#include "salesreg/role/sockets.h"
#include "salesreg/role/usage.h"
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: salesreg log-level ROLE LEVEL\n"
    "Changes what a running process logs, until it ends: ROLE is bot, outreach, supervise… or "
    "all;\n"
    "LEVEL is debug, info, warn or error. LOG_LEVEL is what it starts with.\n";

int role_log_level(int argc, char **argv)
{
	if (usage_asked(argc, argv, usage))
		return EXIT_CODE_OK;
	if (argc < 3)
		return usage_wrong("log-level", "it needs a role (or all) and a level");
	if (argc > 3)
		return usage_unexpected("log-level", argv[3]);
	enum log_level level = LOG_DEBUG;
	while (level <= LOG_ERROR && strcmp(argv[2], log_level_name(level)) != 0)
		level++;
	if (level > LOG_ERROR)
		return usage_wrong(
		    "log-level", "%s is not a level: debug, info, warn, error", argv[2]);
	if (strlen(argv[1]) >= IPC_NAME_SIZE || !*argv[1])
		return usage_wrong("log-level", "\"%s\" is not a role", argv[1]);
	struct sockets sockets;
	int code = sockets_find_dir(&sockets, argv[0]);
	if (code != EXIT_CODE_OK)
		return code;
	bool ok = sockets_set_log_level(&sockets, argv[1], level);
	cli_say(ok ? stdout : stderr, "%s%s\n", ok ? "" : "salesreg log-level: ", sockets.message);
	return ok ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}
