/*
 * When somebody works, by the week, in local time.
 * Units: minutes of a local day, 0…1440; Monday is 1; days since 1970-01-01.
 * Ownership: texts are in the arena given. Errors: false or NULL, as each function says.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOURS_DAY_MINUTES = 1440, HOURS_MOST_RANGES = 56, HOURS_DAYS_OFF_MOST = 120 };

/*
 * How far ahead somebody may be booked, in days. What calendars of others have is known for a day more, so that a call that begins
 * then is over before that, however long. The table rep_schedule has the same number.
 */
#define HOURS_HORIZON_DAYS 58

struct hours_range {
	int weekday, opens, closes; /* closes: 1440 is midnight */
};
/* By weekday and time; those of a day neither overlap nor touch. */
struct hours {
	struct hours_range ranges[HOURS_MOST_RANGES];
	size_t count;
};

/*
 * Puts ranges in order and joins those that touch. NULL, or the later one of two that overlap, as it was given; then nothing
 * has been changed.
 */
const struct hours_range *hours_settle(struct hours *hours);
/* As the database is given and gives them: "1 600 780,1 840 1140". */
const char *hours_pack(struct arena *a, const struct hours *hours);
/* False, and no hours, for what is none of ours; NULL is no hours. */
bool hours_unpack(const char *packed, struct hours *hours);
/* Days since 1970, the same way: "20818,20819". */
const char *days_pack(struct arena *a, const int32_t *days, size_t count);
size_t days_unpack(const char *packed, int32_t *days, size_t room);

/*
 * For people, in the language of `names` (seven short names from Monday on, parted by spaces): "пн–пт 10:00–13:00,
 * 14:00–19:00; сб 11:00–15:00", days that are alike together. hours_read_text() reads it back.
 */
const char *hours_print(struct arena *a, const struct hours *hours, const char *names);
/* Days for people, those in a row as a range: "31.12.2026–02.01.2027, 05.01.2027"; the same. */
const char *days_print(struct arena *a, const int32_t *days, size_t count);
