#include "salesreg/domain/restart.h"
#include "salesreg/base/err.h"
#include "salesreg/domain/outbox/backoff.h"
#include <limits.h>

const struct restart_policy restart_policy_default = {
    .first_us = 250 * 1000,
    .longest_us = 30 * 1000 * 1000,
    .steady_us = 60 * 1000 * 1000,
    .early_deaths_most = 5,
};

const char *restart_verdict_text(enum restart_verdict verdict)
{
	switch (verdict) {
#define X(name, text)                                                                              \
	case RESTART_##name:                                                                       \
		return text;
		RESTART_VERDICT_MAP(X)
#undef X
	}
	return "?";
}

void restart_started(struct restart_history *h)
{
	h->ready = false;
}

void restart_ready(struct restart_history *h, int64_t now_us)
{
	h->ready = true;
	h->ready_at_us = now_us;
	h->early_deaths = 0;
}

int restart_exit_code(struct restart_death death)
{
	if (death.by_signal)
		return 128 + death.number;
	return death.number == EXIT_CODE_OK ? EXIT_CODE_FAILED : death.number;
}

int64_t restart_not_started(
    struct restart_history *h, const struct restart_policy *policy, uint64_t random)
{
	unsigned attempt = h->attempt;
	if (h->attempt < UINT_MAX)
		h->attempt++;
	return backoff_us(attempt, policy->first_us, policy->longest_us, random);
}

struct restart_outcome restart_died(struct restart_history *h, const struct restart_policy *policy,
    struct restart_death death, bool vital, int64_t now_us, uint64_t random)
{
	if (!death.by_signal && death.number == EXIT_CODE_CONFIG)
		return (struct restart_outcome){.verdict = RESTART_MISCONFIGURED,
		    .ends_all = vital,
		    .exit_code = EXIT_CODE_CONFIG};
	if (!h->ready && ++h->early_deaths >= policy->early_deaths_most)
		return (struct restart_outcome){.verdict = RESTART_CRASH_LOOP,
		    .ends_all = vital,
		    .exit_code = restart_exit_code(death)};
	if (h->ready && now_us - h->ready_at_us >= policy->steady_us)
		h->attempt = 0;
	h->ready = false;
	return (struct restart_outcome){
	    .verdict = RESTART_AGAIN, .wait_us = restart_not_started(h, policy, random)};
}
