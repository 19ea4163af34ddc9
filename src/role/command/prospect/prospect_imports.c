/*
 * salesreg prospect import --list, --undo: what has been imported, and how it is taken back.
 */
#include "import_private.h"
#include "salesreg/base/text.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/store/imports.h"
#include <string.h>
#include <unistd.h>

enum { LIST_DEFAULT = 50 };

static const char *at_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "at");
}

static const struct cli_column columns[] = {
    {.key = "import", .heading = "IMPORT"},
    {.key = "at", .heading = "AT", .show = at_cell},
    {.key = "file", .heading = "FILE", .is_long = true},
    {.key = "hash"},
    {.key = "operator", .heading = "BY"},
    {.key = "state", .heading = "STATE"},
    {.key = "on_duplicate"},
    {.key = "rows", .heading = "ROWS"},
    {.key = "created", .heading = "CREATED"},
    {.key = "updated", .heading = "UPDATED"},
    {.key = "same", .heading = "SAME"},
    {.key = "duplicates", .heading = "DUPLICATES"},
    {.key = "bad", .heading = "BAD"},
    {.key = "taken_back"},
    {.key = "left_alone"},
    {.key = NULL},
};

static json_t *to_json(const struct import_listed *i)
{
	return json_pack("{sI so ss ss ss ss ss sI sI sI sI sI sI sI sI}", "import",
	    (json_int_t)i->number, "at", cli_json_time(i->at_us), "file", i->file, "hash", i->hash,
	    "operator", i->operator_name, "state", i->state, "on_duplicate", i->on_duplicate,
	    "rows", (json_int_t)i->read, "created", (json_int_t)i->created, "updated",
	    (json_int_t)i->updated, "same", (json_int_t)i->same, "duplicates",
	    (json_int_t)i->duplicates, "bad", (json_int_t)i->bad, "taken_back",
	    (json_int_t)i->taken_back, "left_alone", (json_int_t)i->left_alone);
}

static int list(struct cli *c, struct command_database *d)
{
	struct import_listed *rows;
	size_t count;
	if (!imports_list(
		&d->session, &c->arena, cli_number(c, "limit", LIST_DEFAULT), &rows, &count))
		return command_database_failed(d, "prospect import");
	json_t *all = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(all, to_json(&rows[i]));
	cli_print(c, columns, json_pack("{so}", "imports", all), "imports");
	if (cli_format(c) == CLI_TABLE && count == 0)
		cli_say(cli_notes(c), "nothing has been imported\n");
	return EXIT_CODE_OK;
}

int prospect_list_imports(struct cli *c)
{
	struct command_database d = {0};
	int code = command_database_open(&d, "prospect");
	if (code == EXIT_CODE_OK)
		code = list(c, &d);
	command_database_close(&d);
	return code;
}

static bool agrees(void)
{
	char answer[8] = "";
	(void)fputs("Take it back? [y/N] ", stderr);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int say(const struct cli *c, int64_t number, const struct import_undone *undone,
    const struct import_untaken *left, size_t count)
{
	bool dry = cli_has(c, "dry-run");
	if (cli_has(c, "json")) {
		cli_json(json_pack("{sI sb sI sI sI}", "import", (json_int_t)number, "dry_run", dry,
		    "removed", (json_int_t)undone->removed, "restored",
		    (json_int_t)undone->restored, "left_alone", (json_int_t)undone->left_alone));
		return EXIT_CODE_OK;
	}
	cli_say(stdout, "%simport %lld: %lld %s removed, %lld %s before, %lld left alone\n",
	    dry ? "dry run: " : "", (long long)number, (long long)undone->removed,
	    text_plural(undone->removed, "prospect", "prospects"), (long long)undone->restored,
	    text_plural(undone->restored, "as it was", "as they were"),
	    (long long)undone->left_alone);
	if (count > 0)
		cli_say(
		    stderr, "Somebody has worked with these since, so they stay as they are:\n");
	for (size_t i = 0; i < count; i++)
		cli_say(stderr, "  %s  %s\n", left[i].prospect, left[i].name ? left[i].name : "-");
	return EXIT_CODE_OK;
}

static int undo(struct cli *c, struct command_database *d, int64_t number)
{
	const char *state;
	struct import_undone undone = {0};
	struct import_untaken *left;
	size_t count;
	const struct audit_actor me = command_operator(&c->arena, "prospect import --undo");
	if (!imports_undo(&d->session, &c->arena, number, &me, &state, &undone, &left, &count)) {
		int code = command_database_failed(d, "prospect import");
		if (strcmp(d->session.sqlstate, "42501") == 0)
			cli_say(stderr,
			    "Prospects are removed by the owner of their table alone: give "
			    "its DATABASE_URL.\n");
		return code;
	}
	bool is_done = state && strcmp(state, "done") == 0;
	bool ok = cli_has(c, "dry-run") || !is_done ? imports_rollback(&d->session)
						    : imports_commit(&d->session);
	if (!ok)
		return command_database_failed(d, "prospect import");
	if (is_done)
		return say(c, number, &undone, left, count);
	cli_say(stderr, "salesreg prospect import: %s\n",
	    state ? "this import has been taken back already"
		  : "there is no such import; see salesreg prospect import --list");
	return EXIT_CODE_FAILED;
}

int prospect_undo_import(struct cli *c, int64_t number)
{
	bool asks = !cli_has(c, "yes") && !cli_has(c, "dry-run");
	if (asks && isatty(STDIN_FILENO) != 1)
		return cli_wrong(
		    c, "--undo removes prospects: it needs --yes where nobody can be asked");
	if (asks && !agrees())
		return EXIT_CODE_FAILED;
	struct command_database d = {0};
	int code = command_database_open(&d, "prospect");
	if (code == EXIT_CODE_OK)
		code = undo(c, &d, number);
	command_database_close(&d);
	return code;
}
