#include "salesreg/base/rfc3339.h"
#include "salesreg/base/civil.h"
#include <assert.h>
#include <stdio.h>

enum {
	DATE_BYTES = sizeof "2026-12-31" - 1,
	TIME_BYTES = sizeof "T23:59:59" - 1,
	OFFSET_BYTES = sizeof "+08:00" - 1,
	US = 1000000, /* a second */
	MINUTE = 60,
	HOUR = 3600,
	LEAP_SECOND = 60
};

/* 0000-01-01T00:00:00Z, 9999-12-31T23:59:59Z */
static const int64_t FIRST_SECOND = INT64_C(-62167219200), LAST_SECOND = INT64_C(253402300799);

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* `count` digits at s, in a range. */
static bool number(const char *s, int count, int most, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++) {
		if (!is_digit(s[i]))
			return false;
		*value = *value * 10 + s[i] - '0';
	}
	return *value <= most;
}

bool rfc3339_parse_date(const char *s, size_t n, int32_t *days)
{
	struct civil date;
	if (n != DATE_BYTES || s[4] != '-' || s[7] != '-' ||
	    !number(s, 4, CIVIL_YEAR_MOST, &date.year) || !number(s + 5, 2, 12, &date.month) ||
	    !number(s + 8, 2, 31, &date.day) || !civil_is_date(date))
		return false;
	*days = civil_days(date);
	return true;
}

/* "T23:59:59": the second of the day, and whether it is the leap second, which counts as the one before it here. */
static bool time_of_day(const char *s, int64_t *seconds, bool *leap)
{
	int hour, minute, second;
	if ((s[0] != 'T' && s[0] != 't') || s[3] != ':' || s[6] != ':' ||
	    !number(s + 1, 2, 23, &hour) || !number(s + 4, 2, 59, &minute) ||
	    !number(s + 7, 2, LEAP_SECOND, &second))
		return false;
	*leap = second == LEAP_SECOND;
	*seconds = (int64_t)hour * HOUR + (int64_t)minute * MINUTE + second - *leap;
	return true;
}

/* ".5": how many bytes it is, 0 if there is none or it has no digit. */
static size_t fraction(const char *s, size_t n, int64_t *us)
{
	size_t i = 1;
	*us = 0;
	if (n < 2 || s[0] != '.' || !is_digit(s[1]))
		return 0;
	for (int64_t worth = US / 10; i < n && is_digit(s[i]); i++, worth /= 10)
		*us += worth * (s[i] - '0');
	return i;
}

/* "Z" or "+08:00", to the end. */
static bool offset(const char *s, size_t n, int64_t *seconds)
{
	int hours, minutes;
	*seconds = 0;
	if (n == 1)
		return s[0] == 'Z' || s[0] == 'z';
	if (n != OFFSET_BYTES || (s[0] != '+' && s[0] != '-') || s[3] != ':' ||
	    !number(s + 1, 2, 23, &hours) || !number(s + 4, 2, 59, &minutes))
		return false;
	*seconds = (int64_t)hours * HOUR + (int64_t)minutes * MINUTE;
	if (s[0] == '-')
		*seconds = -*seconds;
	return true;
}

bool rfc3339_parse(const char *s, size_t n, int64_t *us)
{
	int32_t days;
	int64_t of_day, of_second, east;
	bool leap;
	if (n <= DATE_BYTES + TIME_BYTES || !rfc3339_parse_date(s, DATE_BYTES, &days) ||
	    !time_of_day(s + DATE_BYTES, &of_day, &leap))
		return false;
	size_t at = DATE_BYTES + TIME_BYTES;
	at += fraction(s + at, n - at, &of_second);
	if (!offset(s + at, n - at, &east))
		return false;
	int64_t seconds = (int64_t)days * CIVIL_DAY_SECONDS + of_day - east;
	if (leap && (seconds + 1) % CIVIL_DAY_SECONDS != 0)
		return false;
	seconds += leap;
	/* An offset can lead out of the years that four digits can say. */
	if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
		return false;
	*us = seconds * US + of_second;
	return true;
}

void rfc3339_format(int64_t us, char out[RFC3339_SIZE])
{
	int64_t of_second = (us % US + US) % US, seconds = (us - of_second) / US;
	int64_t of_day = (seconds % CIVIL_DAY_SECONDS + CIVIL_DAY_SECONDS) % CIVIL_DAY_SECONDS;
	struct civil date = civil_date((int32_t)((seconds - of_day) / CIVIL_DAY_SECONDS));
	char parts[8] = "";
	assert(civil_is_date(date));
	if (of_second)
		(void)snprintf(parts, sizeof parts, ".%06d", (int)of_second);
	int size = snprintf(out, RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", date.year,
	    date.month, date.day, (int)(of_day / HOUR), (int)(of_day % HOUR / MINUTE),
	    (int)(of_day % MINUTE), parts);
	assert(size > 0 && size < RFC3339_SIZE);
	(void)size;
}
