/*
 * How much memory a process has.
 * Ownership: none. Units: KiB. Errors: -1 for what the kernel does not tell.
 * Source: proc(5): smaps_rollup (Pss, Rss) needs the rights of ptrace(2); statm can be read by everybody.
 */
#pragma once
#include <stdint.h>
#include <sys/types.h>

struct memory {
	int64_t pss_kib, rss_kib;
};
struct memory memory_of(pid_t pid);
