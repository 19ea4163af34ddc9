/*
 * Starts, watches, restarts and stops the children: DESIGN §9.
 * Ownership: the supervisor borrows its options, which outlive it; it owns the children, their channels, and the listening
 * sockets in their specs from supervisor_start() on. Its tables are of fixed size.
 * Units: milliseconds in supervisor_times, microseconds of the monotonic clock inside.
 * Errors: a child's failures are its states; supervisor_start() says what keeps the supervisor itself from starting.
 * Callbacks: `announced`, once, from the loop; `ended`, once, from the loop, when every child has; then the supervisor's handles are closing, and the loop
 * ends if nobody else holds it.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/domain/restart.h"
#include "salesreg/ipc/message.h"
#include "salesreg/supervise/child.h"
#include <uv.h>

enum { SUPERVISOR_CHILDREN_MAX = 8 };

struct supervisor_times {
	int ready_ms;   /* from start to READY */
	int silence_ms; /* between beats */
	int abort_ms;   /* from SIGABRT to SIGKILL */
	int stop_ms;    /* from the request to SIGKILL, all workers together */
	int turn_ms;    /* a worker that takes longer does not keep the next one from being asked */
	int late_ms;    /* our own tick so late: it is not the children who were silent */
	int tick_ms;
	struct restart_policy restart;
};
struct supervisor_times supervisor_times_default(void);

struct supervisor_options {
	/* Started in this order, stopped in the reverse one; foreign ones are started first, and stopped last. */
	const struct child_spec *children;
	size_t count;
	struct supervisor_times times;
	const char *run_dir;
	void (*announced)(void *data); /* every child is ready, for the first time; may be NULL */
	void (*ended)(void *data);     /* may be NULL */
	void *data;
};

struct supervisor;
struct supervisor *supervisor_create(uv_loop_t *loop, const struct supervisor_options *options);
/* Waits for a predecessor's run directory: base/patience.h. */
enum err supervisor_start(struct supervisor *s, char *message, size_t message_size);
/* What Prometheus is told of the workers. */
void supervisor_expose(const struct supervisor *s, struct buf *out);
/* Whether every worker is ready; line: "ready", or "not ready: who, and why". */
bool supervisor_is_ready(const struct supervisor *s, char *line, size_t size);
/* After the loop has ended. */
int supervisor_exit_code(const struct supervisor *s);
void supervisor_destroy(struct supervisor *s);
