/*
 * A process that hangs ends itself: whoever watches it (an engine, systemd) then starts it again.
 * Ownership: SIGALRM is this module's. Units: seconds of the monotonic clock (a suspended machine does not count).
 * Callbacks: none; the end comes from a signal handler.
 * Source: pid_namespaces(7): a signal whose disposition is the default does nothing to PID 1, which is what a worker is in
 * a container; hence a handler.
 */
#pragma once

/* From now on: unless this is called again, or watchdog_stop(), within so many seconds. */
void watchdog_feed(unsigned seconds);
void watchdog_stop(void);
