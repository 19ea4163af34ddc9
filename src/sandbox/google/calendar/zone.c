#include "salesreg/sandbox/google/calendar/zone.h"
#include "salesreg/base/civil.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FILE_MAX_BYTES = 64 * 1024,
	HEADER_BYTES = 44,
	TYPE_BYTES = 6,
	TYPES_MAX = 256,
	TRANSITIONS_MAX = 4000,
	NAME_MAX_BYTES = 100,
	HOUR = 3600,
};
static const int64_t SECOND_US = 1000000;

/* "M3.2.0/2": the second Sunday of March, 2:00 on the wall. */
struct rule {
	int month, week, weekday;
	int64_t time_s;
};

struct google_zone {
	size_t count;
	int64_t at_s[TRANSITIONS_MAX];
	uint8_t type[TRANSITIONS_MAX];
	size_t types;
	int32_t offset_s[TYPES_MAX];
	/* after the last transition */
	bool has_rule, has_summer;
	int64_t standard_s, summer_s;
	struct rule begin, end; /* of summer time */
};

/* --- the file --- */

static int64_t big_endian(const unsigned char *p, int n)
{
	uint64_t value = (p[0] & 0x80) ? UINT64_MAX : 0;
	for (int i = 0; i < n; i++)
		value = value << 8 | p[i];
	return (int64_t)value;
}

struct counts {
	size_t is_ut, is_std, leap, time, type, chars;
};

static bool read_header(const unsigned char *p, size_t left, struct counts *c)
{
	size_t *const fields[] = {&c->is_ut, &c->is_std, &c->leap, &c->time, &c->type, &c->chars};
	if (left < HEADER_BYTES || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		int64_t n = big_endian(p + 20 + 4 * i, 4);
		if (n < 0 || n > FILE_MAX_BYTES)
			return false;
		*fields[i] = (size_t)n;
	}
	return true;
}

/* time_bytes: 4 in the first block, 8 in the second. */
static size_t block_size(const struct counts *c, size_t time_bytes)
{
	return c->time * (time_bytes + 1) + c->type * TYPE_BYTES + c->chars +
	       c->leap * (time_bytes + 4) + c->is_std + c->is_ut;
}

static bool read_block(struct google_zone *z, const unsigned char *p, const struct counts *c)
{
	const unsigned char *index = p + 8 * c->time, *types = index + c->time;
	if (c->time > TRANSITIONS_MAX || c->type == 0 || c->type > TYPES_MAX)
		return false;
	z->count = c->time;
	z->types = c->type;
	for (size_t i = 0; i < c->time; i++) {
		z->at_s[i] = big_endian(p + 8 * i, 8);
		z->type[i] = index[i];
		if (index[i] >= c->type || (i > 0 && z->at_s[i] <= z->at_s[i - 1]))
			return false;
	}
	for (size_t i = 0; i < c->type; i++)
		z->offset_s[i] = (int32_t)big_endian(types + TYPE_BYTES * i, 4);
	return true;
}

/* --- the footer --- */

static bool skip_name(const char **p)
{
	const char *from = *p;
	if (**p == '<') {
		*p += strcspn(*p, ">");
		if (**p != '>')
			return false;
		(*p)++;
		return true;
	}
	while (isalpha((unsigned char)**p))
		(*p)++;
	return *p - from >= 3;
}

