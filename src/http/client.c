#include "salesreg/http/client.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/log.h"
#include "salesreg/base/map.h"
#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TRIM_INTERVAL_MS = 30000, IDLE_KEPT = 2 };
static const int64_t NEVER = INT64_MAX;

/*
 *   IDLE ──send──▶ WAITING ──place free──▶ ACTIVE ──curl is done──▶ TELLING ──callback returned──▶
 * IDLE └──send, place free──────────────────▲ │                        ▲ destroy, refused └──▶
 * READY ──loop turn────┘      cancel: from any of them to IDLE
 */
enum transfer_state {
	TRANSFER_IDLE,
	TRANSFER_WAITING,
	TRANSFER_ACTIVE,
	TRANSFER_READY,
	TRANSFER_TELLING
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
	/* What the easy handle is set to at present: options are set again only where a request
	 * differs. */
	bool plain_post;
	int64_t timeout_ms, connect_timeout_ms;
	struct curl_slist *headers;     /* the list in use: own_headers or client->json_headers */
	struct curl_slist *own_headers; /* of this request alone */
	char error[CURL_ERROR_SIZE];
};
TAILQ_HEAD(transfer_list, http_transfer);

/* A file descriptor that curl wants watched. */
struct http_socket {
	uv_poll_t poll;
	struct http_client *client;
	curl_socket_t fd;
	int wanted, polled; /* UV_READABLE | UV_WRITABLE */
	/* We opened it, so curl tells us before it is closed (not so with the resolver's
	 * descriptors). */
	bool ours;
};

struct http_client {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer, trim_timer;
	int64_t curl_due_ms, armed_due_ms; /* uv_now() times; NEVER */
	struct transfer_list idle, waiting, active, ready;
	size_t max_transfers, places_taken, active_count, waiting_count;
	size_t idle_count,
	    idle_least;     /* the least since the last trimming: so many were of no use */
	struct map sockets; /* fd → struct http_socket */
	struct curl_slist *json_headers;
	size_t open_handles; /* libuv's */
	bool closing;
	http_client_closed *closed;
	void *closed_data;
	bool no_proxy; /* the environment names none */
	uint64_t connections, requests;
};

static void finish_closing(struct http_client *client);

/* --- sockets --- */

/*
 * A kept-alive connection goes back and forth between "watch it" and "leave it alone" with each
 * request. It stays in epoll meanwhile, which saves two system calls a request; an event nobody
 * wanted ends the watching. That is safe only because connections are opened and closed by our own
 * callbacks: no descriptor is closed, and none reused, unnoticed.
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
	client->open_handles--;
	finish_closing(client);
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

static void after_curl(struct http_client *client);

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
	after_curl(client);
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

static curl_socket_t on_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	struct http_client *client = data;
	int fd = socket(
	    address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
	if (fd < 0)
		return CURL_SOCKET_BAD;
	if (!socket_create(client, fd, true)) {
		(void)close(fd);
		return CURL_SOCKET_BAD;
	}
	client->connections++;
	return fd;
}

static int on_close_socket(void *data, curl_socket_t fd)
{
	struct http_client *client = data;
	struct http_socket *s = socket_find(client, fd);
	if (s)
		socket_destroy(s);
	return close(fd);
}

/* --- the timer --- */

/* Never moved to a later time: firing early costs less than re-arming with every request. */
static void schedule(struct http_client *client, int64_t due_ms);

static void on_timer(uv_timer_t *timer)
{
	struct http_client *client = timer->data;
	client->armed_due_ms = NEVER;
	if (client->curl_due_ms <= (int64_t)uv_now(client->loop)) {
		client->curl_due_ms = NEVER;
		int running = 0;
		(void)curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	after_curl(client);
	if (!client->closing && client->curl_due_ms != NEVER)
		schedule(client, client->curl_due_ms);
}

static void schedule(struct http_client *client, int64_t due_ms)
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
	schedule(client, client->curl_due_ms);
	return 0;
}

/* --- transfers --- */

static size_t on_answer_bytes(char *bytes, size_t one, size_t n, void *data)
{
	struct http_transfer *t = data;
	(void)one;
	buf_add(&t->body, bytes, n);
	return t->body.failed ? 0 : n;
}

