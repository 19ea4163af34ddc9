#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/db/conn.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/role/show.h"
#include "salesreg/role/usage.h"
#include "salesreg/store/operators.h"
#include <stdio.h>
#include <string.h>

enum { LIST_MOST = 1000, PREVIEW_UNITS = 60, ARENA_MAXIMUM = 1024 * 1024 * 1024 };

static const char usage[] =
    "usage: salesreg parked list [--json]\n"
    "       salesreg parked show ID\n"
    "       salesreg parked retry ID…\n"
    "       salesreg parked drop ID…\n"
    "What somebody wrote or pressed and the bot could not handle; it was put aside.\n"
    "  list   oldest first, 1,000 at most\n"
    "  show   one of them with all that Telegram sent, as JSON\n"
    "  retry  lets the bot handle it again, once; if it fails again it stays, with the new "
    "reason\n"
    "  drop   forgets it\n"
    "Exit code 1 if some ID was not there or could not be done; the others are done.\n";

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
	if (whole)
		(void)json_object_set_new(object, "update", payload ? payload : json_null());
	else
		json_decref(payload);
	if (whole && row->raw) {
		(void)json_object_set_new(object, "text", json_string(text_of(a, row->raw)));
		(void)json_object_set_new(object, "bytes_hex", json_string(row->raw));
	}
	return object;
}

static void print_table(struct arena *a, const struct parked_listed *rows, size_t count)
{
	static const char *const heads[] = {
	    "ID", "UPDATE", "USER", "AGE", "RETRY", "REASON", "WORDS"};
	enum { COLUMNS = sizeof heads / sizeof *heads };
	const char **cells = ARENA_ARRAY(a, const char *, COLUMNS *(count + 1));
	for (size_t i = 0; i < count; i++) {
		const struct parked_listed *row = &rows[i];
		const char **cell = cells + i * COLUMNS;
		json_t *update =
		    row->payload ? json_loads(row->payload, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL)
				 : NULL;
		const char *words = row->raw ? text_of(a, row->raw) : words_of(a, update);
		char age[32];
		show_age(age, sizeof age, row->age_ms * 1000);
		cell[0] = arena_printf(a, "%lld", (long long)row->id);
		cell[1] = row->update_id ? arena_printf(a, "%lld", (long long)row->update_id) : "-";
		cell[2] = row->user_id ? arena_printf(a, "%lld", (long long)row->user_id) : "-";
		cell[3] = arena_strdup(a, age);
		cell[4] = row->retrying ? "waits" : "-";
		cell[5] = show_line(a, row->reason, PREVIEW_UNITS);
		cell[6] = words ? show_line(a, words, PREVIEW_UNITS) : "-";
		json_decref(update);
	}
	show_table(heads, COLUMNS, cells, count);
}

static int run_list(struct command_database *d, struct arena *a, int argc, char **argv)
{
	bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
	if (argc > 1 && !json)
		return usage_unexpected(
		    "parked list", argv[strcmp(argv[1], "--json") == 0 ? 2 : 1]);
	int code = command_database_open(d, "parked");
	if (code != EXIT_CODE_OK)
		return code;
	struct parked_listed *rows;
	size_t count;
	int64_t total;
	if (!operators_parked_list(&d->session, a, NULL, 0, LIST_MOST, &rows, &count, &total))
		return command_database_failed(d, "parked");
	if (json) {
		json_t *list = json_array();
		for (size_t i = 0; i < count; i++)
			(void)json_array_append_new(list, to_json(a, &rows[i], false));
		show_json(json_pack("{sI so}", "total", (json_int_t)total, "updates", list));
		return EXIT_CODE_OK;
	}
	if (count > 0)
		print_table(a, rows, count);
	if (total == 0)
		(void)puts("no update is parked");
	else if (total > (int64_t)count)
		(void)printf("%zu of %lld updates\n", count, (long long)total);
	return EXIT_CODE_OK;
}

