/*
 * salesreg link add, list, remove: links for advertisements. Whoever comes by one becomes a prospect of that campaign.
 */
#include "salesreg/app/bot/invite.h"
#include "salesreg/app/link_token.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/qr.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/prospects.h"
#include <stdio.h>
#include <string.h>

enum { RANDOM_BYTES = 16, NAME_UNITS = 100 };

/* The name as it is stored: on one line, not too long. NULL: it will not do, and that has been said. */
static const char *name_of(struct cli *c)
{
	if (c->count == 0) {
		(void)cli_wrong(c, "which campaign? NAME is missing");
		return NULL;
	}
	const char *name = c->words[0], *line = cli_line(&c->arena, name, NAME_UNITS);
	while (*line == ' ')
		line++;
	if (*line && strcmp(name, line) == 0 && line[strlen(line) - 1] != ' ')
		return name;
	(void)cli_wrong(c,
	    "a campaign's name is one line of at most %d characters, without spaces around it",
	    NAME_UNITS);
	return NULL;
}

static void print(struct cli *c, const char *name, const char *link)
{
	if (cli_has(c, "json")) {
		cli_json(json_pack("{s:s, s:s}", "link", link, "campaign", name));
		return;
	}
	cli_say(stdout, "%s\n", link);
	qr_print(link, cli_has(c, "qr"));
	cli_say(stdout,
	    "Whoever comes by it becomes a prospect of the campaign %s. It cannot be shown "
	    "again.\n",
	    name);
}

static int add(struct cli *c, struct command_database *d, const char *name)
{
	const char *username;
	bool added;
	int code = command_bot_username(d, &c->arena, "link", &username);
	if (code != EXIT_CODE_OK)
		return code;
	const char *payload = arena_printf(&c->arena, "%c%s", CONVERSATION_CAMPAIGN_LETTER,
	    link_token_make(&c->arena, RANDOM_BYTES));
	if (!audit_begin(&d->session) ||
	    !links_add_now(&d->session, link_token_hash(&c->arena, payload), name, &added) ||
	    (added &&
		!audit_by_operator(d, &c->arena, c->name,
		    &(struct audit_entry){.action = "add-link",
			.after = audit_json(&c->arena, json_pack("{ss}", "campaign", name))})) ||
	    !audit_commit(&d->session))
		return command_database_failed(d, "link");
	if (!added) {
		cli_say(stderr,
		    "salesreg link: there is a link of the campaign %s already, which cannot be "
		    "shown again; give this one another name, or remove that one first\n",
		    name);
		return EXIT_CODE_FAILED;
	}
	print(c, name, invite_link(&c->arena, username, payload));
	return EXIT_CODE_OK;
}

static const char *created_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "created_at");
}

static const char *removed_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "removed_at");
}

static const struct cli_column columns[] = {
    {.key = "campaign", .heading = "CAMPAIGN", .is_long = true},
    {.key = "created_at", .heading = "SINCE", .show = created_cell},
    {.key = "removed_at", .heading = "REMOVED", .show = removed_cell},
    {.key = "prospects", .heading = "PROSPECTS"},
    {.key = "converted", .heading = "CONVERTED"},
    {.key = NULL},
};

static int list(struct cli *c, struct command_database *d, const char *name)
{
	struct campaign_row *rows;
	size_t count;
	(void)name;
	if (!links_list_now(&d->session, &c->arena, &rows, &count))
		return command_database_failed(d, "link");
	json_t *links = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(links,
		    json_pack("{s:s, s:o, s:o, s:I, s:I}", "campaign", rows[i].campaign,
			"created_at", cli_json_time(rows[i].created_us), "removed_at",
			cli_json_time(rows[i].removed_us), "prospects",
			(json_int_t)rows[i].prospects, "converted", (json_int_t)rows[i].converted));
	cli_print(c, columns, json_pack("{so}", "links", links), "links");
	if (cli_format(c) == CLI_TABLE && count == 0)
		cli_say(
		    cli_notes(c), "there is no campaign yet; salesreg link add NAME makes one\n");
	return EXIT_CODE_OK;
}

static int remove_link(struct cli *c, struct command_database *d, const char *name)
{
	bool removed;
	if (!audit_begin(&d->session) || !links_remove_now(&d->session, name, &removed) ||
	    (removed &&
		!audit_by_operator(d, &c->arena, c->name,
		    &(struct audit_entry){.action = "remove-link",
			.before = audit_json(&c->arena, json_pack("{ss}", "campaign", name))})) ||
	    !audit_commit(&d->session))
		return command_database_failed(d, "link");
	if (!removed) {
		cli_say(stderr,
		    "salesreg link: there is no link of a campaign %s; salesreg link list shows "
		    "all\n",
		    name);
		return EXIT_CODE_FAILED;
	}
	cli_say(stdout, "The link of the campaign %s leads nowhere any more; its prospects stay.\n",
	    name);
	return EXIT_CODE_OK;
}

static int with_database(
    struct cli *c, int (*run)(struct cli *c, struct command_database *d, const char *name))
{
	const char *name = NULL;
	if (c->command->arguments && !(name = name_of(c)))
		return EXIT_CODE_USAGE;
	struct command_database d = {0};
	int code = command_database_open(&d, "link");
	if (code == EXIT_CODE_OK)
		code = run(c, &d, name);
	command_database_close(&d);
	return code;
}

static int run_add(struct cli *c)
{
	return with_database(c, add);
}

static int run_list(struct cli *c)
{
	return with_database(c, list);
}

static int run_remove(struct cli *c)
{
	return with_database(c, remove_link);
}

static const struct cli_option add_options[] = {
    {.name = "qr", .help = "the QR code where there is no terminal, too"},
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};
static const struct cli_option list_options[] = {CLI_LIST_OPTIONS, {.name = NULL}};

static const struct cli_command commands[] = {
    {.name = "add",
	.arguments = "NAME",
	.arguments_most = 1,
	.brief = "makes a link for an advertisement, and prints it",
	.help = "Makes a link for an advertisement, and prints it, on a terminal with a QR code. "
		"Whoever comes by it becomes a prospect, is assigned to a rep like any other, and "
		"is counted for the campaign NAME.",
	.options = add_options,
	.run = run_add},
    {.name = "list",
	.brief = "which campaigns have links, and who came by them",
	.help = "Lists the campaigns that have links, or had, with how many prospects came by "
		"each, and how many of those were converted.",
	.options = list_options,
	.run = run_list},
    {.name = "remove",
	.arguments = "NAME",
	.arguments_most = 1,
	.brief = "makes a campaign's link lead nowhere",
	.help = "Makes a campaign's link lead nowhere. Prospects who came by it stay what they "
		"are.",
	.run = run_remove},
    {.name = NULL},
};

const struct cli_command command_link = {
    .name = "link",
    .brief = "links for advertisements: add, list, remove",
    .help = "Makes, lists and removes links for advertisements (campaigns). Whoever comes by one "
	    "becomes a prospect.",
    .commands = commands,
};
