/*
 * One fault, one line: says that something keeps failing, and that it works again, without flooding
 * the log.
 *
 * A spell begins with the first failure and ends with fault_log_over(). What fails is said at once,
 * then at most once a minute with how often and for how long; another reason counts as another
 * fault (numbers apart: "next try in 312 ms" is no other reason than "in 640 ms"). A spell that
 * was said is said to be over. A spell that begins within a minute of the last line about the same
 * reason is silent until the minute has passed, so that what comes and goes does not flood either. What is not
 * said is there at the level debug.
 *
 * Ownership: the caller's memory, all zero at the start; nothing to free. Units: microseconds of
 * clock_monotonic_us(). Errors, callbacks: none.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAULT_LOG_REASONS = 4, FAULT_LOG_TEXT_BYTES = 1024 };

struct fault_log {
	unsigned count; /* failures in this spell; 0: all is well */
	bool said;      /* in this spell */
	int64_t began_us;
	/* what was said last, 0: nothing */
	struct {
		uint64_t reason;
		int64_t at_us;
	} lines[FAULT_LOG_REASONS];
};

/* Counts a failure. True: it is time to say so. */
bool fault_log_strike(struct fault_log *f, const char *reason, int64_t now_us);
/* Ends the spell. True: it had been said. */
bool fault_log_end(struct fault_log *f);
/* "for 3 min, 17 times"; "" for the first failure. */
const char *fault_log_extent(const struct fault_log *f, int64_t now_us, char *out, size_t size);

/* The three above, with the clock and the log. */
void fault_log_warn(struct fault_log *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* One fault whatever it is called this time: where one trouble shows itself in many ways. */
void fault_log_warn_as(struct fault_log *f, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* what: the line that says that it is over, e.g. "updates come again". */
void fault_log_over(struct fault_log *f, const char *what);
