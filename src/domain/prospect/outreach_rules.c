#include "salesreg/domain/prospect/outreach_rules.h"
#include <stddef.h>

enum { HOUR = 60, HOURS_A_DAY = 24 };

enum outreach_verdict outreach_may(
    const struct outreach_limits *limits, const struct outreach_facts *facts)
{
	if (!facts->met || !facts->owned || !facts->open || facts->opted_out ||
	    limits->most_a_day == 0)
		return OUTREACH_NEVER;
	if (facts->minute >= limits->closes || facts->written >= limits->most_a_day)
		return OUTREACH_TOMORROW;
	return facts->minute < limits->opens ? OUTREACH_TODAY : OUTREACH_NOW;
}

static const char *read_hour(const char *s, int *hour)
{
	size_t digits = 0;
	for (*hour = 0; *s >= '0' && *s <= '9' && digits < 2; s++, digits++)
		*hour = *hour * 10 + (*s - '0');
	return digits > 0 && *hour <= HOURS_A_DAY ? s : NULL;
}

bool outreach_hours_parse(const char *text, struct outreach_limits *limits)
{
	int opens, closes;
	const char *rest = text ? read_hour(text, &opens) : NULL;
	if (!rest || *rest != '-')
		return false;
	rest = read_hour(rest + 1, &closes);
	if (!rest || *rest != '\0' || opens >= closes)
		return false;
	limits->opens = opens * HOUR;
	limits->closes = closes * HOUR;
	return true;
}
