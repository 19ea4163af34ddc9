#include "site_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BODY_BYTES = 1024,  /* nobody has anything to send */
	CONNECTIONS = 2000, /* held with nothing to do, by whoever reaches the port */
	AN_ADDRESS = 1500,  /* behind a proxy all come from one */
	VISITS_MOST = 200,  /* under way at once */
	HEAD_MS = 5000,
	IDLE_S = 60,
};
static const char token_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static bool is_token(const char *s, size_t size)
{
	return size == TOKEN_LETTERS && strspn(s, token_letters) >= size;
}

static void answer(struct site *s, struct http_exchange *x, enum oauth_page page)
{
	oauth_page_answer(&s->pages, x, page, oauth_pages_locale(&s->pages, x));
}

static bool is_head(const struct http_exchange *x)
{
	return strcmp(http_exchange_method(x), "HEAD") == 0;
}

static void on_start(struct site *s, struct http_exchange *x)
{
	const char *token = http_exchange_query(x, "s");
	if (!token || !is_token(token, strlen(token)))
		answer(s, x, OAUTH_PAGE_GONE);
	else
		visit_open(visit_new(s, x), token);
}

/* Other parameters than these may come, and more in years to come. */
static void on_callback(struct site *s, struct http_exchange *x)
{
	const char *state = http_exchange_query(x, "state");
	const char *code = http_exchange_query(x, "code");
	const char *error = http_exchange_query(x, "error");
	const char *iss = http_exchange_query(x, "iss");
	const char *dot = state ? strchr(state, '.') : NULL;
	bool shaped = dot && is_token(state, (size_t)(dot - state)) &&
		      strlen(dot + 1) == SEAL_ID_TEXT - 1 &&
		      (!iss || strcmp(iss, "https://accounts.google.com") == 0) &&
		      (!code || (*code && strlen(code) <= CODE_BYTES_MOST));
	if (!shaped || (!code && !error)) {
		s->stats.refused++;
		/* whoever reaches the port can send them without end */
		fault_log_warn(
		    &s->forged_fault, "calendar: a callback that is not Google's was refused");
		answer(s, x, OAUTH_PAGE_GONE);
		return;
	}
	char token[TOKEN_LETTERS + 1];
	(void)snprintf(token, sizeof token, "%s", state);
	visit_return(visit_new(s, x), token, dot + 1, error ? NULL : code, error);
}

static void on_request(void *data, struct http_exchange *x)
{
	struct site *s = data;
	const char *path = http_exchange_path(x);
	static const char front[] = "/oauth/";
	enum oauth_page page;
	enum locale locale;
	if (strcmp(http_exchange_method(x), "GET") != 0 && !is_head(x))
		http_exchange_answer(x, 405, NULL, NULL, 0,
		    (const struct http_header[]){{"Allow", "GET, HEAD"}, {NULL, NULL}});
	else if (oauth_page_at(x, &page, &locale))
		oauth_page_answer(&s->pages, x, page, locale);
	else if (strncmp(path, front, sizeof front - 1) == 0 &&
		 oauth_page_file(x, path + sizeof front - 1))
		return;
	else if (strcmp(path, "/oauth/start") != 0 && strcmp(path, "/oauth/callback") != 0)
		answer(s, x, OAUTH_PAGE_NOTHING);
	else if (is_head(x)) /* what looks at links before people do uses none up */
		http_exchange_answer(x, 200, "text/html; charset=utf-8", NULL, 0,
		    (const struct http_header[]){{"Cache-Control", "no-store"}, {NULL, NULL}});
	else if (s->closing || s->stats.busy >= VISITS_MOST)
		answer(s, x, OAUTH_PAGE_LATER);
	else if (strcmp(path, "/oauth/start") == 0)
		on_start(s, x);
	else
		on_callback(s, x);
}

static void on_closed(void *data, struct http_exchange *x)
{
	(void)data;
	struct visit *v = http_exchange_data(x);
	if (v)
		v->x = NULL;
}

struct site *site_create(
    uv_loop_t *loop, const struct site_options *options, char *message, size_t message_size)
{
	struct site *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->options = *options;
	s->loop = loop;
	LIST_INIT(&s->visits);
	s->pages = (struct oauth_pages){.catalog = options->rules->catalog,
	    .fallback = options->rules->default_locale,
	    .bot_username = s->bot_username};
	if (http_server_create(&s->http, loop,
		&(struct http_server_options){.listen_fd = options->listen_fd,
		    .secret = true, /* codes come in addresses */
		    .body_max_bytes = BODY_BYTES,
		    .connections_max = CONNECTIONS,
		    .connections_an_address_max = AN_ADDRESS,
		    .head_timeout_ms = HEAD_MS,
		    .idle_timeout_s = IDLE_S,
		    .data = s,
		    .request = on_request,
		    .closed = on_closed},
		message, message_size) != ERR_OK) {
		free(s);
		return NULL;
	}
	return s;
}

uint16_t site_port(const struct site *s)
{
	return http_server_port(s->http);
}

struct site_stats site_stats(const struct site *s)
{
	return s->stats;
}

void site_close(struct site *s)
{
	s->closing = true;
}

void site_destroy(struct site *s)
{
	if (!s)
		return;
	while (!LIST_EMPTY(&s->visits))
		visit_drop(LIST_FIRST(&s->visits));
	http_server_destroy(s->http);
	free(s);
}
