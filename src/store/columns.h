/*
 * Columns of row arrays as array parameters.
 * Ownership: results live in the arena. Units, errors, callbacks: none.
 */
#pragma once
#include "salesreg/db/conn.h"

/* The text member at `offset` of each of `count` structs of `size` bytes. */
const char *column_text(
    struct arena *a, const void *rows, size_t count, size_t size, size_t offset);
const char *column_i64(struct arena *a, const void *rows, size_t count, size_t size, size_t offset);
const char *column_bool(
    struct arena *a, const void *rows, size_t count, size_t size, size_t offset);

#define TEXT_COLUMN(a, rows, count, member)                                                        \
	column_text((a), (rows), (count), sizeof *(rows),                                          \
	    (size_t)((const char *)&(rows)->member - (const char *)(rows)))
#define I64_COLUMN(a, rows, count, member)                                                         \
	column_i64((a), (rows), (count), sizeof *(rows),                                           \
	    (size_t)((const char *)&(rows)->member - (const char *)(rows)))
#define BOOL_COLUMN(a, rows, count, member)                                                        \
	column_bool((a), (rows), (count), sizeof *(rows),                                          \
	    (size_t)((const char *)&(rows)->member - (const char *)(rows)))
