/*
 * What another process still has (a port, a lock) at our start: a predecessor that is just stopping lets go of it in a moment.
 * Ownership: none. Blocks: for the start of a process alone, before its loop runs. SIGTERM and SIGINT end the wait.
 * Units: milliseconds. Errors: of the attempt; ERR_BUSY when it was waited for in vain, ERR_CANCELLED when a signal came.
 */
#pragma once
#include "salesreg/base/err.h"

/* Longer than a supervisor takes to stop. */
enum { PATIENCE_MS = 10000 };

/*
 * what: what is waited for, for the one line in the log. attempt: ERR_BUSY: somebody has it, and it is worth another try; anything
 * else ends the wait.
 */
enum err patience(const char *what, enum err (*attempt)(void *data), void *data);
