/*
 * HTTP/1.1 client: libcurl's multi_socket interface on a libuv loop, connections kept alive,
 * handles reused.
 *
 * Ownership: the client belongs to whoever created it until http_client_destroy(); its memory goes
 * in its last uv_close callback. A transfer belongs to the client: the pointer is good until its
 * callback returns or until http_transfer_cancel(). Everything in a spec is copied by
 * http_client_send(), except `body`, which is borrowed until the callback is called or the transfer
 * is cancelled. An answer and all it points to last for the callback.
 *
 * Units: milliseconds (_ms), seconds (_s, only because Retry-After speaks seconds), bytes.
 *
 * Errors: http_answer.err; an HTTP status of any value is ERR_OK, to be judged by the caller.
 *   UNAVAILABLE  no connection (name look-up, refused, TLS)
 *   TIMEOUT      connect_timeout_ms or timeout_ms passed
 *   IO           the connection broke, the answer was cut short or is not HTTP
 *   TOO_BIG      the answer is over max_answer_bytes
 *   INVALID      the URL cannot be used
 *   CANCELLED    http_client_destroy() came first
 *
 * Callbacks: never inside http_client_send() or http_client_destroy(), always from the loop, once
 * per transfer; after http_transfer_cancel() never. A callback may send, cancel any transfer, and
 * destroy the client.
 *
 * TLS: see http/trust.h. Proxies: https_proxy, http_proxy (lower case), ALL_PROXY, NO_PROXY and their
 * other spellings, as libcurl reads them (curl manual, "ENVIRONMENT").
 *
 * Secrets: URLs are never logged and never part of an error text.
 *
 * Facts: curl 7.88 manual pages of CURLMOPT_SOCKETFUNCTION, CURLOPT_PREREQFUNCTION,
 * CURLOPT_CLOSESOCKETFUNCTION; curl pull request 18417 (a request on a dead kept-alive connection
 * is repeated silently; see `repeatable`).
 */
#pragma once
#include "salesreg/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum {
	/* Under way at once, unless the options say otherwise. More connections make nothing faster
	 * and cost 100 KB each over TLS. */
	HTTP_CLIENT_TRANSFERS = 32,
	/* A connection is kept so long with nothing to do: Telegram's server ends it after 500 s. */
	HTTP_CLIENT_IDLE_S = 480,
	HTTP_CLIENT_CONNECT_TIMEOUT_MS = 10000, /* unless the spec says otherwise */
	HTTP_CLIENT_ANSWER_BYTES = 1024 * 1024, /* unless the spec says otherwise */
	HTTP_CLIENT_ERROR_BYTES = 512,
};

struct http_client;
struct http_transfer;

struct http_client_options {
	/* Transfers under way at once, hence connections; more wait in line, in order.
	 * 0 = HTTP_CLIENT_TRANSFERS. */
	size_t max_transfers;
	/* Answers and headers are overwritten afterwards, as far as they are ours and not curl's. */
	bool secret;
};

struct http_request_spec {
	const char *method;         /* NULL = POST */
	const char *url;            /* http or https */
	const char *const *headers; /* "Name: value", NULL at the end; or NULL */
	const char *content_type;   /* of the body; NULL = application/json */
	const void *body;           /* borrowed; NULL if none */
	size_t body_size;
	/* For the whole transfer, from when it is its turn: waiting in line does not count.
	 * 0 = no limit. */
	int64_t timeout_ms;
	int64_t connect_timeout_ms; /* 0 = HTTP_CLIENT_CONNECT_TIMEOUT_MS */
	size_t max_answer_bytes;    /* of the body; 0 = HTTP_CLIENT_ANSWER_BYTES */
	/* Doing it twice is harmless: curl may repeat it on a fresh connection if a kept-alive one
	 * turns out dead. GET and HEAD are repeatable anyway. Otherwise such a loss is reported as
	 * ERR_IO, maybe_delivered. */
	bool repeatable;
	/* Starts at once although max_transfers are under way: for a long poll that must not stand
	 * behind sends. */
	bool jump_queue;
};

struct http_answer {
	enum err err;
	/* False only if certainly no byte of the request went out;
	 * always true when there is an answer. */
	bool maybe_delivered;
	long status;      /* 0 if no status line came */
	const char *body; /* NUL-terminated besides; "" if none, the part that came if err is set */
	size_t size;
	long retry_after_s; /* from the Retry-After header; -1 = none */
	/* A sentence for a log, without the URL; "" if err is ERR_OK. */
	char error[HTTP_CLIENT_ERROR_BYTES];
};
typedef void http_callback(const struct http_answer *answer, void *data);
typedef void http_client_closed(void *data);

/* NULL only if libcurl or the loop refuse to start. o may be NULL. */
struct http_client *http_client_create(uv_loop_t *loop, const struct http_client_options *o);
/* Every transfer still under way or in line hears ERR_CANCELLED, then closed (may be NULL) is
 * called and the memory is gone: all from later turns of the loop. Accepts NULL (then closed is
 * never called). */
void http_client_destroy(struct http_client *client, http_client_closed *closed, void *data);

/* NULL only after http_client_destroy(); then the callback is never called. */
struct http_transfer *http_client_send(struct http_client *client,
    const struct http_request_spec *spec, http_callback *callback, void *data);
/* The callback is never called after this and the body is no longer looked at. A connection in
 * mid-request is closed. Accepts NULL; does nothing inside the transfer's own callback. */
void http_transfer_cancel(struct http_transfer *t);
/* Whether a byte of the request may have gone out by now: to be asked before cancelling. */
bool http_transfer_maybe_delivered(const struct http_transfer *t);

/* For metrics and tests. */
struct http_client_stats {
	size_t active, waiting, idle_handles;
	uint64_t connections; /* opened since the start */
	uint64_t requests;    /* begun since the start */
};
struct http_client_stats http_client_stats(const struct http_client *client);
