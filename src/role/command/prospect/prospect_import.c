/*
 * salesreg prospect import: prospects out of a file of a spreadsheet, all of them or none.
 */
#include "import_private.h"
#include "salesreg/app/import/import.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/text.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include <string.h>
#include <unistd.h>

enum { SHOWN_EVERY_US = 200000, MICROSECONDS = 1000000 };

struct job {
	struct cli *c;
	const struct import_wish *wish;
	struct import_outcome outcome;
	enum import_encoding encoding;
	char delimiter;
	int64_t began_us, shown_us;
	bool shows, is_shown; /* a line of progress */
	bool is_asked;        /* so the problems have been said */
};

/* progress ---------------------------------------------------------------------------------------------------------------*/

static void wipe(struct job *j)
{
	if (j->is_shown)
		(void)fputs("\r\033[K", stderr);
	j->is_shown = false;
}

static void on_progress(void *data, const struct import_progress *p)
{
	enum { BAR = 20 };
	struct job *j = data;
	int64_t now = clock_monotonic_us();
	if (!j->shows || (p->phase == IMPORT_READING && now - j->shown_us < SHOWN_EVERY_US))
		return;
	j->shown_us = now;
	double seconds = (double)(now - j->began_us) / MICROSECONDS,
	       share = p->size > 0 ? (double)p->bytes / (double)p->size : 1;
	wipe(j);
	j->is_shown = true;
	if (p->phase != IMPORT_READING) {
		cli_say(stderr, "%lld %s read; %s", (long long)p->rows,
		    text_plural(p->rows, "row", "rows"),
		    p->phase == IMPORT_DECIDING ? "who is who is looked up" : "they are written");
		return;
	}
	char bar[BAR + 1] = "", left[32] = "";
	memset(bar, '.', BAR);
	memset(bar, '#', (size_t)(share * BAR) > BAR ? BAR : (size_t)(share * BAR));
	if (share > 0 && seconds > 1)
		cli_age(left, sizeof left, (int64_t)(seconds * (1 - share) / share * MICROSECONDS));
	cli_say(stderr, "[%s] %3d %%  %lld %s, %.0f a second%s%s", bar, (int)(share * 100),
	    (long long)p->rows, text_plural(p->rows, "row", "rows"),
	    seconds > 0 ? (double)p->rows / seconds : 0, *left ? ", left: " : "", left);
	(void)fflush(stderr);
}

/* what the file is ---------------------------------------------------------------------------------------------------------*/

static const char *delimiter_name(struct arena *a, char delimiter)
{
	return delimiter == '\t' ? "tabs" : arena_printf(a, "\"%c\"", delimiter);
}

static const char *add(struct arena *a, const char *list, const char *more)
{
	return list ? arena_concat(a, list, ", ", more, NULL) : more;
}

static void on_seen(void *data, const struct import_seen *seen)
{
	struct job *j = data;
	struct arena *a = &j->c->arena;
	const struct import_header *h = seen->header;
	const char *taken = NULL, *kept = NULL, *left = NULL;
	j->encoding = seen->file->encoding;
	j->delimiter = seen->delimiter;
	for (size_t i = 0; i < h->count; i++) {
		if (h->fields[i] == IMPORT_EXTRA)
			kept = add(a, kept, h->names[i]);
		else if (h->fields[i] == IMPORT_IGNORED)
			left = add(a, left, h->names[i]);
		else
			taken = add(a, taken,
			    arena_printf(
				a, "%s = %s", h->names[i], import_field_name(h->fields[i])));
	}
	cli_say(stderr, "%s: %s%s, columns divided by %s\n", j->wish->path,
	    import_encoding_name(j->encoding),
	    j->encoding == IMPORT_WINDOWS_1251 && !j->wish->encoding
		? ", as it is not UTF-8 (--encoding says otherwise)"
		: "",
	    delimiter_name(a, j->delimiter));
	cli_say(stderr, "taken: %s\n", taken);
	if (kept)
		cli_say(stderr, "unknown, kept beside them: %s\n", kept);
	if (left)
		cli_say(stderr, "left out: %s\n", left);
	if (seen->before)
		cli_say(
		    stderr, "this very file was import %lld already\n", (long long)seen->before);
}

/* what came of it ------------------------------------------------------------------------------------------------------------*/

