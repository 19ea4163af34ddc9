/*
 * Sends mail over SMTP by libcurl: a thread and a connection a mail, results on a libuv loop.
 *
 * Ownership: the client belongs to whoever created it until mail_client_destroy(); its memory goes when the last thread has
 * ended, which keeps the loop alive until then. What mail_send() is given is copied. A result lasts for its callback.
 * Units: milliseconds. Errors: mail_result.outcome; never is a message left without one.
 * mail_look() is for commands that may block. Callbacks: never inside mail_send() or mail_client_destroy(), once a mail, from the loop; after mail_client_destroy() never.
 *
 * TLS: smtps:// is TLS from the first byte; with smtp:// STARTTLS is required unless told that it is optional. Certificates
 * are verified: see http/trust.h. Proxies as for HTTP (ALL_PROXY, no_proxy).
 * Secrets: the URL and the mail's text are in no error and no log.
 *
 * The server is greeted by the domain of `from`, not by the host's own name, which mostly is not fully qualified.
 *
 * Facts: RFC 5321 4.2 (4yz: try again, 5yz: do not), 4.1.1.1 (EHLO); RFC 3463 (enhanced codes; 5.1.x: the address); 4.5.3.2 (time-outs); curl manual, CURLOPT_USE_SSL, CURLOPT_DEBUGFUNCTION.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/base/secret.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum { MAIL_REPLY_BYTES = 256 };

#define MAIL_OUTCOME_MAP(X)                                                                        \
	X(SENT, "accepted")                                                                        \
	X(REFUSED, "refused")       /* this address, for good */                                   \
	X(LATER, "not now")         /* greylisting, no connection, silence */                      \
	X(BROKEN, "cannot be sent") /* nobody's: certificate, password, sender, relay, policy */

enum mail_outcome {
#define X(name, text) MAIL_##name,
	MAIL_OUTCOME_MAP(X)
#undef X
};

struct mail_result {
	enum mail_outcome outcome;
	bool maybe_delivered; /* the text went out and no answer came */
	bool
	    of_server; /* no mail would fare better now: nobody there, no greeting, no login, no sender */
	char reply[MAIL_REPLY_BYTES]; /* what the server said, or what went wrong; one line */
};
typedef void mail_callback(const struct mail_result *result, void *data);

struct mail_client;
struct mail_options {
	const struct secret *url; /* borrowed for as long as the client lives */
	const char *from;         /* the same */
	bool tls_optional;
};

/* How far a look at the server comes: the first of these that it fails at. */
enum mail_step {
	MAIL_STEP_REACH,       /* its name, a connection, an answer in time */
	MAIL_STEP_TLS,         /* it has none, or not as it must be */
	MAIL_STEP_CERTIFICATE, /* which cannot be verified */
	MAIL_STEP_HELLO,       /* it refuses the greeting */
	MAIL_STEP_LOGIN,       /* user and password */
	MAIL_STEP_SENDER,      /* the address that mail comes from */
	MAIL_STEP_DONE
};
struct mail_look {
	enum mail_step failed_at; /* DONE: all is well */
	bool for_now;             /* it may go better in a while */
	char reply[MAIL_REPLY_BYTES];
};
/*
 * Connects, greets, logs in and names the sender, as a mail would, and hangs up: nothing is sent to anybody. Blocks for
 * timeout_ms at the worst. The options must have passed mail_check(), and `from` be an address and nothing else.
 */
void mail_look(const struct mail_options *options, int64_t timeout_ms, struct mail_look *look);

/* Adds a line for what is wrong with it: NAMEs are those of the variables. */
void mail_check(const struct mail_options *options, struct buf *problems);
struct mail_client *mail_client_create(uv_loop_t *loop, const struct mail_options *options);
/* text: headers and body, with CR LF. */
void mail_send(struct mail_client *client, const char *to, const char *text,
    mail_callback *callback, void *data);
/* A mail under way is cut off. Accepts NULL. */
void mail_client_destroy(struct mail_client *client);
