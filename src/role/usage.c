#include "salesreg/role/usage.h"
#include "salesreg/base/err.h"
#include "salesreg/role/show.h"
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
	show_say(stderr, "salesreg %s: %s; see salesreg %.*s --help\n", command, what,
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

bool usage_asked(int argc, char **argv, const char *text)
{
	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			(void)fputs(text, stdout);
			return true;
		}
	}
	return false;
}
