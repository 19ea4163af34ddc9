/*
 * What every worker shares: configuration, log, loop, signals, its own watchdog.
 * Ownership: the worker is the caller's memory; worker_finish() gives back what it holds. Units: milliseconds.
 * Errors: worker_init() returns an exit code and has said why. Callbacks: `stop` from the loop, once, on SIGTERM or SIGINT;
 * a second signal ends the process at once.
 */
#pragma once
#include "salesreg/app/rules.h"
#include "salesreg/base/arena.h"
#include "salesreg/base/config.h"
#include "salesreg/role/worker/heartbeat.h"
#include "salesreg/role/worker/metrics.h"
#include <uv.h>

struct worker {
	const char *role;
	struct config config;
	struct arena arena; /* lives as long as the worker */
	uv_loop_t loop;
	uv_signal_t terminate, interrupt;
	uv_timer_t watchdog;
	void (*stop)(struct worker *worker, void *data);
	/* Set before worker_run(): health and progress of the role; may be NULL. */
	void (*report)(struct worker_report *report, void *data);
	/* Set before worker_run(): the role's own metrics; may be NULL. */
	void (*expose)(struct buf *out, void *data);
	void *data;
	struct presence *presence;
	struct metrics_server *metrics; /* NULL: METRICS_LISTEN is not set */
	bool stop_asked;
	int signals;
	int exit_code;
};

/* Not EXIT_CODE_OK: nothing is left to be finished. */
MUST_CHECK int worker_init(struct worker *w, const char *role, unsigned needs);
/* What the help of every worker says of it. */
void worker_help(void);
/* After worker_init(), before anything is started: from here on the worker can do what a worker does and no more. */
void worker_filter_calls(const struct worker *w);
/* The rules of the conversation from the configuration; an exit code, and it has said why. */
int worker_rules(struct worker *w, struct conversation_rules *rules, struct texts *texts);
/* Runs the loop until the worker has stopped; returns the exit code. */
int worker_run(struct worker *w, void (*stop)(struct worker *worker, void *data), void *data);
/* Ends the loop's signal and watchdog handles; to be called by the role when it has stopped. */
void worker_end(struct worker *w, int exit_code);
void worker_finish(struct worker *w);
