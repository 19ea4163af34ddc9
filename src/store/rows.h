/*
 * Rows of the database as rows of structs, both ways, by descriptors of their columns.
 * Ownership: results live in the arena. Errors: a result of other columns than the descriptor has is a bug, and asserted.
 *
 *   static const struct column columns[] = {COL(rep_row, id, TEXT), COL(rep_row, open_clients, I64)};
 *   return ROWS_PARSE(result, a, columns, rows);
 *
 * A descriptor lists the columns in the statement's order. NULL reads as NULL, 0 or false.
 */
#pragma once
#include "salesreg/db/conn.h"
#include <stddef.h>

/* INT: an int, or an enum of the same size. */
enum column_type { COLUMN_I64, COLUMN_TEXT, COLUMN_BOOL, COLUMN_INT, COLUMN_UNREAD };
struct column {
	const char *name;
	enum column_type type;
	size_t offset;
};

/* 0, unless the member's type is another one: that does not compile. */
#define COLUMN_FITS_I64(m) _Generic((m), int64_t : 0)
#define COLUMN_FITS_TEXT(m) _Generic((m), const char * : 0)
#define COLUMN_FITS_BOOL(m) _Generic((m), bool : 0)
#define COLUMN_FITS_INT(m) ((int)sizeof(char[sizeof(m) == sizeof(int) ? 1 : -1]) - 1)
#define COL(row, member, type)                                                                     \
	{                                                                                          \
		.name = #member, COLUMN_##type,                                                    \
		offsetof(struct row, member) + (size_t)COLUMN_FITS_##type((struct row){}.member)   \
	}
/* The statement has one here that this parser has no use for. */
#define COL_UNREAD                                                                                 \
	{                                                                                          \
		.name = "", COLUMN_UNREAD, 0                                                       \
	}
#define COLUMN_COUNT(columns) (sizeof(columns) / sizeof *(columns))

/* *rows (a pointer to structs of `size` bytes) is made; returns how many, of no result none. What no column has is zero. */
size_t rows_parse(const PGresult *result, struct arena *a, const struct column *columns,
    size_t column_count, size_t size, void *rows);
#define ROWS_PARSE(result, a, columns, rows)                                                       \
	rows_parse((result), (a), (columns), COLUMN_COUNT(columns), sizeof **(rows), (rows))
/* The same of one column of ids. */
size_t ids_parse(const PGresult *result, struct arena *a, int64_t **ids);
/* One row into *row. */
void row_parse(const PGresult *result, int at, struct arena *a, const struct column *columns,
    size_t column_count, void *row);

/* One column of `count` structs of `size` bytes as an array parameter. */
const char *rows_column(struct arena *a, const void *rows, size_t count, size_t size,
    enum column_type type, size_t offset);

#define ROWS_MEMBER(a, rows, count, type, member)                                                  \
	rows_column((a), (rows), (count), sizeof *(rows), (type),                                  \
	    (size_t)((const char *)&(rows)->member - (const char *)(rows)))
#define TEXT_COLUMN(a, rows, count, member) ROWS_MEMBER(a, rows, count, COLUMN_TEXT, member)
#define I64_COLUMN(a, rows, count, member) ROWS_MEMBER(a, rows, count, COLUMN_I64, member)
#define BOOL_COLUMN(a, rows, count, member) ROWS_MEMBER(a, rows, count, COLUMN_BOOL, member)

/* A pattern of LIKE: the words somewhere in a text, whatever they are. */
const char *rows_like(struct arena *a, const char *words);