static bool sent_something(const struct http_transfer *t)
{
	long request_size = 0;
	return t->begun > 0 &&
	       (curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request_size) != CURLE_OK ||
		   request_size > 0);
}

/*
 * curl is connected and about to write the request. It does so a second time on its own when a
 * kept-alive connection turned out dead before any answer, although the first writing may have been
 * received and acted upon.
 */
static int on_request_begins(void *data, char *peer, char *local, int peer_port, int local_port)
{
	(void)peer, (void)local, (void)peer_port, (void)local_port;
	struct http_transfer *t = data;
	if (!t->repeatable && sent_something(t))
		return CURL_PREREQFUNC_ABORT;
	t->begun++;
	t->client->requests++;
	return CURL_PREREQFUNC_OK;
}

static bool set_constant_options(struct http_transfer *t)
{
	CURL *easy = t->easy;
	struct http_client *client = t->client;
	CURLcode rc = CURLE_OK;
#define SET(option, value) rc = rc == CURLE_OK ? curl_easy_setopt(easy, option, value) : rc
	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L); /* a long poll is silent for most of a minute */
	if (client->no_proxy)
		SET(CURLOPT_PROXY, ""); /* else curl asks the environment with every request */
	SET(CURLOPT_USERAGENT, "salesreg/" SALESREG_VERSION);
	SET(CURLOPT_QUICK_EXIT, 1L); /* else giving up waits for a stuck name look-up */
	SET(CURLOPT_WRITEFUNCTION, on_answer_bytes);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_PREREQFUNCTION, on_request_begins);
	SET(CURLOPT_PREREQDATA, t);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	SET(CURLOPT_OPENSOCKETDATA, client);
	SET(CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, client);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CLIENT_CONNECT_TIMEOUT_MS);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_HTTPHEADER, client->json_headers);
	t->plain_post = true;
	t->timeout_ms = 0;
	t->connect_timeout_ms = HTTP_CLIENT_CONNECT_TIMEOUT_MS;
	t->headers = client->json_headers;
	return rc == CURLE_OK;
}

static _Noreturn void out_of_memory(void)
{
	(void)fprintf(stderr, "salesreg: out of memory\n");
	abort();
}

static struct http_transfer *transfer_create(struct http_client *client)
{
	struct http_transfer *t = calloc(1, sizeof *t);
	if (!t)
		out_of_memory();
	t->client = client;
	buf_init(&t->body, 0);
	t->easy = curl_easy_init();
	if (!t->easy || !set_constant_options(t))
		out_of_memory();
	return t;
}

static void transfer_destroy(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->own_headers);
	buf_finish(&t->body);
	free(t);
}

static void on_trim(uv_timer_t *timer)
{
	struct http_client *client = timer->data;
	for (; client->idle_least > IDLE_KEPT; client->idle_least--, client->idle_count--) {
		struct http_transfer *t = TAILQ_LAST(&client->idle, transfer_list);
		TAILQ_REMOVE(&client->idle, t, link);
		transfer_destroy(t);
	}
	client->idle_least = client->idle_count;
	if (client->idle_count <= IDLE_KEPT)
		(void)uv_timer_stop(timer);
}

static struct http_transfer *transfer_take(struct http_client *client)
{
	struct http_transfer *t = TAILQ_FIRST(&client->idle);
	if (!t)
		return transfer_create(client);
	TAILQ_REMOVE(&client->idle, t, link);
	client->idle_count--;
	if (client->idle_count < client->idle_least)
		client->idle_least = client->idle_count;
	return t;
}

/* t is in no list and not with curl. */
static void transfer_release(struct http_transfer *t)
{
	struct http_client *client = t->client;
	if (client->closing) {
		transfer_destroy(t);
		return;
	}
	buf_clear(&t->body);
	t->state = TRANSFER_IDLE;
	TAILQ_INSERT_HEAD(&client->idle, t, link);
	client->idle_count++;
	if (client->idle_count > IDLE_KEPT && !uv_is_active((uv_handle_t *)&client->trim_timer)) {
		client->idle_least = client->idle_count;
		(void)uv_timer_start(
		    &client->trim_timer, on_trim, TRIM_INTERVAL_MS, TRIM_INTERVAL_MS);
	}
}

/* Appends; with a list there is something to abort for only when memory is gone. */
static struct curl_slist *add_header(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);
	if (!longer)
		out_of_memory();
	return longer;
}

