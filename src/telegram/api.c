#include "salesreg/telegram/api.h"
#include "api_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/text.h"
#include "salesreg/telegram/bytes.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { METHOD_MAX = 64, TOKEN_SECRET_MIN = 3, TOKEN_SECRET_MAX = 256 };

struct telegram_call {
	LIST_ENTRY(telegram_call) link;
	struct telegram *telegram;
	struct http_transfer *transfer;
	telegram_callback *callback;
	void *data;
	bool telling; /* inside its own callback */
	bool only_id; /* nobody wants more of the answer than message_id */
	enum telegram_method method;
	int64_t started_us;
};

/* --- counting --- */

static const char *const method_names[] = {
#define X(name) #name,
    TELEGRAM_METHOD_MAP(X)
#undef X
};

const char *telegram_method_name(enum telegram_method method)
{
	return method_names[method];
}

static enum telegram_method find_method(const char *name)
{
	for (size_t i = 0; i < TELEGRAM_METHOD_other; i++)
		if (strcmp(method_names[i], name) == 0)
			return (enum telegram_method)i;
	return TELEGRAM_METHOD_other;
}

static void count(const struct telegram_call *call, const struct telegram_answer *a)
{
	struct telegram_stats *stats = &call->telegram->stats;
	if (a->class == TELEGRAM_CANCELLED)
		return;
	stats->calls[call->method][a->class]++;
	histogram_observe(&stats->took[call->method], clock_monotonic_us() - call->started_us);
	int64_t code = a->error_code ? a->error_code : a->http_status;
	stats->conflicts += code == 409;
	stats->rate_limited += code == 429;
}

uint64_t telegram_connections(const struct telegram *tg)
{
	return http_client_stats(tg->http).connections;
}

const struct telegram_stats *telegram_stats(const struct telegram *tg)
{
	return &tg->stats;
}

/* --- the token --- */

static const char *token_colon(const struct secret *token)
{
	const char *s = secret_reveal(token), *colon = s + strspn(s, "0123456789");
	/* 18 digits fit into 63 bits; Telegram's ids have at most 52 (Bot API: User.id) */
	return *colon == ':' && colon > s && colon - s <= 18 && *s != '0' ? colon : NULL;
}

