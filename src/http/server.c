#include "salesreg/base/log.h"
#include "salesreg/http/listen.h"
#include "server_private.h"
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * libmicrohttpd on libuv: its epoll descriptor is watched, its next timeout is our timer, and it runs on the loop's thread.
 *
 * Happy path: something is readable, or a handler has answered -> MHD_run() -> exchange.c's callbacks -> the next timeout.
 * Failures: MHD_run() that fails is logged and run again with the next event; a server that cannot begin says why, and leaves
 * nothing behind.
 */

enum {
	CONNECTIONS_DEFAULT = 1000,
	IDLE_TIMEOUT_DEFAULT_S = 500,
	STREAM_MAX_DEFAULT = 1024 * 1024,
	RUNS_IN_A_ROW = 4,
	HEAD_DEFAULT_MS = 10 * 1000,
	SPARE_CONNECTIONS = 64, /* of those on the way out, which MHD still counts */
};

static void run(struct http_server *server);

void http_server_handle_closed(struct http_server *server)
{
	if (--server->handles == 0 && server->stopping)
		free(server);
}

static void on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

void http_server_kick(struct http_server *server)
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
		http_server_kick(server);
}

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
	    NULL, NULL, exchange_on_access, server, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, exchange_on_completed, server,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_CONNECTION_LIMIT,
	    connections + SPARE_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, idle_s,
	    MHD_OPTION_ARRAY, more, MHD_OPTION_END);
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
	http_server_kick(server);
	*out = server;
	return ERR_OK;
}

static void on_poll_closed(uv_handle_t *handle)
{
	http_server_handle_closed(handle->data);
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
		exchange_watch_stop(x);
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
