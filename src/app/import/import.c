#include "salesreg/app/import/import.h"
#include "import_private.h"
#include <stdlib.h>
#include <string.h>

enum { ROW_ARENA_BYTES = 64 << 20, ROWS_A_REPORT = 1000 };

struct run {
	struct db_session *s;
	struct arena *a;
	const struct import_wish *wish;
	struct import_outcome *outcome;
	struct import_file file;
	struct import_reader reader;
	struct import_header header;
	struct import_options options;
	struct arena row_arena;
	struct import_row row;
	int64_t rows;
};

static void report(struct run *r, enum import_phase phase)
{
	const struct import_progress progress = {
	    .phase = phase, .rows = r->rows, .bytes = r->file.at, .size = r->file.size};
	if (r->wish->on_progress)
		r->wish->on_progress(r->wish->data, &progress);
}

static const char *refuse_unknown(struct run *r)
{
	const char *list = NULL, *first = NULL;
	for (size_t i = 0; i < r->header.count; i++) {
		const char *name = r->header.names[i];
		if (r->header.fields[i] != IMPORT_EXTRA || r->header.is_mapped[i])
			continue;
		list = list ? arena_concat(r->a, list, ", ", name, NULL) : name;
		first = first ? first : name;
	}
	if (!list)
		return NULL;
	return arena_printf(r->a,
	    "with --strict each column must be known, and these are not: %s; say what they are, as "
	    "--map "
	    "\"%s=extra\"",
	    list, first);
}

static const char *open_file(struct run *r)
{
	const struct import_wish *wish = r->wish;
	const char *const *cells;
	size_t count;
	int64_t line;
	const char *fault = import_file_take(
	    &r->file, r->a, wish->has_fd ? wish->fd : -1, wish->path, wish->encoding);
	if (!fault)
		fault = import_reader_start(&r->reader, &r->file, wish->delimiter);
	if (!fault)
		fault = import_reader_next(&r->reader, &cells, &count, &line);
	if (fault)
		return fault;
	if (count == 0)
		return arena_printf(r->a, "%s has no row in it", wish->path);
	fault = import_header_parse(cells, count, wish->maps, wish->map_count, r->a, &r->header);
	return !fault && wish->is_strict ? refuse_unknown(r) : fault;
}

static enum db_copy_next next_row(struct import_staged *staged, void *data)
{
	struct run *r = data;
	const char *const *cells;
	size_t count;
	for (;;) {
		r->outcome->fault = import_reader_next(&r->reader, &cells, &count, &staged->line);
		if (r->outcome->fault)
			return DB_COPY_CANCEL;
		if (count == 0)
			return DB_COPY_END;
		arena_reset(&r->row_arena);
		if (!import_row_read(&r->header, cells, count, &r->options, &r->row_arena, &r->row))
			continue;
		staged->row = &r->row;
		if (++r->rows % ROWS_A_REPORT == 0)
			report(r, IMPORT_READING);
		return DB_COPY_ROW;
	}
}

static bool see(struct run *r)
{
	struct import_seen seen = {
	    .file = &r->file, .header = &r->header, .delimiter = r->reader.delimiter};
	if (!imports_before(r->s, r->file.hash, &seen.before))
		return false;
	if (r->wish->on_seen)
		r->wish->on_seen(r->wish->data, &seen);
	return true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* In the transaction; what it comes to is not written yet. */
static enum import_end decide(struct run *r)
{
	struct import_outcome *o = r->outcome;
	struct db_copied copied;
	report(r, IMPORT_READING);
	if (!imports_stage(r->s, next_row, r, &copied))
		return o->fault ? IMPORT_UNUSABLE : IMPORT_DATABASE;
	report(r, IMPORT_DECIDING);
	if (!imports_decide(r->s, r->a, r->wish->on_duplicate, &o->counts, &o->number) ||
	    !imports_problems(
		r->s, r->a, 0, IMPORT_PROBLEMS_SHOWN, &o->problems, &o->problem_count))
		return IMPORT_DATABASE;
	if (o->counts.bad == 0 || !r->wish->errors)
		return IMPORT_DONE;
	bool is_database;
	import_reader_finish(&r->reader);
	o->fault = import_write_errors(r->s, r->a, &r->reader, r->wish->errors, &is_database);
	return is_database ? IMPORT_DATABASE : o->fault ? IMPORT_NO_ERRORS_FILE : IMPORT_DONE;
}

static enum import_end end(struct run *r, enum import_end decided)
{
	const struct import_wish *wish = r->wish;
	if (decided ==
	    IMPORT_DATABASE) /* the connection may be gone, and what it said is to be kept */
		return decided;
	bool is_refused = r->outcome->counts.bad > 0 && !wish->is_partial;
	if (decided != IMPORT_DONE || wish->is_dry || is_refused) {
		if (!imports_rollback(r->s))
			return IMPORT_DATABASE;
		return decided == IMPORT_DONE && is_refused ? IMPORT_REFUSED : decided;
	}
	if (wish->confirm && !wish->confirm(wish->data, r->outcome))
		return imports_rollback(r->s) ? IMPORT_CANCELLED : IMPORT_DATABASE;
	report(r, IMPORT_WRITING);
	const struct import_name name = {.number = r->outcome->number,
	    .file = base_name(wish->path),
	    .hash = r->file.hash,
	    .me = &wish->me,
	    .counts = r->outcome->counts,
	    .on_duplicate = wish->on_duplicate};
	bool done = imports_write(r->s, r->a, &name) &&
		    (!wish->written || wish->written(wish->data, r->s, r->outcome)) &&
		    imports_commit(r->s);
	return done ? IMPORT_DONE : IMPORT_DATABASE;
}

static enum import_end work(struct run *r)
{
	r->outcome->fault = open_file(r);
	if (r->outcome->fault)
		return IMPORT_UNUSABLE;
	if (!see(r) || !imports_identify(r->s, r->a) || !imports_begin(r->s))
		return IMPORT_DATABASE;
	return end(r, decide(r));
}

enum import_end import_run(struct db_session *s, struct arena *a, const struct import_wish *wish,
    struct import_outcome *outcome)
{
	struct run *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	*outcome = (struct import_outcome){0};
	r->s = s;
	r->a = a;
	r->wish = wish;
	r->outcome = outcome;
	r->file.fd = -1;
	r->file.decoder = (iconv_t)-1;
	r->options = (struct import_options){.country = wish->country, .zone = wish->zone};
	arena_init(&r->row_arena, ROW_ARENA_BYTES);
	enum import_end how = work(r);
	arena_finish(&r->row_arena);
	import_reader_finish(&r->reader);
	import_file_close(&r->file);
	free(r);
	return how;
}
