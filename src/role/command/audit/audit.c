/*
 * salesreg audit: who did what to whom. Nothing is changed.
 */
#include "salesreg/store/audit.h"
#include "salesreg/base/json.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/rep/find_rep.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/managers.h"
#include <string.h>

enum { LIST_DEFAULT = 50, LIST_MAX = 10000, UUID_CHARACTERS = 36 };

static json_t *details(const char *text)
{
	json_t *value = text ? json_loads(text, 0, NULL) : NULL;
	return value ? value : text ? json_string(text) : json_null();
}

static json_t *to_json(const struct audit_listed *row)
{
	return json_pack("{so ss ss ss? ss? so ss? ss ss? ss? ss? ss? so so}", "at",
	    cli_json_time(row->at_us), "actor", row->actor, "who", row->who, "who_name",
	    row->who_name, "host", row->host, "pid",
	    row->pid ? json_integer(row->pid) : json_null(), "command", row->command, "action",
	    row->action, "rep", row->rep, "rep_name", row->rep_name, "prospect", row->prospect,
	    "prospect_name", row->prospect_name, "before", details(row->before), "after",
	    details(row->after));
}

static const char *text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static const char *at_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "at");
}

/* "ann (operator)", "Boris (admin)": who an admin is, says the account where no rep has it. */
static const char *who_cell(struct arena *a, const json_t *row)
{
	const char *name = text_of(row, "who_name");
	return arena_printf(a, "%s (%s)", name ? name : text_of(row, "who"), text_of(row, "actor"));
}

static const char *whom_cell(struct arena *a, const json_t *row)
{
	static const char *const keys[] = {"rep_name", "prospect_name", "rep", "prospect"};
	(void)a;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (text_of(row, keys[i]))
			return text_of(row, keys[i]);
	return NULL;
}

/* Times are seconds, and are called so. */
static bool is_time(const char *key)
{
	size_t n = strlen(key);
	return (n > 3 && strcmp(key + n - 3, "_at") == 0) ||
	       (n > 6 && strcmp(key + n - 6, "_until") == 0);
}

static const char *value_text(struct arena *a, const char *key, const json_t *value)
{
	char at[64];
	if (!value || json_is_null(value))
		return "-";
	if (json_is_number(value) && is_time(key)) {
		cli_time(at, sizeof at, (int64_t)(json_number_value(value) * 1e6));
		return arena_strdup(a, at);
	}
	if (json_is_string(value))
		return json_string_length(value) ? json_string_value(value) : "-";
	const char *text = json_text(a, value, NULL);
	return text ? text : "";
}

/* "status pending → active"; what was taken away is said too: "campaign June → -" */
static const char *change_cell(struct arena *a, const json_t *row)
{
	const json_t *before = json_object_get(row, "before"),
		     *after = json_object_get(row, "after");
	const char *text = "", *key;
	json_t *value;
	json_object_foreach ((json_t *)after, key, value) {
		const json_t *was = json_object_get(before, key);
		text = arena_printf(a, "%s%s%s %s%s%s", text, *text ? ", " : "", key,
		    was ? value_text(a, key, was) : "", was ? " → " : "",
		    value_text(a, key, value));
	}
	json_object_foreach ((json_t *)before, key, value)
		if (!json_object_get(after, key))
			text = arena_printf(a, "%s%s%s %s → -", text, *text ? ", " : "", key,
			    value_text(a, key, value));
	return text;
}

static const struct cli_column columns[] = {
    {.key = "at", .heading = "AT", .show = at_cell},
    {.key = "actor"},
    {.key = "who", .heading = "WHO", .is_long = true, .show = who_cell},
    {.key = "who_name"},
    {.key = "host", .heading = "HOST"},
    {.key = "pid"},
    {.key = "command"},
    {.key = "action", .heading = "WHAT"},
    {.key = "rep", .heading = "WHOM", .is_long = true, .show = whom_cell},
    {.key = "rep_name"},
    {.key = "prospect"},
    {.key = "prospect_name"},
    {.key = "before"},
    {.key = "after", .heading = "CHANGE", .is_long = true, .show = change_cell},
    {.key = NULL},
};

