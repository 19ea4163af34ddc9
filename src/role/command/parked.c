#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/db/conn.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/operators.h"
#include <stdio.h>
#include <string.h>

enum { LIST_MOST = 1000 };

/* list, show -------------------------------------------------------------------------------------------------------------*/

/* What the person wrote, or the data of the button; NULL if it is neither. */
static const char *words_of(struct arena *a, const json_t *update)
{
	const json_t *message = json_get_object(update, "message");
	if (!message)
		message = json_get_object(update, "edited_message");
	const char *text = json_get_text(a, message, "text");
	return text ? text : json_get_text(a, json_get_object(update, "callback_query"), "data");
}

/* Bytes that could not be read, as well as they can be shown. */
static const char *text_of(struct arena *a, const char *hex)
{
	size_t size;
	const char *bytes = db_hex_read(a, hex, &size);
	return text_clean(a, bytes, size);
}

static json_t *to_json(struct arena *a, const struct parked_listed *row, bool whole)
{
	json_t *payload =
	    row->payload ? json_loads(row->payload, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL) : NULL;
	json_t *object = json_pack("{sI so so ss sI sb}", "id", (json_int_t)row->id, "update_id",
	    row->update_id ? json_integer(row->update_id) : json_null(), "user_id",
	    row->user_id ? json_integer(row->user_id) : json_null(), "reason", row->reason,
	    "age_ms", (json_int_t)row->age_ms, "retry_waits", row->retrying);
	if (!whole) {
		json_decref(payload);
		return object;
	}
	(void)json_object_set_new(object, "update", payload ? payload : json_null());
	if (row->raw) {
		(void)json_object_set_new(object, "text", json_string(text_of(a, row->raw)));
		(void)json_object_set_new(object, "bytes_hex", json_string(row->raw));
	}
	return object;
}

static const char *age_cell(struct arena *a, const json_t *row)
{
	return cli_age_cell(a, json_get_i64(row, "age_ms", 0));
}

static const char *retry_cell(struct arena *a, const json_t *row)
{
	(void)a;
	return json_get_bool(row, "retry_waits", false) ? "waits" : NULL;
}

static const struct cli_column columns[] = {
    {.key = "id", .heading = "ID"},
    {.key = "update_id", .heading = "UPDATE"},
    {.key = "user_id", .heading = "USER"},
    {.key = "age_ms", .heading = "AGE", .show = age_cell},
    {.key = "retry_waits", .heading = "RETRY", .show = retry_cell},
    {.key = "reason", .heading = "REASON", .is_long = true},
    {.key = "words", .heading = "WORDS", .is_long = true},
    {.key = NULL},
};

/* What --json has nothing of, and show has whole. */
static void add_words(struct arena *a, json_t *object, const struct parked_listed *row)
{
	json_t *update =
	    row->payload ? json_loads(row->payload, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL) : NULL;
	const char *words = row->raw ? text_of(a, row->raw) : words_of(a, update);
	(void)json_object_set_new(object, "words", words ? json_string(words) : json_null());
	json_decref(update);
}

static int list(struct cli *c, struct command_database *d)
{
	struct parked_listed *rows;
	size_t count;
	int64_t total;
	if (!operators_parked_list(
		&d->session, &c->arena, NULL, 0, LIST_MOST, &rows, &count, &total))
		return command_database_failed(d, "parked");
	json_t *updates = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *object = to_json(&c->arena, &rows[i], false);
		if (cli_format(c) != CLI_JSON)
			add_words(&c->arena, object, &rows[i]);
		(void)json_array_append_new(updates, object);
	}
	cli_print(c, columns, json_pack("{sI so}", "total", (json_int_t)total, "updates", updates),
	    "updates");
	if (cli_format(c) == CLI_TABLE && total == 0)
		cli_say(cli_notes(c), "no update is parked\n");
	if (cli_format(c) != CLI_JSON && total > (int64_t)count)
		cli_say(cli_notes(c), "%zu of %lld updates\n", count, (long long)total);
	return EXIT_CODE_OK;
}

static int not_there(int64_t id)
{
	(void)fprintf(stderr,
	    "salesreg parked: update %lld is not parked; salesreg parked list shows what is\n",
	    (long long)id);
	return EXIT_CODE_FAILED;
}

static int show(struct cli *c, struct command_database *d, int64_t id)
{
	struct parked_listed *rows;
	size_t count;
	int64_t total;
	if (!operators_parked_list(&d->session, &c->arena, &id, 1, 1, &rows, &count, &total))
		return command_database_failed(d, "parked");
	if (count == 0)
		return not_there(id);
	cli_json(to_json(&c->arena, &rows[0], true));
	return EXIT_CODE_OK;
}

/* retry, drop ------------------------------------------------------------------------------------------------------------*/

