/*
 * Dates of the proleptic Gregorian calendar as days since 1970-01-01, with no time zone in it.
 * Units: days; years 0…9999, months 1…12, Monday is 1. Ownership: none. Errors: civil_is_date() says what is none.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { CIVIL_YEAR_MOST = 9999, CIVIL_DAY_SECONDS = 86400 };

struct civil {
	int year, month, day;
};

bool civil_is_date(struct civil date);
int32_t civil_days(struct civil date);
struct civil civil_date(int32_t days);
/* ISO 8601: Monday is 1, Sunday is 7. */
int civil_weekday(int32_t days);
