/*
 * A time zone of the zone database, summer time included: which offset it has at an instant, and which instant a wall clock there
 * means. For the emulator, which has no PostgreSQL to ask.
 * Ownership: google_zone_load() to google_zone_free() (NULL is fine). NULL is UTC wherever a zone is asked.
 * Units: seconds east of UTC; microseconds since 1970.
 * Errors: NULL for a name that there is no readable file of.
 * Facts: RFC 9636 (TZif: the second block has 64-bit times, the footer is a rule for what comes after the last of them);
 * POSIX, "TZ" (std offset dst,Mm.w.d/time,Mm.w.d/time). Other forms of dates in a footer are not understood: no summer time then.
 * Decided here: a wall clock that shows a time twice means the first one; one that skips it, as if it had not been moved yet.
 */
#pragma once
#include <stdint.h>

struct google_zone;
struct google_zone *google_zone_load(const char *name);
void google_zone_free(struct google_zone *zone);
int64_t google_zone_offset_s(const struct google_zone *zone, int64_t us);
/* The instant at which a clock on the wall there shows what one in UTC shows at wall_us. */
int64_t google_zone_instant(const struct google_zone *zone, int64_t wall_us);
