#include "cli_private.h"
#include "salesreg/base/err.h"
#include "salesreg/role/cli/text.h"
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ARENA_MAXIMUM = 1024 * 1024 * 1024, WATCH_S = 2 };

int cli_wrong(const struct cli *c, const char *format, ...)
{
	char what[1024];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	cli_say(stderr, "salesreg %s: %s; see salesreg %.*s --help\n", c->name, what,
	    (int)strcspn(c->name, " "), c->name);
	return EXIT_CODE_USAGE;
}

static const char *const *names_of(struct arena *a, const struct cli_command *commands)
{
	size_t count = 0;
	while (commands[count].name)
		count++;
	const char **names = ARENA_ARRAY(a, const char *, count + 1);
	for (size_t i = 0; i < count; i++)
		names[i] = commands[i].name;
	return names;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Help is help whatever else is wrong with the call. */
static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

static bool is_option_of(const struct cli_command *command, const char *word)
{
	size_t size = strcspn(word + 2, "=");
	for (const struct cli_option *o = command->options; o && o->name; o++)
		if (strlen(o->name) == size && strncmp(o->name, word + 2, size) == 0)
			return true;
	return false;
}

static int run_command(struct cli *c, int argc, char **argv);

static int run_subcommand(struct cli *c, int argc, char **argv)
{
	const struct cli_command *commands = c->command->commands;
	const char *const *names = names_of(&c->arena, commands);
	const char *all = cli_alternatives(&c->arena, names);
	if (argc < 2)
		return cli_wrong(c, "what shall it do? %s", all);
	for (const struct cli_command *sub = commands; sub->name; sub++) {
		if (strcmp(sub->name, argv[1]) != 0)
			continue;
		c->name = arena_printf(&c->arena, "%s %s", c->name, sub->name);
		c->command = sub;
		return run_command(c, argc - 1, argv + 1);
	}
	if (argv[1][0] != '-')
		return cli_wrong(c, "unknown command %s: it is %s%s", argv[1], all,
		    cli_guess(&c->arena, argv[1], "", names));
	for (const struct cli_command *sub = commands; sub->name; sub++)
		if (strncmp(argv[1], "--", 2) == 0 && is_option_of(sub, argv[1]))
			return cli_wrong(c, "%s comes after what it shall do: %s", argv[1], all);
	return cli_wrong(c, "unknown option %s", argv[1]);
}

/*
 * Until it is interrupted, or nobody reads any more. What fails now, as a database that is being restarted, need not the next
 * time.
 */
static int watch(struct cli *c)
{
	bool is_terminal = cli_terminal_width() > 0;
	struct arena words = c->arena;
	for (;;) {
		if (is_terminal)
			(void)fputs("\033[H\033[2J", stdout);
		arena_init(&c->arena, ARENA_MAXIMUM);
		int code = c->command->run(c);
		arena_finish(&c->arena);
		bool goes_on = code == EXIT_CODE_OK || code == EXIT_CODE_FAILED;
		if (!cli_flush() || !goes_on) {
			c->arena = words;
			return code;
		}
		(void)nanosleep(&(struct timespec){.tv_sec = WATCH_S}, NULL);
	}
}

static int run_command(struct cli *c, int argc, char **argv)
{
	bool goes_deeper = c->command->commands && argc > 1 && argv[1][0] != '-';
	if (!goes_deeper && asks_for_help(argc, argv)) {
		cli_help(c->command, c->name);
		return EXIT_CODE_OK;
	}
	if (c->command->commands)
		return run_subcommand(c, argc, argv);
	int code = cli_read(c, argc, argv);
	if (code == EXIT_CODE_OK)
		code = cli_has(c, "watch") ? watch(c) : c->command->run(c);
	return code;
}

static const struct cli_command *find(const struct cli_command *const *program, const char *name)
{
	for (; *program; program++)
		if (strcmp((*program)->name, name) == 0)
			return *program;
	return NULL;
}

/* What is hidden is not offered. */
static const char *guess(
    struct arena *a, const struct cli_command *const *program, const char *typed)
{
	size_t count = 0, shown = 0;
	while (program[count])
		count++;
	const char **names = ARENA_ARRAY(a, const char *, count + 1);
	for (size_t i = 0; i < count; i++)
		if (program[i]->brief)
			names[shown++] = program[i]->name;
	return cli_guess(a, typed, "", names);
}

int cli_run(const struct cli_command *const *program, const char *whence, int argc, char **argv)
{
	struct cli c = {.command = find(program, argv[0]), .program = program, .argv = argv};
	int code = EXIT_CODE_USAGE;
	arena_init(&c.arena, ARENA_MAXIMUM);
	if (c.command) {
		c.name = c.command->name;
		code = run_command(&c, argc, argv);
	} else {
		cli_say(stderr, "salesreg: unknown command %s%s%s; see salesreg help\n", argv[0],
		    guess(&c.arena, program, argv[0]), whence);
	}
	arena_finish(&c.arena);
	return code;
}

int cli_help_of(struct cli *c, const char *const *words)
{
	const struct cli_command *command = find(c->program, words[0]);
	if (!command) {
		cli_say(stderr, "salesreg help: there is no command %s%s; see salesreg help\n",
		    words[0], guess(&c->arena, c->program, words[0]));
		return EXIT_CODE_USAGE;
	}
	const char *name = command->name;
	while (*++words) {
		const struct cli_command *sub = command->commands;
		while (sub && sub->name && strcmp(sub->name, *words) != 0)
			sub++;
		if (!sub || !sub->name)
			return cli_wrong(c, "%s has no command %s", name, *words);
		name = arena_printf(&c->arena, "%s %s", name, sub->name);
		command = sub;
	}
	cli_help(command, name);
	return EXIT_CODE_OK;
}

/* Options ----------------------------------------------------------------------------------------------------------------*/

const char *cli_each(const struct cli *c, const char *option, size_t n)
{
	for (size_t i = 0; i < c->given_count; i++)
		if (strcmp(c->given[i].option->name, option) == 0 && n-- == 0)
			return c->given[i].value ? c->given[i].value : "";
	return NULL;
}

static bool is_in_table(const struct cli *c, const char *option)
{
	for (const struct cli_option *o = c->command->options; o && o->name; o++)
		if (strcmp(o->name, option) == 0)
			return true;
	return false;
}

bool cli_has(const struct cli *c, const char *option)
{
	return cli_each(c, option, 0) != NULL;
}

const char *cli_value(const struct cli *c, const char *option, const char *otherwise)
{
	assert(is_in_table(c, option));
	for (size_t n = 0; cli_each(c, option, n); n++)
		otherwise = cli_each(c, option, n);
	return otherwise;
}

int64_t cli_number(const struct cli *c, const char *option, int64_t otherwise)
{
	const char *value = cli_value(c, option, NULL);
	/* cli_read() let no other through */
	return value ? strtoll(value, NULL, 10) : otherwise;
}

/* Arguments --------------------------------------------------------------------------------------------------------------*/

bool cli_is_among(const int64_t *ids, size_t count, int64_t id)
{
	while (count > 0)
		if (ids[--count] == id)
			return true;
	return false;
}

int cli_ids(struct cli *c, int64_t **ids, size_t *count)
{
	*ids = ARENA_ARRAY(&c->arena, int64_t, c->count + 1);
	*count = 0;
	for (size_t i = 0; i < c->count; i++) {
		char *end;
		errno = 0;
		long long id = strtoll(c->words[i], &end, 10);
		if (errno || end == c->words[i] || *end || id <= 0)
			return cli_wrong(c, "%s is not an ID: salesreg %.*s list shows them",
			    c->words[i], (int)strcspn(c->name, " "), c->name);
		if (!cli_is_among(*ids, *count, id))
			(*ids)[(*count)++] = id;
	}
	return EXIT_CODE_OK;
}
