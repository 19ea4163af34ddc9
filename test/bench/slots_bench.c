/*
 * slots_bench [ROUNDS]: how many free slots a second domain/calendar/slots finds in calendars as people have them: two weeks of
 * two windows a day, forty events that overlap here and there, half-hour slots every quarter of an hour with buffers. What a
 * calendar costs before the first slot (sorting and joining its events) is in it.
 * One line a round: slots a second, by CPU time of the process. bench.py makes a median of them.
 */
#include "salesreg/base/clock.h"
#include "salesreg/domain/calendar/slots.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 14, EVENTS = 40, CALENDARS = 64, PASSES = 200, MOST_SLOTS = 4096 };

static const int64_t MINUTE = 60 * INT64_C(1000000);

struct calendar {
	struct slots_window windows[2 * DAYS];
	struct slots_interval events[EVENTS];
};

static struct calendar calendars[CALENDARS];

static int64_t below(uint64_t *seed, int64_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((*seed >> 33) % (uint64_t)n);
}

static void fill(struct calendar *calendar, uint64_t *seed)
{
	for (size_t day = 0; day < DAYS; day++) {
		int64_t midnight = (int64_t)day * 1440;
		calendar->windows[2 * day] = (struct slots_window){
		    (midnight + 600) * MINUTE, (midnight + 780) * MINUTE, day};
		calendar->windows[2 * day + 1] = (struct slots_window){
		    (midnight + 840) * MINUTE, (midnight + 1140) * MINUTE, day};
	}
	for (size_t i = 0; i < EVENTS; i++) {
		int64_t from = below(seed, DAYS) * 1440 + 540 + below(seed, 40) * 15;
		calendar->events[i] = (struct slots_interval){
		    from * MINUTE, (from + 30 + below(seed, 3) * 30) * MINUTE};
	}
}

static size_t find(const struct calendar *calendar, struct slots_interval *out)
{
	static const size_t booked[DAYS];
	struct slots_interval taken[EVENTS];
	const struct slots_rules rules = {.length = 30 * MINUTE,
	    .step = 15 * MINUTE,
	    .buffer_before = 5 * MINUTE,
	    .buffer_after = 10 * MINUTE,
	    .not_before = 660 * MINUTE,
	    .not_after = (int64_t)DAYS * 1440 * MINUTE,
	    .most_a_day = 6};
	memcpy(taken, calendar->events, sizeof taken);
	size_t count = slots_merge(taken, EVENTS);
	return slots_free(&rules, calendar->windows, (size_t)2 * DAYS, taken, count, booked, DAYS,
	    out, MOST_SLOTS);
}

int main(int argc, char **argv)
{
	static struct slots_interval out[MOST_SLOTS];
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 5;
	uint64_t seed = 20261126;
	for (size_t i = 0; i < CALENDARS; i++)
		fill(&calendars[i], &seed);
	for (long round = 0; round < rounds; round++) {
		size_t slots = 0;
		int64_t began = clock_cpu_us();
		for (size_t i = 0; i < (size_t)PASSES * CALENDARS; i++)
			slots += find(&calendars[i % CALENDARS], out);
		int64_t us = clock_cpu_us() - began;
		printf("%.0f\n", (double)slots / ((double)(us > 0 ? us : 1) / 1e6));
	}
	return 0;
}
