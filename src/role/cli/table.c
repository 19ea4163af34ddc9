#include "salesreg/role/cli/table.h"
#include "cli_private.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/role/cli/text.h"
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { GAP = 2, LONG_LEAST = 10, TEXT_MAXIMUM = 1024 * 1024 * 1024 };

const char *const cli_outputs[] = {"wide", NULL};

enum cli_format cli_format(const struct cli *c)
{
	return cli_has(c, "json") ? CLI_JSON : cli_has(c, "csv") ? CLI_CSV : CLI_TABLE;
}

const char *cli_age_cell(struct arena *a, int64_t ms)
{
	char age[32];
	cli_age(age, sizeof age, ms * 1000);
	return arena_strdup(a, age);
}

const char *cli_time_cell(struct arena *a, const json_t *row, const char *key)
{
	char text[64];
	cli_time(text, sizeof text, (int64_t)(json_number_value(json_object_get(row, key)) * 1e6));
	return arena_strdup(a, text);
}

json_t *cli_json_time(int64_t us)
{
	return us > 0 ? json_real((double)us / 1e6) : json_null();
}

/* NULL for null. */
static const char *value_text(struct arena *a, const json_t *value)
{
	if (json_is_string(value)) /* may hold a NUL */
		return text_clean(a, json_string_value(value), json_string_length(value));
	if (json_is_integer(value))
		return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	if (json_is_real(value))
		return arena_printf(a, "%.6f", json_real_value(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	if (json_is_object(value) || json_is_array(value))
		return json_text(a, value, NULL);
	return NULL;
}

/* CSV --------------------------------------------------------------------------------------------------------------------*/

static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r\n", *text);
}

/* Line ends and tabs may stand in a field; what else a terminal would obey is left out. */
static const char *without_controls(struct arena *a, const char *text)
{
	char *out = arena_bytes(a, strlen(text) + 1), *end = out;
	for (const char *at = text, *next = text; *at; at = next) {
		uint32_t c = text_next(&next);
		if (text_is_control(c) && c != '\n' && c != '\t')
			continue;
		memcpy(end, at, (size_t)(next - at));
		end += next - at;
	}
	*end = '\0';
	return out;
}

static void add_field(struct arena *a, struct buf *out, const json_t *value)
{
	const char *text = value_text(a, value);
	if (!text)
		return;
	if (json_is_string(value)) {
		text = without_controls(a, text);
		if (is_formula(text))
			text = arena_concat(a, "'", text, NULL);
	}
	if (!text[strcspn(text, "\",\r\n")]) {
		buf_adds(out, text);
		return;
	}
	buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static void print_csv_headings(const struct cli_column *columns)
{
	const char *comma = "";
	for (; columns->key || columns->heading; columns++)
		if (columns->key) {
			(void)printf("%s%s", comma, columns->key);
			comma = ",";
		}
	(void)fputs("\r\n", stdout);
}

static void print_csv(struct arena *a, const struct cli_column *columns, const json_t *rows)
{
	struct buf out;
	buf_init(&out, TEXT_MAXIMUM);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *comma = "";
		for (const struct cli_column *column = columns; column->key || column->heading;
		     column++) {
			if (!column->key)
				continue;
			buf_adds(&out, comma);
			add_field(a, &out, json_object_get(json_array_get(rows, i), column->key));
			comma = ",";
		}
		buf_adds(&out, "\r\n");
	}
	(void)fputs(buf_text(&out), stdout);
	buf_finish(&out);
}

/* Tables -----------------------------------------------------------------------------------------------------------------*/

struct table {
	struct arena *a;
	const struct cli_column *columns[CLI_COLUMNS_MAX]; /* those with a heading */
	size_t *least;                                     /* how wide they are at least */
	size_t count, rows;
	const char **cells; /* rows × count */
	bool headings, bold, knows_letters;
	size_t terminal; /* 0: none */
};

static const char *cell_text(struct arena *a, const struct cli_column *column, const json_t *row)
{
	const char *text =
	    column->show ? column->show(a, row) : value_text(a, json_object_get(row, column->key));
	/* line ends become spaces, so that a row stays a line */
	char *tidy = text ? text_for_terminal(text_tidy(a, text)) : NULL;
	return tidy && *tidy ? tidy : "-";
}

/*
 * Letters that the C library does not know yet have no width for it either, and the table library counts and cuts their bytes:
 * on a terminal they are shown as U+FFFD.
 */
static const char *with_known_letters(struct arena *a, const char *text)
{
	char *out = arena_bytes(a, 3 * strlen(text) + 1), *end = out;
	for (uint32_t c; (c = text_next(&text));)
		end += text_encode(wcwidth((wchar_t)c) < 0 ? TEXT_REPLACEMENT : c, end);
	*end = '\0';
	return out;
}

static void fill(struct table *t, const struct cli_column *columns, const json_t *rows, bool wide)
{
	for (; (columns->key || columns->heading) && t->count < CLI_COLUMNS_MAX; columns++)
		if (columns->heading && (wide || !columns->is_wide))
			t->columns[t->count++] = columns;
	t->rows = json_array_size(rows);
	t->cells = ARENA_ARRAY(t->a, const char *, t->rows * t->count + 1);
	for (size_t i = 0; i < t->rows; i++)
		for (size_t k = 0; k < t->count; k++) {
			const char *text = cell_text(t->a, t->columns[k], json_array_get(rows, i));
			t->cells[i * t->count + k] = t->terminal > 0 && t->knows_letters
							 ? with_known_letters(t->a, text)
							 : text;
		}
}

static struct libscols_table *make(const struct table *t)
{
	struct libscols_table *made = scols_new_table();
	if (!made)
		abort();
	int failed = scols_table_set_column_separator(made, "  ");
	failed |= scols_table_enable_noheadings(made, !t->headings);
	failed |= scols_table_enable_colors(made, t->bold);
	/* the cells are safe already */
	failed |= scols_table_enable_noencoding(made, 1);
	failed |= scols_table_set_termforce(
	    made, t->terminal > 0 ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
	if (t->terminal > 0)
		failed |= scols_table_set_termwidth(made, t->terminal);
	for (size_t k = 0; k < t->count; k++) {
		/* the library takes a width for the least one only where the cells are wider than the
		   heading */
		const char *heading =
		    t->headings || k + 1 == t->count
			? t->columns[k]->heading
			: arena_printf(t->a, "%-*s", (int)t->least[k], t->columns[k]->heading);
		struct libscols_column *column = scols_table_new_column(made, heading,
		    (double)t->least[k], t->columns[k]->is_long ? SCOLS_FL_TRUNC : 0);
		if (column && t->bold)
			failed |= scols_cell_set_color(scols_column_get_header(column), "bold");
	}
	for (size_t i = 0; i < t->rows; i++) {
		struct libscols_line *line = scols_table_new_line(made, NULL);
		for (size_t k = 0; line && k < t->count; k++)
			failed |= scols_line_set_data(line, k, t->cells[i * t->count + k]);
		failed |= line ? 0 : -1;
	}
	/* only memory can be missing */
	if (failed)
		abort();
	return made;
}

static char *text_of(struct libscols_table *made)
{
	char *text = NULL;
	if (scols_print_table_to_string(made, &text) != 0)
		abort();
	return text;
}

static size_t widest(const struct table *t, size_t k)
{
	size_t most = cli_columns(t->columns[k]->heading);
	if (t->least[k] > most)
		most = t->least[k];
	for (size_t i = 0; i < t->rows; i++) {
		size_t width = cli_columns(t->cells[i * t->count + k]);
		if (width > most)
			most = width;
	}
	return most;
}

/*
 * Shares the terminal among the columns: short ones take what they want, long ones divide the rest, and none gets more than
 * it wants. What does not fit is cut here, with a sign, for the library cuts without one, and shares as it comes. False:
 * there would be next to nothing of a text.
 */
static bool fit(struct table *t)
{
	size_t wanted[CLI_COLUMNS_MAX], taken = 0, left = 0;
	for (size_t k = 0; k < t->count; k++) {
		wanted[k] = widest(t, k);
		taken += (k > 0 ? GAP : 0) + (t->columns[k]->is_long ? 0 : wanted[k]);
		left += t->columns[k]->is_long;
	}
	if (taken > t->terminal)
		return false;
	size_t room = t->terminal - taken, share = left > 0 ? room / left : 0;
	bool settled[CLI_COLUMNS_MAX] = {false};
	for (bool again = true; again && left > 0;) {
		again = false;
		for (size_t k = 0; k < t->count; k++) {
			if (!t->columns[k]->is_long || settled[k] || wanted[k] > share)
				continue;
			settled[k] = again = true;
			room -= wanted[k];
			left--;
		}
		share = left > 0 ? room / left : 0;
	}
	if (left > 0 && share < LONG_LEAST)
		return false;
	size_t odd = left > 0 ? room % left : 0; /* the first has it */
	for (size_t k = 0; k < t->count; k++) {
		if (!t->columns[k]->is_long || settled[k])
			continue;
		for (size_t i = 0; i < t->rows; i++) {
			const char **cell = &t->cells[i * t->count + k];
			*cell = cli_cut(t->a, *cell, share + odd);
		}
		odd = 0;
	}
	return true;
}

/* The column that is missed least. False: all are wanted. */
static bool drop_spare(struct table *t)
{
	size_t drop = t->count;
	for (size_t k = 0; k < t->count; k++)
		if (t->columns[k]->spare > 0 &&
		    (drop == t->count || t->columns[k]->spare < t->columns[drop]->spare))
			drop = k;
	if (drop == t->count)
		return false;
	const char **cells = ARENA_ARRAY(t->a, const char *, t->rows * t->count), **to = cells;
	for (size_t i = 0; i < t->rows * t->count; i++)
		if (i % t->count != drop)
			*to++ = t->cells[i];
	t->count--;
	for (size_t k = drop; k < t->count; k++)
		t->columns[k] = t->columns[k + 1];
	t->cells = cells;
	return true;
}

/* False: there is no room for a table, and the cells are as they were. What a list began with it goes on with. */
static bool fit_terminal(struct cli_stream *s, struct table *t)
{
	const struct table whole = *t;
	for (size_t n = 0; n < s->dropped; n++)
		(void)drop_spare(t);
	while (!fit(t)) {
		if (s->printed > 0 || cli_has(s->c, "output") || !drop_spare(t)) {
			*t = whole;
			return false;
		}
		s->dropped++;
	}
	return true;
}

static void print_rows(const struct table *t)
{
	size_t names = 0;
	for (size_t k = 0; k < t->count; k++)
		if (cli_columns(t->columns[k]->heading) > names)
			names = cli_columns(t->columns[k]->heading);
	for (size_t i = 0; i < t->rows; i++) {
		(void)fputs(i > 0 ? "\n" : "", stdout);
		for (size_t k = 0; k < t->count; k++) {
			(void)printf("%s%-*s%s%*s", t->bold ? "\033[1m" : "", (int)names,
			    t->columns[k]->heading, t->bold ? "\033[0m" : "", GAP, "");
			cli_filled(t->cells[i * t->count + k], names + GAP, names + GAP);
		}
	}
}

/* Where the C library has no UTF-8 locale the table library prints nothing but ASCII: each letter counts as one column then. */
static void print_lines(const struct table *t)
{
	size_t widths[CLI_COLUMNS_MAX];
	for (size_t k = 0; k < t->count; k++)
		widths[k] = widest(t, k);
	for (size_t i = t->headings ? 0 : 1; i <= t->rows; i++)
		for (size_t k = 0; k < t->count; k++) {
			const char *cell =
			    i == 0 ? t->columns[k]->heading : t->cells[(i - 1) * t->count + k];
			bool is_last = k + 1 == t->count;
			size_t gap = is_last ? 0 : widths[k] + GAP - cli_columns(cell);
			(void)printf("%s%*s%s", cell, (int)gap, "", is_last ? "\n" : "");
		}
}

static bool wants_bold(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	return (!no_color || !*no_color) && term && *term && strcmp(term, "dumb") != 0;
}

static void print_table(struct cli_stream *s, const json_t *rows, bool headings)
{
	struct table t = {.a = &s->part,
	    .least = s->least,
	    .headings = headings,
	    .terminal = cli_terminal_width()};
	t.bold = t.terminal > 0 && wants_bold();
	t.knows_letters = cli_set_locale();
	fill(&t, s->columns, rows, cli_has(s->c, "output"));
	if (t.rows == 0)
		return;
	s->in_lines = s->in_lines || (t.terminal > 0 && (!t.knows_letters || !fit_terminal(s, &t)));
	if (s->in_lines) {
		(void)fputs(s->printed > 0 ? "\n" : "", stdout);
		print_rows(&t);
		return;
	}
	for (size_t k = 0; k < t.count; k++)
		s->least[k] = widest(&t, k);
	if (!t.knows_letters) {
		print_lines(&t);
		return;
	}
	struct libscols_table *made = make(&t);
	char *text = text_of(made);
	(void)puts(text);
	free(text);
	scols_unref_table(made);
}

FILE *cli_notes(const struct cli *c)
{
	return cli_format(c) == CLI_TABLE && !cli_has(c, "no-headings") ? stdout : stderr;
}

/* Those of a long list ------------------------------------------------------------------------------------------------------*/

/* As cli_json() does for all of them; each stands below the key of the list. */
static void print_json_rows(struct cli_stream *s, const json_t *rows)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		(void)fputs(s->printed + i > 0 ? ",\n    " : "\n    ", stdout);
		cli_json_part(json_array_get(rows, i), "    ");
	}
}

