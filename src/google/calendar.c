#include "salesreg/google/calendar.h"
#include "client_private.h"
#include "salesreg/base/buf.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_BYTES = 4 * 1024 * 1024, TIMEOUT_MS = 30000, URL_BYTES = 16 * 1024 };

struct calendar_call {
	struct google_request request;
	char *body, *bearer;
	calendar_callback *done;
	void *data;
};

static void release(struct google_request *base)
{
	struct calendar_call *c = (struct calendar_call *)base;
	sodium_memzero(c->bearer, strlen(c->bearer));
	free(c->bearer);
	free(c->body);
	free(c);
}

static void on_answer(const struct http_answer *http, void *data)
{
	struct calendar_call *c = data;
	struct google_client *g = c->request.google;
	calendar_callback *done = c->done;
	void *done_data = c->data;
	google_request_end(&c->request);
	if (http->err == ERR_CANCELLED)
		return;
	arena_reset(&g->arena);
	json_t *body = http->size ? json_loadb(http->body, http->size, 0, NULL) : NULL;
	struct calendar_answer answer = {.arena = &g->arena, .retry_after_s = http->retry_after_s};
	long status = http->err == ERR_OK ? http->status : 0;
	/* as it is, however often it is asked for */
	bool too_big = http->err == ERR_TOO_BIG;
	answer.class = calendar_classify(&g->arena, status, body, http->error, &answer.reason);
	if (answer.class == CALENDAR_ANSWER_OK && http->size && !body) {
		answer.class = CALENDAR_ANSWER_TRANSIENT;
		answer.reason = "an answer that is no JSON";
	}
	if (too_big)
		answer.class = CALENDAR_ANSWER_BUG;
	if (answer.class == CALENDAR_ANSWER_OK)
		answer.body = body;
	done(&answer, done_data);
	json_decref(body);
}

void google_calendar_call(struct google_client *g, const char *method, const char *path,
    const char *json, const char *access_token, calendar_callback *done, void *data)
{
	struct calendar_call *c = calloc(1, sizeof *c);
	struct buf text;
	buf_init_secret(&text, URL_BYTES);
	buf_addf(&text, "Authorization: Bearer %s", access_token);
	if (!c || !(c->bearer = strdup(buf_text(&text))) || (json && !(c->body = strdup(json))))
		abort();
	buf_clear(&text);
	buf_addf(&text, "%s%s", g->calendar_base, path);
	c->done = done;
	c->data = data;
	google_request_begin(g, &c->request, release);
	c->request.transfer = http_client_send(g->http,
	    &(struct http_request_spec){
		.method = method,
		.url = buf_text(&text),
		.headers = (const char *const[]){c->bearer, NULL},
		.body = c->body,
		.body_size = c->body ? strlen(c->body) : 0,
		.timeout_ms = TIMEOUT_MS,
		.max_answer_bytes = ANSWER_BYTES,
		.repeatable = strcmp(method, "GET") == 0,
	    },
	    on_answer, c);
	buf_finish(&text);
}
