#include "salesreg/domain/import/table.h"
#include <string.h>
#include <strings.h>

size_t import_sep_line(const char *text, size_t size, char *delimiter)
{
	bool quoted = size > 0 && text[0] == '"';
	size_t at = quoted ? 1 : 0;
	if (size < at + 5 || strncasecmp(text + at, "sep=", 4) != 0)
		return 0;
	char found = text[at + 4];
	if (found == '\r' || found == '\n' || found == '"')
		return 0;
	at += 5;
	if (quoted && (at >= size || text[at++] != '"'))
		return 0;
	if (at < size && text[at] != '\r' && text[at] != '\n')
		return 0;
	*delimiter = found;
	if (at < size && text[at] == '\r')
		at++;
	if (at < size && text[at] == '\n')
		at++;
	return at;
}

/* How many rows have as many columns as the header, and how many columns that is. */
struct fit {
	size_t columns, rows, alike;
};

static void end_row(struct fit *fit, size_t columns, bool blank)
{
	if (blank)
		return;
	if (fit->rows == 0)
		fit->columns = columns;
	fit->rows++;
	fit->alike += columns == fit->columns;
}

static struct fit fit_of(const char *sample, size_t size, bool whole, char delimiter)
{
	struct fit fit = {0};
	size_t columns = 1;
	bool quoted = false, begun = false, blank = true;
	for (size_t i = 0; i < size && fit.rows <= IMPORT_SAMPLE_ROWS; i++) {
		char c = sample[i];
		if (c == '"' && (quoted || !begun)) {
			quoted = !quoted; /* a doubled one opens it again at once */
			begun = true;
			blank = false;
			continue;
		}
		if (quoted)
			continue;
		if (c == '\n' || c == '\r') {
			end_row(&fit, columns, blank);
			columns = 1;
			begun = false;
			blank = true;
		} else if (c == delimiter) {
			columns++;
			begun = false;
			blank = false;
		} else {
			begun |= c != ' ';
			blank &= c == ' ' || c == '\t';
		}
	}
	if (whole)
		end_row(&fit, columns, blank);
	return fit;
}

char import_delimiter(const char *sample, size_t size, bool whole)
{
	static const char candidates[] = ",;\t|";
	char best = ',';
	struct fit found = {0};
	for (const char *c = candidates; *c; c++) {
		struct fit fit = fit_of(sample, size, whole, *c);
		if (fit.columns < 2)
			continue;
		/* rows alike come first, as a share; then columns */
		size_t this_way = fit.alike * (found.rows ? found.rows : 1),
		       that_way = found.alike * (fit.rows ? fit.rows : 1);
		if (found.columns < 2 || this_way > that_way ||
		    (this_way == that_way && fit.columns > found.columns)) {
			best = *c;
			found = fit;
		}
	}
	return best;
}

/* Where the first sign is that is no apostrophe. */
static bool is_formula(const char *s)
{
	return *s && strchr("=+-@\t\r", *s);
}

const char *import_guard(const char *cell, bool formulas, struct arena *a)
{
	size_t apostrophes = strspn(cell, "'");
	if (!is_formula(cell + apostrophes) || (apostrophes == 0 && !formulas))
		return cell;
	return arena_concat(a, "'", cell, NULL);
}

const char *import_unguard(const char *cell)
{
	size_t apostrophes = strspn(cell, "'");
	return apostrophes > 0 && is_formula(cell + apostrophes) ? cell + 1 : cell;
}
