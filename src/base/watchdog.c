#include "salesreg/base/watchdog.h"
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* Async-signal-safe calls only: signal-safety(7). */
static void on_alarm(int number)
{
	static const char line[] =
	    "salesreg: this process hung and ends itself, to be started again\n";
	(void)!write(STDERR_FILENO, line, sizeof line - 1);
	struct sigaction standard = {.sa_handler = SIG_DFL};
	(void)sigaction(number, &standard, NULL);
	(void)raise(number); /* delivered when the handler returns; PID 1 would live on */
	if (getpid() == 1)
		_exit(128 + number);
}

void watchdog_feed(unsigned seconds)
{
	static bool handled;
	if (!handled) {
		struct sigaction own = {.sa_handler = on_alarm};
		handled = sigaction(SIGALRM, &own, NULL) == 0;
	}
	(void)alarm(seconds);
}

void watchdog_stop(void)
{
	(void)alarm(0);
}
