#include "salesreg/app/free_slots.h"

static const int64_t MINUTE_US = INT64_C(60) * 1000000, DAY_US = INT64_C(86400) * 1000000;

size_t free_slots(const struct hours_row *rules, int64_t now_us, const struct hours_window *windows,
    size_t window_count, const struct busy_row *busy, size_t busy_count, struct arena *a,
    struct slots_interval *out, size_t room)
{
	const struct slots_rules of_slots = {
	    .length = rules->slot_minutes * MINUTE_US,
	    .step = rules->step_minutes * MINUTE_US,
	    .buffer_before = rules->buffer_before_minutes * MINUTE_US,
	    .buffer_after = rules->buffer_after_minutes * MINUTE_US,
	    .not_before = now_us + rules->notice_minutes * MINUTE_US,
	    .not_after = now_us + rules->horizon_days * DAY_US,
	    .most_a_day = (size_t)rules->most_a_day,
	};
	struct slots_window *hours = ARENA_ARRAY(a, struct slots_window, window_count);
	struct slots_interval *taken = ARENA_ARRAY(a, struct slots_interval, busy_count);
	for (size_t i = 0; i < window_count; i++)
		hours[i] = (struct slots_window){
		    windows[i].starts_us, windows[i].ends_us, (size_t)windows[i].number};
	for (size_t i = 0; i < busy_count; i++)
		taken[i] = (struct slots_interval){busy[i].starts_us, busy[i].ends_us};
	size_t merged = slots_merge(taken, busy_count);
	/* none is booked yet: there are no bookings */
	return slots_free(&of_slots, hours, window_count, taken, merged, NULL, 0, out, room);
}
