/*
 * Server-sent events: one stream of events for everybody who watches.
 * Ownership: the caller's memory, between http_sse_init() and http_sse_finish(); events are copied.
 * Errors: a watcher who takes nothing in (the server's stream maximum is reached) is let go.
 * Callbacks: `idle` when the last watcher has gone; from whatever noticed it.
 * Facts: html.spec.whatwg.org, "Server-sent events": the text/event-stream format, `retry`, and comments that keep proxies from
 * ending what is silent.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/http/server.h"
#include <sys/queue.h>

struct http_sse_watcher;
struct http_sse {
	TAILQ_HEAD(, http_sse_watcher) watchers;
	size_t count, max;
	struct buf frame; /* being made */
	void (*idle)(void *data);
	void *data;
};

/* frame_max: bytes of the longest event. */
void http_sse_init(
    struct http_sse *sse, size_t max, size_t frame_max, void (*idle)(void *data), void *data);
/* Their exchanges end with the server. */
void http_sse_finish(struct http_sse *sse);
/* Answers with the stream. NULL: there are too many already, and nothing was answered; else valid until it has gone. */
struct http_sse_watcher *http_sse_add(struct http_sse *sse, struct http_exchange *x);
/* False: the watcher has gone. `data` is one line; line ends in it become spaces, which JSON does not mind. */
bool http_sse_send(struct http_sse *sse, struct http_sse_watcher *watcher, const char *event,
    const struct buf *data);
void http_sse_broadcast(struct http_sse *sse, const char *event, const struct buf *data);
/* A comment. */
void http_sse_keep_alive(struct http_sse *sse);
/* The server's `closed`; false: the exchange was none of these. */
bool http_sse_on_closed(struct http_sse *sse, const struct http_exchange *x);
