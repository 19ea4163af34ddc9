/*
 * How the calls of the control interface and of the page are answered.
 * Ownership: everything is borrowed for the call.
 */
#pragma once
#include "salesreg/sandbox/model.h"

/* Answers with the JSON in s->out. */
void answer_send(struct sandbox *s, struct http_exchange *x, unsigned status);
void answer_fail(struct sandbox *s, struct http_exchange *x, unsigned status, const char *error);
/* A parameter of the query; fallback if it is not there, or no number. */
int64_t answer_query_i64(const struct http_exchange *x, const char *name, int64_t fallback);
