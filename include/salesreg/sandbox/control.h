/*
 * The control calls under /sandbox/ (their list: sandbox.h).
 * Ownership: documents are released here.
 * Units: as sandbox.h says.
 * Errors: 400 with a sentence in "error".
 */
#pragma once
#include "salesreg/http/server.h"

struct sandbox;
void control_handle(struct sandbox *s, struct http_exchange *x, const char *path);
