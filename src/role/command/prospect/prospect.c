/*
 * salesreg prospect show, why, history: what is known of one. Nothing is changed.
 */
#include "import_private.h"
#include "prospect_private.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/managers.h"
#include <stdio.h>
#include <string.h>

enum { ALIKE_SHOWN = 10, HEADING = 12 };

int prospect_find(
    struct cli *c, struct command_database *d, size_t count_of_words, struct listed_prospect *found)
{
	const char *words = c->words[0];
	for (size_t i = 1; i < count_of_words; i++)
		words = arena_printf(&c->arena, "%s %s", words, c->words[i]);
	return prospect_find_words(c, d, words, found);
}

int prospect_find_words(
    struct cli *c, struct command_database *d, const char *words, struct listed_prospect *found)
{
	struct listed_prospect *rows;
	size_t count;
	if (!managers_find(&d->session, &c->arena, words, ALIKE_SHOWN + 1, &rows, &count))
		return command_database_failed(d, "prospect");
	if (count == 1) {
		*found = rows[0];
		return EXIT_CODE_OK;
	}
	if (count == 0)
		cli_say(stderr,
		    "salesreg prospect: nobody is known as %s; give an id, an @name, a number, an "
		    "e-mail address or a part of the name, or see salesreg prospect list\n",
		    words);
	else
		cli_say(stderr, "salesreg prospect: which of these? Give the id:\n");
	for (size_t i = 0; i < count && i < ALIKE_SHOWN; i++)
		cli_say(stderr, "  %s  %s%s%s\n", rows[i].id, rows[i].name ? rows[i].name : "-",
		    rows[i].rep ? ", with " : "", rows[i].rep ? rows[i].rep : "");
	if (count > ALIKE_SHOWN)
		cli_say(stderr, "  … and more\n");
	return EXIT_CODE_FAILED;
}

static void line(const char *heading, const char *text)
{
	if (!text || !*text)
		return;
	/* a file's column or a question may have any letters */
	size_t columns = cli_columns(heading);
	cli_say(stdout, "%s%*s ", heading, columns < HEADING ? (int)(HEADING - columns) : 0, "");
	cli_put(stdout, text, strlen(text));
	(void)putchar('\n');
}

/* What a file had besides, under its own names. */
static void print_extra(struct arena *a, const char *extra)
{
	json_t *all = extra ? json_loads(extra, 0, NULL) : NULL;
	if (json_object_size(all) > 0)
		line("besides", "what a file had:");
	for (void *at = json_object_iter(all); at; at = json_object_iter_next(all, at))
		line(arena_printf(a, "  %s", json_object_iter_key(at)),
		    json_string_value(json_object_iter_value(at)));
	json_decref(all);
}

static void print_one(struct arena *a, const struct listed_prospect *p,
    const struct prospect_more *more, const struct given_answer *answers, size_t count)
{
	char since[64];
	cli_time(since, sizeof since, p->created_us);
	line("id", p->id);
	line("name", p->name);
	line("telegram", p->telegram);
	line("phone", more->phone);
	line("e-mail", p->email);
	line("status", p->status);
	line("rep", p->rep ? p->rep : "nobody yet");
	line("since", since);
	line("source", p->campaign ? arena_printf(a, "campaign %s", p->campaign)
		       : p->source ? p->source
				   : "table");
	line("leads", p->owner);
	line("bot", more->stopped    ? "may not write: STOP was said"
		    : !more->account ? "has not met them"
		    : more->reach && strcmp(more->reach, "reachable") != 0
			? arena_printf(a, "cannot write to them: %s", more->reach)
			: "may write to them");
	line("blocked", more->blocked ? "by the rep" : NULL);
	line("context", more->context);
	line("notes", more->notes);
	print_extra(a, more->extra);
	if (count > 0 || more->asked)
		line("answers",
		    arena_printf(a, "%s, score %lld", more->finished ? "all given" : "not all yet",
			(long long)more->score));
	for (size_t i = 0; i < count; i++)
		line(arena_printf(a, "  %s", answers[i].question),
		    *answers[i].answer ? answers[i].answer : "(skipped)");
}

