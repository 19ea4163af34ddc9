/* What the server's files know of each other: server.c runs libmicrohttpd on libuv, exchange.c takes a request in and lets it
 * go, answer.c is what a handler may do with it. */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/http/server.h"
#include "server_room.h"
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <sys/queue.h>

enum { SPARE_EXCHANGES = 64 };

/*
 *  RECEIVING → HANDLING ─┬→ ANSWERED → (queued to MHD, gone at completion)
 *      (request() runs)  ├→ HELD (suspended, socket watched) ─┬→ ANSWERED | STREAMING (resumed)
 *                        │                                    └→ ABORTED (client gone, or abort())
 *                        ├→ STREAMING (suspended and watched while nothing is to be sent) → ABORTED
 *                        └→ ABORTED (MHD closes the connection)
 */
#define EXCHANGE_STATE_MAP(X) X(RECEIVING) X(HANDLING) X(HELD) X(ANSWERED) X(STREAMING) X(ABORTED)
enum exchange_state {
#define X(name) EXCHANGE_##name,
	EXCHANGE_STATE_MAP(X)
#undef X
};

struct watch; /* exchange.c's, of the socket of a suspended connection */

struct http_exchange {
	TAILQ_ENTRY(http_exchange) entry;
	struct http_server *server;
	struct MHD_Connection *connection;
	struct room_client *client;
	enum exchange_state state;
	bool suspended, too_big, streaming, stream_ended, params_known;
	bool keeps_open; /* as the version of the request has it */
	enum err params_err;
	unsigned status;
	struct MHD_Response *response; /* made, not queued yet */
	size_t size;                   /* of its body, 0 if that is not known */
	gnutls_session_t corked;       /* until the answer is written, or NULL */
	struct watch *watch;
	void *data;
	const char *method;
	char *path;
	struct buf body;
	size_t discarded;
	struct buf stream;
	size_t stream_sent;
	struct arena arena;
	struct http_params params;
};
TAILQ_HEAD(exchange_list, http_exchange);

struct http_server {
	struct http_server_options options;
	uv_loop_t *loop;
	struct MHD_Daemon *daemon;
	uv_poll_t poll;
	uv_timer_t timer, head_timer;
	struct room room;
	unsigned handles; /* libuv handles not closed yet: the last one frees the server */
	bool running, again, stopping;
	struct fault_log fault;
	uint16_t port;
	struct exchange_list live, spare;
	unsigned spare_count;
};

/* The only one that changes x->state; asserts that the change is one of the diagram's. */
void exchange_set_state(struct http_exchange *x, enum exchange_state state);
/* MHD leaves the connection alone until exchange_resume(); its socket is watched for the client's going away. */
void exchange_suspend(struct http_exchange *x);
void exchange_resume(struct http_exchange *x);
void exchange_watch_stop(struct http_exchange *x);
void exchange_destroy(struct http_exchange *x);
/* MHD_AccessHandlerCallback and MHD_RequestCompletedCallback; `data` is the server. */
enum MHD_Result exchange_on_access(void *data, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **context);
void exchange_on_completed(void *data, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code);

/* Makes MHD look at its connections soon:
 * at the end of the run under way, or in the next turn of the loop. */
void http_server_kick(struct http_server *server);
/* A libuv handle of the server's is closed: the last one frees a stopped server. */
void http_server_handle_closed(struct http_server *server);
