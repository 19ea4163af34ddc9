/*
 * Single values as spreadsheets and people write them.
 */
#include "salesreg/base/civil.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/import/row.h"
#include <string.h>

/* What shows nothing, and is in texts that were copied from pages: zero-width spaces, soft hyphens, byte order marks. */
static bool is_nothing(uint32_t c)
{
	return c == 0xAD || c == 0x200B || c == 0x2060 || c == 0xFEFF;
}

static uint32_t plain_space(uint32_t c, bool lines)
{
	if (c == '\n')
		return lines ? '\n' : ' ';
	if (c == 0xA0 || c == 0x2007 || c == 0x202F || c < ' ' || c == 0x7F)
		return ' ';
	return c;
}

char *import_tidy(const char *text, bool lines, struct arena *a)
{
	char *out = arena_bytes(a, strlen(text) + 1), *end = out, *last = out;
	for (uint32_t c; (c = text_next(&text));) {
		if (c == '\r') {
			if (*text == '\n')
				continue;
			c = '\n';
		}
		if (is_nothing(c))
			continue;
		uint32_t plain = plain_space(c, lines);
		bool space = plain == ' ' || plain == '\n';
		if (space && end == out)
			continue;
		end += text_encode(plain, end);
		if (!space)
			last = end;
	}
	*last = '\0';
	return out;
}

static const char *digits_of(const char *text, struct arena *a)
{
	char *out = arena_bytes(a, strlen(text) + 1), *end = out;
	for (; *text; text++)
		if (*text >= '0' && *text <= '9')
			*end++ = *text;
	*end = '\0';
	return out;
}

/* With the country's code before it: without the 0, or the Russian 8, with which it is called inside the country. */
static const char *with_country(const char *text, const char *country, struct arena *a)
{
	const char *digits = digits_of(text, a);
	if (*digits == '0')
		digits += strspn(digits, "0");
	return arena_concat(a, "+", country, digits, NULL);
}

const char *import_phone(
    const char *text, const char *country, struct arena *a, const char **reason)
{
	struct contact contact;
	enum contact_problem problem = contact_parse(text, a, &contact);
	bool national = problem == CONTACT_NO_COUNTRY ||
			(problem == CONTACT_NO_PROBLEM && contact.kind == CONTACT_TELEGRAM_ID &&
			    !strchr(text, '/') && !strchr(text, ':'));
	if (national && !country) {
		*reason = "the phone number has no country code, or has lost its first digits; "
			  "--country adds a code";
		return NULL;
	}
	if (national)
		problem = contact_parse(with_country(text, country, a), a, &contact);
	if (problem == CONTACT_NO_PROBLEM && contact.kind == CONTACT_PHONE)
		return contact.value;
	*reason = problem == CONTACT_NO_PROBLEM || problem == CONTACT_UNKNOWN ||
			  problem == CONTACT_BAD_NAME || problem == CONTACT_FOREIGN_LETTER
		      ? "it is no phone number"
		      : contact_problem_sentence(problem);
	return NULL;
}

const char *import_status(const char *text, struct arena *a)
{
	static const struct {
		const char *status, *words;
	} known[] = {
	    {"unreached", "unreached|new|новый|новая|не связались|без связи|"},
	    {"contacted", "contacted|связались|написали|"},
	    {"in_conversation",
		"in conversation|in progress|в разговоре|в работе|ведется разговор|"},
	    {"converted", "converted|won|bought|купил|купила|сделка|успешно|"},
	    {"archived", "archived|lost|closed|архив|в архиве|отказ|закрыт|"},
	};
	const char *key = import_column_key(text, a);
	size_t n = strlen(key);
	for (size_t i = 0; n > 0 && i < sizeof known / sizeof *known; i++)
		for (const char *at = known[i].words; *at; at = strchr(at, '|') + 1)
			if (strncmp(at, key, n) == 0 && at[n] == '|')
				return known[i].status;
	return NULL;
}

/* So many digits at *s, which goes on behind them; -1: there are not. */
static int number(const char **s, size_t digits)
{
	int value = 0;
	for (size_t i = 0; i < digits; i++) {
		if ((*s)[i] < '0' || (*s)[i] > '9')
			return -1;
		value = value * 10 + ((*s)[i] - '0');
	}
	*s += digits;
	return value;
}

