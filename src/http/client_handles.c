/*
 * Easy handles: made once, set again only where a request differs, reused and trimmed.
 */
#include "client_private.h"
#include "salesreg/base/wire.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	TRIM_INTERVAL_MS = 30000,
	IDLE_KEPT = 2,
	/* Of each request, and libcurl's least: an answer to a send fits, and the allocator serves it
	 * from its cache; with the usual 16 KiB it tidies the heap up for each of them. */
	READ_BUFFER_BYTES = 1024,
	UPLOAD_BUFFER_BYTES = 16 * 1024, /* over TLS; libcurl's least, and no send is larger */
};

static _Noreturn void out_of_memory(void)
{
	(void)fprintf(stderr, "salesreg: out of memory\n");
	abort();
}

/* --- what curl calls while a request is under way --- */

static size_t on_answer_bytes(char *bytes, size_t one, size_t n, void *data)
{
	struct http_transfer *t = data;
	(void)one;
	buf_add(&t->body, bytes, n);
	return t->body.failed ? 0 : n;
}

bool http_transfer_sent_something(const struct http_transfer *t)
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
	if (!t->repeatable && http_transfer_sent_something(t))
		return CURL_PREREQFUNC_ABORT;
	t->begun++;
	t->client->requests++;
	return CURL_PREREQFUNC_OK;
}

/* --- making, taking, giving back --- */

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
	if (client->trust.file || client->trust.dir) {
		SET(CURLOPT_CAINFO, client->trust.file);
		SET(CURLOPT_CAPATH, client->trust.dir);
		SET(CURLOPT_PROXY_CAINFO, client->trust.file);
		SET(CURLOPT_PROXY_CAPATH, client->trust.dir);
	}
	if (client->resolve)
		SET(CURLOPT_RESOLVE, client->resolve);
	if (client->tls_watched)
		rc = rc == CURLE_OK ? http_client_tls_watch(t) : rc;
	SET(CURLOPT_BUFFERSIZE, (long)READ_BUFFER_BYTES);
	SET(CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER_BYTES);
	SET(CURLOPT_MAXAGE_CONN, (long)HTTP_CLIENT_IDLE_S);
	SET(CURLOPT_QUICK_EXIT, 1L); /* else giving up waits for a stuck name look-up */
	SET(CURLOPT_WRITEFUNCTION, on_answer_bytes);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_PREREQFUNCTION, on_request_begins);
	SET(CURLOPT_PREREQDATA, t);
	SET(CURLOPT_OPENSOCKETFUNCTION, http_client_open_socket);
	SET(CURLOPT_OPENSOCKETDATA, client);
	SET(CURLOPT_CLOSESOCKETFUNCTION, http_client_close_socket);
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

static void forget_url(struct http_transfer *t)
{
	if (t->url)
		explicit_bzero(t->url, strlen(t->url)); /* a token is in it */
	free(t->url);
	t->url = NULL;
}

/* A token may be in them. */
static void free_headers(const struct http_client *client, struct curl_slist *list)
{
	for (struct curl_slist *h = list; client->secret && h; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(list);
}

static struct http_transfer *transfer_create(struct http_client *client)
{
	struct http_transfer *t = calloc(1, sizeof *t);
	if (!t)
		out_of_memory();
	t->client = client;
	if (client->secret)
		buf_init_secret(&t->body, 0);
	else
		buf_init(&t->body, 0);
	t->easy = curl_easy_init();
	t->parsed_url = curl_url();
	if (!t->easy || !t->parsed_url || !set_constant_options(t))
		out_of_memory();
	return t;
}

static void transfer_destroy(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	forget_url(t);
	curl_url_cleanup(t->parsed_url);
	free_headers(t->client, t->own_headers);
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

struct http_transfer *http_transfer_take(struct http_client *client)
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

void http_transfer_release(struct http_transfer *t)
{
	struct http_client *client = t->client;
	if (client->closing) {
		transfer_destroy(t);
		return;
	}
	buf_clear(&t->body);
	if (client->secret && t->own_headers) {
		(void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, client->json_headers);
		t->headers = client->json_headers;
		free_headers(client, t->own_headers);
		t->own_headers = NULL;
	}
	t->state = TRANSFER_IDLE;
	TAILQ_INSERT_HEAD(&client->idle, t, link);
	client->idle_count++;
	if (client->idle_count > IDLE_KEPT && !uv_is_active((uv_handle_t *)&client->trim_timer)) {
		client->idle_least = client->idle_count;
		(void)uv_timer_start(
		    &client->trim_timer, on_trim, TRIM_INTERVAL_MS, TRIM_INTERVAL_MS);
	}
}

/* --- the options of one request --- */

/* Appends; with a list there is something to abort for only when memory is gone. */
static struct curl_slist *add_header(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);
	if (!longer)
		out_of_memory();
	return longer;
}

/* From here on curl says "Expect: 100-continue" unless told otherwise (7.88: lib/http.h). */
enum { EXPECT_BYTES = 1024 * 1024 };

static struct curl_slist *build_headers(const struct http_request_spec *spec, bool with_body)
{
	/* libcurl formats the head of a request letter by letter, at some 100 instructions each: what the server does not need
	 * is left out, and a User-Agent stands only where requests are rare (as a line of the list, as CURLOPT_USERAGENT is
	 * formatted twice). */
	struct curl_slist *list = add_header(NULL, "Accept:");
	if (!with_body || spec->headers)
		list = add_header(list, "User-Agent: salesreg/" SALESREG_VERSION);
	if (spec->body_size >= EXPECT_BYTES)
		list = add_header(list, "Expect:"); /* an answer to it would only cost time */
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
	bool json = with_body && !spec->headers && spec->body_size < EXPECT_BYTES &&
		    (!spec->content_type || strcmp(spec->content_type, "application/json") == 0);
	struct curl_slist *old = t->own_headers;
	t->own_headers = json ? NULL : build_headers(spec, with_body);
	struct curl_slist *headers = json ? t->client->json_headers : t->own_headers;
	CURLcode rc = CURLE_OK;
	if (headers != t->headers) {
		rc = curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, headers);
		t->headers = headers;
	}
	free_headers(t->client, old);
	return rc;
}

