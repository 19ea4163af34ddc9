/*
 * salesreg prospect export: all prospects, in a form that salesreg prospect import reads back without a change, or as JSON lines.
 */
#include "import_private.h"
#include "prospect_private.h"
#include "salesreg/app/import/whole_file.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/import/header.h"
#include "salesreg/domain/import/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/store/exports.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 500, PAGE_ARENA_BYTES = 512 << 20, EXTRA_MOST = 200 };

enum form { FORM_CSV, FORM_EXCEL, FORM_LINES };

struct export
{
	struct cli *c;
	struct command_database d;
	struct arena page;
	enum form form;
	FILE *out;
	const char *const *extra; /* the columns behind ours */
	size_t extra_count;
	int64_t rows;
	int problem; /* errno of what could not be written */
};

/* cells ------------------------------------------------------------------------------------------------------------------*/

static const char *const titles[] = {"id", "name", "telegram", "phone", "email", "status",
    "assigned_rep", "context", "notes", "created_at", "last_contact_at"};
enum { TITLES = sizeof titles / sizeof *titles };

static void put_cell(struct export *e, const char *text)
{
	text = import_guard(text ? text : "", e->form == FORM_EXCEL, &e->page);
	size_t n = strlen(text);
	bool quoted =
	    strpbrk(text, ",;|\"\t\r\n'") || (n > 0 && (text[0] == ' ' || text[n - 1] == ' '));
	if (!quoted) {
		(void)fputs(text, e->out);
		return;
	}
	(void)fputc('"', e->out);
	for (; *text; text++) {
		if (*text == '"')
			(void)fputc('"', e->out);
		(void)fputc(*text, e->out);
	}
	(void)fputc('"', e->out);
}

static void put_row(struct export *e, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			(void)fputc(e->form == FORM_EXCEL ? ';' : ',', e->out);
		put_cell(e, cells[i]);
	}
	(void)fputs("\r\n", e->out);
}

static void put_titles(struct export *e)
{
	const char **cells = ARENA_ARRAY(&e->page, const char *, TITLES + e->extra_count);
	if (e->form == FORM_EXCEL)
		(void)fputs("\xEF\xBB\xBF", e->out);
	memcpy(cells, titles, sizeof titles);
	for (size_t i = 0; i < e->extra_count; i++)
		cells[TITLES + i] = import_extra_title(e->extra[i], &e->page);
	put_row(e, cells, TITLES + e->extra_count);
}

static void put_prospect(struct export *e, const struct exported *p)
{
	const char *const ours[TITLES] = {p->id, p->name, p->telegram, p->phone, p->email,
	    p->status, p->rep, p->context, p->notes, p->created_at, p->last_contact_at};
	const char **cells = ARENA_ARRAY(&e->page, const char *, TITLES + e->extra_count);
	json_t *extra = p->extra ? json_loads(p->extra, 0, NULL) : NULL;
	memcpy(cells, ours, sizeof ours);
	for (size_t i = 0; i < e->extra_count; i++)
		cells[TITLES + i] = json_string_value(json_object_get(extra, e->extra[i]));
	put_row(e, cells, TITLES + e->extra_count);
	json_decref(extra);
}

static void put_line(struct export *e, const struct exported *p)
{
	json_t *extra = p->extra ? json_loads(p->extra, 0, NULL) : NULL;
	json_t *line = json_pack("{ss? ss? ss? ss? ss? ss? ss? ss? ss? ss? ss? ss? ss? so}", "id",
	    p->id, "name", p->name, "telegram", p->telegram, "phone", p->phone, "email", p->email,
	    "status", p->status, "rep", p->rep, "context", p->context, "notes", p->notes, "source",
	    p->source ? p->source : "table", "campaign", p->campaign, "created_at", p->created_at,
	    "last_contact_at", p->last_contact_at, "extra", extra ? extra : json_object());
	(void)json_dumpf(line, e->out, JSON_COMPACT);
	(void)fputc('\n', e->out);
	json_decref(line);
}

/* all of them ----------------------------------------------------------------------------------------------------------------*/

