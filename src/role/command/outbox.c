#include "salesreg/base/json.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/operators.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_DEFAULT = 50, LIST_MAX = 10000 };

/* list -------------------------------------------------------------------------------------------------------------------*/

static const char *text_of(struct arena *a, const struct outbox_listed *row)
{
	json_t *payload = json_loads(row->payload, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	const char *text = arena_strdup(a, json_string_value(json_object_get(payload, "text")));
	json_decref(payload);
	return text;
}

static const char *priority_name(int64_t priority)
{
	return priority <= 0 ? "reply" : priority == 1 ? "notification" : "bulk";
}

static json_t *to_json(struct arena *a, const struct outbox_listed *row)
{
	return json_pack("{sI sI ss ss sI ss sI sI sb ss? ss?}", "id", (json_int_t)row->id,
	    "chat_id", (json_int_t)row->chat_id, "method", row->method, "state", row->state,
	    "attempts", (json_int_t)row->attempts, "priority", priority_name(row->priority),
	    "age_ms", (json_int_t)row->age_ms, "due_in_ms", (json_int_t)row->due_in_ms,
	    "possible_duplicate", row->possible_duplicate, "error", row->error, "text",
	    text_of(a, row));
}

static const char *age_cell(struct arena *a, const json_t *row)
{
	return cli_age_cell(a, json_get_i64(row, "age_ms", 0));
}

static const char *due_cell(struct arena *a, const json_t *row)
{
	int64_t ms = json_get_i64(row, "due_in_ms", 0);
	if (strcmp(json_get_text(a, row, "state"), "queued") != 0)
		return NULL;
	return ms <= 0 ? "now" : arena_printf(a, "in %s", cli_age_cell(a, ms));
}

static const char *twice_cell(struct arena *a, const json_t *row)
{
	(void)a;
	return json_get_bool(row, "possible_duplicate", false) ? "maybe" : NULL;
}

static const char *text_cell(struct arena *a, const json_t *row)
{
	const char *text = json_get_text(a, row, "text");
	return text ? text : arena_printf(a, "(%s)", json_get_text(a, row, "method"));
}

static const struct cli_column columns[] = {
    {.key = "id", .heading = "ID"},
    {.key = "chat_id", .heading = "CHAT"},
    {.key = "method"},
    {.key = "state", .heading = "STATE"},
    {.key = "attempts", .heading = "TRIES"},
    {.key = "priority", .heading = "PRIORITY"},
    {.key = "age_ms", .heading = "AGE", .show = age_cell},
    {.key = "due_in_ms", .heading = "DUE", .show = due_cell},
    {.key = "possible_duplicate", .heading = "TWICE?", .show = twice_cell},
    {.key = "error", .heading = "ERROR", .is_long = true},
    {.key = "text", .heading = "TEXT", .is_long = true, .show = text_cell},
    {.key = NULL},
};

static int list(struct cli *c, struct command_database *d)
{
	const char *state = cli_value(c, "state", NULL);
	struct outbox_listed *rows;
	size_t count;
	int64_t total;
	if (!operators_outbox_list(&d->session, &c->arena, state,
		cli_number(c, "limit", LIST_DEFAULT), &rows, &count, &total))
		return command_database_failed(d, "outbox");
	json_t *messages = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(messages, to_json(&c->arena, &rows[i]));
	cli_print(c, columns,
	    json_pack("{sI so}", "total", (json_int_t)total, "messages", messages), "messages");
	if (cli_format(c) == CLI_TABLE && total == 0)
		cli_say(cli_notes(c), "no message is %s\n", state ? state : "in the outbox");
	if (cli_format(c) != CLI_JSON && total > (int64_t)count)
		cli_say(cli_notes(c), "%zu of %lld messages; --limit shows more\n", count,
		    (long long)total);
	return EXIT_CODE_OK;
}

/* retry, drop ------------------------------------------------------------------------------------------------------------*/

struct action {
	const char *name;
	bool (*run)(struct db_session *s, struct arena *a, const char *state, const int64_t *ids,
	    size_t count, int64_t **done, size_t *done_count);
	const char *states[3];  /* it may be told to take all that are in one of these */
	const char *one, *many; /* what has become of them */
	const char *queued;     /* why one that is queued was not touched */
};
static const struct action actions[] = {
    {"retry", operators_outbox_retry, {"failed"}, "is queued again", "are queued again",
	"is queued already: it goes by itself, when its time has come"},
    {"release", operators_outbox_retry, {"held"}, "is queued again", "are queued again",
	"is queued already: it goes by itself, when its time has come"},
    {"drop", operators_outbox_drop, {"failed", "held"}, "is dropped", "are dropped",
	"was queued again meanwhile; try once more"},
};

static void say_why_not(const struct action *action, int64_t id, const char *state)
{
	const char *why =
	    !state                          ? "is not in the outbox (what was sent is in "
					      "salesreg.outbox_history)"
	    : strcmp(state, "sending") == 0 ? "is being sent right now; look again in a minute"
	    : strcmp(state, "queued") == 0  ? action->queued
	    : strcmp(state, "held") == 0    ? "is held; `salesreg outbox release` sends it"
	    : strcmp(action->name, "release") == 0
		? "has failed; `salesreg outbox retry` queues it again"
		: "failed again meanwhile; try once more";
	(void)fprintf(stderr, "salesreg outbox: message %lld %s\n", (long long)id, why);
}

/* ids NULL: all that are in `state`. */
static int carry_out(struct command_database *d, struct cli *c, const struct action *action,
    const char *state, const int64_t *ids, size_t count)
{
	struct arena *a = &c->arena;
	int64_t *done;
	size_t done_count;
	bool leads = true;
	if (!audit_begin(&d->session) ||
	    !action->run(&d->session, a, state, ids, count, &done, &done_count) ||
	    (done_count > 0 && !audit_ids_by_operator(
				   d, a, c->name, action->name, "messages", done, done_count)) ||
	    !audit_commit(&d->session))
		return command_database_failed(d, "outbox");
	if (!ids && state && done_count == 0)
		(void)puts(
		    strcmp(state, "held") == 0 ? "no message is held" : "no message has failed");
	else if (done_count > 0)
		(void)printf("%zu message%s %s\n", done_count, done_count == 1 ? "" : "s",
		    done_count == 1 ? action->one : action->many);
	if (done_count > 0 && action->run == operators_outbox_retry &&
	    operators_leader(&d->session, a, NULL, &leads) && !leads)
		(void)puts("no bot runs now; it is sent when one does");
	if (!ids || done_count == count)
		return EXIT_CODE_OK;
	(void)fflush(stdout);
	const char **states = ARENA_ARRAY(a, const char *, count);
	if (!operators_outbox_states(&d->session, a, ids, count, states))
		return command_database_failed(d, "outbox");
	for (size_t i = 0; i < count; i++)
		if (!cli_is_among(done, done_count, ids[i]))
			say_why_not(action, ids[i], states[i]);
	return EXIT_CODE_FAILED;
}

static int act(struct cli *c, struct command_database *d)
{
	const struct action *action = actions;
	while (strcmp(action->name, c->command->name) != 0)
		action++;
	const char *state = NULL;
	for (size_t i = 0; action->states[i]; i++)
		if (cli_has(c, action->states[i]))
			state = action->states[i];
	if (state && c->count > 0)
		return cli_wrong(c, "--%s means all of them: give it alone, or IDs", state);
	if (!state && c->count == 0)
		return cli_wrong(c, "it needs an ID, or --%s for all", action->states[0]);
	int64_t *ids;
	size_t count;
	int code = cli_ids(c, &ids, &count);
	if (code != EXIT_CODE_OK)
		return code;
	code = command_database_open(d, "outbox");
	if (code != EXIT_CODE_OK)
		return code;
	return carry_out(
	    d, c, action, state ? state : action->states[0], state ? NULL : ids, count);
}

/* --------------------------------------------------------------------------------------------------------------------------*/

static int run_list(struct cli *c)
{
	struct command_database d = {0};
	int code = command_database_open(&d, "outbox");
	if (code == EXIT_CODE_OK)
		code = list(c, &d);
	command_database_close(&d);
	return code;
}

static int run_action(struct cli *c)
{
	struct command_database d = {0};
	int code = act(c, &d);
	command_database_close(&d);
	return code;
}

static const char *const states[] = {"queued", "sending", "failed", "held", NULL};

static const struct cli_option list_options[] = {
    {.name = "state",
	.value = "STATE",
	.help = "queued, sending, failed or held",
	.choices = states},
    {.name = "limit",
	.value = "N",
	.help = "so many at most, instead of 50",
	.least = 1,
	.most = LIST_MAX},
    CLI_LIST_OPTIONS,
    {.name = NULL},
};

static const struct cli_option failed_option[] = {
    {.name = "failed", .help = "all that failed", .in_arguments = true},
    {.name = NULL},
};
static const struct cli_option held_option[] = {
    {.name = "held", .help = "all that are held", .in_arguments = true},
    {.name = NULL},
};
static const struct cli_option drop_options[] = {
    {.name = "failed", .help = "all that failed", .in_arguments = true},
    {.name = "held", .help = "all that are held", .in_arguments = true, .without = "failed"},
    {.name = NULL},
};

#define IDS_HELP "Exit code 1 if some ID was not there or could not be done; the others are done."

static const struct cli_command commands[] = {
    {.name = "list",
	.brief = "oldest first",
	.help = "Messages that Telegram has not taken yet or refused for good, and those that are "
		"held: oldest first. On a "
		"terminal long texts are cut to its width; piped, and with --json or --csv, they "
		"are whole.",
	.options = list_options,
	.run = run_list},
    {.name = "retry",
	.arguments = "ID… | --failed",
	.brief = "queues what failed again, at its old place in its chat; by its ID, sends now "
		 "what was put off",
	.help = "Queues what failed again, at its old place in its chat; by its ID, sends now what "
		"was put off. " IDS_HELP,
	.options = failed_option,
	.arguments_most = CLI_ANY_NUMBER,
	.run = run_action},
    {.name = "release",
	.arguments = "ID… | --held",
	.brief = "queues what is held",
	.help = "Queues what is held: it was older than OUTBOX_HOLD_HOURS when a bot began to "
		"lead. " IDS_HELP,
	.options = held_option,
	.arguments_most = CLI_ANY_NUMBER,
	.run = run_action},
    {.name = "drop",
	.arguments = "ID… | --failed | --held",
	.brief = "moves what failed, is held or is queued to salesreg.outbox_history, as dropped",
	.help = "Moves what failed, is held or is queued to salesreg.outbox_history, as "
		"dropped. " IDS_HELP,
	.options = drop_options,
	.arguments_most = CLI_ANY_NUMBER,
	.run = run_action},
    {.name = NULL},
};

const struct cli_command command_outbox = {
    .name = "outbox",
    .brief = "messages that were not delivered: list, retry, release, drop",
    .help = "Messages that Telegram has not taken yet or refused for good (failed), and those that "
	    "were older than "
	    "OUTBOX_HOLD_HOURS when a bot began to lead (held). Exit code 1 if some ID was not "
	    "there or could not "
	    "be done; the others are done.",
    .commands = commands,
};
