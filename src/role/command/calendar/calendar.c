/*
 * salesreg calendar list, show: whose Google calendar is connected, and how it is.
 */
#include "calendar_private.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/rep/find_rep.h"

enum { LIST_MOST = 10000, SHOWN_MOST = 250, TIME_CELL = 64 };

int calendar_of(struct command_database *d, struct cli *c, struct calendar_listed *found)
{
	struct hours_owner owner;
	struct calendar_listed *rows;
	size_t count;
	int code = find_rep_owner(d, &c->arena, "calendar", c->words[0], &owner);
	if (code != EXIT_CODE_OK)
		return code;
	if (!calendar_operators_list(&d->session, &c->arena, owner.id, 1, &rows, &count))
		return command_database_failed(d, "calendar");
	if (count == 0) {
		cli_say(stderr,
		    "salesreg calendar: %s has never connected a calendar; reps do so in the chat, "
		    "by \"calendar\"\n",
		    *owner.email ? owner.email : owner.name);
		return EXIT_CODE_FAILED;
	}
	*found = rows[0];
	return EXIT_CODE_OK;
}

/* list -------------------------------------------------------------------------------------------------------------------*/

static json_t *account_json(const struct calendar_listed *row)
{
	return json_pack("{s:s?, s:s?, s:s, s:s, s:s?, s:o, s:o, s:s?}", "email", row->email,
	    "name", row->name, "account", row->account, "state", row->state, "reason", row->reason,
	    "connected_at", cli_json_time(row->connected_us), "synced_at",
	    cli_json_time(row->synced_us), "key_id", row->key_id);
}

static const char *connected_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "connected_at");
}

static const char *synced_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "synced_at");
}

static const struct cli_column columns[] = {
    {.key = "email", .heading = "REP"},
    {.key = "name"},
    {.key = "account", .heading = "ACCOUNT"},
    {.key = "state", .heading = "STATE"},
    {.key = "connected_at", .heading = "SINCE", .show = connected_cell},
    {.key = "synced_at", .heading = "READ", .show = synced_cell},
    {.key = "key_id", .heading = "KEY"},
    {.key = "reason", .heading = "WHY", .is_long = true},
    {.key = NULL},
};

static int list(struct cli *c, struct command_database *d)
{
	struct calendar_listed *rows;
	size_t count;
	int64_t total;
	if (!calendar_operators_count(&d->session, &total) ||
	    !calendar_operators_list(&d->session, &c->arena, NULL, LIST_MOST, &rows, &count))
		return command_database_failed(d, "calendar");
	json_t *accounts = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(accounts, account_json(&rows[i]));
	cli_print(c, columns,
	    json_pack("{sI so}", "total", (json_int_t)total, "accounts", accounts), "accounts");
	if (cli_format(c) == CLI_TABLE && count == 0)
		cli_say(cli_notes(c), "no rep has connected a calendar\n");
	if (cli_format(c) != CLI_JSON && total > (int64_t)count)
		cli_say(cli_notes(c), "%zu of %lld accounts\n", count, (long long)total);
	return EXIT_CODE_OK;
}

/* show -------------------------------------------------------------------------------------------------------------------*/

struct whole {
	struct calendar_listed account;
	struct calendar_shown *calendars;
	struct calendar_job_shown *jobs;
	size_t calendar_count, job_count;
};

static void show_json(const struct whole *w)
{
	json_t *body = account_json(&w->account);
	json_t *calendars = json_array(), *jobs = json_array();
	for (size_t i = 0; i < w->calendar_count; i++) {
		const struct calendar_shown *k = &w->calendars[i];
		(void)json_array_append_new(calendars,
		    json_pack("{s:s, s:s, s:b, s:b, s:b, s:s?, s:o}", "id", k->id, "summary",
			k->summary, "primary", k->primary, "counts", k->counts, "target", k->target,
			"error", k->error, "read_at", cli_json_time(k->synced_us)));
	}
	for (size_t i = 0; i < w->job_count; i++) {
		const struct calendar_job_shown *j = &w->jobs[i];
		(void)json_array_append_new(
		    jobs, json_pack("{s:s, s:o, s:b, s:I, s:s?}", "kind", j->kind, "due_at",
			      cli_json_time(j->due_us), "under_way", j->under_way, "attempts",
			      (json_int_t)j->attempts, "error", j->error));
	}
	(void)json_object_set_new(body, "failures", json_integer(w->account.failures));
	(void)json_object_set_new(body, "time_zone",
	    w->account.time_zone ? json_string(w->account.time_zone) : json_null());
	(void)json_object_set_new(body, "calendars", calendars);
	(void)json_object_set_new(body, "jobs", jobs);
	cli_json(body);
}

static const char *state_sentence(const char *state)
{
	switch (*state) {
	case 'r':
		return "the rep has to connect it again, by \"calendar\" in the chat";
	case 'd':
		return "disconnected: hours alone say when the rep is free";
	default:
		return "connected";
	}
}

static void show_calendar(const struct calendar_shown *k)
{
	char read[TIME_CELL];
	cli_time(read, sizeof read, k->synced_us);
	cli_say(stdout, "  %s%s, %s", k->summary, k->primary ? " (primary)" : "",
	    k->counts ? "counts" : "does not count");
	if (k->counts)
		cli_say(stdout, ", %s%s", *read ? "read " : "not read yet", read);
	if (k->target)
		(void)fputs(", gets the calls", stdout);
	if (k->error)
		cli_say(stdout, "; its times are not known: %s", k->error);
	(void)fputs("\n", stdout);
}

