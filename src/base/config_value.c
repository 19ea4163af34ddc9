/*
 * A variable of the environment, or its file, from text to a value.
 */
#include "config_private.h"
#include "salesreg/base/address.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/base/value_doubts.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *config_trim(char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r')
		s++;
	size_t n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

/* NULL, or why not. A device has no end, and a pipe can be read once only, while several processes read this. */
static const char *read_file(const char *path, struct buf *out)
{
	struct stat found;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) {
		const char *why = fd < 0 ? strerror(errno) : "it is no regular file";
		if (fd >= 0)
			(void)close(fd);
		return why;
	}
	char chunk[4096];
	ssize_t n;
	while (!out->failed && (n = read(fd, chunk, sizeof chunk)) > 0)
		buf_add(out, chunk, (size_t)n);
	const char *why = out->failed ? "it is too long" : n < 0 ? strerror(errno) : NULL;
	(void)close(fd);
	explicit_bzero(chunk, sizeof chunk);
	return why;
}

bool config_raw_value(const struct config_row *row, struct buf *value, struct buf *problems)
{
	char file_name[64];
	(void)snprintf(file_name, sizeof file_name, "%s_FILE", row->name);
	const char *plain = getenv(row->name), *path = getenv(file_name);
	bool has_plain = plain && *plain, has_path = path && *path;
	if (has_plain && has_path) {
		buf_addf(
		    problems, "%s and %s are both set; keep one of them\n", row->name, file_name);
		return false;
	}
	if (has_path) {
		const char *why = read_file(path, value);
		if (!why && value->size > 0 && value_is_no_text(value->data, value->size)) {
			buf_addf(problems,
			    "%s: the file is in UTF-16, or no text at all; save it as UTF-8\n",
			    file_name);
			return false;
		}
		if (!why)
			return true;
		/* what stands in the place of the path may be the secret itself */
		bool shown = row->type == TYPE_SECRET ? *path == '/' : !value_secret(path);
		buf_addf(problems, "%s=", file_name);
		config_add_shown(problems, shown ? path : "(not shown)", PATH_MAX);
		buf_addf(problems,
		    ": the file cannot be read (%s); check the path and its permissions\n", why);
		return false;
	}
	if (has_plain)
		buf_adds(value, plain);
	else if (row->fallback)
		buf_adds(value, row->fallback);
	if (!value->failed)
		return true;
	buf_addf(problems, "%s is longer than %d bytes\n", row->name, CONFIG_VALUE_MAX);
	return false;
}

static bool parse_i64(const char *s, int64_t *out)
{
	char *end = NULL;
	errno = 0;
	long long n = strtoll(s, &end, 10);
	if (errno || end == s || *end)
		return false;
	*out = n;
	return true;
}

static bool parse_switch(const char *s, bool *out)
{
	static const char *const yes[] = {"true", "1", "yes", "on"}, *const no[] = {
									 "false", "0", "no", "off"};
	for (size_t i = 0; i < 4; i++) {
		if (strcasecmp(s, yes[i]) == 0 || strcasecmp(s, no[i]) == 0) {
			*out = strcasecmp(s, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

static bool parse_choice(const char *s, const char *words, int64_t *out)
{
	size_t n = strlen(s);
	int64_t index = 0;
	for (const char *word = words; word; index++) {
		const char *end = strchrnul(word, '|');
		if ((size_t)(end - word) == n && strncasecmp(word, s, n) == 0) {
			*out = index;
			return true;
		}
		word = *end ? end + 1 : NULL;
	}
	return false;
}

static bool parse_ids(char *s, struct config *c)
{
	c->admin_count = 0;
	char *rest = s;
	for (char *part; (part = strsep(&rest, ","));) {
		part = config_trim(part);
		if (!*part)
			continue;
		if (c->admin_count == CONFIG_LIST_MAX ||
		    !parse_i64(part, &c->admin_ids[c->admin_count]) ||
		    c->admin_ids[c->admin_count] <= 0)
			return false;
		c->admin_count++;
	}
	return true;
}

static bool store_text(struct config *c, const struct config_row *row, const char *s)
{
	char **slot = config_field(c, row);
	*slot = *s ? strdup(s) : NULL;
	return !*s || *slot;
}

bool config_store(struct config *c, const struct config_row *row, char *s)
{
	int64_t number = 0;
	switch (row->type) {
	case TYPE_TEXT:
		return store_text(c, row, s);
	case TYPE_LISTEN:
		return !*s || (address_is_usable(s) && store_text(c, row, s));
	case TYPE_SECRET:
		return !*s || secret_set(config_field(c, row), s) == ERR_OK;
	case TYPE_URL: {
		size_t n = strlen(s);
		if (n == 0)
			return true;
		if ((strncmp(s, "http://", 7) != 0 || n == 7) &&
		    (strncmp(s, "https://", 8) != 0 || n == 8))
			return false;
		while (n > 0 && s[n - 1] == '/')
			s[--n] = '\0';
		return strpbrk(s, " \t\"'") == NULL && store_text(c, row, s);
	}
	case TYPE_NUMBER:
		if (!parse_i64(s, &number) || number < row->low || number > row->high)
			return false;
		*(int64_t *)config_field(c, row) = number;
		return true;
	case TYPE_SWITCH:
		return parse_switch(s, config_field(c, row));
	case TYPE_CHOICE:
		return parse_choice(s, row->rule, config_field(c, row));
	case TYPE_IDS:
		return parse_ids(s, c);
	case TYPE_PROXY:
		return !*s || config_put(row, s);
	case TYPE_ZONE:
		return strcmp(s, row->fallback) == 0 || (time_zone_exists(s) && config_put(row, s));
	case TYPE_READ_ELSEWHERE:
		/* what stands for not set is words, and no library's value */
		return !*s || (row->fallback && strcmp(s, row->fallback) == 0) ||
		       config_put(row, s);
	}
	return false;
}

/* As load_row() would find it. False: what is wrong with it is noted. */
static bool early_value(const struct config_row *row, struct buf *value, struct buf *problems)
{
	if (!config_raw_value(row, value, problems))
		return false;
	(void)buf_text(value);
	char empty[1] = "", *s = value->data ? value->data : empty, *text = config_trim(s);
	memmove(s, text, strlen(text) + 1);
	return true;
}

bool config_is_on(const char *name)
{
	bool on = false;
	struct buf value, problems;
	buf_init(&value, CONFIG_VALUE_MAX);
	buf_init(&problems, CONFIG_VALUE_MAX);
	bool known = early_value(config_row_of(name), &value, &problems) && value.data &&
		     parse_switch(value.data, &on);
	buf_finish(&value);
	buf_finish(&problems);
	return known && on;
}

bool config_settle(const char *name, struct buf *problems)
{
	struct buf value;
	buf_init(&value, CONFIG_VALUE_MAX);
	const struct config_row *row = config_row_of(name);
	bool good = early_value(row, &value, problems) &&
		    (!value.data || (!*value.data && !getenv(name)) || config_put(row, value.data));
	buf_finish(&value);
	return good;
}
