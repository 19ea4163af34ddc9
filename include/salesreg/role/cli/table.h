/*
 * A list that a command prints, in one of three forms, all from the same JSON objects: a table for people, --json, --csv.
 *
 * The table is as wide as the terminal at most: long texts are cut there, with a "…" at the end; where even that is too
 * narrow, each row becomes lines of "HEADING  value". Without a terminal nothing is cut, and there is one line a row.
 * Headings are bold on a terminal, unless NO_COLOR is set or TERM is dumb. Whatever was written by others does nothing to
 * the terminal.
 *
 * --csv is RFC 4180, with CR LF and a line of headings, the keys of --json; null is an empty field. A text that a spreadsheet
 * would take for a formula (it begins with = + - @, a tab or a line end) has a ' put before it; numbers have not.
 *
 * A list of any length comes in parts (cli_stream_…), in memory for one of them: each part is a table of its own without
 * headings, whose columns are as wide as those above it, or wider where it needs more.
 *
 * Ownership: columns are static; the body is taken, the rest is borrowed for the call.
 * Errors: none; a stdout that fails is found by main().
 *
 * Sources: RFC 4180; OWASP, "CSV Injection"; no-color.org; libsmartcols' reference manual (util-linux).
 */
#pragma once
#include "salesreg/role/cli/cli.h"
#include <jansson.h>
#include <stdio.h>

struct cli_column {
	const char *
	    key; /* of a row's object and in --csv; NULL: in the table only; with heading NULL, too: the end */
	const char *heading; /* in the table; NULL: not there */
	bool is_long;        /* may be cut for the terminal's width */
	bool is_wide;        /* in the table with -o wide only (CLI_WIDE_OPTION) */
	unsigned
	    spare; /* where the terminal is too narrow those go that have it, 1 first, but with -o wide; 0: it stays */
	/* The cell of the table, "" and NULL for a "-"; NULL: the value as it is. */
	const char *(*show)(struct arena *a, const json_t *row);
};

enum cli_format { CLI_TABLE, CLI_JSON, CLI_CSV };

/* The options with which every list is asked for one; the end of an option table. */
#define CLI_LIST_OPTIONS                                                                           \
	{.name = "json", .help = "as JSON, for programs"},                                         \
	    {.name = "csv", .help = "as CSV (RFC 4180), for spreadsheets", .without = "json"},     \
	    {.name = "watch", .help = "again every two seconds, until Ctrl-C"},                    \
	{                                                                                          \
		.name = "no-headings", .help = "leaves out the line of headings"                   \
	}

/* Of a list with columns that are_wide. */
#define CLI_WIDE_OPTION                                                                            \
	{                                                                                          \
		.name = "output", .letter = 'o', .value = "wide", .choices = cli_outputs,          \
		.help = "wide: with all columns"                                                   \
	}
extern const char *const cli_outputs[];

enum cli_format cli_format(const struct cli *c);
/* Prints body["rows"], or all of the body for --json, in the form asked for. A table without rows prints nothing. */
void cli_print(struct cli *c, const struct cli_column *columns, json_t *body, const char *rows);
/* Where sentences about a list go: below its table; to stderr where a program reads the rows (--csv, --no-headings). */
FILE *cli_notes(const struct cli *c);

enum { CLI_COLUMNS_MAX = 24 };
struct cli_stream {
	struct cli *c;
	const struct cli_column *columns;
	const char *rows;  /* the key of the list in --json */
	struct arena part; /* for what the part being printed is made of */
	size_t least[CLI_COLUMNS_MAX], printed;
	size_t dropped; /* how many spare columns the terminal is too narrow for */
	bool in_lines;  /* it is too narrow for a table */
};
/* columns and rows as for cli_print(); cli_stream_end() gives back what it holds. */
void cli_stream_begin(
    struct cli_stream *s, struct cli *c, const struct cli_column *columns, const char *rows);
/* Rows, taken. False: stdout takes no more. */
bool cli_stream_add(struct cli_stream *s, json_t *rows);
/* rest: what else the object of --json has, taken. */
void cli_stream_end(struct cli_stream *s, json_t *rest);

/* Cells that many tables have; a time is one of cli_json_time(). */
const char *cli_age_cell(struct arena *a, int64_t ms);
const char *cli_time_cell(struct arena *a, const json_t *row, const char *key);
/* Seconds since 1970; null for 0: never. */
json_t *cli_json_time(int64_t us);
