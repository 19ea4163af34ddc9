/* The HTTP server through real sockets: answers later, streams, clients that leave, descriptors inherited. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include "salesreg/http/server.h"
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 4 * 1024 * 1024, STREAM_MAX = 64 * 1024, CONNECTIONS = 4 };

struct fixture {
	uv_loop_t loop;
	struct http_server *server;
	struct http_exchange *held; /* the newest one that was not answered */
	int requests, closed;
	char *answer;
	size_t size;
};

/* /now answers, /stream streams, anything else is held. */
static void on_request(void *data, struct http_exchange *x)
{
	struct fixture *f = data;
	f->requests++;
	if (strcmp(http_exchange_path(x), "/now") == 0) {
		size_t size;
		const char *body = http_exchange_body(x, &size);
		http_exchange_answer(x, 200, "text/plain", body, size, NULL);
		return;
	}
	f->held = x;
	if (strcmp(http_exchange_path(x), "/stream") == 0)
		http_exchange_stream(x, 200, "text/event-stream", NULL);
}

static void on_closed(void *data, struct http_exchange *x)
{
	struct fixture *f = data;
	f->closed++;
	if (f->held == x)
		f->held = NULL;
}

static void start(struct fixture *f, const char *listen, int fd)
{
	char message[200];
	const struct http_server_options options = {.listen = listen,
	    .listen_fd = fd,
	    .body_max_bytes = 1000,
	    .stream_max_bytes = STREAM_MAX,
	    .connections_max = CONNECTIONS,
	    .data = f,
	    .request = on_request,
	    .closed = on_closed};
	assert_int_equal(
	    http_server_create(&f->server, &f->loop, &options, message, sizeof message), ERR_OK);
	assert_int_not_equal(http_server_port(f->server), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	f->answer = calloc(1, ANSWER_MAX);
	assert_non_null(f->answer);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	start(f, "127.0.0.1:0", -1);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	http_server_destroy(f->server);
	(void)uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	free(f->answer);
	free(f);
	return 0;
}

static int dial(const struct fixture *f, const char *request)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons(http_server_port(f->server)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
	return fd;
}

/* Turns the loop until the answer so far contains `wanted`; "" waits for the end of the connection. */
static void await(struct fixture *f, int fd, const char *wanted)
{
	for (;;) {
		(void)uv_run(&f->loop, UV_RUN_NOWAIT);
		ssize_t n = recv(fd, f->answer + f->size, ANSWER_MAX - f->size - 1, MSG_DONTWAIT);
		if (n > 0)
			f->size += (size_t)n;
		f->answer[f->size] = '\0';
		bool ended = n == 0 || (n < 0 && errno == ECONNRESET);
		if (*wanted ? strstr(f->answer, wanted) != NULL : ended)
			return;
		assert_false(ended);
	}
}

static void await_request(struct fixture *f, int count)
{
	while (f->requests < count)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
}

static const char GET_HOLD[] = "GET /hold?a=1 HTTP/1.1\r\nHost: x\r\n\r\n";
static const char GET_STREAM[] = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

static void a_request_may_be_answered_later_and_the_connection_used_again(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f, GET_HOLD);
	for (int i = 1; i <= 3; i++) {
		await_request(f, i);
		assert_string_equal(http_exchange_query(f->held, "a"), "1");
		const struct http_header headers[] = {{"X-Later", "yes"}, {NULL, NULL}};
		http_exchange_answer(f->held, 201, "text/plain", "late", 4, headers);
		f->size = 0;
		await(f, fd, "late");
		assert_non_null(strstr(f->answer, "HTTP/1.1 201"));
		assert_non_null(strstr(f->answer, "X-Later: yes"));
		assert_int_equal(
		    write(fd, GET_HOLD, sizeof GET_HOLD - 1), (ssize_t)sizeof GET_HOLD - 1);
	}
	await_request(f, 4);
	close(fd);
	while (f->closed == 0)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
	assert_null(f->held);
}

static void a_client_that_leaves_is_reported_once(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f, GET_HOLD);
	await_request(f, 1);
	struct linger reset = {.l_onoff = 1};
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
	close(fd);
	while (f->closed == 0)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
	int again = dial(f, "GET /now HTTP/1.1\r\nHost: x\r\n\r\n");
	await(f, again, "HTTP/1.1 200");
	close(again);
	assert_int_equal(f->closed, 1);
}

static void an_aborted_request_ends_its_connection_without_an_answer(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f, GET_HOLD);
	await_request(f, 1);
	http_exchange_abort(f->held);
	await(f, fd, "");
	assert_int_equal(f->size, 0);
	assert_int_equal(f->closed, 0);
	close(fd);
}

