#include "salesreg/http/sse.h"
#include <stdlib.h>

struct http_sse_watcher {
	TAILQ_ENTRY(http_sse_watcher) entry;
	struct http_exchange *exchange;
};

void http_sse_init(
    struct http_sse *sse, size_t max, size_t frame_max, void (*idle)(void *data), void *data)
{
	*sse = (struct http_sse){.max = max, .idle = idle, .data = data};
	TAILQ_INIT(&sse->watchers);
	buf_init(&sse->frame, frame_max);
}

void http_sse_finish(struct http_sse *sse)
{
	for (struct http_sse_watcher *w; (w = TAILQ_FIRST(&sse->watchers));) {
		TAILQ_REMOVE(&sse->watchers, w, entry);
		free(w);
	}
	sse->count = 0;
	buf_finish(&sse->frame);
}

static void drop(struct http_sse *sse, struct http_sse_watcher *w)
{
	TAILQ_REMOVE(&sse->watchers, w, entry);
	free(w);
	if (--sse->count == 0)
		sse->idle(sse->data);
}

static bool send_frame(struct http_sse *sse, struct http_sse_watcher *w)
{
	if (!sse->frame.failed &&
	    http_exchange_stream_write(w->exchange, sse->frame.data, sse->frame.size) == ERR_OK)
		return true;
	drop(sse, w);
	return false;
}

static void broadcast_frame(struct http_sse *sse)
{
	for (struct http_sse_watcher *w = TAILQ_FIRST(&sse->watchers), *next; w; w = next) {
		next = TAILQ_NEXT(w, entry);
		(void)send_frame(sse, w);
	}
}

static void make_frame(struct http_sse *sse, const char *event, const struct buf *data)
{
	struct buf *frame = &sse->frame;
	buf_clear(frame);
	buf_addf(frame, "event: %s\ndata: ", event);
	size_t start = frame->size;
	buf_add(frame, data->data, data->size);
	/* a line end would end the field */
	for (size_t i = start; i < frame->size; i++)
		if (frame->data[i] == '\n' || frame->data[i] == '\r')
			frame->data[i] = ' ';
	buf_adds(frame, "\n\n");
}

struct http_sse_watcher *http_sse_add(struct http_sse *sse, struct http_exchange *x)
{
	static const struct http_header headers[] = {{"Cache-Control", "no-store"},
	    {"X-Content-Type-Options", "nosniff"}, {"X-Accel-Buffering", "no"}, {NULL, NULL}};
	if (sse->count == sse->max)
		return NULL;
	struct http_sse_watcher *w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->exchange = x;
	TAILQ_INSERT_TAIL(&sse->watchers, w, entry);
	sse->count++;
	http_exchange_stream(x, 200, "text/event-stream", headers);
	/* a new stream has room for a line; if it had none, its next event would let it go */
	enum err err = http_exchange_stream_write(x, "retry: 1000\n\n", 13);
	(void)err;
	return w;
}

bool http_sse_send(struct http_sse *sse, struct http_sse_watcher *watcher, const char *event,
    const struct buf *data)
{
	make_frame(sse, event, data);
	return send_frame(sse, watcher);
}

void http_sse_broadcast(struct http_sse *sse, const char *event, const struct buf *data)
{
	make_frame(sse, event, data);
	broadcast_frame(sse);
}

void http_sse_keep_alive(struct http_sse *sse)
{
	buf_clear(&sse->frame);
	buf_adds(&sse->frame, ":\n\n");
	broadcast_frame(sse);
}

bool http_sse_on_closed(struct http_sse *sse, const struct http_exchange *x)
{
	struct http_sse_watcher *w;
	TAILQ_FOREACH (w, &sse->watchers, entry) {
		if (w->exchange != x)
			continue;
		drop(sse, w);
		return true;
	}
	return false;
}
