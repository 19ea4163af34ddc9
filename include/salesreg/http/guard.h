/*
 * Who may use a listener through a browser: only the pages it serves itself. A foreign page could reach a listener on this machine
 * with the browser's help, by a request across sites (Origin and Sec-Fetch-Site give it away) or by a name of its own
 * that leads here (DNS rebinding: Host gives it away). Programs send none of these headers but Host.
 * Ownership: nothing is kept.
 * Errors: the sentence to refuse with, or NULL; static, or the guard's.
 * Facts: fetch.spec.whatwg.org ("Origin" goes with every POST and every request across origins),
 * w3c.github.io/webappsec-fetch-metadata (Sec-Fetch-Site, Sec-Fetch-Mode).
 */
#pragma once
#include <stdbool.h>

struct http_exchange;
struct http_guard {
	char *const
	    *names; /* of this host, besides addresses and localhost; NULL-terminated, or NULL */
	const char *
	    unknown_host; /* what to say to whoever comes by another name, with what to do about it */
};

/* Addresses, localhost, *.localhost, and the guard's names. host may carry a port. */
bool http_guard_knows(const struct http_guard *guard, const char *host);
/* Whether an Origin header names this very host: "http://127.0.0.1:8081" and "127.0.0.1:8081". */
bool http_guard_origin_is_host(const char *origin, const char *host);

/* A program's call, or one of a page of ours. */
const char *http_guard_call(const struct http_guard *guard, const struct http_exchange *x);
/* A call that no browser makes but for a page of ours. */
const char *http_guard_program(const struct http_guard *guard, const struct http_exchange *x);
/* A page and what it asks for; `root` is the path that a link from anywhere may lead to. */
const char *http_guard_page(
    const struct http_guard *guard, const struct http_exchange *x, const char *root);
