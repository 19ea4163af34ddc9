/*
 * One row of a file of prospects: its cells become a prospect, or a reason why they cannot.
 * Ownership: results live in the arena given; cells and options are borrowed for the call.
 * Units: bytes of UTF-8; cells are valid and hold no NUL. Errors: the problems of the row.
 */
#pragma once
#include "salesreg/domain/import/header.h"

enum { IMPORT_TEXT_MOST = 255, IMPORT_LONG_TEXT_MOST = 500000 };

struct import_options {
	const char *country; /* calling code for numbers without one: "62"; NULL: none */
	const char *zone;    /* of times without one, as IANA names it */
};

struct import_row {
	const char *id, *name, *context, *notes, *status; /* NULL: not given */
	const char *telegram, *telegram_kind,
	    *telegram_value; /* see domain/contact; NULL: not given */
	const char *phone;   /* in its normal form */
	const char *email, *email_value;
	const char *created_at, *last_contact_at; /* for timestamptz */
	const char *extra;                        /* a JSON object, or NULL */
	/* Cells that cannot be used, and why. They are none where the prospect of this id has just that already. */
	const char *raw_telegram, *telegram_problem;
	const char *raw_email, *email_problem;
	const char *raw_status, *status_problem;
	/* Why the row cannot be used at all; NULL: it can. */
	const char *problem, *problem_column;
};

/* false: all cells are empty, so there is no row. */
bool import_row_read(const struct import_header *header, const char *const *cells, size_t count,
    const struct import_options *options, struct arena *a, struct import_row *row);

/* Trimmed, no-break spaces as spaces, without what shows nothing; line ends as \n, or as spaces in a text of one line. */
char *import_tidy(const char *text, bool lines, struct arena *a);
/* A moment for timestamptz, or NULL and the reason: ISO 8601, or 31.12.2026 14:30 as it is written in Russian. */
const char *import_time(const char *text, const char *zone, struct arena *a, const char **reason);
/* A number in its normal form, or NULL and the reason. */
const char *import_phone(
    const char *text, const char *country, struct arena *a, const char **reason);
/* One of our five, by its name or as people call it; NULL: none of them. */
const char *import_status(const char *text, struct arena *a);
