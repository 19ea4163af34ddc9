/*
 * What the columns of a file of prospects are: by their names in Russian and English, in any order, and by what the caller maps.
 * Ownership: results live in the arena given; cells and maps are borrowed for the call, names of the header are copied.
 * Units: columns count from 0. Errors: a sentence for whoever has the file; NULL: none.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>

/* name, what --map calls it */
#define IMPORT_FIELD_MAP(X)                                                                        \
	X(ID, "id")                                                                                \
	X(NAME, "name")                                                                            \
	X(FIRST_NAME, "first_name")                                                                \
	X(LAST_NAME, "last_name")                                                                  \
	X(TELEGRAM, "telegram") /* whatever contact_parse() reads */                               \
	X(PHONE, "phone")                                                                          \
	X(EMAIL, "email")                                                                          \
	X(CONTEXT, "context")                                                                      \
	X(NOTES, "notes")                                                                          \
	X(STATUS, "status")                                                                        \
	X(CREATED_AT, "created_at")                                                                \
	X(LAST_CONTACT_AT, "last_contact_at")                                                      \
	X(EXTRA, "extra")    /* kept under its own name */                                         \
	X(IGNORED, "ignore") /* not kept */

enum import_field {
#define X(name, text) IMPORT_##name,
	IMPORT_FIELD_MAP(X)
#undef X
	    IMPORT_FIELD_COUNT
};

const char *import_field_name(enum import_field field);

enum { IMPORT_COLUMNS_MOST = 256 };

struct import_header {
	size_t count;
	enum import_field *fields;
	const char *
	    *names;      /* as they stand in the file, tidied; of a column without one "column 3" */
	bool *is_mapped; /* by the caller */
	size_t at
	    [IMPORT_FIELD_COUNT]; /* the column + 1 that a field is in; 0: none. Not of EXTRA and IGNORED */
};

/* A mapping as "Телефон=phone": the name of a column, or its number from 1 on, and a field's name. */
const char *import_header_parse(const char *const *cells, size_t count, const char *const *maps,
    size_t map_count, struct arena *a, struct import_header *header);

/* The title of a column under which a value of that name is kept again when it is read back. */
const char *import_extra_title(const char *name, struct arena *a);

/* So that two spellings of a column's name agree: small letters, ё as е, signs between words as one space. */
const char *import_column_key(const char *name, struct arena *a);