static struct curl_slist *build_headers(const struct http_request_spec *spec, bool with_body)
{
	struct curl_slist *list = add_header(NULL, "Expect:");
	if (with_body) {
		const char *type = spec->content_type ? spec->content_type : "application/json";
		size_t size = strlen(type) + sizeof "Content-Type: ";
		char *line = malloc(size);
		if (!line)
			out_of_memory();
		(void)snprintf(line, size, "Content-Type: %s", type);
		list = add_header(list, line);
		free(line);
	}
	for (const char *const *h = spec->headers; h && *h; h++)
		list = add_header(list, *h);
	return list;
}

static CURLcode set_method(struct http_transfer *t, const char *method, bool with_body)
{
	CURL *easy = t->easy;
	bool post = strcmp(method, "POST") == 0;
	if (post && t->plain_post)
		return CURLE_OK;
	bool get = strcmp(method, "GET") == 0, head = strcmp(method, "HEAD") == 0;
	CURLcode rc = curl_easy_setopt(easy, CURLOPT_NOBODY, head ? 1L : 0L);
	if (rc == CURLE_OK && !head)
		rc = with_body ? curl_easy_setopt(easy, CURLOPT_POST, 1L)
			       : curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	/* also for a GET with a body */
	const char *custom = post || head || (get && !with_body) ? NULL : method;
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, custom);
	t->plain_post = post && rc == CURLE_OK;
	return rc;
}

static CURLcode set_headers(
    struct http_transfer *t, const struct http_request_spec *spec, bool with_body)
{
	bool json = with_body && !spec->headers &&
		    (!spec->content_type || strcmp(spec->content_type, "application/json") == 0);
	struct curl_slist *old = t->own_headers;
	t->own_headers = json ? NULL : build_headers(spec, with_body);
	struct curl_slist *headers = json ? t->client->json_headers : t->own_headers;
	CURLcode rc = CURLE_OK;
	if (headers != t->headers) {
		rc = curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, headers);
		t->headers = headers;
	}
	curl_slist_free_all(old);
	return rc;
}

static CURLcode set_options(struct http_transfer *t, const struct http_request_spec *spec)
{
	const char *method = spec->method ? spec->method : "POST";
	bool with_body = spec->body || strcmp(method, "POST") == 0;
	int64_t connect_timeout_ms = spec->connect_timeout_ms > 0 ? spec->connect_timeout_ms
								  : HTTP_CLIENT_CONNECT_TIMEOUT_MS;
	t->repeatable =
	    spec->repeatable || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	CURLcode rc = curl_easy_setopt(t->easy, CURLOPT_URL, spec->url);
	if (rc == CURLE_OK)
		rc = set_method(t, method, with_body);
	if (rc == CURLE_OK)
		rc = set_headers(t, spec, with_body);
	if (rc == CURLE_OK && with_body)
		rc = curl_easy_setopt(
		    t->easy, CURLOPT_POSTFIELDS, spec->body ? (const char *)spec->body : "");
	if (rc == CURLE_OK && with_body)
		rc = curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)(spec->body ? spec->body_size : 0));
	if (rc == CURLE_OK && spec->timeout_ms != t->timeout_ms) {
		rc = curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)spec->timeout_ms);
		t->timeout_ms = spec->timeout_ms;
	}
	if (rc == CURLE_OK && connect_timeout_ms != t->connect_timeout_ms) {
		rc = curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms);
		t->connect_timeout_ms = connect_timeout_ms;
	}
	return rc;
}

/* Told from the loop's next turn. t is in no list. */
static void make_ready(struct http_transfer *t, enum err err)
{
	t->ready_err = err;
	t->state = TRANSFER_READY;
	TAILQ_INSERT_TAIL(&t->client->ready, t, link);
	if (!t->client->closing)
		schedule(t->client, (int64_t)uv_now(t->client->loop));
}

/* t is in no list. */
static void transfer_start(struct http_transfer *t)
{
	struct http_client *client = t->client;
	if (curl_multi_add_handle(client->multi, t->easy) != CURLM_OK) {
		make_ready(t, ERR_UNAVAILABLE);
		return;
	}
	t->state = TRANSFER_ACTIVE;
	TAILQ_INSERT_TAIL(&client->active, t, link);
	client->active_count++;
	client->places_taken += !t->jump_queue;
}

