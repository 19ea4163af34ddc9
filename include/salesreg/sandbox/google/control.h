/*
 * The control calls below /sandbox/google/ (their list: google.h).
 * Ownership: everything is borrowed for the call.
 * Errors: 400 with a sentence in "error", 404 for an unknown call.
 */
#pragma once
#include "salesreg/http/server.h"
#include <jansson.h>

struct sandbox;
/* path: what follows "google/". body: an object for POST, else NULL or anything. */
void google_control_handle(
    struct sandbox *s, struct http_exchange *x, const char *path, const json_t *body);
