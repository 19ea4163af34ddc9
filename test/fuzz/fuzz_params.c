/*
 * Bytes → a request to our HTTP server, over a socket and libmicrohttpd: whatever query and body say, the parameters are clean
 * text, few, and the first of equal names wins. Input: content type byte, query, NUL, body.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/http/params.h"
#include "salesreg/sandbox/telegram/markup.h"
#include <arpa/inet.h>
#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_MOST = 16 * 1024, QUERY_MOST = 2048 };

struct request {
	size_t size;
	char body[BODY_MOST];
};
static struct request in_hand;
static bool handled;

static void check_param(const struct http_params *params, const struct http_param *p)
{
	const char *text = http_params_text(params, p->name);
	bool valid = false;
	require(text && text_is_clean(text, strlen(text)) && http_params_has(params, p->name));
	int64_t number = http_params_i64(params, p->name, -7, &valid);
	require(valid || number == -7);
	if (valid)
		require(strspn(text, "+-0123456789") == strlen(text) && *text);
	(void)http_params_bool(params, p->name);
	for (const struct http_param *first = params->items; first < p; first++)
		if (strcmp(first->name, p->name) == 0)
			require(strcmp(text, http_params_text(params, first->name)) == 0);
}

static void check(struct MHD_Connection *connection, const struct request *r)
{
	struct arena a;
	struct http_params params;
	const char *markup;
	arena_init(&a, FUZZ_ARENA_BYTES);
	const char *type =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
	enum err err = http_params_parse(&params, &a, connection, type, r->body, r->size);
	require(err == ERR_OK || err == ERR_INVALID || err == ERR_TOO_BIG);
	require(params.count <= HTTP_PARAMS_MAX);
	for (size_t i = 0; err == ERR_OK && i < params.count; i++)
		check_param(&params, &params.items[i]);
	if (err == ERR_OK && markup_read(&params, &a, &markup) == SANDBOX_OK && markup) {
		json_t *document = json_loads(markup, 0, NULL);
		require(json_is_object(document));
		json_decref(document);
	}
	http_params_finish(&params);
	arena_finish(&a);
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *bytes, size_t *size, void **state)
{
	static char empty[] = "";
	(void)data, (void)url, (void)method, (void)version;
	if (!*state) {
		in_hand.size = 0;
		*state = &in_hand;
		return MHD_YES;
	}
	if (*size > 0) {
		size_t room = BODY_MOST - in_hand.size, n = *size < room ? *size : room;
		memcpy(in_hand.body + in_hand.size, bytes, n);
		in_hand.size += n;
		*size = 0;
		return MHD_YES;
	}
	check(connection, &in_hand);
	handled = true;
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(0, empty, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return queued;
}

static struct MHD_Daemon *daemon_of_ours(void)
{
	static struct MHD_Daemon *made;
	if (!made)
		made = MHD_start_daemon(
		    MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, on_request, NULL, MHD_OPTION_END);
	require(made);
	return made;
}

static void send_request(const char *type, const char *query, const uint8_t *body, size_t size)
{
	struct MHD_Daemon *daemon = daemon_of_ours();
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int ends[2];
	char head[QUERY_MOST + 256];
	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	int n = snprintf(head, sizeof head,
	    "POST /x?%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    query, type, size);
	require(n > 0 && (size_t)n < sizeof head);
	require(write(ends[1], head, (size_t)n) == n);
	require(size == 0 || write(ends[1], body, size) == (ssize_t)size);
	require(shutdown(ends[1], SHUT_WR) == 0);
	require(MHD_add_connection(daemon, ends[0], (struct sockaddr *)&address, sizeof address) ==
		MHD_YES);
	char answer[4096];
	bool open = true;
	for (int i = 0; open && i < 1000; i++) {
		require(MHD_run(daemon) == MHD_YES);
		open = recv(ends[1], answer, sizeof answer, MSG_DONTWAIT) != 0;
	}
	require(!open);
	(void)close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char *const types[] = {"application/json", "application/x-www-form-urlencoded",
	    "multipart/form-data; boundary=x", "text/plain", "multipart/form-data",
	    "Application/JSON; charset=utf-8"};
	char query[QUERY_MOST];
	if (size < 1)
		return 0;
	const char *type = types[bytes[0] % (sizeof types / sizeof *types)];
	bytes++;
	size--;
	size_t n = strnlen((const char *)bytes, size),
	       used = n < sizeof query ? n : sizeof query - 1;
	/* what would end the line of the request is no part of it */
	for (size_t i = 0; i < used; i++)
		query[i] = (char)(bytes[i] > ' ' && bytes[i] != 0x7F ? bytes[i] : '_');
	query[used] = '\0';
	bytes += n < size ? n + 1 : n;
	size -= n < size ? n + 1 : n;
	size = size < BODY_MOST ? size : BODY_MOST;
	handled = false;
	send_request(type, query, bytes, size);
	/* libmicrohttpd itself refuses a line whose arguments do not fit into its memory of a connection */
	size_t arguments = 1;
	for (const char *c = query; *c; c++)
		arguments += *c == '&';
	require(handled || arguments > HTTP_PARAMS_MAX);
	return 0;
}
