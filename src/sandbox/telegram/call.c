#include "salesreg/sandbox/telegram/call.h"
#include "salesreg/sandbox/hold.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/stats.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char JSON[] = "application/json";
static const int64_t HANG_MAX_US = INT64_C(600) * 1000000;

static void (*const functions[METHOD_COUNT])(struct call *call) = {
#define X(name, text, function) [METHOD_##name] = function,
    SANDBOX_METHOD_MAP(X)
#undef X
};

const char *method_name(enum method method)
{
	static const char *const names[METHOD_COUNT] = {
#define X(name, text, function) [METHOD_##name] = text,
	    SANDBOX_METHOD_MAP(X)
#undef X
		[METHOD_UNKNOWN] = "unknown",
	};
	return names[method];
}

static enum method method_of(const char *name)
{
	for (int m = 0; m < METHOD_UNKNOWN; m++)
		if (strcasecmp(method_name((enum method)m), name) == 0)
			return (enum method)m;
	return METHOD_UNKNOWN;
}

/* --- answers, now or after a delay --- */

struct answer {
	unsigned status;
	const char *content_type; /* static */
	int retry_after_s;
	enum fault_kind fault;
};

struct delayed {
	struct hold hold;
	struct answer answer;
	size_t size;
	char body[];
};

static void send_now(struct http_exchange *x, const struct answer *a, const char *body, size_t size)
{
	if (a->fault == FAULT_RESET_AFTER || a->fault == FAULT_RESET_BEFORE) {
		http_exchange_abort(x);
		return;
	}
	if (a->fault == FAULT_TRUNCATED) {
		http_exchange_answer_truncated(x, a->status, a->content_type, body, size, size / 2);
		return;
	}
	char seconds[16];
	(void)snprintf(seconds, sizeof seconds, "%d", a->retry_after_s);
	const struct http_header headers[] = {{"Retry-After", seconds}, {NULL, NULL}};
	http_exchange_answer(
	    x, a->status, a->content_type, body, size, a->retry_after_s > 0 ? headers : NULL);
}

static void on_delay_over(struct sandbox *s, struct hold *hold)
{
	(void)s;
	struct delayed *d = hold->owner;
	send_now(hold->exchange, &d->answer, d->body, d->size);
	free(d);
}

static void on_delay_gone(struct sandbox *s, struct hold *hold)
{
	(void)s;
	free(hold->owner);
}

static void send_later(struct sandbox *s, struct http_exchange *x, const struct answer *a,
    const char *body, size_t size, int64_t delay_us)
{
	struct delayed *d = malloc(sizeof *d + size);
	if (!d)
		abort();
	d->answer = *a;
	d->size = size;
	if (size > 0)
		memcpy(d->body, body, size);
	d->hold = (struct hold){.exchange = x,
	    .due_us = sandbox_now_us(s) + delay_us,
	    .owner = d,
	    .due = on_delay_over,
	    .gone = on_delay_gone};
	hold_start(s, &d->hold);
}

static void send_answer(struct call *call, unsigned status, const char *content_type,
    int retry_after_s, const char *body, size_t size)
{
	struct answer a = {status, content_type, retry_after_s, call->effect.kind};
	if (call->effect.delay_ms > 0)
		send_later(
		    call->sandbox, call->exchange, &a, body, size, call->effect.delay_ms * 1000);
	else
		send_now(call->exchange, &a, body, size);
}

struct buf *call_begin(struct call *call)
{
	struct buf *out = &call->sandbox->out;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"result\":");
	return out;
}

static int result_code(const struct call *call, int status)
{
	bool lost = call->effect.kind == FAULT_RESET_AFTER ||
		    call->effect.kind == FAULT_RESET_BEFORE || call->effect.kind == FAULT_TRUNCATED;
	return lost ? RESULT_RESET : status;
}

/* Ends the object; a padded one is as true as any. */
static void end_object(const struct call *call, struct buf *out)
{
	for (int64_t i = 0; i < call->effect.padding; i++)
		buf_addc(out, ' ');
	buf_addc(out, '}');
}

void call_end(struct call *call)
{
	struct buf *out = &call->sandbox->out;
	end_object(call, out);
	stats_count(&call->sandbox->stats, call->method, result_code(call, 200));
	send_answer(call, 200, JSON, 0, buf_text(out), out->size);
}

void call_true(struct call *call)
{
	buf_adds(call_begin(call), "true");
	call_end(call);
}

