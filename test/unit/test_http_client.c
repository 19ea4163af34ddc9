/*
 * The HTTP client against a server that misbehaves on request: the path of a URL says how.
 */
#include "salesreg/http/client.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the server: a thread that accepts, and one for each connection --- */

enum { MAX_CONNECTIONS = 256, REQUEST_BYTES = 8192, BIG_BYTES = 300000 };

static struct {
	int fd, port;
	pthread_t acceptor, threads[MAX_CONNECTIONS];
	int fds[MAX_CONNECTIONS];
	int thread_count;
	atomic_int connections, requests, most_at_once, at_once;
	char last_request[REQUEST_BYTES]; /* read after the answer came, hence no lock */
} server;

static bool write_all(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t written = send(fd, s, n, MSG_NOSIGNAL);
		if (written <= 0)
			return false;
		s += written;
		n -= (size_t)written;
	}
	return true;
}

static bool answer(int fd, const char *status, const char *headers, const char *body)
{
	char head[512];
	int n = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status,
	    strlen(body), headers);
	return write_all(fd, head, (size_t)n) && write_all(fd, body, strlen(body));
}

/* One request with its body into `request`; false at the end of the connection. */
static bool read_request(int fd, char request[REQUEST_BYTES])
{
	size_t n = 0;
	for (;;) {
		ssize_t got = recv(fd, request + n, REQUEST_BYTES - 1 - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
		request[n] = '\0';
		const char *end = strstr(request, "\r\n\r\n");
		if (!end)
			continue;
		const char *length = strstr(request, "Content-Length: ");
		size_t body = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
		if (n >= (size_t)(end + 4 - request) + body)
			return true;
	}
}

static bool is(const char *request, const char *path)
{
	const char *at = strchr(request, ' ');
	size_t n = strlen(path);
	return at && strncmp(at + 1, path, n) == 0 && at[1 + n] == ' ';
}

/* False: close the connection. */
static bool serve(int fd, const char *request, int nth)
{
	if (is(request, "/close") || (is(request, "/second-dies") && nth > 1))
		return false;
	if (is(request, "/truncated")) {
		static const char head[] =
		    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":true";
		(void)write_all(fd, head, strlen(head));
		return false;
	}
	if (is(request, "/garbage")) {
		(void)write_all(fd, "no HTTP at all\r\n\r\n", 18);
		return false;
	}
	if (is(request, "/slow")) {
		usleep(400000);
		return answer(fd, "200 OK", "", "late");
	}
	if (is(request, "/nap"))
		usleep(20000);
	if (is(request, "/html"))
		return answer(fd, "502 Bad Gateway", "Content-Type: text/html\r\n",
		    "<html>Bad Gateway</html>");
	if (is(request, "/flood"))
		return answer(fd, "429 Too Many Requests", "Retry-After: 7\r\n", "{}");
	if (is(request, "/once"))
		return answer(fd, "200 OK", "Connection: close\r\n", "once") && false;
	if (is(request, "/big")) {
		char *body = malloc(BIG_BYTES + 1);
		memset(body, 'x', BIG_BYTES);
		body[BIG_BYTES] = '\0';
		bool sent = answer(fd, "200 OK", "", body);
		free(body);
		return sent;
	}
	return answer(fd, "200 OK", "Content-Type: application/json\r\n", "{\"ok\":true}");
}

static void *connection_main(void *arg)
{
	int fd = *(int *)arg;
	char request[REQUEST_BYTES];
	for (int nth = 1; read_request(fd, request); nth++) {
		atomic_fetch_add(&server.requests, 1);
		int now = atomic_fetch_add(&server.at_once, 1) + 1;
		if (now > atomic_load(&server.most_at_once))
			atomic_store(&server.most_at_once, now);
		memcpy(server.last_request, request, sizeof request);
		bool keep = serve(fd, request, nth);
		atomic_fetch_sub(&server.at_once, 1);
		if (!keep)
			break;
	}
	(void)shutdown(fd, SHUT_RDWR);
	return NULL;
}

static void *acceptor_main(void *arg)
{
	(void)arg;
	for (int fd; (fd = accept(server.fd, NULL, NULL)) >= 0;) {
		if (server.thread_count == MAX_CONNECTIONS)
			abort();
		atomic_fetch_add(&server.connections, 1);
		int *slot = &server.fds[server.thread_count];
		*slot = fd;
		if (pthread_create(
			&server.threads[server.thread_count++], NULL, connection_main, slot) != 0)
			abort();
	}
	return NULL;
}

static int server_start(void **state)
{
	(void)state;
	memset(&server, 0, sizeof server);
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server.fd, (struct sockaddr *)&address, size) != 0 || listen(server.fd, 64) != 0 ||
	    getsockname(server.fd, (struct sockaddr *)&address, &size) != 0)
		return -1;
	server.port = ntohs(address.sin_port);
	return pthread_create(&server.acceptor, NULL, acceptor_main, NULL);
}