static void show_job(const struct calendar_job_shown *j)
{
	char due[TIME_CELL];
	cli_time(due, sizeof due, j->due_us);
	cli_say(stdout, "Job %s: %s%s", j->kind,
	    j->under_way    ? "under way"
	    : j->due_us > 0 ? "due "
			    : "given up",
	    j->under_way ? "" : due);
	if (j->error)
		cli_say(stdout, "; failed lastly: %s", j->error);
	(void)fputs("\n", stdout);
}

static void show_text(const struct whole *w)
{
	const struct calendar_listed *row = &w->account;
	char connected[TIME_CELL], read[TIME_CELL];
	cli_time(connected, sizeof connected, row->connected_us);
	cli_time(read, sizeof read, row->synced_us);
	cli_say(stdout, "%s (%s)\n", row->name, row->email);
	cli_say(stdout, "Google account: %s, since %s\n", row->account, connected);
	cli_say(stdout, "State: %s\n", state_sentence(row->state));
	if (row->reason)
		cli_say(stdout, "Why: %s\n", row->reason);
	if (row->time_zone)
		cli_say(stdout, "Time zone: %s\n", row->time_zone);
	if (row->key_id)
		cli_say(stdout, "Key: %s\n", row->key_id);
	if (*row->state == 'c')
		cli_say(stdout, "All of it read: %s\n", *read ? read : "not yet");
	if (w->calendar_count)
		(void)fputs("Calendars:\n", stdout);
	for (size_t i = 0; i < w->calendar_count; i++)
		show_calendar(&w->calendars[i]);
	for (size_t i = 0; i < w->job_count; i++)
		show_job(&w->jobs[i]);
}

static int show(struct cli *c, struct command_database *d)
{
	struct whole w = {.jobs = NULL};
	int code = calendar_of(d, c, &w.account);
	if (code != EXIT_CODE_OK)
		return code;
	if (!calendar_operators_calendars(&d->session, &c->arena, w.account.rep, SHOWN_MOST,
		&w.calendars, &w.calendar_count) ||
	    !calendar_operators_jobs(
		&d->session, &c->arena, w.account.rep, SHOWN_MOST, &w.jobs, &w.job_count))
		return command_database_failed(d, "calendar");
	if (cli_has(c, "json"))
		show_json(&w);
	else
		show_text(&w);
	return EXIT_CODE_OK;
}

/* --------------------------------------------------------------------------------------------------------------------------*/

static int run_list(struct cli *c)
{
	struct command_database d = {0};
	int code = command_database_open(&d, "calendar");
	if (code == EXIT_CODE_OK)
		code = list(c, &d);
	command_database_close(&d);
	return code;
}

static int run_show(struct cli *c)
{
	if (c->count == 0)
		return cli_wrong(c, "which rep? WHO is missing");
	struct command_database d = {0};
	int code = command_database_open(&d, "calendar");
	if (code == EXIT_CODE_OK)
		code = show(c, &d);
	command_database_close(&d);
	return code;
}

static const struct cli_option list_options[] = {CLI_LIST_OPTIONS, {.name = NULL}};
static const struct cli_option show_options[] = {
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};
static const struct cli_option sync_options[] = {
    {.name = "all", .help = "of every rep who has one connected", .in_arguments = true},
    {.name = NULL},
};

static const struct cli_command commands[] = {
    {.name = "list",
	.brief = "whose Google calendar is connected, and how it is",
	.help = "Reps who connected a Google calendar: account, state, since when, when all of it "
		"was read lastly, the key that its tokens are sealed with.",
	.options = list_options,
	.run = run_list},
    {.name = "show",
	.arguments = "WHO",
	.arguments_most = 1,
	.brief =
	    "one of them: its calendars, which count, which gets the calls, what could not be read",
	.help = "The account that a rep connected: state, time zone, its calendars, which of them "
		"count, which gets the calls, "
		"what could not be read and why, what is to be done at Google next.",
	.options = show_options,
	.run = run_show},
    {.name = "disconnect",
	.arguments = "WHO",
	.arguments_most = 1,
	.brief = "forgets it here, and gives the grant back to Google",
	.help = "Disconnects a rep's calendar, as the rep's own disconnecting does: tokens and "
		"times are forgotten here at once, and `salesreg oauth` gives the grant back to "
		"Google.",
	.run = calendar_run_disconnect},
    {.name = "sync",
	.arguments = "[WHO]",
	.arguments_most = 1,
	.brief = "has it read now, not in some minutes",
	.help = "Has `salesreg oauth` read a rep's calendars, or those of all, now. Grants that it "
		"gave up "
		"giving back to Google, after 60 days, are tried once more.",
	.options = sync_options,
	.run = calendar_run_sync},
    {.name = "rotate-keys",
	.brief = "seals all stored tokens with the first key of TOKEN_ENCRYPTION_KEY",
	.help = "Seals all stored tokens with the first key of TOKEN_ENCRYPTION_KEY. First put the "
		"new key before the old one and start `salesreg oauth` with both, then run this; "
		"if the exit code is 0, the old key can go. What is sealed with a key that is not "
		"in the list stays as it is, and the exit code is 1. It can be repeated, and "
		"`salesreg oauth` may run meanwhile.",
	.run = calendar_run_rotate_keys},
    {.name = NULL},
};

const struct cli_command command_calendar = {
    .name = "calendar",
    .brief = "reps' Google calendars: list, show, sync and more",
    .help = "Reps' Google calendars: who connected one, how it is, and the keys of its tokens.",
    .commands = commands,
};
