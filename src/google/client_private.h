/* What the calls of both kinds share: oauth.c is the token endpoint, calendar.c the Calendar API. */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/secret.h"
#include "salesreg/http/client.h"
#include <sys/queue.h>

/* The head of a call; release() frees the whole. */
struct google_request {
	LIST_ENTRY(google_request) link;
	struct google_client *google;
	struct http_transfer *transfer;
	void (*release)(struct google_request *call);
};

struct google_client {
	struct http_client *http;
	struct arena arena; /* of the answer in hand */
	char *client_id, *token_url, *revoke_url, *redirect_uri, *calendar_base;
	struct secret client_secret;
	LIST_HEAD(, google_request) calls;
	size_t pending;
};

void google_request_begin(struct google_client *g, struct google_request *call,
    void (*release)(struct google_request *call));
void google_request_end(struct google_request *call);
/* What may stand in a form, a path or a query. */
void google_add_escaped(struct buf *out, const char *s);