void call_fail_with(
    struct call *call, int code, const char *description, const char *parameters, int retry_after_s)
{
	struct buf *out = &call->sandbox->out;
	buf_clear(out);
	buf_addf(out, "{\"ok\":false,\"error_code\":%d,\"description\":", code);
	write_string(out, description);
	if (parameters)
		buf_addf(out, ",\"parameters\":%s", parameters);
	else if (retry_after_s > 0)
		buf_addf(out, ",\"parameters\":{\"retry_after\":%d}", retry_after_s);
	end_object(call, out);
	stats_count(&call->sandbox->stats, call->method, result_code(call, code));
	send_answer(call, (unsigned)code, JSON, retry_after_s, buf_text(out), out->size);
}

void call_fail(struct call *call, enum sandbox_error error)
{
	call_fail_with(call, sandbox_error_code(error), sandbox_error_text(error), NULL, 0);
}

void call_flood(struct call *call, int retry_after_s)
{
	char text[64];
	(void)snprintf(text, sizeof text, "Too Many Requests: retry after %d", retry_after_s);
	call_fail_with(call, 429, text, NULL, retry_after_s);
}

/* --- faults that strike before the method runs --- */

static void hang(struct call *call)
{
	stats_count(&call->sandbox->stats, call->method, RESULT_HANG);
	struct answer a = {.fault = FAULT_RESET_BEFORE};
	send_later(call->sandbox, call->exchange, &a, "", 0, HANG_MAX_US);
}

static void send_html(struct call *call)
{
	static const char page[] =
	    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>"
	    "<center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n";
	stats_count(&call->sandbox->stats, call->method, RESULT_HTML);
	send_answer(call, 502, "text/html", 0, page, sizeof page - 1);
}

/* True if the fault was the whole answer. */
static bool strike(struct call *call)
{
	struct fault fault;
	int64_t chat = http_params_i64(call->params, "chat_id", 0, NULL);
	if (!fault_take(&call->sandbox->faults, method_name(call->method), chat, &fault))
		return false;
	call->effect = (struct fault_effect){fault.kind, fault.delay_ms, fault.padding};
	switch (fault.kind) {
	case FAULT_NONE:
	case FAULT_SLOW:
	case FAULT_RESET_AFTER:
	case FAULT_TRUNCATED:
	case FAULT_HUGE:
		return false;
	case FAULT_ERROR:
		if (fault.code == 429)
			call->sandbox->stats.flood_faults++;
		call_fail_with(call, fault.code, fault.description, NULL, fault.retry_after_s);
		break;
	case FAULT_HTML:
		send_html(call);
		break;
	case FAULT_EMPTY:
		stats_count(&call->sandbox->stats, call->method, RESULT_EMPTY);
		send_answer(call, (unsigned)fault.code, NULL, 0, "", 0);
		break;
	case FAULT_RESET_BEFORE:
		stats_count(&call->sandbox->stats, call->method, RESULT_RESET);
		send_answer(call, 0, NULL, 0, "", 0);
		break;
	case FAULT_HANG:
		hang(call);
		break;
	case FAULT_KIND_COUNT:
		break;
	}
	return true;
}

void call_handle(struct sandbox *s, struct http_exchange *x, const char *path)
{
	struct call call = {.sandbox = s, .exchange = x, .method = METHOD_UNKNOWN};
	const char *token = path + strlen("/bot"), *slash = strchr(token, '/');
	const char *verb = http_exchange_method(x);
	if (strcmp(verb, "GET") != 0 && strcmp(verb, "POST") != 0) {
		http_exchange_answer(x, 501, NULL, "", 0, NULL);
		return;
	}
	if (!slash) {
		call_fail(&call, SANDBOX_NOT_FOUND);
		return;
	}
	bool malformed;
	call.bot = bot_of_token(s, token, (size_t)(slash - token), &malformed);
	if (!call.bot) {
		s->stats.tokens_refused++;
		call_fail(&call, malformed ? SANDBOX_TOKEN_MALFORMED : SANDBOX_UNAUTHORIZED);
		return;
	}
	call.method = method_of(slash + 1);
	if (call.method == METHOD_UNKNOWN)
		call_fail(&call, SANDBOX_METHOD_UNKNOWN);
	else if (http_exchange_params(x, &call.params) != ERR_OK)
		call_fail(&call, SANDBOX_BODY_INVALID);
	else if (!strike(&call))
		functions[call.method](&call);
}
