/*
 * A certificate for a server of ours to be tried with, signed by an authority made for it alone.
 *
 * Ownership: http_certificate_make() fills it, http_certificate_finish() wipes the key and frees.
 * Errors: one line.
 * Secrets: the server's key stays in memory; the authority's is gone when this returns, so nothing
 * else can ever be signed by it.
 * Facts: GnuTLS manual, "X.509 certificate functions"; RFC 5280; RFC 6125 (names are looked for
 * among the alternative names only).
 */
#pragma once
#include "salesreg/base/err.h"
#include <stddef.h>

struct http_certificate {
	char *authority; /* PEM: what clients are to trust */
	char *chain;     /* PEM: the server's certificate */
	char *key;       /* PEM: secret */
};

/* For localhost, 127.0.0.1, ::1 and `names` (NULL-terminated, or NULL), for ten years. */
MUST_CHECK enum err http_certificate_make(
    struct http_certificate *c, const char *const *names, char *message, size_t message_size);
/* All zero is fine. */
void http_certificate_finish(struct http_certificate *c);
