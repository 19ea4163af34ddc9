#include "salesreg/sandbox/google/call.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/sandbox/hold.h"
#include <stdlib.h>
#include <string.h>

enum { RECORD_MAX_BYTES = 16 * 1024 };
static const int64_t HANG_MAX_US = INT64_C(600) * 1000000;

static const struct {
	const char *error, *description;
	unsigned status;
} refusals[GOOGLE_REFUSAL_COUNT] = {
#define X(name, error, status, description) [GOOGLE_##name] = {error, description, status},
    GOOGLE_REFUSAL_MAP(X)
#undef X
};

static const struct {
	const char *reason, *domain, *message, *info;
	unsigned status;
} reasons[GOOGLE_REASON_COUNT] = {
#define X(name, reason, status, domain, message, info)                                             \
	[GOOGLE_REASON_##name] = {reason, domain, message, info, status},
    GOOGLE_REASON_MAP(X)
#undef X
};

const char *google_refusal_error(enum google_refusal refusal)
{
	return refusals[refusal].error;
}

const char *google_refusal_description(enum google_refusal refusal)
{
	return refusals[refusal].description;
}

unsigned google_refusal_status(enum google_refusal refusal)
{
	return refusals[refusal].status;
}

/* --- the journal --- */

struct google_record {
	TAILQ_ENTRY(google_record) entry;
	int64_t seq, time_us;
	unsigned status;
	bool lost;
	const char *on, *error; /* static */
	char *account;          /* e-mail, or NULL */
	char *request;          /* members "method", "path", "params", perhaps "body" */
};

static bool is_secret(const char *name)
{
	static const char *const secrets[] = {"code", "client_secret", "code_verifier",
	    "refresh_token", "access_token", "token", "id_token", "state", "code_challenge",
	    "nonce"};
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (strcmp(secrets[i], name) == 0)
			return true;
	return false;
}

static void write_request(const struct google_call *call, struct buf *out)
{
	const struct http_params *params = call->params;
	bool first = true;
	size_t size = 0;
	buf_clear(out);
	buf_adds(out, "\"method\":");
	write_string(out, http_exchange_method(call->exchange));
	buf_adds(out, ",\"path\":");
	const char *path = http_exchange_path(call->exchange);
	write_string(out, text_is_clean(path, strlen(path)) ? path : "");
	buf_adds(out, ",\"params\":{");
	for (size_t i = 0; params && i < params->count; i++) {
		const struct http_param *p = &params->items[i];
		if (p->json)
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		write_string(out, p->name);
		buf_addc(out, ':');
		write_string(out, is_secret(p->name) ? "***" : p->text);
	}
	buf_addc(out, '}');
	const char *body =
	    params && params->document ? json_text(call->arena, params->document, &size) : NULL;
	if (body) {
		buf_adds(out, ",\"body\":");
		buf_add(out, body, size);
	}
}

static void record_drop(struct google *g, struct google_record *record)
{
	TAILQ_REMOVE(&g->records, record, entry);
	g->record_count--;
	free(record->account);
	free(record->request);
	free(record);
}

static struct google_record *record_find(const struct google *g, int64_t seq)
{
	struct google_record *record;
	TAILQ_FOREACH_REVERSE(record, &g->records, google_record_list, entry)
	if (record->seq == seq)
		return record;
	return NULL;
}

void google_call_begin(struct google_call *call, enum google_endpoint endpoint)
{
	struct google *g = call->google;
	struct google_record *record = calloc(1, sizeof *record);
	if (!record)
		abort();
	call->endpoint = endpoint;
	call->seq = record->seq = ++g->last_seq;
	record->time_us = clock_wall_us() + call->sandbox->clock_offset_us;
	record->on = google_endpoint_name(endpoint);
	struct buf request;
	buf_init(&request, RECORD_MAX_BYTES);
	write_request(call, &request);
	set_string(&record->request,
	    request.failed ? "\"method\":null,\"path\":null,\"params\":{}" : buf_text(&request));
	buf_finish(&request);
	TAILQ_INSERT_TAIL(&g->records, record, entry);
	if (++g->record_count > GOOGLE_RECORDS_MAX)
		record_drop(g, TAILQ_FIRST(&g->records));
}

static void record_end(const struct google_call *call, unsigned status)
{
	struct google_record *record = record_find(call->google, call->seq);
	if (!record)
		return;
	record->status = status;
	if (call->account)
		set_string(&record->account, call->account->email);
	enum google_strike_kind kind = call->strike.kind;
	record->lost = kind == GOOGLE_STRIKE_RESET_AFTER || kind == GOOGLE_STRIKE_TRUNCATED;
}

void google_call_note(struct google_call *call, const char *error)
{
	struct google_record *record = record_find(call->google, call->seq);
	if (record)
		record->error = error;
}

void google_journal_write(const struct google *g, int64_t after, size_t limit, struct buf *out)
{
	const struct google_record *record;
	const char *before = "";
	buf_addc(out, '[');
	TAILQ_FOREACH (record, &g->records, entry) {
		if (record->seq <= after)
			continue;
		if (limit-- == 0)
			break;
		buf_addf(out, "%s{\"seq\":%lld,\"time\":%lld,\"on\":\"%s\",%s,\"status\":%u",
		    before, (long long)record->seq, (long long)record->time_us, record->on,
		    record->request, record->status);
		if (record->account) {
			buf_adds(out, ",\"account\":");
			write_string(out, record->account);
		}
		if (record->error)
			buf_addf(out, ",\"error\":\"%s\"", record->error);
		buf_adds(out, record->lost ? ",\"answer\":\"lost\"}" : "}");
		before = ",";
	}
	buf_addc(out, ']');
}

void google_journal_clear(struct google *g)
{
	for (struct google_record *record = TAILQ_FIRST(&g->records), *next; record;
	     record = next) {
		next = TAILQ_NEXT(record, entry);
		record_drop(g, record);
	}
}

/* --- answers, now or after a delay --- */

struct delayed {
	struct hold hold;
	enum google_strike_kind kind;
	unsigned status;
	const char *content_type; /* static */
	size_t size;
	char body[];
};

static void send_now(struct http_exchange *x, enum google_strike_kind kind, unsigned status,
    const char *content_type, const char *body, size_t size, const struct http_header *headers)
{
	if (kind == GOOGLE_STRIKE_RESET_BEFORE || kind == GOOGLE_STRIKE_RESET_AFTER ||
	    kind == GOOGLE_STRIKE_HANG)
		http_exchange_abort(x);
	else if (kind == GOOGLE_STRIKE_TRUNCATED)
		http_exchange_answer_truncated(x, status, content_type, body, size, size / 2);
	else
		http_exchange_answer(x, status, content_type, body, size, headers);
}

static void on_delay_over(struct sandbox *s, struct hold *hold)
{
	(void)s;
	struct delayed *d = hold->owner;
	send_now(hold->exchange, d->kind, d->status, d->content_type, d->body, d->size, NULL);
	free(d);
}

static void on_delay_gone(struct sandbox *s, struct hold *hold)
{
	(void)s;
	free(hold->owner);
}

static void send_later(struct google_call *call, unsigned status, const char *content_type,
    const char *body, size_t size, int64_t delay_us)
{
	struct delayed *d = malloc(sizeof *d + size);
	if (!d)
		abort();
	d->kind = call->strike.kind;
	d->status = status;
	d->content_type = content_type;
	d->size = size;
	memcpy(d->body, body, size);
	d->hold = (struct hold){.exchange = call->exchange,
	    .due_us = sandbox_now_us(call->sandbox) + delay_us,
	    .owner = d,
	    .due = on_delay_over,
	    .gone = on_delay_gone};
	hold_start(call->sandbox, &d->hold);
}

void google_call_answer(struct google_call *call, unsigned status, const char *content_type,
    const struct http_header *headers)
{
	struct buf *out = &call->sandbox->out;
	static const char large[] = "answer too large\n";
	const char *body = out->failed ? large : buf_text(out);
	size_t size = out->failed ? sizeof large - 1 : out->size;
	if (out->failed)
		status = 500;
	record_end(call, status);
	if (call->strike.delay_ms > 0)
		send_later(call, status, content_type, body, size, call->strike.delay_ms * 1000);
	else
		send_now(
		    call->exchange, call->strike.kind, status, content_type, body, size, headers);
}

static void answer_json(struct google_call *call, unsigned status)
{
	static const struct http_header headers[] = {
	    {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}, {NULL, NULL}};
	google_call_answer(call, status, "application/json; charset=utf-8", headers);
}

void google_call_json(struct google_call *call)
{
	answer_json(call, 200);
}

void google_call_refuse(
    struct google_call *call, enum google_refusal refusal, const char *description)
{
	struct buf *out = &call->sandbox->out;
	buf_clear(out);
	buf_addf(
	    out, "{\n  \"error\": \"%s\",\n  \"error_description\": ", refusals[refusal].error);
	write_string(out, description ? description : refusals[refusal].description);
	buf_adds(out, "\n}");
	google_call_note(call, refusals[refusal].error);
	answer_json(call, refusals[refusal].status);
}

/* google.rpc.Code of a status */
static const char *status_name(unsigned status)
{
	switch (status) {
	case 400:
		return "INVALID_ARGUMENT";
	case 401:
		return "UNAUTHENTICATED";
	case 403:
		return "PERMISSION_DENIED";
	case 404:
		return "NOT_FOUND";
	case 409:
		return "ALREADY_EXISTS";
	case 412:
		return "FAILED_PRECONDITION";
	case 429:
		return "RESOURCE_EXHAUSTED";
	case 503:
		return "UNAVAILABLE";
	default:
		return NULL;
	}
}

void google_call_fail(struct google_call *call, enum google_reason reason, const char *location)
{
	struct buf *out = &call->sandbox->out;
	unsigned status = call->strike.kind == GOOGLE_STRIKE_REASON && call->strike.status
			      ? call->strike.status
			      : reasons[reason].status;
	const char *name = status_name(status);
	buf_clear(out);
	buf_addf(out,
	    "{\"error\":{\"code\":%u,\"message\":\"%s\",\"errors\":[{\"message\":\"%s\","
	    "\"domain\":\"%s\",\"reason\":\"%s\"",
	    status, reasons[reason].message, reasons[reason].message, reasons[reason].domain,
	    reasons[reason].reason);
	if (location)
		buf_addf(out, ",\"locationType\":\"parameter\",\"location\":\"%s\"", location);
	buf_adds(out, "}]");
	if (name)
		buf_addf(out, ",\"status\":\"%s\"", name);
	if (reasons[reason].info[0])
		buf_addf(out,
		    ",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
		    "\"reason\":\"%s\",\"domain\":\"googleapis.com\",\"metadata\":{\"service\":"
		    "\"calendar-json.googleapis.com\"}}]",
		    reasons[reason].info);
	buf_adds(out, "}}");
	google_call_note(call, reasons[reason].reason);
	answer_json(call, status);
}

/* --- faults that strike before the call is carried out --- */

static void send_html(struct google_call *call)
{
	static const char page[] =
	    "<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n"
	    "<p><b>502.</b> That is an error.\n<p>The server encountered a temporary error.\n";
	buf_clear(&call->sandbox->out);
	buf_adds(&call->sandbox->out, page);
	google_call_note(call, "html");
	google_call_answer(call, 502, "text/html; charset=UTF-8", NULL);
}

bool google_call_struck(struct google_call *call)
{
	call->strike = google_rule_take(call->google, call->endpoint, call->account);
	switch (call->strike.kind) {
	case GOOGLE_STRIKE_HTML:
		send_html(call);
		return true;
	case GOOGLE_STRIKE_RESET_BEFORE:
		record_end(call, 0);
		http_exchange_abort(call->exchange);
		return true;
	case GOOGLE_STRIKE_HANG:
		record_end(call, 0);
		send_later(call, 0, NULL, "", 0, HANG_MAX_US);
		return true;
	case GOOGLE_STRIKE_REFUSAL:
		if (call->endpoint == GOOGLE_ON_AUTH)
			return false; /* its page says so (consent.h) */
		google_call_refuse(call, call->strike.refusal, NULL);
		return true;
	case GOOGLE_STRIKE_REASON:
		google_call_fail(call, call->strike.reason, NULL);
		return true;
	case GOOGLE_STRIKE_NONE:
	case GOOGLE_STRIKE_RESET_AFTER:
	case GOOGLE_STRIKE_TRUNCATED:
	case GOOGLE_STRIKE_SLOW:
	case GOOGLE_STRIKE_NO_REFRESH_TOKEN:
	case GOOGLE_STRIKE_NEW_REFRESH_TOKEN:
	case GOOGLE_STRIKE_SHORT_PAGE:
	case GOOGLE_STRIKE_EMPTY_PAGE:
	case GOOGLE_STRIKE_ODD_TIMES:
	case GOOGLE_STRIKE_BUSY_ERROR:
	case GOOGLE_STRIKE_MEET_PENDING:
	case GOOGLE_STRIKE_MEET_FAILURE:
	case GOOGLE_STRIKE_COUNT:
		break;
	}
	return false;
}

const char *google_call_text(const struct google_call *call, const char *name)
{
	const char *text = http_params_text(call->params, name);
	return text && *text ? text : NULL;
}