/* Takes t from curl and from its list; the connection is kept if the answer was complete. */
static void transfer_stop(struct http_transfer *t)
{
	struct http_client *client = t->client;
	t->maybe_delivered = sent_something(t);
	(void)curl_multi_remove_handle(client->multi, t->easy);
	TAILQ_REMOVE(&client->active, t, link);
	client->active_count--;
	client->places_taken -= !t->jump_queue;
}

static void start_waiting(struct http_client *client)
{
	while (!client->closing && client->places_taken < client->max_transfers &&
	       !TAILQ_EMPTY(&client->waiting)) {
		struct http_transfer *t = TAILQ_FIRST(&client->waiting);
		TAILQ_REMOVE(&client->waiting, t, link);
		client->waiting_count--;
		transfer_start(t);
	}
}

/* --- answers --- */

/* What they mean as long as nothing was sent. */
static const struct {
	CURLcode code;
	enum err err;
} known_codes[] = {
    {CURLE_URL_MALFORMAT, ERR_INVALID},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_INVALID},
    {CURLE_COULDNT_RESOLVE_PROXY, ERR_UNAVAILABLE},
    {CURLE_COULDNT_RESOLVE_HOST, ERR_UNAVAILABLE},
    {CURLE_COULDNT_CONNECT, ERR_UNAVAILABLE},
    {CURLE_SSL_CONNECT_ERROR, ERR_UNAVAILABLE},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_UNAVAILABLE},
    {CURLE_SSL_CACERT_BADFILE, ERR_UNAVAILABLE},
    {CURLE_SSL_CERTPROBLEM, ERR_UNAVAILABLE},
    {CURLE_SSL_CIPHER, ERR_UNAVAILABLE},
    {CURLE_SSL_ISSUER_ERROR, ERR_UNAVAILABLE},
    {CURLE_SSL_INVALIDCERTSTATUS, ERR_UNAVAILABLE},
    {CURLE_PROXY, ERR_UNAVAILABLE},
};

/* t->maybe_delivered is known by now. */
static enum err err_of(const struct http_transfer *t, CURLcode code, long status)
{
	if (code == CURLE_OK)
		return status > 0 ? ERR_OK : ERR_IO;
	if (code == CURLE_WRITE_ERROR && t->body.failed)
		return ERR_TOO_BIG;
	if (code == CURLE_OPERATION_TIMEDOUT)
		return ERR_TIMEOUT;
	/* after the request went out the same codes mean a broken or senseless answer */
	if (t->maybe_delivered)
		return ERR_IO;
	for (size_t i = 0; i < sizeof known_codes / sizeof known_codes[0]; i++)
		if (known_codes[i].code == code)
			return known_codes[i].err;
	return ERR_IO;
}

/* curl's details name hosts, ports and certificates, which help; where they could quote the URL
 * they are left out. */
static void describe(
    struct http_transfer *t, CURLcode code, enum err err, struct http_answer *answer)
{
	const char *sentence = code == CURLE_ABORTED_BY_CALLBACK
				   ? "a kept-alive connection broke before the answer"
				   : curl_easy_strerror(code);
	char *url = NULL;
	(void)curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
	const char *host = url ? strstr(url, "://") : NULL;
	const char *path = host ? strchr(host + 3, '/') : NULL;
	bool detail = (err == ERR_UNAVAILABLE || err == ERR_TIMEOUT || err == ERR_IO) &&
		      t->error[0] && (!path || !path[1] || !strstr(t->error, path));
	(void)snprintf(answer->error, sizeof answer->error, "%.70s%s%.110s", sentence,
	    detail ? ": " : "", detail ? t->error : "");
}

/* Calls the callback and lets go of t, which is in no list and not with curl. */
static void tell(struct http_transfer *t, const struct http_answer *answer)
{
	t->state = TRANSFER_TELLING;
	t->callback(answer, t->data);
	transfer_release(t);
}

