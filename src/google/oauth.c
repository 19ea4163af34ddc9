#include "salesreg/google/oauth.h"
#include "client_private.h"
#include "salesreg/base/buf.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TIMEOUT_MS = 20000,
	ANSWER_BYTES = 64 * 1024,
	FORM_BYTES = 16 * 1024,
	CALLS_AT_ONCE = 16,
	ARENA_BYTES = 8 * 1024 * 1024,
};

struct form_call {
	struct google_request request;
	struct buf form;
	bool revokes;
	bool is_awaited; /* by a person in a browser */
	google_callback *done;
	void *data;
};

void google_add_escaped(struct buf *out, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	for (; *s; s++) {
		if (strchr(plain, *s)) {
			buf_addc(out, *s);
			continue;
		}
		buf_addc(out, '%');
		buf_addc(out, hex[(unsigned char)*s >> 4]);
		buf_addc(out, hex[(unsigned char)*s & 15]);
	}
}

static void add_field(struct buf *out, const char *name, const char *value)
{
	if (out->size > 0)
		buf_addc(out, '&');
	buf_adds(out, name);
	buf_addc(out, '=');
	google_add_escaped(out, value);
}

const char *google_challenge(struct arena *a, const char *verifier)
{
	enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };
	unsigned char hash[crypto_hash_sha256_BYTES];
	(void)crypto_hash_sha256(hash, (const unsigned char *)verifier, strlen(verifier));
	size_t size = sodium_base64_encoded_len(sizeof hash, VARIANT);
	char *text = arena_alloc(a, size);
	return sodium_bin2base64(text, size, hash, sizeof hash, VARIANT);
}

const char *google_consent_url(struct arena *a, const struct google_client_options *o,
    const char *state, const char *challenge)
{
	struct buf query;
	buf_init(&query, FORM_BYTES);
	add_field(&query, "response_type", "code");
	add_field(&query, "client_id", o->client_id);
	add_field(&query, "redirect_uri", o->redirect_uri);
	add_field(&query, "scope", GOOGLE_SCOPES);
	add_field(&query, "access_type", "offline");
	/* a refresh token comes only with a consent page that was shown */
	add_field(&query, "prompt", "consent select_account");
	add_field(&query, "state", state);
	add_field(&query, "code_challenge", challenge);
	add_field(&query, "code_challenge_method", "S256");
	const char *url = arena_printf(
	    a, "%s%c%s", o->auth_url, strchr(o->auth_url, '?') ? '&' : '?', buf_text(&query));
	buf_finish(&query);
	return url;
}

/* Calls -----------------------------------------------------------------------------------------------------------------------*/

void google_request_begin(struct google_client *g, struct google_request *call,
    void (*release)(struct google_request *call))
{
	call->google = g;
	call->release = release;
	LIST_INSERT_HEAD(&g->calls, call, link);
	g->pending++;
}

void google_request_end(struct google_request *call)
{
	LIST_REMOVE(call, link);
	call->google->pending--;
	call->release(call);
}

static void release(struct google_request *call)
{
	struct form_call *c = (struct form_call *)call;
	/* the client's secret and a token are in there */
	buf_finish(&c->form);
	free(c);
}

static void on_answer(const struct http_answer *answer, void *data)
{
	struct form_call *c = data;
	struct google_client *g = c->request.google;
	google_callback *done = c->done;
	void *done_data = c->data;
	bool revokes = c->revokes;
	google_request_end(&c->request);
	if (answer->err == ERR_CANCELLED)
		return;
	arena_reset(&g->arena);
	struct google_answer parsed;
	google_answer_parse(&g->arena, answer->err == ERR_OK ? answer->status : 0, answer->body,
	    answer->size, answer->error, &parsed);
	if (revokes && answer->status == 200)
		parsed = (struct google_answer){.class = GOOGLE_OK, .error = ""};
	if (revokes && strcmp(parsed.error, "invalid_token") == 0)
		parsed.class = GOOGLE_OK; /* gone already */
	done(&parsed, done_data);
	arena_reset(&g->arena);
}

static void send_form(struct google_client *g, const char *url, struct form_call *c)
{
	google_request_begin(g, &c->request, release);
	c->request.transfer = http_client_send(g->http,
	    &(struct http_request_spec){
		.url = url,
		.content_type = "application/x-www-form-urlencoded",
		.body = buf_text(&c->form),
		.body_size = c->form.size,
		.timeout_ms = TIMEOUT_MS,
		.max_answer_bytes = ANSWER_BYTES,
		.jump_queue = c->is_awaited,
	    },
	    on_answer, c);
}

static struct form_call *call_new(google_callback *done, void *data)
{
	struct form_call *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->done = done;
	c->data = data;
	buf_init_secret(&c->form, FORM_BYTES);
	return c;
}

static void add_client(const struct google_client *g, struct form_call *c)
{
	add_field(&c->form, "client_id", g->client_id);
	add_field(&c->form, "client_secret", secret_reveal(&g->client_secret));
}

void google_exchange(struct google_client *g, const char *code, const char *verifier,
    google_callback *done, void *data)
{
	struct form_call *c = call_new(done, data);
	add_field(&c->form, "grant_type", "authorization_code");
	add_field(&c->form, "code", code);
	add_field(&c->form, "redirect_uri", g->redirect_uri);
	add_field(&c->form, "code_verifier", verifier);
	c->is_awaited = true;
	add_client(g, c);
	send_form(g, g->token_url, c);
}

void google_refresh(
    struct google_client *g, const char *refresh_token, google_callback *done, void *data)
{
	struct form_call *c = call_new(done, data);
	add_field(&c->form, "grant_type", "refresh_token");
	add_field(&c->form, "refresh_token", refresh_token);
	add_client(g, c);
	send_form(g, g->token_url, c);
}

void google_revoke(struct google_client *g, const char *token, google_callback *done, void *data)
{
	struct form_call *c = call_new(done, data);
	add_field(&c->form, "token", token);
	c->revokes = true;
	send_form(g, g->revoke_url, c);
}

size_t google_client_pending(const struct google_client *g)
{
	return g->pending;
}

/* Life ------------------------------------------------------------------------------------------------------------------------*/

static char *copy(const char *s)
{
	char *c = strdup(s);
	if (!c)
		abort();
	return c;
}

struct google_client *google_client_create(
    uv_loop_t *loop, const struct google_client_options *options)
{
	struct http_client *http = http_client_create(
	    loop, &(struct http_client_options){.max_transfers = CALLS_AT_ONCE, .secret = true});
	if (!http)
		return NULL;
	struct google_client *g = calloc(1, sizeof *g);
	if (!g || secret_set(&g->client_secret, secret_reveal(options->client_secret)) != ERR_OK)
		abort();
	g->http = http;
	LIST_INIT(&g->calls);
	arena_init_secret(&g->arena, ARENA_BYTES);
	g->client_id = copy(options->client_id);
	g->token_url = copy(options->token_url);
	g->revoke_url = copy(options->revoke_url);
	g->redirect_uri = copy(options->redirect_uri);
	g->calendar_base = copy(options->calendar_base);
	return g;
}

static void on_closed(void *data)
{
	struct google_client *g = data;
	while (!LIST_EMPTY(&g->calls))
		google_request_end(LIST_FIRST(&g->calls));
	arena_finish(&g->arena);
	secret_finish(&g->client_secret);
	free(g->client_id);
	free(g->token_url);
	free(g->revoke_url);
	free(g->redirect_uri);
	free(g->calendar_base);
	free(g);
}

void google_client_destroy(struct google_client *g)
{
	if (g)
		http_client_destroy(g->http, on_closed, g);
}
