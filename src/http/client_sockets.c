/*
 * The wires between curl_multi and the loop: a uv_poll for each descriptor curl wants watched, and
 * one timer for when it wants to be called or a transfer is ready to be told.
 */
#include "client_private.h"
#include "salesreg/base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const int64_t NEVER = INT64_MAX;

/* A file descriptor that curl wants watched. */
struct http_socket {
	uv_poll_t poll;
	struct http_client *client;
	curl_socket_t fd;
	int wanted, polled; /* UV_READABLE | UV_WRITABLE */
	/* We opened it, so curl tells us before it is closed
	 * (not so with the resolver's descriptors). */
	bool ours;
};

/* --- sockets --- */

/*
 * A kept-alive connection goes back and forth between "watch it" and "leave it alone" with each
 * request. It stays in epoll meanwhile, which saves two system calls a request; an event nobody
 * wanted ends the watching. That is safe only because no descriptor is closed, and none reused,
 * unnoticed: connections are opened and closed by our own callbacks, but for one that is given up
 * while it connects, which curl 7.88 closes by itself (http_client_sockets_look_again()).
 */

static struct http_socket *socket_find(const struct http_client *client, curl_socket_t fd)
{
	const struct map_slot *slot = map_find(&client->sockets, fd);
	return slot ? slot->value.pointer : NULL;
}

static void on_socket_closed(uv_handle_t *handle)
{
	struct http_socket *s = handle->data;
	struct http_client *client = s->client;
	free(s);
	http_client_handle_closed(client);
}

static struct http_socket *socket_create(struct http_client *client, curl_socket_t fd, bool ours)
{
	struct http_socket *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	int rc = uv_poll_init_socket(client->loop, &s->poll, fd);
	if (rc != 0) {
		log_error("cannot watch a connection: %s", uv_strerror(rc));
		free(s);
		return NULL;
	}
	s->poll.data = s;
	s->client = client;
	s->fd = fd;
	s->ours = ours;
	client->open_handles++;
	map_put(&client->sockets, fd)->value.pointer = s;
	return s;
}

static void socket_destroy(struct http_socket *s)
{
	(void)map_remove(&s->client->sockets, s->fd);
	uv_close((uv_handle_t *)&s->poll, on_socket_closed);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct http_socket *s = poll->data;
	if (s->wanted == 0) {
		(void)uv_poll_stop(poll);
		s->polled = 0;
		return;
	}
	struct http_client *client = s->client;
	int flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
		    (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
	if (status < 0)
		flags = CURL_CSELECT_IN | CURL_CSELECT_OUT | CURL_CSELECT_ERR;
	int running = 0;
	(void)curl_multi_socket_action(client->multi, s->fd, flags, &running);
	http_client_after_curl(client);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *socket_data)
{
	(void)easy, (void)socket_data;
	struct http_client *client = data;
	struct http_socket *s = socket_find(client, fd);
	if (what == CURL_POLL_REMOVE) {
		if (s && s->ours)
			s->wanted = 0;
		else if (s)
			socket_destroy(s);
		return 0;
	}
	if (!s)
		s = socket_create(client, fd, false);
	if (!s)
		return -1;
	s->wanted =
	    (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	if (s->wanted == s->polled)
		return 0;
	s->polled = s->wanted;
	return uv_poll_start(&s->poll, s->wanted, on_poll) == 0 ? 0 : -1;
}

curl_socket_t http_client_open_socket(
    void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	struct http_client *client = data;
	int fd = socket(
	    address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
	if (fd < 0)
		return CURL_SOCKET_BAD;
	struct http_socket *stale = socket_find(client, fd);
	if (stale)
		socket_destroy(stale);
	if (!socket_create(client, fd, true)) {
		(void)close(fd);
		return CURL_SOCKET_BAD;
	}
	client->connections++;
	return fd;
}

int http_client_close_socket(void *data, curl_socket_t fd)
{
	struct http_client *client = data;
	struct http_socket *s = socket_find(client, fd);
	if (s)
		socket_destroy(s);
	return close(fd);
}

void http_client_sockets_look_again(struct http_client *client)
{
	for (const struct map_slot *slot = NULL; (slot = map_next(&client->sockets, slot));) {
		struct http_socket *s = slot->value.pointer;
		if (fcntl(s->fd, F_GETFD) == -1 && errno == EBADF) {
			socket_destroy(s);
			slot = NULL; /* the map has moved */
		}
	}
}

/* --- the timer --- */

static void on_timer(uv_timer_t *timer)
{
	struct http_client *client = timer->data;
	client->armed_due_ms = NEVER;
	if (client->curl_due_ms <= (int64_t)uv_now(client->loop)) {
		client->curl_due_ms = NEVER;
		int running = 0;
		(void)curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	http_client_after_curl(client);
	if (!client->closing && client->curl_due_ms != NEVER)
		http_client_schedule(client, client->curl_due_ms);
}

void http_client_schedule(struct http_client *client, int64_t due_ms)
{
	if (due_ms >= client->armed_due_ms)
		return;
	client->armed_due_ms = due_ms;
	int64_t now = (int64_t)uv_now(client->loop);
	(void)uv_timer_start(
	    &client->timer, on_timer, (uint64_t)(due_ms > now ? due_ms - now : 0), 0);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *data)
{
	(void)multi;
	struct http_client *client = data;
	if (client->closing)
		return 0;
	client->curl_due_ms = timeout_ms < 0 ? NEVER : (int64_t)uv_now(client->loop) + timeout_ms;
	http_client_schedule(client, client->curl_due_ms);
	return 0;
}

/* --- from start to end --- */

bool http_client_sockets_start(struct http_client *client)
{
	CURLM *multi = client->multi;
	if (curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket) != CURLM_OK ||
	    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client) != CURLM_OK ||
	    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_curl_timer) != CURLM_OK ||
	    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client) != CURLM_OK)
		return false;
	client->curl_due_ms = client->armed_due_ms = NEVER;
	map_init(&client->sockets);
	(void)uv_timer_init(client->loop, &client->timer);
	client->timer.data = client;
	client->open_handles++;
	return true;
}

static void on_timer_closed(uv_handle_t *handle)
{
	http_client_handle_closed(handle->data);
}

void http_client_sockets_close(struct http_client *client)
{
	for (const struct map_slot *slot; (slot = map_next(&client->sockets, NULL));)
		socket_destroy(slot->value.pointer);
	uv_close((uv_handle_t *)&client->timer, on_timer_closed);
}

void http_client_sockets_finish(struct http_client *client)
{
	map_finish(&client->sockets);
}
