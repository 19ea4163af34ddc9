#include "salesreg/role/cli/text.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

enum { JSON_MAXIMUM = 1024 * 1024 * 1024 };

void cli_age(char *out, size_t size, int64_t us)
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

const char *cli_period(struct arena *a, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *one, *many;
	} units[] = {{86400, "day", "days"}, {3600, "hour", "hours"}, {60, "minute", "minutes"},
	    {1, "second", "seconds"}};
	size_t i = 0;
	while (seconds % units[i].seconds != 0)
		i++;
	int64_t count = seconds / units[i].seconds;
	return count == 1 ? units[i].one
			  : arena_printf(a, "%lld %s", (long long)count, units[i].many);
}

void cli_time(char *out, size_t size, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm local;
	out[0] = '\0';
	if (us > 0 && localtime_r(&seconds, &local))
		(void)strftime(out, size, "%Y-%m-%d %H:%M:%S", &local);
}

const char *cli_line(struct arena *a, const char *text, size_t units)
{
	if (!text)
		return "";
	const char *tidy = text_tidy(a, text);
	size_t shown = text_prefix_utf16(tidy, units);
	return tidy[shown] ? arena_printf(a, "%.*s…", (int)shown, tidy) : tidy;
}

void cli_put(FILE *out, const char *text, size_t bytes)
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

void cli_say(FILE *out, const char *format, ...)
{
	char text[2048];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	size_t size = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	bool line = size > 0 && text[size - 1] == '\n';
	cli_put(out, text, size - line);
	if (line || (n >= 0 && (size_t)n > size))
		(void)fputc('\n', out);
}

static int add_bytes(const char *bytes, size_t size, void *data)
{
	buf_add(data, bytes, size);
	return 0;
}

void cli_json_part(const json_t *value, const char *margin)
{
	struct buf plain, out;
	buf_init(&plain, JSON_MAXIMUM);
	buf_init(&out, JSON_MAXIMUM);
	(void)json_dump_callback(value, add_bytes, &plain, JSON_INDENT(2) | JSON_ENCODE_ANY);
	json_add_escaped(&out, buf_text(&plain), plain.size);
	/* no string of JSON has a line end in it */
	for (const char *line = buf_text(&out); *line;) {
		size_t size = strcspn(line, "\n");
		(void)fwrite(line, 1, size, stdout);
		line += size;
		if (*line != '\n')
			break;
		(void)printf("\n%s", margin);
		line++;
	}
	buf_finish(&plain);
	buf_finish(&out);
}

void cli_json(json_t *value)
{
	cli_json_part(value, "");
	(void)putchar('\n');
	json_decref(value);
}

/* What it takes on a terminal; the locale of the program is not set for anything else. */
static int width_of(uint32_t c)
{
	static bool known;
	if (!known) {
		known = true;
		(void)cli_set_locale();
	}
	int width = wcwidth((wchar_t)c);
	return width < 0 ? 1 : width;
}

bool cli_set_locale(void)
{
	return setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "en_US.UTF-8");
}

static size_t columns_of(const char *text, size_t bytes)
{
	size_t n = 0;
	for (const char *at = text; at < text + bytes && *at;)
		n += (size_t)width_of(text_next(&at));
	return n;
}

size_t cli_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

const char *cli_cut(struct arena *a, const char *text, size_t columns)
{
	const char *end = text, *at = text;
	size_t n = 0;
	while (*at) {
		n += (size_t)width_of(text_next(&at));
		if (n > columns)
			return arena_printf(a, "%.*s…", (int)(end - text), text);
		/* the sign of what is left out takes one */
		if (n < columns)
			end = at;
	}
	return text;
}

size_t cli_terminal_width(void)
{
	enum { USUAL = 80, LEAST = 20 };
	struct winsize size = {0};
	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col < LEAST ? LEAST : size.ws_col;
	return USUAL;
}

size_t cli_help_width(void)
{
	enum { READABLE = 80 };
	size_t width = cli_terminal_width();
	return width > 0 && width < READABLE ? width : READABLE;
}

void cli_filled(const char *text, size_t column, size_t indent)
{
	size_t most = cli_help_width();
	bool first = true; /* of its line */
	for (const char *word = text; *word;) {
		size_t bytes = strcspn(word, " "), width = columns_of(word, bytes);
		if (!first && column + 1 + width > most) {
			(void)printf("\n%*s", (int)indent, "");
			column = indent;
			first = true;
		}
		(void)fputs(first ? "" : " ", stdout);
		cli_put(stdout, word, bytes);
		column += width + !first;
		first = false;
		word += bytes;
		word += strspn(word, " ");
	}
	(void)putchar('\n');
}

void cli_wrapped(const char *text, size_t indent)
{
	size_t column = strspn(text, " ");
	(void)printf("%*s", (int)column, "");
	cli_filled(text + column, column, indent);
}

void cli_lines(const char *text, size_t indent)
{
	for (const char *end; *text; text = end + (*end == '\n')) {
		end = strchrnul(text, '\n');
		char *line = strndup(text, (size_t)(end - text));
		if (!line)
			abort();
		cli_wrapped(line, indent);
		free(line);
	}
}

static int output_problem;

bool cli_flush(void)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	/* the second time it is not said any more */
	if (!output_problem)
		output_problem = errno ? errno : EIO;
	return false;
}

int cli_output_problem(void)
{
	return output_problem;
}
