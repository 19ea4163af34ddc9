#include "salesreg/base/fault_log.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include <stdarg.h>
#include <stdio.h>

static const int64_t SECOND_US = 1000000, QUIET_US = 60 * 1000000;

/* FNV-1a, digits left out; never 0. */
static uint64_t reason_of(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (; *text; text++)
		if (*text < '0' || *text > '9')
			hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash ? hash : 1;
}

bool fault_log_strike(struct fault_log *f, const char *text, int64_t now_us)
{
	if (f->count++ == 0) {
		f->began_us = now_us;
		f->said = false;
	}
	uint64_t reason = reason_of(text);
	size_t line = 0;
	for (size_t i = 0; i < FAULT_LOG_REASONS; i++) {
		if (f->lines[i].reason == reason) {
			line = i;
			break;
		}
		if (f->lines[i].at_us < f->lines[line].at_us)
			line = i;
	}
	/* also when the reasons change too often to be remembered */
	if (f->lines[line].reason && now_us - f->lines[line].at_us < QUIET_US)
		return false;
	f->lines[line].reason = reason;
	f->lines[line].at_us = now_us;
	f->said = true;
	return true;
}

bool fault_log_end(struct fault_log *f)
{
	bool said = f->count > 0 && f->said;
	f->count = 0;
	f->said = false;
	return said;
}

const char *fault_log_extent(const struct fault_log *f, int64_t now_us, char *out, size_t size)
{
	int64_t s = (now_us - f->began_us) / SECOND_US;
	out[0] = '\0';
	if (f->count < 2)
		return out;
	const char *unit = s < 120 ? "s" : s < 7200 ? "min" : "h";
	(void)snprintf(out, size, "for %lld %s, %u times",
	    (long long)(s < 120    ? s
			: s < 7200 ? s / 60
				   : s / 3600),
	    unit, f->count);
	return out;
}

/* reason NULL: the text. */
static void warn(struct fault_log *f, const char *reason, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void warn(struct fault_log *f, const char *reason, const char *format, va_list arguments)
{
	char text[FAULT_LOG_TEXT_BYTES], extent[64];
	(void)vsnprintf(text, sizeof text, format, arguments);
	int64_t now_us = clock_monotonic_us();
	if (!fault_log_strike(f, reason ? reason : text, now_us)) {
		log_debug("%s", text);
		return;
	}
	(void)fault_log_extent(f, now_us, extent, sizeof extent);
	log_warn("%s%s%s%s", text, extent[0] ? " (" : "", extent, extent[0] ? ")" : "");
}

void fault_log_warn(struct fault_log *f, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	warn(f, NULL, format, arguments);
	va_end(arguments);
}

void fault_log_warn_as(struct fault_log *f, const char *reason, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	warn(f, reason, format, arguments);
	va_end(arguments);
}

void fault_log_over(struct fault_log *f, const char *what)
{
	char extent[64];
	(void)fault_log_extent(f, clock_monotonic_us(), extent, sizeof extent);
	unsigned count = f->count;
	if (!fault_log_end(f)) {
		if (count > 0)
			log_debug("%s", what);
		return;
	}
	log_info("%s%s%s%s", what, extent[0] ? " (it failed " : "", extent, extent[0] ? ")" : "");
}
