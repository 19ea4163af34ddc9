/*
 * How long to wait before trying again.
 * Ownership: none.
 * Units: microseconds.
 */
#pragma once
#include <stdint.h>

/*
 * Doubles from base_us with each attempt (0 = the first wait) up to max_us; the upper half of it is
 * jitter taken from `random`, so that a crowd that failed together does not come back together.
 * 0 < base_us ≤ max_us.
 */
int64_t backoff_us(unsigned attempt, int64_t base_us, int64_t max_us, uint64_t random);
