/*
 * Putting things before a person at a terminal: ages, times, one-line texts, tables, JSON.
 * Ownership: results live in the arena given or in the caller's array. Units: in the names.
 * Errors: none; a stdout that fails is ignored.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* "3d 4h", "4h 5m", "5m 6s": two units tell a person enough. */
void show_age(char *out, size_t size, int64_t us);
/* Local time, "" for 0. */
void show_time(char *out, size_t size, int64_t us);
/* text on one line, without control characters, cut after so many UTF-16 units; "" for NULL. */
const char *show_line(struct arena *a, const char *text, size_t units);
/* On lines of 80 columns at most, broken at spaces; those after the first begin with so many spaces. */
void show_wrapped(const char *text, size_t indent);
/* The same from a column on that the cursor is in already. */
void show_filled(const char *text, size_t column, size_t indent);
/* show_wrapped() of each line of several. */
void show_lines(const char *text, size_t indent);
/* cells: rows × columns; the last column is not padded. */
void show_table(const char *const *heads, size_t columns, const char *const *cells, size_t rows);
/* Writes so many bytes as text_for_terminal() makes them: whoever wrote them, they do nothing to the terminal. */
void show_put(FILE *out, const char *text, size_t bytes);
/* The same with a format, for one line of at most 2,000 bytes; a line end as the last character stays one. */
void show_say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints and frees it; what a terminal would obey is escaped. */
void show_json(json_t *value);