static void a_truncated_answer_announces_more_than_it_sends(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f, GET_HOLD);
	await_request(f, 1);
	http_exchange_answer_truncated(f->held, 200, "text/plain", "0123456789", 10, 5);
	await(f, fd, "");
	assert_non_null(strstr(f->answer, "Content-Length: 10\r\n"));
	assert_string_equal(strstr(f->answer, "\r\n\r\n"), "\r\n\r\n01234");
	close(fd);
}

static void a_stream_sends_as_it_is_written_and_ends(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f, GET_STREAM);
	await_request(f, 1);
	await(f, fd, "text/event-stream");
	assert_int_equal(http_exchange_stream_write(f->held, "data: 1\n\n", 9), ERR_OK);
	await(f, fd, "data: 1\n\n");
	assert_int_equal(http_exchange_stream_write(f->held, "data: 2\n\n", 9), ERR_OK);
	assert_int_equal(http_exchange_stream_write(f->held, "data: 3\n\n", 9), ERR_OK);
	http_exchange_stream_end(f->held);
	await(f, fd, "\r\n0\r\n\r\n");
	assert_non_null(strstr(f->answer, "data: 3\n\n"));
	assert_int_equal(f->closed, 0);
	close(fd);
}

static void a_stream_whose_reader_leaves_is_closed(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f, GET_STREAM);
	await_request(f, 1);
	await(f, fd, "text/event-stream");
	close(fd);
	while (f->closed == 0)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
	assert_null(f->held);
}

static void a_stream_nobody_reads_is_given_up(void **state)
{
	struct fixture *f = *state;
	static char block[STREAM_MAX / 4];
	int fd = dial(f, GET_STREAM);
	await_request(f, 1);
	enum err err = ERR_OK;
	int writes = 0;
	while (err == ERR_OK && ++writes < 100000) {
		err = http_exchange_stream_write(f->held, block, sizeof block);
		(void)uv_run(&f->loop, UV_RUN_NOWAIT);
	}
	assert_int_equal(err, ERR_TOO_BIG);
	assert_int_equal(f->closed, 0);
	close(fd);
	int again = dial(f, "GET /now HTTP/1.1\r\nHost: x\r\n\r\n");
	await(f, again, "HTTP/1.1 200");
	close(again);
}

static void a_body_over_the_maximum_is_413_and_never_handled(void **state)
{
	struct fixture *f = *state;
	char request[1200];
	int head = snprintf(request, sizeof request,
	    "POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
	memset(request + head, 'x', 1001);
	request[head + 1001] = '\0';
	int fd = dial(f, request);
	await(f, fd, "HTTP/1.1 413");
	assert_int_equal(f->requests, 0);
	close(fd);
}

static void an_inherited_descriptor_is_served(void **state)
{
	struct fixture *f = *state;
	http_server_destroy(f->server);
	(void)uv_run(&f->loop, UV_RUN_DEFAULT);
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 10), 0);
	start(f, NULL, fd);
	int client = dial(f, "POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
	await(f, client, "\r\n\r\nhi");
	close(client);
}

static void an_address_that_cannot_be_used_says_why(void **state)
{
	struct fixture *f = *state;
	char taken[32], message[200];
	(void)snprintf(taken, sizeof taken, "127.0.0.1:%u", http_server_port(f->server));
	const char *const addresses[] = {
	    taken, "127.0.0.1", "example.com:80", "127.0.0.1:http", ""};
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		const struct http_server_options options = {
		    .listen = addresses[i], .data = f, .request = on_request};
		struct http_server *server;
		message[0] = '\0';
		assert_int_equal(
		    http_server_create(&server, &f->loop, &options, message, sizeof message),
		    ERR_CONFIG);
		assert_null(server);
		assert_int_not_equal(message[0], '\0');
	}
}

static bool has_ended(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static const char GET_NOW[] = "GET /now HTTP/1.1\r\nHost: x\r\n\r\n";

/* Heads that never end, bodies that never come, and clients that say nothing after their answer. */
static void a_right_request_is_answered_while_a_crowd_of_unfinished_ones_stays(void **state)
{
	struct fixture *f = *state;
	static const char *const halves[] = {"", "GET /now HT", "GET /now HTTP/1.1\r\nHost: x\r\n",
	    "POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", GET_NOW};
	int crowd[20 * CONNECTIONS];
	enum { CROWD = sizeof crowd / sizeof *crowd };
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i] = dial(f, halves[i % (sizeof halves / sizeof *halves)]);
		(void)uv_run(&f->loop, UV_RUN_NOWAIT);
	}
	for (int i = 0; i < 3; i++) {
		int fd = dial(f, GET_NOW);
		f->size = 0;
		await(f, fd, "HTTP/1.1 200");
		close(fd);
	}
	for (size_t i = 0; i < CROWD; i++)
		close(crowd[i]);
}