static void tell_done(struct http_transfer *t, CURLcode code)
{
	transfer_stop(t);
	struct http_answer answer;
	answer.error[0] = '\0';
	answer.status = 0;
	answer.retry_after_s = -1;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &answer.status);
	if (answer.status != 200) {
		curl_off_t retry_after_s = 0;
		(void)curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
		if (retry_after_s > 0)
			answer.retry_after_s = (long)retry_after_s;
	}
	answer.err = err_of(t, code, answer.status);
	if (answer.err != ERR_OK)
		describe(t, code, answer.err, &answer);
	answer.maybe_delivered = answer.err == ERR_OK || t->maybe_delivered;
	answer.body = buf_text(&t->body);
	answer.size = t->body.size;
	tell(t, &answer);
}

static void tell_ready(struct http_transfer *t)
{
	TAILQ_REMOVE(&t->client->ready, t, link);
	struct http_answer answer = {.err = t->ready_err,
	    .maybe_delivered = t->maybe_delivered,
	    .body = "",
	    .retry_after_s = -1};
	(void)snprintf(answer.error, sizeof answer.error, "%s", err_sentence(t->ready_err));
	tell(t, &answer);
}

/* To be called after curl had a chance to finish transfers, from outside of curl's callbacks. */
static void after_curl(struct http_client *client)
{
	int left = 0;
	for (CURLMsg *message;
	     !client->closing && (message = curl_multi_info_read(client->multi, &left));) {
		char *private = NULL;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		tell_done((struct http_transfer *)(void *)private, message->data.result);
	}
	/* those there are now: a callback whose next request fails as well must not keep the loop
	 * here */
	struct http_transfer *last = TAILQ_LAST(&client->ready, transfer_list);
	for (bool more = last != NULL; more && !client->closing && !TAILQ_EMPTY(&client->ready);) {
		struct http_transfer *t = TAILQ_FIRST(&client->ready);
		more = t != last;
		tell_ready(t);
	}
	start_waiting(client);
}

/* --- the interface --- */

struct http_transfer *http_client_send(struct http_client *client,
    const struct http_request_spec *spec, http_callback *callback, void *data)
{
	if (client->closing)
		return NULL;
	struct http_transfer *t = transfer_take(client);
	t->callback = callback;
	t->data = data;
	t->begun = 0;
	t->maybe_delivered = false;
	t->jump_queue = spec->jump_queue;
	t->error[0] = '\0';
	t->body.maximum =
	    spec->max_answer_bytes ? spec->max_answer_bytes : HTTP_CLIENT_ANSWER_BYTES;
	if (set_options(t, spec) != CURLE_OK) {
		make_ready(t, ERR_INVALID);
	} else if (!t->jump_queue && (client->places_taken >= client->max_transfers ||
					 !TAILQ_EMPTY(&client->waiting))) {
		t->state = TRANSFER_WAITING;
		TAILQ_INSERT_TAIL(&client->waiting, t, link);
		client->waiting_count++;
	} else {
		transfer_start(t);
	}
	return t;
}

bool http_transfer_maybe_delivered(const struct http_transfer *t)
{
	switch (t->state) {
	case TRANSFER_ACTIVE:
		return sent_something(t);
	case TRANSFER_READY:
	case TRANSFER_TELLING:
		return t->maybe_delivered;
	case TRANSFER_IDLE:
	case TRANSFER_WAITING:
		break;
	}
	return false;
}

void http_transfer_cancel(struct http_transfer *t)
{
	if (!t)
		return;
	struct http_client *client = t->client;
	switch (t->state) {
	case TRANSFER_IDLE:
		assert(!"a transfer cancelled after its end");
		return;
	case TRANSFER_TELLING:
		return;
	case TRANSFER_WAITING:
		TAILQ_REMOVE(&client->waiting, t, link);
		client->waiting_count--;
		break;
	case TRANSFER_READY:
		TAILQ_REMOVE(&client->ready, t, link);
		break;
	case TRANSFER_ACTIVE:
		transfer_stop(t);
		/* who waits gets the place from the loop: starting here could recurse through many
		 * cancels */
		if (!TAILQ_EMPTY(&client->waiting))
			schedule(client, (int64_t)uv_now(client->loop));
		break;
	}
	transfer_release(t);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct http_client *client = handle->data;
	client->open_handles--;
	finish_closing(client);
}

