#include "cli_private.h"
#include "salesreg/base/err.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_MOST_S = INT32_MAX / 86400 * 86400 };

static const struct cli_option none[] = {{.name = NULL}};

static const char *const *names_of(struct arena *a, const struct cli_option *options)
{
	size_t count = 0;
	while (options[count].name)
		count++;
	const char **names = ARENA_ARRAY(a, const char *, count + 1);
	for (size_t i = 0; i < count; i++)
		names[i] = options[i].name;
	return names;
}

/* Those that begin so, with their two dashes; a list that ends with NULL. */
static const char *const *begin_with(
    struct arena *a, const struct cli_option *options, const char *name, size_t size)
{
	size_t count = 0;
	while (options[count].name)
		count++;
	const char **found = ARENA_ARRAY(a, const char *, count + 2);
	count = 0;
	for (const struct cli_option *o = options; o->name; o++)
		if (strncmp(o->name, name, size) == 0)
			found[count++] = arena_concat(a, "--", o->name, NULL);
	/* every command has it: who means help must not get something else */
	if (strncmp("help", name, size) == 0)
		found[count] = "--help";
	return found;
}

/* By its name, or by how only one of them begins. */
static const struct cli_option *find(
    struct arena *a, const struct cli_option *options, const char *name, size_t size)
{
	const char *const *begin = begin_with(a, options, name, size);
	for (const struct cli_option *o = options; o->name; o++) {
		if (size == 0 || strncmp(o->name, name, size) != 0)
			continue;
		if (!o->name[size] || !begin[1])
			return o;
	}
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_option *options, char letter)
{
	for (const struct cli_option *o = options; o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static bool is_number(const char *text, int64_t least, int64_t most)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	return isdigit((unsigned char)*text) && !*end && errno == 0 && value >= least &&
	       value <= most;
}

/* 7d, 12h; 0: it is none. No longer than a hundred years, so that no sum of it is beyond a time. */
static int64_t seconds_of(const char *value)
{
	static const struct {
		char letter;
		int32_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
	char *unit;
	errno = 0;
	long long count = strtoll(value, &unit, 10);
	if (!isdigit((unsigned char)*value) || errno || !*unit || unit[1])
		return 0;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (units[i].letter == *unit && count <= TIME_MOST_S / units[i].seconds)
			return count * units[i].seconds;
	return 0;
}

int64_t cli_seconds(const struct cli *c, const char *option, int64_t otherwise)
{
	const char *value = cli_value(c, option, NULL);
	return value ? seconds_of(value) : otherwise;
}

static int check_value(struct cli *c, const struct cli_option *o, const char *value)
{
	if (o->is_time && seconds_of(value) == 0)
		return cli_wrong(c, "--%s %s: it is a time as 15m, 12h, 7d or 2w", o->name, value);
	if (o->most > 0 && !is_number(value, o->least, o->most))
		return cli_wrong(c, "--%s %s: it is a number from %lld to %lld", o->name, value,
		    (long long)o->least, (long long)o->most);
	if (!o->choices)
		return EXIT_CODE_OK;
	for (size_t i = 0; o->choices[i]; i++)
		if (strcmp(o->choices[i], value) == 0)
			return EXIT_CODE_OK;
	return cli_wrong(c, "--%s %s: it is %s%s", o->name, value,
	    cli_alternatives(&c->arena, o->choices), cli_guess(&c->arena, value, "", o->choices));
}

static int unknown(struct cli *c, const struct cli_option *options, const char *word)
{
	size_t size = strcspn(word, "=");
	const char *name = arena_strndup(&c->arena, word, size);
	const char *const *begin =
	    begin_with(&c->arena, options, name + 2, size > 2 ? size - 2 : 0);
	if (size > 2 && strncmp(name, "--", 2) == 0 && begin[0] && begin[1])
		return cli_wrong(
		    c, "%s may be %s: write more of it", name, cli_alternatives(&c->arena, begin));
	const char *guess = strncmp(name, "--", 2) == 0
				? cli_guess(&c->arena, name + 2, "--", names_of(&c->arena, options))
				: "";
	return cli_wrong(c, "unknown option %s%s", name, guess);
}

/* One option; *next is the word behind it. */
static int read_option(struct cli *c, char **argv, int *next)
{
	const struct cli_option *options = c->command->options ? c->command->options : none;
	const char *word = argv[*next - 1];
	bool is_long = strncmp(word, "--", 2) == 0;
	size_t size = is_long ? strcspn(word + 2, "=") : 0;
	const struct cli_option *o =
	    is_long ? find(&c->arena, options, word + 2, size) : find_letter(options, word[1]);
	if (!o)
		return unknown(c, options, word);
	const char *value = NULL;
	if (is_long && word[2 + size])
		value = word + 2 + size + 1;
	else if (!is_long && word[2])
		value = word + 2;
	if (!o->value && value)
		return cli_wrong(c, "--%s takes no value", o->name);
	if (o->value && !value) {
		value = argv[*next];
		if (!value)
			return cli_wrong(c, "--%s needs a value", o->name);
		(*next)++;
	}
	for (size_t i = 0; i < c->given_count; i++) {
		const struct cli_option *other = c->given[i].option;
		if ((o->without && strcmp(o->without, other->name) == 0) ||
		    (other->without && strcmp(other->without, o->name) == 0))
			return cli_wrong(
			    c, "--%s and --%s do not go together", other->name, o->name);
	}
	c->given[c->given_count++] = (struct cli_given){o, value};
	return value ? check_value(c, o, value) : EXIT_CODE_OK;
}

int cli_read(struct cli *c, int argc, char **argv)
{
	static const char *no_words[] = {NULL};
	c->words = no_words;
	/* nothing is taken for a worker's whole life */
	if (argc < 2)
		return EXIT_CODE_OK;
	c->words = ARENA_ARRAY(&c->arena, const char *, (size_t)argc + 1);
	c->given = ARENA_ARRAY(&c->arena, struct cli_given, (size_t)argc + 1);
	bool only_arguments = false;
	for (int next = 1; next < argc;) {
		const char *word = argv[next++];
		if (!only_arguments && strcmp(word, "--") == 0) {
			only_arguments = true;
		} else if (!only_arguments && word[0] == '-' && word[1]) {
			int code = read_option(c, argv, &next);
			if (code != EXIT_CODE_OK)
				return code;
		} else if (c->count == c->command->arguments_most) {
			return cli_wrong(c, "unexpected argument %s", word);
		} else {
			c->words[c->count++] = word;
		}
	}
	return EXIT_CODE_OK;
}
