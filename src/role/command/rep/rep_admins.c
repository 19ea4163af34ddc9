/*
 * What keeps a command from leaving nobody who is an admin.
 */
#include "rep_private.h"
#include "salesreg/role/cli/text.h"
#include <stdio.h>
#include <string.h>

bool rep_is_configured_admin(const struct config *config, int64_t account)
{
	for (size_t i = 0; i < config->admin_count; i++)
		if (config->admin_ids[i] == account)
			return true;
	return false;
}

int rep_leaves_an_admin(struct command_database *d, const struct rep_now *rep, const char *who)
{
	int64_t others = 0;
	bool is_one = rep->is_admin && rep->status && strcmp(rep->status, "active") == 0;
	if (!is_one || d->config.admin_count > 0)
		return EXIT_CODE_OK;
	if (!rep_changes_other_admins(&d->session, rep->id, &others))
		return command_database_failed(d, "rep");
	if (others > 0)
		return EXIT_CODE_OK;
	cli_say(stderr,
	    "salesreg rep: %s is the only admin; make somebody else one first (salesreg rep "
	    "set-admin WHO on), or set ADMIN_TELEGRAM_IDS\n",
	    who);
	return EXIT_CODE_FAILED;
}
