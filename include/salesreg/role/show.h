/*
 * Putting things before a person at a terminal: ages, times, one-line texts, tables, JSON.
 * Ownership: results live in the arena given or in the caller's array. Units: in the names.
 * Errors: none; a stdout that fails is ignored. Callbacks: none.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* "3d 4h", "4h 5m", "5m 6s": two units tell a person enough. */
void show_age(char *out, size_t size, int64_t us);
/* Local time, "" for 0. */
void show_time(char *out, size_t size, int64_t us);
/* text on one line, without control characters, cut after so many UTF-16 units; "" for NULL. */
const char *show_line(struct arena *a, const char *text, size_t units);
/* On lines of 80 columns at most, broken at spaces; those after the first begin with so many spaces. */
void show_wrapped(const char *text, size_t indent);
/* cells: rows × columns; the last column is not padded. */
void show_table(const char *const *heads, size_t columns, const char *const *cells, size_t rows);
/* Prints and frees it. */
void show_json(json_t *value);
