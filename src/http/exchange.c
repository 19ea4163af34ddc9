#include "salesreg/base/log.h"
#include "server_private.h"
#include <assert.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/*
 * One request and its answer, as libmicrohttpd sees it.
 *
 * Happy path: the head (RECEIVING), the body piece by piece, the whole of it -> the handler (HANDLING) answers at once or later
 * (HELD, suspended) -> queued to MHD (ANSWERED) -> completed, and the exchange is kept for the next request.
 * Failures: a body over the maximum is read on for a while and answered with 413; a client that leaves while it is suspended is
 * seen by the watch on its socket (ABORTED, and `closed` is called).
 */

enum {
	ONE_RECORD_BYTES =
	    15 * 1024, /* of body; a TLS record takes 16 KiB, the header among them */
	DISCARD_FACTOR = 8,
};

struct watch {
	uv_poll_t poll;
	struct http_server *server;
	struct http_exchange *exchange; /* NULL once stopped */
};

void exchange_set_state(struct http_exchange *x, enum exchange_state state)
{
	static const char *const names[] = {
#define X(name) [EXCHANGE_##name] = #name,
	    EXCHANGE_STATE_MAP(X)
#undef X
	};
#define TO(name) (1U << EXCHANGE_##name)
	static const unsigned allowed[] = {
	    [EXCHANGE_RECEIVING] = TO(HANDLING) | TO(ANSWERED) | TO(ABORTED),
	    [EXCHANGE_HANDLING] = TO(HELD) | TO(ANSWERED) | TO(STREAMING) | TO(ABORTED),
	    [EXCHANGE_HELD] = TO(ANSWERED) | TO(STREAMING) | TO(ABORTED),
	    [EXCHANGE_ANSWERED] = TO(ABORTED),
	    [EXCHANGE_STREAMING] = TO(ABORTED),
	    [EXCHANGE_ABORTED] = TO(ABORTED),
	};
#undef TO
	assert(allowed[x->state] & (1U << state));
	/* not whose: a path may hold a token */
	log_debug("http server: a request: %s -> %s", names[x->state], names[state]);
	x->state = state;
}

static void on_watch_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	http_server_handle_closed(watch->server);
	free(watch);
}

void exchange_watch_stop(struct http_exchange *x)
{
	if (!x->watch)
		return;
	x->watch->exchange = NULL;
	uv_close((uv_handle_t *)&x->watch->poll, on_watch_closed);
	x->watch = NULL;
}

void exchange_resume(struct http_exchange *x)
{
	exchange_watch_stop(x);
	if (!x->suspended)
		return;
	x->suspended = false;
	MHD_resume_connection(x->connection);
	http_server_kick(x->server);
}

static void on_disconnect(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	struct http_exchange *x = watch->exchange;
	assert(!x || (x->watch == watch && x->suspended));
	if (!x || (status == 0 && !(events & UV_DISCONNECT)))
		return;
	exchange_set_state(x, EXCHANGE_ABORTED);
	exchange_resume(x);
	if (x->server->options.closed)
		x->server->options.closed(x->server->options.data, x);
}

void exchange_suspend(struct http_exchange *x)
{
	MHD_suspend_connection(x->connection);
	x->suspended = true;
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct watch *watch = calloc(1, sizeof *watch);
	if (!info || !watch) {
		free(watch);
		return; /* the handler's own deadline ends it */
	}
	if (uv_poll_init(x->server->loop, &watch->poll, info->connect_fd) != 0) {
		free(watch);
		return;
	}
	watch->poll.data = watch;
	watch->server = x->server;
	watch->exchange = x;
	x->server->handles++;
	x->watch = watch;
	uv_poll_start(&watch->poll, UV_DISCONNECT, on_disconnect);
}

static struct http_exchange *exchange_create(struct http_server *server)
{
	struct http_exchange *x = TAILQ_FIRST(&server->spare);
	if (x) {
		TAILQ_REMOVE(&server->spare, x, entry);
		server->spare_count--;
	} else {
		x = calloc(1, sizeof *x);
		if (!x)
			return NULL;
		x->server = server;
		/* decoding a body may triple it, and a value that grows is copied on */
		size_t most = 16 * server->options.body_max_bytes + (size_t)64 * 1024 * 1024;
		if (server->options.secret) {
			buf_init_secret(&x->body, server->options.body_max_bytes);
			arena_init_secret(&x->arena, most);
		} else {
			buf_init(&x->body, server->options.body_max_bytes);
			arena_init(&x->arena, most);
		}
		buf_init(&x->stream, server->options.stream_max_bytes);
	}
	TAILQ_INSERT_TAIL(&server->live, x, entry);
	return x;
}

void exchange_destroy(struct http_exchange *x)
{
	buf_finish(&x->body);
	buf_finish(&x->stream);
	arena_finish(&x->arena);
	free(x);
}