static int not_there(int64_t id)
{
	(void)fprintf(stderr,
	    "salesreg parked: update %lld is not parked; salesreg parked list shows what is\n",
	    (long long)id);
	return EXIT_CODE_FAILED;
}

static int run_show(struct command_database *d, struct arena *a, int argc, char **argv)
{
	int64_t id;
	size_t id_count, count;
	if (argc < 2)
		return usage_wrong(
		    "parked show", "it needs an ID; salesreg parked list shows them");
	if (argc > 2)
		return usage_wrong(
		    "parked show", "it shows one at a time; %s is one too many", argv[2]);
	if (!command_ids(1, argv + 1, "parked", &id, &id_count))
		return EXIT_CODE_USAGE;
	int code = command_database_open(d, "parked");
	if (code != EXIT_CODE_OK)
		return code;
	struct parked_listed *rows;
	int64_t total;
	if (!operators_parked_list(&d->session, a, &id, 1, 1, &rows, &count, &total))
		return command_database_failed(d, "parked");
	if (count == 0)
		return not_there(id);
	show_json(to_json(a, &rows[0], true));
	return EXIT_CODE_OK;
}

/* retry, drop ------------------------------------------------------------------------------------------------------------*/

static bool contains(const int64_t *ids, size_t count, int64_t id)
{
	while (count > 0)
		if (ids[--count] == id)
			return true;
	return false;
}

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
		if (contains(done, done_count, ids[i]))
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

static int run_action(
    struct command_database *d, struct arena *a, bool retry, int argc, char **argv)
{
	const char *command = retry ? "parked retry" : "parked drop";
	if (argc < 2)
		return usage_wrong(command, "it needs an ID; salesreg parked list shows them");
	if (argv[1][0] == '-')
		return usage_unexpected(command, argv[1]);
	int64_t *ids = ARENA_ARRAY(a, int64_t, (size_t)argc), *done;
	size_t count = 0, done_count;
	if (!command_ids(argc - 1, argv + 1, "parked", ids, &count))
		return EXIT_CODE_USAGE;
	int code = command_database_open(d, "parked");
	if (code != EXIT_CODE_OK)
		return code;
	if (!(retry ? operators_parked_retry : operators_parked_drop)(
		&d->session, a, ids, count, &done, &done_count))
		return command_database_failed(d, "parked");
	bool leads = true;
	if (done_count > 0)
		(void)printf("%zu update%s %s\n", done_count, done_count == 1 ? "" : "s",
		    retry             ? "will be handled again"
		    : done_count == 1 ? "is dropped"
				      : "are dropped");
	if (done_count > 0 && retry && operators_leader(&d->session, a, NULL, &leads) && !leads)
		(void)puts("no bot runs now; it is taken up when one does");
	(void)fflush(stdout);
	return done_count == count ? EXIT_CODE_OK : say_why_not(d, a, ids, count, done, done_count);
}

int role_parked(int argc, char **argv)
{
	if (usage_asked(argc, argv, usage))
		return EXIT_CODE_OK;
	struct command_database d = {0};
	struct arena a;
	arena_init(&a, ARENA_MAXIMUM);
	const char *action = argc > 1 ? argv[1] : "";
	int code;
	if (strcmp(action, "list") == 0)
		code = run_list(&d, &a, argc - 1, argv + 1);
	else if (strcmp(action, "show") == 0)
		code = run_show(&d, &a, argc - 1, argv + 1);
	else if (strcmp(action, "retry") == 0 || strcmp(action, "drop") == 0)
		code = run_action(&d, &a, strcmp(action, "retry") == 0, argc - 1, argv + 1);
	else
		code = usage_wrong("parked",
		    argc > 1 ? "unknown command %s: it is list, show, retry or drop"
			     : "what shall it do? list, show, retry or drop%.0s",
		    action);
	command_database_close(&d);
	arena_finish(&a);
	return code;
}
