/*
 * The control calls under /sandbox/ (their list: sandbox.h) and what their handlers share.
 * Ownership: documents are released here.
 * Units: as sandbox.h says.
 * Errors: 400 with a sentence in "error".
 * Callbacks: none.
 */
#pragma once
#include "salesreg/http/server.h"
#include <jansson.h>
#include <stdint.h>

struct sandbox;
void control_handle(struct sandbox *s, struct http_exchange *x, const char *path);

/* Answers with the JSON in s->out. */
void control_send(struct sandbox *s, struct http_exchange *x, unsigned status);
void control_fail(struct sandbox *s, struct http_exchange *x, unsigned status, const char *error);
int64_t control_query_i64(const struct http_exchange *x, const char *name, int64_t fallback);
