/*
 * The supervisor with company: foreign programs that the workers lean on, as the demo has them.
 * Ownership: everything given is borrowed until supervise_run() returns.
 * Errors: exit codes of base/err.h; what is wrong has been logged.
 * Callbacks: announced(), once, when everything is ready.
 */
#pragma once
#include "salesreg/supervise/child.h"
#include <stddef.h>

struct supervise_company {
	const struct child_spec *children; /* all foreign */
	size_t count;
	void (*announced)(void *data);
	void *data;
};

/* Runs until everything has ended; company may be NULL. Configured by the environment, as salesreg supervise. */
int supervise_run(const struct supervise_company *company);
