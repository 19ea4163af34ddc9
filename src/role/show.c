#include "salesreg/role/show.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { JSON_MAXIMUM = 1024 * 1024 * 1024 };

void show_age(char *out, size_t size, int64_t us)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
	int64_t seconds = us < 0 ? 0 : us / 1000000;
	for (size_t i = 0; i < 3; i++) {
		if (seconds < units[i].seconds)
			continue;
		(void)snprintf(out, size, "%lld%c %lld%c", (long long)(seconds / units[i].seconds),
		    units[i].unit, (long long)(seconds % units[i].seconds / units[i + 1].seconds),
		    units[i + 1].unit);
		return;
	}
	(void)snprintf(out, size, "%llds", (long long)seconds);
}

void show_time(char *out, size_t size, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm local;
	out[0] = '\0';
	if (us > 0 && localtime_r(&seconds, &local))
		(void)strftime(out, size, "%Y-%m-%d %H:%M:%S", &local);
}

const char *show_line(struct arena *a, const char *text, size_t units)
{
	if (!text)
		return "";
	const char *tidy = text_tidy(a, text);
	size_t shown = text_prefix_utf16(tidy, units);
	return tidy[shown] ? arena_printf(a, "%.*s…", (int)shown, tidy) : tidy;
}

void show_put(FILE *out, const char *text, size_t bytes)
{
	char part[512];
	while (bytes > 0) {
		/* whole characters: a half one would be none */
		size_t n = bytes < sizeof part ? bytes : sizeof part - 1;
		for (size_t back = 0;
		     n < bytes && back < 4 && n > 1 && ((unsigned char)text[n] & 0xC0) == 0x80;
		     back++)
			n--;
		memcpy(part, text, n);
		part[n] = '\0';
		(void)fputs(text_for_terminal(part), out);
		text += n;
		bytes -= n;
	}
}

void show_say(FILE *out, const char *format, ...)
{
	char text[2048];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	size_t size = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	bool line = size > 0 && text[size - 1] == '\n';
	show_put(out, text, size - line);
	if (line || (n >= 0 && (size_t)n > size))
		(void)fputc('\n', out);
}

static void pad(const char *cell, size_t width)
{
	show_put(stdout, cell, strlen(cell));
	for (size_t n = text_code_points(cell); n < width; n++)
		(void)putchar(' ');
}

void show_table(const char *const *heads, size_t columns, const char *const *cells, size_t rows)
{
	enum { COLUMNS_MAX = 16 };
	size_t widths[COLUMNS_MAX] = {0};
	for (size_t row = 0; row <= rows; row++)
		for (size_t c = 0; c < columns && c < COLUMNS_MAX; c++) {
			size_t n =
			    text_code_points(row ? cells[(row - 1) * columns + c] : heads[c]);
			if (n > widths[c])
				widths[c] = n;
		}
	for (size_t row = 0; row <= rows; row++) {
		const char *const *line = row ? cells + (row - 1) * columns : heads;
		for (size_t c = 0; c + 1 < columns; c++)
			pad(line[c], widths[c] + 2);
		show_put(stdout, line[columns - 1], strlen(line[columns - 1]));
		(void)putchar('\n');
	}
}

static int add_bytes(const char *bytes, size_t size, void *data)
{
	buf_add(data, bytes, size);
	return 0;
}

void show_json(json_t *value)
{
	struct buf plain, out;
	buf_init(&plain, JSON_MAXIMUM);
	buf_init(&out, JSON_MAXIMUM);
	(void)json_dump_callback(value, add_bytes, &plain, JSON_INDENT(2));
	json_add_escaped(&out, buf_text(&plain), plain.size);
	(void)puts(buf_text(&out));
	buf_finish(&plain);
	buf_finish(&out);
	json_decref(value);
}

/* Letters of one column each are assumed; what continues a letter in UTF-8 takes none. */
static size_t columns_of(const char *text, size_t bytes)
{
	size_t n = 0;
	for (size_t i = 0; i < bytes; i++)
		n += ((unsigned char)text[i] & 0xC0) != 0x80;
	return n;
}

void show_filled(const char *text, size_t column, size_t indent)
{
	enum { WIDTH = 80 };
	bool first = true; /* of its line */
	for (const char *word = text; *word;) {
		size_t bytes = strcspn(word, " "), width = columns_of(word, bytes);
		if (!first && column + 1 + width > WIDTH) {
			(void)printf("\n%*s", (int)indent, "");
			column = indent;
			first = true;
		}
		(void)fputs(first ? "" : " ", stdout);
		show_put(stdout, word, bytes);
		column += width + !first;
		first = false;
		word += bytes;
		word += strspn(word, " ");
	}
	(void)putchar('\n');
}

void show_wrapped(const char *text, size_t indent)
{
	size_t column = strspn(text, " ");
	(void)printf("%*s", (int)column, "");
	show_filled(text + column, column, indent);
}

void show_lines(const char *text, size_t indent)
{
	for (const char *end; *text; text = end + (*end == '\n')) {
		end = strchrnul(text, '\n');
		char *line = strndup(text, (size_t)(end - text));
		if (!line)
			abort();
		show_wrapped(line, indent);
		free(line);
	}
}
