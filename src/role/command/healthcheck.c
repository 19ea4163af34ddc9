#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/sockets.h"
#include "salesreg/role/role.h"
#include "salesreg/role/settings.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_well(const struct ipc_status *row, bool strict)
{
	bool degraded = row->health != IPC_HEALTH_OK;
	cli_say(stdout, "%s: %s%s%s%s\n", row->role, row->state, degraded ? ", degraded" : "",
	    *row->why ? ": " : "", row->why);
	if (!row->up && *row->last_death)
		cli_say(stdout, "%s: last death: %s\n", row->role, row->last_death);
	return row->up && !(strict && degraded);
}

static const char *const roles[] = {"bot", "outreach", "oauth", "supervise", NULL};

static int run(struct cli *c)
{
	bool strict = cli_has(c, "strict");
	const char *role = c->words[0];
	bool given = role != NULL;
	if (!role)
		role = getenv("SALESREG_ROLE");
	if (role && *role && strcmp(role, c->name) != 0 && strcmp(role, "supervise") != 0 &&
	    !settings_is_worker(role))
		return cli_wrong(c, "%s%s is not a role: bot, outreach, oauth or supervise%s",
		    given ? "" : "SALESREG_ROLE: ", role, cli_guess(&c->arena, role, "", roles));
	bool all = !role || !*role || strcmp(role, "supervise") == 0 || strcmp(role, c->name) == 0;
	struct sockets sockets;
	int code = sockets_find_dir(&sockets, c->name);
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

static const struct cli_option options[] = {
    {.name = "strict", .help = "exit code 1 while something is degraded, too"},
    {.name = NULL},
};

const struct cli_command command_healthcheck = {
    .name = "healthcheck",
    .arguments = "[ROLE]",
    .brief = "exit code 0 or 1, for containers",
    .help = "Exit code 0 if ROLE runs, answers and is ready, else 1: for a container's health "
	    "check. ROLE is bot, "
	    "outreach, oauth or supervise (which means every worker); without it, $SALESREG_ROLE, "
	    "else whatever runs "
	    "here. A database or Telegram that is down is said and is no reason for a restart, so "
	    "it is exit code 0.",
    .options = options,
    .arguments_most = 1,
    .run = run,
};
