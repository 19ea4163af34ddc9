/*
 * Counters: requests by method and result, floods by kind, the peak of sends in a second.
 * Ownership: the caller's memory.
 * Units: microseconds.
 * Errors: none.
 * Callbacks: none.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/sandbox/call.h"
#include "salesreg/sandbox/limits.h"
#include <stdint.h>

/* results that are no status */
enum { RESULT_RESET = 1, RESULT_HANG = 2, RESULT_HTML = 3, RESULT_EMPTY = 4, STATS_CODES = 16 };
enum { STATS_SLICES = 20 }; /* of a second */

struct stats {
	struct {
		int code;
		int64_t count;
	} results[METHOD_COUNT][STATS_CODES];
	int64_t floods[LIMIT_KIND_COUNT], flood_faults;
	int64_t updates_added, updates_filtered, updates_dropped, updates_confirmed, updates_sent;
	int64_t conflicts, tokens_refused, polls_lost;
	/* sends in the second that ends now, and the most there ever were */
	int64_t slice[STATS_SLICES], slice_number[STATS_SLICES];
	int64_t sends, sends_per_s_peak;
};

void stats_count(struct stats *stats, enum method method, int code);
void stats_send(struct stats *stats, int64_t now_us);
/* Members of an object, without braces. */
void stats_write(const struct stats *stats, struct buf *out);
