/*
 * A command as a table: its options, its arguments, its subcommands. From the table come the parser, the help text and the
 * usage errors, so that all commands read their words alike and say alike what is wrong with them.
 *
 * Words: options may stand before, between and behind arguments; --limit 5 and --limit=5 are the same; a name may be
 * shortened as long as only one option begins so; -- ends the options; --help or -h before it shows the help and runs nothing.
 * A command with an option --watch is run again and again while that is given, on a terminal that is cleared in between.
 *
 * Ownership: tables are static. What cli_*() returns lives until the handler returns.
 * Errors: a usage error is one line on stderr, what is wrong first, and EXIT_CODE_USAGE:
 * "salesreg outbox list: --limit needs a value; see salesreg outbox --help".
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli_option {
	const char *name;           /* without its dashes; NULL ends a table */
	const char *value;          /* its value's name in the help; NULL: it has none */
	const char *help;           /* what it does */
	const char *const *choices; /* the values it takes; NULL: any */
	int64_t least, most;        /* with most > 0 the value is a number of this range */
	const char *without;        /* an option that does not go with it */
	bool in_arguments;          /* the usage line has it among the arguments */
	bool is_time;               /* the value is a length of time: 30s, 15m, 12h, 7d, 2w */
	char letter;                /* -o besides --output; 0: none */
};

struct cli;
struct cli_command {
	const char *name;      /* NULL ends a table of subcommands */
	const char *arguments; /* as in its usage line; NULL: it takes none */
	const char *brief;     /* what it does, in a list of commands; NULL: not listed */
	const char *help;      /* what it does, at length: paragraphs, "\n" between them */
	const struct cli_option *options;   /* NULL: none */
	const struct cli_command *commands; /* its subcommands; then it has no handler itself */
	size_t arguments_most;
	int (*run)(struct cli *c); /* returns the exit code */
	/* Adds to the help what no table holds; may be NULL. */
	void (*more)(void);
};

enum { CLI_ANY_NUMBER = 1000000 };

/* A call of a command. */
struct cli {
	const struct cli_command *command;
	const char *name;   /* with the names above it: "outbox list" */
	struct arena arena; /* until the handler returns */
	const char **words; /* the arguments, without options */
	size_t count;
	char **argv; /* the call as it came, from the command's own name on; NULL-terminated */
	const struct cli_command *const *program; /* all commands; NULL-terminated */
	struct cli_given *given;
	size_t given_count;
};

/* argv[0] is the name of one of the commands; whence: behind the name that none has, "" or where it comes from. */
int cli_run(const struct cli_command *const *program, const char *whence, int argc, char **argv);
/* Says what is wrong with the call; returns EXIT_CODE_USAGE. */
int cli_wrong(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Of an option that is in the command's table: */
bool cli_has(const struct cli *c, const char *option);
/* The value given last, or `otherwise`. */
const char *cli_value(const struct cli *c, const char *option, const char *otherwise);
int64_t cli_number(const struct cli *c, const char *option, int64_t otherwise);
/* Of an option that is_time: seconds. */
int64_t cli_seconds(const struct cli *c, const char *option, int64_t otherwise);
/* The first, second… value given; NULL behind the last. */
const char *cli_each(const struct cli *c, const char *option, size_t n);

/*
 * Whether a person at the terminal says yes to the question, or the call has --yes. Without a terminal it takes that, and says so.
 * The command's table has CLI_YES_OPTION.
 */
bool cli_confirmed(const struct cli *c, const char *question);
#define CLI_YES_OPTION                                                                             \
	{                                                                                          \
		.name = "yes", .help = "does not ask; needed where there is no terminal"           \
	}
#define CLI_DRY_RUN_OPTION                                                                         \
	{                                                                                          \
		.name = "dry-run", .help = "says what would be done, and changes nothing"          \
	}

/* The arguments as positive ids, without doubles. EXIT_CODE_USAGE: one of them is none, and that has been said. */
int cli_ids(struct cli *c, int64_t **ids, size_t *count);
bool cli_is_among(const int64_t *ids, size_t count, int64_t id);

/*
 * " (did you mean --list?)" with `dashes` before the one of words[0], words[1]… NULL that was probably meant: it begins as
 * `typed` does, or two letters at most are wrong. "": none of them.
 */
const char *cli_guess(
    struct arena *a, const char *typed, const char *dashes, const char *const *words);
/* "a, b or c" */
const char *cli_alternatives(struct arena *a, const char *const *words);
/* A script that completes commands, subcommands, options and their values in bash, on stdout. */
void cli_completion_of_bash(const struct cli_command *const *program);
/* The help of all commands: a line each, in the order of the table. */
void cli_help_program(const struct cli_command *const *program);
/* Of the command that words[0], words[1]… NULL name. An exit code; what is wrong has been said. */
int cli_help_of(struct cli *c, const char *const *words);
/* The help of a command, filled to the terminal's width, on stdout; name: with the names above it. */
void cli_help(const struct cli_command *command, const char *name);