static int server_stop(void **state)
{
	(void)state;
	(void)shutdown(server.fd, SHUT_RDWR);
	(void)pthread_join(server.acceptor, NULL);
	for (int i = 0; i < server.thread_count; i++) {
		(void)shutdown(server.fds[i], SHUT_RDWR);
		(void)pthread_join(server.threads[i], NULL);
		(void)close(server.fds[i]);
	}
	return close(server.fd);
}

/* --- helpers --- */

struct outcome {
	int calls;
	struct http_answer answer;
	char body[256];
	struct http_transfer *cancel; /* by the callback */
	struct http_client *destroy, *send_again;
};

static char url_text[128];
static const char *url(const char *path)
{
	(void)snprintf(url_text, sizeof url_text, "http://127.0.0.1:%d%s", server.port, path);
	return url_text;
}

static void on_answer(const struct http_answer *a, void *data);

static struct http_transfer *send_to(
    struct http_client *client, const char *path, struct outcome *out)
{
	struct http_request_spec spec = {
	    .url = url(path), .body = "{}", .body_size = 2, .timeout_ms = 5000};
	return http_client_send(client, &spec, on_answer, out);
}

static void on_answer(const struct http_answer *a, void *data)
{
	struct outcome *out = data;
	out->calls++;
	out->answer = *a;
	assert_int_equal(strlen(a->body), a->size);
	(void)snprintf(out->body, sizeof out->body, "%s", a->body);
	http_transfer_cancel(out->cancel);
	if (out->send_again) {
		struct http_client *client = out->send_again;
		out->send_again = NULL;
		assert_non_null(send_to(client, "/ok", out));
	}
	if (out->destroy)
		http_client_destroy(out->destroy, NULL, NULL);
}

static void on_closed(void *data)
{
	*(bool *)data = true;
}

static void run_until(uv_loop_t *loop, const int *calls, int n)
{
	while (*calls < n)
		(void)uv_run(loop, UV_RUN_ONCE);
}

static void on_nap_over(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, NULL);
}

/* Turns the loop for a while: for what must not happen. */
static void run_for(uv_loop_t *loop, unsigned ms)
{
	uv_timer_t timer;
	uv_update_time(loop);
	(void)uv_timer_init(loop, &timer);
	(void)uv_timer_start(&timer, on_nap_over, ms, 0);
	while (!uv_is_closing((uv_handle_t *)&timer))
		(void)uv_run(loop, UV_RUN_ONCE);
	(void)uv_run(loop, UV_RUN_NOWAIT);
}

static void finish(uv_loop_t *loop, struct http_client *client)
{
	bool closed = false;
	http_client_destroy(client, on_closed, &closed);
	assert_false(closed);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	assert_true(closed);
	assert_int_equal(uv_loop_close(loop), 0);
}

static struct http_client *begin(uv_loop_t *loop, size_t max_transfers)
{
	assert_int_equal(uv_loop_init(loop), 0);
	struct http_client_options o = {.max_transfers = max_transfers};
	struct http_client *client = http_client_create(loop, &o);
	assert_non_null(client);
	return client;
}

/* One request to a path, start to end. */
static struct outcome ask(const char *path)
{
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome out = {0};
	assert_non_null(send_to(client, path, &out));
	assert_int_equal(out.calls, 0);
	run_until(&loop, &out.calls, 1);
	finish(&loop, client);
	assert_int_equal(out.calls, 1);
	return out;
}

