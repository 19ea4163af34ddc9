/*
 * The rows of a file: RFC 4180 as libcsv reads it, one after another, in constant memory. Quotes may hold line ends, CR, LF and CRLF
 * may be mixed, rows without anything in them are passed over.
 * Ownership: the file is the caller's; cells are borrowed until the next row is asked for. import_reader_finish() gives back what it holds.
 * Units: lines count from 1, a row's line is its first. Errors: a sentence for whoever has the file.
 * Source: libcsv 3.0.3, csv(3).
 */
#pragma once
#include "salesreg/app/import/file.h"
#include "salesreg/base/buf.h"
#include "salesreg/domain/import/header.h"
#include <csv.h>

enum { IMPORT_ROW_BYTES = 8 << 20, IMPORT_SAMPLE_BYTES = 4 * IMPORT_FILE_PIECE };

struct import_reader {
	struct import_file *file;
	char delimiter;
	int64_t line; /* that is read now */
	/* of the row: */
	int64_t row_line, quote_line;
	struct buf bytes;
	size_t ends[IMPORT_COLUMNS_MOST * 4]; /* where each cell ends in bytes */
	const char *cells[IMPORT_COLUMNS_MOST * 4];
	size_t count;
	bool is_row, too_many, is_after_cr, is_finished;
	struct csv_parser parser;
	bool has_parser;
	size_t piece_at, piece_size;
	char piece[IMPORT_SAMPLE_BYTES];
};

/* delimiter 0: what the file tells. Reads from the file's beginning. */
const char *import_reader_start(struct import_reader *r, struct import_file *file, char delimiter);
/* *count 0: there are no more. */
const char *import_reader_next(
    struct import_reader *r, const char *const **cells, size_t *count, int64_t *line);
void import_reader_finish(struct import_reader *r);
