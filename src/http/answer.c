#include "server_private.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/*
 * What a handler sees of a request, and how it answers: at once or later, whole, cut short, as a stream, or not at all.
 * A stream is suspended whenever everything written so far has been sent.
 */

enum {
	STREAM_BLOCK_BYTES = 16 * 1024,
};

const char *http_exchange_method(const struct http_exchange *x)
{
	return x->method;
}

const char *http_exchange_path(const struct http_exchange *x)
{
	return x->path;
}

const char *http_exchange_query(const struct http_exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_exchange_header(const struct http_exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

const char *http_exchange_body(const struct http_exchange *x, size_t *size)
{
	*size = x->body.size;
	return buf_text((struct buf *)&x->body);
}

struct arena *http_exchange_arena(struct http_exchange *x)
{
	return &x->arena;
}

enum err http_exchange_params(struct http_exchange *x, const struct http_params **out)
{
	if (!x->params_known) {
		x->params_known = true;
		x->params_err = http_params_parse(&x->params, &x->arena, x->connection,
		    http_exchange_header(x, MHD_HTTP_HEADER_CONTENT_TYPE), buf_text(&x->body),
		    x->body.size);
	}
	*out = &x->params;
	return x->params_err;
}

void http_exchange_set_data(struct http_exchange *x, void *data)
{
	x->data = data;
}

void *http_exchange_data(const struct http_exchange *x)
{
	return x->data;
}

/* Answers */

static void settle(struct http_exchange *x, enum exchange_state state, unsigned status,
    const char *content_type, const struct http_header *headers)
{
	x->status = status;
	if (x->state == EXCHANGE_ABORTED)
		return; /* the client left; the response goes with the exchange */
	exchange_set_state(x, x->response ? state : EXCHANGE_ABORTED);
	if (x->response && content_type)
		MHD_add_response_header(x->response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	for (; x->response && headers && headers->name; headers++)
		MHD_add_response_header(x->response, headers->name, headers->value);
	exchange_resume(x);
}

void http_exchange_answer(struct http_exchange *x, unsigned status, const char *content_type,
    const void *body, size_t size, const struct http_header *headers)
{
	x->response = MHD_create_response_from_buffer(size, (void *)body, MHD_RESPMEM_MUST_COPY);
	x->size = size;
	settle(x, EXCHANGE_ANSWERED, status, content_type, headers);
}

struct truncated {
	size_t size;
	char bytes[];
};

static ssize_t read_truncated(void *data, uint64_t position, char *out, size_t room)
{
	const struct truncated *t = data;
	if (position >= t->size)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	size_t n = t->size - (size_t)position < room ? t->size - (size_t)position : room;
	memcpy(out, t->bytes + position, n);
	return (ssize_t)n;
}

void http_exchange_answer_truncated(struct http_exchange *x, unsigned status,
    const char *content_type, const void *body, size_t size, size_t sent)
{
	struct truncated *t = malloc(sizeof *t + sent);
	if (t) {
		t->size = sent;
		memcpy(t->bytes, body, sent);
		x->response = MHD_create_response_from_callback(
		    size, STREAM_BLOCK_BYTES, read_truncated, t, free);
		if (!x->response)
			free(t);
	}
	settle(x, EXCHANGE_ANSWERED, status, content_type, NULL);
}

void http_exchange_abort(struct http_exchange *x)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger now = {.l_onoff = 1, .l_linger = 0};
	if (info)
		(void)setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	exchange_set_state(x, EXCHANGE_ABORTED);
	exchange_resume(x);
}

static ssize_t read_stream(void *data, uint64_t position, char *out, size_t room)
{
	(void)position;
	struct http_exchange *x = data;
	size_t left = x->stream.size - x->stream_sent;
	if (x->state == EXCHANGE_ABORTED)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (left == 0 && x->stream_ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (left == 0) {
		buf_clear(&x->stream);
		x->stream_sent = 0;
		exchange_suspend(x);
		return 0;
	}
	size_t n = left < room ? left : room;
	memcpy(out, x->stream.data + x->stream_sent, n);
	x->stream_sent += n;
	return (ssize_t)n;
}

void http_exchange_stream(struct http_exchange *x, unsigned status, const char *content_type,
    const struct http_header *headers)
{
	x->response = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream, x, NULL);
	settle(x, EXCHANGE_STREAMING, status, content_type, headers);
}

enum err http_exchange_stream_write(struct http_exchange *x, const void *bytes, size_t size)
{
	if (x->stream_sent > 0) {
		x->stream.size -= x->stream_sent;
		memmove(x->stream.data, x->stream.data + x->stream_sent, x->stream.size);
		x->stream_sent = 0;
	}
	buf_add(&x->stream, bytes, size);
	if (x->stream.failed)
		exchange_set_state(x, EXCHANGE_ABORTED);
	exchange_resume(x);
	return x->stream.failed ? ERR_TOO_BIG : ERR_OK;
}

void http_exchange_stream_end(struct http_exchange *x)
{
	x->stream_ended = true;
	exchange_resume(x);
}
