#include "salesreg/http/server.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/http/listen.h"
#include "server_room.h"
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECTIONS_DEFAULT = 1000,
	IDLE_TIMEOUT_DEFAULT_S = 500,
	STREAM_MAX_DEFAULT = 1024 * 1024,
	STREAM_BLOCK_BYTES = 16 * 1024,
	ONE_RECORD_BYTES =
	    15 * 1024, /* of body; a TLS record takes 16 KiB, the header among them */
	SPARE_EXCHANGES = 64,
	/* how many maxima are read and thrown away of a body over the maximum, so that the client
	 * gets to read its 413 */
	DISCARD_FACTOR = 8,
	RUNS_IN_A_ROW = 4,
	HEAD_DEFAULT_MS = 10 * 1000,
	SPARE_CONNECTIONS = 64, /* of those on the way out, which MHD still counts */
};

/*
 *  RECEIVING → HANDLING ─┬→ ANSWERED → (queued to MHD, gone at completion)
 *      (request() runs)  ├→ HELD (suspended, socket watched) ─┬→ ANSWERED | STREAMING (resumed)
 *                        │                                    └→ ABORTED (client gone, or abort())
 *                        ├→ STREAMING (suspended and watched while nothing is to be sent) → ABORTED
 *                        └→ ABORTED (MHD closes the connection)
 */
enum state { RECEIVING, HANDLING, HELD, ANSWERED, STREAMING, ABORTED };

struct watch {
	uv_poll_t poll;
	struct http_server *server;
	struct http_exchange *exchange; /* NULL once stopped */
};

struct http_exchange {
	TAILQ_ENTRY(http_exchange) entry;
	struct http_server *server;
	struct MHD_Connection *connection;
	struct room_client *client;
	enum state state;
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

static void run(struct http_server *server);

static void free_when_closed(struct http_server *server)
{
	if (--server->handles == 0 && server->stopping)
		free(server);
}

static void on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

/* Makes MHD look at its connections soon:
 * at the end of the run under way, or in the next turn of the loop. */
static void kick(struct http_server *server)
{
	if (server->running)
		server->again = true;
	else
		uv_timer_start(&server->timer, on_timer, 0, 0);
}

static void run(struct http_server *server)
{
	server->running = true;
	int runs = 0;
	do {
		server->again = false;
		if (MHD_run(server->daemon) != MHD_YES)
			fault_log_warn(&server->fault, "http server: MHD_run failed");
	} while (server->again && ++runs < RUNS_IN_A_ROW);
	server->running = false;
	MHD_UNSIGNED_LONG_LONG timeout_ms = 0;
	if (server->again)
		uv_timer_start(&server->timer, on_timer, 0, 0);
	else if (MHD_get_timeout(server->daemon, &timeout_ms) == MHD_YES)
		uv_timer_start(&server->timer, on_timer, timeout_ms, 0);
	else
		uv_timer_stop(&server->timer);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)status, (void)events;
	run(poll->data);
}

/* --- the socket of a suspended connection --- */

static void on_watch_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	free_when_closed(watch->server);
	free(watch);
}

static void watch_stop(struct http_exchange *x)
{
	if (!x->watch)
		return;
	x->watch->exchange = NULL;
	uv_close((uv_handle_t *)&x->watch->poll, on_watch_closed);
	x->watch = NULL;
}

static void resume(struct http_exchange *x)
{
	watch_stop(x);
	if (!x->suspended)
		return;
	x->suspended = false;
	MHD_resume_connection(x->connection);
	kick(x->server);
}

static void on_disconnect(uv_poll_t *poll, int status, int events)
{
	(void)events;
	struct watch *watch = poll->data;
	struct http_exchange *x = watch->exchange;
	if (!x || (status == 0 && !(events & UV_DISCONNECT)))
		return;
	x->state = ABORTED;
	resume(x);
	if (x->server->options.closed)
		x->server->options.closed(x->server->options.data, x);
}

static void suspend(struct http_exchange *x)
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

