/*
 * Log lines on stderr: text for a terminal, one JSON object a line for machines.
 * Context (chat, update) is set around the work it belongs to; every line carries role and pid besides.
 * Ownership: strings are copied or written before return. Errors: a failing stderr is ignored.
 * Secrets cannot be formatted (base/secret.h); never pass a URL that contains one.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define LOG_LEVEL_MAP(X) X(DEBUG, "debug") X(INFO, "info") X(WARN, "warn") X(ERROR, "error")
enum log_level {
#define X(name, text) LOG_##name,
	LOG_LEVEL_MAP(X)
#undef X
};
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

const char *log_level_name(enum log_level level);
/* role: a static string. */
void log_setup(const char *role, enum log_level level, enum log_format format);
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* What the lines until the next call are about; 0 = nothing in particular. */
void log_context(int64_t chat, int64_t update);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_debug(...)                                                                             \
	do {                                                                                       \
		if (log_get_level() <= LOG_DEBUG)                                                  \
			log_write(LOG_DEBUG, __VA_ARGS__);                                         \
	} while (0)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