/* --- tests --- */

static void an_answer_arrives_whole(void **state)
{
	(void)state;
	struct outcome out = ask("/ok");
	assert_int_equal(out.answer.err, ERR_OK);
	assert_int_equal(out.answer.status, 200);
	assert_int_equal(out.answer.retry_after_s, -1);
	assert_true(out.answer.maybe_delivered);
	assert_string_equal(out.body, "{\"ok\":true}");
	assert_string_equal(out.answer.error, "");
	assert_non_null(strstr(server.last_request, "POST /ok HTTP/1.1\r\n"));
	assert_non_null(strstr(server.last_request, "Content-Type: application/json\r\n"));
	assert_null(strstr(server.last_request, "Accept"));
	assert_null(strstr(server.last_request, "Expect"));
	assert_non_null(strstr(server.last_request, "\r\n\r\n{}"));
}

static void an_html_error_is_an_answer(void **state)
{
	(void)state;
	struct outcome out = ask("/html");
	assert_int_equal(out.answer.err, ERR_OK);
	assert_int_equal(out.answer.status, 502);
	assert_string_equal(out.body, "<html>Bad Gateway</html>");
}

static void retry_after_is_read(void **state)
{
	(void)state;
	struct outcome out = ask("/flood");
	assert_int_equal(out.answer.status, 429);
	assert_int_equal(out.answer.retry_after_s, 7);
}

static void a_lost_answer_may_have_been_delivered(void **state)
{
	(void)state;
	static const char *const paths[] = {"/close", "/truncated", "/garbage"};
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct outcome out = ask(paths[i]);
		assert_int_equal(out.answer.err, ERR_IO);
		assert_true(out.answer.maybe_delivered);
		assert_true(out.answer.error[0] != '\0');
		assert_null(strstr(out.answer.error, paths[i]));
	}
}

static void a_refused_connection_delivers_nothing(void **state)
{
	(void)state;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0); /* bound, not listening */
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	int port = server.port;
	server.port = ntohs(address.sin_port);
	struct outcome out = ask("/bot1:SECRET/getMe");
	server.port = port;
	(void)close(fd);
	assert_int_equal(out.answer.err, ERR_UNAVAILABLE);
	assert_false(out.answer.maybe_delivered);
	assert_int_equal(out.answer.status, 0);
	assert_null(strstr(out.answer.error, "SECRET"));
	assert_non_null(strstr(out.answer.error, "connect"));
}

static struct outcome ask_url(const char *whole_url, int64_t timeout_ms, size_t max_answer_bytes)
{
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome out = {0};
	struct http_request_spec spec = {
	    .url = whole_url, .timeout_ms = timeout_ms, .max_answer_bytes = max_answer_bytes};
	assert_non_null(http_client_send(client, &spec, on_answer, &out));
	assert_int_equal(out.calls, 0);
	run_until(&loop, &out.calls, 1);
	finish(&loop, client);
	return out;
}

static void a_name_that_does_not_exist_delivers_nothing(void **state)
{
	(void)state;
	struct outcome out = ask_url("http://no-such-host.invalid/bot1:SECRET/x", 5000, 0);
	assert_true(out.answer.err == ERR_UNAVAILABLE || out.answer.err == ERR_TIMEOUT);
	assert_false(out.answer.maybe_delivered);
	assert_null(strstr(out.answer.error, "SECRET"));
}

static void a_plain_server_asked_for_tls_delivers_nothing(void **state)
{
	(void)state;
	char whole_url[64];
	(void)snprintf(whole_url, sizeof whole_url, "https://127.0.0.1:%d/SECRET", server.port);
	struct outcome out = ask_url(whole_url, 700, 0);
	assert_true(out.answer.err == ERR_UNAVAILABLE || out.answer.err == ERR_TIMEOUT);
	assert_false(out.answer.maybe_delivered);
	assert_null(strstr(out.answer.error, "SECRET"));
}

