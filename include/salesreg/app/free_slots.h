/*
 * The free slots of a rep: what the database says of hours, rules and busy times, put before domain/calendar/slots.
 * Ownership: everything given is the caller's; scratch memory is in the arena. Units: microseconds since 1970.
 * Errors: none. Whoever is among slots_unknown() is not asked about here.
 */
#pragma once
#include "salesreg/domain/calendar/slots.h"
#include "salesreg/store/hours.h"
#include "salesreg/store/slots.h"

/* In order, at most `room` of them; windows and busy times are this rep's. */
size_t free_slots(const struct hours_row *rules, int64_t now_us, const struct hours_window *windows,
    size_t window_count, const struct busy_row *busy, size_t busy_count, struct arena *a,
    struct slots_interval *out, size_t room);
