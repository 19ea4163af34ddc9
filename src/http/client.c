/*
 * The interface, the queue, and who is told when. Sockets, easy handles and outcomes: client_*.c.
 */
#include "client_private.h"
#include "salesreg/base/pieces.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* --- the queue --- */

/* Told from the loop's next turn. t is in no list. */
static void make_ready(struct http_transfer *t, enum err err)
{
	t->ready_err = err;
	t->state = TRANSFER_READY;
	TAILQ_INSERT_TAIL(&t->client->ready, t, link);
	if (!t->client->closing)
		http_client_schedule(t->client, (int64_t)uv_now(t->client->loop));
}

/* t is in no list. */
static void transfer_start(struct http_transfer *t)
{
	struct http_client *client = t->client;
	if (curl_multi_add_handle(client->multi, t->easy) != CURLM_OK) {
		make_ready(t, ERR_UNAVAILABLE);
		return;
	}
	t->state = TRANSFER_ACTIVE;
	TAILQ_INSERT_TAIL(&client->active, t, link);
	client->active_count++;
	client->places_taken += !t->jump_queue;
}

/* Takes t from curl and from its list; the connection is kept if the answer was complete. */
static void transfer_stop(struct http_transfer *t, bool complete)
{
	struct http_client *client = t->client;
	t->maybe_delivered = http_transfer_sent_something(t);
	(void)curl_multi_remove_handle(client->multi, t->easy);
	/* complete, over one connection perhaps while another one was tried */
	if (!complete || client->connections != client->connections_looked_at) {
		client->connections_looked_at = client->connections;
		http_client_sockets_look_again(client);
	}
	TAILQ_REMOVE(&client->active, t, link);
	client->active_count--;
	client->places_taken -= !t->jump_queue;
}

static void start_waiting(struct http_client *client)
{
	while (!client->closing && client->places_taken < client->max_transfers &&
	       !TAILQ_EMPTY(&client->waiting)) {
		struct http_transfer *t = TAILQ_FIRST(&client->waiting);
		TAILQ_REMOVE(&client->waiting, t, link);
		client->waiting_count--;
		transfer_start(t);
	}
}

/* --- answers --- */

/* Calls the callback and lets go of t, which is in no list and not with curl. */
static void tell(struct http_transfer *t, const struct http_answer *answer)
{
	t->state = TRANSFER_TELLING;
	t->callback(answer, t->data);
	http_transfer_release(t);
}

static void tell_done(struct http_transfer *t, CURLcode code)
{
	struct http_answer answer;
	if (http_client_family_missing(t, code)) {
		transfer_stop(t, false);
		t->client->family = t->family = CURL_IPRESOLVE_WHATEVER;
		(void)curl_easy_setopt(t->easy, CURLOPT_IPRESOLVE, t->family);
		transfer_start(t);
		return;
	}
	http_client_family_look(t, code);
	transfer_stop(t, code == CURLE_OK);
	http_outcome_read(t, code, &answer);
	tell(t, &answer);
}

static void tell_ready(struct http_transfer *t)
{
	TAILQ_REMOVE(&t->client->ready, t, link);
	struct http_answer answer = {.err = t->ready_err,
	    .maybe_delivered = t->maybe_delivered,
	    .body = "",
	    .retry_after_s = -1};
	(void)snprintf(answer.error, sizeof answer.error, "%s", err_sentence(t->ready_err));
	tell(t, &answer);
}

void http_client_after_curl(struct http_client *client)
{
	int left = 0;
	for (CURLMsg *message;
	     !client->closing && (message = curl_multi_info_read(client->multi, &left));) {
		char *private = NULL;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		tell_done((struct http_transfer *)(void *)private, message->data.result);
	}
	/* those there are now:
	 * a callback whose next request fails as well must not keep the loop here */
	struct http_transfer *last = TAILQ_LAST(&client->ready, transfer_list);
	for (bool more = last != NULL; more && !client->closing && !TAILQ_EMPTY(&client->ready);) {
		struct http_transfer *t = TAILQ_FIRST(&client->ready);
		more = t != last;
		tell_ready(t);
	}
	start_waiting(client);
}

/* --- the interface --- */

struct http_transfer *http_client_send(struct http_client *client,
    const struct http_request_spec *spec, http_callback *callback, void *data)
{
	if (client->closing)
		return NULL;
	struct http_transfer *t = http_transfer_take(client);
	t->callback = callback;
	t->data = data;
	t->begun = 0;
	t->maybe_delivered = false;
	t->jump_queue = spec->jump_queue;
	t->error[0] = '\0';
	t->certificate.subject[0] = '\0';
	t->body.maximum =
	    spec->max_answer_bytes ? spec->max_answer_bytes : HTTP_CLIENT_ANSWER_BYTES;
	if (http_transfer_set_options(t, spec) != CURLE_OK) {
		make_ready(t, ERR_INVALID);
	} else if (!t->jump_queue && (client->places_taken >= client->max_transfers ||
					 !TAILQ_EMPTY(&client->waiting))) {
		t->state = TRANSFER_WAITING;
		TAILQ_INSERT_TAIL(&client->waiting, t, link);
		client->waiting_count++;
	} else {
		transfer_start(t);
	}
	return t;
}

