/*
 * The system calls that a worker does without once it runs: whoever takes it over by a fault in it or in a library gets no
 * program started, no process made or looked into, and no socket but those of the internet and of the file system.
 *
 * It is a list of what is refused, not of what is allowed: a new C library uses calls that nobody has heard of, and a worker
 * that dies of an upgrade is no safer. What there is no innocent use of ends the process (SIGSYS): execve, execveat, ptrace,
 * process_vm_*. The rest fails as on a kernel without it, which libraries know how to live with: other families of sockets
 * (EAFNOSUPPORT; glibc's resolver then sorts addresses without netlink), fork (EPERM), clone3 and io_uring (ENOSYS: their flags
 * and their operations cannot be looked at here; the C library goes on with clone, whose flags can), namespaces, mounts,
 * modules, keys, bpf, perf_event, userfaultfd, clocks (EPERM).
 *
 * Ownership: none. Errors: ERR_UNAVAILABLE, errno says why (a kernel without seccomp, another architecture than
 * x86_64, aarch64, riscv64); nothing is changed then.
 * Facts: seccomp(2) (no_new_privs is needed, hardening.h; a call of another architecture has other numbers), clone(2),
 * socket(2). By prctl(2) and not by seccomp(2), which systemd's @system-service has not in it and would kill the process for.
 */
#pragma once
#include "salesreg/base/err.h"
#include <stdbool.h>

/* What stays possible all the same. */
enum syscall_filter_allowed {
	SYSCALL_FILTER_SANITIZER =
	    1, /* one starts programs and traces: LeakSanitizer at the end, the symbolizer of a report */
	SYSCALL_FILTER_KEYS =
	    2, /* keyctl, add_key, request_key: Kerberos' tickets in a keyring (libpq's GSSAPI) */
};
/* Before there is another thread: for this one and all that come of it, for good. allowed: enum syscall_filter_allowed. */
MUST_CHECK enum err syscall_filter_start(unsigned allowed);
/* Whether this program was built with one that does. */
bool syscall_filter_is_sanitized(void);
