#include "cli_private.h"
#include "salesreg/role/cli/text.h"
#include <stdio.h>
#include <string.h>

enum { USAGE_INDENT = 11, NAMES_MAX = 24, ARENA_MAXIMUM = 1024 * 1024 };

/* "--limit N" */
static const char *form_of(struct arena *a, const struct cli_option *o)
{
	const char *letter = o->letter ? arena_printf(a, "-%c, ", o->letter) : "";
	return arena_printf(
	    a, "%s--%s%s%s", letter, o->name, o->value ? " " : "", o->value ? o->value : "");
}

/* The one before it in the table that it does not go with: they share their brackets. */
static bool is_alternative(const struct cli_option *options, const struct cli_option *o)
{
	for (const struct cli_option *before = options; before != o; before++)
		if (o->without && strcmp(o->without, before->name) == 0)
			return true;
	return false;
}

static void add_word(const char *word, size_t *column)
{
	size_t width = cli_columns(word);
	if (*column + 1 + width > cli_help_width()) {
		(void)printf("\n%*s", USAGE_INDENT - 1, "");
		*column = USAGE_INDENT - 1;
	}
	(void)printf(" %s", word);
	*column += 1 + width;
}

static void print_form(
    struct arena *a, const struct cli_command *command, const char *name, const char *head)
{
	const char *start = arena_printf(a, "%s salesreg %s", head, name);
	size_t column = cli_columns(start);
	(void)fputs(start, stdout);
	for (const struct cli_option *o = command->options; o && o->name; o++) {
		if (o->in_arguments || is_alternative(command->options, o))
			continue;
		const char *word = form_of(a, o);
		for (const struct cli_option *other = o + 1; other->name; other++)
			if (other->without && strcmp(other->without, o->name) == 0)
				word = arena_printf(a, "%s | %s", word, form_of(a, other));
		add_word(arena_printf(a, "[%s]", word), &column);
	}
	if (command->arguments)
		add_word(command->arguments, &column);
	(void)putchar('\n');
}

struct entry {
	const char *name, *text;
	size_t indent;
};

static size_t list_options(
    struct arena *a, const struct cli_option *options, size_t indent, struct entry *entries)
{
	size_t count = 0;
	for (const struct cli_option *o = options; o && o->name; o++)
		if (o->help)
			entries[count++] = (struct entry){form_of(a, o), o->help, indent};
	return count;
}

static void print_entries(const struct entry *entries, size_t count)
{
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		size_t width = entries[i].indent + cli_columns(entries[i].name) + 2;
		if (width > at && width <= NAMES_MAX)
			at = width;
	}
	for (size_t i = 0; i < count; i++) {
		size_t column = entries[i].indent + cli_columns(entries[i].name);
		(void)printf("%*s%s", (int)entries[i].indent, "", entries[i].name);
		if (column + 2 > at) {
			(void)putchar('\n');
			column = 0;
		}
		(void)printf("%*s", (int)(at - column), "");
		cli_filled(entries[i].text, at, at);
	}
}

void cli_help(const struct cli_command *command, const char *name)
{
	enum { ENTRIES_MAX = 256 };
	struct entry entries[ENTRIES_MAX];
	size_t count = 0;
	struct arena a;
	arena_init(&a, ARENA_MAXIMUM);
	if (!command->commands)
		print_form(&a, command, name, "usage:");
	for (const struct cli_command *sub = command->commands; sub && sub->name; sub++) {
		print_form(&a, sub, arena_printf(&a, "%s %s", name, sub->name),
		    sub == command->commands ? "usage:" : "      ");
		entries[count++] = (struct entry){sub->name, sub->brief, 2};
		count += list_options(&a, sub->options, 6, entries + count);
	}
	if (command->help || command->brief)
		cli_lines(command->help ? command->help : command->brief, 0);
	count += list_options(&a, command->options, 2, entries + count);
	print_entries(entries, count);
	if (command->more)
		command->more();
	arena_finish(&a);
}

void cli_help_program(const struct cli_command *const *program)
{
	enum { COMMANDS_MAX = 64 };
	struct entry entries[COMMANDS_MAX];
	size_t count = 0;
	for (; *program && count < COMMANDS_MAX; program++)
		if ((*program)->brief)
			entries[count++] = (struct entry){(*program)->name, (*program)->brief, 2};
	print_entries(entries, count);
}
