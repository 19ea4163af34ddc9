/*
 * The outer form of a file of prospects: what separates its columns, and which cells a spreadsheet must not take for a formula.
 * Ownership: results live in the arena given, texts are borrowed. Units: bytes. Errors: none.
 * Sources: RFC 4180; Microsoft Excel's "sep=" line; OWASP, "CSV Injection".
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>

enum { IMPORT_SAMPLE_ROWS = 1000 };

/*
 * "sep=;" in the first line: how many bytes that line has, and the delimiter. 0: there is no such line.
 */
size_t import_sep_line(const char *text, size_t size, char *delimiter);
/*
 * The one of , ; tab | that gives the header and the rows after it, 1,000 at most, the same number of columns; a comma where none
 * is found. `whole`: the sample ends where the file does, so its last row counts as well.
 */
char import_delimiter(const char *sample, size_t size, bool whole);

/* An apostrophe before what a spreadsheet takes for a formula, and before what import_unguard() would take one from. formulas
 * false: only the latter. The text itself where none is needed. */
const char *import_guard(const char *cell, bool formulas, struct arena *a);
/* Takes one apostrophe off. */
const char *import_unguard(const char *cell);
