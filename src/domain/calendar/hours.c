#include "salesreg/domain/calendar/hours.h"
#include "salesreg/base/civil.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEEK = 7, HOUR = 60, NAME_BYTES = 64, DAY_MOST = 100000 };

static int compare(const struct hours_range *a, const struct hours_range *b)
{
	if (a->weekday != b->weekday)
		return a->weekday < b->weekday ? -1 : 1;
	return (a->opens > b->opens) - (a->opens < b->opens);
}

static int by_time(const void *a, const void *b)
{
	return compare(a, b);
}

static bool overlap(const struct hours_range *a, const struct hours_range *b)
{
	return a->weekday == b->weekday && a->opens < b->closes && b->opens < a->closes;
}

const struct hours_range *hours_settle(struct hours *hours)
{
	struct hours_range *list = hours->ranges;
	for (size_t i = 1; i < hours->count; i++)
		for (size_t k = 0; k < i; k++)
			if (overlap(&list[k], &list[i]))
				return &list[i];
	if (hours->count < 2)
		return NULL;
	qsort(list, hours->count, sizeof *list, by_time);
	size_t last = 0;
	for (size_t i = 1; i < hours->count; i++) {
		if (list[i].weekday == list[last].weekday && list[i].opens == list[last].closes)
			list[last].closes = list[i].closes;
		else
			list[++last] = list[i];
	}
	hours->count = last + 1;
	return NULL;
}

const char *hours_pack(struct arena *a, const struct hours *hours)
{
	const char *out = "";
	for (size_t i = 0; i < hours->count; i++) {
		const struct hours_range *r = &hours->ranges[i];
		out = arena_printf(
		    a, "%s%s%d %d %d", out, i ? "," : "", r->weekday, r->opens, r->closes);
	}
	return out;
}

static bool number(const char **at, int most, int *value)
{
	const char *first = *at;
	for (*value = 0; **at >= '0' && **at <= '9' && *value <= most; (*at)++)
		*value = *value * 10 + **at - '0';
	return *at != first && *value <= most;
}

static bool unpack_range(const char **at, struct hours_range *r)
{
	if (!number(at, WEEK, &r->weekday) || *(*at)++ != ' ' ||
	    !number(at, HOURS_DAY_MINUTES, &r->opens) || *(*at)++ != ' ' ||
	    !number(at, HOURS_DAY_MINUTES, &r->closes))
		return false;
	return r->weekday > 0 && r->opens < r->closes;
}

bool hours_unpack(const char *packed, struct hours *hours)
{
	*hours = (struct hours){.count = 0};
	for (const char *at = packed; at && *at; at += *at == ',') {
		if (hours->count == HOURS_MOST_RANGES ||
		    !unpack_range(&at, &hours->ranges[hours->count++]) || (*at && *at != ',')) {
			hours->count = 0;
			return false;
		}
	}
	if (!hours_settle(hours))
		return true;
	hours->count = 0;
	return false;
}

const char *days_pack(struct arena *a, const int32_t *days, size_t count)
{
	const char *out = "";
	for (size_t i = 0; i < count; i++)
		out = arena_printf(a, "%s%s%d", out, i ? "," : "", (int)days[i]);
	return out;
}

size_t days_unpack(const char *packed, int32_t *days, size_t room)
{
	size_t count = 0;
	int value;
	for (const char *at = packed; at && *at && count < room; at += *at == ',') {
		if (!number(&at, DAY_MOST, &value) || (*at && *at != ','))
			return count;
		days[count++] = value;
	}
	return count;
}

/* The names, each in a place of its own; where there are fewer, the last are empty. */
static void split_names(const char *names, char out[WEEK][NAME_BYTES])
{
	for (size_t i = 0; i < WEEK; i++) {
		names += strspn(names, " ");
		size_t n = strcspn(names, " ");
		(void)snprintf(
		    out[i], NAME_BYTES, "%.*s", n < NAME_BYTES ? (int)n : NAME_BYTES - 1, names);
		names += n;
	}
}

/* "10:00–13:00, 14:00–19:00", or "" on a day without. */
static const char *print_day(struct arena *a, const struct hours *hours, int weekday)
{
	const char *out = "";
	for (size_t i = 0; i < hours->count; i++) {
		const struct hours_range *r = &hours->ranges[i];
		if (r->weekday == weekday)
			out = arena_printf(a, "%s%s%02d:%02d–%02d:%02d", out, *out ? ", " : "",
			    r->opens / HOUR, r->opens % HOUR, r->closes / HOUR, r->closes % HOUR);
	}
	return out;
}

const char *hours_print(struct arena *a, const struct hours *hours, const char *names)
{
	char name[WEEK][NAME_BYTES];
	const char *days[WEEK], *out = "";
	split_names(names, name);
	for (int i = 0; i < WEEK; i++)
		days[i] = print_day(a, hours, i + 1);
	for (int i = 0, last; i < WEEK; i = last + 1) {
		for (last = i; last + 1 < WEEK && strcmp(days[last + 1], days[i]) == 0;)
			last++;
		if (!*days[i])
			continue;
		const char *dash = last == i ? "" : last == i + 1 ? ", " : "–";
		out = arena_printf(a, "%s%s%s%s%s %s", out, *out ? "; " : "", name[i], dash,
		    last == i ? "" : name[last], days[i]);
	}
	return out;
}

const char *days_print(struct arena *a, const int32_t *days, size_t count)
{
	const char *out = "";
	for (size_t i = 0, last; i < count; i = last + 1) {
		for (last = i; last + 1 < count && days[last + 1] == days[last] + 1;)
			last++;
		struct civil from = civil_date(days[i]), until = civil_date(days[last]);
		out = arena_printf(a, "%s%s%02d.%02d.%04d", out, *out ? ", " : "", from.day,
		    from.month, from.year);
		if (last != i)
			out = arena_printf(
			    a, "%s–%02d.%02d.%04d", out, until.day, until.month, until.year);
	}
	return out;
}
