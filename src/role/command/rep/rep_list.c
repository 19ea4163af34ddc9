/*
 * salesreg rep list, show: what is known of reps. Nothing is changed.
 */
#include "rep_private.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include <stdio.h>
#include <string.h>

enum { LIST_DEFAULT = 50, LIST_MAX = 10000 };

/* Also by the configuration; who is not at work is none by their row. */
static bool is_admin(const struct config *config, const struct managed_rep *rep)
{
	if (rep->is_admin && rep->status && strcmp(rep->status, "active") == 0)
		return true;
	for (size_t i = 0; i < config->admin_count; i++)
		if (config->admin_ids[i] == rep->telegram_id)
			return true;
	return false;
}

static json_t *to_json(struct arena *a, const struct managed_rep *rep, const struct config *config)
{
	int64_t capacity = config->max_prospects_per_rep;
	return json_pack("{ss ss? ss? ss sI ss? sb sI sI sb sb so ss? sb ss? so so so}", "id",
	    rep->id, "name", rep->name, "email", rep->email, "telegram", rep_telegram(a, rep),
	    "telegram_id", (json_int_t)rep->telegram_id, "status", rep->status, "admin",
	    is_admin(config, rep), "open", (json_int_t)rep->open, "capacity",
	    (json_int_t)(rep->capacity ? rep->capacity : capacity), "own_capacity",
	    rep->capacity > 0, "paused", rep->paused, "paused_until",
	    cli_json_time(rep->paused_until_us), "calendar", rep->calendar, "available",
	    rep->available, "reason", rep->reason, "unreachable_since",
	    cli_json_time(rep->unreachable_since_us), "seen_at", cli_json_time(rep->seen_us),
	    "registered_at", cli_json_time(rep->registered_us));
}

static const char *load_cell(struct arena *a, const json_t *row)
{
	return arena_printf(a, "%lld/%lld",
	    (long long)json_integer_value(json_object_get(row, "open")),
	    (long long)json_integer_value(json_object_get(row, "capacity")));
}

static const char *status_cell(struct arena *a, const json_t *row)
{
	const char *status = json_string_value(json_object_get(row, "status"));
	return json_is_true(json_object_get(row, "paused"))
		   ? arena_printf(a, "%s, paused", status ? status : "-")
		   : status;
}

static const char *reached_cell(struct arena *a, const json_t *row)
{
	(void)a;
	return json_is_true(json_object_get(row, "available")) ? "yes" : "no";
}

static const char *admin_cell(struct arena *a, const json_t *row)
{
	(void)a;
	return json_is_true(json_object_get(row, "admin")) ? "yes" : NULL;
}

static const char *paused_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "paused_until");
}

static const char *registered_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "registered_at");
}

static const char *seen_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "seen_at");
}

static const struct cli_column columns[] = {
    {.key = "id"},
    {.key = "name", .heading = "NAME", .is_long = true},
    {.key = "email", .heading = "EMAIL", .is_long = true},
    {.key = "telegram", .heading = "TELEGRAM", .is_long = true},
    {.key = "telegram_id"},
    {.key = "status", .heading = "STATUS", .show = status_cell},
    {.key = "admin", .heading = "ADMIN", .is_wide = true, .show = admin_cell},
    {.key = "open", .heading = "LOAD", .show = load_cell},
    {.key = "capacity"},
    {.key = "own_capacity"},
    {.key = "paused"},
    {.key = "paused_until", .heading = "PAUSED UNTIL", .is_wide = true, .show = paused_cell},
    {.key = "calendar", .heading = "CALENDAR", .spare = 1},
    {.key = "available", .heading = "REACHED", .show = reached_cell},
    {.key = "reason", .heading = "WHY", .is_wide = true, .is_long = true},
    {.key = "unreachable_since"},
    {.key = "seen_at", .heading = "SEEN", .spare = 2, .show = seen_cell},
    {.key = "registered_at", .heading = "REGISTERED", .is_wide = true, .show = registered_cell},
    {.key = NULL},
};

static int list(struct cli *c, struct command_database *d)
{
	const char *status = cli_value(c, "status", NULL);
	struct managed_rep *rows;
	size_t count;
	if (!managed_reps_list(&d->session, &c->arena, status, NULL, cli_value(c, "sort", "name"),
		cli_number(c, "limit", LIST_DEFAULT), &rows, &count))
		return command_database_failed(d, "rep");
	int64_t total = count > 0 ? rows[0].total : 0;
	json_t *reps = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(reps, to_json(&c->arena, &rows[i], &d->config));
	cli_print(
	    c, columns, json_pack("{sI so}", "total", (json_int_t)total, "reps", reps), "reps");
	if (cli_format(c) == CLI_TABLE && total == 0)
		cli_say(cli_notes(c), "no rep%s%s\n", status ? " has the status " : " yet",
		    status ? status : "");
	if (cli_format(c) != CLI_JSON && total > (int64_t)count)
		cli_say(cli_notes(c), "%zu of %lld reps; --limit shows more\n", count,
		    (long long)total);
	return EXIT_CODE_OK;
}

