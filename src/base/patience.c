#include "salesreg/base/patience.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>

enum { STEP_MS = 100, SIGNALS = 2 };
static const int numbers[SIGNALS] = {SIGTERM, SIGINT};
static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* Whoever handles it already does so later, when the loop runs; else it would kill us, or, as process 1, not even be heard. */
static void listen_to_signals(struct sigaction before[SIGNALS])
{
	stopped = 0;
	for (int i = 0; i < SIGNALS; i++) {
		(void)sigaction(numbers[i], NULL, &before[i]);
		if (before[i].sa_handler == SIG_DFL)
			(void)sigaction(
			    numbers[i], &(struct sigaction){.sa_handler = on_signal}, NULL);
	}
}

static void listen_no_more(const struct sigaction before[SIGNALS])
{
	for (int i = 0; i < SIGNALS; i++)
		(void)sigaction(numbers[i], &before[i], NULL);
}

enum err patience(const char *what, enum err (*attempt)(void *data), void *data)
{
	enum err err = attempt(data);
	if (err != ERR_BUSY)
		return err;
	struct sigaction before[SIGNALS];
	int64_t until_us = clock_monotonic_us() + PATIENCE_MS * INT64_C(1000);
	log_warn("%s: somebody else has it; waiting for it up to %d s", what, PATIENCE_MS / 1000);
	listen_to_signals(before);
	while (err == ERR_BUSY && clock_monotonic_us() < until_us) {
		bool heard = poll(NULL, 0, STEP_MS) < 0 && errno == EINTR;
		err = stopped || heard ? ERR_CANCELLED : attempt(data);
	}
	listen_no_more(before);
	return err;
}
