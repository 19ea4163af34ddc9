/*
 * The HTTP client from the inside; shared by the client*.c files only.
 *
 *   client.c           the interface, the queue, who is told when
 *   client_sockets.c   descriptors watched for curl, and the timer that drives it
 *   client_handles.c   easy handles: options, headers, reuse and trimming
 *   client_tls.c       which certificate was refused
 *   client_family.c    IPv4 or IPv6
 *   client_outcome.c   what became of a transfer: curl's result as an answer
 *
 * Ownership: a transfer and its easy handle belong to the client, in the list of its state; it is
 * made when none is idle, and destroyed when trimmed or after the client was closed. The client's
 * memory goes when its last libuv handle is closed.
 * Units: milliseconds of uv_now() (_ms).
 * Errors: out of memory aborts.
 * Callbacks: the user's are called by http_client_after_curl() and http_client_handle_closed(),
 * by nothing else here.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/base/map.h"
#include "salesreg/http/client.h"
#include "salesreg/http/trust.h"
#include <curl/curl.h>
#include <sys/queue.h>

/*
 *   IDLE ──send──▶ WAITING ──place free──▶ ACTIVE ──curl is done──▶ TELLING ──callback over──▶ IDLE
 *     │                                    ▲ │                        ▲
 *     └──send, place free──────────────────┘ │ destroy                │
 *                                            └──▶ READY ──loop turn───┘
 *
 *   READY also: from IDLE and WAITING when curl refuses the request, from WAITING by destroy.
 *   cancel: from any of them to IDLE; a transfer that is TELLING goes there anyway.
 */
enum transfer_state {
	TRANSFER_IDLE,
	TRANSFER_WAITING,
	TRANSFER_ACTIVE,
	TRANSFER_READY,
	TRANSFER_TELLING
};

/* Of the server: the certificate that was refused, else its own. */
struct http_certificate_seen {
	int reason; /* OpenSSL's X509_V_… */
	char subject[160], issuer[160];
};

struct http_transfer {
	TAILQ_ENTRY(http_transfer) link; /* in client->idle, waiting, active or ready, by state */
	enum transfer_state state;
	struct http_client *client;
	CURL *easy;
	http_callback *callback;
	void *data;
	struct buf body;
	unsigned begun; /* how often curl was about to write the request */
	bool repeatable, jump_queue, maybe_delivered;
	enum err ready_err; /* READY only */
	/* What the easy handle is set to at present:
	 * options are set again only where a request differs. */
	char *url; /* NULL: none yet */
	CURLU *parsed_url;
	bool plain_post;
	int64_t timeout_ms, connect_timeout_ms;
	struct curl_slist *headers;     /* the list in use: own_headers or client->json_headers */
	struct curl_slist *own_headers; /* of this request alone */
	long family;                    /* CURL_IPRESOLVE_… */
	struct http_certificate_seen certificate;
	char error[CURL_ERROR_SIZE];
};
TAILQ_HEAD(transfer_list, http_transfer);

struct http_client {
	uv_loop_t *loop;
	CURLM *multi;
	size_t open_handles; /* libuv's */
	bool closing;
	http_client_closed *closed;
	void *closed_data;

	/* client.c */
	struct transfer_list waiting, active, ready;
	bool secret;
	size_t max_transfers, places_taken, active_count, waiting_count;

	/* client_sockets.c */
	uv_timer_t timer;
	int64_t curl_due_ms, armed_due_ms; /* uv_now() times, or never */
	struct map sockets;                /* fd → struct http_socket */
	uint64_t connections, connections_looked_at;

	/* client_family.c */
	long family; /* of connections to be made */

	/* client_handles.c */
	struct transfer_list idle;
	size_t idle_count;
	size_t idle_least; /* the least since the last trimming: so many were of no use */
	uv_timer_t trim_timer;
	struct curl_slist *json_headers;
	bool no_proxy; /* the environment names none */
	struct http_trust trust;
	bool tls_watched;
	struct curl_slist *resolve; /* for tests; else NULL */
	uint64_t requests;
};

/* client.c */

/* To be called after curl had a chance to finish transfers, from outside of curl's callbacks. */
void http_client_after_curl(struct http_client *client);
/* From the close callback of each libuv handle of the client; the last one frees it. */
void http_client_handle_closed(struct http_client *client);

/* client_sockets.c */

/* False: the client is as before, and curl_multi may be cleaned up. */
MUST_CHECK bool http_client_sockets_start(struct http_client *client);
/* After curl_multi_cleanup(). */
void http_client_sockets_close(struct http_client *client);
void http_client_sockets_finish(struct http_client *client);
/* Has http_client_after_curl() called at due_ms or before. Never moved to a later time:
 * firing early costs less than re-arming with every request. */
void http_client_schedule(struct http_client *client, int64_t due_ms);
/* After curl gave a transfer up: what it closed without a word is watched no longer. */
void http_client_sockets_look_again(struct http_client *client);
/* curl opens and closes its connections with these. */
curl_socket_t http_client_open_socket(
    void *data, curlsocktype purpose, struct curl_sockaddr *address);
int http_client_close_socket(void *data, curl_socket_t fd);

/* client_handles.c */

void http_client_handles_start(struct http_client *client);
/* Before curl_multi_cleanup(). */
void http_client_handles_close(struct http_client *client);
/* No transfer is left. */
void http_client_handles_finish(struct http_client *client);
/* An idle transfer, or a new one; in no list. */
struct http_transfer *http_transfer_take(struct http_client *client);
/* t is in no list and not with curl. */
void http_transfer_release(struct http_transfer *t);
/* Not CURLE_OK: the request cannot be made, most likely because of its URL. */
CURLcode http_transfer_set_options(struct http_transfer *t, const struct http_request_spec *spec);
/* Whether curl has written a byte of the request. */
bool http_transfer_sent_something(const struct http_transfer *t);

/* client_tls.c */

/* Whether http_client_tls_watch() can be called in this process. */
bool http_client_tls_is_watched(void);
/* From now on t->certificate is filled when a connection is made for t. */
CURLcode http_client_tls_watch(struct http_transfer *t);
/* A sentence; false: it was no matter of certificates, or nothing is known. */
bool http_client_tls_describe(const struct http_transfer *t, CURLcode code, char *out, size_t size);

/* client_family.c */

/* A kind of address was asked for and there is none of that: any is good. */
bool http_client_family_missing(const struct http_transfer *t, CURLcode code);
/* Before t is taken from curl: whether the other kind is to be tried. */
void http_client_family_look(struct http_transfer *t, CURLcode code);
/* The one t was connected to; "" if none. */
const char *http_client_family_address(const struct http_transfer *t);

/* client_outcome.c */

/* t is not with curl any more, t->maybe_delivered is known. The answer borrows the body from t. */
void http_outcome_read(struct http_transfer *t, CURLcode code, struct http_answer *answer);
