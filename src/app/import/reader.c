#include "salesreg/app/import/reader.h"
#include "salesreg/domain/import/table.h"
#include <stdlib.h>
#include <string.h>

enum { CELLS_MOST = IMPORT_COLUMNS_MOST * 4 };

static void on_cell(void *bytes, size_t size, void *data)
{
	struct import_reader *r = data;
	if (r->count == CELLS_MOST) {
		r->too_many = true;
		return;
	}
	if (size > 0)
		buf_add(&r->bytes, bytes, size);
	buf_addc(&r->bytes, '\0');
	r->ends[r->count++] = r->bytes.size;
}

static void on_row(int end, void *data)
{
	struct import_reader *r = data;
	(void)end;
	r->is_row = true;
}

/* The sample is as much as the first piece holds. */
static const char *fill(struct import_reader *r, bool is_sample)
{
	r->piece_at = 0;
	r->piece_size = 0;
	do {
		size_t n;
		const char *fault = import_file_read(
		    r->file, r->piece + r->piece_size, sizeof r->piece - r->piece_size, &n);
		if (fault)
			return fault;
		if (n == 0)
			break;
		r->piece_size += n;
	} while (is_sample && sizeof r->piece - r->piece_size >= (size_t)2 * IMPORT_FILE_PIECE);
	return NULL;
}

const char *import_reader_start(struct import_reader *r, struct import_file *file, char delimiter)
{
	r->file = file;
	r->line = 1;
	r->row_line = r->quote_line = 0;
	r->count = 0;
	r->is_row = r->too_many = r->is_after_cr = r->is_finished = r->has_parser = false;
	buf_init(&r->bytes, IMPORT_ROW_BYTES);
	const char *fault = import_file_rewind(file);
	if (!fault)
		fault = fill(r, true);
	if (fault)
		return fault;
	char said = 0;
	size_t sep = import_sep_line(r->piece, r->piece_size, &said);
	r->piece_at = sep;
	r->line += sep > 0;
	bool whole = r->piece_size < sizeof r->piece - (size_t)2 * IMPORT_FILE_PIECE;
	r->delimiter = delimiter ? delimiter
		       : sep     ? said
				 : import_delimiter(r->piece, r->piece_size, whole);
	if (csv_init(&r->parser, 0) != 0)
		abort();
	r->has_parser = true;
	csv_set_delim(&r->parser, (unsigned char)r->delimiter);
	/* it grows by so much; by its own 128 bytes a long cell would be copied too often */
	csv_set_blk_size(&r->parser, IMPORT_FILE_PIECE);
	return NULL;
}

/* Up to the end of a line, or of what there is. */
static size_t line_size(const char *s, size_t size)
{
	const char *lf = memchr(s, '\n', size);
	if (lf)
		size = (size_t)(lf - s) + 1;
	const char *cr = memchr(s, '\r', size);
	return cr ? (size_t)(cr - s) + 1 : size;
}

static const char *not_closed(struct import_reader *r)
{
	return arena_printf(r->file->arena,
	    "line %lld of %s: a quotation mark that opens there is never closed",
	    (long long)r->quote_line, r->file->name);
}

static void begin_row(struct import_reader *r)
{
	buf_clear(&r->bytes);
	r->count = 0;
	r->is_row = false;
	r->too_many = false;
	r->row_line = 0;
}

/* One line, or what there is of it. */
static const char *feed(struct import_reader *r)
{
	const char *s = r->piece + r->piece_at;
	size_t n = line_size(s, r->piece_size - r->piece_at), cells = r->count;
	char last = s[n - 1];
	if (!(last == '\n' && n == 1 && r->is_after_cr) && r->row_line == 0)
		r->row_line = r->line;
	(void)csv_parse(&r->parser, s, n, on_cell, on_row, r);
	r->piece_at += n;
	/* a line's end that ended no row stands between quotes, or the row has not begun */
	bool is_open = !r->is_row && (r->parser.entry_pos > 0 || r->count > 0 || r->parser.quoted);
	if (!is_open && !r->is_row)
		r->row_line = 0;
	if (is_open && (cells != r->count || r->quote_line < r->row_line))
		r->quote_line = r->line;
	if ((last == '\n' && !(n == 1 && r->is_after_cr)) || last == '\r')
		r->line++;
	r->is_after_cr = last == '\r';
	if (r->bytes.failed || r->parser.entry_pos > IMPORT_ROW_BYTES)
		return r->parser.quoted ? not_closed(r)
					: arena_printf(r->file->arena,
					      "line %lld of %s: the row is longer than 8 MB",
					      (long long)r->row_line, r->file->name);
	return NULL;
}

static const char *finish(struct import_reader *r)
{
	r->is_finished = true;
	/* strict at the end alone: a quotation mark amid a word is a letter, one that nothing closes is a fault */
	(void)csv_set_opts(&r->parser, CSV_STRICT | CSV_STRICT_FINI);
	if (csv_fini(&r->parser, on_cell, on_row, r) != 0)
		return not_closed(r);
	return NULL;
}

const char *import_reader_next(
    struct import_reader *r, const char *const **cells, size_t *count, int64_t *line)
{
	begin_row(r);
	while (!r->is_row && !r->is_finished) {
		const char *fault = NULL;
		if (r->piece_at == r->piece_size)
			fault = fill(r, false);
		if (!fault)
			fault = r->piece_at == r->piece_size ? finish(r) : feed(r);
		if (fault)
			return fault;
	}
	if (r->too_many)
		return arena_printf(r->file->arena,
		    "line %lld of %s: the row has more than %d columns", (long long)r->row_line,
		    r->file->name, CELLS_MOST);
	for (size_t i = 0; i < r->count; i++)
		r->cells[i] = r->bytes.data + (i ? r->ends[i - 1] : 0);
	*cells = r->cells;
	*count = r->is_row ? r->count : 0;
	*line = r->row_line;
	return NULL;
}

void import_reader_finish(struct import_reader *r)
{
	if (r->has_parser)
		csv_free(&r->parser);
	r->has_parser = false;
	buf_finish(&r->bytes);
}
