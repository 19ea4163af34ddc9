#include "salesreg/role/usage.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/err.h"
#include "salesreg/role/cli/text.h"
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int usage_wrong(const char *command, const char *format, ...)
{
	char what[512];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	cli_say(stderr, "salesreg %s: %s; see salesreg %.*s --help\n", command, what,
	    (int)strcspn(command, " "), command);
	return EXIT_CODE_USAGE;
}

int usage_wrong_option(const char *command, int option, char **argv)
{
	const char *word = argv[optind - 1];
	if (option == ':')
		return usage_wrong(command, "%s needs a value", word);
	return usage_wrong(command, "unknown option %s", word);
}

int usage_unexpected(const char *command, const char *word)
{
	return usage_wrong(
	    command, word[0] == '-' ? "unknown option %s" : "unexpected argument %s", word);
}

bool usage_is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Where what an option or a command does begins, behind its name: after two spaces or more; else where the line does. */
static size_t description_at(const char *line, size_t size)
{
	size_t indent = strspn(line, " ");
	for (size_t i = indent; indent > 0 && i + 2 < size; i++)
		if (line[i] == ' ' && line[i + 1] == ' ')
			return i + strspn(line + i, " ");
	return indent;
}

static bool is_form(const char *line)
{
	return strncmp(line, "usage:", 6) == 0 || strncmp(line, "       salesreg ", 16) == 0;
}

/* Whether the second line goes on with what the first one says. */
static bool goes_on(const char *first, const char *second)
{
	size_t indent = strspn(second, " ");
	if (*first == '\n' || !*second || *second == '\n' || is_form(first) || is_form(second))
		return false;
	return *first == ' ' ? indent > strspn(first, " ") : indent == 0;
}

void usage_show(const char *text)
{
	struct buf words;
	buf_init(&words, 64 * 1024);
	while (*text) {
		const char *first = text;
		size_t size = strcspn(text, "\n");
		size_t at = description_at(first, size);
		buf_clear(&words);
		buf_add(&words, first + at, size - at);
		for (text += size + (text[size] == '\n'); goes_on(first, text);
		     text += size + (text[size] == '\n')) {
			size = strcspn(text, "\n");
			buf_adds(&words, " ");
			buf_add(&words, text + strspn(text, " "), size - strspn(text, " "));
		}
		(void)printf("%.*s", (int)at, first);
		cli_filled(buf_text(&words), at, at);
	}
	buf_finish(&words);
}

bool usage_asked(int argc, char **argv, const char *text)
{
	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			usage_show(text);
			return true;
		}
	}
	return false;
}
