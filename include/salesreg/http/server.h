/*
 * HTTP/1.1 server on the caller's loop: one callback a complete request, the answer now or later.
 *
 * Ownership: the server owns its sockets (an inherited one too, from create on) and every exchange.
 * An exchange is the handler's from request() until it answers, aborts or is told closed(); not to
 * be touched afterwards. Everything an exchange returns, and its arena, live as long as that.
 * http_server_destroy() frees in the last close callback: run the loop once more; it fires no
 * callback and forgets what is still held.
 *
 * Units: bytes, seconds and milliseconds as named.
 *
 * Errors: bad requests are answered inside (413, 400, 501: empty bodies); a client that vanishes is
 * reported by closed() if its exchange is held or streaming, else forgotten.
 *
 * Callbacks: request() and closed() fire from the loop only, never inside a call into this module.
 *
 * Facts: libmicrohttpd 0.9.75 (microhttpd.h: MHD_run, MHD_get_timeout, MHD_suspend_connection). Its
 * epoll descriptor alone misses timeouts and resumed connections; a suspended connection is in no
 * epoll set, so we watch that socket ourselves.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/err.h"
#include "salesreg/http/params.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct http_server;
struct http_exchange;

struct http_header {
	const char *name, *value;
};

struct http_server_options {
	/* "127.0.0.1:8080", "[::1]:0", ":8080" (every IPv4 address), "localhost:0";
	 * NULL: use listen_fd */
	const char *listen;
	int listen_fd;
	/* HTTPS with these, PEM, copied; NULL: plain HTTP */
	const char *certificate, *key;
	size_t body_max_bytes; /* larger: 413 */
	/* 0: 1,000. The longest silent one, between requests or in the middle of one that has yet to come whole, makes room
	 * for one more; if all are being answered, that one is closed */
	unsigned connections_max;
	unsigned
	    connections_an_address_max; /* 0: no limit besides; else the same among themselves */
	unsigned
	    head_timeout_ms;     /* for the whole head of a connection's first request; 0: 10,000 */
	unsigned idle_timeout_s; /* of a kept-alive connection; 0: 500, as Telegram's */
	size_t stream_max_bytes; /* unsent bytes of one stream; 0: 1 MiB */
	bool secret; /* what was asked is overwritten afterwards, as far as it is ours */
	void *data;
	void (*request)(void *data, struct http_exchange *exchange);
	void (*closed)(void *data, struct http_exchange *exchange); /* may be NULL */
};

/* On failure *out is NULL and message says why in one line. */
MUST_CHECK enum err http_server_create(struct http_server **out, uv_loop_t *loop,
    const struct http_server_options *options, char *message, size_t message_size);
/* NULL is fine. */
void http_server_destroy(struct http_server *server);
/* The port in use, also when 0 was asked for. */
uint16_t http_server_port(const struct http_server *server);

/* What was asked. path is percent-decoded and has no query;
 * the look-ups return NULL when absent. */
const char *http_exchange_method(const struct http_exchange *x);
const char *http_exchange_path(const struct http_exchange *x);
const char *http_exchange_query(const struct http_exchange *x, const char *name);
const char *http_exchange_header(const struct http_exchange *x, const char *name);
/* NUL-terminated besides its size. */
const char *http_exchange_body(const struct http_exchange *x, size_t *size);
struct arena *http_exchange_arena(struct http_exchange *x);
/* Query, then form, multipart or JSON body in one map, parsed at the first call.
 * Errors: those of http_params_parse(). */
MUST_CHECK enum err http_exchange_params(struct http_exchange *x, const struct http_params **out);

/* A place for the handler's own state, NULL at first. */
void http_exchange_set_data(struct http_exchange *x, void *data);
void *http_exchange_data(const struct http_exchange *x);

/* Answers; body is copied; content_type may be NULL; headers end with a NULL name, or are NULL. */
void http_exchange_answer(struct http_exchange *x, unsigned status, const char *content_type,
    const void *body, size_t size, const struct http_header *headers);
/* Announces `size` bytes, sends the first `sent` and closes the connection. */
void http_exchange_answer_truncated(struct http_exchange *x, unsigned status,
    const char *content_type, const void *body, size_t size, size_t sent);
/* Closes the connection without an answer (by reset where the kernel lets us). */
void http_exchange_abort(struct http_exchange *x);

/*
 * An answer without end (server-sent events): begin, write at will, end. closed() fires when the
 * client has gone. A write that would exceed stream_max_bytes ends the connection and returns
 * ERR_TOO_BIG: a reader that slow is gone.
 */
void http_exchange_stream(struct http_exchange *x, unsigned status, const char *content_type,
    const struct http_header *headers);
MUST_CHECK enum err http_exchange_stream_write(
    struct http_exchange *x, const void *bytes, size_t size);
void http_exchange_stream_end(struct http_exchange *x);
