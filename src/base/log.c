#include "salesreg/base/log.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static struct {
	const char *role;
	enum log_level level;
	enum log_format format;
	int64_t chat, update;
} logger = {.role = "salesreg", .level = LOG_INFO};

const char *log_level_name(enum log_level level)
{
	switch (level) {
#define X(name, text)                                                                              \
	case LOG_##name:                                                                           \
		return text;
		LOG_LEVEL_MAP(X)
#undef X
	}
	return "?";
}

void log_setup(const char *role, enum log_level level, enum log_format format)
{
	logger.role = role;
	logger.level = level;
	logger.format = format;
}

void log_set_level(enum log_level level)
{
	logger.level = level;
}

enum log_level log_get_level(void)
{
	return logger.level;
}

void log_context(int64_t chat, int64_t update)
{
	logger.chat = chat;
	logger.update = update;
}

static void write_all(const char *line, size_t n)
{
	while (n > 0) {
		ssize_t written = write(STDERR_FILENO, line, n);
		if (written <= 0)
			return;
		line += written;
		n -= (size_t)written;
	}
}

static void timestamp(char *out, size_t size)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	struct tm local;
	(void)localtime_r(&now.tv_sec, &local);
	char whole[32], zone[8];
	(void)strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &local);
	(void)strftime(zone, sizeof zone, "%z", &local);
	(void)snprintf(out, size, "%s.%03ld%s", whole, now.tv_nsec / 1000000, zone);
}

static void write_text(enum log_level level, const char *when, char *message)
{
	/* one line an entry, whatever a remote side put into it */
	(void)text_for_terminal(message);
	char where[80] = "";
	size_t n = 0;
	if (logger.chat)
		n += (size_t)snprintf(where, sizeof where, " chat=%lld", (long long)logger.chat);
	if (logger.update)
		(void)snprintf(
		    where + n, sizeof where - n, " update=%lld", (long long)logger.update);
	char line[LINE_MAX_BYTES + 256];
	int size = snprintf(line, sizeof line, "%s %-5s %s[%d]%s: %s\n", when,
	    log_level_name(level), logger.role, (int)getpid(), where, message);
	write_all(line, (size_t)size < sizeof line ? (size_t)size : sizeof line - 1);
}

static void write_json(enum log_level level, const char *when, const char *message)
{
	struct arena scratch;
	arena_init(&scratch, 4L * LINE_MAX_BYTES);
	json_t *entry = json_pack("{ss ss ss si ss}", "time", when, "level", log_level_name(level),
	    "role", logger.role, "pid", (int)getpid(), "message",
	    text_clean(&scratch, message, strlen(message)));
	if (entry && logger.chat)
		(void)json_object_set_new(entry, "chat", json_integer(logger.chat));
	if (entry && logger.update)
		(void)json_object_set_new(entry, "update", json_integer(logger.update));
	char *line = entry ? json_text_dup(entry) : NULL;
	struct buf out;
	buf_init(&out, 16L * LINE_MAX_BYTES);
	if (line) {
		json_add_escaped(&out, line, strlen(line));
		buf_addc(&out, '\n');
		/* one write(2) a line keeps lines of several processes apart */
		write_all(buf_text(&out), out.size);
	}
	buf_finish(&out);
	free(line);
	json_decref(entry);
	arena_finish(&scratch);
}

void log_write(enum log_level level, const char *format, ...)
{
	if (level < logger.level)
		return;
	char message[LINE_MAX_BYTES];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(message, sizeof message, format, args);
	va_end(args);
	char when[64];
	timestamp(when, sizeof when);
	switch (logger.format) {
	case LOG_FORMAT_TEXT:
		write_text(level, when, message);
		break;
	case LOG_FORMAT_JSON:
		write_json(level, when, message);
		break;
	}
}