/* --- exchanges --- */

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
		buf_init(&x->body, server->options.body_max_bytes);
		buf_init(&x->stream, server->options.stream_max_bytes);
		/* decoding a body may triple it, and a value that grows is copied on */
		arena_init(
		    &x->arena, 16 * server->options.body_max_bytes + (size_t)64 * 1024 * 1024);
	}
	TAILQ_INSERT_TAIL(&server->live, x, entry);
	return x;
}

static void exchange_destroy(struct http_exchange *x)
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
	watch_stop(x);
	if (x->response)
		MHD_destroy_response(x->response);
	if (x->params_known)
		http_params_finish(&x->params);
	if (server->stopping || server->spare_count == SPARE_EXCHANGES) {
		exchange_destroy(x);
		return;
	}
	x->state = RECEIVING;
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

static void on_completed(void *data, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code)
{
	(void)connection, (void)code;
	struct http_server *server = data;
	struct http_exchange *x = *context;
	if (!x)
		return;
	*context = NULL;
	if (x->corked)
		uncork(x);
	if (x->client)
		room_rests(&server->room, x->client, uv_now(server->loop));
	bool was_streaming = x->state == STREAMING && !x->stream_ended;
	if (was_streaming && !server->stopping && server->options.closed)
		server->options.closed(server->options.data, x);
	exchange_release(x);
}

static void on_head_timer(uv_timer_t *timer)
{
	struct http_server *server = timer->data;
	uint64_t rest_ms = room_tidy(&server->room, uv_now(server->loop));
	if (rest_ms > 0)
		(void)uv_timer_start(timer, on_head_timer, rest_ms, 0);
}

static void enter(struct http_server *server, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *fd =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *from =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	*context = room_enter(
	    &server->room, fd->connect_fd, from ? from->client_addr : NULL, uv_now(server->loop));
	if (!uv_is_active((uv_handle_t *)&server->head_timer))
		(void)uv_timer_start(&server->head_timer, on_head_timer, server->room.head_ms, 0);
}

static struct room_client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

/*
 * At its limit of connections (or of descriptors) MHD stops accepting, and looks again whether it may only when it runs: with
 * the last connection gone nothing else would make it.
 */
static void on_connection(void *data, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	struct http_server *server = data;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		enter(server, connection, context);
		return;
	}
	if (*context)
		room_leave(&server->room, *context);
	*context = NULL;
	if (!server->stopping)
		kick(server);
}

static void make_empty(struct http_exchange *x, unsigned status)
{
	x->response = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
	x->status = status;
	x->state = ANSWERED;
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
	case RECEIVING:
	case HELD:
		return MHD_YES;
	case HANDLING:
		x->state = HELD;
		suspend(x);
		return MHD_YES;
	case ANSWERED:
	case STREAMING:
		return queue(x);
	case ABORTED:
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
			x->state = ABORTED;
	}
}

static enum MHD_Result on_access(void *data, struct MHD_Connection *connection, const char *url,
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
	if (x->state == RECEIVING && *upload_size > 0) {
		receive(x, upload, *upload_size);
		*upload_size = 0;
		return x->state == ABORTED ? MHD_NO : MHD_YES;
	}
	if (x->client)
		room_answers(x->client);
	if (x->state == RECEIVING && x->too_big) {
		make_empty(x, MHD_HTTP_CONTENT_TOO_LARGE);
	} else if (x->state == RECEIVING) {
		x->state = HANDLING;
		server->options.request(server->options.data, x);
	}
	return proceed(x);
}

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

/* --- answers --- */

static void settle(struct http_exchange *x, enum state state, unsigned status,
    const char *content_type, const struct http_header *headers)
{
	x->status = status;
	x->state = x->response ? state : ABORTED;
	if (x->response && content_type)
		MHD_add_response_header(x->response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	for (; x->response && headers && headers->name; headers++)
		MHD_add_response_header(x->response, headers->name, headers->value);
	resume(x);
}

void http_exchange_answer(struct http_exchange *x, unsigned status, const char *content_type,
    const void *body, size_t size, const struct http_header *headers)
{
	x->response = MHD_create_response_from_buffer(size, (void *)body, MHD_RESPMEM_MUST_COPY);
	x->size = size;
	settle(x, ANSWERED, status, content_type, headers);
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
	settle(x, ANSWERED, status, content_type, NULL);
}

void http_exchange_abort(struct http_exchange *x)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger now = {.l_onoff = 1, .l_linger = 0};
	if (info)
		(void)setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	x->state = ABORTED;
	resume(x);
}

