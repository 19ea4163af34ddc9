#include "salesreg/role/worker/metrics.h"
#include "salesreg/base/log.h"
#include "salesreg/base/metrics.h"
#include "salesreg/http/listen.h"
#include "salesreg/http/server.h"
#include "salesreg/role/worker/exposition.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_MAXIMUM = 1024 * 1024,
	BODY_MAXIMUM = 1024, /* nobody has anything to send */
	/* whoever reaches the port may open any number of them: few are enough for those who have business here */
	CONNECTIONS = 64,
	CONNECTIONS_AN_ADDRESS = 32,
	HEAD_MS = 2000,
	IDLE_S = 10,
};

struct metrics_server {
	struct http_server *http;
	struct metrics_server_options options;
};

static void answer_text(struct http_exchange *x, unsigned status, const char *text)
{
	http_exchange_answer(x, status, "text/plain; charset=utf-8", text, strlen(text),
	    (const struct http_header[]){{"Cache-Control", "no-store"}, {NULL, NULL}});
}

static void answer_metrics(const struct metrics_server *m, struct http_exchange *x)
{
	struct buf out;
	buf_init(&out, TEXT_MAXIMUM);
	exposition_process(&out, m->options.role);
	m->options.write(&out, m->options.data);
	if (out.failed)
		answer_text(x, 500, "there is too much to tell\n");
	else
		http_exchange_answer(x, 200, METRICS_CONTENT_TYPE, out.data, out.size, NULL);
	buf_finish(&out);
}

static void answer_ready(const struct metrics_server *m, struct http_exchange *x)
{
	char line[METRICS_LINE_SIZE] = "", whole[METRICS_LINE_SIZE + 64];
	bool ready = m->options.ready(line, m->options.data);
	(void)snprintf(whole, sizeof whole, "%.32s: %s\n", m->options.role, line);
	answer_text(x, ready ? 200 : 503, whole);
}

static void on_request(void *data, struct http_exchange *x)
{
	const struct metrics_server *m = data;
	const char *method = http_exchange_method(x), *path = http_exchange_path(x);
	static const char none[] = "there are /metrics, /healthz and /readyz\n";
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		http_exchange_answer(x, 405, NULL, NULL, 0,
		    (const struct http_header[]){{"Allow", "GET, HEAD"}, {NULL, NULL}});
	} else if (strcmp(path, "/metrics") == 0) {
		answer_metrics(m, x);
	} else if (strcmp(path, "/healthz") == 0) {
		char line[64];
		(void)snprintf(line, sizeof line, "%.32s: alive\n", m->options.role);
		answer_text(x, 200, line);
	} else if (strcmp(path, "/readyz") == 0) {
		answer_ready(m, x);
	} else {
		answer_text(x, 404, none);
	}
}

enum err metrics_server_create(
    struct metrics_server **out, uv_loop_t *loop, const struct metrics_server_options *options)
{
	char message[700];
	int fd;
	*out = NULL;
	enum err err =
	    http_listen_patiently("METRICS_LISTEN", options->listen, &fd, message, sizeof message);
	if (err != ERR_OK) {
		log_write(err == ERR_CANCELLED ? LOG_INFO : LOG_ERROR, "%s%s",
		    err == ERR_CANCELLED ? "" : "configuration: ", message);
		return err;
	}
	struct metrics_server *m = calloc(1, sizeof *m);
	if (!m)
		abort();
	m->options = *options;
	if (http_server_create(&m->http, loop,
		&(struct http_server_options){.listen_fd = fd,
		    .body_max_bytes = BODY_MAXIMUM,
		    .connections_max = CONNECTIONS,
		    .connections_an_address_max = CONNECTIONS_AN_ADDRESS,
		    .head_timeout_ms = HEAD_MS,
		    .idle_timeout_s = IDLE_S,
		    .data = m,
		    .request = on_request},
		message, sizeof message) != ERR_OK) {
		log_error("configuration: METRICS_LISTEN=%s is not usable here: %s",
		    options->listen, message);
		free(m);
		return ERR_CONFIG;
	}
	const char *colon = strrchr(options->listen, ':');
	log_info("metrics: http://%.*s:%u/metrics", (int)(colon ? colon - options->listen : 0),
	    options->listen, (unsigned)http_server_port(m->http));
	*out = m;
	return ERR_OK;
}

void metrics_server_destroy(struct metrics_server *m)
{
	if (!m)
		return;
	http_server_destroy(m->http);
	free(m);
}
