#include "salesreg/base/civil.h"

/* A year that begins in March has its leap day last; 400 of them are an era, and always equally long. */
enum { ERA_YEARS = 400, ERA_DAYS = 146097, YEAR_DAYS = 365, EPOCH_FROM_ERA = 719468 };

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % ERA_YEARS == 0);
}

bool civil_is_date(struct civil date)
{
	static const int8_t longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (date.year < 0 || date.year > CIVIL_YEAR_MOST || date.month < 1 || date.month > 12 ||
	    date.day < 1)
		return false;
	return date.day <= longest[date.month - 1] - (date.month == 2 && !is_leap(date.year));
}

static int32_t floor_div(int32_t n, int32_t by)
{
	return (n >= 0 ? n : n - by + 1) / by;
}

/* Days before a month of a year that begins in March: 0, 31, 61, 92, … */
static int32_t before_month(int32_t from_march)
{
	return (153 * from_march + 2) / 5;
}

int32_t civil_days(struct civil date)
{
	int32_t from_march = (date.month + 9) % 12;
	int32_t year = date.year - (date.month <= 2);
	int32_t era = floor_div(year, ERA_YEARS), of_era = year - era * ERA_YEARS;
	int32_t day_of_era = of_era * YEAR_DAYS + of_era / 4 - of_era / 100 +
			     before_month(from_march) + date.day - 1;
	return era * ERA_DAYS + day_of_era - EPOCH_FROM_ERA;
}

struct civil civil_date(int32_t days)
{
	int32_t shifted = days + EPOCH_FROM_ERA;
	int32_t era = floor_div(shifted, ERA_DAYS), day = shifted - era * ERA_DAYS;
	int32_t of_era =
	    (day - day / (4 * YEAR_DAYS) + day / 36524 - day / (ERA_DAYS - 1)) / YEAR_DAYS;
	int32_t of_year = day - (of_era * YEAR_DAYS + of_era / 4 - of_era / 100);
	int32_t from_march = (5 * of_year + 2) / 153;
	int32_t month = from_march < 10 ? from_march + 3 : from_march - 9;
	return (struct civil){
	    .year = era * ERA_YEARS + of_era + (month <= 2),
	    .month = month,
	    .day = of_year - before_month(from_march) + 1,
	};
}

int civil_weekday(int32_t days)
{
	/* 1970-01-01 was a Thursday. */
	return (int)((days % 7 + 7 + 3) % 7) + 1;
}
