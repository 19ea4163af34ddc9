/*
 * Clocks. Monotonic microseconds for deadlines, wall clock for people.
 * Units: microseconds (us).
 */
#pragma once
#include <stdint.h>

int64_t clock_monotonic_us(void);
/* Since 1970-01-01 UTC. */
int64_t clock_wall_us(void);
/* CPU time of this process, user and system together. */
int64_t clock_cpu_us(void);
/* 64 random bits from the kernel: for jitter and identifiers, not for keys. */
uint64_t clock_random(void);
