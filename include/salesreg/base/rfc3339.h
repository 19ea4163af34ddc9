/*
 * Instants and dates as Google and JSON write them: 2026-12-31T09:30:00.5+08:00, 2026-12-31.
 * Strict: fixed positions, everything in its range, no space, nothing left over. 't' and 'z' may be small; a fraction may be of
 * any length, what is finer than a microsecond is cut; a leap second (23:59:60 UTC) is the second after it. The year is one of four
 * digits in UTC, too, so what is taken can be written.
 * Units: microseconds since 1970-01-01T00:00:00Z; days since 1970-01-01. Ownership: none. Errors: false, and nothing is written.
 * Source: RFC 3339 § 5.6, § 5.7.
 */
#pragma once
#include "salesreg/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RFC3339_SIZE = sizeof "2026-12-31T23:59:59.123456Z" };

MUST_CHECK bool rfc3339_parse(const char *s, size_t n, int64_t *us);
/* A date alone, of an all-day event: which instant it begins at depends on the calendar's zone. */
MUST_CHECK bool rfc3339_parse_date(const char *s, size_t n, int32_t *days);
/* In UTC; the fraction only where there is one. Only for what rfc3339_parse() could yield. */
void rfc3339_format(int64_t us, char out[RFC3339_SIZE]);