/* false: the database failed. A file that cannot be written ends it as well. */
static bool put_all(struct export *e)
{
	const char *status = cli_value(e->c, "status", NULL);
	char *after = strdup("");
	size_t count = PAGE;
	bool good = after != NULL;
	if (e->form != FORM_LINES)
		put_titles(e);
	while (good && count == PAGE && !ferror(e->out)) {
		struct exported *rows;
		arena_reset(&e->page);
		errno = 0;
		good = exports_page(&e->d.session, &e->page, after, status, PAGE, &rows, &count);
		for (size_t i = 0; good && i < count && !ferror(e->out); i++) {
			if (e->form == FORM_LINES)
				put_line(e, &rows[i]);
			else
				put_prospect(e, &rows[i]);
			e->rows++;
		}
		if (good && count > 0) {
			free(after);
			after = strdup(rows[count - 1].id);
		}
		errno = 0;
		if (e->out == stdout ? !cli_flush() : fflush(e->out) != 0 || ferror(e->out))
			e->problem = errno ? errno : EIO;
	}
	free(after);
	return good;
}

static int export_to(struct export *e)
{
	struct db_session *s = &e->d.session;
	if (!exports_begin(s, &e->c->arena, EXTRA_MOST + 1, &e->extra, &e->extra_count))
		return command_database_failed(&e->d, "prospect export");
	if (e->extra_count > EXTRA_MOST) {
		e->extra_count = EXTRA_MOST;
		if (e->form != FORM_LINES)
			cli_say(stderr,
			    "Files had more than %d other columns; the rest is only in "
			    "--json-lines.\n",
			    EXTRA_MOST);
	}
	return put_all(e) ? EXIT_CODE_OK : command_database_failed(&e->d, "prospect export");
}

static int cannot(const char *path, int problem)
{
	cli_say(stderr, "salesreg prospect export: %s cannot be written: %s\n", path,
	    strerror(problem));
	return EXIT_CODE_FAILED;
}

static int export_file(struct export *e, const char *path)
{
	struct whole_file file;
	int problem = whole_file_open(&file, &e->c->arena, path);
	if (problem)
		return cannot(path, problem);
	e->out = file.out;
	int code = export_to(e);
	problem = whole_file_close(&file, code == EXIT_CODE_OK && !e->problem);
	if (e->problem)
		problem = e->problem;
	if (code == EXIT_CODE_OK && problem)
		code = cannot(path, problem);
	if (code == EXIT_CODE_OK)
		cli_say(stderr, "%lld %s in %s\n", (long long)e->rows,
		    text_plural(e->rows, "prospect is", "prospects are"), path);
	return code;
}

/* All of one person's, which they may ask for. */
static int export_person(struct export *e)
{
	struct listed_prospect found = {0};
	const char *text;
	int code = prospect_find(e->c, &e->d, e->c->count, &found);
	if (code != EXIT_CODE_OK)
		return code;
	if (!exports_person(&e->d.session, &e->page, found.id, &text))
		return command_database_failed(&e->d, "prospect export");
	json_t *all = text ? json_loads(text, JSON_ALLOW_NUL, NULL) : NULL;
	if (!all) {
		cli_say(stderr, "salesreg prospect export: %s was deleted just now\n", found.id);
		return EXIT_CODE_FAILED;
	}
	cli_json(all);
	return EXIT_CODE_OK;
}

int prospect_run_export(struct cli *c)
{
	if (c->count > 0 && c->given_count > 0)
		return cli_wrong(
		    c, "what there is of one prospect is JSON, on standard output: give WHO alone");
	struct export e = {.c = c,
	    .form = cli_has(c, "json-lines") ? FORM_LINES
		    : cli_has(c, "excel")    ? FORM_EXCEL
					     : FORM_CSV,
	    .out = stdout};
	const char *path = cli_value(c, "output", NULL);
	int code = command_database_open(&e.d, "prospect");
	arena_init(&e.page, PAGE_ARENA_BYTES);
	if (code == EXIT_CODE_OK)
		code = c->count > 0 ? export_person(&e)
		       : path       ? export_file(&e, path)
				    : export_to(&e);
	arena_finish(&e.page);
	command_database_close(&e.d);
	return code;
}

const struct cli_option prospect_export_options[] = {
    {.name = "excel",
	.help =
	    "for Excel: UTF-8 with its mark, semicolons, and an apostrophe before what would be "
	    "a formula"},
    {.name = "json-lines", .help = "a JSON object a line, for programs", .without = "excel"},
    {.name = "output", .value = "FILE", .help = "where it goes, once it is whole; else to stdout"},
    {.name = "status", .value = "STATUS", .help = "those of this status alone"},
    {.name = NULL},
};