static void a_senseless_url_is_invalid(void **state)
{
	(void)state;
	static const char *const urls[] = {
	    "", "http://", "ftp://127.0.0.1/", "http://127.0.0.1:99999999/", "::"};
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		struct outcome out = ask_url(urls[i], 5000, 0);
		assert_int_equal(out.answer.err, ERR_INVALID);
		assert_false(out.answer.maybe_delivered);
	}
}

static void a_slow_answer_times_out_as_perhaps_delivered(void **state)
{
	(void)state;
	struct outcome out = ask_url(url("/slow"), 100, 0);
	assert_int_equal(out.answer.err, ERR_TIMEOUT);
	assert_true(out.answer.maybe_delivered);
}

static void an_answer_over_the_limit_is_refused(void **state)
{
	(void)state;
	struct outcome out = ask_url(url("/big"), 5000, 100000);
	assert_int_equal(out.answer.err, ERR_TOO_BIG);
	assert_true(out.answer.maybe_delivered);
	out = ask_url(url("/big"), 5000, BIG_BYTES);
	assert_int_equal(out.answer.err, ERR_OK);
	assert_int_equal(out.answer.size, BIG_BYTES);
}

static void connections_are_kept_alive(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome out = {0};
	for (int i = 1; i <= 50; i++) {
		(void)send_to(client, "/ok", &out);
		run_until(&loop, &out.calls, i);
		assert_int_equal(out.answer.err, ERR_OK);
	}
	assert_int_equal(atomic_load(&server.connections), 1);
	assert_int_equal(http_client_stats(client).connections, 1);
	assert_int_equal(http_client_stats(client).requests, 50);
	assert_int_equal(http_client_stats(client).idle_handles, 1);
	finish(&loop, client);
}

static void a_burst_waits_in_line_and_keeps_its_connections(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 8);
	for (int round = 0; round < 3; round++) {
		struct outcome out = {0};
		for (int i = 0; i < 40; i++)
			(void)send_to(client, "/nap", &out);
		assert_int_equal(http_client_stats(client).active, 8);
		assert_int_equal(http_client_stats(client).waiting, 32);
		run_until(&loop, &out.calls, 40);
		assert_int_equal(out.answer.err, ERR_OK);
	}
	assert_int_equal(atomic_load(&server.connections), 8);
	assert_true(atomic_load(&server.most_at_once) <= 8);
	finish(&loop, client);
}

static void a_long_poll_may_jump_the_queue(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 1);
	struct outcome slow = {0}, poll = {0}, third = {0};
	(void)send_to(client, "/slow", &slow);
	(void)send_to(client, "/ok", &third);
	struct http_request_spec spec = {.url = url("/ok"), .jump_queue = true};
	(void)http_client_send(client, &spec, on_answer, &poll);
	run_until(&loop, &poll.calls, 1);
	assert_int_equal(slow.calls, 0);
	assert_int_equal(third.calls, 0);
	run_until(&loop, &third.calls, 1);
	assert_int_equal(slow.calls, 1);
	finish(&loop, client);
}

static void a_request_is_never_repeated_silently(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome out = {0};
	(void)send_to(client, "/second-dies", &out);
	run_until(&loop, &out.calls, 1);
	assert_int_equal(out.answer.err, ERR_OK);
	(void)send_to(client, "/second-dies", &out);
	run_until(&loop, &out.calls, 2);
	assert_int_equal(out.answer.err, ERR_IO);
	assert_true(out.answer.maybe_delivered);
	assert_int_equal(atomic_load(&server.requests), 2);

	/* unless the caller says that this does no harm */
	(void)send_to(client, "/second-dies", &out);
	run_until(&loop, &out.calls, 3);
	assert_int_equal(out.answer.err, ERR_OK);
	struct http_request_spec spec = {.url = url("/second-dies"), .repeatable = true};
	(void)http_client_send(client, &spec, on_answer, &out);
	run_until(&loop, &out.calls, 4);
	assert_int_equal(out.answer.err, ERR_OK);
	assert_int_equal(atomic_load(&server.requests), 5);
	finish(&loop, client);
}

