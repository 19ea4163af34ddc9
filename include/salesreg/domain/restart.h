/*
 * When a worker that died is started again, and what its death means for the supervisor: DESIGN §9 as pure functions.
 * Ownership: the history is the caller's memory, all zero at first.
 * Units: microseconds; exit codes of base/err.h.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct restart_policy {
	int64_t first_us, longest_us; /* the wait: doubles from one to the other */
	int64_t steady_us;            /* ready for so long: the wait starts anew */
	unsigned early_deaths_most;   /* deaths before ready in a row */
};
extern const struct restart_policy restart_policy_default;

struct restart_history {
	unsigned attempt;      /* waits since it was last steady */
	unsigned early_deaths; /* in a row, without being ready in between */
	bool ready;
	int64_t ready_at_us;
};

struct restart_death {
	bool by_signal;
	int number; /* of the signal, else the exit code */
};

#define RESTART_VERDICT_MAP(X)                                                                     \
	X(AGAIN, "is started again")                                                               \
	X(MISCONFIGURED, "has said what to change in the configuration")                           \
	X(CRASH_LOOP, "dies before it is ready, again and again")
enum restart_verdict {
#define X(name, text) RESTART_##name,
	RESTART_VERDICT_MAP(X)
#undef X
};
const char *restart_verdict_text(enum restart_verdict verdict);

struct restart_outcome {
	enum restart_verdict verdict;
	int64_t wait_us; /* AGAIN: from now */
	bool ends_all;   /* the supervisor stops everything and exits with exit_code */
	int exit_code;
};

void restart_started(struct restart_history *h);
void restart_ready(struct restart_history *h, int64_t now_us);
/* A death nobody asked for. vital: the supervisor is of no use without this worker. random: for the jitter. */
struct restart_outcome restart_died(struct restart_history *h, const struct restart_policy *policy,
    struct restart_death death, bool vital, int64_t now_us, uint64_t random);
/* The system had no room for a process: a transient outage, and no death of the worker's. The wait, from now. */
int64_t restart_not_started(
    struct restart_history *h, const struct restart_policy *policy, uint64_t random);
/* What a container's exit code says of it: never success. */
int restart_exit_code(struct restart_death death);
