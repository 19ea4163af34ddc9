#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/role/show.h"
#include "salesreg/role/usage.h"
#include "salesreg/store/operators.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_DEFAULT = 50, LIST_MAX = 10000, PREVIEW_UNITS = 60, ARENA_MAXIMUM = 256 * 1024 * 1024 };

static const char usage[] =
    "usage: salesreg outbox list [--state STATE] [--limit N] [--json]\n"
    "       salesreg outbox retry ID… | --failed\n"
    "       salesreg outbox release ID… | --held\n"
    "       salesreg outbox drop ID… | --failed | --held\n"
    "Messages that Telegram has not taken yet or refused for good (failed), and those that were "
    "older than\n"
    "OUTBOX_HOLD_HOURS when a bot began to lead (held).\n"
    "  list     oldest first, 50 unless --limit says otherwise; STATE is queued, sending, failed "
    "or held\n"
    "  retry    queues what failed again, at its old place in its chat; by its ID, sends now what "
    "was\n"
    "           put off\n"
    "  release  queues what is held\n"
    "  drop     moves what failed, is held or is queued to salesreg.outbox_history, as dropped\n"
    "Exit code 1 if some ID was not there or could not be done; the others are done.\n";

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

static const char *age_text(struct arena *a, int64_t ms)
{
	char age[32];
	show_age(age, sizeof age, ms * 1000);
	return arena_strdup(a, age);
}

static const char *due_text(struct arena *a, const struct outbox_listed *row)
{
	if (strcmp(row->state, "queued") != 0)
		return "-";
	return row->due_in_ms <= 0 ? "now" : arena_printf(a, "in %s", age_text(a, row->due_in_ms));
}

