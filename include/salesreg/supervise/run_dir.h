/*
 * The directory of control sockets and locks: found, made, claimed.
 * Ownership: results are in the caller's memory; a lock is a descriptor that holds as long as the process has it open.
 * Units: bytes.
 * Errors: false or -1 with one line in message: what is wrong and what to do.
 * Source: unix(7): a socket's path has 108 bytes with its NUL.
 */
#pragma once
#include "salesreg/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { RUN_DIR_MAX = 80, RUN_PATH_SIZE = 108 };

/* SALESREG_RUN_DIR, or the default of who asks: /run/salesreg, $XDG_RUNTIME_DIR/salesreg, /tmp/salesreg-<uid>. */
bool run_dir_find(
    const char *configured, char dir[RUN_DIR_MAX + 1], char *message, size_t message_size);
/* Makes it if it is not there; it must be ours and closed to others. */
bool run_dir_make(const char *dir, char *message, size_t message_size);
/*
 * Whether what is in it may be believed: closed to others, and ours. *owner: who alone may be behind its sockets. root, who may
 * look at everybody's, is told whose it is; without CAP_DAC_OVERRIDE (capabilities(7)) root may not, and false says as whom to ask.
 * True if it is not there, for then there is nothing to believe.
 */
bool run_dir_trust(const char *dir, uid_t *owner, char *message, size_t message_size);
/* <dir>/<name>.<kind> */
void run_dir_path(const char *dir, const char *name, const char *kind, char path[RUN_PATH_SIZE]);
/* Only one process at a time is <name> in this directory: ERR_BUSY if another is. *claim is the descriptor to be closed in the end, or -1. */
enum err run_dir_claim(
    const char *dir, const char *name, int *claim, char *message, size_t message_size);
