/*
 * POST /page/prospects: {name, contact, note?} → {"ok":true}, once it is in the database behind the bot. For the page alone, where
 * the program made of the sandbox can add one (system.h).
 * Ownership: nothing is kept of the JSON. Errors: 400 with a sentence; 404 where none can be added; 503, 504: the database.
 */
#pragma once
#include "salesreg/http/server.h"

struct sandbox;
void prospect_handle(struct sandbox *s, struct http_exchange *x);
