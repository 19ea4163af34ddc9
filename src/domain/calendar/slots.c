#include "salesreg/domain/calendar/slots.h"
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

static int by_beginning(const void *a, const void *b)
{
	int64_t x = ((const struct slots_interval *)a)->from;
	int64_t y = ((const struct slots_interval *)b)->from;
	return (x > y) - (x < y);
}

size_t slots_merge(struct slots_interval *taken, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (taken[i].from < taken[i].until)
			taken[kept++] = taken[i];
	if (kept < 2)
		return kept;
	qsort(taken, kept, sizeof *taken, by_beginning);
	size_t last = 0;
	for (size_t i = 1; i < kept; i++) {
		if (taken[i].from > taken[last].until)
			taken[++last] = taken[i];
		else if (taken[i].until > taken[last].until)
			taken[last].until = taken[i].until;
	}
	return last + 1;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The first point of the window's grid that is not before `least`. */
static int64_t on_grid(const struct slots_rules *rules, int64_t from, int64_t least)
{
	if (least <= from)
		return from;
	return from + (least - from + rules->step - 1) / rules->step * rules->step;
}

static bool day_is_full(
    const struct slots_rules *rules, const size_t *booked, size_t days, size_t day)
{
	return rules->most_a_day && day < days && booked[day] >= rules->most_a_day;
}

size_t slots_free(const struct slots_rules *rules, const struct slots_window *windows,
    size_t window_count, const struct slots_interval *taken, size_t taken_count,
    const size_t *booked, size_t days, struct slots_interval *out, size_t room)
{
	size_t found = 0,
	       next = 0; /* next: the first of what is taken that can still be in the way */
	int64_t least = rules->not_before;
	assert(rules->length > 0 && rules->step > 0);
	assert(rules->buffer_before >= 0 && rules->buffer_after >= 0);
	for (size_t i = 0; i < window_count; i++) {
		const struct slots_window *window = &windows[i];
		int64_t at = on_grid(rules, window->from, least);
		int64_t last = window->until - rules->length;
		if (last > rules->not_after)
			last = rules->not_after;
		if (day_is_full(rules, booked, days, window->day))
			last = window->from - 1;
		while (at <= last && found < room) {
			while (next < taken_count && taken[next].until <= at - rules->buffer_before)
				next++;
			if (next < taken_count &&
			    taken[next].from < at + rules->length + rules->buffer_after) {
				at = on_grid(
				    rules, window->from, taken[next].until + rules->buffer_before);
				continue;
			}
			out[found++] = (struct slots_interval){at, at + rules->length};
			at += rules->step;
		}
		least = later(least, window->until);
	}
	return found;
}
