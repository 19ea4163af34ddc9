/*
 * salesreg calendar disconnect, sync.
 */
#include "calendar_private.h"
#include "salesreg/role/cli/text.h"
#include <string.h>

enum { JOBS_MOST = 250 };

static bool is_connected(const struct calendar_listed *row)
{
	return strcmp(row->state, "connected") == 0;
}

static int disconnect(struct cli *c, struct command_database *d)
{
	struct calendar_listed row;
	struct calendar_job_shown *jobs;
	size_t count;
	bool to_revoke = false;
	int code = calendar_of(d, c, &row);
	if (code != EXIT_CODE_OK)
		return code;
	if (strcmp(row.state, "disconnected") == 0) {
		cli_say(stderr, "salesreg calendar: the calendar of %s is disconnected already\n",
		    row.email);
		return EXIT_CODE_FAILED;
	}
	const struct audit_entry entry = {.action = "disconnect-calendar",
	    .rep = row.rep,
	    .before = audit_json(
		&c->arena, json_pack("{ss ss}", "account", row.account, "state", row.state)),
	    .after = audit_json(&c->arena, json_pack("{ss}", "state", "disconnected"))};
	if (!audit_begin(&d->session) ||
	    !calendar_operators_disconnect(&d->session, &c->arena, row.rep) ||
	    !audit_by_operator(d, &c->arena, c->name, &entry) || !audit_commit(&d->session) ||
	    !calendar_operators_jobs(&d->session, &c->arena, row.rep, JOBS_MOST, &jobs, &count))
		return command_database_failed(d, "calendar");
	for (size_t i = 0; i < count; i++)
		to_revoke |= strcmp(jobs[i].kind, "revoke") == 0 && jobs[i].due_us > 0;
	cli_say(stdout,
	    "The calendar of %s (%s) is disconnected; its tokens and times are forgotten.\n",
	    row.email, row.account);
	if (to_revoke)
		(void)fputs(
		    "`salesreg oauth` gives the grant back to Google, and tries again until "
		    "it has.\n",
		    stdout);
	else if (is_connected(&row))
		(void)fputs(
		    "The grant stays at Google: another rep has the same account connected, "
		    "or it has been given back.\n",
		    stdout);
	else
		(void)fputs(
		    "Google had ended the grant before, so there is none to give back.\n", stdout);
	(void)fputs(
	    "From now on working hours alone say when the rep is free. The rep is not told, "
	    "and can connect again in the chat, by \"calendar\".\n",
	    stdout);
	return EXIT_CODE_OK;
}

static void say_grants(int64_t grants)
{
	if (grants > 0)
		(void)printf(
		    "`salesreg oauth` tries once more to give %lld grant%s back to Google.\n",
		    (long long)grants, grants == 1 ? "" : "s");
}

static int sync_one(struct cli *c, struct command_database *d)
{
	struct calendar_listed row;
	int64_t accounts, due, grants;
	int code = calendar_of(d, c, &row);
	if (code != EXIT_CODE_OK)
		return code;
	if (!calendar_operators_sync(&d->session, row.rep, &accounts, &due, &grants))
		return command_database_failed(d, "calendar");
	say_grants(grants);
	if (accounts == 0 && grants > 0)
		return EXIT_CODE_OK;
	if (accounts == 0) {
		cli_say(stderr,
		    "salesreg calendar: the rep has to connect the calendar again before it can be "
		    "read (state %s); in the chat, by \"calendar\"\n",
		    row.state);
		return EXIT_CODE_FAILED;
	}
	cli_say(stdout,
	    due ? "`salesreg oauth` reads the calendars of %s now; `salesreg calendar show` tells "
		  "when it has.\n"
		: "The calendars of %s are being read already.\n",
	    row.email);
	return EXIT_CODE_OK;
}

static int sync_all(struct command_database *d)
{
	int64_t accounts, due, grants;
	if (!calendar_operators_sync(&d->session, NULL, &accounts, &due, &grants))
		return command_database_failed(d, "calendar");
	say_grants(grants);
	if (accounts == 0)
		(void)puts("No rep has a calendar connected.");
	else
		(void)printf("`salesreg oauth` reads the calendars of %lld rep%s now%s.\n",
		    (long long)due, due == 1 ? "" : "s",
		    due < accounts ? ", and is at the others already" : "");
	return EXIT_CODE_OK;
}

int calendar_run_disconnect(struct cli *c)
{
	if (c->count == 0)
		return cli_wrong(c, "which rep? WHO is missing");
	struct command_database d = {0};
	int code = command_database_open(&d, "calendar");
	if (code == EXIT_CODE_OK)
		code = disconnect(c, &d);
	command_database_close(&d);
	return code;
}

int calendar_run_sync(struct cli *c)
{
	bool all = cli_has(c, "all");
	if (!all && c->count == 0)
		return cli_wrong(c, "which rep? Give WHO, or --all");
	if (all && c->count > 0)
		return cli_wrong(c, "--all means every rep: give it alone, or WHO");
	struct command_database d = {0};
	int code = command_database_open(&d, "calendar");
	if (code == EXIT_CODE_OK)
		code = all ? sync_all(&d) : sync_one(c, &d);
	command_database_close(&d);
	return code;
}
