#include "salesreg/role/cli/text.h"
#include "salesreg/role/role.h"
#include "salesreg/role/settings.h"
#include "salesreg/role/sockets.h"
#include "salesreg/role/usage.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: salesreg healthcheck [--strict] [ROLE]\n"
    "Exit code 0 if ROLE runs, answers and is ready, else 1: for a container's health check.\n"
    "ROLE is bot, outreach, oauth or supervise (which means every worker); without it, "
    "$SALESREG_ROLE,\n"
    "else whatever runs here. A database or Telegram that is down is said and is no reason for\n"
    "a restart, so it is exit code 0; with --strict it is 1.\n";

static bool is_well(const struct ipc_status *row, bool strict)
{
	bool degraded = row->health != IPC_HEALTH_OK;
	cli_say(stdout, "%s: %s%s%s%s\n", row->role, row->state, degraded ? ", degraded" : "",
	    *row->why ? ": " : "", row->why);
	if (!row->up && *row->last_death)
		cli_say(stdout, "%s: last death: %s\n", row->role, row->last_death);
	return row->up && !(strict && degraded);
}

int role_healthcheck(int argc, char **argv)
{
	bool strict = false;
	const char *role = NULL;
	if (usage_asked(argc, argv, usage))
		return EXIT_CODE_OK;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--strict") == 0)
			strict = true;
		else if (role || argv[i][0] == '-')
			return usage_unexpected("healthcheck", argv[i]);
		else
			role = argv[i];
	}
	bool given = role != NULL;
	if (!role)
		role = getenv("SALESREG_ROLE");
	if (role && *role && strcmp(role, argv[0]) != 0 && strcmp(role, "supervise") != 0 &&
	    !settings_is_worker(role))
		return usage_wrong("healthcheck",
		    "%s%s is not a role: bot, outreach, oauth or supervise",
		    given ? "" : "SALESREG_ROLE: ", role);
	bool all = !role || !*role || strcmp(role, "supervise") == 0 || strcmp(role, argv[0]) == 0;
	struct sockets sockets;
	int code = sockets_find_dir(&sockets, argv[0]);
	if (code != EXIT_CODE_OK)
		return code;
	sockets_status(&sockets, all ? NULL : role);
	bool well = sockets.count > 0;
	if (!well && sockets.distrusted)
		cli_say(stdout, "%s\n", sockets.message);
	else if (!well)
		(void)printf("%s does not run with the run directory %s\n", all ? "salesreg" : role,
		    sockets.dir);
	bool supervised = false;
	for (size_t i = 0; i < sockets.count; i++) {
		supervised |= strcmp(sockets.rows[i].role, "supervise") == 0;
		well &= is_well(&sockets.rows[i], strict);
	}
	if (role && strcmp(role, "supervise") == 0 && !supervised) {
		(void)printf("supervise does not run with the run directory %s\n", sockets.dir);
		well = false;
	}
	return well ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}
