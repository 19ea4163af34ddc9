/*
 * How a worker is seen from outside: to its supervisor by READY and beats on descriptor 3, or, if it runs alone, on a
 * control socket of its own.
 * Ownership: the presence borrows its options until presence_destroy(); it owns its descriptors.
 * Units: milliseconds.
 * Errors: a worker that cannot have a control socket says so and goes on.
 * Callbacks: from the loop only; `stop` when the supervisor asks for it, or is gone.
 */
#pragma once
#include "salesreg/ipc/message.h"
#include <uv.h>

/* What a role knows of itself. A transient outage is health: it is told, and never a reason for a restart. */
struct worker_report {
	enum ipc_health health;
	char why[IPC_TEXT_SIZE];
	bool unready; /* cannot do its work at all for now, or is only beginning; `why` says why */
	bool leads;
	uint64_t progress;                        /* grows while work is done */
	int64_t outbox_backlog, outbox_oldest_ms; /* -1: not known */
};

struct presence_options {
	const char *role, *run_dir;                               /* run_dir may be NULL */
	void (*report)(struct worker_report *report, void *data); /* may be NULL */
	void (*stop)(void *data);
	void *data;
};

struct presence;
struct presence *presence_create(uv_loop_t *loop, const struct presence_options *options);
bool presence_is_supervised(const struct presence *p);
/* By how much the last beat came late. */
uint32_t presence_lag_ms(const struct presence *p);
void presence_destroy(struct presence *p);