int rep_find(struct command_database *d, struct cli *c, size_t words, struct managed_rep *found)
{
	const char *who = c->words[0];
	for (size_t i = 1; i < words; i++)
		who = arena_printf(&c->arena, "%s %s", who, c->words[i]);
	return find_rep(d, &c->arena, "rep", who, found);
}

static void line(const char *heading, const char *text)
{
	if (!text || !*text)
		return;
	cli_say(stdout, "%-12s ", heading);
	cli_put(stdout, text, strlen(text));
	(void)putchar('\n');
}

static const char *since(struct arena *a, int64_t us)
{
	char text[64];
	cli_time(text, sizeof text, us);
	return arena_printf(a, "%s", text);
}

static void print_one(struct arena *a, const struct managed_rep *rep,
    const struct managed_rep_more *more, const struct config *config)
{
	int64_t capacity = config->max_prospects_per_rep;
	line("id", rep->id);
	line("name", rep->name);
	line("e-mail", rep->email ? arena_printf(a, "%s%s", rep->email,
					more->proven ? ", proven by a code" : "")
				  : NULL);
	line("telegram", rep->username && *rep->username
			     ? arena_printf(a, "%s, account %lld", rep_telegram(a, rep),
				   (long long)rep->telegram_id)
			     : arena_printf(a, "account %lld", (long long)rep->telegram_id));
	line("status", rep->status ? rep->status : "none, which counts as not at work");
	if (is_admin(config, rep))
		line("admin", rep->is_admin ? "yes" : "yes, by ADMIN_TELEGRAM_IDS");
	if (rep->paused)
		line("paused", rep->paused_until_us
				   ? arena_printf(a, "until %s", since(a, rep->paused_until_us))
				   : "until rep resume");
	line("registered", since(a, rep->registered_us));
	line("prospects",
	    arena_printf(a, "%lld open of %lld at most, %lld converted, %lld archived",
		(long long)rep->open, (long long)(rep->capacity ? rep->capacity : capacity),
		(long long)more->converted, (long long)more->archived));
	line("contacted", since(a, more->contacted_us));
	line("seen", since(a, rep->seen_us));
	line("reached", rep->available ? "yes"
			: rep->unreachable_since_us
			    ? arena_printf(a, "no, since %s", since(a, rep->unreachable_since_us))
			    : "no");
	line("why", rep->reason);
	line("calendar", !rep->calendar ? "none"
			 : more->calendar_email
			     ? arena_printf(a, "%s, %s", rep->calendar, more->calendar_email)
			     : rep->calendar);
	line("", more->calendar_reason);
	if (more->waiting > 0 || more->undelivered > 0)
		line("messages",
		    arena_printf(a,
			"%lld to be sent, %lld failed or held; see salesreg outbox list",
			(long long)more->waiting, (long long)more->undelivered));
}

static int show(struct cli *c, struct command_database *d)
{
	struct arena *a = &c->arena;
	struct managed_rep found = {0};
	struct managed_rep_more more;
	bool is_there;
	int code = rep_find(d, c, c->count, &found);
	if (code != EXIT_CODE_OK)
		return code;
	if (!managed_reps_more(&d->session, a, found.id, &is_there, &more))
		return command_database_failed(d, "rep");
	if (!is_there) {
		cli_say(stderr, "salesreg rep: %s was deleted just now\n", found.id);
		return EXIT_CODE_FAILED;
	}
	if (!cli_has(c, "json")) {
		print_one(a, &found, &more, &d->config);
		return EXIT_CODE_OK;
	}
	json_t *out = to_json(a, &found, &d->config);
	(void)json_object_update_new(
	    out, json_pack("{sI sI so ss? ss? sI sI sb}", "converted", (json_int_t)more.converted,
		     "archived", (json_int_t)more.archived, "contacted_at",
		     cli_json_time(more.contacted_us), "calendar_email", more.calendar_email,
		     "calendar_reason", more.calendar_reason, "waiting", (json_int_t)more.waiting,
		     "undelivered", (json_int_t)more.undelivered, "proven", more.proven));
	cli_json(out);
	return EXIT_CODE_OK;
}

int rep_run_list(struct cli *c)
{
	struct command_database d = {0};
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = list(c, &d);
	command_database_close(&d);
	return code;
}

int rep_run_show(struct cli *c)
{
	if (c->count == 0)
		return cli_wrong(c, "which rep? WHO is missing");
	struct command_database d = {0};
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = show(c, &d);
	command_database_close(&d);
	return code;
}

static const char *const orders[] = {"name", "status", "load", "seen", "registered", NULL};

const struct cli_option rep_list_options[] = {
    {.name = "status", .value = "STATUS", .help = "those of this status, as the table has it"},
    {.name = "sort",
	.value = "ORDER",
	.help = "name (unless given), status, load, seen or registered; the last three from the "
		"most on",
	.choices = orders},
    {.name = "limit",
	.value = "N",
	.help = "so many at most, instead of 50",
	.least = 1,
	.most = LIST_MAX},
    CLI_LIST_OPTIONS,
    CLI_WIDE_OPTION,
    {.name = NULL},
};
const struct cli_option rep_show_options[] = {
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};
