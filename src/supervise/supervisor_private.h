/*
 * What supervisor.c (states), stop.c (the end) and status.c (what is told) share.
 * Ownership, units, errors, callbacks: as in supervise/supervisor.h.
 */
#pragma once
#include "salesreg/base/fault_log.h"
#include "salesreg/ipc/channel.h"
#include "salesreg/supervise/control.h"
#include "salesreg/supervise/memory.h"
#include "salesreg/supervise/supervisor.h"

/*
 *   DOWN --fork--> STARTING --READY--> READY ---------------------+
 *    ^                | not in time     | silent                  |
 *    |                v                 v                         | stop
 *    |             ABORTING (SIGABRT) <-+                         v
 *    |                | still there                            STOPPING (DRAIN, SIGTERM)
 *    |                v                                           |  | not in time
 *    |             KILLING (SIGKILL) <----------------------------|--+
 *    |                                                            |
 *    |    any of these --dies--> stopping? --> STOPPED <----------+
 *    |                           hopeless or misconfigured? --> GIVEN_UP
 *    +---- its time has come --- WAITING <-- else
 */
#define CHILD_STATE_MAP(X)                                                                         \
	X(DOWN, "down")                                                                            \
	X(STARTING, "starting")                                                                    \
	X(READY, "ready")                                                                          \
	X(ABORTING, "aborting")                                                                    \
	X(KILLING, "killing")                                                                      \
	X(WAITING, "waiting")                                                                      \
	X(STOPPING, "stopping")                                                                    \
	X(STOPPED, "stopped")                                                                      \
	X(GIVEN_UP, "given up")
enum child_state {
#define X(name, text) CHILD_##name,
	CHILD_STATE_MAP(X)
#undef X
};
enum {
#define X(name, text) +1
	CHILD_STATES = 0 CHILD_STATE_MAP(X)
#undef X
};

struct child {
	const struct child_spec *spec;
	struct supervisor *supervisor;
	enum child_state state;
	pid_t pid; /* 0: no process, reaped */
	int listen_fd;
	int64_t since_us; /* wall clock: when the state began */
	int64_t span_us,
	    deadline_us; /* how long the state may last, and until when; 0: as long as it likes */
	struct ipc_channel channel;
	struct restart_history history;
	unsigned restarts;
	int last_exit; /* of the last death: its exit code, or 128 + the signal */
	struct fault_log health_fault;
	struct ipc_beat beat; /* the last one */
	int64_t died_us;      /* wall clock; 0: never */
	char death[IPC_TEXT_SIZE];
	char cause[64]; /* what we did to it and why, for the description of its death */
	bool level_set;
	enum log_level level; /* asked for by log-level, told to the next one too */
	bool asked;           /* to stop */
	int64_t asked_us;
};

struct supervisor {
	uv_loop_t *loop;
	struct supervisor_options options;
	struct child children[SUPERVISOR_CHILDREN_MAX];
	size_t count;
	uv_signal_t died, terminate, interrupt, hang_up;
	uv_timer_t tick;
	int64_t tick_due_us, started_us /* wall clock */;
	struct control control;
	bool stopping, ended, announced, workers_begun;
	int requests; /* signals that asked us to stop */
	int64_t stop_us;
	int exit_code;
	int watchdog_ms;
	int64_t watchdog_due_us;
	char told[256]; /* the last STATUS= */
};

/* The one place that changes a state; span_ms: 0 = without a deadline. */
void child_set_state(struct child *c, enum child_state state, int64_t span_us, const char *why);
void child_kill(struct child *c, int number);
/* Looks at everything that is due, and sets the timer for the next. */
void supervisor_tick(struct supervisor *s);

/* stop.c */
void supervisor_stop(struct supervisor *s, int exit_code, const char *why);
void supervisor_kill_all(struct supervisor *s, int exit_code);
/* Asks whose turn it is; ends the supervisor when nobody is left. */
void supervisor_advance_stop(struct supervisor *s);

/* status.c */
const char *child_state_name(enum child_state state);
void supervisor_answer(struct ipc_channel *client, const struct ipc_message *request, void *data);
/* systemd hears of what has changed. */
void supervisor_notify_status(struct supervisor *s);
struct memory child_memory(const struct child *c);