static bool read_number(const char **p, int most, int *out)
{
	const char *from = *p;
	*out = 0;
	while (isdigit((unsigned char)**p) && *p - from < 3)
		*out = *out * 10 + *(*p)++ - '0';
	return *p > from && *out <= most;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(const char **p, int64_t *out)
{
	int sign = **p == '-' ? -1 : 1, hour, minute = 0, second = 0;
	*p += **p == '-' || **p == '+';
	if (!read_number(p, 167, &hour))
		return false;
	if (**p == ':') {
		(*p)++;
		if (!read_number(p, 59, &minute))
			return false;
	}
	if (**p == ':') {
		(*p)++;
		if (!read_number(p, 59, &second))
			return false;
	}
	*out = sign * ((int64_t)hour * HOUR + (int64_t)minute * 60 + second);
	return true;
}

static bool read_rule(const char **p, struct rule *rule)
{
	rule->time_s = 2 * HOUR;
	if (strncmp(*p, ",M", 2) != 0)
		return false;
	*p += 2;
	if (!read_number(p, 12, &rule->month) || *(*p)++ != '.' ||
	    !read_number(p, 5, &rule->week) || *(*p)++ != '.' ||
	    !read_number(p, 6, &rule->weekday) || rule->month < 1 || rule->week < 1)
		return false;
	if (**p != '/')
		return true;
	(*p)++;
	return read_time(p, &rule->time_s);
}

/* In it what is west of Greenwich is positive. */
static void read_footer(struct google_zone *z, const char *p)
{
	if (!skip_name(&p) || !read_time(&p, &z->standard_s))
		return;
	z->standard_s = -z->standard_s;
	z->has_rule = true;
	if (*p == '\0' || !skip_name(&p))
		return;
	z->summer_s = z->standard_s + HOUR;
	if (*p != ',') {
		if (!read_time(&p, &z->summer_s))
			return;
		z->summer_s = -z->summer_s;
	}
	z->has_summer = read_rule(&p, &z->begin) && read_rule(&p, &z->end) && *p == '\0';
}

static bool parse(struct google_zone *z, unsigned char *bytes, size_t size)
{
	struct counts c;
	if (!read_header(bytes, size, &c))
		return false;
	size_t at = HEADER_BYTES + block_size(&c, 4);
	if (at > size || !read_header(bytes + at, size - at, &c))
		return false;
	at += HEADER_BYTES;
	if (block_size(&c, 8) > size - at || !read_block(z, bytes + at, &c))
		return false;
	at += block_size(&c, 8);
	if (at + 2 <= size && bytes[at] == '\n' && bytes[size - 1] == '\n') {
		bytes[size - 1] = '\0';
		read_footer(z, (const char *)bytes + at + 1);
	}
	return true;
}

/* A name of the database, and no other file. */
static bool is_name(const char *name)
{
	size_t n = strlen(name);
	return n > 0 && n <= NAME_MAX_BYTES && isalpha((unsigned char)name[0]) &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
		   n;
}

struct google_zone *google_zone_load(const char *name)
{
	char path[400];
	const char *dir = getenv("TZDIR");
	if (!is_name(name))
		return NULL;
	int n =
	    snprintf(path, sizeof path, "%s/%s", dir && *dir ? dir : "/usr/share/zoneinfo", name);
	FILE *file = n > 0 && (size_t)n < sizeof path ? fopen(path, "re") : NULL;
	if (!file)
		return NULL;
	struct google_zone *z = calloc(1, sizeof *z);
	unsigned char *bytes = malloc(FILE_MAX_BYTES);
	if (!z || !bytes)
		abort();
	size_t size = fread(bytes, 1, FILE_MAX_BYTES, file);
	(void)fclose(file);
	if (size == FILE_MAX_BYTES || !parse(z, bytes, size)) {
		free(z);
		z = NULL;
	}
	free(bytes);
	return z;
}

void google_zone_free(struct google_zone *zone)
{
	free(zone);
}

/* --- looking up --- */

/* On the wall, before the change. */
static int64_t rule_wall_s(const struct rule *rule, int year)
{
	int32_t first = civil_days((struct civil){year, rule->month, 1});
	int weekday = civil_weekday(first) % 7; /* Sunday is 0 here */
	int32_t day = first + (rule->weekday - weekday + 7) % 7 + 7 * (rule->week - 1);
	while (civil_date(day).month != rule->month) /* week 5 is the last one */
		day -= 7;
	return (int64_t)day * CIVIL_DAY_SECONDS + rule->time_s;
}

static int64_t by_rule(const struct google_zone *z, int64_t s)
{
	int64_t days = s / CIVIL_DAY_SECONDS - (s % CIVIL_DAY_SECONDS < 0);
	int year = civil_date((int32_t)days).year;
	if (!z->has_summer || year < 1 || year > CIVIL_YEAR_MOST)
		return z->standard_s;
	int64_t begin = rule_wall_s(&z->begin, year) - z->standard_s;
	int64_t end = rule_wall_s(&z->end, year) - z->summer_s;
	/* south of the equator it lasts over the new year */
	bool summer = begin < end ? s >= begin && s < end : s >= begin || s < end;
	return summer ? z->summer_s : z->standard_s;
}

int64_t google_zone_offset_s(const struct google_zone *z, int64_t us)
{
	int64_t s = us / SECOND_US - (us % SECOND_US < 0);
	if (!z)
		return 0;
	if (z->has_rule && (z->count == 0 || s >= z->at_s[z->count - 1]))
		return by_rule(z, s);
	size_t low = 0, high = z->count; /* how many are not after s */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (z->at_s[middle] <= s)
			low = middle + 1;
		else
			high = middle;
	}
	return z->offset_s[low > 0 ? z->type[low - 1] : 0];
}

int64_t google_zone_instant(const struct google_zone *z, int64_t wall_us)
{
	const int64_t day_us = CIVIL_DAY_SECONDS * SECOND_US;
	/* clocks are moved once a day at most: these are the offsets before and after */
	int64_t before_s = google_zone_offset_s(z, wall_us - day_us);
	int64_t after_s = google_zone_offset_s(z, wall_us + day_us);
	int64_t before = wall_us - before_s * SECOND_US, after = wall_us - after_s * SECOND_US;
	if (google_zone_offset_s(z, before) == before_s)
		return before;
	return google_zone_offset_s(z, after) == after_s ? after : before;
}
