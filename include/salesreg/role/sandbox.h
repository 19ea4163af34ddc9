/*
 * The command `salesreg sandbox`: the Telegram emulator as a process.
 * Ownership: argv is the caller's. Errors: exit codes of base/err.h, one line on
 * stderr. Callbacks: runs its own loop until SIGTERM or SIGINT, then returns 0.
 */
#pragma once

/* argv[0] is the command word. */
int role_sandbox(int argc, char **argv);
