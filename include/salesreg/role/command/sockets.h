/*
 * What the control sockets of the run directory answer, put together: of a supervisor, and of workers that run alone.
 * Ownership: rows are in the caller's memory.
 * Errors: one line in message; a process that does not answer is a row with up = false and the reason in why.
 * Callbacks: none; each socket is waited for SOCKETS_TIMEOUT_MS at most.
 */
#pragma once
#include "salesreg/ipc/message.h"
#include "salesreg/supervise/run_dir.h"

enum { SOCKETS_ROWS_MAX = 32, SOCKETS_TIMEOUT_MS = 5000 };

struct sockets {
	char dir[RUN_DIR_MAX + 1];
	char message[400];
	uid_t owner;     /* of the directory: whose answers are believed */
	bool distrusted; /* nobody's are, and message says why */
	struct ipc_status rows[SOCKETS_ROWS_MAX];
	size_t count;
};

/* The run directory from the configuration; an exit code, and it has said why. */
int sockets_find_dir(struct sockets *s, const char *command);
/* role: NULL or "" = everything that runs here. */
void sockets_status(struct sockets *s, const char *role);
/* Tells the supervisor, or the worker alone; message: what it answered. */
bool sockets_set_log_level(struct sockets *s, const char *role, enum log_level level);
