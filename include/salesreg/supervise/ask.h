/*
 * A command's question to a control socket: sent, and its answers awaited, without a loop.
 * Ownership: messages are borrowed for the callback.
 * Units: milliseconds.
 * Errors: ERR_NOT_FOUND nobody is there, ERR_TIMEOUT no answer in time, ERR_INVALID nonsense, ERR_IO something else;
 * ERR_CONFLICT: a process of another user is behind it (unix(7), SO_PEERCRED); ERR_REFUSED: it was answered with no, and `what` says why.
 * Callbacks: `row` for each row, before ask_control() returns.
 */
#pragma once
#include "salesreg/ipc/message.h"
#include <sys/types.h>

/* owner: whose process alone is believed, or root's. */
MUST_CHECK enum err ask_control(const char *path, uid_t owner, const struct ipc_message *request,
    int timeout_ms, void (*row)(const struct ipc_status *row, void *data), void *data,
    char what[IPC_TEXT_SIZE]);
