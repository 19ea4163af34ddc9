/*
 * Files of a page that are embedded in the program, with the headers that keep a page to itself: no script, style or connection
 * from elsewhere, no frame around it.
 * Ownership: everything is borrowed; contents are static.
 * Facts: w3.org/TR/CSP3; fetch.spec.whatwg.org ("X-Content-Type-Options", "Cross-Origin-Resource-Policy").
 */
#pragma once
#include "salesreg/http/server.h"

struct http_asset {
	const char *name, *content; /* the type is that of the name's ending: html, css, js */
};

/* False: there is none of that name, and nothing was answered. */
bool http_assets_answer(
    struct http_exchange *x, const struct http_asset *assets, size_t count, const char *name);
