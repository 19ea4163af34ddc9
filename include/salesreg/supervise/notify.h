/*
 * Tells systemd how things are, where NOTIFY_SOCKET is set.
 * Ownership: none.
 * Units: milliseconds.
 * Errors: none; whoever does not listen is not told.
 * Source: sd_notify(3): one datagram of VARIABLE=value lines to the socket named, '@' for the abstract namespace;
 * sd_watchdog_enabled(3): WATCHDOG_USEC, meant for WATCHDOG_PID, and a ping at half of it.
 */
#pragma once

/* "READY=1", "STOPPING=1", "STATUS=…", several parted by newlines. */
void notify_send(const char *state);
/* How often to send WATCHDOG=1; 0: never. */
int notify_watchdog_ms(void);