static int say_why_not(struct command_database *d, struct arena *a, const int64_t *ids,
    size_t count, const int64_t *done, size_t done_count)
{
	struct parked_listed *rows;
	size_t there;
	int64_t total;
	if (!operators_parked_list(
		&d->session, a, ids, count, (int64_t)count, &rows, &there, &total))
		return command_database_failed(d, "parked");
	for (size_t i = 0; i < count; i++) {
		if (cli_is_among(done, done_count, ids[i]))
			continue;
		bool found = false;
		for (size_t k = 0; k < there; k++)
			found |= rows[k].id == ids[i];
		if (!found)
			(void)not_there(ids[i]);
		else
			(void)fprintf(stderr,
			    "salesreg parked: update %lld was too long to be kept, so there is "
			    "nothing to retry; its user has to write again\n",
			    (long long)ids[i]);
	}
	return EXIT_CODE_FAILED;
}

static int act(struct cli *c, struct command_database *d, const int64_t *ids, size_t count)
{
	bool retry = strcmp(c->command->name, "retry") == 0;
	int64_t *done = NULL;
	size_t done_count = 0;
	if (!audit_begin(&d->session) ||
	    !(retry ? operators_parked_retry : operators_parked_drop)(
		&d->session, &c->arena, ids, count, &done, &done_count) ||
	    (done_count > 0 && !audit_ids_by_operator(d, &c->arena, c->name, c->command->name,
				   "updates", done, done_count)) ||
	    !audit_commit(&d->session))
		return command_database_failed(d, "parked");
	bool leads = true;
	if (done_count > 0)
		(void)printf("%zu update%s %s\n", done_count, done_count == 1 ? "" : "s",
		    retry             ? "will be handled again"
		    : done_count == 1 ? "is dropped"
				      : "are dropped");
	if (done_count > 0 && retry && operators_leader(&d->session, &c->arena, NULL, &leads) &&
	    !leads)
		(void)puts("no bot runs now; it is taken up when one does");
	(void)fflush(stdout);
	return done_count == count ? EXIT_CODE_OK
				   : say_why_not(d, &c->arena, ids, count, done, done_count);
}

/* --------------------------------------------------------------------------------------------------------------------------*/

static int run_list(struct cli *c)
{
	struct command_database d = {0};
	int code = command_database_open(&d, "parked");
	if (code == EXIT_CODE_OK)
		code = list(c, &d);
	command_database_close(&d);
	return code;
}

static int run_with_ids(struct cli *c)
{
	bool only_one = strcmp(c->command->name, "show") == 0;
	if (c->count == 0)
		return cli_wrong(c, "it needs an ID; salesreg parked list shows them");
	if (only_one && c->count > 1)
		return cli_wrong(c, "it shows one at a time; %s is one too many", c->words[1]);
	struct command_database d = {0};
	int64_t *ids;
	size_t count;
	int code = cli_ids(c, &ids, &count);
	if (code == EXIT_CODE_OK)
		code = command_database_open(&d, "parked");
	if (code == EXIT_CODE_OK)
		code = only_one ? show(c, &d, ids[0]) : act(c, &d, ids, count);
	command_database_close(&d);
	return code;
}

static const struct cli_option list_options[] = {CLI_LIST_OPTIONS, {.name = NULL}};

#define IDS_HELP "Exit code 1 if some ID was not there or could not be done; the others are done."

static const struct cli_command commands[] = {
    {.name = "list",
	.brief = "oldest first, 1,000 at most",
	.help = "Updates that the bot could not handle and put aside: oldest first, 1,000 at most. "
		"On a terminal long texts are "
		"cut to its width; piped, and with --json or --csv, they are whole.",
	.options = list_options,
	.run = run_list},
    {.name = "show",
	.arguments = "ID",
	.brief = "one of them with all that Telegram sent, as JSON",
	.help = "One update with all that Telegram sent, as JSON.",
	.arguments_most = CLI_ANY_NUMBER,
	.run = run_with_ids},
    {.name = "retry",
	.arguments = "ID…",
	.brief =
	    "lets the bot handle it again, once; if it fails again it stays, with the new reason",
	.help = "Lets the bot handle the updates again, once; what fails again stays, with the new "
		"reason. " IDS_HELP,
	.arguments_most = CLI_ANY_NUMBER,
	.run = run_with_ids},
    {.name = "drop",
	.arguments = "ID…",
	.brief = "forgets it",
	.help = "Forgets the updates. " IDS_HELP,
	.arguments_most = CLI_ANY_NUMBER,
	.run = run_with_ids},
    {.name = NULL},
};

const struct cli_command command_parked = {
    .name = "parked",
    .brief = "updates the bot could not handle: list, show, retry, drop",
    .help = "What somebody wrote or pressed and the bot could not handle; it was put aside. Exit "
	    "code 1 if some ID "
	    "was not there or could not be done; the others are done.",
    .commands = commands,
};
