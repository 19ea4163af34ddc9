#include "import_private.h"
#include "salesreg/app/import/whole_file.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROBLEMS_AT_ONCE = 5000, PAGE_ARENA_BYTES = 64 << 20 };

struct errors {
	struct db_session *s;
	struct arena page;
	struct import_problem *rows;
	size_t count, at;
	int64_t after_line;
	bool is_failed;
	int problem; /* errno of what could not be written */
};

/* The next bad row; NULL: there is none. */
static const struct import_problem *next_bad(struct errors *e)
{
	for (;;) {
		for (; e->at < e->count; e->at++) {
			e->after_line = e->rows[e->at].line;
			if (e->rows[e->at].is_bad)
				return &e->rows[e->at++];
		}
		arena_reset(&e->page);
		e->at = 0;
		if (!imports_problems(
			e->s, &e->page, e->after_line, PROBLEMS_AT_ONCE, &e->rows, &e->count)) {
			e->is_failed = true;
			return NULL;
		}
		if (e->count == 0)
			return NULL;
	}
}

static void put_cell(FILE *out, const char *text, char delimiter)
{
	const char special[] = {delimiter, '"', '\r', '\n', ' ', '\0'};
	if (!strpbrk(text, special)) {
		(void)fputs(text, out);
		return;
	}
	(void)fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			(void)fputc('"', out);
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

static void put_row(
    FILE *out, const char *const *cells, size_t count, const char *const *more, char delimiter)
{
	for (size_t i = 0; i < count; i++) {
		put_cell(out, cells[i], delimiter);
		(void)fputc(delimiter, out);
	}
	for (size_t i = 0; i < 3; i++) {
		put_cell(out, more[i], delimiter);
		(void)fputs(i < 2 ? (char[]){delimiter, '\0'} : "\r\n", out);
	}
}

/* Of a file that was written so before, its last three columns are made anew. */
static size_t without_reasons(const char *const *cells, size_t count)
{
	static const char *const reasons[] = {"line", "column", "reason"};
	for (size_t i = 0; i < 3; i++)
		if (count < 4 || strcmp(cells[count - 3 + i], reasons[i]) != 0)
			return count;
	return count - 3;
}

static const char *write_rows(struct errors *e, struct import_reader *reader, FILE *out)
{
	static const char *const titles[] = {"line", "column", "reason"};
	const char *const *cells;
	const char *row[IMPORT_COLUMNS_MOST];
	size_t count;
	int64_t line;
	const char *fault = import_reader_start(reader, reader->file, reader->delimiter);
	if (!fault)
		fault = import_reader_next(reader, &cells, &count, &line);
	if (fault)
		return fault;
	(void)fputs("\xEF\xBB\xBF", out);
	size_t columns = without_reasons(cells, count);
	put_row(out, cells, columns, titles, reader->delimiter);
	for (const struct import_problem *bad = next_bad(e); bad; bad = next_bad(e)) {
		do
			fault = import_reader_next(reader, &cells, &count, &line);
		while (!fault && count > 0 && line < bad->line);
		if (fault || count == 0)
			return fault;
		char number[24];
		(void)snprintf(number, sizeof number, "%lld", (long long)line);
		for (size_t i = 0; i < columns; i++)
			row[i] = i < count ? cells[i] : "";
		put_row(out, row, columns,
		    (const char *const[]){number, bad->column ? bad->column : "", bad->reason},
		    reader->delimiter);
		if (ferror(out)) {
			e->problem = errno;
			return NULL;
		}
	}
	return NULL;
}

static const char *cannot(struct arena *a, const char *path)
{
	return arena_printf(a, "the bad rows cannot be written to %s: %s", path, strerror(errno));
}

const char *import_write_errors(struct db_session *s, struct arena *a, struct import_reader *reader,
    const char *path, bool *is_database)
{
	struct whole_file file;
	struct errors e = {.s = s};
	*is_database = false;
	errno = whole_file_open(&file, a, path);
	if (errno)
		return cannot(a, path);
	arena_init(&e.page, PAGE_ARENA_BYTES);
	const char *fault = write_rows(&e, reader, file.out);
	*is_database = e.is_failed;
	int problem = whole_file_close(&file, !fault && !e.is_failed && !e.problem);
	errno = e.problem ? e.problem : problem;
	if (!fault && errno)
		fault = cannot(a, path);
	arena_finish(&e.page);
	return fault;
}
