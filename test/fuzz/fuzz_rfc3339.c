/*
 * Bytes → an instant or a date: what is taken is of the form it must have, and what is written of it is the same instant.
 */
#include "fuzz.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/rfc3339.h"

static void check_instant(const char *s, size_t n, int64_t us)
{
	char text[RFC3339_SIZE];
	int64_t again;
	require(n >= sizeof "2026-12-31T23:59:59Z" - 1 && memchr(s, '\0', n) == NULL);
	require(
	    s[4] == '-' && s[13] == ':' && (s[n - 1] == 'Z' || s[n - 1] == 'z' || s[n - 3] == ':'));
	rfc3339_format(us, text);
	require(rfc3339_parse(text, strlen(text), &again) && again == us);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	/* In memory of its own size: whoever reads past it is found. */
	char *s = malloc(size ? size : 1);
	int64_t us = 7;
	int32_t days = 7;
	require(s != NULL);
	if (size)
		memcpy(s, bytes, size);
	if (rfc3339_parse(s, size, &us))
		check_instant(s, size, us);
	else
		require(us == 7);
	if (rfc3339_parse_date(s, size, &days)) {
		struct civil date = civil_date(days);
		char text[32];
		require(size == 10 && civil_is_date(date) && civil_days(date) == days);
		(void)snprintf(
		    text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
		require(memcmp(text, s, 10) == 0);
	} else {
		require(days == 7);
	}
	free(s);
	return 0;
}