static bool take(const char **s, const char *any)
{
	if (!**s || !strchr(any, **s))
		return false;
	++*s;
	return true;
}

struct moment {
	struct civil date;
	int hour, minute, second;
	const char *fraction; /* digits, borrowed */
	size_t fraction_size;
};

/* 14:30, 14:30:05, 14:30:05.25; hours of one digit, too. */
static bool read_clock(const char **s, struct moment *m)
{
	size_t digits = strspn(*s, "0123456789");
	m->hour = digits >= 1 && digits <= 2 ? number(s, digits) : -1;
	if (m->hour < 0 || m->hour > 23 || !take(s, ":"))
		return false;
	m->minute = number(s, 2);
	if (m->minute < 0 || m->minute > 59)
		return false;
	if (!take(s, ":"))
		return true;
	m->second = number(s, 2);
	if (m->second < 0 || m->second > 59)
		return false;
	if (take(s, ".,")) {
		m->fraction = *s;
		m->fraction_size = strspn(*s, "0123456789");
		*s += m->fraction_size;
		if (m->fraction_size == 0)
			return false;
		if (m->fraction_size > 6)
			m->fraction_size = 6;
	}
	return true;
}

/* Z, +08, +0800, +08:00; *zone is NULL where there is none. */
static bool read_offset(const char **s, struct arena *a, const char **zone)
{
	*zone = NULL;
	if (take(s, "Zz")) {
		*zone = "+00:00";
		return true;
	}
	if (**s != '+' && **s != '-')
		return true;
	char sign = *(*s)++;
	int hours = number(s, 2), minutes = 0;
	if (**s) {
		(void)take(s, ":");
		minutes = number(s, 2);
	}
	if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
		return false;
	*zone = arena_printf(a, "%c%02d:%02d", sign, hours, minutes);
	return true;
}

static bool read_date(const char **s, struct moment *m)
{
	size_t digits = strspn(*s, "0123456789");
	struct civil *d = &m->date;
	if (digits == 4) {
		d->year = number(s, 4);
		if (!take(s, "-"))
			return false;
		d->month = number(s, 2);
		if (!take(s, "-"))
			return false;
		d->day = number(s, 2);
		return true;
	}
	if (digits != 1 && digits != 2)
		return false;
	d->day = number(s, digits);
	if (!take(s, "."))
		return false;
	digits = strspn(*s, "0123456789");
	if (digits != 1 && digits != 2)
		return false;
	d->month = number(s, digits);
	if (!take(s, ".") || strspn(*s, "0123456789") != 4)
		return false;
	d->year = number(s, 4);
	return true;
}

/* 45321 or 45321,5: days since 1900, as a spreadsheet keeps dates. */
static bool is_serial(const char *s)
{
	size_t n = strspn(s, "0123456789");
	if (n < 4 || n > 6)
		return false;
	return s[n] == '\0' || ((s[n] == '.' || s[n] == ',') &&
				   strspn(s + n + 1, "0123456789") == strlen(s + n + 1));
}

const char *import_time(const char *text, const char *zone, struct arena *a, const char **reason)
{
	enum { EARLIEST_YEAR = 1900 };
	*reason = "it is no date as 2026-12-31 or 31.12.2026";
	if (is_serial(text)) {
		*reason = "a spreadsheet's number stands where a date should; format the column as "
			  "a date, and save again";
		return NULL;
	}
	struct moment m = {.fraction = ""};
	const char *offset = NULL;
	if (!read_date(&text, &m))
		return NULL;
	if (*text && (!take(&text, "Tt ,") || (text += strspn(text, " "), !read_clock(&text, &m))))
		return NULL;
	text += strspn(text, " ");
	if (!read_offset(&text, a, &offset) || *text)
		return NULL;
	if (m.date.year < EARLIEST_YEAR || !civil_is_date(m.date)) {
		*reason = "there is no such date";
		return NULL;
	}
	return arena_printf(a, "%04d-%02d-%02d %02d:%02d:%02d%s%.*s %s", m.date.year, m.date.month,
	    m.date.day, m.hour, m.minute, m.second, m.fraction_size ? "." : "",
	    (int)m.fraction_size, m.fraction, offset ? offset : zone);
}