static void print_json(const struct job *j, bool is_done)
{
	const struct import_outcome *o = &j->outcome;
	json_t *problems = json_array();
	for (size_t i = 0; i < o->problem_count; i++)
		(void)json_array_append_new(
		    problems, json_pack("{sI sb ss? ss?}", "line", (json_int_t)o->problems[i].line,
				  "bad", o->problems[i].is_bad, "column", o->problems[i].column,
				  "reason", o->problems[i].reason));
	cli_json(json_pack("{so sb sb ss ss ss sI sI sI sI sI sI ss? so}", "import",
	    is_done ? json_integer(o->number) : json_null(), "done", is_done, "dry_run",
	    j->wish->is_dry, "file", j->wish->path, "encoding", import_encoding_name(j->encoding),
	    "delimiter", (char[]){j->delimiter, '\0'}, "rows", (json_int_t)o->counts.read,
	    "created", (json_int_t)o->counts.created, "updated", (json_int_t)o->counts.updated,
	    "same", (json_int_t)o->counts.same, "duplicates", (json_int_t)o->counts.duplicates,
	    "bad", (json_int_t)o->counts.bad, "errors_file", o->counts.bad ? j->wish->errors : NULL,
	    "problems", problems));
}

static void say_problems(const struct job *j)
{
	const struct import_outcome *o = &j->outcome;
	for (size_t i = 0; i < o->problem_count; i++) {
		const struct import_problem *p = &o->problems[i];
		bool named = p->column && *p->column;
		cli_say(stderr, "  line %lld%s%s: %s%s\n", (long long)p->line, named ? ", " : "",
		    named ? p->column : "", p->reason, p->is_bad ? "" : " (left out)");
	}
	if (o->counts.bad + o->counts.duplicates > (int64_t)o->problem_count)
		cli_say(stderr, "  … and %lld more\n",
		    (long long)(o->counts.bad + o->counts.duplicates - (int64_t)o->problem_count));
	if (o->counts.bad && j->wish->errors)
		cli_say(stderr,
		    "The bad rows are in %s, each with its reason: correct them, and import that "
		    "file.\n",
		    j->wish->errors);
}

static void print_counts(const struct job *j, const char *head, FILE *out)
{
	const struct import_counts *n = &j->outcome.counts;
	cli_say(out, "%s: %lld %s: %lld created, %lld updated, %lld the same, %lld %s, %lld bad\n",
	    head, (long long)n->read, text_plural(n->read, "row", "rows"), (long long)n->created,
	    (long long)n->updated, (long long)n->same, (long long)n->duplicates,
	    text_plural(n->duplicates, "duplicate", "duplicates"), (long long)n->bad);
}