static void finish_closing(struct http_client *client)
{
	if (!client->closing || client->open_handles > 0)
		return;
	while (!TAILQ_EMPTY(
	    &client->ready)) /* the analyser does not see TAILQ_REMOVE change the head */
		tell_ready(TAILQ_FIRST(&client->ready)); /* NOLINT(clang-analyzer-unix.Malloc) */
	map_finish(&client->sockets);
	curl_slist_free_all(client->json_headers);
	http_client_closed *closed = client->closed;
	void *data = client->closed_data;
	free(client);
	curl_global_cleanup();
	if (closed)
		closed(data);
}

void http_client_destroy(struct http_client *client, http_client_closed *closed, void *data)
{
	if (!client)
		return;
	assert(!client->closing);
	client->closing = true;
	client->closed = closed;
	client->closed_data = data;
	while (!TAILQ_EMPTY(&client->active)) {
		struct http_transfer *t = TAILQ_FIRST(&client->active);
		transfer_stop(t);
		make_ready(t, ERR_CANCELLED);
	}
	while (!TAILQ_EMPTY(&client->waiting)) {
		struct http_transfer *t = TAILQ_FIRST(&client->waiting);
		TAILQ_REMOVE(&client->waiting, t, link);
		make_ready(t, ERR_CANCELLED);
	}
	while (!TAILQ_EMPTY(&client->idle)) {
		struct http_transfer *t = TAILQ_FIRST(&client->idle);
		TAILQ_REMOVE(&client->idle, t, link);
		transfer_destroy(t);
	}
	/* closes the connections kept alive, hence calls on_close_socket() */
	(void)curl_multi_cleanup(client->multi);
	client->multi = NULL;
	for (const struct map_slot *slot; (slot = map_next(&client->sockets, NULL));)
		socket_destroy(slot->value.pointer);
	uv_close((uv_handle_t *)&client->timer, on_timer_closed);
	uv_close((uv_handle_t *)&client->trim_timer, on_timer_closed);
}

static bool environment_names_proxy(void)
{
	static const char *const names[] = {
	    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (getenv(names[i]))
			return true;
	return false;
}

static bool set_multi_options(struct http_client *client)
{
	CURLM *multi = client->multi;
	CURLMcode rc = CURLM_OK;
#define SET_MULTI(option, value) rc = rc == CURLM_OK ? curl_multi_setopt(multi, option, value) : rc
	SET_MULTI(CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	SET_MULTI(CURLMOPT_SOCKETDATA, client);
	SET_MULTI(CURLMOPT_TIMERFUNCTION, on_curl_timer);
	SET_MULTI(CURLMOPT_TIMERDATA, client);
	SET_MULTI(CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	/* curl's own measure follows the number of easy handles, which would close connections
	 * between bursts */
	SET_MULTI(CURLMOPT_MAXCONNECTS, (long)client->max_transfers + 4);
	return rc == CURLM_OK;
}

struct http_client *http_client_create(uv_loop_t *loop, const struct http_client_options *o)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	struct http_client *client = calloc(1, sizeof *client);
	if (!client)
		goto fail;
	client->loop = loop;
	client->max_transfers = o && o->max_transfers ? o->max_transfers : HTTP_CLIENT_TRANSFERS;
	client->no_proxy = !environment_names_proxy();
	client->curl_due_ms = client->armed_due_ms = NEVER;
	TAILQ_INIT(&client->idle);
	TAILQ_INIT(&client->waiting);
	TAILQ_INIT(&client->active);
	TAILQ_INIT(&client->ready);
	client->json_headers =
	    add_header(add_header(NULL, "Expect:"), "Content-Type: application/json");
	client->multi = curl_multi_init();
	if (!client->multi || !set_multi_options(client))
		goto fail;
	map_init(&client->sockets);
	(void)uv_timer_init(loop, &client->timer);
	(void)uv_timer_init(loop, &client->trim_timer);
	client->timer.data = client->trim_timer.data = client;
	uv_unref((uv_handle_t *)&client->trim_timer);
	client->open_handles = 2;
	return client;
fail:
	if (client) {
		if (client->multi)
			(void)curl_multi_cleanup(client->multi);
		curl_slist_free_all(client->json_headers);
	}
	free(client);
	curl_global_cleanup();
	return NULL;
}

struct http_client_stats http_client_stats(const struct http_client *client)
{
	return (struct http_client_stats){
	    .active = client->active_count,
	    .waiting = client->waiting_count,
	    .idle_handles = client->idle_count,
	    .connections = client->connections,
	    .requests = client->requests,
	};
}