bool telegram_token_is_well_formed(const struct secret *token)
{
	const char *colon = token_colon(token);
	if (!colon)
		return false;
	size_t n =
	    strspn(colon + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
	return n >= TOKEN_SECRET_MIN && n <= TOKEN_SECRET_MAX && colon[1 + n] == '\0';
}

int64_t telegram_token_bot_id(const struct secret *token)
{
	return telegram_token_is_well_formed(token) ? strtoll(secret_reveal(token), NULL, 10) : 0;
}

/* --- reading answers --- */

static int64_t member_i64(const json_t *object, const char *key, int64_t fallback)
{
	const json_t *value = json_object_get(object, key);
	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

void telegram_scrub(
    const struct telegram *tg, const char *s, size_t n, char out[TELEGRAM_DESCRIPTION_BYTES])
{
	const char *token = secret_reveal(&tg->token), *colon = strchr(token, ':');
	const char *key = colon ? colon + 1 : token;
	size_t token_size = strlen(token), key_size = strlen(key), used = 0;
	char unit[4];
	for (const char *end = s + n; s < end && *s;) {
		bool whole = token_size > 0 && strncmp(s, token, token_size) == 0;
		if (whole || (key_size >= TOKEN_SECRET_MIN && strncmp(s, key, key_size) == 0)) {
			s += whole ? token_size : key_size;
			if (used + 5 >= TELEGRAM_DESCRIPTION_BYTES)
				break;
			memcpy(out + used, "[...]", 5);
			used += 5;
			continue;
		}
		uint32_t c = text_next(&s);
		size_t size = text_encode(text_is_control(c) ? ' ' : c, unit);
		if (used + size >= TELEGRAM_DESCRIPTION_BYTES)
			break;
		memcpy(out + used, unit, size);
		used += size;
	}
	out[used] = '\0';
}

/*
 * The id of the message from the answer to a send, 0 if it does not look as the server writes it.
 * Reading all of it as JSON costs 10 us, a third of what a send costs altogether, and half of a
 * busy bot's answers are these.
 */
static int64_t sent_message_id(const struct http_answer *http)
{
	static const char start[] = "{\"ok\":true,\"result\":{\"message_id\":";
	size_t n = sizeof start - 1;
	if (http->status != 200 || http->size <= n || memcmp(http->body, start, n) != 0)
		return 0;
	char *end = NULL;
	int64_t id = strtoll(http->body + n, &end, 10);
	return id > 0 && (*end == ',' || *end == '}') ? id : 0;
}

/*
 * Of an answer over its maximum only the beginning is there. What it begins with says whether the server did as asked,
 * which is what matters: a send must not be repeated for its answer's length.
 */
static void read_beginning(const struct http_answer *http, struct telegram_facts *facts)
{
	static const char done[] = "{\"ok\":true,", refused[] = "{\"ok\":false,";
	facts->ok = http->size >= sizeof done && memcmp(http->body, done, sizeof done - 1) == 0;
	facts->is_reply = facts->ok || (http->size >= sizeof refused &&
					   memcmp(http->body, refused, sizeof refused - 1) == 0);
	if (!facts->is_reply)
		return;
	facts->err = ERR_OK;
	facts->description = "an answer too long to be read";
}

static void call_destroy(struct telegram_call *call)
{
	LIST_REMOVE(call, link);
	free(call);
}

static void read_reply(
    const json_t *reply, const struct http_answer *http, struct telegram_facts *facts)
{
	const json_t *ok = json_object_get(reply, "ok");
	facts->is_reply = json_is_boolean(ok);
	facts->ok = json_is_true(ok);
	int64_t retry_after_s = http->retry_after_s;
	if (facts->is_reply && !facts->ok) {
		const json_t *parameters = json_object_get(reply, "parameters");
		retry_after_s = member_i64(parameters, "retry_after", retry_after_s);
		facts->error_code = member_i64(reply, "error_code", 0);
		const char *description = json_string_value(json_object_get(reply, "description"));
		facts->description = description ? description : "";
	}
	if (retry_after_s > TELEGRAM_RETRY_AFTER_MOST_S)
		retry_after_s = TELEGRAM_RETRY_AFTER_MOST_S;
	if (retry_after_s >= 0)
		facts->retry_after_ms = retry_after_s * 1000;
}

/* Updates are in it, as far as can be seen, and cannot be taken out. */
static bool is_unreadable(const json_t *reply, const struct http_answer *http)
{
	if (http->status != 200 || (http->err != ERR_OK && http->err != ERR_TOO_BIG))
		return false;
	if (http->err == ERR_TOO_BIG)
		return true;
	return reply ? json_is_true(json_object_get(reply, "ok")) &&
			   !telegram_updates_are_numbered(json_object_get(reply, "result"))
		     : telegram_bytes_look_like_updates(http->body, http->size);
}

static void on_http(const struct http_answer *http, void *data)
{
	struct telegram_call *call = data;
	struct telegram *tg = call->telegram;
	call->transfer = NULL;
	call->telling = true;
	struct telegram_answer a = {
	    .http_status = http->status, .maybe_delivered = http->maybe_delivered};
	struct telegram_facts facts = {.err = http->err,
	    .maybe_delivered = http->maybe_delivered,
	    .http_status = http->status,
	    .empty_body = http->size == 0,
	    .retry_after_ms = -1,
	    .description = ""};
	json_t *reply = NULL;
	bool whole = http->err == ERR_OK, too_big = http->err == ERR_TOO_BIG;
	a.message_id = call->only_id && (whole || too_big) ? sent_message_id(http) : 0;
	if (too_big) {
		read_beginning(http, &facts);
	} else if (a.message_id) {
		facts.is_reply = facts.ok = true;
	} else {
		reply = whole ? telegram_bytes_parse(http->body, http->size) : NULL;
		read_reply(reply, http, &facts);
	}
	if (call->method == TELEGRAM_METHOD_getUpdates && is_unreadable(reply, http)) {
		/* an answer it is, and none that can be handled */
		facts.is_reply = facts.ok = false;
		facts.err = ERR_OK;
		a.unreadable = true;
		a.too_big = too_big;
		a.raw = http->body;
		a.raw_size = http->size;
	}
	a.class = telegram_classify(&facts);
	a.error_code = facts.error_code;
	a.retry_after_ms = facts.retry_after_ms;
	a.stale_query = telegram_is_stale_query(&facts);
	a.edits_nothing = telegram_edits_nothing(&facts);
	char description[TELEGRAM_DESCRIPTION_BYTES] = "";
	if (facts.ok) {
		json_t *result =
		    json_object_get(reply, "result"); /* NULL if there was no need to parse */
		a.message_id = member_i64(result, "message_id", a.message_id);
		a.result = call->only_id ? NULL : result;
	} else if (facts.is_reply) {
		a.not_modified = a.class == TELEGRAM_OK;
		telegram_scrub(tg, facts.description, strlen(facts.description), description);
	} else if (http->err != ERR_OK) {
		telegram_scrub(tg, http->error, strlen(http->error), description);
	} else {
		(void)snprintf(description, sizeof description,
		    "HTTP status %ld with %zu bytes that are not the Bot API's", http->status,
		    http->size);
	}
	a.description = description;
	count(call, &a);
	call->callback(&a, call->data);
	json_decref(reply);
	call_destroy(call);
}

/* --- calls --- */

static bool begins_with(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

/* Doing these twice is like doing them once,
 * so a kept-alive connection found dead is no reason to bother anybody. */
static bool is_repeatable(const char *method)
{
	static const char *const prefixes[] = {
	    "get", "answerCallbackQuery", "edit", "set", "delete"};
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (begins_with(method, prefixes[i]))
			return true;
	return false;
}

struct telegram_call *telegram_call(struct telegram *tg, const char *method, const char *json_body,
    size_t json_size, int64_t timeout_ms, telegram_callback *callback, void *data)
{
	if (tg->closing)
		return NULL;
	struct telegram_call *call = calloc(1, sizeof *call);
	if (!call)
		abort();
	call->telegram = tg;
	call->callback = callback;
	call->data = data;
	call->only_id = begins_with(method, "sendMessage") || begins_with(method, "editMessage");
	call->method = find_method(method);
	call->started_us = clock_monotonic_us();
	bool updates = call->method == TELEGRAM_METHOD_getUpdates;
	char url[SECRET_MAX + METHOD_MAX];
	int n = snprintf(url, sizeof url, "%s%s", secret_reveal(&tg->url_prefix), method);
	assert(n > 0 && (size_t)n < sizeof url);
	(void)n;
	struct http_request_spec spec = {.url = url,
	    .body = json_body ? json_body : "{}",
	    .body_size = json_body ? json_size : 2,
	    .timeout_ms = timeout_ms > 0 ? timeout_ms : TELEGRAM_TIMEOUT_MS,
	    .max_answer_bytes = updates ? TELEGRAM_UPDATES_BYTES : TELEGRAM_ANSWER_BYTES,
	    .repeatable = is_repeatable(method),
	    .jump_queue = updates};
	LIST_INSERT_HEAD(&tg->calls, call, link);
	call->transfer = http_client_send(tg->http, &spec, on_http, call);
	return call;
}

void telegram_call_cancel(struct telegram_call *call)
{
	if (!call || call->telling)
		return;
	http_transfer_cancel(call->transfer);
	call_destroy(call);
}

bool telegram_call_maybe_delivered(const struct telegram_call *call)
{
	return call->transfer ? http_transfer_maybe_delivered(call->transfer) : true;
}

/* --- birth and death --- */

static void telegram_free(struct telegram *tg)
{
	secret_finish(&tg->url_prefix);
	secret_finish(&tg->file_prefix);
	secret_finish(&tg->token);
	free(tg);
}

struct telegram *telegram_create(uv_loop_t *loop, const char *api_base, const struct secret *token,
    const struct telegram_options *o)
{
	const char *base = api_base ? api_base : TELEGRAM_API_BASE_DEFAULT;
	size_t base_size = strlen(base);
	while (base_size > 0 && base[base_size - 1] == '/')
		base_size--;
	char prefix[SECRET_MAX];
	struct telegram *tg = calloc(1, sizeof *tg);
	if (!tg)
		return NULL;
	LIST_INIT(&tg->calls);
	int n = snprintf(
	    prefix, sizeof prefix, "%.*s/bot%s/", (int)base_size, base, secret_reveal(token));
	struct http_client_options options = {.max_transfers = o ? o->max_transfers : 0};
	bool ready =
	    n > 0 && (size_t)n < sizeof prefix && secret_set(&tg->url_prefix, prefix) == ERR_OK;
	if (ready)
		n = snprintf(prefix, sizeof prefix, "%.*s/file/bot%s/", (int)base_size, base,
		    secret_reveal(token));
	ready = ready && n > 0 && (size_t)n < sizeof prefix &&
		secret_set(&tg->file_prefix, prefix) == ERR_OK &&
		secret_set(&tg->token, secret_reveal(token)) == ERR_OK &&
		(tg->http = http_client_create(loop, &options));
	explicit_bzero(prefix, sizeof prefix);
	if (!ready) {
		telegram_free(tg);
		return NULL;
	}
	return tg;
}

static void on_http_closed(void *data)
{
	struct telegram *tg = data;
	assert(LIST_EMPTY(&tg->calls));
	telegram_closed *closed = tg->closed;
	void *closed_data = tg->closed_data;
	telegram_free(tg);
	if (closed)
		closed(closed_data);
}

void telegram_destroy(struct telegram *tg, telegram_closed *closed, void *data)
{
	if (!tg)
		return;
	tg->closing = true;
	tg->closed = closed;
	tg->closed_data = data;
	http_client_destroy(tg->http, on_http_closed, tg);
}