static bool confirm(void *data, const struct import_outcome *outcome)
{
	struct job *j = data;
	char answer[8] = "";
	(void)outcome;
	wipe(j);
	j->is_asked = true;
	say_problems(j);
	print_counts(j, "to be imported", stderr);
	(void)fputs("Import them? [y/N] ", stderr);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int say_outcome(struct job *j, enum import_end how)
{
	bool is_done = how == IMPORT_DONE && !j->wish->is_dry;
	const char *head =
	    is_done ? arena_printf(&j->c->arena, "import %lld", (long long)j->outcome.number)
	    : j->wish->is_dry ? "dry run"
			      : "nothing imported";
	if (!j->is_asked)
		say_problems(j);
	if (cli_has(j->c, "json"))
		print_json(j, is_done);
	else
		print_counts(j, head, stdout);
	if (how == IMPORT_REFUSED)
		cli_say(stderr,
		    "Some rows are bad, so nothing was changed; --partial imports the others.\n");
	else if (j->wish->is_dry)
		cli_say(stderr, "Nothing was changed; without --dry-run it is.\n");
	return j->outcome.counts.bad ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static int finish(struct job *j, struct command_database *d, enum import_end how)
{
	wipe(j);
	switch (how) {
	case IMPORT_DONE:
	case IMPORT_REFUSED:
		return say_outcome(j, how);
	case IMPORT_CANCELLED:
		cli_say(stderr, "Nothing was changed.\n");
		return EXIT_CODE_FAILED;
	case IMPORT_UNUSABLE:
		cli_say(stderr, "salesreg prospect import: %s\n", j->outcome.fault);
		return EXIT_CODE_DATA;
	case IMPORT_NO_ERRORS_FILE:
		cli_say(stderr, "salesreg prospect import: %s; nothing was changed\n",
		    j->outcome.fault);
		return EXIT_CODE_FAILED;
	case IMPORT_DATABASE:
		break;
	}
	if (strcmp(d->session.sqlstate, "55P03") == 0) {
		cli_say(stderr, "salesreg prospect import: another import is at work, or somebody "
				"holds the table; "
				"nothing was changed, so try again\n");
		return EXIT_CODE_FAILED;
	}
	if (strcmp(d->session.sqlstate, "40001") == 0) {
		cli_say(stderr,
		    "salesreg prospect import: somebody changed one of these prospects "
		    "meanwhile, or it was assigned; nothing was changed, so run it again\n");
		return EXIT_CODE_FAILED;
	}
	return command_database_failed(d, "prospect import");
}

/* the call -------------------------------------------------------------------------------------------------------------------*/

static char delimiter_of(const char *text)
{
	if (!text)
		return '\0';
	return strcmp(text, "tab") == 0 ? '\t' : *text;
}

static const char *digits_of(const char *country)
{
	return country && *country == '+' ? country + 1 : country;
}

static const char *const *maps_of(struct cli *c, size_t *count)
{
	for (*count = 0; cli_each(c, "map", *count);)
		++*count;
	const char **maps = ARENA_ARRAY(&c->arena, const char *, *count + 1);
	for (size_t i = 0; i < *count; i++)
		maps[i] = cli_each(c, "map", i);
	return maps;
}

static int check(struct cli *c)
{
	const char *country = digits_of(cli_value(c, "country", NULL)),
		   *delimiter = cli_value(c, "delimiter", NULL);
	if (c->count == 0)
		return cli_wrong(
		    c, "it needs a FILE, or - for standard input; or --list, or --undo");
	if (country && (!*country || strlen(country) > 3 ||
			   strspn(country, "0123456789") != strlen(country) || *country == '0'))
		return cli_wrong(c, "--country %s: it is a calling code, as 7 or 62", country);
	if (delimiter && strcmp(delimiter, "tab") != 0 &&
	    (strlen(delimiter) != 1 || strchr("\"\r\n", *delimiter)))
		return cli_wrong(c, "--delimiter %s: it is one character, or tab", delimiter);
	return EXIT_CODE_OK;
}

int prospect_run_import(struct cli *c)
{
	char zone[TIME_ZONE_SIZE];
	if (c->count > 0 && (cli_has(c, "list") || cli_has(c, "undo")))
		return cli_wrong(c, "--list and --undo take no FILE");
	if (cli_has(c, "list"))
		return prospect_list_imports(c);
	if (cli_has(c, "undo"))
		return prospect_undo_import(c, cli_number(c, "undo", 0));
	int code = check(c);
	if (code != EXIT_CODE_OK)
		return code;
	struct import_wish wish = {.path = c->words[0],
	    .encoding = cli_value(c, "encoding", NULL),
	    .delimiter = delimiter_of(cli_value(c, "delimiter", NULL)),
	    .country = digits_of(cli_value(c, "country", NULL)),
	    .zone = time_zone_here(zone),
	    .on_duplicate = cli_value(c, "on-duplicate", "skip"),
	    .me = command_operator(&c->arena, "prospect import"),
	    .is_partial = cli_has(c, "partial"),
	    .is_dry = cli_has(c, "dry-run"),
	    .is_strict = cli_has(c, "strict"),
	    .on_seen = on_seen,
	    .on_progress = on_progress};
	const char *beside = strcmp(wish.path, "-") == 0
				 ? NULL
				 : arena_concat(&c->arena, wish.path, ".errors.csv", NULL);
	wish.errors = cli_value(c, "errors", beside);
	wish.maps = maps_of(c, &wish.map_count);
	struct job j = {.c = c,
	    .wish = &wish,
	    .shows = isatty(STDERR_FILENO) == 1,
	    .began_us = clock_monotonic_us()};
	wish.data = &j;
	if (!cli_has(c, "yes") && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1)
		wish.confirm = confirm;
	struct command_database d = {0};
	code = command_database_open(&d, "prospect");
	if (code == EXIT_CODE_OK)
		code = finish(&j, &d, import_run(&d.session, &c->arena, &wish, &j.outcome));
	command_database_close(&d);
	return code;
}

static const char *const encodings[] = {
    "UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "Windows-1251", NULL};
static const char *const ways[] = {"skip", "update", "error", NULL};

const struct cli_option prospect_import_options[] = {
    {.name = "dry-run", .help = "does all of it, says what would come of it, and takes it back"},
    {.name = "partial", .help = "imports the good rows although others are bad"},
    {.name = "on-duplicate",
	.value = "WAY",
	.help = "with who is there already: skip (unless given), update what the file has, error",
	.choices = ways},
    {.name = "map",
	.value = "COLUMN=FIELD",
	.help = "what a column is, as \"Связь=phone\"; may be given several times"},
    {.name = "strict", .help = "refuses a file with columns that are not known"},
    {.name = "country",
	.value = "CODE",
	.help = "the calling code of numbers that have none, as 7"},
    {.name = "encoding",
	.value = "NAME",
	.help = "what the file is written in, where its bytes do not tell",
	.choices = encodings},
    {.name = "delimiter", .value = "SIGN", .help = "what divides the columns, or tab"},
    {.name = "errors",
	.value = "FILE",
	.help = "where the bad rows go, instead of FILE.errors.csv"},
    {.name = "list", .help = "the imports there were, the latest first"},
    {.name = "undo",
	.value = "N",
	.help = "takes import N back, as far as nobody has touched what it made",
	.least = 1,
	.most = INT32_MAX,
	.without = "list"},
    {.name = "yes", .help = "without being asked, as one is on a terminal"},
    {.name = "limit",
	.value = "N",
	.help = "with --list: so many at most, instead of 50",
	.least = 1,
	.most = 10000},
    CLI_LIST_OPTIONS,
    {.name = NULL},
};