/* Most requests of a handle go where its last one went. libcurl parses a URL, and writes it out again, with each request; what
 * is parsed already it takes as it is. */
static CURLcode set_url(struct http_transfer *t, const char *url)
{
	if (t->url && strcmp(t->url, url) == 0)
		return CURLE_OK;
	forget_url(t);
	CURLcode rc = curl_easy_setopt(t->easy, CURLOPT_URL, url);
	/* one that cannot be parsed is refused when the request begins, with words */
	CURLU *parsed =
	    curl_url_set(t->parsed_url, CURLUPART_URL, url, 0) == CURLUE_OK ? t->parsed_url : NULL;
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(t->easy, CURLOPT_CURLU, parsed);
	/* a proxy elsewhere would get in clear what was to stay on this machine, a token with it */
	if (rc == CURLE_OK && !t->client->no_proxy) {
		char host[WIRE_HOST_SIZE];
		bool stays = strncasecmp(url, "http://", 7) == 0 && !wire_is_open(url, host);
		rc = curl_easy_setopt(t->easy, CURLOPT_NOPROXY, stays ? "*" : NULL);
	}
	if (rc != CURLE_OK)
		return rc;
	t->url = strdup(url);
	if (!t->url)
		out_of_memory();
	return CURLE_OK;
}

CURLcode http_transfer_set_options(struct http_transfer *t, const struct http_request_spec *spec)
{
	const char *method = spec->method ? spec->method : "POST";
	bool with_body = spec->body || strcmp(method, "POST") == 0;
	int64_t connect_timeout_ms = spec->connect_timeout_ms > 0 ? spec->connect_timeout_ms
								  : HTTP_CLIENT_CONNECT_TIMEOUT_MS;
	t->repeatable =
	    spec->repeatable || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	CURLcode rc = set_url(t, spec->url);
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
	if (rc == CURLE_OK && t->family != t->client->family) {
		rc = curl_easy_setopt(t->easy, CURLOPT_IPRESOLVE, t->client->family);
		t->family = t->client->family;
	}
	if (rc == CURLE_OK && connect_timeout_ms != t->connect_timeout_ms) {
		rc = curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms);
		t->connect_timeout_ms = connect_timeout_ms;
	}
	return rc;
}

/* --- from start to end --- */

static bool environment_names_proxy(void)
{
	static const char *const names[] = {
	    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return true;
	}
	return false;
}

void http_client_handles_start(struct http_client *client)
{
	client->no_proxy = !environment_names_proxy();
	client->trust = http_trust_find();
#ifdef SALESREG_TESTS
	/* Hidden: a name that has these addresses, as "name:port:address,address". */
	const char *resolve = getenv("SALESREG_TEST_RESOLVE");
	if (resolve)
		client->resolve = add_header(NULL, resolve);
#endif
	client->tls_watched = http_client_tls_is_watched();
	const struct http_request_spec json = {0};
	client->json_headers = build_headers(&json, true);
	TAILQ_INIT(&client->idle);
	(void)uv_timer_init(client->loop, &client->trim_timer);
	client->trim_timer.data = client;
	uv_unref((uv_handle_t *)&client->trim_timer);
	client->open_handles++;
}

static void on_trim_timer_closed(uv_handle_t *handle)
{
	http_client_handle_closed(handle->data);
}

void http_client_handles_close(struct http_client *client)
{
	while (!TAILQ_EMPTY(&client->idle)) {
		struct http_transfer *t = TAILQ_FIRST(&client->idle);
		TAILQ_REMOVE(&client->idle, t, link);
		transfer_destroy(t);
	}
	uv_close((uv_handle_t *)&client->trim_timer, on_trim_timer_closed);
}

void http_client_handles_finish(struct http_client *client)
{
	curl_slist_free_all(client->json_headers);
	curl_slist_free_all(client->resolve);
}
