/*
 * Where reps connect their Google calendars: our start page, the way back from Google, what becomes of it.
 *
 *   GET /oauth/start?s=…        shows the way to Google; spends nothing
 *   GET /oauth/callback?…       uses the link up, exchanges the code, stores the tokens and tells the rep, in this order
 *   GET /oauth/done/WORD/LANG   how it went
 *
 * Ownership: everything in the options is borrowed and outlives the site; the listener is the site's from create on.
 * Errors: a transient outage of the database before a link is used up is a page that says to come again; after it, storing is tried
 * for a minute. What a process leaves behind that dies in between is told to the rep by a later one (leftovers.h).
 * Callbacks: none of its own. Secrets: code, state and tokens are in no log.
 *
 * Facts: GOOGLE's own refusals come with no redirect, so the site hears nothing of them ("Using OAuth 2.0 for Web Server
 * Applications", errors); RFC 9700 section 2.1 and 4.7 (state is checked and used up before the code is sent on).
 */
#pragma once
#include "salesreg/base/seal.h"
#include "salesreg/db/pool.h"
#include "salesreg/domain/calendar/account.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/google/oauth.h"
#include "salesreg/http/server.h"

struct site_options {
	struct db_pool *pool;
	struct google_client *google;
	const struct google_client_options *client;
	const struct conversation_rules *rules;
	const struct seal_keys *keys;
	enum account_rule account;
	const char *public_url; /* without / at its end */
	int listen_fd;          /* becomes the site's */
};
struct site_stats {
	uint64_t started, connected, failed;
	uint64_t refused; /* callbacks that are not Google's */
	size_t busy;      /* callbacks under way */
};

struct site;
/* NULL: the address cannot be used, and message says why. */
struct site *site_create(
    uv_loop_t *loop, const struct site_options *options, char *message, size_t message_size);
uint16_t site_port(const struct site *s);
struct site_stats site_stats(const struct site *s);
/* No new request is taken; those under way go on until site_destroy(). */
void site_close(struct site *s);
void site_destroy(struct site *s);
