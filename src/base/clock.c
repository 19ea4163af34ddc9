#include "salesreg/base/clock.h"
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec t;
	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_cpu_us(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t clock_random(void)
{
	uint64_t value = 0;
	if (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value)
		value = (uint64_t)clock_monotonic_us() * 0x9E3779B97F4A7C15u;
	return value;
}
