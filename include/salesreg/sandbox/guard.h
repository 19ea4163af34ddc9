/*
 * Who may drive the sandbox through a browser: only its own page. A foreign page could reach a listener on this machine
 * with the browser's help, by a request across sites (Origin and Sec-Fetch-Site give it away) or by a name of its own
 * that leads here (DNS rebinding: Host gives it away). Programs send none of these headers but Host.
 * Ownership: nothing is kept. Units: none.
 * Errors: the sentence to refuse with, or NULL; static.
 * Callbacks: none.
 * Facts: fetch.spec.whatwg.org ("Origin" goes with every POST and every request across origins),
 * w3c.github.io/webappsec-fetch-metadata (Sec-Fetch-Site, Sec-Fetch-Mode).
 */
#pragma once
#include <stdbool.h>

/* Addresses, localhost, *.localhost, and those of `names` (NULL-terminated, may be NULL itself). host may carry a port. */
bool guard_host_is_ours(const char *host, char *const *names);
/* Whether an Origin header names this very host: "http://127.0.0.1:8081" and "127.0.0.1:8081". */
bool guard_origin_is_host(const char *origin, const char *host);

struct http_exchange;
/* A call of a bot: no browser makes one, but for a page of ours. */
const char *guard_bot(const struct http_exchange *x, char *const *names);
/* A control call. */
const char *guard_control(const struct http_exchange *x, char *const *names);
/* The page and what it asks for. */
const char *guard_page(const struct http_exchange *x, char *const *names);
