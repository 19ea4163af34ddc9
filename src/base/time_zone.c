#include "salesreg/base/time_zone.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { NEAR_MOST = 3, FAR = 99, NAME_BYTES = 64, COMMENT_LEAST = 4 };

static const char *directory(void)
{
	const char *dir = getenv("TZDIR");
	return dir && *dir ? dir : "/usr/share/zoneinfo";
}

static bool is_zone_file(const char *path)
{
	char magic[4] = "";
	FILE *file = fopen(path, "re");
	bool found = file && fread(magic, 1, sizeof magic, file) == sizeof magic &&
		     memcmp(magic, "TZif", sizeof magic) == 0;
	if (file)
		(void)fclose(file);
	return found;
}

/* "WITA-8", "<+08>-8", "MSK-3MSD,…": a name of three letters or more, and how far it is from UTC. */
static bool is_rule(const char *s)
{
	size_t n = 0;
	if (*s == '<') {
		n = strcspn(s, ">");
		if (s[n] != '>')
			return false;
		n++;
	} else {
		n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	}
	s += n;
	s += *s == '+' || *s == '-';
	return n >= 3 && *s >= '0' && *s <= '9';
}

bool time_zone_exists(const char *name)
{
	name += *name == ':';
	if (*name == '/')
		return is_zone_file(name);
	if (strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0 || is_rule(name))
		return true;
	char path[512];
	int n = snprintf(path, sizeof path, "%s/%s", directory(), name);
	return *name && !strstr(name, "..") && n > 0 && (size_t)n < sizeof path &&
	       is_zone_file(path);
}

const char *time_zone_here(char out[TIME_ZONE_SIZE])
{
	static const char root[] = "/zoneinfo/";
	char link[512];
	const char *name = getenv("TZ");
	if (!name || !*name) {
		ssize_t n = readlink("/etc/localtime", link, sizeof link - 1);
		link[n > 0 ? n : 0] = '\0';
		name = strstr(link, root);
		name = name ? name + sizeof root - 1 : "";
	}
	name += *name == ':';
	size_t n = strlen(name);
	(void)snprintf(out, TIME_ZONE_SIZE, "%s", n > 0 && n < TIME_ZONE_SIZE ? name : "UTC");
	return out;
}

/* Places people look for that the database has under another name. */
static const struct {
	const char *place, *zone;
} known[] = {
    {"denpasar", "Asia/Makassar"},
    {"bali", "Asia/Makassar"},
    {"ubud", "Asia/Makassar"},
    {"lombok", "Asia/Makassar"},
    {"wita", "Asia/Makassar"},
    {"surabaya", "Asia/Jakarta"},
    {"bandung", "Asia/Jakarta"},
    {"yogyakarta", "Asia/Jakarta"},
    {"wib", "Asia/Jakarta"},
    {"wit", "Asia/Jayapura"},
    {"saint_petersburg", "Europe/Moscow"},
    {"msk", "Europe/Moscow"},
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters have to be added, left out or replaced. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_BYTES + 1], n = strlen(b);
	if (n > NAME_BYTES || strlen(a) > NAME_BYTES)
		return FAR;
	for (size_t k = 0; k <= n; k++)
		row[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t k = 0; k < n; k++) {
			size_t above = row[k + 1];
			size_t same = strncasecmp(a + i, b + k, 1) == 0 ? 0 : 1;
			row[k + 1] = least(least(above, row[k]) + 1, diagonal + same);
			diagonal = above;
		}
	}
	return row[n];
}

static const char *city(const char *zone)
{
	const char *slash = strrchr(zone, '/');
	return slash ? slash + 1 : zone;
}

struct near {
	char name[NAME_BYTES];
	size_t far;
};

static void offer(struct near list[NEAR_MOST], const char *zone, size_t far)
{
	for (size_t i = 0; i < NEAR_MOST; i++)
		if (strcmp(list[i].name, zone) == 0)
			return;
	for (size_t i = 0; i < NEAR_MOST; i++) {
		if (far >= list[i].far)
			continue;
		memmove(list + i + 1, list + i, (NEAR_MOST - 1 - i) * sizeof *list);
		(void)snprintf(list[i].name, sizeof list[i].name, "%s", zone);
		list[i].far = far;
		return;
	}
}

/* A line of zone.tab: country, place, zone, and sometimes what lies in it. */
static void consider(struct near list[NEAR_MOST], char *line, const char *wanted)
{
	const char *fields[4] = {"", "", "", ""};
	size_t count = 0;
	if (!line || line[0] == '#')
		return;
	for (char *rest = line; rest && count < 4; count++)
		fields[count] = strsep(&rest, "\t\n");
	if (count < 3 || !*fields[2])
		return;
	size_t far = distance(wanted, city(fields[2]));
	if (strlen(wanted) >= COMMENT_LEAST && strcasestr(fields[3], wanted))
		far = 0;
	if (far <= 2 && far * 3 <= strlen(wanted))
		offer(list, fields[2], far);
}

void time_zone_near(const char *name, struct buf *out)
{
	struct near list[NEAR_MOST] = {{"", FAR}, {"", FAR}, {"", FAR}};
	const char *wanted = city(name);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcasecmp(wanted, known[i].place) == 0)
			offer(list, known[i].zone, 0);
	char path[512], line[512];
	(void)snprintf(path, sizeof path, "%s/zone.tab", directory());
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		consider(list, line, wanted);
	if (file)
		(void)fclose(file);
	for (size_t i = 0; i < NEAR_MOST && list[i].far < FAR; i++)
		buf_addf(out, "%s%s", i ? ", " : "", list[i].name);
}
