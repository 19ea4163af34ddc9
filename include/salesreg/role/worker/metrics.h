/*
 * Where METRICS_LISTEN says, one process answers: /metrics for Prometheus, /healthz (the loop turns), /readyz (it does its
 * work, or may at once).
 * Ownership: the server borrows its options' strings and data until metrics_server_destroy(), after which the loop has to
 * run once more; it needs nobody else to stop first, whatever its clients do.
 * Errors: metrics_server_create() has logged one line that names METRICS_LISTEN, and waited for an address that is in use.
 * Callbacks: from the loop only.
 *
 * Source: the words are those of `healthcheck`. /healthz and /readyz are the probes of Kubernetes ("Liveness, Readiness and
 * Startup Probes"): 200 to 399 is yes, anything else no.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

enum { METRICS_LINE_SIZE = 256 };

struct metrics_server_options {
	const char *listen; /* METRICS_LISTEN */
	const char *role;
	/* Everything this process tells, besides what every process does. */
	void (*write)(struct buf *out, void *data);
	/* line: "ready", or "not ready: why", as the answer says it. */
	bool (*ready)(char line[METRICS_LINE_SIZE], void *data);
	void *data;
};

struct metrics_server;
/* ERR_BUSY, ERR_CANCELLED, ERR_CONFIG as of http/listen.h; *out is NULL then. */
enum err metrics_server_create(
    struct metrics_server **out, uv_loop_t *loop, const struct metrics_server_options *options);
/* Accepts NULL. Connections are closed, whatever was on its way. */
void metrics_server_destroy(struct metrics_server *m);
