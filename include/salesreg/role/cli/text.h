/*
 * Putting things before a person at a terminal: ages, times, one-line texts, filled paragraphs, JSON.
 * Ownership: results live in the arena given or in the caller's array. Units: in the names.
 * Errors: none; a stdout that fails is ignored.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* "3d 4h", "4h 5m", "5m 6s": two units tell a person enough. */
void cli_age(char *out, size_t size, int64_t us);
/* "7 days", "day", "36 hours": a length of time that somebody gave, behind "the last". */
const char *cli_period(struct arena *a, int64_t seconds);
/* Local time, "" for 0. */
void cli_time(char *out, size_t size, int64_t us);
/* False: something that was printed could not be written, now or before; why says cli_output_problem() (errno). */
bool cli_flush(void);
int cli_output_problem(void);
/* text on one line, without control characters, cut after so many UTF-16 units; "" for NULL. */
const char *cli_line(struct arena *a, const char *text, size_t units);
/* Columns of a terminal that text takes: none for a combining mark, two for a wide letter or an emoji. */
size_t cli_columns(const char *text);
/* text in so many columns at most; what is left out is a "…" at its end. */
const char *cli_cut(struct arena *a, const char *text, size_t columns);
/* Of the terminal that stdout is; 0: it is none. Not below 20. */
size_t cli_terminal_width(void);
/* The same, 80 at most, and where there is no terminal. */
size_t cli_help_width(void);
/* So that the C library knows the widths of letters; false: it has no UTF-8 locale here, and knows only ASCII. */
bool cli_set_locale(void);
/* On lines of cli_help_width() at most, broken at spaces; those after the first begin with so many spaces. */
void cli_wrapped(const char *text, size_t indent);
/* The same from a column on that the cursor is in already. */
void cli_filled(const char *text, size_t column, size_t indent);
/* cli_wrapped() of each line of several. */
void cli_lines(const char *text, size_t indent);
/* Writes so many bytes as text_for_terminal() makes them: whoever wrote them, they do nothing to the terminal. */
void cli_put(FILE *out, const char *text, size_t bytes);
/* The same with a format, for one line of at most 2,000 bytes; a line end as the last character stays one. */
void cli_say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints and frees it; what a terminal would obey is escaped. */
void cli_json(json_t *value);
/* The same as a part of something: it stays the caller's, its second and later lines begin with margin, and none ends it. */
void cli_json_part(const json_t *value, const char *margin);
