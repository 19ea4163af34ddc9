/*
 * What a process does to itself at its start, whatever the command: nobody of the same user may look into it or get a core of
 * it, nothing it starts can gain privileges, and what the environment had in it is in memory only.
 *
 * /proc/PID/environ shows the block that execve(2) made, whatever is done to `environ` later; so the variables are copied
 * from there and the block is wiped. What getenv(3) finds stays the same.
 *
 * Ownership: nothing to free; the copies live as long as the process. Errors: none; what the kernel refuses is
 * left as it is.
 * Facts: prctl(2) PR_SET_DUMPABLE (files of /proc/PID belong to root then, and ptrace(2) is refused; exec undoes it),
 * PR_SET_NO_NEW_PRIVS (kept by fork and exec), proc(5), core(5).
 */
#pragma once
#include <stdbool.h>

/* First thing in main(), before there is any other thread. cores: debuggers and cores are wanted (DEBUG_CORES). */
void hardening_start(bool cores);
