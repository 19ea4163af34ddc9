#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/sockets.h"
#include "salesreg/role/role.h"
#include <stdio.h>
#include <string.h>

static const char *const levels[] = {"debug", "info", "warn", "error", NULL};

static int run(struct cli *c)
{
	if (c->count < 2)
		return cli_wrong(c, "it needs a role (or all) and a level");
	const char *role = c->words[0], *word = c->words[1];
	enum log_level level = LOG_DEBUG;
	while (level <= LOG_ERROR && strcmp(word, log_level_name(level)) != 0)
		level++;
	if (level > LOG_ERROR)
		return cli_wrong(c, "%s is not a level: debug, info, warn, error%s", word,
		    cli_guess(&c->arena, word, "", levels));
	if (strlen(role) >= IPC_NAME_SIZE || !*role)
		return cli_wrong(c, "\"%s\" is not a role", role);
	struct sockets sockets;
	int code = sockets_find_dir(&sockets, c->name);
	if (code != EXIT_CODE_OK)
		return code;
	bool ok = sockets_set_log_level(&sockets, role, level);
	cli_say(ok ? stdout : stderr, "%s%s\n", ok ? "" : "salesreg log-level: ", sockets.message);
	return ok ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

const struct cli_command command_log_level = {
    .name = "log-level",
    .arguments = "ROLE LEVEL",
    .brief = "changes what a running process logs",
    .help = "Changes what a running process logs, until it ends: ROLE is bot, outreach, supervise… "
	    "or all; LEVEL is "
	    "debug, info, warn or error. LOG_LEVEL is what it starts with.",
    .arguments_most = 2,
    .run = run,
};