/* Back to the spare ones. */
static void exchange_release(struct http_exchange *x)
{
	struct http_server *server = x->server;
	TAILQ_REMOVE(&server->live, x, entry);
	exchange_watch_stop(x);
	if (x->response)
		MHD_destroy_response(x->response);
	if (x->params_known)
		http_params_finish(&x->params);
	if (server->stopping || server->spare_count == SPARE_EXCHANGES) {
		exchange_destroy(x);
		return;
	}
	x->state = EXCHANGE_RECEIVING; /* another request's now */
	x->suspended = x->too_big = x->streaming = x->stream_ended = x->params_known = false;
	x->response = NULL;
	x->size = 0;
	x->data = NULL;
	x->discarded = x->stream_sent = 0;
	buf_clear(&x->body);
	buf_clear(&x->stream);
	arena_reset(&x->arena);
	TAILQ_INSERT_HEAD(&server->spare, x, entry);
	server->spare_count++;
}

/*
 * Over TLS MHD writes the header and the body in a record each; GnuTLS gathers them into one (gnutls_record_cork(3)), as
 * servers in the field write a short answer, and the client need not pay for two. Not where MHD will close the connection:
 * it says goodbye before it tells that the answer is written.
 */
static void cork(struct http_exchange *x)
{
	const char *connection =
	    MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONNECTION);
	if (x->size == 0 || x->size > ONE_RECORD_BYTES || !x->keeps_open ||
	    (connection && strcasecmp(connection, "keep-alive") != 0) ||
	    MHD_get_response_header(x->response, MHD_HTTP_HEADER_CONNECTION))
		return;
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (!info || !info->tls_session)
		return;
	x->corked = info->tls_session;
	gnutls_record_cork(x->corked);
}

static void uncork(struct http_exchange *x)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	int off = 0;
	/* there is room for one record, or the client reads nothing and gets nothing */
	(void)gnutls_record_uncork(x->corked, 0);
	x->corked = NULL;
	if (info) /* MHD has the kernel wait for more */
		(void)setsockopt(info->connect_fd, IPPROTO_TCP, TCP_CORK, &off, sizeof off);
}

void exchange_on_completed(void *data, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code)
{
	(void)connection, (void)code;
	struct http_server *server = data;
	struct http_exchange *x = *context;
	if (!x)
		return;
	assert(x->server == server && !x->suspended);
	*context = NULL;
	if (x->corked)
		uncork(x);
	if (x->client)
		room_rests(&server->room, x->client, uv_now(server->loop));
	bool was_streaming = x->state == EXCHANGE_STREAMING && !x->stream_ended;
	if (was_streaming && !server->stopping && server->options.closed)
		server->options.closed(server->options.data, x);
	exchange_release(x);
}

static struct room_client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

static void make_empty(struct http_exchange *x, unsigned status)
{
	x->response = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
	x->status = status;
	exchange_set_state(x, EXCHANGE_ANSWERED);
}

static enum MHD_Result queue(struct http_exchange *x)
{
	if (!x->response)
		return MHD_NO;
	cork(x);
	enum MHD_Result result = MHD_queue_response(x->connection, x->status, x->response);
	MHD_destroy_response(x->response); /* MHD keeps its own reference */
	x->response = NULL;
	return result;
}

/* The state says what MHD has to do now. */
static enum MHD_Result proceed(struct http_exchange *x)
{
	switch (x->state) {
	case EXCHANGE_RECEIVING:
	case EXCHANGE_HELD:
		return MHD_YES;
	case EXCHANGE_HANDLING:
		exchange_set_state(x, EXCHANGE_HELD);
		exchange_suspend(x);
		return MHD_YES;
	case EXCHANGE_ANSWERED:
	case EXCHANGE_STREAMING:
		return queue(x);
	case EXCHANGE_ABORTED:
		break;
	}
	return MHD_NO;
}

static void receive(struct http_exchange *x, const char *bytes, size_t size)
{
	if (!x->too_big)
		buf_add(&x->body, bytes, size);
	if (x->body.failed) {
		x->too_big = true;
		x->discarded += size;
		if (x->discarded > DISCARD_FACTOR * x->server->options.body_max_bytes)
			exchange_set_state(x, EXCHANGE_ABORTED);
	}
}

enum MHD_Result exchange_on_access(void *data, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **context)
{
	struct http_server *server = data;
	struct http_exchange *x = *context;
	if (!x) {
		x = exchange_create(server);
		if (!x)
			return MHD_NO;
		x->connection = connection;
		x->client = client_of(connection);
		if (x->client)
			room_hears(&server->room, x->client, uv_now(server->loop));
		x->method = method;
		x->keeps_open = strcmp(version, MHD_HTTP_VERSION_1_1) == 0;
		x->path = arena_strdup(&x->arena, url);
		*context = x;
		return MHD_YES;
	}
	if (x->state == EXCHANGE_RECEIVING && *upload_size > 0) {
		receive(x, upload, *upload_size);
		*upload_size = 0;
		return x->state == EXCHANGE_ABORTED ? MHD_NO : MHD_YES;
	}
	if (x->client)
		room_answers(x->client);
	if (x->state == EXCHANGE_RECEIVING && x->too_big) {
		make_empty(x, MHD_HTTP_CONTENT_TOO_LARGE);
	} else if (x->state == EXCHANGE_RECEIVING) {
		exchange_set_state(x, EXCHANGE_HANDLING);
		server->options.request(server->options.data, x);
	}
	return proceed(x);
}
