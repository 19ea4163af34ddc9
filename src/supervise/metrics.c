#include "salesreg/base/metrics.h"
#include "salesreg/supervise/memory.h"
#include "supervisor_private.h"
#include <stdio.h>

/* One number of a worker; false: not known. */
typedef bool number_of(const struct child *c, int64_t *value);

static bool is_up(const struct child *c, int64_t *value)
{
	*value = c->state == CHILD_READY;
	return true;
}

static bool degraded(const struct child *c, int64_t *value)
{
	*value = c->beat.health == IPC_HEALTH_DEGRADED;
	return c->state == CHILD_READY && !c->spec->foreign;
}

static bool restarts(const struct child *c, int64_t *value)
{
	*value = c->restarts;
	return true;
}

static bool last_exit(const struct child *c, int64_t *value)
{
	*value = c->last_exit;
	return c->died_us != 0;
}

static bool pid_of(const struct child *c, int64_t *value)
{
	*value = c->pid;
	return c->pid != 0;
}

static bool pss_bytes(const struct child *c, int64_t *value)
{
	*value = child_memory(c).pss_kib * 1024;
	return *value >= 0;
}

static bool state_us(const struct child *c, int64_t *value)
{
	*value = c->since_us;
	return true;
}

static bool death_us(const struct child *c, int64_t *value)
{
	*value = c->died_us;
	return c->died_us != 0;
}

static bool lag_us(const struct child *c, int64_t *value)
{
	*value = (int64_t)c->beat.lag_ms * 1000;
	return c->state == CHILD_READY && !c->spec->foreign;
}

static void write_states(const struct supervisor *s, struct buf *out)
{
	static const char name[] = "salesreg_worker_state";
	metrics_family(
	    out, name, METRICS_GAUGE, "1 for the state the worker is in, 0 for the others.");
	for (size_t i = 0; i < s->count; i++)
		for (size_t state = 0; state < CHILD_STATES; state++)
			metrics_sample(out, name,
			    METRICS_LABELS({"role", s->children[i].spec->name},
				{"state", child_state_name((enum child_state)state)}),
			    s->children[i].state == (enum child_state)state);
}

void supervisor_expose(const struct supervisor *s, struct buf *out)
{
	static const struct {
		const char *name, *help;
		number_of *number;
		enum metrics_type type;
		bool is_us; /* told in seconds */
	} rows[] = {
	    {"salesreg_worker_up", "1 if the worker is ready.", is_up, METRICS_GAUGE, false},
	    {"salesreg_worker_degraded",
		"1 if the worker says that something outside keeps it from all of its work.",
		degraded, METRICS_GAUGE, false},
	    {"salesreg_worker_restarts_total",
		"Deaths of the worker that nobody asked for; it is started again unless it is "
		"given up.",
		restarts, METRICS_COUNTER, false},
	    {"salesreg_worker_last_exit_code",
		"How the worker ended last: its exit code, or 128 + the signal.", last_exit,
		METRICS_GAUGE, false},
	    {"salesreg_worker_last_death_timestamp_seconds",
		"When the worker ended last, in seconds since 1970.", death_us, METRICS_GAUGE,
		true},
	    {"salesreg_worker_state_timestamp_seconds",
		"When the worker came into its state, in seconds since 1970.", state_us,
		METRICS_GAUGE, true},
	    {"salesreg_worker_pid", "Process id of the worker.", pid_of, METRICS_GAUGE, false},
	    {"salesreg_worker_pss_bytes",
		"Memory of the worker, its share of what it has in common with others, in bytes.",
		pss_bytes, METRICS_GAUGE, false},
	    {"salesreg_worker_loop_lag_seconds",
		"By how much the last beat of the worker's event loop came late.", lag_us,
		METRICS_GAUGE, true},
	};
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
		metrics_family(out, rows[row].name, rows[row].type, rows[row].help);
		for (size_t i = 0; i < s->count; i++) {
			const struct child *c = &s->children[i];
			int64_t value;
			if (rows[row].number(c, &value))
				(rows[row].is_us ? metrics_sample_us : metrics_sample)(out,
				    rows[row].name, METRICS_LABELS({"role", c->spec->name}), value);
		}
	}
	write_states(s, out);
}

bool supervisor_is_ready(const struct supervisor *s, char *line, size_t size)
{
	if (s->stopping) {
		(void)snprintf(line, size, "not ready: stopping");
		return false;
	}
	const struct child *transient = NULL;
	for (size_t i = 0; i < s->count; i++) {
		const struct child *c = &s->children[i];
		if (c->state != CHILD_READY) {
			(void)snprintf(line, size, "not ready: %s is %s%s%s", c->spec->name,
			    child_state_name(c->state), *c->death ? "; last death: " : "",
			    c->death);
			return false;
		}
		if (!transient && c->beat.health == IPC_HEALTH_DEGRADED)
			transient = c;
	}
	if (transient)
		(void)snprintf(line, size, "ready, degraded: %s: %s", transient->spec->name,
		    transient->beat.why);
	else
		(void)snprintf(line, size, "ready");
	return true;
}
