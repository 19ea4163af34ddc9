/* Free slots: by table, and over random calendars against a model that looks at every minute. */
#include "salesreg/domain/calendar/slots.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 24 * 60, MOST_DAYS = 5, MINUTES = (MOST_DAYS + 2) * DAY, MOST_WINDOWS = 24 };
enum { MOST_TAKEN = 60, CALENDARS = 20000, AFTER_ALL = MINUTES };

static uint64_t seed = 20261126;

/* Knuth's MMIX generator: the same numbers everywhere. */
static int64_t random_below(int64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

struct calendar {
	struct slots_rules rules;
	struct slots_window windows[MOST_WINDOWS];
	struct slots_interval taken[MOST_TAKEN], merged[MOST_TAKEN];
	size_t booked[MOST_DAYS];
	size_t window_count, taken_count, days;
};

static size_t run(struct calendar *c, struct slots_interval *out, size_t room)
{
	memcpy(c->merged, c->taken, sizeof c->merged);
	size_t merged = slots_merge(c->merged, c->taken_count);
	return slots_free(&c->rules, c->windows, c->window_count, c->merged, merged, c->booked,
	    c->days, out, room);
}

/* Nine to twelve on the first day, half an hour long and apart. */
static struct calendar a_morning(void)
{
	return (struct calendar){
	    .rules = {.length = 30, .step = 30, .not_after = AFTER_ALL},
	    .windows = {{540, 720, 0}},
	    .window_count = 1,
	};
}

static void slots_begin_at(struct calendar *c, const char *expected)
{
	struct slots_interval out[MINUTES];
	char text[1024] = "";
	size_t n = run(c, out, MINUTES), length = 0;
	for (size_t i = 0; i < n; i++) {
		length += (size_t)snprintf(text + length, sizeof text - length, "%s%d:%02d",
		    i ? " " : "", (int)(out[i].from / 60), (int)(out[i].from % 60));
		assert_true(out[i].until - out[i].from == c->rules.length);
	}
	assert_string_equal(text, expected);
}

static void a_free_morning_is_all_slots(void **state)
{
	(void)state;
	struct calendar c = a_morning();
	slots_begin_at(&c, "9:00 9:30 10:00 10:30 11:00 11:30");
	c.rules.step = 15;
	c.rules.length = 60;
	slots_begin_at(&c, "9:00 9:15 9:30 9:45 10:00 10:15 10:30 10:45 11:00");
	c.rules.length = 181;
	slots_begin_at(&c, "");
	c.rules.length = 180;
	slots_begin_at(&c, "9:00");
}

static void what_is_taken_does_not_move_the_grid(void **state)
{
	(void)state;
	struct calendar c = a_morning();
	c.taken[0] = (struct slots_interval){560, 605};
	c.taken_count = 1;
	slots_begin_at(&c, "10:30 11:00 11:30");
	c.rules.step = 5;
	slots_begin_at(&c,
	    "10:05 10:10 10:15 10:20 10:25 10:30 10:35 10:40 10:45 10:50 10:55 11:00 "
	    "11:05 11:10 11:15 11:20 11:25 11:30");
}

static void to_touch_is_allowed_and_a_minute_more_is_not(void **state)
{
	(void)state;
	struct calendar c = a_morning();
	c.taken[0] = (struct slots_interval){570, 600};
	c.taken_count = 1;
	slots_begin_at(&c, "9:00 10:00 10:30 11:00 11:30");
	c.taken[0] = (struct slots_interval){569, 601};
	slots_begin_at(&c, "10:30 11:00 11:30");
}

static void buffers_keep_away_from_what_is_taken_but_not_from_the_evening(void **state)
{
	(void)state;
	struct calendar c = a_morning();
	c.rules.buffer_before = 10;
	c.rules.buffer_after = 20;
	slots_begin_at(&c, "9:00 9:30 10:00 10:30 11:00 11:30");
	c.taken[0] = (struct slots_interval){600, 630};
	c.taken_count = 1;
	slots_begin_at(&c, "9:00 11:00 11:30");
	/* what lies outside of the hours is in the way of a buffer, too */
	c.taken[0] = (struct slots_interval){500, 535};
	c.taken[1] = (struct slots_interval){735, 740};
	c.taken_count = 2;
	slots_begin_at(&c, "9:30 10:00 10:30 11:00");
}

static void notice_and_horizon_are_about_the_beginning(void **state)
{
	(void)state;
	struct calendar c = a_morning();
	c.rules.not_before = 571;
	c.rules.not_after = 660;
	slots_begin_at(&c, "10:00 10:30 11:00");
	c.rules.not_before = 570;
	c.rules.not_after = 659;
	slots_begin_at(&c, "9:30 10:00 10:30");
	c.rules.not_after = 0;
	slots_begin_at(&c, "");
}

static void a_full_day_has_none_and_the_next_one_has(void **state)
{
	(void)state;
	struct calendar c = a_morning();
	c.windows[1] = (struct slots_window){DAY + 600, DAY + 660, 1};
	c.window_count = 2;
	c.rules.most_a_day = 2;
	c.booked[0] = 2;
	c.booked[1] = 1;
	c.days = 2;
	slots_begin_at(&c, "34:00 34:30");
	c.booked[0] = 1;
	slots_begin_at(&c, "9:00 9:30 10:00 10:30 11:00 11:30 34:00 34:30");
	c.days = 0;
	slots_begin_at(&c, "9:00 9:30 10:00 10:30 11:00 11:30 34:00 34:30");
}

static void windows_that_overlap_give_each_slot_once(void **state)
{
	(void)state;
	struct calendar c = a_morning();
	c.windows[1] = (struct slots_window){590, 780, 0};
	c.window_count = 2;
	slots_begin_at(&c, "9:00 9:30 10:00 10:30 11:00 11:30 12:20");
	c.windows[1] = (struct slots_window){600, 600, 0};
	slots_begin_at(&c, "9:00 9:30 10:00 10:30 11:00 11:30");
	c.windows[1] = (struct slots_window){600, 500, 0};
	slots_begin_at(&c, "9:00 9:30 10:00 10:30 11:00 11:30");
}

static void no_more_than_there_is_room_for(void **state)
{
	(void)state;
	struct calendar c = a_morning();
	struct slots_interval out[4] = {{0}, {0}, {0}, {-7, -7}};
	assert_int_equal(run(&c, out, 3), 3);
	assert_int_equal(out[2].from, 600);
	assert_int_equal(out[3].from, -7);
	assert_int_equal(run(&c, NULL, 0), 0);
}

static void busy_times_are_joined(void **state)
{
	(void)state;
	struct slots_interval taken[] = {
	    {50, 60}, {10, 20}, {20, 25}, {12, 14}, {70, 70}, {90, 80}, {55, 65}, {10, 11}};
	static const struct slots_interval expected[] = {{10, 25}, {50, 65}};
	assert_int_equal(slots_merge(taken, 8), 2);
	assert_memory_equal(taken, expected, sizeof expected);
	assert_int_equal(slots_merge(NULL, 0), 0);
	taken[0] = (struct slots_interval){5, 5};
	assert_int_equal(slots_merge(taken, 1), 0);
}

/* -- the model ---------------------------------------------------------------------------------------------------------- */

static bool minute_taken[MINUTES];

static bool is_free(const struct calendar *c, int64_t at)
{
	int64_t end = at + c->rules.length + c->rules.buffer_after;
	for (int64_t m = at - c->rules.buffer_before; m < end; m++)
		if (m >= 0 && m < MINUTES && minute_taken[m])
			return false;
	return true;
}

static size_t model(const struct calendar *c, struct slots_interval *out)
{
	size_t n = 0;
	int64_t ended = INT64_MIN;
	memset(minute_taken, 0, sizeof minute_taken);
	for (size_t i = 0; i < c->taken_count; i++)
		for (int64_t m = c->taken[i].from; m < c->taken[i].until; m++)
			minute_taken[m] = true;
	for (size_t w = 0; w < c->window_count; w++) {
		const struct slots_window *window = &c->windows[w];
		bool full = c->rules.most_a_day && window->day < c->days &&
			    c->booked[window->day] >= c->rules.most_a_day;
		for (int64_t at = window->from; at + c->rules.length <= window->until;
		     at += c->rules.step)
			if (!full && at >= ended && at >= c->rules.not_before &&
			    at <= c->rules.not_after && is_free(c, at))
				out[n++] = (struct slots_interval){at, at + c->rules.length};
		if (window->until > ended)
			ended = window->until;
	}
	return n;
}

static struct calendar random_calendar(void)
{
	static const int lengths[] = {5, 15, 20, 25, 30, 45, 60, 90, 720};
	static const int steps[] = {5, 7, 15, 30, 45, 60, 720};
	struct calendar c = {.days = (size_t)random_below(MOST_DAYS + 1)};
	c.rules = (struct slots_rules){
	    .length = lengths[random_below(9)],
	    .step = steps[random_below(7)],
	    .buffer_before = random_below(2) ? random_below(40) : 0,
	    .buffer_after = random_below(2) ? random_below(40) : 0,
	    .not_before = random_below(3) ? 0 : random_below(MINUTES),
	    .not_after = random_below(3) ? AFTER_ALL : random_below(MINUTES),
	    .most_a_day = (size_t)random_below(4),
	};
	int64_t at = DAY + random_below(DAY);
	while (c.window_count < MOST_WINDOWS && at < MINUTES - DAY) {
		int64_t length = random_below(400);
		struct slots_window window = {at, at + length, (size_t)((at - DAY) / DAY)};
		c.windows[c.window_count++] = window;
		at += random_below(10) ? length + random_below(300) : random_below(length + 1);
	}
	for (size_t i = 0; i < c.days; i++)
		c.booked[i] = (size_t)random_below(4);
	c.taken_count = (size_t)random_below(MOST_TAKEN + 1);
	for (size_t i = 0; i < c.taken_count; i++) {
		int64_t from = random_below(MINUTES);
		int64_t until = from + random_below(random_below(8) ? 120 : DAY);
		c.taken[i] = (struct slots_interval){from, until < MINUTES ? until : MINUTES};
	}
	return c;
}

static void random_calendars_are_as_every_minute_says(void **state)
{
	(void)state;
	static struct slots_interval found[MINUTES], expected[MINUTES];
	size_t slots = 0;
	for (int i = 0; i < CALENDARS; i++) {
		struct calendar c = random_calendar();
		size_t n = run(&c, found, MINUTES), wanted = model(&c, expected);
		if (n != wanted || memcmp(found, expected, n * sizeof *found) != 0)
			fail_msg("calendar %d: %zu slots, the model has %zu", i, n, wanted);
		slots += n;
		if (n > 1) {
			size_t room = (size_t)random_below((int64_t)n);
			assert_int_equal(run(&c, found, room), room);
			assert_memory_equal(found, expected, room * sizeof *found);
		}
	}
	assert_true(slots > CALENDARS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_free_morning_is_all_slots),
	    cmocka_unit_test(what_is_taken_does_not_move_the_grid),
	    cmocka_unit_test(to_touch_is_allowed_and_a_minute_more_is_not),
	    cmocka_unit_test(buffers_keep_away_from_what_is_taken_but_not_from_the_evening),
	    cmocka_unit_test(notice_and_horizon_are_about_the_beginning),
	    cmocka_unit_test(a_full_day_has_none_and_the_next_one_has),
	    cmocka_unit_test(windows_that_overlap_give_each_slot_once),
	    cmocka_unit_test(no_more_than_there_is_room_for),
	    cmocka_unit_test(busy_times_are_joined),
	    cmocka_unit_test(random_calendars_are_as_every_minute_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
