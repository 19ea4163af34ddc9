/*
 * How a command says that it was called wrongly, in one form: one line on stderr that says what is wrong and where to look,
 * "salesreg outbox list: --limit needs a value; see salesreg outbox --help".
 *
 * Ownership: everything is borrowed for the call.
 *
 * Errors: each returns EXIT_CODE_USAGE.
 */
#pragma once
#include <stdbool.h>

/* `command` with its words; the help is that of its first one. */
int usage_wrong(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For what getopt_long() answers to, with ":" at the head of its short options and opterr 0: ':' or anything else. */
int usage_wrong_option(const char *command, int option, char **argv);
int usage_unexpected(const char *command, const char *word);

/* The help of a command, in lines of at most 80 columns: paragraphs, and names with what they do, are filled; "usage:" is not. */
void usage_show(const char *text);
bool usage_is_help(const char *word);
/* Whether --help or -h is among the words after the first: then `text` is on stdout. */
bool usage_asked(int argc, char **argv, const char *text);