static int show(struct cli *c, struct command_database *d, const struct listed_prospect *found)
{
	struct arena *a = &c->arena;
	struct prospect_more more;
	struct given_answer *answers = NULL;
	size_t count;
	bool is_there;
	if (!managers_prospect(&d->session, a, found->id, &is_there, &more, &answers, &count))
		return command_database_failed(d, "prospect");
	if (!is_there) {
		cli_say(stderr, "salesreg prospect: %s was deleted just now\n", found->id);
		return EXIT_CODE_FAILED;
	}
	if (!cli_has(c, "json")) {
		print_one(a, found, &more, answers, count);
		return EXIT_CODE_OK;
	}
	json_t *given = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    given, json_pack("{ss ss}", "question", answers[i].question, "answer",
			       answers[i].answer));
	json_t *out = prospect_to_json(found),
	       *extra = more.extra ? json_loads(more.extra, 0, NULL) : NULL;
	(void)json_object_update_new(
	    out, json_pack("{ss? so ss? ss? ss? so sb sb sI ss? sb sI so}", "phone", more.phone,
		     "extra", extra ? extra : json_object(), "context", more.context, "notes",
		     more.notes, "reach", more.reach, "account",
		     more.account ? json_integer(more.account) : json_null(), "stopped",
		     more.stopped, "blocked", more.blocked, "score", (json_int_t)more.score,
		     "asked", more.asked, "finished", more.finished, "assignments",
		     (json_int_t)more.assignments, "answers", given));
	cli_json(out);
	return EXIT_CODE_OK;
}

static const char *at_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "at");
}

static const struct cli_column history_columns[] = {
    {.key = "at", .heading = "AT", .show = at_cell},
    {.key = "kind", .heading = "WHAT"},
    {.key = "rep", .heading = "REP", .is_long = true},
    {.key = "assignment", .heading = "ASSIGNMENT"},
    {.key = "detail", .heading = "DETAIL", .is_long = true},
    {.key = NULL},
};

static int history(struct cli *c, struct command_database *d, const struct listed_prospect *found)
{
	struct prospect_event *rows;
	size_t count;
	int64_t limit = cli_number(c, "limit", PROSPECTS_LISTED);
	if (!managers_history(&d->session, &c->arena, found->id, limit, &rows, &count))
		return command_database_failed(d, "prospect");
	json_t *events = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    events, json_pack("{so ss ss? so ss?}", "at", cli_json_time(rows[i].at_us),
				"kind", rows[i].kind, "rep", rows[i].rep, "assignment",
				rows[i].assignment ? json_integer(rows[i].assignment) : json_null(),
				"detail", rows[i].detail));
	cli_print(
	    c, history_columns, json_pack("{ss so}", "id", found->id, "events", events), "events");
	if (cli_format(c) == CLI_TABLE && count == 0)
		cli_say(cli_notes(c), "nothing has happened yet\n");
	if (cli_format(c) != CLI_JSON && (int64_t)count == limit)
		cli_say(cli_notes(c), "the latest %zu; --limit shows more\n", count);
	return EXIT_CODE_OK;
}

static int run_one(struct cli *c)
{
	if (c->count == 0)
		return cli_wrong(c, "which prospect? WHO is missing");
	struct command_database d = {0};
	struct listed_prospect found = {0};
	int code = command_database_open(&d, "prospect");
	if (code == EXIT_CODE_OK)
		code = prospect_find(c, &d, c->count, &found);
	if (code == EXIT_CODE_OK)
		code = strcmp(c->command->name, "show") == 0  ? show(c, &d, &found)
		       : strcmp(c->command->name, "why") == 0 ? prospect_why(c, &d, &found)
							      : history(c, &d, &found);
	command_database_close(&d);
	return code;
}

static const struct cli_option show_options[] = {
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};
static const struct cli_option why_options[] = {
    {.name = "limit",
	.value = "N",
	.help = "so many assignments at most, instead of 50",
	.least = 1,
	.most = 10000},
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};
static const struct cli_option history_options[] = {
    {.name = "limit",
	.value = "N",
	.help = "so many at most, instead of 50",
	.least = 1,
	.most = 10000},
    CLI_LIST_OPTIONS,
    {.name = NULL},
};

#define WHO_HELP                                                                                   \
	"WHO is an id, an @name, a number, an e-mail address, a Telegram account or a part of "    \
	"the "                                                                                     \
	"name; where that is several people, they are listed, and the exit code is 1."