static void print_table(struct arena *a, const struct outbox_listed *rows, size_t count)
{
	static const char *const heads[] = {
	    "ID", "CHAT", "STATE", "TRIES", "PRIORITY", "AGE", "DUE", "TWICE?", "ERROR", "TEXT"};
	enum { COLUMNS = sizeof heads / sizeof *heads };
	const char **cells = ARENA_ARRAY(a, const char *, COLUMNS *(count + 1));
	for (size_t i = 0; i < count; i++) {
		const struct outbox_listed *row = &rows[i];
		const char **cell = cells + i * COLUMNS;
		const char *text = text_of(a, row);
		cell[0] = arena_printf(a, "%lld", (long long)row->id);
		cell[1] = arena_printf(a, "%lld", (long long)row->chat_id);
		cell[2] = row->state;
		cell[3] = arena_printf(a, "%lld", (long long)row->attempts);
		cell[4] = priority_name(row->priority);
		cell[5] = age_text(a, row->age_ms);
		cell[6] = due_text(a, row);
		cell[7] = row->possible_duplicate ? "maybe" : "-";
		cell[8] = row->error ? show_line(a, row->error, PREVIEW_UNITS) : "-";
		cell[9] = text ? show_line(a, text, PREVIEW_UNITS)
			       : arena_printf(a, "(%s)", show_line(a, row->method, PREVIEW_UNITS));
	}
	show_table(heads, COLUMNS, cells, count);
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

static void print_list(struct arena *a, const struct outbox_listed *rows, size_t count,
    int64_t total, const char *state, bool json)
{
	if (json) {
		json_t *list = json_array();
		for (size_t i = 0; i < count; i++)
			(void)json_array_append_new(list, to_json(a, &rows[i]));
		show_json(json_pack("{sI so}", "total", (json_int_t)total, "messages", list));
		return;
	}
	if (count > 0)
		print_table(a, rows, count);
	if (total == 0)
		(void)printf("no message is %s\n", state ? state : "in the outbox");
	else if (total > (int64_t)count)
		(void)printf("%zu of %lld messages; --limit shows more\n", count, (long long)total);
}

static int run_list(struct command_database *d, struct arena *a, int argc, char **argv)
{
	static const struct option options[] = {{"state", required_argument, NULL, 's'},
	    {"limit", required_argument, NULL, 'l'}, {"json", no_argument, NULL, 'j'},
	    {NULL, 0, NULL, 0}};
	static const char command[] = "outbox list";
	static const char *const states[] = {"queued", "sending", "failed", "held"};
	const char *state = NULL;
	long limit = LIST_DEFAULT;
	bool json = false;
	opterr = 0;
	optind = 0; /* GNU: begin anew */
	for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
		char *end = NULL;
		if (option == 'j') {
			json = true;
		} else if (option == 'l') {
			limit = strtol(optarg, &end, 10);
			if (end == optarg || *end || limit < 1 || limit > LIST_MAX)
				return usage_wrong(command,
				    "--limit %s: it is a number from 1 to %d", optarg, LIST_MAX);
		} else if (option == 's') {
			for (size_t i = 0; i < sizeof states / sizeof *states; i++)
				if (strcmp(states[i], optarg) == 0)
					state = states[i];
			if (!state)
				return usage_wrong(command,
				    "--state %s: it is queued, sending, failed or held", optarg);
		} else {
			return usage_wrong_option(command, option, argv);
		}
	}
	if (optind < argc)
		return usage_unexpected(command, argv[optind]);
	int code = command_database_open(d, "outbox");
	if (code != EXIT_CODE_OK)
		return code;
	struct outbox_listed *rows;
	size_t count;
	int64_t total;
	if (!operators_outbox_list(&d->session, a, state, limit, &rows, &count, &total))
		return command_database_failed(d, "outbox");
	print_list(a, rows, count, total, state, json);
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

static bool contains(const int64_t *ids, size_t count, int64_t id)
{
	while (count > 0)
		if (ids[--count] == id)
			return true;
	return false;
}

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
static int carry_out(struct command_database *d, struct arena *a, const struct action *action,
    const char *state, const int64_t *ids, size_t count)
{
	int64_t *done;
	size_t done_count;
	bool leads = true;
	if (!action->run(&d->session, a, state, ids, count, &done, &done_count))
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
		if (!contains(done, done_count, ids[i]))
			say_why_not(action, ids[i], states[i]);
	return EXIT_CODE_FAILED;
}

static int run_action(
    struct command_database *d, struct arena *a, const struct action *action, int argc, char **argv)
{
	const char *state = action->states[0];
	bool all = false;
	for (size_t i = 0; argc == 2 && action->states[i]; i++) {
		if (strncmp(argv[1], "--", 2) == 0 && strcmp(argv[1] + 2, action->states[i]) == 0) {
			state = action->states[i];
			all = true;
		}
	}
	const char *command = arena_printf(a, "outbox %s", action->name);
	if (argc < 2)
		return usage_wrong(command, "it needs an ID, or --%s for all", action->states[0]);
	if (!all && argv[1][0] == '-')
		return argc > 2 && strcmp(argv[1] + 2, action->states[0]) == 0
			   ? usage_wrong(
				 command, "%s means all of them: give it alone, or IDs", argv[1])
			   : usage_unexpected(command, argv[1]);
	int64_t *ids = ARENA_ARRAY(a, int64_t, (size_t)argc);
	size_t count = 0;
	if (!all && !command_ids(argc - 1, argv + 1, "outbox", ids, &count))
		return EXIT_CODE_USAGE;
	int code = command_database_open(d, "outbox");
	return code == EXIT_CODE_OK ? carry_out(d, a, action, state, all ? NULL : ids, count)
				    : code;
}

int role_outbox(int argc, char **argv)
{
	if (usage_asked(argc, argv, usage))
		return EXIT_CODE_OK;
	struct command_database d = {0};
	struct arena a;
	arena_init(&a, ARENA_MAXIMUM);
	int code = -1;
	if (argc > 1 && strcmp(argv[1], "list") == 0)
		code = run_list(&d, &a, argc - 1, argv + 1);
	for (size_t i = 0; argc > 1 && i < sizeof actions / sizeof *actions; i++)
		if (strcmp(argv[1], actions[i].name) == 0)
			code = run_action(&d, &a, &actions[i], argc - 1, argv + 1);
	if (code < 0)
		code = usage_wrong("outbox",
		    argc > 1 ? "unknown command %s: it is list, retry, release or drop"
			     : "what shall it do? list, retry, release or drop%.0s",
		    argc > 1 ? argv[1] : "");
	command_database_close(&d);
	arena_finish(&a);
	return code;
}