static void a_connection_closed_while_idle_is_replaced(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome out = {0};
	(void)send_to(client, "/ok", &out);
	run_until(&loop, &out.calls, 1);
	(void)shutdown(server.fds[0], SHUT_RDWR);
	run_for(&loop, 50);
	(void)send_to(client, "/ok", &out);
	run_until(&loop, &out.calls, 2);
	assert_int_equal(out.answer.err, ERR_OK);
	assert_int_equal(atomic_load(&server.requests), 2);
	/* and one that the server announces to close */
	for (int i = 3; i < 8; i++) {
		(void)send_to(client, "/once", &out);
		run_until(&loop, &out.calls, i);
		assert_int_equal(out.answer.err, ERR_OK);
		assert_string_equal(out.body, "once");
	}
	finish(&loop, client);
}

static void cancelling_is_silent_in_every_state(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 2);
	struct outcome out[5] = {{0}};
	struct http_transfer *t[5];
	for (int i = 0; i < 5; i++)
		t[i] = send_to(client, "/nap", &out[i]);
	assert_false(http_transfer_maybe_delivered(t[0]));
	http_transfer_cancel(t[0]); /* with curl, not begun */
	http_transfer_cancel(t[3]); /* waiting */
	run_until(&loop, &out[1].calls, 1);
	run_for(&loop, 5);
	assert_true(http_transfer_maybe_delivered(t[2]) || out[2].calls > 0);
	http_transfer_cancel(t[4]); /* on the wire, or still waiting */
	run_until(&loop, &out[2].calls, 1);
	run_for(&loop, 60);
	assert_int_equal(out[0].calls + out[3].calls + out[4].calls, 0);
	assert_int_equal(out[1].calls + out[2].calls, 2);
	/* refused at once, told later, cancelled in between */
	struct http_request_spec spec = {.url = "http://"};
	struct outcome refused = {0};
	http_transfer_cancel(http_client_send(client, &spec, on_answer, &refused));
	run_for(&loop, 5);
	assert_int_equal(refused.calls, 0);
	assert_int_equal(http_client_stats(client).active, 0);
	http_transfer_cancel(NULL);
	finish(&loop, client);
}

static void a_callback_may_cancel_others_and_itself_and_send(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome victim = {0}, first = {0}, self = {0};
	struct http_transfer *t = send_to(client, "/slow", &victim);
	(void)send_to(client, "/ok", &first);
	first.cancel = t;
	run_until(&loop, &first.calls, 1);
	self.cancel = send_to(client, "/ok", &self);
	self.send_again = client;
	run_until(&loop, &self.calls, 1);
	self.cancel = NULL;
	run_until(&loop, &self.calls, 2);
	assert_int_equal(self.answer.err, ERR_OK);
	run_for(&loop, 20);
	assert_int_equal(victim.calls, 0);
	finish(&loop, client);
}

/* Answers that arrive together: the first one's callback cancels the second, whose result curl
 * already holds. */
static void cancelling_a_finished_transfer_keeps_it_silent(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome a = {0}, b = {0};
	struct http_transfer *ta = send_to(client, "/ok", &a), *tb = send_to(client, "/ok", &b);
	a.cancel = tb;
	b.cancel = ta;
	for (int i = 0; i < 4;
	     i++) { /* connect and send, then let both answers wait in the kernel */
		(void)uv_run(&loop, UV_RUN_NOWAIT);
		usleep(20000);
	}
	while (a.calls + b.calls == 0)
		(void)uv_run(&loop, UV_RUN_ONCE);
	a.cancel = b.cancel = NULL;
	run_for(&loop, 30);
	assert_int_equal(a.calls + b.calls, 1);
	finish(&loop, client);
}

static void destroying_tells_everybody_later(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 2);
	struct outcome out = {0};
	for (int i = 0; i < 5; i++)
		(void)send_to(client, "/slow", &out);
	run_for(&loop, 30);
	bool closed = false;
	http_client_destroy(client, on_closed, &closed);
	struct http_request_spec spec = {.url = "http://127.0.0.1/"};
	assert_null(http_client_send(client, &spec, on_answer, &out));
	assert_int_equal(out.calls, 0);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_true(closed);
	assert_int_equal(out.calls, 5);
	assert_int_equal(out.answer.err, ERR_CANCELLED);
	assert_int_equal(uv_loop_close(&loop), 0);
	http_client_destroy(NULL, NULL, NULL);
}

