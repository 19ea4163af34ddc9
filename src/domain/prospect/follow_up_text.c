#include "salesreg/domain/prospect/follow_up_text.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/text.h"
#include <string.h>

enum { CENTURY = 2000, HOUR = 60, HOURS_A_DAY = 24, LEAP_YEARS = 8 };

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t\n,");
}

/* At most `most` digits; NULL: there is none, or one more. */
static const char *read_number(const char *s, size_t most, int *value, size_t *digits)
{
	size_t n = strspn(s, "0123456789");
	if (n == 0 || n > most)
		return NULL;
	*value = 0;
	for (size_t i = 0; i < n; i++)
		*value = *value * 10 + (s[i] - '0');
	if (digits)
		*digits = n;
	return s + n;
}

/* "31.12" and a year, if there is one. */
static const char *read_date(const char *s, struct civil *date)
{
	size_t digits;
	s = read_number(s, 2, &date->day, NULL);
	if (!s || (*s != '.' && *s != '/'))
		return NULL;
	s = read_number(s + 1, 2, &date->month, NULL);
	date->year = 0;
	if (!s || (*s != '.' && *s != '/'))
		return s;
	if (s[1] == '\0' || s[1] == ' ') /* "31.12." */
		return s + 1;
	s = read_number(s + 1, 4, &date->year, &digits);
	if (!s || (digits != 2 && digits != 4))
		return NULL;
	if (digits == 2)
		date->year += CENTURY;
	return s;
}

/* "15:00", "15.00", "15", with "в" or "at" before it. */
static const char *read_time(const char *s, int *minute)
{
	static const char *const before[] = {"в ", "at "};
	int hour, past = 0;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (strncmp(s, before[i], strlen(before[i])) == 0)
			s = skip_blanks(s + strlen(before[i]));
	s = read_number(s, 2, &hour, NULL);
	if (s && (*s == ':' || *s == '.'))
		s = read_number(s + 1, 2, &past, NULL);
	if (!s)
		return NULL;
	*minute = hour < HOURS_A_DAY && past < HOUR ? hour * HOUR + past : -1;
	return s;
}

static bool is_over(const struct follow_up *f, int32_t today, int minute)
{
	return f->day < today || (f->day == today && f->minute <= minute);
}

enum follow_up_problem follow_up_read(
    const char *text, int32_t today, int minute, struct arena *a, struct follow_up *out)
{
	struct civil date;
	out->minute = FOLLOW_UP_MINUTE;
	const char *rest = read_date(skip_blanks(text_fold(a, text)), &date);
	if (!rest)
		return FOLLOW_UP_UNKNOWN;
	rest = skip_blanks(rest);
	if (*rest)
		rest = read_time(rest, &out->minute);
	if (!rest || *skip_blanks(rest))
		return FOLLOW_UP_UNKNOWN;
	if (out->minute < 0)
		return FOLLOW_UP_BAD_DATE;
	if (date.year) {
		if (!civil_is_date(date))
			return FOLLOW_UP_BAD_DATE;
		out->day = civil_days(date);
	} else {
		/* 29.02 is a day in few years */
		const int year = civil_date(today).year;
		for (date.year = year; date.year <= year + LEAP_YEARS; date.year++) {
			out->day = civil_is_date(date) ? civil_days(date) : INT32_MIN;
			if (out->day >= today)
				break;
		}
		if (date.year > year + LEAP_YEARS)
			return FOLLOW_UP_BAD_DATE;
	}
	if (is_over(out, today, minute))
		return FOLLOW_UP_PAST;
	return out->day - today > FOLLOW_UP_DAYS_MOST ? FOLLOW_UP_TOO_FAR : FOLLOW_UP_OK;
}

const char *follow_up_day(struct arena *a, int32_t day)
{
	const struct civil date = civil_date(day);
	return arena_printf(a, "%02d.%02d.%d", date.day, date.month, date.year);
}