static const struct cli_command commands[] = {
    {.name = "list",
	.brief = "prospects, the newest first",
	.help = "Prospects, the newest first: who they are, with whom, who leads the conversation "
		"(the bot, the rep, or nobody while a person is asked for and none is there). The "
		"filters can be combined. A REP is an e-mail address, a Telegram id, an @name, an "
		"id or a part of the name.",
	.options = prospect_list_options,
	.run = prospect_list},
    {.name = "show",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "all that is known of one",
	.help =
	    "All that is known of one prospect, with the answers to the bot's questions. " WHO_HELP,
	.options = show_options,
	.run = run_one},
    {.name = "why",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "why this rep has them, and others had them before",
	.help =
	    "Why a prospect was given to this rep, and to others before, the latest first, from "
	    "what "
	    "was stored when it was decided: by which rule, who else could have got them and what "
	    "each had then, who could not and why. " WHO_HELP,
	.options = why_options,
	.run = run_one},
    {.name = "history",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "what happened to one, the latest first",
	.help = "What happened to one prospect, the latest first: assignments and why they ended, "
		"what was said before there was a rep, notes, who said that they wrote to "
		"them. " WHO_HELP,
	.options = history_options,
	.run = run_one},
    {.name = "add",
	.brief = "a prospect more",
	.help = "Adds a prospect, who goes to whose turn it is, or to --rep. Who is there already "
		"by the same contact is said, and added only with --anyway.",
	.options = prospect_add_options,
	.run = prospect_run_add},
    {.name = "edit",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "changes what is known of one",
	.help = "Changes what is known of a prospect; an empty value takes it away. The "
		"representative gets the card with what is new. " WHO_HELP,
	.options = prospect_edit_options,
	.run = prospect_run_change},
    {.name = "assign",
	.arguments = "WHO REP",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "gives one to a representative",
	.help = "Gives a prospect to a representative, also beyond the limit of open ones. Whoever "
		"had it is told, and the new one gets the card. " WHO_HELP,
	.options = prospect_change_options,
	.run = prospect_run_change},
    {.name = "reassign",
	.arguments = "WHO REP",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "the same of one that somebody has",
	.help = "As assign, and only where somebody has the prospect. " WHO_HELP,
	.options = prospect_change_options,
	.run = prospect_run_change},
    {.name = "unassign",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "gives one back: it goes to whose turn it is",
	.help = "Takes a prospect from its representative, who is told. It is assigned anew, to "
		"whose turn it is. " WHO_HELP,
	.options = prospect_change_options,
	.run = prospect_run_change},
    {.name = "status",
	.arguments = "WHO STATUS",
	.arguments_most = 2,
	.brief = "how far one is: unreached, contacted, in_conversation, converted, archived",
	.help = "Sets the status of a prospect: unreached, contacted, in_conversation; converted "
		"and archived close it, and the representative has room for another. " WHO_HELP,
	.options = prospect_status_options,
	.run = prospect_run_change},
    {.name = "note",
	.arguments = "WHO TEXT",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "a note on one, which stands on the card",
	.help = "Puts a note into the history of a prospect. The representative reads it on the "
		"card; the prospect never does. " WHO_HELP,
	.options = prospect_change_options,
	.run = prospect_run_change},
    {.name = "remove",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "deletes one, with all that belongs to it",
	.help = "Deletes the row of a prospect, with answers, words and notes. What was sent and "
		"done before stays in the history and the audit for as long as these are kept; "
		"forget blanks that, too. The representative is told. " WHO_HELP,
	.options = prospect_remove_options,
	.run = prospect_run_change},
    {.name = "merge",
	.arguments = "FROM INTO",
	.arguments_most = 2,
	.brief = "makes one of two who are one person",
	.help =
	    "The second stays, and gets what it has not: contact, e-mail address, words, notes, "
	    "answers, history, and the conversation with the bot, if that has met the first. "
	    "The row of the first is deleted, and its links lead to the second; who had it is "
	    "told. Each is given by one word, as for show.",
	.options = prospect_remove_options,
	.run = prospect_run_merge},
    {.name = "forget",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "blanks one everywhere, and keeps what is counted",
	.help =
	    "Blanks a person everywhere: row, contacts, answers, words, notes, what an import "
	    "replaced, and the messages that were sent to them and about them. What reports "
	    "count stays, under an id that says nothing. That they said STOP is kept. " WHO_HELP,
	.options = prospect_remove_options,
	.run = prospect_run_change},
    {.name = "export",
	.arguments = "[WHO]",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "all prospects, as CSV or JSON lines; or all that there is of one",
	.help =
	    "With WHO it prints all that there is of this person, as JSON: contacts, answers, what "
	    "they said, notes, history, messages that were sent to them. Without, it prints all "
	    "prospects as of one moment, as CSV (RFC 4180, UTF-8): what import reads "
	    "back without a change, with a column for each that files had besides.",
	.options = prospect_export_options,
	.run = prospect_run_export},
    {.name = "import",
	.arguments = "FILE",
	.arguments_most = 1,
	.brief = "prospects out of a file of a spreadsheet",
	.help =
	    "Makes prospects of the rows of a CSV file (- is standard input): UTF-8, UTF-16 or "
	    "Windows-1251, divided by commas, semicolons or tabs, with Russian or English headings "
	    "in any order. All of it or nothing. A row is somebody who is there already if its id, "
	    "Telegram name or id, phone number or e-mail address says so; the same file a second "
	    "time changes nothing. Bad rows are written to FILE.errors.csv with their reasons.",
	.options = prospect_import_options,
	.run = prospect_run_import},
    {.name = NULL},
};

const struct cli_command command_prospect = {
    .name = "prospect",
    .brief = "who asks for property: list, show, change, import, export",
    .help =
	"Shows what is known of prospects and what happened to them, changes who has them and what "
	"is known, and takes them from files and to files.",
    .commands = commands,
};
