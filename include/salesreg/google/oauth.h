/*
 * Google's OAuth 2.0: the consent page's address, codes and refresh tokens against access tokens, giving them back.
 *
 * Ownership: google_client_create() copies what the options point to; the memory goes when `closed` is called. An answer and all it
 * points to last for the callback.
 * Units: seconds as named. Errors: google_answer.class says what is to be done about it.
 * Callbacks: never inside the starting call, always from the loop, once a call; after google_client_destroy() there is none.
 * Secrets: tokens, codes and the client's secret are in no log and no error.
 *
 * Sources: "Using OAuth 2.0 for Web Server Applications", "OpenID Connect" (developers.google.com/identity); RFC 6749 section 5.2
 * (errors), RFC 7636 section 4 (PKCE), RFC 7009 (revocation).
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/secret.h"
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* What a connection needs; GOOGLE_SCOPE_EMAIL is what Google writes for `email`. */
#define GOOGLE_SCOPE_EVENTS "https://www.googleapis.com/auth/calendar.events.owned"
#define GOOGLE_SCOPE_FREEBUSY "https://www.googleapis.com/auth/calendar.freebusy"
#define GOOGLE_SCOPE_LIST "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
#define GOOGLE_SCOPES                                                                              \
	"openid email " GOOGLE_SCOPE_EVENTS " " GOOGLE_SCOPE_FREEBUSY " " GOOGLE_SCOPE_LIST
/* Which boxes of the consent page are not ticked, as a set. */
enum { GOOGLE_MISSES_EVENTS = 1, GOOGLE_MISSES_FREEBUSY = 2, GOOGLE_MISSES_LIST = 4 };
unsigned google_scopes_missing(const char *granted);

#define GOOGLE_CLASS_MAP(X)                                                                        \
	X(OK, "done")                                                                              \
	X(DEAD, "the code or token is used, revoked or too old")                                   \
	X(CLIENT, "Google does not accept the client: its id, secret or redirect address")         \
	X(POLICY, "the organisation's administrator does not allow it")                            \
	X(TRANSIENT, "not done; worth another try")
enum google_class {
#define X(name, sentence) GOOGLE_##name,
	GOOGLE_CLASS_MAP(X)
#undef X
};
const char *google_class_sentence(enum google_class class);

/* All strings NULL where they did not come. */
struct google_answer {
	enum google_class class;
	const char *error; /* for a log: Google's word for it, or ours; never NULL */
	const char *access_token, *refresh_token, *scope, *id_token;
	int64_t expires_in_s;
};
/* status 0: there was no answer, and error says why. The strings live in the arena. */
void google_answer_parse(struct arena *a, long status, const char *body, size_t size,
    const char *error, struct google_answer *out);

/* Who the account is, from an id_token that came straight from the token endpoint. */
struct google_identity {
	const char *sub, *email;
	bool email_verified;
};
/* now_s: since 1970. NULL, or why it will not do: static. */
const char *google_identity_parse(struct arena *a, const char *id_token, const char *client_id,
    int64_t now_s, struct google_identity *out);

struct google_client_options {
	const char *client_id, *auth_url, *token_url, *revoke_url, *calendar_base;
	const struct secret *client_secret;
	const char *redirect_uri;
};
/* Where a rep is asked. state as it comes back; challenge: google_challenge() of the verifier. */
const char *google_consent_url(struct arena *a, const struct google_client_options *o,
    const char *state, const char *challenge);
/* base64url(SHA-256(verifier)). */
const char *google_challenge(struct arena *a, const char *verifier);

struct google_client;
typedef void google_callback(const struct google_answer *answer, void *data);
/* NULL only if libcurl or the loop refuse to start. */
struct google_client *google_client_create(
    uv_loop_t *loop, const struct google_client_options *options);
/* Calls under way are forgotten without a callback. */
void google_client_destroy(struct google_client *g);
void google_exchange(struct google_client *g, const char *code, const char *verifier,
    google_callback *done, void *data);
void google_refresh(
    struct google_client *g, const char *refresh_token, google_callback *done, void *data);
/* OK also if it was gone already. */
void google_revoke(struct google_client *g, const char *token, google_callback *done, void *data);
/* Calls that are not answered yet. */
size_t google_client_pending(const struct google_client *g);
