#include "salesreg/sandbox/google/calendar/recurrence.h"
#include "salesreg/base/rfc3339.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULE_MAX_BYTES = 200, STEP_MOST = 1000 };

static bool read_number(const char *text, int64_t most, int64_t *out)
{
	char *end;
	*out = strtoll(text, &end, 10);
	return end != text && *end == '\0' && *out >= 1 && *out <= most;
}

/* 20261231T235959Z, or a date, which is taken to its end. */
static bool read_until(const char *text, int64_t *us)
{
	char time[40];
	size_t n = strlen(text);
	if (n == 8)
		(void)snprintf(
		    time, sizeof time, "%.4s-%.2s-%.2sT23:59:59Z", text, text + 4, text + 6);
	else if (n == 16)
		(void)snprintf(time, sizeof time, "%.4s-%.2s-%.5s:%.2s:%.3s", text, text + 4,
		    text + 6, text + 11, text + 13);
	else
		return false;
	return rfc3339_parse(time, strlen(time), us);
}

static bool read_part(char *part, struct google_recurrence *out, int64_t *unit, int64_t *interval)
{
	char *value = strchr(part, '=');
	if (!value)
		return false;
	*value++ = '\0';
	if (strcmp(part, "FREQ") == 0) {
		*unit = strcmp(value, "DAILY") == 0 ? 1 : strcmp(value, "WEEKLY") == 0 ? 7 : 0;
		return *unit > 0;
	}
	if (strcmp(part, "INTERVAL") == 0)
		return read_number(value, STEP_MOST, interval);
	if (strcmp(part, "COUNT") == 0)
		return read_number(value, GOOGLE_OCCURRENCES_MAX, &out->count);
	return strcmp(part, "UNTIL") == 0 && read_until(value, &out->until_us);
}

bool google_recurrence_read(const json_t *recurrence, struct google_recurrence *out)
{
	static const char begin[] = "RRULE:";
	char rule[RULE_MAX_BYTES + 1];
	const char *text = json_string_value(json_array_get(recurrence, 0));
	int64_t unit = 0, interval = 1;
	*out = (struct google_recurrence){.count = GOOGLE_OCCURRENCES_MAX, .until_us = INT64_MAX};
	if (json_array_size(recurrence) != 1 || !text || strlen(text) > RULE_MAX_BYTES ||
	    strncmp(text, begin, sizeof begin - 1) != 0)
		return false;
	(void)snprintf(rule, sizeof rule, "%s", text + sizeof begin - 1);
	char *rest = rule;
	for (char *part; (part = strsep(&rest, ";"));)
		if (!read_part(part, out, &unit, &interval))
			return false;
	out->step_days = unit * interval;
	return unit > 0;
}