void cli_stream_begin(
    struct cli_stream *s, struct cli *c, const struct cli_column *columns, const char *rows)
{
	*s = (struct cli_stream){.c = c, .columns = columns, .rows = rows};
	arena_init(&s->part, TEXT_MAXIMUM);
	if (cli_format(c) == CLI_JSON)
		(void)printf("{\n  \"%s\": [", rows);
	else if (cli_format(c) == CLI_CSV && !cli_has(c, "no-headings"))
		print_csv_headings(columns);
}

bool cli_stream_add(struct cli_stream *s, json_t *rows)
{
	switch (cli_format(s->c)) {
	case CLI_JSON:
		print_json_rows(s, rows);
		break;
	case CLI_CSV:
		print_csv(&s->part, s->columns, rows);
		break;
	case CLI_TABLE:
		print_table(s, rows, s->printed == 0 && !cli_has(s->c, "no-headings"));
		break;
	}
	s->printed += json_array_size(rows);
	json_decref(rows);
	arena_reset(&s->part);
	/* whoever reads this sees it while the next part is asked for; main() says why it cannot be written */
	return cli_flush();
}

void cli_stream_end(struct cli_stream *s, json_t *rest)
{
	if (cli_format(s->c) == CLI_JSON) {
		(void)fputs(s->printed > 0 ? "\n  ]" : "]", stdout);
		const char *key;
		json_t *value;
		json_object_foreach (rest, key, value) {
			(void)printf(",\n  \"%s\": ", key);
			cli_json_part(value, "  ");
		}
		(void)puts("\n}");
	}
	json_decref(rest);
	arena_finish(&s->part);
}

void cli_print(struct cli *c, const struct cli_column *columns, json_t *body, const char *rows)
{
	if (cli_format(c) == CLI_JSON) {
		cli_json(body);
		return;
	}
	struct cli_stream s;
	cli_stream_begin(&s, c, columns, rows);
	(void)cli_stream_add(&s, json_incref(json_object_get(body, rows)));
	cli_stream_end(&s, body);
}
