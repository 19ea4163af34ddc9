/*
 * A dedicated LISTEN connection that notices its own death.
 * Ownership: channel names are static strings. Units: milliseconds.
 * Errors: reported as `down`; it reconnects with back-off. Callbacks: never inside a starting call.
 * After each (re)connect it first LISTENs, then proves that notifications arrive (its own NOTIFY must come back: a
 * transaction pooler eats it), then calls `ready`: whoever listens sweeps there for what was missed. A heartbeat query
 * finds a connection that died silently, and ends the sessions of processes that were stopped while they hold a lock.
 */
#pragma once
#include "salesreg/db/conn.h"

enum { LISTENER_MAX_CHANNELS = 5 };
struct listener;
struct listener_options {
	const struct secret *uri;
	struct db_server *server; /* as in db/pool.h */
	const char *application_name;
	const char *channels[LISTENER_MAX_CHANNELS];
	void (*ready)(struct listener *listener, void *data);
	void (*notified)(struct listener *listener, const char *channel, void *data);
	void (*down)(struct listener *listener, const char *why, void *data);
	/* The probe did not come back on a healthy connection: a transaction pooler is in between. */
	void (*deaf)(struct listener *listener, void *data);
	void *data;
};
struct listener *listener_create(uv_loop_t *loop, const struct listener_options *options);
void listener_destroy(struct listener *listener);
/* For how long notifications have not come; 0: they do. */
int64_t listener_down_ms(const struct listener *listener);
/* Why they do not, as last heard; "" if nothing was said. */
const char *listener_why(const struct listener *listener);
