#include "hours_text_private.h"
#include "salesreg/base/civil.h"
#include <stdlib.h>

enum { CENTURY = 100, THIS_CENTURY = 2000, YEARS_AHEAD = 2, RANGE_MOST = 100 };

/* A date as it was said. */
struct said {
	struct civil date;
	bool has_year;
	const struct token *token;
};

static void set_year(struct said *said, int year, size_t digits)
{
	said->date.year = digits <= 2 ? THIS_CENTURY + year % CENTURY : year;
	said->has_year = true;
}

static bool is_plain(const struct token *t)
{
	return t->kind == TOKEN_NUMBER && t->part_count == 1;
}

/* A year behind a date in words. */
static void read_year(struct reader *r, struct said *said)
{
	if (!is_plain(r->at) || r->at->digits != 4)
		return;
	set_year(said, r->at->parts[0], r->at->digits);
	r->at++;
}

/* "31.12", "31.12.2026", "2026-12-31" */
static bool read_numbers(struct reader *r, struct said *said)
{
	const struct token *t = r->at++;
	if (t->separator == '-') {
		said->date = (struct civil){t->parts[0], t->parts[1], t->parts[2]};
		said->has_year = true;
		return t->part_count == 3;
	}
	said->date.day = t->parts[0];
	said->date.month = t->parts[1];
	if (t->part_count == 3)
		set_year(said, t->parts[2], t->last_digits);
	return t->separator == '.' && t->digits <= 2 &&
	       (t->part_count == 3 ? t->last_digits == 2 || t->last_digits == 4
				   : t->last_digits <= 2);
}

/* "31 dec", "dec 31"; in "1-10 jan" the month of the first number stands behind the second. */
static bool read_words(struct reader *r, struct said *said, int month_before)
{
	const struct token *t = r->at;
	if (t->kind == TOKEN_MONTH && is_plain(t + 1)) {
		said->date.month = t->value;
		said->date.day = t[1].parts[0];
		r->at += 2;
		read_year(r, said);
		return true;
	}
	if (!is_plain(t))
		return false;
	said->date.day = t->parts[0];
	r->at++;
	if (r->at->kind == TOKEN_MONTH) {
		said->date.month = r->at->value;
		r->at++;
		read_year(r, said);
	} else if ((r->at->kind == TOKEN_DASH || r->at->kind == TOKEN_PO) && is_plain(r->at + 1) &&
		   r->at[2].kind == TOKEN_MONTH) {
		said->date.month = r->at[2].value;
	} else {
		said->date.month = month_before;
	}
	return said->date.month > 0;
}

static bool read_date(struct reader *r, struct said *said, int month_before)
{
	while (r->at->kind == TOKEN_FILLER || r->at->kind == TOKEN_DAY_WORD)
		r->at++;
	*said = (struct said){.token = r->at};
	if (r->at->kind == TOKEN_TODAY) {
		said->date = civil_date(r->today + r->at->value);
		said->has_year = true;
		r->at++;
		return true;
	}
	bool read = r->at->kind == TOKEN_NUMBER && r->at->part_count > 1
			? read_numbers(r, said)
			: read_words(r, said, month_before);
	if (!read)
		return reader_fails(r, HOURS_BAD_DATE, said->token);
	return true;
}

/* The day that is meant: without a year the first one that is not before `least`. */
static bool find_day(struct reader *r, struct said *said, int32_t least, int32_t *day)
{
	int year = civil_date(least).year;
	if (!said->has_year) {
		/* 29.02 is a day in few years */
		for (said->date.year = year; said->date.year <= year + YEARS_AHEAD;
		     said->date.year++)
			if (civil_is_date(said->date) && civil_days(said->date) >= least)
				break;
	}
	if (!civil_is_date(said->date) || said->date.year > civil_date(r->today).year + YEARS_AHEAD)
		return reader_fails(r, HOURS_BAD_DATE, said->token);
	*day = civil_days(said->date);
	if (*day < r->today)
		return reader_fails(r, HOURS_PAST_DATE, said->token);
	return true;
}

static int by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static bool add_days(struct reader *r, int32_t first, int32_t last, const struct token *token)
{
	struct hours_text *out = r->out;
	if (last < first)
		return reader_fails(r, HOURS_REVERSED, token);
	for (int32_t day = first; day <= last; day++) {
		if (out->day_count == HOURS_DAYS_OFF_MOST || last - first >= RANGE_MOST)
			return reader_fails(r, HOURS_TOO_MANY, token);
		out->days[out->day_count++] = day;
	}
	return true;
}

/* A date, or from one to another. */
static bool read_span(struct reader *r)
{
	struct said from, until;
	int32_t first = 0, last = 0;
	if (!read_date(r, &from, 0) || !find_day(r, &from, r->today, &first))
		return false;
	last = first;
	until = from;
	if (r->at->kind == TOKEN_DASH || r->at->kind == TOKEN_PO) {
		r->at++;
		if (!read_date(r, &until, from.date.month) || !find_day(r, &until, first, &last))
			return false;
	}
	return add_days(r, first, last, until.token);
}

bool reader_days(struct reader *r)
{
	struct hours_text *out = r->out;
	while (r->at->kind == TOKEN_DASH)
		r->at++;
	while (r->at->kind != TOKEN_END) {
		if (r->at->kind == TOKEN_BREAK || r->at->kind == TOKEN_AND ||
		    r->at->kind == TOKEN_FILLER || r->at->kind == TOKEN_DAY_WORD)
			r->at++;
		else if (r->at->kind == TOKEN_UNKNOWN)
			return reader_fails(r, HOURS_UNKNOWN_WORD, r->at);
		else if (!read_span(r))
			return false;
	}
	if (out->day_count == 0)
		return reader_fails(r, HOURS_BAD_DATE, r->at);
	qsort(out->days, out->day_count, sizeof *out->days, by_day);
	size_t kept = 1;
	for (size_t i = 1; i < out->day_count; i++)
		if (out->days[i] != out->days[kept - 1])
			out->days[kept++] = out->days[i];
	out->day_count = kept;
	return true;
}