static ssize_t read_stream(void *data, uint64_t position, char *out, size_t room)
{
	(void)position;
	struct http_exchange *x = data;
	size_t left = x->stream.size - x->stream_sent;
	if (x->state == ABORTED)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (left == 0 && x->stream_ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (left == 0) {
		buf_clear(&x->stream);
		x->stream_sent = 0;
		suspend(x);
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
	settle(x, STREAMING, status, content_type, headers);
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
		x->state = ABORTED;
	resume(x);
	return x->stream.failed ? ERR_TOO_BIG : ERR_OK;
}

void http_exchange_stream_end(struct http_exchange *x)
{
	x->stream_ended = true;
	resume(x);
}

/* --- the server --- */

enum err http_server_create(struct http_server **out, uv_loop_t *loop,
    const struct http_server_options *options, char *message, size_t message_size)
{
	*out = NULL;
	int fd = options->listen ? http_listen(options->listen, message, message_size)
				 : options->listen_fd;
	if (fd < 0)
		return ERR_CONFIG;
	struct http_server *server = calloc(1, sizeof *server);
	if (!server)
		abort();
	server->options = *options;
	if (server->options.head_timeout_ms == 0)
		server->options.head_timeout_ms = HEAD_DEFAULT_MS;
	if (server->options.stream_max_bytes == 0)
		server->options.stream_max_bytes = STREAM_MAX_DEFAULT;
	server->loop = loop;
	server->port = http_listen_port(fd);
	TAILQ_INIT(&server->live);
	TAILQ_INIT(&server->spare);
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	unsigned connections =
	    options->connections_max ? options->connections_max : CONNECTIONS_DEFAULT;
	room_init(&server->room, connections, options->connections_an_address_max,
	    server->options.head_timeout_ms);
	unsigned idle_s =
	    options->idle_timeout_s ? options->idle_timeout_s : IDLE_TIMEOUT_DEFAULT_S;
	struct MHD_OptionItem tls[] = {
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->certificate},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->key},
	    {MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem *more = options->certificate ? tls : tls + 2;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	server->daemon = MHD_start_daemon(options->certificate ? flags | MHD_USE_TLS : flags, 0,
	    NULL, NULL, on_access, server, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, server, MHD_OPTION_CONNECTION_LIMIT, connections + SPARE_CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, idle_s, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
	const union MHD_DaemonInfo *info = NULL;
	if (server->daemon)
		info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || uv_poll_init(loop, &server->poll, info->epoll_fd) != 0) {
		(void)snprintf(message, message_size, "the HTTP server cannot start");
		if (server->daemon)
			MHD_stop_daemon(server->daemon);
		else
			close(fd);
		free(server);
		return ERR_IO;
	}
	uv_timer_init(loop, &server->timer);
	uv_timer_init(loop, &server->head_timer);
	server->poll.data = server;
	server->timer.data = server;
	server->head_timer.data = server;
	server->handles = 3;
	uv_poll_start(&server->poll, UV_READABLE, on_readable);
	kick(server);
	*out = server;
	return ERR_OK;
}

static void on_poll_closed(uv_handle_t *handle)
{
	free_when_closed(handle->data);
}

void http_server_destroy(struct http_server *server)
{
	if (!server)
		return;
	server->stopping = true;
	uv_close((uv_handle_t *)&server->poll, on_poll_closed);
	uv_close((uv_handle_t *)&server->timer, on_poll_closed);
	uv_close((uv_handle_t *)&server->head_timer, on_poll_closed);
	/* MHD aborts the program if a connection is still suspended when it stops */
	struct http_exchange *x;
	TAILQ_FOREACH (x, &server->live, entry) {
		watch_stop(x);
		if (x->suspended)
			MHD_resume_connection(x->connection);
		x->suspended = false;
	}
	MHD_stop_daemon(server->daemon);
	while ((x = TAILQ_FIRST(&server->spare))) {
		TAILQ_REMOVE(&server->spare, x, entry);
		exchange_destroy(x);
	}
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}
