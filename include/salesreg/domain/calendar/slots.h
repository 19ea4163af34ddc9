/*
 * When somebody can be met: working hours, minus what is taken, cut into slots. Pure.
 *
 * A slot lies within one window, and begins a whole number of steps after that window does, so that the times offered are as
 * round as the hours are; what is taken does not move the grid. A slot with its buffers overlaps nothing that is taken; to touch
 * is allowed. Buffers may stick out of the working hours: who works from nine can be met at nine. Buffers that bookings of ours
 * have of their own are the caller's to add to what is taken.
 * What is not known (a calendar that could not be read) is taken like anything else: unknown is never free.
 *
 * Units: microseconds since 1970 UTC, or any other unit as long as it is one. Intervals include `from` and exclude `until`.
 * Ownership: every array is the caller's. Errors: none; an interval that ends before it begins is taken for none.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct slots_interval {
	int64_t from, until;
};

/* Hours of work on a local day; `day` is what counts as one for `most_a_day`. */
struct slots_window {
	int64_t from, until;
	size_t day;
};

struct slots_rules {
	int64_t length, step;                /* more than 0 */
	int64_t buffer_before, buffer_after; /* 0 or more */
	int64_t not_before;                  /* no slot begins earlier: the minimum notice */
	int64_t not_after;                   /* no slot begins later: the horizon */
	size_t most_a_day;                   /* 0: as many as fit */
};

/* Sorts, joins what overlaps or touches, and leaves out what is empty: how many are left. */
size_t slots_merge(struct slots_interval *taken, size_t count);

/*
 * The free slots in order, at most `room` of them: how many. Windows are in the order of their beginnings; where one begins
 * before another has ended, its slots begin after that. `taken` is what slots_merge() left. booked[day] is how many bookings
 * a day has, of `days` days: one that has `most_a_day` of them has no slot; days beyond the array have none booked.
 * O(windows + taken + slots).
 */
size_t slots_free(const struct slots_rules *rules, const struct slots_window *windows,
    size_t window_count, const struct slots_interval *taken, size_t taken_count,
    const size_t *booked, size_t days, struct slots_interval *out, size_t room);