/* Who has been deleted is known by the id alone. */
static bool is_uuid(const char *text)
{
	return strlen(text) == UUID_CHARACTERS &&
	       strspn(text, "0123456789abcdefABCDEF-") == UUID_CHARACTERS;
}

static int which_rep(struct command_database *d, struct arena *a, const char *who, const char **id)
{
	struct managed_rep rep = {0};
	if (!who || is_uuid(who)) {
		*id = who;
		return EXIT_CODE_OK;
	}
	int code = find_rep(d, a, "audit", who, &rep);
	*id = rep.id;
	return code;
}

static int which_prospect(
    struct command_database *d, struct arena *a, const char *who, const char **id)
{
	struct listed_prospect *rows;
	size_t count;
	*id = who;
	if (!who)
		return EXIT_CODE_OK;
	if (!managers_find(&d->session, a, who, 2, &rows, &count))
		return command_database_failed(d, "audit");
	if (count == 1)
		*id = rows[0].id;
	if (count < 2)
		return EXIT_CODE_OK;
	cli_say(stderr,
	    "salesreg audit: several prospects are known as %s; salesreg prospect show %s lists "
	    "them, give the id\n",
	    who, who);
	return EXIT_CODE_FAILED;
}

static int list(struct cli *c, struct command_database *d, int64_t since_s)
{
	const char *rep, *prospect;
	struct audit_listed *rows;
	size_t count;
	int64_t limit = cli_number(c, "limit", LIST_DEFAULT);
	int code = which_rep(d, &c->arena, cli_value(c, "rep", NULL), &rep);
	if (code == EXIT_CODE_OK)
		code = which_prospect(d, &c->arena, cli_value(c, "prospect", NULL), &prospect);
	if (code != EXIT_CODE_OK)
		return code;
	if (!audit_list(&d->session, &c->arena, rep, prospect, since_s, limit, &rows, &count))
		return command_database_failed(d, "audit");
	json_t *entries = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(entries, to_json(&rows[i]));
	cli_print(c, columns, json_pack("{so}", "entries", entries), "entries");
	if (cli_format(c) == CLI_TABLE && count == 0)
		cli_say(cli_notes(c), "nobody has changed anything\n");
	if (cli_format(c) != CLI_JSON && (int64_t)count == limit)
		cli_say(cli_notes(c), "the latest %zu; --limit shows more\n", count);
	return EXIT_CODE_OK;
}

static int run(struct cli *c)
{
	struct command_database d = {0};
	int code = command_database_open(&d, "audit");
	if (code == EXIT_CODE_OK)
		code = list(c, &d, cli_seconds(c, "since", 0));
	command_database_close(&d);
	return code;
}

static const struct cli_option options[] = {
    {.name = "rep", .value = "WHO", .help = "what was done to this rep, found as in rep show"},
    {.name = "prospect",
	.value = "WHO",
	.help = "what was done to this prospect, found as in prospect show"},
    {.name = "since", .value = "TIME", .is_time = true, .help = "no longer ago than that"},
    {.name = "limit",
	.value = "N",
	.help = "so many at most, instead of 50",
	.least = 1,
	.most = LIST_MAX},
    CLI_LIST_OPTIONS,
    {.name = NULL},
};

const struct cli_command command_audit = {
    .name = "audit",
    .brief = "who did what to whom: operators by commands, admins in the chat",
    .help = "Lists what managers did, the latest first: operators by commands, known by their "
	    "user, host and process, and admins by buttons in the chat; to whom, and what was "
	    "changed from what to what. It is kept for HISTORY_RETENTION_DAYS.",
    .options = options,
    .run = run,
};