static void a_callback_may_destroy_the_client(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome slow = {0}, out = {0};
	(void)send_to(client, "/slow", &slow);
	(void)send_to(client, "/ok", &out);
	out.destroy = client;
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(out.calls, 1);
	assert_int_equal(slow.calls, 1);
	assert_int_equal(slow.answer.err, ERR_CANCELLED);
	assert_true(slow.answer.maybe_delivered);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void other_methods_and_headers_leave_no_trace(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct http_client *client = begin(&loop, 0);
	struct outcome out = {0};
	const char *const headers[] = {"Authorization: Bearer abc", NULL};
	struct http_request_spec get = {.method = "GET", .url = url("/ok"), .headers = headers};
	(void)http_client_send(client, &get, on_answer, &out);
	run_until(&loop, &out.calls, 1);
	assert_non_null(strstr(server.last_request, "GET /ok"));
	assert_non_null(strstr(server.last_request, "Authorization: Bearer abc\r\n"));
	assert_non_null(strstr(server.last_request, "User-Agent: salesreg/"));
	assert_null(strstr(server.last_request, "Content-Type"));
	struct http_request_spec form = {.url = url("/ok"),
	    .content_type = "application/x-www-form-urlencoded",
	    .body = "a=b",
	    .body_size = 3};
	(void)http_client_send(client, &form, on_answer, &out);
	run_until(&loop, &out.calls, 2);
	assert_non_null(strstr(server.last_request, "POST /ok"));
	assert_non_null(
	    strstr(server.last_request, "Content-Type: application/x-www-form-urlencoded\r\n"));
	assert_null(strstr(server.last_request, "Authorization"));
	assert_non_null(strstr(server.last_request, "\r\n\r\na=b"));
	struct http_request_spec remove = {
	    .method = "DELETE", .url = url("/ok"), .headers = headers};
	(void)http_client_send(client, &remove, on_answer, &out);
	run_until(&loop, &out.calls, 3);
	assert_non_null(strstr(server.last_request, "DELETE /ok"));
	assert_null(strstr(server.last_request, "a=b"));
	struct http_request_spec patch = {
	    .method = "PATCH", .url = url("/ok"), .body = "[1]", .body_size = 3};
	(void)http_client_send(client, &patch, on_answer, &out);
	run_until(&loop, &out.calls, 4);
	assert_non_null(strstr(server.last_request, "PATCH /ok"));
	assert_non_null(strstr(server.last_request, "\r\n\r\n[1]"));
	(void)send_to(client, "/ok", &out);
	run_until(&loop, &out.calls, 5);
	assert_non_null(strstr(server.last_request, "POST /ok"));
	assert_non_null(strstr(server.last_request, "Content-Type: application/json\r\n"));
	assert_null(strstr(server.last_request, "Authorization"));
	assert_int_equal(atomic_load(&server.connections), 1);
	finish(&loop, client);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, server_start, server_stop)
	const struct CMUnitTest tests[] = {
	    T(an_answer_arrives_whole),
	    T(an_html_error_is_an_answer),
	    T(retry_after_is_read),
	    T(a_lost_answer_may_have_been_delivered),
	    T(a_refused_connection_delivers_nothing),
	    T(a_name_that_does_not_exist_delivers_nothing),
	    T(a_plain_server_asked_for_tls_delivers_nothing),
	    T(a_senseless_url_is_invalid),
	    T(a_slow_answer_times_out_as_perhaps_delivered),
	    T(an_answer_over_the_limit_is_refused),
	    T(connections_are_kept_alive),
	    T(a_burst_waits_in_line_and_keeps_its_connections),
	    T(a_long_poll_may_jump_the_queue),
	    T(a_request_is_never_repeated_silently),
	    T(a_connection_closed_while_idle_is_replaced),
	    T(cancelling_is_silent_in_every_state),
	    T(a_callback_may_cancel_others_and_itself_and_send),
	    T(cancelling_a_finished_transfer_keeps_it_silent),
	    T(destroying_tells_everybody_later),
	    T(a_callback_may_destroy_the_client),
	    T(other_methods_and_headers_leave_no_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
