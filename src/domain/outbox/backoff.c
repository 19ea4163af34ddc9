#include "salesreg/domain/outbox/backoff.h"
#include <assert.h>

int64_t backoff_us(unsigned attempt, int64_t base_us, int64_t max_us, uint64_t random)
{
	assert(base_us > 0 && base_us <= max_us);
	int64_t full = base_us;
	while (attempt-- > 0 && full < max_us)
		full = full > max_us / 2 ? max_us : full * 2;
	int64_t half = full / 2;
	return half + (int64_t)(random % (uint64_t)(full - half + 1));
}
