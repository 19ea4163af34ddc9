/*
 * Whether what a person typed is a full name.
 * Ownership: *tidy lives in the arena given.
 * Units: code points (the column is varchar(255), which counts characters).
 * Errors: a verdict.
 * Source: PostgreSQL manual, 8.3 (what varchar counts).
 */
#pragma once
#include "salesreg/base/arena.h"

#define NAME_VERDICT_MAP(X)                                                                        \
	X(OK, "ok")                                                                                \
	X(ONE_WORD, "one word")                                                                    \
	X(NO_LETTERS, "no letters")                                                                \
	X(TOO_LONG, "too long")                                                                    \
	X(ADDRESS, "looks like an address")

enum name_verdict {
#define X(name, text) NAME_##name,
	NAME_VERDICT_MAP(X)
#undef X
};
enum { NAME_MAX_CODE_POINTS = 255, NAME_MAX_WORDS = 10 };

const char *name_verdict_name(enum name_verdict verdict);

/*
 * NAME_OK: two words or more with letters in at least two. NAME_ONE_WORD may be a whole name ("Wayan"), which only the
 * person knows. *tidy (NULL with any other verdict) has single spaces and neither invisible nor
 * direction-changing characters, but for those that joined emoji and some scripts need.
 */
enum name_verdict name_check(const char *typed, struct arena *a, const char **tidy);