bool http_transfer_maybe_delivered(const struct http_transfer *t)
{
	switch (t->state) {
	case TRANSFER_ACTIVE:
		return http_transfer_sent_something(t);
	case TRANSFER_READY:
	case TRANSFER_TELLING:
		return t->maybe_delivered;
	case TRANSFER_IDLE:
	case TRANSFER_WAITING:
		break;
	}
	return false;
}

void http_transfer_cancel(struct http_transfer *t)
{
	if (!t)
		return;
	struct http_client *client = t->client;
	switch (t->state) {
	case TRANSFER_IDLE:
		assert(!"a transfer cancelled after its end");
		return;
	case TRANSFER_TELLING:
		return;
	case TRANSFER_WAITING:
		TAILQ_REMOVE(&client->waiting, t, link);
		client->waiting_count--;
		break;
	case TRANSFER_READY:
		TAILQ_REMOVE(&client->ready, t, link);
		break;
	case TRANSFER_ACTIVE:
		transfer_stop(t, false);
		/* who waits gets the place from the loop:
		 * starting here could recurse through many cancels */
		if (!TAILQ_EMPTY(&client->waiting))
			http_client_schedule(client, (int64_t)uv_now(client->loop));
		break;
	}
	http_transfer_release(t);
}

void http_client_handle_closed(struct http_client *client)
{
	client->open_handles--;
	if (!client->closing || client->open_handles > 0)
		return;
	while (!TAILQ_EMPTY(&client->ready))
		tell_ready(TAILQ_FIRST(&client->ready));
	http_client_sockets_finish(client);
	http_client_handles_finish(client);
	http_client_closed *closed = client->closed;
	void *data = client->closed_data;
	free(client);
	curl_global_cleanup();
	if (closed)
		closed(data);
}

void http_client_destroy(struct http_client *client, http_client_closed *closed, void *data)
{
	if (!client)
		return;
	assert(!client->closing);
	client->closing = true;
	client->closed = closed;
	client->closed_data = data;
	while (!TAILQ_EMPTY(&client->active)) {
		struct http_transfer *t = TAILQ_FIRST(&client->active);
		transfer_stop(t, false);
		make_ready(t, ERR_CANCELLED);
	}
	while (!TAILQ_EMPTY(&client->waiting)) {
		struct http_transfer *t = TAILQ_FIRST(&client->waiting);
		TAILQ_REMOVE(&client->waiting, t, link);
		make_ready(t, ERR_CANCELLED);
	}
	http_client_handles_close(client);
	/* closes the connections kept alive, hence calls http_client_close_socket() */
	(void)curl_multi_cleanup(client->multi);
	client->multi = NULL;
	http_client_sockets_close(client);
}

struct http_client *http_client_create(uv_loop_t *loop, const struct http_client_options *o)
{
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, pieces_malloc, pieces_free, pieces_realloc,
		pieces_strdup, pieces_calloc) != CURLE_OK)
		return NULL;
	struct http_client *client = calloc(1, sizeof *client);
	if (!client)
		goto fail;
	client->loop = loop;
	client->secret = o && o->secret;
	client->max_transfers = o && o->max_transfers ? o->max_transfers : HTTP_CLIENT_TRANSFERS;
	TAILQ_INIT(&client->waiting);
	TAILQ_INIT(&client->active);
	TAILQ_INIT(&client->ready);
	client->multi = curl_multi_init();
	/* curl's own measure follows the number of easy handles,
	 * which would close connections between bursts */
	if (!client->multi ||
	    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) != CURLM_OK ||
	    curl_multi_setopt(
		client->multi, CURLMOPT_MAXCONNECTS, (long)client->max_transfers + 4) != CURLM_OK ||
	    !http_client_sockets_start(client))
		goto fail;
	http_client_handles_start(client);
	return client;
fail:
	if (client && client->multi)
		(void)curl_multi_cleanup(client->multi);
	free(client);
	curl_global_cleanup();
	return NULL;
}

struct http_client_stats http_client_stats(const struct http_client *client)
{
	return (struct http_client_stats){
	    .active = client->active_count,
	    .waiting = client->waiting_count,
	    .idle_handles = client->idle_count,
	    .connections = client->connections,
	    .requests = client->requests,
	};
}