static void who_is_being_answered_makes_room_for_nobody(void **state)
{
	struct fixture *f = *state;
	int held[CONNECTIONS], half = dial(f, "GET /now HT");
	for (int i = 0; i < CONNECTIONS; i++) {
		held[i] = dial(f, GET_HOLD);
		await_request(f, i + 1);
	}
	while (!has_ended(half))
		(void)uv_run(&f->loop, UV_RUN_NOWAIT);
	int late = dial(f, GET_NOW);
	await(f, late, "");
	assert_int_equal(f->size, 0);
	assert_int_equal(f->closed, 0);
	http_exchange_answer(f->held, 200, NULL, "at last", 7, NULL);
	await(f, held[CONNECTIONS - 1], "at last");
	/* between two requests, it makes room again */
	int next = dial(f, GET_NOW);
	f->size = 0;
	await(f, next, "HTTP/1.1 200");
	assert_true(has_ended(held[CONNECTIONS - 1]));
	for (int i = 0; i < CONNECTIONS; i++)
		close(held[i]);
	close(half);
	close(late);
	close(next);
	while (f->closed < CONNECTIONS - 1)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
}

/* Restarts the server with limits of the test's. */
static void restart(struct fixture *f, unsigned an_address, unsigned head_ms)
{
	char message[200];
	http_server_destroy(f->server);
	const struct http_server_options options = {.listen = ":0",
	    .body_max_bytes = 1000,
	    .connections_max = CONNECTIONS,
	    .connections_an_address_max = an_address,
	    .head_timeout_ms = head_ms,
	    .data = f,
	    .request = on_request,
	    .closed = on_closed};
	assert_int_equal(
	    http_server_create(&f->server, &f->loop, &options, message, sizeof message), ERR_OK);
}

static void a_head_that_takes_too_long_ends_its_connection_and_no_other(void **state)
{
	struct fixture *f = *state;
	restart(f, 0, 1);
	int held = dial(f, GET_HOLD);
	await_request(f, 1);
	int silent = dial(f, ""), half = dial(f, "GET /now HT");
	await(f, silent, "");
	await(f, half, "");
	assert_int_equal(f->size, 0);
	http_exchange_answer(f->held, 200, NULL, "at last", 7, NULL);
	await(f, held, "at last");
	close(held);
	close(silent);
	close(half);
}

static void an_address_has_its_share_and_no_more(void **state)
{
	struct fixture *f = *state;
	restart(f, 2, 0);
	int held[2];
	for (int i = 0; i < 2; i++) {
		held[i] = dial(f, GET_HOLD);
		await_request(f, i + 1);
	}
	int third = dial(f, GET_NOW);
	await(f, third, "");
	assert_int_equal(f->size, 0);
	/* another address has one of its own */
	int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in from = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1)};
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons(http_server_port(f->server)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(other, (struct sockaddr *)&from, sizeof from), 0);
	assert_int_equal(connect(other, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(write(other, GET_NOW, sizeof GET_NOW - 1), (ssize_t)sizeof GET_NOW - 1);
	await(f, other, "HTTP/1.1 200");
	close(third);
	close(other);
	for (int i = 0; i < 2; i++)
		close(held[i]);
	while (f->closed < 2)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
}

static void a_server_may_go_while_requests_are_held(void **state)
{
	struct fixture *f = *state;
	int held = dial(f, GET_HOLD), stream = dial(f, GET_STREAM);
	await_request(f, 2);
	for (int i = 0; i < 10; i++)
		(void)uv_run(&f->loop, UV_RUN_NOWAIT);
	http_server_destroy(f->server);
	(void)uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(f->closed, 0);
	close(held);
	close(stream);
	start(f, ":0", -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_request_may_be_answered_later_and_the_connection_used_again),
	    TEST(a_client_that_leaves_is_reported_once),
	    TEST(an_aborted_request_ends_its_connection_without_an_answer),
	    TEST(a_truncated_answer_announces_more_than_it_sends),
	    TEST(a_stream_sends_as_it_is_written_and_ends),
	    TEST(a_stream_whose_reader_leaves_is_closed),
	    TEST(a_stream_nobody_reads_is_given_up),
	    TEST(a_body_over_the_maximum_is_413_and_never_handled),
	    TEST(an_inherited_descriptor_is_served),
	    TEST(an_address_that_cannot_be_used_says_why),
	    TEST(a_right_request_is_answered_while_a_crowd_of_unfinished_ones_stays),
	    TEST(who_is_being_answered_makes_room_for_nobody),
	    TEST(a_head_that_takes_too_long_ends_its_connection_and_no_other),
	    TEST(an_address_has_its_share_and_no_more),
	    TEST(a_server_may_go_while_requests_are_held),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
